/* SPDX-License-Identifier: Apache-2.0 */
/* builder.c - writes a unit.
 *
 * 1. Every section is a buffer that is appended to; finish puts headers before them and joins them.
 * 2. Out of memory sets `failed`; after that appending does nothing.
 * 3. What a caller does in the wrong order or with the wrong number of immediates is our bug, and
 *    asserted; what comes from outside (sizes, names) is reported by finish or by ph_unit_open. */
#include "code/builder.h"

#include "base/assert.h"
#include "base/text.h"
#include "base/vector.h"
#include "code/section.h"
#include "code/sort.h"

#define BUFFER_BYTES_MIN 256u
#define LEB_BYTES_MAX 10u

struct buffer {
    uint8_t *items;
    uint64_t count;
    uint64_t capacity;
};

/* Offsets into the buffer `texts`, whose address may change. */
struct export_record {
    uint64_t name_offset;
    uint32_t name_bytes;
    uint32_t index;
    uint8_t kind;
};

struct name_record {
    uint64_t name_offset;
    uint32_t name_bytes;
    uint32_t function;
};

struct shape_children {
    uint32_t child[PH_TYPE_COUNT]; /* 0: none */
};

struct ph_builder {
    struct ph_allocator *allocator;
    bool failed;
    bool in_function;
    bool has_start, has_trap_function, has_link_function;
    uint32_t start_function, trap_function, link_function, constant_count;
    struct buffer sections[PH_SECTION_LIMIT]; /* contents without their counts */
    uint32_t counts[PH_SECTION_LIMIT];
    uint32_t imported[PH_EXTERN_GLOBAL + 1];
    struct buffer texts; /* names of exports and functions */
    PH_VECTOR(struct export_record) exports;
    PH_VECTOR(struct name_record) names;

    /* The function that is being written. */
    uint32_t signature;
    uint32_t local_run_count, shape_count, label_count, handler_count;
    uint32_t run_locals; /* the last run of locals, not yet in the buffer */
    uint8_t run_type;
    struct buffer locals, shapes, labels, handlers, code;
    PH_VECTOR(struct shape_children) children; /* by shape */
    struct buffer file;
};

/* ---- Buffers ------------------------------------------------------------------------------ */

static PH_NOINLINE bool buffer_grow(struct ph_builder *self, struct buffer *buffer, uint64_t more)
{
    uint64_t wanted = PH_MAX(buffer->capacity * 2, PH_MAX(buffer->count + more, BUFFER_BYTES_MIN));

    if (self->failed) {
        return false;
    }
    uint8_t *items = ph_resize(self->allocator, buffer->items, (size_t)buffer->capacity,
                               (size_t)wanted);
    if (items == NULL) {
        self->failed = true;
        return false;
    }
    buffer->items = items;
    buffer->capacity = wanted;
    return true;
}

static PH_ALWAYS_INLINE bool buffer_reserve(struct ph_builder *self, struct buffer *buffer,
                                            uint64_t more)
{
    return PH_LIKELY(more <= buffer->capacity - buffer->count) ||
           buffer_grow(self, buffer, more);
}

static void buffer_finish(struct ph_builder *self, struct buffer *buffer)
{
    ph_free(self->allocator, buffer->items, (size_t)buffer->capacity);
    *buffer = (struct buffer){NULL, 0, 0};
}

static void put_bytes(struct ph_builder *self, struct buffer *buffer, struct ph_slice bytes)
{
    if (bytes.size != 0 && buffer_reserve(self, buffer, bytes.size)) {
        memcpy(buffer->items + buffer->count, bytes.bytes, (size_t)bytes.size);
        buffer->count += bytes.size;
    }
}

static void put_byte(struct ph_builder *self, struct buffer *buffer, uint8_t byte)
{
    if (buffer_reserve(self, buffer, 1)) {
        buffer->items[buffer->count++] = byte;
    }
}

