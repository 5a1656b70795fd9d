/* DEPTHWISE_CONV_2D, one channel's plane at a time.
 *
 * The plane is copied to int16 with its padding before anything is written, so that the output may
 * take the input's place. Of the plane only those rows are there that one call needs. This kernel is
 * a header: the shape is a constant of the model's source, and the compiler makes a kernel for each.
 * Where planes are small that is worth a half. Layers of one shape share a kernel.
 */
#ifndef TINYML_DEPTHWISE_H
#define TINYML_DEPTHWISE_H

#include "tinyml_avr.h"
#include "tinyml_output_stage.h"

enum {
    TINYML_ALL_SHIFT, /* by 2 or more */
    TINYML_SOME_LESS, /* by 1, or 0 if rectified, at sums below 2^29: these may be doubled */
    TINYML_SOME_LEFT  /* any */
};

/* Sizes of planes. Where layers run whole, the generator may swap rows and columns.
 * scratch: 2 * plane_pitch bytes for each of the plane's rows that `count` output rows look at,
 * which are (count - 1) * stride_rows + (kernel_rows - 1) * dilation_rows + 1.
 * May run in place if multiplier is 1.
 */
typedef struct {
    uint16_t multiplier;  /* C_OUT = channels * multiplier */
    uint16_t plane_pitch; /* a row with its padding; even */
    uint16_t in_rows, in_columns;
    uint16_t out_columns;
    uint16_t kernel_rows, kernel_columns;
    uint16_t stride_rows, stride_columns;
    uint16_t dilation_rows, dilation_columns;
    uint16_t pad_rows, pad_columns; /* before the first row and column */
    uint32_t in_step_rows, in_step_columns; /* between neighbours, in elements */
    uint32_t out_step_rows, out_step_columns;
    uint8_t rounding;               /* that of the stage, where channels shift by 2 or more */
    uint8_t mixed;                  /* whether some channels do not, see below */
} tinyml_depthwise_shape;

typedef struct {
    const TINYML_FLASH int8_t *weights; /* (C_OUT, kernel_rows, kernel_columns) */
    uint16_t channels;
    int8_t in_zero_point;
    tinyml_output_stage stage;
} tinyml_depthwise;

/* Rows of an image in a ring: where the first of them is, and how many there are. */
typedef struct {
    int8_t *data;
    unsigned slot, capacity, count;
} tinyml_row_range;

TINYML_INLINE tinyml_row_range tinyml_range_of(tinyml_rows rows, unsigned first, unsigned count)
{
    const tinyml_row_range range = {rows.data, first % rows.capacity, rows.capacity, count};

    return range;
}

TINYML_INLINE unsigned tinyml_next_slot(tinyml_row_range range, unsigned slot)
{
    return slot + 1 == range.capacity ? 0 : slot + 1;
}

TINYML_INLINE void tinyml_gather_four(const int8_t *in, uint32_t step, int16_t *out)
{
    out[0] = in[0];
    out[1] = in[step];
    out[2] = in[2 * step];
    out[3] = in[3 * step];
}

#if defined(__GNUC__)
#define TINYML_IS_CONSTANT(x) __builtin_constant_p(x)
#else
#define TINYML_IS_CONSTANT(x) 0
#endif

/* Clang unrolls what is worth it by itself. */
#if defined(__GNUC__) && !defined(__clang__) && !defined(__AVR__) && !defined(__OPTIMIZE_SIZE__)
#define TINYML_UNROLL _Pragma("GCC unroll 16")
#else
#define TINYML_UNROLL
#endif

/* Copy one channel of the input's rows into a plane whose padding is filled already; `plane` is
 * the place of the first of these rows.
 */
TINYML_INLINE void tinyml_gather_plane(const tinyml_depthwise_shape *shape,
                                       tinyml_row_range input, unsigned channel, int16_t *plane)
{
    const unsigned room = shape->plane_pitch - shape->pad_columns;
    const unsigned columns = shape->in_columns < room ? shape->in_columns : room;
    const uint32_t step = shape->in_step_columns;
    const int8_t *const ring = input.data + channel;
    const int8_t *const ring_end = ring + input.capacity * shape->in_step_rows;
    const int8_t *row = ring + input.slot * shape->in_step_rows;
    int16_t *const end = plane + input.count * shape->plane_pitch;
    const int long_rows = TINYML_IS_CONSTANT(columns) && columns >= 24;

    for (; plane != end; plane += shape->plane_pitch) {
        const int8_t *in = row;
        int16_t *out = plane + shape->pad_columns;

        row += shape->in_step_rows;
        if (row == ring_end)
            row = ring;
        unsigned left = columns;

        for (; long_rows && left >= 8; left -= 8, in += 8 * step, out += 8) {
            tinyml_gather_four(in, step, out);
            tinyml_gather_four(in + 4 * step, step, out + 4);
        }
        for (unsigned fours = left / 4u; fours > 0; fours--, in += 4 * step, out += 4)
            tinyml_gather_four(in, step, out);
        for (unsigned rest = left % 4u; rest > 0; rest--, in += step)
            *out++ = *in;
    }
}

