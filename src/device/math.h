/* SPDX-License-Identifier: Apache-2.0 */
/* math.h - functions of real numbers.
 *
 * ph_math: from the system's library of mathematics: off by less than one unit in the last place,
 * and the same for the same library and CPU. What java.lang.Math asks for, with its special cases.
 * ph_math_strict: fdlibm's, to the last bit, everywhere the same. What java.lang.StrictMath asks
 * for. */
#ifndef PH_DEVICE_MATH_H
#define PH_DEVICE_MATH_H

enum ph_math_function {
    PH_MATH_SIN, PH_MATH_COS, PH_MATH_TAN, PH_MATH_EXP, PH_MATH_LOG, PH_MATH_LOG10,
    PH_MATH_POW /* of two numbers */
};

enum ph_math_strict_function {
    PH_STRICT_SIN, PH_STRICT_COS, PH_STRICT_TAN, PH_STRICT_ASIN, PH_STRICT_ACOS, PH_STRICT_ATAN,
    PH_STRICT_LOG, PH_STRICT_LOG10, PH_STRICT_SQRT, PH_STRICT_SINH, PH_STRICT_COSH, PH_STRICT_TANH,
    PH_STRICT_EXPM1, PH_STRICT_LOG1P,
    PH_STRICT_ATAN2, PH_STRICT_REMAINDER /* of two numbers */
};

/* `y`: the second number of functions of two. */
double ph_math(enum ph_math_function function, double x, double y);
double ph_math_strict(enum ph_math_strict_function function, double x, double y);

#endif
