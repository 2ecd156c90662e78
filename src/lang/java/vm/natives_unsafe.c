/* SPDX-License-Identifier: Apache-2.0 */
/* natives_unsafe.c - jdk.internal.misc.Unsafe.
 *
 * Where a field is, Java is told as an offset from its object's start, for items of arrays as well;
 * the base of static fields is the class's mirror, with offsets beyond any object's. Nothing is
 * believed:
 *   (1) Numbers are read and written only where the object has numbers, or padding, of the program;
 *       references where it has references.
 *   (2) Objects of the machine's own classes are left alone; so are the fields that the translator
 *       adds to Java's classes, which natives trust, and what a built-in superclass has.
 *   (3) No reference is wrong for a slot: whoever uses an object looks at its class. */
#include "lang/java/vm/unsafe.h"

#include "base/text.h"
#include "lang/java/vm/natives_reflect.h"
#include "machine/link.h"

#define ITEMS_OFFSET ((uint64_t)offsetof(struct ph_bytes, data))
#define STATIC_NUMBERS (UINT64_C(1) << 24) /* offsets of static fields in their mirrors; */
#define STATIC_REFS (UINT64_C(1) << 28)    /* objects are smaller */

_Static_assert(offsetof(struct ph_bytes, data) == offsetof(struct ph_refs, items), "one base");

/* ---- What is known of classes --------------------------------------------------------------- */

/* Of a class, in vm->guards by its number. */
enum guard {
    GUARD_UNKNOWN,
    GUARD_NONE,
    GUARD_FIELDS, /* it has fields that are added: to be looked at each time */
    GUARD_MIRROR  /* likewise, and it is java.lang.Class */
};
#define GUARDS (UINT32_C(1) << 16) /* classes with higher numbers are looked at each time */

static bool is_added(struct ph_slice field_name)
{
    for (uint64_t i = 0; i < field_name.size; i++) {
        if (field_name.bytes[i] == ':') {
            return false;
        }
    }
    return true;
}

/* Whether [offset, offset + bytes) of an object of the class touches an added field. With bytes ==
 * UINT64_MAX: whether there is any. */
static bool touches_added(struct ph_java_vm *vm, const struct ph_class *class, uint64_t offset,
                          uint64_t bytes)
{
    for (; class != NULL && class->definition != UINT32_MAX;
         class = class->super_ref == 0 ? NULL : ph_address(vm->heap, class->super_ref)) {
        const struct ph_java_class *known = ph_java_defined(vm, class);
        if (known == NULL) {
            return true;
        }
        const struct ph_class_def *def = &known->view->loaded->unit.class_defs[0];
        for (uint32_t i = known->file.field_count; i < def->field_count; i++) {
            uint64_t start = ph_java_field_offset(known, i);
            uint64_t end = start + (UINT64_C(1) << ph_storage_shift(def->fields[i].storage));
            if (is_added(def->fields[i].name) &&
                (bytes == UINT64_MAX || (offset < end && start < offset + bytes))) {
                return true;
            }
        }
    }
    return false;
}

static enum guard find_guard(struct ph_java_vm *vm, const struct ph_class *class)
{
    const struct ph_java_class *known = ph_java_defined(vm, class);

    if (known != NULL && ph_slice_equal(known->file.name, PH_SLICE_TEXT("java/lang/Class")) &&
        ph_java_loader_of(vm, class) == 0) {
        return GUARD_MIRROR;
    }
    return touches_added(vm, class, 0, UINT64_MAX) ? GUARD_FIELDS : GUARD_NONE;
}

static enum guard guard_of(struct ph_java_vm *vm, const struct ph_class *class)
{
    uint8_t *known = class->number < GUARDS ? &vm->guards[class->number] : NULL;
    enum guard guard = known == NULL ? GUARD_UNKNOWN
                                     : (enum guard)__atomic_load_n(known, __ATOMIC_RELAXED);

    if (guard == GUARD_UNKNOWN) {
        guard = find_guard(vm, class);
        if (known != NULL && class->mirror_ref != 0) { /* before, not all of it is known */
            __atomic_store_n(known, (uint8_t)guard, __ATOMIC_RELAXED);
        }
    }
    return guard;
}

/* ---- Places --------------------------------------------------------------------------------- */

static bool is_plain(const struct ph_class *class)
{
    return (class->layout == PH_LAYOUT_PLAIN || class->layout == PH_LAYOUT_WEAK) &&
           class->definition != UINT32_MAX;
}

/* Where the program's own fields begin: after what the built-in superclass has. */
static uint32_t own_start(const struct ph_heap *heap, const struct ph_class *class)
{
    while (class->definition != UINT32_MAX) {
        class = ph_address(heap, class->super_ref);
    }
    return class->bytes;
}

