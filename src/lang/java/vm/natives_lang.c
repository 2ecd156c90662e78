/* SPDX-License-Identifier: Apache-2.0 */
/* natives_lang.c - natives of java.lang that ask nothing of a class file: objects, arrays, numbers,
 * strings, time. */
#include "lang/java/vm/natives.h"

#include "base/text.h"
#include "machine/monitor.h"

/* ---- Objects -------------------------------------------------------------------------------- */

/* A native's receiver is never null; what a static one is given may be. */
static enum ph_outcome identity_hash(struct ph_call *call)
{
    ph_ref object = ph_java_argument(call, 0);
    uint32_t hash = object == 0 ? 0 : ph_identity_hash(call->worker, object);
    return object != 0 && hash == 0 ? ph_java_out_of_memory(call)
                                    : ph_java_return(call, hash & INT32_MAX);
}

static enum ph_outcome get_class(struct ph_call *call)
{
    ph_ref object = ph_java_argument(call, 0);
    if (object == 0) {
        return ph_java_throw_null(call);
    }
    const struct ph_object *head = ph_address(call->mutator->heap, object);
    return ph_java_return_mirror(call, ph_address(call->mutator->heap, head->class_ref));
}

/* Copies `count` items or bytes of fields; what is young among them is remembered. */
static void copy_refs(struct ph_call *call, ph_ref *to, const ph_ref *from, uint64_t count)
{
    ph_touch(call->mutator, to, count * sizeof(*to));
    memmove(to, from, (size_t)count * sizeof(*to));
    ph_remember_all(call->mutator, to, count);
}

static enum ph_outcome clone_array(struct ph_call *call, const struct ph_class *class)
{
    struct ph_heap *heap = call->mutator->heap;
    const struct ph_bytes *from = ph_address(heap, ph_java_argument(call, 0));
    struct ph_root source;

    ph_root_push(call->mutator, &source, ph_java_argument(call, 0));
    ph_ref made = ph_object_new_of(call->mutator, class, from->length);
    from = ph_address(heap, source.ref);
    ph_root_pop(call->mutator, &source);
    if (made == 0) {
        return ph_java_out_of_memory(call);
    }
    struct ph_bytes *to = ph_address(heap, made);
    if (class->item_kind == PH_STORE_REF) {
        copy_refs(call, (ph_ref *)(void *)to->data, (const ph_ref *)(const void *)from->data,
                  from->length);
    } else {
        uint64_t bytes = (uint64_t)from->length << class->item_shift;
        ph_touch(call->mutator, to->data, bytes);
        memcpy(to->data, from->data, (size_t)bytes);
    }
    return ph_java_return(call, made);
}

static enum ph_outcome clone_object(struct ph_call *call)
{
    struct ph_heap *heap = call->mutator->heap;
    ph_ref object = ph_java_argument(call, 0);
    struct ph_root source;

    if (object == 0) {
        return ph_java_throw_null(call);
    }
    const struct ph_class *class = ph_class_of(heap, object);
    if ((class->flags & PH_CLASS_ARRAY) != 0) {
        return clone_array(call, class);
    }
    if (!ph_java_is_instance(call, object, "java/lang/Cloneable") ||
        ph_java_is_instance(call, object, "java/lang/ref/Reference")) {
        char name[256];
        ph_java_external_name(ph_java_vm_of(call), class, name, sizeof(name));
        return ph_java_throw(call, "java/lang/CloneNotSupportedException", name);
    }
    ph_root_push(call->mutator, &source, object);
    ph_ref made = ph_object_new_of(call->mutator, class, 0);
    const uint8_t *from = ph_address(heap, source.ref);
    ph_root_pop(call->mutator, &source);
    if (made == 0) {
        return ph_java_out_of_memory(call);
    }
    uint8_t *to = ph_address(heap, made);
    ph_touch(call->mutator, to, class->bytes);
    memcpy(to + sizeof(struct ph_object), from + sizeof(struct ph_object),
           class->bytes - sizeof(struct ph_object));
    for (uint32_t i = 0; i < class->ref_count; i++) {
        ph_remember_all(call->mutator, (ph_ref *)(void *)(to + class->ref_offsets[i]), 1);
    }
    return ph_java_return(call, made);
}

/* ---- arraycopy ------------------------------------------------------------------------------ */

struct copy {
    struct ph_bytes *source, *dest;
    const struct ph_class *source_class, *dest_class;
    int32_t from, to, count;
};

/* "int[]", "object array[]": as the exceptions' texts have it. */
static const char *kind_text(const struct ph_class *class)
{
    static const char *const texts[] = {
        [PH_STORE_I32] = "int[",   [PH_STORE_I64] = "long[",    [PH_STORE_F32] = "float[",
        [PH_STORE_F64] = "double[", [PH_STORE_I8] = "byte[",     [PH_STORE_I16] = "short[",
        [PH_STORE_U8] = "boolean[", [PH_STORE_U16] = "char[", [PH_STORE_REF] = "object array["};
    return texts[class->item_kind];
}

