"""What a model keeps of its held-out probabilities, as numbers: a curve of thresholds, shares, conformal scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from framing.arrays import Proba, Rows, Values
from framing.model.decisions.conformal import class_conformity
from framing.model.decisions.thresholds import Curve

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
    """

    shares: Values
    curve: Curve
    conformity: list[Values]
    n: int = 1

    @classmethod
    def fit(cls, proba: Proba, y: Rows) -> HeldOutSummary:
        """Condense held-out probabilities.

        Parameters
        ----------
        proba
            Calibrated, shape (n_samples, n_classes).
        y
            Class numbers, shape (n_samples,).
        """
        n_classes = proba.shape[1]
        counts = np.bincount(y, minlength=n_classes)
        shares = counts / counts.sum() if len(y) else np.full(n_classes, 1 / n_classes)
        present = (y == 1).astype(float) if n_classes == 2 else np.zeros(len(y))
        return cls(shares, Curve.fit(present, proba[:, 1]).thin(), class_conformity(proba, y), len(y))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers for a file."""
        curve = {name: getattr(self.curve, name).tolist() for name in _CURVE}
        scores = [own.tolist() for own in self.conformity]
        return {"shares": self.shares.tolist(), "n": self.n, "curve": curve, "scores": scores}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> HeldOutSummary:
        """Read what ``to_dict`` returned."""
        n = int(content.get("n", 1))
        thresholds, precision, recall, count = (np.array(content["curve"][name], dtype=float) for name in _CURVE)
        conformity = [np.array(own, dtype=float) for own in content["scores"]]
        _, present, *_ = shares = np.array(content["shares"], dtype=float)
        return cls(shares, Curve(thresholds, precision, recall, count, n * float(present)), conformity, n)
