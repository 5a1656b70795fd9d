/* L2_NORMALIZATION over the rows of (rows, columns): scale 1/128, zero point 0. May run in place. */
#ifndef TINYML_UNIT_H
#define TINYML_UNIT_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint32_t rows, columns;
    int8_t in_zero_point;
} tinyml_unit_length;

void tinyml_make_unit(const tinyml_unit_length *layer, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif
#endif
