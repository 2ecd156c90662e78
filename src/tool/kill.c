/* SPDX-License-Identifier: Apache-2.0 */
/* kill.c - `phantom kill`: ends one program of a world; the others go on. */
#include <stdlib.h>
#include <string.h>

#include "tool/json.h"
#include "tool/look.h"
#include "tool/program.h"
#include "tool/server.h"

struct killing {
    const char *program;
    uint32_t exit_status;
    bool forget;
    uint32_t id;
    char name[PH_PROGRAM_NAME_BYTES];
};

/* ph_runner_change; also of a world that does not run. */
static ph_status end_program(struct ph_runner *runner, void *context, struct ph_error *error)
{
    struct killing *k = context;
    struct ph_mutator *mutator = ph_machine_mutator(runner->machine);
    struct ph_program *program;
    char state[512];
    ph_status status = ph_runner_find_program(runner, k->program, &program, error);
    if (status != PH_OK) {
        return status;
    }
    k->id = program->id;
    ph_runner_program_name(runner, program, k->name, sizeof(k->name));
    if (k->forget && program == runner->program) {
        return ph_fail(error, PH_BAD_ARGUMENT, "%s: was made with %s, whose exit status is that of "
                       "the whole world: it is not forgotten; end it without --forget",
                       runner->image, k->name);
    }
    bool has_ended = ph_program_has_ended(program);
    if (has_ended && !k->forget) {
        return ph_fail(error, PH_FINISHED, "%s: %s %s; 'phantom kill --forget %s %u' lets it be "
                       "shown no more", runner->image, k->name,
                       ph_runner_state_text(runner, program, state, sizeof(state)), runner->image,
                       program->id);
    }
    if (!has_ended) {
        ph_program_end(runner->machine, mutator, program, k->exit_status);
    }
    if (k->forget) {
        while (!ph_program_finish(runner->machine, mutator, program)) {
        }
        ph_program_forget(runner->machine, mutator, program);
    }
    return PH_OK;
}

static void tell(const struct ph_runner *runner, const struct killing *k, bool json, FILE *to)
{
    if (json) {
        struct ph_json j;
        ph_json_begin(&j, to);
        ph_json_text(&j, "image", runner->image);
        ph_json_number(&j, "program", k->id);
        ph_json_text(&j, "name", k->name);
        ph_json_end(&j);
    } else {
        fprintf(to, "%s: program %u (%s) is %s\n", runner->image, k->id, k->name,
                k->forget ? "forgotten" : "ended");
    }
}

int ph_kill_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                   struct ph_telling *telling)
{
    if (count != 3) {
        ph_fail(telling->error, PH_MALFORMED, "kill was not understood");
        return PH_EXIT_FAILED;
    }
    struct killing k = {.program = words[0],
                        .exit_status = (uint32_t)strtoul(words[1], NULL, 10),
                        .forget = strcmp(words[2], "forget") == 0};
    ph_status status = ph_runner_do(runner, end_program, &k, telling->error);
    bool is_early = status == PH_AGAIN;
    if (status == PH_OK) {
        status = ph_runner_make_durable(runner, k.id, "ended", telling->error);
        telling->waits = status == PH_AGAIN;
        status = telling->waits ? PH_OK : status;
    }
    if (status == PH_OK) {
        tell(runner, &k, telling->json, telling->to);
    }
    return is_early ? PH_EXIT_ASK_AGAIN : status == PH_OK ? PH_EXIT_OK : PH_EXIT_FAILED;
}

/* ph_asleep */
static ph_status kill_sleeping(const struct ph_options *options, void *context, int *exit_status,
                               struct ph_error *error)
{
    struct killing *k = context;
    struct ph_runner runner;
    ph_runner_init(&runner, options, options->arguments[0]);
    ph_status status = ph_runner_open(&runner, false, error);
    if (status == PH_OK) {
        status = end_program(&runner, k, error);
    }
    if (status == PH_OK) {
        while (ph_programs_look(runner.machine).unfinished > 0) {
            char unsaid[700]; /* `tell` says it */
            ph_runner_finish_some(&runner, unsaid, sizeof(unsaid));
        }
        status = ph_runner_make_durable(&runner, k->id, "ended", error);
    }
    if (status == PH_OK) {
        tell(&runner, k, options->json, stdout);
        *exit_status = PH_EXIT_OK;
    }
    ph_runner_close(&runner);
    return status;
}

int ph_command_kill(const struct ph_options *options)
{
    struct killing k = {.program = options->arguments[1],
                        .exit_status = options->exit_status,
                        .forget = options->forget};
    char number[16];
    snprintf(number, sizeof(number), "%u", k.exit_status);
    const char *words[] = {"kill", k.program, number, k.forget ? "forget" : "keep"};
    return ph_ask_or_open(options, words, PH_COUNT(words), kill_sleeping, &k);
}
