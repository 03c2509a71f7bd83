"""Train: read, split, encode, fit, calibrate, evaluate. No configuration library, no tracking, no printing."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from framing.codebook import Codebook
from framing.corpus.dataset import dataset_digest, load_dataset, sentences_of
from framing.corpus.splits import Fold, GroupedFolds
from framing.errors import ConfigError, FramingWarning, InputError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import flat, frame_estimates, stance_estimates
from framing.model.classifier import FramingClassifier, Rule, TaskClassifier, frames_classifier, stance_classifier
from framing.model.encoders import SentenceEncoder
from framing.model.features import CONTEXTS
from framing.model.heads import check_head
from framing.model.multilingual import MultilingualEncoder
from framing.model.priors import PriorShift
from framing.model.thresholds import F1, check_goal
from framing.model.tuning import VERSION, Lesson, TunedEncoder
from framing.progress import track
from framing.records import Prediction, Sentence
from framing.resources import SHIPPED, codebook_path, data_path

if TYPE_CHECKING:
    from datasets import Dataset

TASKS = ("frames", "stance")


@dataclass(frozen=True)
class StanceOptions:
    """What differs for the stance.

    Parameters
    ----------
    head
        A classifier for the stance; ``None`` takes the one of the frames.
    blind_baseline
        Also score the same model without the target, as ``stance_blind``: what a stance is worth that ignores it.
    """

    head: Any = None
    blind_baseline: bool = True


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
    data: str | Path | Sequence[str | Path] | Iterable[Sentence] | Dataset = SHIPPED,
    codebook: str | Path | Codebook = SHIPPED,
    encoder: Any = None,
    head: Any = None,
    words: Any = None,
    split: GroupedFolds | None = None,
    tasks: Sequence[str] = TASKS,
    stance: StanceOptions | None = None,
    context: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    evaluate: Mapping[str, str | None] | None = None,
    seed: int = 0,
    thresholds: str = F1,
) -> TrainingResult:
    """Train frames and stance on coded sentences.

    Parameters
    ----------
    data
        A file, a folder, several files, sentences or a dataset; ``"shipped"`` is the package's own corpus.
    codebook
        A YAML file or a ``Codebook``; ``"shipped"`` is the package's own.
    encoder
        A transformer from a list of strings to a 2-D array; default ``SentenceEncoder()``. A ``TunedEncoder`` is
        tuned first, once for both tasks.
    head
        A scikit-learn classifier, cloned for each label; default a balanced logistic regression.
    words
        A second encoder whose head is fused with the first, or ``None``.
    split
        How the outer and inner folds are made.
    tasks
        Which of ``frames`` and ``stance``; one without coded rows is left out with a warning.
    stance
        Options of the stance.
    context
        What the encoder reads before the sentence: some of ``headline`` and ``previous``.
    columns
        Your own column names, as for ``load_dataset``.
    evaluate
        Other coded files to score the finished model on, by name; never used for a choice.
    seed
        Seed of the bootstrap, and of the default head and split.
    thresholds
        What the frames' thresholds are chosen for, on held-out probabilities: ``f1``, ``precision>=P`` (the highest
        recall at that precision), ``recall>=P`` (the other way round), or ``count`` (as many as there are).

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
    return prepare(
        data=data,
        codebook=codebook,
        encoder=encoder,
        head=head,
        words=words,
        split=split,
        tasks=tasks,
        stance=stance,
        context=context,
        columns=columns,
        evaluate=evaluate,
        seed=seed,
        thresholds=thresholds,
    ).fit()


