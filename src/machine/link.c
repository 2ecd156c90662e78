/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - from a unit's references to classes, fields and methods.
 *
 * Everything happens under the view lock and allocates what never moves, so nothing collects. What
 * is above a class is linked first, by recursion that is bounded: by PH_CLASS_DEPTH_MAX for
 * classes, by PH_ARRAY_DEPTH_MAX for arrays of arrays. */
#include "base/text.h"
#include "machine/class.h"

/* A definition that is being linked: its own superclass must not be one of these. */
struct chain {
    const struct chain *outer;
    const struct ph_view *view;
    uint32_t definition;
    uint32_t depth;
};

struct linker {
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    struct ph_error *error;
    const struct chain *chain;
    struct ph_overrides overrides; /* of the first class that is made */
};

static ph_status class_of_reference(struct linker *self, struct ph_view *view, uint32_t index,
                                    struct ph_class **class);

/* ---- Definitions --------------------------------------------------------------------- */

static ph_status refuse(struct linker *self, const struct ph_class_def *def, const char *what,
                        const struct ph_class *other)
{
    char name[80], other_name[80];
    return ph_fail(self->error, PH_UNLINKABLE, "class %s %s%s",
                   ph_unit_printable(def->name, name, sizeof(name)), what,
                   other == NULL ? ""
                                 : ph_class_name(self->machine, other, other_name,
                                                 sizeof(other_name)));
}

static ph_status check_super(struct linker *self, const struct ph_class_def *def,
                             const struct ph_class *super)
{
    if ((super->flags & PH_CLASS_INTERFACE) != 0) {
        return refuse(self, def, "has as its superclass the interface ", super);
    }
    if ((super->flags & PH_CLASS_FINAL) != 0) {
        return refuse(self, def, "has as its superclass the final class ", super);
    }
    bool can_have = (super->layout == PH_LAYOUT_PLAIN || super->layout == PH_LAYOUT_WEAK) &&
                    (super->flags & (PH_CLASS_ARRAY | PH_CLASS_PINNED)) == 0;
    if (!can_have) {
        return refuse(self, def, "has a superclass that can have no subclasses: ", super);
    }
    bool begins = (def->flags & PH_CLASS_DEF_REFERENCE) != 0; /* where its superclass has nothing */
    if (begins && super->layout == PH_LAYOUT_PLAIN && super->bytes > sizeof(struct ph_object)) {
        return refuse(self, def, "is of references, but there are fields in its superclass ",
                      super);
    }
    uint32_t strength = def->flags & PH_CLASS_STRENGTH, above = super->flags & PH_CLASS_STRENGTH;
    bool may_have = strength == 0 || strength == above ||
                    ((super->layout == PH_LAYOUT_WEAK || begins) && above == 0);
    return may_have ? PH_OK
                    : refuse(self, def, "is weak, soft or phantom, but not so is its superclass ",
                             super);
}

static ph_status link_above(struct linker *self, struct ph_class_parts *parts)
{
    struct ph_view *view = parts->view;
    const struct ph_class_def *def = &view->loaded->unit.class_defs[parts->definition];
    ph_status status = PH_OK;
    if (def->super_class == UINT32_MAX) {
        parts->super = ph_builtin_class(self->machine->heap, PH_CLASS_OBJECT);
    } else {
        status = class_of_reference(self, view, def->super_class, &parts->super);
    }
    status = status == PH_OK ? check_super(self, def, parts->super) : status;
    for (uint32_t i = 0; status == PH_OK && i < def->interface_count; i++) {
        status = class_of_reference(self, view, def->interfaces[i], &parts->interfaces[i]);
        if (status == PH_OK && (parts->interfaces[i]->flags & PH_CLASS_INTERFACE) == 0) {
            status = refuse(self, def, "has as an interface the class ", parts->interfaces[i]);
        }
    }
    return status;
}

/* Keeps a class that was made where a resumed world finds it. */
static ph_status keep_class(struct linker *self, struct ph_view *view, uint32_t definition,
                            const struct ph_class *class)
{
    struct ph_instance *instance = view->instance;
    if (instance->classes_ref == 0) {
        ph_ref items = ph_object_new_pinned(self->mutator, PH_CLASS_TABLE_ITEMS,
                                            view->loaded->unit.class_def_count);
        if (items == 0) {
            return ph_fail(self->error, PH_NO_SPACE, "the arena has no room for a class");
        }
        PH_SET(self->mutator, instance->classes_ref, items);
    }
    struct ph_refs *classes = ph_items(self->machine, instance->classes_ref);
    PH_SET(self->mutator, classes->items[definition], ph_ref_to(self->machine->heap, class));
    return PH_OK;
}

