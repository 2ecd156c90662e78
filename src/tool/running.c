/* SPDX-License-Identifier: Apache-2.0 */
/* running.c - a world while it runs, and its end. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device/sink.h"
#include "tool/image.h"
#include "tool/program.h"
#include "tool/runner.h"
#include "tool/server.h"

#define TICK_NS 100000000L
#define TROUBLE_TICKS 10u
#define OUTPUT_PATIENCE_NS UINT64_C(1000000000) /* for a slow reader, when stopped */
#define ROOM_RETRY_NS 200000000L
#define SLOW_READER_NS 1000000L

/* ---- The console ----------------------------------------------------------------------------- */

ph_status ph_runner_open_console(struct ph_runner *self, struct ph_error *error)
{
    const char *path = self->options->console;
    if (self->output != NULL) {
        return PH_OK;
    }
    ph_status status = path != NULL
                           ? ph_host_output_file(path, self->is_new, &self->output, error)
                           : ph_host_output_standard(&self->output);
    if (status != PH_OK && path == NULL) {
        return ph_fail(error, status, "standard output: cannot be used: %s",
                       ph_status_text(status));
    }
    if (status == PH_OK) {
        struct ph_sink sink = ph_output_sink(self->output);
        ph_gate_set_sink(self->machine, &sink);
        if (ph_gate_ahead(self->machine) > 0) {
            ph_say("%s: holds %llu bytes more than %s remembers having said; they stay, and what "
                   "it says from now on comes after them", path,
                   (unsigned long long)ph_gate_ahead(self->machine), self->image);
        }
    }
    return status;
}

/* ---- Signals --------------------------------------------------------------------------------- */

