"""Exports of annotation tools: rows as the tool writes them become rows with a text, labels and a coder.

One module a tool, each a function that returns an ``Export``, or ``None`` where the rows are not that tool's.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from framing.corpus.exports.activetigger import activetigger
from framing.corpus.exports.argilla import argilla
from framing.corpus.exports.doccano import doccano
from framing.corpus.exports.export import Export, Placed, told
from framing.corpus.exports.inception import inception
from framing.corpus.exports.label_studio import label_studio
from framing.corpus.exports.potato import potato
from framing.corpus.exports.prodigy import prodigy
from framing.errors import FramingNote, InputError, first_line

__all__ = ["TOOLS", "Export", "export_of", "rows_of_export"]

TOOLS: dict[str, Callable[[list[Placed]], Export | None]] = {
    "Label Studio": label_studio,
    "doccano": doccano,
    "Prodigy": prodigy,
    "Argilla": argilla,
    "INCEpTION": inception,
    "Potato": potato,
    "ActiveTigger": activetigger,
}
# Of several questions, the one that is meant by its name.
_FRAMES = ("frames", "frame", "labels", "label", "codes", "code", "category", "categories")


def export_of(origin: str, rows: list[Placed]) -> Export | None:
    """Return the export that rows are, or ``None`` for a table of the user's own.

    Raises
    ------
    InputError
        They look like an export of a tool, and are not what it writes.
    """
    for tool, read in TOOLS.items() if rows else ():
        try:
            if (found := read(rows)) is not None:
                return found
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # another shape where one is documented
            raise InputError(
                f"{origin}: looks like an export of {tool}, and has something that {tool} does not write "
                f"({first_line(error)}); is it damaged, or changed by hand?"
            ) from None
    return None


def rows_of_export(
    origin: str, rows: list[Placed], columns: Mapping[str, Any], texts: Mapping[str, str] | None = None
) -> list[Placed]:
    """Return rows as they are, or, where they are an export, what it holds.

    Parameters
    ----------
    origin
        What is read, for messages.
    rows
        All rows of a file, each with its place.
    columns
        The user's own names. Where one is a column of the file itself, the file is read as a table.
    texts
        Texts by the number of their item, for a tool whose export has none.

    Raises
    ------
    InputError
        An export has no text.

    Warns
    -----
    FramingNote
        It is an export: of which tool, with how many rows and coders, and what was left out.
    """
    given = {field: name for field, name in columns.items() if name not in (None, "", field)}
    names = {name for _, row in rows[:50] for name in row}
    own = {"text", "frames"} <= names and "annotation_id" not in names  # a table of our own columns
    if own or any(str(name) in names for name in given.values()):
        return rows
    export = export_of(origin, rows)
    if export is None:
        return rows
    placed = export.with_texts(origin, texts)
    question = None if "frames" in given else _question(export.questions)
    placed = [(place, _with_frames(row, question, export.questions)) for place, row in placed]
    line = f"{origin}: {told(export, placed)}"
    if question is None and "frames" not in given and export.questions:
        line += f"; it asks {', '.join(map(repr, export.questions))}: name one with --column frames=NAME"
    warnings.warn(line, FramingNote, stacklevel=3)
    return placed


def _question(questions: Sequence[str]) -> str | None:
    if len(questions) == 1:
        return questions[0]
    return next((question for name in _FRAMES for question in questions if question.lower() == name), None)


def _with_frames(row: dict[str, Any], question: str | None, questions: Sequence[str]) -> dict[str, Any]:
    named = {}
    for name, value in row.items():
        if name == question:
            named["frames"] = value
        elif name in questions and isinstance(value, list) and len(value) == 1:
            named[name] = value[0]
        else:
            named[name] = value
    return named
