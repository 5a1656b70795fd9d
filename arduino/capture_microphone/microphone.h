/* The PDM microphone of the Nano 33 BLE Sense (MP34DT05; MP34DT06J on Rev2), as blocks of samples.
 *
 * PDM.h comes with the board's own core. It calls microphoneReceive from an interrupt, which must
 * take all that has arrived, or the peripheral stops; the samples wait in a ring for the sketch.
 * Whoever includes this file has defined MICROPHONE_RATE_HZ, MICROPHONE_GAIN (0 to 80, in steps
 * of 0.5 dB from -20 dB) and MICROPHONE_RING_SAMPLES, a power of two.
 */
#ifndef MICROPHONE_H
#define MICROPHONE_H

#include <Arduino.h>
#include <PDM.h>

#include "src/tinyml_ring.h"

static int16_t microphoneSamples[MICROPHONE_RING_SAMPLES];
static tinyml_ring microphoneRing = {microphoneSamples, MICROPHONE_RING_SAMPLES, 0, 0, 0};

static void microphoneReceive() {
  static int16_t chunk[256];  // static: an interrupt has little stack
  int bytes;
  while ((bytes = PDM.read(chunk, sizeof chunk)) > 0) {
    tinyml_ring_write(&microphoneRing, chunk, (uint32_t)bytes / sizeof chunk[0]);
  }
}

static const unsigned long MICROPHONE_SETTLE_MS = 300;  // after power-up it gives no sound yet

// Start the microphone and let it settle; false if it does not answer.
static bool microphoneBegin() {
  PDM.onReceive(microphoneReceive);
  PDM.setGain(MICROPHONE_GAIN);
  const bool started = PDM.begin(1, MICROPHONE_RATE_HZ) != 0;  // one channel
  delay(MICROPHONE_SETTLE_MS);
  return started;
}

// The next `count` samples (int16, full scale 32767), or false while there are fewer.
static bool microphoneRead(int16_t *samples, uint32_t count) {
  return tinyml_ring_read(&microphoneRing, samples, count) != 0;
}

// Forget what was heard so far.
static void microphoneClear() {
  tinyml_ring_clear(&microphoneRing);
  tinyml_ring_take_lost(&microphoneRing);
}

// Samples lost since this was last asked, because the sketch read too slowly.
static uint32_t microphoneLost() {
  return tinyml_ring_take_lost(&microphoneRing);
}

#endif
