/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about classes, fields and methods that cannot be linked; arrays, imported classes,
 * byte constants. */
#include "base/text.h"
#include "class_kit.h"

/* ---- What cannot be linked ----------------------------------------------------------- */

#define PH_LINK_NUMBERS ((enum ph_link_kind)99) /* the last class reference */

/* The first reference of a kind in `text` must be refused with `expected`. */
static void check_refused(const char *text, enum ph_link_kind kind, const char *expected)
{
    struct class_world w;
    struct ph_error error;
    class_world_open(&w);
    struct ph_view *view = class_world_view(&w, class_world_text(&w, text));
    uint32_t index = 0;
    while (kind == PH_LINK_NEW && view->loaded->unit.class_refs[index].array_depth > 0) {
        index++;
    }
    if (kind == PH_LINK_NUMBERS) {
        kind = PH_LINK_CLASS;
        index = view->loaded->unit.class_ref_count - 1;
    }
    CHECK_EQ(class_world_link(&w, view, kind, index, &error), PH_UNLINKABLE);
    CHECK_TEXT(error.text, expected);
    CHECK_EQ(class_world_link(&w, view, kind, index, NULL), PH_UNLINKABLE); /* and again */
    class_world_close(&w);
}

#define NEW(class) "function () -> () { object_new \"" class "\" drop return }\n"

TEST(classes_that_cannot_be_linked)
{
    check_refused(NEW("A") "class final \"B\" { }\nclass \"A\" extends \"B\" { }\n", PH_LINK_CLASS,
                  "class A has as its superclass the final class B");
    check_refused(NEW("A") "class interface abstract \"B\" { }\nclass \"A\" extends \"B\" { }\n",
                  PH_LINK_CLASS, "class A has as its superclass the interface B");
    check_refused(NEW("A") "class \"B\" { }\nclass \"A\" implements \"B\" { }\n", PH_LINK_CLASS,
                  "class A has as an interface the class B");
    check_refused(NEW("A") "class \"B\" extends \"A\" { }\nclass \"A\" extends \"B\" { }\n",
                  PH_LINK_CLASS, "class A is above itself");
    check_refused(NEW("A") "class \"A\" extends imported \"mod\" \"B\" { }\n", PH_LINK_CLASS,
                  "there is no class mod.B");
    check_refused(NEW("A") "class \"A\" extends \"B\" { method \"m\" (ref) -> () { return } }\n"
                  "class \"B\" { method final \"m\" (ref) -> () { return } }\n",
                  PH_LINK_CLASS, "class A has a final method above its m");
    check_refused(NEW("A") "class abstract \"A\" { }\n", PH_LINK_NEW,
                  "abstract class A has no instances of its own");
    check_refused(NEW("A") "class interface abstract \"A\" { }\n", PH_LINK_NEW,
                  "interface A has no instances of its own");
}

TEST(members_that_cannot_be_linked)
{
    check_refused("class \"A\" { field i32 \"x\" }\n"
                  "function () -> () { ref_null field_get \"A\" \"x\" i64 drop return }\n",
                  PH_LINK_FIELD, "class A has no field x of type i64");
    check_refused("class \"A\" { field i32 \"x\" }\n"
                  "function () -> () { static_get \"A\" \"x\" i32 drop return }\n",
                  PH_LINK_FIELD, "class A has no static field x of type i32");
    check_refused("class \"A\" { method special \"m\" (ref) -> () { return } }\n"
                  "function () -> () { ref_null call_method \"A\" \"n\" (ref) -> () return }\n",
                  PH_LINK_METHOD, "class A has no method n of that signature");
}

/* A chain of superclasses longer than what linking recurses to. */
TEST(chains_of_superclasses_are_bounded)
{
    const struct ph_signature nothing = {0, 0, NULL, NULL};
    struct class_world w;
    struct ph_builder *b;
    struct ph_slice bytes;
    struct ph_error error;
    uint32_t count = PH_CLASS_DEPTH_MAX + 10;
    char name[16];
    class_world_open(&w);
    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    ph_builder_signature(b, &nothing);
    for (uint32_t i = 0; i < count; i++) {
        struct ph_class_ref r = {.kind = PH_CLASS_REF_DEFINED, .index = i};
        snprintf(name, sizeof(name), "c%u", i);
        struct ph_class_def def = {.name = {(const uint8_t *)name, strlen(name)},
                                   .super_class = i == 0 ? UINT32_MAX : i - 1,
                                   .initialiser = UINT32_MAX};
        ph_builder_class_ref(b, &r);
        ph_builder_class_def(b, &def);
    }
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    struct ph_view *view = class_world_view(&w, class_world_load(&w, bytes));
    ph_builder_destroy(b);
    CHECK_EQ(ph_link_class(w.mutator, view, count - 1), PH_TRAP_LINK);
    CHECK_EQ(ph_link_class(w.mutator, view, PH_CLASS_DEPTH_MAX - 1), PH_TRAP_NONE);
    CHECK_EQ(ph_view_class(view, PH_CLASS_DEPTH_MAX - 1)->depth, PH_CLASS_DEPTH_MAX);
    class_world_close(&w);
}

