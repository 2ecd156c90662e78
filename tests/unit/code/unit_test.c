/* SPDX-License-Identifier: Apache-2.0 */
/* What ph_unit_open refuses, and what the builder writes. */
#include "base/random.h"
#include "base/text.h"
#include "code/section.h"
#include "support/unit_kit.h"
#include "unit.h"

static struct ph_builder *begin(void)
{
    struct ph_builder *b;

    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    return b;
}

static void good(struct ph_builder *b)
{
    struct ph_error error;

    if (kit_verify(b, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "refused: %s", error.text);
    }
}

static void bad(struct ph_builder *b, ph_status expected, const char *words)
{
    struct ph_error error;

    CHECK_STATUS(kit_verify(b, &error), expected);
    if (strstr(error.text, words) == NULL) {
        unit_fail(__FILE__, __LINE__, "\"%s\" lacks \"%s\"", error.text, words);
    }
}

static void add_function(struct ph_builder *b, uint32_t signature)
{
    ph_builder_function_begin(b, signature);
    ph_builder_op(b, PH_OP_unreachable);
    ph_builder_function_end(b);
}

TEST(unit_may_be_empty)
{
    struct ph_builder *b = begin();
    struct ph_slice bytes;

    CHECK_OK(ph_builder_finish(b, &bytes, NULL));
    CHECK_EQ(bytes.size, PH_UNIT_HEADER_BYTES);
    ph_builder_destroy(b);
    good(begin());
}

TEST(unit_keeps_what_the_builder_was_given)
{
    struct ph_builder *b = begin();
    struct ph_table_type table = {{3, 9, true}, PH_REF_EXTERN};
    struct ph_global global = {{PH_F64, 0, true}, {PH_INIT_BITS, 0x7ff8000000000001}};
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    ph_builder_name(b, KIT_TEXT("u"));
    uint32_t s = kit_signature(b, "ir:ld");
    CHECK_EQ(ph_builder_import_function(b, KIT_TEXT("m"), KIT_TEXT("n"), s), 0);
    CHECK_EQ(ph_builder_table(b, &table), 0);
    CHECK_EQ(ph_builder_global(b, &global), 0);
    add_function(b, s);
    ph_builder_export(b, KIT_TEXT("zebra"), PH_EXTERN_FUNCTION, 1);
    ph_builder_export(b, KIT_TEXT("ant"), PH_EXTERN_TABLE, 0);
    ph_builder_function_name(b, 1, KIT_TEXT("old"));
    ph_builder_function_name(b, 1, KIT_TEXT("new"));
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK(ph_slice_equal(unit.name, KIT_TEXT("u")));
    CHECK_EQ(unit.function_count, 2);
    CHECK_EQ(unit.imported_functions, 1);
    CHECK_EQ(unit.signatures[s].param_count, 2);
    CHECK_EQ(unit.signatures[s].types[3], PH_F64);
    CHECK_EQ(unit.tables[0].limits.max, 9);
    CHECK_EQ(unit.globals[0].init.value, 0x7ff8000000000001);
    CHECK(ph_slice_equal(unit.imports[0].name, KIT_TEXT("n")));
    CHECK(ph_slice_equal(unit.exports[0].name, KIT_TEXT("ant")));
    CHECK_EQ(ph_unit_export(&unit, KIT_TEXT("zebra"))->index, 1);
    CHECK(ph_unit_export(&unit, KIT_TEXT("bee")) == NULL);
    CHECK(ph_slice_equal(unit.function_names[1], KIT_TEXT("new")));
    CHECK_EQ(unit.function_names[0].size, 0);
    CHECK_EQ(unit.start_function, UINT32_MAX);
    ph_unit_close(&unit);
    ph_builder_destroy(b);
}

TEST(unit_refuses_what_is_no_unit)
{
    static const char *const texts[] = {"", "PHU", "\177ELF\1\1\1\0", "PHU\x1a\1\0\0"};
    struct ph_unit unit;
    struct ph_error error;

    for (unsigned i = 0; i < PH_COUNT(texts); i++) {
        struct ph_slice bytes = {(const uint8_t *)texts[i], i == 0 ? 0 : 3 + (i > 1) * 4};
        CHECK_STATUS(ph_unit_open(bytes, ph_port_allocator(), &unit, &error), PH_MALFORMED);
    }
    struct ph_slice other[] = {KIT_TEXT("PHU\x1a\0\0\0\0"), KIT_TEXT("PHU\x1a\5\0\0\0")};
    for (unsigned i = 0; i < PH_COUNT(other); i++) {
        CHECK_STATUS(ph_unit_open(other[i], ph_port_allocator(), &unit, &error), PH_VERSION);
    }
}

