"""Scores of frames and of stance, each with its bootstrap replicates.

All functions take weights of shape (n_weightings, n_rows) and return one value a weighting, so that the figure
and its interval come from one definition. ``bootstrap_weights`` makes such weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from framing.arrays import Decided, Rows, Values, Weights
from framing.measure.intervals import Estimate, ratio
from framing.scores import with_bounds


def f1(y: Values, decided: Values, W: Weights) -> Values:
    """F1 of the positive class, shape (n_weightings,); nan without a positive in either, undefined rows aside.

    Examples
    --------
    >>> f1(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0]), np.ones((1, 4))).tolist()
    [0.5]
    """
    return ratio(2 * (W @ (y * decided)), W @ y + W @ decided)


def precision(y: Values, decided: Values, W: Weights) -> Values:
    """Share of the decided that are right, shape (n_weightings,)."""
    return ratio(W @ (y * decided), W @ decided)


def recall(y: Values, decided: Values, W: Weights) -> Values:
    """Share of the positives that were decided, shape (n_weightings,)."""
    return ratio(W @ (y * decided), W @ y)


def average_precision(y: Values, proba: Values, W: Weights) -> Values:
    """Area under the precision-recall curve as a step sum, as scikit-learn defines it, shape (n_weightings,).

    Examples
    --------
    >>> average_precision(np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7]), np.ones((1, 3))).round(3).tolist()
    [0.833]
    """
    order = np.argsort(-proba, kind="stable")
    y, proba = y[order], proba[order]
    # Rows of equal probability enter together.
    last = np.append(np.flatnonzero(np.diff(proba)), len(proba) - 1)
    areas, positives = np.zeros(len(W)), np.zeros(len(W))
    for i, w in enumerate(W):  # a weighting at a time stays in the processor's cache, which is several times as fast
        w = w[order]
        hits, seen = np.cumsum(w * y)[last], np.cumsum(w)[last]
        gained = np.diff(hits, prepend=0)
        areas[i] = (gained * np.divide(hits, seen, out=np.zeros_like(hits), where=seen > 0)).sum()
        positives[i] = hits[-1]
    return ratio(areas, positives)


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
    return ratio((positive * (below + negative / 2)).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def calibration_error(y: Values, proba: Values, W: Weights, n_bins: int = 10) -> Values:
    """Root mean squared gap between probabilities and observed shares, in bins of equal mass, shape (n_weightings,).

    The debiased estimator of Kumar, Liang and Ma (2019): from each bin's squared gap the part that chance alone brings
    is taken off, so that few rows do not make a calibrated model look bad; what falls below 0 under the root counts as
    0. Rows of equal probability stay in one bin. The bins are made for each weighting.

    The chance part of a bin is share (1 - share) k / (1 - k), where k is the sum of the squared weights over the square
    of their sum: 1 / n for n rows as they are, about 2 / n in a resample, which has some rows twice and others not at
    all. So no weighting leans to either side, if rows are independent; those of one document may share some gap by
    chance that is not taken off.

    Examples
    --------
    >>> y, proba = np.array([0, 0, 0, 1] * 5 + [1, 1, 1, 0] * 5), np.repeat([0.25, 0.55], 20)
    >>> calibration_error(y, proba, np.ones((1, 40))).round(3).tolist()
    [0.101]
    """
    if not len(y):
        return np.full(len(W), np.nan)
    order = np.argsort(proba, kind="stable")
    y, proba = y[order], proba[order]
    last = np.append(np.flatnonzero(np.diff(proba)), len(proba) - 1)  # of each run of equal probabilities
    edges = np.append(np.arange(1, n_bins) / n_bins, 2.0)  # the last bin takes what is left
    sums = np.zeros((4, len(W), n_bins))
    for i, w in enumerate(W):  # a weighting at a time stays in the processor's cache, which is several times as fast
        w = w[order]
        upto = np.concatenate([np.zeros((4, 1)), np.cumsum([w, w * y, w * proba, w * w], axis=1)[:, last]], axis=1)
        # The bins are stretches of the sorted rows: where each ends, and its sums.
        ends = np.searchsorted((upto[0, :-1] + upto[0, 1:]) / 2, upto[0, -1] * edges)
        sums[:, i] = np.diff(upto[:, ends], axis=1, prepend=0)
    n, hits, mass, squares = sums
    share, mean = ratio(hits, n), ratio(mass, n)
    rest = n**2 - squares  # 0 in a bin of one row, however often it was drawn
    chance = np.divide(share * (1 - share) * squares, rest, out=np.zeros_like(n), where=rest > 0)
    squared = np.where(n > 0, n * ((share - mean) ** 2 - chance), 0.0).sum(axis=1)
    return np.sqrt(np.maximum(ratio(squared, n.sum(axis=1)), 0.0))


def frame_estimates(
    Y: Values, proba: Values, decided: Decided, labels: Sequence[str], W: Weights
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
        (both classes of each label averaged, then the labels), ``micro_f1``, ``brier``, ``log_loss`` and
        ``calibration_error`` (means over labels), then of each label ``LABEL/f1``, ``precision``, ``recall``,
        ``share`` (of the rows that have it), ``predicted_share``, ``ap``, ``brier``, ``log_loss`` and
        ``calibration_error``. ``n`` is the number of rows coded for some label; for a
        label's own scores that of its positives.

    Notes
    -----
    What nothing in the coded rows defines counts as 0, in the means too, as in scikit-learn with ``zero_division=0``:
    the F1, precision, recall and average precision of a label that never occurs. The scores of a
    label for which no row was coded are nan, without ``n``, and in no mean.
    """
    per_label: dict[str, dict[str, Values]] = {}
    two_class: dict[str, dict[str, Values]] = {}
    for j, label in enumerate(labels):
        y, p, d, w = _coded_column(Y, proba, decided, j, W)
        likelihood = np.clip(np.where(y == 1, p, 1 - p), 1e-12, 1)
        per_label[label] = {
            **_decisions(y, d, w),
            "ap": _defined_ap(y, p, w),
            "brier": ratio(w @ (p - y) ** 2, w.sum(axis=1)),
            "log_loss": ratio(w @ -np.log(likelihood), w.sum(axis=1)),
            "calibration_error": calibration_error(y, p, w),
        }
        two_class[label] = {"f1": (per_label[label]["f1"] + _or_zero(f1(1 - y, 1 - d, w), 1 - y)) / 2}
    known, hit = np.nan_to_num(Y), decided & ~np.isnan(Y)
    micro = ratio(2 * (W @ (known * hit).sum(axis=1)), W @ (known.sum(axis=1) + hit.sum(axis=1)))
    overall = {
        "macro_f1": _mean(per_label, "f1"),
        "mean_ap": _mean(per_label, "ap"),
        "macro_f1_two_class": _mean(two_class, "f1"),
        "micro_f1": _or_zero(micro, Y[~np.isnan(Y)]),
        "brier": _mean(per_label, "brier"),
        "log_loss": _mean(per_label, "log_loss"),
        "calibration_error": _mean(per_label, "calibration_error"),
    }
    return _estimates(overall, *_sizes(Y, labels), per_label)


