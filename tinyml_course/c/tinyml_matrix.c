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

/* Sum the products of two channels. Where weights are borrowed, half words of weights multiply as
 * a + 256 * b, and b's sum is what is left above a's.
 */
static void multiply_pair(const uint32_t *weights, const int16_t *tile, unsigned depth,
                          int borrowed, sums *sum)
{
    for (unsigned p = 0; p < PIXELS; p++)
        sum->a[p] = sum->b[p] = 0;
    for (unsigned word = 0; word < depth / PAIR; word++, tile += PIXELS * PAIR) {
        const uint32_t w = weights[word];
        const int32_t a0 = (int8_t)w, a1 = (int8_t)(w >> 16);
        const int32_t b0 = borrowed ? (int16_t)w : (int8_t)(w >> 8);
        const int32_t b1 = borrowed ? (int16_t)(w >> 16) : (int8_t)(w >> 24);

        for (unsigned p = 0; p < PIXELS; p++) {
            sum->a[p] += a0 * tile[PAIR * p] + a1 * tile[PAIR * p + 1];
            sum->b[p] += b0 * tile[PAIR * p] + b1 * tile[PAIR * p + 1];
        }
    }
    if (borrowed)
        for (unsigned p = 0; p < PIXELS; p++)
            sum->b[p] = (sum->b[p] - sum->a[p]) >> 8;
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

void tinyml_tile_multiply(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          const int16_t *tile, unsigned pixels, int8_t *output)
{
    const uint32_t *weights = filters->weights;
    int8_t *rows[PIXELS];

    for (unsigned p = 0; p < PIXELS; p++)
        rows[p] = output + (p < pixels ? p : pixels - 1u) * filters->channels;
    for (unsigned c = 0; c < filters->channels; c += 2, weights += filters->depth / PAIR) {
        sums sum;
        multiply_pair(weights, tile, filters->depth, filters->borrowed, &sum);
        write_channel(stage, c, sum.a, rows);
        if (c + 1u < filters->channels)
            write_channel(stage, c + 1u, sum.b, rows);
    }
}
