/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"
#include "port/port.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct ph_mutex), "ph_mutex is too small");
_Static_assert(sizeof(pthread_cond_t) <= sizeof(struct ph_condition), "ph_condition is too small");
_Static_assert(sizeof(pthread_t) <= sizeof(struct ph_host_thread), "ph_host_thread is too small");
_Static_assert(_Alignof(pthread_mutex_t) <= _Alignof(struct ph_mutex), "alignment");
_Static_assert(_Alignof(pthread_cond_t) <= _Alignof(struct ph_condition), "alignment");

static pthread_mutex_t *mutex_of(struct ph_mutex *self) { return (pthread_mutex_t *)self; }
static pthread_cond_t *cond_of(struct ph_condition *self) { return (pthread_cond_t *)self; }

/* These fail only when they are used wrongly, which is our bug. */
static void must(int error) { PH_ASSERT(error == 0); }

void ph_mutex_init(struct ph_mutex *self) { must(pthread_mutex_init(mutex_of(self), NULL)); }
void ph_mutex_finish(struct ph_mutex *self) { must(pthread_mutex_destroy(mutex_of(self))); }
void ph_mutex_lock(struct ph_mutex *self) { must(pthread_mutex_lock(mutex_of(self))); }
void ph_mutex_unlock(struct ph_mutex *self) { must(pthread_mutex_unlock(mutex_of(self))); }

void ph_condition_init(struct ph_condition *self)
{
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_cond_init(cond_of(self), &attributes));
    must(pthread_condattr_destroy(&attributes));
}

void ph_condition_finish(struct ph_condition *self) { must(pthread_cond_destroy(cond_of(self))); }

void ph_condition_wait(struct ph_condition *self, struct ph_mutex *mutex)
{
    must(pthread_cond_wait(cond_of(self), mutex_of(mutex)));
}

bool ph_condition_wait_until(struct ph_condition *self, struct ph_mutex *mutex,
                             uint64_t deadline_ns)
{
    uint64_t seconds = PH_MIN(deadline_ns / 1000000000u, (uint64_t)INT64_MAX);
    struct timespec deadline = {(time_t)seconds, (long)(deadline_ns % 1000000000u)};
    int error = pthread_cond_timedwait(cond_of(self), mutex_of(mutex), &deadline);
    PH_ASSERT(error == 0 || error == ETIMEDOUT);
    return error == 0;
}

void ph_condition_signal(struct ph_condition *self) { must(pthread_cond_signal(cond_of(self))); }

void ph_condition_broadcast(struct ph_condition *self)
{
    must(pthread_cond_broadcast(cond_of(self)));
}

struct start {
    void (*run)(void *argument);
    void *argument;
    char name[16]; /* the kernel keeps no more */
};

static void *thread_main(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.run(start.argument);
    return NULL;
}

ph_status ph_host_thread_start(struct ph_host_thread *self, const char *name,
                               void (*run)(void *argument), void *argument)
{
    struct start *start = malloc(sizeof(*start));
    if (start == NULL) {
        return PH_NO_MEMORY;
    }
    start->run = run;
    start->argument = argument;
    snprintf(start->name, sizeof(start->name), "%s", name);

    /* Signals to the process go to the thread that started as main, so that no worker has to be
     * ready for them. */
    sigset_t all;
    sigset_t old;
    sigfillset(&all);
    must(pthread_sigmask(SIG_BLOCK, &all, &old));
    pthread_t thread;
    int error = pthread_create(&thread, NULL, thread_main, start);
    must(pthread_sigmask(SIG_SETMASK, &old, NULL));
    if (error != 0) {
        free(start);
        return error == EPERM ? PH_DENIED : PH_LIMIT;
    }
    self->word = (uint64_t)thread;
    return PH_OK;
}

void ph_host_thread_join(struct ph_host_thread *self)
{
    must(pthread_join((pthread_t)self->word, NULL));
    self->word = 0;
}

uint32_t ph_host_cpu_count(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0) {
        return 1;
    }
    int count = CPU_COUNT(&cpus);
    return count < 1 ? 1 : (uint32_t)count;
}

void ph_host_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#else
    __asm__ volatile("" ::: "memory");
#endif
}
