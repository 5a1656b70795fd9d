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

/* The average of one channel, rounded half away from zero. */
static int32_t average(const tinyml_pool *layer, const int8_t *channel, window w)
{
    const int32_t count = (w.bottom - w.top) * (w.right - w.left);
    int32_t sum = 0;

    for (int y = w.top; y < w.bottom; y++) {
        const int8_t *in = channel + (y * layer->in_width + w.left) * layer->channels;

        for (int x = w.left; x < w.right; x++, in += layer->channels)
            sum += *in;
    }
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
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

void tinyml_pool_average(const tinyml_pool *layer, const int8_t *input, int8_t *output)
{
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
