"""Shares without a coded sample: the quantifiers are the published ones, and it is said what they are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from framing.errors import InputError
from framing.model.decisions.priors import adapt_to_priors
from framing.records import Prediction, Sentence
from framing.shares.quantify import adjusted_count, calibrated_for, expected_share, quantified
from tests.command import framing

EMQ, ACC = 0.19649022, 0.13358923113096638


def rows(seed: int, n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Codes and probabilities, calibrated for a share of .3; label shift alone tells one share from another."""
    rng = np.random.default_rng(seed)
    y = (rng.uniform(size=n) < share).astype(float)
    x = 2 * y + rng.normal(size=n)
    odds = 0.3 / 0.7 * np.exp(2 * x - 2)
    return y, odds / (1 + odds)


def quapy() -> tuple[np.ndarray, ...]:
    """The rows on which QuaPy was asked."""
    rng = np.random.default_rng(0)
    yt = (rng.uniform(size=400) < 0.3).astype(int)
    p = 1 / (1 + np.exp(-(2.2 * yt - 1.6 + rng.normal(size=400))))
    yh = (rng.uniform(size=1000) < 0.1).astype(int)
    return yt, p, 1 / (1 + np.exp(-(2.2 * yh - 1.6 + rng.normal(size=1000))))


def test_emq_and_acc_are_those_of_quapy():
    yt, p, q = quapy()
    # EMQ.EM(epsilon=1e-9) and functional.solve_adjustment_binary of QuaPy 0.2.3.
    assert expected_share(q, np.ones(1000), yt.mean()) == pytest.approx(EMQ, abs=1e-5)
    found = adjusted_count(np.mean(q > 0.5), np.mean(p[yt == 1] > 0.5), np.mean(p[yt == 0] > 0.5))
    assert found.item() == pytest.approx(ACC, abs=1e-9)


def test_emq_is_what_adapts_priors_too():
    _, p = rows(1, 500, 0.1)
    assert expected_share(p, np.ones(500), 0.3) == pytest.approx(
        adapt_to_priors(np.c_[p, 1 - p], np.array([0.3, 0.7]))[1][0], abs=1e-4
    )


def predicted(y: np.ndarray, p: np.ndarray, coded: bool) -> list[Prediction]:
    codes = [("gain",) if one else () for one in y]
    return [
        Prediction(
            Sentence(f"No. {i}.", frames=codes[i] if coded else None),
            {"gain": float(p[i])},
            ("gain",) * int(p[i] > 0.3),
        )
        for i in range(len(y))
    ]


def test_where_only_the_share_differs_the_quantifiers_find_it_and_the_count_does_not():
    y, p = rows(2, 3000, 0.1)
    counted, mean, acc, emq = quantified(predicted(y, p, False), predicted(*rows(3, 1500, 0.3), True))[0].scores
    assert counted.low > 0.12
    assert mean.low > 0.12
    for score in (acc, emq):
        assert score.low < 0.1 < score.high
        assert score.high - score.low < 0.08


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_coded_rows_may_have_another_share_than_those_that_were_learned_from(share):
    y, p = rows(4, 3000, share)
    assert calibrated_for(p, np.ones(3000), float(y.mean())) == pytest.approx(0.3, abs=0.05)
    emq = quantified(predicted(*rows(2, 3000, 0.1), False), predicted(y, p, True))[0].scores[3]
    assert emq.low < 0.1 < emq.high
    assert emq.value == pytest.approx(0.1, abs=0.02)


def test_decisions_in_the_place_of_probabilities_are_calibrated_for_nothing():
    assert np.isnan(calibrated_for(np.array([0.0, 1.0]), np.array([6.0, 4.0]), 0.3))


def test_of_a_label_that_is_hardly_ever_coded_nothing_is_told():
    y, p = rows(2, 200, 0.1)
    coded = predicted(np.r_[1.0, np.zeros(99)], np.r_[0.9, np.full(99, 0.1)], True)
    counted, _, acc, emq = quantified(predicted(y, p, False), coded)[0].scores
    assert counted.value == counted.value
    assert (acc.value != acc.value, emq.value != emq.value) == (True, True)


def test_a_model_that_cannot_tell_cannot_be_adjusted():
    assert np.isnan(adjusted_count(np.array([0.3]), np.array([0.31]), np.array([0.3]))).all()


def test_rows_without_codes_are_refused():
    says = predicted(*rows(2, 50, 0.1), False)
    with pytest.raises(InputError, match="no row has codes"):
        quantified(says, says)


def put(folder: Path, name: str, says: list[Prediction]) -> None:
    lines = [json.dumps(p.to_row()) + "\n" for p in says]
    (folder / name).write_text("".join(lines))


def test_the_command_says_that_it_is_a_check(tmp_path):
    put(tmp_path, "said.jsonl", predicted(*rows(2, 300, 0.1), False))
    put(tmp_path, "held.jsonl", predicted(*rows(3, 300, 0.3), True))
    answer = framing("quantify", "said.jsonl", "--held-out", "held.jsonl", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[0].split("  ")[0] == "label"
    assert "A check, no measurement: no row of this corpus was coded." in " ".join(answer.out.split())
    none = framing("quantify", "said.jsonl", "--held-out", "said.jsonl", cwd=tmp_path)
    assert (none.code, none.err.count("\n")) == (1, 1)
