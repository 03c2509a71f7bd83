"""Figures of what text says, for print: who frames what, when, and how well coders agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from textwrap import wrap
from typing import Any

import numpy as np

from framing.measure.agreement import Agreement
from framing.model.decisions.decoders import NEUTRAL
from framing.periods import period_name, period_number, unbroken
from framing.report.matrix import Matrix, MatrixRow
from framing.report.print_style import (
    COLOURS,
    DASHES,
    GREY,
    MARKERS,
    WIDTHS,
    Chart,
    label_text,
    panels,
    print_style,
    short,
)

TOP = 20  # rows of a matrix that one figure holds
_TOGETHER = 2  # lines with intervals that one panel holds
# The sides of a stance: colours, and hatches for grey print.
_SIDES = (("#0072B2", ""), ("#E69F00", "////"), ("#CC79A7", "...."), ("#009E73", "xxxx"))
_PALE = ("0.87", "")
_STEPS = {"year": (1, 2, 5, 10, 20, 50, 100), "month": (1, 2, 3, 6, 12, 24, 60, 120), "day": (1, 2, 7, 14, 28, 56)}


def matrix_chart(matrix: Matrix, width: str = "double", top: int = TOP) -> Chart:
    """Draw a panel a frame with the share of each row's sentences, and one a target with their stances.

    Parameters
    ----------
    matrix
        The matrix; its first ``top`` rows are drawn, all are in the data.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    top
        Most rows.
    """
    shown = matrix.rows[:top] if matrix.by != "date" else matrix.rows[-top:]
    names = [f"{short(matrix.shown(row))}  ({row.sentences:,})" for row in shown]
    drawn = [*matrix.frames, *matrix.targets]
    n_lines = -(-max(1, len(drawn)) // (4 if width == "double" else 1))
    n_columns = -(-max(1, len(drawn)) // n_lines)
    highest = max((row.frames[f].share.high for row in shown for f in matrix.frames if row.frames[f].count), default=1)
    height = n_lines * (0.155 * max(3, len(shown)) + 0.72) + 0.15 * bool(matrix.targets) + 0.15
    with print_style():
        figure, axes = panels(n_lines, n_columns, WIDTHS[width], height, sharey=True)
        for number, place in enumerate(axes.flat):
            if number >= max(1, len(drawn)):
                place.set_visible(False)
            elif number < len(matrix.frames):
                _share_panel(place, shown, matrix.frames[number], number, highest)
            elif drawn:
                _stance_bars(place, shown, drawn[number], _looks(matrix))
        first = axes.flat[0]
        first.set_yticks(range(len(shown)), names)
        first.set_ylim(len(shown) - 0.5, -0.5)
        if looks := _looks(matrix):
            _stance_key(axes.flat[len(drawn) - 1], looks)
        figure.supxlabel(_matrix_note(matrix, len(shown), width), fontsize=6.5, color=GREY, x=0.01, ha="left")
    return Chart(figure, _matrix_rows(matrix), _matrix_columns(matrix))


def trend_chart(matrix: Matrix, width: str = "double") -> Chart:
    """Draw the share of sentences with each frame over time, with 95 % intervals; gaps where nothing was published.

    Parameters
    ----------
    matrix
        A matrix by ``"date"``.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    """
    period = matrix.period or "year"
    rows = [row for row in matrix.rows if row.name]
    apart = len(matrix.frames) > _TOGETHER
    n_columns = 1 if not apart else 2 if width == "single" else 3
    n_lines = -(-len(matrix.frames) // n_columns) if apart else 1
    inches = WIDTHS[width]
    upper = 1.45 if apart else 0.36 * inches
    height = (upper + 0.15) * n_lines + 1.0
    ratios = [*[upper] * n_lines, 0.6]
    with print_style():
        figure, axes = panels(n_lines + 1, n_columns, inches, height, sharex=True, height_ratios=ratios)
        for number, name in enumerate(matrix.frames):
            place = axes.flat[number if apart else 0]
            _trend_line(place, rows, name, number)
            if apart:
                for other in matrix.frames:
                    place.plot(*_course(rows, other), color="0.82", lw=0.7, zorder=0)
                place.set_title(label_text(name), fontweight="bold")
        for place in axes[:-1].flat[len(matrix.frames) if apart else n_columns :]:
            place.set_visible(False)
        cells = [row.frames[name] for row in rows for name in matrix.frames]
        highest = max((cell.share.high for cell in cells if cell.decided), default=1)
        for place in axes[:-1].flat:
            _percent(place.yaxis, highest)
        axes[0, 0].set_ylabel("" if apart else "share with the frame")
        if not apart:
            _end_labels(axes[0, 0], rows, matrix.frames, highest)
        for place in axes[-1]:
            _count_bars(place, rows, period, most=3 if width == "single" or apart else 9)
        axes[-1, 0].set_ylabel("sentences")
        if apart:
            figure.supylabel("share with the frame", fontsize=7.5)
    return Chart(figure, _matrix_rows(matrix), _matrix_columns(matrix))


def agreement_chart(found: Mapping[str, Agreement], width: str = "single") -> Chart:
    """Draw Krippendorff's alpha of each label with its 95 % interval; the lines are his 0.667 and 0.8.

    Parameters
    ----------
    found
        As ``framing.measure.agreement.agreement`` gives it.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    """
    columns = ("label", "units", "equal", "alpha", "alpha_low", "alpha_high")
    rows: list[dict[str, Any]] = []
    for label, one in found.items():
        low, high = one.alpha.interval()
        values = (label, one.units, one.percent.value, one.alpha.value, low, high)
        rows.append({k: round(v, 6) if isinstance(v, float) else v for k, v in zip(columns, values, strict=True)})
    with print_style():
        figure, axes = panels(1, 1, WIDTHS[width], 0.21 * max(2, len(rows)) + 0.75)
        place = axes[0, 0]
        for line in (0.667, 0.8):
            place.axvline(line, color="0.6", lw=0.8, ls=(0, (2, 2)), zorder=0)
            place.text(line, -0.56, f"{line:g}", ha="center", va="bottom", fontsize=6, color=GREY)
        for y, row in enumerate(rows):
            if row["alpha"] != row["alpha"]:
                place.text(
                    0.02,
                    y,
                    "not defined: all codes are equal",
                    va="center",
                    fontsize=6.5,
                    color=GREY,
                    backgroundcolor="white",
                )
                continue
            place.hlines(y, row["alpha_low"], row["alpha_high"], color=COLOURS[2], lw=1.3)
            place.plot(row["alpha"], y, "o", ms=5, color=COLOURS[2], mec="white", mew=0.5)
        lowest = min([0.0, *(row["alpha_low"] for row in rows if row["alpha"] == row["alpha"])])
        place.set(xlim=(lowest - 0.02, 1.02), ylim=(len(rows) - 0.5, -0.5), xlabel="Krippendorff's alpha")
        place.set_yticks(range(len(rows)), [f"{label_text(row['label'])}  ({row['units']:,})" for row in rows])
    return Chart(figure, rows, columns)


def _share_panel(axes: Any, rows: Sequence[MatrixRow], frame: str, number: int, highest: float) -> None:
    colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
    for y, row in enumerate(rows):
        cell = row.frames[frame]
        share = cell.share
        if share.value == share.value:
            axes.hlines(y, share.low, share.high, color=colour, lw=1.2)
            axes.plot(share.value, y, marker, ms=4.5, color=colour, mec="white", mew=0.5, clip_on=False, zorder=3)
        else:
            axes.text(0, y, " open" if cell.abstained else " –", va="center", fontsize=6, color=GREY)
    axes.hlines(range(len(rows)), 0, 1, color="0.93", lw=0.6, zorder=0)
    axes.set_title(_wrapped(label_text(frame)), fontweight="bold")
    _percent(axes.xaxis, highest)
    axes.tick_params(axis="y", length=0)


def _stance_bars(axes: Any, rows: Sequence[MatrixRow], target: str, looks: Mapping[str, tuple[str, str]]) -> None:
    """Draw the shares of the stances toward a target: one side, what lies in the middle, the other side."""
    for y, row in enumerate(rows):
        counts = row.stances.get(target, {})
        total, left = sum(counts.values()), 0.0
        for name, (colour, hatch) in looks.items() if total else ():
            size = counts.get(name, 0) / total
            axes.barh(y, size, 0.7, left, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
            left += size
    axes.set_title(_wrapped(f"stance: {short(target)}"), fontweight="bold")
    _percent(axes.xaxis, 1.0)
    axes.tick_params(axis="y", length=0)


def _looks(matrix: Matrix) -> dict[str, tuple[str, str]]:
    """Return how each class of the stance is drawn, in the order of the bars."""
    classes = dict.fromkeys(name for row in matrix.rows for counts in row.stances.values() for name in counts)
    sides = [name for name in classes if name != NEUTRAL]
    looks = dict(zip(sides, cycle(_SIDES)))
    order = [*sides[:1], *([NEUTRAL] if NEUTRAL in classes else []), *sides[1:]]
    return {name: looks.get(name, _PALE) for name in order}


def _stance_key(axes: Any, looks: Mapping[str, tuple[str, str]]) -> None:
    """Say beneath the last panel which part of a bar is which class."""
    from matplotlib.patches import Patch

    parts = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0, label=label_text(name))
        for name, (colour, hatch) in looks.items()
    ]
    axes.legend(
        handles=parts,
        loc="upper right",
        bbox_to_anchor=(1.05, -0.02),
        ncols=len(parts),
        fontsize=6.5,
        frameon=False,
        handlelength=1,
        handletextpad=0.4,
        columnspacing=0.8,
        borderaxespad=2.4,
    )


def _wrapped(title: str) -> str:
    return "\n".join(wrap(title, 19))


def _trend_line(axes: Any, rows: Sequence[MatrixRow], frame: str, number: int) -> None:
    """Draw one frame: a line and its band from period to period, broken where one has no sentence."""
    colour = COLOURS[number % len(COLOURS)]
    decided = [row for row in rows if row.frames[frame].decided]
    many = len(decided) > 40
    for run in unbroken([row.name for row in decided]):
        x = [period_number(decided[place].name) for place in run]
        value, low, high = np.array([decided[place].frames[frame].share for place in run]).T
        if len(run) == 1:
            axes.vlines(x, low, high, color=colour, lw=1)
        axes.fill_between(x, low, high, color=colour, alpha=0.17, lw=0)
        marker = {"marker": MARKERS[number % len(MARKERS)], "ms": 3.2, "mec": "white", "mew": 0.4}
        dots = {} if many and len(run) > 1 else marker
        axes.plot(x, value, color=colour, lw=1.3, ls=DASHES[number % len(DASHES)], **dots)


def _course(rows: Sequence[MatrixRow], frame: str) -> tuple[list[int], list[float]]:
    """Return the points of a line, with one that is not a number wherever it breaks."""
    numbers = [period_number(row.name) for row in rows]
    shares = {number: row.frames[frame].share.value for number, row in zip(numbers, rows, strict=True)}
    line = range(min(numbers, default=0), max(numbers, default=-1) + 1)
    return list(line), [shares.get(number, float("nan")) for number in line]


def _end_labels(axes: Any, rows: Sequence[MatrixRow], frames: Sequence[str], highest: float) -> None:
    """Write the names beside the ends of their lines, moved apart where they would touch."""
    ends = []
    for number, frame in enumerate(frames):
        shares = [row.frames[frame].share.value for row in rows]
        last = next((value for value in reversed(shares) if value == value), None)
        if last is not None:
            ends.append((last, number, frame))
    least, floor = 0.085 * highest, 0.0
    for last, number, frame in sorted(ends):
        y = max(last, floor)
        floor = y + least
        axes.annotate(
            label_text(frame),
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS[number % len(COLOURS)],
            fontweight="bold",
            annotation_clip=False,
        )


def _count_bars(axes: Any, rows: Sequence[MatrixRow], period: str, most: int) -> None:
    """Draw how many sentences each period has, and the time line."""
    numbers = [period_number(row.name) for row in rows]
    axes.bar(numbers, [row.sentences for row in rows], width=0.8, color="0.55", lw=0)
    axes.yaxis.set_major_locator(_whole_numbers())
    if not numbers:
        return
    first, last = numbers[0], numbers[-1]
    step = next((step for step in _STEPS[period] if (last - first) / step <= most), _STEPS[period][-1])
    start = first if period == "day" else -(-first // step) * step
    ticks = list(range(start, last + 1, step))
    names = [period_name(tick, period) for tick in ticks]
    axes.set_xticks(ticks, [name[:4] for name in names] if period == "month" and step % 12 == 0 else names)
    axes.set_xlim(first - 0.6, last + 0.6)


def _whole_numbers() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(2, integer=True)


def _percent(axis: Any, highest: float) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    edge = min(1.0, max(highest, 0.05))
    limits = (-0.01 * edge, 1.03 * edge)
    (axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim)(*limits)


def _matrix_note(matrix: Matrix, n_shown: int, width: str) -> str:
    hidden = len(matrix.rows) - n_shown
    more = f"; {hidden:,} more rows are not shown" if hidden else ""
    note = f"In brackets: number of sentences{more}. Dots: share of them with the frame, 95 % interval."
    return "\n".join(wrap(note, 62 if width == "single" else 130))


def _matrix_columns(matrix: Matrix) -> tuple[str, ...]:
    names = ("kind", "label", "target", "count", "abstained", "share", "share_low", "share_high")
    return (matrix.by, "sentences", "documents", *names)


def _matrix_rows(matrix: Matrix) -> list[dict[str, Any]]:
    """Return the cells as tidy rows: one a row and frame, then one a row, target and class of the stance."""
    rows = []
    for row in matrix.rows:
        head = {matrix.by: row.name, "sentences": row.sentences, "documents": row.documents}
        for name, cell in row.frames.items():
            share = dict(zip(("share", "share_low", "share_high"), cell.share, strict=True))
            numbers = {"count": cell.count, "abstained": cell.abstained}
            rows.append(head | {"kind": "frame", "label": name, "target": ""} | numbers | share)
        for target, counts in row.stances.items():
            total = sum(counts.values())
            for name, count in counts.items():
                # Without an interval: rows of one document are not independent, and stances are not resampled.
                shares = {"share": round(count / total, 6) if total else None, "share_low": None, "share_high": None}
                numbers = {"count": count, "abstained": row.abstained.get(target, 0)}
                rows.append(head | {"kind": "stance", "label": name, "target": target} | numbers | shares)
    return rows
