/* SPDX-License-Identifier: Apache-2.0 */
/* programs_test.c - programs made, ended, finished and forgotten at random, and what they see of
 * the root directory, against a model; the world is closed and opened in between. */
#include "base/random.h"
#include "code/assemble.h"
#include "machine/cut.h"
#include "machine/directory.h"
#include "machine/internal.h"
#include "machine/program.h"
#include "port/sim/sim.h"
#include "unit.h"

#define ARENA_BYTES (UINT64_C(64) << 30)
#define PROGRAMS_MAX 24u
#define NAMES 5u
#define STEPS 600u
#define MEMORY_PAGES 40u

static const char *const names[NAMES] = {"a", "b", "sum", "a b", "1"};

/* A program sees entry (owner, name): its own, or one that it was given. */
struct view_of_entry { uint32_t owner, name; };

struct modelled {
    uint32_t id;
    bool has_ended, is_finished, is_forgotten;
    bool is_given[NAMES];
    struct view_of_entry given[NAMES];
    uint64_t values[NAMES];    /* of its own entries; 0: null or not there */
};

struct test {
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    struct ph_slice unit;
    struct ph_random random;
    struct modelled programs[PROGRAMS_MAX]; /* by id - 1 */
    uint32_t count;
    uint64_t next_value;
    uint64_t idle_extents; /* live without any program's memory */
};

static uint32_t below(struct test *self, uint32_t bound)
{
    return (uint32_t)ph_random_below(&self->random, bound);
}

