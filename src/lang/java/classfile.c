/* SPDX-License-Identifier: Apache-2.0 */
/* classfile.c - the class as a whole: version, flags, superclass, interfaces, fields, methods; and
 * what others ask of a class that was read. */
#include "lang/java/classfile.h"

#include "base/text.h"
#include "lang/java/descriptor.h"
#include "lang/java/parser.h"

#define MAGIC 0xcafebabeu
#define MINOR_PREVIEW 65535u

/* What a class, field or method may have; other bits are as if they were not set. */
#define CLASS_FLAGS                                                                     \
    (PH_ACC_PUBLIC | PH_ACC_FINAL | PH_ACC_SUPER | PH_ACC_INTERFACE | PH_ACC_ABSTRACT | \
     PH_ACC_SYNTHETIC | PH_ACC_ANNOTATION | PH_ACC_ENUM)
#define INNER_FLAGS (CLASS_FLAGS | PH_ACC_PRIVATE | PH_ACC_PROTECTED | PH_ACC_STATIC)
#define FIELD_FLAGS                                                                     \
    (PH_ACC_PUBLIC | PH_ACC_PRIVATE | PH_ACC_PROTECTED | PH_ACC_STATIC | PH_ACC_FINAL | \
     PH_ACC_VOLATILE | PH_ACC_TRANSIENT | PH_ACC_SYNTHETIC | PH_ACC_ENUM)
#define METHOD_FLAGS                                                                          \
    (PH_ACC_PUBLIC | PH_ACC_PRIVATE | PH_ACC_PROTECTED | PH_ACC_STATIC | PH_ACC_FINAL |       \
     PH_ACC_SYNCHRONIZED | PH_ACC_BRIDGE | PH_ACC_VARARGS | PH_ACC_NATIVE | PH_ACC_ABSTRACT | \
     PH_ACC_STRICT | PH_ACC_SYNTHETIC)

static bool has(uint32_t flags, uint32_t flag) { return (flags & flag) != 0; }

static struct ph_slice text_of(const struct ph_parser *self, uint32_t index)
{
    return ph_classfile_text(self->out, index);
}

/* ---- Version (4.1) -------------------------------------------------------------------------- */

/* `before` the name, `behind` the version. */
PH_COLD static ph_status fail_version(struct ph_parser *self, const char *before,
                                      const char *behind)
{
    struct ph_slice name = ph_parser_class_name(self);
    return ph_fail(self->error, PH_VERSION, "%s%.*s (class file version %u.%u)%s", before,
                   PH_PARSER_SHOWN(name), (unsigned)self->out->major, (unsigned)self->out->minor,
                   behind);
}

PH_COLD static ph_status fail_later(struct ph_parser *self)
{
    struct ph_slice name = ph_parser_class_name(self);
    return ph_fail(self->error, PH_VERSION,
                   "%.*s has been compiled by a more recent version of the Java Runtime (class "
                   "file version %u.%u), this version of the Java Runtime only recognizes class "
                   "file versions up to 61.0",
                   PH_PARSER_SHOWN(name), (unsigned)self->out->major,
                   (unsigned)self->out->minor);
}

static ph_status read_version(struct ph_parser *self)
{
    PH_PARSER_TRY(ph_parser_need(self, 8));
    uint32_t magic = ph_parser_u32(self);
    if (magic != MAGIC) {
        return ph_parser_fail(self, "Incompatible magic value %u", (unsigned)magic);
    }
    uint16_t minor = self->out->minor = ph_parser_u16(self);
    uint16_t major = self->out->major = ph_parser_u16(self);
    if (major > PH_JAVA_MAJOR_MAX) {
        return fail_later(self);
    }
    if (major < PH_JAVA_MAJOR_MIN) {
        return fail_version(self, "", " was compiled with an invalid major version");
    }
    if (major >= PH_JAVA_12 && major < PH_JAVA_MAJOR_MAX && minor == MINOR_PREVIEW) {
        return fail_version(self, "",
                            " was compiled with preview features that are unsupported. This "
                            "version of the Java Runtime only recognizes preview features for "
                            "class file version 61.65535");
    }
    if (major >= PH_JAVA_12 && minor == MINOR_PREVIEW) {
        return fail_version(self, "Preview features are not enabled for ",
                            ". Try running with '--enable-preview'");
    }
    if (major >= PH_JAVA_12 && minor != 0) {
        return fail_version(self, "", " was compiled with an invalid non-zero minor version");
    }
    return PH_OK;
}

