/* SPDX-License-Identifier: Apache-2.0 */
/* threads_test.c - threads, permits, joins and monitors: every schedule of small programs with at
 * most three preemptions, random programs with random schedules, cuts and resumes, and real
 * workers. In each: nobody is inside with another, nobody waits for ever, nothing is lost. */
#include "script.h"
#include "unit.h"

#define PREEMPTIONS_MAX 3u
#define CHOICES_MAX 400u

/* ---- All schedules of a small program -------------------------------------------------------- */

/* A depth-first walk over schedules: what was chosen at each step of the last run, and what
 * is still to be tried there. */
struct walk {
    struct script_world world;
    uint8_t chosen[CHOICES_MAX];
    uint8_t options[CHOICES_MAX]; /* 1: only the one; else so many threads may be chosen */
    uint32_t length, prefix;
    uint32_t runs;
};

/* How many may be chosen; deadlines are so short that they have passed when it is asked for. */
static uint32_t ready_count(const struct walk *walk)
{
    struct ph_machine *machine = walk->world.machine;
    while (ph_ready_count(machine) == 0 && machine->deadlines.count > 0) {
        bool ran = ph_machine_step_at(machine, UINT32_MAX, 1);
        CHECK(!ran);
    }
    return ph_ready_count(machine);
}

/* One run: `prefix` choices as they were, then the thread that ran goes on as long as it can.
 * The thread that ran last, if it still can, is the newest of the ready ones. */
static void run_schedule(struct walk *walk, struct ph_thread *main_thread)
{
    uint32_t preemptions = 0;
    ph_ref last = 0;
    walk->length = 0;
    for (uint32_t ready = ready_count(walk); ready > 0; ready = ready_count(walk)) {
        struct ph_machine *machine = walk->world.machine;
        uint32_t at = walk->length++;
        CHECK(at < CHOICES_MAX);
        const struct ph_ready *ring = &machine->ready[0];
        ph_ref newest =
            ring->items[(ring->first + ring->count - 1) & (ring->capacity - 1)].thread_ref;
        bool goes_on = last != 0 && newest == last;
        bool is_free = !goes_on || preemptions < PREEMPTIONS_MAX;
        walk->options[at] = (uint8_t)(is_free ? ready : 1);
        if (at >= walk->prefix) {
            walk->chosen[at] = 0;
        }
        /* choice 0 is the thread that goes on, or the oldest */
        uint32_t index = goes_on ? (ready - 1 + walk->chosen[at]) % ready : walk->chosen[at];
        preemptions += goes_on && walk->chosen[at] != 0;
        last = ring->items[(ring->first + index) & (ring->capacity - 1)].thread_ref;
        CHECK(ph_machine_step_at(machine, index, 1));
    }
    walk->runs++;
    CHECK(ph_thread_has_ended(main_thread)); /* or somebody waits for ever */
}

static bool next_schedule(struct walk *walk)
{
    while (walk->length > 0) {
        uint32_t at = walk->length - 1;
        if (walk->chosen[at] + 1u < walk->options[at]) {
            walk->chosen[at]++;
            walk->prefix = walk->length;
            return true;
        }
        walk->length--;
    }
    return false;
}

/* Script 0 is the main one, and starts the others. */
static uint32_t check_all(uint32_t threads, uint32_t joined)
{
    struct walk walk;
    memset(&walk, 0, sizeof(walk));
    script_open(&walk.world, (struct ph_machine_options){.simulated = true});
    do {
        script_reset(&walk.world);
        struct ph_thread *thread = script_start(&walk.world, 0);
        run_schedule(&walk, thread);
        const struct script_state *state = script_state(&walk.world);
        CHECK_EQ(state->wrong, 0);
        CHECK_EQ(state->joined, joined);
        CHECK_EQ(walk.world.machine->live_count, 0);
        CHECK_EQ(ph_machine_thread_count(walk.world.machine), 1);
        for (uint32_t i = 0; i < SCRIPT_OBJECTS; i++) { /* nobody left anything locked */
            const struct ph_object *object =
                ph_address(ph_machine_heap(walk.world.machine), state->objects[i]);
            CHECK_EQ(object->flags & PH_LOCK_KIND, PH_LOCK_NEUTRAL);
        }
        script_drop(&walk.world, thread);
    } while (next_schedule(&walk));
    CHECK(threads == 0 || walk.runs > 10);
    script_close(&walk.world);
    return walk.runs;
}

