"""BERT and MPNet encoders as graphs for OpenVINO, built from their weights: PyTorch is not needed.

Where a sentence-transformers folder holds a BERT (Devlin et al. 2019) or an MPNet (Song et al. 2020) whose tokens are
averaged, its graphs are written down here operation by operation, with the adapter added to the weights (Hu et al.
2021: ``W + alpha / r · B A``).
What comes out is compared with PyTorch, or with vectors that a model carries, before it is used: see ``conversion``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.errors import EncoderError, first_line
from framing.model.encoders.adapters import ADAPTER_FILES
from framing.model.encoders.reading import TARGET_TOKENS

Weights = dict[str, NDArray[np.float32]]
_FORBIDDEN = np.float32(np.finfo(np.float32).min)
_ADAPTED = "base_model.model."
# What the parts of a layer's attention are called: query, key, value, what joins the heads, the norm after it.
_NAMES = {
    "bert": ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"),
    "mpnet": ("attn.q", "attn.k", "attn.v", "attn.o", "LayerNorm"),
}
_FILES = ("model.safetensors", "tokenizer.json")
_FARTHEST = 128  # MPNet tells distances apart up to so many tokens
# Options of an adapter that would change how it is added to the weights.
_OTHERWISE = ("use_rslora", "use_dora", "use_qalora", "rank_pattern", "alpha_pattern", "modules_to_save", "lora_bias")


@dataclass(frozen=True)
class Bert:
    """What a folder says of an encoder of one of these architectures.

    Parameters
    ----------
    folder
        Where the weights and ``tokenizer.json`` lie.
    config
        What ``config.json`` says.
    normalized
        Whether vectors have length 1.
    max_tokens
        Tokens read of each text.
    """

    folder: Path
    config: dict[str, Any]
    normalized: bool
    max_tokens: int

    @classmethod
    def of(cls, folder: Path, max_seq_length: int | None = None) -> Bert | None:
        """Return what a sentence-transformers folder holds; ``None`` where it is something else.

        Parameters
        ----------
        folder
            A folder as sentence-transformers writes it.
        max_seq_length
            Tokens read of each text; ``None`` keeps the model's own limit.
        """
        try:
            modules = _json_of(folder / "modules.json")
            kinds = [module["type"].rpartition(".")[2] for module in modules]
            place = folder / modules[0]["path"]
            config, tokenizer = _json_of(place / "config.json"), _json_of(place / "tokenizer_config.json")
            settings = _json_of(place / "sentence_bert_config.json")
            if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
                return None
            if not _averages(_json_of(folder / modules[1]["path"] / "config.json")) or not _is_bert(config):
                return None
            if settings.get("do_lower_case") or not all((place / name).is_file() for name in _FILES):
                return None
            limits = (settings.get("max_seq_length"), tokenizer.get("model_max_length"))
            own = settings.get("max_seq_length") or min(filter(None, (*limits, config["max_position_embeddings"])))
            longest = min(max_seq_length or own, config["max_position_embeddings"])
            return cls(place, config, "Normalize" in kinds, int(longest))
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
            return None  # another kind of folder: what can be said of it, PyTorch says

    def content(self) -> dict[str, Any]:
        """Return what a converted encoder has to know beside its graphs; see ``framing.model.encoders.converted``."""
        from tokenizers import Tokenizer

        known = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        told = _json_of(self.folder / "tokenizer_config.json")
        marks = [told.get(name, mark) for name, mark in (("pad_token", "[PAD]"), ("sep_token", "[SEP]"))]
        filler, end = (known.token_to_id(mark["content"] if isinstance(mark, dict) else mark) for mark in marks)
        if filler is None or end is None:
            raise EncoderError(f"the tokenizer in {self.folder} knows no {' or '.join(map(str, marks))}")
        positions = self.config["max_position_embeddings"]
        return {
            "dimensions": self.config["hidden_size"],
            "filler": filler,
            "end": end,
            "max_tokens": self.max_tokens,
            "max_tokens_beside_targets": min(
                self.max_tokens, positions - _first_position(self.config) - TARGET_TOKENS - 1
            ),
            "first": _first_position(self.config),
            "normalized": self.normalized,
        }

    def weights(self, adapter: str | None = None) -> Weights:
        """Return the weights by name, an adapter added.

        Raises
        ------
        EncoderError
            A file is damaged, or the adapter is for other layers or of another kind.
        """
        try:
            found = _tensors(self.folder / "model.safetensors")
            found = {name.removeprefix("bert."): value for name, value in found.items()}
            if adapter is not None:
                _add_adapter(found, Path(adapter))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EncoderError(f"the weights in {self.folder} cannot be read ({first_line(error)})") from None
        return found

    def graphs(self, adapter: str | None = None) -> Iterator[tuple[str, Any]]:
        """Give the names and the graphs of a converted encoder: ``texts``, then ``targets``."""
        from openvino import Model

        weights = self.weights(adapter)
        for name, build in (("texts", _texts_graph), ("targets", _targets_graph)):
            inputs, result = build(_Layers(self.config, weights), self.normalized)
            yield name, Model([result], inputs, name)


def _json_of(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _is_bert(config: dict[str, Any]) -> bool:
    plain = config.get("position_embedding_type", "absolute") == "absolute" and not config.get("is_decoder")
    return config["model_type"] in _NAMES and config["hidden_act"] == "gelu" and plain


def _first_position(config: dict[str, Any]) -> int:
    """Return the number of the first position; MPNet counts on from its padding's, which is 1 whatever is told."""
    return 0 if config["model_type"] == "bert" else 2


