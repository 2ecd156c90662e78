/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - `phantom call`: an export of a program that lives on. The caller hears of the result
 * when the cut that holds it is durable, like of everything that leaves the machine. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool/json.h"
#include "tool/program.h"
#include "tool/server.h"

#define VALUES_MAX 64u

struct calling {
    struct ph_runner *runner;
    const char *whose;                    /* id or name of the program; empty: the usual one */
    uint32_t program_id;
    char program_name[PH_PROGRAM_NAME_BYTES];
    const char *name;
    const char *const *words;             /* the arguments */
    uint32_t count;
    const struct ph_signature *signature; /* as long as the machine */
    uint64_t values[VALUES_MAX];          /* arguments, then results */
    struct ph_thread *thread;             /* NULL: not begun */
    struct ph_error *error;
};

/* ---- Arguments ------------------------------------------------------------------------------- */

static bool read_integer(const char *text, uint32_t bits, uint64_t *value)
{
    char *end;
    bool is_negative = text[0] == '-';
    const char *digits = text + (is_negative || text[0] == '+');
    int base = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') ? 16 : 10;
    uint64_t limit = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    errno = 0;
    unsigned long long magnitude = strtoull(digits, &end, base);
    if (digits[0] < '0' || digits[0] > '9' || *end != '\0' || errno != 0 ||
        magnitude > (is_negative ? UINT64_C(1) << (bits - 1) : limit)) {
        return false;
    }
    *value = (is_negative ? 0 - (uint64_t)magnitude : magnitude) & limit;
    return true;
}

static bool read_real(const char *text, bool is_double, uint64_t *value)
{
    char *end;
    if (text[0] == '\0' || text[0] == ' ') {
        return false;
    }
    if (is_double) {
        double number = strtod(text, &end);
        memcpy(value, &number, sizeof(number));
    } else {
        float number = strtof(text, &end);
        *value = 0;
        memcpy(value, &number, sizeof(number));
    }
    return *end == '\0';
}

static ph_status read_argument(struct calling *c, uint32_t index, const char *text)
{
    uint32_t type = c->signature->types[index];
    bool ok = false;
    switch (type) {
    case PH_I32: ok = read_integer(text, 32, &c->values[index]); break;
    case PH_I64: ok = read_integer(text, 64, &c->values[index]); break;
    case PH_F32: ok = read_real(text, false, &c->values[index]); break;
    case PH_F64: ok = read_real(text, true, &c->values[index]); break;
    default:
        ok = strcmp(text, "null") == 0;
        c->values[index] = 0;
    }
    return ok ? PH_OK
              : ph_fail(c->error, PH_BAD_ARGUMENT, "'%s' is no %s%s, which argument %u of %s has "
                        "to be", text, type == PH_REF ? "reference" : ph_type_name(type),
                        type == PH_REF ? " that can be given here (null is the only one)" : "",
                        index + 1, c->name);
}

static void signature_text(const struct ph_signature *signature, char *to, size_t to_bytes)
{
    size_t at = 0;
    to[0] = '\0';
    for (uint32_t i = 0; i < signature->param_count && at + 8 < to_bytes; i++) {
        at += (size_t)snprintf(to + at, to_bytes - at, " %s",
                               ph_type_name(signature->types[i]));
    }
}

/* Without a word: the first program; when that has ended the only one that has not. */
static struct ph_program *usual_program(struct ph_runner *runner)
{
    struct ph_program *found = runner->program;
    struct ph_program *each = ph_program_next(runner->machine, NULL);
    uint32_t count = 0;
    if (!ph_program_has_ended(found)) {
        return found;
    }
    for (; each != NULL; each = ph_program_next(runner->machine, each)) {
        if (!ph_program_has_ended(each)) {
            found = each;
            count++;
        }
    }
    return count == 1 ? found : runner->program;
}

/* Finds the export and reads the arguments by its signature. */
static ph_status prepare(struct calling *c, const struct ph_program *program)
{
    struct ph_runner *runner = c->runner;
    struct ph_view *view;
    ph_status status = ph_view_of(runner->machine, program->instance_ref, &view, c->error);
    if (status != PH_OK) {
        return status;
    }
    const struct ph_unit *unit = &view->loaded->unit;
    const struct ph_export *export = ph_unit_export(unit, ph_slice_of(c->name));
    if (export == NULL || export->kind != PH_EXTERN_FUNCTION) {
        return ph_fail(c->error, PH_NOT_FOUND, "%s: %s has no exported function '%s'; "
                       "'phantom dis' shows what a program exports", runner->image,
                       c->program_name, c->name);
    }
    c->signature = &unit->signatures[unit->functions[export->index].signature];
    if (c->signature->param_count > VALUES_MAX || c->signature->result_count > VALUES_MAX) {
        return ph_fail(c->error, PH_LIMIT, "%s has more than %u arguments or results", c->name,
                       VALUES_MAX);
    }
    if (c->count != c->signature->param_count) {
        char types[160];
        signature_text(c->signature, types, sizeof(types));
        return ph_fail(c->error, PH_BAD_ARGUMENT, "%s takes %u arguments and was given %u; usage: "
                       "phantom call %s %s%s", c->name, c->signature->param_count, c->count,
                       runner->image, c->name, types);
    }
    for (uint32_t i = 0; status == PH_OK && i < c->count; i++) {
        status = read_argument(c, i, c->words[i]);
    }
    return status;
}

