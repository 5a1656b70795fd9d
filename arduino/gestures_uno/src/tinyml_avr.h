/* Sums of products of bytes in an AVR's own instructions; GCC would widen them first. A product
 * takes 12 cycles here, three of which read flash.
 */
#ifndef TINYML_AVR_H
#define TINYML_AVR_H

#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

#if defined(__AVR__)

enum { TINYML_AVR_PRODUCTS = 508 }; /* so many do not overflow a sum of 24 bits */

/* Add a product to a sum of 24 bits; its sign is in the carry. */
#define TINYML_ADD_PRODUCT(sum, weight, x)                                                         \
    "muls %[" weight "], %[" x "]\n\tsbc %C[" sum "], %[zero]\n\t"                                 \
    "add %A[" sum "], r0\n\tadc %B[" sum "], r1\n\tadc %C[" sum "], %[zero]\n\t"
/* Multiply the next two weights (tinyml_filters); where b lent one to a, it gets it back. */
#define TINYML_ADD_PAIR(a, b, x)                                                                   \
    "lpm %[wa], Z+\n\tlpm %[wb], Z+\n\tsbrc %[wa], 7\n\tadd %[wb], %[lent]\n\t"                    \
    TINYML_ADD_PRODUCT(a, "wa", x) TINYML_ADD_PRODUCT(b, "wb", x)

/* sum + a * b */
TINYML_INLINE int32_t tinyml_add_bytes(int32_t sum, int8_t a, int8_t b)
{
    __asm__("muls %[a], %[b]\n\tsbc %C[sum], %[zero]\n\tsbc %D[sum], %[zero]\n\t"
            "add %A[sum], r0\n\tadc %B[sum], r1\n\tadc %C[sum], %[zero]\n\tadc %D[sum], %[zero]\n\t"
            "clr __zero_reg__"
            : [sum] "+r"(sum)
            : [a] "d"(a), [b] "d"(b), [zero] "r"((uint8_t)0));
    return sum;
}

/* Add the sums of two channels over `words` words of weights and the inputs of one pixel in a tile
 * (tinyml_tile.h). Where weights are borrowed, what is summed for b is a + 256 * b.
 */
static __attribute__((noinline, unused)) void
tinyml_avr_sum_pixel(const TINYML_FLASH uint32_t *weights, const int16_t *tile, uint8_t words,
                     uint8_t borrowed, int32_t *sum_a, int32_t *sum_b)
{
    __int24 a = 0, b = 0;
    uint8_t wa, wb, near, far;

    __asm__ volatile("0:\n\tld %[near], X+\n\tadiw r26, 1\n\tld %[far], X\n\tadiw r26, 14\n\t"
                     TINYML_ADD_PAIR("a", "b", "near") TINYML_ADD_PAIR("a", "b", "far")
                     "dec %[words]\n\tbrne 0b\n\tclr __zero_reg__"
                     : [a] "+r"(a), [b] "+r"(b), "+z"(weights), "+x"(tile), [words] "+r"(words),
                       [wa] "=&d"(wa), [wb] "=&d"(wb), [near] "=&d"(near), [far] "=&d"(far)
                     : [lent] "r"(borrowed), [zero] "r"((uint8_t)0)
                     : "memory");
    *sum_a += a;
    *sum_b += borrowed ? a + ((int32_t)b << 8) : b;
}

#endif

#endif
