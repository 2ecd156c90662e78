/* SPDX-License-Identifier: Apache-2.0 */
/* translate_test.c - what valid modules become. */
#include "module.h"

/* Checks what a function of type [i32] → [i32] with this code becomes. */
static void check_code(const void *code, uint64_t size, const char *expected)
{
    char text[4096];
    struct ph_unit unit;
    struct bytes module = module_of_code(code, size);
    module_open(&module, &unit);
    module_code_text(&unit, text, sizeof(text));
    CHECK_TEXT(text, expected);
    module_close(&unit);
}

#define CHECK_CODE(expected, ...)                     \
    do {                                              \
        static const uint8_t code_[] = {__VA_ARGS__}; \
        check_code(code_, sizeof(code_), (expected)); \
    } while (0)

TEST(wasm_module_is_known_by_its_magic)
{
    CHECK(ph_wasm_is_module(PH_SLICE_TEXT("\0asm\1\0\0\0")));
    CHECK(ph_wasm_is_module(PH_SLICE_TEXT("\0asm")));
    CHECK(!ph_wasm_is_module(PH_SLICE_TEXT("\0as")));
    CHECK(!ph_wasm_is_module(PH_SLICE_TEXT("\177ELF\1\0\0\0")));
}

TEST(wasm_empty_module_becomes_an_empty_unit)
{
    struct ph_unit unit;
    struct bytes module = module_begin();
    module_open(&module, &unit);
    CHECK_EQ(unit.function_count, 0);
    CHECK_EQ(unit.start_function, UINT32_MAX);
    module_close(&unit);
}

TEST(wasm_end_of_a_function_returns)
{
    CHECK_CODE("local_get 0; return", 0x20, 0, END);
    CHECK_CODE("i32_const -1; return", 0x41, 0x7f, END);
    CHECK_CODE("unreachable", 0x00, END);
}

TEST(wasm_return_squeezes_what_lies_below)
{
    CHECK_CODE("i64_const 7; local_get 0; squeeze 1 1; return", 0x42, 7, 0x20, 0, 0x0f, END);
    CHECK_CODE("local_get 0; return", 0x20, 0, 0x0f, END);
}

TEST(wasm_unreachable_code_is_not_emitted)
{
    CHECK_CODE("local_get 0; return", 0x20, 0, 0x0f, 0x41, 1, 0x1a, END);
    /* a whole block, and what follows a block that never ends */
    CHECK_CODE("unreachable", 0x00, 0x02, 0x40, 0x0c, 0, END, END);
    CHECK_CODE("unreachable", 0x02, 0x40, 0x00, END, 0x41, 1, END);
}

TEST(wasm_labels_nobody_branches_to_are_left_out)
{
    CHECK_CODE("local_get 0; return", 0x02, 0x40, END, 0x20, 0, END);
}

TEST(wasm_loop_is_a_label)
{
    /* loop (local.get 0; br_if 0) end; local.get 0 */
    CHECK_CODE("label 0; local_get 0; br_if 0; local_get 0; return", 0x03, 0x40, 0x20, 0, 0x0d, 0,
               END, 0x20, 0, END);
}

TEST(wasm_if_else)
{
    CHECK_CODE("local_get 0; br_unless 0; i32_const 1; br 1; label 0; i32_const 2; label 1; "
               "return",
               0x20, 0, 0x04, I32, 0x41, 1, 0x05, 0x41, 2, END, END);
    CHECK_CODE("local_get 0; br_unless 0; i32_const 1; drop; label 0; i32_const 3; return", 0x20, 0,
               0x04, 0x40, 0x41, 1, 0x1a, END, 0x41, 3, END);
    /* then never ends */
    CHECK_CODE("local_get 0; br_unless 0; unreachable; label 0; i32_const 2; return", 0x20, 0, 0x04,
               I32, 0x00, 0x05, 0x41, 2, END, END);
}

