/* Capture: what the sensor measures goes to a computer, sample by sample, and none is lost unseen.
 *
 * The computer asks and the sketch answers, one frame each (src/tinyml_frame.h); the answer has the counter
 * of what was asked:
 *     HELLO from (2)     -> INFO: captureInfo (JSON, from the settings) from that byte on; empty at its end
 *     START samples (4)  -> TAKEN; then DATA until so many samples are sent, then END
 *     STOP               -> END
 * DATA is: number of its first sample since START (4), samples. Its counter counts the DATA since START.
 * END is: samples since START (4), how many of these the board itself lost (4).
 * A sample that the board loses is counted as if it had been sent, so the numbers show where it is missing.
 * START without a working sensor, or one that fails later, gives REFUSED, in words.
 *
 * Whoever includes this file has defined CaptureValue, CAPTURE_VALUES (in a sample), CAPTURE_FRAME_SAMPLES
 * and captureInfo.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <Arduino.h>

#include "src/tinyml_frame.h"

enum { CAPTURE_HELLO = 0x01, CAPTURE_START = 0x05, CAPTURE_STOP = 0x06 };
enum { CAPTURE_INFO = 0x81, CAPTURE_TAKEN = 0x82, CAPTURE_DATA = 0x84, CAPTURE_END = 0x85, CAPTURE_REFUSED = 0x8F };

static const size_t CAPTURE_NUMBER_BYTES = 4;       // of a sample's number, in front of the samples
static const size_t CAPTURE_SAMPLE_BYTES = CAPTURE_VALUES * sizeof(CaptureValue);
static const unsigned long CAPTURE_GAP_MS = 200;    // a frame that pauses so long is broken off

static struct {
  tinyml_frame_reader reader;
  uint8_t frame[TINYML_FRAME_MAX];  // on its way out
  uint8_t data[TINYML_FRAME_PAYLOAD_MAX];
  size_t dataBytes;        // of samples waiting in it, after the number of the first
  uint32_t taken;          // samples since START, the lost ones included
  uint32_t lost;           // of these
  uint32_t wanted;
  uint16_t frames;         // of data, since START
  bool running;
  bool begins;             // running, and nothing was measured yet
  const char *trouble;     // in flash; NULL while the sensor works
  unsigned long heardMs;   // when the last byte came
} capture;

static void captureSend(uint8_t kind, uint16_t counter, const void *payload, size_t length) {
  const tinyml_frame frame = {kind, counter, (uint16_t)length, (const uint8_t *)payload};
  Serial.write(capture.frame, tinyml_frame_encode(&frame, capture.frame));
}

static void captureWriteU32(uint8_t *bytes, uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes[i] = (uint8_t)(value >> (8 * i));
  }
}

// Send the samples that wait.
static void captureFlush() {
  if (capture.dataBytes > 0) {
    captureSend(CAPTURE_DATA, capture.frames++, capture.data, CAPTURE_NUMBER_BYTES + capture.dataBytes);
    capture.dataBytes = 0;
  }
}

static void captureEnd(uint16_t counter) {
  uint8_t counts[8];
  captureFlush();
  capture.running = false;
  captureWriteU32(counts, capture.taken);
  captureWriteU32(counts + 4, capture.lost);
  captureSend(CAPTURE_END, counter, counts, sizeof counts);
}

static void captureEndIfDone() {
  if (capture.taken >= capture.wanted) {
    captureEnd(0);
  }
}

// Take the next sample, CAPTURE_VALUES values.
static void captureWrite(const CaptureValue *values) {
  if (!capture.running) {
    return;
  }
  if (capture.dataBytes == 0) {
    captureWriteU32(capture.data, capture.taken);
  }
  memcpy(capture.data + CAPTURE_NUMBER_BYTES + capture.dataBytes, values, CAPTURE_SAMPLE_BYTES);
  capture.dataBytes += CAPTURE_SAMPLE_BYTES;
  ++capture.taken;
  if (capture.dataBytes == CAPTURE_FRAME_SAMPLES * CAPTURE_SAMPLE_BYTES) {
    captureFlush();
  }
  captureEndIfDone();
}

// Count samples that the board could not take, in their place.
static inline void captureSkip(uint32_t samples) {
  if (!capture.running) {
    return;
  }
  const uint32_t left = capture.wanted - capture.taken;
  const uint32_t counted = samples < left ? samples : left;
  captureFlush();
  capture.taken += counted;
  capture.lost += counted;
  captureEndIfDone();
}

// Refuse to record, now or from now on. `why` is a text in flash.
static void captureFail(const __FlashStringHelper *why) {
  capture.trouble = (const char *)why;
}

// `why` is a text in flash; what of it does not fit is cut off.
static void captureRefuse(uint16_t counter, const char *why) {
  const size_t length = strlen_P(why);
  const size_t sent = length < sizeof capture.data ? length : sizeof capture.data;
  captureFlush();
  capture.running = false;
  memcpy_P(capture.data, why, sent);
  captureSend(CAPTURE_REFUSED, counter, capture.data, sent);
}

static void captureTell(const tinyml_frame *request) {
  const size_t all = sizeof captureInfo - 1;
  const size_t from = request->length == 2 ? (size_t)(request->payload[0] | (request->payload[1] << 8)) : 0;
  const size_t left = from < all ? all - from : 0;
  const size_t sent = left < sizeof capture.data ? left : sizeof capture.data;
  capture.running = false;
  capture.dataBytes = 0;
  memcpy_P(capture.data, captureInfo + (all - left), sent);
  captureSend(CAPTURE_INFO, request->counter, capture.data, sent);
}

static void captureStart(const tinyml_frame *request) {
  capture.running = false;
  capture.dataBytes = 0;
  if (capture.trouble != NULL || request->length != 4) {
    captureRefuse(request->counter, capture.trouble != NULL ? capture.trouble : PSTR("START has a wrong length."));
    return;
  }
  capture.wanted = 0;
  for (int i = 3; i >= 0; --i) {
    capture.wanted = (capture.wanted << 8) | request->payload[i];
  }
  capture.taken = capture.lost = 0;
  capture.frames = 0;
  capture.running = capture.begins = capture.wanted > 0;
  captureSend(CAPTURE_TAKEN, request->counter, NULL, 0);
}

static void captureObey(const tinyml_frame *request) {
  if (request->kind == CAPTURE_HELLO) {
    captureTell(request);
  } else if (request->kind == CAPTURE_START) {
    captureStart(request);
  } else if (request->kind == CAPTURE_STOP) {
    captureEnd(request->counter);
  }
}

// Obey what the computer has sent; true while samples are to be taken.
static bool capturePoll() {
  if (Serial.available() <= 0 && millis() - capture.heardMs > CAPTURE_GAP_MS) {
    tinyml_frame_reset(&capture.reader);
  }
  while (Serial.available() > 0) {
    tinyml_frame frame;
    capture.heardMs = millis();
    tinyml_frame_push(&capture.reader, (uint8_t)Serial.read());
    while (tinyml_frame_next(&capture.reader, &frame)) {
      captureObey(&frame);
    }
  }
  if (capture.running && capture.trouble != NULL) {
    captureRefuse(0, capture.trouble);
  }
  return capture.running;
}

// True once after each START: measure from now on.
static bool captureBegins() {
  const bool begins = capture.begins;
  capture.begins = false;
  return begins;
}

#endif
