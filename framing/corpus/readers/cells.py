"""Lines become rows of cells; whether a quotation mark is the table's or the text's is decided here."""

from __future__ import annotations

import csv
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from framing.corpus.readers.quotes import Row, in_quotes, swallowing_rows, written_with_quotes
from framing.errors import FramingWarning, InputError

# Python's csv has one limit for the whole process, 131,072 characters; a C long holds this one on any machine.
_ANY_LENGTH = 2**31 - 1
_LIMIT = threading.Lock()


def rows_of_cells(name: str, lines: Sequence[str], delimiter: str) -> list[Row]:
    """Split a table into rows of cells, the header first; blank lines are left out.

    Cells between tabs are quoted by spreadsheets and not by other tools. They are read without quoting where the
    quotes cannot be the table's: one does not close, or what it holds looks like rows of their own. Between other
    delimiters a quote is the table's, since a text has commas; rows that one seems to swallow are told.

    Raises
    ------
    InputError
        A quote does not close, or text follows the one that closes.
    """
    broken: InputError | None = None
    rows: list[Row] = []
    try:
        rows = _quoted(name, lines, delimiter)
    except InputError as error:
        broken = error
    swallowing = swallowing_rows(rows, lines, delimiter)
    if delimiter == "\t" and (broken or not _even(rows) or (swallowing and len(rows[0].cells) > 1)):
        plain = _read_without_quotes(lines, delimiter)
        if _even(plain) and not written_with_quotes(plain):
            _tell_that_quotes_are_text(name, plain, swallowing)
            return plain
    if broken:
        raise broken
    _tell_swallowed(name, swallowing)
    return rows


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """Lift the limit of Python's csv on a cell; it is put back, since it is not ours alone."""
    with _LIMIT:
        before = csv.field_size_limit(_ANY_LENGTH)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _quoted(name: str, lines: Sequence[str], delimiter: str) -> list[Row]:
    rows: list[Row] = []
    with _cells_of_any_length():
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            first = reader.line_num + 1  # where the row begins; a quoted cell may have several lines
            try:
                cells = next(reader, None)
            except csv.Error as error:
                kind = "TSV" if delimiter == "\t" else "CSV"
                raise InputError(
                    f"{name}, line {first}: broken {kind} ({error}); is a quote not closed, or one inside not doubled?"
                ) from None
            if cells is None:
                return rows
            if any(cells):
                rows.append(Row(first, reader.line_num, cells))


def _read_without_quotes(lines: Sequence[str], delimiter: str) -> list[Row]:
    """Split at each delimiter, whatever quotes there are."""
    rows = (Row(number, number, line.rstrip("\r\n").split(delimiter)) for number, line in enumerate(lines, 1))
    return [row for row in rows if any(row.cells)]


def _even(rows: Sequence[Row]) -> bool:
    return all(len(row.cells) == len(rows[0].cells) for row in rows)


def _tell_that_quotes_are_text(name: str, rows: Sequence[Row], swallowing: Sequence[Row]) -> None:
    """Warn where the quotes could have been read otherwise."""
    if swallowing:
        first, last = swallowing[0].line, swallowing[0].last
        why = f"a quotation mark would make one row of lines {first} to {last}, which look like rows of their own"
    elif kept := [row for row in rows if any(map(in_quotes, row.cells))]:
        first = kept[0].line
        why = "a cell in quotation marks, in a file where others begin with one that does not close"
    else:
        return
    warnings.warn(
        f"{name}, line {first}: {why}; quotation marks are read as part of the text in this file",
        FramingWarning,
        stacklevel=2,
    )


def _tell_swallowed(name: str, rows: Sequence[Row]) -> None:
    if rows:
        first, last = rows[0].line, rows[0].last
        more = f" ({len(rows) - 1:,} more like these)" if len(rows) > 1 else ""
        warnings.warn(
            f"{name}, line {first}: lines {first} to {last} are read as one row, since a quote opens there, but look "
            f"like rows of their own; is a quote not closed?{more}",
            FramingWarning,
            stacklevel=2,
        )
