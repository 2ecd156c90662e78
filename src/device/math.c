/* SPDX-License-Identifier: Apache-2.0 */
#include "device/math.h"

#include <math.h>

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
    }
    return 0;
}
