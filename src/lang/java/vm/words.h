/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - the words that texts of Java's errors are made of.
 *
 * Everything is appended to text that is ended by 0, and cut to `to_bytes`, the whole size. Nothing
 * collects. */
#ifndef PH_LANG_JAVA_WORDS_H
#define PH_LANG_JAVA_WORDS_H

#include "lang/java/vm/vm.h"

PH_PRINTF(3, 4) void ph_java_add(char *to, size_t to_bytes, const char *format, ...);
/* A name with slashes, written with dots. */
void ph_java_add_name(struct ph_slice name, char *to, size_t to_bytes);
/* The type of a descriptor as Java source has it: "byte[]", "java.lang.String". */
void ph_java_add_type(struct ph_slice descriptor, char *to, size_t to_bytes);
/* "int A.b(byte[], java.lang.String)"; without a class: "int b(…" */
void ph_java_add_signature(struct ph_slice class_name, struct ph_slice name,
                           struct ph_slice descriptor, char *to, size_t to_bytes);
/* The same between apostrophes. */
void ph_java_add_method(struct ph_slice class_name, struct ph_slice name,
                        struct ph_slice descriptor, char *to, size_t to_bytes);
/* "'app'", "'bootstrap'", "Name @12ab". */
void ph_java_add_loader(struct ph_java_vm *vm, ph_ref loader, char *to, size_t to_bytes);
/* "module java.base of loader 'bootstrap'": where a class is. False: modules are not known yet, and
 * nothing was added. */
bool ph_java_add_home(struct ph_java_vm *vm, const struct ph_class *class, char *to,
                      size_t to_bytes);
/* The same of a module that is known, and a loader. */
void ph_java_add_home_of(struct ph_java_vm *vm, ph_ref module, ph_ref loader, char *to,
                         size_t to_bytes);
/* " (A and B are in unnamed module of loader 'app')", or where each is. */
void ph_java_add_homes(struct ph_java_vm *vm, const struct ph_class *one,
                       const struct ph_class *other, char *to, size_t to_bytes);

#endif
