"""Folders of recordings: labels, speakers, splits, the cache, and what is refused."""

import os

import numpy as np
import pytest
import soundfile

from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.recordings import KEYWORDS, LABELS, OTHER_WORDS
from tinyml_course.errors import InputError


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TINYML_CACHE", str(cache))
    return cache


def record(folder, word, *names, value=1, seconds=1):
    """Write clips in which every sample is `value`, so that a clip can be recognised."""
    (folder / word).mkdir(parents=True, exist_ok=True)
    for name in names:
        samples = np.full(16_000 * seconds, value, np.int16)
        soundfile.write(folder / word / name, samples, 16_000)


@pytest.fixture
def two_words(tmp_path):
    record(tmp_path, "meow", "ann_nohash_0.wav", "bob_nohash_0.flac", value=1)
    record(tmp_path, "woof", "ann_nohash_0.wav", "ann_nohash_1.wav", "hm.wav", value=2)
    return tmp_path


@pytest.fixture
def speech_commands(tmp_path):
    """A small copy of the real layout: 35 words, three speakers, long noise, the lists."""
    for number, word in enumerate((*KEYWORDS, *OTHER_WORDS)):
        takes = [f"{speaker}_nohash_0.wav" for speaker in ("aa", "bb", "cc")]
        record(tmp_path, word, *takes, value=number + 1)
    record(tmp_path, "_background_noise_", "tap.wav", "bike.wav", value=99, seconds=3)
    (tmp_path / "_background_noise_" / "README.md").write_text("about the noise")
    for name, speaker in (("testing", "bb"), ("validation", "cc")):
        lines = [f"{word}/{speaker}_nohash_0.wav" for word in (*KEYWORDS, *OTHER_WORDS)]
        (tmp_path / f"{name}_list.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_own_words_are_labels_and_names_give_speakers(two_words):
    data = load_dataset("keywords", two_words)
    assert data.labels == ("meow", "woof")
    assert data.x.shape == (5, 16_000) and data.x.dtype == np.int16
    assert data.rate_hz == 16_000
    assert list(data.y) == [0, 0, 1, 1, 1]
    assert list(data.group) == ["ann", "bob", "ann", "ann", "hm"]
    assert [set(row) for row in data.x] == [{1}, {1}, {2}, {2}, {2}]


def test_speech_commands_become_the_twelve_classes(speech_commands):
    data = load_dataset("keywords", speech_commands)
    assert data.labels == LABELS
    assert np.array_equal(np.bincount(data.y), [3] * 10 + [6, 75])
    for word, clip in zip(data.y[data.y < 10], data.x[data.y < 10], strict=True):
        assert clip[0] == word + 1


def test_lists_decide_the_split(speech_commands):
    parts = {
        name: load_dataset("keywords", speech_commands, split=name)
        for name in ("train", "test", "validation")
    }
    words = {name: part.take(part.y != 10) for name, part in parts.items()}
    assert {name: set(part.group) for name, part in words.items()} == {
        "train": {"aa"},
        "test": {"bb"},
        "validation": {"cc"},
    }
    noise = [set(parts[name].group) - {"aa", "bb"} for name in ("train", "test")]
    assert sorted(map(sorted, noise)) == [["bike"], ["tap"]]
    assert sum(map(len, parts.values())) == len(load_dataset("keywords", speech_commands))


def test_without_lists_speakers_are_divided(two_words):
    train = load_dataset("keywords", two_words, split="train")
    test = load_dataset("keywords", two_words, split="test")
    assert len(train) and len(test) and not set(train.group) & set(test.group)


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("0c540988_nohash_2", "0c540988"),
        ("backward_0c540988_nohash_2", "0c540988"),
        ("ann_lee_nohash_0", "ann_lee"),
        ("1037", "1037"),
    ],
)
def test_speaker_is_found_in_a_name(tmp_path, name, speaker):
    record(tmp_path, "yes", f"{name}.wav")
    record(tmp_path, "no", "other.wav")
    assert speaker in load_dataset("keywords", tmp_path).group


def test_silence_and_unknown_go_last_and_know_their_other_names(tmp_path):
    for word in ("_unknown_", "yes", "_silence_", "aha"):
        record(tmp_path, word, f"{word}.wav")
    assert load_dataset("keywords", tmp_path).labels == ("aha", "yes", "silence", "unknown")


def test_wanted_labels_send_other_words_to_unknown(speech_commands):
    data = load_dataset("keywords", speech_commands, labels=("no", "yes", "silence", "unknown"))
    assert data.labels == ("no", "yes", "silence", "unknown")
    assert np.array_equal(np.bincount(data.y), [3, 3, 6, 33 * 3])


