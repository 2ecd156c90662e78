/* SPDX-License-Identifier: Apache-2.0 */
/* vm.h - Java in a running world: classes, mirrors, strings, linking, and what natives need.
 *
 * One ph_java_vm for each machine; it is volatile and can be dropped at any instant. What has to
 * survive lies in the world: class objects, mirrors, class files, and the roots of a program, which
 * are the globals of its launcher (launcher.c), the instance that the program is begun with.
 *
 * Invariants
 *   (1) A class has one mirror, and its mirror leads back to it (field `$class`). Mirrors of
 *       classes that are defined are never young.
 *   (2) A class is in its defining loader's dictionary before anybody can get at it; what a loader
 *       has answered once it answers always (JVMS 5.3.1, 5.3.5).
 *   (3) No native here runs Java code. What needs it ends in a tail call (ph_java_call) of Java
 *       code of ours, package phantom.vm, which does the rest and is free to throw.
 *   (4) A native trusts nothing that a Java object says about itself: what it takes for an address,
 *       an offset, a class or a function it checks against the world, so that no bytecode, trusted
 *       or not, can break the world.
 *   (5) References that a native holds go stale at safepoints alone, of which there is none within
 *       it: making objects collects nothing. So in the stress mode that moves, objects move at
 *       safepoints alone too (stress_at_rest). "May collect" tells where one day they may.
 *
 * Threads: any worker; tables are under `lock`, which is taken outside of the machine's view_lock
 * and never across anything that may collect. Functions say whether they may collect; references
 * that live over such a call go into roots. Text is modified UTF-8 in slices, class names are
 * binary names with slashes ("java/lang/String", "[I"). */
#ifndef PH_LANG_JAVA_VM_H
#define PH_LANG_JAVA_VM_H

#include "base/map.h"
#include "lang/java/classfile.h"
#include "lang/java/descriptor.h"
#include "lang/java/jimage.h"
#include "lang/java/origin.h"
#include "lang/java/outline.h"
#include "machine/link.h"

/* The roots of a program: the launcher's globals, in this order for ever. */
enum ph_java_root {
    PH_JAVA_ROOT_CLASSES,    /* dictionary of the boot loader */
    PH_JAVA_ROOT_STRINGS,    /* table of interned strings */
    PH_JAVA_ROOT_PRIMITIVES, /* Object[9]: mirrors by enum ph_java_primitive */
    PH_JAVA_ROOT_THREAD_GROUP,
    PH_JAVA_ROOT_STATE,      /* Object[]: what phantom.vm.* keeps */
    PH_JAVA_ROOT_PENDING,    /* queue of references found dead */
    PH_JAVA_ROOT_MODULES,    /* table of packages (natives_module.c) */
    PH_JAVA_ROOT_MEMORY,     /* blocks of memory outside of objects (unsafe.h) */
    PH_JAVA_ROOT_COUNT
};

enum ph_java_primitive { /* in the order of newarray's codes, then void */
    PH_JAVA_BOOLEAN, PH_JAVA_CHAR, PH_JAVA_FLOAT, PH_JAVA_DOUBLE, PH_JAVA_BYTE, PH_JAVA_SHORT,
    PH_JAVA_INT, PH_JAVA_LONG, PH_JAVA_VOID, PH_JAVA_PRIMITIVE_COUNT
};

/* What linking knows of a class that was defined from a class file. Made when first needed, stays,
 * and must be cheap: a start of a program asks for hundreds of them. */
struct ph_java_known {
    struct ph_java_vm *vm;
    struct ph_class *class;
    struct ph_view *view;
    struct ph_java_origin origin;
    struct ph_class_outline outline; /* borrows from the class file in the world */
    const struct ph_java_class *whole; /* atomic; NULL: nobody has asked for it yet */
    const uint16_t *fields, *methods;  /* atomic; where many members are by name: known.c */
};

/* The same with all of its class file. Made when first needed, stays. */
struct ph_java_class {
    const struct ph_java_known *known;
    struct ph_class *class;       /* these three are known's */
    struct ph_view *view;
    struct ph_java_origin origin;
    struct ph_classfile file;     /* borrows from the class file in the world */
};