/* Index of the first reference of an object of `class` that is not below `offset`. */
static uint32_t first_ref(const struct ph_class *class, uint64_t offset)
{
    uint32_t low = 0, high = class->ref_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (class->ref_offsets[middle] < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_no_refs(const struct ph_class *class, uint64_t offset, uint64_t bytes)
{
    uint32_t i = first_ref(class, offset < sizeof(ph_ref) ? 0 : offset - sizeof(ph_ref) + 1);
    return i == class->ref_count || class->ref_offsets[i] >= offset + bytes;
}

/* Of arrays that programs make; the machine's own are pinned. */
static bool is_program_array(const struct ph_heap *heap, const struct ph_class *class)
{
    return class->number >= PH_CLASS_LIMIT || class == ph_address(heap, heap->header->classes[
                                                                            PH_CLASS_BYTES]) ||
           class == ph_address(heap, heap->header->classes[PH_CLASS_REFS]);
}

/* The class that `object`, of class `class`, mirrors; NULL: it is no mirror of one. */
static struct ph_class *class_behind(struct ph_java_vm *vm, ph_ref object,
                                     const struct ph_class *class)
{
    uint32_t primitive;
    return guard_of(vm, class) == GUARD_MIRROR ? ph_java_class_behind(vm, object, &primitive)
                                               : NULL;
}

/* `bytes` bytes of numbers among static fields; NULL: there are none. */
static uint8_t *static_number(struct ph_java_vm *vm, ph_ref object, uint64_t offset,
                              uint64_t bytes)
{
    const struct ph_class *class = class_behind(vm, object, ph_class_of(vm->heap, object));
    if (class == NULL || class->statics_ref == 0 || offset >= STATIC_REFS) {
        return NULL;
    }
    struct ph_bytes *statics = ph_address(vm->heap, class->statics_ref);
    uint64_t at = offset - STATIC_NUMBERS;
    uint64_t size = PH_ALIGN_UP(statics->length, 8u); /* objects have 16 and more */
    return bytes <= size && at <= size - bytes ? statics->data + at : NULL;
}

/* `bytes` bytes of numbers in `object`, or of memory if that is null. NULL: see (1) and (2). */
static uint8_t *number_place(struct ph_call *call, ph_ref object, uint64_t offset, uint64_t bytes)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    if (object == 0) {
        return ph_java_memory(call, offset, bytes);
    }
    if (offset >= STATIC_NUMBERS &&
        ph_class_of(vm->heap, object)->layout == PH_LAYOUT_PLAIN) {
        return static_number(vm, object, offset, bytes);
    }
    const struct ph_class *class = ph_class_of(vm->heap, object);
    uint64_t size = PH_ALIGN_UP(ph_object_bytes(vm->heap, object), (uint64_t)PH_OBJECT_ALIGN);
    bool is_good = bytes <= size && offset <= size - bytes;
    if (class->layout == PH_LAYOUT_BYTES) {
        is_good = is_good && offset >= ITEMS_OFFSET && is_program_array(vm->heap, class);
    } else {
        is_good = is_good && is_plain(class) && offset >= own_start(vm->heap, class) &&
                  has_no_refs(class, offset, bytes) &&
                  (guard_of(vm, class) == GUARD_NONE || !touches_added(vm, class, offset, bytes));
    }
    return is_good ? (uint8_t *)ph_address(vm->heap, object) + offset : NULL;
}

static ph_ref *static_ref(struct ph_java_vm *vm, ph_ref object, uint64_t offset)
{
    const struct ph_class *class = class_behind(vm, object, ph_class_of(vm->heap, object));
    if (class == NULL || class->static_refs_ref == 0 || offset < STATIC_REFS) {
        return NULL;
    }
    struct ph_refs *statics = ph_address(vm->heap, class->static_refs_ref);
    uint64_t index = (offset - STATIC_REFS) / sizeof(ph_ref);
    return offset % sizeof(ph_ref) == 0 && index < statics->length ? &statics->items[index]
                                                                   : NULL;
}

/* The reference that `object` has at `offset`. NULL: see (1) and (2). */
static ph_ref *ref_place(struct ph_call *call, ph_ref object, uint64_t offset)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_class *class = object == 0 ? NULL : ph_class_of(vm->heap, object);
    bool is_good = false;

    if (class == NULL) {
        return NULL;
    }
    if (class->layout == PH_LAYOUT_REFS) {
        const struct ph_refs *array = ph_address(vm->heap, object);
        is_good = is_program_array(vm->heap, class) && offset >= ITEMS_OFFSET &&
                  offset % sizeof(ph_ref) == 0 &&
                  (offset - ITEMS_OFFSET) / sizeof(ph_ref) < array->length;
    } else if (is_plain(class) && offset >= STATIC_NUMBERS) {
        return static_ref(vm, object, offset);
    } else if (is_plain(class)) {
        uint32_t i = first_ref(class, offset);
        is_good = i < class->ref_count && class->ref_offsets[i] == offset &&
                  offset >= own_start(vm->heap, class) &&
                  (guard_of(vm, class) == GUARD_NONE ||
                   !touches_added(vm, class, offset, sizeof(ph_ref)));
    }
    return is_good ? (ph_ref *)(void *)((uint8_t *)ph_address(vm->heap, object) + offset) : NULL;
}

