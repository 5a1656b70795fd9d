#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

/* After gemmlowp's fixed point (fixedpoint.h): exponentials in Q0.31, their sum in Q12.19, and its
 * reciprocal by three Newton steps from 48/17 - 32/17 * x in Q2.29.
 */
enum { SUM_INTEGER_BITS = 12, OUTPUT_BITS = 8 };

#define TWO_POW_29 536870912
#define NEWTON_CONSTANT 1515870810 /* 48/17 in Q2.29 */
#define NEWTON_SLOPE (-1010580540) /* -32/17 in Q2.29 */

static int leading_zeros(uint32_t x)
{
    int count = 0;

    for (; x < 0x80000000u; x <<= 1)
        count++;
    return count;
}

/* x * 2^bits, saturated. */
static int32_t shift_left(int32_t x, int bits)
{
    const int32_t limit = INT32_MAX >> bits;

    return x > limit ? INT32_MAX : x < -limit - 1 ? INT32_MIN : x * (1 << bits);
}

/* 1 / (1 + x) in Q0.31, for x in Q0.31 from 0 to 1. */
static int32_t reciprocal_above_one(int32_t x)
{
    const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t r = NEWTON_CONSTANT + tinyml_multiply(half_denominator, NEWTON_SLOPE);

    for (int step = 0; step < 3; step++) {
        const int32_t rest = TWO_POW_29 - tinyml_multiply(half_denominator, r);
        r += shift_left(tinyml_multiply(r, rest), 2);
    }
    return shift_left(r, 1);
}

static void softmax_row(const tinyml_normalization *layer, const int8_t *input, int8_t *output)
{
    int32_t maximum = INT8_MIN, sum = 0;

    for (unsigned i = 0; i < layer->columns; i++)
        if (input[i] > maximum)
            maximum = input[i];
    for (unsigned i = 0; i < layer->columns; i++)
        if (maximum - input[i] < layer->entries)
            sum += tinyml_divide_by_power(layer->exponentials[maximum - input[i]],
                                          SUM_INTEGER_BITS);

    const int zeros = leading_zeros((uint32_t)sum);
    const int32_t scale =
        reciprocal_above_one((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
    const int exponent = SUM_INTEGER_BITS - zeros + 31 - OUTPUT_BITS;
    const int wider = layer->wide ? 16 - OUTPUT_BITS : 0;

    for (unsigned i = 0; i < layer->columns; i++) {
        const int32_t d = maximum - input[i];
        const int32_t q = d < layer->entries
                              ? tinyml_divide_by_power(
                                    tinyml_multiply(scale, layer->exponentials[d]),
                                    exponent - wider)
                              : 0;

        if (layer->wide)
            ((int16_t *)(void *)output)[i] =
                (int16_t)tinyml_clamp(q + INT16_MIN, INT16_MIN, INT16_MAX);
        else
            output[i] = (int8_t)tinyml_clamp(q + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void tinyml_softmax(const tinyml_normalization *layer, const int8_t *input, void *output)
{
    const uint32_t row_bytes = (uint32_t)layer->columns << layer->wide;

    for (uint32_t row = 0; row < layer->rows; row++)
        softmax_row(layer, input + row * layer->columns, (int8_t *)output + row * row_bytes);
}