TEST(wasm_branch_out_of_a_deeper_stack_squeezes)
{
    /* block (result i32) i64.const 9; i32.const 1; br 0 end */
    CHECK_CODE("i64_const 9; i32_const 1; squeeze 1 1; br 0; label 0; return", 0x02, I32, 0x42, 9,
               0x41, 1, 0x0c, 0, END, END);
    /* br_if: around a squeeze; the stack stays as it is when it is not taken */
    CHECK_CODE("i64_const 9; i32_const 1; local_get 0; br_unless 0; squeeze 1 1; br 1; label 0; "
               "drop; drop; i32_const 2; label 1; return",
               0x02, I32, 0x42, 9, 0x41, 1, 0x20, 0, 0x0d, 0, 0x1a, 0x1a, 0x41, 2, END, END);
    /* br_if with nothing below goes straight to the label */
    CHECK_CODE("i32_const 1; local_get 0; br_if 0; label 0; return", 0x02, I32, 0x41, 1, 0x20, 0,
               0x0d, 0, END, END);
}

TEST(wasm_br_table_uses_trampolines_where_needed)
{
    /* two blocks; the inner one has an i64 below it: branches to the outer one squeeze it */
    CHECK_CODE("i64_const 5; local_get 0; br_table 2 @0 @1 @0; label 1; squeeze 0 1; br 2; "
               "label 0; drop; label 2; i32_const 1; return",
               0x02, 0x40, 0x42, 5, 0x02, 0x40, 0x20, 0, 0x0e, 2, 0, 1, 0, END, 0x1a, END, 0x41, 1,
               END);
    /* straight: no trampolines; the function itself is a target too */
    CHECK_CODE("local_get 0; local_get 0; br_table 1 @0 @1; label 0; label 1; return", 0x02, I32,
               0x20, 0, 0x20, 0, 0x0e, 1, 0, 1, END, END);
}

TEST(wasm_multi_value_blocks)
{
    /* block (type 1: [] → [i32 i64]) i32.const 1 i64.const 2 end; drop */
    CHECK_CODE("i32_const 1; i64_const 2; drop; return", 0x02, 1, 0x41, 1, 0x42, 2, END, 0x1a, END);
    /* loop with a parameter (type 0: [i32] → [i32]): branches back carry it */
    CHECK_CODE("local_get 0; label 0; local_get 0; br_if 0; return", 0x20, 0, 0x03, 0, 0x20, 0,
               0x0d, 0, END, END);
}

TEST(wasm_memory_and_wide_instructions)
{
    CHECK_CODE("local_get 0; i32_load8_u 0 300; return", 0x20, 0, 0x2d, 0, 0xac, 0x02, END);
    CHECK_CODE("local_get 0; i64_extend_i32_s; i32_wrap_i64; i32_extend8_s; return", 0x20, 0, 0xac,
               0xa7, 0xc0, END);
    CHECK_CODE("f64_const 4607182418800017408; i32_trunc_sat_f64_u; return", 0x44, 0, 0, 0, 0, 0, 0,
               0xf0, 0x3f, 0xfc, 3, END);
    CHECK_CODE("local_get 0; local_get 0; local_get 0; memory_copy 0 0; memory_size 0; return",
               0x20, 0, 0x20, 0, 0x20, 0, 0xfc, 10, 0, 0, 0x3f, 0, END);
    CHECK_CODE("local_get 0; global_set 0; ref_null; ref_is_null; return", 0x20, 0, 0x24, 0, 0xd0,
               FUNCREF, 0xd1, END);
    CHECK_CODE("local_get 0; local_get 0; call_indirect 0 0; return", 0x20, 0, 0x20, 0, 0x11, 0, 0,
               END);
}

