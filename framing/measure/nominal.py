"""Agreement of a model with the coder where a row has one code: accuracy, Cohen's kappa, Krippendorff's alpha.

All are of the same table of counts, under each weighting of the rows.
"""

from __future__ import annotations

import numpy as np

from framing.arrays import Codes, Decided, Rows, Values, Weights
from framing.measure.intervals import Estimate, ratio


def nominal_estimates(Y: Codes, decided: Decided, W: Weights) -> dict[str, Estimate]:
    """Score one decision a row against one code a row.

    Parameters
    ----------
    Y
        Codes, shape (n_rows, n_labels): at most one 1 a row; a row with a nan is left out.
    decided
        Decisions of the same shape, at most one a row. No label at all is a class too.
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.

    Returns
    -------
    dict of Estimate
        ``accuracy``, ``kappa`` (Cohen 1960) and ``alpha`` (Krippendorff, the model as a second coder); nothing where
        no row is coded. ``n`` is the number of rows.

    Examples
    --------
    >>> Y, decided = np.eye(2)[[0, 0, 1, 1]], np.eye(2, dtype=bool)[[0, 0, 1, 0]]
    >>> {name: round(e.value, 3) for name, e in nominal_estimates(Y, decided, np.ones((1, 4))).items()}
    {'accuracy': 0.75, 'kappa': 0.5, 'alpha': 0.533}
    """
    coded = ~np.isnan(Y).any(axis=1)
    if not coded.any():
        return {}
    tables = _tables(_classes(Y[coded] == 1), _classes(decided[coded]), Y.shape[1] + 1, W[:, coded])
    n = tables.sum(axis=(1, 2))
    coder, model = tables.sum(axis=2), tables.sum(axis=1)
    equal = ratio(np.trace(tables, axis1=1, axis2=2), n)
    by_chance = ratio((coder * model).sum(axis=1), n**2)
    both = 2 * n
    unequal = both**2 - ((coder + model) ** 2).sum(axis=1)
    expected = ratio(unequal, both * (both - 1))
    found = {"accuracy": equal, "kappa": _beyond(1 - equal, 1 - by_chance), "alpha": _beyond(1 - equal, expected)}
    return {name: Estimate.of(v, int(coded.sum())) for name, v in found.items()}


def _classes(present: Decided) -> Rows:
    """Return the number of each row's class, the last one where it has no label."""
    return np.where(present.any(axis=1), present.argmax(axis=1), present.shape[1])


def _tables(coder: Rows, model: Rows, k: int, W: Weights) -> Values:
    """Return the weighted counts of each pair of classes, shape (n_weightings, k, k)."""
    cells, of_row = np.unique(coder * k + model, return_inverse=True)
    counts = np.zeros((len(W), k * k))
    counts[:, cells] = W @ np.eye(len(cells))[of_row]
    return counts.reshape(-1, k, k)


def _beyond(observed: Values, expected: Values) -> Values:
    """Return one minus observed over expected disagreement; nan where chance alone leaves none."""
    return 1 - ratio(observed, expected)
