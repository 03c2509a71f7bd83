"""Encoders as a saved model tells of them: one row a kind, so that a new one is a new row.

Their weights stay where they are; what is written is how to find them again, and their sha256.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from framing.errors import ModelError
from framing.model.encoders.adapters import copy_adapter, keep_adapter
from framing.model.encoders.multilingual import MultilingualEncoder
from framing.model.encoders.sentence import SentenceEncoder

# The folder of a tuned encoder's adapter, inside the model's.
ADAPTER = "encoder"


class EncoderKind(NamedTuple):
    """How encoders of a type are written into a model folder, and read again.

    Parameters
    ----------
    name
        What ``model.json`` calls it.
    type
        The class.
    write
        From encoder and model folder to what ``model.json`` says of it.
    read
        The way back.
    """

    name: str
    type: type
    write: Callable[[Any, Path], dict[str, Any]]
    read: Callable[[dict[str, Any], Path], Any]


def _write_sentence(encoder: SentenceEncoder, folder: Path) -> dict[str, Any]:
    if encoder.adapter is not None:
        copy_adapter(encoder.adapter, folder / ADAPTER)
    told = {**encoder.get_params(), "device": None, "adapter": None if encoder.adapter is None else ADAPTER}
    # Device and backend are this machine's, not the model's.
    return {name: value for name, value in told.items() if name != "backend"}


def _read_sentence(content: dict[str, Any], folder: Path) -> SentenceEncoder:
    adapter = content.get("adapter")
    return SentenceEncoder(**{**content, "adapter": None if adapter is None else keep_adapter(folder / adapter)})


def _write_multilingual(encoder: MultilingualEncoder, folder: Path) -> dict[str, Any]:
    return {"model": encoder.model, **encoder.get_params()}


def _read_multilingual(content: dict[str, Any], folder: Path) -> MultilingualEncoder:
    return MultilingualEncoder(**{key: value for key, value in content.items() if key != "model"})


KINDS = (
    EncoderKind("sentence", SentenceEncoder, _write_sentence, _read_sentence),
    EncoderKind("multilingual", MultilingualEncoder, _write_multilingual, _read_multilingual),
)


def has_weights(encoder: Any) -> bool:
    """Say whether an encoder's weights lie elsewhere; what others have learned is saved with the heads."""
    return any(isinstance(encoder, kind.type) for kind in KINDS)


def write_encoder(encoder: Any, folder: Path) -> dict[str, Any]:
    """Return what ``model.json`` says of an encoder; an adapter is copied into the model's folder."""
    kind = next(kind for kind in KINDS if isinstance(encoder, kind.type))
    return {"kind": kind.name, **kind.write(encoder, folder), "sha256": encoder.digest}


def read_encoder(content: dict[str, Any], folder: Path) -> Any:
    """Return the encoder that ``write_encoder`` told of.

    Raises
    ------
    ModelError
        The weights found here are not those that the model was trained with, or the kind is unknown.
    EncoderError
        No weights are found.
    """
    content = dict(content)
    name, digest = content.pop("kind", "sentence"), content.pop("sha256")
    kind = next((kind for kind in KINDS if kind.name == name), None)
    if kind is None:
        raise ModelError(f"model {folder}: unknown kind of encoder {name!r}; it was saved by a newer version: upgrade")
    encoder = kind.read(content, folder)
    if encoder.digest != digest:
        raise ModelError(
            f"model {folder}: trained with weights {digest[:12]}… of {encoder.model}, but those found here are "
            f"{encoder.digest[:12]}…; install the same weights or train again"
        )
    return encoder
