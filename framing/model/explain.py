"""Which words carried a label: what each adds to the label's score.

Where every head of a task is linear and every encoder tells what its tokens add (``token_scores``: the mean of token
vectors, TF-IDF), the parts are exact: with the bias and with what is read beside the sentence's words they sum to the
score. Else (other heads, other poolings, a target's own vector) words are left out one after the other, and what the
score then falls by is their weight (``framing.model.occlusion``).

A score is a label's log-odds before calibration: of a frame, what its head gives; of one label among several that
exclude each other, its head's score less the mean of the others'. Heads on several feature sets are fused as the
calibration weighs them. Texts are read in full precision, also for a model that reads in half precision, whose scores
differ by a hundredth or two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from framing.arrays import Values
from framing.errors import InputError, ModelError, unknown
from framing.model.classifier import TaskClassifier
from framing.model.decisions.heads import head_scores
from framing.model.encoders.tokens import TokenScores
from framing.model.features import PairFeatures, TextFeatures
from framing.model.framing import FramingClassifier
from framing.model.occlusion import fused, left_out
from framing.records import Highlight, Prediction, Sentence
from framing.text.english import FUNCTION_WORDS

_ANY = 1  # features of a constant, which are as many as there are
TOP = 5  # highlights of a frame, at most
_STRONG = 0.25  # of the strongest word's weight: what a highlight has at least
# Chinese, Japanese, Thai, Lao, Burmese, Khmer: written without spaces, so that each token stands for itself.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PART = rf"[^\W{_UNSPACED}][\w\u0300-\u036f]*"
_WORDS = re.compile(rf"[{_UNSPACED}]|{_PART}(?:[.,'’·‐‑-]{_PART})*|[^\w\s]")


@dataclass(frozen=True)
class Explanation:
    """What the words of a sentence add to the score of a label.

    ``score`` is ``bias + rest`` and the weights of ``words``, summed.

    Parameters
    ----------
    score
        Log-odds before calibration.
    bias
        What the score would be without any text; 0 where ``exact`` is false.
    rest
        What is read beside the words: end marks, the headline, the sentence before, a target. Where ``exact`` is false,
        what the words do not account for one by one.
    words
        All words and marks of the sentence in reading order. Words that one token covers stand together; what the
        encoder did not read, beyond its longest input, weighs 0.
    exact
        Whether weights are parts of the score; else each is what the score falls by without the word.
    """

    score: float
    bias: float
    rest: float
    words: tuple[Highlight, ...]
    exact: bool

    def top(self, text: str, n: int = TOP) -> tuple[Highlight, ...]:
        """Return the words that speak for the label most, in reading order.

        At most ``n``, none with less than a quarter of the strongest word's weight; no marks, and no function words of
        English, whose vectors are full of the words around them.

        Examples
        --------
        >>> words = (Highlight(0, 4, 2.0), Highlight(5, 8, 0.1), Highlight(9, 14, 1.5), Highlight(14, 15, 3.0))
        >>> [(h.start, h.end) for h in Explanation(5.6, -1.0, 0.0, words, True).top("vast new gains!")]
        [(0, 4), (9, 14)]
        """
        words = [w for w in self.words if w.weight > 0 and is_content(text[w.start : w.end])]
        strongest = sorted(words, key=lambda w: (-w.weight, w.start))[:n]
        kept = [w for w in strongest if w.weight >= _STRONG * strongest[0].weight]
        return tuple(sorted(kept, key=lambda w: w.start))


def explain_sentences(
    model: FramingClassifier, sentences: Sequence[Sentence], task: str = "frames"
) -> list[dict[str, Explanation]]:
    """Return for each sentence what its words add to each label of a task, by label.

    Parameters
    ----------
    model
        A fitted model.
    sentences
        Sentences; for a stance with their targets.
    task
        ``"frames"`` or ``"stance"``.

    Raises
    ------
    ModelError
        The model has no such task.
    InputError
        The stance toward no target is asked for.
    """
    if task not in model.tasks:
        raise ModelError(unknown("task of this model", task, model.tasks))
    without = next((i for i, sentence in enumerate(sentences) if task == "stance" and not sentence.target), None)
    if without is not None:
        raise InputError(f"item {without}: a stance is taken toward a target, expected a Sentence(text, target=...)")
    return explain_task(model.tasks[task], sentences)


def explain_task(task: TaskClassifier, sentences: Sequence[Sentence]) -> list[dict[str, Explanation]]:
    """Return what ``explain_sentences`` does, of one task's classifier."""
    if not sentences:
        return []
    found = _exact(task, sentences)
    if found is None:
        words = [word_spans(sentence.text) for sentence in sentences]
        return [_by_fall(task.labels, *one) for one in left_out(task, sentences, words)]
    return found


