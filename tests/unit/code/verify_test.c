/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of the verifier, kept and broken. */
#include "code/verify.h"
#include "support/unit_kit.h"
#include "unit.h"

/* A unit with some of everything and function 1 (signature 0 or what `text` says) open. */
static struct ph_builder *begin(const char *text)
{
    struct ph_builder *b;
    uint8_t any[] = {PH_I32};
    struct ph_signature one = {1, 0, any, NULL};
    struct ph_global fixed = {{PH_I32, 0, false}, {PH_INIT_BITS, 7}};
    struct ph_global moving = {{PH_I64, 0, true}, {PH_INIT_BITS, 7}};
    struct ph_table_type table = {{1, 0, false}, PH_REF_FUNCTION};
    struct ph_memory_type memory = {{1, 2, true}};
    struct ph_element_segment element = {.mode = PH_SEGMENT_PASSIVE};
    struct ph_data_segment data = {.mode = PH_SEGMENT_PASSIVE};

    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    uint32_t signature = kit_signature(b, text);
    ph_builder_import_function(b, KIT_TEXT("m"), KIT_TEXT("f"), ph_builder_signature(b, &one));
    ph_builder_global(b, &fixed);
    ph_builder_global(b, &moving);
    ph_builder_table(b, &table);
    ph_builder_memory(b, &memory);
    ph_builder_element(b, &element);
    ph_builder_data(b, &data);
    ph_builder_function_begin(b, signature);
    return b;
}

static void good(struct ph_builder *b)
{
    struct ph_error error;

    ph_builder_function_end(b);
    ph_status status = kit_verify(b, &error);
    if (status != PH_OK) {
        unit_fail(__FILE__, __LINE__, "refused: %s", error.text);
    }
}

static void bad(struct ph_builder *b, ph_status expected, const char *words)
{
    struct ph_error error;

    ph_builder_function_end(b);
    CHECK_STATUS(kit_verify(b, &error), expected);
    if (strstr(error.text, words) == NULL) {
        unit_fail(__FILE__, __LINE__, "\"%s\" lacks \"%s\"", error.text, words);
    }
}

#define OP(name) ph_builder_op(b, PH_OP_##name)
#define OP1(name, x) ph_builder_op1(b, PH_OP_##name, (uint64_t)(x))
#define OP2(name, x, y) ph_builder_op2(b, PH_OP_##name, (uint64_t)(x), (uint64_t)(y))

TEST(verify_accepts_a_simple_function)
{
    struct ph_builder *b = begin("ii:i");
    OP1(local_get, 0);
    OP1(local_get, 1);
    OP(i32_add);
    OP(return);
    good(b);
}

TEST(verify_refuses_empty_code_and_running_off)
{
    bad(begin(":"), PH_INVALID, "runs off");
    struct ph_builder *b = begin(":");
    OP(nop);
    bad(b, PH_INVALID, "runs off");
    b = begin(":");
    uint32_t label = ph_builder_label(b, 0, false);
    OP1(br, label);
    OP1(label, label);
    bad(b, PH_INVALID, "runs off");
}

TEST(verify_refuses_underflow_and_wrong_types)
{
    struct ph_builder *b = begin(":");
    OP(i32_add);
    bad(b, PH_INVALID, "i32_add: needs i32, but the stack is empty");
    b = begin(":");
    OP1(i64_const, 1);
    OP1(i32_const, 1);
    OP(i32_add);
    bad(b, PH_INVALID, "needs i32 on the stack at 0, but there is i64");
    b = begin(":");
    OP(drop);
    bad(b, PH_INVALID, "stack is empty");
    b = begin("i:");
    OP1(i64_const, 1);
    OP1(local_set, 0);
    bad(b, PH_INVALID, "needs i32");
}

TEST(verify_wants_exactly_the_results)
{
    struct ph_builder *b = begin(":i");
    OP(return);
    bad(b, PH_INVALID, "has 1 results");
    b = begin(":i");
    OP1(i32_const, 1);
    OP1(i32_const, 1);
    OP(return);
    bad(b, PH_INVALID, "has 1 results");
    b = begin(":i");
    OP1(f32_const, 1);
    OP(return);
    bad(b, PH_INVALID, "needs i32");
    b = begin(":il");
    OP1(i32_const, 1);
    OP1(i64_const, 1);
    OP(return);
    good(b);
}

