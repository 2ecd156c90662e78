/* SPDX-License-Identifier: Apache-2.0 */
/* translate.h - turns a class file into a unit (docs/decisions/0016-java.md).
 *
 * The code of every method is checked as Java's verifier does, as far as it is about the kinds of
 * values (int, long, float, double, reference), the depth of the stack, targets of branches, locals
 * that are not set, and constants; the stack's kinds are inferred, so StackMapTables are not looked
 * at and old class files need none. What class a reference is of is not followed: instructions
 * compare it when they are executed (docs/decisions/0010-objects.md). What is made is verified like
 * anybody's unit.
 *
 * The work is linear in the class file's size, but for what only hostile files do, where it is
 * bounded by method. */
#ifndef PH_LANG_JAVA_TRANSLATE_H
#define PH_LANG_JAVA_TRANSLATE_H

#include "lang/java/classfile.h"

/* `name` is what the class shall be called, where that is not what its file says (hidden classes);
 * else empty. The unit's bytes come from `allocator` and are the caller's (free with unit->size).
 * The statuses are Java's errors, with their text:
 *     PH_INVALID     VerifyError
 *     PH_MALFORMED   ClassFormatError: the parameters are more than max_locals; or the class is
 *                    above itself, which whoever loads superclasses says before
 *     PH_NOT_FOUND   NoClassDefFoundError: it is a module-info, no class
 *     PH_LIMIT       more than units hold; Java has no such error
 *     PH_NO_MEMORY   OutOfMemoryError */
PH_MUST_CHECK ph_status ph_java_translate(const struct ph_classfile *file, struct ph_slice name,
                                          struct ph_allocator *allocator, struct ph_slice *unit,
                                          struct ph_error *error);

/* The storage (enum ph_storage) of fields and array items whose descriptor begins so. */
uint8_t ph_jt_storage(uint8_t letter);

#endif
