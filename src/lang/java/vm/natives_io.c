/* SPDX-License-Identifier: Apache-2.0 */
/* natives_io.c - java.io's streams, RandomAccessFile and Console. */
#include "base/text.h"
#include "lang/java/vm/files.h"

#define FD "fd:I"
#define STREAM_FD "fd:Ljava/io/FileDescriptor;"

/* The number that the FileDescriptor in the receiver's field `fd` holds; -1: closed. */
static int32_t number_of(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref descriptor = ph_java_get_ref(vm, ph_java_argument(call, 0), STREAM_FD);
    return descriptor == 0 ? -1 : (int32_t)ph_java_get_number(vm, descriptor, FD);
}

static enum ph_outcome stream_closed(struct ph_call *call)
{
    return ph_java_throw(call, PH_IO_EXCEPTION, "Stream Closed");
}

static enum ph_outcome fail(struct ph_call *call, ph_errno error)
{
    return ph_java_throw_errno(call, PH_IO_EXCEPTION, error);
}

/* Runs a step whose result is nothing but that it worked. */
static enum ph_outcome run(struct ph_call *call, ph_io_step step, void *context)
{
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, step, context, &error);
    return outcome == PH_DONE && error != PH_E_OK ? fail(call, error) : outcome;
}

/* ---- FileDescriptor ------------------------------------------------------------------------- */

static enum ph_outcome get_handle(struct ph_call *call)
{
    return ph_java_return(call, (uint64_t)-1);
}

static ph_errno append_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_number *self = context;
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    self->flag = error == PH_E_OK && (d->flags & PH_FDFLAG_APPEND) != 0;
    return PH_E_OK;
}

static enum ph_outcome get_append(struct ph_call *call)
{
    struct ph_java_number number = {(uint32_t)call->slots[0], false};
    enum ph_outcome outcome = run(call, append_step, &number);
    return outcome == PH_DONE ? ph_java_return(call, number.flag) : outcome;
}

static enum ph_outcome close_descriptor(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref descriptor = ph_java_argument(call, 0);
    struct ph_java_number number = {(uint32_t)ph_java_get_number(vm, descriptor, FD), false};
    if (number.number == UINT32_MAX) {
        return PH_DONE;
    }
    ph_java_set_number(call, descriptor, FD, -1);
    return run(call, ph_java_close_step, &number);
}

static enum ph_outcome cleanup_close(struct ph_call *call)
{
    struct ph_java_number number = {(uint32_t)call->slots[0], false};
    return run(call, ph_java_close_step, &number);
}

static enum ph_outcome sync_descriptor(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_java_number number = {
        (uint32_t)ph_java_get_number(vm, ph_java_argument(call, 0), FD), false};
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, ph_java_sync_step, &number, &error);
    return outcome == PH_DONE && error != PH_E_OK
               ? ph_java_throw(call, "java/io/SyncFailedException", "sync failed")
               : outcome;
}

/* ---- Opening -------------------------------------------------------------------------------- */

static enum ph_outcome not_found(struct ph_call *call, const struct ph_java_path *path,
                                 ph_errno error)
{
    char text[PH_PATH_BYTES_MAX + 64];
    (void)ph_text_printf(text, sizeof(text), "%s (%s)", path->bytes, ph_java_errno_text(error));
    return ph_java_throw(call, "java/io/FileNotFoundException", text);
}

/* Opens the path in slot 1 for the receiver. */
static enum ph_outcome open_for(struct ph_call *call, struct ph_java_open *open)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_java_path path;
    ph_errno error = PH_E_NAMETOOLONG;
    enum ph_outcome outcome = PH_DONE;
    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    if (ph_java_path_of(call, ph_java_argument(call, 1), &path)) {
        open->path = &path;
        outcome = ph_io_run(call, ph_java_open_step, open, &error);
    }
    if (outcome != PH_DONE) {
        return outcome;
    }
    if (error != PH_E_OK) {
        return not_found(call, &path, error);
    }
    ph_ref descriptor = ph_java_get_ref(vm, ph_java_argument(call, 0), STREAM_FD);
    if (descriptor == 0) {
        return ph_java_throw_null(call);
    }
    ph_java_set_number(call, descriptor, FD, open->number);
    ph_java_set_number(call, descriptor, "append:Z", (open->fdflags & PH_FDFLAG_APPEND) != 0);
    return PH_DONE;
}

