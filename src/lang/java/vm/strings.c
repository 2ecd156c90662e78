/* SPDX-License-Identifier: Apache-2.0 */
/* strings.c - java.lang.String from C, the table of interned ones, and arrays.
 *
 * A string has `value`, a byte[] with one byte for each unit (`coder` 0, all below 256) or two,
 * little-endian (`coder` 1), and `hash` (java.lang.String of JDK 17). The table is an open-
 * addressed array (TABLE_ITEMS) by the hash that String.hashCode defines, never more than half
 * full. */
#include "lang/java/vm/vm.h"

#include "base/text.h"

#define VALUE "value:[B"
#define STRINGS_MIN 256u

struct units { /* of a string */
    const uint8_t *bytes;
    uint32_t count;
    bool is_wide;
};

static uint16_t unit_at(const struct units *self, uint32_t i)
{
    return self->is_wide ? (uint16_t)(self->bytes[i * 2] | self->bytes[i * 2 + 1] << 8)
                         : self->bytes[i];
}

static struct units units_of(struct ph_java_vm *vm, ph_ref string)
{
    const struct ph_bytes *value = ph_address(vm->heap, ph_java_get_ref(vm, string, VALUE));
    bool is_wide = ph_java_get_number(vm, string, "coder:B") != 0;
    return (struct units){value->data, is_wide ? value->length / 2 : value->length, is_wide};
}

/* ---- Arrays --------------------------------------------------------------------------------- */

ph_ref ph_java_new_array(struct ph_call *call, struct ph_class *array_class, uint32_t length)
{
    return ph_object_new_of(call->mutator, array_class, length);
}

ph_ref ph_java_new_array_named(struct ph_call *call, const char *name, uint32_t length)
{
    struct ph_root boot;
    struct ph_class *class = NULL;
    struct ph_slice text = {(const uint8_t *)name, strlen(name)};

    ph_root_push(call->mutator, &boot, 0);
    enum ph_java_found found = ph_java_find_class(call, &boot, text, &class, NULL);
    ph_root_pop(call->mutator, &boot);
    return found == PH_JAVA_FOUND ? ph_java_new_array(call, class, length) : 0;
}

ph_ref ph_java_bytes(struct ph_call *call, struct ph_slice bytes)
{
    ph_ref ref = bytes.size > INT32_MAX
                     ? 0
                     : ph_java_new_array_named(call, "[B", (uint32_t)bytes.size);
    if (ref != 0 && bytes.size != 0) {
        struct ph_bytes *array = ph_address(call->mutator->heap, ref);
        ph_touch(call->mutator, array->data, bytes.size);
        memcpy(array->data, bytes.bytes, (size_t)bytes.size);
    }
    return ref;
}

/* ---- Making strings ------------------------------------------------------------------------- */

static bool is_latin1(const uint16_t *units, uint64_t count)
{
    uint16_t all = 0;
    for (uint64_t i = 0; i < count; i++) {
        all |= units[i];
    }
    return all < 256;
}

/* A string around a value. */
static ph_ref wrap(struct ph_call *call, ph_ref value_ref, bool is_wide)
{
    struct ph_class *class;
    struct ph_root value, boot;

    ph_root_push(call->mutator, &value, value_ref);
    ph_root_push(call->mutator, &boot, 0);
    ph_ref string = 0;
    if (value_ref != 0 && ph_java_find_class(call, &boot, PH_SLICE_TEXT("java/lang/String"), &class,
                                             NULL) == PH_JAVA_FOUND) {
        string = ph_object_new_of(call->mutator, class, 0);
    }
    if (string != 0) {
        ph_java_set_ref(call, string, VALUE, value.ref);
        ph_java_set_number(call, string, "coder:B", is_wide);
    }
    ph_root_pop(call->mutator, &boot);
    ph_root_pop(call->mutator, &value);
    return string;
}

ph_ref ph_java_string_utf16(struct ph_call *call, const uint16_t *units, uint64_t count)
{
    bool is_wide = !is_latin1(units, count);
    struct ph_slice bytes = {(const uint8_t *)units, count * 2};

    if (is_wide) { /* little-endian, as it lies in memory on all that Phantom runs on */
        return wrap(call, ph_java_bytes(call, bytes), true);
    }
    ph_ref value = count > INT32_MAX ? 0 : ph_java_new_array_named(call, "[B", (uint32_t)count);
    if (value != 0) {
        struct ph_bytes *array = ph_address(call->mutator->heap, value);
        ph_touch(call->mutator, array->data, count);
        for (uint64_t i = 0; i < count; i++) {
            array->data[i] = (uint8_t)units[i];
        }
    }
    return wrap(call, value, false);
}

