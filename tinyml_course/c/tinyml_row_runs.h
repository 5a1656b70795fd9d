/* Where the rows of an image lie, and how many lie side by side, for kernels that take each
 * element by itself: such a kernel takes all the elements of a run at once.
 */
#ifndef TINYML_ROW_RUNS_H
#define TINYML_ROW_RUNS_H

#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"

TINYML_INLINE int8_t *tinyml_row_run(tinyml_rows image, unsigned row, uint32_t row_bytes)
{
    return image.data + row % image.capacity * row_bytes;
}

/* At most `count` rows from `row` on that follow one another in memory. */
TINYML_INLINE unsigned tinyml_run_length(tinyml_rows image, unsigned row, unsigned count)
{
    const unsigned left = image.capacity - row % image.capacity;

    return left < count ? left : count;
}

#endif
