/* The model ${model}, run by TFLite Micro. Written by tinyml_course ${version}. */

#include "${model}.h"

#include <Arduino.h>
/* For the library Arduino_TensorFlowLite write <TensorFlowLite.h> here. */
#include <Chirale_TensorFlowLite.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>
#include <tensorflow/lite/schema/schema_generated.h>

#include "${model}_data.h"

namespace {

/* ${arena_origin}
 * ${arena_plan} */
constexpr size_t arenaBytes = ${arena_bytes};

/* The kernels for Cortex-M (CMSIS-NN) need room beside it, at most this much. */
constexpr size_t scratchBytes = ${scratch_bytes};

alignas(16) uint8_t arena[arenaBytes + scratchBytes];

// Say what is wrong, again and again so that a monitor opened late shows it too, and do nothing else.
void stopWith(const char *message) {
  while (true) {
    Serial.println(message);
    delay(2000);
  }
}

tflite::MicroInterpreter *startInterpreter() {
  const tflite::Model *model = tflite::GetModel(${model}_data);
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    stopWith("The library TensorFlow Lite Micro reads another version of models.");
  }
  static tflite::MicroMutableOpResolver<${op_count}> resolver;
${op_lines}
${interpreter}
  if (interpreter.AllocateTensors() != kTfLiteOk) {
    stopWith("TensorFlow Lite Micro did not start: make arenaBytes in src/${model}.cpp larger.");
  }
  return &interpreter;
}

tflite::MicroInterpreter *interpreter() {
  static tflite::MicroInterpreter *const started = startInterpreter();
  return started;
}

}  // namespace

${input_type} *${model}_input(void) {
  return interpreter()->typed_input_tensor<${input_type}>(0);
}

const ${output_type} *${model}_output(void) {
  return interpreter()->typed_output_tensor<${output_type}>(0);
}

void ${model}_invoke(void) {
  if (interpreter()->Invoke() != kTfLiteOk) {
    stopWith("TensorFlow Lite Micro could not run the model.");
  }
}

size_t ${model}_arena_used(void) {
  return interpreter()->arena_used_bytes();
}
