"""What is installed: predicting takes little, training and some files take more."""

from __future__ import annotations

import importlib.util
from functools import lru_cache

from framing.errors import MissingExtraError

# The extra that brings a library, of those that the package works without.
_TRAINING = ("accelerate", "datasets", "hydra", "mlflow", "omegaconf", "peft", "sentence_transformers", "skops")
EXTRAS = {
    **dict.fromkeys((*_TRAINING, "sqlalchemy", "torch", "transformers"), "train"),
    **dict.fromkeys(("joblib", "matplotlib", "pandas", "scipy", "sklearn", "threadpoolctl"), "measure"),
    "pyarrow": "parquet",
    "ray": "ray",
}


@lru_cache(maxsize=32)
def is_installed(library: str) -> bool:
    """Say whether a library is there, without importing it.

    Examples
    --------
    >>> is_installed("numpy"), is_installed("no_such_library")
    (True, False)
    """
    return importlib.util.find_spec(library) is not None


def need(library: str) -> None:
    """Make sure that a library of an extra is there, before the work.

    Raises
    ------
    MissingExtraError
        It is not; the error says what brings it.
    """
    if not is_installed(library):
        raise MissingExtraError(missing(library))


def missing(library: str) -> str:
    """Return what is said where a library is not there.

    Examples
    --------
    >>> missing("torch")
    "this needs torch, which is not installed. To get it: pip install 'framing-classifier[train]'"
    """
    return (
        f"this needs {library}, which is not installed. To get it: pip install 'framing-classifier[{EXTRAS[library]}]'"
    )


def told_of(error: ImportError) -> str | None:
    """Return what to say of an import that failed; ``None`` where it is a defect, not a missing extra.

    Examples
    --------
    >>> told_of(ModuleNotFoundError("no module", name="scipy.special"))
    "this needs scipy, which is not installed. To get it: pip install 'framing-classifier[measure]'"
    >>> told_of(ModuleNotFoundError("no module", name="framing.lost"))
    """
    library = (error.name or "").partition(".")[0]
    return missing(library) if library in EXTRAS else None
