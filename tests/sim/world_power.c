/* SPDX-License-Identifier: Apache-2.0 */
/* world_power.c - real store, heap, machine and interpreter on a disk that loses power.
 *
 * Programs run as threads of one world, on a seeded schedule. Some fill a linear memory from a
 * generator, recurse over several chunks of stack, and hold function references in a local, a
 * global and a growing table; others live of objects (support/object_programs.h). Each checks that
 * what it finds is what it left, prints numbered lines with a checksum, and counts them in a place
 * outside once they are durable. The steps of collections are steps of the schedule, between those
 * of threads, cuts and folds; some worlds have so little room that programs wait for them. Power is
 * cut at random disk calls, also while the world is being made or resumed; or the machine is killed
 * while the disk keeps its power. The sink is a file that loses what was not flushed.
 *
 * Oracle, for each program: the lines that ever left are 1, 2, 3… with the right checksums, none
 * lost, none repeated, none early: so no released output was ever forgotten, and every thread went
 * on in the middle of what it did. A program that finds its memory not as it left it traps. And
 * after some cuts the disk's world is opened beside the running one and compared with it byte by
 * byte: what differs was stored past the barrier.
 *
 *   sim_world_power [--quick] [--seed N] [--runs N]   (default 400 runs; quick 5, from seed 1)
 *   --stress-move    all objects move at every call that may collect
 *   --faults         disk calls fail, and the disk is full at times
 *   --shadow         compare after every cut
 *   --no-self-check  do not break anything at the end
 *   --break WHAT     breaks the machine on purpose, and fails if nobody noticed:
 *                    flush (the disk's flushes do nothing), barrier (a page of a memory is changed
 *                    past it), gate (output leaves before its cut), page (as barrier, of objects),
 *                    remembered (a slot with a young reference is forgotten), stacks (evacuations
 *                    do not see those of threads that ran), mark (it misses objects), handed (weak
 *                    references that are read are not handed to the mark), clearing (dead ones are
 *                    still read while they are being cleared), sweep (it begins before that) */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "code/assemble.h"
#include "heap/internal.h"
#include "interp/interp.h"
#include "machine/internal.h"
#include "port/sim/sim.h"
#include "support/object_programs.h"
#include "support/seed.h"
#include "support/shadow.h"

/* Programs by number: what they are. */
enum kind { KIND_MEMORY, KIND_OBJECTS, KIND_GANG, KIND_COUNT };
static const enum kind kinds[] = {KIND_MEMORY, KIND_MEMORY, KIND_MEMORY,
                                  KIND_OBJECTS, KIND_OBJECTS, KIND_GANG};
#define PROGRAMS 6u
#define LINES OBJECT_TURNS
#define ARENA_BYTES (UINT64_C(128) << 20)
#define MOVING_ARENA_BYTES (UINT64_C(16) << 30) /* moving uses up the object space */
#define TIGHT_BYTES (UINT64_C(640) << 10) /* of objects, where there is little room */
#define BREAK_RUNS 60u /* worlds within which something broken must be noticed */