def _averages(pooling: dict[str, Any]) -> bool:
    """Say whether the vector is the mean of the tokens', in the words of any version of sentence-transformers."""
    modes = {name for name, on in pooling.items() if name.startswith("pooling_mode_") and on}
    return modes == {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode") == "mean"


def _tensors(file: Path) -> Weights:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return {name: np.asarray(value, dtype=np.float32) for name, value in load_file(file).items()}
    except SafetensorError as error:
        raise ValueError(f"{file.name}: {first_line(error)}") from None


def _add_adapter(weights: Weights, adapter: Path) -> None:
    config = _json_of(adapter / ADAPTER_FILES[0])
    if changed := [name for name in _OTHERWISE if config.get(name)]:
        raise EncoderError(f"the adapter {adapter} has {changed[0]}, which cannot be added without PyTorch")
    parts = _tensors(adapter / ADAPTER_FILES[1])
    scale = np.float32(config["lora_alpha"] / config["r"])
    for name in sorted({name.rpartition(".lora_")[0] for name in parts}):
        layer = f"{name.removeprefix(_ADAPTED)}.weight"
        weights[layer] = weights[layer] + scale * (parts[f"{name}.lora_B.weight"] @ parts[f"{name}.lora_A.weight"])


class _Layers:
    """The operations of one graph."""

    def __init__(self, config: dict[str, Any], weights: Weights) -> None:
        from openvino import opset13

        self.ops, self.config, self.weights = opset13, config, weights

    def number(self, value: Any, kind: Any = np.int64) -> Any:
        return self.ops.constant(np.asarray(value, dtype=kind))

    def given(self, name: str) -> Any:
        """Return an input of whole numbers, of shape (n_rows, n_tokens)."""
        found = self.ops.parameter([-1, -1], np.int64, name)
        found.output(0).set_names({name})
        return found

    def rows(self, table: str, numbers: Any) -> Any:
        """Return the rows of a table by their numbers."""
        return self.ops.gather(self.ops.constant(self.weights[f"{table}.weight"]), numbers, self.number(0))

    def dense(self, x: Any, name: str) -> Any:
        weight = self.ops.constant(self.weights[f"{name}.weight"])
        return self.ops.add(self.ops.matmul(x, weight, False, True), self.ops.constant(self.weights[f"{name}.bias"]))

    def norm(self, x: Any, name: str) -> Any:
        """Return the layer norm over the last axis."""
        epsilon = float(self.config["layer_norm_eps"])
        flat = self.ops.mvn(x, self.number([-1]), True, epsilon, "inside_sqrt")
        scaled = self.ops.multiply(flat, self.ops.constant(self.weights[f"{name}.weight"]))
        return self.ops.add(scaled, self.ops.constant(self.weights[f"{name}.bias"]))

    def tokens(self, ids: Any, positions: Any, kinds: Any, mask: Any) -> Any:
        """Return the vector of each token, shape (n_rows, n_tokens, d); the mask is added to the attention."""
        place = "embeddings."
        x = self.ops.add(self.rows(f"{place}word_embeddings", ids), self.rows(f"{place}position_embeddings", positions))
        if f"{place}token_type_embeddings.weight" in self.weights:
            x = self.ops.add(x, self.rows(f"{place}token_type_embeddings", kinds))
        else:
            mask = self.ops.add(mask, self.nearness(positions))
        x = self.norm(x, f"{place}LayerNorm")
        *parts, joining, norm = _NAMES[self.config["model_type"]]
        for number in range(self.config["num_hidden_layers"]):
            layer = f"encoder.layer.{number}."
            attended = self.attention(x, [f"{layer}attention.{part}" for part in parts], mask)
            attended = self.dense(attended, f"{layer}attention.{joining}")
            x = self.norm(self.ops.add(attended, x), f"{layer}attention.{norm}")
            inner = self.ops.gelu(self.dense(x, f"{layer}intermediate.dense"), "erf")
            x = self.norm(self.ops.add(self.dense(inner, f"{layer}output.dense"), x), f"{layer}output.LayerNorm")
        return x

    def nearness(self, positions: Any) -> Any:
        """Return what MPNet adds to the attention by how far apart two positions are, (n_rows, n_heads, n, n)."""
        distance = self.ops.subtract(
            self.ops.unsqueeze(positions, self.number(1)), self.ops.unsqueeze(positions, self.number(2))
        )
        row = self.ops.add(self.ops.clamp(distance, -_FARTHEST, _FARTHEST), self.number(_FARTHEST))
        table = self.weights["encoder.relative_attention_bias.weight"]
        by_distance = table[_rows_of_distances(np.arange(-_FARTHEST, _FARTHEST + 1), len(table) // 2)]
        found = self.ops.gather(self.ops.constant(by_distance), row, self.number(0))
        return self.ops.transpose(found, self.number([0, 3, 1, 2]))

    def attention(self, x: Any, names: Sequence[str], mask: Any) -> Any:
        heads, width = self.config["num_attention_heads"], self.config["hidden_size"]
        split, swap = self.number([0, 0, heads, width // heads]), self.number([0, 2, 1, 3])
        query, key, value = (
            self.ops.transpose(self.ops.reshape(self.dense(x, name), split, True), swap) for name in names
        )
        found = self.ops.transpose(self.ops.scaled_dot_product_attention(query, key, value, mask), swap)
        return self.ops.reshape(found, self.number([0, 0, width]), True)

    def forbidding(self, allowed: Any) -> Any:
        """Return what is added to the attention: nothing where it is allowed, else the lowest number."""
        return self.ops.select(allowed, self.number(0, np.float32), self.number(_FORBIDDEN, np.float32))


def _rows_of_distances(distance: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return the rows of distances in MPNet's table: near ones each their own, farther ones together, n a direction."""
    apart, near = np.abs(distance), n // 2
    far = near + np.log(np.maximum(apart, 1) / near) / np.log(_FARTHEST / near) * (n - near)
    return np.where(distance > 0, n, 0) + np.where(apart < near, apart, np.minimum(far, n - 1).astype(np.int64))


def _texts_graph(layers: _Layers, normalized: bool) -> tuple[list[Any], Any]:
    """Return inputs and result of the graph from tokens to the vectors of texts."""
    ops = layers.ops
    ids, mask = layers.given("input_ids"), layers.given("attention_mask")
    length = ops.gather(ops.shape_of(ids), layers.number(1), layers.number(0))
    first = layers.number(_first_position(layers.config))
    positions = ops.range(first, ops.add(length, first), layers.number(1), "i64")
    positions = ops.unsqueeze(positions, layers.number(0))
    # The padding may go on where the table of positions ends.
    last = layers.number(layers.config["max_position_embeddings"] - 1)
    allowed = ops.not_equal(ops.unsqueeze(mask, layers.number([1, 2])), layers.number(0))
    none = layers.number([[0]])  # a text alone is of one kind
    x = layers.tokens(ids, ops.minimum(positions, last), none, layers.forbidding(allowed))
    weight = ops.unsqueeze(ops.convert(mask, "f32"), layers.number(-1))
    total = ops.reduce_sum(ops.multiply(x, weight), layers.number([1]), False)
    mean = ops.divide(total, ops.maximum(ops.reduce_sum(weight, layers.number([1]), False), _least(layers, 1e-9)))
    if not normalized:
        return [ids, mask], mean
    length_of = ops.sqrt(ops.reduce_sum(ops.multiply(mean, mean), layers.number([1]), True))
    return [ids, mask], ops.divide(mean, ops.maximum(length_of, _least(layers, 1e-12)))


def _least(layers: _Layers, value: float) -> Any:
    return layers.number(value, np.float32)


def _targets_graph(layers: _Layers, normalized: bool) -> tuple[list[Any], Any]:
    """Return inputs and result of the graph from sentences with targets to the vectors of their tokens.

    Who attends to whom is told in ``framing.model.encoders.reading``.
    """
    ops = layers.ops
    ids, positions, blocks = (layers.given(name) for name in ("input_ids", "position_ids", "blocks"))
    nothing = layers.number(0)
    inside = ops.unsqueeze(ops.greater(blocks, nothing), layers.number(1))
    sentence = ops.unsqueeze(ops.equal(blocks, nothing), layers.number(1))
    own = ops.equal(ops.unsqueeze(blocks, layers.number(2)), ops.unsqueeze(blocks, layers.number(1)))
    allowed = ops.unsqueeze(ops.logical_or(sentence, ops.logical_and(own, inside)), layers.number(1))
    kinds = ops.convert(ops.greater(blocks, nothing), "i64")
    if layers.config.get("type_vocab_size", 0) < 2:
        kinds = layers.number([[0]])
    return [ids, positions, blocks], layers.tokens(ids, positions, kinds, layers.forbidding(allowed))
