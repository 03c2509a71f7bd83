"""Abstention with a stated risk: label-conditional (Mondrian) split conformal prediction on held-out probabilities.

Of the sentences that have a class, at most the stated share are decided to have another (Vovk, Gammerman and Shafer
2005), as far as new sentences are drawn like the held-out ones: independently, from text of the same kind. Another
share of the classes does no harm. The share of errors among the decided alone may be larger: what is left open does not
count there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framing.arrays import Decided, Proba, Rows, Values
from framing.errors import ConfigError

# Held-out probabilities kept of each class: with 999, ranks are whole thousandths, and so are the risks.
_SCORES = 999


def check_risk(risk: float) -> float:
    """Return the risk, or say what it can be.

    Raises
    ------
    ConfigError
        It is not a number between 0 and 1.
    """
    if isinstance(risk, bool) or not isinstance(risk, int | float) or not 0 < risk < 1:
        raise ConfigError(f"abstain {risk}: the risk of an error is a number between 0 and 1, such as 0.1")
    return float(risk)


def class_conformity(proba: Proba, y: Rows, size: int = _SCORES) -> list[Values]:
    """Return for each class the probabilities that its held-out rows gave it, ascending.

    Of more than ``size`` rows those stay whose conformal ranks are whole parts of ``size + 1``: used as a sample, they
    state the same risks, or lower ones in between.

    Parameters
    ----------
    proba
        Shape (n_samples, n_classes).
    y
        Class numbers, shape (n_samples,).

    Examples
    --------
    >>> scores = class_conformity(np.array([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]), np.array([0, 1, 0]))
    >>> [own.tolist() for own in scores]
    [[0.6, 0.8], [0.7]]
    """
    kept = []
    for k in range(proba.shape[1]):
        own = np.sort(proba[y == k, k])
        if (n := len(own)) > size:
            own = own[(n + 1) * np.arange(1, size + 1) // (size + 1) - 1]
        kept.append(np.array([float(f"{p:.6g}") for p in own]))
    return kept


def p_values(proba: Proba, scores: Sequence[Values]) -> Values:
    """Return how usual each probability would be for a row of the class: the rank among the class's own, as a share.

    Parameters
    ----------
    proba
        Shape (n_samples, n_classes).
    scores
        What ``class_conformity`` returned.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)

    Examples
    --------
    >>> p_values(np.array([[0.1, 0.9]]), [np.array([0.6, 0.7, 0.8]), np.array([0.5, 0.8, 0.95])]).tolist()
    [[0.25, 0.75]]
    """
    columns = [
        (np.searchsorted(own, p, side="right") + 1) / (len(own) + 1) for p, own in zip(proba.T, scores, strict=True)
    ]
    return np.column_stack(columns)


def prediction_sets(proba: Proba, scores: Sequence[Values], risk: float) -> Decided:
    """Return which classes cannot be ruled out at a risk, shape (n_samples, n_classes).

    One class is a decision; more than one, or none, leaves the row open.

    Parameters
    ----------
    proba, scores
        As for ``p_values``.
    risk
        The share of a class's rows whose set may lack it.
    """
    return p_values(proba, scores) > check_risk(risk)
