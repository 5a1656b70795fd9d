/* Kernels of the operators that put bytes elsewhere and compute nothing: TRANSPOSE, SLICE, SPLIT,
 * PACK, TILE, SPACE_TO_BATCH_ND and their like, of elements of any type.
 */
#ifndef TINYML_MOVE_H
#define TINYML_MOVE_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Copy runs of bytes. Run (i, j, ...) lies in_first + i * in_step[0] + j * in_step[1] + ... bytes
 * from the input's start, and likewise in the output; runs go in the order of the axes, the last
 * fastest. A step of 0 repeats, a negative one reverses. May run in place where every run goes to
 * its own place or one before it, and no run's place comes before that of a run already copied.
 */
enum { TINYML_MOVE_AXES = 6 };

typedef struct {
    uint32_t shape[TINYML_MOVE_AXES]; /* runs along each axis; axes not needed are 1 long */
    int32_t in_step[TINYML_MOVE_AXES], out_step[TINYML_MOVE_AXES]; /* bytes */
    uint32_t in_first, out_first, run;                             /* bytes */
} tinyml_moving;

void tinyml_move(const tinyml_moving *layer, const void *input, void *output);

/* Copy runs of bytes from places in tables: GATHER, MIRROR_PAD, RESIZE_NEAREST_NEIGHBOR. Run
 * (i, j, k, l) of the output, in which runs lie side by side, is the one offset[0][i] +
 * offset[1][j] + offset[2][k] + offset[3][l] bytes from the input's start.
 */
enum { TINYML_PICK_AXES = 4 };

typedef struct {
    const TINYML_FLASH int32_t *offset[TINYML_PICK_AXES]; /* (shape[axis]) bytes */
    uint32_t shape[TINYML_PICK_AXES];
    uint32_t run; /* bytes */
} tinyml_picking;

void tinyml_pick(const tinyml_picking *layer, const void *input, void *output);

/* Part of CONCATENATION along channels, row by row of images: each pixel of the input, `length`
 * bytes of it, goes to the bytes from `before` on of the output's pixel of `pitch` bytes.
 */
typedef struct {
    uint16_t width, length, pitch, before;
} tinyml_joining;

void tinyml_join_rows(const tinyml_joining *layer, tinyml_rows input, tinyml_rows output,
                      unsigned first, unsigned count);

#ifdef __cplusplus
}
#endif
#endif
