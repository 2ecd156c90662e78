/* SPDX-License-Identifier: Apache-2.0 */
/* unit.c - decodes a unit and checks all of it but the function bodies, in one pass.
 *
 * Sections come in the order of their numbers, so what an index may name is known already; but
 * class definitions, which exports and class references name, come last and are compared then. */
#include "code/unit.h"

#include "base/assert.h"
#include "base/text.h"
#include "code/classes.h"
#include "code/section.h"

/* ---- Types -------------------------------------------------------------------------------- */

static struct ph_limits read_limits(struct reader *r, uint64_t range)
{
    struct ph_limits limits = {0, 0, false};

    limits.has_max = ph_reader_byte(r, 1, "the flag of a limit") != 0;
    limits.min = ph_reader_uleb(r, 64);
    limits.max = limits.has_max ? ph_reader_uleb(r, 64) : 0;
    if (limits.min > range || limits.max > range) {
        ph_reader_fail(r, PH_INVALID, "a size may be at most %llu", (unsigned long long)range);
    } else if (limits.has_max && limits.min > limits.max) {
        ph_reader_fail(r, PH_INVALID, "the minimum size is larger than the maximum");
    }
    return limits;
}

static struct ph_table_type read_table_type(struct reader *r)
{
    struct ph_table_type type;

    type.ref_kind = ph_reader_byte(r, PH_REF_EXTERN, "a reference kind");
    type.limits = read_limits(r, UINT32_MAX);
    return type;
}

static struct ph_memory_type read_memory_type(struct reader *r)
{
    struct ph_memory_type type;

    type.limits = read_limits(r, PH_MEMORY_PAGES_MAX);
    return type;
}

static uint8_t read_type(struct reader *r)
{
    uint8_t type = ph_reader_byte(r, PH_REF, "a value type");

    if (ph_reader_good(r) && type == 0) {
        ph_reader_fail(r, PH_MALFORMED, "a value type must not be 0");
    }
    return type;
}

static struct ph_global_type read_global_type(struct reader *r)
{
    struct ph_global_type type;

    type.type = read_type(r);
    type.ref_kind = ph_reader_byte(r, PH_REF_EXTERN, "a reference kind");
    type.is_mutable = ph_reader_byte(r, 1, "the flag of a global") != 0;
    if (ph_reader_good(r) && type.type != PH_REF && type.ref_kind != PH_REF_ANY) {
        ph_reader_fail(r, PH_INVALID, "only references have a reference kind");
    }
    return type;
}

/* One byte for both. */
static uint8_t read_signature_type(struct reader *r, uint8_t *ref_kind)
{
    uint8_t value = ph_reader_byte(r, UINT8_MAX, "a value type");
    uint8_t type = value & PH_SIGNATURE_TYPE_MASK;

    *ref_kind = value >> PH_SIGNATURE_KIND_SHIFT;
    if (ph_reader_good(r) && (type == 0 || type > PH_REF || *ref_kind > PH_REF_EXTERN)) {
        ph_reader_fail(r, PH_MALFORMED, "a value type must not be %u", value);
    } else if (ph_reader_good(r) && type != PH_REF && *ref_kind != PH_REF_ANY) {
        ph_reader_fail(r, PH_INVALID, "only references have a reference kind");
    }
    return type;
}

/* A constant of `type` (and `ref_kind`). */
static struct ph_init read_init(struct reader *r, uint8_t type, uint8_t ref_kind)
{
    const struct ph_unit *unit = r->unit;
    struct ph_init init = {ph_reader_byte(r, PH_INIT_GLOBAL, "the kind of a constant"), 0};
    bool fits = true;

    if (init.kind == PH_INIT_BITS) {
        init.value = ph_reader_uleb(r, 64);
        bool is_small = type == PH_I32 || type == PH_F32;
        fits = type != PH_REF && (!is_small || init.value <= UINT32_MAX);
    } else if (init.kind == PH_INIT_NULL) {
        fits = type == PH_REF;
    } else if (init.kind == PH_INIT_FUNCTION) {
        init.value = ph_reader_index(r, unit->function_count, "function");
        fits = type == PH_REF && ref_kind != PH_REF_EXTERN;
    } else {
        init.value = ph_reader_index(r, unit->imported_globals, "imported global");
        if (ph_reader_good(r)) {
            const struct ph_global_type *from = &unit->globals[init.value].type;
            fits = from->type == type && !from->is_mutable &&
                   (from->ref_kind == ref_kind || ref_kind == PH_REF_ANY);
        }
    }
    if (ph_reader_good(r) && !fits) {
        ph_reader_fail(r, PH_INVALID, "this constant is no %s here", ph_type_name(type));
    }
    return init;
}