TEST(verify_wants_a_label_after_the_end_of_control)
{
    struct ph_builder *b = begin(":");
    OP(return);
    OP(nop);
    bad(b, PH_INVALID, "only a label");
    b = begin(":");
    uint32_t label = ph_builder_label(b, 0, false);
    OP(unreachable);
    OP1(label, label);
    OP(return);
    good(b);
}

TEST(verify_places_each_label_once)
{
    struct ph_builder *b = begin(":");
    uint32_t label = ph_builder_label(b, 0, false);
    OP1(br, label);
    OP1(label, label);
    OP1(label, label);
    OP(return);
    bad(b, PH_INVALID, "a second time");
    b = begin(":");
    label = ph_builder_label(b, 0, false);
    OP1(br, label);
    bad(b, PH_INVALID, "never placed");
    b = begin(":");
    OP1(label, 0);
    OP(return);
    bad(b, PH_INVALID, "unknown label 0");
    b = begin(":");
    OP1(br, 7);
    bad(b, PH_INVALID, "unknown label 7");
}

TEST(verify_lets_only_loops_be_reached_from_behind)
{
    for (int is_loop = 0; is_loop < 2; is_loop++) {
        struct ph_builder *b = begin(":");
        uint32_t label = ph_builder_label(b, 0, is_loop);
        OP1(label, label);
        OP1(br, label);
        if (is_loop) {
            good(b);
        } else {
            bad(b, PH_INVALID, "no loop");
        }
    }
    struct ph_builder *b = begin(":");
    uint32_t label = ph_builder_label(b, 0, true);
    OP1(br, label);
    OP1(label, label);
    OP(return);
    good(b);
}

TEST(verify_compares_stacks_at_branches)
{
    for (int wrong = 0; wrong < 4; wrong++) {
        struct ph_builder *b = begin(":");
        uint32_t shape = ph_builder_shape(b, ph_builder_shape(b, 0, PH_I32), PH_REF);
        uint32_t label = ph_builder_label(b, shape, false);
        OP1(i32_const, 1);
        if (wrong == 1) {
            OP1(i32_const, 1);
        } else if (wrong != 2) {
            OP(ref_null);
        }
        if (wrong == 3) {
            OP1(i32_const, 1);
        }
        OP1(br, label);
        OP1(label, label);
        OP(ref_is_null);
        OP(drop);
        OP(drop);
        OP(return);
        if (wrong == 0) {
            good(b);
        } else {
            bad(b, PH_INVALID, wrong == 1 ? "other types" : "wants 2 values");
        }
    }
}

TEST(verify_compares_stacks_when_control_falls_into_a_label)
{
    struct ph_builder *b = begin(":");
    uint32_t label = ph_builder_label(b, 0, false);
    OP1(i32_const, 1);
    OP1(br_if, label);
    OP1(i32_const, 1);
    OP1(label, label);
    OP(return);
    bad(b, PH_INVALID, "wants 0 values");
}

TEST(verify_checks_conditions)
{
    struct ph_builder *b = begin(":");
    uint32_t label = ph_builder_label(b, 0, false);
    OP1(i64_const, 1);
    OP1(br_unless, label);
    bad(b, PH_INVALID, "needs i32");
    b = begin("i:");
    label = ph_builder_label(b, 0, false);
    uint32_t labels[] = {label, 9, label};
    OP1(local_get, 0);
    ph_builder_br_table(b, 2, labels);
    OP1(label, label);
    OP(return);
    bad(b, PH_INVALID, "unknown label 9");
    b = begin("i:");
    label = ph_builder_label(b, 0, false);
    labels[0] = labels[1] = labels[2] = label;
    OP1(local_get, 0);
    ph_builder_br_table(b, 2, labels);
    OP1(label, label);
    OP(return);
    good(b);
}

