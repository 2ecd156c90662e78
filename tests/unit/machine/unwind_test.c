/* SPDX-License-Identifier: Apache-2.0 */
/* Random stacks over several chunks and random handlers, against a model: which frame goes on after
 * a throw, where, and that the frames below it are as they were. Then errors for traps. */
#include "base/random.h"
#include "frame_kit.h"

#define FUNCTIONS 8u
#define DEPTH_MAX 60u
#define CLASSES 4u     /* each extends the one before; reference k is class k */
#define UNKNOWN CLASSES /* a reference that cannot be linked */

struct stack_model {
    struct ph_random random;
    struct frame_function functions[FUNCTIONS];
    struct class_world w;
    ph_ref instance;
    struct ph_view *view;
    struct ph_thread *thread;
    struct {
        uint32_t function, call; /* what it rests at */
        ph_ref chunk;
        uint32_t header_slot, depth_slots, locals;
    } frames[DEPTH_MAX];
    uint32_t depth;
};

static uint32_t below(struct stack_model *m, uint32_t bound)
{
    return (uint32_t)ph_random_below(&m->random, bound);
}

static void make_function(struct stack_model *m, struct frame_function *f)
{
    f->calls = 1 + below(m, FRAME_CALLS_MAX);
    f->locals = below(m, 3) == 0 ? below(m, 100) : below(m, 6);
    f->handler_count = below(m, 3) == 0 ? below(m, FRAME_HANDLERS_MAX + 1) : 0;
    for (uint32_t i = 0; i < f->handler_count; i++) {
        struct frame_handler *h = &f->handlers[i];
        uint32_t class_ref = below(m, CLASSES + 3);
        h->first = below(m, f->calls);
        h->last = h->first + 1 + below(m, f->calls - h->first);
        h->class_ref = class_ref > UNKNOWN ? UINT32_MAX : class_ref;
    }
}

static void add_classes(struct ph_builder *b)
{
    static const char *const names[CLASSES] = {"c0", "c1", "c2", "c3"};
    for (uint32_t k = 0; k < CLASSES; k++) {
        struct ph_class_ref r = {.kind = PH_CLASS_REF_DEFINED, .index = k};
        struct ph_class_def def = {.name = {(const uint8_t *)names[k], 2},
                                   .super_class = k == 0 ? UINT32_MAX : k - 1,
                                   .initialiser = UINT32_MAX};
        ph_builder_class_ref(b, &r);
        ph_builder_class_def(b, &def);
    }
    struct ph_class_ref unknown = {.kind = PH_CLASS_REF_IMPORTED,
                                   .module = PH_SLICE_TEXT("nowhere"),
                                   .name = PH_SLICE_TEXT("nothing")};
    ph_builder_class_ref(b, &unknown);
}

static void open(struct stack_model *m, uint64_t seed)
{
    const struct ph_signature nothing = {0, 0, NULL, NULL};
    struct ph_builder *b;
    struct ph_slice bytes;
    struct ph_error error;
    memset(m, 0, sizeof(*m));
    ph_random_init(&m->random, seed);
    class_world_open(&m->w);
    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    uint32_t signature = ph_builder_signature(b, &nothing);
    add_classes(b);
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        make_function(m, &m->functions[i]);
        frame_function_build(b, &m->functions[i], signature, 0);
    }
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    m->instance = class_world_load(&m->w, bytes);
    ph_builder_destroy(b);
    m->view = class_world_view(&m->w, m->instance);
    m->thread = frame_thread(&m->w, m->view);
}

static void push(struct stack_model *m)
{
    uint32_t function = below(m, FUNCTIONS);
    const struct frame_function *f = &m->functions[function];
    CHECK(frame_push(&m->w, m->thread, m->instance, function, f->locals));
    uint32_t call = below(m, f->calls);
    frame_set_pc(&m->w, m->thread, f->offsets[call]);
    m->frames[m->depth].function = function;
    m->frames[m->depth].call = call;
    m->frames[m->depth].chunk = m->thread->chunk_ref;
    m->frames[m->depth].header_slot = m->thread->header_slot;
    m->frames[m->depth].depth_slots = m->thread->depth_slots;
    m->depth++;
}

/* The frame that handles an object of class `class`, and the handler; depth: none. */
static uint32_t expected_frame(const struct stack_model *m, uint32_t class, uint32_t *handler)
{
    for (uint32_t d = m->depth; d > 0; d--) {
        const struct frame_function *f = &m->functions[m->frames[d - 1].function];
        for (uint32_t i = 0; i < f->handler_count; i++) {
            const struct frame_handler *h = &f->handlers[i];
            uint32_t call = m->frames[d - 1].call;
            if (call >= h->first && call < h->last &&
                (h->class_ref == UINT32_MAX || h->class_ref <= class)) {
                *handler = i;
                return d - 1;
            }
        }
    }
    return m->depth;
}

