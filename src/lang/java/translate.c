/* SPDX-License-Identifier: Apache-2.0 */
/* translate.c - the class as a whole: imports, methods, definition, initialiser. */
#include "lang/java/translate.h"

#include "lang/java/translator.h"

#define MODULE PH_SLICE_TEXT("java")

/* ---- Messages ------------------------------------------------------------------------------- */

static ph_status fail_in_method(struct ph_jt *self, ph_status status, const char *text)
{
    const struct ph_jt_body *body = &self->body;
    char class_name[120], method[80], descriptor[120];
    struct ph_slice name = ph_classfile_text(self->file, body->method->name);

    ph_unit_printable(self->file->name, class_name, sizeof(class_name));
    ph_unit_printable(name, method, sizeof(method));
    ph_unit_printable(body->descriptor, descriptor, sizeof(descriptor));
    if (body->insn == NULL) {
        return ph_fail(self->error, status, "%s\nException Details:\n  Location:\n    %s.%s%s",
                       text, class_name, method, descriptor);
    }
    uint8_t op = body->code.bytes[body->insn->pc]; /* as it is written, not the plain one */
    return ph_fail(self->error, status,
                   "%s\nException Details:\n  Location:\n    %s.%s%s @%u: %s", text, class_name,
                   method, descriptor, body->insn->pc,
                   op < PH_JT_OP_COUNT ? ph_jt_ops[op].name : "<illegal>");
}

ph_status ph_jt_fail(struct ph_jt *self, ph_status status, const char *format, ...)
{
    char text[160], name[120];
    va_list arguments;

    va_start(arguments, format);
    ph_text_vprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (self->body.method != NULL) {
        return fail_in_method(self, status, text);
    }
    ph_unit_printable(self->file->name, name, sizeof(name));
    return ph_fail(self->error, status, "%s (class %s)", text, name);
}

ph_status ph_jt_fail_memory(struct ph_jt *self)
{
    return ph_jt_fail(self, PH_NO_MEMORY, "Out of memory while translating");
}

void *ph_jt_scratch(struct ph_jt *self, uint64_t count, size_t item_bytes)
{
    size_t bytes = (size_t)(count * item_bytes);
    void *items = ph_scratch_alloc(&self->method_scratch, bytes);

    if (items == NULL) {
        self->failed = true;
        return NULL;
    }
    memset(items, 0, bytes);
    return items;
}

/* ---- Beginning ------------------------------------------------------------------------------ */

static ph_status name_members(struct ph_jt *self)
{
    const struct ph_classfile *file = self->file;

    for (uint32_t i = 0; i < file->field_count; i++) {
        struct ph_slice name = ph_jt_field_name(
            self, ph_classfile_text(file, file->fields[i].name),
            ph_classfile_text(file, file->fields[i].descriptor));
        self->failed |= !ph_name_map_put(&self->own_fields, name, i);
    }
    for (uint32_t i = 0; i < file->method_count; i++) {
        struct ph_slice name = ph_jt_method_name(
            self, ph_classfile_text(file, file->methods[i].name),
            ph_classfile_text(file, file->methods[i].descriptor));
        self->failed |= !ph_name_map_put(&self->own_methods, name, i);
    }
    return self->failed ? ph_jt_fail_memory(self) : PH_OK;
}

