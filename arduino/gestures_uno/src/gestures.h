/* gestures: a random forest of 10 trees, by the functions that a compiled network has. */
#ifndef GESTURES_H
#define GESTURES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

int8_t *gestures_input(void); /* (25, 6), scale 1, zero point 0 */
void gestures_invoke(void);
int8_t *gestures_output(void); /* (5), scale 1/256, zero point -128 */

#ifdef __cplusplus
}
#endif
#endif
