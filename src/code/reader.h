/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - reads the contents of one section of a unit.
 *
 * Private to src/code. A reader remembers its first failure; after that it reads zeros, and whoever
 * loops stops. A count is compared with the bytes that are left before anything is allocated by
 * it. */
#ifndef PH_CODE_READER_H
#define PH_CODE_READER_H

#include "code/unit.h"

struct reader {
    struct ph_slice bytes; /* the section's contents */
    uint64_t offset;
    uint64_t base;         /* of `bytes` in the file */
    const char *section;
    struct ph_unit *unit;
    struct ph_error *error;
    ph_status status;
};

void ph_reader_fail(struct reader *r, ph_status status, const char *format, ...) PH_PRINTF(3, 4);
static inline bool ph_reader_good(const struct reader *r) { return r->status == PH_OK; }
static inline uint64_t ph_reader_left(const struct reader *r) /* bytes of the section */
{
    return r->bytes.size - r->offset;
}

uint64_t ph_reader_uleb(struct reader *r, unsigned bits);
static inline uint32_t ph_reader_u32(struct reader *r)
{
    if (PH_LIKELY(ph_reader_good(r) && ph_reader_left(r) != 0 &&
                  r->bytes.bytes[r->offset] < 0x80)) {
        return r->bytes.bytes[r->offset++]; /* most numbers have one byte */
    }
    return (uint32_t)ph_reader_uleb(r, 32);
}
uint8_t ph_reader_byte(struct reader *r, uint8_t max, const char *what);
struct ph_slice ph_reader_slice(struct reader *r, const char *what); /* `u` size, bytes */
struct ph_slice ph_reader_name(struct reader *r, const char *what);  /* the same, UTF-8 */
/* How many entries follow, each of at least `entry_bytes_min`. */
uint32_t ph_reader_count(struct reader *r, uint32_t entry_bytes_min);
/* A number below `limit`. */
uint32_t ph_reader_index(struct reader *r, uint32_t limit, const char *what);
/* The number + 1, or 0 for none, which gives UINT32_MAX. */
uint32_t ph_reader_optional_index(struct reader *r, uint32_t limit, const char *what);
/* An array of old_count + more items in the unit's memory, the old ones copied, the new ones
 * zero. */
void *ph_reader_extend(struct reader *r, const void *old, uint32_t old_count, uint64_t more,
                       size_t item_bytes);

#endif
