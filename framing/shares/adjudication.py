"""Where coders differ: a sheet to decide in, and the decisions that come back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from framing.codebook import Codebook
from framing.corpus.readers import Source, format_of, read_rows
from framing.corpus.rows import sentences_from_rows
from framing.errors import InputError
from framing.measure.consensus import Votes, settled_by
from framing.measure.matching import normalised
from framing.records import Sentence
from framing.report.formats import csv_text

DECISION, UNIT, TASK = "decision", "unit", "task"
_PLACE = ("doc_id", "position", "headline", "previous", "text", "target")
_Key = tuple[str, str]  # the unit, and frames or stance


@dataclass(frozen=True)
class Adjudicated:
    """Rows of one coding, and what they rest on.

    Parameters
    ----------
    sentences
        The rows; the column ``adjudicated`` names the tasks that were decided.
    agreed, decided, open
        How many rows all coders agree on, how many were decided, and in how many something is still open.
    """

    sentences: list[Sentence]
    agreed: int
    decided: int
    open: int


def sheet_of(votes: Sequence[Votes], coders: Sequence[str], codebook: Codebook) -> tuple[str, dict[str, int]]:
    """Return a sheet as CSV with a row for each disagreement, and how many there are by task.

    Parameters
    ----------
    votes
        What coders said, as ``votes_of`` gives it.
    coders
        A column for each.
    codebook
        Gives the order of the labels.

    Examples
    --------
    >>> book = Codebook.from_dict({"name": "tiny", "frames": ["gain"]})
    >>> votes = Votes(Sentence("So."), {"ann": Sentence("So.", frames=("gain",)), "ben": Sentence("So.", frames=())})
    >>> print(sheet_of([votes], ["ann", "ben"], book)[0], end="")
    unit,task,doc_id,position,headline,previous,text,target,ann,ben,decision,comment
    fd37e31eb5d2,frames,,0,,,So.,,gain,none,,
    """
    rows: list[list[Any]] = []
    counts: Counter[str] = Counter()
    for task, one in _disagreements(votes):
        counts[task] += 1
        place = [getattr(one.row, name) or ("" if name != "position" else 0) for name in _PLACE]
        said = [_cell(one.by_coder.get(coder), task, codebook) for coder in coders]
        rows.append([unit_of(one.row, task), task, *place, *said, "", ""])
    # A coder may be called like a column of the sheet.
    taken = (UNIT, TASK, *_PLACE, DECISION, "comment")
    names = [f"coder {coder}" if coder in taken else coder for coder in coders]
    return csv_text((UNIT, TASK, *_PLACE, *names, DECISION, "comment"), rows), dict(counts)


def read_decisions(file: str, codebook: Codebook) -> dict[_Key, Sentence]:
    """Read the decisions that were made in a sheet, by unit and task.

    Raises
    ------
    InputError
        It is no such sheet, nothing is decided, or a decision is no label or stance of the codebook.
    """
    path = Path(file)
    rows = list(read_rows(Source.from_file(path), format_of(path)))
    if not rows or not {UNIT, TASK, "text", DECISION} <= rows[0][1].keys():
        raise InputError(f"{file}: no sheet of framing data adjudicate; expected columns unit, task, text and decision")
    made = [(place, row) for place, row in rows if str(row[DECISION] or "").strip()]
    if not made:
        raise InputError(f"{file}: no cell of the column 'decision' is filled")
    found: dict[_Key, Sentence] = {}
    for task in ("frames", "stance"):
        own = [(place, row) for place, row in made if row[TASK] == task]
        # A target only lets the stance be read; the decision is found again by its unit.
        read = [(place, {"text": row["text"], task: row[DECISION], "target": "it"}) for place, row in own]
        if read:
            sentences = sentences_from_rows(file, read, codebook, {})
            found |= {(str(row[UNIT]), task): s for (_, row), s in zip(own, sentences, strict=True)}
    if len(found) < len(made):
        raise InputError(f"{file}: two rows of one unit, or a task other than frames and stance; keep the sheet's rows")
    return found


def with_decisions(
    sentences: Sequence[Sentence], votes: Sequence[Votes], decisions: Mapping[_Key, Sentence], origin: str
) -> Adjudicated:
    """Put decisions in the place of what coders differ on.

    Parameters
    ----------
    sentences, votes
        What all coders agree on (``consensus_of`` with ``unanimous``), and what each said; a row each.
    decisions
        As ``read_decisions`` gives them.
    origin
        What the sheet is called in an error.

    Raises
    ------
    InputError
        A decision is about nothing that the coders differ on: their files have changed since.
    """
    differ = {(unit_of(one.row, task), task) for task, one in _disagreements(votes)}
    if strangers := [s.text for key, s in decisions.items() if key not in differ]:
        raise InputError(
            f"{origin}: {len(strangers):,} decisions are about nothing on which the coders of these files differ, the "
            f"first about {strangers[0][:60]!r}; give the files that the sheet was made from"
        )
    rows, n_open, n_decided = [], 0, 0
    for sentence, one in zip(sentences, votes, strict=True):
        tasks = [task for task in ("frames", "stance") if one.differ(task)]
        made = {task: decisions.get((unit_of(one.row, task), task)) for task in tasks}
        settled = {task: decision for task, decision in made.items() if decision is not None}
        n_open += len(settled) < len(tasks)
        n_decided += bool(settled) and len(settled) == len(tasks)
        if "frames" in settled:
            decided = settled_by(settled["frames"], one.by_coder.values())
            sentence = replace(sentence, frames=decided.frames, coded=decided.coded)
        if "stance" in settled:
            sentence = replace(sentence, stance=settled["stance"].stance)
        extra = {**sentence.extra, "adjudicated": " ".join(settled)} if settled else sentence.extra
        rows.append(replace(sentence, extra=extra))
    return Adjudicated(rows, len(rows) - n_open - n_decided, n_decided, n_open)


def unit_of(row: Sentence, task: str) -> str:
    """Return what tells a sentence (for the stance: and its target) from all others, as twelve letters and digits."""
    place = (normalised(row.text), row.doc_id or row.group, str(row.position))
    target = normalised(row.target or "") if task == "stance" else ""
    return hashlib.sha256("\0".join((*place, target)).encode()).hexdigest()[:12]


def _disagreements(votes: Sequence[Votes]) -> list[tuple[str, Votes]]:
    """Return what coders differ on; a sentence with several targets has its frames once."""
    found: dict[_Key, tuple[str, Votes]] = {}
    for one in votes:
        for task in ("frames", "stance"):
            if one.differ(task):
                found.setdefault((unit_of(one.row, task), task), (task, one))
    return list(found.values())


def _cell(row: Sentence | None, task: str, codebook: Codebook) -> str:
    if row is None or (row.frames if task == "frames" else row.stance) is None:
        return ""
    if task == "stance":
        return str(row.stance)
    return ";".join(name for name in codebook.frame_names if name in (row.frames or ())) or "none"