/* Locals: 0 which, 1 line, 2 state, 3 i, 4 sum, 5 the function mix. */
static const char program_text[] =
    "signature (i64) -> (i64)\n"
    "import function \"test\" \"say\" (i32 i32 i64) -> ()\n"
    "import function \"test\" \"mark\" (i32 i32) -> ()\n"
    "memory 1 to 4\n"
    "table function 1\n"
    "global mutable ref function null\n"
    "export \"run\" function 4\n"
    "function \"mix\" (i64) -> (i64) {\n"
    "  local_get 0 i64_const 6364136223846793005 i64_mul i64_const 1442695040888963407 i64_add\n"
    "  return\n"
    "}\n"
    "function \"deep\" (i32 i64) -> (i64) {\n"
    "  local_get 0 i32_eqz br_unless 0 local_get 1 return\n"
    "label 0\n"
    "  local_get 0 i32_const 1 i32_sub local_get 1 call 2 call 3 local_get 1 i64_xor return\n"
    "}\n"
    "function \"run\" (i32) -> (i64) {\n"
    "  local i32 local i64 local i32 local i64 local ref\n"
    "  local_get 0 i64_extend_i32_u local_set 2\n"
    "  ref_func 2 global_set 0 i32_const 0 global_get 0 table_set 0\n"
    "label 0 loop\n"
    /* what the line before left must be there */
    "  i32_const 0 local_set 3\n"
    "label 1 loop\n"
    "  local_get 1 i32_eqz br_if 2\n"
    "  local_get 3 i64_load 0 8 local_get 2 local_get 3 i64_extend_i32_u i64_xor i64_eq\n"
    "  br_if 2 unreachable\n"
    "label 2\n"
    "  local_get 3 i32_const 1000 i32_add local_tee 3 i32_const 60000 i32_lt_u br_if 1\n"
    "  global_get 0 local_set 5\n"
    "  local_get 2 local_get 1 table_size 0 i32_rem_u call_indirect 0 0 local_set 2\n"
    "  local_get 5 global_get 0 ref_eq br_if 4 unreachable\n"
    "label 4\n"
    "  local_get 1 i32_const 7 i32_and br_if 5\n"
    "  local_get 5 i32_const 1 table_grow 0 drop\n"
    "label 5\n"
    "  local_get 1 i32_const 15 i32_and br_if 6\n"
    "  i32_const 1 memory_grow 0 drop\n"
    "label 6\n"
    "  i32_const 0 local_set 3\n"
    "label 3 loop\n"
    "  local_get 3 local_get 2 local_get 3 i64_extend_i32_u i64_xor i64_store 0 8\n"
    "  local_get 4 local_get 2 i64_add local_set 4\n"
    "  local_get 3 i32_const 1000 i32_add local_tee 3 i32_const 60000 i32_lt_u br_if 3\n"
    "  local_get 1 i32_const 1 i32_add local_set 1\n"
    "  local_get 4 local_get 1 i32_const 4 i32_mul local_get 2 call 3 i64_add local_set 4\n"
    "  local_get 0 local_get 1 local_get 4 call 0\n"
    "  local_get 0 local_get 1 call 1\n"
    "  local_get 1 i32_const 40 i32_lt_u br_if 0\n"
    "  local_get 4 return\n"
    "}\n";

enum breaking {
    BREAK_NOTHING, BREAK_FLUSH, BREAK_BARRIER, BREAK_GATE, BREAK_PAGE, BREAK_REMEMBERED,
    BREAK_STACKS, BREAK_MARK, BREAK_HANDED, BREAK_CLEARING, BREAK_SWEEP, BREAK_COUNT
};
static const char *const break_names[BREAK_COUNT] = {
    "", "flush", "barrier", "gate", "page", "remembered", "stacks", "mark", "handed", "clearing",
    "sweep"};

static struct {
    struct ph_random random;
    struct ph_slice units[KIND_COUNT];
    uint64_t cuts, kills, resumes, violations, lines, compared, collections, evacuations;
    bool stress_move, faults, shadow;
    enum breaking breaking;
    struct ph_sim_disk *disk;
    uint64_t seed;
    /* Of this world: */
    uint64_t ring_bytes;
    uint32_t chunk_bytes; /* of the image */
    bool runs[PROGRAMS];
    uint64_t power_distance; /* disk calls in one life, at most */
    bool is_tight;       /* it has little room for objects */
    bool evacuates;      /* at every call that may collect */
    bool collects;       /* a collection is under way */
} sim;

static void violation(const char *what)
{
    sim.violations++;
    if (sim.breaking == BREAK_NOTHING) {
        printf("seed %llu: %s\n", (unsigned long long)sim.seed, what);
    }
}

/* ---- The world outside ---------------------------------------------------------------------- */

/* What has left the machine. The text is a file; one that loses loses at a power cut what was not
 * flushed, and what a failed flush left unwritten. */
static struct {
    char text[1 << 16];
    uint64_t size;
    uint64_t sure;          /* bytes that no power cut takes */
    bool loses, flush_failed;
    uint32_t marks[PROGRAMS];
} outside;

