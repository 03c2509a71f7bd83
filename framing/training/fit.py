"""Cross-validate the whole procedure, then fit it on all coded rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from framing.codebook import Codebook
from framing.corpus.splits import Fold, GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import flat
from framing.model.classifier import TaskClassifier
from framing.model.encoders import SentenceEncoder
from framing.model.encoders.trainer import Lesson
from framing.model.encoders.tuning import VERSION
from framing.model.framing import FramingClassifier
from framing.progress import track
from framing.records import Prediction, Sentence
from framing.resources import SHIPPED
from framing.training.codes import strata_of
from framing.training.evaluate import evaluate_classifier, named, score_task, task_estimates
from framing.training.inputs import Recipe, Task, Training, prepare

if TYPE_CHECKING:
    from datasets import Dataset

    from framing.corpus.tables import Table


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
        Other names are the files given as ``evaluate``.
    estimates
        The same scores with their bootstrap replicates, for paired comparison.
    held_out
        By task, what was predicted for coded rows by a fold whose training part did not hold them: all rows, or
        the fifth that an encoder was not tuned on.
    """

    classifier: FramingClassifier
    metrics: dict[str, float]
    estimates: dict[str, Estimate]
    held_out: dict[str, HeldOut]

    @property
    def primary(self) -> str:
        """Path of the score that ranks runs."""
        return next(iter(self.metrics))

    @property
    def predictions(self) -> list[Prediction]:
        """The held-out predictions as records."""
        return [prediction for task in self.held_out.values() for prediction in task.predictions]


@dataclass(frozen=True)
class HeldOut:
    """Held-out predictions of one task.

    Parameters
    ----------
    sentences
        The coded rows.
    labels
        Label names, the columns of the arrays.
    Y, proba, decided
        Codes, probabilities and decisions, each of shape (n_rows, n_labels).
    stance
        Whether the labels are stance classes.
    """

    sentences: list[Sentence]
    labels: Sequence[str]
    Y: NDArray[np.float64]
    proba: NDArray[np.float64]
    decided: NDArray[np.bool_]
    stance: bool

    @property
    def predictions(self) -> list[Prediction]:
        """The same as records: frames, or stance."""
        records = []
        for sentence, p, d in zip(self.sentences, self.proba, self.decided, strict=True):
            proba = dict(zip(self.labels, map(float, p), strict=True))
            present = tuple(label for label, yes in zip(self.labels, d, strict=True) if yes)
            if self.stance:
                records.append(Prediction(sentence, stance=present[0], stance_proba=proba))
            else:
                records.append(Prediction(sentence, proba=proba, frames=present))
        return records


def train(
    data: str | Path | Sequence[str | Path] | Iterable[Sentence] | Dataset | Table = SHIPPED,
    codebook: str | Path | Codebook = SHIPPED,
    *,
    columns: Mapping[str, str] | None = None,
    evaluate: Mapping[str, str | None] | None = None,
    **recipe: Any,
) -> TrainingResult:
    """Train frames and stance on coded sentences.

    Parameters
    ----------
    data
        A file, a folder, several files, sentences, a dataset or a table; ``"shipped"`` is the package's own corpus.
    codebook
        A YAML file or a ``Codebook``; ``"shipped"`` is the package's own.
    columns
        Your own column names, as for ``load_dataset``.
    evaluate
        Other coded files to score the finished model on, by name; never used for a choice.
    **recipe
        How to train, as in ``Recipe``: ``encoder``, ``head``, ``words``, ``split``, ``tasks``, ``stance``,
        ``context``, ``thresholds``, ``seed``.

    Returns
    -------
    TrainingResult

    Raises
    ------
    InputError
        The data cannot be read, has no coded rows, or a label has fewer positives than there are folds.
    CodebookError, ConfigError, EncoderError
        The codebook, an option or the encoder's weights cannot be used.

    Examples
    --------
    >>> from framing.model.encoders import WordVectorizer
    >>> rows = [Sentence(t, frames=f, group=str(i)) for i in range(9) for t, f in
    ...         ((f"a vast market {i}", ("gain",)), (f"a quiet day {i}", ()))]
    >>> book = Codebook.from_dict({"name": "tiny", "frames": ["gain"]})
    >>> result = train(rows, book, encoder=WordVectorizer(min_df=1), split=GroupedFolds(3), tasks=["frames"])
    >>> result.classifier.predict([Sentence("a vast market")])[0].frames
    ('gain',)
    """
    return fit_training(prepare(data, codebook, columns=columns, evaluate=evaluate, recipe=Recipe(**recipe)))


