/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c - the writer: instants, commits, folding.
 *
 * One cut at a time (commit_lock): instant (in the pause) → take pages → one flush → durable →
 * gate and waiters. What asks for a cut while one is written is served by the next. */
#include "machine/internal.h"

#define RETRY_NS UINT64_C(200000000)
#define IDLE_NS UINT64_C(3000000) /* until the next cut: time enough for a piece of folding */
#define IDLE_LOG_PAGES UINT64_C(512) /* a resume reads them in about 2 ms */
#define BUSY_LOG_PAGES UINT64_C(16384)
#define FOLD_BETWEEN_NS UINT64_C(4000000)
#define SETTLE_NS UINT64_C(2000000000)
#define GATE_GATHER_NS UINT64_C(500000) /* output alone asks for no more cuts than this */
#define GATE_RETRY_NS UINT64_C(2000000)

/* ---- The instant --------------------------------------------------------------------- */

void ph_cut_instant(struct ph_machine *self)
{
    PH_ASSERT(!self->writing && self->running == 0);
    uint64_t from = ph_clock_monotonic_ns();
    self->ticket_serving = self->tickets;
    ph_collect_before_cut(self);
    if (ph_heap_dirty_pages(self->heap) == 0 && !ph_gate_can_make_room(self)) {
        return;
    }
    for (uint32_t i = 0; i < self->device_count; i++) {
        if (self->devices[i].before_cut != NULL) {
            self->devices[i].before_cut(self->devices[i].context, &self->mutator);
        }
    }
    ph_gate_before_cut(self);
    ph_touch(&self->mutator, self->world, sizeof(*self->world));
    self->world->cut_number++;
    self->world->run_ns = ph_machine_clock_ns(self);
    bool begun = ph_heap_cut_begin(self->heap);
    PH_ASSERT(begun);
    self->writing = true;
    self->cut_info = (struct ph_cut_info){
        .number = self->world->cut_number,
        .wall_ns = ph_clock_wall_ns(),
        .run_ns = self->world->run_ns,
        .pages = ph_heap_cut_pages(self->heap),
    };
    self->cut_info.pause_ns = ph_clock_monotonic_ns() - from;
}

/* ---- Commit -------------------------------------------------------------------------- */

static ph_status write_pages(struct ph_machine *self)
{
    ph_status status = ph_store_commit_begin(self->store, &self->cut_info, self->cut_info.pages);
    const void *content;
    uint32_t page;
    while (status == PH_OK && ph_heap_cut_take(self->heap, &page, &content)) {
        status = ph_store_commit_page(self->store, page, content);
    }
    return status == PH_OK ? ph_store_commit_finish(self->store, &self->cut_info) : status;
}

static void count_commit(struct ph_machine *self, ph_status status, uint64_t took_ns)
{
    self->trouble = status;
    if (status != PH_OK) {
        self->totals.failed++;
        self->ticket_failed = self->ticket_serving;
        self->retry_ns = ph_clock_monotonic_ns() + RETRY_NS;
        return;
    }
    ph_histogram_add(&self->commit_times, took_ns);
    self->totals.cuts++;
    self->totals.pages += self->cut_info.pages;
    self->totals.bytes_logged += self->cut_info.log_bytes;
    self->totals.bytes_dirty += self->cut_info.pages * PH_PAGE_BYTES;
    self->ticket_served = self->ticket_serving;
    __atomic_store_n(&self->durable_cut, self->cut_info.number, __ATOMIC_RELEASE);
    ph_scheduler_wake(self, PH_WAIT_DURABLE);
}

/* Makes the pending cut durable and tells everybody. The commit lock is held, the lock is not. */
static ph_status commit(struct ph_machine *self, enum ph_cut_reason reason)
{
    uint64_t from = ph_clock_monotonic_ns();
    ph_status status = write_pages(self);
    ph_heap_cut_end(self->heap, &self->writer_mutator, status == PH_OK);
    uint64_t took = ph_clock_monotonic_ns() - from;

    ph_mutex_lock(&self->lock);
    self->writing = false;
    count_commit(self, status, took);
    if (status != PH_OK) {
        self->requested[reason] = true; /* whoever asked is still waiting */
    }
    ph_condition_broadcast(&self->durable_wake);
    ph_mutex_unlock(&self->lock);
    if (status != PH_OK) {
        return status;
    }
    ph_gate_durable(self);
    for (uint32_t i = 0; i < self->device_count; i++) {
        if (self->devices[i].durable != NULL) {
            self->devices[i].durable(self->devices[i].context, self->cut_info.number);
        }
    }
    return PH_OK;
}