static ph_status outside_write(void *context, uint32_t stream, struct ph_slice bytes,
                               uint64_t *done)
{
    (void)context;
    (void)stream;
    uint64_t n = bytes.size;
    if (ph_random_below(&sim.random, 4) == 0) {
        n = ph_random_below(&sim.random, n + 1); /* a slow sink */
    }
    if (outside.size + n >= sizeof(outside.text)) {
        violation("more was said than there is to say");
        n = 0;
    }
    memcpy(outside.text + outside.size, bytes.bytes, n);
    outside.size += n;
    if (!outside.loses) {
        outside.sure = outside.size;
    }
    *done = n;
    return n == bytes.size ? PH_OK : PH_AGAIN;
}

static ph_status outside_position(void *context, uint64_t *payload)
{
    (void)context;
    *payload = outside.size;
    return PH_OK;
}

static ph_status outside_flush(void *context)
{
    (void)context;
    if (sim.faults && ph_random_below(&sim.random, 40) == 0) {
        outside.flush_failed = true; /* and the next one will succeed, but not write this */
        return PH_IO;
    }
    if (!outside.flush_failed) {
        outside.sure = outside.size;
    }
    return PH_OK;
}

static void outside_power_cut(void)
{
    outside.size = outside.sure + ph_random_below(&sim.random, outside.size - outside.sure + 1);
    outside.sure = outside.size;
    outside.flush_failed = false;
}

/* ---- Natives -------------------------------------------------------------------------------- */

/* Letters carry the speaker's number above their lower 5 bits: where the queue is small, pieces of
 * lines of several programs mix. */
static const char letters[] = "0123456789abcdef \n";

static enum ph_outcome native_say(struct ph_call *call)
{
    char line[64];
    uint64_t done;
    uint64_t from = call->thread->native_state[0];
    uint64_t n = (uint64_t)snprintf(line, sizeof(line), "%x %llx\n", (unsigned)call->slots[1],
                                    (unsigned long long)call->slots[2]);
    for (uint64_t i = 0; i < n; i++) {
        line[i] = (char)((uint64_t)(strchr(letters, line[i]) - letters) | call->slots[0] << 5);
    }
    ph_gate_append(call, 1, (const uint8_t *)line + from, n - from, &done);
    PH_SET(call->mutator, call->thread->native_state[0], from + done == n ? 0 : from + done);
    return from + done == n ? PH_DONE : ph_call_wait(call, PH_WAIT_GATE, 0, 0);
}

/* Counts lines in a place outside, once they are durable. */
static enum ph_outcome native_mark(struct ph_call *call)
{
    bool again;
    enum ph_outcome outcome = ph_call_await_durable(call, &again);
    if (outcome != PH_DONE) {
        return outcome;
    }
    PH_SET(call->mutator, call->thread->native_state[1], 0);
    uint32_t *mark = &outside.marks[call->slots[0]];
    uint32_t line = (uint32_t)call->slots[1];
    if (line != *mark + 1 && !(line == *mark && again)) {
        violation("the world has forgotten what it did outside");
    }
    *mark = line;
    return PH_DONE;
}

static const struct ph_native_info natives[] = {{"test", "say", "iil:", native_say},
                                                {"test", "mark", "ii:", native_mark}};

/* ---- The oracle ----------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    return x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

static uint64_t deep(uint32_t n, uint64_t x)
{
    return n == 0 ? x : deep(n - 1, mix(x)) ^ x;
}

/* What program `which` has said. */
static uint64_t said_by(uint32_t which, char *to)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < outside.size; i++) {
        uint32_t letter = (uint8_t)outside.text[i];
        if (letter >> 5 == which && (letter & 31u) < sizeof(letters) - 1) {
            to[n++] = letters[letter & 31u];
        }
    }
    to[n] = '\0';
    return n;
}

/* What each line of a program says. */
static const uint64_t *sums_of(uint32_t which)
{
    static uint64_t sums[PROGRAMS][LINES];
    uint64_t *of = sums[which];
    if (of[LINES - 1] == 0 && kinds[which] == KIND_MEMORY) {
        uint64_t state = which, sum = 0;
        for (uint32_t i = 0; i < LINES; i++) {
            state = mix(state);
            sum += 60 * state + deep(4 * (i + 1), state);
            of[i] = sum;
        }
    } else if (of[LINES - 1] == 0) {
        struct object_model *model = object_model_new(which, kinds[which] == KIND_GANG);
        for (uint32_t i = 0; i < LINES; i++) {
            of[i] = object_model_turn(model);
        }
        object_model_free(model);
    }
    return of;
}

