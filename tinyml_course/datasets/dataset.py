"""A data set as one frozen value: samples, labels, and who or what each sample came from.

The split is the lesson here. Clips of one speaker resemble each other far more than clips of two,
so a model tested on speakers it has heard reports a number nobody will meet again. `Dataset.split`
therefore keeps every group (speaker, person, production lot) on one side.

References
----------
Kaufman, Rosset and Perlich (2012), "Leakage in Data Mining", section 3.
"""

from __future__ import annotations

import html
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinyml_course.errors import DataNote, InputError, wrong_kind

SPLITS_TRIED = 20  # until every class is in the training set


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled samples with their origin.

    Attributes
    ----------
    x : ndarray, shape=(n, ...)
        The samples, one a row; possibly read-only.
    y : ndarray, shape=(n,), dtype=int64
        The class of each sample, an index into `labels`.
    labels : tuple of str
        Class names.
    group : ndarray, shape=(n,), dtype=str
        Who or what each sample came from: a speaker, a person, a production lot.
    rate_hz : float or None
        Samples per second along the time axis of `x`; None where there is no such axis.
    units : str
        What one unit of `x` is.
    source, licence : str
        Where the samples came from, and under which terms.

    Raises
    ------
    InputError
        If the arrays differ in length, or a class index has no name.

    Examples
    --------
    >>> data = Dataset(
    ...     x=np.arange(4), y=np.array([0, 1, 0, 1]), labels=("no", "yes"),
    ...     group=np.array(["ann", "ann", "bob", "bob"]), rate_hz=None, units="count",
    ...     source="made up", licence="CC0-1.0",
    ... )
    >>> train, test = data.split(test=0.5)
    >>> set(train.group) & set(test.group)
    set()
    """

    x: NDArray[Any]
    y: NDArray[np.int64]
    labels: tuple[str, ...]
    group: NDArray[np.str_]
    rate_hz: float | None
    units: str
    source: str
    licence: str

    def __post_init__(self) -> None:
        if not len(self.x) == len(self.y) == len(self.group):
            raise InputError(
                f"x has {len(self.x)} samples, y {len(self.y)} and group {len(self.group)}: "
                "give one class index and one group name for each sample."
            )
        if len(self.y) and not 0 <= self.y.min() <= self.y.max() < len(self.labels):
            raise InputError(
                f"class indexes run from {self.y.min()} to {self.y.max()}, but there are "
                f"{len(self.labels)} labels: number the classes from 0 in the order of labels."
            )

    def __len__(self) -> int:
        return len(self.y)

    def take(self, index: NDArray[Any] | Sequence[int] | slice) -> Dataset:
        """Select samples by position, boolean mask or slice; a position may be repeated."""
        chosen = index if isinstance(index, slice) else np.asarray(index)
        return replace(self, x=self.x[chosen], y=self.y[chosen], group=self.group[chosen])

    def split(
        self, test: float = 0.2, by: Literal["group", "sample"] = "group", seed: int = 0
    ) -> tuple[Dataset, Dataset]:
        """Part the samples into a training and a test set.

        Parameters
        ----------
        test : float
            Share of every class that the test set should get, between 0 and 1. Groups are never
            cut, so the shares are met as nearly as the groups allow.
        by : {"group", "sample"}
            What stays together. "sample" ignores the groups: it shows how much a leak flatters.
        seed : int
            Draws another split.

        Returns
        -------
        train, test : Dataset
            Both in the order of this data set; neither is empty.

        Raises
        ------
        InputError
            If `test` or `by` is not one of the values above, or there are fewer than two groups.
        """
        if not 0 < test < 1:
            raise InputError(f"test={test} is not a share: give a number between 0 and 1.")
        if by not in ("group", "sample"):
            raise InputError(f'split cannot go by "{by}": choose "group" or "sample".')
        names, member = np.unique(
            self.group if by == "group" else np.arange(len(self)), return_inverse=True
        )
        if len(names) < 2:
            raise InputError(
                f"a split needs two {by}s or more, and there are {len(names)}: record somebody "
                "else"
                + (' too, or use by="sample" and mistrust the result.' if by == "group" else ".")
            )
        counts = np.zeros((len(names), len(self.labels)))  # (group, class)
        np.add.at(counts, (member, self.y), 1)
        in_test = _choose_groups(counts, test, np.random.default_rng(seed))[member]
        return self.take(~in_test), self.take(in_test)

    def _repr_html_(self) -> str:
        """Draw the number of samples of each class as bars."""
        counts = np.bincount(self.y, minlength=len(self.labels))
        longest = max(1, int(counts.max(initial=0)))
        rows = "".join(
            f'<tr><td style="text-align:right">{html.escape(label)}</td>'
            f'<td style="text-align:left"><div style="background:#4c78a8;height:0.9em;'
            f'width:{12 * count / longest:.2f}em;display:inline-block"></div> {count:,}</td></tr>'
            for label, count in zip(self.labels, counts, strict=True)
        )
        rate = "" if self.rate_hz is None else f" at {self.rate_hz:,.0f} Hz"
        return (
            f"<p><b>{len(self):,} samples</b> of shape {self.x.shape[1:]} ({self.x.dtype}, "
            f"{html.escape(self.units)}{rate}) from {len(np.unique(self.group)):,} groups</p>"
            f"<table>{rows}</table>"
            f"<p><small>{html.escape(self.source)} ({html.escape(self.licence)})</small></p>"
        )


def parted(data: Dataset, recording: NDArray[Any]) -> tuple[Dataset, Dataset]:
    """Part a folder's samples into a training and a test set: by group, or else by recording.

    Where all are of one group, or a class would have nothing to learn from, its recordings are
    parted instead, and a `DataNote` says that the result flatters.

    Parameters
    ----------
    data : Dataset
    recording : ndarray, shape=(n,)
        Which recording each sample is from.
    """
    why = f"all recordings are of {data.group[0]}" if len(data) else "there are no recordings"
    if len(np.unique(data.group)) > 1:
        for seed in range(SPLITS_TRIED):
            train, test = data.split(seed=seed)
            if set(train.y.tolist()) == set(data.y.tolist()):
                return train, test
        why = "every class was recorded by somebody else"
    numbered = replace(data, x=np.arange(len(data)), group=np.asarray(recording).astype(str))
    train, test = numbered.split()
    warnings.warn(
        f"{why}: the test is on other recordings of the same person, which flatters. Let others "
        "record too.",
        DataNote,
        stacklevel=5,
    )
    return data.take(train.x), data.take(test.x)


def _choose_groups(
    counts: NDArray[np.float64], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Pick whole groups whose classes add up to about `share` of each class.

    Groups come in random order; one is taken when that brings the class totals nearer to their
    target, in squared distance; every class counts the same, however many samples it has.

    Parameters
    ----------
    counts : ndarray, shape=(n_groups, n_classes)
        Samples of each class in each group.

    Returns
    -------
    chosen : ndarray, shape=(n_groups,), dtype=bool
        At least one group is chosen and at least one is not.
    """
    totals = counts.sum(axis=0)
    shares = counts / np.maximum(totals, 1)  # of each class, what a group holds
    missing = np.where(totals > 0, share, 0.0)
    chosen = np.zeros(len(counts), dtype=bool)
    order = rng.permutation(len(counts))
    for group in order:
        rest = missing - shares[group]
        if rest @ rest < missing @ missing:
            chosen[group], missing = True, rest
    if not chosen.any():
        chosen[order[np.argmin(shares[order].sum(axis=1))]] = True
    elif chosen.all():
        chosen[order[-1]] = False
    return chosen


def require_dataset(value: object) -> None:
    """Raise `InputError` for what is no data set, such as its samples alone."""
    if not isinstance(value, Dataset):
        raise wrong_kind(value, "a Dataset", "Give what tc.load_dataset returns, or its features.")
