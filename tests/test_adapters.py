"""Adapters fit any architecture: where they are put, that they learn there, and that they come back from disk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing import train
from framing.corpus.splits import GroupedFolds
from framing.errors import EncoderError
from framing.model.encoders import EncoderTuner, SentenceEncoder
from framing.model.encoders.adapters import ADAPTER_FILES, adaptable_layers, adapter_digest
from framing.model.encoders.lessons import Lesson
from framing.model.encoders.sentence import load_sentence_transformer
from framing.model.persistence import load_model, save_model
from tests.small import BOOK, frame_codes, sentences
from tests.tiny import WIDTH, tiny_encoder

STEPS = {"rank": 4, "epochs": 2, "rows_per_step": 8, "learning_rate": 0.02, "hold_out": 0, "cache": False}
ENDS = {"bos_token_id": 2, "eos_token_id": 3}
SEQ2SEQ = {f"{side}_{name}": 2 for side in ("encoder", "decoder") for name in ("layers", "attention_heads")}

# What makes an architecture small, and the linear layers of its first block: those of the attention | the others.
ARCHITECTURES: dict[str, tuple[dict[str, Any], str]] = {
    "Bert": (
        WIDTH,
        "encoder.layer.0: attention.self.query attention.self.key attention.self.value attention.output.dense "
        "| intermediate.dense output.dense",
    ),
    "MPNet": (
        WIDTH,
        "encoder.layer.0: attention.attn.q attention.attn.k attention.attn.v attention.attn.o "
        "| intermediate.dense output.dense",
    ),
    "XLMRoberta": (
        WIDTH,
        "encoder.layer.0: attention.self.query attention.self.key attention.self.value attention.output.dense "
        "| intermediate.dense output.dense",
    ),
    "DebertaV2": (
        {**WIDTH, "relative_attention": True, "position_buckets": 8, "pos_att_type": ["p2c", "c2p"]},
        "encoder.layer.0: attention.self.query_proj attention.self.key_proj attention.self.value_proj "
        "attention.self.pos_key_proj attention.self.pos_query_proj attention.output.dense "
        "| intermediate.dense output.dense",
    ),
    "ModernBert": (
        {**WIDTH, **ENDS, "cls_token_id": 2, "sep_token_id": 3},
        "layers.0: attn.Wqkv attn.Wo | mlp.Wi mlp.Wo",
    ),
    "DistilBert": (
        {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24},
        "transformer.layer.0: attention.q_lin attention.k_lin attention.v_lin attention.out_lin | ffn.lin1 ffn.lin2",
    ),
    "T5Encoder": (
        {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2, "feed_forward_proj": "gated-gelu"},
        "encoder.block.0: layer.0.SelfAttention.q layer.0.SelfAttention.k layer.0.SelfAttention.v "
        "layer.0.SelfAttention.o "
        "| layer.1.DenseReluDense.wi_0 layer.1.DenseReluDense.wi_1 layer.1.DenseReluDense.wo",
    ),
    "Bart": (
        {"d_model": 16, "encoder_ffn_dim": 24, "decoder_ffn_dim": 24, **SEQ2SEQ, **ENDS},
        "encoder.layers.0: self_attn.k_proj self_attn.v_proj self_attn.q_proj self_attn.out_proj | fc1 fc2",
    ),
    "Qwen3": (
        {**WIDTH, "num_key_value_heads": 2, "head_dim": 8},
        "layers.0: self_attn.q_proj self_attn.k_proj self_attn.v_proj self_attn.o_proj "
        "| mlp.gate_proj mlp.up_proj mlp.down_proj",
    ),
    "GPT2": ({"n_embd": 16, "n_layer": 2, "n_head": 2, **ENDS}, "h.0: attn.c_attn attn.c_proj | mlp.c_fc mlp.c_proj"),
    "Albert": (
        {**WIDTH, "embedding_size": 8},
        "encoder.albert_layer_groups.0.albert_layers.0: attention.query attention.key attention.value attention.dense "
        "| ffn ffn_output",
    ),
    "XLNet": ({"d_model": 16, "n_layer": 2, "n_head": 2, "d_inner": 24}, "layer.0: | ff.layer_1 ff.layer_2"),
}


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))


def transformer(architecture: str) -> Any:
    import torch
    import transformers

    kind = getattr(transformers, f"{architecture}Model")
    with torch.device("meta"):  # names without weights
        return kind(kind.config_class(vocab_size=9, pad_token_id=0, **ARCHITECTURES[architecture][0]))


def lesson() -> Lesson:
    rows = sentences(4)
    return Lesson([s.text for s in rows], frame_codes(rows), False, GroupedFolds().groups(rows))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_linear_layers_of_a_block_are_found_and_those_of_its_attention(architecture):
    block, attention, others = re.split(": ?| ?[|] ", ARCHITECTURES[architecture][1])
    model = transformer(architecture)
    for layers, expected in (("attention", attention.split()), ("all", [*attention.split(), *others.split()])):
        found = adaptable_layers(model, layers)
        assert [name.removeprefix(f"{block}.") for name in found if name.startswith(f"{block}.")] == expected


@pytest.mark.parametrize("architecture", ["Bert", "MPNet"])
def test_each_block_of_bert_and_mpnet_has_six_and_the_pooler_none(architecture):
    model = transformer(architecture)
    found = adaptable_layers(model)
    assert len(found) == 2 * 6 and len(adaptable_layers(model, "attention")) == 2 * 4
    assert all(name.startswith(("encoder.layer.0.", "encoder.layer.1.")) for name in found)
    assert model.pooler.dense is not None


def test_projections_of_the_embeddings_and_heads_are_left_out():
    import transformers

    albert = adaptable_layers(transformer("Albert"))
    assert not any("embedding" in name or "pooler" in name for name in albert)
    with_head = transformers.DistilBertForSequenceClassification(
        transformers.DistilBertConfig(vocab_size=9, dim=4, n_layers=1, n_heads=1, hidden_dim=4)
    )
    assert {name.split(".")[0] for name in adaptable_layers(with_head)} == {"distilbert"}


@pytest.mark.parametrize("layers", ["all", "attention"])
@pytest.mark.parametrize("architecture", ["XLMRoberta", "DebertaV2", "ModernBert", "DistilBert", "T5Encoder", "GPT2"])
def test_vectors_change_and_merged_into_the_weights_an_adapter_says_what_it_said_beside_them(
    tmp_path, architecture, layers
):
    folder = tiny_encoder(tmp_path, architecture, **ARCHITECTURES[architecture][0])
    tuned = EncoderTuner(folder, layers=layers, **STEPS).tune([lesson()])
    texts = [sentence.text for sentence in sentences(1)]
    merged = tuned.transform(texts)
    assert np.abs(merged - SentenceEncoder(folder, cache=False).transform(texts)).max() > 0.01
    beside = load_sentence_transformer(SentenceEncoder(folder))
    beside.load_adapter(tuned.adapter)
    np.testing.assert_allclose(merged, beside.encode(texts, show_progress_bar=False), atol=1e-5)


@pytest.mark.parametrize("architecture", ["DebertaV2", "ModernBert"])
def test_a_model_of_another_architecture_is_saved_and_says_the_same_when_loaded(tmp_path, architecture):
    folder = tiny_encoder(tmp_path, architecture, **ARCHITECTURES[architecture][0])
    rows = sentences(12)
    options = {"encoder": EncoderTuner(folder, **STEPS), "head": LogisticRegression()}
    classifier = train(rows, BOOK, **options, split=GroupedFolds(4, random_state=0)).classifier
    saved = save_model(classifier, tmp_path / "saved")
    assert sorted(path.name for path in (saved / "encoder").iterdir()) == sorted(ADAPTER_FILES)
    loaded = load_model(saved)
    for one, two in zip(classifier.predict(rows), loaded.predict(rows), strict=True):
        assert one.frames == two.frames and one.stance == two.stance
        assert one.proba == pytest.approx(two.proba)


def test_the_same_training_writes_the_same_files(tmp_path, monkeypatch):
    folder = tiny_encoder(tmp_path, "ModernBert", **ARCHITECTURES["ModernBert"][0])
    first = EncoderTuner(folder, **STEPS).tune([lesson()]).adapter
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "elsewhere"))
    again = EncoderTuner(folder, **STEPS).tune([lesson()]).adapter
    assert first != again and adapter_digest(first) == adapter_digest(again)
    named = json.loads((Path(first) / "adapter_config.json").read_text(encoding="utf-8"))["target_modules"]
    assert named == sorted(named) and len(named) == 8  # not in the order of a set, which is another in each process


def test_attention_that_cannot_be_told_by_names_is_an_error_that_names_the_way_out(tmp_path):
    folder = tiny_encoder(tmp_path, "XLNet", **ARCHITECTURES["XLNet"][0])
    line = "the names of its layers do not tell which are the attention's; take encoder.layers=all"
    with pytest.raises(EncoderError, match=rf"^encoder {folder}: {line}$"):
        EncoderTuner(folder, layers="attention", **STEPS).tune([lesson()])


def test_what_has_no_blocks_of_linear_layers_is_refused(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    from tests.tiny import tiny_tokenizer

    words = StaticEmbedding(tiny_tokenizer()._tokenizer, embedding_dim=8)
    SentenceTransformer(modules=[words], device="cpu").save(str(tmp_path / "static"))
    with pytest.raises(EncoderError, match="static: it has no blocks of linear layers, so no adapter can be put in"):
        EncoderTuner(str(tmp_path / "static"), **STEPS).tune([lesson()])