static ph_status make_class(struct linker *self, struct ph_view *view, uint32_t definition,
                            struct ph_class **class)
{
    const struct ph_class_def *def = &view->loaded->unit.class_defs[definition];
    struct ph_class_parts parts = {.view = view, .definition = definition};
    if (self->chain->outer == NULL) {
        parts.overrides = self->overrides;
    }
    size_t bytes = (def->interface_count + UINT64_C(1)) * sizeof(*parts.interfaces);
    parts.interfaces = ph_alloc(self->machine->allocator, bytes);
    if (parts.interfaces == NULL) {
        return ph_fail(self->error, PH_NO_MEMORY, "out of memory while linking a class");
    }
    ph_status status = link_above(self, &parts);
    if (status == PH_OK) {
        status = ph_class_make(self->mutator, &parts, class, self->error);
    }
    ph_free(self->machine->allocator, parts.interfaces, bytes);
    return status == PH_OK ? keep_class(self, view, definition, *class) : status;
}

static ph_status class_of_definition(struct linker *self, struct ph_view *view,
                                     uint32_t definition, struct ph_class **class)
{
    const struct ph_class_def *def = &view->loaded->unit.class_defs[definition];
    const struct ph_refs *known = ph_machine_object(self->machine, view->instance->classes_ref);
    if (known != NULL && known->items[definition] != 0) {
        *class = ph_address(self->machine->heap, known->items[definition]);
        return PH_OK;
    }
    struct chain chain = {self->chain, view, definition,
                          self->chain == NULL ? 1 : self->chain->depth + 1};
    if (chain.depth > PH_CLASS_DEPTH_MAX) {
        return refuse(self, def, "has too many classes above it", NULL);
    }
    for (const struct chain *c = chain.outer; c != NULL; c = c->outer) {
        if (c->view == view && c->definition == definition) {
            return refuse(self, def, "is above itself", NULL);
        }
    }
    self->chain = &chain;
    ph_status status = make_class(self, view, definition, class);
    self->chain = chain.outer;
    return status;
}

/* ---- Imported classes ---------------------------------------------------------------- */

/* Enters the instances that came since the last time under the names of their units. False: no
 * memory. A unit's name lives as long as the machine. */
static bool enter_names(struct ph_machine *machine)
{
    const struct ph_refs *instances = ph_items(machine, machine->world->instances_ref);
    while (machine->named_instances.count < machine->world->next_instance_id) {
        uint32_t id = machine->named_instances.count;
        struct ph_named_instance entry = {0, id};
        const struct ph_instance *instance = ph_machine_object(machine, instances->items[id]);
        struct ph_loaded_unit *loaded = NULL;
        uint64_t first = id;
        if (instance != NULL && ph_unit_of(machine, instance->unit_ref, &loaded, NULL) != PH_OK) {
            return false;
        }
        if (!ph_vector_push(&machine->named_instances, machine->allocator, entry)) {
            return false;
        }
        if (loaded == NULL) {
            continue;
        }
        struct ph_named_instance *items = machine->named_instances.items;
        if (ph_name_map_get(&machine->named_units, loaded->unit.name, &first)) {
            items[items[first].last].next = id;
            items[first].last = id;
        } else if (!ph_name_map_put(&machine->named_units, loaded->unit.name, id)) {
            machine->named_instances.count--;
            return false;
        }
    }
    return true;
}

static ph_status not_bound(struct linker *self, const char *what, struct ph_slice name)
{
    char text[80];
    if (self->error == NULL) {
        return PH_UNLINKABLE; /* often: the link function is asked next */
    }
    return ph_fail(self->error, PH_UNLINKABLE, "%s %s was not bound", what,
                   ph_unit_printable(name, text, sizeof(text)));
}

/* The class that an instance of the same program exports as module.name: the oldest one that does.
 * (Instances that come later can answer too: nothing is linked before it is needed.) */
static ph_status imported_class(struct linker *self, const struct ph_view *view,
                                const struct ph_class_ref *reference, struct ph_class **class)
{
    struct ph_machine *machine = self->machine;
    char module[80], name[80];
    if (view->loaded->unit.link_function != UINT32_MAX) {
        return not_bound(self, "class", reference->name);
    }
    const struct ph_refs *instances = ph_items(machine, machine->world->instances_ref);
    uint64_t id = 0;
    if (!enter_names(machine)) {
        return ph_fail(self->error, PH_NO_MEMORY, "out of memory while linking a class");
    }
    bool is_there = ph_name_map_get(&machine->named_units, reference->module, &id);
    for (; is_there; id = machine->named_instances.items[id].next, is_there = id != 0) {
        const struct ph_instance *instance = ph_machine_object(machine, instances->items[id]);
        struct ph_view *other;
        if (instance == NULL || instance->program_ref != view->instance->program_ref ||
            ph_view_of_locked(machine, instances->items[id], &other, NULL) != PH_OK) {
            continue;
        }
        const struct ph_export *export = ph_unit_export(&other->loaded->unit, reference->name);
        if (export != NULL && export->kind == PH_EXTERN_CLASS) {
            return class_of_definition(self, other, export->index, class);
        }
    }
    return ph_fail(self->error, PH_UNLINKABLE, "there is no class %s.%s",
                   ph_unit_printable(reference->module, module, sizeof(module)),
                   ph_unit_printable(reference->name, name, sizeof(name)));
}

/* ---- Arrays -------------------------------------------------------------------------- */

