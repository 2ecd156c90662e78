/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - see reader.h. */
#include "code/reader.h"

#include "base/assert.h"
#include "base/text.h"

PH_COLD void ph_reader_fail(struct reader *r, ph_status status, const char *format, ...)
{
    char text[256];
    va_list arguments;

    if (r->status != PH_OK) {
        return;
    }
    va_start(arguments, format);
    ph_text_vprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    r->status = ph_fail(r->error, status, "unit, byte %llu (%s): %s",
                        (unsigned long long)(r->base + r->offset), r->section, text);
    PH_ASSERT(r->status == status);
}

uint64_t ph_reader_uleb(struct reader *r, unsigned bits)
{
    uint64_t value = 0;

    if (!ph_reader_good(r)) {
        return 0;
    }
    ph_status status = ph_read_uleb(r->bytes, &r->offset, bits, &value);
    if (status != PH_OK) {
        ph_reader_fail(r, status,
                       status == PH_TRUNCATED ? "ends within a number" : "malformed number");
        return 0;
    }
    return value;
}

uint8_t ph_reader_byte(struct reader *r, uint8_t max, const char *what)
{
    if (!ph_reader_good(r)) {
        return 0;
    }
    if (ph_reader_left(r) == 0) {
        ph_reader_fail(r, PH_TRUNCATED, "ends before %s", what);
        return 0;
    }
    uint8_t value = r->bytes.bytes[r->offset];
    if (value > max) {
        ph_reader_fail(r, PH_MALFORMED, "%s must not be %u", what, value);
        return 0;
    }
    r->offset++;
    return value;
}

struct ph_slice ph_reader_slice(struct reader *r, const char *what)
{
    uint64_t size = ph_reader_u32(r);

    if (ph_reader_good(r) && size > ph_reader_left(r)) {
        ph_reader_fail(r, PH_TRUNCATED, "ends within %s", what);
    }
    if (!ph_reader_good(r)) {
        return (struct ph_slice){NULL, 0};
    }
    struct ph_slice slice = {r->bytes.bytes + r->offset, size};
    r->offset += size;
    return slice;
}

struct ph_slice ph_reader_name(struct reader *r, const char *what)
{
    struct ph_slice name = ph_reader_slice(r, what);

    if (ph_reader_good(r) && !r->unit->is_known && !ph_text_is_utf8(name.bytes, name.size)) {
        ph_reader_fail(r, PH_MALFORMED, "%s is not UTF-8", what);
    }
    return name;
}

uint32_t ph_reader_count(struct reader *r, uint32_t entry_bytes_min)
{
    uint32_t count = ph_reader_u32(r);

    if (ph_reader_good(r) && count > ph_reader_left(r) / entry_bytes_min) {
        ph_reader_fail(r, PH_TRUNCATED, "too few bytes for %u entries", count);
    }
    return ph_reader_good(r) ? count : 0;
}

uint32_t ph_reader_index(struct reader *r, uint32_t limit, const char *what)
{
    uint32_t index = ph_reader_u32(r);

    if (ph_reader_good(r) && index >= limit) {
        ph_reader_fail(r, PH_INVALID, "unknown %s %u", what, index);
    }
    return ph_reader_good(r) ? index : 0;
}

uint32_t ph_reader_optional_index(struct reader *r, uint32_t limit, const char *what)
{
    uint32_t word = ph_reader_u32(r);

    if (ph_reader_good(r) && word > limit) {
        ph_reader_fail(r, PH_INVALID, "unknown %s %u", what, word - 1);
    }
    return ph_reader_good(r) ? word - 1 : UINT32_MAX;
}

void *ph_reader_extend(struct reader *r, const void *old, uint32_t old_count, uint64_t more,
                       size_t item_bytes)
{
    if (!ph_reader_good(r)) {
        return NULL;
    }
    uint64_t bytes = (old_count + more) * item_bytes;
    uint8_t *items = ph_scratch_alloc(&r->unit->memory, (size_t)bytes);
    if (items == NULL) {
        ph_reader_fail(r, PH_NO_MEMORY, "out of memory (%llu bytes)", (unsigned long long)bytes);
        return NULL;
    }
    if (old_count != 0) {
        memcpy(items, old, old_count * item_bytes);
    }
    memset(items + old_count * item_bytes, 0, (size_t)(more * item_bytes));
    return items;
}
