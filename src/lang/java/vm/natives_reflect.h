/* SPDX-License-Identifier: Apache-2.0 */
/* natives_reflect.h - what the natives of reflection and of method handles share. */
#ifndef PH_LANG_JAVA_NATIVES_REFLECT_H
#define PH_LANG_JAVA_NATIVES_REFLECT_H

#include "lang/java/vm/vm.h"

/* The method or constructor that a java.lang.reflect object stands for, and its number; NULL: it
 * is none. Never collects. */
const struct ph_java_class *ph_java_executable_of(struct ph_call *call, ph_ref object,
                                                  uint32_t *number);
/* Likewise of a Field. */
const struct ph_java_class *ph_java_field_of(struct ph_call *call, ph_ref object,
                                             uint32_t *number);
/* What a virtual call of that method runs on `receiver`; of a static, private or final one: itself.
 * 0: abstract, or the receiver is no instance of its class. Never collects. */
ph_ref ph_java_select(struct ph_call *call, const struct ph_java_class *class, uint32_t number,
                      ph_ref receiver);

/* The function object of the method that a resolved MemberName names; 0: abstract, or none. */
ph_ref ph_java_function_of(struct ph_call *call, ph_ref member);

/* phantom.vm.Constants.check(class, index, named) (handles.c). */
enum ph_outcome ph_java_check_handle(struct ph_call *call);

ph_status ph_java_array_natives_add(struct ph_java_vm *self);
ph_status ph_java_constant_natives_add(struct ph_java_vm *self);

#endif
