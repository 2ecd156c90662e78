/* SPDX-License-Identifier: Apache-2.0 */
/* source.c - reading programs. */
#include "tool/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"
#include "code/assemble.h"
#include "code/section.h"
#include "lang/java/vm/launcher.h"
#include "lang/wasm/wasm.h"
#include "port/port.h"
#include "tool/image.h"
#include "tool/tool.h"

ph_status ph_file_map(const char *path, struct ph_slice *bytes, struct ph_error *error)
{
    struct stat about;
    *bytes = (struct ph_slice){NULL, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &about) != 0) {
        ph_status status = errno == ENOENT ? PH_NOT_FOUND : errno == EACCES ? PH_DENIED : PH_IO;
        const char *why = errno == ENOENT ? "no such file" : strerror(errno);
        if (fd >= 0) {
            close(fd);
        }
        return ph_fail(error, status, "%s: %s", path, why);
    }
    ph_status status = PH_OK;
    if (!S_ISREG(about.st_mode)) {
        status = ph_fail(error, PH_BAD_ARGUMENT, "%s: is %s, where a file is wanted", path,
                         S_ISDIR(about.st_mode) ? "a folder" : "no regular file");
    } else if (about.st_size > 0) {
        void *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) {
            status = ph_fail(error, PH_IO, "%s: cannot be read: %s", path, strerror(errno));
        } else {
            *bytes = (struct ph_slice){at, (uint64_t)about.st_size};
        }
    }
    close(fd);
    return status;
}

void ph_file_unmap(struct ph_slice *bytes)
{
    if (bytes->bytes != NULL) {
        munmap((void *)(uintptr_t)bytes->bytes, bytes->size);
    }
    *bytes = (struct ph_slice){NULL, 0};
}

static bool looks_like_text(struct ph_slice file)
{
    return ph_text_is_utf8(file.bytes, file.size) &&
           memchr(file.bytes, '\0', (size_t)file.size) == NULL;
}

static ph_status recognise(struct ph_source *self, struct ph_error *error)
{
    struct ph_slice file = self->file;
    if (file.size == 0) {
        return ph_fail(error, PH_MALFORMED, "%s: is empty, where a program is wanted",
                       self->path);
    }
    if (ph_wasm_is_module(file)) {
        self->kind = PH_SOURCE_MODULE;
        return PH_OK;
    }
    if (file.size >= PH_UNIT_MAGIC_BYTES &&
        memcmp(file.bytes, PH_UNIT_MAGIC, PH_UNIT_MAGIC_BYTES) == 0) {
        self->kind = PH_SOURCE_UNIT;
        return PH_OK;
    }
    if (file.size >= 4 && memcmp(file.bytes, "\xca\xfe\xba\xbe", 4) == 0) {
        self->kind = PH_SOURCE_CLASS;
        return PH_OK;
    }
    if (file.size >= 4 && memcmp(file.bytes, "PK\3\4", 4) == 0) {
        self->kind = PH_SOURCE_JAR;
        return PH_OK;
    }
    if (ph_image_is_one(file)) {
        return ph_fail(error, PH_MALFORMED, "%s: is an image, not a program; go on with it: "
                       "phantom resume %s", self->path, self->path);
    }
    if (!looks_like_text(file)) {
        return ph_fail(error, PH_MALFORMED, "%s: is no program that Phantom knows: neither a "
                       "WebAssembly module, nor a unit, nor assembler text, nor a Java class or "
                       "jar", self->path);
    }
    self->kind = PH_SOURCE_TEXT;
    return PH_OK;
}

ph_status ph_source_open(const char *path, struct ph_source *source, struct ph_error *error)
{
    source->path = path;
    ph_status status = ph_file_map(path, &source->file, error);
    if (status == PH_OK) {
        status = recognise(source, error);
    }
    if (status != PH_OK) {
        ph_file_unmap(&source->file);
    }
    return status;
}

ph_status ph_source_of(const struct ph_options *options, const char *program,
                       struct ph_source *source, struct ph_error *error)
{
    if (options->is_module || (options->class_path != NULL && !options->is_jar)) {
        *source = (struct ph_source){
            .path = program, .kind = options->is_module ? PH_SOURCE_MODULE_MAIN : PH_SOURCE_MAIN};
        return PH_OK;
    }
    ph_status status = ph_source_open(program, source, error);
    if (status == PH_OK && options->is_jar && source->kind != PH_SOURCE_JAR) {
        ph_source_close(source);
        status = ph_fail(error, PH_MALFORMED, "%s: is no jar, as -jar wants one", program);
    }
    return status;
}

void ph_source_close(struct ph_source *self)
{
    ph_file_unmap(&self->file);
}

static ph_status copy_unit(const struct ph_source *self, struct ph_slice *unit,
                           struct ph_error *error)
{
    uint8_t *copy = ph_alloc(ph_port_allocator(), self->file.size);
    if (copy == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "%s: no memory to read it", self->path);
    }
    memcpy(copy, self->file.bytes, self->file.size);
    *unit = (struct ph_slice){copy, self->file.size};
    return PH_OK;
}

ph_status ph_source_unit(const struct ph_source *self, struct ph_slice *unit, bool shows,
                         struct ph_error *error)
{
    char what[160];
    ph_status status = PH_OK;
    snprintf(what, sizeof(what), "translating %s", self->path);
    if (shows) {
        ph_progress_begin(what);
    }
    switch (self->kind) {
    case PH_SOURCE_MODULE:
        status = ph_wasm_translate(self->file, ph_port_allocator(), unit, error);
        break;
    case PH_SOURCE_UNIT:
        status = copy_unit(self, unit, error);
        break;
    case PH_SOURCE_CLASS:
    case PH_SOURCE_JAR:
    case PH_SOURCE_MAIN:
    case PH_SOURCE_MODULE_MAIN:
        status = ph_java_launcher(ph_port_allocator(), unit, error);
        break;
    case PH_SOURCE_TEXT:
        status = ph_assemble(self->file, self->path, ph_port_allocator(), unit, error);
        break;
    }
    if (shows) {
        ph_progress_end();
    }
    if (self->kind == PH_SOURCE_MODULE && (status == PH_MALFORMED || status == PH_INVALID)) {
        ph_error_prefix(error, "is no valid module, build it anew");
    }
    if (self->kind == PH_SOURCE_TEXT && status == PH_MALFORMED) {
        ph_error_prefix(error, "neither a WebAssembly module nor a unit; as assembler text");
    }
    if (status != PH_OK) {
        ph_error_about(error, self->path);
    }
    return status;
}

uint64_t ph_source_hash(const struct ph_source *self)
{
    return ph_hash64(self->file.bytes, self->file.size, 0);
}
