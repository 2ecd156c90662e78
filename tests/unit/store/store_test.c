/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/random.h"
#include "base/text.h"
#include "port/sim/sim.h"
#include "store/internal.h"

#define MIB (1u << 20)
#define SMALL_CHUNK (16u << 10)

/* A store on a simulated disk, and a copy of what it should hold. */
struct fixture {
    struct ph_sim_disk *disk;
    struct ph_block *block;
    struct ph_store_options options;
    struct ph_store *store;
    struct ph_store_recovery found;
    struct ph_error error;
    uint8_t *arena;
    uint8_t *model;
    uint64_t number;
};

static void fixture_open(struct fixture *f)
{
    f->arena = ph_memory_reserve(f->options.arena_bytes);
    CHECK(f->arena != NULL);
    CHECK_OK(ph_store_open(f->block, &f->options, f->arena, &f->store, &f->found, &f->error));
}

static void fixture_close(struct fixture *f)
{
    ph_store_close(f->store);
    f->store = NULL;
    ph_memory_release(f->arena, f->options.arena_bytes);
}

static void fixture_reopen(struct fixture *f)
{
    fixture_close(f);
    fixture_open(f);
    CHECK_EQ(f->found.last.number, f->number);
    CHECK_BYTES(f->arena, f->model, f->options.arena_bytes);
}

static void fixture_init(struct fixture *f, uint64_t arena_bytes, uint32_t chunk_bytes)
{
    struct ph_sim_disk_options options = {.seed = 1};

    memset(f, 0, sizeof(*f));
    f->options.arena_bytes = arena_bytes;
    f->options.chunk_bytes = chunk_bytes;
    f->options.pack = true;
    CHECK_OK(ph_sim_disk_create(&options, &f->disk));
    f->block = ph_sim_disk_block(f->disk);
    f->model = ph_memory_reserve(arena_bytes);
    CHECK(f->model != NULL);
    CHECK_OK(ph_store_format(f->block, &f->options, &f->error));
    fixture_open(f);
}

static void fixture_finish(struct fixture *f)
{
    fixture_close(f);
    ph_memory_release(f->model, f->options.arena_bytes);
    ph_sim_disk_destroy(f->disk);
}

/* Changes pages first, first + step, … of the model and commits them. */
static ph_status fixture_commit(struct fixture *f, uint32_t first, uint32_t step, uint32_t count)
{
    struct ph_cut_info cut = {.number = f->number + 1, .wall_ns = 5, .reason = 2};
    ph_status status = ph_store_commit_begin(f->store, &cut, count);

    for (uint32_t i = 0; i < count && status == PH_OK; i++) {
        uint32_t page = first + i * step;
        uint8_t *at = f->model + (uint64_t)page * PH_PAGE_BYTES;

        for (uint32_t word = 0; word < 512; word += 1 + page % 3) {
            ph_store_u64(at + (size_t)word * 8, ph_mix64(f->number * 1000003 + page + word));
        }
        status = ph_store_commit_page(f->store, page, at);
    }
    if (status == PH_OK) {
        status = ph_store_commit_finish(f->store, &cut);
    }
    f->number += status == PH_OK;
    return status;
}

static void fixture_fold(struct fixture *f)
{
    bool done = false;

    for (uint32_t i = 0; i < 10000 && !done; i++) {
        CHECK_OK(ph_store_fold(f->store, &done));
    }
    CHECK(done);
}

static void report_line(void *context, const char *line)
{
    struct ph_error *last = context;

    last->status++;
    ph_text_printf(last->text, sizeof(last->text), "%s", line);
}

TEST(store_new_image_is_empty)
{
    struct fixture f;

    fixture_init(&f, 4 * MIB, 0);
    CHECK_EQ(f.found.last.number, 0);
    CHECK_EQ(f.found.cuts_replayed, 0);
    CHECK(!f.found.fell_back);
    fixture_reopen(&f);
    CHECK_OK(ph_store_check(f.block, report_line, &f.error, &f.error));
    fixture_finish(&f);
}

