/* What goes into a matrix product: the inputs of four pixels, widened once for all channels.
 *
 *   tile[K / 4][2][4 pixels][2] = inputs (k, k + 2), then (k + 1, k + 3), of each pixel, int16
 * the order in which SXTB16 takes a word of four inputs apart, and the order of the weights.
 */
#ifndef TINYML_TILE_H
#define TINYML_TILE_H

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
static inline int16_t *tinyml_tile_copy(int16_t *column, const int8_t *input, uint32_t count)
{
    for (const int8_t *const end = input + count; input != end;)
        tinyml_tile_widen(&column, &input);
    return column;
}

/* Fill a pixel's column with `count` times one value. */
static inline int16_t *tinyml_tile_fill(int16_t *column, int8_t value, uint32_t count)
{
    for (; count != 0; count -= TINYML_TILE_GROUP, column += TINYML_TILE_PITCH) {
        column[0] = column[1] = value;
        column[TINYML_TILE_PITCH / 2] = column[TINYML_TILE_PITCH / 2 + 1] = value;
    }
    return column;
}

/* Where words would not line up, inputs are gathered as bytes first. Both return the end. */
static inline int8_t *tinyml_copy_bytes(int8_t *bytes, const int8_t *input, int count)
{
#if TINYML_DSP
    for (; count >= 4; count -= 4, bytes += 4, input += 4)
        ((tinyml_unaligned *)(void *)bytes)->word = tinyml_load_unaligned(input);
#endif
    for (; count > 0; count--)
        *bytes++ = *input++;
    return bytes;
}

static inline int8_t *tinyml_fill_bytes(int8_t *bytes, int8_t value, int count)
{
    for (; count > 0; count--) {
        *bytes++ = value;
#if defined(__GNUC__)
        __asm__("" : "+r"(bytes)); /* no call for so few */
#endif
    }
    return bytes;
}

#endif
