/* SPDX-License-Identifier: Apache-2.0 */
/* sim.h - the simulated disk: everything that a power cut, a worn disk or a full one can do, from
 * a seed.
 *
 * The disk remembers what was flushed and each write since. At a power cut a seeded choice is made
 * for each unflushed write: kept, dropped, or torn at 512 bytes (and, if asked for, its unflushed
 * sectors corrupted); the kept ones may be applied in any order. The result is the disk that the
 * next open sees. All functions may be called from any thread, but clones of one another share
 * their content and belong to one thread. */
#ifndef PH_PORT_SIM_SIM_H
#define PH_PORT_SIM_SIM_H

#include "base/random.h"
#include "port/port.h"

struct ph_sim_disk;

struct ph_sim_disk_options {
    uint64_t seed;
    uint64_t size_limit_bytes; /* PH_NO_SPACE beyond; 0: none */
    bool tear;                 /* unflushed writes may be applied in part, by 512-byte sectors */
    bool corrupt;              /* unflushed sectors may turn into noise */
};

PH_MUST_CHECK ph_status ph_sim_disk_create(const struct ph_sim_disk_options *options,
                                           struct ph_sim_disk **disk);
void ph_sim_disk_destroy(struct ph_sim_disk *self);

/* The device to give to the store; closing it leaves the disk alone. */
struct ph_block *ph_sim_disk_block(struct ph_sim_disk *self);

/* Faults. Calls (reads do not count, writes, flushes and grows do) are numbered from 0.
 * At call number `cut_at` the power goes: that call and all later ones give PH_POWER_CUT, until
 * ph_sim_disk_power_on (a write at `cut_at` is still one of the unflushed). At `fail_at` that one
 * call gives PH_IO: a write may have happened in part; a failed flush loses its unflushed writes at
 * random and forgets that it should have written them, as real ones do, while reads go on to show
 * them or not. UINT64_MAX: never. */
void ph_sim_disk_cut_power_at(struct ph_sim_disk *self, uint64_t cut_at);
void ph_sim_disk_fail_at(struct ph_sim_disk *self, uint64_t fail_at);
void ph_sim_disk_limit(struct ph_sim_disk *self, uint64_t size_limit_bytes);
uint64_t ph_sim_disk_calls(const struct ph_sim_disk *self);

/* Decides what became of the unflushed writes and turns the power on again. */
void ph_sim_disk_power_on(struct ph_sim_disk *self);
/* The same with a given choice: bit i of `keep` says whether unflushed write i (oldest first) was
 * kept whole. For trying all subsets. */
uint32_t ph_sim_disk_unflushed(const struct ph_sim_disk *self);
void ph_sim_disk_power_on_with(struct ph_sim_disk *self, uint64_t keep);

/* A copy of the disk with its unflushed writes, so that many outcomes can be tried. */
PH_MUST_CHECK ph_status ph_sim_disk_clone(const struct ph_sim_disk *self,
                                          struct ph_sim_disk **clone);

/* Starts the disk's random choices over, so that clones meet different fates. */
void ph_sim_disk_reseed(struct ph_sim_disk *self, uint64_t seed);

/* A lying disk: flushes succeed and make nothing durable. For testing the tests. */
void ph_sim_disk_lie(struct ph_sim_disk *self, bool lies);

/* Damages `bytes` of flushed content at `offset` (a bad sector). */
void ph_sim_disk_damage(struct ph_sim_disk *self, uint64_t offset, uint64_t bytes);

#endif
