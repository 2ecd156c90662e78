/* SPDX-License-Identifier: Apache-2.0 */
/* files.c - errors and paths as Java knows them, and the steps of its natives. */
#include "lang/java/vm/files.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/unsafe.h"

#define LINKS_MAX 40u

/* ---- Errors --------------------------------------------------------------------------------- */

static const struct {
    ph_errno error;
    uint32_t number; /* Linux' */
    const char *text;
} errors[] = {
    {PH_E_PERM, 1, "Operation not permitted"},
    {PH_E_NOTCAPABLE, 1, "Operation not permitted"},
    {PH_E_NOENT, 2, "No such file or directory"},
    {PH_E_INTR, 4, "Interrupted system call"},
    {PH_E_IO, 5, "Input/output error"},
    {PH_E_NXIO, 6, "No such device or address"},
    {PH_E_2BIG, 7, "Argument list too long"},
    {PH_E_BADF, 9, "Bad file descriptor"},
    {PH_E_AGAIN, 11, "Resource temporarily unavailable"},
    {PH_E_NOMEM, 12, "Cannot allocate memory"},
    {PH_E_ACCES, 13, "Permission denied"},
    {PH_E_FAULT, 14, "Bad address"},
    {PH_E_BUSY, 16, "Device or resource busy"},
    {PH_E_EXIST, 17, "File exists"},
    {PH_E_XDEV, 18, "Invalid cross-device link"},
    {PH_E_NODEV, 19, "No such device"},
    {PH_E_NOTDIR, 20, "Not a directory"},
    {PH_E_ISDIR, 21, "Is a directory"},
    {PH_E_INVAL, 22, "Invalid argument"},
    {PH_E_NFILE, 23, "Too many open files in system"},
    {PH_E_MFILE, 24, "Too many open files"},
    {PH_E_TXTBSY, 26, "Text file busy"},
    {PH_E_FBIG, 27, "File too large"},
    {PH_E_NOSPC, 28, "No space left on device"},
    {PH_E_SPIPE, 29, "Illegal seek"},
    {PH_E_ROFS, 30, "Read-only file system"},
    {PH_E_MLINK, 31, "Too many links"},
    {PH_E_PIPE, 32, "Broken pipe"},
    {PH_E_NAMETOOLONG, 36, "File name too long"},
    {PH_E_NOSYS, 38, "Function not implemented"},
    {PH_E_NOTEMPTY, 39, "Directory not empty"},
    {PH_E_LOOP, 40, "Too many levels of symbolic links"},
    {PH_E_OK, PH_JAVA_NO_DATA, "No data available"}, /* which WASI does not have */
    {PH_E_OVERFLOW, 75, "Value too large for defined data type"},
    {PH_E_ILSEQ, 84, "Invalid or incomplete multibyte or wide character"},
    {PH_E_NOTSOCK, 88, "Socket operation on non-socket"},
    {PH_E_NOTSUP, 95, "Operation not supported"},
    {PH_E_STALE, 116, "Stale file handle"},
    {PH_E_DQUOT, 122, "Disk quota exceeded"},
};

static uint32_t row_of(ph_errno error)
{
    for (uint32_t i = 0; i < PH_COUNT(errors); i++) {
        if (errors[i].error == error) {
            return i;
        }
    }
    return row_of(PH_E_IO);
}

uint32_t ph_java_errno_number(ph_errno error) { return errors[row_of(error)].number; }
const char *ph_java_errno_text(ph_errno error) { return errors[row_of(error)].text; }

const char *ph_java_linux_text(uint32_t number)
{
    for (uint32_t i = 0; i < PH_COUNT(errors); i++) {
        if (errors[i].number == number) {
            return errors[i].text;
        }
    }
    return "Unknown error";
}

enum ph_outcome ph_java_throw_errno(struct ph_call *call, const char *class_name, ph_errno error)
{
    return ph_java_throw(call, class_name, ph_java_errno_text(error));
}

/* ---- Names ---------------------------------------------------------------------------------- */

static bool is_surrogate(const char *at, uint8_t low, uint8_t high)
{
    return (uint8_t)at[0] == 0xed && (uint8_t)at[1] >= low && (uint8_t)at[1] <= high;
}

