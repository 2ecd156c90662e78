/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.c - workers, pauses, slices. Ready threads are in ready.c, waiting ones in waiting.c.
 *
 * Invariants
 *   (1) A live thread is held by a worker, ready, waiting, or NEW; never two of these.
 *   (2) `running` workers run threads, one after another; nobody else changes the world, but for
 *       natives' helpers that hold a pause. It is changed under machine->lock.
 *   (3) While `stops` is not 0 no worker begins to run; those that run see it at the next safepoint
 *       or at the next thread. The worker that makes `running` zero does what is wanted
 *       (take_instant), so it costs no change of thread.
 *   (4) No wake is lost: waiting.c. */
#include "machine/internal.h"

enum worker_mode { WORKER_IDLE, WORKER_RUNNING };

#define INSTANTS (PH_STOP_CUT | PH_STOP_COLLECT | PH_STOP_PROGRAM)
#define STRESS_RUNS 499u /* where every safepoint ends a run: runs in a slice */

/* ---- Pauses -------------------------------------------------------------------------- */

static uint32_t stops_now(const struct ph_machine *self)
{
    return __atomic_load_n(&self->stops, __ATOMIC_SEQ_CST);
}

static void poll_all(struct ph_machine *self)
{
    for (uint32_t i = 0; i < self->worker_count; i++) {
        __atomic_store_n(&self->workers[i]->poll, 1, __ATOMIC_SEQ_CST);
    }
}

void ph_scheduler_stop_for(struct ph_machine *self, enum ph_stop why)
{
    __atomic_fetch_or(&self->stops, (uint32_t)why, __ATOMIC_SEQ_CST);
    poll_all(self);
}

static void clear_stops(struct ph_machine *self, uint32_t why)
{
    __atomic_fetch_and(&self->stops, ~why, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&self->pause_turn, 1, __ATOMIC_RELEASE);
    ph_condition_broadcast(&self->released);
    ph_condition_broadcast(&self->quiet);
}

/* What workers were stopped for, but pauses. A program's end comes first: no cut holds half of one;
 * then survivors move, and the cut sees where to. */
static void take_instant(struct ph_machine *self)
{
    uint32_t wanted = stops_now(self) & INSTANTS;
    PH_ASSERT(self->running == 0 && wanted != 0);
    if ((wanted & PH_STOP_PROGRAM) != 0) {
        ph_programs_end(self);
    }
    if ((wanted & PH_STOP_COLLECT) != 0) {
        ph_collect_instant(self);
    }
    if ((wanted & PH_STOP_CUT) != 0) {
        ph_histogram_add(&self->safepoint_times, ph_clock_monotonic_ns() - self->request_ns);
        ph_cut_instant(self);
    }
    clear_stops(self, wanted);
}

static void instant_for(struct ph_machine *self, enum ph_stop why)
{
    while (self->pauses > 0) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    if (why == PH_STOP_CUT) {
        self->request_ns = ph_clock_monotonic_ns();
    }
    ph_scheduler_stop_for(self, why);
    while ((stops_now(self) & (uint32_t)why) != 0) {
        if (self->running == 0) { /* none ran, or all are leaving for good */
            take_instant(self);
        } else {
            ph_condition_wait(&self->quiet, &self->lock);
        }
    }
}

void ph_scheduler_instant(struct ph_machine *self)
{
    instant_for(self, PH_STOP_CUT);
}

void ph_scheduler_collect(struct ph_machine *self)
{
    instant_for(self, PH_STOP_COLLECT);
}

void ph_machine_pause(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    while (self->pauses > 0 || (stops_now(self) & PH_STOP_CUT) != 0) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    self->pauses++;
    ph_scheduler_stop_for(self, PH_STOP_PAUSE);
    while (self->running > 0) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    if ((stops_now(self) & INSTANTS) != 0) { /* the last to stop left for good */
        take_instant(self);
    }
    ph_mutex_unlock(&self->lock);
}

void ph_machine_unpause(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    PH_ASSERT(self->pauses > 0);
    self->pauses--;
    clear_stops(self, PH_STOP_PAUSE);
    ph_mutex_unlock(&self->lock);
}

