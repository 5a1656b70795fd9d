#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

enum { CHANNELS = 4, GROUP = 4 };

/* Widen the inputs to int16, in the order (k, k + 2), (k + 1, k + 3) of the weights. */
static void widen(const int8_t *input, unsigned count, unsigned depth, int16_t *wide)
{
    for (unsigned k = 0; k < depth; k++) {
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

void tinyml_connect(const tinyml_dense *layer, const int8_t *input, int8_t *output, void *scratch)
{
    const unsigned depth = layer->filters.depth;
    const uint32_t *weights = layer->filters.weights;
    int16_t *wide = scratch;

    widen(input, layer->inputs, depth, wide);
    for (unsigned first = 0; first < layer->filters.channels; first += CHANNELS) {
        int32_t sum[CHANNELS];

        multiply_four(weights, wide, depth, layer->filters.borrowed, sum);
        weights += depth * CHANNELS / GROUP;
        for (unsigned c = first; c < first + CHANNELS && c < layer->filters.channels; c++) {
            const tinyml_channel channel = tinyml_channel_of(&layer->stage, c);

            output[c] = tinyml_finish(&layer->stage, channel,
                                      tinyml_wrapping_add(sum[c - first], channel.bias));
        }
    }
}
