/* SPDX-License-Identifier: Apache-2.0 */
#include "script.h"

#include "code/assemble.h"
#include "unit.h"

#define SCRIPTS 8u
#define ARENA_BYTES (UINT64_C(8) << 30)

/* A thread's slots: its argument (a box with the number of its script), then these. */
enum slot { SLOT_BOX = 0, SLOT_STEP = 1, SLOT_PART = 2, SLOT_INDEX = 3, SLOT_CALL = 4, SLOTS = 8 };

static const struct script_step *scripts[SCRIPTS];

void script_set(uint32_t number, const struct script_step *steps)
{
    PH_ASSERT(number < SCRIPTS);
    scripts[number] = steps;
}

/* ---- The engine ------------------------------------------------------------------------------ */

struct runner {
    struct ph_worker *worker;
    struct script_state *state;
    uint64_t *slots;
    enum ph_outcome outcome; /* of the last call */
};

/* Calls a native; its result, if it is done. */
static uint64_t call(struct runner *r, const char *name, uint64_t first, uint64_t second)
{
    struct ph_worker *worker = r->worker;
    struct ph_thread *thread = worker->thread;
    struct ph_call c = {worker->machine, worker, &worker->mutator, thread, NULL,
                        r->slots + SLOT_CALL, NULL, NULL};
    struct ph_slice key = {(const uint8_t *)name, strlen(name)};
    const struct ph_native_entry *native = ph_native_find(worker->machine, key);
    PH_ASSERT(native != NULL);
    c.slots[0] = first;
    c.slots[1] = second;
    r->outcome = native->info.run(&c);
    if (r->outcome == PH_DONE && (thread->native_state[0] | thread->native_state[1]) != 0) {
        ph_touch(&worker->mutator, thread, sizeof(*thread));
        memset(thread->native_state, 0, sizeof(thread->native_state));
    }
    return c.slots[0];
}

static uint64_t call_forever(struct runner *r, const char *name, uint64_t first)
{
    return call(r, name, first, UINT64_MAX);
}

static void wrong_if(struct runner *r, bool is_wrong)
{
    if (is_wrong) {
        __atomic_add_fetch(&r->state->wrong, 1, __ATOMIC_RELAXED);
    }
}

/* Parts of OP_TAKE: look, wait for notification, and look again. */
static void take(struct runner *r, uint32_t object)
{
    if (r->slots[SLOT_PART] != 0) {
        call_forever(r, "phantom.object_wait", r->state->objects[object]);
        if (r->outcome != PH_DONE) {
            return;
        }
        r->slots[SLOT_PART] = 0;
    }
    if (r->state->held[object] == 0) {
        r->slots[SLOT_PART] = 1;
        call_forever(r, "phantom.object_wait", r->state->objects[object]);
        if (r->outcome == PH_DONE) {
            wrong_if(r, true); /* nobody was let in to notify it */
        }
        return;
    }
    r->state->held[object]--;
}

static void put(struct runner *r, uint32_t object, const char *notify)
{
    r->state->held[object]++;
    call(r, notify, r->state->objects[object], 0);
}

static void start(struct runner *r, uint32_t script)
{
    ph_ref box_ref = ph_object_new(&r->worker->mutator, PH_CLASS_BOX, 0);
    struct ph_box *box = ph_address(r->worker->machine->heap, box_ref);
    PH_SET(&r->worker->mutator, box->value, script);
    PH_ASSERT(box_ref != 0);
    ph_ref function_ref = r->worker->thread->function_ref;
    call(r, "phantom.thread_start", function_ref, box_ref);
}

static void inside(struct runner *r, uint32_t object)
{
    r->state->inside[object]++;
    wrong_if(r, r->state->inside[object] != 1);
    wrong_if(r, r->state->inside[object] != 1);
    r->state->inside[object]--;
}

static void hash(struct runner *r, uint32_t object)
{
    uint32_t value = (uint32_t)call(r, "phantom.object_identity_hash", r->state->objects[object],
                                    0);
    uint32_t *kept = &r->state->hashes[object], before = 0;
    bool first = __atomic_compare_exchange_n(kept, &before, value, false, __ATOMIC_RELAXED,
                                             __ATOMIC_RELAXED);
    wrong_if(r, value == 0 || (!first && before != value));
}

