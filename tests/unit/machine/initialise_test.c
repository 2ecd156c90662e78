/* SPDX-License-Identifier: Apache-2.0 */
/* Initialisation of classes, as the engine drives it: random hierarchies whose initialisers use
 * other classes and may fail, by one thread against a model of JVMS 5.5, and by several threads in
 * random order against what must always hold; also when the world is closed and opened between. */
#include "base/random.h"
#include "frame_kit.h"

#define CLASSES 8u
#define THREADS 4u
#define MAIN CLASSES          /* function of the threads; functions 0.. are the initialisers */
#define NONE UINT32_MAX

struct init_class {
    uint32_t super;           /* NONE: "object" */
    bool is_interface, has_initialiser, throws;
    uint32_t interface_count, interfaces[2];
    uint32_t uses[FRAME_CALLS_MAX]; /* what its initialiser uses, in order */
};

struct init_thread {
    struct ph_thread *thread;
    uint32_t next[64];        /* per frame: the use that comes next */
    uint32_t depth;
    bool waits;
};

struct init_world {
    struct ph_random random;
    struct class_world w;
    struct ph_view *view;
    ph_ref instance, thread_refs[THREADS];
    uint32_t class_count, thread_count;
    struct init_class classes[CLASSES];
    struct frame_function functions[CLASSES + 1];
    uint32_t main_uses[FRAME_CALLS_MAX];
    struct init_thread threads[THREADS];
    uint32_t begun[CLASSES];
    char trace[4096], expected[4096];
};

static uint32_t below(struct init_world *m, uint32_t bound)
{
    return (uint32_t)ph_random_below(&m->random, bound);
}

static void note(char *trace, const char *what, uint32_t class)
{
    size_t length = strlen(trace);
    CHECK(length + 16 < sizeof(((struct init_world *)NULL)->trace));
    snprintf(trace + length, 16, "%s%u ", what, class);
}

/* ---- Making one up ------------------------------------------------------------------- */

static void make_class(struct init_world *m, uint32_t index)
{
    struct init_class *c = &m->classes[index];
    struct frame_function *f = &m->functions[index];
    c->super = NONE;
    c->is_interface = below(m, 4) == 0;
    c->has_initialiser = below(m, 4) != 0;
    c->throws = below(m, 6) == 0;
    for (uint32_t tries = 0; index > 0 && c->super == NONE && tries < 3; tries++) {
        uint32_t super = below(m, index);
        c->super = m->classes[super].is_interface ? NONE : super;
    }
    for (uint32_t i = 0; index > 0 && i < 2; i++) {
        uint32_t other = below(m, index);
        if (m->classes[other].is_interface) {
            c->interfaces[c->interface_count++] = other;
        }
    }
    f->calls = 1 + below(m, 4);
    f->locals = below(m, 3) == 0 ? 50 : 0;
    for (uint32_t i = 0; i < f->calls; i++) {
        c->uses[i] = below(m, m->class_count);
    }
    if (below(m, 4) == 0) { /* handles all, from some use on */
        f->handler_count = 1;
        f->handlers[0] = (struct frame_handler){below(m, f->calls), f->calls, UINT32_MAX};
    }
}

static void add_class(struct ph_builder *b, const struct init_world *m, uint32_t index)
{
    char name[16], default_name[16];
    const struct init_class *c = &m->classes[index];
    struct ph_class_ref r = {.kind = PH_CLASS_REF_DEFINED, .index = index};
    struct ph_method_def method = {.signature = 1, .function = MAIN + 1};
    snprintf(name, sizeof(name), "c%u", index);
    snprintf(default_name, sizeof(default_name), "m%u", index);
    method.name = (struct ph_slice){(const uint8_t *)default_name, strlen(default_name)};
    struct ph_class_def def = {
        .name = {(const uint8_t *)name, strlen(name)},
        .flags = c->is_interface ? PH_CLASS_DEF_INTERFACE | PH_CLASS_DEF_ABSTRACT : 0,
        .super_class = c->super, .initialiser = c->has_initialiser ? index : UINT32_MAX,
        .interface_count = c->interface_count, .interfaces = c->interfaces,
        .method_count = c->is_interface ? 1 : 0, .methods = &method};
    ph_builder_class_ref(b, &r);
    ph_builder_class_def(b, &def);
}

