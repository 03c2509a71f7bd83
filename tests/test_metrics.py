"""Scores equal scikit-learn's, and their intervals come from whole groups."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import (
    average_precision,
    calibration_error,
    f1,
    frame_estimates,
    precision,
    recall,
    roc_auc,
    stance_estimates,
    with_intervals,
)

LABELS = ("rain", "sun", "wind")


def one_row(n):
    """The rows as they are."""
    return np.ones((1, n))


def as_is(estimates):
    """The figures that are means over rows: a calibration error knows that a row seen thrice is no three rows."""
    return {k: e.value for k, e in estimates.items() if not k.endswith("calibration_error")}


def replicate(estimates):
    """The first replicate of the same figures."""
    return as_is({k: Estimate(e.replicates[0], e.replicates) for k, e in estimates.items()})


def random_frames(seed, n=80):
    """Codes, probabilities with many ties, and decisions."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, 3)) < (0.5, 0.3, 0.1)).astype(float)
    Y[0], Y[1] = 1, 0
    proba = np.clip(rng.integers(0, 11, (n, 3)) / 10 * 0.7 + 0.25 * Y, 0.01, 0.99).round(2)
    return Y, proba, proba >= 0.5


def test_a_small_case_by_hand():
    y, decided = np.array([1, 1, 1, 0, 0]), np.array([1, 0, 0, 1, 0])
    assert precision(y, decided, one_row(5)).tolist() == [1 / 2]
    assert recall(y, decided, one_row(5)).tolist() == [1 / 3]
    assert f1(y, decided, one_row(5)).tolist() == [2 / 5]


def test_average_precision_lets_equal_probabilities_enter_together():
    proba = np.array([0.5, 0.5])
    # Whichever stands first: one step, half of it right.
    assert average_precision(np.array([1, 0]), proba, one_row(2)).tolist() == [0.5]
    assert average_precision(np.array([0, 1]), proba, one_row(2)).tolist() == [0.5]


@pytest.mark.parametrize("seed", range(5))
def test_frames_equal_scikit_learn(seed):
    Y, proba, decided = random_frames(seed)
    scores = {path: e.value for path, e in frame_estimates(Y, proba, decided, LABELS, one_row(len(Y))).items()}
    pairs = list(zip(Y.T, decided.T, strict=True))
    expected = {
        "macro_f1": sk.f1_score(Y, decided, average="macro"),
        "micro_f1": sk.f1_score(Y, decided, average="micro"),
        "macro_f1_two_class": np.mean([sk.f1_score(y, d, average="macro") for y, d in pairs]),
        "mean_ap": sk.average_precision_score(Y, proba, average="macro"),
        "brier": np.mean([sk.brier_score_loss(y, p) for y, p in zip(Y.T, proba.T, strict=True)]),
        "log_loss": np.mean([sk.log_loss(y, p) for y, p in zip(Y.T, proba.T, strict=True)]),
    }
    for j, label in enumerate(LABELS):
        expected[f"{label}/f1"] = sk.f1_score(Y[:, j], decided[:, j])
        expected[f"{label}/precision"] = sk.precision_score(Y[:, j], decided[:, j])
        expected[f"{label}/recall"] = sk.recall_score(Y[:, j], decided[:, j])
        expected[f"{label}/share"] = Y[:, j].mean()
        expected[f"{label}/predicted_share"] = decided[:, j].mean()
        expected[f"{label}/brier"] = sk.brier_score_loss(Y[:, j], proba[:, j])
        expected[f"{label}/log_loss"] = sk.log_loss(Y[:, j], proba[:, j])
        expected[f"{label}/calibration_error"] = float(calibration_error(Y[:, j], proba[:, j], one_row(len(Y)))[0])
        expected[f"{label}/ap"] = sk.average_precision_score(Y[:, j], proba[:, j])
    expected["calibration_error"] = np.mean([expected[f"{label}/calibration_error"] for label in LABELS])
    assert scores == pytest.approx(expected, abs=1e-12)
    assert next(iter(scores)) == "macro_f1"


@pytest.mark.parametrize("seed", range(5))
def test_stance_equals_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    classes = ("favor", "against", "neutral")
    y, proba = rng.integers(0, 3, 60), rng.dirichlet((1, 1, 1), 60)
    said = proba.argmax(axis=1)
    scores = {path: e.value for path, e in stance_estimates(y, proba, classes, one_row(60)).items()}
    assert next(iter(scores)) == "macro_f1"
    assert scores["macro_f1"] == pytest.approx(sk.f1_score(y, said, average="macro"))
    assert scores["accuracy"] == pytest.approx(sk.accuracy_score(y, said))
    assert scores["log_loss"] == pytest.approx(sk.log_loss(y, proba))
    assert scores["brier"] == pytest.approx(((proba - np.eye(3)[y]) ** 2).sum(axis=1).mean())
    for k, name in enumerate(classes):
        assert scores[f"{name}/f1"] == pytest.approx(sk.f1_score(y == k, said == k))
        assert scores[f"{name}/precision"] == pytest.approx(sk.precision_score(y == k, said == k))
        assert scores[f"{name}/recall"] == pytest.approx(sk.recall_score(y == k, said == k))
        assert scores[f"{name}/predicted_share"] == pytest.approx((said == k).mean())
    assert scores["calibration_error"] == pytest.approx(
        np.mean([scores[f"{name}/calibration_error"] for name in classes])
    )


