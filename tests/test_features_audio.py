"""The MFCC front end: NumPy and C to the bit, and both beside librosa's and TensorFlow's floats."""

import ctypes
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml_course.datasets import Dataset
from tinyml_course.errors import InputError
from tinyml_course.features import mfcc_arithmetic, mfcc_tables
from tinyml_course.features.audio import DB_PER_OCTAVE, Mfcc
from tinyml_course.simulator.emulated import run_features_on_board
from tinyml_course.simulator.host import host_features
from tinyml_course.simulator.toolchain import build_shared_library

SAMPLES = 16_000
STEPS = np.arange(SAMPLES)
MFCC = Mfcc()


def int16(samples):
    return np.clip(np.rint(samples), -(2**15), 2**15 - 1).astype(np.int16)


def noise(rng, n):
    """White noise from far below one step to hard clipping."""
    return int16(rng.standard_normal((n, SAMPLES)) * np.geomspace(0.1, 1e5, n)[:, None])


def silence_and_constants(rng, n):
    return np.repeat(int16(np.concatenate([[0, 1, -1, -(2**15), 2**15 - 1], rng.integers(
        -(2**15), 2**15, n - 5)]))[:, None], SAMPLES, axis=1)  # fmt: skip


def full_scale(rng, n):
    """Only the two extremes, in runs of every length."""
    flips = rng.random((n, SAMPLES)) < np.geomspace(1e-3, 1, n)[:, None]
    return int16(np.where(np.cumsum(flips, axis=1) % 2, 2**15 - 1, -(2**15)))


def impulses(rng, n):
    clips = np.zeros((n, SAMPLES), np.int16)
    places = rng.integers(0, SAMPLES, n)
    clips[np.arange(n), places] = rng.choice([1, -1, 100, 2**15 - 1, -(2**15)], n)
    return clips


def square_waves(rng, n):
    periods = rng.uniform(2, 400, n)[:, None]
    return int16(np.sign(np.sin(2 * np.pi * STEPS / periods)) * rng.geometric(1e-4, n)[:, None])


def chirps(rng, n):
    """Sweeps up to 8 kHz, half of them overdriven."""
    phase = np.pi * STEPS**2 * rng.uniform(0.1, 1, n)[:, None] / (2 * SAMPLES)
    return int16(np.sin(phase) * np.geomspace(1, 1e5, n)[:, None])


def random_walks(rng, n):
    return int16(
        np.cumsum(rng.standard_normal((n, SAMPLES)), axis=1) * np.geomspace(1, 1e3, n)[:, None]
    )


def speech_like(rng, n):
    """Harmonics under a moving envelope with pauses, in a little noise."""
    pitch = rng.uniform(80, 300, n)[:, None] * (1 + 0.2 * np.sin(STEPS / 3000))
    phase = 2 * np.pi * np.cumsum(pitch, axis=1) / 16_000
    voice = sum(np.sin(k * phase + k) / k for k in range(1, 15))
    envelope = np.maximum(0, np.sin(STEPS / rng.uniform(800, 3000, n)[:, None]))
    level = np.geomspace(100, 8000, n)[:, None]
    return int16(level * envelope * voice + 3 * rng.standard_normal((n, SAMPLES)))


SIGNALS = (noise, silence_and_constants, full_scale, impulses, square_waves, chirps, random_walks,
           speech_like)  # fmt: skip


@pytest.fixture(scope="module")
def in_c():
    with host_features(MFCC) as run:
        yield run


# ---- the same bits ----------------------------------------------------------------------------


@pytest.mark.parametrize("signal", SIGNALS)
def test_numpy_equals_c_on_hundreds_of_clips(signal, in_c):
    clips = signal(np.random.default_rng(7), 300)
    np.testing.assert_array_equal(MFCC(clips), in_c(clips))


segments = st.tuples(
    st.sampled_from(["hold", "noise", "flip", "ramp"]),
    st.integers(1, 4000),
    st.integers(-(2**15), 2**15 - 1),
)


