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

/* The average of `count` values, rounded half away from zero. */
TINYML_INLINE int32_t divide(int32_t sum, int32_t count)
{
#if defined(__AVR__)
    if (count < 256) { /* what is divided fits 16 bits, which takes a third of the time */
        const int16_t short_sum = (int16_t)sum, half = (int16_t)(count / 2);

        return (short_sum > 0 ? short_sum + half : short_sum - half) / (int16_t)count;
    }
#endif
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

/* Rows of the input in their ring. */
typedef struct {
    const int8_t *data; /* from the first of the channels to reduce */
    int slot;           /* of the window's top row */
    int capacity;
} ring;

static int next_slot(ring input, int slot)
{
    return slot + 1 == input.capacity ? 0 : slot + 1;
}

static int32_t average(const tinyml_pool *layer, ring input, window w)
{
    const int32_t count = (w.bottom - w.top) * (w.right - w.left);
    int32_t sum = 0;

    for (int y = w.top, slot = input.slot; y < w.bottom; y++, slot = next_slot(input, slot)) {
        const int8_t *in = input.data + (slot * layer->in_width + w.left) * layer->channels;

        for (int x = w.left; x < w.right; x++, in += layer->channels)
            sum += *in;
    }
    return divide(sum, count);
}

static int32_t largest(const tinyml_pool *layer, ring input, window w)
{
    int32_t result = INT8_MIN;

    for (int y = w.top, slot = input.slot; y < w.bottom; y++, slot = next_slot(input, slot)) {
        const int8_t *in = input.data + (slot * layer->in_width + w.left) * layer->channels;

        for (int x = w.left; x < w.right; x++, in += layer->channels)
            if (*in > result)
                result = *in;
    }
    return result;
}

TINYML_INLINE void pool(const tinyml_pool *layer, tinyml_rows input, tinyml_rows output,
                        unsigned first, unsigned count,
                        int32_t (*reduce)(const tinyml_pool *, ring, window))
{
    const unsigned row_bytes = (unsigned)layer->out_width * layer->channels;

    for (unsigned y = first; y < first + count; y++) {
        int8_t *out = output.data + y % output.capacity * row_bytes;

        for (int x = 0; x < layer->out_width; x++) {
            const window w = window_at(layer, (int)y, x);
            ring in = {input.data, w.top % input.capacity, input.capacity};

            for (int c = 0; c < layer->channels; c++, in.data++)
                *out++ = (int8_t)tinyml_clamp(reduce(layer, in, w), layer->minimum,
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

void tinyml_pool_average(const tinyml_pool *layer, tinyml_rows input, tinyml_rows output,
                         unsigned first, unsigned count)
{
#if TINYML_DSP
    const int32_t pixels = layer->in_height * layer->in_width;

    if (layer->out_height == 1 && layer->out_width == 1 && layer->channels % LANES == 0 &&
        layer->window_height == layer->in_height && layer->window_width == layer->in_width &&
        layer->pad_top == 0 && layer->pad_left == 0 && pixels <= MAX_COUNT &&
        input.capacity == layer->in_height) {
        average_image(layer, input.data, output.data);
        return;
    }
#endif
    pool(layer, input, output, first, count, average);
}

void tinyml_pool_max(const tinyml_pool *layer, tinyml_rows input, tinyml_rows output,
                     unsigned first, unsigned count)
{
    pool(layer, input, output, first, count, largest);
}

/* Add pixels (count, channels) to one sum a channel. */
static void add_pixels(const int8_t *pixels, unsigned count, unsigned channels, int32_t *sums)
{
    unsigned c = 0;

#if TINYML_DSP
    for (; count <= MAX_COUNT && c + LANES <= channels; c += LANES) {
        const int8_t *in = pixels + c;
        uint32_t even = 0, odd = 0;

        for (unsigned i = 0; i < count; i++, in += channels) {
            const uint32_t four = tinyml_load_unaligned(in);
            even = tinyml_add_even_bytes(even, four);
            odd = tinyml_add_odd_bytes(odd, four);
        }
        sums[c] += (int16_t)even;
        sums[c + 1] += (int16_t)odd;
        sums[c + 2] += (int16_t)(even >> 16);
        sums[c + 3] += (int16_t)(odd >> 16);
    }
#endif
    for (; c < channels; c++) {
        const int8_t *in = pixels + c;
        int32_t sum = sums[c];

        for (unsigned i = 0; i < count; i++, in += channels)
            sum += *in;
        sums[c] = sum;
    }
}

/* Add rows first to first + count - 1 to the sums, which start from nothing at row 0. */
static void add_rows(tinyml_rows input, unsigned width, unsigned channels, unsigned first,
                     unsigned count, int32_t *sums)
{
    if (first == 0)
        for (unsigned c = 0; c < channels; c++)
            sums[c] = 0;
    for (unsigned y = first; y < first + count; y++)
        add_pixels(input.data + y % input.capacity * (width * channels), width, channels, sums);
}

void tinyml_pool_average_rows(const tinyml_pool *layer, tinyml_rows input, int8_t *output,
                              unsigned first, unsigned count, void *scratch)
{
    const int32_t *sums = scratch;

    add_rows(input, layer->in_width, layer->channels, first, count, scratch);
    if (first + count == layer->in_height)
        for (unsigned c = 0; c < layer->channels; c++)
            output[c] = (int8_t)tinyml_clamp(divide(sums[c], layer->in_height * layer->in_width),
                                             layer->minimum, layer->maximum);
}

/* The mean of a sum that has its offset already. */
static int8_t mean_of(const tinyml_mean *layer, int32_t sum)
{
    const int32_t q = tinyml_wrapping_add(
        tinyml_requantize(sum, layer->multiplier, layer->shift), layer->zero_point);

    return (int8_t)tinyml_clamp(q, INT8_MIN, INT8_MAX);
}

void tinyml_average_rows(const tinyml_mean *layer, unsigned height, tinyml_rows input,
                         int8_t *output, unsigned first, unsigned count, void *scratch)
{
    const int32_t *sums = scratch;

    add_rows(input, layer->count / height, layer->inner, first, count, scratch);
    if (first + count == height)
        for (uint32_t c = 0; c < layer->inner; c++)
            output[c] = mean_of(layer, sums[c] + layer->offset);
}

void tinyml_average(const tinyml_mean *layer, const int8_t *input, int8_t *output)
{
    for (uint32_t o = 0; o < layer->outer; o++, input += layer->count * layer->inner) {
        for (uint32_t i = 0; i < layer->inner; i++) {
            const int8_t *in = input + i;
            int32_t sum = layer->offset;

            for (uint32_t k = layer->count; k > 0; k--, in += layer->inner)
                sum += *in;
            *output++ = mean_of(layer, sum);
        }
    }
}
