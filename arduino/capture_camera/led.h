/* The RGB LED of the Nano 33 BLE family, as eight colours.
 *
 * Its three pins are active low: LOW lights them. A colour is a sum of COLOUR_RED, COLOUR_GREEN, COLOUR_BLUE.
 */
#ifndef LED_H
#define LED_H

#include <Arduino.h>

enum { COLOUR_DARK = 0, COLOUR_RED = 1, COLOUR_GREEN = 2, COLOUR_BLUE = 4 };

static void ledShow(int colour) {
  digitalWrite(LEDR, (colour & COLOUR_RED) ? LOW : HIGH);
  digitalWrite(LEDG, (colour & COLOUR_GREEN) ? LOW : HIGH);
  digitalWrite(LEDB, (colour & COLOUR_BLUE) ? LOW : HIGH);
}

static void ledBegin() {
  pinMode(LEDR, OUTPUT);
  pinMode(LEDG, OUTPUT);
  pinMode(LEDB, OUTPUT);
  ledShow(COLOUR_DARK);
}

#endif
