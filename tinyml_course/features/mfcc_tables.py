"""Integer tables of the MFCC front end: formulas in, the numbers both sides compute with out.

Each function evaluates its formula in double precision and rounds it once to a small integer.
NumPy multiplies with these very integers and the C header prints them, so the two sides can only
differ where the arithmetic does. `Q15` means: the integer divided by 2**15 is the value.

References
----------
Banbury et al. (2021), MLPerf Tiny Benchmark, keyword spotting: window, hop, bands, coefficients.
TensorFlow, `tf.signal`: `hann_window`, `linear_to_mel_weight_matrix`,
`mfccs_from_log_mel_spectrograms`.
"""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
WINDOW = 480  # samples: 30 ms
HOP = 320  # samples: 20 ms
FFT = 512
COLUMNS = 16  # the DFT of 512 points is done as 32 rows x 16 columns
ROWS = FFT // COLUMNS
BINS = 128  # bins 0..127 of 31.25 Hz; what lies at 4 kHz and above is not used
BANDS = 40
LOW_HZ = 20.0
HIGH_HZ = 4_000.0
COEFFICIENTS = 10
GAINS = (2, 6, 8, 11, 12, 16, 18, 20, 22, 24)
"""int8 steps per unit of each coefficient (log2, orthonormal DCT): people's speech then spreads
23 to 33 steps about its mean, and 2 values in 10,000 at most are clipped."""
LOG2_STEPS = 32

Integers = NDArray[np.int64]


def hann_window() -> Integers:
    """Return the periodic Hann window, Q15, shape (480,), values 0..32768."""
    phase = 2 * np.pi * np.arange(WINDOW) / WINDOW
    return _rounded(2**15 * (0.5 - 0.5 * np.cos(phase)))


def cosine_table() -> Integers:
    """Return one turn of the cosine, Q14, shape (512,); the sine is read 384 places on."""
    return _rounded(2**14 * np.cos(2 * np.pi * np.arange(FFT) / FFT))


def mel_hz(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return frequencies in mel, HTK's formula with the constant 1127 as `tf.signal` has it."""
    return np.asarray(1127.0 * np.log1p(np.asarray(hz) / 700.0))


def mel_ramps() -> tuple[Integers, Integers]:
    """Return for each bin its mel segment and its rising weight in Q15, shapes (128,), (128,).

    41 segments lie between the 42 band edges. In segment s the triangle of band s rises while
    that of band s - 1 falls, and the two weights add up to one; so a bin needs one number. The
    slopes are linear in mel. Bin 0 is left out, as in HTK: segment 0 and weight 0.
    """
    edges = np.linspace(mel_hz(LOW_HZ), mel_hz(HIGH_HZ), BANDS + 2)
    bins = mel_hz(np.arange(BINS) * RATE_HZ / FFT)
    segment = np.clip(np.searchsorted(edges, bins, side="right") - 1, 0, BANDS)
    rising = (bins - edges[segment]) / (edges[segment + 1] - edges[segment])
    rising[0] = 0.0
    return segment.astype(np.int64), _rounded(2**15 * rising)


def mel_matrix() -> Integers:
    """Return the mel filters as a matrix, Q15, shape (128 bins, 40 bands)."""
    segment, rising = mel_ramps()
    matrix = np.zeros((BINS, BANDS + 2), np.int64)
    bins = np.arange(1, BINS)
    matrix[bins, segment[1:]] = 2**15 - rising[1:]
    matrix[bins, segment[1:] + 1] = rising[1:]
    return matrix[:, 1:-1]


def log2_table() -> Integers:
    """Return log2(1 + i / 32) for i = 0..32, Q15, shape (33,)."""
    return _rounded(2**15 * np.log2(1 + np.arange(LOG2_STEPS + 1) / LOG2_STEPS))


def dct_matrix() -> Integers:
    """Return the orthonormal DCT-II times `GAINS`, Q8 of 1/16 int8 step, shape (10, 40)."""
    order = np.arange(COEFFICIENTS)[:, None]
    dct = np.sqrt(2 / BANDS) * np.cos(np.pi * order * (np.arange(BANDS) + 0.5) / BANDS)
    dct[0] *= np.sqrt(0.5)
    return _rounded(2**8 * 16 * np.array(GAINS)[:, None] * dct)


def reciprocal(frames: int) -> int:
    """Return 1 / frames in Q21, rounded: a mean is then a product and not a division."""
    return (2**22 // frames + 1) // 2


def _rounded(values: NDArray[np.float64]) -> Integers:
    return np.rint(values).astype(np.int64)
