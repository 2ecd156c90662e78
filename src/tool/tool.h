/* SPDX-License-Identifier: Apache-2.0 */
/* tool.h - what all of the command shares: its statuses, its commands, its options, its words. */
#ifndef PH_TOOL_TOOL_H
#define PH_TOOL_TOOL_H

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/status.h"
#include "base/vector.h"

#define PH_RELEASE "0.1"

/* How the process ends. docs/command.md lists them. A finished program's own status is 0 to 255. */
enum ph_exit {
    PH_EXIT_OK = 0,
    PH_EXIT_FAILED = 1,        /* of all commands but run and resume */
    PH_EXIT_USAGE = 2,         /* the command line was not understood */
    PH_EXIT_OWN = 125,         /* run and resume: Phantom failed, not the program */
    PH_EXIT_INTERRUPTED = 130, /* stopped by SIGINT; the world can be resumed */
    PH_EXIT_TRAPPED = 134,
    PH_EXIT_KILLED = 137,      /* of a program that `phantom kill` ended without --status */
    PH_EXIT_CLOSED = 141,      /* stopped since nobody reads the console; can be resumed */
    PH_EXIT_STOPPED = 143      /* stopped by SIGTERM, SIGHUP or `phantom stop`; can be resumed */
};

enum ph_command_id {
#define PH_COMMAND(id, name, arguments, least, most, end, summary) PH_COMMAND_##id,
#include "tool/commands.def"
#undef PH_COMMAND
    PH_COMMAND_COUNT
};

typedef PH_VECTOR(const char *) ph_texts;

/* What the command line says. Texts are borrowed from it. */
struct ph_options {
    enum ph_command_id command;
    const char *image, *console, *output;
    bool is_new, stacks, json, quiet, no_packing, no_cuts, no_base, stress_move, stress_cut;
    uint64_t interval_ns; /* 0: not given */
    uint32_t workers;     /* 0: not given */
    uint32_t exit_status; /* of kill */
    bool forget, referrers, path;
    uint32_t limit, count; /* 0: not given */
    uint32_t heap_mib;     /* likewise */
    const char *root, *program, *class_path, *module_path;
    bool is_jar, is_module; /* PROGRAM is that, whatever its name (-jar, -m) */
    ph_texts dirs, environment, gives, properties;
    ph_texts java; /* further options of a Java program, as its launcher reads them */
    const char **arguments; /* plain ones: PROGRAM, IMAGE… */
    uint32_t argument_count;
};

struct ph_command {
    const char *name, *arguments, *summary;
    uint32_t argument_min, argument_max, options_end;
    int (*run)(const struct ph_options *options);
};

enum ph_option_kind {
    PH_OPTION_FLAG,
    PH_OPTION_TEXT,
    PH_OPTION_LIST,
    PH_OPTION_INTERVAL,
    PH_OPTION_WORKERS,
    PH_OPTION_STATUS,
    PH_OPTION_COUNT,
    PH_OPTION_SECONDS
};

struct ph_option {
    uint32_t commands; /* mask: 1 << enum ph_command_id */
    const char *name, *value;
    enum ph_option_kind kind;
    size_t field; /* offset in struct ph_options */
    const char *text;
};

extern const struct ph_command ph_commands[PH_COMMAND_COUNT];
extern const struct ph_option ph_option_table[];
extern const uint32_t ph_option_count;

#define PH_COMMAND(id, name, arguments, least, most, end, summary) \
    int ph_command_##name(const struct ph_options *options);
#include "tool/commands.def"
#undef PH_COMMAND

/* Reads `count` words after the command's name. PH_BAD_ARGUMENT with a text. *wants_help: --help
 * was among them. */
PH_MUST_CHECK ph_status ph_options_read(struct ph_options *self, char **words, uint32_t count,
                                        bool *wants_help, struct ph_error *error);
void ph_options_finish(struct ph_options *self);

static inline struct ph_slice ph_slice_of(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

/* The one of `count` names nearest to `word`, if it is near enough to be meant; or NULL. */
const char *ph_nearest(const char *word, const char *const *names, uint32_t count);

/* "phantom: …" on standard error. */
void ph_say(const char *format, ...) PH_PRINTF(1, 2);
/* Says it and returns `exit`. */
int ph_say_error(const struct ph_error *error, int exit);
/* Puts "subject: " before the error's text, unless it is there already. */
void ph_error_about(struct ph_error *error, const char *subject);

/* ---- One line on a terminal for what takes longer than a second ------------------------------ */

/* `what` ("translating python.wasm") is borrowed until ph_progress_end. One at a time. */
void ph_progress_begin(const char *what);
/* How much of how much; any thread. Without it a moving bar is shown. */
void ph_progress_set(uint64_t done, uint64_t total);
void ph_progress_end(void);

#endif
