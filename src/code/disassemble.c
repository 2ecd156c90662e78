/* SPDX-License-Identifier: Apache-2.0 */
/* disassemble.c - from a unit to text that the assembler turns into the same bytes.
 *
 * Nothing here relies on the bodies being valid: what cannot be decoded becomes a comment. */
#include "base/assert.h"
#include "base/text.h"
#include "code/assemble.h"
#include "code/sort.h"

#define LINE_BYTES_MAX 600u
#define STRING_BYTES_PER_LINE 64u
/* A label with a deeper stack names its shape instead of listing the types. */
#define LISTED_DEPTH_MAX 12u

struct printer {
    const struct ph_unit *unit;
    struct ph_scratch scratch; /* for one function at a time */
    void (*write)(void *context, const char *text, size_t bytes);
    void *context;
    size_t used;
    char buffer[8192];
};

static void flush(struct printer *p)
{
    if (p->used != 0) {
        p->write(p->context, p->buffer, p->used);
        p->used = 0;
    }
}

static void put(struct printer *p, const char *format, ...) PH_PRINTF(2, 3);

/* At most LINE_BYTES_MAX bytes. */
static void put(struct printer *p, const char *format, ...)
{
    va_list arguments;

    if (sizeof(p->buffer) - p->used < LINE_BYTES_MAX) {
        flush(p);
    }
    va_start(arguments, format);
    size_t bytes = ph_text_vprintf(p->buffer + p->used, LINE_BYTES_MAX, format, arguments);
    va_end(arguments);
    PH_ASSERT(bytes < LINE_BYTES_MAX);
    p->used += bytes;
}

static void put_char(struct printer *p, char c)
{
    if (p->used == sizeof(p->buffer)) {
        flush(p);
    }
    p->buffer[p->used++] = c;
}

static void put_string(struct printer *p, struct ph_slice bytes)
{
    static const char digits[] = "0123456789abcdef";

    put_char(p, '"');
    for (uint64_t i = 0; i < bytes.size; i++) {
        uint8_t c = bytes.bytes[i];
        if (c == '"' || c == '\\') {
            put_char(p, '\\');
            put_char(p, (char)c);
        } else if (c == '\n') {
            put_char(p, '\\');
            put_char(p, 'n');
        } else if (c >= 0x20 && c < 0x7f) {
            put_char(p, (char)c);
        } else {
            put_char(p, '\\');
            put_char(p, digits[c >> 4]);
            put_char(p, digits[c & 15]);
        }
    }
    put_char(p, '"');
}

static const char *ref_kind_name(uint8_t kind)
{
    static const char *const names[] = {"any", "function", "extern"};

    return names[kind];
}

static const char *extern_kind_name(uint8_t kind)
{
    static const char *const names[] = {"function", "table", "memory", "global", "class"};

    return names[kind];
}

static const char *mode_name(uint8_t mode)
{
    static const char *const names[] = {"passive", "active", "declared"};

    return names[mode];
}

static void put_types(struct printer *p, const uint8_t *types, uint32_t count)
{
    put_char(p, '(');
    for (uint32_t i = 0; i < count; i++) {
        put(p, i == 0 ? "%s" : " %s", ph_type_name(types[i]));
    }
    put_char(p, ')');
}

static void put_signature(struct printer *p, const struct ph_signature *signature)
{
    uint32_t count = signature->param_count + signature->result_count;

    put_char(p, '(');
    for (uint32_t i = 0; i < count; i++) {
        if (i == signature->param_count) {
            put(p, ") -> (");
        } else if (i != 0) {
            put_char(p, ' ');
        }
        put(p, "%s", ph_signature_type_name(signature->types[i],
                                            ph_signature_ref_kind(signature, i)));
    }
    put(p, signature->result_count == 0 ? ") -> ()" : ")");
}

