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

#if TINYML_DSP

/* A channel whose stage is not TINYML_GENERAL, ready for SMMLAR, which adds the upper word of a
 * rounded product: with 2 * multiplier - 2^32 and the sum itself it is the product in Q0.31, with
 * 2^(32 - shift) and the zero point it is the shift.
 */
typedef struct {
    int32_t multiplier;
    int32_t power;
    int32_t zero_point;
} tinyml_fast_channel;

TINYML_INLINE tinyml_fast_channel tinyml_fast_channel_of(int32_t multiplier, int shift,
                                                         int32_t zero_point)
{
    const tinyml_fast_channel channel = {
        (int32_t)((uint32_t)multiplier << 1),
        (int32_t)(1u << (32 - shift)),
        zero_point,
    };

    return channel;
}

/* As tinyml_finish. SMMLAR rounds half up; below 0 that is away from zero one step lower. */
TINYML_INLINE int32_t tinyml_fast_finish(tinyml_fast_channel channel, int32_t sum, int rectified)
{
    int32_t product = tinyml_mac_upper(sum, sum, channel.multiplier);

    if (!rectified)
        product += product >> 31;
    return tinyml_saturate(tinyml_mac_upper(channel.zero_point, product, channel.power));
}

#endif

#endif
