/* SPDX-License-Identifier: Apache-2.0 */
/* java_scene.c - the objects of a cut as a Java programmer knows them.
 *
 * Classes that were defined from class files have a mirror; a field of theirs is called
 * "name:descriptor" in the unit, and what has no descriptor is the machine's own (vm.h). Nothing
 * here is trusted: a guest may have made classes of any kind, so what is looked for may be missing,
 * or something else. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "code/section.h"
#include "lang/java/vm/vm.h"
#include "machine/object.h"
#include "tool/scene.h"

#define ITEMS_SHOWN 8u
#define PREVIEW_UNITS 40u
#define DEPTH_MAX 256u

/* ---- Names ----------------------------------------------------------------------------------- */

bool ph_scene_is_java(const struct ph_scene *self, const struct ph_class *c)
{
    for (uint32_t i = 0; (c->flags & PH_CLASS_ARRAY) != 0 && i < DEPTH_MAX; i++) {
        ph_ref next = c->item_class_ref != 0 ? c->item_class_ref : c->super_ref;
        if (next == 0) {
            return false;
        }
        c = ph_scene_at(self, next);
    }
    return c->mirror_ref != 0 && c->instance_ref != 0;
}

/* `name` with dots for slashes, printable, and `dimensions` brackets. */
static const char *put_name(struct ph_slice name, uint32_t dimensions, char *to, size_t to_bytes)
{
    ph_unit_printable(name, to, to_bytes);
    for (char *at = to; *at != '\0'; at++) {
        *at = *at == '/' ? '.' : *at;
    }
    size_t used = strlen(to);
    for (uint32_t i = 0; i < dimensions && used + 3 < to_bytes; i++) {
        memcpy(to + used, "[]", 3);
        used += 2;
    }
    return to;
}

const char *ph_scene_java_type(struct ph_slice descriptor, char *to, size_t to_bytes)
{
    uint32_t dimensions = 0;
    while (dimensions < descriptor.size && descriptor.bytes[dimensions] == '[') {
        dimensions++;
    }
    struct ph_slice rest = {descriptor.bytes + dimensions, descriptor.size - dimensions};
    const char *primitive = rest.size == 1 ? ph_java_primitive_name(rest.bytes[0]) : NULL;
    if (primitive != NULL) {
        rest = ph_slice_of(primitive);
    } else if (rest.size > 2 && rest.bytes[0] == 'L') {
        rest = (struct ph_slice){rest.bytes + 1, rest.size - 2};
    }
    return put_name(rest, dimensions, to, to_bytes);
}

static const char *number_name(uint32_t storage)
{
    static const char letters[] = {
        [PH_STORE_I32] = 'I', [PH_STORE_I64] = 'J', [PH_STORE_F32] = 'F', [PH_STORE_F64] = 'D',
        [PH_STORE_I8] = 'B',  [PH_STORE_I16] = 'S', [PH_STORE_U8] = 'Z',  [PH_STORE_U16] = 'C'};
    const char *name =
        storage < sizeof(letters) ? ph_java_primitive_name((uint8_t)letters[storage]) : NULL;
    return name != NULL ? name : "?";
}

const char *ph_scene_java_name(const struct ph_scene *self, const struct ph_class *c, char *to,
                               size_t to_bytes)
{
    uint32_t dimensions = 0;
    while ((c->flags & PH_CLASS_ARRAY) != 0 && dimensions < DEPTH_MAX) {
        dimensions++;
        if (c->item_class_ref == 0) {
            struct ph_slice name = c->item_kind == PH_STORE_REF
                                       ? PH_SLICE_TEXT("java.lang.Object")
                                       : ph_slice_of(number_name(c->item_kind));
            return put_name(name, dimensions, to, to_bytes);
        }
        c = ph_scene_at(self, c->item_class_ref);
    }
    put_name(ph_scene_bytes(self, c->name_ref), dimensions, to, to_bytes);
    char *plus = strrchr(to, '+'); /* of a hidden class */
    if (plus != NULL) {
        *plus = '/';
    }
    return to;
}

static bool is_called(const struct ph_scene *self, const struct ph_class *c, const char *name)
{
    return ph_scene_is_java(self, c) && (c->flags & PH_CLASS_ARRAY) == 0 &&
           ph_slice_equal(ph_scene_bytes(self, c->name_ref), ph_slice_of(name));
}

/* ---- Fields ---------------------------------------------------------------------------------- */

