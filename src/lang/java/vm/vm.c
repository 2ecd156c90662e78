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
    ph_map_init(&self->classes, allocator);
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

static void drop_class(struct ph_java_class *class)
{
    ph_name_map_finish(&class->fields);
    ph_name_map_finish(&class->methods);
    ph_scratch_finish(&class->memory);
}

void ph_java_vm_destroy(struct ph_java_vm *self)
{
    uint64_t cursor = 0, key, value;

    if (self == NULL) {
        return;
    }
    while (ph_map_next(&self->classes, &cursor, &key, &value)) {
        drop_class((struct ph_java_class *)(uintptr_t)value);
    }
    ph_map_finish(&self->classes);
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

/* ---- What is known of a class --------------------------------------------------------------- */

/* "name:desc" and "name(desc)" are the names that the unit has already. */
static bool note_members(struct ph_java_class *self)
{
    const struct ph_class_def *def = &self->view->loaded->unit.class_defs[0];

    for (uint32_t i = 0; i < def->field_count; i++) {
        if (!ph_name_map_put(&self->fields, def->fields[i].name, i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < def->method_count; i++) {
        if (!ph_name_map_put(&self->methods, def->methods[i].name, i)) {
            return false;
        }
    }
    return true;
}

static bool read_class(struct ph_java_class *self, struct ph_slice file)
{
    return ph_classfile_read_known(file, &self->memory, &self->file, NULL) == PH_OK &&
           ph_java_origin_open(self->view->loaded->unit.origin, &self->origin, NULL) == PH_OK &&
           note_members(self);
}

const struct ph_java_class *ph_java_note_file(struct ph_java_vm *self, struct ph_class *class,
                                              struct ph_slice file)
{
    const struct ph_instance *instance = ph_address(self->heap, class->instance_ref);
    uint64_t known = 0;

    ph_mutex_lock(&self->lock);
    struct ph_java_class *made =
        ph_map_get(&self->classes, instance->id, &known)
            ? (struct ph_java_class *)(uintptr_t)known
            : ph_scratch_alloc(&self->memory, sizeof(*made));
    if (made == NULL || known == (uint64_t)(uintptr_t)made) {
        ph_mutex_unlock(&self->lock);
        return made;
    }
    *made = (struct ph_java_class){.class = class,
                                   .view = ph_view_find(self->machine, class->instance_ref)};
    ph_scratch_init(&made->memory, self->allocator, 0);
    ph_name_map_init(&made->fields, self->allocator);
    ph_name_map_init(&made->methods, self->allocator);
    if (!read_class(made, file) ||
        !ph_map_put(&self->classes, instance->id, (uint64_t)(uintptr_t)made)) {
        drop_class(made);
        made = NULL;
    }
    ph_mutex_unlock(&self->lock);
    return made;
}

/* Where instances of java.lang.Class have the field; looks into the unit alone, since what is known
 * of classes is found by it. */
static uint32_t offset_in_class(struct ph_java_vm *self, const struct ph_class *class,
                                const char *name)
{
    const struct ph_view *view = ph_view_find(self->machine, class->instance_ref);
    const struct ph_class_def *def = &view->loaded->unit.class_defs[0];
    const struct ph_bytes *offsets = ph_address(self->heap, class->fields_ref);
    struct ph_slice wanted = {(const uint8_t *)name, strlen(name)};

    for (uint32_t i = 0; i < def->field_count; i++) {
        if (ph_slice_equal(def->fields[i].name, wanted)) {
            return ph_load_u32(offsets->data + i * sizeof(uint32_t));
        }
    }
    PH_ASSERT(!"java.lang.Class has its fields");
    return 0;
}

void ph_java_learn_class(struct ph_java_vm *self, const struct ph_class *class)
{
    uint32_t class_offset = offset_in_class(self, class, "$class");
    __atomic_store_n(&self->file_offset, offset_in_class(self, class, "$file"), __ATOMIC_RELAXED);
    __atomic_store_n(&self->class_offset, class_offset, __ATOMIC_RELEASE);
}

static ph_ref ref_at(const struct ph_heap *heap, ph_ref object, uint32_t offset)
{
    return *(const ph_ref *)(const void *)((const uint8_t *)ph_address(heap, object) + offset);
}

const struct ph_java_class *ph_java_defined(struct ph_java_vm *self,
                                             const struct ph_class *class)
{
    uint64_t known = 0;

    if (class == NULL || class->definition == UINT32_MAX) {
        return NULL;
    }
    const struct ph_instance *instance = ph_address(self->heap, class->instance_ref);
    ph_mutex_lock(&self->lock);
    bool found = ph_map_get(&self->classes, instance->id, &known);
    ph_mutex_unlock(&self->lock);
    if (found || class->mirror_ref == 0) {
        return (const struct ph_java_class *)(uintptr_t)known;
    }
    if (__atomic_load_n(&self->class_offset, __ATOMIC_ACQUIRE) == 0) {
        ph_java_learn_class(self, ph_class_of(self->heap, class->mirror_ref));
    }
    ph_ref file_ref = ref_at(self->heap, class->mirror_ref, self->file_offset);
    if (!ph_is_a(self->heap, file_ref, PH_CLASS_PINNED_BYTES)) {
        return NULL;
    }
    const struct ph_bytes *file = ph_address(self->heap, file_ref);
    return ph_java_note_file(self, (struct ph_class *)(uintptr_t)class,
                             (struct ph_slice){file->data, file->length});
}

struct ph_class *ph_java_class_behind(struct ph_java_vm *self, ph_ref mirror,
                                      uint32_t *primitive)
{
    const struct ph_heap *heap = self->heap;

    *primitive = UINT32_MAX;
    if (mirror == 0) {
        return NULL;
    }
    const struct ph_java_class *class = ph_java_defined(self, ph_class_of(heap, mirror));
    if (class == NULL || !ph_slice_equal(class->file.name, PH_SLICE_TEXT("java/lang/Class")) ||
        ph_java_loader_of(self, class->class) != 0) {
        return NULL;
    }
    ph_ref class_ref = ref_at(heap, mirror, self->class_offset);
    if (ph_is_a(heap, class_ref, PH_CLASS_CLASS)) {
        return ph_address(heap, class_ref);
    }
    *primitive = (uint32_t)ph_java_get_number(self, mirror, "$primitive");
    return NULL;
}

ph_ref ph_java_loader_of(struct ph_java_vm *self, const struct ph_class *class)
{
    while ((class->flags & PH_CLASS_ARRAY) != 0 && class->item_class_ref != 0) {
        class = ph_address(self->heap, class->item_class_ref);
    }
    return (class->flags & PH_CLASS_ARRAY) != 0 || class->mirror_ref == 0
               ? 0
               : ph_java_get_ref(self, class->mirror_ref, "classLoader:Ljava/lang/ClassLoader;");
}

/* ---- Members -------------------------------------------------------------------------------- */

uint32_t ph_java_field_number(const struct ph_java_class *self, struct ph_slice key)
{
    uint64_t number;
    return ph_name_map_get(&self->fields, key, &number) ? (uint32_t)number : UINT32_MAX;
}

uint32_t ph_java_method_number(const struct ph_java_class *self, struct ph_slice key)
{
    uint64_t number;
    return ph_name_map_get(&self->methods, key, &number) ? (uint32_t)number : UINT32_MAX;
}

uint32_t ph_java_field_offset(const struct ph_java_class *self, uint32_t field)
{
    const struct ph_heap *heap = ph_machine_heap(self->view->machine);
    const struct ph_bytes *offsets = ph_address(heap, self->class->fields_ref);
    PH_ASSERT(field < self->view->loaded->unit.class_defs[0].field_count);
    return ph_load_u32(offsets->data + field * sizeof(uint32_t));
}

static const struct ph_java_class *field_in(struct ph_java_vm *self, struct ph_class *class,
                                            struct ph_slice key, uint32_t *number)
{
    const struct ph_java_class *known = ph_java_defined(self, class);
    *number = known == NULL ? UINT32_MAX : ph_java_field_number(known, key);
    return *number == UINT32_MAX ? NULL : known;
}

/* The class, its interfaces, then what is above it (5.4.3.2). */
const struct ph_java_class *ph_java_find_field(struct ph_java_vm *self, struct ph_class *class,
                                               struct ph_slice key, uint32_t *number)
{
    const struct ph_java_class *found = NULL;

    for (struct ph_class *c = class; found == NULL && c != NULL;
         c = c->super_ref == 0 ? NULL : ph_address(self->heap, c->super_ref)) {
        found = field_in(self, c, key, number);
        const struct ph_refs *interfaces =
            c->interfaces_ref == 0 ? NULL : ph_address(self->heap, c->interfaces_ref);
        for (uint32_t i = interfaces == NULL ? 0 : interfaces->length; found == NULL && i > 0;
             i--) {
            found = field_in(self, ph_address(self->heap, interfaces->items[i - 1]), key, number);
        }
    }
    return found;
}

static const struct ph_java_class *method_in(struct ph_java_vm *self, struct ph_class *class,
                                             struct ph_slice key, uint32_t *number)
{
    const struct ph_java_class *known = ph_java_defined(self, class);
    *number = known == NULL ? UINT32_MAX : ph_java_method_number(known, key);
    return *number == UINT32_MAX ? NULL : known;
}

/* Of the interfaces: a method that is neither private nor static, one with code first (5.4.3.3). */
static const struct ph_java_class *method_of_interfaces(struct ph_java_vm *self,
                                                        const struct ph_class *class,
                                                        struct ph_slice key, uint32_t *number)
{
    const struct ph_java_class *abstract = NULL;
    uint32_t abstract_number = 0;
    const struct ph_refs *interfaces =
        class->interfaces_ref == 0 ? NULL : ph_address(self->heap, class->interfaces_ref);

    for (uint32_t i = interfaces == NULL ? 0 : interfaces->length; i > 0; i--) {
        const struct ph_java_class *found =
            method_in(self, ph_address(self->heap, interfaces->items[i - 1]), key, number);
        uint32_t flags = found == NULL ? PH_ACC_PRIVATE : found->file.methods[*number].flags;
        if ((flags & (PH_ACC_PRIVATE | PH_ACC_STATIC)) != 0) {
            continue;
        }
        if ((flags & PH_ACC_ABSTRACT) == 0) {
            return found;
        }
        abstract = abstract == NULL ? found : abstract;
        abstract_number = abstract == found ? *number : abstract_number;
    }
    *number = abstract_number;
    return abstract;
}

const struct ph_java_class *ph_java_find_method(struct ph_java_vm *self, struct ph_class *class,
                                                struct ph_slice key, uint32_t *number)
{
    const struct ph_java_class *found = NULL;
    const uint32_t seen = PH_ACC_PUBLIC | PH_ACC_STATIC;

    for (struct ph_class *c = class; found == NULL && c != NULL;
         c = c->super_ref == 0 ? NULL : ph_address(self->heap, c->super_ref)) {
        found = method_in(self, c, key, number);
        if (found != NULL && c != class && (class->flags & PH_CLASS_INTERFACE) != 0 &&
            (found->file.methods[*number].flags & seen) != PH_ACC_PUBLIC) {
            found = NULL; /* of Object's an interface has the public ones (5.4.3.4) */
        }
    }
    return found != NULL ? found : method_of_interfaces(self, class, key, number);
}

ph_ref ph_java_method_function(struct ph_call *call, const struct ph_java_class *self,
                               uint32_t method)
{
    const struct ph_class_def *def = &self->view->loaded->unit.class_defs[0];
    PH_ASSERT(method < def->method_count);
    uint32_t function = def->methods[method].function;
    return function == UINT32_MAX ? 0 : ph_view_function(call->mutator, self->view, function);
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
    const struct ph_java_class *found = ph_java_find_field(self, class, wanted, &number);

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
