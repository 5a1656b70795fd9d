"""What a look at a data set found: findings in words, and a table of what there is."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tinyml_course.datasets.nouns import noun
from tinyml_course.errors import InputError

Severity = Literal["error", "warning", "note"]
ORDER: tuple[Severity, ...] = ("error", "warning", "note")
MARKS = {"error": "✗", "warning": "!", "note": "·"}
COLOURS = {"error": "#c0392b", "warning": "#b35900", "note": "#3f86d4"}
MOST_SHOWN = 3  # files named for a finding; `Finding.where` and JSON hold all


@dataclass(frozen=True)
class Finding:
    """One fault of a data set.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        "error": what is trained or measured on this set is wrong. "warning": look at it. "note":
        good to know.
    fault : str
        Its short name, the same for every set: "near-duplicate".
    what : str
        What was found, with numbers.
    where : tuple of str
        The files, or the numbers of the samples.
    advice : str
        What to do.
    """

    severity: Severity
    fault: str
    what: str
    where: tuple[str, ...]
    advice: str

    @property
    def place(self) -> str:
        """The first few of `where`, and how many more there are."""
        more = len(self.where) - MOST_SHOWN
        shown = ", ".join(self.where[:MOST_SHOWN])
        return f"{shown} and {more:,} more" if more > 0 else shown


def finding_of(error: InputError, fault: str, *where: str) -> Finding:
    """Part an error's sentence into what is wrong and what to do."""
    what, _, advice = str(error).partition(". ")
    return Finding("error", fault, f"{what.rstrip('.')}.", where, advice)


@dataclass(frozen=True)
class ClassCount:
    """How many recordings of a class there are, and of how many people or lots."""

    label: str
    recordings: int
    groups: int


@dataclass(frozen=True)
class DataReport:
    """A data set's classes and faults, the worst first; shows itself in a notebook.

    Attributes
    ----------
    task, source : str
    classes : tuple of ClassCount
    findings : tuple of Finding
    """

    task: str
    source: str
    classes: tuple[ClassCount, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make a result wrong."""
        return self.of("error")

    @property
    def faults(self) -> frozenset[str]:
        """The short names of all that was found."""
        return frozenset(finding.fault for finding in self.findings)

    @property
    def verdict(self) -> str:
        """One sentence."""
        counts = [len(self.of(severity)) for severity in ORDER]
        if not any(counts):
            return "Nothing was found that speaks against training on it."
        parts = [
            f"{count} {severity}{'' if count == 1 else 's'}"
            for count, severity in zip(counts, ORDER, strict=True)
            if count
        ]
        last = "Mend the errors first." if counts[0] else "None makes a result wrong."
        return f"{', '.join(parts)}. {last}"

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {**asdict(self), "verdict": self.verdict}

    def to_text(self) -> str:
        """Return the report as lines for a terminal."""
        lines = [f"{self.task} in {self.source}"]
        lines += [
            f"  {one.label:<12} {one.recordings:>7,} {noun(self.task, one.recordings)}, "
            f"{one.groups:>5,} group{'' if one.groups == 1 else 's'}"
            for one in self.classes
        ]
        for finding in self.findings:
            lines += [
                f"{MARKS[finding.severity]} {finding.fault}: {finding.what}",
                *([f"    where: {finding.place}"] if finding.where else []),
                f"    to do: {finding.advice}",
            ]
        return "\n".join([*lines, self.verdict])

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Draw a table of classes and one of findings."""
        longest = max((one.recordings for one in self.classes), default=1) or 1
        classes = "".join(
            f'<tr><td style="text-align:right">{html.escape(one.label)}</td>'
            f'<td style="text-align:left"><div style="background:#4c78a8;height:0.9em;'
            f'width:{10 * one.recordings / longest:.2f}em;display:inline-block"></div> '
            f"{one.recordings:,}</td><td>{one.groups:,}</td></tr>"
            for one in self.classes
        )
        cell = '<td style="text-align:left;vertical-align:top;white-space:normal">'
        rows = "".join(
            f'<tr>{cell}<b style="color:{COLOURS[finding.severity]};white-space:nowrap">'
            f"{MARKS[finding.severity]} {finding.severity}</b></td>"
            f"{cell}<b>{html.escape(finding.fault)}</b>: {html.escape(finding.what)}</td>"
            f'{cell}<small style="overflow-wrap:anywhere">{html.escape(finding.place)}</small></td>'
            f"{cell}{html.escape(finding.advice)}</td></tr>"
            for finding in self.findings
        )
        heads = "".join(
            f'<th style="text-align:left">{head}</th>' for head in ("", "what", "where", "to do")
        )
        found = (
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        )
        return (
            f"<p><b>{html.escape(self.task)}</b> in {html.escape(self.source)}</p>"
            f"<table><thead><tr><th>class</th><th>{noun(self.task, 2)}</th><th>groups</th></tr>"
            "</thead>"
            f"<tbody>{classes}</tbody></table>{found}<p><b>{html.escape(self.verdict)}</b></p>"
        )


def sorted_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings with the worst first."""
    return tuple(sorted(findings, key=lambda finding: ORDER.index(finding.severity)))
