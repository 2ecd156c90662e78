/* SPDX-License-Identifier: Apache-2.0 */
/* refuse_test.c - what is wrong with a module is said in the specification's words, and where. The
 * test suite (tests/run/wast_driver.c) has thousands of such modules; here is what it has not. */
#include "module.h"

static void check_refused(struct bytes *module, ph_status status, const char *text)
{
    struct ph_slice unit;
    struct ph_error error = {0};
    CHECK_STATUS(module_translate(module, &unit, &error), status);
    CHECK_EQ(error.status, status);
    CHECK_TEXT(error.text, text);
    CHECK(unit.bytes == NULL);
}

#define CHECK_REFUSED(status, text, ...)                             \
    do {                                                             \
        static const uint8_t code_[] = {__VA_ARGS__};                \
        struct bytes module_ = module_of_code(code_, sizeof(code_)); \
        check_refused(&module_, (status), (text));                   \
    } while (0)

TEST(wasm_messages_name_function_and_offset)
{
    CHECK_REFUSED(PH_INVALID,
                  "type mismatch: i32 is needed and i64 is on the stack: "
                  "function 0 (no name) at offset 0x37",
                  0x42, 1, END);
    CHECK_REFUSED(PH_INVALID, "unknown local 7: function 0 (no name) at offset 0x35", 0x20, 7, END);

    struct bytes module = module_of_code("\x20\7\x0b", 3);
    ADD_SECTION(&module, 0, "\4name\1\6\1\0\3f\nn");
    check_refused(&module, PH_INVALID, "unknown local 7: function 0 (f?n) at offset 0x35");
}

TEST(wasm_what_is_not_supported_is_named)
{
    CHECK_REFUSED(PH_UNSUPPORTED,
                  "illegal opcode 0xfd: SIMD not supported: function 0 (no name) "
                  "at offset 0x35",
                  0xfd, 12, END);
    CHECK_REFUSED(PH_UNSUPPORTED,
                  "illegal opcode 0xfe: threads not supported: function 0 (no "
                  "name) at offset 0x35",
                  0xfe, 0, END);
    CHECK_REFUSED(PH_UNSUPPORTED,
                  "illegal opcode 0x08: exception handling not supported: "
                  "function 0 (no name) at offset 0x35",
                  0x08, 0, END);
    CHECK_REFUSED(PH_UNSUPPORTED,
                  "illegal opcode 0x12: tail calls not supported: function 0 (no "
                  "name) at offset 0x35",
                  0x12, 0, END);
    CHECK_REFUSED(PH_UNSUPPORTED,
                  "SIMD (type v128) is not supported: function 0 (no name) at "
                  "offset 0x35",
                  0x02, 0x7b, END);
    struct bytes module = module_begin();
    ADD_SECTION(&module, 13, "\0");
    check_refused(&module, PH_UNSUPPORTED,
                  "malformed section id 13: exception handling is not "
                  "supported: at offset 0x9");
}

TEST(wasm_illegal_opcodes)
{
    CHECK_REFUSED(PH_MALFORMED, "illegal opcode 0xff: function 0 (no name) at offset 0x35", 0xff,
                  END);
    CHECK_REFUSED(PH_MALFORMED, "illegal opcode 0xfc 18: function 0 (no name) at offset 0x35", 0xfc,
                  18, END);
}

TEST(wasm_sections_come_in_order_and_once)
{
    struct bytes module = module_begin();
    ADD_SECTION(&module, 3, "\0");
    ADD_SECTION(&module, 1, "\0");
    check_refused(&module, PH_MALFORMED,
                  "unexpected content after last section: section 1 is out "
                  "of order: at offset 0xc");
    module = module_begin();
    ADD_SECTION(&module, 1, "\0");
    ADD_SECTION(&module, 1, "\0");
    check_refused(&module, PH_MALFORMED,
                  "unexpected content after last section: section 1 is out "
                  "of order: at offset 0xc");
}

TEST(wasm_component_is_not_a_module)
{
    struct bytes module = {0};
    bytes_add(&module, "\0asm\x0d\0\1\0", 8);
    check_refused(&module, PH_UNSUPPORTED,
                  "unknown binary version: a component, not a core "
                  "module: at offset 0x4");
}

/* ---- Limits of ours ------------------------------------------------------------------------- */

static struct bytes module_with_locals(uint64_t count)
{
    struct bytes module = module_begin(), section = {0}, body = {0};
    ADD_SECTION(&module, 1, "\1\x60\0\0");
    ADD_SECTION(&module, 3, "\1\0");
    bytes_byte(&body, 1);
    bytes_number(&body, count);
    bytes_add(&body, "\x7f\x0b", 2);
    bytes_byte(&section, 1);
    bytes_part(&section, &body);
    bytes_section(&module, 10, &section);
    return module;
}

