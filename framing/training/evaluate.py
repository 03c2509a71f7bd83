"""Score a fitted model on coded sentences."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from framing.arrays import Weights
from framing.codebook import Codebook
from framing.corpus.splits import target_key
from framing.errors import FramingWarning
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.judged import Judged
from framing.measure.summary import TaskSummary
from framing.measure.verdicts import BOUND
from framing.model.decisions.priors import PriorShift
from framing.model.decisions.rule import Rule
from framing.model.framing import FramingClassifier
from framing.records import Sentence
from framing.training.probes import consistency_estimates
from framing.training.scoring import TaskPredictions, estimates_of, predict_task, summary_of
from framing.training.tasks import KINDS, STANCE, STANCE_BLIND, check_coded

# A stance toward targets that were learned from, and toward others: which scores are told of the two, and how many
# rows each must have.
SEEN, UNSEEN = "seen", "unseen"
_SEEN_SCORES, _SEEN_ROWS = ("macro_f1", "accuracy"), 20
_LEARNED_ROWS = 20
# What the target adds: the stance's score less that of the stance that does not read it.
GAIN = "stance_gain"


@dataclass(frozen=True)
class Evaluation:
    """What scoring a model gives.

    Parameters
    ----------
    estimates
        By path, such as ``test/frames/macro_f1``.
    shifts
        By task, the shares that the probabilities were adapted to, where the rule asked for that.
    summaries
        By task, what a person reads of the scores.
    """

    estimates: dict[str, Estimate]
    shifts: dict[str, PriorShift]
    summaries: dict[str, TaskSummary] = field(default_factory=dict)


def evaluate_classifier(
    model: FramingClassifier,
    sentences: Sequence[Sentence],
    name: str = "test",
    *,
    rule: Rule | None = None,
    seed: int = 0,
    learned: Collection[str] = (),
    bound: float = BOUND,
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
    learned
        The targets that the stance was learned from, each as its ``target_key``; with them it is also scored on rows
        of these (``seen``) and of other targets (``unseen``), where there are at least 20 of each.
    bound
        The F1 from which a label is called usable.

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
    summaries: dict[str, TaskSummary] = {}
    for task, classifier in model.tasks.items():
        part = predict_task(KINDS[task], classifier, sentences, model.codebook, model.rule_for(task, rule))
        if part is not None:
            W = bootstrap_weights(part.groups, seed=seed)
            scores = task_estimates(part, model.codebook, W, learned)
            summaries[task] = summary_of(part, model.codebook, W, scores, bound)
            if summaries[task].n_groups == 1:
                told = "the coded rows are of one document or group: with nothing to resample, intervals have no width"
                warnings.warn(f"{name}/{task}: {told}", FramingWarning, stacklevel=2)
            for note in absence_notes(scores, classifier.labels):
                warnings.warn(f"{name}/{task}: {note}", FramingWarning, stacklevel=2)
            estimates |= named(scores, f"{name}/{task}")
            if part.shift is not None:
                shifts[task] = part.shift
        if task == STANCE.name:
            estimates |= named(consistency_estimates(classifier, sentences, seed), f"{name}/{task}")
    return Evaluation(estimates, shifts, summaries)


def task_estimates(
    part: TaskPredictions, book: Codebook, W: Weights, learned: Collection[str] = ()
) -> dict[str, Estimate]:
    """Return the scores of a task, without a prefix; of a stance also by target, where ``learned`` ones are given."""
    estimates = estimates_of(part, book, W)
    return estimates | _by_target(part, W, learned) if learned and part.kind.task == STANCE.task else estimates


def coded_frames(sentences: Sequence[Sentence], book: Codebook) -> list[Sentence]:
    """Return the sentences that are coded for frames."""
    return [sentence for sentence in sentences if KINDS["frames"].is_coded(sentence, book)]


def judged_labels(
    model: FramingClassifier, sentences: Sequence[Sentence], rule: Rule | None = None, seed: int = 0
) -> list[Judged]:
    """Return what coders and the model say of each label of each task, on the rows coded for it.

    Parameters are those of ``evaluate_classifier``; a label that no row is coded for is left out.
    """
    rule = model.check_rule(rule or Rule())
    judged = []
    for task, classifier in model.tasks.items():
        part = predict_task(KINDS[task], classifier, sentences, model.codebook, model.rule_for(task, rule))
        if part is None:
            continue
        W = bootstrap_weights(part.groups, seed=seed)
        for k, label in enumerate(part.labels):
            rows = ~np.isnan(part.Y[:, k])
            if rows.any():
                values = (part.Y[rows, k], part.proba[rows, k], part.decided[rows, k].astype(float), W[:, rows])
                judged.append(Judged(label, *values))
    return judged


def _by_target(part: TaskPredictions, W: Weights, learned: Collection[str]) -> dict[str, Estimate]:
    """Score the rows whose target was learned from and the others, on the same resamples of all rows."""
    seen = np.array([target_key(sentence.target) in learned for sentence in part.sentences])
    if min(seen.sum(), (~seen).sum()) < _SEEN_ROWS:
        return {}
    estimates: dict[str, Estimate] = {}
    for name, rows in ((SEEN, seen), (UNSEEN, ~seen)):
        scores = part.kind.estimates(part.Y[rows], part.proba[rows], part.decided[rows], part.labels, W[:, rows])
        estimates |= named({path: scores[path] for path in _SEEN_SCORES}, name)
    return estimates


def gain_over_blind(estimates: Mapping[str, Estimate], name: str) -> dict[str, Estimate]:
    """Return how much better the stance is than the stance blind to its target, on the same resamples.

    Parameters
    ----------
    estimates
        By path. Those of the stance and of the blind one were computed on the same rows with the same seed.
    name
        What the rows are called, such as ``validation``.

    Returns
    -------
    dict of Estimate
        ``NAME/stance_gain/macro_f1``; nothing where one of the two was not scored.

    Examples
    --------
    >>> found = {"dev/stance/macro_f1": Estimate(0.7, np.array([0.6, 0.8])),
    ...          "dev/stance_blind/macro_f1": Estimate(0.5, np.array([0.5, 0.5]))}
    >>> {path: gain.value for path, gain in gain_over_blind(found, "dev").items()}
    {'dev/stance_gain/macro_f1': 0.2}
    """
    stance, blind = (estimates.get(f"{name}/{kind.name}/macro_f1") for kind in (STANCE, STANCE_BLIND))
    return {} if stance is None or blind is None else {f"{name}/{GAIN}/macro_f1": stance - blind}


def as_often_as_learned(classifier: FramingClassifier, sentences: Sequence[Sentence]) -> str:
    """Return in words which coded rows are as many, with each label as often, as those a model learned from.

    Hardly other rows are. Nothing is said of fewer than twenty, where it may be chance.

    Parameters
    ----------
    classifier
        The model, which keeps its counts (``info["data"]["counts"]``).
    sentences
        The rows that it is scored on.
    """
    told = classifier.info.get("data", {}).get("counts", {})
    for name in classifier.tasks:
        coded = [s for s in sentences if KINDS[name].is_coded(s, classifier.codebook)]
        if len(coded) < _LEARNED_ROWS or name not in told:
            continue
        Y = KINDS[name].codes(coded, classifier.codebook)
        positives = np.nansum(Y, axis=0).astype(int).tolist()
        found = {"coded": len(coded), **dict(zip(classifier.tasks[name].labels, positives, strict=True))}
        if found == {label: count for label, count in told[name].items() if label != "groups"}:
            return f"{len(coded):,} rows coded for {name}, with each label as often"
    return ""


def part_sizes(estimates: Mapping[str, Estimate]) -> dict[str, float]:
    """Return ``{PATH_n: rows}`` of the scores that are of a part of a file's rows, which no other number tells.

    Examples
    --------
    >>> part_sizes({"dev/stance/macro_f1": Estimate(0.7, np.array([0.7]), n=50),
    ...             "dev/stance/seen/macro_f1": Estimate(0.8, np.array([0.8]), n=30)})
    {'dev/stance/seen/macro_f1_n': 30}
    """
    ends = (*(f"/{part}/{name}" for part in (SEEN, UNSEEN) for name in _SEEN_SCORES), "/consistency", "/flip_rate")
    return {f"{path}_n": e.n for path, e in estimates.items() if path.endswith(ends) and e.n is not None}


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
