/* SPDX-License-Identifier: Apache-2.0 */
/* natives.c - small things that many natives want. */
#include "lang/java/vm/natives.h"

#include "base/text.h"

/* ---- Arguments ------------------------------------------------------------------------------ */

struct ph_class *ph_java_class_argument(struct ph_call *call, uint32_t slot, uint32_t *primitive)
{
    return ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, slot), primitive);
}

bool ph_java_is_instance(struct ph_call *call, ph_ref ref, const char *class_name)
{
    struct ph_class *class;
    return ref != 0 && ph_java_look_up(call, 0, ph_java_slice_of(class_name), &class) &&
           ph_ref_is_instance(call->mutator->heap, ref, class);
}

bool ph_java_name_argument(struct ph_call *call, uint32_t slot, char name[PH_JAVA_NAME_BYTES],
                           bool has_dots)
{
    ph_ref string = ph_java_argument(call, slot);
    bool has_slashes = false;

    name[0] = 0;
    if (!ph_java_is_instance(call, string, "java/lang/String") ||
        ph_java_string_text(ph_java_vm_of(call), string, name, PH_JAVA_NAME_BYTES) >=
            PH_JAVA_NAME_BYTES) {
        return false;
    }
    for (char *at = name; *at != 0; at++) {
        has_slashes = has_slashes || *at == '/';
        if (has_dots && !has_slashes && *at == '.') {
            *at = '/';
            has_slashes = false;
        }
    }
    return !has_dots || !has_slashes;
}

/* ---- Classes -------------------------------------------------------------------------------- */

enum ph_java_found ph_java_find_boot(struct ph_call *call, const char *name,
                                     struct ph_class **class, struct ph_java_error *error)
{
    struct ph_root boot;
    ph_root_push(call->mutator, &boot, 0);
    enum ph_java_found found =
        ph_java_find_class(call, &boot, ph_java_slice_of(name), class, error);
    ph_root_pop(call->mutator, &boot);
    return found;
}

char ph_java_storage_letter(uint32_t storage)
{
    static const char letters[] = {
        [PH_STORE_I32] = 'I', [PH_STORE_I64] = 'J', [PH_STORE_F32] = 'F', [PH_STORE_F64] = 'D',
        [PH_STORE_I8] = 'B',  [PH_STORE_I16] = 'S', [PH_STORE_U8] = 'Z',  [PH_STORE_U16] = 'C'};
    PH_ASSERT(storage < PH_COUNT(letters) && letters[storage] != 0);
    return letters[storage];
}

size_t ph_java_class_name(struct ph_java_vm *self, const struct ph_class *class, char *to,
                          size_t to_bytes)
{
    struct ph_slice name = PH_SLICE_TEXT("java/lang/Object"); /* of an array of anything */
    size_t depth = 0;

    for (; class != NULL && (class->flags & PH_CLASS_ARRAY) != 0 && depth + 1 < to_bytes;
         class = class->item_class_ref == 0 ? NULL
                                            : ph_address(self->heap, class->item_class_ref)) {
        to[depth++] = '[';
        if (class->item_kind != PH_STORE_REF) {
            return depth + ph_text_printf(to + depth, to_bytes - depth, "%c",
                                          ph_java_storage_letter(class->item_kind));
        }
    }
    if (class != NULL) {
        name = ph_java_slice(self->heap, class->name_ref);
    }
    size_t whole = depth + ph_text_printf(to + depth, to_bytes - depth, "%s%.*s%s",
                                          depth > 0 ? "L" : "", (int)name.size,
                                          (const char *)name.bytes, depth > 0 ? ";" : "");
    return PH_MIN(whole, to_bytes - 1);
}

size_t ph_java_external_name(struct ph_java_vm *self, const struct ph_class *class, char *to,
                             size_t to_bytes)
{
    size_t length = ph_java_class_name(self, class, to, to_bytes);
    for (size_t i = 0; i < length; i++) {
        to[i] = to[i] == '/' ? '.' : to[i];
    }
    return length;
}

