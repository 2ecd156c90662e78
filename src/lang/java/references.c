/* SPDX-License-Identifier: Apache-2.0 */
/* references.c - the constant pool's entries become references and dynamic constants of the unit,
 * each when it is first used. */
#include "lang/java/translator.h"

#include "lang/java/origin.h"

#define TYPES_MAX 260u /* parameters of a method, and what is added; its result */

uint8_t ph_jt_kind(uint8_t letter)
{
    switch (letter) {
    case 'V':
        return PH_JT_UNSET;
    case 'J':
        return PH_I64;
    case 'F':
        return PH_F32;
    case 'D':
        return PH_F64;
    case 'L':
    case '[':
        return PH_REF;
    default:
        return PH_I32;
    }
}

uint8_t ph_jt_storage(uint8_t letter)
{
    switch (letter) {
    case 'Z':
        return PH_STORE_U8;
    case 'B':
        return PH_STORE_I8;
    case 'C':
        return PH_STORE_U16;
    case 'S':
        return PH_STORE_I16;
    case 'J':
        return PH_STORE_I64;
    case 'F':
        return PH_STORE_F32;
    case 'D':
        return PH_STORE_F64;
    case 'L':
    case '[':
        return PH_STORE_REF;
    default:
        return PH_STORE_I32;
    }
}

/* ---- Numbers of names ----------------------------------------------------------------------- */

/* A failing push is remembered. */
#define NOTE(self, vector, row)                                 \
    do {                                                        \
        if (!ph_vector_push((vector), (self)->allocator, row)) { \
            (self)->failed = true;                              \
        }                                                       \
    } while (0)

static void name_number(struct ph_jt *self, struct ph_name_map *map, struct ph_slice name,
                        uint32_t number)
{
    if (!ph_name_map_put(map, name, number)) {
        self->failed = true;
    }
}

/* ---- Signatures ----------------------------------------------------------------------------- */

uint32_t ph_jt_signature_of(struct ph_jt *self, uint32_t param_count, uint32_t result_count,
                              const uint8_t *types)
{
    uint8_t key[TYPES_MAX + 1];
    uint32_t count = param_count + result_count;
    uint64_t known;
    PH_ASSERT(count <= TYPES_MAX && result_count <= 1);

    memcpy(key, types, count);
    key[count] = (uint8_t)result_count;
    struct ph_slice name = {key, count + UINT64_C(1)};
    if (ph_name_map_get(&self->signatures, name, &known)) {
        return (uint32_t)known;
    }
    uint8_t *kept = ph_scratch_alloc(&self->scratch, (size_t)name.size);
    if (kept == NULL) {
        self->failed = true;
        return 0;
    }
    memcpy(kept, key, (size_t)name.size);
    struct ph_signature signature = {param_count, result_count, kept, NULL};
    uint32_t number = ph_builder_signature(self->builder, &signature);
    name_number(self, &self->signatures, (struct ph_slice){kept, name.size}, number);
    return number;
}

uint32_t ph_jt_signature(struct ph_jt *self, struct ph_slice descriptor, uint32_t more)
{
    uint8_t types[TYPES_MAX];
    uint32_t count = 0;
    struct ph_slice rest = descriptor, type;

    if ((more & PH_JT_RECEIVER) != 0) {
        types[count++] = PH_REF;
    }
    while (ph_java_next_parameter(&rest, &type)) {
        PH_ASSERT(count < TYPES_MAX - 2);
        types[count++] = ph_jt_kind(type.bytes[0]);
    }
    if ((more & PH_JT_APPENDIX) != 0) {
        types[count++] = PH_REF;
    }
    uint8_t result = ph_jt_kind(ph_java_result(descriptor).bytes[0]);
    types[count] = result;
    return ph_jt_signature_of(self, count, result != PH_JT_UNSET, types);
}

/* ---- Classes -------------------------------------------------------------------------------- */

