/* SPDX-License-Identifier: Apache-2.0 */
/* workers_driver.c - real workers, writer and timer over a real file: many threads of the world
 * compute and speak while cuts are taken every millisecond; the world is stopped and resumed a few
 * times. Under MODE=tsan this is the test of every lock in the machine.
 *
 *   run_workers [--quick] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/cut.h"
#include "machine/gate.h"

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

int main(int argc, char **argv)
{
    struct ph_error error;
    struct ph_slice unit, text = {(const uint8_t *)program_text, sizeof(program_text) - 1};
    char path[] = "/tmp/phantom-workers-XXXXXX";
    int fd = mkstemp(path);
    (void)argc;
    (void)argv;
    if (fd < 0) {
        return 1;
    }
    close(fd);
    must(ph_assemble(text, "program", ph_port_allocator(), &unit, &error), "assemble", &error);
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        outside.size = 0;
        memset(outside.text, 0, sizeof(outside.text));
        for (uint32_t round = 0; !live(path, unit, round, workers); round++) {
        }
        check_lines();
    }
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    unlink(path);
    printf("%d passed, %d failed\n", failed == 0, failed);
    return failed;
}
