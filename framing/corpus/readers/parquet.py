"""Parquet files."""

from __future__ import annotations

from framing.corpus.readers.source import Rows, Source
from framing.errors import InputError, first_line


def read_parquet(source: Source) -> Rows:
    """Yield (place, row) for each row of the table."""
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(source.content))
    except (OSError, pyarrow.ArrowException) as error:
        raise InputError(f"{source.name}: not a readable Parquet file ({first_line(error)})") from None
    for number, row in enumerate(table.to_pylist(), 1):
        yield f"{source.name}, row {number}", row