static uint32_t add_class(struct ph_jt *self, struct ph_slice name, uint32_t index,
                          const struct ph_class_ref *class_ref)
{
    uint32_t number = ph_builder_class_ref(self->builder, class_ref);
    uint16_t row = (uint16_t)index;

    NOTE(self, &self->class_rows, row);
    name_number(self, &self->class_refs, name, number);
    return number;
}

static uint32_t plain_class(struct ph_jt *self, struct ph_slice name, uint32_t index)
{
    struct ph_class_ref class_ref = {.kind = PH_CLASS_REF_IMPORTED};
    uint64_t known;

    if (ph_name_map_get(&self->class_refs, name, &known)) {
        return (uint32_t)known;
    }
    if (ph_slice_equal(name, self->file->name)) {
        class_ref.kind = PH_CLASS_REF_DEFINED;
    } else {
        class_ref.name = ph_jt_text(self, &name, 1);
    }
    return add_class(self, name, index, &class_ref);
}

/* What "[I" has items of, "[[LFoo;", and so on: from the innermost to the whole. */
static uint32_t array_class(struct ph_jt *self, struct ph_slice name, uint32_t index)
{
    uint64_t known;
    uint64_t depth = 0;

    while (name.bytes[depth] == '[') {
        depth++;
    }
    struct ph_slice item = {name.bytes + depth, name.size - depth};
    uint32_t class_ref = PH_JT_NONE;
    if (item.bytes[0] == 'L') {
        class_ref = plain_class(self, ph_java_class_of(item), 0);
    }
    while (depth-- > 0) {
        struct ph_slice array = {name.bytes + depth, name.size - depth};
        struct ph_class_ref made = {.kind = PH_CLASS_REF_REFS, .index = class_ref};
        if (ph_name_map_get(&self->class_refs, array, &known)) {
            class_ref = (uint32_t)known;
            continue;
        }
        if (class_ref == PH_JT_NONE) {
            made.kind = PH_CLASS_REF_NUMBERS;
            made.storage = ph_jt_storage(item.bytes[0]);
        }
        class_ref = add_class(self, array, depth == 0 ? index : 0, &made);
    }
    return class_ref;
}

uint32_t ph_jt_class_named(struct ph_jt *self, struct ph_slice name, uint32_t index)
{
    return name.bytes[0] == '[' ? array_class(self, name, index)
                                : plain_class(self, name, index);
}

uint32_t ph_jt_class(struct ph_jt *self, uint32_t index)
{
    struct ph_jt_pool_slot *slot = &self->pool[index];

    if (slot->class_ref == 0) {
        struct ph_slice name = ph_classfile_text(self->file, index);
        slot->class_ref = ph_jt_class_named(self, name, index) + 1;
    }
    return slot->class_ref - 1;
}

/* ---- Fields and methods --------------------------------------------------------------------- */

static uint32_t own_member(struct ph_jt *self, const struct ph_name_map *map,
                           struct ph_slice class_name, struct ph_slice member)
{
    uint64_t row;

    if (!ph_slice_equal(class_name, self->file->name) || !ph_name_map_get(map, member, &row)) {
        return PH_JT_NONE;
    }
    return (uint32_t)row;
}

uint32_t ph_jt_own_field(struct ph_jt *self, const struct ph_member_reference *member)
{
    if (!ph_slice_equal(member->class_name, self->file->name)) {
        return PH_JT_NONE;
    }
    struct ph_slice name = ph_jt_field_name(self, member->name, member->descriptor);
    return own_member(self, &self->own_fields, member->class_name, name);
}

uint32_t ph_jt_own_method(struct ph_jt *self, const struct ph_member_reference *member)
{
    if (!ph_slice_equal(member->class_name, self->file->name)) {
        return PH_JT_NONE;
    }
    struct ph_slice name = ph_jt_method_name(self, member->name, member->descriptor);
    return own_member(self, &self->own_methods, member->class_name, name);
}

