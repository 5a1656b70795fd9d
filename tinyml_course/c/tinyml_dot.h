/* Dot products of int8 vectors, four at a time, for kernels that see one vector a call.
 *
 * The weights of four sums lie in words, so that one pointer runs through them:
 *   weights[K / 4][4 sums][4 inputs]
 * K is rounded up to a multiple of 4 with zeros; the input has its K values and no more.
 */
#ifndef TINYML_DOT_H
#define TINYML_DOT_H

#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

/* Bytes of the weights of four sums over `count` inputs. */
TINYML_INLINE uint32_t tinyml_dot_bytes(uint32_t count)
{
    return 4 * ((count + 3) & ~UINT32_C(3));
}

#if TINYML_DSP

/* sum plus four weights times the inputs 0 and 2, and 1 and 3. */
TINYML_INLINE int32_t tinyml_dot_word(int32_t sum, uint32_t weights, uint32_t even, uint32_t odd)
{
    sum = tinyml_mac_pairs(sum, tinyml_even_bytes(weights), even);
    return tinyml_mac_pairs(sum, tinyml_odd_bytes(weights), odd);
}

#endif

/* Add to each of four sums its weights times the input (count). */
TINYML_INLINE void tinyml_dot_four(const TINYML_FLASH int8_t *weights, uint32_t count,
                                   const int8_t *input, int32_t sums[4])
{
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    const int8_t *const end = input + count;

#if TINYML_DSP
    for (const int8_t *last = end - count % 4; input != last; input += 4, weights += 16) {
        const uint32_t x = tinyml_load_unaligned(input);
        const uint32_t even = tinyml_even_bytes(x), odd = tinyml_odd_bytes(x);

        s0 = tinyml_dot_word(s0, tinyml_load_unaligned(weights), even, odd);
        s1 = tinyml_dot_word(s1, tinyml_load_unaligned(weights + 4), even, odd);
        s2 = tinyml_dot_word(s2, tinyml_load_unaligned(weights + 8), even, odd);
        s3 = tinyml_dot_word(s3, tinyml_load_unaligned(weights + 12), even, odd);
    }
#endif
    for (; input != end; weights += 12) {
        for (unsigned i = 0; i < 4 && input != end; i++, input++, weights++) {
            s0 = tinyml_wrapping_add(s0, weights[0] * *input);
            s1 = tinyml_wrapping_add(s1, weights[4] * *input);
            s2 = tinyml_wrapping_add(s2, weights[8] * *input);
            s3 = tinyml_wrapping_add(s3, weights[12] * *input);
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

#endif
