/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of programs, calls and cuts, with real workers: whoever waits is told, and nothing that
 * was asked for is forgotten. */
#include <string.h>

#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/internal.h"
#include "port/sim/sim.h"
#include "unit.h"

#define HOUR_NS UINT64_C(3600000000000)

/* A reactor. "speak" says one letter, "spin" never ends, "wait" waits for input that never comes,
 * "leave" ends the program. */
static const char reactor_text[] =
    "import function \"test\" \"say\" () -> ()\n"
    "import function \"test\" \"wait\" () -> ()\n"
    "import function \"test\" \"leave\" () -> ()\n"
    "export \"speak\" function 3\n"
    "export \"wait\" function 4\n"
    "export \"leave\" function 5\n"
    "export \"spin\" function 6\n"
    "export \"one\" function 7\n"
    "function () -> () { call 0 return }\n"
    "function () -> () { call 1 return }\n"
    "function () -> () { call 2 return }\n"
    "function () -> () { label 0 loop br 0 }\n"
    "function () -> (i32) { i32_const 1 return }\n";

static struct {
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_program *program;
    uint64_t shown; /* atomic */
} it;

static enum ph_outcome native_say(struct ph_call *call)
{
    uint64_t done;
    ph_gate_append(call, 1, (const uint8_t *)"x", 1, &done);
    return done == 1 ? PH_DONE : ph_call_wait(call, PH_WAIT_GATE, 0, 0);
}

static enum ph_outcome native_wait(struct ph_call *call)
{
    return ph_call_wait(call, PH_WAIT_INPUT, 0, 0);
}

static enum ph_outcome native_leave(struct ph_call *call)
{
    return ph_call_exit(call, 7);
}

static const struct ph_native_info natives[] = {{"test", "say", ":", native_say},
                                                {"test", "wait", ":", native_wait},
                                                {"test", "leave", ":", native_leave}};

static ph_status show(void *context, uint32_t stream, struct ph_slice bytes, uint64_t *done)
{
    (void)context;
    (void)stream;
    *done = bytes.size;
    __atomic_add_fetch(&it.shown, bytes.size, __ATOMIC_RELEASE);
    return PH_OK;
}

static void begin(struct ph_machine_options options)
{
    const struct ph_sim_disk_options disk = {.seed = 1};
    const struct ph_program_options program = {.name = PH_SLICE_TEXT("reactor")};
    const struct ph_sink sink = {NULL, show, NULL, NULL};
    struct ph_slice text = {(const uint8_t *)reactor_text, sizeof(reactor_text) - 1};
    struct ph_slice unit;
    struct ph_checked_unit checked;
    options.engine = &ph_interp;
    options.arena_bytes = UINT64_C(1) << 30;
    options.workers = 3;
    it.shown = 0;
    CHECK_EQ(ph_assemble(text, "reactor", ph_port_allocator(), &unit, NULL), PH_OK);
    CHECK_EQ(ph_sim_disk_create(&disk, &it.disk), PH_OK);
    CHECK_EQ(ph_machine_open(ph_sim_disk_block(it.disk), true, &options, &it.machine, NULL, NULL),
             PH_OK);
    ph_gate_set_sink(it.machine, &sink);
    CHECK_EQ(ph_machine_add_natives(it.machine, natives, PH_COUNT(natives)), PH_OK);
    struct ph_mutator *mutator = ph_machine_mutator(it.machine);
    CHECK_EQ(ph_program_create(it.machine, mutator, &program, &it.program, NULL), PH_OK);
    CHECK_EQ(ph_unit_check(it.machine, unit, &checked, NULL), PH_OK);
    CHECK_EQ(ph_program_load(it.machine, mutator, it.program, checked, NULL), PH_OK);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    CHECK_EQ(ph_machine_start(it.machine, NULL), PH_OK);
}

static void end(void)
{
    CHECK_EQ(ph_machine_stop(it.machine, false, NULL), PH_OK);
    ph_machine_close(it.machine);
    ph_sim_disk_destroy(it.disk);
}

/* The world is paused. */
static struct ph_thread *queue_call(const char *name)
{
    const struct ph_export_call what = {{(const uint8_t *)name, strlen(name)}, NULL};
    struct ph_thread *thread = NULL;
    CHECK_EQ(ph_program_call(it.machine, ph_machine_mutator(it.machine), it.program, &what,
                             &thread, NULL), PH_OK);
    return thread;
}

static struct ph_thread *call(const char *name)
{
    ph_machine_pause(it.machine);
    struct ph_thread *thread = queue_call(name);
    ph_machine_unpause(it.machine);
    return thread;
}

