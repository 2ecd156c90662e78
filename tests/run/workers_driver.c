/* SPDX-License-Identifier: Apache-2.0 */
/* workers_driver.c - real workers, writer and timer over a real file: many threads of the world
 * compute and speak while cuts are taken every millisecond; the world is stopped and resumed a few
 * times. Then several callers at once call into reactors, whose calls return, trap, or wait for the
 * disk or for input, while cuts and pauses are asked for from elsewhere; and the reactors end in
 * the middle of it. Then programs that live of objects, in a heap with little room, while one
 * collection follows the other. Under MODE=tsan this is the test of every lock in the machine.
 *
 *   run_workers [--quick] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/collect.h"
#include "machine/cut.h"
#include "machine/gate.h"
#include "support/object_programs.h"

#define THREADS 12u
#define LINES 60u
#define ARENA_BYTES (UINT64_C(1) << 30)

/* Each line costs 20,000 turns of a loop that stores; then the thread sleeps a moment. */
static const char program_text[] =
    "import function \"test\" \"say\" (i32 i32) -> ()\n"
    "import function \"test\" \"sleep\" (i64) -> ()\n"
    "memory 1 to 1\n"
    "export \"run\" function 2\n"
    "function \"run\" (i32) -> (i64) {\n"
    "  local i32 local i32\n"
    "label 0 loop\n"
    "  i32_const 0 local_set 2\n"
    "label 1 loop\n"
    "  local_get 2 i32_const 65528 i32_and local_get 1 i32_store 0 0\n"
    "  local_get 2 i32_const 1 i32_add local_tee 2 i32_const 20000 i32_lt_u br_if 1\n"
    "  local_get 1 i32_const 1 i32_add local_tee 1\n"
    "  local_set 2 local_get 0 local_get 2 call 0\n"
    "  i64_const 300000 call 1\n"
    "  local_get 1 i32_const 60 i32_lt_u br_if 0\n"
    "  local_get 1 i64_extend_i32_u return\n"
    "}\n";

static struct {
    char text[THREADS * LINES * 16 + 1];
    uint64_t size;
} outside;

static ph_status outside_write(void *context, uint32_t stream, struct ph_slice bytes,
                               uint64_t *done)
{
    (void)context;
    (void)stream;
    if (outside.size + bytes.size >= sizeof(outside.text)) {
        return PH_NO_SPACE;
    }
    memcpy(outside.text + outside.size, bytes.bytes, bytes.size);
    outside.size += bytes.size;
    *done = bytes.size;
    return PH_OK;
}

static enum ph_outcome native_say(struct ph_call *call)
{
    char line[64];
    uint64_t done;
    int n = snprintf(line, sizeof(line), "%u %u\n", (unsigned)call->slots[0],
                     (unsigned)call->slots[1]);
    ph_gate_append(call, 1, (const uint8_t *)line, (uint64_t)n, &done);
    return done == (uint64_t)n ? PH_DONE : ph_call_wait(call, PH_WAIT_GATE, 0, 0);
}

static enum ph_outcome native_sleep(struct ph_call *call)
{
    uint64_t now = ph_machine_clock_ns(call->machine);
    if (call->thread->native_state[0] == 0) {
        PH_SET(call->mutator, call->thread->native_state[0], now + call->slots[0]);
    }
    if (now < call->thread->native_state[0]) {
        return ph_call_wait(call, PH_WAIT_TIME, 0, call->thread->native_state[0]);
    }
    PH_SET(call->mutator, call->thread->native_state[0], 0);
    return PH_DONE;
}

static const struct ph_native_info natives[] = {{"test", "say", "ii:", native_say},
                                                {"test", "sleep", "l:", native_sleep}};

static int failed;

static void must(ph_status status, const char *what, const struct ph_error *error)
{
    if (status != PH_OK) {
        printf("%s: %s\n", what, error->text);
        exit(1);
    }
}

