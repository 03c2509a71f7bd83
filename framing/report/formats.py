"""Predictions as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from framing.records import Prediction


def predictions_jsonl(predictions: Sequence[Prediction]) -> str:
    """Return one JSON object a line, as ``Prediction.to_row`` gives it."""
    return "".join(json.dumps(prediction.to_row(), ensure_ascii=False) + "\n" for prediction in predictions)


def predictions_csv(predictions: Sequence[Prediction]) -> str:
    """Return a table with a column for each probability; labels are separated by ``;``, ``none`` is *no frame*."""
    rows = []
    for prediction in predictions:
        row = prediction.to_row()
        proba, stance_proba = row.pop("proba"), row.pop("stance_proba") or {}
        row["frames"] = ";".join(row["frames"]) or "none"
        row["abstained"] = ";".join(row["abstained"])
        if "coded_frames" in row:
            row["coded_frames"] = ";".join(row["coded_frames"]) or "none"
        row |= {f"proba_{label}": round(p, 6) for label, p in proba.items()}
        row |= {f"stance_proba_{label}": round(p, 6) for label, p in stance_proba.items()}
        rows.append({k: json.dumps(v, ensure_ascii=False) if isinstance(v, list | dict) else v for k, v in row.items()})
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text(columns, [["" if row.get(name) is None else row[name] for name in columns] for row in rows])


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows under a header as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()
