/*
  ${name}: inspects parts with a neural network on the microcontroller.

  The circuit:
  - ${board_title}, ${camera_circuit}
  - A USB cable for power; with the Serial Monitor open (${baud} baud) it also shows what is found.

  Classes: ${words}.
  Each picture's class is printed with its score, and shown by the LED. Trouble is printed in words, and
  shown as red; without a camera, pictures can still be replayed from a computer.

  Everything that was learned or chosen in the notebook stands in ${name}_settings.h.
  Written by tinyml_course ${version}.
*/

#include "${name}_settings.h"

#include "camera.h"
#include "led.h"
#include "replay.h"

const unsigned long monitorWaitMs = 3000;  // how long to wait for a Serial Monitor
const unsigned long complainMs = 2000;     // how often to say that the camera is missing
const int goodClass = 0;                   // the first class is that of good parts

FeatureState features;
bool cameraWorks = false;
unsigned long complainedMs = 0;

void setup() {
  Serial.begin(SERIAL_BAUD);
  while (!Serial && millis() < monitorWaitMs) {
  }
  ledBegin();
  cameraWorks = cameraBegin();
  if (!cameraWorks) {
    complain();
  }
}

void loop() {
  if (replayPoll(&features)) {
    return;
  }
  if (cameraWorks) {
    cameraTake();
    inspect();
  } else if (millis() - complainedMs > complainMs) {
    complain();
  }
}

// Say that there is no camera.
void complain() {
  complainedMs = millis();
  ledShow(COLOUR_RED);
  Serial.println(cameraTrouble());
}

// Classify the picture last taken; print and show what it is.
void inspect() {
  featuresReset(&features);
  for (int row = 0; row < CLIP_HOPS; ++row) {
    featuresPush(&features, cameraRow(row));
  }
  featuresRead(&features, modelInput());
  const unsigned long startMs = millis();
  modelInvoke();
  const unsigned long tookMs = millis() - startMs;
  const int found = judge(modelOutput());
  Serial.print(labels[found]);
  Serial.print("\t");
  Serial.print(((modelOutput()[found] - SCORE_ZERO_POINT) * 100 + 128) / 256);
  Serial.print(" %\t");
  Serial.print(tookMs);
  Serial.print(" ms");
  if (cameraExpected() >= 0) {
    Serial.print(found == cameraExpected() ? "\tas expected: " : "\tNOT as expected: ");
    Serial.print(labels[cameraExpected()]);
  }
  Serial.println();
  ledShow(ledColours[found]);
}

// A part is good if its score as a good one is high enough; else it is what scores best of the rest.
int judge(const int8_t *scores) {
  if (scores[goodClass] >= thresholds[goodClass]) {
    return goodClass;
  }
  int best = goodClass + 1;
  for (int i = best + 1; i < CLASS_COUNT; ++i) {
    if (scores[i] > scores[best]) {
      best = i;
    }
  }
  return best;
}
