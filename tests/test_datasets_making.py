"""The script that made data/keywords: it still says what was shipped, and writes the same bytes."""

import csv
import multiprocessing
import runpy
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
import soundfile

from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.keywords import SHIPPED

SCRIPTS = SHIPPED.parent
pytest.importorskip("espeakng_loader")
sys.path.insert(0, str(SCRIPTS))
import make_keywords as making  # noqa: E402  (a script beside the data, not in the package)
from noises import draw_place, record  # noqa: E402
from ogg import fix_serial  # noqa: E402


@pytest.fixture(scope="module")
def made():
    """One test voice of espeak-ng, made anew in a fresh process, twice."""
    part = next(p for p in making.plan_parts() if p.voice.speaker == "zac")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, max_tasks_per_child=1) as pool:
        return list(pool.map(making.make_part, [part, part]))


def test_fresh_processes_say_the_same(made):
    first, second = made
    assert len(first) == len(second) > 15
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.samples, other.samples)


def test_shipped_clips_are_the_ones_the_script_makes(made):
    with (SHIPPED / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    at = [i for i, row in enumerate(rows) if row["voice"] == made[0][0].voice]
    assert [rows[i]["word"] for i in at] == [clip.word for clip in made[0]]
    shipped = load_dataset("keywords").x[at].astype(float)
    for clip, coded in zip(made[0], shipped, strict=True):
        original = clip.samples.astype(float)
        alike = original @ coded / np.sqrt((original @ original) * (coded @ coded))
        assert alike > 0.8, clip.word  # Opus keeps the sound, not every sample


def test_plan_keeps_speakers_apart_and_says_each_word_as_often():
    parts = list(making.plan_parts())
    sides = {s: {p.voice.speaker for p in parts if p.split == s} for s in ("train", "test")}
    assert not sides["train"] & sides["test"]
    assert len({part.voice for part in parts}) == len(parts)
    utterances = making.plan_utterances(parts[0], np.random.default_rng(0))
    words = [u.word for u in utterances]
    assert {words.count(w) for w in making.KEYWORDS} == {parts[0].takes}
    assert {words.count(w) for w in making.OTHER_WORDS} == {parts[0].other_words // 25}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (np.ones(5_000), True),
        (np.ones(1_000), False),
        (np.ones(16_000), False),
        (np.zeros(9_000), False),
        (np.zeros(1), False),
    ],
    ids=["a word", "a click", "too long", "silence", "nothing"],
)
def test_only_words_of_the_right_length_are_kept(said, kept):
    clip = making.centre_word(said.astype(np.float32))
    assert (clip is not None) == kept


def test_release_of_a_last_stop_is_cut_off_and_a_whole_word_is_not():
    vowel, burst = np.ones(4_800), 0.5 * np.ones(480)
    said = np.concatenate([np.zeros(800), vowel, np.zeros(960), burst, np.zeros(800)])
    cut = making.without_release(said.astype(np.float32))
    assert 5_600 <= len(cut) < 6_560
    assert len(making.without_release(vowel.astype(np.float32))) == 4_800


def test_word_is_trimmed_scaled_and_centred():
    said = np.zeros(20_000, np.float32)
    said[9_000:14_000] = 0.01 * np.sin(np.arange(5_000))
    clip = making.centre_word(said)
    heard = np.flatnonzero(clip)
    assert abs(heard[0] - (15_999 - heard[-1])) < 200
    assert 4_990 <= np.ptp(heard) < 6_000
    assert np.abs(clip).max() == pytest.approx(16_384, rel=1e-3)


def test_places_make_a_second_of_bounded_noise():
    rng = np.random.default_rng(0)
    for _ in range(20):
        sound = record(draw_place(rng), rng)
        assert sound.shape == (16_000,) and 10**-2.6 <= np.abs(sound).max() <= 10**-0.5


def test_same_sound_becomes_the_same_bytes(tmp_path):
    samples = np.random.default_rng(0).integers(-9_000, 9_000, 32_000).astype(np.int16)
    for name in ("a.ogg", "b.ogg"):
        soundfile.write(tmp_path / name, samples, 16_000, format="OGG", subtype="OPUS")
    before = soundfile.read(tmp_path / "a.ogg")[0]
    assert (tmp_path / "a.ogg").read_bytes() != (tmp_path / "b.ogg").read_bytes()
    for name in ("a.ogg", "b.ogg"):
        fix_serial(tmp_path / name)
    assert (tmp_path / "a.ogg").read_bytes() == (tmp_path / "b.ogg").read_bytes()
    assert np.array_equal(soundfile.read(tmp_path / "a.ogg")[0], before)  # checksums are right


def test_script_explains_itself(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["make_keywords.py", "--help"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(SCRIPTS / "make_keywords.py"), run_name="__main__")
    assert stop.value.code == 0 and "--out" in capsys.readouterr().out
