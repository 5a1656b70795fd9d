/* keywords: made by tinyml_course 0.1.0 from the .tflite file with sha256
 * a55c3cbe61609b0345ec1695eeca322960487a0c703208703c4ff10917ec0ffd
 *
 * op  kind               output          MACs  constants  scratch
 *  0  CONV_2D            1x25x5x64    320,000      3,328      364
 *  1  DEPTHWISE_CONV_2D  1x25x5x64     72,000      1,152       64
 *  2  CONV_2D            1x25x5x64    512,000      4,864      512
 *  3  DEPTHWISE_CONV_2D  1x25x5x64     72,000      1,152       64
 *  4  CONV_2D            1x25x5x64    512,000      4,864      512
 *  5  DEPTHWISE_CONV_2D  1x25x5x64     72,000      1,152       64
 *  6  CONV_2D            1x25x5x64    512,000      4,864      512
 *  7  DEPTHWISE_CONV_2D  1x25x5x64     72,000      1,152       64
 *  8  CONV_2D            1x25x5x64    512,000      4,864      512
 *  9  MEAN               1x64               0          0      256
 * 10  FULLY_CONNECTED    1x12             768        876        0
 * 11  SOFTMAX            1x12               0      1,024        0
 *     all                           2,656,768     29,292
 *
 * Constants and scratch in bytes. All RAM is one arena of 6,772 bytes.
 *
 * Ops 0 to 9 take turns, a few rows at a time, so that of the images between them only these rows
 * are in memory.
 */
#ifndef KEYWORDS_H
#define KEYWORDS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KEYWORDS_ARENA_BYTES 6772
#define KEYWORDS_INPUT_SIZE 490
#define KEYWORDS_INPUT_SCALE 1.0f
#define KEYWORDS_INPUT_ZERO_POINT (0)
#define KEYWORDS_OUTPUT_SIZE 12
#define KEYWORDS_OUTPUT_SCALE 0.00390625f
#define KEYWORDS_OUTPUT_ZERO_POINT (-128)

/* Write the input, call invoke, read the output. They lie in the arena, aligned to their elements,
 * and share its memory: invoke overwrites the input, and the output lasts until the next input is
 * written. There is one instance: invoke must not run twice at a time.
 */
int8_t *keywords_input(void); /* int8 (1, 49, 10, 1) */
int8_t *keywords_output(void); /* int8 (1, 12) */
void keywords_invoke(void);

#ifdef __cplusplus
}
#endif
#endif
