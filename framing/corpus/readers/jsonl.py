"""JSON Lines: one object a line."""

from __future__ import annotations

import json
import re
from typing import Any

from framing.corpus.readers.source import Rows, Source
from framing.errors import InputError

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_jsonl(source: Source) -> Rows:
    """Yield (place, row) for each line that is not blank."""
    for number, line in enumerate(source.table_text().split("\n"), 1):
        if line.strip():
            yield f"{source.name}, line {number}", _json_row(f"{source.name}, line {number}", line)


class _TwiceError(Exception):
    """A key of an object stands twice; Python would silently keep the last."""


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return row


def _json_row(place: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, object_pairs_hook=_mapping)
    except json.JSONDecodeError as error:
        problem = f"{error.msg} at column {error.colno}"
        raise InputError(f"{place}: broken JSON ({problem}); expected one JSON object a line") from None
    except _TwiceError as error:
        raise InputError(f"{place}: the key {str(error)!r} stands twice") from None
    except ValueError:
        raise InputError(f"{place}: broken JSON (a number of thousands of digits)") from None
    except RecursionError:
        raise InputError(f"{place}: broken JSON (nested too deeply)") from None
    if not isinstance(row, dict):
        raise InputError(f"{place}: expected one JSON object a line, got {type(row).__name__}")
    if "\\ud" in line.lower() and (half := _SURROGATE.search(json.dumps(row, ensure_ascii=False))):
        raise InputError(f"{place}: {half.group()!r} is half of a character; the text was cut in the middle of it")
    return row
