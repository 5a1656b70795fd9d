/* Kernels of the operators that make one value of many, along any axes: SUM, MEAN, REDUCE_MAX,
 * REDUCE_MIN, ARG_MAX and ARG_MIN.
 */
#ifndef TINYML_REDUCE_H
#define TINYML_REDUCE_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The output has one value for each place along the kept axes, the last fastest. It is made of all
 * values along the reduced axes. Axes not needed are 1 long.
 */
enum { TINYML_REDUCE_AXES = 3 };

typedef struct {
    uint32_t kept[TINYML_REDUCE_AXES], reduced[TINYML_REDUCE_AXES];
    int32_t kept_step[TINYML_REDUCE_AXES], reduced_step[TINYML_REDUCE_AXES];
    /* Sums only: (sum + offset) * multiplier / 2^shift + zero_point, the multiplier in Q0.31. */
    int32_t offset, multiplier;
    int8_t shift, zero_point;
} tinyml_reduction;

void tinyml_reduce_sum(const tinyml_reduction *layer, const int8_t *input, int8_t *output);
void tinyml_reduce_maximum(const tinyml_reduction *layer, const int8_t *input, int8_t *output);
void tinyml_reduce_minimum(const tinyml_reduction *layer, const int8_t *input, int8_t *output);

/* The first index of the largest or smallest along the middle axis of (outer, count, inner). */
typedef struct {
    uint32_t outer, count, inner;
} tinyml_search;

void tinyml_find_maximum(const tinyml_search *layer, const int8_t *input, void *output);
void tinyml_find_minimum(const tinyml_search *layer, const int8_t *input, void *output);

#ifdef __cplusplus
}
#endif
#endif