static void build(struct init_world *m)
{
    static const uint8_t types[] = {PH_REF};
    const struct ph_signature nothing = {0, 0, types, NULL}, receiver = {1, 0, types, NULL};
    struct ph_builder *b;
    struct ph_slice bytes;
    struct ph_error error;
    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    CHECK_EQ(ph_builder_signature(b, &nothing), 0);
    CHECK_EQ(ph_builder_signature(b, &receiver), 1);
    for (uint32_t i = 0; i < m->class_count; i++) {
        add_class(b, m, i);
    }
    for (uint32_t i = 0; i <= MAIN; i++) {
        struct frame_function *f = &m->functions[i];
        f->calls = PH_MAX(f->calls, 1u);
        frame_function_build(b, f, 0, MAIN);
    }
    ph_builder_function_begin(b, 1); /* the default method of interfaces */
    ph_builder_op(b, PH_OP_return);
    ph_builder_function_end(b);
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    m->instance = class_world_load(&m->w, bytes);
    ph_builder_destroy(b);
}

static void open(struct init_world *m, uint64_t seed, uint32_t thread_count)
{
    memset(m, 0, sizeof(*m));
    ph_random_init(&m->random, seed);
    class_world_open(&m->w);
    m->class_count = 2 + below(m, CLASSES - 1);
    m->thread_count = thread_count;
    for (uint32_t i = 0; i < m->class_count; i++) {
        make_class(m, i);
    }
    struct frame_function *f = &m->functions[MAIN];
    f->calls = FRAME_CALLS_MAX;
    f->handler_count = 1;
    f->handlers[0] = (struct frame_handler){0, f->calls, UINT32_MAX};
    for (uint32_t i = 0; i < f->calls; i++) {
        m->main_uses[i] = below(m, m->class_count);
    }
    build(m);
    m->view = class_world_view(&m->w, m->instance);
    for (uint32_t i = 0; i < m->class_count; i++) {
        CHECK_EQ(ph_link_class(m->w.mutator, m->view, i), PH_TRAP_NONE);
    }
    for (uint32_t i = 0; i < thread_count; i++) {
        m->threads[i].thread = frame_thread(&m->w, m->view);
        m->thread_refs[i] = ph_ref_to(m->w.machine->heap, m->threads[i].thread);
        CHECK(frame_push(&m->w, m->threads[i].thread, m->instance, MAIN, 0));
        m->threads[i].depth = 1;
    }
}

static void reopen(struct init_world *m)
{
    class_world_reopen(&m->w);
    m->view = class_world_view(&m->w, m->instance);
    for (uint32_t i = 0; i < m->class_count; i++) {
        CHECK_EQ(ph_link_class(m->w.mutator, m->view, i), PH_TRAP_NONE);
    }
    for (uint32_t i = 0; i < m->thread_count; i++) {
        m->threads[i].thread = ph_address(m->w.machine->heap, m->thread_refs[i]);
    }
}

/* ---- Running ------------------------------------------------------------------------- */

static const uint32_t *uses_of(const struct init_world *m, uint32_t function)
{
    return function == MAIN ? m->main_uses : m->classes[function].uses;
}

/* An exception in the innermost frame: the real unwinding says who goes on. */
static void fail(struct init_world *m, struct init_thread *t)
{
    ph_ref object = ph_object_new(&m->w.worker->mutator, PH_CLASS_OBJECT, 0);
    CHECK(ph_unwind(m->w.worker, object)); /* the threads' function handles all */
    struct ph_frame_cursor cursor;
    bool more = ph_frame_first(m->w.machine, t->thread, &cursor);
    for (t->depth = 0; more; more = ph_frame_next(&cursor)) {
        t->depth++;
    }
    t->next[t->depth - 1]++; /* the label returns or tries what comes next: here it goes on */
    frame_set_pc(&m->w, t->thread,
                 m->functions[frame_top(&m->w, t->thread)->function].offsets[0]);
}

static void call_initialiser(struct init_world *m, struct init_thread *t, ph_ref function_ref)
{
    const struct ph_function_object *f = ph_address(m->w.machine->heap, function_ref);
    CHECK(f->index < m->class_count);
    if (below(m, 4) == 0) { /* no room for its frame: the instruction is executed again */
        ph_class_init_postpone(m->w.worker, f->instance_ref, f->index);
        return;
    }
    CHECK_EQ(m->begun[f->index]++, 0);
    note(m->trace, "+", f->index);
    CHECK(t->depth < PH_COUNT(t->next));
    CHECK(frame_push(&m->w, t->thread, m->instance, f->index, m->functions[f->index].locals));
    t->next[t->depth++] = 0;
}

