/* SPDX-License-Identifier: Apache-2.0 */
/* Classes and references in units: what is kept, what ph_unit_open refuses. */
#include "code/section.h"
#include "support/unit_kit.h"
#include "unit.h"

/* Signatures: 0 () -> (), 1 (ref) -> (i32), 2 (i32) -> (), 3 (ref) -> (i32) again, 4 (i32 ref) ->
 * (ref). Functions 0 to 2 have the signature of their number. Class references: 0 "error", 1 an
 * array of i32. */
static struct ph_builder *begin(void)
{
    static const char *const signatures[] = {":", "r:i", "i:", "r:i", "ir:r"};
    struct ph_class_ref error = {.kind = PH_CLASS_REF_BUILTIN, .name = KIT_TEXT("error")};
    struct ph_class_ref array = {.kind = PH_CLASS_REF_NUMBERS, .storage = PH_STORE_I32};
    struct ph_builder *b;

    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    for (unsigned i = 0; i < PH_COUNT(signatures); i++) {
        CHECK_EQ(kit_signature(b, signatures[i]), i);
    }
    CHECK_EQ(ph_builder_class_ref(b, &error), 0);
    CHECK_EQ(ph_builder_class_ref(b, &array), 1);
    for (uint32_t i = 0; i < 3; i++) {
        ph_builder_function_begin(b, i);
        ph_builder_op(b, PH_OP_unreachable);
        ph_builder_function_end(b);
    }
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

static struct ph_class_def simple(void)
{
    return (struct ph_class_def){
        .name = KIT_TEXT("C"), .super_class = UINT32_MAX, .initialiser = UINT32_MAX};
}

TEST(unit_keeps_classes)
{
    struct ph_builder *b = begin();
    struct ph_class_ref imported = {.kind = PH_CLASS_REF_IMPORTED, .module = KIT_TEXT("m"),
                                    .name = KIT_TEXT("List")};
    struct ph_class_ref defined = {.kind = PH_CLASS_REF_DEFINED, .index = 0};
    struct ph_class_ref arrays = {.kind = PH_CLASS_REF_REFS, .index = 1};
    struct ph_field_def fields[] = {{KIT_TEXT("x"), PH_STORE_U16, 0},
                                    {KIT_TEXT("x"), PH_STORE_REF, PH_FIELD_STATIC}};
    struct ph_method_def methods[] = {
        {KIT_TEXT("size"), 3, 1, PH_METHOD_FINAL}, {KIT_TEXT("draw"), 1, UINT32_MAX, 0},
        {KIT_TEXT("make"), 2, 2, PH_METHOD_STATIC}};
    uint32_t interfaces[] = {2, 0};
    struct ph_class_def def = {.name = KIT_TEXT("C"), .flags = PH_CLASS_DEF_ABSTRACT,
                               .super_class = 2, .initialiser = 0, .interface_count = 2,
                               .field_count = 2, .method_count = 3, .interfaces = interfaces,
                               .fields = fields, .methods = methods};
    struct ph_field_ref field = {3, PH_STORE_U16, 0, KIT_TEXT("x")};
    struct ph_method_ref method = {2, 2, PH_METHOD_STATIC, KIT_TEXT("make")};
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    CHECK_EQ(ph_builder_class_ref(b, &imported), 2);
    CHECK_EQ(ph_builder_class_ref(b, &defined), 3);
    CHECK_EQ(ph_builder_class_ref(b, &arrays), 4);
    CHECK_EQ(ph_builder_class_def(b, &def), 0);
    CHECK_EQ(ph_builder_field_ref(b, &field), 0);
    CHECK_EQ(ph_builder_method_ref(b, &method), 0);
    CHECK_EQ(ph_builder_bytes_constant(b, KIT_TEXT("")), 0);
    CHECK_EQ(ph_builder_bytes_constant(b, KIT_TEXT("\0\xff")), 1);
    ph_builder_export(b, KIT_TEXT("C"), PH_EXTERN_CLASS, 0);
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_EQ(unit.version, PH_UNIT_VERSION);
    CHECK_EQ(unit.class_ref_count, 5);
    CHECK_EQ(unit.class_refs[0].builtin, PH_BUILTIN_ERROR);
    CHECK_EQ(unit.class_refs[0].array_depth, 0);
    CHECK_EQ(unit.class_refs[1].storage, PH_STORE_I32);
    CHECK_EQ(unit.class_refs[1].array_depth, 1);
    CHECK(ph_slice_equal(unit.class_refs[2].name, KIT_TEXT("List")));
    CHECK_EQ(unit.class_refs[4].array_depth, 2);
    CHECK_EQ(unit.class_refs[4].storage, PH_STORE_REF);
    const struct ph_class_def *c = &unit.class_defs[0];
    CHECK_EQ(c->super_class, 2);
    CHECK_EQ(c->initialiser, 0);
    CHECK_EQ(c->interfaces[1], 0);
    CHECK_EQ(c->fields[0].storage, PH_STORE_U16);
    CHECK_EQ(c->fields[1].flags, PH_FIELD_STATIC);
    CHECK_EQ(c->methods[0].function, 1);
    CHECK_EQ(c->methods[1].function, UINT32_MAX);
    CHECK(ph_slice_equal(c->methods[2].name, KIT_TEXT("make")));
    CHECK_EQ(unit.field_refs[0].class_ref, 3);
    CHECK_EQ(unit.method_refs[0].signature, 2);
    CHECK_EQ(unit.bytes_constants[0].size, 0);
    CHECK(ph_slice_equal(unit.bytes_constants[1], KIT_TEXT("\0\xff")));
    CHECK_EQ(ph_unit_export(&unit, KIT_TEXT("C"))->kind, PH_EXTERN_CLASS);
    CHECK_EQ(unit.trap_function, UINT32_MAX);
    ph_unit_close(&unit);
    ph_builder_destroy(b);
}

TEST(unit_checks_class_references)
{
    static const struct {
        struct ph_class_ref class_ref;
        ph_status status;
        const char *words;
    } cases[] = {
        {{.kind = 5}, PH_MALFORMED, "kind of a class reference"},
        {{.kind = PH_CLASS_REF_DEFINED, .index = 0}, PH_INVALID, "unknown class 0"},
        {{.kind = PH_CLASS_REF_NUMBERS, .storage = PH_STORE_REF}, PH_MALFORMED, "another kind"},
        {{.kind = PH_CLASS_REF_NUMBERS, .storage = 0}, PH_MALFORMED, "storage must not be 0"},
        {{.kind = PH_CLASS_REF_NUMBERS, .storage = 10}, PH_MALFORMED, "storage must not be 10"},
        {{.kind = PH_CLASS_REF_REFS, .index = 2}, PH_INVALID, "unknown earlier class reference 2"},
        {{.kind = PH_CLASS_REF_BUILTIN, .name = {(const uint8_t *)"thread", 6}}, PH_INVALID,
         "no class \"thread\" is built in"},
        {{.kind = PH_CLASS_REF_IMPORTED, .name = {(const uint8_t *)"\xff", 1}}, PH_MALFORMED,
         "UTF-8"},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_builder *b = begin();
        ph_builder_class_ref(b, &cases[i].class_ref);
        bad(b, cases[i].status, cases[i].words);
    }
    for (uint32_t over = 0; over < 2; over++) {
        struct ph_builder *b = begin();
        for (uint32_t i = 1; i < PH_ARRAY_DEPTH_MAX + over; i++) {
            struct ph_class_ref deeper = {.kind = PH_CLASS_REF_REFS, .index = i};
            ph_builder_class_ref(b, &deeper);
        }
        over ? bad(b, PH_LIMIT, "255 deep") : good(b);
    }
    struct ph_builder *b = begin();
    ph_builder_export(b, KIT_TEXT("C"), PH_EXTERN_CLASS, 0);
    bad(b, PH_INVALID, "export \"C\": unknown class 0");
}

TEST(unit_checks_what_stands_above_a_class)
{
    struct ph_class_ref itself = {.kind = PH_CLASS_REF_DEFINED, .index = 0};
    static const struct { uint32_t class_ref; const char *words; } cases[] = {
        {0, NULL},
        {1, "is an array"},
        {2, "is the class itself"},
        {3, "unknown class reference 3"},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        for (int as_interface = 0; as_interface < 2; as_interface++) {
            struct ph_builder *b = begin();
            struct ph_class_def def = simple();
            ph_builder_class_ref(b, &itself);
            if (as_interface) {
                def.interfaces = &cases[i].class_ref;
                def.interface_count = 1;
            } else {
                def.super_class = cases[i].class_ref;
            }
            ph_builder_class_def(b, &def);
            cases[i].words == NULL ? good(b) : bad(b, PH_INVALID, cases[i].words);
        }
    }
    struct ph_builder *b = begin();
    struct ph_class_def def = simple();
    def.flags = 1;
    ph_builder_class_def(b, &def);
    bad(b, PH_MALFORMED, "flags of a class");
}

TEST(unit_checks_fields)
{
    static const struct {
        struct ph_field_def fields[2];
        uint32_t flags; /* of the class */
        const char *words;
    } cases[] = {
        {{{PH_SLICE_TEXT("x"), PH_STORE_I32, 0}, {PH_SLICE_TEXT("x"), PH_STORE_I32, 1}}, 0,
         "two fields \"x\" of storage i32"},
        {{{PH_SLICE_TEXT("x"), PH_STORE_I32, 0}, {PH_SLICE_TEXT("x"), PH_STORE_U8, 0}}, 0, NULL},
        {{{PH_SLICE_TEXT("x"), PH_STORE_I32, 0}, {PH_SLICE_TEXT("y"), PH_STORE_I32, 0}}, 0, NULL},
        {{{PH_SLICE_TEXT("x"), PH_STORE_I32, 1}, {PH_SLICE_TEXT("y"), PH_STORE_I32, 0}},
         PH_CLASS_DEF_INTERFACE, "only static fields"},
        {{{PH_SLICE_TEXT("x"), PH_STORE_I32, 1}, {PH_SLICE_TEXT("y"), PH_STORE_I32, 1}},
         PH_CLASS_DEF_INTERFACE, NULL},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_builder *b = begin();
        struct ph_class_def def = simple();
        def.flags = cases[i].flags;
        def.fields = cases[i].fields;
        def.field_count = 2;
        ph_builder_class_def(b, &def);
        cases[i].words == NULL ? good(b) : bad(b, PH_INVALID, cases[i].words);
    }
    struct ph_builder *b = begin();
    struct ph_class_def def = simple();
    struct ph_field_def odd = {KIT_TEXT("x"), PH_STORE_I32, 4};
    def.fields = &odd;
    def.field_count = 1;
    ph_builder_class_def(b, &def);
    bad(b, PH_MALFORMED, "flags of a field");
}

TEST(unit_checks_methods)
{
    static const struct {
        struct ph_method_def methods[2];
        ph_status status;
        const char *words;
    } cases[] = {
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 1, 1, 0}}, PH_OK, NULL},
        /* Equal signatures, different numbers. */
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("m"), 3, 1, 0}}, PH_INVALID,
         "two methods \"m\" of one signature"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("m"), 2, 2, 1}}, PH_OK, NULL},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 1, 0, 0}}, PH_INVALID,
         "method \"n\" and function 0 differ in signature"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 2, 2, 0}}, PH_INVALID,
         "needs its receiver"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 0, 0, 0}}, PH_INVALID,
         "needs its receiver"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 1, UINT32_MAX, PH_METHOD_SPECIAL}},
         PH_INVALID, "method \"n\" needs a function"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 1, 3, 0}}, PH_INVALID,
         "unknown function 3"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 5, 1, 0}}, PH_INVALID,
         "unknown signature 5"},
        {{{PH_SLICE_TEXT("m"), 1, 1, 0}, {PH_SLICE_TEXT("n"), 1, 1, 8}}, PH_MALFORMED,
         "flags of a method"},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_builder *b = begin();
        struct ph_class_def def = simple();
        def.methods = cases[i].methods;
        def.method_count = 2;
        ph_builder_class_def(b, &def);
        cases[i].words == NULL ? good(b) : bad(b, cases[i].status, cases[i].words);
    }
    struct ph_builder *b = begin();
    struct ph_class_def def = simple();
    def.initialiser = 1;
    ph_builder_class_def(b, &def);
    bad(b, PH_INVALID, "initialiser must have no params");
}

