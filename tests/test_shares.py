"""Shares of a label from a coded sample: by hand, against published software, and in repeated samples."""

from __future__ import annotations

import numpy as np
import pytest

from framing.measure.design import Design
from framing.measure.shares import (
    coded_share,
    codes_saved,
    corrected_share,
    naive_share,
    power_tuning,
    simultaneous,
)
from framing.scores import Score
from framing.shares.table import ShareRow, ShareTable
from framing.shares.text import shares_in_words, shares_text

ALL = np.ones((12, 1))


def twelve() -> tuple[np.ndarray, np.ndarray, Design]:
    """Twelve coded rows in six documents and two strata: 1 of 5 of the first is drawn, 1 of 2 of the second."""
    y = np.array([1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], dtype=float)
    f = np.array([0.8, 0.6, 0.2, 0.4, 0.8, 0.2, 0.2, 0.0, 0.6, 0.2, 0.4, 0.0])
    units = np.repeat(np.arange(6), 2)
    strata = np.repeat([0, 1], 6)
    return y, f, Design(np.where(strata == 0, 0.2, 0.5), units, strata)


def test_the_coded_rows_alone_give_the_ratio_of_two_horvitz_thompson_totals():
    y, _, design = twelve()
    shares = coded_share(y, design, ALL)
    # Six rows stand for 5 each, of which 3 have it; six for 2 each, of which 1 has it: 17 of 42.
    assert shares.value.item() == pytest.approx(17 / 42)
    assert (shares.rows.item(), shares.units.item(), shares.freedom.item()) == (12, 6, 4)


def test_its_variance_is_that_of_documents_within_strata():
    y, _, design = twelve()
    p = 17 / 42
    # Errors of the documents, weighted: 5 (2 - 2p), 5 (0 - 2p), 5 (1 - 2p); then 2 (0 - 2p) twice and 2 (1 - 2p).
    first, second = 5 * np.array([2 - 2 * p, -2 * p, 1 - 2 * p]) / 42, 2 * np.array([-2 * p, 1 - 2 * p, -2 * p]) / 42
    by_hand = 3 / 2 * 0.8 * ((first - first.mean()) ** 2).sum() + 3 / 2 * 0.5 * ((second - second.mean()) ** 2).sum()
    assert coded_share(y, design, ALL).variance.item() == pytest.approx(by_hand)
    # That is 25 / 42² of 1.2 · (1 + 1 + 0), and 4 / 42² of 0.75 · 2 / 3.
    assert by_hand == pytest.approx((25 * 1.2 * 2 + 4 * 0.75 * 2 / 3) / 42**2)


def test_a_trusted_prediction_is_mended_by_its_weighted_error():
    y, f, design = twelve()
    shares = corrected_share(y, f, np.array([0.35]), design, ALL, power=1.0)
    # Errors y - f: 5 · (3 - 3.0) + 2 · (1 - 1.4) = -0.8, over 42 rows.
    assert shares.value.item() == pytest.approx(0.35 - 0.8 / 42)


def test_predictions_that_are_not_trusted_change_nothing():
    y, f, design = twelve()
    alone, mended = coded_share(y, design, ALL), corrected_share(y, f, np.array([0.9]), design, ALL, power=0.0)
    assert mended.value == pytest.approx(alone.value)
    assert mended.variance == pytest.approx(alone.variance)
    assert codes_saved(alone, mended) == pytest.approx(1)


def test_what_is_coded_as_a_whole_is_certain_in_this_corpus_and_not_beyond_it():
    y, here = twelve()[0], Design(np.ones(12), np.arange(12))
    beyond = Design(np.ones(12), np.arange(12), finite=False)
    assert coded_share(y, here, ALL).variance.item() == 0
    assert coded_share(y, beyond, ALL).variance.item() == pytest.approx(1 / 3 * 2 / 3 / 11)


def independent(seed: int, n: int, n_rest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n + n_rest)
    y = (x + rng.normal(size=n + n_rest) > 1).astype(float)
    f = 1 / (1 + np.exp(-(1.3 * x - 1.2)))
    return y[:n], f[:n], f[n:]


# Made by ppi_mean_pointestimate and ppi_mean_ci(alpha=0.05) of ppi-python 0.2.3 on the rows of ``independent``.
PPI = [
    (0, 40, 200, None, 0.1863320867331837, 0.07242002582151649, 0.30024414764485086),
    (0, 40, 200, 0.0, 0.175, 0.057249138300635535, 0.29275086169936443),
    (0, 40, 200, 1.0, 0.20671776623513993, 0.08931773894980422, 0.32411779352047565),
    (1, 100, 1000, None, 0.2297720795859947, 0.15561698412223496, 0.3039271750497544),
    (1, 100, 1000, 0.0, 0.22, 0.13880921643246003, 0.30119078356754),
    (1, 100, 1000, 1.0, 0.23434142308128075, 0.16088543406647735, 0.30779741209608413),
]


@pytest.mark.parametrize(("seed", "n", "n_rest", "power", "share", "low", "high"), PPI)
def test_on_independent_rows_it_agrees_with_ppi_python(seed, n, n_rest, power, share, low, high):
    y, f, rest = independent(seed, n, n_rest)
    tuned = power_tuning(y, f, rest) if power is None else power
    design = Design(np.full(n, n / (n + n_rest)), np.arange(n), finite=False)
    shares = corrected_share(y, f, np.array([rest.mean()]), design, np.ones((n, 1)), power=tuned)
    assert shares.value.item() == pytest.approx(share, abs=1e-6)
    # ppi-python divides by n where we divide by n - 1, and takes the normal quantile.
    variance = shares.variance.item() * (n - 1) / n + tuned**2 * rest.var() / n_rest
    half = 1.959963984540054 * np.sqrt(variance)
    assert (share - half, share + half) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("seed", "n", "n_rest", "power"), [(0, 40, 200, 0.35727884016715294), (1, 100, 1000, 0.6813884180538368)]
)
def test_the_power_is_that_of_ppi_python(seed, n, n_rest, power):
    assert power_tuning(*independent(seed, n, n_rest)) == pytest.approx(power, abs=1e-9)


