/* SPDX-License-Identifier: Apache-2.0 */
/* known.c - what is known of classes that were defined, outside of the world; and their members.
 *
 * 1. What is known of a class hangs on its view, is published whole and stays: it is found without
 *    a lock.
 * 2. Everything lies in the vm's memory and goes with it. What could not be made for lack of memory
 *    is tried again. What an image has that is no class file is not: it is noted as unusable, by a
 *    NULL for its class (or what is known of it), since each try would take memory. */
#include "lang/java/vm/vm.h"

#include "base/hash.h"
#include "base/text.h"

/* ---- What linking knows --------------------------------------------------------------------- */

static const struct ph_java_known *usable(const struct ph_java_known *known)
{
    return known == NULL || known->class == NULL ? NULL : known;
}

/* The lock is held. */
static struct ph_java_known *make_known(struct ph_java_vm *self, struct ph_class *class,
                                        struct ph_view *view, struct ph_slice file)
{
    struct ph_java_known *known = ph_scratch_alloc(&self->memory, sizeof(*known));

    if (known == NULL) {
        return NULL;
    }
    *known = (struct ph_java_known){.vm = self, .view = view};
    ph_status status = ph_class_outline_open(file, &self->memory, &known->outline);
    if (status == PH_OK &&
        ph_java_origin_open(view->loaded->unit.origin, &known->origin, NULL) == PH_OK) {
        known->class = class;
    }
    return status == PH_NO_MEMORY ? NULL : known; /* (2) */
}

const struct ph_java_known *ph_java_note_file(struct ph_java_vm *self, struct ph_class *class,
                                              struct ph_slice file)
{
    struct ph_view *view = ph_view_find(self->machine, class->instance_ref);

    ph_mutex_lock(&self->lock);
    const struct ph_java_known *known = view->known;
    if (known == NULL) {
        known = make_known(self, class, view, file);
        __atomic_store_n(&view->known, known, __ATOMIC_RELEASE);
    }
    ph_mutex_unlock(&self->lock);
    return usable(known);
}

/* ---- Mirrors -------------------------------------------------------------------------------- */

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
    static const char loader[] = "classLoader:Ljava/lang/ClassLoader;";
    static const char module[] = "module:Ljava/lang/Module;";
    uint32_t class_offset = offset_in_class(self, class, "$class");

    __atomic_store_n(&self->file_offset, offset_in_class(self, class, "$file"), __ATOMIC_RELAXED);
    __atomic_store_n(&self->loader_offset, offset_in_class(self, class, loader),
                     __ATOMIC_RELAXED);
    __atomic_store_n(&self->module_offset, offset_in_class(self, class, module),
                     __ATOMIC_RELAXED);
    __atomic_store_n(&self->class_offset, class_offset, __ATOMIC_RELEASE);
}

static ph_ref ref_at(const struct ph_heap *heap, ph_ref object, uint32_t offset)
{
    return *(const ph_ref *)(const void *)((const uint8_t *)ph_address(heap, object) + offset);
}

/* What the mirror of the class, which has one, has in a field that ph_java_learn_class learns. */
static ph_ref ref_in_mirror(struct ph_java_vm *self, const struct ph_class *class,
                            const uint32_t *offset)
{
    if (__atomic_load_n(&self->class_offset, __ATOMIC_ACQUIRE) == 0) {
        ph_java_learn_class(self, ph_class_of(self->heap, class->mirror_ref));
    }
    return ref_at(self->heap, class->mirror_ref, __atomic_load_n(offset, __ATOMIC_RELAXED));
}