/* `to` has LEB_BYTES_MAX bytes; returns the end. */
static PH_ALWAYS_INLINE uint8_t *write_uleb(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *write_sleb(uint8_t *to, int64_t value)
{
    while (value < -64 || value > 63) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)(value & 0x7f);
    return to;
}

static void put_uleb(struct ph_builder *self, struct buffer *buffer, uint64_t value)
{
    if (buffer_reserve(self, buffer, LEB_BYTES_MAX)) {
        buffer->count = (uint64_t)(write_uleb(buffer->items + buffer->count, value) -
                                   buffer->items);
    }
}

static void put_slice(struct ph_builder *self, struct buffer *buffer, struct ph_slice bytes)
{
    put_uleb(self, buffer, bytes.size);
    put_bytes(self, buffer, bytes);
}

/* ---- Life --------------------------------------------------------------------------------- */

ph_status ph_builder_create(struct ph_allocator *allocator, struct ph_builder **builder)
{
    struct ph_builder *self = ph_alloc_zeroed(allocator, sizeof(*self));

    *builder = self;
    if (self == NULL) {
        return PH_NO_MEMORY;
    }
    self->allocator = allocator;
    return PH_OK;
}

void ph_builder_destroy(struct ph_builder *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < PH_SECTION_LIMIT; i++) {
        buffer_finish(self, &self->sections[i]);
    }
    buffer_finish(self, &self->texts);
    buffer_finish(self, &self->locals);
    buffer_finish(self, &self->shapes);
    buffer_finish(self, &self->labels);
    buffer_finish(self, &self->handlers);
    buffer_finish(self, &self->code);
    buffer_finish(self, &self->file);
    ph_vector_finish(&self->exports, self->allocator);
    ph_vector_finish(&self->names, self->allocator);
    ph_vector_finish(&self->children, self->allocator);
    ph_free(self->allocator, self, sizeof(*self));
}

/* ---- What surrounds the functions --------------------------------------------------------- */

void ph_builder_name(struct ph_builder *self, struct ph_slice name)
{
    self->sections[PH_SECTION_NAME].count = 0;
    put_bytes(self, &self->sections[PH_SECTION_NAME], name);
}

uint32_t ph_builder_signature(struct ph_builder *self, const struct ph_signature *signature)
{
    struct buffer *buffer = &self->sections[PH_SECTION_SIGNATURES];
    uint32_t count = signature->param_count + signature->result_count;

    put_uleb(self, buffer, signature->param_count);
    put_uleb(self, buffer, signature->result_count);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t type = signature->types[i], ref_kind = ph_signature_ref_kind(signature, i);
        PH_ASSERT(type <= PH_SIGNATURE_TYPE_MASK && ref_kind <= PH_REF_EXTERN);
        put_byte(self, buffer, (uint8_t)(type | ref_kind << PH_SIGNATURE_KIND_SHIFT));
    }
    return self->counts[PH_SECTION_SIGNATURES]++;
}

static void put_limits(struct ph_builder *self, struct buffer *buffer,
                       const struct ph_limits *limits)
{
    put_byte(self, buffer, limits->has_max);
    put_uleb(self, buffer, limits->min);
    if (limits->has_max) {
        put_uleb(self, buffer, limits->max);
    }
}

static void put_table_type(struct ph_builder *self, struct buffer *buffer,
                           const struct ph_table_type *type)
{
    put_byte(self, buffer, type->ref_kind);
    put_limits(self, buffer, &type->limits);
}

static void put_global_type(struct ph_builder *self, struct buffer *buffer,
                            const struct ph_global_type *type)
{
    put_byte(self, buffer, type->type);
    put_byte(self, buffer, type->ref_kind);
    put_byte(self, buffer, type->is_mutable);
}

static void put_init(struct ph_builder *self, struct buffer *buffer, const struct ph_init *init)
{
    put_byte(self, buffer, init->kind);
    if (init->kind != PH_INIT_NULL) {
        put_uleb(self, buffer, init->value);
    }
}

