/* CONV_2D and FULLY_CONNECTED where flash matters more than time: one kernel for all of them.
 *
 * Weights are stored as they are in the file, and each channel's stage in 9 bytes. Of four pixels
 * the inputs are gathered and widened once, as for the other convolutions; then one channel after
 * the other is multiplied.
 */
#ifndef TINYML_COMPACT_H
#define TINYML_COMPACT_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* K runs over (KH, KW, C_IN). scratch: 9 bytes for each of the K rounded up to a multiple of 4.
 * May run in place if the kernel is 1 x 1 without padding, and C_OUT <= C_IN.
 */
typedef struct {
    uint16_t in_height, in_width, in_channels;
    uint16_t out_width, out_channels;
    uint16_t kernel_height, kernel_width;
    uint16_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    int8_t in_zero_point;
    /* (C_OUT, K), and as many zeros behind as K lacks to a multiple of 4 */
    const TINYML_FLASH int8_t *weights;
    tinyml_output_stage stage;
} tinyml_compact;

void tinyml_convolve_compact(const tinyml_compact *layer, tinyml_rows input, tinyml_rows output,
                             unsigned first, unsigned count, void *scratch);

#ifdef __cplusplus
}
#endif
#endif
