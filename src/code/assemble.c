/* SPDX-License-Identifier: Apache-2.0 */
/* assemble.c - from text to a unit. The language is described in docs/assembler.md.
 *
 * Bodies of functions are read twice: first for the labels, whose stacks are declared where they
 * are placed and may be branched to before, then for the code. */
#include "code/assemble.h"

#include "base/assert.h"
#include "base/text.h"
#include "code/assembler.h"

static bool good(const struct assembler *self) { return ph_assembler_good(self); }

static bool at_type(const struct assembler *self, uint8_t *type)
{
    for (*type = PH_I32; *type <= PH_REF; (*type)++) {
        if (ph_lexer_is(&self->lexer, ph_type_name(*type))) {
            return true;
        }
    }
    return false;
}

static uint8_t read_type(struct assembler *self)
{
    uint8_t type;

    if (!at_type(self, &type)) {
        ph_lexer_fail(&self->lexer, "a type is wanted here: i32, i64, f32, f64 or ref");
        return PH_I32;
    }
    ph_lexer_next(&self->lexer);
    return type;
}

/* "(i32 ref)": appends to self->types and returns how many. */
static uint32_t read_types(struct assembler *self)
{
    uint32_t count_before = self->types.count;
    uint8_t type;

    ph_lexer_expect(&self->lexer, "(");
    while (good(self) && at_type(self, &type)) {
        PUSH(self, &self->types, type);
        ph_lexer_next(&self->lexer);
    }
    ph_lexer_expect(&self->lexer, ")");
    return self->types.count - count_before;
}

static bool at_signature_type(const struct assembler *self, uint8_t *type, uint8_t *ref_kind)
{
    *type = PH_REF;
    for (*ref_kind = PH_REF_EXTERN; *ref_kind != PH_REF_ANY; (*ref_kind)--) {
        if (ph_lexer_is(&self->lexer, ph_signature_type_name(*type, *ref_kind))) {
            return true;
        }
    }
    return at_type(self, type);
}

/* The same as read_types, where "funcref" and "externref" are types too: in signatures. */
static uint32_t read_signature_types(struct assembler *self)
{
    uint32_t count_before = self->types.count;
    uint8_t type, ref_kind;

    ph_lexer_expect(&self->lexer, "(");
    while (good(self) && at_signature_type(self, &type, &ref_kind)) {
        PUSH(self, &self->types, type);
        PUSH(self, &self->ref_kinds, ref_kind);
        ph_lexer_next(&self->lexer);
    }
    ph_lexer_expect(&self->lexer, ")");
    return self->types.count - count_before;
}

/* What the signature in self->types is known by: its counts of params and results, its types. */
static struct ph_slice signature_key(struct assembler *self, uint32_t param_count)
{
    uint32_t count = self->types.count;
    uint8_t *key = good(self) ? ph_scratch_alloc(&self->names, 4 + 2 * (size_t)count) : NULL;

    if (key == NULL) {
        ph_lexer_no_memory(&self->lexer);
        return (struct ph_slice){NULL, 0};
    }
    ph_store_u32(key, param_count);
    if (count != 0) {
        memcpy(key + 4, self->types.items, count);
        memcpy(key + 4 + count, self->ref_kinds.items, count);
    }
    return (struct ph_slice){key, 4 + 2 * (uint64_t)count};
}

/* "(i32) -> (i64)". */
static uint32_t read_new_signature(struct assembler *self, bool may_share)
{
    struct ph_signature signature;
    uint64_t known;

    self->types.count = 0;
    self->ref_kinds.count = 0;
    signature.param_count = read_signature_types(self);
    ph_lexer_expect(&self->lexer, "->");
    signature.result_count = read_signature_types(self);
    struct ph_slice key = signature_key(self, signature.param_count);
    if (!good(self)) {
        return 0;
    }
    bool is_known = ph_name_map_get(&self->signatures, key, &known);
    if (is_known && may_share) {
        return (uint32_t)known;
    }
    if (!is_known && !ph_name_map_put(&self->signatures, key, self->signature_count)) {
        ph_lexer_no_memory(&self->lexer);
    }
    signature.types = self->types.items;
    signature.ref_kinds = self->ref_kinds.items;
    self->signature_count++;
    return ph_builder_signature(self->builder, &signature);
}