const void *ph_scene_java_field(struct ph_scene *self, ph_ref object, const char *key)
{
    const uint8_t *bytes = ph_scene_at(self, object);
    const struct ph_class *c = ph_scene_class(self, object);
    for (uint32_t depth = 0; c != NULL && depth < DEPTH_MAX; depth++) {
        const struct ph_unit *unit = ph_scene_unit(self, c);
        const struct ph_class_def *def = unit == NULL ? NULL : &unit->class_defs[c->definition];
        struct ph_slice places = ph_scene_bytes(self, c->fields_ref);
        for (uint32_t i = 0; def != NULL && i < def->field_count; i++) {
            if ((def->fields[i].flags & PH_FIELD_STATIC) == 0 && (i + 1) * 4u <= places.size &&
                ph_slice_equal(def->fields[i].name, ph_slice_of(key))) {
                return bytes + ph_load_u32(places.bytes + i * 4u);
            }
        }
        c = c->super_ref == 0 ? NULL : ph_scene_at(self, c->super_ref);
    }
    return NULL;
}

static ph_ref field_ref(struct ph_scene *self, ph_ref object, const char *key)
{
    const ph_ref *at = ph_scene_java_field(self, object, key);
    return at == NULL ? 0 : *at;
}

const struct ph_class *ph_scene_java_behind(struct ph_scene *self, ph_ref mirror)
{
    const struct ph_class *c = ph_scene_class(self, mirror);
    if (!is_called(self, c, "java/lang/Class")) {
        return NULL;
    }
    ph_ref behind = field_ref(self, mirror, "$class");
    return behind == 0 ? NULL : ph_scene_at(self, behind);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* One UTF-16 unit as it stands in a literal of Java. */
static size_t put_unit(uint16_t unit, char quote, char *to, size_t to_bytes)
{
    static const char plain[] = "\b\t\n\f\r\"'\\", letters[] = "btnfr\"'\\";
    const char *escape = unit != 0 && unit < 128 ? strchr(plain, (int)unit) : NULL;
    bool is_other_quote = (unit == '"' || unit == '\'') && unit != (uint16_t)quote;
    if (escape != NULL && !is_other_quote) {
        return (size_t)snprintf(to, to_bytes, "\\%c", letters[escape - plain]);
    }
    if (unit >= ' ' && unit < 0x7f) {
        return (size_t)snprintf(to, to_bytes, "%c", (char)unit);
    }
    if (unit >= 0xa0 && unit < 0x800) {
        return (size_t)snprintf(to, to_bytes, "%c%c", 0xc0 | unit >> 6, 0x80 | (unit & 0x3f));
    }
    bool is_letter = unit >= 0x800 && !(unit >= 0xd800 && unit < 0xf900) && unit < 0xfff0 &&
                     !(unit >= 0x2000 && unit < 0x2010) && !(unit >= 0x2028 && unit < 0x2030) &&
                     !(unit >= 0x2060 && unit < 0x2070) && unit != 0xfeff;
    return is_letter ? (size_t)snprintf(to, to_bytes, "%c%c%c", 0xe0 | unit >> 12,
                                        0x80 | (unit >> 6 & 0x3f), 0x80 | (unit & 0x3f))
                     : (size_t)snprintf(to, to_bytes, "\\u%04x", unit);
}

const char *ph_scene_java_text(struct ph_scene *self, ph_ref string, uint32_t units_max, char *to,
                               size_t to_bytes)
{
    const uint8_t *coder = NULL;
    ph_ref value = 0;
    to[0] = '\0';
    if (string != 0 && is_called(self, ph_scene_class(self, string), "java/lang/String")) {
        coder = ph_scene_java_field(self, string, "coder:B");
        value = field_ref(self, string, "value:[B");
    }
    const struct ph_class *array = value == 0 ? NULL : ph_scene_class(self, value);
    if (coder == NULL || array == NULL || array->layout != PH_LAYOUT_BYTES ||
        array->item_shift != 0) {
        return to;
    }
    struct ph_slice bytes = ph_scene_bytes(self, value);
    uint64_t count = *coder == 0 ? bytes.size : bytes.size / 2;
    size_t used = 1;
    uint64_t i = 0;
    to[0] = '"';
    for (; i < count && i < units_max && used + 16 < to_bytes; i++) {
        uint16_t unit = *coder == 0 ? bytes.bytes[i] : ph_load_u16(bytes.bytes + i * 2);
        used += put_unit(unit, '"', to + used, to_bytes - used);
    }
    snprintf(to + used, to_bytes - used, "\"%s", i < count ? "..." : "");
    return to;
}

const char *ph_scene_java_thread(struct ph_scene *self, const struct ph_thread *thread, char *to,
                                 size_t to_bytes)
{
    ph_ref known = thread->turn_ref;
    bool is_java = known != 0 && ph_scene_is_java(self, ph_scene_class(self, known));
    ph_ref name = is_java ? field_ref(self, known, "name:Ljava/lang/String;") : 0;
    return ph_scene_java_text(self, name, PREVIEW_UNITS, to, to_bytes);
}

/* With as few digits as say which number it is, and a point. */
static void put_float(double value, bool is_float, char *to, size_t to_bytes)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(to, to_bytes, "%.*g", digits, value);
        double read = strtod(to, NULL);
        if (is_float ? (float)read == (float)value : read == value) {
            break;
        }
    }
    if (strpbrk(to, ".einf") == NULL && strlen(to) + 3 < to_bytes) {
        strcat(to, ".0");
    }
}