enum ph_jt_helper ph_jt_field_helper(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    static const struct {
        const char *class_name, *field;
        uint8_t op;
        enum ph_jt_helper helper;
    } rows[] = {
        {"java/lang/ref/Reference", "referent:Ljava/lang/Object;", PH_JT_getfield,
         PH_JT_REFERENCE_GET},
        {"java/lang/ref/Reference", "referent:Ljava/lang/Object;", PH_JT_putfield,
         PH_JT_REFERENCE_SET},
        {"java/lang/Thread", "threadStatus:I", PH_JT_getfield, PH_JT_THREAD_STATUS},
    };
    for (uint32_t i = 0; i < PH_COUNT(rows); i++) {
        struct ph_slice class_name = {(const uint8_t *)rows[i].class_name,
                                      strlen(rows[i].class_name)};
        struct ph_slice field = {(const uint8_t *)rows[i].field, strlen(rows[i].field)};
        if (insn->op != rows[i].op || !ph_slice_equal(self->name, class_name)) {
            continue;
        }
        struct ph_member_reference member =
            ph_classfile_member(self->file, (uint32_t)insn->value);
        uint64_t row;
        if (ph_name_map_get(&self->own_fields, field, &row) &&
            ph_jt_own_field(self, &member) == row) {
            return rows[i].helper;
        }
    }
    return PH_JT_HELPER_COUNT;
}

uint32_t ph_jt_field(struct ph_jt *self, uint32_t index, bool is_static, bool is_set)
{
    struct ph_member_reference member = ph_classfile_member(self->file, index);
    bool is_other = is_set && !ph_slice_equal(member.class_name, self->file->name);
    uint32_t *known = &self->pool[index].fields[(uint32_t)is_static + 2u * is_other];

    if (*known == 0) {
        struct ph_field_ref field = {
            .class_ref = ph_jt_class(self, self->file->constants[index].first),
            .storage = ph_jt_storage(member.descriptor.bytes[0]),
            .flags = is_static ? PH_FIELD_STATIC : 0,
            .name = ph_jt_field_name(self, member.name, member.descriptor),
        };
        uint16_t row = (uint16_t)index;
        NOTE(self, &self->field_rows, row);
        *known = ph_builder_field_ref(self->builder, &field) + 1;
    }
    return *known - 1;
}

static uint32_t add_method(struct ph_jt *self, uint32_t class_ref, uint32_t index, bool is_static,
                           struct ph_slice name, struct ph_slice descriptor)
{
    struct ph_method_ref method = {
        .class_ref = class_ref,
        .signature = ph_jt_signature(self, descriptor, is_static ? 0 : PH_JT_RECEIVER),
        .flags = is_static ? PH_METHOD_STATIC : 0,
        .name = ph_jt_method_name(self, name, descriptor),
    };
    uint16_t row = (uint16_t)index;

    NOTE(self, &self->method_rows, row);
    return ph_builder_method_ref(self->builder, &method);
}

/* The class that a method is looked for in. Arrays have Object's methods. invokespecial begins
 * at the superclass, whichever class above it the reference names (JVMS, invokespecial). */
static uint32_t class_of_method(struct ph_jt *self, const struct ph_member_reference *member,
                                uint32_t class_index, enum ph_jt_use use)
{
    const struct ph_classfile *file = self->file;
    bool names_this = ph_slice_equal(member->class_name, file->name);

    if (member->class_name.bytes[0] == '[') {
        return ph_jt_class_named(self, PH_SLICE_TEXT("java/lang/Object"), 0);
    }
    if (use == PH_JT_SPECIAL && !names_this && member->name.bytes[0] != '<' &&
        member->tag == PH_CONSTANT_METHOD && file->super_class != 0 &&
        (file->flags & PH_ACC_INTERFACE) == 0) {
        return ph_jt_class(self, file->super_class);
    }
    return ph_jt_class(self, class_index);
}

uint32_t ph_jt_method(struct ph_jt *self, uint32_t index, enum ph_jt_use use)
{
    uint32_t *known = &self->pool[index].methods[use];

    if (*known == 0) {
        struct ph_member_reference member = ph_classfile_member(self->file, index);
        uint32_t class_ref = class_of_method(self, &member, self->file->constants[index].first,
                                             use);
        *known = add_method(self, class_ref, index, use == PH_JT_STATIC, member.name,
                            member.descriptor) + 1;
    }
    return *known - 1;
}

