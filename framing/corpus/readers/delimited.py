"""CSV and TSV: cells between delimiters under a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from framing.corpus.readers.files import read_text
from framing.errors import InputError


def read_delimited(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) for each row below the header."""
    text = read_text(path)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True
    )
    header: list[str] = []
    while True:
        place = f"{path}, line {reader.line_num + 1}"  # where the row begins; a quoted cell may have several lines
        try:
            cells = next(reader, None)
        except csv.Error as error:
            kind = path.suffix[1:].upper()
            raise InputError(f"{place}: broken {kind} ({error}); is a cell too long, or a quote not closed?") from None
        if cells is None:
            return
        if not header:
            header = [cell.strip() for cell in cells]
            if len(set(header)) < len(header):
                raise InputError(f"{place}: a column name stands twice in the header: {', '.join(header)}")
        elif any(cells):
            if len(cells) != len(header):
                raise InputError(f"{place}: {len(cells)} cells where the header has {len(header)} columns")
            yield place, dict(zip(header, cells, strict=True))