static enum ph_outcome bad_place(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/InternalError", "no such place in an object or memory");
}

/* ---- Getting and putting -------------------------------------------------------------------- */

static bool is_aligned(const void *at, uint32_t bytes) { return (uintptr_t)at % bytes == 0; }

/* Whole, if it is aligned. */
static uint64_t load_number(const uint8_t *at, uint32_t bytes, bool is_volatile)
{
    const void *place = at;
    uint64_t value = 0;

    if (!is_aligned(at, bytes)) {
        memcpy(&value, at, bytes);
    } else if (bytes == 1) {
        value = __atomic_load_n((const uint8_t *)place, __ATOMIC_RELAXED);
    } else if (bytes == 2) {
        value = __atomic_load_n((const uint16_t *)place, __ATOMIC_RELAXED);
    } else if (bytes == 4) {
        value = __atomic_load_n((const uint32_t *)place, __ATOMIC_RELAXED);
    } else {
        value = __atomic_load_n((const uint64_t *)place, __ATOMIC_RELAXED);
    }
    if (is_volatile) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
    return value;
}

static void store_number(uint8_t *at, uint64_t value, uint32_t bytes, bool is_volatile)
{
    void *place = at;

    if (is_volatile) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
    if (!is_aligned(at, bytes)) {
        memcpy(at, &value, bytes);
    } else if (bytes == 1) {
        __atomic_store_n((uint8_t *)place, (uint8_t)value, __ATOMIC_RELAXED);
    } else if (bytes == 2) {
        __atomic_store_n((uint16_t *)place, (uint16_t)value, __ATOMIC_RELAXED);
    } else if (bytes == 4) {
        __atomic_store_n((uint32_t *)place, (uint32_t)value, __ATOMIC_RELAXED);
    } else {
        __atomic_store_n((uint64_t *)place, value, __ATOMIC_RELAXED);
    }
    if (is_volatile) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
}

/* As a slot holds what lies in memory as `storage`. */
static uint64_t widen(uint64_t value, uint32_t storage)
{
    switch (storage) {
    case PH_STORE_I8: return (uint32_t)(int8_t)value;
    case PH_STORE_I16: return (uint32_t)(int16_t)value;
    case PH_STORE_U8: return value != 0;
    default: return value;
    }
}

/* The place in slots `slot` and `slot` + 1 is one in a mapped file. */
static bool is_mapped(const struct ph_call *call, uint32_t slot)
{
    return ph_java_argument(call, slot) == 0 && ph_java_is_mapped(call->slots[slot + 1]);
}

static enum ph_outcome get_mapped(struct ph_call *call, uint32_t storage, uint32_t bytes)
{
    uint64_t value = 0;
    return ph_java_mapped_read(call, call->slots[2], &value, bytes)
               ? ph_java_return(call, widen(value, storage))
               : bad_place(call);
}

static enum ph_outcome get_number(struct ph_call *call, uint32_t storage, bool is_volatile)
{
    uint32_t bytes = 1u << ph_storage_shift(storage);
    if (is_mapped(call, 1)) {
        return get_mapped(call, storage, bytes);
    }
    const uint8_t *at = number_place(call, ph_java_argument(call, 1), call->slots[2], bytes);

    return at == NULL ? bad_place(call)
                      : ph_java_return(call, widen(load_number(at, bytes, is_volatile), storage));
}

static enum ph_outcome put_number(struct ph_call *call, uint32_t storage, bool is_volatile)
{
    uint32_t bytes = 1u << ph_storage_shift(storage);
    uint64_t value = storage == PH_STORE_U8 ? call->slots[3] & 1 : call->slots[3];
    if (is_mapped(call, 1)) {
        return ph_java_mapped_write(call, call->slots[2], &value, bytes) ? PH_DONE
                                                                         : bad_place(call);
    }
    uint8_t *at = number_place(call, ph_java_argument(call, 1), call->slots[2], bytes);

    if (at == NULL) {
        return bad_place(call);
    }
    ph_touch(call->mutator, at, bytes);
    store_number(at, value, bytes, is_volatile);
    return PH_DONE;
}

/* name in Java, letter of its descriptor, letter of its slot, storage */
#define NUMBERS(X)                     \
    X(Boolean, "Z", "i", PH_STORE_U8)  \
    X(Byte, "B", "i", PH_STORE_I8)     \
    X(Short, "S", "i", PH_STORE_I16)   \
    X(Char, "C", "i", PH_STORE_U16)    \
    X(Int, "I", "i", PH_STORE_I32)     \
    X(Long, "J", "l", PH_STORE_I64)    \
    X(Float, "F", "f", PH_STORE_F32)   \
    X(Double, "D", "d", PH_STORE_F64)

