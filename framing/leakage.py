"""What gives a label away that should not: names, sources, targets, the words of its own name, near duplicates."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from framing.arrays import Codes, Fold, Rows, Values
from framing.codebook import Codebook
from framing.corpus.audit import words_of
from framing.corpus.splits import GroupedFolds, target_key
from framing.errors import InputError
from framing.measure.ceiling import CODERS
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import roc_auc
from framing.model.encoders import SentenceEncoder
from framing.periods import fitting_period, iso_date, period_of
from framing.records import Sentence
from framing.text.entities import name_lists

# From these areas under the curve a clue is told to give a label away: surely, or in part; and the word for not.
HIGH, SOME, CHANCE = 0.8, 0.65, "chance"
TARGET = "target"
_MAX_VALUES = 60  # a column of more different values is a text, not a property of the sentence
_QUICK_REPLICATES = 200


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    auc
        By what the guess is made from, then by label, a frame or ``stance: SIDE``: the area under the ROC curve of
        that guess on groups it has not seen; .5 is chance.
    near_duplicates
        ``(row, row, cosine)`` of sentences on different sides, of other words, rows counted from 1, closest first.
    """

    auc: dict[str, dict[str, Estimate]]
    near_duplicates: list[tuple[int, int, float]]


def audit_sentences(
    sentences: Sequence[Sentence],
    codebook: Codebook,
    encoder: SentenceEncoder | None = None,
    *,
    sides: Sequence[Hashable] | None = None,
    similarity: float = 0.92,
    seed: int = 0,
) -> Audit:
    """Ask how well each label can be guessed without reading the sentence.

    Guesses are logistic regressions on counts, scored on held-out groups: from *names alone*, from *the words of the
    label's own name* (their stems), from *source*, *date* or *target alone*, and from each of the user's columns of few
    values, such as who coded the row.

    Parameters
    ----------
    sentences
        Coded sentences; rows without codes are left out.
    codebook
        The frames, and the sides of the stance.
    encoder
        What near duplicates are found with; ``None`` leaves them out.
    sides
        Where each row is, shape (n_sentences,), such as the part of a split; default its group.
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
    clues = _clues(of_stance) | {TARGET: [[target_key(s.target)] for s in of_stance]}
    for side in codebook.stance_names if of_stance else ():
        y = np.array([float(s.stance == side) for s in of_stance])
        _add_guesses(auc, f"stance: {side}", _guesses(of_stance, y, clues, seed))
    coded = [(number, s) for number, s in enumerate(sentences, 1) if s.frames is not None or s.stance is not None]
    rows = [sentence for _, sentence in coded]
    apart = list(GroupedFolds().groups(rows)) if sides is None else [sides[number - 1] for number, _ in coded]
    pairs = _near_duplicates(rows, apart, encoder, similarity) if encoder is not None else []
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
        return CHANCE
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
    names = {"names": name_lists([s.text for s in rows])}
    return names | {name: [[value] for value in values] for name, values in clue_columns(rows).items()}


def clue_columns(rows: Sequence[Sentence]) -> dict[str, list[str]]:
    """Return the columns that could give a label away, those of few values: source, date, target, the user's own.

    Examples
    --------
    >>> rows = [Sentence("It rains.", source="A", date="2026-03-01"), Sentence("It snows.", source="B", date="2026-03")]
    >>> clue_columns(rows)
    {'source': ['A', 'B']}
    """
    dates = [iso_date(s.date) or "" for s in rows]
    period = fitting_period([day for day in dates if day])
    columns = {
        "source": [s.source for s in rows],
        "date": [period_of(day or None, period) or "" for day in dates],
        TARGET: [target_key(s.target) for s in rows],
    }
    for name in sorted({name for s in rows for name in s.extra} - {CODERS}):  # what coders said is the label itself
        columns[name] = [str(s.extra.get(name) or "") for s in rows]
    return {name: values for name, values in columns.items() if 1 < len(set(values) - {""}) <= _MAX_VALUES}


def shortcuts_in(
    sentences: Sequence[Sentence], Y: Codes, labels: Sequence[str], groups: Rows, folds: Sequence[Fold]
) -> dict[str, dict[str, Estimate]]:
    """Ask in a moment which columns give a label away to a high degree: a guess by the label's rate for each value.

    Parameters
    ----------
    sentences, Y, groups
        The coded rows: sentences, codes of shape (n_rows, n_labels), group numbers of shape (n_rows,).
    labels
        Label names, the columns of ``Y``.
    folds
        ``(train, test)`` row numbers; rates are those of the training part.

    Returns
    -------
    dict of dict of Estimate
        By column, then by label: areas under the ROC curve on held-out rows, those of ``HIGH`` or more alone.

    Examples
    --------
    >>> rows = [Sentence("It rains.", source="AB"[i % 2]) for i in range(40)]
    >>> Y, halves = np.array([[i % 2.0] for i in range(40)]), np.split(np.arange(40), 2)
    >>> found = shortcuts_in(rows, Y, ["rain"], np.arange(40), [(halves[0], halves[1]), (halves[1], halves[0])])
    >>> found["source"]["rain"].value
    1.0
    """
    tested = np.unique(np.concatenate([test for _, test in folds]))
    found: dict[str, dict[str, Estimate]] = {}
    for name, values in clue_columns(sentences).items():
        codes = np.unique(values, return_inverse=True)[1]
        scores = _held_out_rates(codes, Y, folds)
        for label, y, score in zip(labels, Y.T, scores.T, strict=True):
            rows = tested[~np.isnan(y[tested])]
            if not 0 < y[rows].sum() < len(rows) or roc_auc(y[rows], score[rows], np.ones((1, len(rows))))[0] < HIGH:
                continue
            W = bootstrap_weights(np.unique(groups[rows], return_inverse=True)[1], _QUICK_REPLICATES)
            estimate = Estimate.of(roc_auc(y[rows], score[rows], W))
            if estimate.interval()[0] > 0.5:
                found.setdefault(name, {})[label] = estimate
    return found


def _held_out_rates(codes: Rows, Y: Codes, folds: Sequence[Fold]) -> Values:
    """Return for each held-out row how often rows of its value have each label in the training part."""
    scores = np.full(Y.shape, np.nan)
    known = (~np.isnan(Y)).astype(float)
    marked = np.nan_to_num(Y)
    for train, test in folds:
        n_values = codes.max() + 1
        hits, n = (np.zeros((n_values, Y.shape[1])) for _ in range(2))
        np.add.at(hits, codes[train], marked[train])
        np.add.at(n, codes[train], known[train])
        mean = hits.sum(axis=0) / np.maximum(n.sum(axis=0), 1)
        scores[test] = ((hits + mean) / (n + 1))[codes[test]]
    return scores


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
    rows: Sequence[Sentence], sides: Sequence[Hashable], encoder: SentenceEncoder, similarity: float
) -> list[tuple[int, int, float]]:
    vectors = encoder.transform([s.text for s in rows])
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    said = [words_of(s.text) for s in rows]
    pairs = []
    for start in range(0, len(rows), 1000):
        cosines = vectors[start : start + 1000] @ vectors.T
        for i, j in np.argwhere(cosines >= similarity):
            one = start + int(i)
            if one < j and sides[one] != sides[j] and said[one] != said[j]:
                pairs.append((one, int(j), float(cosines[i, j])))
    return sorted(pairs, key=lambda pair: -pair[2])
