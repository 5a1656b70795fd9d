"""Plan where every tensor of a network lies in one arena of bytes.

A tensor lives from the step that writes it to the last step that reads it; inputs live from before
the first step, outputs to after the last, states all the time. Tensors that only change shape
share their bytes, a kernel may write its result over an operand that dies, and scratch lives for
one step. Whatever lives at the same time lies apart. `verify.verify_plan` checks a plan without
any of this code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tinyml_course.compiler import graph as g
from tinyml_course.compiler.allocate import Block, allocate, live_bytes
from tinyml_course.compiler.graph import ABSENT, Graph, Op
from tinyml_course.compiler.memory_picture import Bar, picture

InPlace = Callable[[Graph, Op], Sequence[int]]
"""Tells which operands, by position, a kernel can write its output over as it reads them."""


@dataclass(frozen=True)
class MemoryPlan:
    """Where every activation and every scratch buffer of a network lies.

    Steps are numbered from 0 in the order of `Graph.ops`; a lifetime is (first, last), both
    included, -1 being before the first step.

    Attributes
    ----------
    arena_bytes : int
    offsets : dict of tensor index to byte offset
    lifetimes : dict of tensor index to (first, last)
        Tensors that share their bytes by a change of shape have one lifetime.
    scratch_offsets : dict of op index to byte offset
    in_place : dict of op index to operand position
        Operators whose output starts where that operand did.
    live : tuple of int
        Bytes alive before the first step, at each step, and after the last.
    peak_op : str
        The operator at which most bytes are alive.
    """

    arena_bytes: int
    offsets: dict[int, int]
    lifetimes: dict[int, tuple[int, int]]
    scratch_offsets: dict[int, int]
    in_place: dict[int, int]
    live: tuple[int, ...]
    peak_op: str
    bars: tuple[Bar, ...]
    steps: tuple[str, ...]

    def _repr_html_(self) -> str:
        return picture(self.bars, self.steps, self.arena_bytes, self.peak_op)


def elementwise_in_place(graph: Graph, op: Op) -> Sequence[int]:
    """Let operators on single elements write over an operand of the output's size."""
    if not isinstance(op, g.UnaryOp | g.BinaryOp | g.Softmax):
        return ()
    size = graph.tensors[op.output].nbytes
    return [i for i, index in enumerate(op.inputs) if graph.tensors[index].nbytes == size]


def never_in_place(graph: Graph, op: Op) -> Sequence[int]:
    """Keep every output apart from its operands."""
    return ()


def plan_memory(
    graph: Graph,
    scratch: Mapping[int, int] | None = None,
    in_place: InPlace = elementwise_in_place,
    alignment: int = 4,
) -> MemoryPlan:
    """Plan the arena of a network.

    Parameters
    ----------
    graph : Graph
    scratch : mapping of op index to bytes, optional
        What kernels need beside their tensors, during their own step.
    in_place : callable
        Which operands each kernel can overwrite; position in `Op.inputs`.
    alignment : int
        Every offset is a multiple of it, in bytes.
    """
    groups = _groups(graph)
    members = [groups[root] for root in groups]
    blocks = [_block(graph, group) for group in members]
    block_of = {index: i for i, group in enumerate(members) for index in group}
    givers = _shared(graph, blocks, block_of, in_place)
    scratch_ops = [(step, op) for step, op in enumerate(graph.ops) if (scratch or {}).get(op.index)]
    blocks += [Block((scratch or {})[op.index], step + 1, step + 1) for step, op in scratch_ops]
    shared = {taker: giver for taker, giver, *_ in givers}
    starts = allocate(blocks, shared, alignment)
    live = live_bytes(blocks, shared, alignment) if blocks else [0]
    peak = max(range(len(live)), key=lambda step: live[step]) - 1
    labels = [graph.tensors[group[0]].name for group in members]
    labels += [f"scratch of {op}" for _, op in scratch_ops]
    return MemoryPlan(
        arena_bytes=max((s + b.nbytes for s, b in zip(starts, blocks, strict=True)), default=0),
        offsets={index: starts[i] for index, i in block_of.items()},
        lifetimes={
            index: (blocks[i].first - 1, blocks[i].last - 1) for index, i in block_of.items()
        },
        scratch_offsets={
            op.index: starts[len(members) + i] for i, (_, op) in enumerate(scratch_ops)
        },
        in_place={
            op.index: position
            for taker, giver, op, position in givers
            if starts[taker] == starts[giver]
        },
        live=tuple(live),
        peak_op=str(graph.ops[min(max(peak, 0), len(graph.ops) - 1)]) if graph.ops else "",
        bars=tuple(
            Bar(label, start, block.nbytes, block.first, block.last)
            for label, start, block in zip(labels, starts, blocks, strict=True)
        ),
        steps=tuple(str(op) for op in graph.ops),
    )


def best_by_lifetimes(graph: Graph) -> int:
    """Return the bytes of the fullest step: the least any plan without tricks could take."""
    blocks = [_block(graph, group) for group in _groups(graph).values()]
    return max(live_bytes(blocks, {}, alignment=1))


def _groups(graph: Graph) -> dict[int, list[int]]:
    """Return the activations that share bytes by a change of shape, by the first of each."""
    root: dict[int, int] = {}
    for index in (*graph.inputs, *graph.variables):
        root[index] = index
    for op in graph.ops:
        for index in op.outputs:
            alias = isinstance(op, g.AliasOp) and op.input in root
            root[index] = root[op.input] if alias else index
    groups: dict[int, list[int]] = {}
    for index, first in root.items():
        groups.setdefault(first, []).append(index)
    return groups


def _block(graph: Graph, group: list[int]) -> Block:
    """Return the block of some tensors; its steps are counted from 1, 0 being the input's."""
    members = set(group)
    touched = [
        step for step, op in enumerate(graph.ops, start=1) if members & {*op.inputs, *op.outputs}
    ]
    touched += [0] if members & {*graph.inputs, *graph.variables} else []
    touched += [len(graph.ops) + 1] if members & {*graph.outputs, *graph.variables} else []
    return Block(graph.tensors[group[0]].nbytes, min(touched), max(touched))


def _shared(
    graph: Graph, blocks: list[Block], block_of: dict[int, int], in_place: InPlace
) -> list[tuple[int, int, Op, int]]:
    """Return (taker, giver, op, operand position) wherever an output may take dying bytes."""
    found = []
    for step, op in enumerate(graph.ops, start=1):
        if isinstance(op, g.AliasOp) or len(op.outputs) > 1:
            continue
        taker = block_of[op.output]
        for position in in_place(graph, op):
            operand = op.inputs[position]
            giver = block_of.get(operand)
            # Another operand in the same bytes, seen under another shape, would be destroyed.
            others = {index for index in op.inputs if index not in (ABSENT, operand)}
            safe = all(block_of.get(index) != giver for index in others)
            if giver is not None and blocks[giver].last == step and safe:
                found.append((taker, giver, op, position))
                break
    return found
