"""What more coded rows would do for a model's score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Values
from framing.errors import ConfigError
from framing.measure.intervals import Estimate
from framing.measure.power_law import PowerLaw

_FURTHER = (1.5, 2.0, 4.0)
_NEVER = 1e9  # rows that nobody codes


@dataclass(frozen=True)
class ScoreRow:
    """A score with so many rows.

    Parameters
    ----------
    rows
        Coded rows that are learned from.
    value, low, high
        The score and its 95 % interval.
    measured
        Whether it was measured, or is what the curve says.
    """

    rows: int
    value: float
    low: float
    high: float
    measured: bool


@dataclass(frozen=True)
class ScoreBudget:
    """What was measured, what the curve says, and how many rows a score takes.

    Parameters
    ----------
    rows
        Fewest first.
    target
        The score that is wanted; None: none.
    needed
        How many rows it takes, with the bounds of a 95 % interval; infinite where it is not reached.
    """

    rows: tuple[ScoreRow, ...]
    target: float | None = None
    needed: tuple[float, float, float] | None = None


def score_budget(sizes: Sequence[float], scores: Sequence[Estimate], target: float | None = None) -> ScoreBudget:
    """Fit a power law to scores with fewer rows, and say what it promises with more.

    Intervals are of resampled documents; that the law itself may be wrong is not in them.

    Parameters
    ----------
    sizes
        How many rows were learned from, shape (n_sizes,), in order.
    scores
        The score with each, their replicates of the same resamples.
    target
        A score whose cost is asked for.

    Raises
    ------
    ConfigError
        The target is no score between 0 and 1.

    Examples
    --------
    >>> sizes = [100, 200, 400, 800]
    >>> same = [Estimate(0.8 - 2 * n**-0.5, np.full(3, 0.8 - 2 * n**-0.5)) for n in sizes]
    >>> budget = score_budget(sizes, same, 0.75)
    >>> [(row.rows, round(row.value, 3)) for row in budget.rows[3:]]
    [(800, 0.729), (1200, 0.742), (1600, 0.75), (3200, 0.765)]
    >>> round(budget.needed[0])
    1600
    """
    if target is not None and not 0 < target < 1:
        raise ConfigError(f"--reach {target}: expected a score between 0 and 1")
    replicates = np.column_stack([[e.value, *e.replicates] for e in scores])
    law = PowerLaw.fit(np.asarray(sizes, dtype=float), replicates)
    rows = [ScoreRow(round(n), e.value, *e.interval(), True) for n, e in zip(sizes, scores, strict=True)]
    for times in _FURTHER:
        n = times * sizes[-1]
        rows.append(ScoreRow(round(n), *_with_bounds(law.at(n)), False))
    return ScoreBudget(tuple(rows), target, None if target is None else _with_bounds(law.rows_for(target)))


def _with_bounds(values: Values) -> tuple[float, float, float]:
    """Return the first value, and the bounds of the middle 95 % of the others."""
    low, high = np.quantile(values[1:], [0.025, 0.975], method="inverted_cdf")
    return float(values[0]), float(low), float(high)


def score_lines(budget: ScoreBudget) -> list[str]:
    """Say in words what a score costs."""
    told = []
    if budget.target is not None and budget.needed is not None:
        value, low, high = budget.needed
        now = budget.rows[[row.measured for row in budget.rows].index(False) - 1]
        if now.value >= budget.target:
            told.append(f"{budget.target:g} is reached already.")
        elif value >= _NEVER:
            told.append(f"{budget.target:g} is not reached with more rows of this kind, says the curve.")
        else:
            upper = f"{high:,.0f}" if high < _NEVER else "never"
            told.append(f"{budget.target:g} takes about {value:,.0f} rows (95 % interval {low:,.0f} to {upper}).")
    told.append("Rows beyond those there are: an inverse power law; that it may not hold is not in the intervals.")
    return told


def score_cells(budget: ScoreBudget) -> list[list[str]]:
    """Return rows as cells of a table of text."""
    return [
        [f"{r.rows:,}", f"{r.value:.3f} [{r.low:.3f}, {r.high:.3f}]", "measured" if r.measured else "expected"]
        for r in budget.rows
    ]
