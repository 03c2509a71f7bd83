"""How coded rows were drawn: their weights, and the variance of what is estimated from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from framing.arrays import Rows, Values


@dataclass(frozen=True)
class Design:
    """A probability sample of rows.

    Parameters
    ----------
    probability
        The probability, in (0, 1], with which each coded row was drawn, shape (n_coded,).
    units
        What the rows lie in, shape (n_coded,): numbers of documents, whose sentences are not independent.
    strata
        Numbers of the parts of the corpus that were drawn from apart, shape (n_coded,). Default: one.
    finite
        Whether the share in this corpus is asked for (what is coded of it is then certain, and so is the whole if all
        of it is coded), or the share in what the corpus itself is a sample of.
    """

    probability: Values
    units: Rows
    strata: Rows | None = None
    finite: bool = True

    @property
    def weights(self) -> Values:
        """How many rows of the corpus each coded row stands for, shape (n_coded,)."""
        return 1 / self.probability

    def covariance(self, totals: Values) -> Values:
        r"""Return the covariance of sums over the sample, from one value a row.

        Rows are summed to units; with :math:`z_c` the sum of unit :math:`c`, :math:`m_h` the units of stratum
        :math:`h` and :math:`\pi_c` the probability of the unit, it is

        .. math:: \sum_h \frac{m_h}{m_h - 1} \sum_{c \in h} (1 - \pi_c) (z_c - \bar z_h)(z_c - \bar z_h)^T

        the estimate for units drawn within strata (Särndal, Swensson and Wretman 1992, sections 3.7 and 4.2; for
        unequal probabilities Hájek's of 1964). Without ``finite`` the factor :math:`1 - \pi_c` is left out. Of
        sentences drawn one by one it is a little too large rather than too small. A stratum with a single unit is
        compared with the mean of all units.

        Parameters
        ----------
        totals
            Weighted values, shape (n_coded, n_sums).

        Returns
        -------
        ndarray of shape (n_sums, n_sums)

        Examples
        --------
        >>> Design(np.full(4, 0.5), np.arange(4)).covariance(np.array([[1.0], [2.0], [3.0], [6.0]])).round(6).item()
        9.333333
        """
        deviations = self.deviations(totals)
        return deviations.T @ deviations

    def deviations(self, totals: Values) -> Values:
        """Return what ``covariance`` multiplies: a row a unit, scaled, shape (n_units, n_sums)."""
        sums = _sums(totals, self._unit, self.n_units)
        units = np.bincount(self._stratum)
        means = _sums(sums, self._stratum, len(units)) / units[:, None]
        alone = units == 1
        if alone.any():
            means[alone] = sums.mean(axis=0)
        factor = np.where(alone, 1.0, units / np.maximum(units - 1, 1))[self._stratum]
        if self.finite:
            factor = factor * (1 - np.bincount(self._unit, self.probability) / np.bincount(self._unit))
        return np.sqrt(factor)[:, None] * (sums - means[self._stratum])

    @property
    def n_units(self) -> int:
        """How many units there are; the parts of a document in two strata are two."""
        return len(self._stratum)

    def units_in(self, rows: Values) -> tuple[int, int]:
        """Return in how many units some rows lie, a mask of shape (n_coded,), and these less the strata they are of."""
        units = np.unique(self._unit[np.asarray(rows, dtype=bool)])
        return len(units), len(units) - len(np.unique(self._stratum[units]))

    @cached_property
    def _unit_numbers(self) -> tuple[Rows, Rows]:
        strata = np.zeros(len(self.units), dtype=np.intp) if self.strata is None else self.strata
        of_stratum = np.unique(strata, return_inverse=True)[1]
        pairs, of_unit = np.unique(np.stack([of_stratum, self.units]), axis=1, return_inverse=True)
        return np.ravel(of_unit), pairs[0].astype(np.intp)

    @property
    def _unit(self) -> Rows:
        return self._unit_numbers[0]

    @property
    def _stratum(self) -> Rows:
        return self._unit_numbers[1]


def _sums(values: Values, groups: Rows, n_groups: int) -> Values:
    summed: Values = np.zeros((n_groups, values.shape[1]))
    np.add.at(summed, groups, values)
    return summed
