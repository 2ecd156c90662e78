/* SPDX-License-Identifier: Apache-2.0 */
/* attributes.c - the attributes of classes, fields, methods and record components (JVMS 4.7). What
 * is in Code is read in codes.c, what is in Module in modules.c. */
#include "base/text.h"
#include "lang/java/descriptor.h"
#include "lang/java/parser.h"

static struct ph_slice text_of(const struct ph_parser *self, uint32_t index)
{
    return ph_classfile_text(self->out, index);
}

/* ---- All of them ---------------------------------------------------------------------------- */

static uint32_t find_attribute(const struct ph_parser_attributes *known, struct ph_slice name)
{
    uint32_t i = 0;
    while (i < known->count && !ph_slice_equal(known->items[i].name, name)) {
        i++;
    }
    return i;
}

static ph_status read_attribute(struct ph_parser *self, const struct ph_parser_attribute *attribute,
                                uint32_t size, void *target)
{
    const uint8_t *outer_end = self->end;
    const uint8_t *end = self->next + size;
    self->end = end;
    PH_PARSER_TRY(attribute->read(self, target));
    if (self->next != end) {
        return ph_parser_fail(self, "Wrong %.*s attribute length",
                              PH_PARSER_SHOWN(attribute->name));
    }
    self->end = outer_end;
    return PH_OK;
}

ph_status ph_parser_attributes(struct ph_parser *self, const struct ph_parser_attributes *known,
                               void *target)
{
    uint32_t seen = 0;
    PH_ASSERT(known->count <= PH_PARSER_ATTRIBUTES_MAX);
    PH_PARSER_TRY(ph_parser_need(self, 2));
    for (uint32_t left = ph_parser_u16(self); left > 0; left--) {
        uint16_t name;
        PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_UTF8, false,
                                         "Attribute name has bad constant pool index #", &name));
        PH_PARSER_TRY(ph_parser_need(self, 4));
        uint32_t size = ph_parser_u32(self);
        PH_PARSER_TRY(ph_parser_need(self, size));
        uint32_t index = find_attribute(known, text_of(self, name));
        if (index == known->count || self->out->major < known->items[index].major_min) {
            self->next += size;
            continue;
        }
        if ((seen >> index & 1) != 0 && !known->items[index].may_repeat) {
            return ph_parser_fail(self, "Multiple %.*s attributes",
                                  PH_PARSER_SHOWN(known->items[index].name));
        }
        seen |= 1u << index;
        PH_PARSER_TRY(read_attribute(self, &known->items[index], size, target));
    }
    return PH_OK;
}

/* ---- What many have ------------------------------------------------------------------------- */

static ph_status read_signature(struct ph_parser *self, struct ph_class_attributes *to)
{
    return ph_parser_index(self, PH_CONSTANT_UTF8, false, &to->signature);
}

static ph_status read_synthetic(PH_UNUSED struct ph_parser *self, struct ph_class_attributes *to)
{
    to->is_synthetic = true;
    return PH_OK;
}

static ph_status read_deprecated(PH_UNUSED struct ph_parser *self, struct ph_class_attributes *to)
{
    to->is_deprecated = true;
    return PH_OK;
}

static ph_status read_annotations(struct ph_parser *self, struct ph_class_attributes *to)
{
    return ph_parser_rest(self, &to->annotations);
}

static ph_status read_invisible(struct ph_parser *self, struct ph_class_attributes *to)
{
    return ph_parser_rest(self, &to->invisible_annotations);
}

static ph_status read_types(struct ph_parser *self, struct ph_class_attributes *to)
{
    return ph_parser_rest(self, &to->type_annotations);
}

static ph_status read_invisible_types(struct ph_parser *self, struct ph_class_attributes *to)
{
    return ph_parser_rest(self, &to->invisible_type_annotations);
}

/* The readers above for something of type `owner`, and their rows in its table. */
#define COMMON_READER(owner, name)                                            \
    static ph_status owner##_##name(struct ph_parser *self, void *target)     \
    {                                                                         \
        return read_##name(self, &((struct ph_##owner *)target)->attributes); \
    }