static void drop(struct ph_thread *thread)
{
    ph_machine_pause(it.machine);
    ph_thread_drop(it.machine, ph_machine_mutator(it.machine), thread);
    ph_machine_unpause(it.machine);
}

static void end_program(void)
{
    ph_machine_pause(it.machine);
    ph_program_end(it.machine, ph_machine_mutator(it.machine), it.program, 3);
    ph_machine_unpause(it.machine);
}

static void check_cut_short(struct ph_thread *thread)
{
    CHECK_EQ(ph_machine_wait_thread(it.machine, thread), PH_OK);
    CHECK_EQ(thread->state, PH_THREAD_TRAPPED);
    CHECK_EQ(thread->trap, PH_TRAP_NONE);
    drop(thread);
}

static void wait_ms(uint64_t ms)
{
    struct ph_mutex mutex;
    struct ph_condition condition;
    ph_mutex_init(&mutex);
    ph_condition_init(&condition);
    ph_mutex_lock(&mutex);
    (void)ph_condition_wait_until(&condition, &mutex,
                                  ph_clock_monotonic_ns() + ms * UINT64_C(1000000));
    ph_mutex_unlock(&mutex);
    ph_condition_finish(&condition);
    ph_mutex_finish(&mutex);
}

static void wait_shown(uint64_t bytes)
{
    for (uint32_t i = 0; i < 500 && __atomic_load_n(&it.shown, __ATOMIC_ACQUIRE) < bytes; i++) {
        wait_ms(10);
    }
    CHECK_EQ(__atomic_load_n(&it.shown, __ATOMIC_ACQUIRE), bytes);
}

TEST(calls_end_with_their_program)
{
    begin((struct ph_machine_options){0});
    struct ph_thread *waiting = call("wait");
    struct ph_thread *queued = call("one");
    end_program();
    check_cut_short(waiting);
    check_cut_short(queued);
    CHECK_EQ(it.program->state, PH_PROGRAM_EXITED);
    CHECK_EQ(it.program->exit_code, 3);
    CHECK_EQ(ph_machine_wait_idle(it.machine), PH_OK);
    end();
}

TEST(a_call_that_exits_ends_the_others)
{
    begin((struct ph_machine_options){0});
    ph_machine_pause(it.machine); /* or the program might leave before all are queued */
    struct ph_thread *one = queue_call("one");
    struct ph_thread *leaving = queue_call("leave");
    struct ph_thread *queued = queue_call("one");
    ph_machine_unpause(it.machine);
    CHECK_EQ(ph_machine_wait_thread(it.machine, one), PH_OK);
    check_cut_short(leaving);
    check_cut_short(queued);
    CHECK_EQ(one->state, PH_THREAD_FINISHED); /* not yet read */
    CHECK_EQ(ph_thread_results(it.machine, one)[0], 1);
    drop(one);
    CHECK_EQ(it.program->exit_code, 7);
    end();
}

TEST(a_thread_that_spins_ends_with_its_program)
{
    for (uint32_t i = 0; i < 20; i++) {
        begin((struct ph_machine_options){.stress_cut = i % 2 != 0});
        struct ph_thread *spinning = call("spin");
        if (i % 4 < 2) {
            wait_ms(2);
        }
        end_program();
        check_cut_short(spinning);
        CHECK_EQ(ph_machine_wait_idle(it.machine), PH_OK);
        end();
    }
}

static void speak(void)
{
    struct ph_thread *thread = call("speak");
    CHECK_EQ(ph_machine_wait_thread(it.machine, thread), PH_OK);
    drop(thread);
}

TEST(what_a_failed_cut_was_for_is_not_forgotten)
{
    begin((struct ph_machine_options){.interval_ns = HOUR_NS});
    speak();
    wait_shown(1);
    ph_sim_disk_fail_at(it.disk, ph_sim_disk_calls(it.disk));
    speak(); /* its cut fails; the next interval is in an hour */
    wait_shown(2);
    end();
}

TEST(asking_for_a_cut_of_nothing)
{
    uint64_t first, second;
    begin((struct ph_machine_options){.interval_ns = UINT64_MAX});
    CHECK_EQ(ph_cut_now(it.machine, PH_CUT_INTERVAL, &first), PH_OK);
    CHECK_EQ(ph_cut_now(it.machine, PH_CUT_INTERVAL, &second), PH_OK);
    CHECK_EQ(first, second);
    end();
}

TEST(asking_for_a_cut_where_there_are_none)
{
    uint64_t cut;
    begin((struct ph_machine_options){.no_cuts = true});
    CHECK_EQ(ph_cut_now(it.machine, PH_CUT_COMMAND, &cut), PH_UNSUPPORTED);
    CHECK_EQ(cut, 0);
    end();
}
