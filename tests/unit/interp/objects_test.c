/* SPDX-License-Identifier: Apache-2.0 */
/* Objects, arrays, classes and methods in the interpreter: each instruction with what it is made
 * for, with null, with objects of other classes and out of bounds; in every mode of world_kit.h. */
#include "support/world_kit.h"
#include "unit.h"

#define EACH_MODE(world)                                                     \
    for (enum world_mode m_ = WORLD_FREE; m_ < WORLD_MODE_COUNT; world_close(&(world)), m_++) \
        if (world_open(&(world), m_), true)

static const uint64_t none[1];

/* One function "f" with `body`, then `classes`. */
static ph_ref function_and(struct world *world, const char *signature, const char *body,
                           const char *classes)
{
    static char text[16384];

    snprintf(text, sizeof(text), "export \"f\" function 0 function %s { %s }\n%s", signature, body,
             classes);
    return world_text(world, text);
}

static const char shapes[] =
    "class interface abstract \"Named\" { method \"name\" (ref) -> (i32) abstract }\n"
    "class abstract \"Shape\" implements \"Named\" {\n"
    "    field i8 \"byte\" field u8 \"ubyte\" field i16 \"short\" field u16 \"char\"\n"
    "    field i32 \"int\" field i64 \"long\" field f32 \"float\" field f64 \"double\"\n"
    "    field ref \"next\"\n"
    "    field static i32 \"count\" field static ref \"last\" field static i8 \"tiny\"\n"
    "    field static f64 \"ratio\"\n"
    "    method \"area\" (ref i32) -> (i32) abstract\n"
    "    method \"name\" (ref) -> (i32) { i32_const 1 return }\n"
    "    method static \"twice\" (i32) -> (i32) { local_get 0 i32_const 2 i32_mul return }\n"
    "    method special \"init\" (ref i32) -> () { local_get 0 local_get 1 field_set\n"
    "    \"Shape\" \"int\"\n"
    "        return }\n"
    "}\n"
    "class \"Square\" extends \"Shape\" { field i32 \"side\"\n"
    "    method \"area\" (ref i32) -> (i32) { local_get 0 field_get \"Square\" \"side\"\n"
    "        local_get 0 field_get \"Square\" \"side\" i32_mul local_get 1 i32_add return } }\n"
    "class \"Line\" extends \"Shape\" { field i64 \"length\"\n"
    "    method \"area\" (ref i32) -> (i32) { local_get 1 return }\n"
    "    method \"name\" (ref) -> (i32) { i32_const 2 return } }\n"
    "class \"Other\" { field i32 \"int\" }\n";

static uint64_t value_of(struct world *world, const char *signature, const char *body)
{
    ph_ref instance = function_and(world, signature, body, shapes);

    return world_value(world, instance, "f", 0, none);
}

static enum ph_trap trap_of(struct world *world, const char *signature, const char *body)
{
    ph_ref instance = function_and(world, signature, body, shapes);

    return world_trap(world, instance, "f", 0, none);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

TEST(fields_hold_what_their_storage_can)
{
    struct world world;
    static const struct {
        const char *field, *type, *value;
        uint64_t wanted;
    } cases[] = {
        {"byte", "i32", "i32_const 0x1ff", 0xffffffff},
        {"byte", "i32", "i32_const 0x17f", 0x7f},
        {"ubyte", "i32", "i32_const 0x1ff", 0xff},
        {"short", "i32", "i32_const 0x18000", 0xffff8000},
        {"char", "i32", "i32_const 0x18000", 0x8000},
        {"int", "i32", "i32_const 0x80000001", 0x80000001},
        {"long", "i64", "i64_const 0x8000000000000001", 0x8000000000000001},
        {"float", "f32", "f32_const 1.5", 0x3fc00000},
        {"double", "f64", "f64_const 1.5", 0x3ff8000000000000},
        {"float", "f32", "f32_const 1.0 f32_const 0.5 f32_add", 0x3fc00000},
        {"double", "f64", "f64_const 1.0 f64_const 0.5 f64_add", 0x3ff8000000000000},
        {"long", "i64", "i64_const 1 i64_const 2 i64_add", 3},
        {"byte", "i32", "i32_const 127 i32_const 1 i32_add", 0xffffff80},
    };

    EACH_MODE(world) {
        for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
            char signature[32], body[512];
            snprintf(signature, sizeof(signature), "() -> (%s)", cases[i].type);
            snprintf(body, sizeof(body),
                     "local ref object_new \"Square\" local_tee 0 %s field_set \"Shape\" \"%s\"\n"
                     "local_get 0 i32_const -1 field_set \"Square\" \"side\"\n"
                     "local_get 0 field_get \"Shape\" \"%s\" return",
                     cases[i].value, cases[i].field, cases[i].field);
            CHECK_EQ(value_of(&world, signature, body), cases[i].wanted);
        }
    }
}

