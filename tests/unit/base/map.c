/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/hash.h"
#include "base/random.h"
#include "counting_allocator.h"
#include "unit.h"

TEST(map_of_nothing)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_map map;
    ph_map_init(&map, &memory.allocator);
    uint64_t key, value, cursor = 0;
    CHECK(!ph_map_get(&map, 0, &value));
    CHECK(!ph_map_remove(&map, 0));
    CHECK(!ph_map_next(&map, &cursor, &key, &value));
    ph_map_finish(&map);
    ph_map_finish(&map);
    CHECK_EQ(memory.calls, 0);
}

TEST(map_takes_any_key_and_value)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_map map;
    ph_map_init(&map, &memory.allocator);
    const uint64_t words[] = {0, 1, UINT64_MAX, UINT64_MAX - 1, 1ull << 63};
    for (unsigned i = 0; i < PH_COUNT(words); i++) {
        CHECK(ph_map_put(&map, words[i], words[PH_COUNT(words) - 1 - i]));
    }
    CHECK_EQ(map.count, PH_COUNT(words));
    for (unsigned i = 0; i < PH_COUNT(words); i++) {
        uint64_t value = 7;
        CHECK(ph_map_get(&map, words[i], &value));
        CHECK_EQ(value, words[PH_COUNT(words) - 1 - i]);
    }
    ph_map_finish(&map);
    CHECK_EQ(memory.live_bytes, 0);
}

/* Against the simplest model there is: an array of all keys. */
TEST(map_does_as_a_table_would)
{
    enum { KEYS = 700, STEPS = 200000 };
    static uint64_t values[KEYS];
    static bool present[KEYS];
    uint64_t count = 0;
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_map map;
    struct ph_random random;
    ph_map_init(&map, &memory.allocator);
    ph_random_init(&random, 42);
    for (unsigned step = 0; step < STEPS; step++) {
        /* Phases of more puts and of more removals. */
        uint64_t percent_put = step / 20000 % 2 == 0 ? 60 : 20;
        uint64_t key = ph_random_below(&random, KEYS);
        uint64_t value = 0;
        CHECK_EQ(ph_map_get(&map, key << 32, &value), present[key]);
        CHECK_EQ(value, present[key] ? values[key] : 0);
        if (ph_random_below(&random, 100) < percent_put) {
            count += !present[key];
            present[key] = true;
            values[key] = ph_random_next(&random);
            CHECK(ph_map_put(&map, key << 32, values[key]));
        } else {
            CHECK_EQ(ph_map_remove(&map, key << 32), present[key]);
            count -= present[key];
            present[key] = false;
        }
        CHECK_EQ(map.count, count);
    }
    uint64_t cursor = 0, key, value;
    while (ph_map_next(&map, &cursor, &key, &value)) {
        CHECK(present[key >> 32]);
        CHECK_EQ(values[key >> 32], value);
        present[key >> 32] = false; /* and each once */
        count--;
    }
    CHECK_EQ(count, 0);
    ph_map_finish(&map);
    CHECK_EQ(memory.live_bytes, 0);
}

TEST(map_says_when_memory_ends_and_goes_on)
{
    struct counting_allocator memory = counting_allocator(4000);
    struct ph_map map;
    ph_map_init(&map, &memory.allocator);
    uint64_t key = 0;
    while (ph_map_put(&map, key, key)) {
        key++;
    }
    CHECK(key > 20);
    for (uint64_t i = 0; i < key; i++) {
        uint64_t value;
        CHECK(ph_map_get(&map, i, &value));
        CHECK_EQ(value, i);
    }
    CHECK(ph_map_remove(&map, 3));
    CHECK(ph_map_put(&map, 3, 4));
    ph_map_finish(&map);
    CHECK_EQ(memory.live_bytes, 0);
}

TEST(name_map_finds_names)
{
    enum { NAMES = 5000 };
    static char names[NAMES][16];
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_name_map map;
    uint64_t value;
    ph_name_map_init(&map, &memory.allocator);
    CHECK(!ph_name_map_get(&map, PH_SLICE_TEXT("x"), &value));
    for (uint64_t i = 0; i < NAMES; i++) {
        int length = snprintf(names[i], sizeof(names[i]), "name%llu", (unsigned long long)i);
        struct ph_slice key = {(const uint8_t *)names[i], (uint64_t)length};
        CHECK(ph_name_map_put(&map, key, i));
    }
    CHECK_EQ(map.count, NAMES);
    for (uint64_t i = 0; i < NAMES; i++) {
        char copy[16];
        memcpy(copy, names[i], sizeof(copy));
        CHECK(ph_name_map_get(&map, (struct ph_slice){(uint8_t *)copy, strlen(copy)}, &value));
        CHECK_EQ(value, i);
    }
    CHECK(!ph_name_map_get(&map, PH_SLICE_TEXT("name"), &value));
    CHECK(ph_name_map_put(&map, PH_SLICE_TEXT("name7"), 70));
    CHECK_EQ(map.count, NAMES);
    CHECK(ph_name_map_get(&map, PH_SLICE_TEXT("name7"), &value));
    CHECK_EQ(value, 70);
    ph_name_map_finish(&map);
    CHECK_EQ(memory.live_bytes, 0);
}

TEST(name_map_takes_the_empty_name)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_name_map map;
    uint64_t value;
    ph_name_map_init(&map, &memory.allocator);
    CHECK(ph_name_map_put(&map, (struct ph_slice){NULL, 0}, 1));
    CHECK(ph_name_map_put(&map, PH_SLICE_TEXT("\0"), 2));
    CHECK(ph_name_map_get(&map, PH_SLICE_TEXT(""), &value));
    CHECK_EQ(value, 1);
    CHECK(ph_name_map_get(&map, PH_SLICE_TEXT("\0"), &value));
    CHECK_EQ(value, 2);
    ph_name_map_finish(&map);

    memory = counting_allocator(10);
    ph_name_map_init(&map, &memory.allocator);
    CHECK(!ph_name_map_put(&map, PH_SLICE_TEXT("a"), 1));
    CHECK(!ph_name_map_get(&map, PH_SLICE_TEXT("a"), &value));
    ph_name_map_finish(&map);
}
