#include "tinyml_motion.h"

/* Rounds (sum * multiplier) / 2^16 to the nearest int8, halves upwards. */
static int8_t to_int8(int32_t sum, int32_t multiplier)
{
    const int32_t product = sum * multiplier + 32768; /* below 2^31: |sum| < 2^15 * AVERAGE */
    /* Division rounds towards zero where a shift of a negative number is the compiler's choice. */
    const int32_t steps = product >= 0 ? product / 65536 : -((65535 - product) / 65536);

    if (steps > 127)
        return 127;
    return steps < -128 ? (int8_t)-128 : (int8_t)steps;
}

void tinyml_motion_reset(tinyml_motion *state)
{
    state->next = 0;
    state->filled = 0;
}

int tinyml_motion_push(tinyml_motion *state, const int16_t hop[TINYML_MOTION_HOP])
{
    static const int32_t multiplier[TINYML_MOTION_AXES] = TINYML_MOTION_MULTIPLIERS;

    for (int axis = 0; axis < TINYML_MOTION_AXES; axis++) {
        int32_t sum = 0;
        for (int i = 0; i < TINYML_MOTION_AVERAGE; i++)
            sum += hop[i * TINYML_MOTION_AXES + axis];
        state->ring[state->next][axis] = to_int8(sum, multiplier[axis]);
    }
    state->next = (uint16_t)(state->next + 1);
    if (state->next == TINYML_MOTION_ROWS)
        state->next = 0;
    if (state->filled < TINYML_MOTION_ROWS)
        state->filled = (uint16_t)(state->filled + 1);
    return state->filled == TINYML_MOTION_ROWS;
}

void tinyml_motion_read(const tinyml_motion *state, int8_t window[TINYML_MOTION_SIZE])
{
    uint16_t row = state->next; /* the oldest */

    for (int i = 0; i < TINYML_MOTION_ROWS; i++) {
        for (int axis = 0; axis < TINYML_MOTION_AXES; axis++)
            *window++ = state->ring[row][axis];
        row++;
        if (row == TINYML_MOTION_ROWS)
            row = 0;
    }
}