/* ---- The call -------------------------------------------------------------------------------- */

static ph_status stopped_meanwhile(struct calling *c)
{
    return ph_fail(c->error, PH_AGAIN, "%s: was stopped before the call of %s had ended; it goes "
                   "on when the world is resumed, but nobody hears of its result", c->runner->image,
                   c->name);
}

/* ph_runner_change: finds the program and its export, and queues the call. */
static ph_status begin(struct ph_runner *runner, void *context, struct ph_error *error)
{
    struct calling *c = context;
    struct ph_program *program = usual_program(runner);
    struct ph_export_call call = {ph_slice_of(c->name), c->values};
    ph_status status = c->whose[0] == '\0'
                           ? PH_OK
                           : ph_runner_find_program(runner, c->whose, &program, error);
    if (status != PH_OK) {
        return status;
    }
    c->program_id = program->id;
    ph_runner_program_name(runner, program, c->program_name, sizeof(c->program_name));
    status = prepare(c, program);
    if (status == PH_OK) {
        status = ph_program_call(runner->machine, ph_machine_mutator(runner->machine), program,
                                 &call, &c->thread, error);
        if (status != PH_OK) {
            ph_error_about(error, runner->image);
        }
    }
    return ph_runner_about_room(runner, status, error);
}

/* Takes the results out of the world; the world is paused. */
static ph_status take_results(struct calling *c)
{
    struct ph_runner *runner = c->runner;
    struct ph_machine *machine = runner->machine;
    struct ph_thread *thread = c->thread;
    ph_status status = PH_OK;
    if (thread->state == PH_THREAD_TRAPPED && thread->trap == PH_TRAP_NONE) {
        char state[400]; /* it ended with its program, which may be forgotten since */
        const struct ph_program *program = ph_program_by_id(machine, c->program_id);
        status = ph_fail(c->error, PH_FINISHED, "%s: %s %s during the call of %s", runner->image,
                         c->program_name,
                         program == NULL
                             ? "was ended and forgotten"
                             : ph_runner_state_text(runner, program, state, sizeof(state)),
                         c->name);
    } else if (thread->state == PH_THREAD_TRAPPED) {
        struct ph_slice text = ph_runner_trap_text(runner, thread->trap,
                                                   thread->trap_text_ref);
        status = ph_fail(c->error, PH_TRAP, "%s: %s trapped: %.*s; the program lives on",
                         runner->image, c->name, (int)text.size, (const char *)text.bytes);
    } else {
        memcpy(c->values, ph_thread_results(machine, thread), c->signature->result_count * 8u);
    }
    ph_thread_drop(machine, ph_machine_mutator(machine), thread);
    return status;
}

static ph_status finish(struct calling *c)
{
    struct ph_runner *runner = c->runner;
    ph_status status = ph_machine_wait_thread(runner->machine, c->thread);
    ph_mutex_lock(&runner->mutex);
    if (status == PH_OK && (!runner->is_ending || ph_runner_has_ended(runner))) {
        ph_machine_pause(runner->machine);
        ph_runner_note_end(runner);
        status = take_results(c);
        ph_machine_unpause(runner->machine);
    } else {
        status = stopped_meanwhile(c);
    }
    ph_mutex_unlock(&runner->mutex);
    return status;
}

static ph_status await_durable(struct calling *c)
{
    uint64_t cut;
    ph_status status = ph_cut_now(c->runner->machine, PH_CUT_GATE, &cut);
    if (status == PH_OK) {
        return PH_OK;
    }
    if (status == PH_AGAIN) {
        return ph_fail(c->error, status, "%s: was stopped just when %s had ended; nobody hears of "
                       "its result", c->runner->image, c->name);
    }
    return ph_fail(c->error, status, "%s: %s has ended, but what it did is not durable yet: %s; "
                   "the result is not told before it is", c->runner->image, c->name,
                   ph_status_text(status));
}

/* ---- Results --------------------------------------------------------------------------------- */

static void print_real(uint64_t bits, bool is_double, bool json, FILE *to)
{
    float single;
    double number;
    memcpy(&single, &bits, sizeof(single));
    memcpy(&number, &bits, sizeof(number));
    number = is_double ? number : (double)single;
    const char *quote = json && !isfinite(number) ? "\"" : "";
    fprintf(to, is_double ? "%s%.17g%s" : "%s%.9g%s", quote, number, quote);
}

static void print_value(uint32_t type, uint64_t bits, bool json, FILE *to)
{
    switch (type) {
    case PH_I32: fprintf(to, "%d", (int32_t)(uint32_t)bits); break;
    case PH_I64: fprintf(to, "%lld", (long long)bits); break;
    case PH_F32: print_real(bits, false, json, to); break;
    case PH_F64: print_real(bits, true, json, to); break;
    default: fputs(bits == 0 ? "null" : json ? "\"reference\"" : "reference", to);
    }
}