/* ---- Sections ----------------------------------------------------------------------------- */

static void read_unit_name(struct reader *r)
{
    r->unit->name = r->bytes;
    r->offset = r->bytes.size;
}

static void read_signatures(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->signature_count = ph_reader_count(r, 2);
    unit->signatures = ph_reader_extend(r, NULL, 0, unit->signature_count,
                                        sizeof(*unit->signatures));
    uint64_t types_max = ph_reader_left(r);
    uint8_t *types = ph_reader_extend(r, NULL, 0, types_max, 1);
    uint8_t *ref_kinds = ph_reader_extend(r, NULL, 0, types_max, 1);
    for (uint32_t i = 0; i < unit->signature_count && ph_reader_good(r); i++) {
        struct ph_signature *signature = &unit->signatures[i];
        signature->param_count = ph_reader_u32(r);
        signature->result_count = ph_reader_u32(r);
        if (signature->param_count > PH_VALUES_MAX || signature->result_count > PH_VALUES_MAX) {
            ph_reader_fail(r, PH_LIMIT, "signature %u has more than %u params or results", i,
                           PH_VALUES_MAX);
            return;
        }
        uint32_t count = signature->param_count + signature->result_count;
        if (ph_reader_good(r) && count > ph_reader_left(r)) {
            ph_reader_fail(r, PH_TRUNCATED, "ends within signature %u", i);
            return;
        }
        signature->types = types;
        signature->ref_kinds = ref_kinds;
        for (uint32_t k = 0; k < count && ph_reader_good(r); k++) {
            *types++ = read_signature_type(r, ref_kinds++);
        }
    }
}

/* Room for one more import of a kind; there is room for all imports after the first time. */
#define IMPORT_SLOT(r, array, used)                                             \
    ((array) == NULL ? (array) = ph_reader_extend((r), NULL, 0, (r)->unit->import_count, \
                                                  sizeof(*(array)))                      \
                     : NULL,                                                             \
     (array) == NULL ? NULL : &(array)[(used)++])

static void read_import_type(struct reader *r, struct ph_import *import)
{
    struct ph_unit *unit = r->unit;

    switch (import->kind) {
    case PH_EXTERN_FUNCTION: {
        import->index = unit->function_count;
        struct ph_function_head *head = IMPORT_SLOT(r, unit->functions, unit->function_count);
        uint32_t signature = ph_reader_index(r, unit->signature_count, "signature");
        if (ph_reader_good(r)) {
            head->signature = signature;
        }
        return;
    }
    case PH_EXTERN_TABLE: {
        import->index = unit->table_count;
        struct ph_table_type *table = IMPORT_SLOT(r, unit->tables, unit->table_count);
        if (table != NULL) {
            *table = read_table_type(r);
        }
        return;
    }
    case PH_EXTERN_MEMORY: {
        import->index = unit->memory_count;
        struct ph_memory_type *memory = IMPORT_SLOT(r, unit->memories, unit->memory_count);
        if (memory != NULL) {
            *memory = read_memory_type(r);
        }
        return;
    }
    default: {
        import->index = unit->global_count;
        struct ph_global *global = IMPORT_SLOT(r, unit->globals, unit->global_count);
        if (global != NULL) {
            global->type = read_global_type(r);
        }
        return;
    }
    }
}

static void read_imports(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->import_count = ph_reader_count(r, 4);
    unit->imports = ph_reader_extend(r, NULL, 0, unit->import_count, sizeof(*unit->imports));
    for (uint32_t i = 0; i < unit->import_count && ph_reader_good(r); i++) {
        struct ph_import *import = &unit->imports[i];
        import->kind = ph_reader_byte(r, PH_EXTERN_GLOBAL, "the kind of an import");
        import->module = ph_reader_name(r, "the module of an import");
        import->name = ph_reader_name(r, "the name of an import");
        if (ph_reader_good(r)) {
            read_import_type(r, import);
        }
    }
    unit->imported_functions = unit->function_count;
    unit->imported_tables = unit->table_count;
    unit->imported_memories = unit->memory_count;
    unit->imported_globals = unit->global_count;
}