static struct ph_slice slice(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

static void open_world(struct test *self, bool format)
{
    const struct ph_machine_options options = {
        .workers = 1, .arena_bytes = ARENA_BYTES, .simulated = true};
    CHECK_OK(ph_machine_open(ph_sim_disk_block(self->disk), format, &options, &self->machine, NULL,
                             NULL));
    CHECK_OK(ph_directory_register(self->machine));
    self->mutator = ph_machine_mutator(self->machine);
}

static struct ph_program *program_of(struct test *self, const struct modelled *model)
{
    return ph_program_by_id(self->machine, model->id);
}

/* ---- What happens ---------------------------------------------------------------------------- */

static void make_program(struct test *self)
{
    if (self->count == PROGRAMS_MAX) {
        return;
    }
    struct ph_program_options options = {.name = PH_SLICE_TEXT("one")};
    struct ph_program *program;
    struct ph_checked_unit unit;
    CHECK_OK(ph_program_create(self->machine, self->mutator, &options, &program, NULL));
    CHECK_OK(ph_unit_check(self->machine, self->unit, &unit, NULL));
    CHECK_OK(ph_program_load(self->machine, self->mutator, program, unit, NULL));
    struct modelled *model = &self->programs[self->count++];
    CHECK_EQ(program->id, self->count);
    model->id = program->id;
    const struct ph_instance *instance = ph_machine_object(self->machine, program->instance_ref);
    struct ph_memory *memory =
        ph_machine_object(self->machine, ph_items(self->machine, instance->memories_ref)->items[0]);
    uint8_t *bytes = self->machine->arena + memory->offset;
    for (uint32_t i = 0; i < MEMORY_PAGES; i++) { /* some of it is in use */
        uint8_t *at = bytes + below(self, (uint32_t)memory->bytes);
        ph_touch(self->mutator, at, 1);
        *at = 0xff;
    }
}

static struct modelled *any_program(struct test *self)
{
    return self->count == 0 ? NULL : &self->programs[below(self, self->count)];
}

static void end_program(struct test *self, struct modelled *model)
{
    if (!model->has_ended) {
        ph_program_end(self->machine, self->mutator, program_of(self, model), model->id % 256);
        model->has_ended = true;
    }
}

static void finish_some(struct test *self, struct modelled *model)
{
    if (model->has_ended && !model->is_forgotten) {
        bool done = ph_program_finish(self->machine, self->mutator, program_of(self, model));
        CHECK(done || !model->is_finished);
        model->is_finished = done;
    }
}

static void forget_program(struct test *self, struct modelled *model)
{
    if (model->is_finished && !model->is_forgotten && model->id != 1) {
        ph_program_forget(self->machine, self->mutator, program_of(self, model));
        model->is_forgotten = true;
    }
}

static uint64_t value_in(struct test *self, const struct ph_directory_entry *entry)
{
    const struct ph_box *box =
        entry == NULL ? NULL : ph_machine_object(self->machine, entry->object_ref);
    return box == NULL ? 0 : box->value;
}

static struct view_of_entry seen_by(const struct modelled *model, uint32_t name)
{
    return model->is_given[name] ? model->given[name]
                                 : (struct view_of_entry){model->id, name};
}

static const char *entry_name(char *to, size_t to_bytes, struct view_of_entry entry)
{
    snprintf(to, to_bytes, "%u/%s", entry.owner, names[entry.name]);
    return to;
}

static void put(struct test *self, struct modelled *model)
{
    char text[64];
    uint32_t name = below(self, NAMES);
    struct view_of_entry seen = seen_by(model, name);
    struct modelled *owner = &self->programs[seen.owner - 1];
    if (model->is_forgotten || owner->is_forgotten) {
        return; /* who was given such an entry alone knows it: see give */
    }
    struct ph_directory_entry *entry =
        ph_directory_of(self->machine, program_of(self, model), slice(names[name]));
    if (entry == NULL) {
        CHECK_EQ(seen.owner, model->id);
        entry = ph_directory_make(self->machine, self->mutator,
                                  slice(entry_name(text, sizeof(text), seen)));
    }
    uint64_t value = below(self, 4) == 0 ? 0 : ++self->next_value;
    ph_ref ref = value == 0 ? 0 : ph_object_new(self->mutator, PH_CLASS_BOX, 0);
    if (ref != 0) {
        struct ph_box *box = ph_address(self->machine->heap, ref);
        PH_SET(self->mutator, box->value, value);
    }
    PH_SET_REF(self->mutator, entry->object_ref, ref);
    owner->values[seen.name] = value;
}

static void give(struct test *self, struct modelled *to)
{
    char text[64];
    struct modelled *owner = any_program(self);
    uint32_t name = below(self, NAMES);
    struct view_of_entry given = {owner->id, below(self, NAMES)};
    if (to->is_forgotten || owner->is_forgotten) {
        return;
    }
    struct ph_directory_entry *entry =
        ph_directory_make(self->machine, self->mutator,
                          slice(entry_name(text, sizeof(text), given)));
    CHECK(entry != NULL);
    CHECK(ph_directory_give(self->machine, self->mutator, program_of(self, to),
                            slice(names[name]), entry));
    to->is_given[name] = true;
    to->given[name] = given;
}

static void close_and_open(struct test *self)
{
    ph_status status = ph_machine_cut(self->machine, PH_CUT_COMMAND);
    CHECK(status == PH_OK || status == PH_AGAIN);
    ph_machine_close(self->machine);
    open_world(self, false);
}

/* ---- What must hold -------------------------------------------------------------------------- */

static void check_program(struct test *self, const struct modelled *model)
{
    static const char *const foreign[] = {"1/a", "2/sum", "/a", "", "..", "phantom/source", "none"};
    struct ph_program *program = program_of(self, model);
    if (model->is_forgotten) {
        CHECK(program == NULL);
        return;
    }
    CHECK_EQ(ph_program_has_ended(program), model->has_ended);
    CHECK_EQ(program->is_finished, model->is_finished);
    CHECK_EQ(program->exit_code, model->has_ended ? model->id % 256 : 0);
    for (uint32_t i = 0; i < NAMES; i++) {
        struct view_of_entry seen = seen_by(model, i);
        const struct ph_directory_entry *entry =
            ph_directory_of(self->machine, program, slice(names[i]));
        CHECK_EQ(value_in(self, entry), self->programs[seen.owner - 1].values[seen.name]);
    }
    for (uint32_t i = 0; i < PH_COUNT(foreign); i++) {
        CHECK(!ph_directory_name_is_good(slice(foreign[i])) ||
              ph_directory_of(self->machine, program, slice(foreign[i])) == NULL);
    }
}

static void report(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static void check(struct test *self)
{
    struct ph_programs_state state = ph_programs_look(self->machine);
    uint32_t living = 0, ended = 0, unfinished = 0;
    for (uint32_t i = 0; i < self->count; i++) {
        const struct modelled *model = &self->programs[i];
        check_program(self, model);
        living += !model->has_ended;
        ended += model->has_ended && !model->is_forgotten;
        unfinished += model->has_ended && !model->is_finished;
    }
    CHECK_EQ(state.living + state.running, living);
    CHECK_EQ(state.ended, ended);
    CHECK_EQ(state.unfinished, unfinished);
    if (self->count > 0) {
        CHECK_EQ(ph_program_first(self->machine)->id, 1);
    }
    if (living + unfinished == 0) {
        CHECK_EQ(self->machine->heap->header->extent_bytes_live, self->idle_extents);
    }
}

static void step(struct test *self)
{
    struct modelled *model = any_program(self);
    uint32_t what = model == NULL ? 0 : below(self, 20);
    switch (what) {
    case 0: make_program(self); break;
    case 1: end_program(self, model); break;
    case 2: case 3: case 4: case 5: finish_some(self, model); break;
    case 6: case 7: forget_program(self, model); break;
    case 8: close_and_open(self); break;
    case 9: case 10: case 11: give(self, model); break;
    default: put(self, model);
    }
}

/* All end; nothing of their memories is left. */
static void end_all(struct test *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        struct modelled *model = &self->programs[i];
        end_program(self, model);
        while (!model->is_finished) {
            finish_some(self, model);
        }
        forget_program(self, model);
    }
    check(self);
    CHECK_OK(ph_heap_verify(self->machine->heap, report, NULL, NULL));
}

static void explore(uint64_t seed)
{
    struct test test = {0};
    const struct ph_sim_disk_options disk = {.seed = seed};
    ph_random_init(&test.random, seed);
    CHECK_OK(ph_sim_disk_create(&disk, &test.disk));
    CHECK_OK(ph_assemble(slice("unit \"one\" memory 40 to 80\n"
                               "export \"f\" function 0\nfunction \"f\" () -> () {\n return\n}\n"),
                         "one", ph_port_allocator(), &test.unit, NULL));
    open_world(&test, true);
    test.idle_extents = UINT64_MAX;
    make_program(&test);
    end_program(&test, &test.programs[0]);
    while (!test.programs[0].is_finished) {
        finish_some(&test, &test.programs[0]);
    }
    test.idle_extents = test.machine->heap->header->extent_bytes_live;
    for (uint32_t i = 0; i < STEPS; i++) {
        step(&test);
        if (i % 8 == 0) {
            check(&test);
        }
    }
    end_all(&test);
    ph_machine_close(test.machine);
    ph_sim_disk_destroy(test.disk);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)test.unit.bytes, test.unit.size);
}

TEST(programs_and_what_they_see_against_a_model)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        explore(seed);
    }
}

TEST(programs_of_an_image_without_a_cut)
{
    const struct ph_machine_options options = {
        .workers = 1, .arena_bytes = ARENA_BYTES, .simulated = true};
    const struct ph_store_options format = {.arena_bytes = ARENA_BYTES};
    const struct ph_sim_disk_options disk_options = {.seed = 1};
    struct ph_store_recovery found;
    struct ph_machine *machine;
    struct ph_sim_disk *disk;

    CHECK_OK(ph_sim_disk_create(&disk_options, &disk));
    for (uint32_t turn = 0; turn < 2; turn++) { /* nothing at all, then an empty image */
        struct ph_block *block = ph_sim_disk_block(disk);
        CHECK_STATUS(ph_machine_open(block, false, &options, &machine, &found, NULL),
                     PH_NOT_FOUND);
        CHECK_EQ(found.arena_bytes != 0, turn == 1);
        CHECK_OK(ph_store_format(block, &format, NULL));
    }
    ph_sim_disk_destroy(disk);
}
