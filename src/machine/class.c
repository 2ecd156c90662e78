/* SPDX-License-Identifier: Apache-2.0 */
/* class.c - makes class objects: where fields lie, which method is in which slot; and answers what
 * the engine asks of them.
 *
 * The table of selectors. A class's selectors_ref is a hash table of {u32 key, u32 value}, its size
 * a power of two, value 0: free. The search for a key begins at (key * MULTIPLIER mod 2^32) * size
 * / 2^32 and goes on entry by entry. Keys below KEY_INTERFACE are selectors: the value is the slot
 * + 1, with flags. Keys from there on say that the class is below the interface with that number.
 *
 * An interface's methods and selectors are those that it declares itself; a class has those of all
 * that is above it: its superclass's slots, then its own, then one for each method of its
 * interfaces that no class has. */
#include "machine/class.h"

#define MULTIPLIER 0x9e3779b1u
#define KEY_INTERFACE 0x80000000u
#define SLOT_INTERFACE 0x80000000u /* the method comes from interfaces, not from a class */
#define SLOT_FINAL 0x40000000u     /* no class below may have one of its own */
#define SLOT_HIDDEN 0x20000000u    /* calls by interface may not find the method */
#define SLOT_MASK 0x1fffffffu

struct entry {
    uint32_t key, value;
};

/* ---- Looking into classes ------------------------------------------------------------ */

static struct entry *entries_of(const struct ph_heap *heap, ph_ref table_ref, uint32_t *size)
{
    if (table_ref == 0) {
        *size = 0;
        return NULL;
    }
    struct ph_bytes *table = ph_address(heap, table_ref);
    *size = table->length / (uint32_t)sizeof(struct entry);
    return (struct entry *)(void *)table->data;
}

static uint32_t first_place(uint32_t key, uint32_t size)
{
    return (uint32_t)(((uint64_t)(key * MULTIPLIER) * size) >> 32);
}

/* The value of `key`, 0: none. */
static uint32_t value_of(const struct ph_heap *heap, const struct ph_class *class, uint32_t key)
{
    uint32_t size;
    const struct entry *entries = entries_of(heap, class->selectors_ref, &size);
    if (size == 0) {
        return 0;
    }
    uint32_t i = first_place(key, size);
    while (entries[i].value != 0 && entries[i].key != key) {
        i = (i + 1) & (size - 1);
    }
    return entries[i].value;
}

uint32_t ph_class_slot(const struct ph_heap *heap, const struct ph_class *class, uint32_t selector)
{
    PH_ASSERT(selector < KEY_INTERFACE);
    uint32_t value = value_of(heap, class, selector);
    return value == 0 ? UINT32_MAX : (value & SLOT_MASK) - 1;
}

bool ph_class_is_subclass(const struct ph_heap *heap, const struct ph_class *self,
                          const struct ph_class *of)
{
    while (self != of) {
        if ((of->flags & PH_CLASS_INTERFACE) != 0) {
            return value_of(heap, self, KEY_INTERFACE | of->number) != 0;
        }
        if ((of->flags & PH_CLASS_ARRAY) == 0) {
            if (of->depth > self->depth || self->supers_ref == 0) {
                return false;
            }
            const struct ph_refs *supers = ph_address(heap, self->supers_ref);
            return ph_address(heap, supers->items[of->depth]) == of;
        }
        if ((self->flags & PH_CLASS_ARRAY) == 0 || self->item_kind != PH_STORE_REF ||
            of->item_kind != PH_STORE_REF) {
            return false;
        }
        if (of->item_class_ref == 0 || self->item_class_ref == 0) {
            return of->item_class_ref == 0;
        }
        self = ph_address(heap, self->item_class_ref);
        of = ph_address(heap, of->item_class_ref);
    }
    return true;
}

bool ph_method_is_hidden(const struct ph_heap *heap, const struct ph_class *receiver,
                         const struct ph_method_link *link)
{
    return link->is_interface && (value_of(heap, receiver, link->selector) & SLOT_HIDDEN) != 0;
}

