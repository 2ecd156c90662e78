/* SPDX-License-Identifier: Apache-2.0 */
/* collect.c - evacuations, and the collector's way through cuts.
 *
 * A collection goes by steps. Its owner takes them one after another: the collector's thread, who
 * called ph_collect_now, or whoever drives a simulated machine. All of it is volatile: after a
 * crash the world has its garbage still, and the next collection finds it.
 *
 * Invariants
 *   (1) One at a time: `begun` is `ended` or one more. The owner holds `turn`, or is the simulator.
 *   (2) The owner asks for the stop of one durable cut, the one to be marked, and for what comes
 *       after it for stops alone, which wait for no disk. `state` is changed in stops, where it
 *       says what they are to do; else by the owner.
 *   (3) A thread that finds no room gives up only if a collection that began later has ended, none
 *       is under way, the last was not hindered, and it kept no soft reference.
 *   (4) collect.mutator is the collector's thread's, outside of its collections; where there is no
 *       such thread it is the owner's. */
#include "machine/collect.h"

#include "machine/internal.h"

#define CLEAR_STEP 64u
#define PAUSE_NS UINT64_C(50000) /* what a collection may add to a cut's pause, about */
#define GIVE_BACK_BYTES (UINT64_C(128) << 10) /* of the object space looked at in one go */
#define GIVE_BACK_NS UINT64_C(1000000)        /* from one to the next */
#define RETRY_NS UINT64_C(200000000)
#define NS_PER_S UINT64_C(1000000000)
#define CLEAR_REST_NS UINT64_C(250000) /* between two stops that clear references */
#define TRIES 3u

/* ---- In the stop --------------------------------------------------------------------- */

static void set_state(struct ph_machine *self, enum ph_collect_state state)
{
    __atomic_store_n(&self->collect.state, (uint32_t)state, __ATOMIC_RELEASE);
}

static enum ph_collect_state state_of(const struct ph_machine *self)
{
    return (enum ph_collect_state)__atomic_load_n(&self->collect.state, __ATOMIC_ACQUIRE);
}

static bool is_before_or(uint32_t number, uint32_t other)
{
    return (int32_t)(other - number) >= 0;
}

static void prepare_mark(struct ph_machine *self)
{
    uint32_t number = __atomic_load_n(&self->collect.begun, __ATOMIC_SEQ_CST);
    ph_mark_prepare(self->collect.mark, &self->mutator,
                    is_before_or(number, self->collect.clear_soft_until));
    set_state(self, PH_COLLECT_MARKING);
}

static void finish_mark(struct ph_machine *self)
{
    ph_status status = ph_mark_finish(self->collect.mark, &self->mutator);
    set_state(self, status == PH_OK      ? PH_COLLECT_CLEARING
                    : status == PH_AGAIN ? PH_COLLECT_MARKING
                                         : PH_COLLECT_FAILED);
}

/* When a stop has done enough. In a simulated machine after one piece of work: what happens must
 * not depend on how fast it is. */
static uint64_t pause_end(const struct ph_machine *self)
{
    return self->options.simulated ? 0 : ph_clock_monotonic_ns() + PAUSE_NS;
}

static void clear_some(struct ph_machine *self)
{
    uint64_t until = pause_end(self);
    uint64_t count = self->options.simulated ? 1 : CLEAR_STEP;
    uint64_t queued = 0;
    bool more;
    do {
        more = ph_mark_clear(self->collect.mark, &self->mutator, count, &queued);
    } while (more && ph_clock_monotonic_ns() < until);
    if (queued > 0) {
        ph_scheduler_wake(self, PH_WAIT_QUEUE);
    }
    if (!more) {
        ph_heap_evacuate(&self->mutator); /* slices grow by what was found */
        set_state(self, PH_COLLECT_DONE);
    }
}

/* What a collection does in any stop. */
static void step(struct ph_machine *self)
{
    switch (state_of(self)) {
    case PH_COLLECT_MARKED:
        finish_mark(self);
        if (state_of(self) == PH_COLLECT_CLEARING && !self->options.simulated) {
            clear_some(self); /* few references: all in one stop */
        }
        break;
    case PH_COLLECT_CLEARING:
        clear_some(self);
        break;
    case PH_COLLECT_CANCELLED:
        ph_mark_cancel(self->collect.mark);
        set_state(self, PH_COLLECT_FAILED);
        break;
    default:
        break;
    }
}