/* The lock is held on entry and exit. A short spin first: pauses last microseconds. */
static void wait_released(struct ph_machine *self)
{
    uint32_t turn = self->pause_turn;
    ph_mutex_unlock(&self->lock);
    for (uint32_t i = 0; i < PH_SPIN_TURNS; i++) {
        if (__atomic_load_n(&self->pause_turn, __ATOMIC_ACQUIRE) != turn) {
            break;
        }
        ph_host_pause();
    }
    ph_mutex_lock(&self->lock);
    while (self->pause_turn == turn && stops_now(self) != 0 && !self->stopping) {
        ph_condition_wait(&self->released, &self->lock);
    }
}

/* Takes part in a stop, if there is one. The lock is held on entry and exit. */
static void stop_if_asked(struct ph_machine *self, struct ph_worker *worker)
{
    if (stops_now(self) == 0 || self->stopping) {
        return;
    }
    uint64_t from = ph_clock_monotonic_ns();
    bool cut = (stops_now(self) & PH_STOP_CUT) != 0;
    if (self->running == 0 && (stops_now(self) & INSTANTS) != 0) {
        take_instant(self);
    }
    if (self->running == 0) {
        ph_condition_broadcast(&self->quiet);
    }
    bool held = self->pauses > 0;
    while (stops_now(self) != 0 && !self->stopping) {
        held = held || self->pauses > 0;
        wait_released(self);
    }
    if (cut && !held && worker->thread != NULL) {
        ph_histogram_add(&self->pause_times, ph_clock_monotonic_ns() - from);
    }
}

/* ---- Young threads ------------------------------------------------------------------- */

static void young_push(struct ph_machine *self, ph_thread_refs *list, struct ph_thread *thread)
{
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    if (schedule->young_turn == self->young_turn) {
        return;
    }
    schedule->young_turn = self->young_turn;
    schedule->lowest_chunk = thread->chunk_ref;
    if (!ph_vector_push(list, self->allocator, ph_ref_to(self->heap, thread))) {
        ph_port_panic("out of memory for the list of threads; the image holds the last cut");
    }
}

void ph_threads_young_new(struct ph_machine *self, struct ph_thread *thread)
{
    young_push(self, &self->young, thread);
}

/* Drops entries whose thread was dropped, and those of a thread that was made anew at the same
 * place and entered again: for now the first takes the turn away. */
static void young_tidy(struct ph_machine *self, ph_thread_refs *list)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct ph_schedule *schedule =
            ph_schedule_of(self, ph_address(self->heap, list->items[i]));
        if (schedule->young_turn == self->young_turn) {
            schedule->young_turn = 0;
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}

static void young_show(struct ph_machine *self, const ph_thread_refs *list,
                       ph_young_thread callback, void *context)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct ph_thread *thread = ph_address(self->heap, list->items[i]);
        struct ph_schedule *schedule = ph_schedule_of(self, thread);
        schedule->young_turn = self->young_turn;
        if (thread->chunk_ref != 0) {
            callback(context, thread, schedule->lowest_chunk);
        }
    }
}

void ph_threads_young_each(struct ph_machine *self, ph_young_thread callback, void *context)
{
    PH_ASSERT(self->running == 0 || self->heap->stress_move); /* then by its only worker */
    young_tidy(self, &self->young);
    for (uint32_t i = 0; i < self->options.workers; i++) {
        young_tidy(self, &self->ready[i].young);
    }
    young_show(self, &self->young, callback, context);
    for (uint32_t i = 0; i < self->options.workers; i++) {
        young_show(self, &self->ready[i].young, callback, context);
    }
}

void ph_threads_young_clear(struct ph_machine *self)
{
    PH_ASSERT(self->running == 0);
    self->young_turn++; /* 0 comes once in 2^32 evacuations, and would name all threads: skip it */
    if (self->young_turn == 0) {
        self->young_turn = 1;
    }
    self->young.count = 0;
    for (uint32_t i = 0; i < self->options.workers; i++) {
        self->ready[i].young.count = 0;
    }
}

