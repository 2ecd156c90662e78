/* SPDX-License-Identifier: Apache-2.0 */
/* unwind.c - exceptions: finding who handles one, dropping the frames above, errors for traps, and
 * what is said about those that nobody handles. */
#include "base/text.h"
#include "machine/class.h"

/* ---- Finding a handler --------------------------------------------------------------- */

#define HANDLERS_VERSION 3u /* of a unit's format: functions of older units have none */

/* A frame's function, decoded; kept from frame to frame, as recursion is the usual deep stack. */
struct frame_code {
    ph_ref instance_ref;
    uint32_t function;
    struct ph_view *view;
    const struct ph_frame_map *map; /* NULL: it has no handlers */
};

static void decode(struct ph_machine *machine, const struct ph_frame_header *header,
                   struct frame_code *code)
{
    if (code->instance_ref == header->instance_ref && code->function == header->function) {
        return;
    }
    code->instance_ref = header->instance_ref;
    code->function = header->function;
    code->map = NULL;
    if (ph_view_of(machine, header->instance_ref, &code->view, NULL) == PH_OK &&
        code->view->loaded->unit.version >= HANDLERS_VERSION) {
        code->map = ph_frame_map_of(machine, code->view->loaded, header->function);
    }
}

/* Of classes that the link function was not asked for yet the name has to do: to ask would run code
 * in the middle of a throw. */
static bool is_named(struct ph_machine *machine, const struct ph_class *class,
                     const struct ph_class_ref *reference)
{
    for (; class != NULL; class = ph_machine_object(machine, class->super_ref)) {
        if (reference->kind == PH_CLASS_REF_IMPORTED &&
            ph_slice_equal(ph_bytes_slice(machine, class->name_ref), reference->name)) {
            return true;
        }
    }
    return false;
}

/* A class that cannot be linked has no instances, so none was thrown. */
static bool catches(struct ph_mutator *mutator, struct ph_view *view, uint32_t class_ref,
                    const struct ph_class *thrown)
{
    if (class_ref == UINT32_MAX) {
        return true;
    }
    if (ph_view_class(view, class_ref) == NULL &&
        ph_link_class(mutator, view, class_ref) != PH_TRAP_NONE) {
        const struct ph_unit *unit = &view->loaded->unit;
        return unit->link_function != UINT32_MAX &&
               is_named(view->machine, thrown, &unit->class_refs[class_ref]);
    }
    return ph_class_is_subclass(mutator->heap, thrown, ph_view_class(view, class_ref));
}

/* The innermost frame that handles what is of class `thrown`, and the offset of its label. */
static bool find_handler(struct ph_worker *worker, const struct ph_class *thrown,
                         struct ph_frame_cursor *frame, uint32_t *offset)
{
    struct ph_machine *machine = worker->machine;
    struct frame_code code = {0};
    bool more = ph_frame_first(machine, worker->thread, frame);
    for (; more; more = ph_frame_next(frame)) {
        decode(machine, frame->header, &code);
        uint32_t pc = frame->header->pc;
        uint32_t count = code.map == NULL ? 0 : code.map->function.handler_count;
        for (uint32_t i = 0; i < count; i++) {
            const struct ph_exception_handler *h = &code.map->function.handlers[i];
            if (h->start <= pc && pc < h->end &&
                catches(&worker->mutator, code.view, h->class_ref, thrown)) {
                *offset = code.map->facts.label_offsets[h->label];
                return true;
            }
        }
    }
    return false;
}

/* ---- Unwinding ----------------------------------------------------------------------- */

