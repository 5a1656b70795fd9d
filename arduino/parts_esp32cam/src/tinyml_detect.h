/* Posterior smoothing: int8 class scores, one vector an inference, become single detections.
 *
 * Each class is averaged over the last few inferences. The class with the highest mean is detected
 * when that mean reaches its threshold; afterwards the detector rests for a few inferences, so that
 * one word is reported once. Integers only: tinyml_course/sketch/detection.py gives the same bits.
 *
 * The method is that of Chen, Parada and Heigold (2014), "Small-footprint keyword spotting using
 * deep neural networks", section 2.4, with a rest in place of their search over the window.
 */
#ifndef TINYML_DETECT_H
#define TINYML_DETECT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TINYML_DETECT_NONE (-1) /* no class: what a push returns most of the time */
#define TINYML_DETECT_NEVER 128 /* a threshold no int8 mean reaches: silence, unknown */

typedef struct {
    int classes;              /* scores in one push */
    int average;              /* pushes in one mean, at least 1 */
    int rest;                 /* pushes after a detection that detect nothing */
    const int16_t *threshold; /* (classes), smallest mean that is a detection, in score units */
} tinyml_detect_settings;

typedef struct {
    const tinyml_detect_settings *settings;
    int8_t *history; /* (average, classes), a ring of the last scores */
    int next;        /* row of the ring that is written next */
    int filled;      /* rows of the ring that hold scores */
    int resting;     /* pushes still to rest */
} tinyml_detect;

/* Start afresh. `history` is average * classes bytes that live as long as the detector. */
void tinyml_detect_reset(tinyml_detect *detector, const tinyml_detect_settings *settings,
                         int8_t *history);

/* Take the scores (classes) of one inference; the class detected, or TINYML_DETECT_NONE. */
int tinyml_detect_push(tinyml_detect *detector, const int8_t *scores);

/* Mean of a class over the pushes held, rounded down; at least one push must have been made. */
int8_t tinyml_detect_mean(const tinyml_detect *detector, int class_index);

#ifdef __cplusplus
}
#endif
#endif