/* The number of lines; a piece of one at the end does not count. */
static uint32_t check_lines(uint32_t which, const char *at)
{
    const uint64_t *sums = sums_of(which);
    uint32_t line = 0;
    for (const char *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        unsigned number;
        unsigned long long value;
        if (sscanf(at, "%x %llx\n", &number, &value) != 2 || line == LINES ||
            number != line + 1 || value != sums[line]) {
            violation("a line is lost, repeated or wrong");
            return line;
        }
        line++;
    }
    return line;
}

static void check_outside(bool finished)
{
    static char text[sizeof(outside.text)];
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        bytes += said_by(i, text);
        uint32_t lines = check_lines(i, text);
        uint32_t all = sim.runs[i] ? LINES : 0;
        if (finished && (lines != all || outside.marks[i] != all)) {
            violation("a program said less than it should");
        }
        sim.lines += finished ? lines : 0;
    }
    if (bytes != outside.size) {
        violation("letters that nobody said");
    }
}

/* ---- Breaking things ------------------------------------------------------------------------ */

/* The barrier believes that some page of a memory was listed already. */
static void break_barrier(struct ph_machine *machine)
{
    struct ph_heap *heap = ph_machine_heap(machine);
    const struct ph_refs *instances = ph_items(machine, machine->world->instances_ref);
    const struct ph_instance *instance =
        ph_address(heap, instances->items[ph_random_below(&sim.random, PROGRAMS)]);
    const struct ph_memory *memory =
        ph_address(heap, ph_items(machine, instance->memories_ref)->items[0]);
    uint64_t page = (memory->offset >> PH_PAGE_SHIFT) + ph_random_below(&sim.random, 14);
    heap->stamps[page] = heap->epoch;
}

/* The same of some page of the old space. */
static void break_page(struct ph_machine *machine)
{
    struct ph_heap *heap = ph_machine_heap(machine);
    uint64_t pages = heap->header->object_top >> PH_PAGE_SHIFT;
    heap->stamps[ph_random_below(&sim.random, pages)] = heap->epoch;
}

static void break_remembered(struct ph_machine *machine)
{
    for (struct ph_mutator *m = ph_machine_heap(machine)->mutators; m != NULL; m = m->next) {
        if (m->remembered_count > 0) {
            m->remembered_count--;
            m->remembered[ph_random_below(&sim.random, m->remembered_count + 1)] =
                m->remembered[m->remembered_count];
        }
    }
}

/* Some of what was found alive is given out again. */
static void break_mark(struct ph_machine *machine)
{
    const struct ph_sweep *sweep = &ph_machine_heap(machine)->private->sweep;
    if (sweep->phase == PH_SWEEPING) {
        uint64_t first = PH_HEAP_HEADER_BYTES / PH_OBJECT_ALIGN;
        uint64_t granule = first + ph_random_below(&sim.random, sweep->limit - first);
        sweep->bits[granule / 64] &= ~(UINT64_C(1) << granule % 64);
    }
}

/* While threads run on it is as if all weak references had been cleared. */
static bool begin_early_sweep(struct ph_heap *heap)
{
    struct ph_sweep *sweep = &heap->private->sweep;
    if (sim.breaking != BREAK_SWEEP || sweep->phase != PH_MARK_CLEARING) {
        return false;
    }
    ph_sweep_rewind(heap, PH_SWEEP_SMALL);
    ph_sweep_rewind(heap, PH_SWEEP_LARGE);
    sweep->failed_bytes = UINT64_MAX;
    sweep->phase = PH_SWEEPING;
    return true;
}

static void end_early_sweep(struct ph_heap *heap)
{
    heap->private->sweep.phase = PH_MARK_CLEARING;
}

static void break_gate(struct ph_machine *machine)
{
    machine->gate_durable_offset = machine->console->head_offset;
    ph_status ignored = ph_gate_release(machine);
    (void)ignored;
}

