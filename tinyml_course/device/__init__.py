"""The serial link to a board: clips replayed through its sketch, recordings of its sensor."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tinyml_course.device.link import Link, Replay, Stream
from tinyml_course.device.port import find_port, open_port
from tinyml_course.device.record import record
from tinyml_course.device.report import RecordReport
from tinyml_course.errors import DeviceError
from tinyml_course.sketch.info import MODEL_BYTES

if TYPE_CHECKING:
    from tinyml_course.compiler.codegen import CompiledModel

__all__ = ["Link", "RecordReport", "Replay", "find_port", "open_port", "record", "replay"]


def replay(
    port: str | Stream | None,
    samples: NDArray[np.int16],
    *,
    compiled: CompiledModel | None = None,
    timeout_s: float = 1.0,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Send recorded clips through the sketch on a board, and get back what it made of them.

    Parameters
    ----------
    port : str, Stream or None
        Name of the serial port, an open line, or None to look for the board.
    samples : ndarray of int16 (n, 16000) or (16000,)
        Clips of one second at 16 kHz. A single clip gives n = 1, as with `Mfcc`.
    compiled : CompiledModel, optional
        The model that should be on the board; another one is an error.
    timeout_s : float
        How long one answer may take before the request is sent again.

    Returns
    -------
    features : ndarray of int8 (n, 49, 10, 1)
    scores : ndarray of int8 (n, classes)

    Raises
    ------
    DeviceError
        No board, no answer, the wrong sketch, a bad line or a board that vanished.
    InputError
        The samples are not clips of the sketch's length.
    """
    with ExitStack() as stack:
        where = port if isinstance(port, str) else "the board"
        if port is None:
            port = where = find_port()
        stream = stack.enter_context(closing(open_port(port))) if isinstance(port, str) else port
        link = stack.enter_context(Link(stream, where, timeout_s))
        _check_model(link, where, compiled)
        results = [link.send_clip(clip) for clip in np.atleast_2d(samples)]
    shape, classes = link.info.feature_shape, link.info.classes
    features = np.array([r.features for r in results], np.int8).reshape(len(results), *shape)
    return features, np.array([r.scores for r in results], np.int8).reshape(-1, classes)


def _check_model(link: Link, where: str, compiled: CompiledModel | None) -> None:
    if compiled is None or link.info.model == bytes.fromhex(compiled.sha256)[:MODEL_BYTES]:
        return
    raise DeviceError(
        f"{where} runs the sketch {link.info.name} with another model than {compiled.name}. "
        "Write the sketch from this model and upload it."
    )