/* ---- Arrays -------------------------------------------------------------------------- */

TEST(there_is_one_class_of_arrays_of_each_kind)
{
    struct class_world w;
    class_world_open(&w);
    const struct ph_heap *heap = w.machine->heap;
    struct ph_class *object = ph_builtin_class(heap, PH_CLASS_OBJECT);
    struct ph_class *bytes = ph_builtin_class(heap, PH_CLASS_BYTES);
    ph_ref refs[PH_STORE_LAST + 1];
    for (uint32_t kind = 1; kind <= PH_STORE_LAST; kind++) {
        struct ph_class *c = ph_array_class(w.machine, w.mutator, kind, NULL);
        CHECK(c == ph_array_class(w.machine, w.mutator, kind, NULL));
        CHECK_EQ(c->item_kind, kind);
        CHECK_EQ(c->item_shift, ph_storage_shift(kind));
        CHECK_EQ(c->bytes, 16);
        CHECK((c->flags & PH_CLASS_ARRAY) != 0);
        CHECK(ph_class_is_ready(c));
        CHECK(ph_class_is_subclass(heap, c, object));
        refs[kind] = ph_ref_to(heap, c);
        for (uint32_t k = 1; k < kind; k++) {
            CHECK(refs[k] != refs[kind]);
            CHECK(!ph_class_is_subclass(heap, c, ph_address(heap, refs[k])));
        }
    }
    CHECK_EQ(refs[PH_STORE_U8], ph_ref_to(heap, bytes));
    CHECK_EQ(refs[PH_STORE_REF], heap->header->classes[PH_CLASS_REFS]);
    CHECK(ph_array_class(w.machine, w.mutator, PH_STORE_REF, object) ==
          ph_builtin_class(heap, PH_CLASS_REFS));
    struct ph_class *of_bytes = ph_array_class(w.machine, w.mutator, PH_STORE_REF, bytes);
    char name[32];
    CHECK_TEXT(ph_class_name(w.machine, of_bytes, name, sizeof(name)), "bytes[]");
    CHECK(ph_array_accepts(heap, of_bytes, 0));
    ph_ref text = ph_bytes_new(w.mutator, PH_CLASS_BYTES, PH_SLICE_TEXT("x"));
    CHECK(ph_array_accepts(heap, of_bytes, text));
    CHECK(!ph_array_accepts(heap, of_bytes, refs[1]));
    CHECK(ph_array_accepts(heap, ph_builtin_class(heap, PH_CLASS_REFS), refs[1]));

    class_world_reopen(&w);
    for (uint32_t kind = 1; kind <= PH_STORE_LAST; kind++) {
        CHECK_EQ(ph_ref_to(w.machine->heap, ph_array_class(w.machine, w.mutator, kind, NULL)),
                 refs[kind]);
    }
    class_world_close(&w);
}

/* ---- Across units -------------------------------------------------------------------- */

TEST(imported_classes_are_those_of_the_same_program)
{
    struct class_world w;
    class_world_open(&w);
    const struct ph_program_options options = {.name = PH_SLICE_TEXT("other")};
    const char *const user =
        "unit \"user\"\n"
        "class \"Mine\" extends imported \"lib\" \"Base\" { field i32 \"y\" }\n"
        "export \"Mine\" class \"Mine\"\n";
    const char *const library = "unit \"lib\"\n"
                                "class \"Base\" { field i64 \"x\" }\n"
                                "export \"Base\" class \"Base\"\n";
    struct ph_program *program;
    struct ph_error error;
    ph_ref user_ref = class_world_text(&w, user);
    ph_ref library_ref = class_world_text(&w, library);
    ph_ref lone_ref = class_world_text(&w, user);
    CHECK_OK(ph_program_create(w.machine, w.mutator, &options, &program, &error));
    struct ph_instance *lone = ph_address(w.machine->heap, lone_ref);
    PH_SET(w.mutator, lone->program_ref, ph_ref_to(w.machine->heap, program));

    /* Nothing is linked before it is needed: a unit that comes later can provide. */
    const struct ph_class *mine = class_world_class(&w, user_ref, "Mine");
    const struct ph_class *base = class_world_class(&w, library_ref, "Base");
    CHECK(ph_class_is_subclass(w.machine->heap, mine, base));
    CHECK_EQ(base->bytes, 16);
    CHECK_EQ(mine->bytes, 20);

    struct ph_view *view = class_world_view(&w, lone_ref);
    CHECK_EQ(class_world_link(&w, view, PH_LINK_CLASS, 0, &error), PH_UNLINKABLE);
    CHECK_TEXT(error.text, "there is no class lib.Base");
    class_world_close(&w);
}

