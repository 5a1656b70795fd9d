/* The RGB LED of the Nano 33 BLE family, as eight colours.
 *
 * Its three pins are active low: LOW lights them. A colour is a sum of LED_RED, LED_GREEN, LED_BLUE.
 */
#ifndef LED_H
#define LED_H

#include <Arduino.h>

enum { LED_OFF = 0, LED_RED = 1, LED_GREEN = 2, LED_BLUE = 4, LED_WHITE = 7 };

static void ledShow(int colour) {
  digitalWrite(LEDR, (colour & LED_RED) ? LOW : HIGH);
  digitalWrite(LEDG, (colour & LED_GREEN) ? LOW : HIGH);
  digitalWrite(LEDB, (colour & LED_BLUE) ? LOW : HIGH);
}

static void ledBegin() {
  pinMode(LEDR, OUTPUT);
  pinMode(LEDG, OUTPUT);
  pinMode(LEDB, OUTPUT);
  ledShow(LED_OFF);
}

#endif
