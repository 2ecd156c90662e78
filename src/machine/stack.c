/* SPDX-License-Identifier: Apache-2.0 */
/* stack.c - threads' stacks: chunks of the arena, and the window of them that may be stored to
 * without a barrier in this epoch. */
#include "machine/collect.h"
#include "machine/internal.h"

#define CHUNK_SLOTS_MIN 32u /* a thread that waits with a shallow stack has no more */
#define CHUNK_SLOTS_MORE 1024u /* one that calls gets room for some dozens of frames at once: a loop
                               * whose calls go to and fro between two chunks is slow */
#define CHUNK_SLOTS_MAX 8192u
#define RESERVE_SLOTS_MIN 4096u

static struct ph_stack *stack_at(const struct ph_machine *machine, ph_ref chunk_ref)
{
    PH_ASSERT(ph_is_a(machine->heap, chunk_ref, PH_CLASS_STACK));
    return ph_stack_of(ph_address(machine->heap, chunk_ref));
}

ph_ref ph_stack_new(struct ph_machine *self, struct ph_mutator *mutator, uint32_t slots)
{
    slots = PH_MAX(slots + PH_STACK_BASE, CHUNK_SLOTS_MIN);
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_STACK, slots * 8);
    if (ref != 0) {
        struct ph_stack *stack = stack_at(self, ref);
        ph_touch(mutator, stack, sizeof(*stack));
        memset(stack, 0, sizeof(*stack));
        stack->slots = slots;
    }
    return ref;
}

void ph_stack_window(struct ph_worker *worker, uint64_t *low, uint64_t *high)
{
    struct ph_stack *stack = stack_at(worker->machine, worker->thread->chunk_ref);
    uint64_t *start = (uint64_t *)(void *)stack;
    uint64_t *end = start + stack->slots;
    PH_ASSERT(low >= start && low <= high && high <= end);

    /* Whole pages, cut to the chunk: its neighbours in the first and last page lose nothing. */
    struct ph_heap *heap = worker->mutator.heap;
    uint64_t from = PH_ALIGN_DOWN(ph_offset_of(heap, low), PH_PAGE_BYTES);
    uint64_t to = PH_ALIGN_UP(ph_offset_of(heap, high) + 1, PH_PAGE_BYTES);
    ph_barrier(&worker->mutator, from, to - from);
    uint64_t *window_low = (uint64_t *)(void *)(heap->arena + from);
    uint64_t *window_high = (uint64_t *)(void *)(heap->arena + to);
    window_low = PH_MAX(window_low, start);
    window_high = PH_MIN(window_high, end);

    bool adjoins = worker->stack_low != NULL && worker->stack_low >= start &&
                   worker->stack_high <= end && window_low <= worker->stack_high &&
                   worker->stack_low <= window_high;
    if (adjoins) {
        window_low = PH_MIN(window_low, worker->stack_low);
        window_high = PH_MAX(window_high, worker->stack_high);
    }
    worker->stack_low = window_low;
    worker->stack_high = window_high;
}

/* While an exception is made because the limit was reached, there is a little more room. */
static uint64_t slots_max(const struct ph_machine *machine, const struct ph_thread *thread)
{
    uint64_t limit = machine->options.stack_slots_max;
    if ((__atomic_load_n(&thread->flags, __ATOMIC_RELAXED) & PH_THREAD_RESERVE) != 0) {
        limit += PH_MAX(limit / 16, RESERVE_SLOTS_MIN);
    }
    return limit;
}

enum ph_trap ph_stack_push_chunk(struct ph_worker *worker, uint64_t *caller_header,
                                 uint64_t *window, uint32_t slots, uint64_t **first)
{
    struct ph_machine *machine = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_thread *thread = worker->thread;
    struct ph_stack *below = stack_at(machine, thread->chunk_ref);
    uint64_t *below_start = (uint64_t *)(void *)below;
    if (thread->depth_slots + (uint64_t)below->slots + slots > slots_max(machine, thread)) {
        return PH_TRAP_STACK_EXHAUSTED;
    }
    ph_ref ref = thread->spare_ref;
    if (ref != 0 && stack_at(machine, ref)->slots >= slots + PH_STACK_BASE) {
        PH_SET(mutator, thread->spare_ref, 0);
    } else {
        uint32_t more = PH_MIN(PH_MAX(below->slots * 2, CHUNK_SLOTS_MORE), CHUNK_SLOTS_MAX);
        ref = ph_stack_new(machine, mutator, PH_MAX(slots, more - PH_STACK_BASE));
        if (ref == 0) {
            return PH_TRAP_OUT_OF_MEMORY;
        }
        ph_collect_went_on(worker);
    }
    struct ph_stack *stack = stack_at(machine, ref);
    ph_touch(mutator, stack, sizeof(*stack));
    stack->previous_ref = thread->chunk_ref;
    stack->caller_header = (uint32_t)(caller_header - below_start);
    stack->window_slot = (uint32_t)(window - below_start);
    ph_touch(mutator, thread, sizeof(*thread));
    thread->chunk_ref = ref;
    thread->depth_slots += below->slots;
    worker->stack_low = worker->stack_high = NULL;
    *first = (uint64_t *)(void *)stack + PH_STACK_BASE;
    ph_stack_window(worker, *first, *first + slots);
    return PH_TRAP_NONE;
}

bool ph_stack_pop_chunk(struct ph_worker *worker, uint64_t **caller_header, uint64_t **window)
{
    struct ph_machine *machine = worker->machine;
    struct ph_thread *thread = worker->thread;
    struct ph_stack *stack = stack_at(machine, thread->chunk_ref);
    if (stack->previous_ref == 0) {
        return false;
    }
    struct ph_stack *below = stack_at(machine, stack->previous_ref);
    *caller_header = (uint64_t *)(void *)below + stack->caller_header;
    *window = (uint64_t *)(void *)below + stack->window_slot;

    ph_touch(&worker->mutator, thread, sizeof(*thread));
    ph_ref popped = thread->chunk_ref;
    if (thread->spare_ref != 0) {
        ph_object_free(&worker->mutator, thread->spare_ref);
    }
    thread->spare_ref = popped;
    thread->chunk_ref = stack->previous_ref;
    thread->depth_slots -= below->slots;
    ph_threads_chunk_popped(machine, thread, popped);
    worker->stack_low = worker->stack_high = NULL;
    return true;
}

void ph_stack_free_all(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_thread *thread)
{
    ph_ref ref = thread->chunk_ref;
    ph_touch(mutator, thread, sizeof(*thread));
    thread->chunk_ref = 0;
    while (ref != 0) {
        ph_ref below = stack_at(self, ref)->previous_ref;
        ph_object_free(mutator, ref);
        ref = below;
    }
    ph_object_free(mutator, thread->spare_ref);
    thread->spare_ref = 0;
}
