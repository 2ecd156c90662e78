/* SPDX-License-Identifier: Apache-2.0 */
/* Random hierarchies of classes in several units, linked in random order, against a model: what can
 * be linked, who is below whom, which method a call selects, where fields lie; and all of it again
 * when the world has been closed and opened. */
#include "base/random.h"
#include "class_kit.h"

#define CLASSES 16u
#define UNITS 3u
#define NAMES 4u
#define SIGNATURES 2u
#define MEMBERS 5u
#define NONE UINT32_MAX
#define ERROR_CLASS (UINT32_MAX - 1) /* as a superclass: the built-in "error" */

struct model_field {
    uint32_t name, storage;
    bool is_static;
};

struct model_method {
    uint32_t name, signature;
    uint8_t flags;
    uint32_t function; /* NONE: abstract */
};

struct model_class {
    uint32_t unit, definition, flags, super;
    uint32_t interface_count, interfaces[3];
    uint32_t field_count, method_count;
    struct model_field fields[MEMBERS];
    struct model_method methods[MEMBERS];
    bool above[CLASSES]; /* all its interfaces */
    int links;           /* 0 not known yet, 1 yes, -1 no, 2 being looked at */
};

struct model {
    struct ph_random random;
    struct model_class classes[CLASSES];
    uint32_t class_count, unit_count, functions[UNITS];
    ph_ref instances[UNITS];
    ph_ref seen[CLASSES]; /* class objects, where linked */
};

static uint32_t below(struct model *m, uint32_t bound)
{
    return (uint32_t)ph_random_below(&m->random, bound);
}

static bool is_interface(const struct model_class *c)
{
    return (c->flags & PH_CLASS_DEF_INTERFACE) != 0;
}

/* ---- Making one up ------------------------------------------------------------------- */

static void make_fields(struct model *m, struct model_class *c)
{
    uint32_t count = below(m, MEMBERS + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct model_field f = {below(m, NAMES), 1 + below(m, PH_STORE_LAST),
                                is_interface(c) || below(m, 4) == 0};
        bool is_new = true;
        for (uint32_t k = 0; k < c->field_count; k++) {
            is_new = is_new && (c->fields[k].name != f.name || c->fields[k].storage != f.storage);
        }
        if (is_new) {
            c->fields[c->field_count++] = f;
        }
    }
}

static void make_methods(struct model *m, struct model_class *c)
{
    uint32_t count = below(m, MEMBERS + 1);
    for (uint32_t i = 0; i < count; i++) {
        static const uint8_t flags[] = {PH_METHOD_STATIC, PH_METHOD_SPECIAL, PH_METHOD_FINAL};
        struct model_method method = {below(m, NAMES), below(m, SIGNATURES), 0, 0};
        bool is_new = true;
        for (uint32_t k = 0; k < c->method_count; k++) {
            is_new = is_new && (c->methods[k].name != method.name ||
                                c->methods[k].signature != method.signature);
        }
        if (!is_new) {
            continue;
        }
        if (below(m, 5) == 0) {
            method.flags = flags[below(m, is_interface(c) ? 2 : 3)];
        }
        method.function = method.flags == 0 && below(m, 3) == 0 ? NONE : m->functions[c->unit]++;
        c->methods[c->method_count++] = method;
    }
}

/* Mostly what can be linked, and now and then what cannot. */
static void make_class(struct model *m, uint32_t index)
{
    struct model_class *c = &m->classes[index];
    c->unit = below(m, m->unit_count);
    for (uint32_t i = 0; i < index; i++) {
        c->definition += m->classes[i].unit == c->unit;
    }
    c->flags = below(m, 3) == 0 ? PH_CLASS_DEF_INTERFACE | PH_CLASS_DEF_ABSTRACT : 0;
    if (!is_interface(c) && below(m, 12) == 0) {
        c->flags = below(m, 2) == 0 ? PH_CLASS_DEF_ABSTRACT : PH_CLASS_DEF_FINAL;
    }
    c->super = below(m, 15) == 0 ? ERROR_CLASS : NONE;
    bool is_wild = below(m, 25) == 0;
    for (uint32_t tries = 0; c->super == NONE && tries < 4; tries++) {
        uint32_t super = below(m, is_wild ? m->class_count : index + 1);
        if (super != index && (is_wild || (!is_interface(&m->classes[super]) && super < index))) {
            c->super = super;
        }
    }
    for (uint32_t i = below(m, 4); i > 0 && index > 0; i--) {
        uint32_t other = below(m, index);
        if (is_interface(&m->classes[other]) || below(m, 30) == 0) {
            c->interfaces[c->interface_count++] = other;
        }
    }
    make_fields(m, c);
    make_methods(m, c);
}