/* ---- Flags (4.1, 4.5, 4.6) ------------------------------------------------------------------ */

PH_COLD static ph_status fail_flags(struct ph_parser *self, const char *of, uint32_t flags)
{
    struct ph_slice name = ph_parser_class_name(self);
    return ph_parser_fail_plain(self, "Illegal %s modifiers in class %.*s: 0x%X", of,
                                PH_PARSER_SHOWN(name), (unsigned)flags);
}

PH_COLD static ph_status fail_method_flags(struct ph_parser *self, struct ph_slice method,
                                           uint32_t flags)
{
    struct ph_slice name = ph_parser_class_name(self);
    return ph_parser_fail_plain(self, "Method %.*s in class %.*s has illegal modifiers: 0x%X",
                                PH_PARSER_SHOWN(method), PH_PARSER_SHOWN(name), (unsigned)flags);
}

ph_status ph_parser_class_flags(struct ph_parser *self, bool is_inner, uint16_t *flags_kept)
{
    uint32_t major = self->out->major;
    uint32_t flags = *flags_kept & (is_inner ? INNER_FLAGS : CLASS_FLAGS);
    bool is_interface = has(flags, PH_ACC_INTERFACE);

    if (is_interface && major < PH_JAVA_6) {
        flags |= PH_ACC_ABSTRACT; /* which early compilers left out */
    }
    bool is_bad = has(flags, PH_ACC_ABSTRACT) && has(flags, PH_ACC_FINAL);
    if (is_interface) {
        is_bad |= !has(flags, PH_ACC_ABSTRACT);
        is_bad |= major >= PH_JAVA_5 && has(flags, PH_ACC_SUPER | PH_ACC_ENUM);
    } else {
        is_bad |= major >= PH_JAVA_5 && has(flags, PH_ACC_ANNOTATION);
    }
    *flags_kept = (uint16_t)flags;
    return is_bad ? fail_flags(self, "class", flags) : PH_OK;
}

/* At most one of public, private, protected. */
static bool has_two_visibilities(uint32_t flags)
{
    uint32_t visibility = flags & (PH_ACC_PUBLIC | PH_ACC_PRIVATE | PH_ACC_PROTECTED);
    return (visibility & (visibility - 1)) != 0;
}

static bool are_bad_field_flags(const struct ph_classfile *class, uint32_t flags)
{
    if (has(class->flags, PH_ACC_INTERFACE)) {
        uint32_t wanted = PH_ACC_PUBLIC | PH_ACC_STATIC | PH_ACC_FINAL;
        uint32_t forbidden = PH_ACC_PRIVATE | PH_ACC_PROTECTED | PH_ACC_VOLATILE | PH_ACC_TRANSIENT;
        return (flags & wanted) != wanted || has(flags, forbidden) ||
               (class->major >= PH_JAVA_5 && has(flags, PH_ACC_ENUM));
    }
    return has_two_visibilities(flags) || (has(flags, PH_ACC_FINAL) && has(flags, PH_ACC_VOLATILE));
}

/* Since Java 17 all code is strict, and the flag means nothing. */
static uint32_t strict_before_17(uint32_t major) { return major < PH_JAVA_17 ? PH_ACC_STRICT : 0; }

static bool are_bad_interface_method_flags(uint32_t major, uint32_t flags)
{
    if (major >= PH_JAVA_8) {
        return has(flags, PH_ACC_PUBLIC) == has(flags, PH_ACC_PRIVATE) ||
               has(flags, PH_ACC_PROTECTED | PH_ACC_FINAL | PH_ACC_NATIVE | PH_ACC_SYNCHRONIZED) ||
               (has(flags, PH_ACC_ABSTRACT) &&
                has(flags, PH_ACC_PRIVATE | PH_ACC_STATIC | strict_before_17(major)));
    }
    uint32_t wanted = PH_ACC_PUBLIC | PH_ACC_ABSTRACT;
    uint32_t forbidden = PH_ACC_STATIC | PH_ACC_FINAL | PH_ACC_NATIVE;
    if (major >= PH_JAVA_5) {
        forbidden |= PH_ACC_PRIVATE | PH_ACC_PROTECTED | PH_ACC_SYNCHRONIZED | PH_ACC_STRICT;
    }
    return (flags & wanted) != wanted || has(flags, forbidden);
}

static bool are_bad_method_flags(const struct ph_classfile *class, uint32_t flags,
                                 bool is_initializer)
{
    if (has(class->flags, PH_ACC_INTERFACE)) {
        return are_bad_interface_method_flags(class->major, flags);
    }
    if (has_two_visibilities(flags)) {
        return true;
    }
    if (is_initializer) {
        uint32_t forbidden = PH_ACC_STATIC | PH_ACC_FINAL | PH_ACC_SYNCHRONIZED | PH_ACC_NATIVE |
                             PH_ACC_ABSTRACT | (class->major >= PH_JAVA_5 ? PH_ACC_BRIDGE : 0);
        return has(flags, forbidden);
    }
    uint32_t forbidden = PH_ACC_FINAL | PH_ACC_NATIVE | PH_ACC_PRIVATE | PH_ACC_STATIC;
    if (class->major >= PH_JAVA_5) {
        forbidden |= PH_ACC_SYNCHRONIZED | strict_before_17(class->major);
    }
    return has(flags, PH_ACC_ABSTRACT) && has(flags, forbidden);
}

/* ---- Fields and methods (4.5, 4.6) ---------------------------------------------------------- */

struct member {
    uint16_t flags, name, descriptor;
};

static ph_status read_member(struct ph_parser *self, bool is_method, struct member *member)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    member->flags = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_UTF8, false,
                                     is_method
                                         ? "Illegal constant pool index # for method name"
                                         : "Invalid constant pool index # for field name",
                                     &member->name));
    return ph_parser_index_of(self, PH_CONSTANT_UTF8, false,
                              is_method ? "Illegal constant pool index # for method signature"
                                        : "Invalid constant pool index # for field signature",
                              &member->descriptor);
}

static ph_status read_field(struct ph_parser *self, struct ph_class_field *field)
{
    struct member member;
    PH_PARSER_TRY(read_member(self, false, &member));
    struct ph_slice name = text_of(self, member.name);
    struct ph_slice descriptor = text_of(self, member.descriptor);
    uint32_t flags = member.flags & FIELD_FLAGS;

    if (are_bad_field_flags(self->out, flags)) {
        return fail_flags(self, "field", flags);
    }
    if (!self->is_known && !ph_java_is_unqualified_name(name)) {
        return ph_parser_fail_name(self, false, name);
    }
    if (!self->is_known && !ph_java_is_field_descriptor(descriptor)) {
        return ph_parser_fail_descriptor(self, false, name, descriptor);
    }
    *field = (struct ph_class_field){
        .flags = (uint16_t)flags, .name = member.name, .descriptor = member.descriptor};
    return ph_parser_field_attributes(self, field);
}

/* Names that begin with '<': 2.9. Says what the method is, and which flags count. */
static ph_status check_special_method(struct ph_parser *self, struct ph_class_method *method)
{
    struct ph_slice name = text_of(self, method->name);
    struct ph_slice descriptor = text_of(self, method->descriptor);
    if (name.bytes[0] != '<') {
        return PH_OK;
    }
    bool is_plain = descriptor.size == 3; /* ()V */
    method->is_initializer = ph_slice_equal(name, PH_SLICE_TEXT("<init>"));
    if (method->is_initializer && has(self->out->flags, PH_ACC_INTERFACE)) {
        struct ph_slice class_name = ph_parser_class_name(self);
        return ph_parser_fail_plain(
            self, "Interface cannot have a method named <init>, class file %.*s",
            PH_PARSER_SHOWN(class_name));
    }
    if (descriptor.bytes[descriptor.size - 1] != 'V' ||
        (!method->is_initializer && !is_plain && self->out->major >= PH_JAVA_7)) {
        return ph_parser_fail_signature(self, true, name, descriptor);
    }
    if (method->is_initializer) {
        return PH_OK;
    }
    if (self->out->major < PH_JAVA_7) {
        method->flags = PH_ACC_STATIC;
    } else if (has(method->flags, PH_ACC_STATIC)) {
        method->flags &= PH_ACC_STATIC | PH_ACC_STRICT;
    } else {
        return ph_parser_fail(self, "Method <clinit> is not static");
    }
    method->is_class_initializer = is_plain;
    return PH_OK;
}

static ph_status check_method(struct ph_parser *self, uint32_t flags,
                              struct ph_class_method *method)
{
    struct ph_slice name = text_of(self, method->name);
    struct ph_slice descriptor = text_of(self, method->descriptor);

    if (!self->is_known && !ph_java_is_method_name(name)) {
        return ph_parser_fail_name(self, true, name);
    }
    if (!self->is_known && !ph_java_is_method_descriptor(descriptor)) {
        return ph_parser_fail_descriptor(self, true, name, descriptor);
    }
    PH_PARSER_TRY(check_special_method(self, method));
    bool has_own_rules = name.bytes[0] == '<' && !method->is_initializer; /* <clinit>: above */
    if (!has_own_rules && are_bad_method_flags(self->out, method->flags, method->is_initializer)) {
        return fail_method_flags(self, name, flags);
    }
    uint32_t slots =
        ph_java_parameter_slots(descriptor) + (has(method->flags, PH_ACC_STATIC) ? 0 : 1);
    if (slots > PH_JAVA_PARAMETER_SLOTS_MAX) {
        return ph_parser_fail(self, "Too many arguments in method signature");
    }
    method->parameter_slots = (uint16_t)slots;
    return PH_OK;
}

static ph_status read_method(struct ph_parser *self, struct ph_class_method *method)
{
    struct member member;
    PH_PARSER_TRY(read_member(self, true, &member));
    *method = (struct ph_class_method){
        .flags = member.flags & METHOD_FLAGS, .name = member.name, .descriptor = member.descriptor};
    PH_PARSER_TRY(check_method(self, member.flags, method));
    PH_PARSER_TRY(ph_parser_method_attributes(self, method));
    bool wants_code = !has(method->flags, PH_ACC_NATIVE | PH_ACC_ABSTRACT);
    if (wants_code != (method->code.code.bytes != NULL)) {
        return ph_parser_fail(self, wants_code ? "Absent Code attribute in method that is not "
                                                 "native or abstract"
                                               : "Code attribute in native or abstract methods");
    }
    return PH_OK;
}

static struct ph_parser_key key_of_field(const struct ph_parser *self, const void *items,
                                         uint32_t index)
{
    const struct ph_class_field *field = (const struct ph_class_field *)items + index;
    return (struct ph_parser_key){text_of(self, field->name), text_of(self, field->descriptor), 0};
}

static struct ph_parser_key key_of_method(const struct ph_parser *self, const void *items,
                                          uint32_t index)
{
    const struct ph_class_method *method = (const struct ph_class_method *)items + index;
    return (struct ph_parser_key){text_of(self, method->name), text_of(self, method->descriptor),
                                  0};
}

static struct ph_parser_key key_of_class(const struct ph_parser *self, const void *items,
                                         uint32_t index)
{
    return (struct ph_parser_key){.a = text_of(self, ((const uint16_t *)items)[index])};
}

/* An error if two of the items have the same key. */
static ph_status check_unique(struct ph_parser *self, const char *what, uint32_t count,
                              struct ph_parser_set *set)
{
    uint32_t duplicate;
    if (count < 2 || self->is_known) {
        return PH_OK;
    }
    PH_PARSER_TRY(ph_parser_set_fill(self, set, count, &duplicate));
    if (duplicate == count) {
        return PH_OK;
    }
    struct ph_parser_key key = set->key_of(self, set->items, duplicate);
    const char *quote = key.b.size > 0 ? "\"" : "";
    return ph_parser_fail(self, "Duplicate %s name \"%.*s\"%s%s%.*s%s", what,
                          PH_PARSER_SHOWN(key.a), key.b.size > 0 ? " with signature " : "", quote,
                          PH_PARSER_SHOWN(key.b), quote);
}

/* Any field, method or attribute takes six bytes at least: a count that its bytes cannot hold is
 * not believed. */
#define MEMBER_BYTES_MIN 8u

static ph_status read_fields(struct ph_parser *self)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint16_t count = self->out->field_count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, MEMBER_BYTES_MIN * (uint64_t)count));
    struct ph_class_field *fields = ph_parser_table(self, count, sizeof(*fields));
    if (fields == NULL) {
        return PH_NO_MEMORY;
    }
    self->out->fields = fields;
    for (uint32_t i = 0; i < count; i++) {
        PH_PARSER_TRY(read_field(self, &fields[i]));
    }
    return check_unique(self, "field", count,
                        &(struct ph_parser_set){.key_of = key_of_field, .items = fields});
}

static ph_status read_methods(struct ph_parser *self)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint16_t count = self->out->method_count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, MEMBER_BYTES_MIN * (uint64_t)count));
    struct ph_class_method *methods = ph_parser_table(self, count, sizeof(*methods));
    if (methods == NULL) {
        return PH_NO_MEMORY;
    }
    self->out->methods = methods;
    for (uint32_t i = 0; i < count; i++) {
        PH_PARSER_TRY(read_method(self, &methods[i]));
    }
    return check_unique(self, "method", count,
                        &(struct ph_parser_set){.key_of = key_of_method, .items = methods});
}

/* ---- The class (4.1) ------------------------------------------------------------------------ */

/* It says that it is a module, and is none: HotSpot does not look further. */
PH_COLD static ph_status fail_module(struct ph_parser *self)
{
    struct ph_slice name = ph_parser_class_name(self);
    return ph_fail(self->error, PH_NOT_FOUND, "%.*s" PH_JAVA_NO_CLASS, PH_PARSER_SHOWN(name));
}

/* A CLASS that is no array. `text`: as of ph_parser_index_of. */
static ph_status read_class(struct ph_parser *self, const char *what, const char *text,
                            uint16_t *index)
{
    PH_PARSER_TRY(ph_parser_index_of(self, PH_CONSTANT_CLASS, false, text, index));
    return text_of(self, *index).bytes[0] == '[' ? ph_parser_fail(self, "Bad %s name", what)
                                                 : PH_OK;
}

static ph_status read_name(struct ph_parser *self, struct ph_slice wanted)
{
    struct ph_classfile *out = self->out;
    PH_PARSER_TRY(read_class(self, "class", "Invalid this class index # in constant pool",
                             &out->this_class));
    out->name = text_of(self, out->this_class);
    self->name = out->name;
    if (wanted.size > 0 && !ph_slice_equal(out->name, wanted)) {
        return ph_fail(self->error, PH_NOT_FOUND, "%.*s (wrong name: %.*s)",
                       PH_PARSER_SHOWN(wanted), PH_PARSER_SHOWN(out->name));
    }
    return PH_OK;
}

static ph_status read_flags(struct ph_parser *self)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint16_t flags = ph_parser_u16(self);
    if (self->out->major >= PH_JAVA_9 && has(flags, PH_ACC_MODULE)) {
        self->out->flags = PH_ACC_MODULE;
        return flags == PH_ACC_MODULE ? PH_OK : fail_module(self);
    }
    if (self->module_tag != 0) {
        return ph_parser_fail(self, "Unknown constant tag %u", (unsigned)self->module_tag);
    }
    PH_PARSER_TRY(ph_parser_class_flags(self, false, &flags));
    self->out->flags = flags;
    return PH_OK;
}

static ph_status read_super(struct ph_parser *self)
{
    struct ph_classfile *out = self->out;
    static const struct ph_slice object = {(const uint8_t *)"java/lang/Object", 16};
    PH_PARSER_TRY(ph_parser_need(self, 2));
    if (ph_java_u16(self->next) == 0) {
        if (!has(out->flags, PH_ACC_MODULE) && !ph_slice_equal(out->name, object)) {
            return ph_parser_fail_index(self, "Invalid superclass index #", 0);
        }
        self->next += 2;
        return PH_OK;
    }
    if (has(out->flags, PH_ACC_MODULE)) {
        return fail_module(self);
    }
    PH_PARSER_TRY(read_class(self, "superclass", "Invalid superclass index #", &out->super_class));
    out->super_name = text_of(self, out->super_class);
    if (has(out->flags, PH_ACC_INTERFACE) && !ph_slice_equal(out->super_name, object)) {
        return ph_parser_fail(self, "Interfaces must have java.lang.Object as superclass");
    }
    return PH_OK;
}

static ph_status read_interfaces(struct ph_parser *self)
{
    struct ph_classfile *out = self->out;
    PH_PARSER_TRY(ph_parser_indices_of(self, PH_CONSTANT_CLASS,
                                       "Interface name has bad constant pool index #",
                                       &out->interface_count, &out->interfaces));
    for (uint32_t i = 0; i < out->interface_count; i++) {
        if (text_of(self, out->interfaces[i]).bytes[0] == '[') {
            return ph_parser_fail(self, "Bad interface name");
        }
    }
    return check_unique(self, "interface", out->interface_count,
                        &(struct ph_parser_set){.key_of = key_of_class, .items = out->interfaces});
}

/* What only the attributes can tell. */
static ph_status check_whole(struct ph_parser *self)
{
    const struct ph_classfile *out = self->out;
    if (self->next != self->end) {
        struct ph_slice name = ph_parser_class_name(self);
        return ph_parser_fail_plain(self, "Extra bytes at the end of class file %.*s",
                                    PH_PARSER_SHOWN(name));
    }
    if (self->bootstraps_used > out->bootstrap_count) {
        return ph_parser_fail(self, "Short length on BootstrapMethods");
    }
    if (out->nest_host != 0 && out->has_nest_members) {
        return ph_parser_fail(self, "Conflicting NestMembers and NestHost attributes");
    }
    if (!has(out->flags, PH_ACC_MODULE)) {
        return PH_OK;
    }
    if (out->module == NULL || out->interface_count + out->field_count + out->method_count > 0) {
        return ph_parser_fail(self, "A module has members, or no attribute Module");
    }
    return PH_OK;
}

static ph_status read_all(struct ph_parser *self, struct ph_slice wanted)
{
    PH_PARSER_TRY(read_version(self));
    PH_PARSER_TRY(ph_parser_constants(self));
    PH_PARSER_TRY(read_flags(self));
    PH_PARSER_TRY(read_name(self, wanted));
    PH_PARSER_TRY(read_super(self));
    PH_PARSER_TRY(read_interfaces(self));
    PH_PARSER_TRY(read_fields(self));
    PH_PARSER_TRY(read_methods(self));
    PH_PARSER_TRY(ph_parser_class_attributes(self));
    return check_whole(self);
}

static ph_status read_file(struct ph_slice bytes, struct ph_parser *self, struct ph_classfile *out)
{
    if (bytes.bytes == NULL) { /* no bytes at all; the pointer is never followed */
        PH_ASSERT(bytes.size == 0);
        bytes.bytes = (const uint8_t *)"";
    }
    self->next = bytes.bytes;
    self->end = bytes.bytes + bytes.size;
    self->out = out;
    *out = (struct ph_classfile){.bytes = bytes};
    return read_all(self, self->name);
}

