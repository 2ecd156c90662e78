/* SPDX-License-Identifier: Apache-2.0 */
/* frames.c - reading a thread's canonical stack: which slots hold references. The maps come from
 * the verifier and are made when a walk first meets a function. */
#include "machine/internal.h"

static struct ph_frame_map *make_map(struct ph_machine *self, struct ph_loaded_unit *loaded,
                                     uint32_t function)
{
    struct ph_frame_map *map = ph_scratch_alloc(&self->frame_scratch, sizeof(*map));
    ph_status status = map == NULL ? PH_NO_MEMORY
                                   : ph_function_open(&loaded->unit, function, &self->frame_scratch,
                                                      &map->function, NULL);
    if (status == PH_OK) {
        status = ph_verify_function(&loaded->unit, function, &map->function, &self->frame_scratch,
                                    &map->facts, NULL);
    }
    uint64_t key = (uint64_t)loaded->id << 32 | function;
    if (status != PH_OK || !ph_map_put(&self->frame_maps, key, (uint64_t)(uintptr_t)map)) {
        ph_port_panic("out of memory for the reference maps of a walk");
    }
    return map;
}

const struct ph_frame_map *ph_frame_map_of(struct ph_machine *self,
                                           struct ph_loaded_unit *loaded, uint32_t function)
{
    uint64_t found;
    ph_mutex_lock(&self->frame_lock);
    const struct ph_frame_map *map =
        ph_map_get(&self->frame_maps, (uint64_t)loaded->id << 32 | function, &found)
            ? (const struct ph_frame_map *)(uintptr_t)found
            : make_map(self, loaded, function);
    ph_mutex_unlock(&self->frame_lock);
    return map;
}

/* An object in the arena or in a mapping of a cut. */
static void *object_at(const uint8_t *base, ph_ref ref)
{
    return ref == 0 ? NULL : (void *)(uintptr_t)ph_address_in(base, ref);
}

/* The safepoint at `pc`; NULL: the thread does not rest at a safepoint (it trapped). */
static const struct ph_site *site_at(const struct ph_function_facts *facts, uint32_t pc)
{
    uint32_t low = 0, high = facts->site_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->sites[middle].offset < pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < facts->site_count && facts->sites[low].offset == pc ? &facts->sites[low] : NULL;
}

/* Visits one frame; operands from slot `limit` on are the next inner frame's (or were popped by the
 * call). The slot where the frame's own locals begin. */
static uint32_t visit_frame(struct ph_machine *self, uint64_t *slots, uint32_t header_slot,
                            uint32_t limit, struct ph_visitor *visitor)
{
    const struct ph_frame_header *header = (const void *)&slots[header_slot];
    struct ph_view *view = ph_view_find(self, header->instance_ref);
    const struct ph_frame_map *map = ph_frame_map_of(self, view->loaded, header->function);
    PH_ASSERT(map->function.local_count <= header_slot);
    uint32_t first_local = header_slot - map->function.local_count;
    for (uint32_t i = 0; i < map->function.local_count; i++) {
        if (map->function.local_types[i] == PH_REF) {
            visitor->slot(visitor, &slots[first_local + i]);
        }
    }
    const struct ph_site *site = site_at(&map->facts, header->pc);
    uint32_t first_operand = header_slot + PH_FRAME_HEADER_SLOTS;
    for (uint32_t i = 0; site != NULL && i < site->ref_count; i++) {
        uint32_t slot = first_operand + map->facts.ref_slots[site->ref_first + i];
        if (slot < limit) {
            visitor->slot(visitor, &slots[slot]);
        }
    }
    return first_local;
}

/* Arguments of a thread that has not begun, or results of one that has finished. */
static void visit_values(struct ph_machine *self, const uint8_t *base,
                         const struct ph_thread *thread, struct ph_visitor *visitor)
{
    const struct ph_function_object *f = object_at(base, thread->function_ref);
    struct ph_signature signature;
    if (f == NULL || !ph_signature_by_number(self, f->signature, &signature)) {
        return;
    }
    bool finished = thread->state == PH_THREAD_FINISHED;
    uint32_t count = finished ? signature.result_count : signature.param_count;
    const uint8_t *types = signature.types + (finished ? signature.param_count : 0);
    uint64_t *slots = (uint64_t *)(void *)ph_stack_of(object_at(base, thread->chunk_ref)) +
                      PH_STACK_BASE;
    for (uint32_t i = 0; i < count; i++) {
        if (types[i] == PH_REF) {
            visitor->slot(visitor, &slots[i]);
        }
    }
}

static void visit_chunk(struct ph_machine *self, uint64_t *slots, uint32_t header_slot,
                        uint32_t limit, struct ph_visitor *visitor)
{
    for (;;) {
        limit = visit_frame(self, slots, header_slot, limit, visitor);
        const struct ph_frame_header *header = (const void *)&slots[header_slot];
        uint32_t distance = header->caller & PH_FRAME_CALLER_MASK;
        if (distance == 0) {
            return;
        }
        PH_ASSERT(distance < header_slot);
        header_slot -= distance;
    }
}

