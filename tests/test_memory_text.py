"""The plan as text: every block on one line, alive exactly at its steps."""

import pytest
from IPython.lib.pretty import pretty
from tflite_models import Network

from tinyml_course.compiler.inspect import inspect_model
from tinyml_course.compiler.planning.memory_picture import Bar
from tinyml_course.compiler.planning.memory_text import MAX_COLUMNS, plan_text


def textbook_network():
    """16 filters of 3 x 3, unpadded, on an image of 28 x 28."""
    net = Network()
    return net.build(net.conv2d(net.input((1, 28, 28, 1)), 16, (3, 3), padding="VALID"))


def test_each_block_has_a_line_with_its_place_and_its_steps():
    bars = [Bar("late", 16, 1200, 2, 3), Bar("early", 0, 16, 0, 2)]
    assert plan_text(bars, step_count=2).splitlines() == [
        "offset  bytes  alive  block",
        "     0     16  ###.   early",
        "    16  1,200  ..##   late",
    ]


@pytest.mark.parametrize("count", [58, 59, 200, 1000])
def test_many_steps_share_columns(count):
    first, middle, last = (
        Bar("a", 0, 4, 0, 0),
        Bar("b", 0, 4, 1, count),
        Bar("c", 4, 4, count, count + 1),
    )
    lines = plan_text([last, middle, first], count).splitlines()
    lives = [line.split()[2] for line in lines[1:4]]
    assert len(set(map(len, lives))) == 1 and len(lives[0]) <= MAX_COLUMNS
    assert lives[0][0] == "#" and lives[0].count("#") == 1
    assert lives[2][-1] == "#" and set(lives[2][:-2]) == {"."}
    assert ("one column is" in lines[-1]) == (count > 58)


def test_a_long_name_keeps_its_end():
    assert plan_text([Bar("x" * 90 + "/conv", 0, 4, 0, 1)], 1).endswith("x/conv")


def test_inspect_shows_the_plan_and_the_terms_of_the_textbook_sum():
    inspection = inspect_model(textbook_network())
    text = inspection.to_text()
    assert plan_text(inspection.plan.bars, len(inspection.plan.steps)) in text
    assert "784 + 10,816 + 144 + 16" in text and "11,760 bytes" in text
    assert inspection.textbook_bytes == sum(inspection.textbook_terms) == 11_760


def test_a_notebook_shows_the_plan_as_text_and_a_line_sums_it_up():
    plan = inspect_model(textbook_network()).plan
    drawn = plan_text(plan.bars, len(plan.steps))
    assert str(plan) == drawn == pretty(plan)
    assert repr(plan) == f"<MemoryPlan: {plan.arena_bytes:,} bytes, {len(plan.bars)} blocks>"
