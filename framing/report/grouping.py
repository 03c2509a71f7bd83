"""Whose a sentence is, and which row of a matrix it belongs to."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

from framing.errors import FramingWarning, InputError, unknown
from framing.holders.names import AUTHOR
from framing.periods import PERIODS, fitting_period, iso_date, period_of
from framing.records import Prediction, Sentence

_FIELDS = ("holder", "source", "date", "doc_id", "group", "target")


def holder_of(prediction: Prediction) -> str:
    """Return whose a sentence is: the coded holder, else the one found, else the outlet, else ``author``."""
    sentence = prediction.sentence
    named = sentence.holder if sentence.holder is not None else prediction.holder
    return (named or "").strip() or sentence.source.strip() or AUTHOR


def attributed_to(prediction: Prediction) -> str:
    """Return the name of whom a sentence is attributed to; nothing where it is its author's or its outlet's.

    Examples
    --------
    >>> said = Sentence("It pays.", source="The Globe")
    >>> [attributed_to(Prediction(said, holder=holder)) for holder in ("Ann Lund", "The Globe", None)]
    ['Ann Lund', '', '']
    """
    holder = holder_of(prediction)
    return "" if holder in (AUTHOR, prediction.sentence.source.strip()) else holder


def row_names(predictions: Sequence[Prediction], by: str, period: str | None) -> tuple[list[str], str | None]:
    """Return the row that each sentence belongs to, ``""`` where nobody knows, and of dates the period.

    Parameters, errors and warnings are those of ``frame_matrix``.
    """
    if period is not None and period not in PERIODS:
        raise InputError(unknown("period", period, PERIODS))
    if by == "date":
        return _date_names([p.sentence for p in predictions], period)
    if by == "holder":
        return [holder_of(p) for p in predictions], None
    if by in _FIELDS:
        return [str(getattr(p.sentence, by) or "").strip() for p in predictions], None
    columns = dict.fromkeys(name for p in predictions for name in p.sentence.extra)
    if predictions and by not in columns:
        raise InputError(f"by: {unknown('column', by, (*_FIELDS, *columns))}")
    values = (p.sentence.extra.get(by) for p in predictions)
    return ["" if value is None else str(value).strip() for value in values], None


def _date_names(sentences: Sequence[Sentence], period: str | None) -> tuple[list[str], str]:
    days = [iso_date(s.date) for s in sentences]
    known = [day for day in days if day is not None]
    if days and not known:
        seen = next((f"; the first says {s.date!r}, expected such as 2026-03-01" for s in sentences if s.date), "")
        raise InputError(f"by date: none of {len(days):,} sentences has a date in 'date' that can be read{seen}")
    period = period or fitting_period(known)
    names = [period_of(day, period) or "" for day in days]
    if lost := names.count(""):
        if lost == len(names):
            raise InputError(f"by date: no date is as fine as a {period}; ask for a coarser period")
        warnings.warn(
            f"{lost:,} of {len(names):,} sentences have no date that says the {period} (expected such as 2026-03-01)",
            FramingWarning,
            stacklevel=4,
        )
    return names, period


def row_order(counts: Counter[str], by: str) -> list[str]:
    """Return the names of rows: most sentences first, then by name; dates in their order; what has no name last."""
    return sorted(counts, key=lambda name: (not name, 0 if by == "date" else -counts[name], name))
