/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - how long a durable commit takes, a fold, and an open, on a real file.
 *
 * bench_store [FOLDER]: the image is made there (default: the current folder) and removed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/hash.h"
#include "store/store.h"

#define MIB (1ull << 20)
#define COMMITS 4000u

static struct ph_store_options options = {.arena_bytes = 1024 * MIB};
static struct ph_block *block;
static struct ph_store *store;
static uint8_t *arena;
static struct ph_error error;
static uint64_t number;
static uint64_t times[COMMITS];

static void must(ph_status status, const char *what)
{
    if (status != PH_OK) {
        fprintf(stderr, "bench_store: %s: %s (%s)\n", what, ph_status_text(status), error.text);
        exit(1);
    }
}

static int compare_times(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void commit(uint32_t first, uint32_t step, uint32_t count)
{
    struct ph_cut_info cut = {.number = ++number};
    uint64_t page[PH_PAGE_BYTES / 8];
    uint64_t pages = options.arena_bytes / PH_PAGE_BYTES;

    must(ph_store_commit_begin(store, &cut, count), "begin");
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = (first + (uint64_t)i * step) % pages;

        for (uint32_t word = 0; word < PH_PAGE_BYTES / 8; word++) {
            page[word] = number * 0x9e3779b97f4a7c15u + at + word;
        }
        must(ph_store_commit_page(store, (uint32_t)at, page), "page");
    }
    must(ph_store_commit_finish(store, &cut), "finish");
}

static double fold_all(void)
{
    uint64_t start = ph_clock_monotonic_ns();
    bool done = false;

    while (!done) {
        must(ph_store_fold(store, &done), "fold");
    }
    return (double)(ph_clock_monotonic_ns() - start) * 1e-6;
}

static double reopen(struct ph_store_recovery *found)
{
    ph_store_close(store);
    ph_memory_release(arena, options.arena_bytes);
    arena = ph_memory_reserve(options.arena_bytes);
    PH_ASSERT(arena != NULL);
    uint64_t start = ph_clock_monotonic_ns();

    must(ph_store_open(block, &options, arena, &store, found, &error), "open");
    return (double)(ph_clock_monotonic_ns() - start) * 1e-6;
}

static unsigned long long microseconds(uint32_t rank)
{
    return times[rank] / 1000;
}

/* `hot_pages`: how many different pages the commits touch. */
static void bench_commits(uint32_t pages, uint32_t hot_pages, bool pack)
{
    struct ph_store_stat before;
    struct ph_store_stat after;
    struct ph_store_recovery found;
    double folds_ms = 0;
    uint64_t step_ns_max = 0;

    options.pack = pack;
    reopen(&found);
    ph_store_stat(store, &before);
    uint64_t start = ph_clock_monotonic_ns();

    for (uint32_t i = 0; i < COMMITS; i++) {
        uint64_t begin = ph_clock_monotonic_ns();

        commit(i * 977 % hot_pages, 5, pages);
        times[i] = ph_clock_monotonic_ns() - begin;
        if (ph_store_wants_fold(store)) { /* a step between two commits, as the writer does it */
            bool done;

            begin = ph_clock_monotonic_ns();
            must(ph_store_fold(store, &done), "fold");
            uint64_t ns = ph_clock_monotonic_ns() - begin;

            folds_ms += (double)ns * 1e-6;
            step_ns_max = PH_MAX(step_ns_max, ns);
        }
    }
    double seconds = (double)(ph_clock_monotonic_ns() - start) * 1e-9;

    ph_store_stat(store, &after);
    qsort(times, COMMITS, sizeof(times[0]), compare_times);
    printf("commit of %4u pages of %6u%s: p50 %4llu us, p99 %5llu us, p99.9 %6llu us, "
           "max %6llu us; ",
           pages, hot_pages, pack ? ", packed" : "        ", microseconds(COMMITS / 2),
           microseconds(COMMITS * 99 / 100), microseconds(COMMITS * 999 / 1000),
           microseconds(COMMITS - 1));
    printf("%5.0f/s with folds (%2.0f %%, longest step %.1f ms); log/page bytes %.3f\n",
           COMMITS / seconds, folds_ms / seconds / 10, (double)step_ns_max * 1e-6,
           (double)(after.log_bytes_written - before.log_bytes_written) /
               (double)(after.page_bytes_in - before.page_bytes_in));
}

static void bench_open(void)
{
    struct ph_store_recovery found;

    for (uint32_t mib = 0; mib <= 64; mib = mib == 0 ? 1 : mib * 4) {
        fold_all();
        commit(0, 1, 1);
        commit(0, 1, 1);
        fold_all();
        for (uint32_t i = 0; i < mib * 4; i++) {
            commit(i * 64, 3, 64);
        }
        reopen(&found);
        double ms = reopen(&found);

        printf("open, 1 GiB image, log of %2u MiB (%llu cuts): %.2f ms\n", mib,
               (unsigned long long)found.cuts_replayed, ms);
    }
}

int main(int argc, char **argv)
{
    struct ph_store_recovery found;
    struct ph_store_stat stat;
    char path[512];

    snprintf(path, sizeof(path), "%s/bench_store.phantom", argc > 1 ? argv[1] : ".");
    must(ph_block_open(path, PH_BLOCK_CREATE, &block, &error), "open file");
    must(ph_store_format(block, &options, &error), "format");
    reopen(&found);
    commit(0, 1, 1);
    uint64_t start = ph_clock_monotonic_ns();

    commit(0, 1, (uint32_t)(options.arena_bytes / PH_PAGE_BYTES) - 1);
    double seconds = (double)(ph_clock_monotonic_ns() - start) * 1e-9;

    commit(0, 1, 1);
    printf("commit of 1 GiB: %.2f s; its fold: ", seconds);
    printf("%.2f s\n", fold_all() * 1e-3);
    bench_commits(1, 1000, true);
    bench_commits(64, 2000, false);
    bench_commits(64, 2000, true);
    bench_commits(64, 200000, false);
    bench_commits(1024, 200000, false);
    bench_open();
    ph_store_stat(store, &stat);
    printf("file: %llu MiB\n", (unsigned long long)(stat.file_bytes / MIB));
    ph_store_close(store);
    block->ops->close(block);
    unlink(path);
    return 0;
}
