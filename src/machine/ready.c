/* SPDX-License-Identifier: Apache-2.0 */
/* ready.c - threads that are ready: a ring per worker, first in, first out, each under a lock of
 * its own. A worker takes from its own ring, and half of another's when that is empty.
 *
 * Invariants
 *   (1) An entry stands for a thread exactly while its ticket is the thread's; a thread that is
 *       taken out otherwise gets a new ticket, and the entry is passed over later. Being put
 *       in a ring and taken from it does not change a thread's state: it is ACTIVE all the time.
 *       Who runs it sees what was done for it before: the ring's lock orders that.
 *   (2) Whoever adds an entry looks for sleepers afterwards; whoever goes to sleep says so and then
 *       looks for entries: so nobody sleeps while something is ready. */
#include "machine/internal.h"

#define RING_MIN 64u

/* ---- Rings --------------------------------------------------------------------------- */

static uint32_t count_of(const struct ph_ready *ring)
{
    return __atomic_load_n(&ring->count, __ATOMIC_SEQ_CST);
}

static void grow(struct ph_machine *self, struct ph_ready *ring)
{
    uint32_t capacity = PH_MAX(RING_MIN, ring->capacity * 2);
    struct ph_ready_entry *items =
        capacity > ring->capacity ? ph_alloc(self->allocator, capacity * sizeof(*items)) : NULL;
    if (items == NULL) {
        ph_port_panic("out of memory for the list of threads; the image holds the last cut");
    }
    for (uint32_t i = 0; i < ring->count; i++) {
        items[i] = ring->items[(ring->first + i) & (ring->capacity - 1)];
    }
    ph_free(self->allocator, ring->items, ring->capacity * sizeof(*items));
    ring->items = items;
    ring->capacity = capacity;
    ring->first = 0;
}

/* The ring's lock is held, as in all that follow up to the next section. */
static void put(struct ph_machine *self, struct ph_ready *ring, struct ph_ready_entry entry)
{
    if (ring->count == ring->capacity) {
        grow(self, ring);
    }
    ring->items[(ring->first + ring->count) & (ring->capacity - 1)] = entry;
    __atomic_add_fetch(&ring->count, 1, __ATOMIC_SEQ_CST);
}

static struct ph_ready_entry take(struct ph_ready *ring, uint32_t index)
{
    uint32_t mask = ring->capacity - 1;
    PH_ASSERT(index < ring->count);
    struct ph_ready_entry entry = ring->items[(ring->first + index) & mask];
    ring->items[(ring->first + index) & mask] = ring->items[ring->first];
    ring->first = (ring->first + 1) & mask;
    __atomic_sub_fetch(&ring->count, 1, __ATOMIC_SEQ_CST);
    return entry;
}

/* take() of the first after put() of `entry`, of a ring that is not empty: it never seems to be. */
static struct ph_ready_entry rotate(struct ph_ready *ring, struct ph_ready_entry entry)
{
    uint32_t mask = ring->capacity - 1;
    struct ph_ready_entry first = ring->items[ring->first];
    PH_ASSERT(ring->count > 0);
    ring->first = (ring->first + 1) & mask;
    ring->items[(ring->first + ring->count - 1) & mask] = entry;
    return first;
}

static struct ph_ready_entry entry_of(struct ph_machine *self, const struct ph_thread *thread)
{
    return (struct ph_ready_entry){ph_ref_to(self->heap, thread),
                                   ph_schedule_of(self, thread)->ticket};
}

/* The thread of an entry; NULL: it has been taken out (invariant 1). */
static struct ph_thread *thread_of(struct ph_machine *self, struct ph_ready_entry entry)
{
    struct ph_thread *thread = ph_address(self->heap, entry.thread_ref);
    bool stands = ph_schedule_of(self, thread)->ticket == entry.ticket;
    return stands ? thread : NULL;
}

static struct ph_thread *take_thread(struct ph_machine *self, struct ph_ready *ring)
{
    struct ph_thread *thread = NULL;
    while (thread == NULL && ring->count > 0) {
        uint32_t index = self->options.simulated
                             ? (uint32_t)ph_random_below(&self->schedule, ring->count)
                             : 0;
        thread = thread_of(self, take(ring, index));
    }
    return thread;
}

/* ---- From outside -------------------------------------------------------------------- */

uint32_t ph_ready_count(const struct ph_machine *self)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->options.workers; i++) {
        count += count_of(&self->ready[i]);
    }
    return count;
}

/* Somebody may sleep (invariant 2). */
static void tell(struct ph_machine *self)
{
    bool sleeps = __atomic_load_n(&self->sleepers, __ATOMIC_SEQ_CST) != 0;
    if (sleeps || __atomic_load_n(&self->timer_sleeps, __ATOMIC_SEQ_CST)) {
        ph_mutex_lock(&self->sleep_lock);
        if (self->sleepers != 0) {
            ph_condition_signal(&self->work);
        }
        if (self->timer_sleeps) { /* from now on slices end */
            self->timer_kicked = true;
            ph_condition_signal(&self->timer_wake);
        }
        ph_mutex_unlock(&self->sleep_lock);
    }
}

static struct ph_ready *shortest(struct ph_machine *self)
{
    uint32_t start = __atomic_fetch_add(&self->push_turn, 1, __ATOMIC_RELAXED);
    struct ph_ready *best = NULL;
    for (uint32_t i = 0; i < self->options.workers; i++) {
        struct ph_ready *ring = &self->ready[(start + i) % self->options.workers];
        if (best == NULL || count_of(ring) < count_of(best)) {
            best = ring;
        }
    }
    return best;
}

