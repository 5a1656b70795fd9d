#include "tinyml_combine.h"
#include "tinyml_fixed_point.h"

enum { WORD_BITS = 32, LARGEST_SHIFT = WORD_BITS - 1 };

/* How far x can be shifted to the left: its bits that repeat the sign. */
TINYML_INLINE int sign_bits(int32_t x)
{
    const uint32_t magnitude = (uint32_t)(x < 0 ? ~x : x);

    return magnitude ? tinyml_leading_zeros(magnitude) - 1 : LARGEST_SHIFT;
}

/* a / b by the reciprocal of b, on the output's grid; a divisor of 0 counts as 1. */
TINYML_INLINE int32_t quotient(const tinyml_combination *layer, int32_t a, int32_t b)
{
    const int32_t dividend = b < 0 ? -a : a;
    const uint32_t divisor = b ? (uint32_t)(b < 0 ? -b : b) : 1u;
    const int zeros = tinyml_leading_zeros(divisor), headroom = sign_bits(dividend);
    const int32_t inverse =
        tinyml_reciprocal_above_one((int32_t)((divisor << zeros) & INT32_MAX));
    const int32_t raised = (int32_t)((uint32_t)dividend << headroom);
    const int32_t scaled = tinyml_multiply(tinyml_multiply(raised, inverse), layer->multiplier);
    const int shift = LARGEST_SHIFT - zeros + headroom + layer->shift;

    return shift > LARGEST_SHIFT ? 0 : tinyml_divide_by_power(scaled, shift);
}

void tinyml_divide(const tinyml_combination *parameters, uint32_t count, const int8_t *a,
                   int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output)
{
    const tinyml_combination copy = *parameters, *const layer = &copy;

    for (; count > 0; count--, a += a_step, b += b_step) {
        const int32_t q = quotient(layer, *a - layer->a_zero_point, *b - layer->b_zero_point);

        *output++ = (int8_t)tinyml_clamp(tinyml_wrapping_add(q, layer->zero_point), layer->minimum,
                                         layer->maximum);
    }
}
