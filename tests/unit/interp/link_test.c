/* SPDX-License-Identifier: Apache-2.0 */
/* Units that ask for what they refer to (docs/decisions/0016): each kind of reference, at each
 * instruction that may ask, with operands below, over stops, cuts and moves; what the link function
 * throws; and natives that end in a call. */
#include "base/text.h"
#include "machine/class.h"
#include "support/world_kit.h"
#include "unit.h"

#define EACH_MODE(world)                                                     \
    for (enum world_mode m_ = WORLD_FREE; m_ < WORLD_MODE_COUNT; world_close(&(world)), m_++) \
        if (open_world(&(world), m_), true)

static const uint64_t none[1];
static ph_ref provider;       /* the instance that defines what is asked for */
static uint32_t asked[4];     /* by kind */
static bool refuses_to_bind;
static uint32_t started;

static const char provided[] =
    "unit \"p\" export \"A\" class \"A\"\n"
    "class \"A\" { field i32 \"x\" field static i64 \"s\"\n"
    "    method special \"init\" (ref i32) -> () {\n"
    "        local_get 0 local_get 1 field_set \"A\" \"x\" return }\n"
    "    method \"get\" (ref i32) -> (i32) {\n"
    "        local_get 0 field_get \"A\" \"x\" local_get 1 i32_add return }\n"
    "    method static \"seven\" () -> (i32) { i32_const 7 return } }\n"
    "class \"B\" extends \"A\" { method \"get\" (ref i32) -> (i32) { i32_const 1000 return } }\n"
    "class \"C\" { field static i32 \"n\" initialiser { local i32 label 0 loop\n"
    "    static_get \"C\" \"n\" i32_const 1 i32_add static_set \"C\" \"n\" object_new \"A\" drop\n"
    "    local_get 0 i32_const 1 i32_add local_tee 0 i32_const 20 i32_lt_s br_if 0 return } }\n"
    "class \"D\" extends \"C\" { field static i32 \"n\" initialiser { i32_const 1 i32_const 0\n"
    "    i32_div_s static_set \"D\" \"n\" return } }\n"
    "export \"n\" function 6 function () -> (i32) { static_get \"C\" \"n\" return }\n";

static struct ph_view *provider_view(struct ph_call *call)
{
    return ph_view_find(call->machine, provider);
}

static struct ph_class *provided_class(struct ph_call *call, struct ph_slice name)
{
    struct ph_view *view = provider_view(call);
    const struct ph_unit *unit = &view->loaded->unit;
    struct ph_class *class;
    for (uint32_t i = 0; i < unit->class_def_count; i++) {
        if (ph_slice_equal(unit->class_defs[i].name, name) &&
            ph_class_of_definition(call->mutator, view, i, &class, NULL) == PH_OK) {
            return class;
        }
    }
    abort();
}

/* The class that a reference of the caller means: bound on the way. */
static struct ph_class *class_of(struct ph_call *call, uint32_t index)
{
    struct ph_class *class =
        provided_class(call, call->caller->loaded->unit.class_refs[index].name);
    ph_link_bind_class(call->caller, index, class);
    return class;
}

static void bind_field(struct ph_call *call, uint32_t index)
{
    const struct ph_field_ref *field = &call->caller->loaded->unit.field_refs[index];
    struct ph_class *class = class_of(call, field->class_ref);
    bool is_static = (field->flags & PH_FIELD_STATIC) != 0;
    CHECK(!ph_link_bind_field(call->mutator, call->caller, index, class, is_static ? 0 : 1));
    CHECK(!ph_link_bind_field(call->mutator, call->caller, index, class, 99));
    CHECK(ph_link_bind_field(call->mutator, call->caller, index, class, is_static ? 1 : 0));
}

static void bind_method(struct ph_call *call, uint32_t index)
{
    const struct ph_method_ref *method = &call->caller->loaded->unit.method_refs[index];
    struct ph_class *class = class_of(call, method->class_ref);
    uint32_t number = method->name.bytes[0] == 'i' ? 0 : method->name.bytes[0] == 'g' ? 1 : 2;
    CHECK(!ph_link_bind_method(call->mutator, call->caller, index, class, (number + 1) % 3));
    CHECK(ph_link_bind_method(call->mutator, call->caller, index, class, number));
}

