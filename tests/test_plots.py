"""Figures show the numbers they were given."""

import numpy as np
import pytest

from tinyml_course import plots
from tinyml_course.sketch.operating_points import Judged, OperatingPoint


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_clip_is_drawn_whole_above_its_features():
    samples = np.arange(-800, 800, dtype=np.int16)
    features = np.arange(490).reshape(49, 10, 1) - 200
    wave, below = plots.plot_clip(samples, features, rate_hz=1600.0, title="ramp").axes
    x, y = wave.lines[0].get_data()
    assert np.array_equal(y, samples)
    assert (x[0], x[-1]) == (0, pytest.approx(1, abs=1e-3))
    drawn = below.images[0].get_array()
    assert drawn.shape == (10, 49)  # coefficients upright, time to the right
    assert drawn[3, 7] == features[7, 3, 0]
    assert below.images[0].get_clim() == (-289, 289)  # zero is white


def test_confusion_matrix_colours_shares_and_writes_counts():
    (axes,) = plots.plot_confusion([[8, 2], [0, 5]], ["yes", "no"]).axes
    assert np.array_equal(axes.images[0].get_array(), [[0.8, 0.2], [0.0, 1.0]])
    assert texts(axes) == ["8", "2", "5"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["yes", "no"]


def test_confusion_matrix_of_a_class_without_samples_is_empty_not_nan():
    (axes,) = plots.plot_confusion([[3, 0], [0, 0]], ["yes", "no"]).axes
    assert np.array_equal(axes.images[0].get_array(), [[1, 0], [0, 0]])


def test_classes_are_groups_of_bars_in_percent():
    figure = plots.plot_classes({"float": {"yes": 0.5, "no": 1.0}, "int8": {"yes": 0.4, "no": 0.9}})
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert heights == [50, 100, 40, 90]


def test_class_without_samples_has_no_bar():
    figure = plots.plot_classes({"int8": {"yes": 0.5, "no": None}})
    assert np.isnan(figure.axes[0].patches[1].get_height())


def test_sizes_are_stacked_and_told_against_the_limit():
    flash, ram = plots.plot_sizes(
        {"flash": {"constants": 3072, "code": 1024}, "RAM": {"arena": 512}},
        {"flash": 8192, "RAM": 1024},
    ).axes
    assert [(bar.get_x(), bar.get_width()) for bar in flash.patches] == [(0, 3), (3, 1)]
    assert flash.get_title() == "flash: 4,096 of 8,192 bytes (50.0%)"
    assert ram.get_title() == "RAM: 512 of 1,024 bytes (50.0%)"


def test_battery_life_falls_over_duty_and_is_marked():
    figure = plots.plot_battery_life(
        [0.01, 0.1, 1], {"one": [100, 10, 1], "two": [50, 5, 0.5]}, marked={"one": 0.1}
    )
    (axes,) = figure.axes
    one, mark, two = axes.lines
    assert one.get_xdata().tolist() == [1, 10, 100]
    assert two.get_ydata().tolist() == [50, 5, 0.5]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (10, pytest.approx(10))
    assert plots.describe(figure) == "Plot. days over time spent computing, %: one, two."


def test_operating_points_and_stream_mark_what_was_chosen():
    judged = (Judged(3.0, "yes", 0), Judged(9.0, "no", None), Judged(99.0, "no", None))
    points = [OperatingPoint(0.5 + 0.1 * i, 4, 4 - i, 5 - i, 0.5, judged) for i in range(4)]
    _, axes = plots.new_figure(1, 2)
    plots.draw_operating_points(axes[0, 0], points, points[1])
    assert axes[0, 0].lines[0].get_ydata().tolist() == [100, 75, 50, 25]
    assert axes[0, 0].lines[1].get_xdata() == 8
    plots.draw_posterior(axes[0, 1], np.arange(20), np.zeros(20), [(2.0, "yes")], points[1])
    marks = [line.get_xdata()[0] for line in axes[0, 1].lines[2:]]
    assert marks == [3.0, 9.0]  # the third lies beyond the stretch shown
    assert texts(axes[0, 1]) == ["yes"]


def test_figure_is_closed_so_that_a_notebook_shows_it_once():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    plots.new_figure()
    assert plt.get_fignums() == before


def test_figure_tells_a_screen_reader_what_it_draws():
    figure = plots.plot_classes({"float": {"yes": 0.5}, "int8": {"yes": 0.4}}, title="Words")
    bundle, metadata = figure._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert bundle["text/plain"] == "Plot. Words: right, %: float, int8."
    assert metadata["image/png"]["alt"] == bundle["text/plain"]


def test_pictures_are_drawn_in_rows_each_kind_of_number_in_its_own_way():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    rows = {"part": [grey, grey], "input": [grey.astype(np.int8) - 9], "heat": [grey / 2.0]}
    axes = plots.plot_pictures(rows, titles=("a", "b")).axes
    assert len(axes) == 6 and [one.get_title() for one in axes[:2]] == ["a", "b"]
    assert [axes[i].get_ylabel() for i in (0, 2, 4)] == ["part", "input", "heat"]
    part, inputs, heat = (axes[i].images[0] for i in (0, 2, 4))
    assert part.get_clim() == (0, 255) and np.array_equal(part.get_array(), grey)
    assert inputs.get_clim() == (-9, 9)
    assert heat.get_cmap().name == "magma" and heat.get_clim() == (0, 5.5) and not axes[3].images


def test_roc_goes_from_nothing_to_everything_through_every_threshold():
    scores, defect = np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True])
    (line,) = plots.plot_roc({"model": (scores, defect)}).axes[0].lines
    assert line.get_xdata().tolist() == [0, 0, 50, 100]
    assert line.get_ydata().tolist() == [0, 50, 100, 100]
