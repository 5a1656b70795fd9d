/* Planes of DEPTHWISE_CONV_2D on cores with the DSP extension. A part of tinyml_depthwise.h. */
#ifndef TINYML_DEPTHWISE_DSP_H
#define TINYML_DEPTHWISE_DSP_H

#include "tinyml_depthwise.h"

#if TINYML_DSP

/* Three taps of a row as pairs: (w0, w1) and (w1, w2). */
typedef struct {
    uint32_t first, last;
} tinyml_taps;

TINYML_INLINE tinyml_taps tinyml_taps_of(const int8_t *weights)
{
    const tinyml_taps taps = {
        tinyml_pair(weights[0], weights[1]),
        tinyml_pair(weights[1], weights[2]),
    };

    return taps;
}

/* Sums of two neighbouring outputs. */
typedef struct {
    int32_t left, right;
} tinyml_neighbours;

/* Add a row's share to two neighbouring outputs, `stride` apart; x is two inputs a word. */
TINYML_INLINE tinyml_neighbours tinyml_add_row(tinyml_neighbours sum, tinyml_taps taps,
                                               const tinyml_word *x, unsigned stride)
{
    const uint32_t near = x[0], far = x[1];

    sum.left = tinyml_mac_pairs(sum.left, taps.first, near);
    if (stride == 1) {
        sum.right = tinyml_mac_low_high(sum.right, taps.first, near);
        sum.left = tinyml_mac_high_low(sum.left, taps.last, far);
        sum.right = tinyml_mac_pairs(sum.right, taps.last, far);
    } else {
        sum.left = tinyml_mac_high_low(sum.left, taps.last, far);
        sum.right = tinyml_mac_pairs(sum.right, taps.first, far);
        sum.right = tinyml_mac_high_low(sum.right, taps.last, x[2]);
    }
    return sum;
}

/* The 3 x 3 kernel of stride 1 or 2: two outputs at a time, all taps in registers. */
TINYML_INLINE void tinyml_convolve_plane_3x3(const tinyml_depthwise_shape *shape,
                                             const tinyml_depthwise *layer,
                                             const int8_t *weights, const int16_t *plane,
                                             unsigned c, tinyml_row_range output)
{
    const tinyml_output_stage *stage = &layer->stage;
    const tinyml_fast_channel channel = tinyml_fast_channel_of(
        stage->multiplier[c], stage->shift[c], stage->zero_point);
    const int rectified = shape->rounding == TINYML_RECTIFIED;
    const int32_t bias = stage->bias[c];
    const tinyml_taps top = tinyml_taps_of(weights), middle = tinyml_taps_of(weights + 3),
                      bottom = tinyml_taps_of(weights + 6);
    const unsigned pitch = shape->plane_pitch / 2u, stride = shape->stride_columns;
    const uint32_t step = shape->out_step_columns;
    const tinyml_word *row = (const tinyml_word *)plane;
    unsigned slot = output.slot;

    for (unsigned y = 0; y < output.count; y++) {
        const tinyml_word *x = row;
        int8_t *out = output.data + slot * shape->out_step_rows + c;

        slot = tinyml_next_slot(output, slot);

        for (unsigned column = 0; column < shape->out_columns; column += 2) {
            tinyml_neighbours sum = {bias, bias};

            sum = tinyml_add_row(sum, top, x, stride);
            sum = tinyml_add_row(sum, middle, x + pitch, stride);
            sum = tinyml_add_row(sum, bottom, x + 2 * pitch, stride);
            x += stride;
            sum.left = tinyml_fast_finish(channel, sum.left, rectified);
            sum.right = tinyml_fast_finish(channel, sum.right, rectified);
            out[0] = (int8_t)sum.left;
            if (column + 1 < shape->out_columns)
                out[step] = (int8_t)sum.right;
            out += 2 * step;
        }
        row += pitch * shape->stride_rows;
    }
}

#if !defined(__clang__) && defined(__OPTIMIZE__)

/* A plane in one piece: GCC would keep some of the taps on the stack, and load them for each
 * output. `near` and `far` are two inputs each; `place` is that of the next two, as seen from x;
 * what is summed to begin with is `to_left` and `to_right`.
 */
#define TINYML_ADD_1(first, last, place, to_left, to_right)                                        \
    "smlad %[left], %[" first "], %[near], %[" to_left "]\n\t"                                     \
    "smlabt %[right], %[" first "], %[near], %[" to_right "]\n\t"                                  \
    "smlatb %[left], %[" last "], %[far], %[left]\n\t"                                             \
    "smlad %[right], %[" last "], %[far], %[right]\n\t"
