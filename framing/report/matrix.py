"""The matrix: who conveys which frames how often, and takes which side.

A row is a holder, an outlet, a period or a value of one of the user's own columns; a cell is the share of the row's
sentences that convey a frame, with its interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from framing.arrays import Rows, Values
from framing.errors import InputError, unknown
from framing.installed import need
from framing.measure.intervals import resampled_shares, share_score
from framing.records import Prediction
from framing.report.grouping import row_names, row_order
from framing.report.numbering import grouped_by_sentence
from framing.scores import HIGH, LOW, Score


@dataclass(frozen=True)
class Cell:
    """How often the sentences of a row convey a frame.

    Parameters
    ----------
    count
        Sentences that convey it.
    share
        Their share of the sentences for which that was decided, with its 95 % interval; nan where there is none.
    abstained
        Sentences for which it was left open. They are not in the share: to count them as absent would make a frame
        rarer the more careful a model is.
    decided
        Sentences for which it was decided, what the share is of.
    """

    count: int
    share: Score
    abstained: int = 0
    decided: int = 0


@dataclass(frozen=True)
class MatrixRow:
    """What one holder, outlet or period says.

    Parameters
    ----------
    name
        Who or when; ``""`` where that is not known.
    sentences, documents
        How many sentences there are, and in how many documents; a sentence without a document is its own.
    frames
        A cell for each frame.
    stances
        By target how many sentences take each stance; only targets that these sentences were asked about.
    abstained
        By target the sentences whose stance was left open, where there are any.
    """

    name: str
    sentences: int
    documents: int
    frames: dict[str, Cell]
    stances: dict[str, dict[str, int]] = field(default_factory=dict)
    abstained: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Matrix:
    """Rows by who or when, columns by frame and by target; in a notebook, a coloured table.

    Parameters
    ----------
    by
        What a row is: ``"holder"``, ``"source"``, ``"date"`` or the name of a column.
    frames, targets
        The columns.
    rows
        The rows: most sentences first, of equally many by name; dates in their order. What has no name comes last.
    period
        Of dates: ``"year"``, ``"month"`` or ``"day"``.
    """

    by: str
    frames: tuple[str, ...]
    targets: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    period: str | None = None

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row a row of the matrix, ready for JSON or a data frame.

        Of each frame there is ``share_FRAME``, its interval ``share_FRAME_low`` and ``share_FRAME_high``,
        ``count_FRAME`` and ``abstained_FRAME``; of each target ``stance_CLASS (TARGET)``, empty where nobody asked.
        """
        classes = {
            target: dict.fromkeys(name for row in self.rows for name in row.stances.get(target, ()))
            for target in self.targets
        }
        return [self._flat_row(row, classes) for row in self.rows]

    def _flat_row(self, row: MatrixRow, classes: dict[str, dict[str, None]]) -> dict[str, Any]:
        flat: dict[str, Any] = {self.by: row.name, "sentences": row.sentences, "documents": row.documents}
        for name, cell in row.frames.items():
            flat |= {
                f"share_{name}": cell.share.value,
                f"share_{name}{LOW}": cell.share.low,
                f"share_{name}{HIGH}": cell.share.high,
                f"count_{name}": cell.count,
                f"abstained_{name}": cell.abstained,
            }
        for target in self.targets:
            counts = row.stances.get(target)
            flat |= {f"stance_{c} ({target})": None if counts is None else counts.get(c, 0) for c in classes[target]}
            flat[f"stance_abstained ({target})"] = None if counts is None else row.abstained.get(target, 0)
        return flat

    def to_pandas(self) -> Any:
        """Return the matrix as a data frame of pandas; rows and columns are those of ``to_rows``.

        Returns
        -------
        pandas.DataFrame
            The index is who or when.
        """
        need("pandas")
        import pandas

        rows = self.to_rows()
        columns = list(rows[0]) if rows else [self.by, "sentences", "documents"]
        return pandas.DataFrame(rows, columns=columns).set_index(self.by)

    def text(self, width: int = 100) -> str:
        """Return the matrix as a table of text: shares in per cent with their intervals, ``?`` and what is open."""
        from framing.report.table import rows_text

        columns = [self.by, "sentences", "documents", *(name.replace("_", " ") for name in self.frames), *self.targets]
        rows = []
        for row in self.rows:
            shares = [cell_text(row.frames[name]) for name in self.frames]
            stances = [stance_text(row, target) for target in self.targets]
            rows.append([self.shown(row), f"{row.sentences:,}", f"{row.documents:,}", *shares, *stances])
        return rows_text(columns, rows, width)

    def shown(self, row: MatrixRow) -> str:
        """Return the name of a row as people read it: ``without a source`` where it has none."""
        return row.name or f"without a {self.by}"

    def _repr_html_(self) -> str:
        from framing.report.html import matrix_table

        return matrix_table(self)


