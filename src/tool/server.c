/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - questions to the world that this process runs. */
#include "tool/server.h"

#include <stdlib.h>
#include <string.h>

#include "port/host_control.h"
#include "tool/facts.h"

#define CONNECTIONS_MAX 64u

enum slot_state {
    SLOT_FREE,
    SLOT_ASKING,    /* the question is being read: may be interrupted */
    SLOT_ANSWERING,
    SLOT_ENDED      /* its thread can be joined */
};

struct slot {
    struct ph_server *server;
    struct ph_control *control;
    struct ph_host_thread thread;
    enum slot_state state; /* under server->mutex */
};

struct ph_server {
    struct ph_runner *runner;
    struct ph_control_server *control;
    struct ph_host_thread thread;
    struct ph_mutex mutex;
    struct ph_condition changed;
    struct slot slots[CONNECTIONS_MAX];
    uint32_t busy;    /* answers that look at the machine */
    bool is_settled;  /* no more of them */
    bool is_shut;
};

struct question {
    struct ph_server *server;
    bool json;
    const char *words[PH_QUESTION_WORDS_MAX];
    uint32_t count;
    FILE *to;
    struct ph_error error; /* valid if the exit status is not 0 */
    struct ph_telling telling; /* of this question */
};

/* ---- Answers --------------------------------------------------------------------------------- */

static int answer_stat(struct question *q)
{
    ph_facts_stat(q->server->runner, q->json, q->to);
    return PH_EXIT_OK;
}

static int answer_info(struct question *q)
{
    ph_facts_info(q->server->runner, q->json, q->to);
    return PH_EXIT_OK;
}

static int answer_ps(struct question *q)
{
    ph_facts_ps(q->server->runner, q->count > 1, q->json, q->to);
    return PH_EXIT_OK;
}

static int answer_snap(struct question *q)
{
    uint64_t cut = 0;
    struct ph_runner *runner = q->server->runner;
    ph_status status = ph_cut_now(runner->machine, PH_CUT_COMMAND, &cut);
    if (status != PH_OK) {
        ph_fail(&q->error, status, "%s: no cut can be made durable now: %s; the newest is %llu",
                runner->image, ph_status_text(status), (unsigned long long)cut);
        return PH_EXIT_FAILED;
    }
    ph_facts_cut(runner->image, cut, q->json, q->to);
    return PH_EXIT_OK;
}

static int answer_stop(struct question *q)
{
    __atomic_store_n(&q->server->runner->wants_stop, true, __ATOMIC_RELEASE);
    ph_runner_poke(q->server->runner);
    return PH_EXIT_OK;
}

typedef int question_answer(struct question *q);
typedef int words_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                         struct ph_telling *telling);

static const struct answer {
    const char *name;
    question_answer *answer; /* one of the two */
    words_answer *answer_words;
} answers[] = {{"stat", answer_stat, NULL}, {"info", answer_info, NULL}, {"ps", answer_ps, NULL},
               {"snap", answer_snap, NULL}, {"stop", answer_stop, NULL},
               {"call", NULL, ph_call_answer}, {"launch", NULL, ph_launch_answer},
               {"kill", NULL, ph_kill_answer}, {"inspect", NULL, ph_inspect_answer},
               {"top", NULL, ph_top_answer}};

/* After `phantom stop` was heard, or what was done last: waits until the image is closed, so that
 * whoever asked may open it at once. True: with its last cut durable. */
static bool wait_closed(struct question *q)
{
    struct ph_runner *runner = q->server->runner;
    ph_mutex_lock(&runner->mutex);
    while (!runner->is_closed) {
        ph_condition_wait(&runner->closed, &runner->mutex);
    }
    bool is_saved = runner->is_saved;
    ph_mutex_unlock(&runner->mutex);
    return is_saved;
}

static bool enter(struct ph_server *self)
{
    ph_mutex_lock(&self->mutex);
    bool entered = !self->is_settled;
    self->busy += entered;
    ph_mutex_unlock(&self->mutex);
    return entered;
}

static void leave(struct ph_server *self)
{
    ph_mutex_lock(&self->mutex);
    self->busy--;
    ph_condition_broadcast(&self->changed);
    ph_mutex_unlock(&self->mutex);
}

