/* SPDX-License-Identifier: Apache-2.0 */
/* natives_store.c - sun.nio.fs: where files are kept, whose they are, and copies of them.
 *
 * To a program its image is one file system, "phantom", and each host folder that it was given is
 * another one. All files are its one user's, number 0. There are no extended attributes. */
#include "base/text.h"
#include "lang/java/vm/files.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/unsafe.h"

/* ---- Mounts --------------------------------------------------------------------------------- */

/* A "FILE *" of mounts is a block of memory with the number of the descriptor to be looked at next:
 * what was given to the program has descriptors. */
#define LIST_BYTES 8u

struct mount {
    uint32_t next; /* in: where to look from; out: behind what was found */
    bool found;
    struct ph_java_path name; /* absolute */
    struct ph_host_about about;
};

static ph_errno next_mount_step(struct ph_wasi_call *c, void *context)
{
    struct mount *self = context;
    uint32_t limit = ph_descriptor_limit(&c->descriptors);
    self->found = false;
    while (!self->found && self->next < limit) {
        struct ph_descriptor *d = ph_descriptor_get(&c->descriptors, self->next++);
        if (d == NULL || d->preopen_ref == 0 || ph_wasi_about(c, d, &self->about) != PH_E_OK) {
            continue;
        }
        struct ph_slice name = ph_text_at(c->tree.heap, d->preopen_ref);
        while (name.size > 0 && (name.bytes[0] == '/' || name.bytes[0] == '.')) {
            name.bytes++;
            name.size--;
        }
        size_t size = ph_text_printf(self->name.bytes, sizeof(self->name.bytes), "/%.*s",
                                     (int)PH_MIN(name.size, (uint64_t)PH_PATH_BYTES_MAX - 1),
                                     (const char *)name.bytes);
        self->name.text = (struct ph_slice){(const uint8_t *)self->name.bytes, size};
        self->found = true;
    }
    return PH_E_OK;
}

static enum ph_outcome open_mounts(struct ph_call *call)
{
    uint64_t address = ph_java_memory_new(call, LIST_BYTES);
    return address == 0 ? ph_java_throw_unix(call, PH_E_NOMEM) : ph_java_return(call, address);
}

static bool put_bytes(struct ph_call *call, const char *key, struct ph_slice text)
{
    ph_ref array = ph_java_bytes(call, text);
    if (array != 0) {
        ph_java_set_ref(call, ph_java_argument(call, 1), key, array);
    }
    return array != 0;
}

/* getmntent(list, entry, buffer, bytes): -1: there are no more */
static enum ph_outcome next_mount(struct ph_call *call)
{
    uint8_t *at = ph_java_memory_write(call, call->slots[0], LIST_BYTES);
    struct mount self;
    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    if (at == NULL) {
        return ph_java_throw_unix(call, PH_E_FAULT);
    }
    self.next = ph_load_u32(at);
    (void)ph_io_run_once(call, next_mount_step, &self);
    ph_store_u32(at, self.next);
    if (!self.found) {
        return ph_java_return_int(call, -1);
    }
    bool is_root = self.name.text.size == 1;
    struct ph_slice type = is_root ? PH_SLICE_TEXT("phantom") : PH_SLICE_TEXT("host");
    if (!put_bytes(call, "name:[B", type) || !put_bytes(call, "dir:[B", self.name.text) ||
        !put_bytes(call, "fstype:[B", type) || !put_bytes(call, "opts:[B", PH_SLICE_TEXT("rw"))) {
        return ph_java_out_of_memory(call);
    }
    ph_java_set_number(call, ph_java_argument(call, 1), "dev:J", (int64_t)self.about.device);
    return ph_java_return(call, 0);
}

static enum ph_outcome close_mounts(struct ph_call *call)
{
    (void)ph_java_memory_free(call, call->slots[0]);
    return PH_DONE;
}

/* A line's length is not known: the buffer is not used. */
static enum ph_outcome no_line(struct ph_call *call) { return ph_java_return_int(call, -1); }

#define BLOCK_BYTES 4096u

