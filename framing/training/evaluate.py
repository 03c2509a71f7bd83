"""Score a fitted model on coded sentences."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds
from framing.errors import FramingWarning
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.model.classifier import TaskClassifier
from framing.model.decisions.priors import PriorShift
from framing.model.decisions.rule import Rule
from framing.model.framing import FramingClassifier
from framing.records import Sentence
from framing.training.tasks import KINDS, TaskKind, check_coded


@dataclass(frozen=True)
class Evaluation:
    """What scoring a model gives.

    Parameters
    ----------
    estimates
        By path, such as ``test/frames/macro_f1``.
    shifts
        By task, the shares that the probabilities were adapted to, where the rule asked for that.
    n_groups
        Of one task: how many documents or groups were resampled for the intervals.
    """

    estimates: dict[str, Estimate]
    shifts: dict[str, PriorShift]
    n_groups: int = 0


def evaluate_classifier(
    model: FramingClassifier,
    sentences: Sequence[Sentence],
    name: str = "test",
    *,
    rule: Rule | None = None,
    seed: int = 0,
) -> Evaluation:
    """Score a fitted model on coded sentences, each task on the rows coded for it.

    Parameters
    ----------
    model, sentences, name
        What is scored, on what, and how the scores are called.
    rule
        How probabilities become decisions; default the model's own way.
    seed
        Seed of the bootstrap.

    Warns
    -----
    FramingWarning
        A label never occurs in the coded rows, or no row is coded for it: how it counts.

    Raises
    ------
    InputError
        No row is coded for any task of the model.
    """
    rule = model.check_rule(rule or Rule())
    check_coded(name, sentences, model.tasks, model.codebook)
    estimates: dict[str, Estimate] = {}
    shifts: dict[str, PriorShift] = {}
    for task, classifier in model.tasks.items():
        scored = score_task(KINDS[task], classifier, sentences, model.codebook, rule=rule.for_task(task), seed=seed)
        if scored.estimates:
            if scored.n_groups == 1:
                told = "the coded rows are of one document or group: with nothing to resample, intervals have no width"
                warnings.warn(f"{name}/{task}: {told}", FramingWarning, stacklevel=2)
            for note in absence_notes(scored.estimates, classifier.labels):
                warnings.warn(f"{name}/{task}: {note}", FramingWarning, stacklevel=2)
        estimates |= named(scored.estimates, f"{name}/{task}")
        shifts |= scored.shifts
    return Evaluation(estimates, shifts)


def score_task(
    kind: TaskKind,
    classifier: TaskClassifier,
    sentences: Sequence[Sentence],
    book: Codebook,
    *,
    rule: Rule | None = None,
    seed: int = 0,
) -> Evaluation:
    """Score one task on the rows coded for it, without a prefix; nothing where there are none."""
    coded = [sentence for sentence in sentences if kind.is_coded(sentence, book)]
    if not coded:
        return Evaluation({}, {})
    found = classifier.judge(coded, rule or Rule())
    groups = GroupedFolds().groups(coded)
    W = bootstrap_weights(groups, seed=seed)
    estimates = kind.estimates(kind.codes(coded, book), found.proba, found.present, classifier.labels, W)
    return Evaluation(estimates, {} if found.shift is None else {kind.name: found.shift}, int(groups.max()) + 1)


def absence_notes(scores: Mapping[str, Estimate], labels: Sequence[str]) -> list[str]:
    """Say which labels never occur in the rows that were scored, or were not coded, and how they count.

    Examples
    --------
    >>> import numpy as np
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
