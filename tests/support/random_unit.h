/* SPDX-License-Identifier: Apache-2.0 */
/* random_unit.h - random units that are valid, and programs that end.
 *
 * Every function begins, and
 * every loop goes round, by taking one from the fuel, global "fuel" (exported, mutable i32); when
 * there is none left the function returns. So a program runs at most about fuel × (longest
 * function) instructions, whatever it does, or traps before.
 *
 * Exports: "fuel"; "f0", "f1", … all own functions; "memory"; "main": () -> (i64), which calls
 * others and mixes what they return. The same seed and options give the same bytes. */
#ifndef PH_TESTS_SUPPORT_RANDOM_UNIT_H
#define PH_TESTS_SUPPORT_RANDOM_UNIT_H

#include "base/memory.h"
#include "base/random.h"

struct random_unit_options {
    uint32_t function_count_max; /* besides main; 0: 6 */
    uint32_t op_count_max;       /* of one function, roughly; 0: 300 */
    uint32_t fuel;               /* 0: 300 */
    bool with_imports;           /* "env" imports of every kind: not runnable without them */
    bool with_traps;             /* also operands that are likely to trap */
    bool with_objects;           /* classes, arrays, methods, exceptions */
};

/* Never fails but for memory, which it asserts. Free with ph_free(allocator, bytes, size). */
struct ph_slice random_unit_make(uint64_t seed, const struct random_unit_options *options,
                                 struct ph_allocator *allocator);

#endif
