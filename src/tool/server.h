/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - answers questions to a world that this process runs.
 *
 * One question per connection, one thread per connection. A question is one line:
 *     phantom 1 text|json COMMAND [ARGUMENT]...\n
 * with '%XX' for bytes that are not printable, for '%' and for blanks. The answer begins with
 *     ok\n    or    failed EXIT MESSAGE\n
 * and is followed, until the end, by what is to be printed. */
#ifndef PH_TOOL_SERVER_H
#define PH_TOOL_SERVER_H

#include "tool/runner.h"

struct ph_server;

PH_MUST_CHECK ph_status ph_server_create(struct ph_runner *runner, struct ph_server **server,
                                         struct ph_error *error);
/* Takes no further questions; removes the socket. */
void ph_server_shut(struct ph_server *self);
/* Waits until all answers are given. The runner is closed. NULL is fine. */
void ph_server_destroy(struct ph_server *self);
/* Waits until nobody looks at the machine any more (the world is stopped and is_ending set). */
void ph_server_settle(struct ph_server *self);
void ph_server_touch(struct ph_server *self); /* a sign of life */

/* An EXIT of the protocol alone: the world is just being stopped and has done nothing of what was
 * asked. ph_ask asks again, until nobody answers any more. */
#define PH_EXIT_ASK_AGAIN 75

#define PH_QUESTION_BYTES_MAX 65536u
#define PH_QUESTION_WORDS_MAX 1024u

/* Asks the world that runs `image`. PH_NOT_FOUND: none does. Otherwise prints the answer, says what
 * failed, and puts the exit status into *exit. `words` begin with the command's name. */
PH_MUST_CHECK ph_status ph_ask(const char *image, bool json, const char *const *words,
                               uint32_t count, int *exit, struct ph_error *error);

/* For commands that change the world options->arguments[0], running or not: asks the process that
 * runs it, or, if none does, calls `asleep` to open the image and do it, with *exit PH_EXIT_FAILED.
 * Where the image is in use and nobody answers, somebody soon does or it is soon free: tries for
 * two seconds. Says what is wrong; the exit status. */
typedef ph_status ph_asleep(const struct ph_options *options, void *context, int *exit,
                            struct ph_error *error);
int ph_ask_or_open(const struct ph_options *options, const char *const *words, uint32_t count,
                   ph_asleep *asleep, void *context);

/* Where an answer goes: what is to be printed, and what is wrong. */
struct ph_telling {
    bool json;
    FILE *to;
    struct ph_error *error;
    bool waits; /* told only when the world's last cut, which is being taken, is durable */
};
/* Answer in the process that runs the world; the exit status, with a message in *telling->error if
 * it is not 0. `words` are those behind the command's name. */
int ph_call_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                   struct ph_telling *telling);
int ph_launch_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                     struct ph_telling *telling);
int ph_inspect_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                      struct ph_telling *telling);
int ph_top_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                  struct ph_telling *telling);
int ph_kill_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                   struct ph_telling *telling);

#endif