def test_silence_is_left_out_where_it_is_no_class(speech_commands):
    data = load_dataset("keywords", speech_commands, labels=("no", "yes", "unknown"))
    assert np.array_equal(np.bincount(data.y), [3, 3, 33 * 3])


def test_wanted_labels_without_unknown_refuse_other_words(two_words):
    with pytest.raises(InputError, match="woof is none of the classes meow, purr"):
        load_dataset("keywords", two_words, labels=("meow", "purr"))


def test_one_word_is_enough_where_the_labels_are_given(tmp_path):
    record(tmp_path, "yes", "a.wav")
    assert list(load_dataset("keywords", tmp_path, labels=LABELS).y) == [0]


def test_stranger_among_the_keywords_is_unknown_and_said(speech_commands):
    record(speech_commands, "banana", "a.wav")
    with pytest.warns(UserWarning, match="taken as unknown: banana") as caught:
        data = load_dataset("keywords", speech_commands)
    assert np.bincount(data.y)[11] == 76
    assert caught[0].filename == __file__


def test_bad_folders_are_refused(tmp_path):
    def refused(folder, words):
        with pytest.raises(InputError, match=words):
            load_dataset("keywords", folder)

    refused(tmp_path / "nowhere", "nowhere is not there")
    refused(tmp_path, "has no word folders")
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file", "is a file, not a folder")
    record(tmp_path, "yes", "a.wav")
    refused(tmp_path, r"has one class only \(yes\)")
    (tmp_path / "no").mkdir()
    refused(tmp_path, "no is empty")
    (tmp_path / "no" / "a.m4a").write_bytes(b"x")
    refused(tmp_path, "a.m4a is not a sound file the course reads")


def test_first_bad_file_is_named_and_nothing_is_cached(two_words, own_cache):
    for name in ("x.wav", "y.wav"):
        (two_words / "meow" / name).write_bytes(b"not a sound")
    with pytest.raises(InputError, match=r"x\.wav cannot be read as sound"):
        load_dataset("keywords", two_words)
    assert not [p for p in own_cache.rglob("*") if p.is_file()]


def test_stereo_is_refused_or_converted(two_words):
    samples = np.full((16_000, 2), 0.25)
    soundfile.write(two_words / "meow" / "s.wav", samples, 16_000)
    with pytest.raises(InputError, match=r"s\.wav is stereo"):
        load_dataset("keywords", two_words)
    data = load_dataset("keywords", two_words, convert=True)
    assert set(data.x[list(data.group).index("s")]) == {8_192}
    with pytest.raises(InputError, match=r"s\.wav is stereo"):  # not from the other one's cache
        load_dataset("keywords", two_words)


def test_second_load_reads_the_cache_only(two_words, monkeypatch):
    first = load_dataset("keywords", two_words)
    monkeypatch.setattr(soundfile, "SoundFile", None)
    again = load_dataset("keywords", two_words)
    assert np.array_equal(first.x, again.x) and not again.x.flags.writeable


def test_changed_file_is_read_again_and_the_old_cache_goes(two_words, own_cache):
    load_dataset("keywords", two_words)
    path = two_words / "meow" / "ann_nohash_0.wav"
    when = path.stat().st_mtime_ns
    soundfile.write(path, np.full(16_000, 7, np.int16), 16_000)
    os.utime(path, ns=(when + 1, when + 1))
    assert set(load_dataset("keywords", two_words).x[0]) == {7}
    assert len([p for p in own_cache.rglob("*") if p.is_file()]) == 1


def test_unwritable_cache_is_named(two_words, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="TINYML_CACHE"):
        load_dataset("keywords", two_words)


def test_full_disk_is_one_error_and_leaves_nothing(two_words, own_cache, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tinyml_course.datasets.decoded._write_header", full)
    with pytest.raises(InputError, match="No space left on device"):
        load_dataset("keywords", two_words)
    assert not [p for p in own_cache.rglob("*") if p.is_file()]


def test_nothing_is_printed_on_stdout(two_words, capsys, monkeypatch):
    monkeypatch.setattr("tinyml_course.datasets.decoded.WORTH_A_BAR", 0)
    load_dataset("keywords", two_words)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("whales",), 'no data set "whales"'),
        (("keywords", None, "exam"), 'no split "exam"'),
    ],
)
def test_unknown_names_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        load_dataset(*arguments)


def test_validation_needs_its_list(two_words):
    with pytest.raises(InputError, match=r"no validation_list\.txt"):
        load_dataset("keywords", two_words, split="validation")


@pytest.mark.shared
def test_real_recordings_load(shared_dir):
    data = load_dataset("keywords", shared_dir / "keywords")
    assert data.labels == LABELS and len(data) == 1_808
    assert np.bincount(data.y).min() > 100
    unknown = data.group[data.y == LABELS.index("unknown")]
    assert all(len(name) == 8 for name in unknown)
