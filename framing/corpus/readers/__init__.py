"""Readers: from bytes to rows, each with its place. One module a format, one table of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from framing.corpus.readers.delimited import read_csv, read_tsv
from framing.corpus.readers.jsonl import read_jsonl
from framing.corpus.readers.parquet import read_parquet
from framing.corpus.readers.recognise import table_format
from framing.corpus.readers.source import Rows, Source
from framing.errors import InputError

__all__ = ["READERS", "SUFFIXES", "Rows", "Source", "format_of", "read_rows", "table_format"]

READERS: dict[str, Callable[[Source], Rows]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "tsv": read_tsv,
    "parquet": read_parquet,
}
SUFFIXES = tuple(f".{form}" for form in READERS)


def format_of(path: Path) -> str:
    """Return the format that the ending of a data file's name says.

    Raises
    ------
    InputError
        The ending is none of ``SUFFIXES``.

    Examples
    --------
    >>> format_of(Path("rows.CSV"))
    'csv'
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in READERS:
        raise InputError(f"{path}: unknown kind of data file {path.suffix!r}; expected {', '.join(SUFFIXES)}")
    return form


def read_rows(source: Source, form: str) -> Rows:
    r"""Yield (place, row) for each row of a table in one of the formats of ``READERS``.

    Raises
    ------
    InputError
        It is empty, not UTF-8 or malformed; the message has its name and the line.

    Examples
    --------
    >>> list(read_rows(Source("standard input", b"text,frames\nIt rains.,none\n"), "csv"))
    [('standard input, line 2', {'text': 'It rains.', 'frames': 'none'})]
    """
    return READERS[form](source)
