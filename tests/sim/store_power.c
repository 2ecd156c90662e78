/* SPDX-License-Identifier: Apache-2.0 */
/* store_power.c - cuts the power of the real store on the simulated disk, at every write and every
 * flush, in every way the disk knows, and again during recovery.
 *
 * A scenario is a run of seeded steps: commits, folds, sink writes, kills, failing calls, a full
 * disk. After each call that reaches the disk, clones of it lose their power; each is opened and
 * compared with the model, goes on for some steps, and may lose its power again.
 *
 * Oracle. The recovered world is exactly that of the last durable cut or of one that was on its
 * way; its number says which. The sink holds something that was written to it, or zeros. The store
 * works on.
 *
 * --lie lets the disk lie about flushes: then violations must be found, or the oracle is blind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "port/sim/sim.h"
#include "store/internal.h"
#include "support/seed.h"

#define CHUNK_BYTES (16u << 10)
#define PAGES_MAX 64u
#define POOL 32u
#define DEPTH_MAX 3u
#define INFLIGHT_MAX 16u

struct settings {
    uint64_t seed;
    uint64_t cuts; /* per job */
    uint32_t jobs;
    bool lies;
    bool damages;
};

struct shared {
    uint64_t cuts, scenarios, commits, folds, opens, failures, subsets, refused, kills;
    uint64_t by_depth[DEPTH_MAX + 1];
    uint64_t violations;
};

struct world {
    uint64_t number;
    uint64_t version[PAGES_MAX]; /* 0: a page of zeros */
};

struct run {
    struct ph_block block; /* what the store sees; first member */
    struct ph_sim_disk *disk;
    struct ph_store *store;
    uint8_t *arena;
    struct ph_random random;
    uint32_t pages;
    uint32_t depth;
    uint32_t trials; /* after each call */
    bool subsets;
    bool is_quiet;   /* no trials now */
    bool is_committing;
    bool can_kill; /* false between a failed flush and the mark in the sink block that tells of
                    * it: an error, a kill within a microsecond and a power cut are too much */
    struct world now;
    struct world durable;
    struct world inflight[INFLIGHT_MAX];
    uint32_t inflight_count;
    uint64_t sink_newest;
    uint64_t last_void_number;
};

static struct settings settings = {.cuts = 1000000, .jobs = 1};
static struct shared *shared;
static uint64_t pool[POOL][PH_PAGE_BYTES / 8];
static uint64_t scenario_seed;
static uint64_t version_newest = 1;
static uint8_t *arenas[DEPTH_MAX + 1];

static void violation(const struct run *run, const char *what, uint64_t a, uint64_t b)
{
    shared->violations++;
    if (!settings.lies) {
        printf("VIOLATION at depth %u: %s (%llu, %llu); reproduce with --scenario %llu\n",
               run->depth, what, (unsigned long long)a, (unsigned long long)b,
               (unsigned long long)scenario_seed);
        fflush(stdout);
        abort();
    }
    _exit(0); /* found out: the model is of no use any more */
}

static uint64_t below(struct run *run, uint64_t bound)
{
    return ph_random_below(&run->random, bound);
}

/* ---- Pages ------------------------------------------------------------------------------- */

static void pool_fill(void)
{
    struct ph_random random;

    ph_random_init(&random, 7);
    for (uint32_t i = 0; i < POOL; i++) {
        for (uint32_t word = 2; word < PH_PAGE_BYTES / 8; word++) {
            bool used = ph_random_below(&random, POOL) < i;

            pool[i][word] = used ? ph_random_next(&random) : 0;
        }
    }
}

static void page_make(uint32_t page, uint64_t version, uint8_t *to)
{
    if (version == 0) {
        memset(to, 0, PH_PAGE_BYTES);
        return;
    }
    memcpy(to, pool[version % POOL], PH_PAGE_BYTES);
    ph_store_u64(to, version);
    ph_store_u64(to + 8, page);
}

static bool page_is(uint32_t page, uint64_t version, const uint8_t *at)
{
    static const uint8_t zeros[PH_PAGE_BYTES];

    if (version == 0) {
        return memcmp(at, zeros, PH_PAGE_BYTES) == 0;
    }
    return ph_load_u64(at) == version && ph_load_u64(at + 8) == page &&
           memcmp(at + 16, (const uint8_t *)pool[version % POOL] + 16, PH_PAGE_BYTES - 16) == 0;
}

