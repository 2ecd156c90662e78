/* SPDX-License-Identifier: Apache-2.0 */
#include "device/math.h"

#include <math.h>
#include <stdbool.h>

/* C and Java differ where the base is 1 or -1 and the exponent is infinite or no number. */
static double java_pow(double x, double y)
{
    bool is_none = fabs(x) == 1 && !isfinite(y);
    return is_none ? NAN : pow(x, y);
}

double ph_math(enum ph_math_function function, double x, double y)
{
    switch (function) {
    case PH_MATH_SIN: return sin(x);
    case PH_MATH_COS: return cos(x);
    case PH_MATH_TAN: return tan(x);
    case PH_MATH_EXP: return exp(x);
    case PH_MATH_LOG: return log(x);
    case PH_MATH_LOG10: return (double)log10l(x); /* log10 is rather inexact */
    case PH_MATH_POW: return java_pow(x, y);
    }
    return 0;
}

#define FDLIBM(each)                                                                        \
    each(sin, SIN) each(cos, COS) each(tan, TAN) each(asin, ASIN) each(acos, ACOS)          \
    each(atan, ATAN) each(log, LOG) each(log10, LOG10) each(sinh, SINH) each(cosh, COSH)    \
    each(tanh, TANH) each(expm1, EXPM1) each(log1p, LOG1P)
#define FDLIBM_OF_TWO(each) each(atan2, ATAN2) each(remainder, REMAINDER)

#define DECLARED(name, number) double ph_fdlibm_##name(double x);
#define DECLARED_OF_TWO(name, number) double ph_fdlibm_##name(double x, double y);
FDLIBM(DECLARED)
FDLIBM_OF_TWO(DECLARED_OF_TWO)

double ph_math_strict(enum ph_math_strict_function function, double x, double y)
{
    switch (function) {
#define CALLED(name, number) case PH_STRICT_##number: return ph_fdlibm_##name(x);
#define CALLED_OF_TWO(name, number) case PH_STRICT_##number: return ph_fdlibm_##name(x, y);
    FDLIBM(CALLED)
    FDLIBM_OF_TWO(CALLED_OF_TWO)
    case PH_STRICT_SQRT: return sqrt(x); /* IEEE 754 says what it is */
    }
    return 0;
}
