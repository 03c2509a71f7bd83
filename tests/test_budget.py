"""How many more rows have to be coded: for an interval, for a score, for reliable data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from framing.measure.agreement import krippendorff_alpha
from framing.measure.finished import finished_alpha, most_doubtful
from framing.measure.intervals import Estimate
from framing.measure.power_law import PowerLaw
from framing.shares.score import score_budget, score_lines
from tests.command import framing
from tests.small import BOOK, sentences
from tests.test_bundle import put_study

SIZES = np.array([50.0, 100, 200, 400])


def test_scores_on_a_power_law_are_found_again_and_carried_on():
    law = PowerLaw.fit(SIZES, np.stack([0.9 - 1.5 * SIZES**-0.4, 0.7 - 3 * SIZES**-0.9]))
    assert law.at(1600).tolist() == pytest.approx([0.9 - 1.5 * 1600**-0.4, 0.7 - 3 * 1600**-0.9], abs=2e-3)
    assert law.rows_for(0.8)[0] == pytest.approx((1.5 / 0.1) ** 2.5, rel=0.05)
    assert law.rows_for(0.8)[1] == np.inf


def test_no_score_above_one_is_promised_and_none_that_falls():
    straight, falling = 0.2 + 0.002 * SIZES, 0.9 - 0.001 * SIZES
    law = PowerLaw.fit(SIZES, np.stack([straight, falling]))
    assert (law.a <= 1).all()
    assert law.at(10_000)[0] <= 1
    assert law.at(400)[1] == pytest.approx(law.at(10_000)[1])


def scores(curve: np.ndarray) -> list[Estimate]:
    return [Estimate(value, value + np.linspace(-0.01, 0.01, 50)) for value in curve]


def test_what_a_score_costs_is_said_in_words():
    curve = scores(0.8 - 2 * SIZES**-0.5)
    assert score_lines(score_budget(SIZES, curve, 0.75))[0].startswith("0.75 takes about 1,6")
    assert score_lines(score_budget(SIZES, curve, 0.95))[0] == (
        "0.95 is not reached with more rows of this kind, says the curve."
    )
    assert score_lines(score_budget(SIZES, curve, 0.6))[0] == "0.6 is reached already."


def test_finished_data_that_people_code_none_of_are_as_reliable_as_the_model():
    y, said = np.array([1.0, 1, 0, 0, 0, 1]), np.array([1.0, 0, 0, 1, 0, 1])
    alpha = finished_alpha(y, said == 1, np.zeros(6), np.ones((1, 6)))
    assert alpha.item() == pytest.approx(krippendorff_alpha(np.stack([y, said])))
    half = finished_alpha(y, said == 1, np.full(6, 0.5), np.ones((1, 6)))
    # Two of six differ, or one where half is coded by people; seven of twelve codes less half of a code are yes.
    assert half.item() == pytest.approx(1 - (1 / 6) / (2 * 0.5 * 0.5 * 12 / 11))


def test_what_was_left_open_is_coded_first_then_what_is_likely_wrong():
    proba, decided = np.array([0.5, 0.1, 0.95, 0.45, 0.3]), np.array([np.nan, 0, 1, 0, np.nan])
    assert most_doubtful(proba, decided).tolist() == [0, 4, 3, 1, 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("budget")
    put_study(place)
    rows = "".join(json.dumps(sentence.to_row()) + "\n" for sentence in sentences(16))
    (place / "coded.jsonl").write_text(rows)
    (place / "few.jsonl").write_text("".join(rows.splitlines(keepends=True)[:36]))
    (place / "book.yaml").write_text(json.dumps(BOOK.to_dict()))
    return place


def test_the_command_learns_from_parts_and_says_what_more_would_give(folder):
    answer = framing("budget", "coded.jsonl", "--score", "--reach", "0.5", "--codebook", "book.yaml", cwd=folder)
    assert answer.code == 0, answer.err
    kinds = [line.split()[-1] for line in answer.out.splitlines()[2:9]]
    assert kinds == ["measured"] * 4 + ["expected"] * 3
    assert "0.5 is reached already." in answer.out


def test_doubtful_rows_first_are_worth_more_than_any(folder):
    pilot = ("said.jsonl", "--gold", "sheet.jsonl", "--sample", "drawn.jsonl", "--codebook", "book.yaml")
    answer = framing("plot", "coding", *pilot, "-o", "c.svg", "--data", "c.csv", cwd=folder)
    assert answer.code == 0, answer.err
    rows = [line.split(",") for line in (folder / "c.csv").read_text().splitlines()[1:]]
    found = {(label, order, float(share)): float(alpha) for label, order, share, alpha, *_ in rows}
    assert len(found) == 2 * 2 * 20
    for label in ("gain", "risk"):
        assert found[label, "doubtful first", 0.5] > found[label, "any order", 0.5] + 0.05
        assert found[label, "doubtful first", 0.0] == found[label, "any order", 0.0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("coded.jsonl", "--score", "--margin", "0.1"), "--score: takes coded rows alone"),
        (("coded.jsonl", "--score", "--by", "source", "--beyond"), "--score: --by, --beyond would change nothing"),
        (("coded.jsonl",), "name --gold CODED and --margin SHARE, or --score"),
        (("said.jsonl", "--gold", "sheet.jsonl", "--margin", "0.1", "--reach", "0.7"), "--reach: only with --score"),
        (("few.jsonl", "--score", "--codebook", "book.yaml"), "36 coded rows: too few for a learning curve"),
        (("none.jsonl", "--score"), "none.jsonl"),
        (("coded.jsonl", "--score", "--encoder", "minilm_tuned"), "minilm_tuned"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(folder, words, said):
    answer = framing("budget", *words, cwd=folder)
    assert answer.code in (1, 2)
    assert said in answer.err
