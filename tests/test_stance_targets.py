"""Stances and their targets: what the target adds, targets not seen in training, and whether a stance follows."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing import Codebook, FramingWarning, Sentence, train
from framing.corpus.splits import GroupedFolds
from framing.measure.consistency import off_target_consistency, opposite_consistency, paraphrase_consistency
from framing.measure.intervals import bootstrap_weights
from framing.measure.metrics import stance_estimates
from framing.model.encoders import WordVectorizer
from framing.training import Recipe, StanceOptions, evaluate_classifier
from framing.training.probes import consistency_estimates
from tests.command import QUICK, framing
from tests.small import BOOK

FAVOR, AGAINST, NEUTRAL = range(3)
# Rows as they are, then a resample in which the first row counts twice and the last does not.
W = np.array([[1.0, 1, 1, 1], [2, 1, 1, 0]])
STANCE = {
    "codebook": BOOK,
    "encoder": WordVectorizer(max_n=1, min_df=1),
    "head": LogisticRegression(C=10),
    "split": GroupedFolds(3, random_state=0),
    "tasks": ["stance"],
}


class Scripted:
    """A stance that has one answer a target, and keeps what it was asked."""

    def __init__(self, answers: dict[str, str], labels: tuple[str, ...] = BOOK.stance_names) -> None:
        self.answers, self.labels, self.asked = answers, labels, []

    def predict_proba(self, sentences):
        self.asked += [sentence.target for sentence in sentences]
        return np.array([[float(self.answers[s.target] == label) for label in self.labels] for s in sentences])


def row(number: int, target: str, **others: object) -> Sentence:
    return Sentence(f"Row {number}.", target=target, stance="favor", group=str(number), extra=others)


def opposed(n: int = 30, matters: tuple[str, str, str] = ("bridges", "tunnels", "gardens")) -> list[Sentence]:
    """Each text is for one target, against a second and neutral toward a third: only the target tells which."""
    return [
        Sentence(f"Talk of works, number {i}.", target=target, stance=stance, group=str(i))
        for i in range(n)
        for target, stance in zip(matters, BOOK.stance_names, strict=True)
    ]


def written(rows: list[Sentence], path) -> str:
    path.write_text("".join(json.dumps(r.to_row()) + "\n" for r in rows), encoding="utf-8")
    return str(path)


def test_a_paraphrase_is_consistent_where_it_gets_the_same_decision():
    own, other = np.array([FAVOR, AGAINST, NEUTRAL, FAVOR]), np.array([FAVOR, AGAINST, FAVOR, NEUTRAL])
    share = paraphrase_consistency(own, other, W)
    assert (share.value, share.replicates.tolist(), share.n) == (0.5, [0.75], 4)


def test_an_opposite_is_consistent_where_the_stance_turns_round_and_rows_that_take_no_side_do_not_count():
    own = np.array([FAVOR, AGAINST, NEUTRAL, NEUTRAL])
    other = np.array([AGAINST, AGAINST, NEUTRAL, FAVOR])
    share = opposite_consistency(own, other, W, FAVOR, AGAINST)
    assert share.n == 3
    assert share.value == pytest.approx(1 / 3)
    assert share.replicates.tolist() == [pytest.approx(2 / 3)]


def test_where_no_row_takes_a_side_an_opposite_says_nothing():
    share = opposite_consistency(np.full(4, NEUTRAL), np.full(4, NEUTRAL), W, FAVOR, AGAINST)
    assert share.n == 0
    assert np.isnan(share.value)


def test_a_target_off_the_matter_is_consistent_where_the_decision_is_neutral():
    share = off_target_consistency(np.array([NEUTRAL, FAVOR, NEUTRAL, AGAINST]), W, NEUTRAL)
    assert (share.value, share.replicates.tolist(), share.n) == (0.5, [0.75], 4)


ANSWERS = {"the ban": "against", "a prohibition": "against", "the ban's end": "favor", "the weather": "favor"}


def test_each_row_is_asked_toward_the_targets_that_it_names():
    stance = Scripted(ANSWERS)
    rows = [
        row(0, "the ban", paraphrase="a prohibition", opposite="the ban's end", off_target="the weather"),
        row(1, "the ban", paraphrase="the weather", opposite="", off_target=None),
        row(2, "the ban", off_target=" a prohibition "),
        row(3, "the weather"),
    ]
    scores = consistency_estimates(stance, rows)
    assert {name: (e.value, e.n) for name, e in scores.items()} == {
        "paraphrase/consistency": (0.5, 2),
        "opposite/consistency": (1.0, 1),
        "off_target/consistency": (0.0, 2),
    }
    # The row that names no other target is not asked at all.
    own, paraphrases = ["the ban"] * 3, ["a prohibition", "the weather"]
    assert stance.asked == [*own, *paraphrases, "the ban's end", "the weather", "a prohibition"]


@pytest.mark.parametrize("value", ["", "  ", None, "NaN", 1, 0.5, True, ["the weather"], {"a": 1}])
def test_what_is_no_noun_phrase_is_no_other_target(value):
    assert consistency_estimates(Scripted(ANSWERS), [row(0, "the ban", paraphrase=value, opposite=value)]) == {}


def test_rows_need_a_target_but_no_code():
    rows = [replace(row(0, "the ban", paraphrase="a prohibition"), stance=None)]
    assert consistency_estimates(Scripted(ANSWERS), rows)["paraphrase/consistency"].value == 1.0
    assert consistency_estimates(Scripted(ANSWERS), [replace(rows[0], target=None)]) == {}


@pytest.mark.parametrize(
    ("labels", "left"),
    [
        (("favor", "against", "neutral"), ["paraphrase", "opposite", "off_target"]),
        (("against", "neutral", "favor"), ["paraphrase", "opposite", "off_target"]),
        (("favor", "against"), ["paraphrase", "opposite"]),
        (("pro", "neutral", "contra"), ["paraphrase", "off_target"]),
        (("pro", "contra"), ["paraphrase"]),
    ],
)
def test_a_test_whose_classes_the_codebook_does_not_have_is_left_out(labels, left):
    stance = Scripted({"a": labels[0], "b": labels[-1]}, labels)
    scores = consistency_estimates(stance, [row(0, "a", paraphrase="b", opposite="b", off_target="b")])
    assert list(scores) == [f"{name}/consistency" for name in left]


def test_the_interval_of_a_test_resamples_groups():
    rows = [replace(row(i, "the ban", paraphrase=other), group=other) for i, other in enumerate(["the weather"] * 9)]
    rows += [replace(row(i, "the ban", paraphrase="a prohibition"), group="x") for i in range(9, 18)]
    share = consistency_estimates(Scripted(ANSWERS), rows)["paraphrase/consistency"]
    # Two groups, one all right and one all wrong: a resample holds one of them, the other, or both.
    assert sorted(set(share.replicates.tolist())) == [0.0, 0.5, 1.0]


def test_evaluating_asks_toward_other_targets_and_the_command_shows_it(tmp_path):
    model = train(opposed(), **STANCE).classifier
    rows = [
        replace(r, extra={"paraphrase": "the " + r.target, "opposite": {"bridges": "tunnels"}.get(r.target, "")})
        for r in opposed(4)
    ]
    scores = evaluate_classifier(model, rows).estimates
    assert (scores["test/stance/paraphrase/consistency"].value, scores["test/stance/paraphrase/consistency"].n) == (
        1.0,
        12,
    )
    assert (scores["test/stance/opposite/consistency"].value, scores["test/stance/opposite/consistency"].n) == (1.0, 4)
    assert "test/stance/off_target/consistency" not in scores


def test_the_command_shows_consistency_in_table_and_json(workplace):
    lines = [json.loads(line) for line in (workplace / "corpus.jsonl").read_text().splitlines()]
    probes = [{**line, "paraphrase": "the port", "off_target": "a clerk"} for line in lines[:12]]
    (workplace / "probes.jsonl").write_text("".join(json.dumps(line) + "\n" for line in probes))
    answer = framing("train", *QUICK, "output=model", "evaluate.probes=probes.jsonl", cwd=workplace)
    assert answer.code == 0, answer.err
    assert "probes/stance/paraphrase/consistency " in answer.err
    assert "validation/stance_gain/macro_f1 " in answer.err
    metrics = json.loads((workplace / "model" / "model.json").read_text())["info"]["metrics"]
    assert metrics["probes/stance/paraphrase/consistency_n"] == 12
    found = framing("evaluate", "probes.jsonl", "--model", "model", "--format", "json", cwd=workplace)
    scores = json.loads(found.out)
    for end in ("", "_low", "_high", "_n"):
        assert (
            scores[f"test/stance/off_target/consistency{end}"] == metrics[f"probes/stance/off_target/consistency{end}"]
        )
    table = framing("evaluate", "probes.jsonl", "--model", "model", cwd=workplace).out
    assert [line.split()[-1] for line in table.splitlines() if "paraphrase/consistency" in line] == ["12"]


def test_the_gain_over_the_blind_stance_is_that_of_the_same_resamples(tmp_path):
    result = train(opposed(), **STANCE, evaluate={"dev": written(opposed(5), tmp_path / "dev.jsonl")})
    for name in ("validation", "dev"):
        stance, blind, gain = (
            result.estimates[f"{name}/{kind}/macro_f1"] for kind in ("stance", "stance_blind", "stance_gain")
        )
        assert gain.value == pytest.approx(stance.value - blind.value)
        assert np.allclose(gain.replicates, stance.replicates - blind.replicates)
        assert gain.n == stance.n
        assert {f"{name}/stance_gain/macro_f1{end}" for end in ("", "_low", "_high")} <= set(result.metrics)
    assert result.metrics["validation/stance_gain/macro_f1_low"] > 0
    assert result.primary == "validation/stance/macro_f1"


def test_without_the_blind_baseline_there_is_no_gain():
    metrics = train(opposed(), **STANCE, stance=StanceOptions(blind_baseline=False)).metrics
    assert not any("stance_gain" in path for path in metrics)


def test_targets_seen_in_training_and_others_are_scored_apart(tmp_path):
    # "The  Bridges" is a target of the training, written otherwise; "the bridges abroad" is none.
    known = [replace(r, target=f"The  {r.target.title()}") for r in opposed(8)]
    new = [replace(r, target=f"{r.target} abroad") for r in opposed(7)][:20]
    learned = opposed(matters=("the bridges", "the tunnels", "the gardens"))
    result = train(learned, **STANCE, evaluate={"dev": written(known + new, tmp_path / "dev.jsonl")})
    scores = result.metrics
    assert scores["dev/stance/seen/accuracy"] == 1.0
    assert (scores["dev/stance/seen/accuracy_n"], scores["dev/stance/unseen/accuracy_n"]) == (24, 20)
    whole = (24 * scores["dev/stance/seen/accuracy"] + 20 * scores["dev/stance/unseen/accuracy"]) / 44
    assert scores["dev/stance/accuracy"] == pytest.approx(whole, abs=1e-6)
    assert {path.split("/", 1)[1] for path in scores if "/unseen/" in path} == {
        f"{kind}/unseen/{score}{end}"
        for kind in ("stance", "stance_blind")
        for score in ("macro_f1", "accuracy")
        for end in ("", "_low", "_high", "_n")
    }
    # Each part is what scoring its rows gives, on resamples of all rows.
    rows = known + new
    proba = result.classifier.tasks["stance"].predict_proba(rows)
    weights = bootstrap_weights(GroupedFolds().groups(rows))
    y = np.array([BOOK.stance_names.index(r.stance) for r in rows])
    expected = stance_estimates(y[24:], proba[24:], BOOK.stance_names, weights[:, 24:])["macro_f1"]
    found = result.estimates["dev/stance/unseen/macro_f1"]
    assert found.value == expected.value
    assert np.array_equal(found.replicates, expected.replicates, equal_nan=True)


def test_fewer_than_twenty_rows_of_either_are_not_scored_apart(tmp_path):
    rows = opposed(8) + [replace(r, target="parks") for r in opposed(7)[:19]]
    metrics = train(opposed(), **STANCE, evaluate={"dev": written(rows, tmp_path / "dev.jsonl")}).metrics
    assert not any("seen/" in path for path in metrics)


def test_a_target_that_only_calibrates_was_not_seen(tmp_path):
    def toward(place: str) -> list[Sentence]:
        rows = opposed(20, tuple(f"{place} {matter}" for matter in ("bridges", "tunnels", "gardens")))
        return [replace(r, text=f"{r.text} {place}", group=f"{place} {r.group}") for r in rows]

    dev = written(toward("old") + toward("new"), tmp_path / "dev.jsonl")
    metrics = train(toward("old"), **STANCE, calibrate=toward("new"), evaluate={"dev": dev}).metrics
    assert (metrics["dev/stance/seen/macro_f1_n"], metrics["dev/stance/unseen/macro_f1_n"]) == (60, 60)


def test_by_target_a_stance_that_knows_only_its_targets_learns_nothing():
    # The stance is the target's throughout, and says nothing of another target.
    rows = [
        Sentence(f"Talk of works, number {i}.", target=f"matter{i % 12}", stance=BOOK.stance_names[i % 3], group=str(i))
        for i in range(120)
    ]
    by_group = train(rows, **STANCE).metrics["validation/stance/macro_f1"]
    by_target = train(rows, **{**STANCE, "split": GroupedFolds(3, by="target", random_state=0)})
    assert by_group == 1.0
    assert by_target.metrics["validation/stance/macro_f1"] < 0.5
    assert by_target.classifier.info["data"]["counts"]["stance"]["groups"] == 12


def test_frames_on_folds_of_targets_are_warned_of():
    with pytest.warns(FramingWarning, match=r"^split\.by=target: a sentence coded toward two targets can be on both"):
        Recipe(split=GroupedFolds(by="target"))
    Recipe(split=GroupedFolds(by="target"), tasks=["stance"])


def test_a_codebook_of_other_classes_is_evaluated_as_before():
    book = Codebook.from_dict({"name": "tone", "frames": ["x"], "stance": ["warm", "cold"]})
    rows = [
        Sentence(f"Talk of works, number {i}.", target=target, stance=stance, group=str(i), extra={"opposite": "rain"})
        for i in range(12)
        for target, stance in (("bridges", "warm"), ("tunnels", "cold"))
    ]
    model = train(rows, **{**STANCE, "codebook": book}).classifier
    assert not any("consistency" in path for path in evaluate_classifier(model, rows).estimates)
