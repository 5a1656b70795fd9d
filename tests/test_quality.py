"""Every fault that is planted in a set is named; the shipped sets have none."""

import contextlib
import io
import json
import shutil
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image

import tinyml_course as tc
from tinyml_course import cli
from tinyml_course.datasets import quality
from tinyml_course.datasets.quality import near_duplicates as nd
from tinyml_course.datasets.quality import reading
from tinyml_course.errors import InputError

RATE = 16_000


def word(seed, samples=RATE):
    """Return a made-up word: band-limited noise that swells and fades, different for each seed."""
    rng = np.random.default_rng(seed)
    noise = np.convolve(rng.normal(size=samples + 15), np.ones(16) / 16, mode="valid")
    return np.rint(4000 * noise / noise.std() * np.hanning(samples)).astype(np.int16)


def gesture(seed, rows=150, size=0.5):
    """Return a smooth movement on top of gravity, (rows, 6), in g and degrees/s."""
    rng = np.random.default_rng(seed)
    time = np.arange(rows)[:, None] / 100
    tones = [np.sin(2 * np.pi * (rng.uniform(0.5, 4, 6) * time + rng.random(6))) for _ in range(4)]
    moved = np.sum(tones, axis=0) * size * [1, 1, 1, 60, 60, 60] * np.hanning(rows)[:, None]
    return moved + [0, 0, 1, 0, 0, 0] + rng.normal(size=(rows, 6)) * 0.005


