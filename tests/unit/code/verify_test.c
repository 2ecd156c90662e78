/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of the verifier, kept and broken. */
#include "code/verify.h"
#include "support/unit_kit.h"
#include "unit.h"

/* Class references: 0 imported, 1 an array of i64, 2 an array of those. Fields: 0 i64, 1 static u8,
 * both of class 0. Methods: 0 (ref i64) -> (f32), 1 static (i64) -> (). One byte constant. */
static void add_classes(struct ph_builder *b)
{
    struct ph_class_ref class_refs[] = {{.kind = PH_CLASS_REF_IMPORTED},
                                        {.kind = PH_CLASS_REF_NUMBERS, .storage = PH_STORE_I64},
                                        {.kind = PH_CLASS_REF_REFS, .index = 1}};
    struct ph_field_ref fields[] = {{0, PH_STORE_I64, 0, KIT_TEXT("x")},
                                    {0, PH_STORE_U8, PH_FIELD_STATIC, KIT_TEXT("y")}};
    struct ph_method_ref methods[] = {{0, 0, 0, KIT_TEXT("m")},
                                      {0, 0, PH_METHOD_STATIC, KIT_TEXT("s")}};

    methods[0].signature = kit_signature(b, "rl:f");
    methods[1].signature = kit_signature(b, "l:");
    for (unsigned i = 0; i < PH_COUNT(class_refs); i++) {
        ph_builder_class_ref(b, &class_refs[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        ph_builder_field_ref(b, &fields[i]);
        ph_builder_method_ref(b, &methods[i]);
    }
    ph_builder_bytes_constant(b, KIT_TEXT("bytes"));
}

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
    add_classes(b);
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
        {PH_OP_field_get, "unknown field"},        {PH_OP_static_set, "unknown field"},
        {PH_OP_call_virtual, "unknown method"},    {PH_OP_call_method, "unknown method"},
        {PH_OP_bytes_const, "unknown byte"},
    };
    for (unsigned i = 0; i < PH_COUNT(ops); i++) {
        struct ph_builder *b = begin(":");
        ph_builder_op1(b, ops[i].opcode, 4);
        bad(b, PH_INVALID, ops[i].words);
    }
    static const uint32_t class_ops[] = {PH_OP_object_new, PH_OP_array_new, PH_OP_ref_cast,
                                         PH_OP_ref_test, PH_OP_class_const};
    for (unsigned i = 0; i < PH_COUNT(class_ops); i++) {
        struct ph_builder *b = begin(":");
        ph_builder_op1(b, class_ops[i], 3);
        bad(b, PH_INVALID, "unknown class reference 3");
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

TEST(verify_checks_fields)
{
    struct ph_builder *b = begin("r:l");
    OP1(local_get, 0);
    OP1(local_get, 0);
    OP1(field_get, 0);
    OP1(field_set, 0);
    OP1(static_get, 1);
    OP1(static_set, 1);
    OP1(object_new, 0);
    OP1(field_get, 0);
    OP(return);
    good(b);
    b = begin("r:");
    OP1(local_get, 0);
    OP1(field_get, 1);
    bad(b, PH_INVALID, "field reference 1 is static");
    b = begin(":");
    OP1(static_get, 0);
    bad(b, PH_INVALID, "field reference 0 is not static");
    b = begin(":");
    OP1(i64_const, 1);
    OP1(field_get, 0);
    bad(b, PH_INVALID, "field_get: needs ref on the stack at 0, but there is i64");
    b = begin("r:");
    OP1(local_get, 0);
    OP1(i32_const, 1);
    OP1(field_set, 0);
    bad(b, PH_INVALID, "needs i64 on the stack at 1, but there is i32");
    b = begin(":");
    OP1(i64_const, 1);
    OP1(static_set, 1);
    bad(b, PH_INVALID, "needs i32");
}

TEST(verify_checks_methods)
{
    struct ph_builder *b = begin("r:f");
    OP1(local_get, 0);
    OP1(i64_const, 1);
    OP1(call_virtual, 0);
    OP(drop);
    OP1(i64_const, 1);
    OP1(call_method, 1);
    OP1(local_get, 0);
    OP1(i64_const, 1);
    OP1(call_method, 0);
    OP(return);
    good(b);
    b = begin(":");
    OP1(i64_const, 1);
    OP1(call_virtual, 1);
    bad(b, PH_INVALID, "method reference 1 is static");
    b = begin(":");
    OP1(i64_const, 1);
    OP1(i64_const, 1);
    OP1(call_virtual, 0);
    bad(b, PH_INVALID, "needs ref");
}

TEST(verify_makes_only_arrays_with_array_new)
{
    for (int is_array = 0; is_array < 3; is_array++) {
        struct ph_builder *b = begin(":r");
        OP1(object_new, is_array);
        OP(return);
        is_array ? bad(b, PH_INVALID, "is an array") : good(b);
        b = begin(":r");
        OP1(i32_const, 1);
        OP1(array_new, is_array);
        OP(return);
        is_array ? good(b) : bad(b, PH_INVALID, "class reference 0 is no array");
    }
}

TEST(verify_wants_nothing_behind_a_throw)
{
    struct ph_builder *b = begin("r:");
    OP1(local_get, 0);
    OP(throw);
    good(b);
    b = begin("r:");
    OP1(local_get, 0);
    OP(throw);
    OP(return);
    bad(b, PH_INVALID, "only a label");
    b = begin(":");
    OP1(i32_const, 0);
    OP(throw);
    bad(b, PH_INVALID, "needs ref");
}

/* i32_const 300 at 0 (3 bytes), drop at 3, return at 4, label at 5 (2 bytes), drop at 7, return at
 * 8: 9 bytes. */
static struct ph_builder *with_handler(uint32_t start, uint32_t end, const char *stack)
{
    struct ph_builder *b = begin(":");
    struct ph_exception_handler handler = {start, end, 0, UINT32_MAX};
    uint32_t shape = 0;

    for (const char *letter = stack; *letter != 0; letter++) {
        shape = ph_builder_shape(b, shape, *letter == 'r' ? PH_REF : PH_I32);
    }
    handler.label = ph_builder_label(b, shape, false);
    OP1(i32_const, 300);
    OP(drop);
    OP(return);
    OP1(label, handler.label);
    for (size_t i = 0; i < strlen(stack); i++) {
        OP(drop);
    }
    OP(return);
    ph_builder_handler(b, &handler);
    return b;
}

TEST(verify_checks_ranges_of_handlers)
{
    static const struct { uint32_t start, end; const char *words; } cases[] = {
        {0, 3, NULL}, {0, 4, NULL}, {3, 9, NULL}, {5, 7, NULL}, {8, 9, NULL},
        {0, 0, "range 0 to 0 is empty"}, {4, 3, "range 4 to 3 is empty"},
        {9, 9, "is empty"}, {1, 3, "between instructions"}, {0, 2, "between instructions"},
        {0, 6, "between instructions"}, {0, 10, "between instructions"},
        {0, UINT32_MAX, "between instructions"},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_builder *b = with_handler(cases[i].start, cases[i].end, "r");
        cases[i].words == NULL ? good(b) : bad(b, PH_INVALID, cases[i].words);
    }
}

TEST(verify_checks_labels_of_handlers)
{
    static const char *const stacks[] = {"", "i", "rr", "ri", "ir"};
    for (unsigned i = 0; i < PH_COUNT(stacks); i++) {
        bad(with_handler(0, 3, stacks[i]), PH_INVALID, "must be one ref");
    }
    struct ph_builder *b = with_handler(0, 3, "r");
    struct ph_exception_handler handler = {0, 3, 1, UINT32_MAX};
    ph_builder_handler(b, &handler);
    bad(b, PH_INVALID, "a handler has an unknown label");
    b = with_handler(0, 3, "r");
    handler = (struct ph_exception_handler){0, 3, 0, 3};
    ph_builder_handler(b, &handler);
    bad(b, PH_INVALID, "a handler has an unknown class reference");
    b = with_handler(0, 3, "r");
    handler = (struct ph_exception_handler){3, 4, 0, 2}; /* the same label again, another class */
    ph_builder_handler(b, &handler);
    good(b);
}

/* Only the handler leads to the label; the code behind it is verified all the same. */
TEST(verify_looks_at_code_that_only_handlers_reach)
{
    struct ph_builder *b = begin(":");
    struct ph_exception_handler handler = {0, 1, 0, UINT32_MAX};
    handler.label = ph_builder_label(b, ph_builder_shape(b, 0, PH_REF), false);
    OP(return);
    OP1(label, handler.label);
    OP(i32_eqz);
    ph_builder_handler(b, &handler);
    bad(b, PH_INVALID, "i32_eqz: needs i32");
    b = begin(":");
    handler.label = ph_builder_label(b, ph_builder_shape(b, 0, PH_REF), false);
    OP1(label, handler.label); /* falling into it needs the ref too */
    OP(drop);
    OP(return);
    ph_builder_handler(b, &handler);
    bad(b, PH_INVALID, "wants 1 values");
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

TEST(facts_list_labels_of_handlers_as_sites)
{
    struct ph_builder *b = begin("r:");
    uint32_t shape = ph_builder_shape(b, 0, PH_REF);
    struct ph_exception_handler first = {0, 4, 0, 0}, second = {0, 4, 0, UINT32_MAX};
    first.label = ph_builder_label(b, shape, false);
    second.label = ph_builder_label(b, shape, true);
    OP1(local_get, 0);          /* 0 */
    OP1(ref_cast, 0);           /* 2: no site */
    OP(drop);                   /* 5 */
    OP(return);                 /* 6 */
    OP1(label, first.label);    /* 7: site, a handler's */
    OP1(label, second.label);   /* 9: site, a handler's and a loop's: once */
    OP(throw);                  /* 11: site */
    first.end = second.end = 5;
    ph_builder_handler(b, &first);
    ph_builder_handler(b, &second);
    struct ph_scratch scratch;
    struct ph_unit unit;
    struct ph_function_facts facts;
    facts_of(b, &scratch, &unit, &facts);
    static const uint32_t offsets[] = {7, 9, 11};
    CHECK_EQ(facts.site_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(facts.sites[i].offset, offsets[i]);
        CHECK_EQ(facts.sites[i].depth, 1);
        CHECK_EQ(facts.sites[i].ref_count, 1);
        CHECK_EQ(facts.ref_slots[facts.sites[i].ref_first], 0);
    }
    ph_unit_close(&unit);
    ph_scratch_finish(&scratch);
    ph_builder_destroy(b);
}
