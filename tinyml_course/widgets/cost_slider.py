"""Move the price of an escape: the cheapest threshold follows, and escapes turn into scrap."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from tinyml_course.errors import InputError
from tinyml_course.plots import BLUE, ORANGE, new_figure, png
from tinyml_course.tasks.inspection import OperatingPoint, choose_threshold
from tinyml_course.widgets.still import StillWidget, script

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRICES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


class CostSlider(StillWidget):
    """A slider over the price of an escape, in units of a scrapped good part.

    Parameters
    ----------
    scores : ndarray, shape=(n,)
        How much each part is a defect, 0 to 1; see `tasks.inspection.defect_scores`.
    defect : ndarray, shape=(n,), dtype=bool
        What the parts are.
    share : float
        Share of defects on the line, 0 to 1.
    prices : sequence of float
        What an escape costs, rising; a good part thrown away costs 1.
    choice : int
        The price to begin with; later the one the learner has chosen.

    Raises
    ------
    InputError
        If there are no prices, they do not rise, `choice` is none of them, or `choose_threshold`
        refuses the parts.
    """

    _esm = script("cost_slider.js")

    choice = t.Int(0).tag(sync=True)
    _points = t.List().tag(sync=True)

    def __init__(
        self,
        scores: NDArray[np.float64],
        defect: NDArray[np.bool_],
        *,
        share: float,
        prices: Sequence[float] = PRICES,
        choice: int = 0,
    ):
        if not prices or any(a >= b for a, b in itertools.pairwise(prices)):
            raise InputError("the cost slider needs prices that rise; give some, cheapest first.")
        self.prices = tuple(prices)
        self.points = tuple(
            choose_threshold(scores, defect, escape=price, scrap=1.0, share=share)
            for price in prices
        )
        super().__init__(
            choice=choice,
            _points=[
                {
                    "price": price,
                    "escapes": point.escapes,
                    "scrap": point.scrap,
                    "words": _in_words(price, point),
                }
                for price, point in zip(self.prices, self.points, strict=True)
            ],
        )

    @t.validate("choice")  # type: ignore[untyped-decorator]
    def _check_choice(self, proposal: Any) -> int:
        choice = int(proposal["value"])
        if not 0 <= choice < len(self.prices):
            raise InputError(f"choice is {choice}; there are prices 0 to {len(self.prices) - 1}.")
        return choice

    @property
    def chosen(self) -> OperatingPoint:
        """The cheapest operating point at the price the slider stands at."""
        return self.points[int(self.choice)]

    def describe(self) -> str:
        """Say what the chosen price leads to."""
        return _in_words(self.prices[int(self.choice)], self.chosen)

    def still(self) -> dict[str, Any]:
        """Draw escapes and scrap over the price, the chosen one marked."""
        return {"image/png": png(self.figure())}

    def figure(self) -> Figure:
        """Draw what the widget shows at its price."""
        figure, grid = new_figure(1, 1, width=6, height=3.2)
        axes = grid[0, 0]
        price = self.prices[int(self.choice)]
        for name, colour in (("escapes", BLUE), ("scrap", ORANGE)):
            shares = [100 * getattr(point, name) for point in self.points]
            here = 100 * getattr(self.chosen, name)
            axes.plot(self.prices, shares, color=colour, label=f"{name} {here:.1f} %")
            axes.plot(price, here, "o", color=colour)
        axes.axvline(price, color="grey", linestyle="--")
        axes.set(xscale="log", xlabel="price of an escape, good parts", ylabel="share, %")
        axes.legend()
        return figure


def _in_words(price: float, point: OperatingPoint) -> str:
    return (
        f"An escape costs {price:g} good parts: threshold {point.threshold:.2f}, "
        f"{point.escapes:.1%} of defects escape, {point.scrap:.1%} of good parts are scrapped, "
        f"cost {point.cost:.3f} a part."
    )