static ph_status make_tables(struct ph_jt *self)
{
    const struct ph_classfile *file = self->file;
    size_t pool_bytes = file->constant_count * sizeof(*self->pool);

    for (uint32_t i = 0; i < file->method_count; i++) {
        self->locals_max = PH_MAX(self->locals_max, file->methods[i].code.max_locals);
    }
    size_t locals_bytes = (size_t)self->locals_max * PH_JT_KIND_COUNT * sizeof(*self->locals);
    self->pool = ph_scratch_alloc(&self->scratch, pool_bytes);
    self->functions = ph_scratch_alloc(&self->scratch,
                                       file->method_count * sizeof(*self->functions));
    self->natives = ph_scratch_alloc(&self->scratch,
                                     file->method_count * sizeof(*self->natives));
    self->locals = ph_scratch_alloc(&self->scratch, locals_bytes);
    self->events_of = ph_scratch_alloc(&self->scratch,
                                       self->locals_max * sizeof(*self->events_of));
    if (self->pool == NULL || self->functions == NULL || self->natives == NULL ||
        self->locals == NULL || self->events_of == NULL) {
        return ph_jt_fail_memory(self);
    }
    memset(self->pool, 0, pool_bytes);
    memset(self->locals, 0, locals_bytes);
    memset(self->events_of, 0, self->locals_max * sizeof(*self->events_of));
    memset(self->helpers, 0xff, sizeof(self->helpers));
    return name_members(self);
}

static void begin_method(struct ph_jt *self, const struct ph_class_method *method)
{
    struct ph_jt_body *body = &self->body;

    ph_jt_locals_reset(self);
    ph_scratch_reset(&self->method_scratch);
    *body = (struct ph_jt_body){
        .method = method,
        .code = method->code.code,
        .descriptor = ph_classfile_text(self->file, method->descriptor),
        .is_synchronized = (method->flags & PH_ACC_SYNCHRONIZED) != 0,
        .position_pc = UINT32_MAX,
    };
    body->result = ph_jt_kind(ph_java_result(body->descriptor).bytes[0]);
}

/* ---- Imports -------------------------------------------------------------------------------- */

static uint32_t import(struct ph_jt *self, struct ph_slice name, uint32_t signature)
{
    self->import_count++;
    return ph_builder_import_function(self->builder, MODULE, name, signature);
}

static void import_helpers(struct ph_jt *self)
{
    static const struct {
        const char *name;
        uint8_t param_count, result_count;
        uint8_t types[3];
    } helpers[] = {
        [PH_JT_LINK] = {"link", 2, 0, {PH_I32, PH_I32}},
        [PH_JT_TRAP] = {"trap", 2, 1, {PH_I32, PH_REF, PH_REF}},
        [PH_JT_INITIALISER_FAILED] = {"initialiser_failed", 1, 1, {PH_REF, PH_REF}},
        [PH_JT_F32_REM] = {"f32_rem", 2, 1, {PH_F32, PH_F32, PH_F32}},
        [PH_JT_F64_REM] = {"f64_rem", 2, 1, {PH_F64, PH_F64, PH_F64}},
        [PH_JT_REFERENCE_GET] = {"reference_get", 1, 1, {PH_REF, PH_REF}},
        [PH_JT_REFERENCE_SET] = {"reference_set", 2, 0, {PH_REF, PH_REF}},
        [PH_JT_THREAD_STATUS] = {"thread_status", 1, 1, {PH_REF, PH_I32}},
    };
    self->needs[PH_JT_LINK] = true;
    self->needs[PH_JT_TRAP] = true;
    for (uint32_t i = 0; i < PH_JT_HELPER_COUNT; i++) {
        if (self->needs[i]) {
            uint32_t signature = ph_jt_signature_of(self, helpers[i].param_count,
                                                      helpers[i].result_count, helpers[i].types);
            struct ph_slice name = {(const uint8_t *)helpers[i].name, strlen(helpers[i].name)};
            self->helpers[i] = import(self, name, signature);
        }
    }
    uint8_t types[PH_JAVA_DIMENSIONS_MAX + 2];
    memset(types, PH_I32, sizeof(types));
    for (uint32_t i = 1; i <= PH_JAVA_DIMENSIONS_MAX; i++) {
        if (self->needs_multi[i]) {
            types[i] = PH_REF; /* the mirror */
            types[i + 1] = PH_REF;
            self->new_multi[i] = import(self, PH_SLICE_TEXT("new_multi"),
                                        ph_jt_signature_of(self, i + 1, 1, types)) + 1;
            types[i] = PH_I32;
            types[i + 1] = PH_I32;
        }
    }
}

