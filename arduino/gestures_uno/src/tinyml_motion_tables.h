/* The numbers of one MotionWindow, printed by tinyml_course (specification 1). */
#ifndef TINYML_MOTION_TABLES_H
#define TINYML_MOTION_TABLES_H

#define TINYML_MOTION_RATE_HZ 100
#define TINYML_MOTION_AXES 6 /* aX, aY, aZ, gX, gY, gZ */
#define TINYML_MOTION_AVERAGE 4 /* samples averaged to a row */
#define TINYML_MOTION_ROWS 25 /* in one window */
/* Of each axis: 2^23 / (samples of a row * full scale in counts). */
#define TINYML_MOTION_MULTIPLIERS {128, 128, 128, 524, 524, 524}

#endif