/* Room for interfaces; *bytes is for ph_free. */
static ph_status family_init(struct linker *self, struct ph_array_parts *parts,
                             struct ph_class *super, uint32_t count, size_t *bytes)
{
    *bytes = (count + UINT64_C(1)) * sizeof(*parts->interfaces);
    parts->super = super;
    parts->interfaces = ph_alloc(self->machine->allocator, *bytes);
    parts->interface_count = count;
    return parts->interfaces != NULL
               ? PH_OK
               : ph_fail(self->error, PH_NO_MEMORY, "out of memory while linking a class");
}

static ph_status refuse_above_arrays(struct linker *self, const struct ph_class *class,
                                     const char *what)
{
    char name[80];
    return ph_fail(self->error, PH_UNLINKABLE, "arrays cannot stand below %s, which %s",
                   ph_class_name(self->machine, class, name, sizeof(name)), what);
}

/* What a unit says that arrays stand below. */
static ph_status family_of_unit(struct linker *self, struct ph_view *view,
                                struct ph_array_parts *parts, size_t *bytes)
{
    const struct ph_unit *unit = &view->loaded->unit;
    struct ph_class *super;
    if (unit->array_root == UINT32_MAX) {
        return PH_OK;
    }
    ph_status status = class_of_reference(self, view, unit->array_root, &super);
    if (status == PH_OK && ((super->flags & (PH_CLASS_INTERFACE | PH_CLASS_FINAL)) != 0 ||
                            super->layout != PH_LAYOUT_PLAIN ||
                            super->bytes != sizeof(struct ph_object))) {
        status = refuse_above_arrays(self, super, "has fields, is final, or is an interface");
    }
    if (status == PH_OK) {
        status = family_init(self, parts, super, unit->array_interface_count, bytes);
    }
    for (uint32_t i = 0; status == PH_OK && i < unit->array_interface_count; i++) {
        struct ph_class **interface = &parts->interfaces[i];
        status = class_of_reference(self, view, unit->array_interfaces[i], interface);
        if (status == PH_OK && ((*interface)->flags & PH_CLASS_INTERFACE) == 0) {
            status = refuse_above_arrays(self, *interface, "is no interface");
        }
    }
    return status;
}

/* Arrays of arrays have above them what those have. */
static ph_status family_of_array(struct linker *self, const struct ph_class *array,
                                 struct ph_array_parts *parts, size_t *bytes)
{
    struct ph_heap *heap = self->machine->heap;
    const struct ph_refs *all = ph_machine_object(self->machine, array->interfaces_ref);
    struct ph_class *super = ph_address(heap, array->super_ref);
    uint32_t count = all == NULL ? 0 : all->length;
    if (!ph_class_is_defined(super)) {
        return PH_OK;
    }
    ph_status status = family_init(self, parts, super, count, bytes);
    for (uint32_t i = 0; status == PH_OK && i < count; i++) {
        parts->interfaces[i] = ph_address(heap, all->items[i]);
    }
    return status;
}

/* Of references to the item class; or of numbers, where the unit of `view` decides (NULL: none). */
static ph_status family_of(struct linker *self, struct ph_view *view, struct ph_array_parts *parts,
                           size_t *bytes)
{
    const struct ph_class *item = parts->item_class;
    ph_status status = PH_OK;
    if (item != NULL && (item->flags & PH_CLASS_ARRAY) != 0) {
        return family_of_array(self, item, parts, bytes);
    }
    if (item != NULL) {
        view = NULL;
    }
    if (item != NULL && ph_class_is_defined(item)) {
        status = ph_view_of_locked(self->machine, item->instance_ref, &view, self->error);
    }
    return status == PH_OK && view != NULL ? family_of_unit(self, view, parts, bytes) : status;
}

static ph_status array_class(struct linker *self, struct ph_view *view, uint32_t item_kind,
                             struct ph_class *item, struct ph_class **class)
{
    struct ph_machine *machine = self->machine;
    struct ph_array_parts parts = {.item_kind = item_kind, .item_class = item};
    size_t bytes = 0;
    ph_status status = PH_OK;
    *class = item_kind == PH_STORE_REF ? ph_array_class_known(machine, item_kind, item, NULL)
                                       : NULL;
    if (*class != NULL) {
        return PH_OK;
    }
    status = family_of(self, view, &parts, &bytes);
    if (status == PH_OK && item_kind != PH_STORE_REF) {
        *class = ph_array_class_known(machine, item_kind, NULL, parts.super);
    }
    if (status == PH_OK && *class == NULL) {
        status = ph_array_class_make(machine, self->mutator, &parts, class, self->error);
    }
    if (parts.interfaces != NULL) {
        ph_free(machine->allocator, parts.interfaces, bytes);
    }
    return status;
}

struct ph_class *ph_array_class(struct ph_machine *machine, struct ph_mutator *mutator,
                                uint32_t item_kind, struct ph_class *item_class)
{
    struct linker self = {.machine = machine, .mutator = mutator};
    struct ph_class *c;
    ph_mutex_lock(&machine->view_lock);
    ph_status status = array_class(&self, NULL, item_kind,
                                   item_kind == PH_STORE_REF ? item_class : NULL, &c);
    ph_mutex_unlock(&machine->view_lock);
    return status == PH_OK ? c : NULL;
}

