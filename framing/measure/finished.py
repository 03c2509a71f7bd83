"""How reliable finished data are, of which people coded a part and a model the rest."""

from __future__ import annotations

import numpy as np

from framing.arrays import Decided, Rows, Values


def most_doubtful(proba: Values, decided: Values) -> Rows:
    """Return the row numbers, those first of which a decision is likeliest to be wrong: what was left open leads.

    Parameters
    ----------
    proba
        Probabilities of a label, shape (n_rows,).
    decided
        1, 0, or nan where it was left open, shape (n_rows,).

    Examples
    --------
    >>> most_doubtful(np.array([0.9, 0.2, 0.5, 0.4]), np.array([1.0, 0, np.nan, 1])).tolist()
    [2, 3, 1, 0]
    """
    wrong = np.where(decided == 1, 1 - proba, proba)
    return np.argsort(-np.where(np.isnan(decided), 1 + np.minimum(proba, 1 - proba), wrong), kind="stable")


def finished_alpha(y: Values, said: Decided, by_people: Values, W: Values) -> Values:
    r"""Return Krippendorff's alpha of finished data with what people would say of all rows.

    .. math:: \alpha = 1 - D_o / D_e

    for two codings of yes or no, the second of which is the first where a row is coded by people.

    Parameters
    ----------
    y
        What people said, 1 or 0, shape (n_rows,).
    said
        What the model decided, shape (n_rows,).
    by_people
        The part of each row that people code: 1, 0, or in a random order the share, shape (n_rows,).
    W
        Weights of the rows, shape (n_weightings, n_rows).

    Returns
    -------
    ndarray of shape (n_weightings,)
        nan where neither coding varies.

    Examples
    --------
    >>> y, said = np.array([1.0, 0, 0, 1]), np.array([True, False, True, True])
    >>> finished_alpha(y, said, np.zeros(4), np.ones((1, 4))).round(3).tolist()
    [0.533]
    >>> finished_alpha(y, said, np.array([0.0, 0, 1, 0]), np.ones((1, 4))).tolist()
    [1.0]
    """
    n = W.sum(axis=1)
    observed = W @ ((y != said) * (1 - by_people)) / n
    yes = (W @ y + W @ (by_people * y + (1 - by_people) * said)) / (2 * n)
    values = 2 * len(y)  # codes there are: alpha's correction for few of them
    expected = 2 * yes * (1 - yes) * values / (values - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: Values = 1 - observed / expected
    return np.where(expected > 0, alpha, np.nan)
