/* SPDX-License-Identifier: Apache-2.0 */
/* natives_nio.c - sun.nio.fs and sun.nio.ch: files by path, and channels of files.
 *
 * Memory that Java names by an address is a block of its own (unsafe.h). A "DIR *" is the number of
 * a descriptor, and where it is lies in that descriptor's offset: so it goes on after a resume. */
#include "base/text.h"
#include "lang/java/vm/files.h"
#include "lang/java/vm/unsafe.h"

#define FD "fd:I"

/* ---- UnixException -------------------------------------------------------------------------- */

/* UnixException has its errno, and no trace: Java makes another exception of it at once. */
enum ph_outcome ph_java_throw_linux(struct ph_call *call, uint32_t number)
{
    static const char *const keys[] = {[0] = "nothing(Ljava/lang/Object;)V",
                                       [PH_I32] = "toInt(Ljava/lang/Object;)I",
                                       [PH_I64] = "toLong(Ljava/lang/Object;)J",
                                       [PH_REF] = "toObject(Ljava/lang/Object;)Ljava/lang/Object;"};
    const struct ph_signature *s = call->signature;
    struct ph_root boot, thrown;
    struct ph_class *class;
    struct ph_class *thrower;
    ph_root_push(call->mutator, &boot, 0);
    ph_root_push(call->mutator, &thrown, 0);
    enum ph_outcome outcome = PH_TRAPPED;
    if (ph_java_find_class(call, &boot, PH_SLICE_TEXT("sun/nio/fs/UnixException"), &class, NULL) ==
            PH_JAVA_FOUND &&
        ph_java_find_class(call, &boot, PH_SLICE_TEXT("phantom/vm/Thrower"), &thrower, NULL) ==
            PH_JAVA_FOUND) {
        thrown.ref = ph_object_new_of(call->mutator, class, 0);
    }
    if (thrown.ref != 0) {
        const uint64_t arguments[] = {thrown.ref};
        ph_java_set_number(call, thrown.ref, "errno:I", number);
        outcome = ph_java_call(call, "phantom/vm/Thrower",
                               keys[s->result_count == 0 ? 0 : s->types[s->param_count]],
                               arguments, 1);
    }
    bool is_made = thrown.ref != 0;
    ph_root_pop(call->mutator, &thrown);
    ph_root_pop(call->mutator, &boot);
    return is_made ? outcome : ph_java_out_of_memory(call);
}

enum ph_outcome ph_java_throw_unix(struct ph_call *call, ph_errno error)
{
    return ph_java_throw_linux(call, ph_java_errno_number(error));
}

static enum ph_outcome run(struct ph_call *call, ph_io_step step, void *context)
{
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, step, context, &error);
    return outcome == PH_DONE && error != PH_E_OK ? ph_java_throw_unix(call, error) : outcome;
}

ph_errno ph_java_path_at(struct ph_call *call, uint32_t slot, struct ph_java_path *path)
{
    uint64_t address = call->slots[slot];
    size_t size = 0;
    path->bytes[0] = 0;
    path->text = (struct ph_slice){(const uint8_t *)path->bytes, 0};
    path->folder = PH_JAVA_NO_FOLDER;
    while (size < sizeof(path->bytes)) {
        size_t count = PH_MIN((size_t)64, sizeof(path->bytes) - size);
        const uint8_t *at = NULL;
        for (; at == NULL && count > 0; count /= at == NULL ? 2 : 1) {
            at = ph_java_memory(call, address + size, count);
        }
        if (at == NULL) {
            return PH_E_FAULT;
        }
        for (size_t i = 0; i < count; i++, size++) {
            path->bytes[size] = (char)at[i];
            if (at[i] == 0) {
                path->text.size = size;
                ph_java_place_symbols(call, path);
                return PH_E_OK;
            }
        }
    }
    path->bytes[0] = 0;
    return PH_E_NAMETOOLONG;
}

/* byte[] of a text; what it borrows from must not be an object that moves. */
static enum ph_outcome return_bytes(struct ph_call *call, struct ph_slice bytes)
{
    ph_ref array = ph_java_bytes(call, bytes);
    return array == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, array);
}

/* ---- Opening -------------------------------------------------------------------------------- */

#define UMASK 022u

enum { /* as Linux has them; a descriptor's number that stands for the current folder */
    AT_CURRENT = -100, AT_NO_FOLLOW = 0x100, AT_REMOVE_FOLDER = 0x200
};

enum { /* Linux' flags, as UnixConstants has them; NOFOLLOW is another one on ARM */
    O_WRITE = 1, O_READ_WRITE = 2, O_CREATE = 0100, O_EXCLUSIVE = 0200, O_TRUNCATE = 01000,
    O_APPEND = 02000, O_DSYNC = 010000, O_ONLY_FOLDER = 0200000, O_NO_FOLLOW = 0400000,
    O_NO_FOLLOW_ARM = 0100000, O_SYNC_BIT = 04000000
};

/* The path in a slot, relative to the folder in another one. */
static ph_errno path_in(struct ph_call *call, uint32_t folder, uint32_t slot,
                        struct ph_java_path *path)
{
    ph_errno error = ph_java_path_at(call, slot, path);
    path->folder = ph_java_int(call, folder) == AT_CURRENT ? PH_JAVA_NO_FOLDER
                                                           : (uint32_t)call->slots[folder];
    return error;
}