/* The wake comes between the native's last look and the scheduler's. */
static void late(struct runner *r, uint32_t how)
{
    static const enum ph_wait_kind kinds[] = {PH_WAIT_PARK, PH_WAIT_INPUT, PH_WAIT_CLASS};
    struct ph_machine *machine = r->worker->machine;
    struct ph_thread *thread = r->worker->thread;
    struct ph_call c = {machine, r->worker, &r->worker->mutator, thread, NULL, NULL, NULL, NULL};
    ph_ref object = r->state->objects[0];
    r->slots[SLOT_PART] = !r->slots[SLOT_PART];
    if (r->slots[SLOT_PART] == 0) {
        return;
    }
    r->outcome = ph_call_wait_for(&c, kinds[how], object, 0);
    switch (how) {
    case 0: ph_thread_wake(machine, r->worker, thread); break;
    case 1: ph_machine_wake(machine, PH_WAIT_INPUT); break;
    default: ph_machine_wake(machine, PH_WAIT_CLASS);
    }
}

static void repeat(struct runner *r, uint64_t times)
{
    bool last = r->slots[SLOT_INDEX] + 1 >= times;
    r->slots[SLOT_INDEX] = last ? 0 : r->slots[SLOT_INDEX] + 1;
    r->slots[SLOT_STEP] = last ? r->slots[SLOT_STEP] : 0;
}

/* One of many; the step is done when all are. */
static void many(struct runner *r, const struct script_step *step)
{
    struct ph_refs *refs = ph_address(r->worker->machine->heap, r->state->many_ref);
    uint64_t index = r->slots[SLOT_INDEX];
    if (step->op == OP_START_MANY) {
        start(r, step->a);
        PH_SET(&r->worker->mutator, refs->items[index], (ph_ref)r->slots[SLOT_CALL]);
    } else if (step->op == OP_UNPARK_MANY) {
        call(r, "phantom.thread_unpark", refs->items[index], 0);
    } else {
        uint64_t result = call_forever(r, "phantom.thread_join", refs->items[index]);
        if (r->outcome != PH_DONE) {
            return;
        }
        r->state->joined += (uint32_t)result;
    }
    bool last = index + 1 == r->state->many;
    r->slots[SLOT_INDEX] = last ? 0 : index + 1;
    r->slots[SLOT_STEP] -= last ? 0 : 1;
}

static void run_other(struct runner *r, const struct script_step *step)
{
    struct script_state *state = r->state;
    uint64_t result = 0;
    switch (step->op) {
    case OP_START:
        start(r, step->a);
        state->threads[state->started++] = (ph_ref)r->slots[SLOT_CALL];
        break;
    case OP_JOIN:
        result = call_forever(r, "phantom.thread_join", state->threads[step->a]);
        state->joined += r->outcome == PH_DONE ? (uint32_t)result : 0;
        break;
    case OP_INTERRUPT: call(r, "phantom.thread_interrupt", state->threads[step->a], 0); break;
    case OP_PARK: call(r, "phantom.thread_park", UINT64_MAX, 0); break;
    case OP_UNPARK: call(r, "phantom.thread_unpark", state->threads[step->a], 0); break;
    case OP_PARK_UNTIL_INTERRUPTED:
        result = call(r, "phantom.thread_park", UINT64_MAX, 0);
        wrong_if(r, r->outcome == PH_DONE && result != 2);
        if (r->outcome == PH_DONE) {
            wrong_if(r, call(r, "phantom.thread_interrupted", 0, 0) != 1);
            wrong_if(r, call(r, "phantom.thread_interrupted", 0, 0) != 0);
        }
        break;
    case OP_YIELD: call(r, "phantom.thread_yield", 0, 0); break;
    case OP_HASH: hash(r, step->a); break;
    default: many(r, step);
    }
}

static struct ph_object *touched(struct runner *r, ph_ref object_ref)
{
    struct ph_object *object = ph_address(r->worker->machine->heap, object_ref);
    ph_touch(&r->worker->mutator, object, sizeof(*object));
    return object;
}