ph_ref ph_java_string(struct ph_call *call, struct ph_slice text)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    bool is_ascii = true;

    for (uint64_t i = 0; i < text.size; i++) {
        is_ascii = is_ascii && text.bytes[i] < 0x80;
    }
    if (is_ascii) {
        return wrap(call, ph_java_bytes(call, text), false);
    }
    if (!ph_java_is_utf8(text, true)) {
        return 0;
    }
    uint64_t count = ph_java_to_utf16(text, NULL);
    uint16_t *units = ph_alloc(vm->allocator, (size_t)count * 2);
    if (units == NULL) {
        return 0;
    }
    (void)ph_java_to_utf16(text, units);
    ph_ref string = ph_java_string_utf16(call, units, count);
    ph_free(vm->allocator, units, (size_t)count * 2);
    return string;
}

ph_ref ph_java_string_of(struct ph_call *call, const char *text)
{
    return ph_java_string(call, (struct ph_slice){(const uint8_t *)text, strlen(text)});
}

size_t ph_java_string_text(struct ph_java_vm *self, ph_ref string, char *to, size_t to_bytes)
{
    struct units units = units_of(self, string);
    size_t used = 0;

    for (uint32_t i = 0; i < units.count; i++) {
        uint8_t bytes[3];
        uint16_t unit = unit_at(&units, i);
        uint64_t count = ph_java_from_utf16(&unit, 1, bytes);
        if (used + count < to_bytes) {
            memcpy(to + used, bytes, (size_t)count);
        }
        used += (size_t)count;
    }
    PH_ASSERT(to_bytes > 0);
    to[PH_MIN(used, to_bytes - 1)] = 0;
    return used;
}

/* ---- Interned strings ----------------------------------------------------------------------- */

static uint32_t hash_of(const struct units *units)
{
    uint32_t hash = 0;
    for (uint32_t i = 0; i < units->count; i++) {
        hash = hash * 31 + unit_at(units, i);
    }
    return hash;
}

static bool are_equal(const struct units *a, const struct units *b)
{
    bool equal = a->count == b->count;
    for (uint32_t i = 0; equal && i < a->count; i++) {
        equal = unit_at(a, i) == unit_at(b, i);
    }
    return equal;
}

static ph_ref *place_of(struct ph_java_vm *vm, struct ph_refs *table, const struct units *units)
{
    uint32_t mask = table->length - 1, at = hash_of(units) & mask;

    while (table->items[at] != 0) {
        struct units other = units_of(vm, table->items[at]);
        if (are_equal(&other, units)) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &table->items[at];
}

/* The table with room for one more; 0: no memory. */
static ph_ref with_room(struct ph_call *call, ph_ref table_ref)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_refs *table = table_ref == 0 ? NULL : ph_address(vm->heap, table_ref);

    if (table != NULL && table->extra < table->length / 2) {
        return table_ref;
    }
    uint32_t length = table == NULL ? STRINGS_MIN : table->length * 2;
    ph_ref larger_ref = ph_object_new_pinned(call->mutator, PH_CLASS_TABLE_ITEMS, length);
    struct ph_refs *larger = larger_ref == 0 ? NULL : ph_address(vm->heap, larger_ref);
    for (uint32_t i = 0; larger != NULL && table != NULL && i < table->length; i++) {
        if (table->items[i] != 0) {
            struct units units = units_of(vm, table->items[i]);
            PH_SET_REF(call->mutator, *place_of(vm, larger, &units), table->items[i]);
        }
    }
    if (larger != NULL && table != NULL) {
        PH_SET(call->mutator, larger->extra, table->extra);
    }
    return larger_ref;
}

ph_ref ph_java_intern(struct ph_call *call, struct ph_root *string)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct units units = units_of(vm, string->ref);
    ph_ref answer = 0;

    ph_mutex_lock(&vm->dictionary_lock);
    ph_ref old_ref = ph_java_root(call, PH_JAVA_ROOT_STRINGS);
    ph_ref table_ref = with_room(call, old_ref);
    if (table_ref != 0) {
        struct ph_refs *table = ph_address(vm->heap, table_ref);
        ph_ref *place = place_of(vm, table, &units);
        if (*place == 0) {
            PH_SET_REF(call->mutator, *place, string->ref);
            PH_SET(call->mutator, table->extra, table->extra + 1);
        }
        answer = *place;
        if (table_ref != old_ref) {
            ph_java_set_root(call, PH_JAVA_ROOT_STRINGS, table_ref);
        }
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return answer;
}