struct ph_class *ph_number_array_class(struct ph_mutator *mutator, struct ph_view *view,
                                       uint32_t item_kind)
{
    struct linker self = {.machine = view->machine, .mutator = mutator};
    struct ph_class *c;
    PH_ASSERT(item_kind != PH_STORE_REF);
    ph_mutex_lock(&view->machine->view_lock);
    ph_status status = array_class(&self, view, item_kind, NULL, &c);
    ph_mutex_unlock(&view->machine->view_lock);
    return status == PH_OK ? c : NULL;
}

/* ---- References ---------------------------------------------------------------------- */

static struct ph_class *builtin_class(const struct ph_heap *heap, uint32_t builtin)
{
    switch (builtin) {
    case PH_BUILTIN_OBJECT: return ph_builtin_class(heap, PH_CLASS_OBJECT);
    case PH_BUILTIN_BYTES: return ph_builtin_class(heap, PH_CLASS_BYTES);
    case PH_BUILTIN_REFS: return ph_builtin_class(heap, PH_CLASS_REFS);
    case PH_BUILTIN_REFERENCE: return ph_builtin_class(heap, PH_CLASS_REFERENCE);
    case PH_BUILTIN_QUEUE: return ph_builtin_class(heap, PH_CLASS_QUEUE);
    default: return ph_builtin_class(heap, PH_CLASS_ERROR);
    }
}

static ph_status class_of_reference(struct linker *self, struct ph_view *view, uint32_t index,
                                    struct ph_class **class)
{
    const struct ph_class_ref *reference = &view->loaded->unit.class_refs[index];
    struct ph_class *item;
    ph_status status = PH_OK;
    *class = view->classes[index];
    if (*class != NULL) {
        return PH_OK;
    }
    switch (reference->kind) {
    case PH_CLASS_REF_IMPORTED:
        status = imported_class(self, view, reference, class);
        break;
    case PH_CLASS_REF_DEFINED:
        status = class_of_definition(self, view, reference->index, class);
        break;
    case PH_CLASS_REF_NUMBERS:
        status = array_class(self, view, reference->storage, NULL, class);
        break;
    case PH_CLASS_REF_REFS:
        status = class_of_reference(self, view, reference->index, &item);
        status = status == PH_OK ? array_class(self, view, PH_STORE_REF, item, class) : status;
        break;
    default:
        *class = builtin_class(self->machine->heap, reference->builtin);
    }
    if (status == PH_OK) {
        __atomic_store_n(&view->classes[index], *class, __ATOMIC_RELEASE);
    }
    return status;
}

/* The link function says what members of other units' classes are: those that a reference names as
 * such, */
static bool is_asked_for(const struct ph_unit *unit, uint32_t class_ref)
{
    uint32_t kind = unit->class_refs[class_ref].kind;
    return unit->link_function != UINT32_MAX && kind != PH_CLASS_REF_DEFINED &&
           kind != PH_CLASS_REF_BUILTIN;
}

/* and those that a class of the unit itself has from above (NULL: it has none). */
static bool is_from_above(const struct ph_view *view, uint32_t class_ref,
                          const struct ph_class *declared_by)
{
    const struct ph_unit *unit = &view->loaded->unit;
    return unit->link_function != UINT32_MAX &&
           unit->class_refs[class_ref].kind == PH_CLASS_REF_DEFINED &&
           (declared_by == NULL || declared_by->instance_ref != view->instance_ref);
}

/* The definition of a class that has one. */
static ph_status definition_of(struct linker *self, const struct ph_class *class,
                               struct ph_view **view, const struct ph_class_def **def)
{
    ph_status status = ph_view_of_locked(self->machine, class->instance_ref, view, self->error);
    if (status == PH_OK) {
        *def = &(*view)->loaded->unit.class_defs[class->definition];
    }
    return status;
}

/* ---- Fields -------------------------------------------------------------------------- */

/* The fields of "error". */
static bool find_error_field(const struct ph_class *class, const struct ph_field_ref *wanted,
                             struct ph_field_link *link)
{
    static const struct {
        const char *name;
        uint8_t storage;
        uint32_t offset;
    } fields[] = {{"trap", PH_STORE_I32, offsetof(struct ph_error_object, trap)},
                  {"text", PH_STORE_REF, offsetof(struct ph_error_object, text_ref)},
                  {"trace", PH_STORE_REF, offsetof(struct ph_error_object, trace_ref)}};
    for (uint32_t i = 0; class->number == PH_CLASS_ERROR && i < PH_COUNT(fields); i++) {
        struct ph_slice name = {(const uint8_t *)fields[i].name, strlen(fields[i].name)};
        if (ph_slice_equal(name, wanted->name) && fields[i].storage == wanted->storage &&
            (wanted->flags & PH_FIELD_STATIC) == 0) {
            link->offset = fields[i].offset;
            return true;
        }
    }
    return false;
}