static enum ph_outcome space(struct ph_call *call)
{
    struct ph_java_path path;
    struct ph_java_space self = {.path = &path};
    ph_ref attributes = ph_java_argument(call, 1);
    ph_errno error = ph_java_path_at(call, 0, &path);
    enum ph_outcome outcome = PH_DONE;
    if (attributes == 0) {
        return ph_java_throw_null(call);
    }
    if (error == PH_E_OK) {
        outcome = ph_io_run(call, ph_java_space_step, &self, &error);
    }
    if (outcome != PH_DONE || error != PH_E_OK) {
        return outcome != PH_DONE ? outcome : ph_java_throw_unix(call, error);
    }
    const struct ph_host_space *space = &self.space;
    ph_java_set_number(call, attributes, "f_frsize:J", BLOCK_BYTES);
    ph_java_set_number(call, attributes, "f_blocks:J", (int64_t)(space->total_bytes / BLOCK_BYTES));
    ph_java_set_number(call, attributes, "f_bfree:J", (int64_t)(space->free_bytes / BLOCK_BYTES));
    ph_java_set_number(call, attributes, "f_bavail:J",
                       (int64_t)(space->usable_bytes / BLOCK_BYTES));
    return PH_DONE;
}

/* ---- Owners --------------------------------------------------------------------------------- */

#define USER "user" /* as user.name has it (natives_system.c) */

static enum ph_outcome user_name(struct ph_call *call)
{
    if (call->slots[0] != 0) {
        return ph_java_throw_unix(call, PH_E_NOENT);
    }
    ph_ref name = ph_java_bytes(call, PH_SLICE_TEXT(USER));
    return name == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, name);
}

static enum ph_outcome user_number(struct ph_call *call)
{
    struct ph_java_path name;
    bool is_user = ph_java_path_at(call, 0, &name) == PH_E_OK &&
                   ph_slice_equal(name.text, PH_SLICE_TEXT(USER));
    return ph_java_return_int(call, is_user ? 0 : -1);
}

/* chown(path, user, group): -1 leaves it as it is; all is the user's anyway. */
static enum ph_outcome change_owner(struct ph_call *call)
{
    int32_t user = ph_java_int(call, 1), group = ph_java_int(call, 2);
    return user <= 0 && user >= -1 && group <= 0 && group >= -1
               ? PH_DONE
               : ph_java_throw_unix(call, PH_E_PERM);
}

static enum ph_outcome no_attribute(struct ph_call *call)
{
    return ph_java_throw_linux(call, PH_JAVA_NO_DATA);
}

static enum ph_outcome no_attributes(struct ph_call *call)
{
    return ph_java_throw_unix(call, PH_E_NOTSUP);
}

/* ---- ct.sym --------------------------------------------------------------------------------- */

struct symbols {
    const struct ph_java_path *path;
    struct ph_slice bytes; /* none: only look */
    bool is_there;
};

static ph_errno symbols_step(struct ph_wasi_call *c, void *context)
{
    struct symbols *self = context;
    struct ph_java_open open = {.path = self->path, .writes = true,
                                .oflags = PH_OFLAG_CREATE | PH_OFLAG_EXCLUSIVE};
    struct ph_wasi_place place;
    struct ph_host_about about;
    struct ph_descriptor *d;
    uint64_t total;
    ph_errno error = ph_java_find_place(c, self->path, &place);
    self->is_there = error == PH_E_OK && ph_io_stat(c, &place, true, &about) == PH_E_OK;
    if (error != PH_E_OK || self->is_there || self->bytes.size == 0 ||
        (error = ph_java_open_step(c, &open)) != PH_E_OK) {
        return error;
    }
    struct ph_span span = {(uint8_t *)(uintptr_t)self->bytes.bytes, self->bytes.size};
    const struct ph_spans spans = {&span, 1, span.bytes};
    error = ph_io_descriptor(c, open.number, 0, &d);
    if (error == PH_E_OK) {
        error = ph_io_write(c, d, &spans, PH_IO_HERE, &total);
    }
    bool is_whole = error == PH_E_OK && total == span.bytes;
    ph_errno closed = ph_io_close(c, open.number);
    return is_whole ? closed : ph_io_unlink(c, &place);
}

