"""Words as features: TF-IDF, the baseline of every encoder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from framing.arrays import Values
from framing.errors import EncoderError
from framing.model.encoders.tokens import TokenScores


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
        try:
            self.vectorizer_ = self._unfitted().fit(texts)
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise EncoderError(f"{self} cannot learn words from {len(texts):,} texts: {reason}") from error
        return self

    def _unfitted(self) -> TfidfVectorizer:
        return TfidfVectorizer(
            ngram_range=(1, self.max_n),
            min_df=self.min_df,
            sublinear_tf=self.sublinear_tf,
            stop_words=self.stop_words,
            max_features=self.max_features,
            strip_accents="unicode",
        )

    def is_plain(self) -> bool:
        """Say whether what was loaded reads words as ``fit`` made it read them: scikit-learn's own could open files."""
        fitted: Any = getattr(self, "vectorizer_", None)
        return type(fitted) is TfidfVectorizer and str(fitted.get_params()) == str(self._unfitted().get_params())

    def transform(self, texts: Iterable[str]) -> Any:
        """Return the weights, a sparse array of shape (n_texts, n_terms)."""
        return self.vectorizer_.transform(texts)

    def token_scores(self, texts: Sequence[str], directions: Values) -> list[TokenScores]:
        """Return what each word of some texts adds to linear scores of their weights.

        Parameters
        ----------
        texts
            Texts.
        directions
            Shape (n_terms, n_scores): a score is the text's weights times a column.

        Returns
        -------
        list of TokenScores
            One a text. The words of a term of several share alike in what it adds.
        """
        weights = self.transform(texts).tocsr()
        return [self._word_scores(text, weights[row], directions) for row, text in enumerate(texts)]

    def _word_scores(self, text: str, weights: Any, directions: Values) -> TokenScores:
        vectorizer = self.vectorizer_
        stops, terms = vectorizer.get_stop_words() or (), vectorizer.vocabulary_
        read = vectorizer.build_preprocessor()
        plain = read(text)
        found = [match for match in re.finditer(vectorizer.token_pattern, plain) if match.group() not in stops]
        runs = [
            (at, size, terms[term])
            for size in range(1, self.max_n + 1)
            for at in range(len(found) - size + 1)
            if (term := " ".join(match.group() for match in found[at : at + size])) in terms
        ]
        times = Counter(column for *_, column in runs)
        scores = np.zeros((len(found), directions.shape[1]))
        for at, size, column in runs:
            scores[at : at + size] += weights[0, column] * directions[column] / (times[column] * size)
        # Of each character as it is read where it stands in the text: it may lose an accent, or become two.
        pieces = [read(character) for character in text]
        where = [number for number, piece in enumerate(pieces) for _ in piece]
        known = "".join(pieces) == plain
        spans = [(where[m.start()], where[m.end() - 1] + 1) if known else (0, 0) for m in found]
        return TokenScores(spans, scores)
