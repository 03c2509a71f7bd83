"""Other shares than in training: estimate them from the probabilities of a batch, and adapt these to them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Proba, Values
from framing.errors import FramingWarning

_BOUND = 1e-4  # no share is estimated as nearer to 0 or 1
_ITERATIONS = 1000
_TOLERANCE = 1e-8
_FEW = 50


def adapt_to_priors(proba: Proba, trained: Values) -> tuple[Values, Values]:
    """Estimate the shares of classes in a batch by expectation maximisation, and move its probabilities to them.

    Supposes that the classes look as they did in training and only their shares differ (Saerens, Latinne and
    Decaestecker 2002), and that the probabilities are calibrated for the training's shares.

    Parameters
    ----------
    proba
        Calibrated probabilities, shape (n_samples, n_classes).
    trained
        Shares of the classes in the rows that calibrated them, shape (n_classes,).

    Returns
    -------
    adapted : ndarray of shape (n_samples, n_classes)
    shares : ndarray of shape (n_classes,)

    Examples
    --------
    >>> proba = np.array([[0.9, 0.1]] * 9 + [[0.1, 0.9]])
    >>> adapt_to_priors(proba, np.array([0.5, 0.5]))[1].round(2).tolist()
    [1.0, 0.0]
    """
    trained = _bounded(trained)
    shares, adapted = trained, proba
    if not len(proba):
        return adapted, shares
    for _ in range(_ITERATIONS):
        adapted = proba * (shares / trained)
        adapted /= np.maximum(adapted.sum(axis=1, keepdims=True), 1e-300)
        before, shares = shares, _bounded(adapted.mean(axis=0))
        if np.abs(shares - before).max() < _TOLERANCE:
            break
    return adapted, shares


def warn_small_batch(n_samples: int, what: str) -> None:
    """Warn where a batch is too small to estimate shares from."""
    if n_samples < _FEW:
        warnings.warn(
            f"{what}: shares estimated from {n_samples} sentences, fewer than {_FEW}, are little more than a guess; "
            "adapt to larger batches",
            FramingWarning,
            stacklevel=2,
        )


@dataclass(frozen=True)
class PriorShift:
    """The shares of labels in training and as estimated in a batch.

    Parameters
    ----------
    labels
        Label names.
    trained, estimated
        Shares of the same length.

    Examples
    --------
    >>> print(PriorShift(("gain", "risk"), (0.5, 0.25), (0.3, 0.1)))
    gain 0.500 → 0.300, risk 0.250 → 0.100
    """

    labels: Sequence[str]
    trained: Sequence[float]
    estimated: Sequence[float]

    def moved(self, thresholds: Mapping[str, float]) -> dict[str, float]:
        """Return where probabilities of a label's threshold went, so that what was over it stays over it.

        Thresholds of the highest F1 to be expected from the moved probabilities did no better on development sentences.

        Examples
        --------
        >>> PriorShift(("gain",), (0.5,), (0.2,)).moved({"gain": 0.5})
        {'gain': 0.2}
        """
        moved = {}
        shares = (np.clip(values, _BOUND, 1 - _BOUND).tolist() for values in (self.trained, self.estimated))
        for label, before, after in zip(self.labels, *shares, strict=True):
            if label not in thresholds:  # the likeliest label is taken, without a threshold
                continue
            odds_ratio = (after / before) / ((1 - after) / (1 - before))
            p = thresholds[label]
            moved[label] = round(p * odds_ratio / (1 - p + p * odds_ratio), 12)
        return moved

    def __str__(self) -> str:
        rows = zip(self.labels, self.trained, self.estimated, strict=True)
        return ", ".join(f"{label} {before:.3f} → {after:.3f}" for label, before, after in rows)


def _bounded(shares: Values) -> Values:
    bounded = np.clip(shares, _BOUND, 1 - _BOUND)
    return bounded / bounded.sum()
