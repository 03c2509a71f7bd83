"""What a person reads after a training or an evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from framing.measure.agreement import krippendorff_alpha
from framing.measure.ceiling import coders_ceiling
from framing.measure.disagreement import worst_disagreements
from framing.measure.intervals import bootstrap_weights
from framing.measure.metrics import frame_estimates
from framing.measure.nominal import nominal_estimates
from framing.measure.slices import slices_of
from framing.measure.summary import summarise
from framing.measure.verdicts import NOT_USABLE, TOO_FEW, USABLE, WEAK, verdict_of
from framing.records import Sentence
from framing.report.errors import Disagreement, errors_csv, errors_text
from framing.report.scores import columns_text, scores_text
from framing.scores import Score

LABELS = ("economic_opportunity_and_growth", "national_security", "morality")


def predicted(seed=0, n=240, shares=(0.5, 0.3, 0.05)):
    """Sentences in documents of three, their codes, probabilities, decisions, groups and weights."""
    rng = np.random.default_rng(seed)
    Y = (rng.random((n, 3)) < shares).astype(float)
    proba = np.clip(0.1 + 0.6 * Y + rng.normal(0, 0.2, (n, 3)), 0.01, 0.99)
    groups = np.arange(n) // 3
    sentences = [Sentence(f"Sentence {i}", source="ABCD"[i % 4], doc_id=str(g)) for i, g in enumerate(groups)]
    return sentences, Y, proba, proba > 0.5, groups, bootstrap_weights(groups, 300, seed)


def summary(sentences, Y, proba, decided, groups, W, exclusive=False):
    estimates = frame_estimates(Y, proba, decided, LABELS, W)
    return summarise(sentences, Y, decided, LABELS, groups, W, estimates, field="frames", exclusive=exclusive)


# --- an estimate lies in its interval ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_bootstrap_of_the_calibration_error_lies_around_it(seed):
    _, Y, proba, decided, _, W = predicted(seed)
    estimates = frame_estimates(Y, proba, decided, LABELS, W)
    for name in ("calibration_error", *(f"{label}/calibration_error" for label in LABELS)):
        low, high = np.nanquantile(estimates[name].replicates, [0.025, 0.975])  # as drawn, nothing mended
        assert low <= estimates[name].value + 1e-9
        assert estimates[name].value <= high


# --- one label a row --------------------------------------------------------------------------------------------


def test_accuracy_kappa_and_alpha_are_those_of_others_also_where_no_label_is_one():
    rng = np.random.default_rng(0)
    y, said = rng.integers(0, 4, 80), rng.integers(0, 4, 80)
    said[:40] = y[:40]
    one_hot = np.vstack([np.eye(3), np.zeros(3)])
    W = np.vstack([np.ones(80), rng.integers(0, 3, 80)])
    found = nominal_estimates(one_hot[y], one_hot[said].astype(bool), W)
    assert found["accuracy"].value == pytest.approx(sk.accuracy_score(y, said))
    assert found["kappa"].value == pytest.approx(sk.cohen_kappa_score(y, said))
    assert found["alpha"].value == pytest.approx(krippendorff_alpha(np.array([y, said], dtype=float)))
    assert found["kappa"].replicates[0] == pytest.approx(sk.cohen_kappa_score(y, said, sample_weight=W[1]))
    assert found["kappa"].n == 80


def test_rows_that_are_not_fully_coded_are_no_part_of_the_agreement():
    Y, decided = np.array([[1, 0], [np.nan, 0]]), np.array([[True, False], [True, False]])
    assert nominal_estimates(Y, decided, np.ones((1, 2)))["accuracy"].n == 1
    assert nominal_estimates(Y[1:], decided[1:], np.ones((1, 1))) == {}


# --- coders ------------------------------------------------------------------------------------------------------


def test_the_ceiling_is_the_f1_of_one_coder_against_another():
    ann, ben = ["rain"] * 15 + [""] * 10, ["rain"] * 10 + [""] * 5 + ["rain"] * 5 + [""] * 5
    said = [
        [{"coder": c, "frames": [x] if x else []} for c, x in zip("ab", pair, strict=True)]
        for pair in zip(ann, ben, strict=True)
    ]
    as_cells = [Sentence(f"{i}", extra={"coders": cell}) for i, cell in enumerate(said)]
    as_rows = [
        Sentence(f"{i}", frames=tuple(one["frames"]), extra={"coder": one["coder"]})
        for i, cell in enumerate(said)
        for one in cell
    ]
    for rows in (as_cells, as_rows):
        found = coders_ceiling(rows, ("rain", "sun"), "frames")
        assert found.f1 == {"rain": pytest.approx(sk.f1_score(np.array(ann) == "rain", np.array(ben) == "rain"))}
        assert (found.n, found.coders, found.macro_f1) == (25, ("a", "b"), found.f1["rain"])
    # Typography and spaces are no other sentence; a label that one of two did not look at is no disagreement.
    other = [replace(s, text=f" {s.text}\xa0") if s.extra["coder"] == "b" else s for s in as_rows]
    assert coders_ceiling(other, ("rain",), "frames") == coders_ceiling(as_rows, ("rain",), "frames")
    partly = [replace(s, coded=("sun",), frames=()) if s.extra["coder"] == "b" else s for s in as_rows]
    assert coders_ceiling(partly, ("rain", "sun"), "frames").f1 == {}
    assert coders_ceiling(as_cells[:19], ("rain",), "frames") is None  # too few to say
    assert coders_ceiling([Sentence("x", extra={"coders": "ann, ben"})] * 30, ("rain",), "frames") is None


# --- verdicts ----------------------------------------------------------------------------------------------------


def test_a_verdict_is_given_by_score_bound_and_coders():
    assert verdict_of(Score(0.75, 0.66, 0.84), 90, 90).word == USABLE
    assert verdict_of(Score(0.65, 0.58, 0.72), 90, 90).word == WEAK
    assert verdict_of(Score(0.698, 0.66, 0.74), 90, 90).word == USABLE  # it is shown as 0.70
    assert verdict_of(Score(0.694, 0.66, 0.74), 90, 90).word == WEAK
    assert verdict_of(Score(0.45, 0.38, 0.52), 90, 90).word == NOT_USABLE
    assert verdict_of(Score(0.65, 0.58, 0.72), 90, 90, bound=0.6).word == USABLE
    # Nobody can ask for more than coders give each other; but what they do not agree on is weak at best.
    assert verdict_of(Score(0.65, 0.58, 0.72), 90, 90, ceiling=0.62).word == USABLE
    disputed = verdict_of(Score(0.55, 0.5, 0.6), 90, 90, ceiling=0.4)
    assert (disputed.word, "sharpen the label's definition" in disputed.advice) == (WEAK, True)


def test_of_few_cases_nothing_is_said_but_how_many_more_would_do():
    assert verdict_of(Score(1.0, 1.0, 1.0), 12, 12).word == TOO_FEW
    assert verdict_of(Score(1.0, 1.0, 1.0), 12, 12).advice == "code about 8 more rows that have it"
    wide = verdict_of(Score(0.6, 0.4, 0.8), 25, 25)  # half as wide with four times as many
    assert (wide.word, wide.advice) == (TOO_FEW, "code about 75 more rows that have it")
    assert verdict_of(Score(*[float("nan")] * 3), 0, 0).advice == "code about 60 more rows that have it"


# --- slices ------------------------------------------------------------------------------------------------------


def test_a_source_that_a_model_fails_on_is_the_worst_slice():
    sentences, Y, _proba, decided, groups, W = predicted()
    bad = np.array([s.source == "C" for s in sentences])
    decided[bad] = np.random.default_rng(1).random((bad.sum(), 3)) < 0.5
    worst, *others = slices_of(sentences, Y, decided, groups, W)
    assert (worst.column, worst.value, worst.n) == ("source", "C", 60)
    assert worst.adjusted < 0.001
    assert worst.score.high < worst.rest
    assert not [part for part in others if part.adjusted < 0.05 and part.score.value < part.rest]


def test_slices_of_like_rows_are_not_told_apart_and_small_ones_are_not_looked_at():
    sentences, Y, _proba, decided, groups, W = predicted()
    assert min(part.adjusted for part in slices_of(sentences, Y, decided, groups, W)) > 0.05
    dated = [Sentence(s.text, date=("2025-03-01", "2024", "1 March 2026")[i % 3]) for i, s in enumerate(sentences)]
    years = {part.value for part in slices_of(dated, Y, decided, groups, W) if part.column == "year"}
    assert years == {"2024", "2025"}  # the third is no date that can be read
    one = [Sentence(s.text, source="A" if i < 15 else "B") for i, s in enumerate(sentences)]
    assert [part for part in slices_of(one, Y, decided, groups, W) if part.column == "source"] == []


# --- the table ---------------------------------------------------------------------------------------------------


def test_the_table_of_a_task_by_hand():
    text = scores_text(summary(*predicted()), "frames of dev", 80)
    lines = text.splitlines()
    assert lines[0] == "frames of dev: 240 rows in 80 groups"
    assert max(map(len, lines)) <= 80
    assert lines[2].split()[:3] == ["label", "n", "pred."]
    assert lines[4].startswith("economic_")
    assert lines[4].split()[-1] == USABLE
    assert "macro-F1 0." in text
    assert "Worst labels: " in text
    assert f"morality ({TOO_FEW}): code about " in text


def test_the_counts_of_the_table_are_those_of_the_rows():
    parts = predicted()
    found = summary(*parts)
    _, Y, _, decided, _, _ = parts
    assert [row.n for row in found.labels] == Y.sum(axis=0).astype(int).tolist()
    assert [row.predicted for row in found.labels] == decided.sum(axis=0).tolist()
    assert found.labels[0].precision == pytest.approx(sk.precision_score(Y[:, 0], decided[:, 0]))


def test_what_excludes_each_other_says_what_a_missed_label_was_taken_for():
    sentences, Y, proba, _, groups, W = predicted()
    Y, decided = np.eye(3)[Y.argmax(axis=1)], np.tile([False, True, False], (len(Y), 1))
    found = summary(sentences, Y, proba, decided, groups, W, exclusive=True)
    assert found.labels[0].taken_for == ("national_security", int(Y[:, 0].sum()))
    assert "never decided in" in scores_text(found, "frames", 80)


def test_a_label_that_nobody_coded_is_a_line_without_figures():
    sentences, Y, proba, decided, groups, W = predicted()
    Y[:, 2] = np.nan
    line = next(
        x
        for x in scores_text(summary(sentences, Y, proba, decided, groups, W), "frames", 80).splitlines()
        if x.startswith("morality")
    )
    assert line.split() == ["morality", *["–"] * 6, "not", "coded"]


def test_a_narrow_table_folds_its_first_column_and_no_other():
    told = columns_text(["label", "n"], [["very_long_label_indeed", "12"], ["x", "3"]], 16).splitlines()
    assert told[2:] == ["very_long_    12", "label_indeed", "x              3"]


# --- what to reread ----------------------------------------------------------------------------------------------


def test_the_surest_disagreement_comes_first_and_what_was_not_coded_is_none():
    Y = np.array([[1, 0, np.nan], [0, 0, 0], [1, 1, 1.0]])
    proba = np.array([[0.4, 0.2, 0.99], [0.2, 0.8, 0.1], [0.9, 0.9, 0.9]])
    rows, labels, gaps = worst_disagreements(Y, proba, proba > 0.5)
    assert (rows.tolist(), labels.tolist(), gaps.round(2).tolist()) == ([1, 0], [1, 0], [0.8, 0.6])
    assert [len(part) for part in worst_disagreements(Y[2:], proba[2:], proba[2:] > 0.5)] == [0, 0, 0]


def test_a_disagreement_is_told_with_text_codes_probabilities_and_place():
    sentence = Sentence(
        "It \x1b[31mrains,\nagain; so.", doc_id="a.txt", position=3, extra={"codes": "mine", "proba_rain": 7}
    )
    one = Disagreement("frames", "rain", 0.9, sentence, (), ("rain",), {"rain": 0.9, "sun": 0.1})
    assert errors_text([one], 7, 80).splitlines() == [
        "1 of 7 rows in which model and coder differ, the surest first.",
        "",
        "  1. frames: coded none; model rain (probability of rain 0.90)",
        "     It [31mrains, again; so.",
        "     a.txt, sentence 3",
    ]
    assert errors_csv([one]).splitlines()[0].endswith(",input_codes,input_proba_rain")
    head, row, *_ = errors_csv([one]).splitlines()
    assert head.split(",")[:7] == ["task", "label", "gap", "codes", "decided", "proba_rain", "proba_sun"]
    assert row.startswith("frames,rain,0.9,none,rain,0.9,0.1,")
    assert one.to_row()["input_codes"] == "mine"
