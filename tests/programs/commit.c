/* SPDX-License-Identifier: Apache-2.0
 *
 * commit [LINES] [PAGES] [WORK] - changes the same PAGES pages, says so, and again: as many small
 * cuts as the machine can make durable. */
#include "program.h"

#define PAGE 4096u

int main(int argc, char **argv)
{
    uint64_t lines = argument(argc, argv, 1, 1000);
    size_t pages = (size_t)argument(argc, argv, 2, 48);
    uint64_t work = argument(argc, argv, 3, 0);
    volatile uint8_t *memory = allocate(pages * PAGE);
    uint64_t state = 10;
    uint64_t sum = CHECKSUM_START;

    for (uint64_t line = 1; line <= lines; line++) {
        for (size_t i = 0; i < pages; i++) {
            volatile uint64_t *cell = (volatile uint64_t *)(memory + i * PAGE + line * 8 % PAGE);
            *cell = random_next(&state);
            sum = checksum_add(sum, *cell);
        }
        for (uint64_t i = 0; i < work; i++) {
            sum = checksum_add(sum, i);
        }
        say("commit", line, sum);
    }
    return 0;
}
