/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - asking a world that another process runs. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "port/host_control.h"
#include "tool/facts.h"
#include "tool/image.h"
#include "tool/look.h"
#include "tool/server.h"

#define AGAIN_TRIES 200u
#define AGAIN_PAUSE_NS 10000000L

/* Appends `word` to the question; false: too long. */
static bool put_word(char *line, size_t *at, const char *word)
{
    if (*at + strlen(word) * 3 + 3 >= PH_QUESTION_BYTES_MAX) {
        return false;
    }
    line[(*at)++] = ' ';
    if (word[0] == '\0') {
        line[(*at)++] = '%';
    }
    for (; *word != '\0'; word++) {
        unsigned char c = (unsigned char)*word;
        if (c <= ' ' || c == '%' || c >= 0x7f) {
            *at += (size_t)snprintf(line + *at, 4, "%%%02x", c);
        } else {
            line[(*at)++] = (char)c;
        }
    }
    return true;
}

static ph_status send_question(struct ph_control *control, bool json, const char *const *words,
                               uint32_t count, struct ph_error *error)
{
    char *line = malloc(PH_QUESTION_BYTES_MAX);
    size_t at = line == NULL
                    ? 0
                    : (size_t)snprintf(line, PH_QUESTION_BYTES_MAX, "phantom 1 %s",
                                       json ? "json" : "text");
    bool fits = line != NULL && count <= PH_QUESTION_WORDS_MAX;
    for (uint32_t i = 0; fits && i < count; i++) {
        fits = put_word(line, &at, words[i]);
    }
    ph_status status = PH_LIMIT;
    if (fits) {
        line[at++] = '\n';
        status = ph_control_write(control, line, at);
    }
    free(line);
    if (status == PH_OK) {
        return PH_OK;
    }
    return status == PH_LIMIT
               ? ph_fail(error, status, "the arguments are too long")
               : ph_fail(error, PH_AGAIN, "the world went away before it was asked");
}

/* Reads what there is until the end; malloc'ed, with a NUL. NULL: nothing or no memory. */
static char *read_all(struct ph_control *control, size_t *bytes)
{
    size_t capacity = 4096;
    char *text = malloc(capacity);
    *bytes = 0;
    while (text != NULL) {
        uint64_t done;
        if (ph_control_read(control, text + *bytes, capacity - *bytes - 1, &done) != PH_OK ||
            done == 0) {
            text[*bytes] = '\0';
            return text;
        }
        *bytes += done;
        if (capacity - *bytes < 1024) {
            char *grown = realloc(text, capacity * 2);
            if (grown == NULL) {
                free(text);
            }
            text = grown;
            capacity *= 2;
        }
    }
    return NULL;
}

static ph_status take_answer(const char *image, char *answer, size_t bytes, int *exit,
                             struct ph_error *error)
{
    char *end = answer == NULL ? NULL : memchr(answer, '\n', bytes);
    char *message = NULL;
    if (end == NULL) {
        return ph_fail(error, PH_IO, "%s: the world ended before it answered; ask again or look "
                       "with: phantom info %s", image, image);
    }
    *end = '\0';
    *exit = PH_EXIT_OK;
    if (strncmp(answer, "failed ", 7) == 0) {
        *exit = (int)strtol(answer + 7, &message, 10);
        return ph_fail(error, *exit == PH_EXIT_ASK_AGAIN ? PH_AGAIN : PH_INVALID, "%s",
                       message[0] == ' ' ? message + 1 : message);
    }
    fwrite(end + 1, 1, bytes - (size_t)(end + 1 - answer), stdout);
    return PH_OK;
}

static ph_status ask_once(const char *image, bool json, const char *const *words,
                          uint32_t count, int *exit, struct ph_error *error)
{
    struct ph_control *control;
    *exit = PH_EXIT_FAILED;
    ph_status status = ph_control_connect(image, &control, error);
    if (status != PH_OK) {
        return status;
    }
    status = send_question(control, json, words, count, error);
    if (status == PH_OK) {
        size_t bytes = 0;
        bool shows = strcmp(words[0], "top") != 0 && strcmp(words[0], "call") != 0;
        if (shows) { /* the process may be stopped, or swapped out */
            ph_progress_begin("waiting for the process that runs it");
        }
        char *answer = read_all(control, &bytes);
        if (shows) {
            ph_progress_end();
        }
        status = take_answer(image, answer, bytes, exit, error);
        free(answer);
    }
    ph_control_close(control);
    return status;
}

static void take_a_break(void)
{
    struct timespec pause = {0, AGAIN_PAUSE_NS};
    nanosleep(&pause, NULL);
}

