/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.c - threads that wait, and what wakes them.
 *
 * A thread that waits for one of its own (a permit, a monitor) is on no list: whoever wakes it has
 * it in hand. Others are *listed*: by kind, by the thread whose end they wait for, by deadline.
 *
 * Invariants
 *   (1) schedule->state says where a thread is. PH_SCHEDULE_WOKEN may be added to it by anybody at
 *       any time, and stays there until a run begins, which takes it away before the thread looks
 *       at anything. So a thread that was woken since its run began is seen to be, and runs again
 *       instead of waiting. Every change of a state is one atomic exchange or the like, so that
 *       who takes WOKEN away sees all that who added it had done before.
 *   (2) Whoever adds PH_SCHEDULE_WOKEN first to WAITING makes the thread ready. For LISTED it does
 *       so under the lock, unless somebody else was faster: lists and deadlines tell.
 *   (3) Lists, deadlines and `wakes` are changed under machine->lock. A wake of all that wait for
 *       an event increases `wakes` before it looks at the list; a thread that was run while that
 *       happened runs again instead of waiting, whatever the event was. */
#include "machine/internal.h"

/* ---- Lists --------------------------------------------------------------------------- */

static struct ph_schedule *schedule_at(struct ph_machine *self, ph_ref thread_ref)
{
    return ph_schedule_of(self, ph_address(self->heap, thread_ref));
}

static uint32_t list_of_joiners(ph_ref thread_ref)
{
    uint32_t hash = thread_ref * UINT32_C(2654435761);
    return PH_WAIT_KINDS + (hash >> (32 - PH_WAIT_BUCKET_BITS));
}

static void list_add(struct ph_machine *self, uint32_t list, ph_ref thread_ref)
{
    struct ph_wait_list *head = &self->wait_lists[list];
    struct ph_schedule *schedule = schedule_at(self, thread_ref);
    PH_ASSERT(schedule->list == 0);
    schedule->list = list + 1;
    schedule->next = 0;
    schedule->previous = head->last;
    if (head->last != 0) {
        schedule_at(self, head->last)->next = thread_ref;
    } else {
        head->first = thread_ref;
    }
    head->last = thread_ref;
}

static void list_remove(struct ph_machine *self, struct ph_schedule *schedule)
{
    if (schedule->list == 0) {
        return;
    }
    struct ph_wait_list *head = &self->wait_lists[schedule->list - 1];
    if (schedule->previous != 0) {
        schedule_at(self, schedule->previous)->next = schedule->next;
    } else {
        head->first = schedule->next;
    }
    if (schedule->next != 0) {
        schedule_at(self, schedule->next)->previous = schedule->previous;
    } else {
        head->last = schedule->previous;
    }
    schedule->list = 0;
}

/* ---- Deadlines: a binary heap ---------------------------------------------------------- */

static void place(struct ph_machine *self, uint32_t index, struct ph_deadline deadline)
{
    self->deadlines.items[index] = deadline;
    schedule_at(self, deadline.thread_ref)->heap_place = index + 1;
}

static void sift_up(struct ph_machine *self, uint32_t index, struct ph_deadline deadline)
{
    while (index > 0) {
        uint32_t parent = (index - 1) / 2;
        if (self->deadlines.items[parent].ns <= deadline.ns) {
            break;
        }
        place(self, index, self->deadlines.items[parent]);
        index = parent;
    }
    place(self, index, deadline);
}

static void sift_down(struct ph_machine *self, uint32_t index, struct ph_deadline deadline)
{
    const struct ph_deadline *items = self->deadlines.items;
    for (;;) {
        uint32_t child = index * 2 + 1;
        if (child >= self->deadlines.count) {
            break;
        }
        if (child + 1 < self->deadlines.count && items[child + 1].ns < items[child].ns) {
            child++;
        }
        if (items[child].ns >= deadline.ns) {
            break;
        }
        place(self, index, items[child]);
        index = child;
    }
    place(self, index, deadline);
}

static void deadline_add(struct ph_machine *self, struct ph_thread *thread)
{
    struct ph_deadline deadline = {thread->deadline_ns, ph_ref_to(self->heap, thread)};
    if (!ph_vector_push(&self->deadlines, self->allocator, deadline)) {
        ph_port_panic("out of memory for the list of threads; the image holds the last cut");
    }
    sift_up(self, self->deadlines.count - 1, deadline);
    if (deadline.ns < self->timer_until_ns) {
        self->timer_until_ns = deadline.ns;
        ph_scheduler_kick_timer(self);
    }
}

