"""A threshold does what its goal asks of it, on the rows it is chosen by."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from framing.errors import ConfigError, FramingWarning
from framing.model.decisions.thresholds import Curve, check_goal

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


@pytest.mark.parametrize("goal", ["f2", "precision", "precision>=", "precision>=1.5", "recall>=0", "recall>0.5", 0.9])
def test_an_unknown_goal_is_refused(goal):
    with pytest.raises(ConfigError, match=f"^goal {goal}: no such goal of a threshold; expected f1, count, or a bound"):
        check_goal(goal)
