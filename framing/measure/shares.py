"""Shares of a label in a corpus, of which a sample is coded and all is predicted.

Three estimates: *naive* counts what the model decided; *coded only* weights what was coded by how it was drawn;
*corrected* takes the model's answers everywhere and mends them by their errors on what was coded. The first is biased
as the model is; the other two are right whatever the model is, as long as the coded rows are a probability sample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from framing.arrays import Decided, Rows, Values
from framing.measure.design import Design

FEWEST = 30  # coded rows of a group from which its share is told
FEWEST_UNITS = 10  # and in as many documents, or nobody could say how much they differ
# A coded row is worth at most so many with the help of predictions: of a rare label few errors are seen, and what was
# not seen yet would make an interval too short.
_MOST = 3.0
_DRAWN_TO = 0.9  # leverage of a single unit that is believed at most


@dataclass(frozen=True)
class Shares:
    """Shares of one label in some groups.

    Parameters
    ----------
    value
        The share in each group, shape (n_groups,); nan where it is not known.
    deviations
        What each unit adds to the error, scaled so that ``deviations.T @ deviations`` is the covariance of the shares,
        shape (n_units, n_groups).
    rows, units
        On how many rows and units each share rests, shape (n_groups,).
    freedom
        Degrees of freedom of each variance, units less strata, shape (n_groups,).
    unseen
        The part of each group that is not coded: what is all coded is certain. 1 where that does not matter.
    most
        How many independent rows a row is worth at most.
    power
        How far the predictions are trusted, from 0 (not at all) to 1; nan where none are used.
    """

    value: Values
    deviations: Values
    rows: Rows
    units: Rows
    freedom: Rows
    unseen: Values
    most: float = _MOST
    power: float = float("nan")

    @property
    def variance(self) -> Values:
        """The variance of each share, shape (n_groups,)."""
        squares: Values = (self.deviations**2).sum(axis=0)
        return squares

    def interval(self, level: float = 0.95) -> tuple[Values, Values]:
        """Return the interval of each share, each of shape (n_groups,).

        It is Wilson's score interval (1927) for as many independent rows as would have this variance, with the
        quantile of Student's t for as many units (Franco et al. 2019 compare such intervals): near 0 and 1 it holds
        where the usual one is too short. Where no row differs from another, each unit counts as one row.
        """
        share = np.clip(self.value, 0, 1)
        spread, variance = share * (1 - share), self.variance
        alike = (variance <= 0) | (spread <= 0)
        with np.errstate(divide="ignore"):
            n = np.where(alike, self.units / self.unseen, spread / np.where(alike, 1, variance))
            n = np.minimum(n, self.most * self.rows / self.unseen)
        return score_interval(share, n, _quantile(self.freedom, level))

    def enough(self) -> Decided:
        """Say of each group whether it has rows and units enough to be told."""
        enough: Decided = (self.rows >= FEWEST) & (self.units >= FEWEST_UNITS)
        return enough

    def contrast(self, weights: Values, level: float = 0.95) -> tuple[float, float, float]:
        """Return a weighted sum of the shares, such as a difference or a slope, with its interval.

        Documents that lie in several groups are counted in all of them: what they have in common cancels out.

        Parameters
        ----------
        weights
            By group, such as 1 and -1, shape (n_groups,); groups of weight 0 may have no share.
        level
            Of the interval, which is symmetric.

        Examples
        --------
        >>> deviations, many = np.array([[0.03, 0.0], [0.0, 0.04]]), np.full(2, 99)
        >>> two = Shares(np.array([0.5, 0.3]), deviations, many, many, many, np.ones(2))
        >>> [round(number, 3) for number in two.contrast(np.array([1.0, -1.0]))]
        [0.2, 0.101, 0.299]
        """
        used = weights != 0
        value = float(self.value[used] @ weights[used])
        error = float(np.sqrt(((self.deviations[:, used] @ weights[used]) ** 2).sum()))
        half = float(_quantile(self.freedom[used].min(), level)) * error
        return value, value - half, value + half


def coded_share(y: Values, design: Design, groups: Values) -> Shares:
    r"""Estimate shares from the coded rows alone.

    .. math:: \hat p_g = \sum_{i \in g} w_i y_i \Big/ \sum_{i \in g} w_i, \qquad w_i = 1 / \pi_i

    the ratio of two Horvitz-Thompson (1952) totals, which Hájek (1971) proposed; its variance is that of the total of
    :math:`w_i (y_i - \hat p_g) / \hat N_g` (Särndal, Swensson and Wretman 1992, section 5.7).

    Parameters
    ----------
    y
        What was coded, 1 or 0, shape (n_coded,).
    design
        How the rows were drawn.
    groups
        Which rows each group has, 1 or 0, shape (n_coded, n_groups).

    Examples
    --------
    >>> shares = coded_share(np.array([1.0, 0, 0]), Design(np.array([0.1, 0.2, 0.2]), np.arange(3)), np.ones((3, 1)))
    >>> shares.value.tolist()
    [0.5]
    """
    value, totals = _weighted_mean(y, design, groups)
    return Shares(value, design.deviations(totals), *_counts(design, groups))


def corrected_share(
    y: Values,
    f: Values,
    mean: Values,
    design: Design,
    groups: Values,
    *,
    power: float | None = None,
    mean_deviations: Values | None = None,
) -> Shares:
    r"""Estimate shares from predictions of all rows, and from their errors on the coded rows.

    .. math::
        \hat p_g = \lambda \bar f_g + \sum_{i \in g} w_i (y_i - \lambda f_i) \Big/ \sum_{i \in g} w_i

    the difference estimator (Särndal, Swensson and Wretman 1992, section 6.3), which with a tuned :math:`\lambda` is
    PPI++ (Angelopoulos, Duchi and Zrnic 2023), and with design weights the estimator of design-based supervised
    learning (Egami, Hinck, Stewart and Wei 2023). It is right for any :math:`\lambda` and any predictions that did not
    see the coded rows; :math:`\lambda = 0` is ``coded_share``.

    Parameters
    ----------
    y, f
        What was coded, and what was predicted of the same rows (a probability, or 1 and 0), shape (n_coded,). Of rows
        that the model learned from, the prediction has to come from a fold that did not.
    mean
        The mean prediction of all rows of each group, shape (n_groups,).
    design, groups
        As of ``coded_share``.
    power
        :math:`\lambda`. Default: the one that makes the variance least, summed over the groups by the square of their
        size, between 0 and 1.
    mean_deviations
        Where the corpus is itself a sample: as ``Shares.deviations``, of ``mean``, shape (n_units, n_groups).

    Examples
    --------
    >>> y, f = np.array([1.0, 0, 0, 1]), np.array([0.9, 0.1, 0.3, 0.7])
    >>> design = Design(np.full(4, 0.1), np.arange(4))
    >>> shares = corrected_share(y, f, np.array([0.4]), design, np.ones((4, 1)), power=1.0)
    >>> shares.value.round(3).tolist()
    [0.4]
    """
    value, of_y = _weighted_mean(y, design, groups)
    coded_mean, of_f = _weighted_mean(f, design, groups)
    of_y, of_f = design.deviations(of_y), design.deviations(of_f)
    further = np.zeros((0, groups.shape[1])) if mean_deviations is None else mean_deviations
    sizes = (design.weights @ groups) ** 2
    leverage: Values = np.zeros(len(of_f))
    rows, units, freedom, unseen = _counts(design, groups)
    if power is None:
        own = of_f**2 @ sizes
        spread = float(own.sum() + (further**2).sum(axis=0) @ sizes)
        power = float(np.clip((of_y * of_f).sum(axis=0) @ sizes / spread, 0, 1)) if spread > 0 else 0.0
        # A unit that draws the fitted number toward itself leaves too small an error; a number was fitted.
        leverage = np.minimum(own / spread, _DRAWN_TO) if spread > 0 else leverage
        freedom = freedom - 1
    deviations = (of_y - power * of_f) / np.sqrt(1 - leverage)[:, None]
    deviations = np.vstack([deviations, power * further])
    return Shares(value + power * (mean - coded_mean), deviations, rows, units, freedom, unseen, power=power)


def naive_share(decided: Values, units: Rows, groups: Rows, n_groups: int) -> Shares:
    """Return the shares of what a model decided; the deviations know that documents differ, not that a model errs.

    Parameters
    ----------
    decided
        1, 0, or nan where it was left open, shape (n_rows,).
    units, groups
        The document and the group of each row, shape (n_rows,); groups from 0, and -1 for none.
    n_groups
        How many groups there are.

    Returns
    -------
    Shares
        Its ``deviations`` have one row: documents that lie in several groups are taken apart.

    Examples
    --------
    >>> naive_share(np.array([1.0, 0, 1, np.nan]), np.arange(4), np.array([0, 0, 1, 1]), 2).value.tolist()
    [0.5, 1.0]
    """
    known = ~np.isnan(decided) & (groups >= 0)
    decided, units, groups = decided[known], units[known], groups[known]
    rows = np.bincount(groups, minlength=n_groups)
    value = np.divide(np.bincount(groups, decided, n_groups), rows, out=np.full(n_groups, np.nan), where=rows > 0)
    pairs, of_pair = np.unique(np.stack([groups, units]), axis=1, return_inverse=True)
    sums = np.bincount(np.ravel(of_pair), decided - value[groups], pairs.shape[1])
    n_units = np.bincount(pairs[0], minlength=n_groups)
    squares = np.bincount(pairs[0], sums**2, n_groups) * n_units / np.maximum(n_units - 1, 1)
    return Shares(
        value, (np.sqrt(squares) / np.maximum(rows, 1))[None], rows, n_units, n_units - 1, np.ones(n_groups), most=1.0
    )


def score_interval(share: Values, n: Values, quantile: Values | float) -> tuple[Values, Values]:
    """Return Wilson's interval of shares of so many independent rows; all of one shape.

    Examples
    --------
    >>> [bound.round(3).item() for bound in score_interval(np.array([0.2]), np.array([50.0]), 1.96)]
    [0.112, 0.33]
    """
    n = np.maximum(n, 1e-9)
    middle = (share + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile / (1 + quantile**2 / n) * np.sqrt(share * (1 - share) / n + quantile**2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def simultaneous(level: float, n: int) -> float:
    """Return the level that each of several intervals needs for all to hold together (Šidák 1967).

    It is enough however the shares hang together.

    Examples
    --------
    >>> round(simultaneous(0.95, 3), 4)
    0.983
    """
    return float(level ** (1 / max(1, n)))


def codes_saved(coded: Shares, corrected: Shares) -> Values:
    """Return how many times as many codes the coded rows alone would need for the corrected share's variance.

    1.25 means that 100 codes with the model are worth 125 without. Shape (n_groups,); nan where there is no variance.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Values = coded.variance / corrected.variance
    return np.where(np.isfinite(ratio), ratio, np.nan)