/* Looks in one class alone; link->class stays NULL if it is not there. */
static ph_status find_field_in(struct linker *self, struct ph_class *class,
                               const struct ph_field_ref *wanted, struct ph_field_link *link)
{
    struct ph_view *view;
    const struct ph_class_def *def;
    if (!ph_class_is_defined(class)) {
        link->class = find_error_field(class, wanted, link) ? class : NULL;
        return PH_OK;
    }
    ph_status status = definition_of(self, class, &view, &def);
    for (uint32_t i = 0; status == PH_OK && i < def->field_count; i++) {
        const struct ph_field_def *field = &def->fields[i];
        if (field->storage == wanted->storage && ph_slice_equal(field->name, wanted->name) &&
            ((field->flags ^ wanted->flags) & PH_FIELD_STATIC) == 0) {
            const struct ph_bytes *offsets = ph_address(self->machine->heap, class->fields_ref);
            link->offset = ph_load_u32(offsets->data + i * sizeof(uint32_t));
            link->is_volatile = (field->flags & PH_FIELD_VOLATILE) != 0;
            link->class = class;
            break;
        }
    }
    return status;
}

/* The class, then its interfaces (static fields alone), then what is above it (JVMS 5.4.3.2). */
static ph_status find_field(struct linker *self, struct ph_class *class,
                            const struct ph_field_ref *wanted, struct ph_field_link *link)
{
    struct ph_heap *heap = self->machine->heap;
    ph_status status = PH_OK;
    for (struct ph_class *c = class; status == PH_OK && link->class == NULL && c != NULL;
         c = ph_machine_object(self->machine, c->super_ref)) {
        const struct ph_refs *interfaces = ph_machine_object(self->machine, c->interfaces_ref);
        status = find_field_in(self, c, wanted, link);
        if ((wanted->flags & PH_FIELD_STATIC) == 0 || interfaces == NULL) {
            continue;
        }
        for (uint32_t i = interfaces->length; i > 0 && status == PH_OK && link->class == NULL;
             i--) {
            status = find_field_in(self, ph_address(heap, interfaces->items[i - 1]), wanted,
                                   link);
        }
    }
    return status;
}

static ph_status link_field(struct linker *self, struct ph_view *view, uint32_t index)
{
    const struct ph_field_ref *wanted = &view->loaded->unit.field_refs[index];
    struct ph_field_link found = {.storage = wanted->storage}, *link = &view->fields[index];
    struct ph_class *class;
    if (link->class != NULL) {
        return PH_OK;
    }
    if (is_asked_for(&view->loaded->unit, wanted->class_ref)) {
        return not_bound(self, "field", wanted->name);
    }
    ph_status status = class_of_reference(self, view, wanted->class_ref, &class);
    if (status == PH_OK) {
        status = find_field(self, class, wanted, &found);
    }
    if (status == PH_OK && is_from_above(view, wanted->class_ref, found.class)) {
        return not_bound(self, "field", wanted->name);
    }
    if (status == PH_OK && found.class == NULL) {
        char name[80], field[80];
        return ph_fail(self->error, PH_UNLINKABLE, "class %s has no %sfield %s of type %s",
                       ph_class_name(self->machine, class, name, sizeof(name)),
                       (wanted->flags & PH_FIELD_STATIC) != 0 ? "static " : "",
                       ph_unit_printable(wanted->name, field, sizeof(field)),
                       ph_storage_name(wanted->storage));
    }
    if (status == PH_OK) {
        link->offset = found.offset;
        link->storage = found.storage;
        link->is_volatile = found.is_volatile;
        __atomic_store_n(&link->class, found.class, __ATOMIC_RELEASE);
    }
    return status;
}

/* ---- Methods ------------------------------------------------------------------------- */

struct wanted_method {
    const struct ph_method_ref *reference;
    uint32_t signature; /* its world-wide number */
    bool is_static;
};

static ph_status fill_method(struct linker *self, struct ph_class *class, struct ph_view *view,
                             const struct ph_method_def *method, struct ph_method_link *link)
{
    bool is_virtual = (method->flags & (PH_METHOD_STATIC | PH_METHOD_SPECIAL)) == 0;
    link->is_direct = !is_virtual || (method->flags & PH_METHOD_FINAL) != 0 ||
                      (class->flags & PH_CLASS_FINAL) != 0;
    link->is_interface = (class->flags & PH_CLASS_INTERFACE) != 0;
    link->slot = UINT32_MAX;
    link->class = class;
    if (is_virtual && !link->is_interface) {
        link->slot = ph_class_slot(self->machine->heap, class, link->selector);
    }
    if (method->function != UINT32_MAX) {
        link->function_ref = ph_view_function_locked(self->mutator, view, method->function);
        if (link->function_ref == 0) {
            return ph_fail(self->error, PH_NO_SPACE, "the arena has no room for a function");
        }
    }
    link->is_direct = link->is_direct && link->function_ref != 0;
    return PH_OK;
}

