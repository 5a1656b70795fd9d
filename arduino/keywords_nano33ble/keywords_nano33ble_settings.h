/* What the notebook decided for the sketch keywords_nano33ble: labels, thresholds, sizes, the board's numbers.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 * Model keywords, sha256 a55c3cbe61609b0345ec1695eeca322960487a0c703208703c4ff10917ec0ffd.
 */
#ifndef SKETCH_KEYWORDS_NANO33BLE_SETTINGS_H
#define SKETCH_KEYWORDS_NANO33BLE_SETTINGS_H

#include "src/keywords.h"
#include "src/tinyml_detect.h"
#include "src/tinyml_mfcc.h"

/* Sound: how it is heard and cut. A clip of CLIP_HOPS hops gives FEATURE_COUNT features. */
#define MICROPHONE_RATE_HZ 16000
#define MICROPHONE_GAIN 60
#define MICROPHONE_RING_SAMPLES 8192
#define HOP_SAMPLES 320
#define CLIP_HOPS 50
#define FEATURE_COUNT 490

/* Classes, in the order of the model's scores. A score s stands for the probability
 * (s - SCORE_ZERO_POINT) / 256. */
#define CLASS_COUNT 12
#define SCORE_ZERO_POINT (-128)
static const char *const labels[CLASS_COUNT] = {
    "yes",
    "no",
    "up",
    "down",
    "left",
    "right",
    "on",
    "off",
    "stop",
    "go",
    "silence",
    "unknown",
};

/* Detection: an inference every HOPS_PER_INFERENCE hops, the mean of the last MEAN_INFERENCES
 * scores against a class's threshold, 6 inferences of rest after a detection. */
#define HOPS_PER_INFERENCE 8
#define MEAN_INFERENCES 3
static const int16_t thresholds[CLASS_COUNT] = {
    77, 77, 77, 77, 77, 77, 77, 77, 77, 77, 128, 128,
};
static const tinyml_detect_settings detectSettings = {CLASS_COUNT, MEAN_INFERENCES, 6, thresholds};

/* Colours a detected class lights: 1 red, 2 green, 4 blue and their sums; 0 is dark. */
static const uint8_t ledColours[CLASS_COUNT] = {
    2, 4, 3, 5, 6, 7, 2, 4, 3, 5, 0, 0,
};

/* Serial line. replayInfo is what the sketch says of itself to tinyml_course.device. */
#define SERIAL_BAUD 115200
#define REPLAY_FEATURES 490 /* that a replay gives back: all, or none where RAM is scarce */
static const uint8_t replayInfo[] = {
    0x01, 0x80, 0x3E, 0x00, 0x00, 0x40, 0x01, 0x32, 0x00, 0x0C, 0x00, 0xA5,
    0x5C, 0x3C, 0xBE, 0x61, 0x60, 0x9B, 0x03, 0x03, 0x31, 0x00, 0x0A, 0x00,
    0x01, 0x00, 0x6B, 0x65, 0x79, 0x77, 0x6F, 0x72, 0x64, 0x73, 0x5F, 0x6E,
    0x61, 0x6E, 0x6F, 0x33, 0x33, 0x62, 0x6C, 0x65,
};

/* The model of this sketch, by names that do not change from model to model. */
static inline int8_t *modelInput(void) {
  return keywords_input();
}

static inline const int8_t *modelOutput(void) {
  return keywords_output();
}

static inline void modelInvoke(void) {
  keywords_invoke();
}

/* Its features, likewise. */
typedef tinyml_mfcc FeatureState;
typedef int16_t FeatureSample;

static inline void featuresReset(FeatureState *state) {
  tinyml_mfcc_reset(state);
}

static inline int featuresPush(FeatureState *state, const FeatureSample *hop) {
  return tinyml_mfcc_push(state, hop);
}

static inline void featuresRead(const FeatureState *state, int8_t *window) {
  tinyml_mfcc_read(state, window);
}

#endif
