/* SPDX-License-Identifier: Apache-2.0 */
/* link.h - classes as views and the engine see them: linking, tests of class, selecting methods,
 * initialisation, and exceptions.
 *
 * A class definition of a unit becomes a class object (struct ph_class of heap/heap.h) of the world
 * the first time that an instruction needs it. Class objects are pinned and stay; a resumed world
 * finds them again. What a view keeps of its unit's references is volatile and filled in once.
 *
 * Invariants
 *   (1) An entry of a view's classes, fields or methods is whole as soon as its class is seen not
 *       to be NULL by an acquiring load, and never changes after.
 *   (2) Whatever is above a linked class (superclass, interfaces, item class) is linked.
 *   (3) A slot of a class's methods holds in its subclasses a method of the same selector.
 *   (4) Class objects and function objects are pinned: their addresses and references may be kept.
 *
 * Linking, tests and selection never collect, so they may be called at instructions that are no
 * sites. */
#ifndef PH_MACHINE_LINK_H
#define PH_MACHINE_LINK_H

#include "machine/machine.h"

/* ---- References of a unit ----------------------------------------------------------------- */

struct ph_field_link {
    struct ph_class *class; /* that declares it; NULL: not linked yet. Published last */
    uint32_t offset;        /* in bytes from the object's start. Static: in bytes from the data of
                             * statics_ref (numbers), or the index in static_refs_ref */
    uint32_t storage;       /* enum ph_storage */
    bool is_volatile;       /* accesses are those of machine/atomic.h */
};

struct ph_method_link {
    struct ph_class *class; /* that declares it; NULL: not linked yet. Published last. The class to
                             * be initialised before a static method runs, and what a receiver must
                             * be an instance of */
    uint32_t slot;          /* in methods_ref; UINT32_MAX: by selector (is_interface), or direct */
    uint32_t selector;      /* world-wide number of name and signature */
    ph_ref function_ref;    /* function object of exactly this method; 0: abstract */
    bool is_interface;      /* declared by an interface: found by selector */
    bool is_direct;         /* static, special or final: a virtual call of it is function_ref too */
};

/* Make view->classes[class_ref], view->fields[…], view->methods[…]. PH_TRAP_NONE, or PH_TRAP_LINK
 * (nothing is kept; a later try may succeed), or PH_TRAP_OUT_OF_MEMORY. Any number of threads may
 * call them at once; doing it again does nothing. They take the view lock. Never collect. */
enum ph_trap ph_link_class(struct ph_mutator *mutator, struct ph_view *view, uint32_t class_ref);
enum ph_trap ph_link_field(struct ph_mutator *mutator, struct ph_view *view, uint32_t field_ref);
enum ph_trap ph_link_method(struct ph_mutator *mutator, struct ph_view *view, uint32_t method_ref);
/* For object_new: also PH_TRAP_LINK if the class is an interface, abstract or an array. */
enum ph_trap ph_link_new(struct ph_mutator *mutator, struct ph_view *view, uint32_t class_ref);

/* The entry if it is linked, else NULL. */
static inline struct ph_class *ph_view_class(const struct ph_view *view, uint32_t class_ref)
{
    return __atomic_load_n(&view->classes[class_ref], __ATOMIC_ACQUIRE);
}
static inline const struct ph_field_link *ph_view_field(const struct ph_view *view, uint32_t index)
{
    const struct ph_field_link *link = &view->fields[index];
    return __atomic_load_n(&link->class, __ATOMIC_ACQUIRE) == NULL ? NULL : link;
}
static inline const struct ph_method_link *ph_view_method(const struct ph_view *view,
                                                          uint32_t index)
{
    const struct ph_method_link *link = &view->methods[index];
    return __atomic_load_n(&link->class, __ATOMIC_ACQUIRE) == NULL ? NULL : link;
}

/* What a unit's link function does (docs/decisions/0016): says what a reference of `view` is, where
 * the unit does not define it itself. Once bound it stays so; binding again does nothing. Any
 * number of threads may call them at once. They take the view lock. Never collect. False: the
 * reference is no such thing (storage, signature, static or not), or out of memory. */
void ph_link_bind_class(struct ph_view *view, uint32_t class_ref, struct ph_class *class);
/* `field`, `method`: number in the definition of `class`. */
bool ph_link_bind_field(struct ph_mutator *mutator, struct ph_view *view, uint32_t field_ref,
                        struct ph_class *class, uint32_t field);
bool ph_link_bind_method(struct ph_mutator *mutator, struct ph_view *view, uint32_t method_ref,
                         struct ph_class *class, uint32_t method);
