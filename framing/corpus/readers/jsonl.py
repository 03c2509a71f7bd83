"""JSON Lines, one object a line; and JSON, a list of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from framing.corpus.readers.source import Rows, Source
from framing.errors import InputError

_SURROGATE = re.compile("[\ud800-\udfff]")
_A_LINE = "expected one JSON object a line"
_A_LIST = "expected a list of objects"


def read_jsonl(source: Source) -> Rows:
    """Yield (place, row) for each line that is not blank; a file that is one list is read as such."""
    text = source.table_text(guess=False)
    return _rows_of_list(source.name, text) if _is_json_list(text) else _rows_of_lines(source.name, text)


def read_json(source: Source) -> Rows:
    """Yield (place, row) for each object of a list; for a single one too, and for each line of JSON Lines."""
    text = source.table_text(guess=False)
    if _is_json_list(text):
        return _rows_of_list(source.name, text)
    try:
        whole = _parsed(source.name, text, _A_LIST)
    except InputError:
        # Two objects after one another: lines, whatever the file is called.
        if len(text.strip().split("\n")) > 1 and text.lstrip().startswith("{") and _is_object(text.lstrip()):
            return _rows_of_lines(source.name, text)
        raise
    lists = [value for value in whole.values() if _is_rows(value)] if isinstance(whole, dict) else []
    if "%FEATURE_STRUCTURES" not in whole and len(lists) == 1 and "text" not in whole:
        return _objects(source.name, lists[0])
    return _objects(source.name, [whole])


def _is_json_list(text: str) -> bool:
    return re.match(r"\s*\[\s*[\[{\]]", text) is not None


def _is_object(text: str) -> bool:
    """Whether the first line is an object of its own."""
    try:
        return isinstance(json.loads(text.partition("\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _rows_of_lines(name: str, text: str) -> Rows:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield row_of_line(name, number, line)


def row_of_line(name: str, number: int, line: str) -> tuple[str, dict[str, Any]]:
    """Return the place and the row of a line that is not empty.

    Raises
    ------
    InputError
        It is no JSON object.
    """
    place = f"{name}, line {number}"
    row = _parsed(place, line, _A_LINE)
    if not isinstance(row, dict):
        raise InputError(f"{place}: {_A_LINE}, got {type(row).__name__}")
    return place, row


def _rows_of_list(name: str, text: str) -> Rows:
    return _objects(name, _parsed(name, text, _A_LIST))


def _objects(name: str, items: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise InputError(f"{name}, item {number}: {_A_LIST}, got {type(item).__name__}")
        yield f"{name}, item {number}", item


class _TwiceError(Exception):
    """A key of an object stands twice; Python would silently keep the last."""


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return row


def _parsed(place: str, text: str, expected: str) -> Any:
    """Return what a piece of JSON says."""
    try:
        found = json.loads(text, object_pairs_hook=_mapping)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise InputError(f"{place}: broken JSON ({error.msg} at {line}column {error.colno}); {expected}") from None
    except _TwiceError as error:
        raise InputError(f"{place}: the key {str(error)!r} stands twice") from None
    except ValueError:
        raise InputError(f"{place}: broken JSON (a number of thousands of digits)") from None
    except RecursionError:
        raise InputError(f"{place}: broken JSON (nested too deeply)") from None
    if "\\ud" in text.lower() and (half := _SURROGATE.search(json.dumps(found, ensure_ascii=False))):
        raise InputError(f"{place}: {half.group()!r} is half of a character; the text was cut in the middle of it")
    return found
