/*
  ${name}: recognizes gestures with a neural network on the microcontroller.

  The circuit:
  - ${board_title}: ${circuit}
  - A USB cable for power; with the Serial Monitor open (${baud} baud) it also shows what is seen.

  Gestures: ${words}.
  Each one is printed with its score and the time since watching began, and lights the LED.
  A red LED that stays on means trouble, printed in words.

  Everything that was learned or chosen in the notebook stands in ${name}_settings.h.
  Written by tinyml_course ${version}.
*/

#include "${name}_settings.h"

#include "imu.h"
#include "led.h"
#include "replay.h"

const unsigned long monitorWaitMs = 3000;  // how long to wait for a Serial Monitor
const unsigned long ledOnMs = 600;         // how long a gesture lights the LED
const unsigned long samplePeriodUs = 1000000UL / IMU_RATE_HZ;
const unsigned long lateLimitUs = 5 * samplePeriodUs;  // later than so, samples are lost
const unsigned long longAgoUs = 0x80000000UL;          // a difference so large is below zero

FeatureState features;
tinyml_detect detector;
int8_t scoreHistory[MEAN_INFERENCES * CLASS_COUNT];
int16_t hop[HOP_SAMPLES];       // SAMPLES_PER_HOP samples of every axis
size_t samplesInHop = 0;
uint32_t hops = 0;              // since watching began
bool watching = false;          // false before the start and during a replay
unsigned long sampleDueUs = 0;  // when the next sample is to be read
unsigned long ledSinceMs = 0;

void setup() {
  Serial.begin(SERIAL_BAUD);
  while (!Serial && millis() < monitorWaitMs) {
  }
  ledBegin();
  if (!imuBegin()) {
    stopWith(imuTrouble());
  }
}

void loop() {
  if (replayPoll(&features)) {
    watching = false;
    return;
  }
  if (!watching) {
    startWatching();
  }
  const unsigned long lateUs = micros() - sampleDueUs;
  if (lateUs > longAgoUs) {  // not yet due
    return;
  }
  if (lateUs > lateLimitUs) {
    Serial.println(F("Samples were lost: the board is too slow for its settings. Starting afresh."));
    startWatching();
  }
  sampleDueUs += samplePeriodUs;
  if (!imuRead(hop + samplesInHop * IMU_AXES)) {
    stopWith(F("The inertial sensor no longer answers. Reset the board; check the wires, if any."));
  }
  if (++samplesInHop == SAMPLES_PER_HOP) {
    samplesInHop = 0;
    see();
  }
  if (millis() - ledSinceMs > ledOnMs) {
    ledShow(COLOUR_DARK);
  }
}

// Begin with nothing behind us: no sample, no row and no score from before counts.
void startWatching() {
  featuresReset(&features);
  tinyml_detect_reset(&detector, &detectSettings, scoreHistory);
  hops = 0;
  samplesInHop = 0;
  sampleDueUs = micros();
  watching = true;
}

// Take one hop of samples; every HOPS_PER_INFERENCE of them, classify the last CLIP_HOPS.
void see() {
  const bool full = featuresPush(&features, hop) != 0;
  ++hops;
  if (!full || (hops - CLIP_HOPS) % HOPS_PER_INFERENCE != 0) {
    return;
  }
  featuresRead(&features, modelInput());
  modelInvoke();
  const int found = tinyml_detect_push(&detector, modelOutput());
  if (found != TINYML_DETECT_NONE) {
    report(found);
  }
}

// Print and show one detected gesture.
void report(int found) {
  const int score = tinyml_detect_mean(&detector, found) - SCORE_ZERO_POINT;       // 0 to 255
  const uint32_t timeMs = (uint32_t)((uint64_t)hops * SAMPLES_PER_HOP * 1000 / IMU_RATE_HZ);
  Serial.print(labels[found]);
  Serial.print("\t");
  Serial.print((score * 100 + 128) / 256);
  Serial.print(" %\t");
  Serial.print(timeMs);
  Serial.println(" ms");
  ledShow(ledColours[found]);
  ledSinceMs = millis();
}

// Say what is wrong, again and again so that a monitor opened late shows it too, and do nothing else.
void stopWith(const __FlashStringHelper *message) {
  ledShow(COLOUR_RED);
  while (true) {
    Serial.println(message);
    delay(2000);
  }
}