@given(st.lists(segments, min_size=1, max_size=12), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_numpy_equals_c_on_any_patchwork(in_c, parts, seed):
    rng = np.random.default_rng(seed)
    make = {
        "hold": np.full,
        "noise": lambda n, level: rng.integers(-abs(level), abs(level) + 1, n),
        "flip": lambda n, level: level * (1 - 2 * (np.arange(n) % 2)),
        "ramp": lambda n, level: np.linspace(0, level, n),
    }
    clip = int16(np.resize(np.concatenate([make[k](n, level) for k, n, level in parts]), SAMPLES))
    np.testing.assert_array_equal(MFCC(clip), in_c(clip[None]))


@pytest.mark.shared
def test_numpy_equals_c_on_people(in_c, shared_dir):
    clips, _ = people(shared_dir, every=2)
    np.testing.assert_array_equal(MFCC(clips), in_c(clips))


def test_emulated_board_equals_numpy():
    clips = np.concatenate([signal(np.random.default_rng(3), 9)[4:6] for signal in SIGNALS])
    np.testing.assert_array_equal(run_features_on_board(MFCC, clips), MFCC(clips))


@pytest.mark.parametrize("spec", [Mfcc(frames=25), Mfcc(frames=2, floor=1), Mfcc(floor=2**16)])
def test_other_specifications_keep_numpy_and_c_equal(spec):
    clips = speech_like(np.random.default_rng(1), 40)[:, : spec.clip_samples]
    with host_features(spec) as run:
        np.testing.assert_array_equal(spec(clips), run(clips))


def test_batch_equals_clips_one_by_one_and_read_only_views():
    clips = speech_like(np.random.default_rng(2), 11)
    clips.setflags(write=False)
    one_by_one = np.concatenate([MFCC(clip) for clip in clips])
    np.testing.assert_array_equal(MFCC(clips), one_by_one)
    np.testing.assert_array_equal(MFCC(clips[::-2]), one_by_one[::-2])
    assert MFCC(clips[:0]).shape == (0, 49, 10, 1)


def test_stream_in_c_equals_windows_of_the_whole_recording(in_c):
    recording = speech_like(np.random.default_rng(5), 4).ravel()
    windows = MFCC.windows(MFCC.coefficients(recording))
    hops = range(50, 200, 7)
    streamed = [in_c(recording[None, : 320 * n])[0] for n in hops]
    np.testing.assert_array_equal(windows[[n - 50 for n in hops]], streamed)
    np.testing.assert_array_equal(windows[0], MFCC(recording[:SAMPLES])[0])
    np.testing.assert_array_equal(windows[::5], MFCC.windows(MFCC.coefficients(recording), every=5))


@pytest.fixture(scope="module")
def inside_c():
    """The C file's own functions, which its header does not show."""
    sources = MFCC.c_files()
    sources["mfcc_body.h"] = sources.pop("tinyml_mfcc.c")
    sources["inside.c"] = """
        #include "mfcc_body.h"
        uint32_t inside_square_root(uint64_t value);
        void inside_frame(const int16_t *samples, int16_t *out);
        uint32_t inside_square_root(uint64_t value) { return square_root(value); }
        void inside_frame(const int16_t *samples, int16_t *out)
        {
            frame_coefficients(samples, samples + HOP, out);
        }
    """
    library = ctypes.CDLL(str(build_shared_library(sources)))
    library.inside_square_root.argtypes = [ctypes.c_uint64]
    library.inside_square_root.restype = ctypes.c_uint32
    return library


@given(st.integers(0, 2**26 - 1), st.integers(0, 2**52 - 1))
def test_square_root_in_c_is_the_integer_one(inside_c, root, value):
    for power in (value, root * root, max(root * root - 1, 0)):
        assert inside_c.inside_square_root(power) == math.isqrt(power)


@pytest.mark.parametrize("signal", SIGNALS)
def test_frames_in_c_equal_numpy_before_int8_hides_the_last_bits(signal, inside_c):
    for clip in signal(np.random.default_rng(21), 9)[::2]:
        wanted, out = MFCC.coefficients(clip), np.empty(10, np.int16)
        for frame, row in zip(MFCC.stages(clip).frames, wanted, strict=True):
            samples = np.ascontiguousarray(frame)
            inside_c.inside_frame(
                ctypes.c_void_p(samples.ctypes.data), ctypes.c_void_p(out.ctypes.data)
            )
            np.testing.assert_array_equal(out, row)


def test_c_has_no_warning_under_the_strictest_flags():
    strict = ("-O2", "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic")
    build_shared_library(MFCC.c_files(), flags=(*strict, "-Werror"))


# ---- the right numbers ------------------------------------------------------------------------


def people(shared_dir, every):
    """Recordings of people, and the label of each."""
    import soundfile

    paths = sorted((shared_dir / "keywords").glob("*/*.flac"))[::every]
    clips = [soundfile.read(path, dtype="int16")[0] for path in paths]
    clips = [np.pad(clip[:SAMPLES], (0, SAMPLES - len(clip[:SAMPLES]))) for clip in clips]
    return np.stack(clips), [path.parent.name for path in paths]


def librosa_log_mel(clip):
    """Return log2(mel + 16) by librosa's filters and floating-point transform, (49, 40)."""
    import librosa

    padded = np.pad(clip.astype(float), 16)  # librosa centres 480 samples in the 512
    spectrum = librosa.stft(
        padded, n_fft=512, hop_length=320, win_length=480, center=False, dtype=np.complex128
    )
    filters = librosa.filters.mel(
        sr=16_000, n_fft=512, n_mels=40, fmin=20, fmax=4000, htk=True, norm=None, dtype=float
    )
    return np.log2(filters @ np.abs(spectrum[:, :49]) + MFCC.floor).T


def librosa_features(log_mel):
    import librosa

    mfcc = librosa.feature.mfcc(S=log_mel.T, n_mfcc=10, norm="ortho").T * mfcc_tables.GAINS
    return np.clip(mfcc - mfcc.mean(axis=0), -128, 127)


def assert_close_to_librosa(clips):
    """Hold the stated bounds: what README and lesson say of the difference."""
    for clip in clips:
        stages = MFCC.stages(clip)
        wanted = librosa_log_mel(clip)
        error_db = abs(stages.log_mel_db - wanted * DB_PER_OCTAVE)
        audible = wanted > wanted.max(axis=1, keepdims=True) - 60 / DB_PER_OCTAVE
        assert error_db[audible].max() < 0.4
        assert np.sqrt(np.mean(error_db**2)) < 0.08
        error = stages.features[0, :, :, 0] - librosa_features(wanted)
        assert abs(error).max() < 1.2
        assert np.sqrt(np.mean(error**2)) < 0.33  # rounding alone: 0.29


@pytest.mark.parametrize("level_db", [0, -20, -40])
def test_features_stay_within_the_stated_bound_of_librosa(level_db):
    clips = speech_like(np.random.default_rng(11), 12) * 10 ** (level_db / 20)
    assert_close_to_librosa(int16(clips))


def test_white_noise_stays_within_the_stated_bound_of_librosa():
    assert_close_to_librosa(noise(np.random.default_rng(12), 30)[5:25])


@pytest.mark.shared
def test_people_stay_within_the_stated_bound_of_librosa(shared_dir):
    assert_close_to_librosa(people(shared_dir, every=20)[0])


@pytest.mark.slow
def test_log_mel_is_tensorflows_as_mlperf_calls_it():
    import tensorflow as tf

    clip = speech_like(np.random.default_rng(13), 3)[2]
    signal = tf.constant(clip[:15_840], tf.float64)
    spectrum = tf.abs(tf.signal.stft(signal, 480, 320, 512, window_fn=tf.signal.hann_window))
    filters = tf.signal.linear_to_mel_weight_matrix(40, 257, 16_000, 20.0, 4000.0, tf.float64)
    log_mel = tf.math.log(tf.matmul(spectrum, filters) + MFCC.floor)
    mfcc = tf.signal.mfccs_from_log_mel_spectrograms(log_mel).numpy()[:, :10]
    mfcc[:, 0] /= np.sqrt(2)  # HTK's first coefficient is not orthonormal
    stages = MFCC.stages(clip)
    nepers = stages.log_mel / 2**15 * np.log(2)
    np.testing.assert_allclose(nepers, log_mel.numpy(), atol=0.045)  # 0.4 dB
    ours = stages.coefficients / 16 / np.array(mfcc_tables.GAINS) * np.log(2)
    np.testing.assert_allclose(ours, mfcc, atol=0.04)
    np.testing.assert_allclose(
        mfcc_tables.mel_matrix() / 2**15, filters.numpy()[:128], atol=0.5 / 2**15 + 1e-12
    )


def test_spectrum_is_numpys_transform_of_the_windowed_frames():
    stages = MFCC.stages(noise(np.random.default_rng(4), 10)[7])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(480) / 480)
    wanted = abs(np.fft.rfft(stages.frames * window, 512))[:, 1:128]
    error = stages.magnitude[:, 1:] / 8 - wanted
    assert abs(error).max() < 0.25 + 4e-5 * wanted.max()  # eighths of a step, Q14 twiddles