#define NUMBER_NATIVES(name, letter, slot, storage)                \
    static enum ph_outcome get##name(struct ph_call *call)         \
    {                                                              \
        return get_number(call, storage, false);                   \
    }                                                              \
    static enum ph_outcome get##name##Volatile(struct ph_call *call) \
    {                                                              \
        return get_number(call, storage, true);                    \
    }                                                              \
    static enum ph_outcome put##name(struct ph_call *call)         \
    {                                                              \
        return put_number(call, storage, false);                   \
    }                                                              \
    static enum ph_outcome put##name##Volatile(struct ph_call *call) \
    {                                                              \
        return put_number(call, storage, true);                    \
    }
NUMBERS(NUMBER_NATIVES)

static enum ph_outcome get_ref(struct ph_call *call)
{
    const ph_ref *at = ref_place(call, ph_java_argument(call, 1), call->slots[2]);
    return at == NULL ? bad_place(call)
                      : ph_java_return(call, __atomic_load_n(at, __ATOMIC_SEQ_CST));
}

static enum ph_outcome put_ref(struct ph_call *call)
{
    ph_ref *at = ref_place(call, ph_java_argument(call, 1), call->slots[2]);
    ph_ref value = ph_java_argument(call, 3);

    if (at == NULL) {
        return bad_place(call);
    }
    ph_touch(call->mutator, at, sizeof(*at));
    __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
    if (ph_is_young(call->mutator->heap, value)) {
        ph_remember(call->mutator, at);
    }
    return PH_DONE;
}

/* ---- Exchanging ----------------------------------------------------------------------------- */

/* Stores slot 4 if slot 3 is there; what was there. False: there is no such place. */
static bool exchange_int(struct ph_call *call, uint32_t *found)
{
    uint32_t wanted = (uint32_t)call->slots[4];
    *found = (uint32_t)call->slots[3];
    if (is_mapped(call, 1)) {
        return ph_java_mapped_exchange(call, call->slots[2], found, &wanted, sizeof(wanted));
    }
    void *at = number_place(call, ph_java_argument(call, 1), call->slots[2], sizeof(uint32_t));

    if (at == NULL || !is_aligned(at, sizeof(uint32_t))) {
        return false;
    }
    ph_touch(call->mutator, at, sizeof(uint32_t));
    (void)__atomic_compare_exchange_n((uint32_t *)at, found, wanted, false, __ATOMIC_SEQ_CST,
                                      __ATOMIC_SEQ_CST);
    return true;
}

static bool exchange_long(struct ph_call *call, uint64_t *found)
{
    *found = call->slots[3];
    if (is_mapped(call, 1)) {
        return ph_java_mapped_exchange(call, call->slots[2], found, &call->slots[4],
                                       sizeof(*found));
    }
    void *at = number_place(call, ph_java_argument(call, 1), call->slots[2], sizeof(uint64_t));

    if (at == NULL || !is_aligned(at, sizeof(uint64_t))) {
        return false;
    }
    ph_touch(call->mutator, at, sizeof(uint64_t));
    (void)__atomic_compare_exchange_n((uint64_t *)at, found, call->slots[4], false,
                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return true;
}

static bool exchange_ref(struct ph_call *call, ph_ref *found)
{
    ph_ref *at = ref_place(call, ph_java_argument(call, 1), call->slots[2]);
    ph_ref value = ph_java_argument(call, 4);

    if (at == NULL) {
        return false;
    }
    *found = ph_java_argument(call, 3);
    ph_touch(call->mutator, at, sizeof(*at));
    if (__atomic_compare_exchange_n(at, found, value, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST) &&
        ph_is_young(call->mutator->heap, value)) {
        ph_remember(call->mutator, at);
    }
    return true;
}

static enum ph_outcome compareAndSetInt(struct ph_call *call)
{
    uint32_t found;
    return exchange_int(call, &found)
               ? ph_java_return(call, found == (uint32_t)call->slots[3])
               : bad_place(call);
}

static enum ph_outcome compareAndExchangeInt(struct ph_call *call)
{
    uint32_t found;
    return exchange_int(call, &found) ? ph_java_return(call, found) : bad_place(call);
}

static enum ph_outcome compareAndSetLong(struct ph_call *call)
{
    uint64_t found;
    return exchange_long(call, &found) ? ph_java_return(call, found == call->slots[3])
                                       : bad_place(call);
}

static enum ph_outcome compareAndExchangeLong(struct ph_call *call)
{
    uint64_t found;
    return exchange_long(call, &found) ? ph_java_return(call, found) : bad_place(call);
}

static enum ph_outcome compareAndSetReference(struct ph_call *call)
{
    ph_ref found;
    return exchange_ref(call, &found)
               ? ph_java_return(call, found == ph_java_argument(call, 3))
               : bad_place(call);
}

static enum ph_outcome compareAndExchangeReference(struct ph_call *call)
{
    ph_ref found;
    return exchange_ref(call, &found) ? ph_java_return(call, found) : bad_place(call);
}

static enum ph_outcome fence(struct ph_call *call)
{
    (void)call;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return PH_DONE;
}

/* ---- Where things are ----------------------------------------------------------------------- */

uint64_t ph_java_unsafe_offset(const struct ph_java_class *class, uint32_t field)
{
    const struct ph_class_def *def = &class->view->loaded->unit.class_defs[0];

    if (field >= class->file.field_count) {
        return UINT64_MAX;
    }
    uint64_t offset = ph_java_field_offset(class, field);
    if ((def->fields[field].flags & PH_FIELD_STATIC) == 0) {
        return offset;
    }
    return def->fields[field].storage == PH_STORE_REF ? STATIC_REFS + offset * sizeof(ph_ref)
                                                      : STATIC_NUMBERS + offset;
}

static struct ph_class *class_argument(struct ph_call *call, uint32_t slot, uint32_t *primitive)
{
    return ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, slot), primitive);
}