/* bind(kind, index): constant 0 is null, the others are new objects. */
static enum ph_outcome bind(struct ph_call *call)
{
    uint32_t kind = (uint32_t)call->slots[0], index = (uint32_t)call->slots[1];
    asked[kind]++;
    if (refuses_to_bind) {
        return ph_call_trap(call, PH_TRAP_ABSTRACT);
    }
    switch (kind) {
    case PH_LINK_REQUEST_CLASS:
        (void)class_of(call, index);
        break;
    case PH_LINK_REQUEST_FIELD:
        bind_field(call, index);
        break;
    case PH_LINK_REQUEST_METHOD:
        bind_method(call, index);
        break;
    default: {
        ph_ref made = index == 0 ? 0 : ph_object_new(call->mutator, PH_CLASS_OBJECT, 0);
        CHECK(ph_link_bind_constant(call->mutator, call->caller, index, made));
        CHECK(ph_link_bind_constant(call->mutator, call->caller, index, provider)); /* too late */
    }
    }
    return PH_DONE;
}

/* tail(function, a, b): calls it with (b, a). */
static enum ph_outcome tail(struct ph_call *call)
{
    static const uint8_t types[] = {PH_I32, PH_I32};
    const uint64_t arguments[] = {call->slots[2], call->slots[1]};
    CHECK_EQ(call->signature->param_count, 3);
    return ph_call_function(call, (ph_ref)call->slots[0], types, arguments, 2);
}

/* pass(function, …): calls it with the rest. */
static enum ph_outcome pass(struct ph_call *call)
{
    return ph_call_function(call, (ph_ref)call->slots[0], call->signature->types + 1,
                            call->slots + 1, call->signature->param_count - 1);
}

static enum ph_outcome minus(struct ph_call *call)
{
    call->slots[0] = (uint32_t)(call->slots[0] - call->slots[1]);
    return PH_DONE;
}

/* ready(0: "C", 1: "D"; x, a) -> (x): when the class is initialised. */
static enum ph_outcome ready(struct ph_call *call)
{
    static const char *const names[] = {"C", "D"};
    const char *name = names[call->slots[0]];
    struct ph_class *class =
        provided_class(call, (struct ph_slice){(const uint8_t *)name, 1});
    enum ph_outcome outcome = ph_call_initialise(call, class);
    started++;
    CHECK(ph_ref_is_instance(call->mutator->heap, (ph_ref)call->slots[2],
                             provided_class(call, PH_SLICE_TEXT("A"))));
    if (outcome != PH_DONE) {
        return outcome;
    }
    ph_may_collect(call->mutator);
    CHECK(ph_ref_is_instance(call->mutator->heap, (ph_ref)call->slots[2],
                             provided_class(call, PH_SLICE_TEXT("A"))));
    CHECK_EQ(call->slots[1] >> 32, 7);
    call->slots[0] = (uint32_t)call->slots[1];
    return PH_DONE;
}

/* shuffle(function, a, x, which): calls it with (which, x, a). */
static enum ph_outcome shuffle(struct ph_call *call)
{
    static const uint8_t types[] = {PH_I32, PH_I64, PH_REF};
    const uint64_t arguments[] = {call->slots[3], call->slots[2], call->slots[1]};
    return ph_call_function(call, (ph_ref)call->slots[0], types, arguments, 3);
}

/* nap(n): waits n times. */
static enum ph_outcome nap(struct ph_call *call)
{
    uint64_t *slept = &call->thread->native_state[0];
    if (*slept < (uint32_t)call->slots[0]) {
        PH_SET(call->mutator, *slept, *slept + 1);
        return ph_call_wait(call, PH_WAIT_NONE, 0, 0);
    }
    call->slots[0] = *slept;
    return PH_DONE;
}

/* call_nap(n as i64, function) -> (i32) */
static enum ph_outcome call_nap(struct ph_call *call)
{
    static const uint8_t types[] = {PH_I32};
    started++;
    return ph_call_function(call, (ph_ref)call->slots[1], types, call->slots, 1);
}

static enum ph_outcome tell_secret(struct ph_call *call)
{
    call->slots[0] = call->context != NULL ? 5 : 6;
    return PH_DONE;
}

