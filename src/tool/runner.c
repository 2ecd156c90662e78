/* SPDX-License-Identifier: Apache-2.0 */
/* runner.c - opening and making worlds. */
#include "tool/java.h"
#include "tool/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/descriptor.h"
#include "device/wasi.h"
#include "interp/interp.h"
#include "machine/directory.h"
#include "tool/image.h"
#include "tool/java_base.h"
#include "tool/naming.h"
#include "tool/program.h"
#include "tool/server.h"

#define SOURCE_BYTES 16u /* the file's size and hash */

void ph_runner_init(struct ph_runner *self, const struct ph_options *options, const char *image)
{
    memset(self, 0, sizeof(*self));
    self->options = options;
    self->image = image;
    self->main_thread = pthread_self();
    ph_mutex_init(&self->mutex);
    ph_condition_init(&self->closed);
}

/* ---- Machines -------------------------------------------------------------------------------- */

static void drop_base(struct ph_runner *self)
{
    if (self->base != NULL) {
        self->base->ops->close(self->base);
        self->base = NULL;
    }
}

ph_status ph_runner_open_machine(struct ph_runner *self, bool format, struct ph_error *error)
{
    const struct ph_options *o = self->options;
    struct ph_machine_options options = {
        .workers = o->workers,
        .interval_ns = o->interval_ns,
        .stress_move = o->stress_move,
        .stress_cut = o->stress_cut,
        .no_cuts = o->no_cuts || getenv("PHANTOM_NO_CUTS") != NULL,
        .no_packing = o->no_packing,
        .base = self->base,
        .object_bytes_max = (uint64_t)o->heap_mib << 20,
        .engine = &ph_interp,
        .extra_classes = ph_device_classes,
        .extra_class_count = ph_device_class_count,
    };
    self->workers = o->stress_move ? 1 : o->workers != 0 ? o->workers : ph_host_cpu_count();
    ph_status status = ph_machine_open(self->block, format, &options, &self->machine,
                                       &self->found, error);
    drop_base(self);
    if (status == PH_OK) {
        status = ph_wasi_register(self->machine, error);
        self->has_wasi = status == PH_OK;
    }
    if (status == PH_OK && ph_directory_register(self->machine) != PH_OK) {
        status = ph_fail(error, PH_NO_MEMORY, "no memory for the root directory");
    }
    if (status == PH_OK) {
        status = ph_java_open(self->machine, &self->java, error);
    }
    return status;
}

struct ph_slice ph_runner_bytes(const struct ph_runner *self, ph_ref ref)
{
    if (ref == 0) {
        return (struct ph_slice){NULL, 0};
    }
    const struct ph_bytes *bytes = ph_address(ph_machine_heap(self->machine), ref);
    return (struct ph_slice){bytes->data, bytes->length};
}

static void adopt_program(struct ph_runner *self)
{
    self->program = ph_program_first(self->machine);
    if (self->program != NULL) {
        ph_runner_program_name(self, self->program, self->name, sizeof(self->name));
    }
}

/* ---- Making ---------------------------------------------------------------------------------- */

static bool remember_source(struct ph_runner *self, const struct ph_source *source)
{
    uint8_t note[SOURCE_BYTES];
    ph_store_u64(note, source->file.size);
    ph_store_u64(note + 8, ph_source_hash(source));
    struct ph_mutator *mutator = ph_machine_mutator(self->machine);
    ph_ref ref = ph_text_new(mutator, (struct ph_slice){note, sizeof(note)});
    struct ph_directory_entry *entry = ph_directory_make(self->machine, mutator, PH_SOURCE_NAME);
    if (ref != 0 && entry != NULL) {
        PH_SET(mutator, entry->object_ref, ref);
    }
    return ref != 0 && entry != NULL;
}

