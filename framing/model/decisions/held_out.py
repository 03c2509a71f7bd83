"""What a model keeps of its held-out probabilities, as numbers: a curve of thresholds, shares, conformal scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framing.arrays import Proba, Rows, Values
from framing.model.decisions.conformal import class_conformity
from framing.model.decisions.thresholds import Curve, one_against_rest

_CURVE = ("thresholds", "precision", "recall", "count")


@dataclass(frozen=True)
class HeldOutSummary:
    """The held-out calibrated probabilities of one problem, in short.

    Parameters
    ----------
    shares
        Shares of the classes in the rows that calibrated, shape (n_classes,).
    curve
        Of two classes, what thresholds of the second (present) give; of more, nothing.
    conformity
        For each class, the probabilities that its rows gave it, ascending.
    n
        The number of rows that calibrated; 1 in a model saved before it was kept, which is as if all of a task's labels
        had been coded in the same rows.
    class_curves
        Of labels that exclude each other, what thresholds of each class give against all others; else, and in a model
        saved before they were kept, none.
    """

    shares: Values
    curve: Curve
    conformity: list[Values]
    n: int = 1
    class_curves: list[Curve] = field(default_factory=list)

    @classmethod
    def fit(cls, proba: Proba, y: Rows, exclusive: bool = False) -> HeldOutSummary:
        """Condense held-out probabilities.

        Parameters
        ----------
        proba
            Calibrated, shape (n_samples, n_classes).
        y
            Class numbers, shape (n_samples,).
        exclusive
            Whether each class is a label of its own.
        """
        n_classes = proba.shape[1]
        counts = np.bincount(y, minlength=n_classes)
        shares = counts / counts.sum() if len(y) else np.full(n_classes, 1 / n_classes)
        present = (y == 1).astype(float) if n_classes == 2 else np.zeros(len(y))
        of_classes = [curve.thin() for curve in one_against_rest(y, proba)] if exclusive else []
        return cls(shares, Curve.fit(present, proba[:, 1]).thin(), class_conformity(proba, y), len(y), of_classes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers for a file."""
        scores = [own.tolist() for own in self.conformity]
        kept = {"shares": self.shares.tolist(), "n": self.n, "curve": _lists_of(self.curve), "scores": scores}
        return kept | ({"class_curves": [_lists_of(curve) for curve in self.class_curves]} if self.class_curves else {})

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> HeldOutSummary:
        """Read what ``to_dict`` returned."""
        n = int(content.get("n", 1))
        curve, scores = content["curve"], content["scores"]
        conformity = [np.array(own, dtype=float) for own in scores]
        _, present, *_ = shares = np.array(content["shares"], dtype=float)
        pairs = zip(content.get("class_curves", ()), shares, strict="class_curves" in content)
        of_classes = [_curve_of(plain, n * float(share)) for plain, share in pairs]
        summary = cls(shares, _curve_of(curve, n * float(present)), conformity, n, of_classes)
        curves = [getattr(curve, name) for curve in (summary.curve, *of_classes) for name in _CURVE]
        if not all(np.isfinite(values).all() for values in (shares, *conformity, *curves)):
            raise ValueError("a number that is not finite")
        return summary


def _lists_of(curve: Curve) -> dict[str, list[float]]:
    return {name: getattr(curve, name).tolist() for name in _CURVE}


def _curve_of(plain: dict[str, list[float]], positives: float) -> Curve:
    thresholds, precision, recall, count = (np.array(plain[name], dtype=float) for name in _CURVE)
    return Curve(thresholds, precision, recall, count, positives)
