/* SPDX-License-Identifier: Apache-2.0 */
/* The language of classes and handlers: names where the disassembler has numbers. */
#include "code/assemble.h"
#include "code/verify.h"
#include "port/port.h"
#include "unit.h"

/* The example of docs/assembler.md, and more. */
static const char shapes[] =
    "export \"main\" function \"main\"\n"
    "export \"Shape\" class \"Shape\"\n"
    "trap \"explain\"\n"
    "class abstract \"Shape\" {\n"
    "    field static i32 \"count\"\n"
    "    method \"area\" (ref) -> (f64) abstract\n"
    "    method special \"new\" (ref) -> () {\n"
    "        static_get \"Shape\" \"count\"  i32_const 1  i32_add\n"
    "        static_set \"Shape\" \"count\"\n"
    "        return\n"
    "    }\n"
    "    method static \"none\" () -> (ref) { ref_null return }\n"
    "    initialiser { return }\n"
    "}\n"
    "class final \"Square\" extends \"Shape\" implements imported \"geometry\" \"Solid\" {\n"
    "    field f64 \"side\"\n"
    "    method \"area\" (ref) -> (f64) {\n"
    "        local_get 0  field_get \"Square\" \"side\"\n"
    "        local_get 0  field_get \"Square\" \"side\"\n"
    "        f64_mul return\n"
    "    }\n"
    "}\n"
    "function \"main\" () -> (f64) {\n"
    "    local ref\n"
    "    object_new \"Square\"  local_tee 0\n"
    "    call_method \"Shape\" \"new\"\n"
    "    try 1 catch any -> 1\n"
    "    try 0 catch \"error\" -> 0\n"
    "    local_get 0  call_virtual \"Square\" \"area\"\n"
    "    end 0\n"
    "    return\n"
    "    end 1\n"
    "  label 0 (ref)\n"
    "    ref_cast \"Solid\"  drop\n"
    "    call_method \"Square\" \"none\"\n"
    "    call_virtual \"Solid\" \"volume\" (ref) -> (f64)\n"
    "    i32_const 1  array_new array array i16  drop\n"
    "    return\n"
    "  label 1 (ref)\n"
    "    throw\n"
    "}\n"
    "function \"explain\" (i32 ref) -> (ref) {\n"
    "    bytes_const \"sorry\\00\"  bytes_const \"sorry\\00\"  ref_eq  drop\n"
    "    call \"Shape.none\"\n"
    "    return\n"
    "}\n"
    "link \"ask\" constants 3 origin \"a\" \"\\00b\"\n"
    "function \"ask\" (i32 i32) -> () {\n"
    "    link_class \"Square\"  constant_get 2  drop  return\n"
    "}\n";

static void open_text(const char *text, struct ph_unit *unit, struct ph_slice *bytes)
{
    struct ph_slice source = {(const uint8_t *)text, strlen(text)};
    struct ph_error error;
    ph_status status = ph_assemble(source, "text", ph_port_allocator(), bytes, &error);

    status = status == PH_OK ? ph_unit_open(*bytes, ph_port_allocator(), unit, &error) : status;
    status = status == PH_OK ? ph_verify_unit(unit, ph_port_allocator(), &error) : status;
    if (status != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
}

static void close(struct ph_unit *unit, struct ph_slice bytes)
{
    ph_unit_close(unit);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)bytes.bytes, bytes.size);
}

static bool is(struct ph_slice name, const char *text)
{
    return name.size == strlen(text) && memcmp(name.bytes, text, name.size) == 0;
}

TEST(assembler_knows_classes_by_name)
{
    struct ph_unit unit;
    struct ph_slice bytes;

    open_text(shapes, &unit, &bytes);
    CHECK_EQ(unit.class_def_count, 2);
    const struct ph_class_def *shape = &unit.class_defs[0], *square = &unit.class_defs[1];
    CHECK(is(shape->name, "Shape"));
    CHECK_EQ(shape->flags, PH_CLASS_DEF_ABSTRACT);
    CHECK_EQ(shape->super_class, UINT32_MAX);
    CHECK_EQ(shape->method_count, 3);
    CHECK_EQ(shape->methods[0].function, UINT32_MAX);
    CHECK_EQ(shape->methods[1].function, 0);
    CHECK_EQ(shape->methods[1].flags, PH_METHOD_SPECIAL);
    CHECK_EQ(shape->methods[2].flags, PH_METHOD_STATIC);
    CHECK_EQ(shape->initialiser, 2);
    CHECK(is(unit.function_names[2], "Shape.initialiser"));
    CHECK_EQ(square->flags, PH_CLASS_DEF_FINAL);
    CHECK_EQ(unit.class_refs[square->super_class].index, 0);
    CHECK_EQ(square->interface_count, 1);
    CHECK_EQ(unit.class_refs[square->interfaces[0]].kind, PH_CLASS_REF_IMPORTED);
    CHECK_EQ(square->methods[0].function, 3);
    /* One reference for each thing that is named, however often. */
    CHECK_EQ(unit.field_ref_count, 2);
    CHECK_EQ(unit.field_refs[0].flags, PH_FIELD_STATIC);
    CHECK_EQ(unit.field_refs[1].storage, PH_STORE_F64);
    CHECK_EQ(unit.method_ref_count, 4);
    CHECK(is(unit.method_refs[2].name, "none")); /* found above Square, and static there */
    CHECK_EQ(unit.method_refs[2].flags, PH_METHOD_STATIC);
    CHECK_EQ(unit.method_refs[3].signature, shape->methods[0].signature); /* not a new one */
    CHECK_EQ(unit.bytes_constant_count, 1);
    CHECK_EQ(unit.trap_function, 5);
    CHECK_EQ(unit.link_function, 6);
    CHECK_EQ(unit.constant_count, 3);
    CHECK_EQ(unit.origin.size, 3);
    CHECK_EQ(ph_unit_export(&unit, PH_SLICE_TEXT("Shape"))->kind, PH_EXTERN_CLASS);
    CHECK_EQ(ph_unit_export(&unit, PH_SLICE_TEXT("main"))->index, 4);
    close(&unit, bytes);
}