def test_a_stance_is_scored_by_its_decisions_where_these_are_given():
    y, classes = np.array([0, 1, 2, 0]), ("favor", "against", "neutral")
    proba = np.array([[0.6, 0.2, 0.2], [0.5, 0.4, 0.1], [0.5, 0.2, 0.3], [0.7, 0.2, 0.1]])
    likeliest = stance_estimates(y, proba, classes, one_row(4))
    # Only .7 is favor enough; then the second row is left open, and a row without a decision is never right.
    decided = np.eye(3, dtype=bool)[[2, 1, 2, 0]]
    strict = stance_estimates(y, proba, classes, one_row(4), decided)
    decided[1] = False
    open_ = stance_estimates(y, proba, classes, one_row(4), decided)
    assert [found["favor/precision"].value for found in (likeliest, strict, open_)] == [1 / 2, 1, 1]
    assert [found["favor/recall"].value for found in (likeliest, strict, open_)] == [1, 1 / 2, 1 / 2]
    assert [found["accuracy"].value for found in (likeliest, strict, open_)] == [2 / 4, 3 / 4, 2 / 4]
    assert [found["against/recall"].value for found in (likeliest, strict, open_)] == [0, 1, 0]
    assert strict["brier"].value == likeliest["brier"].value


@pytest.mark.parametrize("seed", range(3))
def test_roc_auc_equals_scikit_learn_with_ties_and_weights(seed):
    Y, proba, _ = random_frames(seed)
    weights = np.random.default_rng(seed).integers(0, 4, len(Y)).astype(float)
    both = roc_auc(Y[:, 0], proba[:, 0], np.vstack([np.ones(len(Y)), weights]))
    assert both[0] == pytest.approx(sk.roc_auc_score(Y[:, 0], proba[:, 0]))
    assert both[1] == pytest.approx(sk.roc_auc_score(Y[:, 0], proba[:, 0], sample_weight=weights))


@pytest.mark.parametrize("seed", range(5))
def test_a_weight_of_three_is_a_row_repeated_three_times(seed):
    Y, proba, decided = random_frames(seed)
    weights = np.random.default_rng(seed + 100).integers(0, 4, len(Y))
    weights[:2] = 1
    again = np.repeat(np.arange(len(Y)), weights)
    weighted = frame_estimates(Y, proba, decided, LABELS, np.vstack([np.ones(len(Y)), weights]))
    repeated = frame_estimates(Y[again], proba[again], decided[again], LABELS, one_row(len(again)))
    assert replicate(weighted) == pytest.approx(as_is(repeated))

    classes = np.random.default_rng(seed).dirichlet((1, 1, 1), len(Y))
    y = Y.argmax(axis=1)
    weighted = stance_estimates(y, classes, LABELS, np.vstack([np.ones(len(Y)), weights]))
    repeated = stance_estimates(y[again], classes[again], LABELS, one_row(len(again)))
    assert replicate(weighted) == pytest.approx(as_is(repeated))


def test_a_cell_that_was_not_coded_counts_for_nothing():
    Y, proba, decided = random_frames(0)
    Y[10:30, 1] = np.nan
    scores = frame_estimates(Y, proba, decided, LABELS, one_row(len(Y)))
    kept = ~np.isnan(Y[:, 1])
    assert scores["sun/f1"].value == pytest.approx(sk.f1_score(Y[kept, 1], decided[kept, 1]))
    assert scores["sun/ap"].value == pytest.approx(sk.average_precision_score(Y[kept, 1], proba[kept, 1]))
    assert scores["rain/f1"].value == pytest.approx(sk.f1_score(Y[:, 0], decided[:, 0]))
    cells = ~np.isnan(Y)
    assert scores["micro_f1"].value == pytest.approx(sk.f1_score(Y[cells], decided[cells]))
    # What is predicted in the masked cells changes nothing at all.
    proba[10:30, 1], decided[10:30, 1] = 0.99, True
    other = frame_estimates(Y, proba, decided, LABELS, one_row(len(Y)))
    assert {k: e.value for k, e in scores.items()} == {k: e.value for k, e in other.items()}


def test_a_label_that_nobody_coded_has_no_score_and_is_in_no_mean():
    Y, proba, decided = random_frames(0)
    Y[:, 2] = np.nan
    scores = with_intervals(frame_estimates(Y, proba, decided, LABELS, one_row(len(Y))))
    assert not [path for path in scores if path.startswith("wind/")]
    assert scores["macro_f1"] == pytest.approx((scores["rain/f1"] + scores["sun/f1"]) / 2, abs=1e-6)
    assert with_intervals(frame_estimates(np.full((5, 3), np.nan), proba[:5], decided[:5], LABELS, one_row(5))) == {}
    assert np.isnan(f1(np.zeros(3), np.zeros(3), one_row(3))).all()


