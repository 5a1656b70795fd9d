/* A random forest over simple features of a window of int8 rows, in integers.
 *
 * Of every axis a feature is: the sum, the least, the greatest, the sum of magnitudes, the sum of
 * changes from row to row, and the sum over each quarter of the window. The trees are tables; each
 * leads to a leaf, whose votes for the classes are added up. tinyml_course/compiler/forest.py gives
 * the same bits. Reentrant; no heap, no floating point.
 */
#ifndef TINYML_FOREST_H
#define TINYML_FOREST_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TINYML_FOREST_KINDS 9 /* features of an axis */
#define TINYML_FOREST_LEAF 255 /* in place of a feature */

/* A node: the left child follows it, the right one is at `other`. Of a leaf `other` is the row of
 * its votes. */
typedef struct {
    int16_t threshold; /* a feature no greater goes left */
    uint16_t other;
    uint8_t feature; /* kind * axes + axis, or TINYML_FOREST_LEAF */
} tinyml_forest_node;

typedef struct {
    int rows, axes, trees, classes;
    const TINYML_FLASH uint16_t *root;           /* (trees), indices of nodes */
    const TINYML_FLASH tinyml_forest_node *node; /* of all trees */
    const TINYML_FLASH uint8_t *votes;           /* (leaves, classes), 255 for all */
} tinyml_forest;

/* Write the scores (classes), scale 1/256 and zero point -128, of a window (rows, axes). `scratch`
 * is room for int32_t (classes) and int16_t (TINYML_FOREST_KINDS, axes). */
void tinyml_ask_forest(const tinyml_forest *forest, const int8_t *window, void *scratch,
                       int8_t *scores);

#ifdef __cplusplus
}
#endif
#endif
