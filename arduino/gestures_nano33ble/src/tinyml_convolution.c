#include "tinyml_arithmetic.h"
#include "tinyml_kernels.h"
#include "tinyml_matrix.h"

enum { PIXELS = TINYML_TILE_PIXELS };

/* As tinyml_copy_bytes, in words: what lies behind is copied, too, up to 3 bytes. */
TINYML_INLINE int8_t *copy_words(int8_t *bytes, const int8_t *input, unsigned count)
{
#if TINYML_DSP
    int8_t *const end = bytes + count;

    for (; bytes < end; bytes += 4, input += 4)
        ((tinyml_unaligned *)(void *)bytes)->word = tinyml_load_unaligned(input);
    return end;
#else
    return tinyml_copy_bytes(bytes, input, (int)count);
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
            bytes = tinyml_copy_bytes(bytes, row + x * layer->in_channels, layer->in_channels);
        else
            bytes = tinyml_fill_bytes(bytes, layer->in_zero_point, layer->in_channels);
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
            bytes = tinyml_fill_bytes(bytes, padding, taps * channels);
        } else if (layer->dilation_width > 1) {
            bytes = gather_dilated(layer, row_of(layer, input, y), x, bytes);
        } else {
            bytes = tinyml_fill_bytes(bytes, padding, before);
            if (within > 0)
                bytes = tinyml_copy_bytes(bytes, row_of(layer, input, y) + skipped, within);
            bytes = tinyml_fill_bytes(bytes, padding, behind);
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

#if TINYML_DSP && !defined(__clang__) && defined(__OPTIMIZE__)

/* Widen a run of neighbouring inputs, a multiple of 4, of four pixels so many bytes apart, at once:
 * 16 inputs in 15 instructions. Returns where the next run goes.
 */
TINYML_INLINE int16_t *widen_four(int16_t *tile, const int8_t *input, unsigned apart, unsigned run)
{
    register const int8_t *p0 __asm__("r0") = input;
    register const int8_t *p1 __asm__("r1") = input + apart;
    register const int8_t *p2 __asm__("r2") = input + 2 * apart;
    register const int8_t *p3 __asm__("r3") = input + 3 * apart;
    register int16_t *to __asm__("r12") = tile;
    register const int8_t *const end __asm__("lr") = input + run;

    __asm__ volatile("0:\n\t"
                     "ldr r8, [%[p0]], #4\n\t"
                     "ldr r9, [%[p1]], #4\n\t"
                     "ldr r10, [%[p2]], #4\n\t"
                     "ldr r11, [%[p3]], #4\n\t"
                     "sxtb16 r4, r8\n\t"
                     "sxtb16 r5, r9\n\t"
                     "sxtb16 r6, r10\n\t"
                     "sxtb16 r7, r11\n\t"
                     "sxtb16 r8, r8, ror #8\n\t"
                     "sxtb16 r9, r9, ror #8\n\t"
                     "sxtb16 r10, r10, ror #8\n\t"
                     "sxtb16 r11, r11, ror #8\n\t"
                     "stm %[to]!, {r4-r11}\n\t"
                     "cmp %[p0], %[end]\n\t"
                     "bne 0b"
                     : [p0] "+r"(p0), [p1] "+r"(p1), [p2] "+r"(p2), [p3] "+r"(p3), [to] "+r"(to)
                     : [end] "r"(end)
                     : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "cc", "memory");
    return to;
}

#else

TINYML_INLINE int16_t *widen_four(int16_t *tile, const int8_t *input, unsigned apart, unsigned run)
{
    for (unsigned p = 0; p < PIXELS; p++, input += apart)
        tinyml_tile_copy(tile + 2 * p, input, run);
    return tile + PIXELS * run;
}

#endif

/* The row of taps below another one, where the ring may begin anew in between. */
TINYML_INLINE const int8_t *next_row(const whole_taps *taps, const int8_t *row)
{
    row += taps->step;
    while (row >= taps->ring_end)
        row -= taps->ring_bytes;
    return row;
}

/* As gather, for a pixel that has all taps on the image. */
static TINYML_APART void gather_whole(const whole_taps *taps, const int8_t *row, int16_t *column,
                                      int8_t *bytes)
{
    const int in_words = taps->run % 4u == 0;
    int8_t *end = bytes;

    for (unsigned rows = taps->rows;;) {
        if (in_words)
            column = tinyml_tile_copy(column, row, taps->run);
        else
            end = copy_words(end, row, taps->run);
        if (--rows == 0)
            break;
        row = next_row(taps, row);
    }
    if (!in_words)
        tinyml_tile_copy(column, bytes, taps->depth);
}

/* The same for four neighbouring pixels whose runs are words. */
static TINYML_APART void gather_four(const whole_taps *taps, const int8_t *row, int16_t *tile)
{
    for (unsigned rows = taps->rows;;) {
        tile = widen_four(tile, row, taps->pixel_step, taps->run);
        if (--rows == 0)
            break;
        row = next_row(taps, row);
    }
}

TINYML_INLINE void place_four(int8_t **places, int8_t *place, unsigned apart)
{
    places[0] = place;
    places[1] = place + apart;
    places[2] = place + 2 * apart;
    places[3] = place + 3 * apart;
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
    int8_t *places[PIXELS];
    unsigned pixels = 0; /* in the tile */
    tinyml_matrix matrix;

    tinyml_matrix_prepare(&matrix, &layer->filters, &layer->stage, tile);
    for (unsigned row = first; row < first + count; row++) {
        const int y = (int)row * layer->stride_height - layer->pad_top;
        const unsigned whole_end = y >= 0 && y + reach < layer->in_height ? whole.end : 0u;
        const unsigned fours_end = taps.run % 4u == 0 ? whole_end : 0u;
        const int8_t *const in = whole_end ? row_of(layer, input, y) : input.data;
        int8_t *const out = output.data + row % output.capacity * out_width * out_channels;
        unsigned column = whole.begin; /* those first that can be gathered at once */

        for (unsigned left = out_width, some; left > 0; left -= some, column += some) {
            column = column < out_width ? column : 0u;

            const int x = (int)column * layer->stride_width - layer->pad_left;
            int8_t *const place = out + column * out_channels + matrix.fast;

            if (pixels == 0 && column >= whole.begin && column + PIXELS <= fours_end) {
                gather_four(&taps, in + x * layer->in_channels, tile);
                some = PIXELS;
                place_four(places, place, out_channels);
            } else {
                some = 1;
                places[pixels] = place;
                if (column >= whole.begin && column < whole_end)
                    gather_whole(&taps, in + x * layer->in_channels, tile + 2 * pixels, bytes);
                else
                    gather(layer, input, y, x, tile + 2 * pixels, bytes);
            }
            pixels += some;
            if (pixels == PIXELS || (left == some && row + 1 == first + count)) {
                for (unsigned p = pixels; p < PIXELS; p++)
                    places[p] = places[p - 1u];
                tinyml_matrix_multiply(&matrix, pixels, places);
                pixels = 0;
            }
        }
    }
}
