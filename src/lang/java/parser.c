/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c - what all parts of reading a class file use: messages, tables, sets. */
#include "lang/java/parser.h"

#include "base/hash.h"
#include "base/text.h"
#include "lang/java/descriptor.h"

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
    struct ph_slice name = ph_parser_class_name(self);
    return ph_fail(self->error, PH_MALFORMED, "%s in class file %.*s", message,
                   PH_PARSER_SHOWN(name));
}

ph_status ph_parser_fail_plain(struct ph_parser *self, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    ph_text_vprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return ph_fail(self->error, PH_MALFORMED, "%s", message);
}

struct ph_slice ph_parser_class_name(const struct ph_parser *self)
{
    return self->name.size > 0 ? self->name : PH_SLICE_TEXT("<Unknown>");
}

ph_status ph_parser_fail_index(struct ph_parser *self, const char *text, uint32_t index)
{
    int before = 0;
    while (text[before] != '#') {
        before++;
    }
    return ph_parser_fail(self, "%.*s%u%s", before, text, (unsigned)index, text + before + 1);
}

ph_status ph_parser_fail_name(struct ph_parser *self, bool is_method, struct ph_slice name)
{
    struct ph_slice class_name = ph_parser_class_name(self);
    return ph_parser_fail_plain(self, "Illegal %s name \"%.*s\" in class %.*s",
                                is_method ? "method" : "field", PH_PARSER_SHOWN(name),
                                PH_PARSER_SHOWN(class_name));
}

/* The type at *at, which is moved behind it. NULL: it is good; "": it is none. */
static const char *flaw_of_type(struct ph_slice text, uint64_t *at)
{
    uint64_t depth = 0;
    for (; *at < text.size && text.bytes[*at] == '['; (*at)++) {
        depth++;
    }
    if (depth > PH_JAVA_DIMENSIONS_MAX) {
        return "Array type descriptor has more than 255 dimensions";
    }
    if (*at == text.size || text.bytes[*at] != 'L') {
        bool is_good = *at < text.size && ph_java_is_primitive(text.bytes[*at]);
        (*at)++;
        return is_good ? NULL : "";
    }
    uint64_t end = *at;
    while (end < text.size && text.bytes[end] != ';') {
        end++;
    }
    struct ph_slice name = {text.bytes + *at + 1, end - *at - 1};
    *at = end + 1;
    return end == text.size              ? ""
           : ph_java_is_class_name(name) ? NULL
                                         : "Class name is empty or contains illegal character in "
                                           "descriptor";
}

/* What is wrong with it; "": that it is none. */
static const char *flaw_of(struct ph_slice text, bool is_method)
{
    uint64_t at = 0;
    if (!is_method) {
        const char *flaw = flaw_of_type(text, &at);
        return flaw == NULL ? "" : flaw;
    }
    if (text.size == 0 || text.bytes[at++] != '(') {
        return "";
    }
    while (at < text.size && text.bytes[at] != ')') {
        const char *flaw = flaw_of_type(text, &at);
        if (flaw != NULL) {
            return flaw;
        }
    }
    bool is_void = at + 2 == text.size && text.bytes[at + 1] == 'V';
    at++;
    const char *flaw = is_void ? NULL : flaw_of_type(text, &at);
    at += is_void;
    return flaw != NULL ? flaw : at == text.size ? "Too many arguments in method signature" : "";
}

ph_status ph_parser_fail_descriptor(struct ph_parser *self, bool is_method, struct ph_slice name,
                                    struct ph_slice descriptor)
{
    const char *flaw = flaw_of(descriptor, is_method);
    return flaw[0] != 0 ? ph_parser_fail(self, "%s", flaw)
                        : ph_parser_fail_signature(self, is_method, name, descriptor);
}

ph_status ph_parser_fail_signature(struct ph_parser *self, bool is_method, struct ph_slice name,
                                   struct ph_slice descriptor)
{
    struct ph_slice class_name = ph_parser_class_name(self);
    return ph_parser_fail_plain(self, "%s \"%.*s\" in class %.*s has illegal signature \"%.*s\"",
                                is_method ? "Method" : "Field", PH_PARSER_SHOWN(name),
                                PH_PARSER_SHOWN(class_name), PH_PARSER_SHOWN(descriptor));
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

ph_status ph_parser_index_of(struct ph_parser *self, uint8_t tag, bool may_be_zero,
                             const char *text, uint16_t *index)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    *index = ph_parser_u16(self);
    if ((*index == 0 && may_be_zero) || ph_parser_has_tag(self, *index, tag)) {
        return PH_OK;
    }
    return ph_parser_fail_index(self, text, *index);
}

ph_status ph_parser_indices_of(struct ph_parser *self, uint8_t tag, const char *text,
                               uint16_t *count, const uint16_t **indices)
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
        PH_PARSER_TRY(ph_parser_index_of(self, tag, false, text, &table[i]));
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
