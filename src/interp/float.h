/* SPDX-License-Identifier: Apache-2.0 */
/* float.h - WebAssembly's float operations without libm (core spec 2.0, section 4.3.3).
 *
 * Rounding adds and takes away 2^52 (2^23), which rounds to nearest, ties to even, in the default
 * rounding mode; values not below that are integers already. Builds must not use -ffast-math. NaN
 * results are quiet and keep a payload of an operand, which the spec allows. */
#ifndef PH_INTERP_FLOAT_H
#define PH_INTERP_FLOAT_H

#include "base/common.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef float f32;
typedef double f64;

static inline u32 ph_f32_bits(f32 x) { u32 bits; memcpy(&bits, &x, 4); return bits; }
static inline u64 ph_f64_bits(f64 x) { u64 bits; memcpy(&bits, &x, 8); return bits; }
static inline f32 ph_f32_of(u32 bits) { f32 x; memcpy(&x, &bits, 4); return x; }
static inline f64 ph_f64_of(u64 bits) { f64 x; memcpy(&x, &bits, 8); return x; }

#define PH_FLOAT_FUNCTIONS(F, U, SIGN, QUIET, INTEGERS)                                    \
    static inline F ph_##F##_abs(F a) { return ph_##F##_of(ph_##F##_bits(a) & ~(SIGN)); }  \
    static inline F ph_##F##_neg(F a) { return ph_##F##_of(ph_##F##_bits(a) ^ (SIGN)); }   \
    static inline F ph_##F##_copysign(F a, F b)                                            \
    {                                                                                      \
        return ph_##F##_of((ph_##F##_bits(a) & ~(SIGN)) | (ph_##F##_bits(b) & (SIGN)));    \
    }                                                                                      \
    static inline F ph_##F##_min(F a, F b)                                                 \
    {                                                                                      \
        if (a != a || b != b) {                                                            \
            return a + b;                                                                  \
        }                                                                                  \
        if (a == b) { /* -0 is less than +0 */                                             \
            return ph_##F##_of(ph_##F##_bits(a) | ph_##F##_bits(b));                       \
        }                                                                                  \
        return a < b ? a : b;                                                              \
    }                                                                                      \
    static inline F ph_##F##_max(F a, F b)                                                 \
    {                                                                                      \
        if (a != a || b != b) {                                                            \
            return a + b;                                                                  \
        }                                                                                  \
        if (a == b) {                                                                      \
            return ph_##F##_of(ph_##F##_bits(a) & ph_##F##_bits(b));                       \
        }                                                                                  \
        return a > b ? a : b;                                                              \
    }                                                                                      \
    /* What rounding makes of an integer, an infinity or a NaN. */                         \
    static inline F ph_##F##_whole(F a)                                                    \
    {                                                                                      \
        return a == a ? a : ph_##F##_of(ph_##F##_bits(a) | (QUIET));                       \
    }                                                                                      \
    static inline F ph_##F##_nearest(F a)                                                  \
    {                                                                                      \
        F size = ph_##F##_abs(a);                                                          \
        if (!(size < (INTEGERS))) {                                                        \
            return ph_##F##_whole(a);                                                      \
        }                                                                                  \
        return ph_##F##_copysign((size + (INTEGERS)) - (INTEGERS), a);                     \
    }                                                                                      \
    static inline F ph_##F##_floor(F a)                                                    \
    {                                                                                      \
        F near = ph_##F##_nearest(a);                                                      \
        return near > a ? ph_##F##_copysign(near - 1, a) : near;                           \
    }                                                                                      \
    static inline F ph_##F##_ceil(F a)                                                     \
    {                                                                                      \
        F near = ph_##F##_nearest(a);                                                      \
        return near < a ? ph_##F##_copysign(near + 1, a) : near;                           \
    }                                                                                      \
    static inline F ph_##F##_trunc(F a)                                                    \
    {                                                                                      \
        F size = ph_##F##_abs(a);                                                          \
        F near = ph_##F##_nearest(size);                                                   \
        return ph_##F##_copysign(near > size ? near - 1 : near, a);                        \
    }

PH_FLOAT_FUNCTIONS(f32, u32, 0x80000000u, 0x00400000u, 0x1p23f)
PH_FLOAT_FUNCTIONS(f64, u64, UINT64_C(1) << 63, UINT64_C(1) << 51, 0x1p52)
#undef PH_FLOAT_FUNCTIONS

/* For -1 < a < 2^64. */
static inline u64 ph_u64_of_f64(f64 a)
{
    return a < 0x1p63 ? (u64)(s64)a : (u64)(s64)(a - 0x1p63) ^ UINT64_C(1) << 63;
}
static inline u64 ph_u64_of_f32(f32 a)
{
    return ph_u64_of_f64((f64)a);
}

static inline u32 ph_trunc_sat_s32(f64 a)
{
    return a != a           ? 0
           : a < -0x1p31    ? 0x80000000u
           : a >= 0x1p31    ? 0x7fffffffu
                            : (u32)(s32)a;
}
static inline u32 ph_trunc_sat_u32(f64 a)
{
    return !(a > -1.0) ? 0 : a >= 0x1p32 ? UINT32_MAX : (u32)(s64)a;
}
static inline u64 ph_trunc_sat_s64(f64 a)
{
    return a != a           ? 0
           : a < -0x1p63    ? UINT64_C(1) << 63
           : a >= 0x1p63    ? (u64)INT64_MAX
                            : (u64)(s64)a;
}
static inline u64 ph_trunc_sat_u64(f64 a)
{
    return !(a > -1.0) ? 0 : a >= 0x1p64 ? UINT64_MAX : ph_u64_of_f64(a);
}

static inline u32 ph_popcount32(u32 a)
{
    a -= a >> 1 & 0x55555555u;
    a = (a & 0x33333333u) + (a >> 2 & 0x33333333u);
    return ((a + (a >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}
static inline u64 ph_popcount64(u64 a)
{
    return ph_popcount32((u32)a) + ph_popcount32((u32)(a >> 32));
}

#endif