static bool world_is(const struct run *run, const struct world *world, uint64_t number)
{
    if (world->number != number) {
        return false;
    }
    for (uint32_t page = 0; page < run->pages; page++) {
        if (!page_is(page, world->version[page], run->arena + (size_t)page * PH_PAGE_BYTES)) {
            return false;
        }
    }
    return true;
}

static void sink_make(uint64_t value, uint8_t content[PH_STORE_SINK_BYTES])
{
    for (uint32_t i = 0; i < PH_STORE_SINK_BYTES / 8; i++) {
        ph_store_u64(content + (size_t)i * 8, value == 0 ? 0 : value * 1000 + i);
    }
}

/* ---- Opening and comparing --------------------------------------------------------------- */

static const struct ph_store_options *store_options(uint32_t pages)
{
    static struct ph_store_options options;

    options = (struct ph_store_options){.arena_bytes = (uint64_t)pages * PH_PAGE_BYTES,
                                        .log_target_bytes = 3 * CHUNK_BYTES,
                                        .pack = true,
                                        .chunk_bytes = CHUNK_BYTES};
    return &options;
}

static void compare(struct run *run, const struct ph_store_recovery *found)
{
    uint8_t content[PH_STORE_SINK_BYTES];
    uint8_t expected[PH_STORE_SINK_BYTES];
    const struct world *is = NULL;

    if (world_is(run, &run->durable, found->last.number)) {
        is = &run->durable;
    }
    for (uint32_t i = 0; i < run->inflight_count && is == NULL; i++) {
        if (world_is(run, &run->inflight[i], found->last.number)) {
            is = &run->inflight[i];
        }
    }
    if (is == NULL) {
        violation(run, "recovered cut, durable cut", found->last.number, run->durable.number);
    } else if (is != &run->durable) {
        run->durable = *is;
        run->inflight_count = 0;
    }
    /* Else void cuts may still be on the disk, marked as such in the sink: they stay possible until
     * the next cut takes their place. */
    run->now = run->durable;
    if (found->fell_back) {
        violation(run, "fell back to, from", found->last.number, found->lost_cut);
    }
    ph_store_sink_read(run->store, content);
    uint64_t value = ph_load_u64(content) / 1000;

    sink_make(value, expected);
    if (value > run->sink_newest || memcmp(content, expected, sizeof(content)) != 0) {
        violation(run, "sink value, newest", value, run->sink_newest);
    }
}

/* Opens and compares. False: the power went, or a call was made to fail. */
static bool run_open(struct run *run)
{
    struct ph_store_recovery found;
    struct ph_error error = {0};

    memset(run->arena, 0, (size_t)run->pages * PH_PAGE_BYTES);
    shared->opens++;
    ph_status status = ph_store_open(&run->block, store_options(run->pages), run->arena,
                                     &run->store, &found, &error);

    if (status == PH_IO || status == PH_POWER_CUT) {
        return false;
    }
    if (status != PH_OK) {
        if (!settings.lies) {
            printf("%s\n", error.text);
        }
        violation(run, "open failed with status", status, run->durable.number);
        return false;
    }
    compare(run, &found);
    return true;
}

/* ---- The device between store and disk --------------------------------------------------- */

static void run_steps(struct run *run, uint32_t steps);

static struct run *run_of(struct ph_block *block)
{
    return (struct run *)block;
}

enum fate { FATE_RANDOM, FATE_SUBSET, FATE_KILL };

