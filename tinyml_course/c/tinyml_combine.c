#include "tinyml_combine.h"

#include "tinyml_arithmetic.h"
#include "tinyml_output_stage.h"

enum { SUBTRACT_HEADROOM_BITS = 20, SQUARE_HEADROOM_BITS = 7, LAST = TINYML_COMBINE_AXES - 1 };

/* One operand, less its zero point, on the scale both share. */
TINYML_INLINE int32_t rescale(int8_t x, int8_t zero_point, int32_t multiplier, int shift, int bits)
{
    return tinyml_requantize(((int32_t)x - zero_point) * (INT32_C(1) << bits), multiplier, shift);
}

TINYML_INLINE int32_t difference(const tinyml_combination *layer, int8_t a, int8_t b, int bits)
{
    return rescale(a, layer->a_zero_point, layer->a_multiplier, layer->a_shift, bits) -
           rescale(b, layer->b_zero_point, layer->b_multiplier, layer->b_shift, bits);
}

/* Put a rescaled value on the output's grid. */
TINYML_INLINE int8_t place(const tinyml_combination *layer, int32_t x)
{
    return (int8_t)tinyml_clamp(tinyml_wrapping_add(x, layer->zero_point), layer->minimum,
                                layer->maximum);
}

TINYML_INLINE int8_t finish(const tinyml_combination *layer, int32_t x)
{
    return place(layer, tinyml_requantize(x, layer->multiplier, layer->shift));
}

/* The definition of a tinyml_combine_line, whose elements are `expression` of *a and *b. The layer
 * is copied so that no output can change it: what is needed of it stays in registers.
 */
#define LINE(name, expression)                                                                     \
    void name(const tinyml_combination *parameters, uint32_t count, const int8_t *a,               \
              int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output)                     \
    {                                                                                              \
        const tinyml_combination copy = *parameters, *const layer = &copy;                         \
                                                                                                   \
        (void)layer;                                                                               \
        for (; count > 0; count--, a += a_step, b += b_step)                                       \
            *output++ = (expression);                                                              \
    }

TINYML_INLINE int8_t squared(const tinyml_combination *layer, int8_t a, int8_t b)
{
    const int32_t d = difference(layer, a, b, SQUARE_HEADROOM_BITS);

    return finish(layer, d * d);
}

TINYML_INLINE int8_t sloped(const tinyml_combination *layer, int8_t a, int8_t b)
{
    const int32_t x = a - layer->a_zero_point;

    if (x >= 0)
        return place(layer, tinyml_requantize(x, layer->a_multiplier, layer->a_shift));
    return finish(layer, x * (b - layer->b_zero_point));
}

static LINE(subtract, finish(layer, difference(layer, *a, *b, SUBTRACT_HEADROOM_BITS)))
LINE(tinyml_square_difference, squared(layer, *a, *b))
static LINE(multiply_values,
            finish(layer, (int32_t)(*a - layer->a_zero_point) * (*b - layer->b_zero_point)))
LINE(tinyml_maximum, *a > *b ? *a : *b)
LINE(tinyml_minimum, *a < *b ? *a : *b)
LINE(tinyml_slope, sloped(layer, *a, *b))

#if TINYML_DSP

TINYML_INLINE void multiply_fast(const tinyml_combination *layer, uint32_t count, const int8_t *a,
                                 int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output,
                                 int rectified)
{
    const int32_t a_zero_point = layer->a_zero_point, b_zero_point = layer->b_zero_point;
    const tinyml_fast_channel stage =
        tinyml_fast_channel_of(layer->multiplier, layer->shift, layer->zero_point);

    for (; count > 0; count--, a += a_step, b += b_step)
        *output++ = (int8_t)tinyml_fast_finish(
            stage, (*a - a_zero_point) * (*b - b_zero_point), rectified);
}

