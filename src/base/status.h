/* SPDX-License-Identifier: Apache-2.0 */
/* status.h - how an operation on the outside world ends.
 *
 * A function that can fail because of its input or its environment returns a ph_status, which the
 * caller must check, and puts its results into its last parameters. Where a person will read of
 * the failure it also takes a `struct ph_error *`, and fills in a text that says what happened,
 * to which file or object, and what to do next. Our own bugs are PH_ASSERTs, never statuses. */
#ifndef PH_BASE_STATUS_H
#define PH_BASE_STATUS_H

#include "base/common.h"

typedef enum {
#define PH_STATUS(name, number, text) name = number,
#include "base/status.def"
#undef PH_STATUS
} ph_status;

struct ph_error {
    ph_status status;
    char text[512];
};

/* The short text of `status`, for ever valid. */
const char *ph_status_text(ph_status status);

/* Fills in `error` (may be NULL) and returns `status`, so that one can write
 * `return ph_fail(error, PH_DAMAGED, "%s: …", name);`. Formats as ph_text_printf does. */
ph_status ph_fail(struct ph_error *error, ph_status status, const char *format, ...)
    PH_PRINTF(3, 4);

/* Puts "prefix: " before the text that `error` holds already. */
void ph_error_prefix(struct ph_error *error, const char *format, ...) PH_PRINTF(2, 3);

#endif