static ph_ref new_object(struct stack_model *m, uint32_t class)
{
    CHECK_EQ(ph_link_class(m->w.mutator, m->view, class), PH_TRAP_NONE);
    ph_ref ref = ph_object_new_of(&m->w.worker->mutator, ph_view_class(m->view, class), 0);
    CHECK(ref != 0);
    return ref;
}

/* Every frame from the innermost one is the model's. */
static void check_frames(struct stack_model *m)
{
    struct ph_frame_cursor cursor;
    bool more = ph_frame_first(m->w.machine, m->thread, &cursor);
    CHECK_EQ(m->thread->depth_slots, m->frames[m->depth - 1].depth_slots);
    for (uint32_t d = m->depth; d > 0; d--, more = ph_frame_next(&cursor)) {
        CHECK(more);
        CHECK_EQ(cursor.chunk_ref, m->frames[d - 1].chunk);
        CHECK_EQ(cursor.header_slot, m->frames[d - 1].header_slot);
        CHECK_EQ(cursor.header->function, m->frames[d - 1].function);
        const struct frame_function *f = &m->functions[m->frames[d - 1].function];
        if (d < m->depth) {
            CHECK_EQ(cursor.header->pc, f->offsets[m->frames[d - 1].call]);
        }
    }
    CHECK(!more);
}

/* True: somebody went on. */
static bool throw_one(struct stack_model *m)
{
    uint32_t class = below(m, CLASSES), handler = 0;
    ph_ref exception = new_object(m, class);
    uint32_t expected = expected_frame(m, class, &handler);
    bool caught = ph_throw(m->w.worker, exception);
    CHECK_EQ(caught, expected < m->depth);
    if (!caught) {
        check_frames(m);
        CHECK_EQ(m->thread->trap, PH_TRAP_UNCAUGHT);
        return false;
    }
    m->depth = expected + 1;
    check_frames(m);
    const struct frame_function *f = &m->functions[m->frames[expected].function];
    const struct ph_frame_header *header = frame_top(&m->w, m->thread);
    CHECK_EQ(header->pc, f->labels[handler]);
    CHECK_EQ(((const uint64_t *)(const void *)header)[PH_FRAME_HEADER_SLOTS], exception);
    m->frames[expected].call = below(m, f->calls);
    frame_set_pc(&m->w, m->thread, f->offsets[m->frames[expected].call]);
    return true;
}

TEST(random_throws)
{
    static struct stack_model m;
    uint32_t caught = 0, uncaught = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        open(&m, seed);
        for (uint32_t round = 0; round < 30; round++) {
            for (uint32_t i = 1 + below(&m, 12); i > 0 && m.depth < DEPTH_MAX; i--) {
                push(&m);
            }
            if (!throw_one(&m)) {
                uncaught++;
                break;
            }
            caught++;
        }
        class_world_close(&m.w);
    }
    CHECK(caught > 100 && uncaught > 5); /* both kinds were seen */
}

/* ---- Traps --------------------------------------------------------------------------- */

struct trap_world {
    struct class_world w;
    struct ph_view *view;
    ph_ref instance;
    struct ph_thread *thread;
};

static void open_trap(struct trap_world *t, const char *text)
{
    class_world_open(&t->w);
    t->instance = class_world_text(&t->w, text);
    t->view = class_world_view(&t->w, t->instance);
    t->thread = frame_thread(&t->w, t->view);
}

/* The offset of the nth instruction `opcode` of a function. */
static uint32_t offset_of(struct trap_world *t, uint32_t function, uint32_t opcode, uint32_t nth)
{
    const struct ph_frame_map *map = ph_frame_map_of(t->w.machine, t->view->loaded, function);
    struct ph_insn insn;
    for (uint32_t at = 0; at < map->function.code.size; at = insn.next) {
        CHECK_OK(ph_insn_decode(map->function.code, at, &insn));
        if (insn.opcode == opcode && nth-- == 0) {
            return at;
        }
    }
    CHECK(false);
    return 0;
}

static void check_text(struct class_world *w, ph_ref text_ref, const char *expected)
{
    char text[512];
    struct ph_slice slice = ph_bytes_slice(w->machine, text_ref);
    CHECK(slice.size < sizeof(text));
    memcpy(text, slice.bytes, slice.size);
    text[slice.size] = '\0';
    CHECK_TEXT(text, expected);
}

