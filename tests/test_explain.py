"""Which words carried a frame: parts that sum to the score, or what the score falls by without a word."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from framing import Predictor, Sentence
from framing.codebook import Codebook
from framing.errors import ConfigError, InputError, ModelError
from framing.model.classifier import frames_classifier
from framing.model.encoders import SentenceEncoder, WordVectorizer
from framing.model.explain import Explanation, explain_sentences, explain_task, word_spans
from framing.model.framing import FramingClassifier
from framing.model.occlusion import PIECES, label_scores, left_out
from framing.records import Highlight, Prediction
from framing.report.formats import predictions_csv
from framing.report.html import predictions_page
from framing.report.table import predictions_text
from tests.command import framing
from tests.small import BOOK, folds, frame_codes, model, sentences
from tests.tiny import WIDTH, tiny_encoder

TEXTS = (
    "Warships near Alder threaten the harbour.",
    "Profit for “Birch” comes — with an attack of warships!",
    "Café 港口 in Straße 7 🚢 profit\u00a0markets",
    "WARSHIPS  \t of Alder's merchants; unheard-of markets…",
    "",
    "…",
    " profit ",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("tiny"), "Bert", **WIDTH)


@pytest.fixture(scope="module")
def linear(folder):
    """The frames by logistic regression on the mean of token vectors."""
    return linear_on(SentenceEncoder(folder))


def linear_on(encoder: SentenceEncoder, **options):
    return model(LogisticRegression(), encoder=encoder, tasks=("frames",), rows=sentences(6), **options).tasks["frames"]


def told_of(task, texts=TEXTS) -> list[dict[str, Explanation]]:
    return explain_task(task, [Sentence(text) for text in texts])


def assert_sums(task, rows) -> list[dict[str, Explanation]]:
    """What is told sums to the heads' own scores."""
    found = explain_task(task, rows)
    scores = label_scores(task, rows)
    for told, row in zip(found, scores, strict=True):
        for explanation, score in zip(told.values(), row, strict=True):
            parts = explanation.bias + explanation.rest + sum(word.weight for word in explanation.words)
            assert parts == pytest.approx(score, abs=1e-5)
            assert explanation.score == pytest.approx(score, abs=1e-5)
    return found


def test_words_and_marks_stand_apart_and_a_word_keeps_its_hyphens_apostrophes_and_points():
    def split(text: str) -> list[str]:
        return [text[start:end] for start, end in word_spans(text)]

    assert split("The U.S.’s so-called 1,5 % 'gift'.") == [
        *("The", "U.S", ".", "’", "s", "so-called", "1,5", "%", "'", "gift", "'", "."),
    ]
    assert split("港口 oil") == ["港", "口", "oil"]
    assert split(" \n") == []


def test_parts_of_a_linear_head_on_mean_pooled_tokens_sum_to_the_score(linear):
    found = assert_sums(linear, [Sentence(text) for text in TEXTS])
    assert all(explanation.exact for told in found for explanation in told.values())
    words = [[text[w.start : w.end] for w in told["gain"].words] for text, told in zip(TEXTS, found, strict=True)]
    assert words[0] == ["Warships", "near", "Alder", "threaten", "the", "harbour", "."]
    assert words[1] == [
        "Profit",
        "for",
        "“",
        "Birch",
        "”",
        "comes",
        "—",
        *["with", "an", "attack", "of", "warships"],
        "!",
    ]
    # This vocabulary has one token for what it does not know: 港口 cannot be told apart.
    assert words[2] == ["Café", "港口", "in", "Straße", "7", "🚢", "profit", "markets"]
    assert words[3] == ["WARSHIPS", "of", "Alder's", "merchants", ";", "unheard-of", "markets", "…"]
    assert words[4:] == [[], ["…"], ["profit"]]
    assert found[4]["gain"].words == ()
    assert found[4]["gain"].rest != 0  # the marks at the ends of the text