/* ---- What the model knows ------------------------------------------------------------ */

static bool is_virtual(const struct model_method *method)
{
    return (method->flags & (PH_METHOD_STATIC | PH_METHOD_SPECIAL)) == 0;
}

static const struct model_method *find_virtual(const struct model_class *c, uint32_t name,
                                               uint32_t signature)
{
    for (uint32_t i = 0; i < c->method_count; i++) {
        const struct model_method *method = &c->methods[i];
        if (method->name == name && method->signature == signature && is_virtual(method)) {
            return method;
        }
    }
    return NULL;
}

/* The nearest class above `c` that declares it. */
static const struct model_method *inherited(const struct model *m, const struct model_class *c,
                                            uint32_t name, uint32_t signature)
{
    const struct model_method *found = NULL;
    for (uint32_t s = c->super; found == NULL && s < CLASSES; s = m->classes[s].super) {
        found = find_virtual(&m->classes[s], name, signature);
    }
    return found;
}

static bool links(struct model *m, uint32_t index);

static bool overrides_final(const struct model *m, const struct model_class *c)
{
    for (uint32_t i = 0; i < c->method_count && !is_interface(c); i++) {
        const struct model_method *above =
            inherited(m, c, c->methods[i].name, c->methods[i].signature);
        if (is_virtual(&c->methods[i]) && above != NULL && (above->flags & PH_METHOD_FINAL) != 0) {
            return true;
        }
    }
    return false;
}

static bool looks_linkable(struct model *m, struct model_class *c)
{
    if (c->super < CLASSES &&
        (!links(m, c->super) || is_interface(&m->classes[c->super]) ||
         (m->classes[c->super].flags & PH_CLASS_DEF_FINAL) != 0)) {
        return false;
    }
    for (uint32_t i = 0; i < c->interface_count; i++) {
        if (!links(m, c->interfaces[i]) || !is_interface(&m->classes[c->interfaces[i]])) {
            return false;
        }
    }
    return !overrides_final(m, c);
}

static bool links(struct model *m, uint32_t index)
{
    struct model_class *c = &m->classes[index];
    if (c->links == 0) {
        c->links = 2;
        c->links = looks_linkable(m, c) ? 1 : -1;
    }
    return c->links == 1;
}

static void close_interfaces(struct model *m, uint32_t index)
{
    struct model_class *c = &m->classes[index];
    for (uint32_t k = 0; k < CLASSES; k++) {
        c->above[k] = c->super < CLASSES && m->classes[c->super].above[k];
    }
    for (uint32_t i = 0; i < c->interface_count; i++) {
        c->above[c->interfaces[i]] = true;
        for (uint32_t k = 0; k < CLASSES; k++) {
            c->above[k] = c->above[k] || m->classes[c->interfaces[i]].above[k];
        }
    }
}

static bool is_below(const struct model *m, uint32_t self, uint32_t of)
{
    if (is_interface(&m->classes[of])) {
        return self == of || m->classes[self].above[of];
    }
    while (self != of && self < CLASSES) {
        self = m->classes[self].super;
    }
    return self == of;
}

/* The class and function that a virtual call selects; function NONE: none or abstract. */
static struct {
    uint32_t class, function;
} selected;

