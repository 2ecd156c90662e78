/* SPDX-License-Identifier: Apache-2.0 */
/* program_threads_test.c - programs with many threads, on the interpreter and real workers: whose
 * end ends what. */
#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/internal.h"
#include "port/sim/sim.h"
#include "unit.h"

#define IMPORTS                                                             \
    "import function \"phantom\" \"thread_start\" (ref ref) -> (ref)\n"     \
    "import function \"phantom\" \"thread_join\" (ref i64) -> (i32)\n"      \
    "import function \"phantom\" \"thread_park\" (i64) -> (i32)\n"          \
    "import function \"phantom\" \"thread_trap_text\" (ref) -> (ref)\n"     \
    "import function \"phantom\" \"thread_sleep_ns\" (i64) -> (i32)\n"      \
    "import function \"test\" \"leave\" (i32) -> ()\n"                      \
    "import function \"phantom\" \"thread_current\" () -> (ref)\n"          \
    "import function \"phantom\" \"thread_interrupt\" (ref) -> ()\n"        \
    "import function \"phantom\" \"thread_state\" (ref) -> (i32)\n"         \
    "export \"_start\" function 9\n"

static enum ph_outcome native_leave(struct ph_call *call)
{
    return ph_call_exit(call, (uint32_t)call->slots[0]);
}

static const struct ph_native_info natives[] = {{"test", "leave", "i:", native_leave}};

