/* The product of a whole tile, four pixels. A part of tinyml_matrix_dsp.h. */
#ifndef TINYML_MATRIX_FOUR_H
#define TINYML_MATRIX_FOUR_H

#include "tinyml_matrix_dsp.h"

#if TINYML_DSP

#if defined(__clang__) || !defined(__OPTIMIZE__)

#define TINYML_STEP(w, x)                                                                          \
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

/* Multiply all fast channels for four pixels. */
TINYML_INLINE void tinyml_matrix_multiply_four(tinyml_matrix *matrix, int8_t *const *places)
{
    /* Copies: for all the compiler knows, writing an output could change what is behind a pointer.
     */
    const int rectified = matrix->end.rectified != 0;
    tinyml_flash_word *stream = matrix->filters->weights;
    const int32_t zero_point = matrix->zero_point;
    int8_t *const end0 = places[0], *const end1 = places[1], *const end2 = places[2],
                  *const end3 = places[3];
    const tinyml_word *const tile = (const tinyml_word *)matrix->tile;
    const tinyml_word *const end = (const tinyml_word *)matrix->end.tile;

    for (int c = -(int)matrix->fast; c != 0; c += 2) {
        const tinyml_word *x = tile;
        int32_t bias = (int32_t)*stream++;
        int32_t a0 = bias, a1 = bias, a2 = bias, a3 = bias;
        int32_t b0 = bias, b1 = bias, b2 = bias, b3 = bias;

        for (; x != end; x += 2 * TINYML_TILE_PIXELS, stream += 2) {
            TINYML_STEP(stream[0], x);
            TINYML_STEP(stream[1], x + TINYML_TILE_PIXELS);
        }
        b0 -= a0;
        b1 -= a1;
        b2 -= a2;
        b3 -= a3;

        tinyml_fast_channel channel =
            tinyml_fast_channel_of((int32_t)(stream[0] >> 1), (int)stream[1], zero_point);
        tinyml_fast_finish_four(channel, &a0, &a1, &a2, &a3, rectified);
        end3[c] = (int8_t)a3;
        end2[c] = (int8_t)a2;
        end1[c] = (int8_t)a1;
        end0[c] = (int8_t)a0;

        bias = (int32_t)stream[2];
        b0 = bias + (b0 >> 8);
        b1 = bias + (b1 >> 8);
        b2 = bias + (b2 >> 8);
        b3 = bias + (b3 >> 8);
        channel = tinyml_fast_channel_of((int32_t)(stream[3] >> 1), (int)stream[4], zero_point);
        stream += TINYML_STREAM_REST;
        tinyml_fast_finish_four(channel, &b0, &b1, &b2, &b3, rectified);
        end3[c + 1] = (int8_t)b3;
        end2[c + 1] = (int8_t)b2;
        end1[c + 1] = (int8_t)b1;
        end0[c + 1] = (int8_t)b0;
    }
}

#else

/* The inner loop wants every register of the core: eight sums, two addresses, and four for what it
 * works on. GCC gives some of them to what is only needed later, so all that is done for a pair of
 * channels is spelled out: 16 products in 12 instructions, and some 60 around them. The words of
 * four pixels follow each other in the tile.
 */
#define TINYML_EACH_A(line) line("%[a0]") line("%[a1]") line("%[a2]") line("%[a3]")
#define TINYML_EACH_B(line) line("%[b0]") line("%[b1]") line("%[b2]") line("%[b3]")

/* The first step finds the bias in a0, for all sums. */
#define TINYML_FIRST_STEP                                                                          \
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
#define TINYML_STEP                                                                                \
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
#define TINYML_FOUR_STEPS TINYML_STEP TINYML_STEP TINYML_STEP TINYML_STEP

#define TINYML_PART(n) "sub %[b" n "], %[b" n "], %[a" n "]\n\t"
#define TINYML_ADD_BIAS(s) "add " s ", %[both], " s ", asr #8\n\t"

/* As tinyml_fast_channel_of: the doubled multiplier in `both`, the power in `x0`, the zero point in
 * `x1`.
 */
#define TINYML_CHANNEL                                                                             \
    "ldrd %[both], %[even], [%[w]], #8\n\t"                                                        \
    "mov %[x0], #1\n\t"                                                                            \
    "ror %[x0], %[x0], %[even]\n\t"