/* Modified UTF-8 becomes UTF-8: a pair of surrogates is one character of four bytes. */
static size_t to_utf8(char *text, size_t size)
{
    size_t to = 0;
    for (size_t from = 0; from < size;) {
        if (from + 6 <= size && is_surrogate(text + from, 0xa0, 0xaf) &&
            is_surrogate(text + from + 3, 0xb0, 0xbf)) {
            const uint8_t *b = (const uint8_t *)text + from;
            uint32_t high = (uint32_t)(b[1] & 0x0f) << 6 | (b[2] & 0x3f);
            uint32_t point = 0x10000 + (high << 10 | (uint32_t)(b[4] & 0x0f) << 6 | (b[5] & 0x3f));
            text[to++] = (char)(0xf0 | point >> 18);
            text[to++] = (char)(0x80 | (point >> 12 & 0x3f));
            text[to++] = (char)(0x80 | (point >> 6 & 0x3f));
            text[to++] = (char)(0x80 | (point & 0x3f));
            from += 6;
        } else {
            text[to++] = text[from++];
        }
    }
    text[to] = 0;
    return to;
}

bool ph_java_path_of(struct ph_call *call, ph_ref string, struct ph_java_path *path)
{
    char *bytes = path->bytes;
    path->text = (struct ph_slice){(const uint8_t *)bytes, 0};
    path->folder = PH_JAVA_NO_FOLDER;
    bytes[0] = 0;
    if (string == 0) {
        return false;
    }
    size_t size =
        ph_java_string_text(ph_java_vm_of(call), string, bytes, sizeof(path->bytes));
    if (size >= sizeof(path->bytes)) {
        bytes[0] = 0;
        return false;
    }
    path->text.size = to_utf8(bytes, size);
    return true;
}

/* The character at the beginning; bytes that are none count one by one. */
static uint32_t take_character(struct ph_slice *text)
{
    const uint8_t *b = text->bytes;
    uint32_t more = b[0] >= 0xf0 ? 3 : b[0] >= 0xe0 ? 2 : b[0] >= 0xc0 ? 1 : 0;
    uint32_t point = more == 0 ? b[0] : b[0] & (0x3fu >> more);
    bool is_good = (b[0] < 0x80 || b[0] >= 0xc2) && b[0] < 0xf5 && more < text->size;
    for (uint32_t i = 1; is_good && i <= more; i++) {
        is_good = (b[i] & 0xc0) == 0x80;
        point = point << 6 | (b[i] & 0x3f);
    }
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    is_good = is_good && point >= least[more] && point <= 0x10ffff &&
              !(point >= 0xd800 && point < 0xe000);
    uint32_t used = is_good ? 1 + more : 1;
    text->bytes += used;
    text->size -= used;
    return is_good ? point : 0xfffd;
}