static void open_world(struct world *world, enum world_mode mode)
{
    static const struct ph_native_info natives[] = {
        {.module = "t", .name = "bind", .signature = "ii:", .run = bind},
        {.module = "t", .name = "tail", .signature = "*", .run = tail},
        {.module = "t", .name = "pass", .signature = "*", .run = pass},
        {.module = "t", .name = "minus", .signature = "ii:i", .run = minus},
        {.module = "t", .name = "ready", .signature = "ilr:i", .run = ready},
        {.module = "t", .name = "shuffle", .signature = "rrli:i", .run = shuffle},
        {.module = "t", .name = "nap", .signature = "i:i", .run = nap},
        {.module = "t", .name = "call_nap", .signature = "lr:i", .run = call_nap}};
    world_open(world, mode);
    static const struct ph_native_info secret[] = {
        {.module = "t", .name = "secret", .signature = ":i", .run = tell_secret}};
    CHECK_OK(ph_machine_add_natives(world->machine, natives, PH_COUNT(natives)));
    CHECK_OK(ph_machine_add_natives_for(world->machine, secret, 1, world, 1));
    memset(asked, 0, sizeof(asked));
    refuses_to_bind = false;
    started = 0;
    provider = world_text(world, provided);
}

/* The import of bind is function 0, the link function 1, then "f". */
#define ASKING                                                                          \
    "signature (i32 i32) -> ()\n"                                                       \
    "signature (i32) -> (i32)\n"                                                        \
    "signature (ref i32) -> ()\n"                                                       \
    "signature (ref i32) -> (i32)\n"                                                    \
    "signature () -> (i32)\n"                                                           \
    "import function \"t\" \"bind\" (i32 i32) -> ()\n"                                   \
    "import function \"t\" \"missing\" (i32) -> (i32)\n"                                 \
    "link 2 constants 4 export \"f\" function 3\n"                                       \
    "reference class imported \"\" \"A\"\n"                                                       \
    "reference class imported \"\" \"B\"\n"                                                       \
    "reference field 0 \"x\" i32\n"                                                     \
    "reference field 0 \"s\" i64 static\n"                                              \
    "reference method 0 \"init\" signature 2\n"                                         \
    "reference method 0 \"get\" signature 3\n"                                          \
    "reference method 0 \"seven\" signature 4 static\n"                                 \
    "function (i32 i32) -> () { local_get 0 local_get 1 call 0 return }\n"

static uint64_t value_of(struct world *world, const char *body)
{
    static char text[8192];
    snprintf(text, sizeof(text), "%sfunction () -> (i32) { local ref %s return }", ASKING, body);
    return world_value(world, world_text(world, text), "f", 0, none);
}

TEST(references_are_asked_for_once)
{
    struct world world;
    EACH_MODE(world) {
        /* operands of all kinds lie below: pending copies, constants, results */
        CHECK_EQ(value_of(&world, "i32_const 5 object_new 0 local_tee 0 i32_const 30\n"
                                  "call_method 0\n"
                                  "local_get 0 link_field 0 field_get 0 i32_add\n"
                                  "local_get 0 i32_const 2 call_virtual 1 i32_add\n"
                                  "call_method 2 i32_add\n"
                                  "i64_const 4 static_set 1 static_get 1 i32_wrap_i64 i32_add\n"
                                  "local_get 0 link_class 1 ref_test 1 i32_add"),
                 5 + 30 + 32 + 7 + 4);
        CHECK_EQ(asked[PH_LINK_REQUEST_CLASS], 2);
        CHECK_EQ(asked[PH_LINK_REQUEST_FIELD], 2);
        CHECK_EQ(asked[PH_LINK_REQUEST_METHOD], 3);
    }
}

/* The second time the function is prepared with all references known, if it is prepared anew. */
/* So many turns that the function gets further versions, in the middle of its statement: operands
 * of all kinds lie below the links, and some are first bound when others have long been. */
TEST(a_function_is_prepared_anew_without_its_links)
{
    struct world world;
    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "local i32 local i32 object_new 0 local_tee 0 i32_const 3\n"
                                  "call_method 0\n"
                                  "label 0 loop\n"
                                  "local_get 1 i32_const 1 local_get 0 link_field 0 field_get 0\n"
                                  "local_get 1 i32_const 7 i32_rem_s i32_mul\n"
                                  "link_field 0 i32_add i32_add local_set 1\n"
                                  "local_get 2 i32_const 250 i32_lt_s br_if 1\n"
                                  "local_get 0 link_class 1 ref_test 1 local_get 1\n"
                                  "link_class 0 i32_add local_set 1\n"
                                  "label 1\n"
                                  "local_get 2 i32_const 1 i32_add local_tee 2 i32_const 700\n"
                                  "i32_lt_s br_if 0 local_get 1"), 4894);
        CHECK_EQ(asked[PH_LINK_REQUEST_FIELD], 1);
        CHECK_EQ(asked[PH_LINK_REQUEST_CLASS], 2);
    }
}