static void load(struct ph_machine *machine, struct ph_slice unit)
{
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    struct ph_error error;
    ph_ref unit_ref;
    must(ph_unit_load(machine, mutator, unit, &unit_ref, &error), "load", &error);
    for (uint64_t i = 0; i < THREADS; i++) {
        struct ph_root instance, function;
        struct ph_thread *thread;
        ph_root_push(mutator, &instance, 0);
        ph_root_push(mutator, &function, 0);
        must(ph_instantiate(machine, mutator, unit_ref, NULL, &instance, &error), "make", &error);
        must(ph_instance_export(machine, mutator, instance.ref, PH_SLICE_TEXT("run"), &function,
                                &error), "find", &error);
        must(ph_thread_create(machine, mutator, function.ref, &i, &thread, &error), "thread",
             &error);
        ph_thread_ready(machine, mutator, thread);
        ph_root_pop(mutator, &function);
        ph_root_pop(mutator, &instance);
    }
}

static void check_lines(void)
{
    unsigned last[THREADS] = {0}, which, number, total = 0;
    int used = 0;
    for (char *at = outside.text; sscanf(at, "%u %u%n", &which, &number, &used) == 2; at += used) {
        if (which >= THREADS || number != ++last[which]) {
            printf("thread %u said %u\n", which, number);
            failed = 1;
            return;
        }
        total++;
    }
    if (total != THREADS * LINES) {
        printf("%u lines of %u\n", total, THREADS * LINES);
        failed = 1;
    }
}

/* One life of the world; true when all its threads have ended. */
static bool live(const char *path, struct ph_slice unit, uint32_t round, uint32_t workers)
{
    struct ph_machine_options options = {.workers = workers, .interval_ns = 1000000,
                                         .arena_bytes = ARENA_BYTES, .engine = &ph_interp,
                                         .stress_cut = round % 3 == 2};
    struct ph_sink sink = {NULL, outside_write, NULL, NULL};
    struct ph_machine *machine;
    struct ph_block *block;
    struct ph_error error;
    must(ph_block_open(path, PH_BLOCK_CREATE, &block, &error), "open", &error);
    must(ph_machine_open(block, round == 0, &options, &machine, NULL, &error), "world", &error);
    ph_gate_set_sink(machine, &sink);
    must(ph_machine_add_natives(machine, natives, 2), "natives", &error);
    if (round == 0) {
        load(machine, unit);
    }
    must(ph_machine_start(machine, &error), "start", &error);
    for (uint32_t i = 0; i < 10; i++) {
        uint64_t number;
        struct ph_cut_stat stat;
        if (ph_cut_now(machine, PH_CUT_COMMAND, &number) != PH_OK || number == 0) {
            printf("no cut\n");
            failed = 1;
        }
        ph_machine_pause(machine);
        ph_cut_stat(machine, &stat);
        ph_machine_unpause(machine);
        usleep(2000);
    }
    bool last = round >= 4;
    if (last) {
        must(ph_machine_wait_idle(machine), "idle", &error);
    }
    must(ph_machine_stop(machine, true, &error), "stop", &error);
    ph_machine_close(machine);
    block->ops->close(block);
    return last;
}

/* ---- A storm of calls ------------------------------------------------------------------------ */

#define REACTORS 3u
#define CALLERS 4u
#define CALLS 60u

/* Every call makes function objects and grows tables, so it allocates. */
static const char reactor_text[] =
    "signature () -> (i64)\n"
    "import function \"test\" \"input\" () -> ()\n"
    "import function \"test\" \"durable\" () -> ()\n"
    "table function 1\n"
    "global mutable i64 0\n"
    "export \"count\" function 2\n"
    "export \"trap\" function 3\n"
    "export \"input\" function 4\n"
    "export \"durable\" function 5\n"
    "function () -> (i64) {\n"
    "  global_get 0 i64_const 1 i64_add global_set 0\n"
    "  ref_func 6 i32_const 1 table_grow 0 drop\n"
    "  i32_const 1 call_indirect 0 0 return }\n"
    "function () -> (i64) { unreachable }\n"
    "function () -> (i64) { call 0 call 6 return }\n"
    "function () -> (i64) { call 1 call 6 return }\n"
    "function () -> (i64) { local i32\n"
    "label 0 loop local_get 0 i32_const 1 i32_add local_tee 0 i32_const 2000 i32_lt_u br_if 0\n"
    "  global_get 0 return }\n";