/* open(path, flags, mode); `at`: after the folder's descriptor. */
static enum ph_outcome open_it(struct ph_call *call, bool at)
{
    struct ph_java_path path;
    uint32_t flags = (uint32_t)call->slots[at + 1u];
    ph_errno error = at ? path_in(call, 0, 1, &path) : ph_java_path_at(call, 0, &path);
    struct ph_java_open open = {.path = &path, .takes_folders = true};
    open.reads = (flags & O_WRITE) == 0;
    open.writes = (flags & (O_WRITE | O_READ_WRITE)) != 0;
    open.sets_permissions = true;
    open.permissions = (uint32_t)call->slots[at + 2u] & 0777 & ~UMASK;
    open.no_follow = (flags & (O_NO_FOLLOW | O_NO_FOLLOW_ARM)) != 0;
    open.oflags = (flags & O_CREATE ? PH_OFLAG_CREATE : 0u) |
                  (flags & O_EXCLUSIVE ? PH_OFLAG_EXCLUSIVE : 0u) |
                  (flags & O_TRUNCATE ? PH_OFLAG_TRUNCATE : 0u) |
                  (flags & O_ONLY_FOLDER ? PH_OFLAG_DIRECTORY : 0u);
    open.fdflags = (flags & O_APPEND ? PH_FDFLAG_APPEND : 0u) |
                   (flags & O_DSYNC ? PH_FDFLAG_DSYNC : 0u) |
                   (flags & O_SYNC_BIT ? PH_FDFLAG_SYNC : 0u);
    if (error != PH_E_OK) {
        return ph_java_throw_unix(call, error);
    }
    enum ph_outcome outcome = ph_io_run(call, ph_java_open_step, &open, &error);
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    return ph_java_return(call, open.number);
}

static enum ph_outcome open_file(struct ph_call *call) { return open_it(call, false); }
static enum ph_outcome open_file_at(struct ph_call *call) { return open_it(call, true); }

/* dup, of folders alone: that is all that Java wants of it. */
static enum ph_outcome duplicate_folder(struct ph_call *call)
{
    struct ph_java_path path = {.bytes = ".", .folder = (uint32_t)call->slots[0]};
    struct ph_java_open open = {.path = &path, .reads = true, .takes_folders = true,
                                .oflags = PH_OFLAG_DIRECTORY};
    ph_errno error;
    path.text = (struct ph_slice){(const uint8_t *)path.bytes, 1};
    enum ph_outcome outcome = ph_io_run(call, ph_java_open_step, &open, &error);
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    return ph_java_return(call, open.number);
}

static enum ph_outcome close_file(struct ph_call *call)
{
    struct ph_java_number number = {(uint32_t)call->slots[0], false};
    ph_errno error;
    if (ph_java_is_watch(number.number)) {
        return ph_java_watch_close(call);
    }
    return ph_io_run(call, ph_java_close_step, &number, &error);
}

/* ---- Looking -------------------------------------------------------------------------------- */

static const uint32_t kinds[] = {[PH_NODE_UNKNOWN] = 0010000, [PH_NODE_BLOCK] = 0060000,
                                 [PH_NODE_CHARACTER] = 0020000, [PH_NODE_FOLDER] = 0040000,
                                 [PH_NODE_FILE] = 0100000, [5] = 0140000, [6] = 0140000,
                                 [PH_NODE_LINK] = 0120000};

static uint32_t mode_of(const struct ph_host_about *about)
{
    return kinds[about->type < PH_COUNT(kinds) ? about->type : PH_NODE_UNKNOWN] |
           about->permissions;
}

static void put_time(struct ph_call *call, ph_ref attributes, const char *seconds,
                     const char *nanoseconds, uint64_t time_ns)
{
    ph_java_set_number(call, attributes, seconds, (int64_t)(time_ns / 1000000000));
    ph_java_set_number(call, attributes, nanoseconds, (int64_t)(time_ns % 1000000000));
}

static void put_about(struct ph_call *call, ph_ref attributes, const struct ph_host_about *about)
{
    ph_java_set_number(call, attributes, "st_mode:I", mode_of(about));
    ph_java_set_number(call, attributes, "st_ino:J", (int64_t)about->inode);
    ph_java_set_number(call, attributes, "st_dev:J", (int64_t)about->device);
    ph_java_set_number(call, attributes, "st_rdev:J", 0);
    ph_java_set_number(call, attributes, "st_nlink:I", (int64_t)about->link_count);
    ph_java_set_number(call, attributes, "st_uid:I", 0);
    ph_java_set_number(call, attributes, "st_gid:I", 0);
    ph_java_set_number(call, attributes, "st_size:J", (int64_t)about->size_bytes);
    put_time(call, attributes, "st_atime_sec:J", "st_atime_nsec:J", about->accessed_ns);
    put_time(call, attributes, "st_mtime_sec:J", "st_mtime_nsec:J", about->modified_ns);
    put_time(call, attributes, "st_ctime_sec:J", "st_ctime_nsec:J", about->changed_ns);
}