def fit_training(training: Training) -> TrainingResult:
    """Cross-validate the whole procedure, then fit it on all rows."""
    model = FramingClassifier(training.codebook, {})
    estimates: dict[str, Estimate] = {}
    held_out: dict[str, HeldOut] = {}
    folds, encoders = _tune(training) if training.encoder else ([], None)
    blind = None
    for name, task in training.tasks.items():
        classifier, proba, decided = _fit(training, task.classifier, task, folds, encoders)
        model.tasks[name] = classifier
        classifier.warn_of_goal()  # once, not for each fold
        rows = np.flatnonzero(~np.isnan(proba).any(axis=1))
        W = bootstrap_weights(np.unique(task.groups[rows], return_inverse=True)[1], seed=training.seed)
        scores = task_estimates(name, task.Y[rows], proba[rows], decided[rows], task.labels, W)
        estimates |= named(scores, f"validation/{name}")
        sentences = [task.sentences[i] for i in rows]
        held_out[name] = HeldOut(
            sentences, task.labels, task.Y[rows], proba[rows], decided[rows], stance=name == "stance"
        )
        if name == "stance" and training.blind is not None:
            blind, proba, decided = _fit(training, training.blind, task, folds, encoders, refit=bool(training.evaluate))
            scores = task_estimates(name, task.Y[rows], proba[rows], decided[rows], task.labels, W)
            estimates |= named(scores, "validation/stance_blind")
    for name, sentences in training.evaluate.items():
        estimates |= evaluate_classifier(model, sentences, name, seed=training.seed)
        if f"{name}/stance/macro_f1" in estimates and blind is not None:
            scores = score_task(blind, sentences, "stance", training.codebook, training.seed)
            estimates |= named(scores, f"{name}/stance_blind")
    metrics = flat(estimates)
    counts = {name: task.counts for name, task in training.tasks.items()}
    model.info = {
        "data": {"digest": training.data_digest, "counts": counts},
        "seed": training.seed,
        "metrics": metrics,
    }
    if training.encoder is not None:
        model.info["tuning"] = {**training.encoder.get_params(), "version": VERSION}
    return TrainingResult(model, metrics, estimates, held_out)


def tuning_seconds(training: Training) -> float:
    """Return about how long the encoder will be tuned here; 0 where there is nothing to tune."""
    if training.encoder is None:
        return 0.0
    return sum(training.encoder.estimate(_lessons(training, set(part.tolist()))) for part in _tuning_parts(training)[1])


def _tuning_parts(training: Training) -> tuple[list[Fold], list[NDArray[np.intp]]]:
    """Return the folds of all sentences, and the rows that each encoder is tuned on."""
    codes = {"frames": lambda s: str(sorted(s.frames or ())), "stance": lambda s: str(s.stance)}
    strata = [" ".join(codes[task](s) for task in training.tasks) for s in training.sentences]
    folds = training.split.split(strata, training.groups)
    if training.encoder is not None and training.encoder.cross_fit:
        return folds, [*(train for train, _ in folds), np.arange(len(training.sentences))]
    return folds[:1], [folds[0][0]]


def _tune(training: Training) -> tuple[list[Fold], list[SentenceEncoder]]:
    """Tune the encoder on the training part of the folds of all sentences: one fold, or all and all rows."""
    assert training.encoder is not None
    folds, parts = _tuning_parts(training)
    return folds, [training.encoder.tune(_lessons(training, set(part.tolist()))) for part in parts]


def _lessons(training: Training, rows: Collection[int]) -> list[Lesson]:
    """Return the tasks' coded rows among some sentences, as an encoder is tuned on them."""
    lessons = []
    for task in training.tasks.values():
        part = [i for i, row in enumerate(task.rows) if row in rows]
        texts = task.classifier.features["embedding"].texts([task.sentences[i] for i in part])
        lessons.append(Lesson(texts, task.Y[part], task.classifier.exclusive, training.groups[task.rows[part]]))
    return lessons


def _fit(
    training: Training,
    classifier: TaskClassifier,
    task: Task,
    folds: Sequence[Fold],
    encoders: Sequence[SentenceEncoder] | None,
    refit: bool = True,
) -> tuple[TaskClassifier, NDArray[np.float64], NDArray[np.bool_]]:
    """Return a fitted classifier of a task, and its held-out probabilities and decisions."""
    if encoders is None:
        proba, decided = _cross_validate(classifier, task, training.split)
        return clone(classifier).fit(task.sentences, task.Y, task.folds) if refit else classifier, proba, decided
    place = {row: i for i, row in enumerate(task.rows)}
    own = [tuple(np.array([place[i] for i in part if i in place], dtype=int) for part in fold) for fold in folds]
    fitted = clone(classifier).fit(task.sentences, task.Y, own, encoders)
    held = np.concatenate([test for _, test in own])
    strata = strata_of(task.Y[held])
    inner = replace(training.split, n_splits=min(training.split.n_splits, len(np.unique(task.groups[held]))))
    others = [(held[train], held[test]) for train, test in inner.split(strata, task.groups[held])]
    return fitted, *fitted.cross_calibrate(task.Y, others)


def _cross_validate(
    classifier: TaskClassifier, task: Task, split: GroupedFolds
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return held-out probabilities and decisions of the whole procedure, calibration and thresholds included."""
    proba = np.full(task.Y.shape, np.nan)
    decided = np.zeros(task.Y.shape, dtype=bool)
    for train_rows, test_rows in track(task.folds, "validating"):
        Y, groups = task.Y[train_rows], task.groups[train_rows]
        inner = replace(split, n_splits=min(split.n_splits, len(np.unique(groups))))
        fitted = clone(classifier).fit([task.sentences[i] for i in train_rows], Y, inner.split(strata_of(Y), groups))
        proba[test_rows] = fitted.predict_proba([task.sentences[i] for i in test_rows])
        decided[test_rows] = fitted.decide(proba[test_rows])
    return proba, decided
