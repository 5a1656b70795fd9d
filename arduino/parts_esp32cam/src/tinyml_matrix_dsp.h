/* The product of a tile on cores with the DSP extension. A part of tinyml_matrix.h. */
#ifndef TINYML_MATRIX_DSP_H
#define TINYML_MATRIX_DSP_H

#include "tinyml_matrix.h"
#include "tinyml_output_stage.h"

#if TINYML_DSP

/* Steps multiply two inputs of each pixel in 12 instructions of 4 bytes. So many are a round. */
enum { TINYML_STEP_BYTES = 12 * 4, TINYML_ROUND = 12 };

typedef struct {
    const int16_t *tile;
    uint32_t rectified;
} tinyml_round_end;

/* What all tiles of a layer have in common. The first `fast` channels are whole pairs whose weights
 * are borrowed, with a stage that is not general: all but the last one, or none.
 */
typedef struct {
    const tinyml_filters *filters;
    const tinyml_output_stage *stage;
    const int16_t *tile;
    unsigned fast;
    tinyml_round_end end;
    uint32_t entry; /* into the first round, so that it ends with a step that is whole */
    int32_t zero_point;
} tinyml_matrix;

#include "tinyml_matrix_few.h"
#include "tinyml_matrix_four.h"

TINYML_INLINE void tinyml_matrix_prepare(tinyml_matrix *matrix, const tinyml_filters *filters,
                                         const tinyml_output_stage *stage, const int16_t *tile)
{
    const int is_fast = filters->borrowed && stage->rounding != TINYML_GENERAL;
    const unsigned steps = filters->depth / 2u - 1u, last_round = steps % TINYML_ROUND;

    matrix->filters = filters;
    matrix->stage = stage;
    matrix->tile = tile;
    matrix->fast = is_fast ? filters->channels & ~1u : 0u;
    matrix->end.tile = tile + filters->depth * TINYML_TILE_PIXELS;
    matrix->end.rectified = stage->rounding == TINYML_RECTIFIED;
    matrix->entry = (TINYML_ROUND - last_round) % TINYML_ROUND * TINYML_STEP_BYTES - 2u;
    matrix->zero_point = stage->zero_point;
}

/* Multiply the tile by all filters. places[p] is that of the first channel that is not fast. */
TINYML_INLINE void tinyml_matrix_multiply(tinyml_matrix *matrix, unsigned pixels,
                                          int8_t *const *places)
{
    if (matrix->fast != 0 && pixels > 2)
        tinyml_matrix_multiply_four(matrix, places);
    else if (matrix->fast != 0)
        tinyml_matrix_multiply_few(matrix, pixels, places);
    if (matrix->fast != matrix->filters->channels)
        tinyml_matrix_multiply_plain(matrix->filters, matrix->stage, matrix->tile, matrix->fast,
                                     pixels, places);
}

#endif

#endif
