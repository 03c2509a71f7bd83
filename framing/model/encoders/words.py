"""Words as features: TF-IDF, the baseline of every encoder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from framing.errors import EncoderError


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
