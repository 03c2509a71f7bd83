"""Scores of a cross-validation that was repeated, as a mean over all its folds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from framing.arrays import Fold
from framing.codebook import Codebook
from framing.measure.repeated import corrected_mean
from framing.scores import Score
from framing.training.scoring import TaskPredictions, estimates_of

REPEATED = "repeated"
_OVERALL = ("mean_ap", "accuracy")  # beside macro_f1, as far as a task has them


def repeated_scores(repeats: Iterable[tuple[Sequence[Fold], TaskPredictions]], codebook: Codebook) -> dict[str, Score]:
    """Return scores as means over all folds, with intervals that know what folds share (``corrected_mean``).

    Parameters
    ----------
    repeats
        Of each repeat its folds, and what was predicted for the rows, each held out once.
    codebook
        The labels.

    Returns
    -------
    dict of Score
        ``macro_f1``, ``mean_ap`` and ``accuracy`` as far as the task has them, and ``LABEL/f1``. A label that does not
        occur in a fold is left out of that fold, and of its means.
    """
    found: dict[str, list[float]] = {}
    sizes = []
    for folds, held_out in repeats:
        for train, test in folds:
            sizes.append((len(test), len(train)))
            for name, value in _of_fold(held_out.at(test), codebook).items():
                found.setdefault(name, []).append(value)
    n_test, n_train = np.mean(sizes, axis=0)
    return {name: _within(corrected_mean(values, n_test, n_train)) for name, values in found.items()}


def _of_fold(part: TaskPredictions, codebook: Codebook) -> dict[str, float]:
    estimates = estimates_of(part, codebook, np.ones((1, len(part.Y))))
    there = [label for label in part.labels if estimates[f"{label}/f1"].n]
    means = {
        "macro_f1": np.mean([estimates[f"{label}/f1"].value for label in there]) if there else np.nan,
        "mean_ap": np.mean([estimates[f"{label}/ap"].value for label in there]) if there else np.nan,
    }
    overall = {name: float(means.get(name, estimates[name].value)) for name in _OVERALL if name in estimates}
    each = {f"{label}/f1": estimates[f"{label}/f1"].value if label in there else np.nan for label in part.labels}
    return {"macro_f1": float(means["macro_f1"])} | overall | each


def _within(score: Score) -> Score:
    """Return a score whose interval does not leave [0, 1]."""
    return Score(score.value, max(score.low, 0.0), min(score.high, 1.0))
