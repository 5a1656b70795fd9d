/* A camera on an ESP32 board, by the driver that comes with the Arduino core.
 *
 * A frame is CAMERA_WIDTH x CAMERA_HEIGHT grey values, row by row from the top, in the driver's memory.
 */
#ifndef CAMERA_H
#define CAMERA_H

#include <Arduino.h>
#include <esp_camera.h>

static const int CAMERA_WARM_UP_FRAMES = 5;  // until exposure and gain have settled
static const unsigned long CAMERA_PAUSE_MS = 1000;

static camera_fb_t *cameraFrame = NULL;

static void cameraNext() {
  if (cameraFrame != NULL) {
    esp_camera_fb_return(cameraFrame);
  }
  cameraFrame = esp_camera_fb_get();
}

// Take a picture. The frame that waits in the driver was taken before the pause; the next one was not.
static void cameraTake() {
  delay(CAMERA_PAUSE_MS);
  do {
    cameraNext();
    cameraNext();
  } while (cameraFrame == NULL);
}

// Start the camera; false if it does not answer.
static bool cameraBegin() {
  camera_config_t config = {};
  config.pin_pwdn = 32;
  config.pin_reset = -1;
  config.pin_xclk = 0;
  config.pin_sccb_sda = 26;
  config.pin_sccb_scl = 27;
  config.pin_d7 = 35;
  config.pin_d6 = 34;
  config.pin_d5 = 39;
  config.pin_d4 = 36;
  config.pin_d3 = 21;
  config.pin_d2 = 19;
  config.pin_d1 = 18;
  config.pin_d0 = 5;
  config.pin_vsync = 25;
  config.pin_href = 23;
  config.pin_pclk = 22;
  config.xclk_freq_hz = 20000000;
  config.ledc_timer = LEDC_TIMER_0;
  config.ledc_channel = LEDC_CHANNEL_0;
  config.pixel_format = PIXFORMAT_GRAYSCALE;
  config.frame_size = FRAMESIZE_QQVGA;
  config.fb_count = 1;
  config.fb_location = CAMERA_FB_IN_DRAM;  // small enough, and not every module has more
  if (esp_camera_init(&config) != ESP_OK) {
    return false;
  }
  for (int i = 0; i < CAMERA_WARM_UP_FRAMES; ++i) {
    cameraNext();
  }
  return cameraFrame != NULL;
}

// A row of the picture last taken, HOP_SAMPLES grey values from the middle of the frame.
static const uint8_t *cameraRow(int row) {
  return cameraFrame->buf + (CAMERA_TOP + row) * CAMERA_WIDTH + CAMERA_LEFT;
}

// What cameraBegin fails on, in words.
static const char *cameraTrouble() {
  return "The camera does not answer. Check its ribbon and that the right board is chosen, then press reset.";
}

// The class the picture last taken should have; -1, since nobody knows.
static inline int cameraExpected() {
  return -1;
}

#endif