TEST(fields_begin_at_zero_and_links_stay)
{
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "object_new \"Line\" field_get \"Shape\" \"next\" ref_is_null\n"
                          "return"), 1);
        CHECK_EQ(value_of(&world, "() -> (i64)",
                          "object_new \"Line\" field_get \"Line\" \"length\" return"), 0);
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "local ref local ref object_new \"Line\" local_set 0 object_new\n"
                          "    \"Square\"\n"
                          "local_set 1 local_get 1 i32_const 7 field_set \"Square\" \"side\"\n"
                          "local_get 0 local_get 1 field_set \"Shape\" \"next\"\n"
                          "object_new \"Other\" drop\n"
                          "local_get 0 field_get \"Shape\" \"next\" field_get \"Square\" \"side\"\n"
                          "return"), 7);
    }
}

TEST(fields_of_null_and_of_others_trap)
{
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(trap_of(&world, "() -> (i32)", "ref_null field_get \"Shape\" \"int\" return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> ()",
                         "ref_null i32_const 1 field_set \"Shape\" \"int\" return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> ()",
                         "ref_null object_new \"Line\" field_set \"Shape\" \"next\" return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "object_new \"Other\" field_get \"Shape\" \"int\" return"),
                 PH_TRAP_WRONG_CLASS);
        CHECK_EQ(trap_of(&world, "() -> (i64)",
                         "object_new \"Square\" field_get \"Line\" \"length\" return"),
                 PH_TRAP_WRONG_CLASS);
        CHECK_EQ(trap_of(&world, "() -> ()",
                         "object_new \"Other\" object_new \"Line\" field_set \"Shape\" \"next\""
                         " return"), PH_TRAP_WRONG_CLASS);
        CHECK_EQ(trap_of(&world, "() -> (i32)", "ref_func 0 field_get \"Shape\" \"int\" return"),
                 PH_TRAP_WRONG_CLASS);
        CHECK_EQ(trap_of(&world, "() -> (ref)", "object_new \"Shape\" return"), PH_TRAP_LINK);
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "object_new \"Other\" field_get \"Other\" \"nothing\" i32 return"),
                 PH_TRAP_LINK);
    }
}

