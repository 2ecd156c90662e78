/* SPDX-License-Identifier: Apache-2.0 */
/* instance.c - making an instance of a unit: linking, allocating, applying segments (WebAssembly
 * core spec 2.0, section 4.5.4), and finding what it exports. */
#include "base/text.h"
#include "machine/internal.h"
#include "machine/link.h"

#define WASM_PAGE_BYTES 65536u

struct making {
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    const struct ph_loaded_unit *loaded;
    const struct ph_unit *unit;
    const struct ph_resolver *resolver;
    struct ph_instance *instance;   /* pinned, held by the caller's root */
    struct ph_error *error;
};

static ph_status no_room(struct making *m)
{
    return ph_fail(m->error, PH_NO_SPACE, "out of memory: the arena has no room for an instance");
}

/* ---- Import matching ----------------------------------------------------------------- */

static bool limits_match(uint64_t size, bool has_max, uint64_t max,
                         const struct ph_limits *wanted)
{
    return size >= wanted->min && (!wanted->has_max || (has_max && max <= wanted->max));
}

static bool function_matches(struct making *m, ph_ref object, uint32_t index)
{
    const struct ph_function_object *f = ph_address(m->machine->heap, object);
    return ph_is_a(m->machine->heap, object, PH_CLASS_FUNCTION) &&
           f->signature == m->loaded->signatures[m->unit->functions[index].signature];
}

static bool import_matches(struct making *m, const struct ph_import *import, ph_ref object)
{
    const struct ph_heap *heap = m->machine->heap;
    const void *at = ph_address(heap, object);
    switch (import->kind) {
    case PH_EXTERN_FUNCTION:
        return function_matches(m, object, import->index);
    case PH_EXTERN_TABLE: {
        const struct ph_table *t = at;
        const struct ph_table_type *type = &m->unit->tables[import->index];
        return ph_is_a(heap, object, PH_CLASS_TABLE) && t->ref_kind == type->ref_kind &&
               limits_match(t->count, t->has_max, t->max, &type->limits);
    }
    case PH_EXTERN_MEMORY: {
        const struct ph_memory *mem = at;
        return ph_is_a(heap, object, PH_CLASS_MEMORY) &&
               limits_match(mem->bytes / WASM_PAGE_BYTES, mem->declared_max_pages != UINT64_MAX,
                            mem->declared_max_pages,
                            &m->unit->memories[import->index].limits);
    }
    default: {
        const struct ph_global_object *g = at;
        const struct ph_global_type *type = &m->unit->globals[import->index].type;
        return (ph_is_a(heap, object, PH_CLASS_GLOBAL) ||
                ph_is_a(heap, object, PH_CLASS_GLOBAL_REF)) &&
               g->type == type->type && g->ref_kind == type->ref_kind &&
               g->is_mutable == type->is_mutable;
    }
    }
}

/* A function object for native "module.name", if there is one of the right type. */
static ph_status find_native(struct making *m, const struct ph_import *import,
                             struct ph_root *object)
{
    char name[1024];
    size_t bytes = ph_text_printf(name, sizeof(name), "%.*s.%.*s", (int)import->module.size,
                                  (const char *)import->module.bytes, (int)import->name.size,
                                  (const char *)import->name.bytes);
    struct ph_slice key = {(const uint8_t *)name, bytes};
    if (import->kind != PH_EXTERN_FUNCTION || bytes >= sizeof(name)) {
        return PH_NOT_FOUND;
    }
    const struct ph_native_entry *native = ph_native_find(m->machine, key);
    uint32_t privilege = m->resolver == NULL ? 0 : m->resolver->privilege;
    bool may_use = native != NULL && privilege >= native->privilege;
    if (!may_use && m->unit->link_function == UINT32_MAX) { /* else a call of it traps */
        return PH_NOT_FOUND;
    }
    if (!may_use && privilege < PH_PRIVILEGE_ALL) { /* nor in a later release */
        key = (struct ph_slice)PH_SLICE_TEXT("phantom.refused");
    }
    const struct ph_function_head *head = &m->unit->functions[import->index];
    if (may_use &&
        !ph_native_signature_equal(native->info.signature, &m->unit->signatures[head->signature])) {
        return PH_UNLINKABLE;
    }
    ph_ref name_ref = ph_bytes_new(m->mutator, PH_CLASS_PINNED_BYTES, key);
    object->ref = name_ref == 0 ? 0 : ph_object_new_pinned(m->mutator, PH_CLASS_FUNCTION, 0);
    if (object->ref != 0) {
        struct ph_function_object *f = ph_address(m->machine->heap, object->ref);
        ph_touch(m->mutator, f, sizeof(*f));
        f->name_ref = name_ref;
        f->signature = m->loaded->signatures[head->signature];
    }
    return object->ref == 0 ? PH_NO_SPACE : PH_OK;
}

