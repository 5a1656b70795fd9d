/* The part of the core's I2C library that the sketches call. On a computer one sensor is on the bus. */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

class TwoWire {
public:
  void begin();
  void setClock(uint32_t hz);
  void beginTransmission(uint8_t address);
  size_t write(uint8_t byte);
  uint8_t endTransmission(bool stop = true);
  uint8_t requestFrom(uint8_t address, uint8_t count);
  int read();
};

extern TwoWire Wire, Wire1;

#endif
