/* SPDX-License-Identifier: Apache-2.0 */
/* outline_check.h - asks an outline everything, and compares its answers with the class file's. */
#ifndef PH_TESTS_SUPPORT_OUTLINE_CHECK_H
#define PH_TESTS_SUPPORT_OUTLINE_CHECK_H

#include "base/text.h"
#include "lang/java/outline.h"

/* Other bits mean nothing; class files are read without them. */
#define OUTLINE_FIELD_FLAGS \
    (PH_ACC_PUBLIC | PH_ACC_PRIVATE | PH_ACC_PROTECTED | PH_ACC_STATIC | PH_ACC_FINAL)
#define OUTLINE_METHOD_FLAGS (OUTLINE_FIELD_FLAGS | PH_ACC_NATIVE | PH_ACC_ABSTRACT)

/* Looks at all that there is: a reading past the end would be noticed. */
static inline uint64_t outline_look(const struct ph_class_outline *outline)
{
    struct ph_slice name, descriptor;
    uint64_t sum = ph_class_outline_nest_host(outline).size + outline->flags +
                   ph_class_outline_has_nest_member(outline, PH_SLICE_TEXT("a/B"));

    for (uint32_t i = 0; i <= outline->constant_count; i++) {
        struct ph_member_reference member = ph_class_outline_member(outline, i);
        struct ph_slice text = ph_class_outline_text(outline, i);
        const struct ph_slice all[] = {text, member.class_name, member.name, member.descriptor};
        for (uint32_t k = 0; k < PH_COUNT(all); k++) {
            sum += all[k].size == 0 ? 0 : all[k].bytes[0] + all[k].bytes[all[k].size - 1];
        }
    }
    for (uint32_t i = 0; i <= outline->field_count; i++) {
        sum += ph_class_outline_field_flags(outline, i);
        sum += ph_class_outline_field_name(outline, i).size;
    }
    for (uint32_t i = 0; i <= outline->method_count; i++) {
        struct ph_slice code = ph_class_outline_code(outline, i);
        ph_class_outline_method_names(outline, i, &name, &descriptor);
        sum += ph_class_outline_method_flags(outline, i) + name.size + descriptor.size;
        sum += code.size == 0 ? 0 : code.bytes[0] + code.bytes[code.size - 1];
    }
    return sum;
}

static inline bool outline_same_constants(const struct ph_class_outline *outline,
                                          const struct ph_classfile *file)
{
    for (uint32_t i = 0; i <= file->constant_count; i++) {
        uint8_t tag = ph_classfile_tag(file, i);
        if (ph_class_outline_tag(outline, i) != tag) {
            return false;
        }
        if (tag != PH_CONSTANT_NONE && file->constants[i].text.bytes != NULL &&
            !ph_slice_equal(ph_class_outline_text(outline, i), file->constants[i].text)) {
            return false;
        }
        if (tag >= PH_CONSTANT_FIELD && tag <= PH_CONSTANT_INTERFACE_METHOD) {
            struct ph_member_reference a = ph_classfile_member(file, i);
            struct ph_member_reference b = ph_class_outline_member(outline, i);
            if (a.tag != b.tag || !ph_slice_equal(a.class_name, b.class_name) ||
                !ph_slice_equal(a.name, b.name) || !ph_slice_equal(a.descriptor, b.descriptor)) {
                return false;
            }
        }
    }
    return true;
}

static inline bool outline_same_members(const struct ph_class_outline *outline,
                                        const struct ph_classfile *file)
{
    struct ph_slice name, descriptor;

    for (uint32_t i = 0; i < file->field_count; i++) {
        const struct ph_class_field *field = &file->fields[i];
        uint32_t flags = ph_class_outline_field_flags(outline, i);
        if (((flags ^ field->flags) & OUTLINE_FIELD_FLAGS) != 0 ||
            !ph_slice_equal(ph_class_outline_field_name(outline, i),
                            ph_classfile_text(file, field->name))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < file->method_count; i++) {
        const struct ph_class_method *method = &file->methods[i];
        struct ph_slice code = ph_class_outline_code(outline, i);
        uint32_t flags = ph_class_outline_method_flags(outline, i);
        ph_class_outline_method_names(outline, i, &name, &descriptor);
        if ((((flags ^ method->flags) & OUTLINE_METHOD_FLAGS) != 0 &&
             ph_classfile_text(file, method->name).bytes[0] != '<') || /* <clinit> has its own */
            !ph_slice_equal(name, ph_classfile_text(file, method->name)) ||
            !ph_slice_equal(descriptor, ph_classfile_text(file, method->descriptor)) ||
            code.bytes != method->code.code.bytes || code.size != method->code.code.size) {
            return false;
        }
    }
    return true;
}

static inline bool outline_same(const struct ph_class_outline *outline,
                                const struct ph_classfile *file)
{
    struct ph_slice host = ph_class_outline_nest_host(outline);
    bool same = outline->field_count == file->field_count &&
                outline->method_count == file->method_count &&
                ((outline->flags ^ file->flags) & PH_ACC_PUBLIC) == 0 &&
                ph_slice_equal(ph_class_outline_name(outline), file->name) &&
                (file->nest_host == 0
                     ? host.size == 0
                     : ph_slice_equal(host, ph_classfile_text(file, file->nest_host)));

    for (uint32_t i = 0; same && i < file->nest_member_count; i++) {
        same = ph_class_outline_has_nest_member(
            outline, ph_classfile_text(file, file->nest_members[i]));
    }
    return same && !ph_class_outline_has_nest_member(outline, PH_SLICE_TEXT("no/Member")) &&
           outline_same_constants(outline, file) && outline_same_members(outline, file);
}

#endif