static const char handling_text[] =
    "class abstract \"Shape\" { method \"area\" (ref) -> () abstract }\n"
    "function () -> () {\n"
    "  try 0 catch \"error\" -> 0\n"
    "  call 1\n"
    "  end 0\n"
    "  return\n"
    "label 0 (ref)\n"
    "  drop return }\n"
    "function () -> () {\n"
    "  object_new \"Shape\"\n"
    "  call_virtual \"Shape\" \"area\" (ref) -> ()\n"
    "  unreachable }\n";

TEST(a_trap_becomes_an_error_where_it_is_handled)
{
    struct trap_world t;
    open_trap(&t, handling_text);
    CHECK(frame_push(&t.w, t.thread, t.instance, 0, 0));
    uint32_t call = offset_of(&t, 0, PH_OP_call, 0);
    frame_set_pc(&t.w, t.thread, call);
    CHECK(frame_push(&t.w, t.thread, t.instance, 1, 0));
    uint32_t new = offset_of(&t, 1, PH_OP_object_new, 0);
    frame_set_pc(&t.w, t.thread, new);
    CHECK(ph_throw_trap(t.w.worker, PH_TRAP_LINK));

    const struct ph_frame_header *header = frame_top(&t.w, t.thread);
    CHECK_EQ(header->function, 0);
    CHECK_EQ(header->pc, offset_of(&t, 0, PH_OP_label, 0));
    ph_ref ref = (ph_ref)((const uint64_t *)(const void *)header)[PH_FRAME_HEADER_SLOTS];
    CHECK(ph_is_a(t.w.machine->heap, ref, PH_CLASS_ERROR));
    const struct ph_error_object *error = ph_address(t.w.machine->heap, ref);
    CHECK_EQ(error->trap, PH_TRAP_LINK);
    check_text(&t.w, error->text_ref,
               "a class, field or method cannot be linked: abstract class Shape has no instances "
               "of its own in function 1 at offset 0x0");
    const struct ph_bytes *trace = ph_address(t.w.machine->heap, error->trace_ref);
    const uint64_t *numbers = (const uint64_t *)(const void *)trace->data;
    CHECK_EQ(trace->length, 4);
    CHECK_EQ(numbers[0], (uint64_t)t.view->instance->id << 32 | 1);
    CHECK_EQ(numbers[1], new);
    CHECK_EQ(numbers[2], (uint64_t)t.view->instance->id << 32);
    CHECK_EQ(numbers[3], call);
    class_world_close(&t.w);
}

TEST(a_trap_that_nobody_handles_makes_nothing)
{
    struct trap_world t;
    open_trap(&t, handling_text);
    CHECK(frame_push(&t.w, t.thread, t.instance, 1, 0));
    CHECK_EQ(ph_link_method(t.w.mutator, t.view, 0), PH_TRAP_NONE);
    frame_set_pc(&t.w, t.thread, offset_of(&t, 1, PH_OP_call_virtual, 0));
    CHECK_EQ(ph_trap_exception(t.w.worker, PH_TRAP_ABSTRACT, NULL), 0);
    CHECK(!ph_throw_trap(t.w.worker, PH_TRAP_ABSTRACT));
    CHECK_EQ(t.thread->trap, PH_TRAP_ABSTRACT);
    check_text(&t.w,
               ph_trap_text_new(t.w.machine, t.w.mutator, t.thread, PH_TRAP_ABSTRACT),
               "abstract method: Shape.area in function 1 at offset 0x3");
    check_text(&t.w,
               ph_trap_text_new(t.w.machine, t.w.mutator, t.thread, PH_TRAP_WRONG_CLASS),
               "wrong class: not Shape in function 1 at offset 0x3");
    class_world_close(&t.w);
}