static void put_limits(struct printer *p, const struct ph_limits *limits)
{
    put(p, " %llu", (unsigned long long)limits->min);
    if (limits->has_max) {
        put(p, " to %llu", (unsigned long long)limits->max);
    }
}

static void put_global_type(struct printer *p, const struct ph_global_type *type)
{
    put(p, "%s%s", type->is_mutable ? " mutable " : " ", ph_type_name(type->type));
    if (type->type == PH_REF) {
        put(p, " %s", ref_kind_name(type->ref_kind));
    }
}

/* ---- Numbers ------------------------------------------------------------------------------ */

/* Prints `value` as a short decimal if that reads back as the same bits. */
static bool put_decimal(struct printer *p, double value, uint64_t bits, bool is_single)
{
    double power = 1;

    for (unsigned places = 0; places <= 4; places++, power *= 10) {
        double scaled = (value < 0 ? -value : value) * power;
        if (!(scaled < 1e6)) { /* not a number, or with ".0" more digits than an exact f32 takes */
            return false;
        }
        uint64_t digits = (uint64_t)scaled;
        double back = (double)digits / power;
        uint64_t back_bits = 0;
        back = value < 0 ? -back : back;
        if (is_single) {
            float single = (float)digits / (float)power;
            single = value < 0 ? -single : single;
            memcpy(&back_bits, &single, sizeof(single));
        } else {
            memcpy(&back_bits, &back, sizeof(back));
        }
        if (back_bits == bits) {
            uint64_t whole = digits / (uint64_t)power;
            uint64_t fraction = digits % (uint64_t)power;
            unsigned width = places == 0 ? 1 : places;
            put(p, "%s%llu.%0*llu", value < 0 ? "-" : "", (unsigned long long)whole, (int)width,
                (unsigned long long)fraction);
            return true;
        }
    }
    return false;
}

static void put_float(struct printer *p, uint64_t bits, bool is_single)
{
    double value;
    float single;

    if (is_single) {
        uint32_t word = (uint32_t)bits;
        memcpy(&single, &word, sizeof(single));
        value = single;
    } else {
        memcpy(&value, &bits, sizeof(value));
    }
    if (!put_decimal(p, value, bits, is_single)) {
        put(p, "0x%llx", (unsigned long long)bits);
    }
}

static void put_init(struct printer *p, const struct ph_init *init, uint8_t type)
{
    switch (init->kind) {
    case PH_INIT_NULL:
        put(p, "null");
        return;
    case PH_INIT_FUNCTION:
        put(p, "function %u", (uint32_t)init->value);
        return;
    case PH_INIT_GLOBAL:
        put(p, "imported %u", (uint32_t)init->value);
        return;
    default:
        break;
    }
    if (type == PH_F32 || type == PH_F64) {
        put_float(p, init->value, type == PH_F32);
    } else {
        int64_t value = type == PH_I32 ? (int32_t)init->value : (int64_t)init->value;
        put(p, "%lld", (long long)value);
    }
}

/* ---- Items -------------------------------------------------------------------------------- */

static void put_signatures(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->signature_count; i++) {
        put(p, "signature ");
        put_signature(p, &p->unit->signatures[i]);
        put(p, "  ; %u\n", i);
    }
}

static void put_imports(struct printer *p)
{
    const struct ph_unit *unit = p->unit;

    for (uint32_t i = 0; i < unit->import_count; i++) {
        const struct ph_import *import = &unit->imports[i];
        put(p, "import %s ", extern_kind_name(import->kind));
        put_string(p, import->module);
        put_char(p, ' ');
        put_string(p, import->name);
        if (import->kind == PH_EXTERN_FUNCTION) {
            put(p, " signature %u", unit->functions[import->index].signature);
        } else if (import->kind == PH_EXTERN_TABLE) {
            put(p, " %s", ref_kind_name(unit->tables[import->index].ref_kind));
            put_limits(p, &unit->tables[import->index].limits);
        } else if (import->kind == PH_EXTERN_MEMORY) {
            put_limits(p, &unit->memories[import->index].limits);
        } else {
            put_global_type(p, &unit->globals[import->index].type);
        }
        put(p, "  ; %s %u\n", extern_kind_name(import->kind), import->index);
    }
}

