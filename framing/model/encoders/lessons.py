"""What an encoder is tuned on: the coded rows of each task, put together so that a text is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Values
from framing.model.encoders.reading import TARGETS_A_PASS, Reading, joined


@dataclass(frozen=True)
class Lesson:
    """The coded rows of one task, as an encoder is tuned on them.

    Parameters
    ----------
    texts
        What the encoder reads, shape (n_rows,): texts, or texts with a target.
    Y
        Codes, shape (n_rows, n_labels): 1 present, 0 absent, nan not coded; or a teacher's probabilities.
    exclusive
        Whether exactly one label holds (softmax) or any number (one sigmoid each).
    groups
        Group numbers; no group is on both sides of the early stopping. Common to all lessons.
    weights
        How much each row counts, shape (n_rows,); ``None`` where all count the same.
    """

    texts: Sequence[Reading]
    Y: NDArray[np.float64]
    exclusive: bool
    groups: NDArray[np.intp]
    weights: Values | None = None


@dataclass
class _Pass:
    """A text, its own label vector, and its targets with theirs."""

    text: str
    group: int
    own: list[float]
    targets: dict[str, list[float]] = field(default_factory=dict)


def training_rows(lessons: Sequence[Lesson], shared: bool) -> dict[str, list[Any]]:
    """Return what is read in each pass, and the label vectors of what is in it.

    Parameters
    ----------
    lessons
        The rows of each task.
    shared
        Whether a text and its targets are read in one pass; else each is read by itself.

    Returns
    -------
    dict of lists
        ``text``, its ``targets``, ``group``, and ``label``: a vector of the text and one of each target. Labels of the
        other lessons are nan, the weight stands last: 0 for a text that only its targets are coded for.
    """
    width = sum(lesson.Y.shape[1] for lesson in lessons)
    rows: list[_Pass] = []
    open_rows: dict[str, _Pass] = {}  # that may take another code of the same text
    start = 0
    for lesson in lessons:
        Y = np.full((len(lesson.texts), width + 1), np.nan)
        Y[:, -1] = 1.0 if lesson.weights is None else lesson.weights
        Y[:, start : start + lesson.Y.shape[1]] = lesson.Y
        start += lesson.Y.shape[1]
        for reading, label, group in zip(lesson.texts, Y.tolist(), lesson.groups.tolist(), strict=True):
            _put(rows, open_rows if shared else {}, reading if shared else joined(reading), label, group)
    return {
        "text": [row.text for row in rows],
        "targets": [list(row.targets) for row in rows],
        "group": [row.group for row in rows],
        "label": [[row.own or [*[np.nan] * width, 0.0], *row.targets.values()] for row in rows],
    }


def _put(rows: list[_Pass], open_rows: dict[str, _Pass], reading: Reading, label: list[float], group: int) -> None:
    """Put a code beside others of the same text, or into a row of its own where its place is taken."""
    text, target = (reading, None) if isinstance(reading, str) else reading
    row = open_rows.get(text)
    taken = row is None or (row.own if target is None else target in row.targets or len(row.targets) == TARGETS_A_PASS)
    if row is None or taken:
        row = open_rows[text] = _Pass(text, group, [])
        rows.append(row)
    if target is None:
        row.own = label
    else:
        row.targets[target] = label
