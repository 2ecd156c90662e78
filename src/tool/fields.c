/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - names and values of what is in objects, as far as their classes tell. */
#include <string.h>

#include "code/section.h"
#include "device/object.h"
#include "tool/scene.h"

#define STORAGE_U8 PH_STORE_U8
#define STORAGE_U32 PH_FIELD_U32
#define STORAGE_U64 PH_FIELD_U64
#define STORAGE_REF PH_STORE_REF

static const struct own_field {
    uint32_t class_index, storage, offset;
    const char *name;
} own_fields[] = {
#define PH_FIELD(class_index, structure, storage, field) \
    {class_index, STORAGE_##storage, offsetof(struct structure, field), #field},
#include "tool/fields.def"
#undef PH_FIELD
};

/* ---- Enumerating ----------------------------------------------------------------------------- */

struct naming {
    struct ph_scene *scene;
    const uint8_t *object;
    void (*each)(void *context, const struct ph_field_view *field);
    void *context;
};

static void tell(const struct naming *n, const char *name, uint32_t storage, uint64_t offset)
{
    struct ph_field_view field = {name, storage, n->object + offset};
    n->each(n->context, &field);
}

struct ph_slice ph_scene_bytes(const struct ph_scene *self, ph_ref ref)
{
    if (ref == 0) {
        return (struct ph_slice){NULL, 0};
    }
    const struct ph_bytes *bytes = ph_scene_at(self, ref);
    return (struct ph_slice){bytes->data, bytes->length};
}

/* Its names are read again and again, so the last one stays decoded. NULL: it cannot be. */
static const struct ph_unit *unit_of(struct ph_scene *scene, ph_ref ref)
{
    const struct ph_unit_object *object = ph_scene_at(scene, ref);
    struct ph_slice file = {scene->base + object->offset, object->bytes};
    if (scene->unit_ref == ref) {
        return &scene->unit;
    }
    if (scene->unit_ref != 0) {
        ph_unit_close(&scene->unit);
    }
    bool is_good = ph_unit_open(file, ph_port_allocator(), &scene->unit, NULL) == PH_OK;
    scene->unit_ref = is_good ? ref : 0;
    return is_good ? &scene->unit : NULL;
}

/* The fields that a class of a program's unit defines itself. */
static void tell_defined(const struct naming *n, const struct ph_class *c)
{
    struct ph_scene *scene = n->scene;
    const struct ph_instance *instance = ph_scene_at(scene, c->instance_ref);
    const struct ph_unit *unit = unit_of(scene, instance->unit_ref);
    struct ph_slice places = ph_scene_bytes(scene, c->fields_ref);
    const struct ph_class_def *def = unit != NULL && c->definition < unit->class_def_count
                                         ? &unit->class_defs[c->definition]
                                         : NULL;
    for (uint32_t i = 0; def != NULL && i < def->field_count && (i + 1) * 4u <= places.size; i++) {
        char name[128];
        if ((def->fields[i].flags & PH_FIELD_STATIC) == 0) {
            tell(n, ph_unit_printable(def->fields[i].name, name, sizeof(name)),
                 def->fields[i].storage, ph_load_u32(places.bytes + i * 4u));
        }
    }
}

static void tell_own(const struct naming *n, uint32_t number)
{
    for (uint32_t i = 0; i < PH_COUNT(own_fields); i++) {
        const struct own_field *f = &own_fields[i];
        if (f->class_index == number) {
            tell(n, f->name, f->storage, f->offset);
        }
    }
}

void ph_scene_fields(struct ph_scene *self, ph_ref object,
                     void (*each)(void *context, const struct ph_field_view *field),
                     void *context)
{
    const struct naming n = {self, ph_scene_at(self, object), each, context};
    const struct ph_class *c = ph_scene_class(self, object);
    if (c->layout == PH_LAYOUT_WEAK) {
        tell(&n, "referent", PH_STORE_REF, offsetof(struct ph_weak, referent_ref));
        tell(&n, "queue", PH_STORE_REF, offsetof(struct ph_weak, queue_ref));
        tell(&n, "next", PH_STORE_REF, offsetof(struct ph_weak, next_ref));
    }
    for (uint32_t i = 0; c != NULL && i < 256; i++) { /* up to the topmost class */
        if (c->instance_ref != 0 && c->definition != UINT32_MAX) {
            tell_defined(&n, c);
        } else {
            tell_own(&n, c->number);
        }
        c = c->super_ref == 0 ? NULL : ph_scene_at(self, c->super_ref);
    }
}

/* ---- Names ----------------------------------------------------------------------------------- */

const char *ph_scene_class_name(const struct ph_scene *self, const struct ph_class *class_object,
                                char *to, size_t to_bytes)
{
    return ph_unit_printable(ph_scene_bytes(self, class_object->name_ref), to, to_bytes);
}

struct slot_name {
    const void *slot;
    char *to;
    size_t to_bytes;
};

static void match_slot(void *context, const struct ph_field_view *field)
{
    struct slot_name *wanted = context;
    if (field->at == wanted->slot) {
        snprintf(wanted->to, wanted->to_bytes, ".%s", field->name);
    }
}

const char *ph_scene_slot_name(struct ph_scene *self, ph_ref from, const void *slot,
                               char *to, size_t to_bytes)
{
    const struct ph_class *c = ph_scene_class(self, from);
    const uint8_t *object = ph_scene_at(self, from);
    uint64_t bytes = ph_scene_object_bytes(self, from);
    int64_t offset = (const uint8_t *)slot - object;
    struct slot_name wanted = {slot, to, to_bytes};
    if (offset < 0 || (uint64_t)offset >= bytes) {
        snprintf(to, to_bytes, " on its stack");
    } else if (offset == 0) {
        snprintf(to, to_bytes, ".class");
    } else if (c->layout == PH_LAYOUT_REFS) {
        snprintf(to, to_bytes, "[%lld]",
                 (long long)((offset - (int64_t)sizeof(struct ph_refs)) / 4));
    } else {
        snprintf(to, to_bytes, " at offset %lld", (long long)offset);
        ph_scene_fields(self, from, match_slot, &wanted);
    }
    return to;
}

/* ---- Values ---------------------------------------------------------------------------------- */

#define PREVIEW_BYTES 40u

const char *ph_scene_ref_text(const struct ph_scene *self, ph_ref ref, char *to, size_t to_bytes)
{
    char name[80];
    if (ref == 0) {
        snprintf(to, to_bytes, "null");
        return to;
    }
    const struct ph_class *c = ph_scene_class(self, ref);
    int at = snprintf(to, to_bytes, "@%x %s", ref,
                      ph_scene_class_name(self, c, name, sizeof(name)));
    if (c->layout == PH_LAYOUT_CLASS) {
        snprintf(to + at, to_bytes - (size_t)at, " %s",
                 ph_scene_class_name(self, ph_scene_at(self, ref), name, sizeof(name)));
    } else if (c->layout == PH_LAYOUT_REFS || c->layout == PH_LAYOUT_BYTES) {
        const struct ph_bytes *bytes = ph_scene_at(self, ref);
        bool is_text = c->layout == PH_LAYOUT_BYTES && c->item_shift == 0 &&
                       c->number != PH_CLASS_STACK;
        struct ph_slice text = {bytes->data, PH_MIN(bytes->length, PREVIEW_BYTES)};
        at += snprintf(to + at, to_bytes - (size_t)at, "[%u]", bytes->length);
        if (is_text && bytes->length > 0) {
            snprintf(to + at, to_bytes - (size_t)at, " \"%s\"%s",
                     ph_unit_printable(text, name, sizeof(name)),
                     bytes->length > PREVIEW_BYTES ? "..." : "");
        }
    }
    return to;
}

ph_ref ph_scene_value_ref(uint32_t storage, const void *at)
{
    return storage == PH_STORE_REF || storage == PH_FIELD_WIDE_REF ? *(const ph_ref *)at : 0;
}

const char *ph_scene_value_text(const struct ph_scene *self, uint32_t storage, const void *at,
                                char *to, size_t to_bytes)
{
    switch (storage) {
    case PH_STORE_I8: snprintf(to, to_bytes, "%d", *(const int8_t *)at); break;
    case PH_STORE_U8: snprintf(to, to_bytes, "%u", *(const uint8_t *)at); break;
    case PH_STORE_I16: snprintf(to, to_bytes, "%d", *(const int16_t *)at); break;
    case PH_STORE_U16: snprintf(to, to_bytes, "%u", *(const uint16_t *)at); break;
    case PH_STORE_I32: snprintf(to, to_bytes, "%d", *(const int32_t *)at); break;
    case PH_FIELD_U32: snprintf(to, to_bytes, "%u", *(const uint32_t *)at); break;
    case PH_STORE_I64:
        snprintf(to, to_bytes, "%lld", (long long)*(const int64_t *)at);
        break;
    case PH_FIELD_U64:
        snprintf(to, to_bytes, "%llu", (unsigned long long)*(const uint64_t *)at);
        break;
    case PH_STORE_F32: snprintf(to, to_bytes, "%.9g", (double)*(const float *)at); break;
    case PH_STORE_F64: snprintf(to, to_bytes, "%.17g", *(const double *)at); break;
    default: ph_scene_ref_text(self, ph_scene_value_ref(storage, at), to, to_bytes);
    }
    return to;
}
