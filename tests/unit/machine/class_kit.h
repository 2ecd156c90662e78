/* SPDX-License-Identifier: Apache-2.0 */
/* class_kit.h - a world without an engine, for tests of linking, initialisation and unwinding: they
 * call what the engine would. */
#ifndef PH_TESTS_CLASS_KIT_H
#define PH_TESTS_CLASS_KIT_H

#include "code/assemble.h"
#include "machine/class.h"
#include "machine/cut.h"
#include "port/sim/sim.h"
#include "unit.h"

struct class_world {
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    struct ph_worker *worker;
    uint64_t arena_bytes; /* 0: 64 GiB */
};

static inline void class_world_open_image(struct class_world *self, bool is_new)
{
    const struct ph_machine_options options = {
        .workers = 1, .simulated = true,
        .arena_bytes = self->arena_bytes != 0 ? self->arena_bytes : UINT64_C(64) << 30};
    struct ph_error error;
    CHECK_OK(ph_machine_open(ph_sim_disk_block(self->disk), is_new, &options, &self->machine, NULL,
                             &error));
    self->mutator = ph_machine_mutator(self->machine);
    self->worker = self->machine->workers[0];
}

static inline void class_world_open_small(struct class_world *self, uint64_t arena_bytes)
{
    const struct ph_sim_disk_options disk = {.seed = 1};
    self->arena_bytes = arena_bytes;
    CHECK_OK(ph_sim_disk_create(&disk, &self->disk));
    class_world_open_image(self, true);
}

static inline void class_world_open(struct class_world *self)
{
    class_world_open_small(self, 0);
}

static inline void class_world_reopen(struct class_world *self)
{
    CHECK_OK(ph_machine_cut(self->machine, PH_CUT_COMMAND));
    ph_machine_close(self->machine);
    class_world_open_image(self, false);
}

static inline void class_world_report(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static inline void class_world_close(struct class_world *self)
{
    struct ph_error error;
    CHECK_OK(ph_heap_verify(self->machine->heap, class_world_report, NULL, &error));
    ph_machine_close(self->machine);
    ph_sim_disk_destroy(self->disk);
}

/* An instance of a unit's bytes, which stay the caller's. */
static inline ph_ref class_world_load(struct class_world *self, struct ph_slice unit)
{
    struct ph_error error;
    struct ph_root instance;
    ph_ref unit_ref;
    ph_status status = ph_unit_load(self->machine, self->mutator, unit, &unit_ref, &error);
    if (status != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    ph_root_push(self->mutator, &instance, 0);
    CHECK_OK(ph_instantiate(self->machine, self->mutator, unit_ref, NULL, &instance, &error));
    ph_root_pop(self->mutator, &instance);
    return instance.ref;
}

static inline struct ph_view *class_world_view(struct class_world *self, ph_ref instance_ref)
{
    return ph_view_find(self->machine, instance_ref);
}

static inline ph_ref class_world_text(struct class_world *self, const char *text)
{
    struct ph_slice source = {(const uint8_t *)text, strlen(text)}, unit;
    struct ph_error error;
    if (ph_assemble(source, "test", ph_port_allocator(), &unit, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    ph_ref instance = class_world_load(self, unit);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return instance;
}

/* The class that an instance exports. */
static inline struct ph_class *class_world_class(struct class_world *self, ph_ref instance,
                                                 const char *name)
{
    struct ph_error error;
    struct ph_slice slice = {(const uint8_t *)name, strlen(name)};
    struct ph_root object;
    ph_root_push(self->mutator, &object, 0);
    ph_status status = ph_instance_export(self->machine, self->mutator, instance, slice, &object,
                                          &error);
    ph_root_pop(self->mutator, &object);
    if (status != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    return ph_address(self->machine->heap, object.ref);
}

/* Links reference `index`; what is said when it cannot be is in *error. */
static inline ph_status class_world_link(struct class_world *self, struct ph_view *view,
                                         enum ph_link_kind kind, uint32_t index,
                                         struct ph_error *error)
{
    return ph_link_reference(self->mutator, view, kind, index, error);
}

#endif
