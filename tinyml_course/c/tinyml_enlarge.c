#include "tinyml_enlarge.h"

#include "tinyml_arithmetic.h"
#include "tinyml_output_stage.h"

enum { BLEND_ONE = 1 << 10 };

/* x / 2^20, rounded half away from zero. */
TINYML_INLINE int32_t unscale(int32_t x)
{
    const int32_t one = (int32_t)BLEND_ONE * BLEND_ONE;

    return (x > 0 ? x + one / 2 : x - one / 2) / one;
}

void tinyml_blend(const tinyml_blending *layer, const int8_t *input, int8_t *output)
{
    for (unsigned n = 0; n < layer->images; n++, input += layer->image) {
        const TINYML_FLASH int32_t *row = layer->rows;

        for (unsigned y = 0; y < layer->out_height; y++, row += 3) {
            const int8_t *top = input + row[0], *bottom = input + row[1];
            const TINYML_FLASH int32_t *column = layer->columns;

            for (unsigned x = 0; x < layer->out_width; x++, column += 3) {
                const int32_t left = column[0], right = column[1];
                const int32_t lower = row[2], upper = BLEND_ONE - lower;
                const int32_t after = column[2], before = BLEND_ONE - after;

                for (unsigned c = 0; c < layer->channels; c++)
                    *output++ = (int8_t)unscale(
                        (top[left + (int)c] * before + top[right + (int)c] * after) * upper +
                        (bottom[left + (int)c] * before + bottom[right + (int)c] * after) * lower);
            }
        }
    }
}

/* The taps that reach one place of the output along one axis: tap `kernel` of input `at`, then tap
 * kernel + stride of input at - 1, and so on.
 */
typedef struct {
    int at, kernel;
} taps;

static taps taps_at(int place, int stride, int inputs)
{
    taps result = {place / stride, place % stride};

    if (result.at >= inputs) {
        result.kernel += (result.at - inputs + 1) * stride;
        result.at = inputs - 1;
    }
    return result;
}

TINYML_INLINE int32_t dot(unsigned count, const int8_t *input, int32_t zero_point,
                          const TINYML_FLASH int8_t *weights)
{
    int32_t sum = 0;

#if TINYML_DSP
    const uint32_t offsets = tinyml_pair(-zero_point, -zero_point);

    for (; count >= 4; count -= 4, input += 4, weights += 4) {
        const uint32_t in = tinyml_load_unaligned(input), w = tinyml_load_unaligned(weights);

        sum = tinyml_mac_pairs(sum, tinyml_add_even_bytes(offsets, in), tinyml_even_bytes(w));
        sum = tinyml_mac_pairs(sum, tinyml_add_odd_bytes(offsets, in), tinyml_odd_bytes(w));
    }
#endif
    while (count-- > 0)
        sum += (*input++ - zero_point) * *weights++;
    return sum;
}

/* What reaches one pixel of one output channel. */
static int32_t gather(const tinyml_spreading *layer, const int8_t *input,
                      const TINYML_FLASH int8_t *weights, taps rows, taps columns)
{
    int32_t sum = 0;

    for (int y = rows.at, ky = rows.kernel; y >= 0 && ky < layer->kernel_height;
         y--, ky += layer->stride_height) {
        for (int x = columns.at, kx = columns.kernel; x >= 0 && kx < layer->kernel_width;
             x--, kx += layer->stride_width)
            sum += dot(layer->in_channels, input + (y * layer->in_width + x) * layer->in_channels,
                       layer->in_zero_point,
                       weights + (ky * layer->kernel_width + kx) * layer->in_channels);
    }
    return sum;
}

void tinyml_convolve_transposed(const tinyml_spreading *layer, const int8_t *input, int8_t *output)
{
    const int filter = layer->kernel_height * layer->kernel_width * layer->in_channels;

    for (int y = 0; y < layer->out_height; y++) {
        const taps rows = taps_at(y + layer->pad_top, layer->stride_height, layer->in_height);

        for (int x = 0; x < layer->out_width; x++) {
            const taps columns =
                taps_at(x + layer->pad_left, layer->stride_width, layer->in_width);
            const TINYML_FLASH int8_t *weights = layer->weights;

            for (unsigned c = 0; c < layer->out_channels; c++, weights += filter) {
                const tinyml_channel channel = tinyml_channel_of(&layer->stage, c);
                const int32_t sum = gather(layer, input, weights, rows, columns);

                *output++ =
                    tinyml_finish(&layer->stage, channel, tinyml_wrapping_add(sum, channel.bias));
            }
        }
    }
}
