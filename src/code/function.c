/* SPDX-License-Identifier: Apache-2.0 */
/* function.c - decodes the head of one function body: locals, shapes, labels, handlers. */
#include "base/assert.h"
#include "base/text.h"
#include "code/section.h"
#include "code/unit.h"

struct reader {
    const struct ph_unit *unit;
    uint32_t index;
    struct ph_slice body;
    uint64_t offset;
    struct ph_scratch *scratch;
    struct ph_error *error;
};

static PH_COLD ph_status fail(struct reader *r, ph_status status, const char *what)
{
    char name[80];

    return ph_fail(r->error, status, "%s, byte %llu of its body: %s",
                   ph_unit_describe_function(r->unit, r->index, name, sizeof(name)),
                   (unsigned long long)r->offset, what);
}

static ph_status read_u32(struct reader *r, uint32_t *value)
{
    uint64_t wide = 0;
    ph_status status = ph_read_uleb(r->body, &r->offset, 32, &wide);

    *value = (uint32_t)wide;
    return status == PH_OK ? PH_OK
                           : fail(r, status, status == PH_TRUNCATED ? "ends within a number"
                                                                    : "malformed number");
}

static ph_status read_type(struct reader *r, uint8_t *type)
{
    if (r->offset >= r->body.size) {
        return fail(r, PH_TRUNCATED, "ends before a type");
    }
    *type = r->body.bytes[r->offset];
    if (*type < PH_I32 || *type > PH_REF) {
        return fail(r, PH_MALFORMED, "unknown value type");
    }
    r->offset++;
    return PH_OK;
}

/* A count, each item of which takes at least `item_bytes_min` in the body. */
static ph_status read_count(struct reader *r, uint32_t item_bytes_min, uint32_t *count)
{
    ph_status status = read_u32(r, count);

    if (status == PH_OK && *count > (r->body.size - r->offset) / item_bytes_min) {
        return fail(r, PH_TRUNCATED, "too few bytes for what is declared");
    }
    return status;
}

/* Counts first, so that the types are allocated once. */
static ph_status read_locals(struct reader *r, struct ph_function *function)
{
    uint32_t run_count = 0;
    uint64_t total = function->signature->param_count;
    ph_status status = read_u32(r, &run_count);
    uint64_t runs_offset = r->offset;

    for (uint32_t i = 0; i < run_count && status == PH_OK; i++) {
        uint32_t count = 0;
        uint8_t type;
        status = read_u32(r, &count);
        status = status == PH_OK ? read_type(r, &type) : status;
        total += count;
        if (status == PH_OK && total > PH_LOCALS_MAX) {
            status = fail(r, PH_LIMIT, "too many locals");
        }
    }
    if (status != PH_OK) {
        return status;
    }
    uint8_t *types = ph_scratch_alloc(r->scratch, (size_t)total);
    if (types == NULL) {
        return fail(r, PH_NO_MEMORY, "out of memory");
    }
    function->local_count = (uint32_t)total;
    function->local_types = types;
    memcpy(types, function->signature->types, function->signature->param_count);
    types += function->signature->param_count;
    r->offset = runs_offset;
    for (uint32_t i = 0; i < run_count && status == PH_OK; i++) {
        uint32_t count = 0;
        uint8_t type = 0;
        status = read_u32(r, &count);
        status = status == PH_OK ? read_type(r, &type) : status;
        memset(types, type, count);
        types += count;
    }
    return status;
}

static ph_status read_shapes(struct reader *r, struct ph_function *function)
{
    uint32_t count = 0;
    ph_status status = read_count(r, 2, &count);

    if (status != PH_OK) {
        return status;
    }
    struct ph_shape *shapes = ph_scratch_alloc(r->scratch, (count + 1) * sizeof(*shapes));
    if (shapes == NULL) {
        return fail(r, PH_NO_MEMORY, "out of memory");
    }
    shapes[0] = (struct ph_shape){0, 0};
    for (uint32_t i = 1; status == PH_OK && i <= count; i++) {
        status = read_u32(r, &shapes[i].parent);
        status = status == PH_OK ? read_type(r, &shapes[i].type) : status;
        if (status == PH_OK && shapes[i].parent >= i) {
            status = fail(r, PH_INVALID, "the parent of a shape must come before it");
        }
    }
    function->shape_count = count + 1;
    function->shapes = shapes;
    return status;
}

static ph_status read_labels(struct reader *r, struct ph_function *function)
{
    ph_status status = read_count(r, 1, &function->label_count);

    if (status != PH_OK) {
        return status;
    }
    struct ph_label *labels =
        ph_scratch_alloc(r->scratch, function->label_count * sizeof(*labels));
    if (labels == NULL) {
        return fail(r, PH_NO_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; status == PH_OK && i < function->label_count; i++) {
        uint32_t word = 0;
        status = read_u32(r, &word);
        labels[i] = (struct ph_label){word >> 1, (word & 1) != 0, false};
        if (status == PH_OK && labels[i].shape >= function->shape_count) {
            status = fail(r, PH_INVALID, "a label has an unknown shape");
        }
    }
    function->labels = labels;
    return status;
}

/* The ranges are the verifier's business: it is the one that knows where instructions begin. */
static ph_status read_handler(struct reader *r, const struct ph_function *function,
                              struct ph_exception_handler *handler)
{
    uint32_t class_word = 0;
    ph_status status = read_u32(r, &handler->start);

    status = status == PH_OK ? read_u32(r, &handler->end) : status;
    status = status == PH_OK ? read_u32(r, &handler->label) : status;
    status = status == PH_OK ? read_u32(r, &class_word) : status;
    handler->class_ref = class_word - 1;
    if (status == PH_OK && handler->label >= function->label_count) {
        return fail(r, PH_INVALID, "a handler has an unknown label");
    }
    if (status == PH_OK && class_word > r->unit->class_ref_count) {
        return fail(r, PH_INVALID, "a handler has an unknown class reference");
    }
    return status;
}

static ph_status read_handlers(struct reader *r, struct ph_function *function)
{
    struct ph_label *labels = (struct ph_label *)(uintptr_t)function->labels; /* ours */
    ph_status status = PH_OK;

    if (r->unit->version < PH_UNIT_VERSION_CLASSES) {
        return PH_OK;
    }
    status = read_count(r, 4, &function->handler_count);
    if (status != PH_OK || function->handler_count == 0) {
        return status;
    }
    struct ph_exception_handler *handlers =
        ph_scratch_alloc(r->scratch, function->handler_count * sizeof(*handlers));
    if (handlers == NULL) {
        return fail(r, PH_NO_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; status == PH_OK && i < function->handler_count; i++) {
        status = read_handler(r, function, &handlers[i]);
        if (status == PH_OK) {
            labels[handlers[i].label].is_handler = true;
        }
    }
    function->handlers = handlers;
    return status;
}

ph_status ph_function_open(const struct ph_unit *unit, uint32_t index, struct ph_scratch *scratch,
                           struct ph_function *function, struct ph_error *error)
{
    PH_ASSERT(index >= unit->imported_functions && index < unit->function_count);
    const struct ph_function_head *head = &unit->functions[index];
    struct reader r = {unit, index, head->body, 0, scratch, error};

    *function = (struct ph_function){.signature = &unit->signatures[head->signature]};
    ph_status status = read_locals(&r, function);
    status = status == PH_OK ? read_shapes(&r, function) : status;
    status = status == PH_OK ? read_labels(&r, function) : status;
    status = status == PH_OK ? read_handlers(&r, function) : status;
    function->code = (struct ph_slice){r.body.bytes + r.offset, r.body.size - r.offset};
    return status;
}