/* The unit's trap function will need some room to make an exception of an exhausted stack. */
static void set_reserve(struct ph_worker *worker, bool has_reserve)
{
    struct ph_thread *thread = worker->thread;
    bool had = (__atomic_load_n(&thread->flags, __ATOMIC_RELAXED) & PH_THREAD_RESERVE) != 0;
    if (has_reserve == had) {
        return;
    }
    ph_touch(&worker->mutator, &thread->flags, sizeof(thread->flags));
    if (has_reserve) {
        __atomic_fetch_or(&thread->flags, PH_THREAD_RESERVE, __ATOMIC_RELAXED);
    } else {
        __atomic_fetch_and(&thread->flags, ~(uint32_t)PH_THREAD_RESERVE, __ATOMIC_RELAXED);
    }
}

bool ph_unwind(struct ph_worker *worker, ph_ref exception)
{
    struct ph_machine *machine = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_thread *thread = worker->thread;
    struct ph_frame_cursor frame;
    uint32_t offset;
    PH_ASSERT(exception != 0);
    if (!find_handler(worker, ph_class_of(machine->heap, exception), &frame, &offset)) {
        return false;
    }
    while (thread->chunk_ref != frame.chunk_ref) {
        uint64_t *caller_header, *window;
        bool popped = ph_stack_pop_chunk(worker, &caller_header, &window);
        PH_ASSERT(popped);
    }
    uint64_t *operand = (uint64_t *)(void *)frame.header + PH_FRAME_HEADER_SLOTS;
    ph_touch(mutator, frame.header, (PH_FRAME_HEADER_SLOTS + UINT64_C(1)) * 8);
    frame.header->pc = offset;
    *operand = exception;
    PH_SET(mutator, thread->header_slot, frame.header_slot);
    ph_class_init_abandon(machine, mutator, thread, thread->depth_slots + frame.header_slot,
                          false);
    set_reserve(worker, false);
    return true;
}

/* ---- What a trap says ---------------------------------------------------------------- */

struct text {
    char bytes[768];
    size_t length;
    const struct ph_worker *worker; /* that has just trapped; or NULL */
};

PH_PRINTF(2, 3) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ph_text_vappend(text->bytes, sizeof(text->bytes), &text->length, format, arguments);
    va_end(arguments);
}

/* The reference of its unit that the instruction at a frame's pc names; false: it names none. */
static bool reference_at(struct ph_machine *machine, const struct ph_frame_header *header,
                         struct ph_view **view, struct ph_insn *insn, enum ph_link_kind *kind)
{
    if (ph_view_of(machine, header->instance_ref, view, NULL) != PH_OK) {
        return false;
    }
    const struct ph_frame_map *map =
        ph_frame_map_of(machine, (*view)->loaded, header->function);
    if (ph_insn_decode(map->function.code, header->pc, insn) != PH_OK) {
        return false;
    }
    switch (ph_op_info(insn->opcode)->immediates[0]) {
    case 'c':
        *kind = insn->opcode == PH_OP_object_new ? PH_LINK_NEW : PH_LINK_CLASS;
        return true;
    case 'f':
        *kind = PH_LINK_FIELD;
        return true;
    case 'm':
        *kind = PH_LINK_METHOD;
        return true;
    default:
        return false;
    }
}

/* The class that a linked reference leads to; NULL: it is not linked. */
static const struct ph_class *linked_class(const struct ph_view *view, enum ph_link_kind kind,
                                           uint32_t index)
{
    switch (kind) {
    case PH_LINK_FIELD: return view->fields[index].class;
    case PH_LINK_METHOD: return view->methods[index].class;
    default: return ph_view_class(view, index);
    }
}

/* What the instruction itself has said of its trap; true: that is all there is to say. */
static bool add_detail(const struct ph_worker *worker, uint32_t trap, const struct ph_class *of,
                       struct text *text)
{
    const struct ph_machine *machine = worker->machine;
    const uint64_t *values = worker->trap_values;
    char is[200], wanted[200];
    switch (trap) {
    case PH_TRAP_ARRAY_BOUNDS:
        add(text, ": index %d, length %d", (int)values[0], (int)values[1]);
        return true;
    case PH_TRAP_NEGATIVE_SIZE:
        add(text, ": %d", (int)values[0]);
        return true;
    case PH_TRAP_ARRAY_STORE:
    case PH_TRAP_WRONG_CLASS:
        ph_class_name(machine, ph_address(machine->heap, (ph_ref)values[0]), is, sizeof(is));
        add(text, of == NULL ? ": %s" : ": %s is not %s", is,
            of == NULL ? "" : ph_class_name(machine, of, wanted, sizeof(wanted)));
        return true;
    default:
        return false;
    }
}

