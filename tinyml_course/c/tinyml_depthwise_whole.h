/* DEPTHWISE_CONV_2D of a whole image in order, 3 x 3 taps. A part of tinyml_depthwise.h.
 *
 * With two planes two channels are gathered at once. Outputs are computed in spans of 4 or 6, all
 * spelled out. That takes more flash than tinyml_depthwise_dsp.h, and less time.
 */
#ifndef TINYML_DEPTHWISE_WHOLE_H
#define TINYML_DEPTHWISE_WHOLE_H

#include "tinyml_depthwise.h"

#if TINYML_DSP && !defined(__clang__) && defined(__OPTIMIZE__)

/* Two neighbours, the first two arguments, as in TINYML_PLANE_OF_TWOS. */
#define TINYML_SPAN_PAIR(number, next, ADD, bytes, TIES)                                           \
    TINYML_SUM_TWO(ADD, bytes) TINYML_FINISH_TWO(TIES)                                             \
    "strb %[left], [%[out], #" #number "*%c[step]]\n\t"                                            \
    "strb %[right], [%[out], #" #next "*%c[step]]\n\t"
#define TINYML_SPAN_4(ADD, bytes, TIES)                                                            \
    TINYML_SPAN_PAIR(0, 1, ADD, bytes, TIES) TINYML_SPAN_PAIR(2, 3, ADD, bytes, TIES)
#define TINYML_SPAN_6(ADD, bytes, TIES)                                                            \
    TINYML_SPAN_4(ADD, bytes, TIES) TINYML_SPAN_PAIR(4, 5, ADD, bytes, TIES)

/* How a row goes on and ends that is one span, and that is several. */
#define TINYML_ROW_OF_ONE                                                                          \
    "ldr %[near], %[place]\n\t"                                                                    \
    "add %[x], %[back]\n\t"                                                                        \
    "cmp %[x], %[near]\n\t"                                                                        \
    "bne 1b"
#define TINYML_ROW_OF_MORE                                                                         \
    "ldrd %[near], %[far], %[place]\n\t"                                                           \
    "cmp %[x], %[far]\n\t"                                                                         \
    "bne 1b\n\t"                                                                                   \
    "add %[x], %[back]\n\t"                                                                        \
    "add %[far], %[down]\n\t"                                                                      \
    "strd %[near], %[far], %[place]\n\t"                                                           \
    "cmp %[x], %[near]\n\t"                                                                        \
    "bne 1b"

/* What the code above finds in memory, two words at a time. */
typedef struct {
    const tinyml_word *plane_end, *row_end;
} tinyml_span_place;

#define TINYML_PLANE_OF_SPANS(SPAN, ADD, bytes, TIES, ROW)                                         \
    __asm__ volatile("1:\n\t" SPAN(ADD, bytes, TIES) "add %[out], %[span]\n\t" ROW                 \
                     : [x] "+r"(x), [out] "+r"(out), [left] "=&r"(left), [right] "=&r"(right),     \
                       [near] "=&r"(near), [far] "=&r"(far), [place] "+m"(place)                   \
                     : [t0] "r"(t0), [t1] "r"(t1), [m0] "r"(m0), [m1] "r"(m1), [b0] "r"(b0),       \
                       [b1] "r"(b1), [bias] "r"(bias), [zero_point] "r"(zero_point),               \
                       [channel] "m"(channel), [step] "i"(shape->out_step_columns),                \
                       [span] "i"(span * shape->out_step_columns),                                 \
                       [pitch] "i"(2 * shape->plane_pitch), [down] "i"(down),                      \
                       [back] "i"(down - row_bytes)                                                \
                     : "cc", "memory")

/* Convolve a plane, as tinyml_convolve_known_plane does. */
TINYML_INLINE void tinyml_convolve_spans(const tinyml_depthwise_shape *shape,
                                         const tinyml_depthwise *layer, const int16_t *plane,
                                         unsigned c, int8_t *output, unsigned rows)
{
    const tinyml_output_stage *stage = &layer->stage;
    const int8_t *const weights = layer->weights + 9u * c;
    const tinyml_fast_channel channel =
        tinyml_fast_channel_of(stage->multiplier[c], stage->shift[c], stage->zero_point);
    const tinyml_taps top = tinyml_taps_of(weights), middle = tinyml_taps_of(weights + 3),
                      bottom = tinyml_taps_of(weights + 6);
    const unsigned span = shape->out_columns % 6u == 0 ? 6u : 4u;
    const unsigned row_bytes = 2u * shape->out_columns * shape->stride_columns;
    const unsigned down = 2u * shape->plane_pitch * shape->stride_rows;
    const tinyml_word *const start = (const tinyml_word *)plane;
    tinyml_span_place place = {start + down / 4u * rows, start + row_bytes / 4u};
    TINYML_PLANE_REGISTERS(start, top, middle, bottom);
    register int8_t *out __asm__("lr") = output + c;

#define TINYML_SPANS(SPAN, ROW)                                                                    \
    do {                                                                                           \
        if (shape->rounding == TINYML_RECTIFIED && shape->stride_columns == 1)                     \
            TINYML_PLANE_OF_SPANS(SPAN, TINYML_ADD_1, 4, TINYML_NO_TIES, ROW);                     \
        else if (shape->rounding == TINYML_RECTIFIED)                                              \
            TINYML_PLANE_OF_SPANS(SPAN, TINYML_ADD_2, 8, TINYML_NO_TIES, ROW);                     \
        else if (shape->stride_columns == 1)                                                       \
            TINYML_PLANE_OF_SPANS(SPAN, TINYML_ADD_1, 4, TINYML_TIES, ROW);                        \
        else                                                                                       \
            TINYML_PLANE_OF_SPANS(SPAN, TINYML_ADD_2, 8, TINYML_TIES, ROW);                        \
    } while (0)
    if (shape->out_columns == 6)
        TINYML_SPANS(TINYML_SPAN_6, TINYML_ROW_OF_ONE);
    else if (span == 6)
        TINYML_SPANS(TINYML_SPAN_6, TINYML_ROW_OF_MORE);
    else if (shape->out_columns == 4)
        TINYML_SPANS(TINYML_SPAN_4, TINYML_ROW_OF_ONE);
    else
        TINYML_SPANS(TINYML_SPAN_4, TINYML_ROW_OF_MORE);
}