/* One whole cut; nothing if nothing changed. */
static ph_status cut_once(struct ph_machine *self, enum ph_cut_reason reason)
{
    ph_mutex_lock(&self->commit_lock);
    ph_mutex_lock(&self->lock);
    memset(self->requested, 0, sizeof(self->requested)); /* before the instant: none is lost */
    if (self->started) {
        ph_scheduler_instant(self);
    } else {
        ph_cut_instant(self);
    }
    self->last_cut_ns = ph_clock_monotonic_ns();
    bool writing = self->writing;
    self->cut_info.reason = reason;
    if (!writing) {
        self->ticket_served = self->ticket_serving;
        ph_condition_broadcast(&self->durable_wake);
    }
    ph_mutex_unlock(&self->lock);
    ph_status status = PH_OK;
    if (writing) {
        status = commit(self, reason);
    } else if (!ph_gate_is_empty(self)) {
        status = ph_gate_release(self);
    }
    ph_mutex_unlock(&self->commit_lock);
    return status;
}

ph_status ph_machine_cut(struct ph_machine *self, enum ph_cut_reason reason)
{
    PH_ASSERT(!self->started);
    return cut_once(self, reason);
}

/* ---- The writer ---------------------------------------------------------------------- */

/* What was asked for; output, which can wait a moment, only if nothing else was. */
static bool any_request(const struct ph_machine *self, enum ph_cut_reason *reason)
{
    bool any = false;
    for (uint32_t i = 0; i < PH_COUNT(self->requested); i++) {
        if (self->requested[i] && (!any || *reason == PH_CUT_GATE)) {
            *reason = (enum ph_cut_reason)i;
            any = true;
        }
    }
    return any;
}

/* Pages in the log that home does not have: what a resume would have to read. */
static uint64_t unfolded_pages(const struct ph_machine *self)
{
    return self->replayed_pages + self->totals.pages -
           __atomic_load_n(&self->folded_pages, __ATOMIC_RELAXED);
}

static bool is_folding(const struct ph_machine *self)
{
    return __atomic_load_n(&self->folding, __ATOMIC_RELAXED);
}

/* A fold leaves the newest cut in the log, so it begins with what all but that one hold. */
ph_status ph_cut_fold_some(struct ph_machine *self, bool *done)
{
    *done = true;
    ph_mutex_lock(&self->commit_lock);
    bool is_looked_at = __atomic_load_n(&self->looks, __ATOMIC_ACQUIRE) > 0;
    if (is_looked_at && !self->folding && !ph_store_wants_fold(self->store)) {
        ph_mutex_unlock(&self->commit_lock); /* somebody began to look meanwhile */
        return PH_OK;
    }
    if (!self->folding) {
        __atomic_store_n(&self->folding, true, __ATOMIC_RELAXED);
        self->folding_pages =
            self->replayed_pages + self->totals.pages - self->cut_info.pages;
    }
    ph_status status = ph_store_fold(self->store, done);
    if (status != PH_OK || *done) {
        __atomic_store_n(&self->folding, false, __ATOMIC_RELAXED);
    }
    if (status == PH_OK && *done) {
        __atomic_store_n(&self->folded_pages, self->folding_pages, __ATOMIC_RELAXED);
    }
    ph_mutex_unlock(&self->commit_lock);
    if (status != PH_OK) {
        *done = true; /* it cannot go on now */
        ph_mutex_lock(&self->lock);
        self->trouble = status;
        self->fold_retry_ns = ph_clock_monotonic_ns() + RETRY_NS;
        ph_mutex_unlock(&self->lock);
    }
    return status;
}

/* A long log must be folded; a short one is while nobody wants a cut: the time of a resume is that
 * of reading the log. */
static bool may_fold(struct ph_machine *self, uint64_t now, bool is_idle)
{
    if (self->replayed_pages + self->totals.cuts == 0 || now < self->fold_retry_ns) {
        return false;
    }
    if (!is_folding(self) && __atomic_load_n(&self->looks, __ATOMIC_ACQUIRE) > 0) {
        return false; /* home stays as it is while somebody looks */
    }
    uint64_t idle_pages = PH_MAX(IDLE_LOG_PAGES, 2 * self->cut_info.pages);
    return is_folding(self) || ph_store_wants_fold(self->store) ||
           unfolded_pages(self) > (is_idle ? idle_pages : BUSY_LOG_PAGES);
}

/* Between two cuts, where the log has grown long: folds for a bounded time. Cuts that bring more
 * than it takes away let the log grow on. */
static void fold_between(struct ph_machine *self, uint64_t now)
{
    uint64_t until = ph_clock_monotonic_ns() + FOLD_BETWEEN_NS;
    bool done = false;
    while (!done && may_fold(self, now, false) && ph_clock_monotonic_ns() < until) {
        ph_status ignored = ph_cut_fold_some(self, &done);
        (void)ignored; /* kept in self->trouble, and tried again */
    }
}

static void release_late(struct ph_machine *self)
{
    ph_mutex_lock(&self->commit_lock);
    ph_status ignored = ph_gate_release(self);
    (void)ignored; /* gate_is_behind says it */
    ph_mutex_unlock(&self->commit_lock);
}

/* What a new image begins with is copied while its world runs already. */
static void complete(struct ph_machine *self)
{
    ph_mutex_lock(&self->commit_lock);
    ph_status ignored = ph_store_complete(self->store);
    (void)ignored; /* the first cut tries it again, and says it */
    ph_mutex_unlock(&self->commit_lock);
}

