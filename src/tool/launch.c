/* SPDX-License-Identifier: Apache-2.0 */
/* launch.c - `phantom launch`: one more program for a world. A running world reads and translates
 * the file itself, since a unit is longer than a question; what the command line names is made
 * absolute before it is asked. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/port.h"
#include "tool/facts.h"
#include "tool/json.h"
#include "tool/look.h"
#include "tool/program.h"
#include "tool/server.h"

/* ---- In the process that has the world ------------------------------------------------------- */

/* What the words of a question say: PATH, then "d:HOST::GUEST", "e:K=V", "g:NAME=P/ENTRY", "r:ROOT"
 * in any order, "--", arguments. */
struct launch {
    const char *path, *root;
    ph_texts dirs, environment, gives, arguments;
};

static void launch_finish(struct launch *self)
{
    struct ph_allocator *allocator = ph_port_allocator();
    ph_vector_finish(&self->dirs, allocator);
    ph_vector_finish(&self->environment, allocator);
    ph_vector_finish(&self->gives, allocator);
    ph_vector_finish(&self->arguments, allocator);
}

static bool read_word(struct launch *self, const char *word)
{
    struct ph_allocator *allocator = ph_port_allocator();
    const char *text = word + 2;
    if (word[0] == '\0' || word[1] != ':') {
        return false;
    }
    switch (word[0]) {
    case 'd': return ph_vector_push(&self->dirs, allocator, text);
    case 'e': return ph_vector_push(&self->environment, allocator, text);
    case 'g': return ph_vector_push(&self->gives, allocator, text);
    case 'r': self->root = text; return true;
    default: return false;
    }
}

static bool launch_read(struct launch *self, const char *const *words, uint32_t count)
{
    bool is_good = count > 0;
    bool is_argument = false;
    self->path = count > 0 ? words[0] : "";
    for (uint32_t i = 1; is_good && i < count; i++) {
        if (is_argument) {
            is_good = ph_vector_push(&self->arguments, ph_port_allocator(), words[i]);
        } else if (strcmp(words[i], "--") == 0) {
            is_argument = true;
        } else {
            is_good = read_word(self, words[i]);
        }
    }
    return is_good;
}

/* One more program, and the id it was given. */
struct adding {
    const struct launch *launch;
    struct ph_checked_unit unit;
    uint32_t id;
};

static ph_status add(struct ph_runner *runner, struct adding *adding, struct ph_error *error)
{
    const struct launch *launch = adding->launch;
    const struct ph_program_request request = {
        .path = launch->path,
        .arguments = &launch->arguments,
        .environment = &launch->environment,
        .dirs = &launch->dirs,
        .gives = &launch->gives,
        .root = launch->root,
    };
    struct ph_program *program;
    ph_status status = ph_runner_add_program(runner, &request, adding->unit, &program, error);
    adding->id = status == PH_OK ? program->id : 0;
    return status;
}

/* ph_runner_change */
static ph_status add_running(struct ph_runner *runner, void *context, struct ph_error *error)
{
    return ph_runner_has_ended(runner) || ph_runner_is_over(runner)
               ? ph_fail(error, PH_AGAIN, "%s: has just ended; launch again", runner->image)
               : add(runner, context, error);
}

static ph_status translate(const char *path, struct ph_slice *unit, struct ph_error *error)
{
    struct ph_source source;
    ph_status status = ph_source_open(path, &source, error);
    if (status == PH_OK) {
        status = ph_source_unit(&source, unit, false, error);
        ph_source_close(&source);
    }
    return status;
}

static void tell(const char *image, uint32_t id, bool json, FILE *to)
{
    if (json) {
        struct ph_json j;
        ph_json_begin(&j, to);
        ph_json_text(&j, "image", image);
        ph_json_number(&j, "program", id);
        ph_json_end(&j);
    } else {
        fprintf(to, "%u\n", id);
    }
}

int ph_launch_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                     struct ph_telling *telling)
{
    struct launch launch = {0};
    struct adding adding = {.launch = &launch};
    struct ph_slice unit = {NULL, 0};
    ph_status status = launch_read(&launch, words, count)
                           ? translate(launch.path, &unit, telling->error)
                           : ph_fail(telling->error, PH_MALFORMED, "launch was not understood");
    if (status == PH_OK) { /* the world runs meanwhile */
        status = ph_runner_check_unit(runner, launch.path, unit, &adding.unit, telling->error);
    }
    if (status == PH_OK) {
        status = ph_runner_do(runner, add_running, &adding, telling->error);
    }
    bool is_early = status == PH_AGAIN;
    if (status == PH_OK) {
        status = ph_runner_make_durable(runner, adding.id, "launched", telling->error);
        telling->waits = status == PH_AGAIN;
        status = telling->waits ? PH_OK : status;
    }
    if (status == PH_OK) {
        tell(runner->image, adding.id, telling->json, telling->to);
    }
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    launch_finish(&launch);
    return is_early ? PH_EXIT_ASK_AGAIN : status == PH_OK ? PH_EXIT_OK : PH_EXIT_FAILED;
}

