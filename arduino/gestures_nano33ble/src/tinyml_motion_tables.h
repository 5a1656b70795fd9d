/* The numbers of one MotionWindow, printed by tinyml_course (specification 1). */
#ifndef TINYML_MOTION_TABLES_H
#define TINYML_MOTION_TABLES_H

#define TINYML_MOTION_RATE_HZ 100
#define TINYML_MOTION_AXES 6 /* aX, aY, aZ, gX, gY, gZ */
#define TINYML_MOTION_AVERAGE 2 /* samples averaged to a row */
#define TINYML_MOTION_ROWS 50 /* in one window */
/* Of each axis: 2^23 / (samples of a row * full scale in counts). */
#define TINYML_MOTION_MULTIPLIERS {256, 256, 256, 1049, 1049, 1049}

#endif
