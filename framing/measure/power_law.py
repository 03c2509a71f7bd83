"""How a score grows with the rows that are learned from: an inverse power law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framing.arrays import Values

_EXPONENTS = np.linspace(0.1, 1.5, 57)
LEAST = 4  # sizes: with three numbers fitted, fewer would say nothing of how well it fits


@dataclass(frozen=True)
class PowerLaw:
    r"""Curves :math:`a - b\,n^{-c}`, one a replicate, the first that of the scores themselves.

    Parameters
    ----------
    a, b, c
        The score that is never reached, what is missing at one row, and how fast that shrinks, shape (n_replicates,).
    """

    a: Values
    b: Values
    c: Values

    @classmethod
    def fit(cls, sizes: Values, scores: Values) -> PowerLaw:
        r"""Fit curves by least squares, with :math:`a \le 1` and :math:`b \ge 0`.

        As Figueroa et al. (2012) do, the larger of :math:`m` sizes count more: the :math:`j`-th counts :math:`j / m`.

        Parameters
        ----------
        sizes
            How many rows were learned from, shape (n_sizes,).
        scores
            What was scored with these, shape (n_replicates, n_sizes).

        References
        ----------
        Figueroa, Zeng-Treitler, Kandula and Ngo, *Predicting sample size required for classification performance*,
        2012.

        Examples
        --------
        >>> sizes = np.array([100.0, 200, 400, 800])
        >>> curve = PowerLaw.fit(sizes, (0.8 - 2 * sizes**-0.5)[None])
        >>> curve.a.round(3).item(), curve.c.round(3).item(), curve.at(1600).round(3).item()
        (0.8, 0.5, 0.75)
        """
        best = np.full(len(scores), np.inf)
        found = np.zeros((3, len(scores)))
        weights: Values = np.arange(1, len(sizes) + 1) / np.arange(1, len(sizes) + 1).sum()
        mean = scores @ weights
        for c in _EXPONENTS:
            x = sizes**-c
            spread = weights * (x - weights @ x)
            b = np.maximum(-(scores @ spread) / (x @ spread), 0)
            a = mean + b * (weights @ x)
            high = a > 1
            # Through (0, 1), where the free line would promise more than is possible.
            b = np.where(high, np.maximum(((1 - scores) @ (weights * x)) / (x @ (weights * x)), 0), b)
            a = np.where(high, 1.0, a)
            error = ((a[:, None] - b[:, None] * x - scores) ** 2) @ weights
            better = error < best
            best = np.where(better, error, best)
            found[:, better] = np.stack([a, b, np.full(len(scores), c)])[:, better]
        return cls(*found)

    def at(self, n: float) -> Values:
        """Return the scores with so many rows, shape (n_replicates,)."""
        scores: Values = self.a - self.b * n**-self.c
        return scores

    def rows_for(self, score: float) -> Values:
        """Return how many rows a score takes, shape (n_replicates,); infinite where it is never reached.

        Examples
        --------
        >>> PowerLaw(np.array([0.8, 0.6]), np.array([2.0, 2.0]), np.array([0.5, 0.5])).rows_for(0.7).round().tolist()
        [400.0, inf]
        """
        missing = self.a - score
        rows = np.full(len(self.a), np.inf)
        can = missing > 0
        rows[can] = np.maximum(self.b[can], 1e-12) / missing[can]
        rows[can] **= 1 / self.c[can]
        return rows
