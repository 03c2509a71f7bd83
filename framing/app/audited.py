"""The audit in short before a training: what gives a label away to a high degree, and what is on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from framing.corpus.overlaps import COPY, DOCUMENT, TEXT, Overlap, overlaps
from framing.leakage import TARGET, shortcuts_in
from framing.measure.intervals import Estimate
from framing.records import CODER_COLUMNS, Sentence
from framing.training import Training

# What would show what is left without the clue.
_HELP = {"source": "split=source", "date": "split=time", TARGET: "split=target"}
_MOST_READ = 20_000  # rows: looking for words in a row takes a second for each six thousand
_ON_ONE_SIDE = ("group", "source", "time")  # splits that mean to keep documents whole


def audit_lines(training: Training) -> list[str]:
    """Return what an audit finds in a moment and is high, a line each; nothing where nothing is.

    Columns are asked on the folds of the training, so that ``split=source`` quiets a source. Names are left to the
    swap test, near duplicates by meaning to ``framing data audit``.
    """
    lines = []
    for name, task in training.tasks.items():
        found = shortcuts_in(task.sentences, task.Y, task.labels, task.groups, task.folds)
        lines += [_shortcut_line(name, column, by_label) for column, by_label in found.items()]
    learned = training.sentences[: len(training.dataset)]
    if training.split.by in _ON_ONE_SIDE:
        lines += _group_lines(training)
    for name, sentences in training.evaluate.items():
        lines += _evaluated_lines(learned, sentences, name)
    return lines


def _shortcut_line(task: str, column: str, by_label: Mapping[str, Estimate]) -> str:
    told = ", ".join(f"{label} (AUC {estimate.score()})" for label, estimate in by_label.items())
    if column in CODER_COLUMNS:
        then = "coders may code differently: framing data agreement"
    else:
        left = f"; {_HELP[column]} shows what is left without it" if column in _HELP else ""
        then = f"a model can learn it in the place of the label{left}"
    return f"{task}: {column} alone tells {told}, .5 is chance; {then}"


def _group_lines(training: Training) -> list[str]:
    """Return what the groups of the cross-validation cut: a document, or two that are copies."""
    if len(training.sentences) > _MOST_READ:
        return []
    found = [o for o in overlaps(training.sentences, training.groups.tolist()) if o.kind in (DOCUMENT, COPY)]
    lines = []
    for kind, one, several in (
        (DOCUMENT, "document is", "documents are"),
        (COPY, "pair of documents that are copies is", "pairs of documents that are copies are"),
    ):
        of_kind = [overlap for overlap in found if overlap.kind == kind]
        if of_kind:
            lines.append(
                f"{len(of_kind):,} {one if len(of_kind) == 1 else several} in several groups "
                f"({_first_ones(of_kind)}): what is learned there is tested here; give them one 'group'"
            )
    return lines


def _evaluated_lines(learned: Sequence[Sentence], sentences: Sequence[Sentence], name: str) -> list[str]:
    """Return how many rows of a file that is scored are learned from too, by their text or their document."""
    sides = np.repeat([0, 1], [len(learned), len(sentences)]).tolist()
    found = overlaps([*learned, *sentences], sides, words=False)
    same = {kind: {row for o in found if o.kind == kind for row in o.rows if sides[row]} for kind in (TEXT, DOCUMENT)}
    if not same[TEXT] | same[DOCUMENT]:
        return []
    parts = [f"{len(same[TEXT]):,} by their text"] if same[TEXT] else []
    parts += [f"{len(same[DOCUMENT]):,} by their document or group"] if same[DOCUMENT] else []
    told = f"{len(same[TEXT] | same[DOCUMENT]):,} of {len(sentences):,} rows are learned from too"
    return [f"evaluate.{name}: {told} ({', '.join(parts)}): its scores flatter"]


def _first_ones(found: Sequence[Overlap]) -> str:
    more = f" and {len(found) - 2:,} more" if len(found) > 2 else ""
    return ", ".join(overlap.what for overlap in found[:2]) + more
