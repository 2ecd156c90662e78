/* SPDX-License-Identifier: Apache-2.0 */
/* asm.c - `phantom asm`: assembler text to a unit, verified. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "code/verify.h"
#include "port/port.h"
#include "tool/source.h"
#include "tool/tool.h"

static ph_status verify(struct ph_slice bytes, struct ph_error *error)
{
    struct ph_unit unit;
    ph_status status = ph_unit_open(bytes, ph_port_allocator(), &unit, error);
    if (status == PH_OK) {
        status = ph_verify_unit(&unit, ph_port_allocator(), error);
        ph_unit_close(&unit);
    }
    return status;
}

/* FILE.pha → FILE.phu; malloc'ed. */
static char *output_path_of(const char *path)
{
    size_t bytes = strlen(path);
    if (bytes > 4 && strcmp(path + bytes - 4, ".pha") == 0) {
        bytes -= 4;
    }
    char *output = malloc(bytes + sizeof(".phu"));
    if (output != NULL) {
        memcpy(output, path, bytes);
        memcpy(output + bytes, ".phu", sizeof(".phu"));
    }
    return output;
}

static ph_status write_file(const char *path, struct ph_slice bytes, struct ph_error *error)
{
    FILE *file = fopen(path, "wb");
    bool ok = file != NULL && fwrite(bytes.bytes, 1, bytes.size, file) == bytes.size;
    if (file != NULL) {
        ok = fclose(file) == 0 && ok;
    }
    if (!ok) {
        ph_fail(error, PH_IO, "%s: cannot be written: %s", path, strerror(errno));
        if (file != NULL) {
            unlink(path);
        }
    }
    return ok ? PH_OK : PH_IO;
}

int ph_command_asm(const struct ph_options *options)
{
    const char *path = options->arguments[0];
    struct ph_error error = {0};
    struct ph_source source;
    struct ph_slice unit = {NULL, 0};
    ph_status status = ph_source_open(path, &source, &error);
    if (status == PH_OK && source.kind != PH_SOURCE_TEXT) {
        status = ph_fail(&error, PH_MALFORMED, "%s: is no assembler text; 'phantom dis %s' makes "
                         "some of it", path, path);
        ph_source_close(&source);
    } else if (status == PH_OK) {
        status = ph_source_unit(&source, &unit, true, &error);
        ph_source_close(&source);
    }
    if (status == PH_OK) {
        status = verify(unit, &error);
        if (status != PH_OK) {
            ph_error_about(&error, path);
        }
    }
    char *made = options->output == NULL ? output_path_of(path) : NULL;
    const char *output = options->output != NULL ? options->output : made;
    if (status == PH_OK && output != NULL) {
        status = write_file(output, unit, &error);
    }
    free(made);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return status == PH_OK ? PH_EXIT_OK : ph_say_error(&error, PH_EXIT_FAILED);
}