void ph_collect_instant(struct ph_machine *self)
{
    uint64_t from = ph_clock_monotonic_ns();
    PH_ASSERT(self->running == 0);
    if (!ph_nursery_is_empty(self->heap) || ph_nursery_wants_evacuation(self->heap)) {
        ph_heap_evacuate(&self->mutator);
        if (self->collect.has_thread && ph_heap_wants_memory(self->heap)) {
            ph_condition_signal(&self->collect.wake);
        }
        self->collect.stat.evacuations++;
        self->collect.stat.evacuation_ns += ph_clock_monotonic_ns() - from;
    }
    ph_threads_young_clear(self);
    step(self);
}

void ph_collect_set_clock(struct ph_machine *self)
{
    ph_heap_set_clock(self->heap, (uint32_t)(ph_machine_clock_ns(self) / NS_PER_S));
}

void ph_collect_before_cut(struct ph_machine *self)
{
    ph_collect_instant(self);
    ph_collect_set_clock(self);
    switch (state_of(self)) {
    case PH_COLLECT_WANTED:
        prepare_mark(self);
        break;
    case PH_COLLECT_IDLE:
        if (self->collect.has_thread && ph_heap_wants_mark(self->heap)) {
            ph_condition_signal(&self->collect.wake);
        }
        break;
    default:
        break;
    }
}

/* ---- A collection -------------------------------------------------------------------- */

/* Nobody can wait for the disk to have room again but the collector's own thread, which has nothing
 * else to do. False: it is not that, or the machine is stopping. */
static bool wait_to_retry(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    bool waits = self->collect.has_thread && !self->stopping;
    if (waits) {
        (void)ph_condition_wait_until(&self->collect.wake, &self->lock,
                                      ph_clock_monotonic_ns() + RETRY_NS);
    }
    ph_mutex_unlock(&self->lock);
    return waits;
}

/* A cut, so that the stop comes by. With PH_OK it, or what was there already, is durable. */
static ph_status pass_cut(struct ph_machine *self)
{
    uint64_t number;
    ph_status status = ph_cut_now(self, PH_CUT_COLLECT, &number);
    while (status != PH_OK && status != PH_UNSUPPORTED && wait_to_retry(self)) {
        status = ph_cut_now(self, PH_CUT_COLLECT, &number);
    }
    return status;
}

/* A stop, in which the collection goes on by a step. */
static void pass_stop(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    if (self->started) {
        ph_scheduler_collect(self);
    } else {
        ph_collect_instant(self);
    }
    ph_mutex_unlock(&self->lock);
}

static void rest(struct ph_machine *self)
{
    uint64_t until = ph_clock_monotonic_ns() + CLEAR_REST_NS;
    ph_mutex_lock(&self->lock);
    if (self->collect.has_thread && !self->stopping) {
        (void)ph_condition_wait_until(&self->collect.wake, &self->lock, until);
    }
    ph_mutex_unlock(&self->lock);
}

static ph_status begin_look(struct ph_machine *self)
{
    struct ph_error ignored;
    ph_status status = ph_look_begin(self, &self->collect.look, &ignored);
    self->collect.look_ns = ph_clock_monotonic_ns();
    return status;
}

static void end_look(struct ph_machine *self)
{
    if (self->collect.look != NULL) {
        self->collect.mark_ns = ph_clock_monotonic_ns() - self->collect.look_ns;
        ph_look_end(self->collect.look);
        self->collect.look = NULL;
    }
}

static ph_status run_mark(struct ph_machine *self)
{
    ph_status status = ph_mark_run(self->collect.mark, ph_look_base(self->collect.look));
    if (status == PH_OK) {
        set_state(self, PH_COLLECT_MARKED);
    }
    return status;
}

/* Where no thread does it later (4). */
static bool gives_back_more(struct ph_machine *self)
{
    uint64_t given;
    ph_mutex_lock(&self->lock);
    bool has_thread = self->collect.has_thread;
    ph_mutex_unlock(&self->lock);
    return state_of(self) == PH_COLLECT_DONE && !has_thread &&
           ph_heap_give_back(&self->collect.mutator, GIVE_BACK_BYTES, &given);
}

