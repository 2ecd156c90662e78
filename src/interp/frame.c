/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - frames away from the fast path: beginning and resuming a thread, calls that need a
 * larger window, a further chunk or another instance, natives, returns that the cache does not
 * know, stopping, trapping. */
#include "interp/engine.h"
#include "machine/collect.h"

/* ---- Leaving --------------------------------------------------------------------------------- */

void ph_leave(struct ph_worker *worker, enum ph_run_result result)
{
    struct ph_registers *registers = ph_registers_of(worker);

    registers->result = result;
    registers->pc = (const uint64_t *)(const void *)registers->leave;
}

void ph_write_position(struct ph_worker *worker, uint32_t header, uint32_t offset)
{
    struct ph_thread *thread = worker->thread;
    const struct ph_bytes *chunk = ph_address(worker->mutator.heap, thread->chunk_ref);
    uint64_t *start = (uint64_t *)(void *)ph_stack_of(chunk);
    uint64_t *slot = ph_registers_of(worker)->fp + header;

    PH_DEBUG_ASSERT(slot >= start + PH_STACK_BASE && slot < start + ph_stack_of(chunk)->slots);
    ((struct ph_frame_header *)(void *)slot)->pc = offset;
    if (thread->header_slot != (uint32_t)(slot - start)) {
        PH_SET(&worker->mutator, thread->header_slot, (uint32_t)(slot - start));
    }
}

static void stop_at(struct ph_worker *worker, uint32_t header, uint32_t offset)
{
    worker->safepoints++;
    ph_write_position(worker, header, offset);
    ph_leave(worker, PH_RUN_STOPPED);
}

bool ph_stop_at_site(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (__atomic_load_n(&worker->poll, __ATOMIC_RELAXED) == 0) {
        return false;
    }
    if (registers->resume == pc) {
        registers->resume = NULL;
        return false;
    }
    stop_at(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    return true;
}

/* A branch back is taken: its words are in engine.h. */
void ph_slow_stop_branch(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    stop_at(worker, ph_word_u16(pc, 2, 0), ph_word_u32(pc, 2, 1));
}

/* The same in a br_table; the accumulator (store_value) is the label's index. */
void ph_slow_stop_table(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    stop_at(worker, ph_word_u16(pc, 1, 1),
            ph_word_u32(pc, 2 + (uint32_t)registers->store_value, 1));
}

uint64_t *ph_frame_innermost(const struct ph_worker *worker)
{
    const struct ph_thread *thread = worker->thread;
    const struct ph_bytes *chunk = ph_address(worker->mutator.heap, thread->chunk_ref);

    PH_ASSERT(thread->header_slot >= PH_STACK_BASE);
    return (uint64_t *)(void *)ph_stack_of(chunk) + thread->header_slot;
}

/* ---- Views ----------------------------------------------------------------------------------- */

void ph_reload_memory(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_heap *heap = worker->mutator.heap;
    const struct ph_view *view = worker->view;

    registers->memory = heap->arena;
    registers->memory_bytes = 0;
    registers->stamps = heap->stamps;
    if (view != NULL && view->loaded->unit.memory_count > 0) {
        const struct ph_memory *memory = view->memories[0];
        registers->memory = heap->arena + memory->offset;
        registers->memory_bytes = __atomic_load_n(&memory->bytes, __ATOMIC_RELAXED);
        registers->stamps = heap->stamps + (memory->offset >> PH_PAGE_SHIFT);
    }
}

static void enter_view(struct ph_worker *worker, struct ph_prepared_instance *instance)
{
    worker->view = instance->view;
    ph_registers_of(worker)->instance = instance;
    ph_reload_memory(worker);
}

/* ---- Calls ----------------------------------------------------------------------------------- */

/* The first usable slot and the end of the running chunk. */
static void chunk_bounds(const struct ph_worker *worker, uint64_t **base, uint64_t **end)
{
    const struct ph_bytes *chunk = ph_address(worker->mutator.heap, worker->thread->chunk_ref);
    struct ph_stack *stack = ph_stack_of(chunk);
    uint64_t *start = (uint64_t *)(void *)stack;

    *base = start + PH_STACK_BASE;
    *end = start + stack->slots;
}

/* Widens the window to [fp, fp + bytes) where need be; false: the chunk ends before. */
static bool reach(struct ph_worker *worker, uint64_t *fp, uint64_t bytes)
{
    uint64_t *base, *end;

    chunk_bounds(worker, &base, &end);
    PH_ASSERT(fp >= base && fp <= end);
    if (bytes > (uint64_t)((uint8_t *)end - (uint8_t *)fp)) {
        return false;
    }
    uint64_t *top = fp + bytes / 8;
    if (worker->stack_low == NULL || fp < worker->stack_low || top > worker->stack_high) {
        ph_stack_window(worker, fp, top);
    }
    return true;
}

/* The return that belongs to the frame just pushed is to take the slow path. */
static void forget_return(struct ph_worker *worker)
{
    worker->returns[worker->return_top % PH_RETURN_CACHE].callee = NULL;
}

enum ph_trap ph_frame_call(struct ph_worker *worker, struct ph_prepared_instance *instance,
                           uint32_t index, const struct ph_calling *calling)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_entry *entry = &instance->entries[index];
    const uint64_t *arguments =
        calling->arguments == NULL ? calling->window : calling->arguments;
    uint64_t *fp = registers->fp, *new_fp = calling->window;

    enum ph_trap trap = ph_entry_prepare(instance, index);
    if (trap != PH_TRAP_NONE) {
        return trap;
    }
    bool fits = reach(worker, new_fp, entry->frame_bytes);
    if (!fits) {
        uint64_t *caller = fp + ph_word_u16(calling->site, 1, 0);
        trap = ph_stack_push_chunk(worker, caller, calling->window,
                                   (uint32_t)(entry->frame_bytes / 8), &new_fp);
        if (trap != PH_TRAP_NONE) {
            return trap;
        }
    }
    if (new_fp != arguments) {
        memcpy(new_fp, arguments, (size_t)entry->param_count * 8);
    }
    ph_push_frame(worker, entry, fp, new_fp, calling->site, calling->after);
    struct ph_frame_header *header = (void *)(new_fp + entry->header);
    if (!fits) {
        header->caller = 0;
    }
    header->caller |= calling->flags;
    registers->fp = new_fp;
    if (instance != registers->instance) {
        ph_cross(worker, instance);
    }
    if (!fits || calling->flags != 0) {
        forget_return(worker);
    }
    registers->pc = ph_entry_code(entry);
    return PH_TRAP_NONE;
}

