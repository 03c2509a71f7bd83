"""The predictor answers the same however it is asked, and what it shows can be read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from small import model, sentences

from framing import Prediction, Predictor, Sentence
from framing.errors import ConfigError, InputError, ModelError
from framing.model.encoders import SentenceEncoder
from framing.model.persistence import save_model
from framing.report.html import predictions_page, predictions_table
from framing.report.table import predictions_text


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
    assert predictions.to_rows()[2]["frames"] == ["risk"]


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
    with pytest.raises(ConfigError, match=r"threshold gian=0.5: unknown frame; expected some of gain, risk"):
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
    Prediction(Sentence("Profit <b>now</b>"), proba={"gain": 0.914, "risk": 0.02}, frames=("gain",)),
    Prediction(
        Sentence("Ropes.", target="it"), proba={"gain": 0.1, "risk": 0.2}, stance="favor", stance_proba={"favor": 0.7}
    ),
]


def test_the_notebooks_table_escapes_what_it_shows(predictor):
    html = predictor.predict(["Profit <script>alert(1)</script>"])._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>" not in html
    assert "Profit &lt;b&gt;now&lt;/b&gt;" in predictions_table(SHOWN, ["gain", "risk"])


def test_the_page_is_whole_and_asks_nothing_of_the_network():
    page = predictions_page(SHOWN, ["gain", "risk"], "Frames & more")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "<title>Frames &amp; more</title>" in page
    assert "0.91 ●" in page
    assert "http" not in page


def test_the_terminals_table_marks_what_is_over_its_threshold():
    lines = predictions_text(SHOWN, ["gain", "risk"], width=60, colour=False).splitlines()
    cells = [line.split() for line in lines if line[:3].strip().isdigit()]
    assert cells == [
        ["1", "Profit", "<b>now</b>", "●", "0.91", "0.02"],
        ["2", "Ropes.", "0.10", "0.20", "favor", "0.70"],
    ]
    assert max(map(len, lines)) <= 60