static void take_signals(struct ph_runner *self)
{
    static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&self->signals);
    sigaddset(&self->signals, SIGUSR1); /* ph_runner_poke */
    for (uint32_t i = 0; i < PH_COUNT(stopping); i++) {
        struct sigaction now;
        if (sigaction(stopping[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
            sigaddset(&self->signals, stopping[i]); /* nohup ignores it: so do we */
        }
    }
    pthread_sigmask(SIG_BLOCK, &self->signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed console is told by the gate */
}

/* From now on a further signal ends the process at once; the image holds the last cut. */
static void give_signals_back(struct ph_runner *self)
{
    sigset_t give = self->signals;
    sigdelset(&give, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &give, NULL);
}

void ph_runner_poke(struct ph_runner *self)
{
    pthread_kill(self->main_thread, SIGUSR1);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Finishes programs as they end, and sees the end of the last. */
static void watch(void *argument)
{
    struct ph_runner *self = argument;
    struct ph_programs_state state = {0};
    char words[700];
    while (ph_programs_wait(self->machine, &state) == PH_OK) {
        words[0] = '\0';
        ph_machine_pause(self->machine);
        ph_runner_finish_some(self, words, sizeof(words));
        ph_runner_note_end(self);
        ph_machine_unpause(self->machine);
        if (words[0] != '\0') {
            ph_say("%s", words);
        }
        if (state.running == 0 && state.living > 0) {
            __atomic_store_n(&self->is_idle, true, __ATOMIC_RELEASE);
        }
        ph_runner_poke(self);
    }
}

ph_status ph_runner_start(struct ph_runner *self, struct ph_error *error)
{
    take_signals(self);
    ph_status status = ph_runner_open_console(self, error);
    if (status != PH_OK) {
        return status;
    }
    struct ph_error unheard = {0};
    if (ph_server_create(self, &self->server, &unheard) != PH_OK) {
        ph_say("%s", unheard.text); /* it runs all the same */
    }
    status = ph_machine_start(self->machine, error);
    if (status != PH_OK) {
        ph_error_about(error, self->image);
        return status;
    }
    self->is_started = true;
    status = ph_host_thread_start(&self->watcher, "watcher", watch, self);
    self->has_watcher = status == PH_OK;
    return status == PH_OK ? PH_OK : ph_fail(error, status, "the system gives no more threads");
}

bool ph_runner_is_over(const struct ph_runner *self)
{
    struct ph_programs_state state = ph_programs_look(self->machine);
    return state.running == 0 && state.living == 0;
}

void ph_runner_note_end(struct ph_runner *self)
{
    if (ph_runner_is_over(self)) {
        __atomic_store_n(&self->has_ended, true, __ATOMIC_RELEASE);
    }
}

bool ph_runner_has_ended(const struct ph_runner *self)
{
    return __atomic_load_n(&self->has_ended, __ATOMIC_ACQUIRE);
}

/* Says once when durability fails, and once when it is back. */
static void look_for_trouble(struct ph_runner *self, ph_status *known)
{
    struct ph_cut_stat stat;
    ph_cut_stat(self->machine, &stat);
    if (stat.trouble == *known) {
        return;
    }
    *known = stat.trouble;
    if (stat.trouble == PH_OK) {
        ph_say("%s: cuts are durable again, output goes on", self->image);
    } else if (stat.trouble == PH_NO_SPACE) {
        ph_say("%s: no space left on its disk: the program runs on and its output waits until "
               "there is room", self->image);
    } else {
        ph_say("%s: cuts cannot be made durable (%s): the program runs on and its output waits",
               self->image, ph_status_text(stat.trouble));
    }
}

static enum ph_ending ending_of(struct ph_runner *self, int signal_number)
{
    if (signal_number == SIGINT) {
        return PH_ENDING_INTERRUPTED;
    }
    if (signal_number == SIGTERM || signal_number == SIGHUP ||
        __atomic_load_n(&self->wants_stop, __ATOMIC_ACQUIRE)) {
        return PH_ENDING_STOPPED;
    }
    if (ph_runner_has_ended(self)) {
        return PH_ENDING_FINISHED;
    }
    return ph_gate_trouble(self->machine) != PH_OK ? PH_ENDING_CLOSED : PH_ENDING_NONE;
}

enum ph_ending ph_runner_wait(struct ph_runner *self)
{
    ph_status trouble = PH_OK;
    bool told_living = self->options->quiet || self->options->command == PH_COMMAND_CALL;
    for (uint32_t tick = 1;; tick++) {
        struct timespec timeout = {0, TICK_NS};
        int number = sigtimedwait(&self->signals, NULL, &timeout);
        enum ph_ending ending = ending_of(self, number);
        if (ending != PH_ENDING_NONE) {
            return ending;
        }
        if (__atomic_load_n(&self->is_idle, __ATOMIC_ACQUIRE) && !told_living) {
            fprintf(stderr, "%s lives on; call it with: phantom call %s EXPORT\n", self->image,
                    self->image);
            told_living = true;
        }
        if (self->server != NULL && number < 0) {
            ph_server_touch(self->server);
        }
        if (tick % TROUBLE_TICKS == 0) {
            look_for_trouble(self, &trouble);
        }
    }
}

/* ---- The end --------------------------------------------------------------------------------- */

static void sleep_ns(long ns)
{
    struct timespec time = {0, ns};
    nanosleep(&time, NULL);
}

/* Cuts until all output has left. A finished world has nothing else to do: it waits for room on the
 * disk and for slow readers, without end; a stopped one does not. */
static ph_status let_out(struct ph_runner *self, enum ph_ending ending)
{
    uint64_t end_ns = ph_clock_monotonic_ns() + OUTPUT_PATIENCE_NS;
    bool told = false;
    for (;;) {
        ph_status status = ph_machine_cut(self->machine, PH_CUT_STOP);
        bool is_durable = status == PH_OK || status == PH_AGAIN;
        if (ph_gate_trouble(self->machine) != PH_OK ||
            (is_durable && ph_gate_is_empty(self->machine))) {
            return is_durable ? PH_OK : status;
        }
        if (ending != PH_ENDING_FINISHED && ph_clock_monotonic_ns() >= end_ns) {
            return is_durable ? PH_OK : status;
        }
        if (!is_durable && !told && ending == PH_ENDING_FINISHED) {
            ph_say("%s: the last cut cannot be written (%s); its output waits until it can",
                   self->image, ph_status_text(status));
            told = true;
        }
        sleep_ns(is_durable ? SLOW_READER_NS : ROOM_RETRY_NS);
    }
}

struct words {
    char *text;
    size_t bytes;
    uint64_t cut;
};

static int ended_finished(const struct ph_runner *self, const struct words *to)
{
    if (self->program->state == PH_PROGRAM_TRAPPED) {
        struct ph_slice text = ph_runner_trap_text(self, self->program->trap,
                                                   self->program->trap_text_ref);
        snprintf(to->text, to->bytes, "phantom: %s trapped: %.*s", self->name, (int)text.size,
                 (const char *)text.bytes);
    }
    return ph_runner_exit_status(self);
}

static int ended_closed(const struct ph_runner *self, const struct words *to)
{
    bool is_short = ph_gate_trouble(self->machine) == PH_TRUNCATED;
    if (is_short) {
        snprintf(to->text, to->bytes, "phantom: %s: is shorter than what %s has written to it; put "
                 "it back, or give another with --console; stopped at cut %llu",
                 self->options->console != NULL ? self->options->console : "standard output",
                 self->image, (unsigned long long)to->cut);
        return PH_EXIT_OWN;
    }
    const char *console = self->options->console;
    snprintf(to->text, to->bytes, "phantom: %s; stopped %s at cut %llu; resume it with: phantom "
             "resume %s%s%s", console != NULL ? "the console file cannot be written"
                                              : "nobody takes the output any more",
             self->image, (unsigned long long)to->cut, self->image,
             console != NULL ? " --console " : "", console != NULL ? console : "");
    return PH_EXIT_CLOSED;
}

static int end_words(const struct ph_runner *self, enum ph_ending ending, ph_status status,
                     const struct words *to)
{
    to->text[0] = '\0';
    if (ending == PH_ENDING_FINISHED) {
        return ended_finished(self, to);
    }
    if (status != PH_OK) {
        snprintf(to->text, to->bytes, "phantom: %s: the last cut cannot be written (%s); the image "
                 "holds cut %llu; resume it with: phantom resume %s", self->image,
                 ph_status_text(status), (unsigned long long)to->cut, self->image);
        return PH_EXIT_OWN;
    }
    if (ending == PH_ENDING_CLOSED) {
        return ended_closed(self, to);
    }
    snprintf(to->text, to->bytes, "stopped %s at cut %llu; resume it with: phantom resume %s",
             self->image, (unsigned long long)to->cut, self->image);
    return ending == PH_ENDING_INTERRUPTED ? PH_EXIT_INTERRUPTED : PH_EXIT_STOPPED;
}

/* Nothing runs any more, nobody asks for anything. */
static void halt(struct ph_runner *self)
{
    ph_mutex_lock(&self->mutex);
    self->is_ending = true;
    ph_mutex_unlock(&self->mutex);
    give_signals_back(self);
    ph_status ignored = ph_machine_stop(self->machine, false, NULL); /* fails with a cut only */
    (void)ignored;
    if (self->has_watcher) {
        ph_host_thread_join(&self->watcher);
        self->has_watcher = false;
    }
    if (self->server != NULL) {
        ph_server_settle(self->server);
    }
}

void ph_runner_abandon(struct ph_runner *self)
{
    halt(self);
    ph_runner_close(self);
}

int ph_runner_end(struct ph_runner *self, enum ph_ending ending)
{
    halt(self);
    ph_runner_finish_all(self);
    if (ph_runner_is_over(self)) {
        ending = PH_ENDING_FINISHED; /* meanwhile */
    }
    ph_status status = let_out(self, ending);
    if (ending == PH_ENDING_FINISHED && ph_gate_trouble(self->machine) != PH_OK) {
        ph_say("%s: its last output could not be shown: nobody takes it any more", self->image);
    }
    ph_mutex_lock(&self->mutex);
    self->is_saved = status == PH_OK;
    ph_mutex_unlock(&self->mutex);
    struct words words = {self->last_words, sizeof(self->last_words),
                          ph_cut_durable(self->machine)};
    int exit_status = end_words(self, ending, status, &words);
    ph_runner_close(self);
    return exit_status;
}

int ph_runner_exit_status(const struct ph_runner *self)
{
    if (self->program->state == PH_PROGRAM_TRAPPED) {
        return PH_EXIT_TRAPPED;
    }
    return self->program->exit_code <= 255 ? (int)self->program->exit_code : 255;
}