void ph_threads_chunk_popped(struct ph_machine *self, struct ph_thread *thread, ph_ref popped_ref)
{
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    if (schedule->lowest_chunk == popped_ref) {
        schedule->lowest_chunk = thread->chunk_ref;
    }
}

/* ---- Workers ------------------------------------------------------------------------- */

/* Objects move at safepoints alone, and so as often as that can be afforded. */
static bool moves_at_rest(const struct ph_machine *self)
{
    return self->heap->stress_move && self->heap->stress_at_rest;
}

static uint32_t quiet_poll(const struct ph_machine *self)
{
    return self->options.stress_cut || self->options.simulated || moves_at_rest(self);
}

/* The timer sees no slice where runs are short. */
static bool slice_is_over(const struct ph_machine *self, const struct ph_worker *worker)
{
    bool is_stressed = quiet_poll(self) && !self->options.simulated;
    return __atomic_load_n(&worker->slice_over, __ATOMIC_RELAXED) != 0 ||
           (is_stressed && worker->runs % STRESS_RUNS == 0);
}

/* Makes worker->thread the one that runs. False: a stop is wanted (invariant 3). */
static bool begin_thread(struct ph_machine *self, struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    if (__atomic_load_n(&worker->poll, __ATOMIC_RELAXED) != quiet_poll(self)) {
        __atomic_exchange_n(&worker->poll, quiet_poll(self), __ATOMIC_SEQ_CST);
    }
    if (stops_now(self) != 0) {
        return false;
    }
    if (__atomic_load_n(&worker->slice_over, __ATOMIC_RELAXED) != 0) {
        __atomic_store_n(&worker->slice_over, 0, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&worker->runs, worker->runs + 1, __ATOMIC_RELAXED);
    ph_waiting_begin(self, worker);
    if (thread->state != PH_THREAD_READY) {
        ph_thread_set_state(&worker->mutator, thread, PH_THREAD_READY);
    }
    young_push(self, &self->ready[worker->index].young, thread);
    return true;
}

/* Runs worker->thread until it stops. The engine empties its return cache itself. */
static enum ph_run_result run_thread(struct ph_worker *worker)
{
    worker->stack_low = worker->stack_high = NULL;
    worker->locks_held = 0;
    __atomic_store_n(&worker->running_program_ref, worker->thread->program_ref, __ATOMIC_RELAXED);
    __atomic_store_n(&worker->running_id, worker->thread->id, __ATOMIC_RELAXED);
    if (!moves_at_rest(worker->machine)) {
        ph_may_collect(&worker->mutator);
    } else if (worker->runs >= worker->move_runs) { /* ever rarer: a move looks at all objects */
        worker->move_runs = worker->runs + STRESS_RUNS + worker->runs / 128;
        ph_may_collect(&worker->mutator);
    }
    enum ph_run_result result = worker->machine->engine->run(worker);
    if (worker->locks_held != 0) {
        PH_SET(&worker->mutator, worker->thread->locks_held,
               worker->thread->locks_held + worker->locks_held);
    }
    return result;
}

static void want_collection(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    ph_scheduler_stop_for(self, PH_STOP_COLLECT);
    ph_mutex_unlock(&self->lock);
}

/* worker->thread is to run again, after others. In a simulated machine its caller says who. */
static void let_others(struct ph_machine *self, struct ph_worker *worker)
{
    if (self->options.simulated) {
        ph_ready_push(self, worker, worker->thread);
        worker->thread = NULL;
    } else {
        worker->thread = ph_ready_swap(self, worker, worker->thread);
    }
}

/* Why it ended in a trap, unless a throw said it. */
static void trap_text_give(struct ph_machine *self, struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    if (thread->trap_text_ref == 0) {
        ph_ref text_ref = ph_trap_text_new(self, &worker->mutator, thread, thread->trap);
        PH_SET(&worker->mutator, thread->trap_text_ref, text_ref);
    }
}

/* What becomes of worker->thread after a run; it is NULL if it does not run on. */
static void settle(struct ph_machine *self, struct ph_worker *worker, enum ph_run_result result)
{
    struct ph_thread *thread = worker->thread;
    switch (result) {
    case PH_RUN_STOPPED:
        if (slice_is_over(self, worker)) {
            let_others(self, worker);
        }
        return;
    case PH_RUN_COLLECT:
        want_collection(self);
        return;
    case PH_RUN_WAITING:
        if (ph_waiting_add(self, worker)) {
            worker->thread = NULL;
        } else {
            let_others(self, worker);
        }
        return;
    default:
        if (result == PH_RUN_TRAPPED) {
            trap_text_give(self, worker);
        }
        worker->thread = NULL;
        ph_mutex_lock(&self->lock);
        ph_thread_ended(self, &worker->mutator, thread, result);
        ph_mutex_unlock(&self->lock);
    }
}

/* Runs threads until a stop is wanted or none is ready. The lock is not held. */
static void run_threads(struct ph_machine *self, struct ph_worker *worker)
{
    while (worker->thread != NULL && begin_thread(self, worker)) {
        settle(self, worker, run_thread(worker));
        if (stops_now(self) != 0) {
            break;
        }
        if (worker->thread == NULL) {
            worker->thread = ph_ready_take(self, worker);
        }
    }
}

/* Both hold the lock. */
static void enter_running(struct ph_machine *self, struct ph_worker *worker)
{
    __atomic_store_n(&worker->mode, WORKER_RUNNING, __ATOMIC_RELAXED);
    self->running++;
    if (self->first_run_ns == 0) {
        self->first_run_ns = ph_clock_monotonic_ns();
    }
}

static void leave_running(struct ph_machine *self, struct ph_worker *worker)
{
    self->running--;
    __atomic_store_n(&worker->mode, WORKER_IDLE, __ATOMIC_RELAXED);
    __atomic_store_n(&worker->running_id, 0, __ATOMIC_RELAXED);
    worker->safepoints_known = worker->safepoints;
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
            worker->thread = ph_ready_take(self, worker);
        }
        bool works = worker->thread != NULL;
        if (works) {
            enter_running(self, worker);
        }
        ph_mutex_unlock(&self->lock);
        if (works) {
            run_threads(self, worker);
        } else {
            ph_ready_sleep(self);
        }
        ph_mutex_lock(&self->lock);
        if (works) {
            leave_running(self, worker);
        }
    }
    if (worker->thread != NULL) {
        ph_ready_push(self, worker, worker->thread);
        worker->thread = NULL;
    }
    ph_condition_broadcast(&self->quiet);
    ph_mutex_unlock(&self->lock);
}