TEST(every_schedule_of_three_that_exclude_each_other)
{
    static const struct script_step main_steps[] = {
        {OP_START, 1}, {OP_START, 1}, {OP_ENTER, 0}, {OP_INSIDE, 0}, {OP_EXIT, 0},
        {OP_JOIN, 0}, {OP_JOIN, 1}, {OP_END, 0}};
    static const struct script_step steps[] = {
        {OP_ENTER, 0}, {OP_ENTER, 0}, {OP_INSIDE, 0}, {OP_EXIT, 0}, {OP_INSIDE, 0}, {OP_EXIT, 0},
        {OP_END, 0}};
    script_set(0, main_steps);
    script_set(1, steps);
    CHECK(check_all(3, 0) > 1000);
}

TEST_TIMEOUT(every_schedule_of_producers_and_takers, 180)
{
    static const struct script_step main_steps[] = {
        {OP_START, 1}, {OP_START, 1}, {OP_START, 2}, {OP_JOIN, 0}, {OP_JOIN, 1}, {OP_JOIN, 2},
        {OP_END, 0}};
    static const struct script_step takers[] = {
        {OP_ENTER, 0}, {OP_TAKE, 0}, {OP_INSIDE, 0}, {OP_EXIT, 0}, {OP_END, 0}};
    static const struct script_step producer[] = {
        {OP_ENTER, 0}, {OP_PUT, 0}, {OP_EXIT, 0}, {OP_ENTER, 0}, {OP_PUT, 0}, {OP_EXIT, 0},
        {OP_END, 0}};
    script_set(0, main_steps);
    script_set(1, takers);
    script_set(2, producer);
    CHECK(check_all(4, 0) > 1000);
}

TEST(every_schedule_of_notify_all_with_hashes)
{
    static const struct script_step main_steps[] = {
        {OP_HASH, 0}, {OP_START, 1}, {OP_START, 1}, {OP_ENTER, 0}, {OP_PUT_ALL, 0},
        {OP_PUT_ALL, 0}, {OP_EXIT, 0}, {OP_JOIN, 0}, {OP_JOIN, 1}, {OP_HASH, 0}, {OP_END, 0}};
    static const struct script_step takers[] = {
        {OP_ENTER, 0}, {OP_HASH, 0}, {OP_ENTER, 0}, {OP_TAKE, 0}, {OP_EXIT, 0}, {OP_INSIDE, 0},
        {OP_EXIT, 0}, {OP_HASH, 0}, {OP_END, 0}};
    script_set(0, main_steps);
    script_set(1, takers);
    CHECK(check_all(3, 0) > 1000);
}

TEST(every_schedule_of_permits)
{
    static const struct script_step main_steps[] = {
        {OP_START, 1}, {OP_START, 2}, {OP_UNPARK, 0}, {OP_UNPARK, 0}, {OP_UNPARK, 1},
        {OP_JOIN, 0}, {OP_INTERRUPT, 1}, {OP_JOIN, 1}, {OP_END, 0}};
    static const struct script_step parks[] = {{OP_PARK, 0}, {OP_NOP, 0}, {OP_END, 0}};
    static const struct script_step parks_twice[] = {
        {OP_PARK, 0}, {OP_YIELD, 0}, {OP_PARK_UNTIL_INTERRUPTED, 0}, {OP_END, 0}};
    script_set(0, main_steps);
    script_set(1, parks);
    script_set(2, parks_twice);
    CHECK(check_all(3, 0) > 100);
}

TEST(every_schedule_of_traps_with_locks)
{
    static const struct script_step main_steps[] = {
        {OP_START, 1}, {OP_START, 2}, {OP_ENTER, 0}, {OP_INSIDE, 0}, {OP_EXIT, 0}, {OP_JOIN, 0},
        {OP_JOIN, 1}, {OP_ENTER, 0}, {OP_EXIT, 0}, {OP_END, 0}};
    static const struct script_step dies[] = {{OP_ENTER, 0}, {OP_NOP, 0}, {OP_TRAP, 0}};
    static const struct script_step waits[] = {
        {OP_ENTER, 0}, {OP_INSIDE, 0}, {OP_WAIT_SHORT, 0}, {OP_EXIT, 0}, {OP_END, 0}};
    script_set(0, main_steps);
    script_set(1, dies);
    script_set(2, waits);
    CHECK(check_all(3, 3) > 100); /* join says 3 of the one that died */
}