#define COMMON_READERS(owner)         \
    COMMON_READER(owner, signature)   \
    COMMON_READER(owner, synthetic)   \
    COMMON_READER(owner, deprecated)  \
    COMMON_READER(owner, annotations) \
    COMMON_READER(owner, invisible)   \
    COMMON_READER(owner, types)       \
    COMMON_READER(owner, invisible_types)

#define ROW(text, major, function)                       \
    {                                                    \
        PH_PARSER_TEXT(text), (major), false, (function) \
    }
#define ROW_REPEATED(text, major, function)             \
    {                                                   \
        PH_PARSER_TEXT(text), (major), true, (function) \
    }
#define COMMON_ROWS(owner)                                                          \
    ROW("Signature", PH_JAVA_5, owner##_signature),                                 \
        ROW("RuntimeVisibleAnnotations", PH_JAVA_5, owner##_annotations),           \
        ROW("RuntimeInvisibleAnnotations", PH_JAVA_5, owner##_invisible),           \
        ROW("RuntimeVisibleTypeAnnotations", PH_JAVA_8, owner##_types),             \
        ROW("RuntimeInvisibleTypeAnnotations", PH_JAVA_8, owner##_invisible_types), \
        ROW_REPEATED("Synthetic", PH_JAVA_MAJOR_MIN, owner##_synthetic),            \
        ROW_REPEATED("Deprecated", PH_JAVA_MAJOR_MIN, owner##_deprecated)

COMMON_READERS(class_field)
COMMON_READERS(class_method)
COMMON_READERS(classfile)
COMMON_READERS(record_component)

/* ---- Fields --------------------------------------------------------------------------------- */

/* The kind of constant that a static field of this descriptor begins with (4.7.2). */
static uint8_t constant_tag_of(struct ph_slice descriptor)
{
    switch (descriptor.bytes[0]) {
    case 'B':
    case 'C':
    case 'I':
    case 'S':
    case 'Z':
        return PH_CONSTANT_INTEGER;
    case 'J':
        return PH_CONSTANT_LONG;
    case 'F':
        return PH_CONSTANT_FLOAT;
    case 'D':
        return PH_CONSTANT_DOUBLE;
    default:
        return ph_slice_equal(descriptor, PH_SLICE_TEXT("Ljava/lang/String;")) ? PH_CONSTANT_STRING
                                                                               : PH_CONSTANT_NONE;
    }
}

static ph_status field_constant(struct ph_parser *self, void *target)
{
    struct ph_class_field *field = target;
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint16_t index = ph_parser_u16(self);
    if ((field->flags & PH_ACC_STATIC) == 0) {
        return PH_OK; /* means nothing there */
    }
    struct ph_slice type = text_of(self, field->descriptor);
    uint8_t tag = constant_tag_of(type);
    if (ph_classfile_tag(self->out, index) == PH_CONSTANT_NONE) {
        return ph_parser_fail_index(self, "Bad initial value index # in ConstantValue attribute",
                                    index);
    }
    if (tag == PH_CONSTANT_NONE || !ph_parser_has_tag(self, index, tag)) {
        return ph_parser_fail(self, type.bytes[0] == 'L' ? "Bad string initial value"
                                                         : "Inconsistent constant value type");
    }
    field->constant = index;
    return PH_OK;
}

ph_status ph_parser_field_attributes(struct ph_parser *self, struct ph_class_field *field)
{
    static const struct ph_parser_attribute items[] = {
        ROW("ConstantValue", PH_JAVA_MAJOR_MIN, field_constant),
        COMMON_ROWS(class_field),
    };
    static const struct ph_parser_attributes known = {items, PH_COUNT(items)};
    return ph_parser_attributes(self, &known, field);
}

/* ---- Methods -------------------------------------------------------------------------------- */

static ph_status method_exceptions(struct ph_parser *self, void *target)
{
    struct ph_class_method *method = target;
    return ph_parser_indices_of(self, PH_CONSTANT_CLASS,
                                "Exception name has bad type at constant pool #",
                                &method->exception_count, &method->exceptions);
}

static ph_status method_parameters(struct ph_parser *self, void *target)
{
    struct ph_class_method *method = target;
    PH_PARSER_TRY(ph_parser_need(self, 1));
    method->parameter_count = ph_parser_u8(self);
    method->has_parameters = true;
    PH_PARSER_TRY(ph_parser_need(self, 4 * (uint64_t)method->parameter_count));
    struct ph_method_parameter *items =
        ph_parser_table(self, method->parameter_count, sizeof(*items));
    if (items == NULL) {
        return PH_NO_MEMORY;
    }
    method->parameters = items;
    for (uint32_t i = 0; i < method->parameter_count; i++) {
        items[i].name = ph_parser_u16(self); /* HotSpot does not look at it before it is asked */
        items[i].flags = ph_parser_u16(self);
    }
    return PH_OK;
}

static ph_status method_parameter_annotations(struct ph_parser *self, void *target)
{
    return ph_parser_rest(self, &((struct ph_class_method *)target)->parameter_annotations);
}

static ph_status method_invisible_parameters(struct ph_parser *self, void *target)
{
    struct ph_class_method *method = target;
    return ph_parser_rest(self, &method->invisible_parameter_annotations);
}

static ph_status method_default(struct ph_parser *self, void *target)
{
    return ph_parser_rest(self, &((struct ph_class_method *)target)->annotation_default);
}

ph_status ph_parser_method_attributes(struct ph_parser *self, struct ph_class_method *method)
{
    static const struct ph_parser_attribute items[] = {
        ROW("Code", PH_JAVA_MAJOR_MIN, ph_parser_code),
        ROW("Exceptions", PH_JAVA_MAJOR_MIN, method_exceptions),
        COMMON_ROWS(class_method),
        ROW("MethodParameters", PH_JAVA_8, method_parameters),
        ROW("RuntimeVisibleParameterAnnotations", PH_JAVA_5, method_parameter_annotations),
        ROW("RuntimeInvisibleParameterAnnotations", PH_JAVA_5, method_invisible_parameters),
        ROW("AnnotationDefault", PH_JAVA_5, method_default),
    };
    static const struct ph_parser_attributes known = {items, PH_COUNT(items)};
    return ph_parser_attributes(self, &known, method);
}

/* ---- Classes -------------------------------------------------------------------------------- */

static ph_status class_source_file(struct ph_parser *self, PH_UNUSED void *target)
{
    return ph_parser_index_of(self, PH_CONSTANT_UTF8, false,
                              "Invalid SourceFile attribute at constant pool index #",
                              &self->out->source_file);
}

static ph_status class_debug_extension(struct ph_parser *self, PH_UNUSED void *target)
{
    return ph_parser_rest(self, &self->out->source_debug_extension);
}

static struct ph_parser_key key_of_inner(PH_UNUSED const struct ph_parser *self, const void *items,
                                         uint32_t index)
{
    const struct ph_inner_class *inner = (const struct ph_inner_class *)items + index;
    return (struct ph_parser_key){.number = (uint64_t)inner->inner << 48 |
                                            (uint64_t)inner->outer << 32 |
                                            (uint64_t)inner->name << 16 | inner->flags};
}

static ph_status read_inner_class(struct ph_parser *self, struct ph_inner_class *inner)
{
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_CLASS, false,
                                     "inner_class_info_index # has bad constant type",
                                     &inner->inner));
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_CLASS, true,
                                     "outer_class_info_index # has bad constant type",
                                     &inner->outer));
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_UTF8, true,
                                     "inner_name_index # has bad constant type", &inner->name));
    if (inner->inner == inner->outer) {
        return ph_parser_fail(self, "Class is both outer and inner class");
    }
    PH_PARSER_TRY(ph_parser_need(self, 2));
    inner->flags = ph_parser_u16(self);
    return ph_parser_class_flags(self, true, &inner->flags);
}

static ph_status class_inner_classes(struct ph_parser *self, PH_UNUSED void *target)
{
    struct ph_classfile *out = self->out;
    PH_PARSER_TRY(ph_parser_need(self, 2));
    out->inner_class_count = ph_parser_u16(self);
    out->has_inner_classes = true;
    PH_PARSER_TRY(ph_parser_need(self, 8 * (uint64_t)out->inner_class_count));
    struct ph_inner_class *items = ph_parser_table(self, out->inner_class_count, sizeof(*items));
    if (items == NULL) {
        return PH_NO_MEMORY;
    }
    out->inner_classes = items;
    for (uint32_t i = 0; i < out->inner_class_count; i++) {
        PH_PARSER_TRY(read_inner_class(self, &items[i]));
    }
    struct ph_parser_set set = {.key_of = key_of_inner, .items = items};
    uint32_t duplicate;
    PH_PARSER_TRY(ph_parser_set_fill(self, &set, out->inner_class_count, &duplicate));
    if (duplicate != out->inner_class_count && out->major >= PH_JAVA_5) {
        return ph_parser_fail(self, "Duplicate entry in InnerClasses attribute");
    }
    return PH_OK;
}

static ph_status class_enclosing_method(struct ph_parser *self, PH_UNUSED void *target)
{
    self->out->has_enclosing_method = true;
    PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_CLASS, false, &self->out->enclosing_class));
    return ph_parser_index(self, PH_CONSTANT_NAME_AND_TYPE, true, &self->out->enclosing_method);
}