/* Many members are sorted, not compared pair by pair: the last is the first again. */
TEST(unit_finds_a_member_that_is_there_twice_among_many)
{
    static char texts[PH_CLASS_MEMBERS_MAX + 1][8];
    static struct ph_field_def fields[PH_CLASS_MEMBERS_MAX + 1];

    for (uint32_t i = 0; i <= PH_CLASS_MEMBERS_MAX; i++) {
        size_t size = ph_text_printf(texts[i], 8, "%u", i * 7919 % 65537);
        fields[i] = (struct ph_field_def){{(const uint8_t *)texts[i], size}, PH_STORE_I8, 0};
    }
    for (uint32_t over = 0; over < 2; over++) {
        struct ph_builder *b = begin();
        struct ph_class_def def = simple();
        def.fields = fields;
        def.field_count = PH_CLASS_MEMBERS_MAX + over;
        ph_builder_class_def(b, &def);
        over ? bad(b, PH_LIMIT, "more than 65535 fields") : good(b);
    }
    struct ph_builder *b = begin();
    struct ph_class_def def = simple();
    fields[PH_CLASS_MEMBERS_MAX - 1] = fields[0];
    def.fields = fields;
    def.field_count = PH_CLASS_MEMBERS_MAX;
    ph_builder_class_def(b, &def);
    bad(b, PH_INVALID, "two fields \"0\"");
}