/* One instruction meets objects of several classes, and null at last. */
TEST(one_place_meets_many_classes)
{
    struct world world;

    EACH_MODE(world) {
        ph_ref instance = function_and(
            &world, "(i32) -> (i32)",
            "local i32 local ref\n"
            "  label 0 loop\n"
            "    object_new \"Square\" local_set 2 local_get 0 i32_const 1 i32_and br_if 1\n"
            "    object_new \"Line\" local_set 2\n"
            "  label 1 local_get 2 local_get 0 field_set \"Shape\" \"int\"\n"
            "    local_get 2 field_get \"Shape\" \"int\" local_get 1 i32_add local_set 1\n"
            "    local_get 2 i32_const 5 call_virtual \"Shape\" \"area\"\n"
            "    local_get 1 i32_add local_set 1\n"
            "    local_get 2 call_virtual \"Named\" \"name\" local_get 1 i32_add local_set 1\n"
            "    local_get 2 ref_test \"Line\" local_get 1 i32_add local_set 1\n"
            "    local_get 0 i32_const 1 i32_sub local_tee 0 br_if 0\n"
            "    local_get 1 return", shapes);
        const uint64_t ten[] = {10};
        /* the sum of 1 to 10, ten fives, five Squares (1), five Lines (2 and 1) */
        CHECK_EQ(world_value(&world, instance, "f", 1, ten), 55 + 50 + 5 + 15);
    }
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

TEST(arrays_of_each_kind)
{
    struct world world;
    static const struct {
        const char *class, *set, *get, *type, *value;
        uint64_t wanted;
    } cases[] = {
        {"array i8", "i8", "i8", "i32", "i32_const 0x180", 0xffffff80},
        {"array u8", "i8", "u8", "i32", "i32_const 0x180", 0x80},
        {"array u8", "i8", "i8", "i32", "i32_const 0x180", 0xffffff80},
        {"\"bytes\"", "i8", "u8", "i32", "i32_const 0x1ff", 0xff},
        {"array i16", "i16", "i16", "i32", "i32_const 0x18000", 0xffff8000},
        {"array u16", "i16", "u16", "i32", "i32_const 0x18000", 0x8000},
        {"array i32", "i32", "i32", "i32", "i32_const -2", 0xfffffffe},
        {"array i64", "i64", "i64", "i64", "i64_const -2", 0xfffffffffffffffe},
        {"array f32", "f32", "f32", "f32", "f32_const 1.5", 0x3fc00000},
        {"array f64", "f64", "f64", "f64", "f64_const 1.5", 0x3ff8000000000000},
        {"array f32", "f32", "f32", "f32", "f32_const 1.0 f32_const 0.5 f32_add", 0x3fc00000},
        {"array f64", "f64", "f64", "f64", "f64_const 1.0 f64_const 0.5 f64_add",
         0x3ff8000000000000},
    };

    EACH_MODE(world) {
        for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
            char signature[32], body[512];
            snprintf(signature, sizeof(signature), "() -> (%s)", cases[i].type);
            snprintf(body, sizeof(body),
                     "local ref local i32 i32_const 5 array_new %s local_set 0\n"
                     "local_get 0 i32_const 4 %s array_set_%s\n"
                     "local_get 0 array_length i32_const 1 i32_sub local_set 1\n"
                     "local_get 0 local_get 1 array_get_%s return",
                     cases[i].class, cases[i].value, cases[i].set, cases[i].get);
            CHECK_EQ(value_of(&world, signature, body), cases[i].wanted);
        }
    }
}