@given(st.integers(1, 2**31 - 1))
def test_log2_is_within_two_ten_thousandths(band):
    magnitude = np.zeros((1, 17, 8))
    one_bin = np.argwhere(abs(mfcc_arithmetic.bin_order()) == 100)[0]
    magnitude[0, one_bin[0], one_bin[1]] = band % 2**26
    segment = mfcc_tables.mel_ramps()[0][100] - 1
    weight = mfcc_tables.mel_matrix()[100, segment]
    units = (band % 2**26) * weight // 2**13 + 32 * MFCC.floor
    log2 = mfcc_arithmetic.log_mel(magnitude, MFCC.floor)[0, segment] / 2**15
    assert abs(log2 - np.log2(units / 32)) < 2.5e-4


def test_largest_values_fit_the_types_of_the_c_side():
    loudest = full_scale(np.random.default_rng(6), 64)
    by_residue = [mfcc_arithmetic.magnitudes(MFCC.stages(clip).frames) for clip in loudest]
    assert np.max(by_residue) < 2**26
    window = mfcc_tables.hann_window()
    bound = 2**15 * window.sum() / 2**15 * 8  # no frame has a stronger bin
    assert bound < 2**26
    largest_log = np.log2(bound / 8 * mfcc_tables.mel_matrix().sum(axis=0).max() / 2**15 + 2**16)
    rows = mfcc_tables.dct_matrix() / 2**8
    assert (np.maximum(rows, 0).sum(axis=1) * largest_log).max() < 2**15
    assert (np.maximum(-rows, 0).sum(axis=1) * largest_log).max() < 2**15


