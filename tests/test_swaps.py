"""The test with other names, in training and on the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing import Sentence, train
from framing.errors import ConfigError, ModelError
from framing.model.encoders import WordVectorizer
from framing.model.persistence import load_model, save_model
from framing.names import Entities
from framing.training import Preprocess, SwapTest, check_flips
from framing.training.swaps import SwapPlan, swap_estimates
from tests.command import framing
from tests.small import BOOK, model

COUNTRIES = ("Peru", "Chile")


def named(n: int = 24) -> list[Sentence]:
    """Rows whose frame is told by the country alone."""
    return [
        Sentence(
            f"The envoy of {COUNTRIES[i % 2]} spoke for {i} hours.",
            frames=("gain", "risk")[i % 2 : i % 2 + 1],
            group=str(i),
        )
        for i in range(n)
    ]


def trained(**options):
    return train(named(), BOOK, encoder=WordVectorizer(min_df=1), tasks=["frames"], **options)


FLIPS = "validation/frames/swap/country/flip_rate"


def test_a_model_that_has_learnt_the_name_flips_and_one_that_does_not_read_it_never_does():
    result = trained(swap_test=SwapTest(24))
    plain = result.metrics
    # Of a name that was never learned a fold's model says one thing whatever the sentence is; that flips every row of
    # which it said another: those of one frame, about half, or all where it says both or none.
    flipped = 0
    for part in result.held_out["frames"].swaps:
        assert len(np.unique(part.decided_after, axis=0)) == 1
        gains, risks = part.decided_before.sum(axis=0)
        assert gains + risks == len(part.swaps)
        flipped += {(True, False): risks, (False, True): gains}.get(tuple(part.decided_after[0]), gains + risks)
    assert plain[FLIPS] == pytest.approx(flipped / 24, abs=1e-6)
    assert plain[FLIPS] > 0.3
    assert plain[f"{FLIPS}_n"] == 24
    for entities in ("mask", "typed"):
        read = trained(preprocess=Preprocess(entities, "capitals")).metrics
        assert read[FLIPS] == 0
        assert read["validation/frames/macro_f1"] < plain["validation/frames/macro_f1"]


def test_where_the_other_learned_name_comes_in_every_decision_flips():
    classifier = trained(swap_test=SwapTest(0)).classifier.tasks["frames"]
    told = [Sentence(f"The envoy of {name} spoke.") for name in COUNTRIES]
    decided = classifier.decide(classifier.predict_proba(told))
    assert decided.tolist() == [[True, False], [False, True]]


def test_names_swapped_in_training_cannot_be_learned():
    assert trained(preprocess=Preprocess("swap", "capitals")).metrics["validation/frames/macro_f1"] < 0.8


def test_the_test_is_left_out_on_demand_or_where_few_sentences_have_names():
    assert FLIPS not in trained(swap_test=SwapTest(0)).metrics
    plan = SwapPlan.of(named(19), model(LogisticRegression()).tasks["frames"], finder="capitals")
    assert plan.swaps == {}


def test_a_saved_model_reads_names_as_it_learned_to(tmp_path):
    classifier = trained(preprocess=Preprocess("typed", "capitals"), swap_test=SwapTest(0)).classifier
    loaded = load_model(save_model(classifier, tmp_path / "model"))
    assert loaded.tasks["frames"].features_["embedding"].entities == Entities("typed", "capitals")
    rows = named()
    assert np.array_equal(loaded.tasks["frames"].predict_proba(rows), classifier.tasks["frames"].predict_proba(rows))
    content = json.loads((tmp_path / "model" / "model.json").read_text())
    assert (content["format"], content["info"]["preprocess"]["entities"]) == (3, "typed")


def test_flips_are_counted_by_hand():
    classifier = trained(swap_test=SwapTest(0)).classifier.tasks["frames"]
    rows = named()
    judged = SwapPlan.of(rows, classifier, finder="capitals").judged(classifier)
    (part,) = judged
    flips = np.mean((part.decided_before != part.decided_after).any(axis=1))
    assert swap_estimates(judged, rows)["swap/country/flip_rate"].value == pytest.approx(flips)


def test_a_bound_on_flips_names_the_worst():
    check_flips({"validation/frames/swap/person/flip_rate": 0.5}, None)
    with pytest.raises(ModelError, match=r"swap/person/flip_rate is 0.500, more than swap_test.max_flip_rate=0.05"):
        check_flips({"validation/frames/swap/person/flip_rate": 0.5, FLIPS: 0.1}, 0.05)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Preprocess("masks"), "unknown value 'masks'; expected one of: keep, mask, typed, swap"),
        (lambda: Preprocess("mask", "nltk"), "preprocess.names: unknown value 'nltk'"),
        (lambda: SwapTest(-1), "swap_test.sentences=-1: expected a number of sentences, 0 or more"),
        (lambda: SwapTest(5, 2), r"swap_test.max_flip_rate=2: expected a share in \[0, 1\]"),
    ],
)
def test_an_option_that_cannot_be_is_told(make, told):
    with pytest.raises(ConfigError, match=told):
        make()


def test_evaluate_swaps_names_in_rows_without_codes(tmp_path):
    classifier = trained(swap_test=SwapTest(0)).classifier
    save_model(classifier, tmp_path / "model")
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"text": row.text}) + "\n" for row in named()))
    answer = framing("evaluate", "rows.jsonl", "--swap", "--model", "model", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert "flip rate" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    told = json.loads(
        framing("evaluate", "rows.jsonl", "--swap", "--model", "model", "--format", "json", cwd=tmp_path).out
    )
    assert told["frames/swap/country/flip_rate_n"] == 72
    few = framing(
        "evaluate", "-", "--input-format", "lines", "--swap", "--model", "model", cwd=tmp_path, stdin=b"It rained.\n"
    )
    assert (few.code, "fewer than 20 sentences have a name" in few.err) == (1, True)
    ruled = framing("evaluate", "rows.jsonl", "--swap", "--model", "model", "--goal", "f1", cwd=tmp_path)
    assert ruled.code == 2