static void break_something(struct ph_machine *machine)
{
    if (sim.breaking == BREAK_BARRIER && ph_random_below(&sim.random, 8) == 0) {
        break_barrier(machine);
    }
    if (sim.breaking == BREAK_GATE && ph_random_below(&sim.random, 8) == 0) {
        break_gate(machine);
    }
    if (sim.breaking == BREAK_PAGE && ph_random_below(&sim.random, 8) == 0) {
        break_page(machine);
    }
    if (sim.breaking == BREAK_REMEMBERED && ph_random_below(&sim.random, 8) == 0) {
        break_remembered(machine);
    }
    if (sim.breaking == BREAK_STACKS && ph_random_below(&sim.random, 8) == 0) {
        ph_threads_young_clear(machine);
    }
    if (sim.breaking == BREAK_MARK) {
        break_mark(machine);
    }
}

/* ---- Faults --------------------------------------------------------------------------------- */

static void plan_faults(void)
{
    if (!sim.faults) {
        return;
    }
    if (ph_random_below(&sim.random, 25) == 0) {
        ph_sim_disk_fail_at(sim.disk,
                            ph_sim_disk_calls(sim.disk) + ph_random_below(&sim.random, 12));
    }
    if (ph_random_below(&sim.random, 60) == 0) {
        struct ph_block *block = ph_sim_disk_block(sim.disk);
        uint64_t bytes;
        ph_status status = block->ops->size(block, &bytes);
        ph_sim_disk_limit(sim.disk, status == PH_OK ? bytes : 0);
    } else if (ph_random_below(&sim.random, 30) == 0) {
        ph_sim_disk_limit(sim.disk, 0);
    }
}

static void end_faults(void)
{
    ph_sim_disk_fail_at(sim.disk, UINT64_MAX);
    ph_sim_disk_limit(sim.disk, 0);
}

static bool is_fault(ph_status status)
{
    return sim.faults && (status == PH_IO || status == PH_NO_SPACE);
}

/* ---- One world, from nothing to its end ------------------------------------------------------ */

static ph_status load_program(struct ph_machine *machine, ph_ref unit_ref, uint32_t which)
{
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    struct ph_root instance, function;
    struct ph_thread *thread;
    uint64_t argument = which;
    ph_root_push(mutator, &instance, 0);
    ph_root_push(mutator, &function, 0);
    ph_status status = ph_instantiate(machine, mutator, unit_ref, NULL, &instance, NULL);
    if (status == PH_OK) {
        status = ph_instance_export(machine, mutator, instance.ref, PH_SLICE_TEXT("run"),
                                    &function, NULL);
    }
    if (status == PH_OK) {
        status = ph_thread_create(machine, mutator, function.ref, &argument, &thread, NULL);
    }
    ph_root_pop(mutator, &function);
    ph_root_pop(mutator, &instance);
    if (status == PH_OK) {
        ph_thread_ready(machine, mutator, thread);
    }
    return status;
}

static ph_status load_programs(struct ph_machine *machine)
{
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    ph_status status = PH_OK;
    PH_SET(mutator, machine->console->capacity_bytes, sim.ring_bytes);
    for (uint32_t i = 0; status == PH_OK && i < PROGRAMS; i++) {
        ph_ref unit_ref;
        if (sim.runs[i]) {
            status = ph_unit_load(machine, mutator, sim.units[kinds[i]], &unit_ref, NULL);
            if (status == PH_OK) {
                status = load_program(machine, unit_ref, i);
            }
        }
    }
    return status;
}

static ph_status take_cut(struct ph_machine *machine, enum ph_cut_reason reason)
{
    uint64_t before = ph_cut_durable(machine);
    ph_status status = ph_machine_cut(machine, reason);
    bool compare = sim.shadow || ph_random_below(&sim.random, 32) == 0;
    if (compare && ph_cut_durable(machine) != before) {
        struct ph_error what;
        sim.compared++;
        if (!shadow_equals(sim.disk, machine, &what)) {
            violation(what.text);
        }
    }
    return status;
}

