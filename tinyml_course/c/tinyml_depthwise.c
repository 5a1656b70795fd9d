#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

/* Copy one channel of the input into a plane of int16 with its padding. */
static void gather_plane(const tinyml_depthwise *layer, const int8_t *input, int16_t *plane)
{
    for (int row = 0; row < layer->plane_rows; row++, plane += layer->plane_pitch) {
        const int y = row - layer->pad_rows;
        const int8_t *in = input + (y < 0 ? 0 : (uint32_t)y * layer->in_step_rows);

        for (int column = 0; column < layer->plane_pitch; column++) {
            const int x = column - layer->pad_columns;

            if (y < 0 || y >= layer->in_rows || x < 0 || x >= layer->in_columns)
                plane[column] = layer->in_zero_point;
            else
                plane[column] = in[(uint32_t)x * layer->in_step_columns];
        }
    }
}

/* Sum the taps of one output. */
static int32_t sum_taps(const tinyml_depthwise *layer, const int8_t *weights, const int16_t *plane)
{
    const int dilation = layer->dilation_columns;
    int32_t sum = 0;

    for (int row = 0; row < layer->kernel_rows; row++, weights += layer->kernel_columns) {
        for (int column = 0; column < layer->kernel_columns; column++)
            sum += weights[column] * plane[column * dilation];
        plane += layer->dilation_rows * layer->plane_pitch;
    }
    return sum;
}

static void convolve_plane(const tinyml_depthwise *layer, unsigned c, const int16_t *plane,
                           int8_t *output)
{
    const tinyml_channel channel = tinyml_channel_of(&layer->stage, c);
    const int8_t *weights =
        layer->weights + c * (unsigned)layer->kernel_rows * layer->kernel_columns;

    for (int row = 0; row < layer->out_rows; row++) {
        for (int column = 0; column < layer->out_columns; column++) {
            const int32_t sum = sum_taps(layer, weights, plane + column * layer->stride_columns);

            output[(uint32_t)column * layer->out_step_columns] =
                tinyml_finish(&layer->stage, channel, tinyml_wrapping_add(sum, channel.bias));
        }
        output += layer->out_step_rows;
        plane += layer->stride_rows * layer->plane_pitch;
    }
}

void tinyml_convolve_depthwise(const tinyml_depthwise *layer, const int8_t *input, int8_t *output,
                               void *scratch)
{
    int16_t *plane = scratch;

    for (unsigned c = 0; c < (unsigned)layer->channels * layer->multiplier; c++) {
        if (c % layer->multiplier == 0)
            gather_plane(layer, input + c / layer->multiplier, plane);
        convolve_plane(layer, c, plane, output + c);
    }
}
