"""Shares other than in training are found from probabilities alone, where only the shares differ."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from framing.errors import FramingWarning
from framing.model.decisions.priors import PriorShift, adapt_to_priors, warn_small_batch


def normals(n: int, shares: list[float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Classes drawn by their shares, and the likelihood of each row under each class: normals two apart."""
    rng = np.random.default_rng(seed)
    y = rng.choice(len(shares), size=n, p=shares)
    x = rng.normal(2.0 * y)
    return y, np.exp(-((x[:, None] - 2.0 * np.arange(len(shares))) ** 2) / 2)


def posterior(likelihood: np.ndarray, shares: list[float]) -> np.ndarray:
    joint = likelihood * shares
    return joint / joint.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("trained", "true"), [([0.5, 0.5], [0.9, 0.1]), ([0.8, 0.2], [0.5, 0.5]), ([0.2, 0.3, 0.5], [0.6, 0.3, 0.1])]
)
def test_the_new_shares_are_found_and_the_probabilities_are_those_they_would_give(trained, true):
    _, likelihood = normals(4000, true)
    adapted, shares = adapt_to_priors(posterior(likelihood, trained), np.array(trained))
    assert shares == pytest.approx(true, abs=0.03)
    assert adapted.sum(axis=1) == pytest.approx(1)
    assert np.abs(adapted - posterior(likelihood, true)).max() < 0.06


def test_shares_as_in_training_change_nearly_nothing():
    _, likelihood = normals(4000, [0.7, 0.3])
    proba = posterior(likelihood, [0.7, 0.3])
    adapted, shares = adapt_to_priors(proba, np.array([0.7, 0.3]))
    assert shares == pytest.approx([0.7, 0.3], abs=0.02)
    assert np.abs(adapted - proba).max() < 0.03


def test_it_stays_finite_where_nothing_can_be_learned():
    certain = np.array([[1.0, 0.0]] * 20)
    for proba in (certain, np.full((20, 2), 0.5), np.zeros((0, 2))):
        for trained in ([0.5, 0.5], [1.0, 0.0]):
            adapted, shares = adapt_to_priors(proba, np.array(trained))
            assert np.isfinite(adapted).all()
            assert (shares >= 1e-4 / 1.01).all() and shares.sum() == pytest.approx(1)
    # What is sure stays sure; the share stops short of it.
    assert adapt_to_priors(certain, np.array([0.5, 0.5]))[1].tolist() == [0.9999, 0.0001]


def test_few_sentences_are_warned_of():
    with pytest.warns(FramingWarning, match=r"^gain, risk: shares estimated from 49 sentences, fewer than 50, are"):
        warn_small_batch(49, "gain, risk")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_small_batch(50, "gain")


def test_a_threshold_moves_with_the_probabilities():
    _, likelihood = normals(500, [0.6, 0.4])
    proba = posterior(likelihood, [0.5, 0.5])
    adapted, shares = adapt_to_priors(proba, np.array([0.5, 0.5]))
    moved = PriorShift(("gain",), (0.5,), (float(shares[1]),)).moved({"gain": 0.35})
    assert moved["gain"] != 0.35
    assert ((adapted[:, 1] >= moved["gain"]) == (proba[:, 1] >= 0.35)).all()
    assert PriorShift(("gain",), (0.0,), (1.0,)).moved({"gain": 0.5}) == pytest.approx({"gain": 1.0}, abs=1e-6)
