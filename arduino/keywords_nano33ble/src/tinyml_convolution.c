#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"
#include "tinyml_matrix.h"

enum { PIXELS = 4 };

/* Whether all taps of a row lie on the image, side by side. */
static int row_is_whole(const tinyml_convolution *layer, int x)
{
    return layer->dilation_width == 1 && x >= 0 && x + layer->kernel_width <= layer->in_width;
}

static int8_t *fill(int8_t *bytes, int8_t value, int count)
{
    for (; count > 0; count--)
        *bytes++ = value;
    return bytes;
}

static int8_t *copy(int8_t *bytes, const int8_t *input, int count)
{
    for (; count > 0; count--)
        *bytes++ = *input++;
    return bytes;
}

/* Gather the inputs below one pixel as bytes, where words would not line up. */
static void gather_bytes(const tinyml_convolution *layer, const int8_t *input, int y, int x,
                         int8_t *bytes)
{
    const int channels = layer->in_channels, width = layer->in_width;
    const int8_t padding = layer->in_zero_point;
    /* Taps side by side are one run. */
    const int dilated = layer->dilation_width > 1;
    const int runs = dilated ? layer->kernel_width : 1, taps = dilated ? 1 : layer->kernel_width;

    for (int ky = 0; ky < layer->kernel_height; ky++, y += layer->dilation_height) {
        const int row_is_there = y >= 0 && y < layer->in_height;

        for (int run = 0; run < runs; run++) {
            const int first = x + run * layer->dilation_width;
            const int before = tinyml_clamp(-first, 0, taps);
            const int end = tinyml_clamp(width - first, before, taps);

            if (!row_is_there) {
                bytes = fill(bytes, padding, taps * channels);
                continue;
            }
            bytes = fill(bytes, padding, before * channels);
            if (end > before)
                bytes = copy(bytes, input + (y * width + first + before) * channels,
                             (end - before) * channels);
            bytes = fill(bytes, padding, (taps - end) * channels);
        }
    }
}

/* Bring the inputs below one pixel into its column of the tile; (y, x) is the first tap. */
static void gather(const tinyml_convolution *layer, const int8_t *input, int y, int x,
                   int16_t *column, int8_t *bytes)
{
    const int whole = row_is_whole(layer, x);
    const int taps = whole ? 1 : layer->kernel_width;
    const uint32_t run = (uint32_t)layer->in_channels * (whole ? layer->kernel_width : 1u);
    const int row_bytes = layer->in_width * layer->in_channels;

    if (run % 4u != 0) {
        gather_bytes(layer, input, y, x, bytes);
        tinyml_tile_copy(column, bytes, layer->filters.depth);
        return;
    }
    for (int ky = 0; ky < layer->kernel_height; ky++) {
        const int row_is_there = y >= 0 && y < layer->in_height;
        const int row = y * row_bytes;

        for (int kx = 0; kx < taps; kx++) {
            const int ix = x + kx * layer->dilation_width;

            if (row_is_there && (whole || (ix >= 0 && ix < layer->in_width)))
                column = tinyml_tile_copy(column, input + row + ix * layer->in_channels, run);
            else
                column = tinyml_tile_fill(column, layer->in_zero_point, run);
        }
        y += layer->dilation_height;
    }
}

/* Gather whole pixels that lie side by side: a kernel of 1 x 1, stride 1 and no padding. */
static void gather_pixels(const tinyml_convolution *layer, const int8_t *input, unsigned pixels,
                          int16_t *tile)
{
    for (unsigned p = 0; p < pixels; p++, input += layer->in_channels)
        tinyml_tile_copy(tile + 2 * p, input, layer->in_channels);
}

/* Whether the inputs of neighbouring outputs are neighbours, and can be widened as words. */
static int is_pointwise(const tinyml_convolution *layer)
{
    return layer->kernel_height == 1 && layer->kernel_width == 1 && layer->stride_height == 1 &&
           layer->stride_width == 1 && layer->in_channels % 4u == 0;
}

void tinyml_convolve(const tinyml_convolution *layer, const int8_t *input, int8_t *output,
                     void *scratch)
{
    const int pointwise = is_pointwise(layer);
    int16_t *tile = scratch;
    int8_t *bytes = (int8_t *)(tile + PIXELS * layer->filters.depth);
    unsigned remaining = (unsigned)layer->out_height * layer->out_width;
    int y = -layer->pad_top, x = -layer->pad_left, column = 0;

    while (remaining > 0) {
        const unsigned pixels = remaining < PIXELS ? remaining : PIXELS;

        if (pointwise) {
            gather_pixels(layer, input, pixels, tile);
            input += pixels * layer->in_channels;
        }
        for (unsigned p = 0; p < pixels && !pointwise; p++) {
            gather(layer, input, y, x, tile + 2 * p, bytes);
            x += layer->stride_width;
            if (++column == layer->out_width) {
                column = 0;
                x = -layer->pad_left;
                y += layer->stride_height;
            }
        }
        tinyml_tile_multiply(&layer->filters, &layer->stage, tile, pixels, output);
        output += pixels * layer->filters.channels;
        remaining -= pixels;
    }
}
