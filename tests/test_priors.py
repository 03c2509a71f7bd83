"""Shares other than in training are found from probabilities alone, where only the shares differ."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from framing.errors import FramingWarning
from framing.model.decisions.priors import (
    PriorShift,
    adapt_documents,
    adapt_to_priors,
    warn_small_batch,
    warn_without_document,
)


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


def test_a_document_of_sure_sentences_by_hand():
    # Eight present and two absent, beside 30 pseudo-sentences of which a quarter are present: (8 + 7.5) / 40.
    sure = np.array([[0.0, 1.0]] * 8 + [[1.0, 0.0]] * 2)
    adapted, shares = adapt_documents(sure, np.array([0.75, 0.25]), np.zeros(10, dtype=int), strength=30)
    assert shares[0] == pytest.approx([24.5 / 40, 15.5 / 40])
    assert (adapted == sure).all()
    # Without a prior it is what they are, up to the bound.
    assert adapt_documents(sure, np.array([0.75, 0.25]), np.zeros(10, dtype=int), 0)[1][0] == pytest.approx([0.2, 0.8])


def test_the_share_of_a_document_is_where_its_posterior_is_highest():
    rng = np.random.default_rng(1)
    p = rng.beta(0.4, 1.2, 25)
    shares = adapt_documents(np.column_stack([1 - p, p]), np.array([0.8, 0.2]), np.zeros(25, dtype=int), 10)[1]
    grid = np.linspace(0.0005, 0.9995, 1000)
    density = 10 * 0.2 * np.log(grid) + 10 * 0.8 * np.log(1 - grid)  # the prior, of mode .2
    density += np.log(grid[:, None] * p / 0.2 + (1 - grid[:, None]) * (1 - p) / 0.8).sum(axis=1)
    assert shares[0, 1] == pytest.approx(grid[density.argmax()], abs=0.001)


def test_three_sentences_move_little_and_thirty_move_much_and_no_document_moves_another():
    proba, trained = np.array([[0.5, 0.5]] * 33), np.array([0.9, 0.1])
    documents = np.array([1] * 3 + [0] * 30)
    adapted, shares = adapt_documents(proba, trained, documents)
    assert 0.1 < shares[1, 1] < 0.2 < shares[0, 1]
    for k in (0, 1):
        alone, own = adapt_documents(proba[documents == k], trained, np.zeros(np.sum(documents == k), dtype=int))
        assert adapted[documents == k] == pytest.approx(alone, abs=1e-6)
        assert shares[k] == pytest.approx(own[0], abs=1e-6)
    (one,), _ = adapt_documents(proba[:1], trained, np.zeros(1, dtype=int))
    assert one[1] == pytest.approx(0.5, abs=0.05)
    assert adapt_documents(np.zeros((0, 2)), trained, np.zeros(0, dtype=int))[1].shape == (0, 2)


def test_three_classes_share_one_prior():
    proba = np.array([[0.2, 0.6, 0.2]] * 20)
    adapted, shares = adapt_documents(proba, np.full(3, 1 / 3), np.zeros(20, dtype=int))
    assert shares[0, 0] == pytest.approx(shares[0, 2]) and shares[0].sum() == pytest.approx(1)
    assert shares[0, 1] > 0.4 and adapted[0, 1] > 0.65


def test_where_documents_differ_more_is_right_at_the_threshold_that_was_chosen_for_all():
    rng = np.random.default_rng(0)
    documents = np.repeat(np.arange(120), 25)
    shares = np.where(np.arange(120) % 6 == 0, 0.6, 0.02)  # an article in six is full of it
    y = (rng.random(len(documents)) < shares[documents]).astype(int)
    likelihood = np.exp(-((rng.normal(2.0 * y)[:, None] - np.array([0, 2.0])) ** 2) / 2)
    trained = [1 - y.mean(), y.mean()]
    before = posterior(likelihood, trained)
    after = adapt_documents(before, np.array(trained), documents)[0]

    def scored(proba: np.ndarray) -> tuple[float, float]:
        decided = proba[:, 1] >= 0.4
        loss = -np.log(np.where(y == 1, proba[:, 1], proba[:, 0])).mean()
        return 2 * (decided & (y == 1)).sum() / (decided.sum() + y.sum()), loss

    assert scored(after)[0] > scored(before)[0] + 0.05
    assert scored(after)[1] < scored(before)[1] * 0.85
    # Moved along, the threshold would decide as before in every document.
    assert ((after[:, 1] >= 0.4) != (before[:, 1] >= 0.4)).any()
    shift = PriorShift(("gain",), (trained[1],), (0.3,), n_documents=120)
    assert shift.moved({"gain": 0.4}) == {"gain": 0.4}
    assert str(shift).endswith("→ 0.300 (mean of 120 documents)")


def test_sentences_without_a_document_are_told_where_they_are_many_or_among_others():
    for n_without, n, told in ((3, 10, "3 of 10"), (501, 501, "501 of 501")):
        with pytest.warns(FramingWarning, match=f"^gain: {told} sentences have no doc_id and are taken for one doc"):
            warn_without_document(n_without, n, "gain")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_without_document(30, 30, "gain")
        warn_without_document(0, 1000, "gain")
