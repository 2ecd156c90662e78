/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - a bar on standard error, if that is a terminal and a second has passed. A thread of
 * its own draws it, so that whatever is slow needs not to know. */
#include <string.h>
#include <unistd.h>

#include "port/port.h"
#include "tool/tool.h"

#define STEP_NS UINT64_C(200000000)
#define PATIENCE_NS UINT64_C(1000000000)
#define BAR_CELLS 24u

static struct {
    struct ph_mutex mutex;
    struct ph_condition changed;
    struct ph_host_thread thread;
    const char *what;
    uint64_t start_ns;
    uint64_t done, total; /* atomic */
    bool is_on, is_ending;
} progress;

static void draw(uint64_t step, uint64_t seconds)
{
    char bar[BAR_CELLS + 1];
    uint64_t done = __atomic_load_n(&progress.done, __ATOMIC_RELAXED);
    uint64_t total = __atomic_load_n(&progress.total, __ATOMIC_RELAXED);
    memset(bar, '.', BAR_CELLS);
    bar[BAR_CELLS] = '\0';
    if (total > 0) {
        done = PH_MIN(done, total);
        memset(bar, '#', (size_t)(done * BAR_CELLS / total));
        fprintf(stderr, "\r\033[K%s [%s] %3u %%", progress.what, bar,
                (unsigned)(done * 100 / total));
    } else {
        memset(bar + step % (BAR_CELLS - 3), '#', 3);
        fprintf(stderr, "\r\033[K%s [%s] %llu s", progress.what, bar,
                (unsigned long long)seconds);
    }
}

static void run(void *argument)
{
    (void)argument;
    ph_mutex_lock(&progress.mutex);
    uint64_t next = progress.start_ns + PATIENCE_NS;
    for (uint64_t step = 0; !progress.is_ending; step++) {
        if (!ph_condition_wait_until(&progress.changed, &progress.mutex, next) &&
            !progress.is_ending) {
            draw(step, (ph_clock_monotonic_ns() - progress.start_ns) / 1000000000u);
            next += STEP_NS;
        }
    }
    if (next > progress.start_ns + PATIENCE_NS) {
        fprintf(stderr, "\r\033[K");
    }
    ph_mutex_unlock(&progress.mutex);
}

void ph_progress_begin(const char *what)
{
    PH_ASSERT(!progress.is_on);
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    ph_mutex_init(&progress.mutex);
    ph_condition_init(&progress.changed);
    progress.what = what;
    progress.start_ns = ph_clock_monotonic_ns();
    progress.done = progress.total = 0;
    progress.is_ending = false;
    progress.is_on = ph_host_thread_start(&progress.thread, "progress", run, NULL) == PH_OK;
}

void ph_progress_set(uint64_t done, uint64_t total)
{
    __atomic_store_n(&progress.done, done, __ATOMIC_RELAXED);
    __atomic_store_n(&progress.total, total, __ATOMIC_RELAXED);
}

void ph_progress_end(void)
{
    if (!progress.is_on) {
        return;
    }
    ph_mutex_lock(&progress.mutex);
    progress.is_ending = true;
    ph_condition_signal(&progress.changed);
    ph_mutex_unlock(&progress.mutex);
    ph_host_thread_join(&progress.thread);
    ph_condition_finish(&progress.changed);
    ph_mutex_finish(&progress.mutex);
    progress.is_on = false;
}
