/* SPDX-License-Identifier: Apache-2.0 */
/* random_classes.h - random units that are valid and full of classes: every kind of reference, of
 * definition and of member, every instruction on objects, handlers that nest, overlap and share
 * labels. They cannot run (classes are imported from nowhere); random_unit.h makes those that
 * can. */
#ifndef PH_TESTS_SUPPORT_RANDOM_CLASSES_H
#define PH_TESTS_SUPPORT_RANDOM_CLASSES_H

#include "base/memory.h"

/* Never fails but for memory, which it asserts. Free with ph_free(allocator, bytes, size). The same
 * seed gives the same bytes. */
struct ph_slice random_classes_make(uint64_t seed, struct ph_allocator *allocator);

#endif
