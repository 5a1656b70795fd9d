/* The numbers of the sketch ${name}.
 *
 * Written by tinyml_course ${version}; write the sketch again rather than edit this file.
 */
#ifndef ${guard}
#define ${guard}

#include <Arduino.h>

${sensor_settings}

/* Serial line: about ${bytes_a_second} bytes a second. ${baud_reason} */
#define SERIAL_BAUD ${baud}
#define CAPTURE_FRAME_SAMPLES ${frame_samples}

/* What the sketch says of itself to tinyml_course.device. */
static const char captureInfo[] PROGMEM =
${info};

#endif
