/* Cepstral features of speech, 20 ms at a time, in integers: the C side of `Mfcc`.
 *
 * 16 kHz int16 samples go in by hops of 320; each hop after the first completes a frame of 480
 * samples, which becomes 10 coefficients. The latest TINYML_MFCC_FRAMES frames, each coefficient's
 * mean over them subtracted, are a keyword model's int8 input (scale 1, zero point 0). The
 * arithmetic is specified step by step in tinyml_course/features/mfcc_arithmetic.py, and the two
 * sides give the same bits. Reentrant: all state is in the struct. No heap, no floating point;
 * 3.1 KB of stack while a hop is pushed.
 */
#ifndef TINYML_MFCC_H
#define TINYML_MFCC_H

#include <stdint.h>

#include "tinyml_mfcc_tables.h" /* generated from the Mfcc; gives TINYML_MFCC_FRAMES */

#ifdef __cplusplus
extern "C" {
#endif

#define TINYML_MFCC_RATE_HZ 16000
#define TINYML_MFCC_HOP 320
#define TINYML_MFCC_COEFFICIENTS 10
#define TINYML_MFCC_SIZE (TINYML_MFCC_FRAMES * TINYML_MFCC_COEFFICIENTS)

typedef struct {
    int16_t previous[TINYML_MFCC_HOP]; /* the hop before, which the next frame begins with */
    int16_t ring[TINYML_MFCC_FRAMES][TINYML_MFCC_COEFFICIENTS]; /* 1/16 int8 step */
    uint16_t next;  /* row of the ring the next frame is written to */
    uint16_t filled; /* rows of the ring that hold a frame */
    uint16_t begun; /* 1 once `previous` holds a hop */
} tinyml_mfcc;

/* Forget every sample: what follows is a new recording. */
void tinyml_mfcc_reset(tinyml_mfcc *state);

/* Take the next 320 samples. Returns 1 when the ring is full, so that `read` gives a whole window:
 * first after TINYML_MFCC_FRAMES + 1 hops, then after every hop.
 */
int tinyml_mfcc_push(tinyml_mfcc *state, const int16_t hop[TINYML_MFCC_HOP]);

/* Write the latest window, (frame, coefficient), oldest frame first. Needs a full ring. */
void tinyml_mfcc_read(const tinyml_mfcc *state, int8_t window[TINYML_MFCC_SIZE]);

/* The features of one clip of (TINYML_MFCC_FRAMES + 1) * TINYML_MFCC_HOP samples. */
void tinyml_mfcc_clip(tinyml_mfcc *state, const int16_t *clip, int8_t window[TINYML_MFCC_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
