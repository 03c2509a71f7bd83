"""Repeated cross-validation: a mean over folds, with an interval that knows that folds share what they learn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framing.scores import Score


def corrected_mean(values: Sequence[float], n_test: float, n_train: float) -> Score:
    """Return the mean of a score over folds with its 95 % interval, by the corrected resampled t (Nadeau, Bengio 2003).

    Folds share most of what they learn from, so that their scores differ less than those of new samples would. The
    variance of the mean is the folds' own, times ``1 / J + n_test / n_train`` instead of ``1 / J``: however often a
    cross-validation is repeated, the interval does not shrink to nothing. For repeats of several folds each: Bouckaert
    and Frank 2004.

    Parameters
    ----------
    values
        The score on each fold, J of them; nan where it is not defined, such as for a label that is not there.
    n_test, n_train
        Rows that a fold tests and learns from; the mean of each.

    Examples
    --------
    >>> print(corrected_mean([0.6, 0.7, 0.8], 10, 20))  # s = .1, J = 3: .7 ± 4.303 * .1 * sqrt(1/3 + 1/2)
    0.700 [0.307, 1.093]
    >>> print(corrected_mean([0.6], 10, 20))
    0.600 [nan, nan]
    """
    from scipy.stats import t

    defined = np.array(values, dtype=float)
    defined = defined[~np.isnan(defined)]
    if len(defined) < 2:
        return Score(float(defined[0]) if len(defined) else float("nan"), float("nan"), float("nan"))
    error = np.sqrt(defined.var(ddof=1) * (1 / len(defined) + n_test / n_train))
    half = float(t.ppf(0.975, len(defined) - 1) * error)
    mean = float(defined.mean())
    return Score(round(mean, 6), round(mean - half, 6), round(mean + half, 6))
