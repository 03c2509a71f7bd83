"""A score and its interval as one value: in files and stores three numbers under three names, here one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LOW, HIGH = "_low", "_high"


class Score(NamedTuple):
    """A score with its 95 % interval.

    Examples
    --------
    >>> str(Score(0.5, 0.45, 0.61))
    '0.500 [0.450, 0.610]'
    """

    value: float
    low: float
    high: float

    @property
    def interval(self) -> str:
        """The interval as people read it."""
        return interval_text(self.low, self.high)

    def __str__(self) -> str:
        return f"{self.value:.3f} {self.interval}"


def scores_of(metrics: Mapping[str, float]) -> dict[str, Score]:
    """Return scores by path from numbers by name; what has no interval is left out.

    Examples
    --------
    >>> scores_of({"dev/f1": 0.5, "dev/f1_low": 0.4, "dev/f1_high": 0.6, "seconds": 3.0})
    {'dev/f1': Score(value=0.5, low=0.4, high=0.6)}
    """
    return {
        path: Score(value, metrics[f"{path}{LOW}"], metrics[f"{path}{HIGH}"])
        for path, value in metrics.items()
        if f"{path}{LOW}" in metrics and f"{path}{HIGH}" in metrics
    }


def with_bounds(name: str, score: Score) -> dict[str, float]:
    """Return a score as numbers by name, as ``scores_of`` reads them.

    Examples
    --------
    >>> with_bounds("f1", Score(0.5, 0.4, 0.6))
    {'f1': 0.5, 'f1_low': 0.4, 'f1_high': 0.6}
    """
    return {name: score.value, f"{name}{LOW}": score.low, f"{name}{HIGH}": score.high}


def interval_text(low: float, high: float) -> str:
    """Return an interval with three digits."""
    return f"[{low:.3f}, {high:.3f}]"