ph_ref ph_java_name_string(struct ph_call *call, struct ph_slice name)
{
    uint16_t units[PH_PATH_BYTES_MAX + 1];
    uint64_t count = 0;
    while (name.size > 0 && count + 2 <= PH_COUNT(units)) {
        uint32_t point = take_character(&name);
        if (point >= 0x10000) {
            units[count++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
            point = 0xdc00 + (point & 0x3ff);
        }
        units[count++] = (uint16_t)point;
    }
    return ph_java_string_utf16(call, units, count);
}

/* ---- Parts of arrays ------------------------------------------------------------------------ */

bool ph_java_part(struct ph_call *call, uint32_t slot, const char *too_far, struct ph_span *part,
                  enum ph_outcome *outcome)
{
    ph_ref array_ref = ph_java_argument(call, slot);
    int64_t first = ph_java_int(call, slot + 1), count = ph_java_int(call, slot + 2);
    if (array_ref == 0) {
        *outcome = ph_java_throw_null(call);
        return false;
    }
    struct ph_bytes *array = ph_address(call->mutator->heap, array_ref);
    if (first < 0 || count < 0 || first + count > (int64_t)array->length) {
        *outcome = ph_java_throw(call, too_far, NULL);
        return false;
    }
    *part = (struct ph_span){array->data + first, (uint64_t)count};
    return true;
}

/* ---- Places --------------------------------------------------------------------------------- */

ph_errno ph_java_find_place(struct ph_wasi_call *c, const struct ph_java_path *path,
                            struct ph_wasi_place *place)
{
    bool is_absolute = path->text.size > 0 && path->text.bytes[0] == '/';
    if (path->folder == PH_JAVA_NO_FOLDER || is_absolute) {
        return ph_io_find_place(c, path->text, place);
    }
    place->path = path->text;
    ph_errno error = ph_io_descriptor(c, path->folder, 0, &place->folder);
    if (error == PH_E_OK && (place->folder->rights_base & PH_RIGHT_FD_READDIR) == 0) {
        error = PH_E_NOTDIR;
    }
    return error == PH_E_OK && path->text.size == 0 ? PH_E_NOENT : error;
}

/* ---- Paths without links -------------------------------------------------------------------- */

struct resolver {
    struct ph_java_path rest; /* what is still to be gone */
    struct ph_java_path *to;
    uint32_t links;
    bool is_lost; /* nothing more is looked up */
};

static void set_size(struct ph_java_path *path, size_t size)
{
    path->bytes[size] = 0;
    path->text = (struct ph_slice){(const uint8_t *)path->bytes, size};
}

static void drop_last(struct ph_java_path *path)
{
    size_t size = (size_t)path->text.size;
    while (size > 0 && path->bytes[--size] != '/') {
    }
    set_size(path, size);
}

/* A link is gone by putting its target in front of the rest. */
static ph_errno follow(struct ph_wasi_call *c, struct resolver *self,
                       const struct ph_wasi_place *place)
{
    uint8_t buffer[PH_PATH_BYTES_MAX];
    struct ph_slice target;
    ph_errno error = ++self->links > LINKS_MAX ? PH_E_LOOP
                                               : ph_io_readlink(c, place, buffer, &target);
    size_t rest = (size_t)self->rest.text.size;
    if (error != PH_E_OK) {
        return error;
    }
    if (target.size + 1 + rest > PH_PATH_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    memmove(self->rest.bytes + target.size + 1, self->rest.bytes, rest);
    memcpy(self->rest.bytes, target.bytes, (size_t)target.size);
    self->rest.bytes[target.size] = '/';
    set_size(&self->rest, (size_t)target.size + 1 + rest);
    if (target.size > 0 && target.bytes[0] == '/') {
        set_size(self->to, 0);
    } else {
        drop_last(self->to);
    }
    return PH_E_OK;
}

/* Goes one name on. */
static ph_errno resolve_name(struct ph_wasi_call *c, struct resolver *self, struct ph_slice name,
                             bool must_exist)
{
    struct ph_wasi_place place;
    struct ph_host_about about;
    struct ph_java_path *to = self->to;
    size_t size = (size_t)to->text.size;
    if (ph_slice_equal(name, PH_SLICE_TEXT(".."))) {
        drop_last(to);
        return PH_E_OK;
    }
    if (size + 1 + name.size > PH_PATH_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    to->bytes[size] = '/';
    memcpy(to->bytes + size + 1, name.bytes, (size_t)name.size);
    set_size(to, size + 1 + (size_t)name.size);
    if (self->is_lost) {
        return PH_E_OK;
    }
    ph_errno error = ph_io_find_place(c, to->text, &place);
    if (error == PH_E_OK) {
        error = ph_io_stat(c, &place, false, &about);
    }
    if (error == PH_E_OK) {
        return about.type == PH_NODE_LINK ? follow(c, self, &place) : PH_E_OK;
    }
    self->is_lost = true;
    return must_exist ? error : PH_E_OK;
}

ph_errno ph_java_resolve(struct ph_wasi_call *c, const struct ph_java_path *from, bool must_exist,
                         struct ph_java_path *to)
{
    struct resolver self = {.to = to};
    memcpy(self.rest.bytes, from->bytes, (size_t)from->text.size);
    set_size(&self.rest, (size_t)from->text.size);
    set_size(to, 0);
    ph_errno error = PH_E_OK;
    while (error == PH_E_OK && self.rest.text.size > 0) {
        char text[PH_NAME_BYTES_MAX + 1];
        size_t size = 0, taken, all = (size_t)self.rest.text.size;
        while (size < all && self.rest.bytes[size] != '/') {
            size++;
        }
        if (size >= sizeof(text)) {
            return PH_E_NAMETOOLONG;
        }
        memcpy(text, self.rest.bytes, size);
        taken = size < all ? size + 1 : size;
        memmove(self.rest.bytes, self.rest.bytes + taken, all - taken);
        set_size(&self.rest, all - taken);
        struct ph_slice name = {(const uint8_t *)text, size};
        if (size > 0 && !ph_slice_equal(name, PH_SLICE_TEXT("."))) {
            error = resolve_name(c, &self, name, must_exist);
        }
    }
    if (error == PH_E_OK && to->text.size == 0) {
        to->bytes[0] = '/';
        set_size(to, 1);
    }
    return error;
}

/* The path without links, but for its last name unless `follow`. */
static ph_errno resolve_links(struct ph_wasi_call *c, const struct ph_java_path *path,
                              bool follow, struct ph_java_path *to)
{
    size_t end = (size_t)path->text.size, name, size;
    while (end > 0 && path->bytes[end - 1] == '/') {
        end--;
    }
    for (name = end; name > 0 && path->bytes[name - 1] != '/'; name--) {
    }
    struct ph_slice last = {(const uint8_t *)path->bytes + name, end - name};
    if (follow || ph_slice_equal(last, PH_SLICE_TEXT("..")) ||
        ph_slice_equal(last, PH_SLICE_TEXT("."))) {
        return ph_java_resolve(c, path, false, to);
    }
    struct ph_java_path folder;
    memcpy(folder.bytes, path->bytes, name);
    set_size(&folder, name);
    ph_errno error = ph_java_resolve(c, &folder, false, to);
    size = (size_t)to->text.size;
    if (error != PH_E_OK || size + 1 + last.size > PH_PATH_BYTES_MAX) {
        return error != PH_E_OK ? error : PH_E_NAMETOOLONG;
    }
    to->bytes[size] = '/';
    memcpy(to->bytes + size + 1, last.bytes, (size_t)last.size);
    set_size(to, size + 1 + (size_t)last.size);
    return PH_E_OK;
}

ph_errno ph_java_at_place(struct ph_wasi_call *c, const struct ph_java_path *path, bool follow,
                          ph_java_place_step act, void *context)
{
    struct ph_wasi_place place;
    struct ph_java_path direct;
    ph_errno error = ph_java_find_place(c, path, &place);
    error = error != PH_E_OK ? error : act(c, &place, context);
    bool is_in_folder = path->folder != PH_JAVA_NO_FOLDER &&
                        (path->text.size == 0 || path->text.bytes[0] != '/');
    if (error != PH_E_PERM || is_in_folder) {
        return error;
    }
    error = resolve_links(c, path, follow, &direct);
    if (error == PH_E_OK && ph_slice_equal(direct.text, path->text)) {
        return PH_E_PERM; /* there was nothing to follow */
    }
    error = error != PH_E_OK ? error : ph_io_find_place(c, direct.text, &place);
    return error != PH_E_OK ? error : act(c, &place, context);
}

/* ---- Steps ---------------------------------------------------------------------------------- */

static ph_errno open_at(struct ph_wasi_call *c, const struct ph_wasi_place *place, void *context)
{
    struct ph_java_open *open = context;
    struct ph_host_about about;
    if (!open->takes_folders && ph_io_stat(c, place, true, &about) == PH_E_OK &&
        about.type == PH_NODE_FOLDER) {
        return PH_E_ISDIR;
    }
    bool is_new = open->sets_permissions && (open->oflags & PH_OFLAG_CREATE) != 0 &&
                  ph_io_stat(c, place, !open->no_follow, &about) == PH_E_NOENT;
    uint64_t rights = PH_RIGHTS_FILE | (open->writes ? 0 : PH_RIGHTS_FOLDER);
    const uint64_t changes =
        PH_RIGHT_FD_WRITE | PH_RIGHT_FD_ALLOCATE | PH_RIGHT_FD_FILESTAT_SET_SIZE;
    rights &= ~(open->reads ? 0 : PH_RIGHT_FD_READ) & ~(open->writes ? 0 : changes);
    const struct ph_wasi_open how = {.path = place->path,
                                     .follow = !open->no_follow,
                                     .oflags = open->oflags,
                                     .fdflags = open->fdflags,
                                     .rights_base = rights,
                                     .rights_inheriting = PH_RIGHTS_FILE | PH_RIGHTS_FOLDER};
    ph_errno error = ph_io_open(c, place->folder, &how, &open->number);
    struct ph_descriptor *d;
    if (error == PH_E_OK && is_new &&
        ph_io_descriptor(c, open->number, 0, &d) == PH_E_OK) { /* else they are what is usual */
        ph_errno denied = ph_io_set_file_permissions(c, d, open->permissions);
        (void)denied;
    }
    return error;
}

ph_errno ph_java_open_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_open *open = context;
    return ph_java_at_place(c, open->path, !open->no_follow, open_at, open);
}

static ph_errno about_at(struct ph_wasi_call *c, const struct ph_wasi_place *place, void *context)
{
    struct ph_java_about *self = context;
    return ph_io_stat(c, place, !self->no_follow, &self->about);
}

ph_errno ph_java_about_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_about *self = context;
    struct ph_descriptor *d;
    if (self->path == NULL) {
        ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
        return error != PH_E_OK ? error : ph_wasi_about(c, d, &self->about);
    }
    return ph_java_at_place(c, self->path, !self->no_follow, about_at, self);
}

/* The console takes what it has room for; the rest waits, and `progress` knows how much is said. */
static ph_errno write_stream(struct ph_wasi_call *c, struct ph_descriptor *d,
                             struct ph_java_transfer *self)
{
    PH_ASSERT(self->spans.count == 1);
    uint64_t done = ph_io_progress(c);
    ph_errno error = PH_E_OK;
    while (error == PH_E_OK && done < self->spans.bytes) {
        struct ph_span rest = {self->spans.items[0].at + done, self->spans.bytes - done};
        struct ph_spans spans = {&rest, 1, rest.bytes};
        uint64_t count;
        error = ph_io_write(c, d, &spans, PH_IO_HERE, &count);
        if (error == PH_E_OK) {
            done += count;
            ph_io_set_progress(c, done);
        }
    }
    self->total = done;
    return error;
}

bool ph_java_is_library(struct ph_wasi_call *c, struct ph_descriptor *d)
{
    uint64_t bytes = ph_java_vm_of(c->call)->library_bytes;
    struct ph_host_about about, library;
    struct ph_wasi_place place;
    return d->kind == PH_DESCRIPTOR_NODE && bytes != 0 &&
           ph_wasi_about(c, d, &about) == PH_E_OK && about.size_bytes == bytes &&
           ph_io_find_place(c, PH_SLICE_TEXT(PH_JAVA_HOME "/lib/modules"), &place) == PH_E_OK &&
           ph_io_stat(c, &place, true, &library) == PH_E_OK && about.inode == library.inode;
}

static ph_errno read_library(struct ph_wasi_call *c, struct ph_descriptor *d,
                             struct ph_java_transfer *self)
{
    uint64_t at = self->offset == PH_IO_HERE ? d->offset : self->offset;
    uint64_t bytes = ph_java_vm_of(c->call)->library_bytes;
    for (uint32_t i = 0; i < self->spans.count && at < bytes; i++) {
        const struct ph_span *span = &self->spans.items[i];
        uint64_t count = PH_MIN(span->bytes, bytes - at);
        const uint8_t *from = ph_java_memory(c->call, PH_JAVA_LIBRARY_ADDRESS + at, count);
        if (from == NULL) {
            return PH_E_IO;
        }
        ph_touch(c->call->mutator, span->at, count);
        memcpy(span->at, from, (size_t)count);
        at += count;
        self->total += count;
    }
    if (self->offset == PH_IO_HERE) {
        PH_SET(c->call->mutator, d->offset, at);
    }
    return PH_E_OK;
}

ph_errno ph_java_transfer_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_transfer *self = context;
    struct ph_descriptor *d;
    uint64_t right = self->is_write ? PH_RIGHT_FD_WRITE : PH_RIGHT_FD_READ;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    self->total = 0;
    if (error != PH_E_OK) {
        return error;
    }
    if ((d->rights_base & right) == 0) { /* as POSIX calls it */
        return (d->rights_base & PH_RIGHT_FD_READDIR) != 0 ? PH_E_ISDIR : PH_E_BADF;
    }
    bool is_stream = d->kind <= PH_DESCRIPTOR_ERRORS;
    if (self->offset != PH_IO_HERE && is_stream) {
        return PH_E_SPIPE;
    }
    if (!self->is_write && ph_java_is_library(c, d)) {
        return read_library(c, d, self);
    }
    if (!self->is_write) {
        return ph_io_read(c, d, &self->spans, self->offset, &self->total);
    }
    if (self->writes_all && is_stream) {
        return write_stream(c, d, self);
    }
    error = ph_io_write(c, d, &self->spans, self->offset, &self->total);
    bool is_short = error == PH_E_OK && self->writes_all && self->total < self->spans.bytes;
    return is_short ? PH_E_NOSPC : error;
}

