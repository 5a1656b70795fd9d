/* The numbers of the sketch capture_camera.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 */
#ifndef SKETCH_CAPTURE_CAMERA_SETTINGS_H
#define SKETCH_CAPTURE_CAMERA_SETTINGS_H

#include <Arduino.h>

/* Pictures: a sample is a row of grey values. */
typedef uint8_t CaptureValue;
#define CAPTURE_VALUES CAMERA_WIDTH
#define CAMERA_WIDTH 160
#define CAMERA_HEIGHT 120
#define CAMERA_LEFT 0
#define CAMERA_TOP 0

/* Serial line: about 19,500 bytes a second. The board's USB is its own, so the baud rate is no limit. */
#define SERIAL_BAUD 115200
#define CAPTURE_FRAME_SAMPLES 6

/* What the sketch says of itself to tinyml_course.device. */
static const char captureInfo[] PROGMEM =
    "{\"capture\":1,\"sketch\":\"capture_camera\",\"board\":\"nano33ble\",\"sensor\":\"camera\",\"rate_hz\":0"
    ",\"dtype\":\"uint8\",\"channels\":[[\"grey\",\"grey value\",1]],\"width\":160,\"height\":120,\"version\""
    ":\"0.1.0\"}";

#endif
