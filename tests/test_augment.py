"""Augmentation: each effect does what it says, and the whole repeats from its seed."""

from dataclasses import replace

import numpy as np
import pytest

from tinyml_course.datasets import Dataset, acoustics
from tinyml_course.datasets.augment import Augmentation, augment_dataset
from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc

RATE_HZ = acoustics.RATE_HZ
TIME_S = np.arange(RATE_HZ) / RATE_HZ


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def tones(*frequencies_hz: float) -> np.ndarray:
    """Return one short burst a row, in the middle of its second."""
    window = np.exp(-(((TIME_S - 0.5) / 0.1) ** 2))
    rows = [window * np.sin(2 * np.pi * hz * TIME_S) for hz in frequencies_hz]
    return np.array(rows, dtype=np.float32)


def vowels(n: int, formant_hz: float, pitch_hz: float = 100) -> np.ndarray:
    """Return a pulse train through one resonance, as n rows."""
    phase = 2 * np.pi * pitch_hz * TIME_S
    harmonics = np.arange(1, 70)[:, None]
    level = 1 / (1 + ((harmonics * pitch_hz - formant_hz) / 150) ** 2)
    return np.tile((level * np.cos(harmonics * phase)).sum(axis=0), (n, 1)).astype(np.float32) / 10


def peak_hz(clips: np.ndarray) -> np.ndarray:
    return np.abs(np.fft.rfft(clips)).argmax(axis=1) * RATE_HZ / clips.shape[1]


def dataset(n: int = 6) -> Dataset:
    rng = np.random.default_rng(0)
    x = (tones(*rng.uniform(200, 2000, n)) * 8000).astype(np.int16)
    return Dataset(
        x=x,
        y=np.arange(n, dtype=np.int64) % 3,
        labels=("no", "yes", "silence"),
        group=np.array([f"s{i}" for i in range(n)]),
        rate_hz=16000.0,
        units="",
        source="",
        licence="",
    )


def test_warp_time_moves_pitch_by_the_rate_it_reports():
    clips = tones(*[1000] * 50)
    warped, rate = acoustics.warp_time(clips, np.random.default_rng(1), speed=0.25, shift_s=0)
    assert 0.79 < rate.min() < 0.9 and 1.1 < rate.max() < 1.26
    # The rate wanders within a clip, by 0.4 of the spread: not more than a fifth off its mean.
    assert np.allclose(peak_hz(warped) / 1000, rate, rtol=0.25)
    assert np.corrcoef(peak_hz(warped), rate)[0, 1] > 0.8


def test_warp_time_shifts_the_middle_and_keeps_it_inside():
    clips = tones(*[500] * 200)
    warped, _ = acoustics.warp_time(clips, np.random.default_rng(2), speed=0, shift_s=0.1)
    power = np.square(warped)
    middle_s = (power @ TIME_S) / power.sum(axis=1)
    assert middle_s.std() == pytest.approx(0.1, rel=0.2)
    assert middle_s.min() > 0.1 and middle_s.max() < 0.9


def test_warp_time_without_speed_or_shift_changes_nothing():
    clips = tones(500, 900)
    warped, rate = acoustics.warp_time(clips, np.random.default_rng(0), speed=0, shift_s=0)
    assert (rate == 1).all()
    middle = slice(400, 15600)
    error = np.abs(warped[:, middle] - clips[:, middle]).max()
    assert error < 0.25  # at most a sample of delay: the middle is a whole number of samples


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.18])
def test_change_voice_undoes_the_rate_of_a_tape(factor):
    """A vowel played `factor` too fast gets its formant back, while its pitch stays changed."""
    clips = vowels(8, formant_hz=1500 * factor, pitch_hz=100 * factor)
    changed = acoustics.change_voice(
        clips, np.full(8, factor), np.random.default_rng(0), tract=0, swell_db=0
    )
    spectra = np.abs(np.fft.rfft(changed))
    width = 250
    smooth = np.array([np.convolve(row, np.ones(width), "same") for row in spectra])
    assert np.median(smooth.argmax(axis=1)) == pytest.approx(1500, rel=0.08)


def test_change_voice_keeps_a_clip_with_nothing_to_change():
    clips = vowels(40, 1200)
    same = acoustics._synthesise(acoustics._analyse(clips), clips.shape[1])
    assert np.abs(same - clips).max() < 1e-5