#define TINYML_PRODUCT(s) "smmlar " s ", " s ", %[both], " s "\n\t"
#define TINYML_TIE(s) "add " s ", " s ", " s ", asr #31\n\t"
#define TINYML_NO_TIE(s) ""
#define TINYML_SHIFT(s) "smmlar " s ", " s ", %[x0], %[x1]\n\tssat " s ", #8, " s "\n\t"
#define TINYML_WRITE(n, row)                                                                       \
    "bfi %[a" n "], %[b" n "], #8, #8\n\t"                                                         \
    "strh %[a" n "], [%[" row "], %[x]]\n\t"

#define TINYML_FINISH(TIE)                                                                         \
    TINYML_PART("0") TINYML_PART("1") TINYML_PART("2") TINYML_PART("3")                            \
    "ldr %[x1], %[zero_point]\n\t"                                                                 \
    TINYML_CHANNEL TINYML_EACH_A(TINYML_PRODUCT) TINYML_EACH_A(TIE) TINYML_EACH_A(TINYML_SHIFT)    \
    "ldr %[both], [%[w]], #4\n\t"                                                                  \
    TINYML_EACH_B(TINYML_ADD_BIAS)                                                                 \
    TINYML_CHANNEL TINYML_EACH_B(TINYML_PRODUCT) TINYML_EACH_B(TIE) TINYML_EACH_B(TINYML_SHIFT)    \
    "ldr %[x], %[c]\n\t"                                                                           \
    "ldrd %[both], %[even], %[high]\n\t"                                                           \
    "ldrd %[x0], %[x1], %[low]\n\t"                                                                \
    TINYML_WRITE("3", "even") TINYML_WRITE("2", "both")                                            \
    TINYML_WRITE("1", "x1") TINYML_WRITE("0", "x0")                                                \
    "adds %[x], #2\n\t"                                                                            \
    "str %[x], %[c]\n\t"                                                                           \
    "bne 0b\n\t"

#define TINYML_MULTIPLY                                                                            \
    "0:\n\t"                                                                                       \
    "ldr %[a0], [%[w]], #4\n\t"                                                                    \
    "ldr %[x], %[tile]\n\t"                                                                        \
    TINYML_FIRST_STEP                                                                              \
    "ldr %[both], %[entry]\n\t"                                                                    \
    "add pc, %[both]\n"                                                                            \
    "1:\n\t" TINYML_FOUR_STEPS TINYML_FOUR_STEPS TINYML_FOUR_STEPS                                 \
    "ldrd %[both], %[even], %[end]\n\t"                                                            \
    "cmp %[x], %[both]\n\t"                                                                        \
    "bne 1b\n\t"                                                                                   \
    "cbnz %[even], 4f\n\t"                                                                         \
    "b 5f\n"                                                                                       \
    "4:\n\t" TINYML_FINISH(TINYML_NO_TIE) "b 6f\n"                                                 \
    "5:\n\t" TINYML_FINISH(TINYML_TIE) "6:"

/* Multiply all fast channels for four pixels. */
TINYML_INLINE void tinyml_matrix_multiply_four(tinyml_matrix *matrix, int8_t *const *places)
{
    tinyml_flash_word *w = matrix->filters->weights;
    int32_t c = -(int32_t)matrix->fast; /* counts up to 0 */
    int32_t a0, a1, a2, a3, b0, b1, b2, b3;
    uint32_t x, both, even, x0, x1;

    __asm__ volatile(TINYML_MULTIPLY
                     : [w] "+r"(w), [x] "=&r"(x), [both] "=&r"(both), [even] "=&l"(even),
                       [x0] "=&r"(x0), [x1] "=&r"(x1), [a0] "=&r"(a0), [a1] "=&r"(a1),
                       [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0), [b1] "=&r"(b1),
                       [b2] "=&r"(b2), [b3] "=&r"(b3), [c] "+m"(c)
                     : [tile] "m"(matrix->tile), [entry] "m"(matrix->entry),
                       [end] "m"(matrix->end), [low] "m"(places[0]), [high] "m"(places[2]),
                       [zero_point] "m"(matrix->zero_point)
                     : "cc", "memory");
}

#endif

#endif

#endif