static void deadline_remove(struct ph_machine *self, struct ph_schedule *schedule)
{
    if (schedule->heap_place == 0) {
        return;
    }
    uint32_t index = schedule->heap_place - 1;
    schedule->heap_place = 0;
    struct ph_deadline last = self->deadlines.items[--self->deadlines.count];
    if (index == self->deadlines.count) {
        return;
    }
    if (index > 0 && last.ns < self->deadlines.items[(index - 1) / 2].ns) {
        sift_up(self, index, last);
    } else {
        sift_down(self, index, last);
    }
}

/* ---- Waking ---------------------------------------------------------------------------- */

static bool is_listed(const struct ph_schedule *schedule)
{
    return schedule->list != 0 || schedule->heap_place != 0;
}

static void unlist(struct ph_machine *self, struct ph_schedule *schedule)
{
    list_remove(self, schedule);
    deadline_remove(self, schedule);
}

void ph_thread_make_ready(struct ph_machine *self, struct ph_worker *by,
                          struct ph_thread *thread)
{
    __atomic_exchange_n(&ph_schedule_of(self, thread)->state,
                        PH_SCHEDULE_ACTIVE | PH_SCHEDULE_WOKEN, __ATOMIC_SEQ_CST);
    ph_ready_push(self, by, thread);
}

static void wake_listed(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread)
{
    unlist(self, ph_schedule_of(self, thread));
    ph_thread_make_ready(self, by, thread);
}

void ph_thread_wake(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread)
{
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    uint32_t before =
        __atomic_fetch_or(&schedule->state, PH_SCHEDULE_WOKEN, __ATOMIC_SEQ_CST);
    if (before == PH_SCHEDULE_WAITING) {
        ph_thread_make_ready(self, by, thread);
    } else if (before == PH_SCHEDULE_LISTED) {
        ph_mutex_lock(&self->lock);
        if (is_listed(schedule)) {
            wake_listed(self, by, thread);
        }
        ph_mutex_unlock(&self->lock);
    }
}

void ph_thread_wake_locked(struct ph_machine *self, struct ph_thread *thread)
{
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    uint32_t before =
        __atomic_fetch_or(&schedule->state, PH_SCHEDULE_WOKEN, __ATOMIC_SEQ_CST);
    if (before == PH_SCHEDULE_WAITING) {
        ph_thread_make_ready(self, NULL, thread);
    } else if (is_listed(schedule)) {
        wake_listed(self, NULL, thread);
    }
}

void ph_scheduler_wake(struct ph_machine *self, enum ph_wait_kind kind)
{
    __atomic_add_fetch(&self->wakes, 1, __ATOMIC_SEQ_CST);
    for (ph_ref ref = self->wait_lists[kind].first; ref != 0;) {
        struct ph_thread *thread = ph_address(self->heap, ref);
        ref = schedule_at(self, ref)->next;
        if (kind != PH_WAIT_DURABLE || thread->wait_value <= self->durable_cut) {
            wake_listed(self, NULL, thread);
        }
    }
}

void ph_machine_wake(struct ph_machine *self, enum ph_wait_kind kind)
{
    ph_mutex_lock(&self->lock);
    ph_scheduler_wake(self, kind);
    ph_mutex_unlock(&self->lock);
}

void ph_scheduler_wake_joiners(struct ph_machine *self, ph_ref thread_ref)
{
    for (ph_ref ref = self->wait_lists[list_of_joiners(thread_ref)].first; ref != 0;) {
        struct ph_thread *thread = ph_address(self->heap, ref);
        ref = schedule_at(self, ref)->next;
        if (thread->wait_ref == thread_ref) {
            wake_listed(self, NULL, thread);
        }
    }
}

uint64_t ph_waiting_wake_due(struct ph_machine *self, uint64_t now_ns)
{
    while (self->deadlines.count > 0 && self->deadlines.items[0].ns <= now_ns) {
        wake_listed(self, NULL, ph_address(self->heap, self->deadlines.items[0].thread_ref));
    }
    return self->deadlines.count > 0 ? self->deadlines.items[0].ns : UINT64_MAX;
}

/* ---- Beginning to wait ----------------------------------------------------------------- */

static bool is_event(uint32_t kind)
{
    return kind == PH_WAIT_INPUT || kind == PH_WAIT_DURABLE || kind == PH_WAIT_GATE ||
           kind == PH_WAIT_CLASS || kind == PH_WAIT_COLLECT || kind == PH_WAIT_QUEUE;
}

