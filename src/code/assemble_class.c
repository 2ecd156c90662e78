/* SPDX-License-Identifier: Apache-2.0 */
/* assemble_class.c - class definitions, and references to classes, fields and methods.
 *
 * Operands of instructions name what they mean ("Point" "x"). A reference for it is made when it is
 * first named; a reference that is written as an item is always a new one, so that a disassembled
 * unit keeps its numbers. */
#include "code/assembler.h"

#include "base/assert.h"
#include "base/text.h"

/* ---- Finding -------------------------------------------------------------------------------- */

uint32_t ph_assembler_find_class(const struct assembler *self, struct ph_slice name)
{
    for (uint32_t i = 0; i < self->classes.count; i++) {
        if (ph_slice_equal(self->classes.items[i].name, name)) {
            return i;
        }
    }
    return NO_NUMBER;
}

/* In the class and, as far as they are in this text, those above it. */
static struct member_text *find_member(struct assembler *self, uint32_t class_number,
                                       struct ph_slice name, bool is_method)
{
    for (uint32_t steps = 0; steps < self->classes.count && class_number != NO_NUMBER; steps++) {
        for (uint32_t i = 0; i < self->members.count; i++) {
            struct member_text *member = &self->members.items[i];
            if (member->class_number == class_number && member->is_method == is_method &&
                ph_slice_equal(member->name, name)) {
                return member;
            }
        }
        class_number = ph_assembler_find_class(self,
                                               self->classes.items[class_number].super_name);
    }
    return NULL;
}

static struct member_text *find_referred(struct assembler *self, uint32_t class_ref,
                                         struct ph_slice name, bool is_method)
{
    struct member_text *member = NULL;
    char text[64];

    if (ph_assembler_good(self) && class_ref < self->class_refs.count &&
        self->class_refs.items[class_ref].kind == PH_CLASS_REF_DEFINED &&
        self->class_refs.items[class_ref].index < self->classes.count) {
        member = find_member(self, self->class_refs.items[class_ref].index, name, is_method);
    }
    if (ph_assembler_good(self) && member == NULL) {
        ph_lexer_fail(&self->lexer, "this text does not define \"%s\" of that class: %s",
                      ph_unit_printable(name, text, sizeof(text)),
                      is_method ? "write its signature behind it" : "write its storage behind it");
    }
    return member;
}

/* The record of the member whose name is the token at hand, or NULL. */
static struct member_text *next_member(struct assembler *self)
{
    const uint8_t *place = self->lexer.token.text.bytes;

    while (self->member_next < self->members.count &&
           self->members.items[self->member_next].place < place) {
        self->member_next++;
    }
    bool is_it = self->member_next < self->members.count &&
                 self->members.items[self->member_next].place == place;
    return is_it ? &self->members.items[self->member_next] : NULL;
}

/* The signature of a method that is defined in this text, made when it is first needed. */
static uint32_t signature_of(struct assembler *self, struct member_text *member)
{
    struct lexer here = self->lexer;

    if (member->signature == NO_NUMBER && ph_assembler_good(self)) {
        ph_lexer_go_back(&self->lexer, member->signature_at);
        member->signature = ph_assembler_signature(self, false);
        if (ph_assembler_good(self)) {
            self->lexer = here;
        }
    }
    return member->signature;
}

/* ---- Class references ----------------------------------------------------------------------- */

static uint32_t add_class_ref(struct assembler *self, const struct ph_class_ref *class_ref)
{
    if (!ph_assembler_good(self)) {
        return 0;
    }
    PUSH(self, &self->class_refs, *class_ref);
    return ph_builder_class_ref(self->builder, class_ref);
}

static uint32_t share_class_ref(struct assembler *self, const struct ph_class_ref *wanted)
{
    for (uint32_t i = 0; i < self->class_refs.count; i++) {
        const struct ph_class_ref *known = &self->class_refs.items[i];
        if (known->kind == wanted->kind && known->storage == wanted->storage &&
            known->index == wanted->index && ph_slice_equal(known->name, wanted->name) &&
            ph_slice_equal(known->module, wanted->module)) {
            return i;
        }
    }
    return add_class_ref(self, wanted);
}

