"""Rows of coded data whose codes are probably wrong, by cross-validated probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framing.codebook import Codebook
from framing.measure.suspects import suspects
from framing.parallel import one_blas_thread
from framing.records import Sentence
from framing.training.inputs import prepare
from framing.training.procedures import Frozen
from framing.training.recipe import Recipe, StanceOptions, SwapTest
from framing.training.scoring import TaskPredictions, has_one_label
from framing.training.tasks import TASKS


@dataclass(frozen=True)
class LabelError:
    """A row whose code is probably wrong.

    Parameters
    ----------
    task
        ``frames`` or ``stance``.
    sentence
        The row.
    label
        The label in question.
    coded, suggested
        The labels that it has, and those that it should probably have.
    quality
        How likely the code is right, in [0, 1].
    """

    task: str
    sentence: Sentence
    label: str
    coded: tuple[str, ...]
    suggested: tuple[str, ...]
    quality: float


def cross_validated(
    sentences: Sequence[Sentence],
    codebook: Codebook,
    *,
    encoder: Any = None,
    tasks: Sequence[str] = TASKS,
    seed: int = 0,
) -> dict[str, TaskPredictions]:
    """Return by task what models say of rows that they did not learn from, rows of one document always apart.

    Parameters
    ----------
    sentences
        Coded rows.
    codebook
        The labels.
    encoder
        As in ``framing.training.Recipe``.
    tasks
        Which are asked about.
    seed
        Of the folds.

    Raises
    ------
    InputError
        No row is coded, or a label has fewer positives than there are folds.
    """
    alone = StanceOptions(blind_baseline=False)
    recipe = Recipe(encoder=encoder, tasks=tasks, stance=alone, swap_test=SwapTest(0), seed=seed)
    training = prepare(sentences, codebook, recipe=recipe)
    with one_blas_thread():
        return {name: Frozen(training.split).fit(task, refit=False)[1] for name, task in training.tasks.items()}


def label_errors(predicted: dict[str, TaskPredictions], codebook: Codebook) -> list[LabelError]:
    """Return the rows of all tasks whose codes are probably wrong, the most suspect first.

    Parameters
    ----------
    predicted
        As ``cross_validated`` gives it.
    codebook
        The labels.

    Raises
    ------
    InputError
        The package cleanlab is missing.
    """
    found = []
    for task, part in predicted.items():
        labels = part.labels
        for one in suspects(part.Y, part.proba, has_one_label(part.kind, codebook)):
            coded = tuple(label for label, y in zip(labels, part.Y[one.row], strict=True) if y == 1)
            suggested = tuple(labels[j] for j in one.suggested)
            sentence = part.sentences[one.row]
            found.append(LabelError(task, sentence, labels[one.label], coded, suggested, one.quality))
    return sorted(found, key=lambda one: one.quality)
