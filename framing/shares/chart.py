"""Shares for print: naive, coded only and corrected beside each other."""

from __future__ import annotations

from typing import Any

from framing.report.print_style import COLOURS, GREY, Chart, label_panels, print_style, short
from framing.shares.table import ESTIMATORS, ShareRow, ShareTable
from framing.shares.trend_chart import is_trend, trend_figure

_TOP = 20  # groups that one figure holds
_LOOKS = {"naive": ("0.55", "s", -0.24), "coded_only": (COLOURS[4], "^", 0.0), "corrected": (COLOURS[2], "o", 0.24)}


def shares_chart(table: ShareTable, width: str = "double", top: int = _TOP) -> Chart:
    """Draw a panel a label, with the three shares of each group and their intervals; of periods, as lines over time.

    Parameters
    ----------
    table
        The shares; the ``top`` groups with most coded rows are drawn, all are in the data.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    top
        Most groups.
    """
    rows = table.to_rows()
    columns = tuple(list(rows[0])[:14])
    if is_trend(table):
        return Chart(trend_figure(table, width), [row for row in rows if not row["against"]], columns)
    labels = list(dict.fromkeys(row.label for row in table.rows))
    by_label = {label: [row for row in table.rows if row.label == label] for label in labels}
    groups = by_label[labels[0]]
    kept = sorted(range(len(groups)), key=lambda i: (bool(groups[i].by), -groups[i].coded))[: top + 1]
    shown = sorted(kept)
    with print_style():
        figure, places = label_panels(labels, width, 0.3 * max(2, len(shown)) + 0.75, 0.2)
        for label, place in zip(labels, places, strict=True):
            _shares_panel(place, [by_label[label][i] for i in shown])
        first = places[0]
        first.set_yticks(range(len(shown)), [_group_name(groups[i]) for i in shown])
        first.set_ylim(len(shown) - 0.5, -0.5)
        first.legend(frameon=False, fontsize=6, loc="best")
        note = "In brackets: coded rows. 95 % intervals; that of naive does not know that the model errs."
        figure.supxlabel(note, fontsize=6.5, color=GREY, x=0.01, ha="left")
    return Chart(figure, [row for row in rows if not row["against"]], columns)


def _group_name(row: ShareRow) -> str:
    name = short(" / ".join(value or "?" for value in row.group)) if row.by else "all"
    return f"{name}  ({row.coded:,})"


def _shares_panel(axes: Any, rows: list[ShareRow]) -> None:
    from matplotlib.ticker import PercentFormatter

    for estimator in ESTIMATORS:
        colour, marker, offset = _LOOKS[estimator]
        label: str | None = estimator.replace("_", " ")
        for y, row in enumerate(rows):
            score = getattr(row, estimator)
            if score.value == score.value:
                axes.hlines(y + offset, score.low, score.high, color=colour, lw=1.2)
                axes.plot(score.value, y + offset, marker, ms=4, color=colour, mec="white", mew=0.5, label=label)
                label = None
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0)
