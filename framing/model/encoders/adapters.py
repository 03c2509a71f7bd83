"""Low-rank adapters on disk: what a tuned encoder adds to the weights it began with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from framing.errors import EncoderError
from framing.files import new_folder, sha256
from framing.model.encoders.weights import cache_folder

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


def adapter_digest(folder: str | Path) -> str:
    """Return the sha256 of an adapter's files."""
    for name in ADAPTER_FILES:
        if not (Path(folder) / name).is_file():
            raise EncoderError(f"adapter {folder}: {name} is missing; train the model again")
    return sha256(*(Path(folder) / name for name in ADAPTER_FILES))


def copy_adapter(source: str | Path, destination: Path) -> None:
    """Copy the files of an adapter into a folder, which is made where it is missing."""
    destination.mkdir(parents=True, exist_ok=True)
    for name in ADAPTER_FILES:
        shutil.copyfile(Path(source) / name, destination / name)


def keep_adapter(folder: Path) -> str:
    """Return a place that lasts for an adapter in a folder that may go, such as a download from a store."""
    place = cache_folder() / "adapters" / adapter_digest(folder)[:32]
    if not place.is_dir():
        try:
            with new_folder(place) as kept:
                copy_adapter(folder, kept)
        except OSError:
            return str(folder)
    return str(place)


def merge_adapter(model: Any, adapter: str) -> None:
    """Add an adapter to the weights themselves, so that it costs nothing when texts are encoded."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    model.load_adapter(adapter)
    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.merge()