@dataclass
class Training:
    """A training whose inputs have been read and checked; ``fit`` does the work.

    Parameters
    ----------
    codebook, seed
        As for ``train``.
    dataset
        The rows as they were read.
    sentences, groups
        The same as records, and their group numbers, shape (n_sentences,).
    tasks
        What is fitted, by name.
    split
        How folds are made.
    evaluate
        Other coded sentences to score the finished model on, by name.
    blind
        The stance classifier that does not see the target, or ``None``.
    encoder
        The encoder to tune first, or ``None``.
    """

    codebook: Codebook
    dataset: Dataset
    sentences: list[Sentence]
    groups: NDArray[np.intp]
    tasks: dict[str, Task]
    split: GroupedFolds
    evaluate: dict[str, list[Sentence]]
    blind: TaskClassifier | None
    seed: int

    encoder: TunedEncoder | None = None

    @cached_property
    def data_digest(self) -> str:
        """The sha256 of the rows."""
        return dataset_digest(self.dataset)

    def fit(self) -> TrainingResult:
        """Cross-validate the whole procedure, then fit it on all rows."""
        model = FramingClassifier(self.codebook, {})
        estimates: dict[str, Estimate] = {}
        held_out: dict[str, HeldOut] = {}
        folds, encoders = self._tune() if self.encoder else ([], None)
        blind = None
        for name, task in self.tasks.items():
            classifier, proba, decided = self._fit(task.classifier, task, folds, encoders)
            model.tasks[name] = classifier
            classifier.warn_of_goal()  # once, not for each fold
            rows = np.flatnonzero(~np.isnan(proba).any(axis=1))
            W = bootstrap_weights(np.unique(task.groups[rows], return_inverse=True)[1], seed=self.seed)
            scores = _estimates(name, task.Y[rows], proba[rows], decided[rows], task.labels, W)
            estimates |= _named(scores, f"validation/{name}")
            sentences = [task.sentences[i] for i in rows]
            held_out[name] = HeldOut(
                sentences, task.labels, task.Y[rows], proba[rows], decided[rows], stance=name == "stance"
            )
            if name == "stance" and self.blind is not None:
                blind, proba, decided = self._fit(self.blind, task, folds, encoders, refit=bool(self.evaluate))
                scores = _estimates(name, task.Y[rows], proba[rows], decided[rows], task.labels, W)
                estimates |= _named(scores, "validation/stance_blind")
        for name, sentences in self.evaluate.items():
            estimates |= evaluate_classifier(model, sentences, name, seed=self.seed)
            if f"{name}/stance/macro_f1" in estimates and blind is not None:
                scores = _score_task(blind, sentences, "stance", self.codebook, self.seed)
                estimates |= _named(scores, f"{name}/stance_blind")
        metrics = flat(estimates)
        counts = {name: task.counts for name, task in self.tasks.items()}
        model.info = {
            "data": {"digest": self.data_digest, "counts": counts},
            "seed": self.seed,
            "metrics": metrics,
        }
        if self.encoder is not None:
            model.info["tuning"] = {**self.encoder.get_params(), "version": VERSION}
        return TrainingResult(model, metrics, estimates, held_out)

    def tuning_seconds(self) -> float:
        """Return about how long the encoder will be tuned here; 0 where there is nothing to tune."""
        if self.encoder is None:
            return 0.0
        return sum(self.encoder.estimate(self._lessons(set(part.tolist()))) for part in self._tuning_parts()[1])

    def _tuning_parts(self) -> tuple[list[Fold], list[NDArray[np.intp]]]:
        """Return the folds of all sentences, and the rows that each encoder is tuned on."""
        codes = {"frames": lambda s: str(sorted(s.frames or ())), "stance": lambda s: str(s.stance)}
        strata = [" ".join(codes[task](s) for task in self.tasks) for s in self.sentences]
        folds = self.split.split(strata, self.groups)
        if self.encoder is not None and self.encoder.cross_fit:
            return folds, [*(train for train, _ in folds), np.arange(len(self.sentences))]
        return folds[:1], [folds[0][0]]

    def _tune(self) -> tuple[list[Fold], list[SentenceEncoder]]:
        """Tune the encoder on the training part of the folds of all sentences: one fold, or all and all rows."""
        assert self.encoder is not None
        folds, parts = self._tuning_parts()
        return folds, [self.encoder.tune(self._lessons(set(part.tolist()))) for part in parts]

    def _lessons(self, rows: Collection[int]) -> list[Lesson]:
        """Return the tasks' coded rows among some sentences, as an encoder is tuned on them."""
        lessons = []
        for task in self.tasks.values():
            part = [i for i, row in enumerate(task.rows) if row in rows]
            texts = task.classifier.features["embedding"].texts([task.sentences[i] for i in part])
            lessons.append(Lesson(texts, task.Y[part], task.classifier.exclusive, self.groups[task.rows[part]]))
        return lessons

    def _fit(
        self,
        classifier: TaskClassifier,
        task: Task,
        folds: Sequence[Fold],
        encoders: Sequence[SentenceEncoder] | None,
        refit: bool = True,
    ) -> tuple[TaskClassifier, NDArray[np.float64], NDArray[np.bool_]]:
        """Return a fitted classifier of a task, and its held-out probabilities and decisions."""
        if encoders is None:
            proba, decided = _cross_validate(classifier, task, self.split)
            return clone(classifier).fit(task.sentences, task.Y, task.folds) if refit else classifier, proba, decided
        place = {row: i for i, row in enumerate(task.rows)}
        own = [tuple(np.array([place[i] for i in part if i in place], dtype=int) for part in fold) for fold in folds]
        fitted = clone(classifier).fit(task.sentences, task.Y, own, encoders)
        held = np.concatenate([test for _, test in own])
        strata = _strata(task.Y[held])
        inner = replace(self.split, n_splits=min(self.split.n_splits, len(np.unique(task.groups[held]))))
        others = [(held[train], held[test]) for train, test in inner.split(strata, task.groups[held])]
        return fitted, *fitted.cross_calibrate(task.Y, others)