static enum ph_outcome native_input(struct ph_call *call)
{
    PH_SET(call->mutator, call->thread->native_state[0], call->thread->native_state[0] + 1);
    if (call->thread->native_state[0] % 3 != 0) {
        return ph_call_wait(call, PH_WAIT_INPUT, 0, 0);
    }
    return PH_DONE;
}

static enum ph_outcome native_durable(struct ph_call *call)
{
    bool again;
    enum ph_outcome outcome = ph_call_await_durable(call, &again);
    if (outcome == PH_DONE) {
        PH_SET(call->mutator, call->thread->native_state[1], 0);
    }
    return outcome;
}

static const struct ph_native_info reactor_natives[] = {
    {"test", "input", ":", native_input}, {"test", "durable", ":", native_durable}};

static struct {
    struct ph_machine *machine;
    struct ph_program *programs[REACTORS];
    uint32_t calling;    /* callers that still call; atomic */
    uint64_t returned, trapped, cut_short;
    struct ph_mutex lock;
} storm;

static void count_end(const struct ph_thread *thread)
{
    ph_mutex_lock(&storm.lock);
    if (thread->state == PH_THREAD_FINISHED) {
        storm.returned++;
    } else if (thread->trap == PH_TRAP_NONE) {
        storm.cut_short++;
    } else {
        storm.trapped++;
    }
    ph_mutex_unlock(&storm.lock);
}

static void caller(void *argument)
{
    static const char *const names[] = {"count", "trap", "input", "durable"};
    struct ph_mutator *mutator = ph_machine_mutator(storm.machine);
    struct ph_random random;
    ph_random_init(&random, (uint64_t)(uintptr_t)argument);
    for (uint32_t i = 0; i < CALLS; i++) {
        const char *name = names[ph_random_below(&random, PH_COUNT(names))];
        struct ph_export_call call = {{(const uint8_t *)name, strlen(name)}, NULL};
        struct ph_program *program = storm.programs[ph_random_below(&random, REACTORS)];
        struct ph_thread *thread;
        ph_machine_pause(storm.machine);
        ph_status status =
            ph_program_call(storm.machine, mutator, program, &call, &thread, NULL);
        ph_machine_unpause(storm.machine);
        if (status != PH_OK) {
            continue; /* it has ended */
        }
        if (ph_machine_wait_thread(storm.machine, thread) != PH_OK) {
            break;
        }
        ph_machine_pause(storm.machine);
        count_end(thread);
        ph_thread_drop(storm.machine, mutator, thread);
        ph_machine_unpause(storm.machine);
    }
    __atomic_sub_fetch(&storm.calling, 1, __ATOMIC_RELEASE);
}

static void load_reactors(struct ph_slice unit)
{
    struct ph_mutator *mutator = ph_machine_mutator(storm.machine);
    const struct ph_program_options options = {.name = PH_SLICE_TEXT("reactor")};
    struct ph_checked_unit checked;
    struct ph_error error;
    must(ph_unit_check(storm.machine, unit, &checked, &error), "check", &error);
    for (uint32_t i = 0; i < REACTORS; i++) {
        must(ph_program_create(storm.machine, mutator, &options, &storm.programs[i], &error),
             "program", &error);
        must(ph_program_load(storm.machine, mutator, storm.programs[i], checked, &error), "reactor",
             &error);
    }
}

/* Wakes, cuts and ends reactors until all callers have gone. */
static void stir(void)
{
    uint64_t cut, turns = 0;
    while (__atomic_load_n(&storm.calling, __ATOMIC_ACQUIRE) > 0) {
        usleep(300);
        ph_machine_wake(storm.machine, PH_WAIT_INPUT);
        if (++turns % 8 == 0 && ph_cut_now(storm.machine, PH_CUT_INTERVAL, &cut) != PH_OK) {
            printf("no cut in the storm\n");
            failed = 1;
        }
        if (turns % 150 == 0 && turns / 150 < REACTORS) { /* the last one lives on */
            ph_machine_pause(storm.machine);
            ph_program_end(storm.machine, ph_machine_mutator(storm.machine),
                           storm.programs[turns / 150 - 1], 1);
            ph_machine_unpause(storm.machine);
        }
    }
}

static void verify_line(void *context, const char *line)
{
    (void)context;
    printf("%s\n", line);
    failed = 1;
}