static enum ph_outcome array_base(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = class_argument(call, 1, &primitive);

    return class != NULL && (class->flags & PH_CLASS_ARRAY) != 0
               ? ph_java_return(call, ITEMS_OFFSET)
               : ph_java_throw(call, "java/lang/InvalidClassException", NULL);
}

static enum ph_outcome array_scale(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = class_argument(call, 1, &primitive);

    return class != NULL && (class->flags & PH_CLASS_ARRAY) != 0
               ? ph_java_return(call, UINT64_C(1) << class->item_shift)
               : ph_java_throw(call, "java/lang/InvalidClassException", NULL);
}

/* A java.lang.reflect.Field's place; UINT64_MAX: it is none. */
static uint64_t offset_of_field(struct ph_call *call, ph_ref field, bool is_static,
                                ph_ref *mirror)
{
    uint32_t number;
    const struct ph_java_class *class = ph_java_field_of(call, field, &number);

    if (class == NULL ||
        ((class->file.fields[number].flags & PH_ACC_STATIC) != 0) != is_static) {
        return UINT64_MAX;
    }
    *mirror = class->class->mirror_ref;
    return ph_java_unsafe_offset(class, number);
}

static enum ph_outcome no_field(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/InternalError", "no such field");
}

static enum ph_outcome object_offset(struct ph_call *call)
{
    ph_ref mirror;
    uint64_t offset = offset_of_field(call, ph_java_argument(call, 1), false, &mirror);
    return offset == UINT64_MAX ? no_field(call) : ph_java_return(call, offset);
}

static enum ph_outcome static_offset(struct ph_call *call)
{
    ph_ref mirror;
    uint64_t offset = offset_of_field(call, ph_java_argument(call, 1), true, &mirror);
    return offset == UINT64_MAX ? no_field(call) : ph_java_return(call, offset);
}

static enum ph_outcome static_base(struct ph_call *call)
{
    ph_ref mirror;
    uint64_t offset = offset_of_field(call, ph_java_argument(call, 1), true, &mirror);
    return offset == UINT64_MAX ? no_field(call) : ph_java_return(call, mirror);
}

/* Of the class's own field of that name, whatever its type. */
static enum ph_outcome offset_by_name(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    const struct ph_java_class *class =
        ph_java_defined(vm, class_argument(call, 1, &primitive));
    char text[256];

    if (ph_java_argument(call, 1) == 0 || ph_java_argument(call, 2) == 0) {
        return ph_java_throw_null(call);
    }
    size_t size = ph_java_string_text(vm, ph_java_argument(call, 2), text, sizeof(text));
    struct ph_slice name = {(const uint8_t *)text, size};
    for (uint32_t i = 0; class != NULL && size < sizeof(text) && i < class->file.field_count;
         i++) {
        const struct ph_class_field *field = &class->file.fields[i];
        if (ph_slice_equal(ph_classfile_text(&class->file, field->name), name)) {
            return ph_java_return(call, ph_java_unsafe_offset(class, i));
        }
    }
    return no_field(call);
}

/* ---- Memory --------------------------------------------------------------------------------- */

static enum ph_outcome allocate_memory(struct ph_call *call)
{
    return ph_java_return(call, ph_java_memory_new(call, call->slots[1]));
}

static enum ph_outcome free_memory(struct ph_call *call)
{
    return call->slots[1] == 0 || ph_java_memory_free(call, call->slots[1]) ? PH_DONE
                                                                            : bad_place(call);
}

static enum ph_outcome reallocate_memory(struct ph_call *call)
{
    uint64_t old = call->slots[1];
    uint64_t old_bytes = old == 0 ? 0 : ph_java_memory_bytes(call, old);

    if (old != 0 && old_bytes == 0) {
        return bad_place(call);
    }
    uint64_t made = ph_java_memory_new(call, call->slots[2]);
    if (made != 0 && old != 0) {
        uint64_t bytes = PH_MIN(old_bytes, call->slots[2]);
        uint8_t *to = ph_java_memory_write(call, made, bytes);
        const uint8_t *from = ph_java_memory(call, old, bytes);
        if (to == NULL || from == NULL) {
            return bad_place(call); /* freed by another thread meanwhile */
        }
        memcpy(to, from, (size_t)bytes);
        (void)ph_java_memory_free(call, old);
    }
    return ph_java_return(call, made);
}

