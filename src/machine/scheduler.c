/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.c - workers, ready and waiting threads, pauses.
 *
 * Invariants, all under machine->lock
 *   (1) A live thread that does not run is in `ready`, in `waiting`, or NEW.
 *   (2) `running` workers are inside the engine; nobody else changes the world, but for natives'
 *       helpers that hold a pause.
 *   (3) While a cut's instant is wanted or a pause is held no worker enters the engine; the worker
 *       that makes `running` zero lets the instant happen, so it costs no change of thread.
 *   (4) No wake is lost: a thread that says it waits is run once more if its event's count has
 *       changed since its run began. */
#include "machine/internal.h"

#define SPIN_TURNS 2000u

enum worker_mode { WORKER_IDLE, WORKER_RUNNING };

/* ---- Ready and waiting --------------------------------------------------------------- */

static uint32_t ready_count(const struct ph_machine *self)
{
    return self->ready.count - self->ready_first;
}

static void list_push(struct ph_machine *self, ph_thread_list *list, struct ph_thread *thread)
{
    if (!ph_vector_push(list, self->allocator, thread)) {
        ph_port_panic("out of memory for the list of threads; the image holds the last cut");
    }
}

void ph_scheduler_push(struct ph_machine *self, struct ph_thread *thread)
{
    if (self->ready_first > 1024 && self->ready_first * 2 > self->ready.count) {
        uint32_t count = ready_count(self);
        memmove(self->ready.items, self->ready.items + self->ready_first,
                count * sizeof(struct ph_thread *));
        self->ready.count = count;
        self->ready_first = 0;
    }
    list_push(self, &self->ready, thread);
    ph_condition_signal(&self->work);
    ph_condition_signal(&self->timer_wake);
}

static struct ph_thread *pop_ready(struct ph_machine *self)
{
    if (ready_count(self) == 0) {
        return NULL;
    }
    if (self->options.simulated) {
        uint32_t chosen = self->ready_first +
                          (uint32_t)ph_random_below(&self->schedule, ready_count(self));
        struct ph_thread *other = self->ready.items[chosen];
        self->ready.items[chosen] = self->ready.items[self->ready_first];
        self->ready.items[self->ready_first] = other;
    }
    struct ph_thread *thread = self->ready.items[self->ready_first++];
    if (ready_count(self) == 0) {
        self->ready_first = self->ready.count = 0;
    }
    return thread;
}

static void wake_at(struct ph_machine *self, uint32_t index)
{
    struct ph_thread *thread = self->waiting.items[index];
    self->waiting.items[index] = self->waiting.items[--self->waiting.count];
    ph_scheduler_push(self, thread);
}

void ph_scheduler_wake(struct ph_machine *self, enum ph_wait_kind kind)
{
    self->wakes[kind]++;
    for (uint32_t i = self->waiting.count; i > 0; i--) {
        if (self->waiting.items[i - 1]->wait_kind == (uint32_t)kind) {
            wake_at(self, i - 1);
        }
    }
}

void ph_machine_wake(struct ph_machine *self, enum ph_wait_kind kind)
{
    ph_mutex_lock(&self->lock);
    ph_scheduler_wake(self, kind);
    ph_mutex_unlock(&self->lock);
}

void ph_scheduler_forget(struct ph_machine *self, struct ph_thread *thread)
{
    for (uint32_t i = 0; i < self->worker_count; i++) {
        struct ph_worker *worker = self->workers[i];
        if (worker->thread == thread) { /* held through a pause, or at its very end */
            PH_ASSERT(worker->mode == WORKER_IDLE);
            worker->thread = NULL;
            return;
        }
    }
    for (uint32_t i = 0; i < self->waiting.count; i++) {
        if (self->waiting.items[i] == thread) {
            self->waiting.items[i] = self->waiting.items[--self->waiting.count];
            return;
        }
    }
    for (uint32_t i = self->ready_first; i < self->ready.count; i++) {
        if (self->ready.items[i] == thread) {
            memmove(&self->ready.items[i], &self->ready.items[i + 1],
                    (self->ready.count - i - 1) * sizeof(struct ph_thread *));
            self->ready.count--;
            return;
        }
    }
}

ph_status ph_scheduler_adopt(struct ph_machine *self)
{
    ph_ref ref = self->world->threads_ref;
    while (ref != 0) {
        struct ph_thread *thread = ph_address(self->heap, ref);
        if (thread->state == PH_THREAD_READY || thread->state == PH_THREAD_WAITING) {
            list_push(self, &self->ready, thread);
        }
        ref = thread->next_ref;
    }
    return PH_OK;
}