/* The same without a reference: what calls of method `method` of `class`'s definition need. */
bool ph_link_of_method(struct ph_machine *machine, struct ph_mutator *mutator,
                       struct ph_class *class, uint32_t method, struct ph_method_link *link);
/* `value` may be null. The first that comes stays, in the world. */
bool ph_link_bind_constant(struct ph_mutator *mutator, struct ph_view *view, uint32_t constant,
                           ph_ref value);
/* Where the dynamic constant is kept: its reference once it is bound (view->instance_ref stands for
 * null), 0 before. NULL: out of memory. The address stays right; load with acquire. */
const ph_ref *ph_constant_cell(struct ph_mutator *mutator, struct ph_view *view,
                               uint32_t constant);

/* Makes the class of a definition of `view`'s unit, or finds it. PH_UNLINKABLE with the reason,
 * PH_NO_SPACE, PH_NO_MEMORY. Takes the view lock. Never collects. */
ph_status ph_class_of_definition(struct ph_mutator *mutator, struct ph_view *view,
                                 uint32_t definition, struct ph_class **class,
                                 struct ph_error *error);

/* A method overrides those of its name and signature in all classes above. Where a language has it
 * otherwise (Java's package-private methods) it says so when it makes the class. */
enum ph_override_kind {
    PH_OVERRIDE_HIDDEN, /* calls by interface must not find it */
    PH_OVERRIDE_NONE,   /* it is a method of its own */
    PH_OVERRIDE_ABOVE   /* overrides that of `above` */
};
/* With HIDDEN alone a method overrides what others do. Else it overrides what is told and nothing
 * besides; what is below and overrides it meets the first that is told. HIDDEN comes first. */
struct ph_override {
    uint32_t method;    /* virtual, of the definition; ascending */
    enum ph_override_kind kind;
    const struct ph_class *above; /* a superclass that declares it */
};
struct ph_overrides {
    const struct ph_override *items;
    uint32_t count;
};
/* As ph_class_of_definition, of a class that was not made yet and whose superclass was. */
ph_status ph_class_define(struct ph_mutator *mutator, struct ph_view *view, uint32_t definition,
                          const struct ph_overrides *overrides, struct ph_class **class,
                          struct ph_error *error);

/* The class of arrays of `item_kind` (enum ph_storage), for PH_STORE_REF of references to
 * `item_class` (NULL or "object": any object), which stands below what the unit of that class says;
 * of numbers: below "object". Made when first asked for, then always the same. NULL: out of memory,
 * or not linkable. Never collects. */
struct ph_class *ph_array_class(struct ph_machine *machine, struct ph_mutator *mutator,
                                uint32_t item_kind, struct ph_class *item_class);

/* The class of arrays of numbers as `view`'s unit has it, below its array root. NULL: no memory,
 * or the root is not bound. Never collects. */
struct ph_class *ph_number_array_class(struct ph_mutator *mutator, struct ph_view *view,
                                       uint32_t item_kind);

/* The object of class "bytes" for byte constant `index`: the same each time in one instance. May
 * collect. 0: out of memory. */
ph_ref ph_bytes_constant(struct ph_mutator *mutator, struct ph_view *view, uint32_t index);

/* ---- Questions about classes -------------------------------------------------------------- */

/* True if instances of `self` are instances of `of`. Arrays too have a superclass and interfaces
 * (docs/decisions/0015). Constant time but for arrays of arrays, which
 * take a step for each dimension. Everything is of class "object"; an array of references to C is
 * an array of references to each class that C is. */
bool ph_class_is_subclass(const struct ph_heap *heap, const struct ph_class *self,
                          const struct ph_class *of);

/* ref_test: true if `ref` is not null and of class `of`. */
static inline bool ph_ref_is_instance(const struct ph_heap *heap, ph_ref ref,
                                      const struct ph_class *of)
{
    if (ref == 0) {
        return false;
    }
    const struct ph_class *class = ph_class_of(heap, ref);
    return class == of || ph_class_is_subclass(heap, class, of);
}

/* array_set_ref: may `value` be stored in an array of class `array` (whose items are
 * references)? */
static inline bool ph_array_accepts(const struct ph_heap *heap, const struct ph_class *array,
                                    ph_ref value)
{
    return value == 0 || array->item_class_ref == 0 ||
           ph_ref_is_instance(heap, value, ph_address(heap, array->item_class_ref));
}

/* What a virtual call of `link` (not is_direct) on an instance of `receiver` runs: a function
 * object. 0: the receiver is no instance of link->class, or its method is abstract;
 * ph_method_trap says which. Constant time. */
