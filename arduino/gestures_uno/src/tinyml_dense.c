#include "tinyml_dense_block.h"
#include "tinyml_dense_sums.h"
#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

enum { CHANNELS = TINYML_DENSE_CHANNELS, GROUP = 4 };

/* Only the optimizer leaves the registers that the loop below takes. */
#if TINYML_DSP && defined(__OPTIMIZE__)
#define FAST 1
#else
#define FAST 0
#endif

/* Add the products of four channels (a, b, c, d) and `depth` inputs, a multiple of four. */
#if TINYML_DSP

static void multiply_four(const TINYML_FLASH uint32_t *weights,
                          const int8_t *input, unsigned depth,
                          int borrowed, int32_t *sum)
{
    int32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3];

    for (unsigned k = 0; k < depth; k += GROUP) {
        const uint32_t four = tinyml_load_unaligned(input + k);
        uint32_t x = tinyml_even_bytes(four);

        for (unsigned half = 0; half < 2; half++, x = tinyml_odd_bytes(four)) {
            const uint32_t ab = *weights++, cd = *weights++;

            a = tinyml_mac_pairs(a, tinyml_even_bytes(ab), x);
            b = tinyml_mac_pairs(b, borrowed ? ab : tinyml_odd_bytes(ab), x);
            c = tinyml_mac_pairs(c, tinyml_even_bytes(cd), x);
            d = tinyml_mac_pairs(d, borrowed ? cd : tinyml_odd_bytes(cd), x);
        }
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
}

#else

#define multiply_four tinyml_add_products

#endif

/* Write the int8 values of up to four channels. */
static void finish_four(const tinyml_output_stage *stage, unsigned first, unsigned count,
                        const int32_t *sum, int8_t *output)
{
    for (unsigned i = 0; i < count; i++) {
        const tinyml_channel channel = tinyml_channel_of(stage, first + i);

        output[first + i] =
            tinyml_finish(stage, channel, tinyml_wrapping_add(sum[i], channel.bias));
    }
}

#if FAST

/* Four inputs of four channels: 16 products in 16 instructions, nothing widened but in registers.
 * LDM takes its registers in rising order, so they have names.
 */
#define STEP                                                                                       \
    "ldr %[x], [%[input]], #4\n\t"                                                                 \
    "ldmia %[weights]!, {r4, r5, r6, r8}\n\t"                                                      \
    "sxtb16 %[near], %[x]\n\t"                                                                     \
    "smlad %[b], r4, %[near], %[b]\n\t"                                                            \
    "sxtb16 r4, r4\n\t"                                                                            \
    "smlad %[a], r4, %[near], %[a]\n\t"                                                            \
    "smlad %[d], r5, %[near], %[d]\n\t"                                                            \
    "sxtb16 r5, r5\n\t"                                                                            \
    "smlad %[c], r5, %[near], %[c]\n\t"                                                            \
    "sxtb16 %[x], %[x], ror #8\n\t"                                                                \
    "smlad %[b], r6, %[x], %[b]\n\t"                                                               \
    "sxtb16 r6, r6\n\t"                                                                            \
    "smlad %[a], r6, %[x], %[a]\n\t"                                                               \
    "smlad %[d], r8, %[x], %[d]\n\t"                                                               \
    "sxtb16 r8, r8\n\t"                                                                            \
    "smlad %[c], r8, %[x], %[c]\n\t"
/* Do so up to `end`, eight inputs at a time, the first four alone if their number is `odd`; then, if
 * there is a `rest`, with its four. GCC would move registers about in loops of C; Clang may keep r7,
 * and has none for `end`.
 */
#if defined(__clang__)
#define TAKE(steps)                                                                                \
    __asm__ volatile(steps                                                                         \
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d),                         \
                       [weights] "+r"(weights), [input] "+r"(input), [x] "=&r"(x),                 \
                       [near] "=&r"(near)                                                          \
                     :                                                                             \
                     : "r4", "r5", "r6", "r8", "memory")
#define ADVANCE_TO_END()                                                                           \
    do {                                                                                           \
        if (odd)                                                                                   \
            TAKE(STEP);                                                                            \
        while (input != end)                                                                       \
            TAKE(STEP STEP);                                                                       \
        input = rest;                                                                              \
        if (rest)                                                                                  \
            TAKE(STEP);                                                                            \
    } while (0)
