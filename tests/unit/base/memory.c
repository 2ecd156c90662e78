/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include "base/vector.h"
#include "counting_allocator.h"
#include "unit.h"

TEST(alloc_of_nothing_is_not_null)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    void *empty = ph_alloc(&memory.allocator, 0);
    CHECK(empty != NULL);
    ph_free(&memory.allocator, empty, 0);
    ph_free(&memory.allocator, NULL, 100);
    CHECK_EQ(memory.live_bytes, 0);
    CHECK(ph_resize(&memory.allocator, NULL, 0, 0) == NULL);
}

TEST(alloc_zeroed_is_zero)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    uint8_t *bytes = ph_alloc_zeroed(&memory.allocator, 1000);
    for (unsigned i = 0; i < 1000; i++) {
        CHECK_EQ(bytes[i], 0);
    }
    bytes = ph_resize(&memory.allocator, bytes, 1000, 5000);
    CHECK_EQ(memory.live_bytes, 5000);
    CHECK_EQ(bytes[999], 0);
    CHECK(ph_resize(&memory.allocator, bytes, 5000, 0) == NULL);
    CHECK_EQ(memory.live_bytes, 0);
}

TEST(alloc_says_when_there_is_none)
{
    struct counting_allocator memory = counting_allocator(10);
    CHECK(ph_alloc(&memory.allocator, 11) == NULL);
    CHECK(ph_alloc_zeroed(&memory.allocator, 11) == NULL);
}

TEST(scratch_gives_aligned_separate_memory)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_scratch scratch;
    ph_scratch_init(&scratch, &memory.allocator, 0);
    uint8_t *pieces[500];
    for (unsigned i = 0; i < PH_COUNT(pieces); i++) {
        pieces[i] = ph_scratch_alloc(&scratch, i * 7);
        CHECK(pieces[i] != NULL);
        CHECK_EQ((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)(i & 255), i * 7);
    }
    for (unsigned i = 0; i < PH_COUNT(pieces); i++) {
        for (unsigned k = 0; k < i * 7; k++) {
            CHECK_EQ(pieces[i][k], i & 255);
        }
    }
    CHECK_EQ(scratch.used_bytes, memory.live_bytes);
    ph_scratch_finish(&scratch);
    CHECK_EQ(memory.live_bytes, 0);
    ph_scratch_finish(&scratch); /* twice is fine */
}

TEST(scratch_carries_large_pieces)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_scratch scratch;
    ph_scratch_init(&scratch, &memory.allocator, 0);
    uint8_t *large = ph_scratch_alloc(&scratch, 10u << 20);
    CHECK(large != NULL);
    memset(large, 1, 10u << 20);
    CHECK(ph_scratch_alloc(&scratch, SIZE_MAX) == NULL);
    CHECK(ph_scratch_alloc(&scratch, SIZE_MAX - 8) == NULL);
    CHECK(ph_scratch_alloc(&scratch, 8) != NULL);
    ph_scratch_finish(&scratch);
    CHECK_EQ(memory.live_bytes, 0);
}

TEST(scratch_keeps_one_block_at_reset)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_scratch scratch;
    ph_scratch_init(&scratch, &memory.allocator, 0);
    ph_scratch_reset(&scratch);
    for (unsigned i = 0; i < 1000; i++) {
        CHECK(ph_scratch_alloc(&scratch, 1000) != NULL);
    }
    ph_scratch_reset(&scratch);
    CHECK_EQ(memory.live_pieces, 1);
    CHECK_EQ(scratch.used_bytes, memory.live_bytes);
    uint64_t calls = memory.calls;
    for (unsigned i = 0; i < 100; i++) {
        CHECK(ph_scratch_alloc(&scratch, 1000) != NULL);
    }
    CHECK_EQ(memory.calls, calls);
    ph_scratch_finish(&scratch);
    CHECK_EQ(memory.live_bytes, 0);
}

TEST(scratch_keeps_to_its_limit)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    struct ph_scratch scratch;
    const uint64_t limit = 100000;
    ph_scratch_init(&scratch, &memory.allocator, limit);
    uint64_t given = 0;
    while (ph_scratch_alloc(&scratch, 100) != NULL) {
        given += 100;
    }
    CHECK(given > limit * 8 / 10);
    CHECK(memory.live_bytes <= limit);
    CHECK(ph_scratch_alloc(&scratch, limit) == NULL);
    ph_scratch_finish(&scratch);

    memory = counting_allocator(1000);
    ph_scratch_init(&scratch, &memory.allocator, 0);
    CHECK(ph_scratch_alloc(&scratch, 2000) == NULL);
    ph_scratch_finish(&scratch);
}

TEST(vector_grows_and_keeps)
{
    struct counting_allocator memory = counting_allocator(UINT64_MAX);
    PH_VECTOR(uint32_t) numbers = {0};
    for (uint32_t i = 0; i < 10000; i++) {
        CHECK(ph_vector_push(&numbers, &memory.allocator, i * 3));
    }
    CHECK_EQ(numbers.count, 10000);
    for (uint32_t i = 0; i < numbers.count; i++) {
        CHECK_EQ(numbers.items[i], i * 3);
    }
    CHECK(memory.calls < 50);
    CHECK(ph_vector_reserve(&numbers, &memory.allocator, 5000));
    CHECK(numbers.capacity >= 15000);
    uint64_t calls = memory.calls;
    CHECK(ph_vector_reserve(&numbers, &memory.allocator, 5000));
    CHECK_EQ(memory.calls, calls);
    ph_vector_finish(&numbers, &memory.allocator);
    CHECK_EQ(memory.live_bytes, 0);
    CHECK_EQ(numbers.count, 0);
}

TEST(vector_refuses_what_does_not_fit)
{
    struct counting_allocator memory = counting_allocator(1000);
    PH_VECTOR(uint64_t) numbers = {0};
    CHECK(ph_vector_reserve(&numbers, &memory.allocator, 10));
    uint32_t capacity = numbers.capacity;
    CHECK(!ph_vector_reserve(&numbers, &memory.allocator, 1000));
    CHECK(!ph_vector_reserve(&numbers, &memory.allocator, UINT32_MAX));
    CHECK(!ph_vector_reserve(&numbers, &memory.allocator, (uint64_t)UINT32_MAX + 1));
    CHECK(!ph_vector_reserve(&numbers, &memory.allocator, UINT64_MAX));
    CHECK_EQ(numbers.capacity, capacity);
    ph_vector_finish(&numbers, &memory.allocator);
}
