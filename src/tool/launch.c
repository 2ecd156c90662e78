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
#include "tool/java.h"
#include "tool/json.h"
#include "tool/look.h"
#include "tool/program.h"
#include "tool/server.h"

/* ---- In the process that has the world ------------------------------------------------------- */

/* What the words of a question say: PATH, then "c:CLASSPATH", "d:HOST::GUEST", "e:K=V",
 * "g:NAME=P/ENTRY", "j:OPTION" (Java's), "m:MODULEPATH", "n:" (PATH is a module), "p:K=V" (a
 * property), "r:ROOT" in any order, "--", arguments. They become the options that the command had.
 */
static void launch_finish(struct ph_options *self, ph_texts *arguments)
{
    struct ph_allocator *allocator = ph_port_allocator();
    ph_vector_finish(&self->dirs, allocator);
    ph_vector_finish(&self->environment, allocator);
    ph_vector_finish(&self->gives, allocator);
    ph_vector_finish(&self->properties, allocator);
    ph_vector_finish(&self->java, allocator);
    ph_vector_finish(arguments, allocator);
}

static bool read_word(struct ph_options *self, const char *word)
{
    struct ph_allocator *allocator = ph_port_allocator();
    const char *text = word + 2;
    if (word[0] == '\0' || word[1] != ':') {
        return false;
    }
    switch (word[0]) {
    case 'c': self->class_path = text; return true;
    case 'j': return ph_vector_push(&self->java, allocator, text);
    case 'm': self->module_path = text; return true;
    case 'n': self->is_module = true; return true;
    case 'd': return ph_vector_push(&self->dirs, allocator, text);
    case 'e': return ph_vector_push(&self->environment, allocator, text);
    case 'g': return ph_vector_push(&self->gives, allocator, text);
    case 'p': return ph_vector_push(&self->properties, allocator, text);
    case 'r': self->root = text; return true;
    default: return false;
    }
}

/* `arguments` become those of the options: IMAGE, PROGRAM and so on. */
static bool launch_read(struct ph_options *self, const char *const *words, uint32_t count,
                        ph_texts *arguments)
{
    struct ph_allocator *allocator = ph_port_allocator();
    bool is_good = count > 0 && ph_vector_push(arguments, allocator, "") &&
                   ph_vector_push(arguments, allocator, words[0]);
    bool is_argument = false;
    for (uint32_t i = 1; is_good && i < count; i++) {
        if (is_argument) {
            is_good = ph_vector_push(arguments, allocator, words[i]);
        } else if (strcmp(words[i], "--") == 0) {
            is_argument = true;
        } else {
            is_good = read_word(self, words[i]);
        }
    }
    self->command = PH_COMMAND_LAUNCH;
    self->arguments = arguments->items;
    self->argument_count = arguments->count;
    return is_good;
}

/* One more program, and the id it was given. */
struct adding {
    const struct ph_options *options;
    struct ph_source source;
    struct ph_slice unit; /* owned */
    struct ph_checked_unit checked;
    uint32_t id;
};

static ph_status adding_open(struct adding *self, const struct ph_options *options, bool shows,
                             struct ph_error *error)
{
    const char *path = options->arguments[1];
    ph_status status = ph_source_of(options, path, &self->source, error);
    self->options = options;
    if (status == PH_OK && self->source.kind >= PH_SOURCE_CLASS && options->root != NULL) {
        status = ph_fail(error, PH_BAD_ARGUMENT, "%s: a Java program has a folder of its own in "
                         "the image's tree; launch it without --root", path);
    }
    return status == PH_OK ? ph_source_unit(&self->source, &self->unit, shows, error) : status;
}

static void adding_close(struct adding *self)
{
    ph_source_close(&self->source);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)self->unit.bytes, self->unit.size);
}

static ph_status add(struct ph_runner *runner, struct adding *adding, struct ph_error *error)
{
    const struct ph_options *o = adding->options;
    const ph_texts given = {.items = o->arguments + 2, .count = o->argument_count - 2};
    bool is_java = adding->source.kind >= PH_SOURCE_CLASS;
    ph_texts made = {0};
    const struct ph_program_request request = {
        .path = o->arguments[1],
        .arguments = is_java ? &made : &given,
        .environment = &o->environment,
        .dirs = &o->dirs,
        .gives = &o->gives,
        .root = o->root,
    };
    struct ph_program *program;
    ph_status status =
        is_java ? ph_java_put(runner->java, &adding->source, o, &made, error) : PH_OK;
    if (status == PH_OK) {
        status = ph_runner_add_program(runner, &request, adding->checked, &program, error);
    }
    adding->id = status == PH_OK ? program->id : 0;
    ph_vector_finish(&made, ph_port_allocator());
    return status;
}

