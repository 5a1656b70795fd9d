#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

/* The part of a window that lies on the image, in rows and columns of the input. */
typedef struct {
    int top, bottom, left, right;
} window;

static window window_at(const tinyml_pool *layer, int out_y, int out_x)
{
    const int y = out_y * layer->stride_height - layer->pad_top;
    const int x = out_x * layer->stride_width - layer->pad_left;
    const int bottom = y + layer->window_height, right = x + layer->window_width;
    const window result = {
        y < 0 ? 0 : y,
        bottom > layer->in_height ? layer->in_height : bottom,
        x < 0 ? 0 : x,
        right > layer->in_width ? layer->in_width : right,
    };

    return result;
}

/* sum / count, rounded half away from zero. */
TINYML_INLINE int32_t divide(int32_t sum, int32_t count)
{
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

static int32_t average(const tinyml_pool *layer, const int8_t *channel, window w)
{
    const int32_t count = (w.bottom - w.top) * (w.right - w.left);
    int32_t sum = 0;

    for (int y = w.top; y < w.bottom; y++) {
        const int8_t *in = channel + (y * layer->in_width + w.left) * layer->channels;

        for (int x = w.left; x < w.right; x++, in += layer->channels)
            sum += *in;
    }
    return divide(sum, count);
}

static int32_t largest(const tinyml_pool *layer, const int8_t *channel, window w)
{
    int32_t result = INT8_MIN;

    for (int y = w.top; y < w.bottom; y++) {
        const int8_t *in = channel + (y * layer->in_width + w.left) * layer->channels;

        for (int x = w.left; x < w.right; x++, in += layer->channels)
            if (*in > result)
                result = *in;
    }
    return result;
}

TINYML_INLINE void pool(const tinyml_pool *layer, const int8_t *input, int8_t *output,
                        int32_t (*reduce)(const tinyml_pool *, const int8_t *, window))
{
    for (int y = 0; y < layer->out_height; y++) {
        for (int x = 0; x < layer->out_width; x++) {
            const window w = window_at(layer, y, x);

            for (int c = 0; c < layer->channels; c++)
                *output++ = (int8_t)tinyml_clamp(reduce(layer, input + c, w), layer->minimum,
                                                 layer->maximum);
        }
    }
}

#if TINYML_DSP

enum { LANES = 4, MAX_COUNT = 256 }; /* so many int8 values cannot overflow an int16 */

/* Four neighbouring channels of a window that is the whole image, two sums in a word. */
static void average_image(const tinyml_pool *layer, const int8_t *input, int8_t *output)
{
    const int32_t count = layer->in_height * layer->in_width;

    for (unsigned c = 0; c < layer->channels; c += LANES, input += LANES) {
        const int8_t *in = input;
        uint32_t even = 0, odd = 0;

        for (int32_t i = 0; i < count; i++, in += layer->channels) {
            const uint32_t four = tinyml_load_unaligned(in);
            even = tinyml_add_even_bytes(even, four);
            odd = tinyml_add_odd_bytes(odd, four);
        }
        const int32_t sums[LANES] = {
            (int16_t)even, (int16_t)odd, (int16_t)(even >> 16), (int16_t)(odd >> 16)};
        for (unsigned lane = 0; lane < LANES; lane++)
            *output++ =
                (int8_t)tinyml_clamp(divide(sums[lane], count), layer->minimum, layer->maximum);
    }
}

#endif

void tinyml_pool_average(const tinyml_pool *layer, const int8_t *input, int8_t *output)
{
#if TINYML_DSP
    const int32_t count = layer->in_height * layer->in_width;

    if (layer->out_height == 1 && layer->out_width == 1 && layer->channels % LANES == 0 &&
        layer->window_height == layer->in_height && layer->window_width == layer->in_width &&
        layer->pad_top == 0 && layer->pad_left == 0 && count <= MAX_COUNT) {
        average_image(layer, input, output);
        return;
    }
#endif
    pool(layer, input, output, average);
}

void tinyml_pool_max(const tinyml_pool *layer, const int8_t *input, int8_t *output)
{
    pool(layer, input, output, largest);
}

void tinyml_average(const tinyml_mean *layer, const int8_t *input, int8_t *output)
{
    for (uint32_t o = 0; o < layer->outer; o++, input += layer->count * layer->inner) {
        for (uint32_t i = 0; i < layer->inner; i++) {
            int32_t sum = layer->offset;

            for (uint32_t k = 0; k < layer->count; k++)
                sum += input[k * layer->inner + i];
            *output++ = (int8_t)tinyml_clamp(
                tinyml_wrapping_add(tinyml_requantize(sum, layer->multiplier, layer->shift),
                                    layer->zero_point),
                INT8_MIN, INT8_MAX);
        }
    }
}
