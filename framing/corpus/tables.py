"""Tables in memory (pandas, polars, pyarrow, datasets): rows that become sentences as those of a file do."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from framing.codebook import Codebook
from framing.corpus.rows import sentences_from_rows
from framing.errors import InputError
from framing.records import SENTENCE_FIELDS, Sentence, with_own_names


class Table(Protocol):
    """Named columns: a data frame of pandas or polars, a table of pyarrow, or what exports itself to these."""

    @property
    def columns(self) -> Any:
        """The columns, or their names."""


def is_table(data: Any) -> bool:
    """Say whether data are named columns. A series or an array has none, and a ``Mapping`` is no table."""
    named = hasattr(type(data), "columns") or hasattr(type(data), "column_names")
    return named and not isinstance(data, type | Mapping)


def sentences_from_table(
    table: Any, codebook: Codebook | None = None, columns: Mapping[str, str] | None = None
) -> list[Sentence]:
    """Read the rows of a table, each one sentence; an index of pandas is no column.

    Parameters
    ----------
    table
        Its column ``text`` has the sentences; others are those of a file.
    codebook, columns
        As for ``load_dataset``.

    Raises
    ------
    InputError
        There is no column of texts, a column's name stands twice, the kind of table is unknown, or a row is not what
        a sentence can be; the message has the row, counted from 1.
    """
    read = _reader(table)
    names = [str(name) for name in _names(table)]
    listed = ", ".join(map(repr, names)) or "none"
    if twice := {name for name in names if names.count(name) > 1}:
        raise InputError(f"table: a column name stands twice: {', '.join(sorted(twice))}; the columns are: {listed}")
    if (columns or {}).get("text", "text") not in names:
        raise InputError(
            f"table: no column 'text'; the columns are: {listed}. Rename the one that holds the sentences to 'text', "
            "or give that column alone, as a list of texts"
        )
    rows = [{str(name): _plain_value(value) for name, value in row.items()} for row in read()]
    if set(names) == {*SENTENCE_FIELDS, "extra"}:  # made by load_dataset
        rows = [row | with_own_names(json.loads(row.pop("extra") or "{}"), SENTENCE_FIELDS) for row in rows]
    placed = ((f"row {number}", row) for number, row in enumerate(rows, 1))
    return sentences_from_rows("table", placed, codebook, columns) if rows else []


def items_of(data: Any, name: str, expected: str) -> list[Any]:
    """Return what is in a list, a series, an array or an iterator.

    Raises
    ------
    InputError
        It is a mapping (its keys would be taken for texts), a set (it has no order), bytes, or no collection at all.
    """
    try:
        items = iter(data)
    except TypeError:
        items = None
    if items is None or isinstance(data, Mapping | set | frozenset | bytes | bytearray | memoryview):
        what = "None" if data is None else f"an object of type {type(data).__name__}"
        raise InputError(f"{name}: expected {expected}; got {what}")
    return data.to_pylist() if hasattr(data, "to_pylist") else list(items)  # an array of pyarrow


def _names(table: Any) -> list[Any]:
    names = table.column_names if hasattr(type(table), "column_names") else table.columns
    if names is None:  # of a streamed data set, until its first row is read
        names = next(iter(table), {})
    return list(names)


def _reader(table: Any) -> Callable[[], Iterable[Mapping[Any, Any]]]:
    """Return what gives the rows of a table of this kind."""
    kind = type(table)
    if hasattr(kind, "to_pylist"):  # pyarrow
        return table.to_pylist
    if hasattr(kind, "to_dicts"):  # polars
        return table.to_dicts
    if hasattr(kind, "to_dict") and hasattr(kind, "notna"):  # pandas; missing cells of whatever kind become None
        return lambda: table.astype(object).where(table.notna(), None).to_dict("records")
    if hasattr(kind, "__arrow_c_stream__"):
        return lambda: _arrow_rows(table)
    if hasattr(kind, "column_names") and hasattr(kind, "__iter__"):  # datasets
        return lambda: table
    raise InputError(
        f"a table of type {kind.__name__} cannot be read; turn it into one of pandas, polars or pyarrow "
        "(a lazy one is to be collected first)"
    )


def _arrow_rows(table: Any) -> list[dict[str, Any]]:
    import pyarrow

    return pyarrow.table(table).to_pylist()


def _plain_value(value: Any) -> Any:
    """Return a cell as plain Python: NumPy's values as lists and numbers, not-a-number as missing."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def records_of(sentences: Iterable[str | Sentence] | Table) -> list[Sentence]:
    """Return what ``Predictor.predict`` takes as sentences.

    Raises
    ------
    InputError
        It is one text, or an item is neither text nor ``Sentence``, or is not valid Unicode.
    """
    if isinstance(sentences, str | Sentence):
        raise InputError(
            "predict takes a list of sentences; for one text use predict([text]) or predict_document(text)"
        )
    if is_table(sentences):
        return sentences_from_table(sentences)
    items = items_of(sentences, "predict", "a list of sentences, or a table with a column 'text'")
    records = [Sentence(str(item)) if isinstance(item, str) else item for item in items]
    for number, record in enumerate(records):
        if not isinstance(record, Sentence):
            raise InputError(f"item {number}: expected a text or a Sentence, got {type(record).__name__}")
        for name in ("text", "target"):
            try:
                (getattr(record, name) or "").encode()
            except UnicodeEncodeError as error:
                raise InputError(
                    f"item {number}: {name!r} is not valid Unicode (a lone surrogate at character {error.start})"
                ) from None
    return records