/* Shown is the newest cut at the beginning, whatever is committed and tried to fold meanwhile. */
static void show_once(struct fixture *f, struct ph_random *random)
{
    uint64_t bytes = f->options.arena_bytes;
    uint8_t *base = ph_memory_reserve(bytes);
    uint8_t *expected = ph_memory_reserve(bytes);
    uint32_t pages = (uint32_t)(bytes / PH_PAGE_BYTES);
    struct ph_store_show *show;
    bool done = false;

    CHECK(base != NULL && expected != NULL);
    CHECK_STATUS(ph_store_fold(f->store, &done), PH_OK);
    if (!done) {
        CHECK_STATUS(ph_store_show_begin(f->store, base, &show, &f->error), PH_AGAIN);
        fixture_fold(f);
    }
    for (uint64_t i = ph_random_below(random, 5); i > 0; i--) {
        CHECK_OK(fixture_commit(f, (uint32_t)ph_random_below(random, pages / 2), 3, 40));
    }
    CHECK_OK(ph_store_show_begin(f->store, base, &show, &f->error));
    memcpy(expected, f->model, bytes);
    CHECK_EQ(ph_store_show_cut(show).number, f->number);
    for (done = false; !done;) {
        bool fold_done = false;
        CHECK_OK(ph_store_show_step(show, &done));
        CHECK_OK(fixture_commit(f, (uint32_t)ph_random_below(random, pages / 2), 2, 60));
        CHECK_OK(ph_store_fold(f->store, &fold_done));
        CHECK(fold_done);
    }
    CHECK_BYTES(base, expected, bytes);
    ph_store_show_end(show);
    ph_memory_release(base, bytes);
    ph_memory_release(expected, bytes);
}

TEST(store_shows_a_cut_beside_the_running_world)
{
    struct fixture f;
    struct ph_random random;

    ph_random_init(&random, 8);
    fixture_init(&f, 2 * MIB, SMALL_CHUNK);
    for (uint32_t round = 0; round < 20; round++) {
        CHECK_OK(fixture_commit(&f, round, 5, 30));
        show_once(&f, &random);
        if (ph_random_below(&random, 3) == 0) {
            fixture_fold(&f);
            fixture_reopen(&f);
        }
    }
    fixture_finish(&f);
}

TEST(store_foreign_files_are_told_apart)
{
    struct ph_sim_disk_options disk_options = {.seed = 1};
    struct ph_store_options options = {.arena_bytes = 4 * MIB};
    struct ph_sim_disk *disk;
    struct ph_store *store;
    struct ph_store_recovery found;
    struct ph_error error;
    static uint8_t noise[64 * 1024];

    CHECK_OK(ph_sim_disk_create(&disk_options, &disk));
    struct ph_block *block = ph_sim_disk_block(disk);

    CHECK_STATUS(ph_store_open(block, &options, NULL, &store, &found, &error), PH_NOT_FOUND);
    memset(noise, 0x5a, sizeof(noise));
    CHECK_OK(block->ops->write(block, 0, noise, sizeof(noise)));
    CHECK_STATUS(ph_store_open(block, &options, NULL, &store, &found, &error), PH_NOT_FOUND);
    CHECK(store == NULL);

    struct ph_super super;

    CHECK_OK(ph_store_format(block, &options, &error));
    CHECK_OK(block->ops->read(block, 0, &super, sizeof(super)));
    super.version = 77;
    ph_super_seal(&super);
    CHECK_OK(block->ops->write(block, 0, &super, sizeof(super)));
    CHECK_STATUS(ph_store_open(block, &options, NULL, &store, &found, &error), PH_VERSION);
    CHECK(strstr(error.text, "77") != NULL);
    ph_sim_disk_destroy(disk);
}

TEST(store_arena_sizes_are_checked)
{
    struct fixture f;
    struct ph_store_options bad = {.arena_bytes = 4 * MIB + 4096};
    struct ph_store *store;

    fixture_init(&f, 4 * MIB, 0);
    CHECK_STATUS(ph_store_format(f.block, &bad, &f.error), PH_BAD_ARGUMENT);
    bad.arena_bytes = 2 * MIB; /* room for less than the image has */
    CHECK_STATUS(ph_store_open(f.block, &bad, f.arena, &store, &f.found, &f.error),
                 PH_BAD_ARGUMENT);
    CHECK_EQ(f.found.arena_bytes, 4 * MIB);
    fixture_finish(&f);
}

TEST(store_commits_are_replayed)
{
    struct fixture f;

    fixture_init(&f, 4 * MIB, 0);
    CHECK_OK(fixture_commit(&f, 0, 1, 64));
    CHECK_OK(fixture_commit(&f, 3, 7, 100));
    CHECK_OK(fixture_commit(&f, 1, 1, 0));
    fixture_reopen(&f);
    CHECK_EQ(f.found.cuts_replayed, 3);
    CHECK_EQ(f.found.pages_replayed, 164);
    CHECK_EQ(f.found.last.reason, 2);
    fixture_finish(&f);
}