/* Where natives find what they want to know of Java's own classes: resolved when first asked. */
struct ph_java_vm {
    struct ph_machine *machine;
    struct ph_heap *heap;
    struct ph_allocator *allocator;
    struct ph_mutex dictionary_lock; /* tables of the world: classes of loaders, strings */
    struct ph_mutex lock;
    struct ph_map exported;      /* access.c: what classes may use as far as modules go */
    struct ph_scratch memory;
    struct ph_jimage library;    /* of the user's JDK */
    bool has_library;
    bool (*open_library)(struct ph_java_vm *self); /* called when it is first needed, under lock;
                                                    * sets `library`, or says why not */
    bool lacks_library;          /* it did */
    /* Maps the JDK's lib/ct.sym, which `free_symbols` undoes. NULL, or false: there is none. */
    bool (*open_symbols)(struct ph_java_vm *self, struct ph_slice *bytes);
    void (*free_symbols)(struct ph_slice *bytes);
    uint64_t library_bytes, library_hash; /* for it: which file it has to be; 0: any */
    uint8_t *guards;             /* natives_unsafe.c: what it knows of classes, by number */
    uint64_t *places;            /* places.c */
    struct ph_java_dump *dumps;  /* natives_dump.c */
    uint32_t class_offset, file_offset, loader_offset, module_offset; /* in mirrors (known.c) */
};

PH_MUST_CHECK ph_status ph_java_vm_create(struct ph_machine *machine,
                                          bool (*open_library)(struct ph_java_vm *self),
                                          struct ph_java_vm **vm, struct ph_error *error);
void ph_java_vm_destroy(struct ph_java_vm *self); /* after the machine was closed */
static inline struct ph_java_vm *ph_java_vm_of(const struct ph_call *call)
{
    return call->context;
}

/* ---- Roots ---------------------------------------------------------------------------------- */

ph_ref ph_java_root(const struct ph_call *call, enum ph_java_root root);
void ph_java_set_root(struct ph_call *call, enum ph_java_root root, ph_ref value);

/* ---- Finding and defining classes ----------------------------------------------------------- */

/* What became of a lookup. */
enum ph_java_found {
    PH_JAVA_FOUND,
    PH_JAVA_ABSENT,   /* the loader does not have it (boot loader), or: ask the loader */
    PH_JAVA_WRONG,    /* it is there, and cannot be made: ph_java_error says why */
};
struct ph_java_error {
    const char *class_name; /* of the exception: "java/lang/NoClassDefFoundError" */
    char text[1024];
};

/* The class `name`, array or not, as `loader` (0: the boot loader) sees it. The boot loader loads
 * it if need be, superclasses and all; another one only looks at what it has answered before. May
 * collect. */
enum ph_java_found ph_java_find_class(struct ph_call *call, struct ph_root *loader,
                                      struct ph_slice name, struct ph_class **class,
                                      struct ph_java_error *error);
/* Notes that `loader` has answered `class` for its name (or another class of that name before:
 * that one comes back). Never collects. NULL: no memory, or others expect another class of it. */
struct ph_class *ph_java_note_class(struct ph_call *call, ph_ref loader, struct ph_class *class,
                                    struct ph_java_error *error);

/* What to define; `supers` are the superclass and the interfaces as the loader answered them. */
struct ph_java_definition {
    struct ph_root *loader;      /* 0: boot */
    struct ph_slice bytes;       /* copied */
    struct ph_slice name;        /* expected; empty: any */
    struct ph_class *const *supers; /* superclass (NULL: java/lang/Object has none), interfaces */
    uint32_t super_count;
    bool is_hidden;              /* not in the dictionary, called `name` + "+" + … */
    struct ph_root *protection_domain;
};
/* Translates, verifies, instantiates and links the class, makes its mirror, enters it in the
 * dictionary. May collect. */
enum ph_java_found ph_java_define(struct ph_call *call, const struct ph_java_definition *what,
                                  struct ph_class **class, struct ph_java_error *error);

