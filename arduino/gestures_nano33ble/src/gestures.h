/* gestures: made by tinyml_course 0.1.0 from the .tflite file with sha256
 * 701ae4b86149c4aacb06f6f590d60ac1bde1d1b4094ab551a56cd7679d665702
 *
 * op  kind             output        MACs  constants  scratch
 *  0  CONV_2D          1x25x1x24   18,000      1,056      292
 *  1  CONV_2D          1x13x1x32   49,920      4,224      960
 *  2  CONV_2D          1x7x1x48    53,760      8,256    1,280
 *  3  AVERAGE_POOL_2D  1x1x1x48         0          0      192
 *  4  FULLY_CONNECTED  1x5            240        441        0
 *  5  SOFTMAX          1x5              0      1,024        0
 *     all                         121,920     15,001
 *
 * Constants and scratch in bytes. All RAM is one arena of 1,976 bytes.
 *
 * Ops 2 to 3 take turns, a few rows at a time, so that of the images between them only these rows
 * are in memory.
 */
#ifndef GESTURES_H
#define GESTURES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GESTURES_ARENA_BYTES 1976
#define GESTURES_INPUT_SIZE 300
#define GESTURES_INPUT_SCALE 1.0f
#define GESTURES_INPUT_ZERO_POINT (0)
#define GESTURES_OUTPUT_SIZE 5
#define GESTURES_OUTPUT_SCALE 0.00390625f
#define GESTURES_OUTPUT_ZERO_POINT (-128)

/* Write the input, call invoke, read the output. They lie in the arena, aligned to their elements,
 * and share its memory: invoke overwrites the input, and the output lasts until the next input is
 * written. There is one instance: invoke must not run twice at a time.
 */
int8_t *gestures_input(void); /* int8 (1, 50, 1, 6) */
int8_t *gestures_output(void); /* int8 (1, 5) */
void gestures_invoke(void);

#ifdef __cplusplus
}
#endif
#endif
