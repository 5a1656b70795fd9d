"""A compiled model and its features, run on an emulated board: called like the host's, and counted.

Samples or inputs are placed in the board's RAM, the program's own functions are called as a sketch
calls them, and what they leave in RAM is the result.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinyml_course.boards import Board, get_board
from tinyml_course.compiler.codegen import CompiledModel
from tinyml_course.errors import FitError, InputError
from tinyml_course.simulator.arrays import (
    Array,
    Outputs,
    model_inputs,
    model_outputs,
    single,
)
from tinyml_course.simulator.cores import ATMEGA328P, core_of
from tinyml_course.simulator.cycles import Cost
from tinyml_course.simulator.disassembly import Listing, calls_in
from tinyml_course.simulator.fit import why_model_cannot_fit, why_program_does_not_fit
from tinyml_course.simulator.meter import Measured, Meter
from tinyml_course.simulator.program import Program, build_program
from tinyml_course.simulator.simavr import require_run
from tinyml_course.simulator.sources import (
    FeatureNames,
    FeatureSources,
    feature_sources,
    port_names,
    require_compiled,
    require_features,
    reset_name,
)

OPTIMIZE_FLAG = {"size": "-Os"}
AVR_FLAG = "-Os"  # as its Arduino core builds everything


class BoardFeatures:
    """The feature extractor on a board that is switched on.

    Attributes
    ----------
    slowest_hop : Cost
        The most any hop took so far, the reading of a window included where one was read.
    """

    def __init__(self, meter: Meter, program: Program, features: FeatureSources) -> None:
        self._meter = meter
        self._state = program.address("features_state")
        self._hop = program.address("features_hop")
        self._names = FeatureNames.of(features)
        self._sample = features.sample_dtype.newbyteorder("<")
        self._shape = features.input_shape
        self.slowest_hop = Cost()

    def read_window(self, hops: Array, address: int) -> bytes:
        """Feed one recording, (hops, samples of a hop), and leave its features at `address`."""
        self._meter.call(self._names.reset, self._state)
        for hop in hops:
            self._meter.machine.write(self._hop, hop.astype(self._sample).tobytes())
            pushing = self._meter.call(self._names.push, self._state, self._hop)
            self.slowest_hop = max(self.slowest_hop, pushing.cost)
        if not pushing.value:
            raise InputError(f"recordings of {len(hops)} hops are too short for one window.")
        reading = self._meter.call(self._names.read, self._state, address)
        self.slowest_hop = max(self.slowest_hop, pushing.cost + reading.cost)
        return self._meter.machine.read(address, int(np.prod(self._shape)))


class BoardModel:
    """A compiled model on an emulated board: called with a batch, it returns the outputs.

    Parameters
    ----------
    compiled : CompiledModel
    program : Program
        The model's, from `model_program`.
    board : Board
    features : Mfcc or another feature specification, optional
        What is built into the program; `run_clips` then takes recordings.

    Attributes
    ----------
    slowest : Cost
        The most any inference took so far.
    slowest_steps : tuple of Cost
        What each step of the model took of it; one for all if they cannot be told apart.

    Raises
    ------
    FitError
        If the program does not fit the board.
    """

    def __init__(
        self,
        compiled: CompiledModel,
        program: Program,
        board: Board,
        features: FeatureSources | None = None,
    ) -> None:
        if reason := why_program_does_not_fit(compiled, program, board):
            raise FitError(reason)
        self._compiled = compiled
        self._meter = Meter(program, board)
        self._cut = features.hops if features else None
        self._features = BoardFeatures(self._meter, program, features) if features else None
        self._names = names = port_names(compiled)
        fed = compiled.fed_image is not None
        self._inputs = [] if fed else [self._meter.call(name).value for name in names.inputs]
        self._outputs = [self._meter.call(name).value for name in names.outputs]
        self._marks = _marks(compiled, program, self._meter.listing)
        self.slowest = Cost()
        self.slowest_steps: tuple[Cost, ...] = ()

    def __call__(self, *inputs: Array) -> Outputs:
        """Run a batch through the model, item after item; one with a state starts from reset.

        Parameters
        ----------
        *inputs : ndarray, (n, *tensor shape)
            One for each input of the model; the tensor's own batch axis of 1 may be left out.

        Returns
        -------
        ndarray, (n, *tensor shape), or a tuple of them
        """
        batch = model_inputs(self._compiled.graph, inputs)
        outputs = model_outputs(self._compiled.graph, batch)
        self._reset()
        for item in range(len(batch[0])):
            places = [array[item : item + 1] for array in outputs]
            if image := self._compiled.fed_image:
                self._feed(batch[0][item].reshape(image.shape[1:]), places)
                continue
            for address, array in zip(self._inputs, batch, strict=True):
                self._meter.machine.write(address, array[item].tobytes())
            self._infer(places)
        return single(outputs)

    def run_clips(self, clips: Array) -> tuple[NDArray[np.int8], Array]:
        """Run recordings through the features and the model, as a sketch does.

        Parameters
        ----------
        clips : ndarray, (n, ...)
            As the features take them; int16 (n, samples) for `Mfcc`.

        Returns
        -------
        features : int8 array, (n, *input_shape)
        outputs : ndarray, (n, *tensor shape without its batch of 1)

        Raises
        ------
        InputError
            If the program was built without features, or a clip is too short.
        """
        if self._features is None or self._cut is None:
            raise InputError("this program has no features. Pass features= to build them in.")
        if self._compiled.fed_image is not None:
            raise InputError(
                f"the features leave a whole window, but {self._compiled.name} takes rows. "
                "Compile it with its input whole."
            )
        hops = self._cut(clips)
        shape = self._compiled.graph.tensors[self._compiled.graph.inputs[0]].shape[1:]
        features = np.empty((len(hops), *shape), np.int8)
        (outputs,) = model_outputs(self._compiled.graph, [features])
        self._reset()
        for item, clip in enumerate(hops):
            window = self._features.read_window(clip, self._inputs[0])
            features[item] = np.frombuffer(window, np.int8).reshape(shape)
            self._infer([outputs[item : item + 1]])
        return features, outputs

    @property
    def stack_bytes(self) -> int:
        """The most stack taken so far."""
        return self._meter.machine.stack_bytes

    @property
    def slowest_hop(self) -> Cost | None:
        """The most the features took for a hop of samples so far; None without features."""
        return self._features.slowest_hop if self._features else None

    def _reset(self) -> None:
        """Bring the states, if the model has any, back to those of power-on."""
        if name := reset_name(self._compiled):
            self._meter.call(name)

    def _infer(self, places: Sequence[Array]) -> None:
        """Invoke the model on the input that is in place, and fetch the outputs."""
        self._note(self._run().phases)
        self._fetch(places)

    def _feed(self, rows: Array, places: Sequence[Array]) -> None:
        """Feed the model one image row by row, and fetch the outputs."""
        phases: list[Cost] = []
        for row in rows:
            place = self._meter.call(self._names.inputs[0])
            self._meter.machine.write(place.value, row.tobytes())
            run = self._run()
            first, *others = run.phases
            done = [place.cost + first, *others]
            phases = [a + b for a, b in zip(phases, done, strict=True)] if phases else done
        assert run.value == 1, f"{self._compiled.name} waits for more rows than there are"
        self._note(phases)
        self._fetch(places)

    def _run(self) -> Measured:
        """Call what runs the model."""
        try:
            run = self._meter.call(self._names.run, marks=self._marks)
            self._meter.relax()
            return run
        except FitError as error:
            phase = self._meter.machine.phase
            steps = self._compiled.steps
            where = f" at {steps[phase].op}" if self._marks else ""
            raise FitError(f"{self._compiled.name} stopped{where}: {error}") from None

    def _note(self, phases: Sequence[Cost]) -> None:
        """Keep what an inference took, if it is the most so far."""
        cost = sum(phases, Cost())
        if cost > self.slowest:
            self.slowest, self.slowest_steps = cost, tuple(phases)

    def _fetch(self, places: Sequence[Array]) -> None:
        """Read the outputs."""
        for address, place in zip(self._outputs, places, strict=True):
            content = self._meter.machine.read(address, place.nbytes)
            place[...] = np.frombuffer(content, place.dtype).reshape(place.shape)


def board_model(
    compiled: CompiledModel,
    board: str | Board = "nano33ble",
    features: FeatureSources | None = None,
    compiler: str = "auto",
) -> BoardModel:
    """Return a fresh instance of a compiled model on an emulated board, called like the host's.

    With `features` its `run_clips` takes samples, and returns features and outputs.

    Raises
    ------
    FitError
        If the model does not fit the board.
    InputError
        If the board is unknown, or is not emulated.
    """
    chosen = get_board(board)
    program = model_program(compiled, chosen, features, compiler)
    return BoardModel(compiled, program, chosen, features)


def run_features_on_board(
    features: FeatureSources, clips: Array, board: str | Board = "nano33ble"
) -> NDArray[np.int8]:
    """Compute the features of clips on an emulated board, hop by hop as a sketch does.

    Parameters
    ----------
    features : Mfcc or another feature specification
    clips : ndarray, (n, ...)
        As the features take them; int16 (n, samples) for `Mfcc`.
    board : str or Board

    Returns
    -------
    int8 array, (n, *input_shape)
    """
    chosen = get_board(board)
    keep = [*feature_keep(features), "features_window"]
    program = build_program(feature_sources(features, "features.c"), chosen, keep)
    meter = Meter(program, chosen)
    runner = BoardFeatures(meter, program, features)
    address = program.address("features_window")
    windows = []
    for hops in features.hops(clips):
        windows.append(runner.read_window(hops, address))
        meter.relax()
    return np.frombuffer(b"".join(windows), np.int8).reshape(-1, *features.input_shape)


def model_program(
    compiled: CompiledModel,
    board: Board,
    features: FeatureSources | None = None,
    compiler: str = "auto",
    waiting_bytes: int = 0,
) -> Program:
    """Build the program of a compiled model, with its features if there are any.

    Raises
    ------
    FitError
        If the board is an AVR, and the model plainly too big for it: such a program cannot be
        linked to tell its size.
    InputError
        If the model is not compiled; if the board is an AVR, and a kernel was not made for it; if
        the features are not the model's.
    ToolchainError
        If no compiler is found, or it rejects the C.
    """
    require_compiled(compiled)
    if core_of(board) is ATMEGA328P:
        if reason := why_model_cannot_fit(compiled, board):
            raise FitError(reason)
        require_run(compiled)
    names = port_names(compiled)
    keep = [names.run, *names.inputs, *names.outputs]
    keep += filter(None, [reset_name(compiled)])
    sources = dict(compiled.files)
    if features is not None:
        require_features(features)
        wanted = compiled.graph.tensors[compiled.graph.inputs[0]].shape[1:]
        if tuple(features.input_shape) != wanted:
            raise InputError(
                f"{compiled.name} takes {wanted}, but its features are of shape "
                f"{tuple(features.input_shape)}. Pass those it was trained on."
            )
        sources |= feature_sources(features, "features.c")
        keep += feature_keep(features)
    if waiting_bytes:
        sources["waiting.c"] = f"signed char samples_waiting[{waiting_bytes}];\n"
        keep.append("samples_waiting")
    flag = OPTIMIZE_FLAG.get(compiled.optimize, "-O2")
    flag = AVR_FLAG if core_of(board) is ATMEGA328P else flag
    return build_program(sources, board, keep, compiler, flag)


def feature_keep(features: FeatureSources) -> list[str]:
    """Name what of the features a program must keep: functions, state and hop."""
    names = FeatureNames.of(features)
    return [names.reset, names.push, names.read, "features_state", "features_hop"]


def _marks(compiled: CompiledModel, program: Program, listing: Listing) -> dict[int, int]:
    """Return where each step begins; nothing where a compiler merged some.

    The schedule is one function that calls a kernel, or several, for each step. Steps that take
    turns have a function each.
    """
    chains = {chain.start: chain for chain in compiled.plan.schedule.chains}
    chained = compiled.plan.schedule.chained
    planned: list[tuple[str, int]] = []  # the call, and the step behind it
    marks: dict[int, int] = {}
    for number, step in enumerate(compiled.steps):
        place = compiled.places[step.op.index]
        if place in chained and step.calls:
            symbol = program.symbols.get(f"op{step.op.index}_rows")
            if symbol is None:
                return {}
            marks[symbol.address & ~1] = number
        if place in chains:
            taker = "tinyml_take_turns" if step.calls else "tinyml_feed"
            planned.append((taker, number + len(chains[place].places)))
        elif place not in chained:
            names = [call.partition("(")[0] for call in step.calls]
            planned += [(name, number) for name in names[:-1]] + [(names[-1], number + 1)]
    first_call = (f"{compiled.name}_reset", "memset")  # what resets the states is no step
    found = [
        call
        for call in calls_in(listing, program, port_names(compiled).run)
        if call[0] not in first_call
    ]
    if len(planned) != len(found) or not all(
        name == plan or (plan == "{variant}" and name.startswith("variant"))
        for (plan, _), (name, _) in zip(planned, found, strict=True)
    ):
        return {}
    for (_, step_behind), (_, address) in zip(planned, found, strict=True):
        if step_behind < len(compiled.steps):
            marks[address] = step_behind
    return marks