@dataclass(frozen=True)
class Task:
    """The coded rows of one task, and the classifier to fit on them.

    Parameters
    ----------
    classifier
        Not fitted.
    sentences, Y, groups
        The coded rows: the sentences, their codes of shape (n_rows, n_labels), their group numbers.
    folds
        ``(train, test)`` row numbers.
    rows
        Which of all sentences these are, shape (n_rows,).
    """

    classifier: TaskClassifier
    sentences: list[Sentence]
    Y: NDArray[np.float64]
    groups: NDArray[np.intp]
    folds: list[Fold]
    rows: NDArray[np.intp]

    @property
    def labels(self) -> Sequence[str]:
        """Label names, the columns of ``Y``."""
        return self.classifier.labels

    @property
    def counts(self) -> dict[str, int]:
        """Coded rows, groups, and positives of each label."""
        positives = {label: int(np.nansum(column)) for label, column in zip(self.labels, self.Y.T, strict=True)}
        return {"coded": len(self.sentences), "groups": int(self.groups.max()) + 1, **positives}


def prepare(
    data: str | Path | Sequence[str | Path] | Iterable[Sentence] | Dataset = SHIPPED,
    codebook: str | Path | Codebook = SHIPPED,
    encoder: Any = None,
    head: Any = None,
    words: Any = None,
    split: GroupedFolds | None = None,
    tasks: Sequence[str] = TASKS,
    stance: StanceOptions | None = None,
    context: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    evaluate: Mapping[str, str | None] | None = None,
    seed: int = 0,
    thresholds: str = F1,
) -> Training:
    """Read and check everything that ``train`` needs, and fit nothing. Parameters and errors are those of ``train``."""
    book = codebook if isinstance(codebook, Codebook) else Codebook.load(codebook_path(str(codebook)))
    if isinstance(tasks, str):
        raise ConfigError(f"tasks={tasks}: expected a list, such as tasks=[{tasks}]")
    if unknown := [task for task in tasks if task not in TASKS]:
        raise ConfigError(f"tasks: unknown task {unknown[0]!r}; expected some of {', '.join(TASKS)}")
    if isinstance(context, str) or set(context) - set(CONTEXTS):
        raise ConfigError(
            f"context={context}: expected a list of some of {', '.join(CONTEXTS)}, such as context=[headline]"
        )
    if "validation" in (evaluate or {}):
        raise ConfigError("evaluate.validation: the name of the cross-validation's scores; choose another")
    if check_goal(thresholds, "thresholds") != F1 and book.exclusive:
        raise ConfigError(f"thresholds={thresholds}: the frames are exclusive, the likeliest one is taken")
    dataset = load_dataset(data_path(data) if isinstance(data, str) else data, book, columns)
    sentences = sentences_of(dataset)
    others = {name: sentences_of(load_dataset(path, book, columns)) for name, path in (evaluate or {}).items() if path}
    split = split or GroupedFolds(random_state=seed)
    stance = stance or StanceOptions()
    encoder = SentenceEncoder() if encoder is None else encoder
    head = LogisticRegression(class_weight="balanced", solver="newton-cg", max_iter=2000) if head is None else head
    stance_head = head if stance.head is None else stance.head
    check_head(head)
    check_head(stance_head)
    if isinstance(encoder, SentenceEncoder | MultilingualEncoder):
        if isinstance(encoder, TunedEncoder):
            encoder.check()
        _ = encoder.digest  # weights that cannot be found are known now, not after the reading of a large file
    classifiers = {
        "frames": frames_classifier(book, encoder, head, words, context, thresholds),
        "stance": stance_classifier(book, encoder, stance_head, words, context),
    }
    prepared = {}
    for name, classifier in classifiers.items():
        rows = np.array([i for i, s in enumerate(sentences) if name in tasks and _is_coded(s, name, book)], dtype=int)
        coded = [sentences[i] for i in rows]
        if coded:
            Y = _codes(coded, name, book)
            _check_support(name, Y, classifier.labels, split.n_splits)
            groups = split.groups(coded)
            folds = split.split(_strata(Y), groups)
            if min(len(np.unique(groups[train_rows])) for train_rows, _ in folds) < 2:
                raise InputError(
                    f"the rows coded for {name} form {groups.max() + 1} groups, too few to cross-validate within a "
                    "fold; give more rows a 'group' or 'doc_id' of their own"
                )
            prepared[name] = Task(classifier, coded, Y, groups, folds, rows)
    _complain_about_missing(tasks, prepared)
    for name, other in others.items():
        _check_coded(name, other, prepared, book)
    blind = stance_classifier(book, encoder, stance_head, words, context, blind=True) if stance.blind_baseline else None
    tuned = encoder if isinstance(encoder, TunedEncoder) else None
    everywhere = split.groups(sentences)
    return Training(book, dataset, sentences, everywhere, prepared, split, others, blind, seed, tuned)


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

    Raises
    ------
    InputError
        No row is coded for any task of the model.
    """
    rule = model.check_rule(Rule(thresholds or {}, goal, adapt_priors))
    _check_coded(name, sentences, model.tasks, model.codebook)
    estimates: dict[str, Estimate] = {}
    for task, classifier in model.tasks.items():
        scores = _score_task(classifier, sentences, task, model.codebook, seed, rule.of(task), shifts)
        estimates |= _named(scores, f"{name}/{task}")
    return estimates


def _score_task(
    classifier: TaskClassifier,
    sentences: Sequence[Sentence],
    task: str,
    book: Codebook,
    seed: int,
    rule: Rule | None = None,
    shifts: dict[str, PriorShift] | None = None,
) -> dict[str, Estimate]:
    coded = [s for s in sentences if _is_coded(s, task, book)]
    if not coded:
        return {}
    found = classifier.judge(coded, rule or Rule())
    if shifts is not None and found.shift is not None:
        shifts[task] = found.shift
    W = bootstrap_weights(GroupedFolds().groups(coded), seed=seed)
    return _estimates(task, _codes(coded, task, book), found.proba, found.present, classifier.labels, W)


def _cross_validate(
    classifier: TaskClassifier, task: Task, split: GroupedFolds
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return held-out probabilities and decisions of the whole procedure, calibration and thresholds included."""
    proba = np.full(task.Y.shape, np.nan)
    decided = np.zeros(task.Y.shape, dtype=bool)
    for train_rows, test_rows in track(task.folds, "validating"):
        Y, groups = task.Y[train_rows], task.groups[train_rows]
        inner = replace(split, n_splits=min(split.n_splits, len(np.unique(groups))))
        fitted = clone(classifier).fit([task.sentences[i] for i in train_rows], Y, inner.split(_strata(Y), groups))
        proba[test_rows] = fitted.predict_proba([task.sentences[i] for i in test_rows])
        decided[test_rows] = fitted.decide(proba[test_rows])
    return proba, decided


