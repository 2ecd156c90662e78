/* SPDX-License-Identifier: Apache-2.0 */
/* stand_ins.c - what programs ask of strings all the time, in C: each does what the method of that
 * name does, or leaves it to the method (ph_machine_add_stand_ins): what is to be thrown, what is
 * long, what is nothing of the kind. None changes anything. */
#include "lang/java/vm/places.h"

#define BYTES_MAX (64u << 10) /* are looked at in one go: nobody stops us meanwhile */

#define NOT_HERE PH_CALLING

/* ---- Bytes and strings ---------------------------------------------------------------------- */

struct text {
    const uint8_t *bytes;
    uint32_t size;  /* in bytes */
    uint32_t coder; /* 0: Latin-1, 1: UTF-16 */
};

/* False: `array` is no byte[]. */
static bool take_bytes(const struct ph_heap *heap, ph_ref array, struct text *text)
{
    if (array == 0) {
        return false;
    }
    const struct ph_class *class = ph_class_of(heap, array);
    const struct ph_bytes *bytes = ph_address(heap, array);
    if (class->layout != PH_LAYOUT_BYTES || class->item_kind != PH_STORE_I8) {
        return false;
    }
    *text = (struct text){bytes->data, bytes->length, 0};
    return true;
}

/* False: `string` is none. */
static bool take_string(struct ph_java_vm *vm, ph_ref string, struct text *text)
{
    const int8_t *coder = ph_java_place(vm, string, PH_JAVA_PLACE_STRING_CODER);
    ph_ref value;

    if (coder == NULL || !ph_java_try_ref(vm, string, PH_JAVA_PLACE_STRING_VALUE, &value) ||
        !take_bytes(vm->heap, value, text)) {
        return false;
    }
    text->coder = *coder != 0;
    return true;
}

