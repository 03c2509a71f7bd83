"""BERT encoders are built from their weights alone, checked without PyTorch, and quicker in other precisions."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from framing.errors import EncoderError, FramingNote, FramingWarning, MissingExtraError
from framing.model.encoders import (
    EncoderTuner,
    SentenceEncoder,
    backends,
    bert,
    conversion,
    converted,
    reference,
    sentence,
)
from framing.model.encoders.adapters import add_adapter
from framing.model.encoders.backends import _opened, check_backend, converted_encoder
from framing.model.encoders.bert import Bert
from framing.model.encoders.converted import ConvertedEncoder
from framing.model.encoders.reference import REFERENCES, known_vectors, read_reference, write_references
from framing.model.encoders.sentence import load_sentence_transformer
from tests.tiny import READINGS, TEXTS, tiny_encoders


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The folders of a small BERT, a small MPNet and another."""
    made = tmp_path_factory.mktemp("encoders")
    return tiny_encoders(made)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """One cache folder for all tests here: an encoder is converted once."""
    folder = tmp_path_factory.getbasetemp() / "bert-cache"
    monkeypatch.setenv("FRAMING_CACHE", str(folder))
    monkeypatch.delenv("FRAMING_BACKEND", raising=False)
    return folder


@pytest.fixture
def fast(places, recwarn):
    """The converted BERT; its conversion may warn that it was made."""
    warnings.simplefilter("ignore", FramingNote)
    return SentenceEncoder(places["Bert"], cache=False, device="cpu", backend="openvino")


@pytest.fixture(scope="module")
def tuned(places, tmp_path_factory):
    """The small BERT with an adapter that is far from doing nothing."""
    adapter = tmp_path_factory.mktemp("tuned")
    model = load_sentence_transformer(SentenceEncoder(places["Bert"], device="cpu"))
    add_adapter(model, EncoderTuner(places["Bert"], rank=2))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(generator=torch.Generator().manual_seed(0))
    model[0].auto_model.save_pretrained(adapter)
    return {"model": places["Bert"], "adapter": str(adapter)}


def test_an_adapter_is_added_to_the_weights_as_torch_adds_it(tuned, fast):
    fast.set_params(**tuned)
    torch_ = SentenceEncoder(cache=False, device="cpu", **tuned)
    plain = SentenceEncoder(tuned["model"], cache=False, device="cpu")
    for asked in (TEXTS, READINGS):
        expected = torch_.transform(asked)
        np.testing.assert_allclose(fast.transform(asked), expected, atol=0.05)
        assert np.abs(expected - plain.transform(asked)).max() > 0.1


def test_an_adapter_of_another_kind_is_refused(tuned, fast, tmp_path):
    shutil.copytree(tuned["adapter"], tmp_path / "adapter")
    config = tmp_path / "adapter" / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"use_rslora": True}))
    bert = Bert.of(Path(tuned["model"]))
    with pytest.raises(EncoderError, match="has use_rslora, which cannot be added without PyTorch"):
        bert.weights(str(tmp_path / "adapter"))
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes(b"cut")
    config.write_text(json.dumps(json.loads(config.read_text()) | {"use_rslora": False}))
    with pytest.raises(EncoderError, match=r"cannot be read \(adapter_model.safetensors: "):
        bert.weights(str(tmp_path / "adapter"))


