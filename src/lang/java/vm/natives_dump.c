/* SPDX-License-Identifier: Apache-2.0 */
/* natives_dump.c - stacks of other threads: Thread.dumpThreads.
 *
 * A thread that runs cannot be looked at, but at the instant of a cut none does. So who asks leaves
 * its question with the vm, waits for a cut that holds its call, and finds the frames there as they
 * were at that instant: numbers as in a backtrace (natives_trace.c). Questions are volatile: after
 * a resume the native does not find its own, and asks again. Where there are no cuts, nobody has a
 * stack. */
#include "lang/java/vm/natives.h"
#include "machine/internal.h"

#define FRAMES_MAX 1024u /* of one thread, as HotSpot's MaxJavaStackTraceDepth */
#define ELEMENT "java/lang/StackTraceElement"

struct stack {
    uint64_t thread_id;
    uint64_t *numbers;      /* two for each frame; NULL: it is not alive */
    uint32_t count;         /* of frames */
};

/* In vm->dumps, under vm->lock. */
struct ph_java_dump {
    struct ph_java_dump *next;
    uint64_t asker_id;      /* a thread asks one question at a time */
    bool is_answered;
    struct ph_map places;   /* thread's id → index in stacks */
    uint32_t count;
    struct stack stacks[];
};

static size_t dump_bytes(uint32_t count)
{
    return sizeof(struct ph_java_dump) + count * sizeof(struct stack);
}

static void destroy(struct ph_java_vm *vm, struct ph_java_dump *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        ph_free(vm->allocator, self->stacks[i].numbers, self->stacks[i].count * UINT64_C(16));
    }
    ph_map_finish(&self->places);
    ph_free(vm->allocator, self, dump_bytes(self->count));
}

void ph_java_dumps_finish(struct ph_java_vm *vm)
{
    while (vm->dumps != NULL) {
        struct ph_java_dump *first = vm->dumps;
        vm->dumps = first->next;
        destroy(vm, first);
    }
}

/* Takes the thread's question out of the list; NULL: it has none there. */
static struct ph_java_dump *take(struct ph_java_vm *vm, uint64_t asker_id, bool answered_only)
{
    struct ph_java_dump *found = NULL;

    ph_mutex_lock(&vm->lock);
    for (struct ph_java_dump **at = &vm->dumps; *at != NULL; at = &(*at)->next) {
        if ((*at)->asker_id == asker_id && ((*at)->is_answered || !answered_only)) {
            found = *at;
            *at = found->next;
            break;
        }
    }
    ph_mutex_unlock(&vm->lock);
    return found;
}

/* ---- The instant ----------------------------------------------------------------------------- */

static void look_at(struct ph_java_vm *vm, const struct ph_thread *thread, struct stack *stack)
{
    struct ph_frame_cursor cursor;
    uint32_t count = 0;
    bool has_frame = ph_frame_first(vm->machine, thread, &cursor);

    for (; has_frame && count < FRAMES_MAX; has_frame = ph_frame_next(&cursor)) {
        count++;
    }
    uint64_t *numbers = count == 0 ? NULL : ph_alloc(vm->allocator, count * UINT64_C(16));
    if (numbers == NULL) {
        return;
    }
    has_frame = ph_frame_first(vm->machine, thread, &cursor);
    for (uint32_t i = 0; i < count; i++, has_frame = ph_frame_next(&cursor)) {
        PH_ASSERT(has_frame);
        const struct ph_instance *instance =
            ph_address(vm->heap, cursor.header->instance_ref);
        numbers[2 * i] = (uint64_t)instance->id << 32 | cursor.header->function;
        numbers[2 * i + 1] = cursor.header->pc;
    }
    stack->numbers = numbers;
    stack->count = count;
}

static void answer(struct ph_java_vm *vm, struct ph_java_dump *self)
{
    const struct ph_world *world = ph_machine_world(vm->machine);
    uint64_t place;

    for (ph_ref ref = world->threads_ref; ref != 0;) {
        const struct ph_thread *thread = ph_address(vm->heap, ref);
        if (ph_map_get(&self->places, thread->id, &place)) {
            look_at(vm, thread, &self->stacks[place]);
        }
        ref = thread->next_ref;
    }
    self->is_answered = true;
}

