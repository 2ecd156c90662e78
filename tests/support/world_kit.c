/* SPDX-License-Identifier: Apache-2.0 */
#include "support/world_kit.h"

#include "machine/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (UINT64_C(64) << 30)

static void need(ph_status status, const struct ph_error *error)
{
    if (status != PH_OK) {
        fprintf(stderr, "world_kit: %s: %s\n", ph_status_text(status), error->text);
        abort();
    }
}

void world_open_with(struct world *self, enum world_mode mode, struct ph_machine_options options)
{
    const struct ph_sim_disk_options disk = {.seed = 1};
    struct ph_error error = {0};

    memset(self, 0, sizeof(*self));
    self->mode = mode;
    options.workers = 1;
    options.arena_bytes = options.arena_bytes == 0 ? ARENA_BYTES : options.arena_bytes;
    options.engine = &ph_interp;
    options.simulated = mode != WORLD_FREE;
    options.stress_move = mode == WORLD_MOVE;
    options.no_cuts = mode == WORLD_FREE;
    need(ph_sim_disk_create(&disk, &self->disk), &error);
    need(ph_machine_open(ph_sim_disk_block(self->disk), true, &options, &self->machine, NULL,
                         &error), &error);
    self->mutator = ph_machine_mutator(self->machine);
    if (mode == WORLD_FREE) {
        need(ph_machine_start(self->machine, &error), &error);
    }
}

void world_open(struct world *self, enum world_mode mode)
{
    world_open_with(self, mode, (struct ph_machine_options){0});
}

static void report(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "world_kit: %s\n", line);
}

void world_close(struct world *self)
{
    struct ph_error error = {0};

    if (self->mode == WORLD_FREE) {
        need(ph_machine_stop(self->machine, false, &error), &error);
        ph_heap_evacuate(self->mutator); /* what lives in the nursery was remembered */
    }
    need(ph_heap_verify(ph_machine_heap(self->machine), report, NULL, &error), &error);
    ph_machine_close(self->machine);
    ph_sim_disk_destroy(self->disk);
}

static void pause_world(struct world *self)
{
    if (self->mode == WORLD_FREE) {
        ph_machine_pause(self->machine);
    }
}

static void unpause_world(struct world *self)
{
    if (self->mode == WORLD_FREE) {
        ph_machine_unpause(self->machine);
    }
}

struct ph_slice world_assemble(const char *text)
{
    struct ph_slice source = {(const uint8_t *)text, strlen(text)};
    struct ph_slice unit;
    struct ph_error error = {0};

    need(ph_assemble(source, "test", ph_port_allocator(), &unit, &error), &error);
    return unit;
}

struct providers {
    struct world *world;
    const ph_ref *instances;
    uint32_t count;
};

static ph_status resolve(void *context, const struct ph_unit *unit,
                         const struct ph_import *import, struct ph_root *object)
{
    const struct providers *from = context;

    (void)unit;
    for (uint32_t i = 0; i < from->count; i++) {
        ph_status status = ph_instance_export(from->world->machine, from->world->mutator,
                                              from->instances[i], import->name, object, NULL);
        if (status == PH_OK) {
            return PH_OK;
        }
    }
    return PH_NOT_FOUND;
}

ph_ref world_instantiate(struct world *self, struct ph_slice unit, const ph_ref *from,
                       uint32_t from_count)
{
    struct providers providers = {self, from, from_count};
    const struct ph_resolver resolver = {resolve, &providers, 0};
    struct ph_error error = {0};
    struct ph_root instance;
    ph_ref unit_ref;

    pause_world(self);
    need(ph_unit_load(self->machine, self->mutator, unit, &unit_ref, &error), &error);
    ph_root_push(self->mutator, &instance, 0);
    need(ph_instantiate(self->machine, self->mutator, unit_ref, &resolver, &instance, &error),
         &error);
    ph_root_pop(self->mutator, &instance);
    unpause_world(self);
    return instance.ref;
}