uint32_t ph_assembler_signature(struct assembler *self, bool may_share)
{
    if (ph_lexer_accept(&self->lexer, "signature")) {
        return ph_lexer_index(&self->lexer);
    }
    return read_new_signature(self, may_share);
}

uint32_t ph_assembler_function_number(struct assembler *self)
{
    struct ph_slice name = self->lexer.token.text;
    struct token at = self->lexer.token;
    uint64_t number = 0;
    char text[64];

    if (at.kind != TOKEN_STRING) {
        return ph_lexer_index(&self->lexer);
    }
    name = ph_lexer_string(&self->lexer, &self->names);
    if (good(self) && !ph_name_map_get(&self->functions, name, &number)) {
        self->lexer.token = at;
        ph_lexer_fail(&self->lexer, "there is no function \"%s\" in this text",
                      ph_unit_printable(name, text, sizeof(text)));
    }
    return (uint32_t)number;
}

static uint8_t read_word(struct assembler *self, const char *const *words, uint32_t count,
                         const char *what)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ph_lexer_accept(&self->lexer, words[i])) {
            return (uint8_t)i;
        }
    }
    ph_lexer_fail(&self->lexer, "%s is wanted here", what);
    return 0;
}

static uint8_t read_ref_kind(struct assembler *self)
{
    static const char *const words[] = {"any", "function", "extern"};

    return read_word(self, words, 3, "any, function or extern");
}

static uint8_t read_extern_kind(struct assembler *self)
{
    static const char *const words[] = {"function", "table", "memory", "global", "class"};

    return read_word(self, words, 5, "function, table, memory, global or class");
}

static struct ph_limits read_limits(struct assembler *self)
{
    struct ph_limits limits = {ph_lexer_integer(&self->lexer, 64), 0, false};

    if (ph_lexer_accept(&self->lexer, "to")) {
        limits.has_max = true;
        limits.max = ph_lexer_integer(&self->lexer, 64);
    }
    return limits;
}

static struct ph_table_type read_table_type(struct assembler *self)
{
    struct ph_table_type type;

    type.ref_kind = read_ref_kind(self);
    type.limits = read_limits(self);
    return type;
}

static struct ph_global_type read_global_type(struct assembler *self)
{
    struct ph_global_type type = {0, 0, false};

    type.is_mutable = ph_lexer_accept(&self->lexer, "mutable");
    type.type = read_type(self);
    if (type.type == PH_REF) {
        type.ref_kind = read_ref_kind(self);
    }
    return type;
}

static bool at_init(const struct assembler *self)
{
    return self->lexer.token.kind == TOKEN_NUMBER || ph_lexer_is(&self->lexer, "null") ||
           ph_lexer_is(&self->lexer, "function") || ph_lexer_is(&self->lexer, "imported");
}

static struct ph_init read_init(struct assembler *self, uint8_t type)
{
    struct lexer *lexer = &self->lexer;

    if (ph_lexer_accept(lexer, "null")) {
        return (struct ph_init){PH_INIT_NULL, 0};
    }
    if (ph_lexer_accept(lexer, "function")) {
        return (struct ph_init){PH_INIT_FUNCTION, ph_assembler_function_number(self)};
    }
    if (ph_lexer_accept(lexer, "imported")) {
        return (struct ph_init){PH_INIT_GLOBAL, ph_lexer_index(lexer)};
    }
    unsigned bits = type == PH_I32 || type == PH_F32 ? 32 : 64;
    bool is_float = type == PH_F32 || type == PH_F64;
    uint64_t value = is_float ? ph_lexer_float(lexer, bits) : ph_lexer_integer(lexer, bits);
    return (struct ph_init){PH_INIT_BITS, bits == 32 ? (uint32_t)value : value};
}

