"""The public names: each explains itself, and a mistaken argument ends in a sentence to act on."""

import difflib
import inspect
from types import SimpleNamespace

import numpy as np
import pytest

import tinyml_course as tc
from tinyml_course.errors import InputError

MODEL = "data/models/keywords/model.tflite"


@pytest.fixture(scope="module")
def made():
    """Return what a lesson has at hand: a run, a data set, a compiled model."""
    run = tc.load_run("data/models/keywords")
    data = tc.Dataset(
        x=np.zeros((4, 16000), np.int16),
        y=np.arange(4) % 2,
        labels=("no", "yes"),
        group=np.array(list("abab")),
        rate_hz=16000,
        units="int16",
        source="made up",
        licence="CC0-1.0",
    )
    return SimpleNamespace(run=run, data=data, compiled=tc.compile_model(run.tflite))


@pytest.mark.parametrize("name", tc.__all__)
def test_public_name_explains_itself(name):
    doc = inspect.getdoc(getattr(tc, name))
    assert doc and doc.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", [n for n in tc.__all__ if inspect.isfunction(getattr(tc, n))])
def test_every_parameter_of_a_public_function_is_explained(name):
    function = getattr(tc, name)
    parameters = inspect.signature(function).parameters
    if len(parameters) > 1:
        sections = inspect.getdoc(function).partition("Parameters\n")[2]
        assert not [parameter for parameter in parameters if parameter not in sections]


def test_names_are_offered_and_a_misspelt_one_can_be_corrected():
    assert set(tc.__all__) <= set(dir(tc))
    with pytest.raises(AttributeError, match="compile_mode") as caught:
        _ = tc.compile_mode
    near = difflib.get_close_matches(caught.value.name, dir(caught.value.obj), 1)
    assert near == ["compile_model"]


WRONG = {
    "compile a run": (lambda m: tc.compile_model(m.run), "model's bytes or path is needed"),
    "compile twice": (lambda m: tc.compile_model(m.compiled), "not CompiledModel"),
    "compile a number": (lambda m: tc.compile_model(m.run.tflite, name=3), "3 cannot prefix"),
    "inspect nothing": (lambda m: tc.inspect_model(None), "not NoneType"),
    "refer to a run": (lambda m: tc.reference(m.run), "not Run"),
    "run bytes": (lambda m: tc.host_model(m.run.tflite), "what tc.compile_model returns"),
    "features of a name": (lambda m: tc.host_features("mfcc"), "feature specification is needed"),
    "simulate a path": (lambda m: tc.simulate(MODEL), "what tc.compile_model returns"),
    "simulate a run's run": (lambda m: tc.simulate(m.compiled, features=m.run), "run.features"),
    "compare a run": (lambda m: tc.compare_boards(m.run), "compiled model is needed, not Run"),
    "board of no name": (lambda m: tc.get_board("nano33bel"), "did you mean nano33ble"),
    "sketch of bytes": (
        lambda m: tc.write_sketch(m.run.tflite, m.run.features, m.run.labels),
        "compiled model is needed, not bytes",
    ),
    "sketch of a run": (
        lambda m: tc.write_sketch(m.compiled, m.run, m.run.labels),
        "feature specification is needed, not Run",
    ),
    "evaluate bytes": (lambda m: tc.evaluate(m.run.tflite, m.data), "function of inputs"),
    "evaluate arrays": (lambda m: tc.evaluate(len, m.data.x), "Dataset is needed, not ndarray"),
    "fit a function": (lambda m: tc.fit(len, m.data), "call the function that does"),
    "fit an array": (lambda m: tc.fit(keras_like(), m.data.x), "Dataset is needed"),
    "fit no epoch": (lambda m: tc.fit(keras_like(), m.data, epochs=0), "epochs=0"),
    "quantize a function": (lambda m: tc.quantize_int8(len, m.data.x), "Keras model is needed"),
    "a forest of arrays": (lambda m: tc.fit_forest(m.data.x), "Dataset is needed"),
    "a forest of none": (lambda m: tc.fit_forest(m.data, trees=0), "trees=0"),
    "augment arrays": (lambda m: tc.augment_dataset(m.data.x, tc.Mfcc()), "Dataset is needed"),
    "a run of a run": (lambda m: tc.load_run(m.run), "path of a RUN folder"),
    "frames in words": (lambda m: tc.Mfcc(frames="49"), "frames='49'; give a whole number"),
    "half a frame": (lambda m: tc.Mfcc(frames=49.5), "give a whole number"),
    "a rate in words": (lambda m: tc.MotionWindow(rate_hz="100"), "rate_hz='100'"),
    "no window": (lambda m: tc.MotionWindow(window_s=None), "window_s=None; give a number"),
    "a size in words": (lambda m: tc.ImagePatch(height="64"), "height='64'"),
}


def keras_like():
    """Return what looks like a Keras model for the data set above."""
    return SimpleNamespace(input_shape=(None, 16000), output_shape=(None, 2))


@pytest.mark.parametrize("case", WRONG)
def test_mistaken_argument_is_answered_with_what_to_give(case, made):
    call, message = WRONG[case]
    with pytest.raises(InputError, match=message):
        call(made)


def test_reference_that_is_no_function_is_refused(made):
    simulation = tc.simulate(made.compiled)
    with pytest.raises(InputError, match="function of x is needed"):
        simulation.assert_equals(np.zeros((1, 12), np.int8), np.zeros((1, 49, 10, 1), np.int8))


def test_files_that_cannot_be_written_are_an_error_in_words(made, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="taken could not be written"):
        made.compiled.write(tmp_path / "taken")
