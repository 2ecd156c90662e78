/* SPDX-License-Identifier: Apache-2.0 */
/* math.h - functions of real numbers, from the system's library of mathematics: off by less than
 * one unit in the last place, and the same for the same library. */
#ifndef PH_DEVICE_MATH_H
#define PH_DEVICE_MATH_H

enum ph_math_function {
    PH_MATH_SIN, PH_MATH_COS, PH_MATH_TAN, PH_MATH_ASIN, PH_MATH_ACOS, PH_MATH_ATAN, PH_MATH_EXP,
    PH_MATH_LOG, PH_MATH_LOG10, PH_MATH_SQRT, PH_MATH_SINH, PH_MATH_COSH, PH_MATH_TANH,
    PH_MATH_EXPM1, PH_MATH_LOG1P,
    PH_MATH_ATAN2, PH_MATH_REMAINDER, PH_MATH_POW, /* of two numbers */
    /* Nearly always the nearest number there is. */
    PH_MATH_NEAREST_SIN, PH_MATH_NEAREST_COS, PH_MATH_NEAREST_TAN, PH_MATH_NEAREST_EXP,
    PH_MATH_NEAREST_LOG, PH_MATH_NEAREST_LOG10,
    PH_MATH_NEAREST_POW /* of two numbers */
};

double ph_math(enum ph_math_function function, double x, double y);

#endif
