"""Does a decision stay where nothing changed that matters? Decisions and probabilities before and after a change.

Arrays have a row for each changed text, ``before`` repeating what was said of the text that it was made of. W are
weights of these rows, shape (n_weightings, n_rows), the first all ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framing.arrays import Decided, Proba, Values, Weights
from framing.measure.intervals import Estimate, wilson
from framing.scores import Score


def flip_rate(before: Decided, after: Decided, W: Weights) -> Estimate:
    """Return the share of changed texts of which anything is decided otherwise; ``n`` is all of them.

    Parameters
    ----------
    before, after
        Decisions, shape (n_rows, n_labels).
    W
        As above.

    Examples
    --------
    >>> before, after = np.array([[1, 0], [1, 0], [0, 0], [0, 1]]), np.array([[1, 0], [0, 0], [0, 0], [0, 1]])
    >>> flip_rate(before, after, np.ones((1, 4))).value
    0.25
    """
    return weighted_mean((before != after).any(axis=1).astype(float), W)


def mean_shift(before: Proba, after: Proba, W: Weights) -> Estimate:
    """Return how far probabilities move, whichever way: of each changed text the label that moves most.

    Parameters
    ----------
    before, after
        Probabilities, shape (n_rows, n_labels).
    W
        As above.

    Examples
    --------
    >>> before, after = np.array([[0.5, 0.2], [0.1, 0.1]]), np.array([[0.6, 0.6], [0.1, 0.1]])
    >>> round(mean_shift(before, after, np.ones((1, 2))).value, 6)
    0.2
    """
    return weighted_mean(np.abs(after - before).max(axis=1, initial=0.0), W)


def shift_by_name(
    before: Proba, after: Proba, names: Sequence[str], W: Weights, least: int = 5
) -> dict[str, list[Estimate]]:
    """Return by name how each label's probability moves where that name comes in, less the mean over all names.

    What every swap does, since the name that was there goes, is thus left out.

    Parameters
    ----------
    before, after
        Probabilities, shape (n_rows, n_labels).
    names
        The name that came into each changed text.
    W
        As above.
    least
        Names in fewer texts are left out.

    Examples
    --------
    >>> before, after = np.zeros((4, 1)), np.array([[0.3], [0.3], [0.1], [0.1]])
    >>> found = shift_by_name(before, after, ["A", "A", "B", "B"], np.ones((1, 4)), least=2)
    >>> {name: round(shifts[0].value, 6) for name, shifts in found.items()}
    {'A': 0.1, 'B': -0.1}
    """
    of_row, moved = np.array(names), after - before
    found = {}
    for name in sorted(set(names)):
        rows = of_row == name
        if rows.sum() >= least:
            found[name] = [
                weighted_mean(column[rows], W[:, rows]) - _without_n(weighted_mean(column, W), int(rows.sum()))
                for column in moved.T
            ]
    return found


def pass_rate(passed: Sequence[float], templates: Sequence[str]) -> Score:
    """Return the share of tests that are passed, with Wilson's 95 % interval; a template counts once.

    Parameters
    ----------
    passed
        Of each case 1 or 0.
    templates
        The template of each case; cases of one template together count as one, by the share of them that pass.

    Examples
    --------
    >>> str(pass_rate([1, 1, 0, 0], ["a", "b", "c", "c"]))
    '0.667 [0.208, 0.939]'
    """
    if not len(passed):
        return Score(float("nan"), float("nan"), float("nan"))
    number = np.unique(list(templates), return_inverse=True)[1]
    shares = np.bincount(number, weights=np.asarray(passed, dtype=float)) / np.bincount(number)
    low, high = wilson(np.array([shares.sum()]), np.array([float(len(shares))]))
    return Score(float(shares.mean()), float(low[0]), float(high[0]))


def weighted_mean(values: Values, W: Weights) -> Estimate:
    """Return the mean of values under each weighting; nan where no row has a weight.

    Examples
    --------
    >>> weighted_mean(np.array([0.0, 1.0]), np.array([[1, 1], [2, 0]])).value
    0.5
    """
    total = W.sum(axis=1)
    means = np.divide(W @ values, total, out=np.full(len(W), np.nan), where=total > 0)
    return Estimate(float(means[0]), means[1:], len(values))


def _without_n(estimate: Estimate, n: int) -> Estimate:
    return Estimate(estimate.value, estimate.replicates, n)
