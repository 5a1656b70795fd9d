/* The numbers of the sketch capture_motion_rev2.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 */
#ifndef SKETCH_CAPTURE_MOTION_REV2_SETTINGS_H
#define SKETCH_CAPTURE_MOTION_REV2_SETTINGS_H

#include <Arduino.h>

/* Motion: a value for each axis. */
typedef int16_t CaptureValue;
#define CAPTURE_VALUES IMU_AXES
#define IMU_RATE_HZ 100
#define IMU_AXES 6

/* Serial line: about 1,500 bytes a second. The board's USB is its own, so the baud rate is no limit. */
#define SERIAL_BAUD 115200
#define CAPTURE_FRAME_SAMPLES 5

/* What the sketch says of itself to tinyml_course.device. */
static const char captureInfo[] PROGMEM =
    "{\"capture\":1,\"sketch\":\"capture_motion_rev2\",\"board\":\"nano33ble_rev2\",\"sensor\":\"motion\",\""
    "rate_hz\":100,\"dtype\":\"int16\",\"channels\":[[\"aX\",\"g\",4096],[\"aY\",\"g\",4096],[\"aZ\",\"g\",4096]"
    ",[\"gX\",\"degrees/s\",16],[\"gY\",\"degrees/s\",16],[\"gZ\",\"degrees/s\",16]],\"width\":1,\"height\":1"
    ",\"version\":\"0.1.0\"}";

#endif
