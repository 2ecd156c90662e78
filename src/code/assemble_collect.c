/* SPDX-License-Identifier: Apache-2.0 */
/* assemble_collect.c - the first reading of a text: which functions, classes and members there are.
 *
 * It understands no more than it needs to find them, and reports nothing: what it stumbles over the
 * second reading stumbles over too, and says it. */
#include "code/assembler.h"

/* ---- Words that both readings know ---------------------------------------------------------- */

uint32_t ph_assembler_class_flags(struct assembler *self)
{
    uint32_t flags = 0;

    for (;;) {
        if (ph_lexer_accept(&self->lexer, "interface")) {
            flags |= PH_CLASS_DEF_INTERFACE;
        } else if (ph_lexer_accept(&self->lexer, "abstract")) {
            flags |= PH_CLASS_DEF_ABSTRACT;
        } else if (ph_lexer_accept(&self->lexer, "final")) {
            flags |= PH_CLASS_DEF_FINAL;
        } else if (ph_lexer_accept(&self->lexer, "weak")) {
            flags |= PH_CLASS_DEF_WEAK;
        } else if (ph_lexer_accept(&self->lexer, "soft")) {
            flags |= PH_CLASS_DEF_SOFT;
        } else if (ph_lexer_accept(&self->lexer, "phantom")) {
            flags |= PH_CLASS_DEF_PHANTOM;
        } else if (ph_lexer_accept(&self->lexer, "reference")) {
            flags |= PH_CLASS_DEF_REFERENCE;
        } else {
            return flags;
        }
    }
}

uint8_t ph_assembler_field_flags(struct assembler *self)
{
    uint8_t flags = ph_lexer_accept(&self->lexer, "static") ? PH_FIELD_STATIC : 0;

    return flags | (ph_lexer_accept(&self->lexer, "volatile") ? PH_FIELD_VOLATILE : 0);
}

uint8_t ph_assembler_method_flags(struct assembler *self)
{
    uint8_t flags = 0;

    for (;;) {
        if (ph_lexer_accept(&self->lexer, "static")) {
            flags |= PH_METHOD_STATIC;
        } else if (ph_lexer_accept(&self->lexer, "final")) {
            flags |= PH_METHOD_FINAL;
        } else if (ph_lexer_accept(&self->lexer, "special")) {
            flags |= PH_METHOD_SPECIAL;
        } else {
            return flags;
        }
    }
}

bool ph_assembler_at_storage(const struct assembler *self, uint8_t *storage)
{
    for (*storage = PH_STORE_I32; *storage <= PH_STORE_LAST; (*storage)++) {
        if (ph_lexer_is(&self->lexer, ph_storage_name(*storage))) {
            return true;
        }
    }
    return false;
}

uint8_t ph_assembler_storage(struct assembler *self)
{
    uint8_t storage;

    if (!ph_assembler_at_storage(self, &storage)) {
        ph_lexer_fail(&self->lexer, "a storage is wanted here: i8, u8, i16, u16, i32, i64, f32, "
                                    "f64 or ref");
        return PH_STORE_I32;
    }
    ph_lexer_next(&self->lexer);
    return storage;
}

static void skip(struct assembler *self, uint32_t tokens)
{
    while (tokens-- != 0) {
        ph_lexer_next(&self->lexer);
    }
}

/* Behind the next `sign`. */
static void skip_past(struct assembler *self, const char *sign)
{
    while (self->lexer.token.kind != TOKEN_END && !ph_lexer_accept(&self->lexer, sign)) {
        ph_lexer_next(&self->lexer);
    }
}

void ph_assembler_skip_signature(struct assembler *self)
{
    if (ph_lexer_accept(&self->lexer, "signature")) {
        skip(self, 1);
    } else {
        skip_past(self, ")");
        skip_past(self, ")");
    }
}

/* ---- Functions ------------------------------------------------------------------------------ */

/* The first function with a name has it. */
static void name_function(struct assembler *self, struct ph_slice name, uint32_t number)
{
    uint64_t known;

    if (ph_assembler_good(self) && !ph_name_map_get(&self->functions, name, &known) &&
        !ph_name_map_put(&self->functions, name, number)) {
        ph_lexer_no_memory(&self->lexer);
    }
}

static bool at_signature(const struct assembler *self)
{
    return ph_lexer_is(&self->lexer, "(") || ph_lexer_is(&self->lexer, "signature");
}

static void collect_function(struct assembler *self, uint32_t *function_count)
{
    struct ph_slice name = {NULL, 0};

    if (self->lexer.token.kind == TOKEN_STRING) {
        name = ph_lexer_string(&self->lexer, &self->names);
    }
    if (at_signature(self)) {
        name_function(self, name, (*function_count)++);
        skip_past(self, "{");
        skip_past(self, "}");
    }
}

static void skip_global_type(struct assembler *self)
{
    (void)ph_lexer_accept(&self->lexer, "mutable");
    skip(self, ph_lexer_is(&self->lexer, "ref") ? 2 : 1);
}

