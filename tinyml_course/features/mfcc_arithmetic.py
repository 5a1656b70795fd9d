"""The MFCC arithmetic, vectorised: int16 frames in, int16 coefficients out, every bit specified.

`c/tinyml_mfcc.c` computes the same integers one frame at a time. Here they travel in float64,
which holds integers up to 2**53 exactly: a product of two integer matrices is then exact in any
order of summation, and BLAS may do it. The specification, all divisions rounding as written:

1. window     p[n] = x[n] * hann[n]                                      Q15, 31 bits
2. columns    y[b, q] = round(sum_a p[16 a + b] W32^(a q) / 2^18)        Q11, q = 0..16
3. spectrum   X[k] = round(sum_b y[b, q] W512^(b k) / 2^22)              Q3, |X| < 2^26
              for every k = q (mod 32) with -128 < k < 128; for q = 0 and 16 only k > 0
4. magnitude  m[|k|] = floor(sqrt(Re X[k]^2 + Im X[k]^2))                Q3
5. mel        e[j] = floor(sum_k m[k] mel[k, j] / 2^13) + 32 floor       Q5, 31 bits
6. log        l[j] = log2(e[j]) by table and linear interpolation        Q15
7. DCT        c[i] = round(sum_j l[j] dct[i, j] / 2^23)                  Q4 of int8 steps

W is the complex twiddle factor cos - i sin with Q14 parts; round(v) = floor(v + 1/2). A 16-bit
sample keeps 11 more bits through the transform, so a quiet clip loses nothing and needs no
scaling of its own. Steps 2 and 3 are the Cooley-Tukey factoring of 512 into 32 x 16 with the
twiddles left inside the second matrix: two roundings between sample and spectrum in place of
the nine of a radix-2 transform.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tinyml_course.features import mfcc_tables as tables
from tinyml_course.features.mfcc_tables import BINS, COLUMNS, FFT, ROWS, WINDOW

Exact = NDArray[np.float64]  # integers, exact because below 2**53

RESIDUES = ROWS // 2 + 1  # q = 0..16; a real signal's other residues are conjugates
PER_RESIDUE = 2 * BINS // ROWS  # bins k = q (mod 32) in -128..127


def magnitudes(frames: NDArray[np.int16]) -> Exact:
    """Return steps 1 to 4 for every bin of every residue, Q3.

    Parameters
    ----------
    frames : (..., 480) int16
        n frames in all; overlapping views are welcome.

    Returns
    -------
    (n, 17, 8) float64
        Bins in the order of `bin_order`.
    """
    windowed = (frames * _window()).reshape(-1, WINDOW // COLUMNS, COLUMNS)
    columns = _rounded(_column_twiddles() @ windowed)  # (n, re/im of each q, b)
    columns = columns.reshape(-1, RESIDUES, 2 * COLUMNS).transpose(1, 0, 2)  # (q, n, re/im of b)
    spectrum = np.empty((2, len(windowed), RESIDUES, PER_RESIDUE))  # (re/im, n, q, k)
    np.matmul(columns, _bin_twiddles(), out=spectrum.transpose(0, 2, 1, 3))
    re, im = np.square(_rounded(spectrum), out=spectrum)
    re += im
    # Below 2**52 the floor of the correctly rounded square root is the integer square root.
    root: Exact = np.floor(np.sqrt(re, out=re), out=re)
    return root


def log_mel(magnitude: Exact, floor: int) -> NDArray[np.int64]:
    """Return steps 5 and 6: log2 of the mel bands over one int16 step, Q15, shape (n, 40)."""
    n = len(magnitude)
    groups = _mel_by_residue()
    mel = np.empty((n, tables.BANDS))
    by_group = mel.reshape(n, len(groups), -1).transpose(1, 0, 2)
    np.matmul(magnitude.reshape(n, RESIDUES * PER_RESIDUE), groups, out=by_group)
    np.floor(mel, out=mel)
    mel += 32 * floor
    bits = mel.view(np.int64)  # IEEE 754: the exponent is the place of the leading one
    exponent = (bits >> 52) - 1023 - 5
    mantissa = (bits >> 36) & 0xFFFF
    table, slope = _log2_table()
    step, part = mantissa >> 11, mantissa & 0x7FF
    fraction = table[step] + ((slope[step] * part + 2**10) >> 11)
    return np.asarray((exponent << 15) + fraction)


def coefficients(log_mel_q15: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return step 7: cepstral coefficients in sixteenths of an int8 step, shape (n, 10)."""
    exact = log_mel_q15.astype(np.float64) @ _dct_matrix()
    return _rounded(exact).astype(np.int16)


@cache
def bin_order() -> NDArray[np.int64]:
    """Return which k each place of `magnitudes` holds, shape (17, 8), from -128 to 127."""
    residue = np.arange(RESIDUES)[:, None]
    return residue + ROWS * np.arange(-PER_RESIDUE // 2, PER_RESIDUE // 2)


@cache
def used_bins() -> NDArray[np.bool_]:
    """Return where `bin_order` holds a bin the mel filters read, each |k| once, shape (17, 8)."""
    k = bin_order()
    self_conjugate = (k % (ROWS // 2)) == 0
    return np.asarray((abs(k) < BINS) & (k != 0) & ~(self_conjugate & (k < 0)))


def _rounded(values: Exact) -> Exact:
    values += 0.5
    return np.floor(values, out=values)


@cache
def _window() -> Exact:
    return _scaled(tables.hann_window(), 0)


@cache
def _column_twiddles() -> Exact:
    """W32^(a q) / 2^18 as rows (q, re/im) by columns a, shape (34, 30)."""
    turn = COLUMNS * np.arange(RESIDUES)[:, None] * np.arange(WINDOW // COLUMNS)
    cos, sin = _turns(turn)
    return _scaled(np.stack([cos, -sin], axis=1).reshape(2 * RESIDUES, -1), 18)


@cache
def _bin_twiddles() -> Exact:
    """W512^(b k) / 2^22 as real matrices, for re/im and q: (re/im of b) by k, (2, 17, 32, 8)."""
    cos, sin = _turns(np.arange(COLUMNS)[:, None] * bin_order()[:, None, :])
    to_re = np.concatenate([cos, sin], axis=1)
    to_im = np.concatenate([-sin, cos], axis=1)
    return _scaled(np.stack([to_re, to_im]), 22)


@cache
def _mel_by_residue() -> Exact:
    """Mel filters / 2^13 in the order of `bin_order`, unused places zero, shape (4, 136, 10).

    In four groups of bands, because BLAS starts threads, which cost more than they save, for a
    product of more than some 2^18 multiplications.
    """
    rows = tables.mel_matrix()[abs(bin_order()) % BINS] * used_bins()[..., None]
    groups = rows.reshape(RESIDUES * PER_RESIDUE, 4, -1).transpose(1, 0, 2)
    return _scaled(np.ascontiguousarray(groups), 13)


@cache
def _log2_table() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    table = tables.log2_table()
    return table, np.diff(table)


@cache
def _dct_matrix() -> Exact:
    return _scaled(tables.dct_matrix().T, 23)


def _scaled(integers: NDArray[np.int64], bits: int) -> Exact:
    """Divide a matrix by 2**bits, exactly: its products then come out shifted."""
    return np.asarray(integers / 2.0**bits)


def _turns(index: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cosine and sine of `index` 512ths of a turn, Q14."""
    table = tables.cosine_table()
    return table[index % FFT], table[(index + 3 * FFT // 4) % FFT]