static void select_method(const struct model *m, uint32_t receiver, uint32_t name,
                          uint32_t signature)
{
    uint32_t found = 0;
    selected.class = selected.function = NONE;
    for (uint32_t c = receiver; c < CLASSES; c = m->classes[c].super) {
        const struct model_method *method = find_virtual(&m->classes[c], name, signature);
        if (method != NULL) {
            selected.class = c;
            selected.function = method->function;
            return;
        }
    }
    for (uint32_t i = 0; i < m->class_count; i++) {
        const struct model_method *method = find_virtual(&m->classes[i], name, signature);
        bool is_last = method != NULL && m->classes[receiver].above[i];
        for (uint32_t k = 0; is_last && k < m->class_count; k++) {
            is_last = !(m->classes[receiver].above[k] && m->classes[k].above[i] &&
                        find_virtual(&m->classes[k], name, signature) != NULL);
        }
        if (is_last && method->function != NONE) {
            selected.class = i;
            selected.function = method->function;
            found++;
        }
    }
    if (found != 1) {
        selected.class = selected.function = NONE;
    }
}

/* ---- Its units ----------------------------------------------------------------------- */

static struct ph_slice name_of(char kind, uint32_t index, char *to)
{
    snprintf(to, 16, "%c%u", kind, index);
    return (struct ph_slice){(const uint8_t *)to, strlen(to)};
}

/* Reference k is class k, reference CLASSES is "error", then come arrays: of class k, and of
 * those. */
static void add_class_references(struct ph_builder *b, const struct model *m, uint32_t unit)
{
    char module[16], name[16];
    for (uint32_t k = 0; k < CLASSES; k++) {
        const struct model_class *c = &m->classes[PH_MIN(k, m->class_count - 1)];
        struct ph_class_ref r = {.kind = PH_CLASS_REF_IMPORTED,
                                 .module = name_of('u', c->unit, module),
                                 .name = name_of('c', (uint32_t)(c - m->classes), name)};
        if (c->unit == unit) {
            r = (struct ph_class_ref){.kind = PH_CLASS_REF_DEFINED, .index = c->definition};
        }
        ph_builder_class_ref(b, &r);
    }
    struct ph_class_ref error = {.kind = PH_CLASS_REF_BUILTIN, .builtin = PH_BUILTIN_ERROR,
                                 .name = PH_SLICE_TEXT("error")};
    ph_builder_class_ref(b, &error);
    for (uint32_t k = 0; k < 2 * CLASSES; k++) {
        struct ph_class_ref array = {.kind = PH_CLASS_REF_REFS,
                                     .index = k < CLASSES ? k : k + 1};
        ph_builder_class_ref(b, &array);
    }
}

/* Signatures of the unit: with a receiver, and after them without one. */
static const uint8_t parameter_types[] = {PH_REF, PH_I32};

static void add_signatures(struct ph_builder *b)
{
    for (uint32_t i = 0; i < SIGNATURES; i++) {
        const struct ph_signature s = {1 + i, 0, parameter_types, NULL};
        CHECK_EQ(ph_builder_signature(b, &s), i);
    }
}

static void add_definition(struct ph_builder *b, const struct model *m, uint32_t index)
{
    const struct model_class *c = &m->classes[index];
    char names[2 * MEMBERS + 1][16];
    struct ph_field_def fields[MEMBERS];
    struct ph_method_def methods[MEMBERS];
    for (uint32_t i = 0; i < c->field_count; i++) {
        const struct model_field *f = &c->fields[i];
        fields[i] = (struct ph_field_def){name_of('f', f->name, names[i]), (uint8_t)f->storage,
                                          f->is_static ? PH_FIELD_STATIC : 0};
    }
    for (uint32_t i = 0; i < c->method_count; i++) {
        const struct model_method *f = &c->methods[i];
        methods[i] = (struct ph_method_def){name_of('m', f->name, names[MEMBERS + i]),
                                            f->signature, f->function, f->flags};
    }
    struct ph_class_def def = {
        .name = name_of('c', index, names[2 * MEMBERS]), .flags = c->flags,
        .super_class = c->super == NONE ? UINT32_MAX : PH_MIN(c->super, CLASSES),
        .initialiser = UINT32_MAX, .interface_count = c->interface_count,
        .field_count = c->field_count, .method_count = c->method_count,
        .interfaces = c->interfaces, .fields = fields, .methods = methods};
    CHECK_EQ(ph_builder_class_def(b, &def), c->definition);
    ph_builder_export(b, def.name, PH_EXTERN_CLASS, c->definition);
}

