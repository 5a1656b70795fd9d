/* What models do with their states: the bytes of the arena that stay from call to call. */
#ifndef TINYML_STATE_H
#define TINYML_STATE_H

#include "tinyml_kernels.h"

/* Bring a state of `count` bytes back to what it was before the first call. */
static inline void tinyml_reset_state(int8_t *state, uint32_t count, int8_t value)
{
    while (count-- > 0)
        *state++ = value;
}

/* The same for a state that starts with other values than one. */
static inline void tinyml_restore_state(int8_t *state, uint32_t count,
                                        const TINYML_FLASH void *start)
{
    const TINYML_FLASH int8_t *from = start;

    while (count-- > 0)
        *state++ = *from++;
}

#endif
