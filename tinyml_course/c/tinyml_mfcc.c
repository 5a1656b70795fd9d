/* Steps 1 to 7 of the MFCC arithmetic, one frame at a time; see tinyml_mfcc.h.
 *
 * The transform of 512 points is done as 32 rows x 16 columns. Its sums are exact in 64 bits and
 * rounded once for each of the two passes, so the symmetries used here to save multiplications do
 * not show in the result. Right shifts of negative numbers are arithmetic, as on every compiler
 * for these boards.
 */
#define TINYML_MFCC_WITH_TABLES
#include "tinyml_mfcc.h"

enum {
    HOP = TINYML_MFCC_HOP,
    FRAMES = TINYML_MFCC_FRAMES,
    COEFFICIENTS = TINYML_MFCC_COEFFICIENTS,
    COLUMNS = 16,
    ROWS = 32,
    TURN = 512,        /* entries of the cosine table in one turn */
    QUARTER = 128,     /* cosine[i + QUARTER] is -sine[i] */
    BINS = 128,
    BANDS = 40,
    SEGMENTS = BANDS + 2 /* band j is at j + 1; both ends take what falls outside all bands */
};

typedef struct {
    int32_t re[COLUMNS], im[COLUMNS];
} column_spectrum;

/* floor((sum + 2^(bits - 1)) / 2^bits) */
static int32_t rounded(int64_t sum, int bits)
{
    return (int32_t)((sum + ((int64_t)1 << (bits - 1))) >> bits);
}

/* Step 1. Rows a and 32 - a of the windowed frame (Q15) are left as their sum, in row a, and their
 * difference, in row 32 - a: what the cosines of step 2 meet, and what its sines meet.
 * The frame is 320 samples at `first` and 160 at `second`; rows 30 and 31 are padding.
 */
static void window_and_fold(const int16_t *first, const int16_t *second,
                            int32_t rows[ROWS][COLUMNS])
{
    int32_t *sample = &rows[0][0];

    for (int n = 0; n < HOP; n++)
        sample[n] = first[n] * (int32_t)hann[n <= 240 ? n : 480 - n];
    for (int n = HOP; n < 480; n++)
        sample[n] = second[n - HOP] * (int32_t)hann[480 - n];
    for (int n = 480; n < TURN; n++)
        sample[n] = 0;
    for (int a = 1; a < ROWS / 2; a++) {
        for (int b = 0; b < COLUMNS; b++) {
            int32_t early = rows[a][b], late = rows[ROWS - a][b];
            rows[a][b] = early + late;
            rows[ROWS - a][b] = early - late;
        }
    }
}

/* Step 2 for the residues q and 16 - q: cosines of even rows are the same in both, those of odd
 * rows are opposite, and sines the other way round.
 */
static void transform_columns(int32_t rows[ROWS][COLUMNS], int q, column_spectrum *low,
                              column_spectrum *high)
{
    for (int b = 0; b < COLUMNS; b++) {
        int64_t even_re = 0, odd_re = 0, even_im = 0, odd_im = 0;
        for (int a = 0; a <= ROWS / 2; a += 2)
            even_re += (int64_t)rows[a][b] * cosine[(COLUMNS * q * a) & (TURN - 1)];
        for (int a = 1; a < ROWS / 2; a += 2) {
            const int16_t *turn = &cosine[(COLUMNS * q * a) & (TURN - 1)];
            odd_re += (int64_t)rows[a][b] * turn[0];
            odd_im += (int64_t)rows[ROWS - a][b] * turn[QUARTER];
        }
        for (int a = 2; a < ROWS / 2; a += 2)
            even_im += (int64_t)rows[ROWS - a][b] * cosine[((COLUMNS * q * a) & (TURN - 1)) + QUARTER];
        low->re[b] = rounded(even_re + odd_re, 18);
        low->im[b] = rounded(even_im + odd_im, 18);
        high->re[b] = rounded(even_re - odd_re, 18);
        high->im[b] = rounded(odd_im - even_im, 18);
    }
}

/* floor(sqrt(value)) digit by digit: 16 binary digits of the leading 32 bits, then the rest. */
static uint32_t square_root(uint64_t value)
{
    int rest = 0;
    while (value >> (32 + rest) != 0)
        rest += 2;

    uint32_t remainder = (uint32_t)(value >> rest), root = 0;
    for (int digit = 15; digit >= 0; digit--) {
        uint32_t trial = (root << 1 | 1u << digit) << digit;
        if (remainder >= trial) {
            remainder -= trial;
            root |= 1u << digit;
        }
    }
    while (rest > 0) {
        rest -= 2;
        remainder = remainder << 2 | ((uint32_t)(value >> rest) & 3);
        uint32_t trial = root << 2 | 1;
        root <<= 1;
        if (remainder >= trial) {
            remainder -= trial;
            root |= 1;
        }
    }
    return root;
}

/* Steps 4 and 5 for one bin k: what its magnitude adds to the two bands it lies between. */
static void add_bin(int32_t re, int32_t im, int k, uint64_t bands[SEGMENTS])
{
    uint32_t magnitude = square_root((uint64_t)((int64_t)re * re) + (uint64_t)((int64_t)im * im));
    uint64_t rising = (uint64_t)magnitude * mel_rising[k];

    bands[mel_segment[k] + 1] += rising;
    bands[mel_segment[k]] += ((uint64_t)magnitude << 15) - rising;
}

