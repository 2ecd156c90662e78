/* SPDX-License-Identifier: Apache-2.0 */
/* threads.c - what threads of a world cost: very many are made and park, are cut, killed, resumed,
 * unparked and joined; then what a change of threads takes, by yielding (four threads, so that two
 * workers change too) and by passing a permit to and fro, and a monitor that nobody else wants.
 *
 *     make bench_threads, then bench_threads [FILE [THREADS]]     default 1000000
 *
 * Prints nanoseconds per thread, and bytes in the world and in the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/internal.h"

#define ARENA_BYTES (UINT64_C(64) << 30)
#define YIELDERS 4u
#define SWITCHES UINT64_C(2000000) /* of each */
#define PASSES UINT64_C(1000000)

static const char text[] =
    "import function \"phantom\" \"thread_start\" (ref ref) -> (ref)\n"
    "import function \"phantom\" \"thread_park\" (i64) -> (i32)\n"
    "import function \"phantom\" \"thread_unpark\" (ref) -> ()\n"
    "import function \"phantom\" \"thread_join\" (ref i64) -> (i32)\n"
    "import function \"phantom\" \"thread_yield\" () -> ()\n"
    "import function \"phantom\" \"monitor_enter\" (ref) -> ()\n"
    "import function \"phantom\" \"monitor_exit\" (ref) -> ()\n"
    "table any 2000000\n"
    "export \"create\" function 8 export \"wake\" function 9 export \"switch\" function 11\n"
    "export \"lock\" function 12 export \"pass\" function 15\n"
    "function \"parks\" (ref) -> () { i64_const -1 call 1 drop return }\n"
    "function \"create\" (i64) -> () { local i64\n"
    "  label 0 loop local_get 1 i32_wrap_i64 ref_func 7 ref_null call 0 table_set 0\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 local_get 0 i64_lt_u br_if 0 return }\n"
    "function \"wake\" (i64) -> () { local i64\n"
    "  label 0 loop local_get 1 i32_wrap_i64 table_get 0 call 2\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 local_get 0 i64_lt_u br_if 0\n"
    "    i64_const 0 local_set 1\n"
    "  label 1 loop local_get 1 i32_wrap_i64 table_get 0 i64_const -1 call 3 drop\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 local_get 0 i64_lt_u br_if 1 return }\n"
    "function \"yields\" (ref) -> () { local i64\n"
    "  label 0 loop call 4\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 i64_const 2000000 i64_lt_u br_if 0 return }\n"
    "function \"switch\" (i64) -> () {\n"
    "  label 0 loop ref_func 10 ref_null call 0 drop\n"
    "    local_get 0 i64_const 1 i64_sub local_tee 0 i64_eqz br_unless 0 return }\n"
    "function \"lock\" (i64) -> () { local i64\n"
    "  label 0 loop ref_func 7 call 5 ref_func 7 call 6\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 local_get 0 i64_lt_u br_if 0 return }\n"
    /* the first begins when both are in the table */
    "function \"pings\" (ref) -> () { local i64 i64_const -1 call 1 drop\n"
    "  label 0 loop i32_const 1 table_get 0 call 2 i64_const -1 call 1 drop\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 i64_const 1000000 i64_lt_u br_if 0 return }\n"
    "function \"pongs\" (ref) -> () { local i64\n"
    "  label 0 loop i64_const -1 call 1 drop i32_const 0 table_get 0 call 2\n"
    "    local_get 1 i64_const 1 i64_add local_tee 1 i64_const 1000000 i64_lt_u br_if 0 return }\n"
    "function \"pass\" (i64) -> () {\n"
    "    i32_const 0 ref_func 13 ref_null call 0 table_set 0\n"
    "    i32_const 1 ref_func 14 ref_null call 0 table_set 0\n"
    "    i32_const 0 table_get 0 call 2 return }\n";

static struct {
    const char *path;
    struct ph_block *block;
    struct ph_machine *machine;
    ph_ref instance_ref;
} it;

static void must(ph_status status, const char *what)
{
    if (status != PH_OK) {
        fprintf(stderr, "%s: %s\n", what, ph_status_text(status));
        exit(1);
    }
}

static void open_world(bool is_new, uint32_t workers)
{
    const struct ph_machine_options options = {.arena_bytes = ARENA_BYTES, .engine = &ph_interp,
                                               .workers = workers};
    struct ph_error error;
    must(ph_block_open(it.path, PH_BLOCK_CREATE, &it.block, &error), "open");
    must(ph_machine_open(it.block, is_new, &options, &it.machine, NULL, &error), "world");
}

static void close_world(void)
{
    must(ph_machine_stop(it.machine, false, NULL), "stop");
    ph_machine_close(it.machine);
    it.block->ops->close(it.block);
}

