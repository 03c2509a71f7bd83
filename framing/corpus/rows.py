"""Rows of a file become sentences, or it is said what is wrong with which."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from framing.codebook import Codebook
from framing.corpus.columns import LIST_FIELDS, WHOLE_FIELDS, check_fields, columns_of, is_whole, option
from framing.corpus.labels import label_list, named_labels, separator_of
from framing.corpus.marks import CODES, refused_rows
from framing.corpus.missing import MissingValues
from framing.corpus.older import with_todays_names
from framing.corpus.onehot import with_one_column
from framing.corpus.raw import MISSING, RawRows
from framing.corpus.strange import Strange, refuse_strange
from framing.errors import FramingNote, InputError
from framing.records import Sentence

MAX_TEXT = 10_000
TEXT_FIELDS = ("text", "headline", "previous", "target", "stance", "holder", "doc_id", "source", "date", "group")


def sentences_from_rows(
    origin: str,
    rows: Iterable[tuple[str, dict[str, Any]]],
    codebook: Codebook | None,
    columns: Mapping[str, Any] | None,
) -> list[Sentence]:
    """Turn raw rows, each with its place, into sentences; parameters and errors are those of ``load_dataset``."""
    check_fields(columns or {})
    table, columns = with_todays_names(RawRows(origin, rows), columns or {})
    table, columns = with_one_column(table, columns, codebook)
    column_of = columns_of(table, columns)
    refused = refused_rows(table, column_of)
    missing = MissingValues(codebook)
    read = set(column_of.values())
    separator = _told_separator(table, column_of) if codebook is None else None
    sentences = []
    strange: list[Strange] = []
    for number, (place, row) in enumerate(table.rows):
        known = {field: row[name] for field, name in column_of.items() if name in row}
        if number in refused:
            known = {field: value for field, value in known.items() if field not in CODES}
        extra = {name: value for name, value in row.items() if name not in read}
        sentence = _sentence(place, missing.taken_out(place, known), extra, codebook, separator)
        sentences.append(named_labels(place, sentence, codebook, strange))
    if codebook is not None:
        refuse_strange(origin, strange, codebook)
    missing.warn(table, column_of)
    return sentences


def _told_separator(table: RawRows, column_of: Mapping[str, str]) -> str | None:
    """Find out what stands between the labels of a column, where no codebook says so; tell another than ';'."""
    column = column_of.get("frames")
    found = separator_of(value for _, value in table.values(column)) if column else None
    if found:
        warnings.warn(
            f"{table.origin}: the labels of column {column!r} are separated by {found!r}; read so",
            FramingNote,
            stacklevel=4,
        )
    return found


def _sentence(
    place: str, known: dict[str, Any], extra: dict[str, Any], codebook: Codebook | None, separator: str | None
) -> Sentence:
    values: dict[str, Any] = {}
    for field, value in known.items():
        if field in LIST_FIELDS:
            values[field] = label_list(place, field, value, codebook, separator)
        elif field in TEXT_FIELDS:
            if isinstance(value, list | dict):
                raise InputError(
                    f"{place}: {field!r} should be text, got {type(value).__name__}"
                    + (f"; to keep it as a column of your own: {option(field)}" if field != "text" else "")
                )
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # what Parquet files of pandas make of whole numbers in a column that lacks one
            optional = field in ("target", "stance", "holder", "date")
            values[field] = str(value).strip() if optional else str(value)
        else:
            values[field] = _number(place, field, value)
    _check_values(place, values)
    return Sentence(**values, extra=_json_values(extra))


def _check_values(place: str, values: dict[str, Any]) -> None:
    """Refuse a row without text, or with too much of it."""
    text = values.get("text", "")
    if not text.strip() or text.strip() in MISSING:
        said = f"{text.strip()!r} is read as missing, and " if text.strip() else ""
        raise InputError(f"{place}: no text; {said}every row needs a sentence in 'text'")
    for field in ("text", "headline", "previous", "target"):
        if len(values.get(field) or "") > MAX_TEXT:
            raise InputError(
                f"{place}: {field!r} has {len(values[field]):,} characters, a sentence has at most {MAX_TEXT:,}; "
                "a row is one sentence; rows that are whole articles: framing predict --input-format articles"
            )
    probability = values.get("sample_probability")
    if probability is not None and not 0 < probability <= 1:
        raise InputError(f"{place}: sample_probability {probability} is not in (0, 1]")
    weight = values.get("weight")
    if weight is not None and not (weight >= 0 and isfinite(weight)):
        raise InputError(
            f"{place}: weight {weight} is not a number of 0 or more; to keep it as a column of your own: "
            f"{option('weight')}"
        )


def _number(place: str, field: str, value: Any) -> int | float:
    whole = field in WHOLE_FIELDS
    try:
        number = float(value)
        if not whole:
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    else:
        if is_whole(value):
            return int(number)
    kind = "a whole number" if whole else "a number"
    raise InputError(
        f"{place}: {field!r} should be {kind}, got {value!r}; to keep it as a column of your own: {option(field)}"
    )


def _json_values(extra: dict[str, Any]) -> dict[str, Any]:
    """Make values that JSON cannot hold (dates of Parquet files, for instance) text."""
    return {str(name): json.loads(json.dumps(value, default=str)) for name, value in extra.items()}