TEST(wasm_imports_exports_and_segments_carry_over)
{
    struct ph_unit unit;
    struct bytes module = module_begin();
    ADD_SECTION(&module, 1, "\1\x60\0\0");
    ADD_SECTION(&module, 2, "\4\1m\1f\0\0\1m\1t\1\x6f\1\2\3\1m\1g\3\x7f\0\1m\1r\3\x70\0");
    ADD_SECTION(&module, 3, "\1\0");
    ADD_SECTION(&module, 4, "\1\x70\0\4");
    ADD_SECTION(&module, 5, "\1\1\1\2");
    ADD_SECTION(&module, 6, "\1\x7e\0\x42\x7f\x0b");
    ADD_SECTION(&module, 7, "\2\1e\0\1\1h\2\0");
    ADD_SECTION(&module, 8, "\1");
    /* active in table 1 at global 0: function 1; passive externref: null; declared: function 0 */
    ADD_SECTION(&module, 9, "\3\2\1\x23\0\x0b\0\1\1\5\x6f\1\xd0\x6f\x0b\3\0\1\0");
    ADD_SECTION(&module, 12, "\2");
    module_body(&module, "\x0b", 1);
    ADD_SECTION(&module, 11, "\2\0\x41\3\x0b\2ab\1\1c");
    module_open(&module, &unit);

    CHECK_EQ(unit.imported_functions, 1);
    CHECK_EQ(unit.function_count, 2);
    CHECK_EQ(unit.start_function, 1);
    CHECK_EQ(unit.import_count, 4);
    CHECK_EQ(unit.tables[0].ref_kind, PH_REF_EXTERN);
    CHECK_EQ(unit.tables[0].limits.max, 3);
    CHECK_EQ(unit.tables[1].ref_kind, PH_REF_FUNCTION);
    CHECK(!unit.tables[1].limits.has_max);
    CHECK_EQ(unit.memories[0].limits.max, 2);
    CHECK_EQ(unit.globals[1].type.type, PH_REF);
    CHECK_EQ(unit.globals[2].init.value, UINT64_MAX);
    CHECK_EQ(unit.element_count, 3);
    CHECK_EQ(unit.elements[0].mode, PH_SEGMENT_ACTIVE);
    CHECK_EQ(unit.elements[0].table, 1);
    CHECK_EQ(unit.elements[0].offset.kind, PH_INIT_GLOBAL);
    CHECK_EQ(unit.elements[0].items[0].kind, PH_INIT_FUNCTION);
    CHECK_EQ(unit.elements[1].mode, PH_SEGMENT_PASSIVE);
    CHECK_EQ(unit.elements[1].items[0].kind, PH_INIT_NULL);
    CHECK_EQ(unit.elements[2].mode, PH_SEGMENT_DECLARED);
    CHECK_EQ(unit.data_count, 2);
    CHECK_EQ(unit.datas[0].offset.value, 3);
    CHECK_BYTES(unit.datas[0].bytes.bytes, "ab", 2);
    CHECK_EQ(unit.datas[1].mode, PH_SEGMENT_PASSIVE);
    const struct ph_export *export = ph_unit_export(&unit, PH_SLICE_TEXT("e"));
    CHECK(export != NULL && export->index == 1);
    module_close(&unit);
}

TEST(wasm_signatures_tell_funcref_from_externref)
{
    struct ph_unit unit;
    struct bytes module = module_begin();
    /* [funcref i32] → [externref] and [externref i32] → [externref] */
    ADD_SECTION(&module, 1, "\2\x60\2\x70\x7f\1\x6f\x60\2\x6f\x7f\1\x6f");
    module_open(&module, &unit);
    const struct ph_signature *signatures = unit.signatures;
    CHECK_EQ(unit.signature_count, 2);
    CHECK_EQ(signatures[0].types[0], PH_REF);
    CHECK_EQ(signatures[0].types[1], PH_I32);
    CHECK_EQ(signatures[0].types[2], PH_REF);
    CHECK_EQ(ph_signature_ref_kind(&signatures[0], 0), PH_REF_FUNCTION);
    CHECK_EQ(ph_signature_ref_kind(&signatures[0], 1), PH_REF_ANY);
    CHECK_EQ(ph_signature_ref_kind(&signatures[0], 2), PH_REF_EXTERN);
    CHECK_EQ(ph_signature_ref_kind(&signatures[1], 0), PH_REF_EXTERN);
    CHECK(!ph_signature_equal(&signatures[0], &signatures[1]));
    module_close(&unit);
}

