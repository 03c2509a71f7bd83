"""Where a model does worse: its score by source, year, target and the like, corrected for looking at many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Codes, Decided, Rows, Values, Weights
from framing.measure.compare import holm, normal_p
from framing.measure.intervals import Estimate, ratio
from framing.periods import iso_date
from framing.records import Sentence
from framing.scores import Score

# Own columns that tell slices where they are there, beside the fields of a sentence.
_OWN = ("register", "genre", "topic", "section", "outlet", "country", "language", "period", "year")
# A slice, and what is left beside it, has this many rows and groups at least; a resample must be able to vary.
_ROWS, _GROUPS = 20, 5


@dataclass(frozen=True)
class Slice:
    """One part of the rows.

    Parameters
    ----------
    column, value
        What the rows have in common.
    n
        Their number.
    score
        Their micro-F1 (where a row has one label, the accuracy), with its interval.
    rest
        That of all other rows.
    adjusted
        Two-sided p-value of the difference, corrected for all slices that were looked at (Holm).
    """

    column: str
    value: str
    n: int
    score: Score
    rest: float
    adjusted: float


def slices_of(sentences: Sequence[Sentence], Y: Codes, decided: Decided, groups: Rows, W: Weights) -> list[Slice]:
    """Score the parts of rows that a column tells, worst first against the rest.

    Parameters
    ----------
    sentences
        The rows. Columns are ``source``, the year of ``date``, ``target``, own columns such as ``topic`` or
        ``register``, and the length in thirds.
    Y, decided
        Codes (nan where not coded) and decisions, shape (n_rows, n_labels).
    groups
        Group numbers, shape (n_rows,).
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.

    Returns
    -------
    list of Slice
        Those of at least 20 rows in 5 groups, beside as many others.
    """
    known, hit = np.nan_to_num(Y), decided & ~np.isnan(Y)
    # By row: twice the hits, and codes plus decisions. Sums of the rest are those of all less those of the part.
    counts = np.column_stack([2 * (known * hit).sum(axis=1), known.sum(axis=1) + hit.sum(axis=1)])
    sums = W @ counts
    found = []
    for column, values in _sliced_by(sentences).items():
        for value, n in Counter(values).items():
            if not value or min(n, len(values) - n) < _ROWS:  # targets are mostly rare
                continue
            inside = values == value
            if min(len(np.unique(groups[part])) for part in (inside, ~inside)) < _GROUPS:
                continue
            part = W[:, inside] @ counts[inside]
            score, rest = (Estimate.of(_f1(of_rows)) for of_rows in (part, sums - part))
            if not np.isnan(score.value - rest.value):
                found.append((column, str(value), int(inside.sum()), score, rest))
    corrected = holm([normal_p(score - rest) for *_, score, rest in found])
    slices = [
        Slice(column, value, n, score.score(), rest.value, p)
        for (column, value, n, score, rest), p in zip(found, corrected, strict=True)
    ]
    return sorted(slices, key=lambda s: (s.adjusted if s.score.value < s.rest else 2.0, s.score.value - s.rest))


def _f1(sums: Values) -> Values:
    return ratio(*sums.T.round())  # whole numbers, but for rounding: resamples count rows


def _sliced_by(sentences: Sequence[Sentence]) -> Mapping[str, NDArray[np.object_]]:
    """Return by column a value of each row, empty where it has none."""
    columns = {
        "source": [s.source for s in sentences],
        "year": [(iso_date(s.date) or "")[:4] for s in sentences],
        "target": [" ".join((s.target or "").casefold().split()) for s in sentences],
        **{name: [_text(s.extra.get(name)) for s in sentences] for name in _OWN if name != "year"},
    }
    if not any(columns["year"]):
        columns["year"] = [_text(s.extra.get("year")) for s in sentences]
    words = np.array([len(s.text.split()) for s in sentences])
    short, long = np.quantile(words, [1 / 3, 2 / 3]) if len(words) else (0, 0)
    columns["length"] = [
        f"up to {short:.0f} words" if w <= short else f"over {long:.0f} words" if w > long else "between" for w in words
    ]
    return {name: np.array(values, dtype=object) for name, values in columns.items() if len(set(values) - {""}) > 1}


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""
