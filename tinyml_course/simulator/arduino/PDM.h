/* The part of the core's PDM library that the sketches call, with its rules: the receive function
 * runs as an interrupt would, and must read all there is or the microphone stops for good.
 */
#ifndef PDM_H
#define PDM_H

#include <stddef.h>

class Microphone {
public:
  void onReceive(void (*receive)());
  void setGain(int gain);
  int begin(int channels, int rateHz);
  int available();
  int read(void *buffer, size_t bytes);
};

extern Microphone PDM;

#endif