/* Field reference (class, name, storage, static) and method reference (class, name, signature,
 * static) of each unit, by number. */
static uint32_t field_reference(uint32_t class, uint32_t name, uint32_t storage, bool is_static)
{
    return ((class * NAMES + name) * PH_STORE_LAST + storage - 1) * 2 + is_static;
}

static uint32_t method_reference(uint32_t class, uint32_t name, uint32_t signature, bool is_static)
{
    return ((class * NAMES + name) * SIGNATURES + signature) * 2 + is_static;
}

static void add_member_references(struct ph_builder *b)
{
    char name[16];
    for (uint32_t i = 0; i < CLASSES * NAMES * PH_STORE_LAST * 2; i++) {
        struct ph_field_ref r = {
            .class_ref = i / 2 / PH_STORE_LAST / NAMES,
            .name = name_of('f', i / 2 / PH_STORE_LAST % NAMES, name),
            .storage = (uint8_t)(i / 2 % PH_STORE_LAST + 1), .flags = i % 2};
        CHECK_EQ(ph_builder_field_ref(b, &r), i);
    }
    for (uint32_t i = 0; i < CLASSES * NAMES * SIGNATURES * 2; i++) {
        struct ph_method_ref r = {.class_ref = i / 2 / SIGNATURES / NAMES,
                                  .name = name_of('m', i / 2 / SIGNATURES % NAMES, name),
                                  .signature = i / 2 % SIGNATURES, .flags = i % 2};
        CHECK_EQ(ph_builder_method_ref(b, &r), i);
    }
}

/* The signature of the method whose function is `function`. */
static uint32_t signature_of_function(const struct model *m, uint32_t unit, uint32_t function)
{
    for (uint32_t k = 0; k < m->class_count; k++) {
        const struct model_class *c = &m->classes[k];
        for (uint32_t i = 0; c->unit == unit && i < c->method_count; i++) {
            if (c->methods[i].function == function) {
                return c->methods[i].signature;
            }
        }
    }
    CHECK(false);
    return 0;
}

static void load_unit(struct model *m, struct class_world *w, uint32_t unit)
{
    struct ph_builder *b;
    struct ph_slice bytes;
    struct ph_error error;
    char name[16];
    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    ph_builder_name(b, name_of('u', unit, name));
    add_signatures(b);
    add_class_references(b, m, unit);
    for (uint32_t k = 0; k < m->class_count; k++) {
        if (m->classes[k].unit == unit) {
            add_definition(b, m, k);
        }
    }
    add_member_references(b);
    for (uint32_t f = 0; f < m->functions[unit]; f++) {
        ph_builder_function_begin(b, signature_of_function(m, unit, f));
        ph_builder_op(b, PH_OP_return);
        ph_builder_function_end(b);
    }
    CHECK_OK(ph_builder_finish(b, &bytes, &error));
    m->instances[unit] = class_world_load(w, bytes);
    ph_builder_destroy(b);
}

/* ---- Comparing ----------------------------------------------------------------------- */

static struct ph_view *any_view(struct model *m, struct class_world *w)
{
    return class_world_view(w, m->instances[below(m, m->unit_count)]);
}

static struct ph_class *class_at(const struct model *m, struct class_world *w, uint32_t index)
{
    return ph_address(w->machine->heap, m->seen[index]);
}

static void check_link(struct model *m, struct class_world *w, uint32_t index)
{
    struct ph_view *view = any_view(m, w);
    struct ph_error error;
    ph_status status = class_world_link(w, view, PH_LINK_CLASS, index, &error);
    if ((status == PH_OK) != links(m, index)) {
        unit_fail(__FILE__, __LINE__, "class %u: %s", index,
                  status == PH_OK ? "should not link" : error.text);
    }
    if (status != PH_OK) {
        CHECK_EQ(status, PH_UNLINKABLE);
        CHECK(ph_view_class(view, index) == NULL);
        return;
    }
    ph_ref ref = ph_ref_to(w->machine->heap, ph_view_class(view, index));
    CHECK(m->seen[index] == 0 || m->seen[index] == ref);
    for (uint32_t k = 0; k < m->class_count; k++) {
        CHECK(k == index || m->seen[k] != ref);
    }
    m->seen[index] = ref;
    bool can_be_made = (m->classes[index].flags &
                        (PH_CLASS_DEF_INTERFACE | PH_CLASS_DEF_ABSTRACT)) == 0;
    CHECK_EQ(ph_link_new(w->mutator, view, index),
             can_be_made ? PH_TRAP_NONE : PH_TRAP_LINK);
}