static void before_cut(void *context, struct ph_mutator *mutator)
{
    struct ph_java_vm *vm = context;
    (void)mutator;

    ph_mutex_lock(&vm->lock);
    for (struct ph_java_dump *d = vm->dumps; d != NULL; d = d->next) {
        if (!d->is_answered) {
            answer(vm, d);
        }
    }
    ph_mutex_unlock(&vm->lock);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* Of the Threads in the first slot. NULL: no memory. */
static struct ph_java_dump *question_new(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_refs *threads = ph_address(vm->heap, ph_java_argument(call, 0));
    struct ph_java_dump *self = ph_alloc(vm->allocator, dump_bytes(threads->length));
    bool has_room = self != NULL;

    if (!has_room) {
        return NULL;
    }
    memset(self, 0, dump_bytes(threads->length));
    self->asker_id = call->thread->id;
    self->count = threads->length;
    ph_map_init(&self->places, vm->allocator);
    for (uint32_t i = 0; has_room && i < self->count; i++) {
        const struct ph_thread *thread =
            threads->items[i] == 0 ? NULL : ph_java_thread_behind(call, threads->items[i]);
        self->stacks[i].thread_id = thread == NULL ? 0 : thread->id;
        has_room = thread == NULL || ph_map_put(&self->places, thread->id, i);
    }
    if (!has_room) {
        destroy(vm, self);
        return NULL;
    }
    return self;
}

static bool ask(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_java_dump *old = take(vm, call->thread->id, false);
    struct ph_java_dump *question = question_new(call);

    if (old != NULL) {
        destroy(vm, old);
    }
    if (question == NULL) {
        return false;
    }
    ph_mutex_lock(&vm->lock);
    question->next = vm->dumps;
    vm->dumps = question;
    ph_mutex_unlock(&vm->lock);
    return true;
}

/* ---- Answers --------------------------------------------------------------------------------- */

static bool frame_at(struct ph_java_vm *vm, const struct stack *stack, uint32_t index,
                     struct ph_java_frame *place)
{
    return ph_java_frame_at(vm, stack->numbers[2 * (uint64_t)index],
                            (uint32_t)stack->numbers[2 * (uint64_t)index + 1], place) &&
           !ph_java_frame_is_hidden(vm, place);
}

/* The elements of one thread. 0: no memory. May collect. */
static ph_ref elements_of(struct ph_call *call, const struct stack *stack)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_java_frame place;
    struct ph_class *class;
    struct ph_root array, element;
    uint32_t count = 0, used = 0;

    for (uint32_t i = 0; i < stack->count; i++) {
        count += frame_at(vm, stack, i, &place);
    }
    if (ph_java_find_boot(call, ELEMENT, &class, NULL) != PH_JAVA_FOUND) {
        return 0;
    }
    ph_root_push(call->mutator, &array, ph_java_new_array_named(call, "[L" ELEMENT ";", count));
    ph_root_push(call->mutator, &element, 0);
    for (uint32_t i = 0; array.ref != 0 && i < stack->count; i++) {
        if (!frame_at(vm, stack, i, &place)) {
            continue;
        }
        element.ref = ph_object_new_of(call->mutator, class, 0);
        if (element.ref == 0 || !ph_java_set_element(call, &element, &place)) {
            array.ref = 0;
            break;
        }
        struct ph_refs *elements = ph_address(vm->heap, array.ref);
        PH_SET_REF(call->mutator, elements->items[used++], element.ref);
    }
    ph_root_pop(call->mutator, &element);
    ph_root_pop(call->mutator, &array);
    return array.ref;
}

static enum ph_outcome return_answer(struct ph_call *call, const struct ph_java_dump *dump)
{
    struct ph_heap *heap = call->mutator->heap;
    struct ph_root all;

    ph_root_push(call->mutator, &all,
                 ph_java_new_array_named(call, "[[L" ELEMENT ";", dump->count));
    for (uint32_t i = 0; all.ref != 0 && i < dump->count; i++) {
        if (dump->stacks[i].numbers == NULL) {
            continue;
        }
        ph_ref elements = elements_of(call, &dump->stacks[i]);
        if (elements == 0) {
            all.ref = 0;
            break;
        }
        struct ph_refs *stacks = ph_address(heap, all.ref);
        PH_SET_REF(call->mutator, stacks->items[i], elements);
    }
    ph_root_pop(call->mutator, &all);
    return all.ref == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, all.ref);
}

/* dumpThreads(threads): for each its elements, or null if it is not alive. */
static enum ph_outcome dump_threads(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref threads = ph_java_argument(call, 0);
    bool again;

    if (threads == 0) {
        return ph_java_throw_null(call);
    }
    if (((const struct ph_refs *)ph_address(vm->heap, threads))->length == 0) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", NULL);
    }
    struct ph_java_dump *dump = take(vm, call->thread->id, true);
    if (dump == NULL) {
        PH_SET(call->mutator, call->thread->native_state[1], 0); /* a cut from now on */
        if (!ask(call)) {
            return ph_java_out_of_memory(call);
        }
        enum ph_outcome outcome = ph_call_await_durable(call, &again);
        if (outcome != PH_DONE) {
            return outcome;
        }
        dump = take(vm, call->thread->id, false);
    }
    enum ph_outcome outcome = return_answer(call, dump);
    destroy(vm, dump);
    return outcome;
}

ph_status ph_java_dump_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java",
         "java/lang/Thread.dumpThreads([Ljava/lang/Thread;)[[Ljava/lang/StackTraceElement;", "r:r",
         dump_threads},
    };
    const struct ph_device device = {.context = self, .before_cut = before_cut};
    ph_status status = ph_machine_add_device(self->machine, &device);

    return status != PH_OK ? status
                           : ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives),
                                                        self, PH_PRIVILEGE_ALL);
}
