"""CSV and TSV: cells between delimiters under a header."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from framing.corpus.readers.cells import rows_of_cells
from framing.corpus.readers.formulas import unguarded
from framing.corpus.readers.quotes import Row
from framing.corpus.readers.recognise import DELIMITERS, delimiter_of, named_delimiter
from framing.corpus.readers.source import Rows, Source
from framing.errors import FramingNote, InputError


def read_csv(source: Source) -> Rows:
    """Yield (place, row) for each row below the header of a table that should have commas between its cells."""
    return _read(source, ",")


def read_tsv(source: Source) -> Rows:
    """Yield (place, row) for each row below the header of a table that should have tabs between its cells."""
    return _read(source, "\t")


def _read(source: Source, expected: str) -> Rows:
    lines = list(io.StringIO(source.table_text(), newline=""))
    given = source.reading.delimiter
    if named := named_delimiter(lines):
        lines[0] = ""  # the line is gone, and those after it keep their numbers
    delimiter = given or named or delimiter_of(lines, expected)
    if delimiter not in (expected, named, given):
        found = f"separated by {DELIMITERS[delimiter]}, not by {DELIMITERS[expected]}"
        warnings.warn(
            f"{source.name}: the cells are {found}; read so (if that is wrong: --delimiter)", FramingNote, stacklevel=2
        )
    rows = rows_of_cells(source.name, lines, delimiter)
    if rows:
        yield from named_columns(source.name, rows[0], rows[1:])


def named_columns(name: str, header: Row, body: Sequence[Row]) -> Rows:
    """Yield (place, row) for the rows below a header, their cells by the name of their column.

    Raises
    ------
    InputError
        The header has no names or one twice, or a row has other cells than it.
    """
    # An apostrophe before what looks like a formula is ours in the files that we write.
    plain = unguarded if {"predicted_frames", "predicted_stance"} & set(header.cells) else str
    names = [plain(cell).strip() for cell in header.cells]
    given = [column for column in names if column]
    if not given:
        raise InputError(f"{name}, line {header.line}: the header has no names")
    if len(set(given)) < len(given):
        raise InputError(f"{name}, line {header.line}: a column name stands twice in the header: {', '.join(names)}")
    # The nameless first column is the row's number, as pandas and R write it.
    numbered = not names[0] and any(row.cells[0].strip() for row in body)
    kept = [column for column, cell in enumerate(names) if cell or (column == 0 and numbered)]
    for row in body:
        place = f"{name}, line {row.line}"
        _check_cells(place, row, names, kept)
        yield place, {names[column]: plain(row.cells[column]) for column in kept}


def _check_cells(place: str, row: Row, names: Sequence[str], kept: Sequence[int]) -> None:
    """Make sure that each cell with something in it has a column with a name, and each such column a cell."""
    cells, columns = row.cells, len(names)
    if len(cells) <= kept[-1] or any(cell.strip() for cell in cells[columns:]):
        over = f" (lines {row.line} to {row.last}, since a quote opens there; is it not closed?)"
        raise InputError(
            f"{place}: {len(cells)} cells where the header has {columns} columns"
            + (over if row.last > row.line else "")
        )
    for column, cell in enumerate(cells[:columns]):
        if column not in kept and cell.strip():
            raise InputError(
                f"{place}: {cell!r} stands in column {column + 1}, which has no name in the header; "
                "name the column, or quote a text that has a delimiter in it"
            )