static void check_subclasses(struct model *m, struct class_world *w)
{
    const struct ph_heap *heap = w->machine->heap;
    struct ph_view *view = any_view(m, w);
    const struct ph_class *object = ph_builtin_class(heap, PH_CLASS_OBJECT);
    const struct ph_class *refs = ph_builtin_class(heap, PH_CLASS_REFS);
    for (uint32_t a = 0; a < m->class_count; a++) {
        for (uint32_t b = 0; links(m, a) && b < m->class_count; b++) {
            if (!links(m, b)) {
                continue;
            }
            bool expected = is_below(m, a, b);
            CHECK_EQ(ph_class_is_subclass(heap, class_at(m, w, a), class_at(m, w, b)), expected);
            for (uint32_t depth = 1; depth <= 2; depth++) {
                uint32_t array_a = a + 1 + depth * CLASSES, array_b = b + 1 + depth * CLASSES;
                CHECK_EQ(ph_link_class(w->mutator, view, array_a), PH_TRAP_NONE);
                CHECK_EQ(ph_link_class(w->mutator, view, array_b), PH_TRAP_NONE);
                const struct ph_class *of_a = ph_view_class(view, array_a);
                CHECK_EQ(ph_class_is_subclass(heap, of_a, ph_view_class(view, array_b)), expected);
                CHECK(!ph_class_is_subclass(heap, of_a, class_at(m, w, b)));
                CHECK(!ph_class_is_subclass(heap, class_at(m, w, b), of_a));
                CHECK(ph_class_is_subclass(heap, of_a, object));
                CHECK(ph_class_is_subclass(heap, of_a, refs));
            }
        }
    }
}

/* Links the reference; the expected class is the model's first that has the field. */
static const struct ph_field_link *check_field(struct model *m, struct class_world *w,
                                               uint32_t class, const struct model_field *f)
{
    struct ph_view *view = any_view(m, w);
    uint32_t index = field_reference(class, f->name, f->storage, f->is_static);
    CHECK_EQ(ph_link_field(w->mutator, view, index), PH_TRAP_NONE);
    const struct ph_field_link *link = ph_view_field(view, index);
    CHECK(link != NULL);
    CHECK_EQ(link->storage, f->storage);
    return link;
}

/* Every field of an instance has bytes of its own, the same in all subclasses, and the table of
 * references is right. */
static void check_fields(struct model *m, struct class_world *w, uint32_t index)
{
    static uint8_t bytes[PH_INSTANCE_BYTES_MAX];
    const struct ph_class *class = class_at(m, w, index);
    uint32_t refs = 0;
    memset(bytes, 0, class->bytes);
    memset(bytes, 1, sizeof(struct ph_object));
    for (uint32_t c = index; c != NONE; c = c == ERROR_CLASS ? NONE : m->classes[c].super) {
        if (c == ERROR_CLASS) {
            for (uint32_t i = sizeof(struct ph_object); i < sizeof(struct ph_error_object); i++) {
                CHECK_EQ(bytes[i]++, 0);
            }
            refs += 2;
            continue;
        }
        for (uint32_t i = 0; i < m->classes[c].field_count; i++) {
            const struct model_field *f = &m->classes[c].fields[i];
            const struct ph_field_link *link = check_field(m, w, c, f);
            CHECK(link->class == class_at(m, w, c));
            uint32_t size = 1u << ph_storage_shift(f->storage);
            if (f->is_static) {
                continue;
            }
            CHECK_EQ(link->offset % size, 0);
            CHECK(link->offset + size <= class->bytes);
            for (uint32_t k = 0; k < size; k++) {
                CHECK_EQ(bytes[link->offset + k]++, 0);
            }
            for (uint32_t k = 0; f->storage == PH_STORE_REF && k < class->ref_count; k++) {
                refs += class->ref_offsets[k] == link->offset;
            }
        }
    }
    CHECK_EQ(refs, class->ref_count);
    for (uint32_t k = 1; k < class->ref_count; k++) {
        CHECK(class->ref_offsets[k - 1] < class->ref_offsets[k]);
    }
}

