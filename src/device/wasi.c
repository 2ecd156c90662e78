/* SPDX-License-Identifier: Apache-2.0 */
/* wasi.c - registration, programs, and what every WASI call begins and ends with. */
#include "device/wasi.h"

#include <string.h>

#include "base/text.h"
#include "device/io.h"

#define GATED (UINT64_C(1) << 63) /* in native_state[0]: waits for a durable cut; the rest: note */

/* Natives get no context of their own, so it is found by the machine. Written before a machine
 * starts and after it has stopped. */
static struct ph_wasi *all;

static struct ph_wasi *wasi_of(const struct ph_machine *machine)
{
    struct ph_wasi *self = __atomic_load_n(&all, __ATOMIC_ACQUIRE);
    while (self != NULL && self->machine != machine) {
        self = self->next;
    }
    PH_ASSERT(self != NULL);
    return self;
}

/* ---- Calls ------------------------------------------------------------------------------- */

static void call_init(struct ph_wasi_call *c, struct ph_call *call, bool is_unstable)
{
    struct ph_world *world = ph_machine_world(call->machine);
    *c = (struct ph_wasi_call){.call = call, .is_unstable = is_unstable};
    c->wasi = wasi_of(call->machine);
    ph_tree_open(&c->tree, call->mutator, world->files_ref);
    ph_ref program_ref = call->caller == NULL ? 0 : call->caller->instance->program_ref;
    program_ref = program_ref != 0 ? program_ref : call->thread->program_ref;
    PH_ASSERT(program_ref != 0);
    c->descriptors.mutator = call->mutator;
    c->descriptors.program = ph_address(call->mutator->heap, program_ref);
}

static void call_done(struct ph_wasi_call *c)
{
    struct ph_thread *thread = c->call->thread;
    if (thread->native_state[0] != 0 || thread->native_state[1] != 0) {
        ph_touch(c->call->mutator, thread, sizeof(*thread));
        thread->native_state[0] = 0;
        thread->native_state[1] = 0;
    }
}

/* PH_DONE once a cut that holds this call is durable. */
static enum ph_outcome await_durable(struct ph_wasi_call *c)
{
    enum ph_outcome outcome = ph_call_await_durable(c->call, &c->is_again);
    if (outcome == PH_DONE) {
        c->is_durable = true;
        c->note = c->call->thread->native_state[0] & ~GATED;
    }
    return outcome;
}

static enum ph_outcome call_run(struct ph_wasi_call *c, ph_io_step step, void *context,
                                ph_errno *error)
{
    struct ph_call *call = c->call;
    enum ph_outcome outcome = PH_DONE;
    if (call->thread->native_state[0] & GATED) {
        outcome = await_durable(c);
    }
    *error = PH_E_OK;
    while (outcome == PH_DONE) {
        ph_world_lock(call->machine);
        *error = step(c, context);
        ph_world_unlock(call->machine);
        if (*error != PH_E_UNDURABLE) {
            break;
        }
        PH_ASSERT(!c->is_durable);
        outcome = await_durable(c);
    }
    if (outcome != PH_DONE) {
        return outcome;
    }
    if (*error == PH_E_WAITING) {
        return ph_call_wait(call, c->wait_kind, 0, c->deadline_ns);
    }
    if (*error == PH_E_EXITING) {
        return c->is_foreign_exit ? ph_call_trap(call, PH_TRAP_UNREACHABLE)
                                  : ph_call_exit(call, c->exit_code);
    }
    call_done(c);
    return PH_DONE;
}

enum ph_outcome ph_io_run(struct ph_call *call, ph_io_step step, void *context, ph_errno *error)
{
    struct ph_wasi_call c;
    call_init(&c, call, false);
    return call_run(&c, step, context, error);
}

ph_errno ph_io_run_once(struct ph_call *call, ph_io_step step, void *context)
{
    struct ph_wasi_call c;
    call_init(&c, call, false);
    ph_world_lock(call->machine);
    ph_errno error = step(&c, context);
    ph_world_unlock(call->machine);
    PH_ASSERT(error != PH_E_UNDURABLE && error != PH_E_WAITING && error != PH_E_EXITING);
    return error;
}

/* A function of WASI as a step. */
struct wasi_function {
    ph_errno (*run)(struct ph_wasi_call *c);
};

