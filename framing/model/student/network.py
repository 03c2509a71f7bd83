"""The student's network: tokens → static vectors → windows of three → pooled → one score a frame. With numpy alone.

``tokens`` are the vectors, one a token; ``weights`` says how much a token counts where a mean is taken. Words next to
each other are read together (``windows``), and of each thing that is read so the strongest and the mean are kept: a
convolution as of Kim (2014) on vectors that were distilled from the model's encoder, as of model2vec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Proba, Values

Array = NDArray[np.float32]

WIDTH = 3  # tokens a window
LONGEST = 256  # tokens read of a text
UNKNOWN = "[UNK]"
# Texts a pass: of more, the windows no longer fit into a processor's cache.
_BATCH = 64
# What a network consists of, and how its arrays' sizes hang together.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "tokens": ("tokens", "vector"),
    "scale": ("vector",),
    "weights": ("tokens",),
    "windows": ("read", "found"),
    "windows_bias": ("found",),
    "hidden": ("pooled", "hidden"),
    "hidden_bias": ("hidden",),
    "scores": ("hidden", "labels"),
    "scores_bias": ("labels",),
}


class StudentNetwork:
    """A student's vocabulary and numbers, ready to score texts.

    Parameters
    ----------
    vocabulary
        Tokens of WordPiece in lower case, without accents; a later part of a word begins with ``##``.
    arrays
        By the names of ``SHAPES``. ``tokens`` may be whole numbers of eight bits, which ``scale`` makes a vector of.
    exclusive
        Whether a text has exactly one of the labels.

    Examples
    --------
    >>> arrays = {"tokens": np.eye(2, dtype=np.int8), "scale": np.ones(2), "weights": np.zeros(2),
    ...           "windows": np.zeros((6, 1)), "windows_bias": np.zeros(1), "hidden": np.zeros((4, 1)),
    ...           "hidden_bias": np.zeros(1), "scores": np.zeros((1, 2)), "scores_bias": np.array([0.0, 9.0])}
    >>> StudentNetwork(["[UNK]", "deal"], arrays, exclusive=False).predict_proba(["A deal.", ""]).round(1).tolist()
    [[0.5, 1.0], [0.5, 1.0]]
    """

    def __init__(self, vocabulary: Sequence[str], arrays: Mapping[str, Any], exclusive: bool) -> None:
        self.vocabulary = list(vocabulary)
        self.arrays = dict(arrays)
        self.exclusive = exclusive

    @cached_property
    def tokenizer(self) -> Any:
        """From texts to the numbers of their tokens."""
        return tokenizer_of(self.vocabulary)

    def __getstate__(self) -> dict[str, Any]:
        return {"vocabulary": self.vocabulary, "arrays": self.arrays, "exclusive": self.exclusive}

    def predict_proba(self, texts: Sequence[str]) -> Proba:
        """Return probabilities, shape (n_texts, n_labels); of exclusive labels they sum to 1."""
        return self.proba(self.scores(texts))

    def proba(self, scores: Values) -> Proba:
        """Return the probabilities that scores mean, of the same shape."""
        if not self.exclusive:
            return 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        return shifted / shifted.sum(axis=1, keepdims=True)

    def scores(self, texts: Sequence[str]) -> Values:
        """Return scores, log-odds where labels are not exclusive, shape (n_texts, n_labels)."""
        rows = token_rows(self.tokenizer, texts)
        found = np.zeros((len(texts), len(self.arrays["scores_bias"])))
        order = np.argsort([len(row) for row in rows], kind="stable")  # texts of a length take the same time
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            found[batch] = self._scores_of_batch([rows[i] for i in batch])
        return found

    @cached_property
    def _ready(self) -> dict[str, Array]:
        """The arrays that are computed with, in single precision."""
        names = [name for name in SHAPES if name not in ("tokens", "weights")]
        return {name: np.ascontiguousarray(self.arrays[name], dtype=np.float32) for name in names}

    @cached_property
    def _token_counts(self) -> Array:
        """How much each token counts, and one more for the gap between texts, which does not count."""
        return np.append(np.exp(np.asarray(self.arrays["weights"], dtype=np.float32)), np.float32(0))

    def _scores_of_batch(self, rows: Sequence[NDArray[np.int64]]) -> Array:
        own = self._ready
        numbers, starts = laid_out(rows, len(self.vocabulary))
        gap = numbers == len(self.vocabulary)
        vectors = self.arrays["tokens"][np.where(gap, 0, numbers)] * own["scale"]
        vectors[gap] = 0
        counts = self._token_counts[numbers][:, None]
        # A window of row i begins there; the middle of it is what it stands for.
        size = vectors.shape[1]
        shape, steps = (len(vectors) - WIDTH + 1, WIDTH * size), vectors.strides
        windows = np.lib.stride_tricks.as_strided(vectors, shape, steps) @ own["windows"]
        windows += own["windows_bias"]
        np.maximum(windows, 0, out=windows)
        middles, middle = counts[WIDTH // 2 : WIDTH // 2 + len(windows)], starts - WIDTH // 2
        windows[gap[WIDTH // 2 : WIDTH // 2 + len(windows)]] = 0
        totals = np.add.reduceat(counts, starts, axis=0)
        pooled = [
            np.maximum.reduceat(windows, middle, axis=0),
            np.add.reduceat(windows * middles, middle, axis=0) / totals,
            np.add.reduceat(vectors * counts, starts, axis=0) / totals,
        ]
        hidden = np.maximum(np.hstack(pooled) @ own["hidden"] + own["hidden_bias"], 0)
        scores: Array = hidden @ own["scores"] + own["scores_bias"]
        return scores


def laid_out(rows: Sequence[NDArray[np.int64]], filler: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the tokens of some texts one after the other, each after a gap, and where each text begins.

    Examples
    --------
    >>> [part.tolist() for part in laid_out([np.array([5, 6]), np.array([7])], filler=0)]
    [[0, 5, 6, 0, 7, 0], [1, 4]]
    """
    gap = WIDTH // 2
    lengths = np.array([len(row) for row in rows])
    starts = gap + np.concatenate([[0], np.cumsum(lengths[:-1] + gap)])
    numbers = np.full(lengths.sum() + gap * (len(rows) + 1), filler, dtype=np.int64)
    places = np.ones(len(numbers), dtype=bool)
    places[:gap] = False
    for more in range(gap):
        places[starts + lengths + more] = False
    numbers[places] = np.concatenate(rows)
    return numbers, starts


def token_rows(tokenizer: Any, texts: Sequence[str]) -> list[NDArray[np.int64]]:
    """Return the token numbers of each text; of one without any, that of what is not known."""
    found = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    unknown = [tokenizer.token_to_id(UNKNOWN)]
    return [np.array(encoding.ids or unknown, dtype=np.int64) for encoding in found]


def tokenizer_of(vocabulary: Sequence[str]) -> Any:
    """Return WordPiece on lower-case words, as BERT has it; nothing in it but the vocabulary can be chosen.

    Examples
    --------
    >>> tokenizer_of(["[UNK]", "deal", "##s"]).encode("Deals?").tokens
    ['deal', '##s', '[UNK]']
    """
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    tokenizer = Tokenizer(WordPiece({token: i for i, token in enumerate(vocabulary)}, unk_token=UNKNOWN))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer
