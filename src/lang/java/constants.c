/* SPDX-License-Identifier: Apache-2.0 */
/* constants.c - the constant pool (JVMS 4.4, 4.8), in three rounds, because constants may refer to
 * later ones: what each of them is; those that name texts; those that name those. */
#include "base/text.h"
#include "lang/java/descriptor.h"
#include "lang/java/parser.h"

/* First round: bytes behind the tag (of Utf8: before its text), and since which version. */
static const struct {
    uint8_t bytes, major_min;
} shapes[] = {
    [PH_CONSTANT_UTF8] = {2, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_INTEGER] = {4, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_FLOAT] = {4, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_LONG] = {8, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_DOUBLE] = {8, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_CLASS] = {2, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_STRING] = {2, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_FIELD] = {4, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_METHOD] = {4, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_INTERFACE_METHOD] = {4, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_NAME_AND_TYPE] = {4, PH_JAVA_MAJOR_MIN},
    [PH_CONSTANT_METHOD_HANDLE] = {3, PH_JAVA_7},
    [PH_CONSTANT_METHOD_TYPE] = {2, PH_JAVA_7},
    [PH_CONSTANT_DYNAMIC] = {4, PH_JAVA_11},
    [PH_CONSTANT_INVOKE_DYNAMIC] = {4, PH_JAVA_7},
    [PH_CONSTANT_MODULE] = {2, PH_JAVA_9},
    [PH_CONSTANT_PACKAGE] = {2, PH_JAVA_9},
};

static ph_status read_text(struct ph_parser *self, struct ph_constant *constant)
{
    uint16_t size = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, size));
    constant->text = (struct ph_slice){self->next, size};
    self->next += size;
    bool is_old = self->out->major < PH_JAVA_5 - 1;
    if (!self->is_known && !ph_java_is_utf8(constant->text, is_old)) {
        return ph_parser_fail(self, "Illegal UTF8 string in constant pool");
    }
    return PH_OK;
}

static ph_status read_constant(struct ph_parser *self, uint32_t index, uint32_t *next)
{
    struct ph_constant *constant = &self->constants[index];
    PH_PARSER_TRY(ph_parser_need(self, 1));
    uint8_t tag = ph_parser_u8(self);
    if (tag >= PH_COUNT(shapes) || shapes[tag].bytes == 0) {
        return ph_parser_fail(self, "Unknown constant tag %u", (unsigned)tag);
    }
    if (self->out->major < shapes[tag].major_min) {
        return ph_parser_fail(self, "Class file version does not support constant tag %u",
                              (unsigned)tag);
    }
    PH_PARSER_TRY(ph_parser_need(self, shapes[tag].bytes));
    constant->tag = tag;
    *next = index + 1;
    switch (tag) {
    case PH_CONSTANT_UTF8:
        return read_text(self, constant);
    case PH_CONSTANT_INTEGER:
        constant->bits = (uint64_t)(int32_t)ph_parser_u32(self);
        return PH_OK;
    case PH_CONSTANT_FLOAT:
        constant->bits = ph_parser_u32(self);
        return PH_OK;
    case PH_CONSTANT_LONG:
    case PH_CONSTANT_DOUBLE:
        constant->bits = (uint64_t)ph_parser_u32(self) << 32;
        constant->bits |= ph_parser_u32(self);
        *next = index + 2;
        if (*next > self->out->constant_count) {
            return ph_parser_fail(self, "Constant %u takes two places, and is the last",
                                  (unsigned)index);
        }
        return PH_OK;
    case PH_CONSTANT_METHOD_HANDLE:
        constant->kind = ph_parser_u8(self);
        constant->first = ph_parser_u16(self);
        return PH_OK;
    default:
        constant->first = ph_parser_u16(self);
        constant->second = shapes[tag].bytes == 4 ? ph_parser_u16(self) : 0;
        return PH_OK;
    }
}

/* ---- Second round: texts -------------------------------------------------------------------- */

/* A constant refers to one that is of another kind, or none. */
static ph_status bad_index(struct ph_parser *self, uint32_t index)
{
    return ph_parser_fail_index(self, PH_PARSER_INVALID_INDEX, index);
}

static bool is_class_constant(struct ph_slice text)
{
    return text.size > 0 && text.bytes[0] == '[' ? ph_java_is_field_descriptor(text)
                                                 : ph_java_is_class_name(text);
}

/* 4.4.6; what the name is good for depends on what the descriptor is of. */
static ph_status check_name_and_type(struct ph_parser *self, uint32_t index)
{
    const struct ph_constant *constant = &self->constants[index];
    if (!ph_parser_has_tag(self, constant->first, PH_CONSTANT_UTF8)) {
        return bad_index(self, constant->first);
    }
    if (!ph_parser_has_tag(self, constant->second, PH_CONSTANT_UTF8)) {
        return bad_index(self, constant->second);
    }
    if (self->is_known) {
        return PH_OK;
    }
    struct ph_slice name = self->constants[constant->first].text;
    struct ph_slice descriptor = self->constants[constant->second].text;
    bool is_method = descriptor.size > 0 && descriptor.bytes[0] == '(';
    if (is_method ? !ph_java_is_method_descriptor(descriptor)
                  : !ph_java_is_field_descriptor(descriptor)) {
        return ph_parser_fail_descriptor(self, is_method, name, descriptor);
    }
    if (is_method ? !ph_java_is_method_name(name) : !ph_java_is_unqualified_name(name)) {
        return ph_parser_fail_name(self, is_method, name);
    }
    return PH_OK;
}

static ph_status check_text(struct ph_parser *self, uint32_t index)
{
    struct ph_constant *constant = &self->constants[index];
    if (!ph_parser_has_tag(self, constant->first, PH_CONSTANT_UTF8)) {
        return bad_index(self, constant->first);
    }
    struct ph_slice text = self->constants[constant->first].text;
    bool is_good = true;
    constant->text = text;
    if (self->is_known) {
        return PH_OK;
    }
    switch (constant->tag) {
    case PH_CONSTANT_CLASS:
        is_good = is_class_constant(text);
        break;
    case PH_CONSTANT_METHOD_TYPE:
        is_good = ph_java_is_method_descriptor(text);
        break;
    case PH_CONSTANT_MODULE:
        self->module_tag = constant->tag;
        is_good = ph_java_is_module_name(text);
        break;
    case PH_CONSTANT_PACKAGE:
        self->module_tag = constant->tag;
        is_good = ph_java_is_class_name(text);
        break;
    default:
        PH_DEBUG_ASSERT(constant->tag == PH_CONSTANT_STRING);
        break;
    }
    if (is_good) {
        return PH_OK;
    }
    if (text.size > PH_JAVA_DIMENSIONS_MAX && text.bytes[PH_JAVA_DIMENSIONS_MAX] == '[') {
        return ph_parser_fail_descriptor(self, false, text, text); /* too many dimensions */
    }
    if (constant->tag == PH_CONSTANT_METHOD_TYPE) {
        return ph_parser_fail_descriptor(self, true, PH_SLICE_TEXT("type"), text);
    }
    return ph_parser_fail(self, "Illegal %s name \"%.*s\"",
                          constant->tag == PH_CONSTANT_CLASS    ? "class"
                          : constant->tag == PH_CONSTANT_MODULE ? "module"
                                                                : "package",
                          PH_PARSER_SHOWN(text));
}

static ph_status second_round(struct ph_parser *self, uint32_t index)
{
    switch (self->constants[index].tag) {
    case PH_CONSTANT_CLASS:
    case PH_CONSTANT_STRING:
    case PH_CONSTANT_METHOD_TYPE:
    case PH_CONSTANT_MODULE:
    case PH_CONSTANT_PACKAGE:
        return check_text(self, index);
    case PH_CONSTANT_NAME_AND_TYPE:
        return check_name_and_type(self, index);
    default:
        return PH_OK;
    }
}

/* ---- Third round: members ------------------------------------------------------------------- */

/* Of a NAME_AND_TYPE or what has one; the second round went through. */
static void name_and_type(const struct ph_parser *self, uint32_t index, struct ph_slice *name,
                          struct ph_slice *descriptor)
{
    const struct ph_constant *constant = &self->constants[index];
    *name = self->constants[constant->first].text;
    *descriptor = self->constants[constant->second].text;
}

/* A name that begins with '<' is <init> or <clinit> (second round); only methods of classes may be
 * called so, only <init> may be referred to, and it has no result. */
static ph_status check_special_name(struct ph_parser *self, const struct ph_constant *constant,
                                    struct ph_slice name, struct ph_slice descriptor)
{
    bool is_init = constant->tag == PH_CONSTANT_METHOD &&
                   ph_slice_equal(name, PH_SLICE_TEXT("<init>"));

    if (name.bytes[0] != '<' || descriptor.bytes[0] != '(') {
        return PH_OK;
    }
    if (!is_init) {
        return ph_parser_fail_index(self, "Bad method name at constant pool index #",
                                    self->constants[constant->second].first);
    }
    return descriptor.bytes[descriptor.size - 1] == 'V'
               ? PH_OK
               : ph_parser_fail_signature(self, true, name, descriptor);
}

static ph_status check_member(struct ph_parser *self, uint32_t index)
{
    const struct ph_constant *constant = &self->constants[index];
    bool is_dynamic =
        constant->tag == PH_CONSTANT_DYNAMIC || constant->tag == PH_CONSTANT_INVOKE_DYNAMIC;
    bool is_field = constant->tag == PH_CONSTANT_FIELD || constant->tag == PH_CONSTANT_DYNAMIC;
    struct ph_slice name, descriptor;

    if (is_dynamic) {
        self->bootstraps_used = PH_MAX(self->bootstraps_used, constant->first + 1u);
    } else if (!ph_parser_has_tag(self, constant->first, PH_CONSTANT_CLASS)) {
        return bad_index(self, constant->first);
    }
    if (!ph_parser_has_tag(self, constant->second, PH_CONSTANT_NAME_AND_TYPE)) {
        return bad_index(self, constant->second);
    }
    name_and_type(self, constant->second, &name, &descriptor);
    if ((descriptor.bytes[0] != '(') != is_field) {
        return ph_parser_fail_signature(self, !is_field, name, descriptor);
    }
    return check_special_name(self, constant, name, descriptor);
}

static ph_status bad_member(struct ph_parser *self, uint32_t index, const char *what)
{
    struct ph_slice name = ph_parser_class_name(self);
    return ph_parser_fail_plain(self, "Invalid constant pool index %u in class file %.*s (not %s)",
                                (unsigned)index, PH_PARSER_SHOWN(name), what);
}

/* 4.4.8 */
static ph_status check_method_handle(struct ph_parser *self, uint32_t index)
{
    const struct ph_constant *constant = &self->constants[index];
    uint8_t tag = ph_classfile_tag(self->out, constant->first);
    bool is_good = false;

    switch (constant->kind) {
    case PH_HANDLE_GET_FIELD:
    case PH_HANDLE_GET_STATIC:
    case PH_HANDLE_PUT_FIELD:
    case PH_HANDLE_PUT_STATIC:
        return tag == PH_CONSTANT_FIELD ? PH_OK : bad_member(self, constant->first, "a field");
    case PH_HANDLE_INVOKE_VIRTUAL:
    case PH_HANDLE_NEW_INVOKE_SPECIAL:
        is_good = tag == PH_CONSTANT_METHOD;
        break;
    case PH_HANDLE_INVOKE_STATIC:
    case PH_HANDLE_INVOKE_SPECIAL:
        is_good = tag == PH_CONSTANT_METHOD ||
                  (tag == PH_CONSTANT_INTERFACE_METHOD && self->out->major >= PH_JAVA_8);
        break;
    case PH_HANDLE_INVOKE_INTERFACE:
        is_good = tag == PH_CONSTANT_INTERFACE_METHOD;
        break;
    default:
        return ph_parser_fail_index(self, "Bad method handle kind at constant pool index #", index);
    }
    if (!is_good) {
        return bad_member(self, constant->first,
                          constant->kind == PH_HANDLE_INVOKE_INTERFACE ? "an interface method"
                                                                       : "a method");
    }
    struct ph_slice name, descriptor;
    const struct ph_constant *member = &self->constants[constant->first];
    if (!ph_parser_has_tag(self, member->second, PH_CONSTANT_NAME_AND_TYPE)) {
        return bad_index(self, member->second);
    }
    name_and_type(self, member->second, &name, &descriptor);
    bool is_special = name.bytes[0] == '<';
    if (is_special != (constant->kind == PH_HANDLE_NEW_INVOKE_SPECIAL)) {
        return ph_parser_fail_index(self,
                                    is_special ? "Bad method name at constant pool index #"
                                               : "Bad constructor name at constant pool index #",
                                    self->constants[member->second].first);
    }
    return PH_OK;
}

static ph_status third_round(struct ph_parser *self, uint32_t index)
{
    switch (self->constants[index].tag) {
    case PH_CONSTANT_FIELD:
    case PH_CONSTANT_METHOD:
    case PH_CONSTANT_INTERFACE_METHOD:
    case PH_CONSTANT_DYNAMIC:
    case PH_CONSTANT_INVOKE_DYNAMIC:
        return check_member(self, index);
    case PH_CONSTANT_METHOD_HANDLE:
        return check_method_handle(self, index);
    default:
        return PH_OK;
    }
}

ph_status ph_parser_constants(struct ph_parser *self)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    uint32_t count = ph_parser_u16(self);
    if (count == 0) {
        return ph_parser_fail(self, "Illegal constant pool size 0");
    }
    PH_PARSER_TRY(ph_parser_need(self, count - 1));
    self->constants = ph_parser_table(self, count, sizeof(*self->constants));
    if (self->constants == NULL) {
        return PH_NO_MEMORY;
    }
    memset(self->constants, 0, count * sizeof(*self->constants));
    self->out->constants = self->constants;
    self->out->constant_count = (uint16_t)count;
    for (uint32_t i = 1; i < count;) {
        PH_PARSER_TRY(read_constant(self, i, &i));
    }
    for (uint32_t i = 1; i < count; i++) {
        PH_PARSER_TRY(second_round(self, i));
    }
    for (uint32_t i = 1; i < count && !self->is_known; i++) {
        PH_PARSER_TRY(third_round(self, i));
    }
    return PH_OK;
}