/* Begins an import of a kind whose definitions go to `section`; returns its index. */
static uint32_t put_import(struct ph_builder *self, uint8_t kind, enum ph_section section,
                           struct ph_slice module, struct ph_slice name)
{
    struct buffer *buffer = &self->sections[PH_SECTION_IMPORTS];

    PH_ASSERT(self->counts[section] == 0); /* imports come before definitions of their kind */
    put_byte(self, buffer, kind);
    put_slice(self, buffer, module);
    put_slice(self, buffer, name);
    self->counts[PH_SECTION_IMPORTS]++;
    return self->imported[kind]++;
}

uint32_t ph_builder_import_function(struct ph_builder *self, struct ph_slice module,
                                    struct ph_slice name, uint32_t signature)
{
    uint32_t index = put_import(self, PH_EXTERN_FUNCTION, PH_SECTION_FUNCTIONS, module, name);

    put_uleb(self, &self->sections[PH_SECTION_IMPORTS], signature);
    return index;
}

uint32_t ph_builder_import_table(struct ph_builder *self, struct ph_slice module,
                                 struct ph_slice name, const struct ph_table_type *type)
{
    uint32_t index = put_import(self, PH_EXTERN_TABLE, PH_SECTION_TABLES, module, name);

    put_table_type(self, &self->sections[PH_SECTION_IMPORTS], type);
    return index;
}

uint32_t ph_builder_import_memory(struct ph_builder *self, struct ph_slice module,
                                  struct ph_slice name, const struct ph_memory_type *type)
{
    uint32_t index = put_import(self, PH_EXTERN_MEMORY, PH_SECTION_MEMORIES, module, name);

    put_limits(self, &self->sections[PH_SECTION_IMPORTS], &type->limits);
    return index;
}

uint32_t ph_builder_import_global(struct ph_builder *self, struct ph_slice module,
                                  struct ph_slice name, const struct ph_global_type *type)
{
    uint32_t index = put_import(self, PH_EXTERN_GLOBAL, PH_SECTION_GLOBALS, module, name);

    put_global_type(self, &self->sections[PH_SECTION_IMPORTS], type);
    return index;
}

uint32_t ph_builder_table(struct ph_builder *self, const struct ph_table_type *type)
{
    put_table_type(self, &self->sections[PH_SECTION_TABLES], type);
    return self->imported[PH_EXTERN_TABLE] + self->counts[PH_SECTION_TABLES]++;
}

uint32_t ph_builder_memory(struct ph_builder *self, const struct ph_memory_type *type)
{
    put_limits(self, &self->sections[PH_SECTION_MEMORIES], &type->limits);
    return self->imported[PH_EXTERN_MEMORY] + self->counts[PH_SECTION_MEMORIES]++;
}

uint32_t ph_builder_global(struct ph_builder *self, const struct ph_global *global)
{
    put_global_type(self, &self->sections[PH_SECTION_GLOBALS], &global->type);
    put_init(self, &self->sections[PH_SECTION_GLOBALS], &global->init);
    return self->imported[PH_EXTERN_GLOBAL] + self->counts[PH_SECTION_GLOBALS]++;
}

void ph_builder_export(struct ph_builder *self, struct ph_slice name, uint8_t kind,
                       uint32_t index)
{
    struct export_record record = {self->texts.count, (uint32_t)name.size, index, kind};

    PH_ASSERT(name.size <= PH_UNIT_BYTES_MAX);
    put_bytes(self, &self->texts, name);
    if (!ph_vector_push(&self->exports, self->allocator, record)) {
        self->failed = true;
    }
}

