"""Dates as years, months or days: how fine a corpus can be cut, and which periods lie between two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

PERIODS = ("year", "month", "day")
# ISO 8601, whole or from the left; what follows a day (a time, a zone) is no matter here.
_ISO = re.compile(r"\s*(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?!\d).*)?)?\s*", re.DOTALL)
# As spreadsheets of much of Europe write it; with dots the day comes first everywhere, with slashes it does not.
_DOTTED = re.compile(r"\s*(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d).*", re.DOTALL)
_LENGTHS = {"year": 4, "month": 7, "day": 10}
# Days that a corpus spans at most to be shown by day, by month.
_MAX_DAYS, _MAX_MONTHS = 62, 3 * 366


def iso_date(text: str | None) -> str | None:
    """Return what a date says as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ``None`` where it cannot be told.

    Read is ISO 8601, and with dots day, month and year (``1.3.2026``). A time of day and its zone are left out: the
    date is the one that was printed.

    Examples
    --------
    >>> iso_date("2026-03-01T23:30:00-05:00"), iso_date("2026-03"), iso_date("1 March 2026"), iso_date("2026-13-01")
    ('2026-03-01', '2026-03', None, None)
    >>> iso_date("1.3.2026"), iso_date("31.12.2026 23:30"), iso_date("3/1/2026"), iso_date("31.02.2026")
    ('2026-03-01', '2026-12-31', None, None)
    """
    if found := _ISO.fullmatch(text or ""):
        parts = [int(part) for part in found.groups() if part is not None]
    elif found := _DOTTED.fullmatch(text or ""):
        parts = [int(part) for part in reversed(found.groups())]
    else:
        return None
    try:
        _first_day(parts)
    except ValueError:
        return None
    return "-".join(f"{part:0{4 if i == 0 else 2}}" for i, part in enumerate(parts))


def fitting_period(dates: Sequence[str]) -> str:
    """Return the period by which dates, as ``iso_date`` gives them, make a readable course.

    Days for up to two months, months for up to three years; no finer than the coarsest of the dates.

    Examples
    --------
    >>> fitting_period(["2026-01-03", "2026-02-01"]), fitting_period(["2026-01-03", "2026-02"])
    ('day', 'month')
    """
    if not dates:
        return "year"
    first, last = (_first_day(_numbers(day)) for day in (min(dates), max(dates)))
    span = (last - first).days
    by_span = "day" if span <= _MAX_DAYS else "month" if span <= _MAX_MONTHS else "year"
    shortest = min(map(len, dates))
    return next(name for name in ("day", "month", "year") if _LENGTHS[name] <= min(shortest, _LENGTHS[by_span]))


def period_of(day: str | None, period: str) -> str | None:
    """Return the period that a date lies in; ``None`` where the date is not that fine.

    Examples
    --------
    >>> period_of("2026-03-01", "month"), period_of("2026", "month")
    ('2026-03', None)
    """
    return None if day is None or len(day) < _LENGTHS[period] else day[: _LENGTHS[period]]


def period_number(name: str) -> int:
    """Return the number of a year, month or day on a time line, on which neighbours differ by one.

    Examples
    --------
    >>> period_number("2027-01") - period_number("2026-12"), period_number("2026-03-01") - period_number("2026-02-28")
    (1, 1)
    """
    numbers = _numbers(name)
    if len(numbers) == 1:
        return numbers[0]
    return 12 * numbers[0] + numbers[1] - 1 if len(numbers) == 2 else date.fromisoformat(name).toordinal()


def unbroken(names: Sequence[str]) -> list[list[int]]:
    """Return the places of periods, in their order, in stretches without a gap.

    Examples
    --------
    >>> unbroken(["2026-01", "2026-02", "2026-04"])
    [[0, 1], [2]]
    """
    stretches: list[list[int]] = []
    for place, name in enumerate(names):
        if place and period_number(name) - period_number(names[place - 1]) == 1:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    return stretches


def period_name(number: int, period: str) -> str:
    """Return the year, month or day that has a number.

    Examples
    --------
    >>> period_name(period_number("2026-12"), "month")
    '2026-12'
    """
    if period == "day":
        return date.fromordinal(number).isoformat()
    return f"{number:04}" if period == "year" else f"{number // 12:04}-{number % 12 + 1:02}"


def _numbers(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]


def _first_day(parts: Sequence[int]) -> date:
    year, month, day = [*parts, 1, 1][:3]
    return date(year, month, day)