/* One power cut, or (FATE_KILL) only the end of the process: what becomes of a clone. */
static void trial(struct run *run, enum fate fate, uint64_t keep)
{
    struct run *child = malloc(sizeof(*child));

    PH_ASSERT(child != NULL);
    *child = *run;
    PH_ASSERT(ph_sim_disk_clone(run->disk, &child->disk) == PH_OK);
    ph_random_init(&child->random, ph_random_next(&run->random));
    child->depth = run->depth + 1;
    child->arena = arenas[child->depth];
    child->store = NULL;
    child->is_committing = false;
    child->can_kill = true;
    child->trials = child->depth < DEPTH_MAX ? 1 : 0;
    child->subsets = false;
    /* Deeper cuts for some only: otherwise there would be no end of it. */
    child->is_quiet = child->depth >= DEPTH_MAX || below(child, 16) != 0;
    ph_sim_disk_reseed(child->disk, ph_random_next(&child->random));
    if (fate == FATE_SUBSET) {
        ph_sim_disk_power_on_with(child->disk, keep);
        shared->subsets++;
    } else if (fate == FATE_RANDOM) {
        ph_sim_disk_power_on(child->disk);
    } else {
        child->is_quiet = child->depth >= DEPTH_MAX || below(child, 2) != 0;
        shared->kills++;
    }
    shared->cuts += fate != FATE_KILL;
    shared->by_depth[child->depth] += fate != FATE_KILL;
    if (run_open(child)) {
        run_steps(child, child->is_quiet ? (uint32_t)below(child, 8) / 6 : 3);
    }
    ph_store_close(child->store);
    ph_sim_disk_destroy(child->disk);
    free(child);
}

/* Cuts the power here, many times. */
static void trials(struct run *run)
{
    if (run->is_quiet) {
        return;
    }
    uint32_t unflushed = ph_sim_disk_unflushed(run->disk);

    if (run->subsets && (unflushed <= 4 || (unflushed <= 12 && below(run, 64) == 0))) {
        for (uint64_t keep = 0; keep < 1ull << unflushed; keep++) {
            trial(run, FATE_SUBSET, keep);
        }
    }
    for (uint32_t i = 0; i < run->trials && (unflushed > 0 || i == 0); i++) {
        trial(run, FATE_RANDOM, 0);
    }
    if (run->can_kill && below(run, 4) == 0) {
        trial(run, FATE_KILL, 0);
    }
}

static ph_status hook_read(struct ph_block *block, uint64_t offset, void *to, uint64_t bytes)
{
    struct ph_block *disk = ph_sim_disk_block(run_of(block)->disk);

    return disk->ops->read(disk, offset, to, bytes);
}

static ph_status hook_write(struct ph_block *block, uint64_t offset, const void *from,
                            uint64_t bytes)
{
    struct ph_block *disk = ph_sim_disk_block(run_of(block)->disk);

    if (offset % PH_PAGE_BYTES != 0 || bytes % PH_PAGE_BYTES != 0) {
        violation(run_of(block), "unaligned write at, of", offset, bytes);
    }
    ph_status status = disk->ops->write(disk, offset, from, bytes);

    trials(run_of(block));
    return status;
}

static ph_status hook_flush(struct ph_block *block)
{
    struct run *run = run_of(block);
    struct ph_block *disk = ph_sim_disk_block(run->disk);
    ph_status status = disk->ops->flush(disk);

    if (status == PH_OK && run->is_committing) {
        run->durable = run->inflight[run->inflight_count - 1];
        run->inflight_count = 0;
        run->is_committing = false;
    }
    run->can_kill = status == PH_OK;
    trials(run);
    run->can_kill = true;
    return status;
}

static ph_status hook_size(struct ph_block *block, uint64_t *bytes)
{
    struct ph_block *disk = ph_sim_disk_block(run_of(block)->disk);

    return disk->ops->size(disk, bytes);
}

static ph_status hook_grow(struct ph_block *block, uint64_t bytes)
{
    struct ph_block *disk = ph_sim_disk_block(run_of(block)->disk);
    ph_status status = disk->ops->grow(disk, bytes);

    trials(run_of(block));
    return status;
}

static ph_status hook_map(struct ph_block *block, uint64_t offset, void *address, uint64_t bytes)
{
    struct ph_block *disk = ph_sim_disk_block(run_of(block)->disk);

    return disk->ops->map_private(disk, offset, address, bytes);
}

static void hook_close(struct ph_block *block)
{
    (void)block;
}

static const struct ph_block_ops hook_ops = {hook_read, hook_write, hook_flush, hook_size,
                                             hook_grow, hook_map,   hook_close};

/* ---- Steps ------------------------------------------------------------------------------- */

