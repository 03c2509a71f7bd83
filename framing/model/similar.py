"""Similar cases: the coded sentences that a model sees nearest to a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framing.model.features import TextFeatures
from framing.model.framing import FramingClassifier
from framing.records import Sentence

_ROWS = 256  # sentences compared at once, so that memory is bounded


def similar_cases(
    model: FramingClassifier, sentences: Sequence[Sentence], coded: Sequence[Sentence], k: int = 3
) -> list[list[tuple[Sentence, float]]]:
    """Return the nearest coded sentences of each sentence, by the cosine of the model's own vectors.

    Parameters
    ----------
    model
        A fitted model; the first feature set of its first task gives the vectors, without targets.
    sentences
        What is asked about.
    coded
        Where to look: those that are coded for frames; of the same text twice the first.
    k
        How many, where there are so many.

    Returns
    -------
    list of lists of (Sentence, float)
        The nearest first, with its cosine rounded to six decimals; of those as near, the first of ``coded`` first.
    """
    by_text: dict[str, Sentence] = {}
    for sentence in coded:
        if sentence.frames is not None:
            by_text.setdefault(sentence.text, sentence)
    cases = list(by_text.values())
    if not sentences or not cases or k < 1:
        return [[] for _ in sentences]
    from sklearn.preprocessing import normalize

    there = normalize(sentence_vectors(model, cases))
    found = []
    for start in range(0, len(sentences), _ROWS):
        here = normalize(sentence_vectors(model, sentences[start : start + _ROWS]))
        product = here @ there.T
        cosines = np.round(np.asarray(product.toarray() if hasattr(product, "toarray") else product, dtype=float), 6)
        for row in cosines:
            nearest = np.argsort(-row, kind="stable")[:k]
            found.append([(cases[i], float(row[i])) for i in nearest])
    return found


def sentence_vectors(model: FramingClassifier, sentences: Sequence[Sentence]) -> Any:
    """Return sentences as a model sees them, without targets: by the first feature set of its first task.

    Returns
    -------
    ndarray or sparse matrix of shape (n_sentences, n_dimensions)
    """
    first = next(iter(next(iter(model.tasks.values())).features_.values()))
    return TextFeatures.restored(first.encoder_, first.context).transform(sentences)