static bool is_equal(const struct text *a, const struct text *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* ---- java.lang.String ----------------------------------------------------------------------- */

static enum ph_outcome string_coder(struct ph_call *call)
{
    const int8_t *coder = ph_java_place(ph_java_vm_of(call), ph_java_argument(call, 0),
                                        PH_JAVA_PLACE_STRING_CODER);
    return coder == NULL ? NOT_HERE : ph_java_return(call, (uint32_t)*coder);
}

static enum ph_outcome string_is_latin1(struct ph_call *call)
{
    const int8_t *coder = ph_java_place(ph_java_vm_of(call), ph_java_argument(call, 0),
                                        PH_JAVA_PLACE_STRING_CODER);
    return coder == NULL ? NOT_HERE : ph_java_return(call, *coder == 0);
}

static enum ph_outcome string_length(struct ph_call *call)
{
    struct text text;
    return take_string(ph_java_vm_of(call), ph_java_argument(call, 0), &text)
               ? ph_java_return(call, text.size >> text.coder)
               : NOT_HERE;
}

static enum ph_outcome string_char_at(struct ph_call *call)
{
    uint32_t index = (uint32_t)call->slots[1];
    struct text text;

    if (!take_string(ph_java_vm_of(call), ph_java_argument(call, 0), &text) ||
        index >= text.size >> text.coder) {
        return NOT_HERE;
    }
    const uint8_t *at = text.bytes + ((uint64_t)index << text.coder);
    return ph_java_return(call, text.coder == 0 ? at[0] : at[0] | (uint32_t)at[1] << 8);
}

static enum ph_outcome string_equals(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct text a, b;

    if (!take_string(vm, ph_java_argument(call, 0), &a) ||
        !take_string(vm, ph_java_argument(call, 1), &b) || a.size > BYTES_MAX) {
        return NOT_HERE;
    }
    return ph_java_return(call, a.coder == b.coder && is_equal(&a, &b));
}

/* What was found before; 0 may be a string's hash, but seldom is. */
static enum ph_outcome string_hash(struct ph_call *call)
{
    int32_t hash;
    return ph_java_try_int(ph_java_vm_of(call), ph_java_argument(call, 0),
                           PH_JAVA_PLACE_STRING_HASH, &hash) &&
                   hash != 0
               ? ph_java_return(call, (uint32_t)hash)
               : NOT_HERE;
}

/* ---- java.lang.StringLatin1, StringCoding --------------------------------------------------- */

static enum ph_outcome latin1_char_at(struct ph_call *call)
{
    uint32_t index = (uint32_t)call->slots[1];
    struct text text;

    return take_bytes(call->mutator->heap, ph_java_argument(call, 0), &text) && index < text.size
               ? ph_java_return(call, text.bytes[index])
               : NOT_HERE;
}

static enum ph_outcome latin1_hash(struct ph_call *call)
{
    struct text text;
    uint32_t hash = 0;

    if (!take_bytes(call->mutator->heap, ph_java_argument(call, 0), &text) ||
        text.size > BYTES_MAX) {
        return NOT_HERE;
    }
    for (uint32_t i = 0; i < text.size; i++) {
        hash = 31 * hash + text.bytes[i];
    }
    return ph_java_return(call, hash);
}

static enum ph_outcome latin1_equals(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    struct text a, b;

    if (!take_bytes(heap, ph_java_argument(call, 0), &a) ||
        !take_bytes(heap, ph_java_argument(call, 1), &b) || a.size > BYTES_MAX) {
        return NOT_HERE;
    }
    return ph_java_return(call, is_equal(&a, &b));
}

/* indexOf(bytes, character, from) */
static enum ph_outcome latin1_index_of(struct ph_call *call)
{
    uint32_t character = (uint32_t)call->slots[1];
    int32_t from = (int32_t)call->slots[2];
    struct text text;

    if (!take_bytes(call->mutator->heap, ph_java_argument(call, 0), &text) ||
        text.size > BYTES_MAX) {
        return NOT_HERE;
    }
    for (uint32_t i = from < 0 ? 0 : (uint32_t)from; i < text.size; i++) {
        if (text.bytes[i] == character) {
            return ph_java_return(call, i);
        }
    }
    return ph_java_return(call, UINT32_MAX);
}

/* hasNegatives(bytes, from, count) */
static enum ph_outcome has_negatives(struct ph_call *call)
{
    uint32_t from = (uint32_t)call->slots[1], count = (uint32_t)call->slots[2];
    struct text text;

    if (!take_bytes(call->mutator->heap, ph_java_argument(call, 0), &text) ||
        count > BYTES_MAX || from > text.size || count > text.size - from) {
        return NOT_HERE;
    }
    uint8_t all = 0;
    for (uint32_t i = from; i < from + count; i++) {
        all |= text.bytes[i];
    }
    return ph_java_return(call, all >> 7);
}

/* ---- The table ------------------------------------------------------------------------------ */

#define STRING "java/lang/String."
#define LATIN1 "java/lang/StringLatin1."

ph_status ph_java_stand_ins_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"stand_in", STRING "coder()B", "r:i", string_coder},
        {"stand_in", STRING "isLatin1()Z", "r:i", string_is_latin1},
        {"stand_in", STRING "length()I", "r:i", string_length},
        {"stand_in", STRING "charAt(I)C", "ri:i", string_char_at},
        {"stand_in", STRING "equals(Ljava/lang/Object;)Z", "rr:i", string_equals},
        {"stand_in", STRING "hashCode()I", "r:i", string_hash},
        {"stand_in", LATIN1 "charAt([BI)C", "ri:i", latin1_char_at},
        {"stand_in", LATIN1 "hashCode([B)I", "r:i", latin1_hash},
        {"stand_in", LATIN1 "equals([B[B)Z", "rr:i", latin1_equals},
        {"stand_in", LATIN1 "indexOf([BII)I", "rii:i", latin1_index_of},
        {"stand_in", "java/lang/StringCoding.hasNegatives([BII)Z", "rii:i", has_negatives},
    };
    return ph_machine_add_stand_ins(self->machine, natives, PH_COUNT(natives), self);
}
