/* SPDX-License-Identifier: Apache-2.0 */
/* natives_trace.c - who called: stack traces, java.lang.StackWalker, Reflection.getCallerClass.
 *
 * A backtrace (Throwable.backtrace) is a long[] with two numbers for each frame that programs see,
 * innermost first: instance id << 32 | function, then pc. It means the same after a resume. */
#include "lang/java/vm/natives.h"

#include "base/text.h"
#include "machine/internal.h"

#define FRAMES_MAX 1024u /* of a backtrace, as HotSpot's MaxJavaStackTraceDepth */

#define BACKTRACE "backtrace:Ljava/lang/Object;"

/* ---- Frames ---------------------------------------------------------------------------------- */

/* The frames of the calling thread that are in methods of class files, innermost first. */
struct walk {
    struct ph_call *call;
    struct ph_frame_cursor cursor;
    struct ph_java_frame place; /* of the present one */
    bool has_frame;             /* false: there are no more */
    uint32_t passed;            /* how many came before it */
};

static void settle(struct walk *walk)
{
    struct ph_java_vm *vm = ph_java_vm_of(walk->call);
    struct ph_view *view;

    for (; walk->has_frame; walk->has_frame = ph_frame_next(&walk->cursor)) {
        const struct ph_frame_header *header = walk->cursor.header;
        if (ph_view_of(vm->machine, header->instance_ref, &view, NULL) == PH_OK &&
            ph_java_frame_of(vm, view, header->function, header->pc, &walk->place)) {
            return;
        }
    }
}

static void walk_begin(struct walk *walk, struct ph_call *call)
{
    *walk = (struct walk){.call = call};
    walk->has_frame = ph_frame_first(call->machine, call->thread, &walk->cursor);
    settle(walk);
}

static void walk_next(struct walk *walk)
{
    PH_ASSERT(walk->has_frame);
    walk->passed++;
    walk->has_frame = ph_frame_next(&walk->cursor);
    settle(walk);
}

static bool is_hidden(const struct walk *walk)
{
    return ph_java_frame_is_hidden(ph_java_vm_of(walk->call), &walk->place);
}

static bool is_named(const struct walk *walk, struct ph_slice name)
{
    return ph_slice_equal(ph_java_frame_method(&walk->place), name);
}

static ph_ref mirror_of(const struct ph_java_frame *place)
{
    return place->class->class->mirror_ref;
}

/* Is it an object of just that class of the boot loader? */
static bool is_exactly(struct ph_call *call, ph_ref ref, struct ph_slice class_name)
{
    struct ph_class *class;
    return ref != 0 && ph_java_look_up(call, 0, class_name, &class) &&
           ph_class_of(call->mutator->heap, ref) == class;
}

/* Is the frame's class, or one above it, that class of the boot loader? */
static bool is_below(const struct walk *walk, struct ph_slice class_name)
{
    struct ph_class *class;
    return ph_java_look_up(walk->call, 0, class_name, &class) &&
           ph_class_is_subclass(walk->call->mutator->heap, walk->place.class->class, class);
}

/* ---- Throwable ------------------------------------------------------------------------------- */

/* Leaves out what made the exception: fillInStackTrace, and its constructors. */
static void pass_makers(struct walk *walk, const struct ph_class *thrown)
{
    const struct ph_heap *heap = walk->call->mutator->heap;

    while (walk->has_frame && is_named(walk, PH_SLICE_TEXT("fillInStackTrace"))) {
        walk_next(walk);
    }
    while (walk->has_frame && is_named(walk, PH_SLICE_TEXT("<init>")) &&
           ph_class_is_subclass(heap, thrown, walk->place.class->class)) {
        walk_next(walk);
    }
}