static ph_errno permissions_at(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                               void *context)
{
    const struct ph_java_permissions *self = context;
    struct ph_host_about about = {0};
    ph_errno error = self->kept == 0 ? PH_E_OK : ph_io_stat(c, place, true, &about);
    uint32_t wanted = (self->permissions & ~self->kept) | (about.permissions & self->kept);
    return error != PH_E_OK ? error : ph_io_set_permissions(c, place, wanted);
}

ph_errno ph_java_permissions_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_permissions *self = context;
    struct ph_descriptor *d;
    if (self->path == NULL) {
        ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
        return error != PH_E_OK ? error : ph_io_set_file_permissions(c, d, self->permissions);
    }
    return ph_java_at_place(c, self->path, true, permissions_at, context);
}

static ph_errno space_at(struct ph_wasi_call *c, const struct ph_wasi_place *place, void *context)
{
    struct ph_java_space *self = context;
    return ph_io_space(c, place, &self->space);
}

ph_errno ph_java_space_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_space *self = context;
    return ph_java_at_place(c, self->path, true, space_at, context);
}

static ph_errno change_at(struct ph_wasi_call *c, const struct ph_wasi_place *place, void *context)
{
    const struct ph_java_change *self = context;
    return self->run(c, place);
}

ph_errno ph_java_change_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_change *self = context;
    return ph_java_at_place(c, self->path, false, change_at, context);
}