static void run_storm(const char *path, struct ph_slice unit, uint32_t workers)
{
    struct ph_machine_options options = {.workers = workers, .interval_ns = 700000,
                                         .arena_bytes = ARENA_BYTES, .engine = &ph_interp,
                                         .stress_cut = workers == 2};
    struct ph_host_thread callers[CALLERS];
    struct ph_block *block;
    struct ph_error error;
    memset(&storm, 0, sizeof(storm));
    ph_mutex_init(&storm.lock);
    must(ph_block_open(path, PH_BLOCK_CREATE, &block, &error), "open", &error);
    must(ph_machine_open(block, true, &options, &storm.machine, NULL, &error), "world", &error);
    must(ph_machine_add_natives(storm.machine, reactor_natives, 2), "natives", &error);
    load_reactors(unit);
    must(ph_machine_start(storm.machine, &error), "start", &error);
    storm.calling = CALLERS;
    for (uint64_t i = 0; i < CALLERS; i++) {
        must(ph_host_thread_start(&callers[i], "caller", caller, (void *)(uintptr_t)(i + 1)),
             "caller", &error);
    }
    stir();
    for (uint32_t i = 0; i < CALLERS; i++) {
        ph_host_thread_join(&callers[i]);
    }
    must(ph_machine_stop(storm.machine, true, &error), "stop", &error);
    must(ph_heap_verify(ph_machine_heap(storm.machine), verify_line, NULL, &error), "verify",
         &error);
    printf("storm, %u workers: %llu returned, %llu trapped, %llu cut short\n", workers,
           (unsigned long long)storm.returned, (unsigned long long)storm.trapped,
           (unsigned long long)storm.cut_short);
    ph_machine_close(storm.machine);
    block->ops->close(block);
    ph_mutex_finish(&storm.lock);
}

/* ---- Collections beside workers -------------------------------------------------------------- */

#define GRAPHS 7u /* and a gang */
#define GRAPH_ROUNDS 2u
#define GRAPH_ROOM (UINT64_C(5) << 19)

static struct {
    uint64_t sums[GRAPHS + 1][OBJECT_TURNS]; /* that must be said */
    uint32_t said[GRAPHS + 1];
    struct ph_machine *machine;
    bool ends; /* atomic */
} graphs;

static enum ph_outcome native_say_sum(struct ph_call *call)
{
    uint32_t which = (uint32_t)call->slots[0], turn = (uint32_t)call->slots[1];
    if (turn != ++graphs.said[which] || call->slots[2] != graphs.sums[which][turn - 1]) {
        printf("program %u, turn %u: its objects are not what they were\n", which, turn);
        failed = 1;
    }
    return PH_DONE;
}

/* Gives collections time to get further. */
static enum ph_outcome native_rest(struct ph_call *call)
{
    call->slots[0] = 200000;
    return native_sleep(call);
}

static const struct ph_native_info graph_natives[] = {{"test", "say", "iil:", native_say_sum},
                                                      {"test", "mark", "ii:", native_rest}};

static void expect_sums(void)
{
    for (uint32_t which = 0; which <= GRAPHS; which++) {
        struct object_model *model = object_model_new(which, which == GRAPHS);
        for (uint32_t turn = 0; turn < OBJECT_TURNS; turn++) {
            graphs.sums[which][turn] = object_model_turn(model);
        }
        object_model_free(model);
    }
}

static void begin_graph(struct ph_slice unit, uint64_t which)
{
    struct ph_mutator *mutator = ph_machine_mutator(graphs.machine);
    struct ph_root instance, function;
    struct ph_thread *thread;
    struct ph_error error;
    ph_ref unit_ref;
    graphs.said[which] = 0;
    ph_root_push(mutator, &instance, 0);
    ph_root_push(mutator, &function, 0);
    must(ph_unit_load(graphs.machine, mutator, unit, &unit_ref, &error), "load", &error);
    must(ph_instantiate(graphs.machine, mutator, unit_ref, NULL, &instance, &error), "make",
         &error);
    must(ph_instance_export(graphs.machine, mutator, instance.ref, PH_SLICE_TEXT("run"), &function,
                            &error), "find", &error);
    must(ph_thread_create(graphs.machine, mutator, function.ref, &which, &thread, &error),
         "thread", &error);
    ph_thread_ready(graphs.machine, mutator, thread);
    ph_root_pop(mutator, &function);
    ph_root_pop(mutator, &instance);
}

