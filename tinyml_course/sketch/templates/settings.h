/* What the notebook decided for the sketch ${name}: labels, thresholds, sizes, the board's numbers.
 *
 * Written by tinyml_course ${version}; write the sketch again rather than edit this file.
 * Model ${model}, sha256 ${sha256}.
 */
#ifndef ${guard}
#define ${guard}

#include "src/${model}.h"
#include "src/tinyml_detect.h"
#include "src/${c_name}.h"

${sensor_settings}
#define HOP_SAMPLES ${hop_samples}
#define CLIP_HOPS ${clip_hops}
#define FEATURE_COUNT ${feature_count}

/* Classes, in the order of the model's scores. A score s stands for the probability
 * (s - SCORE_ZERO_POINT) / 256. */
#define CLASS_COUNT ${class_count}
#define SCORE_ZERO_POINT (${score_zero_point})
static const char *const labels[CLASS_COUNT] = {
${labels}
};

/* Detection: an inference every HOPS_PER_INFERENCE hops, the mean of the last MEAN_INFERENCES
 * scores against a class's threshold, ${rest} inferences of rest after a detection. */
#define HOPS_PER_INFERENCE ${hops_per_inference}
#define MEAN_INFERENCES ${mean_inferences}
static const int16_t thresholds[CLASS_COUNT] = {
${thresholds}
};
static const tinyml_detect_settings detectSettings = {CLASS_COUNT, MEAN_INFERENCES, ${rest}, thresholds};

/* Colours a detected class lights: 1 red, 2 green, 4 blue and their sums; 0 is dark. */
static const uint8_t ledColours[CLASS_COUNT] = {
${led_colours}
};

/* Serial line. replayInfo is what the sketch says of itself to tinyml_course.device. */
#define SERIAL_BAUD ${baud}
#define REPLAY_FEATURES ${replay_features} /* that a replay gives back: all, or none where RAM is scarce */
static const uint8_t replayInfo[] = {
${replay_info}
};

/* The model of this sketch, by names that do not change from model to model. */
static inline int8_t *modelInput(void) {
  return ${model}_input();
}

static inline const int8_t *modelOutput(void) {
  return ${model}_output();
}

static inline void modelInvoke(void) {
  ${model}_invoke();
}

/* Its features, likewise. */
typedef ${c_name} FeatureState;
typedef ${sample_type} FeatureSample;

static inline void featuresReset(FeatureState *state) {
  ${c_name}_reset(state);
}

static inline int featuresPush(FeatureState *state, const FeatureSample *hop) {
  return ${c_name}_push(state, hop);
}

static inline void featuresRead(const FeatureState *state, int8_t *window) {
  ${c_name}_read(state, window);
}

#endif
