"""Cross-validate the whole procedure, then fit it on all coded rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np

from framing.arrays import Rows
from framing.corpus.codes import codes_digest
from framing.corpus.dataset import dataset_digest, load_dataset, sentences_of
from framing.corpus.splits import Fold, TimeSplit, target_key
from framing.errors import InputError
from framing.files import sha256
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import with_intervals
from framing.measure.summary import TaskSummary
from framing.measure.verdicts import rule_in_words
from framing.model.classifier import EMBEDDING, TaskClassifier
from framing.model.decisions.rule import Rule
from framing.model.encoders.lessons import Lesson
from framing.model.encoders.tuning import VERSION, EncoderTuner
from framing.model.features import weights_of
from framing.model.framing import FramingClassifier
from framing.names import KEEP
from framing.parallel import one_blas_thread
from framing.records import Prediction
from framing.resources import model_path
from framing.scores import Score, with_bounds
from framing.training.divided import divided
from framing.training.evaluate import evaluate_classifier, gain_over_blind, named, part_sizes, task_estimates
from framing.training.inputs import Task, Training
from framing.training.procedures import Apart, Frozen, Procedure
from framing.training.repeated import REPEATED, repeated_scores
from framing.training.scoring import TaskPredictions, estimates_of, predict_task, summary_of
from framing.training.swaps import SwapPlan, swap_estimates
from framing.training.teacher import with_teacher


@dataclass
class TrainingResult:
    """What a training gives.

    Parameters
    ----------
    classifier
        Fitted on all coded rows.
    metrics
        Scores by path, such as ``validation/frames/macro_f1``, with ``_low`` and ``_high`` (95 %); the primary
        one first. ``validation`` is an outer cross-validation of the whole procedure, thresholds and calibration
        included; with a tuned encoder, the rows that it was not tuned on, calibrated and thresholded by each other.
        Other names are the files given as ``evaluate``. ``stance_gain`` is the stance less ``stance_blind``;
        ``repeated`` are means over all folds, where the cross-validation was repeated.
    estimates
        The same scores with their bootstrap replicates, for paired comparison.
    held_out
        Out-of-fold predictions by task: of all coded rows, or of the fifth that an encoder was not tuned on.
    summaries
        What a person reads of the scores, by path, such as ``validation/frames``.
    split
        How the rows were divided: see ``divided``.
    """

    classifier: FramingClassifier
    metrics: dict[str, float]
    estimates: dict[str, Estimate]
    held_out: dict[str, TaskPredictions]
    summaries: dict[str, TaskSummary] = field(default_factory=dict)
    split: list[dict[str, Any]] = field(default_factory=list)

    @property
    def primary(self) -> str:
        """Path of the score that ranks runs."""
        return next(iter(self.metrics))

    @property
    def predictions(self) -> list[Prediction]:
        """The held-out predictions as records."""
        return [prediction for task in self.held_out.values() for prediction in task.predictions]


def fit_training(training: Training) -> TrainingResult:
    """Validate the whole procedure on rows that it has not seen, and fit it on all rows."""
    with one_blas_thread():
        return _fit_all(training)


def _fit_all(training: Training) -> TrainingResult:
    procedure = _procedure(training)
    estimates: dict[str, Estimate] = {}
    repeated: dict[str, Score] = {}
    held_out: dict[str, TaskPredictions] = {}
    fitted: dict[str, TaskClassifier] = {}
    summaries: dict[str, TaskSummary] = {}
    for name, task in {**training.tasks, **training.baselines}.items():
        # A baseline is fitted on all rows only where there is something else to score it on.
        kept = name in training.tasks
        swaps = _swap_plan(task, procedure, training) if kept else None
        fitted[name], held_out[name] = procedure.fit(task, kept or bool(training.evaluate), swaps)
        if kept:
            fitted[name].warn_of_goal()  # once, not for each fold
        groups = np.unique(held_out[name].groups, return_inverse=True)[1]
        W = bootstrap_weights(groups, seed=training.seed)
        scores = estimates_of(held_out[name], training.codebook, W)
        estimates |= named(scores, f"validation/{name}")
        estimates |= named(swap_estimates(held_out[name].swaps, task.sentences, training.seed), f"validation/{name}")
        if kept:
            repeated |= _repeated(procedure, task, held_out[name], training)
            summaries[f"validation/{name}"] = summary_of(held_out[name], training.codebook, W, scores)
    estimates |= gain_over_blind(estimates, "validation")
    learned = _targets_learned(training)
    model = FramingClassifier(training.codebook, {name: fitted[name] for name in training.tasks})
    for name, sentences in training.evaluate.items():
        evaluation = evaluate_classifier(model, sentences, name, seed=training.seed, learned=learned)
        estimates |= evaluation.estimates
        summaries |= {f"{name}/{task}": summary for task, summary in evaluation.summaries.items()}
        for baseline, task in training.baselines.items():
            part = predict_task(task.kind, fitted[baseline], sentences, training.codebook, Rule())
            if part is not None:
                W = bootstrap_weights(part.groups, seed=training.seed)
                estimates |= named(task_estimates(part, training.codebook, W, learned), f"{name}/{baseline}")
        estimates |= gain_over_blind(estimates, name)
    metrics = with_intervals(estimates) | part_sizes(estimates)
    for path, score in repeated.items():
        metrics |= with_bounds(path, score)
    model.info = _model_info(training, metrics, summaries)
    of_tasks = {name: held_out[name] for name in training.tasks}
    return TrainingResult(model, metrics, estimates, of_tasks, summaries, divided(training, procedure))


def _model_info(
    training: Training, metrics: Mapping[str, float], summaries: Mapping[str, TaskSummary]
) -> dict[str, Any]:
    """Return what a model keeps of its training, for its card and for those who load it."""
    counts = {name: task.counts for name, task in training.tasks.items()}
    info: dict[str, Any] = {
        "data": {"digest": training.data_digest, "codes": training.codes, "counts": counts},
        "seed": training.seed,
        "metrics": metrics,
        "verdicts": {path: summary.verdicts() for path, summary in summaries.items()},
        "verdict_rule": rule_in_words(),
    }
    info |= _split_info(training)
    if training.coders:
        info["coders"] = training.coders
    if training.preprocess.entities != KEEP:
        info["preprocess"] = {"entities": training.preprocess.entities, "names": training.preprocess.finder}
    if training.calibrate is not None and training.apart is not None:
        info["calibrate"] = {
            "digest": dataset_digest(training.calibrate),
            "codes": codes_digest(sentences_of(training.calibrate)),
            "rows": len(training.apart[1]),
        }
    if isinstance(training.encoder, EncoderTuner):
        info["tuning"] = {**training.encoder.get_params(), **_teacher_info(training), "version": VERSION}
    return info


def _repeated(procedure: Procedure, task: Task, first: TaskPredictions, training: Training) -> dict[str, Score]:
    """Return the scores over all folds of a repeated cross-validation; none where it is not repeated."""
    if training.split.repeats == 1 or not isinstance(procedure, Frozen):
        return {}
    repeats = chain([(task.folds, first)], procedure.repeats(task))
    scores = repeated_scores(repeats, training.codebook)
    return {f"{REPEATED}/{task.kind.name}/{name}": score for name, score in scores.items()}


def _swap_plan(task: Task, procedure: Procedure, training: Training) -> SwapPlan | None:
    """Return rows that are validated, with other names in them; none where the test is left out."""
    most, rows = training.swap_test.sentences, procedure.validated(task)
    if not most or not len(rows):
        return None
    plan = SwapPlan.of(
        [task.sentences[i] for i in rows],
        task.classifier,
        most=most,
        finder=training.preprocess.finder,
        seed=training.seed,
    )
    moved = {kind: [replace(swap, row=int(rows[swap.row])) for swap in swaps] for kind, swaps in plan.swaps.items()}
    return SwapPlan(task.sentences, moved)


def _split_info(training: Training) -> dict[str, Any]:
    """Return what a model says of how it was validated, where that is not a plain cross-validation."""
    split = training.split
    if isinstance(split, TimeSplit):
        return {"split": {"by": split.by, "after": split.after}}
    return (
        {"split": {"by": split.by, "n_splits": split.n_splits, "repeats": split.repeats}} if split.repeats > 1 else {}
    )


def _targets_learned(training: Training) -> frozenset[str]:
    """Return the targets of the rows that the stance learns from."""
    stance = training.tasks.get("stance")
    return frozenset() if stance is None else frozenset(target_key(stance.sentences[i].target) for i in stance.learned)


def _teacher_info(training: Training) -> dict[str, Any]:
    """Return what a model says of its teacher: digests, where the options have places on this machine."""
    if not training.unlabelled:
        return {}
    told = {"digest": dataset_digest(load_dataset(training.unlabelled)), "rows": len(training.unlabelled)}
    return {"teacher": sha256(model_path(training.encoder.teacher) / "model.json"), "unlabelled": told}


def _procedure(training: Training) -> Procedure:
    """Return the way in which the tasks are fitted; an encoder is tuned now, once for all of them."""
    encoder = training.encoder
    if isinstance(encoder, EncoderTuner):
        folds, parts = _tuning_parts(training)
        return Apart(training.split, folds, [encoder.tune(_lessons(training, part)) for part in parts])
    if training.apart is None:
        return Frozen(training.split, training.n_jobs)
    return Apart(training.split, [training.apart], [encoder])


def tuning_seconds(training: Training) -> float:
    """Return about how long the encoder will be tuned here; 0 where there is nothing to tune."""
    if not isinstance(training.encoder, EncoderTuner):
        return 0.0
    return sum(training.encoder.estimate(_lessons(training, part)) for part in _tuning_parts(training)[1])


def _tuning_parts(training: Training) -> tuple[list[Fold], list[Rows]]:
    """Return the folds of all sentences, and the rows that each encoder is tuned on."""
    if training.apart is not None:
        return [training.apart], [training.apart[0]]
    strata = [" ".join(task.kind.stratum(s) for task in training.tasks.values()) for s in training.sentences]
    folds = training.split.folds(training.sentences, strata, training.groups)
    if training.encoder.cross_fit:
        return folds, [*(train for train, _ in folds), np.arange(len(training.sentences))]
    held_out = set(folds[0][1].tolist())
    for name, task in training.tasks.items():
        n_groups = len({group for row, group in zip(task.rows, task.groups, strict=True) if row in held_out})
        if n_groups < 2:
            raise InputError(
                f"the part held out from tuning has {n_groups} group(s) of rows coded for {name}, too few to calibrate "
                "and to validate with; set encoder.cross_fit=true, or give more rows a 'group' or 'doc_id' of their own"
            )
    return folds[:1], [folds[0][0]]


def _lessons(training: Training, rows: Rows) -> list[Lesson]:
    """Return the tasks' coded rows among some sentences, as an encoder is tuned on them."""
    lessons = []
    for name, task in training.tasks.items():
        if not training.encoder.learns(name):
            continue
        part = np.flatnonzero(np.isin(task.rows, rows))
        sentences, Y, origin = task.classifier.learned([task.sentences[i] for i in part], task.Y[part])
        features = task.classifier.features[EMBEDDING]
        groups = training.groups[task.rows[part[origin]]]
        lesson = Lesson(
            features.texts_read(sentences), Y, task.classifier.decoder.exclusive, groups, weights_of(sentences)
        )
        lessons.append(with_teacher(lesson, task, training))
    return lessons
