"""A frozen sentence-transformers model: from a list of texts to one vector each."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Values
from framing.errors import ConfigError, EncoderError, first_line
from framing.installed import is_installed, need
from framing.model.encoders.adapters import merge_adapter
from framing.model.encoders.backends import TORCH, backend_identity, check_backend, converted_encoder, identity_of
from framing.model.encoders.cache import EmbeddingCache, encode_once
from framing.model.encoders.passes import encode_texts
from framing.model.encoders.reading import Reading, encode_readings, joined
from framing.model.encoders.reference import torch_vectors
from framing.model.encoders.tokens import TokenScores, by_length, read_converted, read_tokens
from framing.model.encoders.weights import cache_folder, find_weights, has_fast_bfloat16
from framing.model.estimator import Transformer
from framing.progress import BAR_FROM, track

PRECISIONS = ("float32", "bfloat16")
# Fast tokenizers refuse to be used by two threads at once ("Already borrowed").
_ENCODING = threading.Lock()
# Folds that are fitted at the same time first ask at the same time, and must not each load a model.
_LOADING = threading.Lock()


class SentenceEncoder(Transformer):
    """A frozen sentence-transformers model as a scikit-learn transformer.

    The constructor only stores; the weights are found and loaded at first use, once for all copies of the
    encoder in a process. Each distinct text is encoded once and kept on disk.

    Parameters
    ----------
    model
        A local folder or a model name; see ``framing.model.encoders.weights`` for where it is looked for.
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
    precision
        ``"float32"``, or ``"bfloat16"``: half precision where the machine has units for it, three times as fast there.
        Probabilities then differ in the third decimal, also by what else is in the batch.
    adapter
        A folder with a low-rank adapter of the weights, as ``EncoderTuner`` makes it.
    backend
        What computes the vectors: ``"torch"``; ``"openvino"``, the encoder converted once, several times as fast on a
        CPU; or ``"auto"``, OpenVINO where it can be converted. A converted encoder reads in bfloat16 where the CPU has
        units for it and that was measured to be faster; else its vectors are those of torch.

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
        precision: str = "float32",
        adapter: str | None = None,
        backend: str = TORCH,
    ) -> None:
        self.model = model
        self.revision = revision
        self.device = device
        self.batch_size = batch_size
        self.max_seq_length = max_seq_length
        self.cache = cache
        self.precision = precision
        self.adapter = adapter
        self.backend = backend

    def fit(self, texts: Iterable[Reading], y: Any = None) -> SentenceEncoder:
        """Do nothing: the encoder is frozen."""
        return self

    def transform(self, texts: Iterable[Reading]) -> NDArray[np.float32]:
        """Encode texts, or targets in a text.

        Parameters
        ----------
        texts
            Texts; or pairs of a text and a target, whose vector is the target's as it stands beside that text.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_dimensions)

        Raises
        ------
        EncoderError
            The weights cannot be found or are not the pinned ones.
        ConfigError
            There is no such precision or backend, or the backend is not installed.
        """
        check_precision(self.precision)
        check_backend(self.backend)
        texts = list(texts)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return encode_once(texts, self._encode, self._cache)

    def _encode(self, texts: list[Any]) -> Any:
        converted = converted_encoder(self)
        if converted is None:
            return self._encode_with_torch(texts)
        with _ENCODING:
            if isinstance(texts[0], str):
                return converted.encode(texts)
            if converted.reads_targets:
                return converted.encode_readings(texts)
        # An architecture that cannot read targets apart reads each pair as one text.
        return self._encode([joined(reading) for reading in texts])

    def _encode_with_torch(self, texts: list[Any]) -> Any:
        import torch

        model = self._sentence_transformer
        half = self.precision == "bfloat16" and has_fast_bfloat16(model.device)
        with _ENCODING, torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=half):
            if not isinstance(texts[0], str):
                return encode_readings(model, texts, self.batch_size)
            return encode_texts(model, texts, self.batch_size)

    def token_scores(self, texts: Sequence[str], directions: Values) -> list[TokenScores] | None:
        """Return what each token of some texts adds to linear scores of their vectors, in full precision.

        Where PyTorch is not installed, by the converted encoder, in its precision.

        Always a pass over all texts, which also makes the vectors and keeps them as ``transform`` would: who asks for
        both asks for this first.

        Parameters
        ----------
        texts
            Texts.
        directions
            Shape (n_dimensions, n_scores): a score is the text's vector times a column.

        Returns
        -------
        list of TokenScores, or None
            One a text; ``None`` where the model's vectors are not the mean of its tokens'.
        """
        if not is_installed("torch") and (converted := converted_encoder(self)) is not None:
            with _ENCODING:
                return read_converted(converted, texts, directions)
        found: dict[str, TokenScores] = {}
        batches = list(by_length(texts, self.batch_size))
        for batch in track(batches, "explaining", draw=len(batches) * self.batch_size >= BAR_FROM):
            with _ENCODING:
                read = read_tokens(self._sentence_transformer, batch, directions)
            if read is None:
                return None
            found.update(zip(read.texts, read.tokens, strict=True))
            if self._cache and self.precision == "float32" and converted_encoder(self) is None:
                self._cache.put(read.texts, read.vectors)
        return [found[text] for text in texts]

    def sample_vectors(self) -> dict[str, NDArray[np.float32]]:
        """Return what PyTorch says of the sample of ``framing.model.encoders.reference``, in full precision."""
        with _ENCODING:
            return torch_vectors(self._sentence_transformer)

    @property
    def digest(self) -> str:
        """The sha256 of the weights."""
        return find_weights(self.model, self.revision)[1]

    @cached_property
    def _cache(self) -> EmbeddingCache | None:
        if not self.cache:
            return None
        identity = identity_of(self)
        if (converted := converted_encoder(self)) is not None:
            identity += backend_identity(converted)
        elif self.precision != "float32":
            identity += f"|precision={self.precision}"
        return EmbeddingCache(cache_folder() / "embeddings", identity)

    @property
    def _sentence_transformer(self) -> Any:
        folder, _ = find_weights(self.model, self.revision)
        with _LOADING:
            return _loaded(folder, self.device, self.max_seq_length, self.adapter)

    def __getstate__(self) -> dict[str, Any]:
        return self.get_params(deep=False)

    def __sklearn_is_fitted__(self) -> bool:
        return True


def check_precision(precision: str) -> None:
    """Make sure that there is such a precision.

    Raises
    ------
    ConfigError
        There is none.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"encoder.precision={precision}: expected {' or '.join(PRECISIONS)}")


def load_sentence_transformer(encoder: SentenceEncoder) -> Any:
    """Return a model of its own, free to be changed; errors are those of ``SentenceEncoder.transform``."""
    folder, _ = find_weights(encoder.model, encoder.revision)
    return _load(folder, encoder.device, encoder.max_seq_length, encoder.adapter)


def _load(folder: str, device: str | None, max_seq_length: int | None, adapter: str | None) -> Any:
    need("torch")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # its bar over the weights is drawn even where nobody watches
    try:
        model = SentenceTransformer(folder, device=device, local_files_only=True)
        if adapter is not None:
            merge_adapter(model, adapter)
    except Exception as error:  # sentence-transformers lets errors of four libraries through
        raise EncoderError(f"encoder {folder}: cannot be loaded ({first_line(error)})") from error
    finally:
        if drawn:
            logging.enable_progress_bar()
    if max_seq_length is not None:
        model.max_seq_length = max_seq_length
    return model


_loaded = lru_cache(maxsize=2)(_load)
