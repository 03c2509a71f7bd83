"""Whether a sample looks like what it was drawn from, by what is known of every row."""

from __future__ import annotations

import numpy as np

from framing.arrays import Rows, Values
from framing.measure.design import Design


def imbalance(values: Values, rows: Rows, design: Design) -> tuple[Values, Values]:
    r"""Compare weighted means of a sample with those of the corpus.

    .. math:: t_k = (\bar x_{k,\text{sample}} - \bar x_k) / \mathrm{se}_k

    with the standard error of the design, by Student's t with as many degrees of freedom as units less strata; fewer
    where a few units make the most of the error, as those that were drawn with a small probability do:
    :math:`(\sum d^2)^2 / \sum d^4 - 1` of the units' deviations :math:`d` (after Satterthwaite 1946).

    Parameters
    ----------
    values
        What is known of every row, shape (n_rows, n_values).
    rows
        The rows that were drawn, shape (n_coded,).
    design
        How, as it is claimed.

    Returns
    -------
    ndarray, ndarray
        The weighted means, and the probability that chance brings about a difference as large, each of shape
        (n_values,); 1 where nothing varies.

    Examples
    --------
    >>> values, rows = np.arange(100.0)[:, None], np.arange(0, 100, 5)
    >>> mean, p = imbalance(values, rows, Design(np.full(20, 0.2), np.arange(20)))
    >>> mean.item(), p.round(2).item()
    (47.5, 0.74)
    """
    from scipy.special import stdtr

    weights = design.weights / design.weights.sum()
    here = weights @ values[rows]
    squares = design.deviations(weights[:, None] * (values[rows] - here)) ** 2
    error = np.sqrt(squares.sum(axis=0))
    _, freedom = design.units_in(np.ones(len(rows)))
    alike = np.ones(values.shape[1])  # how many units of the same deviation would vary as much
    np.divide(squares.sum(axis=0) ** 2, (squares**2).sum(axis=0), out=alike, where=error > 1e-12)
    t = np.divide(np.abs(here - values.mean(axis=0)), error, out=np.zeros(values.shape[1]), where=error > 1e-12)
    p: Values = 2 * stdtr(np.clip(alike - 1, 1, max(1, freedom)), -t)
    return here, p
