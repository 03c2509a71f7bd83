"""Other shares than in training: estimate them from the probabilities of a batch, and adapt these to them.

A batch is thousands of sentences, whose shares are estimated as they come. A document has few, and its shares are drawn
to the training's by *pseudo-sentences*: a Beta prior (of several classes a Dirichlet) centred on the trained shares.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Proba, Rows, Values
from framing.errors import FramingWarning

_BOUND = 1e-4  # no share is estimated as nearer to 0 or 1
_ITERATIONS = 1000
_TOLERANCE = 1e-8
_FEW = 50
_ARTICLE = 500  # more sentences than an article has
# Pseudo-sentences of a document's prior. On held-out sentences of real documents 32 to 64 did equally well for every
# label, so that it is not learnt. What the codes say of how much documents differ (2 or 3) moves far too much: the
# sentences of an article on a frame's topic look like that frame where they have it not (experiments/articles.md).
STRENGTH = 32.0


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
    if not len(proba):
        return proba, _bounded(trained)
    adapted, shares = adapt_documents(proba, trained, np.zeros(len(proba), dtype=int), strength=0.0)
    return adapted, shares[0]


def adapt_documents(
    proba: Proba, trained: Values, documents: Rows, strength: float = STRENGTH
) -> tuple[Values, Values]:
    """Estimate the shares of classes in each document, and move its probabilities to them.

    The shares are those of highest posterior density under a prior that counts like ``strength`` sentences with the
    trained shares, found by expectation maximisation: three sentences move little, thirty move much. Thresholds stay
    where they were chosen, so that other labels are decided.

    Parameters
    ----------
    proba
        Calibrated probabilities, shape (n_samples, n_classes).
    trained
        Shares of the classes in the rows that calibrated them, shape (n_classes,).
    documents
        The document number of each row, 0, 1, ..., shape (n_samples,).
    strength
        Pseudo-sentences; 0 for none.

    Returns
    -------
    adapted : ndarray of shape (n_samples, n_classes)
    shares : ndarray of shape (n_documents, n_classes)

    Examples
    --------
    >>> proba = np.array([[0.4, 0.6]] * 30 + [[0.4, 0.6]] * 3)
    >>> adapted, shares = adapt_documents(proba, np.array([0.9, 0.1]), np.repeat([0, 1], [30, 3]))
    >>> shares[:, 1].round(2).tolist(), adapted[[0, 30], 1].round(2).tolist()
    ([0.5, 0.15], [0.93, 0.71])
    """
    trained = _bounded(trained)
    n = np.bincount(documents)[:, None]
    adapted, shares = proba, np.tile(trained, (len(n), 1))
    for _ in range(_ITERATIONS):
        adapted = proba * (shares / trained)[documents]
        adapted /= np.maximum(adapted.sum(axis=1, keepdims=True), 1e-300)
        found = np.column_stack([np.bincount(documents, column, len(n)) for column in adapted.T])
        before, shares = shares, _bounded((found + strength * trained) / (n + strength))
        if np.abs(shares - before).max(initial=0.0) < _TOLERANCE:
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


def warn_without_document(n_without: int, n_samples: int, what: str) -> None:
    """Warn where sentences without a document, taken for one, are more than an article has, or are among others."""
    if n_without > _ARTICLE or 0 < n_without < n_samples:
        warnings.warn(
            f"{what}: {n_without:,} of {n_samples:,} sentences have no doc_id and are taken for one document; name "
            "their document in a column doc_id, or adapt to the batch",
            FramingWarning,
            stacklevel=2,
        )


@dataclass(frozen=True)
class PriorShift:
    """The shares of labels in training and as estimated in a batch, or in its documents.

    Parameters
    ----------
    labels
        Label names.
    trained, estimated
        Shares of the same length.
    n_documents
        How many documents were adapted each by itself; ``estimated`` is then their mean, each sentence counting once. 0
        where it was the batch.

    Examples
    --------
    >>> print(PriorShift(("gain", "risk"), (0.5, 0.25), (0.3, 0.1)))
    gain 0.500 → 0.300, risk 0.250 → 0.100
    """

    labels: Sequence[str]
    trained: Sequence[float]
    estimated: Sequence[float]
    n_documents: int = 0

    def moved(self, thresholds: Mapping[str, float]) -> dict[str, float]:
        """Return where probabilities of a label's threshold went, so that what was over it stays over it.

        So it is for a batch: of its decisions the thresholds are the model's still. Thresholds of the highest F1 to be
        expected from the moved probabilities did no better on development sentences. Where documents were adapted each
        by itself, nothing moves: a document's decisions are to follow its shares.

        Examples
        --------
        >>> PriorShift(("gain",), (0.5,), (0.2,)).moved({"gain": 0.5})
        {'gain': 0.2}
        """
        if self.n_documents:
            return dict(thresholds)
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
        told = ", ".join(f"{label} {before:.3f} → {after:.3f}" for label, before, after in rows)
        return f"{told} (mean of {self.n_documents:,} documents)" if self.n_documents > 1 else told


def _bounded(shares: Values) -> Values:
    bounded = np.clip(shares, _BOUND, 1 - _BOUND)
    return bounded / bounded.sum(axis=-1, keepdims=True)
