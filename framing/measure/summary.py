"""What a person reads of a task: a row for each label, a few figures of all, the worst, and a word for each label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np

from framing.arrays import Codes, Decided, Rows, Weights
from framing.measure.ceiling import Ceiling, coders_ceiling
from framing.measure.intervals import Estimate
from framing.measure.slices import Slice, slices_of
from framing.measure.verdicts import BOUND, Verdict, verdict_of
from framing.records import Sentence
from framing.scores import Score

# The figures of all labels that are told, as far as a task has them.
OVERALL = ("macro_f1", "mean_ap", "accuracy", "kappa", "alpha", "calibration_error")


@dataclass(frozen=True)
class LabelSummary:
    """One label.

    Parameters
    ----------
    label, n, predicted
        Its name, how often it was coded, and how often decided in the same rows; ``n`` is None where nobody coded it.
    precision, recall, ap
        Its scores, nan where not defined.
    f1
        With its interval.
    ceiling
        The F1 of one coder against another, None where not known.
    verdict
        What the score is worth, and what would help.
    taken_for
        Of labels that exclude each other, what its missed rows were mostly taken for, and how many of them.
    """

    label: str
    n: int | None
    predicted: int
    precision: float
    recall: float
    ap: float
    f1: Score
    ceiling: float | None
    verdict: Verdict
    taken_for: tuple[str, int] | None = None


@dataclass(frozen=True)
class TaskSummary:
    """One task: rows and groups, its labels, figures of all labels by name, coders, slices, and the verdicts' bound."""

    n: int
    n_groups: int
    labels: list[LabelSummary]
    overall: dict[str, Score]
    ceiling: Ceiling | None = None
    slices: list[Slice] = field(default_factory=list)
    bound: float = BOUND

    def verdicts(self) -> dict[str, Any]:
        """Return the verdicts as plain data, for files."""
        return {row.label: {"verdict": row.verdict.word, "advice": row.verdict.advice} for row in self.labels}


def summarise(
    sentences: Sequence[Sentence],
    Y: Codes,
    decided: Decided,
    labels: Sequence[str],
    groups: Rows,
    W: Weights,
    estimates: Mapping[str, Estimate],
    *,
    field: str,
    exclusive: bool,
    bound: float = BOUND,
) -> TaskSummary:
    """Bring together what a person reads of a task.

    Parameters
    ----------
    sentences, Y, decided
        The coded rows, and codes and decisions of shape (n_rows, n_labels).
    labels
        Label names.
    groups, W
        Group numbers, and weights of shape (n_weightings, n_rows), the first all ones.
    estimates
        The scores of these rows by name, without a prefix.
    field
        ``frames`` or ``stance``: what coders are compared in.
    exclusive
        Whether a row has one label.
    bound
        The F1 from which a label is usable.
    """
    ceiling = coders_ceiling(sentences, labels, field)
    counted = decided & ~np.isnan(Y)
    rows = []
    for j, label in enumerate(labels):
        scores = {name: _score(estimates.get(f"{label}/{name}")) for name in ("precision", "recall", "ap", "f1")}
        n, predicted = estimates[f"{label}/f1"].n, int(counted[:, j].sum())
        agreed = ceiling.f1.get(label) if ceiling else None
        f1 = scores.pop("f1")
        rows.append(
            LabelSummary(
                label,
                n,
                predicted,
                **{name: score.value for name, score in scores.items()},
                f1=f1,
                ceiling=agreed,
                verdict=verdict_of(f1, n or 0, predicted, bound, agreed),
                taken_for=_taken_for(j, Y, decided, labels) if exclusive else None,
            )
        )
    overall = {name: _score(estimates[name]) for name in OVERALL if name in estimates}
    return TaskSummary(
        n=len(sentences),
        n_groups=len(np.unique(groups)),
        labels=rows,
        overall={name: score for name, score in overall.items() if not isnan(score.value)},
        ceiling=ceiling,
        slices=slices_of(sentences, Y, decided, groups, W),
        bound=bound,
    )


def _score(estimate: Estimate | None) -> Score:
    return Score(*[float("nan")] * 3) if estimate is None else estimate.score()


def _taken_for(j: int, Y: Codes, decided: Decided, labels: Sequence[str]) -> tuple[str, int] | None:
    missed = (Y[:, j] == 1) & ~decided[:, j]
    counts = decided[missed].sum(axis=0)
    most = int(counts.argmax()) if len(counts) else 0
    return (labels[most], int(counts[most])) if missed.any() and counts[most] else None
