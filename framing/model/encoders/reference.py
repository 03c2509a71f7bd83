"""Vectors of a fixed sample: with them a converted encoder is checked where PyTorch is not installed.

A model folder carries them beside its adapter, in half precision. They are computed by PyTorch when the model is saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.installed import is_installed
from framing.model.encoders.adapters import adapter_digest
from framing.model.encoders.bert import Bert
from framing.model.encoders.weights import find_weights

if TYPE_CHECKING:
    from framing.model.encoders.sentence import SentenceEncoder

Vectors = Mapping[str, NDArray[Any]]
# Files of a model: vectors of its encoder, and of the encoder from before tuning; and what those change in the first.
_OWN, _FROZEN = "reference.safetensors", "reference_frozen.safetensors"
REFERENCES: tuple[tuple[str, dict[str, Any]], ...] = ((_OWN, {}), (_FROZEN, {"adapter": None}))
# Texts of many lengths, so that batches of every kind of padding come up; the words are there to be different tokens.
_WORDS = ["Talks", "on", "the", "pact", "resume,", "say", "Kyiv's", "“envoys”", "4.5", "%", "ÉTÉ,", "Новости", "和平?"]
_LENGTHS = (1, 2, 3, 5, 8, 9, 13, 14, 21, 30, 34, 55, 89, 144, 240)
_RUNS = [[_WORDS[i % len(_WORDS)] for i in range(start, start + n)] for start, n in enumerate(_LENGTHS)]
SAMPLE = [*map(" ".join, _RUNS), "", "  A harbour pays. ", "x" * 300]
READINGS = [(text, target) for text in SAMPLE[3:12] for target in ("the pact", "Kyiv", "a truce in the north")]
_ROWS = {"texts": len(SAMPLE), "readings": len(READINGS)}
_WIDEST = 1 << 14
# What models told of their encoders, by weights, adapter and length: some kilobytes each.
_KNOWN: dict[str, Vectors] = {}


def torch_vectors(model: Any) -> dict[str, NDArray[np.float32]]:
    """Return what a sentence-transformers model says of the sample."""
    from framing.model.encoders.passes import encode_texts
    from framing.model.encoders.reading import encode_readings

    return {"texts": encode_texts(model, SAMPLE, 8), "readings": encode_readings(model, READINGS, 8)}


def known_vectors(encoder: SentenceEncoder) -> Vectors | None:
    """Return the vectors of the sample that a model told of; ``None`` where none did."""
    return _KNOWN.get(_reference_key(encoder))


def write_references(encoders: Iterable[Any], folder: Path) -> None:
    """Write the vectors of a model's encoders into a folder, as far as they can be converted without PyTorch."""
    for encoder, name in _files_of(encoders):
        vectors = known_vectors(encoder)
        if vectors is None and is_installed("torch"):
            vectors = _KNOWN[_reference_key(encoder)] = encoder.sample_vectors()
        if vectors is not None:
            from safetensors.numpy import save

            folder.mkdir(exist_ok=True)
            halved = {key: np.asarray(part, dtype=np.float16) for key, part in vectors.items()}
            (folder / name).write_bytes(save(halved, {"sample": _sample_digest()}))


def read_reference(encoder: SentenceEncoder, file: Path) -> None:
    """Read the vectors that a model carries of its encoder, for when it is converted.

    Raises
    ------
    ValueError
        The file is not what ``write_references`` writes.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "np") as opened:
            if (opened.metadata() or {}).get("sample") != _sample_digest():
                return  # of another version's sample
            shapes = {name: tuple(opened.get_slice(name).get_shape()) for name in opened.keys()}  # noqa: SIM118
            widths = {shape[1] for shape in shapes.values() if len(shape) == 2}
            if {name: shape[0] for name, shape in shapes.items()} != _ROWS or len(widths) != 1:
                raise ValueError(f"expected vectors of {_ROWS}, got {shapes}")
            if max(widths) > _WIDEST:
                raise ValueError(f"expected at most {_WIDEST} numbers a vector, got {max(widths)}")
            vectors = {name: np.asarray(opened.get_tensor(name), dtype=np.float32) for name in _ROWS}
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    if not all(np.isfinite(part).all() for part in vectors.values()):
        raise ValueError("expected finite numbers")
    _KNOWN[_reference_key(encoder)] = vectors


def _files_of(encoders: Iterable[Any]) -> Iterator[tuple[SentenceEncoder, str]]:
    from framing.model.encoders.sentence import SentenceEncoder

    found = [encoder for encoder in encoders if isinstance(encoder, SentenceEncoder)]
    tuned = any(encoder.adapter is not None for encoder in found)
    for encoder in found:
        if Bert.of(Path(find_weights(encoder.model, encoder.revision)[0])) is not None:
            yield encoder, _FROZEN if tuned and encoder.adapter is None else _OWN


def _reference_key(encoder: SentenceEncoder) -> str:
    """Return what makes the vectors; settings differ between copies of one model that say the same."""
    adapter = None if encoder.adapter is None else adapter_digest(encoder.adapter)
    return f"{encoder.digest}|{adapter}|{encoder.max_seq_length}"


def _sample_digest() -> str:
    return hashlib.sha256(repr((SAMPLE, READINGS)).encode()).hexdigest()[:16]
