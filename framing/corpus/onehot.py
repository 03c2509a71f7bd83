"""A column for each label: 1 and 0, TRUE and FALSE, or an x where the label is."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from framing.codebook import Codebook
from framing.corpus.raw import MISSING, RawRows, is_empty
from framing.errors import FramingNote, InputError, unknown

_YES = frozenset({"1", "true", "x", "yes", "y", "✓", "ja", "oui", "si", "sí"})
_NO = frozenset({"0", "false", "no", "n", "-", "nein", "non"})
_SHOWN = 6


def with_one_column(
    table: RawRows, columns: Mapping[str, Any], codebook: Codebook | None
) -> tuple[RawRows, dict[str, Any]]:
    """Return the table with one column of labels where it has one for each, and the names without these columns.

    Parameters
    ----------
    table
        The rows.
    columns
        The user's own names; ``frames`` may be several, a list or ``A,B``, or a pattern such as ``topic_*``.
    codebook
        Where no column of frames is named or there, columns that have the names of its frames, or these after a
        common beginning, are theirs.

    Raises
    ------
    InputError
        A named column is not there, or has something else than yes and no.

    Warns
    -----
    FramingNote
        Columns are read as labels.
    """
    given = columns.get("frames")
    labels = _given_columns(table, given) if given not in (None, "", "frames") else {}
    if not labels and "frames" not in table.names and given in (None, "frames") and codebook is not None:
        if given is None and "frames" in columns:
            return table, dict(columns)  # left alone, as the user says
        labels = columns_of_frames(list(table.names), codebook)
        values = [value for name in labels for _, value in table.values(name)]
        if not values or any(_truth(value) is None for value in values):
            labels = {}
    if not labels:
        return table, dict(columns)
    return _in_one_column(table, labels, codebook), {
        field: name for field, name in columns.items() if field != "frames"
    }


def columns_of_frames(names: Sequence[str], codebook: Codebook) -> dict[str, str]:
    """Return the columns that have the names of frames, by column; several may share a beginning.

    Examples
    --------
    >>> book = Codebook.from_dict({"name": "weather", "frames": ["rain", "sun"]})
    >>> columns_of_frames(["text", "Rain", "sun"], book)
    {'Rain': 'rain', 'sun': 'sun'}
    >>> columns_of_frames(["text", "Weather_rain", "Weather_sun"], book)
    {'Weather_rain': 'rain', 'Weather_sun': 'sun'}
    """
    found = {name: frame for name in names if (frame := codebook.frame_called(name))}
    if found:
        return found
    by_beginning: dict[str, dict[str, str]] = {}
    for name in names:
        for sign in re.finditer(r":::|[_.:]", name):
            if frame := codebook.frame_called(name[sign.end() :]):
                by_beginning.setdefault(name[: sign.end()], {})[name] = frame
    several = [columns for columns in by_beginning.values() if len(columns) > 1]
    return max(several, key=len, default={})


def _given_columns(table: RawRows, given: Any) -> dict[str, str]:
    """Return the columns that a user names as those of labels, with the label of each."""
    if isinstance(given, str) and given in table.names:
        return {}
    parts = given if isinstance(given, list | tuple) else str(given).split(",")
    parts = [str(part).strip() for part in parts]
    if len(parts) == 1 and "*" not in parts[0]:
        return {}
    labels: dict[str, str] = {}
    for part in parts:
        pattern = re.compile("(.+)".join(map(re.escape, part.split("*"))))
        found = {name: match for name in table.names if (match := pattern.fullmatch(name))}
        if not found:
            raise InputError(f"{table.origin}: columns.frames: {unknown('column', part, table.names)}")
        labels |= {name: match.group(1) if match.groups() else name for name, match in found.items()}
    return labels


def _truth(value: Any) -> bool | None:
    word = str(value).strip().lower().removesuffix(".0")
    return True if word in _YES else False if word in _NO else None


def _in_one_column(table: RawRows, labels: Mapping[str, str], codebook: Codebook | None) -> RawRows:
    marks = not any(_truth(value) is False for name in labels for _, value in table.values(name))
    whole = codebook is None or {codebook.frame_called(label) for label in labels.values()} >= set(codebook.frame_names)
    rows = []
    for place, row in table.rows:
        present, coded = [], []
        for name, label in labels.items():
            value = row.get(name)
            if is_empty(value) or str(value).strip() in MISSING:
                coded += [label] if marks else []
                continue
            truth = _truth(value)
            if truth is None:
                raise InputError(
                    f"{place}: column {name!r} should say whether the label is there (1 or 0, TRUE or FALSE, x or "
                    f"nothing), got {value!r}"
                )
            coded.append(label)
            present += [label] if truth else []
        new = {name: value for name, value in row.items() if name not in labels}
        if coded:
            new["frames"] = present
            if len(coded) < len(labels) or not whole:
                new["coded"] = coded
        rows.append((place, new))
    shown = ", ".join(list(labels)[:_SHOWN]) + (f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else "")
    how = "where something stands, the label is there; else not" if marks else "1 or 0; an empty cell is not coded"
    warnings.warn(
        f"{table.origin}: {len(labels)} columns are read as labels, one each ({shown}): {how}",
        FramingNote,
        stacklevel=4,
    )
    return RawRows(table.origin, rows)