TEST(arrays_trap)
{
    struct world world;
    static const struct {
        const char *body;
        enum ph_trap trap;
    } cases[] = {
        {"i32_const 3 array_new array i32 i32_const 3 array_get_i32 return", PH_TRAP_ARRAY_BOUNDS},
        {"i32_const 3 array_new array i32 i32_const -1 array_get_i32 return", PH_TRAP_ARRAY_BOUNDS},
        {"i32_const 0 array_new array i32 i32_const 0 array_get_i32 return", PH_TRAP_ARRAY_BOUNDS},
        {"i32_const 3 array_new array i32 i32_const 3 i32_const 0 array_set_i32 i32_const 0 return",
         PH_TRAP_ARRAY_BOUNDS},
        {"ref_null i32_const 0 array_get_i32 return", PH_TRAP_NULL_REFERENCE},
        {"ref_null i32_const 0 i32_const 0 array_set_i32 i32_const 0 return",
         PH_TRAP_NULL_REFERENCE},
        {"ref_null array_length return", PH_TRAP_NULL_REFERENCE},
        {"object_new \"Other\" array_length return", PH_TRAP_WRONG_CLASS},
        {"object_new \"Other\" i32_const 0 array_get_i32 return", PH_TRAP_WRONG_CLASS},
        {"i32_const 3 array_new array i64 i32_const 0 array_get_i32 return", PH_TRAP_WRONG_CLASS},
        {"i32_const 3 array_new array f32 i32_const 0 array_get_i32 return", PH_TRAP_WRONG_CLASS},
        {"i32_const 3 array_new array i16 i32_const 0 array_get_i8 return", PH_TRAP_WRONG_CLASS},
        {"i32_const 3 array_new array \"Other\" i32_const 0 array_get_i32 return",
         PH_TRAP_WRONG_CLASS},
        {"i32_const -1 array_new array i32 array_length return", PH_TRAP_NEGATIVE_SIZE},
        {"i32_const 2 array_new array \"Shape\" i32_const 1 object_new \"Other\" array_set_ref\n"
         "i32_const 0 return", PH_TRAP_ARRAY_STORE},
        {"i32_const 2 array_new array \"Shape\" i32_const 2 object_new \"Other\" array_set_ref\n"
         "i32_const 0 return", PH_TRAP_ARRAY_BOUNDS},
        {"ref_null i32_const 0 i32_const 1 array_new \"refs\" i32_const 0 i32_const 0 array_copy\n"
         "i32_const 0 return", PH_TRAP_NULL_REFERENCE},
        {"i32_const 1 array_new \"refs\" i32_const 0 i32_const 1 array_new array i32 i32_const 0\n"
         "i32_const 0 array_copy i32_const 0 return", PH_TRAP_WRONG_CLASS},
        {"i32_const 4 array_new array i32 i32_const 3 i32_const 4 array_new array i32 i32_const 0\n"
         "i32_const 2 array_copy i32_const 0 return", PH_TRAP_ARRAY_BOUNDS},
        {"i32_const 4 array_new array i32 i32_const 0 i32_const 4 array_new array i32 i32_const 0\n"
         "i32_const -1 array_copy i32_const 0 return", PH_TRAP_ARRAY_BOUNDS},
    };

    EACH_MODE(world) {
        for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
            CHECK_EQ(trap_of(&world, "() -> (i32)", cases[i].body), cases[i].trap);
        }
    }
}

TEST(reference_arrays_take_what_is_below_their_class)
{
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "local ref i32_const 4 array_new array \"Shape\" local_set 0\n"
                          "local_get 0 i32_const 0 object_new \"Line\" array_set_ref\n"
                          "local_get 0 i32_const 1 object_new \"Square\" array_set_ref\n"
                          "local_get 0 i32_const 2 ref_null array_set_ref\n"
                          "local_get 0 i32_const 0 array_get_ref ref_test \"Line\"\n"
                          "local_get 0 i32_const 1 array_get_ref ref_test \"Line\" i32_const 1\n"
                          "i32_shl i32_or local_get 0 i32_const 2 array_get_ref ref_is_null\n"
                          "i32_const 2 i32_shl i32_or return"), 5);
    }
}

/* An array is copied onto itself, in both directions, and items are checked one by one. */
TEST(arrays_are_copied)
{
    struct world world;
    static const char overlapping[] =
        "local ref local i32 i32_const 100000 array_new array i32 local_set 1\n"
        "  label 0 loop local_get 1 local_get 2 local_get 2 array_set_i32\n"
        "    local_get 2 i32_const 1000 i32_add local_tee 2 i32_const 100000 i32_lt_s br_if 0\n"
        "    local_get 1 i32_const 1000 local_get 1 local_get 0 i32_const 90000 array_copy\n"
        "    local_get 1 i32_const 50000 array_get_i32 return";
    static const char checked[] =
        "local ref local ref try 0 catch \"error\" -> 0\n"
        "    i32_const 3 array_new \"refs\" local_set 1\n"
        "    i32_const 3 array_new array \"Shape\" local_set 0\n"
        "    local_get 1 i32_const 0 object_new \"Line\" array_set_ref\n"
        "    local_get 1 i32_const 1 object_new \"Other\" array_set_ref\n"
        "    local_get 1 i32_const 2 object_new \"Line\" array_set_ref\n"
        "    local_get 1 i32_const 0 local_get 0 i32_const 0 i32_const 3 array_copy\n"
        "    end 0 i32_const -1 return\n"
        "  label 0 (ref) drop\n"
        "    local_get 0 i32_const 0 array_get_ref ref_is_null\n"
        "    local_get 0 i32_const 1 array_get_ref ref_is_null i32_const 1 i32_shl i32_or\n"
        "    local_get 0 i32_const 2 array_get_ref ref_is_null i32_const 2 i32_shl i32_or return";

    EACH_MODE(world) {
        ph_ref instance = function_and(&world, "(i32) -> (i32)", overlapping, "");
        const uint64_t ahead[] = {3000}, behind[] = {0};
        CHECK_EQ(world_value(&world, instance, "f", 1, ahead), 48000);
        CHECK_EQ(world_value(&world, instance, "f", 1, behind), 51000);
        CHECK_EQ(value_of(&world, "() -> (i32)", checked), 6);
    }
}