static struct ph_class_ref builtin_of(struct ph_slice name, bool *is_there)
{
    struct ph_class_ref class_ref = {.kind = PH_CLASS_REF_BUILTIN, .name = name};
    const char *text;

    *is_there = false;
    for (uint32_t i = 0; (text = ph_builtin_class_name(i)) != NULL; i++) {
        if (strlen(text) == name.size && memcmp(text, name.bytes, (size_t)name.size) == 0) {
            *is_there = true;
            return class_ref;
        }
    }
    return class_ref;
}

/* A class by its name: defined in this text, imported before this, or built in. */
static uint32_t named_class(struct assembler *self)
{
    struct token at = self->lexer.token;
    struct ph_slice name = ph_lexer_string(&self->lexer, &self->names);
    uint32_t number = ph_assembler_find_class(self, name);
    char text[64];
    bool is_builtin;

    if (!ph_assembler_good(self)) {
        return 0;
    }
    if (number != NO_NUMBER) {
        struct ph_class_ref defined = {.kind = PH_CLASS_REF_DEFINED, .index = number};
        return share_class_ref(self, &defined);
    }
    for (uint32_t i = 0; i < self->class_refs.count; i++) {
        const struct ph_class_ref *known = &self->class_refs.items[i];
        if (known->kind == PH_CLASS_REF_IMPORTED && ph_slice_equal(known->name, name)) {
            return i;
        }
    }
    struct ph_class_ref builtin = builtin_of(name, &is_builtin);
    if (is_builtin) {
        return share_class_ref(self, &builtin);
    }
    self->lexer.token = at;
    ph_lexer_fail(&self->lexer, "no class \"%s\" is defined here, imported before, or built in",
                  ph_unit_printable(name, text, sizeof(text)));
    return 0;
}

static struct ph_class_ref read_imported(struct assembler *self)
{
    struct ph_class_ref class_ref = {.kind = PH_CLASS_REF_IMPORTED};

    class_ref.module = ph_lexer_string(&self->lexer, &self->names);
    class_ref.name = ph_lexer_string(&self->lexer, &self->names);
    return class_ref;
}

/* Behind the first "array" of "array array i32": what the outermost one is. */
static struct ph_class_ref read_array(struct assembler *self)
{
    uint32_t depth = 1;
    uint8_t storage;
    struct ph_class_ref array = {.kind = PH_CLASS_REF_REFS, .storage = PH_STORE_REF};

    while (ph_lexer_accept(&self->lexer, "array")) {
        depth++;
    }
    if (ph_assembler_at_storage(self, &storage) && storage != PH_STORE_REF) {
        ph_lexer_next(&self->lexer);
        array.kind = PH_CLASS_REF_NUMBERS;
        array.storage = storage;
    } else {
        array.index = ph_assembler_class_ref(self);
    }
    while (--depth != 0 && ph_assembler_good(self)) {
        uint32_t items = share_class_ref(self, &array);
        array = (struct ph_class_ref){.kind = PH_CLASS_REF_REFS, .storage = PH_STORE_REF,
                                      .index = items};
    }
    return array;
}

uint32_t ph_assembler_class_ref(struct assembler *self)
{
    if (self->lexer.token.kind == TOKEN_STRING) {
        return named_class(self);
    }
    if (ph_lexer_accept(&self->lexer, "array")) {
        struct ph_class_ref array = read_array(self);
        return share_class_ref(self, &array);
    }
    if (ph_lexer_accept(&self->lexer, "imported")) {
        struct ph_class_ref imported = read_imported(self);
        return share_class_ref(self, &imported);
    }
    if (self->lexer.token.kind != TOKEN_NUMBER) {
        ph_lexer_fail(&self->lexer, "a class is wanted here: its name, its reference's number, "
                                    "array … or imported …");
        return 0;
    }
    return ph_lexer_index(&self->lexer);
}