/* The first program of a world in which there is none yet. */
static ph_status add_program(struct ph_runner *self, const struct ph_program_request *request,
                             struct ph_slice unit, struct ph_error *error)
{
    struct ph_checked_unit checked;
    ph_status status = ph_runner_check_unit(self, request->path, unit, &checked, error);
    return status == PH_OK
               ? ph_runner_add_program(self, request, checked, &self->program, error)
               : status;
}

/* Of a Java program that was booted ahead, or is to be booted. */
static ph_status add_java(struct ph_runner *self, const struct ph_program_request *request,
                          struct ph_slice unit, struct ph_error *error)
{
    char home[PH_JDK_PATH_BYTES];
    if (self->is_based) {
        adopt_program(self);
        return ph_runner_tell_program(self, request, self->program, error);
    }
    ph_status status = ph_jdk_find(home, error);
    if (status == PH_OK) {
        status = ph_java_place_home(self->machine, self->java, home, error);
    }
    return status == PH_OK ? add_program(self, request, unit, error) : status;
}

static ph_status add_first(struct ph_runner *self, const struct ph_source *source,
                           struct ph_slice unit, struct ph_error *error)
{
    const struct ph_options *o = self->options;
    const ph_texts none = {0};
    const ph_texts given = {.items = o->arguments + 1, .count = o->argument_count - 1};
    bool is_java = source->kind >= PH_SOURCE_CLASS;
    ph_texts made = {0};
    const struct ph_program_request request = {
        .path = source->path,
        .arguments = is_java ? &made : &given,
        .environment = &o->environment,
        .dirs = &o->dirs,
        .gives = &none,
        .is_first = true,
    };
    char what[160];
    snprintf(what, sizeof(what), "loading %s", source->path);
    ph_progress_begin(what);
    ph_status status =
        is_java ? ph_java_put(self->java, source, o, &made, error) : PH_OK;
    if (status == PH_OK) {
        status = is_java ? add_java(self, &request, unit, error)
                         : add_program(self, &request, unit, error);
    }
    ph_progress_end();
    ph_vector_finish(&made, ph_port_allocator());
    return status;
}

static ph_status first_cut(struct ph_runner *self, struct ph_error *error)
{
    uint64_t cut;
    ph_status status = self->is_started ? ph_cut_now(self->machine, PH_CUT_COMMAND, &cut)
                                        : ph_machine_cut(self->machine, PH_CUT_COMMAND);
    if (status == PH_OK || status == PH_AGAIN) { /* output is late, not the cut */
        return PH_OK;
    }
    ph_status named = ph_naming_status(self->block, error);
    return named != PH_OK ? named
                          : ph_fail(error, status, "%s: the first cut cannot be written: %s",
                                    self->image, ph_status_text(status));
}

/* Everything up to a durable first cut, in self->block; of a world that is early, up to where it
 * can be started. */
static ph_status make_world(struct ph_runner *self, const struct ph_source *source,
                            struct ph_slice unit, struct ph_error *error)
{
    self->is_new = true;
    ph_status status = ph_runner_open_machine(self, !self->is_based, error);
    if (status == PH_OK) {
        status = add_first(self, source, unit, error);
    }
    if (status == PH_OK && !remember_source(self, source)) {
        status = ph_fail(error, PH_NO_SPACE, "%s: the arena is full", source->path);
    }
    if (status == PH_OK && !self->is_early) {
        status = first_cut(self, error);
    }
    if (status == PH_OK) {
        adopt_program(self);
        status = ph_runner_open_console(self, error);
    }
    return status;
}

/* People know the image by its own name. */
static void unname(struct ph_error *error, const char *made)
{
    size_t bytes = strlen(made);
    if (error != NULL && strncmp(error->text, made, bytes) == 0) {
        memmove(error->text + bytes - strlen(".new"), error->text + bytes,
                strlen(error->text + bytes) + 1);
    }
}