static ph_status find_method_in(struct linker *self, struct ph_class *class,
                                const struct wanted_method *wanted, struct ph_method_link *link)
{
    struct ph_view *view;
    const struct ph_class_def *def;
    if (!ph_class_is_defined(class)) {
        return PH_OK;
    }
    ph_status status = definition_of(self, class, &view, &def);
    for (uint32_t i = 0; status == PH_OK && i < def->method_count; i++) {
        const struct ph_method_def *method = &def->methods[i];
        if (view->loaded->signatures[method->signature] == wanted->signature &&
            ph_slice_equal(method->name, wanted->reference->name) &&
            ((method->flags & PH_METHOD_STATIC) != 0) == wanted->is_static) {
            return fill_method(self, class, view, method, link);
        }
    }
    return status;
}

/* The class, what is above it, then its interfaces, those below others first (JVMS 5.4.3.3). */
static ph_status find_method(struct linker *self, struct ph_class *class,
                             const struct wanted_method *wanted, struct ph_method_link *link)
{
    struct ph_heap *heap = self->machine->heap;
    ph_status status = PH_OK;
    for (struct ph_class *c = class; status == PH_OK && link->class == NULL && c != NULL;
         c = ph_machine_object(self->machine, c->super_ref)) {
        status = find_method_in(self, c, wanted, link);
    }
    const struct ph_refs *interfaces = ph_machine_object(self->machine, class->interfaces_ref);
    if (interfaces == NULL || wanted->is_static) {
        return status;
    }
    for (uint32_t i = interfaces->length; i > 0 && status == PH_OK && link->class == NULL; i--) {
        struct ph_class *interface = ph_address(heap, interfaces->items[i - 1]);
        if (ph_class_slot(heap, interface, link->selector) != UINT32_MAX) {
            status = find_method_in(self, interface, wanted, link);
        }
    }
    return status;
}

/* The class last: who sees it sees all of it. */
static void publish_method(struct ph_method_link *link, struct ph_method_link *found)
{
    struct ph_class *declared_by = found->class;
    found->class = NULL;
    *link = *found;
    __atomic_store_n(&link->class, declared_by, __ATOMIC_RELEASE);
}

static ph_status link_method(struct linker *self, struct ph_view *view, uint32_t index)
{
    const struct ph_method_ref *reference = &view->loaded->unit.method_refs[index];
    struct wanted_method wanted = {reference, view->loaded->signatures[reference->signature],
                                   (reference->flags & PH_METHOD_STATIC) != 0};
    struct ph_method_link found = {0}, *link = &view->methods[index];
    struct ph_class *class;
    if (link->class != NULL) {
        return PH_OK;
    }
    if (is_asked_for(&view->loaded->unit, reference->class_ref)) {
        return not_bound(self, "method", reference->name);
    }
    ph_status status = class_of_reference(self, view, reference->class_ref, &class);
    if (status != PH_OK) {
        return status;
    }
    found.selector =
        ph_selector_number(self->machine, self->mutator, reference->name, wanted.signature);
    if (found.selector == UINT32_MAX) {
        return ph_fail(self->error, PH_NO_SPACE, "no memory for the number of a method");
    }
    status = find_method(self, class, &wanted, &found);
    if (status == PH_OK && is_from_above(view, reference->class_ref, found.class)) {
        return not_bound(self, "method", reference->name);
    }
    if (status == PH_OK && found.class == NULL) {
        char name[80], method[80];
        return ph_fail(self->error, PH_UNLINKABLE, "class %s has no %smethod %s of that signature",
                       ph_class_name(self->machine, class, name, sizeof(name)),
                       wanted.is_static ? "static " : "",
                       ph_unit_printable(reference->name, method, sizeof(method)));
    }
    if (status == PH_OK) {
        publish_method(link, &found);
    }
    return status;
}

/* ---- Binding ------------------------------------------------------------------------- */

void ph_link_bind_class(struct ph_view *view, uint32_t class_ref, struct ph_class *class)
{
    PH_ASSERT(class_ref < view->loaded->unit.class_ref_count && class != NULL);
    ph_mutex_lock(&view->machine->view_lock);
    if (view->classes[class_ref] == NULL) {
        __atomic_store_n(&view->classes[class_ref], class, __ATOMIC_RELEASE);
    }
    ph_mutex_unlock(&view->machine->view_lock);
}

static bool bind_field(struct linker *self, struct ph_view *view, uint32_t index,
                       struct ph_class *class, uint32_t field)
{
    const struct ph_field_ref *wanted = &view->loaded->unit.field_refs[index];
    struct ph_field_link *link = &view->fields[index];
    struct ph_view *definer;
    const struct ph_class_def *def;
    if (link->class != NULL) {
        return true;
    }
    if (definition_of(self, class, &definer, &def) != PH_OK || field >= def->field_count ||
        def->fields[field].storage != wanted->storage ||
        ((def->fields[field].flags ^ wanted->flags) & PH_FIELD_STATIC) != 0) {
        return false;
    }
    const struct ph_bytes *offsets = ph_address(self->machine->heap, class->fields_ref);
    link->offset = ph_load_u32(offsets->data + field * sizeof(uint32_t));
    link->storage = wanted->storage;
    link->is_volatile = (def->fields[field].flags & PH_FIELD_VOLATILE) != 0;
    __atomic_store_n(&link->class, class, __ATOMIC_RELEASE);
    return true;
}

