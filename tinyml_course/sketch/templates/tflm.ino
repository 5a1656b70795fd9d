/*
  ${name}: runs a neural network with TensorFlow Lite Micro, and shows its outputs and its time.

  The circuit:
  - ${board_title}: nothing is wired but the USB cable.

  The input is zero throughout; write your own values into it in loop().
  Written by tinyml_course ${version}.
*/

#include "src/${model}.h"

const unsigned long monitorWaitMs = 3000;  // how long to wait for a Serial Monitor
const unsigned long pauseMs = 2000;        // between two inferences

void setup() {
  Serial.begin(${baud});
  while (!Serial && millis() < monitorWaitMs) {
  }
  Serial.print("arena used: ");
  Serial.print((unsigned long)${model}_arena_used());
  Serial.println(" bytes");
}

void loop() {
  ${input_type} *input = ${model}_input();
  for (size_t i = 0; i < ${macro}_INPUT_SIZE; ++i) {
    input[i] = ${macro}_INPUT_ZERO_POINT;
  }
  const unsigned long startUs = micros();
  ${model}_invoke();
  const unsigned long tookUs = micros() - startUs;
  printOutputs(${model}_output());
  Serial.print("inference: ");
  Serial.print(tookUs);
  Serial.println(" us");
  delay(pauseMs);
}

// Print the outputs as the model gives them, in one line.
void printOutputs(const ${output_type} *output) {
  for (size_t i = 0; i < ${macro}_OUTPUT_SIZE; ++i) {
    Serial.print(${printed_as}output[i]);
    Serial.print(i + 1 < ${macro}_OUTPUT_SIZE ? " " : "\n");
  }
}