static bool is_loadable(uint8_t tag)
{
    switch (tag) {
    case PH_CONSTANT_INTEGER:
    case PH_CONSTANT_FLOAT:
    case PH_CONSTANT_LONG:
    case PH_CONSTANT_DOUBLE:
    case PH_CONSTANT_CLASS:
    case PH_CONSTANT_STRING:
    case PH_CONSTANT_METHOD_HANDLE:
    case PH_CONSTANT_METHOD_TYPE:
    case PH_CONSTANT_DYNAMIC:
        return true;
    default:
        return false;
    }
}

static ph_status read_bootstrap(struct ph_parser *self, struct ph_bootstrap *bootstrap)
{
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_METHOD_HANDLE, false,
                                     "bootstrap_method_index # has bad constant type",
                                     &bootstrap->handle));
    PH_PARSER_TRY(ph_parser_need(self, 2));
    bootstrap->argument_count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 2 * (uint64_t)bootstrap->argument_count));
    uint16_t *arguments = ph_parser_table(self, bootstrap->argument_count, sizeof(*arguments));
    if (arguments == NULL) {
        return PH_NO_MEMORY;
    }
    bootstrap->arguments = arguments;
    for (uint32_t i = 0; i < bootstrap->argument_count; i++) {
        arguments[i] = ph_parser_u16(self);
        if (!is_loadable(ph_classfile_tag(self->out, arguments[i]))) {
            return ph_parser_fail_index(self, "argument_index # has bad constant type",
                                        arguments[i]);
        }
    }
    return PH_OK;
}