/* Why, for traps whose instruction names a class, field or method, or has said it. */
static void add_reason(struct ph_machine *machine, struct ph_mutator *mutator,
                       const struct ph_frame_header *header, uint32_t trap, struct text *text)
{
    const struct ph_worker *worker = text->worker;
    bool is_told = worker != NULL && worker->trap_detail == trap;
    struct ph_view *view;
    struct ph_insn insn;
    enum ph_link_kind kind;
    struct ph_error error;
    char name[80], method[80];
    bool wants_class = trap == PH_TRAP_CLASS_INIT || trap == PH_TRAP_WRONG_CLASS ||
                       trap == PH_TRAP_ABSTRACT;
    if ((trap != PH_TRAP_LINK && !wants_class) ||
        !reference_at(machine, header, &view, &insn, &kind)) {
        (void)(is_told && add_detail(worker, trap, NULL, text));
        return;
    }
    uint32_t index = (uint32_t)insn.immediate[0];
    if (trap == PH_TRAP_LINK) { /* the same reason as a moment ago */
        if (ph_link_reference(mutator, view, kind, index, &error) == PH_UNLINKABLE) {
            add(text, ": %s", error.text);
        }
        return;
    }
    const struct ph_class *class = linked_class(view, kind, index);
    if (class == NULL || (is_told && add_detail(worker, trap, class, text))) {
        return;
    }
    add(text, trap == PH_TRAP_WRONG_CLASS ? ": not %s" : ": %s",
        ph_class_name(machine, class, name, sizeof(name)));
    if (trap == PH_TRAP_ABSTRACT && kind == PH_LINK_METHOD) {
        add(text, ".%s", ph_unit_printable(view->loaded->unit.method_refs[index].name, method,
                                           sizeof(method)));
    }
    if (trap == PH_TRAP_ABSTRACT && is_told) {
        const struct ph_class *is = ph_address(machine->heap, (ph_ref)worker->trap_values[0]);
        bool is_hidden = kind == PH_LINK_METHOD &&
                         ph_method_is_hidden(machine->heap, is, ph_view_method(view, index));
        add(text, is_hidden ? ", hidden in %s" : ", receiver %s",
            ph_class_name(machine, is, name, sizeof(name)));
    }
}

/* " in function 7 (name) at offset 0x12". */
static void add_place(struct ph_machine *machine, const struct ph_frame_header *header,
                      struct text *text)
{
    struct ph_view *view;
    char name[80];
    add(text, " in function %u", header->function);
    if (ph_view_of(machine, header->instance_ref, &view, NULL) == PH_OK) {
        const struct ph_slice *names = view->loaded->unit.function_names;
        if (names != NULL && names[header->function].size > 0) {
            add(text, " (%s)", ph_unit_printable(names[header->function], name, sizeof(name)));
        }
    }
    add(text, " at offset 0x%x", header->pc);
}

/* `thrown`: of an exception that is no error; else NULL. `worker`: on which it has just trapped, if
 * the instruction may have said something about it; else NULL. */
static ph_ref text_new(struct ph_machine *machine, struct ph_mutator *mutator,
                       const struct ph_thread *thread, uint32_t trap,
                       const struct ph_class *thrown, const struct ph_worker *worker)
{
    struct text text = {.worker = worker};
    struct ph_frame_cursor frame;
    char name[80];
    add(&text, "%s", ph_trap_text(trap));
    if (thrown != NULL) {
        add(&text, ": %s", ph_class_name(machine, thrown, name, sizeof(name)));
    }
    if (ph_frame_first(machine, thread, &frame)) {
        add_reason(machine, mutator, frame.header, trap, &text);
        add_place(machine, frame.header, &text);
    }
    struct ph_slice slice = {(const uint8_t *)text.bytes, text.length};
    return ph_bytes_new(mutator, PH_CLASS_BYTES, slice);
}