TEST(unit_refuses_wrong_sections)
{
    static const struct { struct ph_slice bytes; ph_status status; } cases[] = {
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\x63\0\0\0\0"), PH_MALFORMED},            /* unknown */
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\0\0\0\0\0"), PH_MALFORMED},
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\1\0\0\0\0\1\0\0\0\0"), PH_MALFORMED},   /* twice */
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\2\1\0\0\0\0\1\0\0\0\0"), PH_MALFORMED}, /* order */
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\2\1\0\0"), PH_TRUNCATED},
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\2\2\0\0\0\0"), PH_TRUNCATED},
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\2\2\0\0\0\0\0"), PH_MALFORMED},         /* a byte over */
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\2\5\0\0\0\xff\xff\xff\xff\x0f"), PH_TRUNCATED},
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\2\4\0\0\0\1\1\0\7"), PH_MALFORMED},     /* type 7 */
        {PH_SLICE_TEXT("PHU\x1a\2\0\0\0\2\4\0\0\0\1\1\0\x20"), PH_MALFORMED},  /* type 0 */
        {PH_SLICE_TEXT("PHU\x1a\2\0\0\0\2\4\0\0\0\1\1\0\x35"), PH_MALFORMED},  /* kind 3 */
        {PH_SLICE_TEXT("PHU\x1a\2\0\0\0\2\4\0\0\0\1\1\0\x11"), PH_INVALID},    /* no ref */
        {PH_SLICE_TEXT("PHU\x1a\1\0\0\0\x0a\5\0\0\0\xff\xff\xff\xff\x0f"), PH_TRUNCATED},
    };
    struct ph_unit unit;
    struct ph_error error;

    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        CHECK_STATUS(ph_unit_open(cases[i].bytes, ph_port_allocator(), &unit, &error),
                     cases[i].status);
    }
}

TEST(unit_checks_exports)
{
    struct ph_builder *b = begin();
    add_function(b, kit_signature(b, ":"));
    ph_builder_export(b, KIT_TEXT("a"), PH_EXTERN_FUNCTION, 0);
    ph_builder_export(b, KIT_TEXT("a"), PH_EXTERN_FUNCTION, 0);
    bad(b, PH_INVALID, "duplicate export name \"a\"");
    b = begin();
    ph_builder_export(b, KIT_TEXT("a"), PH_EXTERN_MEMORY, 0);
    bad(b, PH_INVALID, "unknown index");
    b = begin();
    add_function(b, kit_signature(b, ":"));
    ph_builder_export(b, KIT_TEXT("\xc3\x28"), PH_EXTERN_FUNCTION, 0);
    bad(b, PH_MALFORMED, "UTF-8");
}

TEST(unit_checks_imports)
{
    struct ph_builder *b = begin();
    ph_builder_import_function(b, KIT_TEXT("m"), KIT_TEXT("n"), 0);
    bad(b, PH_INVALID, "unknown signature 0");
    b = begin();
    uint32_t s = kit_signature(b, ":");
    ph_builder_import_function(b, KIT_TEXT("m\xff"), KIT_TEXT("n"), s);
    bad(b, PH_MALFORMED, "UTF-8");
}

TEST(unit_checks_limits)
{
    static const struct { struct ph_limits limits; bool ok; } cases[] = {
        {{0, 0, false}, true},     {{65536, 0, false}, true}, {{65537, 0, false}, false},
        {{1, 65537, true}, false}, {{2, 1, true}, false},     {{0, 65536, true}, true},
        {{UINT64_MAX, 0, false}, false},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_builder *b = begin();
        struct ph_memory_type memory = {cases[i].limits};
        ph_builder_memory(b, &memory);
        cases[i].ok ? good(b) : bad(b, PH_INVALID, "size");
    }
    struct ph_builder *b = begin();
    struct ph_table_type table = {{(uint64_t)UINT32_MAX + 1, 0, false}, PH_REF_ANY};
    ph_builder_table(b, &table);
    bad(b, PH_INVALID, "size");
}

