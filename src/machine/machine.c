/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c - opening and closing worlds. */
#include "machine/internal.h"

static void default_options(struct ph_machine *self, const struct ph_machine_options *options)
{
    struct ph_machine_options *o = &self->options;
    *o = *options;
    if (o->workers == 0) {
        o->workers = ph_host_cpu_count();
    }
    if (o->simulated || o->stress_move) {
        o->workers = 1; /* moving wants all other mutators at rest */
    }
    o->workers = PH_MIN(o->workers, PH_WORKERS_MAX);
    o->interval_ns = o->interval_ns != 0 ? o->interval_ns : PH_INTERVAL_DEFAULT_NS;
    o->interval_ns = PH_MIN(o->interval_ns, PH_INTERVAL_MAX_NS);
    o->arena_bytes = o->arena_bytes != 0 ? o->arena_bytes : PH_ARENA_DEFAULT_BYTES;
    o->stack_slots_max = o->stack_slots_max != 0 ? o->stack_slots_max : PH_STACK_SLOTS_DEFAULT;
}

static void init_volatile(struct ph_machine *self)
{
    ph_mutex_init(&self->world_lock);
    ph_mutex_init(&self->view_lock);
    ph_mutex_init(&self->lock);
    ph_mutex_init(&self->commit_lock);
    ph_condition_init(&self->work);
    ph_condition_init(&self->released);
    ph_condition_init(&self->quiet);
    ph_condition_init(&self->timer_wake);
    ph_condition_init(&self->writer_wake);
    ph_condition_init(&self->durable_wake);
    ph_collect_init(self);
    ph_name_map_init(&self->native_names, self->allocator);
    ph_name_map_init(&self->stood_in_classes, self->allocator);
    ph_name_map_init(&self->signature_numbers, self->allocator);
    ph_name_map_init(&self->selector_numbers, self->allocator);
    ph_name_map_init(&self->named_units, self->allocator);
    ph_map_init(&self->signatures, self->allocator);
    ph_mutex_init(&self->frame_lock);
    ph_scratch_init(&self->frame_scratch, self->allocator, 0);
    ph_map_init(&self->frame_maps, self->allocator);
    ph_scratch_init(&self->scratch, self->allocator, 0);
    ph_random_init(&self->schedule, self->options.schedule_seed);
}

static ph_status open_store(struct ph_machine *self, bool format,
                            struct ph_store_recovery *found, struct ph_error *error)
{
    struct ph_store_options options = {.arena_bytes = self->options.arena_bytes,
                                       .pack = !self->options.no_packing,
                                       .chunk_bytes = self->options.chunk_bytes,
                                       .base = self->options.base};
    self->options.base = NULL;
    self->arena = ph_memory_reserve(self->options.arena_bytes);
    if (self->arena == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no address space for an arena of %llu GiB; raise the "
                       "limit of address space (ulimit -v) or of overcommit",
                       (unsigned long long)(self->options.arena_bytes >> 30));
    }
    if (format) {
        ph_status status = ph_store_format(self->block, &options, error);
        if (status != PH_OK) {
            return status;
        }
    }
    ph_status status =
        ph_store_open(self->block, &options, self->arena, &self->store, found, error);
    if (status == PH_OK && found->arena_bytes != self->options.arena_bytes) {
        return ph_fail(error, PH_VERSION, "the image's arena has %llu GiB, this machine was asked "
                       "for %llu", (unsigned long long)(found->arena_bytes >> 30),
                       (unsigned long long)(self->options.arena_bytes >> 30));
    }
    if (status == PH_OK && !format && found->last.number == 0) {
        return ph_fail(error, PH_NOT_FOUND, "the image holds no cut yet");
    }
    return status;
}

/* ---- The world's first and later beginnings ------------------------------------------ */

static ph_status format_classes(struct ph_machine *self, bool format, struct ph_error *error)
{
    const struct ph_machine_options *o = &self->options;
    struct ph_class_info all[PH_CLASS_LIMIT];
    uint32_t count = ph_machine_class_count + o->extra_class_count;
    PH_ASSERT(count <= PH_CLASS_LIMIT);
    memcpy(all, ph_machine_classes, ph_machine_class_count * sizeof(all[0]));
    if (o->extra_class_count > 0) {
        memcpy(all + ph_machine_class_count, o->extra_classes,
               o->extra_class_count * sizeof(all[0]));
    }
    return format ? ph_heap_format(self->heap, all, count, error)
                  : ph_heap_check_format(self->heap, all, count, error);
}

static ph_status format_world(struct ph_machine *self, struct ph_error *error)
{
    ph_ref world_ref = ph_object_new_pinned(&self->mutator, PH_CLASS_WORLD, 0);
    if (world_ref == 0) {
        return ph_fail(error, PH_NO_SPACE, "the arena is too small for a world");
    }
    PH_SET(&self->mutator, self->heap->header->roots[PH_ROOT_WORLD], world_ref);
    self->world = ph_address(self->heap, world_ref);
    PH_SET(&self->mutator, self->world->next_thread_id, 1);
    if (ph_gate_format(self) != PH_OK || ph_classes_format(self) != PH_OK ||
        ph_errors_format(self) != PH_OK) {
        return ph_fail(error, PH_NO_SPACE, "the arena is too small for a world");
    }
    return PH_OK;
}

