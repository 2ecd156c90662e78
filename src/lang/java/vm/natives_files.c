/* SPDX-License-Identifier: Apache-2.0 */
/* natives_files.c - java.io.UnixFileSystem; and what else of the surroundings java.base asks for:
 * environment, time zone, processes.
 *
 * The image's tree has no owners and no permissions: what is there may be read and written. What
 * Java asks to be changed of permissions is answered with whether it is so anyway. */
#include "base/text.h"
#include "lang/java/vm/files.h"
#include "lang/java/vm/natives.h"
#include "port/host_facts.h"

enum { EXISTS = 1, IS_FILE = 2, IS_FOLDER = 4 };               /* FileSystem.BA_* */
enum { MAY_EXECUTE = 1, MAY_WRITE = 2, MAY_READ = 4 };         /* FileSystem.ACCESS_* */

/* The path of the File in a slot. False: *outcome says what was thrown, or is PH_DONE: there can be
 * no file of that name. */
static bool file_path(struct ph_call *call, uint32_t slot, struct ph_java_path *path,
                      enum ph_outcome *outcome)
{
    ph_ref file = ph_java_argument(call, slot);
    *outcome = PH_DONE;
    if (file == 0) {
        *outcome = ph_java_throw_null(call);
        return false;
    }
    return ph_java_path_of(
        call, ph_java_get_ref(ph_java_vm_of(call), file, "path:Ljava/lang/String;"), path);
}

/* What there is under the path of the File in slot 1; type PH_NODE_UNKNOWN: nothing. */
static enum ph_outcome about_file(struct ph_call *call, struct ph_host_about *about)
{
    struct ph_java_path path;
    struct ph_java_about self = {.path = &path};
    ph_errno error = PH_E_NOENT;
    enum ph_outcome outcome;
    if (file_path(call, 1, &path, &outcome)) {
        outcome = ph_io_run(call, ph_java_about_step, &self, &error);
    }
    *about = error == PH_E_OK ? self.about : (struct ph_host_about){0};
    return outcome;
}

/* Runs a step on the File in slot 1 and returns whether it worked. */
static enum ph_outcome return_worked(struct ph_call *call, ph_io_step step, void *context)
{
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, step, context, &error);
    return outcome == PH_DONE ? ph_java_return(call, error == PH_E_OK) : outcome;
}

/* ---- Looking -------------------------------------------------------------------------------- */

static enum ph_outcome attributes(struct ph_call *call)
{
    struct ph_host_about about;
    enum ph_outcome outcome = about_file(call, &about);
    if (outcome != PH_DONE) {
        return outcome;
    }
    uint32_t bits = about.type == PH_NODE_UNKNOWN  ? 0u
                    : about.type == PH_NODE_FILE   ? EXISTS | IS_FILE
                    : about.type == PH_NODE_FOLDER ? EXISTS | IS_FOLDER
                                                   : EXISTS;
    return ph_java_return(call, bits);
}

/* As to the superuser, who programs are: all is allowed but to execute what nobody may. */
static bool is_allowed(const struct ph_host_about *about, uint32_t access)
{
    return about->type != PH_NODE_UNKNOWN &&
           ((access & MAY_EXECUTE) == 0 || (about->permissions & 0111) != 0);
}

static enum ph_outcome check_access(struct ph_call *call)
{
    struct ph_host_about about;
    uint32_t access = (uint32_t)call->slots[2];
    enum ph_outcome outcome = about_file(call, &about);
    return outcome == PH_DONE ? ph_java_return(call, is_allowed(&about, access)) : outcome;
}

/* Of the File in slot 1: those that are in `which` go or come. */
static enum ph_outcome change_permissions(struct ph_call *call, uint32_t which, bool enable)
{
    struct ph_java_path path;
    struct ph_java_permissions self = {
        .path = &path, .permissions = enable ? which : 0, .kept = 0777 & ~which};
    enum ph_outcome outcome;
    if (!file_path(call, 1, &path, &outcome)) {
        return outcome == PH_DONE ? ph_java_return(call, 0) : outcome;
    }
    return return_worked(call, ph_java_permissions_step, &self);
}

/* setPermission(File, access, enable, onlyOwner) */
static enum ph_outcome set_permission(struct ph_call *call)
{
    uint32_t access = (uint32_t)call->slots[2] & 7;
    uint32_t which = call->slots[4] != 0 ? access << 6 : access * 0111;
    return change_permissions(call, which, call->slots[3] != 0);
}

