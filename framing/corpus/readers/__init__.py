"""Readers: from a file to rows, each with its place. One module a format, one table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from framing.corpus.readers.delimited import read_delimited
from framing.corpus.readers.files import read_text
from framing.corpus.readers.jsonl import read_jsonl
from framing.corpus.readers.parquet import read_parquet
from framing.errors import InputError

__all__ = ["READERS", "SUFFIXES", "read_rows", "read_text"]

Rows = Iterator[tuple[str, dict[str, Any]]]
READERS: dict[str, Callable[[Path], Rows]] = {
    ".jsonl": read_jsonl,
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".parquet": read_parquet,
}
SUFFIXES = tuple(READERS)


def read_rows(path: Path) -> Rows:
    """Yield (place, row) for each row of a file; the reader is that of the file's ending.

    Raises
    ------
    InputError
        The kind of file is unknown, or the file is missing, empty, not UTF-8 or malformed.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: unknown kind of data file {path.suffix!r}; expected {', '.join(SUFFIXES)}")
    return reader(path)