static enum ph_outcome no_array(struct ph_call *call, const char *which,
                                const struct ph_class *class)
{
    char text[512], dotted[256];

    ph_java_external_name(ph_java_vm_of(call), class, dotted, sizeof(dotted));
    ph_text_printf(text, sizeof(text), "arraycopy: %s type %s is not an array", which, dotted);
    return ph_java_throw(call, "java/lang/ArrayStoreException", text);
}

static enum ph_outcome wrong_kinds(struct ph_call *call, const struct copy *copy)
{
    char text[256];
    ph_text_printf(text, sizeof(text), "arraycopy: type mismatch: can not copy %s] into %s]",
                   kind_text(copy->source_class), kind_text(copy->dest_class));
    return ph_java_throw(call, "java/lang/ArrayStoreException", text);
}

/* What of the bounds does not hold, in the order in which it is asked; NULL: all is well. */
static const char *wrong_bounds(const struct copy *copy, char *text, size_t bytes)
{
    const struct ph_class *s = copy->source_class, *d = copy->dest_class;
    uint32_t from = (uint32_t)copy->from, to = (uint32_t)copy->to, count = (uint32_t)copy->count;

    if (copy->from < 0 || copy->to < 0 || copy->count < 0) {
        if (copy->from < 0) {
            ph_text_printf(text, bytes, "arraycopy: source index %d out of bounds for %s%u]",
                           copy->from, kind_text(s), copy->source->length);
        } else if (copy->to < 0) {
            ph_text_printf(text, bytes, "arraycopy: destination index %d out of bounds for %s%u]",
                           copy->to, kind_text(d), copy->dest->length);
        } else {
            ph_text_printf(text, bytes, "arraycopy: length %d is negative", copy->count);
        }
    } else if (from + count > copy->source->length) {
        ph_text_printf(text, bytes, "arraycopy: last source index %u out of bounds for %s%u]",
                       from + count, kind_text(s), copy->source->length);
    } else if (to + count > copy->dest->length) {
        ph_text_printf(text, bytes,
                       "arraycopy: last destination index %u out of bounds for %s%u]", to + count,
                       kind_text(d), copy->dest->length);
    } else {
        return NULL;
    }
    return text;
}

/* NULL: anything. */
static const struct ph_class *item_class(const struct ph_heap *heap, const struct ph_class *array)
{
    return array->item_class_ref == 0 ? NULL : ph_address(heap, array->item_class_ref);
}

/* References, each checked: those before the first that does not fit are copied. */
static enum ph_outcome copy_checked(struct ph_call *call, const struct copy *copy)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const ph_ref *from = (const ph_ref *)(const void *)copy->source->data + copy->from;
    uint32_t count = 0;

    while (count < (uint32_t)copy->count &&
           ph_array_accepts(vm->heap, copy->dest_class, from[count])) {
        count++;
    }
    copy_refs(call, (ph_ref *)(void *)copy->dest->data + copy->to, from, count);
    if (count == (uint32_t)copy->count) {
        return PH_DONE;
    }
    const struct ph_class *to = item_class(vm->heap, copy->dest_class);
    const struct ph_class *of = item_class(vm->heap, copy->source_class);
    bool may_fit = of == NULL || (to != NULL && ph_class_is_subclass(vm->heap, to, of));
    char text[768], source[256], dest[256];
    ph_java_external_name(vm, of, source, sizeof(source));
    ph_java_external_name(vm, to, dest, sizeof(dest));
    ph_text_printf(text, sizeof(text),
                   may_fit ? "arraycopy: element type mismatch: can not cast one of the elements "
                             "of %s[] to the type of the destination array, %s"
                           : "arraycopy: type mismatch: can not copy %s[] into %s[]",
                   source, dest);
    return ph_java_throw(call, "java/lang/ArrayStoreException", text);
}

static enum ph_outcome array_copy(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref source = ph_java_argument(call, 0), dest = ph_java_argument(call, 2);
    char text[256];

    if (source == 0 || dest == 0) {
        return ph_java_throw_null(call);
    }
    struct copy copy = {ph_address(heap, source),   ph_address(heap, dest),
                        ph_class_of(heap, source),  ph_class_of(heap, dest),
                        (int32_t)call->slots[1],    (int32_t)call->slots[3],
                        (int32_t)call->slots[4]};
    if ((copy.source_class->flags & PH_CLASS_ARRAY) == 0) {
        return no_array(call, "source", copy.source_class);
    }
    if ((copy.dest_class->flags & PH_CLASS_ARRAY) == 0) {
        return no_array(call, "destination", copy.dest_class);
    }
    if (copy.source_class->item_kind != copy.dest_class->item_kind) {
        return wrong_kinds(call, &copy);
    }
    if (wrong_bounds(&copy, text, sizeof(text)) != NULL) {
        return ph_java_throw(call, "java/lang/ArrayIndexOutOfBoundsException", text);
    }
    if (copy.source_class->item_kind == PH_STORE_REF) {
        return source == dest || ph_class_is_subclass(heap, copy.source_class, copy.dest_class)
                   ? (copy_refs(call, (ph_ref *)(void *)copy.dest->data + copy.to,
                                (const ph_ref *)(const void *)copy.source->data + copy.from,
                                (uint64_t)copy.count),
                      PH_DONE)
                   : copy_checked(call, &copy);
    }
    uint32_t shift = copy.dest_class->item_shift;
    uint8_t *to = copy.dest->data + ((uint64_t)(uint32_t)copy.to << shift);
    ph_touch(call->mutator, to, (uint64_t)(uint32_t)copy.count << shift);
    memmove(to, copy.source->data + ((uint64_t)(uint32_t)copy.from << shift),
            (size_t)(uint32_t)copy.count << shift);
    return PH_DONE;
}

