/* An inertial sensor on the I2C bus, found by its WHO_AM_I: LSM9DS1 (Nano 33 BLE Sense), LSM6DSOX (Nano RP2040
 * Connect) or MPU6050 (a module). Every sample is IMU_AXES counts: acceleration x, y, z in 1/4096 g, then the
 * rate of turn about x, y, z in 1/16 degree/s, in the sensor's own axes.
 *
 * Registers and scales are those of the datasheets: ST DocID025715 (LSM9DS1, sections 2.1 and 7), ST DS12814
 * (LSM6DSOX, sections 4.1 and 9), InvenSense RM-MPU-6000A and PS-MPU-6000A (MPU6050).
 */
#ifndef IMU_H
#define IMU_H

#include <Arduino.h>
#include <Wire.h>

#if defined(ARDUINO_ARDUINO_NANO33BLE)
#define IMU_BUS Wire1 /* the one on the board */
#else
#define IMU_BUS Wire
#endif

typedef struct {
  uint8_t address[2];       // where it may be on the bus
  uint8_t idRegister, id;   // WHO_AM_I and its answer
  uint8_t settings[4][2];   // register, value: 4 g, 2000 degrees/s, at least 100 Hz
  uint8_t acceleration, turn;  // first register of x, y, z
  bool highByteFirst;
  int32_t accelerationScale, turnScale;  // counts in one unit of the register, Q16
} ImuChip;

static const ImuChip imuChips[] = {
  // LSM9DS1: 0.122 mg, 70 mdps; both sensors at 119 Hz
  {{0x6B, 0x6A}, 0x0F, 0x68, {{0x10, 0x78}, {0x20, 0x70}, {0x22, 0x44}, {0x22, 0x44}}, 0x28, 0x18, false, 32748, 73400},
  // LSM6DSOX: 0.122 mg, 70 mdps; both sensors at 104 Hz
  {{0x6A, 0x6B}, 0x0F, 0x6C, {{0x10, 0x48}, {0x11, 0x4C}, {0x12, 0x44}, {0x12, 0x44}}, 0x28, 0x22, false, 32748, 73400},
  // MPU6050: 1/8192 g, 1/16.4 degree/s; awake, low-pass at 44 Hz
  {{0x68, 0x69}, 0x75, 0x68, {{0x6B, 0x01}, {0x1A, 0x03}, {0x1B, 0x18}, {0x1C, 0x08}}, 0x3B, 0x43, true, 32768, 63938},
};
static const uint8_t BMI270_ADDRESSES[2] = {0x68, 0x69};
static const uint8_t BMI270_ID_REGISTER = 0x00, BMI270_ID = 0x24;
static const unsigned long IMU_SETTLE_MS = 100;  // after power-up it measures nothing yet

static const ImuChip *imuChip = NULL;
static uint8_t imuAddress = 0;

// Read `count` registers from `first` on; false if the sensor does not answer.
static bool imuReadRegisters(uint8_t address, uint8_t first, uint8_t *bytes, uint8_t count) {
  IMU_BUS.beginTransmission(address);
  IMU_BUS.write(first);
  if (IMU_BUS.endTransmission(false) != 0 || IMU_BUS.requestFrom(address, count) != count) {
    return false;
  }
  for (uint8_t i = 0; i < count; ++i) {
    bytes[i] = (uint8_t)IMU_BUS.read();
  }
  return true;
}

static bool imuIs(uint8_t address, uint8_t idRegister, uint8_t id) {
  uint8_t answer;
  return imuReadRegisters(address, idRegister, &answer, 1) && answer == id;
}

static bool imuSet(const uint8_t setting[2]) {
  IMU_BUS.beginTransmission(imuAddress);
  IMU_BUS.write(setting[0]);
  IMU_BUS.write(setting[1]);
  return IMU_BUS.endTransmission() == 0;
}

// Find the sensor and set it up; false if there is none that is known here.
static bool imuBegin() {
  IMU_BUS.begin();
  IMU_BUS.setClock(400000);
  delay(IMU_SETTLE_MS);
  for (const ImuChip &chip : imuChips) {
    for (uint8_t address : chip.address) {
      if (imuChip == NULL && imuIs(address, chip.idRegister, chip.id)) {
        imuChip = &chip;
        imuAddress = address;
      }
    }
  }
  bool ready = imuChip != NULL;
  for (int i = 0; ready && i < 4; ++i) {
    ready = imuSet(imuChip->settings[i]);
  }
  delay(IMU_SETTLE_MS);
  return ready;
}

// Why imuBegin found no sensor, in words.
static const __FlashStringHelper *imuTrouble() {
  for (uint8_t address : BMI270_ADDRESSES) {
    if (imuIs(address, BMI270_ID_REGISTER, BMI270_ID)) {
      return F("The sensor is a BMI270: write the sketch again for the board nano33ble_rev2.");
    }
  }
  return F("No LSM9DS1, LSM6DSOX or MPU6050 answers. Is this the board with \"Sense\" in its name?");
}

static bool imuReadAxes(uint8_t first, int32_t scale, int16_t *counts) {
  uint8_t bytes[6];
  if (!imuReadRegisters(imuAddress, first, bytes, sizeof bytes)) {
    return false;
  }
  for (int axis = 0; axis < 3; ++axis) {
    const uint8_t low = bytes[2 * axis + (imuChip->highByteFirst ? 1 : 0)];
    const uint8_t high = bytes[2 * axis + (imuChip->highByteFirst ? 0 : 1)];
    const int64_t scaled = (int64_t)(int16_t)(low | (high << 8)) * scale / 65536;
    counts[axis] = (int16_t)(scaled > 32767 ? 32767 : scaled < -32768 ? -32768 : scaled);
  }
  return true;
}

// Read the present sample, IMU_AXES counts; false if the sensor no longer answers.
static bool imuRead(int16_t *counts) {
  return imuReadAxes(imuChip->acceleration, imuChip->accelerationScale, counts) &&
         (IMU_AXES == 3 || imuReadAxes(imuChip->turn, imuChip->turnScale, counts + 3));
}

#endif