TEST(unit_checks_constants)
{
    static const struct { struct ph_global global; bool ok; } cases[] = {
        {{{PH_I32, 0, false}, {PH_INIT_BITS, UINT32_MAX}}, true},
        {{{PH_I32, 0, false}, {PH_INIT_BITS, (uint64_t)UINT32_MAX + 1}}, false},
        {{{PH_F64, 0, false}, {PH_INIT_BITS, UINT64_MAX}}, true},
        {{{PH_REF, 0, false}, {PH_INIT_BITS, 0}}, false},
        {{{PH_REF, 0, false}, {PH_INIT_NULL, 0}}, true},
        {{{PH_I64, 0, false}, {PH_INIT_NULL, 0}}, false},
        {{{PH_REF, PH_REF_FUNCTION, false}, {PH_INIT_FUNCTION, 0}}, true},
        {{{PH_REF, PH_REF_EXTERN, false}, {PH_INIT_FUNCTION, 0}}, false},
        {{{PH_REF, 0, false}, {PH_INIT_FUNCTION, 1}}, false},
        {{{PH_I32, 0, false}, {PH_INIT_GLOBAL, 0}}, true},
        {{{PH_I64, 0, false}, {PH_INIT_GLOBAL, 0}}, false},  /* other type */
        {{{PH_I32, 0, false}, {PH_INIT_GLOBAL, 1}}, false},  /* mutable */
        {{{PH_I32, 0, false}, {PH_INIT_GLOBAL, 2}}, false},  /* not imported */
        {{{PH_I32, 0, false}, {4, 0}}, false},
        {{{PH_I32, PH_REF_EXTERN, false}, {PH_INIT_BITS, 0}}, false},
        {{{0, 0, false}, {PH_INIT_BITS, 0}}, false},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_builder *b = begin();
        struct ph_global_type fixed = {PH_I32, 0, false};
        struct ph_global_type moving = {PH_I32, 0, true};
        struct ph_error error;
        ph_builder_import_global(b, KIT_TEXT("m"), KIT_TEXT("0"), &fixed);
        ph_builder_import_global(b, KIT_TEXT("m"), KIT_TEXT("1"), &moving);
        struct ph_global own = {{PH_I32, 0, false}, {PH_INIT_BITS, 0}};
        ph_builder_global(b, &own);
        ph_builder_global(b, &cases[i].global);
        add_function(b, kit_signature(b, ":"));
        if ((kit_verify(b, &error) == PH_OK) != cases[i].ok) {
            unit_fail(__FILE__, __LINE__, "case %u: %s", i, error.text);
        }
    }
}

TEST(unit_checks_the_start_function)
{
    struct ph_builder *b = begin();
    add_function(b, kit_signature(b, ":"));
    ph_builder_start(b, 0);
    good(b);
    b = begin();
    add_function(b, kit_signature(b, "i:"));
    ph_builder_start(b, 0);
    bad(b, PH_INVALID, "no params");
    b = begin();
    ph_builder_start(b, 0);
    bad(b, PH_INVALID, "unknown function 0");
}

TEST(unit_checks_segments)
{
    struct ph_table_type table = {{4, 0, false}, PH_REF_FUNCTION};
    struct ph_init null = {PH_INIT_NULL, 0};
    struct ph_element_segment element = {.mode = PH_SEGMENT_ACTIVE,
                                         .ref_kind = PH_REF_FUNCTION,
                                         .offset = {PH_INIT_BITS, 1},
                                         .count = 1,
                                         .items = &null};
    struct ph_data_segment data = {.mode = PH_SEGMENT_ACTIVE, .offset = {PH_INIT_BITS, 1}};

    for (int wrong = 0; wrong < 4; wrong++) {
        struct ph_builder *b = begin();
        struct ph_element_segment e = element;
        ph_builder_table(b, &table);
        e.table = wrong == 1;
        e.ref_kind = wrong == 2 ? PH_REF_EXTERN : PH_REF_FUNCTION;
        e.offset.kind = wrong == 3 ? PH_INIT_NULL : PH_INIT_BITS;
        ph_builder_element(b, &e);
        wrong ? bad(b, PH_INVALID, "") : good(b);
    }
    struct ph_builder *b = begin();
    ph_builder_data(b, &data);
    bad(b, PH_INVALID, "unknown memory 0");
    b = begin();
    data.mode = PH_SEGMENT_DECLARED;
    ph_builder_data(b, &data);
    bad(b, PH_MALFORMED, "mode");
}

TEST(unit_limits_signatures)
{
    static uint8_t types[PH_VALUES_MAX + 1];
    struct ph_signature signature = {PH_VALUES_MAX, 0, types, NULL};

    memset(types, PH_I32, sizeof(types));
    struct ph_builder *b = begin();
    ph_builder_signature(b, &signature);
    good(b);
    b = begin();
    signature.param_count++;
    ph_builder_signature(b, &signature);
    bad(b, PH_LIMIT, "more than 1000");
}

