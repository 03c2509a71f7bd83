"""The specification curve for print: every way, lowest first, and beneath it which way it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from framing.report.print_style import COLOURS, GREY, WIDTHS, Chart, label_text, panels, print_style, short
from framing.shares.specification import CODED_ONLY, CORRECTED, NAIVE, Specification

_COLOURS = {NAIVE: "0.55", CODED_ONLY: COLOURS[4], CORRECTED: COLOURS[2]}
_MOST = 6  # panels of one figure


def specification_chart(found: Sequence[Specification], width: str = "double") -> Chart:
    """Draw a panel a label (of differences, a label and pair of groups), the first six; all are in the data.

    Parameters
    ----------
    found
        As of ``specifications``.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    """
    keys = list(dict.fromkeys((s.label, s.group) for s in found))[:_MOST]
    n_columns = min(len(keys), 3 if width == "double" else 1)
    n_bands = -(-len(keys) // n_columns)
    choices = _choices(found)
    heights = [1.7, 0.13 * len(choices) + 0.15] * n_bands
    with print_style():
        figure, axes = panels(
            2 * n_bands, n_columns, WIDTHS[width], sum(heights) + 0.4 * n_bands, height_ratios=heights, sharex="col"
        )
        for number in range(n_bands * n_columns):
            band, column = divmod(number, n_columns)
            above, below = axes[2 * band, column], axes[2 * band + 1, column]
            if number >= len(keys):
                above.set_visible(False)
                below.set_visible(False)
                continue
            ways = sorted((s for s in found if (s.label, s.group) == keys[number]), key=lambda s: s.score.value)
            _curve_panel(above, ways)
            _choices_panel(below, ways, choices, named=column == 0)
        figure.supxlabel("95 % intervals. Each column is one way.", fontsize=6.5, color=GREY, x=0.01, ha="left")
    columns = ("label", "group", "against", "model", "decision", "estimator", "value", "low", "high")
    rows = [{**asdict(s), **s.score._asdict()} for s in found]
    return Chart(figure, [{name: row[name] for name in columns} for row in rows], columns)


def _choices(found: Sequence[Specification]) -> list[tuple[str, str]]:
    """Return what may be chosen, as the name of a choice and its value."""
    several = len({s.model for s in found if s.model}) > 1
    names = (*(("model",) if several else ()), "decision", "estimator")
    return [(name, value) for name in names for value in dict.fromkeys(getattr(s, name) for s in found) if value]


def _curve_panel(axes: Any, ways: Sequence[Specification]) -> None:
    for x, way in enumerate(ways):
        colour = _COLOURS[way.estimator]
        axes.vlines(x, way.score.low, way.score.high, color=colour, lw=1.2)
        axes.plot(x, way.score.value, "o", ms=3, color=colour)
    first = ways[0]
    axes.set_title(label_text(first.label), fontweight="bold")
    if first.group:
        axes.axhline(0, color="0.6", lw=0.8, ls=(0, (2, 2)))
        pair = f"{short(first.group, 24)} less {short(first.against, 24)}"
        axes.text(0, 1.0, pair, transform=axes.transAxes, fontsize=6, color=GREY, va="bottom")
        axes.set_title(label_text(first.label), fontweight="bold", pad=12)
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    axes.tick_params(axis="x", length=0, labelbottom=False)


def _choices_panel(axes: Any, ways: Sequence[Specification], choices: Sequence[tuple[str, str]], named: bool) -> None:
    for x, way in enumerate(ways):
        for y, (name, value) in enumerate(choices):
            if getattr(way, name) == value:
                axes.plot(x, y, "|", ms=5, mew=1.6, color=_COLOURS[way.estimator])
    axes.set_yticks(range(len(choices)), [short(value) for _, value in choices] if named else [], fontsize=6)
    axes.set_ylim(len(choices) - 0.5, -0.5)
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)