def test_the_calibration_error_by_hand():
    # Two bins of ten, told 0.5: nine and one are present. The gaps are 0.4, chance alone brings 0.09 / 9 to a square.
    y, proba = np.repeat([1.0, 0, 1, 0], [9, 1, 1, 9]), np.repeat([0.5, 0.5000001], 10)
    assert calibration_error(y, proba, one_row(20)) == pytest.approx([np.sqrt(0.4**2 - 0.01)], abs=1e-6)
    # Where rows of equal probability cannot be told apart, the two halves make up for each other.
    assert calibration_error(y, np.full(20, 0.5), one_row(20)).tolist() == [0.0]
    assert np.isnan(calibration_error(np.zeros(0), np.zeros(0), one_row(0))).all()


def test_the_calibration_error_of_true_probabilities_is_near_zero_and_of_false_ones_their_gap():
    rng = np.random.default_rng(0)
    truth = rng.beta(0.5, 2, 4000)
    y = (rng.random(4000) < truth).astype(float)
    assert calibration_error(y, truth, one_row(4000))[0] < 0.012
    assert calibration_error(y, truth + 0.1, one_row(4000)) == pytest.approx([0.1], abs=0.015)
    # Of a hundred true rows chance alone makes the mean square about 0.012, in bins of ten; most of it is taken off.
    means = [
        np.square(calibration_error(y[i : i + 100], truth[i : i + 100], one_row(100))) for i in range(0, 4000, 100)
    ]
    assert np.mean(means) < 0.005


def test_a_score_has_three_names_value_and_both_bounds():
    scores = with_intervals(
        {"f1": Estimate(0.5, np.linspace(0, 1, 1001)), "ap": Estimate(float("nan"), np.array([0.1]))}
    )
    assert scores == {"f1": 0.5, "f1_low": 0.025, "f1_high": 0.975, "ap_low": 0.1, "ap_high": 0.1}


def test_the_first_weights_are_the_rows_as_they_are():
    W = bootstrap_weights(np.array([0, 0, 1, 2, 2, 2]), n_replicates=50, seed=1)
    assert W.shape == (51, 6)
    assert W[0].tolist() == [1.0] * 6


def test_rows_of_one_group_are_drawn_together():
    groups = np.array([0, 1, 0, 2, 1, 3])
    W = bootstrap_weights(groups, n_replicates=200)
    for group in range(4):
        columns = W[:, groups == group]
        assert (columns == columns[:, :1]).all()
    # Four draws among four groups, in each replicate.
    assert {sum(row[[0, 1, 3, 5]]) for row in W[1:]} == {4.0}
    assert np.array_equal(W, bootstrap_weights(groups, n_replicates=200))
    assert not np.array_equal(W, bootstrap_weights(groups, n_replicates=200, seed=1))


def test_sentences_of_one_document_say_the_same_so_the_interval_is_wider():
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random(40) < 0.7, 10).astype(float)  # 40 documents, all sentences right or all wrong
    documents = np.repeat(np.arange(40), 10)

    def width(groups):
        shares = bootstrap_weights(groups) @ right / len(right)
        low, high = Estimate(shares[0], shares[1:]).interval()
        return high - low

    assert width(documents) > 2.5 * width(np.arange(400))


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        right = (rng.random(100) < 0.7).astype(float)
        W = bootstrap_weights(np.arange(100), n_replicates=300, seed=seed)
        shares = W @ right / W.sum(axis=1)
        low, high = Estimate(shares[0], shares[1:]).interval()
        held += low <= 0.7 <= high
    assert 0.9 <= held / 200 <= 0.99


def test_the_interval_of_a_difference_is_paired():
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.4).astype(float)
    good = np.where(rng.random(300) < 0.8, y, 1 - y)
    better = np.where(rng.random(300) < 0.3, y, good)  # right wherever `good` is, and more often
    W = bootstrap_weights(np.arange(300))
    one, other = (Estimate(values[0], values[1:]) for values in (f1(y, better, W), f1(y, good, W)))
    difference = one - other
    assert difference.value == pytest.approx(one.value - other.value)
    low, high = difference.interval()
    assert 0 < low < difference.value < high
    # Unpaired, the two intervals overlap and could not tell.
    assert one.interval()[0] < other.interval()[1]
    assert (one - one).interval() == (0.0, 0.0)


def test_replicates_without_a_figure_are_left_out_of_the_interval():
    assert Estimate(0.5, np.array([np.nan, 0.4, 0.6])).interval(0.9) == (0.41, 0.59)
    assert np.isnan(Estimate(0.5, np.array([np.nan])).interval()).all()
