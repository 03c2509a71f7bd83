"""Abstention keeps its promise on fresh rows, and says the same as a library made for it."""

from __future__ import annotations

import numpy as np
import pytest
from crepes import ConformalClassifier

from framing.errors import ConfigError
from framing.model.decisions.conformal import check_risk, class_conformity, p_values, prediction_sets


def simulated(n: int, shares: list[float], seed: int, sharpness: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Classes, and probabilities that tell them apart with errors (and are not calibrated, which is not needed)."""
    rng = np.random.default_rng(seed)
    y = rng.choice(len(shares), size=n, p=shares)
    scores = rng.normal(size=(n, len(shares)))
    scores[np.arange(n), y] += sharpness
    proba = np.exp(scores)
    return proba / proba.sum(axis=1, keepdims=True), y


def wrong(sets: np.ndarray, y: np.ndarray, k: int) -> float:
    """The share of a class's rows that are decided to be of another."""
    decided = (sets.sum(axis=1) == 1) & ~sets[np.arange(len(y)), y]
    return float(decided[y == k].mean())


@pytest.mark.parametrize("risk", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("shares", [[0.85, 0.15], [0.2, 0.3, 0.5]], ids=["frame", "stance"])
def test_of_each_class_no_more_than_the_risk_is_decided_wrongly_even_where_shares_differ(shares, risk):
    # Of some hundred held-out rows, and on some thousand fresh ones, a share is known to about 0.01.
    scores = class_conformity(*simulated(6000, shares, seed=0))
    assert max(map(len, scores)) <= 999
    proba, y = simulated(20000, shares[::-1], seed=1)
    sets = prediction_sets(proba, scores, risk)
    for k in range(len(shares)):
        assert wrong(sets, y, k) <= risk + 0.03
        assert sets[y == k, k].mean() >= 1 - risk - 0.03
    assert 0 < (sets.sum(axis=1) == 1).mean() < 1


def test_the_risk_is_held_over_many_small_samples():
    risk, kept = 0.1, []
    for seed in range(300):
        scores = class_conformity(*simulated(80, [0.5, 0.5], seed))
        proba, y = simulated(100, [0.5, 0.5], seed + 10_000)
        kept.append(prediction_sets(proba, scores, risk)[np.arange(100), y].mean())
    assert 0.89 < np.mean(kept) < 0.93


def test_p_values_are_those_of_crepes():
    proba, y = simulated(400, [0.7, 0.3], seed=3)
    fresh, _ = simulated(50, [0.7, 0.3], seed=4)
    scores = [own.round(12) for own in class_conformity(proba.round(3), y)]
    found = p_values(fresh.round(3), scores)
    for k in range(2):
        reference = ConformalClassifier().fit(-proba[y == k, k].round(3))
        np.testing.assert_allclose(found[:, k], reference.predict_p(-fresh[:, k].round(3), smoothing=False))


def test_a_thousand_scores_stand_for_more_and_never_promise_too_much():
    rng = np.random.default_rng(0)
    many = rng.random(4777)
    proba, y = np.column_stack([many, 1 - many]), np.zeros(4777, dtype=int)
    (thin, nothing), whole = class_conformity(proba, y), [np.sort(many), np.zeros(0)]
    assert (len(thin), len(nothing)) == (999, 0)
    fresh = np.column_stack([np.linspace(0, 1, 2001), np.zeros(2001)])
    for risk in (0.01, 0.05, 0.1234):
        short = prediction_sets(fresh, [thin, nothing], risk)[:, 0]
        exact = prediction_sets(fresh, whole, risk)[:, 0]
        assert (short | ~exact).all()  # what is not ruled out by all scores is not by some
        assert (short != exact).mean() < 0.002
    # A class without rows is never ruled out.
    assert prediction_sets(fresh, whole, 0.3)[:, 1].all()


@pytest.mark.parametrize("risk", [0, 1, -0.1, 1.5, float("nan"), "0.1", True])
def test_a_risk_is_between_none_and_one(risk):
    with pytest.raises(ConfigError, match=r"^abstain .*: the risk of an error is a number between 0 and 1, such as 0"):
        check_risk(risk)