TEST(wasm_locals_have_a_limit)
{
    struct ph_unit unit;
    struct bytes module = module_with_locals(PH_LOCALS_MAX);
    module_open(&module, &unit);
    module_close(&unit);
    module = module_with_locals(PH_LOCALS_MAX + 1);
    check_refused(&module, PH_LIMIT,
                  "too many locals: 50001, and at most 50000 are supported: "
                  "function 0 (no name) at offset 0x15");
}

static struct bytes module_with_depth(uint64_t depth)
{
    struct bytes code = {0};
    for (uint64_t i = 0; i < depth; i++) {
        bytes_add(&code, "\x41\1", 2);
    }
    bytes_add(&code, "\x0f\x0b", 2);
    struct bytes module = module_of_code(code.items, code.count);
    free(code.items);
    return module;
}

TEST(wasm_operand_stack_has_a_limit)
{
    struct ph_unit unit;
    struct bytes module = module_with_depth(PH_FRAME_SLOTS_MAX - 1);
    module_open(&module, &unit);
    module_close(&unit);
    struct ph_slice bytes;
    struct ph_error error;
    module = module_with_depth(PH_FRAME_SLOTS_MAX);
    CHECK_STATUS(module_translate(&module, &bytes, &error), PH_LIMIT);
}

TEST(wasm_parameters_have_a_limit)
{
    struct bytes module = module_begin(), section = {0};
    bytes_add(&section, "\1\x60", 2);
    bytes_number(&section, 1001);
    for (int i = 0; i < 1001; i++) {
        bytes_byte(&section, I32);
    }
    bytes_byte(&section, 0);
    bytes_section(&module, 1, &section);
    check_refused(&module, PH_LIMIT,
                  "too many parameters: 1001, and at most 1000 are supported: "
                  "at offset 0xf");
}

/* ---- Everything cut short ------------------------------------------------------------------- */

static struct bytes rich_module(void)
{
    static const uint8_t code[] = {
        0x02, I32, 0x42, 9, 0x41, 1, 0x20, 0,    0x0d, 0,    0x1a, 0x1a, 0x20, 0,
        0x20, 0,   0x0e, 1, 0,    0, END,  0x1a, 0x02, 0x40, 0x42, 5,    0x02, 0x40,
        0x20, 0,   0x0e, 2, 0,    1, 0,    END,  0x1a, END,  0x41, 1,    END,
    };
    struct bytes module = module_of_code(code, sizeof(code));
    ADD_SECTION(&module, 11, "\1\0\x41\3\x0b\2ab");
    ADD_SECTION(&module, 0, "\4name\0\3\2mo\1\6\1\0\3fun");
    return module;
}

TEST(wasm_every_cut_off_module_is_refused_or_valid)
{
    struct bytes whole = rich_module();
    for (uint64_t size = 0; size < whole.count; size++) {
        struct ph_slice unit;
        struct ph_error error;
        struct bytes part = {0};
        bytes_add(&part, whole.items, size);
        if (module_translate(&part, &unit, &error) == PH_OK) {
            ph_free(ph_port_allocator(), (void *)unit.bytes, unit.size);
        } else {
            CHECK(error.text[0] != 0);
        }
    }
    free(whole.items);
}

struct failing_allocator {
    struct ph_allocator allocator;
    uint64_t calls_left, live;
};

static void *failing_resize(struct ph_allocator *allocator, void *old, size_t old_bytes,
                            size_t new_bytes)
{
    struct failing_allocator *self = (struct failing_allocator *)allocator;
    (void)old_bytes;
    if (new_bytes == 0) {
        self->live -= old != NULL;
        free(old);
        return NULL;
    }
    if (self->calls_left == 0) {
        return NULL;
    }
    self->calls_left--;
    self->live += old == NULL;
    return realloc(old, new_bytes);
}

TEST(wasm_every_failed_allocation_is_reported)
{
    struct bytes module = rich_module();
    ph_status status = PH_NO_MEMORY;
    for (uint64_t calls = 0; status != PH_OK; calls++) {
        struct failing_allocator failing = {{failing_resize}, calls, 0};
        struct ph_slice unit;
        struct ph_error error = {0};
        CHECK(calls < 10000);
        status = ph_wasm_translate((struct ph_slice){module.items, module.count},
                                   &failing.allocator, &unit, &error);
        if (status == PH_OK) {
            ph_free(&failing.allocator, (void *)unit.bytes, unit.size);
        } else {
            CHECK_STATUS(status, PH_NO_MEMORY);
            CHECK_EQ(error.status, PH_NO_MEMORY);
        }
        CHECK_EQ(failing.live, 0);
    }
    free(module.items);
}