static ph_errno wasi_step(struct ph_wasi_call *c, void *context)
{
    const struct wasi_function *function = context;
    return function->run(c);
}

static enum ph_outcome wasi_run(struct ph_call *call, ph_errno (*run)(struct ph_wasi_call *),
                                bool is_unstable)
{
    struct ph_wasi_call c;
    struct wasi_function function = {run};
    ph_errno error;
    call_init(&c, call, is_unstable);
    enum ph_outcome outcome = call_run(&c, wasi_step, &function, &error);
    if (outcome == PH_DONE) {
        call->slots[0] = (uint32_t)error;
    }
    return outcome;
}

ph_errno ph_wasi_gate(struct ph_wasi_call *c, uint64_t note)
{
    PH_ASSERT(note < UINT64_C(1) << 62);
    if (c->is_durable) {
        return PH_E_OK;
    }
    PH_SET(c->call->mutator, c->call->thread->native_state[0], GATED | note);
    return PH_E_UNDURABLE;
}

void ph_wasi_out(struct ph_wasi_call *c, uint64_t address, const void *from, uint64_t bytes)
{
    uint8_t *to = ph_call_memory_write(c->call, address, bytes);
    PH_ASSERT(to != NULL);
    memcpy(to, from, bytes);
}

ph_errno ph_wasi_path_in(struct ph_wasi_call *c, uint32_t index, struct ph_slice *path)
{
    path->size = ph_wasi_u32(c, index + 1);
    path->bytes = ph_wasi_in(c, ph_wasi_u32(c, index), path->size);
    return path->bytes == NULL ? PH_E_FAULT : PH_E_OK;
}

ph_errno ph_wasi_descriptor(struct ph_wasi_call *c, uint32_t index, uint64_t rights,
                            struct ph_descriptor **descriptor)
{
    return ph_io_descriptor(c, ph_wasi_u32(c, index), rights, descriptor);
}

ph_errno ph_wasi_folder(struct ph_wasi_call *c, uint32_t index, uint64_t rights,
                        struct ph_descriptor **descriptor)
{
    ph_errno error = ph_wasi_descriptor(c, index, 0, descriptor);
    if (error != PH_E_OK) {
        return error;
    }
    const struct ph_descriptor *d = *descriptor;
    bool is_folder =
        d->kind == PH_DESCRIPTOR_HOST_FOLDER ||
        (d->kind == PH_DESCRIPTOR_NODE && ph_wasi_node(c, d)->type == PH_NODE_FOLDER);
    if (!is_folder) {
        return PH_E_NOTDIR;
    }
    return rights & ~d->rights_base ? PH_E_NOTCAPABLE : PH_E_OK;
}

void ph_wasi_close(struct ph_wasi *self, struct ph_tree *tree, struct ph_descriptor *descriptor)
{
    ph_ref ref = ph_ref_to(tree->heap, descriptor);
    if (descriptor->kind == PH_DESCRIPTOR_NODE) {
        ph_node_release(tree, ph_node_at(tree, descriptor->node_ref));
    }
    if (ph_wasi_is_host(descriptor)) {
        ph_wasi_forget_handle(self, ref);
    }
    ph_object_free(tree->mutator, descriptor->path_ref);
    ph_object_free(tree->mutator, descriptor->preopen_ref);
    ph_object_free(tree->mutator, ref);
}

/* ---- The table of natives ---------------------------------------------------------------- */

