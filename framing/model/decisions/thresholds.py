"""Thresholds for a goal: what precision and recall a threshold gave on held-out probabilities, and which to take."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Proba, Rows, Values
from framing.errors import ConfigError, FramingWarning

F1, MICRO_F1 = "f1", "micro_f1"
_GOAL = re.compile(r"(precision|recall)>=(\d*\.?\d+)")
_POINTS = 200  # of a curve that is saved with a model


def check_goal(goal: str, option: str = "goal") -> str:
    """Return the goal, or say which there are.

    Parameters
    ----------
    goal
        ``f1``, ``micro_f1``, ``count``, or a bound such as ``precision>=0.9`` or ``recall>=0.9``.
    option
        How the error calls it.

    Raises
    ------
    ConfigError
        It is none of ``f1``, ``micro_f1``, ``count``, ``precision>=P`` and ``recall>=P``.

    Examples
    --------
    >>> check_goal("precision>=0.9")
    'precision>=0.9'
    """
    bound = _GOAL.fullmatch(goal) if isinstance(goal, str) else None
    if goal not in (F1, MICRO_F1, "count") and not (bound and 0 < float(bound[2]) <= 1):
        raise ConfigError(
            f"{option} {goal}: no such goal of a threshold; expected f1, micro_f1, count, or a bound such as "
            "precision>=0.9 or recall>=0.9, over 0 and up to 1"
        )
    return goal


def bounds(goal: str) -> bool:
    """Say whether a goal is a bound, on precision or on recall.

    Examples
    --------
    >>> [bounds(goal) for goal in ("precision>=0.9", "recall>=0.8", "f1", "count")]
    [True, True, False, False]
    """
    return _GOAL.fullmatch(goal) is not None


@dataclass(frozen=True)
class Curve:
    """What each threshold of one label gives, from the highest threshold to the lowest.

    A threshold lies halfway between two neighbouring probabilities, so that it is no sample's own.

    Parameters
    ----------
    thresholds, precision, recall
        Shape (n_points,).
    count
        The number decided over the number of positives, shape (n_points,).
    positives
        The number of positives, or what is proportional to it in all curves of a task.
    """

    thresholds: Values
    precision: Values
    recall: Values
    count: Values
    positives: float

    @classmethod
    def fit(cls, y: Values, proba: Proba) -> Curve:
        """Measure the curve, a point for each distinct probability; without a positive there is none.

        Parameters
        ----------
        y
            1 present, 0 absent, shape (n_samples,).
        proba
            Probabilities, shape (n_samples,).

        Examples
        --------
        >>> Curve.fit(np.array([0, 1, 1]), np.array([0.2, 0.4, 0.9])).thresholds.tolist()
        [0.65, 0.3, 0.1]
        """
        positives = float(np.sum(y))
        if positives <= 0:
            nothing = np.zeros(0)
            return cls(nothing, nothing, nothing, nothing, positives=0.0)
        order = np.argsort(-proba, kind="stable")
        ranked = proba[order]
        last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # equal probabilities enter together
        hits, decided = np.cumsum(y[order])[last], last + 1.0
        lower = np.append(ranked[last[1:]], 0.0)
        thresholds = np.round((ranked[last] + lower) / 2, 12)
        return cls(thresholds, hits / decided, hits / positives, decided / positives, positives)

    def thin(self, points: int = _POINTS) -> Curve:
        """Keep some points, in equal steps of recall: those where a positive is gained, which the goals choose from."""
        gained = np.flatnonzero(np.diff(self.recall, prepend=0) > 0)
        if len(gained) > points:
            gained = gained[np.linspace(0, len(gained) - 1, points).round().astype(int)]
        # Six digits are more than a few thousand rows can tell; thresholds stay as they are.
        precision, recall, count = (row[gained].round(6) for row in (self.precision, self.recall, self.count))
        return Curve(self.thresholds[gained], precision, recall, count, self.positives)

    def choose(self, goal: str, label: str | None = None) -> float:
        """Return the threshold for a goal; without a positive there is nothing to choose by: 0.5.

        ``f1`` takes the highest F1, and so does ``micro_f1``, which is of several labels' curves together (see
        ``pooled``); ``precision>=P`` the highest recall among thresholds of at least that precision,
        and ``recall>=P`` the other way round; ``count`` the one that decides as many as there are positives.

        Parameters
        ----------
        goal
            As for ``check_goal``.
        label
            Whose curve it is: a goal that cannot be reached is then told, and the nearest to it taken.

        Warns
        -----
        FramingWarning
            The goal cannot be reached; what is reached instead.

        Examples
        --------
        >>> curve = Curve.fit(np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.4, 0.9]))
        >>> [curve.choose(goal) for goal in ("f1", "precision>=0.9", "recall>=0.9", "count")]
        [0.15, 0.65, 0.15, 0.3]
        """
        check_goal(goal)
        if not len(self.thresholds):
            if label is not None and goal != F1:
                warnings.warn(f"{label}: no positive to choose a threshold by; 0.5 is taken", FramingWarning, 2)
            return 0.5
        if goal in (F1, MICRO_F1):
            value = 2 * self.precision * self.recall / np.maximum(self.precision + self.recall, 1e-12)
            return float(self.thresholds[::-1][np.argmax(value[::-1])])  # of equal ones the one that finds more
        if goal == "count":
            value = -np.abs(self.count - 1)
        else:
            name, _, bound = goal.partition(">=")
            held, other = (self.precision, self.recall) if name == "precision" else (self.recall, self.precision)
            enough = held >= float(bound) - 1e-9
            if not enough.any():
                enough = held >= held.max()
                if label is not None:
                    warnings.warn(
                        f"{label}: {goal} was not reached; the threshold for {name} {held.max():.3f}, the highest "
                        "there is, was taken",
                        FramingWarning,
                        stacklevel=2,
                    )
            value = np.where(enough, other, -1.0)
        return float(self.thresholds[np.argmax(value)])


def one_against_rest(y: Rows, proba: Proba) -> list[Curve]:
    """Return the curve of each class against all others.

    Parameters
    ----------
    y
        Class numbers, shape (n_samples,).
    proba
        Shape (n_samples, n_classes).

    Examples
    --------
    >>> proba = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.4, 0.2, 0.4]])
    >>> [curve.thresholds.tolist() for curve in one_against_rest(np.array([0, 1, 2]), proba)]
    [[0.55, 0.3, 0.1], [0.45, 0.1], [0.25, 0.05]]
    """
    return [Curve.fit((y == k).astype(float), p) for k, p in enumerate(proba.T)]


def pooled(curves: Sequence[Curve]) -> Curve:
    """Return the curve of thresholds common to several labels: each pair of a sentence and a label counts as a row.

    Its F1 is micro-F1. Between two points of a label's curve, what is found and decided is interpolated, along the
    logarithm of the threshold since rare labels have mostly low probabilities. A label without a positive has no curve,
    and nothing of it is decided.

    Examples
    --------
    >>> common = Curve.fit(np.array([0, 1, 1, 0]), np.array([0.2, 0.4, 0.9, 0.1]))
    >>> rare = Curve.fit(np.array([0, 0, 0, 1]), np.array([0.4, 0.2, 0.1, 0.9]))
    >>> both = pooled([common, rare])
    >>> both.thresholds.tolist(), both.recall.round(2).tolist()
    ([0.65, 0.3, 0.15, 0.05], [0.67, 1.0, 1.0, 1.0])
    >>> both.choose("f1")
    0.3
    """
    kept = [curve for curve in curves if len(curve.thresholds)]
    thresholds = np.unique(np.concatenate([np.zeros(0), *(curve.thresholds for curve in kept)]))[::-1]
    at = np.log(np.maximum(thresholds, 1e-12))
    hits, decided = np.zeros(len(thresholds)), np.zeros(len(thresholds))
    for curve in kept:
        # Ascending, as interpolation wants them; above the highest nothing is decided.
        own = np.log(np.maximum(curve.thresholds[::-1], 1e-12))
        hits += curve.positives * np.interp(at, own, curve.recall[::-1], right=0.0)
        decided += curve.positives * np.interp(at, own, curve.count[::-1], right=0.0)
    positives = sum(curve.positives for curve in kept)
    return Curve(thresholds, hits / np.maximum(decided, 1e-12), hits / positives, decided / positives, positives)