def is_content(word: str) -> bool:
    """Say whether a word is neither a mark nor a function word of English.

    Examples
    --------
    >>> [word for word in ("The", "$", "40bn", "pact", "of") if is_content(word)]
    ['40bn', 'pact']
    """
    return any(map(str.isalnum, word)) and word.lower() not in FUNCTION_WORDS


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text stand, and its marks; a word may have hyphens, apostrophes and points in it.

    Examples
    --------
    >>> text = "It's a $1.5bn trade-off."
    >>> [text[start:end] for start, end in word_spans(text)]
    ["It's", 'a', '$', '1.5bn', 'trade-off', '.']
    """
    return [match.span() for match in _WORDS.finditer(text)]


def with_highlights(
    predictions: Sequence[Prediction], explanations: Sequence[Mapping[str, Explanation]]
) -> list[Prediction]:
    """Return predictions with the words that carried the frames found, and those left open.

    Parameters
    ----------
    predictions
        One a sentence, or several each, sentence by sentence.
    explanations
        One a sentence, by frame.
    """
    each = len(predictions) // max(1, len(explanations))
    found = []
    for number, prediction in enumerate(predictions):
        told, text = explanations[number // each], prediction.sentence.text
        said = {*prediction.frames, *prediction.abstained}
        tops = {label: explanation.top(text) for label, explanation in told.items() if label in said}
        found.append(replace(prediction, highlights=tops))
    return found


def _by_fall(
    labels: Sequence[str], spans: list[tuple[int, int]], weights: Values, scores: Values
) -> dict[str, Explanation]:
    """Return what ``left_out`` found of one sentence, by label."""
    told = {}
    for j, label in enumerate(labels):
        words = _highlights(spans, weights[:, j])
        told[label] = Explanation(float(scores[j]), 0.0, float(scores[j] - weights[:, j].sum()), words, False)
    return told


def _exact(task: TaskClassifier, sentences: Sequence[Sentence]) -> list[dict[str, Explanation]] | None:
    """Return the explanations where all parts of the score are linear in the tokens, else ``None``."""
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
    for i, sentence in enumerate(sentences):
        spans, weights, rest = _of_words(sentence.text, [(texts[i], scores[i]) for texts, scores in parts], n_labels)
        total = bias + rest + weights.sum(axis=0)
        numbers = enumerate(task.labels)
        found.append(
            {
                label: Explanation(
                    float(total[j]), float(bias[j]), float(rest[j]), _highlights(spans, weights[:, j]), True
                )
                for j, label in numbers
            }
        )
    return found


def _highlights(spans: Sequence[tuple[int, int]], weights: Values) -> tuple[Highlight, ...]:
    return tuple(Highlight(*span, float(weight)) for span, weight in zip(spans, weights, strict=True))


def _feature_shares(task: TaskClassifier) -> Values:
    """Return how much each feature set counts for each label, shape (n_feature_sets, n_labels); columns sum to 1."""
    slopes = np.array([calibration.slopes for calibration in task.calibrations_], dtype=float).T
    slopes = np.where(slopes.sum(axis=0) > 0, slopes, 1.0)
    shares = slopes / slopes.sum(axis=0)
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
    sizes = {coefficients.shape[1] for coefficients, _ in linear} - {_ANY}
    if len(linear) < len(task.heads_[name]) or len(sizes) != 1:
        return None
    shape = n_classes, sizes.pop()
    # As scores of so many sentences, (n_sentences, n_classes) a problem: a feature is a row, and so is the bias.
    directions = fused(task.decoder, [np.broadcast_to(coefficients, shape).T for coefficients, _ in linear])
    return directions, fused(task.decoder, [biases[None] for _, biases in linear])[0]


def _coefficients(head: Any, n_classes: int) -> tuple[Values, Values] | None:
    """Return a head's coefficients, shape (n_classes, n_features), and biases; ``None`` where it is not linear.

    Whether it is linear is tried out on a vector drawn at random, whatever the head is called.
    """
    if not hasattr(head, "coef_"):
        constant = getattr(head, "strategy", None) == "prior"  # where training had a single class
        return (np.zeros((n_classes, _ANY)), head_scores(head, np.zeros((1, 1)), n_classes)[0]) if constant else None
    if len(head.classes_) != n_classes or not hasattr(head, "decision_function"):
        return None
    coefficients = head.coef_.toarray() if sparse.issparse(head.coef_) else np.asarray(head.coef_, dtype=float)
    biases = np.broadcast_to(np.asarray(head.intercept_, dtype=float), len(coefficients))
    if len(coefficients) == 1:
        coefficients, biases = np.vstack([-coefficients, coefficients]) / 2, np.array([-biases[0], biases[0]]) / 2
    if coefficients.shape[0] != n_classes:
        return None
    probe = np.random.default_rng(0).normal(size=(1, coefficients.shape[1]))
    close = np.allclose(probe @ coefficients.T + biases, head_scores(head, probe, n_classes), atol=1e-6)
    return (coefficients, biases) if close else None


def _of_words(
    text: str, parts: Sequence[tuple[str, TokenScores]], n_labels: int
) -> tuple[list[tuple[int, int]], Values, Values]:
    """Gather what tokens add by the words that they stand in.

    Returns
    -------
    spans, weights, rest
        Where words stand in the text; what each adds, shape (n_words, n_labels); what tokens elsewhere add.
    """
    words = word_spans(text)
    word_at = np.full(len(text) + 1, -1)
    for number, (start, end) in enumerate(words):
        word_at[start:end] = number
    joined = np.zeros(max(0, len(words)), dtype=bool)  # with the word before
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
    firsts = np.flatnonzero(~joined)
    ends = [*(firsts[1:] - 1), len(words) - 1] if len(firsts) else []
    spans = [(words[first][0], words[last][1]) for first, last in zip(firsts, ends, strict=True)]
    return spans, np.add.reduceat(weights, firsts, axis=0) if len(firsts) else weights, rest