ph_ref ph_method_find(const struct ph_heap *heap, const struct ph_class *receiver,
                      const struct ph_method_link *link)
{
    PH_ASSERT(!link->is_direct);
    if (!ph_class_is_subclass(heap, receiver, link->class)) {
        return 0;
    }
    uint32_t slot = link->slot;
    if (link->is_interface) {
        uint32_t value = value_of(heap, receiver, link->selector);
        slot = value == 0 || (value & SLOT_HIDDEN) != 0 ? UINT32_MAX : (value & SLOT_MASK) - 1;
    }
    if (slot == UINT32_MAX) {
        return 0;
    }
    const struct ph_refs *methods = ph_address(heap, receiver->methods_ref);
    PH_ASSERT(slot < methods->length);
    return methods->items[slot];
}

enum ph_trap ph_method_trap(const struct ph_heap *heap, const struct ph_class *receiver,
                            const struct ph_method_link *link)
{
    return ph_class_is_subclass(heap, receiver, link->class) ? PH_TRAP_ABSTRACT
                                                             : PH_TRAP_WRONG_CLASS;
}

const char *ph_class_name(const struct ph_machine *machine, const struct ph_class *class, char *to,
                          size_t to_bytes)
{
    return ph_unit_printable(ph_bytes_slice(machine, class->name_ref), to, to_bytes);
}

/* ---- Planning a class ---------------------------------------------------------------- */

struct plan {
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    const struct ph_class_parts *parts;
    const struct ph_class_def *def;
    struct ph_error *error;
    struct ph_scratch scratch;
    uint32_t *offsets;               /* per field of the definition: as ph_field_link.offset */
    uint32_t bytes;                  /* of an instance */
    uint32_t ref_count;              /* own references in an instance */
    uint32_t static_bytes, static_ref_count;
    bool has_defaults;               /* an interface with methods that are not abstract */
    PH_VECTOR(ph_ref) interfaces;    /* all, what is above first */
    PH_VECTOR(ph_ref) methods;       /* by slot */
    struct ph_map selectors;         /* as in the world */
    uint32_t override_at;            /* of parts->overrides: next one to be heeded */
};

static ph_status no_memory(struct plan *p)
{
    return ph_fail(p->error, PH_NO_MEMORY, "out of memory while linking a class");
}

static ph_status no_space(struct plan *p)
{
    return ph_fail(p->error, PH_NO_SPACE, "the arena has no room for a class");
}

static ph_status refuse(struct plan *p, const char *what, struct ph_slice name)
{
    char class_name[80], member[80];
    return ph_fail(p->error, PH_UNLINKABLE, "class %s %s %s",
                   ph_unit_printable(p->def->name, class_name, sizeof(class_name)), what,
                   ph_unit_printable(name, member, sizeof(member)));
}

/* Places the fields of one kind of storage from *at on. */
static void place_fields(struct plan *p, bool is_static, bool is_ref, uint32_t shift, uint64_t *at)
{
    for (uint32_t i = 0; i < p->def->field_count; i++) {
        const struct ph_field_def *field = &p->def->fields[i];
        if (((field->flags & PH_FIELD_STATIC) != 0) != is_static ||
            (field->storage == PH_STORE_REF) != is_ref ||
            ph_storage_shift(field->storage) != shift) {
            continue;
        }
        uint64_t bytes = UINT64_C(1) << shift;
        *at = PH_ALIGN_UP(*at, bytes);
        p->offsets[i] = (uint32_t)*at;
        *at += bytes;
    }
}

static void place_numbers(struct plan *p, bool is_static, uint64_t *at)
{
    for (uint32_t shift = 4; shift > 0; shift--) {
        place_fields(p, is_static, false, shift - 1, at);
    }
}

/* Counts own references, and gives static ones their index. */
static void count_references(struct plan *p)
{
    for (uint32_t i = 0; i < p->def->field_count; i++) {
        const struct ph_field_def *field = &p->def->fields[i];
        if (field->storage != PH_STORE_REF) {
            continue;
        }
        if ((field->flags & PH_FIELD_STATIC) != 0) {
            p->offsets[i] = p->static_ref_count++;
        } else {
            p->ref_count++;
        }
    }
}