static void put_definitions(struct printer *p)
{
    const struct ph_unit *unit = p->unit;

    for (uint32_t i = unit->imported_tables; i < unit->table_count; i++) {
        put(p, "table %s", ref_kind_name(unit->tables[i].ref_kind));
        put_limits(p, &unit->tables[i].limits);
        put(p, "  ; %u\n", i);
    }
    for (uint32_t i = unit->imported_memories; i < unit->memory_count; i++) {
        put(p, "memory");
        put_limits(p, &unit->memories[i].limits);
        put(p, "  ; %u\n", i);
    }
    for (uint32_t i = unit->imported_globals; i < unit->global_count; i++) {
        put(p, "global");
        put_global_type(p, &unit->globals[i].type);
        put_char(p, ' ');
        put_init(p, &unit->globals[i].init, unit->globals[i].type.type);
        put(p, "  ; %u\n", i);
    }
}

static void put_exports(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->export_count; i++) {
        const struct ph_export *export = &p->unit->exports[i];
        put(p, "export ");
        put_string(p, export->name);
        put(p, " %s %u\n", extern_kind_name(export->kind), export->index);
    }
    if (p->unit->start_function != UINT32_MAX) {
        put(p, "start %u\n", p->unit->start_function);
    }
}

static void put_elements(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->element_count; i++) {
        const struct ph_element_segment *segment = &p->unit->elements[i];
        put(p, "element %s ", mode_name(segment->mode));
        if (segment->mode == PH_SEGMENT_ACTIVE) {
            put(p, "table %u at ", segment->table);
            put_init(p, &segment->offset, PH_I32);
            put_char(p, ' ');
        }
        put(p, "%s {  ; %u\n", ref_kind_name(segment->ref_kind), i);
        for (uint32_t k = 0; k < segment->count; k++) {
            put(p, k % 6 == 0 ? "    " : " ");
            put_init(p, &segment->items[k], PH_REF);
            put(p, k % 6 == 5 || k + 1 == segment->count ? "\n" : "");
        }
        put(p, "}\n");
    }
}

/* One string per line, behind a line of their own. */
static void put_strings(struct printer *p, struct ph_slice bytes)
{
    for (uint64_t at = 0; at < bytes.size; at += STRING_BYTES_PER_LINE) {
        put(p, "    ");
        put_string(p, (struct ph_slice){bytes.bytes + at,
                                        PH_MIN(bytes.size - at,
                                               (uint64_t)STRING_BYTES_PER_LINE)});
        put_char(p, '\n');
    }
}

static void put_datas(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->data_count; i++) {
        const struct ph_data_segment *segment = &p->unit->datas[i];
        put(p, "data %s", mode_name(segment->mode));
        if (segment->mode == PH_SEGMENT_ACTIVE) {
            put(p, " memory %u at ", segment->memory);
            put_init(p, &segment->offset, PH_I32);
        }
        put(p, "  ; %u\n", i);
        put_strings(p, segment->bytes);
    }
}

/* ---- Classes ------------------------------------------------------------------------------ */

static void put_class_refs(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->class_ref_count; i++) {
        const struct ph_class_ref *class_ref = &p->unit->class_refs[i];
        put(p, "reference class ");
        switch (class_ref->kind) {
        case PH_CLASS_REF_IMPORTED:
            put(p, "imported ");
            put_string(p, class_ref->module);
            put_char(p, ' ');
            put_string(p, class_ref->name);
            break;
        case PH_CLASS_REF_DEFINED:
            put(p, "defined %u", class_ref->index);
            break;
        case PH_CLASS_REF_NUMBERS:
            put(p, "array %s", ph_storage_name(class_ref->storage));
            break;
        case PH_CLASS_REF_REFS:
            put(p, "array %u", class_ref->index);
            break;
        default:
            put(p, "builtin ");
            put_string(p, class_ref->name);
            break;
        }
        put(p, "  ; class %u\n", i);
    }
}

