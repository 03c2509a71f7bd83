"""Convert an encoder for OpenVINO, once: what comes out is compared with PyTorch before it is ever used.

Where PyTorch is not installed, it is compared with what PyTorch said when the model was saved.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framing.errors import EncoderError, first_line
from framing.files import new_folder, sha256, write_whole
from framing.installed import is_installed, missing
from framing.model.encoders.bert import Bert
from framing.model.encoders.converted import (
    BF16,
    CONTENT,
    F32,
    INT8,
    PRECISION,
    TARGETS,
    TEXTS,
    ConvertedEncoder,
    cpu_flags,
    cpu_key,
    kept_precision,
    worth_trying,
)
from framing.model.encoders.reading import Reader
from framing.model.encoders.reference import READINGS, SAMPLE, Vectors, known_vectors, torch_vectors
from framing.model.encoders.weights import find_weights

if TYPE_CHECKING:
    from framing.model.encoders.sentence import SentenceEncoder

_CLOSE = 1e-3  # of the longest vector; what a wrong export gives is off by more than the vectors themselves
_NEARLY = {BF16: 0.05, INT8: 0.1}
_GAIN = 1.1  # by how much faster another precision has to be


def convert(encoder: SentenceEncoder, folder: Path) -> None:
    """Write the converted encoder into a new folder, whole or not at all.

    An encoder of BERT's or MPNet's architecture is built from its weights; others are exported by PyTorch.

    Raises
    ------
    EncoderError
        It cannot be converted, or what comes out says something else than PyTorch does; or PyTorch is not installed,
        and there is nothing else to compare with.
    """
    bert = Bert.of(Path(find_weights(encoder.model, encoder.revision)[0]), encoder.max_seq_length)
    model, expected = None, known_vectors(encoder)
    if is_installed("torch"):
        from framing.model.encoders.sentence import load_sentence_transformer

        model = load_sentence_transformer(encoder).eval()
        expected = torch_vectors(model)
    elif bert is None:
        raise EncoderError(f"cannot be converted without PyTorch, only BERT and MPNet can; {missing('torch')}")
    if expected is None:
        raise EncoderError(
            "cannot be converted without PyTorch: its model carries no vectors to compare with. Save it anew where "
            f"PyTorch is, with this version; else {missing('torch')}"
        )
    with new_folder(folder) as place:
        try:
            content = _export(model, place) if bert is None else _build(bert, encoder.adapter, place)
        except (EncoderError, OSError):
            raise
        except Exception as error:  # the converter, OpenVINO and PyTorch fail in as many ways as there are encoders
            raise EncoderError(f"cannot be converted for OpenVINO ({first_line(error)})") from None
        _describe(content, place)
        check_converted(expected, ConvertedEncoder(place, F32))
        measured = {cpu_key(): faster_precision(place)}
        (place / PRECISION).write_text(json.dumps(measured) + "\n", encoding="utf-8")


def measure_precision(folder: Path) -> str:
    """Return in which precision a converted encoder is faster on this machine, measured where it was not before."""
    precision = kept_precision(folder)
    if precision is None:
        precision = faster_precision(folder)
        with contextlib.suppress(OSError, ValueError):
            told = json.loads((folder / PRECISION).read_text(encoding="utf-8"))
            write_whole(folder / PRECISION, (json.dumps({**told, cpu_key(): precision}) + "\n").encode())
    return precision


def check_converted(expected: Vectors, converted: ConvertedEncoder) -> None:
    """Compare a converted encoder with what it should say of the sample: texts of many lengths, with padding.

    Raises
    ------
    EncoderError
        They differ.
    """
    pairs = [(expected["texts"], converted.encode(SAMPLE))]
    if converted.reads_targets:
        pairs.append((expected["readings"], converted.encode_readings(READINGS)))
    for wanted, came in pairs:
        largest = float(np.linalg.norm(wanted, axis=1).max())
        apart = float(np.linalg.norm(wanted - came, axis=1).max()) / largest if wanted.shape == came.shape else np.inf
        if not apart < _CLOSE:
            raise EncoderError(
                f"converted for OpenVINO it says something else than PyTorch does (vectors are {apart:.2g} of their "
                "length apart)"
            )


def faster_precision(folder: Path) -> str:
    """Return the precision that is faster on this processor and says nearly the same; ``"f32"`` where none is."""
    _, *others = worth_trying(cpu_flags())
    if not others:
        return F32
    (other,) = others
    texts = [text for text in SAMPLE if 20 < len(text) < 400] * 6
    encoders = {precision: ConvertedEncoder(folder, precision) for precision in (F32, other)}
    vectors = {precision: encoder.encode(texts) for precision, encoder in encoders.items()}  # the first pass prepares
    apart = np.linalg.norm(vectors[F32] - vectors[other], axis=1).max()
    if not apart < _NEARLY[other] * np.linalg.norm(vectors[F32], axis=1).max():
        return F32
    taken = dict.fromkeys(encoders, np.inf)
    for _ in range(3):
        for precision, encoder in encoders.items():
            start = time.process_time()
            encoder.encode(texts)
            taken[precision] = min(taken[precision], time.process_time() - start)
    return other if taken[F32] > _GAIN * taken[other] else F32


def _build(bert: Bert, adapter: str | None, place: Path) -> dict[str, Any]:
    from openvino import save_model

    for name, graph in bert.graphs(adapter):
        save_model(graph, place / f"{name}.xml", compress_to_fp16=False)
    shutil.copyfile(bert.folder / "tokenizer.json", place / "tokenizer.json")
    return bert.content()


def _export(model: Any, place: Path) -> dict[str, Any]:
    from framing.model.encoders.trainer import quiet

    with quiet():  # tracing warns of what check_converted finds out
        return _exported(model, place)


def _exported(model: Any, place: Path) -> dict[str, Any]:
    import torch
    from openvino import convert_model, save_model

    modules = [type(module).__name__ for module in model]
    if modules[:2] != ["Transformer", "Pooling"] or set(modules[2:]) - {"Normalize"}:
        raise EncoderError(f"only transformers whose tokens are pooled can be converted, not {', '.join(modules)}")
    if model.device.type != "cpu":
        raise EncoderError("only models on the CPU can be converted; take encoder.device=cpu")
    reader = Reader.of(model)
    for name, module, given in _graphs(model, reader):
        with torch.no_grad():
            graph = convert_model(module, example_input=given)
        save_model(graph, place / f"{name}.xml", compress_to_fp16=False)
    model.tokenizer.backend_tokenizer.save(str(place / "tokenizer.json"))
    tokenizer = model.tokenizer
    longest = model.max_seq_length or model[0].auto_model.config.max_position_embeddings
    return {
        "dimensions": model.get_embedding_dimension(),
        "filler": tokenizer.pad_token_id,
        "end": tokenizer.sep_token_id,
        "max_tokens": longest,
        "max_tokens_beside_targets": reader.longest if reader else longest,
        "first": reader.first if reader else 0,
        "normalized": "Normalize" in modules,
    }


def _describe(content: dict[str, Any], place: Path) -> None:
    told = {
        "openvino": importlib.metadata.version("openvino"),
        **content,
        "files": {path.name: sha256(path) for path in sorted(place.iterdir())},
    }
    (place / CONTENT).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _graphs(model: Any, reader: Reader | None) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Give the name, the module and an input of what is converted."""
    import torch

    class Texts(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            if "token_type_ids" in model.tokenizer.model_input_names:
                features["token_type_ids"] = torch.zeros_like(input_ids)
            return self.model(features)["sentence_embedding"]

    given = dict(model.tokenizer(SAMPLE[2:5], padding=True, return_tensors="pt"))
    yield TEXTS, Texts(), {name: given[name] for name in ("input_ids", "attention_mask")}
    if reader is not None:
        rows = [(SAMPLE[3], ("the pact", "Kyiv")), (SAMPLE[1], ("talks",))]
        yield TARGETS, _targets_module(reader), reader.features(rows)


def _targets_module(reader: Reader) -> Any:
    import torch

    class Targets(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = reader.transformer

        def forward(self, input_ids: Any, position_ids: Any, blocks: Any) -> Any:
            return reader.read({"input_ids": input_ids, "position_ids": position_ids, "blocks": blocks})

    return Targets()
