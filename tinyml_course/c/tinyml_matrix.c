#include "tinyml_matrix.h"

#include "tinyml_output_stage.h"

enum { PIXELS = 4, PAIR = 2, GROUP = 4, GROUP_PITCH = 2 * PIXELS * PAIR };

/* Two channels' sums over four pixels. */
typedef struct {
    int32_t a[PIXELS], b[PIXELS];
} sums;

int16_t *tinyml_tile_copy(int16_t *column, const int8_t *input, uint32_t count)
{
    for (const int8_t *end = input + count; input != end; input += GROUP, column += GROUP_PITCH) {
#if TINYML_DSP
        const uint32_t four = tinyml_load_unaligned(input);
        ((tinyml_word *)column)[0] = tinyml_even_bytes(four);
        ((tinyml_word *)column)[PIXELS] = tinyml_odd_bytes(four);
#else
        column[0] = input[0];
        column[1] = input[2];
        column[PIXELS * PAIR] = input[1];
        column[PIXELS * PAIR + 1] = input[3];
#endif
    }
    return column;
}

int16_t *tinyml_tile_fill(int16_t *column, int8_t value, uint32_t count)
{
    for (; count != 0; count -= GROUP, column += GROUP_PITCH) {
        column[0] = column[1] = value;
        column[PIXELS * PAIR] = column[PIXELS * PAIR + 1] = value;
    }
    return column;
}

/* Write one channel. Pixels that are not there share the place of the last one that is, and are
 * written before it.
 */
static void write_channel(const tinyml_output_stage *stage, unsigned c, const int32_t *sum,
                          int8_t *const *rows)
{
    const tinyml_channel channel = tinyml_channel_of(stage, c);

    for (unsigned p = PIXELS; p-- > 0;)
        rows[p][c] = tinyml_finish(stage, channel, tinyml_wrapping_add(sum[p], channel.bias));
}

/* Sum the products of two channels. Where weights are borrowed, half words of weights multiply as
 * a + 256 * b, and b's sum is what is left above a's.
 */
static void multiply_pair(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          const uint32_t *weights, const int16_t *tile, unsigned c,
                          int8_t *const *rows)
{
    const int borrowed = filters->borrowed;
    sums sum = {{0}, {0}};

    for (unsigned word = 0; word < filters->depth / PAIR; word++, tile += PIXELS * PAIR) {
        const uint32_t w = weights[word];
        const int32_t a0 = (int8_t)w, a1 = (int8_t)(w >> 16);
        const int32_t b0 = borrowed ? (int16_t)w : (int8_t)(w >> 8);
        const int32_t b1 = borrowed ? (int16_t)(w >> 16) : (int8_t)(w >> 24);

        for (unsigned p = 0; p < PIXELS; p++) {
            sum.a[p] += a0 * tile[PAIR * p] + a1 * tile[PAIR * p + 1];
            sum.b[p] += b0 * tile[PAIR * p] + b1 * tile[PAIR * p + 1];
        }
    }
    if (borrowed)
        for (unsigned p = 0; p < PIXELS; p++)
            sum.b[p] = (sum.b[p] - sum.a[p]) >> 8;
    write_channel(stage, c, sum.a, rows);
    if (c + 1u < filters->channels)
        write_channel(stage, c + 1u, sum.b, rows);
}

#if TINYML_DSP

/* One word of weights times one word of inputs from each pixel. */
#define STEP(w, x)                                                                                 \
    do {                                                                                           \
        const uint32_t both = (w), even = tinyml_even_bytes(both);                                 \
        uint32_t x0 = (x)[0], x1 = (x)[1];                                                         \
        a0 = tinyml_mac_pairs(a0, even, x0);                                                       \
        b0 = tinyml_mac_pairs(b0, both, x0);                                                       \
        a1 = tinyml_mac_pairs(a1, even, x1);                                                       \
        b1 = tinyml_mac_pairs(b1, both, x1);                                                       \
        x0 = (x)[2], x1 = (x)[3];                                                                  \
        a2 = tinyml_mac_pairs(a2, even, x0);                                                       \
        b2 = tinyml_mac_pairs(b2, both, x0);                                                       \
        a3 = tinyml_mac_pairs(a3, even, x1);                                                       \
        b3 = tinyml_mac_pairs(b3, both, x1);                                                       \
    } while (0)

