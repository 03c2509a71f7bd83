"""What to code next, drawn with known probabilities: where a model is unsure and labels are rare; when to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from framing.arrays import Codes, Decided, Proba, Rows, Values
from framing.errors import InputError
from framing.shares.draw import Drawn

# Of what each row weighs, this part is the same for all, so that none is left out of a count of shares for good; the
# rest is a power of its reasons. Chosen on the benchmarks of experiments/suggest.md: flatter draws saved fewer codes.
_FLOOR = 0.1
_POWER = 5
_MOST = 5.0  # times the mean, that one reason can weigh
# Decisions of two models that differ less than this, twice in a row, will hardly change (Bloodgood and Vijay-Shanker).
STABLE = 0.95
_STEPS = 5


class Step(NamedTuple):
    """What a model of the first rows decides, beside one of fewer.

    Parameters
    ----------
    n
        How many coded rows it learned from.
    kappa
        Cohen's kappa of its decisions in the corpus with those of the step before; nan for the first, and where both
        say the same of all rows, as they do before there is a code to learn from.
    """

    n: int
    kappa: float


def reasons(proba: Proba, exclusive: bool, abstained: Decided | None = None) -> dict[str, Values]:
    """Return how much each row would tell, by reason, each with a mean of 1 (0 where no row has the reason).

    Parameters
    ----------
    proba
        Calibrated probabilities, shape (n_rows, n_labels).
    exclusive
        Whether a row has exactly one label.
    abstained
        Labels that the model leaves open, of the same shape.

    Returns
    -------
    dict
        ``uncertainty``: the entropy of what the model says; ``rare``: the highest probability of a label, by the mean
        that it has in the corpus; ``abstained``: how many labels are left open. Each of shape (n_rows,).

    Examples
    --------
    >>> found = reasons(np.array([[0.5], [0.1], [0.0]]), exclusive=False)
    >>> [value.round(2).tolist() for value in found.values()]
    [[2.04, 0.96, 0.0], [2.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    p = np.clip(proba, 1e-9, 1 - 1e-9)
    entropy = -(p * np.log(p)) if exclusive else -(p * np.log(p) + (1 - p) * np.log(1 - p))
    lift = (proba / np.maximum(proba.mean(axis=0), 1e-9)).max(axis=1)
    told = {
        "uncertainty": entropy.sum(axis=1),
        "rare": lift,
        "abstained": np.zeros(len(proba)) if abstained is None else abstained.sum(axis=1).astype(float),
    }
    return {name: np.round(value / value.mean(), 9) if value.sum() else value for name, value in told.items()}


def inclusion_probabilities(told: Mapping[str, Values], n: int) -> Values:
    """Return with which probability each row is to be drawn, so that n are; shape (n_rows,).

    A tenth is the same for all rows, the rest is by the fifth power of the mean of the reasons, of which none counts
    more than five times its mean.

    Raises
    ------
    InputError
        There are fewer rows than that.

    Examples
    --------
    >>> inclusion_probabilities({"uncertainty": np.array([2.0, 1.0, 0.0])}, 1).round(3).tolist()
    [0.906, 0.061, 0.033]
    """
    used = [np.minimum(value, _MOST) for value in told.values() if value.any()]
    n_rows = len(next(iter(told.values())))
    if not 0 < n <= n_rows:
        raise InputError(f"-n {n}: expected from 1 to the {n_rows:,} rows there are to draw from")
    mean = np.mean(used, axis=0) ** _POWER if used else np.ones(n_rows)
    weights = _FLOOR + (1 - _FLOOR) * mean / mean.mean()
    certain = np.zeros(n_rows, dtype=bool)
    while True:  # what would be drawn more than once is drawn for certain, and the others share what is left
        rest = n - certain.sum()
        p = np.where(certain, 1.0, rest * weights / weights[~certain].sum() if rest else 0.0)
        if not (more := (p > 1) & ~certain).any():
            return p
        certain |= more


def spread_order(X: Values, n: int, seed: int = 0) -> Rows:
    """Return an order of rows in which like ones stand together: clusters of their vectors (k-means++), near ones next.

    Parameters
    ----------
    X
        Vectors, shape (n_rows, n_dimensions).
    n
        How many will be drawn: about two of a cluster.
    seed
        Of the clusters.
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.preprocessing import normalize

    k = int(np.clip(n // 2, 1, min(len(X), 200)))
    if k == 1:
        return np.arange(len(X))
    X = normalize(X)
    found = MiniBatchKMeans(k, random_state=seed, n_init=1, max_iter=20, batch_size=2048).fit(X)
    centre = found.cluster_centers_ - found.cluster_centers_.mean(axis=0)
    along = np.linalg.svd(centre, full_matrices=False)[2][0]  # clusters one after the other along their main direction
    place = np.argsort(np.argsort(found.cluster_centers_ @ along))
    return np.lexsort((X @ along, place[found.labels_]))


def draw_spread(p: Values, order: Rows, seed: int = 0) -> Drawn:
    """Draw rows systematically along an order, each with its probability: like rows are hardly drawn together.

    Parameters
    ----------
    p
        Inclusion probabilities that add up to a whole number, shape (n_rows,).
    order
        As ``spread_order`` gives it.
    seed
        Of the draw.

    Notes
    -----
    Systematic sampling with unequal probabilities (Madow 1949). What is drawn for certain is a stratum of its own.

    Examples
    --------
    >>> draw_spread(np.full(6, 0.5), np.arange(6)).chosen.tolist()
    [1, 3, 5]
    """
    n = round(float(p.sum()))
    ends = np.cumsum(p[order])
    ticks = np.random.default_rng(seed).random() + np.arange(n)
    chosen = np.sort(order[np.minimum(np.searchsorted(ends, ticks, side="right"), len(order) - 1)])
    return Drawn(chosen, p[chosen], np.where(p[chosen] >= 1, 2, 1).astype(np.intp))


def stopping_curve(X: Values, Y: Codes, corpus: Values, seed: int = 0) -> list[Step]:
    """Return how the decisions in the corpus change as more of the coded rows are learned from, in their order.

    Parameters
    ----------
    X, Y
        Vectors and codes of the coded rows, shapes (n_coded, n_dimensions) and (n_coded, n_labels).
    corpus
        Vectors of what is to be labelled, shape (n_rows, n_dimensions).
    seed
        Of the regression.

    Returns
    -------
    list of Step
        Fifths of the coded rows; a logistic regression a label on each.

    Notes
    -----
    M. Bloodgood and K. Vijay-Shanker, "A method for stopping active learning based on stabilizing predictions", CoNLL
    2009: no coded rows have to be kept aside for it.
    """
    steps: list[Step] = []
    before: Decided | None = None
    for n in np.unique(np.linspace(0, len(Y), _STEPS + 1).astype(int))[1:]:
        decided = np.column_stack([_decided_by(X[:n], column[:n], corpus, seed) for column in Y.T])
        steps.append(Step(int(n), float("nan") if before is None else _kappa(before, decided)))
        before = decided
    return steps


def is_enough(steps: Sequence[Step]) -> bool:
    """Say whether the last two steps changed hardly a decision: kappa of .95 and more.

    Examples
    --------
    >>> is_enough([Step(50, float("nan")), Step(100, 0.96), Step(150, 0.97)])
    True
    """
    return len(steps) > 2 and all(step.kappa >= STABLE for step in steps[-2:])


def _decided_by(X: Values, y: Values, corpus: Values, seed: int) -> Decided:
    from sklearn.linear_model import LogisticRegression

    known = ~np.isnan(y)
    if len(np.unique(y[known])) < 2:
        return np.full(len(corpus), bool(known.any() and y[known][0] == 1))
    head = LogisticRegression(class_weight="balanced", max_iter=300, random_state=seed)
    return np.asarray(head.fit(X[known], y[known]).predict(corpus) == 1)


def _kappa(one: Decided, other: Decided) -> float:
    """Return Cohen's kappa over all decisions; nan where both decide the same of everything."""
    equal = float((one == other).mean())
    by_chance = float(one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean()))
    return float("nan") if by_chance == 1 else (equal - by_chance) / (1 - by_chance)