static int answer(struct question *q)
{
    const struct answer *found = NULL;
    for (uint32_t i = 0; i < PH_COUNT(answers); i++) {
        if (strcmp(q->words[0], answers[i].name) == 0) {
            found = &answers[i];
        }
    }
    if (found == NULL) {
        ph_fail(&q->error, PH_UNSUPPORTED, "%s: the phantom that runs it cannot answer '%s'; it is "
                "of another release: stop it first", q->server->runner->image, q->words[0]);
        return PH_EXIT_FAILED;
    }
    if (!enter(q->server)) {
        ph_fail(&q->error, PH_AGAIN, "%s: is just being stopped; ask again",
                q->server->runner->image);
        return PH_EXIT_ASK_AGAIN;
    }
    int exit_status = found->answer != NULL
                          ? found->answer(q)
                          : found->answer_words(q->server->runner, q->words + 1, q->count - 1,
                                                &q->telling);
    leave(q->server);
    if (found->answer == answer_stop) {
        wait_closed(q);
        ph_facts_words(q->server->runner->last_words, q->json, q->to);
    } else if (q->telling.waits && !wait_closed(q)) {
        ph_fail(&q->error, PH_IO, "%s: its last cut could not be written, and what was asked is "
                "lost", q->server->runner->image);
        return PH_EXIT_FAILED;
    }
    return exit_status;
}

/* ---- The line -------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode_word(char *word)
{
    char *to = word;
    for (const char *from = word; *from != '\0'; from++) {
        int high = from[0] == '%' ? hex_digit(from[1]) : -1;
        int low = high >= 0 ? hex_digit(from[2]) : -1;
        if (low >= 0) {
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* "phantom 1 json stat": false if it is nothing like it. `line` is cut up. */
static bool read_question(struct question *q, char *line)
{
    char *rest = NULL;
    const char *name = strtok_r(line, " ", &rest);
    const char *version = strtok_r(NULL, " ", &rest);
    const char *format = strtok_r(NULL, " ", &rest);
    if (format == NULL || strcmp(name, "phantom") != 0 || strcmp(version, "1") != 0) {
        return false;
    }
    q->json = strcmp(format, "json") == 0;
    q->telling.json = q->json;
    for (char *word = strtok_r(NULL, " ", &rest);
         word != NULL && q->count < PH_QUESTION_WORDS_MAX; word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "%") == 0) {
            word[0] = '\0'; /* the empty word */
        }
        decode_word(word);
        q->words[q->count++] = word;
    }
    return q->count > 0;
}

/* True: a whole line, without its end. */
static bool read_line(struct ph_control *control, char *line)
{
    uint64_t bytes = 0;
    while (bytes < PH_QUESTION_BYTES_MAX) {
        uint64_t done;
        if (ph_control_read(control, line + bytes, PH_QUESTION_BYTES_MAX - bytes, &done) != PH_OK ||
            done == 0) {
            return false;
        }
        char *end = memchr(line + bytes, '\n', done);
        bytes += done;
        if (end != NULL) {
            *end = '\0';
            return true;
        }
    }
    return false;
}

/* A message is one line, whatever is in the names that it tells. */
static void make_one_line(char *text)
{
    for (; *text != '\0'; text++) {
        *text = *text == '\n' || *text == '\r' ? '?' : *text;
    }
}

static void give_answer(struct slot *slot, char *line)
{
    struct question *q = calloc(1, sizeof(*q));
    char *body = NULL;
    size_t body_bytes = 0;
    FILE *to = open_memstream(&body, &body_bytes);
    char head[700];
    if (q == NULL || to == NULL) {
        free(q);
        return;
    }
    q->server = slot->server;
    q->to = to;
    q->telling.to = to;
    q->telling.error = &q->error;
    int exit_status = PH_EXIT_FAILED;
    if (read_question(q, line)) {
        exit_status = answer(q);
    } else {
        ph_fail(&q->error, PH_MALFORMED, "the question was not understood");
    }
    fclose(to);
    make_one_line(q->error.text);
    int bytes = exit_status == PH_EXIT_OK
                    ? snprintf(head, sizeof(head), "ok\n")
                    : snprintf(head, sizeof(head), "failed %d %s\n", exit_status, q->error.text);
    if (ph_control_write(slot->control, head, (uint64_t)bytes) == PH_OK) {
        ph_status ignored = ph_control_write(slot->control, body, body_bytes);
        (void)ignored; /* who asked went away */
    }
    free(body);
    free(q);
}

