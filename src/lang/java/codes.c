/* SPDX-License-Identifier: Apache-2.0 */
/* codes.c - attribute Code and what is in it (JVMS 4.7.3, 4.7.12 to 4.7.14). The bytes of the code
 * itself and the StackMapTable are left for those who translate the method. */
#include "lang/java/descriptor.h"
#include "lang/java/parser.h"

#define TABLE_ITEMS_MIN 8u

/* What is being read; the tables grow, because there may be several attributes of a kind. */
struct code_parser {
    struct ph_class_code *out;
    struct ph_class_line *lines;
    struct ph_class_local *locals, *local_types;
    uint32_t line_capacity, local_capacity, local_type_capacity;
};

static struct ph_slice text_of(const struct ph_parser *self, uint32_t index)
{
    return ph_classfile_text(self->out, index);
}

/* Makes room for `more` items behind the `count` that are there. */
static ph_status grow(struct ph_parser *self, void **items, uint32_t count, uint32_t *capacity,
                      uint32_t more, size_t item_bytes)
{
    if (more <= *capacity - count) {
        return PH_OK;
    }
    uint32_t wanted = count == 0 ? more : PH_MAX(2 * count, count + more);
    wanted = PH_MAX(wanted, TABLE_ITEMS_MIN);
    void *fresh = ph_parser_table(self, wanted, item_bytes);
    if (fresh == NULL) {
        return PH_NO_MEMORY;
    }
    if (count > 0) {
        memcpy(fresh, *items, count * item_bytes);
    }
    *items = fresh;
    *capacity = wanted;
    return PH_OK;
}

static ph_status read_lines(struct ph_parser *self, void *target)
{
    struct code_parser *code = target;
    struct ph_class_code *out = code->out;
    void *items = code->lines;
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint32_t more = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 4 * (uint64_t)more));
    PH_PARSER_TRY(
        grow(self, &items, out->line_count, &code->line_capacity, more, sizeof(*code->lines)));
    out->lines = code->lines = items;
    for (; more > 0; more--) {
        struct ph_class_line *line = &code->lines[out->line_count++];
        line->pc = ph_parser_u16(self);
        line->line = ph_parser_u16(self);
        if (line->pc >= out->code.size) {
            return ph_parser_fail(self, "Invalid pc in LineNumberTable");
        }
    }
    return PH_OK;
}

/* ---- Local variables ------------------------------------------------------------------------ */

static ph_status read_local(struct ph_parser *self, const struct ph_class_code *code, bool is_type,
                            struct ph_class_local *local)
{
    PH_PARSER_TRY(ph_parser_need(self, 10));
    local->start = ph_parser_u16(self);
    local->size = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_index_of(
        self, PH_CONSTANT_UTF8, false,
        is_type ? "Name index # in LocalVariableTypeTable has bad constant type"
                : "Name index # in LocalVariableTable has bad constant type",
        &local->name));
    PH_PARSER_TRY(ph_parser_index_of(
        self, PH_CONSTANT_UTF8, false,
        is_type ? "Signature index # in LocalVariableTypeTable has bad constant type"
                : "Signature index # in LocalVariableTable has bad constant type",
        &local->type));
    local->index = ph_parser_u16(self);

    struct ph_slice name = text_of(self, local->name), type = text_of(self, local->type);
    const char *table = is_type ? "LocalVariableTypeTable" : "LocalVariableTable";
    if (local->start >= code->code.size) {
        return ph_parser_fail(self, "Invalid start_pc %u in %s", (unsigned)local->start, table);
    }
    if (local->size > code->code.size - local->start) {
        return ph_parser_fail(self, "Invalid length %u in %s", (unsigned)local->size, table);
    }
    if (self->is_known) {
        return PH_OK;
    }
    if (!ph_java_is_unqualified_name(name)) {
        return ph_parser_fail_name(self, false, name);
    }
    if (!is_type && !ph_java_is_field_descriptor(type)) {
        return ph_parser_fail_descriptor(self, false, name, type);
    }
    bool is_wide = !is_type && (type.bytes[0] == 'J' || type.bytes[0] == 'D');
    if (local->index + (is_wide ? 1u : 0u) >= code->max_locals) {
        return ph_parser_fail(self, "Invalid index %u in %s", (unsigned)local->index, table);
    }
    return PH_OK;
}

static ph_status read_locals(struct ph_parser *self, void *target)
{
    struct code_parser *code = target;
    struct ph_class_code *out = code->out;
    void *items = code->locals;
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint32_t more = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 10 * (uint64_t)more));
    PH_PARSER_TRY(
        grow(self, &items, out->local_count, &code->local_capacity, more, sizeof(*code->locals)));
    out->locals = code->locals = items;
    for (; more > 0; more--) {
        PH_PARSER_TRY(read_local(self, out, false, &code->locals[out->local_count++]));
    }
    return PH_OK;
}