/* ---- Items -------------------------------------------------------------------------------- */

static void read_import(struct assembler *self)
{
    struct ph_builder *b = self->builder;
    uint8_t kind = read_extern_kind(self);

    if (good(self) && kind == PH_EXTERN_CLASS) {
        ph_lexer_fail(&self->lexer, "classes are imported so: reference class imported …");
    } else if (good(self) && self->has_definitions[kind]) {
        ph_lexer_fail(&self->lexer, "imports of a kind come before its definitions");
    }
    struct ph_slice module = ph_lexer_string(&self->lexer, &self->scratch);
    struct ph_slice name = ph_lexer_string(&self->lexer, &self->scratch);
    if (!good(self)) {
        return;
    }
    if (kind == PH_EXTERN_FUNCTION) {
        ph_builder_import_function(b, module, name,
                                   ph_assembler_signature(self, false));
        self->function_count++;
    } else if (kind == PH_EXTERN_TABLE) {
        struct ph_table_type type = read_table_type(self);
        ph_builder_import_table(b, module, name, &type);
    } else if (kind == PH_EXTERN_MEMORY) {
        struct ph_memory_type type = {read_limits(self)};
        ph_builder_import_memory(b, module, name, &type);
    } else {
        struct ph_global_type type = read_global_type(self);
        ph_builder_import_global(b, module, name, &type);
    }
}

static void read_unit_name(struct assembler *self)
{
    ph_builder_name(self->builder, ph_lexer_string(&self->lexer, &self->scratch));
}

static void read_signature_item(struct assembler *self) { read_new_signature(self, false); }

static void read_table(struct assembler *self)
{
    struct ph_table_type type = read_table_type(self);

    self->has_definitions[PH_EXTERN_TABLE] = true;
    ph_builder_table(self->builder, &type);
}

static void read_memory(struct assembler *self)
{
    struct ph_memory_type type = {read_limits(self)};

    self->has_definitions[PH_EXTERN_MEMORY] = true;
    ph_builder_memory(self->builder, &type);
}

static void read_global(struct assembler *self)
{
    struct ph_global global;

    self->has_definitions[PH_EXTERN_GLOBAL] = true;
    global.type = read_global_type(self);
    global.init = read_init(self, global.type.type);
    ph_builder_global(self->builder, &global);
}

static uint32_t read_class_number(struct assembler *self)
{
    struct token at = self->lexer.token;
    char text[64];

    if (at.kind != TOKEN_STRING) {
        return ph_lexer_index(&self->lexer);
    }
    struct ph_slice name = ph_lexer_string(&self->lexer, &self->scratch);
    uint32_t number = ph_assembler_find_class(self, name);
    if (good(self) && number == NO_NUMBER) {
        self->lexer.token = at;
        ph_lexer_fail(&self->lexer, "no class \"%s\" is defined here",
                      ph_unit_printable(name, text, sizeof(text)));
    }
    return number;
}

static void read_export(struct assembler *self)
{
    struct ph_slice name = ph_lexer_string(&self->lexer, &self->scratch);
    uint8_t kind = read_extern_kind(self);
    uint32_t index = kind == PH_EXTERN_CLASS      ? read_class_number(self)
                     : kind == PH_EXTERN_FUNCTION ? ph_assembler_function_number(self)
                                                  : ph_lexer_index(&self->lexer);

    ph_builder_export(self->builder, name, kind, index);
}

static void read_start(struct assembler *self)
{
    ph_builder_start(self->builder, ph_assembler_function_number(self));
}

static void read_trap(struct assembler *self)
{
    ph_builder_trap_function(self->builder, ph_assembler_function_number(self));
}

static void read_link(struct assembler *self)
{
    ph_builder_link_function(self->builder, ph_assembler_function_number(self));
}

