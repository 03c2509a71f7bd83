"""Does a stance follow its target? Decisions toward other targets, beside those toward a row's own.

Nobody codes anything for these: another name of the target should change nothing, the opposite target should turn the
stance round, and a target that the sentence does not speak of should leave it neutral. A model that does not read the
target passes the first test always, and the second nowhere. Consistency is not accuracy: who always says neutral passes
the first and the last.

``decided`` are class numbers, shape (n_rows,): ``own`` toward the row's own target, ``other`` toward the other one. W
are weights of the rows, shape (n_weightings, n_rows), the first all ones.
"""

from __future__ import annotations

import numpy as np

from framing.arrays import Rows, Values, Weights
from framing.measure.intervals import Estimate, ratio


def paraphrase_consistency(own: Rows, other: Rows, W: Weights) -> Estimate:
    """Return the share of rows decided the same toward another name of their target; ``n`` is all rows.

    Examples
    --------
    >>> paraphrase_consistency(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 0]), np.ones((1, 4))).value
    0.75
    """
    return _share(own == other, W)


def opposite_consistency(own: Rows, other: Rows, W: Weights, favor: int, against: int) -> Estimate:
    """Return the share of rows whose stance turns round toward the opposite of their target.

    Only rows count that are decided ``favor`` or ``against``, toward one of the two targets at least: ``n`` of them.
    They are right where one of the two is ``favor`` and the other ``against``.

    Parameters
    ----------
    own, other, W
        As above.
    favor, against
        Numbers of the two classes.

    Examples
    --------
    >>> own, other = np.array([0, 1, 2, 2]), np.array([1, 1, 2, 0])  # turned, not turned, does not count, not turned
    >>> share = opposite_consistency(own, other, np.ones((1, 4)), 0, 1)
    >>> round(share.value, 3), share.n
    (0.333, 3)
    """
    takes_side = np.isin(own, (favor, against)) | np.isin(other, (favor, against))
    turned = ((own == favor) & (other == against)) | ((own == against) & (other == favor))
    return _share(turned[takes_side], W[:, takes_side])


def off_target_consistency(other: Rows, W: Weights, neutral: int) -> Estimate:
    """Return the share of rows decided ``neutral`` toward a target that they do not speak of; ``n`` is all rows.

    Examples
    --------
    >>> off_target_consistency(np.array([2, 2, 0, 2]), np.ones((1, 4)), 2).value
    0.75
    """
    return _share(other == neutral, W)


def _share(right: Values | Rows, W: Weights) -> Estimate:
    """Return the weighted share of rows that are right; nan where no row has a weight."""
    return Estimate.of(ratio(W @ right.astype(float), W.sum(axis=1)), len(right))
