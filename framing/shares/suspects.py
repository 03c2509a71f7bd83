"""Codes that are probably wrong as a sheet to decide in, as text, and put right by the decisions that come back."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace

from framing.errors import InputError, harmless
from framing.measure.consensus import settled_by
from framing.records import Sentence
from framing.report.formats import csv_text
from framing.shares.adjudication import DECISION, TASK, UNIT, unit_of
from framing.training.label_errors import LabelError

_PLACE = ("doc_id", "position", "headline", "previous", "text", "target")


def suspects_csv(found: Sequence[LabelError]) -> str:
    """Return a sheet as CSV: the row, its codes, what is suggested, and an empty cell ``decision``."""
    columns = (UNIT, TASK, *_PLACE, "coded", "suggested", "label", "quality", DECISION, "comment")
    rows = []
    for one in found:
        place = [getattr(one.sentence, name) or ("" if name != "position" else 0) for name in _PLACE]
        said = [";".join(labels) or "none" for labels in (one.coded, one.suggested)]
        quality = round(one.quality, 4)
        rows.append([unit_of(one.sentence, one.task), one.task, *place, *said, one.label, quality, "", ""])
    return csv_text(columns, rows)


def suspects_text(found: Sequence[LabelError], total: int, n_rows: int, width: int) -> str:
    """Return the same to read: what was coded, what is suggested, the sentence.

    Parameters
    ----------
    found
        Those that are shown.
    total, n_rows
        How many there are, of how many coded rows.
    width
        Characters of a line.
    """
    lines = [f"{len(found):,} of {total:,} codes that are probably wrong, of {n_rows:,}; the most suspect first."]
    for number, one in enumerate(found, 1):
        coded, suggested = (", ".join(labels) or "none" for labels in (one.coded, one.suggested))
        head = f"{number:>3}. {one.task}: coded {coded}; rather {suggested} ({one.quality:.2f} for the code)"
        toward = f" [toward {one.sentence.target}]" if one.task == "stance" else ""
        text = " ".join(harmless(one.sentence.text).split()) + toward
        lines += ["", head, textwrap.fill(text, width, initial_indent="     ", subsequent_indent="     ")]
    return "\n".join(lines) + "\n"


def put_right(
    sentences: Sequence[Sentence], decisions: Mapping[tuple[str, str], Sentence], origin: str
) -> tuple[list[Sentence], int]:
    """Put decisions in the place of codes, and return how many rows they changed.

    Parameters
    ----------
    sentences
        The coded rows.
    decisions
        As ``read_decisions`` gives them.
    origin
        What the sheet is called in an error.

    Raises
    ------
    InputError
        A decision is about no row of these.
    """
    rows, used, changed = [], set(), 0
    for sentence in sentences:
        row = sentence
        for task in ("frames", "stance"):
            key = unit_of(sentence, task), task
            if (decision := decisions.get(key)) is not None and getattr(sentence, task) is not None:
                used.add(key)
                if task == "stance":
                    row = replace(row, stance=decision.stance)
                    continue
                decided = settled_by(decision, [sentence])
                row = replace(row, frames=decided.frames, coded=decided.coded)
        changed += row != sentence
        rows.append(row)
    if missing := [s for key, s in decisions.items() if key not in used]:
        raise InputError(
            f"{origin}: {len(missing):,} decisions are about no row of the data, the first about "
            f"{missing[0].text[:60]!r}; give the file that the sheet was made from"
        )
    return rows, changed
