/* SPDX-License-Identifier: Apache-2.0 */
/* port.h - all that Phantom wants of the system below it.
 *
 * The core (base to interp) calls only what is declared here. src/port/linux is the default;
 * src/port/sim replaces the block devices, the clock and the random numbers by seeded ones.
 * Rules: no function calls back into the core; whoever opens closes; sizes are in bytes and times
 * in nanoseconds; every function may be called from any thread unless it says otherwise. */
#ifndef PH_PORT_PORT_H
#define PH_PORT_PORT_H

#include "base/memory.h"
#include "base/status.h"

/* ---- Memory ------------------------------------------------------------------------------ */

/* The system's allocator (malloc). Never NULL. */
struct ph_allocator *ph_port_allocator(void);

/* Reserves address space that reads as zeros and takes memory when it is first written. NULL: no
 * address space. Aligned to 2 MiB. */
void *ph_memory_reserve(uint64_t bytes);
void ph_memory_release(void *base, uint64_t bytes);
/* Gives pages back: they read as zeros again (or, where a file is mapped, as the file). */
void ph_memory_discard(void *base, uint64_t bytes);

/* Says that all of these pages will be written soon: one turn in the system instead of a fault
 * each, and large pages where there can be. Their content stays; doing nothing is a correct
 * implementation. 4 KiB-aligned. */
void ph_memory_populate(void *base, uint64_t bytes);
/* Says that this page of 4 KiB will be overwritten whole, and not read before: what is mapped there
 * need not come from the disk first. What it holds until then is not defined; doing nothing is a
 * correct implementation. True: the page is a mapping of its own now. In a reservation. */
bool ph_memory_overwrite(void *page);
/* These pages read as zeros from now on, whatever was mapped there, and take no memory until they
 * are written. 4 KiB-aligned, in a reservation. */
void ph_memory_clear(void *base, uint64_t bytes);

/* ---- Block devices ----------------------------------------------------------------------- */

/* An image: a regular file or a raw block device. A write is durable after the next successful
 * flush and may be torn, reordered or lost before. Offsets and sizes of writes need no alignment,
 * but the store aligns its own to 4 KiB. A struct of functions, so that a simulated disk, or one
 * that fails, can take the place of a real one at run time. */
struct ph_block {
    const struct ph_block_ops *ops;
    bool fixed_size; /* a raw device: resize only succeeds within its size */
};

struct ph_block_ops {
    /* PH_TRUNCATED if it reaches beyond the end; `to` may hold part of it then. */
    ph_status (*read)(struct ph_block *self, uint64_t offset, void *to, uint64_t bytes);
    ph_status (*write)(struct ph_block *self, uint64_t offset, const void *from, uint64_t bytes);
    ph_status (*flush)(struct ph_block *self);
    ph_status (*size)(struct ph_block *self, uint64_t *bytes);
    /* Grows to at least `bytes` with space really allocated (PH_NO_SPACE is said here, not at a
     * later write); new bytes read as zeros. Never shrinks. */
    ph_status (*grow)(struct ph_block *self, uint64_t bytes);
    /* Shows [offset, offset + bytes) of the device at `address` (both 4 KiB-aligned, inside a
     * reserved range), private: stores there never reach the device. Lazy where the system can;
     * reading it in is a correct implementation. PH_TRUNCATED beyond the device's last page. */
    ph_status (*map_private)(struct ph_block *self, uint64_t offset, void *address, uint64_t bytes);
    void (*close)(struct ph_block *self);
};

enum ph_block_mode {
    PH_BLOCK_OPEN,   /* must exist; PH_NOT_FOUND otherwise */
    PH_BLOCK_CREATE, /* made if absent */
    PH_BLOCK_READ    /* read-only and without the lock: for info, log, fsck of a sleeping image */
};

/* Opens and locks the file or device `path` (PH_IN_USE if another process has it). */
PH_MUST_CHECK ph_status ph_block_open(const char *path, enum ph_block_mode mode,
                                      struct ph_block **block, struct ph_error *error);

/* ---- Time and chance --------------------------------------------------------------------- */

uint64_t ph_clock_monotonic_ns(void); /* from an arbitrary start; goes on only while running */
uint64_t ph_clock_wall_ns(void);      /* since 1970-01-01T00:00:00Z */
uint64_t ph_clock_cpu_ns(void);       /* CPU time of the calling thread */
void ph_random_fill(void *to, uint64_t bytes); /* cryptographic quality */

/* ---- Threads ----------------------------------------------------------------------------- */

struct ph_mutex {
    uint64_t words[8];
};
struct ph_condition {
    uint64_t words[8];
};
struct ph_host_thread {
    uint64_t word;
};

void ph_mutex_init(struct ph_mutex *self);
void ph_mutex_finish(struct ph_mutex *self);
void ph_mutex_lock(struct ph_mutex *self);
void ph_mutex_unlock(struct ph_mutex *self);
void ph_condition_init(struct ph_condition *self);
void ph_condition_finish(struct ph_condition *self);
void ph_condition_wait(struct ph_condition *self, struct ph_mutex *mutex);
/* False when `deadline_ns` (on ph_clock_monotonic_ns) passed. */
bool ph_condition_wait_until(struct ph_condition *self, struct ph_mutex *mutex,
                             uint64_t deadline_ns);
void ph_condition_signal(struct ph_condition *self);
void ph_condition_broadcast(struct ph_condition *self);

PH_MUST_CHECK ph_status ph_host_thread_start(struct ph_host_thread *self, const char *name,
                                             void (*run)(void *argument), void *argument);
void ph_host_thread_join(struct ph_host_thread *self);
uint32_t ph_host_cpu_count(void);
void ph_host_pause(void); /* one turn of a spin loop */

/* ---- Words to people --------------------------------------------------------------------- */

/* Prints `text` on the error output and ends the process at once (assertions, lost worlds). */
PH_NORETURN void ph_port_panic(const char *text);

#endif