static void check_signature(const struct ph_unit *unit, uint32_t index,
                            const struct ph_signature *expected)
{
    const struct ph_signature *signature = &unit->signatures[index];
    uint32_t count = expected->param_count + expected->result_count;

    CHECK(ph_signature_equal(signature, expected));
    CHECK_BYTES(signature->types, expected->types, count);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_EQ(ph_signature_ref_kind(signature, i), ph_signature_ref_kind(expected, i));
    }
}

TEST(unit_keeps_the_reference_kinds_of_signatures)
{
    static const uint8_t types[] = {PH_REF, PH_I32, PH_REF};
    static const uint8_t kinds[][3] = {{PH_REF_FUNCTION, PH_REF_ANY, PH_REF_EXTERN},
                                       {PH_REF_FUNCTION, PH_REF_ANY, PH_REF_FUNCTION},
                                       {PH_REF_ANY, PH_REF_ANY, PH_REF_ANY}};
    struct ph_builder *b = begin();
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    for (uint32_t i = 0; i < 4; i++) {
        struct ph_signature signature = {2, 1, types, i < 3 ? kinds[i] : NULL};
        CHECK_EQ(ph_builder_signature(b, &signature), i);
    }
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    CHECK_BYTES(bytes.bytes + PH_UNIT_HEADER_BYTES + PH_SECTION_HEADER_BYTES,
                "\4\2\1\x15\1\x25\2\1\x15\1\x15\2\1\5\1\5\2\1\5\1\5", 21);
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    for (uint32_t i = 0; i < 4; i++) {
        struct ph_signature signature = {2, 1, types, i < 3 ? kinds[i] : NULL};
        check_signature(&unit, i, &signature);
        for (uint32_t k = 0; k < i; k++) {
            bool is_same = k == 2; /* no kinds, and all of them PH_REF_ANY */
            CHECK_EQ(ph_signature_equal(&unit.signatures[k], &unit.signatures[i]), is_same);
        }
    }
    ph_unit_close(&unit);
    ph_builder_destroy(b);
}

/* Version 1: one with (ref) -> (), whose kind is any. */
TEST(unit_of_version_1_opens)
{
    struct ph_slice bytes = KIT_TEXT("PHU\x1a\1\0\0\0\2\4\0\0\0\1\1\0\5");
    struct ph_unit unit;
    struct ph_error error;

    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_EQ(unit.signatures[0].types[0], PH_REF);
    CHECK_EQ(ph_signature_ref_kind(&unit.signatures[0], 0), PH_REF_ANY);
    ph_unit_close(&unit);
}

/* Every prefix of a unit is refused or opens; nothing is read beyond it (seen by MODE=asan). */
TEST(unit_survives_being_cut_anywhere)
{
    struct ph_builder *b = begin();
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    ph_builder_import_function(b, KIT_TEXT("m"), KIT_TEXT("n"), kit_signature(b, "i:"));
    add_function(b, 0);
    ph_builder_export(b, KIT_TEXT("f"), PH_EXTERN_FUNCTION, 1);
    ph_builder_function_name(b, 1, KIT_TEXT("f"));
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    for (uint64_t size = 0; size < bytes.size; size++) {
        uint8_t *copy = malloc(size == 0 ? 1 : size);
        memcpy(copy, bytes.bytes, size);
        struct ph_slice prefix = {copy, size};
        if (ph_unit_open(prefix, ph_port_allocator(), &unit, &error) == PH_OK) {
            ph_unit_close(&unit);
        }
        free(copy);
    }
    ph_builder_destroy(b);
}

struct failing {
    struct ph_allocator allocator;
    uint64_t calls_left;
};

static void *failing_resize(struct ph_allocator *self, void *old, size_t old_bytes,
                            size_t new_bytes)
{
    struct failing *failing = (struct failing *)self;

    if (new_bytes > old_bytes && failing->calls_left-- == 0) {
        failing->calls_left = 0;
        return NULL;
    }
    return ph_port_allocator()->resize(ph_port_allocator(), old, old_bytes, new_bytes);
}

