/* SPDX-License-Identifier: Apache-2.0 */
/* world_kit.h - a world on a simulated disk, for tests of the engine: assembles units, makes
 * instances, calls exports and says how the call ended. What goes wrong on the way is printed and
 * aborts. */
#ifndef PH_TESTS_SUPPORT_WORLD_KIT_H
#define PH_TESTS_SUPPORT_WORLD_KIT_H

#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/cut.h"
#include "port/sim/sim.h"

/* How a world runs: freely on a worker, or stopping at every safepoint; then with evacuations of
 * the nursery between, or all objects moved wherever that may happen, or cuts between. */
enum world_mode { WORLD_FREE, WORLD_STEP, WORLD_MOVE, WORLD_CUT, WORLD_MODE_COUNT };

struct world {
    enum world_mode mode;
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    uint64_t steps;          /* safepoints the last call stopped at (not WORLD_FREE) */
    void (*stopped)(struct world *self, struct ph_thread *thread); /* called there; or NULL */
};

/* How a call ended. */
struct world_outcome {
    enum ph_trap trap;
    uint32_t trap_function, trap_pc; /* of a trap: where */
    uint32_t result_count;
    uint64_t results[16];
};

void world_open(struct world *self, enum world_mode mode);
void world_open_with(struct world *self, enum world_mode mode, struct ph_machine_options options);
void world_close(struct world *self);
struct ph_slice world_assemble(const char *text); /* free with ph_free */
/* An instance of `unit`; imports come from the instances in `from` (count of them), by names of
 * exports, and from natives. The instance stays alive (it is pinned). */
ph_ref world_instantiate(struct world *self, struct ph_slice unit, const ph_ref *from,
                       uint32_t from_count);
ph_ref world_text(struct world *self, const char *text); /* assembles and instantiates */
struct world_outcome world_call(struct world *self, ph_ref instance, const char *name,
                                uint32_t count, const uint64_t *arguments);
/* One result, no trap. */
uint64_t world_value(struct world *self, ph_ref instance, const char *name, uint32_t count,
                   const uint64_t *arguments);
enum ph_trap world_trap(struct world *self, ph_ref instance, const char *name, uint32_t count,
                      const uint64_t *arguments);
struct ph_memory *world_memory(struct world *self, ph_ref instance);

#endif