static void collect_import(struct assembler *self, uint32_t *function_count)
{
    bool is_function = ph_lexer_is(&self->lexer, "function");
    bool is_global = ph_lexer_is(&self->lexer, "global");

    skip(self, 2); /* the kind, the module */
    if (is_function && self->lexer.token.kind == TOKEN_STRING) {
        name_function(self, ph_lexer_string(&self->lexer, &self->names), (*function_count)++);
    } else {
        skip(self, 1);
    }
    if (is_global) {
        skip_global_type(self);
    }
}

static void skip_global(struct assembler *self)
{
    skip_global_type(self);
    bool is_pair = ph_lexer_is(&self->lexer, "function") || ph_lexer_is(&self->lexer, "imported");
    skip(self, is_pair ? 2 : 1);
}

/* ---- Classes -------------------------------------------------------------------------------- */

struct ph_slice ph_assembler_join(struct assembler *self, struct ph_slice class,
                                  struct ph_slice name)
{
    uint8_t *text = ph_scratch_alloc(&self->names, (size_t)(class.size + name.size + 1));

    if (text == NULL || !ph_assembler_good(self)) {
        ph_lexer_no_memory(&self->lexer);
        return (struct ph_slice){NULL, 0};
    }
    memcpy(text, class.bytes, (size_t)class.size);
    text[class.size] = '.';
    memcpy(text + class.size + 1, name.bytes, (size_t)name.size);
    return (struct ph_slice){text, class.size + name.size + 1};
}

/* "function N" or a body in braces, which is the next function, or another word ("abstract"). */
static void collect_body(struct assembler *self, struct ph_slice name, uint32_t *function_count)
{
    if (ph_lexer_accept(&self->lexer, "{")) {
        uint32_t number = (*function_count)++;
        struct ph_slice class = self->classes.items[self->classes.count - 1].name;
        name_function(self, ph_assembler_join(self, class, name), number);
        skip_past(self, "}");
    } else {
        skip(self, ph_lexer_is(&self->lexer, "function") ? 2 : 1);
    }
}

static void collect_member(struct assembler *self, bool is_method, uint32_t *function_count)
{
    struct member_text member = {.is_method = is_method, .signature = NO_NUMBER,
                                 .class_number = self->classes.count - 1};

    if (is_method) {
        member.flags = ph_assembler_method_flags(self);
    } else {
        member.flags = ph_assembler_field_flags(self) & PH_FIELD_STATIC;
        member.storage = ph_assembler_storage(self);
    }
    member.place = self->lexer.token.text.bytes;
    member.name = ph_lexer_string(&self->lexer, &self->names);
    member.signature_at = self->lexer.token;
    if (ph_assembler_good(self)) {
        PUSH(self, &self->members, member);
    }
    if (is_method) {
        ph_assembler_skip_signature(self);
        collect_body(self, member.name, function_count);
    }
}

/* "class" stands in other items too: only here a name, and one of these words, are behind it. */
static void collect_class(struct assembler *self, uint32_t *function_count)
{
    struct lexer *lexer = &self->lexer;
    struct class_text class = {{NULL, 0}, {NULL, 0}};

    (void)ph_assembler_class_flags(self);
    if (lexer->token.kind != TOKEN_STRING) {
        return;
    }
    class.name = ph_lexer_string(lexer, &self->names);
    if (ph_lexer_accept(lexer, "extends")) {
        if (lexer->token.kind == TOKEN_STRING) {
            class.super_name = ph_lexer_string(lexer, &self->names);
        }
    } else if (!ph_lexer_is(lexer, "implements") && !ph_lexer_is(lexer, "{")) {
        return;
    }
    if (ph_assembler_good(self)) {
        PUSH(self, &self->classes, class);
    }
    skip_past(self, "{");
    while (ph_assembler_good(self) && lexer->token.kind != TOKEN_END &&
           !ph_lexer_accept(lexer, "}")) {
        if (ph_lexer_accept(lexer, "field")) {
            collect_member(self, false, function_count);
        } else if (ph_lexer_accept(lexer, "method")) {
            collect_member(self, true, function_count);
        } else if (ph_lexer_accept(lexer, "initialiser")) {
            collect_body(self, PH_SLICE_TEXT("initialiser"), function_count);
        } else {
            return;
        }
    }
}

/* ---- The whole ------------------------------------------------------------------------------ */

static void collect_item(struct assembler *self, uint32_t *function_count)
{
    struct lexer *lexer = &self->lexer;

    if (ph_lexer_accept(lexer, "function")) {
        collect_function(self, function_count);
    } else if (ph_lexer_accept(lexer, "class")) {
        collect_class(self, function_count);
    } else if (ph_lexer_accept(lexer, "import")) {
        collect_import(self, function_count);
    } else if (ph_lexer_accept(lexer, "export")) {
        skip(self, 3);
    } else if (ph_lexer_accept(lexer, "global")) {
        skip_global(self);
    } else if (ph_lexer_accept(lexer, "element")) {
        skip_past(self, "}");
    } else {
        skip(self, 1);
    }
}

void ph_assembler_collect(struct assembler *self)
{
    struct lexer start = self->lexer;
    uint32_t function_count = 0;

    while (self->lexer.token.kind != TOKEN_END) {
        collect_item(self, &function_count);
    }
    if (self->lexer.status != PH_NO_MEMORY) {
        self->lexer = start;
    }
}