uint32_t ph_builder_element(struct ph_builder *self, const struct ph_element_segment *segment)
{
    struct buffer *buffer = &self->sections[PH_SECTION_ELEMENTS];

    put_byte(self, buffer, segment->mode);
    put_byte(self, buffer, segment->ref_kind);
    if (segment->mode == PH_SEGMENT_ACTIVE) {
        put_uleb(self, buffer, segment->table);
        put_init(self, buffer, &segment->offset);
    }
    put_uleb(self, buffer, segment->count);
    for (uint32_t i = 0; i < segment->count; i++) {
        put_init(self, buffer, &segment->items[i]);
    }
    return self->counts[PH_SECTION_ELEMENTS]++;
}

uint32_t ph_builder_data(struct ph_builder *self, const struct ph_data_segment *segment)
{
    struct buffer *buffer = &self->sections[PH_SECTION_DATAS];

    put_byte(self, buffer, segment->mode);
    if (segment->mode == PH_SEGMENT_ACTIVE) {
        put_uleb(self, buffer, segment->memory);
        put_init(self, buffer, &segment->offset);
    }
    put_slice(self, buffer, segment->bytes);
    return self->counts[PH_SECTION_DATAS]++;
}

void ph_builder_start(struct ph_builder *self, uint32_t function)
{
    self->has_start = true;
    self->start_function = function;
}

void ph_builder_function_name(struct ph_builder *self, uint32_t function, struct ph_slice name)
{
    struct name_record record = {self->texts.count, (uint32_t)name.size, function};

    PH_ASSERT(name.size <= PH_UNIT_BYTES_MAX);
    put_bytes(self, &self->texts, name);
    if (!ph_vector_push(&self->names, self->allocator, record)) {
        self->failed = true;
    }
}

/* ---- Classes ------------------------------------------------------------------------------ */

/* A number + 1; 0 for none, which is UINT32_MAX. */
static void put_optional(struct ph_builder *self, struct buffer *buffer, uint32_t index)
{
    put_uleb(self, buffer, (uint32_t)(index + 1));
}

uint32_t ph_builder_class_ref(struct ph_builder *self, const struct ph_class_ref *class_ref)
{
    struct buffer *buffer = &self->sections[PH_SECTION_CLASS_REFS];

    put_byte(self, buffer, class_ref->kind);
    switch (class_ref->kind) {
    case PH_CLASS_REF_IMPORTED:
        put_slice(self, buffer, class_ref->module);
        put_slice(self, buffer, class_ref->name);
        break;
    case PH_CLASS_REF_DEFINED:
    case PH_CLASS_REF_REFS:
        put_uleb(self, buffer, class_ref->index);
        break;
    case PH_CLASS_REF_NUMBERS:
        put_byte(self, buffer, class_ref->storage);
        break;
    default:
        put_slice(self, buffer, class_ref->name);
        break;
    }
    return self->counts[PH_SECTION_CLASS_REFS]++;
}

static void put_field_def(struct ph_builder *self, const struct ph_field_def *field)
{
    struct buffer *buffer = &self->sections[PH_SECTION_CLASS_DEFS];

    put_slice(self, buffer, field->name);
    put_byte(self, buffer, field->storage);
    put_byte(self, buffer, field->flags);
}

static void put_method_def(struct ph_builder *self, const struct ph_method_def *method)
{
    struct buffer *buffer = &self->sections[PH_SECTION_CLASS_DEFS];

    put_slice(self, buffer, method->name);
    put_uleb(self, buffer, method->signature);
    put_optional(self, buffer, method->function);
    put_byte(self, buffer, method->flags);
}

uint32_t ph_builder_class_def(struct ph_builder *self, const struct ph_class_def *def)
{
    struct buffer *buffer = &self->sections[PH_SECTION_CLASS_DEFS];

    put_slice(self, buffer, def->name);
    put_uleb(self, buffer, def->flags);
    put_optional(self, buffer, def->super_class);
    put_uleb(self, buffer, def->interface_count);
    for (uint32_t i = 0; i < def->interface_count; i++) {
        put_uleb(self, buffer, def->interfaces[i]);
    }
    put_uleb(self, buffer, def->field_count);
    for (uint32_t i = 0; i < def->field_count; i++) {
        put_field_def(self, &def->fields[i]);
    }
    put_uleb(self, buffer, def->method_count);
    for (uint32_t i = 0; i < def->method_count; i++) {
        put_method_def(self, &def->methods[i]);
    }
    put_optional(self, buffer, def->initialiser);
    return self->counts[PH_SECTION_CLASS_DEFS]++;
}