ph_ref world_text(struct world *self, const char *text)
{
    struct ph_slice unit = world_assemble(text);
    ph_ref instance = world_instantiate(self, unit, NULL, 0);

    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return instance;
}

static void run_thread(struct world *self, struct ph_thread *thread)
{
    const struct ph_error error = {0};

    if (self->mode == WORLD_FREE) {
        ph_machine_unpause(self->machine);
        need(ph_machine_wait_thread(self->machine, thread), &error);
        ph_machine_pause(self->machine);
        return;
    }
    self->steps = 0;
    while (thread->state != PH_THREAD_FINISHED && thread->state != PH_THREAD_TRAPPED) {
        bool ran = ph_machine_step(self->machine, 1);
        PH_ASSERT(ran);
        self->steps++;
        if (self->stopped != NULL && thread->state == PH_THREAD_READY) {
            self->stopped(self, thread);
        }
        if (self->mode == WORLD_STEP && self->steps % 3 == 0) { /* what is young grows old */
            ph_collect_instant(self->machine);
        }
        if (self->mode == WORLD_CUT && self->steps % 7 == 0) {
            ph_status status = ph_machine_cut(self->machine, PH_CUT_INTERVAL);
            PH_ASSERT(status == PH_OK || status == PH_AGAIN);
        }
    }
}

struct world_outcome world_call(struct world *self, ph_ref instance, const char *name,
                                uint32_t count, const uint64_t *arguments)
{
    struct ph_slice slice = {(const uint8_t *)name, strlen(name)};
    struct world_outcome outcome = {0};
    struct ph_error error = {0};
    struct ph_thread *thread;
    struct ph_root function;
    (void)count;

    pause_world(self);
    ph_root_push(self->mutator, &function, 0);
    need(ph_instance_export(self->machine, self->mutator, instance, slice, &function, &error),
         &error);
    need(ph_thread_create(self->machine, self->mutator, function.ref, arguments, &thread, &error),
         &error);
    ph_root_pop(self->mutator, &function);
    ph_thread_ready(self->machine, self->mutator, thread);
    run_thread(self, thread);
    outcome.trap = (enum ph_trap)thread->trap;
    if (thread->state == PH_THREAD_FINISHED) {
        outcome.result_count = thread->result_count;
        PH_ASSERT(outcome.result_count <= 16);
        memcpy(outcome.results, ph_thread_results(self->machine, thread),
               outcome.result_count * 8);
    } else if (thread->header_slot != 0) {
        const uint64_t *slots = (const uint64_t *)(const void *)ph_stack_of(
            ph_address(ph_machine_heap(self->machine), thread->chunk_ref));
        const struct ph_frame_header *header = (const void *)&slots[thread->header_slot];
        outcome.trap_function = header->function;
        outcome.trap_pc = header->pc;
    }
    ph_thread_drop(self->machine, self->mutator, thread);
    unpause_world(self);
    return outcome;
}

uint64_t world_value(struct world *self, ph_ref instance, const char *name, uint32_t count,
                   const uint64_t *arguments)
{
    struct world_outcome outcome = world_call(self, instance, name, count, arguments);

    if (outcome.trap != PH_TRAP_NONE) {
        fprintf(stderr, "world_kit: %s: %s at 0x%x\n", name, ph_trap_text(outcome.trap),
                outcome.trap_pc);
        abort();
    }
    PH_ASSERT(outcome.result_count == 1);
    return outcome.results[0];
}

enum ph_trap world_trap(struct world *self, ph_ref instance, const char *name, uint32_t count,
                      const uint64_t *arguments)
{
    return world_call(self, instance, name, count, arguments).trap;
}

struct ph_memory *world_memory(struct world *self, ph_ref instance)
{
    struct ph_heap *heap = ph_machine_heap(self->machine);
    const struct ph_instance *i = ph_address(heap, instance);
    const struct ph_refs *memories = ph_address(heap, i->memories_ref);

    return ph_address(heap, memories->items[0]);
}
