"""Targets read in context: one pass, whatever the number of targets, and no target knows of another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framing.model.encoders import SentenceEncoder
from framing.model.encoders.lessons import Lesson, training_rows
from framing.model.encoders.reading import TARGETS_A_PASS, Reader, encode_readings
from framing.model.encoders.sentence import load_sentence_transformer
from tests.tiny import WIDTH, tiny_encoder

SHARED: dict[str, dict[str, Any]] = {
    "Bert": WIDTH,
    "MPNet": WIDTH,
    "XLMRoberta": WIDTH,
    "DistilBert": {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24},
    "ModernBert": {**WIDTH, "bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2, "sep_token_id": 3},
}
APART: dict[str, dict[str, Any]] = {
    # The distance of two tokens is that in the input, and nothing can be put in to change it.
    "DebertaV2": {**WIDTH, "relative_attention": True, "position_buckets": 8, "pos_att_type": ["p2c", "c2p"]},
}
TEXT, TARGETS = "Merchants of the harbour praise the new market.", ("the harbour", "the market", "merchants abroad")


def loaded(folder: Any, architecture: str, config: dict[str, Any]) -> Any:
    place = tiny_encoder(folder, architecture, **config)
    return load_sentence_transformer(SentenceEncoder(place, cache=False, device="cpu"))


@pytest.fixture(params=SHARED)
def model(request, tmp_path) -> Any:
    return loaded(tmp_path, request.param, SHARED[request.param])


def test_a_target_has_the_same_vector_alone_and_beside_others(model):
    together = encode_readings(model, [(TEXT, target) for target in TARGETS], 8)
    for target, vector in zip(TARGETS, together, strict=True):
        np.testing.assert_allclose(encode_readings(model, [(TEXT, target)], 8)[0], vector, atol=1e-5)


def test_a_sentence_has_the_vector_that_it_has_by_itself(model):
    import torch

    reader = Reader.of(model)
    assert reader is not None
    with torch.no_grad():
        read = reader.vectors(reader.features([(TEXT, TARGETS), ("Rain.", ())]))
    np.testing.assert_allclose(read[:2].numpy(), model.encode([TEXT, "Rain."]), atol=1e-5)


def test_a_target_reads_the_sentence_and_the_sentence_tells_targets_apart(model):
    first, other_target, other_text = encode_readings(
        model, [(TEXT, TARGETS[0]), (TEXT, TARGETS[1]), ("Rain of the harbour.", TARGETS[0])], 8
    )
    assert np.abs(first - other_target).max() > 1e-4
    assert np.abs(first - other_text).max() > 1e-4


def test_any_number_of_targets_is_one_pass(model, monkeypatch):
    encode_readings(model, [(TEXT, TARGETS[0])], 8)  # the architecture is tried out once
    passes = []
    forward = Reader.read
    monkeypatch.setattr(Reader, "read", lambda self, features: passes.append(1) or forward(self, features))
    encode_readings(model, [(TEXT, target) for target in TARGETS], 8)
    assert len(passes) == 1


def test_an_architecture_is_tried_out_in_full_precision_whatever_is_read_in(model, monkeypatch):
    import torch

    halves = []
    agrees = Reader._agrees

    def watched(self: Reader, alone: Any) -> bool:
        halves.append(torch.is_autocast_enabled("cpu"))
        return agrees(self, alone)

    monkeypatch.setattr(Reader, "_agrees", watched)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert Reader.of(model) is not None
        half = encode_readings(model, [(TEXT, target) for target in TARGETS], 8)
    assert halves and not any(halves)
    np.testing.assert_allclose(half, encode_readings(model, [(TEXT, target) for target in TARGETS], 8), atol=0.05)


def test_many_targets_long_ones_and_empty_ones_are_read(model):
    readings = [(TEXT, f"the market of {'x' * n}") for n in range(TARGETS_A_PASS + 3)]
    readings += [(TEXT, ""), (TEXT, "market " * 500), ("harbour " * 2000, "the harbour")]
    read = encode_readings(model, readings, 4)
    assert read.shape == (len(readings), 16) and np.isfinite(read).all()
    # In whatever order they are asked for.
    np.testing.assert_allclose(encode_readings(model, readings[::-1], 4)[::-1], read, atol=1e-5)


@pytest.mark.parametrize("architecture", APART)
def test_where_a_pass_cannot_be_shared_target_and_text_are_read_as_one_text(tmp_path, architecture):
    model = loaded(tmp_path, architecture, APART[architecture])
    assert Reader.of(model) is None
    read = encode_readings(model, [(TEXT, TARGETS[0])], 8)
    np.testing.assert_allclose(read, model.encode([f"{TARGETS[0]} | {TEXT}"]), atol=1e-5)


def test_pairs_are_kept_apart_from_texts(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    encoder = SentenceEncoder(tiny_encoder(tmp_path / "tiny", "Bert", **WIDTH), device="cpu")
    text, pair, again = (
        encoder.transform([TEXT]),
        encoder.transform([(TEXT, "rain")]),
        encoder.transform([(TEXT, "rain")]),
    )
    assert np.abs(text - pair).max() > 1e-4
    np.testing.assert_array_equal(pair, again)


def lesson(texts: list[Any], codes: list[list[float]]) -> Lesson:
    return Lesson(texts, np.array(codes), False, np.zeros(len(texts), dtype=int))


def test_a_text_is_learned_with_all_that_is_coded_for_it_in_one_pass():
    frames = lesson(["a", "b"], [[1], [0]])
    stance = lesson([("a", "x"), ("a", "y"), ("c", "x")], [[1, 0], [0, 1], [0, 1]])
    rows = training_rows([frames, stance], shared=True)
    assert rows["text"] == ["a", "b", "c"]
    assert rows["targets"] == [["x", "y"], [], ["x"]]
    none = [None] * 3 + [0]
    told = [[[None if np.isnan(value) else value for value in label] for label in row] for row in rows["label"]]
    assert told == [
        [[1, None, None, 1], [None, 1, 0, 1], [None, 0, 1, 1]],
        [[0, None, None, 1]],
        [none, [None, 0, 1, 1]],
    ]


def test_two_codes_of_one_reading_are_both_learned():
    rows = training_rows([lesson(["a", "a"], [[1], [0]]), lesson([("a", "x"), ("a", "x")], [[1], [0]])], shared=True)
    labels = [value for row in rows["label"] for label in row for value in label[:2]]
    assert sorted(value for value in labels if not np.isnan(value)) == [0, 0, 1, 1]


def test_where_passes_are_not_shared_each_reading_is_a_row():
    rows = training_rows([lesson(["a"], [[1]]), lesson([("a", "x"), ("a", "y")], [[1], [0]])], shared=False)
    assert rows["text"] == ["a", "x | a", "y | a"] and rows["targets"] == [[], [], []]