TEST(an_uncaught_exception_says_what_and_where)
{
    struct trap_world t;
    open_trap(&t, "class \"Mine\" { }\n"
                  "class \"Failure\" extends \"error\" { field i32 \"code\" }\n"
                  "function () -> () { object_new \"Mine\" throw }\n"
                  "function () -> () { object_new \"Failure\" throw }\n");
    CHECK(frame_push(&t.w, t.thread, t.instance, 0, 0));
    frame_set_pc(&t.w, t.thread, offset_of(&t, 0, PH_OP_throw, 0));
    const uint32_t references[] = {0, 1};
    for (uint32_t i = 0; i < 2; i++) {
        CHECK_EQ(ph_link_class(t.w.mutator, t.view, references[i]), PH_TRAP_NONE);
    }
    const struct ph_class *failure = ph_view_class(t.view, 1), *mine = ph_view_class(t.view, 0);
    if (failure->ref_count == 0) { /* the assembler numbers references as it meets them */
        failure = mine;
        mine = ph_view_class(t.view, 1);
    }
    ph_ref thrown = ph_object_new_of(&t.w.worker->mutator, mine, 0);
    CHECK(!ph_throw(t.w.worker, thrown));
    CHECK_EQ(t.thread->trap, PH_TRAP_UNCAUGHT);
    check_text(&t.w, t.thread->trap_text_ref,
               "uncaught exception: Mine in function 0 at offset 0x3");

    /* One that says what it was. */
    thrown = ph_object_new_of(&t.w.worker->mutator, failure, 0);
    struct ph_error_object *error = ph_address(t.w.machine->heap, thrown);
    PH_SET(&t.w.worker->mutator, error->trap, PH_TRAP_DIVIDE_BY_ZERO);
    ph_ref text_ref =
        ph_bytes_new(&t.w.worker->mutator, PH_CLASS_BYTES, PH_SLICE_TEXT("zero\033[2J"));
    PH_SET_REF(&t.w.worker->mutator, error->text_ref, text_ref);
    CHECK(!ph_throw(t.w.worker, thrown));
    CHECK_EQ(t.thread->trap, PH_TRAP_DIVIDE_BY_ZERO);
    check_text(&t.w, t.thread->trap_text_ref, "zero?[2J");

    /* One that lies about its text. */
    PH_SET_REF(&t.w.worker->mutator, error->text_ref, thrown);
    CHECK(!ph_throw(t.w.worker, thrown));
    check_text(&t.w, t.thread->trap_text_ref,
               "integer divide by zero in function 0 at offset 0x3");
    class_world_close(&t.w);
}

TEST(a_trace_is_cut_at_its_limit)
{
    struct trap_world t;
    open_trap(&t, handling_text);
    CHECK(frame_push(&t.w, t.thread, t.instance, 0, 0));
    frame_set_pc(&t.w, t.thread, offset_of(&t, 0, PH_OP_call, 0));
    for (uint32_t i = 0; i < 3000; i++) {
        CHECK(frame_push(&t.w, t.thread, t.instance, 1, i % 7));
        frame_set_pc(&t.w, t.thread, offset_of(&t, 1, PH_OP_call_virtual, 0));
    }
    ph_ref ref = ph_trap_exception(t.w.worker, PH_TRAP_STACK_EXHAUSTED, NULL);
    const struct ph_error_object *error = ph_address(t.w.machine->heap, ref);
    const struct ph_bytes *trace = ph_address(t.w.machine->heap, error->trace_ref);
    CHECK_EQ(trace->length, PH_TRACE_FRAMES_MAX * 2);
    CHECK(ph_unwind(t.w.worker, ref));
    CHECK_EQ(t.thread->depth_slots, 0);
    class_world_close(&t.w);
}

/* Pushes frames until there is no room; how many. */
static uint32_t fill_stack(struct trap_world *t)
{
    uint32_t count = 0;
    while (frame_push(&t->w, t->thread, t->instance, 1, 20)) {
        frame_set_pc(&t->w, t->thread, 0);
        count++;
    }
    return count;
}

TEST(an_exhausted_stack_has_a_reserve_for_the_trap_function)
{
    struct trap_world t;
    open_trap(&t, "trap 2\n"
                  "function () -> () { try 0 catch any -> 0 call 1 end 0 return\n"
                  "label 0 (ref) drop return }\n"
                  "function () -> () { local ref 20 unreachable }\n"
                  "function (i32 ref) -> (ref) { local_get 1 return }\n");
    t.w.machine->options.stack_slots_max = 30000;
    CHECK(frame_push(&t.w, t.thread, t.instance, 0, 0));
    frame_set_pc(&t.w, t.thread, offset_of(&t, 0, PH_OP_call, 0));
    uint32_t usual = fill_stack(&t);
    ph_ref error = ph_trap_exception(t.w.worker, PH_TRAP_STACK_EXHAUSTED, NULL);
    CHECK(error != 0);
    uint32_t more = fill_stack(&t);
    CHECK(more > 0 && more < usual);
    CHECK(ph_unwind(t.w.worker, error));
    frame_set_pc(&t.w, t.thread, offset_of(&t, 0, PH_OP_call, 0));
    CHECK_EQ(fill_stack(&t), usual);
    class_world_close(&t.w);
}
