/* SPDX-License-Identifier: Apache-2.0 */
/* world_power.c - real store, heap, machine and interpreter on a disk that loses power.
 *
 * Three programs run as threads of one world, on a seeded schedule. Each fills a linear memory from
 * a generator, checks that what it finds there is what its locals say, and prints numbered lines
 * with a checksum. Power is cut at random disk calls, also while the world is being made or resumed.
 *
 * Oracle, for each program: the lines that ever left are 1, 2, 3… with the right checksums, none
 * lost, none repeated, none early: so no released output was ever forgotten, and every thread went
 * on in the middle of what it did. A program that finds its memory not as it left it traps.
 *
 *   sim_world_power [--quick] [--seed N] [--runs N]   (default 400 runs; quick 25)
 *   --stress-move: all objects move at every call that may collect */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/cut.h"
#include "machine/gate.h"
#include "port/sim/sim.h"

#define PROGRAMS 3u
#define LINES 40u
#define ARENA_BYTES (UINT64_C(1) << 30)

/* Locals: 0 which, 1 line, 2 state, 3 i, 4 sum. */
static const char program_text[] =
    "import function \"test\" \"say\" (i32 i32 i64) -> ()\n"
    "memory 1 to 1\n"
    "export \"run\" function 2\n"
    "function \"mix\" (i64) -> (i64) {\n"
    "  local_get 0 i64_const 6364136223846793005 i64_mul i64_const 1442695040888963407 i64_add\n"
    "  return\n"
    "}\n"
    "function \"run\" (i32) -> (i64) {\n"
    "  local i32 local i64 local i32 local i64\n"
    "  local_get 0 i64_extend_i32_u local_set 2\n"
    "label 0 loop\n"
    /* what the line before left must be there */
    "  i32_const 0 local_set 3\n"
    "label 1 loop\n"
    "  local_get 1 i32_eqz br_if 2\n"
    "  local_get 3 i64_load 0 8 local_get 2 local_get 3 i64_extend_i32_u i64_xor i64_eq\n"
    "  br_if 2 unreachable\n"
    "label 2\n"
    "  local_get 3 i32_const 1000 i32_add local_tee 3 i32_const 60000 i32_lt_u br_if 1\n"
    "  local_get 2 call 1 local_set 2\n"
    "  i32_const 0 local_set 3\n"
    "label 3 loop\n"
    "  local_get 3 local_get 2 local_get 3 i64_extend_i32_u i64_xor i64_store 0 8\n"
    "  local_get 4 local_get 2 i64_add local_set 4\n"
    "  local_get 3 i32_const 1000 i32_add local_tee 3 i32_const 60000 i32_lt_u br_if 3\n"
    "  local_get 1 i32_const 1 i32_add local_set 1\n"
    "  local_get 0 local_get 1 local_get 4 call 0\n"
    "  local_get 1 i32_const 40 i32_lt_u br_if 0\n"
    "  local_get 4 return\n"
    "}\n";

static struct {
    struct ph_random random;
    struct ph_slice unit;
    uint64_t cuts, resumes, violations, lines;
    bool stress_move;
} sim;

/* What has left the machine: survives everything, as the world outside does. */
static struct {
    char text[1 << 16];
    uint64_t size;
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
    if (outside.size + n > sizeof(outside.text)) {
        sim.violations++;
        n = 0;
    }
    memcpy(outside.text + outside.size, bytes.bytes, n);
    outside.size += n;
    *done = n;
    return n == bytes.size ? PH_OK : PH_AGAIN;
}

static ph_status outside_position(void *context, uint64_t *payload)
{
    (void)context;
    *payload = outside.size;
    return PH_OK;
}