void ph_scheduler_forget(struct ph_machine *self, struct ph_thread *thread)
{
    uint32_t state = __atomic_load_n(&ph_schedule_of(self, thread)->state, __ATOMIC_SEQ_CST);
    if ((state & ~PH_SCHEDULE_WOKEN) == PH_SCHEDULE_ACTIVE) {
        for (uint32_t i = 0; i < self->worker_count; i++) {
            if (self->workers[i]->thread == thread) { /* held through a stop */
                PH_ASSERT(self->workers[i]->mode == WORKER_IDLE);
                self->workers[i]->thread = NULL;
            }
        }
    }
    ph_waiting_forget(self, thread);
}

ph_status ph_scheduler_adopt(struct ph_machine *self)
{
    for (ph_ref ref = self->world->threads_ref; ref != 0;) {
        struct ph_thread *thread = ph_address(self->heap, ref);
        bool is_live = thread->state == PH_THREAD_READY || thread->state == PH_THREAD_WAITING;
        self->thread_count++;
        self->live_count += is_live;
        if (is_live && !ph_waiting_adopt(self, thread)) {
            ph_thread_make_ready(self, NULL, thread);
        }
        ref = thread->next_ref;
    }
    return ph_monitors_adopt(self);
}

/* ---- Timer --------------------------------------------------------------------------- */

/* Asks workers whose slice is over to come to the scheduler. A slice is measured from when the
 * timer first sees it, so that a change of threads costs no look at the clock. */
