/* What the notebook decided for the sketch gestures_uno: labels, thresholds, sizes, the board's numbers.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 * Model gestures, sha256 e017ab252837aebacd6436fbb754cf104b173c35355ab7a10bc905564b8bf532.
 */
#ifndef SKETCH_GESTURES_UNO_SETTINGS_H
#define SKETCH_GESTURES_UNO_SETTINGS_H

#include "src/gestures.h"
#include "src/tinyml_detect.h"
#include "src/tinyml_motion.h"

/* Motion: how it is measured and cut. IMU_AXES is 3 for acceleration, 6 with the rate of turn;
 * SAMPLES_PER_HOP samples of all axes are a hop, CLIP_HOPS hops give FEATURE_COUNT features. */
#define IMU_RATE_HZ 100
#define IMU_AXES 6
#define SAMPLES_PER_HOP 4
#define HOP_SAMPLES 24
#define CLIP_HOPS 25
#define FEATURE_COUNT 150

/* Classes, in the order of the model's scores. A score s stands for the probability
 * (s - SCORE_ZERO_POINT) / 256. */
#define CLASS_COUNT 5
#define SCORE_ZERO_POINT (-128)
static const char *const labels[CLASS_COUNT] = {
    "wing",
    "ring",
    "slope",
    "idle",
    "other",
};

/* Detection: an inference every HOPS_PER_INFERENCE hops, the mean of the last MEAN_INFERENCES
 * scores against a class's threshold, 10 inferences of rest after a detection. */
#define HOPS_PER_INFERENCE 2
#define MEAN_INFERENCES 6
static const int16_t thresholds[CLASS_COUNT] = {
    0, 0, 0, 128, 128,
};
static const tinyml_detect_settings detectSettings = {CLASS_COUNT, MEAN_INFERENCES, 10, thresholds};

/* Colours a detected class lights: 1 red, 2 green, 4 blue and their sums; 0 is dark. */
static const uint8_t ledColours[CLASS_COUNT] = {
    2, 4, 3, 0, 0,
};

/* Serial line. replayInfo is what the sketch says of itself to tinyml_course.device. */
#define SERIAL_BAUD 115200
#define REPLAY_FEATURES 0 /* that a replay gives back: all, or none where RAM is scarce */
static const uint8_t replayInfo[] = {
    0x01, 0x64, 0x00, 0x00, 0x00, 0x18, 0x00, 0x19, 0x00, 0x05, 0x00, 0xE0,
    0x17, 0xAB, 0x25, 0x28, 0x37, 0xAE, 0xBA, 0x01, 0x00, 0x00, 0x67, 0x65,
    0x73, 0x74, 0x75, 0x72, 0x65, 0x73, 0x5F, 0x75, 0x6E, 0x6F,
};

/* The model of this sketch, by names that do not change from model to model. */
static inline int8_t *modelInput(void) {
  return gestures_input();
}

static inline const int8_t *modelOutput(void) {
  return gestures_output();
}

static inline void modelInvoke(void) {
  gestures_invoke();
}

/* Its features, likewise. */
typedef tinyml_motion FeatureState;
typedef int16_t FeatureSample;

static inline void featuresReset(FeatureState *state) {
  tinyml_motion_reset(state);
}

static inline int featuresPush(FeatureState *state, const FeatureSample *hop) {
  return tinyml_motion_push(state, hop);
}

static inline void featuresRead(const FeatureState *state, int8_t *window) {
  tinyml_motion_read(state, window);
}

#endif
