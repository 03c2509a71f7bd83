"""Read and check everything that a training needs, and fit nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing.arrays import Codes, Fold, Proba, Rows
from framing.codebook import Codebook
from framing.corpus.codes import codes_digest
from framing.corpus.columns import hint_of_labels
from framing.corpus.dataset import Coded, dataset_digest, load_dataset, sentences_of, warn_about_groups
from framing.corpus.splits import GroupedFolds, TimeSplit
from framing.errors import ConfigError, FramingWarning, InputError
from framing.model.classifier import TaskClassifier
from framing.model.decisions.heads import check_head
from framing.model.encoders import EncoderTuner, SentenceEncoder
from framing.model.persistence import load_model
from framing.names import KEEP, SWAP, Entities, SwappedNames
from framing.records import Sentence
from framing.resources import SHIPPED, codebook_path, data_path, model_path, targets_path
from framing.training.checks import check_encoder, check_options, check_support, check_tasks_found
from framing.training.coders import one_coding
from framing.training.further_targets import FurtherTargets, read_names
from framing.training.recipe import Preprocess, Recipe, StanceOptions, SwapTest
from framing.training.tasks import KINDS, STANCE_BLIND, Parts, TaskKind, check_coded, strata_of
from framing.training.teacher import read_unlabelled

if TYPE_CHECKING:
    from datasets import Dataset


@dataclass
class Training:
    """A training whose inputs have been read and checked; ``fit_training`` does the work.

    Parameters
    ----------
    codebook, seed
        As for ``train``.
    dataset
        The rows as they were read.
    sentences, groups
        The same as records, then those that only calibrate; and their group numbers, shape (n_sentences,).
    tasks
        What is fitted, by name.
    split
        How folds are made.
    evaluate
        Other coded sentences to score the finished model on, by name.
    baselines
        What is scored beside the tasks and not kept, by name: the stance without its target.
    encoder
        What gives the vectors.
    unlabelled
        Sentences of which the encoder learns what a teacher says.
    codes
        A digest of what coders said of all rows that were given, also of those that are left out as they calibrate.
    preprocess, swap_test
        What is done to sentences before they are read, and the test with other names.
    calibrate
        The rows that only calibrate, the last of the sentences; ``None`` where a part of the data does it.
    coders
        What became of several coders' codes; empty where each row is learned from as it is.
    n_jobs
        How many folds are fitted at a time; ``None`` for one a processor.
    """

    codebook: Codebook
    dataset: Dataset
    sentences: list[Sentence]
    groups: Rows
    tasks: dict[str, Task]
    split: GroupedFolds
    evaluate: dict[str, list[Sentence]]
    baselines: dict[str, Task]
    seed: int
    encoder: Any
    codes: str
    unlabelled: Sequence[Sentence] = ()
    calibrate: Dataset | None = None
    coders: dict[str, Any] = field(default_factory=dict)
    preprocess: Preprocess = field(default_factory=Preprocess)
    swap_test: SwapTest = field(default_factory=SwapTest)
    n_jobs: int | None = None

    @cached_property
    def data_digest(self) -> str:
        """The sha256 of the rows."""
        return dataset_digest(self.dataset)

    @cached_property
    def taught(self) -> Proba:
        """What the teacher says of the unlabelled sentences, shape (n_unlabelled, n_frames)."""
        return load_model(model_path(self.encoder.teacher)).tasks["frames"].predict_proba(self.unlabelled)

    @property
    def apart(self) -> Fold | None:
        """The numbers of the sentences that are learned from, and of those that only calibrate."""
        if self.calibrate is None:
            return None
        rows, n = np.arange(len(self.sentences)), len(self.dataset)
        return rows[:n], rows[n:]


@dataclass(frozen=True)
class Task:
    """The coded rows of one task, and the classifier to fit on them.

    Parameters
    ----------
    kind
        What the task is.
    classifier
        Not fitted.
    sentences, Y, groups
        The coded rows: the sentences, their codes of shape (n_rows, n_labels), their group numbers.
    folds
        ``(train, test)`` row numbers.
    rows
        Which of all sentences these are, shape (n_rows,).
    learned
        Which of the coded rows are learned from: all but those that only calibrate.
    """

    kind: TaskKind
    classifier: TaskClassifier
    sentences: list[Sentence]
    Y: Codes
    groups: Rows
    folds: list[Fold]
    rows: Rows
    learned: Rows

    @property
    def labels(self) -> Sequence[str]:
        """Label names, the columns of ``Y``."""
        return self.classifier.labels

    @property
    def counts(self) -> dict[str, int]:
        """Of the rows that are learned from: how many, their groups, and positives of each label."""
        columns = self.Y[self.learned].T
        positives = {label: int(np.nansum(column)) for label, column in zip(self.labels, columns, strict=True)}
        return {"coded": len(self.learned), "groups": len(np.unique(self.groups[self.learned])), **positives}


def prepare(
    data: Coded = SHIPPED,
    codebook: str | Path | Codebook = SHIPPED,
    *,
    columns: Mapping[str, Any] | None = None,
    evaluate: Mapping[str, str | None] | None = None,
    calibrate: Coded | None = None,
    coders: str | None = None,
    recipe: Recipe | None = None,
) -> Training:
    """Read and check everything that ``train`` needs, and fit nothing. Parameters and errors are those of ``train``."""
    recipe = recipe or Recipe()
    book = codebook if isinstance(codebook, Codebook) else Codebook.load(codebook_path(str(codebook)))
    check_options(evaluate or {}, recipe, book)
    dataset, said = one_coding(load_dataset(data_path(data), book, columns), book, coders, "data")
    kept_apart = _kept_apart(calibrate, book, columns, coders)
    sentences = sentences_of(dataset)
    warn_about_groups(sentences)
    codes = codes_digest(sentences)
    others = {
        name: sentences_of(load_dataset(data_path(file), book, columns))
        for name, file in (evaluate or {}).items()
        if file
    }
    split = _split(recipe, sentences, calibrate)
    if kept_apart is not None:
        apart = sentences_of(kept_apart)
        told = "calibrate: {} rows of the data are in it too, or of groups that are"
        learned = _not_in(apart, sentences, split, told)
        dataset = dataset.select(learned)
        sentences = [*(sentences[i] for i in learned), *apart]
    encoder = SentenceEncoder() if recipe.encoder is None else recipe.encoder
    check_encoder(encoder, recipe.tasks)
    parts = _parts(encoder, recipe, book)
    kinds = [kind for name, kind in KINDS.items() if name in recipe.tasks]
    tasks = {kind.name: _task(kind, kind.build(book, parts), sentences, book, split, len(dataset)) for kind in kinds}
    coded = {name: task for name, task in tasks.items() if task is not None}
    check_tasks_found(recipe.tasks, coded, hint_of_labels(sentences, book))
    for name, other in others.items():
        check_coded(name, other, coded, book)
    kept = [s for rows in (sentences[len(dataset) :], *others.values()) for s in rows]
    return Training(
        codebook=book,
        dataset=dataset,
        sentences=sentences,
        groups=split.groups(sentences),
        tasks=coded,
        split=split,
        evaluate=others,
        baselines=_baselines(coded, book, parts, recipe.stance or StanceOptions()),
        seed=recipe.seed,
        encoder=encoder,
        codes=codes,
        unlabelled=_unlabelled(encoder, book, columns, kept),
        calibrate=kept_apart,
        coders=said,
        preprocess=recipe.preprocess or Preprocess(),
        swap_test=recipe.swap_test or SwapTest(),
        n_jobs=recipe.n_jobs,
    )


def _kept_apart(
    calibrate: Coded | None, book: Codebook, columns: Mapping[str, Any] | None, coders: str | None
) -> Dataset | None:
    """Return the rows that only calibrate, as one coding."""
    if calibrate is None:
        return None
    read = load_dataset(data_path(calibrate), book, columns)
    return one_coding(read, book, coders, "calibrate", may_be_one=True)[0]


def _split(recipe: Recipe, sentences: Sequence[Sentence], calibrate: Coded | None) -> GroupedFolds:
    """Return how folds are made; what rows that validate apart have no use for is refused."""
    split = recipe.split or GroupedFolds(random_state=recipe.seed)
    if calibrate is not None and isinstance(split, TimeSplit):
        raise ConfigError("split=time: the rows of calibrate are what validates; leave one of the two out")
    if split.repeats > 1 and (calibrate is not None or isinstance(recipe.encoder, EncoderTuner)):
        why = "the rows of calibrate validate" if calibrate is not None else "an encoder is tuned once"
        raise ConfigError(f"split.repeats={split.repeats}: {why}, with no folds to repeat; set it to 1")
    return split.dated(sentences) if isinstance(split, TimeSplit) else split


def _unlabelled(
    encoder: Any, book: Codebook, columns: Mapping[str, Any] | None, kept: Sequence[Sentence]
) -> list[Sentence]:
    """Return the sentences for a teacher, without those of groups that calibrate or are scored."""
    sentences = read_unlabelled(encoder, book, columns)
    if not sentences:
        return []
    told = "encoder.unlabelled: {} sentences are in what calibrates or is scored, or of groups that are"
    return [sentences[i] for i in _not_in(kept, sentences, GroupedFolds(), told)]


def _baselines(tasks: Mapping[str, Task], book: Codebook, parts: Parts, stance: StanceOptions) -> dict[str, Task]:
    """Return the tasks' baselines: the same rows, another classifier."""
    if "stance" not in tasks or not stance.blind_baseline:
        return {}
    blind = replace(tasks["stance"], kind=STANCE_BLIND, classifier=STANCE_BLIND.build(book, parts))
    return {STANCE_BLIND.name: blind}


