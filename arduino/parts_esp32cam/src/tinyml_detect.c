#include "tinyml_detect.h"

void tinyml_detect_reset(tinyml_detect *detector, const tinyml_detect_settings *settings,
                         int8_t *history) {
    detector->settings = settings;
    detector->history = history;
    detector->next = 0;
    detector->filled = 0;
    detector->resting = 0;
}

int8_t tinyml_detect_mean(const tinyml_detect *detector, int class_index) {
    int32_t sum = 0; /* of score + 128, which is never negative: C and Python then divide alike */
    for (int row = 0; row < detector->filled; ++row) {
        sum += detector->history[row * detector->settings->classes + class_index] + 128;
    }
    return (int8_t)(sum / detector->filled - 128);
}

static void remember(tinyml_detect *detector, const int8_t *scores) {
    const tinyml_detect_settings *settings = detector->settings;
    int8_t *row = detector->history + detector->next * settings->classes;
    for (int i = 0; i < settings->classes; ++i) {
        row[i] = scores[i];
    }
    detector->next = (detector->next + 1) % settings->average;
    if (detector->filled < settings->average) {
        ++detector->filled;
    }
}

int tinyml_detect_push(tinyml_detect *detector, const int8_t *scores) {
    const tinyml_detect_settings *settings = detector->settings;
    remember(detector, scores);
    if (detector->resting > 0) {
        --detector->resting;
        return TINYML_DETECT_NONE;
    }
    if (detector->filled < settings->average) {
        return TINYML_DETECT_NONE;
    }
    int best = 0;
    for (int i = 1; i < settings->classes; ++i) {
        if (tinyml_detect_mean(detector, i) > tinyml_detect_mean(detector, best)) {
            best = i;
        }
    }
    if (tinyml_detect_mean(detector, best) < settings->threshold[best]) {
        return TINYML_DETECT_NONE;
    }
    detector->resting = settings->rest;
    return best;
}
