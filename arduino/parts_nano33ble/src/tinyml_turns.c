#include "tinyml_turns.h"

void tinyml_take_turns(const tinyml_layer *layers, const TINYML_FLASH tinyml_turn *turns,
                       unsigned count)
{
    for (; count > 0; count--, turns++)
        layers[turns->layer](turns->first, turns->count);
}
