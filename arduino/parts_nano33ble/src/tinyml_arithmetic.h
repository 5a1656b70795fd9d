/* Integer arithmetic that every int8 kernel shares, equal to TensorFlow Lite Micro to the bit.
 *
 * Requantization follows gemmlowp (Jacob et al. 2018, "Quantization and Training of Neural Networks
 * for Efficient Integer-Arithmetic-Only Inference", section 2.2) with double rounding: a rounding
 * product in Q0.31, then a rounding right shift.
 *
 * TINYML_DSP is 1 on Arm cores with the DSP extension (Cortex-M4, M7, M33). The helpers below it
 * are single instructions; they are volatile so that the compiler keeps the order in which a
 * kernel issues them, which is what keeps its accumulators in registers.
 */
#ifndef TINYML_ARITHMETIC_H
#define TINYML_ARITHMETIC_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && defined(__ARMEL__)
#define TINYML_DSP 1
#else
#define TINYML_DSP 0
#endif

#if defined(__GNUC__)
#define TINYML_INLINE static inline __attribute__((always_inline, unused))
#define TINYML_APART __attribute__((noinline)) /* so that what it takes can be told apart */
#else
#define TINYML_INLINE static inline
#define TINYML_APART
#endif

/* acc + addend, wrapping around as the accumulators of every runtime do. */
TINYML_INLINE int32_t tinyml_wrapping_add(int32_t acc, int32_t addend)
{
    return (int32_t)((uint32_t)acc + (uint32_t)addend);
}

TINYML_INLINE int32_t tinyml_clamp(int32_t x, int32_t minimum, int32_t maximum)
{
    return x < minimum ? minimum : x > maximum ? maximum : x;
}

#if defined(__AVR__)

/* The bytes of x * multiplier, row by row, are added up in `low` and `high` of 32 bits each; then
 * half is added, and bits 31 to 62 are moved to where `high` is.
 */
#define TINYML_ROW(x, p0, p1, p2, p3, p4)                                                          \
    "mul " x ", %A[m]\n\tmovw %[t], r0\n\tmul " x ", %C[m]\n\tclr " p4 "\n\t"                      \
    "add " p0 ", %A[t]\n\tadc " p1 ", %B[t]\n\tadc " p2 ", r0\n\tadc " p3 ", r1\n\t"               \
    "rol " p4 "\n\tmul " x ", %B[m]\n\tmovw %[t], r0\n\tmul " x ", %D[m]\n\t"                      \
    "add " p1 ", %A[t]\n\tadc " p2 ", %B[t]\n\tadc " p3 ", r0\n\tadc " p4 ", r1\n\t"
#define TINYML_TAKE_IF(negative, part)                                                             \
    "sbrs %D[" negative "], 7\n\trjmp 1f\n\tsub %A[high], %A[" part "]\n\t"                        \
    "sbc %B[high], %B[" part "]\n\tsbc %C[high], %C[" part "]\n\tsbc %D[high], %D[" part "]\n1:\n\t"

/* x * multiplier for a multiplier in Q0.31, rounded half up; a third of what int64_t takes. */
static __attribute__((noinline, unused)) int32_t tinyml_multiply(int32_t x, int32_t multiplier)
{
    uint32_t low = 0, high;
    uint16_t t;

    __asm__(TINYML_ROW("%A[x]", "%A[low]", "%B[low]", "%C[low]", "%D[low]", "%A[high]")
            TINYML_ROW("%B[x]", "%B[low]", "%C[low]", "%D[low]", "%A[high]", "%B[high]")
            TINYML_ROW("%C[x]", "%C[low]", "%D[low]", "%A[high]", "%B[high]", "%C[high]")
            TINYML_ROW("%D[x]", "%D[low]", "%A[high]", "%B[high]", "%C[high]", "%D[high]")
            TINYML_TAKE_IF("x", "m") TINYML_TAKE_IF("m", "x")
            "clr __zero_reg__\n\tsubi %D[low], 0xC0\n\t" /* + 0x40, with what it carries turned */
            "sbci %A[high], 0xFF\n\tsbci %B[high], 0xFF\n\tsbci %C[high], 0xFF\n\t"
            "sbci %D[high], 0xFF\n\tlsl %D[low]\n\trol %A[high]\n\trol %B[high]\n\t"
            "rol %C[high]\n\trol %D[high]"
            : [low] "+d"(low), [high] "=&d"(high), [t] "=&r"(t)
            : [x] "r"(x), [m] "r"(multiplier));
    return (int32_t)high;
}

#else

/* x * multiplier for a multiplier in Q0.31, rounded half up. */
TINYML_INLINE int32_t tinyml_multiply(int32_t x, int32_t multiplier)
{
#if defined(__thumb__) && !defined(__thumb2__)
    /* By halves, as there is no product of 64 bits; what is below bit 16 cannot carry to bit 31. */
    const int32_t x_high = x >> 16, high = multiplier >> 16;
    const uint32_t x_low = (uint16_t)x, low = (uint16_t)multiplier;
    const int32_t crossed = x_high * (int32_t)low + (int32_t)(x_low * low >> 16);
    const int32_t middle = (int32_t)x_low * high + (uint16_t)crossed + ((int32_t)1 << 14);

    return (int32_t)((uint32_t)(x_high * high + (crossed >> 16)) << 1) + (middle >> 15);
#else
    return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << 30)) >> 31);
