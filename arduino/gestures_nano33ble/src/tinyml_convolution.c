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

/* The same in words: what lies behind is copied, too, and may be overwritten. */
TINYML_INLINE int8_t *copy_words(int8_t *bytes, const int8_t *input, unsigned count)
{
#if TINYML_DSP
    int8_t *const end = bytes + count;

    for (; bytes < end; bytes += 4, input += 4)
        ((tinyml_unaligned *)(void *)bytes)->word = tinyml_load_unaligned(input);
    return end;
#else
    return copy(bytes, input, (int)count);
#endif
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
    const int end = tinyml_clamp((int)layer->in_width - x, start, taps);
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

/* Taps that all lie on the image, in rows of neighbours. */
typedef struct {
    const int8_t *ring_end;
    unsigned ring_bytes, step; /* from a row of taps to the next one */
    unsigned run, rows;        /* bytes of one, and their number */
    unsigned pixel_step;       /* bytes from one pixel to the next one */
    unsigned depth;
} whole_taps;

static whole_taps whole_taps_of(const tinyml_convolution *layer, tinyml_rows input)
{
    const unsigned row_bytes = (unsigned)layer->in_width * layer->in_channels;
    const whole_taps taps = {
        input.data + input.capacity * row_bytes,
        input.capacity * row_bytes,
        layer->dilation_height * row_bytes,
        (unsigned)layer->kernel_width * layer->in_channels,
        layer->kernel_height,
        (unsigned)layer->stride_width * layer->in_channels,
        layer->filters.depth,
    };

    return taps;
}

/* The columns of the output whose taps lie on the image side by side, with words to the end. */
typedef struct {
    unsigned begin, end;
} columns;

static columns whole_columns(const tinyml_convolution *layer)
{
    const int channels = layer->in_channels, stride = layer->stride_width;
    const int words = (layer->kernel_width * channels + 3) / 4;
    const int room = (layer->in_width + layer->pad_left) * channels - 4 * words;
    const unsigned begin = (unsigned)((layer->pad_left + stride - 1) / stride);
    const unsigned end = room < 0 ? 0u : (unsigned)(room / (channels * stride)) + 1u;
    const columns whole = {begin, end < layer->out_width ? end : layer->out_width};
    const columns none = {0, 0};

    return layer->dilation_width == 1 ? whole : none;
}

/* How a row of taps goes into the tile. */
typedef enum { FEW_WORDS, MANY_WORDS, BYTES } run_kind;

TINYML_INLINE void gather_runs(const whole_taps *taps, const int8_t *first, unsigned pixels,
                               int16_t *column, int8_t *bytes, run_kind kind)
{
    const unsigned run = taps->run, step = taps->step;
    const int8_t *const ring_end = taps->ring_end;

    for (; pixels > 0; pixels--, first += taps->pixel_step, column += 2) {
        const int8_t *row = first;
        int16_t *to = column;
        int8_t *end = bytes;

        for (unsigned rows = taps->rows;;) {
            if (kind == BYTES)
                end = copy_words(end, row, run);
            else if (kind == FEW_WORDS)
                to = tinyml_tile_copy_few(to, row, run);
            else
                to = tinyml_tile_copy(to, row, run);
            if (--rows == 0)
                break;
            row += step;
            while (row >= ring_end)
                row -= taps->ring_bytes;
        }
        if (kind == BYTES)
            tinyml_tile_copy(column, bytes, taps->depth);
    }
}

/* As gather, for so many neighbouring pixels that have all taps on the image. */
static TINYML_APART void gather_whole(const whole_taps *taps, const int8_t *first,
                                      unsigned pixels, int16_t *column, int8_t *bytes)
{
    if (taps->run % 4u != 0)
        gather_runs(taps, first, pixels, column, bytes, BYTES);
#if !defined(__OPTIMIZE_SIZE__)
    else if (taps->run < 16)
        gather_runs(taps, first, pixels, column, bytes, FEW_WORDS);
#endif
    else
        gather_runs(taps, first, pixels, column, bytes, MANY_WORDS);
}

void tinyml_convolve(const tinyml_convolution *layer, tinyml_rows input, tinyml_rows output,
                     unsigned first, unsigned count, void *scratch)
{
    const unsigned out_channels = layer->filters.channels, out_width = layer->out_width;
    const int reach = (layer->kernel_height - 1) * layer->dilation_height;
    const whole_taps taps = whole_taps_of(layer, input);
    const columns whole = whole_columns(layer);
    int16_t *const tile = scratch;
    int8_t *const bytes = (int8_t *)(tile + PIXELS * layer->filters.depth);
    int8_t *rows[PIXELS];
    unsigned pixels = 0; /* in the tile */

    for (unsigned row = first; row < first + count; row++) {
        const int y = (int)row * layer->stride_height - layer->pad_top;
        const unsigned whole_end = y >= 0 && y + reach < layer->in_height ? whole.end : 0u;
        const int8_t *const in = whole_end ? row_of(layer, input, y) : input.data;
        int8_t *out = output.data + row % output.capacity * out_width * out_channels;

        for (unsigned column = 0, some; column < out_width; column += some) {
            const int x = (int)column * layer->stride_width - layer->pad_left;
            int16_t *const to = tile + 2 * pixels;

            some = 1;
            if (column < whole.begin || column >= whole_end) {
                gather(layer, input, y, x, to, bytes);
            } else {
                some = whole_end - column < PIXELS - pixels ? whole_end - column : PIXELS - pixels;
                gather_whole(&taps, in + x * layer->in_channels, some, to, bytes);
            }
            for (const unsigned there = pixels + some; pixels != there; out += out_channels)
                rows[pixels++] = out;
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
