"""Encoders converted for OpenVINO say what torch says, or are not used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest

from framing.errors import ConfigError, EncoderError, FramingNote
from framing.model.encoders import SentenceEncoder, conversion
from framing.model.encoders.backends import _opened, converted_encoder
from framing.model.encoders.batches import token_batches
from framing.model.encoders.kinds import write_encoder
from tests.tiny import READINGS, TEXTS, tiny_encoders


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The folders of a small BERT, a small MPNet, whose attention knows relative positions, and another."""
    made = tmp_path_factory.mktemp("encoders")
    return tiny_encoders(made)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """One cache folder for all tests here: an encoder is converted once."""
    folder = tmp_path_factory.getbasetemp() / "backends-cache"
    monkeypatch.setenv("FRAMING_CACHE", str(folder))
    monkeypatch.delenv("FRAMING_BACKEND", raising=False)
    return folder


@pytest.fixture
def fast(places, recwarn):
    """The converted BERT; its conversion may warn that it was made."""
    warnings.simplefilter("ignore", FramingNote)
    return SentenceEncoder(places["Bert"], cache=False, device="cpu", backend="openvino")


def test_a_batch_holds_as_many_texts_as_its_padding_leaves_room_for():
    lengths = [40, 3, 5, 4, 100]
    assert list(token_batches(lengths, budget=15)) == [[1, 3, 2], [0], [4]]
    assert list(token_batches([])) == []


@pytest.mark.parametrize("kind", ["Bert", "MPNet"])
def test_torch_in_batches_of_tokens_says_what_sentence_transformers_says(places, kind):
    encoder = SentenceEncoder(places[kind], cache=False, device="cpu")
    expected = encoder._sentence_transformer.encode(TEXTS, show_progress_bar=False)
    np.testing.assert_allclose(encoder.transform(TEXTS), expected, atol=1e-6)


def test_a_model_with_a_prompt_is_read_by_its_own_way(places):
    encoder = SentenceEncoder(places["Bert"], cache=False, device="cpu", max_seq_length=90)
    model = encoder._sentence_transformer
    plain = encoder.transform(TEXTS)
    model.prompts, model.default_prompt_name = {"query": "a deal "}, "query"
    from framing.model.encoders.passes import _reads_tokens_alone

    _reads_tokens_alone.cache_clear()
    try:
        assert np.abs(encoder.transform(TEXTS) - plain).max() > 0.01
    finally:
        model.prompts, model.default_prompt_name = {}, None
        _reads_tokens_alone.cache_clear()


@pytest.mark.parametrize("kind", ["Bert", "MPNet", "Roberta"])
def test_a_converted_encoder_says_what_torch_says_of_texts_and_of_targets(places, kind, fast):
    fast.set_params(model=places[kind])
    torch_ = SentenceEncoder(places[kind], cache=False, device="cpu")
    # As close as half precision is, where the processor has units for it.
    np.testing.assert_allclose(fast.transform(TEXTS), torch_.transform(TEXTS), atol=0.05)
    np.testing.assert_allclose(fast.transform(READINGS), torch_.transform(READINGS), atol=0.05)


def test_it_is_converted_once_and_that_is_said(fast, cache):
    shutil.rmtree(cache, ignore_errors=True)
    _opened.cache_clear()
    with pytest.warns(FramingNote, match="converted for OpenVINO, once"):
        fast.transform(["a deal"])
    (folder,) = (cache / "converted").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        *("texts.xml", "texts.bin", "targets.xml", "targets.bin"),
        *("tokenizer.json", "converted.json", "precision.json"),
    }
    with warnings.catch_warnings(record=True) as said:
        fast.transform(["a pact"])
    assert said == []


def test_vectors_of_different_backends_are_kept_apart(fast, cache):
    shutil.rmtree(cache / "embeddings", ignore_errors=True)
    for backend in ("openvino", "torch"):
        SentenceEncoder(fast.model, device="cpu", backend=backend).transform(["a deal"])
    assert len(list((cache / "embeddings").glob("*.sqlite"))) == 2


class Padded:
    """Makes a graph that reads the padding too."""

    def __init__(self, graphs):
        self.graphs = graphs

    def __call__(self, model, reader):
        import torch

        class Wrong(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, input_ids, attention_mask):
                read = {"input_ids": input_ids, "attention_mask": torch.ones_like(attention_mask)}
                return self.model(read)["sentence_embedding"]

        name, _, given = next(self.graphs(model, reader))
        yield name, Wrong(), given


def test_an_export_that_says_something_else_is_refused_too(places, fast, cache, monkeypatch):
    monkeypatch.setattr(conversion, "_graphs", Padded(conversion._graphs))
    before = list((cache / "converted").glob("*"))
    fast.set_params(model=places["Roberta"], max_seq_length=90)
    with pytest.raises(EncoderError, match="says something else than PyTorch does"):
        fast.transform(TEXTS)
    assert list((cache / "converted").glob("*")) == before


def test_vectors_of_a_converted_encoder_need_no_torch(fast):
    expected = fast.transform(TEXTS[:2])
    code = (
        "import sys, json; from pathlib import Path\n"
        "from framing.model.encoders.converted import ConvertedEncoder, kept_precision\n"
        f"place = Path({str(converted_encoder(fast).folder)!r})\n"
        f"vectors = ConvertedEncoder(place, kept_precision(place)).encode({TEXTS[:2]!r})\n"
        "print(json.dumps(['torch' in sys.modules, 'sentence_transformers' in sys.modules, vectors.tolist()]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *loaded, vectors = json.loads(done.stdout)
    assert loaded == [False, False]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_a_damaged_converted_encoder_is_not_used(fast):
    file = converted_encoder(fast).folder / "texts.bin"
    whole = file.with_name("whole")
    file.rename(whole)  # not written into: the model that is loaded reads it
    content = whole.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    _opened.cache_clear()
    try:
        with pytest.raises(EncoderError, match=r"texts\.bin is damaged; remove the folder"):
            fast.transform(TEXTS)
    finally:
        whole.replace(file)


def test_a_backend_is_this_machines_and_not_the_models(places, tmp_path):
    told = write_encoder(SentenceEncoder(places["Bert"], backend="auto"), tmp_path)
    assert "backend" not in told and "model" in told


def test_an_unknown_backend_is_said_before_the_work(places):
    with pytest.raises(ConfigError, match=r"encoder\.backend=tensor: expected auto, torch or openvino"):
        SentenceEncoder(places["Bert"], backend="tensor").transform(["a"])


def test_auto_is_what_the_environment_says(places, monkeypatch):
    monkeypatch.setenv("FRAMING_BACKEND", "torch")
    assert converted_encoder(SentenceEncoder(places["Bert"], backend="auto")) is None
    monkeypatch.setenv("FRAMING_BACKEND", "fastest")
    with pytest.raises(ConfigError, match="FRAMING_BACKEND=fastest: expected"):
        converted_encoder(SentenceEncoder(places["Bert"], backend="auto"))


def test_an_estimator_is_cloned_by_scikit_learn_and_goes_into_a_pipeline(places):
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    encoder = SentenceEncoder(places["Bert"], cache=False, batch_size=3, device="cpu")
    assert clone(encoder).get_params() == encoder.get_params() and "batch_size=3" in repr(encoder)
    pipeline = make_pipeline(encoder, LogisticRegression()).fit(["a deal", "a threat"], [0, 1])
    assert pipeline.set_params(sentenceencoder__batch_size=4).predict(["a deal"]).shape == (1,)
    with pytest.raises(ValueError, match="invalid parameter 'size'"):
        encoder.set_params(size=3)