static ph_ref *import_slot(struct making *m, uint8_t kind)
{
    switch (kind) {
    case PH_EXTERN_FUNCTION: return &m->instance->functions_ref;
    case PH_EXTERN_TABLE: return &m->instance->tables_ref;
    case PH_EXTERN_MEMORY: return &m->instance->memories_ref;
    default: return &m->instance->globals_ref;
    }
}

static ph_status link_import(struct making *m, const struct ph_import *import)
{
    struct ph_root object;
    ph_root_push(m->mutator, &object, 0);
    ph_status status = PH_NOT_FOUND;
    if (m->resolver != NULL && m->resolver->resolve != NULL) {
        status = m->resolver->resolve(m->resolver->context, m->unit, import, &object);
    }
    if (status == PH_NOT_FOUND) {
        status = find_native(m, import, &object);
    }
    if (status == PH_OK && !import_matches(m, import, object.ref)) {
        status = PH_UNLINKABLE;
    }
    if (status == PH_OK && !ph_items_put(m->machine, m->mutator, import_slot(m, import->kind),
                                         import->index, object.ref)) {
        status = PH_NO_SPACE;
    }
    ph_root_pop(m->mutator, &object);
    switch (status) {
    case PH_OK:
        return PH_OK;
    case PH_NO_SPACE:
        return no_room(m);
    default:
        return ph_fail(m->error, PH_UNLINKABLE, "%s: %.*s.%.*s",
                       status == PH_NOT_FOUND ? "unknown import" : "incompatible import type",
                       (int)import->module.size, (const char *)import->module.bytes,
                       (int)import->name.size, (const char *)import->name.bytes);
    }
}

/* ---- Own objects --------------------------------------------------------------------- */

static ph_status make_table(struct making *m, uint32_t index)
{
    const struct ph_table_type *type = &m->unit->tables[index];
    ph_ref ref = ph_object_new_pinned(m->mutator, PH_CLASS_TABLE, 0);
    if (ref == 0 || type->limits.min > UINT32_MAX / 8) {
        return no_room(m);
    }
    struct ph_table *t = ph_address(m->machine->heap, ref);
    ph_touch(m->mutator, t, sizeof(*t));
    t->count = (uint32_t)type->limits.min;
    t->has_max = type->limits.has_max;
    t->max = type->limits.has_max ? (uint32_t)PH_MIN(type->limits.max, UINT32_MAX) : UINT32_MAX;
    t->ref_kind = type->ref_kind;
    t->items_ref = ph_object_new_pinned(m->mutator, PH_CLASS_TABLE_ITEMS,
                                        PH_MAX(t->count, 1u));
    if (t->items_ref == 0 ||
        !ph_items_put(m->machine, m->mutator, &m->instance->tables_ref, index, ref)) {
        return no_room(m);
    }
    return PH_OK;
}

static ph_status make_memory(struct making *m, uint32_t index)
{
    const struct ph_limits *limits = &m->unit->memories[index].limits;
    ph_ref ref = ph_object_new_pinned(m->mutator, PH_CLASS_MEMORY, 0);
    if (ref == 0) {
        return no_room(m);
    }
    struct ph_memory *mem = ph_address(m->machine->heap, ref);
    uint64_t max_pages = limits->has_max ? PH_MIN(limits->max, 65536u) : 65536u;
    ph_touch(m->mutator, mem, sizeof(*mem));
    mem->bytes = limits->min * WASM_PAGE_BYTES;
    mem->max_bytes = max_pages * WASM_PAGE_BYTES;
    mem->declared_max_pages = limits->has_max ? limits->max : UINT64_MAX;
    mem->reserved_bytes = PH_MAX(mem->max_bytes, WASM_PAGE_BYTES);
    mem->offset = ph_extent_new(m->mutator, mem->reserved_bytes);
    if (mem->offset == 0 ||
        !ph_items_put(m->machine, m->mutator, &m->instance->memories_ref, index, ref)) {
        return no_room(m);
    }
    return PH_OK;
}

/* A function object by index, while the instance has no view yet: links what is needed. */
static ph_status function_ref(struct making *m, uint32_t index, ph_ref *ref)
{
    struct ph_view *view;
    ph_status status = ph_view_of(m->machine, ph_ref_to(m->machine->heap, m->instance), &view,
                                  m->error);
    if (status == PH_OK) {
        *ref = ph_view_function(m->mutator, view, index);
        status = *ref == 0 ? no_room(m) : PH_OK;
    }
    return status;
}