/* What a native that another one called has been given. */
static void visit_callee(struct ph_machine *self, const struct ph_thread *thread,
                         struct ph_visitor *visitor)
{
    for (uint32_t i = 0; i < self->worker_count; i++) {
        struct ph_worker *worker = self->workers[i];
        const struct ph_signature *signature = worker->callee_signature;
        for (uint32_t k = 0;
             worker->thread == thread && signature != NULL && k < signature->param_count; k++) {
            if (signature->types[k] == PH_REF) {
                visitor->slot(visitor, &worker->callee_arguments[k]);
            }
        }
    }
}

/* The frames of a thread, innermost first, down to those in chunk `lowest_ref` (0: all). */
static void visit_frames(struct ph_machine *self, const uint8_t *base, struct ph_thread *thread,
                         ph_ref lowest_ref, struct ph_visitor *visitor)
{
    ph_ref chunk_ref = thread->chunk_ref;
    uint32_t header_slot = thread->header_slot;
    uint32_t limit = UINT32_MAX;
    bool is_lowest = false;
    if (base == self->heap->arena) {
        visit_callee(self, thread, visitor);
    }
    if (chunk_ref != 0 && header_slot == 0) {
        visit_values(self, base, thread, visitor);
        return;
    }
    while (chunk_ref != 0 && !is_lowest) {
        struct ph_stack *stack = ph_stack_of(object_at(base, chunk_ref));
        is_lowest = chunk_ref == lowest_ref;
        if (header_slot != 0) { /* 0: the thread's first frame did not fit the first chunk */
            visit_chunk(self, (uint64_t *)(void *)stack, header_slot, limit, visitor);
        }
        header_slot = stack->caller_header;
        limit = stack->window_slot;
        chunk_ref = stack->previous_ref;
    }
}

void ph_frames_visit(void *machine, const uint8_t *base, ph_ref thread_ref,
                     struct ph_visitor *visitor)
{
    struct ph_thread *thread = object_at(base, thread_ref);
    if (thread->chunk_ref == 0) {
        return;
    }
    visitor->ref(visitor, &thread->chunk_ref);
    visitor->ref(visitor, &thread->spare_ref);
    for (ph_ref chunk_ref = thread->chunk_ref; chunk_ref != 0;) {
        struct ph_stack *stack = ph_stack_of(object_at(base, chunk_ref));
        visitor->ref(visitor, &stack->previous_ref);
        chunk_ref = stack->previous_ref;
    }
    visit_frames(machine, base, thread, 0, visitor);
}

struct young {
    struct ph_machine *machine;
    struct ph_visitor *visitor;
};

static void visit_young_thread(void *context, struct ph_thread *thread, ph_ref lowest_ref)
{
    struct young *young = context;
    visit_frames(young->machine, young->machine->heap->arena, thread, lowest_ref,
                 young->visitor);
}

/* What threads that did not run since the last evacuation hold is old. */
void ph_frames_visit_young(void *machine, struct ph_visitor *visitor)
{
    struct young young = {machine, visitor};
    ph_threads_young_each(machine, visit_young_thread, &young);
}

/* ---- Frame by frame ------------------------------------------------------------------ */

static bool look_at(struct ph_frame_cursor *self)
{
    self->header = NULL;
    if (self->chunk_ref == 0 || self->header_slot == 0) {
        return false;
    }
    uint64_t *slots =
        (uint64_t *)(void *)ph_stack_of(ph_machine_object(self->machine, self->chunk_ref));
    self->header = (void *)&slots[self->header_slot];
    return true;
}

bool ph_frame_first(struct ph_machine *machine, const struct ph_thread *thread,
                    struct ph_frame_cursor *self)
{
    *self = (struct ph_frame_cursor){machine, thread->chunk_ref, thread->header_slot, NULL};
    return look_at(self);
}

bool ph_frame_next(struct ph_frame_cursor *self)
{
    uint32_t distance = self->header->caller & PH_FRAME_CALLER_MASK;
    if (distance != 0) {
        self->header_slot -= distance;
    } else {
        const struct ph_stack *stack =
            ph_stack_of(ph_machine_object(self->machine, self->chunk_ref));
        self->header_slot = stack->caller_header;
        self->chunk_ref = stack->previous_ref;
    }
    return look_at(self);
}

void ph_frames_each(struct ph_machine *self, const struct ph_thread *thread,
                    void (*each)(void *context, const struct ph_view *view,
                                 const struct ph_frame_header *header),
                    void *context)
{
    struct ph_frame_cursor cursor;
    for (bool more = ph_frame_first(self, thread, &cursor); more; more = ph_frame_next(&cursor)) {
        each(context, ph_view_find(self, cursor.header->instance_ref), cursor.header);
    }
}