#if defined(__AVR__)
#define TINYML_ADD_TAP(sum, weight, x) tinyml_add_bytes(sum, weight, (int8_t)(x))
#else
#define TINYML_ADD_TAP(sum, weight, x) ((sum) + (weight) * (x))
#endif

/* Sum the taps of one output. */
TINYML_INLINE int32_t tinyml_sum_taps(const tinyml_depthwise_shape *shape,
                                      const TINYML_FLASH int8_t *weights, const int16_t *plane)
{
    int32_t sum = 0;

    for (unsigned row = 0; row < shape->kernel_rows; row++) {
        TINYML_UNROLL
        for (unsigned column = 0; column < shape->kernel_columns; column++)
            sum = TINYML_ADD_TAP(sum, *weights++, plane[column * shape->dilation_columns]);
        plane += shape->dilation_rows * shape->plane_pitch;
    }
    return sum;
}

TINYML_INLINE void tinyml_convolve_plane(const tinyml_depthwise_shape *shape,
                                         const tinyml_depthwise *layer,
                                         const TINYML_FLASH int8_t *weights, const int16_t *plane,
                                         unsigned c, tinyml_row_range output)
{
    const tinyml_output_stage *stage = &layer->stage;
    const tinyml_channel channel = tinyml_channel_of(stage, c);
    unsigned slot = output.slot;

    for (unsigned row = 0; row < output.count; row++) {
        int8_t *out = output.data + slot * shape->out_step_rows + c;

        slot = tinyml_next_slot(output, slot);
        for (unsigned column = 0; column < shape->out_columns; column++) {
            const int32_t sum =
                tinyml_sum_taps(shape, weights, plane + column * shape->stride_columns);

            *out = tinyml_finish(stage, channel, tinyml_wrapping_add(sum, channel.bias));
            out += shape->out_step_columns;
        }
        plane += shape->stride_rows * shape->plane_pitch;
    }
}

#if TINYML_DSP
#include "tinyml_depthwise_dsp.h"
#elif !defined(__AVR__)

/* As tinyml_finish, for a channel that shifts by 1 or more. */
TINYML_INLINE int8_t tinyml_finish_shifted(const tinyml_depthwise_shape *shape,
                                           const tinyml_output_stage *stage,
                                           tinyml_channel channel, int32_t sum)
{
    int32_t q = tinyml_multiply(sum, channel.multiplier);

    if (shape->rounding != TINYML_RECTIFIED)
        q += q >> 31; /* a half below zero goes down */
    q = tinyml_divide_half_up(q, channel.shift) + stage->zero_point;
    if (shape->rounding == TINYML_GENERAL)
        return (int8_t)tinyml_clamp(q, stage->minimum, stage->maximum);
    return (int8_t)tinyml_clamp(q, INT8_MIN, INT8_MAX);
}

/* Add a row of three taps to an output and its right neighbour. */
TINYML_INLINE void tinyml_add_taps(const int32_t *taps, const int16_t *x, unsigned stride,
                                   int32_t *left, int32_t *right)
{
    *left += taps[0] * x[0];
    *left += taps[1] * x[1];
    *left += taps[2] * x[2];
    *right += taps[0] * x[stride];
    *right += taps[1] * x[stride + 1];
    *right += taps[2] * x[stride + 2];
#if defined(__GNUC__)
    __asm__("" : "+r"(*left), "+r"(*right)); /* before any other row, or registers run out */
#endif
}

/* The 3 x 3 kernel: two outputs at a time share their inputs, of at least two a row. Where a row
 * has an odd number of them, one is computed twice.
 */