void ph_cut_writer(void *argument)
{
    struct ph_machine *self = argument;
    complete(self);
    ph_mutex_lock(&self->lock);
    while (!self->stopping) {
        enum ph_cut_reason reason = PH_CUT_INTERVAL;
        uint64_t now = ph_clock_monotonic_ns();
        uint64_t due = self->last_cut_ns + self->options.interval_ns;
        bool asked = any_request(self, &reason);
        bool is_early = asked && reason == PH_CUT_GATE && now < self->last_cut_ns + GATE_GATHER_NS;
        bool wanted = (asked && !is_early) || now >= due;
        bool is_full = __atomic_load_n(&self->gate_wants_room, __ATOMIC_ACQUIRE) != 0;
        bool held_back = (self->options.no_cuts && !is_full) || now < self->retry_ns;
        if (wanted && !asked && ph_heap_dirty_pages(self->heap) == 0) {
            self->last_cut_ns = now; /* nothing changed */
            continue;
        }
        if (wanted && !held_back) {
            ph_mutex_unlock(&self->lock);
            ph_status ignored = cut_once(self, reason);
            (void)ignored; /* kept in self->trouble, and tried again */
            fold_between(self, now);
            ph_mutex_lock(&self->lock);
            continue;
        }
        bool is_idle = !asked && due > now + IDLE_NS;
        if (may_fold(self, now, is_idle)) {
            bool done;
            ph_mutex_unlock(&self->lock);
            ph_status ignored = ph_cut_fold_some(self, &done);
            (void)ignored;
            ph_mutex_lock(&self->lock);
            continue;
        }
        uint64_t until = held_back ? PH_MAX(self->retry_ns, now + 1000000) : due;
        if (is_early) {
            until = PH_MIN(until, self->last_cut_ns + GATE_GATHER_NS);
        }
        if (self->gate_is_behind) {
            ph_mutex_unlock(&self->lock);
            release_late(self);
            ph_mutex_lock(&self->lock);
            until = PH_MIN(until, now + GATE_RETRY_NS);
        }
        (void)ph_condition_wait_until(&self->writer_wake, &self->lock, until);
    }
    ph_mutex_unlock(&self->lock);
}

void ph_cut_settle(struct ph_machine *self)
{
    PH_ASSERT(!self->started);
    uint64_t until = ph_clock_monotonic_ns() + SETTLE_NS;
    bool done = false;
    while (!done && may_fold(self, UINT64_MAX, true) && ph_clock_monotonic_ns() < until) {
        ph_status ignored = ph_cut_fold_some(self, &done);
        (void)ignored; /* the image is as good without */
    }
}

/* ---- Asking -------------------------------------------------------------------------- */

void ph_cut_request(struct ph_machine *self, enum ph_cut_reason reason)
{
    ph_mutex_lock(&self->lock);
    if (!self->requested[reason]) {
        self->requested[reason] = true;
        ph_condition_signal(&self->writer_wake);
    }
    ph_mutex_unlock(&self->lock);
}

ph_status ph_cut_now(struct ph_machine *self, enum ph_cut_reason reason, uint64_t *cut_number)
{
    ph_mutex_lock(&self->lock);
    if (!self->started || self->options.no_cuts) {
        ph_mutex_unlock(&self->lock);
        ph_status status = self->options.no_cuts ? PH_UNSUPPORTED : cut_once(self, reason);
        *cut_number = ph_cut_durable(self);
        return status == PH_AGAIN ? PH_OK : status; /* output is late, not the cut */
    }
    uint64_t ticket = ++self->tickets;
    self->requested[reason] = true;
    self->retry_ns = 0;
    ph_condition_signal(&self->writer_wake);
    while (self->ticket_served < ticket && self->ticket_failed < ticket && !self->stopping) {
        ph_condition_wait(&self->durable_wake, &self->lock);
    }
    ph_status status = self->ticket_served >= ticket ? PH_OK
                       : self->stopping              ? PH_AGAIN
                                                     : self->trouble;
    ph_mutex_unlock(&self->lock);
    *cut_number = ph_cut_durable(self);
    return status;
}

uint64_t ph_cut_durable(struct ph_machine *self)
{
    return __atomic_load_n(&self->durable_cut, __ATOMIC_ACQUIRE);
}

void ph_cut_stat(struct ph_machine *self, struct ph_cut_stat *stat)
{
    ph_mutex_lock(&self->lock);
    *stat = self->totals;
    ph_histogram_quantiles(&self->pause_times, &stat->pause_ns);
    ph_histogram_quantiles(&self->commit_times, &stat->commit_ns);
    ph_histogram_quantiles(&self->safepoint_times, &stat->safepoint_ns);
    stat->trouble = self->trouble;
    stat->resume_ns = self->first_run_ns == 0 ? 0 : self->first_run_ns - self->open_ns;
    stat->threads = self->thread_count;
    stat->safepoints = 0;
    for (uint32_t i = 0; i < self->worker_count; i++) {
        stat->safepoints += self->workers[i]->safepoints_known;
    }
    ph_mutex_unlock(&self->lock);
}
