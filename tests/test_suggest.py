"""What to code next is drawn with known probabilities, tells most, and leaves shares estimable."""

from __future__ import annotations

import json

import numpy as np
import pytest

from framing.errors import InputError
from framing.shares.suggest import (
    Step,
    draw_spread,
    inclusion_probabilities,
    is_enough,
    reasons,
    spread_order,
    stopping_curve,
)
from tests.command import framing
from tests.small import sentences


def test_a_row_is_drawn_as_often_as_its_probability_says():
    p = np.array([0.5, 1.0, 0.25, 0.25])
    often = np.zeros(4)
    for seed in range(1000):
        drawn = draw_spread(p, np.array([3, 1, 0, 2]), seed)
        assert len(drawn.chosen) == 2
        assert drawn.probability.tolist() == p[drawn.chosen].tolist()
        often[drawn.chosen] += 1
    assert often / 1000 == pytest.approx(p, abs=0.05)


def test_probabilities_add_up_and_none_is_zero_or_above_one():
    told = {"uncertainty": np.array([5.0, 0.0, 0.0, 0.0, 0.0]), "abstained": np.zeros(5)}
    # The first would be drawn 3 * (.25 + .75 * 5) / 5 = 2.4 times: it is certain, the others share two draws.
    assert inclusion_probabilities(told, 3).tolist() == [1, 0.5, 0.5, 0.5, 0.5]
    assert inclusion_probabilities(told, 5).tolist() == [1] * 5
    with pytest.raises(InputError, match="-n 6: expected from 1 to the 5 rows"):
        inclusion_probabilities(told, 6)


def test_rare_labels_and_open_decisions_weigh_more():
    proba = np.array([[0.9, 0.0], [0.9, 0.0], [0.9, 0.1], [0.9, 0.0]])
    told = reasons(proba, exclusive=False, abstained=np.array([[0, 0], [1, 0], [0, 0], [0, 0]], dtype=bool))
    assert told["rare"].tolist() == pytest.approx([4 / 7, 4 / 7, 16 / 7, 4 / 7])
    assert told["abstained"].tolist() == [0, 4, 0, 0]


def test_what_is_alike_is_not_drawn_together():
    X = np.vstack([np.tile([1.0, 0.0], (10, 1)), np.tile([0.0, 1.0], (10, 1))])
    order = spread_order(X, 4)
    for seed in range(20):
        chosen = draw_spread(np.full(20, 0.1), order, seed).chosen
        assert sorted(chosen >= 10) == [False, True]


def test_it_is_enough_when_two_steps_change_hardly_a_decision():
    nan = float("nan")
    assert not is_enough([Step(1, nan), Step(2, 0.99)])
    assert not is_enough([Step(1, nan), Step(2, 0.99), Step(3, 0.94), Step(4, 0.99)])
    X = np.linspace(-1, 1, 50)[:, None]
    shuffled = np.random.default_rng(0).permutation(50)
    steps = stopping_curve(X[shuffled], (X[shuffled] > 0).astype(float), X)
    assert [step.n for step in steps] == [10, 20, 30, 40, 50]
    assert is_enough(steps)


def test_before_anything_is_found_it_is_never_enough():
    X = np.linspace(-1, 1, 50)[:, None]
    steps = stopping_curve(X, np.zeros((50, 2)), X)
    assert np.isnan([step.kappa for step in steps]).all()
    assert not is_enough(steps)


def suggest(folder, *more):
    return framing("suggest", "corpus.jsonl", "--model", "model", *more, cwd=folder)


def rows_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_command_draws_rows_and_goes_on_from_what_is_coded(with_champion):
    answer = suggest(with_champion, "-n", "12", "-o", "next.jsonl", "--coding-sheet", "sheet.csv")
    assert answer.code == 0, answer.err
    assert "12 of 60 rows, drawn with probabilities from" in answer.err
    first = rows_of(with_champion / "next.jsonl")
    assert len({row["text"] for row in first}) == 12
    assert all(0 < row["sample_probability"] <= 1 and "frames" not in row for row in first)
    assert (with_champion / "sheet.csv").read_text(encoding="utf-8").startswith("doc_id,position,headline")
    frames = {s.text: list(s.frames) for s in sentences()}
    coded = [{"text": row["text"], "frames": frames[row["text"]]} for row in first]
    text = "".join(json.dumps(row) + "\n" for row in coded)
    (with_champion / "coded.jsonl").write_text(text, encoding="utf-8")
    answer = suggest(with_champion, "-n", "30", "--coded", "coded.jsonl", "-o", "next.jsonl")
    assert "30 of 60 rows" in answer.err
    assert "12 coded before go along with 1" in answer.err
    assert "(kappa)" in answer.err
    again = rows_of(with_champion / "next.jsonl")
    before = [row for row in again if row["sample_probability"] == 1 and "frames" in row]
    assert {row["text"] for row in before} == {row["text"] for row in coded}
    assert len({row["text"] for row in again}) == 42
    # All of them, each for as many as its probability says, stand for the sixty rows of the corpus.
    assert sum(1 / row["sample_probability"] for row in again) == pytest.approx(60, rel=0.15)


def test_shares_are_estimated_from_what_was_suggested(with_champion):
    assert suggest(with_champion, "-n", "40", "-o", "sample.jsonl").code == 0
    frames = {s.text: list(s.frames) for s in sentences()}
    gold = [row | {"frames": frames[row["text"]]} for row in rows_of(with_champion / "sample.jsonl")]
    text = "".join(json.dumps(row) + "\n" for row in gold)
    (with_champion / "gold.jsonl").write_text(text, encoding="utf-8")
    predict = (
        "predict",
        "corpus.jsonl",
        "--model",
        "model",
        "--no-holders",
        "--format",
        "jsonl",
        "--output",
        "p.jsonl",
    )
    assert framing(*predict, cwd=with_champion).code == 0
    told = framing(
        *("shares", "p.jsonl", "--gold", "gold.jsonl", "--codebook", "book.yaml", "--format", "json"), cwd=with_champion
    )
    assert told.code == 0, told.err


def test_what_cannot_be_suggested_is_told(with_champion):
    assert "expected a name that ends in .jsonl" in suggest(with_champion, "-o", "next.csv").err
    (with_champion / "coded.jsonl").write_text('{"text": "So."}\n', encoding="utf-8")
    assert "coded.jsonl: no row is coded for frames" in suggest(with_champion, "--coded", "coded.jsonl").err
    assert "all rows of the corpus are coded" in suggest(with_champion, "--coded", "corpus.jsonl").err
