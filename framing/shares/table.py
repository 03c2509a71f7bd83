"""The table of shares: naive, coded only and corrected, by label and by group, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framing.arrays import Rows, Values
from framing.measure.design import Design
from framing.measure.shares import (
    FEWEST,
    Shares,
    coded_share,
    codes_saved,
    corrected_share,
    naive_share,
    simultaneous,
    without_few,
)
from framing.periods import PERIODS, period_number
from framing.scores import Score
from framing.shares.corpus import Corpus, Groups
from framing.shares.gold import Gold

ESTIMATORS = ("naive", "coded_only", "corrected")
TOO_FEW = "too few"
NO_BETTER = "no better than coded only"
_WORTH = 1.05  # times as many codes from which the model is said to have saved some


@dataclass(frozen=True)
class ShareRow:
    """The shares of one label in one group.

    Parameters
    ----------
    by, group
        What makes the group, and its values.
    label
        The label.
    rows, coded, documents
        Rows of the corpus, coded rows, and the documents that these lie in.
    naive, coded_only, corrected
        Shares with their intervals; nan where they cannot be told.
    power
        How far the predictions were trusted, 0 to 1.
    saved
        How many times as many codes the same interval would have needed without the model.
    note
        ``"too few"``, ``"no better than coded only"`` or empty.
    """

    by: tuple[str, ...]
    group: tuple[str, ...]
    label: str
    rows: int
    coded: int
    documents: int
    naive: Score
    coded_only: Score
    corrected: Score
    power: float
    saved: float
    note: str = ""


@dataclass(frozen=True)
class DifferenceRow:
    """By how much the share of a label in one group is above that in another."""

    by: tuple[str, ...]
    group: tuple[str, ...]
    against: tuple[str, ...]
    label: str
    naive: Score
    coded_only: Score
    corrected: Score


@dataclass(frozen=True)
class ShareTable:
    """Shares, and how they were made.

    Parameters
    ----------
    rows, differences
        The shares, and what they differ by where that was asked for.
    level
        Of each interval: more than 0.95 where they hold for all labels together.
    finite
        Whether the shares are those of this corpus, or of what it is a sample of.
    cross_fitted
        Coded rows that the model learned from, their prediction made by a fold that did not.
    """

    rows: tuple[ShareRow, ...]
    differences: tuple[DifferenceRow, ...] = ()
    level: float = 0.95
    finite: bool = True
    cross_fitted: int = 0

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row a group, label and estimator: tidy, as R and pandas like it."""
        rows: list[ShareRow | DifferenceRow] = [*self.rows, *self.differences]
        return [_tidy(row, estimator) for row in rows for estimator in ESTIMATORS]


def share_table(
    corpus: Corpus,
    gold: Gold,
    groupings: Sequence[Groups],
    *,
    finite: bool = True,
    together: bool = False,
    differences: bool = False,
    cross_fitted: int = 0,
) -> ShareTable:
    """Estimate the shares of each label in each group, naive, coded only and corrected.

    Parameters
    ----------
    corpus
        What is predicted.
    gold
        What is coded of it, and how that was drawn.
    groupings
        The parts to tell apart; the shares of all rows are told first in any case.
    finite
        As of ``ShareTable``.
    together
        Whether the intervals of the labels shall hold together: Šidák's, per group.
    differences
        Whether to compare each group with the largest of its grouping; periods with the first, and their slope.
    cross_fitted
        As of ``ShareTable``; it is passed on.

    Examples
    --------
    >>> p = np.linspace(0, 1, 101)[:, None]
    >>> corpus = Corpus(("gain",), p, (p > 0.5).astype(float), np.arange(101))
    >>> gold = Gold(np.arange(0, 101, 2), (p[::2] > 0.45).astype(float), np.full(51, 0.5), np.zeros(51, dtype=int))
    >>> row, = share_table(corpus, gold, []).rows
    >>> row.naive.value, row.coded_only.value, row.corrected.value, round(row.saved, 1)
    (0.49505, 0.54902, 0.54902, 3.0)
    """
    everything = Groups((), ((),), np.zeros(len(corpus.units), dtype=np.intp))
    level = simultaneous(0.95, len(corpus.labels)) if together else 0.95
    rows: list[ShareRow] = []
    compared: list[DifferenceRow] = []
    for groups in (everything, *groupings):
        found = [_Estimates(corpus, gold, groups, j, finite) for j in range(len(corpus.labels))]
        by_label = [one.rows(level) for one in found]
        rows += [row for group in zip(*by_label, strict=True) for row in group]
        if differences and groups.by:
            compared += [row for one in found for row in one.differences(level)]
    return ShareTable(tuple(rows), tuple(compared), level, finite, cross_fitted)


