/*
  capture_microphone: sends what the microphone hears to a computer that records it.

  The circuit:
  - Arduino Nano 33 BLE Sense: the microphone and the RGB LED are on the board, nothing is wired.
  - A USB cable to a computer that runs `tinyml record keywords`; no Serial Monitor.

  The LED is green while it records, and red when the microphone did not start.
  Written by tinyml_course 0.1.0.
*/

#include "capture_microphone_settings.h"

#include "capture.h"
#include "led.h"
#include "microphone.h"

int16_t block[CAPTURE_FRAME_SAMPLES];

void setup() {
  Serial.begin(SERIAL_BAUD);
  ledBegin();
  if (!microphoneBegin()) {
    captureFail(F("The microphone did not start. Is this the board with \"Sense\" in its name?"));
    ledShow(COLOUR_RED);
  }
}

void loop() {
  if (!capturePoll()) {
    return;
  }
  if (captureBegins()) {
    ledShow(COLOUR_GREEN);
    microphoneClear();
  }
  if (microphoneRead(block, CAPTURE_FRAME_SAMPLES)) {
    for (uint32_t i = 0; i < CAPTURE_FRAME_SAMPLES; ++i) {
      captureWrite(block + i);
    }
  }
  const uint32_t lost = microphoneLost();
  if (lost > 0) {
    captureSkip(lost + (uint32_t)discard());
  }
  if (!capture.running) {
    ledShow(COLOUR_DARK);
  }
}

// Drop the sound that waits, for somewhere in it samples are missing; return how many are lost with it.
int discard() {
  int dropped = 0;
  while (microphoneRead(block, 1)) {
    ++dropped;
  }
  return dropped + (int)microphoneLost();
}
