/* The inertial sensor that host.cpp gives a sketch. */
#ifndef HOST_IMU_H
#define HOST_IMU_H

/* FILE holds int16 (time, 6): what the registers hold at each reading, acceleration x, y, z and turn x, y, z. */
void imuLoad(const char *path);

/* Which sensor it is: lsm9ds1, lsm6dsox, mpu6050, bmi270, or none. */
void imuChoose(const char *name);

/* Whether samples are left to be read. */
bool imuLeft();

#endif
