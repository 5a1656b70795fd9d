/* The one LED of a board that has no RGB LED: every colour lights it. */
#ifndef LED_H
#define LED_H

#include <Arduino.h>

enum { COLOUR_DARK = 0, COLOUR_RED = 1, COLOUR_GREEN = 2, COLOUR_BLUE = 4 };

static void ledShow(int colour) {
  digitalWrite(33, colour == COLOUR_DARK ? HIGH : LOW);
}

static void ledBegin() {
  pinMode(33, OUTPUT);
  ledShow(COLOUR_DARK);
}

#endif