/* `class` is java.lang.Class: from now on mirrors can be looked into. */
void ph_java_learn_class(struct ph_java_vm *self, const struct ph_class *class);
/* NULL: it was not made from a class file (an array), or no memory. Never collect. */
const struct ph_java_known *ph_java_know(struct ph_java_vm *self, const struct ph_class *class);
const struct ph_java_class *ph_java_defined(struct ph_java_vm *self,
                                            const struct ph_class *class);
/* Notes a class whose class file lies at `file` in the world, pinned. As ph_java_know. */
const struct ph_java_known *ph_java_note_file(struct ph_java_vm *self, struct ph_class *class,
                                              struct ph_slice file);
/* The defining loader's mirror, 0: the boot loader. */
ph_ref ph_java_loader_of(struct ph_java_vm *self, const struct ph_class *class);
/* Its java.lang.Module; 0: there are none yet. */
ph_ref ph_java_class_module(struct ph_java_vm *self, const struct ph_class *class);

/* Opens the user's JDK if that was not done yet; says why not. */
bool ph_java_has_library(struct ph_java_vm *self);

/* What the loader has answered for the name before; loads nothing. */
bool ph_java_look_up(struct ph_call *call, ph_ref loader, struct ph_slice name,
                     struct ph_class **class);

/* The class that an item of a dictionary is; NULL: the item is none (dictionary.c). */
struct ph_class *ph_java_answered(const struct ph_heap *heap, ph_ref item);

static inline struct ph_slice ph_java_slice(const struct ph_heap *heap, ph_ref bytes_ref)
{
    const struct ph_bytes *bytes = ph_address(heap, bytes_ref);
    return (struct ph_slice){bytes->data, bytes->length};
}

/* ---- Mirrors -------------------------------------------------------------------------------- */

/* The java.lang.Class of a class; those of arrays are made when first asked for. May collect. 0: no
 * memory. */
ph_ref ph_java_mirror(struct ph_call *call, struct ph_class *class);
/* Gives those classes of the boot loader mirrors that were defined before java.lang.Class. */
bool ph_java_make_first_mirrors(struct ph_call *call);
ph_ref ph_java_primitive_mirror(const struct ph_call *call, enum ph_java_primitive primitive);
/* The class behind a mirror; NULL: a primitive type, told in *primitive, or (UINT32_MAX there) no
 * java.lang.Class at all. */
struct ph_class *ph_java_class_behind(struct ph_java_vm *self, ph_ref mirror,
                                      uint32_t *primitive);

/* The java.lang.Module that classes of `package` ("java/lang") of the loader belong to; 0: unknown
 * yet (natives_module.c). Never collects. */
ph_ref ph_java_module_of(struct ph_call *call, ph_ref loader, struct ph_slice package);
/* Is the library's package one of a module that the program's graph has, as far as is known yet?
 * Of the others the boot loader has no classes. */
bool ph_java_is_resolved(struct ph_call *call, struct ph_slice package);

/* ---- Members -------------------------------------------------------------------------------- */

/* Number in the class file of the class's own field "name:desc" / method "name(desc)"; UINT32_MAX:
 * it has none. */
uint32_t ph_java_field_number(const struct ph_java_known *self, struct ph_slice key);
uint32_t ph_java_method_number(const struct ph_java_known *self, struct ph_slice key);
/* The field or method that a reference to `class` finds (JVMS 5.4.3.2 to 5.4.3.4); NULL: none. */
const struct ph_java_known *ph_java_find_field(struct ph_java_vm *self, struct ph_class *class,
                                               struct ph_slice key, uint32_t *number);
const struct ph_java_known *ph_java_find_method(struct ph_java_vm *self, struct ph_class *class,
                                                struct ph_slice key, uint32_t *number);
/* Where instances of `class` have the field, in bytes from their start; a static one: where it is
 * in its class's statics. */
uint32_t ph_java_field_offset(const struct ph_java_known *self, uint32_t field);
/* Function object of method `method` of the class file (not an abstract one). Never collects. 0: no
 * memory. */
ph_ref ph_java_method_function(struct ph_call *call, const struct ph_java_known *self,
                               uint32_t method);

