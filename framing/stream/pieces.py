"""A table read a piece at a time, so that its length does not matter."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from framing.corpus.readers import Reading
from framing.corpus.readers.jsonl import row_of_line
from framing.errors import InputError, first_line
from framing.installed import need

IN_FORMATS = (".jsonl", ".csv", ".tsv", ".parquet")
_BLOCK = 1 << 20
Piece = list[tuple[str, dict[str, Any]]]


class Measured(NamedTuple):
    """The sha256 of a file, and about how many rows it has (a line break inside a cell counts as one)."""

    sha256: str
    n_rows: int


def measured(path: Path) -> Measured:
    """Read a file once, for its digest and its rows.

    Raises
    ------
    InputError
        It cannot be read, is no table that can be streamed, or has no row.
    """
    suffix = _form(path)
    digest, lines, end = hashlib.sha256(), 0, b"\n"
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                lines, end = lines + block.count(b"\n"), block[-1:]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    n_rows = lines + (end != b"\n") - (suffix in (".csv", ".tsv"))
    if suffix == ".parquet":
        n_rows = _parquet(path).metadata.num_rows
    if n_rows < 1:
        raise InputError(f"{path}: no rows")
    return Measured(digest.hexdigest(), n_rows)


def pieces(path: Path, size: int, reading: Reading) -> Iterator[Piece]:
    """Give the rows of a table, each with its place, so many at once; the last piece may be shorter.

    Raises
    ------
    InputError
        A row cannot be read.
    """
    suffix = _form(path)
    if suffix == ".parquet":
        yield from _parquet_pieces(path, size)
        return
    encoding = reading.encoding or "utf-8-sig"
    try:
        with path.open(encoding=encoding, newline="" if suffix != ".jsonl" else "\n") as stream:
            if suffix == ".jsonl":
                lines = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
                rows: Iterator[tuple[str, dict[str, Any]]] = (
                    row_of_line(str(path), number, line) for number, line in lines
                )
            else:
                rows = _delimited_rows(path, stream, reading.delimiter or ("," if suffix == ".csv" else "\t"))
            while piece := list(islice(rows, size)):
                yield piece
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not {encoding} ({error.reason}); name its encoding with --encoding") from None
    except (OSError, LookupError) as error:
        raise InputError(f"{path}: cannot be read ({first_line(error)})") from None


def _form(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in IN_FORMATS:
        raise InputError(
            f"{path}: cannot be read a piece at a time; expected {', '.join(IN_FORMATS)} (others: framing predict)"
        )
    return suffix


def _delimited_rows(path: Path, stream: Any, delimiter: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        if len(set(header)) < len(header):
            twice = next(name for name in header if header.count(name) > 1)
            raise InputError(f"{path}: the column {twice!r} stands twice")
        for number, cells in enumerate(reader, 1):
            place = f"{path}, row {number}"
            if len(cells) > len(header):
                raise InputError(f"{place}: {len(cells)} cells, expected {len(header)} as in the header")
            if cells:
                yield place, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: broken CSV ({error})") from None


def parquet_piece(path: Path, first: int, size: int) -> Piece:
    """Give the rows of a Parquet file from a place on (0: its first row), so many or as many as are there.

    Only the row groups that have them are opened.

    Raises
    ------
    InputError
        They cannot be read.
    """
    file = _parquet(path)
    groups, before, start = [], 0, 0
    for number in range(file.metadata.num_row_groups):
        n_rows = file.metadata.row_group(number).num_rows
        if before + n_rows <= first:
            start += n_rows
        elif before < first + size:
            groups.append(number)
        before += n_rows
    piece: Piece = []
    left_out = first - start
    with _as_parquet(path):
        for batch in file.iter_batches(batch_size=size, use_threads=False, row_groups=groups):
            rows = batch.slice(left_out, size - len(piece)).to_pylist()
            left_out = max(0, left_out - batch.num_rows)
            number = first + len(piece)
            piece.extend((f"{path}, row {number + i}", row) for i, row in enumerate(rows, 1))
            if len(piece) == size:
                break
    return piece


def _parquet(path: Path) -> Any:
    need("pyarrow")
    import pyarrow.parquet

    with _as_parquet(path):
        return pyarrow.parquet.ParquetFile(path)


def _parquet_pieces(path: Path, size: int) -> Iterator[Piece]:
    def rows() -> Iterator[tuple[str, dict[str, Any]]]:
        number = 0
        # One thread: those of pyarrow can outlive the work and abort the process at its end.
        for batch in _parquet(path).iter_batches(batch_size=size, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}, row {number}", row

    with _as_parquet(path):
        found = rows()
        # A batch may be shorter than asked, as where a row group ends; a piece is not, whatever reads it.
        while piece := list(islice(found, size)):
            yield piece


@contextmanager
def _as_parquet(path: Path) -> Iterator[None]:
    """Within it, whatever is wrong with a Parquet file is one line."""
    import pyarrow

    try:
        yield
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise InputError(f"{path}: not a readable Parquet file ({first_line(error)})") from None