/* Changes some pages of the model; marks them in `changed`. */
static uint32_t change_pages(struct run *run, bool *changed)
{
    uint32_t most = below(run, 8) == 0 ? run->pages : 4;
    uint32_t wanted = (uint32_t)below(run, most + 1);
    uint32_t count = 0;

    for (uint32_t i = 0; i < wanted; i++) {
        uint32_t page = (uint32_t)below(run, run->pages);

        count += !changed[page];
        changed[page] = true;
        run->now.version[page] = below(run, 8) == 0 ? 0 : ++version_newest;
    }
    return count;
}

/* Commits what differs from the durable world. */
static ph_status commit_pages(struct run *run, const bool *changed, uint32_t count)
{
    struct ph_cut_info cut = {.number = run->now.number};
    uint8_t content[PH_PAGE_BYTES];
    ph_status status = ph_store_commit_begin(run->store, &cut, count);

    for (uint32_t page = 0; page < run->pages && status == PH_OK; page++) {
        if (changed[page]) {
            page_make(page, run->now.version[page], content);
            status = ph_store_commit_page(run->store, page, content);
        }
    }
    if (status == PH_OK) {
        run->is_committing = true;
        status = ph_store_commit_finish(run->store, &cut);
    }
    run->is_committing = false;
    return status;
}

static void step_commit(struct run *run)
{
    bool changed[PAGES_MAX] = {false};
    bool retried = false;

    if (run->inflight_count == INFLIGHT_MAX) {
        return; /* it will not be durable on this disk */
    }
    /* Pages of void cuts are given again. */
    change_pages(run, changed);
    for (uint32_t page = 0; page < run->pages; page++) {
        changed[page] |= run->now.version[page] != run->durable.version[page];
        retried |= run->inflight_count > 0;
    }
    uint32_t count = 0;

    for (uint32_t page = 0; page < run->pages; page++) {
        count += changed[page];
    }
    run->now.number = run->durable.number + 1;
    if (retried && below(run, 2) == 0) {
        run->now.number += below(run, 3); /* a void number may be left out */
    }
    run->inflight[run->inflight_count++] = run->now;
    ph_status status = commit_pages(run, changed, count);

    shared->commits++;
    if (status == PH_OK) {
        PH_ASSERT(run->durable.number == run->now.number);
    } else if (status != PH_IO && status != PH_NO_SPACE && status != PH_POWER_CUT) {
        violation(run, "commit failed with status", status, 0);
    } else {
        shared->refused++;
    }
}

static void step_fold(struct run *run, bool whole)
{
    bool done = false;
    ph_status status = PH_OK;

    for (uint32_t i = 0; i < (whole ? 100u : 1u) && !done && status == PH_OK; i++) {
        status = ph_store_fold(run->store, &done);
        shared->folds += done;
    }
    if (status != PH_OK && status != PH_IO && status != PH_NO_SPACE && status != PH_POWER_CUT) {
        violation(run, "fold failed with status", status, 0);
    }
    if (whole && status == PH_OK && !done) {
        violation(run, "fold has no end", 0, 0);
    }
}

static void step_sink(struct run *run)
{
    uint8_t content[PH_STORE_SINK_BYTES];

    run->sink_newest++;
    sink_make(run->sink_newest, content);
    ph_status status = ph_store_sink_write(run->store, content);

    if (status != PH_OK && status != PH_IO && status != PH_POWER_CUT) {
        violation(run, "sink write failed with status", status, 0);
    }
}

/* The process dies, the system lives on: nothing that was written is lost. */
static bool step_kill(struct run *run)
{
    ph_store_close(run->store);
    run->store = NULL;
    return run_open(run);
}

static bool step(struct run *run)
{
    switch (below(run, 16)) {
    case 0:
    case 1:
        step_sink(run);
        return true;
    case 2:
        step_fold(run, true);
        return true;
    case 3:
    case 4:
    case 5:
    case 6:
        step_fold(run, false);
        return true;
    case 7:
        return below(run, 4) != 0 || step_kill(run);
    case 8:
        if (below(run, 4) == 0) {
            shared->failures++;
            ph_sim_disk_fail_at(run->disk, ph_sim_disk_calls(run->disk) + below(run, 6));
        }
        return true;
    case 9: {
        uint64_t bytes = 0;

        PH_ASSERT(hook_size(&run->block, &bytes) == PH_OK);
        ph_sim_disk_limit(run->disk, below(run, 2) == 0 ? bytes : 0);
        return true;
    }
    default:
        step_commit(run);
        return true;
    }
}

