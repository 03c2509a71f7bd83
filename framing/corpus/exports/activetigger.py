"""ActiveTigger: a table (CSV, XLSX, Parquet) with a text, its labels, who gave them and when."""

from __future__ import annotations

from framing.corpus.exports.export import Export, Placed

_OWN = {"text", "labels", "user", "timestamp"}


def activetigger(rows: list[Placed]) -> Export | None:
    """Read elements; ``|`` stands between the labels of one, and an element without any is not coded."""
    if not all(set(row) >= _OWN and isinstance(row.get("labels"), str | type(None)) for _, row in rows):
        return None
    export = Export("ActiveTigger", questions=("labels",))
    for place, row in rows:
        own = {name: value for name, value in row.items() if name not in ("labels", "user", "timestamp")}
        if labels := [label.strip() for label in str(row["labels"] or "").split("|") if label.strip()]:
            own |= {"labels": labels, "coder": str(row["user"] or "")}
        else:
            export.left_out["without a label, not coded"] += 1
        export.rows.append((place, own))
    return export
