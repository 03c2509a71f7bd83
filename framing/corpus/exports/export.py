"""What an export of an annotation tool holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.errors import InputError

Placed = tuple[str, dict[str, Any]]


@dataclass
class Export:
    """Rows that a tool exported, one for each text and coder.

    Parameters
    ----------
    tool
        Whose export it is.
    rows
        Where each row stands, and its columns: ``text``, ``coder``, the labels of each question, and others.
    questions
        The columns that hold labels, as lists.
    left_out
        How often something was left out, by what it was and why.
    item
        The column that numbers the items, where the export has no texts.
    """

    tool: str
    rows: list[Placed] = field(default_factory=list)
    questions: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    item: str = ""

    def with_texts(self, origin: str, texts: Mapping[str, str] | None) -> list[Placed]:
        """Return the rows, their texts found by the number of the item where the export has none.

        Raises
        ------
        InputError
            There is no text for the rows.
        """
        if not self.item:
            return self.rows
        if texts is None:
            raise InputError(
                f"{origin}: an export of {self.tool}, which has no texts; name the file that was annotated: "
                f"framing data import {origin} --texts FILE"
            )
        found = [
            (place, row | {"text": texts[str(row[self.item])]})
            for place, row in self.rows
            if str(row[self.item]) in texts
        ]
        if missing := len(self.rows) - len(found):
            self.left_out["without a text in --texts"] += missing
        if not found:
            raise InputError(f"{origin}: no item of it is in --texts; are the numbers in a column id or {self.item!r}?")
        return found


def told(export: Export, rows: Sequence[Placed]) -> str:
    """Say what was read of an export, in one line."""
    coders = {str(row["coder"]) for _, row in rows if row.get("coder") not in (None, "")}
    texts = len({str(row.get("text")) for _, row in rows})
    parts = [f"an export of {export.tool}: {len(rows):,} rows"]
    if coders:
        parts.append(f"{len(coders):,} coder{'s' if len(coders) > 1 else ''}, {texts:,} texts")
    parts += [f"{count:,} {what}" for what, count in export.left_out.most_common() if count]
    return ", ".join(parts)


def with_text(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item's own columns, its text called ``text`` where it is the only text that there is.

    Examples
    --------
    >>> with_text({"sentence": "It rains.", "page": 3})
    {'text': 'It rains.', 'page': 3}
    """
    row = dict(data)
    texts = [name for name, value in row.items() if isinstance(value, str)]
    if "text" not in row and texts:
        # Beside numbers and short names, the sentence is the longest by far.
        longest = max(texts, key=lambda name: len(row[name]))
        if all(len(row[longest]) > 2 * len(row[name]) for name in texts if name != longest):
            row = {"text" if name == longest else name: value for name, value in row.items()}
    return row


def labels_of(value: Any) -> list[str] | None:
    """Return labels as a list of texts; ``None`` where they are none: spans, ranks, nested answers.

    Examples
    --------
    >>> labels_of("rain"), labels_of(["rain", 3]), labels_of([[0, 5, "NAME"]]), labels_of(None)
    (['rain'], ['rain', '3'], None, [])
    """
    if value is None or value == "":
        return []
    values = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(one, str | int | float) for one in values):
        return None
    return [str(one) for one in values]