/* invokeBasic and the like, for each type that a constant of the pool has. */
static void import_polymorphic(struct ph_jt *self)
{
    for (uint32_t i = 1; i < self->file->constant_count; i++) {
        if (ph_classfile_tag(self->file, i) != PH_CONSTANT_METHOD) {
            continue;
        }
        struct ph_member_reference member = ph_classfile_member(self->file, i);
        if (ph_jt_polymorphic(&member) == PH_JT_BY_IMPORT) {
            bool is_basic = ph_slice_equal(member.name, PH_SLICE_TEXT("invokeBasic"));
            uint32_t signature = ph_jt_signature(self, member.descriptor,
                                                   is_basic ? PH_JT_RECEIVER : 0);
            self->pool[i].import = import(self, member.name, signature) + 1;
        }
    }
}

static uint32_t signature_of(struct ph_jt *self, const struct ph_class_method *method)
{
    return ph_jt_signature(self, ph_classfile_text(self->file, method->descriptor),
                             (method->flags & PH_ACC_STATIC) != 0 ? 0 : PH_JT_RECEIVER);
}

/* "java/lang/Object.hashCode()I" */
static void import_native(struct ph_jt *self, uint32_t row)
{
    const struct ph_class_method *method = &self->file->methods[row];
    struct ph_slice parts[] = {
        self->file->name,
        PH_SLICE_TEXT("."),
        ph_classfile_text(self->file, method->name),
        ph_classfile_text(self->file, method->descriptor),
    };
    self->natives[row] = import(self, ph_jt_text(self, parts, PH_COUNT(parts)),
                                signature_of(self, method));
}

/* Is it a method that the machine does itself? Beside native ones some of java.lang.Math: HotSpot
 * has these as intrinsics too, whose results are closer than those of StrictMath that Java's code
 * would give. */
static bool is_native(const struct ph_jt *self, const struct ph_class_method *method)
{
    static const char *const names[] = {"sin", "cos", "tan", "exp", "log", "log10", "pow"};
    struct ph_slice name = ph_classfile_text(self->file, method->name);

    if ((method->flags & PH_ACC_NATIVE) != 0) {
        return true;
    }
    if (!ph_slice_equal(self->file->name, PH_SLICE_TEXT("java/lang/Math"))) {
        return false;
    }
    for (uint32_t i = 0; i < PH_COUNT(names); i++) {
        if (ph_slice_equal(name, (struct ph_slice){(const uint8_t *)names[i], strlen(names[i])})) {
            return true;
        }
    }
    return false;
}

/* Imports, then the methods with code: which function each method is. */
static void number_functions(struct ph_jt *self)
{
    const struct ph_classfile *file = self->file;
    uint32_t count = 0;

    import_helpers(self);
    import_polymorphic(self);
    for (uint32_t i = 0; i < file->method_count; i++) {
        self->functions[i] = PH_JT_NONE;
        if (is_native(self, &file->methods[i])) {
            import_native(self, i);
        }
    }
    for (uint32_t i = 0; i < file->method_count; i++) {
        if ((file->methods[i].flags & PH_ACC_ABSTRACT) == 0) {
            self->functions[i] = self->import_count + count++;
        }
    }
}

/* ---- Functions ------------------------------------------------------------------------------ */

static void begin_function(struct ph_jt *self, uint32_t signature, uint32_t method)
{
    struct ph_jt_function_row row = {method, self->positions.count};

    if (!ph_vector_push(&self->function_rows, self->allocator, row)) {
        self->failed = true;
    }
    ph_builder_function_begin(self->builder, signature);
}