/* What comes next; each of these beside the world. *done: nothing does. */
static ph_status take_step(struct ph_machine *self, bool *done)
{
    *done = false;
    switch (self->collect.step) {
    case PH_COLLECT_STEP_WANT:
        set_state(self, PH_COLLECT_WANTED);
        self->collect.step = PH_COLLECT_STEP_LOOK;
        return pass_cut(self);
    case PH_COLLECT_STEP_LOOK:
        self->collect.step = PH_COLLECT_STEP_RUN;
        return begin_look(self);
    case PH_COLLECT_STEP_RUN:
        self->collect.step = PH_COLLECT_STEP_FINISH;
        return run_mark(self);
    case PH_COLLECT_STEP_FINISH:
        pass_stop(self);
        self->collect.step = state_of(self) == PH_COLLECT_MARKING ? PH_COLLECT_STEP_RUN
                                                                  : PH_COLLECT_STEP_CLEAR;
        return PH_OK;
    case PH_COLLECT_STEP_CLEAR:
        end_look(self);
        if (state_of(self) == PH_COLLECT_CLEARING) {
            rest(self);
            pass_stop(self);
        }
        if (state_of(self) != PH_COLLECT_CLEARING) {
            self->collect.step = PH_COLLECT_STEP_GIVE_BACK;
        }
        return PH_OK;
    default:
        *done = !gives_back_more(self);
        return PH_OK;
    }
}

static void note_end(struct ph_machine *self, bool done)
{
    struct ph_collect_stat *stat = &self->collect.stat;
    struct ph_mark_stat mark;
    ph_mark_stat(self->collect.mark, &mark);
    ph_mutex_lock(&self->lock);
    self->collect.soft_kept = done ? mark.soft_kept : 0;
    stat->collections += done;
    stat->failed += !done;
    if (done) {
        stat->last_ns = ph_clock_monotonic_ns() - self->collect.begun_ns;
        stat->last_mark_ns = self->collect.mark_ns;
        stat->last_objects = mark.objects;
        stat->last_bytes = mark.bytes;
        stat->last_cleared = mark.cleared;
        self->collect.gives_back = self->collect.has_thread;
        ph_condition_signal(&self->collect.wake);
    }
    ph_mutex_unlock(&self->lock);
}

static ph_status begin(struct ph_machine *self)
{
    __atomic_add_fetch(&self->collect.begun, 1, __ATOMIC_SEQ_CST);
    self->collect.step = PH_COLLECT_STEP_WANT;
    self->collect.begun_ns = ph_clock_monotonic_ns();
    if (self->options.no_cuts) {
        return PH_UNSUPPORTED;
    }
    if (self->collect.mark == NULL) {
        struct ph_mark_options options = {0};
        return ph_mark_create(self->heap, &options, &self->collect.mark, NULL);
    }
    return PH_OK;
}

/* Hindered: it came to nothing for reasons that have nothing to do with the room there is. */
static void set_ended(struct ph_machine *self, bool is_hindered)
{
    ph_mutex_lock(&self->lock);
    self->collect.is_hindered = is_hindered;
    __atomic_add_fetch(&self->collect.ended, 1, __ATOMIC_SEQ_CST);
    ph_mutex_unlock(&self->lock);
    ph_machine_wake(self, PH_WAIT_COLLECT); /* also if it came to nothing: they look again */
}

/* `status`: of its last step. */
static ph_status end(struct ph_machine *self, ph_status status)
{
    bool done = state_of(self) == PH_COLLECT_DONE;
    end_look(self);
    if (self->collect.mark != NULL) {
        if (!done && state_of(self) != PH_COLLECT_FAILED) {
            set_state(self, PH_COLLECT_CANCELLED);
            pass_stop(self);
        }
        PH_ASSERT(done || state_of(self) == PH_COLLECT_FAILED);
        note_end(self, done);
        set_state(self, PH_COLLECT_IDLE);
    }
    self->collect.step = PH_COLLECT_STEP_NONE;
    set_ended(self, status == PH_IO || status == PH_NO_SPACE || status == PH_AGAIN);
    return status == PH_OK && !done ? PH_NO_MEMORY : status;
}