/* ph_runner_change */
static ph_status add_running(struct ph_runner *runner, void *context, struct ph_error *error)
{
    return ph_runner_has_ended(runner) || ph_runner_is_over(runner)
               ? ph_fail(error, PH_AGAIN, "%s: has just ended; launch again", runner->image)
               : add(runner, context, error);
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
    struct ph_options options = {0};
    struct adding adding = {.options = &options};
    ph_texts arguments = {0};
    ph_status status = launch_read(&options, words, count, &arguments)
                           ? adding_open(&adding, &options, false, telling->error)
                           : ph_fail(telling->error, PH_MALFORMED, "launch was not understood");
    if (status == PH_OK) { /* the world runs meanwhile */
        status = ph_runner_check_unit(runner, words[0], adding.unit, &adding.checked,
                                      telling->error);
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
    adding_close(&adding);
    launch_finish(&options, &arguments);
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

/* `prefix` and the entries of a path, each absolute; malloc'ed. NULL: no memory. */
static char *absolute_entries(const char *prefix, const char *entries)
{
    char *made = prefixed(prefix, "");
    for (const char *at = entries; made != NULL && at != NULL;) {
        const char *colon = strchr(at, ':');
        char *entry = strndup(at, colon == NULL ? strlen(at) : (size_t)(colon - at));
        const char *path = entry == NULL || entry[0] == '\0' ? "." : entry;
        char *longer = entry == NULL ? NULL : absolute(made, path, strlen(path));
        free(entry);
        free(made);
        made = longer == NULL || colon == NULL ? longer : prefixed(longer, ":");
        if (made != longer) {
            free(longer);
        }
        at = colon == NULL ? NULL : colon + 1;
    }
    return made;
}

static bool make_words(const struct ph_options *o, word_list *words)
{
    const char *path = o->arguments[1];
    bool is_main = o->is_module || o->class_path != NULL;
    bool is_good = push(words, prefixed("", "launch")) &&
                   push(words, is_main ? prefixed("", path) : absolute("", path, strlen(path))) &&
                   (o->class_path == NULL ||
                    push(words, absolute_entries("c:", o->class_path))) &&
                   (o->module_path == NULL ||
                    push(words, absolute_entries("m:", o->module_path))) &&
                   (!o->is_module || push(words, prefixed("n:", ""))) &&
                   push_all(words, "j:", &o->java) && push_all(words, "p:", &o->properties) &&
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

/* ph_asleep; the context is what is added. */
static ph_status add_sleeping(const struct ph_options *options, void *context, int *exit_status,
                              struct ph_error *error)
{
    struct adding *adding = context;
    struct ph_runner runner;
    ph_runner_init(&runner, options, options->arguments[0]);
    ph_status status = ph_runner_open(&runner, false, error);
    if (status == PH_OK) {
        status = ph_runner_check_unit(&runner, options->arguments[1], adding->unit,
                                      &adding->checked, error);
    }
    if (status == PH_OK) {
        status = add(&runner, adding, error);
    }
    if (status == PH_OK) {
        status = ph_runner_make_durable(&runner, adding->id, "launched", error);
    }
    ph_runner_close(&runner);
    if (status == PH_OK) {
        tell(runner.image, adding->id, options->json, stdout);
        *exit_status = PH_EXIT_OK;
    }
    return status;
}

int ph_command_launch(const struct ph_options *options)
{
    struct adding adding = {.options = options};
    struct ph_error error = {0};
    word_list words = {0};
    /* Translated here too: what is wrong with it is said before the world hears of it. */
    ph_status status = adding_open(&adding, options, true, &error);
    if (status == PH_OK && !make_words(options, &words)) {
        status = ph_fail(&error, PH_NO_MEMORY, "no memory for the arguments");
    }
    int exit_status = status == PH_OK
                          ? ph_ask_or_open(options, (const char *const *)words.items, words.count,
                                           add_sleeping, &adding)
                          : ph_say_error(&error, PH_EXIT_FAILED);
    adding_close(&adding);
    for (uint32_t i = 0; i < words.count; i++) {
        free(words.items[i]);
    }
    ph_vector_finish(&words, ph_port_allocator());
    return exit_status;
}