static ph_status translate_method(struct ph_jt *self, uint32_t row)
{
    const struct ph_class_method *method = &self->file->methods[row];

    begin_method(self, method);
    begin_function(self, signature_of(self, method), row);
    PH_JT_TRY(ph_jt_check(self));
    PH_JT_TRY(ph_jt_flow(self));
    ph_jt_loops(self);
    PH_JT_TRY(ph_jt_emit(self));
    PH_JT_TRY(ph_jt_locals(self));
    ph_builder_function_end(self->builder);
    if (self->failed) {
        return ph_jt_fail_memory(self);
    }
    ph_builder_function_name(self->builder, self->functions[row],
                             ph_classfile_text(self->file, method->name));
    return PH_OK;
}

/* A native method is a function that calls the native: so it has a frame, with its arguments. */
static ph_status call_native(struct ph_jt *self, uint32_t row)
{
    const struct ph_class_method *method = &self->file->methods[row];
    struct ph_slice rest = ph_classfile_text(self->file, method->descriptor), type;
    uint32_t count = (method->flags & PH_ACC_STATIC) == 0;

    while (ph_java_next_parameter(&rest, &type)) {
        count++;
    }
    begin_function(self, signature_of(self, method), row);
    for (uint32_t i = 0; i < count; i++) {
        ph_builder_op1(self->builder, PH_OP_local_get, i);
    }
    ph_builder_op1(self->builder, PH_OP_call, self->natives[row]);
    ph_builder_op(self->builder, PH_OP_return);
    ph_builder_function_end(self->builder);
    ph_builder_function_name(self->builder, self->functions[row],
                             ph_classfile_text(self->file, method->name));
    return self->failed ? ph_jt_fail_memory(self) : PH_OK;
}

static ph_status translate_methods(struct ph_jt *self)
{
    for (uint32_t i = 0; i < self->file->method_count; i++) {
        const struct ph_class_method *method = &self->file->methods[i];
        if (is_native(self, method)) {
            PH_JT_TRY(call_native(self, i));
        } else if ((method->flags & PH_ACC_ABSTRACT) == 0) {
            PH_JT_TRY(translate_method(self, i));
        }
    }
    self->body.method = NULL;
    return PH_OK;
}

/* Finds out which imports there have to be, and what is wrong with instructions. */
static ph_status check_methods(struct ph_jt *self)
{
    const struct ph_classfile *file = self->file;

    for (uint32_t i = 0; i < file->method_count; i++) {
        const struct ph_class_method *method = &file->methods[i];
        if (method->code.code.bytes == NULL) {
            continue;
        }
        begin_method(self, method);
        if (method->parameter_slots > method->code.max_locals) {
            return ph_jt_fail(self, PH_MALFORMED, "Arguments can't fit into locals");
        }
        PH_JT_TRY(ph_jt_check(self));
        if (method->is_class_initializer) {
            self->needs[PH_JT_INITIALISER_FAILED] = true;
        }
    }
    self->body.method = NULL;
    return PH_OK;
}

/* ---- The initialiser ------------------------------------------------------------------------ */

static void store_constant(struct ph_jt *self, const struct ph_class_field *field,
                           uint32_t class_ref)
{
    const struct ph_constant *constant = &self->file->constants[field->constant];
    struct ph_slice descriptor = ph_classfile_text(self->file, field->descriptor);
    struct ph_field_ref reference = {
        .class_ref = class_ref,
        .storage = ph_jt_storage(descriptor.bytes[0]),
        .flags = PH_FIELD_STATIC,
        .name = ph_jt_field_name(self, ph_classfile_text(self->file, field->name), descriptor),
    };
    uint16_t row = 0;

    if (!ph_vector_push(&self->field_rows, self->allocator, row)) {
        self->failed = true;
    }
    switch (constant->tag) {
    case PH_CONSTANT_INTEGER:
        ph_builder_op1(self->builder, PH_OP_i32_const, constant->bits);
        break;
    case PH_CONSTANT_LONG:
        ph_builder_op1(self->builder, PH_OP_i64_const, constant->bits);
        break;
    case PH_CONSTANT_FLOAT:
        ph_builder_op1(self->builder, PH_OP_f32_const, constant->bits);
        break;
    case PH_CONSTANT_DOUBLE:
        ph_builder_op1(self->builder, PH_OP_f64_const, constant->bits);
        break;
    default:
        ph_builder_op1(self->builder, PH_OP_constant_get,
                       ph_jt_constant(self, field->constant));
        break;
    }
    ph_builder_op1(self->builder, PH_OP_static_set,
                   ph_builder_field_ref(self->builder, &reference));
}

