"""Folders as people really have them, through the loaders and the command: one clear sentence."""

# ruff: noqa: F401, F811 - fixtures are imported, and then asked for by name

import numpy as np
import pytest
import soundfile
from PIL import Image
from test_cli import tinyml

import tinyml_course as tc
from tinyml_course.datasets.dataset import Dataset, parted
from tinyml_course.datasets.folders import deeper
from tinyml_course.errors import DataNote, InputError
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.tasks.pipeline import evaluate_run

LABELS = {"keywords": ("yes", "no"), "gestures": ("wave", "ring"), "parts": ("ok", "scratch")}
SUFFIX = {"keywords": ".wav", "gestures": ".csv", "parts": ".png"}


def write_one(path, rng):
    """Write a recording of the kind its suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".wav":
        soundfile.write(path, rng.normal(0, 3000, 16000).astype(np.int16), 16000)
    elif path.suffix == ".png":
        Image.fromarray(rng.integers(60, 200, (40, 50), dtype=np.uint8)).save(path)
    else:
        rows = rng.normal([0, 0, 1], 0.3, (119, 3))
        text = "\n".join(",".join(map(str, row)) for row in rows)
        path.write_text(f"aX,aY,aZ\n{text}\n")


def write_set(root, task, persons=("a", "b", "c"), each=3):
    """Write a small set of two classes in the layout the recorders use."""
    rng = np.random.default_rng(0)
    part = "__" if task == "parts" else "_nohash_"
    for label in LABELS[task]:
        for person in persons:
            for number in range(each):
                write_one(root / label / f"{person}{part}{number}{SUFFIX[task]}", rng)
    return root


def litter(root):
    """Leave behind what macOS and Windows do."""
    inside = next(path for path in root.iterdir() if path.is_dir())
    (root / "__MACOSX" / inside.name).mkdir(parents=True)
    for folder in (root, inside, root / "__MACOSX", root / "__MACOSX" / inside.name):
        for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._a.wav", "._a.csv", "._a.png"):
            (folder / name).write_bytes(b"\x00\x05\x16\x07")


@pytest.mark.filterwarnings("ignore::tinyml_course.errors.DataNote")
@pytest.mark.parametrize("task", LABELS)
def test_what_systems_leave_in_folders_is_passed_over(task, tmp_path):
    clean, littered = write_set(tmp_path / "a", task), write_set(tmp_path / "b", task)
    litter(littered)
    one, other = (tc.load_dataset(task, path=root) for root in (clean, littered))
    assert one.labels == other.labels
    np.testing.assert_array_equal(one.x, other.x)
    assert tc.check_data(littered, task=task).faults == tc.check_data(clean, task=task).faults


@pytest.mark.parametrize("task", LABELS)
@pytest.mark.parametrize("levels", [("inner",), ("inner", "data")], ids=len)
def test_recordings_that_lie_deeper_are_pointed_to(task, levels, tmp_path):
    where = write_set(tmp_path.joinpath(*levels), task)
    with pytest.raises(InputError, match=f"{where}"):
        tc.load_dataset(task, path=tmp_path, split="train")


def test_nothing_deeper_is_pointed_to_where_all_is_right(tmp_path):
    write_set(tmp_path, "parts")
    assert deeper(tmp_path, (".png",)) == ""
    assert deeper(tmp_path, (".wav",)) == ""


def test_looking_deeper_follows_no_link(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert deeper(tmp_path, (".png",)) == ""


@pytest.mark.filterwarnings("ignore:.*resampled")
@pytest.mark.parametrize("task", ["keywords", "gestures"])
def test_one_person_alone_can_train_and_is_told_that_it_flatters(task, tmp_path):
    write_set(tmp_path, task, persons=("me",), each=10)
    with pytest.warns(DataNote, match="all recordings are of me: .* flatters"):
        train = tc.load_dataset(task, path=tmp_path, split="train")
    with pytest.warns(DataNote):
        test = tc.load_dataset(task, path=tmp_path, split="test")
    assert len(train) + len(test) == 20
    assert set(train.y) == set(test.y) == {0, 1}
    assert not {x.tobytes() for x in train.x} & {x.tobytes() for x in test.x}


def flat(y, group):
    return Dataset(
        x=np.arange(len(y)), y=np.array(y), labels=("a", "b"), group=np.array(group),
        rate_hz=None, units="", source="", licence="",
    )  # fmt: skip


def test_groups_stay_whole_where_every_class_can_be_learnt():
    data = flat([0, 0, 0, 0, 0, 0, 1, 1], list("aabbccaa"))  # class b is of person a alone
    train, test = parted(data, np.arange(8))
    assert "a" in train.group
    assert not set(train.group) & set(test.group)


def test_recordings_are_parted_where_each_class_is_of_somebody_else():
    data = flat([0] * 6 + [1] * 6, ["a"] * 6 + ["b"] * 6)
    with pytest.warns(DataNote, match="every class was recorded by somebody else"):
        train, test = parted(data, np.repeat(np.arange(6), 2))
    assert set(train.y) == set(test.y) == {0, 1}
    assert not set(train.x // 2) & set(test.x // 2)  # no recording is cut


@pytest.mark.parametrize("decimal", [".", ","])
def test_semicolons_of_a_spreadsheet_are_read(tmp_path, decimal):
    write_set(tmp_path / "a", "gestures")
    write_set(tmp_path / "b", "gestures")
    for path in (tmp_path / "b").rglob("*.csv"):
        path.write_text(path.read_text().replace(",", ";").replace(".", decimal))
    with pytest.warns(DataNote):
        one, other = (tc.load_dataset("gestures", path=tmp_path / name) for name in "ab")
    np.testing.assert_array_equal(one.x, other.x)


def test_pictures_of_ones_own_are_tried_on_a_model_of_the_shipped_set(tmp_path):
    write_set(tmp_path, "parts")
    assert evaluate_run(load_run(model_dir("parts")), tmp_path)["n"] == 18


def test_notes_are_one_line_each_before_the_error(tinyml, tmp_path):
    write_set(tmp_path, "gestures")
    status, out, err = tinyml("evaluate", model_dir("gestures"), "--data", tmp_path)
    assert (status, out) == (2, "")
    first, last = err.strip().splitlines()
    assert first.startswith("note: recordings at 119 Hz")
    assert last.startswith("tinyml: ")


def test_folder_of_other_classes_is_told_of(tinyml, tmp_path):
    write_set(tmp_path, "keywords")
    (tmp_path / "yes").rename(tmp_path / "hello")
    (tmp_path / "no").rename(tmp_path / "world")
    status, _, err = tinyml("evaluate", model_dir("keywords"), "--data", tmp_path)
    assert status == 0
    assert "has nothing of yes, no" in err
    assert err.count("note:") == 1


def test_place_that_cannot_be_written_to_is_told_before_training(tinyml, tmp_path):
    (tmp_path / "file").write_text("x")
    for command in (["train", "gestures"], ["demo", "gestures"]):
        status, out, err = tinyml(*command, "--out", tmp_path / "file" / "run")
        assert (status, out) == (2, "")
        assert err.startswith(f"tinyml: nothing can be written to {tmp_path / 'file' / 'run'}")


@pytest.mark.filterwarnings("ignore::tinyml_course.errors.DataNote")
@pytest.mark.parametrize("task", LABELS)
def test_check_never_approves_of_a_folder_that_training_refuses(task, tmp_path):
    """One class's folder is empty; for parts all is of one lot, too, which is never split."""
    root = write_set(tmp_path, task, persons=("me",) if task == "parts" else ("a", "b"), each=6)
    if task != "parts":
        (root / "empty").mkdir()
    with pytest.raises(InputError) as refused:
        tc.load_dataset(task, path=root, split="train")
    try:
        (found,) = tc.check_data(root, task=task).errors
    except InputError as error:
        assert str(error) == str(refused.value)
    else:
        assert found.what.rstrip(".") in str(refused.value)


