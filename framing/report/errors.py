"""Disagreements of model and coder, to be read again: as text, and as rows of a file."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from framing.errors import InputError, unknown
from framing.measure.disagreement import worst_disagreements
from framing.records import Sentence, with_own_names
from framing.report.formats import csv_cell, csv_text, jsonl_text

if TYPE_CHECKING:
    from framing.training import HeldOut

_OWN = ("task", "label", "gap", "codes", "decided", "proba")


@dataclass(frozen=True)
class Disagreement:
    """One row in which model and coder differ.

    Parameters
    ----------
    task, label
        The task, and the label that differs most.
    gap
        How far its probability is from the code, in [0, 1].
    sentence, codes, decided, proba
        The row, the coder's labels, the model's, and the probability of each label.
    """

    task: str
    label: str
    gap: float
    sentence: Sentence
    codes: tuple[str, ...]
    decided: tuple[str, ...]
    proba: Mapping[str, float]

    def to_row(self) -> dict[str, Any]:
        """Return the row of a file: what differs first, then the sentence and the user's own columns."""
        found = {"task": self.task, "label": self.label, "gap": round(self.gap, 6), "codes": list(self.codes)}
        found |= {"decided": list(self.decided), "proba": {name: round(p, 6) for name, p in self.proba.items()}}
        return found | with_own_names(self.sentence.to_row(), _OWN)


def disagreements(tasks: Mapping[str, HeldOut], label: str | None = None) -> list[Disagreement]:
    """Return the rows of all tasks in which model and coder differ, the surest first.

    Parameters
    ----------
    tasks
        By task what was coded and predicted.
    label
        Only what differs in this label.

    Raises
    ------
    InputError
        No task has such a label.
    """
    known = [name for h in tasks.values() for name in h.labels]
    if label is not None and label not in known:
        raise InputError(f"--label: {unknown('label', label, known)}")
    found = []
    for task, h in tasks.items():
        asked = h.Y if label is None else np.where([name == label for name in h.labels], h.Y, np.nan)
        for i, j, gap in zip(*worst_disagreements(asked, h.proba, h.decided), strict=True):
            codes, decided = (
                tuple(name for name, yes in zip(h.labels, row[i] == 1, strict=True) if yes) for row in (h.Y, h.decided)
            )
            proba = dict(zip(h.labels, map(float, h.proba[i]), strict=True))
            found.append(Disagreement(task, h.labels[j], float(gap), h.sentences[i], codes, decided, proba))
    return sorted(found, key=lambda one: -one.gap)


def errors_text(found: Sequence[Disagreement], total: int, width: int) -> str:
    """Return disagreements as text: what each said, the sentence, where it stands.

    Parameters
    ----------
    found
        Those that are shown.
    total
        How many there are.
    width
        Characters of a line.
    """
    lines = [f"{len(found):,} of {total:,} rows in which model and coder differ, the surest first."]
    for number, one in enumerate(found, 1):
        said = [
            f"{label} {one.proba[label]:.2f}" for label in one.proba if label in {*one.codes, *one.decided, one.label}
        ]
        head = f"{one.task}: coded {', '.join(one.codes) or 'none'}; model {', '.join(one.decided) or 'none'}"
        told = f"{head} (probability of {', '.join(said)})"
        lines += ["", _indented(f"{number:>3}. ", told, width), _indented("     ", one.sentence.text, width)]
        if place := _place(one.sentence, one.task):
            lines.append(_indented("     ", place, width))
    return "\n".join(lines) + "\n"


def errors_jsonl(found: Sequence[Disagreement]) -> str:
    """Return one JSON object a line, as ``Disagreement.to_row`` gives it."""
    return jsonl_text(one.to_row() for one in found)


def errors_csv(found: Sequence[Disagreement]) -> str:
    """Return a table with a column for each probability; labels are separated by ``;``, none is ``none``."""
    rows = []
    for one in found:
        said = {name: value for name, value in one.to_row().items() if name in _OWN}
        proba = {f"proba_{label}": p for label, p in said.pop("proba").items()}
        lists = {name: ";".join(said[name]) or "none" for name in ("codes", "decided")}
        rows.append(said | lists | proba | with_own_names(one.sentence.to_row(), {*_OWN, *proba}))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text(columns, [[csv_cell(row.get(name)) for name in columns] for row in rows])


def _place(sentence: Sentence, task: str) -> str:
    where = [f"{sentence.doc_id}, sentence {sentence.position}" if sentence.doc_id else "", sentence.source]
    return "; ".join(part for part in (*where, f"toward {sentence.target}" if task == "stance" else "") if part)


def _indented(first: str, text: str, width: int) -> str:
    # A control character of somebody's text stays out of the terminal.
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return textwrap.fill(plain, width, initial_indent=first, subsequent_indent="     ", break_on_hyphens=False)
