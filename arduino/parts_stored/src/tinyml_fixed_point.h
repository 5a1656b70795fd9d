/* Fixed-point functions after gemmlowp's fixedpoint.h, for what depends on a sum at run time. A
 * number in Qm.n is an int32 with m integer and n fractional bits.
 */
#ifndef TINYML_FIXED_POINT_H
#define TINYML_FIXED_POINT_H

#include "tinyml_arithmetic.h"

#define TINYML_POWER_29 536870912
#define TINYML_NEWTON_CONSTANT 1515870810 /* 48/17 in Q2.29 */
#define TINYML_NEWTON_SLOPE (-1010580540) /* -32/17 in Q2.29 */

/* Of an x above 0. */
TINYML_INLINE int tinyml_leading_zeros(uint32_t x)
{
    int count = 0;

    for (; x < 0x80000000u; x <<= 1)
        count++;
    return count;
}

/* x * 2^bits, saturated. */
TINYML_INLINE int32_t tinyml_shift_left(int32_t x, int bits)
{
    const int32_t limit = INT32_MAX >> bits;

    return x > limit ? INT32_MAX : x < -limit - 1 ? INT32_MIN : x * (INT32_C(1) << bits);
}

/* 1 / (1 + x) in Q0.31, for x in Q0.31 from 0 to 1: three Newton steps from 48/17 - 32/17 * x. */
TINYML_INLINE int32_t tinyml_reciprocal_above_one(int32_t x)
{
    const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t r = TINYML_NEWTON_CONSTANT + tinyml_multiply(half_denominator, TINYML_NEWTON_SLOPE);

    for (int step = 0; step < 3; step++) {
        const int32_t rest = TINYML_POWER_29 - tinyml_multiply(half_denominator, r);
        r += tinyml_shift_left(tinyml_multiply(r, rest), 2);
    }
    return tinyml_shift_left(r, 1);
}

#endif
