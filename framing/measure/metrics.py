"""Scores of frames and of stance, each with its bootstrap replicates.

All functions take weights of shape (n_weightings, n_rows) and return one value a weighting, so that the figure
and its interval come from one definition. ``bootstrap_weights`` makes such weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from framing.measure.intervals import Estimate, Weights

Values = NDArray[np.float64]


def f1(y: Values, decided: Values, W: Weights) -> Values:
    """F1 of the positive class, shape (n_weightings,); nan without a positive in either, undefined rows aside.

    Examples
    --------
    >>> f1(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0]), np.ones((1, 4))).tolist()
    [0.5]
    """
    return _ratio(2 * (W @ (y * decided)), W @ y + W @ decided)


def precision(y: Values, decided: Values, W: Weights) -> Values:
    """Share of the decided that are right, shape (n_weightings,)."""
    return _ratio(W @ (y * decided), W @ decided)


def recall(y: Values, decided: Values, W: Weights) -> Values:
    """Share of the positives that were decided, shape (n_weightings,)."""
    return _ratio(W @ (y * decided), W @ y)


def average_precision(y: Values, proba: Values, W: Weights) -> Values:
    """Area under the precision-recall curve as a step sum, as scikit-learn defines it, shape (n_weightings,).

    Examples
    --------
    >>> average_precision(np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7]), np.ones((1, 3))).round(3).tolist()
    [0.833]
    """
    order = np.argsort(-proba, kind="stable")
    y, proba, W = y[order], proba[order], W[:, order]
    # Rows of equal probability enter together.
    last = np.append(np.flatnonzero(np.diff(proba)), len(proba) - 1)
    hits = np.cumsum(W * y, axis=1)[:, last]
    seen = np.cumsum(W, axis=1)[:, last]
    gained = np.diff(hits, axis=1, prepend=0)
    return _ratio((gained * np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)).sum(axis=1), hits[:, -1])


def roc_auc(y: Values, scores: Values, W: Weights) -> Values:
    """Area under the ROC curve, ties counted half, shape (n_weightings,).

    Examples
    --------
    >>> roc_auc(np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.2, 0.9]), np.ones((1, 4))).tolist()
    [0.875]
    """
    order = np.argsort(scores, kind="stable")
    y, scores, W = y[order], scores[order], W[:, order]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(scores)) + 1])
    positive = np.add.reduceat(W * y, starts, axis=1)
    negative = np.add.reduceat(W * (1 - y), starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative
    return _ratio((positive * (below + negative / 2)).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def frame_estimates(
    Y: Values, proba: Values, decided: NDArray[np.bool_], labels: Sequence[str], W: Weights
) -> dict[str, Estimate]:
    """Score frames.

    Parameters
    ----------
    Y
        Coded labels, shape (n_rows, n_labels); nan where a label was not coded.
    proba, decided
        Probabilities and decisions of the same shape.
    labels
        Label names.
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.

    Returns
    -------
    dict of Estimate
        ``macro_f1`` (mean F1 of the positive class over labels) first, then ``mean_ap``, ``macro_f1_two_class``
        (both classes of each label averaged, then the labels), ``micro_f1``, ``brier`` and ``log_loss`` (means
        over labels), then ``LABEL/f1 precision recall ap``.
    """
    per_label: dict[str, dict[str, Values]] = {}
    two_class, brier, loss = [], [], []
    for j, label in enumerate(labels):
        coded = ~np.isnan(Y[:, j])
        y, p, d, w = Y[coded, j], proba[coded, j], decided[coded, j].astype(float), W[:, coded]
        per_label[label] = {
            "f1": f1(y, d, w),
            "precision": precision(y, d, w),
            "recall": recall(y, d, w),
            "ap": average_precision(y, p, w) if coded.any() else np.full(len(W), np.nan),
        }
        two_class.append((per_label[label]["f1"] + f1(1 - y, 1 - d, w)) / 2)
        brier.append(_ratio(w @ (p - y) ** 2, w.sum(axis=1)))
        likelihood = np.clip(np.where(y == 1, p, 1 - p), 1e-12, 1)
        loss.append(_ratio(w @ -np.log(likelihood), w.sum(axis=1)))
    known, hit = np.nan_to_num(Y), decided & ~np.isnan(Y)
    overall = {
        "macro_f1": np.mean([scores["f1"] for scores in per_label.values()], axis=0),
        "mean_ap": np.mean([scores["ap"] for scores in per_label.values()], axis=0),
        "macro_f1_two_class": np.mean(two_class, axis=0),
        "micro_f1": _ratio(2 * (W @ (known * hit).sum(axis=1)), W @ (known.sum(axis=1) + hit.sum(axis=1))),
        "brier": np.mean(brier, axis=0),
        "log_loss": np.mean(loss, axis=0),
    }
    named = {f"{label}/{name}": values for label, scores in per_label.items() for name, values in scores.items()}
    return _estimates({**overall, **named})


def stance_estimates(y: NDArray[np.intp], proba: Values, classes: Sequence[str], W: Weights) -> dict[str, Estimate]:
    """Score stance.

    Parameters
    ----------
    y
        Class numbers, shape (n_rows,).
    proba
        Probabilities, shape (n_rows, n_classes); the likeliest class is the decision.
    classes
        Class names.
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.

    Returns
    -------
    dict of Estimate
        ``macro_f1`` first, then ``accuracy``, ``brier`` (sum over classes), ``log_loss``, then ``CLASS/f1`` ...
    """
    decided = proba.argmax(axis=1)
    total = W.sum(axis=1)
    one_hot = np.eye(len(classes))[y]
    per_class: dict[str, Values] = {}
    for k, name in enumerate(classes):
        truth, said = (y == k).astype(float), (decided == k).astype(float)
        scores = {"f1": f1(truth, said, W), "precision": precision(truth, said, W), "recall": recall(truth, said, W)}
        per_class |= {f"{name}/{metric}": values for metric, values in scores.items()}
    likelihood = np.clip(proba[np.arange(len(y)), y], 1e-12, 1)
    overall = {
        "macro_f1": np.mean([per_class[f"{name}/f1"] for name in classes], axis=0),
        "accuracy": _ratio(W @ (y == decided).astype(float), total),
        "brier": _ratio(W @ ((proba - one_hot) ** 2).sum(axis=1), total),
        "log_loss": _ratio(W @ -np.log(likelihood), total),
    }
    return _estimates({**overall, **per_class})


def flat(estimates: Mapping[str, Estimate]) -> dict[str, float]:
    """Return ``{path: value, path_low: ..., path_high: ...}`` with 95 % intervals, without what is undefined.

    Examples
    --------
    >>> flat({"macro_f1": Estimate(0.5, np.array([0.5, 0.5]))})
    {'macro_f1': 0.5, 'macro_f1_low': 0.5, 'macro_f1_high': 0.5}
    """
    named: dict[str, float] = {}
    for path, estimate in estimates.items():
        low, high = estimate.interval()
        values = {path: estimate.value, f"{path}_low": low, f"{path}_high": high}
        named |= {name: round(float(value), 6) for name, value in values.items() if not np.isnan(value)}
    return named


def _estimates(values: Mapping[str, Values]) -> dict[str, Estimate]:
    return {name: Estimate(float(v[0]), v[1:]) for name, v in values.items()}


def _ratio(numerator: Values, denominator: Values) -> Values:
    return np.divide(
        numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=np.asarray(denominator) > 0
    )