void ph_java_place_symbols(struct ph_call *call, const struct ph_java_path *path)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct symbols self = {.path = path};
    ph_errno error;
    if (!ph_slice_equal(path->text, PH_SLICE_TEXT(PH_JAVA_HOME "/lib/ct.sym")) ||
        ph_io_run(call, symbols_step, &self, &error) != PH_DONE || error != PH_E_OK ||
        self.is_there || vm->open_symbols == NULL || !vm->open_symbols(vm, &self.bytes)) {
        return;
    }
    (void)ph_io_run(call, symbols_step, &self, &error);
    vm->free_symbols(&self.bytes);
}

/* ---- Copying a file ------------------------------------------------------------------------- */

#define COPY_BYTES 65536u

struct copy {
    uint32_t to, from;
    struct ph_span buffer;
    bool is_end;
};

/* One piece: from where the target is, so that a step that is started again reads the same. */
static ph_errno copy_step(struct ph_wasi_call *c, void *context)
{
    struct copy *self = context;
    struct ph_descriptor *d;
    uint64_t total;
    ph_errno error = ph_io_descriptor(c, self->to, PH_RIGHT_FD_WRITE, &d);
    if (error != PH_E_OK) {
        return error;
    }
    struct ph_java_transfer read = {.number = self->from, .offset = d->offset};
    read.spans = (struct ph_spans){&self->buffer, 1, self->buffer.bytes};
    error = ph_java_transfer_step(c, &read);
    self->is_end = read.total == 0;
    if (error != PH_E_OK || self->is_end) {
        return error;
    }
    struct ph_span span = {self->buffer.at, read.total};
    struct ph_spans spans = {&span, 1, span.bytes};
    error = ph_io_write(c, d, &spans, PH_IO_HERE, &total);
    return error == PH_E_OK && total < span.bytes ? PH_E_NOSPC : error;
}

static enum ph_outcome copy_file(struct ph_call *call)
{
    struct copy self = {.to = (uint32_t)call->slots[0], .from = (uint32_t)call->slots[1]};
    uint64_t address = ph_java_memory_new(call, COPY_BYTES);
    ph_errno error = PH_E_OK;
    enum ph_outcome outcome = PH_DONE;
    self.buffer = (struct ph_span){ph_java_memory(call, address, COPY_BYTES), COPY_BYTES};
    if (self.buffer.at == NULL) {
        return ph_java_out_of_memory(call);
    }
    while (outcome == PH_DONE && error == PH_E_OK && !self.is_end) {
        outcome = ph_io_run(call, copy_step, &self, &error);
    }
    (void)ph_java_memory_free(call, address);
    return outcome == PH_DONE && error != PH_E_OK ? ph_java_throw_unix(call, error) : outcome;
}

/* ---- The table ------------------------------------------------------------------------------ */

#define UND "sun/nio/fs/UnixNativeDispatcher."
#define LND "sun/nio/fs/LinuxNativeDispatcher."

ph_status ph_java_store_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", LND "setmntent0(JJ)J", "ll:l", open_mounts},
        {"java", LND "getmntent0(JLsun/nio/fs/UnixMountEntry;JI)I", "lrli:i", next_mount},
        {"java", LND "endmntent(J)V", "l:", close_mounts},
        {"java", UND "rewind(J)V", "l:", ph_java_nothing},
        {"java", UND "getlinelen(J)I", "l:i", no_line},
        {"java", UND "statvfs0(JLsun/nio/fs/UnixFileStoreAttributes;)V", "lr:", space},
        {"java", UND "getpwuid(I)[B", "i:r", user_name},
        {"java", UND "getgrgid(I)[B", "i:r", user_name},
        {"java", UND "getpwnam0(J)I", "l:i", user_number},
        {"java", UND "getgrnam0(J)I", "l:i", user_number},
        {"java", UND "chown0(JII)V", "lii:", change_owner},
        {"java", UND "lchown0(JII)V", "lii:", change_owner},
        {"java", UND "fchown(III)V", "iii:", change_owner},
        {"java", "sun/nio/fs/UnixCopyFile.transfer(IIJ)V", "iil:", copy_file},
        {"java", UND "fgetxattr0(IJJI)I", "illi:i", no_attribute},
        {"java", UND "fsetxattr0(IJJI)V", "illi:", no_attributes},
        {"java", UND "fremovexattr0(IJ)V", "il:", no_attribute},
        {"java", UND "flistxattr(IJI)I", "ili:i", no_attributes},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