static void run_steps(struct run *run, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        if (!step(run)) {
            return;
        }
    }
}

/* ---- Scenarios --------------------------------------------------------------------------- */

/* The newest durable cut is damaged: the store must fall back to the one before, and say so. */
static void damage_newest(struct run *run)
{
    struct ph_store_recovery found;
    struct world before;
    struct ph_error error;

    run->is_quiet = true;
    ph_sim_disk_fail_at(run->disk, UINT64_MAX);
    ph_sim_disk_limit(run->disk, 0);
    step_commit(run);
    before = run->durable;
    struct ph_store_stat stat;

    ph_store_stat(run->store, &stat);
    uint64_t log_before = stat.log_bytes_written;

    run->now.version[0] = ++version_newest;
    step_commit(run);
    ph_store_stat(run->store, &stat);
    if (below(run, 2) == 0) {
        step_fold(run, true);
    }
    PH_ASSERT(run->durable.number > before.number);
    uint64_t at = ph_place_offset(run->store, &run->store->last_start);
    uint64_t bytes = stat.log_bytes_written - log_before;

    ph_store_close(run->store);
    run->store = NULL;
    if (bytes <= PH_PAGE_BYTES) { /* else it may go on in another chunk; padding is hashed too */
        at += below(run, PH_PAGE_BYTES - at % PH_PAGE_BYTES);
    }
    ph_sim_disk_damage(run->disk, at, 1);
    memset(run->arena, 0, (size_t)run->pages * PH_PAGE_BYTES);
    ph_status status = ph_store_open(&run->block, store_options(run->pages), run->arena,
                                     &run->store, &found, &error);

    if (status != PH_OK || !found.fell_back || found.lost_cut != run->durable.number ||
        found.last.number != before.number || !world_is(run, &before, before.number)) {
        violation(run, "damaged newest cut: status, cut", status, found.last.number);
    }
    shared->by_depth[0]++;
}

static void scenario(uint64_t seed)
{
    struct ph_sim_disk_options options = {.seed = seed, .tear = true};
    struct run *run = calloc(1, sizeof(*run));
    struct ph_error error;

    PH_ASSERT(run != NULL);
    scenario_seed = seed;
    version_newest = 1;
    ph_random_init(&run->random, seed);
    options.corrupt = below(run, 2) == 0;
    PH_ASSERT(ph_sim_disk_create(&options, &run->disk) == PH_OK);
    run->block.ops = &hook_ops;
    run->pages = 4 * (1 + (uint32_t)below(run, PAGES_MAX / 4));
    run->arena = arenas[0];
    run->is_quiet = true;
    run->subsets = below(run, 2) == 0;
    run->trials = 1 + (uint32_t)below(run, 4);
    PH_ASSERT(ph_store_format(&run->block, store_options(run->pages), &error) == PH_OK);
    ph_sim_disk_lie(run->disk, settings.lies);
    PH_ASSERT(run_open(run));
    run->is_quiet = false;
    run->can_kill = true;
    run_steps(run, 10 + (uint32_t)below(run, 100));
    if (run->store != NULL && settings.damages && run->inflight_count == 0) {
        damage_newest(run);
    }
    ph_store_close(run->store);
    ph_sim_disk_destroy(run->disk);
    free(run);
    shared->scenarios++;
}

static void job(uint64_t seed, uint64_t cuts)
{
    for (uint64_t i = 0; shared->cuts < cuts && !(settings.lies && shared->violations > 0); i++) {
        scenario(seed + i);
    }
}

/* ---- The program ------------------------------------------------------------------------- */

