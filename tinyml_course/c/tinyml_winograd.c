/* CONV_2D of 3 x 3, stride 1, by Winograd's minimal filtering: 16 products where 36 are due.
 *
 * Two outputs side by side of a filter (g0, g1, g2) over d0 to d3 take four products, not six:
 *   y0 = d0 g0 + d1 g1 + d2 g2 = m0 + m1 + m2    m0 = (d0 - d2) g0
 *   y1 = d1 g0 + d2 g1 + d3 g2 = m1 - m2 - m3    m1 = (d1 + d2) (g0 + g1 + g2) / 2
 *                                                m2 = (d2 - d1) (g0 - g1 + g2) / 2
 *                                                m3 = (d1 - d3) g2
 * Down the columns and then along the rows that makes 16 points of 4 x 4 inputs, and of 16 sums
 * 2 x 2 outputs. What the filters give at the points is known beforehand; what the inputs give
 * serves all filters; and the m are summed over all channels before they are put together. So the
 * more channels there are, the less counts but the products. Filters doubled on either axis have no
 * halves: all sums are integers, four times what they stand for, and the division leaves nothing.
 *
 * Source: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4.1.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2,omit-frame-pointer") /* also where the rest is built for size */
#endif

#include "tinyml_winograd.h"

#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

/* Copy bytes, a multiple of four. */
static void copy(int8_t *to, const int8_t *from, unsigned count)
{
    for (unsigned k = 0; k < count; k += 4, to += 4, from += 4) {
#if TINYML_DSP
        *(tinyml_word *)to = tinyml_load_unaligned(from);
#else
        to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = from[3];
#endif
    }
}

static void fill(int8_t *to, int8_t value, unsigned count)
{
    for (unsigned k = 0; k < count; k++)
        to[k] = value;
}

/* Copy the tile at (y, x), where part of it is padding or the ring's end runs through it. */
static void gather(const tinyml_winograd *layer, tinyml_rows input, int y, int x, int8_t *tile)
{
    const unsigned channels = layer->in_channels;
    const int before = tinyml_clamp(-x, 0, EDGE);
    const int end = tinyml_clamp(layer->in_width - x, before, EDGE);
    const unsigned left = (unsigned)before * channels, right = (unsigned)end * channels;

    for (int row = 0; row < EDGE; row++, y++, tile += EDGE * channels) {
        if (y < 0 || y >= layer->in_height) {
            fill(tile, layer->in_zero_point, EDGE * channels);
            continue;
        }
        const unsigned first = (unsigned)y % input.capacity * layer->in_width;

        fill(tile, layer->in_zero_point, left);
        copy(tile + left, input.data + (first + (unsigned)(x + before)) * channels, right - left);
        fill(tile + right, layer->in_zero_point, EDGE * channels - right);
    }
}

/* Transform the tile at (y, x); `copied` is memory for one that does not lie there as a whole. */
static void read_tile(const tinyml_winograd *layer, tinyml_rows input, int y, int x,
                      int8_t *copied, lanes *words)
{
    const unsigned channels = layer->in_channels, pitch = layer->in_width * channels;
    const unsigned row = y < 0 ? 0u : (unsigned)y % input.capacity;

    if (y >= 0 && y + EDGE <= layer->in_height && x >= 0 && x + EDGE <= layer->in_width &&
        row + EDGE <= input.capacity) {
        transform(input.data + row * pitch + (unsigned)x * channels, pitch, channels, words);
        return;
    }
    gather(layer, input, y, x, copied);
    transform(copied, EDGE * channels, channels, words);
}

#if TINYML_DSP

/* Sum the products of all channels, for two filters: sums[16 points][2 filters][4 tiles].
 *
 * For GCC the loop is spelled out, as it needs every register: r0 and r1 point at weights and
 * inputs, r4 to r11 hold the sums. Each point starts with a product that needs no zero, and ends
 * by storing the sums at once.
 */
#if defined(__clang__)

