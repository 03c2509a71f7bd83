"""What stands in the cells of a terminal's table, and how such a table becomes text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from framing.errors import harmless
from framing.records import Prediction
from framing.report.grouping import attributed_to
from framing.report.highlights import carried, pieces
from framing.report.numbering import SentenceRow
from framing.report.plain import cut, is_near

_STYLES = ("green", "red", "blue", "magenta", "yellow", "cyan")
_BREAKS = dict.fromkeys((9, 10))
_LONGEST_HOLDER = 30  # characters of a holder's name in front of a sentence


def text_cell(content: Any, style: str = "", justify: Any = None) -> Any:
    """Return text that is shown as it stands; an article's control characters stay out of the terminal."""
    from rich.text import Text

    return Text(harmless(str(content)).translate(_BREAKS), style, justify=justify)


def sentence_cell(row: SentenceRow, with_holder: bool = True) -> Any:
    """Return a sentence's text on one line, after the name of its holder in brackets where it has one.

    Beneath it stand, where that was asked for, the words that carried its frames; they are also underlined in their
    frame's colour, where there are colours.
    """
    styles = dict(zip(row.first.proba, cycle(_STYLES), strict=False))
    cell = text_cell("")
    for piece in pieces(row.first):
        # A space at an edge of a piece stays one; the first and the last piece have none.
        words = text_cell(" ".join(f"|{piece.text}|".split())[1:-1])
        if cell.plain[-1:] in ("", " "):
            words = words[len(words) - len(words.plain.lstrip()) :]
        cell.append_text(words)
        if piece.frames:
            cell.stylize(f"underline {styles[piece.frames[0]]}", len(cell) - len(words))
    cell.rstrip()
    for frame, words in carried(row.first):
        cell.append(f"\n{frame.replace('_', ' ')}: ", "dim")
        cell.append(" ".join(harmless(words).split()), styles[frame])
    holder = attributed_to(row.first) if with_holder else ""
    return text_cell(f"[{cut(holder, _LONGEST_HOLDER)}] ", "dim").append_text(cell) if holder else cell


def frame_cells(prediction: Prediction, labels: Sequence[str], thresholds: Mapping[str, float]) -> list[Any]:
    """Return the probability of each frame; ``●`` marks those found, ``?`` what is left open, ``○`` what is near."""
    cells = []
    for style, label in zip(cycle(_STYLES), labels, strict=False):
        p = f"{prediction.proba[label]:.2f}"
        if label in prediction.frames:
            mark, look = "● ", f"bold {style}"
        elif label in prediction.abstained:
            mark, look = "? ", ""
        else:
            near = is_near(prediction.proba[label], thresholds.get(label))
            mark, look = ("○ ", style) if near else ("", "dim")
        cells.append(text_cell(f"{mark}{p}", look, "right"))
    return cells


def with_headings(rows: Sequence[SentenceRow]) -> Iterator[tuple[str, SentenceRow]]:
    """Give each row with the heading above it: its document, where there are several and another one begins."""
    several = len({row.first.sentence.doc_id for row in rows}) > 1
    seen: str | None = None
    for row in rows:
        document = row.first.sentence.doc_id
        yield (document or "without a document") if several and document != seen else "", row
        seen = document


def text_of(shown: Any, width: int, colour: bool) -> str:
    """Return what ``rich`` shows as lines of text."""
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(file=buffer, width=width, force_terminal=colour, no_color=not colour, highlight=False)
    console.print(shown)
    return "\n".join(line.rstrip() for line in harmless(buffer.getvalue(), colour).split("\n")[:-1]) + "\n"
