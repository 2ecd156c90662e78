/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - included before each source of fdlibm: its functions are called ph_fdlibm_*, so that
 * they stand beside the C library's, and it is to be built in its own first form (newlib has newer
 * functions for some CPUs). The other headers of this folder stand for newlib's own. */
#ifndef PH_FDLIBM_NAMES_H
#define PH_FDLIBM_NAMES_H

#define __OBSOLETE_MATH 1
#define __OBSOLETE_MATH_DOUBLE 1

typedef __INT32_TYPE__ __int32_t;
typedef __UINT32_TYPE__ __uint32_t;

#define sin ph_fdlibm_sin
#define cos ph_fdlibm_cos
#define tan ph_fdlibm_tan
#define atan ph_fdlibm_atan
#define tanh ph_fdlibm_tanh
#define expm1 ph_fdlibm_expm1
#define log1p ph_fdlibm_log1p
#define scalbn ph_fdlibm_scalbn
#define floor ph_fdlibm_floor
#define fabs __builtin_fabs
#define copysign __builtin_copysign

#define __ieee754_asin ph_fdlibm_asin
#define __ieee754_acos ph_fdlibm_acos
#define __ieee754_exp ph_fdlibm_exp
#define __ieee754_log ph_fdlibm_log
#define __ieee754_log10 ph_fdlibm_log10
#define __ieee754_sinh ph_fdlibm_sinh
#define __ieee754_cosh ph_fdlibm_cosh
#define __ieee754_atan2 ph_fdlibm_atan2
#define __ieee754_remainder ph_fdlibm_remainder
#define __ieee754_fmod ph_fdlibm_fmod
#define __ieee754_sqrt __builtin_sqrt
#define __ieee754_rem_pio2 ph_fdlibm_rem_pio2
#define __kernel_rem_pio2 ph_fdlibm_kernel_rem_pio2
#define __kernel_sin ph_fdlibm_kernel_sin
#define __kernel_cos ph_fdlibm_kernel_cos
#define __kernel_tan ph_fdlibm_kernel_tan

#endif
