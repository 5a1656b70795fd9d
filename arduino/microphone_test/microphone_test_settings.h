/* The numbers of the sketch microphone_test, as the keyword sketches have them.
 *
 * Written by tinyml_course 0.1.0; write the sketch again rather than edit this file.
 */
#ifndef MICROPHONE_TEST_SETTINGS_H
#define MICROPHONE_TEST_SETTINGS_H

#define MICROPHONE_RATE_HZ 16000
#define MICROPHONE_GAIN 60
#define MICROPHONE_RING_SAMPLES 8192
#define SERIAL_BAUD 115200

#endif