static void load(void)
{
    struct ph_mutator *mutator = ph_machine_mutator(it.machine);
    const struct ph_slice source = {(const uint8_t *)text, sizeof(text) - 1};
    struct ph_slice unit;
    struct ph_error error = {0};
    struct ph_root instance;
    ph_ref unit_ref;
    ph_status status = ph_assemble(source, "threads", ph_port_allocator(), &unit, &error);
    if (status != PH_OK) {
        fprintf(stderr, "%s\n", error.text);
    }
    must(status, "assemble");
    must(ph_unit_load(it.machine, mutator, unit, &unit_ref, &error), "load");
    ph_root_push(mutator, &instance, 0);
    must(ph_instantiate(it.machine, mutator, unit_ref, NULL, &instance, &error), "instance");
    ph_root_pop(mutator, &instance);
    it.instance_ref = instance.ref;
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

/* True when no thread runs or is ready. */
static bool is_quiet(void)
{
    bool quiet = ph_ready_count(it.machine) == 0;
    ph_machine_pause(it.machine);
    for (uint32_t i = 0; i < it.machine->worker_count; i++) {
        quiet = quiet && it.machine->workers[i]->thread == NULL;
    }
    quiet = quiet && ph_ready_count(it.machine) == 0;
    ph_machine_unpause(it.machine);
    return quiet;
}

/* Calls an export and waits until nothing runs any more; the time it took. */
static uint64_t run(const char *name, uint64_t argument)
{
    struct ph_mutator *mutator = ph_machine_mutator(it.machine);
    struct ph_thread *thread;
    struct ph_root function;
    uint64_t from = ph_clock_monotonic_ns();
    ph_machine_pause(it.machine);
    ph_root_push(mutator, &function, 0);
    must(ph_instance_export(it.machine, mutator, it.instance_ref,
                            (struct ph_slice){(const uint8_t *)name, strlen(name)}, &function,
                            NULL), name);
    must(ph_thread_create(it.machine, mutator, function.ref, &argument, &thread, NULL), name);
    ph_root_pop(mutator, &function);
    ph_thread_ready(it.machine, mutator, thread);
    ph_machine_unpause(it.machine);
    must(ph_machine_wait_thread(it.machine, thread), name);
    while (!is_quiet()) {
        usleep(500);
    }
    return ph_clock_monotonic_ns() - from;
}

static void row(const char *what, uint64_t ns, uint64_t count)
{
    printf("%-44s %9.1f ns\n", what, (double)ns / (double)count);
}

static void many(uint64_t count)
{
    open_world(true, 0);
    load();
    must(ph_machine_start(it.machine, NULL), "start");
    const struct ph_heap_header *header = ph_machine_heap(it.machine)->header;
    uint64_t before = header->object_bytes_live, number, size;
    row("made and parked, each", run("create", count), count);
    printf("%-44s %9.1f bytes\n", "in the world, each",
           (double)(header->object_bytes_live - before) / (double)count);
    uint64_t from = ph_clock_monotonic_ns();
    must(ph_cut_now(it.machine, PH_CUT_COMMAND, &number), "cut");
    row("a durable cut of what is left, each", ph_clock_monotonic_ns() - from, count);
    must(it.block->ops->size(it.block, &size), "size");
    printf("%-44s %9.1f bytes\n", "in the file, each", (double)size / (double)count);
    close_world();

    from = ph_clock_monotonic_ns();
    open_world(false, 0);
    must(ph_machine_start(it.machine, NULL), "start");
    row("resumed, each", ph_clock_monotonic_ns() - from, count);
    row("unparked, ended and joined, each", run("wake", count), count);
    close_world();
}

static void switches(uint32_t workers)
{
    char what[64];
    open_world(true, workers);
    load();
    must(ph_machine_start(it.machine, NULL), "start");
    snprintf(what, sizeof(what), "change of threads by yield, %u workers", workers);
    row(what, run("switch", YIELDERS), YIELDERS * SWITCHES);
    if (workers == 1) {
        row("change of threads by a permit, 1 worker", run("pass", 0), 2 * PASSES);
        row("monitor entered and left, by natives", run("lock", SWITCHES), SWITCHES);
    }
    close_world();
}

int main(int argc, char **argv)
{
    char temporary[] = "/tmp/phantom-threads-XXXXXX";
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    if (argc > 1) {
        it.path = argv[1];
    } else {
        int fd = mkstemp(temporary);
        if (fd < 0) {
            return 1;
        }
        close(fd);
        it.path = temporary;
    }
    many(count);
    switches(1);
    switches(2);
    unlink(it.path);
    return 0;
}
