/* The one LED of a board that has no RGB LED: dark for a good part (green), lit for a fault or for trouble. */
#ifndef LED_H
#define LED_H

#include <Arduino.h>

enum { COLOUR_DARK = 0, COLOUR_RED = 1, COLOUR_GREEN = 2, COLOUR_BLUE = 4 };

static void ledShow(int colour) {
  digitalWrite(LED_BUILTIN, colour == COLOUR_DARK || colour == COLOUR_GREEN ? LOW : HIGH);
}

static void ledBegin() {
  pinMode(LED_BUILTIN, OUTPUT);
  ledShow(COLOUR_DARK);
}

#endif
