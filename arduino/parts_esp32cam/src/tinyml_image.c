#include "tinyml_image.h"

#define CROP TINYML_IMAGE_CROP
#define SIDE TINYML_IMAGE_SIDE

/* Adds a row's pixels to the model pixels they lie in, each by its share of it; the whole row weighs
 * `weight`. On a line that is CROP * SIDE long, a pixel is SIDE long and a model pixel CROP.
 */
static void add_row(uint32_t area[SIDE], const uint8_t *pixels, uint32_t weight)
{
    uint32_t left = CROP; /* of the model pixel: what is not yet covered */
    uint32_t sum = 0;
    int column = 0;

    for (int i = 0; i < CROP; i++) {
        const uint32_t share = left < SIDE ? left : SIDE;
        sum += pixels[i] * share;
        left -= share;
        if (left == 0) {
            area[column++] += sum * weight;
            sum = pixels[i] * (SIDE - share);
            left = CROP - (SIDE - share);
        }
    }
}

/* Turns the finished sums into grey values and begins the next model row. */
static void finish_row(tinyml_image *state)
{
    const uint32_t whole = (uint32_t)CROP * CROP;
    uint16_t *grey = state->grey + state->done * SIDE;

    for (int i = 0; i < SIDE; i++) {
        const uint32_t area = state->area[i];
        grey[i] = (uint16_t)(area / whole * 256 + area % whole * 256 / whole);
        state->area[i] = 0;
    }
    state->done++;
}

static uint32_t square_root(uint32_t value)
{
    uint32_t root = 0;

    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        if (value >= root + bit) {
            value -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

void tinyml_image_reset(tinyml_image *state)
{
    state->row = 0;
    state->done = 0;
    for (int i = 0; i < SIDE; i++)
        state->area[i] = 0;
}

int tinyml_image_push(tinyml_image *state, const uint8_t row[TINYML_IMAGE_HOP])
{
    const int y = state->row - TINYML_IMAGE_TOP;

    if (state->row == 0)
        state->done = 0;
    if (y >= 0 && y < CROP) {
        const uint32_t begin = (uint32_t)y * SIDE;
        const uint32_t end = (state->done + 1u) * CROP; /* of the model row at work */
        const uint32_t share = end - begin < SIDE ? end - begin : SIDE;
        add_row(state->area, row + TINYML_IMAGE_LEFT, share);
        if (begin + share == end) {
            finish_row(state);
            if (share < SIDE)
                add_row(state->area, row + TINYML_IMAGE_LEFT, SIDE - share);
        }
    }
    state->row = (uint16_t)(state->row + 1);
    if (state->row < TINYML_IMAGE_HEIGHT)
        return 0;
    state->row = 0;
    return 1;
}

void tinyml_image_read(const tinyml_image *state, int8_t window[TINYML_IMAGE_SIZE])
{
    uint64_t total = 0;
    uint64_t squares = 0;

    for (int i = 0; i < TINYML_IMAGE_SIZE; i++)
        total += state->grey[i];
    const int32_t mean = (int32_t)(total / TINYML_IMAGE_SIZE);
    for (int i = 0; i < TINYML_IMAGE_SIZE; i++) {
        const int32_t above = state->grey[i] - mean;
        squares += (uint64_t)((int64_t)above * above);
    }
    uint32_t deviation = square_root((uint32_t)(squares / TINYML_IMAGE_SIZE));
    if (deviation < TINYML_IMAGE_LEAST_DEVIATION)
        deviation = TINYML_IMAGE_LEAST_DEVIATION;
    const int32_t multiplier =
        (int32_t)(((uint32_t)TINYML_IMAGE_STEPS_PER_DEVIATION << 16) / deviation);
    for (int i = 0; i < TINYML_IMAGE_SIZE; i++) {
        const int32_t product = (state->grey[i] - mean) * multiplier + 32768; /* below 2^31 */
        /* Division rounds towards zero where a shift of a negative number is the compiler's choice. */
        const int32_t steps = product >= 0 ? product / 65536 : -((65535 - product) / 65536);
        window[i] = steps > 127 ? 127 : steps < -128 ? (int8_t)-128 : (int8_t)steps;
    }
}
