/* SPDX-License-Identifier: Apache-2.0 */
/* wasi.h - WASI preview 1 for the programs of a machine.
 *
 * Promise. A program sees the part of the image's file tree that it was given at "/", the host
 * folders that it was given, its arguments, its environment, a console, clocks and chance; and
 * nothing else. A function acts with what the program has that it belongs to, also where another
 * program's thread calls it. All of what a program holds open is in the world and goes on after a
 * resume. Output to the console leaves through the gate;
 * changes of host folders wait until the state that caused them is durable; reading waits for
 * nothing. docs/wasi.md says how each function decides where WASI leaves it open.
 *
 * Order of calls: ph_machine_open (with ph_device_classes), ph_wasi_register, programs,
 * ph_machine_start … ph_machine_stop, ph_wasi_unregister, ph_machine_close. */
#ifndef PH_DEVICE_WASI_H
#define PH_DEVICE_WASI_H

#include "device/object.h"
#include "machine/machine.h"

/* Adds the natives of "wasi_snapshot_preview1" and "wasi_unstable" and the device, makes the file
 * tree of a new world, and opens standard input (without reading from it). The world is not yet
 * started. */
PH_MUST_CHECK ph_status ph_wasi_register(struct ph_machine *machine, struct ph_error *error);
/* Closes what is open on the host. Nothing of the machine runs any more. */
void ph_wasi_unregister(struct ph_machine *machine);

/* A folder of the host for a program: --dir HOST::GUEST. */
struct ph_wasi_dir { const char *host_path, *guest_path; };

/* What a program is given. */
struct ph_wasi_grants {
    const char *root;  /* path of the folder of the image's tree that it sees as "/" and cannot
                        * leave; folders that are missing are made */
    bool has_input;    /* standard input is the process's; else it is at its end */
    const struct ph_wasi_dir *dirs;
    uint32_t dir_count;
};

/* Gives a new program its descriptors: 0, 1, 2, the tree as 3, and the host folders from 4 on.
 * Never collects. PH_NO_SPACE; PH_NOT_FOUND, PH_DENIED … with a text if a folder cannot be opened.
 * The world is paused or stopped, as for the others below. */
PH_MUST_CHECK ph_status ph_wasi_program_init(struct ph_machine *machine, struct ph_mutator *mutator,
                                             struct ph_program *program,
                                             const struct ph_wasi_grants *grants,
                                             struct ph_error *error);
/* Closes all descriptors of a program that has ended, and forgets the host folders that it was
 * given. ph_program_finish does so; what proc_exit closed already is fine. */
void ph_wasi_program_finish(struct ph_machine *machine, struct ph_mutator *mutator,
                            struct ph_program *program);

/* Gives a program a further folder; or, if it has one with this guest path, lets that one lead to
 * `dir->host_path` from now on (before a resumed world is started). */
PH_MUST_CHECK ph_status ph_wasi_preopen_host(struct ph_machine *machine,
                                             struct ph_mutator *mutator,
                                             struct ph_program *program,
                                             const struct ph_wasi_dir *dir,
                                             struct ph_error *error);
/* A resumed program reopens its host folders where it remembers them. `allowed` false: only those
 * given again by ph_wasi_preopen_host since; the others answer PH_E_NOTCAPABLE. Default: true. */
void ph_wasi_remember(struct ph_machine *machine, bool allowed);

#endif
