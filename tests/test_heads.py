"""Heads give scores, calibration makes them probabilities, thresholds make them decisions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC

from framing.errors import ConfigError
from framing.model.decisions.heads import Calibration, check_head, fit_head, head_scores


def two_sided(margin):
    """Scores of two classes from one margin, as ``head_scores`` gives them."""
    return np.column_stack([-np.asarray(margin) / 2, np.asarray(margin) / 2])


def blobs(n_classes, n=120, seed=0, spread=0.7):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    corners = np.array([[0, 0], [3, 0], [0, 3], [3, 3]])[:n_classes]
    return corners[y] + rng.normal(0, spread, (n, 2)), y


def test_equal_scores_leave_the_share_of_each_class():
    # Nothing but the bias can tell 3 of 4 from 1 of 4; Platt's targets are (3 + 1) / (3 + 2) and (1 + 1) / (1 + 2).
    y = np.array([1, 1, 1, 0])
    calibration = Calibration.fit([two_sided([0.0] * 4)], y)
    expected = (3 * 4 / 5 + 1 * (1 - 2 / 3)) / 4
    assert calibration.apply([two_sided([0.0])])[0, 1] == pytest.approx(expected, abs=1e-4)


def test_two_score_values_reach_platts_targets():
    # At each of two margins all rows are of one class: 1 row short of sure, by (3 + 1) / (3 + 2).
    margins, y = [-2.0] * 3 + [2.0] * 3, np.array([0, 0, 0, 1, 1, 1])
    calibration = Calibration.fit([two_sided(margins)], y)
    proba = calibration.apply([two_sided([-2.0, 2.0])])
    assert proba[:, 1].tolist() == pytest.approx([0.2, 0.8], abs=1e-4)
    # logit(0.8) = slope * 2
    assert calibration.slopes[0] == pytest.approx(np.log(0.8 / 0.2) / 2, abs=1e-3)
    assert calibration.bias == (0.0, pytest.approx(0.0, abs=1e-3))


def test_three_classes_are_a_softmax_of_slope_and_bias():
    scores = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    proba = Calibration(slopes=(2.0,), bias=(0.0, -1.0, 1.0)).apply([scores])
    assert np.allclose(proba, softmax([[2.0, 3.0, 1.0], [0.0, -1.0, 1.0]], axis=1))
    assert np.allclose(proba.sum(axis=1), 1)


def test_overconfident_scores_are_pulled_back():
    rng = np.random.default_rng(0)
    logit = rng.normal(0, 1.5, 4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-logit))).astype(int)
    calibration = Calibration.fit([two_sided(5 * logit + 2)], y)  # five times too sure, and shifted
    assert calibration.slopes[0] == pytest.approx(1 / 5, abs=0.02)
    assert calibration.bias[1] == pytest.approx(-2 / 5, abs=0.1)


def test_slopes_are_never_negative():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    backwards = two_sided(np.where(y == 1, -1.0, 1.0) + rng.normal(0, 0.5, 300))
    assert Calibration.fit([backwards], y).slopes == (0.0,)
    useful = two_sided(np.where(y == 1, 1.0, -1.0) + rng.normal(0, 0.5, 300))
    slopes = Calibration.fit([backwards, useful], y).slopes
    assert slopes[0] == 0.0
    assert slopes[1] > 1


def test_fusing_a_good_head_and_noise_beats_noise_and_two_good_heads_beat_each():
    rng = np.random.default_rng(1)

    def draw(n):
        y = rng.integers(0, 2, n)
        noise, one, other = (two_sided(strength * (2 * y - 1) + rng.normal(0, 1, n)) for strength in (0, 0.8, 0.8))
        return y, noise, one, other

    def loss(*heads):
        fused = Calibration.fit([train[h] for h in heads], train[0])
        return log_loss(test[0], fused.apply([test[h] for h in heads]))

    train, test = draw(600), draw(4000)
    noise, one, other = 1, 2, 3
    assert loss(noise) == pytest.approx(np.log(2), abs=0.01)
    assert loss(one, noise) < loss(noise) - 0.15
    assert loss(one, noise) == pytest.approx(loss(one), abs=0.01)
    assert loss(one, other) < min(loss(one), loss(other)) - 0.05


def test_calibration_of_one_class_or_of_nothing_is_finite():
    assert Calibration.fit([two_sided([0.0, 1.0])], np.array([1, 1])).apply([two_sided([0.5])])[0, 1] > 0.5
    nothing = Calibration.fit([np.zeros((0, 2))], np.zeros(0, dtype=int))
    assert nothing == Calibration(slopes=(1.0,), bias=(0.0, 0.0))


HEADS = [LinearSVC(), SVC(), KNeighborsClassifier(5), LogisticRegression(), GaussianNB()]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: type(head).__name__)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_any_head_gives_one_score_a_class_and_the_likeliest_is_right(head, n_classes):
    X, y = blobs(n_classes)
    scores = head_scores(fit_head(head, X, y), X, n_classes)
    assert scores.shape == (120, n_classes)
    assert (scores.argmax(axis=1) == y).mean() > 0.95
    proba = Calibration.fit([scores], y).apply([scores])
    assert (proba.argmax(axis=1) == y).mean() > 0.95
    assert np.allclose(proba.sum(axis=1), 1)


def test_the_margin_of_two_classes_is_split_evenly():
    X, y = blobs(2)
    head = fit_head(LinearSVC(), X, y)
    assert np.array_equal(head_scores(head, X, 2), two_sided(head.decision_function(X)))


def test_scores_of_several_svc_classes_are_margins_not_votes():
    X, y = blobs(4)
    head = fit_head(SVC(), X, y)
    assert isinstance(head, OneVsRestClassifier)
    margins = head_scores(head, X, 4)
    # Votes lie within (k - 1.5, k + 0.5) of the number of duels won, 0 to 3; a margin may be far below none.
    own = SVC().fit(X, y == 2).decision_function(X)
    assert np.allclose(margins[:, 2], own)
    # Those with probabilities need no such help.
    assert not isinstance(fit_head(KNeighborsClassifier(), X, y), OneVsRestClassifier)


def test_probabilities_of_0_and_1_are_bounded_in_the_log():
    X, y = np.array([[0.0], [0.1], [5.0], [5.1]]), np.array([0, 0, 1, 1])
    scores = head_scores(fit_head(KNeighborsClassifier(1), X, y), X, 2)
    assert scores.round(3).tolist() == [[0, -6.908], [0, -6.908], [-6.908, 0], [-6.908, 0]]


def test_a_class_that_was_not_there_to_learn_is_the_least_likely():
    X, y = blobs(2)
    for head in (LogisticRegression(), KNeighborsClassifier(), SVC()):
        scores = head_scores(fit_head(head, X, np.where(y == 1, 2, 0)), X, 3)
        assert (scores[:, 1] <= scores[:, [0, 2]].max(axis=1)).all()
        assert scores[:, 1].max() <= np.log(1e-3) + 1e-9


def test_one_class_or_no_row_is_a_constant():
    X = np.ones((3, 2))
    present = fit_head(SVC(), X, np.array([1, 1, 1]))
    assert isinstance(present, DummyClassifier)
    assert head_scores(present, X, 2).argmax(axis=1).tolist() == [1, 1, 1]
    uncoded = fit_head(SVC(), X[:0], np.zeros(0, dtype=int))
    assert head_scores(uncoded, X, 2).argmax(axis=1).tolist() == [0, 0, 0]


def test_the_head_that_was_given_is_not_changed():
    head = SVC()
    fit_head(head, *blobs(2))
    assert not hasattr(head, "classes_")


def test_options_that_make_no_sense_are_refused_with_the_reason():
    with pytest.raises(ConfigError, match=r"head SVC: The 'C' parameter of SVC must be a float .* Got -1 instead\."):
        check_head(SVC(C=-1))
    with pytest.raises(ConfigError, match="head SVC: The 'C' parameter"):
        fit_head(SVC(C=-1), *blobs(2))
    few = fit_head(KNeighborsClassifier(15), *blobs(2, n=10))
    with pytest.raises(ConfigError, match=r"head KNeighborsClassifier: .*n_neighbors = 15, n_samples_fit = 10"):
        head_scores(few, np.zeros((1, 2)), 2)
    check_head(SVC(C=1))


def test_ctrl_c_in_the_middle_of_a_neural_network_ends_the_fit():
    class Interrupted(MLPClassifier):
        def _update_no_improvement_count(self, early_stopping, X, y, sample_weight):
            raise KeyboardInterrupt  # where scikit-learn would swallow it

    X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        Interrupted(max_iter=5).fit(X, y)
    with pytest.raises(KeyboardInterrupt):
        fit_head(Interrupted(max_iter=5), X, y)
