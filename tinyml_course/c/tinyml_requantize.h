/* QUANTIZE between integer types of which one at least is wider than a byte. */
#ifndef TINYML_REQUANTIZE_H
#define TINYML_REQUANTIZE_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = clamp((x - in_zero_point) * multiplier / 2^shift + out_zero_point) */
typedef struct {
    int32_t multiplier;           /* Q0.31 */
    int8_t shift;                 /* to the right: -30 to 31 */
    uint8_t in_bytes, out_bytes;  /* of an element: 1, 2 or 4 */
    uint8_t in_signed;            /* 0 where the input is uint8, 1 else */
    int32_t in_zero_point, out_zero_point;
    int32_t minimum, maximum;     /* of the output's type */
} tinyml_requantization;

/* May run in place if the output's elements are not larger than the input's. */
void tinyml_requantize_integers(const tinyml_requantization *layer, uint32_t count,
                                const void *input, void *output);

#ifdef __cplusplus
}
#endif
#endif