ph_status ph_collect_now(struct ph_machine *self)
{
    bool done = false;
    ph_mutex_lock(&self->collect.turn);
    PH_ASSERT(self->collect.step == PH_COLLECT_STEP_NONE);
    ph_status status = begin(self);
    while (status == PH_OK && !done) {
        status = take_step(self, &done);
    }
    status = end(self, status);
    ph_mutex_unlock(&self->collect.turn);
    return status;
}

ph_status ph_collect_step(struct ph_machine *self, bool *done)
{
    PH_ASSERT(self->options.simulated);
    ph_status status = PH_OK;
    *done = false;
    if (self->collect.step == PH_COLLECT_STEP_NONE) {
        status = begin(self);
    }
    if (status == PH_OK) {
        status = take_step(self, done);
    }
    *done = *done || status != PH_OK;
    return *done ? end(self, status) : PH_OK;
}

/* What a thread waits for: bits 33-63 name this process (after a resume they mean nothing, and the
 * thread looks again), 30-31 count its tries (0: it waits for one that was under way before, which
 * counts for nothing), 0-29 are the number of a collection. */
#define NUMBER_MASK 0x3fffffffu

static uint64_t wait_value(const struct ph_machine *self, uint32_t try, uint32_t number)
{
    return (self->open_ns | 1) << 32 | (uint64_t)try << 30 | (number & NUMBER_MASK);
}

static bool is_this_process(const struct ph_machine *self, uint64_t value)
{
    return value >> 32 == wait_value(self, 0, 0) >> 32;
}

/* The collection that a thread waited for has ended, and there was no room yet: can a further one
 * help? It can drop what softly reachable objects hold; and if the last one has found much room
 * then others were faster, or it is in pieces. */
static bool may_help(struct ph_machine *self, uint32_t try, uint32_t next)
{
    if (self->collect.soft_kept > 0) {
        self->collect.clear_soft_until = next;
        return true;
    }
    return try < TRIES && ph_heap_found_room(self->heap);
}

static bool waits_for_one(struct ph_worker *worker, bool wants_room)
{
    struct ph_machine *self = worker->machine;
    struct ph_thread *thread = worker->thread;
    ph_mutex_lock(&self->lock);
    uint32_t ended = __atomic_load_n(&self->collect.ended, __ATOMIC_SEQ_CST);
    uint32_t next = __atomic_load_n(&self->collect.begun, __ATOMIC_SEQ_CST) + 1;
    uint64_t value = thread->wait_value;
    bool waited = thread->wait_kind == PH_WAIT_COLLECT && is_this_process(self, value);
    uint32_t try = waited ? (uint32_t)(value >> 30) & 3u : 0;
    uint32_t behind = ((uint32_t)value - ended) & NUMBER_MASK; /* 1 or 2: it is still to end */
    bool waits = self->collect.has_thread || self->options.stepped_collections;
    bool waits_on = waited && (behind == 1 || behind == 2);
    uint32_t tries = PH_MIN(try + 1, TRIES);
    if (waits && !waits_on && next != ended + 1) { /* until it ends what is free cannot be used */
        value = wait_value(self, waited ? tries : 0, next - 1);
    } else if (waits && !waits_on) {
        waits = try == 0 ||
                (wants_room && (self->collect.is_hindered || may_help(self, try, next)));
        value = wait_value(self, tries, next);
        self->collect.asked = waits ? next : self->collect.asked;
        ph_condition_signal(&self->collect.wake);
    }
    ph_mutex_unlock(&self->lock);
    if (!waits) {
        ph_collect_went_on(worker);
    } else if (!waited || value != thread->wait_value) {
        ph_touch(&worker->mutator, thread, sizeof(*thread));
        thread->wait_kind = PH_WAIT_COLLECT;
        thread->wait_value = value;
        thread->deadline_ns = 0;
    }
    return waits;
}

bool ph_collect_waits(struct ph_worker *worker)
{
    return waits_for_one(worker, true);
}

bool ph_collect_waits_once(struct ph_worker *worker)
{
    return waits_for_one(worker, false);
}

/* ---- The collector's thread ---------------------------------------------------------- */

/* Not in stops: a hole of some megabytes takes the host milliseconds. Nor in one go: an evacuation
 * may wait for the turn under way, and should find the lock free. The lock is held. */