/* ---- Pauses -------------------------------------------------------------------------- */

static bool must_stop(const struct ph_machine *self)
{
    return self->cut_wanted || self->pauses > 0 || self->stopping;
}

static void poll_all(struct ph_machine *self)
{
    for (uint32_t i = 0; i < self->worker_count; i++) {
        __atomic_store_n(&self->workers[i]->poll, 1, __ATOMIC_RELAXED);
    }
}

static void take_instant(struct ph_machine *self)
{
    PH_ASSERT(self->running == 0 && self->cut_wanted);
    ph_histogram_add(&self->safepoint_times, ph_clock_monotonic_ns() - self->request_ns);
    ph_cut_instant(self);
    self->cut_wanted = false;
    __atomic_add_fetch(&self->pause_turn, 1, __ATOMIC_RELEASE);
    ph_condition_broadcast(&self->released);
    ph_condition_broadcast(&self->quiet);
}

void ph_scheduler_instant(struct ph_machine *self)
{
    while (self->pauses > 0) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    self->request_ns = ph_clock_monotonic_ns();
    self->cut_wanted = true;
    poll_all(self);
    while (self->cut_wanted) {
        if (self->running == 0) { /* none ran, or all are leaving for good */
            take_instant(self);
        } else {
            ph_condition_wait(&self->quiet, &self->lock);
        }
    }
}

void ph_machine_pause(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    while (self->pauses > 0 || self->cut_wanted) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    self->pauses++;
    poll_all(self);
    while (self->running > 0) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    ph_mutex_unlock(&self->lock);
}

void ph_machine_unpause(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    PH_ASSERT(self->pauses > 0);
    self->pauses--;
    __atomic_add_fetch(&self->pause_turn, 1, __ATOMIC_RELEASE);
    ph_condition_broadcast(&self->released);
    ph_condition_broadcast(&self->quiet);
    ph_condition_broadcast(&self->work);
    ph_mutex_unlock(&self->lock);
}

/* The lock is held on entry and exit. A short spin first: pauses last microseconds. */
static void wait_released(struct ph_machine *self)
{
    uint32_t turn = self->pause_turn;
    ph_mutex_unlock(&self->lock);
    for (uint32_t i = 0; i < SPIN_TURNS; i++) {
        if (__atomic_load_n(&self->pause_turn, __ATOMIC_ACQUIRE) != turn) {
            break;
        }
        ph_host_pause();
    }
    ph_mutex_lock(&self->lock);
    while (self->pause_turn == turn && must_stop(self) && !self->stopping) {
        ph_condition_wait(&self->released, &self->lock);
    }
}

/* ---- Workers ------------------------------------------------------------------------- */

static void begin_run(struct ph_machine *self, struct ph_worker *worker)
{
    __atomic_store_n(&worker->poll, self->options.stress_cut || self->options.simulated,
                     __ATOMIC_RELAXED);
    worker->mode = WORKER_RUNNING;
    self->running++;
    struct ph_thread *thread = worker->thread;
    if (thread->state != PH_THREAD_READY) { /* under the lock: ph_machine_wait_thread looks */
        PH_SET(&worker->mutator, thread->state, (uint32_t)PH_THREAD_READY);
    }
    if (self->first_run_ns == 0) {
        self->first_run_ns = ph_clock_monotonic_ns();
    }
}

/* Runs worker->thread until it stops; the lock is not held. */
static enum ph_run_result run_thread(struct ph_worker *worker)
{
    worker->stack_low = worker->stack_high = NULL;
    memset(worker->returns, 0, sizeof(worker->returns));
    worker->runs++;
    ph_may_collect(&worker->mutator);
    return worker->machine->engine->run(worker);
}

static void thread_waits(struct ph_machine *self, struct ph_worker *worker,
                         struct ph_thread *thread, const uint64_t *wakes)
{
    uint32_t kind = thread->wait_kind;
    PH_ASSERT(kind <= PH_WAIT_LAST);
    bool missed = self->wakes[kind] != wakes[kind] ||
                  (kind == PH_WAIT_DURABLE && self->durable_cut >= thread->wait_value);
    if (missed) {
        ph_scheduler_push(self, thread);
        return;
    }
    PH_SET(&worker->mutator, thread->state, (uint32_t)PH_THREAD_WAITING);
    list_push(self, &self->waiting, thread);
    ph_condition_signal(&self->timer_wake);
}

