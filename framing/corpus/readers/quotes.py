"""Signs in the cells of a table: who wrote its quotation marks, and whether one of them swallowed rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_STOP = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*\s*$")
# What a label or several look like: 'security_threat', 'rain;sun'.
_LABELS = re.compile(r"[^\W\d][\w-]*(?:;[\w-]+)*")
# What stands after the comma of a sentence: a space, or the end of a quotation.
_IN_A_SENTENCE = re.compile(r"[\s\"'”’»)]")


@dataclass(frozen=True)
class Row:
    """Cells, and the first and the last line that they stand on, from 1."""

    line: int
    last: int
    cells: list[str]


def in_quotes(cell: str) -> bool:
    """Whether a cell, read without quoting, is what a tool that quotes would write.

    Examples
    --------
    >>> in_quotes('"Never."'), in_quotes('"Never," she said, "ever."')
    (True, False)
    """
    return _QUOTED.fullmatch(cell) is not None


def written_with_quotes(rows: Sequence[Row]) -> bool:
    r"""Whether rows, read without quoting, come from a tool that quotes: so is a column's name, or quotes are doubled.

    Examples
    --------
    >>> written_with_quotes([Row(1, 1, ["text"]), Row(2, 2, ['"It ""rains""."'])])
    True
    >>> written_with_quotes([Row(1, 1, ["text"]), Row(2, 2, ['"It rains."'])])
    False
    """
    header, *body = rows
    doubled = (in_quotes(cell) and '""' in cell[1:-1] for row in body for cell in row.cells)
    return any(map(in_quotes, header.cells)) or any(doubled)


def swallowing_rows(rows: Sequence[Row], lines: Sequence[str], delimiter: str) -> list[Row]:
    """Return the rows over several lines of which some look like rows of their own.

    Parameters
    ----------
    rows
        The table read with quoting, the header first.
    lines
        Its lines.
    delimiter
        What stands between cells. Between tabs the number of cells in a line says enough. A text has commas, and so
        a line must hold a label, too, where others hold theirs. In one column the lines must each end as a
        sentence does.
    """
    several = [row for row in rows[1:] if row.last > row.line]
    if not several:
        return []
    columns = len(rows[0].cells)
    looks: Callable[[Row, list[str]], bool]
    if columns == 1:
        looks = _are_sentences
    elif delimiter == "\t":
        looks = _are_whole
    else:
        looks = _Labels(rows, columns, delimiter).stand_in
    found = [row for row in several if looks(row, [line.rstrip("\r\n") for line in lines[row.line - 1 : row.last]])]
    # A column of posts has cells over several lines anyway, and not each of their lines is a sentence.
    return [] if columns == 1 and len(found) < len(several) else found


def _are_sentences(row: Row, lines: list[str]) -> bool:
    return all(_STOP.search(line) for line in lines)


def _are_whole(row: Row, lines: list[str]) -> bool:
    """Whether the first and the last line have as many cells as the row, or one between them that is all inside."""
    whole = [line.count("\t") + 1 == len(row.cells) for line in lines]
    inside = any(is_whole and '"' not in line for is_whole, line in zip(whole[1:-1], lines[1:-1], strict=True))
    return (whole[0] and whole[-1]) or inside


class _Labels:
    """What stands in each column, to tell a label in its place from a piece of a text."""

    def __init__(self, rows: Sequence[Row], columns: int, delimiter: str) -> None:
        self.columns, self.delimiter = columns, delimiter
        fitting = [row.cells for row in rows[1:] if len(row.cells) == columns]
        self.seen = [{cells[column] for cells in fitting if not _broken(cells[column])} for column in range(columns)]
        self.shaped = [any(seen) and all(_LABELS.fullmatch(value) for value in seen if value) for seen in self.seen]

    def stand_in(self, row: Row, lines: list[str]) -> bool:
        """Whether a line of the row has all cells, one of them a label that came from inside the quotes."""
        over = [column for column, cell in enumerate(row.cells) if _broken(cell)]
        if len(row.cells) != self.columns or not over:
            return False
        first, last = over[0], over[-1]
        columns = range(self.columns)
        # Before its quote opens, and after it closes, the row's own cells stand.
        parts = lines[0].split(self.delimiter)
        if len(parts) == self.columns and parts[first].startswith('"'):
            parts[first] = parts[first][1:]
            if self._is_row(parts, first, [column for column in columns if column > first]):
                return True
        parts = lines[-1].split(self.delimiter)
        closed = len(parts) == self.columns and parts[last].endswith('"')
        if closed and self._is_row(parts, last, [column for column in columns if column < last]):
            return True
        inner = (line.split(self.delimiter) for line in lines[1:-1] if '"' not in line)
        others = [column for column in columns if column != first]
        return any(len(parts) == self.columns and self._is_row(parts, first, others) for parts in inner)

    def _is_row(self, parts: list[str], text: int, others: list[int]) -> bool:
        if not others or any(_IN_A_SENTENCE.match(part) for part in parts):
            return False
        if parts[text] and any(self._is_label(column, parts[column]) for column in others):
            return True
        empty = all(not parts[column] and "" in self.seen[column] for column in others)
        return empty and (len(others) > 1 or _STOP.search(parts[text]) is not None)

    def _is_label(self, column: int, value: str) -> bool:
        if not value:
            return False
        shaped = self.shaped[column] and _LABELS.fullmatch(value) is not None
        return value in self.seen[column] or value.lower() == "none" or shaped


def _broken(cell: str) -> bool:
    return "\n" in cell or "\r" in cell