#define PIECE_BYTES 4096u /* of mapped files; a multiple of each item's size */

static enum ph_outcome set_mapped(struct ph_call *call, uint64_t address, uint64_t bytes)
{
    uint8_t piece[PIECE_BYTES];
    bool is_good = true;
    memset(piece, (int)(uint8_t)call->slots[4], sizeof(piece));
    for (uint64_t done = 0, count; is_good && done < bytes; done += count) {
        count = PH_MIN(bytes - done, (uint64_t)PIECE_BYTES);
        is_good = ph_java_mapped_write(call, address + done, piece, count);
    }
    return is_good ? PH_DONE : bad_place(call);
}

static enum ph_outcome set_memory(struct ph_call *call)
{
    uint64_t bytes = call->slots[3];
    if (is_mapped(call, 1)) {
        return set_mapped(call, call->slots[2], bytes);
    }
    uint8_t *to = number_place(call, ph_java_argument(call, 1), call->slots[2], bytes);

    if (to == NULL) {
        return bytes == 0 ? PH_DONE : bad_place(call);
    }
    ph_touch(call->mutator, to, bytes);
    memset(to, (int)(uint8_t)call->slots[4], (size_t)bytes);
    return PH_DONE;
}

/* Turns the bytes of each item round. */
static void copy_swapped(uint8_t *to, const uint8_t *from, uint64_t bytes, uint64_t item)
{
    bool is_down = to > from; /* may overlap: as memmove does */
    uint8_t one[8];

    for (uint64_t done = 0; done < bytes; done += item) {
        uint64_t at = is_down ? bytes - item - done : done;
        for (uint64_t i = 0; i < item; i++) {
            one[i] = from[at + item - 1 - i];
        }
        memcpy(to + at, one, (size_t)item);
    }
}

static void copy_items(uint8_t *to, const uint8_t *from, uint64_t bytes, uint64_t item)
{
    if (item == 1) {
        memmove(to, from, (size_t)bytes);
    } else {
        copy_swapped(to, from, bytes, item);
    }
}

/* From or to a mapped file, piece by piece; within one as memmove does. */
static enum ph_outcome copy_mapped(struct ph_call *call, uint64_t bytes, uint64_t item)
{
    uint64_t from_address = call->slots[2], to_address = call->slots[4];
    bool from_mapped = is_mapped(call, 1), to_mapped = is_mapped(call, 3);
    bool is_down = from_mapped && to_mapped && to_address > from_address;
    const uint8_t *from =
        from_mapped ? NULL : number_place(call, ph_java_argument(call, 1), from_address, bytes);
    uint8_t *to =
        to_mapped ? NULL : number_place(call, ph_java_argument(call, 3), to_address, bytes);
    bool is_good = bytes == 0 || ((from_mapped || from != NULL) && (to_mapped || to != NULL));
    uint8_t piece[PIECE_BYTES], turned[PIECE_BYTES];

    for (uint64_t done = 0, count; is_good && done < bytes; done += count) {
        count = PH_MIN(bytes - done, (uint64_t)PIECE_BYTES);
        uint64_t at = is_down ? bytes - done - count : done;
        if (from_mapped) {
            is_good = ph_java_mapped_read(call, from_address + at, piece, count);
        } else {
            memcpy(piece, from + at, (size_t)count);
        }
        if (!is_good) {
            break;
        }
        copy_items(turned, piece, count, item);
        if (to_mapped) {
            is_good = ph_java_mapped_write(call, to_address + at, turned, count);
        } else {
            ph_touch(call->mutator, to + at, count);
            memcpy(to + at, turned, (size_t)count);
        }
    }
    return is_good ? PH_DONE : bad_place(call);
}

/* `item`: how many bytes are turned round together; 1: none. */
static enum ph_outcome copy(struct ph_call *call, uint64_t item)
{
    uint64_t bytes = call->slots[5];
    if (is_mapped(call, 1) || is_mapped(call, 3)) {
        return copy_mapped(call, bytes, item);
    }
    const uint8_t *from = number_place(call, ph_java_argument(call, 1), call->slots[2], bytes);
    uint8_t *to = number_place(call, ph_java_argument(call, 3), call->slots[4], bytes);

    if (from == NULL || to == NULL) {
        return bytes == 0 ? PH_DONE : bad_place(call);
    }
    ph_touch(call->mutator, to, bytes);
    copy_items(to, from, bytes, item);
    return PH_DONE;
}

static enum ph_outcome copy_memory(struct ph_call *call) { return copy(call, 1); }

