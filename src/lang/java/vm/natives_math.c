/* SPDX-License-Identifier: Apache-2.0 */
/* natives_math.c - java.lang.StrictMath, as far as the library has it native; and those functions
 * of java.lang.Math that the translator makes native (translate.c), which are better than one
 * unit in the last place, as Math allows, and faster than StrictMath's. */
#include "device/math.h"
#include "lang/java/vm/vm.h"

static void operands(const struct ph_call *call, double *x, double *y)
{
    memcpy(x, &call->slots[0], sizeof(*x));
    if (call->signature->param_count == 2) {
        memcpy(y, &call->slots[1], sizeof(*y));
    }
}

static enum ph_outcome done(struct ph_call *call, double result)
{
    memcpy(&call->slots[0], &result, sizeof(result));
    return PH_DONE;
}

#define MATH(each)                                                      \
    each(sin, SIN) each(cos, COS) each(tan, TAN) each(exp, EXP) each(log, LOG) each(log10, LOG10)
#define MATH_OF_TWO(each) each(pow, POW)

#define STRICT(each)                                                                      \
    each(sin, SIN) each(cos, COS) each(tan, TAN) each(asin, ASIN) each(acos, ACOS)        \
    each(atan, ATAN) each(log, LOG) each(log10, LOG10) each(sqrt, SQRT) each(sinh, SINH)  \
    each(cosh, COSH) each(tanh, TANH) each(expm1, EXPM1) each(log1p, LOG1P)
#define STRICT_OF_TWO(each) each(atan2, ATAN2) each(IEEEremainder, REMAINDER)

#define MATH_NATIVE(name, number)                            \
    static enum ph_outcome math_##name(struct ph_call *call) \
    {                                                        \
        double x, y = 0;                                     \
        operands(call, &x, &y);                              \
        return done(call, ph_math(PH_MATH_##number, x, y));  \
    }
#define STRICT_NATIVE(name, number)                                   \
    static enum ph_outcome strict_##name(struct ph_call *call)        \
    {                                                                 \
        double x, y = 0;                                              \
        operands(call, &x, &y);                                       \
        return done(call, ph_math_strict(PH_STRICT_##number, x, y));  \
    }
MATH(MATH_NATIVE)
MATH_OF_TWO(MATH_NATIVE)
STRICT(STRICT_NATIVE)
STRICT_OF_TWO(STRICT_NATIVE)

ph_status ph_java_math_natives_add(struct ph_java_vm *self)
{
#define MATH_ROW(name, number) {"java", "java/lang/Math." #name "(D)D", "d:d", math_##name},
#define MATH_ROW_OF_TWO(name, number) \
    {"java", "java/lang/Math." #name "(DD)D", "dd:d", math_##name},
#define STRICT_ROW(name, number) \
    {"java", "java/lang/StrictMath." #name "(D)D", "d:d", strict_##name},
#define STRICT_ROW_OF_TWO(name, number) \
    {"java", "java/lang/StrictMath." #name "(DD)D", "dd:d", strict_##name},
    static const struct ph_native_info natives[] = {
        MATH(MATH_ROW) MATH_OF_TWO(MATH_ROW_OF_TWO)
        STRICT(STRICT_ROW) STRICT_OF_TWO(STRICT_ROW_OF_TWO)};
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
