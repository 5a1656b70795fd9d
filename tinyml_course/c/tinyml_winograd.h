/* The first step of a convolution by Winograd's method: a tile of 4 x 4 inputs at its 16 points.
 * Part of tinyml_winograd.c, which explains the method.
 */
#ifndef TINYML_WINOGRAD_H
#define TINYML_WINOGRAD_H

#include "tinyml_arithmetic.h"

enum {
    TILES = 4,    /* multiplied together */
    EDGE = 4,     /* inputs along a tile */
    POINTS = 16,  /* of a transformed tile */
    CHUNK = 16,   /* channels that lie together in a transformed tile */
    LANES = 2,    /* channels in a word */
    CHANNELS = 2, /* multiplied together */
    POINT_WORDS = CHUNK / LANES * TILES,
    CHUNK_WORDS = POINT_WORDS * POINTS,
    SUMS = CHANNELS * TILES
};

/* Two channels of a transformed input, as int16.
 *
 * Four tiles lie as [C_IN / 16][16 points][8][4 tiles] of them; the channels within four are in the
 * order (0, 2), (1, 3), in which SXTB16 takes a word apart.
 */
#if TINYML_DSP
typedef tinyml_word lanes;
#else
typedef struct {
    int16_t low, high;
} lanes;
#endif

/* A transformed column of a tile. */
typedef struct {
    lanes d0, d1, d2, d3;
} line;

#if TINYML_DSP

TINYML_INLINE lanes add(lanes a, lanes b)
{
    lanes sum;
    __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

TINYML_INLINE lanes subtract(lanes a, lanes b)
{
    lanes difference;
    __asm__("ssub16 %0, %1, %2" : "=r"(difference) : "r"(a), "r"(b));
    return difference;
}

/* Read a column of a tile, channels 0 and 2 of four or 1 and 3 if odd, and transform it. As one
 * block: compilers would rather keep sixteen addresses than the steps between them.
 */
#define READ_COLUMN(bytes)                                                                         \
    "ldr %0, [%5]\n\tldr %1, [%5, %6]\n\t"                                                         \
    "ldr %2, [%5, %6, lsl #1]\n\tldr %3, [%5, %7]\n\t"                                             \
    "sxtb16 %0, %0" bytes "sxtb16 %1, %1" bytes "sxtb16 %2, %2" bytes "sxtb16 %3, %3" bytes        \
    "ssub16 %0, %0, %2\n\tsadd16 %4, %1, %2\n\t"                                                   \
    "ssub16 %2, %2, %1\n\tssub16 %3, %1, %3"

TINYML_INLINE line read_column(const int8_t *top, unsigned pitch, unsigned three_pitches, int odd)
{
    line to;
    lanes spare;

    if (odd)
        __asm__(READ_COLUMN(", ror #8\n\t")
                : "=&r"(to.d0), "=&r"(spare), "=&r"(to.d2), "=&r"(to.d3), "=&r"(to.d1)
                : "r"(top), "r"(pitch), "r"(three_pitches)
                : "memory");
    else
        __asm__(READ_COLUMN("\n\t")
                : "=&r"(to.d0), "=&r"(spare), "=&r"(to.d2), "=&r"(to.d3), "=&r"(to.d1)
                : "r"(top), "r"(pitch), "r"(three_pitches)
                : "memory");
    return to;
}

#else

static lanes add(lanes a, lanes b)
{
    const lanes sum = {(int16_t)(a.low + b.low), (int16_t)(a.high + b.high)};

    return sum;
}

static lanes subtract(lanes a, lanes b)
{
    const lanes difference = {(int16_t)(a.low - b.low), (int16_t)(a.high - b.high)};

    return difference;
}

static lanes widen(const int8_t *four, int odd)
{
    const lanes pair = {four[odd], four[odd + 2]};

    return pair;
}

static line read_column(const int8_t *top, unsigned pitch, unsigned three_pitches, int odd)
{
    const lanes d0 = widen(top, odd), d1 = widen(top + pitch, odd);
    const lanes d2 = widen(top + 2 * pitch, odd), d3 = widen(top + three_pitches, odd);
    const line column = {subtract(d0, d2), add(d1, d2), subtract(d2, d1), subtract(d1, d3)};

    return column;
}

#endif

/* The four tiles' words of one point lie side by side. */
TINYML_INLINE void put(lanes *word, unsigned point, lanes pair)
{
    word[point * POINT_WORDS] = pair;
}

/* Transform two channels of a tile. Columns 0 and 2 come first: then 0 is done with. */
TINYML_INLINE void transform_lanes(const int8_t *input, unsigned pitch, unsigned channels, int odd,
                                   lanes *word)
{
    const unsigned three = 3 * pitch;
    const line a = read_column(input, pitch, three, odd);
    const line c = read_column(input + 2 * channels, pitch, three, odd);

    put(word, 0, subtract(a.d0, c.d0));
    put(word, 4, subtract(a.d1, c.d1));
    put(word, 8, subtract(a.d2, c.d2));
    put(word, 12, subtract(a.d3, c.d3));

    const line b = read_column(input + channels, pitch, three, odd);

    put(word, 1, add(b.d0, c.d0));
    put(word, 2, subtract(c.d0, b.d0));
    put(word, 5, add(b.d1, c.d1));
    put(word, 6, subtract(c.d1, b.d1));
    put(word, 9, add(b.d2, c.d2));
    put(word, 10, subtract(c.d2, b.d2));
    put(word, 13, add(b.d3, c.d3));
    put(word, 14, subtract(c.d3, b.d3));

    const line d = read_column(input + 3 * channels, pitch, three, odd);

    put(word, 3, subtract(b.d0, d.d0));
    put(word, 7, subtract(b.d1, d.d1));
    put(word, 11, subtract(b.d2, d.d2));
    put(word, 15, subtract(b.d3, d.d3));
}

/* Transform a tile whose rows lie `pitch` bytes apart into its words of the transformed ones. */
static void transform(const int8_t *input, unsigned pitch, unsigned channels, lanes *word)
{
    for (unsigned k = 0; k < channels;) {
        transform_lanes(input, pitch, channels, 0, word);
        transform_lanes(input, pitch, channels, 1, word + TILES);
        word += 2 * TILES;
        input += 4;
        k += 4;
        if (k % CHUNK == 0)
            word += CHUNK_WORDS - POINT_WORDS;
    }
}

#endif