static void read_constants(struct assembler *self)
{
    ph_builder_constants(self->builder, ph_lexer_index(&self->lexer));
}

static void read_origin(struct assembler *self)
{
    struct ph_slice bytes = ph_assembler_strings(self);

    if (ph_assembler_good(self)) {
        ph_builder_origin(self->builder, bytes);
    }
}

static void read_function_name(struct assembler *self)
{
    uint32_t index = ph_lexer_index(&self->lexer);

    ph_builder_function_name(self->builder, index,
                             ph_lexer_string(&self->lexer, &self->scratch));
}

static uint8_t read_mode(struct assembler *self)
{
    static const char *const words[] = {"passive", "active", "declared"};

    return read_word(self, words, 3, "passive, active or declared");
}

static void read_element(struct assembler *self)
{
    struct ph_element_segment segment = {.mode = read_mode(self)};

    if (segment.mode == PH_SEGMENT_ACTIVE) {
        ph_lexer_expect(&self->lexer, "table");
        segment.table = ph_lexer_index(&self->lexer);
        ph_lexer_expect(&self->lexer, "at");
        segment.offset = read_init(self, PH_I32);
    }
    segment.ref_kind = read_ref_kind(self);
    self->items.count = 0;
    ph_lexer_expect(&self->lexer, "{");
    while (good(self) && at_init(self)) {
        struct ph_init item = read_init(self, PH_REF);
        PUSH(self, &self->items, item);
    }
    ph_lexer_expect(&self->lexer, "}");
    segment.count = self->items.count;
    segment.items = self->items.items;
    if (good(self)) {
        ph_builder_element(self->builder, &segment);
    }
}

struct ph_slice ph_assembler_strings(struct assembler *self)
{
    self->bytes.count = 0;
    while (self->lexer.token.kind == TOKEN_STRING) {
        struct ph_slice piece = ph_lexer_string(&self->lexer, &self->scratch);
        if (!ph_vector_reserve(&self->bytes, self->allocator, piece.size)) {
            ph_lexer_no_memory(&self->lexer);
        } else if (piece.size != 0) {
            memcpy(self->bytes.items + self->bytes.count, piece.bytes, (size_t)piece.size);
            self->bytes.count += (uint32_t)piece.size;
        }
        ph_scratch_reset(&self->scratch);
    }
    return (struct ph_slice){self->bytes.items, self->bytes.count};
}

static void read_data(struct assembler *self)
{
    struct ph_data_segment segment = {.mode = read_mode(self)};

    if (segment.mode == PH_SEGMENT_ACTIVE) {
        ph_lexer_expect(&self->lexer, "memory");
        segment.memory = ph_lexer_index(&self->lexer);
        ph_lexer_expect(&self->lexer, "at");
        segment.offset = read_init(self, PH_I32);
    }
    segment.bytes = ph_assembler_strings(self);
    if (good(self)) {
        ph_builder_data(self->builder, &segment);
    }
}

/* ---- Functions ---------------------------------------------------------------------------- */

/* The shape with the number that the text gives it. */
static uint32_t read_shape_number(struct assembler *self)
{
    uint32_t number = ph_lexer_index(&self->lexer);

    if (good(self) && number >= self->shapes.count) {
        ph_lexer_fail(&self->lexer, "there is no shape %u before this", number);
    }
    return good(self) ? self->shapes.items[number] : 0;
}

static void read_locals_and_shapes(struct assembler *self)
{
    self->shapes.count = 0;
    PUSH(self, &self->shapes, 0);
    while (good(self) && ph_lexer_accept(&self->lexer, "local")) {
        uint8_t type = read_type(self);
        uint32_t count = 1;
        if (self->lexer.token.kind == TOKEN_NUMBER) {
            count = ph_lexer_index(&self->lexer);
        }
        ph_builder_locals(self->builder, count, type);
    }
    while (good(self) && ph_lexer_accept(&self->lexer, "shape")) {
        uint32_t parent = read_shape_number(self);
        uint8_t type = read_type(self);
        if (good(self)) {
            uint32_t shape = ph_builder_shape(self->builder, parent, type);
            PUSH(self, &self->shapes, shape);
        }
    }
}

