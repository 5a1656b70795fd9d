#include "tinyml_avr.h"
#include "tinyml_matrix.h"
#include "tinyml_output_stage.h"

enum { PIXELS = TINYML_TILE_PIXELS, PAIR = 2, REST = TINYML_STREAM_REST };

typedef tinyml_flash_word flash_word;

/* Two channels' sums over four pixels. */
typedef struct {
    int32_t a[PIXELS], b[PIXELS];
} sums;

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
                          unsigned pixels, const int32_t *sum, int8_t *const *places)
{
    for (unsigned p = pixels; p-- > 0;)
        places[p][c] = tinyml_finish(stage, channel, tinyml_wrapping_add(sum[p], channel.bias));
}

/* Where other kernels do most of the work, the compiler does as well by itself, or registers are
 * few. A loop over all pixels of the tile is unrolled, which an AVR has no room for.
 */
#if TINYML_DSP || defined(__riscv) || defined(__AVR__)
#define LOOPED 1
#else
#define LOOPED 0
#endif
#if LOOPED && !defined(__AVR__)
#define SUMMED(pixels) ((void)(pixels), (unsigned)PIXELS)
#else
#define SUMMED(pixels) (pixels)
#endif

#if defined(__AVR__)

/* As below, pixel by pixel. */
TINYML_INLINE void sum_pair(flash_word *weights, unsigned depth, const int16_t *tile, int borrowed,
                            unsigned pixels, sums *sum)
{
    for (unsigned p = 0; p < pixels; p++) {
        sum->a[p] = sum->b[p] = 0;
        for (unsigned k = 0, some; k < depth; k += some) {
            some = depth - k < TINYML_AVR_PRODUCTS ? depth - k : TINYML_AVR_PRODUCTS;
            tinyml_avr_sum_pixel(weights + k / PAIR, tile + PIXELS * k + PAIR * p,
                                 (uint8_t)(some / PAIR), (uint8_t)borrowed, &sum->a[p], &sum->b[p]);
        }
    }
}

#elif LOOPED

/* Sum the products of two channels over `pixels`. Where weights are borrowed, half words of weights
 * multiply as a + 256 * b.
 */
TINYML_INLINE void sum_pair(flash_word *weights, unsigned depth, const int16_t *tile, int borrowed,
                            unsigned pixels, sums *sum)
{
    for (unsigned p = 0; p < pixels; p++)
        sum->a[p] = sum->b[p] = 0;

    for (unsigned word = 0; word < depth / PAIR; word++, tile += PIXELS * PAIR) {
        const uint32_t w = weights[word];
        const int16_t a0 = (int8_t)w, a1 = (int8_t)(w >> 16);
        const int16_t b0 = borrowed ? (int16_t)w : (int8_t)(w >> 8);
        const int16_t b1 = borrowed ? (int16_t)(w >> 16) : (int8_t)(w >> 24);

        for (unsigned p = 0; p < pixels; p++) {
            const int32_t x0 = tile[PAIR * p], x1 = tile[PAIR * p + 1];

            /* What is summed for pixels that are not there may be anything, and wrap around. */
            sum->a[p] = tinyml_wrapping_add(tinyml_wrapping_add(sum->a[p], a0 * x0), a1 * x1);
            sum->b[p] = tinyml_wrapping_add(tinyml_wrapping_add(sum->b[p], b0 * x0), b1 * x1);
        }
    }
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

#endif

/* Multiply two channels, of which the second one may not be there. Of borrowed weights, b's sum is
 * what is left above a's.
 */
static void multiply_pair(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          flash_word *stream, const int16_t *tile, unsigned c, int are_two,
                          unsigned pixels, int8_t *const *places)
{
    flash_word *const weights = stream + 1, *const rest = weights + filters->depth / PAIR;
    sums sum;

    sum_pair(weights, filters->depth, tile, filters->borrowed, pixels, &sum);
    if (filters->borrowed)
        for (unsigned p = 0; p < pixels; p++)
            sum.b[p] = (int32_t)((uint32_t)sum.b[p] - (uint32_t)sum.a[p]) >> 8;
    write_channel(stage, channel_in(stream[0], rest), c, pixels, sum.a, places);
    if (are_two)
        write_channel(stage, channel_in(rest[2], rest + 3), c + 1u, pixels, sum.b, places);
}

void tinyml_matrix_multiply_plain(const tinyml_filters *filters, const tinyml_output_stage *stage,
                                  const int16_t *tile, unsigned first, unsigned pixels,
                                  int8_t *const *places)
{
    const unsigned words = 1u + filters->depth / PAIR + REST; /* of a pair in the stream */
    const unsigned channels = filters->channels - first;
    flash_word *stream = filters->weights + first / PAIR * words;

    for (unsigned c = 0; c < channels; c += PAIR, stream += words)
        multiply_pair(filters, stage, stream, tile, c, c + 1u < channels, SUMMED(pixels), places);
}