/* A call from the site at pc; the instruction ends at `after`. */
static struct ph_calling calling_here(struct ph_worker *worker, const uint64_t *after)
{
    const struct ph_registers *registers = ph_registers_of(worker);

    return (struct ph_calling){
        registers->pc, registers->fp + ph_word_u16(registers->pc, 1, 1), after, 0, NULL};
}

static void call_function(struct ph_worker *worker, struct ph_prepared_instance *instance,
                          uint32_t index, const uint64_t *after)
{
    const struct ph_calling calling = calling_here(worker, after);

    enum ph_trap trap = ph_frame_call(worker, instance, index, &calling);
    if (trap != PH_TRAP_NONE) {
        ph_raise(worker, trap);
    }
}

/* The native has ended. */
static void forget_native_state(struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;

    if ((thread->native_state[0] | thread->native_state[1]) != 0) { /* only while it waits */
        ph_touch(&worker->mutator, thread, sizeof(*thread));
        memset(thread->native_state, 0, sizeof(thread->native_state));
    }
}

/* The native that the instruction at pc called has trapped. */
static void native_trapped(struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    enum ph_trap trap = (enum ph_trap)thread->trap;

    PH_SET(&worker->mutator, thread->trap, PH_TRAP_NONE);
    forget_native_state(worker);
    ph_raise(worker, trap);
}

/* Runs a native on `slots`. PH_DONE, PH_CALLING, PH_INITIALISING, or else the thread goes on
 * elsewhere. */
static enum ph_outcome run_native(struct ph_worker *worker, const struct ph_target *target,
                                  struct ph_view *caller, uint64_t *slots)
{
    struct ph_thread *thread = worker->thread;
    struct ph_call call = {worker->machine, worker, &worker->mutator, thread,
                           caller,          slots,  target->signature, target->context};
    enum ph_outcome outcome = target->native(&call);

