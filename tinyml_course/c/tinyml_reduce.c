#include "tinyml_reduce.h"

#include "tinyml_arithmetic.h"

typedef int32_t fold(int32_t so_far, int8_t x);

TINYML_INLINE int32_t add(int32_t so_far, int8_t x)
{
    return so_far + x;
}

TINYML_INLINE int32_t larger(int32_t so_far, int8_t x)
{
    return x > so_far ? x : so_far;
}

TINYML_INLINE int32_t smaller(int32_t so_far, int8_t x)
{
    return x < so_far ? x : so_far;
}

/* Fold all values along the reduced axes into `result`. */
TINYML_INLINE int32_t reduce(const tinyml_reduction *layer, const int8_t *input, int32_t result,
                             fold *with)
{
    const uint32_t *count = layer->reduced;
    const int32_t *step = layer->reduced_step;

    for (uint32_t i = 0; i < count[0]; i++, input += step[0]) {
        const int8_t *plane = input;

        for (uint32_t j = 0; j < count[1]; j++, plane += step[1]) {
            const int8_t *in = plane;

            for (uint32_t k = 0; k < count[2]; k++, in += step[2])
                result = with(result, *in);
        }
    }
    return result;
}

TINYML_INLINE int32_t finish(const tinyml_reduction *layer, int32_t sum)
{
    const int32_t q = tinyml_requantize(sum, layer->multiplier, layer->shift);

    return tinyml_clamp(tinyml_wrapping_add(q, layer->zero_point), INT8_MIN, INT8_MAX);
}

/* Reduce at each place along the kept axes. */
TINYML_INLINE void reduce_all(const tinyml_reduction *layer, const int8_t *input, int8_t *output,
                              int32_t start, fold *with, int sums)
{
    const uint32_t *count = layer->kept;
    const int32_t *step = layer->kept_step;

    for (uint32_t i = 0; i < count[0]; i++, input += step[0]) {
        const int8_t *plane = input;

        for (uint32_t j = 0; j < count[1]; j++, plane += step[1]) {
            const int8_t *in = plane;

            for (uint32_t k = 0; k < count[2]; k++, in += step[2]) {
                const int32_t result = reduce(layer, in, start, with);

                *output++ = (int8_t)(sums ? finish(layer, result) : result);
            }
        }
    }
}

void tinyml_reduce_sum(const tinyml_reduction *layer, const int8_t *input, int8_t *output)
{
    reduce_all(layer, input, output, layer->offset, add, 1);
}

void tinyml_reduce_maximum(const tinyml_reduction *layer, const int8_t *input, int8_t *output)
{
    reduce_all(layer, input, output, INT8_MIN, larger, 0);
}

void tinyml_reduce_minimum(const tinyml_reduction *layer, const int8_t *input, int8_t *output)
{
    reduce_all(layer, input, output, INT8_MAX, smaller, 0);
}

/* `sign` is 1 for the largest, -1 for the smallest. */
TINYML_INLINE void find(const tinyml_search *layer, const int8_t *input, int32_t *output, int sign)
{
    const uint32_t inner = layer->inner;

    for (uint32_t o = 0; o < layer->outer; o++, input += layer->count * inner) {
        for (uint32_t i = 0; i < inner; i++) {
            uint32_t best = 0;

            for (uint32_t k = 1; k < layer->count; k++)
                if (sign * input[k * inner + i] > sign * input[best * inner + i])
                    best = k;
            *output++ = (int32_t)best;
        }
    }
}

void tinyml_find_maximum(const tinyml_search *layer, const int8_t *input, void *output)
{
    find(layer, input, output, 1);
}

void tinyml_find_minimum(const tinyml_search *layer, const int8_t *input, void *output)
{
    find(layer, input, output, -1);
}
