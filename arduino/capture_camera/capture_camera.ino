/*
  capture_camera: sends the camera's pictures to a computer that records them.

  The circuit:
  - Arduino Nano 33 BLE Sense, with the OV7675 camera of the Tiny Machine Learning Kit on its shield.
  - A USB cable to a computer that runs `tinyml record parts`; no Serial Monitor.

  The LED is green while it takes pictures, and red when there is no camera.
  Written by tinyml_course 0.1.0.
*/

#include "capture_camera_settings.h"

#include "camera.h"
#include "capture.h"
#include "led.h"

int row = 0;  // of the picture last taken, sent next

void setup() {
  Serial.begin(SERIAL_BAUD);
  ledBegin();
  if (!cameraBegin()) {
    captureFail(reinterpret_cast<const __FlashStringHelper *>(cameraTrouble()));
    ledShow(COLOUR_RED);
  }
}

void loop() {
  if (!capturePoll()) {
    return;
  }
  if (captureBegins() || row == CAMERA_HEIGHT) {
    ledShow(COLOUR_GREEN);
    cameraTake();
    row = 0;
  }
  captureWrite(cameraRow(row));
  ++row;
  if (!capture.running) {
    ledShow(COLOUR_DARK);
  }
}
