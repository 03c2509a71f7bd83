"""What sentences are counted by: whose they are, where and when they stood; each with its matrix."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framing.errors import FramingWarning, InputError
from framing.records import Prediction
from framing.report.grouping import AUTHOR, row_names, row_order
from framing.report.matrix import Matrix, MatrixRow, counted

MAX_ROWS = 30  # rows of a matrix; the rest is one row
MAX_TARGETS = 4  # columns of stances
_REST = "\uffff"  # is nobody's name


@dataclass(frozen=True)
class Axis:
    """One way to count, its matrix, and the row of each sentence.

    Parameters
    ----------
    by
        ``"holder"``, ``"source"``, ``"date"`` or a column.
    matrix
        What was counted; the names beyond ``MAX_ROWS`` are one row.
    of_sentence
        Of each sentence the number of its row.
    names
        Of each row, what people read.
    folded
        Names that are in the last row, 0 where each has its own.
    """

    by: str
    matrix: Matrix
    of_sentence: tuple[int, ...]
    names: tuple[str, ...]
    folded: int

    @property
    def rows(self) -> tuple[MatrixRow, ...]:
        """The rows of the matrix."""
        return self.matrix.rows

    @property
    def several(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.rows) > 1


def make_axis(groups: Sequence[Sequence[Prediction]], by: str, period: str | None) -> Axis:
    """Count sentences by one of their fields.

    Parameters
    ----------
    groups
        The predictions of each sentence.
    by, period
        As of ``frame_matrix``.

    Raises
    ------
    InputError
        There is no such column, or no date that can be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FramingWarning)  # sentences without a date have a row of their own
        keys, period = row_names([group[0] for group in groups], by, period)
    order = row_order(Counter(keys), by)
    folded = 0
    if by != "date" and len(order) > MAX_ROWS:
        counts = Counter(keys)
        kept = sorted(order, key=lambda name: (-counts[name], name))[: MAX_ROWS - 1]
        folded = len(order) - len(kept)
        keys = [key if key in kept else _REST for key in keys]
        order = [*(name for name in order if name in kept), _REST]
    frames = tuple(dict.fromkeys(name for group in groups for name in (*group[0].proba, *group[0].frames)))
    matrix = counted(groups, keys, order, Matrix(by, frames, (), (), period))
    number = {name: n for n, name in enumerate(order)}
    shown = tuple(_row_title(matrix, row, folded) for row in matrix.rows)
    return Axis(by, matrix, tuple(number[key] for key in keys), shown, folded)


def dated(groups: Sequence[Sequence[Prediction]], period: str | None) -> Axis | None:
    """Count by date; ``None`` where no sentence has a date that can be read."""
    try:
        return make_axis(groups, "date", period)
    except InputError:
        if period is not None:
            raise
        return None


def _row_title(matrix: Matrix, row: MatrixRow, folded: int) -> str:
    if row.name == _REST:
        return f"{folded:,} others"
    return "the author" if matrix.by == "holder" and row.name == AUTHOR else matrix.shown(row)


def all_axes(groups: Sequence[Sequence[Prediction]], by: str, period: str | None) -> list[Axis]:
    """Return the way that was asked for, then the others that have something to compare."""
    axes = [make_axis(groups, by, period if by == "date" else None)]
    for other in ("holder", "source"):
        if other != by:
            axis = make_axis(groups, other, None)
            axes += [axis] if axis.several else []
    if by != "date":
        time = dated(groups, period)
        axes += [time] if time is not None and time.several else []
    return axes


def main_targets(predictions: Sequence[Prediction]) -> tuple[str, ...]:
    """Return the targets that most sentences were asked about."""
    counts: dict[str, int] = {}
    for p in predictions:
        if p.stance_proba and p.sentence.target:
            counts[p.sentence.target] = counts.get(p.sentence.target, 0) + 1
    most = sorted(counts, key=lambda target: -counts[target])[:MAX_TARGETS]
    return tuple(target for target in counts if target in most)