/* How many frames there are to keep; they are written to `numbers` (NULL: only counted). */
static uint32_t collect(struct ph_call *call, const struct ph_class *thrown, uint64_t *numbers)
{
    struct walk walk;
    uint32_t count = 0;

    walk_begin(&walk, call);
    pass_makers(&walk, thrown);
    for (; walk.has_frame && count < FRAMES_MAX; walk_next(&walk)) {
        if (is_hidden(&walk)) {
            continue;
        }
        if (numbers != NULL) {
            const struct ph_instance *instance =
                ph_address(call->mutator->heap, walk.cursor.header->instance_ref);
            numbers[2 * count] = (uint64_t)instance->id << 32 | walk.cursor.header->function;
            numbers[2 * count + 1] = walk.cursor.header->pc;
        }
        count++;
    }
    return count;
}

static enum ph_outcome fill_in_stack_trace(struct ph_call *call)
{
    struct ph_heap *heap = call->mutator->heap;
    const struct ph_class *thrown = ph_class_of(heap, ph_java_argument(call, 0));
    uint32_t count = collect(call, thrown, NULL);

    ph_ref trace = ph_java_new_array_named(call, "[J", 2 * count);
    if (trace == 0) {
        return ph_java_out_of_memory(call);
    }
    struct ph_bytes *array = ph_address(heap, trace);
    ph_touch(call->mutator, array->data, (uint64_t)count * 16);
    (void)collect(call, thrown, (uint64_t *)(void *)array->data);
    ph_ref throwable = ph_java_argument(call, 0);
    ph_java_set_ref(call, throwable, BACKTRACE, trace);
    ph_java_set_number(call, throwable, "depth:I", count);
    return ph_java_return(call, throwable);
}

/* ---- StackTraceElement ----------------------------------------------------------------------- */

/* The interned string of that text, with dots for slashes. May collect. 0: no memory. */
static ph_ref name_string(struct ph_call *call, struct ph_slice text, bool has_dots)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint8_t *copy = ph_alloc(vm->allocator, (size_t)text.size + 1);
    struct ph_root string;

    if (copy == NULL) {
        return 0;
    }
    for (uint64_t i = 0; i < text.size; i++) {
        copy[i] = has_dots && text.bytes[i] == '/' ? '.' : text.bytes[i];
    }
    ph_root_push(call->mutator, &string,
                 ph_java_string(call, (struct ph_slice){copy, text.size}));
    ph_free(vm->allocator, copy, (size_t)text.size + 1);
    ph_ref interned = string.ref == 0 ? 0 : ph_java_intern(call, &string);
    ph_root_pop(call->mutator, &string);
    return interned;
}

static bool set_text(struct ph_call *call, struct ph_root *element, const char *key,
                     struct ph_slice text)
{
    ph_ref string = name_string(call, text, key[0] == 'd');
    if (string != 0) {
        ph_java_set_ref(call, element->ref, key, string);
    }
    return string != 0;
}

/* Of what a ModuleDescriptor describes, as a string; 0: it has none. */
static ph_ref version_of(struct ph_java_vm *vm, ph_ref descriptor)
{
    ph_ref version =
        ph_java_get_ref(vm, descriptor, "version:Ljava/lang/module/ModuleDescriptor$Version;");
    return version != 0
               ? ph_java_get_ref(vm, version, "version:Ljava/lang/String;")
               : ph_java_get_ref(vm, descriptor, "rawVersionString:Ljava/lang/String;");
}

/* Names that objects of Java's have already. */
static void set_origin(struct ph_call *call, ph_ref element, const struct ph_java_frame *place)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref mirror = mirror_of(place);
    ph_ref loader = ph_java_loader_of(vm, place->class->class);
    ph_ref module = ph_java_get_ref(vm, mirror, "module:Ljava/lang/Module;");
    ph_ref descriptor = 0;

    ph_java_set_ref(call, element, "declaringClassObject:Ljava/lang/Class;", mirror);
    ph_java_set_number(call, element, "lineNumber:I", ph_java_frame_line(place));
    if (loader != 0) {
        ph_java_set_ref(call, element, "classLoaderName:Ljava/lang/String;",
                        ph_java_get_ref(vm, loader, "name:Ljava/lang/String;"));
    }
    if (module != 0) {
        ph_java_set_ref(call, element, "moduleName:Ljava/lang/String;",
                        ph_java_get_ref(vm, module, "name:Ljava/lang/String;"));
        descriptor =
            ph_java_get_ref(vm, module, "descriptor:Ljava/lang/module/ModuleDescriptor;");
    }
    if (descriptor != 0) {
        ph_java_set_ref(call, element, "moduleVersion:Ljava/lang/String;",
                        version_of(vm, descriptor));
    }
}