def test_place_in_room_lengthens_the_tail_of_roomy_clips_only():
    click = np.zeros((100, RATE_HZ), np.float32)
    click[:, 4000] = 1
    rng = np.random.default_rng(0)
    heard = acoustics.place_in_room(click, rng, share=0.5, colour_db=0)
    tail = np.square(heard[:, 4100:]).sum(axis=1)
    assert 0.3 < (tail > 1e-4).mean() < 0.7
    assert np.abs(heard[:, :4000]).max() < 1e-5  # nothing is heard before it is said


def test_microphone_colours_by_the_decibels_asked_for():
    click = np.zeros((400, RATE_HZ), np.float32)
    click[:, 8000] = 1
    rng = np.random.default_rng(0)
    heard = acoustics.place_in_room(click, rng, share=0, colour_db=5)
    response_db = 20 * np.log10(np.abs(np.fft.rfft(heard))[:, 100:7000:50])
    # Between two independent places a raised cosine has three quarters of the variance.
    assert response_db.std() == pytest.approx(5 * np.sqrt(3 / 4), rel=0.1)


def test_noises_are_normalized_and_differ():
    noise = acoustics.make_noise(np.random.default_rng(0), 64, RATE_HZ)
    assert np.square(noise).mean(axis=1) == pytest.approx(1, rel=1e-3)
    spectra = np.abs(np.fft.rfft(noise)) ** 2
    centre_hz = (spectra @ np.arange(spectra.shape[1])) / spectra.sum(axis=1)
    assert centre_hz.min() < 300 and centre_hz.max() > 2000


def test_add_noise_meets_the_ratio():
    clips = tones(700, 700, 700)
    noise = acoustics.make_noise(np.random.default_rng(0), 3, RATE_HZ)
    mixed = acoustics.add_noise(clips, noise, np.array([0.0, 20.0, 40.0]))
    added = np.square(mixed - clips).mean(axis=1)
    assert 10 * np.log10(added / added[0]) == pytest.approx([0, -20, -40], abs=0.1)
    loudest = np.square(clips[0].reshape(10, -1)).mean(axis=1).max()
    assert added[0] == pytest.approx(loudest, rel=1e-3)


def test_silence_is_mostly_noise_of_every_level():
    clips = Augmentation().make_silence(200, RATE_HZ, np.random.default_rng(0))
    peak_db = 20 * np.log10(np.maximum(np.abs(clips.astype(int)).max(axis=1), 1) / 32768)
    assert peak_db.min() < -70 and peak_db.max() > -10


def test_augmenting_twice_gives_the_same_inputs_and_another_seed_others(own_cache, monkeypatch):
    data, features = dataset(), Mfcc()
    first = augment_dataset(data, features, copies=3, seed=5)
    assert first.x.shape == (18, 49, 10, 1) and first.x.dtype == np.int8
    assert (first.y == np.tile(data.y, 3)).all() and (first.group == np.tile(data.group, 3)).all()
    for file in own_cache.rglob("*.npy"):
        file.unlink()
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert (augment_dataset(data, features, copies=3, seed=5).x == first.x).all()
    assert (augment_dataset(data, features, copies=3, seed=6).x != first.x).any()
    versions = first.x.reshape(3, 6, -1)
    assert (versions[0] != versions[1]).any(axis=1).all()  # no two copies alike


def test_second_call_reads_the_cache_until_anything_changes(own_cache):
    data, features = dataset(), Mfcc()
    made = []
    call = {"copies": 1, "progress": made.append}
    augment_dataset(data, features, **call)
    assert made[-1] == 1
    count = len(made)
    augment_dataset(data, features, **call)
    assert len(made) == count  # nothing was made
    augment_dataset(replace(data, x=data.x // 2), features, **call)
    augment_dataset(data, Mfcc(floor=32), **call)
    augment_dataset(data, features, augmentation=Augmentation(room=0), **call)
    assert len(list(own_cache.rglob("*.npy"))) == 4


def test_rows_choose_clips_and_may_repeat():
    data = dataset()
    rows = np.array([4, 4, 0])
    augmented = augment_dataset(data, Mfcc(), rows=rows)
    assert (augmented.y == data.y[rows]).all() and len(augmented) == 3


def test_stop_half_way_leaves_no_file(own_cache):
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        augment_dataset(dataset(), Mfcc(), copies=40, progress=stop)
    assert not [path for path in own_cache.rglob("*") if path.is_file()]


def test_features_are_refused_with_what_to_do():
    data = dataset()
    with pytest.raises(InputError, match="Augment before the features"):
        augment_dataset(Mfcc()(data), Mfcc())
    with pytest.raises(InputError, match="nothing to augment"):
        augment_dataset(data, Mfcc(), copies=0)