bool ph_java_set_static_ref(struct ph_call *call, const char *class_name, const char *key,
                            ph_ref value)
{
    struct ph_class *class;
    const struct ph_java_known *known =
        ph_java_look_up(call, 0, ph_java_slice_of(class_name), &class)
            ? ph_java_know(ph_java_vm_of(call), class)
            : NULL;
    uint32_t field =
        known == NULL ? UINT32_MAX : ph_java_field_number(known, ph_java_slice_of(key));

    if (field == UINT32_MAX ||
        (ph_class_outline_field_flags(&known->outline, field) & PH_ACC_STATIC) == 0) {
        return false;
    }
    struct ph_refs *statics = ph_address(call->mutator->heap, class->static_refs_ref);
    PH_SET_REF(call->mutator, statics->items[ph_java_field_offset(known, field)], value);
    return true;
}

/* ---- Results -------------------------------------------------------------------------------- */

enum ph_outcome ph_java_return_ref(struct ph_call *call, ph_ref made)
{
    return made == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, made);
}

enum ph_outcome ph_java_return_mirror(struct ph_call *call, struct ph_class *class)
{
    return ph_java_return_ref(call, ph_java_mirror(call, class));
}

enum ph_outcome ph_java_return_boot_class(struct ph_call *call, const char *name)
{
    struct ph_java_error error = {0};
    struct ph_class *class;

    switch (ph_java_find_boot(call, name, &class, &error)) {
    case PH_JAVA_FOUND:
        return ph_java_return_mirror(call, class);
    case PH_JAVA_ABSENT:
        return ph_java_return(call, 0);
    default:
        return ph_java_throw_error(call, &error);
    }
}

enum ph_outcome ph_java_return_string(struct ph_call *call, struct ph_slice text)
{
    return ph_java_return_ref(call, ph_java_string(call, text));
}

enum ph_outcome ph_java_allocate(struct ph_call *call, struct ph_class *class)
{
    if ((class->flags & (PH_CLASS_ABSTRACT | PH_CLASS_INTERFACE | PH_CLASS_ARRAY)) != 0 ||
        class->mirror_ref == 0) {
        char name[256];
        ph_java_external_name(ph_java_vm_of(call), class, name, sizeof(name));
        return ph_java_throw(call, "java/lang/InstantiationException", name);
    }
    enum ph_outcome outcome = ph_java_initialise(call, class);
    return outcome == PH_DONE
               ? ph_java_return_ref(call, ph_object_new_of(call->mutator, class, 0))
               : outcome;
}

bool ph_java_put_string(struct ph_call *call, struct ph_root *array, uint32_t index,
                        struct ph_slice text)
{
    ph_ref string = text.bytes == NULL ? 0 : ph_java_string(call, text);
    struct ph_refs *refs = ph_address(call->mutator->heap, array->ref);

    PH_SET_REF(call->mutator, refs->items[index], string);
    return string != 0 || text.bytes == NULL;
}

enum ph_outcome ph_java_nothing(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

enum ph_outcome ph_java_zero(struct ph_call *call)
{
    return ph_java_return(call, 0);
}

/* ---- Text ----------------------------------------------------------------------------------- */

#define REPLACEMENT 0xfffdu

/* One code point of standard UTF-8. Returns how many bytes it took. */
static uint32_t decode(struct ph_slice text, uint32_t *point)
{
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    uint8_t lead = text.bytes[0];
    uint32_t count = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    *point = REPLACEMENT;
    if (count > text.size || !ph_text_is_utf8(text.bytes, count)) {
        return 1;
    }
    *point = lead & ~(uint32_t)first[count];
    for (uint32_t i = 1; i < count; i++) {
        *point = *point << 6 | (text.bytes[i] & 0x3f);
    }
    return count;
}

ph_ref ph_java_string_utf8(struct ph_call *call, struct ph_slice text)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    size_t bytes = (size_t)PH_MAX(text.size, 1u) * sizeof(uint16_t); /* never more units */
    uint16_t *units = ph_alloc(vm->allocator, bytes);
    uint64_t count = 0;

    if (units == NULL) {
        return 0;
    }
    while (text.size > 0) {
        uint32_t point, taken = decode(text, &point);
        text = (struct ph_slice){text.bytes + taken, text.size - taken};
        if (point >= 0x10000) {
            units[count++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
            point = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        units[count++] = (uint16_t)point;
    }
    ph_ref string = ph_java_string_utf16(call, units, count);
    ph_free(vm->allocator, units, bytes);
    return string;
}
