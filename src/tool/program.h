/* SPDX-License-Identifier: Apache-2.0 */
/* program.h - the programs of a runner's world: adding, finding, ending, telling of them. Unless it
 * says otherwise the world is paused or does not run. */
#ifndef PH_TOOL_PROGRAM_H
#define PH_TOOL_PROGRAM_H

#include "machine/program.h"
#include "tool/runner.h"

/* What a new program is and what it is given. Texts are borrowed. */
struct ph_program_request {
    const char *path;             /* its file: its name is the last part */
    const ph_texts *arguments;    /* behind the name */
    const ph_texts *environment;  /* "K=V" */
    const ph_texts *dirs;         /* "HOST::GUEST" */
    const ph_texts *gives;        /* "NAME=PROGRAM/NAME": entries of the root directory */
    const char *root;             /* folder of the image's tree; NULL: one of its own */
    bool is_first;                /* the world is being made with it */
};

/* Decodes and verifies the unit of the program whose file is `path`, which takes most of the time
 * of adding it. The world may run, unpaused. */
PH_MUST_CHECK ph_status ph_runner_check_unit(struct ph_runner *self, const char *path,
                                             struct ph_slice unit,
                                             struct ph_checked_unit *checked,
                                             struct ph_error *error);
/* Adds the program whose unit this is; it runs once the world does. On failure nothing of it is
 * left. */
PH_MUST_CHECK ph_status ph_runner_add_program(struct ph_runner *self,
                                              const struct ph_program_request *request,
                                              struct ph_checked_unit unit,
                                              struct ph_program **program,
                                              struct ph_error *error);
/* Tells the world's first program, which was booted ahead (lang/java/vm/base.h), what it is. */
PH_MUST_CHECK ph_status ph_runner_tell_program(struct ph_runner *self,
                                               const struct ph_program_request *request,
                                               struct ph_program *program,
                                               struct ph_error *error);
/* PH_NO_SPACE of the world's objects, not of a disk, becomes PH_LIMIT with the way out in the text;
 * other statuses stay. */
PH_MUST_CHECK ph_status ph_runner_about_room(struct ph_runner *self, ph_status status,
                                             struct ph_error *error);
/* Changes the world while it runs: pauses it for `change`, whose status this is. PH_AGAIN with a
 * text: the world is just being stopped, and nothing was done. */
typedef ph_status ph_runner_change(struct ph_runner *self, void *context, struct ph_error *error);
PH_MUST_CHECK ph_status ph_runner_do(struct ph_runner *self, ph_runner_change *change,
                                     void *context, struct ph_error *error);
/* Lets the world's first program use further host folders, or lead old ones elsewhere. */
PH_MUST_CHECK ph_status ph_runner_give_dirs(struct ph_runner *self, const ph_texts *dirs,
                                            struct ph_error *error);
/* Waits until what was done to a program is in a durable cut; the world runs, or does
 * not. `done`: what it was, for the message ("launched"). PH_AGAIN: the world is being stopped,
 * with a cut. */
PH_MUST_CHECK ph_status ph_runner_make_durable(struct ph_runner *self, uint32_t program_id,
                                               const char *done, struct ph_error *error);
/* By id or name. PH_NOT_FOUND, PH_BAD_ARGUMENT (several have the name) with a text. */
PH_MUST_CHECK ph_status ph_runner_find_program(struct ph_runner *self, const char *word,
                                               struct ph_program **program,
                                               struct ph_error *error);
/* Does a piece of finishing one program that has ended. True: one is finished with that, and what
 * is to be said of it is in `words` (may be empty). */
bool ph_runner_finish_some(struct ph_runner *self, char *words, size_t words_bytes);
/* Finishes all that have ended. */
void ph_runner_finish_all(struct ph_runner *self);

/* "counter.wasm"; printable. Returns `to`. */
const char *ph_runner_program_name(const struct ph_runner *self, const struct ph_program *program,
                                   char *to, size_t to_bytes);
#define PH_PROGRAM_NAME_BYTES 128u
/* The trap of a program or thread, for people; empty: none. Where there was no room for the text of
 * the world (`text_ref` is 0) the trap's own name. */
struct ph_slice ph_runner_trap_text(const struct ph_runner *self, uint32_t trap, ph_ref text_ref);
/* How a program stands, for people: "has finished (exit status 0)". Returns `to`. */
const char *ph_runner_state_text(const struct ph_runner *self, const struct ph_program *program,
                                 char *to, size_t to_bytes);
/* "starting", "running", "living", "exited", "trapped" */
const char *ph_runner_state_word(const struct ph_program *program);

#endif
