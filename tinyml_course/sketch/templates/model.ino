/*
  ${name}: runs the neural network ${model} ${how}, and shows its outputs and its time.

  The circuit:
  - ${board_title}: nothing is wired but the USB cable.

  At the start the board computes made-up inputs; its outputs must be those of the computer that
  wrote this sketch, to the bit. Then it runs on what fillInput() gives it.
  Written by tinyml_course ${version}.
*/

#include "src/${model}.h"
#include "check.h"

const unsigned long monitorWaitMs = 3000;  // how long to wait for a Serial Monitor
const unsigned long pauseMs = 2000;        // between two inferences

void setup() {
  Serial.begin(${baud});
  while (!Serial && millis() < monitorWaitMs) {
  }
${setup_lines}  checkModel();
}

void loop() {
  fillInput();
  const unsigned long startUs = micros();
  ${model}_invoke();
  const unsigned long tookUs = micros() - startUs;
  printOutputs();
  Serial.print("inference: ");
  Serial.print(tookUs);
  Serial.println(" us");
  delay(pauseMs);
}

// Write your own values here, before each inference. ${what_values_are}
void fillInput() {
${input_lines}}

// Print the first outputs as the model gives them, a line each.
void printOutputs() {
${output_lines}}
