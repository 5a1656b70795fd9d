"""The report of a simulation as lines of text, and as bars that read well on light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tinyml_course.simulator.report import Simulation

SECOND_MS = 1000.0
_STYLE = (
    "display:grid;grid-template-columns:5em minmax(8em,22em) max-content;"
    "gap:.3em .9em;align-items:center;margin:.4em 0 .2em"
)


class Gauge(NamedTuple):
    """One line of the report: what, how much in words, and its share of what there is."""

    label: str
    words: str
    share: float


def gauges(simulation: Simulation) -> list[Gauge]:
    """List what a simulation measured, memory first; time and energy as parts of one second's."""
    found = [
        _memory("flash", simulation.flash_bytes, simulation.flash_limit_bytes),
        _memory("RAM", simulation.ram_bytes, simulation.ram_limit_bytes),
    ]
    if simulation.latency_ms is not None and simulation.energy_uj is not None:
        share = simulation.latency_ms / SECOND_MS
        found += [
            _estimate("time", f"{simulation.latency_ms:,.2f} ms", share, "of a second"),
            _estimate("energy", f"{simulation.energy_uj:,.0f} µJ", share, "of a second's"),
        ]
    if simulation.hop_latency_ms is not None and simulation.hop_ms is not None:
        share = simulation.hop_latency_ms / simulation.hop_ms
        taken = f"{simulation.hop_latency_ms:,.2f} of {simulation.hop_ms:g} ms a hop"
        words = f"{taken} ({share:.1%}), estimated"
        found.append(Gauge("features", words, share))
    elif simulation.hop_latency_ms is not None:
        share = simulation.hop_latency_ms / SECOND_MS
        words = f"{simulation.hop_latency_ms:,.2f} ms a row of the picture, estimated"
        found.append(Gauge("features", words, share))
    return found


def lines(simulation: Simulation) -> list[str]:
    """Write the report for a terminal."""
    head = f"{_title(simulation)}: {'fits' if simulation.fits else 'does not fit'}"
    body = [f"  {gauge.label:9}{gauge.words}" for gauge in gauges(simulation)]
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
        f"<span>{gauge.label}</span>{_bar(gauge.share)}<span>{escape(gauge.words)}</span>"
        for gauge in gauges(simulation)
    )
    return (
        f'<div style="margin-bottom:1em"><strong>{escape(_title(simulation))}</strong> '
        f'<span style="color:{colour};font-weight:bold">{verdict}</span>'
        f'<div style="{_STYLE}">{rows}</div>'
        f'<div style="opacity:.75;font-size:.9em">{escape(_note(simulation))}</div>'
        f"{_layer_table(simulation)}</div>"
    )


def _layer_table(simulation: Simulation) -> str:
    """Draw the operators as a table that opens with a click."""
    if not simulation.layers or not simulation.cycles:
        return ""
    rows = "".join(
        f"<tr><td>{escape(layer.op)}</td><td>{layer.macs:,}</td><td>{layer.instructions:,}</td>"
        f"<td>{layer.cycles:,}</td><td>{layer.cycles / simulation.cycles:.1%}</td></tr>"
        for layer in simulation.layers
    )
    head = "".join(f"<th>{name}</th>" for name in ("op", "MACs", "instructions", "cycles", "time"))
    return (
        f"<details><summary>layer by layer</summary><table><tr>{head}</tr>{rows}</table></details>"
    )


def _memory(label: str, taken: int, limit: int) -> Gauge:
    return Gauge(label, f"{taken:,} of {limit:,} bytes ({taken / limit:.1%})", taken / limit)


def _estimate(label: str, amount: str, share: float, whole: str) -> Gauge:
    return Gauge(label, f"{amount} an inference ({share:.1%} {whole}), estimated", share)


def _bar(share: float) -> str:
    """Draw one bar with the limit as its right edge; more than the limit is red."""
    colour = "#4a90d9" if share <= 1 else "#d9534f"
    width = 100 * min(share, 1.0)
    return (
        f'<span role="img" aria-label="{share:.0%} of the limit" style="display:block;height:.9em;'
        'border:1px solid currentColor;border-radius:3px;overflow:hidden">'
        f'<span style="display:block;height:100%;width:{width:.1f}%;background:{colour}">'
        "</span></span>"
    )


def _title(simulation: Simulation) -> str:
    return f"{simulation.compiled.name} on {simulation.board.name}"


def _note(simulation: Simulation) -> str:
    """Say who made the program, and where the limits come from."""
    stack = simulation.stack_bytes
    parts = [f"RAM is {simulation.static_ram_bytes:,} of variables"]
    parts += [] if stack is None else [f"{stack:,} of stack"]
    limits = f"the limits are what the Arduino core leaves ({simulation.board.arduino_core})"
    if simulation.instructions is None or simulation.cycles is None:
        ran = "not run" if simulation.code_bytes else "not built: flash is the constants alone"
    else:
        ran = f"{simulation.instructions:,} instructions, about {simulation.cycles:,} cycles"
        if simulation.wait_cycles:
            ran += f", {simulation.wait_cycles:,} of them waiting for flash (a model of its caches)"
        ran += f", built by {simulation.compiler}"
    estimated = f"; estimated: {simulation.estimated}" if simulation.estimated else ""
    return f"{ran}; {' and '.join(parts)}, no heap; {limits}{estimated}"