/* Into the attributes in a slot. */
static enum ph_outcome stat_into(struct ph_call *call, struct ph_java_about *self, uint32_t slot)
{
    if (ph_java_argument(call, slot) == 0) {
        return ph_java_throw_null(call);
    }
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, ph_java_about_step, self, &error);
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    put_about(call, ph_java_argument(call, slot), &self->about);
    return PH_DONE;
}

static enum ph_outcome stat_path(struct ph_call *call, bool no_follow)
{
    struct ph_java_path path;
    struct ph_java_about self = {.path = &path, .no_follow = no_follow};
    ph_errno error = ph_java_path_at(call, 0, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error) : stat_into(call, &self, 1);
}

static enum ph_outcome stat(struct ph_call *call) { return stat_path(call, false); }
static enum ph_outcome lstat(struct ph_call *call) { return stat_path(call, true); }

static enum ph_outcome fstat(struct ph_call *call)
{
    struct ph_java_about self = {.number = (uint32_t)call->slots[0]};
    return stat_into(call, &self, 1);
}

static enum ph_outcome stat_at(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_about self = {.path = &path,
                                 .no_follow = (call->slots[2] & AT_NO_FOLLOW) != 0};
    ph_errno error = path_in(call, 0, 1, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error) : stat_into(call, &self, 3);
}

/* What is there; `about->type` PH_NODE_UNKNOWN and *error if nothing is. */
static enum ph_outcome look(struct ph_call *call, struct ph_host_about *about, ph_errno *error)
{
    struct ph_java_path path;
    struct ph_java_about self = {.path = &path};
    enum ph_outcome outcome = PH_DONE;
    *error = ph_java_path_at(call, 0, &path);
    if (*error == PH_E_OK) {
        outcome = ph_io_run(call, ph_java_about_step, &self, error);
    }
    *about = *error == PH_E_OK ? self.about : (struct ph_host_about){0};
    return outcome;
}

static enum ph_outcome stat_mode(struct ph_call *call)
{
    struct ph_host_about about;
    ph_errno error;
    enum ph_outcome outcome = look(call, &about, &error);
    return outcome != PH_DONE ? outcome
                              : ph_java_return(call, error == PH_E_OK ? mode_of(&about) : 0);
}

static enum ph_outcome exists(struct ph_call *call)
{
    struct ph_host_about about;
    ph_errno error;
    enum ph_outcome outcome = look(call, &about, &error);
    return outcome != PH_DONE ? outcome : ph_java_return(call, error == PH_E_OK);
}

static enum ph_outcome access(struct ph_call *call)
{
    struct ph_host_about about;
    bool executes = (call->slots[1] & 1) != 0;
    ph_errno error;
    enum ph_outcome outcome = look(call, &about, &error);
    if (outcome != PH_DONE) {
        return outcome;
    }
    if (error == PH_E_OK && executes && (about.permissions & 0111) == 0) {
        error = PH_E_ACCES;
    }
    return error == PH_E_OK ? PH_DONE : ph_java_throw_unix(call, error);
}

static enum ph_outcome change_mode(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_permissions self = {.path = &path,
                                       .permissions = (uint32_t)call->slots[1] & 0777};
    ph_errno error = ph_java_path_at(call, 0, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error)
                            : run(call, ph_java_permissions_step, &self);
}

static enum ph_outcome change_file_mode(struct ph_call *call)
{
    struct ph_java_permissions self = {.number = (uint32_t)call->slots[0],
                                       .permissions = (uint32_t)call->slots[1] & 0777};
    return run(call, ph_java_permissions_step, &self);
}

static enum ph_outcome not_permitted(struct ph_call *call)
{
    return ph_java_throw_unix(call, PH_E_PERM);
}

/* ---- Names ---------------------------------------------------------------------------------- */

struct resolved {
    struct ph_java_path from, to;
};

static ph_errno resolve_step(struct ph_wasi_call *c, void *context)
{
    struct resolved *self = context;
    return ph_java_resolve(c, &self->from, true, &self->to);
}

static ph_errno readlink_at(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                            void *context)
{
    struct resolved *self = context;
    uint8_t buffer[PH_PATH_BYTES_MAX];
    struct ph_slice target;
    ph_errno error = ph_io_readlink(c, place, buffer, &target);
    if (error == PH_E_OK) {
        memcpy(self->to.bytes, target.bytes, (size_t)target.size);
        self->to.text = (struct ph_slice){(const uint8_t *)self->to.bytes, target.size};
    }
    return error;
}

static ph_errno readlink_step(struct ph_wasi_call *c, void *context)
{
    struct resolved *self = context;
    return ph_java_at_place(c, &self->from, false, readlink_at, self);
}

static enum ph_outcome return_path(struct ph_call *call, ph_io_step step)
{
    struct resolved self;
    ph_errno error = ph_java_path_at(call, 0, &self.from);
    enum ph_outcome outcome = PH_DONE;
    if (error == PH_E_OK) {
        outcome = ph_io_run(call, step, &self, &error);
    }
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    return return_bytes(call, self.to.text);
}

static enum ph_outcome real_path(struct ph_call *call) { return return_path(call, resolve_step); }
static enum ph_outcome read_link(struct ph_call *call) { return return_path(call, readlink_step); }

/* UnixNativeDispatcher.init: there are openat and its family, futimes and futimens. */
static enum ph_outcome abilities(struct ph_call *call) { return ph_java_return(call, 2 | 4 | 8); }

