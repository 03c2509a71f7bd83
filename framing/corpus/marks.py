"""Rows that an annotation tool marks as rejected, ignored or discarded."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from framing.corpus.raw import RawRows, counted, is_empty
from framing.errors import FramingWarning

CODES = ("frames", "coded", "stance")
_TRUTH = frozenset({"true", "false", "1", "0", "1.0", "0.0"})
_RESPONSES = frozenset({"submitted", "draft", "discarded", "pending", "completed", "default", "edited", "validated"})


@dataclass(frozen=True)
class Mark:
    """A column by which a tool tells which of its annotations count.

    Parameters
    ----------
    tool, column
        Whose column it is, and its name.
    values
        All that the tool writes there, in lower case; a column with any other value is not the tool's.
    refused
        Those of rows that were not annotated in the end.
    """

    tool: str
    column: str
    values: frozenset[str]
    refused: frozenset[str]


_REFUSED = frozenset({"true", "1", "1.0"})
MARKS = (
    Mark("Prodigy", "answer", frozenset({"accept", "reject", "ignore"}), frozenset({"reject", "ignore"})),
    Mark("Label Studio", "was_cancelled", _TRUTH, _REFUSED),
    Mark("Label Studio", "skipped", _TRUTH, _REFUSED),
    Mark("Argilla", "response_status", _RESPONSES, frozenset({"discarded"})),
    Mark("Argilla", "status", _RESPONSES, frozenset({"discarded"})),
)


def refused_rows(table: RawRows, column_of: Mapping[str, str]) -> set[int]:
    """Return the numbers of the rows, from 0, that were refused in an annotation tool, and tell of their codes."""
    refused: set[int] = set()
    codes = [column_of[field] for field in CODES if field in column_of]
    for mark in MARKS:
        values = {str(value).strip().lower() for _, value in table.values(mark.column)}
        if mark.column in column_of.values() or not values <= mark.values or not values & mark.refused:
            continue
        counts: Counter[str] = Counter()
        for number, (_, row) in enumerate(table.rows):
            value = str(row.get(mark.column)).strip().lower()
            if value in mark.refused:
                refused.add(number)
                counts[str(row[mark.column]).strip()] += any(not is_empty(row.get(name)) for name in codes)
        if said := counted(counts, "coded row"):
            warnings.warn(
                f"{table.origin}: column {mark.column!r} ({mark.tool}) has {said}: their codes are not read; rename "
                "the column to have them read",
                FramingWarning,
                stacklevel=5,
            )
    return refused
