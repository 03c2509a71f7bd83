"""Predicted rows of a task → all its scores."""

from __future__ import annotations

from collections.abc import Sequence

from framing.arrays import Codes, Decided, Proba, Weights
from framing.codebook import Codebook
from framing.measure.intervals import Estimate
from framing.measure.nominal import nominal_estimates
from framing.training.tasks import FRAMES, TaskKind


def has_one_label(kind: TaskKind, book: Codebook) -> bool:
    """Say whether a row has one label of a task."""
    return kind.task != FRAMES.task or book.exclusive


def estimates_of(
    kind: TaskKind, book: Codebook, Y: Codes, proba: Proba, decided: Decided, labels: Sequence[str], W: Weights
) -> dict[str, Estimate]:
    """Return the scores of a task; where a row has one label, agreement with the coder too.

    Parameters
    ----------
    kind, book
        The task and the codebook.
    Y, proba, decided
        Codes, probabilities and decisions, shape (n_rows, n_labels).
    labels
        Label names.
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.
    """
    estimates = kind.estimates(Y, proba, decided, labels, W)
    return {**estimates, **nominal_estimates(Y, decided, W)} if has_one_label(kind, book) else estimates