uint32_t ph_builder_field_ref(struct ph_builder *self, const struct ph_field_ref *field)
{
    struct buffer *buffer = &self->sections[PH_SECTION_FIELD_REFS];

    put_uleb(self, buffer, field->class_ref);
    put_slice(self, buffer, field->name);
    put_byte(self, buffer, field->storage);
    put_byte(self, buffer, field->flags);
    return self->counts[PH_SECTION_FIELD_REFS]++;
}

uint32_t ph_builder_method_ref(struct ph_builder *self, const struct ph_method_ref *method)
{
    struct buffer *buffer = &self->sections[PH_SECTION_METHOD_REFS];

    put_uleb(self, buffer, method->class_ref);
    put_slice(self, buffer, method->name);
    put_uleb(self, buffer, method->signature);
    put_byte(self, buffer, method->flags);
    return self->counts[PH_SECTION_METHOD_REFS]++;
}

uint32_t ph_builder_bytes_constant(struct ph_builder *self, struct ph_slice bytes)
{
    put_slice(self, &self->sections[PH_SECTION_BYTES_CONSTANTS], bytes);
    return self->counts[PH_SECTION_BYTES_CONSTANTS]++;
}

void ph_builder_trap_function(struct ph_builder *self, uint32_t function)
{
    self->has_trap_function = true;
    self->trap_function = function;
}

void ph_builder_link_function(struct ph_builder *self, uint32_t function)
{
    self->has_link_function = true;
    self->link_function = function;
}

void ph_builder_constants(struct ph_builder *self, uint32_t count)
{
    self->constant_count = count;
}

void ph_builder_origin(struct ph_builder *self, struct ph_slice bytes)
{
    put_bytes(self, &self->sections[PH_SECTION_ORIGIN], bytes);
}

void ph_builder_array_root(struct ph_builder *self, uint32_t class_ref, uint32_t interface_count,
                           const uint32_t *interfaces)
{
    struct buffer *buffer = &self->sections[PH_SECTION_ARRAY_ROOT];

    PH_ASSERT(buffer->count == 0);
    put_uleb(self, buffer, class_ref);
    put_uleb(self, buffer, interface_count);
    for (uint32_t i = 0; i < interface_count; i++) {
        put_uleb(self, buffer, interfaces[i]);
    }
}

/* ---- Functions ---------------------------------------------------------------------------- */

void ph_builder_function_begin(struct ph_builder *self, uint32_t signature)
{
    PH_ASSERT(!self->in_function);
    self->in_function = true;
    self->signature = signature;
    self->local_run_count = 0;
    self->run_locals = 0;
    self->shape_count = 1;
    self->label_count = 0;
    self->handler_count = 0;
    self->handlers.count = 0;
    self->locals.count = 0;
    self->shapes.count = 0;
    self->labels.count = 0;
    self->code.count = 0;
    self->children.count = 0;
    struct shape_children none = {{0}};
    if (!ph_vector_push(&self->children, self->allocator, none)) {
        self->failed = true;
    }
}

static void flush_locals(struct ph_builder *self)
{
    if (self->run_locals != 0) {
        put_uleb(self, &self->locals, self->run_locals);
        put_byte(self, &self->locals, self->run_type);
        self->local_run_count++;
        self->run_locals = 0;
    }
}

void ph_builder_locals(struct ph_builder *self, uint32_t count, uint8_t type)
{
    PH_ASSERT(self->in_function);
    if (type != self->run_type || count > UINT32_MAX - self->run_locals) {
        flush_locals(self);
    }
    self->run_type = type;
    self->run_locals += count;
}