ph_status ph_classfile_read(struct ph_slice bytes, struct ph_slice name, struct ph_scratch *scratch,
                            struct ph_classfile *out, struct ph_error *error)
{
    struct ph_parser self = {.scratch = scratch, .error = error, .name = name};
    return read_file(bytes, &self, out);
}

ph_status ph_classfile_read_known(struct ph_slice bytes, struct ph_scratch *scratch,
                                  struct ph_classfile *out, struct ph_error *error)
{
    struct ph_parser self = {.scratch = scratch, .error = error, .is_known = true};
    return read_file(bytes, &self, out);
}

/* ---- Questions ------------------------------------------------------------------------------ */

const char *ph_java_error_class(ph_status status)
{
    switch (status) {
    case PH_OK:
        return NULL;
    case PH_MALFORMED:
        return "java/lang/ClassFormatError";
    case PH_VERSION:
        return "java/lang/UnsupportedClassVersionError";
    case PH_NOT_FOUND:
        return "java/lang/NoClassDefFoundError";
    case PH_NO_MEMORY:
        return "java/lang/OutOfMemoryError";
    default:
        return "java/lang/VerifyError";
    }
}

struct ph_slice ph_classfile_text(const struct ph_classfile *self, uint32_t index)
{
    PH_ASSERT(index < self->constant_count && self->constants[index].text.bytes != NULL);
    return self->constants[index].text;
}

void ph_classfile_name_and_type(const struct ph_classfile *self, uint32_t index,
                                struct ph_slice *name, struct ph_slice *descriptor)
{
    PH_ASSERT(ph_classfile_tag(self, index) == PH_CONSTANT_NAME_AND_TYPE);
    *name = ph_classfile_text(self, self->constants[index].first);
    *descriptor = ph_classfile_text(self, self->constants[index].second);
}

struct ph_member_reference ph_classfile_member(const struct ph_classfile *self, uint32_t index)
{
    PH_ASSERT(index < self->constant_count);
    const struct ph_constant *constant = &self->constants[index];
    struct ph_member_reference member = {.tag = constant->tag};
    switch (member.tag) {
    case PH_CONSTANT_FIELD:
    case PH_CONSTANT_METHOD:
    case PH_CONSTANT_INTERFACE_METHOD:
        member.class_name = ph_classfile_text(self, constant->first);
        break;
    case PH_CONSTANT_DYNAMIC:
    case PH_CONSTANT_INVOKE_DYNAMIC:
        member.bootstrap = constant->first;
        break;
    default:
        PH_UNREACHABLE();
    }
    ph_classfile_name_and_type(self, constant->second, &member.name, &member.descriptor);
    return member;
}

static bool is_named(const struct ph_classfile *self, uint32_t name_index, uint32_t type_index,
                     struct ph_slice name, struct ph_slice descriptor)
{
    return ph_slice_equal(ph_classfile_text(self, name_index), name) &&
           ph_slice_equal(ph_classfile_text(self, type_index), descriptor);
}

const struct ph_class_field *ph_classfile_find_field(const struct ph_classfile *self,
                                                     struct ph_slice name,
                                                     struct ph_slice descriptor)
{
    for (uint32_t i = 0; i < self->field_count; i++) {
        const struct ph_class_field *field = &self->fields[i];
        if (is_named(self, field->name, field->descriptor, name, descriptor)) {
            return field;
        }
    }
    return NULL;
}

const struct ph_class_method *ph_classfile_find_method(const struct ph_classfile *self,
                                                       struct ph_slice name,
                                                       struct ph_slice descriptor)
{
    for (uint32_t i = 0; i < self->method_count; i++) {
        const struct ph_class_method *method = &self->methods[i];
        if (is_named(self, method->name, method->descriptor, name, descriptor)) {
            return method;
        }
    }
    return NULL;
}
