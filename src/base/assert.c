/* SPDX-License-Identifier: Apache-2.0 */
#include "base/assert.h"

#include "base/text.h"

/* Of port.h, which base must not include: the one thing that base itself needs of a port. */
PH_NORETURN void ph_port_panic(const char *text);

void ph_assert_failed(const char *expression, const char *file, int line)
{
    char text[512];
    ph_text_printf(text, sizeof(text),
                   "%s:%d: assertion failed: %s\n"
                   "This is a bug in Phantom. The image is as its last cut left it.",
                   file, line, expression);
    ph_port_panic(text);
}
