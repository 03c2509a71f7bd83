"""A terminal's table of several targets: a row a sentence, a column of stances a target.

Three frames and four targets leave no room for a sentence beside them on most screens. The sentence then stands above
its numbers, over the whole width; where that is still too little, stances are cut short (``agai… .71``); and targets
for which there is no room at all follow in a second table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.records import Prediction
from framing.report.cells import frame_cells, sentence_cell, text_cell, text_of, with_headings
from framing.report.numbering import SentenceRow
from framing.report.plain import cut, is_clear

_GAP = 2  # between columns
_NARROWEST = 40  # characters of a sentence that stands beside its numbers
_SHORT = 5  # characters of a stance that is cut short
_WORD = 16  # characters of a target's word that is not broken
_PROBABILITY = len(" .71")


def targets_text(
    rows: Sequence[SentenceRow],
    labels: Sequence[str],
    targets: Sequence[str],
    width: int,
    colour: bool,
    thresholds: Mapping[str, float] | None = None,
) -> str:
    """Return rows as a table with a column for each target, or as several tables where the width holds no more.

    Parameters
    ----------
    rows, labels, targets
        What is shown.
    width
        Characters of a line.
    colour
        Whether frames are coloured.
    thresholds
        By frame, the probability from which it is decided; what comes near is marked.
    """
    names = {name for row in rows for p in row.predictions for name in p.stance_proba or ()}
    doubted = any(is_doubted(p) for row in rows for p in row.predictions)
    whole = max(map(len, names), default=1) + _PROBABILITY + doubted
    # Names that begin alike cannot be cut.
    short = min(whole, _SHORT + _PROBABILITY) if len({name[: _SHORT - 1] for name in names}) == len(names) else whole
    number = max((len(str(row.number)) for row in rows), default=1)
    frames = tuple(max(len("● 0.71"), _longest_word(label.replace("_", " "))) for label in labels)
    room = width - 2 - sum(size + _GAP for size in frames)  # a space before and after, as in any table
    beside = tuple(max(whole, min(_longest_word(target), _WORD)) for target in targets)
    sentence = room - number - sum(_GAP + size for size in (0, *beside))
    if sentence >= _NARROWEST:
        return _Table(labels, targets, number, sentence, (*frames, *beside), thresholds or {}).text(rows, width, colour)
    n_tables = -(-len(targets) // max(1, (room + _GAP) // (short + _GAP)))
    n_columns = -(-len(targets) // n_tables)
    most = max(short, (room + _GAP) // n_columns - _GAP)
    text = ""
    for first in range(0, len(targets), n_columns):
        part = targets[first : first + n_columns]
        sizes = (*frames, *(min(max(whole, _longest_word(target)), most) for target in part))
        text += _Table(labels, part, number, None, sizes, thresholds or {}).text(rows, width, colour)
    return text


@dataclass(frozen=True)
class _Table:
    """Columns and how wide they are; a sentence that has no width of its own stands above its numbers."""

    labels: Sequence[str]
    targets: Sequence[str]
    number: int
    sentence: int | None
    sizes: tuple[int, ...]
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def text(self, rows: Sequence[SentenceRow], width: int, colour: bool) -> str:
        """Return an empty line, the head, the rows and an empty line; no narrower than the columns."""
        from rich.console import Group
        from rich.padding import Padding

        shown = Padding(Group(*self._head(), *self._body(rows)), 1)
        return text_of(shown, max(width, self._width() + 2), colour)

    def _width(self) -> int:
        beside = () if self.sentence is None else (self.number, self.sentence)
        return sum(size + _GAP for size in (*beside, *self.sizes)) - _GAP

    def _head(self) -> Iterator[Any]:
        frames = [text_cell(label.replace("_", " "), "bold", "right") for label in self.labels]
        toward = [text_cell(target, "bold") for target in self.targets]
        yield from self._lines("#", text_cell("sentence", "bold"), [*frames, *toward], "bottom")
        yield text_cell("─" * self._width())

    def _body(self, rows: Sequence[SentenceRow]) -> Iterator[Any]:
        for heading, row in with_headings(rows):
            if heading:
                yield from self._lines("", text_cell(heading, "bold"), [])
            columns = zip(self.targets, self.sizes[len(self.labels) :], strict=True)
            stances = [_stance_cell(row.toward(target), size) for target, size in columns]
            frames = frame_cells(row.first, self.labels, self.thresholds)
            yield from self._lines(row.number, sentence_cell(row), [*frames, *stances])

    def _lines(self, number: int | str, sentence: Any, cells: Sequence[Any], vertical: str = "top") -> Iterator[Any]:
        """Return a sentence and its numbers: side by side, or one above the other."""
        first = text_cell(number, justify="right")
        if self.sentence is not None:
            yield _grid([self.number, self.sentence, *self.sizes], [first, sentence, *cells], vertical)
            return
        yield _grid([self.number, None], [first, sentence], vertical)
        if cells:
            yield _grid(self.sizes, cells, vertical)


def _grid(sizes: Sequence[int | None], cells: Sequence[Any], vertical: Any) -> Any:
    """Return one row of cells; one without a size takes what it needs."""
    from rich.table import Table

    grid = Table.grid(padding=(0, _GAP, 0, 0))
    for size in sizes:
        grid.add_column(width=size, overflow="fold", vertical=vertical)
    grid.add_row(*cells)
    return grid


def _stance_cell(prediction: Prediction | None, size: int) -> Any:
    """Return the stance and its probability, cut short where there is no room; ``?`` marks what is open or unclear."""
    if prediction is None or not prediction.stance_proba:
        return text_cell("")
    if prediction.stance is None:
        return text_cell("?")
    name, mark = prediction.stance, "?" if is_doubted(prediction) else ""
    p = f"{prediction.stance_proba[name]:.2f}"
    shown = f"{cut(name, size - _PROBABILITY - len(mark))}{mark} {'1.0' if p == '1.00' else p[1:]}"
    return text_cell(shown, "dim" if mark else "")


def is_doubted(prediction: Prediction) -> bool:
    """Say whether a stance was decided that is not clear."""
    return prediction.stance is not None and not is_clear(prediction.stance, prediction.stance_proba or {})


def _longest_word(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.split()), default=0)