/* What is above them are no references. */
static bool begins_references(const struct plan *p)
{
    return (p->def->flags & PH_CLASS_DEF_REFERENCE) != 0 &&
           p->parts->super->layout == PH_LAYOUT_PLAIN;
}

static ph_status plan_fields(struct plan *p)
{
    p->offsets = ph_scratch_alloc(&p->scratch,
                                  (p->def->field_count + UINT64_C(1)) * sizeof(uint32_t));
    if (p->offsets == NULL) {
        return no_memory(p);
    }
    uint64_t at = begins_references(p) ? sizeof(struct ph_weak) : p->parts->super->bytes;
    place_fields(p, false, true, ph_storage_shift(PH_STORE_REF), &at);
    place_numbers(p, false, &at);
    if (at > PH_INSTANCE_BYTES_MAX) {
        return refuse(p, "is too large: with superclass",
                      ph_bytes_slice(p->machine, p->parts->super->name_ref));
    }
    p->bytes = (uint32_t)at;
    uint64_t static_bytes = 0;
    place_numbers(p, true, &static_bytes);
    p->static_bytes = (uint32_t)static_bytes;
    count_references(p);
    return PH_OK;
}

static ph_status add_interface(struct plan *p, ph_ref interface_ref)
{
    const struct ph_class *interface = ph_address(p->machine->heap, interface_ref);
    uint64_t key = KEY_INTERFACE | interface->number, known;
    if (ph_map_get(&p->selectors, key, &known)) {
        return PH_OK;
    }
    if (p->interfaces.count == PH_CLASS_INTERFACES_MAX) {
        return refuse(p, "has too many interfaces with", ph_bytes_slice(p->machine,
                                                                        interface->name_ref));
    }
    return ph_map_put(&p->selectors, key, 1) &&
                   ph_vector_push(&p->interfaces, p->machine->allocator, interface_ref)
               ? PH_OK
               : no_memory(p);
}

static ph_status add_interfaces_of(struct plan *p, const struct ph_class *class)
{
    const struct ph_refs *all = ph_machine_object(p->machine, class->interfaces_ref);
    ph_status status = PH_OK;
    for (uint32_t i = 0; all != NULL && status == PH_OK && i < all->length; i++) {
        status = add_interface(p, all->items[i]);
    }
    return status;
}

static ph_status plan_interfaces(struct plan *p)
{
    ph_status status = add_interfaces_of(p, p->parts->super);
    for (uint32_t i = 0; status == PH_OK && i < p->def->interface_count; i++) {
        status = add_interfaces_of(p, p->parts->interfaces[i]);
        if (status == PH_OK) {
            status = add_interface(p, ph_ref_to(p->machine->heap, p->parts->interfaces[i]));
        }
    }
    return status;
}

/* A class begins with its superclass's slots. */
static ph_status copy_super_methods(struct plan *p)
{
    const struct ph_class *super = p->parts->super;
    const struct ph_refs *methods = ph_machine_object(p->machine, super->methods_ref);
    uint32_t size;
    const struct entry *entries = entries_of(p->machine->heap, super->selectors_ref, &size);
    bool ok = true;
    for (uint32_t i = 0; methods != NULL && ok && i < methods->length; i++) {
        ok = ph_vector_push(&p->methods, p->machine->allocator, methods->items[i]);
    }
    for (uint32_t i = 0; ok && i < size; i++) {
        if (entries[i].value != 0 && entries[i].key < KEY_INTERFACE) {
            ok = ph_map_put(&p->selectors, entries[i].key, entries[i].value);
        }
    }
    return ok ? PH_OK : no_memory(p);
}

/* Puts `function_ref` in the slot of `selector`, which it gets if it has none. */
static ph_status put_method(struct plan *p, uint32_t selector, ph_ref function_ref, uint32_t flags)
{
    uint64_t value;
    bool ok = true;
    if (ph_map_get(&p->selectors, selector, &value)) {
        p->methods.items[((uint32_t)value & SLOT_MASK) - 1] = function_ref;
    } else {
        ok = ph_vector_push(&p->methods, p->machine->allocator, function_ref);
        value = p->methods.count;
    }
    return ok && ph_map_put(&p->selectors, selector, ((uint32_t)value & SLOT_MASK) | flags)
               ? PH_OK
               : no_memory(p);
}

