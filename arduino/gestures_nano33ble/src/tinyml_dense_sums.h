/* The sums of four channels of a dense layer on cores without DSP instructions. */
#ifndef TINYML_DENSE_SUMS_H
#define TINYML_DENSE_SUMS_H

#include "tinyml_arithmetic.h"
#include "tinyml_avr.h"
#include "tinyml_kernels.h"

#if defined(__AVR__)

/* The next input and the one after the one behind it. */
#define TINYML_ADD_INPUTS                                                                          \
    "ld %[near], X+\n\tadiw r26, 1\n\tld %[far], X\n\t"                                            \
    TINYML_ADD_PAIR("a", "b", "near") TINYML_ADD_PAIR("a", "b", "far")                             \
    TINYML_ADD_PAIR("c", "d", "near") TINYML_ADD_PAIR("c", "d", "far")

/* Add the products of so many groups of four inputs. */
static TINYML_APART void tinyml_add_groups(const TINYML_FLASH uint32_t *weights,
                                           const int8_t *input, uint8_t groups, int borrowed,
                                           int32_t *sum)
{
    __int24 a = 0, b = 0, c = 0, d = 0;
    uint8_t wa, wb, near, far;

    __asm__ volatile("0:\n\t" TINYML_ADD_INPUTS "sbiw r26, 1\n\t" TINYML_ADD_INPUTS
                     "adiw r26, 1\n\tdec %[groups]\n\tbreq 1f\n\trjmp 0b\n1:\n\tclr __zero_reg__"
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), "+z"(weights),
                       "+x"(input), [groups] "+r"(groups), [wa] "=&d"(wa), [wb] "=&d"(wb),
                       [near] "=&d"(near), [far] "=&d"(far)
                     : [lent] "r"((uint8_t)borrowed), [zero] "r"((uint8_t)0)
                     : "memory");
    sum[0] += a;
    sum[1] += borrowed ? a + ((int32_t)b << 8) : b;
    sum[2] += c;
    sum[3] += borrowed ? c + ((int32_t)d << 8) : d;
}

/* Add the products of four channels and `depth` inputs, a multiple of four. Where weights are
 * borrowed, what is summed for b is a + 256 * b.
 */
TINYML_INLINE void tinyml_add_products(const TINYML_FLASH uint32_t *weights, const int8_t *input,
                                       unsigned depth, int borrowed, int32_t *sum)
{
    for (unsigned some; depth > 0; depth -= some, input += some, weights += some) {
        some = depth < TINYML_AVR_PRODUCTS ? depth : TINYML_AVR_PRODUCTS;
        tinyml_add_groups(weights, input, (uint8_t)(some / 4), borrowed, sum);
    }
}

#else

/* Add the products of one word: of the upper byte of its half words if they are not borrowed. */
TINYML_INLINE void tinyml_add_word(uint32_t word, int32_t near, int32_t far, int borrowed,
                                   int32_t *a, int32_t *b)
{
    *a += (int8_t)word * near;
    *b += (borrowed ? (int16_t)word : (int8_t)(word >> 8)) * near;
    *a += (int8_t)(word >> 16) * far;
    *b += ((int32_t)word >> (borrowed ? 16 : 24)) * far;
}

#if defined(__thumb__) && !defined(__thumb2__) && defined(__OPTIMIZE__) && \
    !defined(__OPTIMIZE_SIZE__)

/* Four products in 13 instructions: Cortex-M0 has 8 registers to work with, and others to add to,
 * which GCC leaves alone where it builds for size.
 */
#define TINYML_ADD_WORD(a, b, offset)                                                              \
    "ldr %[w], [%[weights], #" offset "]\n\t"                                                      \
    "sxtb %[x], %[w]\n\tmuls %[x], %[near], %[x]\n\tadd %[" a "], %[x]\n\t"                        \
    "sxth %[x], %[w]\n\tmuls %[x], %[near], %[x]\n\tadd %[" b "], %[x]\n\t"                        \
    "asrs %[w], %[w], #16\n\t"                                                                    \
    "sxtb %[x], %[w]\n\tmuls %[x], %[far], %[x]\n\tadd %[" a "], %[x]\n\t"                         \
    "muls %[w], %[far], %[w]\n\tadd %[" b "], %[w]\n\t"
#define TINYML_LOAD(to, offset)                                                                    \
    "ldrb %[" to "], [%[input], #" offset "]\n\tsxtb %[" to "], %[" to "]\n\t"

/* As tinyml_add_products where weights are borrowed; `depth` is not 0. */
TINYML_INLINE void tinyml_add_borrowed(const uint32_t *weights, const int8_t *input,
                                       unsigned depth, int32_t *sum)
{
    const uint32_t *const end = weights + depth;
    int32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3];
    uint32_t w, x, near, far;

    __asm__ volatile(".syntax unified\n"
                     "0:\n\t" TINYML_LOAD("near", "0") TINYML_LOAD("far", "2")
                         TINYML_ADD_WORD("a", "b", "0") TINYML_ADD_WORD("c", "d", "4")
                             TINYML_LOAD("near", "1") TINYML_LOAD("far", "3")
                                 TINYML_ADD_WORD("a", "b", "8") TINYML_ADD_WORD("c", "d", "12")
                     "adds %[weights], #16\n\t"
                     "adds %[input], #4\n\t"
                     "cmp %[weights], %[end]\n\t"
                     "bne 0b"
                     : [weights] "+l"(weights), [input] "+l"(input), [a] "+h"(a), [b] "+h"(b),
                       [c] "+h"(c), [d] "+h"(d), [w] "=&l"(w), [x] "=&l"(x), [near] "=&l"(near),
                       [far] "=&l"(far)
                     : [end] "h"(end)
                     : "cc", "memory");
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
}

#define TINYML_ADDS_BORROWED 1
#else
#define TINYML_ADDS_BORROWED 0
#endif

/* As above. */
TINYML_INLINE void tinyml_add_products(const TINYML_FLASH uint32_t *weights, const int8_t *input,
                                       unsigned depth, int borrowed, int32_t *sum)
{
#if TINYML_ADDS_BORROWED
    if (borrowed) {
        tinyml_add_borrowed(weights, input, depth, sum);
        return;
    }
#endif
    const int8_t *const end = input + depth;
    int32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3];

    for (; input != end; input += 4, weights += 4) {
        tinyml_add_word(weights[0], input[0], input[2], borrowed, &a, &b);
        tinyml_add_word(weights[1], input[0], input[2], borrowed, &c, &d);
        tinyml_add_word(weights[2], input[1], input[3], borrowed, &a, &b);
        tinyml_add_word(weights[3], input[1], input[3], borrowed, &c, &d);
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
}

#endif

#endif