/* The innermost function has come to its end. */
static void end_function(struct init_world *m, struct init_thread *t, uint32_t function)
{
    if (function != MAIN && m->classes[function].throws) {
        const struct frame_function *f = &m->functions[function];
        note(m->trace, "!", function);
        frame_set_pc(&m->w, t->thread, f->offsets[f->calls]); /* behind what it handles */
        fail(m, t);
        return;
    }
    bool more = frame_pop(&m->w, t->thread);
    CHECK_EQ(more, function != MAIN);
    t->depth--;
    if (more) {
        note(m->trace, "-", function);
        ph_class_init_end(m->w.worker, m->instance, function);
    }
}

/* One instruction of a thread. */
static void run_one(struct init_world *m, struct init_thread *t)
{
    struct ph_heap *heap = m->w.machine->heap;
    uint32_t function = frame_top(&m->w, t->thread)->function;
    uint32_t *next = &t->next[t->depth - 1];
    ph_ref function_ref;
    m->w.worker->thread = t->thread;
    t->waits = false;
    if (*next >= m->functions[function].calls) {
        end_function(m, t, function);
        return;
    }
    frame_set_pc(&m->w, t->thread, m->functions[function].offsets[*next]);
    struct ph_class *class = ph_view_class(m->view, uses_of(m, function)[*next]);
    uint32_t index = class->definition;
    switch (ph_class_init_step(m->w.worker, class, &function_ref)) {
    case PH_INIT_DONE:
        CHECK(ph_class_is_ready(class) ||
              ph_address(heap, class->init_thread_ref) == (void *)t->thread);
        note(m->trace, ph_class_is_ready(class) ? "=" : "~", index);
        (*next)++;
        break;
    case PH_INIT_CALL:
        call_initialiser(m, t, function_ref);
        break;
    case PH_INIT_WAIT:
        CHECK_EQ(t->thread->wait_kind, PH_WAIT_CLASS);
        CHECK(((struct ph_class *)ph_address(heap, t->thread->wait_ref))->init_thread_ref !=
              ph_ref_to(heap, t->thread));
        t->waits = true;
        break;
    case PH_INIT_FAILED:
        note(m->trace, "x", index);
        fail(m, t);
        break;
    case PH_INIT_NO_ROOM:
        unit_fail(__FILE__, __LINE__, "there is room");
    }
}

/* ---- One thread: the model ----------------------------------------------------------- */

enum state { NEW, BUSY, READY, FAILED };

struct init_model {
    const struct init_world *m;
    enum state states[CLASSES];
    char *trace;
};

static bool model_uses(struct init_model *self, uint32_t function);

/* JVMS 5.5, one thread. False: it throws. */
static bool model_initialise(struct init_model *self, uint32_t index)
{
    const struct init_class *c = &self->m->classes[index];
    if (self->states[index] != NEW) {
        return self->states[index] != FAILED;
    }
    self->states[index] = BUSY;
    bool ok = c->is_interface || c->super == NONE || model_initialise(self, c->super);
    for (uint32_t i = 0; ok && !c->is_interface && i < c->interface_count; i++) {
        /* What is above an interface comes first. */
        uint32_t interface = c->interfaces[i];
        const struct init_class *j = &self->m->classes[interface];
        for (uint32_t k = 0; ok && k < j->interface_count; k++) {
            const struct init_class *l = &self->m->classes[j->interfaces[k]];
            for (uint32_t n = 0; ok && n < l->interface_count; n++) {
                ok = model_initialise(self, l->interfaces[n]);
            }
            ok = ok && model_initialise(self, j->interfaces[k]);
        }
        ok = ok && model_initialise(self, interface);
    }
    if (ok && c->has_initialiser) {
        note(self->trace, "+", index);
        ok = model_uses(self, index);
        if (ok) {
            note(self->trace, c->throws ? "!" : "-", index);
            ok = !c->throws;
        }
    }
    self->states[index] = ok ? READY : FAILED;
    return ok;
}

