"""Recordings that are in a set twice: as the same file, or as a copy of the same moment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tinyml_course.datasets.nouns import counted, noun
from tinyml_course.datasets.quality.near_duplicates import (
    equal_recordings,
    find_near_duplicates,
    least,
)
from tinyml_course.datasets.quality.reading import Collection
from tinyml_course.datasets.quality.report import Finding
from tinyml_course.datasets.quality.watched import Advance, unwatched


def check_copies(
    collection: Collection, task: str, advance: Advance = unwatched
) -> Iterator[Finding]:
    """Look for equal recordings, and for near-duplicates of different people or lots."""
    data, where, in_test = collection.data, collection.where, collection.in_test
    equal = list(equal_recordings(data.x))
    told: dict[str, list[str]] = {"copy": [], "contradiction": [], "leak": []}
    for places in equal:
        kind = "contradiction" if len(np.unique(data.y[places])) > 1 else "copy"
        if kind == "copy" and in_test is not None and len(np.unique(in_test[places])) > 1:
            kind = "leak"
        told[kind].append(" = ".join(where[i] for i in places))
    if told["contradiction"]:
        yield Finding(
            "error", "contradiction",
            f"{counted(task, len(told['contradiction']))} under more than one label.",
            tuple(told["contradiction"]), "Keep the right one.",
        )  # fmt: skip
    if told["leak"]:
        yield Finding(
            "error", "duplicate-across-split",
            f"{counted(task, len(told['leak']))} in the training set and in the test set.",
            tuple(told["leak"]), "Keep one of each; the test knows the answers otherwise.",
        )  # fmt: skip
    if told["copy"]:
        yield Finding(
            "warning", "duplicate",
            f"{counted(task, len(told['copy']))} in the set more than once.",
            tuple(told["copy"]), "Keep one of each.",
        )  # fmt: skip
    known = {tuple(sorted((a, b))) for places in equal for a in places for b in places if a != b}
    pairs = [
        pair
        for pair in find_near_duplicates(data.x, task, data.group, in_test, advance)
        if (pair.first, pair.second) not in known
    ]
    if pairs:
        across = in_test is not None
        plural = "" if len(pairs) == 1 else "s"
        of = "one in the training set, one in the test set" if across else "of different groups"
        yield Finding(
            "error" if across else "warning",
            "near-duplicate",
            f"{len(pairs):,} pair{plural} of {noun(task, 2)}, {of}, that are one, changed a little "
            f"(they agree to {least(task, data.x):.2%}).",
            tuple(f"{where[p.first]} ~ {where[p.second]} ({p.alike:.4f})" for p in pairs),
            "Keep one of each pair, or both on one side: a model that knows one knows the other.",
        )