@pytest.mark.parametrize("task", ["keywords", "parts"])
def test_list_of_the_split_may_name_files_with_blanks(task, tmp_path):
    root = write_set(tmp_path, task)
    for label in LABELS[task]:
        write_one(root / label / f"my own{SUFFIX[task]}", np.random.default_rng(1))
    names = [f"{label}/my own{SUFFIX[task]}" for label in LABELS[task]]
    (root / "testing_list.txt").write_text("\n".join([*names, ""]))
    assert len(tc.load_dataset(task, path=root, split="test")) == len(names)


@pytest.mark.parametrize("task", ["keywords", "parts"])
def test_list_of_the_split_that_is_no_text_is_refused(task, tmp_path):
    root = write_set(tmp_path, task)
    (root / "testing_list.txt").write_bytes(b"\xff\xfe\x00")
    for use in (lambda: tc.load_dataset(task, path=root, split="test"),
                lambda: tc.check_data(root, task=task)):  # fmt: skip
        with pytest.raises(InputError, match=r"testing_list\.txt is no text file"):
            use()


def test_one_recording_of_a_word_is_refused(tmp_path):
    root = write_set(tmp_path, "keywords")
    write_one(root / "maybe" / "a_nohash_0.wav", np.random.default_rng(1))
    with pytest.raises(InputError, match="has one recording of 'maybe'"):
        tc.load_dataset("keywords", path=root, split="train")


def test_value_no_motion_sensor_gives_is_refused_by_name(tmp_path):
    root = write_set(tmp_path, "gestures")
    broken = root / "wave" / "a_nohash_0.csv"
    broken.write_text(broken.read_text() + "1e300,0,1\n")
    with pytest.raises(InputError, match=f"{broken} holds 1e\\+300, which no sensor"):
        tc.load_dataset("gestures", path=root)
