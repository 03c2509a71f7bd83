"""Encoders that were converted for OpenVINO: read without torch, several times as fast.

A converted encoder is a folder (``framing.model.encoders.conversion`` makes it):

``texts.xml``, ``texts.bin``      tokens → the vectors of sentences
``targets.xml``, ``targets.bin``  sentences with their targets → the vectors of all tokens; where the architecture can
``tokenizer.json``                texts → tokens
``converted.json``                what else it takes, and the sha256 of the files
``precision.json``                by kind of processor, in which precision it is faster
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.errors import EncoderError
from framing.files import sha256
from framing.model.encoders.batches import Numbers, lay_out, padded, rows_of, token_batches

CONTENT, PRECISION = "converted.json", "precision.json"
TEXTS, TARGETS = "texts", "targets"
# A shape of input is prepared for once; lengths are rounded up, so that there are few of them.
_MULTIPLE = 8
_TARGETS_A_PASS, _TARGET_TOKENS = 16, 32
# In order of how near they are to PyTorch's vectors: float32, bfloat16, and whole numbers of eight bits.
F32, BF16, INT8 = PRECISIONS = ("f32", "bf16", "int8")
_HALVING, _QUANTIZING = ("amx_bf16", "avx512_bf16"), ("avx512_vnni", "avx_vnni")


class ConvertedEncoder:
    """An encoder converted for OpenVINO. Not safe under several threads at once.

    Parameters
    ----------
    folder
        Where it lies.
    precision
        ``"f32"``, ``"bf16"`` or ``"int8"``.

    Raises
    ------
    EncoderError
        A file is missing or damaged.
    """

    def __init__(self, folder: Path, precision: str) -> None:
        from tokenizers import Tokenizer

        self.folder, self.precision = folder, precision
        self.content = read_content(folder)
        check_files(folder, self.content, "tokenizer.json")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self._models: dict[str, Any] = {}

    @property
    def reads_targets(self) -> bool:
        """Whether it knows how to read targets in a sentence."""
        return f"{TARGETS}.xml" in self.content["files"]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text, shape (n_texts, n_dimensions)."""
        self.tokenizer.enable_truncation(self.content["max_tokens"])
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch_fast([text.strip() for text in texts])]
        found = np.zeros((len(texts), self.content["dimensions"]), dtype=np.float32)

        def keep(result: Any, batch: list[int]) -> None:
            found[batch] = result[0]

        queue = self._queue(TEXTS, keep)
        for batch in token_batches([len(row) for row in rows]):
            queue.start_async(padded([rows[number] for number in batch], self.content["filler"], _MULTIPLE), batch)
        queue.wait_all()
        return found

    def encode_readings(self, readings: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return the vector of each target in its text, shape (n_readings, n_dimensions)."""
        rows = rows_of(readings, _TARGETS_A_PASS)
        tokens = self._tokens(rows, readings)
        found = np.zeros((len(readings), self.content["dimensions"]), dtype=np.float32)

        def keep(result: Any, asked: tuple[list[int], Numbers]) -> None:
            batch, blocks = asked
            for place, row in enumerate(batch):
                for block, number in enumerate(rows[row][1], start=1):
                    found[number] = result[0][place, blocks[place] == block].mean(axis=0)

        queue = self._queue(TARGETS, keep)
        for batch in token_batches([len(text) + sum(map(len, targets)) for text, targets in tokens]):
            given = lay_out([tokens[row] for row in batch], self.content["first"], self.content["filler"])
            queue.start_async(list(given.values()), (batch, given["blocks"]))
        queue.wait_all()
        if self.content["normalized"]:
            found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[tuple[int, int]], NDArray[np.float32]]]:
        """Return of each text where its tokens stand, and their vectors, shape (n_tokens, n_dimensions)."""
        self.tokenizer.enable_truncation(self.content["max_tokens"])
        read = self.tokenizer.encode_batch(list(texts))
        found: list[Any] = [None] * len(texts)

        def keep(result: Any, batch: list[int]) -> None:
            for place, number in enumerate(batch):
                found[number] = result[0][place, : len(read[number].ids)].copy()

        queue = self._queue(TARGETS, keep)
        for batch in token_batches([len(encoding.ids) for encoding in read]):
            given = lay_out([(read[i].ids, []) for i in batch], self.content["first"], self.content["filler"])
            queue.start_async(list(given.values()), batch)
        queue.wait_all()
        places = [
            [(0, 0) if mark else at for at, mark in zip(e.offsets, e.special_tokens_mask, strict=True)] for e in read
        ]
        return list(zip(places, found, strict=True))

    def _tokens(
        self, rows: Sequence[tuple[str, list[int]]], readings: Sequence[tuple[str, str]]
    ) -> list[tuple[list[int], list[list[int]]]]:
        self.tokenizer.enable_truncation(self.content["max_tokens_beside_targets"])
        texts = [encoding.ids for encoding in self.tokenizer.encode_batch_fast([text for text, _ in rows])]
        self.tokenizer.enable_truncation(_TARGET_TOKENS)
        asked = [target for _, target in readings]
        end = [self.content["end"]]
        targets = [e.ids + end for e in self.tokenizer.encode_batch_fast(asked, add_special_tokens=False)]
        return [(text, [targets[i] for i in numbers]) for text, (_, numbers) in zip(texts, rows, strict=True)]

    def _queue(self, name: str, keep: Any) -> Any:
        """Return a queue of passes: while one is computed, the tokens of the next are laid out."""
        from openvino import AsyncInferQueue

        model = self._models.get(name)
        if model is None:
            check_files(self.folder, self.content, f"{name}.xml", f"{name}.bin")
            model = self._models[name] = compiled(self.folder / f"{name}.xml", self.precision)
        queue = AsyncInferQueue(model, 2 * n_threads())
        queue.set_callback(lambda request, asked: keep([part.data for part in request.output_tensors], asked))
        return queue


def compiled(file: Path, precision: str) -> Any:
    """Return a model made ready for this machine; each pass takes one thread, and several run at once."""
    options = {
        "INFERENCE_PRECISION_HINT": F32 if precision == INT8 else precision,
        "INFERENCE_NUM_THREADS": n_threads(),
        "NUM_STREAMS": n_threads(),
        "PERFORMANCE_HINT": "THROUGHPUT",
    }
    graph = quantized(_core().read_model(str(file))) if precision == INT8 else str(file)
    return _core().compile_model(graph, "CPU", options)


def quantized(graph: Any) -> Any:
    """Return a graph with the weights of its dense layers as whole numbers of eight bits, one scale for each output.

    OpenVINO then rounds what goes into such a layer too, token by token, where the processor multiplies such numbers.
    The first and the last sixth of the layers, whose errors weigh most, stay as they are.
    """
    from openvino import opset13 as ops

    dense = [layer for layer in graph.get_ordered_ops() if _is_dense(layer)]
    exempt = len(dense) // 6
    for layer in dense[exempt : len(dense) - exempt]:
        exact = layer.input_value(1).get_node().get_data()
        scale = np.maximum(np.abs(exact).max(axis=1, keepdims=True), np.float32(1e-12)) / np.float32(127)
        rounded = ops.constant(np.round(exact / scale).astype(np.int8))
        layer.input(1).replace_source_output(ops.multiply(ops.convert(rounded, "f32"), ops.constant(scale)).output(0))
    return graph


def _is_dense(layer: Any) -> bool:
    if layer.get_type_name() != "MatMul" or not layer.get_attributes()["transpose_b"]:
        return False
    return layer.input_value(1).get_node().get_type_name() == "Constant"


@lru_cache(maxsize=1)
def _core() -> Any:
    from openvino import Core

    return Core()


def n_threads() -> int:
    """Return how many threads to use: ``OMP_NUM_THREADS``, else those that this process may run on."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdecimal() and int(given):
        return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_flags() -> frozenset[str]:
    """Return what the processor says that it can, such as ``amx_bf16``; empty where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore").splitlines()
    except OSError:
        return frozenset()
    return next((frozenset(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), frozenset())


def may_halve(flags: frozenset[str]) -> bool:
    """Say whether a processor has units for bfloat16, so that it is worth a measurement.

    Examples
    --------
    >>> may_halve(frozenset({"avx2", "amx_bf16"})), may_halve(frozenset({"avx2"}))
    (True, False)
    """
    return any(name in flags for name in _HALVING)


def worth_trying(flags: frozenset[str]) -> list[str]:
    """Return the precisions that may be fast on a processor, the most exact first.

    Examples
    --------
    >>> worth_trying(frozenset({"avx2"})), worth_trying(frozenset({"avx512_vnni"}))
    (['f32'], ['f32', 'int8'])
    >>> worth_trying(frozenset({"avx512_vnni", "amx_bf16"}))
    ['f32', 'bf16']
    """
    if may_halve(flags):
        return [F32, BF16]
    return [F32, INT8] if any(name in flags for name in _QUANTIZING) else [F32]


def cpu_key() -> str:
    """Name this kind of processor: a cache folder may be shared by several."""
    return hashlib.sha256(" ".join(sorted(cpu_flags())).encode()).hexdigest()[:16]


def kept_precision(folder: Path) -> str | None:
    """Return the precision that was measured to be faster on this kind of processor; ``None`` where none was."""
    if worth_trying(cpu_flags()) == [F32]:
        return F32
    try:
        told = json.loads((folder / PRECISION).read_text(encoding="utf-8")).get(cpu_key())
    except (OSError, ValueError, AttributeError):
        return None
    return told if told in worth_trying(cpu_flags()) else None


def read_content(folder: Path) -> dict[str, Any]:
    """Return what ``converted.json`` says.

    Raises
    ------
    EncoderError
        It is missing or damaged.
    """
    try:
        content = json.loads((folder / CONTENT).read_text(encoding="utf-8"))
        return {**content, "files": dict(content["files"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"converted encoder {folder}: damaged ({error}); remove the folder") from None


def check_files(folder: Path, content: dict[str, Any], *names: str) -> None:
    """Compare files with their sha256, which is done just before they are opened.

    Raises
    ------
    EncoderError
        One is missing or damaged.
    """
    for name in names:
        if not (folder / name).is_file() or sha256(folder / name) != content["files"].get(name):
            raise EncoderError(f"converted encoder {folder}: {name} is damaged; remove the folder")
