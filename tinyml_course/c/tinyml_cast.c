#include "tinyml_cast.h"

#include "tinyml_arithmetic.h"

static int32_t integer_at(tinyml_type type, const void *input, uint32_t i)
{
    if (type == TINYML_INT8)
        return ((const int8_t *)input)[i];
    if (type == TINYML_INT16)
        return ((const int16_t *)input)[i];
    return ((const int32_t *)input)[i];
}

/* x towards 0, within `limit` values of either sign. */
static int32_t truncate(float x, float limit)
{
    if (x >= limit)
        return limit > INT16_MAX + 1.0f ? INT32_MAX : (int32_t)limit - 1;
    if (!(x > -limit))
        return limit > INT16_MAX + 1.0f ? INT32_MIN : -(int32_t)limit;
    return (int32_t)x;
}

static float limit_of(tinyml_type type)
{
    return type == TINYML_INT8 ? 128.0f : type == TINYML_INT16 ? 32768.0f : 2147483648.0f;
}

static void put_integer(tinyml_type type, int32_t x, void *output, uint32_t i)
{
    if (type == TINYML_INT8)
        ((int8_t *)output)[i] = (int8_t)x;
    else if (type == TINYML_INT16)
        ((int16_t *)output)[i] = (int16_t)x;
    else
        ((int32_t *)output)[i] = x;
}

void tinyml_cast(uint32_t count, tinyml_type from, tinyml_type to, const void *input, void *output)
{
    for (uint32_t i = 0; i < count; i++) {
        if (from == TINYML_FLOAT32) {
            const float x = ((const float *)input)[i];

            if (to == TINYML_FLOAT32)
                ((float *)output)[i] = x;
            else
                put_integer(to, truncate(x, limit_of(to)), output, i);
        } else if (to == TINYML_FLOAT32) {
            ((float *)output)[i] = (float)integer_at(from, input, i);
        } else {
            put_integer(to, integer_at(from, input, i), output, i);
        }
    }
}