/* Two members of each kind, so that they are sorted. */
static void add_class(struct ph_builder *b)
{
    struct ph_class_ref class_ref = {.kind = PH_CLASS_REF_DEFINED};
    struct ph_field_def fields[] = {{KIT_TEXT("x"), PH_STORE_I8, 0},
                                    {KIT_TEXT("y"), PH_STORE_I8, 0}};
    struct ph_method_def methods[] = {{KIT_TEXT("x"), 0, 0, PH_METHOD_STATIC},
                                      {KIT_TEXT("y"), 0, 0, PH_METHOD_STATIC}};
    struct ph_class_def def = {.super_class = UINT32_MAX, .initialiser = UINT32_MAX,
                               .field_count = 2, .method_count = 2, .fields = fields,
                               .methods = methods};
    struct ph_field_ref field = {0, PH_STORE_I8, 0, KIT_TEXT("x")};
    struct ph_method_ref method = {0, 0, PH_METHOD_STATIC, KIT_TEXT("x")};

    ph_builder_class_ref(b, &class_ref);
    ph_builder_class_def(b, &def);
    ph_builder_field_ref(b, &field);
    ph_builder_method_ref(b, &method);
    ph_builder_bytes_constant(b, KIT_TEXT("bytes"));
}

/* Behind what the function has: a label that is a handler's. */
static void add_handler(struct ph_builder *b)
{
    struct ph_exception_handler handler = {0, 1, 1, 0};

    handler.label = ph_builder_label(b, ph_builder_shape(b, 0, PH_REF), false);
    ph_builder_op1(b, PH_OP_label, handler.label);
    ph_builder_op(b, PH_OP_throw);
    ph_builder_handler(b, &handler);
}

TEST(builder_and_unit_report_that_memory_ran_out)
{
    for (uint64_t calls = 0;; calls++) {
        struct failing failing = {{failing_resize}, calls};
        struct ph_builder *b;
        struct ph_slice bytes;
        struct ph_unit unit;
        struct ph_error error;
        ph_status status = ph_builder_create(&failing.allocator, &b);
        if (status == PH_OK) {
            add_function(b, kit_signature(b, "i:r"));
            add_class(b);
            ph_builder_function_begin(b, 0);
            ph_builder_label(b, ph_builder_shape(b, 0, PH_I32), true);
            ph_builder_op(b, PH_OP_unreachable);
            ph_builder_op1(b, PH_OP_label, 0);
            ph_builder_op(b, PH_OP_unreachable);
            add_handler(b);
            ph_builder_function_end(b);
            ph_builder_export(b, KIT_TEXT("x"), PH_EXTERN_FUNCTION, 0);
            ph_builder_function_name(b, 0, KIT_TEXT("x"));
            status = ph_builder_finish(b, &bytes, &error);
        }
        if (status == PH_OK) {
            status = ph_unit_open(bytes, &failing.allocator, &unit, &error);
        }
        if (status == PH_OK) {
            status = ph_verify_unit(&unit, &failing.allocator, &error);
            ph_unit_close(&unit);
        }
        ph_builder_destroy(b);
        if (status == PH_OK) {
            CHECK(calls > 5);
            return;
        }
        CHECK_EQ(status, PH_NO_MEMORY);
    }
}

/* What is shown is UTF-8 without control characters, whatever the bytes and wherever it is cut. */
TEST(a_printable_name)
{
    static const struct { const char *name, *shown; } names[] = {
        {"plain", "plain"}, {"caf\xc3\xa9", "caf\xc3\xa9"}, {"a\nb\x1b[m\x7f", "a?b?[m?"},
        {"\xc3", "?"}, {"\xc2\x9b", "??"}, {"\xf0\x9f\x98\x80!", "\xf0\x9f\x98\x80!"},
        {"\xed\xa0\x80", "???"}, {"0123456789ab", "01234..."}, {"0123456\xc3\xa9", "01234..."},
        {"0123\xc3\xa9\xc3\xa9", "0123\xc3\xa9\xc3\xa9"}, {"0123\xc3\xa9\xc3\xa9x", "0123..."},
    };
    struct ph_random random;
    char text[9];
    for (uint32_t i = 0; i < PH_COUNT(names); i++) {
        const struct ph_slice name = {(const uint8_t *)names[i].name, strlen(names[i].name)};
        CHECK_TEXT(ph_unit_printable(name, text, sizeof(text)),
                   names[i].shown);
    }
    ph_random_init(&random, 1);
    for (uint32_t round = 0; round < 20000; round++) {
        uint8_t bytes[12];
        uint32_t size = (uint32_t)ph_random_below(&random, sizeof(bytes) + 1);
        for (uint32_t i = 0; i < size; i++) {
            bool is_any = ph_random_below(&random, 2) != 0;
            bytes[i] = (uint8_t)(is_any ? ph_random_below(&random, 256)
                                        : 0xc0 + ph_random_below(&random, 64));
        }
        const struct ph_slice name = {bytes, size};
        ph_unit_printable(name, text, 4 + ph_random_below(&random, 6));
        CHECK(ph_text_is_utf8((const uint8_t *)text, strlen(text)));
        CHECK(strlen(text) < sizeof(text));
    }
}