static void read_functions(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t count = ph_reader_count(r, 2);

    unit->functions = ph_reader_extend(r, unit->functions, unit->function_count, count,
                                       sizeof(*unit->functions));
    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        struct ph_function_head *head = &unit->functions[unit->function_count++];
        head->signature = ph_reader_index(r, unit->signature_count, "signature");
        head->body = ph_reader_slice(r, "a function body");
    }
}

static void read_tables(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t count = ph_reader_count(r, 3);

    unit->tables = ph_reader_extend(r, unit->tables, unit->table_count, count,
                                    sizeof(*unit->tables));
    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        unit->tables[unit->table_count++] = read_table_type(r);
    }
}

static void read_memories(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t count = ph_reader_count(r, 2);

    unit->memories = ph_reader_extend(r, unit->memories, unit->memory_count, count,
                                      sizeof(*unit->memories));
    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        unit->memories[unit->memory_count++] = read_memory_type(r);
    }
}

static void read_globals(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t count = ph_reader_count(r, 4);

    unit->globals = ph_reader_extend(r, unit->globals, unit->global_count, count,
                                     sizeof(*unit->globals));
    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        struct ph_global *global = &unit->globals[unit->global_count++];
        global->type = read_global_type(r);
        global->init = read_init(r, global->type.type, global->type.ref_kind);
    }
}

static uint32_t index_limit(const struct ph_unit *unit, uint8_t kind)
{
    const uint32_t limits[] = {unit->function_count, unit->table_count, unit->memory_count,
                               unit->global_count, UINT32_MAX /* not known yet */};

    return limits[kind];
}

static void read_exports(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    bool has_classes = unit->version >= PH_UNIT_VERSION_CLASSES;
    uint8_t kind_max = has_classes ? PH_EXTERN_CLASS : PH_EXTERN_GLOBAL;

    unit->export_count = ph_reader_count(r, 3);
    unit->exports = ph_reader_extend(r, NULL, 0, unit->export_count, sizeof(*unit->exports));
    for (uint32_t i = 0; i < unit->export_count && ph_reader_good(r); i++) {
        struct ph_export *export = &unit->exports[i];
        export->kind = ph_reader_byte(r, kind_max, "the kind of an export");
        export->index = ph_reader_index(r, index_limit(unit, export->kind), "index in an export:");
        export->name = ph_reader_name(r, "the name of an export");
        int order = i == 0 ? -1 : ph_slice_compare(export[-1].name, export->name);
        char text[64];
        if (ph_reader_good(r) && order == 0) {
            ph_reader_fail(r, PH_INVALID, "duplicate export name \"%s\"",
                           ph_unit_printable(export->name, text, sizeof(text)));
        } else if (ph_reader_good(r) && order > 0) {
            ph_reader_fail(r, PH_MALFORMED, "the exports are not sorted by name");
        }
    }
}

static void read_start(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t index = ph_reader_index(r, unit->function_count, "function");

    if (ph_reader_good(r)) {
        const struct ph_signature *signature =
            &unit->signatures[unit->functions[index].signature];
        if (signature->param_count + signature->result_count != 0) {
            ph_reader_fail(r, PH_INVALID, "the start function must have no params and no results");
        }
        unit->start_function = index;
    }
}

static void read_elements(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->element_count = ph_reader_count(r, 3);
    unit->elements = ph_reader_extend(r, NULL, 0, unit->element_count, sizeof(*unit->elements));
    for (uint32_t i = 0; i < unit->element_count && ph_reader_good(r); i++) {
        struct ph_element_segment *segment = &unit->elements[i];
        segment->mode = ph_reader_byte(r, PH_SEGMENT_DECLARED, "the mode of a segment");
        segment->ref_kind = ph_reader_byte(r, PH_REF_EXTERN, "a reference kind");
        if (segment->mode == PH_SEGMENT_ACTIVE) {
            segment->table = ph_reader_index(r, unit->table_count, "table");
            segment->offset = read_init(r, PH_I32, PH_REF_ANY);
        }
        if (ph_reader_good(r) && segment->mode == PH_SEGMENT_ACTIVE &&
            unit->tables[segment->table].ref_kind != segment->ref_kind) {
            ph_reader_fail(r, PH_INVALID, "segment %u and its table differ in type", i);
        }
        segment->count = ph_reader_count(r, 1);
        struct ph_init *items = ph_reader_extend(r, NULL, 0, segment->count, sizeof(*items));
        for (uint32_t k = 0; k < segment->count && ph_reader_good(r); k++) {
            items[k] = read_init(r, PH_REF, segment->ref_kind);
        }
        segment->items = items;
    }
}