#endif
}

#endif

/* x >> count. An AVR shifts by one bit at a time, but has its bytes at hand. */
TINYML_INLINE int32_t tinyml_shift_right(int32_t x, int count)
{
#if defined(__AVR__)
    for (; count >= 8; count -= 8)
        x >>= 8;
#endif
    return x >> count;
}

/* x / 2^exponent, rounded half up; exponent 1..31. */
TINYML_INLINE int32_t tinyml_divide_half_up(int32_t x, int exponent)
{
    return (tinyml_shift_right(x, exponent - 1) + 1) >> 1;
}

/* x / 2^exponent, rounded half away from zero; x above INT32_MIN, exponent 0..31. */
TINYML_INLINE int32_t tinyml_divide_by_power(int32_t x, int exponent)
{
    return exponent > 0 ? tinyml_divide_half_up(x + (x >> 31), exponent) : x;
}

/* x * multiplier / 2^shift; multiplier in Q0.31; a negative shift goes to the left, first. */
TINYML_INLINE int32_t tinyml_requantize(int32_t x, int32_t multiplier, int shift)
{
    if (shift > 0)
        return tinyml_divide_by_power(tinyml_multiply(x, multiplier), shift);
    return tinyml_multiply((int32_t)((uint32_t)x << -shift), multiplier);
}

#if TINYML_DSP

/* Memory is read and written as words of four int8 or two int16 values. */
typedef uint32_t __attribute__((may_alias)) tinyml_word;

typedef struct {
    tinyml_word word;
} __attribute__((packed, may_alias)) tinyml_unaligned;

TINYML_INLINE uint32_t tinyml_load_unaligned(const void *address)
{
    return ((const tinyml_unaligned *)address)->word;
}

typedef struct {
    uint16_t half;
} __attribute__((packed, may_alias)) tinyml_unaligned_half;

TINYML_INLINE uint32_t tinyml_load_half(const void *address)
{
    return ((const tinyml_unaligned_half *)address)->half;
}

#if defined(__clang__)

#define TINYML_INSTRUCTION(mnemonic, acc, a, b) \
    (__builtin_arm_##mnemonic((int32_t)(a), (int32_t)(b), acc))

#else

/* acc becomes mnemonic(a, b, acc). */
#define TINYML_INSTRUCTION(mnemonic, acc, a, b)                                                    \
    (__extension__({                                                                               \
        int32_t tinyml_sum = (acc);                                                                \
        __asm__ volatile(#mnemonic " %0, %1, %2, %0" : "+r"(tinyml_sum) : "r"(a), "r"(b));         \
        tinyml_sum;                                                                                \
    }))

#endif

/* acc + a.low * b.low + a.high * b.high */
TINYML_INLINE int32_t tinyml_mac_pairs(int32_t acc, uint32_t a, uint32_t b)
{
    return TINYML_INSTRUCTION(smlad, acc, a, b);
}

/* acc + a.low * b.low */
TINYML_INLINE int32_t tinyml_mac_low_low(int32_t acc, uint32_t a, uint32_t b)
{
    return TINYML_INSTRUCTION(smlabb, acc, a, b);
}

/* acc + a.low * b.high */
TINYML_INLINE int32_t tinyml_mac_low_high(int32_t acc, uint32_t a, uint32_t b)
{
    return TINYML_INSTRUCTION(smlabt, acc, a, b);
}

/* acc + a.high * b.low */
TINYML_INLINE int32_t tinyml_mac_high_low(int32_t acc, uint32_t a, uint32_t b)
{
    return TINYML_INSTRUCTION(smlatb, acc, a, b);
}

/* Bytes 0 and 2 of four, sign-extended to int16. */
TINYML_INLINE uint32_t tinyml_even_bytes(uint32_t word)
{
#if defined(__clang__)
    return (uint32_t)__builtin_arm_sxtb16((int32_t)word);
#else
    uint32_t pair;
    __asm__ volatile("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
#endif
}

/* Bytes 1 and 3 of four, sign-extended to int16. */
TINYML_INLINE uint32_t tinyml_odd_bytes(uint32_t word)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
}

/* Two sums of int16, each plus one of the bytes 0 and 2, or 1 and 3. */
TINYML_INLINE uint32_t tinyml_add_even_bytes(uint32_t sums, uint32_t word)
{
    __asm__("sxtab16 %0, %0, %1" : "+r"(sums) : "r"(word));
    return sums;
}

TINYML_INLINE uint32_t tinyml_add_odd_bytes(uint32_t sums, uint32_t word)
{
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sums) : "r"(word));
    return sums;
}

/* (low, high) as one word of two int16. */
TINYML_INLINE uint32_t tinyml_pair(int32_t low, int32_t high)
{
    uint32_t pair;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(low), "r"(high));
    return pair;
}

/* acc + the upper word of (a * b + 2^31). */
TINYML_INLINE int32_t tinyml_mac_upper(int32_t acc, int32_t a, int32_t b)
{
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));
    return result;
}

/* The upper word of (acc * 2^32 - a * b + 2^31). */
TINYML_INLINE int32_t tinyml_take_upper(int32_t acc, int32_t a, int32_t b)
{
    int32_t result;
    __asm__("smmlsr %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));
    return result;
}

TINYML_INLINE int32_t tinyml_saturate(int32_t x)
{
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(x));
    return result;
}

#endif
#endif
