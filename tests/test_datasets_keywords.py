"""The shipped set: whole, split by voice, audible, and small enough for git."""

import csv
import hashlib
import shutil

import numpy as np
import pytest

from tinyml_course.datasets import keywords, load_dataset
from tinyml_course.datasets.recordings import KEYWORDS, LABELS, OTHER_WORDS
from tinyml_course.errors import InputError

SHIPPED = keywords.SHIPPED


@pytest.fixture(scope="module")
def data():
    return load_dataset("keywords")


@pytest.fixture
def small_set(tmp_path, monkeypatch):
    """A data folder with one file of the shipped set and its part of the index."""
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TINYML_DATA", str(tmp_path))
    folder = tmp_path / "keywords"
    folder.mkdir()
    with (SHIPPED / "index.csv").open() as file:
        lines = [line for line in file if line.startswith(("file,", "espeak-test.opus"))]
    (folder / "index.csv").write_text("".join(lines))
    shutil.copy(SHIPPED / "espeak-test.opus", folder)
    return folder


def test_files_are_the_ones_that_were_made():
    for line in (SHIPPED / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() == digest, name
    listed = {line.split()[1] for line in (SHIPPED / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in SHIPPED.iterdir()} - {"README.md", "SHA256SUMS"}


def test_datasheet_counts_what_is_there():
    with (SHIPPED / "index.csv").open(newline="") as file:
        splits = [row["split"] for row in csv.DictReader(file)]
    counts = f"| clips | {splits.count('train'):,} | {splits.count('test'):,} |"
    assert counts in (SHIPPED / "README.md").read_text(encoding="utf-8")


def test_set_stays_small():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 22e6


def test_every_class_has_clips_on_both_sides(data):
    assert data.labels == LABELS and data.rate_hz == 16_000
    assert data.x.shape == (len(data), 16_000) and data.x.dtype == np.int16
    train, test = (load_dataset("keywords", split=side) for side in ("train", "test"))
    assert len(data) > len(train) + len(test) > 12_000
    assert np.bincount(train.y).min() >= 300 and np.bincount(test.y, minlength=12).min() >= 20
    assert np.ptp(np.bincount(test.y)[[*range(10), 11]]) <= 8  # unknown weighs as a keyword does
    by_word = np.bincount(train.y)[:10]
    assert by_word.max() < 1.25 * by_word.min()


def test_no_voice_is_on_both_sides(data):
    train, test = (load_dataset("keywords", split=side) for side in ("train", "test"))
    assert not set(train.group) & set(test.group)
    for part in (train, test):
        assert {name.partition("-")[0] for name in part.group} == {"person", "espeak", "noise"}


def test_all_35_words_are_said():
    with (SHIPPED / "index.csv").open(newline="") as file:
        words = {row["word"] for row in csv.DictReader(file)}
    assert words == {*KEYWORDS, *OTHER_WORDS, "silence"}


def test_words_are_audible_in_the_middle_and_end_before_the_clip_does(data):
    spoken = data.take(np.flatnonzero(data.y != LABELS.index("silence")))
    peak = np.abs(spoken.x).max(axis=1)
    assert peak.min() > 6_000 and peak.max() < 32_767
    edges = np.abs(np.concatenate([spoken.x[:, :160], spoken.x[:, -160:]], axis=1)).max(axis=1)
    assert (edges < 0.05 * peak).all()  # nothing is cut, and no clip runs into its neighbour
    power = np.square(spoken.x, dtype=np.float64)
    centre_s = power @ np.arange(16_000) / power.sum(axis=1) / 16_000
    assert np.abs(centre_s - 0.5).max() < 0.4 and abs(np.median(centre_s) - 0.5) < 0.05


def test_clips_differ(data):
    heads = {row.tobytes() for row in data.x[:, 6_000:10_000]}
    assert len(heads) > 0.999 * len(data)


def test_missing_data_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYML_DATA", str(tmp_path))
    with pytest.raises(InputError, match="installed without the course's data folder"):
        load_dataset("keywords")


def test_set_is_found_where_the_environment_says(small_set):
    assert len(load_dataset("keywords")) == len(load_dataset("keywords", small_set)) > 100


def test_split_that_is_not_there_is_refused(small_set):
    with pytest.raises(InputError, match="no clips in its train split"):
        load_dataset("keywords", split="train")


def test_missing_sound_file_is_named(small_set):
    (small_set / "espeak-test.opus").unlink()
    with pytest.raises(InputError, match=r"espeak-test\.opus is missing"):
        load_dataset("keywords")


def test_index_that_does_not_fit_is_refused(small_set):
    with (small_set / "index.csv").open("a") as file:
        file.write("espeak-test.opus,yes,espeak en+f3,espeak-f3,test\n")
    with pytest.raises(InputError, match="Check the data folder out again"):
        load_dataset("keywords")


def test_truncated_sound_file_is_refused(small_set):
    path = small_set / "espeak-test.opus"
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(InputError, match="was cut off"):
        load_dataset("keywords")