def stance_estimates(
    y: Rows, proba: Values, classes: Sequence[str], W: Weights, decided: Decided | None = None
) -> dict[str, Estimate]:
    """Score stance.

    Parameters
    ----------
    y
        Class numbers, shape (n_rows,).
    proba
        Probabilities, shape (n_rows, n_classes).
    classes
        Class names.
    W
        Weights of the rows, shape (n_weightings, n_rows), the first all ones.
    decided
        Decisions, shape (n_rows, n_classes): one class a row, or none, which is never right; default the likeliest.

    Returns
    -------
    dict of Estimate
        ``macro_f1`` first, then ``accuracy``, ``brier`` (sum over classes), ``log_loss``, ``calibration_error``
        (mean over classes), then ``CLASS/f1 precision recall share predicted_share ap calibration_error``.
        ``n`` is the number of rows; for a class's own scores that of its rows. A class that never occurs counts as for
        ``frame_estimates``.
    """
    if decided is None:
        decided = np.eye(len(classes), dtype=bool)[proba.argmax(axis=1)]
    total = W.sum(axis=1)
    one_hot = np.eye(len(classes))[y]
    per_class = {
        name: {
            **_decisions((y == k).astype(float), decided[:, k].astype(float), W),
            "ap": _defined_ap((y == k).astype(float), proba[:, k], W),
            "calibration_error": calibration_error((y == k).astype(float), proba[:, k], W),
        }
        for k, name in enumerate(classes)
    }
    likelihood = np.clip(proba[np.arange(len(y)), y], 1e-12, 1)
    overall = {
        "macro_f1": _mean(per_class, "f1"),
        "accuracy": ratio(W @ decided[np.arange(len(y)), y].astype(float), total),
        "brier": ratio(W @ ((proba - one_hot) ** 2).sum(axis=1), total),
        "log_loss": ratio(W @ -np.log(likelihood), total),
        "calibration_error": _mean(per_class, "calibration_error"),
    }
    return _estimates(overall, len(y), {name: int((y == k).sum()) for k, name in enumerate(classes)}, per_class)


