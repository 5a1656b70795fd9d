/* parts: made by tinyml_course 0.1.0 from the .tflite file with sha256
 * 21f86fe379302f84cdffc3c2b0371275bea2e51fb5a740085c31c9dc758c921e
 *
 * op  kind             output           MACs  constants  scratch
 *  0  CONV_2D          1x32x32x12    110,592        288      112
 *  1  CONV_2D          1x32x32x16  1,769,472      1,920      864
 *  2  CONV_2D          1x16x16x24    884,736      3,744    1,152
 *  3  CONV_2D          1x16x16x24  1,327,104      5,472    1,728
 *  4  CONV_2D          1x8x8x32      442,368      7,296    1,728
 *  5  CONV_2D          1x8x8x32      589,824      9,600    2,304
 *  6  MEAN             1x32                0          0        0
 *  7  MAX_POOL_2D      1x1x1x32            0          0        0
 *  9  CONCATENATION    1x64                0          0        0
 * 10  FULLY_CONNECTED  1x2               128        282        0
 * 11  SOFTMAX          1x2                 0      1,024        0
 *     all                          5,124,224     29,626
 *
 * Constants and scratch in bytes. All RAM is one arena of 9,792 bytes.
 *
 * Ops 0 to 4 take turns, a few rows at a time, so that of the images between them only these rows
 * are in memory.
 */
#ifndef PARTS_H
#define PARTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARTS_ARENA_BYTES 9792
#define PARTS_INPUT_SIZE 4096
#define PARTS_INPUT_SCALE 1.0f
#define PARTS_INPUT_ZERO_POINT (0)
#define PARTS_OUTPUT_SIZE 2
#define PARTS_OUTPUT_SCALE 0.00390625f
#define PARTS_OUTPUT_ZERO_POINT (-128)

/* Write the input, call invoke, read the output. They lie in the arena, aligned to their elements,
 * and share its memory: invoke overwrites the input, and the output lasts until the next input is
 * written. There is one instance: invoke must not run twice at a time.
 */
int8_t *parts_input(void); /* int8 (1, 64, 64, 1) */
int8_t *parts_output(void); /* int8 (1, 2) */
void parts_invoke(void);

#ifdef __cplusplus
}
#endif
#endif