def _is_coded(sentence: Sentence, task: str, book: Codebook) -> bool:
    if task == "frames":
        return sentence.frames is not None
    return bool(book.stance and sentence.stance is not None and sentence.target)


def _codes(sentences: Sequence[Sentence], task: str, book: Codebook) -> NDArray[np.float64]:
    """Return the codes, shape (n_sentences, n_labels): 1, 0, or nan where a label was not coded."""
    if task == "stance":
        return np.array([[float(s.stance == name) for name in book.stance_names] for s in sentences])
    codes = np.array([[float(name in (s.frames or ())) for name in book.frame_names] for s in sentences])
    for row, sentence in zip(codes, sentences, strict=True):
        if sentence.coded is not None:
            row[[name not in sentence.coded for name in book.frame_names]] = np.nan
    return codes


def _strata(Y: NDArray[np.float64]) -> list[str]:
    """Name the label set of each row, so that folds get a like share of each."""
    return ["".join("?" if np.isnan(value) else str(int(value)) for value in row) for row in Y]


def _check_coded(name: str, sentences: Sequence[Sentence], tasks: Collection[str], book: Codebook) -> None:
    """Make sure that there is something to score."""
    if not any(_is_coded(sentence, task, book) for task in tasks for sentence in sentences):
        raise InputError(
            f"{name}: none of {len(sentences):,} rows is coded for {' or '.join(tasks)}; "
            "expected 'frames' (or 'target' and 'stance') in some rows"
        )