static enum ph_outcome set_read_only(struct ph_call *call)
{
    return change_permissions(call, 0222, false);
}

static enum ph_outcome modified_time(struct ph_call *call)
{
    struct ph_host_about about;
    enum ph_outcome outcome = about_file(call, &about);
    return outcome == PH_DONE ? ph_java_return(call, about.modified_ns / 1000000) : outcome;
}

static enum ph_outcome length(struct ph_call *call)
{
    struct ph_host_about about;
    enum ph_outcome outcome = about_file(call, &about);
    return outcome == PH_DONE ? ph_java_return(call, about.size_bytes) : outcome;
}

/* getSpace(File, what): 0 if it is not there */
static enum ph_outcome space(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_space self = {.path = &path};
    enum ph_outcome outcome;
    ph_errno error = PH_E_NOENT;
    if (file_path(call, 1, &path, &outcome)) {
        outcome = ph_io_run(call, ph_java_space_step, &self, &error);
    }
    const uint64_t answers[] = {self.space.total_bytes, self.space.free_bytes,
                                self.space.usable_bytes};
    uint32_t what = (uint32_t)call->slots[2];
    bool is_good = error == PH_E_OK && what < PH_COUNT(answers);
    return outcome == PH_DONE ? ph_java_return(call, is_good ? answers[what] : 0) : outcome;
}

static enum ph_outcome name_max(struct ph_call *call)
{
    return ph_java_return(call, PH_NAME_BYTES_MAX);
}

struct canonical {
    const struct ph_java_path *from;
    struct ph_java_path to;
};

static ph_errno canonical_step(struct ph_wasi_call *c, void *context)
{
    struct canonical *self = context;
    return ph_java_resolve(c, self->from, false, &self->to);
}

static enum ph_outcome canonical_path(struct ph_call *call)
{
    struct ph_java_path path;
    struct canonical self = {.from = &path};
    ph_errno error = PH_E_NAMETOOLONG;
    enum ph_outcome outcome = PH_DONE;
    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    if (ph_java_path_of(call, ph_java_argument(call, 1), &path)) {
        outcome = ph_io_run(call, canonical_step, &self, &error);
    }
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_errno(call, PH_IO_EXCEPTION, error);
    }
    ph_ref string = ph_java_name_string(call, self.to.text);
    return string == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, string);
}

/* ---- Lists ---------------------------------------------------------------------------------- */

/* Names of a folder, outside of the world: each with its length before it. */
struct names {
    const struct ph_java_path *path;
    struct ph_allocator *allocator;
    uint8_t *bytes;
    size_t size, capacity;
    uint32_t count;
    bool is_full; /* no memory */
};

static bool put_name(struct ph_wasi_call *c, void *context, const struct ph_wasi_entry *entry)
{
    struct names *self = context;
    size_t wanted = self->size + sizeof(uint32_t) + (size_t)entry->name.size;
    (void)c;
    if (ph_slice_equal(entry->name, PH_SLICE_TEXT(".")) ||
        ph_slice_equal(entry->name, PH_SLICE_TEXT(".."))) {
        return true;
    }
    if (wanted > self->capacity) {
        size_t capacity = PH_MAX(wanted, 2 * self->capacity);
        uint8_t *larger = ph_resize(self->allocator, self->bytes, self->capacity, capacity);
        self->is_full = larger == NULL;
        if (self->is_full) {
            return false;
        }
        self->bytes = larger;
        self->capacity = capacity;
    }
    ph_store_u32(self->bytes + self->size, (uint32_t)entry->name.size);
    memcpy(self->bytes + self->size + sizeof(uint32_t), entry->name.bytes,
           (size_t)entry->name.size);
    self->size = wanted;
    self->count++;
    return true;
}

/* A folder is listed through a descriptor of its own, which is gone when the step is done. */
static ph_errno list_step(struct ph_wasi_call *c, void *context)
{
    struct names *self = context;
    struct ph_java_open open = {.path = self->path, .reads = true, .takes_folders = true,
                                .oflags = PH_OFLAG_DIRECTORY};
    struct ph_io_listing listing = {put_name, self};
    struct ph_descriptor *d;
    self->size = 0;
    self->count = 0;
    ph_errno error = ph_java_open_step(c, &open);
    if (error != PH_E_OK) {
        return error;
    }
    error = ph_io_descriptor(c, open.number, PH_RIGHT_FD_READDIR, &d);
    if (error == PH_E_OK) {
        error = ph_io_list(c, d, 0, &listing);
    }
    ph_errno closed = ph_io_close(c, open.number);
    error = error != PH_E_OK ? error : closed;
    return error == PH_E_OK && self->is_full ? PH_E_NOMEM : error;
}