static ph_status make_global(struct making *m, uint32_t index)
{
    const struct ph_global *global = &m->unit->globals[index];
    bool is_ref = global->type.type == PH_REF;
    ph_ref ref = ph_object_new_pinned(m->mutator,
                                      is_ref ? PH_CLASS_GLOBAL_REF : PH_CLASS_GLOBAL, 0);
    if (ref == 0) {
        return no_room(m);
    }
    struct ph_global_object *g = ph_address(m->machine->heap, ref);
    ph_touch(m->mutator, g, sizeof(*g));
    g->type = global->type.type;
    g->ref_kind = global->type.ref_kind;
    g->is_mutable = global->type.is_mutable;
    if (global->init.kind == PH_INIT_BITS) {
        g->value = global->init.value;
    } else if (global->init.kind == PH_INIT_GLOBAL) {
        ph_ref other = ph_items(m->machine, m->instance->globals_ref)->items[global->init.value];
        g->value = ((struct ph_global_object *)ph_address(m->machine->heap, other))->value;
        ph_remember_all(m->mutator, (ph_ref *)(void *)&g->value, is_ref ? 1 : 0);
    }
    return ph_items_put(m->machine, m->mutator, &m->instance->globals_ref, index, ref)
               ? PH_OK
               : no_room(m);
}

/* Globals that hold functions come after everything else: function objects need the view. */
static ph_status fill_function_globals(struct making *m)
{
    for (uint32_t i = m->unit->imported_globals; i < m->unit->global_count; i++) {
        const struct ph_init *init = &m->unit->globals[i].init;
        if (init->kind != PH_INIT_FUNCTION) {
            continue;
        }
        ph_ref f;
        ph_status status = function_ref(m, (uint32_t)init->value, &f);
        if (status != PH_OK) {
            return status;
        }
        ph_ref ref = ph_items(m->machine, m->instance->globals_ref)->items[i];
        struct ph_global_object *g = ph_address(m->machine->heap, ref);
        PH_SET(m->mutator, g->value, f);
    }
    return PH_OK;
}

static ph_status make_own(struct making *m)
{
    const struct ph_unit *unit = m->unit;
    ph_status status = PH_OK;
    for (uint32_t i = unit->imported_tables; status == PH_OK && i < unit->table_count; i++) {
        status = make_table(m, i);
    }
    for (uint32_t i = unit->imported_memories; status == PH_OK && i < unit->memory_count; i++) {
        status = make_memory(m, i);
    }
    for (uint32_t i = unit->imported_globals; status == PH_OK && i < unit->global_count; i++) {
        status = make_global(m, i);
    }
    if (status == PH_OK && unit->element_count + unit->data_count > 0) {
        ph_ref ref = ph_object_new_pinned(m->mutator, PH_CLASS_PINNED_BYTES,
                                          unit->element_count + unit->data_count);
        PH_SET(m->mutator, m->instance->dropped_ref, ref);
        status = ref == 0 ? no_room(m) : PH_OK;
    }
    return status == PH_OK ? fill_function_globals(m) : status;
}

/* ---- Segments ------------------------------------------------------------------------ */

static uint32_t init_offset(struct making *m, const struct ph_init *init)
{
    if (init->kind == PH_INIT_BITS) {
        return (uint32_t)init->value;
    }
    PH_ASSERT(init->kind == PH_INIT_GLOBAL);
    ph_ref ref = ph_items(m->machine, m->instance->globals_ref)->items[init->value];
    return (uint32_t)((struct ph_global_object *)ph_address(m->machine->heap, ref))->value;
}

static ph_status apply_elements(struct making *m, struct ph_view *view)
{
    for (uint32_t i = 0; i < m->unit->element_count; i++) {
        const struct ph_element_segment *s = &m->unit->elements[i];
        enum ph_trap trap = PH_TRAP_NONE;
        if (s->mode == PH_SEGMENT_ACTIVE) {
            struct ph_init_range range = {init_offset(m, &s->offset), 0, s->count};
            trap = ph_table_init(m->mutator, view, s->table, i, range);
        }
        if (trap != PH_TRAP_NONE) {
            return ph_fail(m->error, PH_TRAP, "%s: element segment %u", ph_trap_text(trap), i);
        }
        if (s->mode != PH_SEGMENT_PASSIVE) {
            ph_segment_drop(m->mutator, view, false, i);
        }
    }
    return PH_OK;
}

