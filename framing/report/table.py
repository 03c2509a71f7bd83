"""Predictions and figures as tables in a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from framing.records import Prediction
from framing.report.numbering import sentence_numbers

_STYLES = ("green", "red", "blue", "magenta", "yellow", "cyan")
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)))


def predictions_text(predictions: Sequence[Prediction], labels: Sequence[str], width: int, colour: bool) -> str:
    """Return predictions as a table of text of some width; ``●`` marks the frames found, ``?`` what is left open."""
    with_stance = any(prediction.stance_proba for prediction in predictions)
    columns = ["#", "sentence", *(label.replace("_", "\n") for label in labels), *(["stance"] if with_stance else [])]
    table = _table(columns, numbers={0, *range(2, 2 + len(labels))})
    seen: str | None = None
    several = len({prediction.sentence.doc_id for prediction in predictions}) > 1
    for number, prediction in zip(sentence_numbers(predictions), predictions, strict=True):
        sentence = prediction.sentence
        if several and sentence.doc_id != seen:
            seen = sentence.doc_id
            table.add_row("", _text_cell(seen or "without a document", "bold"))
        cells = [_text_cell(number), _text_cell(" ".join(sentence.text.split()))]
        for style, label in zip(_cycle(_STYLES), labels, strict=False):
            p = f"{prediction.proba[label]:.2f}"
            mark = "? " if label in prediction.abstained else ""
            cells.append(
                _text_cell(f"● {p}", f"bold {style}") if label in prediction.frames else _text_cell(f"{mark}{p}")
            )
        if with_stance and prediction.stance_proba:
            stance = prediction.stance
            cells.append(_text_cell(f"{stance} {prediction.stance_proba[stance]:.2f}" if stance else "?"))
        table.add_row(*cells)
    return _text(table, width, colour)


def rows_text(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int, colour: bool = False) -> str:
    """Return rows as a table of text; numbers are given as text already."""
    table = _table(columns, numbers=set())
    for row in rows:
        table.add_row(*map(_text_cell, row))
    return _text(table, width, colour)


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


def _text(table: Any, width: int, colour: bool) -> str:
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(file=buffer, width=width, force_terminal=colour, no_color=not colour, highlight=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _text_cell(content: Any, style: str = "") -> Any:
    """Return text that is shown as it stands; an article's control characters stay out of the terminal."""
    from rich.text import Text

    return Text(str(content).translate(_CONTROLS), style)


def _cycle(items: Sequence[str]) -> Iterable[str]:
    while True:
        yield from items