def _parts(encoder: Any, recipe: Recipe, book: Codebook) -> Parts:
    """Return what classifiers are built of, the heads checked."""
    head = recipe.head
    if head is None:
        head = LogisticRegression(class_weight="balanced", solver="newton-cg", max_iter=2000)
    stance = recipe.stance or StanceOptions()
    heads = {"frames": head, "stance": head if stance.head is None else stance.head}
    for each in heads.values():
        check_head(each)
    further = None
    if stance.targets or stance.off_target:
        names = read_names(targets_path(stance.targets)) if stance.targets else {}
        further = FurtherTargets(book.stance_names, names, stance.off_target, recipe.seed)
    preprocess = recipe.preprocess or Preprocess()
    mode, finder = preprocess.entities, preprocess.finder
    entities = Entities(mode, finder) if mode not in (KEEP, SWAP) else None
    swapped = SwappedNames(finder, seed=recipe.seed) if mode == SWAP else None
    return Parts(encoder, heads, recipe.words, recipe.context, recipe.thresholds, further, entities, swapped)


def _not_in(apart: Sequence[Sentence], sentences: Sequence[Sentence], split: GroupedFolds, told: str) -> list[int]:
    """Return the numbers of the sentences that are not in the rows apart, nor of a group that is.

    ``told`` says whose sentences they are and what is the matter with others, with a place for their number.
    """
    groups = split.groups([*sentences, *apart])
    both = np.isin(groups[: len(sentences)], groups[len(sentences) :])
    if both.all():
        raise InputError(told.format(f"all of {len(sentences):,}"))
    if both.any():
        said = told.format(f"{both.sum():,} of {len(sentences):,}")
        warnings.warn(f"{said}; they are not learned from", FramingWarning, stacklevel=4)
    return np.flatnonzero(~both).tolist()


