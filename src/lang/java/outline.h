/* SPDX-License-Identifier: Apache-2.0 */
/* outline.h - a class file as linking looks at it: constants by their index, flags of members.
 *
 * It is for files that ph_classfile_read took before. Opening notes where constants and members
 * stand and decodes none of them; what is asked for is decoded then, and whoever wants more reads
 * the file (ph_classfile_read_known). Nothing is believed for all that: any bytes are safe, and
 * what is not what it should be is as if it was not there.
 *
 * Borrows the bytes and the scratch memory, which must outlive it. Any thread may ask. */
#ifndef PH_LANG_JAVA_OUTLINE_H
#define PH_LANG_JAVA_OUTLINE_H

#include "lang/java/classfile.h"

struct ph_class_outline {
    struct ph_slice bytes;
    uint16_t constant_count, field_count, method_count;
    uint16_t flags;           /* as the file has them: PH_ACC_…, and maybe others */
    uint16_t this_class;      /* CLASS */
    const uint32_t *constants; /* offsets of their tags by index; 0: none */
    const uint32_t *fields, *methods; /* offsets of their flags */
    uint32_t attributes;      /* offset of the class's own: their count, then they */
};

/* PH_MALFORMED (the bytes end too early, or hold no class), PH_NO_MEMORY. */
PH_MUST_CHECK ph_status ph_class_outline_open(struct ph_slice bytes, struct ph_scratch *scratch,
                                              struct ph_class_outline *self);

/* PH_CONSTANT_NONE for an index without a constant. */
uint8_t ph_class_outline_tag(const struct ph_class_outline *self, uint32_t index);
/* The text of a UTF8, or of a CLASS, STRING, METHOD_TYPE, MODULE or PACKAGE; else empty. */
struct ph_slice ph_class_outline_text(const struct ph_class_outline *self, uint32_t index);
/* What a FIELD, METHOD or INTERFACE_METHOD says; of others the tag alone. */
struct ph_member_reference ph_class_outline_member(const struct ph_class_outline *self,
                                                   uint32_t index);

/* PH_ACC_… of the class's own field or method; 0: it has no such one. */
uint16_t ph_class_outline_field_flags(const struct ph_class_outline *self, uint32_t field);
uint16_t ph_class_outline_method_flags(const struct ph_class_outline *self, uint32_t method);
/* Empty: it has no such one. */
struct ph_slice ph_class_outline_field_name(const struct ph_class_outline *self, uint32_t field);
void ph_class_outline_method_names(const struct ph_class_outline *self, uint32_t method,
                                   struct ph_slice *name, struct ph_slice *descriptor);

/* The bytecode of a method; empty: it has none. */
struct ph_slice ph_class_outline_code(const struct ph_class_outline *self, uint32_t method);

/* "java/lang/String" */
static inline struct ph_slice ph_class_outline_name(const struct ph_class_outline *self)
{
    return ph_class_outline_text(self, self->this_class);
}
/* The host of its nest; empty: it is its own. */
struct ph_slice ph_class_outline_nest_host(const struct ph_class_outline *self);
/* Does it name that class as a member of its nest? */
bool ph_class_outline_has_nest_member(const struct ph_class_outline *self, struct ph_slice name);

#endif