class _Estimates:
    """The three estimates of one label in the groups of one grouping."""

    def __init__(self, corpus: Corpus, gold: Gold, groups: Groups, j: int, finite: bool) -> None:
        self.groups, self.label = groups, corpus.labels[j]
        n = len(groups.names)
        self.sizes = np.bincount(groups.of_row, minlength=n)
        coded = ~np.isnan(gold.codes[:, j])
        of_coded = groups.of_row[gold.rows[coded]]
        self.coded = np.bincount(of_coded, minlength=n)
        # Only those with enough: of thousands of holders most have no code.
        self.told = np.flatnonzero(self.coded >= FEWEST)
        member: Values = (of_coded[:, None] == self.told).astype(float)
        rows = gold.rows[coded]
        design = Design(gold.probability[coded], corpus.units[rows], gold.strata[coded], finite)
        y, f = gold.codes[coded, j], corpus.proba[:, j]
        self.naive = naive_share(corpus.decided[:, j], corpus.units, groups.of_row, n)
        means = naive_share(f, corpus.units, groups.of_row, n)
        self.coded_only = without_few(coded_share(y, design, member))
        further = None if finite else np.diag(means.deviations[0, self.told])
        self.corrected = without_few(
            corrected_share(y, f[rows], means.value[self.told], design, member, mean_deviations=further)
        )
        self.documents = _units_of_groups(corpus.units[rows], of_coded, n)

    def rows(self, level: float) -> list[ShareRow]:
        naive = _rounded_scores(self.naive, level)
        told = {int(g): i for i, g in enumerate(self.told)}
        coded, corrected = _rounded_scores(self.coded_only, level), _rounded_scores(self.corrected, level)
        saved = codes_saved(self.coded_only, self.corrected)
        rows = []
        for g, name in enumerate(self.groups.names):
            i = told.get(g, -1)
            alone, mended, power, worth, note = _NAN, _NAN, float("nan"), float("nan"), TOO_FEW
            if i >= 0 and not np.isnan(self.corrected.value[i]):
                alone, mended, power, worth = coded[i], corrected[i], self.corrected.power, float(saved[i])
                note = "" if worth >= _WORTH else NO_BETTER
            counts = (int(self.sizes[g]), int(self.coded[g]), int(self.documents[g]))
            shares = (naive[g], alone, mended)
            rows.append(ShareRow(self.groups.by, name, self.label, *counts, *shares, power, worth, note))
        return rows

    def differences(self, level: float) -> list[DifferenceRow]:
        """Compare groups that are told with the largest; periods with the first, and say how they change on average."""
        known = [i for i in range(len(self.told)) if not np.isnan(self.corrected.value[i])]
        if len(known) < 2:
            return []
        names = [self.groups.names[g] for g in self.told]
        dated = any(name in PERIODS for name in self.groups.by)
        first = min(known, key=lambda i: names[i]) if dated else max(known, key=lambda i: self.sizes[self.told[i]])
        contrasts = [(names[i], {i: 1.0, first: -1.0}) for i in known if i != first]
        if self.groups.by in [(period,) for period in PERIODS]:
            contrasts += _slope(self.groups.by[0], {i: names[i][0] for i in known if names[i][0]})
        rows = []
        for name, weights in contrasts:
            a = np.array([weights.get(i, 0.0) for i in range(len(self.told))])
            all_shares = (_apart(self.naive, self.told), self.coded_only, self.corrected)
            scores = [_rounded_score(*shares.contrast(a, level)) for shares in all_shares]
            rows.append(DifferenceRow(self.groups.by, name, names[first], self.label, *scores))
        return rows


def _slope(period: str, names: dict[int, str]) -> list[tuple[tuple[str], dict[int, float]]]:
    """Return the weights of periods in the slope of a line through their shares, where there are three at least."""
    if len(names) < 3:
        return []
    numbers: Values = np.array([period_number(name) for name in names.values()], dtype=float)
    numbers -= numbers.mean()
    return [((f"per {period}",), dict(zip(names, (numbers / (numbers**2).sum()).tolist(), strict=True)))]


def _apart(shares: Shares, groups: Rows) -> Shares:
    """Return the naive shares of some groups, each with an error of its own."""
    deviations = np.diag(shares.deviations[0, groups])
    counts = (shares.rows[groups], shares.units[groups], shares.freedom[groups])
    return Shares(shares.value[groups], deviations, *counts, shares.unseen[groups], shares.most)


_NAN = Score(float("nan"), float("nan"), float("nan"))


def _rounded_scores(shares: Shares, level: float) -> list[Score]:
    low, high = shares.interval(level)
    value = np.clip(shares.value, 0, 1)  # a mended share may come out a little below nothing
    return [_rounded_score(*three) for three in zip(value.tolist(), low.tolist(), high.tolist(), strict=True)]


def _rounded_score(value: float, low: float, high: float) -> Score:
    return Score(round(value, 6), round(low, 6), round(high, 6))


def _units_of_groups(units: Rows, groups: Rows, n: int) -> Rows:
    pairs = np.unique(np.stack([groups, units]), axis=1)
    return np.bincount(pairs[0], minlength=n)


def _tidy(row: ShareRow | DifferenceRow, estimator: str) -> dict[str, Any]:
    score: Score = getattr(row, estimator)
    against = row.against if isinstance(row, DifferenceRow) else ()
    tidy: dict[str, Any] = {
        "by": ",".join(row.by),
        "group": " / ".join(row.group),
        "against": " / ".join(against),
        "label": row.label,
        "estimator": estimator,
        "share": score.value,
        "low": score.low,
        "high": score.high,
    }
    counts = ("rows", "coded", "documents", "power", "saved", "note")
    return tidy | {name: getattr(row, name, None) for name in counts} | dict(zip(row.by, row.group, strict=True))
