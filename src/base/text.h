/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - text into bounded memory, without libc.
 *
 * The printf family understands %s %.*s %c %d %i %u %x %X %p %% with widths, zero padding, '-',
 * and the lengths l, ll, z; "%.*s" takes an int and a pointer. No floating point: figures for
 * people are printed in src/tool, where libc is at hand. */
#ifndef PH_BASE_TEXT_H
#define PH_BASE_TEXT_H

#include <stdarg.h>

#include "base/common.h"

/* Writes at most size_bytes - 1 characters and a final NUL; returns the number of characters
 * that the whole text has (as snprintf). */
size_t ph_text_printf(char *to, size_t size_bytes, const char *format, ...) PH_PRINTF(3, 4);
/* Writes behind the `*length` characters that `to` has; what does not fit is cut off. */
void ph_text_vappend(char *to, size_t size_bytes, size_t *length, const char *format,
                     va_list arguments);
size_t ph_text_vprintf(char *to, size_t size_bytes, const char *format, va_list arguments);

/* True if `bytes` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlongs). */
bool ph_text_is_utf8(const uint8_t *bytes, uint64_t size);

bool ph_slice_equal(struct ph_slice a, struct ph_slice b);
int ph_slice_compare(struct ph_slice a, struct ph_slice b); /* bytewise, shorter first */

#endif