/* A leaf runs once where all is well; where it is not, again, in the function that calls it, and
 * the trap is the same. */
static uint32_t halved;

static enum ph_outcome half(struct ph_call *call)
{
    halved++;
    if ((call->slots[0] & 1) != 0) {
        return ph_call_trap(call, PH_TRAP_INTEGER_OVERFLOW);
    }
    call->slots[0] /= 2;
    return PH_DONE;
}

TEST(leaves)
{
    static const struct ph_native_info natives[] = {
        {.module = "t", .name = "half", .signature = "i:i", .run = half},
        {.module = "t", .name = "harm", .signature = "i:i", .run = half}};
    static const char *const prefixes[] = {"t.hal"};
    static const char text[] =
        "import function \"t\" \"half\" (i32) -> (i32) export \"f\" function 1\n"
        "function (i32) -> (i32) { local i32 label 0 loop\n"
        "  local_get 0 call_method \"H\" \"half\" local_get 1 i32_add local_set 1\n"
        "  local_get 0 i32_const 2 i32_sub local_tee 0 i32_const 0 i32_gt_s br_if 0\n"
        "  local_get 1 return }\n"
        "class \"H\" { method static \"half\" (i32) -> (i32) { local_get 0 call 0 return } }\n";
    const uint64_t even = 20, odd = 5;
    struct world world;

    EACH_MODE(world) {
        CHECK_OK(ph_machine_add_natives(world.machine, natives, PH_COUNT(natives)));
        ph_machine_set_leaves(world.machine, prefixes, PH_COUNT(prefixes));
        ph_ref instance = world_text(&world, text);
        halved = 0;
        CHECK_EQ(world_value(&world, instance, "f", 1, &even), 55);
        CHECK_EQ(halved, 10);
        CHECK_EQ(world_trap(&world, instance, "f", 1, &odd), PH_TRAP_INTEGER_OVERFLOW);
    }
}

TEST(a_loop_goes_on_over_links)
{
    struct world world;
    EACH_MODE(world) {
        CHECK_EQ(value_of(&world,
                          "local i32 local i32\n"
                          "object_new 1 local_set 0 br 0\n"
                          "label 0 loop\n"
                          "local_get 0 link_field 0 local_get 1 link_field 0 field_set 0\n"
                          "local_get 2 local_get 0 link_field 0 field_get 0 i32_add local_set 2\n"
                          "local_get 1 i32_const 1 i32_add local_tee 1 i32_const 10 i32_lt_s\n"
                          "br_if 0\n"
                          "local_get 2"), 45);
        CHECK_EQ(asked[PH_LINK_REQUEST_FIELD], 1);
    }
}

TEST(dynamic_constants_stay_the_same)
{
    struct world world;
    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "constant_get 1 constant_get 1 ref_eq\n"       /* 1 */
                                  "constant_get 1 constant_get 2 ref_eq i32_add\n" /* 0 */
                                  "constant_get 0 ref_is_null i32_add\n"         /* 1 */
                                  "constant_get 0 ref_is_null i32_add\n"         /* 1 */
                                  "constant_get 3 ref_is_null i32_add"), 3);
        CHECK_EQ(asked[PH_LINK_REQUEST_CONSTANT], 4);
    }
}

TEST(what_the_link_function_throws_is_thrown_at_the_instruction)
{
    static const char *const bodies[] = {
        "object_new 0 drop i32_const 0", "static_get 1 i32_wrap_i64", "call_method 2",
        "constant_get 1 ref_is_null", "ref_null link_class 0 ref_test 0",
        "ref_null link_field 0 field_get 0", "ref_null i32_const 3 call_virtual 1"};
    static char text[1024];
    struct world world;
    EACH_MODE(world) {
        refuses_to_bind = true;
        for (uint32_t i = 0; i < PH_COUNT(bodies); i++) {
            snprintf(text, sizeof(text), "try 0 catch any -> 0 %s end 0 return label 0 (ref) drop\n"
                                         "i32_const 42", bodies[i]);
            CHECK_EQ(value_of(&world, text), 42);
        }
        refuses_to_bind = false;
    }
}

