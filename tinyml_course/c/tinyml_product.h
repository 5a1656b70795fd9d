/* BATCH_MATMUL: the product of two matrices of activations, for each entry of a batch. */
#ifndef TINYML_PRODUCT_H
#define TINYML_PRODUCT_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Steps are in elements, so that a matrix may lie transposed and one may serve a whole batch. */
enum { TINYML_PRODUCT_AXES = 3 };

typedef struct {
    uint32_t batch[TINYML_PRODUCT_AXES]; /* axes not needed are 1 long */
    int32_t a_step[TINYML_PRODUCT_AXES], b_step[TINYML_PRODUCT_AXES];
    uint32_t rows, depth, columns;
    int32_t a_row, a_depth, b_depth, b_column;
    int32_t multiplier; /* Q0.31 */
    int8_t shift, a_zero_point, b_zero_point, zero_point;
} tinyml_product;

void tinyml_multiply_matrices(const tinyml_product *layer, const int8_t *a, const int8_t *b,
                              int8_t *output);

#ifdef __cplusplus
}
#endif
#endif
