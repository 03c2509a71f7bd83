"""What it is worth to let people code a part of a corpus: the doubtful rows first, or any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framing.measure.finished import finished_alpha, most_doubtful
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.report.print_style import COLOURS, GREY, Chart, label_panels, print_style
from framing.scores import Score
from framing.shares.study import Study

_SHARES = tuple(i / 20 for i in range(20))
_ORDERS = ("doubtful first", "any order")
RELIABLE = 0.8  # what Krippendorff (2004, chapter 11) asks of data that conclusions rest on


@dataclass(frozen=True)
class FinishedRow:
    """How reliable the finished data are.

    Parameters
    ----------
    label, order
        Of which label, and in which order people code.
    share
        The part of the corpus that people code.
    alpha
        Krippendorff's alpha with what they would say of all of it, and its 95 % interval.
    """

    label: str
    order: str
    share: float
    alpha: Score


def finished_rows(study: Study, n_replicates: int = 1000) -> list[FinishedRow]:
    """Estimate it from the coded rows of a study, for each label and each twentieth of the corpus.

    A row that is left open and that people do not code goes by its probability, from a half on. Intervals are of
    resampled documents.

    Parameters
    ----------
    study
        Predictions and coded rows.
    n_replicates
        Resamples.
    """
    corpus, gold = study.corpus, study.gold
    found = []
    for j, label in enumerate(corpus.labels):
        known = ~np.isnan(gold.codes[:, j])
        rows, y = gold.rows[known], gold.codes[known, j]
        rank = np.empty(len(corpus.units))
        rank[most_doubtful(corpus.proba[:, j], corpus.decided[:, j])] = np.arange(len(corpus.units))
        decided = np.where(np.isnan(corpus.decided[:, j]), corpus.proba[:, j] >= 0.5, corpus.decided[:, j])[rows] == 1
        units = np.unique(corpus.units[rows], return_inverse=True)[1]
        W = bootstrap_weights(units, n_replicates) / gold.probability[known]
        for share in _SHARES:
            first = (rank[rows] < share * len(corpus.units)).astype(float)
            for order, by_people in zip(_ORDERS, (first, np.full(len(rows), share)), strict=True):
                alpha = Estimate.of(finished_alpha(y, decided, by_people, W)).score()
                found.append(FinishedRow(label, order, share, alpha))
    return found


def finished_chart(rows: Sequence[FinishedRow], width: str = "double") -> Chart:
    """Draw a panel a label: alpha of the finished data against the share that people code.

    Parameters
    ----------
    rows
        As of ``finished_rows``.
    width
        ``"single"`` or ``"double"``: columns of a journal.
    """
    labels = list(dict.fromkeys(row.label for row in rows))
    with print_style():
        figure, places = label_panels(labels, width, 2.1, 0.2)
        for label, place in zip(labels, places, strict=True):
            _finished_panel(place, [row for row in rows if row.label == label])
        places[0].legend(frameon=False, fontsize=6.5, loc="lower right")
        places[0].set_ylabel("alpha of the finished data")
        lowest = min((row.alpha.low for row in rows if row.alpha.low == row.alpha.low), default=0.0)
        places[0].set_ylim(min(lowest, RELIABLE) - 0.03, 1.02)
        note = (
            "Share that people code. Bands: 95 % intervals. An alpha of 1: no error was seen, which is not to say none."
        )
        figure.supxlabel(note, fontsize=6.5, color=GREY, x=0.01, ha="left")
    columns = ("label", "order", "share", "alpha", "low", "high")
    data = [dict(zip(columns, (r.label, r.order, r.share, *r.alpha), strict=True)) for r in rows]
    return Chart(figure, data, columns)


def _finished_panel(axes: Any, rows: Sequence[FinishedRow]) -> None:
    from matplotlib.ticker import PercentFormatter

    for order, colour, line in zip(_ORDERS, (COLOURS[2], COLOURS[4]), ("-", (0, (4, 2))), strict=True):
        of_order = [row for row in rows if row.order == order]
        shares, alphas = [row.share for row in of_order], [row.alpha for row in of_order]
        axes.fill_between(shares, [a.low for a in alphas], [a.high for a in alphas], color=colour, alpha=0.15, lw=0)
        axes.plot(shares, [a.value for a in alphas], color=colour, ls=line, lw=1.4, label=order)
    axes.axhline(RELIABLE, color="0.6", lw=0.8, ls=(0, (2, 2)))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set(xlim=(0, 0.95))