ph_status ph_ask(const char *image, bool json, const char *const *words, uint32_t count,
                 int *exit, struct ph_error *error)
{
    ph_status status = PH_AGAIN;
    for (uint32_t i = 0; status == PH_AGAIN && i < AGAIN_TRIES; i++) {
        if (i > 0) {
            take_a_break();
        }
        memset(error, 0, sizeof(*error));
        status = ask_once(image, json, words, count, exit, error);
    }
    *exit = *exit == PH_EXIT_ASK_AGAIN ? PH_EXIT_FAILED : *exit;
    return status;
}

/* Says why nobody answers for an image that is in use. */
static ph_status nobody_answers(const char *image, struct ph_error *error)
{
    return ph_fail(error, PH_IN_USE, "%s: is in use, and nobody answers for it (mounted, or its "
                   "socket was removed); 'fuser %s' says by which process: end that first", image,
                   image);
}

int ph_ask_or_open(const struct ph_options *options, const char *const *words, uint32_t count,
                   ph_asleep *asleep, void *context)
{
    const char *image = options->arguments[0];
    struct ph_error error;
    int exit_status;
    ph_status status = PH_IN_USE;
    for (uint32_t i = 0; status == PH_IN_USE && i < AGAIN_TRIES; i++) {
        if (i > 0) {
            take_a_break();
        }
        status = ph_ask(image, options->json, words, count, &exit_status, &error);
        if (status == PH_NOT_FOUND) {
            memset(&error, 0, sizeof(error));
            exit_status = PH_EXIT_FAILED;
            status = asleep(options, context, &exit_status, &error);
        }
    }
    if (status == PH_IN_USE) {
        status = nobody_answers(image, &error);
    }
    return status == PH_OK ? exit_status : ph_say_error(&error, exit_status);
}

/* ---- Looking --------------------------------------------------------------------------------- */

struct look {
    struct ph_runner *runner;
    bool is_open;
};

/* ph_asleep. An image that is written to while it is read might look damaged, or old. */
static ph_status open_to_look(const struct ph_options *options, void *context, int *exit,
                              struct ph_error *error)
{
    struct look *look = context;
    const char *image = options->arguments[0];
    (void)exit;
    if (ph_image_is_in_use(image)) {
        return PH_IN_USE;
    }
    ph_runner_init(look->runner, options, image);
    ph_status status = ph_runner_open(look->runner, true, error);
    if (status != PH_OK) {
        ph_runner_close(look->runner);
    }
    look->is_open = status == PH_OK;
    return status;
}

bool ph_look_open(const struct ph_options *options, const char *const *words, uint32_t count,
                  struct ph_runner *runner, int *exit)
{
    struct look look = {runner, false};
    *exit = ph_ask_or_open(options, words, count, open_to_look, &look);
    return look.is_open;
}

bool ph_look_answers(const char *image)
{
    struct ph_control *control;
    struct ph_error error;
    const char *word = "stat";
    char first;
    uint64_t done = 0;
    if (ph_control_connect(image, &control, &error) != PH_OK) {
        return false;
    }
    bool answers = send_question(control, false, &word, 1, &error) == PH_OK &&
                   ph_control_read(control, &first, 1, &done) == PH_OK && done == 1;
    ph_control_close(control);
    return answers;
}

bool ph_look_is_in_use(const char *image)
{
    for (uint32_t i = 0; i < AGAIN_TRIES; i++) {
        if (i > 0) {
            take_a_break();
        }
        if (!ph_image_is_in_use(image)) {
            return false;
        }
        if (ph_look_answers(image)) {
            return true;
        }
    }
    return true;
}

/* ph_asleep: says what else is to be done. */
static ph_status refuse(const struct ph_options *options, void *context, int *exit,
                        struct ph_error *error)
{
    const char *image = options->arguments[0];
    enum ph_image_state state;
    struct ph_block *block;
    bool is_device;
    (void)context, (void)exit;
    ph_status status = ph_block_open(image, PH_BLOCK_OPEN, &block, error);
    if (status != PH_OK) {
        return status;
    }
    block->ops->close(block);
    status = ph_image_look(image, &state, &is_device, error);
    if (status == PH_OK && state != PH_IMAGE_THERE) {
        return ph_fail(error, PH_NOT_FOUND, "%s: %s", image, PH_NO_IMAGE);
    }
    return status == PH_OK ? ph_fail(error, PH_AGAIN, "%s: does not run; go on with it: phantom "
                                     "resume %s", image, image)
                           : status;
}

int ph_look_running(const struct ph_options *options, const char *const *words, uint32_t count)
{
    return ph_ask_or_open(options, words, count, refuse, NULL);
}