TEST(unit_checks_references_to_members)
{
    static const struct { struct ph_field_ref ref; ph_status status; const char *words; }
    fields[] = {
        {{2, PH_STORE_I8, 0, PH_SLICE_TEXT("x")}, PH_INVALID, "unknown class reference 2"},
        {{0, 0, 0, PH_SLICE_TEXT("x")}, PH_MALFORMED, "storage must not be 0"},
        {{0, PH_STORE_I8, 2, PH_SLICE_TEXT("x")}, PH_MALFORMED, "flags of a field"},
        {{0, PH_STORE_I8, 1, PH_SLICE_TEXT("\x80")}, PH_MALFORMED, "UTF-8"},
    };
    static const struct { struct ph_method_ref ref; ph_status status; const char *words; }
    methods[] = {
        {{2, 1, 0, PH_SLICE_TEXT("m")}, PH_INVALID, "unknown class reference 2"},
        {{0, 5, 0, PH_SLICE_TEXT("m")}, PH_INVALID, "unknown signature 5"},
        {{0, 2, 0, PH_SLICE_TEXT("m")}, PH_INVALID, "needs its receiver"},
        {{0, 2, 2, PH_SLICE_TEXT("m")}, PH_MALFORMED, "flags of a method"},
    };
    for (unsigned i = 0; i < PH_COUNT(fields); i++) {
        struct ph_builder *b = begin();
        ph_builder_field_ref(b, &fields[i].ref);
        bad(b, fields[i].status, fields[i].words);
    }
    for (unsigned i = 0; i < PH_COUNT(methods); i++) {
        struct ph_builder *b = begin();
        ph_builder_method_ref(b, &methods[i].ref);
        bad(b, methods[i].status, methods[i].words);
    }
}

