/* SPDX-License-Identifier: Apache-2.0
 *
 * program.h - what the guest programs of this folder share.
 *
 * Their output depends on their arguments alone: never on time, addresses or the machine. So the
 * output of a run that was killed and resumed a hundred times can be compared byte for byte with
 * that of one left alone, and with the same source compiled for the host. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number in argument `index`, or `otherwise` if it is not there. */
static inline uint64_t argument(int argc, char **argv, int index, uint64_t otherwise)
{
    return index < argc ? strtoull(argv[index], NULL, 10) : otherwise;
}

/* splitmix64: small, fast, and every bit of the seed counts. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Folds `value` into `sum`, which thereby depends on all values before and on their order. */
static inline uint64_t checksum_add(uint64_t sum, uint64_t value)
{
    sum ^= value;
    sum *= 0x100000001b3u;
    return sum ^ (sum >> 29);
}

#define CHECKSUM_START 0xcbf29ce484222325u

static inline uint64_t checksum_double(uint64_t sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return checksum_add(sum, bits);
}

/* Memory, or the end of the program: these programs have nothing else to do without it. */
static inline void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        fprintf(stderr, "out of memory (%zu bytes)\n", bytes);
        exit(1);
    }
    return memory;
}

/* A line of progress, at once on its way. */
static inline void say(const char *what, uint64_t step, uint64_t sum)
{
    printf("%s %" PRIu64 " %016" PRIx64 "\n", what, step, sum);
    fflush(stdout);
}

#endif
