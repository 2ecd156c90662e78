/* SPDX-License-Identifier: Apache-2.0 */
/* sections.c - types, imports, functions, tables, memories, globals, exports, start. */
#include "lang/wasm/translator.h"

enum { EXTERNAL_FUNCTION = 0, EXTERNAL_TABLE = 1, EXTERNAL_MEMORY = 2, EXTERNAL_GLOBAL = 3 };

_Static_assert((int)EXTERNAL_FUNCTION == (int)PH_EXTERN_FUNCTION &&
                   (int)EXTERNAL_TABLE == (int)PH_EXTERN_TABLE &&
                   (int)EXTERNAL_MEMORY == (int)PH_EXTERN_MEMORY &&
                   (int)EXTERNAL_GLOBAL == (int)PH_EXTERN_GLOBAL,
               "kinds of imports and exports carry over as they are");

/* ---- Types ---------------------------------------------------------------------------------- */

/* Reads a vector of value types to `to`, which has room for PH_WASM_ARITY_MAX. */
static ph_status value_types(struct ph_wasm *self, const char *what, uint8_t *to, uint32_t *count)
{
    PH_WASM_TRY(ph_wasm_read_u32(self, count));
    if (*count > PH_WASM_ARITY_MAX) {
        return ph_wasm_fail(self, PH_LIMIT, "too many %s: %u, and at most %u are supported", what,
                            (unsigned)*count, PH_WASM_ARITY_MAX);
    }
    for (uint32_t i = 0; i < *count; i++) {
        PH_WASM_TRY(ph_wasm_read_value_type(self, &to[i]));
    }
    return PH_OK;
}

static ph_status function_type(struct ph_wasm *self)
{
    uint8_t form, types[2 * PH_WASM_ARITY_MAX];
    uint8_t unit_types[2 * PH_WASM_ARITY_MAX], ref_kinds[2 * PH_WASM_ARITY_MAX];
    struct ph_wasm_signature type;

    PH_WASM_TRY(ph_wasm_read_byte(self, &form));
    if (form >= 0x80) {
        return ph_wasm_fail(self, PH_MALFORMED, "integer representation too long");
    }
    if (form != 0x60) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed function type: form 0x%02x",
                            (unsigned)form);
    }
    PH_WASM_TRY(value_types(self, "parameters", types, &type.param_count));
    PH_WASM_TRY(value_types(self, "results", types + type.param_count, &type.result_count));

    uint32_t count = type.param_count + type.result_count;
    uint8_t *kept = ph_scratch_alloc(&self->scratch, count + 1u);
    if (kept == NULL) {
        return ph_wasm_fail_memory(self);
    }
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = types[i];
        unit_types[i] = ph_wasm_unit_type(types[i]);
        ref_kinds[i] = ph_wasm_ref_kind(types[i]);
    }
    struct ph_signature signature = {type.param_count, type.result_count, unit_types, ref_kinds};
    type.types = kept;
    type.signature = ph_builder_signature(self->builder, &signature);
    if (!ph_vector_push(&self->types, self->allocator, type)) {
        return ph_wasm_fail_memory(self);
    }
    return PH_OK;
}

ph_status ph_wasm_type_section(struct ph_wasm *self)
{
    uint32_t count;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(function_type(self));
    }
    return PH_OK;
}

static ph_status limits(struct ph_wasm *self, struct ph_limits *result)
{
    uint32_t flags, value;
    if (ph_wasm_bytes_left(self) > 0 && *self->next >= 2 && *self->next <= 7) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "integer too large: limits flags 0x%02x (shared and 64-bit memories "
                            "are not supported)",
                            (unsigned)*self->next);
    }
    PH_WASM_TRY(ph_wasm_read_unsigned(self, 1, &flags));
    PH_WASM_TRY(ph_wasm_read_u32(self, &value));
    *result = (struct ph_limits){.min = value, .has_max = flags == 1};
    if (result->has_max) {
        PH_WASM_TRY(ph_wasm_read_u32(self, &value));
        result->max = value;
        if (result->max < result->min) {
            return ph_wasm_fail(self, PH_INVALID, "size minimum must not be greater than maximum");
        }
    }
    return PH_OK;
}

