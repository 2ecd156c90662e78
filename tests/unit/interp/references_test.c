/* SPDX-License-Identifier: Apache-2.0 */
/* references_test.c - programs that use references and queues, and programs that find no room. */
#include "code/assemble.h"
#include "interp/interp.h"
#include "machine/internal.h"
#include "port/sim/sim.h"
#include "unit.h"

#define IMPORTS                                                                  \
    "import function \"test\" \"leave\" (i32) -> ()\n"                           \
    "import function \"phantom\" \"reference_set\" (ref ref ref) -> ()\n"        \
    "import function \"phantom\" \"reference_get\" (ref) -> (ref)\n"             \
    "import function \"phantom\" \"reference_refers_to\" (ref ref) -> (i32)\n"   \
    "import function \"phantom\" \"reference_clear\" (ref) -> ()\n"              \
    "import function \"phantom\" \"reference_enqueue\" (ref) -> (i32)\n"         \
    "import function \"phantom\" \"reference_next\" (ref) -> (ref)\n"            \
    "import function \"phantom\" \"queue_poll\" (ref) -> (ref)\n"                \
    "import function \"phantom\" \"queue_take_all\" (ref) -> (ref)\n"            \
    "import function \"phantom\" \"queue_is_empty\" (ref) -> (i32)\n"            \
    "import function \"phantom\" \"queue_wait\" (ref i64) -> (i32)\n"            \
    "import function \"phantom\" \"thread_start\" (ref ref) -> (ref)\n"          \
    "import function \"phantom\" \"thread_interrupt\" (ref) -> ()\n"             \
    "import function \"phantom\" \"thread_current\" () -> (ref)\n"               \
    "import function \"phantom\" \"thread_join\" (ref i64) -> (i32)\n"           \
    "class weak \"Weak\" extends \"reference\" { field i32 \"number\" }\n"       \
    "class \"Below\" extends \"Weak\" { }\n"                                     \
    "class phantom \"Ghost\" extends \"reference\" { }\n"                        \
    "class \"Has\" { field i32 \"field\" }\n"                                     \
    "export \"_start\" function \"main\"\n"

static enum ph_outcome native_leave(struct ph_call *call)
{
    return ph_call_exit(call, (uint32_t)call->slots[0]);
}

static const struct ph_native_info natives[] = {{"test", "leave", "i:", native_leave}};

