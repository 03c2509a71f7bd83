"""Shares over time as lines with their intervals: numbers of an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isnan

from framing.periods import period_number, unbroken
from framing.report.matrix import Matrix, MatrixRow

WIDTH, HEIGHT = 640, 170
LEFT, RIGHT, _TOP, _BOTTOM = 44, 14, 10, 26
_MAX_LABELS = 6
_LABEL_WIDTH = 90

Dot = tuple[float, float, float, float, str]


@dataclass(frozen=True)
class Trend:
    """One frame's line.

    Parameters
    ----------
    frame
        The label.
    lines, bands
        Points of the line and of the area between the bounds, as SVG has them; a piece for periods without a gap.
    dots
        Of each period: x, y, y of both bounds, and what it says.
    ticks
        Of the axis of shares: y and per cent.
    labels
        Of the axis of time: x, the period, and the anchor of its text.
    """

    frame: str
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str, str], ...]


def trends(matrix: Matrix) -> tuple[Trend, ...]:
    """Return a line for each frame of a matrix by date; none where there are fewer than two periods."""
    rows = [row for row in matrix.rows if row.name]
    if len(rows) < 2:
        return ()
    highs = [row.frames[name].share.high for row in rows for name in matrix.frames]
    top = max((high for high in highs if not isnan(high)), default=1.0)
    top = min(1.0, max(0.1, ceil(top * 10) / 10))  # one scale for all frames, so that lines can be compared
    return tuple(_line_of(name, rows, top) for name in matrix.frames)


def _line_of(frame: str, rows: Sequence[MatrixRow], top: float) -> Trend:
    days = [period_number(row.name) for row in rows]

    def across(number: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (days[number] - days[0]) / (days[-1] - days[0]), 1)

    def up(share: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share / top, 1)

    dots: list[Dot] = []
    decided = [number for number, row in enumerate(rows) if row.frames[frame].decided]
    for number in decided:
        row, cell = rows[number], rows[number].frames[frame]
        told = f"{row.name}: {per_cent(cell.share.value)} [{100 * cell.share.low:.0f}–{100 * cell.share.high:.0f}]"
        told += f", {cell.count:,} of {cell.decided:,} sentences"
        share, low, high = (up(bound) for bound in cell.share)
        dots.append((across(number), share, low, high, told))
    pieces = [[dots[place] for place in stretch] for stretch in unbroken([rows[number].name for number in decided])]
    step = max(1, ceil((len(rows) - 1) / (_MAX_LABELS - 1)))
    return Trend(
        frame,
        tuple(" ".join(f"{x},{y}" for x, y, *_ in piece) for piece in pieces),
        tuple(_band(piece) for piece in pieces if len(piece) > 1),
        tuple(dots),
        tuple((up(top * part / 2), per_cent(top * part / 2)) for part in range(3)),
        _time_labels([(across(n), rows[n].name) for n in range(0, len(rows), step)]),
    )


def _band(piece: Sequence[Dot]) -> str:
    edge = [(x, low) for x, _, low, _, _ in piece] + [(x, high) for x, _, _, high, _ in reversed(piece)]
    return " ".join(f"{x},{y}" for x, y in edge)


def _time_labels(places: Sequence[tuple[float, str]]) -> tuple[tuple[float, str, str], ...]:
    """Return the labels that do not run into each other, each with the anchor that keeps it inside."""
    labels: list[tuple[float, str, str]] = []
    for x, name in places:
        if labels and x - labels[-1][0] < _LABEL_WIDTH:
            continue
        labels.append((x, name, "start" if not labels else "end" if x > WIDTH - _LABEL_WIDTH else "middle"))
    return tuple(labels)


def per_cent(share: float) -> str:
    """Return a share as people read it.

    Examples
    --------
    >>> per_cent(0.257), per_cent(0.004), per_cent(0.0)
    ('26 %', '0.4 %', '0 %')
    """
    if isnan(share):
        return "–"
    return f"{100 * share:.1f} %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