/* ---- Classes --------------------------------------------------------------------------------- */

TEST(references_are_tested_and_cast)
{
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "object_new \"Line\" ref_test \"Named\" ref_null ref_test \"Line\"\n"
                          "i32_const 1 i32_shl i32_or object_new \"Line\" ref_test \"Square\"\n"
                          "i32_const 2 i32_shl i32_or i32_const 1 array_new array \"Line\"\n"
                          "ref_test array \"Shape\" i32_const 3 i32_shl i32_or return"), 9);
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "object_new \"Line\" ref_cast \"Shape\" field_get \"Shape\"\n"
                          "    \"int\" ref_null\n"
                          "ref_cast \"Line\" ref_is_null i32_add return"), 1);
        CHECK_EQ(trap_of(&world, "() -> (ref)", "object_new \"Line\" ref_cast \"Square\" return"),
                 PH_TRAP_WRONG_CLASS);
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "object_new \"Line\" ref_class class_const \"Line\" ref_eq\n"
                          "object_new \"Line\" ref_class class_const \"Shape\" ref_eq i32_const 1\n"
                          "i32_shl i32_or i32_const 2 array_new array array i8 ref_class\n"
                          "class_const array array i8 ref_eq i32_const 2 i32_shl i32_or\n"
                          "return"), 5);
        CHECK_EQ(trap_of(&world, "() -> (ref)", "ref_null ref_class return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "bytes_const \"abc\" bytes_const \"abc\" ref_eq\n"
                          "bytes_const \"abc\" i32_const 1 array_get_u8 i32_add\n"
                          "bytes_const \"abc\" array_length i32_add return"), 1 + 'b' + 3);
    }
}

TEST(methods_are_called)
{
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "local ref object_new \"Square\" local_tee 0 i32_const 21\n"
                          "call_method \"Shape\" \"init\" local_get 0 field_get \"Shape\" \"int\"\n"
                          "call_method \"Shape\" \"twice\" return"), 42);
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "ref_null i32_const 0 call_virtual \"Shape\" \"area\" return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> ()",
                         "ref_null i32_const 0 call_method \"Shape\" \"init\" return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "object_new \"Other\" i32_const 0 call_virtual \"Shape\" \"area\" return"),
                 PH_TRAP_WRONG_CLASS);
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "object_new \"Other\" call_virtual \"Named\" \"name\" return"),
                 PH_TRAP_WRONG_CLASS);
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "object_new \"Line\" i32_const 0 call_method \"Shape\" \"area\" return"),
                 PH_TRAP_ABSTRACT);
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "local ref object_new \"Line\" static_set \"Shape\" \"last\"\n"
                          "i32_const 0x1ff static_set \"Shape\" \"tiny\"\n"
                          "f64_const 2.5 static_set \"Shape\" \"ratio\"\n"
                          "static_get \"Shape\" \"tiny\" static_get \"Shape\" \"last\"\n"
                          "call_virtual \"Shape\" \"name\" i32_add\n"
                          "static_get \"Shape\" \"ratio\" i32_trunc_f64_s i32_add return"), 3);
    }
}

/* ---- Methods of other instances -------------------------------------------------------------- */

static const char lib_text[] =
    "unit \"lib\" export \"Base\" class \"Base\" export \"Named\" class \"Named\"\n"
    "class interface abstract \"Named\" { method \"down\" (ref i32 i32) -> (i32) abstract }\n"
    "class abstract \"Base\" implements \"Named\" { field ref \"next\"\n"
    "  method \"down\" (ref i32 i32) -> (i32) abstract }\n";

