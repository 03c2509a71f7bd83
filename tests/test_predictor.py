"""The predictor answers the same however it is asked, and what it shows can be read."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Predictor, Sentence
from framing.errors import ConfigError, InputError, ModelError
from framing.model.encoders import SentenceEncoder
from framing.model.persistence import save_model
from framing.report.html import predictions_page, predictions_table
from framing.report.table import predictions_text, rows_text
from tests.small import model, sentences


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(model(LogisticRegression(C=10)))


def test_texts_and_sentences_are_labelled_alike(predictor):
    text = "Merchants of Alder welcome the profit of new markets."
    [one], [other] = predictor.predict([text]), predictor.predict([Sentence(text)])
    assert one == other
    assert one.frames == ("gain",)
    assert one.stance is None


def test_probabilities_have_a_column_a_label(predictor):
    proba = predictor.predict_proba(["profit", "warships", "ropes"])
    assert proba.shape == (3, 2)
    assert predictor.labels == ("gain", "risk")
    assert proba[0, 0] > proba[0, 1]
    assert predictor.predict_proba([]).shape == (0, 2)


def test_a_target_brings_a_stance_and_replaces_the_sentences_own(predictor):
    [prediction] = predictor.predict([sentences(1)[2]], target="the fleet")
    assert prediction.sentence.target == "the fleet"
    assert set(prediction.stance_proba) == {"favor", "against", "neutral"}
    assert sum(prediction.stance_proba.values()) == pytest.approx(1)
    assert prediction.stance == max(prediction.stance_proba, key=prediction.stance_proba.get)


def test_a_document_is_split_and_each_sentence_placed(predictor):
    text = "Harbour news\n\nMerchants welcome new markets. Warships threaten the harbour."
    predictions = predictor.predict_document(text, doc_id="news")
    assert [p.sentence.text for p in predictions] == [
        "Harbour news",
        "Merchants welcome new markets.",
        "Warships threaten the harbour.",
    ]
    assert all(text[p.sentence.start : p.sentence.end] == p.sentence.text for p in predictions)
    assert predictions.to_rows()[2]["predicted_frames"] == ["risk"]
    assert [p.abstained for p in predictor.predict_document(text, abstain=0.001)] == [("gain", "risk")] * 3


def test_a_threshold_moves_the_decision_and_nothing_else(predictor):
    [free], [strict] = predictor.predict(["profit"]), predictor.predict(["profit"], thresholds={"gain": 1.0})
    assert free.proba == strict.proba
    assert "gain" in free.frames
    assert "gain" not in strict.frames


def test_what_cannot_be_asked_is_said(predictor):
    with pytest.raises(InputError, match="predict takes a list of sentences"):
        predictor.predict("profit")
    with pytest.raises(InputError, match="item 1: expected a text or a Sentence, got int"):
        predictor.predict(["profit", 5])
    with pytest.raises(
        ConfigError,
        match=r"threshold gian=0.5: unknown frame or side of the stance .gian.; expected one of: gain, risk",
    ):
        predictor.predict(["profit"], thresholds={"gian": 0.5})
    with pytest.raises(ConfigError, match=r"threshold gain=1.5: a probability in \[0, 1\]"):
        predictor.predict(["profit"], thresholds={"gain": 1.5})
    frames_only = Predictor(model(LogisticRegression(), tasks=("frames",)))
    with pytest.raises(ModelError, match="this model was trained without stance"):
        frames_only.predict(["profit"], target="the harbour")


def test_a_folder_is_loaded_and_its_origin_told(predictor, tmp_path):
    folder = save_model(predictor.classifier, tmp_path / "model")
    loaded = Predictor.load(folder)
    assert loaded.origin == f"folder {folder}"
    assert loaded.predict(["profit"]) == predictor.predict(["profit"])


def test_many_threads_get_what_one_gets():
    predictor = Predictor(model(LogisticRegression(), encoder=SentenceEncoder(cache=False)))
    batches = [[f"Warship number {i} nears harbour {i * j}." for j in range(4)] for i in range(16)]
    serial = [predictor.predict(batch, target="the harbour") for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(lambda batch: predictor.predict(batch, target="the harbour"), batches))
    for one, other in zip(serial, threaded, strict=True):
        assert [p.frames for p in one] == [p.frames for p in other]
        np.testing.assert_allclose(
            [list(p.proba.values()) for p in one], [list(p.proba.values()) for p in other], atol=1e-5
        )


SHOWN = [
    Prediction(
        Sentence("Profit [bold]now[/bold] \\", doc_id="a[1].txt"),
        proba={"fast_gain": 0.914, "risk": 0.02},
        frames=("fast_gain",),
    ),
    Prediction(
        Sentence("<b>Ropes</b>\n and   more.", target="<i>it</i>", doc_id="b.txt", position=3, start=5, end=21),
        proba={"fast_gain": 0.1, "risk": 0.2},
        stance="favor",
        stance_proba={"favor": 0.7, "against": 0.3},
    ),
]
LABELS = ["fast_gain", "risk"]


def test_the_notebooks_table_escapes_what_it_shows(predictor):
    html = predictor.predict(["Profit <script>alert(1)</script>"], target="<img src=x>")._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x&gt;" in html
    assert "<script>" not in html
    assert "<img" not in html


def test_the_html_table_has_a_row_a_sentence_and_a_heading_a_document():
    rows = re.findall(r"<tr>(.*?)</tr>", predictions_table(SHOWN, LABELS), flags=re.DOTALL)
    cells = [[re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)] for row in rows]
    assert cells == [
        ["#", "sentence", "fast gain", "risk", "stance"],
        ["a[1].txt"],
        ["1", "Profit [bold]now[/bold] \\", "0.91 ●", "0.02", ""],
        ["b.txt"],
        ["4", "&lt;b&gt;Ropes&lt;/b&gt;\n and   more.", "0.10", "0.20", "favor 0.70&lt;i&gt;it&lt;/i&gt;"],
    ]


def test_the_page_is_whole_and_asks_nothing_of_the_network():
    page = predictions_page(SHOWN, LABELS, "Frames & more")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "<title>Frames &amp; more</title>" in page
    assert predictions_table(SHOWN, LABELS).strip() in page
    assert not re.search(r"https?:|src=|@import|url\(", page)
    opened = re.findall(r"<(html|head|body|style|h1|p|table|thead|tbody|tr|th|td|span|title)[ >]", page)
    assert sorted(opened) == sorted(re.findall(r"</(\w+)>", page))


def test_the_terminals_table_to_the_letter():
    assert predictions_text(SHOWN, LABELS, width=66, colour=False) == (
        "\n"
        "                                   fast\n"
        " #   sentence                      gain   risk   stance\n"
        " ──────────────────────────────────────────────────────────\n"
        "     a[1].txt\n"
        " 1   Profit [bold]now[/bold] \\   ● 0.91   0.02\n"
        "     b.txt\n"
        " 4   <b>Ropes</b> and more.        0.10   0.20   favor 0.70\n"
        "\n"
    )
    coloured = predictions_text(SHOWN[:1], LABELS, width=60, colour=True)
    assert "\x1b[1;32m● 0.91\x1b[0m" in coloured.replace("   ", "")


def test_a_terminal_is_not_commanded_by_an_article():
    hostile = Prediction(Sentence("a \x1b[31mred\x1b[0m word\x07\x9b2J"), proba={"risk": 0.5})
    text = predictions_text([hostile], ["risk"], width=60, colour=False)
    assert " 1   a [31mred[0m word2J" in text
    assert rows_text(["run", "score"], [["a[b]\x1b", 0.5], ["c", ""]], width=40) == (
        "\n run    score\n ────────────\n a[b]   0.5\n c\n\n"
    )


def test_text_that_is_not_unicode_is_refused(predictor):
    with pytest.raises(InputError) as caught:
        predictor.predict(["profit", "a \ud800 b"])
    assert str(caught.value) == "item 1: 'text' is not valid Unicode (a lone surrogate at character 2)"


def test_a_model_without_frames_has_no_columns():
    stance_only = Predictor(model(LogisticRegression(), tasks=("stance",)))
    assert stance_only.labels == ()
    assert stance_only.predict_proba(["profit"]).shape == (1, 0)
    predictions = stance_only.predict(["Merchants welcome the profit."], target="the harbour")
    assert predictions[0].stance == "favor"
    assert "favor" in predictions._repr_html_()
    assert "favor" in predictions_text(predictions, predictions.labels, width=60, colour=False)


def test_the_shares_that_probabilities_were_adapted_to_are_told():
    predictor = Predictor(model(LogisticRegression(C=10)))
    found = predictor.predict(sentences(10), adapt_priors=True)
    assert set(found.shifts) == {"frames"}
    assert str(found.shifts["frames"]).startswith("gain 0.500 → 0.")
    assert predictor.predict(sentences(10)).shifts == {}


def test_what_is_open_is_marked_and_nothing_else_is():
    open_ = Prediction(
        Sentence("Ropes.", target="it"),
        proba={"fast_gain": 0.4, "risk": 0.9},
        frames=("risk",),
        abstained=("fast_gain", "stance"),
        stance_proba={"favor": 0.6, "against": 0.4},
    )
    assert "Ropes.     ? 0.40   ● 0.90   ?" in predictions_text([open_], LABELS, 60, colour=False)
    cells = [
        re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", predictions_table([open_], LABELS))
    ]
    assert cells == ["1", "Ropes.", "0.40 ?", "0.90 ●", "?it"]
    assert "? marks what is left open" in predictions_page([open_], LABELS, "T")
    assert "left open" not in predictions_page(SHOWN, LABELS, "T")