/* What to do with worker->thread after a run; true: run it on. The lock is held. */
static bool settle(struct ph_machine *self, struct ph_worker *worker, enum ph_run_result result,
                   const uint64_t *wakes)
{
    struct ph_thread *thread = worker->thread;
    switch (result) {
    case PH_RUN_STOPPED:
        if (ready_count(self) == 0 || ph_clock_monotonic_ns() < worker->slice_end_ns) {
            return true;
        }
        ph_scheduler_push(self, thread);
        break;
    case PH_RUN_WAITING:
        thread_waits(self, worker, thread, wakes);
        break;
    default:
        ph_thread_ended(self, &worker->mutator, thread, result);
    }
    worker->thread = NULL;
    return false;
}

/* Takes part in a pause, if there is one. The lock is held on entry and exit. */
static void stop_if_asked(struct ph_machine *self, struct ph_worker *worker)
{
    if (!must_stop(self) || self->stopping) {
        return;
    }
    uint64_t from = ph_clock_monotonic_ns();
    if (self->running == 0 && self->cut_wanted) {
        take_instant(self);
    }
    if (self->running == 0) {
        ph_condition_broadcast(&self->quiet);
    }
    bool held = self->pauses > 0;
    while (must_stop(self) && !self->stopping) {
        held = held || self->pauses > 0;
        wait_released(self);
    }
    if (!held && worker->thread != NULL) {
        ph_histogram_add(&self->pause_times, ph_clock_monotonic_ns() - from);
    }
}

static void run_once(struct ph_machine *self, struct ph_worker *worker)
{
    uint64_t wakes[PH_COUNT(self->wakes)];
    memcpy(wakes, self->wakes, sizeof(wakes));
    begin_run(self, worker);
    ph_mutex_unlock(&self->lock);
    enum ph_run_result result = run_thread(worker);
    ph_mutex_lock(&self->lock);
    self->running--;
    worker->mode = WORKER_IDLE;
    worker->safepoints_known = worker->safepoints;
    if (!settle(self, worker, result, wakes) && self->running == 0 && ready_count(self) == 0) {
        ph_condition_broadcast(&self->quiet); /* maybe idle now */
    }
}

static void worker_main(void *argument)
{
    struct ph_worker *worker = argument;
    struct ph_machine *self = worker->machine;
    ph_mutex_lock(&self->lock);
    while (!self->stopping) {
        stop_if_asked(self, worker);
        if (self->stopping) {
            break;
        }
        if (worker->thread == NULL) {
            worker->thread = pop_ready(self);
            worker->slice_end_ns = ph_clock_monotonic_ns() + PH_SLICE_NS;
        }
        if (worker->thread == NULL) {
            ph_condition_wait(&self->work, &self->lock);
            continue;
        }
        run_once(self, worker);
    }
    if (worker->thread != NULL) {
        ph_scheduler_push(self, worker->thread);
        worker->thread = NULL;
    }
    ph_condition_broadcast(&self->quiet);
    ph_mutex_unlock(&self->lock);
}

/* ---- Timer --------------------------------------------------------------------------- */

/* Wakes whose time has come; the earliest deadline of the others, UINT64_MAX: none. */
static uint64_t wake_due(struct ph_machine *self, uint64_t now_ns)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t i = self->waiting.count; i > 0; i--) {
        uint64_t deadline = self->waiting.items[i - 1]->deadline_ns;
        if (deadline != 0 && deadline <= now_ns) {
            wake_at(self, i - 1);
        } else if (deadline != 0) {
            next = PH_MIN(next, deadline);
        }
    }
    return next;
}

/* Asks workers whose slice is over to come to the scheduler; when the next slice ends. */
static uint64_t end_slices(struct ph_machine *self, uint64_t host_ns)
{
    if (ready_count(self) == 0) {
        return UINT64_MAX;
    }
    uint64_t next = host_ns + PH_SLICE_NS;
    for (uint32_t i = 0; i < self->worker_count; i++) {
        struct ph_worker *worker = self->workers[i];
        if (worker->mode != WORKER_RUNNING) {
            continue;
        }
        if (worker->slice_end_ns <= host_ns) {
            __atomic_store_n(&worker->poll, 1, __ATOMIC_RELAXED);
        } else {
            next = PH_MIN(next, worker->slice_end_ns);
        }
    }
    return next;
}

