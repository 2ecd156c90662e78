/* SPDX-License-Identifier: Apache-2.0 */
/* initialise.c - initialisation of classes (JVMS 5.5).
 *
 * Under the view lock. A class that is being initialised is in the list of the thread that does it
 * (ph_thread.init_ref), newest first. Its init_state is SUPERS or RUNNING, and in the upper bits
 * the stack position of the frame whose instruction began it: the header's slot, counted from the
 * bottom of the stack. A frame of an initialiser lies above the frame that began it, so
 *
 *   (1) positions in the list never grow towards the older ones;
 *   (2) when a thread goes on in a frame because of an exception, what was begun at its position or
 *       above has not come to its end: it has failed;
 *   (3) a class in state SUPERS that its own thread meets again is met either by the same
 *       instruction, executed again, which then goes on with it; or by code of an initialiser that
 *       runs meanwhile, which lies at another position and goes on without it. */
#include "machine/class.h"

#define STATE_BITS 3u
#define STATE_MASK ((1u << STATE_BITS) - 1)

static uint32_t state_of(const struct ph_class *class)
{
    return class->init_state & STATE_MASK;
}

static bool in_progress(const struct ph_class *class)
{
    uint32_t state = state_of(class);
    return state == PH_CLASS_INIT_SUPERS || state == PH_CLASS_INIT_RUNNING;
}

static uint32_t position_of(const struct ph_class *class)
{
    PH_ASSERT(in_progress(class));
    return class->init_state >> STATE_BITS;
}

/* Readers without the lock ask for READY alone. */
static void set_state(struct ph_mutator *mutator, struct ph_class *class, uint32_t state,
                      uint32_t position)
{
    ph_touch(mutator, &class->init_state, sizeof(class->init_state));
    __atomic_store_n(&class->init_state, position << STATE_BITS | state, __ATOMIC_RELEASE);
}

/* ---- The list of a thread ------------------------------------------------------------ */

struct run {
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    struct ph_thread *thread;
    ph_ref thread_ref;
    uint32_t position;  /* of the frame that executes the instruction */
    bool has_ended;     /* some class has come to its end: wake who waits */
};

static struct run run_of(struct ph_machine *machine, struct ph_mutator *mutator,
                         struct ph_thread *thread, uint32_t position)
{
    PH_ASSERT(position <= UINT32_MAX >> STATE_BITS);
    return (struct run){machine, mutator, thread, ph_ref_to(machine->heap, thread), position,
                        false};
}

static void begin(struct run *run, struct ph_class *class)
{
    set_state(run->mutator, class, PH_CLASS_INIT_SUPERS, run->position);
    PH_SET(run->mutator, class->init_thread_ref, run->thread_ref);
    PH_SET(run->mutator, class->init_next_ref, run->thread->init_ref);
    PH_SET(run->mutator, run->thread->init_ref, ph_ref_to(run->machine->heap, class));
}

/* Takes a class out of the list: the newest one, but where a wait came between. */
static void end(struct run *run, struct ph_class *class, enum ph_class_init state)
{
    ph_ref class_ref = ph_ref_to(run->machine->heap, class);
    ph_ref *link = &run->thread->init_ref;
    while (*link != class_ref) {
        PH_ASSERT(*link != 0);
        link = &((struct ph_class *)ph_address(run->machine->heap, *link))->init_next_ref;
    }
    PH_SET(run->mutator, *link, class->init_next_ref);
    PH_SET(run->mutator, class->init_next_ref, 0);
    PH_SET(run->mutator, class->init_thread_ref, 0);
    set_state(run->mutator, class, state, 0);
    run->has_ended = true;
}

/* ---- One step ------------------------------------------------------------------------ */

static enum ph_init_step step(struct run *run, struct ph_class *class, ph_ref *function_ref);

static enum ph_init_step wait_for(struct run *run, struct ph_class *class)
{
    struct ph_thread *thread = run->thread;
    ph_touch(run->mutator, thread, sizeof(*thread));
    thread->wait_kind = PH_WAIT_CLASS;
    thread->wait_value = class->number;
    thread->wait_ref = ph_ref_to(run->machine->heap, class);
    thread->deadline_ns = 0;
    return PH_INIT_WAIT;
}

/* The superclass, then the interfaces whose methods the class may inherit. What this thread is
 * initialising already, further down its stack, counts as done. */
static enum ph_init_step step_supers(struct run *run, struct ph_class *class,
                                     ph_ref *function_ref)
{
    struct ph_heap *heap = run->machine->heap;
    enum ph_init_step result = PH_INIT_DONE;
    if ((class->flags & PH_CLASS_INTERFACE) != 0) {
        return result;
    }
    if (class->super_ref != 0) {
        result = step(run, ph_address(heap, class->super_ref), function_ref);
    }
    const struct ph_refs *interfaces = ph_machine_object(run->machine, class->interfaces_ref);
    for (uint32_t i = 0; interfaces != NULL && result == PH_INIT_DONE && i < interfaces->length;
         i++) {
        struct ph_class *interface = ph_address(heap, interfaces->items[i]);
        if ((interface->flags & PH_CLASS_DEFAULTS) != 0) {
            result = step(run, interface, function_ref);
        }
    }
    return result;
}

/* The function object of a class's initialiser; 0: out of memory. *has_one may become false. */
static ph_ref initialiser_of(struct run *run, const struct ph_class *class, bool *has_one)
{
    struct ph_view *view;
    *has_one = ph_class_is_defined(class);
    if (!*has_one || ph_view_of_locked(run->machine, class->instance_ref, &view, NULL) != PH_OK) {
        return 0;
    }
    uint32_t function = view->loaded->unit.class_defs[class->definition].initialiser;
    *has_one = function != UINT32_MAX;
    return *has_one ? ph_view_function_locked(run->mutator, view, function) : 0;
}

