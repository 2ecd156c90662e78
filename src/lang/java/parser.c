/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c - what all parts of reading a class file use: messages, tables, sets. */
#include "lang/java/parser.h"

#include "base/hash.h"
#include "base/text.h"

#define MESSAGE_BYTES 400
#define NAME_BYTES_SHOWN 120u
#define SLOTS_MIN 16u

/* ---- Messages ------------------------------------------------------------------------------- */

int ph_parser_shown_size(struct ph_slice text)
{
    uint64_t size = PH_MIN(text.size, NAME_BYTES_SHOWN);
    while (size > 0 && size < text.size && (text.bytes[size] & 0xc0) == 0x80) {
        size--; /* not in the middle of a character */
    }
    return (int)size;
}

ph_status ph_parser_fail(struct ph_parser *self, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    ph_text_vprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (self->name.size == 0) {
        return ph_fail(self->error, PH_MALFORMED, "%s in a class file", message);
    }
    return ph_fail(self->error, PH_MALFORMED, "%s in class file %.*s", message,
                   PH_PARSER_SHOWN(self->name));
}

ph_status ph_parser_fail_end(struct ph_parser *self)
{
    return ph_fail(self->error, PH_MALFORMED, "Truncated class file");
}

ph_status ph_parser_fail_memory(struct ph_parser *self)
{
    return ph_fail(self->error, PH_NO_MEMORY, "no memory is left to read class file %.*s",
                   PH_PARSER_SHOWN(self->name));
}

/* ---- Tables --------------------------------------------------------------------------------- */

void *ph_parser_table(struct ph_parser *self, uint64_t count, size_t item_bytes)
{
    void *table = ph_scratch_alloc(self->scratch, (size_t)count * item_bytes);
    if (table == NULL) {
        ph_parser_fail_memory(self);
    }
    return table;
}

ph_status ph_parser_index(struct ph_parser *self, uint8_t tag, bool may_be_zero, uint16_t *index)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    *index = ph_parser_u16(self);
    if ((*index == 0 && may_be_zero) || ph_parser_has_tag(self, *index, tag)) {
        return PH_OK;
    }
    return ph_parser_fail(self, "Constant %u is referred to as one of tag %u, and is none",
                          (unsigned)*index, (unsigned)tag);
}

ph_status ph_parser_indices(struct ph_parser *self, uint8_t tag, uint16_t *count,
                            const uint16_t **indices)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    *count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 2 * (uint64_t)*count));
    uint16_t *table = ph_parser_table(self, *count, sizeof(*table));
    if (table == NULL) {
        return PH_NO_MEMORY;
    }
    *indices = table;
    for (uint32_t i = 0; i < *count; i++) {
        PH_PARSER_TRY(ph_parser_index(self, tag, false, &table[i]));
    }
    return PH_OK;
}

/* ---- Sets ----------------------------------------------------------------------------------- */

static uint32_t key_slot(const struct ph_parser_set *set, struct ph_parser_key key)
{
    uint64_t hash = ph_hash64(key.a.bytes, key.a.size, key.number);
    if (key.b.size > 0) {
        hash = ph_hash64(key.b.bytes, key.b.size, hash);
    }
    return (uint32_t)hash & set->slot_mask;
}

/* The slot that has the key, or the free one where it would be. */
static uint32_t find_slot(const struct ph_parser *self, const struct ph_parser_set *set,
                          struct ph_parser_key key)
{
    uint32_t slot = key_slot(set, key);
    for (; set->slots[slot] != 0; slot = (slot + 1) & set->slot_mask) {
        struct ph_parser_key other = set->key_of(self, set->items, set->slots[slot] - 1);
        if (other.number == key.number && ph_slice_equal(other.a, key.a) &&
            ph_slice_equal(other.b, key.b)) {
            break;
        }
    }
    return slot;
}

ph_status ph_parser_set_fill(struct ph_parser *self, struct ph_parser_set *set, uint32_t count,
                             uint32_t *duplicate)
{
    uint32_t slots = SLOTS_MIN;
    while (slots < 2 * count) {
        slots *= 2;
    }
    set->slots = ph_parser_table(self, slots, sizeof(*set->slots));
    if (set->slots == NULL) {
        return PH_NO_MEMORY;
    }
    memset(set->slots, 0, slots * sizeof(*set->slots));
    set->slot_mask = slots - 1;
    *duplicate = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = find_slot(self, set, set->key_of(self, set->items, i));
        if (set->slots[slot] == 0) {
            set->slots[slot] = i + 1;
        } else if (*duplicate == count) {
            *duplicate = i;
        }
    }
    return PH_OK;
}

bool ph_parser_set_has(const struct ph_parser *self, const struct ph_parser_set *set,
                       struct ph_parser_key key)
{
    return set->slots[find_slot(self, set, key)] != 0;
}
