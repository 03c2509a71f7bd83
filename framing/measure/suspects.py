"""Which codes are probably wrong: confident learning on the probabilities of models that did not learn from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from framing.arrays import Codes, Proba, Rows, Values
from framing.errors import InputError


class Suspect(NamedTuple):
    """A row whose code is probably wrong.

    Parameters
    ----------
    row
        Its number.
    label
        The number of the label in question: one that should not be there, or is missing; of exclusive labels the one
        that was given.
    suggested
        The numbers of the labels that the row should probably have.
    quality
        How likely the code is right, in [0, 1]: the lower, the more suspect.
    """

    row: int
    label: int
    suggested: tuple[int, ...]
    quality: float


def suspects(Y: Codes, proba: Proba, exclusive: bool) -> list[Suspect]:
    """Return the rows whose codes are probably wrong, the most suspect first, a row once.

    Parameters
    ----------
    Y
        Codes, shape (n_rows, n_labels), nan where not coded.
    proba
        Probabilities of the same shape, each of a model that did not learn from the row.
    exclusive
        Whether a row has exactly one of the labels; else each label is there or not by itself.

    Raises
    ------
    InputError
        The package cleanlab is missing.

    Notes
    -----
    Confident learning as in C. G. Northcutt, L. Jiang and I. L. Chuang, *Journal of Artificial Intelligence Research*
    70 (2021), by cleanlab: a class is taken for another where its probability is above the mean that it has among the
    rows coded as it. Suspects are ordered by the probability of the given code.
    """
    try:
        import cleanlab.filter  # noqa: F401
    except ImportError:
        raise InputError(
            "looking for wrong codes needs the package cleanlab: pip install 'framing-classifier[errors]'"
        ) from None
    if exclusive:
        return _of_classes(Y, proba)
    found: dict[int, Suspect] = {}
    for j in range(Y.shape[1]):
        rows = np.flatnonzero(~np.isnan(Y[:, j]))
        codes = Y[rows, j].astype(int)
        if not 0 < codes.sum() < len(codes):
            continue
        both = np.column_stack([1 - proba[rows, j], proba[rows, j]])
        issues, quality = _confident(codes, both)
        for i in np.flatnonzero(issues):
            row = int(rows[i])
            given = set(np.flatnonzero(Y[row] == 1).tolist())
            # Several labels of a row may be suspect: it is told once, by the most suspect, with all that would change.
            before = found.get(row)
            suggested = (set(before.suggested) if before else given) ^ {j}
            worst = before if before is not None and before.quality <= quality[i] else None
            label, q = (worst.label, worst.quality) if worst else (j, float(quality[i]))
            found[row] = Suspect(row, label, tuple(sorted(suggested)), q)
    return sorted(found.values(), key=lambda one: one.quality)


def _of_classes(Y: Codes, proba: Proba) -> list[Suspect]:
    rows = np.flatnonzero((Y == 1).sum(axis=1) == 1)
    codes = Y[rows].argmax(axis=1)
    there = np.unique(codes)  # a class that nobody gave can be suggested by none
    P = np.maximum(proba[np.ix_(rows, there)], 1e-9)
    P /= P.sum(axis=1, keepdims=True)
    issues, quality = _confident(np.searchsorted(there, codes), P)
    found = [
        Suspect(int(rows[i]), int(codes[i]), (int(there[P[i].argmax()]),), float(quality[i]))
        for i in np.flatnonzero(issues)
        if there[P[i].argmax()] != codes[i]
    ]
    return sorted(found, key=lambda one: one.quality)


def _confident(codes: Rows, proba: Proba) -> tuple[Rows, Values]:
    """Return of each row whether its class is probably wrong, and the probability of that class."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    if len(np.unique(codes)) < 2:
        return np.zeros(len(codes), dtype=np.intp), np.ones(len(codes))
    issues = find_label_issues(codes, proba, n_jobs=1)
    return np.asarray(issues).astype(np.intp), np.asarray(get_label_quality_scores(codes, proba), dtype=float)
