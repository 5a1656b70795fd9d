/* Runs the Uno's features and forest on recordings kept in flash, in simavr: prints each one's scores, then
 * the most stack that was taken.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <stdlib.h>

#include "gestures.h"
#include "recordings.h" /* printed by the test: RECORDINGS, CLASSES and their hops in flash */
#include "tinyml_motion.h"

static tinyml_motion features;
static int16_t hop[TINYML_MOTION_HOP];
extern uint8_t _end; /* of the variables; the stack comes down towards it */

static void put(const char *text) {
  for (; *text; text++) {
    while (!(UCSR0A & (1 << UDRE0))) {
    }
    UDR0 = (uint8_t)*text;
  }
}

static void put_number(int value) {
  char text[8];
  put(" ");
  put(itoa(value, text, 10));
}

static void run(int number) {
  tinyml_motion_reset(&features);
  for (int i = 0; i < TINYML_MOTION_ROWS; i++) {
    memcpy_P(hop, recordings[number][i], sizeof hop);
    tinyml_motion_push(&features, hop);
  }
  tinyml_motion_read(&features, gestures_input());
  gestures_invoke();
  put("scores");
  for (int i = 0; i < CLASSES; i++) {
    put_number(gestures_output()[i]);
  }
  put("\n");
}

int main(void) {
  uint8_t *const bottom = &_end, *const top = (uint8_t *)SP;
  int untouched = 0;
  for (uint8_t *at = bottom; at < top - 2; at++) {
    *at = 0xA5;
  }
  UCSR0B = 1 << TXEN0;
  for (int i = 0; i < RECORDINGS; i++) {
    run(i);
  }
  while (bottom[untouched] == 0xA5) {
    untouched++;
  }
  put("stack");
  put_number(RAMEND - (int)(bottom + untouched) + 1);
  put("\n");
  cli();
  sleep_mode(); /* with interrupts off: simavr ends here */
  return 0;
}