static void put_method_def(struct printer *p, const struct ph_method_def *method)
{
    put(p, "    method %s%s%s", (method->flags & PH_METHOD_STATIC) != 0 ? "static " : "",
        (method->flags & PH_METHOD_FINAL) != 0 ? "final " : "",
        (method->flags & PH_METHOD_SPECIAL) != 0 ? "special " : "");
    put_string(p, method->name);
    put(p, " signature %u ", method->signature);
    if (method->function == UINT32_MAX) {
        put(p, "abstract\n");
    } else {
        put(p, "function %u\n", method->function);
    }
}

static void put_class_def(struct printer *p, uint32_t number)
{
    const struct ph_class_def *def = &p->unit->class_defs[number];

    static const char *const strengths[] = {"", "weak ", "soft ", "phantom "};
    put(p, "class %s%s%s%s%s", (def->flags & PH_CLASS_DEF_INTERFACE) != 0 ? "interface " : "",
        (def->flags & PH_CLASS_DEF_ABSTRACT) != 0 ? "abstract " : "",
        (def->flags & PH_CLASS_DEF_FINAL) != 0 ? "final " : "",
        strengths[(def->flags & PH_CLASS_DEF_PHANTOM) / PH_CLASS_DEF_WEAK],
        (def->flags & PH_CLASS_DEF_REFERENCE) != 0 ? "reference " : "");
    put_string(p, def->name);
    if (def->super_class != UINT32_MAX) {
        put(p, " extends %u", def->super_class);
    }
    put(p, def->interface_count != 0 ? " implements" : "");
    for (uint32_t i = 0; i < def->interface_count; i++) {
        put(p, " %u", def->interfaces[i]);
    }
    put(p, " {  ; %u\n", number);
    for (uint32_t i = 0; i < def->field_count; i++) {
        const struct ph_field_def *field = &def->fields[i];
        put(p, "    field %s%s%s ", (field->flags & PH_FIELD_STATIC) != 0 ? "static " : "",
            (field->flags & PH_FIELD_VOLATILE) != 0 ? "volatile " : "",
            ph_storage_name(field->storage));
        put_string(p, field->name);
        put_char(p, '\n');
    }
    for (uint32_t i = 0; i < def->method_count; i++) {
        put_method_def(p, &def->methods[i]);
    }
    if (def->initialiser != UINT32_MAX) {
        put(p, "    initialiser function %u\n", def->initialiser);
    }
    put(p, "}\n");
}

static void put_member_refs(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->field_ref_count; i++) {
        const struct ph_field_ref *field = &p->unit->field_refs[i];
        put(p, "reference field %u ", field->class_ref);
        put_string(p, field->name);
        put(p, " %s%s  ; field %u\n", ph_storage_name(field->storage),
            (field->flags & PH_FIELD_STATIC) != 0 ? " static" : "", i);
    }
    for (uint32_t i = 0; i < p->unit->method_ref_count; i++) {
        const struct ph_method_ref *method = &p->unit->method_refs[i];
        put(p, "reference method %u ", method->class_ref);
        put_string(p, method->name);
        put(p, " signature %u%s  ; method %u\n", method->signature,
            (method->flags & PH_METHOD_STATIC) != 0 ? " static" : "", i);
    }
}

