/* What the notebook decided for the sketch parts_esp32cam: labels, thresholds, sizes, the board's numbers.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 * Model parts, sha256 21f86fe379302f84cdffc3c2b0371275bea2e51fb5a740085c31c9dc758c921e.
 */
#ifndef SKETCH_PARTS_ESP32CAM_SETTINGS_H
#define SKETCH_PARTS_ESP32CAM_SETTINGS_H

#include "src/parts.h"
#include "src/tinyml_detect.h"
#include "src/tinyml_image.h"

/* Pictures: the middle of a frame, CLIP_HOPS rows of HOP_SAMPLES grey values. */
#define CAMERA_WIDTH 160
#define CAMERA_HEIGHT 120
#define CAMERA_LEFT 48
#define CAMERA_TOP 28
#define HOP_SAMPLES 64
#define CLIP_HOPS 64
#define FEATURE_COUNT 4096

/* Classes, in the order of the model's scores. A score s stands for the probability
 * (s - SCORE_ZERO_POINT) / 256. */
#define CLASS_COUNT 2
#define SCORE_ZERO_POINT (-128)
static const char *const labels[CLASS_COUNT] = {
    "ok",
    "defect",
};

/* Detection: an inference every HOPS_PER_INFERENCE hops, the mean of the last MEAN_INFERENCES
 * scores against a class's threshold, 0 inferences of rest after a detection. */
#define HOPS_PER_INFERENCE 1
#define MEAN_INFERENCES 1
static const int16_t thresholds[CLASS_COUNT] = {
    0, 0,
};
static const tinyml_detect_settings detectSettings = {CLASS_COUNT, MEAN_INFERENCES, 0, thresholds};

/* Colours a detected class lights: 1 red, 2 green, 4 blue and their sums; 0 is dark. */
static const uint8_t ledColours[CLASS_COUNT] = {
    2, 4,
};

/* Serial line. replayInfo is what the sketch says of itself to tinyml_course.device. */
#define SERIAL_BAUD 115200
#define REPLAY_FEATURES 4096 /* that a replay gives back: all, or none where RAM is scarce */
static const uint8_t replayInfo[] = {
    0x01, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x40, 0x00, 0x02, 0x00, 0x21,
    0xF8, 0x6F, 0xE3, 0x79, 0x30, 0x2F, 0x84, 0x03, 0x40, 0x00, 0x40, 0x00,
    0x01, 0x00, 0x70, 0x61, 0x72, 0x74, 0x73, 0x5F, 0x65, 0x73, 0x70, 0x33,
    0x32, 0x63, 0x61, 0x6D,
};

/* The model of this sketch, by names that do not change from model to model. */
static inline int8_t *modelInput(void) {
  return parts_input();
}

static inline const int8_t *modelOutput(void) {
  return parts_output();
}

static inline void modelInvoke(void) {
  parts_invoke();
}

/* Its features, likewise. */
typedef tinyml_image FeatureState;
typedef uint8_t FeatureSample;

static inline void featuresReset(FeatureState *state) {
  tinyml_image_reset(state);
}

static inline int featuresPush(FeatureState *state, const FeatureSample *hop) {
  return tinyml_image_push(state, hop);
}

static inline void featuresRead(const FeatureState *state, int8_t *window) {
  tinyml_image_read(state, window);
}

#endif
