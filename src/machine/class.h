/* SPDX-License-Identifier: Apache-2.0 */
/* class.h - private to src/machine: class objects as they are made and looked into. */
#ifndef PH_MACHINE_CLASS_H
#define PH_MACHINE_CLASS_H

#include "machine/internal.h"
#include "machine/link.h"

#define PH_CLASS_DEPTH_MAX 500u        /* superclasses above one another; linking recurses */
#define PH_CLASS_INTERFACES_MAX 1000u  /* of one class, transitively */
#define PH_INSTANCE_BYTES_MAX (1u << 20)
#define PH_CLASS_DEFAULTS 32u          /* class flag: an interface with methods not abstract */

/* A definition whose superclass and direct interfaces are linked and were checked. */
struct ph_class_parts {
    struct ph_view *view;
    uint32_t definition;
    struct ph_class *super;
    struct ph_class **interfaces; /* interface_count of the definition */
    struct ph_overrides overrides;
};

/* Makes the class object; the view lock is held. PH_UNLINKABLE before anything is made;
 * PH_NO_SPACE, PH_NO_MEMORY. Never collects. */
ph_status ph_class_make(struct ph_mutator *mutator, const struct ph_class_parts *parts,
                        struct ph_class **class, struct ph_error *error);

/* A class of arrays, and what it has above it (docs/decisions/0015). */
struct ph_array_parts {
    uint32_t item_kind;
    struct ph_class *item_class;  /* of references */
    struct ph_class *super;       /* NULL: "object", and no interfaces */
    struct ph_class **interfaces;
    uint32_t interface_count;
};

/* The class of arrays if it was made; NULL. The view lock is held. */
struct ph_class *ph_array_class_known(struct ph_machine *machine, uint32_t item_kind,
                                      const struct ph_class *item_class,
                                      const struct ph_class *super);
/* Makes the class of arrays, which is not known yet; the view lock is held. Never collects. */
ph_status ph_array_class_make(struct ph_machine *machine, struct ph_mutator *mutator,
                              const struct ph_array_parts *parts, struct ph_class **class,
                              struct ph_error *error);

enum ph_link_kind { PH_LINK_CLASS, PH_LINK_NEW, PH_LINK_FIELD, PH_LINK_METHOD };

/* ph_link_class, ph_link_new and so on, with the reason: PH_UNLINKABLE, PH_NO_SPACE,
 * PH_NO_MEMORY. */
ph_status ph_link_reference(struct ph_mutator *mutator, struct ph_view *view,
                            enum ph_link_kind kind, uint32_t index, struct ph_error *error);

static inline struct ph_class *ph_builtin_class(const struct ph_heap *heap, uint32_t index)
{
    return ph_address(heap, heap->header->classes[index]);
}

/* The slot of a selector in a class's methods (an interface: of its own methods); UINT32_MAX: it
 * has none. */
uint32_t ph_class_slot(const struct ph_heap *heap, const struct ph_class *class,
                       uint32_t selector);

/* True if a class is declared in a unit, i.e. has fields and methods of its own. */
static inline bool ph_class_is_defined(const struct ph_class *class)
{
    return class->definition != UINT32_MAX;
}

/* Names for messages: of a class ("i32[]", "list"), cut, printable. Returns `to`. */
const char *ph_class_name(const struct ph_machine *machine, const struct ph_class *class, char *to,
                          size_t to_bytes);

#endif