bool ph_java_set_element(struct ph_call *call, struct ph_root *element,
                         const struct ph_java_frame *place)
{
    const struct ph_classfile *file = &place->class->file;

    set_origin(call, element->ref, place);
    return set_text(call, element, "declaringClass:Ljava/lang/String;", file->name) &&
           set_text(call, element, "methodName:Ljava/lang/String;",
                    ph_java_frame_method(place)) &&
           (file->source_file == 0 || set_text(call, element, "fileName:Ljava/lang/String;",
                                               ph_classfile_text(file, file->source_file)));
}

static bool is_array_of_refs(const struct ph_heap *heap, ph_ref ref)
{
    return ref != 0 && ph_class_of(heap, ref)->layout == PH_LAYOUT_REFS;
}

/* Element `index` of the array in the first slot; false: it is no StackTraceElement. */
static bool element_at(struct ph_call *call, uint32_t index, struct ph_root *element)
{
    const struct ph_refs *elements =
        ph_address(call->mutator->heap, ph_java_argument(call, 0));
    element->ref = elements->items[index];
    return is_exactly(call, element->ref, PH_SLICE_TEXT("java/lang/StackTraceElement"));
}

/* Frame `index` of the backtrace of the throwable in the second slot. */
static bool place_in_backtrace(struct ph_call *call, uint32_t index, struct ph_java_frame *place)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref trace = ph_java_get_ref(vm, ph_java_argument(call, 1), BACKTRACE);
    const struct ph_class *class = trace == 0 ? NULL : ph_class_of(vm->heap, trace);

    if (class == NULL || class->layout != PH_LAYOUT_BYTES || class->item_kind != PH_STORE_I64) {
        return false;
    }
    const struct ph_bytes *array = ph_address(vm->heap, trace);
    const uint64_t *numbers = (const uint64_t *)(const void *)array->data;
    return index < array->length / 2 &&
           ph_java_frame_at(vm, numbers[2 * (uint64_t)index],
                            (uint32_t)numbers[2 * (uint64_t)index + 1], place);
}

static enum ph_outcome init_elements(struct ph_call *call)
{
    struct ph_heap *heap = call->mutator->heap;
    ph_ref array = ph_java_argument(call, 0), throwable = ph_java_argument(call, 1);
    struct ph_java_frame place;
    struct ph_root element;
    bool has_room = true;

    if (throwable == 0 || !is_array_of_refs(heap, array)) {
        return ph_java_throw_null(call);
    }
    uint32_t count = ((const struct ph_refs *)ph_address(heap, array))->length;
    ph_root_push(call->mutator, &element, 0);
    for (uint32_t i = 0; has_room && i < count; i++) {
        if (element_at(call, i, &element) && place_in_backtrace(call, i, &place)) {
            has_room = ph_java_set_element(call, &element, &place);
        }
    }
    ph_root_pop(call->mutator, &element);
    return has_room ? PH_DONE : ph_java_out_of_memory(call);
}

/* ---- StackWalker ------------------------------------------------------------------------------
 * A walker's `anchor` is 1 and how many frames lie between that of callStackWalk and the next one
 * to be fetched; callStackWalk ends in a call of doStackWalk, so its frame stays while the walk
 * does. */

enum { CLASSES_ONLY = 2, CALLER_CLASS = 4, SHOW_HIDDEN = 32 };
enum { MEMBER_IS_METHOD = 0x10000, MEMBER_IS_CONSTRUCTOR = 0x20000,
       MEMBER_KIND_SHIFT = 24, KIND_VIRTUAL = 5, KIND_STATIC = 6, KIND_SPECIAL = 7,
       KIND_NEW_SPECIAL = 8, KIND_INTERFACE = 9 };

#define WALKER "java/lang/StackStreamFactory$AbstractStackWalker"