/* <clinit>, in a handler for all that leaves it. */
static void call_class_initialiser(struct ph_jt *self, uint32_t function)
{
    struct ph_builder *builder = self->builder;
    struct ph_exception_handler handler = {.class_ref = UINT32_MAX};

    handler.start = ph_builder_code_offset(builder);
    ph_builder_op1(builder, PH_OP_call, function);
    handler.end = ph_builder_code_offset(builder);
    ph_builder_op(builder, PH_OP_return);
    handler.label = ph_builder_label(builder, ph_builder_shape(builder, 0, PH_REF), false);
    ph_builder_op1(builder, PH_OP_label, handler.label);
    ph_builder_op1(builder, PH_OP_call, self->helpers[PH_JT_INITIALISER_FAILED]);
    ph_builder_op(builder, PH_OP_throw);
    ph_builder_handler(builder, &handler);
}

/* The function () -> () that initialises the class; PH_JT_NONE: there is nothing to do. */
static uint32_t make_initialiser(struct ph_jt *self)
{
    const struct ph_classfile *file = self->file;
    uint32_t class_initialiser = PH_JT_NONE;
    bool has_constants = false;

    for (uint32_t i = 0; i < file->method_count; i++) {
        if (file->methods[i].is_class_initializer) {
            class_initialiser = self->functions[i];
        }
    }
    for (uint32_t i = 0; i < file->field_count; i++) {
        has_constants |= file->fields[i].constant != 0;
    }
    if (class_initialiser == PH_JT_NONE && !has_constants) {
        return PH_JT_NONE;
    }
    uint32_t function = self->import_count + self->function_rows.count;
    uint32_t class_ref = ph_jt_class(self, file->this_class);
    begin_function(self, ph_jt_signature_of(self, 0, 0, (const uint8_t *)""), PH_JT_NONE);
    for (uint32_t i = 0; i < file->field_count; i++) {
        if (file->fields[i].constant != 0) {
            store_constant(self, &file->fields[i], class_ref);
        }
    }
    if (class_initialiser != PH_JT_NONE) {
        call_class_initialiser(self, class_initialiser);
    } else {
        ph_builder_op(self->builder, PH_OP_return);
    }
    ph_builder_function_end(self->builder);
    return function;
}

/* What the machine asks to bind a reference: no import, since the call has to have a frame. */
static void make_link_function(struct ph_jt *self)
{
    static const uint8_t types[] = {PH_I32, PH_I32};
    uint32_t function = self->import_count + self->function_rows.count;

    begin_function(self, ph_jt_signature_of(self, 2, 0, types), PH_JT_NONE);
    ph_builder_op1(self->builder, PH_OP_local_get, 0);
    ph_builder_op1(self->builder, PH_OP_local_get, 1);
    ph_builder_op1(self->builder, PH_OP_call, self->helpers[PH_JT_LINK]);
    ph_builder_op(self->builder, PH_OP_return);
    ph_builder_function_end(self->builder);
    ph_builder_link_function(self->builder, function);
}

/* The machine calls no native for a trap. */
static void make_trap_function(struct ph_jt *self)
{
    static const uint8_t types[] = {PH_I32, PH_REF, PH_REF};
    struct ph_builder *builder = self->builder;
    uint32_t function = self->import_count + self->function_rows.count;

    begin_function(self, ph_jt_signature_of(self, 2, 1, types), PH_JT_NONE);
    ph_builder_op1(builder, PH_OP_local_get, 0);
    ph_builder_op1(builder, PH_OP_local_get, 1);
    ph_builder_op1(builder, PH_OP_call, self->helpers[PH_JT_TRAP]);
    ph_builder_op(builder, PH_OP_return);
    ph_builder_function_end(builder);
    ph_builder_trap_function(builder, function);
}

