/* SPDX-License-Identifier: Apache-2.0 */
/* program.c - the programs of a world: adding them with what they are given, finding and ending
 * them. */
#include "tool/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "device/wasi.h"
#include "machine/directory.h"

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- Host folders ---------------------------------------------------------------------------- */

struct dirs {
    struct ph_wasi_dir *items;
    uint32_t count;
};

/* "HOST::GUEST" in two; the first part is malloc'ed. */
static ph_status split_dir(const char *text, struct ph_wasi_dir *dir, struct ph_error *error)
{
    const char *colons = strstr(text, "::");
    const char *guest = colons == NULL ? text : colons + 2;
    size_t bytes = colons == NULL ? strlen(text) : (size_t)(colons - text);
    if (bytes == 0 || guest[0] == '\0') {
        return ph_fail(error, PH_BAD_ARGUMENT, "--dir '%s': wants HOST::GUEST, a folder here and "
                       "its name in the program: --dir data::/data", text);
    }
    dir->host_path = strndup(text, bytes);
    dir->guest_path = guest;
    return dir->host_path == NULL ? ph_fail(error, PH_NO_MEMORY, "no memory for --dir") : PH_OK;
}

static ph_status read_dirs(const ph_texts *texts, struct dirs *dirs, struct ph_error *error)
{
    dirs->items = calloc(texts->count + 1u, sizeof(*dirs->items));
    dirs->count = 0;
    ph_status status =
        dirs->items == NULL ? ph_fail(error, PH_NO_MEMORY, "no memory for --dir") : PH_OK;
    while (status == PH_OK && dirs->count < texts->count) {
        status = split_dir(texts->items[dirs->count], &dirs->items[dirs->count], error);
        dirs->count += status == PH_OK;
    }
    return status;
}

static void free_dirs(struct dirs *dirs)
{
    for (uint32_t i = 0; i < dirs->count; i++) {
        free((char *)(uintptr_t)dirs->items[i].host_path);
    }
    free(dirs->items);
}

ph_status ph_runner_give_dirs(struct ph_runner *self, const ph_texts *texts,
                              struct ph_error *error)
{
    struct dirs dirs;
    ph_status status = read_dirs(texts, &dirs, error);
    for (uint32_t i = 0; status == PH_OK && i < dirs.count; i++) {
        status = ph_wasi_preopen_host(self->machine, ph_machine_mutator(self->machine),
                                      self->program, &dirs.items[i], error);
    }
    free_dirs(&dirs);
    return status;
}

/* ---- Entries of the root directory ----------------------------------------------------------- */

/* "NAME=PROGRAM/ENTRY": PROGRAM by id or name. The entry is made if that program has not yet put
 * anything there. */
static ph_status give_entry(struct ph_runner *self, struct ph_program *program, const char *text,
                            struct ph_error *error)
{
    const char *equals = strchr(text, '=');
    const char *slash = equals == NULL ? NULL : strrchr(equals, '/');
    struct ph_slice own = {(const uint8_t *)text, equals == NULL ? 0 : (uint64_t)(equals - text)};
    if (slash == NULL || slash == equals + 1 ||
        !ph_directory_name_is_good(own) ||
        !ph_directory_name_is_good(ph_slice_of(slash + 1))) {
        return ph_fail(error, PH_BAD_ARGUMENT, "--give '%s': wants NAME=PROGRAM/ENTRY, a name for "
                       "this program and what another has put in the root directory: "
                       "--give sum=1/sum", text);
    }
    char whose[PH_PROGRAM_NAME_BYTES];
    char name[PH_DIRECTORY_NAME_BYTES_MAX + 16];
    struct ph_program *owner;
    snprintf(whose, sizeof(whose), "%.*s", (int)(slash - equals - 1), equals + 1);
    ph_status status = ph_runner_find_program(self, whose, &owner, error);
    if (status != PH_OK) {
        return status;
    }
    snprintf(name, sizeof(name), "%u/%s", owner->id, slash + 1);
    struct ph_mutator *mutator = ph_machine_mutator(self->machine);
    struct ph_directory_entry *entry =
        ph_directory_make(self->machine, mutator, ph_slice_of(name));
    return entry != NULL && ph_directory_give(self->machine, mutator, program, own, entry)
               ? PH_OK
               : ph_fail(error, PH_NO_SPACE, "the arena has no room for what is given");
}

