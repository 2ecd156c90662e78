/* SPDX-License-Identifier: Apache-2.0 */
/* dis.c - `phantom dis`: a module or unit as assembler text. */
#include <errno.h>
#include <string.h>

#include "code/assemble.h"
#include "port/port.h"
#include "tool/source.h"
#include "tool/tool.h"

static void write_piece(void *context, const char *text, size_t bytes)
{
    fwrite(text, 1, bytes, context);
}

static ph_status write_text(struct ph_slice bytes, FILE *to, struct ph_error *error)
{
    struct ph_unit unit;
    ph_status status = ph_unit_open(bytes, ph_port_allocator(), &unit, error);
    if (status == PH_OK) {
        status = ph_disassemble(&unit, ph_port_allocator(), write_piece, to, error);
        ph_unit_close(&unit);
    }
    return status;
}

int ph_command_dis(const struct ph_options *options)
{
    const char *path = options->arguments[0];
    struct ph_error error = {0};
    struct ph_source source;
    struct ph_slice unit = {NULL, 0};
    ph_status status = ph_source_open(path, &source, &error);
    if (status == PH_OK) {
        status = ph_source_unit(&source, &unit, true, &error);
        ph_source_close(&source);
    }
    FILE *to = stdout;
    if (status == PH_OK && options->output != NULL) {
        to = fopen(options->output, "wb");
        status = to != NULL ? PH_OK
                            : ph_fail(&error, PH_IO, "%s: cannot be written: %s",
                                      options->output, strerror(errno));
    }
    if (status == PH_OK) {
        status = write_text(unit, to, &error);
        if (status != PH_OK) {
            ph_error_about(&error, path);
        }
    }
    if (to != NULL && to != stdout && fclose(to) != 0 && status == PH_OK) {
        status = ph_fail(&error, PH_IO, "%s: cannot be written: %s", options->output,
                         strerror(errno));
    }
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    return status == PH_OK ? PH_EXIT_OK : ph_say_error(&error, PH_EXIT_FAILED);
}
