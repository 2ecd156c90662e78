/* SPDX-License-Identifier: Apache-2.0 */
#include "device/math.h"

#include <math.h>
#include <stdbool.h>

/* A root is rounded once only; C and Java differ where the base is 1 or -1 and the exponent is
 * infinite or no number. */
static double nearest_pow(double x, double y)
{
    bool is_one = fabs(x) == 1 && (isnan(y) || isinf(y));
    if (y == 0.5 && x > 0) {
        return sqrt(x);
    }
    return is_one ? NAN : (double)powl(x, y);
}

double ph_math(enum ph_math_function function, double x, double y)
{
    switch (function) {
    case PH_MATH_SIN: return sin(x);
    case PH_MATH_COS: return cos(x);
    case PH_MATH_TAN: return tan(x);
    case PH_MATH_ASIN: return asin(x);
    case PH_MATH_ACOS: return acos(x);
    case PH_MATH_ATAN: return atan(x);
    case PH_MATH_EXP: return exp(x);
    case PH_MATH_LOG: return log(x);
    case PH_MATH_LOG10: return log10(x);
    case PH_MATH_SQRT: return sqrt(x);
    case PH_MATH_SINH: return sinh(x);
    case PH_MATH_COSH: return cosh(x);
    case PH_MATH_TANH: return tanh(x);
    case PH_MATH_EXPM1: return expm1(x);
    case PH_MATH_LOG1P: return log1p(x);
    case PH_MATH_ATAN2: return atan2(x, y);
    case PH_MATH_REMAINDER: return remainder(x, y);
    case PH_MATH_POW: return pow(x, y);
    case PH_MATH_NEAREST_SIN: return (double)sinl(x);
    case PH_MATH_NEAREST_COS: return (double)cosl(x);
    case PH_MATH_NEAREST_TAN: return (double)tanl(x);
    case PH_MATH_NEAREST_EXP: return (double)expl(x);
    case PH_MATH_NEAREST_LOG: return (double)logl(x);
    case PH_MATH_NEAREST_LOG10: return (double)log10l(x);
    case PH_MATH_NEAREST_POW: return nearest_pow(x, y);
    }
    return 0;
}