uint32_t ph_jt_method_named(struct ph_jt *self, struct ph_slice class_name,
                              struct ph_slice name, struct ph_slice descriptor)
{
    return add_method(self, ph_jt_class_named(self, class_name, 0), 0, false, name, descriptor);
}

/* ---- Dynamic constants ---------------------------------------------------------------------- */

static uint32_t add_constant(struct ph_jt *self, uint32_t index, uint8_t role, uint32_t site)
{
    struct ph_jt_constant_row row = {(uint16_t)index, role, site};

    NOTE(self, &self->constant_rows, row);
    return self->constant_rows.count - 1;
}

uint32_t ph_jt_constant(struct ph_jt *self, uint32_t index)
{
    uint32_t *known = &self->pool[index].constant;

    if (*known == 0) {
        *known = add_constant(self, index, PH_JAVA_CONSTANT_VALUE, PH_JT_NONE) + 1;
    }
    return *known - 1;
}

uint32_t ph_jt_call(struct ph_jt *self, uint32_t index, uint32_t site)
{
    uint32_t *known = &self->pool[index].constant;

    if (site != PH_JT_NONE || *known == 0) {
        uint32_t appendix = add_constant(self, index, PH_JAVA_CONSTANT_APPENDIX, site);
        (void)add_constant(self, index, PH_JAVA_CONSTANT_FUNCTION, site);
        *known = appendix + 1;
    }
    return *known - 1;
}

/* ---- Polymorphic methods -------------------------------------------------------------------- */

static bool is_one_of(struct ph_slice name, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct ph_slice text = {(const uint8_t *)names[i], strlen(names[i])};
        if (ph_slice_equal(name, text)) {
            return true;
        }
    }
    return false;
}

enum ph_jt_polymorphic ph_jt_polymorphic(const struct ph_member_reference *member)
{
    static const char *const by_call[] = {"invokeExact", "invoke"};
    static const char *const by_import[] = {
        "invokeBasic",  "linkToStatic",    "linkToVirtual",
        "linkToSpecial", "linkToInterface", "linkToNative",
    };
    static const char *const accesses[] = {
        "get", "set", "getVolatile", "setVolatile", "getOpaque", "setOpaque", "getAcquire",
        "setRelease", "compareAndSet", "compareAndExchange", "compareAndExchangeAcquire",
        "compareAndExchangeRelease", "weakCompareAndSetPlain", "weakCompareAndSet",
        "weakCompareAndSetAcquire", "weakCompareAndSetRelease", "getAndSet", "getAndSetAcquire",
        "getAndSetRelease", "getAndAdd", "getAndAddAcquire", "getAndAddRelease",
        "getAndBitwiseOr", "getAndBitwiseOrAcquire", "getAndBitwiseOrRelease",
        "getAndBitwiseAnd", "getAndBitwiseAndAcquire", "getAndBitwiseAndRelease",
        "getAndBitwiseXor", "getAndBitwiseXorAcquire", "getAndBitwiseXorRelease",
    };
    if (ph_slice_equal(member->class_name, PH_SLICE_TEXT("java/lang/invoke/MethodHandle"))) {
        return is_one_of(member->name, by_call, PH_COUNT(by_call))       ? PH_JT_BY_CALL
               : is_one_of(member->name, by_import, PH_COUNT(by_import)) ? PH_JT_BY_IMPORT
                                                                         : PH_JT_ORDINARY;
    }
    if (ph_slice_equal(member->class_name, PH_SLICE_TEXT("java/lang/invoke/VarHandle"))) {
        return is_one_of(member->name, accesses, PH_COUNT(accesses)) ? PH_JT_BY_CALL
                                                                     : PH_JT_ORDINARY;
    }
    return PH_JT_ORDINARY;
}
