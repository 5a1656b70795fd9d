#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

enum { ADD_HEADROOM_BITS = 20 };

/* One input of a sum, less its zero point, on the scale both inputs share. */
TINYML_INLINE int32_t rescale(int8_t x, int8_t zero_point, int32_t multiplier, int shift)
{
    const int32_t offset = (int32_t)x - zero_point;

    return tinyml_requantize(offset * (1 << ADD_HEADROOM_BITS), multiplier, shift);
}

void tinyml_add(const tinyml_sum *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    uint32_t at[3];

    for (at[0] = 0; at[0] < layer->shape[0]; at[0]++) {
        for (at[1] = 0; at[1] < layer->shape[1]; at[1]++) {
            for (at[2] = 0; at[2] < layer->shape[2]; at[2]++) {
                const int8_t *pa = a, *pb = b;

                for (int axis = 0; axis < 3; axis++) {
                    pa += at[axis] * layer->a_step[axis];
                    pb += at[axis] * layer->b_step[axis];
                }
                for (uint32_t i = 0; i < layer->shape[3]; i++) {
                    const int32_t sum =
                        rescale(pa[i * layer->a_step[3]], layer->a_zero_point, layer->a_multiplier,
                                layer->a_shift) +
                        rescale(pb[i * layer->b_step[3]], layer->b_zero_point, layer->b_multiplier,
                                layer->b_shift);
                    const int32_t q = tinyml_requantize(sum, layer->multiplier, layer->shift) +
                                      layer->zero_point;

                    *output++ = (int8_t)tinyml_clamp(q, layer->minimum, layer->maximum);
                }
            }
        }
    }
}

void tinyml_look_up(const uint8_t *table, uint32_t count, const void *input, void *output)
{
    const uint8_t *in = input;
    uint8_t *out = output;

    while (count-- > 0)
        *out++ = table[*in++];
}

/* x rounded half away from zero; NaN becomes the least. No libm, and no double. */
static int32_t round_to_integer(float x)
{
    const float limit = 512.0f; /* beyond every byte */

    if (x >= limit)
        return (int32_t)limit;
    if (!(x > -limit))
        return -(int32_t)limit;

    const int32_t whole = (int32_t)x; /* towards zero; the rest is exact */
    const float rest = x - (float)whole;

    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

void tinyml_quantize(const tinyml_border *border, uint32_t count, const void *input, void *output)
{
    const float *in = input;
    uint8_t *out = output;

    for (; count > 0; count--) {
        const int32_t q = round_to_integer(*in++ / border->scale) + border->zero_point;

        *out++ = (uint8_t)(tinyml_clamp(q, 0, UINT8_MAX) ^ border->flip);
    }
}

void tinyml_dequantize(const tinyml_border *border, uint32_t count, const void *input,
                       void *output)
{
    const uint8_t *in = input;
    float *out = output;

    for (; count > 0; count--)
        *out++ = border->scale * (float)((*in++ ^ border->flip) - border->zero_point);
}
