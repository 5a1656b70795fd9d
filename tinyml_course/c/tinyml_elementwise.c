#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"
#include "tinyml_row_runs.h"

enum { ADD_HEADROOM_BITS = 20 };

/* One input of a sum, less its zero point, on the scale both inputs share. */
TINYML_INLINE int32_t rescale(int8_t x, int8_t zero_point, int32_t multiplier, int shift)
{
    const int32_t offset = (int32_t)x - zero_point;

    return tinyml_requantize(offset * (INT32_C(1) << ADD_HEADROOM_BITS), multiplier, shift);
}

/* Add `count` neighbours, or one value to `count` neighbours where its step is 0. */
static void add_row(const tinyml_sum *layer, uint32_t count, const int8_t *a, uint32_t a_step,
                    const int8_t *b, uint32_t b_step, int8_t *output)
{
    for (; count > 0; count--, a += a_step, b += b_step) {
        const int32_t sum = rescale(*a, layer->a_zero_point, layer->a_multiplier, layer->a_shift) +
                            rescale(*b, layer->b_zero_point, layer->b_multiplier, layer->b_shift);
        const int32_t q =
            tinyml_requantize(sum, layer->multiplier, layer->shift) + layer->zero_point;

        *output++ = (int8_t)tinyml_clamp(q, layer->minimum, layer->maximum);
    }
}

#if TINYML_DSP

/* As add_row, where a has the larger scale. Its factor is a half, so it is shifted by one bit less
 * and no more. b is multiplied, and shifted by one bit at least: where it has the same scale, its
 * product is itself. Its rounding shift is that of the output stage, with a for the zero point; the
 * power is negative, since 2^31 has no place in 32 bits.
 */
TINYML_INLINE void add_row_dsp(const tinyml_sum *layer, uint32_t count, const int8_t *a,
                               const int8_t *b, int8_t *output, int rectified)
{
    const int32_t raise = 1 << ADD_HEADROOM_BITS, a_raise = raise / 2;
    int32_t a_offset = layer->a_zero_point * a_raise, b_offset = layer->b_zero_point * raise;
    const int equal = layer->b_shift == 0;
    const int32_t b_multiplier = equal ? 0 : (int32_t)((uint32_t)layer->b_multiplier << 1);
    const int32_t b_power = -(INT32_C(1) << (31 - (equal ? 1 : layer->b_shift))) * 2;
    const tinyml_fast_channel output_stage = {
        (int32_t)((uint32_t)layer->multiplier << 1),
        (int32_t)(1u << (32 - layer->shift)),
        layer->zero_point,
    };

    __asm__("" : "+r"(a_offset), "+r"(b_offset)); /* products as they stand below: one RSB each */
    for (const int8_t *end = output + count; output != end;) {
        const int32_t raised = *b++ * raise - b_offset;
        const int32_t product = tinyml_mac_upper(raised, raised, b_multiplier);
        const int32_t sum = tinyml_take_upper(*a++ * a_raise - a_offset,
                                              product + (product >> 31), b_power);

        *output++ = (int8_t)tinyml_fast_finish(output_stage, sum, rectified);
    }
}

#endif

/* Add what lies side by side in all three tensors. */
static void add_neighbours(const tinyml_sum *layer, uint32_t count, const int8_t *a,
                           const int8_t *b, int8_t *output)
{
#if TINYML_DSP
    if (layer->rounding == TINYML_RECTIFIED) {
        add_row_dsp(layer, count, a, b, output, 1);
        return;
    }
    if (layer->rounding == TINYML_SIGNED) {
        add_row_dsp(layer, count, a, b, output, 0);
        return;
    }
#endif
    add_row(layer, count, a, 1, b, 1, output);
}

void tinyml_add(const tinyml_sum *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    const uint32_t count = layer->shape[3];
    uint32_t at[3];

    for (at[0] = 0; at[0] < layer->shape[0]; at[0]++) {
        for (at[1] = 0; at[1] < layer->shape[1]; at[1]++) {
            for (at[2] = 0; at[2] < layer->shape[2]; at[2]++, output += count) {
                const int8_t *a_row = a, *b_row = b;

                for (int axis = 0; axis < 3; axis++) {
                    a_row += at[axis] * layer->a_step[axis];
                    b_row += at[axis] * layer->b_step[axis];
                }
                if (layer->a_step[3] == 1 && layer->b_step[3] == 1)
                    add_neighbours(layer, count, a_row, b_row, output);
                else
                    add_row(layer, count, a_row, layer->a_step[3], b_row, layer->b_step[3], output);
            }
        }
    }
}

void tinyml_add_rows(const tinyml_sum *layer, tinyml_rows a, tinyml_rows b, tinyml_rows output,
                     unsigned first, unsigned count)
{
    const uint32_t row = layer->shape[3];

    while (count > 0) {
        const unsigned inputs = tinyml_run_length(b, first, tinyml_run_length(a, first, count));
        const unsigned run = tinyml_run_length(output, first, inputs);

        add_neighbours(layer, run * row, tinyml_row_run(a, first, row),
                       tinyml_row_run(b, first, row), tinyml_row_run(output, first, row));
        first += run;
        count -= run;
    }
}

void tinyml_look_up(const TINYML_FLASH uint8_t *table, uint32_t count, const void *input,
                    void *output)
{
    const uint8_t *in = input;
    uint8_t *out = output;

    while (count-- > 0)
        *out++ = table[*in++];
}

void tinyml_look_up_rows(const TINYML_FLASH uint8_t *table, uint32_t row_bytes, tinyml_rows input,
                         tinyml_rows output, unsigned first, unsigned count)
{
    while (count > 0) {
        const unsigned inputs = tinyml_run_length(input, first, count);
        const unsigned run = tinyml_run_length(output, first, inputs);

        tinyml_look_up(table, run * row_bytes, tinyml_row_run(input, first, row_bytes),
                       tinyml_row_run(output, first, row_bytes));
        first += run;
        count -= run;
    }
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

void tinyml_quantize_rows(const tinyml_border *border, uint32_t row_count, tinyml_rows input,
                          tinyml_rows output, unsigned first, unsigned count)
{
    const uint32_t row_bytes = row_count * (uint32_t)sizeof(float);

    for (const unsigned end = first + count; first != end; first++)
        tinyml_quantize(border, row_count, tinyml_row_run(input, first, row_bytes),
                        tinyml_row_run(output, first, row_count));
}

void tinyml_dequantize(const tinyml_border *border, uint32_t count, const void *input,
                       void *output)
{
    const uint8_t *in = input;
    float *out = output;

    for (; count > 0; count--)
        *out++ = border->scale * (float)((*in++ ^ border->flip) - border->zero_point);
}