static ph_status class_bootstraps(struct ph_parser *self, PH_UNUSED void *target)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint16_t count = self->out->bootstrap_count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, 4 * (uint64_t)count));
    struct ph_bootstrap *items = ph_parser_table(self, count, sizeof(*items));
    if (items == NULL) {
        return PH_NO_MEMORY;
    }
    self->out->bootstraps = items;
    for (uint32_t i = 0; i < count; i++) {
        PH_PARSER_TRY(read_bootstrap(self, &items[i]));
    }
    return PH_OK;
}

static ph_status class_nest_host(struct ph_parser *self, PH_UNUSED void *target)
{
    return ph_parser_index_of(self, PH_CONSTANT_CLASS, false,
                              "Nest-host class_info_index # has bad constant type",
                              &self->out->nest_host);
}

static ph_status class_nest_members(struct ph_parser *self, PH_UNUSED void *target)
{
    self->out->has_nest_members = true;
    return ph_parser_indices_of(self, PH_CONSTANT_CLASS,
                                "Nest member class_info_index # has bad constant type",
                                &self->out->nest_member_count, &self->out->nest_members);
}

static ph_status class_permitted(struct ph_parser *self, PH_UNUSED void *target)
{
    self->out->is_sealed = true;
    if ((self->out->flags & PH_ACC_FINAL) != 0) {
        return ph_parser_fail(self, "Attribute PermittedSubclasses in a final class");
    }
    PH_PARSER_TRY(ph_parser_indices_of(self, PH_CONSTANT_CLASS,
                                       "Permitted subclass class_info_index # has bad constant "
                                       "type",
                                       &self->out->permitted_count, &self->out->permitted));
    return self->out->permitted_count > 0
               ? PH_OK
               : ph_parser_fail(self, "Attribute PermittedSubclasses is empty");
}