def picture(seed, side=192):
    rng = np.random.default_rng(seed)
    grain = np.kron(rng.normal(size=(24, 24)), np.ones((side // 24, side // 24)))
    return np.uint8(np.clip(120 + 30 * grain + rng.normal(size=(side, side)), 0, 255))


def save_word(path, samples, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.asarray(samples, np.int16), rate, subtype="PCM_16")


def save_gesture(path, samples, rate=100.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{i / rate:.4f}," + ",".join(f"{v:.5f}" for v in row) for i, row in enumerate(samples)]
    path.write_text("\n".join(["time,aX,aY,aZ,gX,gY,gZ", *rows]) + "\n")


def save_picture(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


PEOPLE = ("ann", "bob", "cid", "dee")
SAVE = {"keywords": save_word, "gestures": save_gesture, "parts": save_picture}
MAKE = {"keywords": word, "gestures": gesture, "parts": picture}
LABELS = {"keywords": ("no", "yes"), "gestures": ("ring", "wing"), "parts": ("defect", "ok")}
SUFFIX = {"keywords": "wav", "gestures": "csv", "parts": "png"}


def place(folder, task, label, person, take):
    return folder / label / f"{person}_nohash_{take}.{SUFFIX[task]}"


def make_folder(folder, task):
    """Write a set without a fault: two classes, four people, three takes of each."""
    for i, label in enumerate(LABELS[task]):
        for j, person in enumerate(PEOPLE):
            for take in range(3):
                values = MAKE[task](100 * i + 10 * j + take)
                SAVE[task](place(folder, task, label, person, take), values)
    return folder


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return {task: make_folder(tmp_path_factory.mktemp(task), task) for task in LABELS}


@pytest.fixture
def planted(clean, tmp_path):
    """Return a function that copies a clean set for a task."""

    def copy(task):
        return shutil.copytree(clean[task], tmp_path / task)

    return copy


def first(folder, task, person="ann", label=0):
    return place(folder, task, LABELS[task][label], person, 0)


@pytest.mark.parametrize("task", LABELS)
def test_clean_folder_has_no_finding(clean, task):
    report = tc.check_data(clean[task], task=task)
    assert report.findings == ()
    assert [(one.recordings, one.groups) for one in report.classes] == [(12, 4), (12, 4)]


@pytest.mark.slow
@pytest.mark.parametrize("task", LABELS)
def test_shipped_set_has_no_error_and_no_warning(task):
    report = tc.check_data(None, task=task)
    assert [finding for finding in report.findings if finding.severity != "note"] == []


def loud(folder, task):
    save_word(first(folder, task), np.clip(word(0).astype(int) * 20, -32768, 32767))


def silence(folder, task):
    save_word(first(folder, task), np.random.default_rng(0).integers(-9, 9, RATE, dtype=np.int16))


def whisper(folder, task):
    save_word(first(folder, task), np.int16(word(0) * 0.05))


def zeros(folder, task):
    for take in range(12):
        save_word(folder / "silence" / f"room_nohash_{take}.wav", np.zeros(RATE, np.int16))


def slow_rate(folder, task):
    save_word(first(folder, task), word(0, 8000), 8000)


def fast_rate(folder, task):
    save_word(first(folder, task), word(0, 44_100), 44_100)


def same_file(folder, task):
    shutil.copy(first(folder, task), place(folder, task, LABELS[task][0], "bob", 9))


def two_labels(folder, task):
    shutil.copy(first(folder, task), place(folder, task, LABELS[task][1], "ann", 9))


def changed_copy(folder, task):
    rng = np.random.default_rng(5)
    values = MAKE[task](0)
    changed = {
        "keywords": lambda: np.roll(np.int16(0.6 * values + 5 * rng.normal(size=RATE)), 400),
        "gestures": lambda: np.roll(values, 3, axis=0) * 1.02,
        "parts": lambda: np.uint8(
            np.roll(values, 3, axis=1) * 0.8 + rng.integers(0, 4, (192, 192))
        ),
    }[task]()
    SAVE[task](place(folder, task, LABELS[task][0], "bob", 9), changed)


def still(folder, task):
    values = [0, 0, 1, 0, 0, 0] + np.random.default_rng(0).normal(size=(150, 6)) * 0.005
    save_gesture(first(folder, task), values)


def stuck(folder, task):
    values = gesture(0, size=2)
    values[:, :3] = values[:, :3].clip(-2, 2)
    save_gesture(first(folder, task), values)


def in_milli_g(folder, task):
    save_gesture(first(folder, task), gesture(0) * np.repeat([1000, 1], 3))


def all_metric(folder, task):
    for i, label in enumerate(LABELS[task]):
        for j, person in enumerate(PEOPLE):
            for take in range(3):
                values = gesture(100 * i + 10 * j + take) * np.repeat([9.80665, 1], 3)
                save_gesture(place(folder, task, label, person, take), values)


def without_gravity(folder, task):
    for i, path in enumerate(sorted(folder.rglob("*.csv"))):
        save_gesture(path, gesture(i, size=0.2) - [0, 0, 1, 0, 0, 0])


def other_rate(folder, task):
    save_gesture(first(folder, task), gesture(0, 75), 50.0)


def three_axes(folder, task):
    path = first(folder, task)
    path.write_text("aX,aY,aZ\n" + "0.1,0.2,1.0\n0.4,0.1,0.7\n" * 60)


def text_in_numbers(folder, task):
    path = first(folder, task)
    path.write_text(path.read_text().replace("\n0.0100,", "\nhello,", 1))


def blank(folder, task):
    save_picture(first(folder, task), np.full((192, 192), 90, np.uint8))


def burnt(folder, task):
    save_picture(first(folder, task), np.uint8(np.clip(picture(0) + 150.0, 0, 255)))


def torn(folder, task):
    path = first(folder, task)
    path.write_bytes(path.read_bytes()[:500])


def only_one_class(folder, task):
    shutil.rmtree(folder / LABELS[task][0])


def good_only(folder, task):
    shutil.rmtree(folder / "defect")


def one_take(folder, task):
    for path in sorted((folder / LABELS[task][0]).iterdir())[1:]:
        path.unlink()


def few_takes(folder, task):
    for path in sorted((folder / LABELS[task][0]).iterdir())[9:]:
        path.unlink()


def far_more(folder, task):
    for take in range(40):
        SAVE[task](place(folder, task, LABELS[task][0], "ann", 50 + take), MAKE[task](900 + take))


def nobody_named(folder, task):
    for number, path in enumerate(sorted(folder.rglob(f"*.{SUFFIX[task]}"))):
        path.rename(path.with_name(f"take{number}.{SUFFIX[task]}"))


def ann_alone(folder, task):
    for path in folder.rglob("*_nohash_*"):
        path.rename(path.with_name(f"ann_nohash_{path.name.replace('_nohash_', '')}"))


def one_class_by_ann(folder, task):
    for path in (folder / LABELS[task][0]).iterdir():
        path.rename(path.with_name(f"ann_nohash_{path.name.replace('_nohash_', '')}"))


def each_has_a_class(folder, task):
    for label, people in zip(LABELS[task], (PEOPLE[:2], PEOPLE[2:]), strict=True):
        for path in sorted((folder / label).iterdir()):
            person = people[int(path.stem[-1]) % 2]
            path.rename(path.with_name(f"{person}_nohash_{path.name.replace('_nohash_', '')}"))


FAULTS = [
    (loud, "keywords", "clipping", "warning"),
    (silence, "keywords", "silent", "error"),
    (whisper, "keywords", "quiet", "warning"),
    (zeros, "keywords", "digital-silence", "warning"),
    (slow_rate, "keywords", "unreadable", "error"),
    (fast_rate, "keywords", "wrong-format", "error"),
    (still, "gestures", "motionless", "error"),
    (stuck, "gestures", "clipping", "note"),
    (in_milli_g, "gestures", "mixed-units", "error"),
    (all_metric, "gestures", "unit", "note"),
    (without_gravity, "gestures", "gravity", "warning"),
    (other_rate, "gestures", "mixed-rates", "error"),
    (three_axes, "gestures", "mixed-axes", "error"),
    (text_in_numbers, "gestures", "unreadable", "error"),
    (blank, "parts", "blank", "error"),
    (burnt, "parts", "clipping", "warning"),
    (good_only, "parts", "good-only", "note"),
    *((torn, task, "unreadable", "error") for task in ("keywords", "parts")),
    *((only_one_class, task, "one-class", "error") for task in ("keywords", "gestures")),
    *(
        (plant, task, fault, severity)
        for task in LABELS
        for plant, fault, severity in (
            (same_file, "duplicate", "warning"),
            (two_labels, "contradiction", "error"),
            (changed_copy, "near-duplicate", "warning"),
            (one_take, "one-recording", "error"),
            (few_takes, "few", "warning"),
            (far_more, "imbalance", "warning"),
            (nobody_named, "no-groups", "warning"),
            (ann_alone, "one-group", "warning"),
            (one_class_by_ann, "class-from-one-group", "warning"),
            (each_has_a_class, "label-tells-group", "error"),
        )
    ),
]
BESIDE = {  # which other faults a planted one brings with it
    "one-recording": {"imbalance", "class-from-one-group"},
    "mixed-axes": {"mixed-rates"},
    "one-group": {"refused"},
}


@pytest.mark.parametrize(
    ("plant", "task", "fault", "severity"),
    FAULTS,
    ids=[f"{task}-{plant.__name__}" for plant, task, _, _ in FAULTS],
)
def test_planted_fault_is_named(planted, plant, task, fault, severity):
    folder = planted(task)
    plant(folder, task)
    report = tc.check_data(folder, task=task)
    (found,) = [finding for finding in report.findings if finding.fault == fault]
    assert found.severity == severity
    assert found.what.endswith(".") and found.advice.endswith(".")
    assert report.faults - {fault} <= BESIDE.get(fault, set()), report.to_text()


@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (loud, ("no/ann_nohash_0.wav",)),
        (same_file, ("no/ann_nohash_0.wav = no/bob_nohash_9.wav",)),
        (one_class_by_ann, ("ann",)),
    ],
    ids=["file", "pair", "person"],
)
def test_finding_says_where(planted, plant, where):
    folder = planted("keywords")
    plant(folder, "keywords")
    (finding,) = tc.check_data(folder, task="keywords").findings
    assert finding.where == where


def test_lists_of_a_split_show_people_and_copies_on_both_sides(planted):
    folder = planted("keywords")
    changed_copy(folder, "keywords")  # of no/ann_nohash_0, as no/bob_nohash_9
    shutil.copy(folder / "no" / "cid_nohash_0.wav", folder / "no" / "bob_nohash_8.wav")
    bob = [path.relative_to(folder).as_posix() for path in folder.rglob("bob_*")]
    listed = folder / "testing_list.txt"
    listed.write_text("\n".join(bob))
    report = tc.check_data(folder, task="keywords")
    assert {finding.fault: finding.where[0][:30] for finding in report.errors} == {
        "duplicate-across-split": "no/bob_nohash_8.wav = no/cid_n",
        "near-duplicate": "no/ann_nohash_0.wav ~ no/bob_n",
    }
    listed.write_text("\n".join(bob[1:]))
    assert "group-on-both-sides" in tc.check_data(folder, task="keywords").faults


def test_random_split_leaks_and_split_by_group_does_not(clean):
    data = tc.load_dataset("keywords", path=clean["keywords"])
    train, test = data.split(by="sample", test=0.3)
    report = tc.check_data(train, test=test, task="keywords")
    assert "group-on-both-sides" in report.faults
    train, test = data.split(by="group", test=0.3)
    assert tc.check_data(train, test=test, task="keywords").errors == ()


def test_class_that_is_on_one_side_only_is_named(clean):
    data = tc.load_dataset("gestures", path=clean["gestures"])
    ann = data.group == "ann"
    report = tc.check_data(data.take(~ann), test=data.take(ann & (data.y == 0)), task="gestures")
    (finding,) = report.errors
    assert (finding.fault, len(finding.where)) == ("class-missing", 9)
    assert finding.where[0].startswith("train ")
    assert "no wing; its recordings (9, of 3 people) are all in the training set" in finding.what
    assert finding.advice.startswith("Record wing from another person, for the test set alone, or")


def test_class_without_a_test_folder_is_told_with_its_files(tmp_path):
    for number, place in enumerate(["train/wing", "train/ring", "test/ring"] * 2):
        save_gesture(tmp_path / place / f"take{number}.csv", gesture(number))
    (finding,) = tc.check_data(tmp_path, task="gestures").of("error")
    assert finding.what.startswith("The test set has no wing; its recordings (2) are all in")
    assert finding.where == ("train/wing/take0.csv", "train/wing/take3.csv")
    assert finding.advice == "Record wing from another person, for the test set alone."


@pytest.mark.parametrize("task", LABELS)
def test_different_recordings_are_no_near_duplicates(task):
    x = np.stack([np.asarray(MAKE[task](i)) for i in range(60)])
    assert nd.find_near_duplicates(x, task, np.arange(60)) == []


def test_folder_larger_than_memory_is_checked_piece_by_piece(tmp_path, monkeypatch):
    count = 80
    for i in range(count):
        save_word(place(tmp_path, "keywords", f"w{i % 2}", f"p{i % 4}", i), word(i))
    whole = tc.check_data(tmp_path, task="keywords")
    monkeypatch.setattr(reading, "PIECE", 8)
    monkeypatch.setattr(nd, "BLOCK", 8)
    monkeypatch.setattr(nd, "MOST_COMPARED", 5 * count)
    tracemalloc.start()
    pieces = tc.check_data(tmp_path, task="keywords")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pieces == whole
    assert peak < count * RATE * 2  # less than the samples take


def test_long_check_tells_how_far_it_is(clean):
    told = []
    with pytest.MonkeyPatch.context() as patch:
        watched = contextlib.nullcontext(lambda what, share: told.append((what, share)))
        patch.setattr(quality, "bar", lambda: watched)
        tc.check_data(clean["keywords"], task="keywords", progress=True)
    assert [what for what, _ in told] == sorted(
        (what for what, _ in told), key=["reading", "taking fingerprints", "comparing"].index
    )
    assert len({what for what, _ in told}) == 3
    assert all(0 <= share < 1 for _, share in told)


def reencoded(one):
    file = io.BytesIO()
    Image.fromarray(one).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


COPIES = {
    ("gestures", "later"): lambda one: np.pad(one, ((7, 0), (0, 0)), mode="edge")[:-7],
    ("gestures", "stronger"): lambda one: one * 1.1,
    ("gestures", "rounded"): lambda one: np.round(one, 1),
    ("gestures", "noisier"): lambda one: one + np.random.default_rng(1).normal(
        0, [0.02] * 3 + [1] * 3, one.shape
    ),
    ("parts", "darker"): lambda one: np.uint8(one * 0.7),
    ("parts", "re-encoded"): reencoded,
    ("parts", "shifted"): lambda one: np.pad(one, ((3, 0), (0, 0)), mode="edge")[:-3],
    ("parts", "cropped"): lambda one: np.asarray(
        Image.fromarray(one[3:-3, 3:-3]).resize(one.shape[::-1], Image.Resampling.BILINEAR)
    ),
}  # fmt: skip


@pytest.mark.parametrize(("task", "way"), COPIES, ids=" ".join)
def test_copies_are_found_and_no_other_pair_is_near_the_limit(task, way):
    x = np.stack([MAKE[task](seed) for seed in range(40)])
    x = x.astype(np.float32) if task == "gestures" else x
    copy = COPIES[task, way](x[7]).astype(x.dtype)
    both = np.concatenate([x, copy[None]])
    (pair,) = nd.find_near_duplicates(both, task, np.arange(41))
    assert (pair.first, pair.second) == (7, 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nd, "least", lambda *_: 0.0)
        others = nd.find_near_duplicates(x, task, np.arange(40))
    assert 1 - others[0].alike > 3 * (1 - nd.LEAST[task])


@pytest.mark.parametrize("task", LABELS)
def test_near_duplicates_of_one_person_are_not_compared(task):
    one = np.asarray(MAKE[task](0))
    other = np.asarray(MAKE[task](1))
    x = np.stack([one, one, other])
    assert nd.find_near_duplicates(x, task, np.array(["a", "a", "b"])) == []
    (pair,) = nd.find_near_duplicates(x, task, np.array(["a", "b", "b"]))
    assert (pair.first, pair.second) == (0, 1)
    assert pair.alike == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: tc.check_data(p, task="cats"), "choose keywords, gestures, parts"),
        (lambda p: tc.check_data(p / "none", task="keywords"), "is not there"),
        (lambda p: tc.check_data(p, task="keywords"), "no recordings of keywords"),
        (lambda p: tc.check_data(p, task="gestures"), "no recordings"),
        (lambda p: tc.check_data(p, task="parts"), "no class folders"),
    ],
    ids=["task", "missing", "no sound", "no motion", "no pictures"],
)
def test_what_cannot_be_checked_is_said_in_a_sentence(tmp_path, call, message):
    with pytest.raises(InputError, match=message):
        call(tmp_path)