static ph_status table_type(struct ph_wasm *self, struct ph_table_type *type)
{
    uint8_t reference;
    PH_WASM_TRY(ph_wasm_read_reference_type(self, &reference));
    PH_WASM_TRY(limits(self, &type->limits));
    type->ref_kind = ph_wasm_ref_kind(reference);
    if (!ph_vector_push(&self->tables, self->allocator, reference)) {
        return ph_wasm_fail_memory(self);
    }
    return PH_OK;
}

static ph_status memory_type(struct ph_wasm *self, struct ph_memory_type *type)
{
    PH_WASM_TRY(limits(self, &type->limits));
    if (type->limits.min > PH_WASM_MEMORY_PAGES_MAX ||
        (type->limits.has_max && type->limits.max > PH_WASM_MEMORY_PAGES_MAX)) {
        return ph_wasm_fail(self, PH_INVALID, "memory size must be at most 65536 pages (4GiB)");
    }
    if (self->memory_count > 0) {
        return ph_wasm_fail(self, PH_INVALID, "multiple memories");
    }
    self->memory_count++;
    return PH_OK;
}

static ph_status global_type(struct ph_wasm *self, struct ph_global_type *type)
{
    struct ph_wasm_global global;
    uint8_t mutability;
    PH_WASM_TRY(ph_wasm_read_value_type(self, &global.type));
    PH_WASM_TRY(ph_wasm_read_byte(self, &mutability));
    if (mutability > 1) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed mutability");
    }
    global.is_mutable = mutability == 1;
    *type = (struct ph_global_type){ph_wasm_unit_type(global.type), ph_wasm_ref_kind(global.type),
                                    global.is_mutable};
    if (!ph_vector_push(&self->globals, self->allocator, global)) {
        return ph_wasm_fail_memory(self);
    }
    return PH_OK;
}

static ph_status type_index(struct ph_wasm *self, uint32_t *index)
{
    PH_WASM_TRY(ph_wasm_read_u32(self, index));
    if (*index >= self->types.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown type %u", (unsigned)*index);
    }
    return PH_OK;
}

/* ---- Imports -------------------------------------------------------------------------------- */

static ph_status import_function(struct ph_wasm *self, struct ph_slice module, struct ph_slice name)
{
    uint32_t type;
    PH_WASM_TRY(type_index(self, &type));
    if (!ph_vector_push(&self->functions, self->allocator, type)) {
        return ph_wasm_fail_memory(self);
    }
    self->imported_functions++;
    ph_builder_import_function(self->builder, module, name, self->types.items[type].signature);
    return PH_OK;
}

static ph_status import(struct ph_wasm *self)
{
    struct ph_slice module, name;
    uint8_t kind;
    struct ph_table_type table;
    struct ph_memory_type memory;
    struct ph_global_type global;

    PH_WASM_TRY(ph_wasm_read_name(self, &module));
    PH_WASM_TRY(ph_wasm_read_name(self, &name));
    PH_WASM_TRY(ph_wasm_read_byte(self, &kind));
    switch (kind) {
    case EXTERNAL_FUNCTION:
        return import_function(self, module, name);
    case EXTERNAL_TABLE:
        PH_WASM_TRY(table_type(self, &table));
        ph_builder_import_table(self->builder, module, name, &table);
        return PH_OK;
    case EXTERNAL_MEMORY:
        PH_WASM_TRY(memory_type(self, &memory));
        ph_builder_import_memory(self->builder, module, name, &memory);
        return PH_OK;
    case EXTERNAL_GLOBAL:
        PH_WASM_TRY(global_type(self, &global));
        self->imported_globals++;
        ph_builder_import_global(self->builder, module, name, &global);
        return PH_OK;
    default:
        return ph_wasm_fail(self, PH_MALFORMED, "malformed import kind 0x%02x", (unsigned)kind);
    }
}

