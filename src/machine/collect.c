/* SPDX-License-Identifier: Apache-2.0 */
/* collect.c - evacuations, and the collector's way through cuts.
 *
 * A collection's state is changed by its own thread (or who called ph_collect_now), which asks for
 * a cut after each change, and in the stop of that cut. All of it is volatile: after a crash the
 * world has its garbage still, and the next collection finds it. */
#include "machine/collect.h"

#include "machine/internal.h"

#define CLEAR_STEP 64u
#define PAUSE_NS UINT64_C(50000) /* what a collection may add to a cut's pause, about */
#define GIVE_BACK_BYTES (UINT64_C(128) << 10) /* of the object space looked at in one go */
#define GIVE_BACK_NS UINT64_C(1000000)        /* from one to the next */
#define RETRY_NS UINT64_C(200000000)

/* ---- In the stop --------------------------------------------------------------------- */

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

static void clear_some(struct ph_machine *self)
{
    uint64_t until = ph_clock_monotonic_ns() + PAUSE_NS;
    uint64_t queued = 0; /* nobody waits at a queue yet */
    bool more = true;
    while (more && ph_clock_monotonic_ns() < until) {
        more = ph_mark_clear(self->collect.mark, &self->mutator, CLEAR_STEP, &queued);
    }
    if (!more) {
        set_state(self, PH_COLLECT_DONE);
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

static ph_status read_cut(struct ph_machine *self)
{
    struct ph_look *look;
    struct ph_error ignored;
    ph_status status = ph_look_begin(self, &look, &ignored);
    if (status != PH_OK) {
        return status;
    }
    uint64_t from = ph_clock_monotonic_ns();
    while (status == PH_OK && state_of(self) == PH_COLLECT_MARKING) {
        status = ph_mark_run(self->collect.mark, ph_look_base(look));
        if (status == PH_OK) {
            set_state(self, PH_COLLECT_MARKED);
            status = pass_cut(self);
        }
    }
    self->collect.mark_ns = ph_clock_monotonic_ns() - from;
    ph_look_end(look);
    return status;
}

static ph_status pass_through(struct ph_machine *self)
{
    set_state(self, PH_COLLECT_WANTED);
    ph_status status = pass_cut(self);
    if (status == PH_OK) {
        status = read_cut(self);
    }
    while (status == PH_OK && state_of(self) == PH_COLLECT_CLEARING) {
        status = pass_cut(self);
    }
    return status;
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
        self->collect.gives_back = true;
        ph_condition_signal(&self->collect.wake);
    }
    ph_mutex_unlock(&self->lock);
}

/* One collection; the collector's own lock is held. */
static ph_status collect_once(struct ph_machine *self)
{
    uint64_t from = ph_clock_monotonic_ns();
    if (self->options.no_cuts) {
        return PH_UNSUPPORTED;
    }
    if (self->collect.mark == NULL) {
        struct ph_mark_options options = {0};
        ph_status status = ph_mark_create(self->heap, &options, &self->collect.mark, NULL);
        if (status != PH_OK) {
            return status;
        }
    }
    ph_status status = pass_through(self);
    bool done = state_of(self) == PH_COLLECT_DONE;
    if (!done && state_of(self) != PH_COLLECT_FAILED) {
        set_state(self, PH_COLLECT_CANCELLED);
        ph_status ignored = pass_cut(self);
        (void)ignored; /* if there is no stop any more, ph_collect_stop cancels it */
    }
    note_end(self, done, from);
    if (state_of(self) != PH_COLLECT_CANCELLED) {
        set_state(self, PH_COLLECT_IDLE);
    }
    return status == PH_OK && !done ? PH_NO_MEMORY : status;
}

ph_status ph_collect_now(struct ph_machine *self)
{
    ph_mutex_lock(&self->collect.turn);
    __atomic_add_fetch(&self->collect.begun, 1, __ATOMIC_SEQ_CST);
    ph_status status = collect_once(self);
    __atomic_add_fetch(&self->collect.ended, 1, __ATOMIC_SEQ_CST);
    ph_mutex_unlock(&self->collect.turn);
    ph_machine_wake(self, PH_WAIT_COLLECT); /* also if it came to nothing: they look again */
    return status;
}

/* What a thread waits for is named by this process and the number of a collection: after a resume
 * it means nothing, and the thread looks again. */
bool ph_collect_waits(struct ph_worker *worker)
{
    struct ph_machine *self = worker->machine;
    struct ph_thread *thread = worker->thread;
    ph_mutex_lock(&self->lock);
    bool has_thread = self->collect.has_thread;
    ph_condition_signal(&self->collect.wake); /* the heap was full: it wants a mark */
    ph_mutex_unlock(&self->lock);
    uint64_t process = (self->open_ns | 1) << 32;
    uint32_t ended = __atomic_load_n(&self->collect.ended, __ATOMIC_SEQ_CST);
    if (!has_thread ||
        (thread->wait_kind == PH_WAIT_COLLECT && thread->wait_value == (process | ended))) {
        ph_collect_went_on(worker);
        return false;
    }
    uint32_t next = __atomic_load_n(&self->collect.begun, __ATOMIC_SEQ_CST) + 1;
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
        if (ph_heap_wants_memory(self->heap)) {
            bring_memory(self);
            continue;
        }
        if (!ph_heap_wants_mark(self->heap)) {
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
