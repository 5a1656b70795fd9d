"""Chains of layers that take turns: the order of rows, the rings, and the bits."""

import dataclasses

import numpy as np
import pytest
from compiled_batches import run_on_board, run_on_host
from tflite_models import Micro, Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.planning.allocate import allocate
from tinyml_course.compiler.planning.chains import step_needs
from tinyml_course.compiler.planning.memory import least_bytes, plan_memory
from tinyml_course.compiler.planning.storage import storages
from tinyml_course.compiler.planning.turns import Chain, in_turns, rows_needed, rows_read
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.compiler.reading.tflite import read_model
from tinyml_course.compiler.steps import RowAccess


def three_convolutions(height=12):
    """A chain whose images in between are worth a ring."""
    net = Network(0)
    x = net.input((1, height, 6, 4), 0.05, -3)
    for stride in ((1, 1), (2, 2), (1, 1)):
        x = net.conv2d(x, 8, stride=stride, activation="RELU", zero_point=-128)
    return net, net.build(x)


def steps_by_place(compiled):
    return {compiled.places[step.op.index]: step for step in compiled.steps}


def scratch_of(compiled):
    return step_needs(compiled.graph, steps_by_place(compiled))[0]


@pytest.fixture(scope="module")
def residual():
    """A block with a shortcut, pooled to one pixel, and a classifier."""
    net = Network(1)
    x = net.conv2d(net.input((1, 17, 9, 3), 0.05, -3), 12, activation="RELU", zero_point=-128)
    y = net.depthwise(x, activation="RELU", zero_point=-128)
    y = net.conv2d(y, 12, kernel=(1, 1))
    x = net.binary("ADD", x, y, zero_point=-5)
    x = net.depthwise(x, stride=(2, 2))
    x = net.mean(net.conv2d(x, 12), zero_point=3)
    return net, net.build(net.softmax(net.dense(x, 5)))


def test_rows_of_a_padded_window():
    access = RowAccess(count=5, extent=3, stride=2, pad=1)
    assert rows_needed(access, 9, 1) == 2
    assert rows_needed(access, 9, 5) == 9
    turn = in_turns_of_two()[0]
    assert list(rows_read(access, 9, turn)) == [0, 1, 2, 3]


def in_turns_of_two():
    graph = read_model(three_convolutions()[1])
    rows = {
        0: RowAccess(12, 3, 1, 1),
        1: RowAccess(6, 3, 2, 0),
        2: RowAccess(6, 3, 1, 1),
    }
    return in_turns(graph, rows, (Chain(0, 3, 12),)).turns


def test_every_row_is_computed_once_and_after_what_it_reads():
    graph = read_model(three_convolutions()[1])
    rows = {0: RowAccess(12, 3, 1, 1), 1: RowAccess(6, 3, 2, 0), 2: RowAccess(6, 3, 1, 1)}
    done = [0, 0, 0]
    for turn in in_turns(graph, rows, (Chain(0, 3, 1),)).turns:
        assert turn.first == done[turn.place]
        if turn.place:
            heights = (12, 12, 6)
            needed = rows_read(rows[turn.place], heights[turn.place], turn)
            assert needed.stop <= done[turn.place - 1]
        done[turn.place] += turn.count
    assert done == [12, 6, 6]


def test_later_operators_can_compute_twice_as_many_rows():
    graph = read_model(three_convolutions()[1])
    rows = {0: RowAccess(12, 3, 1, 1), 1: RowAccess(6, 3, 2, 0), 2: RowAccess(6, 3, 1, 1)}
    turns = in_turns(graph, rows, (Chain(0, 3, 6, doubled_from=1),)).turns
    most = [max(turn.count for turn in turns if turn.place == place) for place in range(3)]
    assert most == [1, 4, 4]  # rows of 6, 3 and 3 pixels


def test_a_ring_holds_only_the_rows_of_one_window():
    graph = read_model(three_convolutions(40)[1])
    rows = {0: RowAccess(40, 3, 1, 1), 1: RowAccess(20, 3, 2, 0), 2: RowAccess(20, 3, 1, 1)}
    schedule = in_turns(graph, rows, (Chain(0, 3, 1),))
    capacities = [s.capacity for s in storages(graph, schedule) if s.capacity is not None]
    assert capacities == [3, 3]


def test_a_ring_that_wraps_leaves_its_dead_row_free():
    graph = read_model(three_convolutions(40)[1])
    rows = {0: RowAccess(40, 3, 1, 1), 1: RowAccess(20, 3, 2, 0), 2: RowAccess(20, 3, 1, 1)}
    ring = next(s for s in storages(graph, in_turns(graph, rows, (Chain(0, 3, 1),))) if s.capacity)
    row_bytes = ring.block.nbytes // 3
    in_use = (ring.block.high - ring.block.low) // row_bytes  # (turns, spans)
    wrapped = in_use[(in_use > 0).all(axis=1)]
    assert {2, 3} <= set(in_use.sum(axis=1).tolist()) <= {0, 1, 2, 3}
    assert 2 in wrapped.sum(axis=1)  # the first slot and the last one: the middle one is free


@pytest.fixture(scope="module")
def blocks_of_two():
    """Depthwise layers that each die for a convolution of one pixel, two rows a turn."""
    net = Network(2)
    x = net.conv2d(net.input((1, 40, 5, 16), 0.05, -3), 16, kernel=(1, 1))
    for _ in range(4):
        x = net.conv2d(net.depthwise(x, activation="RELU"), 16, kernel=(1, 1))
    graph = read_model(net.build(x))
    window, pixel = RowAccess(40, 3, 1, 1), RowAccess(40)
    rows = {place: window if place % 2 else pixel for place in range(9)}
    return graph, in_turns(graph, rows, (Chain(0, 9, 10),))