static ph_status read_component(struct ph_parser *self, struct ph_record_component *component)
{
    static const struct ph_parser_attribute items[] = {COMMON_ROWS(record_component)};
    static const struct ph_parser_attributes known = {items, PH_COUNT(items)};
    *component = (struct ph_record_component){.name = 0};
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_UTF8, false,
                                     "Invalid constant pool index # for name in Record attribute",
                                     &component->name));
    PH_PARSER_TRY(ph_parser_index_of(
        self, PH_CONSTANT_UTF8, false,
        "Invalid constant pool index # for descriptor in Record attribute",
        &component->descriptor));
    struct ph_slice name = text_of(self, component->name);
    struct ph_slice descriptor = text_of(self, component->descriptor);
    if (!ph_java_is_unqualified_name(name)) {
        return ph_parser_fail_name(self, false, name);
    }
    if (!ph_java_is_field_descriptor(descriptor)) {
        return ph_parser_fail_descriptor(self, false, name, descriptor);
    }
    return ph_parser_attributes(self, &known, component);
}

static ph_status class_record(struct ph_parser *self, PH_UNUSED void *target)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint16_t count = self->out->component_count = ph_parser_u16(self);
    self->out->is_record = true;
    PH_PARSER_TRY(ph_parser_need(self, 6 * (uint64_t)count));
    struct ph_record_component *items = ph_parser_table(self, count, sizeof(*items));
    if (items == NULL) {
        return PH_NO_MEMORY;
    }
    self->out->components = items;
    for (uint32_t i = 0; i < count; i++) {
        PH_PARSER_TRY(read_component(self, &items[i]));
    }
    return PH_OK;
}

ph_status ph_parser_class_attributes(struct ph_parser *self)
{
    static const struct ph_parser_attribute items[] = {
        ROW("SourceFile", PH_JAVA_MAJOR_MIN, class_source_file),
        ROW("InnerClasses", PH_JAVA_MAJOR_MIN, class_inner_classes),
        COMMON_ROWS(classfile),
        ROW("NestHost", PH_JAVA_11, class_nest_host),
        ROW("NestMembers", PH_JAVA_11, class_nest_members),
        ROW("BootstrapMethods", PH_JAVA_7, class_bootstraps),
        ROW("EnclosingMethod", PH_JAVA_5, class_enclosing_method),
        ROW("SourceDebugExtension", PH_JAVA_5, class_debug_extension),
        ROW("Record", PH_JAVA_16, class_record),
        ROW("PermittedSubclasses", PH_JAVA_17, class_permitted),
        ROW("Module", PH_JAVA_9, ph_parser_module),
        ROW("ModulePackages", PH_JAVA_9, ph_parser_module_packages),
        ROW("ModuleMainClass", PH_JAVA_9, ph_parser_module_main_class),
    };
    static const struct ph_parser_attributes known = {items, PH_COUNT(items)};
    return ph_parser_attributes(self, &known, self->out);
}