static enum ph_outcome native_say(struct ph_call *call)
{
    char line[64];
    uint64_t done;
    int n = snprintf(line, sizeof(line), "%u %u %llx\n", (unsigned)call->slots[0],
                     (unsigned)call->slots[1], (unsigned long long)call->slots[2]);
    ph_gate_append(call, 1, (const uint8_t *)line, (uint64_t)n, &done);
    return done == (uint64_t)n ? PH_DONE : ph_call_wait(call, PH_WAIT_GATE, 0, 0);
}

static const struct ph_native_info natives[] = {{"test", "say", "iil:", native_say}};

/* ---- The oracle ----------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    return x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

static void violation(uint64_t seed, const char *what)
{
    sim.violations++;
    printf("seed %llu: %s\n", (unsigned long long)seed, what);
}

static void check_outside(uint64_t seed, bool finished)
{
    uint64_t line[PROGRAMS] = {0}, state[PROGRAMS], sum[PROGRAMS] = {0};
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        state[i] = i;
    }
    outside.text[outside.size] = '\0';
    for (char *at = outside.text; *at != '\0';) {
        unsigned which, number;
        unsigned long long value;
        int used = 0;
        if (strchr(at, '\n') == NULL && !finished) {
            return; /* a piece of a line: the rest is still to come */
        }
        if (sscanf(at, "%u %u %llx\n%n", &which, &number, &value, &used) != 3 || used == 0 ||
            which >= PROGRAMS) {
            violation(seed, "a line that nobody wrote");
            return;
        }
        state[which] = mix(state[which]);
        sum[which] += 60 * state[which];
        if (number != ++line[which] || value != sum[which]) {
            violation(seed, "a line is lost, repeated or wrong");
            return;
        }
        at += used;
    }
    for (uint32_t i = 0; i < PROGRAMS && finished; i++) {
        if (line[i] != LINES) {
            violation(seed, "a program said less than it should");
        }
        sim.lines += line[i];
    }
}

/* ---- One world, from nothing to its end ------------------------------------------------------ */

static ph_status load_programs(struct ph_machine *machine)
{
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    ph_ref unit_ref;
    ph_status status = ph_unit_load(machine, mutator, sim.unit, &unit_ref, NULL);
    for (uint32_t i = 0; status == PH_OK && i < PROGRAMS; i++) {
        struct ph_root instance, function;
        struct ph_thread *thread;
        uint64_t argument = i;
        ph_root_push(mutator, &instance, 0);
        ph_root_push(mutator, &function, 0);
        status = ph_instantiate(machine, mutator, unit_ref, NULL, &instance, NULL);
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
    }
    return status;
}

static ph_status open_machine(struct ph_block *block, bool *is_new, struct ph_machine **machine)
{
    struct ph_machine_options options = {.simulated = true, .engine = &ph_interp,
                                         .arena_bytes = ARENA_BYTES,
                                         .stress_move = sim.stress_move,
                                         .schedule_seed = ph_random_next(&sim.random)};
    struct ph_sink sink = {NULL, outside_write, outside_position, NULL};
    struct ph_store_recovery found;
    ph_status status = PH_NOT_FOUND;
    *machine = NULL;
    if (!*is_new) {
        status = ph_machine_open(block, false, &options, machine, &found, NULL);
    }
    if (*is_new || (status == PH_OK && found.last.number == 0)) {
        ph_machine_close(*machine);
        *machine = NULL;
        *is_new = true;
        status = ph_machine_open(block, true, &options, machine, &found, NULL);
    }
    if (status != PH_OK) {
        return status;
    }
    ph_gate_set_sink(*machine, &sink);
    status = ph_machine_add_natives(*machine, natives, 1);
    if (status == PH_OK && *is_new) {
        status = load_programs(*machine);
        if (status == PH_OK) {
            status = ph_machine_cut(*machine, PH_CUT_COMMAND);
        }
        *is_new = status != PH_OK && status != PH_AGAIN;
    }
    return status == PH_AGAIN ? PH_OK : status;
}

