"""The inspection task on folders of one's own: several classes, or good parts alone."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from tinyml_course.cli import main
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import load_dataset
from tinyml_course.errors import InputError
from tinyml_course.features.image import ImagePatch
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.sketch import write_sketch
from tinyml_course.tasks import TASKS, get_task
from tinyml_course.tasks.parts import augment, choose_features
from tinyml_course.tasks.pictures import picture_sketch
from tinyml_course.tasks.pipeline import evaluate_run, train_task


def write_pictures(root, label, count, draw, size=(70, 50)):
    """Write pictures of noise with something drawn into each."""
    rng = np.random.default_rng(len(label))
    (root / label).mkdir(parents=True)
    for i in range(count):
        grey = rng.normal(120, 12, (size[1], size[0]))
        draw(grey, *rng.integers(5, 35, 2))
        Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(root / label / f"{i}.png")


def bright(grey, y, x):
    grey[y : y + 10, x : x + 10] += 110


def dark(grey, y, x):
    grey[y : y + 10, x : x + 10] -= 110


def nothing(grey, y, x):
    pass


@pytest.fixture(scope="module", autouse=True)
def short():
    """Learn from a few hundred pictures."""
    task = get_task("parts")
    recipe = dataclasses.replace(task.recipe, epochs=8, versions=384, passes=8, own_epochs=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TASKS, "parts", dataclasses.replace(task, recipe=recipe))
        patch.setattr("tinyml_course.datasets.image_folder.SIDE", 48)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("pictures")
    for label, draw in (("good", nothing), ("drill hole", dark), ("burr", bright)):
        write_pictures(root, label, 20, draw)
    return root


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    trained = train_task("parts", folder, progress=False)
    return load_run(trained.save(tmp_path_factory.mktemp("run")))


def test_three_classes_of_odd_size_are_learned(run, folder):
    assert run.labels == ("good", "burr", "drill hole")
    assert run.features == ImagePatch(48, 48, size=48)
    assert evaluate_run(run, folder)["balanced_accuracy"] > 0.9


def test_evaluation_in_c_agrees_with_the_notebook(run, folder):
    data = load_dataset("parts", path=folder, labels=run.labels)
    found = reference(run.tflite)(run.features(data.x)).reshape(len(data), -1).argmax(axis=1)
    assert evaluate_run(run, folder)["accuracy"] == pytest.approx((found == data.y).mean())


def test_good_parts_alone_make_a_model_that_knows_defects(folder, tmp_path):
    write_pictures(tmp_path, "good", 40, nothing)
    run = train_task("parts", tmp_path, epochs=16, progress=False)
    assert run.labels == ("good", "defect")
    assert "auroc" not in run.metrics["int8"]  # nothing bad is held out
    found = evaluate_run(run, folder)
    assert found["n"] == 60 and found["auroc"] > 0.95
    assert found["per_class"]["defect"] > 0.8 and found["per_class"]["good"] > 0.5


def test_every_class_gets_its_share_of_versions(folder, tmp_path):
    write_pictures(tmp_path, "good", 30, nothing)
    write_pictures(tmp_path, "hole", 3, dark)
    data = load_dataset("parts", path=tmp_path)
    made = augment(data, choose_features(data), 400, 0, lambda _: None)
    assert abs(np.bincount(made.y) - 200).max() < 25
    assert made.x.dtype == np.int8 and made.x.shape[1:] == (48, 48, 1)


@pytest.mark.parametrize(
    ("counts", "share"),
    [((40, 0), 1), ((40, 4), 0.48), ((40, 20), 0), ((10, 40), 0), ((30, 5, 5), 0)],
    ids=["good alone", "few defects", "half as many", "more", "two kinds"],
)
def test_defects_are_made_up_where_they_are_few(counts, share, monkeypatch):
    """Good parts are black and defects white, so that what was pasted into is known."""
    labels = ("ok", "dent", "crack")[: max(2, len(counts))]
    y = np.repeat(np.arange(len(counts)), counts)
    x = np.where(y[:, None, None] > 0, 255, 0).astype(np.uint8) * np.ones((1, 48, 48), np.uint8)
    pasted = []
    monkeypatch.setattr(
        "tinyml_course.tasks.parts.paste_defects", lambda given, _: pasted.append(given) or given
    )
    data = dataclasses.replace(load_dataset("parts"), x=x, y=y, labels=labels, group=y.astype(str))
    made = augment(data, choose_features(data), 1000, 0, lambda _: None)
    given = np.concatenate(pasted)
    assert not given.any()  # good parts only are pasted into
    assert len(given) / np.count_nonzero(made.y == 1) == pytest.approx(share, abs=0.08)


def test_epochs_follow_the_size_of_a_set_of_one_s_own(folder, monkeypatch):
    task = get_task("parts")
    recipe = dataclasses.replace(task.recipe, epochs=2, versions=64, sightings=4, own_epochs=0)
    monkeypatch.setitem(TASKS, "parts", dataclasses.replace(task, recipe=recipe))
    assert train_task("parts", folder, progress=False).metrics["epochs"] == 3  # 48 of 60 pictures
    assert train_task("parts", folder, epochs=1, progress=False).metrics["epochs"] == 1
    longer = dataclasses.replace(recipe, own_epochs=30)
    assert (longer.epochs_for(48), longer.epochs_for(0)) == (30, 2)


def test_large_pictures_are_shrunk_for_the_model():
    data = load_dataset("parts", split="test").take(slice(0, 2))
    large = dataclasses.replace(data, x=np.zeros((2, 192, 192), np.uint8))
    assert choose_features(large).input_shape == (96, 96, 1)
    assert choose_features(data).input_shape == (64, 64, 1)
    odd = dataclasses.replace(data, x=np.zeros((2, 60, 90), np.uint8))
    assert choose_features(odd).input_shape == (56, 56, 1)  # halves three times


def test_folder_with_strange_classes_is_not_evaluated(run, tmp_path):
    write_pictures(tmp_path, "dent", 3, dark)
    with pytest.raises(InputError, match=r"dent in .* is none of the classes good, burr, dri"):
        evaluate_run(run, tmp_path)


def test_sketch_takes_the_board_s_camera_or_pictures_that_were_not_trained_on(tmp_path, capsys):
    model = str(model_dir("parts"))
    for board, options, holds in (
        ("nano33ble", [], "Arduino_OV767X.h"),
        ("esp32cam", [], "esp_camera.h"),
        ("pico", [], "pictures.h"),
        ("nano33ble", ["--camera", "stored"], "pictures.h"),
    ):
        out = tmp_path / f"{board}{len(options)}"
        with pytest.raises(SystemExit) as ended:
            main(["sketch", model, "-o", str(out), "--board", board, *options])
        assert ended.value.code == 0 and holds in (out / "camera.h").read_text()
    assert "expectedClasses[PICTURES] = {0, 0, 1, 1}" in (out / "pictures.h").read_text()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("parts", ["--board", "pico", "--camera", "ov7675"], "has no OV7675 camera"),
        ("keywords", ["--camera", "stored"], "keywords are not looked at"),
    ],
)
def test_camera_that_is_not_there_is_refused(task, options, message, tmp_path, capsys):
    command = ["sketch", str(model_dir(task)), "-o", str(tmp_path / "sketch"), *options]
    with pytest.raises(SystemExit) as ended:
        main(command)
    told = capsys.readouterr().err
    assert ended.value.code == 2 and message in told and told.count("\n") == 1


def test_own_pictures_are_stored_in_a_sketch(run, folder, tmp_path):
    kind = picture_sketch(run, "pico", data=folder)
    compiled = compile_model(run.tflite, name="parts")
    write_sketch(compiled, run.features, run.labels, "pico", tmp_path / "parts", kind=kind)
    text = (tmp_path / "parts" / "pictures.h").read_text()
    assert "expectedClasses[PICTURES] = {0, 0, 1, 2}" in text