/* The second function is prepared when the field is known: the link leaves nothing there, and the
 * place of a trap is found all the same. */
TEST(traps_behind_links_are_found)
{
    static const char body[] = "function () -> (i32) { local ref i32_const 1 i32_const 2 i32_add\n"
                               "local_get 0 link_field 0 field_get 0 i32_sub return }\n";
    static char text[4096];
    struct world world;
    snprintf(text, sizeof(text), "%s%s%s export \"g\" function 4", ASKING, body, body);
    EACH_MODE(world) {
        ph_ref instance = world_text(&world, text);
        struct world_outcome first = world_call(&world, instance, "f", 0, none);
        struct world_outcome second = world_call(&world, instance, "g", 0, none);
        CHECK_EQ(asked[PH_LINK_REQUEST_FIELD], 1);
        CHECK_EQ(first.trap, PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(second.trap, PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(second.trap_function, 4);
        CHECK_EQ(first.trap_pc, second.trap_pc);
    }
}

/* Classes that were never asked for are caught by their names. */
TEST(handlers_of_unbound_classes)
{
    struct world world;
    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "try 0 catch 1 -> 1 try 1 catch 0 -> 0\n"
                                  "object_new 0 throw end 0 end 1\n"
                                  "label 1 (ref) drop i32_const 1 return\n"
                                  "label 0 (ref) drop i32_const 2"), 2);
    }
}

TEST(missing_natives_trap_when_they_are_called)
{
    struct world world;
    EACH_MODE(world) {
        CHECK_EQ(value_of(&world, "try 0 catch \"error\" -> 0 i32_const 3 call 1 end 0 return\n"
                                  "label 0 (ref) ref_cast \"error\"\n"
                                  "field_get \"error\" \"trap\" i32"),
                 PH_TRAP_NATIVE);
    }
}

/* ---- Natives that end in a call -------------------------------------------------------------- */

static const char calling[] =
    "import function \"t\" \"tail\" (ref i32 i32) -> (i32)\n"
    "import function \"t\" \"minus\" (i32 i32) -> (i32)\n"
    "export \"own\" function 2 export \"native\" function 3 export \"wrong\" function 4\n"
    "export \"deep\" function 7\n"
    "function (i32 i32) -> (i32) { i32_const 1 ref_func 5 local_get 0 local_get 1 call 0 i32_add\n"
    "    return }\n"
    "function (i32 i32) -> (i32) { ref_func 1 local_get 0 local_get 1 call 0 return }\n"
    "function (i32 i32) -> (i32) { ref_func 6 local_get 0 local_get 1 call 0 return }\n"
    "function (i32 i32) -> (i32) {\n"
    "    local_get 0 i32_const 10 i32_mul local_get 1 i32_sub return }\n"
    "function (i32) -> (i32) { local_get 0 return }\n"
    /* deep(n, x): n frames of itself, each called by tail, over many chunks */
    "function (i32 i32) -> (i32) { local_get 0 br_unless 0\n"
    "    i32_const 1 ref_func 8 local_get 1 local_get 0 i32_const 1 i32_sub call 0 i32_add return\n"
    "  label 0 local_get 1 return }\n"
    "function (i32 i32) -> (i32) { local_get 0 local_get 1 call 7 return }\n";

TEST(natives_end_in_calls)
{
    struct world world;
    const uint64_t pair[] = {3, 50}, deep[] = {1000, 5};
    EACH_MODE(world) {
        ph_ref instance = world_text(&world, calling);
        CHECK_EQ(world_value(&world, instance, "own", 2, pair), 1 + 50 * 10 - 3);
        CHECK_EQ(world_value(&world, instance, "native", 2, pair), 47);
        CHECK_EQ(world_trap(&world, instance, "wrong", 2, pair), PH_TRAP_INDIRECT_TYPE);
        CHECK_EQ(world_value(&world, instance, "deep", 2, deep), 1005);
    }
}

/* What is called in the place of a native without results may have some: they go nowhere. The
 * operands below, and the frames of the callers, stay as they are. */
