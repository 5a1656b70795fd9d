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

TINYML_INLINE int8_t *copy(int8_t *bytes, const int8_t *input, int count)
{
#if TINYML_DSP
    for (; count >= 4; count -= 4, bytes += 4, input += 4)
        ((tinyml_unaligned *)(void *)bytes)->word = tinyml_load_unaligned(input);
#endif
    for (; count > 0; count--)
        *bytes++ = *input++;
    return bytes;
}

/* Where a row of the input lies. */
TINYML_INLINE const int8_t *row_of(const tinyml_convolution *layer, tinyml_rows input, int y)
{
    const int slot = y < input.capacity ? y : y % input.capacity;

    return input.data + slot * layer->in_width * layer->in_channels;
}

/* Gather one row of taps that lie apart. */
static int8_t *gather_dilated(const tinyml_convolution *layer, const int8_t *row, int x,
                              int8_t *bytes)
{
    for (int kx = 0; kx < layer->kernel_width; kx++, x += layer->dilation_width) {
        if (x >= 0 && x < layer->in_width)
            bytes = copy(bytes, row + x * layer->in_channels, layer->in_channels);
        else
            bytes = fill(bytes, layer->in_zero_point, layer->in_channels);
    }
    return bytes;
}

/* Gather the inputs below one pixel as bytes, where words would not line up. */
static void gather_bytes(const tinyml_convolution *layer, tinyml_rows input, int y, int x,
                         int8_t *bytes)
{
    const int channels = layer->in_channels, taps = layer->kernel_width;
    const int8_t padding = layer->in_zero_point;
    /* Taps side by side are one run: what lies before the image, on it, and behind it. */
    const int start = tinyml_clamp(-x, 0, taps);
    const int end = tinyml_clamp(layer->in_width - x, start, taps);
    const int before = start * channels, within = (end - start) * channels;
    const int behind = (taps - end) * channels, skipped = (x + start) * channels;
    const int row_bytes = layer->in_width * channels;

    if (before == 0 && behind == 0 && layer->dilation_width == 1 && y >= 0 &&
        y + (layer->kernel_height - 1) * layer->dilation_height < layer->in_height) {
        const int8_t *row = row_of(layer, input, y) + skipped;
        const int8_t *const ring_end = input.data + input.capacity * row_bytes;
        const int step = layer->dilation_height * row_bytes;

        for (int ky = layer->kernel_height; ky > 0; ky--) {
            bytes = copy(bytes, row, within);
            row += step;
            while (row >= ring_end)
                row -= input.capacity * row_bytes;
        }
        return;
    }
    for (int ky = 0; ky < layer->kernel_height; ky++, y += layer->dilation_height) {
        if (y < 0 || y >= layer->in_height) {
            bytes = fill(bytes, padding, taps * channels);
        } else if (layer->dilation_width > 1) {
            bytes = gather_dilated(layer, row_of(layer, input, y), x, bytes);
        } else {
            bytes = fill(bytes, padding, before);
            if (within > 0)
                bytes = copy(bytes, row_of(layer, input, y) + skipped, within);
            bytes = fill(bytes, padding, behind);
        }
    }
}

/* Bring the inputs below one pixel into its column of the tile; (y, x) is the first tap. */
static void gather(const tinyml_convolution *layer, tinyml_rows input, int y, int x,
                   int16_t *column, int8_t *bytes)
{
    const int whole = row_is_whole(layer, x);
    const int taps = whole ? 1 : layer->kernel_width;
    const uint32_t run = (uint32_t)layer->in_channels * (whole ? layer->kernel_width : 1u);

    if (run % 4u != 0) {
        gather_bytes(layer, input, y, x, bytes);
        tinyml_tile_copy(column, bytes, layer->filters.depth);
        return;
    }
    for (int ky = 0; ky < layer->kernel_height; ky++) {
        const int row_is_there = y >= 0 && y < layer->in_height;
        const int8_t *row = row_is_there ? row_of(layer, input, y) : input.data;

        for (int kx = 0; kx < taps; kx++) {
            const int ix = x + kx * layer->dilation_width;

            if (row_is_there && (whole || (ix >= 0 && ix < layer->in_width)))
                column = tinyml_tile_copy(column, row + ix * layer->in_channels, run);
            else
                column = tinyml_tile_fill(column, layer->in_zero_point, run);
        }
        y += layer->dilation_height;
    }
}

/* Whether each output is made of one input, at the same place. */
static int is_pointwise(const tinyml_convolution *layer)
{
    return layer->kernel_height == 1 && layer->kernel_width == 1 && layer->stride_height == 1 &&
           layer->stride_width == 1 && layer->in_channels % 4u == 0;
}

/* Walks over the pixels of some rows, each row where its ring has it. */
typedef struct {
    int8_t *pixel;
    int8_t *ring, *ring_end;
} walk;

static walk walk_from(tinyml_rows rows, unsigned first, unsigned row_bytes)
{
    const walk start = {
        rows.data + first % rows.capacity * row_bytes,
        rows.data,
        rows.data + rows.capacity * row_bytes,
    };

    return start;
}

/* Return the pixel, and go on to the next one. */
TINYML_INLINE int8_t *walk_on(walk *at, unsigned channels)
{
    int8_t *const pixel = at->pixel;

    at->pixel = pixel + channels == at->ring_end ? at->ring : pixel + channels;
    return pixel;
}

void tinyml_convolve(const tinyml_convolution *layer, tinyml_rows input, tinyml_rows output,
                     unsigned first, unsigned count, void *scratch)
{
    const unsigned in_channels = layer->in_channels, out_channels = layer->filters.channels;
    const int pointwise = is_pointwise(layer);
    int16_t *tile = scratch;
    int8_t *bytes = (int8_t *)(tile + PIXELS * layer->filters.depth);
    walk from = walk_from(input, pointwise ? first : 0, layer->in_width * in_channels);
    walk to = walk_from(output, first, layer->out_width * out_channels);
    unsigned remaining = count * layer->out_width;
    int y = (int)first * layer->stride_height - layer->pad_top, x = -layer->pad_left, column = 0;
    int8_t *rows[PIXELS];

    while (remaining > 0) {
        const unsigned pixels = remaining < PIXELS ? remaining : PIXELS;

        for (unsigned p = 0; p < PIXELS; p++) {
            if (p >= pixels) {
                rows[p] = rows[p - 1u];
                continue;
            }
            rows[p] = walk_on(&to, out_channels);
            if (pointwise) {
                tinyml_tile_copy(tile + 2 * p, walk_on(&from, in_channels), in_channels);
                continue;
            }
            gather(layer, input, y, x, tile + 2 * p, bytes);
            x += layer->stride_width;
            if (++column == layer->out_width) {
                column = 0;
                x = -layer->pad_left;
                y += layer->stride_height;
            }
        }
        tinyml_tile_multiply(&layer->filters, &layer->stage, tile, pixels, rows);
        remaining -= pixels;
    }
}
