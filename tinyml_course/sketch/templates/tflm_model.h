/* The model ${model}, run by TFLite Micro behind the functions that the compiled C has.
 *
 * Written by tinyml_course ${version}. Model sha256 ${sha256}.
 */
#ifndef ${guard_model}
#define ${guard_model}

#include <stddef.h>
#include <stdint.h>

/* What goes in: ${input_shape}. It must be written anew before each ${model}_invoke(). */
#define ${macro}_INPUT_SIZE ${input_size}
#define ${macro}_INPUT_ZERO_POINT ${input_zero_point}
${input_type} *${model}_input(void);

/* What comes out: ${output_shape}. */
#define ${macro}_OUTPUT_SIZE ${output_size}
const ${output_type} *${model}_output(void);

void ${model}_invoke(void);

/* Bytes of the arena that TFLite Micro uses on this board. */
size_t ${model}_arena_used(void);

#endif
