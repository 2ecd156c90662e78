/* SPDX-License-Identifier: Apache-2.0 */
/* access.h - who may use which class and member (JVMS 5.4.4), and what is said to who may not.
 *
 * Whether a module reads another and what it exports is known by Java code, class Module: where it
 * matters, phantom.vm.Linker is asked once for a pair of classes and its answer noted. The notes
 * are volatile.
 *
 * The classes are no arrays. Nothing here collects but what ends a native. */
#ifndef PH_LANG_JAVA_ACCESS_H
#define PH_LANG_JAVA_ACCESS_H

#include "base/vector.h"
#include "lang/java/vm/vm.h"
#include "machine/link.h"

enum ph_java_access {
    PH_JAVA_ALLOWED,
    PH_JAVA_DENIED, /* the error says why */
    PH_JAVA_ASK     /* call ph_java_ask_access, then look again */
};

/* May code of `from` name class `to`? */
enum ph_java_access ph_java_access_class(struct ph_java_vm *vm, const struct ph_class *from,
                                         const struct ph_class *to, struct ph_java_error *error);
/* May the class be made below what it names (supers.c: JVMS 5.3.5), and do the loaders of those and
 * its own agree on what it overrides and implements? False: the error says why not.
 * Whether modules export what is above it is Definer.java's question. */
bool ph_java_supers_allowed(struct ph_call *call, const struct ph_java_definition *what,
                            const struct ph_classfile *file, struct ph_java_error *error);
struct ph_java_overrides {
    PH_VECTOR(struct ph_override) all; /* for ph_class_define; the caller's to finish */
};
/* Which methods of the class override which (JVMS 5.4.5), where the machine's own rule does not do
 * (overrides.c). The superclass is linked. False: no memory. */
bool ph_java_overrides(struct ph_java_vm *vm, const struct ph_java_definition *what,
                       const struct ph_classfile *file, struct ph_java_overrides *made);
/* Ends a native: asks for what PH_JAVA_ASK wants to know of the two; throws if it is not to be. */
enum ph_outcome ph_java_ask_access(struct ph_call *call, const struct ph_class *from,
                                   const struct ph_class *to);

/* A member that code of `from` names as one of class `named`, found in `holder`. */
struct ph_java_use {
    const struct ph_java_known *from, *holder;
    const struct ph_class *named;
    uint32_t number; /* in the holder's class file */
    bool is_field;
};
/* PH_JAVA_ASK: the loader of `from` is to be asked for class *missing, host of a nest, first. */
enum ph_java_access ph_java_access_member(struct ph_call *call, const struct ph_java_use *use,
                                          struct ph_slice *missing, struct ph_java_error *error);

/* How a class has to do with a member of another one. */
enum ph_java_relation { PH_JAVA_USES, PH_JAVA_OVERRIDES, PH_JAVA_IMPLEMENTS };
/* A class that uses, overrides or implements a member of another one (`other`, which declares
 * it). */
struct ph_java_agreement {
    struct ph_slice name; /* of the class; it need not be made yet */
    ph_ref loader, module;
    const struct ph_class *other;
    struct ph_slice member, descriptor;
    enum ph_java_relation relation;
    struct ph_slice heir; /* IMPLEMENTS: the class that gets the one's method for the other's */
    uint32_t flags;       /* IMPLEMENTS: of the class file that has the method */
};
/* Do the loaders of both mean the same by the descriptor (constraints.c: JVMS 5.3.4), now and for
 * ever? False: the error says what they do not. */
bool ph_java_agree(struct ph_call *call, const struct ph_java_agreement *who,
                   struct ph_java_error *error);
/* Does the method's descriptor name a class of which loaders may think differently? */
bool ph_java_is_constrained(struct ph_slice descriptor);
/* `class` is not what others expect of the loader, which is `expected`. `error` may be NULL. */
void ph_java_say_broken(struct ph_call *call, ph_ref loader, const struct ph_class *class,
                        const struct ph_class *expected, struct ph_java_error *error);
/* The loader has a class of that name. `flags`: of the class file. */
void ph_java_say_duplicate(struct ph_call *call, const struct ph_java_definition *what,
                           uint32_t flags, struct ph_java_error *error);

/* Two loaders answer the same for the name, whenever they do (dictionary.c). */
enum ph_java_promised {
    PH_JAVA_PROMISED,
    PH_JAVA_CONFLICT,  /* they have answered differently, or promised others */
    PH_JAVA_NO_PROMISE /* no memory */
};
enum ph_java_promised ph_java_promise(struct ph_call *call, ph_ref one, ph_ref other,
                                      struct ph_slice name);

static inline bool ph_java_is_interface(const struct ph_class *class)
{
    return (class->flags & (PH_CLASS_INTERFACE | PH_CLASS_ARRAY)) == PH_CLASS_INTERFACE;
}
/* What an array is made of in the end, a class as it is; NULL: numbers. */
const struct ph_class *ph_java_item_class(struct ph_java_vm *vm, const struct ph_class *class);
/* Code that reflection makes (jdk.internal.reflect): whoever had it made has checked. */
bool ph_java_is_magic(struct ph_java_vm *vm, const struct ph_class *class);
/* In a package java.*. */
bool ph_java_is_java(struct ph_slice class_name);
/* A class of a package java.* of module java.base, which reads and exports nothing but to all. */
bool ph_java_is_everywhere(struct ph_java_vm *vm, const struct ph_class *class);
/* Same loader, same package. */
bool ph_java_same_package(struct ph_java_vm *vm, const struct ph_class *one,
                          const struct ph_class *other);
ph_status ph_java_access_natives_add(struct ph_java_vm *self);

#endif