static void put_classes(struct printer *p)
{
    put_class_refs(p);
    for (uint32_t i = 0; i < p->unit->class_def_count; i++) {
        put_class_def(p, i);
    }
    put_member_refs(p);
    if (p->unit->trap_function != UINT32_MAX) {
        put(p, "trap %u\n", p->unit->trap_function);
    }
    if (p->unit->link_function != UINT32_MAX) {
        put(p, "link %u\n", p->unit->link_function);
    }
    if (p->unit->constant_count != 0) {
        put(p, "constants %u\n", p->unit->constant_count);
    }
    if (p->unit->origin.size != 0) {
        put(p, "origin\n");
        put_strings(p, p->unit->origin);
    }
    if (p->unit->array_root != UINT32_MAX) {
        put(p, "arrays extends %u", p->unit->array_root);
        for (uint32_t i = 0; i < p->unit->array_interface_count; i++) {
            put(p, "%s %u", i == 0 ? " implements" : "", p->unit->array_interfaces[i]);
        }
        put(p, " { }\n");
    }
}

/* "Point", "i32[]", for people. */
static void put_class_name(struct printer *p, uint32_t class_ref)
{
    const struct ph_unit *unit = p->unit;
    const struct ph_class_ref *it = &unit->class_refs[class_ref];
    uint32_t depth = it->array_depth;
    char text[64];

    while (it->kind == PH_CLASS_REF_REFS) {
        it = &unit->class_refs[it->index];
    }
    if (it->kind == PH_CLASS_REF_NUMBERS) {
        put(p, "%s", ph_storage_name(it->storage));
    } else {
        struct ph_slice name = it->kind == PH_CLASS_REF_DEFINED ? unit->class_defs[it->index].name
                                                                : it->name;
        depth -= it->array_depth; /* of "bytes" or "refs" */
        put(p, "%s", ph_unit_printable(name, text, sizeof(text)));
    }
    for (uint32_t i = 0; i < depth; i++) {
        put(p, "[]");
    }
}

static void put_bytes_constants(struct printer *p)
{
    for (uint32_t i = 0; i < p->unit->bytes_constant_count; i++) {
        struct ph_slice bytes = p->unit->bytes_constants[i];
        if (bytes.size <= STRING_BYTES_PER_LINE) {
            put(p, "bytes ");
            put_string(p, bytes);
            put(p, "  ; bytes %u\n", i);
        } else {
            put(p, "bytes  ; bytes %u\n", i);
            put_strings(p, bytes);
        }
    }
}

/* ---- Functions ---------------------------------------------------------------------------- */

static void put_locals(struct printer *p, const struct ph_function *function)
{
    uint32_t end;

    for (uint32_t i = function->signature->param_count; i < function->local_count; i = end) {
        uint8_t type = function->local_types[i];
        for (end = i + 1; end < function->local_count && function->local_types[end] == type;) {
            end++;
        }
        put(p, "    local %s %u  ; %u\n", ph_type_name(type), end - i, i);
    }
}

/* A function's labels can list their types if making the shapes in the order of the labels gives
 * exactly the shapes of the function. Then their chains are read off, each at most
 * LISTED_DEPTH_MAX long. */
static bool labels_make_shapes(const struct ph_function *function)
{
    uint32_t made = 1; /* shapes below this were made by the labels before */
    uint32_t chain[LISTED_DEPTH_MAX];

    for (uint32_t i = 0; i < function->label_count; i++) {
        uint32_t shape = function->labels[i].shape;
        uint32_t count = 0;
        for (; shape >= made; shape = function->shapes[shape].parent) {
            if (count == LISTED_DEPTH_MAX) {
                return false;
            }
            chain[count++] = shape;
        }
        for (uint32_t depth = count; shape != 0; shape = function->shapes[shape].parent) {
            if (++depth > LISTED_DEPTH_MAX) {
                return false;
            }
        }
        while (count != 0) {
            if (chain[--count] != made++) {
                return false;
            }
        }
    }
    return made == function->shape_count;
}

static void put_shapes(struct printer *p, const struct ph_function *function)
{
    for (uint32_t i = 1; i < function->shape_count; i++) {
        put(p, "    shape %u %s  ; %u\n", function->shapes[i].parent,
            ph_type_name(function->shapes[i].type), i);
    }
}

