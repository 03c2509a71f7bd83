"""Rows of a file, each with its place, before anything is known of what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from framing.errors import InputError

# What pandas, R, SQL, JSON, Python and spreadsheets write where a value is missing; the names Nan and Na are none.
MISSING = frozenset({"nan", "NaN", "NAN", "NA", "N/A", "n/a", "<NA>", "#N/A", "null", "NULL", "None", "NaT"})


class RawRows:
    """Raw rows and their columns; the name of a column is text, whatever it was in the file.

    Parameters
    ----------
    origin
        Where the rows come from, for messages.
    rows
        ``(place, row)`` pairs, where a place begins with the origin.

    Raises
    ------
    InputError
        There is no row, or two columns have one name.
    """

    def __init__(self, origin: str, rows: Iterable[tuple[str, Mapping[Any, Any]]]) -> None:
        self.origin = origin
        self.rows = [(place, _with_text_names(place, row)) for place, row in rows]
        if not self.rows:
            raise InputError(f"{origin}: no rows")

    @cached_property
    def names(self) -> dict[str, str]:
        """The columns, each with the place where it stands first."""
        names: dict[str, str] = {}
        for place, row in self.rows:
            for name in row:
                names.setdefault(name, place)
        return names

    def values(self, name: str) -> Iterator[tuple[str, Any]]:
        """Give the values of a column that are not missing, each with its place."""
        for place, row in self.rows:
            value = row.get(name)
            if not is_empty(value) and not (isinstance(value, str) and value.strip() in MISSING):
                yield place, value

    def renamed(self, names: Mapping[str, str]) -> RawRows:
        """Return the same rows, some of their columns under another name."""
        rows = ((place, {names.get(name, name): value for name, value in row.items()}) for place, row in self.rows)
        return RawRows(self.origin, rows)

    def within(self, place: str) -> str:
        """Return a place as it is called within this table: ``line 2``."""
        return place.removeprefix(f"{self.origin}, ")

    def listed(self) -> str:
        """Return the names of the columns as a list for messages."""
        return ", ".join(map(repr, self.names))


def is_empty(value: Any) -> bool:
    """Say whether a value is nothing: ``None``, not a number, or blank text."""
    return value is None or (isinstance(value, str) and not value.strip()) or bool(_is_nan(value))


def counted(counts: Counter[str], what: str) -> str:
    """Return counts as text: ``'nan' in 12 rows and 'NA' in 1 row``."""
    return " and ".join(
        f"{value!r} in {count:,} {what}{'s' if count > 1 else ''}" for value, count in counts.most_common() if count
    )


def _is_nan(value: Any) -> Any:
    # What is no number differs from itself: a float, and a date that pandas calls NaT.
    return not isinstance(value, str | list | dict | tuple | set) and value != value


def _with_text_names(place: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    named = {str(name): value for name, value in row.items()}
    if len(named) < len(row):
        names = [str(name) for name in row]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{place}: two columns are called {twice!r}, one by a text and one by a number")
    return named
