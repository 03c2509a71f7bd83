"""Potato: annotated instances with their text, and the newer exports (JSONL, CSV, TSV) without it."""

from __future__ import annotations

from typing import Any

from framing.corpus.exports.export import Export, Placed
from framing.errors import InputError

_NO = ("", "false", "0", "none")


def potato(rows: list[Placed]) -> Export | None:
    """Read what was ticked, by scheme; a value such as a rating stays one."""
    first = rows[0][1]
    if "instance_id_to_label_to_value" in first:
        raise InputError(
            f"{rows[0][0].partition(', item')[0]}: the state of a coder in Potato, not an export; write one with: "
            "python -m potato.export --config CONFIG --format jsonl --output FOLDER"
        )
    if all(isinstance(row.get("label_annotations"), dict) and "displayed_text" in row for _, row in rows):
        return _of_schemes(rows, "label_annotations", "displayed_text")
    if all({"instance_id", "user_id"} <= set(row) and isinstance(row.get("labels"), dict) for _, row in rows):
        return _of_schemes(rows, "labels", "")
    if all({"instance_id", "user_id"} <= set(row) and "text" not in row for _, row in rows):
        return _of_schemes([(place, _scheme_by_scheme(row)) for place, row in rows], "labels", "")
    return None


def _scheme_by_scheme(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table, whose columns are ``scheme.label``, as in JSON."""
    labels: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        scheme, dot, label = name.partition(".")
        if dot and not label.startswith("_") and str(value).strip().lower() not in _NO:
            labels.setdefault(scheme, {})[label] = value
    return {name: value for name, value in row.items() if "." not in name} | {"labels": labels}


def _of_schemes(rows: list[Placed], column: str, text: str) -> Export:
    export = Export("Potato", item="" if text else "instance_id")
    questions: dict[str, None] = {}
    dropped = (column, text, "span_annotations", "spans", "links", "behavioral_data", "id", "user_id", "user")
    for place, row in rows:
        own = {name: value for name, value in row.items() if name not in dropped}
        own |= {"text": row[text], "item": row.get("id", row.get("instance_id"))} if text else {}
        if coder := row.get("user_id") or row.get("user"):
            own["coder"] = str(coder)
        for scheme, ticked in row[column].items():
            labels = [
                str(label)
                for label, value in (ticked.items() if isinstance(ticked, dict) else [(ticked, True)])
                if str(value).strip().lower() not in _NO
            ]
            questions[str(scheme)] = None
            own[str(scheme)] = labels
        if not row[column]:
            export.left_out["without an answer, not coded"] += 1
        export.rows.append((place, own))
    export.questions = tuple(questions)
    return export
