/* The int8 kernels that generated models call, one for each group of operators.
 *
 * Tensors are int8, rows of channels: (H, W, C), the last axis contiguous. A kernel reads its
 * parameters, which the generator writes as constants, and never keeps state. `scratch` is memory
 * of the model's arena, aligned to 4 bytes; how much a kernel needs stands with its parameters.
 * Every kernel gives the bits of TensorFlow Lite Micro, on every core.
 */
#ifndef TINYML_KERNELS_H
#define TINYML_KERNELS_H

#include <stdint.h>

/* Where constants are. An AVR reads its flash by instructions of its own (GNU C's __flash). */
#if defined(__AVR__) && !defined(__cplusplus)
#define TINYML_FLASH __flash
#else
#define TINYML_FLASH
#endif

/* For memory that holds int8, int16, int32 and float values in turn. */
#if defined(__GNUC__) && !defined(__AVR__)
#define TINYML_ALIGNED __attribute__((aligned(16)))
#else
#define TINYML_ALIGNED
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* An image (H, W, C) of which only some rows need be in memory: row y lies at
 * data + y % capacity * row bytes. A kernel that takes its images like this computes the output
 * rows `first` to `first + count - 1`. Where all rows are there, capacity is the height.
 */
typedef struct {
    int8_t *data;
    uint16_t capacity; /* rows in memory, at least 1 */
} tinyml_rows;

#define TINYML_ROWS(data, capacity) ((tinyml_rows){(int8_t *)(data), (capacity)})

/* How a layer's int32 sums become int8, channel by channel:
 *   q = clamp(zero_point + (sum + bias) * multiplier / 2^shift, minimum, maximum)
 */
typedef struct {
    const TINYML_FLASH int32_t *bias;       /* (C_OUT); the input's zero point is folded in */
    const TINYML_FLASH int32_t *multiplier; /* (C_OUT); Q0.31, 2^30 to 2^31 - 1 */
    const TINYML_FLASH int8_t *shift;       /* as multiplier; to the right: -30 to 31 */
    uint8_t per_channel; /* 0 or 1; 0, in dense layers only, means one for all channels */
    uint8_t rounding;    /* one of those below */
    int8_t zero_point;
    int8_t minimum;
    int8_t maximum;
} tinyml_output_stage;

/* What fast kernels may rely on. */
enum {
    TINYML_GENERAL,  /* nothing */
    TINYML_SIGNED,   /* every shift is at least 2; minimum is -128, maximum is 127 */
    TINYML_RECTIFIED /* besides, zero_point is -128: how a negative sum rounds cannot be seen */
};

/* Weights of two channels a and b, and inputs k, share words of four bytes:
 *   weights[C_OUT / 2][K / 4][2] = (a0, b0, a2, b2), (a1, b1, a3, b3)
 * K is rounded up with zeros to a multiple of 4, of 8 in the wide dense kernels, and C_OUT to one
 * of its block. If `borrowed`, each b is less by one where its a is negative, so that
 * the half word (a, b) is the number a + 256 * b.
 */
typedef struct {
    const TINYML_FLASH uint32_t *weights;
    uint16_t depth;    /* K, rounded up */
    uint16_t channels; /* C_OUT */
    uint8_t borrowed;  /* 0 or 1 */
} tinyml_filters;

/* CONV_2D. K runs over (KH, KW, C_IN). Its filters are a stream that is read from front to back,
 * for each two channels a and b:
 *   bias a, weights[K / 4][2], multiplier a, shift a, bias b, multiplier b, shift b
 * one word each, multipliers twice as large, and its stage has no arrays. scratch: 8 * K bytes, and
 * K + 4 more where runs of neighbouring inputs are no multiple of 4 bytes.
 * May run in place if the kernel is 1 x 1 without padding, and C_OUT <= C_IN.
 */
typedef struct {
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width;
    uint16_t kernel_height, kernel_width;
    uint16_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    int8_t in_zero_point;
    tinyml_filters filters;
    tinyml_output_stage stage;
} tinyml_convolution;

void tinyml_convolve(const tinyml_convolution *layer, tinyml_rows input, tinyml_rows output,
                     unsigned first, unsigned count, void *scratch);

/* CONV_2D of 3 x 3, stride 1, with 16 products for every 2 x 2 outputs. Weights are transformed:
 *   weights[C_OUT / 2][16 points][C_IN / 4][2][2] = inputs (k, k + 2), then (k + 1, k + 3), of two
 * channels each, int16 in words; C_IN is rounded up to a multiple of 16 with zeros, C_OUT to 2.
 * C_IN itself is a multiple of 4. scratch: 128 bytes for each channel of the C_IN rounded up, and
 * 512 bytes or 16 * C_IN, whichever is more.
 */
typedef struct {
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t pad_top, pad_left;
    int8_t in_zero_point;
    const uint32_t *weights;
    tinyml_output_stage stage;
} tinyml_winograd;

void tinyml_convolve_winograd(const tinyml_winograd *layer, tinyml_rows input, tinyml_rows output,
                              unsigned first, unsigned count, void *scratch);

/* FULLY_CONNECTED of one row (inputs) -> (C_OUT). Biases go on to a multiple of four channels. The
 * general kernel takes any layer; the others need borrowed weights and a stage that is not general.
 * The wide one is faster still; scratch: 2 * K bytes.
 */
