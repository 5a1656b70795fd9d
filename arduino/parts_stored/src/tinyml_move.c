#include "tinyml_move.h"

#include "tinyml_arithmetic.h"

/* Copy a run from its start; the output may overlap what has been read. */
TINYML_INLINE void copy_run(uint32_t count, const int8_t *input, int8_t *output)
{
#if TINYML_DSP
    for (; count >= sizeof(tinyml_word); count -= sizeof(tinyml_word)) {
        ((tinyml_unaligned *)output)->word = tinyml_load_unaligned(input);
        input += sizeof(tinyml_word);
        output += sizeof(tinyml_word);
    }
#endif
    while (count-- > 0)
        *output++ = *input++;
}

/* Copy the runs along the last axis. */
static void move_line(const tinyml_moving *layer, const int8_t *input, int8_t *output)
{
    enum { LAST = TINYML_MOVE_AXES - 1 };
    const int32_t in_step = layer->in_step[LAST], out_step = layer->out_step[LAST];
    uint32_t count = layer->shape[LAST];

    if (layer->run == 1) {
        for (; count > 0; count--, input += in_step, output += out_step)
            *output = *input;
    } else {
        for (; count > 0; count--, input += in_step, output += out_step)
            copy_run(layer->run, input, output);
    }
}

void tinyml_move(const tinyml_moving *layer, const void *input, void *output)
{
    const int8_t *in = (const int8_t *)input + layer->in_first;
    int8_t *out = (int8_t *)output + layer->out_first;
    uint32_t at[TINYML_MOVE_AXES - 1] = {0};
    int axis;

    do {
        move_line(layer, in, out);
        /* Step along the last axis but one that is not at its end; the axes behind it go back. */
        for (axis = TINYML_MOVE_AXES - 2; axis >= 0; axis--) {
            in += layer->in_step[axis];
            out += layer->out_step[axis];
            if (++at[axis] < layer->shape[axis])
                break;
            in -= layer->in_step[axis] * (int32_t)layer->shape[axis];
            out -= layer->out_step[axis] * (int32_t)layer->shape[axis];
            at[axis] = 0;
        }
    } while (axis >= 0);
}

void tinyml_pick(const tinyml_picking *layer, const void *input, void *output)
{
    const uint32_t *shape = layer->shape;
    int8_t *out = output;

    for (uint32_t i = 0; i < shape[0]; i++) {
        for (uint32_t j = 0; j < shape[1]; j++) {
            for (uint32_t k = 0; k < shape[2]; k++) {
                const int8_t *in = (const int8_t *)input + layer->offset[0][i] +
                                   layer->offset[1][j] + layer->offset[2][k];

                for (uint32_t l = 0; l < shape[3]; l++, out += layer->run)
                    copy_run(layer->run, in + layer->offset[3][l], out);
            }
        }
    }
}

void tinyml_join_rows(const tinyml_joining *layer, tinyml_rows input, tinyml_rows output,
                      unsigned first, unsigned count)
{
    const uint32_t in_row = (uint32_t)layer->width * layer->length;
    const uint32_t out_row = (uint32_t)layer->width * layer->pitch;

    for (unsigned y = first; y < first + count; y++) {
        const int8_t *in = input.data + y % input.capacity * in_row;
        int8_t *out = output.data + y % output.capacity * out_row + layer->before;

        for (unsigned x = 0; x < layer->width; x++, in += layer->length, out += layer->pitch)
            copy_run(layer->length, in, out);
    }
}