static void check_statics(struct model *m, struct class_world *w, uint32_t index)
{
    const struct model_class *c = &m->classes[index];
    const struct ph_heap *heap = w->machine->heap;
    uint8_t numbers[MEMBERS * 16] = {0}, refs[MEMBERS] = {0};
    for (uint32_t i = 0; i < c->field_count; i++) {
        if (!c->fields[i].is_static) {
            continue;
        }
        const struct ph_field_link *link = check_field(m, w, index, &c->fields[i]);
        uint32_t size = 1u << ph_storage_shift(link->storage);
        CHECK(link->class == class_at(m, w, index));
        if (link->storage == PH_STORE_REF) {
            const struct ph_refs *items = ph_address(heap, link->class->static_refs_ref);
            CHECK(link->offset < items->length);
            CHECK_EQ(refs[link->offset]++, 0);
            continue;
        }
        const struct ph_bytes *data = ph_address(heap, link->class->statics_ref);
        CHECK_EQ(link->offset % size, 0);
        CHECK(link->offset + size <= data->length);
        for (uint32_t k = 0; k < size; k++) {
            CHECK_EQ(numbers[link->offset + k]++, 0);
        }
    }
}

/* Who declares the field that a reference to class `index` means; NONE: nobody. */
static uint32_t field_owner(const struct model *m, uint32_t index, const struct model_field *wanted)
{
    const struct model_class *c = &m->classes[index];
    for (uint32_t i = 0; i < c->field_count; i++) {
        if (c->fields[i].name == wanted->name && c->fields[i].storage == wanted->storage &&
            c->fields[i].is_static == wanted->is_static) {
            return index;
        }
    }
    return NONE;
}

/* Random references to fields by their subclasses. (A static field that several interfaces have may
 * be any of theirs.) */
static void check_inherited_fields(struct model *m, struct class_world *w, uint32_t index)
{
    for (uint32_t tries = 0; tries < 20; tries++) {
        struct model_field f = {below(m, NAMES), 1 + below(m, PH_STORE_LAST), below(m, 2) == 0};
        struct ph_view *view = any_view(m, w);
        uint32_t reference = field_reference(index, f.name, f.storage, f.is_static);
        bool in_interface = false;
        uint32_t owner = NONE;
        for (uint32_t c = index; owner == NONE && c < CLASSES; c = m->classes[c].super) {
            owner = field_owner(m, c, &f);
        }
        for (uint32_t i = 0; f.is_static && i < m->class_count; i++) {
            in_interface = in_interface ||
                           (m->classes[index].above[i] && field_owner(m, i, &f) != NONE);
        }
        enum ph_trap trap = ph_link_field(w->mutator, view, reference);
        CHECK_EQ(trap == PH_TRAP_NONE, owner != NONE || in_interface);
        if (owner != NONE && !in_interface) {
            CHECK(ph_view_field(view, reference)->class == class_at(m, w, owner));
        }
    }
}

static void check_function(const struct model *m, struct class_world *w, ph_ref function_ref,
                           uint32_t class, uint32_t function)
{
    if (function == NONE) {
        CHECK_EQ(function_ref, 0);
        return;
    }
    CHECK(ph_is_a(w->machine->heap, function_ref, PH_CLASS_FUNCTION));
    const struct ph_function_object *f = ph_address(w->machine->heap, function_ref);
    CHECK_EQ(f->instance_ref, m->instances[m->classes[class].unit]);
    CHECK_EQ(f->index, function);
}

/* What a reference finds that is no virtual method of a class: the nearest above that fits. */
static const struct model_method *resolve(const struct model *m, uint32_t class, uint32_t name,
                                          uint32_t signature, bool is_static, uint32_t *owner)
{
    for (uint32_t c = class; c < CLASSES; c = m->classes[c].super) {
        for (uint32_t i = 0; i < m->classes[c].method_count; i++) {
            const struct model_method *method = &m->classes[c].methods[i];
            if (method->name == name && method->signature == signature &&
                ((method->flags & PH_METHOD_STATIC) != 0) == is_static) {
                *owner = c;
                return method;
            }
        }
    }
    return NULL;
}