/* Whether the image can begin where a prebooted one stands. */
static bool can_be_based(struct ph_runner *self, const struct ph_source *source, const char *made)
{
    char home[PH_JDK_PATH_BYTES];
    return source->kind >= PH_SOURCE_CLASS && source->kind != PH_SOURCE_MODULE_MAIN &&
           ph_base_fits(self->options) &&
           ph_jdk_find(home, NULL) == PH_OK && ph_base_open(home, made, &self->base);
}

/* A world that runs while its first cut is written; it has no cut before it is started. */
static bool may_be_early(const struct ph_runner *self)
{
    return !self->options->no_cuts && getenv("PHANTOM_NO_CUTS") == NULL;
}

/* Its block gives it its name. */
static ph_status make_based(struct ph_runner *self, const struct ph_source *source,
                            struct ph_block **old, const char *made, struct ph_error *error)
{
    struct ph_block *block = ph_naming_block(self->block, *old, made, self->image);
    if (block == NULL) {
        unlink(made);
        drop_base(self);
        return ph_fail(error, PH_NO_MEMORY, "no memory for an image");
    }
    self->block = block;
    *old = NULL;
    self->is_early = may_be_early(self);
    ph_status status = make_world(self, source, (struct ph_slice){NULL, 0}, error);
    ph_naming_settle(block);
    return status;
}

static ph_status make_beside(struct ph_runner *self, const struct ph_source *source,
                             struct ph_slice unit, struct ph_block **old, struct ph_error *error)
{
    size_t bytes = strlen(self->image) + sizeof(".new");
    char *made = malloc(bytes);
    if (made == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory for a path");
    }
    snprintf(made, bytes, "%s.new", self->image);
    ph_status status = ph_block_open(made, PH_BLOCK_CREATE, &self->block, error);
    if (status == PH_OK) {
        self->is_based = can_be_based(self, source, made);
    }
    if (status == PH_OK && self->is_based) {
        status = make_based(self, source, old, made, error);
    } else if (status == PH_OK) {
        status = make_world(self, source, unit, error);
        if (status == PH_OK) {
            status = ph_name_image(made, self->image, *old != NULL, error);
        }
        if (status != PH_OK) {
            unlink(made); /* while its lock is held: nobody else's */
        }
    }
    unname(status == PH_OK ? NULL : error, made);
    free(made);
    return status;
}

/* `old` keeps others away from an image that is being replaced. */
static ph_status check_place(struct ph_runner *self, struct ph_block **old, bool *is_device,
                             struct ph_error *error)
{
    enum ph_image_state state;
    ph_status status = ph_image_look(self->image, &state, is_device, error);
    if (status != PH_OK || state == PH_IMAGE_ABSENT) {
        return status;
    }
    if (state == PH_IMAGE_FOREIGN) {
        return ph_fail(error, PH_EXISTS, "%s: is there and is no image; it stays as it is: name "
                       "another with --image FILE", self->image);
    }
    if (state == PH_IMAGE_THERE && !self->options->is_new) {
        return ph_fail(error, PH_EXISTS, "%s: is there already", self->image);
    }
    return *is_device ? PH_OK : ph_block_open(self->image, PH_BLOCK_OPEN, old, error);
}

ph_status ph_runner_create(struct ph_runner *self, const struct ph_source *source,
                           struct ph_error *error)
{
    struct ph_block *old = NULL;
    struct ph_slice unit = {NULL, 0};
    bool is_device = false;
    ph_status status = check_place(self, &old, &is_device, error);
    if (status == PH_OK) {
        status = ph_source_unit(source, &unit, true, error);
    }
    if (status == PH_OK && is_device) {
        status = ph_block_open(self->image, PH_BLOCK_OPEN, &self->block, error);
        status = status == PH_OK ? make_world(self, source, unit, error) : status;
    } else if (status == PH_OK) {
        status = make_beside(self, source, unit, &old, error);
    }
    if (old != NULL) {
        old->ops->close(old);
    }
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    if (status == PH_NO_SPACE) {
        return ph_fail(error, status, "%s: cannot be made: no space left on its disk; make room, "
                       "or keep it elsewhere with --image FILE", self->image);
    }
    return status;
}