def test_longer_rings_keep_pace_with_those_they_are_computed_from(blocks_of_two):
    short, longer = (storages(*blocks_of_two, longer) for longer in (False, True))
    assert [s.capacity for s in short if s.capacity] == [4, 2, 4, 2, 4, 2, 4, 2]
    assert [s.capacity for s in longer if s.capacity] == [4] * 8
    for storages_of_one in zip(short, longer, strict=True):
        blocks = [storage.block for storage in storages_of_one if storage.capacity]
        in_use = [(block.high - block.low).sum(axis=1).tolist() for block in blocks]
        assert in_use[:1] == in_use[1:]


def test_longer_rings_lie_where_others_are_dead(blocks_of_two):
    graph, schedule = blocks_of_two
    blocks = [storage.block for storage in storages(graph, schedule)]
    starts = allocate(blocks, {}, 4)
    plan = plan_memory(graph, schedule=schedule)
    verify_plan(graph, plan)
    assert plan.arena_bytes < max(
        start + block.nbytes for start, block in zip(starts, blocks, strict=True)
    )


@pytest.fixture(scope="module")
def slim():
    """The first layers of a MobileNet: a large input, and images that grow before they shrink."""
    net = Network(2)
    x = net.conv2d(net.input((1, 48, 48, 3), 0.05, -3), 8, stride=(2, 2))
    for filters, stride in ((16, (1, 1)), (32, (2, 2))):
        x = net.conv2d(net.depthwise(x, stride=stride), filters, kernel=(1, 1))
    return net, net.build(net.mean(x))


def test_two_chains_need_less_than_any_one(slim):
    compiled = compile_model(slim[1], "net", "memory")
    assert len(compiled.plan.schedule.chains) == 2
    rows = compiled.plan.schedule.rows
    scratch, in_place = step_needs(compiled.graph, steps_by_place(compiled))
    places = range(len(compiled.graph.ops))
    for start in places:
        for stop in places[start + 2 :]:
            schedule = in_turns(compiled.graph, rows, (Chain(start, stop, 1),))
            least = max(least_bytes(compiled.graph, scratch, in_place, 4, schedule).values())
            assert compiled.arena_bytes < least
    inputs = random_input(slim[0], 2)
    (expected,) = Micro(slim[1])(*inputs)
    np.testing.assert_array_equal(run_on_host([compiled], [inputs])[0][0], expected)


@pytest.mark.parametrize("optimize", ["memory", "balanced"])
def test_a_chain_needs_less_memory_and_gives_the_same_bits(residual, optimize):
    net, model = residual
    compiled = compile_model(model, "net", optimize)
    whole = compile_model(model, "net", "speed")
    assert compiled.plan.schedule.chains
    assert compiled.arena_bytes < 0.7 * whole.arena_bytes
    verify_plan(compiled.graph, compiled.plan, scratch_of(compiled))
    inputs = random_input(net, 3)
    (expected,) = Micro(model)(*inputs)
    for run in (run_on_host, run_on_board):
        np.testing.assert_array_equal(run([compiled], [inputs])[0][0], expected)


def test_the_source_says_which_rows_run_when(residual):
    source = compile_model(residual[1], "net", "memory").source
    assert "take turns: {layer, rows, first row}" in source
    assert "tinyml_take_turns(chain0, turns0, sizeof turns0 / sizeof *turns0);" in source
    assert "static void op0_rows(unsigned first, unsigned count)" in source


def test_the_header_says_who_takes_turns_and_what_scratch_a_turn_takes(residual):
    compiled = compile_model(residual[1], "net", "memory")
    assert "Ops 0 to " in compiled.header
    assert "take turns, a few rows at a time" in " ".join(compiled.header.split("\n * "))
    (row,) = [line for line in compiled.header.splitlines() if line.startswith(" *  1  DEPTHWISE")]
    (step,) = [step for step in compiled.steps if step.op.index == 1]
    counts = {t.count for t in compiled.plan.schedule.turns if t.place == compiled.places[1]}
    assert int(row.split()[-1].replace(",", "")) == step.scratch_for(max(counts))
    assert step.scratch_for(max(counts)) < step.whole_scratch_bytes


def test_the_verifier_sees_a_ring_that_is_too_small(residual):
    compiled = compile_model(residual[1], "net", "memory")
    plan = compiled.plan
    for index, capacity in plan.capacities.items():
        if capacity < 2:
            continue
        small = dataclasses.replace(plan, capacities={**plan.capacities, index: capacity - 1})
        with pytest.raises(AssertionError, match="overwritten before"):
            verify_plan(compiled.graph, small, scratch_of(compiled))


def test_the_verifier_sees_rows_out_of_order(residual):
    compiled = compile_model(residual[1], "net", "memory")
    schedule = compiled.plan.schedule
    turns = (schedule.turns[1], schedule.turns[0], *schedule.turns[2:])
    bad = dataclasses.replace(compiled.plan, schedule=dataclasses.replace(schedule, turns=turns))
    with pytest.raises(AssertionError, match=r"overwritten before|out of order"):
        verify_plan(compiled.graph, bad, scratch_of(compiled))


def test_the_picture_shows_rings_as_stairs(residual):
    plan = compile_model(residual[1], "net", "memory").plan
    ring = next(bar for bar in plan.bars if bar.used is not None)
    assert len(ring.used) == ring.last - ring.first + 1
    spans = [span for spans in ring.used for span in spans]
    assert all(0 <= low < high <= ring.nbytes for low, high in spans)
    assert plan._repr_html_().count("<path") == sum(bar.used is not None for bar in plan.bars)
