/* Layers that take turns behind an image that is handed over row by row. */
#ifndef TINYML_FEED_H
#define TINYML_FEED_H

#include "tinyml_turns.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How far such an image has come: what comes next. */
typedef struct {
    unsigned turn, row;
} tinyml_feeding;

/* Take in the next row, and the turns that waited for it. The turns of layer 0, which has no
 * function, are the rows themselves, one each. Returns 1 when all turns are done: the next row is
 * then the first of another image.
 */
int tinyml_feed(const tinyml_layer *layers, const TINYML_FLASH tinyml_turn *turns, unsigned count,
                tinyml_feeding *feeding);

#ifdef __cplusplus
}
#endif
#endif
