/* SPDX-License-Identifier: Apache-2.0 */
/* atomic.h - accesses to fields and array items that several threads agree on: Java's volatile and
 * what java.util.concurrent is made of (JLS 17.4; VarHandle's "volatile" modes).
 *
 * All are sequentially consistent, and pass the barrier; a young reference that they store is
 * remembered. `at` is the address of a field or item of the world, aligned as its storage is.
 * Values are as on the operand stack: zero-extended in the upper half, those of i8 and i16
 * sign-extended to i32, floats as their bits. The object may not move meanwhile: none of these
 * collects.
 *
 * Plain accesses of the same field may be mixed in; none of any width tears. */
#ifndef PH_MACHINE_ATOMIC_H
#define PH_MACHINE_ATOMIC_H

#include "code/code.h"
#include "heap/heap.h"

/* All that was before, in this thread, is before all that follows, for every thread. */
void ph_atomic_fence(void);

uint64_t ph_atomic_get(const void *at, uint32_t storage);
void ph_atomic_set(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value);

/* These give what was there. */
uint64_t ph_atomic_swap(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value);
/* Integers alone; wraps. */
uint64_t ph_atomic_add(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value);
/* Stores `value` if the lower bits of `expected` are there: it has if they are what it gives. */
uint64_t ph_atomic_compare_swap(struct ph_mutator *mutator, void *at, uint32_t storage,
                                uint64_t expected, uint64_t value);

#endif