static double seconds_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Runs the jobs in processes of their own; their counts come together in `total`. */
static bool jobs_run(struct shared *total)
{
    struct shared *counts = mmap(NULL, settings.jobs * sizeof(*counts), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool ok = true;

    PH_ASSERT(counts != MAP_FAILED);
    fflush(stdout);
    for (uint32_t i = 0; i < settings.jobs; i++) {
        pid_t child = fork();

        PH_ASSERT(child >= 0);
        if (child == 0) {
            shared = &counts[i];
            job((settings.seed << 32) + ((uint64_t)i << 24), settings.cuts / settings.jobs);
            _exit(0);
        }
    }
    for (uint32_t i = 0; i < settings.jobs; i++) {
        int status = 0;

        PH_ASSERT(wait(&status) > 0);
        ok &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    memset(total, 0, sizeof(*total));
    for (uint32_t i = 0; i < settings.jobs; i++) {
        const uint64_t *from = (const uint64_t *)&counts[i];
        uint64_t *to = (uint64_t *)total;

        for (size_t field = 0; field < sizeof(*total) / 8; field++) {
            to[field] += from[field];
        }
    }
    munmap(counts, settings.jobs * sizeof(*counts));
    return ok;
}

/* With a disk that lies about flushes the oracle must find violations. */
static bool oracle_can_fail(void)
{
    struct settings saved = settings;
    struct shared total;

    settings.lies = true;
    settings.damages = false;
    settings.cuts = 20000;
    bool ran = jobs_run(&total);

    settings = saved;
    printf("self-check: a disk that lies about flushes is found out %s (%llu cuts)\n",
           total.violations > 0 ? "yes" : "NO", (unsigned long long)total.cuts);
    return ran && total.violations > 0;
}

static void report(const struct shared *total, double seconds)
{
    printf("%llu power cuts in %.1f s: %.0f per second; %llu violations (seed %llu)\n",
           (unsigned long long)total->cuts, seconds, (double)total->cuts / seconds,
           (unsigned long long)total->violations, (unsigned long long)settings.seed);
    printf("depth 1: %llu, depth 2: %llu, depth 3: %llu; of all, by exhausted subsets: %llu\n",
           (unsigned long long)total->by_depth[1], (unsigned long long)total->by_depth[2],
           (unsigned long long)total->by_depth[3], (unsigned long long)total->subsets);
    printf("%llu scenarios, %llu opens, %llu commits (%llu refused), %llu folds, "
           "%llu failed calls, %llu damaged cuts, %llu kills\n",
           (unsigned long long)total->scenarios, (unsigned long long)total->opens,
           (unsigned long long)total->commits, (unsigned long long)total->refused,
           (unsigned long long)total->folds, (unsigned long long)total->failures,
           (unsigned long long)total->by_depth[0], (unsigned long long)total->kills);
}

static bool option(int argc, char **argv, int *i, const char *name, uint64_t *value)
{
    if (strcmp(argv[*i], name) != 0 || *i + 1 >= argc) {
        return false;
    }
    *value = strtoull(argv[++*i], NULL, 0);
    return true;
}

int main(int argc, char **argv)
{
    uint64_t jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t only = 0;
    bool is_quick = false;
    struct shared total;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            is_quick = true;
            settings.cuts = 60000;
        } else if (!option(argc, argv, &i, "--seed", &settings.seed) &&
                   !option(argc, argv, &i, "--cuts", &settings.cuts) &&
                   !option(argc, argv, &i, "--jobs", &jobs) &&
                   !option(argc, argv, &i, "--scenario", &only)) {
            printf("usage: store_power [--quick] [--seed N] [--cuts N] [--jobs N] "
                   "[--scenario N]\n");
            return 2;
        }
    }
    settings.jobs = (uint32_t)PH_MAX(jobs, 1u);
    settings.damages = true;
    pool_fill();
    for (uint32_t i = 0; i <= DEPTH_MAX; i++) {
        arenas[i] = aligned_alloc(PH_PAGE_BYTES, PAGES_MAX * PH_PAGE_BYTES);
        PH_ASSERT(arenas[i] != NULL);
    }
    if (only != 0) {
        shared = &total;
        memset(&total, 0, sizeof(total));
        scenario(only);
        return total.violations != 0;
    }
    settings.seed = settings.seed != 0 ? settings.seed : seed_default(is_quick);
    printf("sim_store_power: seed %llu\n", (unsigned long long)settings.seed);
    fflush(stdout);
    bool ok = oracle_can_fail();
    double start = seconds_now();

    ok &= jobs_run(&total);
    report(&total, seconds_now() - start);
    return ok && total.violations == 0 ? 0 : 1;
}