void ph_ready_push(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread)
{
    struct ph_ready *ring = by != NULL ? &self->ready[by->index] : shortest(self);
    ph_mutex_lock(&ring->lock);
    put(self, ring, entry_of(self, thread));
    ph_mutex_unlock(&ring->lock);
    tell(self);
}

/* The worker's own ring, or one that holds more: so threads move to where fewer are. */
static struct ph_ready *longest(struct ph_machine *self, const struct ph_worker *worker)
{
    struct ph_ready *best = &self->ready[worker->index];
    for (uint32_t i = 0; i < self->options.workers; i++) {
        if (count_of(&self->ready[i]) > count_of(best)) {
            best = &self->ready[i];
        }
    }
    return best;
}

struct ph_thread *ph_ready_swap(struct ph_machine *self, struct ph_worker *worker,
                                struct ph_thread *thread)
{
    struct ph_ready *ring = longest(self, worker);
    PH_ASSERT(!self->options.simulated);
    ph_mutex_lock(&ring->lock);
    if (ring->count > 0) {
        struct ph_thread *next = thread_of(self, rotate(ring, entry_of(self, thread)));
        thread = next != NULL ? next : take_thread(self, ring); /* at the last the same again */
    }
    ph_mutex_unlock(&ring->lock);
    return thread;
}

/* Half of what the ring `from` holds becomes the worker's; one of it is the result. */
static struct ph_thread *steal(struct ph_machine *self, struct ph_ready *own,
                               struct ph_ready *from)
{
    struct ph_ready_entry stolen[PH_STEAL_MAX];
    uint32_t count = 0;
    ph_mutex_lock(&from->lock);
    uint32_t wanted = PH_MIN((from->count + 1) / 2, PH_STEAL_MAX);
    while (count < wanted) {
        stolen[count++] = take(from, 0);
    }
    ph_mutex_unlock(&from->lock);
    if (count == 0) {
        return NULL;
    }
    ph_mutex_lock(&own->lock);
    for (uint32_t i = 0; i < count; i++) {
        put(self, own, stolen[i]);
    }
    struct ph_thread *thread = take_thread(self, own);
    ph_mutex_unlock(&own->lock);
    return thread;
}

struct ph_thread *ph_ready_take(struct ph_machine *self, struct ph_worker *worker)
{
    struct ph_ready *own = &self->ready[worker->index];
    struct ph_thread *thread = NULL;
    if (count_of(own) > 0) {
        ph_mutex_lock(&own->lock);
        thread = take_thread(self, own);
        ph_mutex_unlock(&own->lock);
    }
    for (uint32_t i = 1; thread == NULL && i < self->options.workers; i++) {
        struct ph_ready *from = &self->ready[(worker->index + i) % self->options.workers];
        if (count_of(from) > 0) {
            thread = steal(self, own, from);
        }
    }
    return thread;
}

struct ph_thread *ph_ready_take_at(struct ph_machine *self, uint32_t index)
{
    struct ph_ready *ring = &self->ready[0];
    PH_ASSERT(self->options.simulated);
    struct ph_thread *thread = NULL;
    for (uint32_t i = 0; i < ring->count && thread == NULL; i++) {
        struct ph_ready_entry entry = ring->items[(ring->first + i) & (ring->capacity - 1)];
        if (thread_of(self, entry) != NULL && index-- == 0) {
            thread = thread_of(self, take(ring, i));
        }
    }
    return thread;
}

void ph_ready_sleep(struct ph_machine *self)
{
    for (uint32_t i = 0; i < PH_SPIN_TURNS && ph_ready_count(self) == 0; i++) {
        ph_host_pause(); /* work often comes at once, and waking a sleeper is dear */
    }
    ph_mutex_lock(&self->sleep_lock);
    __atomic_add_fetch(&self->sleepers, 1, __ATOMIC_SEQ_CST);
    while (ph_ready_count(self) == 0 &&
           (__atomic_load_n(&self->stops, __ATOMIC_SEQ_CST) & PH_STOP_LEAVE) == 0) {
        ph_condition_wait(&self->work, &self->sleep_lock);
    }
    __atomic_sub_fetch(&self->sleepers, 1, __ATOMIC_SEQ_CST);
    ph_mutex_unlock(&self->sleep_lock);
}

void ph_ready_wake_sleepers(struct ph_machine *self)
{
    ph_mutex_lock(&self->sleep_lock);
    self->timer_kicked = true;
    ph_condition_broadcast(&self->work);
    ph_condition_broadcast(&self->timer_wake);
    ph_mutex_unlock(&self->sleep_lock);
}

void ph_ready_init(struct ph_machine *self)
{
    ph_mutex_init(&self->sleep_lock);
    for (uint32_t i = 0; i < PH_WORKERS_MAX; i++) {
        ph_mutex_init(&self->ready[i].lock);
    }
}

void ph_ready_finish(struct ph_machine *self)
{
    for (uint32_t i = 0; i < PH_WORKERS_MAX; i++) {
        struct ph_ready *ring = &self->ready[i];
        ph_free(self->allocator, ring->items, ring->capacity * sizeof(*ring->items));
        ph_vector_finish(&ring->young, self->allocator);
        ph_mutex_finish(&ring->lock);
    }
    ph_mutex_finish(&self->sleep_lock);
}
