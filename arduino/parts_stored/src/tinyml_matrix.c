#include "tinyml_matrix.h"

#include "tinyml_output_stage.h"

/* REST is what stands behind the weights of a pair in the stream. */
enum { PIXELS = TINYML_TILE_PIXELS, PAIR = 2, GROUP = 4, GROUP_PITCH = TINYML_TILE_PITCH, REST = 5 };

typedef const TINYML_FLASH uint32_t flash_word;

/* Two channels' sums over four pixels. */
typedef struct {
    int32_t a[PIXELS], b[PIXELS];
} sums;

int16_t *tinyml_tile_copy(int16_t *column, const int8_t *input, uint32_t count)
{
    for (; count >= 4 * GROUP; count -= 4 * GROUP) {
        tinyml_tile_widen(&column, &input);
        tinyml_tile_widen(&column, &input);
        tinyml_tile_widen(&column, &input);
        tinyml_tile_widen(&column, &input);
    }
    return tinyml_tile_copy_few(column, input, count);
}

int16_t *tinyml_tile_fill(int16_t *column, int8_t value, uint32_t count)
{
    for (; count != 0; count -= GROUP, column += GROUP_PITCH) {
        column[0] = column[1] = value;
        column[PIXELS * PAIR] = column[PIXELS * PAIR + 1] = value;
    }
    return column;
}

/* What follows the sum, as it stands in the stream: bias, then behind the weights the rest. */
TINYML_INLINE tinyml_channel channel_in(uint32_t bias, flash_word *rest)
{
    const tinyml_channel channel = {(int32_t)bias, (int32_t)(rest[0] >> 1), (int32_t)rest[1]};

    return channel;
}

/* Write one channel. Pixels that are not there, if any, share the place of the last one that is,
 * and are written before it.
 */
static void write_channel(const tinyml_output_stage *stage, tinyml_channel channel, unsigned c,
                          unsigned pixels, const int32_t *sum, int8_t *const *rows)
{
    for (unsigned p = pixels; p-- > 0;)
        rows[p][c] = tinyml_finish(stage, channel, tinyml_wrapping_add(sum[p], channel.bias));
}

/* Where other kernels do most of the work, the compiler does as well by itself, or registers are few.
 * A loop over all pixels of the tile is unrolled, which an AVR has no room for.
 */
#if TINYML_DSP || defined(__riscv) || defined(__AVR__)
#define LOOPED 1
#else
#define LOOPED 0
#endif
#if LOOPED && !defined(__AVR__)
#define SUMMED(pixels) ((unsigned)PIXELS)
#else
#define SUMMED(pixels) (pixels)
#endif

#if LOOPED

/* Sum the products of two channels over `pixels`. Where weights are borrowed, half words of weights
 * multiply as a + 256 * b, and b's sum is what is left above a's.
 */
static void multiply_pair(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          flash_word *stream, const int16_t *tile, unsigned c,
                          unsigned pixels, int8_t *const *rows)
{
    const int borrowed = filters->borrowed;
    flash_word *const weights = stream + 1, *const rest = weights + filters->depth / PAIR;
    sums sum;

    for (unsigned p = 0; p < pixels; p++)
        sum.a[p] = sum.b[p] = 0;

    for (unsigned word = 0; word < filters->depth / PAIR; word++, tile += PIXELS * PAIR) {
        const uint32_t w = weights[word];
        const int16_t a0 = (int8_t)w, a1 = (int8_t)(w >> 16);
        const int16_t b0 = borrowed ? (int16_t)w : (int8_t)(w >> 8);
        const int16_t b1 = borrowed ? (int16_t)(w >> 16) : (int8_t)(w >> 24);

        for (unsigned p = 0; p < pixels; p++) {
            const int32_t x0 = tile[PAIR * p], x1 = tile[PAIR * p + 1];

            /* What is summed for pixels that are not there may be anything, and wrap around. */
            sum.a[p] = tinyml_wrapping_add(tinyml_wrapping_add(sum.a[p], a0 * x0), a1 * x1);
            sum.b[p] = tinyml_wrapping_add(tinyml_wrapping_add(sum.b[p], b0 * x0), b1 * x1);
        }
    }
    if (borrowed)
        for (unsigned p = 0; p < pixels; p++)
            sum.b[p] = (int32_t)((uint32_t)sum.b[p] - (uint32_t)sum.a[p]) >> 8;
    write_channel(stage, channel_in(stream[0], rest), c, pixels, sum.a, rows);
    if (c + 1u < filters->channels)
        write_channel(stage, channel_in(rest[2], rest + 3), c + 1u, pixels, sum.b, rows);
}

