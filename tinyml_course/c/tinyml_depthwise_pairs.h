/* Narrow planes of DEPTHWISE_CONV_2D, two rows of outputs a call. A part of tinyml_depthwise.h.
 *
 * The four rows of inputs stand on end in the plane: two words a column, so that a pair of outputs,
 * one below the other, needs three columns, and no pair is half empty however few the columns are.
 */
#ifndef TINYML_DEPTHWISE_PAIRS_H
#define TINYML_DEPTHWISE_PAIRS_H

#include "tinyml_depthwise.h"

#if TINYML_DSP && !defined(__clang__) && defined(__OPTIMIZE__)
#define TINYML_PAIRS 1
#else
#define TINYML_PAIRS 0
#endif

#if TINYML_PAIRS

/* Columns of pairs, in one piece, as in tinyml_depthwise_dsp.h. */
#define TINYML_PLANE_OF_PAIRS(TIES)                                                                \
    __asm__ volatile("1:\n\t"                                                                      \
                     "ldrd %[near], %[far], [%[x]], #8\n\t"                                        \
                     TINYML_ADD_1("t0", "t1", "", "bias", "bias")                                  \
                     "ldrd %[near], %[far], [%[x]]\n\t"                                            \
                     TINYML_ADD_1("m0", "m1", "", "left", "right")                                 \
                     "ldrd %[near], %[far], [%[x], #8]\n\t"                                        \
                     TINYML_ADD_1("b0", "b1", "", "left", "right")                                 \
                     TINYML_FINISH_TWO(TIES)                                                       \
                     "strb %[left], [%[out]]\n\t"                                                  \
                     "strb %[right], [%[out], %[down]]\n\t"                                        \
                     "add %[out], %[step]\n\t"                                                     \
                     "ldr %[near], %[end]\n\t"                                                     \
                     "cmp %[x], %[near]\n\t"                                                       \
                     "bne 1b"                                                                      \
                     : [x] "+r"(x), [out] "+r"(out), [left] "=&r"(left), [right] "=&r"(right),     \
                       [near] "=&r"(near), [far] "=&r"(far)                                        \
                     : [t0] "r"(t0), [t1] "r"(t1), [m0] "r"(m0), [m1] "r"(m1), [b0] "r"(b0),       \
                       [b1] "r"(b1), [bias] "r"(bias), [zero_point] "r"(zero_point),               \
                       [channel] "m"(channel), [end] "m"(end),                                     \
                       [down] "i"(shape->out_step_rows), [step] "i"(shape->out_step_columns)       \
                     : "cc", "memory")

/* The taps of one column, from the top down. */
TINYML_INLINE tinyml_taps tinyml_taps_below(const int8_t *weights)
{
    const tinyml_taps taps = {
        tinyml_pair(weights[0], weights[3]),
        tinyml_pair(weights[3], weights[6]),
    };

    return taps;
}

TINYML_INLINE void tinyml_convolve_columns(const tinyml_depthwise_shape *shape,
                                           const tinyml_depthwise *layer, const tinyml_word *plane,
                                           unsigned c, int8_t *output)
{
    const tinyml_output_stage *stage = &layer->stage;
    const int8_t *const weights = layer->weights + 9u * c;
    const tinyml_fast_channel channel =
        tinyml_fast_channel_of(stage->multiplier[c], stage->shift[c], stage->zero_point);
    const tinyml_taps before = tinyml_taps_below(weights), at = tinyml_taps_below(weights + 1),
                      behind = tinyml_taps_below(weights + 2);
    const tinyml_word *const end = plane + 2u * shape->out_columns;
    TINYML_PLANE_REGISTERS(plane, before, at, behind);
    register int8_t *out __asm__("lr") = output;

    if (shape->rounding == TINYML_RECTIFIED)
        TINYML_PLANE_OF_PAIRS(TINYML_NO_TIES);
    else
        TINYML_PLANE_OF_PAIRS(TINYML_TIES);
}

/* Both rows of the output, neighbours in memory; `input` is four rows that are there. */
TINYML_INLINE void tinyml_convolve_pair(const tinyml_depthwise_shape *shape,
                                        const tinyml_depthwise *layer, tinyml_row_range input,
                                        int8_t *out, tinyml_word *plane)
{
    const unsigned extent = shape->out_columns + 2u, room = extent - shape->pad_columns;
    const unsigned columns = shape->in_columns < room ? shape->in_columns : room;
    const uint32_t padding = tinyml_pair(layer->in_zero_point, layer->in_zero_point);
    const int8_t *rows[4];

    for (unsigned row = 0; row < 4; row++) {
        rows[row] = input.data + input.slot * shape->in_step_rows;
        input.slot = tinyml_next_slot(input, input.slot);
    }
    for (unsigned word = 0; word < 2u * extent; word++)
        plane[word] = padding;
    for (unsigned c = 0; c < layer->channels; c++) {
        tinyml_word *column = plane + 2u * shape->pad_columns;

#pragma GCC unroll 8
        for (unsigned x = 0; x < columns; x++, column += 2) {
            const unsigned place = c + x * shape->in_step_columns;

            column[0] = tinyml_pair(rows[0][place], rows[1][place]);
            column[1] = tinyml_pair(rows[2][place], rows[3][place]);
        }
        tinyml_convolve_columns(shape, layer, plane, c, out + c);
    }
}

#endif

/* As tinyml_convolve_depthwise, for 3 x 3 taps of stride 1; all channels shift by 2 or more. */
TINYML_INLINE void tinyml_convolve_depthwise_by_two(const tinyml_depthwise_shape *shape,
                                                    const tinyml_depthwise *layer,
                                                    tinyml_rows input, tinyml_rows output,
                                                    unsigned first, unsigned count, void *scratch)
{
#if TINYML_PAIRS
    const unsigned slot = first % output.capacity, top = first - shape->pad_rows;
    const int are_there = first >= shape->pad_rows && top + 4 <= shape->in_rows;

    if (TINYML_IS_KNOWN(shape) && count == 2 && are_there && slot + 1 < output.capacity) {
        tinyml_convolve_pair(shape, layer, tinyml_range_of(input, top, 4),
                             output.data + slot * shape->out_step_rows, scratch);
        return;
    }
#endif
    tinyml_convolve_depthwise(shape, layer, input, output, first, count, scratch);
}

#endif