/* ---- The command ----------------------------------------------------------------------------- */

/* malloc'ed; NULL: no memory. What is not there stays as it is, so that the message names it. */
static char *absolute(const char *prefix, const char *path, size_t bytes)
{
    char *part = strndup(path, bytes);
    char *real = part == NULL ? NULL : realpath(part, NULL);
    const char *text = real != NULL ? real : part;
    size_t size = text == NULL ? 0 : strlen(prefix) + strlen(text) + strlen(path + bytes) + 1;
    char *word = text == NULL ? NULL : malloc(size);
    if (word != NULL) {
        snprintf(word, size, "%s%s%s", prefix, text, path + bytes);
    }
    free(real);
    free(part);
    return word;
}

static char *prefixed(const char *prefix, const char *text)
{
    char *word = malloc(strlen(prefix) + strlen(text) + 1);
    if (word != NULL) {
        memcpy(word, prefix, strlen(prefix));
        memcpy(word + strlen(prefix), text, strlen(text) + 1);
    }
    return word;
}

typedef PH_VECTOR(char *) word_list;

static bool push(word_list *words, char *word)
{
    return word != NULL && ph_vector_push(words, ph_port_allocator(), word);
}

static bool push_all(word_list *words, const char *prefix, const ph_texts *texts)
{
    bool is_good = true;
    for (uint32_t i = 0; is_good && i < texts->count; i++) {
        is_good = push(words, prefixed(prefix, texts->items[i]));
    }
    return is_good;
}

static bool make_words(const struct ph_options *o, word_list *words)
{
    const char *path = o->arguments[1];
    bool is_good = push(words, prefixed("", "launch")) &&
                   push(words, absolute("", path, strlen(path))) &&
                   push_all(words, "e:", &o->environment) && push_all(words, "g:", &o->gives) &&
                   (o->root == NULL || push(words, prefixed("r:", o->root)));
    for (uint32_t i = 0; is_good && i < o->dirs.count; i++) {
        const char *colons = strstr(o->dirs.items[i], "::");
        size_t bytes = colons == NULL ? strlen(o->dirs.items[i])
                                      : (size_t)(colons - o->dirs.items[i]);
        is_good = push(words, colons == NULL ? prefixed("d:", o->dirs.items[i])
                                             : absolute("d:", o->dirs.items[i], bytes));
    }
    is_good = is_good && push(words, prefixed("", "--"));
    for (uint32_t i = 2; is_good && i < o->argument_count; i++) {
        is_good = push(words, prefixed("", o->arguments[i]));
    }
    return is_good;
}

/* ph_asleep; the context is the unit. */
static ph_status add_sleeping(const struct ph_options *options, void *context, int *exit_status,
                              struct ph_error *error)
{
    const struct launch launch = {
        .path = options->arguments[1],
        .root = options->root,
        .dirs = options->dirs,
        .environment = options->environment,
        .gives = options->gives,
        .arguments = {.items = options->arguments + 2, .count = options->argument_count - 2},
    };
    const struct ph_slice *unit = context;
    struct adding adding = {.launch = &launch};
    struct ph_runner runner;
    ph_runner_init(&runner, options, options->arguments[0]);
    ph_status status = ph_runner_open(&runner, false, error);
    if (status == PH_OK) {
        status = ph_runner_check_unit(&runner, launch.path, *unit, &adding.unit, error);
    }
    if (status == PH_OK) {
        status = add(&runner, &adding, error);
    }
    if (status == PH_OK) {
        status = ph_runner_make_durable(&runner, adding.id, "launched", error);
    }
    ph_runner_close(&runner);
    if (status == PH_OK) {
        tell(runner.image, adding.id, options->json, stdout);
        *exit_status = PH_EXIT_OK;
    }
    return status;
}

int ph_command_launch(const struct ph_options *options)
{
    struct ph_source source;
    struct ph_slice unit = {NULL, 0};
    struct ph_error error = {0};
    word_list words = {0};
    int exit_status;
    /* Translated here too: what is wrong with it is said before the world hears of it. */
    ph_status status = ph_source_open(options->arguments[1], &source, &error);
    if (status == PH_OK) {
        status = ph_source_unit(&source, &unit, true, &error);
        ph_source_close(&source);
    }
    if (status == PH_OK && !make_words(options, &words)) {
        status = ph_fail(&error, PH_NO_MEMORY, "no memory for the arguments");
    }
    exit_status = status == PH_OK
                      ? ph_ask_or_open(options, (const char *const *)words.items, words.count,
                                       add_sleeping, &unit)
                      : ph_say_error(&error, PH_EXIT_FAILED);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    for (uint32_t i = 0; i < words.count; i++) {
        free(words.items[i]);
    }
    ph_vector_finish(&words, ph_port_allocator());
    return exit_status;
}
