/* SPDX-License-Identifier: Apache-2.0 */
/* directory.h - the root directory: names of the world for objects, and what of it programs see.
 *
 * An entry is a name and a reference to any object. What program 7 puts under the name "sum" is the
 * entry "7/sum". A program sees the entries of its own, under their short names, and those that it
 * was given, under names that were chosen then; it can neither see nor name any other. An entry
 * that two programs see is one and the same: what one puts there, the other gets.
 *
 * Programs use it through two natives of module "phantom"; the name is `bytes` bytes at `address`
 * of the caller's memory 0:
 *     directory_get (i32 address, i32 bytes) -> (ref)        null: nothing is there
 *     directory_put (i32 address, i32 bytes, ref) -> (i32)   0, or enum ph_directory_answer
 * They act for the program whose code calls them. */
#ifndef PH_MACHINE_DIRECTORY_H
#define PH_MACHINE_DIRECTORY_H

#include "machine/machine.h"

#define PH_DIRECTORY_NAME_BYTES_MAX 255u

enum ph_directory_answer {
    PH_DIRECTORY_DONE = 0,
    PH_DIRECTORY_BAD_NAME = 1, /* empty, too long, or with '/' or a control character in it */
    PH_DIRECTORY_NO_ROOM = 2
};

/* Registers the natives; before any program is loaded or a resumed world started. */
PH_MUST_CHECK ph_status ph_directory_register(struct ph_machine *self);

/* ---- For natives, under the world's lock; they never collect --------------------------------- */

/* Puts `object_ref` (0: null) there, as directory_put does for `program`. */
PH_MUST_CHECK enum ph_directory_answer ph_directory_put(struct ph_machine *self,
                                                        struct ph_mutator *mutator,
                                                        const struct ph_program *program,
                                                        struct ph_slice name, ph_ref object_ref);

/* ---- For the tool: the world is paused or stopped; nothing collects -------------------------- */

/* What a program may call something; names of the world have its id and a '/' before it. */
bool ph_directory_name_is_good(struct ph_slice name);
/* The entry with this name of the world; NULL: there is none. */
struct ph_directory_entry *ph_directory_find(struct ph_machine *self, struct ph_slice name);
/* Finds or makes it. NULL: the arena is full. */
PH_MUST_CHECK struct ph_directory_entry *ph_directory_make(struct ph_machine *self,
                                                           struct ph_mutator *mutator,
                                                           struct ph_slice name);
/* Lets `program` see `entry` as `name` from now on. False: the arena is full. */
PH_MUST_CHECK bool ph_directory_give(struct ph_machine *self, struct ph_mutator *mutator,
                                     struct ph_program *program, struct ph_slice name,
                                     struct ph_directory_entry *entry);
/* The entry that `program` sees as `name`; NULL: none. */
struct ph_directory_entry *ph_directory_of(struct ph_machine *self,
                                           const struct ph_program *program,
                                           struct ph_slice name);
/* Calls `each` with the name and the entry of all that `program` sees. */
void ph_directory_each(struct ph_machine *self, const struct ph_program *program,
                       void (*each)(void *context, struct ph_slice name,
                                    const struct ph_directory_entry *entry),
                       void *context);
/* Takes the program's own entries out of the directory. Who was given one keeps it. */
void ph_directory_forget(struct ph_machine *self, struct ph_mutator *mutator,
                         const struct ph_program *program);

#endif