def power_tuning(y: Values, f: Values, f_rest: Values) -> float:
    r"""Return the :math:`\lambda` of PPI++ for independent rows, coded and uncoded apart (Angelopoulos et al. 2023).

    .. math:: \lambda = \mathrm{cov}(y, f) \Big/ \big((1 + n / N)\, \mathrm{var}(f)\big)

    Examples
    --------
    >>> round(power_tuning(np.array([1.0, 0, 1, 0]), np.array([0.8, 0.3, 0.6, 0.4]), np.array([0.2, 0.7, 0.5])), 3)
    0.804
    """
    spread = (1 + len(y) / len(f_rest)) * np.var(np.concatenate([f, f_rest]), ddof=1)
    return float(np.clip(np.mean((y - y.mean()) * (f - f.mean())) / spread, 0, 1)) if spread > 0 else 0.0


def without_few(shares: Shares) -> Shares:
    """Return shares without those that rest on too few rows or units: nan."""
    return replace(shares, value=np.where(shares.enough(), shares.value, np.nan))


def _weighted_mean(values: Values, design: Design, groups: Values) -> tuple[Values, Values]:
    """Return the weighted mean of each group, and what each row adds to its error."""
    weights = design.weights[:, None] * groups
    size = weights.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = values @ weights / size
    known = size > 0
    totals = np.where(known, weights * (values[:, None] - np.where(known, mean, 0)) / np.where(known, size, 1), 0)
    return mean, totals


def _counts(design: Design, groups: Values) -> tuple[Rows, Rows, Rows, Values]:
    """Return of each group its rows, units, degrees of freedom, and the part that is not coded."""
    rows = (groups > 0).sum(axis=0)
    counts = [design.units_in(column) for column in groups.T]
    units, freedom = np.array(counts, dtype=np.intp).reshape(-1, 2).T
    size = np.maximum(design.weights @ groups, 1e-12)
    unseen = 1 - rows / size if design.finite else np.ones(len(rows))
    return rows, units, freedom, np.maximum(unseen, 0.0)


def _quantile(freedom: Values | Rows, level: float) -> Values:
    from scipy.special import stdtrit

    quantile: Values = stdtrit(np.maximum(np.asarray(freedom), 1), (1 + level) / 2)
    return quantile
