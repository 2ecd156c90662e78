/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/random.h"
#include "port/sim/sim.h"
#include "store/internal.h"

#define MIB (1u << 20)
#define ARENA_BYTES ((uint64_t)8 * MIB)
#define ARENA_PAGES (ARENA_BYTES / PH_PAGE_BYTES)

/* An image on a simulated disk, and what it should hold. */
struct image {
    struct ph_sim_disk *disk;
    struct ph_store *store;
    struct ph_store_recovery found;
    uint8_t *arena, *model;
    uint64_t number;
};

static struct ph_error error;

static void image_init(struct image *self)
{
    const struct ph_sim_disk_options options = {.seed = 1, .tear = true, .corrupt = true};
    *self = (struct image){.model = ph_memory_reserve(ARENA_BYTES)};
    CHECK_OK(ph_sim_disk_create(&options, &self->disk));
}

static const struct ph_store_options OPTIONS = {.arena_bytes = ARENA_BYTES, .pack = true};

static ph_status image_open(struct image *self)
{
    self->arena = ph_memory_reserve(ARENA_BYTES);
    return ph_store_open(ph_sim_disk_block(self->disk), &OPTIONS, self->arena, &self->store,
                         &self->found, &error);
}

static void image_close(struct image *self)
{
    ph_store_close(self->store);
    self->store = NULL;
    ph_memory_release(self->arena, ARENA_BYTES);
    self->arena = NULL;
}

static void image_finish(struct image *self)
{
    image_close(self);
    ph_memory_release(self->model, ARENA_BYTES);
    ph_sim_disk_destroy(self->disk);
}

static void ignore_line(void *context, const char *line)
{
    (void)context, (void)line;
}

static void image_check(struct image *self)
{
    CHECK_OK(image_open(self));
    CHECK_EQ(self->found.last.number, self->number);
    CHECK_BYTES(self->arena, self->model, ARENA_BYTES);
    CHECK_OK(ph_store_check(ph_sim_disk_block(self->disk), ignore_line, NULL, &error));
}

/* Some pages anywhere, among them pages of zeros, in one cut. */
static ph_status image_commit(struct image *self, struct ph_random *random)
{
    uint32_t first = (uint32_t)ph_random_below(random, ARENA_PAGES);
    uint32_t count = (uint32_t)ph_random_below(random, PH_MIN(300u, ARENA_PAGES - first)) + 1;
    struct ph_cut_info cut = {.number = self->number + 1, .wall_ns = 7};
    ph_status status = ph_store_commit_begin(self->store, &cut, count);

    for (uint32_t page = first; status == PH_OK && page < first + count; page++) {
        uint8_t *at = self->model + (uint64_t)page * PH_PAGE_BYTES;
        memset(at, (int)ph_random_below(random, 3), PH_PAGE_BYTES);
        ph_store_u64(at + 8 * ph_random_below(random, 512), ph_random_below(random, 2));
        status = ph_store_commit_page(self->store, page, at);
    }
    status = status == PH_OK ? ph_store_commit_finish(self->store, &cut) : status;
    self->number += status == PH_OK;
    return status;
}

static void image_fold(struct image *self)
{
    bool done = false;
    while (!done) {
        CHECK_OK(ph_store_fold(self->store, &done));
    }
}

/* A world of some cuts, partly folded. */
static void image_fill(struct image *self, struct ph_random *random)
{
    const struct ph_store_options options = {.arena_bytes = ARENA_BYTES,
                                             .chunk_bytes = 64u << 10};
    image_init(self);
    CHECK_OK(ph_store_format(ph_sim_disk_block(self->disk), &options, &error));
    CHECK_OK(image_open(self));
    for (uint64_t i = 1 + ph_random_below(random, 12); i > 0; i--) {
        CHECK_OK(image_commit(self, random));
        if (ph_random_below(random, 3) == 0) {
            image_fold(self);
        }
    }
    image_close(self);
}

static ph_status derive(struct image *from, struct image *to)
{
    memcpy(to->model, from->model, ARENA_BYTES);
    to->number = from->number;
    to->arena = ph_memory_reserve(ARENA_BYTES);
    struct ph_store_options options = OPTIONS;
    options.base = ph_sim_disk_block(from->disk);
    return ph_store_open(ph_sim_disk_block(to->disk), &options, to->arena, &to->store, &to->found,
                         &error);
}

TEST(derive_of_an_image_without_cuts_is_refused)
{
    const struct ph_store_options options = {.arena_bytes = ARENA_BYTES};
    struct image from, to;

    image_init(&from);
    image_init(&to);
    CHECK_STATUS(derive(&from, &to), PH_NOT_FOUND); /* nothing at all */
    image_close(&to);
    CHECK_OK(ph_store_format(ph_sim_disk_block(from.disk), &options, &error));
    CHECK_STATUS(derive(&from, &to), PH_NOT_FOUND);
    image_finish(&from);
    image_finish(&to);
}

/* The world may change before its pages are copied. */
static void change(struct image *self, struct ph_random *random)
{
    CHECK_EQ(self->found.last.number, self->number);
    CHECK_BYTES(self->arena, self->model, ARENA_BYTES);
    ph_random_fill(self->arena + PH_PAGE_BYTES * ph_random_below(random, ARENA_PAGES), 4096);
    memset(self->arena, 3, ARENA_BYTES / 2);
}

