/* FULLY_CONNECTED where speed is worth scratch memory: inputs are widened once, for all channels.
 *
 * What lies in scratch, four inputs at a time, is the two words that one group of weights meets:
 * (k, k + 2), (k + 1, k + 3). Eight inputs and four channels then take 27 instructions, of which 16
 * multiply.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2,omit-frame-pointer") /* also where the rest is built for size */
#endif

#include "tinyml_dense_block.h"
#include "tinyml_kernels.h"
#include "tinyml_output_stage.h"

enum { CHANNELS = TINYML_DENSE_CHANNELS, GROUP = 4, BLOCK = 8, UNROLLED = 4 * BLOCK };

/* The optimizer leaves the registers that the block below takes. */
#if TINYML_DSP && defined(__OPTIMIZE__)

/* Widen inputs in the order of the weights, with zeros up to `depth`. */
static void widen(const int8_t *input, unsigned inputs, unsigned depth, int16_t *wide)
{
    unsigned k = 0;

    for (; k + GROUP <= inputs; k += GROUP, wide += GROUP) {
        const uint32_t x = tinyml_load_unaligned(input + k);

        ((tinyml_word *)wide)[0] = tinyml_even_bytes(x);
        ((tinyml_word *)wide)[1] = tinyml_odd_bytes(x);
    }
    for (; k < depth; k += GROUP, wide += GROUP)
        for (unsigned i = 0; i < GROUP; i++)
            wide[i / 2 + i % 2 * 2] = k + i < inputs ? input[k + i] : 0;
}

/* Four channels' weights of four inputs, which lie in two words. */
#define STEP(near, far)                                                                            \
    "ldmia %[weights]!, {r4, r5, r6, r8}\n\t"                                                      \
    "smlad %[b], r4, " near ", %[b]\n\t"                                                           \
    "sxtb16 r4, r4\n\t"                                                                            \
    "smlad %[a], r4, " near ", %[a]\n\t"                                                           \
    "smlad %[d], r5, " near ", %[d]\n\t"                                                           \
    "sxtb16 r5, r5\n\t"                                                                            \
    "smlad %[c], r5, " near ", %[c]\n\t"                                                           \
    "smlad %[b], r6, " far ", %[b]\n\t"                                                            \
    "sxtb16 r6, r6\n\t"                                                                            \
    "smlad %[a], r6, " far ", %[a]\n\t"                                                            \
    "smlad %[d], r8, " far ", %[d]\n\t"                                                            \
    "sxtb16 r8, r8\n\t"                                                                            \
    "smlad %[c], r8, " far ", %[c]\n\t"
#if defined(__clang__) /* which may keep r7 for itself */
#define FOUR "ldrd r9, r10, [%[input]], #8\n\t" STEP("r9", "r10")
#define EIGHT FOUR FOUR
#define INPUTS "r9", "r10"
#else
#define EIGHT "ldmia %[input]!, {r9, r10, r11, r12}\n\t" STEP("r9", "r10") STEP("r11", "r12")
#define INPUTS "r9", "r10", "r11", "r12"
#endif
#define ADVANCE(steps)                                                                             \
    __asm__ volatile(steps                                                                         \
                     : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d),                         \
                       [weights] "+r"(weights), [input] "+r"(input)                                \
                     :                                                                             \
                     : "r4", "r5", "r6", "r8", INPUTS, "memory")

void tinyml_connect_wide(const tinyml_dense *layer, const int8_t *inputs, int8_t *output,
                         void *scratch)
{
    const unsigned depth = layer->filters.depth;
    const TINYML_FLASH uint32_t *weights = layer->filters.weights;
    const tinyml_fast_channel one = tinyml_one_channel(&layer->stage);
    const TINYML_FLASH int32_t *bias = layer->stage.bias;
    const int16_t *const odd_end = (const int16_t *)scratch + depth % UNROLLED;
    const int16_t *const end = (const int16_t *)scratch + depth;

    widen(inputs, layer->inputs, depth, scratch);
    for (int left = layer->filters.channels; left > 0; left -= CHANNELS) {
        const int16_t *input = scratch;
        int32_t a = bias[0], b = a, c = bias[2], d = c;

        while (input != odd_end)
            ADVANCE(EIGHT);
        while (input != end)
            ADVANCE(EIGHT EIGHT EIGHT EIGHT);
        b = ((b - a) >> 8) + bias[1];
        d = ((d - c) >> 8) + bias[3];
        bias += CHANNELS;
        tinyml_finish_block(layer, one, (unsigned)left, a, b, c, d, output);
        output += CHANNELS;
    }
}

#else

/* Without DSP instructions, bytes are widened as they are read. */
void tinyml_connect_wide(const tinyml_dense *layer, const int8_t *inputs, int8_t *output,
                         void *scratch)
{
    (void)scratch;
    tinyml_connect_general(layer, inputs, output);
}

#endif
