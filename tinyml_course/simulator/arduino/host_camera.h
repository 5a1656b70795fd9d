/* The camera that host.cpp gives a sketch. */
#ifndef HOST_CAMERA_H
#define HOST_CAMERA_H

/* FILE holds frames of grey values, each as large as the sketch asks for. Without it there is no camera. */
void cameraLoad(const char *path);

/* Whether frames are left to be read; the last one is seen again and again. */
bool cameraLeft();

#endif
