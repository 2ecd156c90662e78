/* SPDX-License-Identifier: Apache-2.0 */
/* assert.h - for our own bugs, never for data from outside. PH_ASSERT stays in release builds;
 * PH_DEBUG_ASSERT is for hot loops and is gone there. */
#ifndef PH_BASE_ASSERT_H
#define PH_BASE_ASSERT_H

#include "base/common.h"

/* Prints where and what, and ends the process. The image stays as the last cut left it. */
PH_NORETURN PH_COLD void ph_assert_failed(const char *expression, const char *file, int line);

#define PH_ASSERT(expression) \
    (PH_LIKELY(expression) ? (void)0 : ph_assert_failed(#expression, __FILE__, __LINE__))

#ifdef PH_DEBUG
#define PH_DEBUG_ASSERT(expression) PH_ASSERT(expression)
#else
#define PH_DEBUG_ASSERT(expression) ((void)sizeof(expression))
#endif

#define PH_UNREACHABLE() ph_assert_failed("unreachable", __FILE__, __LINE__)

#endif
