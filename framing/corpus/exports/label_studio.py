"""Label Studio: JSON (tasks with annotations), JSON-MIN and CSV (a row for each annotation)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from framing.corpus.exports.export import Export, Placed, with_text

_OWN = ("annotation_id", "annotator", "lead_time")  # columns of JSON-MIN and CSV


def label_studio(rows: list[Placed]) -> Export | None:
    """Read tasks, each with the annotations of one coder or several; what a model predicted is no code."""
    if all(isinstance(row.get("data"), dict) and isinstance(row.get("annotations"), list) for _, row in rows):
        return _of_tasks(rows)
    if all(set(_OWN) <= set(row) for _, row in rows):
        return _of_annotations(rows)
    return None


def _of_tasks(rows: list[Placed]) -> Export:
    export = Export("Label Studio")
    questions: dict[str, None] = {}
    coded: list[tuple[str, dict[str, Any], dict[str, list[str]] | None]] = []
    for place, task in rows:
        base = {"item": task.get("id")} | with_text(task["data"])
        kept = 0
        for annotation in task["annotations"]:
            if not isinstance(annotation, dict):
                continue
            if annotation.get("was_cancelled"):
                export.left_out["skipped by the coder"] += 1
                continue
            chosen, others = _answers(annotation.get("result") or [], export.left_out)
            questions |= dict.fromkeys(chosen)
            coded.append((place, base | others | {"coder": _completed_by(annotation.get("completed_by"))}, chosen))
            kept += 1
        if not kept:
            export.left_out["without an annotation, not coded"] += 1
            coded.append((place, base, None))
    several = {name for _, _, answers in coded for name, labels in (answers or {}).items() if len(labels) > 1}
    export.questions = tuple(questions)
    for place, row, answers in coded:
        for name in questions if answers is not None else ():
            if name in (answers or {}):
                row[name] = (answers or {})[name]
            elif name in several:  # where any number can be chosen, none is an answer
                row[name] = []
                export.left_out["where nothing was chosen: none of the labels"] += 1
            else:
                export.left_out["where nothing was chosen: not coded"] += 1
        export.rows.append((place, row))
    return export


def _answers(result: list[Any], left_out: Counter[str]) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Return the labels that were chosen, and what else was answered, by question."""
    chosen: dict[str, list[str]] = {}
    others: dict[str, Any] = {}
    for part in result:
        value = part.get("value") if isinstance(part, dict) else None
        if not isinstance(value, dict) or not part.get("from_name"):
            continue
        name = str(part["from_name"])
        if "start" in value or "end" in value:
            left_out["labels of a span, not of the text"] += 1
        elif "choices" in value:
            chosen.setdefault(name, []).extend(map(str, value["choices"]))
        elif "taxonomy" in value:  # a path from the root; its end is the label
            chosen.setdefault(name, []).extend(str(path[-1]) for path in value["taxonomy"] if path)
        else:
            others |= {name: value.get("rating", value.get("number", value.get("text")))}
    return chosen, others


def _completed_by(completed_by: Any) -> str:
    if isinstance(completed_by, dict):
        completed_by = completed_by.get("email") or completed_by.get("username") or completed_by.get("id")
    return "" if completed_by is None else str(completed_by)


def _of_annotations(rows: list[Placed]) -> Export | None:
    """Read the flat formats. Of one choice they have the plain label, of several ``{"choices": [...]}``."""
    read = [(place, {name: _plain_choices(value) for name, value in row.items()}) for place, row in rows]
    names = dict.fromkeys(name for _, row in read for name in row)
    data = [name for name in names if name not in (*_OWN, "id", "created_at", "updated_at", "text")]
    lists = [name for name in data if any(isinstance(row.get(name), list) for _, row in read)]
    questions = lists or [name for name in data if _are_few(read, name)]
    placed = []
    for place, row in read:
        own = {("coder" if name == "annotator" else name): value for name, value in row.items()}
        for name in questions:
            if isinstance(own.get(name), str) and own[name]:
                own[name] = [own[name]]
        placed.append((place, own))
    return Export("Label Studio", placed, tuple(questions))


def _plain_choices(value: Any) -> Any:
    if isinstance(value, str) and value.startswith('{"choices"'):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict) and isinstance(value.get("choices"), list):
        return [str(label) for label in value["choices"]]
    return value


def _are_few(rows: list[Placed], name: str) -> bool:
    """Whether a column has short values that come back, as labels do."""
    values = [row[name] for _, row in rows if isinstance(row.get(name), str) and row[name]]
    return bool(values) and max(map(len, values)) <= 60 and len(set(values)) <= max(2, len(values) // 2)
