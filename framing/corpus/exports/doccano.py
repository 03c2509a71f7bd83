"""doccano: JSONL, JSON and CSV of a text classification, one file for all or one for each coder."""

from __future__ import annotations

from typing import Any

from framing.corpus.exports.export import Export, Placed, labels_of

_LABELS = ("label", "labels", "cats")
_OWN = {"id", "text", "data", "Comments", "comments", "annotation_approver", "annotations", "meta", *_LABELS}


def doccano(rows: list[Placed]) -> Export | None:
    """Read documents with the list of their labels; of a CSV file ``#`` stands between them."""
    names = {name for _, row in rows for name in row}
    text = "data" if "data" in names and "text" not in names else "text"
    if not {"id", text} <= names or "frames" in names:
        return None
    if all(isinstance(row.get("annotations"), list) for _, row in rows):
        return _by_number(rows, text)
    column = next((name for name in _LABELS if name in names), None)
    if column is None or (isinstance(rows[0][1].get(column), str | type(None)) and text != "data"):
        return None
    if not all(isinstance(row.get(column), list if text == "text" else str | type(None)) for _, row in rows):
        return None
    export = Export("doccano", questions=("label",))
    for place, row in rows:
        given = row.get(column)
        labels = labels_of(given.split("#") if isinstance(given, str) and given else given)
        if labels is None:
            export.left_out["with labels of spans, not of the text"] += 1
        _add_row(export, place, row, text, labels)
    return export


def _by_number(rows: list[Placed], text: str) -> Export:
    """Read the older format, with the number of a label and of its coder."""
    export = Export("doccano", questions=("label",))
    for place, row in rows:
        by_coder: dict[str, list[str]] = {}
        for annotation in row["annotations"]:
            if not isinstance(annotation, dict) or "label" not in annotation or "start_offset" in annotation:
                export.left_out["labels of a span, not of the text"] += 1
                continue
            by_coder.setdefault(str(annotation.get("user", "")), []).append(str(annotation["label"]))
        for coder, labels in by_coder.items() or [("", [])]:
            _add_row(export, place, row | ({"coder": coder} if coder else {}), text, labels)
    return export


def _add_row(export: Export, place: str, row: dict[str, Any], text: str, labels: list[str] | None) -> None:
    own = {name: value for name, value in row.items() if name not in _OWN}
    own |= row["meta"] if isinstance(row.get("meta"), dict) else {}
    own = {"item": row.get("id")} | own | {"text": row.get(text)}
    if comments := row.get("Comments") or row.get("comments"):
        own["comments"] = comments
    if labels:
        own["label"] = labels
    elif labels == []:  # a text that nobody has looked at has no label either
        export.left_out["without a label, not coded"] += 1
    export.rows.append((place, own))
