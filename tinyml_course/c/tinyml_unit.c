#include "tinyml_unit.h"

#include "tinyml_fixed_point.h"

enum { OUTPUT_BITS = 7, STEPS = 5 };

#define HALF_ROOT_2 1518500250 /* in Q0.31 */
#define ONE_AND_A_HALF 402653184 /* in Q3.28 */

/* 1 / sqrt(x) is multiplier / 2^(31 + shift). */
typedef struct {
    int32_t multiplier;
    int shift;
} inverse_root;

/* Five Newton steps from 1 in Q3.28, as in gemmlowp. */
static inverse_root inverse_root_of(int32_t x)
{
    inverse_root result = {INT32_MAX, 0};
    int32_t root = INT32_C(1) << 28;

    if (x <= 1)
        return result;
    result.shift = 11;
    for (; x >= INT32_C(1) << 29; x /= 4)
        result.shift++;

    const int pairs = (tinyml_leading_zeros((uint32_t)x) - 1) / 2 - 1;
    const int32_t half = tinyml_divide_by_power((int32_t)((uint32_t)x << (2 * pairs)) >> 1, 1);

    result.shift -= pairs;
    for (int step = 0; step < STEPS; step++) {
        const int32_t cube =
            tinyml_shift_left(tinyml_multiply(tinyml_multiply(root, root), root), 6);

        root = tinyml_shift_left(
            tinyml_multiply(ONE_AND_A_HALF, root) - tinyml_multiply(half, cube), 3);
    }
    result.multiplier = tinyml_multiply(root, HALF_ROOT_2);
    if (result.shift < 0) {
        result.multiplier = (int32_t)((uint32_t)result.multiplier << -result.shift);
        result.shift = 0;
    }
    return result;
}

void tinyml_make_unit(const tinyml_unit_length *layer, const int8_t *input, int8_t *output)
{
    for (uint32_t row = 0; row < layer->rows; row++) {
        int32_t sum = 0;

        for (uint32_t i = 0; i < layer->columns; i++) {
            const int32_t x = input[i] - layer->in_zero_point;
            sum += x * x;
        }

        const inverse_root root = inverse_root_of(sum);

        for (uint32_t i = 0; i < layer->columns; i++) {
            const int32_t q = tinyml_requantize(*input++ - layer->in_zero_point, root.multiplier,
                                                root.shift - OUTPUT_BITS);
            *output++ = (int8_t)tinyml_clamp(q, INT8_MIN, INT8_MAX);
        }
    }
}
