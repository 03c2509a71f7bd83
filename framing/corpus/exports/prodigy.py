"""Prodigy: JSONL of choices, and of labels that are accepted or rejected one by one."""

from __future__ import annotations

from typing import Any

from framing.corpus.exports.export import Export, Placed

_ANSWERS = ("accept", "reject", "ignore")
_OWN = ("_task_hash", "_input_hash", "_session_id", "_annotator_id", "_view_id", "_timestamp", "_is_binary")
_DROPPED = ("answer", "accept", "label", "options", "spans", "tokens", "config", "style", "html", "meta", *_OWN)


def prodigy(rows: list[Placed]) -> Export | None:
    """Read tasks: what was chosen in those that were accepted, and of a single label whether it was."""
    if not all(isinstance(row.get("text"), str) and row.get("answer") in _ANSWERS for _, row in rows):
        return None
    choice = any(isinstance(row.get("accept"), list) for _, row in rows)
    binary = any(isinstance(row.get("label"), str) for _, row in rows)
    if not (choice or binary) or not any({"options", *_OWN} & set(row) or binary for _, row in rows):
        return None
    return _of_choices(rows) if choice else _of_single_labels(rows)


def _of_choices(rows: list[Placed]) -> Export:
    export = Export("Prodigy", questions=("label",))
    for place, row in rows:
        own = _own(row)
        if row["answer"] == "accept":
            names = {option.get("id"): option for option in row.get("options") or [] if isinstance(option, dict)}
            own["label"] = [_name(label, names.get(label)) for label in row.get("accept") or []]
        else:
            export.left_out[f"{'rejected' if row['answer'] == 'reject' else 'ignored'} by the coder, not coded"] += 1
        export.rows.append((place, own))
    return export


def _name(label: Any, option: dict[str, Any] | None) -> str:
    """Return a label as text: a number means the text of its option."""
    return str(option.get("text", label)) if option and not isinstance(label, str) else str(label)


def _of_single_labels(rows: list[Placed]) -> Export:
    """Put the answers of a coder about a text together: a label that is rejected was looked at, and is not there."""
    export = Export("Prodigy", questions=("label",))
    found: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    for place, row in rows:
        if row["answer"] == "ignore" or not isinstance(row.get("label"), str):
            export.left_out["ignored by the coder"] += 1
            continue
        own = _own(row) | {"label": [], "coded": []}
        _, merged = found.setdefault((row["text"], str(own.get("coder", ""))), (place, own))
        merged["coded"] = [*dict.fromkeys([*merged["coded"], row["label"]])]
        if row["answer"] == "accept":
            merged["label"] = [*dict.fromkeys([*merged["label"], row["label"]])]
        else:
            export.left_out["labels rejected: looked at, and not there"] += 1
    export.rows = list(found.values())
    return export


def _own(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in row.items() if name not in _DROPPED}
    meta = row.get("meta")
    own |= {name: value for name, value in meta.items() if name not in own} if isinstance(meta, dict) else {}
    if coder := row.get("_annotator_id") or row.get("_session_id"):
        own["coder"] = str(coder)
    return own
