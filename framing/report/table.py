"""Predictions and figures as tables in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from framing.records import Prediction
from framing.report.cells import frame_cells, sentence_cell, text_cell, text_of, with_headings
from framing.report.grouping import attributed_to
from framing.report.numbering import SentenceRow, sentence_rows
from framing.report.plain import is_clear, stance_said
from framing.report.toward import targets_text

_GAP_BETWEEN = 2  # columns
_LEAST_SENTENCE = 40  # characters of a sentence beside the column of holders
_WIDEST_HOLDER = 20


def predictions_text(
    predictions: Sequence[Prediction],
    labels: Sequence[str],
    width: int,
    colour: bool,
    targets: Sequence[str] = (),
    thresholds: Mapping[str, float] | None = None,
) -> str:
    """Return predictions as a table of text of some width; ``●`` marks the frames found, ``?`` what is left open.

    ``○`` marks a frame whose probability misses its threshold, of ``thresholds`` by label, by less than a fifth of it.

    Of several targets, the stance has a column a target; ``framing.report.toward`` finds room for them. A holder to
    whom a sentence is attributed has a column where there is room for one, else stands in brackets before the sentence.
    """
    rows = sentence_rows(predictions, targets)
    if len(targets) > 1:
        return targets_text(rows, labels, targets, width, colour, thresholds)
    with_stance = any(prediction.stance_proba for prediction in predictions)
    holder = _holder_width(rows, labels, with_stance, width)
    before = ["#", "holder"] if holder else ["#"]
    frames = [label.replace("_", "\n") for label in labels]
    columns = [*before, "sentence", *frames, *(["stance"] if with_stance else [])]
    first = len(before) + 1
    table = _table(columns, numbers={0, *range(first, first + len(labels))}, widths={"holder": holder})
    for heading, row in with_headings(rows):
        if heading:
            table.add_row(*[""] * len(before), text_cell(heading, "bold"))
        said_by = [text_cell(attributed_to(row.first), "dim")] if holder else []
        sentence = sentence_cell(row, with_holder=not holder)
        cells = [text_cell(row.number), *said_by, sentence, *frame_cells(row.first, labels, thresholds or {})]
        if with_stance and row.first.stance_proba:
            said = stance_said(row.first.stance, row.first.stance_proba)
            cells.append(text_cell(said, "" if is_clear(row.first.stance, row.first.stance_proba) else "dim"))
        table.add_row(*cells)
    return text_of(table, width, colour)


def _holder_width(rows: Sequence[SentenceRow], labels: Sequence[str], with_stance: bool, width: int) -> int:
    """Return how wide a column of holders is; 0 where there is none to show, or no room for it."""
    widest = max((len(attributed_to(row.first)) for row in rows), default=0)
    words = [max(map(len, [*label.split("_"), "● 0.00"])) for label in labels]
    told = [stance_said(row.first.stance, row.first.stance_proba) for row in rows if row.first.stance_proba]
    stance = [max(map(len, ["stance", *told]))] if with_stance and told else []
    holder = min(max(widest, len("holder")), _WIDEST_HOLDER)
    taken = [max((len(str(row.number)) for row in rows), default=1), holder, *words, *stance]
    room = width - _GAP_BETWEEN - sum(size + _GAP_BETWEEN for size in taken)
    return holder if widest and room >= _LEAST_SENTENCE else 0


def rows_text(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int, colour: bool = False) -> str:
    """Return rows as a table of text; numbers are given as text already."""
    table = _table(columns, numbers=set())
    for row in rows:
        table.add_row(*map(text_cell, row))
    return text_of(table, width, colour)


def _table(columns: Sequence[str], numbers: set[int], widths: Mapping[str, int] | None = None) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for position, column in enumerate(columns):
        wide = column == "sentence"
        table.add_column(
            column,
            justify="right" if position in numbers else "left",
            ratio=1 if wide else None,
            width=(widths or {}).get(column),
            overflow="fold",
        )
    return table
