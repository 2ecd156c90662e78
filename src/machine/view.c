/* SPDX-License-Identifier: Apache-2.0 */
/* view.c - instances as the engine sees them. All addresses in a view are those of pinned objects,
 * so it stays right while other objects move. */
#include "machine/internal.h"
#include "machine/link.h"

static void *pinned_array(struct ph_machine *self, ph_ref items_ref, uint32_t count)
{
    void **array = ph_scratch_alloc(&self->scratch, (count + 1) * sizeof(void *));
    for (uint32_t i = 0; array != NULL && i < count; i++) {
        array[i] = ph_machine_object(self, ph_items(self, items_ref)->items[i]);
    }
    return array;
}

static ph_status target_of_locked(struct ph_machine *self, ph_ref function_ref,
                                  struct ph_target *target, struct ph_error *error)
{
    const struct ph_function_object *f = ph_address(self->heap, function_ref);
    PH_ASSERT(ph_is_a(self->heap, function_ref, PH_CLASS_FUNCTION));
    memset(target, 0, sizeof(*target));
    if (f->instance_ref != 0) {
        ph_status status = ph_view_of_locked(self, f->instance_ref, &target->view, error);
        if (status != PH_OK) {
            return status;
        }
        const struct ph_unit *unit = &target->view->loaded->unit;
        PH_ASSERT(f->index >= unit->imported_functions && f->index < unit->function_count);
        target->index = f->index;
        target->signature = &unit->signatures[unit->functions[f->index].signature];
        return PH_OK;
    }
    struct ph_signature *signature = ph_scratch_alloc(&self->scratch, sizeof(*signature));
    const char *text;
    struct ph_slice name = ph_bytes_slice(self, f->name_ref);
    if (signature == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for a native");
    }
    if (!ph_signature_by_number(self, f->signature, signature) ||
        !ph_native_find(self, name, &target->native, &text) ||
        !ph_native_signature_equal(text, signature)) {
        return ph_fail(error, PH_UNLINKABLE, "unknown import: this release has no native %.*s "
                       "of the type that the program wants", (int)name.size,
                       (const char *)name.bytes);
    }
    target->signature = signature;
    return PH_OK;
}

static ph_status fill_imports(struct ph_machine *self, struct ph_view *view,
                              struct ph_error *error)
{
    uint32_t count = view->loaded->unit.imported_functions;
    view->imports = ph_scratch_alloc(&self->scratch, (count + 1) * sizeof(struct ph_target));
    if (view->imports == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for an instance");
    }
    for (uint32_t i = 0; i < count; i++) {
        ph_ref f = ph_items(self, view->instance->functions_ref)->items[i];
        ph_status status = target_of_locked(self, f, &view->imports[i], error);
        if (status != PH_OK) {
            return status;
        }
    }
    return PH_OK;
}

/* What is linked when it is first needed: nothing yet. */
static bool make_links(struct ph_machine *self, struct ph_view *view)
{
    const struct ph_unit *unit = &view->loaded->unit;
    uint64_t class_bytes = (unit->class_ref_count + UINT64_C(1)) * sizeof(*view->classes);
    uint64_t field_bytes = (unit->field_ref_count + UINT64_C(1)) * sizeof(*view->fields);
    uint64_t method_bytes = (unit->method_ref_count + UINT64_C(1)) * sizeof(*view->methods);
    view->classes = ph_scratch_alloc(&self->scratch, class_bytes);
    view->fields = ph_scratch_alloc(&self->scratch, field_bytes);
    view->methods = ph_scratch_alloc(&self->scratch, method_bytes);
    if (view->classes == NULL || view->fields == NULL || view->methods == NULL) {
        return false;
    }
    memset(view->classes, 0, class_bytes);
    memset(view->fields, 0, field_bytes);
    memset(view->methods, 0, method_bytes);
    return true;
}

