"""Is this data set honest? A look at recordings before anything is trained on them.

Most of what makes a model fail on others' recordings can be seen in one's own: a class that only
one person recorded, the same moment on both sides of a split, a microphone that clips.

References
----------
Kapoor and Narayanan (2023), "Leakage and the reproducibility crisis in machine-learning-based
science", table 1: the kinds of leakage. Gebru et al. (2021), "Datasheets for Datasets".
"""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from pathlib import Path

from tinyml_course.datasets import Dataset, load_dataset
from tinyml_course.datasets.quality import balance, signals
from tinyml_course.datasets.quality.copies import check_copies
from tinyml_course.datasets.quality.reading import Collection, of_dataset, of_folder
from tinyml_course.datasets.quality.report import (
    ClassCount,
    DataReport,
    Finding,
    finding_of,
    sorted_findings,
)
from tinyml_course.datasets.quality.watched import Advance, bar, unwatched
from tinyml_course.errors import DataNote, InputError

__all__ = ["ClassCount", "DataReport", "Finding", "check_data"]

EVERY_TASK = (balance.check_counts, balance.check_groups, balance.check_split)
OWN = {
    "keywords": signals.check_sound,
    "gestures": signals.check_motion,
    "parts": signals.check_pictures,
}


def check_data(
    data: Dataset | str | Path | None,
    *,
    task: str,
    test: Dataset | None = None,
    progress: bool = False,
) -> DataReport:
    """Look for faults in a data set before training on it.

    Parameters
    ----------
    data : Dataset, or str or Path, or None
        A set, or the folder of one in any layout `load_dataset` takes; None is the shipped set.
        Of a folder also the files that cannot be loaded are told.
    task : {"keywords", "gestures", "parts"}
    test : Dataset or None
        What `data` will be tested on, to look for leaks from one to the other. A folder's split
        is known where its lists or its layout tell it.
    progress : bool
        Show a bar on stderr, for large folders.

    Returns
    -------
    DataReport
        Shows itself in a notebook.

    Raises
    ------
    InputError
        If there is no such task, the folder is missing, or nothing in it can be read.

    Examples
    --------
    >>> report = check_data(None, task="parts")
    >>> report.errors
    ()
    """
    if task not in OWN:
        raise InputError(f'there is no task "{task}": choose {", ".join(OWN)}.')
    with bar() if progress else nullcontext(unwatched) as advance:
        collection = _collected(data, task, test, advance)
        found = [finding for check in EVERY_TASK for finding in check(collection, task)]
        found += check_copies(collection, task, advance)
        found += OWN[task](collection, task)
        found += collection.findings
        if isinstance(data, str | Path) and not any(one.severity == "error" for one in found):
            found += _refused(Path(data), task)
    return DataReport(
        task=task,
        source=collection.data.source,
        classes=balance.count_classes(collection),
        findings=sorted_findings(found),
    )


def _collected(
    data: Dataset | str | Path | None, task: str, test: Dataset | None, advance: Advance
) -> Collection:
    if data is None:
        return of_dataset(load_dataset(task, split="train"), load_dataset(task, split="test"))
    if isinstance(data, Dataset):
        return of_dataset(data, test)
    if test is not None:
        raise InputError(
            "a folder's split is told by its lists; give two data sets, or testing_list.txt."
        )
    return of_folder(Path(data).expanduser(), task, advance)


def _refused(root: Path, task: str) -> list[Finding]:
    """Return what training would say of a folder in which all else is well."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataNote)  # training says it again
            load_dataset(task, path=root, split="train")
    except InputError as error:
        return [finding_of(error, "refused")]
    return []