TEST(assembler_orders_handlers_by_their_numbers)
{
    struct ph_unit unit;
    struct ph_slice bytes;
    struct ph_function function;
    struct ph_scratch scratch;

    open_text(shapes, &unit, &bytes);
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_function_open(&unit, 4, &scratch, &function, NULL));
    CHECK_EQ(function.handler_count, 2);
    const struct ph_exception_handler *inner = &function.handlers[0], *outer = inner + 1;
    CHECK_EQ(unit.class_refs[inner->class_ref].builtin, PH_BUILTIN_ERROR);
    CHECK_EQ(inner->label, 0);
    CHECK_EQ(outer->class_ref, UINT32_MAX);
    CHECK_EQ(outer->label, 1);
    CHECK_EQ(inner->start, outer->start);
    CHECK_EQ(inner->end + 1, outer->end); /* the return */
    CHECK(function.labels[0].is_handler && !function.labels[0].is_loop);
    ph_scratch_finish(&scratch);
    close(&unit, bytes);
}

TEST(assembler_says_what_it_does_not_find)
{
    static const struct { const char *text, *words; } cases[] = {
        {"function () -> () { object_new \"C\" }", "text:1:32: no class \"C\" is defined here"},
        {"class \"C\" { } function () -> () { field_get \"C\" \"x\" }",
         "text:1:49: this text does not define \"x\""},
        {"class \"C\" { } function () -> () { call_method \"C\" \"x\" return }",
         "write its signature"},
        {"class \"C\" extends \"C\" { } function () -> () { field_get \"C\" \"x\" }",
         "does not define"},
        {"start \"f\"", "text:1:7: there is no function \"f\""},
        {"export \"C\" class \"C\"", "no class \"C\" is defined here"},
        {"import class \"m\" \"n\"", "reference class imported"},
        {"class \"C\" { i32_add }", "a member is wanted"},
        {"class \"C\" { field i33 \"x\" }", "a storage is wanted"},
        {"class \"C\" { method \"m\" (ref) -> () }", "'{' is wanted"},
        {"class \"C\" {", "a member is wanted"},
        {"reference object 0", "class, field or method is wanted"},
        {"function () -> () { array_new }", "a class is wanted here"},
        {"function () -> () { try 0 catch any -> 0 return }", "handler 0 has no end"},
        {"function () -> () { end 0 return }", "handlers are numbered from 0"},
        {"function () -> () { try 1 catch any -> 0 return }", "handlers are numbered from 0"},
        {"function () -> () { try 0 catch any -> 0 try 0 catch any -> 0 }", "there already"},
        {"function () -> () { try 0 any -> 0 }", "'catch' is wanted"},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_slice source = {(const uint8_t *)cases[i].text, strlen(cases[i].text)};
        struct ph_slice bytes;
        struct ph_error error;
        CHECK_STATUS(ph_assemble(source, "text", ph_port_allocator(), &bytes, &error),
                     PH_MALFORMED);
        if (strstr(error.text, cases[i].words) == NULL) {
            unit_fail(__FILE__, __LINE__, "case %u: \"%s\" lacks \"%s\"", i, error.text,
                      cases[i].words);
        }
    }
}

