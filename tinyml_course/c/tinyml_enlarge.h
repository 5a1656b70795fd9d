/* Kernels of the operators that make larger images: RESIZE_BILINEAR and TRANSPOSE_CONV. */
#ifndef TINYML_ENLARGE_H
#define TINYML_ENLARGE_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RESIZE_BILINEAR of (N, H, W, C). Each row and column of the output lies between two of the input:
 * the tables hold where those start, in elements, and the weight of the second in 1/1024.
 */
typedef struct {
    const TINYML_FLASH int32_t *rows;    /* (out_height, 3): first, second, weight */
    const TINYML_FLASH int32_t *columns; /* (out_width, 3) */
    uint16_t images, out_height, out_width, channels;
    uint32_t image; /* elements of an input image */
} tinyml_blending;

void tinyml_blend(const tinyml_blending *layer, const int8_t *input, int8_t *output);

/* TRANSPOSE_CONV of one image. Pixel (y, x) of the input, times tap (ky, kx), adds to pixel
 * (y * stride_height + ky - pad_top, x * stride_width + kx - pad_left) of the output.
 */
typedef struct {
    const TINYML_FLASH int8_t *weights; /* (C_OUT, KH, KW, C_IN) */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t kernel_height, kernel_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
    int8_t in_zero_point;
    tinyml_output_stage stage; /* the zero point is not in its bias */
} tinyml_spreading;

void tinyml_convolve_transposed(const tinyml_spreading *layer, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif
#endif