static void timer_main(void *argument)
{
    struct ph_machine *self = argument;
    ph_mutex_lock(&self->lock);
    while (!self->stopping) {
        uint64_t host_ns = ph_clock_monotonic_ns();
        uint64_t world_ns = ph_machine_clock_ns(self);
        uint64_t deadline = wake_due(self, world_ns);
        uint64_t next = end_slices(self, host_ns);
        if (deadline != UINT64_MAX) {
            next = PH_MIN(next, host_ns + (deadline - world_ns));
        }
        if (next == UINT64_MAX) {
            ph_condition_wait(&self->timer_wake, &self->lock);
        } else {
            (void)ph_condition_wait_until(&self->timer_wake, &self->lock, next);
        }
    }
    ph_mutex_unlock(&self->lock);
}

/* ---- Simulated ---------------------------------------------------------------------- */

bool ph_machine_step(struct ph_machine *self, uint32_t polls)
{
    PH_ASSERT(self->options.simulated && self->worker_count >= 1);
    struct ph_worker *worker = self->workers[0];
    ph_mutex_lock(&self->lock);
    (void)wake_due(self, ph_machine_clock_ns(self));
    worker->thread = pop_ready(self);
    bool ran = worker->thread != NULL;
    for (uint32_t i = 0; i < polls && worker->thread != NULL; i++) {
        worker->slice_end_ns = UINT64_MAX;
        run_once(self, worker);
    }
    if (worker->thread != NULL) {
        ph_scheduler_push(self, worker->thread);
        worker->thread = NULL;
    }
    ph_mutex_unlock(&self->lock);
    return ran;
}

/* ---- Starting and stopping ----------------------------------------------------------- */

ph_status ph_scheduler_start(struct ph_machine *self, struct ph_error *error)
{
    self->stopping = false;
    ph_status status = ph_host_thread_start(&self->writer_thread, "writer", ph_cut_writer, self);
    if (status == PH_OK) {
        status = ph_host_thread_start(&self->timer_thread, "timer", timer_main, self);
    }
    for (uint32_t i = 0; status == PH_OK && i < self->worker_count; i++) {
        status = ph_host_thread_start(&self->workers[i]->host, "worker", worker_main,
                                      self->workers[i]);
    }
    if (status != PH_OK) {
        return ph_fail(error, status, "the system gives no more threads; use fewer workers");
    }
    return PH_OK;
}

/* One that could not be started is not waited for. */
static void join(struct ph_host_thread *host)
{
    if (host->word != 0) {
        ph_host_thread_join(host);
    }
}

void ph_scheduler_stop(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    self->stopping = true;
    poll_all(self);
    ph_condition_broadcast(&self->work);
    ph_condition_broadcast(&self->released);
    ph_condition_broadcast(&self->quiet);
    ph_condition_broadcast(&self->timer_wake);
    ph_condition_broadcast(&self->writer_wake);
    ph_condition_broadcast(&self->durable_wake);
    ph_mutex_unlock(&self->lock);
    for (uint32_t i = 0; i < self->worker_count; i++) {
        join(&self->workers[i]->host);
    }
    join(&self->timer_thread);
    join(&self->writer_thread);
}

void ph_scheduler_finish(struct ph_machine *self)
{
    ph_vector_finish(&self->ready, self->allocator);
    ph_vector_finish(&self->waiting, self->allocator);
}

/* ---- Waiting from outside ------------------------------------------------------------ */

ph_status ph_machine_wait_thread(struct ph_machine *self, struct ph_thread *thread)
{
    ph_mutex_lock(&self->lock);
    while (thread->state != PH_THREAD_FINISHED && thread->state != PH_THREAD_TRAPPED &&
           !self->stopping) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    bool ended = thread->state == PH_THREAD_FINISHED || thread->state == PH_THREAD_TRAPPED;
    ph_mutex_unlock(&self->lock);
    return ended ? PH_OK : PH_AGAIN;
}

static bool is_idle(struct ph_machine *self)
{
    if (self->running > 0 || ready_count(self) > 0 || self->waiting.count > 0) {
        return false;
    }
    for (uint32_t i = 0; i < self->worker_count; i++) {
        if (self->workers[i]->thread != NULL) {
            return false;
        }
    }
    return true;
}

ph_status ph_machine_wait_idle(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    while (!is_idle(self) && !self->stopping) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    bool idle = is_idle(self);
    ph_mutex_unlock(&self->lock);
    return idle ? PH_OK : PH_AGAIN;
}