ph_status ph_wasm_import_section(struct ph_wasm *self)
{
    uint32_t count;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(import(self));
    }
    return PH_OK;
}

/* ---- Definitions ---------------------------------------------------------------------------- */

ph_status ph_wasm_function_section(struct ph_wasm *self)
{
    uint32_t count, type;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(type_index(self, &type));
        if (!ph_vector_push(&self->functions, self->allocator, type)) {
            return ph_wasm_fail_memory(self);
        }
    }
    return PH_OK;
}

ph_status ph_wasm_table_section(struct ph_wasm *self)
{
    uint32_t count;
    struct ph_table_type type;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(table_type(self, &type));
        ph_builder_table(self->builder, &type);
    }
    return PH_OK;
}

ph_status ph_wasm_memory_section(struct ph_wasm *self)
{
    uint32_t count;
    struct ph_memory_type type;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(memory_type(self, &type));
        ph_builder_memory(self->builder, &type);
    }
    return PH_OK;
}

ph_status ph_wasm_global_section(struct ph_wasm *self)
{
    uint32_t count;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        struct ph_global global;
        PH_WASM_TRY(global_type(self, &global.type));
        uint8_t type = self->globals.items[self->globals.count - 1].type;
        PH_WASM_TRY(ph_wasm_constant(self, type, &global.init));
        ph_builder_global(self->builder, &global);
    }
    return PH_OK;
}

/* ---- Exports and start ---------------------------------------------------------------------- */

static ph_status export_target(struct ph_wasm *self, uint8_t kind, uint32_t index)
{
    const char *what = "memory";
    uint32_t count = self->memory_count;
    switch (kind) {
    case EXTERNAL_FUNCTION:
        return ph_wasm_declare_function(self, index);
    case EXTERNAL_TABLE:
        what = "table";
        count = self->tables.count;
        break;
    case EXTERNAL_MEMORY:
        break;
    case EXTERNAL_GLOBAL:
        what = "global";
        count = self->globals.count;
        break;
    default:
        return ph_wasm_fail(self, PH_MALFORMED, "malformed export kind 0x%02x", (unsigned)kind);
    }
    if (index >= count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown %s %u", what, (unsigned)index);
    }
    return PH_OK;
}

ph_status ph_wasm_export_section(struct ph_wasm *self)
{
    uint32_t count, index;
    uint64_t other;
    uint8_t kind;
    struct ph_slice name;

    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(ph_wasm_read_name(self, &name));
        PH_WASM_TRY(ph_wasm_read_byte(self, &kind));
        PH_WASM_TRY(ph_wasm_read_u32(self, &index));
        PH_WASM_TRY(export_target(self, kind, index));
        if (ph_name_map_get(&self->exports, name, &other)) {
            return ph_wasm_fail(self, PH_INVALID, "duplicate export name");
        }
        if (!ph_name_map_put(&self->exports, name, index)) {
            return ph_wasm_fail_memory(self);
        }
        ph_builder_export(self->builder, name, kind, index);
    }
    return PH_OK;
}

ph_status ph_wasm_start_section(struct ph_wasm *self)
{
    uint32_t function;
    PH_WASM_TRY(ph_wasm_read_u32(self, &function));
    if (function >= self->functions.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown function %u", (unsigned)function);
    }
    const struct ph_wasm_signature *type = &self->types.items[self->functions.items[function]];
    if (type->param_count != 0 || type->result_count != 0) {
        return ph_wasm_fail(self, PH_INVALID,
                            "start function must have neither parameters nor results");
    }
    ph_builder_start(self->builder, function);
    return PH_OK;
}
