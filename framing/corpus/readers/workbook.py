"""XLSX: the cells of a sheet, as they are shown, under a header."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

from framing.corpus.readers.delimited import named_columns
from framing.corpus.readers.quotes import Row
from framing.corpus.readers.source import MAX_UNPACKED, Rows, Source
from framing.errors import FramingNote, InputError, first_line, unknown

# A sheet's XML is packed to a tenth or so; a bomb to a thousandth and less.
_BOMB = 500


def read_xlsx(source: Source) -> Rows:
    """Yield (place, row) for each row below the header of a sheet; the first that has rows, if none is named."""
    _check_size(source)
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            f"{source.name}: to read XLSX, openpyxl is needed: pip install 'framing-classifier[xlsx]'; "
            "or save the sheet as CSV"
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which no text is in
            book = openpyxl.load_workbook(io.BytesIO(source.content), read_only=True, data_only=True)
            sheets = {sheet.title: _rows_of_sheet(sheet) for sheet in book.worksheets}
    except InputError:
        raise
    except Exception as error:  # whatever a damaged workbook leads to
        raise InputError(f"{source.name}: not a readable XLSX file ({first_line(error)})") from None
    name, rows = _chosen(source, sheets)
    if rows:
        header, *body = rows
        for row in named_columns(f"{source.name}, sheet {name!r}" if len(sheets) > 1 else source.name, header, body):
            yield row[0].replace(", line ", ", row "), row[1]


def _check_size(source: Source) -> None:
    if source.content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{source.name}: an old .xls file, or one with a password; save it as .xlsx or CSV")
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise InputError(f"{source.name}: not a readable XLSX file ({first_line(error)})") from None
    if size > MAX_UNPACKED or (size > 2**26 and size > _BOMB * len(source.content)):
        raise InputError(
            f"{source.name}: {len(source.content):,} bytes that unpack to {size:,}, more than a sheet of codes; "
            "save it as CSV"
        )


def _rows_of_sheet(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong, and as large as one likes
    rows = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        texts = [_cell_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            rows.append(Row(number, number, texts))
    width = max((len(row.cells) for row in rows[:1]), default=0)
    return [Row(row.line, row.last, row.cells + [""] * (width - len(row.cells))) for row in rows]


def _cell_text(cell: Any) -> str:
    """Return a cell as a spreadsheet would write it into a CSV file, dates in ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return str(cell).replace("_x000D_", "")


def _chosen(source: Source, sheets: dict[str, list[Row]]) -> tuple[str, Sequence[Row]]:
    named = source.reading.sheet
    if named is not None:
        if named not in sheets:
            raise InputError(f"{source.name}: {unknown('sheet', named, sheets)}")
        return named, sheets[named]
    filled = [name for name, rows in sheets.items() if rows]
    if not filled:
        raise InputError(f"{source.name}: the file is empty")
    if len(filled) > 1:
        others = ", ".join(map(repr, filled[1:]))
        warnings.warn(
            f"{source.name}: read sheet {filled[0]!r}; not {others} (another: --sheet NAME)", FramingNote, stacklevel=2
        )
    return filled[0], sheets[filled[0]]