static void read_datas(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->data_count = ph_reader_count(r, 2);
    unit->datas = ph_reader_extend(r, NULL, 0, unit->data_count, sizeof(*unit->datas));
    for (uint32_t i = 0; i < unit->data_count && ph_reader_good(r); i++) {
        struct ph_data_segment *segment = &unit->datas[i];
        segment->mode = ph_reader_byte(r, PH_SEGMENT_ACTIVE, "the mode of a segment");
        if (segment->mode == PH_SEGMENT_ACTIVE) {
            segment->memory = ph_reader_index(r, unit->memory_count, "memory");
            segment->offset = read_init(r, PH_I32, PH_REF_ANY);
        }
        segment->bytes = ph_reader_slice(r, "a data segment");
    }
}

static void read_function_names(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t count = ph_reader_count(r, 2);
    uint32_t next = 0;

    unit->function_names = ph_reader_extend(r, NULL, 0, unit->function_count,
                                            sizeof(*unit->function_names));
    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        uint32_t index = ph_reader_index(r, unit->function_count, "function");
        if (ph_reader_good(r) && index < next) {
            ph_reader_fail(r, PH_MALFORMED, "the function names are not sorted by index");
        }
        struct ph_slice name = ph_reader_slice(r, "a function name");
        if (ph_reader_good(r)) {
            unit->function_names[index] = name;
            next = index + 1;
        }
    }
}

static void read_bytes_constants(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->bytes_constant_count = ph_reader_count(r, 1);
    unit->bytes_constants = ph_reader_extend(r, NULL, 0, unit->bytes_constant_count,
                                             sizeof(*unit->bytes_constants));
    for (uint32_t i = 0; i < unit->bytes_constant_count && ph_reader_good(r); i++) {
        unit->bytes_constants[i] = ph_reader_slice(r, "a byte constant");
    }
}

static void read_trap_function(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t index = ph_reader_index(r, unit->function_count, "function");

    if (!ph_reader_good(r)) {
        return;
    }
    const struct ph_signature *s = &unit->signatures[unit->functions[index].signature];
    if (s->param_count != 2 || s->result_count != 1 || s->types[0] != PH_I32 ||
        s->types[1] != PH_REF || s->types[2] != PH_REF) {
        ph_reader_fail(r, PH_INVALID, "the trap function must be (i32 ref) -> (ref)");
    }
    unit->trap_function = index;
}

static void read_link_function(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t index = ph_reader_index(r, unit->function_count, "function");

    if (!ph_reader_good(r)) {
        return;
    }
    const struct ph_signature *s = &unit->signatures[unit->functions[index].signature];
    if (index < unit->imported_functions || s->param_count != 2 || s->result_count != 0 ||
        s->types[0] != PH_I32 || s->types[1] != PH_I32) {
        ph_reader_fail(r, PH_INVALID, "the link function must be (i32 i32) -> (), not imported");
    }
    unit->link_function = index;
}

static void read_constants(struct reader *r)
{
    uint32_t count = ph_reader_u32(r);

    if (ph_reader_good(r) && count > PH_CONSTANTS_MAX) {
        ph_reader_fail(r, PH_LIMIT, "more than %u dynamic constants", PH_CONSTANTS_MAX);
    }
    r->unit->constant_count = count;
}

static void read_origin(struct reader *r)
{
    r->unit->origin = r->bytes;
    r->offset = r->bytes.size;
}