static bool model_uses(struct init_model *self, uint32_t function)
{
    const struct frame_function *f = &self->m->functions[function];
    for (uint32_t i = 0; i < f->calls; i++) {
        uint32_t class = uses_of(self->m, function)[i];
        if (model_initialise(self, class)) {
            note(self->trace, self->states[class] == READY ? "=" : "~", class);
        } else if (f->handler_count == 0 || i < f->handlers[0].first) {
            return false;
        }
    }
    return true;
}

/* "x", which class was refused, is the protocol's own business: the model has no word for it. */
static void drop_refusals(char *trace)
{
    char *to = trace;
    for (char *at = trace; *at != '\0';) {
        char *end = strchr(at, ' ') + 1;
        if (*at != 'x') {
            memmove(to, at, (size_t)(end - at));
            to += end - at;
        }
        at = end;
    }
    *to = '\0';
}

TEST(initialisation_by_one_thread)
{
    static struct init_world m;
    for (uint64_t seed = 0; seed < 200; seed++) {
        open(&m, seed, 1);
        while (m.threads[0].depth > 0) {
            run_one(&m, &m.threads[0]);
            CHECK(!m.threads[0].waits);
            if (below(&m, 200) == 0 && m.threads[0].depth > 0) {
                reopen(&m);
            }
        }
        struct init_model model = {.m = &m, .trace = m.expected};
        CHECK(model_uses(&model, MAIN));
        drop_refusals(m.trace);
        CHECK_TEXT(m.trace, m.expected);
        CHECK_EQ(m.threads[0].thread->init_ref, 0);
        class_world_close(&m.w);
    }
}

/* ---- Several threads ----------------------------------------------------------------- */

static bool is_over(const struct init_world *m)
{
    for (uint32_t i = 0; i < m->thread_count; i++) {
        if (m->threads[i].depth > 0) {
            return false;
        }
    }
    return true;
}

/* All that are left wait: then they wait for one another (as Java's would). */
static bool is_stuck(const struct init_world *m)
{
    for (uint32_t i = 0; i < m->thread_count; i++) {
        if (m->threads[i].depth > 0 && !m->threads[i].waits) {
            return false;
        }
    }
    return true;
}

static void check_stuck(struct init_world *m)
{
    const struct ph_heap *heap = m->w.machine->heap;
    for (uint32_t i = 0; i < m->thread_count; i++) {
        const struct init_thread *t = &m->threads[i];
        if (t->depth == 0) {
            continue;
        }
        const struct ph_class *class = ph_address(heap, t->thread->wait_ref);
        bool found = false;
        for (uint32_t k = 0; k < m->thread_count; k++) {
            found = found || (m->threads[k].depth > 0 && k != i &&
                              class->init_thread_ref == m->thread_refs[k]);
        }
        CHECK(found);
    }
}

TEST(initialisation_by_several_threads)
{
    static struct init_world m;
    uint32_t stuck = 0;
    const uint32_t seeds = 200;
    for (uint64_t seed = 1000; seed < 1000 + seeds; seed++) {
        open(&m, seed, 2 + (uint32_t)seed % (THREADS - 1));
        while (!is_over(&m) && !is_stuck(&m)) {
            struct init_thread *t = &m.threads[below(&m, m.thread_count)];
            if (t->depth > 0) {
                run_one(&m, t);
            }
            bool has_changed = !t->waits;
            for (uint32_t i = 0; has_changed && i < m.thread_count; i++) {
                m.threads[i].waits = false; /* looks again */
            }
            if (below(&m, 200) == 0) {
                reopen(&m);
            }
        }
        if (!is_over(&m)) {
            check_stuck(&m);
            stuck++;
        }
        for (uint32_t i = 0; i < m.thread_count; i++) {
            struct init_thread *t = &m.threads[i];
            CHECK(t->depth > 0 || t->thread->init_ref == 0);
            ph_class_init_abandon(m.w.machine, m.w.mutator, t->thread, 0, false);
            CHECK_EQ(t->thread->init_ref, 0);
        }
        for (uint32_t i = 0; i < m.class_count; i++) {
            const struct ph_class *class = ph_view_class(m.view, i);
            CHECK(class->init_state == PH_CLASS_INIT_NONE ||
                  class->init_state == PH_CLASS_INIT_READY ||
                  class->init_state == PH_CLASS_INIT_FAILED);
            CHECK(class->init_thread_ref == 0 && class->init_next_ref == 0);
        }
        class_world_close(&m.w);
    }
    CHECK(stuck < seeds / 2); /* most came to an end */
}