static enum ph_outcome copy_swap_memory(struct ph_call *call)
{
    uint64_t bytes = call->slots[5], item = call->slots[6];
    return (item == 2 || item == 4 || item == 8) && bytes % item == 0
               ? copy(call, item)
               : bytes == 0 ? PH_DONE : bad_place(call);
}

/* ---- Classes -------------------------------------------------------------------------------- */

static enum ph_outcome should_be_initialized(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = class_argument(call, 1, &primitive);

    return ph_java_return(call, class != NULL && !ph_class_is_ready(class));
}

static enum ph_outcome ensure_initialized(struct ph_call *call)
{
    uint32_t primitive;
    struct ph_class *class = class_argument(call, 1, &primitive);

    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    return class == NULL ? PH_DONE : ph_java_initialise(call, class);
}

static enum ph_outcome allocate_instance(struct ph_call *call)
{
    uint32_t primitive;
    struct ph_class *class = class_argument(call, 1, &primitive);

    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    if (class == NULL || !is_plain(class) ||
        (class->flags & (PH_CLASS_ABSTRACT | PH_CLASS_INTERFACE | PH_CLASS_ARRAY)) != 0) {
        return ph_java_throw(call, "java/lang/InstantiationException", NULL);
    }
    if (guard_of(ph_java_vm_of(call), class) == GUARD_MIRROR) {
        return ph_java_throw(call, "java/lang/IllegalAccessException", "java.lang.Class");
    }
    enum ph_outcome outcome = ph_java_initialise(call, class);
    if (outcome != PH_DONE) {
        return outcome;
    }
    ph_ref made = ph_object_new_of(call->mutator, class, 0);
    return made == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, made);
}

static enum ph_outcome throw_exception(struct ph_call *call)
{
    const uint64_t arguments[] = {call->slots[1]};
    return ph_java_call(call, "phantom/vm/Invoke", "raise(Ljava/lang/Throwable;)V", arguments, 1);
}

