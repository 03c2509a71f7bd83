"""What gives a label away that should not: names, sources, targets, the words of its own name, near duplicates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds, target_key
from framing.errors import InputError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import roc_auc
from framing.model.encoders import SentenceEncoder
from framing.records import Sentence
from framing.text.entities import name_lists

# From these areas under the curve a clue is told to give a label away: surely, or in part.
HIGH, SOME = 0.8, 0.65
_MAX_VALUES = 60  # a column of more different values is a text, not a property of the sentence


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    auc
        By what the guess is made from, then by label, a frame or ``stance: SIDE``: the area under the ROC curve of
        that guess on groups it has not seen; .5 is chance.
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
    """Ask how well each label can be guessed without reading the sentence.

    Guesses are logistic regressions on counts, scored on held-out groups: from *names alone*, from *the words of the
    label's own name* (their stems), from *source alone*, from each of the user's columns of few values; a stance from
    its *target alone*.

    Parameters
    ----------
    sentences
        Coded sentences; rows without codes are left out.
    codebook
        The frames, and the sides of the stance.
    encoder
        What near duplicates are found with; ``None`` leaves them out.
    similarity
        Cosine from which two sentences are near duplicates.
    seed
        Seed of folds and bootstrap.

    Raises
    ------
    InputError
        No row is coded, or there are fewer groups than folds.
    """
    of_frames = [s for s in sentences if s.frames is not None]
    of_stance = [s for s in sentences if s.stance is not None and s.target] if codebook.stance else []
    if not of_frames and not of_stance:
        raise InputError("no coded rows: an audit needs rows with 'frames', or with a 'target' and a 'stance'")
    auc: dict[str, dict[str, Estimate]] = {}
    clues = _clues(of_frames)
    for frame in codebook.frame_names if of_frames else ():
        y = np.array([float(frame in (s.frames or ())) for s in of_frames])
        own = {"words of the label's name": _label_words(of_frames, frame)}
        _add_guesses(auc, frame, _guesses(of_frames, y, clues | own, seed))
    clues = _clues(of_stance) | {"target": [[target_key(s.target)] for s in of_stance]}
    for side in codebook.stance_names if of_stance else ():
        y = np.array([float(s.stance == side) for s in of_stance])
        _add_guesses(auc, f"stance: {side}", _guesses(of_stance, y, clues, seed))
    coded = [(number, s) for number, s in enumerate(sentences, 1) if s.frames is not None or s.stance is not None]
    rows = [sentence for _, sentence in coded]
    groups = GroupedFolds(random_state=seed).groups(rows)
    pairs = _near_duplicates(rows, groups, encoder, similarity) if encoder is not None else []
    numbers = [number for number, _ in coded]
    return Audit(auc, [(numbers[a], numbers[b], cosine) for a, b, cosine in pairs])


def auc_in_words(estimate: Estimate) -> str:
    """Return what an area under the curve says of a clue; one that is below chance says nothing.

    Examples
    --------
    >>> [auc_in_words(Estimate(v, np.array([v - 0.05, v + 0.05]))) for v in (0.3, 0.52, 0.6, 0.7, 0.9)]
    ['chance', 'chance', 'little', 'some', 'high']
    """
    if estimate.interval()[0] <= 0.5:
        return "chance"
    return "high" if estimate.value >= HIGH else "some" if estimate.value >= SOME else "little"


def _add_guesses(auc: dict[str, dict[str, Estimate]], label: str, guesses: Mapping[str, Estimate]) -> None:
    for clue, estimate in guesses.items():
        auc.setdefault(clue, {})[label] = estimate


def _guesses(
    rows: Sequence[Sentence], y: NDArray[np.float64], clues: Mapping[str, list[list[str]]], seed: int
) -> dict[str, Estimate]:
    """Return how well a label is guessed, by clue; nothing where all rows have it, or none."""
    if not 0 < y.sum() < len(y):
        return {}
    split = GroupedFolds(random_state=seed)
    groups = split.groups(rows)
    folds, W = split.split([str(value) for value in y], groups), bootstrap_weights(groups, seed=seed)
    return {clue: _guess(tokens, y, folds, W) for clue, tokens in clues.items()}


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