static void slot_main(void *argument)
{
    struct slot *slot = argument;
    struct ph_server *self = slot->server;
    char *line = malloc(PH_QUESTION_BYTES_MAX);
    bool asked = line != NULL && read_line(slot->control, line);
    ph_mutex_lock(&self->mutex);
    slot->state = SLOT_ANSWERING;
    ph_mutex_unlock(&self->mutex);
    if (asked) {
        give_answer(slot, line);
    }
    free(line);
    ph_mutex_lock(&self->mutex);
    ph_control_close(slot->control);
    slot->control = NULL;
    slot->state = SLOT_ENDED;
    ph_condition_broadcast(&self->changed);
    ph_mutex_unlock(&self->mutex);
}

/* ---- Connections ----------------------------------------------------------------------------- */

/* A slot for one more, waiting for one if need be; NULL: the server is shut. The mutex is held. */
static struct slot *take_slot(struct ph_server *self)
{
    while (!self->is_shut) {
        for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
            struct slot *slot = &self->slots[i];
            if (slot->state == SLOT_ENDED) {
                ph_host_thread_join(&slot->thread); /* it does no more than return */
                slot->state = SLOT_FREE;
            }
            if (slot->state == SLOT_FREE) {
                slot->state = SLOT_ASKING;
                return slot;
            }
        }
        ph_condition_wait(&self->changed, &self->mutex);
    }
    return NULL;
}

static void server_main(void *argument)
{
    struct ph_server *self = argument;
    struct ph_control *control;
    while (ph_control_accept(self->control, &control) == PH_OK) {
        ph_mutex_lock(&self->mutex);
        struct slot *slot = take_slot(self);
        bool started = false;
        if (slot != NULL) {
            slot->server = self;
            slot->control = control;
            started = ph_host_thread_start(&slot->thread, "answer", slot_main, slot) == PH_OK;
        }
        if (!started) {
            ph_control_close(control);
        }
        if (!started && slot != NULL) {
            slot->control = NULL;
            slot->state = SLOT_FREE;
        }
        ph_mutex_unlock(&self->mutex);
    }
}

ph_status ph_server_create(struct ph_runner *runner, struct ph_server **server,
                           struct ph_error *error)
{
    struct ph_server *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory to answer questions");
    }
    self->runner = runner;
    ph_mutex_init(&self->mutex);
    ph_condition_init(&self->changed);
    ph_status status = ph_control_listen(runner->image, &self->control, error);
    if (status == PH_OK) {
        status = ph_host_thread_start(&self->thread, "server", server_main, self);
        if (status != PH_OK) {
            ph_control_free(self->control);
            ph_fail(error, status, "the system gives no more threads");
        }
    }
    if (status != PH_OK) {
        ph_condition_finish(&self->changed);
        ph_mutex_finish(&self->mutex);
        free(self);
        return status;
    }
    *server = self;
    return PH_OK;
}

void ph_server_settle(struct ph_server *self)
{
    ph_mutex_lock(&self->mutex);
    self->is_settled = true;
    while (self->busy > 0) {
        ph_condition_wait(&self->changed, &self->mutex);
    }
    ph_mutex_unlock(&self->mutex);
}

void ph_server_shut(struct ph_server *self)
{
    ph_mutex_lock(&self->mutex);
    self->is_shut = true;
    ph_condition_broadcast(&self->changed);
    ph_mutex_unlock(&self->mutex);
    ph_control_shut(self->control);
}

void ph_server_destroy(struct ph_server *self)
{
    if (self == NULL) {
        return;
    }
    PH_ASSERT(self->is_shut);
    ph_host_thread_join(&self->thread);
    ph_mutex_lock(&self->mutex);
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct slot *slot = &self->slots[i];
        if (slot->state == SLOT_ASKING) {
            ph_control_interrupt(slot->control);
        }
        while (slot->state == SLOT_ASKING || slot->state == SLOT_ANSWERING) {
            ph_condition_wait(&self->changed, &self->mutex);
        }
        if (slot->state == SLOT_ENDED) {
            ph_host_thread_join(&slot->thread);
        }
    }
    ph_mutex_unlock(&self->mutex);
    ph_control_free(self->control);
    ph_condition_finish(&self->changed);
    ph_mutex_finish(&self->mutex);
    free(self);
}

void ph_server_touch(struct ph_server *self)
{
    ph_control_touch(self->control);
}