# ---- behaviour --------------------------------------------------------------------------------


def test_silence_is_zero_and_one_step_of_noise_stays_calm():
    assert not MFCC(np.zeros(SAMPLES, np.int16)).any()
    hiss = np.random.default_rng(8).integers(-1, 2, (20, SAMPLES)).astype(np.int16)
    assert abs(MFCC(hiss).astype(int)).max() < 40


def test_level_hardly_matters_above_the_floor():
    clips = (
        speech_like(np.random.default_rng(9), 20)[10:] + noise(np.random.default_rng(9), 40)[20:30]
    )
    louder, softer = MFCC(clips).astype(int), MFCC(int16(clips / 2)).astype(int)
    assert abs(louder - softer).mean() < 1.5


@pytest.mark.shared
def test_int8_is_well_used_on_people(shared_dir):
    features = MFCC(people(shared_dir, every=4)[0]).reshape(-1, 10).astype(int)
    clipped = np.mean((features == 127) | (features == -128), axis=0)
    assert clipped.max() < 1e-3
    assert features.std(axis=0).min() > 20


def test_dataset_keeps_its_labels_and_gets_the_features():
    clips = noise(np.random.default_rng(0), 3)
    sounds = Dataset(clips, np.array([0, 1, 0]), ("a", "b"), np.array(["x", "y", "z"]), 16_000,
                     "sample steps", "made", "CC0-1.0")  # fmt: skip
    inputs = MFCC(sounds)
    np.testing.assert_array_equal(inputs.x, MFCC(clips))
    assert inputs.labels == sounds.labels
    assert inputs.group is sounds.group
    with pytest.raises(InputError, match="needs 16000 Hz, the dataset has 8000"):
        MFCC(replace(sounds, rate_hz=8000))


