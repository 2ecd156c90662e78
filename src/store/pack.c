/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pack.h"

#include "base/assert.h"

#define WORDS (PH_PAGE_BYTES / 8)
#define BITMAP_BYTES (WORDS / 8)

/* Four words at a time, so that the compiler makes vectors of it. */
static uint32_t used_words(const uint8_t *from)
{
    uint64_t unused[4] = {0};

    for (uint32_t i = 0; i < WORDS; i += 4) {
        for (uint32_t j = 0; j < 4; j++) {
            unused[j] += ph_load_u64(from + (size_t)(i + j) * 8) == 0;
        }
    }
    return WORDS - (uint32_t)(unused[0] + unused[1] + unused[2] + unused[3]);
}

static void pack_words(const uint8_t *from, uint8_t *to)
{
    uint8_t *next = to + BITMAP_BYTES;

    for (uint32_t group = 0; group < WORDS / 64; group++) {
        uint64_t bits = 0;

        for (uint32_t i = 0; i < 64; i++) {
            uint64_t word = ph_load_u64(from);
            uint64_t used = word != 0;

            /* Always stored, only sometimes kept: no branch to mispredict. */
            ph_store_u64(next, word);
            next += used * 8;
            bits |= used << i;
            from += 8;
        }
        ph_store_u64(to + (size_t)group * 8, bits);
    }
}

void ph_pack(const void *content, uint8_t *to, struct ph_record *record)
{
    uint32_t used = used_words(content);
    uint32_t bytes = BITMAP_BYTES + used * 8;

    if (used == 0) {
        record->kind = PH_RECORD_ZERO;
        record->bytes = 0;
    } else if (bytes <= PH_PACK_BYTES_MAX) {
        pack_words(content, to);
        record->kind = PH_RECORD_PACKED;
        record->bytes = (uint16_t)bytes;
    } else {
        record->kind = PH_RECORD_RAW;
        record->bytes = PH_PAGE_BYTES;
    }
}

void ph_pack_none(const void *content, struct ph_record *record)
{
    const uint8_t *from = content;
    uint64_t any = 0;

    for (uint32_t i = 0; i < WORDS && any == 0; i += 8) {
        for (uint32_t j = 0; j < 8; j++) {
            any |= ph_load_u64(from + (size_t)(i + j) * 8);
        }
    }
    record->kind = any == 0 ? PH_RECORD_ZERO : PH_RECORD_RAW;
    record->bytes = any == 0 ? 0 : PH_PAGE_BYTES;
}

bool ph_record_is_sane(const struct ph_record *record)
{
    switch (record->kind) {
    case PH_RECORD_ZERO:
        return record->bytes == 0;
    case PH_RECORD_RAW:
        return record->bytes == PH_PAGE_BYTES;
    case PH_RECORD_PACKED:
        return record->bytes > BITMAP_BYTES && record->bytes <= PH_PACK_BYTES_MAX &&
               record->bytes % 8 == 0;
    default:
        return false;
    }
}

static ph_status unpack_words(const uint8_t *content, uint32_t bytes, uint8_t *page)
{
    uint32_t words = 0;

    for (uint32_t group = 0; group < WORDS / 64; group++) {
        words += (uint32_t)__builtin_popcountll(ph_load_u64(content + (size_t)group * 8));
    }
    if (BITMAP_BYTES + words * 8 != bytes) {
        return PH_DAMAGED;
    }
    const uint8_t *next = content + BITMAP_BYTES;

    memset(page, 0, PH_PAGE_BYTES);
    for (uint32_t group = 0; group < WORDS / 64; group++) {
        uint64_t bits = ph_load_u64(content + (size_t)group * 8);

        for (; bits != 0; bits &= bits - 1) {
            uint32_t i = group * 64 + (uint32_t)__builtin_ctzll(bits);

            memcpy(page + (size_t)i * 8, next, 8);
            next += 8;
        }
    }
    PH_ASSERT(next == content + bytes);
    return PH_OK;
}

ph_status ph_unpack(const struct ph_record *record, const uint8_t *content, uint8_t *page)
{
    if (!ph_record_is_sane(record)) {
        return PH_DAMAGED;
    }
    switch (record->kind) {
    case PH_RECORD_ZERO:
        memset(page, 0, PH_PAGE_BYTES);
        return PH_OK;
    case PH_RECORD_RAW:
        memcpy(page, content, PH_PAGE_BYTES);
        return PH_OK;
    default:
        return unpack_words(content, record->bytes, page);
    }
}
