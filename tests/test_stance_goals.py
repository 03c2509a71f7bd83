"""A goal that bounds precision or recall decides a side of the stance only where its probability is high enough."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing import Predictor, Sentence
from framing.codebook import Codebook
from framing.errors import ConfigError, FramingWarning
from framing.model.classifier import TaskClassifier, stance_classifier
from framing.model.decisions.decoders import OneOf, SideOf, decoder_of
from framing.model.decisions.held_out import HeldOutSummary
from framing.model.decisions.rule import Rule
from framing.model.decisions.thresholds import one_against_rest
from framing.model.encoders import WordVectorizer
from framing.model.framing import FramingClassifier
from framing.model.persistence import load_model, save_model
from framing.training.evaluate import evaluate_classifier
from tests.small import BOOK, folds, model, sentences, stance_codes
from tests.test_persistence import fix_digests

STANCE = SideOf(("favor", "against", "neutral"))
# Six rows by hand: favor, against, neutral; what was coded is 0, 1 or 2.
PROBA = np.array([[0.8, 0.1, 0.1], [0.6, 0.2, 0.2], [0.5, 0.4, 0.1], [0.3, 0.5, 0.2], [0.1, 0.7, 0.2], [0.2, 0.2, 0.6]])
CODED = np.array([0, 0, 1, 2, 1, 2])
CURVES = one_against_rest(CODED, PROBA)


def decided(thresholds, stance=STANCE, proba=PROBA):
    found = stance.decide(proba, thresholds)
    assert (found.sum(axis=1) == 1).all()
    return [stance.labels[k][0] for k in found.argmax(axis=1)]


def two_sided(rows, names=("yes", "no"), frames=("gain", "risk")):
    """A model whose stance has no class neutral; what was neutral is left out."""
    book = Codebook.from_dict({"name": "harbour", "frames": list(frames), "stance": list(names)})
    called = dict(zip(("favor", "against"), names, strict=True))
    kept = [row for row in rows if row.stance in called]
    Y = np.array([[float(called[row.stance] == name) for name in names] for row in kept])
    task = stance_classifier(book, WordVectorizer(max_n=1, min_df=1), LogisticRegression()).fit(kept, Y, folds(kept, Y))
    return FramingClassifier(book, {"stance": task}), kept


def test_each_side_has_its_threshold_for_a_bound_by_hand():
    # Favor: .8 and .6 are right, then .5 is wrong. Against: .7 is right, .5 wrong, .4 right.
    assert STANCE.thresholds(CURVES, "precision>=0.9", warn=True) == {"favor": 0.55, "against": 0.6}
    assert STANCE.thresholds(CURVES, "recall>=0.9", warn=True) == {"favor": 0.55, "against": 0.3}
    for goal in ("f1", "micro_f1", "count"):
        assert STANCE.thresholds(CURVES, goal, warn=True) == {}


def test_what_is_decided_at_the_thresholds_of_a_goal_by_hand():
    assert decided({}) == ["f", "f", "f", "a", "a", "n"]  # the likeliest: one in three favors is wrong, one against
    assert decided({"favor": 0.55, "against": 0.6}) == ["f", "f", "n", "n", "a", "n"]  # all that is decided is right
    assert decided({"favor": 0.55, "against": 0.3}) == ["f", "f", "a", "a", "a", "n"]  # all that there is, is found


def test_of_two_sides_over_their_thresholds_the_one_that_is_further_over_is_taken():
    assert decided({"favor": 0.3, "against": 0.2})[2] == "a"  # .5 / .3 is less than .4 / .2
    assert decided({"favor": 0.2, "against": 0.2})[2] == "f"
    assert decided({"favor": 0.0, "against": 0.0}) == ["f", "f", "f", "a", "a", "f"]
    assert decided({"favor": 1.0, "against": 1.0}) == ["n"] * 6
    assert decided({"favor": 0.6, "against": 0.7}) == ["f", "f", "n", "n", "a", "n"]  # to reach it is enough


def test_a_side_without_a_threshold_must_be_the_likeliest():
    assert decided({"favor": 0.7}) == ["f", "n", "n", "a", "a", "n"]
    assert decided({"favor": 0.25}) == ["f", "f", "f", "a", "a", "n"]  # .3 / .25 is less than .5 / .3
    assert decided({"gain": 0.7}) == decided({})


def test_neutral_may_stand_anywhere_and_there_may_be_one_side_or_three():
    turned = SideOf(("neutral", "against", "favor"))
    assert decided({"favor": 0.55, "against": 0.6}, turned, PROBA[:, ::-1]) == ["f", "f", "n", "n", "a", "n"]
    one = SideOf(("favor", "neutral"))
    proba = np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    assert one.thresholds(one_against_rest(np.array([0, 1, 1]), proba), "precision>=1", warn=True) == {"favor": 0.7}
    assert decided({"favor": 0.7}, one, proba) == ["f", "n", "n"]
    three = SideOf(("yes", "no", "maybe", "neutral"))
    assert three.sides == ("yes", "no", "maybe")
    assert decided({"yes": 0.5, "no": 0.5, "maybe": 0.3}, three, np.array([[0.4, 0.1, 0.3, 0.2]])) == ["m"]


def test_a_bound_out_of_reach_names_the_side():
    curves = one_against_rest(np.array([0, 1, 0, 2]), np.array([[0.3, 0.1, 0.6], [0.6, 0.3, 0.1]] * 2))
    with pytest.warns(FramingWarning) as caught:
        assert STANCE.thresholds(curves, "precision>=0.9", warn=True) == {"favor": 0.15, "against": 0.2}
    assert [str(w.message) for w in caught] == [
        f"stance {side}: precision>=0.9 was not reached; the threshold for precision 0.500, the highest there is, was "
        "taken"
        for side in ("favor", "against")
    ]
    with pytest.warns(FramingWarning, match=r"^stance against: no positive to choose a threshold by; 0\.5 is taken$"):
        STANCE.thresholds(one_against_rest(np.array([0, 2]), PROBA[[0, 5]]), "precision>=0.9", warn=True)


def test_curves_are_kept_of_each_class_and_come_back_equal():
    kept = HeldOutSummary.fit(PROBA, CODED, exclusive=True)
    again = HeldOutSummary.from_dict(json.loads(json.dumps(kept.to_dict())))
    for summary in (kept, again):
        assert [curve.positives for curve in summary.class_curves] == pytest.approx([2, 2, 2])
        assert STANCE.thresholds(summary.class_curves, "precision>=0.9") == {"favor": 0.55, "against": 0.6}
    assert "class_curves" not in HeldOutSummary.fit(PROBA[:, :2], CODED % 2).to_dict()  # a frame's is its curve
    lacking = kept.to_dict()
    del lacking["class_curves"][0]
    with pytest.raises(ValueError, match="zip"):
        HeldOutSummary.from_dict(lacking)


def test_a_goal_decides_the_sides_and_leaves_the_probabilities():
    fitted, rows = model(LogisticRegression(C=0.05)), sentences(16)
    task = fitted.tasks["stance"]
    plain = fitted.predict(rows)
    assert task.thresholds_ == {}  # the model's own way is the likeliest
    for goal in ("precision>=0.99", "recall>=0.99"):
        thresholds = task.decoder.thresholds(task.held_out_[0].class_curves, goal)
        found = fitted.predict(rows, Rule(goal=goal))
        assert [p.stance_proba for p in found] == [p.stance_proba for p in plain]
        for p in found:
            ratio = {side: p.stance_proba[side] / thresholds[side] for side in ("favor", "against")}
            side = max(ratio, key=ratio.get)
            assert p.stance == (side if ratio[side] >= 1 else "neutral")
        raised = fitted.predict(rows, Rule({"favor": 1.0}, goal=goal))
        assert all(p.stance != "favor" for p in raised)
        assert [p.frames for p in raised] == [p.frames for p in found]
        # A target gets among others what it gets alone, and a document what it gets in a corpus.
        several = fitted.judge(rows, Rule(goal=goal), ["the harbour", "the fleet"])["stance"]
        assert (several.present[::2] == fitted.judge(rows, Rule(goal=goal))["stance"].present).all()
    for goal in ("f1", "micro_f1", "count"):
        assert [p.stance for p in fitted.predict(rows, Rule(goal=goal))] == [p.stance for p in plain]


def test_a_side_has_a_threshold_by_hand_and_frames_are_as_they_were():
    predictor, rows = Predictor(model(LogisticRegression(C=0.05))), sentences(3)
    plain = predictor.predict(rows)
    strict = predictor.predict(rows, thresholds={"favor": 1.0, "against": 1.0})
    assert {p.stance for p in plain} == {"favor", "against", "neutral"}
    assert {p.stance for p in strict} == {"neutral"}
    assert {p.stance for p in predictor.predict(rows, thresholds={"favor": 0.0, "against": 1.0})} == {"favor"}
    assert [(p.frames, p.proba, p.stance_proba) for p in strict] == [(p.frames, p.proba, p.stance_proba) for p in plain]


def test_scores_are_of_what_was_decided():
    fitted, rows = model(LogisticRegression(C=0.05)), sentences(16)
    for rule in (Rule({"favor": 0.45, "against": 1.0}), Rule(goal="recall>=0.99"), Rule()):
        scores = evaluate_classifier(fitted, rows, rule=rule).estimates
        found = [p.stance for p in fitted.predict(rows, rule)]
        right = [stance == row.stance for stance, row in zip(found, rows, strict=True)]
        assert scores["test/stance/accuracy"].value == pytest.approx(np.mean(right))
        for name in BOOK.stance_names:
            assert scores[f"test/stance/{name}/predicted_share"].value == pytest.approx(found.count(name) / len(found))
    # What is left open is not right, and Brier and log loss do not know of decisions.
    open_ = evaluate_classifier(fitted, rows, rule=Rule(abstain=0.001)).estimates
    assert open_["test/stance/accuracy"].value == 0
    assert open_["test/stance/brier"].value == scores["test/stance/brier"].value


def test_a_stance_without_neutral_stays_the_likeliest_and_says_so_once():
    fitted, rows = two_sided(sentences())
    with pytest.warns(FramingWarning) as caught:
        assert fitted.predict(rows, Rule(goal="precision>=0.9")) == fitted.predict(rows)
    assert [str(w.message) for w in caught] == [
        "goal precision>=0.9: the likeliest stance is taken: none of its classes is called neutral, which is left "
        "where no side is decided"
    ]
    # Where there is no target, or the goal is no bound, there is nothing to say.
    fitted.predict([Sentence("Profit.")], Rule(goal="precision>=0.9"))
    fitted.predict(rows, Rule(goal="count"))
    with pytest.raises(ConfigError) as refused:
        fitted.predict(rows, Rule({"yes": 0.7}))
    assert str(refused.value) == (
        "threshold yes=0.7: none of the stance's classes is called neutral, so the likeliest one is taken; leave the "
        "threshold out"
    )


def test_without_targets_a_goal_out_of_reach_is_not_told_of_the_stance():
    fitted = model(LogisticRegression(), tasks=["stance"])
    task = fitted.tasks["stance"]
    rng = np.random.default_rng(0)
    chance = HeldOutSummary.fit(rng.dirichlet((5, 5, 5), 90), np.arange(90) % 3, exclusive=True)
    task.held_out_ = [chance]
    fitted.predict([Sentence("Profit.")], Rule(goal="precision>=1"))
    task.held_out_ = [HeldOutSummary.fit(np.full((6, 3), 1 / 3), np.arange(6) % 3, exclusive=True)]
    with pytest.warns(FramingWarning, match=r"^stance (favor|against): precision>=1 was not reached") as caught:
        fitted.predict(sentences(1), Rule(goal="precision>=1"))
    assert len(caught) == 2


@pytest.mark.parametrize(
    ("thresholds", "reason"),
    [
        (
            {"favour": 0.5},
            r"^threshold favour=0\.5: unknown frame or side of the stance 'favour'; expected one of: gain, risk, "
            r"favor, against \(did you mean 'favor'\?\)$",
        ),
        (
            {"neutral": 0.5},
            r"^threshold neutral=0\.5: neutral is what is left where no side is decided; give the threshold of a side: "
            "favor, against$",
        ),
        ({"favor": 1.5}, r"^threshold favor=1\.5: a probability in \[0, 1\] is needed$"),
        ({"against": float("nan")}, r"^threshold against=nan: a probability in \[0, 1\] is needed$"),
    ],
)
def test_a_threshold_of_the_stance_that_cannot_be_is_refused(thresholds, reason):
    with pytest.raises(ConfigError, match=reason):
        model(LogisticRegression()).predict([Sentence("Profit.")], Rule(thresholds))


def test_where_a_frame_and_a_side_have_one_name_the_threshold_is_the_frames():
    rows = sentences(4)
    book = Codebook.from_dict({**BOOK.to_dict(), "frames": ["favor", "risk"]})
    Y = stance_codes(rows)
    words = WordVectorizer(max_n=1, min_df=1)
    task = stance_classifier(book, words, LogisticRegression()).fit(rows, Y, folds(rows, Y))
    rule = Rule({"favor": 0.7, "against": 0.6}, goal="recall>=0.9")
    fitted = FramingClassifier(book, {"stance": task})
    assert fitted.rule_for("stance", rule).thresholds == {"against": 0.6}
    assert rule.for_task("frames", book.frame_names).thresholds == {"favor": 0.7}


@pytest.mark.parametrize("given", [{"goal": "precision>=0.9"}, {"thresholds": {"favor": 0.7}}])
def test_a_risk_and_a_goal_or_threshold_of_the_stance_exclude_each_other(given):
    with pytest.raises(
        ConfigError, match=r"^abstain 0\.1: the risk decides, not a threshold; leave out the thresholds"
    ):
        Rule(abstain=0.1, **given)


def test_exclusive_frames_have_no_sides_even_where_one_is_called_neutral():
    labels = ("good", "bad", "neutral")
    assert type(decoder_of(labels, exclusive=True)) is OneOf
    assert decoder_of(labels, exclusive=True).thresholds(CURVES, "precision>=0.9", warn=True) == {}
    book = Codebook.from_dict(
        {"name": "mood", "frames": list(labels), "stance": list(BOOK.stance_names), "exclusive": True}
    )
    rows = sentences()
    Y = stance_codes(rows)
    mood = TaskClassifier(
        decoder_of(labels, exclusive=True),
        stance_classifier(book, WordVectorizer(max_n=1, min_df=1), LogisticRegression()).features,
        LogisticRegression(),
        goal="precision>=0.9",
    ).fit(rows, Y, folds(rows, Y))
    assert mood.thresholds_ == {}
    both = FramingClassifier(book, {"frames": mood, "stance": model(LogisticRegression(C=0.05)).tasks["stance"]})
    with pytest.raises(
        ConfigError, match=r"^goal precision>=0\.9: the frames are exclusive, the likeliest one is taken$"
    ):
        both.predict(rows, Rule(goal="precision>=0.9"))
    strict = both.predict(rows, Rule({"favor": 1.0, "against": 1.0}))
    assert {p.stance for p in strict} == {"neutral"}
    assert [p.frames for p in strict] == [p.frames for p in both.predict(rows)]


def test_a_saved_model_decides_the_same_and_one_without_curves_says_what_it_cannot(tmp_path):
    fitted, rows = model(LogisticRegression(C=0.05)), sentences(16)
    folder = save_model(fitted, tmp_path / "model")
    rules = (Rule(goal="precision>=0.99"), Rule(goal="recall>=0.99"), Rule({"favor": 0.6}))
    for rule in rules:
        assert load_model(folder).predict(rows, rule) == fitted.predict(rows, rule)
    file = folder / "stance" / "held_out.json"
    content = json.loads(file.read_text())
    assert len(content[0].pop("class_curves")) == 3
    file.write_text(json.dumps(content))
    fix_digests(folder)
    old = load_model(folder)
    with pytest.warns(FramingWarning) as caught:
        found = old.predict(rows, rules[0])
    assert [str(w.message) for w in caught] == [
        "goal precision>=0.99: the likeliest stance is taken: this model was saved before goals held for the stance; "
        "train it anew"
    ]
    assert [p.stance for p in found] == [p.stance for p in old.predict(rows)]
    assert [p.frames for p in found] == [p.frames for p in fitted.predict(rows, rules[0])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        old.predict([Sentence("Profit.")], rules[0])  # no target, nothing to say
        assert old.predict(rows, rules[2]) == fitted.predict(rows, rules[2])  # a threshold by hand needs no curve
