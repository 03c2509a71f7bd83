"""Argilla: records with the responses of coders, nested (2 and 1) or flat, and annotations of version 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from framing.corpus.exports.export import Export, Placed, labels_of, with_text

_RESPONSES = ".responses"
_SUBMITTED = ("submitted", "validated", "none", "")


def argilla(rows: list[Placed]) -> Export | None:
    """Read what coders submitted; drafts and discarded responses, and a model's suggestions, are no codes."""
    if all(isinstance(row.get("fields"), dict) and "responses" in row for _, row in rows):
        read = _of_record
    elif any(name.endswith(_RESPONSES) for _, row in rows for name in row):
        read = _of_flat_record
    elif all({"annotation", "annotation_agent"} <= set(row) for _, row in rows):
        return _version_0(rows)
    else:
        return None
    export = Export("Argilla")
    questions: dict[str, None] = {}
    for place, row in rows:
        base, answers = read(row)
        by_coder: dict[str, dict[str, Any]] = {}
        for coder, status, question, value in answers:
            if str(status).lower() not in _SUBMITTED:
                export.left_out[f"{str(status).lower()} responses"] += 1
                continue
            labels = labels_of(value)
            if labels is None:
                export.left_out["answers that are no labels"] += 1
                continue
            questions[question] = None
            by_coder.setdefault(coder, {})[question] = labels
        if not by_coder:
            export.left_out["without a submitted response, not coded"] += 1
        for coder, labelled in by_coder.items() or [("", {})]:
            export.rows.append((place, base | labelled | ({"coder": coder} if coder else {})))
    export.questions = tuple(questions)
    return export


def _of_record(row: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any, str, Any]]]:
    base = with_text(row["fields"]) | (row["metadata"] if isinstance(row.get("metadata"), dict) else {})
    base = {"item": row.get("external_id") or row.get("id")} | base
    return base, list(_responses(row["responses"] or []))


def _responses(responses: Any) -> Iterator[tuple[str, Any, str, Any]]:
    """Give (coder, status, question, value) of each answer."""
    if isinstance(responses, dict):  # version 2: by question
        for question, answers in responses.items():
            for answer in answers or []:
                yield str(answer.get("user_id") or ""), answer.get("status"), str(question), answer.get("value")
        return
    for response in responses:  # version 1: by coder
        for question, answer in (response.get("values") or {}).items():
            value = answer.get("value") if isinstance(answer, dict) else answer
            yield str(response.get("user_id") or ""), response.get("status"), str(question), value


def _of_flat_record(row: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any, str, Any]]]:
    questions = [name.removesuffix(_RESPONSES) for name in row if name.endswith(_RESPONSES)]
    parts = tuple(f"{question}{part}" for question in questions for part in (_RESPONSES, ".suggestion"))
    base = {name: value for name, value in row.items() if not name.startswith(parts)}
    answers = []
    for question in questions:
        values = row[f"{question}{_RESPONSES}"] or []
        users = row.get(f"{question}{_RESPONSES}.users") or [""] * len(values)
        states = row.get(f"{question}{_RESPONSES}.status") or ["submitted"] * len(values)
        answers += [(str(u or ""), s, question, v) for v, u, s in zip(values, users, states, strict=False)]
    base = {name: value for name, value in base.items() if name not in ("status", "_server_id", "id")}
    return {"item": row.get("id")} | with_text(base), answers


def _version_0(rows: list[Placed]) -> Export:
    export = Export("Argilla", questions=("label",))
    for place, row in rows:
        inputs = row.get("inputs")
        text = row.get("text") or (next(iter(inputs.values()), None) if isinstance(inputs, dict) else inputs)
        own = {"text": text, "item": row.get("id"), **(row.get("metadata") or {})}
        status = str(row.get("status", "")).lower()
        labels = labels_of(row["annotation"])
        if status in ("discarded", "default", "edited") or row["annotation"] is None or labels is None:
            export.left_out[f"{status or 'without an annotation'}, not coded"] += 1
        else:
            own |= {"label": labels, "coder": str(row["annotation_agent"] or "")}
        export.rows.append((place, own))
    return export