uint32_t ph_builder_shape(struct ph_builder *self, uint32_t parent, uint8_t type)
{
    PH_ASSERT(self->in_function && type >= PH_I32 && type <= PH_REF);
    if (self->failed) {
        return 0;
    }
    PH_ASSERT(parent < self->shape_count);
    uint32_t known = self->children.items[parent].child[type - 1];
    if (known != 0) {
        return known;
    }
    struct shape_children none = {{0}};
    if (!ph_vector_push(&self->children, self->allocator, none)) {
        self->failed = true;
        return 0;
    }
    put_uleb(self, &self->shapes, parent);
    put_byte(self, &self->shapes, type);
    self->children.items[parent].child[type - 1] = self->shape_count;
    return self->shape_count++;
}

uint32_t ph_builder_label(struct ph_builder *self, uint32_t shape, bool is_loop)
{
    PH_ASSERT(self->in_function);
    put_uleb(self, &self->labels, (uint64_t)shape << 1 | is_loop);
    return self->label_count++;
}

static PH_ALWAYS_INLINE uint8_t *write_opcode(uint8_t *to, uint32_t opcode)
{
    if (opcode >= 0x100) {
        *to++ = (uint8_t)(0xf0 | opcode >> 8);
    }
    *to++ = (uint8_t)opcode;
    return to;
}

static PH_ALWAYS_INLINE uint8_t *write_immediate(uint8_t *to, char letter, uint64_t value)
{
    switch (letter) {
    case 's':
        return write_sleb(to, (int32_t)value);
    case 'S':
        return write_sleb(to, (int64_t)value);
    case '4':
        ph_store_u32(to, (uint32_t)value);
        return to + 4;
    case '8':
        ph_store_u64(to, value);
        return to + 8;
    case 'U':
        return write_uleb(to, value);
    default:
        PH_DEBUG_ASSERT(value <= UINT32_MAX);
        return write_uleb(to, value);
    }
}

/* Writes an op with `count` immediates. */
static PH_ALWAYS_INLINE void put_op(struct ph_builder *self, uint32_t opcode,
                                    const uint64_t *immediates, uint32_t count)
{
    const char *letters = ph_op_info(opcode)->immediates;

    PH_ASSERT(self->in_function && letters != NULL);
    if (!buffer_reserve(self, &self->code, 2 + 2 * LEB_BYTES_MAX)) {
        return;
    }
    uint8_t *to = write_opcode(self->code.items + self->code.count, opcode);
    for (uint32_t i = 0; i < count; i++) {
        PH_ASSERT(letters[i] != 0 && letters[i] != 'B');
        to = write_immediate(to, letters[i], immediates[i]);
    }
    PH_ASSERT(letters[count] == 0);
    self->code.count = (uint64_t)(to - self->code.items);
}

void ph_builder_op(struct ph_builder *self, uint32_t opcode) { put_op(self, opcode, NULL, 0); }

void ph_builder_op1(struct ph_builder *self, uint32_t opcode, uint64_t immediate)
{
    put_op(self, opcode, &immediate, 1);
}

void ph_builder_op2(struct ph_builder *self, uint32_t opcode, uint64_t first, uint64_t second)
{
    const uint64_t immediates[2] = {first, second};

    put_op(self, opcode, immediates, 2);
}

void ph_builder_br_table(struct ph_builder *self, uint32_t count, const uint32_t *labels)
{
    PH_ASSERT(self->in_function);
    put_byte(self, &self->code, PH_OP_br_table);
    put_uleb(self, &self->code, count);
    for (uint32_t i = 0; i <= count; i++) {
        put_uleb(self, &self->code, labels[i]);
        if (i == UINT32_MAX) {
            break;
        }
    }
}

uint32_t ph_builder_code_offset(const struct ph_builder *self)
{
    PH_ASSERT(self->in_function);
    return (uint32_t)self->code.count;
}

