/*
  keywords_nano33ble: spots spoken words with a neural network on the microcontroller.

  The circuit:
  - Arduino Nano 33 BLE Sense: the microphone and the RGB LED are on the board, nothing is wired.
  - A USB cable for power; with the Serial Monitor open (115200 baud) it also shows what is heard.

  Words: yes, no, up, down, left, right, on, off, stop, go.
  Each one is printed with its score and the time since listening began, and lights the LED.
  A red LED that stays on means trouble, printed in words.

  Everything that was learned or chosen in the notebook stands in keywords_nano33ble_settings.h.
  Written by tinyml_course 0.1.0.
*/

#include "keywords_nano33ble_settings.h"

#include "led.h"
#include "microphone.h"
#include "replay.h"

const unsigned long monitorWaitMs = 3000;  // how long to wait for a Serial Monitor
const unsigned long ledOnMs = 600;         // how long a word lights the LED

FeatureState features;
tinyml_detect detector;
int8_t scoreHistory[MEAN_INFERENCES * CLASS_COUNT];
uint32_t hops = 0;        // heard since listening began; one is HOP_SAMPLES samples
bool listening = false;   // false before the start and during a replay
unsigned long ledSinceMs = 0;

void setup() {
  Serial.begin(SERIAL_BAUD);
  while (!Serial && millis() < monitorWaitMs) {
  }
  ledBegin();
  if (!microphoneBegin()) {
    stopWith("The microphone did not start. Is this the board with \"Sense\" in its name?");
  }
}

void loop() {
  if (replayPoll(&features)) {
    listening = false;
    return;
  }
  if (!listening) {
    startListening();
  }
  if (microphoneLost() > 0) {
    Serial.println("Samples were lost: the board is too slow for its settings. Starting afresh.");
    startListening();
  }
  int16_t hop[HOP_SAMPLES];
  if (microphoneRead(hop, HOP_SAMPLES)) {
    hear(hop);
  }
  if (millis() - ledSinceMs > ledOnMs) {
    ledShow(COLOUR_DARK);
  }
}

// Begin with silence behind us: no sample, no frame and no score from before counts.
void startListening() {
  microphoneClear();
  featuresReset(&features);
  tinyml_detect_reset(&detector, &detectSettings, scoreHistory);
  hops = 0;
  listening = true;
}

// Take one hop of samples; every HOPS_PER_INFERENCE of them, classify the last CLIP_HOPS.
void hear(const int16_t *hop) {
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

// Print and show one detected word.
void report(int found) {
  const int score = tinyml_detect_mean(&detector, found) - SCORE_ZERO_POINT;       // 0 to 255
  const uint32_t timeMs = (uint32_t)((uint64_t)hops * HOP_SAMPLES * 1000 / MICROPHONE_RATE_HZ);
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
void stopWith(const char *message) {
  ledShow(COLOUR_RED);
  while (true) {
    Serial.println(message);
    delay(2000);
  }
}
