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
        (int32_t)(1u >> shift | 1u << (32 - shift)), /* a rotation */
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

/* The same for four sums, in place. One block for GCC, which would mix it with what is around it
 * and run out of registers.
 */
TINYML_INLINE void tinyml_fast_finish_four(tinyml_fast_channel channel, int32_t *s0, int32_t *s1,
                                           int32_t *s2, int32_t *s3, int rectified)
{
#if defined(__clang__)
    *s0 = tinyml_fast_finish(channel, *s0, rectified);
    *s1 = tinyml_fast_finish(channel, *s1, rectified);
    *s2 = tinyml_fast_finish(channel, *s2, rectified);
    *s3 = tinyml_fast_finish(channel, *s3, rectified);
#else
#define TINYML_EACH(line) line("%0") line("%1") line("%2") line("%3")
#define TINYML_PRODUCT(s) "smmlar " s ", " s ", %4, " s "\n\t"
#define TINYML_TIE(s) "add " s ", " s ", " s ", asr #31\n\t"
#define TINYML_SHIFT(s) "smmlar " s ", " s ", %5, %6\n\tssat " s ", #8, " s "\n\t"
    if (rectified)
        __asm__(TINYML_EACH(TINYML_PRODUCT) TINYML_EACH(TINYML_SHIFT)
                : "+r"(*s0), "+r"(*s1), "+r"(*s2), "+r"(*s3)
                : "r"(channel.multiplier), "r"(channel.power), "r"(channel.zero_point));
    else
        __asm__(TINYML_EACH(TINYML_PRODUCT) TINYML_EACH(TINYML_TIE) TINYML_EACH(TINYML_SHIFT)
                : "+r"(*s0), "+r"(*s1), "+r"(*s2), "+r"(*s3)
                : "r"(channel.multiplier), "r"(channel.power), "r"(channel.zero_point));
#undef TINYML_EACH
#undef TINYML_PRODUCT
#undef TINYML_TIE
#undef TINYML_SHIFT
#endif
}

#endif

#endif
