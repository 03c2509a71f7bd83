"""Tasks as data: what is coded for each, how it is learned, scored and told. Another task is another row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from framing.arrays import Codes, Decided, Proba, Rows, Weights
from framing.codebook import Codebook
from framing.corpus.columns import hint_of_labels
from framing.errors import InputError
from framing.measure.intervals import Estimate
from framing.measure.metrics import frame_estimates, stance_estimates
from framing.model.classifier import Further, TaskClassifier, frames_classifier, stance_classifier
from framing.names import Entities, SwappedNames
from framing.records import Prediction, Sentence
from framing.training.further_targets import FurtherTargets


@dataclass(frozen=True)
class Parts:
    """What classifiers are built of: encoder, a head by task, words, context, goal, further targets, names."""

    encoder: Any
    heads: Mapping[str, Any]
    words: Any
    context: Sequence[str]
    goal: str
    further: FurtherTargets | None = None
    entities: Entities | None = None
    swapped: SwappedNames | None = None

    def beside(self) -> dict[str, Any]:
        """Return what is read beside the sentence and its vector."""
        return {"words": self.words, "context": self.context, "entities": self.entities}


@dataclass(frozen=True)
class TaskKind:
    """One task, or a baseline of one.

    Parameters
    ----------
    name
        Prefix of its scores, such as ``stance_blind``.
    task
        The task whose codes it learns, a name in a model's ``tasks``.
    noun, needs
        What one of its labels is called, and what a row needs to be coded; for messages.
    is_coded, codes
        Whether a sentence is coded for it, and the codes of coded sentences.
    stratum
        What folds should get a like share of, as text.
    build
        The unfitted classifier.
    estimates
        Scores of codes, probabilities and decisions under a weighting of the rows.
    prediction
        A record of what was predicted for a sentence.
    """

    name: str
    task: str
    noun: str
    needs: str
    is_coded: Callable[[Sentence, Codebook], bool]
    codes: Callable[[Sequence[Sentence], Codebook], Codes]
    stratum: Callable[[Sentence], str]
    build: Callable[[Codebook, Parts], TaskClassifier]
    estimates: Callable[[Codes, Proba, Decided, Sequence[str], Weights], dict[str, Estimate]]
    prediction: Callable[[Sentence, dict[str, float], tuple[str, ...]], Prediction]


def _frame_codes(sentences: Sequence[Sentence], book: Codebook) -> Codes:
    codes = np.array([[float(name in (s.frames or ())) for name in book.frame_names] for s in sentences])
    for row, sentence in zip(codes, sentences, strict=True):
        if sentence.coded is not None:
            row[[name not in sentence.coded for name in book.frame_names]] = np.nan
    return codes


def _stance_codes(sentences: Sequence[Sentence], book: Codebook) -> Codes:
    return np.array([[float(s.stance == name) for name in book.stance_names] for s in sentences])


@dataclass(frozen=True)
class _Both:
    """Rows made of rows that were made of others."""

    first: Further
    second: Further

    def __call__(self, sentences: Sequence[Sentence], Y: Codes) -> tuple[list[Sentence], Codes, Rows]:
        made, codes, origin = self.first(sentences, Y)
        made, codes, of_made = self.second(made, codes)
        return made, codes, origin[of_made]


def _one_after_the_other(first: Further | None, second: Further | None) -> Further | None:
    return _Both(first, second) if first and second else first or second


FRAMES = TaskKind(
    name="frames",
    task="frames",
    noun="frame",
    needs="'frames'",
    is_coded=lambda sentence, book: sentence.frames is not None,
    codes=_frame_codes,
    stratum=lambda sentence: str(sorted(sentence.frames or ())),
    build=lambda book, p: frames_classifier(
        book, p.encoder, p.heads["frames"], goal=p.goal, further=p.swapped, **p.beside()
    ),
    estimates=frame_estimates,
    prediction=lambda sentence, proba, present: Prediction(sentence, proba=proba, frames=present),
)
STANCE = TaskKind(
    name="stance",
    task="stance",
    noun="stance class",
    needs="both 'target' and 'stance'",
    is_coded=lambda sentence, book: bool(book.stance and sentence.stance is not None and sentence.target),
    codes=_stance_codes,
    stratum=lambda sentence: str(sentence.stance),
    build=lambda book, p: stance_classifier(
        book, p.encoder, p.heads["stance"], further=_one_after_the_other(p.further, p.swapped), **p.beside()
    ),
    estimates=lambda Y, proba, decided, labels, W: stance_estimates(Y.argmax(axis=1), proba, labels, W, decided),
    prediction=lambda sentence, proba, present: Prediction(sentence, stance=present[0], stance_proba=proba),
)
# What a stance is worth that ignores what it is toward: scored beside the stance, not kept.
STANCE_BLIND = replace(
    STANCE,
    name="stance_blind",
    build=lambda book, p: stance_classifier(
        book, p.encoder, p.heads["stance"], blind=True, further=p.swapped, **p.beside()
    ),
)

KINDS = {kind.name: kind for kind in (FRAMES, STANCE)}
TASKS = tuple(KINDS)


def strata_of(Y: Codes) -> list[str]:
    """Name the label set of each row, so that folds get a like share of each."""
    return ["".join("?" if np.isnan(value) else str(int(value)) for value in row) for row in Y]


def check_coded(name: str, sentences: Sequence[Sentence], tasks: Collection[str], book: Codebook) -> None:
    """Make sure that there is something to score.

    Raises
    ------
    InputError
        No sentence is coded for any of the tasks.
    """
    if not any(KINDS[task].is_coded(sentence, book) for task in tasks for sentence in sentences):
        hint = hint_of_labels(sentences, book) if "frames" in tasks else ""
        raise InputError(
            f"{name}: none of {len(sentences):,} rows is coded for {' or '.join(tasks)}; "
            "expected 'frames' (or 'target' and 'stance') in some rows" + (f"; {hint}" if hint else "")
        )
