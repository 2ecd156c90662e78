/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - finds the command and lets it run. */
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tool/tool.h"

#define MALLOC_PAD (1 << 20)

const struct ph_command ph_commands[PH_COMMAND_COUNT] = {
#define PH_COMMAND(id, name, arguments, least, most, end, summary) \
    {#name, arguments, summary, least, most, end, ph_command_##name},
#include "tool/commands.def"
#undef PH_COMMAND
};

void ph_say(const char *format, ...)
{
    char text[2048];
    va_list arguments;
    int bytes = snprintf(text, sizeof(text), "phantom: ");
    va_start(arguments, format);
    vsnprintf(text + bytes, sizeof(text) - (size_t)bytes - 1, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s\n", text); /* stderr is unbuffered: made whole first */
}

int ph_say_error(const struct ph_error *error, int exit)
{
    ph_say("%s", error->text[0] != '\0' ? error->text : ph_status_text(error->status));
    return exit;
}

void ph_error_about(struct ph_error *error, const char *subject)
{
    size_t bytes = strlen(subject);
    if (strncmp(error->text, subject, bytes) != 0) {
        ph_error_prefix(error, "%s", subject);
    }
}

/* The number of single-character changes that make `b` of `a` (Levenshtein 1966). */
static uint32_t distance(const char *a, const char *b)
{
    uint32_t row[64];
    size_t columns = strlen(b);
    if (columns >= PH_COUNT(row)) {
        return UINT32_MAX;
    }
    for (uint32_t j = 0; j <= columns; j++) {
        row[j] = j;
    }
    for (uint32_t i = 0; a[i] != '\0'; i++) {
        uint32_t diagonal = row[0];
        row[0] = i + 1;
        for (uint32_t j = 0; j < columns; j++) {
            uint32_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = PH_MIN(replaced, PH_MIN(row[j], diagonal) + 1);
        }
    }
    return row[columns];
}

const char *ph_nearest(const char *word, const char *const *names, uint32_t count)
{
    const char *best = NULL;
    uint32_t best_distance = (uint32_t)strlen(word) / 3 + 2;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t d = distance(word, names[i]);
        if (d < best_distance && d < strlen(names[i])) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

static int unknown_command(const char *word)
{
    const char *names[PH_COMMAND_COUNT];
    for (uint32_t i = 0; i < PH_COMMAND_COUNT; i++) {
        names[i] = ph_commands[i].name;
    }
    const char *near = ph_nearest(word, names, PH_COMMAND_COUNT);
    const char *dot = strrchr(word, '.');
    if (dot != NULL && access(word, F_OK) == 0) {
        ph_say("'%s' is no command; did you mean: phantom %s %s", word,
               strcmp(dot, ".phantom") == 0 ? "resume" : "run", word);
    } else if (near != NULL) {
        ph_say("'%s' is no command; did you mean '%s'? 'phantom help' lists them all", word, near);
    } else {
        ph_say("'%s' is no command; 'phantom help' lists them", word);
    }
    return PH_EXIT_USAGE;
}

static const char *canonical_word(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return "help";
    }
    return strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 ? "version" : word;
}

static int run_command(enum ph_command_id id, char **words, uint32_t count)
{
    struct ph_options options = {.command = id, .exit_status = PH_EXIT_KILLED};
    struct ph_error error = {0};
    bool wants_help = false;
    int exit_status;
    if (ph_options_read(&options, words, count, &wants_help, &error) != PH_OK) {
        exit_status = ph_say_error(&error, PH_EXIT_USAGE);
    } else if (wants_help) {
        const char *name[] = {ph_commands[id].name};
        struct ph_options help = {
            .command = PH_COMMAND_HELP, .arguments = name, .argument_count = 1};
        exit_status = ph_command_help(&help);
    } else {
        exit_status = ph_commands[id].run(&options);
    }
    ph_options_finish(&options);
    return exit_status;
}

/* What is known of a world is allocated by its worker and shared by all. An arena of malloc's for
 * each thread grows page by page, a system call each, and all page faults wait for those. */
static void set_up_malloc(void)
{
#ifdef M_ARENA_MAX
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TOP_PAD, MALLOC_PAD);
#endif
}

int main(int argc, char **argv)
{
    int exit_status = PH_EXIT_USAGE;
    const char *word = argc < 2 ? NULL : canonical_word(argv[1]);
    uint32_t id = 0;
    set_up_malloc();
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is said like a full disk */
    while (word != NULL && id < PH_COMMAND_COUNT && strcmp(word, ph_commands[id].name) != 0) {
        id++;
    }
    if (word == NULL) {
        ph_say("what shall it do? For example: phantom run PROGRAM.wasm; 'phantom help' says more");
    } else if (id == PH_COMMAND_COUNT) {
        exit_status = unknown_command(word);
    } else {
        exit_status = run_command((enum ph_command_id)id, argv + 2, (uint32_t)(argc - 2));
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) && exit_status == PH_EXIT_OK) {
        ph_say("standard output: cannot be written");
        exit_status = PH_EXIT_FAILED;
    }
    return exit_status;
}
