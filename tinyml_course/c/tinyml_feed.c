#include "tinyml_feed.h"

int tinyml_feed(const tinyml_layer *layers, const TINYML_FLASH tinyml_turn *turns, unsigned count,
                tinyml_feeding *feeding)
{
    unsigned turn = feeding->turn;

    feeding->row++;
    for (; turn < count; turn++) {
        if (turns[turn].layer > 0) {
            layers[turns[turn].layer](turns[turn].first, turns[turn].count);
        } else if (turns[turn].first >= feeding->row) {
            feeding->turn = turn;
            return 0;
        }
    }
    feeding->row = feeding->turn = 0;
    return 1;
}
