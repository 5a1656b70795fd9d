"""What `inspect` says of a model, against sums done by hand and published figures."""

import json

import pytest
from tflite_models import Network

from tinyml_course.compiler.inspect import inspect_model


def textbook_layer():
    """16 filters of 3 x 3 on an image of 28 x 28, unpadded: the example of the textbooks."""
    net = Network()
    x = net.input((1, 28, 28, 1))
    return inspect_model(net.build(net.conv2d(x, 16, padding="VALID", activation="RELU6")))


def test_the_textbook_example_has_the_textbook_sum():
    inspection = textbook_layer()
    assert inspection.textbook_bytes == 784 + 10_816 + 144 + 16 == 11_760
    (row,) = inspection.rows
    assert (row.inputs, row.output) == (((1, 28, 28, 1),), (1, 26, 26, 16))
    assert row.macs == 26 * 26 * 16 * 9
    assert (row.parameters, row.weight_bytes) == (144 + 16, 144 + 64)
    assert row.details == "3x3 RELU6"
    assert inspection.best_by_lifetimes_bytes == 784 + 10_816 <= inspection.arena_bytes


def test_json_is_plain_and_complete():
    inspection = textbook_layer()
    data = json.loads(json.dumps(inspection.to_json()))
    assert data["ops"][0]["kind"] == "CONV_2D"
    assert data["macs"] == inspection.macs
    assert data["arena_bytes"] == inspection.arena_bytes
    assert {t["tensor"] for t in data["tensors"]} == {0, 3}


def test_text_and_picture_show_the_same_figures():
    net = Network()
    x = net.pool(net.conv2d(net.input((1, 9, 9, 2)), 4, stride=(2, 1), dilation=(1, 1)), "MAX")
    y = net.dense(net.reshape(x, (1, net.shape(x)[1] * net.shape(x)[2] * 4)), 3)
    inspection = inspect_model(net.build(net.softmax(y)))
    text, html = inspection.to_text(), inspection._repr_html_()
    for figure in (
        f"{inspection.macs:,}",
        f"{inspection.textbook_bytes:,} bytes",
        "3x3 stride 2x1",
    ):
        assert figure in text
        assert figure in html
    assert "<svg" in html
    sums = len(inspection.rows) + 1 + 9 + len(inspection.plan.schedule.chains)
    assert len(text.splitlines()) == 2 + sums + 2 + len(inspection.plan.bars)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "macs"),
    [("kws", 2_656_768), ("vww", 7_489_664), ("ic", 12_501_632), ("ad", 264_192), ("sww", 826_368)],
)
def test_multiplications_are_the_published_ones(name, macs, shared_dir):
    inspection = inspect_model(shared_dir / "benchmark" / f"{name}.tflite")
    assert (inspection.name, inspection.macs) == (name, macs)