bool ph_link_bind_field(struct ph_mutator *mutator, struct ph_view *view, uint32_t field_ref,
                        struct ph_class *class, uint32_t field)
{
    struct linker self = {.machine = view->machine, .mutator = mutator};
    PH_ASSERT(field_ref < view->loaded->unit.field_ref_count && ph_class_is_defined(class));
    ph_mutex_lock(&view->machine->view_lock);
    bool ok = bind_field(&self, view, field_ref, class, field);
    ph_mutex_unlock(&view->machine->view_lock);
    return ok;
}

/* What a reference to method `method` of `class`'s definition is bound to. */
static bool find_own_method(struct linker *self, struct ph_class *class, uint32_t method,
                            struct ph_method_link *found, uint32_t *signature)
{
    struct ph_view *definer;
    const struct ph_class_def *def;
    *found = (struct ph_method_link){0};
    if (definition_of(self, class, &definer, &def) != PH_OK || method >= def->method_count) {
        return false;
    }
    *signature = definer->loaded->signatures[def->methods[method].signature];
    found->selector = ph_selector_number(self->machine, self->mutator, def->methods[method].name,
                                         *signature);
    return found->selector != UINT32_MAX &&
           fill_method(self, class, definer, &def->methods[method], found) == PH_OK;
}

static bool bind_method(struct linker *self, struct ph_view *view, uint32_t index,
                        struct ph_class *class, uint32_t method)
{
    const struct ph_method_ref *wanted = &view->loaded->unit.method_refs[index];
    uint32_t signature;
    struct ph_method_link found, *link = &view->methods[index];
    struct ph_view *definer;
    const struct ph_class_def *def;
    if (link->class != NULL) {
        return true;
    }
    if (!find_own_method(self, class, method, &found, &signature) ||
        signature != view->loaded->signatures[wanted->signature] ||
        definition_of(self, class, &definer, &def) != PH_OK ||
        ((def->methods[method].flags ^ wanted->flags) & PH_METHOD_STATIC) != 0) {
        return false;
    }
    publish_method(link, &found);
    return true;
}

bool ph_link_of_method(struct ph_machine *machine, struct ph_mutator *mutator,
                       struct ph_class *class, uint32_t method, struct ph_method_link *link)
{
    struct linker self = {.machine = machine, .mutator = mutator};
    uint32_t signature;
    PH_ASSERT(ph_class_is_defined(class));
    ph_mutex_lock(&machine->view_lock);
    bool ok = find_own_method(&self, class, method, link, &signature);
    ph_mutex_unlock(&machine->view_lock);
    return ok;
}

bool ph_link_bind_method(struct ph_mutator *mutator, struct ph_view *view, uint32_t method_ref,
                         struct ph_class *class, uint32_t method)
{
    struct linker self = {.machine = view->machine, .mutator = mutator};
    PH_ASSERT(method_ref < view->loaded->unit.method_ref_count && ph_class_is_defined(class));
    ph_mutex_lock(&view->machine->view_lock);
    bool ok = bind_method(&self, view, method_ref, class, method);
    ph_mutex_unlock(&view->machine->view_lock);
    return ok;
}

/* ---- The outside --------------------------------------------------------------------- */

static ph_status check_new(struct linker *self, const struct ph_class *class)
{
    uint32_t flags = class->flags;
    char name[80];
    if ((flags & (PH_CLASS_INTERFACE | PH_CLASS_ABSTRACT | PH_CLASS_ARRAY)) == 0) {
        return PH_OK;
    }
    return ph_fail(self->error, PH_UNLINKABLE, "%s %s has no instances of its own",
                   (flags & PH_CLASS_INTERFACE) != 0  ? "interface"
                   : (flags & PH_CLASS_ABSTRACT) != 0 ? "abstract class"
                                                      : "array class",
                   ph_class_name(self->machine, class, name, sizeof(name)));
}

ph_status ph_link_reference(struct ph_mutator *mutator, struct ph_view *view,
                            enum ph_link_kind kind, uint32_t index, struct ph_error *error)
{
    struct linker self = {.machine = view->machine, .mutator = mutator, .error = error};
    struct ph_class *class;
    ph_status status;
    ph_mutex_lock(&view->machine->view_lock);
    switch (kind) {
    case PH_LINK_FIELD:
        status = link_field(&self, view, index);
        break;
    case PH_LINK_METHOD:
        status = link_method(&self, view, index);
        break;
    default:
        status = class_of_reference(&self, view, index, &class);
        if (status == PH_OK && kind == PH_LINK_NEW) {
            status = check_new(&self, class);
        }
    }
    ph_mutex_unlock(&view->machine->view_lock);
    return status;
}

static enum ph_trap trap_of(ph_status status)
{
    return status == PH_OK           ? PH_TRAP_NONE
           : status == PH_UNLINKABLE ? PH_TRAP_LINK
                                     : PH_TRAP_OUT_OF_MEMORY;
}

