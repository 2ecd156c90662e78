/* SPDX-License-Identifier: Apache-2.0 */
/* collect.c - evacuations, and the collector's way through cuts.
 *
 * A collection's state is changed by its own thread (or who called ph_collect_now), which asks for
 * a cut after each change, and in the stop of that cut. All of it is volatile: after a crash the
 * world has its garbage still, and the next collection finds it. */
#include "machine/collect.h"

#include "machine/internal.h"

#define CLEAR_STEP 256u
#define PAUSE_NS UINT64_C(50000) /* what a collection may add to a cut's pause, about */
#define GIVE_BACK_BYTES (UINT64_C(64) << 10) /* of the object space looked at in one go */
#define RETRY_NS UINT64_C(200000000)

/* ---- In the stop --------------------------------------------------------------------- */

void ph_collect_instant(struct ph_machine *self)
{
    uint64_t from = ph_clock_monotonic_ns();
    PH_ASSERT(self->running == 0);
    if (!ph_nursery_is_empty(self->heap) || ph_nursery_wants_evacuation(self->heap)) {
        ph_heap_evacuate(&self->mutator);
        self->collect.stat.evacuations++;
        self->collect.stat.evacuation_ns += ph_clock_monotonic_ns() - from;
    }
    ph_threads_young_clear(self);
}

static void set_state(struct ph_machine *self, enum ph_collect_state state)
{
    __atomic_store_n(&self->collect.state, (uint32_t)state, __ATOMIC_RELEASE);
}

static enum ph_collect_state state_of(const struct ph_machine *self)
{
    return (enum ph_collect_state)__atomic_load_n(&self->collect.state, __ATOMIC_ACQUIRE);
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
    uint64_t queued = 0; /* nobody waits at a queue yet */
    bool more;
    do {
        more = ph_mark_clear(self->collect.mark, &self->mutator, count, &queued);
    } while (more && ph_clock_monotonic_ns() < until);
    if (!more) {
        self->collect.give_back_bytes = self->heap->header->object_top;
        set_state(self, PH_COLLECT_DONE);
    }
}

static void give_some_back(struct ph_machine *self)
{
    uint64_t until = pause_end(self);
    bool in_time = true;
    while (self->collect.give_back_bytes > 0 && in_time) {
        uint64_t bytes = PH_MIN(self->collect.give_back_bytes, GIVE_BACK_BYTES);
        (void)ph_heap_give_back(&self->mutator, bytes);
        self->collect.give_back_bytes -= bytes;
        in_time = ph_clock_monotonic_ns() < until;
    }
}