const char *ph_scene_java_value(uint32_t storage, const void *at, char *to, size_t to_bytes)
{
    if (storage == PH_STORE_U8) {
        snprintf(to, to_bytes, "%s", *(const uint8_t *)at != 0 ? "true" : "false");
    } else if (storage == PH_STORE_U16) {
        size_t used = 1 + put_unit(ph_load_u16(at), '\'', to + 1, to_bytes - 1);
        to[0] = '\'';
        snprintf(to + used, to_bytes - used, "'");
    } else if (storage == PH_STORE_F32) {
        put_float((double)*(const float *)at, true, to, to_bytes);
    } else if (storage == PH_STORE_F64) {
        put_float(*(const double *)at, false, to, to_bytes);
    } else {
        ph_scene_value_text(NULL, storage, at, to, to_bytes); /* no reference: needs no scene */
    }
    return to;
}

/* " of 3 {1, 2, 3}"; of references the length alone. */
static void preview_array(struct ph_scene *self, ph_ref object, char *to, size_t to_bytes)
{
    const struct ph_class *c = ph_scene_class(self, object);
    const struct ph_bytes *array = ph_scene_at(self, object);
    int used = snprintf(to, to_bytes, " of %u", array->length);
    if (c->layout == PH_LAYOUT_REFS) {
        return;
    }
    uint32_t shown = PH_MIN(array->length, ITEMS_SHOWN);
    for (uint32_t i = 0; i < shown && (size_t)used + 40 < to_bytes; i++) {
        char value[32];
        ph_scene_java_value(c->item_kind, array->data + ((uint64_t)i << c->item_shift), value,
                            sizeof(value));
        used += snprintf(to + used, to_bytes - (size_t)used, "%s%s%s", i == 0 ? " {" : ", ", value,
                         i + 1 < shown ? "" : array->length > shown ? ", ...}" : "}");
    }
}

static bool preview_box(struct ph_scene *self, const struct ph_class *c, ph_ref object, char *to,
                        size_t to_bytes)
{
    static const struct {
        const char *name, *field;
        uint32_t storage;
    } boxes[] = {
        {"java/lang/Boolean", "value:Z", PH_STORE_U8},
        {"java/lang/Byte", "value:B", PH_STORE_I8},
        {"java/lang/Character", "value:C", PH_STORE_U16},
        {"java/lang/Short", "value:S", PH_STORE_I16},
        {"java/lang/Integer", "value:I", PH_STORE_I32},
        {"java/lang/Long", "value:J", PH_STORE_I64},
        {"java/lang/Float", "value:F", PH_STORE_F32},
        {"java/lang/Double", "value:D", PH_STORE_F64},
        {"java/util/concurrent/atomic/AtomicInteger", "value:I", PH_STORE_I32},
        {"java/util/concurrent/atomic/AtomicLong", "value:J", PH_STORE_I64},
    };
    for (uint32_t i = 0; i < PH_COUNT(boxes); i++) {
        const void *at = is_called(self, c, boxes[i].name)
                             ? ph_scene_java_field(self, object, boxes[i].field)
                             : NULL;
        if (at != NULL) {
            to[0] = ' ';
            ph_scene_java_value(boxes[i].storage, at, to + 1, to_bytes - 1);
            return true;
        }
    }
    return false;
}

