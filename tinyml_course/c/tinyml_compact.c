#include "tinyml_compact.h"

#include "tinyml_output_stage.h"
#include "tinyml_tile.h"

enum { PIXELS = TINYML_TILE_PIXELS, GROUP = TINYML_TILE_GROUP, GROUP_PITCH = TINYML_TILE_PITCH };

/* Where a row of the input lies. */
TINYML_INLINE const int8_t *row_of(const tinyml_compact *layer, tinyml_rows input, int y)
{
    return input.data + (uint32_t)(y % input.capacity) * layer->in_width * layer->in_channels;
}

/* Bring the inputs below one pixel together; (y, x) is the first tap. Taps side by side are one
 * run: what lies before the image, on it, and behind it.
 */
static void gather(const tinyml_compact *layer, tinyml_rows input, int y, int x, int8_t *bytes)
{
    const int channels = layer->in_channels;
    const int run = layer->dilation_width == 1 ? layer->kernel_width : 1;

    for (int ky = layer->kernel_height; ky > 0; ky--, y += layer->dilation_height) {
        const int width = y >= 0 && y < layer->in_height ? layer->in_width : 0;
        int first = x;

        for (int kx = layer->kernel_width; kx > 0; kx -= run, first += layer->dilation_width) {
            const int start = tinyml_clamp(-first, 0, run);
            const int end = tinyml_clamp(width - first, start, run);

            bytes = tinyml_fill_bytes(bytes, layer->in_zero_point, start * channels);
            if (end > start)
                bytes = tinyml_copy_bytes(
                    bytes, row_of(layer, input, y) + (first + start) * channels,
                    (end - start) * channels);
            bytes = tinyml_fill_bytes(bytes, layer->in_zero_point, (run - end) * channels);
        }
    }
}

typedef struct {
    int32_t of[PIXELS];
} sums;

/* Sum the products of one filter with the inputs of four pixels, `taps` of each. */
#if TINYML_DSP
#define ADD_TWO(weights, first, second)                                                            \
    "ldrd %[x0], %[x1], [%[x]], #8\n\t"                                                            \
    "smlad " first ", " weights ", %[x0], " first "\n\t"                                           \
    "smlad " second ", " weights ", %[x1], " second "\n\t"
#define ADD_FOUR(weights) ADD_TWO(weights, "%[s0]", "%[s1]") ADD_TWO(weights, "%[s2]", "%[s3]")

TINYML_INLINE sums multiply(const int8_t *weights, const int16_t *tile, unsigned taps, int32_t bias)
{
    int32_t s0 = bias, s1 = bias, s2 = bias, s3 = bias;
    uint32_t even, odd, x0, x1;

    __asm__ volatile("0:\n\t"
                     "ldr %[odd], [%[w]], #4\n\t"
                     "sxtb16 %[even], %[odd]\n\t"
                     "sxtb16 %[odd], %[odd], ror #8\n\t" ADD_FOUR("%[even]") ADD_FOUR("%[odd]")
                     "cmp %[w], %[end]\n\t"
                     "bcc 0b"
                     : [w] "+r"(weights), [x] "+r"(tile), [even] "=&r"(even), [odd] "=&r"(odd),
                       [x0] "=&r"(x0), [x1] "=&r"(x1), [s0] "+r"(s0), [s1] "+r"(s1),
                       [s2] "+r"(s2), [s3] "+r"(s3)
                     : [end] "r"(weights + taps)
                     : "cc", "memory");
    return (sums){{s0, s1, s2, s3}};
}
#else
TINYML_INLINE sums multiply(const TINYML_FLASH int8_t *weights, const int16_t *tile, unsigned taps,
                            int32_t bias)
{
    sums sum = {{bias, bias, bias, bias}};

    for (unsigned k = 0; k < taps; k++) {
        /* Inputs k and k + 2 share a word, and so do k + 1 and k + 3. */
        const int16_t *x = tile + k / GROUP * GROUP_PITCH + k % 2u * (2u * PIXELS) + k / 2u % 2u;

        for (unsigned p = 0; p < PIXELS; p++)
            sum.of[p] = tinyml_wrapping_add(sum.of[p], weights[k] * x[2u * p]);
    }
    return sum;
}
#endif

/* Multiply a tile by all filters, and write the channels of its pixels. Pixels that are not there
 * have the place of the last one that is, and are written before it.
 */
static void multiply_all(const tinyml_compact *layer, unsigned taps, const int16_t *tile,
                         int8_t *const *rows)
{
    const tinyml_output_stage *stage = &layer->stage;
    const TINYML_FLASH int8_t *weights = layer->weights;

    for (unsigned c = 0; c < layer->out_channels; c++, weights += taps) {
        const tinyml_channel channel = tinyml_channel_of(stage, c);
        sums sum = multiply(weights, tile, taps, channel.bias);

#if TINYML_DSP
        if (stage->rounding != TINYML_GENERAL) {
            const tinyml_fast_channel fast =
                tinyml_fast_channel_of(channel.multiplier, channel.shift, stage->zero_point);

            tinyml_fast_finish_four(fast, &sum.of[0], &sum.of[1], &sum.of[2], &sum.of[3], 0);
            rows[3][c] = (int8_t)sum.of[3];
            rows[2][c] = (int8_t)sum.of[2];
            rows[1][c] = (int8_t)sum.of[1];
            rows[0][c] = (int8_t)sum.of[0];
            continue;
        }
#endif
        for (unsigned p = PIXELS; p-- > 0;)
            rows[p][c] = tinyml_finish(stage, channel, sum.of[p]);
    }
}

void tinyml_convolve_compact(const tinyml_compact *layer, tinyml_rows input, tinyml_rows output,
                             unsigned first, unsigned count, void *scratch)
{
    const unsigned area = (unsigned)layer->kernel_height * layer->kernel_width;
    const unsigned taps = area * layer->in_channels, depth = (taps + 3u) & ~3u;
    const int is_there = area == 1 && taps == depth && (layer->pad_top | layer->pad_left) == 0;
    int16_t *const tile = scratch;
    int8_t *const bytes = (int8_t *)(tile + PIXELS * depth);
    int8_t *rows[PIXELS];
    unsigned pixels = 0; /* in the tile */

    for (unsigned k = taps; k < depth; k++)
        bytes[k] = 0;
    for (unsigned row = first; row < first + count; row++) {
        const int y = (int)row * layer->stride_height - layer->pad_top;
        const int is_last_row = row + 1 == first + count;
        int8_t *out = output.data +
                      (uint32_t)(row % output.capacity) * layer->out_width * layer->out_channels;
        int x = -layer->pad_left;

        for (unsigned left = layer->out_width; left > 0; left--, x += layer->stride_width) {
            const int8_t *from = bytes;
            int16_t *column = tile + 2 * pixels;

            if (is_there)
                from = row_of(layer, input, y) + x * layer->in_channels;
            else
                gather(layer, input, y, x, bytes);
            for (const int8_t *const end = from + depth; from != end;)
                tinyml_tile_widen(&column, &from);
            for (unsigned p = pixels++; p < PIXELS; p++)
                rows[p] = out;
            out += layer->out_channels;
            if (pixels == PIXELS || (is_last_row && left == 1)) {
                multiply_all(layer, taps, tile, rows);
                pixels = 0;
            }
        }
    }
}