enum ph_trap ph_link_class(struct ph_mutator *mutator, struct ph_view *view, uint32_t class_ref)
{
    return trap_of(ph_link_reference(mutator, view, PH_LINK_CLASS, class_ref, NULL));
}

enum ph_trap ph_link_new(struct ph_mutator *mutator, struct ph_view *view, uint32_t class_ref)
{
    return trap_of(ph_link_reference(mutator, view, PH_LINK_NEW, class_ref, NULL));
}

enum ph_trap ph_link_field(struct ph_mutator *mutator, struct ph_view *view, uint32_t field_ref)
{
    return trap_of(ph_link_reference(mutator, view, PH_LINK_FIELD, field_ref, NULL));
}

enum ph_trap ph_link_method(struct ph_mutator *mutator, struct ph_view *view, uint32_t method_ref)
{
    return trap_of(ph_link_reference(mutator, view, PH_LINK_METHOD, method_ref, NULL));
}

ph_status ph_class_of_definition(struct ph_mutator *mutator, struct ph_view *view,
                                 uint32_t definition, struct ph_class **class,
                                 struct ph_error *error)
{
    const struct ph_overrides none = {NULL, 0};
    return ph_class_define(mutator, view, definition, &none, class, error);
}

ph_status ph_class_define(struct ph_mutator *mutator, struct ph_view *view, uint32_t definition,
                          const struct ph_overrides *overrides, struct ph_class **class,
                          struct ph_error *error)
{
    struct linker self = {.machine = view->machine, .mutator = mutator, .error = error,
                          .overrides = *overrides};
    ph_mutex_lock(&view->machine->view_lock);
    ph_status status = class_of_definition(&self, view, definition, class);
    ph_mutex_unlock(&view->machine->view_lock);
    return status;
}

/* ---- Constants ------------------------------------------------------------------ */

/* The constants' table, byte constants first: all of it at once, so that it never moves and is
 * read without a lock. */
static struct ph_refs *constants_of(struct ph_mutator *mutator, struct ph_view *view)
{
    struct ph_machine *machine = view->machine;
    struct ph_instance *instance = view->instance;
    ph_ref items = __atomic_load_n(&instance->constants_ref, __ATOMIC_ACQUIRE);
    if (items == 0) {
        ph_mutex_lock(&machine->view_lock);
        items = instance->constants_ref;
        if (items == 0) {
            const struct ph_unit *unit = &view->loaded->unit;
            items = ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS,
                                         unit->bytes_constant_count + unit->constant_count);
            ph_touch(mutator, &instance->constants_ref, sizeof(ph_ref));
            __atomic_store_n(&instance->constants_ref, items, __ATOMIC_RELEASE);
        }
        ph_mutex_unlock(&machine->view_lock);
    }
    return ph_machine_object(machine, items);
}

ph_ref ph_bytes_constant(struct ph_mutator *mutator, struct ph_view *view, uint32_t index)
{
    const struct ph_unit *unit = &view->loaded->unit;
    PH_ASSERT(index < unit->bytes_constant_count);
    struct ph_refs *constants = constants_of(mutator, view);
    if (constants == NULL) {
        return 0;
    }
    ph_ref known = __atomic_load_n(&constants->items[index], __ATOMIC_ACQUIRE);
    if (known != 0) {
        return known;
    }
    ph_ref made = ph_bytes_new(mutator, PH_CLASS_BYTES, unit->bytes_constants[index]);
    if (made == 0) {
        return 0;
    }
    ph_mutex_lock(&view->machine->view_lock);
    known = constants->items[index];
    if (known == 0) {
        ph_touch(mutator, &constants->items[index], sizeof(ph_ref));
        __atomic_store_n(&constants->items[index], made, __ATOMIC_RELEASE);
    }
    ph_mutex_unlock(&view->machine->view_lock);
    return known != 0 ? known : made; /* one that came too late is garbage */
}

const ph_ref *ph_constant_cell(struct ph_mutator *mutator, struct ph_view *view,
                               uint32_t constant)
{
    const struct ph_unit *unit = &view->loaded->unit;
    PH_ASSERT(constant < unit->constant_count);
    const struct ph_refs *constants = constants_of(mutator, view);
    return constants == NULL ? NULL : &constants->items[unit->bytes_constant_count + constant];
}

bool ph_link_bind_constant(struct ph_mutator *mutator, struct ph_view *view, uint32_t constant,
                           ph_ref value)
{
    ph_ref *cell = (ph_ref *)(uintptr_t)ph_constant_cell(mutator, view, constant);
    if (cell == NULL) {
        return false;
    }
    ph_mutex_lock(&view->machine->view_lock);
    if (*cell == 0) {
        ph_touch(mutator, cell, sizeof(*cell));
        __atomic_store_n(cell, value == 0 ? view->instance_ref : value, __ATOMIC_RELEASE);
        ph_remember_all(mutator, cell, 1);
    }
    ph_mutex_unlock(&view->machine->view_lock);
    return true;
}