static ph_ref array_of_names(struct ph_call *call, const struct names *names)
{
    struct ph_root array;
    const uint8_t *at = names->bytes;
    ph_root_push(call->mutator, &array,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", names->count));
    for (uint32_t i = 0; array.ref != 0 && i < names->count; i++) {
        uint32_t size = ph_load_u32(at);
        ph_ref name = ph_java_name_string(call, (struct ph_slice){at + sizeof(uint32_t), size});
        struct ph_refs *items = ph_address(call->mutator->heap, array.ref);
        at += sizeof(uint32_t) + size;
        if (name == 0) {
            array.ref = 0;
            break;
        }
        PH_SET_REF(call->mutator, items->items[i], name);
    }
    ph_root_pop(call->mutator, &array);
    return array.ref;
}

static enum ph_outcome list(struct ph_call *call)
{
    struct ph_java_path path;
    struct names names = {.path = &path, .allocator = ph_java_vm_of(call)->allocator};
    ph_errno error = PH_E_NOENT;
    enum ph_outcome outcome;
    if (file_path(call, 1, &path, &outcome)) {
        outcome = ph_io_run(call, list_step, &names, &error);
    }
    if (outcome == PH_DONE && error == PH_E_OK) {
        ph_ref array = array_of_names(call, &names);
        outcome = array == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, array);
    } else if (outcome == PH_DONE) {
        outcome = ph_java_return(call, 0);
    }
    ph_free(names.allocator, names.bytes, names.capacity);
    return outcome;
}

/* ---- Changes -------------------------------------------------------------------------------- */

/* Changes what lies under the File in slot 1. */
static enum ph_outcome change(struct ph_call *call,
                              ph_errno (*run)(struct ph_wasi_call *, const struct ph_wasi_place *))
{
    struct ph_java_path path;
    struct ph_java_change self = {run, &path};
    enum ph_outcome outcome;
    if (!file_path(call, 1, &path, &outcome)) {
        return outcome == PH_DONE ? ph_java_return(call, 0) : outcome;
    }
    return return_worked(call, ph_java_change_step, &self);
}

static enum ph_outcome create_folder(struct ph_call *call)
{
    return change(call, ph_io_make_folder);
}

static enum ph_outcome delete(struct ph_call *call) { return change(call, ph_java_remove); }

static enum ph_outcome rename_file(struct ph_call *call)
{
    struct ph_java_path from, to;
    struct ph_java_change2 self = {ph_io_rename, &from, &to};
    enum ph_outcome outcome;
    if (!file_path(call, 1, &from, &outcome) || !file_path(call, 2, &to, &outcome)) {
        return outcome == PH_DONE ? ph_java_return(call, 0) : outcome;
    }
    return return_worked(call, ph_java_change2_step, &self);
}

static enum ph_outcome set_modified_time(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_times self = {.path = &path};
    enum ph_outcome outcome;
    self.times = (struct ph_host_times){PH_HOST_KEEP, call->slots[2] * 1000000};
    if (!file_path(call, 1, &path, &outcome)) {
        return outcome == PH_DONE ? ph_java_return(call, 0) : outcome;
    }
    return return_worked(call, ph_java_times_step, &self);
}

static ph_errno create_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_open open = {.path = context, .reads = true, .writes = true,
                                .takes_folders = true,
                                .oflags = PH_OFLAG_CREATE | PH_OFLAG_EXCLUSIVE};
    ph_errno error = ph_java_open_step(c, &open);
    return error != PH_E_OK ? error : ph_io_close(c, open.number);
}

static enum ph_outcome create_exclusively(struct ph_call *call)
{
    struct ph_java_path path;
    ph_errno error = PH_E_NAMETOOLONG;
    enum ph_outcome outcome = PH_DONE;
    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    if (ph_java_path_of(call, ph_java_argument(call, 1), &path)) {
        outcome = ph_io_run(call, create_step, &path, &error);
    }
    if (outcome != PH_DONE) {
        return outcome;
    }
    return error == PH_E_OK || error == PH_E_EXIST
               ? ph_java_return(call, error == PH_E_OK)
               : ph_java_throw_errno(call, PH_IO_EXCEPTION, error);
}

