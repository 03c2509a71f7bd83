"""The files that ship with the package: configs, the codebook, the training data and trained models."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

SHIPPED = "shipped"
# Coded rows by the name that options have for them; a file or folder of that name is "./shipped".
SHIPPED_DATA = {SHIPPED: "data", "shipped-probes": "seeds/stance_probes.jsonl"}


class ShippedModel(NamedTuple):
    """A trained model that comes with the package.

    Parameters
    ----------
    folder
        Inside the package: a model is no source, `make model` writes it.
    encoder
        The encoder whose weights it needs; they are not shipped.
    origin
        What people are told when it answers.
    """

    folder: str
    encoder: str
    origin: str


SHIPPED_MODELS = {
    SHIPPED: ShippedModel("default_model", "sentence-transformers/all-MiniLM-L6-v2", "the model shipped with framing"),
    "shipped-large": ShippedModel(
        "large_model", "sentence-transformers/all-mpnet-base-v2", "the large model shipped with framing"
    ),
}


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
    """Return the path, or paths, meant by an option that takes coded rows.

    ``"shipped"`` is the package's own corpus, ``"shipped-probes"`` its rows that test a stance.

    Examples
    --------
    >>> data_path(["mine.jsonl", "yours.jsonl"])
    ['mine.jsonl', 'yours.jsonl']
    >>> Path(data_path("shipped-probes")).name
    'stance_probes.jsonl'
    """
    if isinstance(data, list):
        return [data_path(one) for one in data]
    return str(resource(SHIPPED_DATA[data])) if isinstance(data, str) and data in SHIPPED_DATA else data


def codebook_path(codebook: str) -> str:
    """Return the path meant by a ``codebook`` option: ``"shipped"`` is the package's own."""
    return str(resource("seeds/codebook.yaml")) if codebook == SHIPPED else codebook


def targets_path(targets: str) -> str:
    """Return the path meant by a ``stance.targets`` option: ``"shipped"`` is the package's own."""
    return str(resource("seeds/targets.jsonl")) if targets == SHIPPED else targets


def model_path(model: str | Path) -> Path:
    """Return the folder meant by a ``model`` option: a name of ``SHIPPED_MODELS`` is never a folder of the user's.

    Examples
    --------
    >>> model_path("shipped").name
    'default_model'
    >>> model_path("./shipped").name
    'shipped'
    """
    return resource(SHIPPED_MODELS[model].folder) if isinstance(model, str) and model in SHIPPED_MODELS else Path(model)
