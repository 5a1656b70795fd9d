/* The numbers of the sketch capture_motion_uno.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 */
#ifndef SKETCH_CAPTURE_MOTION_UNO_SETTINGS_H
#define SKETCH_CAPTURE_MOTION_UNO_SETTINGS_H

#include <Arduino.h>

/* Motion: a value for each axis. */
typedef int16_t CaptureValue;
#define CAPTURE_VALUES IMU_AXES
#define IMU_RATE_HZ 100
#define IMU_AXES 6

/* Serial line: about 1,500 bytes a second. Behind a UART a byte takes 10 bits. */
#define SERIAL_BAUD 115200
#define CAPTURE_FRAME_SAMPLES 5

/* What the sketch says of itself to tinyml_course.device. */
static const char captureInfo[] PROGMEM =
    "{\"capture\":1,\"sketch\":\"capture_motion_uno\",\"board\":\"uno\",\"sensor\":\"motion\",\"rate_hz\":100"
    ",\"dtype\":\"int16\",\"channels\":[[\"aX\",\"g\",4096],[\"aY\",\"g\",4096],[\"aZ\",\"g\",4096],[\"gX\",\"degr"
    "ees/s\",16],[\"gY\",\"degrees/s\",16],[\"gZ\",\"degrees/s\",16]],\"width\":1,\"height\":1,\"version\":\""
    "0.1.0\"}";

#endif
