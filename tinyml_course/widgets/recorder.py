"""What the three recorders share: a folder, labels, who is recorded, and answers to the browser.

The browser sends a take only when it is to be kept, and holds it until it hears that its file is
there; one that is sent twice, because the kernel was slow to answer, is kept once. A take that
cannot be kept is refused in words; what was kept before is not touched.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import traitlets as t

from tinyml_course.datasets.own_recordings import Datasheet, OwnRecordings
from tinyml_course.datasets.recording_files import check_name
from tinyml_course.errors import InputError, TinyMLError
from tinyml_course.widgets.still import StillWidget

Message = dict[str, Any]


class Recorder(StillWidget):
    """Records into a folder of one's own; subclasses know a sensor.

    Parameters
    ----------
    folder : str or Path
        Where the recordings go, `folder/<label>/`; made when the first is kept.
    labels : sequence of str
        The classes to choose from.
    who : str
        The person (or lot) to begin with.

    Attributes
    ----------
    label, who : str
        What the next recording will be filed under; the learner changes them.

    Raises
    ------
    InputError
        If there are no labels, or one cannot name a folder.
    """

    task: ClassVar[str]
    device: ClassVar[str]
    who_is: ClassVar[str] = "person"

    label = t.Unicode().tag(sync=True)
    who = t.Unicode().tag(sync=True)
    _labels = t.List().tag(sync=True)
    _counts = t.Dict().tag(sync=True)
    _asks_for = t.Dict().tag(sync=True)

    def __init__(self, folder: str | Path, labels: Sequence[str], *, who: str = "", **more: Any):
        if not labels or isinstance(labels, str):
            raise InputError('a recorder needs labels to choose from, such as ("yes", "no").')
        for label in labels:
            check_name(label, "label")
        self.recordings = OwnRecordings(Path(folder).expanduser(), self.task)
        self._files: dict[str, Path] = {}  # by the browser's name for the take
        super().__init__(
            label=labels[0],
            who=who,
            _labels=list(labels),
            _counts=self._counted(labels),
            _asks_for={"who": self.who_is, "device": self.device, "task": self.task},
            **more,
        )
        self.on_msg(self._answer)

    @property
    def kept(self) -> list[Path]:
        """The files kept since this recorder was made."""
        return list(self._files.values())

    @property
    def counts(self) -> dict[str, int]:
        """How many recordings of each label the folder holds now."""
        return self._counted(self._labels)

    def describe(self) -> str:
        """Say what is recorded, how much there is, and what recording takes."""
        counts = ", ".join(f"{label} {count}" for label, count in self.counts.items())
        return (
            f"Recorder ({self.device}) of {self.task}: {counts} kept so far. To record, run the "
            "notebook in a browser on this computer."
        )

    def still(self) -> dict[str, Any]:
        """Tabulate the labels and their counts."""
        rows = "".join(
            f"<tr><td>{html.escape(label)}</td><td>{count}</td></tr>"
            for label, count in self.counts.items()
        )
        head = "<tr><th>label</th><th>recordings</th></tr>"
        table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        return {"text/html": f"{table}<p>{html.escape(self.describe())}</p>"}

    def keep(self, take: Message, buffers: Sequence[Any]) -> Path:
        """Write what the browser has sent to a file and return where it is."""
        raise NotImplementedError

    def _counted(self, labels: Sequence[str]) -> dict[str, int]:
        return {label: self.recordings.count(label) for label in labels}

    def _answer(self, _: object, message: Message, buffers: Sequence[Any]) -> None:
        """Do what the browser asks, and say what became of it."""
        try:
            words = self._do(message, buffers)
            done = True
        except TinyMLError as error:
            words, done = str(error), False
        except (KeyError, TypeError, ValueError, IndexError) as error:
            words, done = f"The browser sent half a recording ({error}). Record it again.", False
        self.send({"id": message.get("id"), "done": done, "words": words})

    def _do(self, message: Message, buffers: Sequence[Any]) -> str:
        if message.get("kind") == "datasheet":
            sheet = Datasheet(**message["sheet"])
            return f"Saved as {self.recordings.write_datasheet(sheet).name} beside the recordings."
        take = message["take"]
        if take not in self._files:
            self._files[take] = self.keep(message, buffers)
            self._counts = self.counts
        path = self._files[take]
        return f"Kept as {path.parent.name}/{path.name}."