/* ---- Adding ---------------------------------------------------------------------------------- */

/* Name, arguments and environment as the machine wants them: `texts` is the caller's to free. */
static bool fill_options(const struct ph_program_request *request, struct ph_slice **texts,
                         struct ph_program_options *options)
{
    uint32_t count = request->arguments->count + request->environment->count + 1;
    struct ph_slice *items = calloc(count, sizeof(*items));
    uint32_t at = 0;
    *texts = items;
    if (items == NULL) {
        return false;
    }
    items[at++] = ph_slice_of(base_of(request->path));
    for (uint32_t i = 0; i < request->arguments->count; i++) {
        items[at++] = ph_slice_of(request->arguments->items[i]);
    }
    for (uint32_t i = 0; i < request->environment->count; i++) {
        items[at++] = ph_slice_of(request->environment->items[i]);
    }
    *options = (struct ph_program_options){
        .name = items[0],
        .argument_count = request->arguments->count + 1,
        .arguments = items,
        .environment_count = request->environment->count,
        .environment = items + request->arguments->count + 1,
    };
    return true;
}

/* With *program NULL a new one is made. */
static ph_status create(struct ph_runner *self, const struct ph_program_request *request,
                        struct ph_program **program, struct ph_error *error)
{
    struct ph_mutator *mutator = ph_machine_mutator(self->machine);
    struct ph_program_options options;
    struct ph_slice *texts;
    if (!fill_options(request, &texts, &options)) {
        return ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
    }
    ph_status status =
        *program == NULL
            ? ph_program_create(self->machine, mutator, &options, program, error)
            : ph_program_set_texts(self->machine, mutator, *program, &options, error);
    free(texts);
    return status;
}

static ph_status equip(struct ph_runner *self, const struct ph_program_request *request,
                       struct ph_program *program, struct ph_error *error)
{
    struct dirs dirs;
    char own[40];
    snprintf(own, sizeof(own), "/programs/%u", program->id);
    ph_status status = read_dirs(request->dirs, &dirs, error);
    if (status == PH_OK) {
        struct ph_wasi_grants grants = {
            .root = request->root != NULL ? request->root : request->is_first ? "/" : own,
            .has_input = request->is_first,
            .dirs = dirs.items,
            .dir_count = dirs.count,
        };
        status = ph_wasi_program_init(self->machine, ph_machine_mutator(self->machine), program,
                                      &grants, error);
    }
    free_dirs(&dirs);
    for (uint32_t i = 0; status == PH_OK && i < request->gives->count; i++) {
        status = give_entry(self, program, request->gives->items[i], error);
    }
    return status;
}

static void about_loading(ph_status status, const char *path, struct ph_error *error)
{
    if (status == PH_UNLINKABLE) {
        char text[sizeof(error->text)];
        snprintf(text, sizeof(text), "%s", error->text);
        ph_fail(error, status, "%s; programs here get WASI preview 1 (wasi_snapshot_preview1) and "
                "the root directory (phantom): build it for wasm32-wasi", text);
    }
    ph_error_about(error, path);
}

/* One that could not be made whole. */
static void take_back(struct ph_runner *self, struct ph_program *program)
{
    struct ph_mutator *mutator = ph_machine_mutator(self->machine);
    ph_program_end(self->machine, mutator, program, 0);
    while (!ph_program_finish(self->machine, mutator, program)) {
    }
    ph_program_forget(self->machine, mutator, program);
}