def frame_matrix(
    predictions: Sequence[Prediction],
    by: str = "holder",
    frames: Sequence[str] | None = None,
    seed: int = 0,
    period: str | None = None,
) -> Matrix:
    """Count who conveys which frame, and who takes which side.

    Predictions of one sentence toward several targets are neighbours: its frames count once, its stances each.

    Parameters
    ----------
    predictions
        What a model said, in the order of the documents.
    by
        ``"holder"``: the holder that was coded or found, else the outlet, else ``"author"``. ``"source"``,
        ``"doc_id"``, ``"group"``, ``"target"``: the field of that name. ``"date"``: the period of the date. Or a column
        of your own.
    frames
        The frames to show, in this order. Default: all.
    seed
        Of the draw of documents.
    period
        ``"year"``, ``"month"`` or ``"day"``. Default: by the span of the dates, and no finer than they are.

    Returns
    -------
    Matrix
        Intervals come from 1,000 resamples of a row's groups, else documents (of its sentences where there is one), and
        are at least as wide as for as many independent sentences (Wilson 1927): where all sentences agree, or there
        is one, no resample differs.

    Raises
    ------
    InputError
        There is no such column, frame or period; or dates were asked for and no sentence has one.

    Warns
    -----
    FramingWarning
        Some dates are missing or cannot be read; their sentences are in a row without a name.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> says = [("Lund", True), ("Lund", False), ("author", False)]
    >>> matrix = frame_matrix([
    ...     Prediction(Sentence("It pays."), {"gain": 0.5}, ("gain",) if yes else (), holder=who) for who, yes in says
    ... ])
    >>> [(row.name, row.sentences, row.frames["gain"].count, row.frames["gain"].share.value) for row in matrix.rows]
    [('Lund', 2, 1, 0.5), ('author', 1, 0, 0.0)]
    """
    names = tuple(dict.fromkeys(name for p in predictions for name in (*p.proba, *p.frames)))
    if frames is not None:
        if missing := [name for name in frames if name not in names and names]:
            raise InputError(f"frames: {unknown('frame', missing[0], names)}")
        names = tuple(dict.fromkeys(frames))
    groups = grouped_by_sentence(predictions)
    keys, period = row_names([group[0] for group in groups], by, period)
    return counted(groups, keys, row_order(Counter(keys), by), Matrix(by, names, (), (), period), seed)


def counted(
    groups: Sequence[Sequence[Prediction]], keys: Sequence[str], order: Sequence[str], empty: Matrix, seed: int = 0
) -> Matrix:
    """Count sentences whose rows are known.

    Parameters
    ----------
    groups
        The predictions of each sentence, the first with its frames.
    keys
        The row of each sentence.
    order
        The rows, in order.
    empty
        The matrix without its rows and targets: what a row is, and the frames.
    seed
        Of the draw of documents.
    """
    number = {name: n for n, name in enumerate(order)}
    of_row = np.array([number[key] for key in keys], dtype=np.intp)
    shares = _Shares([group[0] for group in groups], empty.frames, of_row, seed)
    members: list[list[Sequence[Prediction]]] = [[] for _ in order]
    for n, group in zip(of_row, groups, strict=True):
        members[n].append(group)
    rows = tuple(_matrix_row(name, members[n], empty.frames, shares, n) for n, name in enumerate(order))
    targets = dict.fromkeys(p.sentence.target for group in groups for p in group if p.stance_proba)
    return replace(empty, rows=rows, targets=tuple(target for target in targets if target))


