"""What computes an encoder's vectors: torch, or OpenVINO for an encoder that was converted once."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import threading
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.errors import ConfigError, EncoderError, FramingNote, FramingWarning, MissingExtraError
from framing.installed import is_installed, missing
from framing.model.encoders.adapters import adapter_digest
from framing.model.encoders.converted import ConvertedEncoder, cpu_flags, kept_precision, may_halve
from framing.model.encoders.weights import cache_folder, find_weights, settings_digest

if TYPE_CHECKING:
    from framing.model.encoders.sentence import SentenceEncoder

TORCH, OPENVINO, AUTO = "torch", "openvino", "auto"
BACKENDS = (AUTO, TORCH, OPENVINO)
# What auto converts where torch is installed: what was measured in whole.
_TRIED = ("bert",)
# Folders of encoders that could not be converted: it is not tried again at each sentence.
_REFUSED: set[str] = set()
# Threads that first ask at the same time must not each convert, nor measure how fast it is while others do.
_CONVERTING = threading.Lock()
# Raise when vectors change though encoder and library stay as they are.
VERSION = 2


def check_backend(backend: str, place: str = "encoder.backend=") -> None:
    """Make sure that there is such a backend, and that it is installed.

    Raises
    ------
    ConfigError
        There is none.
    MissingExtraError
        It is PyTorch, which is not installed.
    """
    if backend not in BACKENDS:
        raise ConfigError(f"{place}{backend}: expected {', '.join(BACKENDS[:-1])} or {BACKENDS[-1]}")
    if backend == TORCH and not is_installed("torch"):
        raise MissingExtraError(f"{place}{backend}: {missing('torch')}")


def identity_of(encoder: SentenceEncoder) -> str:
    """Return what makes an encoder's vectors in full precision: weights, settings and adapter."""
    folder, digest = find_weights(encoder.model, encoder.revision)
    identity = f"{digest}|{settings_digest(Path(folder))}|max_seq_length={encoder.max_seq_length}"
    return identity if encoder.adapter is None else f"{identity}|adapter={adapter_digest(encoder.adapter)}"


def converted_encoder(encoder: SentenceEncoder) -> ConvertedEncoder | None:
    """Return the converted encoder that a backend asks for, converted now if it never was; ``None`` for torch.

    ``auto`` is what ``$FRAMING_BACKEND`` says, else OpenVINO, unless a graphics card is asked for or may be there;
    where an encoder cannot be converted, it says so and stays with torch. Where torch is not installed, it is OpenVINO.

    Raises
    ------
    EncoderError
        It cannot be converted, or what comes out differs from what torch says.
    ConfigError
        There is no such backend.
    MissingExtraError
        It is PyTorch, which is not installed.
    """
    backend = encoder.backend
    check_backend(backend)
    if backend == AUTO and (given := os.environ.get("FRAMING_BACKEND")):
        check_backend(given, "FRAMING_BACKEND=")
        backend = given
    if backend == AUTO and not is_installed("torch"):
        backend = OPENVINO
    if backend == TORCH or (backend == AUTO and not _suits_openvino(encoder)):
        return None
    version = importlib.metadata.version("openvino")
    name = hashlib.sha256(f"{VERSION}|openvino={version}|{identity_of(encoder)}".encode()).hexdigest()[:32]
    folder = cache_folder() / "converted" / name
    with _CONVERTING:
        if backend == AUTO and str(folder) in _REFUSED:
            return None
        try:
            if not folder.is_dir():
                _convert(encoder, folder)
            return _opened(str(folder), encoder.precision)
        except EncoderError as error:
            if backend == OPENVINO:
                raise EncoderError(f"encoder {encoder.model}: {error}") from None
            _REFUSED.add(str(folder))
            warnings.warn(f"encoder {encoder.model}: {error}; torch is used", FramingWarning, stacklevel=2)
            return None


def _convert(encoder: SentenceEncoder, folder: Path) -> None:
    from framing.model.encoders.conversion import convert

    try:
        convert(encoder, folder)
    except OSError as error:
        raise EncoderError(f"cannot be kept converted in {folder.parent} ({error.strerror})") from None
    warnings.warn(f"the encoder was converted for OpenVINO, once; it is kept in {folder}", FramingNote, stacklevel=3)


@lru_cache(maxsize=2)
def _opened(folder: str, precision: str) -> ConvertedEncoder:
    place = Path(folder)
    found = "bf16" if precision == "bfloat16" and may_halve(cpu_flags()) else kept_precision(place)
    if found is None:
        from framing.model.encoders.conversion import measure_precision

        found = measure_precision(place)
    return ConvertedEncoder(place, found)


def _suits_openvino(encoder: SentenceEncoder) -> bool:
    on_card = encoder.device not in (None, "cpu") or (encoder.device is None and Path("/dev/nvidiactl").exists())
    return not on_card and _architecture(encoder) in _TRIED


def _architecture(encoder: SentenceEncoder) -> str:
    try:
        told = json.loads((Path(find_weights(encoder.model, encoder.revision)[0]) / "config.json").read_text("utf-8"))
        return str(told["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def backend_identity(converted: ConvertedEncoder | None) -> str:
    """Return what a backend adds to the identity of vectors; nothing for torch."""
    if converted is None:
        return ""
    return f"|openvino={converted.content['openvino']}|{converted.precision}|{VERSION}"


def backend_of(encoder: Any) -> str:
    """Return in a word what an encoder's vectors are computed with."""
    if "backend" not in encoder.get_params():
        return type(encoder).__name__
    return backend_identity(converted_encoder(encoder)).strip("|") or f"{TORCH}|{encoder.precision}"


def with_options(encoder: Any, **options: Any) -> Any:
    """Return a copy of an encoder with other options; one that knows none of them stays as it is."""
    known = {name: value for name, value in options.items() if name in encoder.get_params()}
    return type(encoder)(**{**encoder.get_params(deep=False), **known}) if known else encoder
