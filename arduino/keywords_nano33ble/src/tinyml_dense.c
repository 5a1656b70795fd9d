#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

enum { CHANNELS = 4, GROUP = 4 };

/* Widen the inputs to int16, in the order (k, k + 2), (k + 1, k + 3) of the weights. */
static void widen(const int8_t *input, unsigned count, unsigned depth, int16_t *wide)
{
    unsigned k = 0;

#if TINYML_DSP
    for (; k + GROUP <= count; k += GROUP) {
        const uint32_t four = tinyml_load_unaligned(input + k);
        *(tinyml_word *)(wide + k) = tinyml_even_bytes(four);
        *(tinyml_word *)(wide + k + 2) = tinyml_odd_bytes(four);
    }
#endif
    for (; k < depth; k++) {
        const unsigned place = (k & ~3u) + (k & 1u) * 2u + ((k >> 1) & 1u);
        wide[place] = k < count ? input[k] : 0;
    }
}

/* Sum the products of four channels (a, b, c, d); see tinyml_filters for `borrowed`. */
static void multiply_four(const uint32_t *weights, const int16_t *wide, unsigned depth,
                          int borrowed, int32_t *sum)
{
    for (unsigned c = 0; c < CHANNELS; c++)
        sum[c] = 0;
    for (unsigned k = 0; k < depth; k += 2) {
        for (unsigned c = 0; c < CHANNELS; c += 2) {
            const uint32_t w = *weights++;
            const int32_t b0 = borrowed ? (int16_t)w : (int8_t)(w >> 8);
            const int32_t b1 = borrowed ? (int16_t)(w >> 16) : (int8_t)(w >> 24);

            sum[c] += (int8_t)w * wide[k] + (int8_t)(w >> 16) * wide[k + 1];
            sum[c + 1] += b0 * wide[k] + b1 * wide[k + 1];
        }
    }
    if (borrowed)
        for (unsigned c = 0; c < CHANNELS; c += 2)
            sum[c + 1] = (sum[c + 1] - sum[c]) >> 8;
}

/* Write the int8 values of up to four channels. */
static void finish_four(const tinyml_output_stage *stage, unsigned first, unsigned count,
                        const int32_t *sum, int8_t *output)
{
    for (unsigned i = 0; i < count; i++) {
        const tinyml_channel channel = tinyml_channel_of(stage, first + i);

        output[first + i] =
            tinyml_finish(stage, channel, tinyml_wrapping_add(sum[i], channel.bias));
    }
}

#if TINYML_DSP

/* Four inputs of four channels: 16 products in 15 instructions. */
#define STEP(weights, x)                                                                           \
    do {                                                                                           \
        const uint32_t near = (x)[0], far = (x)[1];                                                \
        uint32_t ab = (weights)[0], cd = (weights)[1];                                             \
        a = tinyml_mac_pairs(a, tinyml_even_bytes(ab), near);                                      \
        b = tinyml_mac_pairs(b, ab, near);                                                         \
        c = tinyml_mac_pairs(c, tinyml_even_bytes(cd), near);                                      \
        d = tinyml_mac_pairs(d, cd, near);                                                         \
        ab = (weights)[2], cd = (weights)[3];                                                      \
        a = tinyml_mac_pairs(a, tinyml_even_bytes(ab), far);                                       \
        b = tinyml_mac_pairs(b, ab, far);                                                          \
        c = tinyml_mac_pairs(c, tinyml_even_bytes(cd), far);                                       \
        d = tinyml_mac_pairs(d, cd, far);                                                          \
    } while (0)

TINYML_INLINE int8_t finish(const tinyml_output_stage *stage, unsigned channel, int32_t sum)
{
    const unsigned i = stage->per_channel ? channel : 0u;

    return (int8_t)tinyml_fast_finish(
        tinyml_fast_channel_of(stage->multiplier[i], stage->shift[i], stage->zero_point), sum, 0);
}

/* Four channels of borrowed weights whose stage is not general. */
static void connect_four(const tinyml_output_stage *stage, unsigned first,
                         const tinyml_word *weights, const tinyml_word *x, const tinyml_word *end,
                         int8_t *output)
{
    const int32_t *bias = stage->bias + first;
    int32_t a = bias[0], b = bias[0], c = bias[2], d = bias[2];

    do {
        STEP(weights, x);
        STEP(weights + 4, x + 2);
        weights += 8;
        x += 4;
    } while (x != end);
    output[0] = finish(stage, first, a);
    output[1] = finish(stage, first + 1, ((b - a) >> 8) + bias[1]);
    output[2] = finish(stage, first + 2, c);
    output[3] = finish(stage, first + 3, ((d - c) >> 8) + bias[3]);
}

#endif

void tinyml_connect(const tinyml_dense *layer, const int8_t *input, int8_t *output, void *scratch)
{
    const unsigned depth = layer->filters.depth, channels = layer->filters.channels;
    const uint32_t *weights = layer->filters.weights;
    const unsigned words = depth * CHANNELS / GROUP;
    int16_t *wide = scratch;
    unsigned c = 0;

    widen(input, layer->inputs, depth, wide);
#if TINYML_DSP
    if (layer->filters.borrowed && layer->stage.rounding != TINYML_GENERAL)
        for (; c + CHANNELS <= channels; c += CHANNELS, weights += words)
            connect_four(&layer->stage, c, weights, (const tinyml_word *)wide,
                         (const tinyml_word *)(wide + depth), output + c);
#endif
    for (; c < channels; c += CHANNELS, weights += words) {
        int32_t sum[CHANNELS];

        multiply_four(weights, wide, depth, layer->filters.borrowed, sum);
        finish_four(&layer->stage, c, channels - c < CHANNELS ? channels - c : CHANNELS, sum,
                    output);
    }
}