/* "N [loop] [(types) | shape S]"; without a stack it is the empty one. */
static struct label_text read_label(struct assembler *self)
{
    struct label_text label = {ph_lexer_index(&self->lexer), 0, false, false};

    label.is_loop = ph_lexer_accept(&self->lexer, "loop");
    if (ph_lexer_accept(&self->lexer, "shape")) {
        label.shape = read_shape_number(self);
    } else if (ph_lexer_is(&self->lexer, "(")) {
        label.shape = self->types.count;
        label.is_list = true;
        read_types(self);
        PUSH(self, &self->types, 0);
    }
    return label;
}

/* The shape of the 0-terminated list of types at `first`. */
static uint32_t intern_types(struct assembler *self, uint32_t first)
{
    uint32_t shape = 0;

    for (; self->types.items[first] != 0; first++) {
        shape = ph_builder_shape(self->builder, shape, self->types.items[first]);
    }
    return shape;
}

/* Reads ahead to the end of the body and gives the builder all labels in the order of their
 * numbers. self->numbers holds, for each label, 1 + its first place in self->labels. Makes room for
 * the handlers too. */
static void collect_labels(struct assembler *self)
{
    struct lexer *lexer = &self->lexer;
    uint32_t label_count = 0;
    struct handler_text handler = {.has_start = false};

    self->labels.count = 0;
    self->types.count = 0;
    self->handlers.count = 0;
    while (good(self) && lexer->token.kind != TOKEN_END && !ph_lexer_is(lexer, "}")) {
        bool is_label = ph_lexer_is(lexer, "label") || ph_lexer_is(lexer, "unplaced");
        if (ph_lexer_is(lexer, "try") || ph_lexer_is(lexer, "range")) {
            PUSH(self, &self->handlers, handler);
        }
        ph_lexer_next(lexer);
        if (is_label) {
            struct label_text label = read_label(self);
            label_count = PH_MAX(label_count, label.number + (label.number != UINT32_MAX));
            PUSH(self, &self->labels, label);
        }
    }
    if (good(self) && label_count > self->labels.count) {
        ph_lexer_fail(lexer, "labels are numbered from 0 without gaps; there are %u of them",
                      self->labels.count);
    }
    self->numbers.count = 0;
    for (uint32_t i = 0; i < label_count && good(self); i++) {
        PUSH(self, &self->numbers, 0);
    }
    for (uint32_t i = 0; i < self->labels.count && good(self); i++) {
        const struct label_text *label = &self->labels.items[i];
        uint32_t *first = &self->numbers.items[label->number];
        if (*first == 0) {
            *first = i + 1;
        }
    }
}

static void declare_labels(struct assembler *self)
{
    for (uint32_t i = 0; i < self->numbers.count && good(self); i++) {
        uint32_t place = self->numbers.items[i];
        if (place == 0) {
            ph_lexer_fail(&self->lexer, "there is no label %u in this function", i);
            return;
        }
        const struct label_text *label = &self->labels.items[place - 1];
        uint32_t shape = label->is_list ? intern_types(self, label->shape) : label->shape;
        ph_builder_label(self->builder, shape, label->is_loop);
    }
}

static bool is_on_static(uint32_t opcode)
{
    struct ph_atomic_op op;

    return opcode == PH_OP_static_get || opcode == PH_OP_static_set ||
           (ph_atomic_op(opcode, &op) && op.place == PH_ATOMIC_STATIC);
}