#define TEN(t) t t t t t t t t t t
static const char dropping[] =
    "import function \"t\" \"tail\" (ref i32 i32) -> ()\n"
    "import function \"t\" \"minus\" (i32 i32) -> (i32)\n"
    "import function \"t\" \"tail\" (ref i32 i32) -> (i32)\n"
    "import function \"t\" \"pass\" (ref ref i32 i32) -> ()\n"
    "import function \"t\" \"pass\" (ref) -> ()\n"
    "export \"own\" function 5 export \"native\" function 6 export \"many\" function 7\n"
    "export \"chain\" function 8 export \"deep\" function 9 export \"wrong\" function 10\n"
    "export \"thrown\" function 11\n"
    "function (i32 i32) -> (i32) { i32_const 7 ref_func 12 local_get 0 local_get 1 call 0\n"
    "    return }\n"
    "function (i32 i32) -> (i32) { i32_const 7 ref_func 1 local_get 0 local_get 1 call 0\n"
    "    return }\n"
    "function () -> (i32) { i32_const 7 ref_func 15 call 4 return }\n"
    /* the one in the middle does want the result */
    "function (i32 i32) -> (i32) { i32_const 7 ref_func 2 ref_func 16 local_get 0 local_get 1\n"
    "    call 3 i32_const 1 i32_add ref_func 2 ref_func 1 local_get 0 local_get 1 call 3\n"
    "    return }\n"
    /* deep(n, x): n frames of itself, each called by tail, over many chunks, and at each depth one
     * whose results would not fit behind its caller's */
    "function (i32 i32) -> (i32) { ref_func 15 call 4 local_get 0 br_unless 0\n"
    "    local_get 1 ref_func 13 local_get 1 local_get 0 i32_const 1 i32_sub call 0 return\n"
    "  label 0 local_get 1 return }\n"
    /* what has results of its own drops nothing */
    "function (i32 i32) -> (i32) { ref_func 12 local_get 0 local_get 1 call 2 return }\n"
    "function (i32 i32) -> (i32) {\n"
    "    try 0 catch any -> 0 i32_const 1 ref_func 14 local_get 0 local_get 1 call 0 return end 0\n"
    "    label 0 (ref) drop i32_const 2 return }\n"
    "function (i32 i32) -> (i64) { i64_const -1 return }\n"
    "function (i32 i32) -> (i32) { local_get 0 local_get 1 call 9 return }\n"
    "function (i32 i32) -> (i32) { local_get 0 local_get 1 i32_div_s return }\n"
    "function () -> (" TEN("i64 ") TEN("i64 ") TEN("i64 ") TEN("i64 ") ") {\n"
    "    " TEN("i64_const -1 ") TEN("i64_const -1 ") TEN("i64_const -1 ") TEN("i64_const -1 ")
    "    return }\n"
    "function (i32 i32) -> (i32) { local_get 0 return }\n";

TEST(what_no_one_wants_is_dropped)
{
    static const uint64_t pair[] = {3, 50}, deep[] = {1000, 5}, zero[] = {0, 1};
    struct world world;
    EACH_MODE(world) {
        ph_ref instance = world_text(&world, dropping);
        CHECK_EQ(world_value(&world, instance, "own", 2, pair), 7);
        CHECK_EQ(world_value(&world, instance, "native", 2, pair), 7);
        CHECK_EQ(world_value(&world, instance, "many", 0, none), 7);
        CHECK_EQ(world_value(&world, instance, "chain", 2, pair), 8);
        CHECK_EQ(world_value(&world, instance, "deep", 2, deep), 5);
        CHECK_EQ(world_trap(&world, instance, "wrong", 2, pair), PH_TRAP_INDIRECT_TYPE);
        CHECK_EQ(world_value(&world, instance, "thrown", 2, pair), 1);
        CHECK_EQ(world_value(&world, instance, "thrown", 2, zero), 2);
    }
}

/* ---- Natives that want a class to be initialised --------------------------------------------- */