/* ---- The definition ------------------------------------------------------------------------- */

static void define_field(struct ph_jt *self, const struct ph_class_field *field,
                         struct ph_field_def *def)
{
    struct ph_slice descriptor = ph_classfile_text(self->file, field->descriptor);

    *def = (struct ph_field_def){
        .name = ph_jt_field_name(self, ph_classfile_text(self->file, field->name), descriptor),
        .storage = ph_jt_storage(descriptor.bytes[0]),
        .flags = (uint8_t)(((field->flags & PH_ACC_STATIC) != 0 ? PH_FIELD_STATIC : 0) |
                           ((field->flags & PH_ACC_VOLATILE) != 0 ? PH_FIELD_VOLATILE : 0)),
    };
}

static void define_method(struct ph_jt *self, uint32_t row, struct ph_method_def *def)
{
    const struct ph_class_method *method = &self->file->methods[row];

    *def = (struct ph_method_def){
        .name = ph_jt_method_name(self, ph_classfile_text(self->file, method->name),
                                    ph_classfile_text(self->file, method->descriptor)),
        .signature = signature_of(self, method),
        .function = self->functions[row],
    };
    if ((method->flags & PH_ACC_STATIC) != 0) {
        def->flags = PH_METHOD_STATIC;
    } else if (method->is_initializer || (method->flags & PH_ACC_PRIVATE) != 0) {
        def->flags = PH_METHOD_SPECIAL;
    } else if ((method->flags & PH_ACC_FINAL) != 0) {
        def->flags = PH_METHOD_FINAL;
    }
}

/* Fields that the machine keeps in objects of the library's own classes; a class file cannot name
 * them, since they have no descriptor. */
#define ADDED_MAX 6u
static uint32_t define_added_fields(const struct ph_jt *self, struct ph_field_def *fields)
{
    static const struct {
        const char *class_name, *name;
        uint8_t storage;
    } added[] = {
        {"java/lang/Class", "$class", PH_STORE_REF},
        {"java/lang/Class", "$file", PH_STORE_REF},
        {"java/lang/Class", "$domain", PH_STORE_REF},
        {"java/lang/Class", "$host", PH_STORE_REF},
        {"java/lang/Class", "$failure", PH_STORE_REF},
        {"java/lang/Class", "$primitive", PH_STORE_I32},
        {"java/lang/ClassLoader", "$classes", PH_STORE_REF},
        {"java/lang/Thread", "$thread", PH_STORE_REF},
        {"java/lang/invoke/ResolvedMethodName", "$class", PH_STORE_REF},
        {"java/lang/invoke/ResolvedMethodName", "$function", PH_STORE_REF},
        {"java/lang/invoke/ResolvedMethodName", "$method", PH_STORE_I32},
    };
    uint32_t count = 0;

    for (uint32_t i = 0; i < PH_COUNT(added); i++) {
        struct ph_slice class_name = {(const uint8_t *)added[i].class_name,
                                      strlen(added[i].class_name)};
        if (ph_slice_equal(self->name, class_name)) {
            PH_ASSERT(count < ADDED_MAX);
            fields[count++] = (struct ph_field_def){
                .name = {(const uint8_t *)added[i].name, strlen(added[i].name)},
                .storage = added[i].storage};
        }
    }
    return count;
}