#define TINYML_ADD_2(first, last, place, to_left, to_right)                                        \
    "smlad %[left], %[" first "], %[near], %[" to_left "]\n\t"                                     \
    "ldr %[near], [%[x], " place "]\n\t"                                                           \
    "smlatb %[left], %[" last "], %[far], %[left]\n\t"                                             \
    "smlad %[right], %[" first "], %[far], %[" to_right "]\n\t"                                    \
    "smlatb %[right], %[" last "], %[near], %[right]\n\t"
#define TINYML_NO_TIES ""
#define TINYML_TIES                                                                                \
    "add %[left], %[left], %[left], asr #31\n\t"                                                   \
    "add %[right], %[right], %[right], asr #31\n\t"
/* A product that shifts by less than 2 is doubled so often. */
#define TINYML_DOUBLES                                                                             \
    "ldr %[near], %[doubled]\n\t"                                                                  \
    "lsl %[left], %[left], %[near]\n\t"                                                            \
    "lsl %[right], %[right], %[near]\n\t"
#define TINYML_WRITE_RIGHT                                                                         \
    "strb %[right], [%[out], %[step]]\n\t"                                                         \
    "add %[out], %[step2]\n\t"
#define TINYML_AT_END                                                                              \
    "ldrd %[near], %[far], %[place]\n\t"                                                           \
    "cmp %[x], %[near]\n\t"