static void read_class_reference(struct assembler *self)
{
    struct ph_class_ref class_ref = {.kind = PH_CLASS_REF_BUILTIN};

    if (ph_lexer_accept(&self->lexer, "imported")) {
        class_ref = read_imported(self);
    } else if (ph_lexer_accept(&self->lexer, "array")) {
        class_ref = read_array(self);
    } else if (ph_lexer_accept(&self->lexer, "defined")) {
        class_ref.kind = PH_CLASS_REF_DEFINED;
        class_ref.index = ph_lexer_index(&self->lexer);
    } else {
        ph_lexer_expect(&self->lexer, "builtin");
        class_ref.name = ph_lexer_string(&self->lexer, &self->names);
    }
    add_class_ref(self, &class_ref);
}

/* ---- References to members ------------------------------------------------------------------ */

static uint32_t add_field_ref(struct assembler *self, const struct ph_field_ref *field)
{
    if (!ph_assembler_good(self)) {
        return 0;
    }
    PUSH(self, &self->field_refs, *field);
    return ph_builder_field_ref(self->builder, field);
}

static uint32_t add_method_ref(struct assembler *self, const struct ph_method_ref *method)
{
    if (!ph_assembler_good(self)) {
        return 0;
    }
    PUSH(self, &self->method_refs, *method);
    return ph_builder_method_ref(self->builder, method);
}

/* The number of the reference, or of the class if a name follows it: then *is_class. */
static uint32_t read_number_or_class(struct assembler *self, bool *is_class)
{
    bool is_number = self->lexer.token.kind == TOKEN_NUMBER;
    uint32_t number = ph_assembler_class_ref(self);

    *is_class = !is_number || self->lexer.token.kind == TOKEN_STRING;
    return number;
}

uint32_t ph_assembler_field_ref(struct assembler *self, bool is_static)
{
    struct ph_field_ref wanted = {.flags = is_static ? PH_FIELD_STATIC : 0};
    bool is_class;

    wanted.class_ref = read_number_or_class(self, &is_class);
    if (!is_class) {
        return wanted.class_ref;
    }
    struct token at = self->lexer.token;
    wanted.name = ph_lexer_string(&self->lexer, &self->names);
    if (ph_assembler_at_storage(self, &wanted.storage)) {
        ph_lexer_next(&self->lexer);
    } else {
        struct token next = self->lexer.token;
        self->lexer.token = at; /* for the message */
        const struct member_text *member = find_referred(self, wanted.class_ref, wanted.name,
                                                         false);
        if (member == NULL) {
            return 0;
        }
        self->lexer.token = next;
        wanted.storage = member->storage;
    }
    for (uint32_t i = 0; i < self->field_refs.count; i++) {
        const struct ph_field_ref *known = &self->field_refs.items[i];
        if (known->class_ref == wanted.class_ref && known->storage == wanted.storage &&
            known->flags == wanted.flags && ph_slice_equal(known->name, wanted.name)) {
            return i;
        }
    }
    return add_field_ref(self, &wanted);
}

/* The signature and flags of the method, from what stands behind its name or its definition. */
static void read_method_signature(struct assembler *self, struct token at,
                                  struct ph_method_ref *wanted)
{
    if (ph_lexer_is(&self->lexer, "(") || ph_lexer_is(&self->lexer, "signature")) {
        wanted->signature = ph_assembler_signature(self, true);
        return;
    }
    struct token next = self->lexer.token;
    self->lexer.token = at; /* for the message */
    struct member_text *member = find_referred(self, wanted->class_ref, wanted->name, true);
    if (member != NULL) {
        self->lexer.token = next;
        wanted->signature = signature_of(self, member);
        wanted->flags = member->flags & PH_METHOD_STATIC;
    }
}