static enum ph_outcome current_folder(struct ph_call *call)
{
    return return_bytes(call, PH_SLICE_TEXT("/"));
}

static enum ph_outcome error_text(struct ph_call *call)
{
    const char *text = ph_java_linux_text((uint32_t)call->slots[0]);
    return return_bytes(call, (struct ph_slice){(const uint8_t *)text, strlen(text)});
}

/* ---- Changes -------------------------------------------------------------------------------- */

static enum ph_outcome change(struct ph_call *call,
                              ph_errno (*how)(struct ph_wasi_call *, const struct ph_wasi_place *))
{
    struct ph_java_path path;
    struct ph_java_change self = {how, &path};
    ph_errno error = ph_java_path_at(call, 0, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error)
                            : run(call, ph_java_change_step, &self);
}

static ph_errno make_folder_at(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                               void *context)
{
    const struct ph_java_permissions *self = context;
    ph_errno error = ph_io_make_folder(c, place);
    if (error == PH_E_OK) { /* else they are what is usual */
        ph_errno denied = ph_io_set_permissions(c, place, self->permissions);
        (void)denied;
    }
    return error;
}

static ph_errno make_folder_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_permissions *self = context;
    return ph_java_at_place(c, self->path, false, make_folder_at, context);
}

static enum ph_outcome make_folder(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_permissions self = {
        .path = &path, .permissions = (uint32_t)call->slots[1] & 0777 & ~UMASK};
    ph_errno error = ph_java_path_at(call, 0, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error)
                            : run(call, make_folder_step, &self);
}
static enum ph_outcome unlink(struct ph_call *call) { return change(call, ph_io_unlink); }
static enum ph_outcome remove_folder(struct ph_call *call)
{
    return change(call, ph_io_remove_folder);
}

static ph_errno link_at(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                        const struct ph_wasi_place *to)
{
    return ph_io_link(c, from, false, to);
}

static enum ph_outcome unlink_at(struct ph_call *call)
{
    struct ph_java_path path;
    bool is_folder = (call->slots[2] & AT_REMOVE_FOLDER) != 0;
    struct ph_java_change self = {is_folder ? ph_io_remove_folder : ph_io_unlink, &path};
    ph_errno error = path_in(call, 0, 1, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error)
                            : run(call, ph_java_change_step, &self);
}

static enum ph_outcome rename_at(struct ph_call *call)
{
    struct ph_java_path from, to;
    struct ph_java_change2 self = {ph_io_rename, &from, &to};
    ph_errno error = path_in(call, 0, 1, &from);
    if (error == PH_E_OK) {
        error = path_in(call, 2, 3, &to);
    }
    return error != PH_E_OK ? ph_java_throw_unix(call, error)
                            : run(call, ph_java_change2_step, &self);
}

/* From the path in slot 0 to that in slot 1. */
static enum ph_outcome change2(struct ph_call *call,
                               ph_errno (*how)(struct ph_wasi_call *, const struct ph_wasi_place *,
                                               const struct ph_wasi_place *))
{
    struct ph_java_path from, to;
    struct ph_java_change2 self = {how, &from, &to};
    ph_errno error = ph_java_path_at(call, 0, &from);
    if (error == PH_E_OK) {
        error = ph_java_path_at(call, 1, &to);
    }
    return error != PH_E_OK ? ph_java_throw_unix(call, error)
                            : run(call, ph_java_change2_step, &self);
}

static enum ph_outcome rename_path(struct ph_call *call) { return change2(call, ph_io_rename); }
static enum ph_outcome link_path(struct ph_call *call) { return change2(call, link_at); }

struct new_link {
    struct ph_java_path target, path;
};

static ph_errno symlink_at(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                           void *context)
{
    const struct new_link *self = context;
    return ph_io_symlink(c, self->target.text, place);
}

static ph_errno symlink_step(struct ph_wasi_call *c, void *context)
{
    const struct new_link *self = context;
    return ph_java_at_place(c, &self->path, false, symlink_at, context);
}

static enum ph_outcome symlink_path(struct ph_call *call)
{
    struct new_link self;
    ph_errno error = ph_java_path_at(call, 0, &self.target);
    if (error == PH_E_OK) {
        error = ph_java_path_at(call, 1, &self.path);
    }
    return error != PH_E_OK ? ph_java_throw_unix(call, error) : run(call, symlink_step, &self);
}

/* Times in slots 1 and 2, in units of `unit_ns`. */
static enum ph_outcome set_times(struct ph_call *call, struct ph_java_times *self,
                                 uint64_t unit_ns)
{
    self->times = (struct ph_host_times){call->slots[1] * unit_ns, call->slots[2] * unit_ns};
    return run(call, ph_java_times_step, self);
}

static enum ph_outcome set_path_times(struct ph_call *call, bool no_follow)
{
    struct ph_java_path path;
    struct ph_java_times self = {.path = &path, .no_follow = no_follow};
    ph_errno error = ph_java_path_at(call, 0, &path);
    return error != PH_E_OK ? ph_java_throw_unix(call, error) : set_times(call, &self, 1000);
}

static enum ph_outcome utimes(struct ph_call *call) { return set_path_times(call, false); }
static enum ph_outcome lutimes(struct ph_call *call) { return set_path_times(call, true); }