static enum ph_outcome nothing(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

/* AtomicLong asks whether longs are exchanged without a lock. */
static enum ph_outcome yes(struct ph_call *call) { return ph_java_return(call, 1); }

static enum ph_outcome load_average(struct ph_call *call)
{
    return ph_java_return(call, UINT32_MAX); /* -1: not to be had */
}

/* The statics of UnsafeConstants are the machine's to fill in, once its initialiser has put zeros
 * there. */
static enum ph_outcome register_natives(struct ph_call *call)
{
    static const struct {
        const char *key;
        uint32_t value;
    } constants[] = {{"ADDRESS_SIZE0:I", 8}, {"PAGE_SIZE:I", PH_PAGE_BYTES}, {"BIG_ENDIAN:Z", 0},
                     {"UNALIGNED_ACCESS:Z", 1}, {"DATA_CACHE_LINE_FLUSH_SIZE:I", 0}};
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_java_error error = {0};
    struct ph_class *class;
    struct ph_root boot;

    ph_root_push(call->mutator, &boot, 0);
    enum ph_java_found found = ph_java_find_class(
        call, &boot, PH_SLICE_TEXT("jdk/internal/misc/UnsafeConstants"), &class, &error);
    ph_root_pop(call->mutator, &boot);
    const struct ph_java_class *known =
        found == PH_JAVA_FOUND ? ph_java_defined(vm, class) : NULL;
    if (known == NULL) {
        return ph_java_throw(call, "java/lang/InternalError", "no UnsafeConstants");
    }
    enum ph_outcome outcome = ph_java_initialise(call, class);
    for (uint32_t i = 0; outcome == PH_DONE && i < PH_COUNT(constants); i++) {
        struct ph_slice key = {(const uint8_t *)constants[i].key, strlen(constants[i].key)};
        uint32_t field = ph_java_field_number(known, key);
        if (field != UINT32_MAX && class->statics_ref != 0) {
            struct ph_bytes *statics = ph_address(vm->heap, class->statics_ref);
            uint8_t *at = statics->data + ph_java_field_offset(known, field);
            const struct ph_class_def *def = &known->view->loaded->unit.class_defs[0];
            uint32_t bytes = 1u << ph_storage_shift(def->fields[field].storage);
            ph_touch(call->mutator, at, bytes);
            store_number(at, constants[i].value, bytes, true);
        }
    }
    return outcome;
}

/* ---- The table ------------------------------------------------------------------------------ */

#define UNSAFE "jdk/internal/misc/Unsafe."
#define OBJECT "Ljava/lang/Object;"

static const struct ph_native_info number_natives[] = {
#define NUMBER_ROWS(name, letter, slot, storage)                                             \
    {"java", UNSAFE "get" #name "(" OBJECT "J)" letter, "rrl:" slot, get##name},             \
    {"java", UNSAFE "get" #name "Volatile(" OBJECT "J)" letter, "rrl:" slot,                 \
     get##name##Volatile},                                                                   \
    {"java", UNSAFE "put" #name "(" OBJECT "J" letter ")V", "rrl" slot ":", put##name},      \
    {"java", UNSAFE "put" #name "Volatile(" OBJECT "J" letter ")V", "rrl" slot ":",          \
     put##name##Volatile},
    NUMBERS(NUMBER_ROWS)
};

static const struct ph_native_info natives[] = {
    {"java", UNSAFE "registerNatives()V", ":", register_natives},
    {"java", UNSAFE "getReference(" OBJECT "J)" OBJECT, "rrl:r", get_ref},
    {"java", UNSAFE "getReferenceVolatile(" OBJECT "J)" OBJECT, "rrl:r", get_ref},
    {"java", UNSAFE "putReference(" OBJECT "J" OBJECT ")V", "rrlr:", put_ref},
    {"java", UNSAFE "putReferenceVolatile(" OBJECT "J" OBJECT ")V", "rrlr:", put_ref},
    {"java", UNSAFE "compareAndSetInt(" OBJECT "JII)Z", "rrlii:i", compareAndSetInt},
    {"java", UNSAFE "compareAndExchangeInt(" OBJECT "JII)I", "rrlii:i", compareAndExchangeInt},
    {"java", UNSAFE "compareAndSetLong(" OBJECT "JJJ)Z", "rrlll:i", compareAndSetLong},
    {"java", UNSAFE "compareAndExchangeLong(" OBJECT "JJJ)J", "rrlll:l", compareAndExchangeLong},
    {"java", UNSAFE "compareAndSetReference(" OBJECT "J" OBJECT OBJECT ")Z", "rrlrr:i",
     compareAndSetReference},
    {"java", UNSAFE "compareAndExchangeReference(" OBJECT "J" OBJECT OBJECT ")" OBJECT, "rrlrr:r",
     compareAndExchangeReference},
    {"java", UNSAFE "loadFence()V", "r:", fence},
    {"java", UNSAFE "storeFence()V", "r:", fence},
    {"java", UNSAFE "fullFence()V", "r:", fence},
    {"java", UNSAFE "arrayBaseOffset0(Ljava/lang/Class;)I", "rr:i", array_base},
    {"java", UNSAFE "arrayIndexScale0(Ljava/lang/Class;)I", "rr:i", array_scale},
    {"java", UNSAFE "objectFieldOffset0(Ljava/lang/reflect/Field;)J", "rr:l", object_offset},
    {"java", UNSAFE "objectFieldOffset1(Ljava/lang/Class;Ljava/lang/String;)J", "rrr:l",
     offset_by_name},
    {"java", UNSAFE "staticFieldOffset0(Ljava/lang/reflect/Field;)J", "rr:l", static_offset},
    {"java", UNSAFE "staticFieldBase0(Ljava/lang/reflect/Field;)" OBJECT, "rr:r", static_base},
    {"java", UNSAFE "allocateMemory0(J)J", "rl:l", allocate_memory},
    {"java", UNSAFE "reallocateMemory0(JJ)J", "rll:l", reallocate_memory},
    {"java", UNSAFE "freeMemory0(J)V", "rl:", free_memory},
    {"java", UNSAFE "setMemory0(" OBJECT "JJB)V", "rrlli:", set_memory},
    {"java", UNSAFE "copyMemory0(" OBJECT "J" OBJECT "JJ)V", "rrlrll:", copy_memory},
    {"java", UNSAFE "copySwapMemory0(" OBJECT "J" OBJECT "JJJ)V", "rrlrlll:", copy_swap_memory},
    {"java", UNSAFE "shouldBeInitialized0(Ljava/lang/Class;)Z", "rr:i", should_be_initialized},
    {"java", UNSAFE "ensureClassInitialized0(Ljava/lang/Class;)V", "rr:", ensure_initialized},
    {"java", UNSAFE "allocateInstance(Ljava/lang/Class;)" OBJECT, "rr:r", allocate_instance},
    {"java", UNSAFE "throwException(Ljava/lang/Throwable;)V", "rr:", throw_exception},
    {"java", UNSAFE "getLoadAverage0([DI)I", "rri:i", load_average},
    {"java", "java/util/concurrent/atomic/AtomicLong.VMSupportsCS8()Z", ":i", yes},
    {"java", UNSAFE "writebackPreSync0()V", "r:", nothing},
    {"java", UNSAFE "writebackPostSync0()V", "r:", nothing},
    {"java", UNSAFE "writeback0(J)V", "rl:", nothing},
};

ph_status ph_java_unsafe_natives_add(struct ph_java_vm *self)
{
    self->guards = ph_scratch_alloc(&self->memory, GUARDS);
    if (self->guards == NULL) {
        return PH_NO_MEMORY;
    }
    memset(self->guards, 0, GUARDS);
    ph_status status = ph_machine_add_natives_for(self->machine, number_natives,
                                                  PH_COUNT(number_natives), self,
                                                  PH_PRIVILEGE_ALL);
    return status != PH_OK ? status
                           : ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives),
                                                        self, PH_PRIVILEGE_ALL);
}
