/* The numbers of the sketch ${name}, as the keyword sketches have them.
 *
 * Written by tinyml_course ${version}; write the sketch again rather than edit this file.
 */
#ifndef MICROPHONE_TEST_SETTINGS_H
#define MICROPHONE_TEST_SETTINGS_H

#define MICROPHONE_RATE_HZ ${rate_hz}
#define MICROPHONE_GAIN ${microphone_gain}
#define MICROPHONE_RING_SAMPLES ${ring_samples}
#define SERIAL_BAUD ${baud}

#endif
