/* CONV_2D of 3 x 3, stride 1, by Winograd's minimal filtering: 16 products where 36 are due.
 *
 * Two neighbouring outputs of a filter (g0, g1, g2) over inputs d0 to d3 are
 *   y0 = d0 g0 + d1 g1 + d2 g2 = m0 + m1 + m2,    m0 = (d0 - d2) g0,  m1 = (d1 + d2) (g0 + g1 + g2) / 2,
 *   y1 = d1 g0 + d2 g1 + d3 g2 = m1 - m2 - m3,    m3 = (d1 - d3) g2,  m2 = (d2 - d1) (g0 - g1 + g2) / 2:
 * four products for six. Down the columns and then along the rows, a tile of 4 x 4 inputs gives
 * 2 x 2 outputs with 16. The sums of g are known beforehand; those of d serve all filters, and those
 * of m are taken once all channels are summed up, so both matter less the more channels there are.
 * Filters doubled on either axis have no halves: every sum here is four times what it should be, as
 * an integer, and the division at the end leaves nothing.
 *
 * Source: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4.1.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* also where the rest is built for size */
#endif

#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

enum {
    TILES = 4,    /* multiplied together */
    EDGE = 4,     /* inputs along a tile */
    POINTS = 16,  /* of a transformed tile */
    CHUNK = 16,   /* channels that lie together in a transformed tile */
    LANES = 2,    /* channels in a word */
    CHANNELS = 2, /* multiplied together */
    POINT_WORDS = CHUNK / LANES * TILES,
    CHUNK_WORDS = POINT_WORDS * POINTS,
    SUMS = CHANNELS * TILES
};

/* Two channels of a transformed input, as int16.
 *
 * Four tiles lie as [C_IN / 16][16 points][8][4 tiles] of them; the channels within four are in the
 * order (0, 2), (1, 3), in which SXTB16 takes a word apart.
 */
#if TINYML_DSP
typedef tinyml_word lanes;
#else
typedef struct {
    int16_t low, high;
} lanes;
#endif

/* A transformed column of a tile. */
typedef struct {
    lanes d0, d1, d2, d3;
} line;

#if TINYML_DSP

TINYML_INLINE lanes add(lanes a, lanes b)
{
    lanes sum;
    __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

TINYML_INLINE lanes subtract(lanes a, lanes b)
{
    lanes difference;
    __asm__("ssub16 %0, %1, %2" : "=r"(difference) : "r"(a), "r"(b));
    return difference;
}

/* Read a column of a tile, channels 0 and 2 of four or 1 and 3, and transform it. One block for GCC,
 * which would rather keep sixteen addresses than their steps.
 */
#define READ_COLUMN(bytes)                                                                         \
    "ldr %0, [%5]\n\tldr %1, [%5, %6]\n\t"                                                         \
    "ldr %2, [%5, %6, lsl #1]\n\tldr %3, [%5, %7]\n\t"                                             \
    "sxtb16 %0, %0" bytes "sxtb16 %1, %1" bytes "sxtb16 %2, %2" bytes "sxtb16 %3, %3" bytes        \
    "ssub16 %0, %0, %2\n\tsadd16 %4, %1, %2\n\t"                                                   \
    "ssub16 %2, %2, %1\n\tssub16 %3, %1, %3"

TINYML_INLINE line read_column(const int8_t *top, unsigned pitch, unsigned three_pitches, int odd)
{
    line to;
    lanes spare;

    if (odd)
        __asm__(READ_COLUMN(", ror #8\n\t")
                : "=&r"(to.d0), "=&r"(spare), "=&r"(to.d2), "=&r"(to.d3), "=&r"(to.d1)
                : "r"(top), "r"(pitch), "r"(three_pitches)
                : "memory");
    else
        __asm__(READ_COLUMN("\n\t")
                : "=&r"(to.d0), "=&r"(spare), "=&r"(to.d2), "=&r"(to.d3), "=&r"(to.d1)
                : "r"(top), "r"(pitch), "r"(three_pitches)
                : "memory");
    return to;
}

#else

static lanes add(lanes a, lanes b)
{
    const lanes sum = {(int16_t)(a.low + b.low), (int16_t)(a.high + b.high)};

    return sum;
}

static lanes subtract(lanes a, lanes b)
{
    const lanes difference = {(int16_t)(a.low - b.low), (int16_t)(a.high - b.high)};

    return difference;
}

static lanes widen(const int8_t *four, int odd)
{
    const lanes pair = {four[odd], four[odd + 2]};

    return pair;
}

static line read_column(const int8_t *top, unsigned pitch, unsigned three_pitches, int odd)
{
    const lanes d0 = widen(top, odd), d1 = widen(top + pitch, odd);
    const lanes d2 = widen(top + 2 * pitch, odd), d3 = widen(top + three_pitches, odd);
    const line column = {subtract(d0, d2), add(d1, d2), subtract(d2, d1), subtract(d1, d3)};

    return column;
}

#endif

/* The four tiles' words of one point lie side by side. */
TINYML_INLINE void put(lanes *word, unsigned point, lanes pair)
{
    word[point * POINT_WORDS] = pair;
}

/* Transform two channels of a tile. Columns 0 and 2 come first: then 0 is done with. */
TINYML_INLINE void transform_lanes(const int8_t *input, unsigned pitch, unsigned channels, int odd,
                                   lanes *word)
{
    const unsigned three = 3 * pitch;
    const line a = read_column(input, pitch, three, odd);
    const line c = read_column(input + 2 * channels, pitch, three, odd);

    put(word, 0, subtract(a.d0, c.d0));
    put(word, 4, subtract(a.d1, c.d1));
    put(word, 8, subtract(a.d2, c.d2));
    put(word, 12, subtract(a.d3, c.d3));

    const line b = read_column(input + channels, pitch, three, odd);

    put(word, 1, add(b.d0, c.d0));
    put(word, 2, subtract(c.d0, b.d0));
    put(word, 5, add(b.d1, c.d1));
    put(word, 6, subtract(c.d1, b.d1));
    put(word, 9, add(b.d2, c.d2));
    put(word, 10, subtract(c.d2, b.d2));
    put(word, 13, add(b.d3, c.d3));
    put(word, 14, subtract(c.d3, b.d3));

    const line d = read_column(input + 3 * channels, pitch, three, odd);

    put(word, 3, subtract(b.d0, d.d0));
    put(word, 7, subtract(b.d1, d.d1));
    put(word, 11, subtract(b.d2, d.d2));
    put(word, 15, subtract(b.d3, d.d3));
}

/* Transform a tile whose rows lie `pitch` bytes apart into its words of the transformed ones. */
static void transform(const int8_t *input, unsigned pitch, unsigned channels, lanes *word)
{
    for (unsigned k = 0; k < channels;) {
        transform_lanes(input, pitch, channels, 0, word);
        transform_lanes(input, pitch, channels, 1, word + TILES);
        word += 2 * TILES;
        input += 4;
        k += 4;
        if (k % CHUNK == 0)
            word += CHUNK_WORDS - POINT_WORDS;
    }
}

static void copy_words(int8_t *to, const int8_t *from, unsigned count)
{
    for (unsigned k = 0; k < count; k += 4, to += 4, from += 4) {
#if TINYML_DSP
        *(tinyml_word *)to = tinyml_load_unaligned(from);
#else
        to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = from[3];
#endif
    }
}

static void fill_words(int8_t *to, int8_t value, unsigned count)
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

    for (int row = 0; row < EDGE; row++, y++, tile += EDGE * channels) {
        if (y < 0 || y >= layer->in_height) {
            fill_words(tile, layer->in_zero_point, EDGE * channels);
            continue;
        }
        const unsigned first = (unsigned)y % input.capacity * layer->in_width + (unsigned)(x + before);

        fill_words(tile, layer->in_zero_point, (unsigned)before * channels);
        copy_words(tile + (unsigned)before * channels, input.data + first * channels,
                   (unsigned)(end - before) * channels);
        fill_words(tile + (unsigned)end * channels, layer->in_zero_point,
                   (unsigned)(EDGE - end) * channels);
    }
}