    switch (outcome) {
    case PH_CALLING:
    case PH_INITIALISING:
        return outcome;
    case PH_DONE:
        ph_collect_went_on(worker);
        forget_native_state(worker);
        return outcome;
    case PH_WAITING:
        ph_leave(worker, PH_RUN_WAITING);
        return outcome;
    case PH_EXITING:
        ph_leave(worker, PH_RUN_EXITING);
        return outcome;
    case PH_TRAPPED:
        PH_ASSERT(worker->thread->trap != PH_TRAP_NONE);
        if (caller == NULL) {
            ph_leave(worker, PH_RUN_TRAPPED);
        } else {
            native_trapped(worker);
        }
        return outcome;
    }
    PH_UNREACHABLE();
}

bool ph_call_leaf(struct ph_worker *worker, const struct ph_target *target)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    struct ph_thread *thread = worker->thread;

    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    struct ph_call call = {worker->machine,  worker,
                           &worker->mutator, thread,
                           worker->view,     registers->fp + ph_word_u16(pc, 1, 1),
                           target->signature, target->context};
    enum ph_outcome outcome = target->native(&call);
    if (PH_LIKELY(outcome == PH_DONE)) {
        ph_collect_went_on(worker);
        return true;
    }
    PH_ASSERT(outcome == PH_TRAPPED || outcome == PH_CALLING);
    if (outcome == PH_TRAPPED) { /* again, with a frame to be seen in the trace */
        PH_SET(&worker->mutator, thread->trap, PH_TRAP_NONE);
    }
    return false;
}

/* A native asks for a function that has its results: call_callee may go there at once, if it was a
 * call of this very native and it says so beforehand. */
static void keep_callee(struct ph_worker *worker, const struct ph_target *native,
                        const struct ph_calling *calling)
{
    const struct ph_view *view = worker->view;

    if (native->callee == NULL || native < view->imports ||
        native >= view->imports + view->loaded->unit.imported_functions ||
        native->callee(native, calling->window) != worker->callee_ref) {
        return;
    }
    const struct ph_entry *entry = ph_entry_of_function(worker, worker->callee_ref);
    if (entry != NULL) {
        *ph_found_callee_of(worker, native, worker->callee_ref) =
            (struct ph_found_method){(const void *)native, entry, worker->callee_ref};
    }
}

/* The native, called from `calling`'s site, asks for a call in its place: a
 * function is entered (false), another native is run (true: it is done). The first one's arguments
 * stay where they are, since it may be started again. Results of which it has none are dropped,
 * also those of what others call in the place of its callee. */
static bool call_callee(struct ph_worker *worker, const struct ph_calling *calling,
                        const struct ph_target *native)
{
    const struct ph_signature *own = native->signature;
    struct ph_calling further = *calling;
    enum ph_outcome outcome;
    struct ph_target target;

    further.arguments = worker->callee_arguments;
    do {
        bool found = ph_target_of(worker->machine, worker->callee_ref, &target);
        PH_ASSERT(found && target.signature->param_count <= PH_CALL_ARGUMENTS_MAX);
        if (target.view != NULL) {
            forget_native_state(worker);
            if (target.signature->result_count != own->result_count) {
                further.flags |= PH_FRAME_DROPS;
            } else {
                keep_callee(worker, native, calling);
            }
            return ph_frame_call_target(worker, &target, &further);
        }
        worker->callee_signature = target.signature;
        outcome = run_native(worker, &target, worker->view, worker->callee_arguments);
        worker->callee_signature = NULL;
    } while (outcome == PH_CALLING);
    if (outcome == PH_INITIALISING) {
        ph_call_initialiser(worker, worker->callee_ref, calling->site,
                            calling->window + own->param_count);
    }
    if (outcome == PH_DONE) {
        memcpy(calling->window, worker->callee_arguments,
               own->result_count * sizeof(uint64_t));
    }
    return outcome == PH_DONE;
}