TEST(verify_checks_select)
{
    struct ph_builder *b = begin(":r");
    OP(ref_null);
    OP1(ref_func, 1);
    OP1(i32_const, 1);
    OP(select);
    OP(return);
    good(b);
    b = begin(":r");
    OP(ref_null);
    OP1(i64_const, 1);
    OP1(i32_const, 1);
    OP(select);
    OP(return);
    bad(b, PH_INVALID, "needs i64");
}

TEST(verify_checks_squeeze)
{
    struct ph_builder *b = begin(":lf");
    OP1(i32_const, 1);
    OP(ref_null);
    OP1(i64_const, 1);
    OP1(f32_const, 1);
    OP2(squeeze, 2, 2);
    OP(return);
    good(b);
    b = begin(":");
    OP1(i32_const, 1);
    OP1(i64_const, 1);
    OP2(squeeze, 1, 2);
    bad(b, PH_INVALID, "needs 3 values");
    b = begin(":");
    OP2(squeeze, UINT32_MAX, UINT32_MAX);
    bad(b, PH_LIMIT, "keeps more");
    b = begin(":");
    OP2(squeeze, 0, UINT32_MAX);
    bad(b, PH_INVALID, "needs 4294967295 values");
}

TEST(verify_squeezes_out_of_deep_shapes)
{
    struct ph_builder *b = begin(":i");
    uint32_t shape = 0;
    for (int i = 0; i < 5000; i++) {
        shape = ph_builder_shape(b, shape, i % 3 == 0 ? PH_REF : PH_I64);
    }
    uint32_t label = ph_builder_label(b, shape, false);
    OP(unreachable);
    OP1(label, label);
    OP1(i32_const, 5);
    OP(ref_null);
    OP2(squeeze, 2, 4321);
    OP(drop);
    OP2(squeeze, 1, 679);
    OP(return);
    good(b);
}

TEST(verify_checks_every_index)
{
    static const struct { uint32_t opcode; const char *words; } ops[] = {
        {PH_OP_local_get, "unknown local"},        {PH_OP_global_get, "unknown global"},
        {PH_OP_call, "unknown function"},          {PH_OP_ref_func, "unknown function"},
        {PH_OP_call_function, "unknown signature"}, {PH_OP_memory_size, "unknown memory"},
        {PH_OP_table_size, "unknown table"},       {PH_OP_data_drop, "unknown data"},
        {PH_OP_elem_drop, "unknown element"},      {PH_OP_memory_fill, "unknown memory"},
    };
    for (unsigned i = 0; i < PH_COUNT(ops); i++) {
        struct ph_builder *b = begin(":");
        ph_builder_op1(b, ops[i].opcode, 2);
        bad(b, PH_INVALID, ops[i].words);
    }
    struct ph_builder *b = begin(":");
    OP2(table_copy, 0, 1);
    bad(b, PH_INVALID, "unknown table 1");
    b = begin(":");
    OP2(call_indirect, 0, 1);
    bad(b, PH_INVALID, "unknown table 1");
}

TEST(verify_checks_offsets_of_memory_ops)
{
    struct ph_builder *b = begin(":");
    OP1(i32_const, 1);
    OP2(i32_load, 0, UINT32_MAX);
    OP(drop);
    OP(return);
    good(b);
    b = begin(":");
    OP1(i32_const, 1);
    OP2(i32_load, 0, (uint64_t)UINT32_MAX + 1);
    bad(b, PH_INVALID, "offset beyond 32 bits");
}

TEST(verify_checks_globals)
{
    struct ph_builder *b = begin(":");
    OP1(global_get, 1);
    OP1(global_set, 1);
    OP(return);
    good(b);
    b = begin(":");
    OP1(global_get, 0);
    OP1(global_set, 0);
    bad(b, PH_INVALID, "immutable");
    b = begin(":");
    OP1(global_get, 0);
    OP1(global_set, 1);
    bad(b, PH_INVALID, "needs i64");
}