static enum ph_outcome open_input(struct ph_call *call)
{
    struct ph_java_open open = {.reads = true};
    return open_for(call, &open);
}

static enum ph_outcome open_output(struct ph_call *call)
{
    bool appends = call->slots[2] != 0;
    struct ph_java_open open = {.writes = true,
                                .oflags = PH_OFLAG_CREATE | (appends ? 0u : PH_OFLAG_TRUNCATE),
                                .fdflags = appends ? PH_FDFLAG_APPEND : 0u};
    return open_for(call, &open);
}

enum { RANDOM_WRITE = 2, RANDOM_SYNC = 4, RANDOM_DSYNC = 8 }; /* RandomAccessFile's modes */

static enum ph_outcome open_random(struct ph_call *call)
{
    uint32_t mode = (uint32_t)call->slots[2];
    bool writes = (mode & RANDOM_WRITE) != 0;
    struct ph_java_open open = {.reads = true, .writes = writes};
    open.oflags = writes ? PH_OFLAG_CREATE : 0u;
    open.fdflags = (mode & RANDOM_SYNC ? PH_FDFLAG_SYNC : 0u) |
                   (mode & RANDOM_DSYNC ? PH_FDFLAG_DSYNC : 0u);
    return open_for(call, &open);
}

/* ---- Reading and writing -------------------------------------------------------------------- */

#define TOO_FAR "java/lang/IndexOutOfBoundsException"

static enum ph_outcome transfer(struct ph_call *call, struct ph_java_transfer *self,
                                const struct ph_span *span)
{
    int32_t number = number_of(call);
    if (number < 0) {
        return stream_closed(call);
    }
    self->number = (uint32_t)number;
    self->offset = PH_IO_HERE;
    self->spans = (struct ph_spans){span, 1, span->bytes};
    return run(call, ph_java_transfer_step, self);
}

static enum ph_outcome read_bytes(struct ph_call *call)
{
    struct ph_java_transfer self = {0};
    struct ph_span span;
    enum ph_outcome outcome = PH_DONE;
    if (!ph_java_part(call, 1, TOO_FAR, &span, &outcome)) {
        return outcome;
    }
    if (span.bytes == 0) {
        return ph_java_return(call, 0);
    }
    outcome = transfer(call, &self, &span);
    return outcome == PH_DONE
               ? ph_java_return_int(call, self.total == 0 ? -1 : (int32_t)self.total)
               : outcome;
}

static enum ph_outcome write_bytes(struct ph_call *call)
{
    struct ph_java_transfer self = {.is_write = true, .writes_all = true};
    struct ph_span span;
    enum ph_outcome outcome = PH_DONE;
    if (!ph_java_part(call, 1, TOO_FAR, &span, &outcome) || span.bytes == 0) {
        return outcome;
    }
    return transfer(call, &self, &span);
}

/* One byte goes by way of the call's own slot, which lies in the world. */
static enum ph_outcome read_one(struct ph_call *call)
{
    struct ph_java_transfer self = {0};
    uint64_t receiver = call->slots[0];
    struct ph_span span = {(uint8_t *)&call->slots[0], 1};
    int32_t number = number_of(call);
    if (number < 0) {
        return stream_closed(call);
    }
    self = (struct ph_java_transfer){.number = (uint32_t)number, .offset = PH_IO_HERE,
                                     .spans = {&span, 1, 1}};
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, ph_java_transfer_step, &self, &error);
    uint8_t byte = span.at[0];
    if (outcome == PH_DONE && error == PH_E_OK) {
        return ph_java_return_int(call, self.total == 0 ? -1 : byte);
    }
    call->slots[0] = receiver;
    return outcome != PH_DONE ? outcome : fail(call, error);
}

static enum ph_outcome write_one(struct ph_call *call)
{
    struct ph_java_transfer self = {.is_write = true, .writes_all = true};
    struct ph_span span = {(uint8_t *)&call->slots[1], 1}; /* its lowest byte */
    return transfer(call, &self, &span);
}

/* ---- Positions ------------------------------------------------------------------------------ */

static enum ph_outcome about_of(struct ph_call *call, struct ph_host_about *about)
{
    int32_t number = number_of(call);
    struct ph_java_about self = {.number = (uint32_t)number};
    if (number < 0) {
        return stream_closed(call);
    }
    enum ph_outcome outcome = run(call, ph_java_about_step, &self);
    *about = self.about;
    return outcome;
}