/* Two languages in one program: each has its own arrays of numbers; an array of references belongs
 * to its items' language, whoever names it. */
TEST(arrays_stand_below_what_their_unit_says)
{
    struct class_world w;
    struct ph_error error;
    class_world_open(&w);
    class_world_text(&w, "unit \"lib\" class \"Root\" { } export \"Root\" class \"Root\"\n"
                         "class interface abstract \"Like\" { } export \"Like\" class \"Like\"\n");
    const char *const java = "unit \"java\" class \"A\" { } export \"A\" class \"A\"\n"
                             "arrays extends imported \"lib\" \"Root\"\n"
                             "    implements imported \"lib\" \"Like\" { }\n"
                             "reference class array i32\n"
                             "reference class array 2\n";
    struct ph_view *first = class_world_view(&w, class_world_text(&w, java));
    struct ph_view *second = class_world_view(&w, class_world_text(&w, java));
    struct ph_view *plain = class_world_view(
        &w, class_world_text(&w, "reference class array i32\n"
                                 "reference class imported \"java\" \"A\"\n"
                                 "reference class array 1\n"
                                 "reference class array i32\n"));
    const struct ph_heap *heap = w.machine->heap;
    uint32_t numbers = 0, of_numbers = 0;
    for (uint32_t i = 0; i < first->loaded->unit.class_ref_count; i++) {
        const struct ph_class_ref *r = &first->loaded->unit.class_refs[i];
        numbers = r->kind == PH_CLASS_REF_NUMBERS ? i : numbers;
        of_numbers = r->kind == PH_CLASS_REF_REFS ? i : of_numbers;
        CHECK_EQ(ph_link_class(w.mutator, first, i), PH_TRAP_NONE);
        CHECK_EQ(ph_link_class(w.mutator, second, i), PH_TRAP_NONE);
    }
    for (uint32_t i = 0; i < 4; i++) {
        CHECK_OK(class_world_link(&w, plain, PH_LINK_CLASS, i, &error));
    }
    const struct ph_class *root = ph_address(heap, ph_view_class(first, numbers)->super_ref);
    char name[32];
    CHECK_TEXT(ph_class_name(w.machine, root, name, sizeof(name)), "Root");
    CHECK(ph_view_class(first, numbers) == ph_view_class(second, numbers));
    CHECK(ph_view_class(first, numbers) != ph_view_class(plain, 0));
    CHECK(ph_view_class(plain, 3) == ph_view_class(plain, 0));
    CHECK(ph_view_class(plain, 0)->super_ref == heap->header->classes[PH_CLASS_OBJECT]);
    CHECK(ph_class_is_subclass(heap, ph_view_class(first, of_numbers), root));
    CHECK(ph_class_is_subclass(heap, ph_view_class(plain, 2), root)); /* A[] */
    CHECK(!ph_class_is_subclass(heap, ph_view_class(plain, 0), root));
    CHECK(ph_array_class(w.machine, w.mutator, PH_STORE_REF, ph_view_class(plain, 1)) ==
          ph_view_class(plain, 2));

    ph_ref numbers_ref = ph_ref_to(heap, ph_view_class(first, numbers));
    ph_ref java_ref = first->instance_ref;
    class_world_reopen(&w);
    first = class_world_view(&w, java_ref);
    CHECK_EQ(ph_link_class(w.mutator, first, numbers), PH_TRAP_NONE);
    CHECK_EQ(ph_ref_to(w.machine->heap, ph_view_class(first, numbers)), numbers_ref);
    class_world_close(&w);
}

TEST(what_arrays_cannot_stand_below)
{
    check_refused("arrays extends \"A\" { } reference class array i32\n"
                  "class \"A\" { field i32 \"x\" }\n", PH_LINK_NUMBERS,
                  "arrays cannot stand below A, which has fields, is final, or is an interface");
    check_refused("arrays extends \"A\" { } reference class array i32 class final \"A\" { }\n",
                  PH_LINK_NUMBERS,
                  "arrays cannot stand below A, which has fields, is final, or is an interface");
    check_refused("arrays extends \"A\" implements \"A\" { } reference class array i32\n"
                  "class \"A\" { }\n", PH_LINK_NUMBERS,
                  "arrays cannot stand below A, which is no interface");
    check_refused("arrays extends imported \"lib\" \"A\" { } reference class array i32\n",
                  PH_LINK_NUMBERS, "there is no class lib.A");
}

/* ---- Fields of errors, byte constants ------------------------------------------------ */

