/* Kernels of the operators that combine two tensors element by element, with broadcasting: SUB,
 * MUL, DIV, SQUARED_DIFFERENCE, MAXIMUM, MINIMUM and PRELU.
 */
#ifndef TINYML_COMBINE_H
#define TINYML_COMBINE_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Element (i, j, ...) of the output, whose elements lie side by side, is made of those i *
 * a_step[0] + j * a_step[1] + ... and i * b_step[0] + ... elements from the starts of a and b; a
 * step of 0 repeats a value. May run in place on an operand that is not repeated.
 */
enum { TINYML_COMBINE_AXES = 6 };

typedef struct {
    uint32_t shape[TINYML_COMBINE_AXES]; /* axes not needed are 1 long */
    int32_t a_step[TINYML_COMBINE_AXES], b_step[TINYML_COMBINE_AXES];
    int32_t a_multiplier, b_multiplier, multiplier; /* Q0.31 */
    int8_t a_shift, b_shift, shift;                 /* to the right */
    int8_t a_zero_point, b_zero_point, zero_point;
    int8_t minimum, maximum;
    uint8_t rounding; /* of `multiplier` and `shift`, as in an output stage */
} tinyml_combination;

/* How one line of neighbours is made. A step is 1 or 0. */
typedef void tinyml_combine_line(const tinyml_combination *layer, uint32_t count, const int8_t *a,
                                 int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output);

/* a - b, each brought to one scale with 20 more bits first. */
tinyml_combine_line tinyml_subtract;
/* (a - b)^2, each brought to one scale with 7 more bits first. */
tinyml_combine_line tinyml_square_difference;
tinyml_combine_line tinyml_multiply_values;
/* a / b by b's reciprocal, raised and lowered again by what both leave free; in tinyml_divide.c. */
tinyml_combine_line tinyml_divide;
/* The larger, the smaller integer. */
tinyml_combine_line tinyml_maximum;
tinyml_combine_line tinyml_minimum;
/* a where it is at least 0, by `a_multiplier`; else a times its slope b, by `multiplier`. */
tinyml_combine_line tinyml_slope;

void tinyml_combine(const tinyml_combination *layer, tinyml_combine_line *line, const int8_t *a,
                    const int8_t *b, int8_t *output);

/* The same of images of one shape, row by row: a row is shape[5] elements. */
void tinyml_combine_rows(const tinyml_combination *layer, tinyml_combine_line *line, tinyml_rows a,
                         tinyml_rows b, tinyml_rows output, unsigned first, unsigned count);

#ifdef __cplusplus
}
#endif
#endif