ph_ref ph_method_find(const struct ph_heap *heap, const struct ph_class *receiver,
                      const struct ph_method_link *link);
/* The receiver has one that calls by interface must not find: ph_method_find gave 0 for it. */
bool ph_method_is_hidden(const struct ph_heap *heap, const struct ph_class *receiver,
                         const struct ph_method_link *link);
/* PH_TRAP_WRONG_CLASS or PH_TRAP_ABSTRACT, after ph_method_find gave 0. */
enum ph_trap ph_method_trap(const struct ph_heap *heap, const struct ph_class *receiver,
                            const struct ph_method_link *link);

/* ---- Initialisation (JVMS 5.5) ------------------------------------------------------------- */

enum ph_class_init { /* the lower bits of ph_class.init_state; stored (initialise.c) */
    PH_CLASS_INIT_NONE = 0,
    PH_CLASS_INIT_SUPERS = 1,  /* in progress: what is above it is being initialised */
    PH_CLASS_INIT_RUNNING = 2, /* in progress: its initialiser was called */
    PH_CLASS_INIT_READY = 3,
    PH_CLASS_INIT_FAILED = 4
};

enum ph_init_step {
    PH_INIT_DONE,   /* go on with the instruction */
    PH_INIT_CALL,   /* call *function_ref, () -> (), then execute the instruction again */
    PH_INIT_WAIT,   /* another thread is at it: the wait is set up; leave with PH_RUN_WAITING, and
                     * execute the instruction again */
    PH_INIT_FAILED, /* trap PH_TRAP_CLASS_INIT */
    PH_INIT_NO_ROOM /* trap PH_TRAP_OUT_OF_MEMORY; executed again, it goes on */
};

/* Nothing to do before an instance is made, or a static member used. */
static inline bool ph_class_is_ready(const struct ph_class *self)
{
    return __atomic_load_n(&self->init_state, __ATOMIC_ACQUIRE) == PH_CLASS_INIT_READY;
}

/* What an instruction that uses `class` (object_new, static_get, static_set, call_method of a
 * static method) must do first. It must be a site, and the running frame's position written: the
 * thread's header_slot and the frame's pc. Never collects. */
enum ph_init_step ph_class_init_step(struct ph_worker *worker, struct ph_class *class,
                                     ph_ref *function_ref);

/* The class that is not ready yet because `class` above it is being initialised for it, by the
 * same thread: if that fails, so does it. NULL: none. */
struct ph_class *ph_class_init_below(struct ph_machine *machine, const struct ph_class *class);

/* There was no room for a frame of the initialiser that PH_INIT_CALL gave: the instruction,
 * executed again, is told to call it again. */
void ph_class_init_postpone(struct ph_worker *worker, ph_ref instance_ref, uint32_t function);
/* The initialiser has returned: its frame (PH_FRAME_INITIALISER) is gone. */
void ph_class_init_end(struct ph_worker *worker, ph_ref instance_ref, uint32_t function);

/* ---- Exceptions --------------------------------------------------------------------------- */

/* All of these want the thread's frames canonical: header_slot and pc written, the locals in their
 * slots (the innermost frame's operands do not matter). When they answer true the thread goes on at
 * a handler, as after a resume: the caller begins anew from thread->chunk_ref and header_slot, and
 * forgets its stack window and return cache. They may collect. */

/* instruction `throw`: `exception` is not 0. False: nobody handles it, thread->trap and
 * trap_text_ref say so; leave with PH_RUN_TRAPPED. */
bool ph_throw(struct ph_worker *worker, ph_ref exception);
/* The innermost frame's instruction has trapped (or the native that it called). If somebody handles
 * it an `error` object is made and thrown. False: nobody; thread->trap is set; leave with
 * PH_RUN_TRAPPED. */
bool ph_throw_trap(struct ph_worker *worker, enum ph_trap trap);

/* What these two are made of. True: a handler was found, and the frames above it are dropped.
 * False: the frames are untouched. */
bool ph_unwind(struct ph_worker *worker, ph_ref exception);
/* An `error` object for a trap at the innermost frame; 0: nobody would handle it, and the frame's
 * unit has no trap function that wants it. If the stack is exhausted and there is such a function,
 * the stack may grow by a reserve until something is thrown and handled. *has_room (if not NULL):
 * false: there was no memory for its text and trace, which are null; if there was none at all it is
 * the world's error for out of memory. */
ph_ref ph_trap_exception(struct ph_worker *worker, enum ph_trap trap, bool *has_room);

#endif