def test_what_is_no_bert_whose_tokens_are_averaged_is_left_to_torch(places, tmp_path):
    assert Bert.of(Path(places["Bert"])).max_tokens == 512
    assert Bert.of(Path(places["MPNet"]), 90).max_tokens == 90
    assert Bert.of(Path(places["Roberta"])) is None and Bert.of(tmp_path) is None
    for file, told in (
        ("1_Pooling/config.json", {"pooling_mode": "cls"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
    ):
        folder = tmp_path / "other"
        shutil.copytree(places["Bert"], folder)
        (folder / file).write_text(json.dumps(json.loads((folder / file).read_text()) | told))
        assert Bert.of(folder) is None
        shutil.rmtree(folder)
    shutil.copytree(places["Bert"], folder)
    (folder / "tokenizer.json").unlink()  # transformers reads vocab.txt too
    assert Bert.of(folder) is None


def without_torch(monkeypatch):
    for module in (backends, conversion):
        monkeypatch.setattr(module, "is_installed", lambda library: library != "torch")
    _opened.cache_clear()


def test_without_torch_an_encoder_is_compared_with_the_vectors_that_its_model_carries(
    tuned, fast, cache, tmp_path, monkeypatch
):
    shutil.rmtree(cache / "converted", ignore_errors=True)
    encoder = SentenceEncoder(cache=False, device="cpu", backend="auto", **tuned)
    frozen = SentenceEncoder(tuned["model"], cache=False, device="cpu")
    expected = encoder.transform(TEXTS)
    write_references([encoder, frozen], tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {name for name, _ in REFERENCES}
    without_torch(monkeypatch)
    shutil.rmtree(cache / "converted")
    monkeypatch.setattr(reference, "_KNOWN", {})
    with pytest.raises(
        EncoderError, match=r"carries no vectors to compare with.*pip install 'framing-classifier\[train\]'"
    ):
        encoder.transform(TEXTS)
    read_reference(encoder, tmp_path / REFERENCES[1][0])  # those of the encoder from before tuning
    with pytest.raises(EncoderError, match="says something else than PyTorch does"):
        encoder.transform(TEXTS)
    assert not list((cache / "converted").glob("*"))
    read_reference(encoder, tmp_path / REFERENCES[0][0])
    with pytest.warns(FramingNote, match="converted for OpenVINO, once"):
        np.testing.assert_allclose(encoder.transform(TEXTS), expected, atol=1e-5)


def test_what_each_token_adds_is_told_without_torch_too(fast, monkeypatch):
    directions = np.random.default_rng(0).normal(size=(16, 2))
    texts = [*TEXTS[:6], "  A deal. "]
    expected = SentenceEncoder(fast.model, cache=False, device="cpu").token_scores(texts, directions)
    converted_encoder(fast)
    monkeypatch.setattr(sentence, "is_installed", lambda library: library != "torch")
    for one, other in zip(fast.token_scores(texts, directions), expected, strict=True):
        assert one.spans == other.spans
        np.testing.assert_allclose(one.scores, other.scores, atol=0.05)
    monkeypatch.setattr(ConvertedEncoder, "encode", lambda self, texts: np.ones((1, 16)))  # as of the first token
    assert fast.token_scores(texts, directions) is None


@pytest.mark.parametrize("flags", [{"avx512_vnni"}, {"avx512_vnni", "amx_bf16"}, {"avx2"}])
def test_another_precision_is_taken_where_it_says_nearly_the_same_and_is_faster(fast, flags, monkeypatch):
    folder = converted_encoder(fast).folder
    for module in (conversion, converted):
        monkeypatch.setattr(module, "cpu_flags", lambda: frozenset(flags))
    exact, *others = converted.worth_trying(frozenset(flags))
    vectors = {precision: ConvertedEncoder(folder, precision).encode(TEXTS) for precision in (exact, *others)}
    for other in others:
        length = np.linalg.norm(vectors[exact], axis=1).max()
        assert 1e-5 < np.abs(vectors[exact] - vectors[other]).max() < conversion._NEARLY[other] * length
    # A clock on which each pass takes as long as its precision is told to.
    for taken, chosen in (({exact: 3, "int8": 1, "bf16": 1}, others[0] if others else exact), ({}, exact)):
        monkeypatch.setattr(conversion, "time", Clock(taken))
        assert conversion.faster_precision(folder) == chosen
    monkeypatch.setattr(conversion, "_NEARLY", {"int8": 0, "bf16": 0})
    assert conversion.faster_precision(folder) == exact


class Clock:
    """Every other look at it is the end of a pass: f32 and the other precision take turns."""

    def __init__(self, taken):
        self.taken, self.looks = taken, 0

    def process_time(self):
        self.looks += 1
        passes, is_end = divmod(self.looks - 1, 2)
        return self.taken.get("f32" if passes % 2 == 0 else "int8", 1) if is_end else 0


def test_vectors_to_compare_with_that_are_no_such_are_refused(places, tmp_path, monkeypatch):
    from safetensors.numpy import save

    encoder, file = SentenceEncoder(places["Bert"], device="cpu"), tmp_path / "reference.safetensors"
    monkeypatch.setattr(reference, "_KNOWN", {})
    told = {"sample": reference._sample_digest()}
    good = {"texts": np.zeros((18, 4), np.float16), "readings": np.zeros((27, 4), np.float16)}
    for bad, said in (
        ({"texts": good["texts"]}, "expected vectors of"),
        (good | {"texts": np.zeros((17, 4), np.float16)}, "expected vectors of"),
        (good | {"texts": np.full((18, 4), np.nan, np.float16)}, "expected finite numbers"),
    ):
        file.write_bytes(save(bad, told))
        with pytest.raises(ValueError, match=said):
            read_reference(encoder, file)
    file.write_bytes(b"no such file")
    with pytest.raises(ValueError, match="header"):
        read_reference(encoder, file)
    file.write_bytes(save(good, {"sample": "of another version"}))
    read_reference(encoder, file)
    assert known_vectors(encoder) is None


def test_other_architectures_are_not_converted_without_torch(places, monkeypatch):
    without_torch(monkeypatch)
    encoder = SentenceEncoder(places["Roberta"], cache=False, device="cpu", backend="auto", max_seq_length=80)
    with pytest.raises(EncoderError, match="without PyTorch, only BERT and MPNet can; this needs torch"):
        encoder.transform(TEXTS)
    with pytest.raises(MissingExtraError, match=r"^--backend torch: this needs torch, .*\[train\]'$"):
        check_backend("torch", "--backend ")


def test_weights_that_lack_a_layer_are_an_error_of_a_line(fast, monkeypatch):
    monkeypatch.setattr(bert, "_tensors", lambda file: {"embeddings.word_embeddings.weight": np.zeros((80, 16))})
    with pytest.raises(EncoderError, match=r"cannot be converted for OpenVINO \('embeddings"):
        fast.set_params(max_seq_length=91).transform(TEXTS)


def test_a_graph_that_reads_the_padding_is_refused(fast, cache, monkeypatch):
    # Right for a text alone, wrong in a batch.
    monkeypatch.setattr(bert._Layers, "forbidding", lambda self, allowed: self.number(0, np.float32))
    before = list((cache / "converted").glob("*"))
    with pytest.raises(EncoderError, match="says something else than PyTorch does"):
        fast.set_params(max_seq_length=90).transform(TEXTS)
    assert list((cache / "converted").glob("*")) == before
    with pytest.warns(FramingWarning, match="torch is used"):
        found = fast.set_params(backend="auto").transform(TEXTS)
    np.testing.assert_array_equal(found, fast.set_params(backend="torch").transform(TEXTS))