/* ---- Opening ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*read)(struct reader *r);
} sections[] = {
    [PH_SECTION_NAME] = {"name", read_unit_name},
    [PH_SECTION_SIGNATURES] = {"signatures", read_signatures},
    [PH_SECTION_IMPORTS] = {"imports", read_imports},
    [PH_SECTION_FUNCTIONS] = {"functions", read_functions},
    [PH_SECTION_TABLES] = {"tables", read_tables},
    [PH_SECTION_MEMORIES] = {"memories", read_memories},
    [PH_SECTION_GLOBALS] = {"globals", read_globals},
    [PH_SECTION_EXPORTS] = {"exports", read_exports},
    [PH_SECTION_START] = {"start", read_start},
    [PH_SECTION_ELEMENTS] = {"elements", read_elements},
    [PH_SECTION_DATAS] = {"data", read_datas},
    [PH_SECTION_FUNCTION_NAMES] = {"function names", read_function_names},
    [PH_SECTION_CLASS_REFS] = {"class references", ph_classes_read_class_refs},
    [PH_SECTION_CLASS_DEFS] = {"class definitions", ph_classes_read_definitions},
    [PH_SECTION_FIELD_REFS] = {"field references", ph_classes_read_field_refs},
    [PH_SECTION_METHOD_REFS] = {"method references", ph_classes_read_method_refs},
    [PH_SECTION_BYTES_CONSTANTS] = {"byte constants", read_bytes_constants},
    [PH_SECTION_TRAP_FUNCTION] = {"trap function", read_trap_function},
    [PH_SECTION_ARRAY_ROOT] = {"array root", ph_classes_read_array_root},
    [PH_SECTION_LINK_FUNCTION] = {"link function", read_link_function},
    [PH_SECTION_CONSTANTS] = {"dynamic constants", read_constants},
    [PH_SECTION_ORIGIN] = {"origin", read_origin},
};

static ph_status check_header(struct ph_slice bytes, struct ph_error *error)
{
    if (bytes.size < PH_UNIT_HEADER_BYTES ||
        memcmp(bytes.bytes, PH_UNIT_MAGIC, PH_UNIT_MAGIC_BYTES) != 0) {
        return ph_fail(error, PH_MALFORMED, "this is not a unit: its magic number is missing");
    }
    uint32_t version = ph_load_u32(bytes.bytes + PH_UNIT_MAGIC_BYTES);
    if (version < PH_UNIT_VERSION_MIN || version > PH_UNIT_VERSION) {
        return ph_fail(error, PH_VERSION, "the unit has format version %u; this Phantom reads %u "
                       "to %u", version, PH_UNIT_VERSION_MIN, PH_UNIT_VERSION);
    }
    if (bytes.size > PH_UNIT_BYTES_MAX) {
        return ph_fail(error, PH_LIMIT, "the unit is larger than %u bytes", PH_UNIT_BYTES_MAX);
    }
    return PH_OK;
}

/* Reads the section at `*offset` and moves past it. */
static ph_status open_section(struct ph_unit *unit, uint64_t *offset, uint8_t *last_id,
                              struct ph_error *error)
{
    const uint8_t *head = unit->bytes.bytes + *offset;
    uint64_t bytes_left = unit->bytes.size - *offset;

    if (bytes_left < PH_SECTION_HEADER_BYTES ||
        ph_load_u32(head + 1) > bytes_left - PH_SECTION_HEADER_BYTES) {
        return ph_fail(error, PH_TRUNCATED, "unit, byte %llu: ends within a section",
                       (unsigned long long)*offset);
    }
    uint8_t id = head[0];
    uint32_t since = id >= PH_SECTION_ARRAY_ROOT    ? PH_UNIT_VERSION_ASKS
                     : id >= PH_SECTION_CLASS_REFS  ? PH_UNIT_VERSION_CLASSES
                                                    : PH_UNIT_VERSION_MIN;
    if (id >= PH_COUNT(sections) || sections[id].read == NULL || id <= *last_id ||
        unit->version < since) {
        return ph_fail(error, PH_MALFORMED, "unit, byte %llu: section %u is unknown or misplaced",
                       (unsigned long long)*offset, id);
    }
    struct reader r = {
        .bytes = {head + PH_SECTION_HEADER_BYTES, ph_load_u32(head + 1)},
        .base = *offset + PH_SECTION_HEADER_BYTES,
        .section = sections[id].name,
        .unit = unit,
        .error = error,
        .status = PH_OK,
    };
    sections[id].read(&r);
    if (ph_reader_good(&r) && ph_reader_left(&r) != 0) {
        ph_reader_fail(&r, PH_MALFORMED, "%llu bytes too many",
                       (unsigned long long)ph_reader_left(&r));
    }
    *last_id = id;
    *offset += PH_SECTION_HEADER_BYTES + r.bytes.size;
    return r.status;
}

