"""Confidence intervals by resampling groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framing.arrays import Rows, Values, Weights
from framing.scores import Score

_DRAWN_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A figure and what it became in each bootstrap replicate.

    Two figures computed with the same weights are paired: their difference has an interval of its own.

    Parameters
    ----------
    value
        The figure on the rows as they are.
    replicates
        The figure on each resample, shape (n_replicates,); nan where it is not defined there.
    n
        What it was computed on: rows, or for a label's score its positives. None where nobody counted.

    Examples
    --------
    >>> Estimate(0.5, np.array([0.4, 0.5, 0.6])).interval(0.9)
    (0.41, 0.59)
    >>> (Estimate(0.5, np.array([0.4, 0.6])) - Estimate(0.3, np.array([0.2, 0.4]))).value
    0.2
    """

    value: float
    replicates: Values
    n: int | None = None

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the percentile interval (Efron and Tibshirani 1993), nan where nothing is defined.

        It reaches at least to the figure: of few rows, a resample can be off to one side nearly always.

        Examples
        --------
        >>> Estimate(0.3, np.array([0.4, 0.5, 0.6])).interval(0.9)
        (0.3, 0.59)
        """
        defined = self.replicates[~np.isnan(self.replicates)]
        if not len(defined):
            return float("nan"), float("nan")
        low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
        if not np.isnan(self.value):
            low, high = min(low, self.value), max(high, self.value)
        return round(float(low), 6), round(float(high), 6)

    @classmethod
    def of(cls, values: Values, n: int | None = None) -> Estimate:
        """Return the estimate whose figure stands before its replicates, shape (1 + n_replicates,)."""
        return cls(float(values[0]), values[1:], n)

    def score(self) -> Score:
        """Return the figure with its 95 % interval."""
        return Score(self.value, *self.interval())

    def __sub__(self, other: Estimate) -> Estimate:
        n = self.n if self.n == other.n else None
        return Estimate(round(self.value - other.value, 12), self.replicates - other.replicates, n)


def wilson(hits: Values, n: Values) -> tuple[Values, Values]:
    """Return the 95 % score interval of shares (Wilson 1927), for rows that are independent; each of the same shape.

    Examples
    --------
    >>> [bound.round(3).tolist() for bound in wilson(np.array([0.0, 5.0]), np.array([10.0, 10.0]))]
    [[0.0, 0.237], [0.278, 0.763]]
    """
    z = 1.959964
    share = hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def share_score(hits: float, n: float, replicates: Values) -> Score:
    """Return a share with its 95 % interval from resamples, at least as wide as for so many independent rows.

    Where all rows agree no resample differs; Wilson's interval still says how few they are.

    Parameters
    ----------
    hits, n
        How many of how many; nan where there is none.
    replicates
        The share in each resample, shape (n_replicates,), with nan where it is not defined.

    Examples
    --------
    >>> share_score(0, 10, np.zeros(99))
    Score(value=0.0, low=0.0, high=0.277533)
    """
    if not n:
        return Score(float("nan"), float("nan"), float("nan"))
    low, high = (float(bound[0]) for bound in wilson(np.array([hits]), np.array([n])))
    resampled = Estimate(hits / n, replicates).interval()
    if not np.isnan(resampled[0]):
        low, high = min(low, resampled[0]), max(high, resampled[1])
    return Score(round(float(hits / n), 6), round(low, 6), round(high, 6))


def resampled_shares(hits: Values, n: Values, n_replicates: int = 1000, seed: int = 0) -> Values:
    """Return shares in resamples of whole groups with replacement, as ``bootstrap_weights`` draws, for many groups.

    The weights of 50,000 groups in 1,000 resamples would fill the memory, so that only some are there at a time.

    Parameters
    ----------
    hits, n
        By group, how many hits there are of how many, each of shape (n_groups, n_labels).
    n_replicates, seed
        Number of resamples and the seed of the draw.

    Returns
    -------
    ndarray of shape (n_replicates, n_labels)
        Hits of all that was drawn; nan where what was drawn is empty.

    Examples
    --------
    >>> resampled_shares(np.array([[1.0], [1.0]]), np.array([[2.0], [2.0]]), n_replicates=2).tolist()
    [[0.5], [0.5]]
    """
    n_groups, n_labels = hits.shape
    both = np.hstack([hits, n])
    generator = np.random.default_rng(seed)
    drawn = np.empty((n_replicates, 2 * n_labels))
    step = max(1, _DRAWN_AT_ONCE // max(1, n_groups))
    for first in range(0, n_replicates, step):
        size = min(step, n_replicates - first)
        groups = generator.integers(0, n_groups, (size, n_groups)) + n_groups * np.arange(size)[:, None]
        weights = np.bincount(groups.ravel(), minlength=size * n_groups).reshape(size, n_groups)
        drawn[first : first + size] = weights @ both
    return ratio(drawn[:, :n_labels], drawn[:, n_labels:])


def ratio(over: Values, under: Values) -> Values:
    """Return a quotient of the same shape, nan where nothing stands beneath.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    return np.divide(over, under, out=np.full(np.shape(under), np.nan), where=under > 0)


def bootstrap_weights(groups: Rows, n_replicates: int = 1000, seed: int = 0) -> Weights:
    """Return how often each row counts: once as it is, then in resamples of whole groups with replacement.

    Parameters
    ----------
    groups
        Group numbers 0, 1, ..., shape (n_rows,): sentences of one document are drawn together, because they are
        not independent (Field and Welsh 2007).
    n_replicates, seed
        Number of resamples and the seed of the draw.

    Returns
    -------
    ndarray of shape (1 + n_replicates, n_rows)
        The first row is all ones.
    """
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    draws = np.random.default_rng(seed).multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_replicates)
    return np.vstack([np.ones((1, len(groups))), draws[:, groups]])
