/* SPDX-License-Identifier: Apache-2.0 */
/* descriptor.h - names and descriptors of class files (JVMS 4.2, 4.3) and their modified UTF-8
 * (4.4.7). All functions take any bytes whatever unless they say otherwise; nothing allocates. */
#ifndef PH_LANG_JAVA_DESCRIPTOR_H
#define PH_LANG_JAVA_DESCRIPTOR_H

#include "base/common.h"

/* ---- Names --------------------------------------------------------------------------------- */

bool ph_java_is_unqualified_name(struct ph_slice name); /* 4.2.2: of a field or local variable */
bool ph_java_is_method_name(struct ph_slice name);      /* the same; also <init> and <clinit> */
bool ph_java_is_class_name(struct ph_slice name);       /* 4.2.1: java/lang/Object, no arrays */
bool ph_java_is_module_name(struct ph_slice name);      /* 4.2.3 */
/* "java/lang/Object" → "java/lang"; empty: the unnamed package. */
struct ph_slice ph_java_package_of(struct ph_slice class_name);

/* ---- Descriptors --------------------------------------------------------------------------- */

#define PH_JAVA_DIMENSIONS_MAX 255u /* of an array, 4.3.2 */

#define PH_JAVA_PARAMETER_SLOTS_MAX 255u

bool ph_java_is_primitive(uint8_t letter); /* one of BCDFIJSZ */
const char *ph_java_primitive_name(uint8_t letter); /* also of V; NULL: no such letter */
bool ph_java_is_field_descriptor(struct ph_slice text);
/* At most 255 slots of parameters; whether `this` fits too is the method's business. */
bool ph_java_is_method_descriptor(struct ph_slice text);

/* The following want a descriptor that was found good. */

/* Walks over the parameters of a method's descriptor:
 *     struct ph_slice rest = descriptor, type;
 *     while (ph_java_next_parameter(&rest, &type)) …
 * `type` is a field descriptor whose first byte says what it is: BCDFIJSZ, L or [. */
bool ph_java_next_parameter(struct ph_slice *rest, struct ph_slice *type);
struct ph_slice ph_java_result(struct ph_slice method_descriptor); /* what follows ')' */
/* How many local variables the parameters take: two for J and D; `this` is not counted. */
uint32_t ph_java_parameter_slots(struct ph_slice method_descriptor);
/* "Ljava/lang/String;" → "java/lang/String"; what is no L… stays as it is. */
struct ph_slice ph_java_class_of(struct ph_slice field_descriptor);

/* ---- Modified UTF-8 ------------------------------------------------------------------------ */

/* True if it is modified UTF-8: no zero byte, nothing above 0xef, no sequence that is longer than
 * it has to be but that of NUL (which `is_lenient` lets through: class files up to version 47). */
bool ph_java_is_utf8(struct ph_slice text, bool is_lenient);
/* How many UTF-16 units the text has; the text was found good. Writes them to `to`, if not NULL. */
uint64_t ph_java_to_utf16(struct ph_slice text, uint16_t *to);
/* The way back; any units are fine, also lone surrogates. Returns how many bytes there are. */
uint64_t ph_java_from_utf16(const uint16_t *units, uint64_t count, uint8_t *to);

#endif
