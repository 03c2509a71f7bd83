"""Encoders: from a list of texts to one vector each."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from framing.errors import EncoderError
from framing.model.cache import EmbeddingCache
from framing.model.weights import cache_folder, find_weights, settings_digest
from framing.progress import track

# Fast tokenizers refuse to be used by two threads at once ("Already borrowed").
_ENCODING = threading.Lock()
_CHUNK = 512
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


class SentenceEncoder(TransformerMixin, BaseEstimator):
    """A frozen sentence-transformers model as a scikit-learn transformer.

    The constructor only stores; the weights are found and loaded at first use, once for all copies of the
    encoder in a process. Each distinct text is encoded once and kept on disk.

    Parameters
    ----------
    model
        A local folder or a model name; see ``framing.model.weights`` for where it is looked for.
    revision
        A revision on the model hub.
    device
        ``"cpu"``, ``"cuda"`` ...; ``None`` lets sentence-transformers choose.
    batch_size
        Texts a forward pass.
    max_seq_length
        Tokens read of each text; ``None`` keeps the model's own limit.
    cache
        Keep embeddings on disk (``$FRAMING_CACHE``, else the user's cache folder).
    adapter
        A folder with a low-rank adapter of the weights, as ``TunedEncoder`` makes it.

    Examples
    --------
    >>> encoder = SentenceEncoder("sentence-transformers/all-MiniLM-L6-v2")
    >>> encoder.transform(["Talks resume.", "Talks resume."]).shape  # doctest: +SKIP
    (2, 384)
    """

    def __init__(
        self,
        model: str = "sentence-transformers/all-MiniLM-L6-v2",
        revision: str | None = None,
        device: str | None = None,
        batch_size: int = 32,
        max_seq_length: int | None = None,
        cache: bool = True,
        adapter: str | None = None,
    ) -> None:
        self.model = model
        self.revision = revision
        self.device = device
        self.batch_size = batch_size
        self.max_seq_length = max_seq_length
        self.cache = cache
        self.adapter = adapter

    def fit(self, texts: Iterable[str], y: Any = None) -> SentenceEncoder:
        """Do nothing: the encoder is frozen."""
        return self

    def transform(self, texts: Iterable[str]) -> NDArray[np.float32]:
        """Encode texts.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_dimensions)

        Raises
        ------
        EncoderError
            The weights cannot be found or are not the pinned ones.
        """
        texts = list(texts)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        vectors = dict(self._cache.get(texts)) if self._cache else {}
        # By length, so that a batch holds texts of one length and little is padding.
        missing = sorted({text for text in texts if text not in vectors}, key=lambda text: (len(text), text))
        chunks = [missing[i : i + _CHUNK] for i in range(0, len(missing), _CHUNK)]
        for chunk in track(chunks, "encoding") if len(missing) > 2 * self.batch_size else chunks:
            with _ENCODING:
                encoded = self._sentence_transformer.encode(
                    chunk, batch_size=self.batch_size, show_progress_bar=False, convert_to_numpy=True
                )
            encoded = np.asarray(encoded, dtype=np.float32)
            if self._cache:
                self._cache.put(chunk, encoded)
            vectors.update(zip(chunk, encoded, strict=True))
        return np.stack([vectors[text] for text in texts])

    @property
    def digest(self) -> str:
        """The sha256 of the weights."""
        return find_weights(self.model, self.revision)[1]

    @cached_property
    def _cache(self) -> EmbeddingCache | None:
        if not self.cache:
            return None
        folder, digest = find_weights(self.model, self.revision)
        identity = f"{digest}|{settings_digest(Path(folder))}|max_seq_length={self.max_seq_length}"
        if self.adapter is not None:
            identity += f"|adapter={adapter_digest(self.adapter)}"
        return EmbeddingCache(cache_folder() / "embeddings", identity)

    @property
    def _sentence_transformer(self) -> Any:
        folder, _ = find_weights(self.model, self.revision)
        return _loaded(folder, self.device, self.max_seq_length, self.adapter)

    def __getstate__(self) -> dict[str, Any]:
        return self.get_params(deep=False)

    def __sklearn_is_fitted__(self) -> bool:
        return True


class WordVectorizer(TransformerMixin, BaseEstimator):
    """TF-IDF of word n-grams, with options that YAML can write (scikit-learn's own wants a tuple).

    Parameters
    ----------
    max_n
        Longest word n-gram.
    min_df
        Sentences a term must occur in.
    sublinear_tf, stop_words, max_features
        As in ``sklearn.feature_extraction.text.TfidfVectorizer``.

    Examples
    --------
    >>> WordVectorizer(max_n=1, min_df=1).fit_transform(["a deal", "no deal"]).shape
    (2, 2)
    """

    def __init__(
        self,
        max_n: int = 2,
        min_df: int = 2,
        sublinear_tf: bool = True,
        stop_words: str | None = None,
        max_features: int | None = None,
    ) -> None:
        self.max_n = max_n
        self.min_df = min_df
        self.sublinear_tf = sublinear_tf
        self.stop_words = stop_words
        self.max_features = max_features

    def fit(self, texts: Iterable[str], y: Any = None) -> WordVectorizer:
        """Learn the vocabulary and the document frequencies.

        Raises
        ------
        EncoderError
            No word is left to learn from, or an option makes no sense.
        """
        texts = list(texts)
        vectorizer = TfidfVectorizer(
            ngram_range=(1, self.max_n),
            min_df=self.min_df,
            sublinear_tf=self.sublinear_tf,
            stop_words=self.stop_words,
            max_features=self.max_features,
            strip_accents="unicode",
        )
        try:
            self.vectorizer_ = vectorizer.fit(texts)
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise EncoderError(f"{self} cannot learn words from {len(texts):,} texts: {reason}") from error
        return self

    def transform(self, texts: Iterable[str]) -> Any:
        """Return the weights, a sparse array of shape (n_texts, n_terms)."""
        return self.vectorizer_.transform(texts)


def load_sentence_transformer(encoder: SentenceEncoder) -> Any:
    """Return a model of its own, free to be changed; errors are those of ``SentenceEncoder.transform``."""
    folder, _ = find_weights(encoder.model, encoder.revision)
    return _load(folder, encoder.device, encoder.max_seq_length, encoder.adapter)


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


def _load(folder: str, device: str | None, max_seq_length: int | None, adapter: str | None) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # its bar over the weights is drawn even where nobody watches
    try:
        model = SentenceTransformer(folder, device=device, local_files_only=True)
        if adapter is not None:
            _merge(model, adapter)
    except Exception as error:  # sentence-transformers lets errors of four libraries through
        raise EncoderError(f"encoder {folder}: cannot be loaded ({str(error).splitlines()[0]})") from error
    finally:
        if drawn:
            logging.enable_progress_bar()
    if max_seq_length is not None:
        model.max_seq_length = max_seq_length
    return model


def _merge(model: Any, adapter: str) -> None:
    """Add an adapter to the weights themselves, so that it costs nothing when texts are encoded."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    model.load_adapter(adapter)
    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.merge()


_loaded = lru_cache(maxsize=2)(_load)
