/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - `phantom run` and `phantom resume`. */
#include <stdlib.h>
#include <string.h>

#include "machine/directory.h"
#include "tool/facts.h"
#include "tool/image.h"
#include "tool/look.h"
#include "tool/program.h"

/* "0.08 s before the stop": from the cut to the last sign of life that is known. */
static void say_resumed(const struct ph_runner *runner)
{
    const struct ph_cut_info *cut = &runner->found.last;
    uint64_t lost_ns = runner->sign_of_life_ns > cut->wall_ns
                           ? runner->sign_of_life_ns - cut->wall_ns
                           : 0;
    if (runner->found.fell_back) {
        ph_say("%s: cut %llu is damaged; going on from the one before it", runner->image,
               (unsigned long long)runner->found.lost_cut);
    }
    if (!runner->options->quiet) {
        fprintf(stderr, "resumed %s: cut %llu, %.2f s before the stop\n", runner->image,
                (unsigned long long)cut->number, (double)lost_ns / 1e9);
    }
}

/* A note if the program or its arguments are not those that the image was made of. */
static void compare(const struct ph_runner *runner, const struct ph_source *source)
{
    const struct ph_options *o = runner->options;
    const struct ph_directory_entry *entry = ph_directory_find(runner->machine, PH_SOURCE_NAME);
    struct ph_slice note = ph_runner_bytes(runner, entry == NULL ? 0 : entry->object_ref);
    if (note.size == 16 && (ph_load_u64(note.bytes) != source->file.size ||
                            ph_load_u64(note.bytes + 8) != ph_source_hash(source))) {
        ph_say("%s: is another program than the one in %s, which goes on as it was; begin anew "
               "with --new", source->path, runner->image);
    }
    const struct ph_refs *had =
        ph_address(ph_machine_heap(runner->machine), runner->program->arguments_ref);
    bool same = o->argument_count == 1 || had->length == o->argument_count;
    for (uint32_t i = 1; same && i < o->argument_count; i++) {
        struct ph_slice text = ph_runner_bytes(runner, had->items[i]);
        same = text.size == strlen(o->arguments[i]) &&
               memcmp(text.bytes, o->arguments[i], text.size) == 0;
    }
    if (!same) {
        ph_say("%s: goes on with the arguments that it was begun with; begin anew with --new",
               runner->image);
    }
}

/* A finished world is not started again; output that is still in it leaves now. */
static int end_finished(struct ph_runner *runner)
{
    char state[512];
    char time[PH_TIME_BYTES];
    ph_runner_state_text(runner, runner->program, state, sizeof(state));
    ph_time_text(runner->found.last.wall_ns, false, time);
    bool is_trap = runner->program->state == PH_PROGRAM_TRAPPED;
    struct ph_error error = {0};
    if (ph_runner_open_console(runner, &error) != PH_OK) {
        ph_say_error(&error, PH_EXIT_OWN);
    }
    int exit_status = ph_runner_end(runner, PH_ENDING_FINISHED);
    ph_say("%s %s at %s; start it anew with --new", runner->image, state, time);
    return is_trap ? PH_EXIT_TRAPPED : exit_status;
}

static int run_to_end(struct ph_runner *runner)
{
    struct ph_error error = {0};
    if (ph_runner_start(runner, &error) != PH_OK) {
        ph_runner_close(runner);
        return ph_say_error(&error, PH_EXIT_OWN);
    }
    if (ph_runner_settle(runner, &error) != PH_OK) {
        ph_runner_abandon(runner);
        return ph_say_error(&error, PH_EXIT_OWN);
    }
    int exit_status = ph_runner_end(runner, ph_runner_wait(runner));
    bool is_notice = exit_status == PH_EXIT_STOPPED || exit_status == PH_EXIT_INTERRUPTED;
    if (runner->last_words[0] != '\0' && !(runner->options->quiet && is_notice)) {
        fprintf(stderr, "%s\n", runner->last_words);
    }
    return exit_status;
}

/* Opens the image. One that is in use by a process that is just dying is soon free: a killed one
 * holds its lock until its memory is given back. */
static ph_status open_image(struct ph_runner *runner, struct ph_error *error)
{
    ph_status status = ph_runner_open(runner, false, error);
    if (status == PH_IN_USE && !ph_look_is_in_use(runner->image)) {
        ph_runner_close(runner);
        ph_runner_init(runner, runner->options, runner->image);
        memset(error, 0, sizeof(*error));
        status = ph_runner_open(runner, false, error);
    }
    return status;
}

static int go_on(struct ph_runner *runner, const struct ph_source *source)
{
    struct ph_error error = {0};
    if (open_image(runner, &error) != PH_OK) {
        ph_runner_close(runner);
        if (error.status == PH_IN_USE) {
            ph_say("%s: is running already; stop it with: phantom stop %s", runner->image,
                   runner->image);
            return PH_EXIT_OWN;
        }
        return ph_say_error(&error, PH_EXIT_OWN);
    }
    if (source != NULL) {
        compare(runner, source);
    }
    if (ph_runner_is_over(runner)) {
        return end_finished(runner);
    }
    say_resumed(runner);
    return run_to_end(runner);
}

static int begin(struct ph_runner *runner, const struct ph_source *source)
{
    struct ph_error error = {0};
    if (ph_runner_create(runner, source, &error) != PH_OK) {
        ph_runner_close(runner);
        if (error.status == PH_IN_USE) {
            ph_say("%s: is running; stop it first: phantom stop %s", runner->image,
                   runner->image);
            return PH_EXIT_OWN;
        }
        return ph_say_error(&error, PH_EXIT_OWN);
    }
    if (!runner->options->quiet) {
        fprintf(stderr, "new %s\n", runner->image);
    }
    return run_to_end(runner);
}

/* "app/app.Main": beside nothing, so in the current folder, called as the module. */
static char *image_of_module(const char *path)
{
    char *module = strndup(path, strcspn(path, "/"));
    char *image = module == NULL ? NULL : ph_image_path_of(module);
    free(module);
    return image;
}

int ph_command_run(const struct ph_options *options)
{
    const char *path = options->arguments[0];
    struct ph_error error = {0};
    struct ph_runner runner;
    struct ph_source source;
    enum ph_image_state state;
    bool is_device;
    char *made = options->image != NULL ? NULL
                 : options->is_module   ? image_of_module(path)
                                        : ph_image_path_of(path);
    const char *image = options->image != NULL ? options->image : made;
    if (image == NULL) {
        ph_say("no memory for a path");
        return PH_EXIT_OWN;
    }
    int exit_status = PH_EXIT_OWN;
    bool has_source = ph_source_of(options, path, &source, &error) == PH_OK;
    if (!has_source || ph_image_look(image, &state, &is_device, &error) != PH_OK) {
        ph_say_error(&error, PH_EXIT_OWN);
    } else {
        ph_runner_init(&runner, options, image);
        exit_status = state == PH_IMAGE_THERE && !options->is_new ? go_on(&runner, &source)
                                                                  : begin(&runner, &source);
    }
    if (has_source) {
        ph_source_close(&source);
    }
    free(made);
    return exit_status;
}

int ph_command_resume(const struct ph_options *options)
{
    struct ph_runner runner;
    ph_runner_init(&runner, options, options->arguments[0]);
    return go_on(&runner, NULL);
}