bool ph_frame_call_target(struct ph_worker *worker, const struct ph_target *target,
                          const struct ph_calling *calling)
{
    if (target->view == NULL) {
        const struct ph_signature *own = target->signature;
        ph_write_position(worker, ph_word_u16(calling->site, 1, 0),
                          ph_word_u32(calling->site, 1, 1));
        enum ph_outcome outcome = run_native(worker, target, worker->view, calling->window);
        if (outcome == PH_INITIALISING) {
            ph_call_initialiser(worker, worker->callee_ref, calling->site,
                                calling->window + own->param_count);
            return false;
        }
        if (outcome != PH_DONE &&
            (outcome != PH_CALLING || !call_callee(worker, calling, target))) {
            return false;
        }
        ph_reload_memory(worker);
        return true;
    }
    struct ph_prepared_instance *instance =
        ph_prepared_instance_met(worker, target->view->instance_ref);
    enum ph_trap trap = instance == NULL
                            ? PH_TRAP_OUT_OF_MEMORY
                            : ph_frame_call(worker, instance, target->index, calling);
    if (trap != PH_TRAP_NONE) {
        ph_raise(worker, trap);
    }
    return false;
}

static void call_native(struct ph_worker *worker, const struct ph_target *target,
                        const uint64_t *after)
{
    const struct ph_calling calling = calling_here(worker, after);

    if (ph_frame_call_target(worker, target, &calling)) {
        ph_registers_of(worker)->pc = after;
    }
}

void ph_call_function_object(struct ph_worker *worker, ph_ref function_ref, const uint64_t *after)
{
    const struct ph_function_object *function = ph_address(worker->mutator.heap, function_ref);
    struct ph_target target;

    if (function->instance_ref != 0) {
        struct ph_prepared_instance *instance =
            ph_prepared_instance_met(worker, function->instance_ref);
        if (instance == NULL) {
            ph_raise(worker, PH_TRAP_NATIVE); /* a native of that instance is missing */
        } else {
            call_function(worker, instance, function->index, after);
        }
    } else if (!ph_target_of(worker->machine, function_ref, &target)) {
        ph_raise(worker, PH_TRAP_NATIVE);
    } else {
        call_native(worker, &target, after);
    }
}

void ph_slow_call(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);

    if (!ph_stop_at_site(worker)) {
        const struct ph_entry *entry = ph_word_pointer(registers->pc, 2);
        call_function(worker, registers->instance,
                      (uint32_t)(entry - registers->instance->entries), registers->pc + 3);
    }
}

/* Word 2: the entry, once it is known that the function has one; word 3: index of the import. */
void ph_slow_call_import(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    const struct ph_target *target = &worker->view->imports[pc[3]];
    if (target->view == NULL) {
        call_native(worker, target, pc + 4);
        return;
    }
    struct ph_prepared_instance *instance =
        ph_prepared_instance_met(worker, target->view->instance_ref);
    if (instance == NULL) {
        ph_raise(worker, PH_TRAP_OUT_OF_MEMORY);
        return;
    }
    ph_set_cache(pc + 2, (uint64_t)(uintptr_t)&instance->entries[target->index]);
    call_function(worker, instance, target->index, pc + 4);
}

/* The next call of the function object finds its entry. */
static void keep_function(struct ph_worker *worker, ph_ref function_ref)
{
    const struct ph_entry *entry = ph_entry_of_function(worker, function_ref);

    if (entry != NULL) {
        *ph_found_callee_of(worker, PH_FOUND_FUNCTION, function_ref) = (struct ph_found_method){
            (const void *)PH_FOUND_FUNCTION, entry, function_ref};
    }
}

/* Calls a function object, which must be of the type numbered `signature`. */
static void call_reference(struct ph_worker *worker, ph_ref ref, uint32_t signature,
                           enum ph_trap if_null, const uint64_t *after)
{
    if (ref == 0) {
        ph_raise(worker, if_null);
        return;
    }
    const struct ph_heap *heap = worker->mutator.heap;
    const struct ph_function_object *function = ph_address(heap, ref);
    if (!ph_is_a(heap, ref, PH_CLASS_FUNCTION) || function->signature != signature) {
        ph_raise(worker, PH_TRAP_INDIRECT_TYPE);
        return;
    }
    keep_function(worker, ref);
    ph_call_function_object(worker, ref, after);
}