ph_status ph_view_of_locked(struct ph_machine *self, ph_ref instance_ref, struct ph_view **view,
                            struct ph_error *error)
{
    struct ph_instance *instance = ph_address(self->heap, instance_ref);
    PH_ASSERT(ph_is_a(self->heap, instance_ref, PH_CLASS_INSTANCE));
    if (instance->id < self->views.count && self->views.items[instance->id] != NULL) {
        *view = self->views.items[instance->id];
        return PH_OK;
    }
    while (self->views.count <= instance->id) {
        if (!ph_vector_push(&self->views, self->allocator, NULL)) {
            return ph_fail(error, PH_NO_MEMORY, "out of memory for an instance");
        }
    }
    struct ph_view *v = ph_scratch_alloc(&self->scratch, sizeof(*v));
    if (v == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for an instance");
    }
    memset(v, 0, sizeof(*v));
    ph_status status = ph_unit_of(self, instance->unit_ref, &v->loaded, error);
    if (status != PH_OK) {
        return status;
    }
    const struct ph_unit *unit = &v->loaded->unit;
    v->machine = self;
    v->instance = instance;
    v->instance_ref = instance_ref;
    v->memories = pinned_array(self, instance->memories_ref, unit->memory_count);
    v->tables = pinned_array(self, instance->tables_ref, unit->table_count);
    v->globals = pinned_array(self, instance->globals_ref, unit->global_count);
    if (v->memories == NULL || v->tables == NULL || v->globals == NULL || !make_links(self, v)) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for an instance");
    }
    status = fill_imports(self, v, error);
    if (status == PH_OK) {
        self->views.items[instance->id] = v;
        *view = v;
    }
    return status;
}

ph_status ph_view_of(struct ph_machine *machine, ph_ref instance_ref, struct ph_view **view,
                     struct ph_error *error)
{
    ph_mutex_lock(&machine->view_lock);
    ph_status status = ph_view_of_locked(machine, instance_ref, view, error);
    ph_mutex_unlock(&machine->view_lock);
    return status;
}

struct ph_view *ph_view_find(struct ph_machine *machine, ph_ref instance_ref)
{
    struct ph_view *view = NULL;
    ph_status status = ph_view_of(machine, instance_ref, &view, NULL);
    PH_ASSERT(status == PH_OK);
    return view;
}

bool ph_target_of(struct ph_machine *machine, ph_ref function_ref, struct ph_target *target)
{
    ph_mutex_lock(&machine->view_lock);
    ph_status status = target_of_locked(machine, function_ref, target, NULL);
    ph_mutex_unlock(&machine->view_lock);
    return status == PH_OK;
}

static ph_ref known_function(const struct ph_view *view, uint32_t index)
{
    const struct ph_refs *functions =
        ph_machine_object(view->machine, view->instance->functions_ref);
    return functions != NULL && index < functions->length ? functions->items[index] : 0;
}

ph_ref ph_view_function_locked(struct ph_mutator *mutator, struct ph_view *view, uint32_t index)
{
    struct ph_machine *self = view->machine;
    const struct ph_unit *unit = &view->loaded->unit;
    PH_ASSERT(index < unit->function_count);
    ph_ref ref = known_function(view, index);
    if (ref != 0) {
        return ref;
    }
    PH_ASSERT(index >= unit->imported_functions);
    ref = ph_object_new_pinned(mutator, PH_CLASS_FUNCTION, 0);
    if (ref == 0) {
        return 0;
    }
    struct ph_function_object *f = ph_address(self->heap, ref);
    ph_touch(mutator, f, sizeof(*f));
    f->instance_ref = view->instance_ref;
    f->index = index;
    f->signature = view->loaded->signatures[unit->functions[index].signature];
    if (!ph_items_put(self, mutator, &view->instance->functions_ref, index, ref)) {
        ph_object_free(mutator, ref);
        return 0;
    }
    return ref;
}

ph_ref ph_view_function(struct ph_mutator *mutator, struct ph_view *view, uint32_t index)
{
    ph_mutex_lock(&view->machine->view_lock);
    ph_ref ref = ph_view_function_locked(mutator, view, index);
    ph_mutex_unlock(&view->machine->view_lock);
    return ref;
}