/* Runs a program to its end and says how it ended. */
static void run_program(const char *source, struct ph_program *end, uint64_t *threads)
{
    const struct ph_sim_disk_options disk_options = {.seed = 1};
    const struct ph_program_options program_options = {.name = PH_SLICE_TEXT("program")};
    const struct ph_machine_options options = {.engine = &ph_interp, .workers = 3,
                                               .interval_ns = 1000000,
                                               .arena_bytes = UINT64_C(1) << 30};
    struct ph_slice unit, text = {(const uint8_t *)source, strlen(source)};
    struct ph_error error = {0};
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_program *program;
    struct ph_checked_unit checked;
    if (ph_assemble(text, "program", ph_port_allocator(), &unit, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    CHECK_OK(ph_sim_disk_create(&disk_options, &disk));
    CHECK_OK(ph_machine_open(ph_sim_disk_block(disk), true, &options, &machine, NULL, NULL));
    CHECK_OK(ph_machine_add_natives(machine, natives, PH_COUNT(natives)));
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    CHECK_OK(ph_program_create(machine, mutator, &program_options, &program, NULL));
    CHECK_OK(ph_unit_check(machine, unit, &checked, NULL));
    CHECK_OK(ph_program_load(machine, mutator, program, checked, NULL));
    CHECK_OK(ph_machine_start(machine, NULL));
    CHECK_OK(ph_machine_wait_idle(machine));
    CHECK_OK(ph_machine_stop(machine, true, NULL));
    *end = *program;
    *threads = ph_machine_thread_count(machine);
    ph_machine_close(machine);
    ph_sim_disk_destroy(disk);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

static void check_exit(const char *source, uint32_t code)
{
    struct ph_program end;
    uint64_t threads;
    run_program(source, &end, &threads);
    CHECK_EQ(end.state, PH_PROGRAM_EXITED);
    CHECK_EQ(end.exit_code, code);
    CHECK_EQ(end.threads_ref, 0);
    CHECK_EQ(threads, 0);
}

TEST(a_program_lives_until_its_last_thread_has_ended)
{
    check_exit(IMPORTS
               "function \"main\" () -> () { ref_func 10 ref_null call 0 drop return }\n"
               "function \"late\" (ref) -> () { i64_const 20000000 call 4 drop\n"
               "  ref_func 11 ref_null call 0 drop return }\n"
               "function \"later\" (ref) -> () { i64_const 5000000 call 4 drop return }\n",
               0);
}

TEST(a_thread_that_leaves_ends_its_program)
{
    for (uint32_t i = 0; i < 20; i++) { /* others run, wait and are made meanwhile */
        check_exit(IMPORTS
                   "function \"main\" () -> () { ref_func 10 ref_null call 0 drop\n"
                   "  ref_func 11 ref_null call 0 drop ref_func 12 ref_null call 0 drop\n"
                   "  i64_const -1 call 2 drop return }\n"
                   "function \"spins\" (ref) -> () { label 0 loop br 0 }\n"
                   "function \"makes\" (ref) -> () {\n"
                   "  label 0 loop ref_func 13 ref_null call 0 drop br 0 }\n"
                   "function \"leaves\" (ref) -> () { i64_const 300000 call 4 drop\n"
                   "  i32_const 5 call 5 return }\n"
                   "function \"parks\" (ref) -> () { i64_const -1 call 2 drop return }\n",
                   5);
    }
}

TEST(a_trap_ends_its_thread_alone)
{
    /* main leaves with what join says, 3, if there is a text, and 100 else */
    check_exit(IMPORTS
               "function \"main\" () -> () { local ref\n"
               "  ref_func 10 ref_null call 0 local_tee 0 i64_const -1 call 1\n"
               "  local_get 0 call 3 ref_is_null i32_const 100 i32_mul i32_add call 5 return }\n"
               "function \"traps\" (ref) -> () { unreachable }\n",
               3);
}

TEST(a_trap_of_the_main_thread_ends_all)
{
    struct ph_program end;
    uint64_t threads;
    run_program(IMPORTS
                "function \"main\" () -> () { ref_func 10 ref_null call 0 drop unreachable }\n"
                "function \"parks\" (ref) -> () { i64_const -1 call 2 drop return }\n",
                &end, &threads);
    CHECK_EQ(end.state, PH_PROGRAM_TRAPPED);
    CHECK_EQ(end.trap, PH_TRAP_UNREACHABLE);
    CHECK_EQ(threads, 0);
}

TEST(an_interruption_ends_sleep_and_join)
{
    /* the sleeper adds nothing unless it was interrupted (2); main was, too, while it joined (2) */
    check_exit(IMPORTS
               "global mutable i32 0\n"
               "function \"main\" () -> () { local ref\n"
               "  ref_func 10 call 6 call 0 local_tee 0 i64_const -1 call 1 global_set 0\n"
               "  local_get 0 call 7 local_get 0 i64_const -1 call 1 drop\n"
               "  global_get 0 call 5 return }\n"
               "function \"sleeps\" (ref) -> () { i64_const 3000000 call 4 drop\n"
               "  local_get 0 call 7\n"
               "  i64_const -1 call 4 i32_const 10 i32_mul global_get 0 i32_add global_set 0\n"
               "  return }\n",
               22);
}

TEST(references_to_something_else_trap)
{
    struct ph_program end;
    uint64_t threads;
    run_program(IMPORTS
                "function \"main\" () -> () { ref_func 9 call 8 drop return }\n",
                &end, &threads);
    CHECK_EQ(end.state, PH_PROGRAM_TRAPPED);
    CHECK_EQ(end.trap, PH_TRAP_WRONG_CLASS);
    run_program(IMPORTS
                "function \"main\" () -> () { ref_null call 8 drop return }\n",
                &end, &threads);
    CHECK_EQ(end.trap, PH_TRAP_NULL_REFERENCE);
    run_program(IMPORTS
                "function \"main\" () -> () { ref_func 9 ref_null call 0 drop return }\n",
                &end, &threads);
    CHECK_EQ(end.trap, PH_TRAP_INDIRECT_TYPE);
}

/* Counters of several widths, neighbours among them, and a stack without a lock: what three workers
 * do to them at once is not lost. (Nodes are new each time, so that none comes back while somebody
 * still compares with it.) */
TEST(what_threads_agree_on)
{
    check_exit(IMPORTS
               "class \"Node\" { field ref \"next\" field i32 \"value\" }\n"
               "class \"Shared\" { field i64 \"count\" field volatile i32 \"turn\"\n"
               "  field volatile ref \"top\" field i8 \"up\" field i8 \"down\" field u16 \"half\"\n"
               "  field static i32 \"total\" field static volatile i64 \"popped\"\n"
               "  field static volatile ref \"last\" field ref \"items\" }\n"
               "function \"main\" () -> () { local ref local ref local i32\n"
               "  object_new \"Shared\" local_tee 0 i32_const 3 array_new array i16\n"
               "  field_set \"Shared\" \"items\" i32_const 4 array_new \"refs\" local_set 1\n"
               "  label 0 loop local_get 1 local_get 2 ref_func 10 local_get 0 call 0\n"
               "    array_set_ref local_get 2 i32_const 1 i32_add local_tee 2 i32_const 4\n"
               "    i32_lt_u br_if 0 i32_const 0 local_set 2\n"
               "  label 1 loop local_get 1 local_get 2 array_get_ref i64_const -1 call 1 drop\n"
               "    local_get 2 i32_const 1 i32_add local_tee 2 i32_const 4 i32_lt_u br_if 1\n"
               "  local_get 0 field_get \"Shared\" \"count\" i64_const 2000 i64_eq\n"
               "  local_get 0 field_get \"Shared\" \"turn\" i32_const 2000 i32_eq\n"
               "  i32_const 1 i32_shl i32_or\n"
               "  local_get 0 field_get \"Shared\" \"up\" i32_const -48 i32_eq\n"
               "  i32_const 2 i32_shl i32_or\n"
               "  local_get 0 field_get \"Shared\" \"down\" i32_const 48 i32_eq\n"
               "  i32_const 3 i32_shl i32_or\n"
               "  local_get 0 field_get \"Shared\" \"half\" i32_const 2000 i32_eq\n"
               "  i32_const 4 i32_shl i32_or\n"
               "  static_get \"Shared\" \"total\" i32_const 6000 i32_eq\n"
               "  i32_const 5 i32_shl i32_or\n"
               "  static_get \"Shared\" \"popped\" i64_const 499000 i64_eq\n"
               "  i32_const 6 i32_shl i32_or\n"
               "  local_get 0 field_get \"Shared\" \"top\" ref_is_null i32_const 7 i32_shl i32_or\n"
               "  local_get 0 field_get \"Shared\" \"items\" i32_const 1 array_get_volatile i16\n"
               "  i32_const 2000 i32_eq i32_const 8 i32_shl i32_or\n"
               "  static_get \"Shared\" \"last\" ref_test \"Node\" i32_const 9 i32_shl i32_or\n"
               "  call 5 return }\n"
               "function \"works\" (ref) -> () { local i32 local i32 local ref local ref\n"
               "  label 0 loop\n"
               "    local_get 0 i64_const 1 field_add \"Shared\" \"count\" drop\n"
               "    local_get 0 i32_const 1 field_add \"Shared\" \"up\" drop\n"
               "    local_get 0 i32_const -1 field_add \"Shared\" \"down\" drop\n"
               "    local_get 0 i32_const 0x10001 field_add \"Shared\" \"half\" drop\n"
               "    i32_const 3 static_add \"Shared\" \"total\" drop\n"
               "    local_get 0 field_get \"Shared\" \"items\" i32_const 1 i32_const 1\n"
               "    array_add i16 drop fence\n"
               "  label 1 loop local_get 0 local_get 0 field_get \"Shared\" \"turn\" local_tee 2\n"
               "    local_get 2 i32_const 1 i32_add field_compare_swap \"Shared\" \"turn\"\n"
               "    local_get 2 i32_ne br_if 1\n"
               "    object_new \"Node\" local_tee 3 local_get 1 field_set \"Node\" \"value\"\n"
               "  label 2 loop local_get 3 local_get 0 field_get \"Shared\" \"top\" local_tee 4\n"
               "    field_set \"Node\" \"next\"\n"
               "    local_get 0 local_get 4 local_get 3 field_compare_swap \"Shared\" \"top\"\n"
               "    local_get 4 ref_eq br_unless 2\n"
               "  label 3 loop local_get 0 local_get 0 field_get \"Shared\" \"top\" local_tee 4\n"
               "    local_get 4 field_get \"Node\" \"next\" field_compare_swap \"Shared\" \"top\"\n"
               "    local_get 4 ref_eq br_unless 3\n"
               "    local_get 4 field_get \"Node\" \"value\" i64_extend_i32_s\n"
               "    static_add \"Shared\" \"popped\" drop\n"
               "    local_get 4 static_swap \"Shared\" \"last\" drop\n"
               "    local_get 1 i32_const 1 i32_add local_tee 1 i32_const 500 i32_lt_u br_if 0\n"
               "  return }\n", 1023);
}
