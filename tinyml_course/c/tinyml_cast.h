/* CAST: the same number in another type; scales play no part. */
#ifndef TINYML_CAST_H
#define TINYML_CAST_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { TINYML_INT8, TINYML_INT16, TINYML_INT32, TINYML_FLOAT32 } tinyml_type;

/* A float loses its fraction, and what is too large for the new integer type saturates; an integer
 * too large for it wraps around.
 */
void tinyml_cast(uint32_t count, tinyml_type from, tinyml_type to, const void *input, void *output);

#ifdef __cplusplus
}
#endif
#endif
