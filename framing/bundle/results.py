"""What a package says is computed from its own files: shares, agreement, scores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from framing.bundle.manifest import BOOK, CODED, HELD_OUT, PREDICTIONS, SECOND
from framing.bundle.tables import read_coded_of, read_predictions_of
from framing.codebook import Codebook
from framing.errors import InputError
from framing.measure.agreement import Agreement, compare_units
from framing.measure.matching import match_units
from framing.report.formats import csv_text
from framing.shares.study import Question, Study, study_of
from framing.training.predicted import held_out_from_rows
from framing.training.scoring import estimates_of

_ALPHA = ("label", "units", "equal", "alpha", "low", "high")
_DIGITS = 6


def question_of(content: Mapping[str, Any]) -> Question:
    """Return what was asked, from the list of a package.

    Raises
    ------
    InputError
        It is not what a question can be.
    """
    lists = {name: tuple(content.get(name, ())) for name in ("by", "frames")}
    try:
        return Question(**{**content, **lists})
    except TypeError:
        raise InputError(f"bundle.json: 'question' is not what framing bundle wrote: {dict(content)}") from None


def study_in(folder: Path, question: Question) -> Study:
    """Measure once more, from predictions and coded rows without text; errors are those of ``study_of``."""
    coded, predicted = read_coded_of(folder / CODED), read_predictions_of(folder / PREDICTIONS)
    return study_of(predicted, coded, question, origin=CODED)


def agreement_in(folder: Path) -> dict[str, Agreement]:
    """Compare the two coders once more; errors are those of ``compare_units``."""
    codings = {"first": read_coded_of(folder / CODED), "second": read_coded_of(folder / SECOND)}
    return compare_units(match_units(codings), Codebook.load(folder / BOOK))


def scores_in(folder: Path) -> dict[str, float]:
    """Score the held-out rows once more; names are those of ``scores.json``."""
    book = Codebook.load(folder / BOOK)
    rows = [p.to_row() for p in read_predictions_of(folder / HELD_OUT)]
    found: dict[str, float] = {}
    for task, part in held_out_from_rows(rows, book).items():
        estimates = estimates_of(part, book, np.ones((1, len(part.sentences))))
        found |= {f"validation/{task}/{name}": round(float(one.value), _DIGITS) for name, one in estimates.items()}
    return found


def written_scores(content: str) -> dict[str, float]:
    """Return the values of a run's table of scores by name."""
    return {str(row[0]): float(row[1]) for row in json.loads(content)["data"] if row[1] is not None}


def agreement_csv(found: Mapping[str, Agreement]) -> str:
    """Return a row a label: how many sentences two coders coded, how often alike, and alpha with its interval."""
    rows = []
    for label, one in found.items():
        numbers = (one.percent.value, one.alpha.value, *one.alpha.interval())
        rows.append([label, one.units, *("" if n != n else round(float(n), _DIGITS) for n in numbers)])
    return csv_text(_ALPHA, rows)