/* Runs a program to its end. */
static struct ph_program run_program(const char *source, uint64_t object_bytes_max)
{
    const struct ph_sim_disk_options disk_options = {.seed = 1};
    const struct ph_program_options program_options = {.name = PH_SLICE_TEXT("program")};
    const struct ph_machine_options options = {.engine = &ph_interp, .workers = 2,
                                               .interval_ns = 1000000,
                                               .object_bytes_max = object_bytes_max,
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
    struct ph_program end = *program;
    ph_machine_close(machine);
    ph_sim_disk_destroy(disk);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return end;
}

static void check_exit(const char *source, uint64_t object_bytes_max, uint32_t code)
{
    struct ph_program end = run_program(source, object_bytes_max);
    CHECK_EQ(end.trap, PH_TRAP_NONE);
    CHECK_EQ(end.state, PH_PROGRAM_EXITED);
    CHECK_EQ(end.exit_code, code);
}

static void check_trap(const char *body, enum ph_trap trap)
{
    char source[8192];
    snprintf(source, sizeof(source), "%sfunction \"main\" () -> () { local ref %s return }\n",
             IMPORTS, body);
    struct ph_program end = run_program(source, 0);
    CHECK_EQ(end.state, PH_PROGRAM_TRAPPED);
    CHECK_EQ(end.trap, trap);
}

TEST(natives_of_references_refuse_what_is_none)
{
    check_trap("ref_null ref_null ref_null call 1", PH_TRAP_NULL_REFERENCE);
    check_trap("object_new \"queue\" ref_null ref_null call 1", PH_TRAP_WRONG_CLASS);
    check_trap("object_new \"Weak\" ref_null object_new \"Weak\" call 1", PH_TRAP_WRONG_CLASS);
    check_trap("i32_const 1 array_new \"refs\" call 2 drop", PH_TRAP_WRONG_CLASS);
    check_trap("ref_null ref_null call 3 drop", PH_TRAP_NULL_REFERENCE);
    check_trap("object_new \"object\" call 4", PH_TRAP_WRONG_CLASS);
    check_trap("ref_null call 5 drop", PH_TRAP_NULL_REFERENCE);
    check_trap("object_new \"object\" call 6 drop", PH_TRAP_WRONG_CLASS);
    check_trap("object_new \"Weak\" call 7 drop", PH_TRAP_WRONG_CLASS);
    check_trap("ref_null call 8 drop", PH_TRAP_NULL_REFERENCE);
    check_trap("ref_null call 9 drop", PH_TRAP_NULL_REFERENCE);
    check_trap("object_new \"Weak\" i64_const 0 call 10 drop", PH_TRAP_WRONG_CLASS);
}

TEST(how_weak_a_class_is_must_agree_with_what_is_above_it)
{
    static const char *const bad[] = {"class soft \"Bad\" { }",
                                      "class weak \"Bad\" extends \"error\" { }",
                                      "class soft \"Bad\" extends \"Weak\" { }",
                                      "class \"Bad\" extends \"queue\" { }",
                                      "class reference \"Bad\" extends \"error\" { }",
                                      "class soft reference \"Bad\" extends \"Weak\" { }",
                                      "class reference \"Bad\" extends \"Has\" { }"};
    for (uint32_t i = 0; i < PH_COUNT(bad); i++) {
        char source[8192];
        snprintf(source, sizeof(source),
                 "%s%s\nfunction \"main\" () -> () { object_new \"Bad\" drop return }\n", IMPORTS,
                 bad[i]);
        CHECK_EQ(run_program(source, 0).trap, PH_TRAP_LINK);
    }
    check_exit(IMPORTS "class weak abstract \"Same\" extends \"Weak\" { }\n"
                       "class \"Last\" extends \"Same\" { }\n"
                       "function \"main\" () -> () { object_new \"Last\" call 2 ref_is_null\n"
                       "  call 0 return }\n",
               0, 1);
}

TEST(references_may_stand_below_a_programs_own_topmost_class)
{
    check_exit(
        IMPORTS "class \"Top\" { }\n"
                "class abstract reference \"Reference\" extends \"Top\" { field i32 \"number\" }\n"
                "class soft \"Soft\" extends \"Reference\" { field ref \"other\" }\n"
                "class \"Strong\" extends \"Reference\" { }\n"
                "function \"main\" () -> () { local ref local ref\n"
                "  object_new \"Soft\" local_tee 0 object_new \"Strong\" local_tee 1 ref_null\n"
                "  call 1\n"
                "  local_get 0 i32_const 7 field_set \"Reference\" \"number\"\n"
                "  local_get 0 local_get 1 field_set \"Soft\" \"other\"\n"
                "  local_get 1 local_get 0 ref_null call 1\n"
                "  local_get 0 call 2 local_get 1 ref_eq br_unless 0\n"
                "  local_get 1 call 2 local_get 0 ref_eq br_unless 0\n"
                "  local_get 0 ref_test \"Top\" br_unless 0\n"
                "  local_get 0 field_get \"Reference\" \"number\" i32_const 7 i32_ne br_if 0\n"
                "  local_get 0 field_get \"Soft\" \"other\" local_get 1 ref_eq br_unless 0\n"
                "  i32_const 0 call 0\n"
                "label 0 i32_const 1 call 0 return }\n",
        0, 0);
}

/* Leaves with the first check that fails, or with 0. */
TEST(a_reference_that_a_program_enqueues_comes_once_and_in_order)
{
    check_exit(
        IMPORTS "function \"add\" (ref i32) -> (ref) { local ref object_new \"Below\" local_tee 2\n"
                "  local_get 1 field_set \"Weak\" \"number\" local_get 2 local_get 2 local_get 0\n"
                "  call 1 local_get 2 return }\n"
                "function \"main\" () -> () { local ref local ref local ref\n"
                "  object_new \"queue\" local_set 0\n"
                "  local_get 0 call 9 br_unless 0\n"
                "  local_get 0 i32_const 1 call \"add\" local_set 1\n"
                "  local_get 1 local_get 1 call 3 br_unless 0\n"
                "  local_get 1 call 5 br_unless 0\n"
                "  local_get 1 call 5 br_if 0\n"
                "  local_get 1 call 2 ref_is_null br_unless 0\n"
                "  local_get 0 i32_const 2 call \"add\" call 5 br_unless 0\n"
                "  local_get 0 i32_const 3 call \"add\" call 4\n"
                "  local_get 0 i32_const 4 call \"add\" call 5 br_unless 0\n"
                "  local_get 0 call 7 local_get 1 ref_eq br_unless 0\n"
                "  local_get 0 call 8 local_tee 2\n"
                "  field_get \"Weak\" \"number\" i32_const 2 i32_ne br_if 0\n"
                "  local_get 0 call 9 br_unless 0\n"
                "  local_get 2 call 6 local_tee 2\n"
                "  field_get \"Weak\" \"number\" i32_const 4 i32_ne br_if 0\n"
                "  local_get 2 call 6 ref_is_null br_unless 0\n"
                "  object_new \"Ghost\" local_tee 2 local_get 1 local_get 0 call 1\n"
                "  local_get 2 call 2 ref_is_null br_unless 0\n"
                "  local_get 2 local_get 1 call 3 br_unless 0\n"
                "  i32_const 0 call 0\n"
                "label 0 i32_const 1 call 0 return }\n",
        0, 0);
}

TEST(a_thread_that_waits_at_a_queue_is_woken)
{
    check_exit(
        IMPORTS "class \"Both\" { field ref \"queue\" field ref \"thread\" }\n"
                "function \"adds\" (ref) -> () { local ref object_new \"Weak\" local_tee 1\n"
                "  local_get 1 local_get 0 call 1 local_get 1 call 5 drop return }\n"
                "function \"stops\" (ref) -> () { local_get 0 call 12 return }\n"
                "function \"main\" () -> () { local ref\n"
                "  object_new \"queue\" local_set 0\n"
                "  local_get 0 i64_const 1000000 call 10 i32_const 1 i32_ne br_if 0\n"
                "  ref_func \"stops\" call 13 call 11 drop\n"
                "  local_get 0 i64_const -1 call 10 i32_const 2 i32_ne br_if 0\n"
                "  ref_func \"adds\" local_get 0 call 11 drop\n"
                "  local_get 0 i64_const -1 call 10 br_if 0\n"
                "  local_get 0 call 7 ref_is_null br_if 0\n"
                "  i32_const 0 call 0\n"
                "label 0 i32_const 1 call 0 return }\n",
        0, 0);
}

/* The heap is full of garbage when something else than the making of an object needs room. */
#define FILL                                                                                 \
    "class \"Node\" { field ref \"next\" }\n"                                                \
    "function \"fill\" () -> () { local ref local ref try 0 catch \"error\" -> 1\n"          \
    "label 0 loop object_new \"Node\" local_tee 1 local_get 0 field_set \"Node\" \"next\"\n" \
    "  local_get 1 local_set 0 br 0 end 0\n"                                                 \
    "label 1 (ref) drop return }\n"

TEST(a_native_that_finds_no_room_waits_for_a_collection)
{
    check_exit(IMPORTS FILL
               "function \"ends\" (ref) -> () { return }\n"
               "function \"main\" () -> () { call \"fill\"\n"
               "  ref_func \"ends\" ref_null call 11 i64_const -1 call 14 call 0 return }\n",
               UINT64_C(4) << 20, 0);
}

TEST(linking_that_finds_no_room_waits_for_a_collection)
{
    check_exit(IMPORTS FILL
               "class \"Fresh\" { field static i32 \"number\"\n"
               "  method \"m\" (ref) -> () { return } }\n"
               "function \"main\" () -> () { call \"fill\"\n"
               "  static_get \"Fresh\" \"number\" drop object_new \"Fresh\"\n"
               "  call_virtual \"Fresh\" \"m\" i32_const 0 call 0 return }\n",
               UINT64_C(4) << 20, 0);
}

/* The same, with room left for what is small. */
#define FILL_WITH_LARGE                                                               \
    "function \"fill\" () -> () { local ref local ref try 0 catch \"error\" -> 1\n"   \
    "label 0 loop i32_const 5000 array_new \"refs\" local_tee 1 i32_const 0\n"        \
    "  local_get 0 array_set_ref local_get 1 local_set 0 br 0 end 0\n"                \
    "label 1 (ref) drop return }\n"

TEST(a_call_that_finds_no_room_for_its_stack_waits_for_a_collection)
{
    check_exit(IMPORTS FILL_WITH_LARGE
               "function \"deep\" (i32) -> (i32) { local i64 100\n"
               "  local_get 0 i32_eqz br_if 0\n"
               "  local_get 0 i32_const 1 i32_sub call \"deep\" i32_const 1 i32_add return\n"
               "label 0 local_get 0 return }\n"
               "function \"main\" () -> () { call \"fill\"\n"
               "  i32_const 1000 call \"deep\" i32_const 1000 i32_sub call 0 return }\n",
               UINT64_C(4) << 20, 0);
}

TEST(an_initialiser_that_finds_no_room_for_its_frame_runs_later)
{
    check_exit(IMPORTS FILL_WITH_LARGE
               "class \"Fresh\" { field static i32 \"number\"\n"
               "  initialiser { local i64 6000\n"
               "    i32_const 7 static_set \"Fresh\" \"number\" return } }\n"
               "function \"main\" () -> () { call \"fill\"\n"
               "  static_get \"Fresh\" \"number\" i32_const 7 i32_sub call 0 return }\n",
               UINT64_C(4) << 20, 0);
}

TEST(a_thread_that_finds_no_room_for_its_first_frame_begins_later)
{
    check_exit(IMPORTS FILL_WITH_LARGE
               "class \"Box\" { field i32 \"number\" }\n"
               "function \"begins\" (ref) -> () { local i64 6000\n"
               "  local_get 0 i32_const 7 field_set \"Box\" \"number\" return }\n"
               "function \"main\" () -> () { local ref object_new \"Box\" local_set 0\n"
               "  call \"fill\"\n"
               "  ref_func \"begins\" local_get 0 call 11 i64_const -1 call 14 drop\n"
               "  local_get 0 field_get \"Box\" \"number\" i32_const 7 i32_sub call 0 return }\n",
               UINT64_C(4) << 20, 0);
}
