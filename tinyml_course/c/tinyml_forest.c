#include "tinyml_forest.h"

enum { SUM, LEAST, GREATEST, MAGNITUDE, CHANGE, QUARTER };

static int16_t add(int16_t sum, int value)
{
    return (int16_t)(sum + value); /* stays within int16: a window has at most 128 rows */
}

static void describe(const tinyml_forest *forest, const int8_t *window, int16_t *features)
{
    const int axes = forest->axes;

    for (int axis = 0; axis < axes; axis++) {
        int16_t *of_axis = features + axis;
        int before = window[axis];

        for (int kind = 0; kind < TINYML_FOREST_KINDS; kind++)
            of_axis[kind * axes] = 0;
        of_axis[LEAST * axes] = of_axis[GREATEST * axes] = (int16_t)before;
        for (int row = 0; row < forest->rows; row++) {
            const int value = window[row * axes + axis];
            const int change = value - before;
            int16_t *quarter = &of_axis[(QUARTER + 4 * row / forest->rows) * axes];

            of_axis[SUM * axes] = add(of_axis[SUM * axes], value);
            *quarter = add(*quarter, value);
            of_axis[MAGNITUDE * axes] = add(of_axis[MAGNITUDE * axes], value < 0 ? -value : value);
            of_axis[CHANGE * axes] = add(of_axis[CHANGE * axes], change < 0 ? -change : change);
            if (value < of_axis[LEAST * axes])
                of_axis[LEAST * axes] = (int16_t)value;
            if (value > of_axis[GREATEST * axes])
                of_axis[GREATEST * axes] = (int16_t)value;
            before = value;
        }
    }
}

static void vote(const tinyml_forest *forest, const int16_t *features, int32_t *total,
                 int8_t *scores)
{
    for (int i = 0; i < forest->classes; i++)
        total[i] = 0;
    for (int tree = 0; tree < forest->trees; tree++) {
        uint16_t at = forest->root[tree];
        const TINYML_FLASH uint8_t *votes;

        while (forest->node[at].feature != TINYML_FOREST_LEAF) {
            const TINYML_FLASH tinyml_forest_node *node = &forest->node[at];
            at = features[node->feature] <= node->threshold ? (uint16_t)(at + 1) : node->other;
        }
        votes = forest->votes + (int32_t)forest->node[at].other * forest->classes;
        for (int i = 0; i < forest->classes; i++)
            total[i] += votes[i];
    }
    for (int i = 0; i < forest->classes; i++) {
        const int32_t score = total[i] * 256 / (255 * (int32_t)forest->trees);
        scores[i] = (int8_t)((score > 255 ? 255 : score) - 128);
    }
}

void tinyml_ask_forest(const tinyml_forest *forest, const int8_t *window, void *scratch,
                       int8_t *scores)
{
    int32_t *total = scratch;
    int16_t *features = (int16_t *)(total + forest->classes);

    describe(forest, window, features);
    vote(forest, features, total, scores);
}
