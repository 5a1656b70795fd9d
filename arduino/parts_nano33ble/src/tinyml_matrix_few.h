/* The product of one or two pixels, the rest of a row. A part of tinyml_matrix_dsp.h. */
#ifndef TINYML_MATRIX_FEW_H
#define TINYML_MATRIX_FEW_H

#include "tinyml_matrix_dsp.h"

#if TINYML_DSP

/* Sums of a pair of channels for two pixels. */
typedef struct {
    int32_t a0, b0, a1, b1;
} tinyml_few;

#if defined(__clang__) || !defined(__OPTIMIZE__)

/* Sum the products of a pair of channels; returns what stands behind its weights. */
TINYML_INLINE const tinyml_word *tinyml_sum_few(const tinyml_matrix *matrix,
                                                const tinyml_word *weights, unsigned pixels,
                                                tinyml_few *sum)
{
    const tinyml_word *const end = (const tinyml_word *)matrix->end.tile;

    for (const tinyml_word *x = (const tinyml_word *)matrix->tile; x != end;
         x += TINYML_TILE_PIXELS) {
        const uint32_t both = *weights++, even = tinyml_even_bytes(both);

        sum->a0 = tinyml_mac_pairs(sum->a0, even, x[0]);
        sum->b0 = tinyml_mac_pairs(sum->b0, both, x[0]);
        if (pixels == 2) {
            sum->a1 = tinyml_mac_pairs(sum->a1, even, x[1]);
            sum->b1 = tinyml_mac_pairs(sum->b1, both, x[1]);
        }
    }
    return weights;
}

#else

/* In one piece, for GCC would count in more than one register. Rounds are of four steps. */
#define TINYML_ONE(both)                                                                           \
    "sxtb16 %[even], " both "\n\t"                                                                 \
    "ldr %[x0], [%[x]], #16\n\t"                                                                   \
    "smlad %[a0], %[even], %[x0], %[a0]\n\t"                                                       \
    "smlad %[b0], " both ", %[x0], %[b0]\n\t"
#define TINYML_TWO(both)                                                                           \
    "sxtb16 %[even], " both "\n\t"                                                                 \
    "ldrd %[x0], %[x1], [%[x]], #16\n\t"                                                           \
    "smlad %[a0], %[even], %[x0], %[a0]\n\t"                                                       \
    "smlad %[b0], " both ", %[x0], %[b0]\n\t"                                                      \
    "smlad %[a1], %[even], %[x1], %[a1]\n\t"                                                       \
    "smlad %[b1], " both ", %[x1], %[b1]\n\t"
#define TINYML_TWO_STEPS(STEP)                                                                     \
    "ldrd %[near], %[far], [%[w]], #8\n\t" STEP("%[near]") STEP("%[far]")
#define TINYML_SUM(STEP)                                                                           \
    "cbnz %[even], 1f\n"                                                                           \
    "0:\n\t" TINYML_TWO_STEPS(STEP) "1:\n\t" TINYML_TWO_STEPS(STEP)                               \
    "cmp %[x], %[end]\n\t"                                                                         \
    "bne 0b"

/* Sum the products of a pair of channels; returns what stands behind its weights. */
TINYML_INLINE const tinyml_word *tinyml_sum_few(const tinyml_matrix *matrix,
                                                const tinyml_word *weights, unsigned pixels,
                                                tinyml_few *sum)
{
    const int16_t *x = matrix->tile;
    const int16_t *const end = matrix->end.tile;
    uint32_t even = matrix->filters->depth & 4u; /* whether the first round is a half */
    uint32_t near, far, x0, x1;

    if (pixels == 1)
        __asm__ volatile(TINYML_SUM(TINYML_ONE)
                         : [w] "+r"(weights), [x] "+r"(x), [even] "+l"(even), [near] "=&r"(near),
                           [far] "=&r"(far), [x0] "=&r"(x0), [a0] "+r"(sum->a0),
                           [b0] "+r"(sum->b0)
                         : [end] "r"(end)
                         : "cc", "memory");
    else
        __asm__ volatile(TINYML_SUM(TINYML_TWO)
                         : [w] "+r"(weights), [x] "+r"(x), [even] "+l"(even), [near] "=&r"(near),
                           [far] "=&r"(far), [x0] "=&r"(x0), [x1] "=&r"(x1), [a0] "+r"(sum->a0),
                           [b0] "+r"(sum->b0), [a1] "+r"(sum->a1), [b1] "+r"(sum->b1)
                         : [end] "r"(end)
                         : "cc", "memory");
    return weights;
}

#endif

TINYML_INLINE void tinyml_matrix_multiply_some(const tinyml_matrix *matrix, unsigned pixels,
                                               int8_t *const *places)
{
    const tinyml_word *stream = matrix->filters->weights;
    const int rectified = matrix->end.rectified != 0;
    const int32_t zero_point = matrix->zero_point;
    int8_t *const end0 = places[0], *const end1 = places[pixels - 1u];

    for (int c = -(int)matrix->fast; c != 0; c += 2) {
        const int32_t bias_a = (int32_t)*stream;
        tinyml_few sum = {bias_a, bias_a, bias_a, bias_a};

        stream = tinyml_sum_few(matrix, stream + 1, pixels, &sum);

        const int32_t bias_b = (int32_t)stream[2];
        const tinyml_fast_channel a =
            tinyml_fast_channel_of((int32_t)(stream[0] >> 1), (int)stream[1], zero_point);
        const tinyml_fast_channel b =
            tinyml_fast_channel_of((int32_t)(stream[3] >> 1), (int)stream[4], zero_point);

        stream += TINYML_STREAM_REST;
        sum.b0 = bias_b + ((sum.b0 - sum.a0) >> 8);
        sum.b1 = bias_b + ((sum.b1 - sum.a1) >> 8);
        if (pixels == 2) {
            end1[c] = (int8_t)tinyml_fast_finish(a, sum.a1, rectified);
            end1[c + 1] = (int8_t)tinyml_fast_finish(b, sum.b1, rectified);
        }
        end0[c] = (int8_t)tinyml_fast_finish(a, sum.a0, rectified);
        end0[c + 1] = (int8_t)tinyml_fast_finish(b, sum.b0, rectified);
    }
}

/* Multiply all fast channels for 1 or 2 pixels. */
static TINYML_APART void tinyml_matrix_multiply_few(const tinyml_matrix *matrix, unsigned pixels,
                                                    int8_t *const *places)
{
    if (pixels == 1)
        tinyml_matrix_multiply_some(matrix, 1, places);
    else
        tinyml_matrix_multiply_some(matrix, 2, places);
}

#endif

#endif