TEST(every_schedule_of_wakes_that_come_early)
{
    static const struct script_step main_steps[] = {
        {OP_START, 1}, {OP_LATE, 0}, {OP_LATE, 1}, {OP_LATE, 2}, {OP_JOIN, 0}, {OP_END, 0}};
    static const struct script_step steps[] = {
        {OP_LATE, 2}, {OP_LATE, 1}, {OP_LATE, 0}, {OP_END, 0}};
    script_set(0, main_steps);
    script_set(1, steps);
    CHECK(check_all(2, 0) > 10);
}

static void step_thread(struct script_world *world, const struct ph_thread *thread)
{
    const struct ph_ready *ring = &world->machine->ready[0];
    for (uint32_t i = 0; i < ring->count; i++) {
        uint32_t at = (ring->first + i) & (ring->capacity - 1);
        if (ring->items[at].thread_ref == ph_ref_to(ph_machine_heap(world->machine), thread)) {
            CHECK(ph_machine_step_at(world->machine, i, 1));
            return;
        }
    }
    CHECK(false); /* it is not ready */
}

TEST(who_was_woken_in_vain_is_given_the_monitor)
{
    static const struct script_step steps[] = {{OP_ENTER, 0}, {OP_EXIT, 0}, {OP_ENTER, 0},
                                               {OP_EXIT, 0}, {OP_ENTER, 0}, {OP_EXIT, 0},
                                               {OP_END, 0}};
    struct script_world world;
    script_set(0, steps);
    script_open(&world, (struct ph_machine_options){.simulated = true});
    struct ph_thread *one = script_start(&world, 0), *other = script_start(&world, 0);
    step_thread(&world, one);   /* enters */
    step_thread(&world, other); /* waits */
    CHECK_EQ(other->wait_kind, PH_WAIT_ENTER);
    step_thread(&world, one);   /* leaves, */
    step_thread(&world, one);   /* and is faster */
    step_thread(&world, other); /* in vain */
    step_thread(&world, one);   /* leaves */
    step_thread(&world, one);   /* and is not faster */
    CHECK_EQ(one->state, PH_THREAD_WAITING);
    step_thread(&world, other);
    CHECK_EQ(other->state, PH_THREAD_READY);
    step_thread(&world, other); /* leaves */
    step_thread(&world, one);
    CHECK_EQ(one->state, PH_THREAD_READY);
    while (ph_machine_step(world.machine, 1)) {
    }
    CHECK(ph_thread_has_ended(one) && ph_thread_has_ended(other));
    script_close(&world);
}

/* ---- The ring alone -------------------------------------------------------------------------- */

/* A worker takes turns with its ring as run_threads does, while threads are added, killed and woken
 * at random; beside it a model, a queue. What was killed is passed over, nothing else is lost or
 * moved, and a thread that is alone is given back at once. */