/* Transform the tile at (y, x); `copied` is memory for one that does not lie there as a whole. */
static void read_tile(const tinyml_winograd *layer, tinyml_rows input, int y, int x,
                      int8_t *copied, lanes *column)
{
    const unsigned channels = layer->in_channels, pitch = layer->in_width * channels;
    const unsigned row = y < 0 ? 0u : (unsigned)y % input.capacity;

    if (y >= 0 && y + EDGE <= layer->in_height && x >= 0 && x + EDGE <= layer->in_width &&
        row + EDGE <= input.capacity) {
        transform(input.data + row * pitch + (unsigned)x * channels, pitch, channels, column);
        return;
    }
    gather(layer, input, y, x, copied);
    transform(copied, EDGE * channels, channels, column);
}

#if TINYML_DSP

/* Sum the products of all channels, for two filters: sums[16 points][2 filters][4 tiles].
 *
 * For GCC the loop is spelled out, as it needs every register: r0 and r1 point at weights and
 * inputs, r4 to r11 hold the sums. Each point starts with a product that needs no zero, and ends
 * by storing the sums at once.
 */
#if defined(__clang__) || !defined(__OPTIMIZE__)

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

#define PRODUCTS(first, second, a0, b0, a1, b1)                                                    \
    "ldrd r12, lr, [r1], #8\n\t" first " " a0 ", r2, r12" second(a0) first " " b0                  \
    ", r3, r12" second(b0) first " " a1 ", r2, lr" second(a1) first " " b1 ", r3, lr" second(b1)
#define ALONE(sum) "\n\t"
#define ADDED(sum) ", " sum "\n\t"
#define STEP(mnemonic, second)                                                                     \
    "ldrd r2, r3, [r0], #8\n\t" PRODUCTS(mnemonic, second, "r4", "r8", "r5", "r9")                 \
    PRODUCTS(mnemonic, second, "r6", "r10", "r7", "r11")
#define FIRST STEP("smuad", ALONE)
#define NEXT STEP("smlad", ADDED)

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

static const uint32_t *multiply(const uint32_t *weights, const lanes *inputs, unsigned chunks,
                                int32_t *sums)
{
    for (unsigned point = 0; point < POINTS; point++, inputs += POINT_WORDS, sums += SUMS) {
        for (unsigned i = 0; i < SUMS; i++)
            sums[i] = 0;
        for (unsigned chunk = 0; chunk < chunks; chunk++) {
            const lanes *x = inputs + chunk * CHUNK_WORDS;

            for (unsigned k = 0; k < POINT_WORDS * CHANNELS; k++) {
                const unsigned tile = k % TILES, channel = k / TILES % CHANNELS;
                const lanes pair = x[k / SUMS * TILES + tile];
                const uint32_t w = weights[k / SUMS * CHANNELS + channel];

                int32_t *const sum = sums + channel * TILES + tile;

                *sum = tinyml_wrapping_add(*sum, (int16_t)w * pair.low);
                *sum = tinyml_wrapping_add(*sum, (int16_t)(w >> 16) * pair.high);
            }
            weights += CHUNK / LANES * CHANNELS;
        }
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