static enum ph_outcome futimes(struct ph_call *call)
{
    struct ph_java_times self = {.number = (uint32_t)call->slots[0]};
    return set_times(call, &self, 1000);
}

static enum ph_outcome futimens(struct ph_call *call)
{
    struct ph_java_times self = {.number = (uint32_t)call->slots[0]};
    return set_times(call, &self, 1);
}

/* ---- Folders -------------------------------------------------------------------------------- */

#define FOLDER_MARK (UINT64_C(1) << 32) /* a "DIR *" is never null */

static enum ph_outcome open_folder(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_open open = {.path = &path, .reads = true, .takes_folders = true,
                                .oflags = PH_OFLAG_DIRECTORY};
    ph_errno error = ph_java_path_at(call, 0, &path);
    enum ph_outcome outcome = PH_DONE;
    if (error == PH_E_OK) {
        outcome = ph_io_run(call, ph_java_open_step, &open, &error);
    }
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    return ph_java_return(call, FOLDER_MARK | open.number);
}

static enum ph_outcome folder_of_descriptor(struct ph_call *call)
{
    return ph_java_return(call, FOLDER_MARK | (uint32_t)call->slots[0]);
}

struct next_entry {
    uint32_t number;
    bool found;
    uint64_t next;
    struct ph_java_path name;
};

static bool put_entry(struct ph_wasi_call *c, void *context, const struct ph_wasi_entry *entry)
{
    struct next_entry *self = context;
    (void)c;
    self->found = entry->name.size <= PH_PATH_BYTES_MAX;
    if (self->found) {
        memcpy(self->name.bytes, entry->name.bytes, (size_t)entry->name.size);
        self->name.text =
            (struct ph_slice){(const uint8_t *)self->name.bytes, entry->name.size};
        self->next = entry->next_cookie;
    }
    return false;
}

static ph_errno next_entry_step(struct ph_wasi_call *c, void *context)
{
    struct next_entry *self = context;
    struct ph_io_listing listing = {put_entry, self};
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    if (error == PH_E_OK && (d->rights_base & PH_RIGHT_FD_READDIR) == 0) {
        error = PH_E_NOTDIR;
    }
    if (error == PH_E_OK) {
        error = ph_io_list(c, d, d->offset, &listing);
    }
    if (error == PH_E_OK && self->found) {
        PH_SET(c->call->mutator, d->offset, self->next);
    }
    return error;
}

static enum ph_outcome read_folder(struct ph_call *call)
{
    struct next_entry self = {.number = (uint32_t)call->slots[0]};
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, next_entry_step, &self, &error);
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    return self.found ? return_bytes(call, self.name.text) : ph_java_return(call, 0);
}

/* ---- Reading and writing -------------------------------------------------------------------- */

/* One transfer of the memory that the spans say. The native's own error class is `class_name`. */
static enum ph_outcome transfer(struct ph_call *call, struct ph_java_transfer *self,
                                const char *class_name)
{
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, ph_java_transfer_step, self, &error);
    if (outcome != PH_DONE || error == PH_E_OK) {
        return outcome;
    }
    return class_name == NULL ? ph_java_throw_unix(call, error)
                              : ph_java_throw_errno(call, class_name, error);
}

/* The memory at an address, to be read or (a transfer that is no write) to be filled. A part of a
 * mapped file is a copy, which put_back takes there. */
static bool memory_span(struct ph_call *call, uint64_t address, uint64_t bytes,
                        const struct ph_java_transfer *how, struct ph_span *span)
{
    static uint8_t nothing[1];
    span->bytes = bytes;
    span->at = bytes == 0                   ? nothing
               : how->is_write              ? ph_java_memory_read(call, address, bytes)
               : ph_java_is_mapped(address) ? ph_java_memory_spare(call, bytes)
                                            : ph_java_memory(call, address, bytes);
    return span->at != NULL;
}

/* What was read for the address, `bytes` at most; takes it from what is left of *total. */
static bool put_back(struct ph_call *call, uint64_t address, const struct ph_span *span,
                     uint64_t *total)
{
    uint64_t bytes = PH_MIN(span->bytes, *total);
    *total -= bytes;
    return bytes == 0 || !ph_java_is_mapped(address) ||
           ph_java_mapped_write(call, address, span->at, bytes);
}

/* UnixNativeDispatcher.read and write: a number, an address, a count. */
static enum ph_outcome transfer_plain(struct ph_call *call, bool is_write)
{
    struct ph_span span;
    struct ph_java_transfer self = {.number = (uint32_t)call->slots[0], .is_write = is_write,
                                    .offset = PH_IO_HERE};
    if (ph_java_is_watch(self.number)) {
        return ph_java_watch_transfer(call, is_write);
    }
    if (!memory_span(call, call->slots[1], (uint32_t)PH_MAX(ph_java_int(call, 2), 0), &self,
                     &span)) {
        return ph_java_throw_unix(call, PH_E_FAULT);
    }
    self.spans = (struct ph_spans){&span, 1, span.bytes};
    enum ph_outcome outcome = transfer(call, &self, NULL);
    return outcome == PH_DONE ? ph_java_return_int(call, (int32_t)self.total) : outcome;
}

static enum ph_outcome read_plain(struct ph_call *call) { return transfer_plain(call, false); }
static enum ph_outcome write_plain(struct ph_call *call) { return transfer_plain(call, true); }