/* Fields of Java's own classes by name: ph_java_get_ref(call, ref, "value:[B"). Asserts that
 * the object's class has the field. For what natives do often, keep the offset. */
ph_ref ph_java_get_ref(struct ph_java_vm *self, ph_ref object, const char *key);
void ph_java_set_ref(struct ph_call *call, ph_ref object, const char *key, ph_ref value);
int64_t ph_java_get_number(struct ph_java_vm *self, ph_ref object, const char *key);
void ph_java_set_number(struct ph_call *call, ph_ref object, const char *key, int64_t value);

/* ---- Frames (frames.c) ---------------------------------------------------------------------- */

/* A function, in terms of the class file. */
struct ph_java_spot {
    const struct ph_java_known *known;
    uint32_t method, function; /* as in struct ph_java_frame */
};
/* False: it is no method from a class file. Never collects. */
bool ph_java_spot_of(struct ph_java_vm *self, const struct ph_view *view, uint32_t function,
                     struct ph_java_spot *spot);

/* Where a frame is, in terms of the class file. */
struct ph_java_frame {
    const struct ph_java_class *class;
    uint32_t method;   /* of the class file */
    uint32_t function; /* that of the unit, imported ones not counted */
    uint32_t pc;       /* in the function's code */
};
#define PH_JAVA_LINE_NATIVE (-2)

/* False: it is no frame of a method from a class file. Never collects. */
bool ph_java_frame_of(struct ph_java_vm *self, const struct ph_view *view, uint32_t function,
                      uint32_t pc, struct ph_java_frame *place);
/* The same for what backtraces keep: instance id << 32 | function. Any numbers are fine. */
bool ph_java_frame_at(struct ph_java_vm *self, uint64_t code, uint32_t pc,
                      struct ph_java_frame *place);
uint32_t ph_java_frame_bci(const struct ph_java_frame *self); /* PH_JAVA_ORIGIN_NONE: not known */
int32_t ph_java_frame_line(const struct ph_java_frame *self); /* -1: not known, or …_NATIVE */
struct ph_slice ph_java_frame_method(const struct ph_java_frame *self); /* its name */
/* Programs do not see it: package phantom.vm, hidden classes, methods that say so. */
bool ph_java_frame_is_hidden(struct ph_java_vm *vm, const struct ph_java_frame *self);
/* "java.lang.String.charAt(String.java:1512)", ended by 0, cut to `to_bytes`; its whole length. */
size_t ph_java_frame_text(const struct ph_java_frame *self, char *to, size_t to_bytes);

/* ---- Strings -------------------------------------------------------------------------------- */

ph_ref ph_java_string(struct ph_call *call, struct ph_slice text); /* may collect; 0: no memory */
ph_ref ph_java_string_of(struct ph_call *call, const char *text);
ph_ref ph_java_string_utf16(struct ph_call *call, const uint16_t *units, uint64_t count);
/* The one string of that text in the program. May collect. */
ph_ref ph_java_intern(struct ph_call *call, struct ph_root *string);
/* Writes the string's text, modified UTF-8, ended by 0, cut to `to_bytes`; returns its whole
 * length. 0-terminated. Never collects. */
size_t ph_java_string_text(struct ph_java_vm *self, ph_ref string, char *to, size_t to_bytes);

/* ---- Arrays --------------------------------------------------------------------------------- */

ph_ref ph_java_new_array(struct ph_call *call, struct ph_class *array_class, uint32_t length);
/* byte[], Object[], String[]… by the array's name. May collect. 0: no memory. */
ph_ref ph_java_new_array_named(struct ph_call *call, const char *name, uint32_t length);
ph_ref ph_java_bytes(struct ph_call *call, struct ph_slice bytes); /* byte[] */

/* ---- What a native ends with ---------------------------------------------------------------- */

/* Calls Java's static method `key` of boot class `class_name` in the native's place. `arguments`
 * are what the descriptor says. */
enum ph_outcome ph_java_call(struct ph_call *call, const char *class_name, const char *key,
                             const uint64_t *arguments, uint32_t count);