/* The same pages, another id; what was derived goes on like any other, its source is untouched. */
TEST(derive_begins_where_the_other_stands)
{
    struct ph_random random;
    ph_random_init(&random, 11);

    for (uint32_t turn = 0; turn < 12; turn++) {
        struct image from, to, third;
        image_fill(&from, &random);
        image_init(&to);
        image_init(&third);
        uint64_t calls = ph_sim_disk_calls(from.disk);
        CHECK_OK(derive(&from, &to));
        CHECK_EQ(ph_sim_disk_calls(from.disk), calls);
        change(&to, &random);
        CHECK_OK(ph_store_complete(to.store));
        CHECK_OK(ph_store_complete(to.store));
        image_check(&from);
        image_close(&to);
        image_check(&to);
        CHECK(memcmp(from.found.image_id, to.found.image_id, 16) != 0);
        CHECK_EQ(to.found.cuts_replayed, 0);
        for (uint32_t i = 0; i < 8; i++) {
            CHECK_OK(image_commit(&to, &random));
            if (ph_random_below(&random, 2) == 0) {
                image_fold(&to);
            }
            if (ph_random_below(&random, 3) == 0) {
                image_close(&to);
                image_check(&to);
            }
        }
        image_close(&to);
        image_check(&to);
        CHECK_OK(derive(&to, &third)); /* what was derived can be derived from */
        image_close(&to);
        change(&third, &random);
        CHECK_OK(ph_store_complete(third.store));
        image_close(&third);
        image_check(&third);
        image_finish(&from);
        image_finish(&to);
        image_finish(&third);
    }
}

/* Its first cut makes all of it durable, home too, with one flush. */
TEST(derive_is_durable_with_its_first_cut)
{
    struct ph_random random;
    ph_random_init(&random, 12);

    for (uint32_t turn = 0; turn < 12; turn++) {
        struct image from, to;
        image_fill(&from, &random);
        image_init(&to);
        CHECK_OK(derive(&from, &to));
        change(&to, &random);
        CHECK_OK(image_commit(&to, &random));
        CHECK_EQ(to.store->stat.flushes, 1);
        ph_sim_disk_cut_power_at(to.disk, 0);
        ph_sim_disk_reseed(to.disk, turn);
        ph_sim_disk_power_on(to.disk);
        image_close(&to);
        image_check(&to);
        image_finish(&from);
        image_finish(&to);
    }
}

/* What is committed is shown beside the running world: home must be there by then. */
TEST(derive_is_complete_when_it_is_shown)
{
    struct ph_random random;
    struct image from, to;
    struct ph_store_show *show;
    bool done = false;

    ph_random_init(&random, 14);
    image_fill(&from, &random);
    image_init(&to);
    CHECK_OK(derive(&from, &to));
    change(&to, &random);
    uint8_t *base = ph_memory_reserve(ARENA_BYTES);
    CHECK_OK(ph_store_show_begin(to.store, base, &show, &error));
    while (!done) {
        CHECK_OK(ph_store_show_step(show, &done));
    }
    CHECK_BYTES(base, to.model, ARENA_BYTES);
    ph_store_show_end(show);
    ph_memory_release(base, ARENA_BYTES);
    image_finish(&from);
    image_finish(&to);
}

/* Each call fails once: it is said, and what was copied is not copied again, so that the next try
 * is none the worse for it. */
TEST(derive_every_failing_call)
{
    struct ph_random random;
    bool failed = true;

    ph_random_init(&random, 13);
    for (uint64_t fail_at = 0; failed; fail_at++) {
        struct image from, to;
        image_fill(&from, &random);
        image_init(&to);
        ph_sim_disk_fail_at(to.disk, fail_at);
        ph_status status = derive(&from, &to);
        if (status == PH_OK) {
            change(&to, &random);
            status = ph_store_complete(to.store);
            if (status != PH_OK) {
                CHECK_STATUS(status, PH_IO);
                CHECK_OK(image_commit(&to, &random));
                image_close(&to);
                image_check(&to);
            } else {
                status = image_commit(&to, &random);
            }
        }
        CHECK(status == PH_OK || status == PH_IO);
        failed = ph_sim_disk_calls(to.disk) > fail_at;
        CHECK_EQ(status == PH_IO, failed);
        image_finish(&from);
        image_finish(&to);
    }
}

/* The arena that is given has to hold the image. */
TEST(derive_wants_an_arena_as_large)
{
    struct ph_store_options small = {.arena_bytes = ARENA_BYTES / 2};
    struct ph_random random;
    struct image from, to;

    ph_random_init(&random, 15);
    image_fill(&from, &random);
    image_init(&to);
    to.arena = ph_memory_reserve(ARENA_BYTES);
    small.base = ph_sim_disk_block(from.disk);
    CHECK_STATUS(ph_store_open(ph_sim_disk_block(to.disk), &small, to.arena, &to.store, &to.found,
                               &error), PH_BAD_ARGUMENT);
    CHECK_EQ(to.store == NULL, true);
    image_finish(&from);
    image_finish(&to);
}