#define PH_WASI(name, signature)                                              \
    static enum ph_outcome preview1_##name(struct ph_call *call)              \
    {                                                                         \
        return wasi_run(call, ph_wasi_##name, false);                         \
    }                                                                         \
    static enum ph_outcome unstable_##name(struct ph_call *call)              \
    {                                                                         \
        return wasi_run(call, ph_wasi_##name, true);                          \
    }
#include "device/wasi.def"
#undef PH_WASI

static const struct ph_native_info natives[] = {
#define PH_WASI(name, signature)                                              \
    {"wasi_snapshot_preview1", #name, signature, preview1_##name},            \
    {"wasi_unstable", #name, signature, unstable_##name},
#include "device/wasi.def"
#undef PH_WASI
};

/* ---- Registration ------------------------------------------------------------------------ */

static void input_arrived(void *context) { ph_machine_wake(context, PH_WAIT_INPUT); }

static void program_ended(void *context, struct ph_mutator *mutator, struct ph_program *program)
{
    ph_wasi_program_finish(context, mutator, program);
}

static ph_status make_tree(struct ph_machine *machine, struct ph_error *error)
{
    struct ph_world *world = ph_machine_world(machine);
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    if (world->files_ref != 0) {
        return PH_OK;
    }
    ph_ref files_ref;
    if (ph_tree_format(mutator, &files_ref) != PH_E_OK) {
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for a file tree");
    }
    PH_SET(mutator, world->files_ref, files_ref);
    return PH_OK;
}

ph_status ph_wasi_register(struct ph_machine *machine, struct ph_error *error)
{
    struct ph_allocator *allocator = ph_port_allocator();
    struct ph_wasi *self = ph_alloc_zeroed(allocator, sizeof(*self));
    if (self == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory for the devices");
    }
    self->machine = machine;
    self->remembers = true;
    ph_map_init(&self->handles, allocator);
    ph_map_init(&self->roots, allocator);
    ph_map_init(&self->given, allocator);
    ph_status status = ph_host_input_open(input_arrived, machine, &self->input);
    if (status != PH_OK) {
        ph_free(allocator, self, sizeof(*self));
        return ph_fail(error, status, "cannot open standard input: too many open files");
    }
    self->next = all;
    __atomic_store_n(&all, self, __ATOMIC_RELEASE);
    status = make_tree(machine, error);
    if (status == PH_OK) {
        status = ph_machine_add_natives(machine, natives, PH_COUNT(natives));
    }
    if (status == PH_OK) {
        struct ph_device device = {.context = machine, .ended = program_ended};
        status = ph_machine_add_device(machine, &device);
    }
    if (status != PH_OK) {
        ph_wasi_unregister(machine);
    }
    return status;
}

static void close_all(struct ph_map *map)
{
    uint64_t cursor = 0;
    uint64_t key;
    uint64_t value;
    while (ph_map_next(map, &cursor, &key, &value)) {
        ph_host_close((struct ph_host_file *)(uintptr_t)value);
    }
    ph_map_finish(map);
}

void ph_wasi_unregister(struct ph_machine *machine)
{
    struct ph_wasi *self = wasi_of(machine);
    struct ph_wasi **link = &all;
    while (*link != self) {
        link = &(*link)->next;
    }
    *link = self->next;
    ph_host_input_close(self->input);
    close_all(&self->handles);
    close_all(&self->roots);
    ph_map_finish(&self->given);
    ph_free(ph_port_allocator(), self, sizeof(*self));
}

/* ---- Programs ---------------------------------------------------------------------------- */

static ph_errno add_stream(const struct ph_descriptors *table, uint32_t kind, uint64_t rights)
{
    uint32_t number;
    struct ph_descriptor *d;
    ph_errno error = ph_descriptor_new(table, &number, &d);
    if (error == PH_E_OK) {
        ph_touch(table->mutator, d, sizeof(*d));
        d->kind = kind;
        d->rights_base = rights;
    }
    return error;
}

/* A descriptor of `node` with a number of its own. */
static ph_errno add_node(const struct ph_descriptors *table, struct ph_tree *tree,
                         struct ph_node *node, struct ph_descriptor **d)
{
    uint32_t number;
    ph_errno error = ph_descriptor_new(table, &number, d);
    if (error == PH_E_OK) {
        ph_touch(table->mutator, *d, sizeof(**d));
        (*d)->kind = PH_DESCRIPTOR_NODE;
        (*d)->node_ref = ph_node_ref(tree, node);
        ph_node_hold(tree, node);
    }
    return error;
}

/* Input that is at its end: an empty file without a name. */
static ph_errno add_no_input(const struct ph_descriptors *table, struct ph_tree *tree)
{
    struct ph_slice none = {NULL, 0};
    struct ph_slice name = PH_SLICE_TEXT("phantom: no input");
    struct ph_descriptor *d;
    struct ph_node *node;
    ph_errno error = ph_tree_make(tree, ph_tree_root(tree), name, PH_NODE_FILE, none, &node);
    if (error != PH_E_OK) {
        return error;
    }
    error = add_node(table, tree, node, &d);
    if (error == PH_E_OK) {
        d->rights_base = PH_RIGHT_FD_READ | PH_RIGHT_FD_FILESTAT_GET | PH_RIGHT_POLL_FD_READWRITE;
    }
    ph_errno unlinked = ph_tree_unlink(tree, ph_tree_root(tree), name);
    return error != PH_E_OK ? error : unlinked;
}

/* Walks to `path` from `start` and makes what is missing. */
static ph_errno open_folder(struct ph_tree *tree, struct ph_folder *start, const char *path,
                            struct ph_folder **folder)
{
    struct ph_slice none = {NULL, 0};
    struct ph_walk walk;
    size_t begin = strspn(path, "/");
    size_t end = begin;
    *folder = start;
    while (path[end] != 0) {
        end += strcspn(path + end, "/");
        struct ph_slice prefix = {(const uint8_t *)path + begin, end - begin};
        ph_errno error = ph_tree_walk(tree, start, prefix, true, &walk);
        if (error == PH_E_OK && walk.node == NULL) {
            error = ph_tree_make(tree, walk.folder, walk.name, PH_NODE_FOLDER, none, &walk.node);
        }
        if (error != PH_E_OK || walk.node->type != PH_NODE_FOLDER) {
            return error != PH_E_OK ? error : PH_E_NOTDIR;
        }
        *folder = ph_node_folder(walk.node);
        end += strspn(path + end, "/");
    }
    return PH_E_OK;
}

static ph_status fail_root(struct ph_error *error, ph_errno reason, const char *path)
{
    switch (reason) {
    case PH_E_NOTDIR:
        return ph_fail(error, PH_BAD_ARGUMENT, "%s is in the image's tree, and is no folder; "
                       "--root takes folders", path);
    case PH_E_PERM:
        return ph_fail(error, PH_BAD_ARGUMENT, "%s leads out of the image's tree; --root takes a "
                       "path in it, like /data", path);
    case PH_E_NOSPC:
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for the folder %s", path);
    default:
        return ph_fail(error, PH_BAD_ARGUMENT, "the folder %s of the image's tree cannot be used "
                       "(error %d); --root takes a path in it, like /data", path, (int)reason);
    }
}

#define ROOT_DESCRIPTOR 3u

static ph_status add_root(const struct ph_descriptors *table, struct ph_tree *tree,
                          const char *path, struct ph_error *error)
{
    struct ph_folder *folder;
    struct ph_descriptor *d;
    ph_errno reason = open_folder(tree, ph_tree_root(tree), path, &folder);
    if (reason == PH_E_OK) {
        reason = add_node(table, tree, &folder->node, &d);
    }
    if (reason != PH_E_OK) {
        return fail_root(error, reason, path);
    }
    d->rights_base = PH_RIGHTS_FOLDER;
    d->rights_inheriting = PH_RIGHTS_FOLDER | PH_RIGHTS_FILE;
    d->preopen_ref = ph_text_new(table->mutator, PH_SLICE_TEXT("/"));
    return d->preopen_ref != 0 ? PH_OK : fail_root(error, PH_E_NOSPC, path);
}

ph_status ph_wasi_program_init(struct ph_machine *machine, struct ph_mutator *mutator,
                               struct ph_program *program, const struct ph_wasi_grants *grants,
                               struct ph_error *error)
{
    struct ph_descriptors table = {mutator, program};
    struct ph_tree tree;
    ph_tree_open(&tree, mutator, ph_machine_world(machine)->files_ref);
    PH_ASSERT(program->descriptors_ref == 0);
    ph_errno input = grants->has_input
                         ? add_stream(&table, PH_DESCRIPTOR_INPUT, PH_RIGHTS_INPUT)
                         : add_no_input(&table, &tree);
    if (input != PH_E_OK ||
        add_stream(&table, PH_DESCRIPTOR_OUTPUT, PH_RIGHTS_OUTPUT) != PH_E_OK ||
        add_stream(&table, PH_DESCRIPTOR_ERRORS, PH_RIGHTS_OUTPUT) != PH_E_OK) {
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for a program's descriptors");
    }
    ph_status status = add_root(&table, &tree, grants->root, error);
    for (uint32_t i = 0; status == PH_OK && i < grants->dir_count; i++) {
        status = ph_wasi_preopen_host(machine, mutator, program, &grants->dirs[i], error);
    }
    return status;
}

static void forget_mount(struct ph_wasi *self, struct ph_tree *tree, ph_ref ref)
{
    const struct ph_mount *mount = ph_address(tree->heap, ref);
    uint64_t root;
    if (ph_map_get(&self->roots, ref, &root)) {
        ph_host_close((struct ph_host_file *)(uintptr_t)root);
        ph_map_remove(&self->roots, ref);
    }
    ph_map_remove(&self->given, ref);
    ph_object_free(tree->mutator, mount->guest_ref);
    ph_object_free(tree->mutator, mount->host_ref);
    ph_object_free(tree->mutator, ref);
}

/* No descriptor of the program is left. */
static void forget_mounts(struct ph_wasi *self, struct ph_tree *tree, ph_ref program_ref)
{
    ph_ref *link = &tree->files->mounts_ref;
    while (*link != 0) {
        ph_ref ref = *link;
        struct ph_mount *mount = ph_address(tree->heap, ref);
        if (mount->program_ref == program_ref) {
            PH_SET(tree->mutator, *link, mount->next_ref);
            forget_mount(self, tree, ref);
        } else {
            link = &mount->next_ref;
        }
    }
}

void ph_wasi_program_finish(struct ph_machine *machine, struct ph_mutator *mutator,
                            struct ph_program *program)
{
    struct ph_descriptors table = {mutator, program};
    struct ph_tree tree;
    ph_tree_open(&tree, mutator, ph_machine_world(machine)->files_ref);
    struct ph_wasi *self = wasi_of(machine);
    uint32_t limit = ph_descriptor_limit(&table);
    for (uint32_t number = 0; number < limit; number++) {
        if (ph_descriptor_get(&table, number) != NULL) {
            ph_wasi_close(self, &tree, ph_descriptor_take(&table, number));
        }
    }
    ph_object_free(mutator, program->descriptors_ref);
    PH_SET(mutator, program->descriptors_ref, 0);
    forget_mounts(self, &tree, ph_ref_to(tree.heap, program));
}

void ph_wasi_remember(struct ph_machine *machine, bool allowed)
{
    wasi_of(machine)->remembers = allowed;
}

/* ---- Host folders that a program is given ------------------------------------------------ */

static struct ph_mount *find_mount(const struct ph_tree *tree, ph_ref program_ref,
                                   struct ph_slice guest)
{
    ph_ref ref = tree->files->mounts_ref;
    while (ref != 0) {
        struct ph_mount *mount = ph_address(tree->heap, ref);
        if (mount->program_ref == program_ref &&
            ph_slice_equal(ph_text_at(tree->heap, mount->guest_ref), guest)) {
            return mount;
        }
        ref = mount->next_ref;
    }
    return NULL;
}

/* Adds a mount and a descriptor for it. */
static ph_errno add_mount(struct ph_tree *tree, const struct ph_descriptors *table,
                          struct ph_slice guest, ph_ref host_ref, struct ph_mount **mount)
{
    struct ph_mutator *mutator = tree->mutator;
    uint32_t number;
    struct ph_descriptor *d;
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_MOUNT, 0);
    ph_ref guest_ref = ph_text_new(mutator, guest);
    ph_ref preopen_ref = ph_text_new(mutator, guest);
    ph_ref path_ref = ph_text_new(mutator, PH_SLICE_TEXT("."));
    ph_errno error = ref != 0 && guest_ref != 0 && preopen_ref != 0 && path_ref != 0
                         ? ph_descriptor_new(table, &number, &d)
                         : PH_E_NOSPC;
    if (error != PH_E_OK) {
        ph_object_free(mutator, ref);
        ph_object_free(mutator, guest_ref);
        ph_object_free(mutator, preopen_ref);
        ph_object_free(mutator, path_ref);
        return error;
    }
    *mount = ph_address(tree->heap, ref);
    ph_touch(mutator, *mount, sizeof(**mount));
    (*mount)->program_ref = ph_ref_to(tree->heap, table->program);
    (*mount)->guest_ref = guest_ref;
    (*mount)->host_ref = host_ref;
    (*mount)->next_ref = tree->files->mounts_ref;
    PH_SET(mutator, tree->files->mounts_ref, ref);
    ph_touch(mutator, d, sizeof(*d));
    d->kind = PH_DESCRIPTOR_HOST_FOLDER;
    d->mount_ref = ref;
    d->path_ref = path_ref;
    d->preopen_ref = preopen_ref;
    d->rights_base = PH_RIGHTS_FOLDER;
    d->rights_inheriting = PH_RIGHTS_FOLDER | PH_RIGHTS_FILE;
    return PH_E_OK;
}

static ph_status fail_dir(struct ph_error *error, ph_errno reason, const char *path)
{
    switch (reason) {
    case PH_E_NOENT:
        return ph_fail(error, PH_NOT_FOUND, "no folder %s; make it, or give another with --dir",
                       path);
    case PH_E_NOTDIR:
        return ph_fail(error, PH_BAD_ARGUMENT, "%s is not a folder; --dir takes folders", path);
    case PH_E_ACCES:
    case PH_E_PERM:
        return ph_fail(error, PH_DENIED, "the folder %s may not be opened by you", path);
    default:
        return ph_fail(error, PH_IO, "cannot open the folder %s (error %d)", path, (int)reason);
    }
}

/* In the program's own tree there is an empty folder where a host folder was given, so that the
 * folders above it are there and show it; if the path is no good for that, there is none. */
static ph_errno make_way(struct ph_tree *tree, const struct ph_descriptors *table,
                         const char *guest)
{
    struct ph_folder *folder;
    struct ph_descriptor *root = ph_descriptor_get(table, ROOT_DESCRIPTOR);
    if (root == NULL || root->kind != PH_DESCRIPTOR_NODE) {
        return PH_E_OK; /* the program has closed it */
    }
    struct ph_node *start = ph_node_at(tree, root->node_ref);
    ph_errno error = start->type == PH_NODE_FOLDER
                         ? open_folder(tree, ph_node_folder(start), guest, &folder)
                         : PH_E_NOTDIR;
    return error == PH_E_NOSPC ? error : PH_E_OK;
}

ph_status ph_wasi_preopen_host(struct ph_machine *machine, struct ph_mutator *mutator,
                               struct ph_program *program, const struct ph_wasi_dir *dir,
                               struct ph_error *error)
{
    struct ph_wasi *self = wasi_of(machine);
    struct ph_descriptors table = {mutator, program};
    struct ph_tree tree;
    ph_tree_open(&tree, mutator, ph_machine_world(machine)->files_ref);
    char absolute[PH_PATH_BYTES_MAX + 1];
    struct ph_host_file *root;
    ph_errno reason = ph_host_absolute(dir->host_path, absolute, sizeof(absolute));
    if (reason == PH_E_OK) {
        reason = ph_host_open_root(absolute, &root);
    }
    if (reason != PH_E_OK) {
        return fail_dir(error, reason, dir->host_path);
    }
    ph_host_close(root); /* it is opened when it is first used */

    struct ph_slice guest = {(const uint8_t *)dir->guest_path, strlen(dir->guest_path)};
    ph_ref host_ref =
        ph_text_new(mutator, (struct ph_slice){(const uint8_t *)absolute, strlen(absolute)});
    struct ph_mount *mount = find_mount(&tree, ph_ref_to(tree.heap, program), guest);
    reason = host_ref != 0 ? PH_E_OK : PH_E_NOSPC;
    if (reason == PH_E_OK && mount != NULL) {
        ph_object_free(mutator, mount->host_ref);
        PH_SET(mutator, mount->host_ref, host_ref);
    } else if (reason == PH_E_OK) {
        reason = make_way(&tree, &table, dir->guest_path);
        reason = reason != PH_E_OK ? reason : add_mount(&tree, &table, guest, host_ref, &mount);
    }
    if (reason != PH_E_OK) {
        ph_object_free(mutator, host_ref);
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for the folder %s", absolute);
    }
    if (!ph_map_put(&self->given, ph_ref_to(tree.heap, mount), 1)) {
        return ph_fail(error, PH_NO_MEMORY, "no memory for the folder %s", absolute);
    }
    return PH_OK;
}
