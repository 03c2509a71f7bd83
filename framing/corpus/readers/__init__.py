"""Readers: from bytes to rows, each with its place. One module a format, one table of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from framing.corpus.readers.delimited import read_csv, read_tsv
from framing.corpus.readers.jsonl import read_json, read_jsonl
from framing.corpus.readers.parquet import read_parquet
from framing.corpus.readers.recognise import table_format
from framing.corpus.readers.source import Reading, Rows, Source, unpacked
from framing.corpus.readers.workbook import read_xlsx
from framing.errors import InputError

__all__ = [
    "READERS",
    "SUFFIXES",
    "Reading",
    "Rows",
    "Source",
    "format_of",
    "is_table_name",
    "read_rows",
    "table_format",
    "unpacked",
]

READERS: dict[str, Callable[[Source], Rows]] = {
    "jsonl": read_jsonl,
    "json": read_json,
    "csv": read_csv,
    "tsv": read_tsv,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
}
SUFFIXES = tuple(f".{form}" for form in READERS)


def is_table_name(path: Path) -> bool:
    """Say whether the ending of a file's name, ``.gz`` left out, is that of a table.

    Examples
    --------
    >>> is_table_name(Path("rows.csv.gz")), is_table_name(Path("article.txt"))
    (True, False)
    """
    return _suffix(path) in SUFFIXES


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix == ".gz" else suffix


def format_of(path: Path) -> str:
    """Return the format that the ending of a data file's name says; ``.gz`` after it is left out.

    Raises
    ------
    InputError
        The ending is none of ``SUFFIXES``.

    Examples
    --------
    >>> format_of(Path("rows.CSV")), format_of(Path("rows.jsonl.gz"))
    ('csv', 'jsonl')
    """
    form = _suffix(path).removeprefix(".")
    if form not in READERS:
        hint = "; save it as .xlsx or CSV" if form in ("xls", "ods", "numbers", "xlsm", "xlsb") else ""
        raise InputError(f"{path}: unknown kind of data file {path.suffix!r}; expected {', '.join(SUFFIXES)}{hint}")
    return form


def read_rows(source: Source, form: str) -> Rows:
    r"""Yield (place, row) for each row of a table in one of the formats of ``READERS``.

    Raises
    ------
    InputError
        It is empty, malformed, or its text cannot be decoded; the message has its name and the line.

    Examples
    --------
    >>> list(read_rows(Source("standard input", b"text,frames\nIt rains.,none\n"), "csv"))
    [('standard input, line 2', {'text': 'It rains.', 'frames': 'none'})]
    """
    return READERS[form](source)
