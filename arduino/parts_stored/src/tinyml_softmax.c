#include "tinyml_fixed_point.h"
#include "tinyml_kernels.h"

/* After gemmlowp: exponentials in Q0.31, their sum in Q12.19, and its reciprocal. */
enum { SUM_INTEGER_BITS = 12, OUTPUT_BITS = 8 };

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

    const int zeros = tinyml_leading_zeros((uint32_t)sum);
    const int32_t scale =
        tinyml_reciprocal_above_one((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
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
