/* The numbers of one ImagePatch, printed by tinyml_course (specification 1). */
#ifndef TINYML_IMAGE_TABLES_H
#define TINYML_IMAGE_TABLES_H

#define TINYML_IMAGE_HEIGHT 64 /* of the picture */
#define TINYML_IMAGE_WIDTH 64
#define TINYML_IMAGE_CROP 64 /* of the square in its middle */
#define TINYML_IMAGE_TOP 0 /* where that begins */
#define TINYML_IMAGE_LEFT 0
#define TINYML_IMAGE_SIDE 64 /* of the model's input */
#define TINYML_IMAGE_STEPS_PER_DEVIATION 32
#define TINYML_IMAGE_LEAST_DEVIATION 256 /* 1/256 of a grey value */

#endif
