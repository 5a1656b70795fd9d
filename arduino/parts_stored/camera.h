/* Pictures that are stored in the sketch take the camera's place, one after the other, over and over. */
#ifndef CAMERA_H
#define CAMERA_H

#include <Arduino.h>

#include "pictures.h"

static const unsigned long CAMERA_PAUSE_MS = 1000;

static int cameraPicture = PICTURES - 1;
static uint8_t cameraLine[HOP_SAMPLES];

// Go on to the next picture.
static void cameraTake() {
  delay(CAMERA_PAUSE_MS);
  cameraPicture = (cameraPicture + 1) % PICTURES;
}

// There is nothing to start.
static bool cameraBegin() {
  return true;
}

// A row of the picture, HOP_SAMPLES grey values out of flash.
static const uint8_t *cameraRow(int row) {
  memcpy_P(cameraLine, pictures[cameraPicture][row], sizeof cameraLine);
  return cameraLine;
}

// What cameraBegin fails on, in words: nothing.
static const char *cameraTrouble() {
  return "";
}

// The class the picture should have.
static inline int cameraExpected() {
  return expectedClasses[cameraPicture];
}

#endif
