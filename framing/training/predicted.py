"""Predictions beside codes: read again from a run's file, or made anew by a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from framing.codebook import Codebook
from framing.corpus.columns import LIST_FIELDS
from framing.corpus.splits import GroupedFolds
from framing.model.decisions.rule import Rule
from framing.model.framing import FramingClassifier
from framing.records import RESULT_FIELDS, SENTENCE_FIELDS, Sentence
from framing.training.procedures import HeldOut
from framing.training.tasks import FRAMES, KINDS, STANCE, check_coded

# Where a task's probabilities and decisions stand in a row of a result.
_PLACES = {FRAMES.name: ("proba", "predicted_frames"), STANCE.name: ("stance_proba", "predicted_stance")}


def held_out_from_rows(rows: Iterable[Mapping[str, Any]], book: Codebook, by: str = "group") -> dict[str, HeldOut]:
    """Return by task what a run predicted for held-out rows.

    Parameters
    ----------
    rows
        The rows of its ``predictions.jsonl``, as ``Prediction.to_row`` gives them.
    book
        Its codebook: the order of the labels.
    by
        What stayed together in its split, as in ``GroupedFolds``.

    Returns
    -------
    dict of HeldOut
        A task without a coded and predicted row is left out.
    """
    rows = list(rows)
    found = {}
    for name, (proba, decided) in _PLACES.items():
        kind = KINDS[name]
        labels = book.frame_names if kind is FRAMES else book.stance_names
        pairs = [(s, row) for row in rows if row.get(proba) and kind.is_coded(s := _sentence_of_result(row), book)]
        if pairs:
            sentences = [s for s, _ in pairs]
            P = np.array([[row[proba][label] for label in labels] for _, row in pairs], dtype=float)
            said = [_as_list(row.get(decided)) for _, row in pairs]
            D = np.array([[label in of_row for label in labels] for of_row in said], dtype=bool)
            groups = GroupedFolds(by=by).groups(sentences)
            found[name] = HeldOut(kind, labels, sentences, groups, kind.codes(sentences, book), P, D)
    return found


def predicted_rows(model: FramingClassifier, sentences: Sequence[Sentence], name: str) -> dict[str, HeldOut]:
    """Return by task what a model says of coded rows.

    Parameters
    ----------
    model, sentences
        A fitted model, and rows of which some are coded for one of its tasks.
    name
        What the rows are called in an error.

    Raises
    ------
    InputError
        No row is coded for any task of the model.
    """
    check_coded(name, sentences, model.tasks, model.codebook)
    found = {}
    for task, classifier in model.tasks.items():
        kind = KINDS[task]
        coded = [s for s in sentences if kind.is_coded(s, model.codebook)]
        if coded:
            judged = classifier.judge(coded, model.rule_for(task, Rule()))
            Y, groups = kind.codes(coded, model.codebook), GroupedFolds().groups(coded)
            found[task] = HeldOut(kind, classifier.labels, coded, groups, Y, judged.proba, judged.present)
    return found


def common_rows(parts: Sequence[HeldOut]) -> list[HeldOut]:
    """Return the rows that all have, in the order of the first; a sentence that repeats is matched in its order.

    Parameters
    ----------
    parts
        Predictions of one task by several models, with the same labels.
    """
    numbered = [_numbered(part.sentences) for part in parts]
    keys = [key for key in numbered[0] if all(key in other for other in numbered[1:])]
    chosen = []
    for part, place in zip(parts, numbered, strict=True):
        rows = np.array([place[key] for key in keys], dtype=int)
        sentences = [part.sentences[i] for i in rows]
        chosen.append(
            HeldOut(
                part.kind, part.labels, sentences, part.groups[rows], part.Y[rows], part.proba[rows], part.decided[rows]
            )
        )
    return chosen


def _numbered(sentences: Sequence[Sentence]) -> dict[tuple[Any, ...], int]:
    """Return the row number of each sentence by what it is, with a count where it repeats."""
    places: dict[tuple[Any, ...], int] = {}
    for number, s in enumerate(sentences):
        again = 0
        while (key := (s.text, s.target, s.doc_id, s.position, s.group, s.headline, s.previous, again)) in places:
            again += 1
        places[key] = number
    return places


def _sentence_of_result(row: Mapping[str, Any]) -> Sentence:
    fields = {name: row[name] for name in SENTENCE_FIELDS if row.get(name) is not None}
    fields |= {name: tuple(fields[name]) for name in LIST_FIELDS if name in fields}
    extra = {name: value for name, value in row.items() if name not in (*SENTENCE_FIELDS, *RESULT_FIELDS)}
    return Sentence(**fields, extra=extra)


def _as_list(said: Any) -> list[str]:
    return said if isinstance(said, list) else [said] if said else []