void ph_collect_before_cut(struct ph_machine *self)
{
    ph_collect_instant(self);
    switch (state_of(self)) {
    case PH_COLLECT_WANTED:
        ph_mark_prepare(self->collect.mark, &self->mutator);
        set_state(self, PH_COLLECT_MARKING);
        break;
    case PH_COLLECT_MARKED:
        finish_mark(self);
        break;
    case PH_COLLECT_CLEARING:
        clear_some(self);
        break;
    case PH_COLLECT_CANCELLED:
        ph_mark_cancel(self->collect.mark);
        set_state(self, PH_COLLECT_FAILED);
        break;
    case PH_COLLECT_IDLE:
        give_some_back(self);
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

/* What comes next; each of these beside the world. *done: nothing does. */
static ph_status take_step(struct ph_machine *self, bool *done)
{
    ph_status status = PH_OK;
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
        status = pass_cut(self);
        self->collect.step = state_of(self) == PH_COLLECT_MARKING ? PH_COLLECT_STEP_RUN
                                                                  : PH_COLLECT_STEP_CLEAR;
        return status;
    default:
        end_look(self);
        *done = state_of(self) != PH_COLLECT_CLEARING;
        return *done ? PH_OK : pass_cut(self);
    }
}

static void note_end(struct ph_machine *self, bool done, uint64_t from_ns)
{
    struct ph_collect_stat *stat = &self->collect.stat;
    struct ph_mark_stat mark;
    ph_mark_stat(self->collect.mark, &mark);
    ph_mutex_lock(&self->lock);
    stat->collections += done;
    stat->failed += !done;
    if (done) {
        stat->last_ns = ph_clock_monotonic_ns() - from_ns;
        stat->last_mark_ns = self->collect.mark_ns;
        stat->last_objects = mark.objects;
        stat->last_bytes = mark.bytes;
        stat->last_cleared = mark.cleared;
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

/* `status`: of its last step. */
static ph_status end(struct ph_machine *self, ph_status status)
{
    bool done = state_of(self) == PH_COLLECT_DONE;
    end_look(self);
    if (self->collect.mark != NULL) {
        if (!done && state_of(self) != PH_COLLECT_FAILED) {
            set_state(self, PH_COLLECT_CANCELLED);
            ph_status ignored = pass_cut(self);
            (void)ignored; /* if there is no stop any more, ph_collect_stop cancels it */
        }
        note_end(self, done, self->collect.begun_ns);
        if (state_of(self) != PH_COLLECT_CANCELLED) {
            set_state(self, PH_COLLECT_IDLE);
        }
    }
    self->collect.step = PH_COLLECT_STEP_NONE;
    __atomic_store_n(&self->collect.is_hindered, status == PH_IO || status == PH_NO_SPACE,
                     __ATOMIC_RELAXED);
    __atomic_add_fetch(&self->collect.ended, 1, __ATOMIC_SEQ_CST);
    ph_machine_wake(self, PH_WAIT_COLLECT); /* also if it came to nothing: they look again */
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

/* What a thread waits for is named by this process and the number of a collection: after a resume
 * it means nothing, and the thread looks again. */
bool ph_collect_waits(struct ph_worker *worker)
{
    struct ph_machine *self = worker->machine;
    struct ph_thread *thread = worker->thread;
    ph_mutex_lock(&self->lock);
    bool will_end = self->collect.has_thread || self->options.stepped_collections;
    ph_condition_signal(&self->collect.wake); /* the heap was full: it wants a mark */
    ph_mutex_unlock(&self->lock);
    uint64_t process = (self->open_ns | 1) << 32;
    uint32_t ended = __atomic_load_n(&self->collect.ended, __ATOMIC_SEQ_CST);
    uint32_t begun = __atomic_load_n(&self->collect.begun, __ATOMIC_SEQ_CST);
    bool has_waited =
        thread->wait_kind == PH_WAIT_COLLECT && thread->wait_value == (process | ended);
    bool is_hindered = __atomic_load_n(&self->collect.is_hindered, __ATOMIC_RELAXED);
    if (!will_end || (has_waited && begun == ended && !is_hindered)) {
        ph_collect_went_on(worker);
        return false;
    }
    /* One that began meanwhile keeps to itself what the one before has found: its end tells. */
    uint32_t next = has_waited && begun != ended ? begun : begun + 1;
    bool waits_on = thread->wait_kind == PH_WAIT_COLLECT &&
                    thread->wait_value >> 32 == process >> 32 &&
                    (int32_t)((uint32_t)thread->wait_value - ended) > 0;
    if (!waits_on) {
        ph_touch(&worker->mutator, thread, sizeof(*thread));
        thread->wait_kind = PH_WAIT_COLLECT;
        thread->wait_value = process | next;
        thread->deadline_ns = 0;
    }
    return true;
}

/* ---- The collector's thread ---------------------------------------------------------- */

static void collector_main(void *argument)
{
    struct ph_machine *self = argument;
    ph_mutex_lock(&self->lock);
    while (!self->stopping) {
        if (!ph_heap_wants_mark(self->heap)) {
            ph_condition_wait(&self->collect.wake, &self->lock);
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

ph_status ph_collect_start(struct ph_machine *self)
{
    if (self->options.no_cuts) {
        return PH_OK;
    }
    set_has_thread(self, true);
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
        ph_host_thread_join(&self->collect.thread);
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