const struct ph_java_known *ph_java_know(struct ph_java_vm *self, const struct ph_class *class)
{
    if (class == NULL || class->definition == UINT32_MAX) {
        return NULL;
    }
    struct ph_view *view = ph_view_find(self->machine, class->instance_ref);
    const struct ph_java_known *known = __atomic_load_n(&view->known, __ATOMIC_ACQUIRE);
    if (known != NULL || class->mirror_ref == 0) {
        return usable(known);
    }
    ph_ref file_ref = ref_in_mirror(self, class, &self->file_offset);
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
    const struct ph_java_known *class = ph_java_know(self, ph_class_of(heap, mirror));
    if (class == NULL ||
        !ph_slice_equal(ph_class_outline_name(&class->outline), PH_SLICE_TEXT("java/lang/Class")) ||
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
               : ref_in_mirror(self, class, &self->loader_offset);
}

ph_ref ph_java_class_module(struct ph_java_vm *self, const struct ph_class *class)
{
    return class->mirror_ref == 0 ? 0 : ref_in_mirror(self, class, &self->module_offset);
}

/* ---- All of the class file ------------------------------------------------------------------ */

/* The lock is held. */
static const struct ph_java_class *read_whole(struct ph_java_vm *self,
                                              const struct ph_java_known *known)
{
    struct ph_java_class *whole = ph_scratch_alloc(&self->memory, sizeof(*whole));

    if (whole == NULL) {
        return NULL;
    }
    *whole = (struct ph_java_class){.class = known->class, .view = known->view,
                                    .origin = known->origin};
    ph_status status =
        ph_classfile_read_known(known->outline.bytes, &self->memory, &whole->file, NULL);
    whole->known = status == PH_OK ? known : NULL;
    return status == PH_NO_MEMORY ? NULL : whole; /* (2) */
}

const struct ph_java_class *ph_java_defined(struct ph_java_vm *self, const struct ph_class *class)
{
    struct ph_java_known *known =
        (struct ph_java_known *)(uintptr_t)ph_java_know(self, class);
    if (known == NULL) {
        return NULL;
    }
    const struct ph_java_class *whole = __atomic_load_n(&known->whole, __ATOMIC_ACQUIRE);
    if (whole == NULL) {
        ph_mutex_lock(&self->lock);
        whole = known->whole;
        if (whole == NULL) {
            whole = read_whole(self, known);
            __atomic_store_n(&known->whole, whole, __ATOMIC_RELEASE);
        }
        ph_mutex_unlock(&self->lock);
    }
    return whole == NULL || whole->known == NULL ? NULL : whole;
}

/* ---- Members -------------------------------------------------------------------------------- */

/* Their names in the unit, which are their keys: every `stride` bytes. */
struct names {
    const uint8_t *first;
    size_t stride;
    uint32_t count;
    const uint16_t **table; /* numbers + 1 by hash; 0: free */
};
#define NAMES_WITHOUT_TABLE 32u /* so few are compared one after another */

static struct ph_slice name_at(const struct names *names, uint32_t index)
{
    return *(const struct ph_slice *)(const void *)(names->first + index * names->stride);
}

static uint32_t slot_mask(const struct names *names)
{
    uint32_t slots = 2 * NAMES_WITHOUT_TABLE;
    while (slots < 2 * names->count) {
        slots *= 2;
    }
    return slots - 1;
}

static uint32_t first_slot(struct ph_slice name, uint32_t mask)
{
    return (uint32_t)ph_hash64(name.bytes, name.size, 0) & mask;
}

/* NULL: no memory. */
static const uint16_t *make_table(struct ph_java_vm *self, const struct names *names)
{
    uint32_t mask = slot_mask(names);

    ph_mutex_lock(&self->lock);
    const uint16_t *table = *names->table;
    uint16_t *made = table != NULL
                         ? NULL
                         : ph_scratch_alloc(&self->memory, (mask + 1) * sizeof(*made));
    if (made != NULL) {
        memset(made, 0, (mask + 1) * sizeof(*made));
        for (uint32_t i = 0; i < names->count; i++) {
            uint32_t slot = first_slot(name_at(names, i), mask);
            while (made[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            made[slot] = (uint16_t)(i + 1);
        }
        table = made;
        __atomic_store_n(names->table, table, __ATOMIC_RELEASE);
    }
    ph_mutex_unlock(&self->lock);
    return table;
}

static uint32_t number_of(struct ph_java_vm *self, const struct names *names, struct ph_slice key)
{
    const uint16_t *table = NULL;

    if (names->count > NAMES_WITHOUT_TABLE) {
        table = __atomic_load_n(names->table, __ATOMIC_ACQUIRE);
        table = table == NULL ? make_table(self, names) : table;
    }
    if (table == NULL) {
        uint32_t i = 0;
        while (i < names->count && !ph_slice_equal(name_at(names, i), key)) {
            i++;
        }
        return i < names->count ? i : UINT32_MAX;
    }
    uint32_t mask = slot_mask(names), slot = first_slot(key, mask);
    while (table[slot] != 0 && !ph_slice_equal(name_at(names, table[slot] - 1u), key)) {
        slot = (slot + 1) & mask;
    }
    return table[slot] - 1u; /* UINT32_MAX: free */
}

uint32_t ph_java_field_number(const struct ph_java_known *self, struct ph_slice key)
{
    const struct ph_class_def *def = &self->view->loaded->unit.class_defs[0];
    const struct names names = {(const uint8_t *)def->fields + offsetof(struct ph_field_def, name),
                                sizeof(*def->fields), def->field_count,
                                (const uint16_t **)(uintptr_t)&self->fields};
    return number_of(self->vm, &names, key);
}

uint32_t ph_java_method_number(const struct ph_java_known *self, struct ph_slice key)
{
    const struct ph_class_def *def = &self->view->loaded->unit.class_defs[0];
    const struct names names = {
        (const uint8_t *)def->methods + offsetof(struct ph_method_def, name),
        sizeof(*def->methods), def->method_count,
        (const uint16_t **)(uintptr_t)&self->methods};
    return number_of(self->vm, &names, key);
}

uint32_t ph_java_field_offset(const struct ph_java_known *self, uint32_t field)
{
    const struct ph_heap *heap = ph_machine_heap(self->view->machine);
    const struct ph_bytes *offsets = ph_address(heap, self->class->fields_ref);
    PH_ASSERT(field < self->view->loaded->unit.class_defs[0].field_count);
    return ph_load_u32(offsets->data + field * sizeof(uint32_t));
}

static const struct ph_java_known *field_in(struct ph_java_vm *self, struct ph_class *class,
                                            struct ph_slice key, uint32_t *number)
{
    const struct ph_java_known *known = ph_java_know(self, class);
    *number = known == NULL ? UINT32_MAX : ph_java_field_number(known, key);
    return *number == UINT32_MAX ? NULL : known;
}

/* The class, its interfaces, then what is above it (5.4.3.2). */
const struct ph_java_known *ph_java_find_field(struct ph_java_vm *self, struct ph_class *class,
                                               struct ph_slice key, uint32_t *number)
{
    const struct ph_java_known *found = NULL;

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

static const struct ph_java_known *method_in(struct ph_java_vm *self, struct ph_class *class,
                                             struct ph_slice key, uint32_t *number)
{
    const struct ph_java_known *known = ph_java_know(self, class);
    *number = known == NULL ? UINT32_MAX : ph_java_method_number(known, key);
    return *number == UINT32_MAX ? NULL : known;
}

/* Of the interfaces: a method that is neither private nor static, one with code first (5.4.3.3). */
static const struct ph_java_known *method_of_interfaces(struct ph_java_vm *self,
                                                        const struct ph_class *class,
                                                        struct ph_slice key, uint32_t *number)
{
    const struct ph_java_known *abstract = NULL;
    uint32_t abstract_number = 0;
    const struct ph_refs *interfaces =
        class->interfaces_ref == 0 ? NULL : ph_address(self->heap, class->interfaces_ref);

    for (uint32_t i = interfaces == NULL ? 0 : interfaces->length; i > 0; i--) {
        const struct ph_java_known *found =
            method_in(self, ph_address(self->heap, interfaces->items[i - 1]), key, number);
        uint32_t flags = found == NULL
                             ? PH_ACC_PRIVATE
                             : ph_class_outline_method_flags(&found->outline, *number);
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

const struct ph_java_known *ph_java_find_method(struct ph_java_vm *self, struct ph_class *class,
                                                struct ph_slice key, uint32_t *number)
{
    const struct ph_java_known *found = NULL;
    const uint32_t seen = PH_ACC_PUBLIC | PH_ACC_STATIC;

    for (struct ph_class *c = class; found == NULL && c != NULL;
         c = c->super_ref == 0 ? NULL : ph_address(self->heap, c->super_ref)) {
        found = method_in(self, c, key, number);
        if (found != NULL && c != class && (class->flags & PH_CLASS_INTERFACE) != 0 &&
            (ph_class_outline_method_flags(&found->outline, *number) & seen) != PH_ACC_PUBLIC) {
            found = NULL; /* of Object's an interface has the public ones (5.4.3.4) */
        }
    }
    return found != NULL ? found : method_of_interfaces(self, class, key, number);
}

ph_ref ph_java_method_function(struct ph_call *call, const struct ph_java_known *self,
                               uint32_t method)
{
    const struct ph_class_def *def = &self->view->loaded->unit.class_defs[0];
    PH_ASSERT(method < def->method_count);
    uint32_t function = def->methods[method].function;
    return function == UINT32_MAX ? 0 : ph_view_function(call->mutator, self->view, function);
}