static const char wanting[] =
    "import function \"t\" \"ready\" (i32 i64 ref) -> (i32)\n"
    "import function \"t\" \"shuffle\" (ref ref i64 i32) -> (i32)\n"
    "import function \"t\" \"nap\" (i32) -> (i32)\n"
    "import function \"t\" \"call_nap\" (i64 ref) -> (i32)\n"
    "reference class imported \"p\" \"A\"\n"
    "export \"direct\" function 4 export \"shuffled\" function 5 export \"nap\" function 6\n"
    "function (i32) -> (i32) { i32_const 100 local_get 0 i64_const 30064771077 object_new 0\n"
    "    call 0 i32_add return }\n"
    "function (i32) -> (i32) { i32_const 100 ref_func 0 object_new 0 i64_const 30064771077\n"
    "    local_get 0 call 1 i32_add return }\n"
    "function (i32) -> (i32) { i32_const 100 local_get 0 i64_extend_i32_u ref_func 2 call 3\n"
    "    i32_add return }\n";

static ph_ref wanting_instance(struct world *world)
{
    struct ph_slice unit = world_assemble(wanting);
    ph_ref instance = world_instantiate(world, unit, &provider, 1);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return instance;
}

static uint64_t count_of(struct world *world)
{
    return world_value(world, provider, "n", 0, none);
}

TEST(natives_have_classes_initialised)
{
    static const uint64_t good[] = {0}, bad[] = {1};
    static const char *const names[] = {"direct", "shuffled"};
    struct world world;

    for (uint32_t i = 0; i < 2; i++) {
        EACH_MODE(world) {
            ph_ref instance = wanting_instance(&world);
            /* the superclass's initialiser runs, then the class's own fails, for ever */
            CHECK_EQ(world_trap(&world, instance, names[i], 1, bad), PH_TRAP_DIVIDE_BY_ZERO);
            CHECK_EQ(started, 2);
            CHECK_EQ(world_trap(&world, instance, names[i], 1, bad), PH_TRAP_CLASS_INIT);
            CHECK_EQ(started, 3);
            CHECK_EQ(count_of(&world), 20);
            CHECK_EQ(world_value(&world, instance, names[i], 1, good), 105);
            CHECK_EQ(started, 4);
        }
        EACH_MODE(world) {
            ph_ref instance = wanting_instance(&world);
            CHECK_EQ(world_value(&world, instance, names[i], 1, good), 105);
            CHECK_EQ(started, 2);
            CHECK_EQ(world_value(&world, instance, names[i], 1, good), 105);
            CHECK_EQ(started, 3);
            CHECK_EQ(count_of(&world), 20);
        }
    }
}

/* A native that waits in another's place: that one is started again, with what it was given. */
TEST(natives_wait_in_each_others_places)
{
    static const uint64_t times[] = {5};
    struct world world;

    EACH_MODE(world) {
        CHECK_EQ(world_value(&world, wanting_instance(&world), "nap", 1, times), 105);
        CHECK(started >= 6);
    }
}

/* ---- Natives for some alone ------------------------------------------------------------------ */

static ph_status instantiate(struct world *world, const char *text, uint32_t privilege,
                             ph_ref *instance_ref)
{
    const struct ph_resolver resolver = {.privilege = privilege};
    struct ph_slice unit = world_assemble(text);
    struct ph_root instance;
    ph_ref unit_ref;

    CHECK_OK(ph_unit_load(world->machine, world->mutator, unit, &unit_ref, NULL));
    ph_root_push(world->mutator, &instance, 0);
    ph_status status = ph_instantiate(world->machine, world->mutator, unit_ref, &resolver,
                                      &instance, NULL);
    *instance_ref = instance.ref;
    ph_root_pop(world->mutator, &instance);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return status;
}

TEST(natives_are_for_the_trusted_alone)
{
    static const char plain[] = "import function \"t\" \"secret\" () -> (i32)\n"
                                "export \"f\" function 1\n"
                                "function () -> (i32) { call 0 return }\n";
    static char asking[512];
    struct world world;
    ph_ref instance;

    snprintf(asking, sizeof(asking), "%slink 2 function (i32 i32) -> () { return }", plain);
    open_world(&world, WORLD_STEP);
    CHECK_STATUS(instantiate(&world, plain, 0, &instance), PH_UNLINKABLE);
    CHECK_OK(instantiate(&world, plain, 1, &instance));
    CHECK_EQ(world_value(&world, instance, "f", 0, none), 5);
    CHECK_OK(instantiate(&world, asking, 0, &instance));
    CHECK_EQ(world_trap(&world, instance, "f", 0, none), PH_TRAP_NATIVE);
    CHECK_OK(instantiate(&world, asking, 1, &instance));
    CHECK_EQ(world_value(&world, instance, "f", 0, none), 5);
    world_close(&world);
}