/* The number in the FileDescriptor in a slot. */
static uint32_t number_in(struct ph_call *call, uint32_t slot)
{
    ph_ref descriptor = ph_java_argument(call, slot);
    return descriptor == 0
               ? UINT32_MAX
               : (uint32_t)ph_java_get_number(ph_java_vm_of(call), descriptor, FD);
}

/* A channel's answer: how much, or IOStatus.EOF where a read found the end. */
static uint64_t channel_result(const struct ph_java_transfer *self)
{
    bool is_end = !self->is_write && self->total == 0 && self->spans.bytes > 0;
    return is_end ? (uint64_t)-1 : self->total;
}

static enum ph_outcome transfer_channel(struct ph_call *call, bool is_write, uint64_t offset)
{
    struct ph_span span;
    struct ph_java_transfer self = {.number = number_in(call, 0), .is_write = is_write,
                                    .offset = offset};
    if (!memory_span(call, call->slots[1], (uint32_t)PH_MAX(ph_java_int(call, 2), 0), &self,
                     &span)) {
        return ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_FAULT);
    }
    self.spans = (struct ph_spans){&span, 1, span.bytes};
    enum ph_outcome outcome = transfer(call, &self, PH_IO_EXCEPTION);
    uint64_t total = self.is_write ? 0 : self.total;
    if (outcome == PH_DONE && !put_back(call, call->slots[1], &span, &total)) {
        outcome = ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_FAULT);
    }
    return outcome == PH_DONE ? ph_java_return(call, (uint32_t)channel_result(&self)) : outcome;
}

static enum ph_outcome read_channel(struct ph_call *call)
{
    return transfer_channel(call, false, PH_IO_HERE);
}

static enum ph_outcome write_channel(struct ph_call *call)
{
    return transfer_channel(call, true, PH_IO_HERE);
}

static enum ph_outcome transfer_at(struct ph_call *call, bool is_write)
{
    if ((int64_t)call->slots[3] < 0) {
        return ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_INVAL);
    }
    return transfer_channel(call, is_write, call->slots[3]);
}

static enum ph_outcome read_channel_at(struct ph_call *call) { return transfer_at(call, false); }
static enum ph_outcome write_channel_at(struct ph_call *call) { return transfer_at(call, true); }

/* An array of {address, count} in memory, 8 bytes each. */
#define VECTORS_MAX 16u /* what IOV_MAX says to Java */

static enum ph_outcome transfer_vectors(struct ph_call *call, bool is_write)
{
    struct ph_span spans[VECTORS_MAX];
    struct ph_java_transfer self = {.number = number_in(call, 0), .is_write = is_write,
                                    .offset = PH_IO_HERE};
    uint32_t count = PH_MIN((uint32_t)PH_MAX(ph_java_int(call, 2), 0), VECTORS_MAX);
    const uint8_t *vectors = ph_java_memory(call, call->slots[1], UINT64_C(16) * count);
    bool is_good = vectors != NULL || count == 0;
    self.spans = (struct ph_spans){spans, count, 0};
    for (uint32_t i = 0; is_good && i < count; i++) {
        uint64_t bytes = ph_load_u64(vectors + 16 * i + 8);
        is_good = bytes <= INT32_MAX &&
                  memory_span(call, ph_load_u64(vectors + 16 * i), bytes, &self, &spans[i]);
        self.spans.bytes += bytes;
    }
    if (!is_good) {
        return ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_FAULT);
    }
    enum ph_outcome outcome = transfer(call, &self, PH_IO_EXCEPTION);
    uint64_t total = self.is_write ? 0 : self.total;
    for (uint32_t i = 0; outcome == PH_DONE && i < count; i++) {
        if (!put_back(call, ph_load_u64(vectors + 16 * i), &spans[i], &total)) {
            outcome = ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_FAULT);
        }
    }
    return outcome == PH_DONE ? ph_java_return(call, channel_result(&self)) : outcome;
}

static enum ph_outcome read_vectors(struct ph_call *call) { return transfer_vectors(call, false); }
static enum ph_outcome write_vectors(struct ph_call *call) { return transfer_vectors(call, true); }

/* ---- Channels ------------------------------------------------------------------------------- */

static enum ph_outcome run_channel(struct ph_call *call, ph_io_step step, void *context)
{
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, step, context, &error);
    return outcome == PH_DONE && error != PH_E_OK
               ? ph_java_throw_errno(call, PH_IO_EXCEPTION, error)
               : outcome;
}

static enum ph_outcome force(struct ph_call *call)
{
    struct ph_java_number self = {number_in(call, 0), call->slots[1] == 0};
    enum ph_outcome outcome = run_channel(call, ph_java_sync_step, &self);
    return outcome == PH_DONE ? ph_java_return(call, 0) : outcome;
}

static enum ph_outcome seek(struct ph_call *call)
{
    struct ph_java_seek self = {number_in(call, 0), (int64_t)call->slots[1] >= 0, call->slots[1]};
    enum ph_outcome outcome = run_channel(call, ph_java_seek_step, &self);
    return outcome == PH_DONE ? ph_java_return(call, self.offset) : outcome;
}