static uint64_t read_immediate(struct assembler *self, uint32_t opcode, char letter)
{
    switch (letter) {
    case 'F':
        return ph_assembler_function_number(self);
    case 'c':
        return ph_assembler_class_ref(self);
    case 'f':
        return ph_assembler_field_ref(self, is_on_static(opcode));
    case 'k':
        return ph_assembler_storage(self);
    case 'm':
        return ph_assembler_method_ref(self);
    case 'x':
        return ph_assembler_constant(self);
    case 's':
        return ph_lexer_integer(&self->lexer, 32);
    case 'S':
    case 'U':
        return ph_lexer_integer(&self->lexer, 64);
    case '4':
        return ph_lexer_float(&self->lexer, 32);
    case '8':
        return ph_lexer_float(&self->lexer, 64);
    default:
        return ph_lexer_index(&self->lexer);
    }
}

static void read_br_table(struct assembler *self)
{
    self->numbers.count = 0;
    while (self->lexer.token.kind == TOKEN_NUMBER) {
        uint32_t label = ph_lexer_index(&self->lexer);
        PUSH(self, &self->numbers, label);
    }
    if (self->numbers.count == 0) {
        ph_lexer_fail(&self->lexer, "a br_table needs labels; the last one is the default");
    }
    if (good(self)) {
        ph_builder_br_table(self->builder, self->numbers.count - 1, self->numbers.items);
    }
}

static void read_op(struct assembler *self)
{
    struct ph_slice name = self->lexer.token.text;
    uint64_t immediates[2] = {0, 0};
    uint64_t opcode = 0;
    uint32_t count = 0;

    if (self->lexer.token.kind != TOKEN_WORD ||
        !ph_name_map_get(&self->opcodes, name, &opcode)) {
        ph_lexer_fail(&self->lexer, "this is no instruction: '%.*s'",
                      (int)PH_MIN(name.size, (uint64_t)40), (const char *)name.bytes);
        return;
    }
    ph_lexer_next(&self->lexer);
    const char *letters = ph_op_info((uint32_t)opcode)->immediates;
    if (letters[0] == 'B') {
        read_br_table(self);
        return;
    }
    for (; letters[count] != 0 && good(self); count++) {
        immediates[count] = read_immediate(self, (uint32_t)opcode, letters[count]);
    }
    if (!good(self)) {
        return;
    }
    if (count == 0) {
        ph_builder_op(self->builder, (uint32_t)opcode);
    } else if (count == 1) {
        ph_builder_op1(self->builder, (uint32_t)opcode, immediates[0]);
    } else {
        ph_builder_op2(self->builder, (uint32_t)opcode, immediates[0], immediates[1]);
    }
}

/* ---- Exception handlers --------------------------------------------------------------------- */

/* "N": one of the handlers of this function; NULL after a failure. */
static struct handler_text *read_handler_number(struct assembler *self)
{
    uint32_t number = ph_lexer_index(&self->lexer);

    if (good(self) && number >= self->handlers.count) {
        ph_lexer_fail(&self->lexer, "handlers are numbered from 0 without gaps; there are %u here",
                      self->handlers.count);
    }
    return good(self) ? &self->handlers.items[number] : NULL;
}

/* "catch any|CLASS -> LABEL". */
static void read_catch(struct assembler *self, struct handler_text *text)
{
    if (text != NULL && text->has_start) {
        ph_lexer_fail(&self->lexer, "this handler is there already");
    }
    ph_lexer_expect(&self->lexer, "catch");
    bool is_any = ph_lexer_accept(&self->lexer, "any");
    uint32_t class_ref = is_any ? UINT32_MAX : ph_assembler_class_ref(self);
    ph_lexer_expect(&self->lexer, "->");
    uint32_t label = ph_lexer_index(&self->lexer);
    if (good(self)) {
        text->handler.class_ref = class_ref;
        text->handler.label = label;
        text->has_start = true;
    }
}

static void read_try(struct assembler *self)
{
    struct handler_text *text = read_handler_number(self);

    read_catch(self, text);
    if (good(self)) {
        text->handler.start = ph_builder_code_offset(self->builder);
    }
}

