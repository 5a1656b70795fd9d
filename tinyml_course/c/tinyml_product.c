#include "tinyml_product.h"

#include "tinyml_arithmetic.h"

/* One matrix (rows, columns) from (rows, depth) and (depth, columns); returns what lies behind. */
static int8_t *multiply(const tinyml_product *layer, const int8_t *a, const int8_t *b,
                        int8_t *output)
{
    for (uint32_t y = 0; y < layer->rows; y++, a += layer->a_row) {
        const int8_t *column = b;

        for (uint32_t x = 0; x < layer->columns; x++, column += layer->b_column) {
            const int8_t *left = a, *right = column;
            int32_t sum = 0;

            for (uint32_t k = 0; k < layer->depth; k++) {
                sum += (int32_t)(*left - layer->a_zero_point) * (*right - layer->b_zero_point);
                left += layer->a_depth;
                right += layer->b_depth;
            }
            sum = tinyml_wrapping_add(tinyml_requantize(sum, layer->multiplier, layer->shift),
                                      layer->zero_point);
            *output++ = (int8_t)tinyml_clamp(sum, INT8_MIN, INT8_MAX);
        }
    }
    return output;
}

void tinyml_multiply_matrices(const tinyml_product *layer, const int8_t *a, const int8_t *b,
                              int8_t *output)
{
    const uint32_t *batch = layer->batch;
    const int32_t *a_step = layer->a_step, *b_step = layer->b_step;

    for (uint32_t i = 0; i < batch[0]; i++, a += a_step[0], b += b_step[0]) {
        const int8_t *a_plane = a, *b_plane = b;

        for (uint32_t j = 0; j < batch[1]; j++, a_plane += a_step[1], b_plane += b_step[1]) {
            const int8_t *a_matrix = a_plane, *b_matrix = b_plane;

            for (uint32_t k = 0; k < batch[2]; k++, a_matrix += a_step[2], b_matrix += b_step[2])
                output = multiply(layer, a_matrix, b_matrix, output);
        }
    }
}