static ph_status open_machine(struct ph_block *block, bool *is_new, struct ph_machine **machine)
{
    struct ph_machine_options options = {.simulated = true, .engine = &ph_interp,
                                         .arena_bytes = sim.stress_move ? MOVING_ARENA_BYTES
                                                                        : ARENA_BYTES,
                                         .chunk_bytes = sim.chunk_bytes,
                                         .stress_move = sim.stress_move,
                                         .stepped_collections = true,
                                         .object_bytes_max = sim.is_tight ? TIGHT_BYTES : 0,
                                         .extra_classes = object_classes,
                                         .extra_class_count = object_class_count,
                                         .schedule_seed = ph_random_next(&sim.random)};
    struct ph_sink sink = {NULL, outside_write, outside_position,
                           outside.loses ? outside_flush : NULL};
    struct ph_store_recovery found;
    ph_status status = PH_NOT_FOUND;
    *machine = NULL;
    if (!*is_new) {
        status = ph_machine_open(block, false, &options, machine, &found, NULL);
    }
    if (*is_new || status == PH_NOT_FOUND) {
        *is_new = true;
        status = ph_machine_open(block, true, &options, machine, &found, NULL);
    }
    if (status != PH_OK) {
        return status;
    }
    ph_gate_set_sink(*machine, &sink);
    status = ph_machine_add_natives(*machine, natives, PH_COUNT(natives));
    if (status == PH_OK) {
        status = ph_machine_add_natives(*machine, object_natives, object_native_count);
    }
    if (status == PH_OK && *is_new) {
        status = load_programs(*machine);
        if (status == PH_OK) {
            status = take_cut(*machine, PH_CUT_COMMAND);
        }
        *is_new = status != PH_OK && status != PH_AGAIN;
    }
    return status == PH_AGAIN ? PH_OK : status;
}

static bool all_ended(struct ph_machine *machine)
{
    ph_ref ref = ph_machine_world(machine)->threads_ref;
    bool ended = true;
    while (ref != 0) {
        const struct ph_thread *t = ph_address(ph_machine_heap(machine), ref);
        if (t->state == PH_THREAD_TRAPPED) {
            violation(ph_trap_text(t->trap));
        }
        ended = ended && (t->state == PH_THREAD_FINISHED || t->state == PH_THREAD_TRAPPED);
        ref = t->next_ref;
    }
    return ended;
}

static bool is_serious(ph_status status)
{
    return status != PH_OK && status != PH_AGAIN && !is_fault(status);
}

/* What goes on beside the threads. `must`: none of them can run. */
static ph_status run_others(struct ph_machine *machine, bool must)
{
    ph_status status = PH_OK;
    if (must || ph_random_below(&sim.random, 4) == 0) {
        status = take_cut(machine, PH_CUT_INTERVAL);
    }
    if (status == PH_OK && ph_random_below(&sim.random, 40) == 0) {
        bool done;
        status = ph_store_fold(ph_machine_store(machine), &done);
    }
    bool is_wanted = must || ph_heap_wants_mark(ph_machine_heap(machine));
    uint32_t seldom = sim.collects || is_wanted ? 2 : 40;
    if (!is_serious(status) && ph_random_below(&sim.random, seldom) == 0) {
        bool done;
        status = ph_collect_step(machine, &done);
        sim.collects = !done;
        if (status == PH_NO_MEMORY && sim.stress_move) {
            status = PH_OK; /* a move ends the mark */
        }
    }
    return status;
}

static bool run_threads(struct ph_machine *machine)
{
    struct ph_heap *heap = ph_machine_heap(machine);
    bool early = begin_early_sweep(heap);
    bool ran = ph_machine_step(machine, 1 + (uint32_t)ph_random_below(&sim.random, 250));
    if (early) {
        end_early_sweep(heap);
    }
    break_something(machine);
    return ran;
}

/* Runs until the power goes (PH_POWER_CUT), the process is killed (PH_AGAIN) or all is said
 * (PH_FINISHED). */
static ph_status run_machine(struct ph_machine *machine)
{
    while (sim.violations == 0) {
        plan_faults();
        bool ran = run_threads(machine);
        ph_status status = run_others(machine, !ran);
        if (is_serious(status)) {
            return status;
        }
        if (!ran && all_ended(machine) && ph_gate_is_empty(machine)) {
            return PH_FINISHED;
        }
        if (ph_gate_trouble(machine) != PH_OK || ph_random_below(&sim.random, 500) == 0) {
            return PH_AGAIN;
        }
    }
    return PH_FINISHED;
}

static void complain(void *context, const char *line)
{
    (void)context;
    if (sim.breaking == BREAK_NOTHING) {
        printf("%s\n", line);
    }
}

