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

void host_model_feed(uint8_t *(*row)(void), int (*feed)(void), size_t count, const uint8_t *rows,
                     size_t row_bytes, const struct port *outputs, size_t output_count);

static void fetch(const struct port *outputs, size_t output_count, size_t item)
{
    for (size_t i = 0; i < output_count; i++)
        memcpy(outputs[i].batch + item * outputs[i].bytes, outputs[i].tensor, outputs[i].bytes);
}

void host_model_run(void (*invoke)(void), size_t count, const struct port *inputs,
                    size_t input_count, const struct port *outputs, size_t output_count)
{
    for (size_t item = 0; item < count; item++) {
        for (size_t i = 0; i < input_count; i++)
            memcpy(inputs[i].tensor, inputs[i].batch + item * inputs[i].bytes, inputs[i].bytes);
        invoke();
        fetch(outputs, output_count, item);
    }
}

/* The same for a model that takes its input row by row. */
void host_model_feed(uint8_t *(*row)(void), int (*feed)(void), size_t count, const uint8_t *rows,
                     size_t row_bytes, const struct port *outputs, size_t output_count)
{
    for (size_t item = 0; item < count; item++) {
        do {
            memcpy(row(), rows, row_bytes);
            rows += row_bytes;
        } while (!feed());
        fetch(outputs, output_count, item);
    }
}
