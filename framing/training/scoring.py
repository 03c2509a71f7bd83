"""What a model says of one task in coded rows, and all its scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.arrays import Codes, Decided, Proba, Rows, Weights
from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate
from framing.measure.nominal import nominal_estimates
from framing.measure.summary import TaskSummary, summarise
from framing.measure.verdicts import BOUND
from framing.model.classifier import TaskClassifier
from framing.model.decisions.priors import PriorShift
from framing.model.decisions.rule import Rule
from framing.records import Prediction, Sentence
from framing.training.inputs import Task
from framing.training.swaps import JudgedSwaps
from framing.training.tasks import FRAMES, TaskKind


@dataclass(frozen=True)
class TaskPredictions:
    """What a model says of one task in coded rows.

    Parameters
    ----------
    kind
        The task.
    labels
        Label names, the columns of the arrays.
    sentences, groups
        The coded rows, and their group numbers.
    Y, proba, decided
        Codes, probabilities and decisions, each of shape (n_rows, n_labels).
    shift
        The shares that the probabilities were moved to, where the rule asked for that.
    swaps
        What was said of held-out rows before and after their names were swapped; rows are those of the task.
    """

    kind: TaskKind
    labels: Sequence[str]
    sentences: list[Sentence]
    groups: Rows
    Y: Codes
    proba: Proba
    decided: Decided
    shift: PriorShift | None = None
    swaps: Sequence[JudgedSwaps] = ()

    @classmethod
    def of(cls, task: Task, proba: Proba, decided: Decided, swaps: Sequence[JudgedSwaps] = ()) -> TaskPredictions:
        """Return what was predicted for a task's rows, without those that were never held out (nan)."""
        rows = np.flatnonzero(~np.isnan(proba).any(axis=1))
        sentences = [task.sentences[i] for i in rows]
        return cls(
            task.kind, task.labels, sentences, task.groups[rows], task.Y[rows], proba[rows], decided[rows], swaps=swaps
        )

    def at(self, rows: Rows) -> TaskPredictions:
        """Return some of the rows, by their numbers here."""
        sentences = [self.sentences[i] for i in rows]
        arrays = {name: getattr(self, name)[rows] for name in ("groups", "Y", "proba", "decided")}
        return replace(self, sentences=sentences, swaps=(), **arrays)

    @property
    def predictions(self) -> list[Prediction]:
        """The same as records."""
        records = []
        for sentence, p, d in zip(self.sentences, self.proba, self.decided, strict=True):
            present = tuple(label for label, yes in zip(self.labels, d, strict=True) if yes)
            records.append(self.kind.prediction(sentence, dict(zip(self.labels, map(float, p), strict=True)), present))
        return records


def predict_task(
    kind: TaskKind, classifier: TaskClassifier, sentences: Sequence[Sentence], book: Codebook, rule: Rule
) -> TaskPredictions | None:
    """Return what a classifier says of the rows that are coded for its task; ``None`` where there are none."""
    coded = [sentence for sentence in sentences if kind.is_coded(sentence, book)]
    if not coded:
        return None
    found = classifier.judge(coded, rule)
    groups, Y = GroupedFolds().groups(coded), kind.codes(coded, book)
    return TaskPredictions(kind, classifier.labels, coded, groups, Y, found.proba, found.present, found.shift)


def has_one_label(kind: TaskKind, book: Codebook) -> bool:
    """Say whether a row has one label of a task."""
    return kind.task != FRAMES.task or book.exclusive


def estimates_of(part: TaskPredictions, book: Codebook, W: Weights) -> dict[str, Estimate]:
    """Return the scores of a task; where a row has one label, agreement with the coder too.

    Parameters
    ----------
    part, book
        The rows and the codebook.
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.
    """
    estimates = part.kind.estimates(part.Y, part.proba, part.decided, part.labels, W)
    one = has_one_label(part.kind, book)
    return {**estimates, **nominal_estimates(part.Y, part.decided, W)} if one else estimates


def summary_of(
    part: TaskPredictions, book: Codebook, W: Weights, estimates: dict[str, Estimate], bound: float = BOUND
) -> TaskSummary:
    """Return what a person reads of a task's scores; ``bound`` is the F1 from which a label is called usable."""
    return summarise(
        part.sentences,
        part.Y,
        part.decided,
        part.labels,
        np.unique(part.groups, return_inverse=True)[1],
        W,
        estimates,
        field=part.kind.task,
        exclusive=has_one_label(part.kind, book),
        bound=bound,
    )