/* "down" calls that of the next object, which is of another unit, so deep; at the bottom it throws
 * or returns. After the call it finds its own unit's memory. */
static ph_ref unit_of_class(struct world *world, char name, uint32_t number)
{
    char text[2048];

    snprintf(text, sizeof(text),
             "unit \"%c\" memory 1 export \"%c\" class \"%c\"\n"
             "class \"%c\" extends imported \"lib\" \"Base\" {\n"
             "  method \"down\" (ref i32 i32) -> (i32) {\n"
             "    i32_const 8 i32_const %u i32_store 0 0 local_get 1 br_if 0\n"
             "    local_get 2 br_if 1 i32_const 0 return\n"
             "    label 1 local_get 0 throw\n"
             "    label 0 local_get 0 field_get imported \"lib\" \"Base\" \"next\" ref\n"
             "    local_get 1 i32_const 1 i32_sub local_get 2 call_virtual imported \"lib\"\n"
             "      \"Base\" \"down\" (ref i32 i32) -> (i32)\n"
             "    i32_const 8 i32_load 0 0 i32_add return }\n"
             "  method static \"own\" (i32) -> (i32) {\n"
             "    i32_const 8 i32_load 0 0 local_get 0 i32_add return } }\n",
             name, name, name, name, number);
    return world_text(world, text);
}

/* 999 frames deep, which is deeper than the return cache, and back; thrown through all of them; and
 * again with what the places have kept. Then static methods, each with its memory. */
static const char ring_text[] =
    "memory 1 export \"f\" function 0\n"
    "function () -> (i32) { local i32 local i32 local ref local ref local ref\n"
    "  i32_const 8 i32_const 5 i32_store 0 0\n"
    "  object_new imported \"A\" \"A\" local_set 2 object_new imported \"B\" \"B\" local_set 3\n"
    "  object_new imported \"C\" \"C\" local_set 4\n"
    "  local_get 2 local_get 3 field_set imported \"lib\" \"Base\" \"next\" ref\n"
    "  local_get 3 local_get 4 field_set imported \"lib\" \"Base\" \"next\" ref\n"
    "  local_get 4 local_get 2 field_set imported \"lib\" \"Base\" \"next\" ref\n"
    "  label 0 loop\n"
    "  local_get 2 i32_const 999 i32_const 0 call_virtual imported \"lib\" \"Named\" \"down\"\n"
    "    (ref i32 i32) -> (i32) local_get 1 i32_add local_set 1\n"
    "  local_get 3 i32_const 2 i32_const 0 call_virtual imported \"lib\" \"Named\" \"down\"\n"
    "    (ref i32 i32) -> (i32) local_get 1 i32_add local_set 1\n"
    "  try 0 catch any -> 1 local_get 2 i32_const 999 i32_const 1\n"
    "    call_virtual imported \"lib\" \"Named\" \"down\" (ref i32 i32) -> (i32) end 0 return\n"
    "  label 1 (ref) drop i32_const 8 i32_load 0 0 call_method static imported \"B\" \"B\"\n"
    "    \"own\" (i32) -> (i32) local_get 1 i32_add local_set 1\n"
    "  local_get 0 i32_const 1 i32_add local_tee 0 i32_const 3 i32_lt_u br_if 0\n"
    "  local_get 1 i32_const 8 i32_load 0 0 i32_add return }\n";

TEST(methods_of_other_instances_are_called)
{
    struct world world;

    EACH_MODE(world) {
        world_text(&world, lib_text);
        for (uint32_t i = 0; i < 3; i++) {
            unit_of_class(&world, (char)('A' + i), 10 + i);
        }
        CHECK_EQ(world_value(&world, world_text(&world, ring_text), "f", 0, none),
                 3 * (333 * (10 + 11 + 12) + 11 + 12 + 5 + 11) + 5);
    }
}

/* ---- Arrays below a class -------------------------------------------------------------------- */

