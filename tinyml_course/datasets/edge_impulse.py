"""Motion in Edge Impulse's data acquisition format: JSON or CBOR, one recording a file.

References
----------
Edge Impulse documentation, "Data acquisition format specification": `protected`, `signature`, and
`payload` with `interval_ms`, `sensors` (name, units) and `values` (one row a sample).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tinyml_course.datasets.cbor import decode
from tinyml_course.datasets.motion_columns import (
    ACCELERATION,
    ACCELERATION_UNITS,
    TURN,
    TURN_UNITS,
    axis_name,
)
from tinyml_course.datasets.motion_csv import Motion
from tinyml_course.errors import InputError


def read_acquisition(path: Path) -> Motion:
    """Read one acquisition file, in g and degrees/s.

    Raises
    ------
    InputError
        If it is damaged, no such file, or lacks a sensor named accX, accY, accZ.
    """
    try:
        content = path.read_bytes()
        record = json.loads(content) if path.suffix.lower() == ".json" else decode(content)
        payload = record["payload"]
        interval_ms = float(payload["interval_ms"])
        sensors = [(str(s["name"]), str(s["units"])) for s in payload["sensors"]]
        values = np.array(payload["values"], dtype=np.float64)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(
            f"{path} is no acquisition file of Edge Impulse: {why}. Export it again."
        ) from error
    if values.ndim != 2 or values.shape[1] != len(sensors) or len(values) == 0:
        raise InputError(
            f"{path} holds values of shape {values.shape} for {len(sensors)} sensors. "
            "Export it again."
        )
    if not (np.isfinite(values).all() and np.isfinite(interval_ms) and interval_ms > 0):
        raise InputError(f"{path} holds NaN or an infinite value. Export it again or delete it.")
    return Motion(_axes(path, sensors, values), 1000 / interval_ms, str(path))


def _axes(path: Path, sensors: list[tuple[str, str]], values: Any) -> Any:
    """Put the axes in our order and units, (rows, 3 or 6)."""
    short = [axis_name(name) for name, _ in sensors]
    missing = [name for name in ACCELERATION if name not in short]
    if missing:
        raise InputError(
            f"{path} has the sensors {', '.join(name for name, _ in sensors)}; gestures need accX, "
            "accY and accZ, and gyrX, gyrY, gyrZ if there is a gyroscope."
        )
    wanted = [*ACCELERATION, *(TURN if set(TURN) <= set(short) else ())]
    places = [short.index(name) for name in wanted]
    scale = []
    for name, place in zip(wanted, places, strict=True):
        known = ACCELERATION_UNITS if name in ACCELERATION else TURN_UNITS
        unit = sensors[place][1].lower()
        if unit not in known:
            raise InputError(f"{path}: {sensors[place][0]} is in {unit!r}; use {', '.join(known)}.")
        scale.append(known[unit])
    return values[:, places] * scale