static enum ph_init_step run_initialiser(struct run *run, struct ph_class *class,
                                         ph_ref *function_ref)
{
    bool has_one;
    *function_ref = initialiser_of(run, class, &has_one);
    if (*function_ref == 0 && has_one) {
        return PH_INIT_NO_ROOM; /* it stays begun: (2), (3) */
    }
    if (*function_ref == 0) {
        end(run, class, PH_CLASS_INIT_READY);
        return PH_INIT_DONE;
    }
    set_state(run->mutator, class, PH_CLASS_INIT_RUNNING, run->position);
    return PH_INIT_CALL;
}

/* Recurses to what is above: at most PH_CLASS_DEPTH_MAX deep. */
static enum ph_init_step step(struct run *run, struct ph_class *class, ph_ref *function_ref)
{
    switch (state_of(class)) {
    case PH_CLASS_INIT_READY:
        return PH_INIT_DONE;
    case PH_CLASS_INIT_FAILED:
        return PH_INIT_FAILED;
    case PH_CLASS_INIT_NONE:
        begin(run, class);
        break;
    default:
        if (class->init_thread_ref != run->thread_ref) {
            return wait_for(run, class);
        }
        if (state_of(class) == PH_CLASS_INIT_RUNNING || position_of(class) != run->position) {
            return PH_INIT_DONE;
        }
    }
    enum ph_init_step result = step_supers(run, class, function_ref);
    if (result == PH_INIT_FAILED) {
        end(run, class, PH_CLASS_INIT_FAILED);
    }
    return result == PH_INIT_DONE ? run_initialiser(run, class, function_ref) : result;
}

static void wake(struct run *run, bool is_locked)
{
    if (!run->has_ended) {
        return;
    }
    if (is_locked) {
        ph_scheduler_wake(run->machine, PH_WAIT_CLASS);
    } else {
        ph_machine_wake(run->machine, PH_WAIT_CLASS);
    }
}

enum ph_init_step ph_class_init_step(struct ph_worker *worker, struct ph_class *class,
                                     ph_ref *function_ref)
{
    struct ph_thread *thread = worker->thread;
    struct run run = run_of(worker->machine, &worker->mutator, thread,
                            thread->depth_slots + thread->header_slot);
    *function_ref = 0;
    ph_mutex_lock(&run.machine->view_lock);
    enum ph_init_step result = step(&run, class, function_ref);
    ph_mutex_unlock(&run.machine->view_lock);
    wake(&run, false);
    return result;
}

struct ph_class *ph_class_init_below(struct ph_machine *machine, const struct ph_class *class)
{
    struct ph_class *below = NULL;
    ph_mutex_lock(&machine->view_lock);
    if (in_progress(class)) {
        below = ph_machine_object(machine, class->init_next_ref);
    }
    if (below != NULL && (state_of(below) != PH_CLASS_INIT_SUPERS ||
                          position_of(below) != position_of(class))) {
        below = NULL;
    }
    ph_mutex_unlock(&machine->view_lock);
    return below;
}

/* ---- The end of an initialiser ------------------------------------------------------- */

/* The class whose initialiser this thread runs; NULL: it has failed meanwhile. */
static struct ph_class *find_running(struct ph_worker *worker, ph_ref instance_ref,
                                     uint32_t function)
{
    struct ph_machine *machine = worker->machine;
    const struct ph_unit *unit = &ph_view_find(machine, instance_ref)->loaded->unit;
    ph_ref class_ref = worker->thread->init_ref;
    while (class_ref != 0) {
        struct ph_class *class = ph_address(machine->heap, class_ref);
        if (class->instance_ref == instance_ref &&
            unit->class_defs[class->definition].initialiser == function &&
            state_of(class) == PH_CLASS_INIT_RUNNING) {
            return class;
        }
        class_ref = class->init_next_ref;
    }
    return NULL;
}

void ph_class_init_postpone(struct ph_worker *worker, ph_ref instance_ref, uint32_t function)
{
    ph_mutex_lock(&worker->machine->view_lock);
    struct ph_class *class = find_running(worker, instance_ref, function);
    PH_ASSERT(class != NULL);
    set_state(&worker->mutator, class, PH_CLASS_INIT_SUPERS, position_of(class)); /* (3) */
    ph_mutex_unlock(&worker->machine->view_lock);
}

void ph_class_init_end(struct ph_worker *worker, ph_ref instance_ref, uint32_t function)
{
    struct ph_machine *machine = worker->machine;
    struct run run = run_of(machine, &worker->mutator, worker->thread, 0);
    ph_mutex_lock(&machine->view_lock);
    struct ph_class *class = find_running(worker, instance_ref, function);
    if (class != NULL) {
        end(&run, class, PH_CLASS_INIT_READY);
    }
    ph_mutex_unlock(&machine->view_lock);
    wake(&run, false);
}

void ph_class_init_abandon(struct ph_machine *self, struct ph_mutator *mutator,
                           struct ph_thread *thread, uint32_t position, bool is_locked)
{
    if (thread->init_ref == 0) { /* its own: nobody else adds to it */
        return;
    }
    struct run run = run_of(self, mutator, thread, position);
    ph_mutex_lock(&self->view_lock);
    while (thread->init_ref != 0) {
        struct ph_class *class = ph_address(self->heap, thread->init_ref);
        if (position_of(class) < position) {
            break;
        }
        end(&run, class, PH_CLASS_INIT_FAILED);
    }
    ph_mutex_unlock(&self->view_lock);
    wake(&run, is_locked);
}
