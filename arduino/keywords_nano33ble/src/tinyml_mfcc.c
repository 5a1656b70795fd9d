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

/* Four columns, summed over every second row from `sample` on (or back, with a negative stride),
 * each row times the cosine at `turn`, which goes on by `step`.
 */
static void sum_rows(const int32_t *sample, int stride, int count, int turn, int step,
                     int64_t sum[4])
{
    int64_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;

    for (; count > 0; count--) {
        int32_t factor = cosine[turn & (TURN - 1)];
        sum0 += (int64_t)sample[0] * factor;
        sum1 += (int64_t)sample[1] * factor;
        sum2 += (int64_t)sample[2] * factor;
        sum3 += (int64_t)sample[3] * factor;
        sample += stride;
        turn += step;
    }
    sum[0] = sum0;
    sum[1] = sum1;
    sum[2] = sum2;
    sum[3] = sum3;
}

/* Step 2 for the residues q and 16 - q: their cosines are the same in even rows and opposite in odd
 * ones, their sines the other way round.
 */
static void transform_columns(int32_t rows[ROWS][COLUMNS], int q, column_spectrum *low,
                              column_spectrum *high)
{
    const int row = COLUMNS * q; /* what the angle of row a is a multiple of */

    for (int b = 0; b < COLUMNS; b += 4) {
        int64_t even_re[4], odd_re[4], even_im[4], odd_im[4];
        sum_rows(&rows[0][b], 2 * COLUMNS, 9, 0, 2 * row, even_re);
        sum_rows(&rows[1][b], 2 * COLUMNS, 8, row, 2 * row, odd_re);
        sum_rows(&rows[30][b], -2 * COLUMNS, 7, 2 * row + QUARTER, 2 * row, even_im);
        sum_rows(&rows[31][b], -2 * COLUMNS, 8, row + QUARTER, 2 * row, odd_im);
        for (int i = 0; i < 4; i++) {
            low->re[b + i] = rounded(even_re[i] + odd_re[i], 18);
            low->im[b + i] = rounded(even_im[i] + odd_im[i], 18);
            high->re[b + i] = rounded(even_re[i] - odd_re[i], 18);
            high->im[b + i] = rounded(odd_im[i] - even_im[i], 18);
        }
    }
}

/* floor(sqrt(value)) digit by digit: 16 binary digits of the leading 32 bits, then the rest. */
static uint32_t square_root(uint64_t value)
{
    int rest = 0;
    while (value >> (32 + rest) != 0)
        rest += 2;

    uint32_t remainder = (uint32_t)(value >> rest), root = 0;
    for (uint32_t square = 1u << 30; square > 0; square >>= 2) {
        uint32_t trial = root + square;
        root >>= 1;
        if (remainder >= trial) {
            remainder -= trial;
            root += square;
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

/* Step 3 for the bins k and k - 128, whose twiddles differ by i^b. The columns b = 3, 7, 11, 15 are
 * summed first, then b = 2, 6, .. and so on; what k - 128 has so far is turned by i each time.
 */
static void transform_bins(const column_spectrum *columns, int k, uint64_t bands[SEGMENTS])
{
    int64_t re = 0, im = 0, turned_re = 0, turned_im = 0;

    for (int first = 3; first >= 0; first--) {
        int64_t sum_re = 0, sum_im = 0;
        for (int b = first, angle = b * k; b < COLUMNS; b += 4, angle += 4 * k) {
            const int16_t *turn = &cosine[angle & (TURN - 1)];
            int32_t cos_bk = turn[0], minus_sin_bk = turn[QUARTER], sin_bk = -minus_sin_bk;
            sum_re += (int64_t)columns->re[b] * cos_bk;
            sum_re += (int64_t)columns->im[b] * sin_bk;
            sum_im += (int64_t)columns->im[b] * cos_bk;
            sum_im += (int64_t)columns->re[b] * minus_sin_bk;
        }
        int64_t old_re = turned_re;
        turned_re = sum_re - turned_im;
        turned_im = sum_im + old_re;
        re += sum_re;
        im += sum_im;
    }
    if (k > 0)
        add_bin(rounded(re, 22), rounded(im, 22), k, bands);
    if (k % 16 != 0) /* q = 0 and q = 16 have their negative bins among the positive ones */
        add_bin(rounded(turned_re, 22), rounded(turned_im, 22), 128 - k, bands);
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
