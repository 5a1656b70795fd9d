/* Replay: a computer sends a recording over USB, and gets features and scores back.
 *
 * The computer asks and the sketch answers, one frame each (src/tinyml_frame.h):
 *     HELLO                      -> INFO: who the sketch is (replayInfo, from the settings)
 *     SAMPLES one hop of int16   -> TAKEN; after the last hop of a recording RESULT
 *     MORE                       -> RESULT: what did not fit into the frame before
 *     GOODBYE                    -> TAKEN, and the sensor is listened to again
 * Every request has a counter one above the last. A request that comes twice, because its answer
 * was lost, is answered again but not carried out again. A request out of turn is REFUSED, in words.
 * RESULT is: microseconds spent on features (4), on inference (4), the features, the scores.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <Arduino.h>

#include "src/tinyml_frame.h"

enum { REPLAY_HELLO = 0x01, REPLAY_SAMPLES = 0x02, REPLAY_GOODBYE = 0x03, REPLAY_MORE = 0x04 };
enum { REPLAY_INFO = 0x81, REPLAY_TAKEN = 0x82, REPLAY_RESULT = 0x83, REPLAY_REFUSED = 0x8F };

static const unsigned long REPLAY_GAP_MS = 200;     // a frame that pauses so long is broken off
static const unsigned long REPLAY_LEAVE_MS = 10000; // the computer is gone: listen again

static struct {
  tinyml_frame_reader reader;
  uint8_t reply[TINYML_FRAME_MAX];  // the last answer, kept to be given again
  size_t replyBytes;
  uint8_t result[8 + REPLAY_FEATURES + CLASS_COUNT];
  size_t resultSent;      // bytes of it that have gone into frames
  uint16_t expected;      // counter of the next request
  uint16_t hops;          // of the present clip, taken so far
  uint32_t featuresUs;    // spent on them
  unsigned long heardMs;  // when the last byte came
  bool active;
} replay;

static void replayAnswer(uint8_t kind, uint16_t counter, const void *payload, size_t length) {
  const tinyml_frame frame = {kind, counter, (uint16_t)length, (const uint8_t *)payload};
  replay.replyBytes = tinyml_frame_encode(&frame, replay.reply);
  Serial.write(replay.reply, replay.replyBytes);
}

// `why` is a text in flash, of at most 64 characters.
static void replayRefuse(uint16_t counter, const char *why) {
  char text[64];
  const size_t length = strlen_P(why);
  memcpy_P(text, why, length);
  replayAnswer(REPLAY_REFUSED, counter, text, length);
}

static void replayWriteU32(uint8_t *bytes, uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes[i] = (uint8_t)(value >> (8 * i));
  }
}

// Answer with as much of the result as a frame holds.
static void replaySend(uint16_t counter) {
  const size_t left = sizeof replay.result - replay.resultSent;
  const size_t size = left < TINYML_FRAME_PAYLOAD_MAX ? left : TINYML_FRAME_PAYLOAD_MAX;
  replayAnswer(REPLAY_RESULT, counter, replay.result + replay.resultSent, size);
  replay.resultSent += size;
}

// Classify the clip whose last hop has just been taken, and answer with all that was found.
static void replayClassify(uint16_t counter, FeatureState *features) {
  int8_t *found = (int8_t *)replay.result + 8;
  featuresRead(features, modelInput());
  memcpy(found, modelInput(), REPLAY_FEATURES);
  const unsigned long startUs = micros();
  modelInvoke();
  replayWriteU32(replay.result + 4, (uint32_t)(micros() - startUs));
  replayWriteU32(replay.result, replay.featuresUs);
  memcpy(found + REPLAY_FEATURES, modelOutput(), CLASS_COUNT);
  replay.resultSent = 0;
  replaySend(counter);
}

static void replayTake(const tinyml_frame *frame, FeatureState *features) {
  FeatureSample hop[HOP_SAMPLES];
  if (frame->length != 2 * HOP_SAMPLES) {
    replayRefuse(frame->counter, PSTR("a block of samples has the wrong length"));
    return;
  }
  for (size_t i = 0; i < HOP_SAMPLES; ++i) {
    hop[i] = (FeatureSample)(frame->payload[2 * i] | (frame->payload[2 * i + 1] << 8));
  }
  if (replay.hops == 0) {
    featuresReset(features);
    replay.featuresUs = 0;
  }
  const unsigned long startUs = micros();
  featuresPush(features, hop);
  replay.featuresUs += (uint32_t)(micros() - startUs);
  replay.hops = (uint16_t)((replay.hops + 1) % CLIP_HOPS);
  if (replay.hops == 0) {
    replayClassify(frame->counter, features);
  } else {
    replayAnswer(REPLAY_TAKEN, frame->counter, NULL, 0);
  }
}

static void replayCarryOut(const tinyml_frame *frame, FeatureState *features) {
  if (frame->kind == REPLAY_HELLO) {
    replay.active = true;
    replay.hops = 0;
    replay.expected = (uint16_t)(frame->counter + 1);
    replayAnswer(REPLAY_INFO, frame->counter, replayInfo, sizeof replayInfo);
  } else if (!replay.active) {
    replayRefuse(frame->counter, PSTR("the replay has not begun, or paused for too long"));
  } else if (frame->counter == (uint16_t)(replay.expected - 1)) {
    Serial.write(replay.reply, replay.replyBytes);
  } else if (frame->counter != replay.expected) {
    replayRefuse(frame->counter, PSTR("a request is out of turn"));
  } else if (frame->kind == REPLAY_SAMPLES) {
    ++replay.expected;
    replayTake(frame, features);
  } else if (frame->kind == REPLAY_MORE && replay.resultSent < sizeof replay.result) {
    ++replay.expected;
    replaySend(frame->counter);
  } else if (frame->kind == REPLAY_GOODBYE) {
    replay.active = false;
    replayAnswer(REPLAY_TAKEN, frame->counter, NULL, 0);
  } else {
    replayRefuse(frame->counter, PSTR("a request of an unknown kind"));
  }
}

// Answer what the computer has sent; true while a replay goes on.
static bool replayPoll(FeatureState *features) {
  const bool quiet = Serial.available() <= 0;
  const unsigned long quietMs = millis() - replay.heardMs;
  if (quiet && quietMs > REPLAY_GAP_MS) {
    tinyml_frame_reset(&replay.reader);
  }
  if (quiet && quietMs > REPLAY_LEAVE_MS) {
    replay.active = false;
  }
  while (Serial.available() > 0) {
    tinyml_frame frame;
    replay.heardMs = millis();
    tinyml_frame_push(&replay.reader, (uint8_t)Serial.read());
    while (tinyml_frame_next(&replay.reader, &frame)) {
      replayCarryOut(&frame, features);
    }
  }
  return replay.active;
}

#endif