TINYML_INLINE void multiply_pair_dsp(const tinyml_output_stage *stage, const uint32_t *weights,
                                     const tinyml_word *x, const tinyml_word *end, unsigned c,
                                     int8_t *const *rows, int rectified)
{
    const int32_t bias = stage->bias[c];
    int32_t a0 = bias, a1 = bias, a2 = bias, a3 = bias;
    int32_t b0 = bias, b1 = bias, b2 = bias, b3 = bias;

    do {
        STEP(weights[0], x);
        STEP(weights[1], x + PIXELS);
        STEP(weights[2], x + 2 * PIXELS);
        STEP(weights[3], x + 3 * PIXELS);
        weights += 4;
        x += 4 * PIXELS;
    } while (x != end);

    const int32_t b_bias = stage->bias[c + 1];
    b0 = ((b0 - a0) >> 8) + b_bias;
    b1 = ((b1 - a1) >> 8) + b_bias;
    b2 = ((b2 - a2) >> 8) + b_bias;
    b3 = ((b3 - a3) >> 8) + b_bias;

    const tinyml_fast_channel a = tinyml_fast_channel_of(stage, c);
    const tinyml_fast_channel b = tinyml_fast_channel_of(stage, c + 1);
    int8_t *out = rows[3] + c;
    out[0] = tinyml_fast_finish(a, a3, rectified);
    out[1] = tinyml_fast_finish(b, b3, rectified);
    out = rows[2] + c;
    out[0] = tinyml_fast_finish(a, a2, rectified);
    out[1] = tinyml_fast_finish(b, b2, rectified);
    out = rows[1] + c;
    out[0] = tinyml_fast_finish(a, a1, rectified);
    out[1] = tinyml_fast_finish(b, b1, rectified);
    out = rows[0] + c;
    out[0] = tinyml_fast_finish(a, a0, rectified);
    out[1] = tinyml_fast_finish(b, b0, rectified);
}

TINYML_INLINE unsigned multiply_dsp(const tinyml_filters *filters,
                                    const tinyml_output_stage *layer_stage, const int16_t *tile,
                                    int8_t *const *rows, int rectified)
{
    const tinyml_output_stage stage = *layer_stage; /* writing outputs cannot change a copy */
    const uint32_t *weights = filters->weights;
    const unsigned words = filters->depth / PAIR, channels = filters->channels & ~1u;
    const tinyml_word *x = (const tinyml_word *)tile, *end = x + words * PIXELS;

    for (unsigned c = 0; c < channels; c += 2, weights += words)
        multiply_pair_dsp(&stage, weights, x, end, c, rows, rectified);
    return channels;
}

#endif

void tinyml_tile_multiply(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          const int16_t *tile, unsigned pixels, int8_t *output)
{
    const unsigned words = filters->depth / PAIR;
    unsigned c = 0;
    int8_t *rows[PIXELS];

    for (unsigned p = 0; p < PIXELS; p++)
        rows[p] = output + (p < pixels ? p : pixels - 1u) * filters->channels;
#if TINYML_DSP
    if (filters->borrowed && stage->rounding == TINYML_RECTIFIED)
        c = multiply_dsp(filters, stage, tile, rows, 1);
    else if (filters->borrowed && stage->rounding == TINYML_SIGNED)
        c = multiply_dsp(filters, stage, tile, rows, 0);
#endif
    for (; c < filters->channels; c += 2)
        multiply_pair(filters, stage, filters->weights + c / 2 * words, tile, c, rows);
}
