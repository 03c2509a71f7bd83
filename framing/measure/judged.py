"""What coders and a model say of one label, row by row: what a curve is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from framing.arrays import Values, Weights


@dataclass(frozen=True)
class Judged:
    """What coders and a model say of one label.

    Parameters
    ----------
    name
        The label.
    y, proba, decided
        Whether it was coded, its probability, and whether the model decides for it; coded rows only, shape (n_rows,).
    weights
        How often each row counts in resamples of documents, shape (1 + n_replicates, n_rows), the first all ones.
    """

    name: str
    y: Values
    proba: Values
    decided: Values
    weights: Weights