static const uint32_t *multiply(const uint32_t *weights, const lanes *inputs, unsigned chunks,
                                int32_t *sums)
{
    for (unsigned point = 0; point < POINTS; point++, inputs += POINT_WORDS, sums += SUMS) {
        int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;

        for (unsigned chunk = 0; chunk < chunks; chunk++) {
            const lanes *x = inputs + chunk * CHUNK_WORDS;

            for (unsigned k = 0; k < CHUNK / LANES; k++, x += TILES, weights += CHANNELS) {
                a0 = tinyml_mac_pairs(a0, weights[0], x[0]);
                b0 = tinyml_mac_pairs(b0, weights[1], x[0]);
                a1 = tinyml_mac_pairs(a1, weights[0], x[1]);
                b1 = tinyml_mac_pairs(b1, weights[1], x[1]);
                a2 = tinyml_mac_pairs(a2, weights[0], x[2]);
                b2 = tinyml_mac_pairs(b2, weights[1], x[2]);
                a3 = tinyml_mac_pairs(a3, weights[0], x[3]);
                b3 = tinyml_mac_pairs(b3, weights[1], x[3]);
            }
        }
        sums[0] = a0, sums[1] = a1, sums[2] = a2, sums[3] = a3;
        sums[4] = b0, sums[5] = b1, sums[6] = b2, sums[7] = b3;
    }
    return weights;
}

#else

#define WEIGHTS "ldrd r2, r3, [r0], #8\n\t"
#define INPUTS "ldrd r12, lr, [r1], #8\n\t"
#define FIRST                                                                                      \
    WEIGHTS INPUTS "smuad r4, r2, r12\n\tsmuad r8, r3, r12\n\t"                                    \
                   "smuad r5, r2, lr\n\tsmuad r9, r3, lr\n\t" INPUTS                               \
                   "smuad r6, r2, r12\n\tsmuad r10, r3, r12\n\t"                                   \
                   "smuad r7, r2, lr\n\tsmuad r11, r3, lr\n\t"
#define NEXT                                                                                       \
    WEIGHTS INPUTS "smlad r4, r2, r12, r4\n\tsmlad r8, r3, r12, r8\n\t"                            \
                   "smlad r5, r2, lr, r5\n\tsmlad r9, r3, lr, r9\n\t" INPUTS                       \
                   "smlad r6, r2, r12, r6\n\tsmlad r10, r3, r12, r10\n\t"                          \
                   "smlad r7, r2, lr, r7\n\tsmlad r11, r3, lr, r11\n\t"

static const uint32_t *multiply(const uint32_t *weights, const lanes *inputs, unsigned chunks,
                                int32_t *sums)
{
    struct {
        const lanes *end; /* of this point's inputs */
        int32_t *sums;
    } point = {inputs + (chunks - 1u) * CHUNK_WORDS + POINT_WORDS, sums};
    struct {
        uint32_t back; /* bytes from the end of one point's inputs to the start of the next's */
        int32_t *end;
    } last = {(chunks - 1u) * CHUNK_WORDS * (uint32_t)sizeof(lanes), sums + POINTS * SUMS};
    register const uint32_t *w __asm__("r0") = weights;
    register const lanes *x __asm__("r1") = inputs;

    __asm__ volatile("1:\n\t" FIRST "b 3f\n"
                     "2:\n\t" NEXT "3:\n\t" NEXT NEXT NEXT NEXT NEXT NEXT NEXT
                     "ldrd r2, r3, %[point]\n\t"
                     "cmp r1, r2\n\t"
                     "beq 4f\n\t"
                     "addw r1, r1, %[skip]\n\t"
                     "b 2b\n"
                     "4:\n\t"
                     "stm r3!, {r4-r11}\n\t"
                     "ldrd r12, lr, %[last]\n\t"
                     "sub r1, r1, r12\n\t"
                     "add r2, r2, %[step]\n\t"
                     "strd r2, r3, %[point]\n\t"
                     "cmp r3, lr\n\t"
                     "bne 1b"
                     : "+r"(w), "+r"(x), [point] "+m"(point)
                     : [last] "m"(last),
                       [skip] "i"((CHUNK_WORDS - POINT_WORDS) * sizeof(lanes)),
                       [step] "i"(POINT_WORDS * sizeof(lanes))
                     : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr",
                       "cc", "memory");
    return w;
}