static bool put_own(struct plan *p, uint32_t selector, ph_ref function_ref, uint32_t flags)
{
    return ph_vector_push(&p->methods, p->machine->allocator, function_ref) &&
           ph_map_put(&p->selectors, selector, p->methods.count | flags);
}

/* Method `number` goes where parts->overrides say; *is_done: they do. The first slot is its own,
 * for those that are below. */
static ph_status put_where_told(struct plan *p, uint32_t number, uint32_t selector,
                                ph_ref function_ref, uint32_t *flags, bool *is_done)
{
    const struct ph_class_parts *parts = p->parts;
    bool ok = true;

    *is_done = false;
    for (; ok && p->override_at < parts->overrides.count &&
           parts->overrides.items[p->override_at].method == number; p->override_at++) {
        const struct ph_override *told = &parts->overrides.items[p->override_at];
        if (told->kind == PH_OVERRIDE_HIDDEN) {
            *flags |= SLOT_HIDDEN;
            continue;
        }
        if (told->kind == PH_OVERRIDE_NONE) {
            ok = put_own(p, selector, function_ref, *flags);
        } else {
            uint32_t slot = ph_class_slot(p->machine->heap, told->above, selector);
            PH_ASSERT(slot < p->methods.count);
            p->methods.items[slot] = function_ref;
            ok = *is_done || ph_map_put(&p->selectors, selector, (slot + 1) | *flags);
        }
        *is_done = true;
    }
    return ok ? PH_OK : no_memory(p);
}

static ph_status plan_method(struct plan *p, uint32_t number)
{
    const struct ph_method_def *method = &p->def->methods[number];
    struct ph_view *view = p->parts->view;
    uint32_t selector = ph_selector_number(p->machine, p->mutator, method->name,
                                           view->loaded->signatures[method->signature]);
    ph_ref function_ref = 0;
    uint64_t value;
    if (method->function != UINT32_MAX) {
        function_ref = ph_view_function_locked(p->mutator, view, method->function);
        p->has_defaults = true;
        if (function_ref == 0) {
            return no_space(p);
        }
    }
    if (selector == UINT32_MAX) {
        return no_space(p);
    }
    uint32_t flags = (method->flags & PH_METHOD_FINAL) != 0 ? SLOT_FINAL : 0;
    bool is_done;
    ph_status status = put_where_told(p, number, selector, function_ref, &flags, &is_done);
    if (status != PH_OK || is_done) {
        return status;
    }
    if (ph_map_get(&p->selectors, selector, &value) && (value & SLOT_FINAL) != 0) {
        return refuse(p, "has a final method above its", method->name);
    }
    return put_method(p, selector, function_ref, flags);
}

/* What a method of interfaces runs where no class has it: that of the only interface that has a
 * function for it and no interface below it that declares it again (JVMS 5.4.3.3); 0: none. */
static ph_ref default_method(const struct plan *p, uint32_t selector)
{
    const struct ph_heap *heap = p->machine->heap;
    ph_ref chosen = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->interfaces.count; i++) {
        const struct ph_class *interface = ph_address(heap, p->interfaces.items[i]);
        uint32_t slot = ph_class_slot(heap, interface, selector);
        bool is_last = slot != UINT32_MAX;
        for (uint32_t k = i + 1; is_last && k < p->interfaces.count; k++) {
            const struct ph_class *other = ph_address(heap, p->interfaces.items[k]);
            is_last = value_of(heap, other, KEY_INTERFACE | interface->number) == 0 ||
                      value_of(heap, other, selector) == 0;
        }
        if (!is_last) {
            continue;
        }
        const struct ph_refs *methods = ph_address(heap, interface->methods_ref);
        if (methods->items[slot] != 0) {
            chosen = methods->items[slot];
            count++;
        }
    }
    return count == 1 ? chosen : 0;
}

