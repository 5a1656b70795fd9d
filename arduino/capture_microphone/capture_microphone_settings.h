/* The numbers of the sketch capture_microphone.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 */
#ifndef SKETCH_CAPTURE_MICROPHONE_SETTINGS_H
#define SKETCH_CAPTURE_MICROPHONE_SETTINGS_H

#include <Arduino.h>

/* Sound: one value a sample. */
typedef int16_t CaptureValue;
#define CAPTURE_VALUES 1
#define MICROPHONE_RATE_HZ 16000
#define MICROPHONE_GAIN 60
#define MICROPHONE_RING_SAMPLES 8192

/* Serial line: about 32,600 bytes a second. The board's USB is its own, so the baud rate is no limit. */
#define SERIAL_BAUD 115200
#define CAPTURE_FRAME_SAMPLES 400

/* What the sketch says of itself to tinyml_course.device. */
static const char captureInfo[] PROGMEM =
    "{\"capture\":1,\"sketch\":\"capture_microphone\",\"board\":\"nano33ble\",\"sensor\":\"microphone\",\"ra"
    "te_hz\":16000,\"dtype\":\"int16\",\"channels\":[[\"sound\",\"full scale\",32768]],\"width\":1,\"height"
    "\":1,\"version\":\"0.1.0\"}";

#endif