static ph_status open_world(struct ph_machine *self, const struct ph_store_recovery *found,
                            struct ph_error *error)
{
    struct ph_heap_options options = {.arena_bytes = self->options.arena_bytes,
                                      .stress_move = self->options.stress_move,
                                      .object_bytes_max = self->options.object_bytes_max};
    ph_status status = ph_heap_create(self->arena, &options, &self->heap, error);
    if (status != PH_OK) {
        return status;
    }
    ph_mutator_init(&self->mutator, self->heap);
    ph_mutator_init(&self->writer_mutator, self->heap);
    ph_mutator_init(&self->collect.mutator, self->heap);
    struct ph_heap_client client = {.context = self, .visit_thread = ph_frames_visit,
                                    .visit_young = ph_frames_visit_young};
    ph_heap_set_client(self->heap, &client);

    bool is_new = found->last.number == 0; /* it was asked for */
    status = format_classes(self, is_new, error);
    if (status == PH_OK && is_new) {
        status = format_world(self, error);
    } else if (status == PH_OK && ph_classes_format(self) != PH_OK) {
        status = ph_fail(error, PH_NO_SPACE, "the world has no room for a class");
    }
    if (status != PH_OK) {
        return status;
    }
    self->world = ph_address(self->heap, self->heap->header->roots[PH_ROOT_WORLD]);
    PH_ASSERT(is_new || self->world->cut_number == found->last.number);
    self->resumed_cut = found->last.number;
    self->replayed_pages = found->pages_replayed;
    self->cut_info.pages = found->last.pages;
    self->durable_cut = found->last.number;
    self->run_base_ns = self->world->run_ns;
    ph_collect_set_clock(self);
    ph_gate_adopt(self);
    if (ph_signatures_adopt(self) != PH_OK || ph_selectors_adopt(self) != PH_OK ||
        ph_scheduler_adopt(self) != PH_OK) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory while resuming");
    }
    return PH_OK;
}

static ph_status create_workers(struct ph_machine *self)
{
    self->workers = ph_alloc_zeroed(self->allocator, self->options.workers * sizeof(void *));
    if (self->workers == NULL) {
        return PH_NO_MEMORY;
    }
    for (uint32_t i = 0; i < self->options.workers; i++) {
        struct ph_worker *worker = ph_alloc_zeroed(self->allocator, sizeof(*worker));
        if (worker == NULL) {
            return PH_NO_MEMORY;
        }
        self->workers[i] = worker;
        self->worker_count++;
        worker->machine = self;
        worker->index = i;
        ph_mutator_init(&worker->mutator, self->heap);
        ph_nursery_attach(&worker->mutator);
    }
    self->gate_buffer = ph_alloc(self->allocator, PH_GATE_BUFFER_BYTES);
    return self->gate_buffer == NULL ? PH_NO_MEMORY : PH_OK;
}

ph_status ph_machine_open(struct ph_block *block, bool format,
                          const struct ph_machine_options *options, struct ph_machine **machine,
                          struct ph_store_recovery *found, struct ph_error *error)
{
    struct ph_allocator *allocator = ph_port_allocator();
    struct ph_machine *self = ph_alloc_zeroed(allocator, sizeof(*self));
    struct ph_store_recovery recovery;
    memset(&recovery, 0, sizeof(recovery));
    if (self == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for a machine");
    }
    self->allocator = allocator;
    self->block = block;
    self->engine = options->engine;
    self->open_ns = ph_clock_monotonic_ns();
    default_options(self, options);
    init_volatile(self);
    ph_status status = ph_scheduler_init(self);
    if (status != PH_OK) {
        (void)ph_fail(error, status, "no address space for the lists of threads; raise the limit "
                      "of address space (ulimit -v) or of overcommit");
    } else {
        status = open_store(self, format, &recovery, error);
    }
    if (status == PH_OK) {
        status = open_world(self, &recovery, error);
    }
    if (status == PH_OK && (ph_thread_natives_add(self) != PH_OK ||
                            ph_monitor_natives_add(self) != PH_OK ||
                            ph_reference_natives_add(self) != PH_OK)) {
        status = ph_fail(error, PH_NO_MEMORY, "out of memory for the table of natives");
    }
    if (status == PH_OK && create_workers(self) != PH_OK) {
        status = ph_fail(error, PH_NO_MEMORY, "out of memory for %u workers",
                         self->options.workers);
    }
    if (found != NULL) {
        *found = recovery;
    }
    if (status != PH_OK) {
        ph_machine_close(self);
        return status;
    }
    *machine = self;
    return PH_OK;
}

/* ---- Running ------------------------------------------------------------------------- */

