/* SPDX-License-Identifier: Apache-2.0 */
/* assemble.c - from text to a unit. The language is described in docs/assembler.md.
 *
 * Functions are read twice: first for the labels, whose stacks are declared where they are placed
 * and may be branched to before, then for the code. */
#include "code/assemble.h"

#include "base/assert.h"
#include "base/map.h"
#include "base/vector.h"
#include "code/lexer.h"

/* What stands behind "label". A list of types becomes a shape only when all labels are known, so
 * that shapes are made in the order of the labels' numbers. */
struct label_text {
    uint32_t number;
    uint32_t shape; /* or, for a list, its first place in `types`; the list ends with a 0 */
    bool is_list;
    bool is_loop;
};

struct assembler {
    struct lexer lexer;
    struct ph_allocator *allocator;
    struct ph_builder *builder;
    struct ph_scratch scratch;  /* strings */
    struct ph_name_map opcodes;
    uint32_t signature_count, function_count;
    bool has_definitions[PH_EXTERN_GLOBAL + 1]; /* of a kind: no import may follow */
    PH_VECTOR(uint8_t) types;
    PH_VECTOR(uint8_t) ref_kinds;  /* of the signature's types */
    PH_VECTOR(struct ph_init) items;
    PH_VECTOR(uint8_t) bytes;
    PH_VECTOR(uint32_t) numbers;   /* labels of a br_table */
    PH_VECTOR(uint32_t) shapes;    /* by their number in the text */
    PH_VECTOR(struct label_text) labels;
};

#define PUSH(self, vector, item)                              \
    do {                                                      \
        if (!ph_vector_push((vector), (self)->allocator, (item))) { \
            ph_lexer_no_memory(&(self)->lexer);               \
        }                                                     \
    } while (0)

static bool good(const struct assembler *self) { return self->lexer.status == PH_OK; }

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

/* "(i32) -> (i64)" makes a signature. */
static uint32_t read_new_signature(struct assembler *self)
{
    struct ph_signature signature;

    self->types.count = 0;
    self->ref_kinds.count = 0;
    signature.param_count = read_signature_types(self);
    ph_lexer_expect(&self->lexer, "->");
    signature.result_count = read_signature_types(self);
    if (!good(self)) {
        return 0;
    }
    signature.types = self->types.items;
    signature.ref_kinds = self->ref_kinds.items;
    self->signature_count++;
    return ph_builder_signature(self->builder, &signature);
}

static uint32_t read_signature(struct assembler *self)
{
    if (ph_lexer_accept(&self->lexer, "signature")) {
        return ph_lexer_index(&self->lexer);
    }
    return read_new_signature(self);
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
    static const char *const words[] = {"function", "table", "memory", "global"};

    return read_word(self, words, 4, "function, table, memory or global");
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
        return (struct ph_init){PH_INIT_FUNCTION, ph_lexer_index(lexer)};
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

    if (good(self) && self->has_definitions[kind]) {
        ph_lexer_fail(&self->lexer, "imports of a kind come before its definitions");
    }
    struct ph_slice module = ph_lexer_string(&self->lexer, &self->scratch);
    struct ph_slice name = ph_lexer_string(&self->lexer, &self->scratch);
    if (!good(self)) {
        return;
    }
    if (kind == PH_EXTERN_FUNCTION) {
        ph_builder_import_function(b, module, name, read_signature(self));
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

static void read_signature_item(struct assembler *self) { read_new_signature(self); }

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

static void read_export(struct assembler *self)
{
    struct ph_slice name = ph_lexer_string(&self->lexer, &self->scratch);
    uint8_t kind = read_extern_kind(self);
    uint32_t index = ph_lexer_index(&self->lexer);

    ph_builder_export(self->builder, name, kind, index);
}

static void read_start(struct assembler *self)
{
    ph_builder_start(self->builder, ph_lexer_index(&self->lexer));
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

static void read_data(struct assembler *self)
{
    struct ph_data_segment segment = {.mode = read_mode(self)};

    if (segment.mode == PH_SEGMENT_ACTIVE) {
        ph_lexer_expect(&self->lexer, "memory");
        segment.memory = ph_lexer_index(&self->lexer);
        ph_lexer_expect(&self->lexer, "at");
        segment.offset = read_init(self, PH_I32);
    }
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
    segment.bytes = (struct ph_slice){self->bytes.items, self->bytes.count};
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
 * numbers. self->numbers holds, for each label, 1 + its first place in self->labels. */
static void collect_labels(struct assembler *self)
{
    struct lexer *lexer = &self->lexer;
    uint32_t label_count = 0;

    self->labels.count = 0;
    self->types.count = 0;
    while (good(self) && lexer->token.kind != TOKEN_END && !ph_lexer_is(lexer, "}")) {
        bool is_label = ph_lexer_is(lexer, "label") || ph_lexer_is(lexer, "unplaced");
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

static uint64_t read_immediate(struct assembler *self, char letter)
{
    switch (letter) {
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
        immediates[count] = read_immediate(self, letters[count]);
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
        if (ph_lexer_accept(&self->lexer, "unplaced")) {
            read_label(self);
        } else if (ph_lexer_accept(&self->lexer, "label")) {
            uint32_t number = read_label(self).number;
            ph_builder_op1(self->builder, PH_OP_label, number);
        } else {
            read_op(self);
        }
    }
}

static void read_function(struct assembler *self)
{
    struct ph_slice name = {NULL, 0};

    self->has_definitions[PH_EXTERN_FUNCTION] = true;
    if (self->lexer.token.kind == TOKEN_STRING) {
        name = ph_lexer_string(&self->lexer, &self->scratch);
        ph_builder_function_name(self->builder, self->function_count, name);
    }
    ph_builder_function_begin(self->builder, read_signature(self));
    ph_lexer_expect(&self->lexer, "{");
    read_body(self);
    ph_lexer_expect(&self->lexer, "}");
    ph_builder_function_end(self->builder);
    self->function_count++;
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
    };

    for (uint32_t i = 0; i < PH_COUNT(items); i++) {
        if (ph_lexer_accept(&self->lexer, items[i].word)) {
            items[i].read(self);
            ph_scratch_reset(&self->scratch);
            return;
        }
    }
    ph_lexer_fail(&self->lexer, "an item is wanted here: unit, signature, import, table, memory, "
                                "global, export, start, name, element, data or function");
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
    ph_name_map_finish(&self->opcodes);
    ph_scratch_finish(&self->scratch);
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
    ph_lexer_init(&self.lexer, text, source_name, error);
    init_opcodes(&self);
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
