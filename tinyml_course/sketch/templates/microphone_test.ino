/*
  ${name}: shows how loud it is, to see that the microphone works.

  The circuit:
  - ${board_title}: the microphone and the RGB LED are on the board, nothing is wired.
  - A USB cable to a computer with the Serial Monitor open, ${baud} baud.

  Ten times a second it prints the loudest sample, a bar (6 dB a mark) and the measured sample rate,
  which should settle near ${rate_hz} per second. The LED is green while there is sound, and red when
  it is so loud that samples are cut off.

  Written by tinyml_course ${version}.
*/

#include "${name}_settings.h"

#include "led.h"
#include "microphone.h"

const uint32_t blockSamples = MICROPHONE_RATE_HZ / 10;
const int soundPeak = 1000;  // of 32767: speech at an arm's length is louder

int16_t block[blockSamples];
uint32_t heard = 0;  // samples since the start
unsigned long startMs = 0;

void setup() {
  Serial.begin(SERIAL_BAUD);
  while (!Serial) {
  }
  ledBegin();
  if (!microphoneBegin()) {
    stopWith("The microphone did not start. Is this the board with \"Sense\" in its name?");
  }
  microphoneClear();
  startMs = millis();
}

void loop() {
  if (microphoneRead(block, blockSamples)) {
    heard += blockSamples;
    report(peakOf(block));
  }
  if (microphoneLost() > 0) {
    Serial.println("Samples were lost: the Serial Monitor is too slow.");
  }
}

// The largest distance from zero, 0 to 32768.
int peakOf(const int16_t *samples) {
  int peak = 0;
  for (uint32_t i = 0; i < blockSamples; ++i) {
    const int size = samples[i] < 0 ? -samples[i] : samples[i];
    peak = size > peak ? size : peak;
  }
  return peak;
}

// Print one line of the meter and set the LED.
void report(int peak) {
  const bool cutOff = peak >= 32767;
  Serial.print("peak ");
  Serial.print(peak);
  Serial.print("\t");
  for (int mark = 1; mark <= 32768; mark *= 2) {
    Serial.print(peak >= mark ? "#" : ".");
  }
  Serial.print("\t");
  Serial.print((unsigned long)((uint64_t)heard * 1000 / (millis() - startMs + 1)));
  Serial.println(" samples/s");
  if (peak == 0) {
    Serial.println("Every sample is zero: the microphone gives no sound.");
  }
  if (cutOff) {
    Serial.println("Too loud: samples are cut off.");
  }
  ledShow(cutOff ? COLOUR_RED : peak >= soundPeak ? COLOUR_GREEN : COLOUR_DARK);
}

// Say what is wrong, again and again so that a monitor opened late shows it too, and do nothing else.
void stopWith(const char *message) {
  ledShow(COLOUR_RED);
  while (true) {
    Serial.println(message);
    delay(2000);
  }
}
