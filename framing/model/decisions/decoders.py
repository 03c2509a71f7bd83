"""Decoders: how labels become problems for the heads, and the heads' probabilities labels again."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from framing.arrays import Codes, Decided, Proba, Rows, Scores, Values
from framing.errors import FramingWarning
from framing.model.decisions.conformal import prediction_sets
from framing.model.decisions.held_out import HeldOutSummary
from framing.model.decisions.priors import PriorShift, adapt_documents, adapt_to_priors
from framing.model.decisions.thresholds import MICRO_F1, Curve, bounds, pooled

# The class of a stance that means no side: what is left where no side is decided.
NEUTRAL = "neutral"


class Decoder(Protocol):
    """What a task's labels are to each other: any number of them in a sentence, or exactly one.

    A *problem* is what one head learns: rows and a class number for each. ``n_classes`` is that of each problem.
    """

    exclusive: ClassVar[bool]

    @property
    def labels(self) -> tuple[str, ...]:
        """Label names; the order of all columns."""

    @property
    def n_classes(self) -> int:
        """Classes of a problem."""

    def problems(self, Y: Codes) -> list[tuple[Rows, Rows]]:
        """Return (row numbers, class numbers) of each problem; rows that were not coded are left out."""

    def proba(self, of_problems: Sequence[Proba]) -> Proba:
        """Return the labels' probabilities from those of each problem's classes, shape (n_sentences, n_labels)."""

    def label_scores(self, of_problems: Sequence[Scores]) -> Scores:
        """Return the labels' log-odds from the scores of each problem's classes, shape (n_sentences, n_labels)."""

    def thresholds(self, curves: Sequence[Curve], goal: str, warn: bool = False) -> dict[str, float]:
        """Return the threshold of each label for a goal, where labels have thresholds; ``curves`` has one a label."""

    def decide(self, proba: Proba, thresholds: Mapping[str, float]) -> Decided:
        """Return which labels are decided, shape (n_sentences, n_labels)."""

    def decide_at_risk(self, proba: Proba, held_out: Sequence[HeldOutSummary], risk: float) -> tuple[Decided, Decided]:
        """Return the labels decided for and those left open at a risk, each of shape (n_sentences, n_labels)."""

    def adapt(
        self, proba: Proba, held_out: Sequence[HeldOutSummary], documents: Rows | None = None
    ) -> tuple[Proba, PriorShift]:
        """Return probabilities moved to the shares of their batch or, by its number, their document; and the shares."""


@dataclass(frozen=True)
class AnyOf:
    """Any number of the labels in a sentence: a problem of two classes each, a threshold each.

    Examples
    --------
    >>> decoder = AnyOf(("gain", "risk"))
    >>> decoder.decide(np.array([[0.6, 0.6], [0.2, 0.1]]), {"gain": 0.5, "risk": 0.7}).tolist()
    [[True, False], [False, False]]
    """

    labels: tuple[str, ...]
    exclusive: ClassVar[bool] = False
    n_classes: ClassVar[int] = 2

    def problems(self, Y: Codes) -> list[tuple[Rows, Rows]]:
        """See ``Decoder``."""
        coded = [np.flatnonzero(~np.isnan(column)) for column in Y.T]
        return [(rows, Y[rows, j].astype(int)) for j, rows in enumerate(coded)]

    def proba(self, of_problems: Sequence[Proba]) -> Proba:
        """See ``Decoder``."""
        return np.column_stack([proba[:, 1] for proba in of_problems])

    def label_scores(self, of_problems: Sequence[Scores]) -> Scores:
        """See ``Decoder``."""
        return np.column_stack([scores[:, 1] - scores[:, 0] for scores in of_problems])

    def thresholds(self, curves: Sequence[Curve], goal: str, warn: bool = False) -> dict[str, float]:
        """See ``Decoder``; ``warn`` of a label whose curve cannot reach the goal. ``micro_f1`` has one for all."""
        if goal == MICRO_F1:
            return dict.fromkeys(self.labels, pooled(curves).choose(goal))
        pairs = zip(self.labels, curves, strict=True)
        return {label: curve.choose(goal, label if warn else None) for label, curve in pairs}

    def decide(self, proba: Proba, thresholds: Mapping[str, float]) -> Decided:
        """See ``Decoder``."""
        return proba >= np.array([thresholds[label] for label in self.labels])

    def decide_at_risk(self, proba: Proba, held_out: Sequence[HeldOutSummary], risk: float) -> tuple[Decided, Decided]:
        """See ``Decoder``; a label is open where neither or both of its classes can be ruled out."""
        sets = [
            prediction_sets(_both(p), summary.conformity, risk) for p, summary in zip(proba.T, held_out, strict=True)
        ]
        present = np.column_stack([found[:, 1] & ~found[:, 0] for found in sets])
        return present, np.column_stack([found[:, 0] == found[:, 1] for found in sets])

    def adapt(
        self, proba: Proba, held_out: Sequence[HeldOutSummary], documents: Rows | None = None
    ) -> tuple[Proba, PriorShift]:
        """See ``Decoder``."""
        pairs = zip(proba.T, held_out, strict=True)
        moved = [_moved_to_shares(_both(p), summary.shares, documents) for p, summary in pairs]
        trained = tuple(float(summary.shares[1]) for summary in held_out)
        estimated = tuple(float(shares[1]) for _, shares in moved)
        return self.proba([p for p, _ in moved]), PriorShift(self.labels, trained, estimated, _n_documents(documents))


@dataclass(frozen=True)
class OneOf:
    """Exactly one of the labels in a sentence: one problem of all classes, the likeliest is taken.

    Examples
    --------
    >>> OneOf(("favor", "against", "neutral")).decide(np.array([[0.2, 0.5, 0.3]]), {}).tolist()
    [[False, True, False]]
    """

    labels: tuple[str, ...]
    exclusive: ClassVar[bool] = True

    @property
    def n_classes(self) -> int:
        """See ``Decoder``."""
        return len(self.labels)

    def problems(self, Y: Codes) -> list[tuple[Rows, Rows]]:
        """See ``Decoder``."""
        rows = np.flatnonzero(~np.isnan(Y).any(axis=1))
        return [(rows, Y[rows].argmax(axis=1))]

    def proba(self, of_problems: Sequence[Proba]) -> Proba:
        """See ``Decoder``."""
        return of_problems[0]

    def label_scores(self, of_problems: Sequence[Scores]) -> Scores:
        """See ``Decoder``: a class's score less the mean of the others'."""
        scores = of_problems[0]
        return (scores - scores.mean(axis=1, keepdims=True)) * self.n_classes / max(1, self.n_classes - 1)

    def thresholds(self, curves: Sequence[Curve], goal: str, warn: bool = False) -> dict[str, float]:
        """Return none: the likeliest label is taken."""
        return {}

    def decide(self, proba: Proba, thresholds: Mapping[str, float]) -> Decided:
        """See ``Decoder``."""
        return np.eye(len(self.labels), dtype=bool)[proba.argmax(axis=1)]

    def decide_at_risk(self, proba: Proba, held_out: Sequence[HeldOutSummary], risk: float) -> tuple[Decided, Decided]:
        """See ``Decoder``; open are the classes that cannot be ruled out, where that is not one alone."""
        sets = prediction_sets(proba, held_out[0].conformity, risk)
        open_ = sets.sum(axis=1) != 1
        # Empty prediction set: no class conforms, so all are left open.
        left = np.where(sets.any(axis=1, keepdims=True), sets, True) & open_[:, None]
        return sets & ~open_[:, None], left

    def adapt(
        self, proba: Proba, held_out: Sequence[HeldOutSummary], documents: Rows | None = None
    ) -> tuple[Proba, PriorShift]:
        """See ``Decoder``."""
        trained = held_out[0].shares
        adapted, shares = _moved_to_shares(proba, trained, documents)
        shift = PriorShift(self.labels, tuple(trained.tolist()), tuple(shares.tolist()), _n_documents(documents))
        return adapted, shift


@dataclass(frozen=True)
class SideOf(OneOf):
    """Exactly one class of a stance: the likeliest, or with thresholds a side that reaches its own, else ``neutral``.

    A side is any class but ``neutral``. Where two sides reach their thresholds, the one with the larger ratio of
    probability to threshold is taken. A side without a threshold, where another has one, must be the likeliest class:
    its threshold is the highest probability of the others.

    Examples
    --------
    >>> stance = SideOf(("favor", "against", "neutral"))
    >>> proba = np.array([[0.4, 0.35, 0.25], [0.2, 0.5, 0.3], [0.6, 0.1, 0.3]])
    >>> [stance.labels[k] for k in stance.decide(proba, {}).argmax(axis=1)]
    ['favor', 'against', 'favor']
    >>> [stance.labels[k] for k in stance.decide(proba, {"favor": 0.5, "against": 0.3}).argmax(axis=1)]
    ['against', 'against', 'favor']
    """

    @property
    def sides(self) -> tuple[str, ...]:
        """The classes that can have a threshold: none where no class is called ``neutral``."""
        return tuple(label for label in self.labels if label != NEUTRAL) if NEUTRAL in self.labels else ()

    def thresholds(self, curves: Sequence[Curve], goal: str, warn: bool = False) -> dict[str, float]:
        """Return the sides' thresholds for a bound; none for another goal, without sides, or without curves.

        ``warn`` where a bound cannot be held, and of each side whose curve cannot reach it.
        """
        if not bounds(goal):
            return {}
        if not self.sides or not curves:
            if warn:
                why = (
                    "this model was saved before goals held for the stance; train it anew"
                    if self.sides
                    else f"none of its classes is called {NEUTRAL}, which is left where no side is decided"
                )
                warnings.warn(f"goal {goal}: the likeliest stance is taken: {why}", FramingWarning, stacklevel=2)
            return {}
        of_labels = dict(zip(self.labels, curves, strict=True))
        return {side: of_labels[side].choose(goal, f"stance {side}" if warn else None) for side in self.sides}

    def decide(self, proba: Proba, thresholds: Mapping[str, float]) -> Decided:
        """See ``Decoder``; without thresholds the likeliest class."""
        sides = self.sides
        if not any(side in thresholds for side in sides):
            return super().decide(proba, thresholds)
        columns = [self.labels.index(side) for side in sides]
        needed = np.column_stack(
            [
                np.full(len(proba), thresholds[side]) if side in thresholds else np.delete(proba, k, axis=1).max(axis=1)
                for side, k in zip(sides, columns, strict=True)
            ]
        )
        own = proba[:, columns]
        ratio = np.where(own >= needed, own / np.maximum(needed, 1e-12), -1.0)
        found = np.array(columns)[ratio.argmax(axis=1)]
        found[(own < needed).all(axis=1)] = self.labels.index(NEUTRAL)
        return np.eye(len(self.labels), dtype=bool)[found]


def never_more(plain: Decided, decided: Decided, left_open: Decided, exclusive: bool) -> tuple[Decided, Decided]:
    """Take back what was decided at a risk and would not be decided without one: it is left open.

    To leave more open makes no error more, so that the risk is held all the same.

    Parameters
    ----------
    plain
        What is decided without a risk.
    decided, left_open
        What is decided, and left open, at a risk; each of shape (n_sentences, n_labels).
    exclusive
        Whether exactly one label holds: where it is another one than the plain one, both are left open.

    Examples
    --------
    >>> plain, decided = np.array([[False, True]]), np.array([[True, True]])
    >>> [part.tolist() for part in never_more(plain, decided, np.zeros_like(plain), exclusive=False)]
    [[[False, True]], [[True, False]]]
    """
    added = decided & ~plain
    if not exclusive:
        return decided & plain, left_open | added
    other = added.any(axis=1, keepdims=True)
    return decided & ~other, left_open | (other & (decided | plain))


def decoder_of(labels: Sequence[str], exclusive: bool, task: str = "frames") -> Decoder:
    """Return the decoder of a task's labels, which exclude each other or do not."""
    if not exclusive:
        return AnyOf(tuple(labels))
    return SideOf(tuple(labels)) if task == "stance" else OneOf(tuple(labels))


def _both(present: Proba) -> Proba:
    """Return the probabilities of absent and present, shape (n_sentences, 2)."""
    return np.column_stack([1 - present, present])


def _moved_to_shares(proba: Proba, trained: Values, documents: Rows | None) -> tuple[Proba, Values]:
    """Return probabilities moved to the shares of the batch or of each document, and the mean shares of a sentence."""
    if documents is None:
        return adapt_to_priors(proba, trained)
    adapted, shares = adapt_documents(proba, trained, documents)
    return adapted, shares[documents].mean(axis=0)


def _n_documents(documents: Rows | None) -> int:
    return 0 if documents is None else int(documents.max()) + 1
