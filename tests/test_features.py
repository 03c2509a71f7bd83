"""From sentences to arrays: what a head gets to see."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone

from framing.model.encoders import WordVectorizer
from framing.model.features import TargetFeatures, TextFeatures
from framing.records import Sentence


class Lengths(TransformerMixin, BaseEstimator):
    """A dense encoder: characters and words."""

    def fit(self, texts, y=None):
        return self

    def transform(self, texts):
        return np.array([[len(text), len(text.split())] for text in texts], dtype=float)


def test_text_features_are_the_encoders_vectors_and_nothing_else():
    rows = [
        Sentence("a deal", headline="Storm", previous="It rains.", target="the deal"),
        Sentence("no deal at all"),
    ]
    assert TextFeatures(Lengths()).fit(rows).transform(rows).tolist() == [[6, 2], [14, 4]]


def test_target_features_are_text_target_product_and_difference():
    rows = [Sentence("a deal", target="it"), Sentence("no deal at all")]
    assert TargetFeatures(Lengths()).fit(rows).transform(rows).tolist() == [
        [6, 2, 2, 1, 12, 2, 4, 1],
        [14, 4, 0, 0, 0, 0, 14, 4],
    ]


def test_dense_and_sparse_target_features_are_the_same_numbers():
    rows = [Sentence("sanctions hurt", target="sanctions"), Sentence("sanctions work", target="exports hurt")]
    features = TargetFeatures(WordVectorizer(max_n=1, min_df=1)).fit(rows)
    X = features.transform(rows)
    assert sparse.issparse(X)
    text = features.encoder_.transform([s.text for s in rows]).toarray()
    target = features.encoder_.transform([s.target for s in rows]).toarray()
    assert np.array_equal(X.toarray(), np.hstack([text, target, text * target, np.abs(text - target)]))


def test_words_of_the_target_are_learned_only_where_the_target_is_a_feature():
    rows = [Sentence("sanctions hurt", target="exports"), Sentence("nothing moves")]
    words = WordVectorizer(max_n=1, min_df=1)
    assert "exports" not in TextFeatures(words).fit(rows).encoder_.vectorizer_.vocabulary_
    assert "exports" in TargetFeatures(words).fit(rows).encoder_.vectorizer_.vocabulary_


def test_fitting_leaves_the_encoder_that_was_given_as_it_was():
    words = WordVectorizer(max_n=1, min_df=1)
    fitted = TextFeatures(words).fit([Sentence("a deal")])
    assert not hasattr(words, "vectorizer_")
    assert not hasattr(clone(fitted), "encoder_")