static bool interface_has(const struct model *m, uint32_t class, uint32_t name, uint32_t signature)
{
    bool found = false;
    for (uint32_t i = 0; i < m->class_count; i++) {
        found = found || (m->classes[class].above[i] &&
                          find_virtual(&m->classes[i], name, signature) != NULL);
    }
    return found;
}

static void check_calls(struct model *m, struct class_world *w, const struct ph_method_link *link,
                        uint32_t name, uint32_t signature)
{
    const struct ph_heap *heap = w->machine->heap;
    for (uint32_t receiver = 0; receiver < m->class_count; receiver++) {
        if (!links(m, receiver) || is_interface(&m->classes[receiver])) {
            continue;
        }
        const struct ph_class *class = class_at(m, w, receiver);
        ph_ref function_ref = ph_method_find(heap, class, link);
        if (!ph_class_is_subclass(heap, class, link->class)) {
            CHECK_EQ(function_ref, 0);
            CHECK_EQ(ph_method_trap(heap, class, link), PH_TRAP_WRONG_CLASS);
            continue;
        }
        select_method(m, receiver, name, signature);
        check_function(m, w, function_ref, selected.class, selected.function);
        CHECK(function_ref != 0 || ph_method_trap(heap, class, link) == PH_TRAP_ABSTRACT);
    }
}

static void check_method(struct model *m, struct class_world *w, uint32_t class, uint32_t name,
                         uint32_t signature)
{
    for (uint32_t is_static = 0; is_static < 2; is_static++) {
        uint32_t owner = NONE, index = method_reference(class, name, signature, is_static != 0);
        struct ph_view *view = any_view(m, w);
        const struct model_method *method =
            resolve(m, class, name, signature, is_static != 0, &owner);
        bool expected = method != NULL ||
                        (is_static == 0 && interface_has(m, class, name, signature));
        enum ph_trap trap = ph_link_method(w->mutator, view, index);
        CHECK_EQ(trap, expected ? PH_TRAP_NONE : PH_TRAP_LINK);
        if (!expected) {
            continue;
        }
        const struct ph_method_link *link = ph_view_method(view, index);
        if (method != NULL) {
            CHECK(link->class == class_at(m, w, owner));
            check_function(m, w, link->function_ref, owner, method->function);
        }
        CHECK(!link->is_direct || link->function_ref != 0);
        CHECK(method == NULL || is_virtual(method) || link->is_direct);
        if (!link->is_direct) {
            check_calls(m, w, link, name, signature);
        }
    }
}

static void check_all(struct model *m, struct class_world *w, bool only_some)
{
    uint32_t first = below(m, m->class_count);
    for (uint32_t i = 0; i < m->class_count; i++) {
        if (!only_some || below(m, 2) == 0) {
            check_link(m, w, (first + i) % m->class_count);
        }
    }
    if (only_some) {
        return;
    }
    check_subclasses(m, w);
    for (uint32_t c = 0; c < m->class_count; c++) {
        if (!links(m, c)) {
            continue;
        }
        check_fields(m, w, c);
        check_statics(m, w, c);
        check_inherited_fields(m, w, c);
        for (uint32_t i = 0; i < NAMES * SIGNATURES; i++) {
            check_method(m, w, c, i / SIGNATURES, i % SIGNATURES);
        }
    }
}

/* The share of classes that can be linked, in percent. */
static uint32_t make_model(struct model *m, uint64_t seed)
{
    uint32_t linkable = 0;
    memset(m, 0, sizeof(*m));
    ph_random_init(&m->random, seed);
    m->class_count = 2 + below(m, CLASSES - 1);
    m->unit_count = 1 + below(m, UNITS);
    for (uint32_t i = 0; i < m->class_count; i++) {
        make_class(m, i);
    }
    for (uint32_t i = 0; i < m->class_count; i++) {
        linkable += links(m, i);
    }
    for (uint32_t i = 0; i < m->class_count * m->class_count; i++) { /* until nothing changes */
        if (links(m, i % m->class_count)) {
            close_interfaces(m, i % m->class_count);
        }
    }
    return linkable * 100 / m->class_count;
}