/* How one operand of a difference comes to the scale both share; a shift of 0 needs no rounding. */
typedef struct {
    int32_t zero_point, multiplier, half, sign;
    int shift;
} fast_operand;

TINYML_INLINE fast_operand fast_operand_of(int32_t zero_point, int32_t multiplier, int shift)
{
    const fast_operand operand = {
        zero_point,
        (int32_t)((uint32_t)multiplier << 1),
        shift ? 1 << (shift - 1) : 0,
        shift ? -1 : 0,
        shift,
    };

    return operand;
}

TINYML_INLINE int32_t rescale_fast(fast_operand operand, int8_t x)
{
    const int32_t raised = (x - operand.zero_point) * (1 << SUBTRACT_HEADROOM_BITS);
    const int32_t product = tinyml_mac_upper(raised, raised, operand.multiplier);

    return (product + ((product >> 31) & operand.sign) + operand.half) >> operand.shift;
}

TINYML_INLINE void subtract_fast(const tinyml_combination *layer, uint32_t count, const int8_t *a,
                                 int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output)
{
    const int rectified = layer->rounding == TINYML_RECTIFIED;
    const fast_operand first =
        fast_operand_of(layer->a_zero_point, layer->a_multiplier, layer->a_shift);
    const fast_operand second =
        fast_operand_of(layer->b_zero_point, layer->b_multiplier, layer->b_shift);
    const tinyml_fast_channel stage =
        tinyml_fast_channel_of(layer->multiplier, layer->shift, layer->zero_point);

    for (; count > 0; count--, a += a_step, b += b_step)
        *output++ = (int8_t)tinyml_fast_finish(
            stage, rescale_fast(first, *a) - rescale_fast(second, *b), rectified);
}

#endif

void tinyml_subtract(const tinyml_combination *layer, uint32_t count, const int8_t *a,
                     int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output)
{
#if TINYML_DSP
    if (layer->rounding != TINYML_GENERAL) {
        subtract_fast(layer, count, a, a_step, b, b_step, output);
        return;
    }
#endif
    subtract(layer, count, a, a_step, b, b_step, output);
}

void tinyml_multiply_values(const tinyml_combination *layer, uint32_t count, const int8_t *a,
                            int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output)
{
#if TINYML_DSP
    if (layer->rounding == TINYML_RECTIFIED) {
        multiply_fast(layer, count, a, a_step, b, b_step, output, 1);
        return;
    }
    if (layer->rounding == TINYML_SIGNED) {
        multiply_fast(layer, count, a, a_step, b, b_step, output, 0);
        return;
    }
#endif
    multiply_values(layer, count, a, a_step, b, b_step, output);
}

void tinyml_combine(const tinyml_combination *layer, tinyml_combine_line *line, const int8_t *a,
                    const int8_t *b, int8_t *output)
{
    uint32_t at[LAST] = {0};
    int axis;

    do {
        line(layer, layer->shape[LAST], a, layer->a_step[LAST], b, layer->b_step[LAST], output);
        output += layer->shape[LAST];
        /* Step along the last axis but one that is not at its end; the axes behind it go back. */
        for (axis = LAST - 1; axis >= 0; axis--) {
            a += layer->a_step[axis];
            b += layer->b_step[axis];
            if (++at[axis] < layer->shape[axis])
                break;
            a -= layer->a_step[axis] * (int32_t)layer->shape[axis];
            b -= layer->b_step[axis] * (int32_t)layer->shape[axis];
            at[axis] = 0;
        }
    } while (axis >= 0);
}

void tinyml_combine_rows(const tinyml_combination *layer, tinyml_combine_line *line, tinyml_rows a,
                         tinyml_rows b, tinyml_rows output, unsigned first, unsigned count)
{
    const uint32_t row = layer->shape[LAST];

    for (unsigned y = first; y < first + count; y++)
        line(layer, row, a.data + y % a.capacity * row, 1, b.data + y % b.capacity * row, 1,
             output.data + y % output.capacity * row);
}
