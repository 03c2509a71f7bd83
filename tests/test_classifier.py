"""One task and the whole model: held-out calibration, thresholds, exclusive labels, partial coding, targets."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from framing.codebook import Codebook
from framing.errors import ConfigError, FramingWarning, ModelError
from framing.model.classifier import TaskClassifier, frames_classifier, stance_classifier
from framing.model.decisions.decoders import AnyOf
from framing.model.decisions.rule import Rule
from framing.model.encoders import WordVectorizer
from framing.model.features import TextFeatures
from framing.model.framing import FramingClassifier
from framing.records import Sentence
from tests.small import BOOK, folds, frame_codes, model, sentences

WORDS = WordVectorizer(max_n=1, min_df=1)


class Recorder(TransformerMixin, BaseEstimator):
    """A word vectorizer that keeps, across all its copies, what each was fitted on and asked for."""

    log: ClassVar = []  # (the vocabulary, the texts it was learned from, the texts asked for afterwards)

    def fit(self, texts, y=None):
        self.words_ = WordVectorizer(max_n=1, min_df=1).fit(texts)
        self.entry_ = (set(self.words_.vectorizer_.vocabulary_), list(texts), [])
        Recorder.log.append(self.entry_)
        return self

    def transform(self, texts):
        self.entry_[2].extend(texts)
        return self.words_.transform(texts)


def test_a_word_of_the_held_out_part_alone_is_never_learned():
    rows = sentences(6)  # the places are words that occur in one group only
    Y = frame_codes(rows)
    parts = folds(rows, Y)
    Recorder.log.clear()
    frames_classifier(BOOK, Recorder(), LogisticRegression()).fit(rows, Y, parts)
    assert len(Recorder.log) == len(parts) + 1
    for (train, test), (vocabulary, learned_from, asked) in zip(parts, Recorder.log, strict=False):
        held_out = {rows[i].group.lower() for i in test}
        assert len(held_out) == 2
        assert not vocabulary & held_out
        assert {rows[i].group.lower() for i in train} <= vocabulary
        assert learned_from == [rows[i].text for i in train]
        assert asked == learned_from + [rows[i].text for i in test]
    # The finished model learns from all.
    assert {row.group.lower() for row in rows} <= Recorder.log[-1][0]


def test_calibration_and_thresholds_come_from_held_out_scores():
    # Each text is a word of its own, which an SVM without bounds learns by heart; held out, it knows nothing.
    rows = [Sentence(f"word{i}", frames=("gain",) if i % 2 else (), group=str(i)) for i in range(40)]
    Y = np.array([[i % 2] for i in range(40)], dtype=float)
    task = TaskClassifier(AnyOf(("gain",)), {"words": TextFeatures(WORDS)}, SVC(kernel="linear", C=1e6))
    proba = task.fit(rows, Y, folds(rows, Y, 5)).predict_proba(rows)[:, 0]
    assert task.heads_["words"][0].predict(task.features_["words"].transform(rows)).tolist() == Y[:, 0].tolist()
    assert np.abs(proba - 0.5).max() < 0.1


def test_frames_are_those_whose_probability_reaches_the_threshold():
    fitted = model(LogisticRegression(), tasks=["frames"])
    sentence = [Sentence("The harbour will bring profit to Zennor.")]
    (before,) = fitted.predict(sentence)
    assert before.frames == ("gain",)
    p = before.proba["gain"]
    assert fitted.tasks["frames"].thresholds_["gain"] < p
    # Move the model's own threshold over it, then back to exactly it.
    fitted.tasks["frames"].thresholds_["gain"] = p + 1e-9
    assert fitted.predict(sentence)[0].frames == ()
    fitted.tasks["frames"].thresholds_["gain"] = p
    assert fitted.predict(sentence)[0].frames == ("gain",)
    # One given with the question replaces it, that time only.
    assert fitted.predict(sentence, Rule({"gain": 1.0}))[0].frames == ()
    assert fitted.predict(sentence, Rule({"gain": 1.0, "risk": 0.0}))[0].frames == ("risk",)
    assert fitted.predict(sentence)[0] == before


def test_probabilities_do_not_depend_on_the_other_sentences():
    fitted = model(SVC(), words=WordVectorizer(max_n=2, min_df=1))
    rows = sentences(3)
    together = fitted.predict(rows)
    assert [fitted.predict([row])[0].frames for row in rows] == [p.frames for p in together]
    alone = [list(fitted.predict([row])[0].proba.values()) for row in rows]
    assert np.allclose(alone, [list(p.proba.values()) for p in together], atol=1e-12)
    assert fitted.predict([]) == []


def test_labels_are_found_on_new_sentences_and_columns_keep_the_codebooks_order():
    fitted = model(LogisticRegression())
    texts = ["The markets bring profit.", "Warships threaten an attack.", "The clerk counted the ropes."]
    predictions = fitted.predict([Sentence(text, target="the harbour") for text in texts])
    assert [p.frames for p in predictions] == [("gain",), ("risk",), ()]
    assert [p.stance for p in predictions] == ["favor", "against", "neutral"]
    assert [list(p.proba) for p in predictions] == [["gain", "risk"]] * 3
    assert [list(p.stance_proba) for p in predictions] == [["favor", "against", "neutral"]] * 3
    assert [sum(p.stance_proba.values()) for p in predictions] == pytest.approx([1, 1, 1])


def test_two_feature_sets_have_a_head_and_a_slope_each():
    fitted = model(LogisticRegression(), words=WordVectorizer(max_n=2, min_df=1))
    for task, problems in (("frames", 2), ("stance", 1)):
        classifier = fitted.tasks[task]
        assert {name: len(heads) for name, heads in classifier.heads_.items()} == {
            "embedding": problems,
            "words": problems,
        }
        assert [len(c.slopes) for c in classifier.calibrations_] == [2] * problems
        assert all(slope >= 0 for c in classifier.calibrations_ for slope in c.slopes)


def exclusive_rows():
    book = Codebook.from_dict({"name": "weather", "frames": ["rain", "sun", "wind"], "exclusive": True})
    texts = {"rain": "drops fall on day {}", "sun": "light falls on day {}", "wind": "leaves fly on day {}"}
    rows = [
        Sentence(text.format(day), frames=(name,), group=str(day)) for day in range(9) for name, text in texts.items()
    ]
    return book, rows


@pytest.mark.parametrize("head", [LogisticRegression(), SVC()], ids=["logreg", "svm"])
def test_exclusive_frames_are_one_problem_and_one_label_each(head):
    book, rows = exclusive_rows()
    Y = frame_codes(rows, book)
    task = frames_classifier(book, WORDS, head).fit(rows, Y, folds(rows, Y))
    assert task.thresholds_ == {}
    assert len(task.calibrations_) == 1
    fitted = FramingClassifier(book, {"frames": task})
    texts = ["drops fall", "leaves fly", "light falls"]
    predictions = fitted.predict([Sentence(text) for text in texts])
    assert [p.frames for p in predictions] == [("rain",), ("wind",), ("sun",)]
    assert [sum(p.proba.values()) for p in predictions] == pytest.approx([1, 1, 1])
    with pytest.raises(ConfigError, match=r"^threshold rain=0\.5: the frames are exclusive, the likeliest one is"):
        fitted.predict([], Rule({"rain": 0.5}))


def test_cells_that_were_not_coded_are_not_learned_from():
    rows = sentences()
    Y = frame_codes(rows)
    kept = [i for i, row in enumerate(rows) if row.group not in ("Alder", "Birch")]
    masked = Y.copy()
    masked[[i for i in range(len(rows)) if i not in kept], 1] = np.nan
    parts = folds(rows, Y)
    task = frames_classifier(BOOK, WORDS, LogisticRegression()).fit(rows, masked, parts)
    # Lies in the masked cells would change the model; nan there cannot, and `gain` saw every row.
    whole = frames_classifier(BOOK, WORDS, LogisticRegression()).fit(rows, Y, parts)
    gain, risk = task.heads_["embedding"]
    assert np.array_equal(gain.coef_, whole.heads_["embedding"][0].coef_)
    X = task.features_["embedding"].transform(rows)
    assert np.array_equal(risk.coef_, LogisticRegression().fit(X[kept], Y[kept, 1].astype(int)).coef_)


def test_a_label_that_no_training_row_of_a_fold_is_coded_for_is_absent_there():
    rows = sentences(4)
    Y = frame_codes(rows)
    Y[[row.group != "Alder" for row in rows], 1] = np.nan  # `risk` was coded in one place only
    task = frames_classifier(BOOK, WORDS, LogisticRegression()).fit(rows, Y, folds(rows, Y))
    assert np.isfinite(task.predict_proba(rows)).all()
    assert FramingClassifier(BOOK, {"frames": task}).predict([Sentence("The markets bring profit.")])[0].frames[0] == (
        "gain"
    )


def test_a_stance_is_only_where_a_target_is():
    fitted = model(LogisticRegression())
    rows = [Sentence("Merchants welcome the profit."), Sentence("Merchants welcome the profit.", target="the harbour")]
    without, with_target = fitted.predict(rows)
    assert (without.stance, without.stance_proba) == (None, None)
    assert with_target.stance == "favor"
    assert without.proba == with_target.proba


def test_a_target_is_an_error_where_no_stance_was_trained():
    fitted = model(LogisticRegression(), tasks=["frames"])
    with pytest.raises(ModelError, match=r"^a target was given, but this model was trained without stance; train one"):
        fitted.predict([Sentence("Profit.", target="the harbour")])
    assert fitted.predict([Sentence("Profit.")])[0].stance is None


def test_a_model_of_the_stance_alone_has_no_frames():
    (prediction,) = model(LogisticRegression(), tasks=["stance"]).predict(
        [Sentence("Merchants welcome the profit.", target="the harbour")]
    )
    assert (prediction.frames, prediction.proba, prediction.stance) == ((), {}, "favor")


def test_a_blind_stance_classifier_sees_no_target():
    rows = sentences(4)
    Y = np.array([[float(row.stance == name) for name in BOOK.stance_names] for row in rows])
    other = [replace(row, target=f"matter {i}") for i, row in enumerate(rows)]
    probabilities = {}
    for blind in (True, False):
        task = stance_classifier(BOOK, WORDS, LogisticRegression(), blind=blind).fit(rows, Y, folds(rows, Y))
        probabilities[blind] = task.predict_proba(rows), task.predict_proba(other)
    assert np.array_equal(*probabilities[True])
    assert not np.allclose(*probabilities[False], atol=0.01)


@pytest.mark.parametrize(
    ("thresholds", "reason"),
    [
        ({"profit": 0.5}, r"^threshold profit=0\.5: unknown frame 'profit'; expected one of: gain, risk$"),
        ({"favor": 0.5}, r"^threshold favor=0\.5: unknown frame"),
        ({"gain": 1.5}, r"^threshold gain=1\.5: a probability in \[0, 1\] is needed$"),
        ({"gain": -0.1}, r"^threshold gain=-0\.1: a probability in"),
        ({"gain": float("nan")}, r"^threshold gain=nan: a probability in"),
    ],
)
def test_a_threshold_that_cannot_be_is_refused(thresholds, reason):
    with pytest.raises(ConfigError, match=reason):
        model(LogisticRegression(), tasks=["frames"]).predict([Sentence("Profit.")], Rule(thresholds))


def test_a_goal_moves_the_decisions_and_not_the_probabilities():
    fitted, rows = (
        model(LogisticRegression(C=0.01), tasks=["frames"]),
        [replace(row, target=None) for row in sentences(16)],
    )
    decided = {
        goal: np.array([[name in p.frames for name in ("gain", "risk")] for p in fitted.predict(rows, Rule(goal=goal))])
        for goal in ("precision>=0.99", "f1", "recall>=0.99")
    }
    few, some, many = (d.sum() for d in decided.values())
    assert few <= some <= many
    assert fitted.predict(rows, Rule(goal="f1")) == fitted.predict(rows)
    assert [p.proba for p in fitted.predict(rows, Rule(goal="count"))] == [p.proba for p in fitted.predict(rows)]
    # A threshold given by hand still replaces that of the goal.
    assert all("gain" not in p.frames for p in fitted.predict(rows, Rule({"gain": 1.0}, goal="recall>=0.99")))


def test_a_goal_of_training_is_what_thresholds_are_chosen_by():
    rows = sentences()
    Y = frame_codes(rows)
    Y[::7] = 1 - Y[::7]  # some codes are wrong, so that precision has a price
    parts = folds(rows, Y)
    by_goal = {
        goal: frames_classifier(BOOK, WORDS, LogisticRegression(), goal=goal).fit(rows, Y, parts)
        for goal in ("f1", "recall>=1", "precision>=1")
    }
    assert by_goal["recall>=1"].thresholds_["gain"] < by_goal["f1"].thresholds_["gain"]
    assert by_goal["f1"].decide(by_goal["f1"].predict_proba(rows)).any()
    with pytest.warns(FramingWarning) as caught:
        by_goal["precision>=1"].warn_of_goal()
    assert [str(warning.message) for warning in caught] == [
        f"{label}: precision>=1 was not reached; the threshold for precision {reached}, the highest there is, was taken"
        for label, reached in (("gain", "0.833"), ("risk", "0.900"))
    ]


def test_a_common_threshold_is_one_for_all_frames_in_training_and_afterwards():
    rows = sentences()
    Y = frame_codes(rows)
    Y[::7] = 1 - Y[::7]
    Y[10:20, 1] = np.nan  # coded in fewer rows, so of fewer positives
    fitted = frames_classifier(BOOK, WORDS, LogisticRegression(), goal="micro_f1").fit(rows, Y, folds(rows, Y))
    assert set(fitted.thresholds_) == {"gain", "risk"}
    assert len(set(fitted.thresholds_.values())) == 1
    assert [summary.n for summary in fitted.held_out_] == [60, 50]
    assert [summary.curve.positives for summary in fitted.held_out_] == [np.nansum(column) for column in Y.T]
    own = frames_classifier(BOOK, WORDS, LogisticRegression()).fit(rows, Y, folds(rows, Y))
    common = own.judge(rows, Rule(goal="micro_f1"))
    assert (common.present == fitted.judge(rows, Rule()).present).all()


def test_probabilities_move_to_the_shares_of_their_batch_and_decisions_stay():
    fitted = model(LogisticRegression())
    plain = [row for row in sentences(16) if "gain" not in row.frames] + sentences(2)  # few of them are of gain
    before, after = fitted.predict(plain), fitted.predict(plain, Rule(adapt_priors=True))
    assert [p.frames for p in after] == [p.frames for p in before]
    mean = {name: [np.mean([p.proba["gain"] for p in ps]) for ps in (before, after)] for name in ("gain",)}
    assert mean["gain"][1] < mean["gain"][0]
    assert [p.stance_proba for p in after] == [p.stance_proba for p in before]
    shift = fitted.judge(plain, Rule(adapt_priors=True))["frames"].shift
    assert shift.trained == (0.5, 0.5)
    assert shift.estimated[0] == pytest.approx(mean["gain"][1], abs=0.001)
    assert shift.estimated[0] < 0.2  # it is 6 of 54
    with pytest.warns(FramingWarning, match="^gain, risk: shares estimated from 6 sentences, fewer than 50"):
        fitted.predict([replace(row, target=None) for row in sentences(1)], Rule(adapt_priors=True))
    assert fitted.predict([], Rule(adapt_priors=True)) == []


def test_each_document_moves_to_its_own_shares_and_its_decisions_follow():
    fitted = model(LogisticRegression())
    doubtful = Sentence("The harbour of Zennor.")  # no word of any frame
    full = [replace(row, doc_id="full") for row in sentences(16) if "gain" in row.frames]
    plain = [replace(row, doc_id="plain") for row in sentences(16) if "gain" not in row.frames]
    rows = [*full, replace(doubtful, doc_id="full"), *plain, replace(doubtful, doc_id="plain")]
    before, after = fitted.judge(rows, Rule())["frames"], fitted.judge(rows, Rule(adapt_priors="document"))["frames"]
    at = [len(full), len(rows) - 1]
    assert before.proba[at[0], 0] == before.proba[at[1], 0]
    assert after.proba[at[0], 0] > before.proba[at[0], 0] > after.proba[at[1], 0]
    threshold = fitted.tasks["frames"].thresholds_["gain"]
    assert (after.present[:, 0] == (after.proba[:, 0] >= threshold)).all()
    between = Rule(thresholds={"gain": float(before.proba[at[0], 0])}, adapt_priors="document")
    assert fitted.judge(rows, between)["frames"].present[at, 0].tolist() == [True, False]
    assert after.shift.n_documents == 2
    # A document alone is what it was among others, with a name or without; the stance stays.
    (alone,) = {p.proba["gain"] for p in fitted.predict(rows[: at[0] + 1], Rule(adapt_priors="document"))[at[0] :]}
    assert alone == pytest.approx(after.proba[at[0], 0], abs=1e-6)
    nameless = [replace(row, doc_id="") for row in rows[: at[0] + 1]]
    assert fitted.predict(nameless, Rule(adapt_priors="document"))[-1].proba["gain"] == pytest.approx(alone, abs=1e-6)
    with pytest.warns(FramingWarning, match=r"^gain, risk: 1 of 98 sentences have no doc_id and are taken for one"):
        fitted.predict([doubtful, *rows[:-1]], Rule(adapt_priors="document"))
    assert fitted.predict([], Rule(adapt_priors="document")) == []


def test_what_cannot_be_decided_at_a_risk_is_left_open():
    fitted = model(LogisticRegression())
    rows = [*sentences(3), Sentence("Nothing of what it knows.", target="the harbour")]
    for risk in (0.001, 0.1):
        for prediction in fitted.predict(rows, Rule(abstain=risk)):
            assert not set(prediction.frames) & set(prediction.abstained)
            assert (prediction.stance is None) == ("stance" in prediction.abstained)
            assert set(prediction.stance_proba) == set(BOOK.stance_names)
    # Thirty rows cannot speak of one in a thousand: all is open.
    (careful,) = fitted.predict(rows[:1], Rule(abstain=0.001))
    assert (careful.frames, careful.stance, careful.abstained) == ((), None, ("gain", "risk", "stance"))
    easy = fitted.predict(sentences(3), Rule(abstain=0.1))
    decided = [p for p in easy if "gain" not in p.abstained]
    assert len(decided) > 12
    assert all(("gain" in p.frames) == ("gain" in p.sentence.frames) for p in decided)
    # Other shares in the batch are no reason to decide otherwise.
    many = sentences(16)
    assert [p.abstained for p in fitted.predict(many, Rule(abstain=0.1, adapt_priors=True))] == [
        p.abstained for p in fitted.predict(many, Rule(abstain=0.1))
    ]


def test_exclusive_frames_adapt_and_abstain_as_one():
    book, rows = exclusive_rows()
    Y = frame_codes(rows, book)
    fitted = FramingClassifier(
        book, {"frames": frames_classifier(book, WORDS, LogisticRegression()).fit(rows, Y, folds(rows, Y))}
    )
    sunny = [row for row in rows if row.frames == ("sun",)] * 6
    assert fitted.judge(sunny, Rule(adapt_priors=True))["frames"].shift.estimated[1] > 0.9
    cautious = fitted.judge(sunny, Rule(adapt_priors="document"))["frames"]
    assert 0.5 < cautious.shift.estimated[1] < 0.9
    assert cautious.present[:, 1].all()
    for prediction in fitted.predict([*rows, Sentence("nothing")], Rule(abstain=0.15)):
        assert len(prediction.frames) == (0 if prediction.abstained else 1)
    with pytest.raises(ConfigError, match=r"^goal count: the frames are exclusive, the likeliest one is taken$"):
        fitted.predict(rows, Rule(goal="count"))
    with pytest.raises(ConfigError, match=r"^goal micro_f1: the frames are exclusive, the likeliest one is taken$"):
        fitted.predict(rows, Rule(goal="micro_f1"))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"goal": "f2"}, "^goal f2: no such goal of a threshold; expected f1, micro_f1, count, or a bound such as"),
        ({"adapt_priors": "page"}, r"^adapt_priors page: expected batch \(or True\), document, or False for neither$"),
        ({"abstain": 1.5}, "^abstain 1.5: the risk of an error is a number between 0 and 1, such as 0.1$"),
        ({"abstain": 0.1, "goal": "f1"}, "^abstain 0.1: the risk decides, not a threshold; leave out the thresholds"),
        ({"abstain": 0.1, "thresholds": {"gain": 0.5}}, "^abstain 0.1: the risk decides, not a threshold"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule, reason):
    with pytest.raises(ConfigError, match=reason):
        Rule(**rule)