def _task(
    kind: TaskKind,
    classifier: TaskClassifier,
    sentences: Sequence[Sentence],
    book: Codebook,
    split: GroupedFolds,
    n_learned: int,
) -> Task | None:
    """Return the rows coded for a task with their folds, or ``None`` where no row is coded for it.

    ``n_learned`` sentences come first that are learned from; those after them only calibrate.
    """
    rows = np.array([i for i, sentence in enumerate(sentences) if kind.is_coded(sentence, book)], dtype=int)
    coded = [sentences[i] for i in rows]
    learned = rows < n_learned
    if not learned.any():
        return None
    Y = kind.codes(coded, book)
    groups = split.groups(coded)
    if n_learned < len(sentences):
        if learned.all():
            raise InputError(
                f"calibrate: no row is coded for {kind.name} ({kind.needs}); code some, or set "
                f"tasks=[{', '.join(other for other in KINDS if other != kind.name)}]"
            )
        check_support(kind.noun, Y[~learned], classifier.labels, split.n_splits, "calibrate: ")
        fold = np.flatnonzero(learned), np.flatnonzero(~learned)
        return Task(kind, classifier, coded, Y, groups, [fold], rows, fold[0])
    check_support(kind.noun, Y, classifier.labels, split.n_splits)
    folds = split.folds(coded, strata_of(Y), groups)
    if isinstance(split, TimeSplit):
        check_support(kind.noun, Y[folds[0][0]], classifier.labels, split.n_splits, f"before {split.after}: ")
    if min(len(np.unique(groups[train_rows])) for train_rows, _ in folds) < 2:
        raise InputError(
            f"the rows coded for {kind.name} form {groups.max() + 1} groups, too few to cross-validate within a "
            "fold; give more rows a 'group' or 'doc_id' of their own"
        )
    return Task(kind, classifier, coded, Y, groups, folds, rows, np.arange(len(coded)))
