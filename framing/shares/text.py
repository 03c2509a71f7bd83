"""The table of shares as people read it, and as files."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any

from framing.report.formats import csv_text
from framing.report.scores import columns_text
from framing.scores import Score
from framing.shares.table import NO_BETTER, TOO_FEW, DifferenceRow, ShareRow, ShareTable

_FIRST = ("naive", "coded only", "corrected")


def shares_text(table: ShareTable, width: int) -> str:
    """Return a table of shares in per cent with their intervals, and what it says in words.

    Parameters
    ----------
    table
        The shares.
    width
        Characters of a line.
    """
    parts = []
    by_label: dict[str, list[ShareRow]] = {}
    for row in table.rows:
        by_label.setdefault(row.label, []).append(row)
    if all(len(rows) == 1 for rows in by_label.values()):
        cells = [_share_cells(row.label, row) for row in table.rows]
        parts.append(columns_text(("label", *_FIRST, "codes", "saved"), cells, width))
    else:
        for label, rows in by_label.items():
            cells = [_share_cells(_group_text(row.group) if row.by else "all", row) for row in rows]
            parts.append(f"{label}\n" + columns_text(("group", *_FIRST, "codes", "saved"), cells, width))
    compared: dict[tuple[str, tuple[str, ...]], list[DifferenceRow]] = {}
    for one in table.differences:
        compared.setdefault((one.label, one.against), []).append(one)
    for (label, against), several in compared.items():
        cells = [[_group_text(one.group), *_difference_shares(one)] for one in several]
        heading = f"{label}: more than in {_group_text(against)}, points"
        parts.append(f"{heading}\n" + columns_text(("group", *_FIRST), cells, width))
    said = [textwrap.fill(line, width, subsequent_indent="  ") for line in shares_in_words(table)]
    return "\n\n".join([*parts, "\n".join(said)]) + "\n"


def shares_csv(table: ShareTable) -> str:
    """Return one row a group, label and estimator; an empty cell is a number that is not known."""
    rows = table.to_rows()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text(columns, [[_cell_of(row.get(name)) for name in columns] for row in rows])


def shares_json(table: ShareTable) -> str:
    """Return the same rows as JSON, with how they were made; a number that is not known is null."""
    rows = [{name: None if value != value else value for name, value in row.items()} for row in table.to_rows()]
    about = {"level": round(table.level, 6), "finite": table.finite, "cross_fitted": table.cross_fitted}
    return json.dumps({**about, "shares": rows}, ensure_ascii=False, indent=1) + "\n"


def shares_in_words(table: ShareTable) -> list[str]:
    """Say what the model was worth, what is too little, and of what these are the shares.

    Examples
    --------
    >>> score, nan = Score(0.2, 0.1, 0.3), float("nan")
    >>> row = ShareRow((), (), "gain", 900, 100, 80, score, score, score, 0.8, 1.4)
    >>> for line in shares_in_words(ShareTable((row,))): print(line)
    gain: the model saved codes: 100 with it tell as much as 140 without.
    95 % intervals, of each share by itself; the shares are those of this corpus. naive: its interval does not know that
    the model errs.
    """
    overall = [row for row in table.rows if not row.by]
    lines = [_worth(row, table.finite) for row in overall]
    grouped = [row for row in table.rows if row.by]
    if few := sum(row.note == TOO_FEW for row in grouped):
        lines.append(
            f"too few: {few:,} of {len(grouped):,} shares rest on fewer than 30 coded rows or 10 documents; not told."
        )
    if table.cross_fitted:
        lines.append(
            f"cross-fitted: the model learned from {table.cross_fitted:,} of the coded rows; for these it answered "
            f"with a "
            "fold that had not."
        )
    whose = "this corpus" if table.finite else "what this corpus is a sample of"
    which = "that hold for all labels together" if table.level > 0.95 else "of each share by itself"
    lines.append(
        f"95 % intervals, {which}; the shares are those of {whose}. naive: its interval does not know that the model "
        f"errs."
    )
    return lines


def _worth(row: ShareRow, finite: bool) -> str:
    if row.note == TOO_FEW:
        return f"{row.label}: {row.coded:,} coded rows in {row.documents:,} documents are too few."
    if row.note == NO_BETTER:
        return f"{row.label}: corrected is no better than coded only; the model says too little about this label."
    alone = round(row.saved * row.coded)
    # Of a finite corpus no more can be coded than it has, and all of it leaves no error.
    without = f"nearly all {row.rows:,} of the corpus" if finite and alone >= row.rows else f"{alone:,}"
    return f"{row.label}: the model saved codes: {row.coded:,} with it tell as much as {without} without."


def _share_cells(first: str, row: ShareRow) -> list[str]:
    few = row.note == TOO_FEW
    told = ["too few", "too few"] if few else [_per_cent(row.coded_only), _per_cent(row.corrected)]
    saved = "" if few or row.saved != row.saved else f"×{row.saved:.{2 if row.saved < 10 else 0}f}"
    return [first, _per_cent(row.naive), *told, f"{row.coded:,}", saved]


def _difference_shares(row: DifferenceRow) -> list[str]:
    return [_per_cent(score, sign=True) for score in (row.naive, row.coded_only, row.corrected)]


def _group_text(values: Sequence[str]) -> str:
    return " / ".join(value or "?" for value in values)


def _per_cent(score: Score, sign: bool = False) -> str:
    if score.value != score.value:
        return "–"
    value, low, high = (f"{100 * number:{'+' if sign else ''}.1f}" for number in score)
    return f"{value} [{low}, {high}]"


def _cell_of(value: Any) -> Any:
    return "" if value is None or value != value else value
