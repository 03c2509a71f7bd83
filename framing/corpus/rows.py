"""Rows of a file become sentences, or it is said what is wrong with which."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from framing.codebook import Codebook
from framing.errors import InputError
from framing.records import SENTENCE_FIELDS, Sentence

MAX_TEXT = 10_000
LIST_FIELDS = ("frames", "coded")
TEXT_FIELDS = ("text", "headline", "previous", "target", "stance", "holder", "doc_id", "source", "date", "group")
WHOLE_FIELDS = ("position", "start", "end")
# Fields whose absence changes what is learned: a column misspelt from one of these is an error.
_WATCHED = ("text", "frames", "stance", "target", "group", "doc_id", "headline", "previous", "holder")


def sentences_from_rows(
    origin: str,
    rows: Iterable[tuple[str, dict[str, Any]]],
    codebook: Codebook | None,
    columns: Mapping[str, str] | None,
) -> list[Sentence]:
    """Turn raw rows, each with its place, into sentences; parameters and errors are those of ``load_dataset``."""
    columns = {field: name for field, name in (columns or {}).items() if name and name != field}
    if unknown := sorted(set(columns) - set(SENTENCE_FIELDS)):
        raise InputError(f"columns.{unknown[0]}: no such field; expected some of {', '.join(SENTENCE_FIELDS)}")
    placed = list(rows)
    if not placed:
        raise InputError(f"{origin}: no rows")
    names: dict[str, str] = {}
    for place, row in placed:
        for name in row:
            names.setdefault(name, place)
    for field, name in columns.items():
        if name not in names:
            raise InputError(f"{origin}: columns.{field}={name}, but the columns are: {', '.join(map(repr, names))}")
    _refuse_near_misses(names, columns)
    if columns.get("text", "text") not in names:
        raise InputError(
            f"{origin}: no column 'text'; the columns are: {', '.join(map(repr, names))}. "
            "Name yours with columns.text=... (on the command line of predict and evaluate: --column text=...)"
        )
    column_of = {field: columns.get(field, field) for field in SENTENCE_FIELDS}
    read = set(column_of.values())
    sentences = []
    for place, row in placed:
        known = {field: row[name] for field, name in column_of.items() if name in row}
        extra = {name: value for name, value in row.items() if name not in read}
        sentence = _sentence(place, known, extra, codebook)
        _check_labels(place, sentence, codebook)
        sentences.append(sentence)
    return sentences


def _refuse_near_misses(names: Mapping[str, str], columns: Mapping[str, str]) -> None:
    """Refuse a column that is a known one misspelt, where the known one is missing."""
    missing = [field for field in _WATCHED if field not in names and field not in columns]
    for name, place in names.items():
        if name in SENTENCE_FIELDS or name in columns.values():
            continue
        plain = str(name).strip().lower()
        # Hardly a typo hits the first letter; 'deadline' and 'folder' are no misspelt 'headline' and 'holder'.
        similar = [field for field in missing if field[0] == plain[:1] and abs(len(field) - len(plain)) <= 1]
        close = difflib.get_close_matches(plain, similar, n=1, cutoff=0.75)
        if close:
            raise InputError(
                f"{place}: unknown column {name!r}; did you mean {close[0]!r}? "
                f"Rename it, or map it with columns.{close[0]}={name}"
            )


def _sentence(place: str, known: dict[str, Any], extra: dict[str, Any], codebook: Codebook | None) -> Sentence:
    values: dict[str, Any] = {}
    for field, value in known.items():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        if field in LIST_FIELDS:
            values[field] = _label_list(place, field, value)
        elif field in TEXT_FIELDS:
            if isinstance(value, list | dict):
                raise InputError(f"{place}: {field!r} should be text, got {type(value).__name__}")
            optional = field in ("target", "stance", "holder", "date")
            values[field] = str(value).strip() or None if optional else str(value)
        else:
            values[field] = _number(place, field, value)
    text = values.get("text", "")
    if not text.strip():
        raise InputError(f"{place}: no text; every row needs a sentence in 'text'")
    for field in ("text", "headline", "previous", "target"):
        if len(values.get(field) or "") > MAX_TEXT:
            raise InputError(
                f"{place}: {field!r} has {len(values[field]):,} characters, a sentence has at most {MAX_TEXT:,}; "
                "a row is one sentence, so split documents first (framing predict FILE.txt does)"
            )
    probability = values.get("sample_probability")
    if probability is not None and not 0 < probability <= 1:
        raise InputError(f"{place}: sample_probability {probability} is not in (0, 1]")
    values = {field: value for field, value in values.items() if value is not None or field in LIST_FIELDS}
    return Sentence(**values, extra=_plain(extra))


def _label_list(place: str, field: str, value: Any) -> tuple[str, ...] | None:
    """Read labels: a list, or text with ';' between labels where 'none' is 'coded, none present'."""
    if isinstance(value, str):
        labels = [part.strip() for part in value.split(";") if part.strip()]
        if not labels:
            return None
        if [label.lower() for label in labels] == ["none"]:
            return ()
    elif isinstance(value, list | tuple) and all(isinstance(label, str) for label in value):
        labels = list(value)
    else:
        raise InputError(f"{place}: {field!r} should be a list of labels or 'label;label', got {value!r}")
    return tuple(dict.fromkeys(labels))


def _number(place: str, field: str, value: Any) -> int | float | None:
    if value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{place}: {field!r} should be a number, got {value!r}") from None
    if field not in WHOLE_FIELDS:
        return number
    if not (number.is_integer() and abs(number) < 2**53):
        raise InputError(f"{place}: {field!r} should be a whole number, got {value!r}")
    return int(number)


def check_labels_of(sentences: Iterable[Sentence], codebook: Codebook | None) -> None:
    """Make sure that the labels of sentences are the codebook's."""
    for number, sentence in enumerate(sentences, 1):
        _check_labels(f"row {number}", sentence, codebook)


def _check_labels(place: str, sentence: Sentence, codebook: Codebook | None) -> None:
    if codebook is None:
        return
    checks = [("frame", sentence.frames, codebook.frame_names), ("frame", sentence.coded, codebook.frame_names)]
    checks.append(("stance", (sentence.stance,) if sentence.stance else None, codebook.stance_names))
    for kind, labels, expected in checks:
        for label in labels or ():
            if label not in expected:
                raise InputError(
                    f"{place}: unknown {kind} {label!r}; expected "
                    + (f"some of: {', '.join(expected)}" if expected else "none, the codebook has no stance classes")
                )
    if codebook.exclusive and sentence.frames is not None and len(sentence.frames) != 1:
        raise InputError(
            f"{place}: {len(sentence.frames)} frames, but codebook {codebook.name!r} is exclusive: exactly one each"
        )
    if sentence.frames and sentence.coded is not None and not set(sentence.frames) <= set(sentence.coded):
        raise InputError(f"{place}: a frame in 'frames' is not among 'coded': {', '.join(sentence.frames)}")


def _plain(extra: dict[str, Any]) -> dict[str, Any]:
    """Make values that JSON cannot hold (dates of Parquet files, for instance) text."""
    return {str(name): json.loads(json.dumps(value, default=str)) for name, value in extra.items()}
