/* SPDX-License-Identifier: Apache-2.0 */
/* natives.h - small things that many natives want: arguments, results, classes by name. */
#ifndef PH_LANG_JAVA_NATIVES_H
#define PH_LANG_JAVA_NATIVES_H

#include "lang/java/vm/vm.h"

#define PH_JAVA_NAME_BYTES 1024u
#define PH_JAVA_HOME "/java" /* in the image; holds what of the JDK programs look into */

static inline struct ph_slice ph_java_slice_of(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

/* ---- Arguments ------------------------------------------------------------------------------ */

/* Class behind a mirror that is an argument; NULL: a primitive type, told in *primitive, or no
 * mirror at all (UINT32_MAX). */
struct ph_class *ph_java_class_argument(struct ph_call *call, uint32_t slot, uint32_t *primitive);
/* The String in a slot as a class's name, ended by 0; `has_dots`: as Java writes it, dots become
 * slashes. False: null, not a String, too long, or (has_dots) it has slashes. Never collects. */
bool ph_java_name_argument(struct ph_call *call, uint32_t slot, char name[PH_JAVA_NAME_BYTES],
                           bool has_dots);
/* Is it one of that class of the boot loader? False also of null. May collect. */
bool ph_java_is_instance(struct ph_call *call, ph_ref ref, const char *class_name);

/* ---- Threads and frames --------------------------------------------------------------------- */

/* A java.lang.Thread's thread of the machine; NULL: it was not started, or has ended. */
struct ph_thread *ph_java_thread_behind(struct ph_call *call, ph_ref java_thread);
/* Fills in a StackTraceElement. False: no memory. May collect. */
bool ph_java_set_element(struct ph_call *call, struct ph_root *element,
                         const struct ph_java_frame *place);

/* ---- Classes -------------------------------------------------------------------------------- */

/* The boot loader's class of that name. May collect. */
enum ph_java_found ph_java_find_boot(struct ph_call *call, const char *name,
                                     struct ph_class **class, struct ph_java_error *error);
/* The class of arrays of `storage` (enum ph_storage), of references to `item`: below
 * java.lang.Object, which ph_array_class alone does not see to. NULL: no memory (classes.c). */
struct ph_class *ph_java_array_class(struct ph_call *call, uint32_t storage,
                                     struct ph_class *item);
/* 'I' of PH_STORE_I32…; not of references. */
char ph_java_storage_letter(uint32_t storage);
/* Writes "java/lang/String" or "[[I", ended by 0 and cut to `to_bytes`; how long it is then. */
size_t ph_java_class_name(struct ph_java_vm *self, const struct ph_class *class, char *to,
                          size_t to_bytes);
/* The same with dots, as Class.getName says it; NULL: any object. */
size_t ph_java_external_name(struct ph_java_vm *self, const struct ph_class *class, char *to,
                             size_t to_bytes);
/* Stores to a static field of a boot class that is initialised. False: it has no such field. */
bool ph_java_set_static_ref(struct ph_call *call, const char *class_name, const char *key,
                            ph_ref value);

/* ---- Results -------------------------------------------------------------------------------- */

enum ph_outcome ph_java_return_mirror(struct ph_call *call, struct ph_class *class);
/* The mirror of the boot loader's class of that name, loaded if need be; null if there is none. */
enum ph_outcome ph_java_return_boot_class(struct ph_call *call, const char *name);
enum ph_outcome ph_java_return_string(struct ph_call *call, struct ph_slice text);
enum ph_outcome ph_java_return_ref(struct ph_call *call, ph_ref made); /* 0: out of memory */
/* A new instance of an ordinary class, initialised first. */
enum ph_outcome ph_java_allocate(struct ph_call *call, struct ph_class *class);
enum ph_outcome ph_java_nothing(struct ph_call *call); /* registerNatives and the like */
enum ph_outcome ph_java_zero(struct ph_call *call);    /* 0, false or null of any type */

/* Makes a String of the text (NULL: null) item `index` of a String[]. May collect. False: no
 * memory. */
bool ph_java_put_string(struct ph_call *call, struct ph_root *array, uint32_t index,
                        struct ph_slice text);

/* Text of the system's, in standard UTF-8; what is not well-formed becomes U+FFFD. May collect. */
ph_ref ph_java_string_utf8(struct ph_call *call, struct ph_slice text);

/* ---- Threads and programs -------------------------------------------------------------------- */

/* Natives of several classes: Thread[] of all that are alive (natives_thread.c), the program's id
 * (natives_files.c), how many workers there are (natives_system.c). */
enum ph_outcome ph_java_all_threads(struct ph_call *call);
enum ph_outcome ph_java_process_id(struct ph_call *call);
enum ph_outcome ph_java_processors(struct ph_call *call);

/* ---- Tables --------------------------------------------------------------------------------- */

ph_status ph_java_vm_natives_add(struct ph_java_vm *self);
ph_status ph_java_class_natives_add(struct ph_java_vm *self);
ph_status ph_java_system_natives_add(struct ph_java_vm *self);
ph_status ph_java_module_natives_add(struct ph_java_vm *self);
ph_status ph_java_loader_natives_add(struct ph_java_vm *self);
ph_status ph_java_pool_natives_add(struct ph_java_vm *self);

#endif
