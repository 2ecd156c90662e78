/* SPDX-License-Identifier: Apache-2.0 */
/* runner.h - a world that this process runs, from its making or resuming to its last cut.
 *
 * Promise. An image that is being made gets its name only when its first cut is durable, so a crash
 * leaves no half-made one. Whatever ends the running, nothing of the program's output left before
 * it was durable, and the process ends with one line on standard error that says where the world
 * stands.
 *
 * Signals. The first of SIGINT, SIGTERM and SIGHUP stops the world with a cut, the second ends the
 * process at once. All threads have them blocked; ph_runner_wait takes them. */
#ifndef PH_TOOL_RUNNER_H
#define PH_TOOL_RUNNER_H

#include <pthread.h>
#include <signal.h>

#include "machine/cut.h"
#include "machine/gate.h"
#include "port/host_console.h"
#include "tool/source.h"
#include "tool/tool.h"

struct ph_server;
struct ph_java_vm;

enum ph_ending {
    PH_ENDING_NONE,
    PH_ENDING_FINISHED,    /* all programs have ended */
    PH_ENDING_INTERRUPTED, /* SIGINT */
    PH_ENDING_STOPPED,     /* SIGTERM, SIGHUP, `phantom stop` */
    PH_ENDING_CLOSED       /* nobody takes the output any more */
};

struct ph_runner {
    const struct ph_options *options;
    const char *image;            /* path; borrowed */
    struct ph_block *block;
    struct ph_machine *machine;
    struct ph_java_vm *java;
    struct ph_program *program;   /* the world's first; pinned in the arena */
    struct ph_store_recovery found;
    struct ph_host_output *output;
    struct ph_server *server;     /* NULL: nobody can ask */
    uint32_t workers;
    bool is_new, is_started, has_wasi, is_private;
    struct ph_block *base;        /* where a new world begins; NULL once it is opened */
    bool is_based;                /* new, and its program was booted ahead */
    bool is_early;                /* and it is started before its first cut is durable */
    uint64_t sign_of_life_ns;     /* what ph_image_sign_of_life_ns said before the opening */
    char name[128];               /* of the first program, for messages */

    /* Written by others than the main thread. */
    struct ph_mutex mutex;
    struct ph_condition closed;   /* is_closed was set */
    bool is_ending;               /* under mutex: nothing changes the world from outside any more */
    bool is_closed;               /* under mutex: the image is closed */
    bool is_saved;                /* under mutex: and its last cut is durable */
    bool wants_stop;              /* atomic: `phantom stop` */
    bool is_idle;                 /* atomic: all programs live on and wait, or once did */
    bool has_ended;               /* atomic: all programs were seen to be over */
    char last_words[512];         /* how it ended; valid when is_closed */
    struct ph_host_thread watcher;
    bool has_watcher;
    sigset_t signals;
    pthread_t main_thread;
    const struct ph_source *source; /* to be compared with what the image holds; or NULL */
};

void ph_runner_init(struct ph_runner *self, const struct ph_options *options, const char *image);

/* Makes or opens the world in self->block, and registers what its natives need. */
PH_MUST_CHECK ph_status ph_runner_open_machine(struct ph_runner *self, bool format,
                                               struct ph_error *error);
/* Makes a world around `source`'s program and takes its first cut, or (is_early) leaves that to
 * ph_runner_settle, which comes after the start in any case. What was at the image's path is
 * replaced with options->is_new; PH_EXISTS otherwise. */
PH_MUST_CHECK ph_status ph_runner_create(struct ph_runner *self, const struct ph_source *source,
                                         struct ph_error *error);
/* Opens the image to go on with it. With `is_private` only to look: nothing of it changes. */
PH_MUST_CHECK ph_status ph_runner_open(struct ph_runner *self, bool is_private,
                                       struct ph_error *error);
/* Opens the place that output goes to. A new world's file is emptied before its image has its name:
 * what it held would be taken for output of this world. */
PH_MUST_CHECK ph_status ph_runner_open_console(struct ph_runner *self, struct ph_error *error);
/* Lets the world run: console, socket, threads. */
PH_MUST_CHECK ph_status ph_runner_start(struct ph_runner *self, struct ph_error *error);
/* Until the first cut of a new world is durable and its image has its name; nothing of it leaves
 * before. If it fails the world is to be abandoned. */
PH_MUST_CHECK ph_status ph_runner_settle(struct ph_runner *self, struct ph_error *error);
/* Stops a world that is running and closes it, without a cut. */
void ph_runner_abandon(struct ph_runner *self);
/* Until all programs have ended or somebody wants the world stopped. */
enum ph_ending ph_runner_wait(struct ph_runner *self);
/* Something may have happened that ph_runner_wait waits for. Any thread. */
void ph_runner_poke(struct ph_runner *self);
/* Takes the last cut, lets the output out, closes the image and says how it stands; the exit
 * status. */
int ph_runner_end(struct ph_runner *self, enum ph_ending ending);
/* Closes all that is open, without a cut. Harmless after ph_runner_end. */
void ph_runner_close(struct ph_runner *self);

/* The exit status that a finished world gives: that of its first program. */
int ph_runner_exit_status(const struct ph_runner *self);
struct ph_slice ph_runner_bytes(const struct ph_runner *self, ph_ref ref); /* of a BYTES object */
/* Every program has exited or trapped. */
bool ph_runner_is_over(const struct ph_runner *self);
/* Looks whether it is over, for ph_runner_wait and others that cannot. The world is paused. */
void ph_runner_note_end(struct ph_runner *self);
bool ph_runner_has_ended(const struct ph_runner *self); /* it was seen to be. Any thread. */

/* The entry of the root directory with the size and hash of the first program's file. No program
 * has such an id, so none sees it. */
#define PH_SOURCE_NAME PH_SLICE_TEXT("phantom/source")

#endif