/* Others may ask for cuts at any time: ph_cut_now looks at it. */
static void set_started(struct ph_machine *self, bool started)
{
    ph_mutex_lock(&self->lock);
    self->started = started;
    ph_mutex_unlock(&self->lock);
}

ph_status ph_machine_start(struct ph_machine *self, struct ph_error *error)
{
    PH_ASSERT(!self->started && !self->options.simulated);
    for (uint32_t i = 0; i < self->device_count; i++) {
        if (self->devices[i].revive != NULL) {
            self->devices[i].revive(self->devices[i].context, &self->mutator);
        }
    }
    self->last_cut_ns = ph_clock_monotonic_ns();
    set_started(self, true);
    ph_collect_announce(self); /* before the first instruction may find the heap full */
    ph_status status = ph_scheduler_start(self, error);
    if (status == PH_OK && ph_collect_start(self) != PH_OK) {
        status = ph_fail(error, PH_NO_MEMORY, "the system gives no more threads");
    }
    if (status != PH_OK) {
        ph_scheduler_stop(self);
        ph_collect_stop(self);
        set_started(self, false);
    }
    return status;
}

ph_status ph_machine_stop(struct ph_machine *self, bool cut, struct ph_error *error)
{
    if (self->started) {
        ph_scheduler_stop(self);
        ph_collect_stop(self);
        set_started(self, false);
    }
    if (!cut || self->options.no_cuts) {
        return PH_OK;
    }
    ph_status status = ph_machine_cut(self, PH_CUT_STOP);
    if (status != PH_OK && status != PH_AGAIN) {
        return ph_fail(error, status, "the last cut could not be written (%s); the image holds cut "
                       "%llu", ph_status_text(status),
                       (unsigned long long)ph_cut_durable(self));
    }
    ph_cut_settle(self);
    return PH_OK;
}

void ph_machine_close(struct ph_machine *self)
{
    if (self == NULL) {
        return;
    }
    struct ph_allocator *allocator = self->allocator;
    if (self->started) {
        ph_scheduler_stop(self);
    }
    ph_collect_stop(self);
    ph_collect_finish(self);
    if (self->heap != NULL) {
        ph_nursery_abandon(self->heap);
    }
    ph_units_close(self);
    for (uint32_t i = 0; i < self->worker_count; i++) {
        ph_mutator_finish(&self->workers[i]->mutator);
        ph_free(allocator, self->workers[i], sizeof(*self->workers[i]));
    }
    ph_free(allocator, self->workers, self->options.workers * sizeof(void *));
    ph_free(allocator, self->gate_buffer, PH_GATE_BUFFER_BYTES);
    if (self->mutator.heap != NULL) {
        ph_mutator_finish(&self->mutator);
        ph_mutator_finish(&self->writer_mutator);
        ph_mutator_finish(&self->collect.mutator);
    }
    ph_heap_destroy(self->heap);
    ph_store_close(self->store);
    if (self->arena != NULL) {
        ph_memory_release(self->arena, self->options.arena_bytes);
    }
    ph_scheduler_finish(self);
    ph_vector_finish(&self->natives, allocator);
    ph_name_map_finish(&self->native_names);
    ph_name_map_finish(&self->stood_in_classes);
    ph_name_map_finish(&self->signature_numbers);
    ph_name_map_finish(&self->selector_numbers);
    ph_name_map_finish(&self->named_units);
    ph_vector_finish(&self->named_instances, self->allocator);
    ph_map_finish(&self->signatures);
    ph_map_finish(&self->frame_maps);
    ph_scratch_finish(&self->frame_scratch);
    ph_mutex_finish(&self->frame_lock);
    ph_scratch_finish(&self->scratch);
    ph_mutex_finish(&self->world_lock);
    ph_mutex_finish(&self->view_lock);
    ph_mutex_finish(&self->lock);
    ph_mutex_finish(&self->commit_lock);
    ph_condition_finish(&self->work);
    ph_condition_finish(&self->released);
    ph_condition_finish(&self->quiet);
    ph_condition_finish(&self->timer_wake);
    ph_condition_finish(&self->writer_wake);
    ph_condition_finish(&self->durable_wake);
    ph_free(allocator, self, sizeof(*self));
}

/* ---- Looking in ---------------------------------------------------------------------- */

struct ph_world *ph_machine_world(struct ph_machine *self)
{
    return self->world;
}

struct ph_heap *ph_machine_heap(struct ph_machine *self)
{
    return self->heap;
}

struct ph_store *ph_machine_store(struct ph_machine *self)
{
    return self->store;
}

struct ph_mutator *ph_machine_mutator(struct ph_machine *self)
{
    return &self->mutator;
}

void ph_world_lock(struct ph_machine *self)
{
    ph_mutex_lock(&self->world_lock);
}

void ph_world_unlock(struct ph_machine *self)
{
    ph_mutex_unlock(&self->world_lock);
}

uint64_t ph_machine_clock_ns(struct ph_machine *self)
{
    return self->run_base_ns + (ph_clock_monotonic_ns() - self->open_ns);
}