uint32_t ph_assembler_method_ref(struct assembler *self)
{
    bool is_static = ph_lexer_accept(&self->lexer, "static");
    struct ph_method_ref wanted = {.flags = is_static ? PH_METHOD_STATIC : 0};
    bool is_class;

    wanted.class_ref = read_number_or_class(self, &is_class);
    if (!is_class) {
        return wanted.class_ref;
    }
    struct token at = self->lexer.token;
    wanted.name = ph_lexer_string(&self->lexer, &self->names);
    read_method_signature(self, at, &wanted);
    for (uint32_t i = 0; i < self->method_refs.count && ph_assembler_good(self); i++) {
        const struct ph_method_ref *known = &self->method_refs.items[i];
        if (known->class_ref == wanted.class_ref && known->signature == wanted.signature &&
            known->flags == wanted.flags && ph_slice_equal(known->name, wanted.name)) {
            return i;
        }
    }
    return add_method_ref(self, &wanted);
}

void ph_assembler_reference_item(struct assembler *self)
{
    struct lexer *lexer = &self->lexer;

    if (ph_lexer_accept(lexer, "class")) {
        read_class_reference(self);
    } else if (ph_lexer_accept(lexer, "field")) {
        struct ph_field_ref field = {.class_ref = ph_assembler_class_ref(self)};
        field.name = ph_lexer_string(lexer, &self->names);
        field.storage = ph_assembler_storage(self);
        field.flags = ph_lexer_accept(lexer, "static") ? PH_FIELD_STATIC : 0;
        add_field_ref(self, &field);
    } else if (ph_lexer_accept(lexer, "method")) {
        struct ph_method_ref method = {.class_ref = ph_assembler_class_ref(self)};
        method.name = ph_lexer_string(lexer, &self->names);
        method.signature = ph_assembler_signature(self, false);
        method.flags = ph_lexer_accept(lexer, "static") ? PH_METHOD_STATIC : 0;
        add_method_ref(self, &method);
    } else {
        ph_lexer_fail(lexer, "class, field or method is wanted here");
    }
}

/* ---- Byte constants ------------------------------------------------------------------------- */

static uint32_t add_constant(struct assembler *self, struct ph_slice bytes)
{
    if (!ph_assembler_good(self)) {
        return 0;
    }
    PUSH(self, &self->constants, bytes);
    return ph_builder_bytes_constant(self->builder, bytes);
}

uint32_t ph_assembler_constant(struct assembler *self)
{
    if (self->lexer.token.kind != TOKEN_STRING) {
        return ph_lexer_index(&self->lexer);
    }
    struct ph_slice bytes = ph_lexer_string(&self->lexer, &self->names);
    for (uint32_t i = 0; i < self->constants.count; i++) {
        if (ph_slice_equal(self->constants.items[i], bytes)) {
            return i;
        }
    }
    return add_constant(self, bytes);
}

void ph_assembler_bytes_item(struct assembler *self)
{
    struct ph_slice bytes = ph_assembler_strings(self);
    uint8_t *copy = ph_scratch_alloc(&self->names, (size_t)bytes.size);

    if (copy == NULL) {
        ph_lexer_no_memory(&self->lexer);
        return;
    }
    if (bytes.size != 0) {
        memcpy(copy, bytes.bytes, (size_t)bytes.size);
    }
    add_constant(self, (struct ph_slice){copy, bytes.size});
}

/* ---- Class definitions ---------------------------------------------------------------------- */

static void read_field(struct assembler *self)
{
    struct ph_field_def field = {.flags = 0};

    field.flags = ph_assembler_field_flags(self);
    field.storage = ph_assembler_storage(self);
    field.name = ph_lexer_string(&self->lexer, &self->names);
    PUSH(self, &self->fields, field);
}

/* "function N" or a body in braces. */
static uint32_t read_class_function(struct assembler *self, struct ph_slice class_name,
                                    struct ph_slice name, uint32_t signature)
{
    if (ph_lexer_accept(&self->lexer, "function")) {
        return ph_assembler_function_number(self);
    }
    struct ph_slice full = ph_assembler_join(self, class_name, name);
    if (!ph_assembler_good(self)) {
        return 0;
    }
    return ph_assembler_function(self, full, signature);
}

