"""Two ways to fit a task and to say how it does on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from sklearn.base import clone

from framing.arrays import Decided, Fold, Proba, Rows
from framing.corpus.splits import GroupedFolds
from framing.model.classifier import TaskClassifier
from framing.parallel import in_parallel
from framing.progress import track
from framing.training.inputs import Task
from framing.training.scoring import TaskPredictions
from framing.training.swaps import JudgedSwaps, SwapPlan
from framing.training.tasks import strata_of

Fitted = tuple[TaskClassifier, TaskPredictions]
_HeldOut = tuple[Proba, Decided, list[JudgedSwaps]]


class Procedure(Protocol):
    """How a task is fitted, and validated on rows that the fit has not seen."""

    def fit(self, task: Task, refit: bool = True, swaps: SwapPlan | None = None) -> Fitted:
        """Return the classifier, and what was predicted for held-out rows.

        With ``refit=False`` the classifier need not be fitted on all rows: it is wanted for its scores alone. Rows of
        the plan are judged before and after their names are swapped, by a fit that has not seen them.
        """

    def validated(self, task: Task) -> Rows:
        """Return the rows of a task that are held out from a fit that is at hand, in order."""


@dataclass(frozen=True)
class Frozen:
    """An outer cross-validation of the whole procedure, and a fit on all rows; for encoders that do not learn.

    Parameters
    ----------
    split
        How rows are parted inside of a fold.
    n_jobs
        How many folds are fitted at a time; default one a processor. What comes out is the same.
    """

    split: GroupedFolds
    n_jobs: int | None = None

    def fit(self, task: Task, refit: bool = True, swaps: SwapPlan | None = None) -> Fitted:
        """See ``Procedure``."""
        _encode_rows(task)
        whole = [self._fit_of_all(task)] if refit else []
        # The fit on all rows is the longest, so it comes first.
        fits = [*whole, *(self._fit_of_fold(task, fold, swaps) for fold in task.folds)]
        done = list(track(self._done(fits), "validating", total=len(fits)))
        classifier = done[0] if refit else clone(task.classifier)
        return classifier, self._of_folds(task, task.folds, done[len(whole) :])

    def repeats(self, task: Task) -> Iterator[tuple[Sequence[Fold], TaskPredictions]]:
        """Give the folds of each further repeat, and what was predicted for rows held out in them."""
        for number, folds in enumerate(self.split.again(strata_of(task.Y), task.groups), 2):
            told = f"validating again ({number} of {self.split.repeats})"
            fits = [self._fit_of_fold(task, fold, None) for fold in folds]
            yield folds, self._of_folds(task, folds, list(track(self._done(fits), told, total=len(fits))))

    def _done(self, fits: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        return in_parallel(lambda fit: fit(), fits, self.n_jobs)

    def _fit_of_all(self, task: Task) -> Callable[[], TaskClassifier]:
        """Return the fit on all rows."""
        one_time = len(task.folds) == 1  # a split by time, whose later part alone would calibrate
        folds = self.split.inside.split(strata_of(task.Y), task.groups) if one_time else task.folds
        return lambda: clone(task.classifier).fit(task.sentences, task.Y, folds)

    def _fit_of_fold(self, task: Task, fold: Fold, swaps: SwapPlan | None) -> Callable[[], _HeldOut]:
        """Return the fit on the training part of a fold, and what it says of the other part."""
        train_rows, test_rows = fold
        Y, groups = task.Y[train_rows], task.groups[train_rows]
        # Calibration and thresholds are found in folds inside the training part.
        inside = fewer_folds(self.split.inside, groups).split(strata_of(Y), groups)

        def held_out() -> _HeldOut:
            fitted = clone(task.classifier).fit([task.sentences[i] for i in train_rows], Y, inside)
            proba = fitted.predict_proba([task.sentences[i] for i in test_rows])
            return proba, fitted.decide(proba), [] if swaps is None else swaps.judged(fitted, test_rows)

        return held_out

    def _of_folds(self, task: Task, folds: Sequence[Fold], held_out: Sequence[_HeldOut]) -> TaskPredictions:
        proba, decided = np.full(task.Y.shape, np.nan), np.zeros(task.Y.shape, dtype=bool)
        judged: list[JudgedSwaps] = []
        for (_, test_rows), (proba_here, decided_here, judged_here) in zip(folds, held_out, strict=True):
            proba[test_rows], decided[test_rows] = proba_here, decided_here
            judged += judged_here
        return TaskPredictions.of(task, proba, decided, judged)

    def validated(self, task: Task) -> Rows:
        """See ``Procedure``."""
        return np.sort(np.concatenate([test for _, test in task.folds]))


@dataclass(frozen=True)
class Apart:
    """Heads on given encoders; rows that neither learned from validate, calibrated by each other.

    Parameters
    ----------
    split
        How the held-out rows are parted to calibrate each other.
    folds
        Of *all* sentences: what an encoder (where it was tuned) and its heads learn from, and what is held out.
    encoders
        One a fold, and last, where there is one more, one for all sentences.
    """

    split: GroupedFolds
    folds: Sequence[Fold]
    encoders: Sequence[Any]

    def fit(self, task: Task, refit: bool = True, swaps: SwapPlan | None = None) -> Fitted:
        """See ``Procedure``."""
        # Folds number all sentences; a task has only the rows that are coded for it.
        row_in_task = {row: i for i, row in enumerate(task.rows)}
        task_folds = [
            tuple(np.array([row_in_task[i] for i in part if i in row_in_task], dtype=int) for part in fold)
            for fold in self.folds
        ]
        fitted = clone(task.classifier).fit(task.sentences, task.Y, task_folds, self.encoders)
        held_out = np.concatenate([test for _, test in task_folds])
        groups = task.groups[held_out]
        parts = fewer_folds(self.split.inside, groups).split(strata_of(task.Y[held_out]), groups)
        calibration_folds = [(held_out[train], held_out[test]) for train, test in parts]
        judged = [] if swaps is None else swaps.judged(fitted, held_out)
        proba, decided = fitted.cross_calibrate(task.Y, calibration_folds)
        return fitted, TaskPredictions.of(task, proba, decided, judged)

    def validated(self, task: Task) -> Rows:
        """See ``Procedure``; none where all folds are tuned apart, as the fit that is kept has seen them all."""
        held_out = np.concatenate([test for _, test in self.folds])
        return (
            np.flatnonzero(np.isin(task.rows, held_out)) if len(self.encoders) == len(self.folds) else np.array([], int)
        )


def _encode_rows(task: Task) -> None:
    """Let encoders that keep vectors read the rows, so that fits at the same time do not each encode them."""
    for features in task.classifier.features.values():
        if getattr(features.encoder, "cache", False):
            clone(features).fit(task.sentences).transform(task.sentences)


def fewer_folds(split: GroupedFolds, groups: Rows) -> GroupedFolds:
    """Return the same split with as many folds as there are groups, where these are fewer."""
    return replace(split, n_splits=min(split.n_splits, len(np.unique(groups))))
