/* Kernels that remember: they read a state and rewrite it for the next call. */
#ifndef TINYML_STATEFUL_H
#define TINYML_STATEFUL_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A real factor: multiplier / 2^31 / 2^shift. */
typedef struct {
    int32_t multiplier; /* Q0.31 */
    int8_t shift;       /* to the right: -30 to 31 */
} tinyml_factor;

/* SVDF of one vector (inputs): each filter adds its product with the vector to a window of its
 * last `memory` products, and weighs the window; `rank` neighbouring filters make one output.
 */
typedef struct {
    uint16_t inputs, filters, rank, memory;
    const TINYML_FLASH int8_t *features; /* (FILTERS / 4) times what tinyml_dot.h says of C_IN */
    const TINYML_FLASH int32_t *features_bias; /* (FILTERS), zeros up to a multiple of 4 */
    const TINYML_FLASH void *times;   /* (FILTERS, MEMORY), of the state's type */
    const TINYML_FLASH int32_t *bias; /* (FILTERS / rank); the state's zero point is folded in */
    tinyml_factor to_state, to_output;
    int16_t state_zero_point;
    int8_t zero_point;
    uint8_t wide; /* 1 where the state is int16, 0 where it is int8 */
} tinyml_svdf;

/* state: (FILTERS, MEMORY), the newest product last. */
void tinyml_filter_over_time(const tinyml_svdf *layer, const int8_t *input, void *state,
                             int8_t *output);

/* One of the two dense layers in front of an LSTM's gates, which are in the order input, forget,
 * cell, output.
 */
typedef struct {
    const TINYML_FLASH int8_t *weights; /* (UNITS) times what tinyml_dot.h says of 4 gates and K */
    const TINYML_FLASH int32_t *bias;   /* (UNITS, 4); the input's zero point is folded in */
    uint16_t inputs;          /* K */
    tinyml_factor to_gate[4]; /* to Q3.12 */
} tinyml_gate_inputs;

/* UNIDIRECTIONAL_SEQUENCE_LSTM of a sequence (steps, C_IN) -> (steps, UNITS). */
typedef struct {
    uint16_t steps, units;
    tinyml_gate_inputs from_input, from_hidden;
    tinyml_factor to_cell;   /* of a product in Q0.30 */
    tinyml_factor to_hidden; /* likewise */
    int16_t cell_minimum, cell_maximum;
    int8_t cell_shift; /* the cell, times 2^cell_shift, is in Q3.12 */
    int8_t zero_point; /* of hidden state and output */
} tinyml_lstm;

/* hidden: (UNITS) int8, cell: (UNITS). The output must lie apart from the input. */
void tinyml_run_lstm(const tinyml_lstm *layer, const int8_t *input, int8_t *hidden, void *cell,
                     int8_t *output);

#ifdef __cplusplus
}
#endif
#endif
