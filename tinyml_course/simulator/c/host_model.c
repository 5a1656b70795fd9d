/* Runs a compiled model over a batch of inputs on the host, without a trip to Python for each.
 *
 * A port is one input or output tensor of the model: where the model keeps it, and where the batch
 * lies, item after item.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct port {
    uint8_t *tensor; /* inside the model */
    uint8_t *batch;  /* (count, bytes) */
    size_t bytes;    /* of one item */
};

void host_model_run(void (*invoke)(void), size_t count, const struct port *inputs,
                    size_t input_count, const struct port *outputs, size_t output_count);

void host_model_run(void (*invoke)(void), size_t count, const struct port *inputs,
                    size_t input_count, const struct port *outputs, size_t output_count)
{
    for (size_t item = 0; item < count; item++) {
        for (size_t i = 0; i < input_count; i++)
            memcpy(inputs[i].tensor, inputs[i].batch + item * inputs[i].bytes, inputs[i].bytes);
        invoke();
        for (size_t i = 0; i < output_count; i++)
            memcpy(outputs[i].batch + item * outputs[i].bytes, outputs[i].tensor, outputs[i].bytes);
    }
}
