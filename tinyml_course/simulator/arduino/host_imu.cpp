/* An inertial sensor on a computer: its registers as I2C shows them, filled from a file. */
#include "host_imu.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Arduino_BMI270_BMM150.h"
#include "Wire.h"

TwoWire Wire, Wire1;
BoschSensorClass IMU;

struct Chip {
  const char *name;
  uint8_t address, idRegister, id, acceleration, turn;
  bool highByteFirst;
};

static const Chip chips[] = {
    {"lsm9ds1", 0x6B, 0x0F, 0x68, 0x28, 0x18, false},
    {"lsm6dsox", 0x6A, 0x0F, 0x6C, 0x28, 0x22, false},
    {"mpu6050", 0x69, 0x75, 0x68, 0x3B, 0x43, true},
    {"bmi270", 0x68, 0x00, 0x24, 0xFF, 0xFF, false},
};

static struct {
  int16_t samples[1 << 16][6];
  size_t count = 0;
  size_t next = 0; /* sample that is read next */
  const Chip *chip = &chips[0];
  uint8_t addressed = 0;
  uint8_t written[2];
  size_t writtenCount = 0;
  uint8_t answer[6];
  size_t answerRead = 0;
} imu;

void imuLoad(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == nullptr) {
    perror(path);
    exit(1);
  }
  imu.count = fread(imu.samples, sizeof imu.samples[0], sizeof imu.samples / sizeof imu.samples[0], file);
  fclose(file);
}

void imuChoose(const char *name) {
  imu.chip = nullptr;
  for (const Chip &chip : chips) {
    if (strcmp(chip.name, name) == 0) {
      imu.chip = &chip;
    }
  }
}

bool imuLeft() {
  return imu.next < imu.count;
}

/* The latest sample; reading its acceleration makes the sensor take the next. */
static const int16_t *latest() {
  static const int16_t rest[6] = {0, 0, 0, 0, 0, 0};
  return imu.next == 0 ? rest : imu.samples[imu.next - 1];
}

static void takeNext() {
  if (imuLeft()) {
    ++imu.next;
  }
}

void TwoWire::begin() {}

void TwoWire::setClock(uint32_t) {}

void TwoWire::beginTransmission(uint8_t address) {
  imu.addressed = address;
  imu.writtenCount = 0;
}

size_t TwoWire::write(uint8_t byte) {
  if (imu.writtenCount < sizeof imu.written) {
    imu.written[imu.writtenCount++] = byte;
  }
  return 1;
}

uint8_t TwoWire::endTransmission(bool) {
  const bool there = imu.chip != nullptr && imu.addressed == imu.chip->address;
  if (there && imu.writtenCount == 2) {
    fprintf(stderr, "register 0x%02X is 0x%02X\n", imu.written[0], imu.written[1]);
  }
  return there ? 0 : 2; /* 2: nobody acknowledged the address */
}

uint8_t TwoWire::requestFrom(uint8_t address, uint8_t count) {
  if (imu.chip == nullptr || address != imu.chip->address || count > sizeof imu.answer) {
    return 0;
  }
  const uint8_t first = imu.written[0];
  memset(imu.answer, 0, sizeof imu.answer);
  imu.answerRead = 0;
  if (first == imu.chip->idRegister) {
    imu.answer[0] = imu.chip->id;
  } else if (first == imu.chip->acceleration || first == imu.chip->turn) {
    if (first == imu.chip->acceleration) {
      takeNext();
    }
    const int16_t *axes = latest() + (first == imu.chip->turn ? 3 : 0);
    for (int axis = 0; axis < 3; ++axis) {
      const uint16_t bits = static_cast<uint16_t>(axes[axis]);
      const int high = imu.chip->highByteFirst ? 0 : 1;
      imu.answer[2 * axis + high] = static_cast<uint8_t>(bits >> 8);
      imu.answer[2 * axis + 1 - high] = static_cast<uint8_t>(bits & 0xFF);
    }
  }
  return count;
}

int TwoWire::read() {
  return imu.answerRead < sizeof imu.answer ? imu.answer[imu.answerRead++] : -1;
}

/* The library of the BMI270: the file's values are 1/4096 g and 1/16 degree/s. */

int BoschSensorClass::begin() {
  return imu.chip != nullptr && strcmp(imu.chip->name, "bmi270") == 0;
}

int BoschSensorClass::readAcceleration(float &x, float &y, float &z) {
  takeNext();
  const int16_t *axes = latest();
  x = static_cast<float>(axes[0]) / 4096.0f;
  y = static_cast<float>(axes[1]) / 4096.0f;
  z = static_cast<float>(axes[2]) / 4096.0f;
  return 1;
}

int BoschSensorClass::readGyroscope(float &x, float &y, float &z) {
  const int16_t *axes = latest() + 3;
  x = static_cast<float>(axes[0]) / 16.0f;
  y = static_cast<float>(axes[1]) / 16.0f;
  z = static_cast<float>(axes[2]) / 16.0f;
  return 1;
}
