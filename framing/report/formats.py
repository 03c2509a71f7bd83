"""Predictions as files that other programs read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from framing.corpus.readers.formulas import guarded
from framing.records import RESULT_FIELDS, Prediction, with_own_names

# Columns whose empty list is a statement, "looked at, none present"; an empty cell says nothing.
_LABELS = ("predicted_frames", "frames", "coded")


def predictions_jsonl(predictions: Sequence[Prediction]) -> str:
    """Return one JSON object a line, as ``Prediction.to_row`` gives it."""
    return jsonl_text(prediction.to_row() for prediction in predictions)


def jsonl_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def predictions_csv(predictions: Sequence[Prediction], raw: bool = False) -> str:
    """Return a table with a column for each probability; ``raw`` as for ``csv_text``.

    Labels are separated by ``;``. In a column of frames ``none`` is *none present*; an empty cell is *not coded*.
    """
    table = PredictionsTable.of(predictions, raw)
    return table.header + table.lines(predictions)


@dataclass(frozen=True)
class PredictionsTable:
    """A table of predictions as CSV whose lines are made some at a time.

    Parameters
    ----------
    columns
        Of results, in their order.
    own
        The users' own, after them.
    raw
        As for ``csv_text``.
    """

    columns: tuple[str, ...]
    own: tuple[str, ...]
    raw: bool = False

    @classmethod
    def of(cls, predictions: Iterable[Prediction], raw: bool = False) -> PredictionsTable:
        """Return the table that has room for all that is in some predictions."""
        cells: dict[str, dict[str, None]] = {}
        extras: dict[tuple[str, ...], None] = {}
        for prediction in predictions:
            for name, of_field in _flat(prediction).items():
                cells.setdefault(name, {}).update(dict.fromkeys(of_field))
            extras[tuple(prediction.sentence.extra)] = None
        columns = tuple(dict.fromkeys(name for field in RESULT_FIELDS for name in cells.get(field, {})))
        taken = {*RESULT_FIELDS, *columns}
        own = dict.fromkeys(name for extra in extras for name in with_own_names(dict.fromkeys(extra), taken))
        return cls(columns, tuple(own), raw)

    @property
    def header(self) -> str:
        """The first line."""
        return csv_text((*self.columns, *self.own), [], self.raw)

    def lines(self, predictions: Iterable[Prediction]) -> str:
        """Return a line a prediction."""
        taken = {*RESULT_FIELDS, *self.columns}
        rows = []
        for prediction in predictions:
            row = {name: cell for cells in _flat(prediction).values() for name, cell in cells.items()}
            row |= with_own_names(prediction.sentence.extra, taken)
            rows.append([csv_cell(row.get(name)) for name in (*self.columns, *self.own)])
        return _csv_lines(rows, self.raw)


def wide_rows(predictions: Sequence[Prediction]) -> list[dict[str, Any]]:
    """Return the rows of ``Prediction.to_row`` with a number for each probability: ``proba_LABEL``."""
    results = [
        {name: cell for field, value in p.results().items() for name, cell in _by_label(field, value).items()}
        for p in predictions
    ]
    taken = {*RESULT_FIELDS, *(name for row in results for name in row)}
    return [row | with_own_names(p.sentence.extra, taken) for row, p in zip(results, predictions, strict=True)]


def _by_label(field: str, value: Any) -> dict[str, Any]:
    if field in ("proba", "stance_proba"):
        return {f"{field}_{label}": p for label, p in (value or {}).items()}
    return {field: value}


def _flat(prediction: Prediction) -> dict[str, dict[str, Any]]:
    """Return each result as its cells by their column: one, or for probabilities one a label."""
    cells: dict[str, dict[str, Any]] = {}
    for field, value in prediction.results().items():
        if field in ("proba", "stance_proba"):
            cells[field] = {name: round(p, 6) for name, p in _by_label(field, value).items()}
        elif isinstance(value, list) and field != "holder_span":
            cells[field] = {field: ";".join(value) or ("none" if field in _LABELS else "")}
        else:
            cells[field] = {field: value}
    return cells


def json_text(data: Any) -> str:
    r"""Return JSON of several lines; a number that is not defined is ``null``, as JSON knows no nan.

    Examples
    --------
    >>> json_text({"f1": float("nan")})
    '{\n  "f1": null\n}\n'
    """
    return json.dumps(_without_nan(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _without_nan(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {name: _without_nan(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_nan(value) for value in data]
    return None if isinstance(data, float) and data != data else data


def csv_cell(value: Any) -> Any:
    """Return what stands in a cell: lists and mappings as JSON, nothing for ``None``."""
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]], raw: bool = False) -> str:
    """Return rows under a header as CSV; lines end with a line feed.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, unless it is wanted ``raw``.

    A NUL character, which no table can hold, becomes U+FFFD, the mark of a character that is lost.
    """
    return _csv_lines((columns, *rows), raw)


def _csv_lines(rows: Iterable[Sequence[Any]], raw: bool) -> str:
    lines: list[str] = []
    # Told of both characters, the writer quotes a cell that has either; a bare carriage return would end the row.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    for row in rows:
        writer.writerow(row if raw else [guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines).replace("\0", "\ufffd")