/* ---- Surroundings --------------------------------------------------------------------------- */

static const struct ph_program *program_of(const struct ph_call *call)
{
    return ph_address(call->mutator->heap, call->thread->program_ref);
}

/* Item `index` of the program's environment, "K=V"; false: there are no more. */
static bool variable(const struct ph_call *call, uint32_t index, struct ph_slice *name,
                     struct ph_slice *value)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref items_ref = program_of(call)->environment_ref;
    const struct ph_refs *items = items_ref == 0 ? NULL : ph_address(heap, items_ref);
    if (items == NULL || index >= items->length || items->items[index] == 0) {
        return false;
    }
    struct ph_slice text = ph_java_slice(heap, items->items[index]);
    uint64_t at = 0;
    while (at < text.size && text.bytes[at] != '=') {
        at++;
    }
    *name = (struct ph_slice){text.bytes, at};
    at = PH_MIN(at + 1, text.size);
    *value = (struct ph_slice){text.bytes + at, text.size - at};
    return true;
}

/* byte[][]: name, value, name, value … The texts in the world are pinned. */
static enum ph_outcome environ(struct ph_call *call)
{
    struct ph_slice parts[2];
    struct ph_root array;
    uint32_t count = 0;
    while (variable(call, count, &parts[0], &parts[1])) {
        count++;
    }
    ph_root_push(call->mutator, &array, ph_java_new_array_named(call, "[[B", 2 * count));
    for (uint32_t i = 0; array.ref != 0 && i < 2 * count; i++) {
        bool is_there = variable(call, i / 2, &parts[0], &parts[1]);
        ph_ref bytes = is_there ? ph_java_bytes(call, parts[i % 2]) : 0;
        struct ph_refs *items = ph_address(call->mutator->heap, array.ref);
        if (bytes == 0) {
            array.ref = 0;
            break;
        }
        PH_SET_REF(call->mutator, items->items[i], bytes);
    }
    ph_root_pop(call->mutator, &array);
    return array.ref == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, array.ref);
}

/* TZ, if the program was given one: a zone's name. Else the host's; else Java takes GMT. */
static enum ph_outcome time_zone(struct ph_call *call)
{
    struct ph_slice name, value;
    char host[256];
    for (uint32_t i = 0; variable(call, i, &name, &value); i++) {
        if (!ph_slice_equal(name, PH_SLICE_TEXT("TZ"))) {
            continue;
        }
        if (value.size > 0 && value.bytes[0] == ':') {
            value = (struct ph_slice){value.bytes + 1, value.size - 1};
        }
        ph_ref string = value.size == 0 ? 0 : ph_java_name_string(call, value);
        return ph_java_return(call, string);
    }
    return ph_java_return(call, ph_host_time_zone(host, sizeof(host))
                                    ? ph_java_string_of(call, host)
                                    : 0);
}

static enum ph_outcome return_null(struct ph_call *call) { return ph_java_return(call, 0); }

/* A program is the one process that it knows of; its id is its number in the image. */
enum ph_outcome ph_java_process_id(struct ph_call *call)
{
    return ph_java_return(call, program_of(call)->id);
}

static enum ph_outcome process_start_time(struct ph_call *call)
{
    bool is_own = call->slots[0] == program_of(call)->id;
    return ph_java_return(call, is_own ? 0 : (uint64_t)-1);
}

static enum ph_outcome return_minus_one(struct ph_call *call)
{
    return ph_java_return(call, (uint64_t)-1);
}

static enum ph_outcome minus_one_int(struct ph_call *call) { return ph_java_return_int(call, -1); }

static enum ph_outcome refuse_fork(struct ph_call *call)
{
    return ph_java_throw(call, PH_IO_EXCEPTION,
                         "a program in an image cannot start processes of the host");
}

/* jdk.internal.perf.Perf: a buffer with a counter in it. */
static enum ph_outcome create_counter(struct ph_call *call)
{
    const uint64_t arguments[] = {call->slots[4]};
    return ph_java_call(call, "phantom/vm/Counters", "create(J)Ljava/lang/Object;", arguments, 1);
}

