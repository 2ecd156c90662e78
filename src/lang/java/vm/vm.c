/* SPDX-License-Identifier: Apache-2.0 */
/* vm.c - the volatile half of Java: what is known of classes, the roots, members, and how natives
 * end. */
#include "lang/java/vm/vm.h"

#include "base/text.h"
#include "lang/java/vm/access.h"
#include "lang/java/vm/places.h"

/* ---- Beginning and end ---------------------------------------------------------------------- */

/* What programs call often, and what looks at no frames and neither waits nor changes anything
 * before it throws. */
static void set_leaves(struct ph_java_vm *self)
{
#define LANG "java.java/lang/"
#define UNSAFE "java.jdk/internal/misc/Unsafe."
    static const char *const leaves[] = {
        LANG "Object.hashCode", LANG "Object.getClass", LANG "Object.clone",
        LANG "System.arraycopy", LANG "System.identityHashCode", LANG "System.nanoTime",
        LANG "System.currentTimeMillis", LANG "Thread.currentThread", LANG "Class.is",
        LANG "Class.getModifiers", LANG "Class.getSuperclass", LANG "Float.", LANG "Double.",
        LANG "StrictMath.", LANG "String.intern", LANG "StringUTF16.isBigEndian",
        LANG "reflect/Array.getLength", LANG "reflect/Array.newArray",
        LANG "ref/Reference.refersTo0", UNSAFE "get", UNSAFE "put", UNSAFE "compareAnd",
        UNSAFE "loadFence", UNSAFE "storeFence", UNSAFE "fullFence", "java.reference_get",
        "java.f32_rem", "java.f64_rem"};
    ph_machine_set_leaves(self->machine, leaves, PH_COUNT(leaves));
#undef LANG
#undef UNSAFE
}

static ph_status add_natives(struct ph_java_vm *self)
{
    ph_status (*const tables[])(struct ph_java_vm *) = {
        ph_java_idle_natives_add, ph_java_launcher_natives_add, ph_java_link_natives_add,
        ph_java_lang_natives_add, ph_java_reflect_natives_add, ph_java_unsafe_natives_add,
        ph_java_thread_natives_add, ph_java_trace_natives_add, ph_java_dump_natives_add,
        ph_java_npe_natives_add, ph_java_invoke_natives_add,
        ph_java_io_natives_add, ph_java_math_natives_add, ph_java_image_natives_add,
        ph_java_access_natives_add, ph_java_world_natives_add, ph_java_stand_ins_add,
        ph_java_management_natives_add, ph_java_assert_natives_add, ph_java_base_natives_add};
    ph_status status = PH_OK;

    for (uint32_t i = 0; status == PH_OK && i < PH_COUNT(tables); i++) {
        status = tables[i](self);
    }
    set_leaves(self);
    return status;
}

ph_status ph_java_vm_create(struct ph_machine *machine,
                            bool (*open_library)(struct ph_java_vm *self),
                            struct ph_java_vm **vm, struct ph_error *error)
{
    struct ph_allocator *allocator = ph_port_allocator();
    struct ph_java_vm *self = ph_alloc(allocator, sizeof(*self));

    if (self == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for Java");
    }
    *self = (struct ph_java_vm){.machine = machine, .allocator = allocator,
                                .open_library = open_library};
    self->heap = ph_machine_heap(machine);
    self->heap->stress_at_rest = true; /* invariant (5) */
    ph_mutex_init(&self->lock);
    ph_mutex_init(&self->dictionary_lock);
    ph_map_init(&self->exported, allocator);
    ph_scratch_init(&self->memory, allocator, 0);
    self->places = ph_scratch_alloc(&self->memory, PH_JAVA_PLACE_COUNT * sizeof(uint64_t));
    if (self->places != NULL) {
        memset(self->places, 0, PH_JAVA_PLACE_COUNT * sizeof(uint64_t));
    }
    if (self->places == NULL || add_natives(self) != PH_OK) {
        ph_java_vm_destroy(self);
        return ph_fail(error, PH_NO_MEMORY, "out of memory for Java's natives");
    }
    *vm = self;
    return PH_OK;
}

