/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/random.h"
#include "store/pack.h"

static void round_trip(const uint8_t *page, enum ph_record_kind expected)
{
    uint8_t packed[PH_PACK_ROOM_BYTES];
    uint8_t back[PH_PAGE_BYTES];
    struct ph_record record = {0};

    ph_pack(page, packed, &record);
    CHECK(ph_record_is_sane(&record));
    CHECK_EQ(record.kind, expected);
    memset(back, 0xee, sizeof(back));
    CHECK_OK(ph_unpack(&record, record.kind == PH_RECORD_RAW ? page : packed, back));
    CHECK_BYTES(back, page, sizeof(back));
}

TEST(pack_zero_page_has_no_content)
{
    uint8_t page[PH_PAGE_BYTES] = {0};
    struct ph_record record = {0};

    round_trip(page, PH_RECORD_ZERO);
    ph_pack_none(page, &record);
    CHECK_EQ(record.kind, PH_RECORD_ZERO);
    page[PH_PAGE_BYTES - 1] = 1;
    round_trip(page, PH_RECORD_PACKED);
    ph_pack_none(page, &record);
    CHECK_EQ(record.kind, PH_RECORD_RAW);
}

TEST(pack_full_page_stays_raw)
{
    uint8_t page[PH_PAGE_BYTES];

    memset(page, 0xab, sizeof(page));
    round_trip(page, PH_RECORD_RAW);
}

TEST(pack_random_pages)
{
    struct ph_random random;

    ph_random_init(&random, 1);
    for (uint32_t turn = 0; turn < 20000; turn++) {
        uint64_t page[PH_PAGE_BYTES / 8] = {0};
        uint32_t words = 1 + (uint32_t)ph_random_below(&random, 512);

        for (uint32_t i = 0; i < words; i++) {
            page[ph_random_below(&random, 512)] = ph_random_next(&random) | 1;
        }
        uint32_t used = 0;

        for (uint32_t i = 0; i < 512; i++) {
            used += page[i] != 0;
        }
        round_trip((const uint8_t *)page,
                   64 + used * 8 <= PH_PACK_BYTES_MAX ? PH_RECORD_PACKED : PH_RECORD_RAW);
    }
}

TEST(unpack_takes_anything)
{
    struct ph_random random;
    uint64_t content[PH_PAGE_BYTES / 8];
    uint8_t page[PH_PAGE_BYTES];
    uint32_t good = 0;

    ph_random_init(&random, 2);
    for (uint32_t turn = 0; turn < 200000; turn++) {
        for (uint32_t i = 0; i < 16; i++) {
            content[i] = ph_random_next(&random);
        }
        uint64_t chosen = ph_random_next(&random);
        struct ph_record record = {.bytes = (uint16_t)(chosen & 0x1fff),
                                   .kind = (uint8_t)(chosen >> 16 & 3)};
        uint32_t bits = 0;

        if (chosen >> 20 & 1) {
            for (uint32_t i = 0; i < 8; i++) {
                bits += (uint32_t)__builtin_popcountll(content[i]);
            }
            record.bytes = (uint16_t)(64 + bits * 8);
        }
        ph_status status = ph_unpack(&record, (const uint8_t *)content, page);

        CHECK(status == PH_OK || status == PH_DAMAGED);
        good += status == PH_OK && record.kind == PH_RECORD_PACKED;
    }
    CHECK(good > 0);
}
