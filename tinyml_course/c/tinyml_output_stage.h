/* The last step of every layer with weights: int32 sums become int8. Shared by their kernels. */
#ifndef TINYML_OUTPUT_STAGE_H
#define TINYML_OUTPUT_STAGE_H

#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

/* What a stage says of one channel. */
typedef struct {
    int32_t bias;
    int32_t multiplier;
    int shift;
} tinyml_channel;

TINYML_INLINE tinyml_channel tinyml_channel_of(const tinyml_output_stage *stage, unsigned c)
{
    const unsigned i = stage->per_channel ? c : 0u;
    const tinyml_channel channel = {stage->bias[c], stage->multiplier[i], stage->shift[i]};

    return channel;
}

/* The int8 value of a sum that has its bias already. */
TINYML_INLINE int8_t tinyml_finish(const tinyml_output_stage *stage, tinyml_channel channel,
                                   int32_t sum)
{
    const int32_t q =
        tinyml_wrapping_add(tinyml_requantize(sum, channel.multiplier, channel.shift),
                            stage->zero_point);

    return (int8_t)tinyml_clamp(q, stage->minimum, stage->maximum);
}

#endif
