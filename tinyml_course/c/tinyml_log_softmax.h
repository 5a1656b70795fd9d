/* LOG_SOFTMAX over the rows of (rows, columns): scale 1/16, zero point 127. May run in place. */
#ifndef TINYML_LOG_SOFTMAX_H
#define TINYML_LOG_SOFTMAX_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Tables by the distance d below a row's largest value; entries that are not there do not count. */
typedef struct {
    const TINYML_FLASH int32_t *exponentials; /* (entries) exp(-d * scale) in Q12.19 */
    const TINYML_FLASH int32_t *logarithms;   /* (entries) -d * scale in Q5.26 */
    uint16_t rows, columns;
    uint16_t entries;   /* at most 256 */
    int32_t multiplier; /* Q0.31; with the shift to the right it brings Q5.26 to distances */
    int8_t shift;
} tinyml_log_normalization;

void tinyml_log_softmax(const tinyml_log_normalization *layer, const int8_t *input,
                        int8_t *output);

#ifdef __cplusplus
}
#endif
#endif
