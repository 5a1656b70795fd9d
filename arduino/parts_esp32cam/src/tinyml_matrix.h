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

/* Multiply a tile by the filters from `first` on, an even one, and write their outputs for
 * `pixels`, 1 to 4: places[p] is that of the first one. Pixels that are not there need the place of
 * the last one that is. For any filters and any stage, on any core.
 */
void tinyml_matrix_multiply_plain(const tinyml_filters *filters, const tinyml_output_stage *stage,
                                  const int16_t *tile, unsigned first, unsigned pixels,
                                  int8_t *const *places);

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
    unsigned fast; /* 0 */
} tinyml_matrix;

TINYML_INLINE void tinyml_matrix_prepare(tinyml_matrix *matrix, const tinyml_filters *filters,
                                         const tinyml_output_stage *stage, const int16_t *tile)
{
    matrix->filters = filters;
    matrix->stage = stage;
    matrix->tile = tile;
    matrix->fast = 0;
}

/* Multiply the tile by all filters. places[p] is that of the first channel that is not fast. */
TINYML_INLINE void tinyml_matrix_multiply(tinyml_matrix *matrix, unsigned pixels,
                                          int8_t *const *places)
{
    tinyml_matrix_multiply_plain(matrix->filters, matrix->stage, matrix->tile, 0, pixels, places);
}

#endif

#endif
