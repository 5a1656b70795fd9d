/* The matrix product below every convolution: a tile of four pixels times all filters.
 *
 * A tile holds the inputs of four pixels as int16, widened once and used for every channel:
 *   tile[K / 4][2][4 pixels][2] = inputs (k, k + 2), then (k + 1, k + 3), of each pixel
 * the order in which SXTB16 takes a word of four inputs apart, and the order of the weights.
 */
#ifndef TINYML_MATRIX_H
#define TINYML_MATRIX_H

#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

enum { TINYML_TILE_PIXELS = 4, TINYML_TILE_GROUP = 4, TINYML_TILE_PITCH = 16 }; /* of a group */

/* Widen one group of inputs, and go on to the next one. */
TINYML_INLINE void tinyml_tile_widen(int16_t **column, const int8_t **input)
{
#if TINYML_DSP
    uint32_t even, odd;

    __asm__ volatile("ldr %[odd], [%[input]], #4\n\t"
                     "sxtb16 %[even], %[odd]\n\t"
                     "sxtb16 %[odd], %[odd], ror #8\n\t"
                     "str %[odd], [%[column], #16]\n\t"
                     "str %[even], [%[column]], #32"
                     : [input] "+r"(*input), [column] "+r"(*column), [even] "=&r"(even),
                       [odd] "=&r"(odd)
                     :
                     : "memory");
#else
    const int8_t *four = *input;
    int16_t *to = *column;

    to[0] = four[0];
    to[1] = four[2];
    to[TINYML_TILE_PITCH / 2] = four[1];
    to[TINYML_TILE_PITCH / 2 + 1] = four[3];
    *column = to + TINYML_TILE_PITCH;
    *input = four + TINYML_TILE_GROUP;
#endif
}

/* Copy `count` inputs, a multiple of 4, into a pixel's column of a tile; returns where the next
 * inputs of this pixel go. `column` is the tile plus 2 * pixel to begin with.
 */
int16_t *tinyml_tile_copy(int16_t *column, const int8_t *input, uint32_t count);

/* The same where there are fewer than 16. */
TINYML_INLINE int16_t *tinyml_tile_copy_few(int16_t *column, const int8_t *input, uint32_t count)
{
#if defined(__OPTIMIZE_SIZE__)
    for (; count != 0; count -= TINYML_TILE_GROUP)
        tinyml_tile_widen(&column, &input);
#else
    if (count & 8u) {
        tinyml_tile_widen(&column, &input);
        tinyml_tile_widen(&column, &input);
    }
    if (count & 4u)
        tinyml_tile_widen(&column, &input);
#endif
    return column;
}

/* Fill a pixel's column with `count` times one value. */
int16_t *tinyml_tile_fill(int16_t *column, int8_t value, uint32_t count);

/* Multiply a tile and write one row of channels, (C_OUT), for each of its `pixels`, 1 to 4. Pixels
 * that are not there need the place of the last one that is.
 */
void tinyml_tile_multiply(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          const int16_t *tile, unsigned pixels, int8_t *const *rows);

#endif