static void read_end(struct assembler *self)
{
    struct handler_text *text = read_handler_number(self);

    if (good(self)) {
        text->handler.end = ph_builder_code_offset(self->builder);
        text->has_end = true;
    }
}

/* "N START END catch …" with offsets: what "try" and "end" cannot say. */
static void read_range(struct assembler *self)
{
    struct handler_text *text = read_handler_number(self);
    uint32_t start = ph_lexer_index(&self->lexer);
    uint32_t end = ph_lexer_index(&self->lexer);

    read_catch(self, text);
    if (good(self)) {
        text->handler.start = start;
        text->handler.end = end;
        text->has_end = true;
    }
}

static void put_handlers(struct assembler *self)
{
    for (uint32_t i = 0; i < self->handlers.count && good(self); i++) {
        const struct handler_text *text = &self->handlers.items[i];
        if (!text->has_start || !text->has_end) {
            ph_lexer_fail(&self->lexer, "handler %u has no %s", i,
                          text->has_start ? "end" : "try");
        } else {
            ph_builder_handler(self->builder, &text->handler);
        }
    }
}

/* ---- Bodies --------------------------------------------------------------------------------- */

static void read_instruction(struct assembler *self)
{
    if (ph_lexer_accept(&self->lexer, "unplaced")) {
        read_label(self);
    } else if (ph_lexer_accept(&self->lexer, "label")) {
        uint32_t number = read_label(self).number;
        ph_builder_op1(self->builder, PH_OP_label, number);
    } else if (ph_lexer_accept(&self->lexer, "try")) {
        read_try(self);
    } else if (ph_lexer_accept(&self->lexer, "end")) {
        read_end(self);
    } else if (ph_lexer_accept(&self->lexer, "range")) {
        read_range(self);
    } else {
        read_op(self);
    }
}

static void read_body(struct assembler *self)
{
    read_locals_and_shapes(self);
    struct token start = self->lexer.token;
    collect_labels(self);
    declare_labels(self);
    if (start.kind != TOKEN_END) {
        ph_lexer_go_back(&self->lexer, start);
    }
    while (good(self) && self->lexer.token.kind != TOKEN_END &&
           !ph_lexer_is(&self->lexer, "}")) {
        self->types.count = 0;
        read_instruction(self);
    }
    put_handlers(self);
}

uint32_t ph_assembler_function(struct assembler *self, struct ph_slice name, uint32_t signature)
{
    self->has_definitions[PH_EXTERN_FUNCTION] = true;
    if (name.size != 0) {
        ph_builder_function_name(self->builder, self->function_count, name);
    }
    ph_builder_function_begin(self->builder, signature);
    ph_lexer_expect(&self->lexer, "{");
    read_body(self);
    ph_lexer_expect(&self->lexer, "}");
    ph_builder_function_end(self->builder);
    return self->function_count++;
}

static void read_function(struct assembler *self)
{
    struct ph_slice name = {NULL, 0};

    if (self->lexer.token.kind == TOKEN_STRING) {
        name = ph_lexer_string(&self->lexer, &self->scratch);
    }
    ph_assembler_function(self, name, ph_assembler_signature(self, false));
}

/* ---- The whole ---------------------------------------------------------------------------- */

static void read_item(struct assembler *self)
{
    static const struct {
        const char *word;
        void (*read)(struct assembler *self);
    } items[] = {
        {"unit", read_unit_name},     {"signature", read_signature_item},
        {"import", read_import},      {"table", read_table},
        {"memory", read_memory},      {"global", read_global},
        {"export", read_export},      {"start", read_start},
        {"name", read_function_name}, {"element", read_element},
        {"data", read_data},          {"function", read_function},
        {"trap", read_trap},          {"class", ph_assembler_class_item},
        {"reference", ph_assembler_reference_item},
        {"bytes", ph_assembler_bytes_item}, {"arrays", ph_assembler_arrays_item},
        {"link", read_link},          {"constants", read_constants},
        {"origin", read_origin},
    };

    for (uint32_t i = 0; i < PH_COUNT(items); i++) {
        if (ph_lexer_accept(&self->lexer, items[i].word)) {
            items[i].read(self);
            ph_scratch_reset(&self->scratch);
            return;
        }
    }
    ph_lexer_fail(&self->lexer, "an item is wanted here: unit, signature, import, table, memory, "
                                "global, export, start, trap, name, element, data, function, "
                                "class, reference, bytes, link, constants or origin");
}