def cell_text(cell: Cell) -> str:
    """Return a share in per cent with its interval; ``?`` and how many are left open.

    Examples
    --------
    >>> cell_text(Cell(3, Score(0.5, 0.31, 0.724), abstained=2))
    '50 % [31, 72] ?2'
    """
    if np.isnan(cell.share.value):
        return f"?{cell.abstained:,}" if cell.abstained else "–"
    value, low, high = (f"{100 * number:.0f}" for number in cell.share)
    return f"{value} % [{low}, {high}]" + (f" ?{cell.abstained:,}" if cell.abstained else "")


def stance_text(row: MatrixRow, target: str) -> str:
    """Return the stances of a row toward a target, most frequent first, and how many are left open."""
    counts = sorted(row.stances.get(target, {}).items(), key=lambda item: -item[1])
    parts = [f"{name} {count:,}" for name, count in counts if count]
    left_open = row.abstained.get(target, 0)
    return ", ".join([*parts, *([f"? {left_open:,}"] if left_open else [])])


class _Shares:
    """Counts and shares of all rows; documents are drawn within a row."""

    def __init__(self, predictions: Sequence[Prediction], names: Sequence[str], of_row: Rows, seed: int) -> None:
        shape = (len(predictions), len(names))
        self.hits: Values = np.zeros(shape)
        self.open: Values = np.zeros(shape)
        self.decided: Values = np.zeros(shape)
        for i, p in enumerate(predictions):
            for j, name in enumerate(names):
                self.hits[i, j] = name in p.frames
                self.open[i, j] = name in p.abstained and name not in p.frames
                self.decided[i, j] = (name in p.proba or name in p.frames) and not self.open[i, j]
        sentences = [p.sentence for p in predictions]
        # What is drawn together is what splits keep together.
        self.of_unit = _units_of(s.group or s.doc_id or i for i, s in enumerate(sentences))
        self.of_document = _units_of(s.doc_id or s.group or i for i, s in enumerate(sentences))
        self.order = np.argsort(of_row, kind="stable")
        self.bounds = np.searchsorted(of_row[self.order], np.arange(of_row.max(initial=-1) + 2))
        self.seed = seed

    def of(self, row: int) -> tuple[int, list[Cell]]:
        """Return how many documents a row has, and its cells."""
        own = self.order[self.bounds[row] : self.bounds[row + 1]]
        different, units = np.unique(self.of_unit[own], return_inverse=True)
        hits, decided = self.hits[own], self.decided[own]
        n_hits, n_decided, n_open = hits.sum(axis=0), decided.sum(axis=0), self.open[own].sum(axis=0)
        replicates = None
        if len(own) > 1 and hits.shape[1]:
            if 1 < len(different) < len(own):
                hits, decided = _summed(hits, units), _summed(decided, units)
            replicates = resampled_shares(hits, decided, seed=self.seed)
        cells = []
        for j in range(hits.shape[1]):
            drawn = np.zeros(0) if replicates is None else replicates[:, j]
            share = share_score(n_hits[j], n_decided[j], drawn)
            cells.append(Cell(int(n_hits[j]), share, int(n_open[j]), int(n_decided[j])))
        return len(np.unique(self.of_document[own])), cells


def _units_of(names: Iterable[Any]) -> Rows:
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)


def _summed(values: Values, groups: Rows) -> Values:
    return np.stack([np.bincount(groups, weights=column) for column in values.T], axis=1)


def _matrix_row(
    name: str, members: Sequence[Sequence[Prediction]], frames: Sequence[str], shares: _Shares, number: int
) -> MatrixRow:
    documents, cells = shares.of(number)
    stances: dict[str, dict[str, int]] = {}
    left_open: Counter[str] = Counter()
    for p in (p for group in members for p in group if p.stance_proba and p.sentence.target):
        target = str(p.sentence.target)
        counts = stances.setdefault(target, dict.fromkeys(p.stance_proba or (), 0))
        if p.stance is None:
            left_open[target] += 1
        else:
            counts[p.stance] = counts.get(p.stance, 0) + 1
    return MatrixRow(name, len(members), documents, dict(zip(frames, cells, strict=True)), stances, dict(left_open))