TEST(store_fold_keeps_the_newest_cut_in_the_log)
{
    struct fixture f;
    struct ph_store_stat stat;

    fixture_init(&f, 4 * MIB, 0);
    for (uint32_t i = 0; i < 20; i++) {
        CHECK_OK(fixture_commit(&f, i * 5, 3, 50));
    }
    fixture_fold(&f);
    ph_store_stat(f.store, &stat);
    CHECK_EQ(stat.folds, 1);
    CHECK(stat.log_bytes_live < 300 * 1024);
    fixture_reopen(&f);
    CHECK_EQ(f.found.cuts_replayed, 1);
    CHECK_OK(fixture_commit(&f, 0, 1, 10));
    fixture_fold(&f);
    fixture_reopen(&f);
    CHECK_OK(ph_store_check(f.block, report_line, &f.error, &f.error));
    fixture_finish(&f);
}

TEST(store_log_wraps_and_chunks_are_recycled)
{
    struct fixture f;
    struct ph_store_stat stat;

    fixture_init(&f, 1 * MIB, SMALL_CHUNK);
    f.options.log_target_bytes = 256 * 1024;
    fixture_reopen(&f);
    for (uint32_t i = 0; i < 600; i++) {
        CHECK_OK(fixture_commit(&f, i % 100, 2, 1 + i % 60));
        while (ph_store_wants_fold(f.store)) {
            bool done;

            CHECK_OK(ph_store_fold(f.store, &done));
        }
        if (i % 50 == 0) {
            fixture_reopen(&f);
        }
    }
    ph_store_stat(f.store, &stat);
    CHECK(stat.file_bytes < 3 * MIB); /* 1 MiB of home, the log, and room to write */
    fixture_reopen(&f);
    CHECK_OK(ph_store_check(f.block, report_line, &f.error, &f.error));
    fixture_finish(&f);
}

TEST(store_fold_goes_on_between_commits)
{
    struct fixture f;
    bool done;

    fixture_init(&f, 1 * MIB, SMALL_CHUNK);
    for (uint32_t i = 0; i < 300; i++) {
        CHECK_OK(fixture_commit(&f, i % 64, 3, 1 + i % 40));
        CHECK_OK(ph_store_fold(f.store, &done));
        if (i % 17 == 0) {
            fixture_reopen(&f);
        }
    }
    fixture_finish(&f);
}

TEST(store_cut_larger_than_the_log)
{
    struct fixture f;

    fixture_init(&f, 128 * MIB, 0);
    CHECK_OK(fixture_commit(&f, 0, 1, 25600)); /* 100 MiB */
    CHECK_OK(fixture_commit(&f, 7, 1, 3));
    fixture_reopen(&f);
    fixture_fold(&f);
    fixture_reopen(&f);
    CHECK_EQ(f.found.cuts_replayed, 1);
    fixture_finish(&f);
}

TEST(store_home_table_of_many_blocks)
{
    struct fixture f;
    uint32_t pages_per_chunk = SMALL_CHUNK / PH_PAGE_BYTES;

    /* 2000 arena chunks, in several folds: full table blocks and a partial one. */
    fixture_init(&f, 2048ull * SMALL_CHUNK, SMALL_CHUNK);
    for (uint32_t i = 0; i < 8; i++) {
        CHECK_OK(fixture_commit(&f, i * 250 * pages_per_chunk, pages_per_chunk, 250));
        CHECK_OK(fixture_commit(&f, i * 250 * pages_per_chunk, 1, 5));
        fixture_fold(&f);
        fixture_reopen(&f);
    }
    CHECK_EQ(f.store->home.pairs.count, 2001 - 1);
    CHECK_OK(ph_store_check(f.block, report_line, &f.error, &f.error));
    uint64_t table = (uint64_t)f.store->home.table_chunk[0] * SMALL_CHUNK;

    ph_sim_disk_damage(f.disk, table + 100, 1);
    fixture_close(&f);
    f.arena = ph_memory_reserve(f.options.arena_bytes);
    CHECK_STATUS(ph_store_open(f.block, &f.options, f.arena, &f.store, &f.found, &f.error),
                 PH_DAMAGED);
    CHECK(strstr(f.error.text, "home table") != NULL);
    fixture_finish(&f);
}