static void end_slices(struct ph_machine *self, uint64_t now_ns)
{
    for (uint32_t i = 0; i < self->worker_count; i++) {
        struct ph_worker *worker = self->workers[i];
        uint64_t runs = __atomic_load_n(&worker->runs, __ATOMIC_RELAXED);
        if (runs != worker->slice_runs) {
            worker->slice_runs = runs;
            worker->slice_end_ns = now_ns + PH_SLICE_NS;
        } else if (worker->slice_end_ns <= now_ns &&
                   __atomic_load_n(&worker->mode, __ATOMIC_RELAXED) == WORKER_RUNNING) {
            __atomic_store_n(&worker->slice_over, 1, __ATOMIC_RELAXED);
            __atomic_store_n(&worker->poll, 1, __ATOMIC_SEQ_CST);
        }
    }
}

void ph_scheduler_kick_timer(struct ph_machine *self)
{
    ph_mutex_lock(&self->sleep_lock);
    self->timer_kicked = true;
    ph_condition_signal(&self->timer_wake);
    ph_mutex_unlock(&self->sleep_lock);
}

/* Sleeps until `until_ns`, or a kick: true. If not busy the next thread that is ready kicks. */
static bool timer_sleep(struct ph_machine *self, uint64_t until_ns, bool is_busy)
{
    ph_mutex_lock(&self->sleep_lock);
    __atomic_store_n(&self->timer_sleeps, !is_busy, __ATOMIC_SEQ_CST);
    bool missed = !is_busy && ph_ready_count(self) > 0;
    if (self->timer_kicked || missed) {
    } else if (until_ns == UINT64_MAX) {
        ph_condition_wait(&self->timer_wake, &self->sleep_lock);
    } else {
        (void)ph_condition_wait_until(&self->timer_wake, &self->sleep_lock, until_ns);
    }
    bool kicked = self->timer_kicked || missed;
    self->timer_kicked = false;
    __atomic_store_n(&self->timer_sleeps, false, __ATOMIC_SEQ_CST);
    ph_mutex_unlock(&self->sleep_lock);
    return kicked;
}

static void timer_main(void *argument)
{
    struct ph_machine *self = argument;
    bool kicked = false; /* then it is busy for a while: threads that are ready for moments only,
                          * one after another, need not all kick */
    ph_mutex_lock(&self->lock);
    while (!self->stopping) {
        uint64_t host_ns = ph_clock_monotonic_ns();
        uint64_t world_ns = ph_machine_clock_ns(self);
        uint64_t deadline = ph_waiting_wake_due(self, world_ns);
        uint64_t left = deadline - world_ns;
        uint64_t until = left > UINT64_MAX - host_ns ? UINT64_MAX : host_ns + left;
        bool is_busy = kicked || ph_ready_count(self) > 0;
        if (is_busy) {
            end_slices(self, host_ns);
            until = PH_MIN(until, host_ns + PH_SLICE_NS / 2);
        }
        self->timer_until_ns = deadline;
        ph_mutex_unlock(&self->lock);
        kicked = timer_sleep(self, until, is_busy);
        ph_mutex_lock(&self->lock);
    }
    ph_mutex_unlock(&self->lock);
}

/* ---- Simulated ---------------------------------------------------------------------- */

static bool step(struct ph_machine *self, struct ph_thread *thread, uint32_t polls)
{
    struct ph_worker *worker = self->workers[0];
    worker->thread = thread;
    if (self->first_run_ns == 0) {
        self->first_run_ns = ph_clock_monotonic_ns();
    }
    for (uint32_t i = 0; i < polls && worker->thread != NULL; i++) {
        if (begin_thread(self, worker)) {
            settle(self, worker, run_thread(worker));
            worker->safepoints_known = worker->safepoints;
        }
        ph_mutex_lock(&self->lock);
        if ((stops_now(self) & INSTANTS) != 0) {
            take_instant(self);
        }
        ph_mutex_unlock(&self->lock);
    }
    if (worker->thread != NULL) {
        ph_ready_push(self, worker, worker->thread);
        worker->thread = NULL;
    }
    return thread != NULL;
}