TEST(the_fields_of_errors_have_names)
{
    struct class_world w;
    class_world_open(&w);
    ph_ref instance = class_world_text(
        &w, "class \"Mine\" extends \"error\" { field i32 \"code\" }\n"
            "function () -> () {\n"
            "  ref_null field_get \"error\" \"trap\" i32 drop\n"
            "  ref_null field_get \"error\" \"text\" ref drop\n"
            "  ref_null field_get \"Mine\" \"trace\" ref drop\n"
            "  ref_null field_get \"Mine\" \"code\" i32 drop return }\n");
    struct ph_view *view = class_world_view(&w, instance);
    const uint32_t offsets[] = {8, 12, 16, 20};
    for (uint32_t i = 0; i < PH_COUNT(offsets); i++) {
        CHECK_EQ(ph_link_field(w.mutator, view, i), PH_TRAP_NONE);
        CHECK_EQ(ph_view_field(view, i)->offset, offsets[i]);
    }
    class_world_close(&w);
}

TEST(a_byte_constant_is_one_object)
{
    struct class_world w;
    class_world_open(&w);
    ph_ref instance = class_world_text(&w, "function () -> () { bytes_const \"one\" drop\n"
                                           "  bytes_const \"\" drop return }\n");
    struct ph_view *view = class_world_view(&w, instance);
    ph_ref one = ph_bytes_constant(w.mutator, view, 0);
    ph_ref empty = ph_bytes_constant(w.mutator, view, 1);
    CHECK(one != 0 && empty != 0 && one != empty);
    CHECK_EQ(ph_bytes_constant(w.mutator, view, 0), one);
    CHECK(ph_slice_equal(ph_bytes_slice(w.machine, one), PH_SLICE_TEXT("one")));
    class_world_reopen(&w);
    view = class_world_view(&w, instance);
    CHECK_EQ(ph_bytes_constant(w.mutator, view, 0), one);
    CHECK_EQ(ph_bytes_constant(w.mutator, view, 1), empty);
    class_world_close(&w);
}

/* ---- A full arena -------------------------------------------------------------------- */

/* Fills the old space but for `spare` objects of 16 bytes; how many of these fit into the last
 * megabyte. */
static uint32_t fill_old_space(struct class_world *w, uint32_t spare, uint32_t known)
{
    uint32_t count = 0;
    while (ph_object_new_pinned(w->mutator, PH_CLASS_PINNED_BYTES, 1u << 20) != 0) {
    }
    while ((known == 0 || count + spare < known) &&
           ph_object_new_pinned(w->mutator, PH_CLASS_PINNED_BYTES, 0) != 0) {
        count++;
    }
    return count;
}

static const char large_class[] =
    "class interface abstract \"I\" { method \"a\" (ref) -> () { return }\n"
    "  field static i64 \"z\" }\n"
    "class \"B\" implements \"I\" { field ref \"p\" field static ref \"q\"\n"
    "  method \"b\" (ref) -> () { return } initialiser { return } }\n"
    "class \"A\" extends \"B\" { field i32 \"x\" method \"b\" (ref) -> () { return } }\n"
    "function () -> () { ref_null call_virtual \"A\" \"a\" (ref) -> ()\n"
    "  i32_const 1 array_new array \"A\" drop bytes_const \"text\" drop return }\n";

/* With a little more room each time: what cannot be made leaves nothing half made. */
TEST(linking_in_a_full_arena)
{
    uint32_t known = 0, failed = 0, linked = 0;
    for (uint32_t spare = 0; spare < 160; spare += 4) {
        struct class_world w;
        class_world_open_small(&w, UINT64_C(64) << 20);
        struct ph_view *view = class_world_view(&w, class_world_text(&w, large_class));
        uint32_t filled = fill_old_space(&w, spare, known);
        known = known == 0 ? filled : known;
        enum ph_trap trap = ph_link_method(w.mutator, view, 0);
        CHECK(trap == PH_TRAP_NONE || trap == PH_TRAP_OUT_OF_MEMORY);
        CHECK_EQ(ph_view_method(view, 0) != NULL, trap == PH_TRAP_NONE);
        for (uint32_t i = 0; i < view->loaded->unit.class_ref_count; i++) {
            trap = ph_link_class(w.mutator, view, i);
            CHECK(trap == PH_TRAP_NONE || trap == PH_TRAP_OUT_OF_MEMORY);
            const struct ph_class *class = ph_view_class(view, i);
            CHECK_EQ(class != NULL, trap == PH_TRAP_NONE);
            CHECK(class == NULL || class->supers_ref != 0);
            failed += trap != PH_TRAP_NONE;
        }
        ph_ref text = ph_bytes_constant(w.mutator, view, 0);
        CHECK(text == 0 || ph_is_a(w.machine->heap, text, PH_CLASS_BYTES));
        linked += ph_view_method(view, 0) != NULL;
        class_world_close(&w);
    }
    CHECK(failed > 10 && linked > 2);
}