#else
#define ADVANCE_TO_END()                                                                           \
    __asm__ volatile("ldr %[x], %[odd]\n\t"                                                        \
                     "cmp %[x], #0\n\t"                                                            \
                     "bne 1f\n"                                                                    \
                     "0:\n\t" STEP "1:\n\t" STEP "cmp %[input], %[end]\n\t"                        \
                     "bne 0b\n\t"                                                                  \
                     "ldr %[input], %[rest]\n\t"                                                   \
                     "cmp %[input], #0\n\t"                                                        \
                     "beq 2f\n\t"                                                                  \
                     "add %[x], %[input], #4\n\t"                                                  \
                     "cmp %[end], %[x]\n\t"                                                        \
                     "mov %[end], %[x]\n\t"                                                        \
                     "bne 1b\n"                                                                    \
                     "2:\n\t"                                                                      \
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d),                         \
                       [weights] "+r"(weights), [input] "+r"(input), [end] "+r"(end),              \
                       [x] "=&r"(x), [near] "=&r"(near)                                            \
                     : [odd] "m"(odd), [rest] "m"(rest)                                            \
                     : "r4", "r5", "r6", "r8", "cc", "memory")
#endif

#endif

/* Copy the last inputs, fewer than a group, with zeros behind them. */
TINYML_INLINE void copy_rest(int8_t *rest, const int8_t *input, unsigned inputs)
{
    for (unsigned i = 0, k = inputs & ~(GROUP - 1u); i < GROUP; i++, k++)
        rest[i] = k < inputs ? input[k] : 0;
}

/* Connect any layer whose weights are borrowed, or not. */
TINYML_INLINE void connect_any(const tinyml_dense *layer, const int8_t *input, int8_t *output,
                               int borrowed)
{
    const unsigned depth = layer->filters.depth, channels = layer->filters.channels;
    const TINYML_FLASH uint32_t *weights = layer->filters.weights;
    const unsigned inputs = layer->inputs, whole = inputs - inputs % GROUP;
    int8_t copied[GROUP];
    const int8_t *const rest = whole < inputs ? copied : 0;

    copy_rest(copied, input, inputs);
    for (unsigned c = 0; c < channels; c += CHANNELS, weights += depth) {
        const TINYML_FLASH uint32_t *next = weights;
        int32_t sum[CHANNELS] = {0};

        for (const int8_t *part = whole > 0 ? input : rest; part; next += whole) {
            multiply_four(next, part, part == rest ? GROUP : whole, borrowed, sum);
            part = part == rest ? 0 : rest;
        }
        if (borrowed)
            for (unsigned i = 0; i < CHANNELS; i += 2)
                sum[i + 1] = (sum[i + 1] - sum[i]) >> 8;
        finish_four(&layer->stage, c, channels - c < CHANNELS ? channels - c : CHANNELS, sum,
                    output);
    }
}

void tinyml_connect(const tinyml_dense *layer, const int8_t *inputs, int8_t *output)
{
#if FAST
    const TINYML_FLASH uint32_t *weights = layer->filters.weights;
    const tinyml_fast_channel one = tinyml_one_channel(&layer->stage);
    const TINYML_FLASH int32_t *bias = layer->stage.bias;
    const int8_t *whole_end = inputs + layer->inputs / GROUP * GROUP;
    int8_t last[GROUP];
    const int8_t *rest = 0; /* if there are other inputs before it */

    if (layer->inputs % GROUP) {
        copy_rest(last, inputs, layer->inputs);
        if (layer->inputs > GROUP) {
            rest = last;
        } else {
            inputs = last;
            whole_end = last + GROUP;
        }
    }
    const int odd = (whole_end - inputs) & GROUP;

    for (int left = layer->filters.channels; left > 0; left -= CHANNELS) {
        const int8_t *input = inputs, *end = whole_end;
        int32_t a = bias[0], b = a, c = bias[2], d = c;
        uint32_t x, near;

        ADVANCE_TO_END();
        b = ((b - a) >> 8) + bias[1];
        d = ((d - c) >> 8) + bias[3];
        bias += CHANNELS;
        tinyml_finish_block(layer, one, (unsigned)left, a, b, c, d, output);
        output += CHANNELS;
    }
#else
    connect_any(layer, inputs, output, 1);
#endif
}

void tinyml_connect_general(const tinyml_dense *layer, const int8_t *input, int8_t *output)
{
    connect_any(layer, input, output, layer->filters.borrowed);
}