def compared_estimates(
    Y: Values, proba: Values, decided: Decided, labels: Sequence[str], W: Weights
) -> dict[str, Estimate]:
    """Return of ``frame_estimates`` what models are compared in: ``macro_f1``, ``mean_ap`` and ``LABEL/f1``.

    Parameters are those of ``frame_estimates``.
    """
    per_label = {}
    for j, label in enumerate(labels):
        y, p, d, w = _coded_column(Y, proba, decided, j, W)
        per_label[label] = {"f1": _or_zero(f1(y, d, w), y), "ap": _defined_ap(y, p, w)}
    overall = {"macro_f1": _mean(per_label, "f1"), "mean_ap": _mean(per_label, "ap")}
    return _estimates(overall, *_sizes(Y, labels), per_label)


def with_intervals(estimates: Mapping[str, Estimate], with_n: bool = False) -> dict[str, float]:
    """Return ``{path: value, path_low: ..., path_high: ...}`` with 95 % intervals, without what is undefined.

    ``with_n`` adds ``path_n``, what each was computed on.

    Examples
    --------
    >>> with_intervals({"macro_f1": Estimate(0.5, np.array([0.5, 0.5]), n=7)}, with_n=True)
    {'macro_f1': 0.5, 'macro_f1_low': 0.5, 'macro_f1_high': 0.5, 'macro_f1_n': 7}
    """
    named: dict[str, float] = {}
    for path, estimate in estimates.items():
        values = with_bounds(path, estimate.score())
        named |= {name: round(float(value), 6) for name, value in values.items() if not np.isnan(value)}
        if with_n and estimate.n is not None and path in named:
            named[f"{path}_n"] = estimate.n
    return named


def _coded_column(
    Y: Values, proba: Values, decided: Decided, j: int, W: Weights
) -> tuple[Values, Values, Values, Weights]:
    """Return codes, probabilities, decisions and weights of the rows coded for a label."""
    coded = ~np.isnan(Y[:, j])
    return Y[coded, j], proba[coded, j], decided[coded, j].astype(float), W[:, coded]


def _sizes(Y: Values, labels: Sequence[str]) -> tuple[int, dict[str, int | None]]:
    """Return the number of rows coded for some label, and by label that of its positives; None of an uncoded one."""
    coded = ~np.isnan(Y)
    sizes = {label: int(np.nansum(Y[:, j])) if coded[:, j].any() else None for j, label in enumerate(labels)}
    return int(coded.any(axis=1).sum()), sizes


def _defined_ap(y: Values, proba: Values, W: Weights) -> Values:
    return _or_zero(average_precision(y, proba, W), y) if len(y) else np.full(len(W), np.nan)


def _decisions(y: Values, decided: Values, W: Weights) -> dict[str, Values]:
    """Score the decisions about one class, and give its share beside the share that was decided."""
    scores = {"f1": f1(y, decided, W), "precision": precision(y, decided, W), "recall": recall(y, decided, W)}
    shares = {"share": ratio(W @ y, W.sum(axis=1)), "predicted_share": ratio(W @ decided, W.sum(axis=1))}
    return {name: _or_zero(values, y) for name, values in scores.items()} | shares


def _or_zero(values: Values, y: Values) -> Values:
    """Make a score 0 that the rows as they are do not define, or whose class never occurs; not one of a resample."""
    return np.nan_to_num(values) if len(y) and (np.isnan(values[0]) or not y.any()) else values


def _mean(scores: Mapping[str, Mapping[str, Values]], name: str) -> Values:
    """Average a score over the labels for which a row was coded; nan where there is none."""
    coded = [of_label[name] for of_label in scores.values() if not np.isnan(of_label["f1"][0])]
    return np.mean(coded or [of_label[name] for of_label in scores.values()], axis=0)


def _estimates(
    overall: Mapping[str, Values],
    n: int,
    sizes: Mapping[str, int | None],
    per_label: Mapping[str, Mapping[str, Values]],
) -> dict[str, Estimate]:
    found = {name: Estimate.of(values, n) for name, values in overall.items()}
    for label, scores in per_label.items():
        found |= {f"{label}/{name}": Estimate.of(values, sizes[label]) for name, values in scores.items()}
    return found