static uint32_t member_flags(const struct ph_java_frame *place)
{
    const struct ph_class_method *method = &place->class->file.methods[place->method];
    bool is_interface = (place->class->file.flags & PH_ACC_INTERFACE) != 0;
    uint32_t kind = method->is_initializer                      ? KIND_NEW_SPECIAL
                    : (method->flags & PH_ACC_STATIC) != 0  ? KIND_STATIC
                    : (method->flags & PH_ACC_PRIVATE) != 0 ? KIND_SPECIAL
                    : is_interface                              ? KIND_INTERFACE
                                                                : KIND_VIRTUAL;
    return method->flags | kind << MEMBER_KIND_SHIFT |
           (method->is_initializer ? (uint32_t)MEMBER_IS_CONSTRUCTOR : MEMBER_IS_METHOD);
}

/* The ResolvedMethodName of a frame's method, as java.lang.invoke has them. May collect. */
static ph_ref resolved_method(struct ph_call *call, const struct ph_java_frame *place)
{
    static const char name[] = "java/lang/invoke/ResolvedMethodName";
    struct ph_class *class;
    struct ph_root boot;

    ph_root_push(call->mutator, &boot, 0);
    enum ph_java_found found =
        ph_java_find_class(call, &boot, PH_SLICE_TEXT(name), &class, NULL);
    ph_root_pop(call->mutator, &boot);
    ph_ref function = ph_java_method_function(call, place->class->known, place->method);
    ph_ref made = found != PH_JAVA_FOUND || function == 0
                      ? 0
                      : ph_object_new_of(call->mutator, class, 0);
    if (made != 0) {
        ph_java_set_ref(call, made, "$class", ph_ref_to(call->mutator->heap,
                                                        place->class->class));
        ph_java_set_ref(call, made, "$function", function);
    }
    return made;
}

#define MEMBER_FIELD "memberName:Ljava/lang/Object;"
#define METHOD_FIELD "method:Ljava/lang/invoke/ResolvedMethodName;"

/* What StackFrameInfo `info` has to know. False: no memory. May collect. */
static bool set_frame(struct ph_call *call, struct ph_root *info,
                      const struct ph_java_frame *place)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_classfile *file = &place->class->file;
    const struct ph_class_method *method = &file->methods[place->method];
    struct ph_root member;

    ph_root_push(call->mutator, &member, ph_java_get_ref(vm, info->ref, MEMBER_FIELD));
    ph_ref resolved = resolved_method(call, place);
    bool has_room = resolved != 0;
    if (has_room) {
        ph_java_set_ref(call, member.ref, METHOD_FIELD, resolved);
    }
    ph_ref name = has_room ? name_string(call, ph_java_frame_method(place), false) : 0;
    if (name != 0) {
        ph_java_set_ref(call, member.ref, "name:Ljava/lang/String;", name);
        ph_ref type = name_string(call, ph_classfile_text(file, method->descriptor), false);
        ph_java_set_ref(call, member.ref, "type:Ljava/lang/Object;", type);
        has_room = type != 0;
    }
    ph_java_set_ref(call, member.ref, "clazz:Ljava/lang/Class;", mirror_of(place));
    ph_java_set_number(call, member.ref, "flags:I", member_flags(place));
    uint32_t bci = ph_java_frame_bci(place);
    ph_java_set_number(call, info->ref, "bci:I", bci == PH_JAVA_ORIGIN_NONE ? 0 : (int32_t)bci);
    ph_root_pop(call->mutator, &member);
    return has_room && name != 0;
}

/* Is it a StackFrameInfo with a MemberName? */
static bool is_frame_info(struct ph_call *call, ph_ref info)
{
    return is_exactly(call, info, PH_SLICE_TEXT("java/lang/StackFrameInfo")) &&
           is_exactly(call, ph_java_get_ref(ph_java_vm_of(call), info, MEMBER_FIELD),
                      PH_SLICE_TEXT("java/lang/invoke/MemberName"));
}

struct batch {
    uint64_t mode;
    uint32_t slot;         /* of the buffer */
    uint32_t start, count; /* wanted */
    uint32_t end;          /* behind the last one that there was */
};

