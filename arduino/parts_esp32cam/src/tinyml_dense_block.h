/* The end of a block of four channels, shared by the dense kernels. */
#ifndef TINYML_DENSE_BLOCK_H
#define TINYML_DENSE_BLOCK_H

#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

enum { TINYML_DENSE_CHANNELS = 4 };

#if TINYML_DSP

/* The first channel of a layer, or the one for all. */
TINYML_INLINE tinyml_fast_channel tinyml_one_channel(const tinyml_output_stage *stage)
{
    return tinyml_fast_channel_of(stage->multiplier[0], stage->shift[0], stage->zero_point);
}

/* Write the first of four channels, of which `left` follow up to the last one: their sums a, b, c
 * and d have their biases, and their stage is not general. `one` is tinyml_one_channel.
 */
TINYML_INLINE void tinyml_finish_block(const tinyml_dense *layer, tinyml_fast_channel one,
                                       unsigned left, int32_t a, int32_t b, int32_t c, int32_t d,
                                       int8_t *output)
{
    const tinyml_output_stage *stage = &layer->stage;

    if (stage->per_channel) {
        const int32_t sum[TINYML_DENSE_CHANNELS] = {a, b, c, d};
        const unsigned first = layer->filters.channels - left;

        for (unsigned i = 0; i < left && i < TINYML_DENSE_CHANNELS; i++) {
            const tinyml_fast_channel channel = tinyml_fast_channel_of(
                stage->multiplier[first + i], stage->shift[first + i], stage->zero_point);

            output[i] = (int8_t)tinyml_fast_finish(channel, sum[i], 0);
        }
        return;
    }
    tinyml_fast_finish_four(one, &a, &b, &c, &d, 0);
    output[0] = (int8_t)a;
    if (left >= TINYML_DENSE_CHANNELS) {
        output[1] = (int8_t)b;
        output[2] = (int8_t)c;
        output[3] = (int8_t)d;
    } else if (left > 1) {
        output[1] = (int8_t)b;
        if (left > 2)
            output[2] = (int8_t)c;
    }
}

#endif

#endif