static void put_label_stack(struct printer *p, const struct ph_function *function,
                            uint32_t number, bool as_list)
{
    const struct ph_label *label = &function->labels[number];
    uint8_t types[LISTED_DEPTH_MAX];
    uint32_t count = 0;

    put(p, label->is_loop ? " %u loop" : " %u", number);
    if (!as_list) {
        put(p, " shape %u", label->shape);
        return;
    }
    for (uint32_t s = label->shape; s != 0; s = function->shapes[s].parent) {
        PH_ASSERT(count < LISTED_DEPTH_MAX);
        types[LISTED_DEPTH_MAX - ++count] = function->shapes[s].type;
    }
    if (count != 0) {
        put_char(p, ' ');
        put_types(p, types + LISTED_DEPTH_MAX - count, count);
    }
}

/* What an index means, for people. */
static void put_meaning(struct printer *p, char letter, uint64_t value)
{
    const struct ph_unit *unit = p->unit;
    char text[80];

    if (letter == 'F' && value < unit->function_count) {
        put(p, "  ; %s", ph_unit_describe_function(unit, (uint32_t)value, text, sizeof(text)));
    } else if (letter == 'c' && value < unit->class_ref_count) {
        put(p, "  ; ");
        put_class_name(p, (uint32_t)value);
    } else if (letter == 'f' && value < unit->field_ref_count) {
        const struct ph_field_ref *field = &unit->field_refs[value];
        put(p, "  ; ");
        put_class_name(p, field->class_ref);
        put(p, ".%s %s", ph_unit_printable(field->name, text, sizeof(text)),
            ph_storage_name(field->storage));
    } else if (letter == 'm' && value < unit->method_ref_count) {
        const struct ph_method_ref *method = &unit->method_refs[value];
        put(p, "  ; ");
        put_class_name(p, method->class_ref);
        put(p, ".%s ", ph_unit_printable(method->name, text, sizeof(text)));
        put_signature(p, &unit->signatures[method->signature]);
    } else if (letter == 'x' && value < unit->bytes_constant_count) {
        put(p, "  ; %s", ph_unit_printable(unit->bytes_constants[value], text, 40));
    }
}

static void put_immediates(struct printer *p, struct ph_slice code, const struct ph_insn *insn)
{
    const char *letters = ph_op_info(insn->opcode)->immediates;
    uint32_t cursor = insn->targets_offset;

    for (uint32_t i = 0; i < insn->immediate_count; i++) {
        uint64_t value = insn->immediate[i];
        switch (letters[i]) {
        case 's':
        case 'S':
            put(p, " %lld", (long long)value);
            break;
        case '4':
        case '8':
            put_char(p, ' ');
            put_float(p, value, letters[i] == '4');
            break;
        case 'k':
            put(p, " %s", ph_storage_name((uint32_t)PH_MIN(value, UINT32_MAX)));
            break;
        case 'B':
            for (uint64_t k = 0; k <= value; k++) {
                put(p, " %u", ph_insn_next_target(code, &cursor));
            }
            break;
        default:
            put(p, " %llu", (unsigned long long)value);
            break;
        }
        put_meaning(p, letters[i], value);
    }
}

/* Prints the instruction at `offset` and returns where the next one is, or 0 at the end. */
static uint32_t put_insn(struct printer *p, const struct ph_function *function, uint32_t offset,
                         bool as_list)
{
    struct ph_insn insn;

    if (ph_insn_decode(function->code, offset, &insn) != PH_OK) {
        put(p, "    ; offset %u: the rest is no code\n", offset);
        return (uint32_t)function->code.size;
    }
    if (insn.opcode == PH_OP_label && insn.immediate[0] < function->label_count) {
        put(p, "  label");
        put_label_stack(p, function, (uint32_t)insn.immediate[0], as_list);
    } else {
        put(p, "    %s", ph_op_info(insn.opcode)->name);
        put_immediates(p, function->code, &insn);
    }
    put_char(p, '\n');
    return insn.next;
}

