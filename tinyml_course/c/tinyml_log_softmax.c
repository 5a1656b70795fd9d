#include "tinyml_log_softmax.h"

#include "tinyml_fixed_point.h"

enum { SUM_INTEGER_BITS = 12, WIDE_INTEGER_BITS = 6, OUTPUT_SHIFT = 22 };

/* Constants in Q0.31, after TensorFlow Lite's log_x_for_x_greater_than_or_equal_to_1. */
#define LOG_2 1488522236
#define HALF_TO_ONE_HALF 1518500250
#define HALF_TO_ONE_QUARTER 1805811301
#define NUMERATOR_CUBE 117049297      /* 11/240 * 2^(1/4) */
#define DENOMINATOR_SQUARE 127690142  /* 1/20 * 2^(1/4) */
#define DENOMINATOR_FIRST 1057819769  /* 2 / 2^(1/4) - 2^(1/4) */
#define DENOMINATOR_SECOND 638450708  /* 1/4 * 2^(1/4) */
#define QUARTER (INT32_C(1) << 23)             /* in Q6.25 */

/* log(x) in Q5.26, for x of at least 1 in Q12.19: the exponent of a power of two, and a quotient of
 * polynomials for the rest, which lies around 2^(-1/4).
 */
static int32_t logarithm(int32_t x)
{
    const int zeros = tinyml_leading_zeros((uint32_t)x);
    const int b_zeros =
        tinyml_leading_zeros((uint32_t)tinyml_multiply(x, HALF_TO_ONE_HALF));
    const int32_t a = tinyml_shift_left(
        tinyml_multiply(tinyml_shift_left(x, zeros - 1), HALF_TO_ONE_HALF), 1);
    const int32_t b = tinyml_shift_left(x, b_zeros - 1);
    const int32_t one = INT32_C(1) << (31 - WIDE_INTEGER_BITS);
    const int32_t a_exponent = (SUM_INTEGER_BITS - zeros) * one + QUARTER;
    const int32_t b_exponent = (SUM_INTEGER_BITS - b_zeros + 1) * one - QUARTER;
    const int32_t exponent = a_exponent > b_exponent ? a_exponent : b_exponent;
    const int32_t r = a < b ? a : b;
    const int32_t q = 2 * (r - HALF_TO_ONE_QUARTER);
    const int32_t p = (int32_t)(((int64_t)r + HALF_TO_ONE_QUARTER + 1) / 2);
    const int32_t square = tinyml_multiply(q, q);
    const int32_t numerator = tinyml_multiply(q, r) +
                              tinyml_multiply(tinyml_multiply(q, square), NUMERATOR_CUBE);
    const int32_t denominator =
        tinyml_multiply(p, DENOMINATOR_FIRST + q + tinyml_multiply(DENOMINATOR_SQUARE, square)) +
        tinyml_multiply(DENOMINATOR_SECOND, q);
    const int32_t quotient =
        tinyml_multiply(tinyml_divide_by_power(numerator, WIDE_INTEGER_BITS),
                        tinyml_reciprocal_above_one(denominator));

    return tinyml_shift_left(tinyml_multiply(exponent, LOG_2) + quotient, 1);
}

static void normalize_row(const tinyml_log_normalization *layer, const int8_t *input,
                          int8_t *output)
{
    int32_t maximum = INT8_MIN, sum = 0;

    for (unsigned i = 0; i < layer->columns; i++)
        if (input[i] > maximum)
            maximum = input[i];
    for (unsigned i = 0; i < layer->columns; i++)
        if (maximum - input[i] < layer->entries)
            sum += layer->exponentials[maximum - input[i]];

    const int32_t log_sum = logarithm(sum);
    const int32_t least = tinyml_requantize(log_sum + INT32_MIN, layer->multiplier, layer->shift);

    for (unsigned i = 0; i < layer->columns; i++) {
        const int32_t d = maximum - input[i];
        int32_t q = INT8_MIN;

        if (d < layer->entries && -d > least)
            q = tinyml_divide_by_power(layer->logarithms[d] - log_sum, OUTPUT_SHIFT) + INT8_MAX;
        output[i] = (int8_t)tinyml_clamp(q, INT8_MIN, INT8_MAX);
    }
}

void tinyml_log_softmax(const tinyml_log_normalization *layer, const int8_t *input,
                        int8_t *output)
{
    for (unsigned row = 0; row < layer->rows; row++) {
        normalize_row(layer, input, output);
        input += layer->columns;
        output += layer->columns;
    }
}