TEST(turns_are_taken_in_order_whoever_is_killed)
{
    static const struct script_step steps[] = {{OP_END, 0}};
    enum { RING_THREADS = 200 };
    ph_ref queue[RING_THREADS];
    uint32_t first = 0, count = 0;
    struct script_world world;
    struct ph_random random;
    script_set(0, steps);
    script_open(&world, (struct ph_machine_options){.workers = 1}); /* its worker is not started */
    struct ph_machine *machine = world.machine;
    struct ph_worker *worker = machine->workers[0];
    ph_random_init(&random, 7);
    for (uint32_t i = 0; i < RING_THREADS; i++) {
        queue[count++] = ph_ref_to(machine->heap, script_start(&world, 0));
    }
    worker->thread = ph_ready_take(machine, worker);
    CHECK_EQ(ph_ref_to(machine->heap, worker->thread), queue[0]);
    while (count > 1) {
        uint32_t other = (first + 1 + (uint32_t)ph_random_below(&random, count - 1)) %
                         RING_THREADS;
        struct ph_thread *thread = ph_address(machine->heap, queue[other]);
        if (ph_random_below(&random, 3) == 0) {
            ph_scheduler_forget(machine, thread);
            for (uint32_t i = other; i != (first + count - 1) % RING_THREADS;
                 i = (i + 1) % RING_THREADS) {
                queue[i] = queue[(i + 1) % RING_THREADS];
            }
            count--;
        } else if (ph_random_below(&random, 2) == 0) {
            ph_thread_wake(machine, worker, thread); /* it is ready already */
        } else {
            queue[(first + count) % RING_THREADS] = queue[first];
            first = (first + 1) % RING_THREADS;
            worker->thread = ph_ready_swap(machine, worker, worker->thread);
        }
        CHECK_EQ(ph_ref_to(machine->heap, worker->thread), queue[first]);
        CHECK(ph_ready_count(machine) >= count - 1);
    }
    struct ph_thread *last = worker->thread;
    CHECK_EQ(ph_ready_swap(machine, worker, last), last);
    CHECK_EQ(ph_ready_count(machine), 0);
    CHECK_EQ(ph_ready_swap(machine, worker, last), last);
    ph_scheduler_forget(machine, last); /* from the worker that holds it */
    CHECK(worker->thread == NULL && ph_ready_take(machine, worker) == NULL);
    script_close(&world);
}

/* ---- Random programs ------------------------------------------------------------------------- */

#define STARTED 3u
#define STEPS_MAX 64u

/* Programs that must come to their end: objects are entered in ascending order, takers hold one
 * object only, and the main thread puts as much as is taken and unparks everybody once. */
struct program {
    struct script_step steps[STARTED + 1][STEPS_MAX];
    uint32_t count[STARTED + 1];
    uint32_t taken[SCRIPT_OBJECTS];
};

static void add(struct program *p, uint32_t script, enum script_op op, uint32_t a)
{
    CHECK(p->count[script] < STEPS_MAX);
    p->steps[script][p->count[script]++] = (struct script_step){(uint8_t)op, (uint8_t)a};
}

static void random_block(struct program *p, struct ph_random *random, uint32_t script,
                         uint32_t object)
{
    add(p, script, OP_ENTER, object);
    switch (ph_random_below(random, 8)) {
    case 0:
        add(p, script, OP_TAKE, object);
        p->taken[object]++;
        break;
    case 1: add(p, script, OP_PUT, object); break;
    case 2: add(p, script, OP_PUT_ALL, object); break;
    case 3: add(p, script, OP_WAIT_SHORT, object); break;
    case 4: add(p, script, OP_HASH, object); break;
    case 5: add(p, script, OP_YIELD, 0); break;
    case 6: add(p, script, OP_COLLECT, 0); break;
    default:
        if (object + 1 < SCRIPT_OBJECTS) {
            add(p, script, OP_ENTER, object + 1);
            add(p, script, OP_INSIDE, object + 1);
            add(p, script, OP_EXIT, object + 1);
        }
    }
    add(p, script, OP_INSIDE, object);
    add(p, script, OP_EXIT, object);
}

static void random_program(struct program *p, uint64_t seed, uint32_t repeats)
{
    struct ph_random random;
    ph_random_init(&random, seed);
    memset(p, 0, sizeof(*p));
    for (uint32_t script = 1; script <= STARTED; script++) {
        uint64_t blocks = 1 + ph_random_below(&random, 4);
        for (uint64_t i = 0; i < blocks; i++) {
            random_block(p, &random, script,
                         (uint32_t)ph_random_below(&random, SCRIPT_OBJECTS - 1));
        }
        if (repeats > 1) {
            add(p, script, OP_REPEAT, repeats);
        } else if (ph_random_below(&random, 2) == 0) {
            add(p, script, OP_PARK, 0);
        }
        add(p, script, OP_END, 0);
        add(p, 0, OP_START, script);
    }
}

static void finish_program(struct program *p, uint32_t repeats)
{
    for (uint32_t object = 0; object < SCRIPT_OBJECTS; object++) {
        for (uint32_t i = 0; i < p->taken[object] && repeats == 1; i++) {
            add(p, 0, OP_ENTER, object);
            add(p, 0, OP_PUT, object);
            add(p, 0, OP_EXIT, object);
        }
    }
    for (uint32_t i = 0; i < STARTED; i++) {
        add(p, 0, OP_UNPARK, i);
    }
    for (uint32_t i = 0; i < STARTED; i++) {
        add(p, 0, OP_JOIN, i);
    }
    add(p, 0, OP_END, 0);
    for (uint32_t i = 0; i <= STARTED; i++) {
        script_set(i, p->steps[i]);
    }
}