#endif

#else

/* Sum what two filters give at one point, for two tiles: as many sums as stay in registers. */
static TINYML_APART void multiply_two(const uint32_t *weights, const lanes *inputs, unsigned chunks,
                                int32_t *sums)
{
    int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;

    for (unsigned chunk = 0; chunk < chunks; chunk++, inputs += CHUNK_WORDS) {
        const lanes *x = inputs;

        for (unsigned k = 0; k < CHUNK / LANES; k++, x += TILES, weights += CHANNELS) {
            const int32_t a = (int16_t)weights[0], b = (int16_t)weights[1];
            const int32_t a_high = (int32_t)weights[0] >> 16, b_high = (int32_t)weights[1] >> 16;

            a0 = tinyml_wrapping_add(a0, a * x[0].low);
            b0 = tinyml_wrapping_add(b0, b * x[0].low);
            a1 = tinyml_wrapping_add(a1, a * x[1].low);
            b1 = tinyml_wrapping_add(b1, b * x[1].low);
            a0 = tinyml_wrapping_add(a0, a_high * x[0].high);
            b0 = tinyml_wrapping_add(b0, b_high * x[0].high);
            a1 = tinyml_wrapping_add(a1, a_high * x[1].high);
            b1 = tinyml_wrapping_add(b1, b_high * x[1].high);
        }
    }
    sums[0] = a0, sums[1] = a1;
    sums[TILES] = b0, sums[TILES + 1] = b1;
}

static const uint32_t *multiply(const uint32_t *weights, const lanes *inputs, unsigned chunks,
                                int32_t *sums)
{
    for (unsigned point = 0; point < POINTS; point++, inputs += POINT_WORDS, sums += SUMS) {
        for (unsigned tile = 0; tile < TILES; tile += 2)
            multiply_two(weights, inputs + tile, chunks, sums + tile);
        weights += chunks * (CHUNK / LANES * CHANNELS);
    }
    return weights;
}

#endif

/* The four outputs of a tile, by row and column. One that is not on the image has the place of
 * one that is, which is written after it.
 */
typedef struct {
    int8_t *pixel[2][2];
} places;

/* Sums of a tile's four outputs. */
typedef struct {
    int32_t y00, y01, y10, y11;
} outputs;

/* Take the sums of one filter and tile back from points to outputs. */
TINYML_INLINE outputs gather_points(const int32_t *sums, int32_t bias)
{
    /* Along the rows first. */
    const int32_t left0 = sums[0] + sums[SUMS] + sums[2 * SUMS];
    const int32_t right0 = sums[SUMS] - sums[2 * SUMS] - sums[3 * SUMS];
    const int32_t left1 = sums[4 * SUMS] + sums[5 * SUMS] + sums[6 * SUMS];
    const int32_t right1 = sums[5 * SUMS] - sums[6 * SUMS] - sums[7 * SUMS];
    const int32_t left2 = sums[8 * SUMS] + sums[9 * SUMS] + sums[10 * SUMS];
    const int32_t right2 = sums[9 * SUMS] - sums[10 * SUMS] - sums[11 * SUMS];
    const int32_t left3 = sums[12 * SUMS] + sums[13 * SUMS] + sums[14 * SUMS];
    const int32_t right3 = sums[13 * SUMS] - sums[14 * SUMS] - sums[15 * SUMS];
    const outputs y = {
        tinyml_wrapping_add(bias, (left0 + left1 + left2) >> 2),
        tinyml_wrapping_add(bias, (right0 + right1 + right2) >> 2),
        tinyml_wrapping_add(bias, (left1 - left2 - left3) >> 2),
        tinyml_wrapping_add(bias, (right1 - right2 - right3) >> 2),
    };

    return y;
}

