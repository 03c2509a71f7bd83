"""Is one model better than another? Differences of their scores on the same rows and the same resamples.

Estimates of two models are paired where both were computed with the same weights of the same rows
(``bootstrap_weights``): what is hard or easy in a resample is so for both, and cancels in the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from framing.measure.intervals import Estimate

LEVEL, POWER = 0.95, 0.8


@dataclass(frozen=True)
class Difference:
    """How much better one model is than another, in one score.

    Parameters
    ----------
    first, other
        The scores of the two; the difference is the other's less the first's.
    value, low, high
        The difference and its 95 % interval.
    p
        Probability of a difference as large where there is none, two-sided, of this comparison by itself.
    adjusted
        The same, corrected for all comparisons that were made with it (Holm).
    detectable
        The least true difference that these rows would tell in four cases out of five, at the corrected level.
    n
        What the scores were computed on, as in ``Estimate``.
    """

    first: float
    other: float
    value: float
    low: float
    high: float
    p: float
    adjusted: float
    detectable: float
    n: int | None = None

    @property
    def told(self) -> bool:
        """Whether the two are told apart, after the correction."""
        return self.adjusted < 1 - LEVEL


def differences(
    first: Mapping[str, Estimate], others: Sequence[Mapping[str, Estimate]], names: Sequence[str]
) -> list[dict[str, Difference]]:
    """Compare each of some models with a first one; all comparisons are corrected together.

    Parameters
    ----------
    first, others
        By name, the estimates of each model, all computed with the same weights.
    names
        The scores to compare: one family, such as the F1 of all labels. What one of the two models lacks is left out.

    Returns
    -------
    list of dict of Difference
        For each of the others, by name.

    Examples
    --------
    >>> weak, strong = (Estimate(v, v + np.array([-0.1, 0.0, 0.1]), n=50) for v in (0.5, 0.7))
    >>> (found,) = differences({"f1": weak}, [{"f1": strong}], ["f1"])
    >>> found["f1"].value, found["f1"].low, found["f1"].high
    (0.2, 0.2, 0.2)
    """
    pairs = [
        {name: (first[name], other[name]) for name in names if _both_defined(first.get(name), other.get(name))}
        for other in others
    ]
    gaps = [{name: two - one for name, (one, two) in pair.items()} for pair in pairs]
    alone = [bootstrap_p(gap) for pair in gaps for gap in pair.values()]
    corrected = iter(zip(alone, holm(alone), strict=True))
    found = []
    for pair, gap_of in zip(pairs, gaps, strict=True):
        told = {}
        for name, gap in gap_of.items():
            (p, adjusted), (low, high) = next(corrected), gap.interval(LEVEL)
            one, two = pair[name]
            least = detectable_difference(gap, len(alone))
            told[name] = Difference(one.value, two.value, gap.value, low, high, p, adjusted, least, gap.n)
        found.append(told)
    return found


def bootstrap_p(difference: Estimate) -> float:
    """Return the two-sided p-value of a difference: twice the share of resamples on the other side of zero.

    It says what the percentile interval says: below .05 where the 95 % interval leaves zero out. No resample on the
    other side is no p of zero (Davison and Hinkley 1997, chapter 4): with 1,000 it is .002 at most, and less only where
    the normal approximation says so, which many comparisons need to be told after their correction.

    Examples
    --------
    >>> round(bootstrap_p(Estimate(0.2, np.array([0.1, 0.2, 0.3, -0.1]))), 3)  # 2 (1 + 1) / (4 + 1)
    0.8
    >>> bootstrap_p(Estimate(0.0, np.zeros(9)))
    1.0
    """
    defined = difference.replicates[~np.isnan(difference.replicates)]
    if not len(defined):
        return float("nan")
    fewer = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    p = min(1.0, 2 * (fewer + 1) / (len(defined) + 1))
    return p if fewer else min(p, normal_p(difference))


def normal_p(difference: Estimate) -> float:
    """Return the two-sided p-value of a difference by the standard error of its resamples, as if it were normal.

    However few the resamples, it is small enough to be corrected for many comparisons; 1 where they do not differ.

    Examples
    --------
    >>> round(normal_p(Estimate(0.2, np.array([0.1, 0.3]))), 4)  # two standard errors from zero
    0.0455
    """
    defined = difference.replicates[~np.isnan(difference.replicates)]
    error = float(defined.std()) if len(defined) else 0.0
    return 2 * NormalDist().cdf(-abs(difference.value) / error) if error > 0 else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm 1979), in the same order; nan is no comparison.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])  # .01 three times; .03 twice; .04 once, but not less than the one before
    [0.03, 0.06, 0.06]
    """
    corrected = [float("nan")] * len(p_values)
    order = sorted((p, i) for i, p in enumerate(p_values) if not np.isnan(p))
    highest = 0.0
    for rank, (p, i) in enumerate(order):
        highest = max(highest, min(1.0, round(p * (len(order) - rank), 12)))
        corrected[i] = highest
    return corrected


def detectable_difference(difference: Estimate, comparisons: int = 1) -> float:
    """Return the least true difference that rows like these would tell with a power of 80 %.

    Parameters
    ----------
    difference
        A paired difference; its replicates give the standard error.
    comparisons
        How many are made together; each is then held to its share of the 5 %.

    Examples
    --------
    >>> steps = np.array([-0.01, 0.01])
    >>> round(detectable_difference(Estimate(0.0, steps)), 4), round(detectable_difference(Estimate(0.0, steps), 5), 4)
    (0.028, 0.0342)
    """
    normal = NormalDist()
    z = normal.inv_cdf(1 - (1 - LEVEL) / 2 / max(1, comparisons)) + normal.inv_cdf(POWER)
    defined = difference.replicates[~np.isnan(difference.replicates)]
    return z * float(defined.std()) if len(defined) else float("nan")


def _both_defined(one: Estimate | None, two: Estimate | None) -> bool:
    return one is not None and two is not None and not np.isnan(one.value) and not np.isnan(two.value)
