"""Features: from sentences to the array that a head learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from framing.arrays import Values
from framing.errors import ConfigError
from framing.model.encoders.reading import Reading
from framing.model.estimator import Transformer, clone
from framing.names import Entities
from framing.records import Sentence

# What parts the pieces of one text; a tuned encoder learns its meaning.
_SEPARATOR = " | "
CONTEXTS = ("headline", "previous")


def weights_of(sentences: Sequence[Sentence]) -> Values | None:
    """Return how much each row counts in what is learned, shape (n_sentences,); ``None`` where all count the same.

    Examples
    --------
    >>> weights_of([Sentence("a"), Sentence("b", weight=0.5)]).tolist()
    [1.0, 0.5]
    """
    if all(sentence.weight is None for sentence in sentences):
        return None
    return np.array([1.0 if sentence.weight is None else sentence.weight for sentence in sentences])


class TextFeatures(Transformer):
    """The sentence's vector.

    Parameters
    ----------
    encoder
        Any transformer from a list of strings to a 2-D array, dense or sparse.
    context
        What the encoder reads before the sentence: some of ``"headline"``, ``"previous"``.
    entities
        What is read in the place of names; ``None`` where names are read as they are.

    Examples
    --------
    >>> from framing.model.encoders import WordVectorizer
    >>> features = TextFeatures(WordVectorizer(max_n=1, min_df=1))
    >>> features.fit_transform([Sentence("a deal"), Sentence("no deal")]).shape
    (2, 2)
    """

    def __init__(self, encoder: Any, context: Sequence[str] = (), entities: Entities | None = None) -> None:
        self.encoder = encoder
        self.context = context
        self.entities = entities

    def fit(self, sentences: Sequence[Sentence], y: Any = None) -> TextFeatures:
        """Fit a copy of the encoder on the sentences (nothing to learn where it is frozen)."""
        if not hasattr(self.encoder, "transform"):
            raise ConfigError(
                f"{self.encoder}: no encoder yet; tune it first and fit on what its tune() returns (framing.train does)"
            )
        self.encoder_ = clone(self.encoder).fit(self.texts_learned(sentences))
        return self

    @classmethod
    def restored(cls, encoder: Any, context: Sequence[str] = (), entities: Entities | None = None) -> Self:
        """Return features whose encoder is fitted already, as a saved model has it."""
        features = cls(encoder, context, entities)
        features.encoder_ = encoder
        return features

    def transform(self, sentences: Sequence[Sentence]) -> Any:
        """Return one row a sentence, shape (n_sentences, n_features)."""
        return self.encoder_.transform(self.texts_read(sentences))

    def read(self, sentences: Sequence[Sentence]) -> Sequence[Sentence]:
        """Return the sentences as they are read: with their names, or with something in the place of these."""
        return sentences if self.entities is None else self.entities(sentences, ("text", "target", *self.context))

    def texts_read(self, sentences: Sequence[Sentence]) -> list[Reading]:
        """Return what the encoder reads of each sentence."""
        return [
            _SEPARATOR.join([*filter(None, (getattr(s, c) for c in self.context)), s.text])
            for s in self.read(sentences)
        ]

    def targets_read(self, sentences: Sequence[Sentence]) -> list[str]:
        """Return what is read of each target, ``""`` where there is none."""
        return [s.target or "" for s in self.read(sentences)]

    def texts_learned(self, sentences: Sequence[Sentence]) -> list[Reading]:
        """Return what the encoder is fitted on; there may be more of it than is read of each sentence."""
        return self.texts_read(sentences)


class ReadingFeatures(TextFeatures):
    """The vector of the target as it reads the sentence: for an encoder that was tuned on that.

    Examples
    --------
    >>> ReadingFeatures(None).texts_read([Sentence("sanctions hurt", target="sanctions")])
    [('sanctions hurt', 'sanctions')]
    """

    def texts_read(self, sentences: Sequence[Sentence]) -> list[Reading]:
        """Return what the encoder reads of each sentence, and toward what."""
        texts = map(str, super().texts_read(sentences))
        return list(zip(texts, self.targets_read(sentences), strict=True))


class PairFeatures(TextFeatures):
    """The vector of the target and the sentence as one text: for models that were tuned before targets were read apart.

    Examples
    --------
    >>> PairFeatures(None).texts_read([Sentence("sanctions hurt", target="sanctions")])
    ['sanctions | sanctions hurt']
    """

    def texts_read(self, sentences: Sequence[Sentence]) -> list[Reading]:
        """Return what the encoder reads of each sentence."""
        return [
            f"{target}{_SEPARATOR}{text}"
            for target, text in zip(self.targets_read(sentences), super().texts_read(sentences), strict=True)
        ]


class TargetFeatures(TextFeatures):
    """Vectors of the sentence and of its target, their product and their absolute difference.

    The four blocks are those that sentence-pair classifiers on frozen embeddings have used since InferSent
    (Conneau et al. 2017): without the products, a linear head cannot see the target and the sentence together.

    Examples
    --------
    >>> from framing.model.encoders import WordVectorizer
    >>> features = TargetFeatures(WordVectorizer(max_n=1, min_df=1))
    >>> features.fit_transform([Sentence("sanctions hurt", target="sanctions")]).toarray().round(2).tolist()
    [[0.81, 0.58, 0.0, 1.0, 0.0, 0.58, 0.81, 0.42]]
    """

    def transform(self, sentences: Sequence[Sentence]) -> Any:
        """Return one row a sentence, shape (n_sentences, 4 * n_dimensions)."""
        text = self.encoder_.transform(self.texts_read(sentences))
        target = self.encoder_.transform(self.targets_read(sentences))
        if hasattr(text, "multiply"):
            from scipy import sparse

            return sparse.hstack([text, target, text.multiply(target), abs(text - target)], format="csr")
        return np.hstack([text, target, text * target, np.abs(text - target)])

    def texts_learned(self, sentences: Sequence[Sentence]) -> list[Reading]:
        """Return what the encoder is fitted on; there may be more of it than is read of each sentence."""
        return self.texts_read(sentences) + self.targets_read(sentences)
