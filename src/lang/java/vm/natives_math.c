/* SPDX-License-Identifier: Apache-2.0 */
/* natives_math.c - java.lang.StrictMath, as far as the library has it native, and what of
 * java.lang.Math is done here instead (src/lang/java/translate.c). */
#include "device/math.h"
#include "lang/java/vm/vm.h"

static enum ph_outcome compute(struct ph_call *call, enum ph_math_function function)
{
    double x, y = 0, result;

    memcpy(&x, &call->slots[0], sizeof(x));
    if (call->signature->param_count == 2) {
        memcpy(&y, &call->slots[1], sizeof(y));
    }
    result = ph_math(function, x, y);
    memcpy(&call->slots[0], &result, sizeof(result));
    return PH_DONE;
}

#define FUNCTIONS(each)                                                                      \
    each(sin, PH_MATH_SIN) each(cos, PH_MATH_COS) each(tan, PH_MATH_TAN)                     \
    each(asin, PH_MATH_ASIN) each(acos, PH_MATH_ACOS) each(atan, PH_MATH_ATAN)               \
    each(exp, PH_MATH_EXP) each(log, PH_MATH_LOG) each(log10, PH_MATH_LOG10)                 \
    each(sqrt, PH_MATH_SQRT) each(sinh, PH_MATH_SINH) each(cosh, PH_MATH_COSH)               \
    each(tanh, PH_MATH_TANH) each(expm1, PH_MATH_EXPM1) each(log1p, PH_MATH_LOG1P)
#define FUNCTIONS_OF_TWO(each)                                                               \
    each(atan2, PH_MATH_ATAN2) each(IEEEremainder, PH_MATH_REMAINDER) each(pow, PH_MATH_POW)

#define NEAREST(each)                                                                        \
    each(sin, PH_MATH_NEAREST_SIN) each(cos, PH_MATH_NEAREST_COS)                            \
    each(tan, PH_MATH_NEAREST_TAN) each(exp, PH_MATH_NEAREST_EXP)                            \
    each(log, PH_MATH_NEAREST_LOG) each(log10, PH_MATH_NEAREST_LOG10)

#define NATIVE(name, function)                             \
    static enum ph_outcome math_##name(struct ph_call *call) \
    {                                                      \
        return compute(call, function);                    \
    }
FUNCTIONS(NATIVE)
FUNCTIONS_OF_TWO(NATIVE)
#define NATIVE_NEAREST(name, function) NATIVE(nearest_##name, function)
NEAREST(NATIVE_NEAREST)
NATIVE(nearest_pow, PH_MATH_NEAREST_POW)

ph_status ph_java_math_natives_add(struct ph_java_vm *self)
{
#define ROW(name, function) {"java", "java/lang/StrictMath." #name "(D)D", "d:d", math_##name},
#define ROW_OF_TWO(name, function) \
    {"java", "java/lang/StrictMath." #name "(DD)D", "dd:d", math_##name},
#define ROW_NEAREST(name, function) \
    {"java", "java/lang/Math." #name "(D)D", "d:d", math_nearest_##name},
    static const struct ph_native_info natives[] = {
        FUNCTIONS(ROW) FUNCTIONS_OF_TWO(ROW_OF_TWO) NEAREST(ROW_NEAREST)
        {"java", "java/lang/Math.pow(DD)D", "dd:d", math_nearest_pow}};
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