void ph_slow_call_indirect(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    const struct ph_table *table = ph_word_pointer(pc, 2);
    uint32_t index = (uint32_t)registers->fp[ph_word_u16(pc, 3, 0)];
    if (index >= ph_table_count(table)) {
        ph_raise(worker, PH_TRAP_UNDEFINED_ELEMENT);
        return;
    }
    const struct ph_refs *items = ph_address(worker->mutator.heap, table->items_ref);
    call_reference(worker, items->items[index], ph_word_u32(pc, 3, 1),
                   PH_TRAP_UNINITIALIZED_ELEMENT, pc + 4);
}

/* Word 2: slot of the reference, 0, the signature's number. */
void ph_slow_call_function(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (!ph_stop_at_site(worker)) {
        call_reference(worker, (ph_ref)registers->fp[ph_word_u16(pc, 2, 0)],
                       ph_word_u32(pc, 2, 1), PH_TRAP_NULL_REFERENCE, pc + 3);
    }
}

/* ---- Returns --------------------------------------------------------------------------------- */

bool ph_frame_continue(struct ph_worker *worker, uint64_t *header, bool after)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_frame_header *frame = (const void *)header;
    struct ph_prepared_instance *instance =
        ph_prepared_instance_met(worker, frame->instance_ref);
    enum ph_trap trap = PH_TRAP_OUT_OF_MEMORY;

    if (instance != NULL) {
        trap = ph_entry_prepare(instance, frame->function);
    }
    if (trap != PH_TRAP_NONE) {
        PH_SET(&worker->mutator, worker->thread->trap, trap);
        ph_leave(worker, PH_RUN_TRAPPED);
        return false;
    }
    const struct ph_entry *entry = &instance->entries[frame->function];
    registers->fp = header - entry->header;
    registers->pc = ph_entry_place(entry, frame->pc, after);
    bool fits = reach(worker, registers->fp, entry->frame_bytes);
    PH_ASSERT(fits);
    enter_view(worker, instance);
    return true;
}

/* The thread's first function has returned `count` results at `results`. */
static void finish(struct ph_worker *worker, const uint64_t *results, uint32_t count)
{
    uint64_t *base, *end;

    chunk_bounds(worker, &base, &end);
    bool fits = reach(worker, base, (uint64_t)count * 8);
    PH_ASSERT(fits);
    memmove(base, results, (size_t)count * 8);
    PH_SET(&worker->mutator, worker->thread->header_slot, 0);
    ph_leave(worker, PH_RUN_FINISHED);
}

/* The caller's header, for a frame whose header is at `header` and has `distance`; also where the
 * results go. NULL: there is none. */
static uint64_t *pop_frame(struct ph_worker *worker, uint64_t *header, uint32_t distance,
                           uint64_t **window)
{
    uint64_t *base, *end;

    if (distance != 0) {
        return header - distance;
    }
    if (!ph_stack_pop_chunk(worker, &header, window)) {
        return NULL;
    }
    chunk_bounds(worker, &base, &end);
    return header < base ? NULL : header; /* the first function may not fit in the first chunk */
}

/* Returns from a frame that its flags say was not called by its caller's instruction, or not for
 * its results. */
static void return_flagged(struct ph_worker *worker, uint64_t *header, uint64_t result)
{
    struct ph_frame_header frame = *(const struct ph_frame_header *)(const void *)header;
    uint64_t *window;

    if ((frame.caller & PH_FRAME_INITIALISER) != 0) {
        ph_class_init_end(worker, frame.instance_ref, frame.function);
    }
    uint64_t *caller = pop_frame(worker, header, frame.caller & PH_FRAME_CALLER_MASK, &window);
    PH_ASSERT(caller != NULL);
    if ((frame.caller & PH_FRAME_THROWS) == 0) {
        (void)ph_frame_continue(worker, caller, (frame.caller & PH_FRAME_DROPS) != 0);
        return;
    }
    const struct ph_bytes *chunk = ph_address(worker->mutator.heap, worker->thread->chunk_ref);
    const uint64_t *start = (const uint64_t *)(const void *)ph_stack_of(chunk);
    PH_SET(&worker->mutator, worker->thread->header_slot, (uint32_t)(caller - start));
    ph_throw_from(worker, (ph_ref)result);
}