static ph_status apply_data(struct making *m, struct ph_view *view)
{
    for (uint32_t i = 0; i < m->unit->data_count; i++) {
        const struct ph_data_segment *s = &m->unit->datas[i];
        if (s->mode != PH_SEGMENT_ACTIVE) {
            continue;
        }
        const struct ph_memory *memory = view->memories[s->memory];
        uint64_t to = init_offset(m, &s->offset);
        if (to + s->bytes.size > memory->bytes) {
            return ph_fail(m->error, PH_TRAP, "%s: data segment %u",
                           ph_trap_text(PH_TRAP_MEMORY_BOUNDS), i);
        }
        if (s->bytes.size > 0) {
            ph_barrier(m->mutator, memory->offset + to, s->bytes.size);
            memcpy(m->machine->arena + memory->offset + to, s->bytes.bytes, s->bytes.size);
        }
        ph_segment_drop(m->mutator, view, true, i);
    }
    return PH_OK;
}

/* ---- The whole ----------------------------------------------------------------------- */

/* Enters the instance in the world's table. The view lock keeps ids apart where several threads
 * make instances. */
static bool enter_instance(struct making *m, ph_ref instance_ref)
{
    struct ph_world *world = m->machine->world;
    ph_mutex_lock(&m->machine->view_lock);
    m->instance->id = world->next_instance_id;
    bool is_there = ph_items_put(m->machine, m->mutator, &world->instances_ref, m->instance->id,
                                 instance_ref);
    if (is_there) {
        PH_SET(m->mutator, world->next_instance_id, m->instance->id + 1);
    }
    ph_mutex_unlock(&m->machine->view_lock);
    return is_there;
}

static ph_status begin_instance(struct making *m, ph_ref unit_ref, struct ph_root *instance)
{
    instance->ref = ph_object_new_pinned(m->mutator, PH_CLASS_INSTANCE, 0);
    if (instance->ref == 0) {
        return no_room(m);
    }
    m->instance = ph_address(m->machine->heap, instance->ref);
    ph_touch(m->mutator, m->instance, sizeof(*m->instance));
    m->instance->unit_ref = unit_ref;
    return enter_instance(m, instance->ref) ? PH_OK : no_room(m);
}

ph_status ph_instantiate(struct ph_machine *self, struct ph_mutator *mutator, ph_ref unit_ref,
                         const struct ph_resolver *resolver, struct ph_root *instance,
                         struct ph_error *error)
{
    struct ph_loaded_unit *loaded;
    ph_mutex_lock(&self->view_lock);
    ph_status status = ph_unit_of(self, unit_ref, &loaded, error);
    ph_mutex_unlock(&self->view_lock);
    if (status != PH_OK) {
        return status;
    }
    struct making m = {self, mutator, loaded, &loaded->unit, resolver, NULL, error};
    status = begin_instance(&m, unit_ref, instance);
    for (uint32_t i = 0; status == PH_OK && i < m.unit->import_count; i++) {
        status = link_import(&m, &m.unit->imports[i]);
    }
    if (status == PH_OK) {
        status = make_own(&m);
    }
    struct ph_view *view = NULL;
    if (status == PH_OK) {
        status = ph_view_of(self, instance->ref, &view, error);
    }
    if (status == PH_OK) {
        status = apply_elements(&m, view);
    }
    return status == PH_OK ? apply_data(&m, view) : status;
}

ph_status ph_instance_export(struct ph_machine *self, struct ph_mutator *mutator,
                             ph_ref instance_ref, struct ph_slice name, struct ph_root *object,
                             struct ph_error *error)
{
    struct ph_view *view;
    ph_status status = ph_view_of(self, instance_ref, &view, error);
    if (status != PH_OK) {
        return status;
    }
    const struct ph_export *export = ph_unit_export(&view->loaded->unit, name);
    if (export == NULL) {
        return ph_fail(error, PH_NOT_FOUND, "there is no export \"%.*s\"", (int)name.size,
                       (const char *)name.bytes);
    }
    struct ph_class *class = NULL;
    switch (export->kind) {
    case PH_EXTERN_FUNCTION:
        object->ref = ph_view_function(mutator, view, export->index);
        break;
    case PH_EXTERN_CLASS:
        status = ph_class_of_definition(mutator, view, export->index, &class, error);
        if (status != PH_OK) {
            return status;
        }
        object->ref = ph_ref_to(self->heap, class);
        break;
    case PH_EXTERN_TABLE:
        object->ref = ph_items(self, view->instance->tables_ref)->items[export->index];
        break;
    case PH_EXTERN_MEMORY:
        object->ref = ph_items(self, view->instance->memories_ref)->items[export->index];
        break;
    default:
        object->ref = ph_items(self, view->instance->globals_ref)->items[export->index];
    }
    return object->ref != 0 ? PH_OK : ph_fail(error, PH_NO_SPACE, "the arena is full");
}