def test_they_do_where_vectors_are_brought_to_length_1(folder, tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize

    plain = SentenceTransformer(folder, device="cpu")
    SentenceTransformer(modules=[*plain, Normalize()], device="cpu").save(str(tmp_path / "normal"))
    encoder = SentenceEncoder(str(tmp_path / "normal"), cache=False)
    assert np.linalg.norm(encoder.transform(["profit"])) == pytest.approx(1)
    found = assert_sums(linear_on(encoder), [Sentence(text) for text in TEXTS])
    assert found[0]["gain"].exact


def test_a_word_of_several_tokens_has_one_weight(linear):
    tokenizer = linear.features_["embedding"].encoder_._sentence_transformer.tokenizer
    assert len(tokenizer.tokenize("welcome-markets")) == 3
    told = told_of(linear, ["welcome-markets"])[0]["gain"]
    assert [(w.start, w.end) for w in told.words] == [(0, 15)]


def test_words_beyond_the_longest_input_weigh_nothing_and_the_sum_holds(folder):
    task = linear_on(SentenceEncoder(folder, max_seq_length=8))
    (told,) = assert_sums(task, [Sentence("profit " * 40)])
    weights = [word.weight for word in told["gain"].words]
    assert len(weights) == 40
    assert all(weights[:6])
    assert not any(weights[6:])


def test_the_sum_holds_for_frames_that_exclude_each_other(folder):
    book = Codebook.from_dict({**BOOK.to_dict(), "exclusive": True})
    rows = [row for row in sentences(6) if row.frames and len(row.frames) == 1]
    Y = frame_codes(rows, book)
    task = frames_classifier(book, SentenceEncoder(folder), LogisticRegression()).fit(rows, Y, folds(rows, Y))
    found = assert_sums(task, rows[:4])
    assert found[0]["gain"].exact
    assert found[0]["gain"].score == pytest.approx(-found[0]["risk"].score)


def test_of_a_frame_that_nobody_coded_no_word_says_anything(folder):
    rows = sentences(6)
    Y = frame_codes(rows)
    Y[:, 1] = 0
    task = frames_classifier(BOOK, SentenceEncoder(folder), LogisticRegression()).fit(rows, Y, folds(rows, Y))
    (told,) = assert_sums(task, [Sentence(TEXTS[0])])
    assert {word.weight for word in told["risk"].words} == {0.0}
    assert any(word.weight for word in told["gain"].words)


def test_what_is_read_before_the_sentence_is_no_word_of_it(folder):
    rows = sentences(6)
    Y = frame_codes(rows)
    encoder = SentenceEncoder(folder)
    task = frames_classifier(BOOK, encoder, LogisticRegression(), context=["headline"]).fit(rows, Y, folds(rows, Y))
    alone, headed = assert_sums(task, [Sentence("profit"), Sentence("profit", headline="Warships attack Alder")])
    assert len(headed["gain"].words) == len(alone["gain"].words) == 1
    assert headed["gain"].rest != alone["gain"].rest


def test_words_by_tfidf_have_exact_parts_and_a_term_of_two_is_shared_by_both():
    vectorizer = WordVectorizer(max_n=2, min_df=1, sublinear_tf=False).fit(["new market", "old port"])
    terms = vectorizer.vectorizer_.vocabulary_
    directions = np.zeros((len(terms), 1))
    directions[terms["new"]], directions[terms["new market"]] = 1.0, 4.0
    (found,) = vectorizer.token_scores(["A NÈW  market"], directions)
    weight = 3**-0.5  # three terms, all as rare
    assert found.spans == [(2, 5), (7, 13)]
    assert found.scores[:, 0] == pytest.approx([weight + 2 * weight, 2 * weight])


def test_parts_of_words_sum_to_the_score_whatever_becomes_of_letters():
    task = model(LogisticRegression()).tasks["frames"]
    found = assert_sums(
        task, [Sentence(t) for t in (*TEXTS, "İZMIR PROFİT ﬁne ΣΑΣ profit profit", "profit markets profit")]
    )
    assert found[0]["risk"].exact
    assert found[0]["risk"].rest == 0


def test_two_feature_sets_are_fused_as_the_calibration_weighs_them(folder):
    task = linear_on(SentenceEncoder(folder), words=WordVectorizer(min_df=1))
    assert set(task.features_) == {"embedding", "words"}
    found = assert_sums(task, [Sentence(text) for text in TEXTS])
    assert found[0]["gain"].exact


@pytest.mark.parametrize(
    "head", [KNeighborsClassifier(3), MLPClassifier([4], max_iter=2000, random_state=0), SVC(kernel="rbf")], ids=repr
)
def test_other_heads_tell_what_the_score_falls_by_without_a_word(head):
    task = model(head, tasks=("frames",)).tasks["frames"]
    text = "Warships threaten the harbour."
    (told,) = assert_sums(task, [Sentence(text)])
    explanation = told["risk"]
    assert not explanation.exact
    whole, without = label_scores(task, [Sentence(text), Sentence("threaten the harbour.")])[:, 1]
    assert explanation.words[0] == Highlight(0, 8, pytest.approx(whole - without))
    assert [text[w.start : w.end] for w in explanation.words] == ["Warships", "threaten", "the", "harbour", "."]


def test_a_linear_support_vector_machine_is_as_exact_as_logistic_regression():
    assert assert_sums(model(SVC(kernel="linear")).tasks["frames"], [Sentence(TEXTS[0])])[0]["gain"].exact


def test_words_are_left_out_where_vectors_are_no_mean_of_the_tokens(folder, tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    transformer = SentenceTransformer(folder, device="cpu")[0]
    first = Pooling(transformer.get_embedding_dimension(), "cls")
    SentenceTransformer(modules=[transformer, first], device="cpu").save(str(tmp_path / "cls"))
    encoder = SentenceEncoder(str(tmp_path / "cls"), cache=False)
    assert encoder.token_scores(["profit"], np.ones((16, 1))) is None
    assert not told_of(linear_on(encoder), TEXTS[:1])[0]["gain"].exact


def test_of_a_long_sentence_words_in_a_row_are_left_out_together():
    task = model(KNeighborsClassifier(3), tasks=("frames",)).tasks["frames"]
    text = "profit " * (2 * PIECES + 1)
    ((spans, weights, scores),) = left_out(task, [Sentence(text)], [word_spans(text)])
    assert len(spans) <= PIECES
    assert spans[0] == (0, 20)  # three words
    assert weights.shape == (len(spans), 2)
    assert scores.shape == (2,)


def test_leaving_words_out_keeps_nothing_on_disk(folder, tmp_path, monkeypatch):
    task = model(KNeighborsClassifier(3), encoder=SentenceEncoder(folder, cache=True), tasks=("frames",)).tasks[
        "frames"
    ]
    monkeypatch.setattr("framing.model.encoders.sentence.cache_folder", lambda: tmp_path)
    told_of(task, [TEXTS[0]])
    assert list(tmp_path.iterdir()) == []


def test_the_stance_is_explained_toward_a_target_alone():
    small = model(LogisticRegression())
    (told,) = explain_sentences(small, [Sentence(TEXTS[0], target="the harbour")], "stance")
    assert set(told) == {"favor", "against", "neutral"}
    with pytest.raises(InputError, match=r"item 1: a stance is taken toward a target"):
        explain_sentences(small, [Sentence("a", target="b"), Sentence("c")], "stance")
    with pytest.raises(ModelError, match=r"unknown task of this model 'holder'; expected one of: frames, stance"):
        explain_sentences(small, [], "holder")


def test_one_pass_explains_and_scores(linear, monkeypatch):
    predictor = Predictor(FramingClassifier(BOOK, {"frames": linear}))
    loaded = linear.features_["embedding"].encoder_._sentence_transformer
    passes = []
    monkeypatch.setattr(loaded[0], "forward", lambda *a, _of=loaded[0].forward, **k: passes.append(1) or _of(*a, **k))
    texts = ["Merchants counted the profit.", "Warships attack."]
    explained = predictor.predict(texts, explain=True)
    assert len(passes) == 1
    plain = predictor.predict(texts)
    assert len(passes) == 1
    assert [p.frames for p in explained] == [p.frames for p in plain]
    assert plain[0].highlights is None


def test_half_precision_is_explained_in_full_precision(folder):
    half = SentenceEncoder(folder, cache=False, precision="bfloat16")
    whole = SentenceEncoder(folder, cache=False)
    directions = np.arange(32.0).reshape(16, 2)
    (one,), (other,) = (encoder.token_scores(["profit"], directions) for encoder in (half, whole))
    assert (one.scores == other.scores).all()


def test_highlights_are_of_frames_found_or_left_open_and_are_words_in_reading_order():
    predictor = Predictor(model(LogisticRegression()))
    gain, nothing = predictor.predict(
        ["The harbour will bring markets and profit to Alder.", "The clerk of Alder counted the ropes on Monday."],
        explain=True,
    )
    assert gain.frames == ("gain",)
    assert list(gain.highlights) == ["gain"]
    words = [gain.sentence.text[h.start : h.end] for h in gain.highlights["gain"]]
    assert "profit" in words
    assert "and" not in words
    assert len(words) <= 5
    assert [h.start for h in gain.highlights["gain"]] == sorted(h.start for h in gain.highlights["gain"])
    assert nothing.highlights == {}
    (open_,) = predictor.predict(["profit warships clerk"], explain=True, abstain=0.01)
    assert set(open_.highlights) == {*open_.frames, *open_.abstained}


def test_each_target_of_a_sentence_has_the_highlights_of_the_sentence():
    predictor = Predictor(model(LogisticRegression()))
    texts = ["Markets bring profit.", "Warships attack."]
    found = predictor.predict(texts, targets=["the harbour", "Alder"], explain=True)
    assert [list(p.highlights) for p in found] == [["gain"], ["gain"], ["risk"], ["risk"]]


def test_nothing_is_explained_of_no_sentence_and_by_a_model_without_frames():
    assert Predictor(model(LogisticRegression())).predict([], explain=True) == []
    only_stance = Predictor(model(LogisticRegression(), tasks=("stance",)))
    with pytest.raises(ConfigError, match=r"frames, which this model does not know; see Predictor.explain"):
        only_stance.predict([Sentence("Profit.", target="a")], explain=True)


def test_results_have_highlights_where_they_were_asked_for():
    found = Prediction(Sentence("Vast gains."), proba={"gain": 0.9}, frames=("gain",))
    assert "highlights" not in found.to_row()
    marked = Prediction(found.sentence, found.proba, found.frames, highlights={"gain": (Highlight(0, 4, 1.23456),)})
    assert marked.to_row()["highlights"] == {"gain": [{"start": 0, "end": 4, "weight": 1.2346}]}
    assert json.dumps(marked.to_row())
    assert '""weight"": 1.2346' in predictions_csv([marked])


def test_a_table_tells_the_words_beneath_the_sentence_and_underlines_them_where_there_are_colours():
    text = "Vast\n\n new gains  for <b>all</b>."
    marked = Prediction(
        Sentence(text),
        proba={"gain": 0.9, "risk": 0.1},
        frames=("gain",),
        highlights={"gain": (Highlight(0, 4, 1.0), Highlight(11, 16, 0.5))},
    )
    lines = [" ".join(line.split()) for line in predictions_text([marked], ("gain", "risk"), 80, False).splitlines()]
    assert "1 Vast new gains for <b>all</b>. ● 0.90 0.10" in lines
    assert "gain: Vast … gains" in lines
    assert "\x1b[4;32mVast\x1b[0m new \x1b[4;32mgains\x1b[0m" in predictions_text([marked], ("gain", "risk"), 80, True)
    page = predictions_page([marked], ("gain", "risk"), "A title")
    assert "&lt;b&gt;all" in page
    assert page.count("<mark") == 2
    assert "Underlined" in page


def test_predict_explain_writes_highlights(trained):
    (trained / "one.txt").write_text("The harbour will bring markets and profit to Alder.", encoding="utf-8")
    answer = framing("predict", "one.txt", "--model", "model", "--explain", "--format", "jsonl", cwd=trained)
    row = json.loads(answer.out)
    (first, *_) = row["highlights"]["gain"]
    assert set(first) == {"start", "end", "weight"}
    assert first["weight"] > 0


def test_similar_cases_are_the_nearest_coded_sentences():
    predictor = Predictor(model(LogisticRegression(), tasks=("frames",)))
    coded = [
        Sentence("Warships attack.", frames=("risk",)),
        Sentence("Markets bring profit.", frames=("gain",)),
        Sentence("Markets bring profit.", frames=()),
        Sentence("Profit for merchants.", target="Alder"),  # not coded for frames
        Sentence("The clerk counted.", frames=()),
    ]
    (found,) = predictor.similar(["Markets bring profit."], coded, k=2)
    assert [case.frames for case, _ in found] == [("gain",), ("risk",)]
    assert found[0][1] == 1.0
    assert found[1][1] == 0.0  # nothing in common: the first of those as near
    assert predictor.similar([], coded) == []
    assert predictor.similar(["Profit."], []) == [[]]
    assert [len(cases) for cases in predictor.similar(["Profit."], coded, k=9)] == [3]


def test_thresholds_that_cannot_be_are_told_all_the_same():
    small: FramingClassifier = model(LogisticRegression())
    with pytest.raises(ConfigError, match="threshold gain=7"):
        Predictor(small).predict(["Profit."], thresholds={"gain": 7}, explain=True)