def test_predictions_that_say_the_opposite_are_not_trusted():
    y, f, design = twelve()
    assert corrected_share(y, 1 - f, np.array([0.6]), design, ALL).power == 0


def test_a_corpus_that_is_a_sample_itself_has_a_wider_interval():
    y, f, design = twelve()
    here = corrected_share(y, f, np.array([0.35]), design, ALL, power=0.5)
    beyond = corrected_share(y, f, np.array([0.35]), design, ALL, power=0.5, mean_deviations=np.array([[0.1]]))
    assert beyond.variance.item() == pytest.approx(here.variance.item() + 0.05**2)


def test_documents_that_lie_in_both_groups_cancel_out_of_the_difference():
    y = np.array([1, 1, 0, 0, 1, 1, 0, 0], dtype=float)
    groups = np.eye(2)[np.tile([0, 1], 4)]
    shares = coded_share(y, Design(np.full(8, 0.1), np.repeat(np.arange(4), 2)), groups)
    assert shares.value.tolist() == [0.5, 0.5]
    assert shares.contrast(np.array([1.0, -1.0])) == (0, 0, 0)


def test_the_naive_share_counts_what_was_decided_and_leaves_out_what_is_open():
    shares = naive_share(np.array([1.0, 0, np.nan, 1, 1]), np.array([0, 0, 1, 2, 2]), np.array([0, 0, 0, 1, -1]), 2)
    assert shares.value.tolist() == [0.5, 1.0]
    assert shares.rows.tolist() == [2, 1]


def test_a_label_that_nobody_coded_has_an_interval_all_the_same():
    low, high = coded_share(np.zeros(30), Design(np.full(30, 0.1), np.arange(30)), np.ones((30, 1))).interval()
    assert low.item() == pytest.approx(0, abs=1e-12)
    assert 0.1 < high.item() < 0.14  # about the rule of three, and a little more


def test_three_intervals_that_hold_together_are_each_wider():
    assert simultaneous(0.95, 1) == pytest.approx(0.95)
    assert simultaneous(0.95, 3) == pytest.approx(0.95 ** (1 / 3))


@pytest.mark.parametrize("documents", [False, True], ids=["sentences", "documents"])
def test_intervals_cover_the_truth_in_about_95_of_100_samples(documents):
    rng = np.random.default_rng(1)
    units = np.repeat(np.arange(1000), 3)
    x = rng.normal(size=1000)[units] + rng.normal(size=3000)
    y, f = (x + rng.normal(size=3000) > 1.5).astype(float), 1 / (1 + np.exp(2 - 1.5 * x))
    hits, widths = [], []
    for _ in range(300):
        if documents:
            rows = np.flatnonzero(np.isin(units, rng.choice(1000, 80, replace=False)))
            design = Design(np.full(len(rows), 0.08), units[rows])
        else:
            rows = rng.choice(3000, 200, replace=False)
            design = Design(np.full(200, 200 / 3000), units[rows])
        ones = np.ones((len(rows), 1))
        both = (
            coded_share(y[rows], design, ones),
            corrected_share(y[rows], f[rows], f.mean(keepdims=True), design, ones),
        )
        bounds = [shares.interval() for shares in both]
        hits.append([low.item() <= y.mean() <= high.item() for low, high in bounds])
        widths.append([(high - low).item() for low, high in bounds])
    covered, width = np.mean(hits, axis=0), np.mean(widths, axis=0)
    assert (covered > 0.92).all()
    assert (covered < 0.98).all()
    assert width[1] < 0.85 * width[0]


def test_what_is_all_coded_has_an_interval_of_no_width():
    y = twelve()[0]
    low, high = coded_share(y, Design(np.ones(12), np.arange(12)), ALL).interval()
    assert (low.item(), high.item()) == (pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_a_share_is_told_from_thirty_rows_in_ten_documents_on():
    y, design = np.tile([0.0, 1.0], 15), Design(np.full(30, 0.1), np.arange(30))
    assert coded_share(y, design, np.ones((30, 1))).enough().tolist() == [True]
    assert coded_share(y[:29], Design(np.full(29, 0.1), np.arange(29)), np.ones((29, 1))).enough().tolist() == [False]
    assert coded_share(y, Design(np.full(30, 0.1), np.arange(30) // 4), np.ones((30, 1))).enough().tolist() == [False]


def test_a_model_is_not_said_to_be_worth_more_codes_than_the_corpus_has():
    score = Score(0.2, 0.1, 0.3)
    row = ShareRow((), (), "gain", 207, 60, 26, score, score, score, 1.0, 175.0)
    said = [shares_in_words(ShareTable((row,), finite=finite))[0] for finite in (True, False)]
    assert said == [
        "gain: the model saved codes: 60 with it tell as much as nearly all 207 of the corpus without.",
        "gain: the model saved codes: 60 with it tell as much as 10,500 without.",
    ]
    assert "×175\n" in shares_text(ShareTable((row,)), 100)