/* A heap that is not in order may do no harm for long. */
static void verify(struct ph_machine *machine)
{
    if (ph_heap_verify(ph_machine_heap(machine), complain, NULL, NULL) != PH_OK) {
        violation("the heap is not in order");
    }
}

static ph_status run_opened(struct ph_machine *machine)
{
    ph_machine_heap(machine)->stress_evacuate = sim.evacuates;
    sim.collects = false;
    verify(machine);
    ph_status status = run_machine(machine);
    if (status == PH_AGAIN || status == PH_FINISHED) {
        verify(machine);
    }
    struct ph_collect_stat stat;
    ph_collect_stat(machine, &stat);
    sim.collections += stat.collections;
    sim.evacuations += stat.evacuations;
    return status;
}

/* One life of the machine. */
static ph_status live(bool *is_new)
{
    struct ph_machine *machine;
    uint64_t distance = ph_random_below(&sim.random, *is_new ? 60 : sim.power_distance);
    ph_sim_disk_cut_power_at(sim.disk, ph_sim_disk_calls(sim.disk) + distance);
    ph_status status = open_machine(ph_sim_disk_block(sim.disk), is_new, &machine);
    if (status == PH_OK) {
        sim.resumes++;
        status = run_opened(machine);
    }
    ph_machine_close(machine);
    if (status == PH_POWER_CUT) {
        sim.cuts++;
        ph_sim_disk_power_on(sim.disk);
        outside_power_cut();
    } else if (status == PH_AGAIN || is_fault(status)) {
        sim.kills++;
        end_faults();
        if (outside.flush_failed) {
            outside_power_cut();
        }
    } else if (status != PH_FINISHED) {
        violation(ph_status_text(status));
    }
    return status;
}

static void choose_programs(uint64_t seed)
{
    bool memory = seed % 4 != 1;
    bool objects = sim.stress_move ? seed % 4 == 1 : seed % 4 != 0; /* which then are slow */
    sim.is_tight = seed % 4 == 1 && seed % 3 != 0 && !sim.stress_move; /* which needs room */
    sim.evacuates = seed % 7 == 1;
    sim.chunk_bytes = seed % 5 == 0 ? PH_STORE_CHUNK_BYTES : 64u << 10;
    sim.power_distance = objects ? 300 : 50;
    for (uint32_t i = 0; i < PROGRAMS; i++) { /* threads are not made where there is no room */
        sim.runs[i] = kinds[i] == KIND_MEMORY ? memory : objects;
        sim.runs[i] = sim.runs[i] && !(sim.is_tight && kinds[i] == KIND_GANG);
    }
}

static void run_world(uint64_t seed)
{
    struct ph_sim_disk_options options = {.seed = seed, .tear = true, .corrupt = seed % 3 == 0};
    bool is_new = true;
    ph_random_init(&sim.random, seed);
    memset(&outside, 0, sizeof(outside));
    outside.loses = seed % 2 == 0;
    sim.seed = seed;
    sim.ring_bytes = seed % 5 < 2 ? 40 + ph_random_below(&sim.random, 400) : 1 << 20;
    choose_programs(seed);
    if (ph_sim_disk_create(&options, &sim.disk) != PH_OK) {
        violation("no memory for a disk");
        return;
    }
    ph_sim_disk_lie(sim.disk, sim.breaking == BREAK_FLUSH);
    for (ph_status status = PH_OK; status != PH_FINISHED && sim.violations == 0;) {
        status = live(&is_new);
        if (sim.violations == 0) {
            check_outside(status == PH_FINISHED);
        }
    }
    ph_sim_disk_destroy(sim.disk);
}

/* ---- Is the oracle blind? -------------------------------------------------------------------- */