/* Throws a new exception of that class with that text (NULL: none). */
enum ph_outcome ph_java_throw(struct ph_call *call, const char *class_name, const char *text);
enum ph_outcome ph_java_throw_error(struct ph_call *call, const struct ph_java_error *error);
enum ph_outcome ph_java_throw_null(struct ph_call *call);
/* ph_call_initialise, which throws what Java does of a class that has failed before. */
enum ph_outcome ph_java_initialise(struct ph_call *call, struct ph_class *class);
enum ph_outcome ph_java_out_of_memory(struct ph_call *call);

/* What traps are besides, where Java tells more apart: numbers behind those of traps.def. */
enum ph_java_trap {
    PH_JAVA_TRAP_INSTANTIATION = 1000,
    PH_JAVA_TRAP_NO_INTERFACE = 1001,
    PH_JAVA_TRAP_HIDDEN = 1002 /* an interface's call found what is not public */
};
uint32_t ph_java_trap_kind(struct ph_call *call, uint32_t trap, ph_ref error_ref);
/* What Java says of a trap whose error object is `error_ref` (0: there was no room for one): ended
 * by 0 and cut. False: nothing (trap_texts.c). Never collects. */
bool ph_java_trap_message(struct ph_call *call, uint32_t trap, ph_ref error_ref, char *to,
                          size_t to_bytes);
/* The mirror of the class whose initialiser had failed before, by the error of that trap; 0: not
 * known. Never collects. */
ph_ref ph_java_trap_mirror(struct ph_call *call, ph_ref error_ref);

static inline ph_ref ph_java_argument(const struct ph_call *call, uint32_t slot)
{
    return (ph_ref)call->slots[slot];
}
static inline enum ph_outcome ph_java_return(struct ph_call *call, uint64_t value)
{
    call->slots[0] = value;
    return PH_DONE;
}

/* ---- Tables of natives ----------------------------------------------------------------------- */

/* Fields that the class files do not have; the translator adds them (translate.c):
 *   java/lang/Class        $class (its class), $primitive (enum ph_java_primitive), $file
 *                          (PINNED_BYTES: its class file), $domain,
 *                          $host (nest host of a hidden class, 0: none),
 *                          $failure (why its initialiser has failed: phantom.vm.Raise)
 *   java/lang/ClassLoader  $classes (dictionary)
 *   java/lang/Thread       $thread (the machine's)
 *   java/lang/invoke/ResolvedMethodName   $class, $method (its number in the class file), $function
 * Their keys have no descriptor. */

/* One per file natives_*.c; module "java", name "java/lang/Object.hashCode()I". */
ph_status ph_java_launcher_natives_add(struct ph_java_vm *self);
ph_status ph_java_idle_natives_add(struct ph_java_vm *self);
ph_status ph_java_image_natives_add(struct ph_java_vm *self);
ph_status ph_java_base_natives_add(struct ph_java_vm *self);
ph_status ph_java_math_natives_add(struct ph_java_vm *self);
ph_status ph_java_management_natives_add(struct ph_java_vm *self);
ph_status ph_java_world_natives_add(struct ph_java_vm *self);
ph_status ph_java_assert_natives_add(struct ph_java_vm *self);
ph_status ph_java_link_natives_add(struct ph_java_vm *self);
ph_status ph_java_lang_natives_add(struct ph_java_vm *self);
ph_status ph_java_reflect_natives_add(struct ph_java_vm *self);
ph_status ph_java_unsafe_natives_add(struct ph_java_vm *self);
ph_status ph_java_thread_natives_add(struct ph_java_vm *self);
ph_status ph_java_trace_natives_add(struct ph_java_vm *self);
ph_status ph_java_dump_natives_add(struct ph_java_vm *self); /* and a device */
void ph_java_dumps_finish(struct ph_java_vm *self);
ph_status ph_java_npe_natives_add(struct ph_java_vm *self);
ph_status ph_java_invoke_natives_add(struct ph_java_vm *self);
ph_status ph_java_io_natives_add(struct ph_java_vm *self);
ph_status ph_java_stand_ins_add(struct ph_java_vm *self);

#endif