/* Write one channel of so many tiles. */
static void write_channel(const tinyml_output_stage *stage, unsigned c, const int32_t *sums,
                          const places *tile, unsigned tiles)
{
    const tinyml_channel channel = tinyml_channel_of(stage, c);

    for (unsigned t = 0; t < tiles; t++, tile++) {
        const outputs y = gather_points(sums + t, channel.bias);

        tile->pixel[1][1][c] = tinyml_finish(stage, channel, y.y11);
        tile->pixel[1][0][c] = tinyml_finish(stage, channel, y.y10);
        tile->pixel[0][1][c] = tinyml_finish(stage, channel, y.y01);
        tile->pixel[0][0][c] = tinyml_finish(stage, channel, y.y00);
    }
}

#if TINYML_DSP

/* The same where the stage is not TINYML_GENERAL. */
TINYML_INLINE void write_channel_fast(const tinyml_output_stage *stage, unsigned c,
                                      const int32_t *sums, const places *tile, unsigned tiles,
                                      int rectified)
{
    const int32_t bias = stage->bias[c];
    const tinyml_fast_channel channel =
        tinyml_fast_channel_of(stage->multiplier[c], stage->shift[c], stage->zero_point);

    for (const places *const end = tile + tiles; tile != end; tile++) {
        outputs y = gather_points(sums++, bias);

        tinyml_fast_finish_four(channel, &y.y00, &y.y01, &y.y10, &y.y11, rectified);
        tile->pixel[1][1][c] = (int8_t)y.y11;
        tile->pixel[1][0][c] = (int8_t)y.y10;
        tile->pixel[0][1][c] = (int8_t)y.y01;
        tile->pixel[0][0][c] = (int8_t)y.y00;
    }
}

#endif

/* Write one or two channels from `first` on. */
static void write_sums(const tinyml_output_stage *stage, unsigned first, unsigned channels,
                       const int32_t *sums, const places *tile, unsigned tiles)
{
    for (unsigned c = first; c < first + CHANNELS && c < channels; c++, sums += TILES) {
#if TINYML_DSP
        if (stage->rounding == TINYML_RECTIFIED) {
            write_channel_fast(stage, c, sums, tile, tiles, 1);
            continue;
        }
        if (stage->rounding == TINYML_SIGNED) {
            write_channel_fast(stage, c, sums, tile, tiles, 0);
            continue;
        }
#endif
        write_channel(stage, c, sums, tile, tiles);
    }
}

/* Find the places of the tile whose first output is (y, x); rows are computed up to `end`. */
static places find_places(const tinyml_winograd *layer, tinyml_rows output, unsigned y, unsigned x,
                          unsigned end)
{
    const unsigned channels = layer->out_channels, pitch = layer->out_width * channels;
    const unsigned right = x + 1u < layer->out_width ? channels : 0u;
    int8_t *const top = output.data + y % output.capacity * pitch + x * channels;
    int8_t *const bottom =
        y + 1u < end ? output.data + (y + 1u) % output.capacity * pitch + x * channels : top;
    const places tile = {{{top, top + right}, {bottom, bottom + right}}};

    return tile;
}

void tinyml_convolve_winograd(const tinyml_winograd *layer, tinyml_rows input, tinyml_rows output,
                              unsigned first, unsigned count, void *scratch)
{
    const unsigned chunks = (layer->in_channels + CHUNK - 1u) / CHUNK, end = first + count;
    lanes *const transformed = scratch;
    /* Where sums lie later, tiles are copied to first. */
    int32_t *const sums = (int32_t *)(void *)(transformed + chunks * CHUNK_WORDS);
    unsigned y = first, x = 0;

    while (y < end) {
        const uint32_t *weights = layer->weights;
        places tile[TILES];
        unsigned tiles = 0;

        for (; tiles < TILES && y < end; tiles++) {
            read_tile(layer, input, (int)y - layer->pad_top, (int)x - layer->pad_left,
                      (int8_t *)sums, transformed + tiles);
            tile[tiles] = find_places(layer, output, y, x, end);
            x += 2;
            if (x >= layer->out_width)
                x = 0, y += 2;
        }
        for (unsigned c = 0; c < layer->out_channels; c += CHANNELS) {
            weights = multiply(weights, transformed, chunks, sums);
            write_sums(&layer->stage, c, layer->out_channels, sums, tile, tiles);
        }
    }
}