static void give_some_back(struct ph_machine *self)
{
    uint64_t given, until = ph_clock_monotonic_ns() + PAUSE_NS / 2;
    self->collect.gives_back = false;
    ph_mutex_unlock(&self->lock);
    bool more = true;
    while (more && ph_clock_monotonic_ns() < until) {
        more = ph_heap_give_back(&self->collect.mutator, GIVE_BACK_BYTES, &given);
    }
    ph_mutex_lock(&self->lock);
    if (more && !self->stopping) {
        self->collect.gives_back = true;
        (void)ph_condition_wait_until(&self->collect.wake, &self->lock,
                                      ph_clock_monotonic_ns() + GIVE_BACK_NS);
    }
}

static void bring_memory(struct ph_machine *self)
{
    ph_mutex_unlock(&self->lock);
    while (ph_heap_bring_memory(self->heap)) {
    }
    ph_mutex_lock(&self->lock);
}

static void collector_main(void *argument)
{
    struct ph_machine *self = argument;
    ph_mutex_lock(&self->lock);
    while (!self->stopping) {
        bool is_asked = is_before_or(__atomic_load_n(&self->collect.begun, __ATOMIC_SEQ_CST) + 1,
                                      self->collect.asked);
        if (ph_heap_wants_memory(self->heap)) {
            bring_memory(self);
            continue;
        }
        if (!is_asked && !ph_heap_wants_mark(self->heap)) {
            if (self->collect.gives_back) {
                give_some_back(self);
            } else {
                ph_condition_wait(&self->collect.wake, &self->lock);
            }
            continue;
        }
        ph_mutex_unlock(&self->lock);
        ph_status status = ph_collect_now(self);
        ph_mutex_lock(&self->lock);
        if (status != PH_OK && !self->stopping) { /* in vain: not at once again */
            (void)ph_condition_wait_until(&self->collect.wake, &self->lock,
                                          ph_clock_monotonic_ns() + RETRY_NS);
        }
    }
    ph_mutex_unlock(&self->lock);
}

void ph_collect_init(struct ph_machine *self)
{
    ph_mutex_init(&self->collect.turn);
    ph_condition_init(&self->collect.wake);
}

void ph_collect_finish(struct ph_machine *self)
{
    ph_mark_destroy(self->collect.mark);
    self->collect.mark = NULL;
    ph_condition_finish(&self->collect.wake);
    ph_mutex_finish(&self->collect.turn);
}

static void set_has_thread(struct ph_machine *self, bool has_thread)
{
    ph_mutex_lock(&self->lock);
    self->collect.has_thread = has_thread;
    ph_mutex_unlock(&self->lock);
}

void ph_collect_announce(struct ph_machine *self)
{
    set_has_thread(self, !self->options.no_cuts);
}

ph_status ph_collect_start(struct ph_machine *self)
{
    if (self->options.no_cuts) {
        return PH_OK;
    }
    ph_status status =
        ph_host_thread_start(&self->collect.thread, "collector", collector_main, self);
    if (status != PH_OK) {
        set_has_thread(self, false);
    }
    return status;
}

void ph_collect_stop(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    bool has_thread = self->collect.has_thread;
    PH_ASSERT(!has_thread || self->stopping);
    ph_condition_broadcast(&self->collect.wake);
    ph_mutex_unlock(&self->lock);
    if (has_thread) {
        if (self->collect.thread.word != 0) { /* it was announced, and could be started */
            ph_host_thread_join(&self->collect.thread);
            memset(&self->collect.thread, 0, sizeof(self->collect.thread));
        }
        set_has_thread(self, false);
    }
    end_look(self);
    if (self->collect.mark != NULL && state_of(self) != PH_COLLECT_IDLE) {
        ph_mark_cancel(self->collect.mark);
        set_state(self, PH_COLLECT_IDLE);
    }
}

void ph_collect_stat(struct ph_machine *self, struct ph_collect_stat *stat)
{
    ph_mutex_lock(&self->lock);
    *stat = self->collect.stat;
    stat->object_bytes_live =
        __atomic_load_n(&self->heap->header->object_bytes_live, __ATOMIC_RELAXED);
    ph_mutex_unlock(&self->lock);
}