static uint32_t run(uint64_t seed)
{
    static struct model m;
    struct class_world w;
    uint32_t percent = make_model(&m, seed);
    class_world_open(&w);
    for (uint32_t i = 0; i < m.unit_count; i++) {
        load_unit(&m, &w, i);
    }
    check_all(&m, &w, true);
    class_world_reopen(&w);
    check_all(&m, &w, false);
    class_world_reopen(&w);
    check_all(&m, &w, false);
    class_world_close(&w);
    return percent;
}

TEST(random_hierarchies)
{
    uint32_t percent = 0;
    const uint32_t seeds = 150;
    for (uint64_t seed = 0; seed < seeds; seed++) {
        percent += run(seed);
    }
    CHECK(percent / seeds > 60 && percent / seeds < 98); /* both kinds were seen */
}

/* ---- Several threads ----------------------------------------------------------------- */

#define LINKERS 3u

struct linking {
    struct model *m;
    struct class_world *w;
    struct ph_mutator mutator;
    struct ph_random random;
    ph_ref seen[CLASSES];
    struct ph_host_thread host;
};

/* Links references of all kinds in random order, and reads what is published. */
static void link_randomly(void *context)
{
    struct linking *self = context;
    const struct model *m = self->m;
    for (uint32_t i = 0; i < 2000; i++) {
        struct ph_view *view =
            class_world_view(self->w, m->instances[ph_random_below(&self->random, m->unit_count)]);
        uint32_t class = (uint32_t)ph_random_below(&self->random, m->class_count);
        uint32_t name = (uint32_t)ph_random_below(&self->random, NAMES);
        uint32_t method = method_reference(class, name, i % SIGNATURES, i % 7 == 0);
        uint32_t field = field_reference(class, name, 1 + i % PH_STORE_LAST, i % 5 == 0);
        if (ph_view_class(view, class) == NULL &&
            ph_link_class(&self->mutator, view, class) != PH_TRAP_NONE) {
            continue;
        }
        const struct ph_class *c = ph_view_class(view, class);
        ph_ref ref = ph_ref_to(self->w->machine->heap, c);
        CHECK(self->seen[class] == 0 || self->seen[class] == ref);
        self->seen[class] = ref;
        if (ph_link_method(&self->mutator, view, method) == PH_TRAP_NONE) {
            CHECK(ph_view_method(view, method)->class->depth <= PH_CLASS_DEPTH_MAX);
        }
        if (ph_link_field(&self->mutator, view, field) == PH_TRAP_NONE) {
            CHECK(ph_view_field(view, field)->storage == 1 + i % PH_STORE_LAST);
        }
    }
}

TEST(linking_on_several_threads)
{
    static struct model m;
    static struct linking linkers[LINKERS];
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct class_world w;
        make_model(&m, seed);
        class_world_open(&w);
        for (uint32_t i = 0; i < m.unit_count; i++) {
            load_unit(&m, &w, i);
        }
        memset(linkers, 0, sizeof(linkers));
        for (uint32_t i = 0; i < LINKERS; i++) {
            linkers[i].m = &m;
            linkers[i].w = &w;
            ph_random_init(&linkers[i].random, seed * LINKERS + i);
            ph_mutator_init(&linkers[i].mutator, w.machine->heap);
        }
        for (uint32_t i = 0; i < LINKERS; i++) {
            CHECK_OK(ph_host_thread_start(&linkers[i].host, "linker", link_randomly, &linkers[i]));
        }
        for (uint32_t i = 0; i < LINKERS; i++) {
            ph_host_thread_join(&linkers[i].host);
            ph_mutator_finish(&linkers[i].mutator);
        }
        for (uint32_t c = 0; c < m.class_count; c++) {
            for (uint32_t i = 0; i < LINKERS; i++) {
                CHECK_EQ(linkers[i].seen[c] != 0, links(&m, c));
                CHECK_EQ(linkers[i].seen[c], linkers[0].seen[c]);
            }
        }
        class_world_close(&w);
    }
}
