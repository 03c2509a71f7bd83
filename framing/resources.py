"""The files that ship with the package: configs, the codebook, the training data and a trained model."""

from __future__ import annotations

from pathlib import Path

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


def data_path(data: str) -> str:
    """Return the path meant by a ``data`` option: ``"shipped"`` is the package's own corpus."""
    return str(resource("data")) if data == SHIPPED else data


def codebook_path(codebook: str) -> str:
    """Return the path meant by a ``codebook`` option: ``"shipped"`` is the package's own."""
    return str(resource("seeds/codebook.yaml")) if codebook == SHIPPED else codebook
