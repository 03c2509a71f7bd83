"""What gives a frame away that should not: names, sources, the words of the label's own name, near duplicates."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds
from framing.errors import InputError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import roc_auc
from framing.model.encoders import SentenceEncoder
from framing.records import Sentence
from framing.text.entities import name_lists

_MAX_VALUES = 60  # a column of more different values is a text, not a property of the sentence


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    auc
        By what the guess is made from, then by frame: the area under the ROC curve of that guess on groups it has
        not seen; .5 is chance.
    near_duplicates
        ``(row, row, cosine)`` of sentences in different groups, rows counted from 1, closest first.
    """

    auc: dict[str, dict[str, Estimate]]
    near_duplicates: list[tuple[int, int, float]]


def audit_sentences(
    sentences: Sequence[Sentence],
    codebook: Codebook,
    encoder: SentenceEncoder | None = None,
    *,
    similarity: float = 0.92,
    seed: int = 0,
) -> Audit:
    """Ask how well each frame can be guessed without reading the sentence.

    Guesses are logistic regressions on counts, scored on held-out groups: from *names alone*, from *the words of the
    label's own name* (their stems), from *source alone*, and from each of the user's columns of few values.

    Parameters
    ----------
    sentences
        Coded sentences; rows without codes are left out.
    codebook
        The frames.
    encoder
        What near duplicates are found with; ``None`` leaves them out.
    similarity
        Cosine from which two sentences are near duplicates.
    seed
        Seed of folds and bootstrap.

    Raises
    ------
    InputError
        No row is coded for frames, or there are fewer groups than folds.
    """
    coded = [(number, s) for number, s in enumerate(sentences, 1) if s.frames is not None]
    if not coded:
        raise InputError("no coded rows: an audit needs rows with 'frames'")
    rows = [sentence for _, sentence in coded]
    split = GroupedFolds(random_state=seed)
    groups = split.groups(rows)
    W = bootstrap_weights(groups, seed=seed)
    clues = _clues(rows)
    auc: dict[str, dict[str, Estimate]] = {name: {} for name in clues}
    auc["words of the label's name"] = {}
    for frame in codebook.frame_names:
        y = np.array([float(frame in (s.frames or ())) for s in rows])
        if not 0 < y.sum() < len(y):
            continue
        folds = split.split([str(value) for value in y], groups)
        for name, tokens in clues.items():
            auc[name][frame] = _guess(tokens, y, folds, W)
        auc["words of the label's name"][frame] = _guess(_label_words(rows, frame), y, folds, W)
    pairs = _near_duplicates(rows, groups, encoder, similarity) if encoder is not None else []
    numbers = [number for number, _ in coded]
    return Audit(auc, [(numbers[a], numbers[b], cosine) for a, b, cosine in pairs])


def _clues(rows: Sequence[Sentence]) -> dict[str, list[list[str]]]:
    """Return lists of tokens by the name of the clue."""
    clues: dict[str, list[list[str]]] = {"names": name_lists([s.text for s in rows])}
    columns: dict[str, Callable[[Sentence], str]] = {"source": lambda s: s.source}
    for name in sorted({name for s in rows for name in s.extra}):
        columns[name] = lambda s, name=name: str(s.extra.get(name) or "")  # type: ignore[misc]
    for name, value in columns.items():
        values = [value(s) for s in rows]
        if 1 < len(set(values) - {""}) <= _MAX_VALUES:
            clues[name] = [[v] for v in values]
    return clues


def _label_words(rows: Sequence[Sentence], frame: str) -> list[list[str]]:
    stems = [word[:6].lower() for word in re.split(r"[_\W]+", frame) if len(word) > 3]
    return [[stem for stem in stems if stem in s.text.lower()] for s in rows]


def _guess(tokens: list[list[str]], y: NDArray[np.float64], folds: Sequence[tuple], W: NDArray[np.float64]) -> Estimate:
    """Score a guess from tokens alone on held-out groups."""
    scores = np.zeros(len(y))
    for train, test in folds:
        if not any(tokens[i] for i in train) or len(set(y[train])) < 2:
            continue
        guess = make_pipeline(CountVectorizer(analyzer=_as_it_is), LogisticRegression(class_weight="balanced"))
        guess.fit([tokens[i] for i in train], y[train])
        scores[test] = guess.decision_function([tokens[i] for i in test])
    return Estimate.of(roc_auc(y, scores, W))


def _as_it_is(tokens: list[str]) -> list[str]:
    return tokens


def _near_duplicates(
    rows: Sequence[Sentence], groups: NDArray[np.intp], encoder: SentenceEncoder, similarity: float
) -> list[tuple[int, int, float]]:
    vectors = encoder.transform([s.text for s in rows])
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    pairs = []
    for start in range(0, len(rows), 1000):
        cosines = vectors[start : start + 1000] @ vectors.T
        for i, j in np.argwhere(cosines >= similarity):
            one = start + int(i)
            if one < j and groups[one] != groups[j]:
                pairs.append((one, int(j), float(cosines[i, j])))
    return sorted(pairs, key=lambda pair: -pair[2])