static void preview_mirror(struct ph_scene *self, ph_ref mirror, char *to, size_t to_bytes)
{
    static const char letters[] = "ZCFDBSIJV"; /* by enum ph_java_primitive */
    const struct ph_class *behind = ph_scene_java_behind(self, mirror);
    char name[160];
    if (behind == NULL) {
        const uint32_t *primitive = ph_scene_java_field(self, mirror, "$primitive");
        snprintf(to, to_bytes, " %s", primitive != NULL && *primitive < PH_JAVA_PRIMITIVE_COUNT
                                          ? ph_java_primitive_name((uint8_t)letters[*primitive])
                                          : "");
        return;
    }
    snprintf(to, to_bytes, " %s %s",
             (behind->flags & PH_CLASS_INTERFACE) != 0 ? "interface" : "class",
             ph_scene_class_name(self, behind, name, sizeof(name)));
}

/* The name of an enum's constant. */
static void preview_enum(struct ph_scene *self, ph_ref object, char *to, size_t to_bytes)
{
    const struct ph_class *c = ph_scene_class(self, object);
    bool is_enum = false;
    for (uint32_t i = 0; c->super_ref != 0 && i < DEPTH_MAX; i++) {
        c = ph_scene_at(self, c->super_ref);
        is_enum = is_enum || is_called(self, c, "java/lang/Enum");
    }
    ph_ref name = is_enum ? field_ref(self, object, "name:Ljava/lang/String;") : 0;
    char text[128];
    size_t bytes = strlen(ph_scene_java_text(self, name, PREVIEW_UNITS, text, sizeof(text)));
    if (bytes > 2) { /* without the quotes */
        snprintf(to, to_bytes, " %.*s", (int)(bytes - 2), text + 1);
    }
}

const char *ph_scene_java_preview(struct ph_scene *self, ph_ref object, char *to, size_t to_bytes)
{
    const struct ph_class *c = ph_scene_class(self, object);
    to[0] = '\0';
    if ((c->flags & PH_CLASS_ARRAY) != 0) {
        preview_array(self, object, to, to_bytes);
    } else if (is_called(self, c, "java/lang/String")) {
        to[0] = ' ';
        ph_scene_java_text(self, object, PREVIEW_UNITS, to + 1, to_bytes - 1);
    } else if (is_called(self, c, "java/lang/Class")) {
        preview_mirror(self, object, to, to_bytes);
    } else if (!preview_box(self, c, object, to, to_bytes)) {
        ph_ref name = is_called(self, c, "java/lang/Thread")
                          ? field_ref(self, object, "name:Ljava/lang/String;")
                          : 0;
        if (name != 0) {
            to[0] = ' ';
            ph_scene_java_text(self, name, PREVIEW_UNITS, to + 1, to_bytes - 1);
        } else {
            preview_enum(self, object, to, to_bytes);
        }
    }
    return to;
}

/* ---- Classes --------------------------------------------------------------------------------- */

const char *ph_scene_java_origin(struct ph_scene *self, const struct ph_class *c, char *to,
                                 size_t to_bytes)
{
    for (uint32_t i = 0; (c->flags & PH_CLASS_ARRAY) != 0 && i < DEPTH_MAX; i++) {
        c = ph_scene_at(self, c->item_class_ref != 0 ? c->item_class_ref : c->super_ref);
    }
    const struct ph_instance *instance = ph_scene_at(self, c->instance_ref);
    const struct ph_program *program =
        instance->program_ref == 0 ? NULL : ph_scene_at(self, instance->program_ref);
    ph_ref loader = c->mirror_ref == 0 ? 0
                                       : field_ref(self, c->mirror_ref,
                                                   "classLoader:Ljava/lang/ClassLoader;");
    char text[160] = "boot loader";
    if (loader != 0) {
        ph_scene_ref_text(self, loader, text, sizeof(text));
    }
    snprintf(to, to_bytes, "of program %u, %s", program == NULL ? 0 : program->id, text);
    return to;
}

