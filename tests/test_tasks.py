"""What a task is made of, and the way from recordings to a RUN, on a small folder of tones."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from tinyml_course.compiler.reference import reference
from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.errors import InputError
from tinyml_course.run import load_run
from tinyml_course.tasks import TASKS, Recipe, get_task, keywords, pipeline
from tinyml_course.training import evaluate

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two "words", a high and a low tone, and noise, said by six speakers."""
    root = tmp_path_factory.mktemp("words")
    rng = np.random.default_rng(0)
    time_s = np.arange(RATE_HZ) / RATE_HZ
    window = np.exp(-(((time_s - 0.5) / 0.15) ** 2))
    for word, hz in (("high", 2000), ("low", 300), ("_silence_", 0)):
        (root / word).mkdir()
        for speaker in range(6):
            for take in range(4):
                tone = window * np.sin(2 * np.pi * hz * rng.uniform(0.9, 1.1) * time_s)
                clip = 0.3 * tone + 0.003 * rng.standard_normal(RATE_HZ)
                name = f"s{speaker}_nohash_{take}.wav" if hz else f"noise{speaker}{take}.wav"
                soundfile.write(root / word / name, clip, RATE_HZ, subtype="PCM_16")
    return root


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINYML_CACHE", str(tmp_path_factory.mktemp("cache")))
        small = Recipe(epochs=15, versions=400, passes=15)
        task = replace(keywords.KEYWORDS, build_model=_small, recipe=small)
        patch.setitem(TASKS, "keywords", task)
        yield pipeline.train_task("keywords", folder, progress=False)


def _small(input_shape, classes: int):
    return keywords.build_ds_cnn(input_shape, classes, width=8, blocks=1)


def test_run_learns_the_words_of_a_folder(run):
    assert run.labels == ("high", "low", "silence")
    assert run.metrics["int8"]["accuracy"] > 0.8
    assert abs(run.metrics["int8"]["accuracy"] - run.metrics["float"]["accuracy"]) <= 0.1


def test_run_is_measured_on_speakers_it_did_not_hear(run, folder):
    test = load_dataset("keywords", path=folder, split="test")
    train = load_dataset("keywords", path=folder, split="train")
    assert not set(test.group) & set(train.group)
    assert run.metrics["int8"]["n"] == len(test) and run.metrics["clips"] == len(train)
    again = evaluate(reference(run.tflite), run.features(test))
    assert again == run.metrics["int8"]


def test_run_survives_being_saved_and_is_evaluated_in_c(run, folder, tmp_path):
    loaded = load_run(run.save(tmp_path / "run"))
    found = pipeline.evaluate_run(loaded, folder)
    assert found["n"] == 72
    data = load_dataset("keywords", path=folder)
    assert found == evaluate(reference(run.tflite), run.features(data))


def test_draw_rows_gives_every_class_its_share():
    y = np.repeat([0, 1, 2], [900, 300, 50])
    data = Dataset(
        x=np.zeros((1250, 1)),
        y=y.astype(np.int64),
        labels=("yes", "no", "silence"),
        group=np.where(np.arange(1250) % 10, "espeak-a", "person-b"),
        rate_hz=None,
        units="",
        source="",
        licence="",
    )
    rows = keywords.draw_rows(data, 5000, seed=1)
    assert len(rows) == pytest.approx(5000, rel=0.05)
    share = np.bincount(y[rows]) / len(rows)
    weight = np.array([1, 1, keywords.WEIGHTS["silence"]])
    assert share == pytest.approx(weight / weight.sum(), rel=0.1)
    by_people = np.char.startswith(data.group[rows[y[rows] == 0]], "person-").mean()
    assert by_people == pytest.approx(keywords.PERSON_SHARE, rel=0.1)
    assert (rows == keywords.draw_rows(data, 5000, seed=1)).all()


def test_unknown_task_is_refused_by_name():
    with pytest.raises(InputError, match="no task 'whales': choose keywords, gestures"):
        get_task("whales")
