"""Score a fitted model on coded sentences."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds
from framing.errors import FramingWarning
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import frame_estimates, stance_estimates
from framing.model.classifier import TaskClassifier
from framing.model.decisions.priors import PriorShift
from framing.model.decisions.rule import Rule
from framing.model.framing import FramingClassifier
from framing.records import Sentence
from framing.training.codes import check_coded, codes_of, is_coded


def evaluate_classifier(
    model: FramingClassifier,
    sentences: Sequence[Sentence],
    name: str = "test",
    thresholds: Mapping[str, float] | None = None,
    seed: int = 0,
    goal: str | None = None,
    adapt_priors: bool = False,
    shifts: dict[str, PriorShift] | None = None,
) -> dict[str, Estimate]:
    """Score a fitted model on coded sentences, each task on the rows coded for it.

    Parameters
    ----------
    model, sentences, name
        What is scored, on what, and how the scores are called.
    thresholds, goal, adapt_priors
        As for ``Rule``.
    seed
        Seed of the bootstrap.
    shifts
        Filled, by task, with the shares that the probabilities were adapted to.

    Returns
    -------
    dict of Estimate
        By path, such as ``test/frames/macro_f1``.

    Warns
    -----
    FramingWarning
        A label never occurs in the coded rows, or no row is coded for it: how it counts.

    Raises
    ------
    InputError
        No row is coded for any task of the model.
    """
    rule = model.check_rule(Rule(thresholds or {}, goal, adapt_priors))
    check_coded(name, sentences, model.tasks, model.codebook)
    estimates: dict[str, Estimate] = {}
    for task, classifier in model.tasks.items():
        scores = score_task(classifier, sentences, task, model.codebook, seed, rule.for_task(task), shifts)
        if any(is_coded(s, task, model.codebook) for s in sentences):
            for note in absence_notes(scores, classifier.labels):
                warnings.warn(f"{name}/{task}: {note}", FramingWarning, stacklevel=2)
        estimates |= named(scores, f"{name}/{task}")
    return estimates


def score_task(
    classifier: TaskClassifier,
    sentences: Sequence[Sentence],
    task: str,
    book: Codebook,
    seed: int,
    rule: Rule | None = None,
    shifts: dict[str, PriorShift] | None = None,
) -> dict[str, Estimate]:
    """Return the scores of one task on the rows coded for it, without a prefix; nothing where there are none."""
    coded = [s for s in sentences if is_coded(s, task, book)]
    if not coded:
        return {}
    found = classifier.judge(coded, rule or Rule())
    if shifts is not None and found.shift is not None:
        shifts[task] = found.shift
    W = bootstrap_weights(GroupedFolds().groups(coded), seed=seed)
    return task_estimates(task, codes_of(coded, task, book), found.proba, found.present, classifier.labels, W)


def task_estimates(
    task: str,
    Y: NDArray[np.float64],
    proba: NDArray[np.float64],
    decided: NDArray[np.bool_],
    labels: Sequence[str],
    W: NDArray[np.float64],
) -> dict[str, Estimate]:
    """Score probabilities and decisions as the task is scored: see ``frame_estimates`` and ``stance_estimates``."""
    if task == "stance":
        return stance_estimates(Y.argmax(axis=1), proba, labels, W)
    return frame_estimates(Y, proba, decided, labels, W)


def absence_notes(scores: Mapping[str, Estimate], labels: Sequence[str]) -> list[str]:
    """Say which labels never occur in the rows that were scored, or were not coded, and how they count.

    Examples
    --------
    >>> scores = {"rain/f1": Estimate(0.4, np.array([0.4]), n=7), "sun/f1": Estimate(np.nan, np.array([np.nan]))}
    >>> absence_notes(scores, ["rain", "sun"])
    ['no row is coded for sun: it has no scores and is in no mean']
    """
    absent = [label for label in labels if scores[f"{label}/f1"].n == 0]
    uncoded = [label for label in labels if scores[f"{label}/f1"].n is None]
    notes = []
    if absent:
        occur, their = ("occurs", "its") if len(absent) == 1 else ("occur", "their")
        notes.append(
            f"{', '.join(absent)} never {occur} in the coded rows: {their} F1, precision, recall and average precision "
            "count as 0, in the means (macro_f1 and the like) too"
        )
    if uncoded:
        which, has = ("it has", "is") if len(uncoded) == 1 else ("they have", "are")
        notes.append(f"no row is coded for {', '.join(uncoded)}: {which} no scores and {has} in no mean")
    return notes


def named(estimates: Mapping[str, Estimate], prefix: str) -> dict[str, Estimate]:
    """Return the same scores with a prefix before each name."""
    return {f"{prefix}/{name}": estimate for name, estimate in estimates.items()}
