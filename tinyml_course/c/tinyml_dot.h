/* Dot products of int8 vectors, four at a time, for kernels that see one vector a call. */
#ifndef TINYML_DOT_H
#define TINYML_DOT_H

#include "tinyml_arithmetic.h"

/* Add to each of four sums a row of `rows` (4, count) times the input (count). */
TINYML_INLINE void tinyml_dot_four(const int8_t *rows, uint32_t count, const int8_t *input,
                                   int32_t sums[4])
{
    const int8_t *const row0 = rows, *const row1 = row0 + count;
    const int8_t *const row2 = row1 + count, *const row3 = row2 + count;
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    uint32_t i = 0;

#if TINYML_DSP
#define TINYML_FOUR_PRODUCTS(sum, row)                                                             \
    do {                                                                                           \
        const uint32_t word = tinyml_load_unaligned((row) + i);                                    \
        sum = tinyml_mac_pairs(sum, tinyml_even_bytes(word), even);                                \
        sum = tinyml_mac_pairs(sum, tinyml_odd_bytes(word), odd);                                  \
    } while (0)

    for (; i + 4 <= count; i += 4) {
        const uint32_t x = tinyml_load_unaligned(input + i);
        const uint32_t even = tinyml_even_bytes(x), odd = tinyml_odd_bytes(x);

        TINYML_FOUR_PRODUCTS(s0, row0);
        TINYML_FOUR_PRODUCTS(s1, row1);
        TINYML_FOUR_PRODUCTS(s2, row2);
        TINYML_FOUR_PRODUCTS(s3, row3);
    }
#undef TINYML_FOUR_PRODUCTS
#endif
    for (; i < count; i++) {
        s0 = tinyml_wrapping_add(s0, row0[i] * input[i]);
        s1 = tinyml_wrapping_add(s1, row1[i] * input[i]);
        s2 = tinyml_wrapping_add(s2, row2[i] * input[i]);
        s3 = tinyml_wrapping_add(s3, row3[i] * input[i]);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

#endif
