"""Score a fitted model on coded sentences."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from framing.arrays import Weights
from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds, target_key
from framing.errors import FramingWarning
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.judged import Judged
from framing.measure.summary import TaskSummary, summarise
from framing.measure.verdicts import BOUND
from framing.model.classifier import TaskClassifier
from framing.model.decisions.priors import PriorShift
from framing.model.decisions.rule import Decisions, Rule
from framing.model.framing import FramingClassifier
from framing.records import Sentence
from framing.training.probes import consistency_estimates
from framing.training.scoring import estimates_of, has_one_label
from framing.training.tasks import KINDS, STANCE, STANCE_BLIND, TaskKind, check_coded

# A stance toward targets that were learned from, and toward others: which scores are told of the two, and how many
# rows each must have.
SEEN, UNSEEN = "seen", "unseen"
_SEEN_SCORES, _SEEN_ROWS = ("macro_f1", "accuracy"), 20
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
    n_groups
        Of one task: how many documents or groups were resampled for the intervals.
    summaries
        By task, what a person reads of the scores.
    """

    estimates: dict[str, Estimate]
    shifts: dict[str, PriorShift]
    n_groups: int = 0
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
        scored = score_task(
            KINDS[task],
            classifier,
            sentences,
            model.codebook,
            rule=model.rule_for(task, rule),
            seed=seed,
            learned=learned,
            bound=bound,
        )
        if scored.estimates:
            if scored.n_groups == 1:
                told = "the coded rows are of one document or group: with nothing to resample, intervals have no width"
                warnings.warn(f"{name}/{task}: {told}", FramingWarning, stacklevel=2)
            for note in absence_notes(scored.estimates, classifier.labels):
                warnings.warn(f"{name}/{task}: {note}", FramingWarning, stacklevel=2)
        estimates |= named(scored.estimates, f"{name}/{task}")
        if task == STANCE.name:
            estimates |= named(consistency_estimates(classifier, sentences, seed), f"{name}/{task}")
        shifts |= scored.shifts
        summaries |= scored.summaries
    return Evaluation(estimates, shifts, summaries=summaries)


def score_task(
    kind: TaskKind,
    classifier: TaskClassifier,
    sentences: Sequence[Sentence],
    book: Codebook,
    *,
    rule: Rule | None = None,
    seed: int = 0,
    learned: Collection[str] = (),
    bound: float = BOUND,
) -> Evaluation:
    """Score one task on the rows coded for it, without a prefix; nothing where there are none."""
    coded = [sentence for sentence in sentences if kind.is_coded(sentence, book)]
    if not coded:
        return Evaluation({}, {})
    found = classifier.judge(coded, rule or Rule())
    groups = GroupedFolds().groups(coded)
    W = bootstrap_weights(groups, seed=seed)
    Y = kind.codes(coded, book)
    estimates = estimates_of(kind, book, Y, found.proba, found.present, classifier.labels, W)
    labels, exclusive = classifier.labels, has_one_label(kind, book)
    summary = summarise(
        coded, Y, found.present, labels, groups, W, estimates, field=kind.task, exclusive=exclusive, bound=bound
    )
    if learned and kind.task == STANCE.task:
        estimates |= _by_target(kind, classifier.labels, coded, book, found, W, learned)
    shifts = {} if found.shift is None else {kind.name: found.shift}
    return Evaluation(estimates, shifts, int(groups.max()) + 1, {kind.name: summary})


def judged_labels(
    model: FramingClassifier, sentences: Sequence[Sentence], rule: Rule | None = None, seed: int = 0
) -> list[Judged]:
    """Return what coders and the model say of each label of each task, on the rows coded for it.

    Parameters are those of ``evaluate_classifier``; a label that no row is coded for is left out.
    """
    rule = model.check_rule(rule or Rule())
    judged = []
    for task, classifier in model.tasks.items():
        coded = [sentence for sentence in sentences if KINDS[task].is_coded(sentence, model.codebook)]
        if not coded:
            continue
        found = classifier.judge(coded, model.rule_for(task, rule))
        Y = KINDS[task].codes(coded, model.codebook)
        W = bootstrap_weights(GroupedFolds().groups(coded), seed=seed)
        for k, label in enumerate(classifier.labels):
            rows = ~np.isnan(Y[:, k])
            if rows.any():
                values = (Y[rows, k], found.proba[rows, k], found.present[rows, k].astype(float), W[:, rows])
                judged.append(Judged(label, *values))
    return judged


def _by_target(
    kind: TaskKind,
    labels: Sequence[str],
    coded: Sequence[Sentence],
    book: Codebook,
    found: Decisions,
    W: Weights,
    learned: Collection[str],
) -> dict[str, Estimate]:
    """Score the rows whose target was learned from and the others, on the same resamples of all rows."""
    seen = np.array([target_key(sentence.target) in learned for sentence in coded])
    if min(seen.sum(), (~seen).sum()) < _SEEN_ROWS:
        return {}
    Y = kind.codes(coded, book)
    estimates: dict[str, Estimate] = {}
    for part, rows in ((SEEN, seen), (UNSEEN, ~seen)):
        scores = kind.estimates(Y[rows], found.proba[rows], found.present[rows], labels, W[:, rows])
        estimates |= named({name: scores[name] for name in _SEEN_SCORES}, part)
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
