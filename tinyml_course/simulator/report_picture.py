"""The report of a simulation as lines of text, and as bars that read well on light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tinyml_course.simulator.report import Simulation

HOP_MS = 20.0
_STYLE = (
    "display:grid;grid-template-columns:max-content minmax(8em,22em) max-content;"
    "gap:.3em .9em;align-items:center;margin:.4em 0"
)


class Gauge(NamedTuple):
    """One line of the report: what, how much in words, and its share of a limit if it has one."""

    label: str
    words: str
    share: float | None = None


def gauges(simulation: Simulation) -> list[Gauge]:
    """List what a simulation measured, memory first."""
    found = [
        _memory("flash", simulation.flash_bytes, simulation.flash_limit_bytes),
        _memory("RAM", simulation.ram_bytes, simulation.ram_limit_bytes),
    ]
    if simulation.latency_ms is not None and simulation.instructions is not None:
        found += [
            Gauge(
                "time",
                f"{simulation.latency_ms:,.2f} ms an inference, estimated "
                f"({simulation.instructions:,} instructions, {simulation.cycles:,} cycles)",
            ),
            Gauge("energy", f"{simulation.energy_uj:,.0f} µJ an inference, estimated"),
        ]
    if simulation.hop_latency_ms is not None:
        found.append(
            Gauge(
                "features",
                f"{simulation.hop_latency_ms:,.2f} of {HOP_MS:g} ms a hop, estimated",
                simulation.hop_latency_ms / HOP_MS,
            )
        )
    return found


def lines(simulation: Simulation) -> list[str]:
    """Write the report for a terminal."""
    head = f"{_title(simulation)}: {'fits' if simulation.fits else 'does not fit'}"
    body = [
        f"  {gauge.label:9}{gauge.words}{_percent(gauge.share)}" for gauge in gauges(simulation)
    ]
    return [
        head,
        *([f"  {simulation.reason}"] if simulation.reason else []),
        *body,
        _note(simulation),
    ]


def picture(simulation: Simulation) -> str:
    """Draw the report as bars; colours with enough contrast on light and on dark."""
    colour = "#2e8b57" if simulation.fits else "#d9534f"
    verdict = "fits" if simulation.fits else escape(simulation.reason)
    rows = "".join(
        f"<span>{gauge.label}</span>{_bar(gauge.share)}"
        f"<span>{escape(gauge.words)}{_percent(gauge.share)}</span>"
        for gauge in gauges(simulation)
    )
    return (
        f"<div><strong>{escape(_title(simulation))}</strong> "
        f'<span style="color:{colour};font-weight:bold">{verdict}</span>'
        f'<div style="{_STYLE}">{rows}</div>'
        f'<div style="opacity:.75;font-size:.9em">{escape(_note(simulation))}</div></div>'
    )


def _memory(label: str, taken: int, limit: int) -> Gauge:
    return Gauge(label, f"{taken:,} of {limit:,} bytes", taken / limit)


def _bar(share: float | None) -> str:
    """Draw one bar with the limit as its right edge; more than the limit is red."""
    if share is None:
        return "<span></span>"
    colour = "#4a90d9" if share <= 1 else "#d9534f"
    width = 100 * min(share, 1.0)
    return (
        f'<span role="img" aria-label="{share:.0%} of the limit" style="display:block;height:.9em;'
        'border:1px solid currentColor;border-radius:3px;overflow:hidden">'
        f'<span style="display:block;height:100%;width:{width:.1f}%;background:{colour}">'
        "</span></span>"
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f" ({share:.1%})"


def _title(simulation: Simulation) -> str:
    return f"{simulation.compiled.name} on {simulation.board.name}"


def _note(simulation: Simulation) -> str:
    """Say who made the program, and where the limits come from."""
    stack = simulation.stack_bytes
    parts = [f"{simulation.static_ram_bytes:,} of variables"]
    parts += [] if stack is None else [f"{stack:,} of stack"]
    built = "nothing was built" if simulation.code_bytes is None else simulation.compiler
    return (
        f"{built}; RAM is {' and '.join(parts)}; the limits are what the Arduino core leaves "
        f"({simulation.board.arduino_core})"
    )