TEST(store_one_superblock_is_enough)
{
    for (uint32_t slot = 0; slot < PH_SUPER_SLOTS; slot++) {
        struct fixture f;
        struct ph_error lines = {0};

        fixture_init(&f, 4 * MIB, 0);
        CHECK_OK(fixture_commit(&f, 0, 1, 100));
        CHECK_OK(fixture_commit(&f, 50, 1, 100));
        fixture_fold(&f);
        CHECK_OK(fixture_commit(&f, 20, 1, 100));
        ph_sim_disk_damage(f.disk, slot * PH_PAGE_BYTES + 300, 2);
        CHECK_STATUS(ph_store_check(f.block, report_line, &lines, &f.error), PH_DAMAGED);
        CHECK_EQ(lines.status, 1);
        CHECK(strstr(lines.text, "superblock") != NULL);
        fixture_reopen(&f);
        CHECK_OK(fixture_commit(&f, 0, 1, 5));
        CHECK_OK(fixture_commit(&f, 1, 1, 5));
        fixture_fold(&f);
        fixture_reopen(&f);
        CHECK_OK(ph_store_check(f.block, report_line, &lines, &f.error)); /* written anew */
        fixture_finish(&f);
    }
}

TEST(store_damaged_newest_cut_falls_back)
{
    struct fixture f;
    uint8_t *before;

    fixture_init(&f, 4 * MIB, 0);
    CHECK_OK(fixture_commit(&f, 0, 1, 30));
    CHECK_OK(fixture_commit(&f, 10, 1, 30));
    before = ph_memory_reserve(4 * MIB);
    memcpy(before, f.model, 4 * MIB);
    CHECK_OK(fixture_commit(&f, 20, 1, 30));
    fixture_fold(&f);
    uint64_t at = ph_place_offset(f.store, &f.store->last_start);

    fixture_close(&f);
    ph_sim_disk_damage(f.disk, at + 5000, 1);
    struct ph_error lines = {0};

    CHECK_STATUS(ph_store_check(f.block, report_line, &lines, &f.error), PH_DAMAGED);
    fixture_open(&f);
    CHECK(f.found.fell_back);
    CHECK_EQ(f.found.lost_cut, 3);
    CHECK_EQ(f.found.last.number, 2);
    CHECK_BYTES(f.arena, before, 4 * MIB);
    memcpy(f.model, before, 4 * MIB);
    f.number = 2;
    CHECK_OK(fixture_commit(&f, 0, 2, 30));
    CHECK_OK(fixture_commit(&f, 0, 3, 30));
    fixture_reopen(&f);
    CHECK(!f.found.fell_back);
    fixture_finish(&f);
}

/* Home was partly written for a fold, then the log that covers it goes bad: nothing to trust. */
TEST(store_refuses_a_home_that_is_newer_than_the_log)
{
    struct fixture f;
    bool done;

    fixture_init(&f, 1 * MIB, SMALL_CHUNK);
    for (uint32_t i = 0; i < 4; i++) {
        CHECK_OK(fixture_commit(&f, 0, 1, 100));
    }
    uint64_t second = ph_place_offset(f.store, &f.store->tail);

    while (f.store->fold.phase != PH_FOLD_PAGES) { /* scan, announce */
        CHECK_OK(ph_store_fold(f.store, &done));
    }
    fixture_close(&f);
    ph_sim_disk_damage(f.disk, second + 8000, 1);
    f.arena = ph_memory_reserve(f.options.arena_bytes);
    CHECK_STATUS(ph_store_open(f.block, &f.options, f.arena, &f.store, &f.found, &f.error),
                 PH_DAMAGED);
    CHECK(strstr(f.error.text, "restore") != NULL);
    fixture_finish(&f);
}

TEST(store_full_disk_changes_nothing)
{
    struct fixture f;
    struct ph_store_stat stat;

    fixture_init(&f, 4 * MIB, 0);
    CHECK_OK(fixture_commit(&f, 0, 1, 100));
    ph_store_stat(f.store, &stat);
    uint32_t free_chunks = f.store->chunks.free_count;

    ph_sim_disk_limit(f.disk, stat.file_bytes);
    uint8_t *kept = ph_memory_reserve(4 * MIB);

    memcpy(kept, f.model, 4 * MIB);
    CHECK_STATUS(fixture_commit(&f, 0, 1, 1024), PH_NO_SPACE);
    CHECK_EQ(f.store->chunks.free_count, free_chunks);
    CHECK_OK(fixture_commit(&f, 0, 1, 0));
    memcpy(f.model, kept, 4 * MIB);
    fixture_reopen(&f);
    ph_sim_disk_limit(f.disk, 0);
    CHECK_OK(fixture_commit(&f, 0, 1, 1024));
    fixture_reopen(&f);
    fixture_finish(&f);
}

