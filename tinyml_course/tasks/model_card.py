"""A model card: what a model is for, how it was measured, and where it must not be trusted.

References
----------
Mitchell et al. (2019), "Model Cards for Model Reporting", section 4 (the headings).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tinyml_course.cache import writing
from tinyml_course.errors import InputError
from tinyml_course.run import Run

_CARD = """\
# {title}

{kind}, int8, {size:,} bytes, sha256 `{sha256}`. Classes: {labels}.

## What it is for

{use}

## What it was trained on

{data}

## How good it is

| measure | value |
|---|---|
{measures}

## Where not to trust it

{limits}
"""


def write_model_card(
    run: Run,
    target: str | Path,
    *,
    title: str,
    use: str,
    data: str,
    measures: Mapping[str, str],
    limits: Sequence[str],
) -> Path:
    """Write a model card in Markdown and return where it is.

    Parameters
    ----------
    run : Run
        The model; its size, digest, parameters and classes are filled in from it.
    target : str or Path
        The file.
    title, use, data : str
        What it is called, what it is for and by whom, what it has learned from.
    measures : mapping of measure to value
        Each with its unit and the data it was measured on.
    limits : sequence of str
        Where it fails, or was never tried; at least one.

    Raises
    ------
    InputError
        If no measure or no limit is named: every model has some.
    """
    if not measures or not limits:
        raise InputError("a model card needs a measure and a limit at least: every model has both.")
    text = _CARD.format(
        title=title,
        kind=f"A network of {run.metrics.get('parameters', 0):,} parameters for {run.task}",
        size=len(run.tflite),
        sha256=hashlib.sha256(run.tflite).hexdigest()[:16],
        labels=", ".join(run.labels),
        use=use,
        data=data,
        measures="\n".join(f"| {name} | {value} |" for name, value in measures.items()),
        limits="\n".join(f"- {limit}" for limit in limits),
    )
    with writing(Path(target)) as draft:
        draft.write_text(text, encoding="utf-8")
    return Path(target)