static void run_step(struct runner *r, const struct script_step *step)
{
    ph_ref object = step->a < SCRIPT_OBJECTS ? r->state->objects[step->a] : 0;
    r->outcome = PH_DONE;
    switch (step->op) {
    case OP_NOP: case OP_COLLECT: break;
    case OP_LATE: late(r, step->a); break;
    case OP_REPEAT: repeat(r, step->a); break;
    case OP_ENTER:
        if (!ph_monitor_enter_fast(r->worker, touched(r, object))) {
            call(r, "phantom.monitor_enter", object, 0);
        }
        break;
    case OP_EXIT:
        if (!ph_monitor_exit_fast(r->worker, touched(r, object))) {
            call(r, "phantom.monitor_exit", object, 0);
        }
        break;
    case OP_INSIDE: inside(r, step->a); break;
    case OP_TAKE: take(r, step->a); break;
    case OP_PUT: put(r, step->a, "phantom.object_notify"); break;
    case OP_PUT_ALL: put(r, step->a, "phantom.object_notify_all"); break;
    case OP_WAIT_SHORT:
        if (call(r, "phantom.object_wait", object, 1) == 0 && r->outcome == PH_DONE) {
            call(r, "phantom.object_notify", object, 0); /* it was meant for a taker */
        }
        break;
    default: run_other(r, step);
    }
}

/* Operations that do no call; false: the run is over with *result. */
static bool run_simple(struct runner *r, const struct script_step *step,
                       enum ph_run_result *result)
{
    if (step->op == OP_END) {
        __atomic_add_fetch(&r->state->ended, 1, __ATOMIC_RELAXED);
        *result = PH_RUN_FINISHED;
        return false;
    }
    if (step->op == OP_TRAP) {
        PH_SET(&r->worker->mutator, r->worker->thread->trap, (uint32_t)PH_TRAP_UNREACHABLE);
        *result = PH_RUN_TRAPPED;
        return false;
    }
    if (step->op == OP_COLLECT && r->slots[SLOT_PART] == 0) {
        r->slots[SLOT_PART] = 1;
        *result = PH_RUN_COLLECT;
        return false;
    }
    return true;
}

static ph_ref state_ref_of(const struct ph_machine *machine)
{
    return machine->heap->header->roots[PH_ROOT_COUNT - 1];
}

static enum ph_run_result run(struct ph_worker *worker)
{
    struct ph_machine *machine = worker->machine;
    struct runner r = {.worker = worker};
    const struct ph_box *box;
    enum ph_run_result result = PH_RUN_STOPPED;
    r.state = ph_address(machine->heap, state_ref_of(machine));
    r.slots = (uint64_t *)(void *)ph_stack_of(ph_address(machine->heap,
                                                         worker->thread->chunk_ref)) +
              PH_STACK_BASE;
    ph_touch(&worker->mutator, r.slots, SLOTS * 8);
    ph_touch(&worker->mutator, r.state, sizeof(*r.state));
    box = ph_address(machine->heap, (ph_ref)r.slots[SLOT_BOX]);
    do {
        const struct script_step *step = &scripts[box->value][r.slots[SLOT_STEP]];
        if (!run_simple(&r, step, &result)) {
            return result;
        }
        r.slots[SLOT_STEP]++; /* a step of many takes it back */
        uint64_t next = r.slots[SLOT_STEP];
        run_step(&r, step);
        if (r.outcome == PH_WAITING || (step->op == OP_TAKE && r.slots[SLOT_PART] != 0)) {
            r.slots[SLOT_STEP] = next - 1;
            return PH_RUN_WAITING;
        }
        if (r.outcome == PH_TRAPPED) {
            return PH_RUN_TRAPPED;
        }
        if (step->op == OP_COLLECT) {
            r.slots[SLOT_PART] = 0;
            __atomic_add_fetch(&r.state->collected, 1, __ATOMIC_RELAXED);
        }
        worker->safepoints++;
    } while (__atomic_load_n(&worker->poll, __ATOMIC_RELAXED) == 0);
    return PH_RUN_STOPPED;
}