def test_test_set_of_another_kind_is_refused(clean):
    words = tc.load_dataset("keywords", path=clean["keywords"])
    with pytest.raises(InputError, match="two parts of one set"):
        tc.check_data(words, test=replace(words, labels=("a", "b")), task="keywords")
    with pytest.raises(InputError, match="told by its lists"):
        tc.check_data(clean["keywords"], test=words, task="keywords")


def test_report_shows_itself_in_words_html_and_json(planted):
    folder = planted("keywords")
    loud(folder, "keywords")
    (folder / "<b>").mkdir()
    save_word(folder / "<b>" / "x.wav", word(77))
    report = tc.check_data(folder, task="keywords")
    assert "clipping: 1 recording at the end of the scale" in report.to_text()
    assert str(report) == report.to_text()
    assert "&lt;b&gt;" in report._repr_html_() and "<b></" not in report._repr_html_()
    assert json.loads(json.dumps(report.to_json()))["findings"][0]["severity"] == "error"
    assert report.verdict.startswith("1 error, 2 warnings. Mend")


@pytest.mark.parametrize(("plant", "status"), [(None, 0), (loud, 0), (silence, 1)])
def test_command_prints_the_report_and_fails_on_errors(planted, capsys, plant, status):
    folder = planted("keywords")
    if plant is not None:
        plant(folder, "keywords")
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", "keywords", "--data", str(folder), "--json"])
    assert ended.value.code == status
    told = json.loads(capsys.readouterr().out)
    assert len(told["findings"]) == (plant is not None)


def test_folder_of_which_nothing_can_be_read_is_told_with_the_remedy(tmp_path):
    (tmp_path / "wave").mkdir()
    (tmp_path / "wave" / "1.csv").write_text("aX,aY,aZ\n1,2\n")
    with pytest.raises(InputError, match=r"can be read\. .*has 2 values.* Mend or delete the line"):
        tc.check_data(tmp_path, task="gestures")
