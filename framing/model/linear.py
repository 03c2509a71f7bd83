"""What each word adds to a score that is a sum over words: linear heads on encoders that tell what their tokens add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framing.arrays import Values
from framing.model.classifier import TaskClassifier
from framing.model.decisions.heads import head_scores
from framing.model.encoders.tokens import TokenScores
from framing.model.features import PairFeatures, TextFeatures
from framing.records import Sentence

_BROADCAST = 1  # a constant head fits any number of features


def parts_of_words(
    task: TaskClassifier, sentences: Sequence[Sentence], words: Sequence[Sequence[tuple[int, int]]]
) -> list[tuple[list[tuple[int, int]], Values, Values, Values]] | None:
    """Return for each sentence its pieces, and what each label's score is the sum of.

    A piece is a word, or words that one token covers.

    Parameters
    ----------
    task
        A fitted classifier.
    sentences
        Sentences.
    words
        Where each sentence's words stand.

    Returns
    -------
    list of (spans, weights, bias, rest), or None
        Shapes (n_pieces, 2), (n_pieces, n_labels), (n_labels,) and (n_labels,): where the pieces stand, what each adds,
        what the score is without any text, and what is read beside the words. ``None`` where a part of a score is not
        linear in the tokens.
    """
    n_labels = len(task.labels)
    share = _feature_shares(task)
    bias = np.zeros(n_labels)
    parts: list[tuple[list[str], list[TokenScores]]] = []
    for number, (name, features) in enumerate(task.features_.items()):
        encoder = features.encoder_
        if type(features) not in (TextFeatures, PairFeatures) or not hasattr(encoder, "token_scores"):
            return None
        linear = _linear(task, name)
        if linear is None:
            return None
        directions, intercepts = linear
        texts = [str(text) for text in features.texts_read(sentences)]
        scores = encoder.token_scores(texts, directions * share[number])
        if scores is None:
            return None
        bias += intercepts * share[number]
        parts.append((texts, scores))
    found = []
    for i, (sentence, spans) in enumerate(zip(sentences, words, strict=True)):
        pieces, weights, rest = _of_words(
            sentence.text, spans, [(texts[i], scores[i]) for texts, scores in parts], n_labels
        )
        found.append((pieces, weights, bias, rest))
    return found


def _feature_shares(task: TaskClassifier) -> Values:
    """Return how much each feature set counts for each label, shape (n_feature_sets, n_labels); columns sum to 1."""
    shares = np.column_stack([calibration.shares for calibration in task.calibrations_])
    return np.repeat(shares, len(task.labels), axis=1) if task.decoder.exclusive else shares


def _linear(task: TaskClassifier, name: str) -> tuple[Values, Values] | None:
    """Return directions and biases of the labels' scores on a feature set; ``None`` where a head is not linear.

    Returns
    -------
    tuple of ndarray, or None
        Shapes (n_features, n_labels) and (n_labels,).
    """
    n_classes = task.decoder.n_classes
    linear = [found for head in task.heads_[name] if (found := _coefficients(head, n_classes)) is not None]
    sizes = {coefficients.shape[1] for coefficients, _ in linear} - {_BROADCAST}
    if len(linear) < len(task.heads_[name]) or len(sizes) != 1:
        return None
    shape = n_classes, sizes.pop()
    # As scores of so many sentences, (n_sentences, n_classes) a problem: a feature is a row, and so is the bias.
    directions = task.decoder.label_scores([np.broadcast_to(coefficients, shape).T for coefficients, _ in linear])
    return directions, task.decoder.label_scores([biases[None] for _, biases in linear])[0]


def _coefficients(head: Any, n_classes: int) -> tuple[Values, Values] | None:
    """Return a head's coefficients, shape (n_classes, n_features), and biases; ``None`` where it is not linear.

    Whether it is linear is tried out on a vector drawn at random, whatever the head is called.
    """
    if not hasattr(head, "coef_"):
        constant = getattr(head, "strategy", None) == "prior"  # where training had a single class
        return (
            (np.zeros((n_classes, _BROADCAST)), head_scores(head, np.zeros((1, 1)), n_classes)[0]) if constant else None
        )
    if len(head.classes_) != n_classes or not hasattr(head, "decision_function"):
        return None
    coefficients = head.coef_.toarray() if hasattr(head.coef_, "toarray") else np.asarray(head.coef_, dtype=float)
    biases = np.broadcast_to(np.asarray(head.intercept_, dtype=float), len(coefficients))
    if len(coefficients) == 1:
        coefficients, biases = np.vstack([-coefficients, coefficients]) / 2, np.array([-biases[0], biases[0]]) / 2
    if coefficients.shape[0] != n_classes:
        return None
    probe = np.random.default_rng(0).normal(size=(1, coefficients.shape[1]))
    close = np.allclose(probe @ coefficients.T + biases, head_scores(head, probe, n_classes), atol=1e-6)
    return (coefficients, biases) if close else None


def _of_words(
    text: str, words: Sequence[tuple[int, int]], parts: Sequence[tuple[str, TokenScores]], n_labels: int
) -> tuple[list[tuple[int, int]], Values, Values]:
    """Gather what tokens add by the words that they stand in.

    Returns
    -------
    spans, weights, rest
        Where words stand in the text; what each adds, shape (n_words, n_labels); what tokens elsewhere add.
    """
    word_at = np.full(len(text) + 1, -1)
    for number, (start, end) in enumerate(words):
        word_at[start:end] = number
    joined = np.zeros(len(words), dtype=bool)  # with the word before
    rest = np.zeros(n_labels)
    weights = np.zeros((len(words), n_labels))
    for read, tokens in parts:
        shift = len(read) - len(text)  # what stands before the sentence is its context, or its target
        for (start, end), score in zip(tokens.spans, tokens.scores, strict=True):
            inside = word_at[max(0, start - shift) : max(0, end - shift)]
            inside = inside[inside >= 0]
            if not len(inside):
                rest += score
                continue
            weights[inside[0]] += score
            joined[inside[0] + 1 : inside[-1] + 1] = True
    firsts = np.flatnonzero(~joined).tolist()
    ends = [*(first - 1 for first in firsts[1:]), len(words) - 1] if firsts else []
    spans = [(words[first][0], words[last][1]) for first, last in zip(firsts, ends, strict=True)]
    return spans, np.add.reduceat(weights, firsts, axis=0) if firsts else weights, rest
