"""Which rows to reread: where model and coder differ, the surest first."""

from __future__ import annotations

import numpy as np

from framing.arrays import Codes, Decided, Proba, Rows, Values


def worst_disagreements(Y: Codes, proba: Proba, decided: Decided) -> tuple[Rows, Rows, Values]:
    """Return the rows in which some decision is not the code, the surest of them first.

    Parameters
    ----------
    Y, proba, decided
        Codes (nan where not coded, which differs from nothing), probabilities and decisions, shape (n_rows, n_labels).

    Returns
    -------
    tuple
        Row numbers; for each the number of the label that differs most; and how far its probability is from the code,
        in [0, 1]. Each of shape (n_disagreements,).

    Examples
    --------
    >>> Y = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, np.nan]])
    >>> proba = np.array([[0.4, 0.1], [0.9, 0.8], [0.7, 0.9]])
    >>> [part.tolist() for part in worst_disagreements(Y, proba, proba > 0.5)]
    [[1, 0], [0, 0], [0.9, 0.6]]
    """
    wrong = ~np.isnan(Y) & (decided != (Y == 1))
    gaps = np.where(wrong, np.abs(np.nan_to_num(Y) - proba), -1.0)
    rows = np.flatnonzero(wrong.any(axis=1))
    labels, most = gaps[rows].argmax(axis=1), gaps[rows].max(axis=1)
    order = np.argsort(-most, kind="stable")
    return rows[order], labels[order], most[order]