static ph_status read_local_types(struct ph_parser *self, void *target)
{
    struct code_parser *code = target;
    struct ph_class_code *out = code->out;
    void *items = code->local_types;
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint32_t more = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 10 * (uint64_t)more));
    PH_PARSER_TRY(grow(self, &items, out->local_type_count, &code->local_type_capacity, more,
                       sizeof(*code->local_types)));
    out->local_types = code->local_types = items;
    for (; more > 0; more--) {
        PH_PARSER_TRY(read_local(self, out, true, &code->local_types[out->local_type_count++]));
    }
    return PH_OK;
}

/* A local variable is the same if it has name, place and range of another. */
static struct ph_parser_key key_of_local(const struct ph_parser *self, const void *items,
                                         uint32_t index)
{
    const struct ph_class_local *local = (const struct ph_class_local *)items + index;
    return (struct ph_parser_key){.a = text_of(self, local->name),
                                  .number = (uint64_t)local->start << 32 |
                                            (uint64_t)local->size << 16 | local->index};
}

static ph_status fail_local(struct ph_parser *self, const struct ph_class_local *local,
                            const char *what)
{
    struct ph_slice name = text_of(self, local->name);
    return ph_parser_fail(self, "Local variable \"%.*s\" is %s", PH_PARSER_SHOWN(name), what);
}

/* 4.7.13, 4.7.14: a variable has one entry at most, and one with a signature has both. */
static ph_status check_locals(struct ph_parser *self, const struct ph_class_code *code)
{
    struct ph_parser_set locals = {.key_of = key_of_local, .items = code->locals};
    struct ph_parser_set types = {.key_of = key_of_local, .items = code->local_types};
    uint32_t duplicate;
    if (self->is_known || self->out->major < PH_JAVA_5 || code->local_count == 0) {
        return PH_OK; /* signatures alone: Java does not look at them either */
    }
    PH_PARSER_TRY(ph_parser_set_fill(self, &locals, code->local_count, &duplicate));
    if (duplicate != code->local_count) {
        return fail_local(self, &code->locals[duplicate], "twice in LocalVariableTable");
    }
    if (code->local_type_count == 0) {
        return PH_OK;
    }
    PH_PARSER_TRY(ph_parser_set_fill(self, &types, code->local_type_count, &duplicate));
    if (duplicate != code->local_type_count) {
        return fail_local(self, &code->local_types[duplicate], "twice in LocalVariableTypeTable");
    }
    for (uint32_t i = 0; i < code->local_type_count; i++) {
        if (!ph_parser_set_has(self, &locals, key_of_local(self, code->local_types, i))) {
            return fail_local(self, &code->local_types[i],
                              "in LocalVariableTypeTable, and not in LocalVariableTable");
        }
    }
    return PH_OK;
}

/* ---- Code ----------------------------------------------------------------------------------- */

static ph_status read_stack_map(struct ph_parser *self, void *target)
{
    return ph_parser_rest(self, &((struct code_parser *)target)->out->stack_map);
}

static ph_status read_types(struct ph_parser *self, void *target)
{
    return ph_parser_rest(self, &((struct code_parser *)target)->out->type_annotations);
}

static ph_status read_invisible_types(struct ph_parser *self, void *target)
{
    return ph_parser_rest(self, &((struct code_parser *)target)->out->invisible_type_annotations);
}

static ph_status read_handlers(struct ph_parser *self, struct ph_class_code *out)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    out->handler_count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 8 * (uint64_t)out->handler_count));
    struct ph_class_handler *items = ph_parser_table(self, out->handler_count, sizeof(*items));
    if (items == NULL) {
        return PH_NO_MEMORY;
    }
    out->handlers = items;
    for (uint32_t i = 0; i < out->handler_count; i++) {
        items[i].start = ph_parser_u16(self);
        items[i].end = ph_parser_u16(self);
        items[i].handler = ph_parser_u16(self);
        uint16_t type = ph_parser_u16(self);
        items[i].catch_type = type;
        if (items[i].start >= items[i].end || items[i].end > out->code.size) {
            return ph_parser_fail(self, "Illegal exception table range");
        }
        if (items[i].handler >= out->code.size) {
            return ph_parser_fail(self, "Illegal exception table handler");
        }
        if (type != 0 && !ph_parser_has_tag(self, type, PH_CONSTANT_CLASS)) {
            return ph_parser_fail(self, "Catch type in exception table has bad constant type");
        }
    }
    return PH_OK;
}

