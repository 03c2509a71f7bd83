"""Low-rank adapters on disk: what a tuned encoder adds to the weights it began with."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from framing.errors import EncoderError
from framing.model.encoders.weights import cache_folder

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


def adapter_digest(folder: str | Path) -> str:
    """Return the sha256 of an adapter's files."""
    digest = hashlib.sha256()
    for name in ADAPTER_FILES:
        path = Path(folder) / name
        if not path.is_file():
            raise EncoderError(f"adapter {folder}: {name} is missing; train the model again")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def copy_adapter(source: str | Path, goal: Path) -> None:
    """Copy the files of an adapter into a new folder."""
    goal.mkdir(parents=True)
    for name in ADAPTER_FILES:
        shutil.copyfile(Path(source) / name, goal / name)


def keep_adapter(folder: Path) -> str:
    """Return a place that lasts for an adapter in a folder that may go, such as a download from a store."""
    place = cache_folder() / "adapters" / adapter_digest(folder)[:32]
    if not place.is_dir():
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
                copy_adapter(folder, Path(scratch) / "adapter")
                os.replace(Path(scratch) / "adapter", place)
        except OSError:
            if not place.is_dir():  # another process may have been faster
                return str(folder)
    return str(place)


def merge_adapter(model: Any, adapter: str) -> None:
    """Add an adapter to the weights themselves, so that it costs nothing when texts are encoded."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    model.load_adapter(adapter)
    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.merge()