/* The machine's references (src/heap/mark.h). A FinalReference is as strong as a field. */
static uint32_t reference_flags(const struct ph_jt *self)
{
    static const struct {
        const char *class_name;
        uint32_t flags;
    } kinds[] = {
        {"java/lang/ref/Reference", PH_CLASS_DEF_REFERENCE},
        {"java/lang/ref/SoftReference", PH_CLASS_DEF_SOFT},
        {"java/lang/ref/WeakReference", PH_CLASS_DEF_WEAK},
        {"java/lang/ref/PhantomReference", PH_CLASS_DEF_PHANTOM},
    };
    for (uint32_t i = 0; i < PH_COUNT(kinds); i++) {
        struct ph_slice class_name = {(const uint8_t *)kinds[i].class_name,
                                      strlen(kinds[i].class_name)};
        if (ph_slice_equal(self->name, class_name)) {
            return kinds[i].flags;
        }
    }
    return 0;
}

static uint32_t class_flags(uint32_t flags)
{
    return ((flags & PH_ACC_INTERFACE) != 0 ? PH_CLASS_DEF_INTERFACE : 0u) |
           ((flags & PH_ACC_ABSTRACT) != 0 ? PH_CLASS_DEF_ABSTRACT : 0u) |
           ((flags & PH_ACC_FINAL) != 0 ? PH_CLASS_DEF_FINAL : 0u);
}