static void print_results(const struct calling *c, bool json, FILE *to)
{
    const struct ph_signature *s = c->signature;
    fputs(json ? "{\"results\": [" : "", to);
    for (uint32_t i = 0; i < s->result_count; i++) {
        fputs(json && i > 0 ? ", " : "", to);
        print_value(s->types[s->param_count + i], c->values[i], json, to);
        fputs(json ? "" : "\n", to);
    }
    fputs(json ? "]}\n" : "", to);
}

int ph_call_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                   struct ph_telling *telling)
{
    struct calling c = {.runner = runner, .error = telling->error};
    if (count < 2) {
        ph_fail(telling->error, PH_MALFORMED, "call was not understood");
        return PH_EXIT_FAILED;
    }
    c.whose = words[0];
    c.name = words[1];
    c.words = words + 2;
    c.count = count - 2;
    ph_status status = ph_runner_do(runner, begin, &c, telling->error);
    if (status == PH_OK) {
        status = finish(&c);
        if (status == PH_OK || status == PH_TRAP || status == PH_FINISHED) {
            ph_status durable = await_durable(&c);
            status = durable == PH_OK ? status : durable;
        }
        ph_runner_poke(runner); /* it may have been the program's end */
    }
    if (status == PH_OK) {
        print_results(&c, telling->json, telling->to);
    }
    if (status == PH_AGAIN && c.thread == NULL) {
        return PH_EXIT_ASK_AGAIN; /* not begun */
    }
    return status == PH_OK ? PH_EXIT_OK : PH_EXIT_FAILED;
}

/* ---- The command ----------------------------------------------------------------------------- */

/* A call of the world that this very process runs, asked over its socket like any other. */
struct own_call {
    const struct ph_options *options;
    struct ph_runner *runner;
    const char *const *words; /* "call" PROGRAM EXPORT ARGUMENT… */
    int exit_status;
    ph_status status;
    struct ph_error error;
    bool is_done; /* atomic */
};

static void ask_self(void *argument)
{
    struct own_call *call = argument;
    call->status = ph_ask(call->runner->image, call->options->json, call->words,
                          call->options->argument_count + 1, &call->exit_status, &call->error);
    __atomic_store_n(&call->is_done, true, __ATOMIC_RELEASE);
    __atomic_store_n(&call->runner->wants_stop, true, __ATOMIC_RELEASE);
    ph_runner_poke(call->runner);
}

/* The world runs for this one call, and for those that came meanwhile. */
static ph_status run_for(struct own_call *call)
{
    struct ph_runner *runner = call->runner;
    struct ph_host_thread thread;
    ph_status status = ph_runner_start(runner, &call->error);
    if (status == PH_OK && runner->server == NULL) {
        status = ph_fail(&call->error, PH_IO, "%s: cannot be called without its socket",
                         runner->image);
    }
    if (status == PH_OK) {
        status = ph_host_thread_start(&thread, "call", ask_self, call);
    }
    if (status != PH_OK) {
        ph_runner_close(runner);
        return status;
    }
    enum ph_ending ending = ph_runner_wait(runner);
    if (__atomic_load_n(&call->is_done, __ATOMIC_ACQUIRE)) {
        ph_server_settle(runner->server);
    }
    if (ph_runner_end(runner, ending) == PH_EXIT_OWN) {
        fprintf(stderr, "%s\n", runner->last_words);
    }
    ph_host_thread_join(&thread);
    /* Nobody answered: it was stopped before it was asked. */
    return call->status == PH_NOT_FOUND ? PH_IN_USE : call->status;
}

/* ph_asleep: the world is resumed, called, and stopped with a cut. The context are the words. */
static ph_status call_sleeping(const struct ph_options *options, void *context, int *exit_status,
                               struct ph_error *error)
{
    struct ph_runner runner;
    struct own_call call = {.options = options, .runner = &runner, .words = context,
                            .exit_status = PH_EXIT_FAILED};
    ph_runner_init(&runner, options, options->arguments[0]);
    ph_status status = ph_runner_open(&runner, false, error);
    if (status == PH_OK && ph_runner_is_over(&runner)) {
        char state[512];
        status = ph_fail(error, PH_FINISHED, "%s: %s %s: its exports cannot be called any more",
                         runner.image, runner.name,
                         ph_runner_state_text(&runner, runner.program, state, sizeof(state)));
    }
    if (status != PH_OK) {
        ph_runner_close(&runner);
        return status;
    }
    status = run_for(&call);
    *exit_status = call.exit_status;
    *error = call.error;
    return status;
}

int ph_command_call(const struct ph_options *options)
{
    const char **words = calloc(options->argument_count + 2u, sizeof(*words));
    if (words == NULL) {
        ph_say("no memory for the arguments");
        return PH_EXIT_FAILED;
    }
    words[0] = "call";
    words[1] = options->program != NULL ? options->program : "";
    memcpy(words + 2, options->arguments + 1, (options->argument_count - 1) * sizeof(*words));
    int exit_status =
        ph_ask_or_open(options, words, options->argument_count + 1, call_sleeping, words);
    free(words);
    return exit_status;
}