/* ---- The table ------------------------------------------------------------------------------ */

#define FS "java/io/UnixFileSystem."
#define FILE_ARG "Ljava/io/File;"

/* Preferences.lockFile0(name, permissions, isShared): a handle and no error. Nobody else has the
 * image's files, so there is nothing to lock. */
static enum ph_outcome lock_preferences(struct ph_call *call)
{
    ph_ref pair = ph_java_new_array_named(call, "[I", 2);
    if (pair != 0) {
        struct ph_bytes *items = ph_address(call->mutator->heap, pair);
        ph_touch(call->mutator, items->data, sizeof(uint32_t));
        ph_store_u32(items->data, 1);
    }
    return ph_java_return_ref(call, pair);
}

#define PREFERENCES "java/util/prefs/FileSystemPreferences."

static const struct ph_native_info natives[] = {
    {"java", FS "canonicalize0(Ljava/lang/String;)Ljava/lang/String;", "rr:r", canonical_path},
    {"java", FS "getBooleanAttributes0(" FILE_ARG ")I", "rr:i", attributes},
    {"java", FS "checkAccess(" FILE_ARG "I)Z", "rri:i", check_access},
    {"java", FS "getLastModifiedTime(" FILE_ARG ")J", "rr:l", modified_time},
    {"java", FS "getLength(" FILE_ARG ")J", "rr:l", length},
    {"java", FS "setPermission(" FILE_ARG "IZZ)Z", "rriii:i", set_permission},
    {"java", FS "createFileExclusively(Ljava/lang/String;)Z", "rr:i", create_exclusively},
    {"java", FS "delete0(" FILE_ARG ")Z", "rr:i", delete},
    {"java", FS "list(" FILE_ARG ")[Ljava/lang/String;", "rr:r", list},
    {"java", FS "createDirectory(" FILE_ARG ")Z", "rr:i", create_folder},
    {"java", FS "rename0(" FILE_ARG FILE_ARG ")Z", "rrr:i", rename_file},
    {"java", FS "setLastModifiedTime(" FILE_ARG "J)Z", "rrl:i", set_modified_time},
    {"java", FS "setReadOnly(" FILE_ARG ")Z", "rr:i", set_read_only},
    {"java", FS "getSpace(" FILE_ARG "I)J", "rri:l", space},
    {"java", FS "getNameMax0(Ljava/lang/String;)J", "rr:l", name_max},
    {"java", PREFERENCES "chmod(Ljava/lang/String;I)I", "ri:i", return_null},
    {"java", PREFERENCES "lockFile0(Ljava/lang/String;IZ)[I", "rii:r", lock_preferences},
    {"java", PREFERENCES "unlockFile0(I)I", "i:i", return_null},
    {"java", "java/lang/ProcessEnvironment.environ()[[B", ":r", environ},
    {"java", "java/util/TimeZone.getSystemTimeZoneID(Ljava/lang/String;)Ljava/lang/String;", "r:r",
     time_zone},
    {"java", "java/util/TimeZone.getSystemGMTOffsetID()Ljava/lang/String;", ":r", return_null},
    {"java", "jdk/internal/perf/Perf.createLong(Ljava/lang/String;IIJ)Ljava/nio/ByteBuffer;",
     "rriil:r", create_counter},
    {"java", "java/lang/ProcessImpl.init()V", ":", ph_java_nothing},
    {"java", "java/lang/ProcessImpl.forkAndExec(I[B[B[BI[BI[B[IZ)I", "rirrririrri:i", refuse_fork},
    {"java", "java/lang/ProcessHandleImpl.getCurrentPid0()J", ":l", ph_java_process_id},
    {"java", "java/lang/ProcessHandleImpl.isAlive0(J)J", "l:l", process_start_time},
    {"java", "java/lang/ProcessHandleImpl.parent0(JJ)J", "ll:l", return_minus_one},
    {"java", "java/lang/ProcessHandleImpl.getProcessPids0(J[J[J[J)I", "lrrr:i", return_null},
    {"java", "java/lang/ProcessHandleImpl.destroy0(JJZ)Z", "lli:i", return_null},
    {"java", "java/lang/ProcessHandleImpl.waitForProcessExit0(JZ)I", "li:i", minus_one_int},
    {"java", "java/lang/ProcessHandleImpl$Info.info0(J)V", "rl:", ph_java_nothing},
};

ph_status ph_java_files_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
