/* gestures: made by tinyml_course 0.1.0 from the .tflite file with sha256
 * e017ab252837aebacd6436fbb754cf104b173c35355ab7a10bc905564b8bf532
 *
 * op  kind             output   MACs  constants  scratch
 *  1  FULLY_CONNECTED  1x32    4,800      5,152        0
 *  2  FULLY_CONNECTED  1x16      512        656        0
 *  3  FULLY_CONNECTED  1x5        80        185        0
 *  4  SOFTMAX          1x5         0        996        0
 *     all                      5,392      6,989
 *
 * Constants and scratch in bytes. All RAM is one arena of 184 bytes.
 */
#ifndef GESTURES_H
#define GESTURES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GESTURES_ARENA_BYTES 184
#define GESTURES_INPUT_SIZE 150
#define GESTURES_INPUT_SCALE 1.0f
#define GESTURES_INPUT_ZERO_POINT (0)
#define GESTURES_OUTPUT_SIZE 5
#define GESTURES_OUTPUT_SCALE 0.00390625f
#define GESTURES_OUTPUT_ZERO_POINT (-128)

/* Write the input, call invoke, read the output. They lie in the arena, aligned to their elements,
 * and share its memory: invoke overwrites the input, and the output lasts until the next input is
 * written. There is one instance: invoke must not run twice at a time.
 */
int8_t *gestures_input(void); /* int8 (1, 25, 1, 6) */
int8_t *gestures_output(void); /* int8 (1, 5) */
void gestures_invoke(void);

#ifdef __cplusplus
}
#endif
#endif