static enum ph_outcome truncate(struct ph_call *call)
{
    struct ph_java_size self = {number_in(call, 0), call->slots[1]};
    enum ph_outcome outcome = run_channel(call, ph_java_set_size_step, &self);
    return outcome == PH_DONE ? ph_java_return(call, 0) : outcome;
}

static enum ph_outcome size(struct ph_call *call)
{
    struct ph_java_about self = {.number = number_in(call, 0)};
    enum ph_outcome outcome = run_channel(call, ph_java_about_step, &self);
    return outcome == PH_DONE ? ph_java_return(call, self.about.size_bytes) : outcome;
}

static enum ph_outcome close_channel(struct ph_call *call)
{
    struct ph_java_number self = {number_in(call, 0), false};
    return self.number == UINT32_MAX ? PH_DONE : run_channel(call, ph_java_close_step, &self);
}

static enum ph_outcome close_number(struct ph_call *call)
{
    struct ph_java_number self = {(uint32_t)call->slots[0], false};
    return run_channel(call, ph_java_close_step, &self);
}

static enum ph_outcome duplicate(struct ph_call *call)
{
    return ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_NOSYS);
}

/* Files of a program are its own: a lock is always to be had. Java keeps those of one program apart
 * itself. */
static enum ph_outcome lock_file(struct ph_call *call) { return ph_java_return(call, 0); }

static enum ph_outcome return_true(struct ph_call *call) { return ph_java_return(call, 1); }

static enum ph_outcome number_value(struct ph_call *call)
{
    return ph_java_argument(call, 0) == 0 ? ph_java_throw_null(call)
                                          : ph_java_return(call, number_in(call, 0));
}

static enum ph_outcome set_number_value(struct ph_call *call)
{
    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    ph_java_set_number(call, ph_java_argument(call, 0), FD, ph_java_int(call, 1));
    return PH_DONE;
}

static enum ph_outcome number_limit(struct ph_call *call)
{
    return ph_java_return(call, PH_DESCRIPTOR_COUNT_MAX);
}

static enum ph_outcome vectors_max(struct ph_call *call)
{
    return ph_java_return(call, VECTORS_MAX);
}

static enum ph_outcome no_pipe(struct ph_call *call)
{
    return ph_java_throw(call, PH_IO_EXCEPTION, "a program in an image has no pipes");
}

static enum ph_outcome random_bytes(struct ph_call *call)
{
    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    struct ph_bytes *array = ph_address(call->mutator->heap, ph_java_argument(call, 0));
    ph_touch(call->mutator, array->data, array->length);
    ph_random_fill(array->data, array->length);
    return ph_java_return(call, 1);
}

static enum ph_outcome thread_id(struct ph_call *call)
{
    return ph_java_return(call, call->thread->id);
}

static enum ph_outcome file_key(struct ph_call *call)
{
    struct ph_java_about self = {.number = number_in(call, 1)};
    enum ph_outcome outcome = run_channel(call, ph_java_about_step, &self);
    if (outcome == PH_DONE && self.number != UINT32_MAX) {
        ph_ref key = ph_java_argument(call, 0);
        ph_java_set_number(call, key, "st_dev:J", (int64_t)self.about.device);
        ph_java_set_number(call, key, "st_ino:J", (int64_t)self.about.inode);
    }
    return outcome;
}

/* ---- Others ---------------------------------------------------------------------------------- */

#define PAGE_BYTES 4096u

static enum ph_outcome page_bytes(struct ph_call *call)
{
    return ph_java_return(call, PAGE_BYTES);
}

static enum ph_outcome transfer_directly(struct ph_call *call)
{
    return ph_java_return(call, (uint64_t)-4); /* IOStatus.UNSUPPORTED: Java copies itself */
}

static enum ph_outcome direct_bytes_max(struct ph_call *call)
{
    return ph_java_return(call, INT32_MAX);
}

/* ---- The tables ----------------------------------------------------------------------------- */

#define UND "sun/nio/fs/UnixNativeDispatcher."
#define LND "sun/nio/fs/LinuxNativeDispatcher."
#define FDI "sun/nio/ch/FileDispatcherImpl."
#define FCI "sun/nio/ch/FileChannelImpl."
#define IOU "sun/nio/ch/IOUtil."
#define D "Ljava/io/FileDescriptor;"
#define ATTRIBUTES "Lsun/nio/fs/UnixFileAttributes;"

