/* Layers that take turns, so that the images between them need only a few rows each. */
#ifndef TINYML_TURNS_H
#define TINYML_TURNS_H

#include "tinyml_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows `first` to `first + count - 1` of one layer of a chain. */
typedef struct {
    uint8_t layer, count;
    uint16_t first;
} tinyml_turn;

typedef void (*tinyml_layer)(unsigned first, unsigned count);

void tinyml_take_turns(const tinyml_layer *layers, const TINYML_FLASH tinyml_turn *turns,
                       unsigned count);

#ifdef __cplusplus
}
#endif
#endif