ph_errno ph_java_remove(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_host_about about;
    ph_errno error = ph_io_stat(c, place, false, &about);
    if (error == PH_E_NOENT && c->is_again) {
        return PH_E_OK; /* it was removed before the process ended */
    }
    if (error != PH_E_OK) {
        return error;
    }
    return about.type == PH_NODE_FOLDER ? ph_io_remove_folder(c, place) : ph_io_unlink(c, place);
}

struct two_places {
    const struct ph_java_change2 *change;
    const struct ph_wasi_place *from;
};

static ph_errno both_at(struct ph_wasi_call *c, const struct ph_wasi_place *to, void *context)
{
    const struct two_places *self = context;
    return self->change->run(c, self->from, to);
}

static ph_errno from_at(struct ph_wasi_call *c, const struct ph_wasi_place *from, void *context)
{
    const struct ph_java_change2 *self = context;
    struct two_places places = {self, from};
    return ph_java_at_place(c, self->to, false, both_at, &places);
}

ph_errno ph_java_change2_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_change2 *self = context;
    return ph_java_at_place(c, self->from, false, from_at, context);
}

static ph_errno times_at(struct ph_wasi_call *c, const struct ph_wasi_place *place, void *context)
{
    const struct ph_java_times *self = context;
    return ph_io_set_times(c, place, !self->no_follow, self->times);
}