static const char rooted[] =
    "class interface abstract \"Cloneable\" { }\n"
    "class interface abstract \"Sized\" { method \"size\" (ref) -> (i32) {\n"
    "    local_get 0 array_length return } }\n"
    "class interface abstract \"Other\" { }\n"
    "class \"Root\" { method \"hash\" (ref) -> (i32) { i32_const 7 return }\n"
    "    method \"copy\" (ref) -> (ref) { local_get 0 return } }\n"
    "class \"Item\" extends \"Root\" implements \"Other\" {\n"
    "    method \"hash\" (ref) -> (i32) { i32_const 8 return } }\n"
    "arrays extends \"Root\" implements \"Cloneable\" \"Sized\" { }\n";

static uint64_t rooted_value(struct world *world, const char *signature, const char *body)
{
    return world_value(world, function_and(world, signature, body, rooted), "f", 0, none);
}

TEST(arrays_have_the_methods_of_their_root)
{
    static const char *const arrays[] = {"array i32", "array u8", "array \"Root\"",
                                         "array \"Item\"", "array array i64",
                                         "array array \"Item\"", "array \"Other\""};
    struct world world;
    char body[512];

    EACH_MODE(world) {
        for (uint32_t i = 0; i < PH_COUNT(arrays); i++) {
            snprintf(body, sizeof(body),
                     "local ref i32_const 5 array_new %s local_tee 0 call_virtual \"Root\" "
                     "\"hash\"\n"
                     "local_get 0 call_virtual \"Root\" \"copy\" call_virtual \"Sized\" "
                     "\"size\" i32_add\n"
                     "local_get 0 ref_test \"Root\" i32_const 4 i32_shl i32_add\n"
                     "local_get 0 ref_test \"Cloneable\" i32_const 5 i32_shl i32_add\n"
                     "local_get 0 ref_test \"Other\" i32_const 6 i32_shl i32_add\n"
                     "local_get 0 ref_test \"Item\" i32_const 7 i32_shl i32_add return",
                     arrays[i]);
            CHECK_EQ(rooted_value(&world, "() -> (i32)", body), 7 + 5 + 16 + 32);
        }
        /* A place that meets an object and arrays in turn. */
        CHECK_EQ(rooted_value(&world, "() -> (i32)",
                              "local i32 local i32 local ref local ref local ref\n"
                              "object_new \"Item\" local_set 2 i32_const 1 array_new array f64\n"
                              "local_set 3 i32_const 1 array_new array \"Item\" local_set 4\n"
                              "label 0 loop local_get 2 call_virtual \"Root\" \"hash\"\n"
                              "local_get 1 i32_add local_set 1\n"
                              "local_get 2 local_get 3 local_set 2 local_get 4 local_set 3\n"
                              "local_set 4 local_get 0 i32_const 1 i32_add local_tee 0\n"
                              "i32_const 30 i32_lt_u br_if 0 local_get 1 return"),
                 10 * (8 + 7 + 7));
        /* An array of roots holds arrays, one of items does not; arrays go by their items. */
        CHECK_EQ(rooted_value(&world, "() -> (i32)",
                              "local ref i32_const 2 array_new array \"Root\" local_tee 0\n"
                              "i32_const 0 i32_const 3 array_new array array i32 array_set_ref\n"
                              "local_get 0 i32_const 0 array_get_ref local_tee 0\n"
                              "ref_test array \"Root\" local_get 0 ref_test array array i32\n"
                              "i32_const 1 i32_shl i32_or local_get 0 ref_test array\n"
                              "\"Cloneable\" i32_const 2 i32_shl i32_or local_get 0 ref_test\n"
                              "array \"Other\" i32_const 3 i32_shl i32_or return"), 7);
        CHECK_EQ(world_trap(&world, function_and(&world, "() -> ()",
                                                 "i32_const 1 array_new array \"Item\"\n"
                                                 "i32_const 0 i32_const 1 array_new array i32\n"
                                                 "array_set_ref return", rooted), "f", 0, none),
                 PH_TRAP_ARRAY_STORE);
        /* Without a root arrays have no methods of the program's classes. */
        CHECK_EQ(trap_of(&world, "() -> (i32)",
                         "i32_const 1 array_new array \"Shape\" call_virtual \"Shape\" \"name\"\n"
                         "return"), PH_TRAP_WRONG_CLASS);
    }
}