def test_stages_are_those_of_the_call():
    clip = speech_like(np.random.default_rng(1), 1)[0]
    stages = MFCC.stages(clip)
    assert stages.frames.shape == (49, 480)
    assert stages.magnitude.shape == (49, 128)
    assert stages.log_mel.shape == (49, 40)
    np.testing.assert_array_equal(stages.coefficients, MFCC.coefficients(clip))
    np.testing.assert_array_equal(stages.features, MFCC(clip))


def test_json_returns_the_same_specification():
    spec = Mfcc(frames=25, floor=4)
    assert Mfcc.from_json(spec.to_json()) == spec
    assert json.loads(spec.to_json())["input_shape"] == [25, 10, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        (MFCC.to_json().replace("49", "null"), "damaged"),
        (MFCC.to_json().replace("16000", "8000"), "'rate_hz': 8000"),
        (MFCC.to_json().replace('"version": 1', '"version": 9'), "'version': 9"),
        (MFCC.to_json().replace("mfcc", "motion"), "motion"),
        (MFCC.to_json().replace('"frames": 49', '"frames": 0'), "frames=0"),
    ],
)
def test_json_that_is_not_ours_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        Mfcc.from_json(text)


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (np.zeros(SAMPLES), "float64"),
        (np.full(SAMPLES, np.nan, np.float32), "float32"),
        (np.zeros((2, 8000), np.int16), r"\(2, 8000\)"),
        (np.zeros((2, 2, SAMPLES), np.int16), r"\(2, 2, 16000\)"),
        (np.int16(3), r"\(\)"),
        (None, "object"),
    ],
)
def test_what_is_no_clip_is_refused(recording, message):
    with pytest.raises(InputError, match=message):
        MFCC(recording)


def test_recording_shorter_than_a_frame_is_refused():
    with pytest.raises(InputError, match=r"\(479,\)"):
        MFCC.coefficients(np.zeros(479, np.int16))
    one_frame = MFCC.coefficients(np.zeros(480, np.int16))
    assert one_frame.shape == (1, 10)
    assert MFCC.windows(one_frame).shape == (0, 49, 10, 1)


@pytest.mark.parametrize(
    "fields", [{"frames": 0}, {"frames": 1001}, {"floor": 0}, {"floor": 65537}]
)
def test_specification_outside_its_range_is_refused(fields):
    with pytest.raises(InputError, match="give 1 to"):
        Mfcc(**fields)


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        (np.zeros((1, 960), np.float32), "must be int16"),
        (np.zeros(960, np.int16), "must be int16 of shape"),
        (np.zeros((1, 100), np.int16), "shorter than one hop"),
    ],
    ids=["float", "one axis", "no hop"],
)
def test_clips_that_cannot_be_cut_into_hops_are_refused(clips, message):
    with pytest.raises(InputError, match=message):
        Mfcc().hops(clips)


def test_hops_of_a_clip_are_its_samples_in_order():
    clips = np.arange(2 * 967, dtype=np.int16).reshape(2, 967)
    np.testing.assert_array_equal(Mfcc().hops(clips).reshape(2, 960), clips[:, :960])
