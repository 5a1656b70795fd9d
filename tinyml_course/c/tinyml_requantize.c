#include "tinyml_requantize.h"
#include "tinyml_arithmetic.h"

static int32_t element(const tinyml_requantization *layer, const void *input, uint32_t i)
{
    switch (layer->in_bytes) {
    case 1:
        return layer->in_signed ? ((const int8_t *)input)[i] : ((const uint8_t *)input)[i];
    case 2:
        return ((const int16_t *)input)[i];
    default:
        return ((const int32_t *)input)[i];
    }
}

static void set_element(const tinyml_requantization *layer, void *output, uint32_t i, int32_t y)
{
    switch (layer->out_bytes) {
    case 1:
        ((uint8_t *)output)[i] = (uint8_t)y;
        break;
    case 2:
        ((int16_t *)output)[i] = (int16_t)y;
        break;
    default:
        ((int32_t *)output)[i] = y;
    }
}

void tinyml_requantize_integers(const tinyml_requantization *layer, uint32_t count,
                                const void *input, void *output)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t offset = (uint32_t)element(layer, input, i) - (uint32_t)layer->in_zero_point;
        const int64_t y = (int64_t)tinyml_requantize((int32_t)offset, layer->multiplier,
                                                     layer->shift) +
                          layer->out_zero_point;

        set_element(layer, output, i,
                    y < layer->minimum   ? layer->minimum
                    : y > layer->maximum ? layer->maximum
                                         : (int32_t)y);
    }
}
