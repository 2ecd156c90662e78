/* SPDX-License-Identifier: Apache-2.0 */
#include "base/assert.h"
#include "port/port.h"
#include "unit.h"

TEST(reserve_is_aligned_and_zero)
{
    const uint64_t sizes[] = {1, 4096, 5000, 2u << 20, (2u << 20) + 1, 64ull << 20};
    for (unsigned i = 0; i < PH_COUNT(sizes); i++) {
        uint8_t *base = ph_memory_reserve(sizes[i]);
        CHECK(base != NULL);
        CHECK_EQ((uintptr_t)base % (2u << 20), 0);
        CHECK_EQ(base[0], 0);
        CHECK_EQ(base[sizes[i] - 1], 0);
        base[sizes[i] - 1] = 1;
        ph_memory_release(base, sizes[i]);
    }
}

TEST(reserve_takes_no_memory)
{
    uint64_t bytes = 256ull << 30; /* more than the machine has */
    uint8_t *base = ph_memory_reserve(bytes);
    CHECK(base != NULL);
    base[0] = 1;
    base[bytes - 1] = 2;
    CHECK_EQ(base[bytes / 2], 0);
    ph_memory_release(base, bytes);
}

TEST(reserve_says_when_there_is_no_room)
{
    CHECK(ph_memory_reserve(0) == NULL);
    CHECK(ph_memory_reserve(1ull << 60) == NULL);
    CHECK(ph_memory_reserve(UINT64_MAX) == NULL);
    ph_memory_release(NULL, 4096);
}

TEST(discard_gives_zeros_again)
{
    uint8_t *base = ph_memory_reserve(1u << 20);
    memset(base, 7, 1u << 20);
    ph_memory_discard(base + 4096, 8192);
    CHECK_EQ(base[4095], 7);
    CHECK_EQ(base[4096], 0);
    CHECK_EQ(base[4096 + 8191], 0);
    CHECK_EQ(base[4096 + 8192], 7);
    ph_memory_discard(base, 0);
    CHECK_EQ(base[0], 7);
    ph_memory_release(base, 1u << 20);
}

static void discard_unaligned(void *base) { ph_memory_discard((char *)base + 1, 4096); }

TEST(discard_wants_whole_pages)
{
    void *base = ph_memory_reserve(1u << 20);
    CHECK_DIES(discard_unaligned, base);
    ph_memory_release(base, 1u << 20);
}

TEST(allocator_allocates)
{
    struct ph_allocator *allocator = ph_port_allocator();
    uint8_t *bytes = ph_alloc(allocator, 100);
    memset(bytes, 3, 100);
    bytes = ph_resize(allocator, bytes, 100, 100000);
    CHECK_EQ(bytes[99], 3);
    ph_free(allocator, bytes, 100000);
}

TEST(clocks_go_forward)
{
    uint64_t before = ph_clock_monotonic_ns();
    uint64_t cpu_before = ph_clock_cpu_ns();
    volatile uint64_t sum = 0;
    for (unsigned i = 0; i < 3000000; i++) {
        sum += i;
    }
    CHECK(sum > 0);
    CHECK(ph_clock_cpu_ns() > cpu_before);
    CHECK(ph_clock_monotonic_ns() > before);
    CHECK(ph_clock_wall_ns() > 1700000000ull * 1000000000u);
}

TEST(random_numbers_differ)
{
    static uint8_t a[5000], b[5000];
    ph_random_fill(a, sizeof(a));
    ph_random_fill(b, sizeof(b));
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK(memcmp(a + sizeof(a) - 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16) != 0);
    ph_random_fill(NULL, 0);
}

static void panic(void *text) { ph_port_panic(text); }

TEST(panic_ends_the_process) { CHECK_DIES(panic, "a test panics"); }
