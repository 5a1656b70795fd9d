/* The .tflite file of the model ${model} as bytes. Written by tinyml_course ${version}. */

#include "${model}_data.h"

alignas(16) const unsigned char ${model}_data[${macro}_DATA_SIZE] = {
${data}
};
