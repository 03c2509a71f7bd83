"""Agreement beyond chance of codes that are sets of labels: Krippendorff's alpha, Gwet's AC1, and F1 between coders.

One label that is there or not, one class of several, and any number of labels are all sets; their distance is MASI,
which between sets of at most one label is 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from framing.arrays import Codes, Values, Weights
from framing.measure.intervals import ratio


def masi_distance(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how far two label sets are apart: 0 where they are equal, 1 where they share nothing (Passonneau 2006).

    It is one minus the shared part of all labels, which counts two thirds where one set contains the other, and one
    third where they merely overlap.

    Examples
    --------
    >>> round(masi_distance(frozenset({"gain"}), frozenset({"gain", "risk"})), 4)  # 1 - 1/2 * 2/3
    0.6667
    """
    if one == other:
        return 0.0
    shared = len(one & other)
    return 1 - shared / len(one | other) * (2 / 3 if one <= other or other <= one else 1 / 3)


def masi_distances(sets: Sequence[frozenset[str]]) -> Values:
    """Return the distance of each two label sets, shape (n_sets, n_sets)."""
    return np.array([[masi_distance(one, other) for other in sets] for one in sets])


def value_counts(codes: Codes, n_values: int) -> Codes:
    """Return how many coders gave each value to each unit, shape (n_units, n_values).

    Parameters
    ----------
    codes
        Numbers of values, shape (n_coders, n_units), nan where a coder did not code.
    n_values
        How many values there are.
    """
    counts = np.zeros((codes.shape[1], n_values))
    for row in codes:
        units = np.flatnonzero(~np.isnan(row))
        counts[units, row[units].astype(int)] += 1
    return counts


def alphas(counts: Codes, W: Weights, distances: Values) -> Values:
    """Return Krippendorff's alpha under each weighting of the units: one minus observed over expected disagreement.

    Parameters
    ----------
    counts
        As ``value_counts`` gives them.
    W
        Weights of the units, shape (n_weightings, n_units).
    distances
        Of each two values, shape (n_values, n_values).

    Returns
    -------
    ndarray of shape (n_weightings,)
        nan where all codes are equal.

    Notes
    -----
    K. Krippendorff, *Content Analysis* (2019, chapter 12).
    """
    coders = counts.sum(axis=1)
    counts, W, coders = counts[coders > 1], W[:, coders > 1], coders[coders > 1]
    # Pairs of codes within a unit, each unit weighing as many codes as it has.
    apart = ((counts @ distances) * counts).sum(axis=1) / (coders - 1)
    totals = W @ counts
    n = totals.sum(axis=1)
    expected = ((totals @ distances) * totals).sum(axis=1) / np.maximum(n - 1, 1)
    return 1 - ratio(W @ apart, expected)


def gwet_coefficients(counts: Codes, W: Weights, distances: Values, n_classes: int) -> Values:
    """Return Gwet's AC1 under each weighting of the units; with distances other than 0 and 1 it is his AC2.

    Unlike alpha it does not fall to nothing where nearly all units get the same code.

    Parameters
    ----------
    counts, W, distances
        As of ``alphas``.
    n_classes
        How many values a coder could choose from, at least those that are there.

    Returns
    -------
    ndarray of shape (n_weightings,)

    Notes
    -----
    K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement", *British Journal
    of Mathematical and Statistical Psychology* 61 (2008).

    Examples
    --------
    >>> counts = np.array([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [1.0, 1.0]])  # of four units, two coders differ on one
    >>> gwet_coefficients(counts, np.ones((1, 4)), 1 - np.eye(2), 2).round(3).tolist()  # chance: 2 * 7/8 * 1/8
    [0.68]
    """
    near = 1 - distances
    coders = counts.sum(axis=1)
    several = coders > 1
    agreed = (counts * (counts @ near - 1)).sum(axis=1)[several] / (coders * (coders - 1))[several]
    observed = ratio(W[:, several] @ agreed, W[:, several].sum(axis=1))
    shares = W @ (counts / np.maximum(coders, 1)[:, None]) / W.sum(axis=1)[:, None]
    n = max(n_classes, len(distances), 2)
    weight = near.sum() + (n - len(distances))
    by_chance = weight / (n * (n - 1)) * (shares * (1 - shares)).sum(axis=1)
    return ratio(observed - by_chance, 1 - by_chance)


def pairwise_f1(codes: Codes, members: Codes, W: Weights) -> Values:
    """Return the F1 of one coder against another, pairs added up, the mean over labels that somebody gave.

    Parameters
    ----------
    codes
        Numbers of values, shape (n_coders, n_units), nan where a coder did not code.
    members
        Which labels each value has, shape (n_values, n_labels).
    W
        Weights of the units, shape (n_weightings, n_units).

    Returns
    -------
    ndarray of shape (n_weightings,)
        nan where no label was given.

    Examples
    --------
    >>> codes = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    >>> pairwise_f1(codes, np.array([[0.0], [1.0]]), np.ones((1, 3))).round(3).tolist()
    [0.667]
    """
    both, given = np.zeros((2, codes.shape[1], members.shape[1]))
    for one, other in combinations(codes, 2):
        units = np.flatnonzero(~np.isnan(one) & ~np.isnan(other))
        first, second = members[one[units].astype(int)], members[other[units].astype(int)]
        both[units] += first * second
        given[units] += first + second
    by_label = ratio(2 * (W @ both), W @ given)
    there = ~np.isnan(by_label)
    return ratio(np.where(there, by_label, 0.0).sum(axis=1), there.sum(axis=1).astype(float))