TEST(wasm_names_are_taken_from_the_name_section)
{
    struct ph_unit unit;
    struct bytes module = module_of_code("\x41\1\x0b", 3);
    ADD_SECTION(&module, 0, "\4name\0\3\2mo\1\6\1\0\3fun\2\1\0");
    module_open(&module, &unit);
    CHECK_EQ(unit.name.size, 2);
    CHECK(unit.function_names != NULL);
    CHECK_BYTES(unit.function_names[0].bytes, "fun", 3);
    module_close(&unit);
}

TEST(wasm_damaged_name_section_is_ignored)
{
    struct ph_unit unit;
    struct bytes module = module_of_code("\x41\1\x0b", 3);
    ADD_SECTION(&module, 0, "\4name\1\x7f\1\0\3fun");
    module_open(&module, &unit);
    module_close(&unit);
}

/* ---- Size ----------------------------------------------------------------------------------- */

TEST(wasm_deep_nesting_takes_no_stack)
{
    enum { DEPTH = 300000 };
    struct bytes code = {0};
    struct ph_unit unit;
    for (int i = 0; i < DEPTH; i++) {
        bytes_add(&code, "\x02\x40", 2);
    }
    bytes_add(&code, "\x20\0\x0d", 3);
    bytes_number(&code, DEPTH - 1);
    for (int i = 0; i < DEPTH; i++) {
        bytes_byte(&code, END);
    }
    bytes_add(&code, "\x20\0\x0b", 3);
    struct bytes module = module_of_code(code.items, code.count);
    free(code.items);
    module_open(&module, &unit);
    module_close(&unit);
}

/* Each block has something below it; each br_table goes out of all of them. */
TEST_TIMEOUT(wasm_br_tables_out_of_many_blocks_are_linear, 20)
{
    enum { DEPTH = 20000, TABLES = 50 };
    struct bytes code = {0};
    struct ph_unit unit;
    for (int i = 0; i < DEPTH; i++) {
        bytes_add(&code, "\x41\1\x02\x40", 4);
    }
    for (int table = 0; table < TABLES; table++) {
        bytes_add(&code, "\x20\0\x04\x40\x20\0\x0e", 7);
        bytes_number(&code, DEPTH - 1);
        for (uint64_t i = 0; i < DEPTH; i++) {
            bytes_number(&code, i + 1);
        }
        bytes_byte(&code, END);
    }
    for (int i = 0; i < DEPTH; i++) {
        bytes_add(&code, "\x0b\x1a", 2);
    }
    bytes_add(&code, "\x20\0\x0b", 3);
    struct bytes module = module_of_code(code.items, code.count);
    free(code.items);
    module_open(&module, &unit);
    module_close(&unit);
}

TEST_TIMEOUT(wasm_many_functions_are_linear, 20)
{
    enum { FUNCTIONS = 400000 };
    struct bytes module = module_begin(), functions = {0}, code = {0};
    struct ph_unit unit;
    ADD_SECTION(&module, 1, "\1\x60\0\1\x7f");
    bytes_number(&functions, FUNCTIONS);
    bytes_number(&code, FUNCTIONS);
    for (uint64_t i = 0; i < FUNCTIONS; i++) {
        bytes_byte(&functions, 0);
        bytes_add(&code, "\6\0\x41\1\x0f\x0b", 6);
        code.items[code.count - 6] = 5;
    }
    bytes_section(&module, 3, &functions);
    bytes_section(&module, 10, &code);
    module_open(&module, &unit);
    CHECK_EQ(unit.function_count, FUNCTIONS);
    module_close(&unit);
}
