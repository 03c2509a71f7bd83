"""Which words carried a label: what each adds to the label's score.

Where every head of a task is linear and every encoder tells what its tokens add (the mean of token vectors, TF-IDF),
the parts are exact: with the bias and with what is read beside the sentence's words they sum to the score
(``framing.model.linear``). Else (other heads, other poolings, a target's own vector) words are left out one after the
other, and what the score then falls by is their weight (``framing.model.occlusion``).

A score is a label's log-odds before calibration: of a frame, what its head gives; of one label among several that
exclude each other, its head's score less the mean of the others'. Heads on several feature sets are fused as the
calibration weighs them. Texts are read in full precision, also for a model that reads in half precision, whose scores
differ by a hundredth or two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from framing.arrays import Values
from framing.errors import InputError, ModelError, unknown
from framing.model.classifier import TaskClassifier
from framing.model.framing import FramingClassifier
from framing.model.linear import parts_of_words
from framing.model.occlusion import left_out
from framing.records import Highlight, Prediction, Sentence
from framing.text.english import FUNCTION_WORDS

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
    words = [word_spans(sentence.text) for sentence in sentences]
    parts = parts_of_words(task, sentences, words)
    if parts is None:
        return [_by_fall(task.labels, *one) for one in left_out(task, sentences, words)]
    return [_by_part(task.labels, *one) for one in parts]


def is_content(word: str) -> bool:
    """Say whether a word is neither a mark nor a function word of English.

    Examples
    --------
    >>> [word for word in ("The", "$", "40bn", "pact", "of", "don’t") if is_content(word)]
    ['40bn', 'pact']
    """
    return any(map(str.isalnum, word)) and word.lower().replace("’", "'") not in FUNCTION_WORDS


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


def _by_part(
    labels: Sequence[str], spans: list[tuple[int, int]], weights: Values, bias: Values, rest: Values
) -> dict[str, Explanation]:
    """Return what ``parts_of_words`` found of one sentence, by label."""
    total = bias + rest + weights.sum(axis=0)
    return {
        label: Explanation(float(total[j]), float(bias[j]), float(rest[j]), _highlights(spans, weights[:, j]), True)
        for j, label in enumerate(labels)
    }


def _by_fall(
    labels: Sequence[str], spans: list[tuple[int, int]], weights: Values, scores: Values
) -> dict[str, Explanation]:
    """Return what ``left_out`` found of one sentence, by label."""
    told = {}
    for j, label in enumerate(labels):
        words = _highlights(spans, weights[:, j])
        told[label] = Explanation(float(scores[j]), 0.0, float(scores[j] - weights[:, j].sum()), words, False)
    return told


def _highlights(spans: Sequence[tuple[int, int]], weights: Values) -> tuple[Highlight, ...]:
    return tuple(Highlight(*span, float(weight)) for span, weight in zip(spans, weights, strict=True))
