"""Read variables without a copy where that is safe, and bring them up to date early.

READ_VARIABLE copies, in a `.tflite` file, so that its values stay whatever is assigned later. It
need not where the next ASSIGN_VARIABLE can wait for all who look at the old values. Converters put
assignments last, which would keep all that leads to them in memory until then: here what leads to
an assignment alone runs as soon as it can.

This comes after every pass, as these may move an operator behind an assignment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tinyml_course.compiler.graph import AliasOp, Graph, Op
from tinyml_course.compiler.stateful import StatefulOp
from tinyml_course.compiler.variables import AssignVariable, ReadInPlace, ReadVariable

Needs = list[set[int]]
"""For each place in `Graph.ops`, the places of the operators that must come before."""


def settle_states(graph: Graph) -> Graph:
    """Return an equal graph that copies and keeps as little as possible for its variables."""
    if not any(isinstance(op, ReadVariable | AssignVariable) for op in graph.ops):
        return graph
    needs = _needs(graph)
    graph = _read_in_place(graph, needs)
    return replace(graph, ops=tuple(graph.ops[place] for place in _order(graph, needs)))


def _needs(graph: Graph) -> Needs:
    """Return what each operator has to wait for: its operands, and its turn at a state."""
    states, needs = {*graph.variables}, []
    writers: dict[int, int] = {}
    touched: dict[int, set[int]] = {index: set() for index in states}
    for place, op in enumerate(graph.ops):
        needs.append({writers[index] for index in op.inputs if index in writers})
        for state in states.intersection((*op.inputs, *op.outputs)):
            needs[place] |= touched[state]
            touched[state].add(place)
        writers |= {index: place for index in op.outputs if index not in states}
    return needs


def _read_in_place(graph: Graph, needs: Needs) -> Graph:
    """Drop the copies nobody needs; let assignments wait for those who look at the old values."""
    kept = {*graph.outputs, *(op.input for op in graph.ops if isinstance(op, AssignVariable))}
    ops = list(graph.ops)
    for place, op in enumerate(graph.ops):
        if not isinstance(op, ReadVariable):
            continue
        names = _names(graph, op.output)
        lookers = {i for i, other in enumerate(graph.ops) if names.intersection(other.inputs)}
        assigned = [i for i in _assignments(graph, op.input) if i > place][:1]
        if names & kept or _closure(needs, lookers).intersection(assigned):
            continue
        for assignment in assigned:
            needs[assignment] |= lookers
        ops[place] = ReadInPlace(op.index, op.inputs, op.outputs)
    return replace(graph, ops=tuple(ops))


def _assignments(graph: Graph, state: int) -> list[int]:
    """Return the places of the operators that assign to a state."""
    return [
        place
        for place, op in enumerate(graph.ops)
        if isinstance(op, AssignVariable) and op.output == state
    ]


def _names(graph: Graph, index: int) -> set[int]:
    """Return the tensors that are the bytes of one, itself among them."""
    names = {index}
    for op in graph.ops:
        if isinstance(op, AliasOp) and op.input in names:
            names.add(op.output)
    return names


def _order(graph: Graph, needs: Needs) -> dict[int, None]:
    """Return the places of the operators in the order in which to run them.

    What the outputs depend on keeps its order. What leads to a state alone comes as soon as the
    rest of what it needs is there.
    """
    writers = {index: place for place, op in enumerate(graph.ops) for index in op.outputs}
    shown = _closure(needs, (writers[index] for index in graph.outputs if index in writers))
    ends = [place for place, op in enumerate(graph.ops) if _keeps(op) and place not in shown]
    leading = {end: _closure(needs, [end]) for end in ends}
    order: dict[int, None] = {}

    def updates() -> Iterable[int]:
        return (
            end
            for end, places in leading.items()
            if end not in order and (places & shown) <= order.keys()
        )

    _append(order, needs, updates())
    for place in sorted(shown):
        _append(order, needs, [place])
        _append(order, needs, updates())
    _append(order, needs, range(len(needs)))
    return order


def _keeps(op: Op) -> bool:
    return isinstance(op, AssignVariable | StatefulOp)


def _append(order: dict[int, None], needs: Needs, places: Iterable[int]) -> None:
    """Append operators, each behind those it needs."""
    for place in places:
        waiting = [place]
        while waiting:
            missing = [need for need in sorted(needs[waiting[-1]]) if need not in order]
            if missing:
                waiting += reversed(missing)
            else:
                order[waiting.pop()] = None


def _closure(needs: Needs, places: Iterable[int]) -> set[int]:
    """Return some operators and all that have to come before them."""
    found: set[int] = set()
    waiting = [*places]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += needs[place]
    return found