static void step_wake_due(struct ph_machine *self)
{
    PH_ASSERT(self->options.simulated && self->worker_count >= 1);
    ph_mutex_lock(&self->lock);
    (void)ph_waiting_wake_due(self, ph_machine_clock_ns(self));
    ph_mutex_unlock(&self->lock);
}

bool ph_machine_step(struct ph_machine *self, uint32_t polls)
{
    step_wake_due(self);
    return step(self, ph_ready_take(self, self->workers[0]), polls);
}

bool ph_machine_step_at(struct ph_machine *self, uint32_t index, uint32_t polls)
{
    step_wake_due(self);
    return step(self, ph_ready_take_at(self, index), polls);
}

/* ---- Starting and stopping ----------------------------------------------------------- */

ph_status ph_scheduler_start(struct ph_machine *self, struct ph_error *error)
{
    self->stopping = false;
    clear_stops(self, PH_STOP_LEAVE);
    ph_status status = PH_OK;

    /* The workers first: the writer may have a home to copy, and the program should not wait for it
     * where there are few processors. */
    for (uint32_t i = 0; status == PH_OK && i < self->worker_count; i++) {
        status = ph_host_thread_start(&self->workers[i]->host, "worker", worker_main,
                                      self->workers[i]);
    }
    if (status == PH_OK) {
        status = ph_host_thread_start(&self->timer_thread, "timer", timer_main, self);
    }
    if (status == PH_OK) {
        status = ph_host_thread_start(&self->writer_thread, "writer", ph_cut_writer, self);
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
    ph_scheduler_stop_for(self, PH_STOP_LEAVE);
    ph_condition_broadcast(&self->released);
    ph_condition_broadcast(&self->quiet);
    ph_condition_broadcast(&self->writer_wake);
    ph_condition_broadcast(&self->durable_wake);
    ph_mutex_unlock(&self->lock);
    ph_ready_wake_sleepers(self);
    for (uint32_t i = 0; i < self->worker_count; i++) {
        join(&self->workers[i]->host);
    }
    join(&self->timer_thread);
    join(&self->writer_thread);
    ph_mutex_lock(&self->lock);
    if ((stops_now(self) & INSTANTS) != 0) { /* asked for by a worker on its way out */
        take_instant(self);
    }
    ph_mutex_unlock(&self->lock);
}

ph_status ph_scheduler_init(struct ph_machine *self)
{
    self->young_turn = 1;
    ph_ready_init(self);
    ph_status status = ph_waiting_init(self);
    ph_status monitors = ph_monitors_init(self);
    return status != PH_OK ? status : monitors;
}

void ph_scheduler_finish(struct ph_machine *self)
{
    ph_vector_finish(&self->young, self->allocator);
    ph_ready_finish(self);
    ph_waiting_finish(self);
    ph_monitors_finish(self);
    ph_vector_finish(&self->ending, self->allocator);
}

/* ---- Waiting from outside ------------------------------------------------------------ */

ph_status ph_machine_wait_thread(struct ph_machine *self, struct ph_thread *thread)
{
    ph_mutex_lock(&self->lock);
    while (!ph_thread_has_ended(thread) && !self->stopping) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    bool ended = ph_thread_has_ended(thread);
    ph_mutex_unlock(&self->lock);
    return ended ? PH_OK : PH_AGAIN;
}

ph_status ph_machine_wait_idle(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    while (__atomic_load_n(&self->live_count, __ATOMIC_RELAXED) > 0 && !self->stopping) {
        ph_condition_wait(&self->quiet, &self->lock);
    }
    bool idle = __atomic_load_n(&self->live_count, __ATOMIC_RELAXED) == 0;
    ph_mutex_unlock(&self->lock);
    return idle ? PH_OK : PH_AGAIN;
}

uint64_t ph_machine_thread_count(struct ph_machine *self)
{
    return __atomic_load_n(&self->thread_count, __ATOMIC_RELAXED);
}
