/* The .tflite file of the model ${model} as bytes. Written by tinyml_course ${version}. */
#ifndef ${guard_data}
#define ${guard_data}

#define ${macro}_DATA_SIZE ${data_size}
extern const unsigned char ${model}_data[${macro}_DATA_SIZE];

#endif
