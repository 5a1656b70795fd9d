#include "tinyml_turns.h"

void tinyml_take_turns(const tinyml_layer *layers, const tinyml_turn *turns, unsigned count)
{
    for (; count > 0; count--, turns++)
        layers[turns->layer](turns->first, turns->count);
}
