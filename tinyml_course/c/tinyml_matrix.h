/* The matrix product below every convolution: a tile of four pixels times all filters. */
#ifndef TINYML_MATRIX_H
#define TINYML_MATRIX_H

#include "tinyml_kernels.h"
#include "tinyml_tile.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef const TINYML_FLASH uint32_t tinyml_flash_word;

/* A stream of filters (tinyml_convolution): words behind the weights of a pair, and of it all. */
enum { TINYML_STREAM_REST = 5 };

/* Multiply a tile by the filters from `channel` on, an even one, and write their outputs for
 * `pixels`, 1 to 4: rows[p] is the place of the first channel. Pixels that are not there need the
 * place of the last one that is. For any filters and any stage, on any core.
 */
void tinyml_matrix_multiply_plain(const tinyml_filters *filters, const tinyml_output_stage *stage,
                                  const int16_t *tile, unsigned channel, unsigned pixels,
                                  int8_t *const *rows);

#ifdef __cplusplus
}
#endif

#if TINYML_DSP
#include "tinyml_matrix_dsp.h"
#else

/* What all tiles of a layer have in common. */
typedef struct {
    const tinyml_filters *filters;
    const tinyml_output_stage *stage;
    const int16_t *tile;
} tinyml_matrix;

TINYML_INLINE void tinyml_matrix_prepare(tinyml_matrix *matrix, const tinyml_filters *filters,
                                         const tinyml_output_stage *stage, const int16_t *tile)
{
    matrix->filters = filters;
    matrix->stage = stage;
    matrix->tile = tile;
}

/* Multiply the tile by all filters. */
TINYML_INLINE void tinyml_matrix_multiply(tinyml_matrix *matrix, unsigned pixels,
                                          int8_t *const *rows)
{
    tinyml_matrix_multiply_plain(matrix->filters, matrix->stage, matrix->tile, 0, pixels, rows);
}

#endif

#endif