void ph_builder_handler(struct ph_builder *self, const struct ph_exception_handler *handler)
{
    PH_ASSERT(self->in_function);
    put_uleb(self, &self->handlers, handler->start);
    put_uleb(self, &self->handlers, handler->end);
    put_uleb(self, &self->handlers, handler->label);
    put_optional(self, &self->handlers, handler->class_ref);
    self->handler_count++;
}

static uint32_t uleb_bytes(uint64_t value)
{
    uint8_t bytes[LEB_BYTES_MAX];

    return (uint32_t)(write_uleb(bytes, value) - bytes);
}

static struct ph_slice slice_of(const struct buffer *buffer)
{
    return (struct ph_slice){buffer->items, buffer->count};
}

void ph_builder_function_end(struct ph_builder *self)
{
    struct buffer *to = &self->sections[PH_SECTION_FUNCTIONS];
    uint32_t declared_shapes = self->shape_count - 1;

    PH_ASSERT(self->in_function);
    flush_locals(self);
    uint64_t body_bytes = uleb_bytes(self->local_run_count) + self->locals.count +
                          uleb_bytes(declared_shapes) + self->shapes.count +
                          uleb_bytes(self->label_count) + self->labels.count +
                          uleb_bytes(self->handler_count) + self->handlers.count +
                          self->code.count;
    put_uleb(self, to, self->signature);
    put_uleb(self, to, body_bytes);
    put_uleb(self, to, self->local_run_count);
    put_bytes(self, to, slice_of(&self->locals));
    put_uleb(self, to, declared_shapes);
    put_bytes(self, to, slice_of(&self->shapes));
    put_uleb(self, to, self->label_count);
    put_bytes(self, to, slice_of(&self->labels));
    put_uleb(self, to, self->handler_count);
    put_bytes(self, to, slice_of(&self->handlers));
    put_bytes(self, to, slice_of(&self->code));
    self->counts[PH_SECTION_FUNCTIONS]++;
    self->in_function = false;
}

/* ---- Finishing ---------------------------------------------------------------------------- */

static struct ph_slice text_at(const struct ph_builder *self, uint64_t offset, uint32_t bytes)
{
    return (struct ph_slice){self->texts.items + offset, bytes};
}

static bool exports_in_order(const void *context, uint32_t a, uint32_t b)
{
    const struct ph_builder *self = context;
    const struct export_record *left = &self->exports.items[a];
    const struct export_record *right = &self->exports.items[b];

    return ph_slice_compare(text_at(self, left->name_offset, left->name_bytes),
                            text_at(self, right->name_offset, right->name_bytes)) <= 0;
}

static bool names_in_order(const void *context, uint32_t a, uint32_t b)
{
    const struct ph_builder *self = context;

    return self->names.items[a].function <= self->names.items[b].function;
}

/* A sorted permutation of `count` items, with room for as many behind; NULL: no memory. */
static uint32_t *sorted(struct ph_builder *self, uint32_t count, ph_in_order in_order)
{
    uint32_t *order = ph_alloc(self->allocator, (size_t)count * 2 * sizeof(*order));

    if (order == NULL) {
        self->failed = true;
        return NULL;
    }
    ph_sort_indices(order, count, in_order, self);
    return order;
}

static void put_exports(struct ph_builder *self)
{
    struct buffer *buffer = &self->sections[PH_SECTION_EXPORTS];
    uint32_t count = self->exports.count;
    uint32_t *order = self->failed ? NULL : sorted(self, count, exports_in_order);

    if (order == NULL) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct export_record *record = &self->exports.items[order[i]];
        put_byte(self, buffer, record->kind);
        put_uleb(self, buffer, record->index);
        put_slice(self, buffer, text_at(self, record->name_offset, record->name_bytes));
    }
    self->counts[PH_SECTION_EXPORTS] = count;
    ph_free(self->allocator, order, (size_t)count * 2 * sizeof(*order));
}

