"""Stance targets as they are given: a list, or a file with one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from framing.corpus.readers import Source, format_of, read_rows
from framing.corpus.tables import items_of
from framing.errors import InputError

MAX_TARGET = 200  # characters; a noun phrase is shorter
_LINE_END = re.compile(r"\r\n|\r|\n")
_COMMENT = "#"


def target_list(targets: Iterable[str], name: str = "targets") -> tuple[str, ...]:
    """Return noun phrases in their order, each once; white space is stripped and collapsed.

    Parameters
    ----------
    targets
        Noun phrases, at least one.
    name
        What the list is called in errors.

    Raises
    ------
    InputError
        It is a single string, no list, or empty; or one of the targets is no text, blank or too long.

    Examples
    --------
    >>> target_list(["the port deal", " the  port deal ", "Kyiv"])
    ('the port deal', 'Kyiv')
    """
    if isinstance(targets, str):
        raise InputError(f"{name}: expected a list of noun phrases, such as [{targets!r}]; got a single string")
    items = items_of(targets, name, "a list of noun phrases")
    if not items:
        raise InputError(f"{name}: the list is empty; give one noun phrase or more, or leave it out")
    return tuple(dict.fromkeys(_target(item, f"{name}, item {number}") for number, item in enumerate(items)))


def read_targets(path: Path) -> list[str]:
    """Read a file of targets: UTF-8, one a line; blank lines and those that begin with ``#`` are left out.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        The file is missing, is not UTF-8 or has no target in it, or a target is too long.
    """
    lines = _LINE_END.split(Source.from_file(path).text().removeprefix("\ufeff"))
    found = [
        _target(line, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith(_COMMENT)
    ]
    if not found:
        raise InputError(f"{path}: no target in it; expected a noun phrase a line, in lines that do not begin with #")
    return found


def read_target_table(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a table that says of each document which targets to ask about: columns ``doc_id`` and ``target``.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, JSONL, JSON or Parquet file; a row for each document and target.

    Returns
    -------
    dict
        By document its targets, in order, each once.

    Raises
    ------
    InputError
        A column is missing, a cell of it is empty, or a target is too long.
    """
    found: dict[str, tuple[str, ...]] = {}
    for place, row in read_rows(Source.from_file(path), format_of(path)):
        if not {"doc_id", "target"} <= row.keys():
            raise InputError(f"{place}: expected the columns 'doc_id' and 'target'; got {', '.join(map(repr, row))}")
        document = str("" if row["doc_id"] is None else row["doc_id"]).strip()
        if not document:
            raise InputError(f"{place}: no document in column 'doc_id'")
        target = _target("" if row["target"] is None else str(row["target"]), place)
        found[document] = tuple(dict.fromkeys((*found.get(document, ()), target)))
    if not found:
        raise InputError(f"{path}: no row in it; expected a document and a target a row")
    return found


def _target(item: Any, place: str) -> str:
    if not isinstance(item, str):
        raise InputError(f"{place}: expected a noun phrase, got an object of type {type(item).__name__}")
    target = " ".join(item.split())
    if not target:
        raise InputError(f"{place}: the target is blank; give a noun phrase, or leave it out")
    if len(target) > MAX_TARGET:
        raise InputError(
            f"{place}: a target of {len(target):,} characters; a noun phrase of at most {MAX_TARGET} was expected, "
            f"this begins {target[:30]!r}"
        )
    try:
        target.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{place}: not valid Unicode (a lone surrogate at character {error.start})") from None
    return target
