"""Parquet files."""

from __future__ import annotations

import re

from framing.corpus.readers.source import Rows, Source
from framing.errors import InputError, first_line
from framing.installed import need

# A data frame's row numbers are no column of the user's.
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(source: Source) -> Rows:
    """Yield (place, row) for each row of the table."""
    need("pyarrow")
    import pyarrow
    import pyarrow.parquet

    try:
        # One thread: those of pyarrow can outlive the work and abort the process at its end.
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(source.content), use_threads=False)
        index = [name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)]
        rows = table.drop_columns(index).to_pylist()
    except (OSError, ValueError, OverflowError, MemoryError, pyarrow.ArrowException) as error:
        raise InputError(f"{source.name}: not a readable Parquet file ({first_line(error)})") from None
    for number, row in enumerate(rows, 1):
        yield f"{source.name}, row {number}", row
