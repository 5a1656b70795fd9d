#include "tinyml_choose.h"

#include "tinyml_arithmetic.h"

enum { COMPARED_HEADROOM_BITS = 8, LAST = TINYML_COMBINE_AXES - 1 };

TINYML_INLINE int32_t compared(int8_t x, int8_t zero_point, int32_t multiplier, int shift)
{
    return tinyml_requantize(((int32_t)x - zero_point) * (1 << COMPARED_HEADROOM_BITS), multiplier,
                             shift);
}

/* The definition of a tinyml_combine_line that compares both operands by an operator of C. */
#define LINE(name, operator)                                                                       \
    void name(const tinyml_combination *layer, uint32_t count, const int8_t *a, int32_t a_step,    \
              const int8_t *b, int32_t b_step, int8_t *output)                                     \
    {                                                                                              \
        for (; count > 0; count--, a += a_step, b += b_step) {                                     \
            const int32_t first =                                                                  \
                compared(*a, layer->a_zero_point, layer->a_multiplier, layer->a_shift);            \
            const int32_t second =                                                                 \
                compared(*b, layer->b_zero_point, layer->b_multiplier, layer->b_shift);            \
                                                                                                   \
            *output++ = first operator second;                                                     \
        }                                                                                          \
    }

LINE(tinyml_is_equal, ==)
LINE(tinyml_is_different, !=)
LINE(tinyml_is_above, >)
LINE(tinyml_is_at_least, >=)

void tinyml_choose(const tinyml_choice *layer, const int8_t *condition, const int8_t *yes,
                   const int8_t *no, int8_t *output)
{
    uint32_t at[TINYML_COMBINE_AXES] = {0};
    int axis;

    do {
        *output++ = *condition ? *yes : *no;
        /* Step along the last axis that is not at its end; the axes behind it go back. */
        for (axis = LAST; axis >= 0; axis--) {
            condition += layer->condition_step[axis];
            yes += layer->yes_step[axis];
            no += layer->no_step[axis];
            if (++at[axis] < layer->shape[axis])
                break;
            condition -= layer->condition_step[axis] * (int32_t)layer->shape[axis];
            yes -= layer->yes_step[axis] * (int32_t)layer->shape[axis];
            no -= layer->no_step[axis] * (int32_t)layer->shape[axis];
            at[axis] = 0;
        }
    } while (axis >= 0);
}
