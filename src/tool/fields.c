/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - names and values of what is in objects, as far as their classes tell. */
#include <string.h>

#include "base/text.h"
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
    struct ph_field_view field = {.name = name, .storage = storage, .at = n->object + offset};
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

const struct ph_unit *ph_scene_unit(struct ph_scene *self, const struct ph_class *c)
{
    if (c->instance_ref == 0 || c->definition == UINT32_MAX) {
        return NULL;
    }
    const struct ph_instance *instance = ph_scene_at(self, c->instance_ref);
    const struct ph_unit *unit = unit_of(self, instance->unit_ref);
    return unit != NULL && c->definition < unit->class_def_count ? unit : NULL;
}

/* Where a class has its static field; NULL: it has not been linked so far. */
static const void *static_place(const struct ph_scene *scene, const struct ph_class *c,
                                uint32_t storage, uint32_t place)
{
    if (storage == PH_STORE_REF) {
        const struct ph_refs *refs =
            c->static_refs_ref == 0 ? NULL : ph_scene_at(scene, c->static_refs_ref);
        return refs != NULL && place < refs->length ? &refs->items[place] : NULL;
    }
    struct ph_slice bytes = ph_scene_bytes(scene, c->statics_ref);
    return place < bytes.size ? bytes.bytes + place : NULL;
}

/* What a reference of Java leads to lies where the machine keeps it. */
static bool is_referent(const struct ph_scene *scene, const struct ph_class *c,
                        struct ph_slice field)
{
    char name[128];
    return c->layout == PH_LAYOUT_WEAK && ph_scene_is_java(scene, c) &&
           ph_slice_equal(field, PH_SLICE_TEXT("referent:Ljava/lang/Object;")) &&
           strcmp(ph_scene_class_name(scene, c, name, sizeof(name)),
                  "java.lang.ref.Reference") == 0;
}

/* The fields that a class of a program's unit defines itself. */
static void tell_defined(const struct naming *n, const struct ph_class *c, bool is_static)
{
    struct ph_scene *scene = n->scene;
    bool is_java = ph_scene_is_java(scene, c);
    struct ph_slice places = ph_scene_bytes(scene, c->fields_ref);
    for (uint32_t i = 0; (i + 1) * 4u <= places.size; i++) {
        const struct ph_unit *unit = ph_scene_unit(scene, c); /* again: `each` may look elsewhere */
        const struct ph_class_def *def = unit == NULL ? NULL : &unit->class_defs[c->definition];
        if (def == NULL || i >= def->field_count) {
            return;
        }
        const struct ph_field_def *field = &def->fields[i];
        uint32_t place = ph_load_u32(places.bytes + i * 4u);
        const uint8_t *colon = memchr(field->name.bytes, ':', (size_t)field->name.size);
        struct ph_slice plain = field->name;
        char name[128], type[160];
        if (((field->flags & PH_FIELD_STATIC) != 0) != is_static || (is_java && colon == NULL)) {
            continue; /* Java's fields without a type are the machine's */
        }
        struct ph_field_view view = {.storage = field->storage, .is_static = is_static,
                                     .at = n->object + place};
        if (is_java) {
            plain.size = (uint64_t)(colon - plain.bytes);
            struct ph_slice descriptor = {colon + 1, field->name.size - plain.size - 1};
            view.type = ph_scene_java_type(descriptor, type, sizeof(type));
            view.owner = c;
        }
        view.name = ph_unit_printable(plain, name, sizeof(name));
        if (is_referent(scene, c, field->name)) {
            view.at = n->object + offsetof(struct ph_weak, referent_ref);
        }
        if (is_static) {
            view.at = static_place(scene, c, field->storage, place);
        }
        if (view.at != NULL) {
            n->each(n->context, &view);
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
    const struct ph_class *behind = ph_scene_java_behind(self, object);
    if (behind != NULL) {
        tell_defined(&n, behind, true);
    }
    if (c->layout == PH_LAYOUT_WEAK && !ph_scene_is_java(self, c)) {
        tell(&n, "referent", PH_STORE_REF, offsetof(struct ph_weak, referent_ref));
        tell(&n, "queue", PH_STORE_REF, offsetof(struct ph_weak, queue_ref));
        tell(&n, "next", PH_STORE_REF, offsetof(struct ph_weak, next_ref));
    }
    for (uint32_t i = 0; c != NULL && i < 256; i++) { /* up to the topmost class */
        if (c->instance_ref != 0 && c->definition != UINT32_MAX) {
            tell_defined(&n, c, false);
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
    if (ph_scene_is_java(self, class_object)) {
        return ph_scene_java_name(self, class_object, to, to_bytes);
    }
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
        ph_scene_java_frame(self, from, slot, to, to_bytes);
    } else if (offset == 0) {
        snprintf(to, to_bytes, ".class");
    } else if (c->layout == PH_LAYOUT_REFS) {
        const struct ph_class *statics = ph_scene_java_statics(self, from);
        snprintf(to, to_bytes, "[%lld]",
                 (long long)((offset - (int64_t)sizeof(struct ph_refs)) / 4));
        if (statics != NULL && statics->mirror_ref != 0) {
            ph_scene_fields(self, statics->mirror_ref, match_slot, &wanted);
        }
    } else {
        if (ph_scene_is_java(self, c)) {
            snprintf(to, to_bytes, " (for the machine)");
        } else {
            snprintf(to, to_bytes, " at offset %lld", (long long)offset);
        }
        ph_scene_fields(self, from, match_slot, &wanted);
    }
    return to;
}

/* ---- Values ---------------------------------------------------------------------------------- */

#define PREVIEW_BYTES 40u

const char *ph_scene_ref_text(struct ph_scene *self, ph_ref ref, char *to, size_t to_bytes)
{
    char name[160];
    if (ref == 0) {
        snprintf(to, to_bytes, "null");
        return to;
    }
    const struct ph_class *c = ph_scene_class(self, ref);
    int at = snprintf(to, to_bytes, "@%x %s", ref,
                      ph_scene_class_name(self, c, name, sizeof(name)));
    if (at < 0 || (size_t)at + 32 >= to_bytes) {
        return to;
    }
    if (ph_scene_is_java(self, c)) {
        ph_scene_java_preview(self, ref, to + at, to_bytes - (size_t)at);
    } else if (c->number == PH_CLASS_THREAD) {
        const struct ph_thread *thread = ph_scene_at(self, ref);
        ph_scene_java_thread(self, thread, name, sizeof(name));
        snprintf(to + at, to_bytes - (size_t)at, " %llu%s%s", (unsigned long long)thread->id,
                 name[0] == '\0' ? "" : " ", name);
    } else if (c->layout == PH_LAYOUT_CLASS) {
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

const char *ph_scene_value_text(struct ph_scene *self, uint32_t storage, const void *at, char *to,
                                size_t to_bytes)
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