static void check_ended(struct script_world *world, struct ph_thread *thread)
{
    const struct script_state *state = script_state(world);
    CHECK(ph_thread_has_ended(thread));
    CHECK_EQ(state->wrong, 0);
    CHECK_EQ(state->joined, 0);
    CHECK_EQ(state->ended, STARTED + 1);
    CHECK_EQ(world->machine->live_count, 0);
    CHECK_EQ(world->machine->deadlines.count, 0);
}

static void count_young(void *context, struct ph_thread *thread, ph_ref lowest_chunk)
{
    uint32_t *count = context;
    CHECK_EQ(thread->chunk_ref, lowest_chunk);
    (*count)++;
}

static void cut(struct script_world *world)
{
    ph_status status = ph_machine_cut(world->machine, PH_CUT_INTERVAL);
    CHECK(status == PH_OK || status == PH_AGAIN);
}

static void run_random(struct script_world *world, struct ph_machine_options options,
                       struct ph_random *random, ph_ref main_ref)
{
    uint32_t idle = 0, steps = 0;
    while (!ph_thread_has_ended(script_thread(world, main_ref))) {
        bool ran = ph_machine_step(world->machine, 1 + (uint32_t)ph_random_below(random, 3));
        idle = ran ? 0 : idle + 1;
        CHECK(idle < 1000 && steps++ < 20000); /* somebody waits for ever */
        if (options.no_cuts) {
            continue;
        }
        if (ph_random_below(random, 16) == 0) {
            uint32_t young = 0;
            ph_threads_young_each(world->machine, count_young, &young);
            CHECK(young <= STARTED + 1);
            cut(world);
        }
        if (ph_random_below(random, 64) == 0) {
            script_reopen(world, options);
        }
    }
}

static void check_random(uint64_t seed, bool dies)
{
    struct ph_machine_options options = {.simulated = true, .schedule_seed = seed,
                                         .no_cuts = !dies};
    struct script_world world;
    struct ph_random random;
    struct program p;
    ph_random_init(&random, seed);
    random_program(&p, seed, 1);
    finish_program(&p, 1);
    script_open(&world, options);
    ph_ref main_ref = ph_ref_to(ph_machine_heap(world.machine), script_start(&world, 0));
    if (dies) {
        cut(&world);
    }
    run_random(&world, options, &random, main_ref);
    check_ended(&world, script_thread(&world, main_ref));
    script_close(&world);
}

TEST(random_programs_with_random_schedules)
{
    for (uint64_t seed = 0; seed < 400; seed++) {
        check_random(seed, false);
    }
}

TEST(random_programs_that_are_cut_and_killed)
{
    for (uint64_t seed = 1000; seed < 1300; seed++) {
        check_random(seed, true);
    }
}

/* ---- Real workers ---------------------------------------------------------------------------- */

/* Programs whose threads repeat their steps, on several workers, with a cut every millisecond. */
static void check_workers(uint32_t workers, bool stress_cut, uint64_t seeds)
{
    struct ph_machine_options options = {.workers = workers, .interval_ns = 1000000,
                                         .stress_cut = stress_cut};
    struct script_world world;
    struct program p;
    for (uint64_t seed = 0; seed < seeds; seed++) {
        do { /* one that takes nothing: repeated, it could not be given as much */
            random_program(&p, ++seed, 100);
        } while (p.taken[0] + p.taken[1] + p.taken[2] > 0);
        finish_program(&p, 100);
        script_open(&world, options);
        CHECK_OK(ph_machine_start(world.machine, NULL));
        for (uint32_t round = 0; round < 10; round++) {
            ph_machine_pause(world.machine);
            script_reset(&world);
            struct ph_thread *thread = script_start(&world, 0);
            ph_machine_unpause(world.machine);
            CHECK_OK(ph_machine_wait_thread(world.machine, thread));
            ph_machine_pause(world.machine);
            check_ended(&world, thread);
            script_drop(&world, thread);
            ph_machine_unpause(world.machine);
        }
        CHECK_OK(ph_machine_stop(world.machine, true, NULL));
        script_close(&world);
    }
}

