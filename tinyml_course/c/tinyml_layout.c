#include "tinyml_kernels.h"

static void copy(uint32_t count, const int8_t *input, int8_t *output)
{
    while (count-- > 0)
        *output++ = *input++;
}

void tinyml_pad(const tinyml_padding *layer, const int8_t *input, int8_t *output)
{
    const uint16_t *shape = layer->shape;
    const uint32_t *step = layer->out_step;

    for (uint32_t i = 0; i < layer->out_count; i++)
        output[i] = layer->value;
    output += layer->before;
    for (uint32_t i = 0; i < shape[0]; i++) {
        for (uint32_t j = 0; j < shape[1]; j++) {
            for (uint32_t k = 0; k < shape[2]; k++, input += shape[3])
                copy(shape[3], input, output + i * step[0] + j * step[1] + k * step[2]);
        }
    }
}

void tinyml_place(uint32_t rows, uint32_t length, uint32_t pitch, const void *input, void *output)
{
    const int8_t *from = input;
    int8_t *to = output;

    for (; rows > 0; rows--, from += length, to += pitch)
        copy(length, from, to);
}
