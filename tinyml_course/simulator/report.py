"""A compiled model is built for a board and run on it; a report says what it takes, and if it fits.

Sizes are those of the linked program; stack, instructions and outputs those of the emulated run.
Cycles, time and energy are estimates: a published cost table, the board's clock, and a current from
its datasheet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from tinyml_course.boards import Board, get_board
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.errors import FitError, wrong_kind
from tinyml_course.simulator.arrays import Array, Outputs, assert_same_outputs
from tinyml_course.simulator.cores import ATMEGA328P, core_of
from tinyml_course.simulator.emulated import BoardModel, board_model, model_program
from tinyml_course.simulator.energy import energy_uj, latency_ms
from tinyml_course.simulator.fit import why_model_cannot_fit, why_program_does_not_fit
from tinyml_course.simulator.report_picture import Gauge, Page, Share, draw, write
from tinyml_course.simulator.sources import FeatureSources, require_compiled

_SECOND_MS = 1000.0
_REPORTED = (
    "compiler", "fits", "reason", "flash_bytes", "flash_limit_bytes", "constants_bytes",
    "code_bytes", "arena_bytes", "static_ram_bytes", "stack_bytes", "ram_bytes",
    "ram_limit_bytes", "macs", "instructions", "cycles", "latency_ms", "energy_uj",
    "cycles_source", "estimated",
)  # fmt: skip


class Layer(NamedTuple):
    """What one operator of a model takes of an inference: counted, and estimated cycles."""

    op: str
    macs: int
    instructions: int
    cycles: int


@dataclass(frozen=True, eq=False)
class Simulation:
    """What one model takes of one board; shows itself as bars in a notebook.

    Attributes
    ----------
    compiler : str
        Who compiled the program, with version; "none" where a model was too big for an AVR.
    fits : bool
    reason : str
        Why it does not fit, and what to try; empty if it fits.
    flash_bytes, constants_bytes, code_bytes : int
        Flash of the program, and its two parts.
    arena_bytes, static_ram_bytes, stack_bytes, ram_bytes : int
        The model's arena; all variables, the arena among them; the most stack taken; the last two
        together.
    flash_limit_bytes, ram_limit_bytes : int
        What the board's Arduino core leaves of each.
    instructions, cycles : int
        Of the slowest inference: counted exactly; estimated by the core's table, and the waiting
        for flash by the model of `waits.py` (an AVR's are counted).
    wait_cycles : int
        Those of the cycles in which the core waited for flash.
    latency_ms, energy_uj : float
        Of the slowest inference, by the board's clock and its datasheet's current.
    layers : tuple of Layer
        What each operator took of the slowest inference.
    hop_instructions, hop_latency_ms
        Of the features' slowest hop; None if there are no features.
    hop_ms : float or None
        How often a hop comes.
    outputs : ndarray or tuple of them
        What the board computed for the inputs that were given.

    What could not be measured, because the program does not fit, is None.
    """

    compiled: CompiledModel = field(repr=False)
    board: Board = field(repr=False)
    compiler: str
    reason: str
    constants_bytes: int
    code_bytes: int | None
    static_ram_bytes: int
    stack_bytes: int | None = None
    instructions: int | None = None
    cycles: int | None = None
    wait_cycles: int | None = None
    layers: tuple[Layer, ...] = field(default=(), repr=False)
    hop_instructions: int | None = None
    hop_latency_ms: float | None = None
    hop_ms: float | None = None
    outputs: Outputs | None = field(default=None, repr=False)

    @property
    def fits(self) -> bool:
        """Whether the program fits the board and ran within its limits."""
        return not self.reason

    @property
    def flash_bytes(self) -> int:
        """Flash the program takes."""
        return self.constants_bytes + (self.code_bytes or 0)

    @property
    def flash_limit_bytes(self) -> int:
        """Flash the board's Arduino core leaves."""
        return self.board.flash_limit_bytes

    @property
    def arena_bytes(self) -> int:
        """RAM of the model's tensors and scratch memory."""
        return self.compiled.arena_bytes

    @property
    def ram_bytes(self) -> int:
        """RAM the program takes: variables and stack."""
        return self.static_ram_bytes + (self.stack_bytes or 0)

    @property
    def ram_limit_bytes(self) -> int:
        """RAM the board's Arduino core leaves."""
        return self.board.ram_limit_bytes

    @property
    def macs(self) -> int:
        """Multiplications of an input by a weight in one inference."""
        return self.compiled.macs

    @property
    def latency_ms(self) -> float | None:
        """Estimated time of one inference."""
        return None if self.cycles is None else latency_ms(self.cycles, self.board)

    @property
    def energy_uj(self) -> float | None:
        """Estimated energy of one inference."""
        return None if self.cycles is None else energy_uj(self.cycles, self.board)

    @property
    def cycles_source(self) -> str:
        """Where the cost of an instruction is from."""
        return core_of(self.board).timing.source

    @property
    def estimated(self) -> str:
        """The rule by which more than cycles by a published table is estimated; else empty."""
        return core_of(self.board).estimated

    def require_fit(self) -> None:
        """Raise `FitError` with the reason if the model does not fit."""
        if not self.fits:
            raise FitError(self.reason)

    def assert_equals(self, reference: Callable[[Array], Outputs], x: Array) -> None:
        """Run inputs on a fresh board and compare the outputs with a reference, to the bit.

        Parameters
        ----------
        reference : callable
            Takes `x` and returns the outputs it should have.
        x : ndarray, (n, *tensor shape)

        Raises
        ------
        AssertionError
            If any output differs; the message names the first one.
        FitError
            If the model does not fit the board.
        InputError
            If `reference` is no function, or `x` not what the model takes.
        """
        self.require_fit()
        if not callable(reference):
            raise wrong_kind(reference, "a function of x", "Give tc.reference(tflite).")
        found = board_model(self.compiled, self.board)(x)
        assert_same_outputs(found, reference(x), self.compiled.name)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        report = {"board": self.board.id} | {name: getattr(self, name) for name in _REPORTED}
        if self.hop_instructions is not None:
            report |= {name: getattr(self, name) for name in ("hop_instructions", "hop_latency_ms")}
        return report

    def to_text(self) -> str:
        """Return the report as lines for a terminal."""
        return write(self._page())

    def _repr_html_(self) -> str:
        return draw(self._page())

    def _page(self) -> Page:
        """Gather what the report shows."""
        return Page(
            title=f"{self.compiled.name} on {self.board.name}",
            trouble=self.reason,
            gauges=tuple(_gauges(self)),
            note=_note(self),
            columns=("op", "MACs", "instructions", "cycles"),
            shares=tuple(Share(layer, layer.cycles / self.cycles) for layer in self.layers)
            if self.cycles
            else (),
        )


def simulate(
    compiled: CompiledModel,
    board: str | Board = "nano33ble",
    features: FeatureSources | None = None,
    x: Array | None = None,
    compiler: str = "auto",
    *,
    waiting_bytes: int = 0,
) -> Simulation:
    """Build the real program of a model for a board, run it in an emulator, and report.

    Parameters
    ----------
    compiled : CompiledModel
    board : str or Board
    features : Mfcc or another feature specification, optional
        Put the feature extractor into the program, and feed it samples.
    x : ndarray, optional
        Inputs (n, *tensor shape), or with `features` recordings as they take them; one of zeros
        by default.
    compiler : {"auto", "zig", "arm-none-eabi-gcc", "avr-gcc"}
        "auto" takes arm-none-eabi-gcc where it is on the PATH, zig otherwise; avr-gcc for an AVR.
    waiting_bytes : int
        RAM that a sketch keeps for samples which wait for the features: linked into the program.

    Returns
    -------
    Simulation
        With `fits` false and the reason if the model does not fit: nothing is raised for that.

    Raises
    ------
    InputError
        If the model is not compiled, the features are not its own, or the board is unknown, or an
        AVR, for which a kernel of the model was not made.
    ToolchainError
        If there is no compiler, or for an AVR no simavr.

    Examples
    --------
    >>> import tinyml_course as tc
    >>> run = tc.load_run("data/models/keywords")
    >>> sim = tc.simulate(tc.compile_model(run.tflite), board="nano33ble", features=run.features)
    >>> sim.fits, sim.arena_bytes <= sim.static_ram_bytes <= sim.ram_limit_bytes
    (True, True)
    """
    require_compiled(compiled)
    chosen = get_board(board)
    is_avr = core_of(chosen) is ATMEGA328P
    if is_avr and (reason := why_model_cannot_fit(compiled, chosen)):
        return _too_big_for_sure(compiled, chosen, reason)
    program = model_program(compiled, chosen, features, compiler, waiting_bytes)
    sizes = Simulation(
        compiled=compiled,
        board=chosen,
        compiler=str(program.compiler),
        reason=why_program_does_not_fit(compiled, program, chosen),
        constants_bytes=program.constants_bytes,
        code_bytes=program.code_bytes,
        static_ram_bytes=program.static_ram_bytes,
    )
    if not sizes.fits:
        return sizes
    try:
        runner = BoardModel(compiled, program, chosen, features)
        outputs = _run(runner, compiled, features, x)
    except FitError as error:
        return replace(sizes, reason=str(error))
    hop = runner.slowest_hop
    return replace(
        sizes,
        reason=why_program_does_not_fit(compiled, program, chosen, runner.stack_bytes),
        stack_bytes=runner.stack_bytes,
        instructions=runner.slowest.instructions,
        cycles=runner.slowest.cycles,
        wait_cycles=runner.slowest.waits,
        layers=_layers(compiled, runner),
        hop_instructions=hop.instructions if hop else None,
        hop_latency_ms=latency_ms(hop.cycles, chosen) if hop else None,
        hop_ms=1000 * features.hop_s or None if features else None,
        outputs=outputs,
    )


def _run(
    runner: BoardModel, compiled: CompiledModel, features: FeatureSources | None, x: Array | None
) -> Outputs:
    """Run the inputs, or one of zeros."""
    if features is not None:
        return runner.run_clips(features.blank() if x is None else x)[1]
    if x is not None:
        return runner(x)
    tensors = [compiled.graph.tensors[index] for index in compiled.graph.inputs]
    return runner(*(np.zeros((1, *tensor.shape), tensor.dtype) for tensor in tensors))


def _layers(compiled: CompiledModel, runner: BoardModel) -> tuple[Layer, ...]:
    """Name what was counted step by step; nothing where the steps could not be told apart."""
    costs = runner.slowest_steps
    if len(costs) != len(compiled.steps):
        return ()
    return tuple(
        Layer(str(step.op), step.macs, cost.instructions, cost.cycles)
        for step, cost in zip(compiled.steps, costs, strict=True)
    )


def _too_big_for_sure(compiled: CompiledModel, board: Board, reason: str) -> Simulation:
    """Report on a model whose arena or constants alone are too big: nothing need be built."""
    return Simulation(
        compiled=compiled,
        board=board,
        compiler="none",
        reason=reason,
        constants_bytes=compiled.constants_bytes,
        code_bytes=None,
        static_ram_bytes=compiled.arena_bytes,
    )


def _gauges(simulation: Simulation) -> list[Gauge]:
    """List what a simulation measured, memory first; time and energy as parts of one second's."""
    found = [
        _memory("flash", simulation.flash_bytes, simulation.flash_limit_bytes),
        _memory("RAM", simulation.ram_bytes, simulation.ram_limit_bytes),
    ]
    if simulation.latency_ms is not None and simulation.energy_uj is not None:
        share = simulation.latency_ms / _SECOND_MS
        found += [
            _estimate("time", f"{simulation.latency_ms:,.2f} ms", share, "of a second"),
            _estimate("energy", f"{simulation.energy_uj:,.0f} µJ", share, "of a second's"),
        ]
    if simulation.hop_latency_ms is not None and simulation.hop_ms is not None:
        share = simulation.hop_latency_ms / simulation.hop_ms
        taken = f"{simulation.hop_latency_ms:,.2f} of {simulation.hop_ms:g} ms a hop"
        words = f"{taken} ({share:.1%}), estimated"
        found.append(Gauge("features", words, share))
    elif simulation.hop_latency_ms is not None:
        share = simulation.hop_latency_ms / _SECOND_MS
        words = f"{simulation.hop_latency_ms:,.2f} ms a row of the picture, estimated"
        found.append(Gauge("features", words, share))
    return found


def _memory(label: str, taken: int, limit: int) -> Gauge:
    return Gauge(label, f"{taken:,} of {limit:,} bytes ({taken / limit:.1%})", taken / limit)


def _estimate(label: str, amount: str, share: float, whole: str) -> Gauge:
    return Gauge(label, f"{amount} an inference ({share:.1%} {whole}), estimated", share)


def _note(simulation: Simulation) -> str:
    """Say who made the program, and where the limits come from."""
    stack = simulation.stack_bytes
    parts = [f"RAM is {simulation.static_ram_bytes:,} of variables"]
    parts += [] if stack is None else [f"{stack:,} of stack"]
    limits = f"the limits are what the Arduino core leaves ({simulation.board.arduino_core})"
    if simulation.instructions is None or simulation.cycles is None:
        ran = "not run" if simulation.code_bytes else "not built: flash is the constants alone"
    else:
        ran = f"{simulation.instructions:,} instructions, about {simulation.cycles:,} cycles"
        if simulation.wait_cycles:
            ran += f", {simulation.wait_cycles:,} of them waiting for flash (a model of its caches)"
        ran += f", built by {simulation.compiler}"
    estimated = f"; estimated: {simulation.estimated}" if simulation.estimated else ""
    return f"{ran}; {' and '.join(parts)}, no heap; {limits}{estimated}"
