"""Two models on the same rows: which is better, and are the rows enough to say so?"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from framing.cli.compare import _other_options
from framing.measure.compare import Difference, bootstrap_p, detectable_difference, differences, holm
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import compared_estimates, frame_estimates
from framing.report.differences import differences_figure, differences_text, in_words

LABELS = ("rain", "sun")


def coded(seed, n=400, right=(0.9, 0.6)):
    """Codes, and for each of some models decisions that are right in some share of the cells."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, 2)) < 0.4).astype(float)
    decided = [np.where(rng.random((n, 2)) < share, Y, 1 - Y).astype(bool) for share in right]
    return Y, decided, bootstrap_weights(np.arange(n) // 2, 500, seed)


def scores(Y, decided, W):
    return compared_estimates(Y, decided * 0.8 + 0.1, decided, LABELS, W)


def test_scores_that_are_compared_are_those_of_the_evaluation():
    Y, (decided, _), W = coded(0, 60)
    Y[:5, 1] = np.nan
    found, full = scores(Y, decided, W), frame_estimates(Y, decided * 0.8 + 0.1, decided, LABELS, W)
    for name, estimate in found.items():
        assert estimate.value == full[name].value
        assert np.array_equal(estimate.replicates, full[name].replicates, equal_nan=True)


def test_a_better_model_is_told_and_by_how_much():
    Y, decided, W = coded(0, right=(0.6, 0.9))
    weak, strong = (scores(Y, d, W) for d in decided)
    (found,) = differences(weak, [strong], ["macro_f1"])
    one = found["macro_f1"]
    assert one.value == pytest.approx(strong["macro_f1"].value - weak["macro_f1"].value)
    assert one.low <= one.value <= one.high
    assert one.told
    assert one.p < 2 / 501  # no resample of 500 is on the other side
    assert one.detectable < one.value


def test_many_comparisons_leave_a_clear_difference_told():
    Y, decided, W = coded(0, right=(0.6, 0.95))
    weak, strong = (scores(Y, d, W) for d in decided)
    found = differences(weak, [strong] * 60, ["macro_f1"])
    assert all(one["macro_f1"].told for one in found)


def test_a_label_that_nobody_coded_has_no_number_of_rows():
    Y, (decided, _), W = coded(0)
    Y[:, 0] = np.nan
    assert scores(Y, decided, W)[f"{LABELS[0]}/f1"].n is None


def test_a_model_beside_itself_is_no_difference():
    Y, (decided, _), W = coded(0)
    same = scores(Y, decided, W)
    (found,) = differences(same, [same], ["macro_f1", "rain/f1"])
    assert {(one.value, one.low, one.high, one.p, one.detectable) for one in found.values()} == {(0, 0, 0, 1, 0)}
    assert in_words(found) == ["The two score the same in every resample: they decide alike."]


def test_noise_is_told_apart_about_as_seldom_as_was_asked_for():
    told = 0
    for seed in range(20):
        Y, decided, W = coded(seed, 120, right=(0.8, 0.8))
        first, other = (scores(Y, d, W) for d in decided)
        (found,) = differences(first, [other], ["macro_f1"])
        told += found["macro_f1"].told
    assert told <= 4  # 1 of 20 is expected; 5 or more come once in 400 times


def test_p_values_are_corrected_for_all_runs_and_labels_together():
    assert holm([0.04, 0.01]) == [0.04, 0.02]
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
    assert np.isnan(holm([float("nan"), 0.02])[0])
    assert holm([float("nan"), 0.02])[1] == 0.02
    Y, decided, W = coded(1, right=(0.7, 0.76, 0.74, 0.7))
    first, *others = (scores(Y, d, W) for d in decided)
    alone = [differences(first, [other], ["macro_f1"])[0]["macro_f1"] for other in others]
    together = [found["macro_f1"] for found in differences(first, others, ["macro_f1"])]
    assert [one.p for one in together] == [one.p for one in alone]
    assert [one.adjusted for one in together] == holm([one.p for one in alone])
    assert all(many.detectable > one.detectable for many, one in zip(together, alone, strict=True))


def test_the_p_value_counts_resamples_beyond_zero():
    steps = np.array([-1.0, *range(1, 40)])
    assert bootstrap_p(Estimate(3.0, steps)) == 2 * 2 / 41
    assert bootstrap_p(Estimate(-3.0, -steps)) == 2 * 2 / 41
    assert np.isnan(bootstrap_p(Estimate(0.0, np.full(3, np.nan))))


def test_four_times_the_rows_tell_half_the_difference():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.02, 4000)
    few, many = (detectable_difference(Estimate(0.0, noise * part)) for part in (1, 0.5))
    assert many == pytest.approx(few / 2)
    assert few == pytest.approx((1.96 + 0.8416) * 0.02, rel=0.03)


def test_a_label_that_one_model_has_no_score_for_is_left_out():
    nothing = Estimate(float("nan"), np.full(3, np.nan))
    some = Estimate(0.5, np.array([0.4, 0.5, 0.6]))
    assert differences({"a/f1": nothing, "b/f1": some}, [{"a/f1": some}], ["a/f1", "b/f1"]) == [{}]


FOUND = {
    "macro_f1": Difference(0.6, 0.7, 0.1, 0.05, 0.15, 0.001, 0.001, 0.07, 90),
    "mean_ap": Difference(0.6, 0.61, 0.01, -0.03, 0.05, 0.6, 0.6, 0.057, 90),
    "national_security_and_order/f1": Difference(0.6, 0.4, -0.2, -0.3, -0.1, 0.0004, 0.001, 0.14, 30),
}


def test_the_comparison_is_told_in_words():
    assert in_words(FOUND) == [
        "macro-F1: better by 0.100, Holm p 0.001.",
        "mean AP: not told apart; these rows would tell a difference of 0.057 or more.",
        "Worse in F1 of national_security_and_order (-0.200).",
    ]


def test_the_table_has_eighty_columns_whatever_labels_are_called():
    lines = differences_text("81ab77cd tfidf-svm", FOUND, 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["score", "first", "this", "difference,", "95", "%", "p", "Holm", "least"]
    assert lines[4].split()[1:] == ["0.600", "0.700", "+0.100", "[+0.050,", "+0.150]", "0.001", "0.001", "0.070"]
    assert " <0.001  0.001  0.140" in lines[6]  # too small to be written


def test_the_figure_has_a_row_a_score_and_a_colour_a_run():
    figure = differences_figure(["one", "two"], [FOUND, {"macro_f1": FOUND["macro_f1"]}], "frames")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "macro-F1",
        "mean AP",
        "national security and order",
    ]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["one", "two"]


def test_a_run_says_in_which_options_it_differs_from_the_first_and_not_where_it_is_kept():
    first, other = (
        SimpleNamespace(params={"head.C": C, "split.by": "group", "tracking.uri": f"{C}.db", "output": C} | more)
        for C, more in (("1", {}), ("2", {"encoder.model": "small"}))
    )
    assert _other_options(first, other, 80) == "\ndiffers: head.C 1 → 2, encoder.model – → small"
    assert _other_options(first, first, 80) == ""