/* ---- Numbers and strings --------------------------------------------------------------------- */

/* A float's bits lie in its slot as an int's do. */
static enum ph_outcome same_bits(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

static enum ph_outcome intern(struct ph_call *call)
{
    struct ph_root string;
    ph_root_push(call->mutator, &string, ph_java_argument(call, 0));
    ph_ref interned = ph_java_intern(call, &string);
    ph_root_pop(call->mutator, &string);
    return ph_java_return_ref(call, interned);
}

/* ---- System: its streams and its time -------------------------------------------------------- */

static enum ph_outcome set_stream(struct ph_call *call, const char *key)
{
    return ph_java_set_static_ref(call, "java/lang/System", key, ph_java_argument(call, 0))
               ? PH_DONE
               : ph_java_throw(call, "java/lang/InternalError", key);
}

static enum ph_outcome set_in(struct ph_call *call)
{
    return set_stream(call, "in:Ljava/io/InputStream;");
}

static enum ph_outcome set_out(struct ph_call *call)
{
    return set_stream(call, "out:Ljava/io/PrintStream;");
}

static enum ph_outcome set_err(struct ph_call *call)
{
    return set_stream(call, "err:Ljava/io/PrintStream;");
}

static enum ph_outcome nano_time(struct ph_call *call)
{
    return ph_java_return(call, ph_machine_clock_ns(call->machine));
}

static enum ph_outcome current_time_millis(struct ph_call *call)
{
    return ph_java_return(call, ph_clock_wall_ns() / 1000000u);
}

static enum ph_outcome map_library_name(struct ph_call *call)
{
    char name[PH_JAVA_NAME_BYTES], text[PH_JAVA_NAME_BYTES + 8];

    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    if (!ph_java_name_argument(call, 0, name, false)) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", "name too long");
    }
    ph_text_printf(text, sizeof(text), "lib%s.so", name);
    return ph_java_return_string(call, ph_java_slice_of(text));
}

/* ---- The table ------------------------------------------------------------------------------- */

#define CLASS "Ljava/lang/Class;"
#define STRING "Ljava/lang/String;"
#define OBJECT "Ljava/lang/Object;"
#define S "java/lang/System."

static const struct ph_native_info natives[] = {
    {"java", "java/lang/Object.hashCode()I", "r:i", identity_hash},
    {"java", "java/lang/Object.getClass()" CLASS, "r:r", get_class},
    {"java", "java/lang/Object.clone()" OBJECT, "r:r", clone_object},
    {"java", "java/lang/String.intern()" STRING, "r:r", intern},
    {"java", "java/lang/StringUTF16.isBigEndian()Z", ":i", ph_java_zero},
    {"java", "java/lang/Float.floatToRawIntBits(F)I", "f:i", same_bits},
    {"java", "java/lang/Float.intBitsToFloat(I)F", "i:f", same_bits},
    {"java", "java/lang/Double.doubleToRawLongBits(D)J", "d:l", same_bits},
    {"java", "java/lang/Double.longBitsToDouble(J)D", "l:d", same_bits},
    {"java", S "registerNatives()V", ":", ph_java_nothing},
    {"java", S "arraycopy(" OBJECT "I" OBJECT "II)V", "ririi:", array_copy},
    {"java", S "identityHashCode(" OBJECT ")I", "r:i", identity_hash},
    {"java", S "nanoTime()J", ":l", nano_time},
    {"java", S "currentTimeMillis()J", ":l", current_time_millis},
    {"java", S "setIn0(Ljava/io/InputStream;)V", "r:", set_in},
    {"java", S "setOut0(Ljava/io/PrintStream;)V", "r:", set_out},
    {"java", S "setErr0(Ljava/io/PrintStream;)V", "r:", set_err},
    {"java", S "mapLibraryName(" STRING ")" STRING, "r:r", map_library_name},
};

ph_status ph_java_lang_natives_add(struct ph_java_vm *self)
{
    ph_status (*const tables[])(struct ph_java_vm *) = {
        ph_java_vm_natives_add, ph_java_class_natives_add, ph_java_system_natives_add,
        ph_java_module_natives_add, ph_java_loader_natives_add, ph_java_pool_natives_add};
    ph_status status = ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                                  PH_PRIVILEGE_ALL);
    for (uint32_t i = 0; status == PH_OK && i < PH_COUNT(tables); i++) {
        status = tables[i](self);
    }
    return status;
}