/* In a process of its own, since what is broken may also end in an assertion. */
static bool is_noticed(enum breaking breaking)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        FILE *ignored = freopen("/dev/null", "w", stderr);
        (void)ignored;
        sim.breaking = breaking;
        object_reading = breaking == BREAK_HANDED     ? OBJECT_READ_MARKING
                         : breaking == BREAK_CLEARING ? OBJECT_READ_CLEARING
                                                      : OBJECT_READ_RIGHT;
        for (uint64_t seed = 1; seed <= BREAK_RUNS && sim.violations == 0; seed++) {
            run_world(seed);
        }
        _exit(sim.violations != 0);
    }
    int ended = 0;
    bool noticed = child > 0 && waitpid(child, &ended, 0) == child && ended != 0;
    printf("self-check: a broken %s is %s\n", break_names[breaking],
           noticed ? "found out" : "NOT NOTICED");
    return noticed;
}

static bool are_noticed(const char *only)
{
    bool all = true;
    for (uint32_t i = BREAK_NOTHING + 1; i < BREAK_COUNT; i++) {
        if (only == NULL || strcmp(only, break_names[i]) == 0) {
            all = is_noticed((enum breaking)i) && all;
        }
    }
    return all;
}

static void run_worlds(uint64_t first, uint64_t runs)
{
    uint64_t from = ph_clock_monotonic_ns();
    for (uint64_t seed = first; seed < first + runs && sim.violations == 0; seed++) {
        run_world(seed);
    }
    double seconds = (double)(ph_clock_monotonic_ns() - from) * 1e-9;
    printf("%llu worlds%s, %llu power cuts, %llu kills, %llu resumes, %llu lines, %llu compared, "
           "%.0f cuts/s\n"
           "%llu evacuations, %llu collections, %llu of %llu weak references were dead\n",
           (unsigned long long)runs, sim.faults ? " with faults" : "",
           (unsigned long long)sim.cuts, (unsigned long long)sim.kills,
           (unsigned long long)sim.resumes, (unsigned long long)sim.lines,
           (unsigned long long)sim.compared, (double)sim.cuts / seconds,
           (unsigned long long)sim.evacuations, (unsigned long long)sim.collections,
           (unsigned long long)object_weak_cleared, (unsigned long long)object_weak_read);
    bool any = sim.collections > 0 && object_weak_cleared > 0;
    if (runs >= 5 && sim.violations == 0 && !any && !sim.stress_move) {
        violation("nothing was collected");
    }
}

static bool assemble(enum kind kind, const char *program)
{
    struct ph_error error;
    struct ph_slice text = {(const uint8_t *)program, strlen(program)};
    if (ph_assemble(text, "program", ph_port_allocator(), &sim.units[kind], &error) != PH_OK) {
        printf("%s\n", error.text);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    uint64_t runs = 400, first = 0;
    const char *break_only = NULL;
    bool self_check = true, is_quick = false;
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 28); /* memory goes round instead of back and forth */
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 28);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            is_quick = true;
            runs = 5;
        } else if (strcmp(argv[i], "--no-self-check") == 0) {
            self_check = false;
        } else if (strcmp(argv[i], "--stress-move") == 0) {
            sim.stress_move = true;
        } else if (strcmp(argv[i], "--faults") == 0) {
            sim.faults = true;
        } else if (strcmp(argv[i], "--shadow") == 0) {
            sim.shadow = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--break") == 0) {
            break_only = argv[++i];
        } else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            first = strtoull(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--runs") == 0) {
            runs = strtoull(argv[++i], NULL, 0);
        }
    }
    if (!assemble(KIND_MEMORY, program_text) || !assemble(KIND_OBJECTS, object_program_text) ||
        !assemble(KIND_GANG, gang_program_text)) {
        return 1;
    }
    first = first != 0 ? first : seed_default(is_quick);
    printf("sim_world_power: seed %llu\n", (unsigned long long)first);
    fflush(stdout);
    bool noticed = true;
    if (break_only == NULL) {
        run_worlds(first, runs);
        bool had_faults = sim.faults;
        sim.faults = true;
        if (!had_faults && sim.violations == 0) {
            run_worlds(first, runs);
        }
        sim.faults = had_faults;
    }
    if (sim.violations == 0 && self_check) {
        noticed = are_noticed(break_only);
    }
    for (uint32_t i = 0; i < KIND_COUNT; i++) {
        ph_free(ph_port_allocator(), (void *)(uintptr_t)sim.units[i].bytes, sim.units[i].size);
    }
    bool failed = sim.violations != 0 || !noticed;
    printf("%d passed, %d failed\n", !failed, failed);
    return failed;
}
