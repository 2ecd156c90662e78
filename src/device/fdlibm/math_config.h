/* SPDX-License-Identifier: Apache-2.0 */
/* math_config.h - results that no number is, as IEEE 754 has them; no errno. */
#ifndef PH_FDLIBM_MATH_CONFIG_H
#define PH_FDLIBM_MATH_CONFIG_H

static inline double __math_divzero(unsigned is_negative)
{
    return is_negative ? -__builtin_inf() : __builtin_inf();
}
static inline double __math_oflow(unsigned is_negative) { return __math_divzero(is_negative); }
static inline double __math_invalid(double x) { return (x - x) / (x - x); }

#endif