/* Word 1: header slot, slot of the first result, number of results. */
void ph_slow_return(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint64_t *fp = registers->fp;
    uint64_t *header = fp + ph_word_u16(pc, 1, 0);
    const uint64_t *results = fp + ph_word_u16(pc, 1, 1);
    uint32_t count = ph_word_u32(pc, 1, 1);
    uint32_t distance = ((struct ph_frame_header *)(void *)header)->caller;
    uint64_t *window = fp;

    ph_returns_pop(worker);
    if ((distance & ~PH_FRAME_CALLER_MASK) != 0) {
        return_flagged(worker, header, count > 0 ? results[0] : 0);
        return;
    }
    uint64_t *caller = pop_frame(worker, header, distance, &window);
    if (caller == NULL) {
        finish(worker, results, count);
        return;
    }
    if (distance != 0) { /* may overwrite the header that was read above */
        memmove(window, results, (size_t)count * 8);
    }
    if (!ph_frame_continue(worker, caller, true)) {
        return;
    }
    if (distance == 0) { /* the caller's frame is in the window now */
        memmove(window, results, (size_t)count * 8);
    }
}

/* ---- Beginning and resuming ------------------------------------------------------------------ */

/* The outcome of a native that is a whole thread. */
static void begin_native(struct ph_worker *worker, const struct ph_target *target, uint64_t *base)
{
    uint32_t slots = PH_MAX(target->signature->param_count, target->signature->result_count);
    bool fits = reach(worker, base, (uint64_t)slots * 8);

    PH_ASSERT(fits);
    enum ph_outcome outcome = run_native(worker, target, NULL, base);
    if (outcome == PH_DONE) {
        ph_leave(worker, PH_RUN_FINISHED);
    } else if (outcome == PH_CALLING || outcome == PH_INITIALISING) { /* from which frame? */
        PH_SET(&worker->mutator, worker->thread->trap, PH_TRAP_NATIVE);
        ph_leave(worker, PH_RUN_TRAPPED);
    }
}

/* Puts the first frame on the stack; its arguments are there. */
static enum ph_trap begin_function(struct ph_worker *worker, struct ph_prepared_instance *instance,
                                   uint32_t index, uint64_t *base)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_entry *entry = &instance->entries[index];
    uint64_t *fp = base;

    if (!reach(worker, base, entry->frame_bytes)) {
        enum ph_trap trap = ph_stack_push_chunk(worker, base - PH_STACK_BASE, base,
                                                (uint32_t)(entry->frame_bytes / 8), &fp);
        if (trap != PH_TRAP_NONE) {
            return trap;
        }
        memcpy(fp, base, (size_t)entry->param_count * 8);
    }
    memset(fp + entry->param_count, 0, (size_t)(entry->header - entry->param_count) * 8);
    fp[entry->header] = entry->identity;
    fp[entry->header + 1] = 0;
    registers->fp = fp;
    registers->pc = ph_entry_code(entry);
    enter_view(worker, instance);
    ph_write_position(worker, entry->header, 0);
    return PH_TRAP_NONE;
}

bool ph_frame_begin(struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    struct ph_target target;
    uint64_t *base, *end;
    enum ph_trap trap = PH_TRAP_NATIVE;

    chunk_bounds(worker, &base, &end);
    if (ph_target_of(worker->machine, thread->function_ref, &target)) {
        if (target.view == NULL) {
            begin_native(worker, &target, base);
            return false;
        }
        struct ph_prepared_instance *instance = ph_prepared_instance_of(target.view);
        trap = instance == NULL ? PH_TRAP_OUT_OF_MEMORY : ph_entry_prepare(instance, target.index);
        if (trap == PH_TRAP_NONE) {
            trap = begin_function(worker, instance, target.index, base);
        }
    }
    if (trap == PH_TRAP_NONE) {
        PH_SET(&worker->mutator, thread->started, 1);
        return true;
    }
    if (trap == PH_TRAP_OUT_OF_MEMORY && ph_collect_waits(worker)) { /* it begins again then */
        ph_leave(worker, PH_RUN_WAITING);
        return false;
    }
    PH_SET(&worker->mutator, thread->trap, trap);
    ph_leave(worker, PH_RUN_TRAPPED);
    return false;
}

bool ph_frame_resume(struct ph_worker *worker)
{
    worker->view = NULL;
    if (!ph_frame_continue(worker, ph_frame_innermost(worker), false)) {
        return false;
    }
    struct ph_registers *registers = ph_registers_of(worker);
    registers->resume = registers->pc;
    return true;
}
