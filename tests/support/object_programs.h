/* SPDX-License-Identifier: Apache-2.0 */
/* object_programs.h - programs that make, link and drop objects, and what they must say.
 *
 * Each turn does a few random steps with its own graph: objects are made (some large), linked, cut
 * loose, thrown down a deep stack, held by monitors, referred to weakly. Every object's numbers
 * follow from its id, so that it can be told from any other whoever holds it; and what can be
 * reached gives a sum, which the model here computes without a heap. A gang's turn starts threads
 * instead, which push objects onto one list under its monitor.
 *
 * A program traps when something is not as it left it. The unit is asked for turns in a loop of
 * its own: "run" (i32 which) -> (i64), which says each turn's sum by native test.say and counts it
 * by test.mark, as those of tests/sim do. */
#ifndef PH_TESTS_SUPPORT_OBJECT_PROGRAMS_H
#define PH_TESTS_SUPPORT_OBJECT_PROGRAMS_H

#include "machine/machine.h"

#define OBJECT_TURNS 40u

extern const char object_program_text[];
extern const char gang_program_text[];
extern const struct ph_native_info object_natives[];
extern const uint32_t object_native_count;
extern const struct ph_class_info object_classes[]; /* ph_machine_options.extra_classes */
extern const uint32_t object_class_count;

/* How weak references are read: as they should be, or past the heap while a mark is under way, or
 * while it is complete and they are being cleared. */
enum object_reading { OBJECT_READ_RIGHT, OBJECT_READ_MARKING, OBJECT_READ_CLEARING };
extern enum object_reading object_reading;
extern uint64_t object_weak_read, object_weak_cleared; /* since the beginning */

/* The sums that program `which` says, turn for turn. */
struct object_model;
struct object_model *object_model_new(uint32_t which, bool is_gang);
uint64_t object_model_turn(struct object_model *self);
void object_model_free(struct object_model *self);

#endif