#else

/* Cortex-M0 has 8 registers to work with, and others to add to. */
#if defined(__thumb__) && !defined(__thumb2__)
#define THUMB_1 1
#else
#define THUMB_1 0
#endif

/* sum += product, at once: GCC would add products first, and run out of registers. */
#if defined(__GNUC__) && !THUMB_1
#define ADD(sum, product)                                                                          \
    do {                                                                                           \
        (sum) = tinyml_wrapping_add(sum, product);                                                 \
        __asm__ volatile("" : "+r"(sum));                                                          \
    } while (0)
#else
#define ADD(sum, product) ((sum) = tinyml_wrapping_add(sum, product))
#endif

/* Add one input's products with the weights a and b to the sums of pixel p. */
#define ADD_PRODUCTS(p, input)                                                                     \
    do {                                                                                           \
        const int32_t x = (input);                                                                 \
        ADD(a##p, a * x);                                                                          \
        ADD(b##p, b * x);                                                                          \
    } while (0)

#if THUMB_1
#define AT_ONCE 2 /* pixels whose sums the registers of the core hold */
#define ADD_ALL_PRODUCTS(x)                                                                        \
    do {                                                                                           \
        ADD_PRODUCTS(0, (x)[0]);                                                                   \
        ADD_PRODUCTS(1, (x)[PAIR]);                                                                \
    } while (0)
#else
#define AT_ONCE 4
#define ADD_ALL_PRODUCTS(x)                                                                        \
    do {                                                                                           \
        ADD_PRODUCTS(0, (x)[0]);                                                                   \
        ADD_PRODUCTS(1, (x)[PAIR]);                                                                \
        ADD_PRODUCTS(2, (x)[2 * PAIR]);                                                            \
        ADD_PRODUCTS(3, (x)[3 * PAIR]);                                                            \
    } while (0)
#endif

/* Sum the products of two channels over the first pixels of a tile, in registers: a weight word is
 * taken apart once for all of them, an input is read once for both channels.
 */
TINYML_INLINE void sum_some(flash_word *weights, flash_word *end, const int16_t *tile,
                            int borrowed, int32_t *to_a, int32_t *to_b)
{
    int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
#if AT_ONCE == 4
    int32_t a2 = 0, a3 = 0, b2 = 0, b3 = 0;
#endif

    for (; weights != end; weights++, tile += PIXELS * PAIR) {
        const uint32_t w = *weights;
        int32_t a = (int8_t)w, b = borrowed ? (int16_t)w : (int8_t)(w >> 8);

        ADD_ALL_PRODUCTS(tile);
        a = (int8_t)(w >> 16);
        b = borrowed ? (int16_t)(w >> 16) : (int8_t)(w >> 24);
        ADD_ALL_PRODUCTS(tile + 1);
    }
    to_a[0] = a0;
    to_b[0] = b0;
    to_a[1] = a1;
    to_b[1] = b1;
#if AT_ONCE == 4
    to_a[2] = a2;
    to_b[2] = b2;
    to_a[3] = a3;
    to_b[3] = b3;
#endif
}

#if THUMB_1 && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)

/* Add the products of a pixel's input in `x` with the weights in `a` and `b`. */
#define MULTIPLY_BOTH(p)                                                                           \
    "movs %[product], %[x]\n\t"                                                                    \
    "muls %[product], %[a], %[product]\n\t"                                                        \
    "add %[a" p "], %[product]\n\t"                                                                \
    "muls %[x], %[b], %[x]\n\t"                                                                    \
    "add %[b" p "], %[x]\n\t"
#define NEAR(offset) "ldr %[x], [%[tile], #" offset "]\n\tsxth %[x], %[x]\n\t"
#define FAR(offset) "ldr %[x], [%[tile], #" offset "]\n\tasrs %[x], %[x], #16\n\t"

/* As sum_some where weights are borrowed: 8 products in 38 instructions. */
TINYML_INLINE void sum_borrowed(flash_word *weights, flash_word *end, const int16_t *tile,
                                int32_t *to_a, int32_t *to_b)
{
    int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
    uint32_t a, b, x, product;

    __asm__ volatile(".syntax unified\n"
                     "0:\n\t"
                     "ldr %[b], [%[weights]]\n\t"
                     "sxtb %[a], %[b]\n\t"
                     "sxth %[b], %[b]\n\t" NEAR("0") MULTIPLY_BOTH("0") NEAR("4")
                         MULTIPLY_BOTH("1")
                     "ldr %[b], [%[weights]]\n\t"
                     "asrs %[b], %[b], #16\n\t"
                     "sxtb %[a], %[b]\n\t" FAR("0") MULTIPLY_BOTH("0") FAR("4") MULTIPLY_BOTH("1")
                     "adds %[weights], #4\n\t"
                     "adds %[tile], #16\n\t"
                     "cmp %[weights], %[end]\n\t"
                     "bne 0b"
                     : [weights] "+l"(weights), [tile] "+l"(tile), [a0] "+h"(a0), [a1] "+h"(a1),
                       [b0] "+h"(b0), [b1] "+h"(b1), [a] "=&l"(a), [b] "=&l"(b),
                       [x] "=&l"(x), [product] "=&l"(product)
                     : [end] "h"(end)
                     : "cc", "memory");
    to_a[0] = a0;
    to_b[0] = b0;
    to_a[1] = a1;
    to_b[1] = b1;
}

#else

TINYML_INLINE void sum_borrowed(flash_word *weights, flash_word *end, const int16_t *tile,
                                int32_t *to_a, int32_t *to_b)
{
    sum_some(weights, end, tile, 1, to_a, to_b);
}

#endif

/* Sum the products of two channels for the pixels that are there. */
static TINYML_APART void sum_pair(flash_word *weights, unsigned depth, const int16_t *tile,
                                  int borrowed, unsigned pixels, sums *sum)
{
    flash_word *const end = weights + depth / PAIR;

    for (unsigned p = 0; p < pixels; p += AT_ONCE, tile += AT_ONCE * PAIR) {
        if (borrowed)
            sum_borrowed(weights, end, tile, sum->a + p, sum->b + p);
        else
            sum_some(weights, end, tile, 0, sum->a + p, sum->b + p);
    }
}

/* Multiply two channels. Where weights are borrowed, half words of weights multiply as
 * a + 256 * b, and b's sum is what is left above a's.
 */
static void multiply_pair(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          flash_word *stream, const int16_t *tile, unsigned c,
                          unsigned pixels, int8_t *const *rows)
{
    flash_word *const weights = stream + 1, *const rest = weights + filters->depth / PAIR;
    sums sum;

    sum_pair(weights, filters->depth, tile, filters->borrowed, pixels, &sum);
    if (filters->borrowed)
        for (unsigned p = 0; p < pixels; p++)
            sum.b[p] = (int32_t)((uint32_t)sum.b[p] - (uint32_t)sum.a[p]) >> 8;
    write_channel(stage, channel_in(stream[0], rest), c, pixels, sum.a, rows);
    if (c + 1u < filters->channels)
        write_channel(stage, channel_in(rest[2], rest + 3), c + 1u, pixels, sum.b, rows);
}

#endif

#if TINYML_DSP

/* The inner loop wants every register of the core: eight sums, two addresses, and four for what it
 * works on. Compilers give some of them to what is only needed later, so for GCC all that is done
 * for a pair is spelled out: 16 products in 12 instructions, and 64 around them. The words of four
 * pixels follow each other in the tile.
 */
#if defined(__clang__) || !defined(__OPTIMIZE__)

#define STEP(w, x)                                                                                 \
    do {                                                                                           \
        const uint32_t both = (w), even = tinyml_even_bytes(both);                                 \
        a0 = tinyml_mac_pairs(a0, even, (x)[0]);                                                   \
        b0 = tinyml_mac_pairs(b0, both, (x)[0]);                                                   \
        a1 = tinyml_mac_pairs(a1, even, (x)[1]);                                                   \
        b1 = tinyml_mac_pairs(b1, both, (x)[1]);                                                   \
        a2 = tinyml_mac_pairs(a2, even, (x)[2]);                                                   \
        b2 = tinyml_mac_pairs(b2, both, (x)[2]);                                                   \
        a3 = tinyml_mac_pairs(a3, even, (x)[3]);                                                   \
        b3 = tinyml_mac_pairs(b3, both, (x)[3]);                                                   \
    } while (0)

TINYML_INLINE unsigned multiply_pairs(const tinyml_filters *filters,
                                      const tinyml_output_stage *stage, const int16_t *tile,
                                      int8_t *const *rows, int rectified)
{
    /* Copies: for all the compiler knows, writing an output could change what is behind a pointer.
     */
    flash_word *stream = filters->weights;
    const int32_t zero_point = stage->zero_point;
    int8_t *const row0 = rows[0], *const row1 = rows[1], *const row2 = rows[2],
                  *const row3 = rows[3];
    const tinyml_word *const end = (const tinyml_word *)tile + filters->depth * PIXELS / PAIR;
    const unsigned channels = filters->channels & ~1u;

    for (unsigned c = 0; c < channels; c += 2) {
        const tinyml_word *x = (const tinyml_word *)tile;
        int32_t bias = (int32_t)*stream++;
        int32_t a0 = bias, a1 = bias, a2 = bias, a3 = bias;
        int32_t b0 = bias, b1 = bias, b2 = bias, b3 = bias;

        for (; x != end; x += 4 * PIXELS, stream += 4) {
            STEP(stream[0], x);
            STEP(stream[1], x + PIXELS);
            STEP(stream[2], x + 2 * PIXELS);
            STEP(stream[3], x + 3 * PIXELS);
        }
        b0 -= a0;
        b1 -= a1;
        b2 -= a2;
        b3 -= a3;

        tinyml_fast_channel channel =
            tinyml_fast_channel_of((int32_t)(stream[0] >> 1), (int)stream[1], zero_point);
        tinyml_fast_finish_four(channel, &a0, &a1, &a2, &a3, rectified);
        row3[c] = (int8_t)a3;
        row2[c] = (int8_t)a2;
        row1[c] = (int8_t)a1;
        row0[c] = (int8_t)a0;

        bias = (int32_t)stream[2];
        b0 = bias + (b0 >> 8);
        b1 = bias + (b1 >> 8);
        b2 = bias + (b2 >> 8);
        b3 = bias + (b3 >> 8);
        channel = tinyml_fast_channel_of((int32_t)(stream[3] >> 1), (int)stream[4], zero_point);
        stream += REST;
        tinyml_fast_finish_four(channel, &b0, &b1, &b2, &b3, rectified);
        row3[c + 1] = (int8_t)b3;
        row2[c + 1] = (int8_t)b2;
        row1[c + 1] = (int8_t)b1;
        row0[c + 1] = (int8_t)b0;
    }
    return channels;
}

/* Multiply all whole pairs of channels; returns how many channels are done. */
TINYML_INLINE unsigned multiply_dsp(const tinyml_filters *filters,
                                    const tinyml_output_stage *stage, const int16_t *tile,
                                    int8_t *const *rows)
{
    return stage->rounding == TINYML_RECTIFIED ? multiply_pairs(filters, stage, tile, rows, 1)
                                               : multiply_pairs(filters, stage, tile, rows, 0);
}

#else

#define EACH_A(line) line("%[a0]") line("%[a1]") line("%[a2]") line("%[a3]")
#define EACH_B(line) line("%[b0]") line("%[b1]") line("%[b2]") line("%[b3]")

/* The first step finds the bias in a0, for all sums. */
#define FIRST_STEP                                                                                 \
    "ldr %[both], [%[w]], #4\n\t"                                                                  \
    "sxtb16 %[even], %[both]\n\t"                                                                  \
    "ldrd %[x0], %[x1], [%[x], #8]\n\t"                                                            \
    "smlad %[a2], %[even], %[x0], %[a0]\n\t"                                                       \
    "smlad %[b2], %[both], %[x0], %[a0]\n\t"                                                       \
    "smlad %[a3], %[even], %[x1], %[a0]\n\t"                                                       \
    "smlad %[b3], %[both], %[x1], %[a0]\n\t"                                                       \
    "ldrd %[x0], %[x1], [%[x]], #16\n\t"                                                           \
    "smlad %[b0], %[both], %[x0], %[a0]\n\t"                                                       \
    "smlad %[a1], %[even], %[x1], %[a0]\n\t"                                                       \
    "smlad %[b1], %[both], %[x1], %[a0]\n\t"                                                       \
    "smlad %[a0], %[even], %[x0], %[a0]\n\t"
#define STEP                                                                                       \
    "ldr %[both], [%[w]], #4\n\t"                                                                  \
    "sxtb16 %[even], %[both]\n\t"                                                                  \
    "ldrd %[x0], %[x1], [%[x]], #8\n\t"                                                            \
    "smlad %[a0], %[even], %[x0], %[a0]\n\t"                                                       \
    "smlad %[b0], %[both], %[x0], %[b0]\n\t"                                                       \
    "smlad %[a1], %[even], %[x1], %[a1]\n\t"                                                       \
    "smlad %[b1], %[both], %[x1], %[b1]\n\t"                                                       \
    "ldrd %[x0], %[x1], [%[x]], #8\n\t"                                                            \
    "smlad %[a2], %[even], %[x0], %[a2]\n\t"                                                       \
    "smlad %[b2], %[both], %[x0], %[b2]\n\t"                                                       \
    "smlad %[a3], %[even], %[x1], %[a3]\n\t"                                                       \
    "smlad %[b3], %[both], %[x1], %[b3]\n\t"
#define PART(n) "sub %[b" n "], %[b" n "], %[a" n "]\n\t"
#define ADD_BIAS(s) "add " s ", %[both], " s ", asr #8\n\t"

/* As tinyml_fast_channel_of: the doubled multiplier in `both`, the power in `x0`, the zero point in `x1`. */
#define CHANNEL                                                                                    \
    "ldrd %[both], %[even], [%[w]], #8\n\t"                                                        \
    "mov %[x0], #1\n\t"                                                                            \
    "ror %[x0], %[x0], %[even]\n\t"
#define PRODUCT(s) "smmlar " s ", " s ", %[both], " s "\n\t"
#define TIE(s) "add " s ", " s ", " s ", asr #31\n\t"
#define NO_TIE(s) ""
#define SHIFT(s) "smmlar " s ", " s ", %[x0], %[x1]\n\tssat " s ", #8, " s "\n\t"
#define WRITE(n, row) "bfi %[a" n "], %[b" n "], #8, #8\n\tstrh %[a" n "], [%[" row "], %[x]]\n\t"

#define FINISH(TIE)                                                                                \
    PART("0") PART("1") PART("2") PART("3")                                                        \
    "ldr %[x1], %[zero_point]\n\t"                                                                 \
    CHANNEL EACH_A(PRODUCT) EACH_A(TIE) EACH_A(SHIFT)                                              \
    "ldr %[both], [%[w]], #4\n\t"                                                                  \
    EACH_B(ADD_BIAS) CHANNEL EACH_B(PRODUCT) EACH_B(TIE) EACH_B(SHIFT)                             \
    "ldr %[x], %[c]\n\t"                                                                           \
    "ldrd %[both], %[even], %[high]\n\t"                                                           \
    "ldrd %[x0], %[x1], %[low]\n\t"                                                                \
    WRITE("3", "even") WRITE("2", "both") WRITE("1", "x1") WRITE("0", "x0")                        \
    "adds %[x], #2\n\t"                                                                            \
    "str %[x], %[c]\n\t"                                                                           \
    "bne 0b\n\t"

/* Four steps, then eight a round, the first time perhaps from the middle: from 2, or none at all. */
#define MULTIPLY                                                                                   \
    "0:\n\t"                                                                                       \
    "ldr %[a0], [%[w]], #4\n\t"                                                                    \
    "ldr %[x], %[tile]\n\t"                                                                        \
    FIRST_STEP STEP STEP STEP                                                                      \
    "ldrd %[both], %[even], %[start]\n\t"                                                          \
    "cmp %[both], #1\n\t"                                                                          \
    "beq 2f\n\t"                                                                                   \
    "bhi 3f\n"                                                                                     \
    "1:\n\t" STEP STEP STEP STEP "2:\n\t" STEP STEP STEP STEP                                      \
    "ldrd %[both], %[even], %[end]\n\t"                                                            \
    "cmp %[x], %[both]\n\t"                                                                        \
    "bne 1b\n"                                                                                     \
    "3:\n\t"                                                                                       \
    "cbnz %[even], 4f\n\t"                                                                         \
    "b 5f\n"                                                                                       \
    "4:\n\t" FINISH(NO_TIE) "b 6f\n"                                                               \
    "5:\n\t" FINISH(TIE) "6:"

/* What the code above reads two words at a time. */
typedef struct {
    int8_t *even, *odd;
} two_rows;

typedef struct {
    uint32_t round, rectified; /* 0: a whole one, 1: from the middle, 2: none */
} first_round;

typedef struct {
    const int16_t *tile;
    uint32_t rectified;
} round_end;

/* Multiply all whole pairs of channels; returns how many channels are done. */
TINYML_INLINE unsigned multiply_dsp(const tinyml_filters *filters,
                                    const tinyml_output_stage *stage, const int16_t *tile,
                                    int8_t *const *rows)
{
    flash_word *w = filters->weights;
    const unsigned channels = filters->channels & ~1u;
    const unsigned rounds = filters->depth / 8u;
    const uint32_t rectified = stage->rounding == TINYML_RECTIFIED;
    const first_round start = {rounds == 1 ? 2u : rounds % 2u == 0, rectified};
    const round_end end = {tile + filters->depth * PIXELS, rectified};
    const two_rows low = {rows[0] + channels, rows[1] + channels};
    const two_rows high = {rows[2] + channels, rows[3] + channels};
    const int32_t zero_point = stage->zero_point;
    int32_t c = -(int32_t)channels; /* counts up to 0 */
    int32_t a0, a1, a2, a3, b0, b1, b2, b3;
    uint32_t x, both, even, x0, x1;

    if (channels == 0)
        return 0;
    __asm__ volatile(MULTIPLY
                     : [w] "+r"(w), [x] "=&r"(x), [both] "=&r"(both), [even] "=&l"(even),
                       [x0] "=&r"(x0), [x1] "=&r"(x1), [a0] "=&r"(a0), [a1] "=&r"(a1),
                       [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0), [b1] "=&r"(b1),
                       [b2] "=&r"(b2), [b3] "=&r"(b3), [c] "+m"(c)
                     : [tile] "m"(tile), [start] "m"(start), [end] "m"(end), [low] "m"(low),
                       [high] "m"(high), [zero_point] "m"(zero_point)
                     : "cc", "memory");
    return channels;
}

#endif

#define FEW(word, x)                                                                               \
    do {                                                                                           \
        const uint32_t both = (word), even = tinyml_even_bytes(both), first = (x)[0];              \
        a0 = tinyml_mac_pairs(a0, even, first);                                                    \
        b0 = tinyml_mac_pairs(b0, both, first);                                                    \
        if (pixels == 2) {                                                                         \
            const uint32_t second = (x)[1];                                                        \
            a1 = tinyml_mac_pairs(a1, even, second);                                               \
            b1 = tinyml_mac_pairs(b1, both, second);                                               \
        }                                                                                          \
    } while (0)

/* The same for one or two pixels, which is what is left at the end of a row. */
TINYML_INLINE unsigned multiply_few(const tinyml_filters *filters,
                                    const tinyml_output_stage *stage, const int16_t *tile,
                                    int8_t *const *rows, unsigned pixels)
{
    const tinyml_word *weights = filters->weights;
    const tinyml_word *const end = (const tinyml_word *)tile + filters->depth * PIXELS / PAIR;
    const unsigned channels = filters->channels & ~1u;
    const int rectified = stage->rounding == TINYML_RECTIFIED;
    int8_t *const row0 = rows[0], *const row1 = rows[pixels - 1u];

    for (unsigned c = 0; c < channels; c += 2) {
        int32_t a0 = (int32_t)*weights++, b0 = a0, a1 = a0, b1 = a0;

        for (const tinyml_word *x = (const tinyml_word *)tile; x != end;
             x += 4 * PIXELS, weights += 4) {
            FEW(weights[0], x);
            FEW(weights[1], x + PIXELS);
            FEW(weights[2], x + 2 * PIXELS);
            FEW(weights[3], x + 3 * PIXELS);
        }
        const tinyml_fast_channel even_channel =
            tinyml_fast_channel_of((int32_t)(weights[0] >> 1), (int)weights[1], stage->zero_point);
        const tinyml_fast_channel odd_channel =
            tinyml_fast_channel_of((int32_t)(weights[3] >> 1), (int)weights[4], stage->zero_point);
        const int32_t bias = (int32_t)weights[2];

        weights += REST;
        if (pixels == 2) {
            b1 = bias + ((b1 - a1) >> 8);
            row1[c] = (int8_t)tinyml_fast_finish(even_channel, a1, rectified);
            row1[c + 1] = (int8_t)tinyml_fast_finish(odd_channel, b1, rectified);
        }
        b0 = bias + ((b0 - a0) >> 8);
        row0[c] = (int8_t)tinyml_fast_finish(even_channel, a0, rectified);
        row0[c + 1] = (int8_t)tinyml_fast_finish(odd_channel, b0, rectified);
    }
    return channels;
}

#endif

void tinyml_tile_multiply(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          const int16_t *tile, unsigned pixels, int8_t *const *rows)
{
    const unsigned words = 1u + filters->depth / PAIR + REST; /* of a pair in the stream */
    unsigned c = 0;

#if TINYML_DSP
    if (filters->borrowed && stage->rounding != TINYML_GENERAL && pixels < 3)
        c = pixels == 1 ? multiply_few(filters, stage, tile, rows, 1)
                        : multiply_few(filters, stage, tile, rows, 2);
    else if (filters->borrowed && stage->rounding != TINYML_GENERAL)
        c = multiply_dsp(filters, stage, tile, rows);
#endif
    for (; c < filters->channels; c += 2)
        multiply_pair(filters, stage, filters->weights + c / 2 * words, tile, c, SUMMED(pixels),
                      rows);
}