ph_errno ph_java_times_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_times *self = context;
    struct ph_descriptor *d;
    if (self->path == NULL) {
        ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
        return error != PH_E_OK ? error : ph_io_set_file_times(c, d, self->times);
    }
    return ph_java_at_place(c, self->path, !self->no_follow, times_at, context);
}

ph_errno ph_java_seek_step(struct ph_wasi_call *c, void *context)
{
    struct ph_java_seek *self = context;
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    if (error == PH_E_OK && d->kind <= PH_DESCRIPTOR_ERRORS) {
        error = PH_E_SPIPE;
    }
    if (error == PH_E_OK && self->is_set && self->offset > INT64_MAX) {
        error = PH_E_INVAL;
    }
    if (error == PH_E_OK && self->is_set) {
        PH_SET(c->call->mutator, d->offset, self->offset);
    }
    if (error == PH_E_OK) {
        self->offset = d->offset;
    }
    return error;
}

ph_errno ph_java_set_size_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_size *self = context;
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    if (error == PH_E_OK && (d->rights_base & PH_RIGHT_FD_FILESTAT_SET_SIZE) == 0) {
        error = PH_E_INVAL;
    }
    return error != PH_E_OK ? error : ph_io_set_size(c, d, self->bytes);
}

ph_errno ph_java_close_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_number *self = context;
    return self->number <= 2 ? PH_E_OK : ph_io_close(c, self->number);
}

ph_errno ph_java_sync_step(struct ph_wasi_call *c, void *context)
{
    const struct ph_java_number *self = context;
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, self->number, 0, &d);
    return error != PH_E_OK ? error : ph_io_sync(c, d, self->flag);
}
