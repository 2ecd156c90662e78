/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>

#include "base/assert.h"
#include "port/port.h"
#include "unit.h"

struct shared {
    struct ph_mutex mutex;
    struct ph_condition condition;
    uint64_t count;
    bool is_open;
    char name[32];
    bool is_signal_blocked;
};

static void shared_init(struct shared *self)
{
    memset(self, 0, sizeof(*self));
    ph_mutex_init(&self->mutex);
    ph_condition_init(&self->condition);
}

static void shared_finish(struct shared *self)
{
    ph_condition_finish(&self->condition);
    ph_mutex_finish(&self->mutex);
}

static void count_up(void *argument)
{
    struct shared *shared = argument;
    for (unsigned i = 0; i < 20000; i++) {
        ph_mutex_lock(&shared->mutex);
        shared->count++;
        ph_mutex_unlock(&shared->mutex);
        ph_host_pause();
    }
}

TEST(mutex_excludes)
{
    struct shared shared;
    struct ph_host_thread threads[4];
    shared_init(&shared);
    for (unsigned i = 0; i < PH_COUNT(threads); i++) {
        CHECK_OK(ph_host_thread_start(&threads[i], "counter", count_up, &shared));
    }
    for (unsigned i = 0; i < PH_COUNT(threads); i++) {
        ph_host_thread_join(&threads[i]);
    }
    CHECK_EQ(shared.count, 80000);
    shared_finish(&shared);
}

static void wait_for_open(void *argument)
{
    struct shared *shared = argument;
    ph_mutex_lock(&shared->mutex);
    while (!shared->is_open) {
        ph_condition_wait(&shared->condition, &shared->mutex);
    }
    shared->count++;
    ph_condition_signal(&shared->condition);
    ph_mutex_unlock(&shared->mutex);
}

TEST(broadcast_wakes_all)
{
    struct shared shared;
    struct ph_host_thread threads[5];
    shared_init(&shared);
    for (unsigned i = 0; i < PH_COUNT(threads); i++) {
        CHECK_OK(ph_host_thread_start(&threads[i], "waiter", wait_for_open, &shared));
    }
    ph_mutex_lock(&shared.mutex);
    shared.is_open = true;
    ph_condition_broadcast(&shared.condition);
    while (shared.count < PH_COUNT(threads)) {
        ph_condition_wait(&shared.condition, &shared.mutex);
    }
    ph_mutex_unlock(&shared.mutex);
    for (unsigned i = 0; i < PH_COUNT(threads); i++) {
        ph_host_thread_join(&threads[i]);
    }
    shared_finish(&shared);
}

TEST(wait_until_ends_at_the_deadline)
{
    struct shared shared;
    shared_init(&shared);
    ph_mutex_lock(&shared.mutex);
    uint64_t deadline = ph_clock_monotonic_ns() + 30000000;
    while (ph_condition_wait_until(&shared.condition, &shared.mutex, deadline)) {
        CHECK(ph_clock_monotonic_ns() < deadline + 1000000000); /* spurious wake-ups are allowed */
    }
    CHECK(ph_clock_monotonic_ns() >= deadline);
    CHECK(!ph_condition_wait_until(&shared.condition, &shared.mutex, 0)); /* long past */
    ph_mutex_unlock(&shared.mutex);
    shared_finish(&shared);
}

static void open_it(void *argument)
{
    struct shared *shared = argument;
    ph_mutex_lock(&shared->mutex);
    shared->is_open = true;
    ph_condition_signal(&shared->condition);
    ph_mutex_unlock(&shared->mutex);
}

TEST(wait_until_never_waits_for_a_signal)
{
    struct shared shared;
    struct ph_host_thread thread;
    shared_init(&shared);
    ph_mutex_lock(&shared.mutex);
    CHECK_OK(ph_host_thread_start(&thread, "opener", open_it, &shared));
    while (!shared.is_open) {
        CHECK(ph_condition_wait_until(&shared.condition, &shared.mutex, UINT64_MAX));
    }
    ph_mutex_unlock(&shared.mutex);
    ph_host_thread_join(&thread);
    shared_finish(&shared);
}

static void look_at_self(void *argument)
{
    struct shared *shared = argument;
    pthread_getname_np(pthread_self(), shared->name, sizeof(shared->name));
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    shared->is_signal_blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGINT);
}

TEST(threads_have_names_and_take_no_signals)
{
    struct shared shared;
    struct ph_host_thread thread;
    shared_init(&shared);
    CHECK_OK(ph_host_thread_start(&thread, "a-name-longer-than-15", look_at_self, &shared));
    ph_host_thread_join(&thread);
    CHECK_TEXT(shared.name, "a-name-longer-t");
    CHECK(shared.is_signal_blocked);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    CHECK(!sigismember(&blocked, SIGTERM));
    shared_finish(&shared);
}

TEST(there_is_a_cpu) { CHECK(ph_host_cpu_count() >= 1); }
