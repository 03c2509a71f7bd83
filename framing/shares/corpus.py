"""Predictions as arrays, and the groups they are counted in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Codes, Proba, Rows
from framing.codebook import Codebook
from framing.errors import InputError, unknown
from framing.periods import PERIODS
from framing.records import Prediction
from framing.report.grouping import row_names
from framing.report.numbering import grouped_by_sentence
from framing.shares.draw import units_of


@dataclass(frozen=True)
class Corpus:
    """What is predicted of a corpus, as arrays.

    Parameters
    ----------
    labels
        The columns of what follows.
    proba
        Predictions that are corrected: probabilities, or 1 and 0, shape (n_rows, n_labels).
    decided
        What the model decided: 1, 0, or nan where it was left open, shape (n_rows, n_labels).
    units
        The document of each row, shape (n_rows,).
    """

    labels: tuple[str, ...]
    proba: Proba
    decided: Codes
    units: Rows


@dataclass(frozen=True)
class Groups:
    """Parts of a corpus.

    Parameters
    ----------
    by
        What makes a group, such as ``("source", "month")``; empty for all rows as one.
    names
        By group the values of these.
    of_row
        The group of each row, shape (n_rows,).
    """

    by: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    of_row: Rows


def corpus_of(
    predictions: Sequence[Prediction], labels: Sequence[str] | None = None
) -> tuple[Corpus, list[Prediction]]:
    """Return what is predicted as arrays, and a prediction a sentence: of several targets the first.

    Parameters
    ----------
    predictions
        What a model said, in the order of the documents.
    labels
        The frames to measure. Default: all.

    Raises
    ------
    InputError
        There is no prediction, no frame in them, or no such frame.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> corpus, _ = corpus_of([Prediction(Sentence("It pays."), {"gain": 0.7}, ("gain",))])
    >>> corpus.labels, corpus.proba.tolist(), corpus.decided.tolist()
    (('gain',), [[0.7]], [[1.0]])
    """
    known = tuple(dict.fromkeys(name for p in predictions for name in (*p.proba, *p.frames)))
    if not known:
        raise InputError("predictions: no frame in them, nothing to measure")
    if labels and (strange := [name for name in labels if name not in known]):
        raise InputError(f"frames: {unknown('frame', strange[0], known)}")
    labels = tuple(dict.fromkeys(labels)) if labels else known
    first = [group[0] for group in grouped_by_sentence(predictions)]
    proba, decided = np.zeros((len(first), len(labels))), np.zeros((len(first), len(labels)))
    for i, p in enumerate(first):
        for j, label in enumerate(labels):
            found = label in p.frames
            decided[i, j] = np.nan if label in p.abstained and not found else found
            proba[i, j] = p.proba.get(label, float(found))
    units, _ = units_of([p.sentence for p in first])
    return Corpus(labels, proba, decided, units), first


def refuse_other_frames(origin: str, predictions: Sequence[Prediction], codebook: Codebook) -> None:
    """Refuse a codebook that has none of the frames that are predicted: a sheet by it asks coders about others.

    Parameters
    ----------
    origin
        Where the predictions come from, for the message.
    predictions
        What a model said; without frames nothing is refused.
    codebook
        What the coders will code by.

    Raises
    ------
    InputError
        Frames are predicted, and the codebook knows none of them.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> says = [Prediction(Sentence("It pays."), {"gain": 0.7}, ("gain",))]
    >>> refuse_other_frames("said.jsonl", says, Codebook.from_dict({"name": "rain", "frames": ["wet"]}))
    Traceback (most recent call last):
    framing.errors.InputError: said.jsonl: predicted are gain, but codebook 'rain' has wet; name theirs: --codebook FILE
    """
    known = dict.fromkeys(name for p in predictions for name in (*p.proba, *p.frames))
    if known and known.keys().isdisjoint(codebook.frame_names):
        raise InputError(
            f"{origin}: predicted are {', '.join(known)}, but codebook {codebook.name!r} has "
            f"{', '.join(codebook.frame_names)}; name theirs: --codebook FILE"
        )


def groups_of(predictions: Sequence[Prediction], by: Sequence[str]) -> Groups:
    """Return the groups that predictions fall into: every combination of values that occurs.

    Parameters
    ----------
    predictions
        A prediction a sentence.
    by
        ``"source"``, ``"holder"``, ``"year"``, ``"month"``, ``"day"``, or a column of your own.

    Raises
    ------
    InputError
        There is no such column, or no date that can be read.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> says = [Prediction(Sentence("It pays.", source=who, date="2026-03-01")) for who in ("Herald", "Post", "Herald")]
    >>> groups = groups_of(says, ["source", "month"])
    >>> groups.names, groups.of_row.tolist()
    ((('Herald', '2026-03'), ('Post', '2026-03')), [0, 1, 0])
    """
    columns = [_column_values(predictions, name) for name in by]
    keys = list(zip(*columns, strict=True)) if columns else [()] * len(predictions)
    names = sorted(set(keys), key=lambda key: [(not value, value) for value in key])
    number = {name: i for i, name in enumerate(names)}
    return Groups(tuple(by), tuple(names), np.array([number[key] for key in keys], dtype=np.intp))


def _column_values(predictions: Sequence[Prediction], by: str) -> list[str]:
    if by in PERIODS and not any(by in p.sentence.extra for p in predictions):
        return row_names(predictions, "date", by)[0]
    return row_names(predictions, by, None)[0]