/* Step 3 for the bins k and k - 128: the twiddles of the columns b = r (mod 4) differ by i^r.
 */
static void transform_bins(const column_spectrum *columns, int k, uint64_t bands[SEGMENTS])
{
    int64_t re[4] = {0}, im[4] = {0};

    for (int b = 0; b < COLUMNS; b++) {
        const int16_t *turn = &cosine[(b * k) & (TURN - 1)];
        int64_t cos = turn[0], minus_sin = turn[QUARTER];
        re[b & 3] += columns->re[b] * cos - columns->im[b] * minus_sin;
        im[b & 3] += columns->im[b] * cos + columns->re[b] * minus_sin;
    }
    if (k > 0)
        add_bin(rounded(re[0] + re[1] + re[2] + re[3], 22),
                rounded(im[0] + im[1] + im[2] + im[3], 22), k, bands);
    if (k % 16 != 0) /* the columns of q = 0 and q = 16 give their negative bins twice */
        add_bin(rounded(re[0] - im[1] - re[2] + im[3], 22),
                rounded(im[0] + re[1] - im[2] - re[3], 22), 128 - k, bands);
}

/* Step 6: log2 of a band over one sample step, Q15. */
static int32_t log2_of_band(uint64_t band)
{
    uint32_t value = (uint32_t)(band >> 13) + 32u * TINYML_MFCC_FLOOR;
    int32_t exponent = 31 - 5;

    while (value < 1u << 31) {
        value <<= 1;
        exponent--;
    }
    int32_t step = (int32_t)(value >> 26 & 31), part = (int32_t)(value >> 15 & 0x7FF);
    int32_t slope = log2_table[step + 1] - log2_table[step];
    return exponent * 32768 + log2_table[step] + ((slope * part + 1024) >> 11);
}

/* Steps 1 to 7: 320 samples at `first` and 160 at `second` to 10 coefficients. */
static void frame_coefficients(const int16_t *first, const int16_t *second,
                               int16_t coefficients[COEFFICIENTS])
{
    int32_t rows[ROWS][COLUMNS];
    uint64_t bands[SEGMENTS] = {0};
    int32_t log_mel[BANDS];

    window_and_fold(first, second, rows);
    for (int q = 0; q <= 8; q++) {
        column_spectrum low, high;
        transform_columns(rows, q, &low, &high);
        for (int k = q; k < BINS; k += ROWS)
            transform_bins(&low, k, bands);
        for (int k = 16 - q; q < 8 && k < BINS; k += ROWS)
            transform_bins(&high, k, bands);
    }
    for (int j = 0; j < BANDS; j++)
        log_mel[j] = log2_of_band(bands[j + 1]);
    for (int i = 0; i < COEFFICIENTS; i++) {
        int64_t sum = 0;
        for (int j = 0; j < BANDS; j++)
            sum += (int64_t)log_mel[j] * dct[i][j];
        coefficients[i] = (int16_t)rounded(sum, 23);
    }
}

void tinyml_mfcc_reset(tinyml_mfcc *state)
{
    state->next = 0;
    state->filled = 0;
    state->begun = 0;
}

int tinyml_mfcc_push(tinyml_mfcc *state, const int16_t hop[TINYML_MFCC_HOP])
{
    if (state->begun) {
        frame_coefficients(state->previous, hop, state->ring[state->next]);
        state->next = (uint16_t)(state->next + 1 < FRAMES ? state->next + 1 : 0);
        if (state->filled < FRAMES)
            state->filled++;
    }
    for (int n = 0; n < HOP; n++)
        state->previous[n] = hop[n];
    state->begun = 1;
    return state->filled == FRAMES;
}

void tinyml_mfcc_read(const tinyml_mfcc *state, int8_t window[TINYML_MFCC_SIZE])
{
    int32_t mean[COEFFICIENTS] = {0};

    for (int frame = 0; frame < FRAMES; frame++)
        for (int i = 0; i < COEFFICIENTS; i++)
            mean[i] += state->ring[frame][i];
    for (int i = 0; i < COEFFICIENTS; i++)
        mean[i] = rounded((int64_t)mean[i] * TINYML_MFCC_MEAN_MULTIPLIER, 21);
    for (int row = 0, frame = state->next; row < FRAMES; row++) {
        for (int i = 0; i < COEFFICIENTS; i++) {
            int32_t steps = (state->ring[frame][i] - mean[i] + 8) >> 4;
            *window++ = (int8_t)(steps < -128 ? -128 : steps > 127 ? 127 : steps);
        }
        frame = frame + 1 < FRAMES ? frame + 1 : 0;
    }
}

void tinyml_mfcc_clip(tinyml_mfcc *state, const int16_t *clip, int8_t window[TINYML_MFCC_SIZE])
{
    tinyml_mfcc_reset(state);
    for (int hop = 0; hop <= FRAMES; hop++)
        tinyml_mfcc_push(state, clip + hop * HOP);
    tinyml_mfcc_read(state, window);
}