/* Labels that the code does not place; only in units that are not valid. */
static void put_unplaced(struct printer *p, const struct ph_function *function, bool as_list)
{
    uint8_t *is_placed = ph_scratch_alloc(&p->scratch, function->label_count);
    struct ph_insn insn;

    if (is_placed == NULL) {
        return;
    }
    memset(is_placed, 0, function->label_count);
    for (uint32_t offset = 0; offset < function->code.size; offset = insn.next) {
        if (ph_insn_decode(function->code, offset, &insn) != PH_OK) {
            break;
        }
        if (insn.opcode == PH_OP_label && insn.immediate[0] < function->label_count) {
            is_placed[insn.immediate[0]] = 1;
        }
    }
    for (uint32_t i = 0; i < function->label_count; i++) {
        if (!is_placed[i]) {
            put(p, "    unplaced");
            put_label_stack(p, function, i, as_list);
            put_char(p, '\n');
        }
    }
}

/* ---- Exception handlers --------------------------------------------------------------------- */

/* A handler's beginning or end. */
struct mark {
    uint32_t offset;
    uint32_t handler;
    bool is_end;
};

/* Those of a function, sorted by offset. A handler that does not begin and end between
 * instructions has none: it is written with its offsets. */
struct marks {
    uint32_t count, next;
    const struct mark *items;
    const uint32_t *order;
};

static bool marks_in_order(const void *context, uint32_t a, uint32_t b)
{
    const struct mark *items = context;

    return items[a].offset <= items[b].offset;
}

static void put_catch(struct printer *p, const struct ph_exception_handler *handler)
{
    put(p, " catch ");
    if (handler->class_ref == UINT32_MAX) {
        put(p, "any -> %u\n", handler->label);
    } else {
        put(p, "%u -> %u  ; ", handler->class_ref, handler->label);
        put_class_name(p, handler->class_ref);
        put_char(p, '\n');
    }
}

/* is_there[handler]: its beginning (1) and its end (2) are between instructions. */
static void find_marks(const struct ph_function *function, const struct marks *marks,
                       uint8_t *is_there)
{
    uint32_t next = 0;
    struct ph_insn insn = {.next = 0};

    for (bool more = true; more; more = insn.next < function->code.size) {
        uint32_t offset = insn.next;
        for (; next < marks->count && marks->items[marks->order[next]].offset <= offset; next++) {
            const struct mark *mark = &marks->items[marks->order[next]];
            if (mark->offset == offset) {
                is_there[mark->handler] |= mark->is_end ? 2 : 1;
            }
        }
        if (offset == function->code.size ||
            ph_insn_decode(function->code, offset, &insn) != PH_OK) {
            return;
        }
    }
    for (; next < marks->count; next++) {
        const struct mark *mark = &marks->items[marks->order[next]];
        if (mark->offset == function->code.size) {
            is_there[mark->handler] |= mark->is_end ? 2 : 1;
        }
    }
}

/* Writes what has no marks, and returns the marks. */
static struct marks put_ranges(struct printer *p, const struct ph_function *function)
{
    uint32_t count = function->handler_count;
    struct marks none = {0, 0, NULL, NULL};
    struct mark *items = ph_scratch_alloc(&p->scratch, 2 * (size_t)count * sizeof(*items));
    uint32_t *order = ph_scratch_alloc(&p->scratch, 4 * (size_t)count * sizeof(*order));
    uint8_t *is_there = ph_scratch_alloc(&p->scratch, count);

