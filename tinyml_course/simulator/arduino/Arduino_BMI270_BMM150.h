/* The part of the BMI270's library that the sketches call. */
#ifndef ARDUINO_BMI270_BMM150_H
#define ARDUINO_BMI270_BMM150_H

class BoschSensorClass {
public:
  int begin();
  int readAcceleration(float &x, float &y, float &z);
  int readGyroscope(float &x, float &y, float &z);
};

extern BoschSensorClass IMU;

#endif