TINYML_INLINE void tinyml_convolve_plane_3x3(const tinyml_depthwise_shape *shape,
                                             const tinyml_depthwise *layer,
                                             const TINYML_FLASH int8_t *weights,
                                             const int16_t *plane, unsigned c,
                                             tinyml_row_range output)
{
    const tinyml_output_stage *const stage = &layer->stage;
    const tinyml_channel channel = tinyml_channel_of(stage, c);
    const unsigned pitch = shape->plane_pitch, stride = shape->stride_columns;
    const uint32_t step = shape->out_step_columns;
    unsigned slot = output.slot;
    int32_t taps[9];

    for (unsigned i = 0; i < 9; i++)
        taps[i] = weights[i];
    for (unsigned row = 0; row < output.count; row++) {
        const int16_t *x = plane;
        int8_t *out = output.data + slot * shape->out_step_rows + c;

        slot = tinyml_next_slot(output, slot);
        for (unsigned next = 2;; next += 2) {
            int32_t left = channel.bias, right = left;

            tinyml_add_taps(taps, x, stride, &left, &right);
            tinyml_add_taps(taps + 3, x + pitch, stride, &left, &right);
            tinyml_add_taps(taps + 6, x + 2 * pitch, stride, &left, &right);
            out[0] = tinyml_finish_shifted(shape, stage, channel, left);
            out[step] = tinyml_finish_shifted(shape, stage, channel, right);
            if (next >= shape->out_columns)
                break;
            const unsigned ahead = next + 1 == shape->out_columns ? 1 : 2;
            out += ahead * step;
            x += ahead * stride;
        }
        plane += shape->stride_rows * pitch;
    }
}

#endif

/* Take the fastest kernel that fits; the choice is made when this is compiled. */
TINYML_INLINE void tinyml_convolve_any_plane(const tinyml_depthwise_shape *shape,
                                             const tinyml_depthwise *layer,
                                             const TINYML_FLASH int8_t *weights,
                                             const int16_t *plane, unsigned c,
                                             tinyml_row_range output)
{
#if TINYML_DSP
    const int is_3x3 = shape->kernel_rows == 3 && shape->kernel_columns == 3 &&
                       shape->dilation_rows == 1 && shape->dilation_columns == 1 &&
                       shape->stride_columns <= 2;

    const int is_fast = shape->rounding != TINYML_GENERAL &&
                        (!shape->mixed || layer->stage.shift[c] >= 2);

    if (is_3x3 && shape->rounding != TINYML_GENERAL && TINYML_IS_KNOWN(shape) &&
        (is_fast || shape->mixed == TINYML_SOME_LESS)) {
        tinyml_convolve_known_plane(shape, layer, weights, plane, c, output);
        return;
    }
    if (is_3x3 && is_fast) {
        tinyml_convolve_plane_3x3(shape, layer, weights, plane, c, output);
        return;
    }
    if (shape->dilation_columns == 1 && shape->stride_columns == 1 && shape->out_columns >= 4 &&
        is_fast) {
        tinyml_convolve_plane_fours(shape, layer, weights, plane, c, output);
        return;
    }
#elif !defined(__AVR__)
    const int is_3x3 = shape->kernel_rows == 3 && shape->kernel_columns == 3 &&
                       shape->dilation_rows == 1 && shape->dilation_columns == 1;

    const int shifts = shape->rounding != TINYML_GENERAL && !shape->mixed;

    const int are_pairs = shape->out_columns % 2 == 0 || shape->out_columns > 4;

    if (is_3x3 && are_pairs && (shifts || layer->stage.shift[c] >= 1)) {
        tinyml_convolve_plane_3x3(shape, layer, weights, plane, c, output);
        return;
    }
#endif
    tinyml_convolve_plane(shape, layer, weights, plane, c, output);
}

TINYML_INLINE void tinyml_convolve_depthwise(const tinyml_depthwise_shape *shape,
                                             const tinyml_depthwise *layer, tinyml_rows input,
                                             tinyml_rows output, unsigned first, unsigned count,
                                             void *scratch)
{
    const unsigned taps = (unsigned)shape->kernel_rows * shape->kernel_columns;
    const unsigned extent = (shape->kernel_rows - 1u) * shape->dilation_rows + 1u;
    const unsigned plane_rows = (count - 1) * shape->stride_rows + extent;
    const int top = (int)(first * shape->stride_rows) - shape->pad_rows;
    const int bottom = top + (int)plane_rows;
    const int begin = top < 0 ? 0 : top;
    const int end = bottom < shape->in_rows ? bottom : shape->in_rows;
    const unsigned there = end > begin ? (unsigned)(end - begin) : 0u;
    const tinyml_row_range from = tinyml_range_of(input, (unsigned)begin, there);
    const tinyml_row_range to = tinyml_range_of(output, first, count);
    const TINYML_FLASH int8_t *weights = layer->weights;
    int16_t *plane = scratch;
    unsigned c = 0;

    for (unsigned i = 0; i < plane_rows * shape->plane_pitch; i++)
        plane[i] = layer->in_zero_point;
    for (unsigned channel = 0; channel < layer->channels; channel++) {
        tinyml_gather_plane(shape, from, channel,
                            plane + (unsigned)(begin - top) * shape->plane_pitch);
        for (unsigned m = 0; m < shape->multiplier; m++, c++, weights += taps)
            tinyml_convolve_any_plane(shape, layer, weights, plane, c, to);
    }
}

#endif
