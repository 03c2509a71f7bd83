"""How a training divided its rows, as data: what was learned from, and in which fold a row was held out."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from framing.training.inputs import Training
from framing.training.procedures import Apart, Procedure


def text_digest(text: str) -> str:
    """Return the sha256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def divided(training: Training, procedure: Procedure) -> list[dict[str, Any]]:
    """Return for each sentence its group, whether the model that is kept learned from it, and its folds.

    Parameters
    ----------
    training
        What was read.
    procedure
        How it was validated.

    Returns
    -------
    list of dict
        One a sentence: ``text_sha256``, ``doc_id``, ``position``, ``group`` (a number), ``learned``, and for each task
        ``TASK_fold``, the fold in which it was held out, from 0 on; ``None`` where it never was.
    """
    n = len(training.sentences)
    learned = np.ones(n, dtype=bool)
    fold_of = {name: np.full(n, -1) for name in training.tasks}
    for name, task in training.tasks.items():
        if isinstance(procedure, Apart):
            for k, (_, test) in enumerate(procedure.folds):
                held_out = np.intersect1d(test, task.rows)
                fold_of[name][held_out] = k
        else:
            for k, (_, test) in enumerate(task.folds):
                fold_of[name][task.rows[test]] = k
    if isinstance(procedure, Apart) and len(procedure.encoders) == len(procedure.folds):
        learned[:] = False
        learned[np.concatenate([train for train, _ in procedure.folds])] = True
    return [
        {
            "text_sha256": text_digest(sentence.text),
            "doc_id": sentence.doc_id,
            "position": sentence.position,
            "group": int(training.groups[i]),
            "learned": bool(learned[i]),
            **{f"{name}_fold": int(folds[i]) if folds[i] >= 0 else None for name, folds in fold_of.items()},
        }
        for i, sentence in enumerate(training.sentences)
    ]