/* Take so many rows of two channels apart, each into its plane; `plane` is the place of the first
 * one in its row and column.
 */
TINYML_INLINE void tinyml_gather_two(const tinyml_depthwise_shape *shape, const int8_t *input,
                                     unsigned rows, int16_t *plane, unsigned plane_size)
{
    const unsigned room = shape->plane_pitch - shape->pad_columns;
    const unsigned columns = shape->in_columns < room ? shape->in_columns : room;
    const uint32_t step = shape->in_step_columns;
    const int8_t *const end = input + rows * shape->in_step_rows;

    for (; input != end; input += shape->in_step_rows, plane += shape->plane_pitch) {
        const int8_t *in = input;
        int16_t *out = plane;

#pragma GCC unroll 6
        for (unsigned pairs = columns / 2u; pairs > 0; pairs--, in += 2u * step, out += 2) {
            const uint32_t four = tinyml_load_half(in) | tinyml_load_half(in + step) << 16;

            ((tinyml_unaligned *)(void *)out)->word = tinyml_even_bytes(four);
            ((tinyml_unaligned *)(void *)(out + plane_size))->word = tinyml_odd_bytes(four);
        }
        if (columns % 2u != 0) {
            out[0] = in[0];
            out[plane_size] = in[1];
        }
    }
}

TINYML_INLINE void tinyml_convolve_image(const tinyml_depthwise_shape *shape,
                                         const tinyml_depthwise *layer, tinyml_rows input,
                                         tinyml_rows output, unsigned count, int16_t *planes)
{
    const unsigned plane_rows = (count - 1u) * shape->stride_rows + 3u;
    const unsigned plane_size = plane_rows * shape->plane_pitch;
    const unsigned room = plane_rows - shape->pad_rows;
    const unsigned rows = shape->in_rows < room ? shape->in_rows : room;
    const unsigned inner = shape->pad_rows * shape->plane_pitch;
    const int by_two = shape->multiplier == 1;
    unsigned c = 0;

    for (unsigned i = 0; i < (by_two ? 2u : 1u) * plane_size; i++)
        planes[i] = layer->in_zero_point;
    for (unsigned channel = 0; channel < layer->channels;) {
        const int8_t *const from = input.data + channel;
        const int16_t *plane = planes;
        unsigned outputs = shape->multiplier;

        if (by_two && channel + 1u < layer->channels) {
            tinyml_gather_two(shape, from, rows, planes + inner + shape->pad_columns, plane_size);
            channel += outputs = 2u;
        } else {
            tinyml_gather_plane(shape, tinyml_range_of(input, 0, rows), channel++, planes + inner);
        }
        for (; outputs > 0; outputs--, c++, plane += by_two ? plane_size : 0u) {
            if (shape->mixed && layer->stage.shift[c] < 2)
                tinyml_convolve_any_plane(shape, layer, layer->weights + 9u * c, plane, c,
                                          tinyml_range_of(output, 0, count));
            else
                tinyml_convolve_spans(shape, layer, plane, c, output.data, count);
        }
    }
}

#endif

/* As tinyml_convolve_depthwise, once for all rows; 3 x 3 taps whose columns have a stride of 1 or
 * 2, rows of outputs a multiple of 4 or 6 and without a gap, neighbours at most 512 bytes apart.
 * scratch: twice as much where multiplier is 1.
 */
TINYML_INLINE void tinyml_convolve_depthwise_whole(const tinyml_depthwise_shape *shape,
                                                   const tinyml_depthwise *layer,
                                                   tinyml_rows input, tinyml_rows output,
                                                   unsigned first, unsigned count, void *scratch)
{
#if TINYML_DSP && !defined(__clang__) && defined(__OPTIMIZE__)
    if (TINYML_IS_KNOWN(shape)) {
        tinyml_convolve_image(shape, layer, input, output, count, scratch);
        return;
    }
#endif
    tinyml_convolve_depthwise(shape, layer, input, output, first, count, scratch);
}

#endif