/* Each call to the device fails once, in commits and folds. */
TEST(store_every_failing_call)
{
    for (uint64_t fail_at = 0; fail_at < 60; fail_at++) {
        struct fixture f;
        bool done = false;

        fixture_init(&f, 1 * MIB, SMALL_CHUNK);
        ph_sim_disk_fail_at(f.disk, ph_sim_disk_calls(f.disk) + fail_at);
        for (uint32_t i = 0; i < 12; i++) {
            ph_status status = fixture_commit(&f, i, 2, 20);

            CHECK(status == PH_OK || status == PH_IO);
            if (status == PH_IO) {
                CHECK_OK(fixture_commit(&f, i, 2, 20));
            }
            done = i % 4 != 3;
            while (!done) {
                status = ph_store_fold(f.store, &done);
                CHECK(status == PH_OK || status == PH_IO);
            }
        }
        ph_sim_disk_cut_power_at(f.disk, 0);
        ph_sim_disk_power_on(f.disk);
        fixture_reopen(&f);
        fixture_finish(&f);
    }
}

TEST(store_sink_survives_a_kill)
{
    struct fixture f;
    uint8_t content[PH_STORE_SINK_BYTES];
    uint8_t back[PH_STORE_SINK_BYTES];

    fixture_init(&f, 4 * MIB, 0);
    ph_store_sink_read(f.store, back);
    memset(content, 0, sizeof(content));
    CHECK_BYTES(back, content, sizeof(back));
    memset(content, 0x77, sizeof(content));
    CHECK_OK(ph_store_sink_write(f.store, content));
    CHECK_OK(fixture_commit(&f, 0, 1, 1));
    fixture_reopen(&f);
    ph_store_sink_read(f.store, back);
    CHECK_BYTES(back, content, sizeof(back));
    ph_sim_disk_damage(f.disk, PH_SINK_OFFSET + 60, 1);
    fixture_reopen(&f);
    ph_store_sink_read(f.store, back);
    memset(content, 0, sizeof(content));
    CHECK_BYTES(back, content, sizeof(back));
    fixture_finish(&f);
}

static void count_cut(void *context, const struct ph_cut_info *cut)
{
    uint64_t *sum = context;

    sum[0]++;
    CHECK_EQ(cut->number, sum[0]);
    sum[1] += cut->log_bytes;
}

TEST(store_lists_its_cuts)
{
    struct fixture f;
    struct ph_store_stat stat;
    uint64_t sum[2] = {0, 0};

    fixture_init(&f, 4 * MIB, SMALL_CHUNK);
    for (uint32_t i = 0; i < 10; i++) {
        CHECK_OK(fixture_commit(&f, i, 1, i * 3));
    }
    CHECK_OK(ph_store_each_cut(f.store, count_cut, sum, &f.error));
    ph_store_stat(f.store, &stat);
    CHECK_EQ(sum[0], 10);
    CHECK_EQ(sum[1], stat.log_bytes_written);
    CHECK_EQ(stat.page_bytes_in, 135 * PH_PAGE_BYTES);
    fixture_finish(&f);
}

/* Open takes any bytes: damaged in all kinds of places, it opens or says why not. */
TEST(store_open_takes_anything)
{
    struct ph_random random;
    uint32_t opened = 0;

    ph_random_init(&random, 3);
    for (uint32_t turn = 0; turn < 300; turn++) {
        struct fixture f;
        struct ph_error lines = {0};

        fixture_init(&f, 1 * MIB, SMALL_CHUNK);
        for (uint32_t i = 0; i < 6; i++) {
            CHECK_OK(fixture_commit(&f, i * 7, 3, 30));
            if (i == 3) {
                fixture_fold(&f);
            }
        }
        fixture_close(&f);
        for (uint32_t i = 0; i < 1 + turn % 4; i++) {
            uint64_t at = ph_random_below(&random, turn % 2 == 0 ? 12 * 1024 : 800 * 1024);

            ph_sim_disk_damage(f.disk, at, 1 + ph_random_below(&random, 64));
        }
        (void)!ph_store_check(f.block, report_line, &lines, &f.error);
        f.arena = ph_memory_reserve(f.options.arena_bytes);
        if (ph_store_open(f.block, &f.options, f.arena, &f.store, &f.found, &f.error) == PH_OK) {
            opened++;
            f.number = f.found.last.number;
            CHECK_OK(fixture_commit(&f, 0, 1, 256));
        }
        fixture_finish(&f);
    }
    CHECK(opened > 100 && opened < 300);
}