static enum ph_outcome seek(struct ph_call *call, bool is_set, uint64_t *offset)
{
    int32_t number = number_of(call);
    struct ph_java_seek self = {(uint32_t)number, is_set, *offset};
    if (number < 0) {
        return stream_closed(call);
    }
    enum ph_outcome outcome = run(call, ph_java_seek_step, &self);
    *offset = self.offset;
    return outcome;
}

static enum ph_outcome length(struct ph_call *call)
{
    struct ph_host_about about = {0};
    enum ph_outcome outcome = about_of(call, &about);
    return outcome == PH_DONE ? ph_java_return(call, about.size_bytes) : outcome;
}

static enum ph_outcome position(struct ph_call *call)
{
    uint64_t offset = 0;
    enum ph_outcome outcome = seek(call, false, &offset);
    return outcome == PH_DONE ? ph_java_return(call, offset) : outcome;
}

static enum ph_outcome set_position(struct ph_call *call)
{
    uint64_t offset = call->slots[1];
    if ((int64_t)offset < 0) {
        return ph_java_throw(call, PH_IO_EXCEPTION, "Negative seek offset");
    }
    return seek(call, true, &offset);
}

struct skip {
    struct ph_java_seek seek;
    int64_t count;
};

static ph_errno skip_step(struct ph_wasi_call *c, void *context)
{
    struct skip *self = context;
    self->seek.is_set = false;
    ph_errno error = ph_java_seek_step(c, &self->seek);
    int64_t old = (int64_t)self->seek.offset, new;
    if (error != PH_E_OK) {
        return error;
    }
    if (__builtin_add_overflow(old, self->count, &new) || new < 0) {
        return PH_E_INVAL;
    }
    self->seek.is_set = true;
    self->seek.offset = (uint64_t)new;
    return ph_java_seek_step(c, &self->seek);
}

static enum ph_outcome skip_bytes(struct ph_call *call)
{
    int32_t number = number_of(call);
    struct skip self = {{(uint32_t)number, false, 0}, (int64_t)call->slots[1]};
    if (number < 0) {
        return stream_closed(call);
    }
    enum ph_outcome outcome = run(call, skip_step, &self);
    return outcome == PH_DONE ? ph_java_return(call, (uint64_t)self.count) : outcome;
}

static ph_errno available_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_size *self = context;
    struct ph_host_about about;
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    self->bytes = 0;
    if (error == PH_E_OK && d->kind == PH_DESCRIPTOR_INPUT) {
        error = ph_wasi_input_ready(c, &self->bytes);
        return error == PH_E_AGAIN ? PH_E_OK : error;
    }
    if (error == PH_E_OK) {
        error = ph_wasi_about(c, d, &about);
    }
    if (error == PH_E_OK) {
        self->bytes = about.size_bytes > d->offset ? about.size_bytes - d->offset : 0;
    }
    return error;
}

static enum ph_outcome available(struct ph_call *call)
{
    int32_t number = number_of(call);
    struct ph_java_size self = {(uint32_t)number, 0};
    if (number < 0) {
        return stream_closed(call);
    }
    enum ph_outcome outcome = run(call, available_step, &self);
    return outcome == PH_DONE
               ? ph_java_return(call, PH_MIN(self.bytes, (uint64_t)INT32_MAX))
               : outcome;
}

static enum ph_outcome set_length(struct ph_call *call)
{
    int32_t number = number_of(call);
    struct ph_java_size self = {(uint32_t)number, call->slots[1]};
    if (number < 0) {
        return stream_closed(call);
    }
    struct ph_java_seek at = {(uint32_t)number, false, 0};
    enum ph_outcome outcome = run(call, ph_java_set_size_step, &self);
    if (outcome != PH_DONE) {
        return outcome;
    }
    outcome = run(call, ph_java_seek_step, &at);
    if (outcome != PH_DONE || at.offset <= self.bytes) {
        return outcome;
    }
    at = (struct ph_java_seek){(uint32_t)number, true, self.bytes};
    return run(call, ph_java_seek_step, &at);
}

/* ---- Console -------------------------------------------------------------------------------- */

/* Bit i: descriptor i is a terminal. */
static enum ph_outcome terminals(struct ph_call *call, uint32_t *bits)
{
    *bits = 0;
    for (uint32_t i = 0; i <= 2; i++) {
        struct ph_java_about self = {.number = i};
        ph_errno error;
        enum ph_outcome outcome = ph_io_run(call, ph_java_about_step, &self, &error);
        if (outcome != PH_DONE) {
            return outcome;
        }
        *bits |= error == PH_E_OK && self.about.type == PH_NODE_CHARACTER ? 1u << i : 0u;
    }
    return PH_DONE;
}

