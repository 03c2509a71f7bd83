"""Shares over time for print: corrected with its band, naive and coded only beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framing.periods import PERIODS, period_number, unbroken
from framing.report.print_style import COLOURS, GREY, label_panels, print_style
from framing.shares.table import ShareRow, ShareTable

_LEAST = 3  # periods that make a trend
_TICKS = 6


def is_trend(table: ShareTable) -> bool:
    """Say whether a table tells one period apart, such as months, and has at least three of them."""
    by = {row.by for row in table.rows if row.by}
    return len(by) == 1 and next(iter(by)) in [(name,) for name in PERIODS] and len(_period_names(table)) >= _LEAST


def trend_figure(table: ShareTable, width: str) -> Any:
    """Draw a panel a label; where there are too few codes for a period there is a gap.

    Parameters
    ----------
    table
        Shares by one period.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    """
    labels = list(dict.fromkeys(row.label for row in table.rows))
    names = _period_names(table)
    numbers = [period_number(name) for name in names]
    step = max(1, -(-len(names) // (_TICKS if width == "single" or len(labels) == 1 else _TICKS // 2)))
    with print_style():
        figure, places = label_panels(labels, width, 1.9, 0.3)
        for label, place in zip(labels, places, strict=True):
            of_label = {row.group[0]: row for row in table.rows if row.by and row.label == label}
            _trend_panel(place, [of_label[name] for name in names])
            place.set_xticks(numbers[::step], names[::step])
        places[0].legend(frameon=False, fontsize=6, loc="best")
        note = "Band and bars: 95 % intervals. Gaps: too few coded rows. naive does not know that the model errs."
        figure.supxlabel(note, fontsize=6.5, color=GREY, x=0.01, ha="left")
    return figure


def _period_names(table: ShareTable) -> list[str]:
    return sorted({row.group[0] for row in table.rows if row.by and row.group[0]})


def _trend_panel(axes: Any, rows: Sequence[ShareRow]) -> None:
    x = [period_number(row.group[0]) for row in rows]
    told = [i for i, row in enumerate(rows) if row.corrected.value == row.corrected.value]
    for number, stretch in enumerate(unbroken([row.group[0] for row in rows])):
        label = "naive" if number == 0 else None
        naive = [rows[i].naive.value for i in stretch]
        axes.plot([x[i] for i in stretch], naive, color="0.55", lw=1.1, ls=(0, (4, 2)), label=label)
    for number, stretch in enumerate(unbroken([rows[i].group[0] for i in told])):
        places = [told[i] for i in stretch]
        low, high = ([getattr(rows[i].corrected, end) for i in places] for end in ("low", "high"))
        colour, label = COLOURS[2], "corrected" if number == 0 else None
        values = [rows[i].corrected.value for i in places]
        axes.fill_between([x[i] for i in places], low, high, color=colour, alpha=0.15, lw=0)
        axes.plot([x[i] for i in places], values, "o-", ms=2.5, color=colour, lw=1.3, label=label)
    for number, i in enumerate(told):
        coded = rows[i].coded_only
        axes.vlines(x[i], coded.low, coded.high, color=COLOURS[4], lw=0.8)
        axes.plot(x[i], coded.value, "^", ms=3, color=COLOURS[4], label="coded only" if number == 0 else None)
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    axes.set_ylim(bottom=0)