ph_status ph_runner_settle(struct ph_runner *self, struct ph_error *error)
{
    ph_status status = self->is_early ? first_cut(self, error) : PH_OK;
    if (status == PH_OK) {
        ph_naming_settle(self->block);
    }
    return status;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* Every native that the world's instances use must be there before a thread meets it. */
static ph_status check_natives(struct ph_runner *self, struct ph_error *error)
{
    struct ph_view *view;
    ph_status status = PH_OK;
    const struct ph_program *program = ph_program_next(self->machine, NULL);
    for (; status == PH_OK && program != NULL; program = ph_program_next(self->machine, program)) {
        if (program->instance_ref != 0) {
            status = ph_view_of(self->machine, program->instance_ref, &view, error);
        }
    }
    return status;
}

/* Calls whose caller went away with an earlier process: nobody will ask for their results. */
static void drop_ended_calls(struct ph_runner *self)
{
    ph_ref ref = ph_machine_world(self->machine)->threads_ref;
    while (ref != 0) {
        struct ph_thread *thread = ph_address(ph_machine_heap(self->machine), ref);
        ref = thread->next_ref;
        if (thread->is_call != 0 && (thread->state == PH_THREAD_FINISHED ||
                                     thread->state == PH_THREAD_TRAPPED)) {
            ph_thread_drop(self->machine, ph_machine_mutator(self->machine), thread);
        }
    }
}

static ph_status open_world(struct ph_runner *self, struct ph_error *error)
{
    ph_status status = ph_runner_open_machine(self, false, error);
    if (status == PH_NOT_FOUND && self->found.arena_bytes != 0) {
        /* A device on which the making of an image was broken off. */
        return ph_fail(error, status, "%s: holds no cut yet, its making was broken off; begin "
                       "anew: phantom run --new --image %s PROGRAM", self->image, self->image);
    }
    if (status == PH_OK) {
        adopt_program(self);
        status = check_natives(self, error);
    }
    if (status == PH_OK && self->program == NULL) {
        status = ph_fail(error, PH_DAMAGED, "%s: holds no program", self->image);
    }
    return status;
}

ph_status ph_runner_open(struct ph_runner *self, bool is_private, struct ph_error *error)
{
    self->is_private = is_private;
    self->sign_of_life_ns = ph_image_sign_of_life_ns(self->image);
    ph_status status = is_private
                           ? ph_image_open_private(self->image, &self->block, error)
                           : ph_block_open(self->image, PH_BLOCK_OPEN, &self->block, error);
    if (status == PH_OK) {
        status = open_world(self, error);
    }
    if (status == PH_OK && !is_private) {
        drop_ended_calls(self);
        bool is_for_first = self->options->command != PH_COMMAND_LAUNCH;
        status = is_for_first ? ph_runner_give_dirs(self, &self->options->dirs, error) : PH_OK;
    }
    if (status != PH_OK) {
        ph_error_about(error, self->image);
    }
    return status;
}

void ph_runner_close(struct ph_runner *self)
{
    if (self->server != NULL) {
        ph_server_shut(self->server);
    }
    if (self->has_wasi) {
        ph_wasi_unregister(self->machine);
        self->has_wasi = false;
    }
    ph_machine_close(self->machine);
    self->machine = NULL;
    ph_java_close(self->java);
    self->java = NULL;
    self->program = NULL;
    if (self->block != NULL) {
        self->block->ops->close(self->block);
        self->block = NULL;
    }
    ph_host_output_close(self->output);
    self->output = NULL;
    ph_mutex_lock(&self->mutex);
    self->is_ending = true;
    self->is_closed = true;
    ph_condition_broadcast(&self->closed);
    ph_mutex_unlock(&self->mutex);
    ph_server_destroy(self->server);
    self->server = NULL;
}