ph_ref ph_trap_text_new(struct ph_machine *self, struct ph_mutator *mutator,
                        const struct ph_thread *thread, uint32_t trap)
{
    return text_new(self, mutator, thread, trap, NULL, NULL);
}

/* ---- Errors for traps ---------------------------------------------------------------- */

ph_status ph_errors_format(struct ph_machine *self)
{
    ph_ref ref = ph_object_new(&self->mutator, PH_CLASS_ERROR, 0);
    PH_SET(&self->mutator, self->world->out_of_memory_ref, ref);
    return ref == 0 ? PH_NO_SPACE : PH_OK;
}

/* Two numbers for each of the innermost frames; 0: no memory. */
static ph_ref trace_new(struct ph_worker *worker)
{
    struct ph_machine *machine = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    const struct ph_class *class = ph_array_class(machine, mutator, PH_STORE_I64, NULL);
    struct ph_frame_cursor frame;
    uint32_t count = 0;
    bool more = ph_frame_first(machine, worker->thread, &frame);
    for (; more && count < PH_TRACE_FRAMES_MAX; more = ph_frame_next(&frame)) {
        count++;
    }
    ph_ref ref = class == NULL ? 0 : ph_object_new_of(mutator, class, count * 2);
    if (ref == 0) {
        return 0;
    }
    struct ph_bytes *trace = ph_address(machine->heap, ref);
    uint64_t *numbers = (uint64_t *)(void *)trace->data;
    ph_touch(mutator, numbers, (uint64_t)count * 16);
    more = ph_frame_first(machine, worker->thread, &frame);
    for (uint32_t i = 0; i < count; i++, more = ph_frame_next(&frame)) {
        const struct ph_instance *instance =
            ph_address(machine->heap, frame.header->instance_ref);
        PH_ASSERT(more);
        numbers[i * 2] = (uint64_t)instance->id << 32 | frame.header->function;
        numbers[i * 2 + 1] = frame.header->pc;
    }
    return ref;
}

/* An error without text and trace, which takes least; if there is no room even for that, the one
 * that was made with the world, of which nothing is left that a program put into it. */
static ph_ref bare_error(struct ph_worker *worker, enum ph_trap trap)
{
    struct ph_machine *machine = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    ph_ref ref =
        ph_object_new_of(mutator, ph_builtin_class(machine->heap, PH_CLASS_ERROR), 0);
    if (ref == 0) {
        ref = machine->world->out_of_memory_ref;
        trap = PH_TRAP_OUT_OF_MEMORY;
    }
    struct ph_error_object *error = ph_address(machine->heap, ref);
    ph_touch(mutator, error, sizeof(*error));
    error->trap = trap;
    error->text_ref = 0;
    error->trace_ref = 0;
    return ref;
}

static ph_ref error_new(struct ph_worker *worker, enum ph_trap trap, bool *has_room)
{
    struct ph_machine *machine = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_root text, trace;
    ph_root_push(mutator, &text, text_new(machine, mutator, worker->thread, trap, NULL, worker));
    ph_root_push(mutator, &trace, text.ref == 0 ? 0 : trace_new(worker));
    ph_ref ref = trace.ref == 0
                     ? 0
                     : ph_object_new_of(mutator, ph_builtin_class(machine->heap, PH_CLASS_ERROR),
                                        0);
    if (ref != 0) {
        struct ph_error_object *error = ph_address(machine->heap, ref);
        PH_SET(mutator, error->trap, (uint32_t)trap);
        PH_SET_REF(mutator, error->text_ref, text.ref);
        PH_SET_REF(mutator, error->trace_ref, trace.ref);
    }
    ph_root_pop(mutator, &trace);
    ph_root_pop(mutator, &text);
    *has_room = ref != 0;
    return ref != 0 ? ref : bare_error(worker, trap);
}