static ph_status plan_interface_methods(struct plan *p, const struct ph_class *interface,
                                        struct ph_map *done)
{
    uint32_t size;
    const struct entry *entries =
        entries_of(p->machine->heap, interface->selectors_ref, &size);
    ph_status status = PH_OK;
    for (uint32_t i = 0; status == PH_OK && i < size; i++) {
        uint32_t selector = entries[i].key;
        uint64_t value;
        if (entries[i].value == 0 || selector >= KEY_INTERFACE ||
            ph_map_get(done, selector, &value)) {
            continue;
        }
        if (!ph_map_put(done, selector, 1)) {
            return no_memory(p);
        }
        bool is_new = !ph_map_get(&p->selectors, selector, &value);
        if (is_new || (value & SLOT_INTERFACE) != 0) {
            status = put_method(p, selector, default_method(p, selector), SLOT_INTERFACE);
        }
    }
    return status;
}

static bool is_virtual(const struct ph_method_def *method)
{
    return (method->flags & (PH_METHOD_STATIC | PH_METHOD_SPECIAL)) == 0;
}

static ph_status plan_methods(struct plan *p)
{
    bool is_interface = (p->def->flags & PH_CLASS_DEF_INTERFACE) != 0;
    ph_status status = is_interface ? PH_OK : copy_super_methods(p);
    if (status == PH_OK) {
        status = plan_interfaces(p);
    }
    for (uint32_t i = 0; status == PH_OK && i < p->def->method_count; i++) {
        if (is_virtual(&p->def->methods[i])) {
            status = plan_method(p, i);
        }
    }
    struct ph_map done;
    ph_map_init(&done, p->machine->allocator);
    for (uint32_t i = 0; status == PH_OK && !is_interface && i < p->interfaces.count; i++) {
        status = plan_interface_methods(
            p, ph_address(p->machine->heap, p->interfaces.items[i]), &done);
    }
    ph_map_finish(&done);
    return status;
}

/* ---- Making it ----------------------------------------------------------------------- */

static bool make_items(struct ph_mutator *mutator, ph_ref *slot, const ph_ref *items,
                       uint32_t count)
{
    if (count == 0) {
        return true;
    }
    *slot = ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS, count);
    if (*slot != 0 && items != NULL) {
        struct ph_refs *made = ph_address(mutator->heap, *slot);
        ph_touch(mutator, made->items, (uint64_t)count * sizeof(ph_ref));
        memcpy(made->items, items, count * sizeof(ph_ref));
    }
    return *slot != 0;
}

static bool make_bytes(struct ph_mutator *mutator, ph_ref *slot, const void *bytes, uint64_t size)
{
    if (size == 0) {
        return true;
    }
    struct ph_slice slice = {bytes, size};
    *slot = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, slice);
    return *slot != 0;
}

static bool make_selectors(struct plan *p, ph_ref *slot)
{
    uint64_t size = 2, cursor = 0, key, value;
    while (size < p->selectors.count * 2) {
        size *= 2;
    }
    if (p->selectors.count == 0) {
        return true;
    }
    *slot = size > UINT32_MAX / 16 ? 0
                                   : ph_object_new_pinned(p->mutator, PH_CLASS_PINNED_BYTES,
                                                          (uint32_t)(size * sizeof(struct entry)));
    if (*slot == 0) {
        return false;
    }
    uint32_t entry_count;
    struct entry *entries = entries_of(p->machine->heap, *slot, &entry_count);
    PH_ASSERT(entry_count == size);
    ph_touch(p->mutator, entries, size * sizeof(struct entry));
    while (ph_map_next(&p->selectors, &cursor, &key, &value)) {
        uint32_t i = first_place((uint32_t)key, entry_count);
        while (entries[i].value != 0) {
            i = (i + 1) & (entry_count - 1);
        }
        entries[i] = (struct entry){(uint32_t)key, (uint32_t)value};
    }
    return true;
}