static const struct ph_engine engine = {run, NULL};

/* ---- Worlds ---------------------------------------------------------------------------------- */

struct script_state *script_state(struct script_world *self)
{
    return ph_address(ph_machine_heap(self->machine), self->state_ref);
}

static void open_machine(struct script_world *self, bool format,
                         struct ph_machine_options options)
{
    options.engine = &engine;
    options.arena_bytes = ARENA_BYTES;
    CHECK_OK(ph_machine_open(ph_sim_disk_block(self->disk), format, &options, &self->machine, NULL,
                             NULL));
    self->mutator = ph_machine_mutator(self->machine);
}

static void make_function(struct script_world *self)
{
    static const char text[] = "export \"run\" function 0 function (ref) -> () { return }";
    const struct ph_slice source = {(const uint8_t *)text, sizeof(text) - 1};
    struct ph_slice unit;
    struct ph_root instance, function;
    ph_ref unit_ref;
    CHECK_OK(ph_assemble(source, "run", ph_port_allocator(), &unit, NULL));
    CHECK_OK(ph_unit_load(self->machine, self->mutator, unit, &unit_ref, NULL));
    ph_root_push(self->mutator, &instance, 0);
    ph_root_push(self->mutator, &function, 0);
    CHECK_OK(ph_instantiate(self->machine, self->mutator, unit_ref, NULL, &instance, NULL));
    CHECK_OK(ph_instance_export(self->machine, self->mutator, instance.ref,
                                PH_SLICE_TEXT("run"), &function, NULL));
    self->function_ref = function.ref;
    ph_root_pop(self->mutator, &function);
    ph_root_pop(self->mutator, &instance);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

void script_reset(struct script_world *self)
{
    struct script_state *state = script_state(self);
    ph_touch(self->mutator, state, sizeof(*state));
    memset(state->objects, 0, sizeof(*state) - offsetof(struct script_state, objects));
    for (uint32_t i = 0; i < SCRIPT_OBJECTS; i++) {
        state->objects[i] = ph_object_new(self->mutator, PH_CLASS_BOX, 0);
        CHECK(state->objects[i] != 0);
    }
}

void script_open(struct script_world *self, struct ph_machine_options options)
{
    const struct ph_sim_disk_options disk = {.seed = 1};
    memset(self, 0, sizeof(*self));
    CHECK_OK(ph_sim_disk_create(&disk, &self->disk));
    open_machine(self, true, options);
    make_function(self);
    self->state_ref = ph_object_new_pinned(self->mutator, PH_CLASS_PINNED_BYTES,
                                           sizeof(struct script_state) - sizeof(struct ph_bytes));
    PH_SET(self->mutator, ph_machine_heap(self->machine)->header->roots[PH_ROOT_COUNT - 1],
           self->state_ref);
    script_reset(self);
}

void script_reopen(struct script_world *self, struct ph_machine_options options)
{
    ph_machine_close(self->machine);
    open_machine(self, false, options);
}

struct ph_thread *script_thread(struct script_world *self, ph_ref thread_ref)
{
    return ph_address(ph_machine_heap(self->machine), thread_ref);
}

void script_close(struct script_world *self)
{
    ph_machine_close(self->machine);
    ph_sim_disk_destroy(self->disk);
}

struct ph_thread *script_start(struct script_world *self, uint32_t number)
{
    struct ph_heap *heap = ph_machine_heap(self->machine);
    uint64_t argument = ph_object_new(self->mutator, PH_CLASS_BOX, 0);
    struct ph_thread *thread;
    struct ph_box *box = ph_address(heap, (ph_ref)argument);
    CHECK(argument != 0);
    PH_SET(self->mutator, box->value, number);
    CHECK_OK(ph_thread_create(self->machine, self->mutator, self->function_ref, &argument, &thread,
                              NULL));
    ph_thread_ready(self->machine, self->mutator, thread);
    return thread;
}

void script_drop(struct script_world *self, struct ph_thread *thread)
{
    CHECK(ph_thread_has_ended(thread));
    ph_thread_drop(self->machine, self->mutator, thread);
}