TEST(verify_checks_calls)
{
    struct ph_builder *b = begin(":i");
    OP1(i32_const, 1);
    OP1(call, 0);
    OP1(i32_const, 0);
    OP2(call_indirect, 0, 0);
    OP1(ref_func, 1);
    OP1(call_function, 0);
    OP(i32_add);
    OP(return);
    good(b);
    b = begin(":i");
    OP1(call, 0);
    bad(b, PH_INVALID, "needs i32");
    b = begin(":i");
    OP1(i32_const, 1);
    OP1(call_function, 0);
    bad(b, PH_INVALID, "needs ref");
    b = begin(":i");
    OP(ref_null);
    OP2(call_indirect, 0, 0);
    bad(b, PH_INVALID, "needs i32");
}

TEST(verify_limits_frames)
{
    for (int over = 0; over < 2; over++) {
        struct ph_builder *b = begin(":");
        ph_builder_locals(b, PH_LOCALS_MAX, PH_REF);
        for (uint32_t i = PH_LOCALS_MAX; i < PH_FRAME_SLOTS_MAX + over; i++) {
            OP1(i32_const, 0);
        }
        OP(unreachable);
        if (over) {
            bad(b, PH_LIMIT, "slots");
        } else {
            good(b);
        }
    }
    struct ph_builder *b = begin("i:");
    ph_builder_locals(b, PH_LOCALS_MAX, PH_REF);
    OP(unreachable);
    bad(b, PH_LIMIT, "too many locals");
    b = begin(":");
    uint32_t shape = 0;
    for (uint32_t i = 0; i <= PH_FRAME_SLOTS_MAX; i++) {
        shape = ph_builder_shape(b, shape, PH_F64);
    }
    OP(unreachable);
    bad(b, PH_LIMIT, "deeper than a frame");
}

/* Opens and verifies function 1 and hands back its facts (in `scratch`). */
static void facts_of(struct ph_builder *b, struct ph_scratch *scratch, struct ph_unit *unit,
                     struct ph_function_facts *facts)
{
    struct ph_function function;
    struct ph_slice bytes;
    struct ph_error error;

    ph_builder_function_end(b);
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), unit, &error));
    ph_scratch_init(scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_function_open(unit, 1, scratch, &function, &error));
    CHECK_OK(ph_verify_function(unit, 1, &function, scratch, facts, &error));
}

TEST(facts_list_sites_with_their_references)
{
    struct ph_builder *b = begin(":");
    uint32_t shape = ph_builder_shape(b, ph_builder_shape(b, 0, PH_REF), PH_I32);
    uint32_t label = ph_builder_label(b, shape, true);
    OP(ref_null);        /* 0 */
    OP1(i32_const, 1);   /* 1 */
    OP1(label, label);   /* 3: site, depth 2, refs 0 */
    OP(ref_null);        /* 5 */
    OP1(i32_const, 1);   /* 6 */
    OP1(call, 0);        /* 8: site, depth 4, refs 0 2 */
    OP(drop);            /* 10 */
    OP1(br, label);      /* 11 */
    struct ph_scratch scratch;
    struct ph_unit unit;
    struct ph_function_facts facts;
    facts_of(b, &scratch, &unit, &facts);
    CHECK_EQ(facts.depth_max, 4);
    CHECK_EQ(facts.site_count, 2);
    CHECK_EQ(facts.sites[0].offset, 3);
    CHECK_EQ(facts.sites[0].depth, 2);
    CHECK_EQ(facts.sites[0].ref_count, 1);
    CHECK_EQ(facts.ref_slots[facts.sites[0].ref_first], 0);
    CHECK_EQ(facts.sites[1].offset, 8);
    CHECK_EQ(facts.sites[1].depth, 4);
    CHECK_EQ(facts.sites[1].ref_count, 2);
    CHECK_EQ(facts.ref_slots[facts.sites[1].ref_first], 0);
    CHECK_EQ(facts.ref_slots[facts.sites[1].ref_first + 1], 2);
    CHECK_EQ(facts.label_offsets[0], 3);
    ph_unit_close(&unit);
    ph_scratch_finish(&scratch);
    ph_builder_destroy(b);
}
