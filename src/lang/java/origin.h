/* SPDX-License-Identifier: Apache-2.0 */
/* origin.h - where the parts of a translated class came from: the unit's origin section
 * (docs/formats/java-origin.md).
 *
 * Nothing is allocated; `bytes` is borrowed. What is asked for beyond the tables has no origin. */
#ifndef PH_LANG_JAVA_ORIGIN_H
#define PH_LANG_JAVA_ORIGIN_H

#include "base/status.h"

/* What a dynamic constant is. */
enum ph_java_constant_role {
    PH_JAVA_CONSTANT_VALUE = 0,    /* that of a loadable constant */
    PH_JAVA_CONSTANT_APPENDIX = 1, /* of a call: its last argument, maybe null */
    PH_JAVA_CONSTANT_FUNCTION = 2  /* of a call: the function, (args, appendix) -> result */
};

#define PH_JAVA_ORIGIN_NONE UINT32_MAX

struct ph_java_origin {
    struct ph_slice bytes;
    uint32_t class_count, field_count, method_count; /* references of each kind */
    uint32_t constant_count;
    uint32_t function_count; /* those that are not imported */
};

struct ph_java_constant_origin {
    uint16_t index;  /* in the constant pool */
    uint8_t role;    /* enum ph_java_constant_role */
    uint32_t site;   /* of an invokedynamic: its number in the class, from 0 in the order of the
                      * code; else PH_JAVA_ORIGIN_NONE */
};

/* PH_MALFORMED: it is no origin of a class. */
PH_MUST_CHECK ph_status ph_java_origin_open(struct ph_slice bytes, struct ph_java_origin *self,
                                            struct ph_error *error);

/* The index in the constant pool that a reference of the unit stands for; 0: none, it is known by
 * its names in the unit alone. */
uint32_t ph_java_origin_class(const struct ph_java_origin *self, uint32_t class_ref);
uint32_t ph_java_origin_field(const struct ph_java_origin *self, uint32_t field_ref);
uint32_t ph_java_origin_method(const struct ph_java_origin *self, uint32_t method_ref);
/* False: there is no such constant. */
bool ph_java_origin_constant(const struct ph_java_origin *self, uint32_t constant,
                             struct ph_java_constant_origin *origin);

/* Of the function with number imported functions + `index`: which method of the class file it is;
 * PH_JAVA_ORIGIN_NONE: none, it is the translator's own. */
uint32_t ph_java_origin_of_function(const struct ph_java_origin *self, uint32_t index);
/* The bytecode index that the instruction at `offset` of the function's code came from;
 * PH_JAVA_ORIGIN_NONE: not known. Linear in the function's size. */
uint32_t ph_java_origin_pc(const struct ph_java_origin *self, uint32_t index, uint32_t offset);

#endif