    if (items == NULL || order == NULL || is_there == NULL || count == 0) {
        return none;
    }
    for (uint32_t i = 0; i < count; i++) {
        items[2 * i] = (struct mark){function->handlers[i].start, i, false};
        items[2 * i + 1] = (struct mark){function->handlers[i].end, i, true};
        is_there[i] = 0;
    }
    struct marks marks = {2 * count, 0, items, order};
    ph_sort_indices(order, marks.count, marks_in_order, items);
    find_marks(function, &marks, is_there);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < marks.count; i++) {
        if (is_there[items[order[i]].handler] == 3) {
            order[kept++] = order[i];
        }
    }
    marks.count = kept;
    for (uint32_t i = 0; i < count; i++) {
        const struct ph_exception_handler *handler = &function->handlers[i];
        if (is_there[i] != 3) {
            put(p, "    range %u %u %u", i, handler->start, handler->end);
            put_catch(p, handler);
        }
    }
    return marks;
}

static void put_marks(struct printer *p, const struct ph_function *function, struct marks *marks,
                      uint32_t offset)
{
    for (; marks->next < marks->count; marks->next++) {
        const struct mark *mark = &marks->items[marks->order[marks->next]];
        if (mark->offset > offset) {
            return;
        }
        if (mark->is_end) {
            put(p, "    end %u\n", mark->handler);
        } else {
            put(p, "    try %u", mark->handler);
            put_catch(p, &function->handlers[mark->handler]);
        }
    }
}

static void put_body(struct printer *p, const struct ph_function *function)
{
    bool as_list = labels_make_shapes(function);
    uint32_t offset = 0;

    put_locals(p, function);
    if (!as_list) {
        put_shapes(p, function);
    }
    put_unplaced(p, function, as_list);
    struct marks marks = put_ranges(p, function);
    while (offset < function->code.size) {
        put_marks(p, function, &marks, offset);
        offset = put_insn(p, function, offset, as_list);
    }
    put_marks(p, function, &marks, offset);
}

static void put_function(struct printer *p, uint32_t index)
{
    const struct ph_unit *unit = p->unit;
    struct ph_function function;
    struct ph_error error;

    put(p, "\nfunction ");
    if (unit->function_names != NULL && unit->function_names[index].size != 0) {
        put_string(p, unit->function_names[index]);
        put_char(p, ' ');
    }
    put(p, "signature %u {  ; %u: ", unit->functions[index].signature, index);
    put_signature(p, &unit->signatures[unit->functions[index].signature]);
    put_char(p, '\n');
    if (ph_function_open(unit, index, &p->scratch, &function, &error) == PH_OK) {
        put_body(p, &function);
    } else {
        put(p, "    ; %.*s\n", 500, error.text);
    }
    put(p, "}\n");
    ph_scratch_reset(&p->scratch);
}

static void put_import_names(struct printer *p)
{
    const struct ph_unit *unit = p->unit;

    for (uint32_t i = 0; unit->function_names != NULL && i < unit->imported_functions; i++) {
        if (unit->function_names[i].size != 0) {
            put(p, "name %u ", i);
            put_string(p, unit->function_names[i]);
            put_char(p, '\n');
        }
    }
}

ph_status ph_disassemble(const struct ph_unit *unit, struct ph_allocator *allocator,
                         void (*write)(void *context, const char *text, size_t bytes),
                         void *context, struct ph_error *error)
{
    struct printer *p = ph_alloc(allocator, sizeof(*p));

    if (p == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory while a unit was printed");
    }
    p->unit = unit;
    p->write = write;
    p->context = context;
    p->used = 0;
    ph_scratch_init(&p->scratch, allocator, 0);
    if (unit->name.size != 0) {
        put(p, "unit ");
        put_string(p, unit->name);
        put_char(p, '\n');
    }
    put_signatures(p);
    put_imports(p);
    put_definitions(p);
    put_classes(p);
    put_bytes_constants(p);
    put_exports(p);
    put_import_names(p);
    put_elements(p);
    put_datas(p);
    for (uint32_t i = unit->imported_functions; i < unit->function_count; i++) {
        put_function(p, i);
    }
    flush(p);
    ph_scratch_finish(&p->scratch);
    ph_free(allocator, p, sizeof(*p));
    return PH_OK;
}