void ph_java_vm_destroy(struct ph_java_vm *self)
{
    if (self == NULL) {
        return;
    }
    ph_map_finish(&self->exported);
    ph_scratch_finish(&self->memory);
    ph_java_dumps_finish(self);
    ph_mutex_finish(&self->lock);
    ph_mutex_finish(&self->dictionary_lock);
    ph_free(self->allocator, self, sizeof(*self));
}

/* ---- Roots ---------------------------------------------------------------------------------- */

static struct ph_global_object *root_of(const struct ph_call *call, enum ph_java_root root)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_program *program = ph_address(heap, call->thread->program_ref);
    const struct ph_instance *launcher = ph_address(heap, program->instance_ref);
    const struct ph_refs *globals = ph_address(heap, launcher->globals_ref);

    PH_ASSERT(call->thread->program_ref != 0 && globals->length >= PH_JAVA_ROOT_COUNT);
    return ph_address(heap, globals->items[root]);
}

ph_ref ph_java_root(const struct ph_call *call, enum ph_java_root root)
{
    return (ph_ref)root_of(call, root)->value;
}

void ph_java_set_root(struct ph_call *call, enum ph_java_root root, ph_ref value)
{
    ph_ref *slot = (ph_ref *)(void *)&root_of(call, root)->value;
    PH_SET_REF(call->mutator, *slot, value);
}

/* ---- Fields of objects ---------------------------------------------------------------------- */

/* The place of a field of an object of Java's own; `storage` is told. */
static uint8_t *place_of(struct ph_java_vm *self, ph_ref object, const char *key,
                         uint8_t *storage)
{
    struct ph_class *class = ph_address(
        self->heap, ((const struct ph_object *)ph_address(self->heap, object))->class_ref);
    struct ph_slice wanted = {(const uint8_t *)key, strlen(key)};
    uint32_t number;
    const struct ph_java_known *found = ph_java_find_field(self, class, wanted, &number);

    PH_ASSERT(found != NULL);
    *storage = found->view->loaded->unit.class_defs[0].fields[number].storage;
    return (uint8_t *)ph_address(self->heap, object) + ph_java_field_offset(found, number);
}

ph_ref ph_java_get_ref(struct ph_java_vm *self, ph_ref object, const char *key)
{
    uint8_t storage;
    const uint8_t *place = place_of(self, object, key, &storage);
    PH_ASSERT(storage == PH_STORE_REF);
    return ph_load_u32(place);
}

void ph_java_set_ref(struct ph_call *call, ph_ref object, const char *key, ph_ref value)
{
    uint8_t storage;
    ph_ref *place = (ph_ref *)(void *)place_of(ph_java_vm_of(call), object, key, &storage);
    PH_ASSERT(storage == PH_STORE_REF);
    PH_SET_REF(call->mutator, *place, value);
}

int64_t ph_java_get_number(struct ph_java_vm *self, ph_ref object, const char *key)
{
    uint8_t storage;
    const uint8_t *place = place_of(self, object, key, &storage);
    switch (storage) {
    case PH_STORE_I8: return (int8_t)*place;
    case PH_STORE_U8: return *place;
    case PH_STORE_I16: return (int16_t)ph_load_u16(place);
    case PH_STORE_U16: return ph_load_u16(place);
    case PH_STORE_I64: return (int64_t)ph_load_u64(place);
    default: return (int32_t)ph_load_u32(place);
    }
}

void ph_java_set_number(struct ph_call *call, ph_ref object, const char *key, int64_t value)
{
    uint8_t storage;
    uint8_t *place = place_of(ph_java_vm_of(call), object, key, &storage);
    uint64_t bits = (uint64_t)value;
    PH_ASSERT(storage != PH_STORE_REF);
    ph_touch(call->mutator, place, UINT64_C(1) << ph_storage_shift(storage));
    memcpy(place, &bits, (size_t)1 << ph_storage_shift(storage));
}