/* The table of superclasses, which ends with the class itself. */
static bool make_supers(struct ph_mutator *mutator, struct ph_class *class)
{
    const struct ph_heap *heap = mutator->heap;
    const struct ph_class *super = ph_address(heap, class->super_ref);
    const struct ph_refs *above = ph_address(heap, super->supers_ref);
    if (!make_items(mutator, &class->supers_ref, NULL, class->depth + 1)) {
        return false;
    }
    struct ph_refs *supers = ph_address(heap, class->supers_ref);
    ph_touch(mutator, supers->items, (class->depth + UINT64_C(1)) * sizeof(ph_ref));
    memcpy(supers->items, above->items, class->depth * sizeof(ph_ref));
    supers->items[class->depth] = ph_ref_to(heap, class);
    return true;
}

/* A class object below `super` with the next number, all of its pages touched. NULL: no room. */
static struct ph_class *class_new(struct ph_mutator *mutator, const struct ph_class *super,
                                  uint32_t ref_count)
{
    struct ph_heap *heap = mutator->heap;
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_CLASS, ref_count);
    if (ref == 0) {
        return NULL;
    }
    struct ph_class *c = ph_address(heap, ref);
    ph_touch(mutator, c, sizeof(*c) + (uint64_t)ref_count * sizeof(uint32_t));
    c->ref_count = ref_count;
    c->super_ref = ph_ref_to(heap, super);
    c->depth = super->depth + 1;
    c->definition = UINT32_MAX;
    c->number = heap->header->class_count;
    PH_ASSERT(c->number >= PH_CLASS_LIMIT && c->number < KEY_INTERFACE);
    PH_SET(mutator, heap->header->class_count, c->number + 1);
    return make_supers(mutator, c) && ph_object_keep(heap, ref) ? c : NULL;
}

static void fill_ref_offsets(const struct plan *p, struct ph_class *c)
{
    const struct ph_class *super = p->parts->super;
    memcpy(c->ref_offsets, super->ref_offsets, super->ref_count * sizeof(uint32_t));
    uint32_t count = super->ref_count;
    for (uint32_t i = 0; i < p->def->field_count; i++) {
        const struct ph_field_def *field = &p->def->fields[i];
        if (field->storage == PH_STORE_REF && (field->flags & PH_FIELD_STATIC) == 0) {
            c->ref_offsets[count++] = p->offsets[i];
        }
    }
    PH_ASSERT(count == c->ref_count);
}

/* Nothing has to run before the class is used. */
static bool is_born_ready(const struct plan *p)
{
    if ((p->def->flags & PH_CLASS_DEF_INTERFACE) != 0) {
        return p->def->initialiser == UINT32_MAX;
    }
    bool ready = p->def->initialiser == UINT32_MAX && ph_class_is_ready(p->parts->super);
    for (uint32_t i = 0; ready && i < p->interfaces.count; i++) {
        const struct ph_class *interface =
            ph_address(p->machine->heap, p->interfaces.items[i]);
        ready = (interface->flags & PH_CLASS_DEFAULTS) == 0 || ph_class_is_ready(interface);
    }
    return ready;
}

static ph_status commit(struct plan *p, struct ph_class **class)
{
    struct ph_mutator *mutator = p->mutator;
    const struct ph_class *super = p->parts->super;
    struct ph_class *c = class_new(mutator, super, super->ref_count + p->ref_count);
    if (c == NULL) {
        return no_space(p);
    }
    c->layout = begins_references(p) ? (uint32_t)PH_LAYOUT_WEAK : super->layout;
    c->flags = (p->def->flags & ~(uint32_t)PH_CLASS_DEF_REFERENCE) |
               (super->flags & PH_CLASS_STRENGTH);
    if ((p->def->flags & PH_CLASS_DEF_INTERFACE) != 0 && p->has_defaults) {
        c->flags |= PH_CLASS_DEFAULTS;
    }
    c->bytes = p->bytes;
    c->definition = p->parts->definition;
    c->instance_ref = p->parts->view->instance_ref;
    c->init_state = is_born_ready(p) ? PH_CLASS_INIT_READY : PH_CLASS_INIT_NONE;
    fill_ref_offsets(p, c);
    bool ok = make_bytes(mutator, &c->name_ref, p->def->name.bytes, p->def->name.size) &&
              make_bytes(mutator, &c->fields_ref, p->offsets,
                         p->def->field_count * sizeof(uint32_t)) &&
              make_items(mutator, &c->interfaces_ref, p->interfaces.items, p->interfaces.count) &&
              make_items(mutator, &c->methods_ref, p->methods.items, p->methods.count) &&
              make_selectors(p, &c->selectors_ref) &&
              make_items(mutator, &c->static_refs_ref, NULL, p->static_ref_count);
    if (ok && p->static_bytes > 0) {
        c->statics_ref =
            ph_object_new_pinned(mutator, PH_CLASS_PINNED_BYTES, p->static_bytes);
        ok = c->statics_ref != 0;
    }
    *class = c;
    return ok ? PH_OK : no_space(p);
}