static bool all_ended(struct ph_machine *machine, uint64_t seed)
{
    ph_ref ref = ph_machine_world(machine)->threads_ref;
    bool ended = true;
    while (ref != 0) {
        const struct ph_thread *t = ph_address(ph_machine_heap(machine), ref);
        if (t->state == PH_THREAD_TRAPPED) {
            violation(seed, ph_trap_text(t->trap));
        }
        ended = ended && (t->state == PH_THREAD_FINISHED || t->state == PH_THREAD_TRAPPED);
        ref = t->next_ref;
    }
    return ended;
}

/* Runs until the power goes (PH_POWER_CUT) or all is said (PH_FINISHED). */
static ph_status run_machine(struct ph_machine *machine, uint64_t seed)
{
    for (;;) {
        bool ran = ph_machine_step(machine, 1 + (uint32_t)ph_random_below(&sim.random, 90));
        ph_status status = PH_OK;
        if (!ran || ph_random_below(&sim.random, 4) == 0) {
            status = ph_machine_cut(machine, PH_CUT_INTERVAL);
        }
        if (status == PH_OK && ph_random_below(&sim.random, 40) == 0) {
            bool done;
            status = ph_store_fold(ph_machine_store(machine), &done);
        }
        if (status == PH_POWER_CUT) {
            return status;
        }
        if (!ran && all_ended(machine, seed) && ph_gate_is_empty(machine)) {
            return PH_FINISHED;
        }
    }
}

static void run_world(uint64_t seed)
{
    struct ph_sim_disk_options options = {.seed = seed, .tear = true, .corrupt = seed % 3 == 0};
    struct ph_sim_disk *disk;
    bool is_new = true;
    ph_random_init(&sim.random, seed);
    outside.size = 0;
    if (ph_sim_disk_create(&options, &disk) != PH_OK) {
        violation(seed, "no memory for a disk");
        return;
    }
    for (ph_status status = PH_OK; status != PH_FINISHED && sim.violations == 0;) {
        struct ph_machine *machine;
        uint64_t calls = ph_sim_disk_calls(disk);
        uint64_t distance = ph_random_below(&sim.random, is_new ? 60 : 50);
        ph_sim_disk_cut_power_at(disk, calls + distance);
        status = open_machine(ph_sim_disk_block(disk), &is_new, &machine);
        if (status == PH_OK) {
            sim.resumes++;
            status = run_machine(machine, seed);
        }
        ph_machine_close(machine);
        if (status == PH_POWER_CUT) {
            sim.cuts++;
            ph_sim_disk_power_on(disk);
        } else if (status != PH_FINISHED) {
            violation(seed, ph_status_text(status));
        }
        check_outside(seed, status == PH_FINISHED);
    }
    ph_sim_disk_destroy(disk);
}

int main(int argc, char **argv)
{
    uint64_t runs = 400, first = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            runs = 25;
        } else if (strcmp(argv[i], "--stress-move") == 0) {
            sim.stress_move = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            first = strtoull(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--runs") == 0) {
            runs = strtoull(argv[++i], NULL, 0);
        }
    }
    struct ph_error error;
    struct ph_slice text = {(const uint8_t *)program_text, sizeof(program_text) - 1};
    if (ph_assemble(text, "program", ph_port_allocator(), &sim.unit, &error) != PH_OK) {
        printf("%s\n", error.text);
        return 1;
    }
    uint64_t from = ph_clock_monotonic_ns();
    for (uint64_t seed = first; seed < first + runs && sim.violations == 0; seed++) {
        run_world(seed);
    }
    double seconds = (double)(ph_clock_monotonic_ns() - from) * 1e-9;
    printf("%llu worlds, %llu power cuts, %llu resumes, %llu lines, %.0f cuts/s\n",
           (unsigned long long)runs, (unsigned long long)sim.cuts,
           (unsigned long long)sim.resumes, (unsigned long long)sim.lines,
           (double)sim.cuts / seconds);
    printf("%d passed, %d failed\n", sim.violations == 0, sim.violations != 0);
    return sim.violations != 0;
}