static void read_method(struct assembler *self, struct ph_slice class_name)
{
    struct ph_method_def method = {.flags = ph_assembler_method_flags(self)};
    struct member_text *member = next_member(self);

    method.name = ph_lexer_string(&self->lexer, &self->names);
    if (member == NULL) {
        method.signature = ph_assembler_signature(self, false);
    } else {
        method.signature = signature_of(self, member);
        ph_assembler_skip_signature(self);
    }
    if (ph_lexer_accept(&self->lexer, "abstract")) {
        method.function = UINT32_MAX;
    } else {
        method.function = read_class_function(self, class_name, method.name, method.signature);
    }
    PUSH(self, &self->methods, method);
}

static uint32_t read_initialiser(struct assembler *self, struct ph_slice class_name)
{
    struct ph_signature nothing = {0, 0, NULL, NULL};
    uint32_t signature = 0;

    if (ph_lexer_is(&self->lexer, "{")) {
        signature = ph_builder_signature(self->builder, &nothing);
        self->signature_count++;
    }
    return read_class_function(self, class_name, PH_SLICE_TEXT("initialiser"), signature);
}

/* "implements CLASS…", if it is there, and the brace behind. */
static void read_interfaces(struct assembler *self)
{
    self->interfaces.count = 0;
    if (ph_lexer_accept(&self->lexer, "implements")) {
        while (ph_assembler_good(self) && self->lexer.token.kind != TOKEN_END &&
               !ph_lexer_is(&self->lexer, "{")) {
            uint32_t interface = ph_assembler_class_ref(self);
            PUSH(self, &self->interfaces, interface);
        }
    }
    ph_lexer_expect(&self->lexer, "{");
}

/* "extends CLASS implements CLASS… { }" */
void ph_assembler_arrays_item(struct assembler *self)
{
    ph_lexer_expect(&self->lexer, "extends");
    uint32_t root = ph_assembler_class_ref(self);

    if (self->has_array_root) {
        ph_lexer_fail(&self->lexer, "there is one superclass of arrays");
    }
    read_interfaces(self);
    ph_lexer_expect(&self->lexer, "}");
    if (ph_assembler_good(self)) {
        ph_builder_array_root(self->builder, root, self->interfaces.count,
                              self->interfaces.items);
        self->has_array_root = true;
    }
}

static void read_class_head(struct assembler *self, struct ph_class_def *def)
{
    def->super_class = UINT32_MAX;
    def->initialiser = UINT32_MAX;
    def->flags = ph_assembler_class_flags(self);
    def->name = ph_lexer_string(&self->lexer, &self->names);
    if (ph_lexer_accept(&self->lexer, "extends")) {
        def->super_class = ph_assembler_class_ref(self);
    }
    read_interfaces(self);
}

void ph_assembler_class_item(struct assembler *self)
{
    struct ph_class_def def = {.flags = 0};

    self->fields.count = 0;
    self->methods.count = 0;
    read_class_head(self, &def);
    while (ph_assembler_good(self) && !ph_lexer_is(&self->lexer, "}")) {
        if (ph_lexer_accept(&self->lexer, "field")) {
            read_field(self);
        } else if (ph_lexer_accept(&self->lexer, "method")) {
            read_method(self, def.name);
        } else if (ph_lexer_accept(&self->lexer, "initialiser")) {
            def.initialiser = read_initialiser(self, def.name);
        } else {
            ph_lexer_fail(&self->lexer, "a member is wanted here: field, method or initialiser");
        }
    }
    ph_lexer_expect(&self->lexer, "}");
    if (!ph_assembler_good(self)) {
        return;
    }
    def.interfaces = self->interfaces.items;
    def.interface_count = self->interfaces.count;
    def.fields = self->fields.items;
    def.field_count = self->fields.count;
    def.methods = self->methods.items;
    def.method_count = self->methods.count;
    ph_builder_class_def(self->builder, &def);
}