def _check_support(task: str, Y: NDArray[np.float64], labels: Sequence[str], n_splits: int) -> None:
    kind = {"frames": "frame", "stance": "stance class"}[task]
    for label, column in zip(labels, Y.T, strict=True):
        positives, coded = int(np.nansum(column)), int((~np.isnan(column)).sum())
        for what, count in (("positives", positives), ("negatives", coded - positives)):
            if count < n_splits:
                raise InputError(
                    f"{kind} {label!r} has {count} {what} in {coded:,} coded rows, {n_splits} folds need at least "
                    f"{n_splits}: code more, lower split.n_splits, or take the label out of the codebook"
                )


def _estimates(
    task: str,
    Y: NDArray[np.float64],
    proba: NDArray[np.float64],
    decided: NDArray[np.bool_],
    labels: Sequence[str],
    W: NDArray[np.float64],
) -> dict[str, Estimate]:
    if task == "stance":
        return stance_estimates(Y.argmax(axis=1), proba, labels, W)
    return frame_estimates(Y, proba, decided, labels, W)


def _named(estimates: Mapping[str, Estimate], prefix: str) -> dict[str, Estimate]:
    return {f"{prefix}/{name}": estimate for name, estimate in estimates.items()}


def _complain_about_missing(tasks: Sequence[str], prepared: Mapping[str, Task]) -> None:
    needs = {"frames": "'frames'", "stance": "both 'target' and 'stance'"}
    missing = [task for task in tasks if task not in prepared]
    if not prepared:
        raise InputError(f"no coded rows: no row has {' or '.join(needs[task] for task in missing) or 'a task'}")
    for task in missing:
        warnings.warn(f"{task} not trained: no row has {needs[task]}", FramingWarning, stacklevel=4)
