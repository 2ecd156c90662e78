/* SPDX-License-Identifier: Apache-2.0
 *
 * touch MIB [LINES] [PAGES] [WORK] - fills memory, then changes PAGES pages all over it and
 * computes for WORK rounds per line. What the figures of pause, commit, log and resume are
 * measured with.
 *
 * Memory is grown directly: a 32-bit malloc gives no block of more than 2 GiB. "touch 4096" fills
 * all that a 32-bit memory can have. */
#include "program.h"

#define MIB ((uint64_t)1 << 20)
#define PAGE 4096u

#ifdef __wasm__
static uint64_t memory_take(uint64_t bytes, volatile uint8_t **memory)
{
    uint64_t used = (uint64_t)__builtin_wasm_memory_size(0) * 65536;
    if (used + bytes > 4096 * MIB) {
        bytes = 4096 * MIB - used;
    }
    size_t at = __builtin_wasm_memory_grow(0, (size_t)((bytes + 65535) / 65536));
    if (at == (size_t)-1) {
        fprintf(stderr, "memory does not grow by %" PRIu64 " bytes\n", bytes);
        exit(1);
    }
    *memory = (volatile uint8_t *)(at * 65536);
    return bytes;
}
#else
static uint64_t memory_take(uint64_t bytes, volatile uint8_t **memory)
{
    *memory = allocate(bytes);
    return bytes;
}
#endif

int main(int argc, char **argv)
{
    volatile uint8_t *memory;
    uint64_t bytes = memory_take(argument(argc, argv, 1, 64) * MIB, &memory);
    uint64_t lines = argument(argc, argv, 2, 100);
    uint64_t pages = argument(argc, argv, 3, 64);
    uint64_t work = argument(argc, argv, 4, 10000);
    uint64_t state = 9;
    uint64_t sum = CHECKSUM_START;

    for (uint64_t at = 0; at < bytes; at += PAGE) {
        *(volatile uint64_t *)(memory + at) = random_next(&state);
        memory[at + PAGE - 1] = 1;
    }
    printf("touched\n");
    fflush(stdout);
    for (uint64_t line = 1; line <= lines; line++) {
        for (uint64_t i = 0; i < pages; i++) {
            uint64_t page = random_next(&state) % (bytes / PAGE);
            volatile uint64_t *cell = (volatile uint64_t *)(memory + page * PAGE + 8 * (i % 8));
            *cell += line;
            sum = checksum_add(sum, *cell);
        }
        for (uint64_t i = 0; i < work; i++) {
            sum = checksum_add(sum, i);
        }
        say("line", line, sum);
    }
    return 0;
}
