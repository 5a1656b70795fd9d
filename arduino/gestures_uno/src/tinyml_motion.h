/* A window of an inertial sensor's motion, a row at a time, in integers: the C side of
 * `MotionWindow`.
 *
 * TINYML_MOTION_AVERAGE int16 samples of every axis go in at a time (1/4096 g, 1/16 degree/s) and
 * become one row of int8; the latest TINYML_MOTION_ROWS rows are a gesture model's input (scale 1,
 * zero point 0). The arithmetic is specified in tinyml_course/features/motion.py, and the two sides
 * give the same bits. Reentrant: all state is in the struct. No heap, no floating point.
 */
#ifndef TINYML_MOTION_H
#define TINYML_MOTION_H

#include <stdint.h>

#include "tinyml_motion_tables.h" /* generated from the MotionWindow */

#ifdef __cplusplus
extern "C" {
#endif

#define TINYML_MOTION_COUNTS_PER_G 4096
#define TINYML_MOTION_COUNTS_PER_DEGREE_S 16
#define TINYML_MOTION_HOP (TINYML_MOTION_AVERAGE * TINYML_MOTION_AXES)
#define TINYML_MOTION_SIZE (TINYML_MOTION_ROWS * TINYML_MOTION_AXES)

typedef struct {
    int8_t ring[TINYML_MOTION_ROWS][TINYML_MOTION_AXES];
    uint16_t next;   /* row of the ring that is written next */
    uint16_t filled; /* rows of the ring that are in use */
} tinyml_motion;

/* Forget every sample: what follows is a new recording. */
void tinyml_motion_reset(tinyml_motion *state);

/* Take the next samples, (sample, axis). Returns 1 when the ring is full, so that `read` gives a
 * whole window: first after TINYML_MOTION_ROWS hops, then after every hop.
 */
int tinyml_motion_push(tinyml_motion *state, const int16_t hop[TINYML_MOTION_HOP]);

/* Write the latest window, (row, axis), oldest row first. Needs a full ring. */
void tinyml_motion_read(const tinyml_motion *state, int8_t window[TINYML_MOTION_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
