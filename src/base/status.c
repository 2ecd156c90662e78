/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

#include "base/text.h"

const char *ph_status_text(ph_status status)
{
    switch (status) {
#define PH_STATUS(name, number, text) \
    case name:                        \
        return text;
#include "base/status.def"
#undef PH_STATUS
    }
    return "unknown status";
}

ph_status ph_fail(struct ph_error *error, ph_status status, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        error->status = status;
        ph_text_vprintf(error->text, sizeof(error->text), format, arguments);
        va_end(arguments);
    }
    return status;
}

void ph_error_prefix(struct ph_error *error, const char *format, ...)
{
    if (error == NULL) {
        return;
    }
    char old_text[sizeof(error->text)];
    memcpy(old_text, error->text, sizeof(old_text));
    va_list arguments;
    va_start(arguments, format);
    size_t prefix_size = ph_text_vprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    prefix_size = PH_MIN(prefix_size, sizeof(error->text) - 1);
    ph_text_printf(error->text + prefix_size, sizeof(error->text) - prefix_size, ": %s", old_text);
}