/* One that is a native, or of another instance, would return from no frame of this unit. */
TEST(an_initialiser_is_not_imported)
{
    const struct ph_signature nothing = {0, 0, NULL, NULL};
    struct ph_class_def def = simple();
    struct ph_builder *b;

    for (uint32_t initialiser = 0; initialiser < 2; initialiser++) {
        CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
        ph_builder_signature(b, &nothing);
        ph_builder_import_function(b, PH_SLICE_TEXT("env"), PH_SLICE_TEXT("f"), 0);
        ph_builder_function_begin(b, 0);
        ph_builder_op(b, PH_OP_return);
        ph_builder_function_end(b);
        def.initialiser = initialiser;
        ph_builder_class_def(b, &def);
        if (initialiser == 0) {
            bad(b, PH_INVALID, "initialiser must be a function of this unit");
        } else {
            good(b);
        }
    }
}

/* ref 0: built in; 1: defined; 2: an array. */
TEST(unit_checks_the_array_root)
{
    static const struct {
        uint32_t root, interfaces[1];
        const char *words;
    } cases[] = {{1, {1}, NULL},
                 {0, {1}, "must be defined here, or imported"},
                 {2, {1}, "must be defined here, or imported"},
                 {1, {2}, "must be defined here, or imported"},
                 {3, {1}, "unknown class reference 3"},
                 {1, {3}, "unknown class reference 3"}};

    for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
        const struct ph_class_ref refs[] = {
            {.kind = PH_CLASS_REF_BUILTIN, .name = KIT_TEXT("object")},
            {.kind = PH_CLASS_REF_DEFINED, .index = 0},
            {.kind = PH_CLASS_REF_NUMBERS, .storage = PH_STORE_I32}};
        struct ph_class_def def = simple();
        struct ph_builder *b;
        CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
        for (uint32_t k = 0; k < PH_COUNT(refs); k++) {
            ph_builder_class_ref(b, &refs[k]);
        }
        ph_builder_class_def(b, &def);
        ph_builder_array_root(b, cases[i].root, 1, cases[i].interfaces);
        if (cases[i].words == NULL) {
            good(b);
        } else {
            bad(b, PH_INVALID, cases[i].words);
        }
    }
}

