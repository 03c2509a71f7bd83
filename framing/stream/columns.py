"""Rows of JSON as Parquet: a column's type is what its values are, over all parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# A column's type by the kinds of values in it; any other mixture becomes text, lists and mappings as JSON.
_TYPES: tuple[tuple[set[str], str], ...] = (
    ({"str"}, "string"),
    ({"bool"}, "bool"),
    ({"int"}, "int64"),
    ({"int", "float"}, "float64"),
    ({"list", "list of str"}, "list of string"),
    ({"list", "list of int"}, "list of int64"),
)


def column_types(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the type of each column, in the order in which the columns come up.

    Examples
    --------
    >>> column_types([{"text": "a", "n": 1, "labels": []}, {"n": 0.5, "labels": ["gain"], "own": None}])
    {'text': 'string', 'n': 'float64', 'labels': 'list of string', 'own': 'string'}
    """
    kinds: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            kinds.setdefault(name, set()).update(_kinds(value))
    return {name: next((told for known, told in _TYPES if found <= known), "string") for name, found in kinds.items()}


def write_parquet(parts: Sequence[Path], destination: Path) -> None:
    """Write JSONL files as one Parquet file, a row group each, in the memory that one of them takes."""
    import pyarrow
    import pyarrow.parquet

    types = column_types(row for part in parts for row in _flat_rows(part))
    schema = pyarrow.schema([(name, _arrow_type(told)) for name, told in types.items()])
    with pyarrow.parquet.ParquetWriter(destination, schema) as writer:
        for part in parts:
            rows = [{name: _fitting(row.get(name), told) for name, told in types.items()} for row in _flat_rows(part)]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))


def _flat_rows(part: Path) -> Iterator[dict[str, Any]]:
    with part.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            row = json.loads(line)
            for field in ("proba", "stance_proba"):
                # Of the place where the mapping stood, so that a table has its columns in the order of a result.
                if isinstance(row.get(field), dict):
                    row.update({f"{field}_{label}": p for label, p in row.pop(field).items()})
                else:
                    row.pop(field, None)
            yield row


def _kinds(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, list):
        return {"list", *(f"list of {type(item).__name__}" for item in value)}
    return {type(value).__name__}


def _arrow_type(told: str) -> Any:
    import pyarrow

    if told.startswith("list of "):
        return pyarrow.list_(_arrow_type(told.removeprefix("list of ")))
    return pyarrow.type_for_alias(told)


def _fitting(value: Any, told: str) -> Any:
    if value is None or told != "string" or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