enum filled { FILLED, FILLED_NO_MEMORY, FILLED_WRONG };

/* Puts one frame into the buffer. */
static enum filled put_frame(struct ph_call *call, struct batch *batch,
                             const struct ph_java_frame *place)
{
    struct ph_heap *heap = call->mutator->heap;
    struct ph_refs *buffer = ph_address(heap, ph_java_argument(call, batch->slot));
    ph_ref mirror = mirror_of(place);

    if (batch->end >= buffer->length) {
        return FILLED_WRONG;
    }
    if ((batch->mode & (CLASSES_ONLY | CALLER_CLASS)) != 0) {
        if (!ph_array_accepts(heap, ph_class_of(heap, ph_java_argument(call, batch->slot)),
                              mirror)) {
            return FILLED_WRONG;
        }
        PH_SET_REF(call->mutator, buffer->items[batch->end++], mirror);
        return FILLED;
    }
    struct ph_root info;
    ph_root_push(call->mutator, &info, buffer->items[batch->end]);
    bool is_right = is_frame_info(call, info.ref);
    bool has_room = is_right && set_frame(call, &info, place);
    ph_root_pop(call->mutator, &info);
    batch->end++;
    return !is_right ? FILLED_WRONG : has_room ? FILLED : FILLED_NO_MEMORY;
}

static enum filled fill_batch(struct walk *walk, struct batch *batch)
{
    enum filled filled = FILLED;

    batch->end = batch->start;
    while (filled == FILLED && walk->has_frame && batch->end - batch->start < batch->count) {
        bool is_seen = (batch->mode & SHOW_HIDDEN) != 0 || !is_hidden(walk);
        if (is_seen) {
            filled = put_frame(walk->call, batch, &walk->place);
        }
        walk_next(walk);
    }
    return filled;
}

static enum ph_outcome not_filled(struct ph_call *call, enum filled filled)
{
    return filled == FILLED_NO_MEMORY
               ? ph_java_out_of_memory(call)
               : ph_java_throw(call, "java/lang/InternalError", "stack walk: wrong buffer");
}

/* Behind the frames of java.lang.StackWalker itself. */
static void pass_walkers(struct walk *walk)
{
    while (walk->has_frame && (is_below(walk, PH_SLICE_TEXT(WALKER)) ||
                               is_below(walk, PH_SLICE_TEXT("java/lang/StackWalker")))) {
        walk_next(walk);
    }
}

/* callStackWalk(mode, skip, batch, start, buffer) */
static enum ph_outcome call_stack_walk(struct ph_call *call)
{
    struct batch batch = {.mode = call->slots[1], .slot = 5, .start = (uint32_t)call->slots[4],
                          .count = (uint32_t)call->slots[3]};
    struct walk walk;

    if (!is_array_of_refs(call->mutator->heap, ph_java_argument(call, 5))) {
        return ph_java_throw_null(call);
    }
    walk_begin(&walk, call);
    uint32_t anchor = walk.passed;
    pass_walkers(&walk);
    for (uint32_t i = 0; walk.has_frame && i < (uint32_t)call->slots[2]; i++) {
        walk_next(&walk);
    }
    enum filled filled = fill_batch(&walk, &batch);
    if (filled != FILLED || batch.end == batch.start) {
        return not_filled(call, filled);
    }
    const uint64_t arguments[] = {call->slots[0], walk.passed - anchor + UINT64_C(1),
                                  call->slots[2], call->slots[3], batch.start, batch.end};
    return ph_java_call(call, WALKER, "doStackWalk(JIIII)Ljava/lang/Object;", arguments,
                        PH_COUNT(arguments));
}

/* fetchStackFrames(mode, anchor, batch, start, buffer): how far the buffer is filled. */
static enum ph_outcome fetch_stack_frames(struct ph_call *call)
{
    struct batch batch = {.mode = call->slots[1], .slot = 5, .start = (uint32_t)call->slots[4],
                          .count = (uint32_t)call->slots[3]};
    struct walk walk;

