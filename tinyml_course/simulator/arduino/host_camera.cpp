/* A camera on a computer: its frames come from a file. */
#include "host_camera.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Arduino_OV767X.h"

OV767X Camera;

static struct {
  uint8_t frames[1 << 22];
  size_t size = 0;       /* bytes of them */
  size_t next = 0;       /* byte at which the next frame begins */
  size_t frameBytes = 0; /* 0 before begin() */
} camera;

void cameraLoad(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == nullptr) {
    perror(path);
    exit(1);
  }
  camera.size = fread(camera.frames, 1, sizeof camera.frames, file);
  fclose(file);
}

bool cameraLeft() {
  return camera.frameBytes > 0 && camera.next < camera.size;
}

int OV767X::begin(int resolution, int format, int framesASecond) {
  if (camera.size == 0 || format != GRAYSCALE || (framesASecond != 1 && framesASecond != 5)) {
    return 0;
  }
  camera.frameBytes = resolution == QQVGA ? 160 * 120 : resolution == QVGA ? 320 * 240 : 0;
  return camera.frameBytes > 0;
}

void OV767X::readFrame(void *buffer) {
  if (cameraLeft()) {
    camera.next += camera.frameBytes;
  }
  memcpy(buffer, camera.frames + camera.next - camera.frameBytes, camera.frameBytes);
}
