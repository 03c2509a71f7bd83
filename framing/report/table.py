"""Predictions and figures as tables in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from framing.records import Prediction
from framing.report.cells import frame_cells, sentence_cell, text_cell, text_of, with_headings
from framing.report.numbering import sentence_rows
from framing.report.toward import targets_text


def predictions_text(
    predictions: Sequence[Prediction], labels: Sequence[str], width: int, colour: bool, targets: Sequence[str] = ()
) -> str:
    """Return predictions as a table of text of some width; ``●`` marks the frames found, ``?`` what is left open.

    Of several targets, the stance has a column a target; ``framing.report.toward`` finds room for them.
    """
    rows = sentence_rows(predictions, targets)
    if len(targets) > 1:
        return targets_text(rows, labels, targets, width, colour)
    with_stance = any(prediction.stance_proba for prediction in predictions)
    columns = ["#", "sentence", *(label.replace("_", "\n") for label in labels), *(["stance"] if with_stance else [])]
    table = _table(columns, numbers={0, *range(2, 2 + len(labels))})
    for heading, row in with_headings(rows):
        if heading:
            table.add_row("", text_cell(heading, "bold"))
        cells = [text_cell(row.number), sentence_cell(row), *frame_cells(row.first, labels)]
        if with_stance and row.first.stance_proba:
            stance = row.first.stance
            cells.append(text_cell(f"{stance} {row.first.stance_proba[stance]:.2f}" if stance else "?"))
        table.add_row(*cells)
    return text_of(table, width, colour)


def rows_text(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int, colour: bool = False) -> str:
    """Return rows as a table of text; numbers are given as text already."""
    table = _table(columns, numbers=set())
    for row in rows:
        table.add_row(*map(text_cell, row))
    return text_of(table, width, colour)


def _table(columns: Sequence[str], numbers: set[int]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for position, column in enumerate(columns):
        wide = column == "sentence"
        table.add_column(
            column, justify="right" if position in numbers else "left", ratio=1 if wide else None, overflow="fold"
        )
    return table