    if (!is_array_of_refs(call->mutator->heap, ph_java_argument(call, 5)) ||
        ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    walk_begin(&walk, call);
    while (walk.has_frame && !(is_below(&walk, PH_SLICE_TEXT(WALKER)) &&
                               is_named(&walk, PH_SLICE_TEXT("callStackWalk")))) {
        walk_next(&walk);
    }
    uint32_t anchor = walk.passed;
    while (walk.has_frame && walk.passed - anchor + UINT64_C(1) < call->slots[2]) {
        walk_next(&walk);
    }
    enum filled filled = fill_batch(&walk, &batch);
    if (filled != FILLED) {
        return not_filled(call, filled);
    }
    ph_java_set_number(call, ph_java_argument(call, 0), "anchor:J",
                       walk.passed - anchor + INT64_C(1));
    return ph_java_return(call, batch.end);
}

static enum ph_outcome check_modes(struct ph_call *call)
{
    return ph_java_return(call, 1); /* the numbers are those above */
}

/* initStackTraceElement(element, info) */
static enum ph_outcome init_element(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref info = ph_java_argument(call, 1);
    struct ph_java_frame place;
    struct ph_root element;

    if (!is_exactly(call, ph_java_argument(call, 0),
                    PH_SLICE_TEXT("java/lang/StackTraceElement")) ||
        !is_frame_info(call, info)) {
        return ph_java_throw_null(call);
    }
    ph_ref method =
        ph_java_get_ref(vm, ph_java_get_ref(vm, info, MEMBER_FIELD), METHOD_FIELD);
    ph_ref function_ref = method == 0 ? 0 : ph_java_get_ref(vm, method, "$function");
    if (!ph_is_a(vm->heap, function_ref, PH_CLASS_FUNCTION)) {
        return ph_java_throw(call, "java/lang/InternalError", "a frame without a method");
    }
    const struct ph_function_object *function = ph_address(vm->heap, function_ref);
    struct ph_view *view = ph_view_find(vm->machine, function->instance_ref);
    if (view == NULL || !ph_java_frame_of(vm, view, function->index, 0, &place)) {
        return ph_java_throw(call, "java/lang/InternalError", "a frame without a method");
    }
    int64_t bci = ph_java_get_number(vm, info, "bci:I");
    ph_root_push(call->mutator, &element, ph_java_argument(call, 0));
    bool has_room = ph_java_set_element(call, &element, &place);
    const struct ph_class_method *m = &place.class->file.methods[place.method];
    if ((m->flags & PH_ACC_NATIVE) == 0) {
        ph_java_set_number(call, element.ref, "lineNumber:I",
                           ph_classfile_line(&place.class->file, m, (uint32_t)bci));
    }
    ph_root_pop(call->mutator, &element);
    return has_room ? PH_DONE : ph_java_out_of_memory(call);
}

/* ---- Callers --------------------------------------------------------------------------------- */

/* Frames that stand between a method and who called it by reflection. */
static bool is_reflection(const struct walk *walk)
{
    return is_hidden(walk) ||
           is_below(walk, PH_SLICE_TEXT("jdk/internal/reflect/MethodAccessorImpl")) ||
           (is_below(walk, PH_SLICE_TEXT("java/lang/reflect/Method")) &&
            is_named(walk, PH_SLICE_TEXT("invoke")));
}

/* Of the method that called getCallerClass: who called that. */
static enum ph_outcome caller_class(struct ph_call *call)
{
    struct walk walk;

    walk_begin(&walk, call);
    for (uint32_t i = 0; walk.has_frame && i < 2; i++) { /* getCallerClass, and who asks */
        walk_next(&walk);
    }
    while (walk.has_frame && is_reflection(&walk)) {
        walk_next(&walk);
    }
    return ph_java_return(call, walk.has_frame ? mirror_of(&walk.place) : 0);
}

/* The next method that a SecurityManager counts among its callers. */
static void to_context(struct walk *walk)
{
    while (walk->has_frame &&
           (is_reflection(walk) ||
            ph_java_frame_line(&walk->place) == PH_JAVA_LINE_NATIVE)) {
        walk_next(walk);
    }
}

/* SecurityManager.getClassContext: the classes of all methods on the stack. */
static enum ph_outcome class_context(struct ph_call *call)
{
    struct walk walk;
    uint32_t count = 0;

