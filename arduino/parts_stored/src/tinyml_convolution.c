#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"
#include "tinyml_matrix.h"

enum { PIXELS = TINYML_TILE_PIXELS };

static int8_t *fill(int8_t *bytes, int8_t value, int count)
{
    for (; count > 0; count--) {
        *bytes++ = value;
#if defined(__GNUC__)
        __asm__("" : "+r"(bytes)); /* no call for so few */
#endif
    }
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
static TINYML_APART void gather(const tinyml_convolution *layer, tinyml_rows input, int y, int x,
                                int16_t *column, int8_t *bytes)
{
    const unsigned channels = layer->in_channels;

    if (channels % 4u != 0) {
        gather_bytes(layer, input, y, x, bytes);
        tinyml_tile_copy(column, bytes, layer->filters.depth);
        return;
    }
    for (int ky = 0; ky < layer->kernel_height; ky++, y += layer->dilation_height) {
        const int row_is_there = y >= 0 && y < layer->in_height;
        const int8_t *row = row_is_there ? row_of(layer, input, y) : input.data;

        for (int kx = 0; kx < layer->kernel_width; kx++) {
            const int ix = x + kx * layer->dilation_width;

            if (row_is_there && ix >= 0 && ix < layer->in_width)
                column = tinyml_tile_copy(column, row + ix * (int)channels, channels);
            else
                column = tinyml_tile_fill(column, layer->in_zero_point, channels);
        }
    }
}

/* The inputs below the pixels of one output row, where all taps lie on the image. */
typedef struct {
    const int8_t *data; /* below x = 0 */
    const int8_t *ring_end;
    unsigned ring_bytes, step; /* from a row of taps to the next one */
    unsigned run, rows;        /* bytes of one, and their number */
    int last_x;                /* of the pixels from 0 on; -1 if there are none */
} whole_taps;

static whole_taps whole_taps_of(const tinyml_convolution *layer, tinyml_rows input, int y)
{
    const int bottom = y + (layer->kernel_height - 1) * layer->dilation_height;
    const unsigned run = (unsigned)layer->kernel_width * layer->in_channels;
    const int inside = y >= 0 && bottom < layer->in_height && layer->dilation_width == 1 &&
                       run % 4u == 0;
    const unsigned row_bytes = (unsigned)layer->in_width * layer->in_channels;
    const unsigned ring_bytes = input.capacity * row_bytes;
    const whole_taps taps = {
        inside ? row_of(layer, input, y) : input.data,
        input.data + ring_bytes,
        ring_bytes,
        layer->dilation_height * row_bytes,
        run,
        layer->kernel_height,
        inside ? layer->in_width - layer->kernel_width : -1,
    };

    return taps;
}

/* As gather, for taps that lie on the image; `few` is whether a row of them is short. */
TINYML_INLINE void gather_whole(whole_taps taps, const int8_t *first, int16_t *column, int few)
{
    for (unsigned row = taps.rows;;) {
        column = few ? tinyml_tile_copy_few(column, first, taps.run)
                     : tinyml_tile_copy(column, first, taps.run);
        if (--row == 0)
            return;
        first += taps.step;
        while (first >= taps.ring_end)
            first -= taps.ring_bytes;
    }
}

void tinyml_convolve(const tinyml_convolution *layer, tinyml_rows input, tinyml_rows output,
                     unsigned first, unsigned count, void *scratch)
{
    const int in_channels = layer->in_channels, stride = layer->stride_width;
    const unsigned out_channels = layer->filters.channels;
    int16_t *const tile = scratch;
    int8_t *const bytes = (int8_t *)(tile + PIXELS * layer->filters.depth);
    int8_t *rows[PIXELS];
    unsigned pixels = 0; /* in the tile */

    for (unsigned row = first; row < first + count; row++) {
        const int y = (int)row * layer->stride_height - layer->pad_top;
        const whole_taps taps = whole_taps_of(layer, input, y);
        int8_t *out = output.data + row % output.capacity * layer->out_width * out_channels;
        int x = -layer->pad_left;

        for (unsigned left = layer->out_width; left > 0; left--, x += stride) {
            if (x < 0 || x > taps.last_x)
                gather(layer, input, y, x, tile + 2 * pixels, bytes);
            else if (taps.run < 16)
                gather_whole(taps, taps.data + x * in_channels, tile + 2 * pixels, 1);
            else
                gather_whole(taps, taps.data + x * in_channels, tile + 2 * pixels, 0);
            rows[pixels++] = out;
            out += out_channels;
            if (pixels == PIXELS) {
                tinyml_tile_multiply(&layer->filters, &layer->stage, tile, PIXELS, rows);
                pixels = 0;
            }
        }
    }
    if (pixels == 0)
        return;
    for (unsigned p = pixels; p < PIXELS; p++)
        rows[p] = rows[p - 1u];
    tinyml_tile_multiply(&layer->filters, &layer->stage, tile, pixels, rows);
}
