"""A run's scores by label, with their intervals, as one figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framing.measure.summary import TaskSummary
from framing.report.print_style import COLOURS


def score_figure(summaries: Mapping[str, TaskSummary]) -> Any:
    """Draw the F1 of each label with its 95 % interval, a panel a task and set of rows.

    Parameters
    ----------
    summaries
        What is told of the scores, by path, such as ``validation/frames``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    heights = [len(summary.labels) + 1 for summary in summaries.values()]
    figure = Figure(figsize=(7, 0.9 * len(heights) + 0.32 * sum(heights)), layout="constrained")
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel, (path, summary) in zip(panels, summaries.items(), strict=True):
        rows = [(f"{row.label.replace('_', ' ')} (n = {row.n or 0:,})", row.f1) for row in summary.labels]
        if "macro_f1" in summary.overall:
            rows.append(("macro", summary.overall["macro_f1"]))
        for y, (_, score) in enumerate(rows):
            style = {"color": COLOURS[0] if y < len(summary.labels) else "black"}
            panel.plot([score.low, score.high], [y, y], lw=2, **style)
            panel.plot([score.value], [y], "o", ms=6, **style)
        panel.set_yticks(range(len(rows)), [name for name, _ in rows])
        panel.set(xlim=(-0.02, 1.02), ylim=(len(rows) - 0.5, -0.5))
        panel.axvline(summary.bound, color="0.8", lw=1, zorder=0)
        panel.set_title(f"{path}: {summary.n:,} rows in {summary.n_groups:,} groups", fontsize=10, loc="left")
        panel.spines[["top", "right"]].set_visible(False)
    panels[-1].set_xlabel("F1 and its 95 % interval; the line is where a label is usable")
    return figure
