"""Exponential, logistic and tanh in 32-bit fixed point, to the bit as gemmlowp computes them.

A Qm.n number is an int32 with m integer and n = 31 - m fractional bits. Arrays are int64 that
hold int32 values, so that products fit.

References
----------
gemmlowp, `fixedpoint/fixedpoint.h`: `exp_on_negative_values`,
`one_over_one_plus_x_for_x_in_0_1`, `logistic`, `tanh`.
TFLM, `tensorflow/lite/kernels/internal/common.h`: `GetReciprocal`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Raw = NDArray[np.int64]

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1
_ONE_Q0 = INT32_MAX
_ONE_Q2 = 1 << 29
_ONE_AND_A_HALF_Q3 = 3 << 27
_EXP_MINUS_1_8 = 1895147668
_ONE_THIRD = 715827883
_EXP_MINUS_POWERS_OF_2 = {  # exp(-2^k) in Q0.31
    -2: 1672461947,
    -1: 1302514674,
    0: 790015084,
    1: 290630308,
    2: 39332535,
    3: 720401,
    4: 242,
}
_LOG_2 = 1488522236
_HALF_TO_ONE_HALF = 1518500250
_HALF_TO_ONE_QUARTER = 1805811301
_NUMERATOR_CUBE = 117049297  # 11/240 * 2^(1/4)
_DENOMINATOR_SQUARE = 127690142  # 1/20 * 2^(1/4)
_DENOMINATOR_FIRST = 1057819769  # 2 / 2^(1/4) - 2^(1/4)
_DENOMINATOR_SECOND = 638450708  # 1/4 * 2^(1/4)
_48_OVER_17_Q2 = 1515870810
_MINUS_32_OVER_17_Q2 = -1010580540


def multiply(a: Raw, b: Raw | int) -> Raw:
    """Multiply Q0.31 by any Q: the high word of the doubled product, rounded to nearest."""
    product: Raw = (a * b + (1 << 30)) >> 31
    return np.minimum(product, INT32_MAX)


def shift_left(x: Raw, bits: int) -> Raw:
    """Multiply by 2^bits and saturate to int32."""
    shifted: Raw = np.clip(x << bits, INT32_MIN, INT32_MAX)
    return shifted


def shift_right(x: Raw, bits: int | Raw) -> Raw:
    """Divide by 2^bits (bits at least 1), rounded to nearest, ties away from zero."""
    half = np.left_shift(np.int64(1), np.asarray(bits, np.int64) - 1)
    result: Raw = (x + half - (x < 0)) >> bits
    return result


def exp_of_negative(x: Raw, integer_bits: int) -> Raw:
    """Return exp(x) in Q0.31 for x <= 0 in Q with `integer_bits` integer bits.

    x is cut into a part in (-1/4, 0], whose exponential is a polynomial, and powers of two, whose
    exponentials are constants.
    """
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    small = (x & (quarter - 1)) - quarter
    result = _exp_of_small(shift_left(small, integer_bits))
    rest = small - x
    for exponent, factor in _EXP_MINUS_POWERS_OF_2.items():
        if exponent < integer_bits:
            present = (rest >> (fraction_bits + exponent)) & 1
            result = np.where(present == 1, multiply(result, factor), result)
    return np.where(x == 0, _ONE_Q0, result)


def _exp_of_small(x: Raw) -> Raw:
    """Return exp(x) for x in [-1/4, 0), both in Q0.31: a Taylor polynomial around -1/8."""
    x = x + (1 << 28)
    x2 = multiply(x, x)
    x3 = multiply(x2, x)
    x4 = multiply(x2, x2)
    tail = shift_right(multiply(shift_right(x4, 2) + x3, _ONE_THIRD) + x2, 1)
    return _EXP_MINUS_1_8 + multiply(x + tail, _EXP_MINUS_1_8)


def _newton_reciprocal(x: Raw) -> Raw:
    """Return 2 / (1 + x) in Q2.29 for x in [0, 1] in Q0.31, by three Newton steps."""
    total = x + _ONE_Q0
    half_denominator = (total + 1) >> 1
    estimate = _48_OVER_17_Q2 + multiply(half_denominator, _MINUS_32_OVER_17_Q2)
    for _ in range(3):
        error = _ONE_Q2 - multiply(half_denominator, estimate)
        estimate = estimate + shift_left(multiply(estimate, error), 2)
    return estimate


def one_over_one_plus(x: Raw) -> Raw:
    """Return 1 / (1 + x) in Q0.31 for x in [0, 1] in Q0.31."""
    return shift_left(_newton_reciprocal(x), 1)


def sign_bits(x: Raw) -> Raw:
    """Return how far an int32 can be shifted to the left: its bits that repeat the sign."""
    return _leading_zeros(np.maximum(2 * np.where(x < 0, ~x, x), 1))


def reciprocal(x: Raw, integer_bits: int) -> tuple[Raw, Raw]:
    """Return the reciprocal of x > 0 as a Q0.31 mantissa in [1/2, 1] and the bits x is above 1."""
    headroom = _leading_zeros(x)
    mantissa = one_over_one_plus((x << headroom) - (1 << 31))
    return mantissa, integer_bits - headroom


def logistic(x: Raw, integer_bits: int) -> Raw:
    """Return 1 / (1 + exp(-x)) in Q0.31."""
    positive = one_over_one_plus(exp_of_negative(-np.abs(x), integer_bits))
    return np.where(x == 0, 1 << 30, np.where(x > 0, positive, _ONE_Q0 - positive))


def tanh(x: Raw, integer_bits: int) -> Raw:
    """Return tanh(x) in Q0.31."""
    # The same bits with one more integer bit are 2x: tanh(x) = (1 - e) / (1 + e), e = exp(-2x).
    decay = exp_of_negative(-np.abs(x), integer_bits + 1)
    magnitude = shift_left(_newton_reciprocal(decay) - _ONE_Q2, 2)
    return np.where(x == 0, 0, np.where(x < 0, -magnitude, magnitude))


def logarithm(x: Raw, integer_bits: int) -> Raw:
    """Return log(x) in Q5.26 for x of at least 1 with `integer_bits` integer bits.

    x is a power of two times what lies around 2^(-1/4), whose logarithm is a quotient of
    polynomials. Of two ways to cut it, one a quarter to either side, the nearer one is taken.
    """
    wide = 6
    one, quarter = 1 << (31 - wide), 1 << (29 - wide)
    zeros, b_zeros = _leading_zeros(x), _leading_zeros(multiply(x, _HALF_TO_ONE_HALF))
    first = shift_left(multiply(x << (zeros - 1), _HALF_TO_ONE_HALF), 1)
    second = np.minimum(x << (b_zeros - 1), INT32_MAX)
    exponent = np.maximum(
        (integer_bits - zeros) * one + quarter, (integer_bits - b_zeros + 1) * one - quarter
    )
    r = np.minimum(first, second)
    q = 2 * (r - _HALF_TO_ONE_QUARTER)
    square = multiply(q, q)
    numerator = multiply(q, r) + multiply(multiply(q, square), _NUMERATOR_CUBE)
    inner = _DENOMINATOR_FIRST + q + multiply(square, _DENOMINATOR_SQUARE)
    denominator = multiply((r + _HALF_TO_ONE_QUARTER + 1) >> 1, inner)
    denominator += multiply(q, _DENOMINATOR_SECOND)
    quotient = multiply(shift_right(numerator, wide), one_over_one_plus(denominator))
    return shift_left(multiply(exponent, _LOG_2) + quotient, 1)


def _leading_zeros(x: Raw) -> Raw:
    """Return the zeros before the first one of int32 values above 0."""
    _, length = np.frexp(x.astype(np.float64))
    return 32 - length.astype(np.int64)


def inverse_root(x: Raw) -> tuple[Raw, Raw]:
    """Return 1 / sqrt(x) of integers from 0 up, as mantissa / 2^(31 + shift); 0 counts as 1.

    Five Newton steps from 1 in Q3.28.
    """
    small = x <= 1
    x = np.where(small, 2, x)
    fourths = np.maximum(0, (32 - _leading_zeros(x) - 29 + 1) // 2)
    x = x >> (2 * fourths)
    pairs = (_leading_zeros(x) - 1) // 2 - 1
    shift = 11 + fourths - pairs
    half = shift_right((x << (2 * pairs)) >> 1, 1)
    root = np.full_like(x, 1 << 28)
    for _ in range(5):
        cube = shift_left(multiply(multiply(root, root), root), 6)
        root = shift_left(multiply(root, _ONE_AND_A_HALF_Q3) - multiply(half, cube), 3)
    mantissa = multiply(root, _HALF_TO_ONE_HALF) << np.maximum(-shift, 0)
    return np.where(small, INT32_MAX, mantissa), np.where(small, 0, np.maximum(shift, 0))