/* Functions are counted before the text is read: only definitions count. */
TEST(assembler_finds_functions_by_name_wherever_the_word_stands)
{
    static const char text[] =
        "import function \"env\" \"print\" (i32) -> ()\n"
        "import global \"env\" \"g\" ref function\n"
        "signature () -> ()\n"
        "global ref function function \"late\"\n"
        "table function 4\n"
        "element active table 0 at 0 function { function \"late\" function \"C.m\" null }\n"
        "element declared function { function \"late\" }\n"
        "export \"x\" function \"late\"\n"
        "export \"y\" function \"print\"\n"
        "start \"late\"\n"
        "class \"C\" {\n"
        "    method static \"m\" () -> () { call \"late\" return }\n"
        "    method static \"n\" () -> () function \"late\"\n"
        "    initialiser function \"late\"\n"
        "}\n"
        "function signature 1 { return }\n"
        "function \"late\" signature 1 { ref_func \"print\" drop return }\n";
    struct ph_unit unit;
    struct ph_slice bytes;

    open_text(text, &unit, &bytes);
    CHECK_EQ(unit.start_function, 3);
    CHECK_EQ(unit.globals[1].init.value, 3);
    CHECK_EQ(unit.elements[0].items[0].value, 3);
    CHECK_EQ(unit.elements[0].items[1].value, 1);
    CHECK_EQ(ph_unit_export(&unit, PH_SLICE_TEXT("x"))->index, 3);
    CHECK_EQ(ph_unit_export(&unit, PH_SLICE_TEXT("y"))->index, 0);
    CHECK_EQ(unit.class_defs[0].methods[0].function, 1);
    CHECK_EQ(unit.class_defs[0].methods[1].function, 3);
    CHECK_EQ(unit.class_defs[0].initialiser, 3);
    close(&unit, bytes);
}

struct text {
    char bytes[4096];
    size_t size;
};

static void append(void *context, const char *bytes, size_t size)
{
    struct text *text = context;

    CHECK(text->size + size < sizeof(text->bytes));
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = 0;
}

static void check_text(const char *source, const char *expected)
{
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;
    struct text text = {.size = 0};

    CHECK_OK(ph_assemble((struct ph_slice){(const uint8_t *)source, strlen(source)}, "text",
                         ph_port_allocator(), &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_OK(ph_disassemble(&unit, ph_port_allocator(), append, &text, &error));
    CHECK_TEXT(text.bytes, expected);
    close(&unit, bytes);
}

/* What a unit that is not valid has is shown too, and read back. */
TEST(text_of_handlers_reads_back)
{
    static const char text[] = "signature () -> ()  ; 0\n"
                               "reference class array i8  ; class 0\n"
                               "reference class array 0  ; class 1\n"
                               "\nfunction signature 0 {  ; 0: () -> ()\n"
                               "    range 2 1 4 catch any -> 0\n"
                               "    try 1 catch any -> 0\n"
                               "    i32_const 300\n"
                               "    end 0\n"
                               "    end 1\n"
                               "    drop\n"
                               "    try 0 catch 1 -> 0  ; i8[][]\n"
                               "    return\n"
                               "  label 0 (ref)\n"
                               "    throw\n"
                               "    try 3 catch any -> 0\n"
                               "    end 3\n"
                               "}\n";
    check_text(text, text);
}

TEST(text_of_classes_reads_back)
{
    static const char text[] =
        "signature (ref) -> ()  ; 0\n"
        "signature () -> ()  ; 1\n"
        "reference class imported \"m\" \"n\\n\"  ; class 0\n"
        "reference class defined 1  ; class 1\n"
        "reference class builtin \"object\"  ; class 2\n"
        "class interface abstract \"I\" {  ; 0\n"
        "    field static u16 \"x\"\n"
        "    method \"m\" signature 0 abstract\n"
        "}\n"
        "class final \"C\" extends 2 implements 0 2 {  ; 1\n"
        "    field i8 \"x\"\n"
        "    field ref \"x\"\n"
        "    method static final special \"s\" signature 1 function 0\n"
        "    initialiser function 0\n"
        "}\n"
        "reference field 1 \"x\" ref  ; field 0\n"
        "reference field 0 \"y\" u8 static  ; field 1\n"
        "reference method 1 \"s\" signature 1 static  ; method 0\n"
        "reference method 0 \"m\" signature 0  ; method 1\n"
        "bytes \"\"  ; bytes 0\n"
        "bytes  ; bytes 1\n"
        "    \"0123456789012345678901234567890123456789012345678901234567890123\"\n"
        "    \"4\\ff\"\n"
        "export \"C\" class 1\n"
        "\nfunction signature 1 {  ; 0: () -> ()\n"
        "    bytes_const 0  ; \n"
        "    ref_cast 1  ; C\n"
        "    ref_cast 0  ; n?\n"
        "    field_get 0  ; C.x ref\n"
        "    call_virtual 1  ; n?.m (ref) -> ()\n"
        "    return\n"
        "}\n";
    check_text(text, text);
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

TEST(assembler_reports_that_memory_ran_out)
{
    for (uint64_t calls = 0;; calls++) {
        struct failing failing = {{failing_resize}, calls};
        struct ph_slice bytes;
        struct ph_error error;
        ph_status status = ph_assemble(PH_SLICE_TEXT(shapes), "text", &failing.allocator, &bytes,
                                       &error);
        if (status == PH_OK) {
            CHECK(calls > 20);
            ph_free(&failing.allocator, (void *)(uintptr_t)bytes.bytes, bytes.size);
            return;
        }
        CHECK_EQ(status, PH_NO_MEMORY);
    }
}