static void init_opcodes(struct assembler *self)
{
    ph_name_map_init(&self->opcodes, self->allocator);
    for (uint32_t i = 0; i < PH_OPCODE_LIMIT; i++) {
        const char *name = ph_op_info(i)->name;
        if (name == NULL) {
            continue;
        }
        struct ph_slice key = {(const uint8_t *)name, strlen(name)};
        if (!ph_name_map_put(&self->opcodes, key, i)) {
            ph_lexer_no_memory(&self->lexer);
        }
    }
}

static void assembler_finish(struct assembler *self)
{
    ph_vector_finish(&self->types, self->allocator);
    ph_vector_finish(&self->ref_kinds, self->allocator);
    ph_vector_finish(&self->items, self->allocator);
    ph_vector_finish(&self->bytes, self->allocator);
    ph_vector_finish(&self->numbers, self->allocator);
    ph_vector_finish(&self->shapes, self->allocator);
    ph_vector_finish(&self->labels, self->allocator);
    ph_vector_finish(&self->handlers, self->allocator);
    ph_vector_finish(&self->classes, self->allocator);
    ph_vector_finish(&self->members, self->allocator);
    ph_vector_finish(&self->class_refs, self->allocator);
    ph_vector_finish(&self->field_refs, self->allocator);
    ph_vector_finish(&self->method_refs, self->allocator);
    ph_vector_finish(&self->constants, self->allocator);
    ph_vector_finish(&self->interfaces, self->allocator);
    ph_vector_finish(&self->fields, self->allocator);
    ph_vector_finish(&self->methods, self->allocator);
    ph_name_map_finish(&self->opcodes);
    ph_name_map_finish(&self->functions);
    ph_name_map_finish(&self->signatures);
    ph_scratch_finish(&self->scratch);
    ph_scratch_finish(&self->names);
    ph_builder_destroy(self->builder);
}

ph_status ph_assemble(struct ph_slice text, const char *source_name,
                      struct ph_allocator *allocator, struct ph_slice *unit,
                      struct ph_error *error)
{
    struct assembler self = {.allocator = allocator};
    struct ph_slice finished;
    ph_status status = ph_builder_create(allocator, &self.builder);

    if (status != PH_OK) {
        return ph_fail(error, status, "%s: out of memory", source_name);
    }
    ph_scratch_init(&self.scratch, allocator, 0);
    ph_scratch_init(&self.names, allocator, 0);
    ph_name_map_init(&self.functions, allocator);
    ph_name_map_init(&self.signatures, allocator);
    ph_lexer_init(&self.lexer, text, source_name, error);
    init_opcodes(&self);
    ph_assembler_collect(&self);
    while (good(&self) && self.lexer.token.kind != TOKEN_END) {
        read_item(&self);
    }
    status = self.lexer.status;
    status = status == PH_OK ? ph_builder_finish(self.builder, &finished, error) : status;
    if (status == PH_OK) {
        uint8_t *copy = ph_alloc(allocator, (size_t)finished.size);
        if (copy == NULL) {
            status = ph_fail(error, PH_NO_MEMORY, "%s: out of memory", source_name);
        } else {
            memcpy(copy, finished.bytes, (size_t)finished.size);
            *unit = (struct ph_slice){copy, finished.size};
        }
    }
    assembler_finish(&self);
    return status;
}