ph_ref ph_scene_java_find(struct ph_scene *self, struct ph_slice name, uint32_t *count)
{
    const struct ph_world *world = ph_scene_at(self, self->header->roots[PH_ROOT_WORLD]);
    const struct ph_refs *instances =
        world->instances_ref == 0 ? NULL : ph_scene_at(self, world->instances_ref);
    ph_ref found = 0;
    *count = 0;
    for (uint32_t i = 0; instances != NULL && i < instances->length; i++) {
        const struct ph_instance *instance =
            instances->items[i] == 0 ? NULL : ph_scene_at(self, instances->items[i]);
        const struct ph_refs *classes = instance == NULL || instance->classes_ref == 0
                                            ? NULL
                                            : ph_scene_at(self, instance->classes_ref);
        if (classes == NULL || classes->length == 0 || classes->items[0] == 0) {
            continue;
        }
        const struct ph_class *c = ph_scene_at(self, classes->items[0]);
        char text[256];
        if (ph_scene_is_java(self, c) &&
            ph_slice_equal(ph_slice_of(ph_scene_java_name(self, c, text, sizeof(text))), name)) {
            found = c->mirror_ref;
            *count += 1;
        }
    }
    return found;
}

const struct ph_class *ph_scene_java_statics(const struct ph_scene *self, ph_ref object)
{
    ph_ref parent = self->met == 0 ? 0 : self->parents[object / 2];
    if (parent == 0 || parent == PH_SCENE_ROOT ||
        ph_scene_class(self, parent)->layout != PH_LAYOUT_CLASS) {
        return NULL;
    }
    const struct ph_class *c = ph_scene_at(self, parent);
    return c->static_refs_ref == object && ph_scene_is_java(self, c) ? c : NULL;
}

/* ---- Frames ---------------------------------------------------------------------------------- */

/* How many slots below its header a frame has for its locals. */
static uint32_t local_count(const struct ph_view *view, uint32_t function)
{
    struct ph_scratch scratch;
    struct ph_function opened;
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    bool is_good = ph_function_open(&view->loaded->unit, function, &scratch, &opened, NULL) ==
                   PH_OK;
    uint32_t count = is_good ? opened.local_count : 0;
    ph_scratch_finish(&scratch);
    return count;
}

/* The frame in a chunk that has the slot: as a local (below its header; a caller's operands end
 * where they begin) or as an operand. NULL: none. */
static const struct ph_frame_header *frame_in(const struct ph_scene *self, const uint64_t *slots,
                                              uint32_t header_slot, uint64_t slot)
{
    const struct ph_frame_header *inner = NULL;
    uint32_t inner_slot = 0, distance = 1;
    for (; header_slot != 0 && distance != 0; header_slot -= distance) {
        const struct ph_frame_header *header = (const void *)&slots[header_slot];
        if (slot >= header_slot) {
            uint32_t locals =
                inner == NULL ? 0
                              : local_count(ph_view_find(self->runner->machine,
                                                         inner->instance_ref), inner->function);
            return inner != NULL && slot + locals >= inner_slot ? inner : header;
        }
        inner = header;
        inner_slot = header_slot;
        distance = header->caller & PH_FRAME_CALLER_MASK;
        distance = distance > header_slot ? 0 : distance;
    }
    return inner;
}

const char *ph_scene_java_frame(struct ph_scene *self, ph_ref thread_ref, const void *slot,
                                char *to, size_t to_bytes)
{
    const struct ph_thread *thread = ph_scene_at(self, thread_ref);
    uint32_t header_slot = thread->header_slot;
    snprintf(to, to_bytes, " on its stack");
    for (ph_ref chunk = thread->chunk_ref; chunk != 0;) {
        const struct ph_bytes *bytes = ph_scene_at(self, chunk);
        const struct ph_stack *stack = (const void *)bytes->data;
        const uint64_t *slots = (const void *)bytes->data;
        if ((const uint8_t *)slot >= bytes->data && (const uint8_t *)slot < bytes->data +
                                                                              bytes->length) {
            uint64_t number = (uint64_t)((const uint8_t *)slot - bytes->data) / 8;
            const struct ph_frame_header *header = frame_in(self, slots, header_slot, number);
            struct ph_java_frame place;
            char text[256];
            if (header != NULL && self->runner->java != NULL &&
                ph_java_frame_of(self->runner->java,
                                 ph_view_find(self->runner->machine, header->instance_ref),
                                 header->function, header->pc, &place)) {
                ph_java_frame_text(&place, text, sizeof(text));
                snprintf(to, to_bytes, " on its stack in %s", text);
            }
            return to;
        }
        header_slot = stack->caller_header;
        chunk = stack->previous_ref;
    }
    return to;
}
