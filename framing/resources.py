"""The files that ship with the package: configs, the codebook, the training data and a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SHIPPED = "shipped"
# A folder inside the package: a model is no source, `make model` writes it.
SHIPPED_MODEL = "default_model"


def resource(name: str) -> Path:
    """Return a shipped file or folder: beside the modules in an installed wheel, else in the source tree.

    Examples
    --------
    >>> resource("seeds/codebook.yaml").name
    'codebook.yaml'
    """
    package = Path(__file__).resolve().parent
    installed = package / name
    return installed if installed.exists() else package.parent / name


def data_path(data: Any) -> Any:
    """Return the path, or paths, meant by a ``data`` option: ``"shipped"`` is the package's own corpus.

    Examples
    --------
    >>> data_path(["mine.jsonl", "yours.jsonl"])
    ['mine.jsonl', 'yours.jsonl']
    """
    if isinstance(data, list):
        return [data_path(one) for one in data]
    return str(resource("data")) if isinstance(data, str) and data == SHIPPED else data


def codebook_path(codebook: str) -> str:
    """Return the path meant by a ``codebook`` option: ``"shipped"`` is the package's own."""
    return str(resource("seeds/codebook.yaml")) if codebook == SHIPPED else codebook
