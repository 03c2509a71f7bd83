"""Shares of the sides of a stance: a row a sentence and target."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framing.records import Prediction, Sentence
from tests.command import framing

SIDES = ("favor", "against", "neutral")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two hundred sentences toward two targets; half of them are coded toward both, as favor in three of ten rows."""
    rng = np.random.default_rng(0)
    said, coded = [], []
    for i in range(200):
        for target in ("the port", "the envoy"):
            p = rng.dirichlet([1, 1, 2])
            sentence = Sentence(f"Sentence {i} is here.", doc_id=f"d{i // 2}", position=i % 2, target=target)
            side = SIDES[int(p.argmax())]
            said.append(Prediction(sentence, stance=side, stance_proba=dict(zip(SIDES, map(float, p), strict=True))))
            if i % 2:
                coded.append(replace(sentence, stance="favor" if i % 20 < 6 else "neutral", sample_probability=0.5))
    for name, rows in (("said", said), ("coded", coded)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row.to_row()) + "\n" for row in rows))
    (tmp_path / "book.yaml").write_text(json.dumps({"name": "b", "frames": ["gain"], "stance": SIDES}))
    return tmp_path


def test_each_side_has_its_share_and_each_target_too(folder):
    pilot = ("said.jsonl", "--gold", "coded.jsonl", "--codebook", "book.yaml", "--stance")
    answer = framing("shares", *pilot, "--by", "target", "--format", "json", cwd=folder)
    assert answer.code == 0, answer.err
    rows = json.loads(answer.out)["shares"]
    found = {(r["label"], r["group"]): r["share"] for r in rows if r["estimator"] == "coded_only"}
    assert found["favor", ""] == pytest.approx(0.3)
    assert found["against", ""] == 0
    assert found["favor", "the port"] == found["favor", "the envoy"] == pytest.approx(0.3)
    assert {r["rows"] for r in rows if r["group"] == ""} == {400}


def test_codes_are_found_in_the_sample_by_their_target_too(folder):
    rows = [json.loads(line) for line in (folder / "coded.jsonl").read_text().splitlines()]
    drawn = [{name: value for name, value in row.items() if name != "stance"} for row in rows]
    blind = [{name: value for name, value in row.items() if name != "sample_probability"} for row in rows]
    for name, lines in (("drawn", drawn), ("blind", blind)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    book = ("--codebook", "book.yaml", "--stance", "--format", "csv")
    known = framing("shares", "said.jsonl", "--gold", "coded.jsonl", *book, cwd=folder)
    found = framing("shares", "said.jsonl", "--gold", "blind.jsonl", "--sample", "drawn.jsonl", *book, cwd=folder)
    assert (found.code, found.out) == (0, known.out), found.err


def test_predictions_and_codes_without_a_stance_are_refused(folder):
    says = [Prediction(Sentence("It pays."), {"gain": 0.5}), Prediction(Sentence("It rains."), {"gain": 0.1})]
    (folder / "frames.jsonl").write_text("".join(json.dumps(p.to_row()) + "\n" for p in says))
    (folder / "none.jsonl").write_text('{"text": "Sentence 1 is here.", "frames": []}\n')
    for words, said in (
        (("frames.jsonl", "--gold", "coded.jsonl"), "no stance in them; predict with --target"),
        (("said.jsonl", "--gold", "none.jsonl"), "none.jsonl: no row has codes in 'stance'"),
    ):
        answer = framing("shares", *words, "--codebook", "book.yaml", "--stance", cwd=folder)
        assert (answer.code, answer.err.count("\n")) == (1, 1), answer.err
        assert said in answer.err


def test_a_package_of_stances_comes_out_again(folder):
    pilot = ("--predictions", "said.jsonl", "--gold", "coded.jsonl", "--codebook", "book.yaml", "--stance")
    answer = framing("bundle", "-o", "new", *pilot, "--by", "target", cwd=folder)
    assert answer.code == 0, answer.err
    assert framing("bundle", "--check", "new", cwd=folder).code == 0