static void collects(void *argument)
{
    (void)argument;
    while (!__atomic_load_n(&graphs.ends, __ATOMIC_ACQUIRE)) {
        if (ph_collect_now(graphs.machine) != PH_OK) {
            printf("a collection came to nothing\n");
            failed = 1;
        }
        usleep(2000);
    }
}

static void run_graphs(const char *path, struct ph_slice unit, struct ph_slice gang,
                       uint32_t workers)
{
    struct ph_machine_options options = {.workers = workers, .interval_ns = 1000000,
                                         .arena_bytes = ARENA_BYTES, .engine = &ph_interp,
                                         .object_bytes_max = GRAPH_ROOM,
                                         .extra_classes = object_classes,
                                         .extra_class_count = object_class_count};
    struct ph_host_thread collector;
    struct ph_collect_stat stat;
    struct ph_block *block;
    struct ph_error error;
    must(ph_block_open(path, PH_BLOCK_CREATE, &block, &error), "open", &error);
    must(ph_machine_open(block, true, &options, &graphs.machine, NULL, &error), "world", &error);
    must(ph_machine_add_natives(graphs.machine, graph_natives, 2), "natives", &error);
    must(ph_machine_add_natives(graphs.machine, object_natives, object_native_count), "natives",
         &error);
    for (uint32_t round = 0; round < GRAPH_ROUNDS; round++) {
        for (uint32_t which = 0; which <= GRAPHS; which++) {
            begin_graph(which < GRAPHS ? unit : gang, which);
        }
        graphs.ends = false;
        must(ph_machine_start(graphs.machine, &error), "start", &error);
        must(ph_host_thread_start(&collector, "collects", collects, NULL), "collector", &error);
        must(ph_machine_wait_idle(graphs.machine), "idle", &error);
        __atomic_store_n(&graphs.ends, true, __ATOMIC_RELEASE);
        ph_host_thread_join(&collector);
        must(ph_machine_stop(graphs.machine, true, &error), "stop", &error);
        must(ph_heap_verify(ph_machine_heap(graphs.machine), verify_line, NULL, &error), "verify",
             &error);
        for (uint32_t which = 0; which <= GRAPHS; which++) {
            if (graphs.said[which] != OBJECT_TURNS) {
                printf("program %u has ended in turn %u\n", which, graphs.said[which]);
                failed = 1;
            }
        }
    }
    ph_collect_stat(graphs.machine, &stat);
    printf("objects, %u workers: %llu collections\n", workers,
           (unsigned long long)stat.collections);
    failed |= stat.collections == 0;
    ph_machine_close(graphs.machine);
    block->ops->close(block);
}

static struct ph_slice assemble(const char *source, size_t bytes)
{
    struct ph_slice unit, text = {(const uint8_t *)source, bytes};
    struct ph_error error;
    must(ph_assemble(text, "program", ph_port_allocator(), &unit, &error), "assemble", &error);
    return unit;
}

int main(int argc, char **argv)
{
    struct ph_slice unit = assemble(program_text, sizeof(program_text) - 1);
    struct ph_slice reactor = assemble(reactor_text, sizeof(reactor_text) - 1);
    struct ph_slice graph = assemble(object_program_text, strlen(object_program_text));
    struct ph_slice gang = assemble(gang_program_text, strlen(gang_program_text));
    char path[] = "/tmp/phantom-workers-XXXXXX";
    int fd = mkstemp(path);
    (void)argc;
    (void)argv;
    if (fd < 0) {
        return 1;
    }
    close(fd);
    expect_sums();
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        outside.size = 0;
        memset(outside.text, 0, sizeof(outside.text));
        for (uint32_t round = 0; !live(path, unit, round, workers); round++) {
        }
        check_lines();
        run_storm(path, reactor, workers);
        run_graphs(path, graph, gang, workers);
    }
    ph_free(ph_port_allocator(), (void *)(uintptr_t)reactor.bytes, reactor.size);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)graph.bytes, graph.size);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)gang.bytes, gang.size);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    unlink(path);
    printf("%d passed, %d failed\n", failed == 0, failed);
    return failed;
}