ph_status ph_class_make(struct ph_mutator *mutator, const struct ph_class_parts *parts,
                        struct ph_class **class, struct ph_error *error)
{
    struct ph_machine *machine = parts->view->machine;
    struct plan p = {.machine = machine, .mutator = mutator, .parts = parts, .error = error,
                     .def = &parts->view->loaded->unit.class_defs[parts->definition]};
    ph_scratch_init(&p.scratch, machine->allocator, 0);
    ph_map_init(&p.selectors, machine->allocator);
    ph_status status = plan_fields(&p);
    if (status == PH_OK) {
        status = plan_methods(&p);
    }
    if (status == PH_OK) {
        status = commit(&p, class);
    }
    ph_map_finish(&p.selectors);
    ph_vector_finish(&p.interfaces, machine->allocator);
    ph_vector_finish(&p.methods, machine->allocator);
    ph_scratch_finish(&p.scratch);
    return status;
}

/* ---- Arrays -------------------------------------------------------------------------- */

/* "NAME[]". */
static bool make_array_name(struct ph_mutator *mutator, ph_ref *slot, struct ph_slice item)
{
    *slot = item.size > UINT32_MAX / 2
                ? 0
                : ph_object_new_pinned(mutator, PH_CLASS_PINNED_BYTES, (uint32_t)item.size + 2);
    if (*slot == 0) {
        return false;
    }
    struct ph_bytes *name = ph_address(mutator->heap, *slot);
    ph_touch(mutator, name->data, name->length);
    memcpy(name->data, item.bytes, item.size);
    memcpy(name->data + item.size, "[]", 2);
    return true;
}

/* What the superclass and the interfaces of arrays declare: the tables of a class without members
 * of its own. */
static ph_status make_array_tables(struct ph_machine *self, struct ph_mutator *mutator,
                                   const struct ph_array_parts *array, struct ph_class *c,
                                   struct ph_error *error)
{
    const struct ph_class_def def = {.name = ph_bytes_slice(self, c->name_ref),
                                     .interface_count = array->interface_count};
    const struct ph_class_parts parts = {.super = array->super, .interfaces = array->interfaces};
    struct plan p = {.machine = self, .mutator = mutator, .parts = &parts, .error = error,
                     .def = &def};
    ph_map_init(&p.selectors, self->allocator);
    ph_status status = plan_methods(&p);
    if (status == PH_OK &&
        !(make_items(mutator, &c->interfaces_ref, p.interfaces.items, p.interfaces.count) &&
          make_items(mutator, &c->methods_ref, p.methods.items, p.methods.count) &&
          make_selectors(&p, &c->selectors_ref))) {
        status = no_space(&p);
    }
    ph_map_finish(&p.selectors);
    ph_vector_finish(&p.interfaces, self->allocator);
    ph_vector_finish(&p.methods, self->allocator);
    return status;
}

