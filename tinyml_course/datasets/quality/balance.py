"""How classes and people are spread: counts, balance, sides of a split, and who gives away what."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tinyml_course.datasets.image_layouts import is_good
from tinyml_course.datasets.nouns import counted, noun
from tinyml_course.datasets.quality.reading import Collection
from tinyml_course.datasets.quality.report import ClassCount, Finding

FEW = 10  # recordings of a class: fewer give a test of a handful
UNEVEN = 4.0  # times as many recordings of one class as of another
BACKGROUND = ("silence", "unknown", "idle", "other", "rest", "still", "none")
"""Classes of all that is not meant; there may be more of it, and it may have groups of its own."""
TELLS = 0.95  # of the recordings whose label the group alone would tell
GROUPS_KNOWN = {"keywords": "person", "gestures": "person", "parts": "lot"}
SEVERAL = {"keywords": "people", "gestures": "people", "parts": "lots"}


def count_classes(collection: Collection) -> tuple[ClassCount, ...]:
    """Count recordings and groups of each class."""
    data = collection.data
    return tuple(
        ClassCount(label, int((data.y == i).sum()), len(np.unique(data.group[data.y == i])))
        for i, label in enumerate(data.labels)
    )


def check_counts(collection: Collection, task: str) -> Iterator[Finding]:
    """Look for classes that are missing, tiny, or far smaller than others."""
    make = _make(task)
    counts = count_classes(collection)
    present = [one for one in counts if one.recordings]
    good_only = task == "parts" and len(present) == 1 and is_good(present[0].label)
    if good_only:
        yield Finding(
            "note", "good-only", "There are good parts only.", (),
            "Train on them: what is not like them is a defect. Take some defects to test on.",
        )  # fmt: skip
    elif len(present) == 1:
        yield Finding(
            "error", "one-class", f"There is one class only, {present[0].label}.", (),
            f"{make} another, or what is none of them.",
        )  # fmt: skip
    for one in present:
        if one.recordings == 1:
            yield Finding(
                "error", "one-recording",
                f"{one.label} has one {noun(task)}: none is left to test.",
                (one.label,), f"{make} ten or more, or leave the class out.",
            )  # fmt: skip
    few = [one for one in present if 1 < one.recordings < FEW]
    if few:
        told = ", ".join(f"{one.label} {one.recordings}" for one in few)
        yield Finding(
            "warning", "few", f"Fewer than {FEW} {noun(task, FEW)}: {told}.",
            tuple(one.label for one in few), f"{make} more: a test on two or three says little.",
        )  # fmt: skip
    sizes = [(one.recordings, one.label) for one in present if one.label not in BACKGROUND]
    if len(sizes) > 1 and max(sizes)[0] > UNEVEN * min(sizes)[0]:
        (most, common), (least, rare) = max(sizes), min(sizes)
        yield Finding(
            "warning", "imbalance",
            f"{common} has {counted(task, most)}, {rare} {least:,}: always saying {common!r} would "
            "look good.", (rare,),
            f"{make} more of {rare}, and judge by balanced accuracy.",
        )  # fmt: skip


def check_groups(collection: Collection, task: str) -> Iterator[Finding]:
    """Look at who or what recordings came from: unknown, one alone, or one that tells the label."""
    data, group, make = collection.data, GROUPS_KNOWN[task], _make(task)
    if not collection.named:
        how = "a folder a lot, or <lot>__<n>.png" if task == "parts" else "<person>_nohash_<n>"
        yield Finding(
            "warning", "no-groups",
            f"Nothing tells the {group} of a {noun(task)}: a split mixes them, and a test "
            "flatters.",
            (), f"Name the files: {how}.",
        )  # fmt: skip
        return
    foreground = ~np.isin(collection.labels_of_samples(), BACKGROUND)
    groups = np.unique(data.group[foreground])
    if len(groups) == 1 and foreground.any():
        yield Finding(
            "warning", "one-group", f"All is from one {group}, {groups[0]}.", (str(groups[0]),),
            f"{make} another {group}: how it works for others is not known otherwise.",
        )  # fmt: skip
        return
    for one in count_classes(collection):
        if one.groups == 1 and one.recordings > 1 and one.label not in BACKGROUND:
            (name,) = np.unique(data.group[data.y == data.labels.index(one.label)])
            yield Finding(
                "warning", "class-from-one-group",
                f"All {counted(task, one.recordings)} of {one.label} are from one {group}, {name}: "
                f"a model may learn the {group} instead.", (str(name),),
                f"{make} {one.label} from others too.",
            )  # fmt: skip
    yield from _confounded(collection, foreground, group)


def check_split(collection: Collection, task: str) -> Iterator[Finding]:
    """Look for people on both sides of a split, and classes on one only."""
    data, in_test = collection.data, collection.in_test
    if in_test is None:
        return
    both = np.intersect1d(data.group[in_test], data.group[~in_test])
    if len(both):
        share = np.isin(data.group[in_test], both).mean()
        names = SEVERAL[task] if len(both) > 1 else GROUPS_KNOWN[task]
        yield Finding(
            "error", "group-on-both-sides",
            f"{len(both):,} {names} in the training set and in the test set, {share:.0%} of it.",
            tuple(map(str, both)),
            'Split by group: data.split(by="group"), or mend the lists of the split.',
        )  # fmt: skip
    for side, name, other in ((in_test, "test", "training"), (~in_test, "training", "test")):
        for missing in np.setdiff1d(data.y, data.y[side]):
            yield _missing(collection, int(missing), name, other, task)


def _missing(collection: Collection, y: int, side: str, other: str, task: str) -> Finding:
    """Tell of a class that is on the other side of a split only."""
    data = collection.data
    own = np.flatnonzero(data.y == y)
    groups = len(np.unique(data.group[own])) if collection.named else 0
    label, group, many = data.labels[y], GROUPS_KNOWN[task], SEVERAL[task]
    of = f", of {groups:,} {many if groups > 1 else group}" if groups else ""
    advice = f"{_make(task)} {label} from another {group}, for the {side} set alone."
    if groups > 1:
        advice = f"{advice[:-1]}, or move all of one of these {many} there."
    return Finding(
        "error", "class-missing",
        f"The {side} set has no {label}; its {noun(task, 2)} ({len(own):,}{of}) are all in the "
        f"{other} set.",
        tuple(collection.where[i] for i in own), advice,
    )  # fmt: skip


def _make(task: str) -> str:
    """Return what one does to get more of a task's samples."""
    return "Take" if task == "parts" else "Record"


def _confounded(
    collection: Collection, foreground: NDArray[np.bool_], group: str
) -> Iterator[Finding]:
    """Tell whether the group alone would give the label away."""
    data = collection.data
    y, (names, member) = data.y[foreground], np.unique(
        data.group[foreground], return_inverse=True
    )  # fmt: skip
    counts = np.zeros((len(names), len(data.labels)))
    np.add.at(counts, (member, y), 1)
    several = counts.sum(axis=1) > 1  # of one recording the label is always known
    counts = counts[several]
    total = counts.sum()
    if len(counts) < 2 or (counts.sum(axis=0) > 0).sum() < 2 or total < len(y) / 2:
        return
    told = counts.max(axis=1).sum() / total
    guessed = counts.sum(axis=0).max() / total
    if told >= TELLS and told > guessed + 0.1:
        pure = names[several][counts.max(axis=1) == counts.sum(axis=1)]
        yield Finding(
            "error", "label-tells-group",
            f"Who knows the {group} knows the label of {told:.0%} of all: a model can "
            f"learn the {group} and look right.", tuple(map(str, pure)),
            f"Let every {group} give every class.",
        )  # fmt: skip
