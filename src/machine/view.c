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

/* ---- Which view is whose ------------------------------------------------------------- */

/* The view of an instance if it was made. Pages and views are published whole and stay. */
static struct ph_view *known_view(const struct ph_machine *self, uint32_t id)
{
    if (id >= PH_VIEW_PAGES * PH_VIEW_PAGE_COUNT) {
        return NULL;
    }
    struct ph_view **page =
        __atomic_load_n(&self->view_pages[id / PH_VIEW_PAGE_COUNT], __ATOMIC_ACQUIRE);
    return page == NULL ? NULL
                        : __atomic_load_n(&page[id % PH_VIEW_PAGE_COUNT], __ATOMIC_ACQUIRE);
}

/* Where the view goes; NULL: no memory, or too many instances. The lock is held. */
static struct ph_view **view_place(struct ph_machine *self, uint32_t id)
{
    uint64_t bytes = PH_VIEW_PAGE_COUNT * sizeof(struct ph_view *);
    if (id >= PH_VIEW_PAGES * PH_VIEW_PAGE_COUNT) {
        return NULL;
    }
    struct ph_view ***page = &self->view_pages[id / PH_VIEW_PAGE_COUNT];
    if (*page == NULL) {
        struct ph_view **made = ph_scratch_alloc(&self->scratch, bytes);
        if (made == NULL) {
            return NULL;
        }
        memset(made, 0, bytes);
        __atomic_store_n(page, made, __ATOMIC_RELEASE);
    }
    return &(*page)[id % PH_VIEW_PAGE_COUNT];
}

/* ---- Targets ------------------------------------------------------------------------- */

/* Decoded once for each number; the lock is held. NULL: no memory. */
static const struct ph_signature *signature_of(struct ph_machine *self, uint32_t number)
{
    uint64_t known;
    if (ph_map_get(&self->signatures, number, &known)) {
        return (const struct ph_signature *)(uintptr_t)known;
    }
    struct ph_signature *signature = ph_scratch_alloc(&self->scratch, sizeof(*signature));
    if (signature == NULL || !ph_signature_by_number(self, number, signature) ||
        !ph_map_put(&self->signatures, number, (uint64_t)(uintptr_t)signature)) {
        return NULL;
    }
    return signature;
}

static void fill_target(struct ph_target *target, struct ph_view *view, uint32_t index)
{
    const struct ph_unit *unit = &view->loaded->unit;
    PH_ASSERT(index >= unit->imported_functions && index < unit->function_count);
    memset(target, 0, sizeof(*target));
    target->view = view;
    target->index = index;
    target->signature = &unit->signatures[unit->functions[index].signature];
}

static ph_status native_target(struct ph_machine *self, const struct ph_function_object *f,
                               struct ph_target *target, struct ph_error *error)
{
    struct ph_slice name = ph_bytes_slice(self, f->name_ref);
    const struct ph_native_entry *native = ph_native_find(self, name);
    memset(target, 0, sizeof(*target));
    target->signature = signature_of(self, f->signature);
    if (target->signature == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for a native");
    }
    if (native == NULL || !ph_native_signature_equal(native->info.signature, target->signature)) {
        return ph_fail(error, PH_UNLINKABLE, "unknown import: this release has no native %.*s "
                       "of the type that the program wants", (int)name.size,
                       (const char *)name.bytes);
    }
    target->native = native->info.run;
    target->context = native->context;
    target->is_leaf = native->is_leaf;
    target->callee = native->callee;
    return PH_OK;
}

static ph_status target_of_locked(struct ph_machine *self, ph_ref function_ref,
                                  struct ph_target *target, struct ph_error *error)
{
    const struct ph_function_object *f = ph_address(self->heap, function_ref);
    PH_ASSERT(ph_is_a(self->heap, function_ref, PH_CLASS_FUNCTION));
    if (f->instance_ref == 0) {
        return native_target(self, f, target, error);
    }
    struct ph_view *view;
    ph_status status = ph_view_of_locked(self, f->instance_ref, &view, error);
    if (status == PH_OK) {
        fill_target(target, view, f->index);
    }
    return status;
}

/* ---- Making views -------------------------------------------------------------------- */

/* What units with a link function call where this release has no such native. */
static enum ph_outcome missing_native(struct ph_call *call)
{
    return ph_call_trap(call, PH_TRAP_NATIVE);
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
        if (status == PH_UNLINKABLE && view->loaded->unit.link_function != UINT32_MAX) {
            view->imports[i].native = missing_native;
            status = PH_OK;
        }
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
    *view = known_view(self, instance->id);
    if (*view != NULL) {
        return PH_OK;
    }
    struct ph_view **place = view_place(self, instance->id);
    if (place == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for an instance");
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
        __atomic_store_n(place, v, __ATOMIC_RELEASE);
        *view = v;
    }
    return status;
}

ph_status ph_view_of(struct ph_machine *machine, ph_ref instance_ref, struct ph_view **view,
                     struct ph_error *error)
{
    const struct ph_instance *instance = ph_address(machine->heap, instance_ref);
    PH_ASSERT(ph_is_a(machine->heap, instance_ref, PH_CLASS_INSTANCE));
    *view = known_view(machine, instance->id);
    if (*view != NULL) {
        return PH_OK;
    }
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
    const struct ph_function_object *f = ph_address(machine->heap, function_ref);
    PH_ASSERT(ph_is_a(machine->heap, function_ref, PH_CLASS_FUNCTION));
    if (f->instance_ref != 0) {
        const struct ph_instance *instance = ph_address(machine->heap, f->instance_ref);
        struct ph_view *view = known_view(machine, instance->id);
        if (view != NULL) {
            fill_target(target, view, f->index);
            return true;
        }
    }
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