/* Has happened meanwhile what it waits for? The lock is held. */
static bool is_over(struct ph_machine *self, const struct ph_worker *worker,
                    const struct ph_thread *thread)
{
    uint32_t kind = thread->wait_kind;
    if (kind == PH_WAIT_THREAD) {
        const struct ph_thread *other = ph_machine_object(self, thread->wait_ref);
        return other == NULL || ph_thread_has_ended(other);
    }
    if (kind == PH_WAIT_DURABLE) {
        return self->durable_cut >= thread->wait_value;
    }
    return is_event(kind) && worker->wakes != self->wakes;
}

void ph_waiting_begin(struct ph_machine *self, struct ph_worker *worker)
{
    uint32_t *state = &ph_schedule_of(self, worker->thread)->state;
    if (__atomic_load_n(state, __ATOMIC_RELAXED) != PH_SCHEDULE_ACTIVE) {
        __atomic_exchange_n(state, PH_SCHEDULE_ACTIVE, __ATOMIC_SEQ_CST); /* invariant 1 */
    }
    worker->wakes = __atomic_load_n(&self->wakes, __ATOMIC_ACQUIRE);
}

static bool settle_as(struct ph_schedule *schedule, uint32_t state)
{
    uint32_t active = PH_SCHEDULE_ACTIVE; /* if it is anything else it was woken */
    return __atomic_compare_exchange_n(&schedule->state, &active, state, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static bool begin_listed(struct ph_machine *self, struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    uint32_t kind = thread->wait_kind;
    ph_mutex_lock(&self->lock);
    bool waits = !is_over(self, worker, thread) && settle_as(schedule, PH_SCHEDULE_LISTED);
    if (waits) {
        ph_ref ref = ph_ref_to(self->heap, thread);
        if (kind == PH_WAIT_THREAD) {
            list_add(self, list_of_joiners(thread->wait_ref), ref);
        } else if (is_event(kind)) {
            list_add(self, kind, ref);
        }
        if (thread->deadline_ns != 0) {
            deadline_add(self, thread);
        }
        PH_ASSERT(is_listed(schedule));
    }
    ph_mutex_unlock(&self->lock);
    return waits;
}

bool ph_waiting_add(struct ph_machine *self, struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    uint32_t kind = thread->wait_kind;
    PH_ASSERT(kind < PH_WAIT_KINDS);
    if (kind == PH_WAIT_NONE || (kind == PH_WAIT_TIME && thread->deadline_ns == 0)) {
        return false;
    }
    ph_thread_set_state(&worker->mutator, thread, PH_THREAD_WAITING); /* before others may run it */
    bool listed = thread->deadline_ns != 0 || kind == PH_WAIT_THREAD || is_event(kind);
    return listed ? begin_listed(self, worker)
                  : settle_as(ph_schedule_of(self, thread), PH_SCHEDULE_WAITING);
}

void ph_waiting_forget(struct ph_machine *self, struct ph_thread *thread)
{
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    unlist(self, schedule);
    schedule->ticket++; /* ready.c, invariant 1 */
    __atomic_store_n(&schedule->state, PH_SCHEDULE_NONE, __ATOMIC_SEQ_CST);
}

bool ph_waiting_adopt(struct ph_machine *self, struct ph_thread *thread)
{
    const uint32_t wakes = PH_THREAD_PERMIT | PH_THREAD_INTERRUPTED;
    if (thread->state != PH_THREAD_WAITING || thread->wait_kind != PH_WAIT_PARK ||
        (thread->flags & wakes) != 0) {
        return false;
    }
    struct ph_schedule *schedule = ph_schedule_of(self, thread);
    if (thread->deadline_ns != 0) {
        __atomic_store_n(&schedule->state, PH_SCHEDULE_LISTED, __ATOMIC_SEQ_CST);
        deadline_add(self, thread);
    } else {
        __atomic_store_n(&schedule->state, PH_SCHEDULE_WAITING, __ATOMIC_SEQ_CST);
    }
    return true;
}

ph_status ph_waiting_init(struct ph_machine *self)
{
    self->schedules = ph_memory_reserve(ph_schedule_bytes(self));
    self->wait_lists = ph_memory_reserve(PH_WAIT_LISTS * sizeof(struct ph_wait_list));
    self->timer_until_ns = UINT64_MAX;
    return self->schedules == NULL || self->wait_lists == NULL ? PH_NO_MEMORY : PH_OK;
}

void ph_waiting_finish(struct ph_machine *self)
{
    if (self->schedules != NULL) {
        ph_memory_release(self->schedules, ph_schedule_bytes(self));
    }
    if (self->wait_lists != NULL) {
        ph_memory_release(self->wait_lists, PH_WAIT_LISTS * sizeof(struct ph_wait_list));
    }
    ph_vector_finish(&self->deadlines, self->allocator);
}