/* ---- Monitors -------------------------------------------------------------------------------- */

/* Who has never locked anything owns nothing: once taken for a lack of memory. */
static const char waits[] =
    "import function \"phantom\" \"object_wait\" (ref i64) -> (i32) export \"f\" function 1\n"
    "class \"Line\" { } function () -> () { object_new \"Line\" i64_const 1 call 0 drop return }\n";

TEST(monitors_are_entered_and_left)
{
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "() -> (i32)",
                          "local ref local i32 object_new \"Line\" local_set 0\n"
                          "  label 0 loop local_get 0 monitor_enter\n"
                          "    local_get 1 i32_const 1 i32_add local_tee 1 i32_const 50 i32_lt_s\n"
                          "    br_if 0\n"
                          "  label 1 loop local_get 0 monitor_exit\n"
                          "    local_get 1 i32_const 1 i32_sub local_tee 1 br_if 1\n"
                          "    try 0 catch \"error\" -> 2 local_get 0 monitor_exit end 0\n"
                          "    i32_const 0 return\n"
                          "  label 2 (ref) drop i32_const 1 return"), 1);
        CHECK_EQ(trap_of(&world, "() -> ()", "ref_null monitor_enter return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> ()", "ref_null monitor_exit return"),
                 PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(trap_of(&world, "() -> ()", "object_new \"Line\" monitor_exit return"),
                 PH_TRAP_MONITOR);
        CHECK_EQ(world_trap(&world, world_text(&world, waits), "f", 0, none), PH_TRAP_MONITOR);
    }
}

/* Three threads want the same object, and the same class, whose initialiser takes its time. */
static const char shared[] =
    "import function \"phantom\" \"thread_start\" (ref ref) -> (ref)\n"
    "import function \"phantom\" \"thread_join\" (ref i64) -> (i32)\n"
    "import function \"phantom\" \"thread_yield\" () -> ()\n"
    "export \"f\" function 3\n"
    "function () -> (i32) { local ref local ref 3\n"
    "    object_new \"Box\" local_set 0\n"
    "    ref_func 4 local_get 0 call 0 local_set 1 ref_func 4 local_get 0 call 0 local_set 2\n"
    "    ref_func 4 local_get 0 call 0 local_set 3\n"
    "    local_get 1 i64_const -1 call 1 drop local_get 2 i64_const -1 call 1 drop\n"
    "    local_get 3 i64_const -1 call 1 drop\n"
    "    local_get 0 field_get \"Box\" \"n\" static_get \"Slow\" \"x\" i32_add return }\n"
    "function (ref) -> () { local i32 local i32\n"
    "  label 0 loop local_get 0 monitor_enter local_get 0 field_get \"Box\" \"n\" local_set 1\n"
    "    call 2 local_get 0 local_get 1 i32_const 1 i32_add field_set \"Box\" \"n\"\n"
    "    local_get 0 monitor_exit\n"
    "    local_get 2 i32_const 1 i32_add local_tee 2 i32_const 20 i32_lt_s br_if 0\n"
    "    static_get \"Slow\" \"x\" local_get 0 field_get \"Box\" \"n\" i32_const 0 i32_mul\n"
    "    i32_add\n"
    "    i32_const 100 i32_eq br_unless 1 return\n"
    "  label 1 unreachable }\n"
    "class \"Box\" { field i32 \"n\" }\n"
    "class \"Slow\" { field static i32 \"x\" initialiser { local i32\n"
    "  label 0 loop call 2 local_get 0 i32_const 1 i32_add local_tee 0 i32_const 50 i32_lt_s\n"
    "    br_if 0 static_get \"Slow\" \"x\" i32_const 100 i32_add static_set \"Slow\"\n"
    "\"x\" return } }\n";

TEST(threads_wait_for_monitors_and_initialisers)
{
    struct world world;

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, shared);
        CHECK_EQ(world_value(&world, instance, "f", 0, none), 160);
    }
}
