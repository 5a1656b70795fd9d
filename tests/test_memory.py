"""The memory plan: never overlapping, checked by playing it, and as small as the known best."""

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_models import Network

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.planning.allocate import Block, allocate, live_bytes
from tinyml_course.compiler.planning.memory import (
    best_by_lifetimes,
    elementwise_in_place,
    never_in_place,
    plan_memory,
)
from tinyml_course.compiler.planning.verify import verify_plan
from tinyml_course.compiler.reading.tflite import read_model


def random_graph(data) -> g.Graph:
    """A network that branches, joins, reshapes and has several inputs and outputs."""
    net = Network()
    tensors = [net.input((1, 4, 4, 2)) for _ in range(data.draw(st.integers(1, 2)))]
    for _ in range(data.draw(st.integers(1, 12))):
        x = data.draw(st.sampled_from(tensors))
        shape = net.shape(x)
        layer = data.draw(st.sampled_from(["conv", "unary", "add", "reshape", "pool", "pad"]))
        if layer == "reshape" or len(shape) != 4:
            size = math.prod(shape)
            y = net.reshape(x, (1, size) if len(shape) == 4 else (1, 1, 1, size))
        elif layer == "conv":
            y = net.conv2d(
                x, data.draw(st.integers(1, 5)), stride=(data.draw(st.integers(1, 2)), 1)
            )
        elif layer == "unary":
            y = net.unary("RELU", x)
        elif layer == "add":
            same = [t for t in tensors if net.shape(t) == shape]
            y = net.binary("ADD", x, data.draw(st.sampled_from(same)))
        elif layer == "pool":
            y = net.pool(x, padding="SAME")
        else:
            y = net.pad(x, [(0, 0), (1, 0), (0, 0), (0, 0)])
        tensors.append(y)
    made = tensors[len(net.inputs) :]
    outputs = data.draw(st.lists(st.sampled_from(made), min_size=1, max_size=3, unique=True))
    return read_model(net.build(*outputs))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_plans_of_random_networks_play_without_spoiling_a_value(data):
    graph = random_graph(data)
    scratch = {op.index: data.draw(st.sampled_from([0, 1, 40])) for op in graph.ops}
    alignment = data.draw(st.sampled_from([1, 4, 16]))

    def anywhere(graph, op):
        return range(min(2, len(op.inputs)))

    for in_place in (never_in_place, elementwise_in_place, anywhere):
        plan = plan_memory(graph, scratch, in_place, alignment)
        verify_plan(graph, plan, scratch, alignment)
        # The end of the topmost block need not be aligned, the sums are.
        assert (
            max(plan.live) - alignment < plan.arena_bytes <= sum(b.nbytes + 16 for b in plan.bars)
        )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 9), st.integers(0, 5)), max_size=14),
    st.sampled_from([1, 8]),
)
def test_blocks_alive_together_lie_apart(specs, alignment):
    blocks = [Block(nbytes, first, first + length) for nbytes, first, length in specs]
    offsets = allocate(blocks, {}, alignment)
    for i, (a, start) in enumerate(zip(blocks, offsets, strict=True)):
        assert start % alignment == 0
        for b, other in list(zip(blocks, offsets, strict=True))[:i]:
            if a.first <= b.last and b.first <= a.last:
                assert start + a.nbytes <= other or other + b.nbytes <= start


def test_a_chain_alternates_between_the_ends_of_the_arena():
    blocks = [Block(10, 0, 1), Block(30, 1, 2), Block(20, 2, 3), Block(40, 3, 4)]
    offsets = allocate(blocks, {}, 1)
    assert max(o + b.nbytes for o, b in zip(offsets, blocks, strict=True)) == 60
    assert max(live_bytes(blocks, {}, 1)) == 60


def residual() -> g.Graph:
    net = Network()
    x = net.conv2d(net.input((1, 4, 4, 1)), 4)
    y = net.unary("RELU", x)
    z = net.conv2d(y, 4)
    return read_model(net.build(net.reshape(net.binary("ADD", z, x), (1, 64))))


def test_in_place_waits_for_the_last_reader():
    graph = residual()
    plan = plan_memory(graph)
    relu, add = graph.ops[1], graph.ops[3]
    # The addition still needs what the ReLU read, so only the addition may overwrite.
    assert relu.index not in plan.in_place
    assert plan.offsets[add.output] == plan.offsets[add.inputs[plan.in_place[add.index]]]
    assert plan.offsets[graph.ops[4].output] == plan.offsets[add.output]
    assert plan.arena_bytes == 3 * 64


def test_the_fullest_op_is_named():
    plan = plan_memory(residual(), scratch={0: 1000})
    assert plan.peak_op == "op 0 (CONV_2D)"
    assert plan.arena_bytes == 16 + 64 + 1000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: {"offsets": {**p.offsets, last(p): 0}}, "overwritten before|writes over"),
        (lambda p: {"offsets": {**p.offsets, last(p): 2}}, "not aligned"),
        (lambda p: {"arena_bytes": p.arena_bytes - 4}, "leaves the arena"),
        (lambda p: {"scratch_offsets": {0: 0}}, "meets a tensor"),
    ],
)
def test_the_verifier_names_what_a_bad_plan_spoils(change, message):
    net = Network()
    x = net.conv2d(net.conv2d(net.input((1, 4, 4, 1)), 2), 3)
    graph, scratch = read_model(net.build(x)), {0: 8}
    plan = plan_memory(graph, scratch)
    verify_plan(graph, plan, scratch)
    with pytest.raises(AssertionError, match=message):
        verify_plan(graph, dataclasses.replace(plan, **change(plan)), scratch)


def last(plan):
    """The tensor that starts highest."""
    return max(plan.offsets, key=plan.offsets.__getitem__)


def test_the_verifier_sees_a_result_written_over_an_operand_that_lives():
    graph = residual()
    plan = plan_memory(graph)
    relu = graph.ops[1]
    moved = {**plan.offsets, relu.output: plan.offsets[relu.input]}
    bad = dataclasses.replace(plan, offsets=moved, in_place={**plan.in_place, relu.index: 0})
    with pytest.raises(AssertionError, match="overwritten before"):
        verify_plan(graph, bad)


def test_the_picture_gives_its_figures_in_words():
    html = plan_memory(residual(), scratch={0: 8})._repr_html_()
    assert 'aria-label="Memory plan: 192 bytes for 5 steps' in html
    assert "scratch of op 0 (CONV_2D): 8 bytes at" in html
    assert html.count("<rect") == 6


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "best"),
    [("vww", 55_296), ("ic", 49_152), ("kws", 16_000), ("sww", 6_656), ("ad", 768)],
)
def test_plans_reach_the_best_by_lifetimes(name, best, shared_dir):
    graph = read_model(shared_dir / "benchmark" / f"{name}.tflite")
    plan = plan_memory(graph, in_place=never_in_place)
    assert plan.arena_bytes == best_by_lifetimes(graph) == best
    verify_plan(graph, plan)