/* The unit of the innermost frame makes its own exceptions for traps. */
static bool has_trap_function(struct ph_worker *worker)
{
    struct ph_frame_cursor frame;
    struct ph_view *view;
    return ph_frame_first(worker->machine, worker->thread, &frame) &&
           ph_view_of(worker->machine, frame.header->instance_ref, &view, NULL) == PH_OK &&
           view->loaded->unit.trap_function != UINT32_MAX;
}

ph_ref ph_trap_exception(struct ph_worker *worker, enum ph_trap trap, bool *has_room)
{
    struct ph_frame_cursor frame;
    uint32_t offset;
    bool ignored;
    has_room = has_room == NULL ? &ignored : has_room;
    *has_room = true;
    const struct ph_class *class = ph_builtin_class(worker->machine->heap, PH_CLASS_ERROR);
    PH_ASSERT(trap != PH_TRAP_NONE);
    bool calls = has_trap_function(worker);
    if (!calls && !find_handler(worker, class, &frame, &offset)) {
        return 0;
    }
    if (calls && trap == PH_TRAP_STACK_EXHAUSTED) {
        set_reserve(worker, true);
    }
    return error_new(worker, trap, has_room);
}

/* ---- Throwing ------------------------------------------------------------------------ */

/* An error's own words, cut and printable: the program may have written them. */
static ph_ref text_of_error(struct ph_worker *worker, const struct ph_error_object *error)
{
    struct ph_machine *machine = worker->machine;
    char text[256];
    if (!ph_is_a(machine->heap, error->text_ref, PH_CLASS_BYTES)) {
        return text_new(machine, &worker->mutator, worker->thread, error->trap, NULL, NULL);
    }
    ph_unit_printable(ph_bytes_slice(machine, error->text_ref), text, sizeof(text));
    struct ph_slice printable = {(const uint8_t *)text, strlen(text)};
    return ph_bytes_new(&worker->mutator, PH_CLASS_BYTES, printable);
}

/* Nobody handles `exception`: says so in the thread. */
static void note_uncaught(struct ph_worker *worker, ph_ref exception)
{
    struct ph_machine *machine = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_thread *thread = worker->thread;
    const struct ph_class *class = ph_class_of(machine->heap, exception);
    const struct ph_class *errors = ph_builtin_class(machine->heap, PH_CLASS_ERROR);
    const struct ph_error_object *error = ph_address(machine->heap, exception);
    bool is_error = ph_class_is_subclass(machine->heap, class, errors) &&
                    error->trap > PH_TRAP_NONE && error->trap <= PH_TRAP_UNCAUGHT;
    PH_SET(mutator, thread->trap, is_error ? error->trap : (uint32_t)PH_TRAP_UNCAUGHT);
    ph_ref text_ref = is_error ? text_of_error(worker, error)
                               : text_new(machine, mutator, thread, PH_TRAP_UNCAUGHT, class, NULL);
    PH_SET(mutator, thread->trap_text_ref, text_ref);
}

bool ph_throw(struct ph_worker *worker, ph_ref exception)
{
    PH_ASSERT(exception != 0);
    if (ph_unwind(worker, exception)) {
        return true;
    }
    note_uncaught(worker, exception);
    return false;
}

bool ph_throw_trap(struct ph_worker *worker, enum ph_trap trap)
{
    ph_ref exception = ph_trap_exception(worker, trap, NULL);
    if (exception != 0 && ph_unwind(worker, exception)) {
        return true;
    }
    PH_SET(&worker->mutator, worker->thread->trap, (uint32_t)trap);
    return false;
}
