"""The runs of a sweep with their scores, as one figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framing.report.print_style import COLOURS
from framing.scores import Score

_MOST = 40


def sweep_figure(names: Sequence[str], scores: Sequence[Score], metric: str, swept: Sequence[str]) -> Any:
    """Draw the scores of runs with their 95 % intervals, best first, the best in a colour of its own.

    Parameters
    ----------
    names, scores
        Of each run, best first; of more than forty only the first forty are drawn.
    metric
        What the scores are of.
    swept
        The options whose values are in the names.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    shown = list(zip(names, scores, strict=True))[:_MOST]
    figure = Figure(figsize=(7, 1.1 + 0.3 * len(shown)), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(shown[0][1].low, shown[0][1].high, color="0.94", zorder=0)
    for y, (_, score) in enumerate(shown):
        colour = COLOURS[0] if y == 0 else "0.35"
        axes.plot([score.low, score.high], [y, y], color=colour, lw=2)
        axes.plot([score.value], [y], "o", color=colour, ms=6)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlabel(f"{metric} and its 95 % interval")
    more = f"; {len(names) - _MOST} more are not drawn" if len(names) > _MOST else ""
    axes.set_title(
        f"{len(names)} runs over {', '.join(swept) or 'one configuration'}, best first{more}", fontsize=10, loc="left"
    )
    axes.spines[["top", "right"]].set_visible(False)
    return figure
