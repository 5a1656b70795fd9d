/* The camera of Arduino_OV767X, as far as our sketches use it. */
#ifndef ARDUINO_OV767X_H
#define ARDUINO_OV767X_H

enum { VGA = 0, CIF = 1, QVGA = 2, QCIF = 3, QQVGA = 4 };
enum { YUV422 = 0, RGB444 = 1, RGB565 = 2, GRAYSCALE = 4 };

class OV767X {
public:
  int begin(int resolution, int format, int framesASecond);
  void readFrame(void *buffer);
};

extern OV767X Camera;

#endif
