"""Figures of a model's scores for print: precision and recall, and what the probabilities are worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from framing.arrays import Rows, Values
from framing.measure.intervals import Estimate, ratio, share_score
from framing.measure.judged import Judged
from framing.measure.metrics import average_precision
from framing.report.print_style import COLOURS, GREY, WIDTHS, Chart, label_text, panels, print_style

_N_BINS, _LEAST_IN_BIN = 10, 20
_SHARES = (-0.02, 1.02)  # a point at 0 or 1 is drawn whole


def reliability_bins(p: Values) -> list[Rows]:
    """Return the row numbers of bins of about equally many rows, ten of at least twenty; equal probabilities share one.

    Examples
    --------
    >>> [len(rows) for rows in reliability_bins(np.repeat([0.1, 0.4, 0.8], [30, 5, 25]))]
    [30, 30]
    """
    order = np.argsort(p, kind="stable")
    n_bins = min(_N_BINS, max(1, len(p) // _LEAST_IN_BIN))
    ends = np.append(np.flatnonzero(np.diff(p[order])) + 1, len(p))  # of each run of equal probabilities
    cuts = np.unique(ends[np.searchsorted(ends, np.arange(1, n_bins) * len(p) / n_bins)])
    return np.split(order, cuts[cuts < len(p)])


def pr_chart(labels: Sequence[Judged], width: str = "double") -> Chart:
    """Draw precision against recall, a panel a label: curve, decided point, and the share of the label as baseline.

    Parameters
    ----------
    labels
        What was coded and what the model says.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    """
    from sklearn.metrics import precision_recall_curve

    columns = ("label", "threshold", "precision", "recall", "decided")
    rows: list[dict[str, Any]] = []

    def draw(axes: Any, label: Judged, colour: str) -> None:
        n, share = int(label.y.sum()), label.y.mean()
        axes.set(xlabel="recall", ylabel="precision", xlim=_SHARES, ylim=_SHARES)
        axes.axhline(share, color="0.6", lw=0.8, ls=(0, (2, 2)))
        if not n:
            _subtitle(axes, f"0 of {len(label.y):,} rows")
            axes.text(0.5, 0.5, "no row has it", ha="center", color=GREY)
            return
        precision, recall, thresholds = precision_recall_curve(label.y, label.proba, drop_intermediate=True)
        axes.plot(recall, precision, color=colour, lw=1.4)
        ap, low, high = Estimate.of(average_precision(label.y, label.proba, label.weights)).score()
        _subtitle(axes, f"AP {ap:.2f} [{low:.2f}, {high:.2f}], {n:,} of {len(label.y):,} rows")
        for cut, p, r in zip([*thresholds, np.nan], precision, recall, strict=True):
            rows.append(_rounded(columns, label.name, cut, p, r, False))
        hits = float((label.y * label.decided).sum())
        if label.decided.any():
            point = hits / n, hits / float(label.decided.sum())
            axes.plot(*point, "o", color=colour, ms=5.5, mec="black", mew=0.8, zorder=3, clip_on=False)
            rows.append(_rounded(columns, label.name, np.nan, point[1], point[0], True))

    return Chart(_small_multiples(labels, width, draw), rows, columns)


def reliability_chart(labels: Sequence[Judged], width: str = "double") -> Chart:
    """Draw the observed share against the probability, a panel a label, in bins of equally many rows.

    Parameters are those of ``pr_chart``. Intervals come from resamples of documents, as those of the matrix.
    """
    columns = ("label", "probability", "share", "share_low", "share_high", "rows")
    rows: list[dict[str, Any]] = []

    def draw(axes: Any, label: Judged, colour: str) -> None:
        bins = reliability_bins(label.proba)
        means = [label.proba[b].mean() for b in bins]
        drawn = [ratio(label.weights[1:, b] @ label.y[b], label.weights[1:, b].sum(axis=1)) for b in bins]
        found = [share_score(label.y[b].sum(), len(b), again) for b, again in zip(bins, drawn, strict=True)]
        shares, low, high = zip(*found, strict=True)
        axes.plot([0, 1], [0, 1], color="0.6", lw=0.8, ls=(0, (2, 2)), zorder=0)
        axes.vlines(means, low, high, color=colour, lw=1)
        axes.plot(means, shares, marker="o", ms=3.5, lw=0.8, color=colour)
        axes.set(xlabel="predicted probability", ylabel="observed share", xlim=_SHARES, ylim=_SHARES)
        _subtitle(axes, f"{int(label.y.sum()):,} of {len(label.y):,} rows")
        for mean, share, rows_of in zip(means, found, bins, strict=True):
            rows.append(_rounded(columns, label.name, mean, *share, len(rows_of)))

    return Chart(_small_multiples(labels, width, draw), rows, columns)


def _rounded(columns: Sequence[str], *values: Any) -> dict[str, Any]:
    return {
        name: round(float(value), 6) if isinstance(value, float | np.floating) else value
        for name, value in zip(columns, values, strict=True)
    }


def _subtitle(axes: Any, text: str) -> None:
    axes.text(0, 1.03, text, transform=axes.transAxes, va="bottom", fontsize=6.5, color=GREY)


def _small_multiples(labels: Sequence[Judged], width: str, draw: Callable[[Any, Judged, str], None]) -> Any:
    inches = WIDTHS[width]
    n_columns = min(len(labels), 3 if width == "double" else 2)
    n_lines = -(-len(labels) // n_columns)
    side = inches / max(n_columns, 2)
    with print_style():
        figure, axes = panels(n_lines, n_columns, side * n_columns, side * n_lines, sharex=True, sharey=True)
        for number, (label, place) in enumerate(zip(labels, axes.flat, strict=False)):
            draw(place, label, COLOURS[number % len(COLOURS)])
            place.set_title(label_text(label.name), fontweight="bold", pad=13)
            place.set_box_aspect(1)
            place.xaxis.set_tick_params(labelbottom=True)
            if number % n_columns:
                place.set_ylabel("")
        for place in axes.flat[len(labels) :]:
            place.set_visible(False)
    return figure