ph_status ph_runner_check_unit(struct ph_runner *self, const char *path, struct ph_slice unit,
                               struct ph_checked_unit *checked, struct ph_error *error)
{
    ph_status status = ph_unit_check(self->machine, unit, checked, error);
    if (status != PH_OK) {
        ph_error_about(error, path);
    }
    return status;
}

ph_status ph_runner_add_program(struct ph_runner *self, const struct ph_program_request *request,
                                struct ph_checked_unit unit, struct ph_program **program,
                                struct ph_error *error)
{
    struct ph_mutator *mutator = ph_machine_mutator(self->machine);
    *program = NULL;
    ph_status status = create(self, request, program, error);
    if (status != PH_OK) {
        return ph_runner_about_room(self, status, error);
    }
    status = equip(self, request, *program, error);
    if (status == PH_OK) {
        status = ph_program_load(self->machine, mutator, *program, unit, error);
        if (status != PH_OK) {
            about_loading(status, request->path, error);
        }
    }
    if (status != PH_OK && !request->is_first) { /* a first one's world is not kept */
        take_back(self, *program);
    }
    return ph_runner_about_room(self, status, error);
}

ph_status ph_runner_tell_program(struct ph_runner *self, const struct ph_program_request *request,
                                 struct ph_program *program, struct ph_error *error)
{
    ph_status status = create(self, request, &program, error);
    if (status == PH_OK) {
        status = ph_runner_give_dirs(self, request->dirs, error);
    }
    return ph_runner_about_room(self, status, error);
}

ph_status ph_runner_about_room(struct ph_runner *self, ph_status status, struct ph_error *error)
{
    char text[sizeof(error->text)];
    if (status != PH_NO_SPACE) {
        return status;
    }
    snprintf(text, sizeof(text), "%s", error->text);
    ph_fail(error, PH_LIMIT, "%s; give its objects more with --heap MIB, or forget programs that "
            "have ended", text);
    ph_error_about(error, self->image);
    return PH_LIMIT;
}

ph_status ph_runner_do(struct ph_runner *self, ph_runner_change *change, void *context,
                       struct ph_error *error)
{
    ph_mutex_lock(&self->mutex);
    ph_status status;
    if (self->is_ending) {
        status = ph_fail(error, PH_AGAIN, "%s: is just being stopped; ask again", self->image);
    } else {
        ph_machine_pause(self->machine);
        status = change(self, context, error);
        ph_machine_unpause(self->machine);
    }
    ph_mutex_unlock(&self->mutex);
    return status;
}

ph_status ph_runner_make_durable(struct ph_runner *self, uint32_t program_id, const char *done,
                                 struct ph_error *error)
{
    uint64_t cut;
    ph_status status = ph_cut_now(self->machine, PH_CUT_COMMAND, &cut);
    if (status == PH_OK || status == PH_UNSUPPORTED) { /* a world without cuts promises nothing */
        return PH_OK;
    }
    return self->is_started
               ? ph_fail(error, status, "%s: program %u is %s, but no cut can be made durable now: "
                         "%s; a kill would lose it until 'phantom snap %s' succeeds", self->image,
                         program_id, done, ph_status_text(status), self->image)
               : ph_fail(error, status, "%s: program %u is not %s, since no cut can be written: "
                         "%s; the image is as it was", self->image, program_id, done,
                         ph_status_text(status));
}

/* ---- Finding --------------------------------------------------------------------------------- */

static ph_status not_found(struct ph_runner *self, const char *word, struct ph_error *error)
{
    return ph_fail(error, PH_NOT_FOUND, "%s: has no program '%s'; 'phantom ps %s' lists them with "
                   "their ids", self->image, word, self->image);
}

