#include "tinyml_dot.h"
#include "tinyml_stateful.h"

/* x in the scale of what follows, saturated. */
static int32_t rescale(int32_t x, tinyml_factor factor, int32_t zero_point, int32_t minimum,
                       int32_t maximum)
{
    const int32_t q = tinyml_requantize(x, factor.multiplier, factor.shift);

    return tinyml_clamp(q, minimum - zero_point, maximum - zero_point) + zero_point;
}

/* Let a window forget its oldest value for a new one; return the sum of its values by `times`. */
static int32_t slide_int8(int8_t *window, const TINYML_FLASH int8_t *times, unsigned memory, int8_t newest)
{
    unsigned i = 0;
    int32_t sum = 0;

#if TINYML_DSP
    for (; i + 4 < memory; i += 4) {
        const uint32_t moved = tinyml_load_unaligned(window + i + 1);
        const uint32_t factors = tinyml_load_unaligned(times + i);

        ((tinyml_unaligned *)(void *)(window + i))->word = moved;
        sum = tinyml_mac_pairs(sum, tinyml_even_bytes(moved), tinyml_even_bytes(factors));
        sum = tinyml_mac_pairs(sum, tinyml_odd_bytes(moved), tinyml_odd_bytes(factors));
    }
#endif
    for (; i + 1 < memory; i++) {
        window[i] = window[i + 1];
        sum = tinyml_wrapping_add(sum, window[i] * times[i]);
    }
    window[i] = newest;
    return tinyml_wrapping_add(sum, newest * times[i]);
}

static int32_t slide_int16(int16_t *window, const TINYML_FLASH int16_t *times, unsigned memory, int16_t newest)
{
    unsigned i = 0;
    int32_t sum = 0;

#if TINYML_DSP
    for (; i + 2 < memory; i += 2) {
        const uint32_t moved = tinyml_load_unaligned(window + i + 1);

        ((tinyml_unaligned *)(void *)(window + i))->word = moved;
        sum = tinyml_mac_pairs(sum, moved, tinyml_load_unaligned(times + i));
    }
#endif
    for (; i + 1 < memory; i++) {
        window[i] = window[i + 1];
        sum = tinyml_wrapping_add(sum, (int32_t)window[i] * times[i]);
    }
    window[i] = newest;
    return tinyml_wrapping_add(sum, (int32_t)newest * times[i]);
}

/* Bring a filter's newest product into its window, and return what the window then weighs. */
static int32_t slide(const tinyml_svdf *layer, unsigned filter, int32_t product, void *state)
{
    const uint32_t at = (uint32_t)filter * layer->memory;
    const int32_t zero_point = layer->state_zero_point;

    if (layer->wide) {
        const int32_t newest = rescale(product, layer->to_state, zero_point, INT16_MIN, INT16_MAX);

        return slide_int16((int16_t *)state + at, (const TINYML_FLASH int16_t *)layer->times + at,
                           layer->memory, (int16_t)newest);
    }

    const int32_t newest = rescale(product, layer->to_state, zero_point, INT8_MIN, INT8_MAX);

    return slide_int8((int8_t *)state + at, (const TINYML_FLASH int8_t *)layer->times + at, layer->memory,
                      (int8_t)newest);
}

void tinyml_filter_over_time(const tinyml_svdf *layer, const int8_t *input, void *state,
                             int8_t *output)
{
    const TINYML_FLASH int8_t *features = layer->features;
    const TINYML_FLASH int32_t *bias = layer->bias;
    unsigned summed = 0;
    int32_t sum = 0;

    for (unsigned first = 0; first < layer->filters; first += 4) {
        const TINYML_FLASH int32_t *offsets = layer->features_bias + first;
        int32_t products[4] = {offsets[0], offsets[1], offsets[2], offsets[3]};

        tinyml_dot_four(features, layer->inputs, input, products);
        features += tinyml_dot_bytes(layer->inputs);
        for (unsigned i = 0; i < 4 && first + i < layer->filters; i++) {
            sum = tinyml_wrapping_add(sum, slide(layer, first + i, products[i], state));
            if (++summed == layer->rank) {
                *output++ = (int8_t)rescale(tinyml_wrapping_add(sum, *bias++), layer->to_output,
                                            layer->zero_point, INT8_MIN, INT8_MAX);
                summed = 0;
                sum = 0;
            }
        }
    }
}
