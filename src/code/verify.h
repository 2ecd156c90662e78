/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - decides whether bytecode is safe to run, in one pass and linear time.
 *
 * After PH_OK the engine may assume: no instruction underflows the stack or finds values of other
 * types than it takes; every index is in range; every label is placed exactly once and is reached
 * only with the stack that it declares; control never runs off the end; a branch backwards goes to
 * a loop label; an exception handler's range begins and ends between instructions, and its label's
 * stack is exactly one reference. The engine asserts this; it does not check it again.
 *
 * What class an object is of is not verified: the instructions that look into objects compare it
 * (docs/decisions/0010-objects.md).
 *
 * The abstract stack is one number: a node of a trie in which a node's parent is the stack without
 * its top. Declared shapes are interned into the same trie, so a label is checked in O(1). */
#ifndef PH_CODE_VERIFY_H
#define PH_CODE_VERIFY_H

#include "code/unit.h"

/* A safepoint: an instruction before which a thread may stop. The op table says which they are;
 * labels of loops and of exception handlers are sites too. */
struct ph_site {
    uint32_t offset;      /* of the instruction in the function's code; sites are sorted by it */
    uint32_t depth;       /* operand stack before it, in values */
    uint32_t ref_first;   /* its reference slots: ref_slots[ref_first .. +ref_count), ascending */
    uint32_t ref_count;   /* positions in the operand stack (0 = deepest); sites share slots */
};

struct ph_function_facts {
    uint32_t depth_max;            /* of the operand stack, in values */
    uint32_t site_count;
    const struct ph_site *sites;
    const uint32_t *ref_slots;
    const uint32_t *label_offsets; /* where each label was placed */
};

/* Verifies one function (already opened). `facts` may be NULL when only the answer is wanted; its
 * arrays live in `scratch`. PH_INVALID / PH_MALFORMED with function and offset in the text. */
PH_MUST_CHECK ph_status ph_verify_function(const struct ph_unit *unit, uint32_t index,
                                           const struct ph_function *function,
                                           struct ph_scratch *scratch,
                                           struct ph_function_facts *facts,
                                           struct ph_error *error);

/* Opens and verifies every function of `unit`. */
PH_MUST_CHECK ph_status ph_verify_unit(const struct ph_unit *unit, struct ph_allocator *allocator,
                                       struct ph_error *error);

#endif