/* Of several names of one function the last is kept. */
static void put_function_names(struct ph_builder *self)
{
    struct buffer *buffer = &self->sections[PH_SECTION_FUNCTION_NAMES];
    uint32_t count = self->names.count;
    uint32_t *order = self->failed ? NULL : sorted(self, count, names_in_order);

    if (order == NULL) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct name_record *record = &self->names.items[order[i]];
        bool is_last = i + 1 == count ||
                       self->names.items[order[i + 1]].function != record->function;
        if (is_last && record->name_bytes != 0) {
            put_uleb(self, buffer, record->function);
            put_slice(self, buffer, text_at(self, record->name_offset, record->name_bytes));
            self->counts[PH_SECTION_FUNCTION_NAMES]++;
        }
    }
    ph_free(self->allocator, order, (size_t)count * 2 * sizeof(*order));
}

static bool has_count(enum ph_section section)
{
    return section != PH_SECTION_NAME && section != PH_SECTION_START &&
           section != PH_SECTION_TRAP_FUNCTION && section < PH_SECTION_ARRAY_ROOT;
}

static uint64_t section_bytes(const struct ph_builder *self, enum ph_section section)
{
    uint64_t bytes = self->sections[section].count;

    return bytes + (bytes != 0 && has_count(section) ? uleb_bytes(self->counts[section]) : 0);
}

static void put_section(struct ph_builder *self, enum ph_section section)
{
    uint64_t bytes = section_bytes(self, section);

    if (bytes == 0 || !buffer_reserve(self, &self->file, PH_SECTION_HEADER_BYTES)) {
        return;
    }
    uint8_t *head = self->file.items + self->file.count;
    head[0] = (uint8_t)section;
    ph_store_u32(head + 1, (uint32_t)bytes);
    self->file.count += PH_SECTION_HEADER_BYTES;
    if (has_count(section)) {
        put_uleb(self, &self->file, self->counts[section]);
    }
    put_bytes(self, &self->file, slice_of(&self->sections[section]));
    buffer_finish(self, &self->sections[section]);
}

ph_status ph_builder_finish(struct ph_builder *self, struct ph_slice *unit,
                            struct ph_error *error)
{
    uint64_t total = PH_UNIT_HEADER_BYTES;

    PH_ASSERT(!self->in_function && self->file.count == 0);
    put_exports(self);
    put_function_names(self);
    if (self->has_start) {
        put_uleb(self, &self->sections[PH_SECTION_START], self->start_function);
    }
    if (self->has_trap_function) {
        put_uleb(self, &self->sections[PH_SECTION_TRAP_FUNCTION], self->trap_function);
    }
    if (self->has_link_function) {
        put_uleb(self, &self->sections[PH_SECTION_LINK_FUNCTION], self->link_function);
    }
    if (self->constant_count != 0) {
        put_uleb(self, &self->sections[PH_SECTION_CONSTANTS], self->constant_count);
    }
    for (uint32_t i = 0; i < PH_SECTION_LIMIT; i++) {
        total += PH_SECTION_HEADER_BYTES + section_bytes(self, i);
    }
    if (!self->failed && total > PH_UNIT_BYTES_MAX) {
        return ph_fail(error, PH_LIMIT, "the unit would be larger than %u bytes",
                       PH_UNIT_BYTES_MAX);
    }
    if (buffer_reserve(self, &self->file, total + LEB_BYTES_MAX)) {
        memcpy(self->file.items, PH_UNIT_MAGIC, PH_UNIT_MAGIC_BYTES);
        ph_store_u32(self->file.items + PH_UNIT_MAGIC_BYTES, PH_UNIT_VERSION);
        self->file.count = PH_UNIT_HEADER_BYTES;
    }
    for (uint32_t i = 1; i < PH_SECTION_LIMIT; i++) {
        put_section(self, i);
    }
    if (self->failed) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory while a unit was written");
    }
    *unit = slice_of(&self->file);
    return PH_OK;
}