static struct ph_class *array_new(struct ph_machine *self, struct ph_mutator *mutator,
                                  const struct ph_array_parts *parts)
{
    const struct ph_class *super =
        parts->super == NULL ? ph_builtin_class(self->heap, PH_CLASS_OBJECT) : parts->super;
    uint32_t item_kind = parts->item_kind;
    struct ph_class *c = class_new(mutator, super, 0);
    if (c == NULL) {
        return NULL;
    }
    bool is_ref = item_kind == PH_STORE_REF;
    c->layout = is_ref ? PH_LAYOUT_REFS : PH_LAYOUT_BYTES;
    c->flags = PH_CLASS_ARRAY | PH_CLASS_FINAL;
    c->bytes = sizeof(struct ph_bytes);
    c->item_shift = ph_storage_shift(item_kind);
    c->item_kind = item_kind;
    c->item_class_ref = ph_ref_to(self->heap, parts->item_class);
    c->init_state = PH_CLASS_INIT_READY;
    const char *kind_name = ph_storage_name(item_kind);
    struct ph_slice item = is_ref ? ph_bytes_slice(self, parts->item_class->name_ref)
                                  : (struct ph_slice){(const uint8_t *)kind_name,
                                                      strlen(kind_name)};
    return make_array_name(mutator, &c->name_ref, item) ? c : NULL;
}

/* The items that hold the classes of arrays of numbers. */
static ph_ref *number_arrays(struct ph_machine *self, struct ph_class *super)
{
    return super == NULL ? &self->world->array_classes_ref : &super->number_arrays_ref;
}

struct ph_class *ph_array_class_known(struct ph_machine *self, uint32_t item_kind,
                                      const struct ph_class *item_class,
                                      const struct ph_class *super)
{
    struct ph_heap *heap = self->heap;
    if (item_kind == PH_STORE_U8 && super == NULL) {
        return ph_builtin_class(heap, PH_CLASS_BYTES);
    }
    if (item_kind != PH_STORE_REF) {
        const struct ph_refs *known = ph_machine_object(
            self, super == NULL ? self->world->array_classes_ref : super->number_arrays_ref);
        return known != NULL && item_kind < known->length
                   ? ph_machine_object(self, known->items[item_kind])
                   : NULL;
    }
    if (item_class == NULL || item_class == ph_builtin_class(heap, PH_CLASS_OBJECT)) {
        return ph_builtin_class(heap, PH_CLASS_REFS);
    }
    return ph_machine_object(self, item_class->array_class_ref);
}

ph_status ph_array_class_make(struct ph_machine *self, struct ph_mutator *mutator,
                              const struct ph_array_parts *parts, struct ph_class **class,
                              struct ph_error *error)
{
    struct ph_class *c = array_new(self, mutator, parts);
    ph_status status = c == NULL || parts->super == NULL
                           ? PH_OK
                           : make_array_tables(self, mutator, parts, c, error);
    if (status != PH_OK) {
        return status;
    }
    ph_ref ref = ph_ref_to(self->heap, c);
    if (ref != 0 && parts->item_kind == PH_STORE_REF) {
        PH_SET(mutator, parts->item_class->array_class_ref, ref);
    } else if (ref == 0 || !ph_items_put(self, mutator, number_arrays(self, parts->super),
                                         parts->item_kind, ref)) {
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for a class");
    }
    *class = c;
    return PH_OK;
}

/* ---- Built-in classes ---------------------------------------------------------------- */

/* All are below "object", and need no initialisation. In a resumed world: those that were made by
 * this release. */
ph_status ph_classes_format(struct ph_machine *self)
{
    struct ph_heap *heap = self->heap;
    struct ph_mutator *mutator = &self->mutator;
    ph_ref object_ref = heap->header->classes[PH_CLASS_OBJECT];
    for (uint32_t i = 0; i < PH_CLASS_LIMIT; i++) {
        ph_ref ref = heap->header->classes[i];
        struct ph_class *c = ph_machine_object(self, ref);
        if (c == NULL || c->supers_ref != 0) {
            continue;
        }
        ph_ref supers[] = {object_ref, ref};
        ph_touch(mutator, c, sizeof(*c));
        c->definition = UINT32_MAX;
        c->init_state = PH_CLASS_INIT_READY;
        c->depth = i == PH_CLASS_OBJECT ? 0 : 1;
        c->super_ref = i == PH_CLASS_OBJECT ? 0 : object_ref;
        if (!make_items(mutator, &c->supers_ref, supers, c->depth + 1)) {
            return PH_NO_SPACE;
        }
    }
    return PH_OK;
}
