/* The OV7675 camera of the Tiny Machine Learning Kit, by the library Arduino_OV767X.
 *
 * A frame is CAMERA_WIDTH x CAMERA_HEIGHT grey values, row by row from the top.
 */
#ifndef CAMERA_H
#define CAMERA_H

#include <Arduino_OV767X.h>

static const int CAMERA_FRAMES_A_SECOND = 1;
static const int CAMERA_WARM_UP_FRAMES = 5;  // until exposure and gain have settled

static uint8_t cameraFrame[CAMERA_WIDTH * CAMERA_HEIGHT];

// Take a picture.
static void cameraTake() {
  Camera.readFrame(cameraFrame);
}

// Start the camera; false if it does not answer.
static bool cameraBegin() {
  if (!Camera.begin(QQVGA, GRAYSCALE, CAMERA_FRAMES_A_SECOND)) {
    return false;
  }
  for (int i = 0; i < CAMERA_WARM_UP_FRAMES; ++i) {
    cameraTake();
  }
  return true;
}

// A row of the picture last taken, HOP_SAMPLES grey values from the middle of the frame.
static const uint8_t *cameraRow(int row) {
  return cameraFrame + (CAMERA_TOP + row) * CAMERA_WIDTH + CAMERA_LEFT;
}

// What cameraBegin fails on, in words.
static const char *cameraTrouble() {
  return "The OV7675 camera does not answer. Check that it sits straight in the shield.";
}

// The class the picture last taken should have; -1, since nobody knows.
static inline int cameraExpected() {
  return -1;
}

#endif