static ph_status open_unit(struct ph_slice bytes, bool is_known, struct ph_allocator *allocator,
                           struct ph_unit *unit, struct ph_error *error)
{
    *unit = (struct ph_unit){.bytes = bytes, .start_function = UINT32_MAX,
                             .trap_function = UINT32_MAX, .link_function = UINT32_MAX,
                             .array_root = UINT32_MAX, .is_known = is_known};
    ph_scratch_init(&unit->memory, allocator, 0);
    ph_status status = check_header(bytes, error);
    uint64_t offset = PH_UNIT_HEADER_BYTES;
    uint8_t last_id = 0;

    unit->version = status == PH_OK ? ph_load_u32(bytes.bytes + PH_UNIT_MAGIC_BYTES) : 0;
    while (status == PH_OK && offset < bytes.size) {
        status = open_section(unit, &offset, &last_id, error);
    }
    status = status == PH_OK ? ph_classes_check(unit, error) : status;
    if (status != PH_OK) {
        ph_unit_close(unit);
    }
    return status;
}

ph_status ph_unit_open(struct ph_slice bytes, struct ph_allocator *allocator,
                       struct ph_unit *unit, struct ph_error *error)
{
    return open_unit(bytes, false, allocator, unit, error);
}

ph_status ph_unit_open_known(struct ph_slice bytes, struct ph_allocator *allocator,
                             struct ph_unit *unit, struct ph_error *error)
{
    return open_unit(bytes, true, allocator, unit, error);
}

void ph_unit_close(struct ph_unit *unit)
{
    ph_scratch_finish(&unit->memory);
    struct ph_scratch memory = unit->memory;
    *unit = (struct ph_unit){.start_function = UINT32_MAX, .trap_function = UINT32_MAX,
                             .link_function = UINT32_MAX, .array_root = UINT32_MAX,
                             .memory = memory};
}

const struct ph_export *ph_unit_export(const struct ph_unit *unit, struct ph_slice name)
{
    uint32_t low = 0;
    uint32_t high = unit->export_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = ph_slice_compare(unit->exports[middle].name, name);
        if (order == 0) {
            return &unit->exports[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

bool ph_signature_equal(const struct ph_signature *a, const struct ph_signature *b)
{
    uint32_t count = a->param_count + a->result_count;

    if (a->param_count != b->param_count || a->result_count != b->result_count ||
        memcmp(a->types, b->types, count) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (ph_signature_ref_kind(a, i) != ph_signature_ref_kind(b, i)) {
            return false;
        }
    }
    return true;
}

const char *ph_signature_type_name(uint8_t type, uint8_t ref_kind)
{
    PH_ASSERT(ref_kind <= PH_REF_EXTERN && (type == PH_REF || ref_kind == PH_REF_ANY));
    return ref_kind == PH_REF_FUNCTION ? "funcref"
           : ref_kind == PH_REF_EXTERN ? "externref"
                                       : ph_type_name(type);
}

/* Bytes of the character at the start, if it is one to be shown; else 0. */
static uint32_t shown_bytes(const uint8_t *text, uint64_t size)
{
    uint32_t bytes = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    bool is_control = text[0] < 0x20 || text[0] == 0x7f ||
                      (text[0] == 0xc2 && size > 1 && text[1] < 0xa0);
    return !is_control && bytes <= size && ph_text_is_utf8(text, bytes) ? bytes : 0;
}

const char *ph_unit_printable(struct ph_slice name, char *to, size_t to_bytes)
{
    PH_ASSERT(to_bytes >= 4);
    size_t at = 0, end = 0; /* `end`: where "..." still fits */
    for (uint64_t i = 0; i < name.size;) {
        uint32_t bytes = shown_bytes(name.bytes + i, name.size - i);
        if (at + PH_MAX(bytes, 1u) >= to_bytes) {
            memcpy(to + end, "...", 3);
            at = end + 3;
            break;
        }
        if (bytes == 0) {
            to[at++] = '?';
            i++;
        } else {
            memcpy(to + at, name.bytes + i, bytes);
            at += bytes;
            i += bytes;
        }
        end = at + 3 < to_bytes ? at : end;
    }
    to[at] = 0;
    return to;
}

const char *ph_unit_describe_function(const struct ph_unit *unit, uint32_t index, char *to,
                                      size_t to_bytes)
{
    char name[48];

    if (unit->function_names == NULL || index >= unit->function_count ||
        unit->function_names[index].size == 0) {
        ph_text_printf(to, to_bytes, "function %u", index);
    } else {
        ph_text_printf(to, to_bytes, "function %u (%s)", index,
                       ph_unit_printable(unit->function_names[index], name, sizeof(name)));
    }
    return to;
}
