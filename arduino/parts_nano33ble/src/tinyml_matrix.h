/* The matrix product below every convolution: a tile of four pixels times all filters.
 *
 * A tile holds the inputs of four pixels as int16, widened once and used for every channel:
 *   tile[K / 4][2][4 pixels][2] = inputs (k, k + 2), then (k + 1, k + 3), of each pixel
 * the order in which SXTB16 takes a word of four inputs apart, and the order of the weights.
 */
#ifndef TINYML_MATRIX_H
#define TINYML_MATRIX_H

#include "tinyml_kernels.h"

/* Copy `count` inputs, a multiple of 4, into a pixel's column of a tile; returns where the next
 * inputs of this pixel go. `column` is the tile plus 2 * pixel to begin with.
 */
int16_t *tinyml_tile_copy(int16_t *column, const int8_t *input, uint32_t count);

/* Fill a pixel's column with `count` times one value. */
int16_t *tinyml_tile_fill(int16_t *column, int8_t value, uint32_t count);

/* Multiply a tile and write one row of channels, (C_OUT), for each of its `pixels`, 1 to 4. Pixels
 * that are not there need the place of the last one that is.
 */
void tinyml_tile_multiply(const tinyml_filters *filters, const tinyml_output_stage *stage,
                          const int16_t *tile, unsigned pixels, int8_t *const *rows);

#endif