static ph_status define_class(struct ph_jt *self, uint32_t initialiser)
{
    const struct ph_classfile *file = self->file;
    struct ph_scratch *scratch = &self->scratch;
    struct ph_field_def *fields =
        ph_scratch_alloc(scratch, (file->field_count + ADDED_MAX) * sizeof(*fields));
    struct ph_method_def *methods =
        ph_scratch_alloc(scratch, file->method_count * sizeof(*methods));
    uint32_t *interfaces = ph_scratch_alloc(scratch, file->interface_count * sizeof(*interfaces));

    if (fields == NULL || methods == NULL || interfaces == NULL) {
        return ph_jt_fail_memory(self);
    }
    for (uint32_t i = 0; i < file->field_count; i++) {
        define_field(self, &file->fields[i], &fields[i]);
    }
    uint32_t added = define_added_fields(self, fields + file->field_count);
    for (uint32_t i = 0; i < file->method_count; i++) {
        define_method(self, i, &methods[i]);
    }
    for (uint32_t i = 0; i < file->interface_count; i++) {
        interfaces[i] = ph_jt_class(self, file->interfaces[i]);
    }
    struct ph_class_def def = {
        .name = self->name,
        .flags = class_flags(file->flags) | reference_flags(self),
        .super_class = file->super_class == 0 ? UINT32_MAX
                                              : ph_jt_class(self, file->super_class),
        .initialiser = initialiser,
        .interface_count = file->interface_count,
        .field_count = file->field_count + added,
        .method_count = file->method_count,
        .interfaces = interfaces,
        .fields = fields,
        .methods = methods,
    };
    uint32_t number = ph_builder_class_def(self->builder, &def);
    const uint32_t above_arrays[] = { /* JLS 10.8 */
        ph_jt_class_named(self, PH_SLICE_TEXT("java/lang/Cloneable"), 0),
        ph_jt_class_named(self, PH_SLICE_TEXT("java/io/Serializable"), 0)};
    ph_builder_array_root(self->builder,
                          ph_jt_class_named(self, PH_SLICE_TEXT("java/lang/Object"), 0),
                          PH_COUNT(above_arrays), above_arrays);
    ph_builder_export(self->builder, self->name, PH_EXTERN_CLASS, number);
    return PH_OK;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static ph_status finish(struct ph_jt *self, struct ph_slice *unit)
{
    struct ph_slice built;

    if (self->constant_rows.count > PH_CONSTANTS_MAX) {
        return ph_jt_fail(self, PH_LIMIT, "The class has more than %u call sites and constants",
                            PH_CONSTANTS_MAX);
    }
    ph_builder_constants(self->builder, self->constant_rows.count);
    ph_jt_origin_write(self);
    if (self->failed) {
        return ph_jt_fail_memory(self);
    }
    PH_JT_TRY(ph_builder_finish(self->builder, &built, self->error));
    uint8_t *copy = ph_alloc(self->allocator, (size_t)built.size);
    if (copy == NULL) {
        return ph_jt_fail_memory(self);
    }
    memcpy(copy, built.bytes, (size_t)built.size);
    *unit = (struct ph_slice){copy, built.size};
    return PH_OK;
}

/* Whoever loads the superclasses first finds it as well, and says ClassCircularityError. */
static ph_status check_supers(struct ph_jt *self)
{
    const struct ph_classfile *file = self->file;
    bool is_circular = ph_slice_equal(file->super_name, file->name);

    for (uint32_t i = 0; i < file->interface_count; i++) {
        is_circular |= ph_slice_equal(ph_classfile_text(file, file->interfaces[i]), file->name);
    }
    return is_circular ? ph_jt_fail(self, PH_MALFORMED, "The class is its own superclass")
                       : PH_OK;
}

static ph_status translate(struct ph_jt *self, struct ph_slice *unit)
{
    if ((self->file->flags & PH_ACC_MODULE) != 0) {
        return ph_jt_fail(self, PH_NOT_FOUND,
                            "It is not a class, because access_flag ACC_MODULE is set");
    }
    PH_JT_TRY(check_supers(self));
    PH_JT_TRY(make_tables(self));
    PH_JT_TRY(check_methods(self));
    ph_builder_name(self->builder, self->name);
    number_functions(self);
    PH_JT_TRY(translate_methods(self));
    make_link_function(self);
    make_trap_function(self);
    PH_JT_TRY(define_class(self, make_initialiser(self)));
    return finish(self, unit);
}

static void free_vectors(struct ph_jt *self)
{
    struct ph_allocator *allocator = self->allocator;

    ph_vector_finish(&self->class_rows, allocator);
    ph_vector_finish(&self->field_rows, allocator);
    ph_vector_finish(&self->method_rows, allocator);
    ph_vector_finish(&self->constant_rows, allocator);
    ph_vector_finish(&self->function_rows, allocator);
    ph_vector_finish(&self->positions, allocator);
    ph_vector_finish(&self->nodes, allocator);
    ph_vector_finish(&self->edges, allocator);
    ph_vector_finish(&self->queue, allocator);
    ph_vector_finish(&self->subroutines, allocator);
    ph_vector_finish(&self->sites, allocator);
    ph_vector_finish(&self->returns, allocator);
    ph_vector_finish(&self->events, allocator);
    ph_vector_finish(&self->labels, allocator);
    ph_vector_finish(&self->touched, allocator);
}

ph_status ph_java_translate(const struct ph_classfile *file, struct ph_slice name,
                            struct ph_allocator *allocator, struct ph_slice *unit,
                            struct ph_error *error)
{
    struct ph_jt self = {.file = file, .allocator = allocator, .error = error};

    *unit = (struct ph_slice){NULL, 0};
    if (ph_builder_create(allocator, &self.builder) != PH_OK) {
        return ph_fail(error, PH_NO_MEMORY, "Out of memory while translating");
    }
    ph_scratch_init(&self.scratch, allocator, 0);
    ph_scratch_init(&self.method_scratch, allocator, 0);
    ph_name_map_init(&self.class_refs, allocator);
    ph_name_map_init(&self.signatures, allocator);
    ph_name_map_init(&self.own_fields, allocator);
    ph_name_map_init(&self.own_methods, allocator);
    self.name = ph_jt_text(&self, name.size == 0 ? &file->name : &name, 1);

    ph_status status = self.failed ? ph_jt_fail_memory(&self) : translate(&self, unit);

    ph_name_map_finish(&self.class_refs);
    ph_name_map_finish(&self.signatures);
    ph_name_map_finish(&self.own_fields);
    ph_name_map_finish(&self.own_methods);
    free_vectors(&self);
    ph_scratch_finish(&self.method_scratch);
    ph_scratch_finish(&self.scratch);
    ph_builder_destroy(self.builder);
    return status;
}
