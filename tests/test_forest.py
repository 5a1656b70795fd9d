"""The random forest: scikit-learn's answers in integers, the same in C, and in a sketch."""

from dataclasses import replace

import numpy as np
import pytest
from avr_there import needs_avr
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.compiler.forest import forest_features, joined, load_forest
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.reference import reference
from tinyml_course.compression import quantize_int8
from tinyml_course.datasets import Dataset
from tinyml_course.errors import InputError
from tinyml_course.features.motion import MotionWindow
from tinyml_course.simulator.host import host_model
from tinyml_course.simulator.host_sketch import HostSketch
from tinyml_course.simulator.report import simulate
from tinyml_course.sketch import write_sketch
from tinyml_course.training import evaluate, fit_forest

UNO = pytest.param("uno", marks=needs_avr)


def windows(n=400, rows=20, axes=3, classes=4, seed=0):
    """Windows whose class is how strongly, and when, an axis swings."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    x = rng.normal(0, 8, (n, rows, 1, axes))
    t = np.arange(rows)
    for i, label in enumerate(y):
        x[i, :, 0, label % axes] += 60 * np.exp(-(((t - 4 - 4 * label) / 3) ** 2))
    return Dataset(
        x=np.clip(np.rint(x), -128, 127).astype(np.int8), y=y, labels=tuple("abcdef"[:classes]),
        group=np.arange(n).astype(str), rate_hz=None, units="", source="", licence="",
    )  # fmt: skip


@pytest.fixture(scope="module")
def forest():
    return fit_forest(windows(), trees=25, depth=6, seed=3)


def test_forest_answers_as_scikit_learn_does(forest):
    """Votes are rounded down to 1/255 a tree: no class loses more than that, and half a score."""
    train, test = windows(), windows(seed=1)
    theirs = RandomForestClassifier(25, max_depth=6, random_state=3)
    theirs.fit(forest_features(train.x), train.y)
    wanted = theirs.predict_proba(forest_features(test.x)) * 256
    lost = wanted - (forest(test.x).astype(int) + 128)
    assert lost.min() > -1e-6 and lost.max() < 2.1
    assert evaluate(forest, test)["accuracy"] > 0.9


def test_forest_of_chance_answers_as_extremely_randomized_trees_do():
    train, test = windows(n=40), windows(seed=1)
    mine = fit_forest(train, trees=100, depth=20, chance=True, seed=3)
    theirs = ExtraTreesClassifier(100, max_depth=20, random_state=3)
    theirs.fit(forest_features(train.x), train.y)
    wanted = theirs.predict_proba(forest_features(test.x)) * 256
    lost = wanted - (mine(test.x).astype(int) + 128)
    assert lost.min() > -1e-6 and lost.max() < 2.1


@pytest.fixture(scope="module")
def network():
    """An untrained network for `windows`, with scores of some variety."""
    from tinyml_course.backend import load_tensorflow

    keras = load_tensorflow().keras
    keras.utils.set_random_seed(1)
    inputs = keras.Input((20, 1, 3))
    x = keras.layers.Dense(8, activation="relu")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(x))
    model.set_weights([weight * 0.2 for weight in model.get_weights()])
    return read_model(quantize_int8(model, windows().x))


def test_network_and_forest_together_give_the_mean_of_their_scores(network, forest):
    x = windows(seed=6).x
    alone = [np.asarray(reference(network)(x), int).reshape(-1, 4), forest(x).astype(int)]
    assert [len(np.unique(scores)) > 9 for scores in alone] == [True, True]
    together = np.asarray(reference(joined(network, forest))(x), int).reshape(-1, 4)
    assert abs(together - sum(alone) / 2).max() <= 0.5


@pytest.mark.parametrize("board", ["nano33ble", "esp32c3"])
def test_network_and_forest_together_are_the_same_bits_on_a_board(network, forest, board):
    both, x = joined(network, forest), windows(n=10, seed=7).x
    compiled = compile_model(both, "both")
    with host_model(compiled) as in_c:
        np.testing.assert_array_equal(in_c(x), reference(both)(x))
    np.testing.assert_array_equal(simulate(compiled, board, x=x).outputs, reference(both)(x))


def test_network_and_forest_of_other_classes_are_not_joined(network):
    with pytest.raises(InputError, match=r"gives \(4,\), the forest .* and \(3,\)"):
        joined(network, fit_forest(windows(classes=3), trees=3))


def test_c_on_this_computer_gives_the_same_bits(forest):
    rng = np.random.default_rng(5)
    extremes = rng.choice([-128, 127], (50, 20, 1, 3)).astype(np.int8)
    x = np.concatenate([windows(seed=2).x, extremes])
    with host_model(compile_model(forest.graph, "baseline")) as in_c:
        np.testing.assert_array_equal(in_c(x), forest(x))
    np.testing.assert_array_equal(reference(forest.graph)(x), forest(x))


@pytest.mark.parametrize("board", ["nano33ble", "pico", "esp32c3", UNO])
@pytest.mark.parametrize("optimize", OPTIMIZATIONS)
def test_simulated_board_gives_the_same_bits_and_says_what_it_takes(forest, board, optimize):
    compiled = compile_model(forest.graph, "baseline", optimize)
    x = windows(n=20, seed=4).x
    report = simulate(compiled, board, x=x)
    np.testing.assert_array_equal(report.outputs, forest(x))
    tables = 5 * len(forest.feature) + forest.votes.size  # an AVR packs the nodes
    assert min(report.constants_bytes, compiled.constants_bytes) > tables
    assert [layer.op for layer in report.layers] == ["op 0 (RANDOM_FOREST)"]
    assert report.layers[0].instructions > 1000 and report.macs == 0


@pytest.mark.parametrize(
    ("array", "place", "value"),
    [
        ("root", 0, 60_000),
        ("other", 0, 0),  # a node that leads to itself would never end
        ("other", 0, 60_000),
        ("feature", 0, 27),  # of three axes there are 0 to 26
        ("feature", -1, 0),  # the last node must be a leaf
    ],
)
def test_arrays_that_are_no_forest_are_refused(forest, array, place, value):
    assert forest.feature[0] < 27 and forest.feature[-1] == 255
    broken = getattr(forest, array).copy()
    broken[place] = value
    with pytest.raises(InputError, match="do not belong together"):
        replace(forest, **{array: broken})


def test_features_are_what_they_are_called():
    x = np.array([[1, -2], [3, 4], [-5, 6], [7, 8]], np.int8).reshape(1, 4, 1, 2)
    wanted = [[6, 16], [-5, -2], [7, 8], [16, 20], [22, 10], [1, -2], [3, 4], [-5, 6], [7, 8]]
    np.testing.assert_array_equal(forest_features(x).reshape(9, 2), wanted)


def test_longest_window_stays_within_int16():
    x = np.full((1, 128, 1, 1), -128, np.int8)
    assert forest_features(x)[0].tolist()[:4] == [-16384, -128, -128, 16384]
    x[0, ::2] = 127
    assert forest_features(x)[0, 4] == 127 * 255
    with pytest.raises(InputError, match="at most 128 rows"):
        forest_features(np.zeros((1, 129, 1, 1), np.int8))


def test_class_without_samples_gets_no_votes():
    data = windows(classes=3)
    forest = fit_forest(Dataset(**{**vars(data), "labels": ("a", "b", "c", "d")}), trees=5)
    assert (forest(data.x)[:, 3] == -128).all()


def test_forest_runs_in_the_sketch_of_a_network(tmp_path):
    spec = MotionWindow(window_s=0.4, axes=3)
    forest = fit_forest(windows(), trees=10, depth=5)
    compiled = compile_model(forest.graph, name="gestures")
    samples = np.random.default_rng(1).integers(-9000, 9000, (5, 40, 3)).astype(np.int16)
    from tinyml_course.device import replay

    folder = write_sketch(compiled, spec, ("a", "b", "c", "d"), out=tmp_path / "forest")
    with HostSketch(folder) as board:
        features, scores = replay(board, spec.hops(samples).reshape(5, -1))
    np.testing.assert_array_equal(features, spec(samples))
    np.testing.assert_array_equal(scores, forest(spec(samples)))


def test_forest_of_nothing_is_refused():
    with pytest.raises(InputError, match="nothing to train a forest on"):
        fit_forest(windows().take(slice(0, 0)))


def test_file_that_holds_no_forest_is_refused(tmp_path):
    (tmp_path / "forest.npz").write_text("no")
    with pytest.raises(InputError, match="holds no forest"):
        load_forest(tmp_path / "forest.npz")