/* All that follows the bytes of the code. */
static ph_status read_rest(struct ph_parser *self, struct ph_class_code *out)
{
    static const struct ph_parser_attribute items[] = {
        {PH_PARSER_TEXT("LineNumberTable"), PH_JAVA_MAJOR_MIN, true, read_lines},
        {PH_PARSER_TEXT("StackMapTable"), PH_JAVA_6, false, read_stack_map},
        {PH_PARSER_TEXT("LocalVariableTable"), PH_JAVA_MAJOR_MIN, true, read_locals},
        {PH_PARSER_TEXT("LocalVariableTypeTable"), PH_JAVA_5, true, read_local_types},
        {PH_PARSER_TEXT("RuntimeVisibleTypeAnnotations"), PH_JAVA_8, false, read_types},
        {PH_PARSER_TEXT("RuntimeInvisibleTypeAnnotations"), PH_JAVA_8, false, read_invisible_types},
    };
    static const struct ph_parser_attributes known = {items, PH_COUNT(items)};
    struct code_parser code = {.out = out};

    PH_PARSER_TRY(read_handlers(self, out));
    PH_PARSER_TRY(ph_parser_attributes(self, &known, &code));
    return check_locals(self, out);
}

ph_status ph_parser_code(struct ph_parser *self, void *target)
{
    struct ph_class_method *method = target;
    struct ph_class_code *out = &method->code;

    PH_PARSER_TRY(ph_parser_need(self, 8));
    out->max_stack = ph_parser_u16(self);
    out->max_locals = ph_parser_u16(self);
    uint32_t size = ph_parser_u32(self);
    if (size == 0 || size > UINT16_MAX) {
        return ph_parser_fail(self, "Invalid method Code length %u", (unsigned)size);
    }
    if (method->parameter_slots > out->max_locals) {
        return ph_parser_fail(self, "Arguments can't fit into locals");
    }
    PH_PARSER_TRY(ph_parser_need(self, size));
    out->code = (struct ph_slice){self->next, size};
    self->next += size;
    return self->is_known ? ph_parser_rest(self, &out->rest) : read_rest(self, out);
}

/* ---- Of files that are known ----------------------------------------------------------------- */

static struct ph_parser parser_of_rest(const struct ph_classfile *file,
                                       const struct ph_class_code *code)
{
    return (struct ph_parser){.next = code->rest.bytes,
                              .end = code->rest.bytes + code->rest.size,
                              .out = (struct ph_classfile *)(uintptr_t)file, /* only looked at */
                              .is_known = true};
}

ph_status ph_classfile_code(const struct ph_classfile *self, const struct ph_class_method *method,
                            struct ph_scratch *scratch, struct ph_class_code *code)
{
    *code = method->code;
    PH_ASSERT(code->code.bytes != NULL);
    if (code->rest.bytes == NULL) {
        return PH_OK;
    }
    struct ph_parser parser = parser_of_rest(self, code);
    parser.scratch = scratch;
    code->rest = (struct ph_slice){NULL, 0};
    return read_rest(&parser, code);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

struct line_finder {
    uint32_t pc, best;
    int32_t line;
    bool is_exact;
};

static void look_at_line(struct line_finder *self, uint32_t pc, uint32_t line)
{
    if (!self->is_exact && pc <= self->pc && (pc == self->pc || pc >= self->best)) {
        self->is_exact = pc == self->pc;
        self->best = pc;
        self->line = (int32_t)line;
    }
}

int32_t ph_class_code_line(const struct ph_class_code *self, uint32_t pc)
{
    struct line_finder finder = {.pc = pc, .line = -1};

    for (uint32_t i = 0; i < self->line_count; i++) {
        look_at_line(&finder, self->lines[i].pc, self->lines[i].line);
    }
    return finder.line;
}

static ph_status find_line(struct ph_parser *self, void *target)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint32_t count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 4 * (uint64_t)count));
    for (; count > 0; count--) {
        uint32_t pc = ph_parser_u16(self);
        look_at_line(target, pc, ph_parser_u16(self));
    }
    return PH_OK;
}

int32_t ph_classfile_line(const struct ph_classfile *self, const struct ph_class_method *method,
                          uint32_t pc)
{
    static const struct ph_parser_attribute items[] = {
        {PH_PARSER_TEXT("LineNumberTable"), PH_JAVA_MAJOR_MIN, true, find_line},
    };
    static const struct ph_parser_attributes known = {items, PH_COUNT(items)};
    struct line_finder finder = {.pc = pc, .line = -1};

    if (method->code.rest.bytes == NULL) {
        return ph_class_code_line(&method->code, pc);
    }
    struct ph_parser parser = parser_of_rest(self, &method->code);
    if (ph_parser_need(&parser, 2) != PH_OK) {
        return -1;
    }
    uint32_t handler_bytes = 8u * ph_parser_u16(&parser);
    if (ph_parser_need(&parser, handler_bytes) != PH_OK) {
        return -1;
    }
    parser.next += handler_bytes;
    return ph_parser_attributes(&parser, &known, &finder) == PH_OK ? finder.line : -1;
}