ph_status ph_runner_find_program(struct ph_runner *self, const char *word,
                                 struct ph_program **program, struct ph_error *error)
{
    char *end;
    unsigned long id = strtoul(word, &end, 10);
    if (word[0] >= '0' && word[0] <= '9' && *end == '\0') {
        *program = id > UINT32_MAX ? NULL : ph_program_by_id(self->machine, (uint32_t)id);
        return *program != NULL ? PH_OK : not_found(self, word, error);
    }
    *program = NULL;
    struct ph_program *each = ph_program_next(self->machine, NULL);
    for (; each != NULL; each = ph_program_next(self->machine, each)) {
        struct ph_slice name = ph_runner_bytes(self, each->name_ref);
        if (!ph_slice_equal(name, ph_slice_of(word))) {
            continue;
        }
        if (*program != NULL) {
            return ph_fail(error, PH_BAD_ARGUMENT, "%s: several programs are named '%s', %u and %u "
                           "among them; name the one by its id", self->image, word, each->id,
                           (*program)->id);
        }
        *program = each;
    }
    return *program != NULL ? PH_OK : not_found(self, word, error);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void end_words(struct ph_runner *self, const struct ph_program *program, char *words,
                      size_t words_bytes)
{
    char name[PH_PROGRAM_NAME_BYTES];
    char state[512];
    bool is_quiet = self->options->quiet && program->state != PH_PROGRAM_TRAPPED;
    bool is_over = ph_runner_is_over(self);
    words[0] = '\0';
    if (is_quiet || (program == self->program && is_over)) {
        return; /* the end of the world says it */
    }
    snprintf(words, words_bytes, "%s: program %u (%s) %s%s", self->image, program->id,
             ph_runner_program_name(self, program, name, sizeof(name)),
             ph_runner_state_text(self, program, state, sizeof(state)),
             is_over ? "" : "; others go on");
}

bool ph_runner_finish_some(struct ph_runner *self, char *words, size_t words_bytes)
{
    struct ph_program *program = ph_program_next(self->machine, NULL);
    while (program != NULL && (!ph_program_has_ended(program) || program->is_finished != 0)) {
        program = ph_program_next(self->machine, program);
    }
    if (program == NULL ||
        !ph_program_finish(self->machine, ph_machine_mutator(self->machine), program)) {
        return false;
    }
    end_words(self, program, words, words_bytes);
    return true;
}

void ph_runner_finish_all(struct ph_runner *self)
{
    char words[700];
    while (ph_programs_look(self->machine).unfinished > 0) {
        if (ph_runner_finish_some(self, words, sizeof(words)) && words[0] != '\0') {
            ph_say("%s", words);
        }
    }
}

/* ---- Words ----------------------------------------------------------------------------------- */

const char *ph_runner_program_name(const struct ph_runner *self, const struct ph_program *program,
                                   char *to, size_t to_bytes)
{
    return ph_unit_printable(ph_runner_bytes(self, program->name_ref), to, to_bytes);
}

struct ph_slice ph_runner_trap_text(const struct ph_runner *self, uint32_t trap, ph_ref text_ref)
{
    return trap == PH_TRAP_NONE || text_ref != 0 ? ph_runner_bytes(self, text_ref)
                                                 : ph_slice_of(ph_trap_text(trap));
}

const char *ph_runner_state_text(const struct ph_runner *self, const struct ph_program *program,
                                 char *to, size_t to_bytes)
{
    switch (program->state) {
    case PH_PROGRAM_LIVING:
        snprintf(to, to_bytes, "lives on and can be called");
        break;
    case PH_PROGRAM_EXITED:
        snprintf(to, to_bytes, "has finished (exit status %u)", program->exit_code);
        break;
    case PH_PROGRAM_TRAPPED: {
        struct ph_slice text = ph_runner_trap_text(self, program->trap, program->trap_text_ref);
        snprintf(to, to_bytes, "has trapped (%.*s)", (int)text.size, (const char *)text.bytes);
        break;
    }
    default:
        snprintf(to, to_bytes, "is in the middle of its work");
    }
    return to;
}

const char *ph_runner_state_word(const struct ph_program *program)
{
    static const char *const words[] = {"starting", "running", "living", "exited", "trapped"};
    return words[PH_MIN(program->state, PH_PROGRAM_TRAPPED)];
}