    for (walk_begin(&walk, call), to_context(&walk); walk.has_frame; to_context(&walk)) {
        count++;
        walk_next(&walk);
    }
    ph_ref array = ph_java_new_array_named(call, "[Ljava/lang/Class;", count);
    if (array == 0) {
        return ph_java_out_of_memory(call);
    }
    struct ph_refs *mirrors = ph_address(call->mutator->heap, array);
    uint32_t i = 0;
    for (walk_begin(&walk, call), to_context(&walk); walk.has_frame; to_context(&walk)) {
        PH_SET_REF(call->mutator, mirrors->items[i++], mirror_of(&walk.place));
        walk_next(&walk);
    }
    return ph_java_return(call, array);
}

/* The nearest class on the stack whose loader is none of the platform's. */
static enum ph_outcome latest_user_loader(struct ph_call *call)
{
    struct walk walk;

    for (walk_begin(&walk, call); walk.has_frame; walk_next(&walk)) {
        ph_ref loader = ph_java_loader_of(ph_java_vm_of(call), walk.place.class->class);
        if (loader != 0 &&
            !ph_java_is_instance(call, loader,
                                 "jdk/internal/loader/ClassLoaders$PlatformClassLoader")) {
            return ph_java_return(call, loader);
        }
    }
    return ph_java_return(call, 0);
}

/* ---- Access control --------------------------------------------------------------------------
 * There is no security manager that could be set (JEP 411 is to come): everybody has all
 * permissions, which a context of null says. */

static enum ph_outcome stack_context(struct ph_call *call)
{
    return ph_java_return(call, 0);
}

static enum ph_outcome inherited_context(struct ph_call *call)
{
    ph_ref thread = call->thread->turn_ref;
    return ph_java_return(
        call, thread == 0 ? 0
                          : ph_java_get_ref(ph_java_vm_of(call), thread,
                                            "inheritedAccessControlContext:"
                                            "Ljava/security/AccessControlContext;"));
}

#define ACCESS "java/security/AccessController."

ph_status ph_java_trace_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/lang/Throwable.fillInStackTrace(I)Ljava/lang/Throwable;", "ri:r",
         fill_in_stack_trace},
        {"java",
         "java/lang/StackTraceElement.initStackTraceElements([Ljava/lang/StackTraceElement;"
         "Ljava/lang/Throwable;)V", "rr:", init_elements},
        {"java",
         "java/lang/StackTraceElement.initStackTraceElement(Ljava/lang/StackTraceElement;"
         "Ljava/lang/StackFrameInfo;)V", "rr:", init_element},
        {"java", "java/lang/StackStreamFactory.checkStackWalkModes()Z", ":i", check_modes},
        {"java", WALKER ".callStackWalk(JIII[Ljava/lang/Object;)Ljava/lang/Object;", "rliiir:r",
         call_stack_walk},
        {"java", WALKER ".fetchStackFrames(JJII[Ljava/lang/Object;)I", "rlliir:i",
         fetch_stack_frames},
        {"java", "jdk/internal/reflect/Reflection.getCallerClass()Ljava/lang/Class;", ":r",
         caller_class},
        {"java",
         ACCESS "getStackAccessControlContext()Ljava/security/AccessControlContext;", ":r",
         stack_context},
        {"java",
         ACCESS "getInheritedAccessControlContext()Ljava/security/AccessControlContext;", ":r",
         inherited_context},
        {"java", "java/lang/SecurityManager.getClassContext()[Ljava/lang/Class;", "r:r",
         class_context},
        {"java", "jdk/internal/misc/VM.latestUserDefinedLoader0()Ljava/lang/ClassLoader;", ":r",
         latest_user_loader},
        {"java", ACCESS "ensureMaterializedForStackWalk(Ljava/lang/Object;)V", "r:",
         ph_java_nothing},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