TEST(unit_checks_the_trap_function)
{
    struct ph_builder *b = begin();
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    ph_builder_trap_function(b, 1);
    bad(b, PH_INVALID, "must be (i32 ref) -> (ref)");
    b = begin();
    ph_builder_trap_function(b, 3);
    bad(b, PH_INVALID, "unknown function 3");
    b = begin();
    ph_builder_function_begin(b, 4);
    ph_builder_op(b, PH_OP_unreachable);
    ph_builder_function_end(b);
    ph_builder_trap_function(b, 3);
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_EQ(unit.trap_function, 3);
    ph_unit_close(&unit);
    ph_builder_destroy(b);
}

TEST(unit_checks_the_link_function)
{
    static const uint8_t types[] = {PH_I32, PH_I32};
    static const struct ph_signature asks = {.param_count = 2, .types = types};
    struct ph_builder *b = begin();
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    ph_builder_link_function(b, 1);
    bad(b, PH_INVALID, "must be (i32 i32) -> ()");
    b = begin();
    ph_builder_link_function(b, 3);
    bad(b, PH_INVALID, "unknown function 3");
    b = begin();
    ph_builder_constants(b, PH_CONSTANTS_MAX + 1);
    bad(b, PH_LIMIT, "dynamic constants");
    b = begin();
    ph_builder_function_begin(b, ph_builder_signature(b, &asks));
    ph_builder_op(b, PH_OP_return);
    ph_builder_function_end(b);
    ph_builder_link_function(b, 3);
    ph_builder_constants(b, 2);
    ph_builder_origin(b, KIT_TEXT("from"));
    ph_builder_origin(b, KIT_TEXT("\0here"));
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_EQ(unit.link_function, 3);
    CHECK_EQ(unit.constant_count, 2);
    CHECK(ph_slice_equal(unit.origin, KIT_TEXT("from\0here")));
    ph_unit_close(&unit);
    ph_builder_destroy(b);
}

/* Version 2: a function body goes from its labels straight to its code, and no section is
 * behind 12; an export is no class. */
TEST(unit_of_version_2_opens)
{
    /* () -> (), one function: no locals, no shapes, no labels, nop, return. */
    struct ph_slice bytes = KIT_TEXT("PHU\x1a\2\0\0\0\2\3\0\0\0\1\0\0\4\x08\0\0\0\1\0\5\0\0\0\1\7");
    struct ph_slice section = KIT_TEXT("PHU\x1a\2\0\0\0\x0d\1\0\0\0\0");
    struct ph_slice export = KIT_TEXT("PHU\x1a\2\0\0\0\x08\4\0\0\0\1\4\0\0");
    struct ph_unit unit;
    struct ph_function function;
    struct ph_scratch scratch;
    struct ph_error error;

    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_OK(ph_verify_unit(&unit, ph_port_allocator(), &error));
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_function_open(&unit, 0, &scratch, &function, &error));
    CHECK_EQ(function.code.size, 2);
    CHECK_EQ(function.handler_count, 0);
    ph_scratch_finish(&scratch);
    ph_unit_close(&unit);
    CHECK_STATUS(ph_unit_open(section, ph_port_allocator(), &unit, &error), PH_MALFORMED);
    CHECK_STATUS(ph_unit_open(export, ph_port_allocator(), &unit, &error), PH_MALFORMED);
    section = KIT_TEXT("PHU\x1a\3\0\0\0\x0d\1\0\0\0\0");
    CHECK_OK(ph_unit_open(section, ph_port_allocator(), &unit, &error));
    ph_unit_close(&unit);
}
