/* A grey picture becomes a model's input, row by row, in integers: the C side of `ImagePatch`.
 *
 * TINYML_IMAGE_HEIGHT rows of TINYML_IMAGE_WIDTH grey values go in, from the top; the square in the
 * middle is averaged by area to TINYML_IMAGE_SIDE pixels a side, and mean and contrast are evened out
 * (int8, scale 1, zero point 0). The arithmetic is specified in tinyml_course/features/image.py, and
 * the two sides give the same bits. Reentrant: all state is in the struct. No heap, no floating point.
 */
#ifndef TINYML_IMAGE_H
#define TINYML_IMAGE_H

#include <stdint.h>

#include "tinyml_image_tables.h" /* generated from the ImagePatch */

#ifdef __cplusplus
extern "C" {
#endif

#define TINYML_IMAGE_HOP TINYML_IMAGE_WIDTH
#define TINYML_IMAGE_SIZE (TINYML_IMAGE_SIDE * TINYML_IMAGE_SIDE)

typedef struct {
    uint16_t grey[TINYML_IMAGE_SIZE];   /* (row, column), 1/256 of a grey value */
    uint32_t area[TINYML_IMAGE_SIDE];   /* of the model row at work: sums over the rows so far */
    uint16_t row;                       /* of the picture that comes next */
    uint16_t done;                      /* model rows that are finished */
} tinyml_image;

/* The next row is the first of a picture. */
void tinyml_image_reset(tinyml_image *state);

/* Take the next row. Returns 1 after the last row of a picture, so that `read` gives its model input;
 * the row after that is the first of another picture.
 */
int tinyml_image_push(tinyml_image *state, const uint8_t row[TINYML_IMAGE_HOP]);

/* Write the model input, (row, column), of the picture that is complete. */
void tinyml_image_read(const tinyml_image *state, int8_t window[TINYML_IMAGE_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