static enum ph_outcome is_terminal(struct ph_call *call)
{
    uint32_t bits;
    enum ph_outcome outcome = terminals(call, &bits);
    return outcome == PH_DONE ? ph_java_return(call, (bits & 3) == 3) : outcome;
}

static enum ph_outcome terminal_status(struct ph_call *call)
{
    uint32_t bits;
    enum ph_outcome outcome = terminals(call, &bits);
    return outcome == PH_DONE ? ph_java_return(call, bits) : outcome;
}

static enum ph_outcome console_encoding(struct ph_call *call) { return ph_java_return(call, 0); }

static enum ph_outcome console_echo(struct ph_call *call)
{
    return ph_java_throw(call, PH_IO_EXCEPTION,
                         "the console of an image cannot hide what is typed");
}

/* ---- The table ------------------------------------------------------------------------------ */

static const struct ph_native_info natives[] = {
    {"java", "java/io/FileDescriptor.getHandle(I)J", "i:l", get_handle},
    {"java", "java/io/FileDescriptor.getAppend(I)Z", "i:i", get_append},
    {"java", "java/io/FileDescriptor.close0()V", "r:", close_descriptor},
    {"java", "java/io/FileDescriptor.sync()V", "r:", sync_descriptor},
    {"java", "java/io/FileCleanable.cleanupClose0(IJ)V", "il:", cleanup_close},
    {"java", "java/io/FileInputStream.open0(Ljava/lang/String;)V", "rr:", open_input},
    {"java", "java/io/FileInputStream.read0()I", "r:i", read_one},
    {"java", "java/io/FileInputStream.readBytes([BII)I", "rrii:i", read_bytes},
    {"java", "java/io/FileInputStream.length0()J", "r:l", length},
    {"java", "java/io/FileInputStream.position0()J", "r:l", position},
    {"java", "java/io/FileInputStream.skip0(J)J", "rl:l", skip_bytes},
    {"java", "java/io/FileInputStream.available0()I", "r:i", available},
    {"java", "java/io/FileOutputStream.open0(Ljava/lang/String;Z)V", "rri:", open_output},
    {"java", "java/io/FileOutputStream.write(IZ)V", "rii:", write_one},
    {"java", "java/io/FileOutputStream.writeBytes([BIIZ)V", "rriii:", write_bytes},
    {"java", "java/io/RandomAccessFile.open0(Ljava/lang/String;I)V", "rri:", open_random},
    {"java", "java/io/RandomAccessFile.read0()I", "r:i", read_one},
    {"java", "java/io/RandomAccessFile.readBytes([BII)I", "rrii:i", read_bytes},
    {"java", "java/io/RandomAccessFile.write0(I)V", "ri:", write_one},
    {"java", "java/io/RandomAccessFile.writeBytes([BII)V", "rrii:", write_bytes},
    {"java", "java/io/RandomAccessFile.getFilePointer()J", "r:l", position},
    {"java", "java/io/RandomAccessFile.seek0(J)V", "rl:", set_position},
    {"java", "java/io/RandomAccessFile.length()J", "r:l", length},
    {"java", "java/io/RandomAccessFile.setLength(J)V", "rl:", set_length},
    {"java", "java/io/Console.istty()Z", ":i", is_terminal},
    {"java", "java/io/Console.ttyStatus()I", ":i", terminal_status},
    {"java", "java/io/Console.encoding()Ljava/lang/String;", ":r", console_encoding},
    {"java", "java/io/Console.echo(Z)Z", "i:i", console_echo},
};

ph_status ph_java_io_natives_add(struct ph_java_vm *self)
{
    ph_status (*const others[])(struct ph_java_vm *) = {ph_java_files_natives_add,
                                                        ph_java_zip_natives_add,
                                                        ph_java_nio_natives_add,
                                                        ph_java_mapped_natives_add,
                                                        ph_java_store_natives_add,
                                                        ph_java_watch_natives_add,
                                                        ph_java_net_natives_add};
    ph_status status = ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                                  PH_PRIVILEGE_ALL);
    for (uint32_t i = 0; status == PH_OK && i < PH_COUNT(others); i++) {
        status = others[i](self);
    }
    return status;
}