typedef struct {
    uint16_t inputs;
    tinyml_filters filters;
    tinyml_output_stage stage;
} tinyml_dense;

void tinyml_connect(const tinyml_dense *layer, const int8_t *input, int8_t *output);
void tinyml_connect_general(const tinyml_dense *layer, const int8_t *input, int8_t *output);
void tinyml_connect_wide(const tinyml_dense *layer, const int8_t *input, int8_t *output,
                         void *scratch);

/* AVERAGE_POOL_2D, MAX_POOL_2D. May run in place without padding. */
typedef struct {
    uint16_t in_height, in_width, channels;
    uint16_t out_height, out_width;
    uint16_t window_height, window_width;
    uint16_t stride_height, stride_width;
    uint16_t pad_top, pad_left;
    int8_t minimum, maximum;
} tinyml_pool;

void tinyml_pool_average(const tinyml_pool *layer, tinyml_rows input, tinyml_rows output,
                         unsigned first, unsigned count);
void tinyml_pool_max(const tinyml_pool *layer, tinyml_rows input, tinyml_rows output,
                     unsigned first, unsigned count);

/* An average of the whole image, fed with rows `first` to `first + count - 1` of the input, in
 * order; the output is written with the last of them. scratch: 4 * channels bytes, to be kept
 * from the first row to the last.
 */
void tinyml_pool_average_rows(const tinyml_pool *layer, tinyml_rows input, int8_t *output,
                              unsigned first, unsigned count, void *scratch);

/* MEAN of (outer, count, inner) over its middle axis. May run in place. */
typedef struct {
    uint32_t outer, count, inner;
    int32_t multiplier;
    int8_t shift;
    int32_t offset; /* -zero_point * count of the input */
    int8_t zero_point;
} tinyml_mean;

void tinyml_average(const tinyml_mean *layer, const int8_t *input, int8_t *output);

/* The same for the pixels of one image of `height` rows, fed as tinyml_pool_average_rows is.
 * scratch: 4 * inner bytes.
 */
void tinyml_average_rows(const tinyml_mean *layer, unsigned height, tinyml_rows input,
                         int8_t *output, unsigned first, unsigned count, void *scratch);

/* ADD with broadcasting over up to four axes; a step of 0 repeats a value. May run in place on an
 * input that is not broadcast. The scale of a is the larger one: its factor is a half.
 */
typedef struct {
    uint32_t shape[4];
    uint32_t a_step[4], b_step[4];
    int32_t a_multiplier, b_multiplier, multiplier; /* Q0.31 */
    int8_t a_shift, b_shift, shift;
    int8_t a_zero_point, b_zero_point, zero_point;
    int8_t minimum, maximum;
    uint8_t rounding; /* as in an output stage */
} tinyml_sum;

void tinyml_add(const tinyml_sum *layer, const int8_t *a, const int8_t *b, int8_t *output);

/* ADD of whole rows of shape[3] elements each, nothing broadcast. */
void tinyml_add_rows(const tinyml_sum *layer, tinyml_rows a, tinyml_rows b, tinyml_rows output,
                     unsigned first, unsigned count);

/* Any function of one byte, int8 or uint8: output = table[input as uint8]. May run in place. */
void tinyml_look_up(const TINYML_FLASH uint8_t *table, uint32_t count, const void *input,
                    void *output);
void tinyml_look_up_rows(const TINYML_FLASH uint8_t *table, uint32_t row_bytes, tinyml_rows input,
                         tinyml_rows output, unsigned first, unsigned count);

/* SOFTMAX over the rows of (rows, columns), to int8 or int16. May run in place to int8. */
typedef struct {
    const TINYML_FLASH int32_t *exponentials; /* (entries) exp(-d * beta * scale) in Q0.31, d from 0 */
    uint16_t rows, columns;
    uint16_t entries; /* at most 256; those not there are 0 */
    uint8_t wide;     /* 1 where the output is int16, 0 where it is int8 */
} tinyml_normalization;

void tinyml_softmax(const tinyml_normalization *layer, const int8_t *input, void *output);

/* PAD: input (shape) goes into an output filled with `value`, `before` elements from its start. */
typedef struct {
    uint16_t shape[4];
    uint32_t out_step[4];
    uint32_t before, out_count;
    int8_t value;
} tinyml_padding;

void tinyml_pad(const tinyml_padding *layer, const int8_t *input, int8_t *output);

/* Part of CONCATENATION: `rows` pieces of `length` bytes, put `pitch` bytes apart. */
void tinyml_place(uint32_t rows, uint32_t length, uint32_t pitch, const void *input, void *output);

/* QUANTIZE from, and DEQUANTIZE to, float32 at the border of a network. A byte stands for
 * scale * ((byte ^ flip) - zero_point); flip is 0x80 where the byte is an int8.
 */
typedef struct {
    float scale;
    uint8_t zero_point, flip;
} tinyml_border;

void tinyml_quantize(const tinyml_border *border, uint32_t count, const void *input, void *output);
void tinyml_quantize_rows(const tinyml_border *border, uint32_t row_count, tinyml_rows input,
                          tinyml_rows output, unsigned first, unsigned count);
void tinyml_dequantize(const tinyml_border *border, uint32_t count, const void *input,
                       void *output);

#ifdef __cplusplus
}
#endif
#endif
