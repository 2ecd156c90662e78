/* SPDX-License-Identifier: Apache-2.0 */
/* fuzzer.h - the main program of a fuzzer: its options, its rounds, and what is left of a failure.
 *
 *     fuzz_NAME [--quick] [--seed N] [--count N] [--dump FILE]
 *
 * Each round draws from a generator with a seed of its own: that of the first is --seed, or 1 with
 * --quick, so that a short run does the same each time, or else comes from the clock; those of the
 * others follow one by one. So --seed N --count 1 repeats any round alone. The seed is printed
 * before anything is tried. However a round ends the process - an assertion, a signal, a
 * sanitizer, the time limit of who started it - its seed is printed, and its input is written to
 * NAME.failed.EXTENSION. */
#ifndef PH_TESTS_SUPPORT_FUZZER_H
#define PH_TESTS_SUPPORT_FUZZER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/random.h"

struct fuzzer {
    const char *name;                    /* "fuzz_zip" */
    const char *extension;               /* NULL: the seed says all about an input */
    uint64_t count;                      /* of rounds, at most; 0: as many as there is time for */
    uint32_t seconds, seconds_quick;     /* 0: no limit; none holds with --count */
    bool can_dump;                       /* whether --dump is an option */
    void (*other)(const char *argument); /* takes further arguments; NULL: there are none */

    struct ph_random random; /* of this round */
    uint64_t seed;           /* of the first round */
    uint64_t round_seed;     /* of this one */
    uint64_t rounds;         /* begun */
    FILE *dump;              /* NULL without --dump */

    bool is_quick, has_count;
    uint64_t end_ns;
    const void *input;
    uint64_t input_size;
};

/* Reads the options (exits with 2 if they are wrong), prints the seed. `self` stays the process's
 * fuzzer to the end. What is tried before the first round is said to be so if it fails. */
void fuzzer_begin(struct fuzzer *self, int argc, char **argv);

/* Begins the next round; false: it was the last. */
bool fuzzer_next(struct fuzzer *self);

/* What is tried from now on: borrowed until the next call. Costs nothing. */
void fuzzer_input(struct fuzzer *self, const void *bytes, uint64_t size);

/* Ends the process: `what` was found, `text` says more ("": nothing). */
void fuzzer_fail(const struct fuzzer *self, const char *what, const char *text)
    __attribute__((noreturn));

/* One record of --dump, if it is wanted: status and size (four bytes each, of this CPU's order),
 * the input, and `text` in `text_bytes` bytes. */
void fuzzer_dump(struct fuzzer *self, uint32_t status, const char *text, uint32_t text_bytes);

/* Closes the dump; the process is on its own again. */
void fuzzer_end(struct fuzzer *self);

#endif