/* The sums of two neighbours, and how they become outputs as in tinyml_fast_finish. */
#define TINYML_SUM_TWO(ADD, bytes)                                                                 \
    "ldrd %[near], %[far], [%[x]], #" #bytes "\n\t"                                                \
    ADD("t0", "t1", "#8-" #bytes, "bias", "bias")                                                  \
    "ldrd %[near], %[far], [%[x], #%c[pitch]-" #bytes "]\n\t"                                      \
    ADD("m0", "m1", "#%c[pitch]+8-" #bytes, "left", "right")                                       \
    "ldrd %[near], %[far], [%[x], #2*%c[pitch]-" #bytes "]\n\t"                                    \
    ADD("b0", "b1", "#2*%c[pitch]+8-" #bytes, "left", "right")
#define TINYML_FINISH_TWO(TIES)                                                                    \
    "ldrd %[near], %[far], %[channel]\n\t"                                                         \
    "smmlar %[left], %[left], %[near], %[left]\n\t"                                                \
    "smmlar %[right], %[right], %[near], %[right]\n\t" TIES                                        \
    "smmlar %[left], %[left], %[far], %[zero_point]\n\t"                                           \
    "smmlar %[right], %[right], %[far], %[zero_point]\n\t"                                         \
    "ssat %[left], #8, %[left]\n\t"                                                                \
    "ssat %[right], #8, %[right]\n\t"
/* How a row goes on from one pair to the next one, from 1, and ends. The right one of the last pair
 * is not there if their number is odd: it is written at the start of the pair that follows.
 */
#define TINYML_START_EVEN "1:\n\t"
#define TINYML_NEXT_EVEN TINYML_WRITE_RIGHT TINYML_AT_END "bne 1b\n\t"
#define TINYML_START_ODD "b 1f\n0:\n\t" TINYML_WRITE_RIGHT "1:\n\t"
#define TINYML_NEXT_ODD TINYML_AT_END "bne 0b\n\t"

/* What the code below finds in memory, two words at a time. */
typedef struct {
    const tinyml_word *end; /* of the row's inputs */
    int8_t *row;            /* of outputs */
} tinyml_plane_place;

/* All registers there are but lr, by name: GCC would not always find them. */
#define TINYML_PLANE_REGISTERS(start, top, middle, bottom)                                         \
    register const tinyml_word *x __asm__("r0") = start;                                           \
    register const uint32_t t0 __asm__("r1") = top.first, t1 __asm__("r2") = top.last;             \
    register const uint32_t m0 __asm__("r3") = middle.first, m1 __asm__("r4") = middle.last;       \
    register const uint32_t b0 __asm__("r5") = bottom.first, b1 __asm__("r6") = bottom.last;       \
    register const int32_t bias __asm__("r7") = stage->bias[c];                                    \
    register const int32_t zero_point __asm__("r8") = channel.zero_point;                          \
    register uint32_t left __asm__("r9"), right __asm__("r10");                                    \
    register uint32_t near __asm__("r11"), far __asm__("r12")

typedef struct {
    uint32_t rows, row_step;
} tinyml_plane_steps;

typedef struct {
    int8_t *end, *begin;
} tinyml_plane_ring;

#define TINYML_PLANE_OF_TWOS(ADD, bytes, TIES, PARITY)                                             \
    __asm__ volatile("ldrd %[near], %[out], %[place]\n\t" TINYML_START_##PARITY                    \
                     TINYML_SUM_TWO(ADD, bytes) TINYML_FINISH_TWO(TIES)                            \
                     "strb %[left], [%[out]]\n\t" TINYML_NEXT_##PARITY                             \
                     "ldrd %[left], %[out], %[steps]\n\t"                                          \
                     "add %[near], %[down]\n\t"                                                    \
                     "add %[far], %[out]\n\t"                                                      \
                     "ldrd %[out], %[right], %[ring]\n\t"                                          \
                     "cmp %[far], %[out]\n\t"                                                      \
                     "it eq\n\t"                                                                   \
                     "moveq %[far], %[right]\n\t"                                                  \
                     "strd %[near], %[far], %[place]\n\t"                                          \
                     "mov %[out], %[far]\n\t"                                                      \
                     "add %[x], %[back]\n\t"                                                       \
                     "subs %[left], #1\n\t"                                                        \
                     "str %[left], %[steps]\n\t"                                                   \
                     "bne 1b"                                                                      \
                     : [x] "+r"(x), [out] "=&r"(out), [left] "=&r"(left), [right] "=&r"(right),    \
                       [near] "=&r"(near), [far] "=&r"(far), [place] "+m"(place),                  \
                       [steps] "+m"(steps)                                                         \
                     : [t0] "r"(t0), [t1] "r"(t1), [m0] "r"(m0), [m1] "r"(m1), [b0] "r"(b0),       \
                       [b1] "r"(b1), [bias] "r"(bias), [zero_point] "r"(zero_point),               \
                       [channel] "m"(channel), [doubled] "m"(doubled), [ring] "m"(ring),           \
                       [step] "i"(shape->out_step_columns),                                        \
                       [step2] "i"(2 * shape->out_step_columns),                                   \
                       [pitch] "i"(2 * shape->plane_pitch),                                        \
                       [down] "i"(2 * shape->plane_pitch * shape->stride_rows),                    \
                       [back] "i"(2 * shape->plane_pitch * shape->stride_rows -                    \
                                  (shape->out_columns + 1) / 2 * bytes)                            \
                     : "cc", "memory")

/* Whether the shape is a constant, and within the reach of LDRD, STRB and ADD. */
#define TINYML_IS_KNOWN(shape)                                                                     \
    (__builtin_constant_p((shape)->plane_pitch) && (shape)->plane_pitch <= 250 &&                  \
     (shape)->stride_rows <= 4 && (shape)->out_step_columns < 2048)

TINYML_INLINE void tinyml_convolve_known_plane(const tinyml_depthwise_shape *shape,
                                               const tinyml_depthwise *layer,
                                               const int8_t *weights, const int16_t *plane,
                                               unsigned c, tinyml_row_range output)
{
    const tinyml_output_stage *stage = &layer->stage;
    const int shift = stage->shift[c];
    const int doubled = shape->mixed && shift < 2 ? 2 - shift : 0;
    const tinyml_fast_channel channel =
        tinyml_fast_channel_of(stage->multiplier[c], shift + doubled, stage->zero_point);
    const tinyml_taps top = tinyml_taps_of(weights), middle = tinyml_taps_of(weights + 3),
                      bottom = tinyml_taps_of(weights + 6);
    int8_t *const begin = output.data + c;
    const tinyml_plane_ring ring = {begin + output.capacity * shape->out_step_rows, begin};
    tinyml_plane_place place = {
        (const tinyml_word *)plane + (shape->out_columns + 1u) / 2u * shape->stride_columns,
        begin + output.slot * shape->out_step_rows,
    };
    tinyml_plane_steps steps = {output.count, shape->out_step_rows};
    TINYML_PLANE_REGISTERS((const tinyml_word *)plane, top, middle, bottom);
    register int8_t *out __asm__("lr");

#define TINYML_PLANE(TIES, PARITY)                                                                 \
    do {                                                                                           \
        if (shape->mixed && shape->stride_columns == 1)                                            \
            TINYML_PLANE_OF_TWOS(TINYML_ADD_1, 4, TIES TINYML_DOUBLES, PARITY);                    \
        else if (shape->mixed)                                                                     \
            TINYML_PLANE_OF_TWOS(TINYML_ADD_2, 8, TIES TINYML_DOUBLES, PARITY);                    \
        else if (shape->stride_columns == 1)                                                       \
            TINYML_PLANE_OF_TWOS(TINYML_ADD_1, 4, TIES, PARITY);                                   \
        else                                                                                       \
            TINYML_PLANE_OF_TWOS(TINYML_ADD_2, 8, TIES, PARITY);                                   \
    } while (0)
    if (shape->rounding == TINYML_RECTIFIED && shape->out_columns % 2u == 0)
        TINYML_PLANE(TINYML_NO_TIES, EVEN);
    else if (shape->rounding == TINYML_RECTIFIED)
        TINYML_PLANE(TINYML_NO_TIES, ODD);
    else if (shape->out_columns % 2u == 0)
        TINYML_PLANE(TINYML_TIES, EVEN);
    else
        TINYML_PLANE(TINYML_TIES, ODD);
}

#else
#define TINYML_IS_KNOWN(shape) 0
#define tinyml_convolve_known_plane tinyml_convolve_plane_3x3
#endif

/* Sums of four neighbouring outputs. */
typedef struct {
    int32_t s0, s1, s2, s3;
} tinyml_four;

/* Add a row of taps of stride 1 to four neighbouring outputs, two taps at a time. */
TINYML_INLINE tinyml_four tinyml_add_long_row(tinyml_four sum, const int8_t *weights,
                                              unsigned taps, const tinyml_word *x)
{
    uint32_t near = x[0], middle = x[1];

    x += 2;
    for (unsigned pairs = taps / 2u; pairs > 0; pairs--, weights += 2) {
        const uint32_t pair = tinyml_pair(weights[0], weights[1]), far = *x++;

        sum.s0 = tinyml_mac_pairs(sum.s0, pair, near);
        sum.s1 = tinyml_mac_low_high(sum.s1, pair, near);
        sum.s1 = tinyml_mac_high_low(sum.s1, pair, middle);
        sum.s2 = tinyml_mac_pairs(sum.s2, pair, middle);
        sum.s3 = tinyml_mac_low_high(sum.s3, pair, middle);
        sum.s3 = tinyml_mac_high_low(sum.s3, pair, far);
        near = middle;
        middle = far;
    }
    if (taps % 2u != 0) {
        const uint32_t last = (uint32_t)(int32_t)*weights;

        sum.s0 = tinyml_mac_low_low(sum.s0, last, near);
        sum.s1 = tinyml_mac_low_high(sum.s1, last, near);
        sum.s2 = tinyml_mac_low_low(sum.s2, last, middle);
        sum.s3 = tinyml_mac_low_high(sum.s3, last, middle);
    }
    return sum;
}

/* Kernels of any size whose columns have neither stride nor dilation: four outputs at a time. */
TINYML_INLINE void tinyml_convolve_plane_fours(const tinyml_depthwise_shape *shape,
                                               const tinyml_depthwise *layer,
                                               const int8_t *weights, const int16_t *plane,
                                               unsigned c, tinyml_row_range output)
{
    const tinyml_output_stage *stage = &layer->stage;
    const tinyml_channel plain = tinyml_channel_of(stage, c);
    const tinyml_fast_channel channel =
        tinyml_fast_channel_of(plain.multiplier, plain.shift, stage->zero_point);
    const int rectified = shape->rounding == TINYML_RECTIFIED;
    const uint32_t step = shape->out_step_columns;
    const unsigned down = (unsigned)shape->dilation_rows * shape->plane_pitch;
    unsigned slot = output.slot;

    for (unsigned row = 0; row < output.count; row++) {
        int8_t *out = output.data + slot * shape->out_step_rows + c;
        unsigned column = 0;

        slot = tinyml_next_slot(output, slot);
        for (; column + 4 <= shape->out_columns; column += 4, out += 4 * step) {
            tinyml_four sum = {plain.bias, plain.bias, plain.bias, plain.bias};
            const int8_t *w = weights;
            const int16_t *x = plane + column;

            for (unsigned y = 0; y < shape->kernel_rows; y++, x += down) {
                sum = tinyml_add_long_row(sum, w, shape->kernel_columns, (const tinyml_word *)x);
                w += shape->kernel_columns;
            }
            tinyml_fast_finish_four(channel, &sum.s0, &sum.s1, &sum.s2, &sum.s3, rectified);
            out[0] = (int8_t)sum.s0;
            out[step] = (int8_t)sum.s1;
            out[2 * step] = (int8_t)sum.s2;
            out[3 * step] = (int8_t)sum.s3;
        }
        for (; column < shape->out_columns; column++, out += step) {
            const int32_t sum = tinyml_sum_taps(shape, weights, plane + column);

            *out = tinyml_finish(stage, plain, tinyml_wrapping_add(sum, plain.bias));
        }
        plane += shape->stride_rows * shape->plane_pitch;
    }
}

#endif

#endif
