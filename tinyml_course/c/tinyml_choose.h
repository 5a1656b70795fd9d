/* Kernels of the operators that compare values, and choose between values by what was compared.
 * bool is a byte, 0 or 1.
 */
#ifndef TINYML_CHOOSE_H
#define TINYML_CHOOSE_H

#include "tinyml_combine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each operand less its zero point, by its own multiplier with 8 more bits, and compared. */
tinyml_combine_line tinyml_is_equal;
tinyml_combine_line tinyml_is_different;
tinyml_combine_line tinyml_is_above;
tinyml_combine_line tinyml_is_at_least;

/* Element (i, j, ...) of the output is that of `yes` or of `no`, by that of `condition`; steps as in
 * a tinyml_combination. May run in place on an operand that is not repeated.
 */
typedef struct {
    uint32_t shape[TINYML_COMBINE_AXES];
    int32_t condition_step[TINYML_COMBINE_AXES];
    int32_t yes_step[TINYML_COMBINE_AXES], no_step[TINYML_COMBINE_AXES];
} tinyml_choice;

void tinyml_choose(const tinyml_choice *layer, const int8_t *condition, const int8_t *yes,
                   const int8_t *no, int8_t *output);

#ifdef __cplusplus
}
#endif
#endif
