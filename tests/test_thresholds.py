"""A threshold does what its goal asks of it, on the rows it is chosen by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from framing.errors import ConfigError, FramingWarning
from framing.model.decisions.thresholds import Curve, check_goal, pooled

Y = np.array([0, 0, 1, 0, 1, 1])
PROBA = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.8])


def random_rows(seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 60)
    return y, np.clip(0.3 * y + rng.random(60) * 0.7, 0, 1).round(1 + seed % 3)


def test_the_curve_by_hand():
    curve = Curve.fit(Y, PROBA)
    assert curve.thresholds.tolist() == [0.7, 0.5, 0.35, 0.25, 0.15, 0.05]
    assert curve.precision == pytest.approx([1, 1, 2 / 3, 3 / 4, 3 / 5, 1 / 2])
    assert curve.recall == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1, 1, 1])
    assert curve.count == pytest.approx([1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2])


@pytest.mark.parametrize(
    ("goal", "threshold"),
    [("f1", 0.25), ("precision>=0.9", 0.5), ("precision>=0.7", 0.25), ("recall>=0.6", 0.5), ("count", 0.35)],
)
def test_each_goal_has_its_threshold(goal, threshold):
    assert Curve.fit(Y, PROBA).choose(goal, "gain") == threshold


@pytest.mark.parametrize("seed", range(10))
def test_no_other_threshold_does_better(seed):
    y, proba = random_rows(seed)
    curve, cuts = Curve.fit(y, proba), [*np.unique(proba), 0]
    decided = proba >= curve.choose("f1")
    assert f1_score(y, decided) == pytest.approx(max(f1_score(y, proba >= cut) for cut in cuts))
    decided = proba >= curve.choose("recall>=0.8")
    assert recall_score(y, decided) >= 0.8
    others = [precision_score(y, proba >= cut) for cut in cuts if recall_score(y, proba >= cut) >= 0.8]
    assert precision_score(y, decided) == pytest.approx(max(others))
    decided = proba >= curve.choose("count")
    assert abs(decided.sum() - y.sum()) == min(abs((proba >= cut).sum() - y.sum()) for cut in cuts)


def test_the_threshold_lies_halfway_below_the_best_cut():
    assert Curve.fit(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.4, 0.9])).choose("f1") == 0.3
    # All present: half of the lowest, so that all stay present.
    assert Curve.fit(np.array([1, 1]), np.array([0.2, 0.6])).choose("f1") == 0.1
    assert Curve.fit(np.array([0, 0]), np.array([0.2, 0.6])).choose("f1") == 0.5
    # No sample's own, however close the neighbours are.
    close = np.array([0.0000001, 0.0000002, 0.0000004])
    assert (close >= Curve.fit(np.array([0, 1, 1]), close).choose("f1")).tolist() == [False, True, True]


def test_a_goal_out_of_reach_gives_the_nearest_and_says_so():
    curve = Curve.fit(np.array([1, 0, 1, 0]), np.array([0.2, 0.4, 0.6, 0.8]))
    with pytest.warns(FramingWarning) as caught:
        assert curve.choose("precision>=0.9", "gain") == 0.1  # all of them: half are right, as with two
    assert [str(w.message) for w in caught] == [
        "gain: precision>=0.9 was not reached; the threshold for precision 0.500, the highest there is, was taken"
    ]
    with pytest.warns(FramingWarning, match=r"^gain: no positive to choose a threshold by; 0\.5 is taken$"):
        assert Curve.fit(np.zeros(2), np.array([0.2, 0.4])).choose("count", "gain") == 0.5


def test_a_thinned_curve_keeps_close_to_every_goal():
    rng = np.random.default_rng(0)
    proba = rng.beta(0.5, 2, 5000)
    y = (rng.random(5000) < proba).astype(float)
    whole = Curve.fit(y, proba)
    thin = whole.thin()
    assert len(thin.thresholds) == 200
    assert (np.diff(thin.thresholds) < 0).all()
    for goal in ("f1", "count", "precision>=0.8", "recall>=0.9"):
        assert thin.choose(goal, "gain") == pytest.approx(whole.choose(goal, "gain"), abs=0.01)


def test_a_common_threshold_by_hand():
    Y = np.array([[1, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0], [0, 0, 0]])
    P = np.array([[p] * 3 for p in (0.9, 0.7, 0.5, 0.3, 0.1)])
    curves = [Curve.fit(y, p) for y, p in zip(Y.T, P.T, strict=True)]
    assert [curve.choose("f1") for curve in curves] == [0.4, 0.8, 0.6]
    common = pooled(curves)
    # Of 4 present pairs 2 are among the 3 highest, 3 among 6, all 4 among 9: F1 is 4/7, 6/10, 8/13, then it falls.
    assert common.thresholds.tolist() == [0.8, 0.6, 0.4, 0.2, 0.05]
    assert common.precision == pytest.approx([2 / 3, 3 / 6, 4 / 9, 4 / 12, 4 / 15])
    assert common.recall == pytest.approx([2 / 4, 3 / 4, 1, 1, 1])
    assert common.count == pytest.approx([3 / 4, 6 / 4, 9 / 4, 12 / 4, 15 / 4])
    assert (common.positives, common.choose("f1"), common.choose("micro_f1")) == (4, 0.4, 0.4)
    # Of one label it is that label's own; where nothing was ever present, there is nothing to choose by.
    assert pooled(curves[1:2]).choose("micro_f1") == curves[1].choose("micro_f1") == 0.8
    assert pooled([Curve.fit(np.zeros(2), np.array([0.2, 0.4]))]).choose("micro_f1") == 0.5


def test_a_common_threshold_counts_each_label_by_its_positives():
    # Alone each would take its own; the label of 90 positives outvotes the one of 10.
    often = Curve.fit(np.repeat([1.0, 0.0], [90, 90]), np.repeat([0.8, 0.6], [90, 90]))
    seldom = Curve.fit(np.repeat([1.0, 0.0], [10, 10]), np.repeat([0.4, 0.2], [10, 10]))
    assert pooled([often, seldom]).choose("f1") == pytest.approx(0.7)
    assert pooled([replace(often, positives=1.0), replace(seldom, positives=90.0)]).choose("f1") < 0.4


def rare_labels(rng, n, shares, apart=2.0):
    """Codes and calibrated probabilities of labels that are rare: a normal score each, some way apart."""
    Y = (rng.random((n, len(shares))) < shares).astype(float)
    odds = np.exp(apart * rng.normal(Y * apart) - apart**2 / 2) * shares / (1 - shares)
    return Y, odds / (1 + odds)


def test_for_many_rare_labels_one_common_threshold_does_better_than_one_each():
    gains = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        shares = rng.uniform(0.005, 0.03, 19)
        Y, P = rare_labels(rng, 500, shares)
        new, Q = rare_labels(rng, 5000, shares)
        curves = [Curve.fit(y, p) for y, p in zip(Y.T, P.T, strict=True)]
        own, common = np.array([curve.choose("f1") for curve in curves]), pooled(curves).choose("f1")
        gains.append(f1_score(new.ravel(), (common <= Q).ravel()) - f1_score(new.ravel(), (own <= Q).ravel()))
        # As good as the best for all pairs of a sentence and a label; so is that of the curves which a model keeps.
        best = Curve.fit(Y.ravel(), P.ravel()).choose("f1")
        for threshold in (common, pooled([curve.thin() for curve in curves]).choose("f1")):
            assert f1_score(Y.ravel(), P.ravel() >= threshold) > f1_score(Y.ravel(), P.ravel() >= best) - 0.04
    assert min(gains) > 0 and np.mean(gains) > 0.03


@pytest.mark.parametrize("goal", ["f2", "precision", "precision>=", "precision>=1.5", "recall>=0", "recall>0.5", 0.9])
def test_an_unknown_goal_is_refused(goal):
    with pytest.raises(
        ConfigError, match=f"^goal {goal}: no such goal of a threshold; expected f1, micro_f1, count, or a bound"
    ):
        check_goal(goal)