TEST(random_programs_on_two_workers)
{
    check_workers(2, false, 40);
}

TEST(random_programs_on_four_workers_that_stop_everywhere)
{
    check_workers(4, true, 40);
}

TEST(producers_and_takers_on_three_workers)
{
    static const struct script_step main_steps[] = {
        {OP_START, 1}, {OP_START, 1}, {OP_START, 2}, {OP_START, 3}, {OP_JOIN, 0}, {OP_JOIN, 1},
        {OP_JOIN, 2}, {OP_JOIN, 3}, {OP_END, 0}};
    static const struct script_step takers[] = {
        {OP_ENTER, 0}, {OP_TAKE, 0}, {OP_INSIDE, 0}, {OP_EXIT, 0}, {OP_REPEAT, 200}, {OP_END, 0}};
    static const struct script_step one[] = {
        {OP_ENTER, 0}, {OP_PUT, 0}, {OP_EXIT, 0}, {OP_REPEAT, 200}, {OP_END, 0}};
    static const struct script_step all[] = {
        {OP_ENTER, 0}, {OP_PUT_ALL, 0}, {OP_EXIT, 0}, {OP_REPEAT, 200}, {OP_END, 0}};
    struct ph_machine_options options = {.workers = 3, .interval_ns = 1000000};
    struct script_world world;
    script_set(0, main_steps);
    script_set(1, takers);
    script_set(2, one);
    script_set(3, all);
    script_open(&world, options);
    CHECK_OK(ph_machine_start(world.machine, NULL));
    for (uint32_t round = 0; round < 20; round++) {
        ph_machine_pause(world.machine);
        script_reset(&world);
        struct ph_thread *thread = script_start(&world, 0);
        ph_machine_unpause(world.machine);
        CHECK_OK(ph_machine_wait_thread(world.machine, thread));
        CHECK_EQ(script_state(&world)->wrong, 0);
        CHECK_EQ(script_state(&world)->held[0], 0);
    }
    CHECK_OK(ph_machine_stop(world.machine, true, NULL));
    script_close(&world);
}

/* ---- Very many ------------------------------------------------------------------------------- */

#define MANY 100000u

static void run_all(struct script_world *world)
{
    while (ph_machine_step(world->machine, 1000000)) {
    }
}

TEST(very_many_threads_park_and_survive)
{
    static const struct script_step starts[] = {{OP_START_MANY, 1}, {OP_END, 0}};
    static const struct script_step parks[] = {{OP_PARK, 0}, {OP_END, 0}};
    static const struct script_step wakes[] = {{OP_UNPARK_MANY, 0}, {OP_JOIN_MANY, 0}, {OP_END, 0}};
    struct ph_machine_options options = {.simulated = true};
    struct script_world world;
    script_set(0, starts);
    script_set(1, parks);
    script_set(2, wakes);
    script_open(&world, options);
    struct ph_heap *heap = ph_machine_heap(world.machine);
    ph_ref many_ref = ph_object_new(world.mutator, PH_CLASS_REFS, MANY);
    CHECK(many_ref != 0);
    PH_SET(world.mutator, script_state(&world)->many_ref, many_ref);
    PH_SET(world.mutator, script_state(&world)->many, MANY);
    uint64_t before = heap->header->object_bytes_live;
    (void)script_start(&world, 0);
    run_all(&world);
    CHECK_EQ(ph_machine_thread_count(world.machine), MANY + 1);
    CHECK_EQ(world.machine->live_count, MANY);
    CHECK((heap->header->object_bytes_live - before) / MANY <= 512);
    cut(&world);

    script_reopen(&world, options);
    CHECK_EQ(world.machine->live_count, MANY);
    CHECK_EQ(ph_ready_count(world.machine), 0); /* they need not run to go on waiting */
    (void)script_start(&world, 2);
    run_all(&world);
    CHECK_EQ(world.machine->live_count, 0);
    CHECK_EQ(ph_machine_thread_count(world.machine), 2);
    CHECK_EQ(script_state(&world)->ended, MANY + 2);
    CHECK_EQ(script_state(&world)->joined, 0);
    script_close(&world);
}