static const struct ph_native_info paths[] = {
    {"java", UND "init()I", ":i", abilities},
    {"java", LND "init()V", ":", ph_java_nothing},
    {"java", UND "getcwd()[B", ":r", current_folder},
    {"java", UND "open0(JII)I", "lii:i", open_file},
    {"java", UND "openat0(IJII)I", "ilii:i", open_file_at},
    {"java", UND "close0(I)V", "i:", close_file},
    {"java", UND "dup(I)I", "i:i", duplicate_folder},
    {"java", UND "link0(JJ)V", "ll:", link_path},
    {"java", UND "unlink0(J)V", "l:", unlink},
    {"java", UND "unlinkat0(IJI)V", "ili:", unlink_at},
    {"java", UND "mknod0(JIJ)V", "lil:", not_permitted},
    {"java", UND "rename0(JJ)V", "ll:", rename_path},
    {"java", UND "renameat0(IJIJ)V", "ilil:", rename_at},
    {"java", UND "mkdir0(JI)V", "li:", make_folder},
    {"java", UND "rmdir0(J)V", "l:", remove_folder},
    {"java", UND "readlink0(J)[B", "l:r", read_link},
    {"java", UND "realpath0(J)[B", "l:r", real_path},
    {"java", UND "symlink0(JJ)V", "ll:", symlink_path},
    {"java", UND "stat0(J" ATTRIBUTES ")V", "lr:", stat},
    {"java", UND "stat1(J)I", "l:i", stat_mode},
    {"java", UND "lstat0(J" ATTRIBUTES ")V", "lr:", lstat},
    {"java", UND "fstat(I" ATTRIBUTES ")V", "ir:", fstat},
    {"java", UND "fstatat0(IJI" ATTRIBUTES ")V", "ilir:", stat_at},
    {"java", UND "chmod0(JI)V", "li:", change_mode},
    {"java", UND "fchmod(II)V", "ii:", change_file_mode},
    {"java", UND "utimes0(JJJ)V", "lll:", utimes},
    {"java", UND "futimes(IJJ)V", "ill:", futimes},
    {"java", UND "futimens(IJJ)V", "ill:", futimens},
    {"java", UND "lutimes0(JJJ)V", "lll:", lutimes},
    {"java", UND "opendir0(J)J", "l:l", open_folder},
    {"java", UND "fdopendir(I)J", "i:l", folder_of_descriptor},
    {"java", UND "closedir(J)V", "l:", close_file},
    {"java", UND "readdir(J)[B", "l:r", read_folder},
    {"java", UND "read(IJI)I", "ili:i", read_plain},
    {"java", UND "write(IJI)I", "ili:i", write_plain},
    {"java", UND "access0(JI)V", "li:", access},
    {"java", UND "exists0(J)Z", "l:i", exists},
    {"java", UND "strerror(I)[B", "i:r", error_text},
};

static const struct ph_native_info channels[] = {
    {"java", FDI "init()V", ":", ph_java_nothing},
    {"java", FDI "read0(" D "JI)I", "rli:i", read_channel},
    {"java", FDI "pread0(" D "JIJ)I", "rlil:i", read_channel_at},
    {"java", FDI "readv0(" D "JI)J", "rli:l", read_vectors},
    {"java", FDI "write0(" D "JI)I", "rli:i", write_channel},
    {"java", FDI "pwrite0(" D "JIJ)I", "rlil:i", write_channel_at},
    {"java", FDI "writev0(" D "JI)J", "rli:l", write_vectors},
    {"java", FDI "force0(" D "Z)I", "ri:i", force},
    {"java", FDI "seek0(" D "J)J", "rl:l", seek},
    {"java", FDI "truncate0(" D "J)I", "rl:i", truncate},
    {"java", FDI "size0(" D ")J", "r:l", size},
    {"java", FDI "lock0(" D "ZJJZ)I", "rilli:i", lock_file},
    {"java", FDI "release0(" D "JJ)V", "rll:", ph_java_nothing},
    {"java", FDI "close0(" D ")V", "r:", close_channel},
    {"java", FDI "preClose0(" D ")V", "r:", ph_java_nothing},
    {"java", FDI "dup0(" D D ")V", "rr:", duplicate},
    {"java", FDI "closeIntFD(I)V", "i:", close_number},
    {"java", FDI "canTransferToFromOverlappedMap0()Z", ":i", return_true},
    {"java", FDI "setDirect0(" D ")I", "r:i", duplicate},
    {"java", FCI "initIDs()J", ":l", page_bytes},
    {"java", FCI "transferTo0(" D "JJ" D ")J", "rrllr:l", transfer_directly},
    {"java", FCI "maxDirectTransferSize0()I", ":i", direct_bytes_max},
    {"java", IOU "randomBytes([B)Z", "r:i", random_bytes},
    {"java", IOU "makePipe(Z)J", "i:l", no_pipe},
    {"java", IOU "write1(IB)I", "ii:i", no_pipe},
    {"java", IOU "drain(I)Z", "i:i", no_pipe},
    {"java", IOU "drain1(I)I", "i:i", no_pipe},
    {"java", IOU "configureBlocking(" D "Z)V", "ri:", ph_java_nothing},
    {"java", IOU "fdVal(" D ")I", "r:i", number_value},
    {"java", IOU "setfdVal(" D "I)V", "ri:", set_number_value},
    {"java", IOU "fdLimit()I", ":i", number_limit},
    {"java", IOU "iovMax()I", ":i", vectors_max},
    {"java", "sun/nio/ch/NativeThread.init()V", ":", ph_java_nothing},
    {"java", "sun/nio/ch/NativeThread.current()J", ":l", thread_id},
    {"java", "sun/nio/ch/NativeThread.signal(J)V", "l:", ph_java_nothing},
    {"java", "sun/nio/ch/FileKey.init(" D ")V", "rr:", file_key},
};

ph_status ph_java_nio_natives_add(struct ph_java_vm *self)
{
    ph_status status = ph_machine_add_natives_for(self->machine, paths, PH_COUNT(paths), self,
                                                  PH_PRIVILEGE_ALL);
    return status != PH_OK ? status
                           : ph_machine_add_natives_for(self->machine, channels,
                                                        PH_COUNT(channels), self,
                                                        PH_PRIVILEGE_ALL);
}
