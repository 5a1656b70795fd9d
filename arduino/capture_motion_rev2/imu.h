/* The BMI270 of the Nano 33 BLE Sense Rev2, through its library Arduino_BMI270_BMM150: the sensor works only with
 * a program of 8 KB that the library loads into it. Every sample is IMU_AXES counts: acceleration x, y, z
 * in 1/4096 g, then the rate of turn about x, y, z in 1/16 degree/s.
 */
#ifndef IMU_H
#define IMU_H

#include <Arduino.h>
#include <Arduino_BMI270_BMM150.h>

// Find the sensor and set it up: 4 g, 2000 degrees/s, 100 Hz.
static bool imuBegin() {
  return IMU.begin() != 0;
}

// Why imuBegin found no sensor, in words.
static const __FlashStringHelper *imuTrouble() {
  return F("The BMI270 does not answer. Is this a Nano 33 BLE Sense Rev2?");
}

static int16_t imuCounts(float value, float countsPerUnit) {
  const float counts = value * countsPerUnit;
  if (counts >= 32767.0f || counts <= -32768.0f) {
    return counts > 0.0f ? 32767 : -32768;
  }
  return (int16_t)(counts + (counts < 0.0f ? -0.5f : 0.5f));
}

// Read the present sample, IMU_AXES counts; false if the sensor no longer answers.
static bool imuRead(int16_t *counts) {
  float axes[6];
  if (IMU.readAcceleration(axes[0], axes[1], axes[2]) == 0) {
    return false;
  }
  if (IMU_AXES == 6 && IMU.readGyroscope(axes[3], axes[4], axes[5]) == 0) {
    return false;
  }
  for (int i = 0; i < IMU_AXES; ++i) {
    counts[i] = imuCounts(axes[i], i < 3 ? 4096.0f : 16.0f);
  }
  return true;
}

#endif
