/* A camera on a computer: its frames come from a file. */
#include "host_camera.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Arduino_OV767X.h"
#include "esp_camera.h"

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

/* The driver has one frame to lend; the sketch must give it back before it gets another. */
static camera_fb_t lent;
static bool isLent = false;

esp_err_t esp_camera_init(const camera_config_t *config) {
  const bool wired = config->pin_xclk >= 0 && config->pin_pclk > 0 && config->pin_xclk != config->pin_pclk;
  if (!wired || config->pixel_format != PIXFORMAT_GRAYSCALE || config->fb_count != 1) {
    return ESP_FAIL;
  }
  return Camera.begin(config->frame_size == FRAMESIZE_QQVGA ? QQVGA : QVGA, GRAYSCALE, 1) ? ESP_OK : ESP_FAIL;
}

camera_fb_t *esp_camera_fb_get() {
  static uint8_t frame[320 * 240];
  if (isLent) {
    return nullptr;
  }
  Camera.readFrame(frame);
  isLent = true;
  lent = {frame, camera.frameBytes, 0, 0, PIXFORMAT_GRAYSCALE};
  return &lent;
}

void esp_camera_fb_return(camera_fb_t *frame) {
  isLent = isLent && frame != &lent;
}
