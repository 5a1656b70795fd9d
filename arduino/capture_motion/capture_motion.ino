/*
  capture_motion: sends what the inertial sensor measures to a computer that records it.

  The circuit:
  - Arduino Nano 33 BLE Sense: the inertial sensor and the RGB LED are on the board, nothing is wired.
  - A USB cable to a computer that runs `tinyml record gestures`; no Serial Monitor.

  The LED lights while it records.
  Written by tinyml_course 0.1.0.
*/

#include "capture_motion_settings.h"

#include "capture.h"
#include "imu.h"
#include "led.h"

const unsigned long samplePeriodUs = 1000000UL / IMU_RATE_HZ;
const unsigned long longAgoUs = 0x80000000UL;  // a difference so large is below zero

int16_t sample[IMU_AXES];
unsigned long sampleDueUs = 0;  // when the next sample is to be read

void setup() {
  Serial.begin(SERIAL_BAUD);
  ledBegin();
  if (!imuBegin()) {
    captureFail(imuTrouble());
    ledShow(COLOUR_RED);
  }
}

void loop() {
  if (!capturePoll()) {
    return;
  }
  if (captureBegins()) {
    ledShow(COLOUR_GREEN);
    sampleDueUs = micros();
  }
  const unsigned long lateUs = micros() - sampleDueUs;
  if (lateUs > longAgoUs) {  // not yet due
    return;
  }
  const unsigned long missed = lateUs / samplePeriodUs;
  sampleDueUs += (missed + 1) * samplePeriodUs;
  if (missed > 0) {
    captureSkip((uint32_t)missed);
  }
  if (imuRead(sample)) {
    captureWrite(sample);
  } else {
    captureFail(F("The inertial sensor no longer answers. Check its wires, and reset the board."));
  }
  if (!capture.running) {
    ledShow(COLOUR_DARK);
  }
}
