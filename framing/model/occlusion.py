"""What a score falls by when a word is left out: for models whose scores are no sum over words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from framing.arrays import Values
from framing.model.classifier import TaskClassifier
from framing.model.encoders.backends import with_options
from framing.model.encoders.kinds import has_weights
from framing.progress import BAR_FROM, track
from framing.records import Sentence

PIECES = 32  # of a sentence that are left out in turn, at most: each is a text to be read
_BATCH = BAR_FROM - 1  # texts that are scored together, without a bar of their own


def left_out(
    task: TaskClassifier, sentences: Sequence[Sentence], words: Sequence[Sequence[tuple[int, int]]]
) -> Iterator[tuple[list[tuple[int, int]], Values, Values]]:
    """Give for each sentence its pieces, what each label's score falls by without a piece, and the scores.

    A piece is a word; where a sentence has more than ``PIECES``, as few words in a row as make so many pieces.

    Parameters
    ----------
    task
        A fitted classifier.
    sentences
        Sentences.
    words
        Where each sentence's words stand.

    Yields
    ------
    spans, weights, scores
        Of shapes (n_pieces, 2), (n_pieces, n_labels) and (n_labels,).
    """
    task = _forgetful(task)
    batches = list(_batches(sentences, [_left_out_in_turn(spans) for spans in words]))
    for batch in track(batches, "explaining", draw=len(batches) > 1):
        texts = [text for sentence, spans in batch for text in _variants(sentence, spans)]
        scores = label_scores(task, texts)
        at = 0
        for _, spans in batch:
            whole, without = scores[at], scores[at + 1 : at + 1 + len(spans)]
            at += 1 + len(spans)
            yield spans, whole - without, whole


def label_scores(task: TaskClassifier, sentences: Sequence[Sentence]) -> Values:
    """Return the log-odds of each label before calibration, shape (n_sentences, n_labels).

    Heads on several feature sets are fused by the calibration's slopes, scaled so that they sum to 1.
    """
    pairs = zip(task.calibrations_, task.scores(sentences), strict=True)
    by_problem = [np.tensordot(calibration.shares, scores, axes=1) for calibration, scores in pairs]
    return task.decoder.label_scores(by_problem)


def _left_out_in_turn(words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    size = max(1, -(-len(words) // PIECES))
    runs = [words[start : start + size] for start in range(0, len(words), size)]
    return [(run[0][0], run[-1][1]) for run in runs]


def _variants(sentence: Sentence, spans: Sequence[tuple[int, int]]) -> list[Sentence]:
    """Return the sentence whole, then without each piece; white space alike, which some tokenizers see."""
    text = sentence.text
    texts = (text, *(f"{text[:start]}{text[end:]}" for start, end in spans))
    return [replace(sentence, text=" ".join(one.split())) for one in texts]


def _batches(
    sentences: Sequence[Sentence], pieces: Sequence[list[tuple[int, int]]]
) -> Iterator[list[tuple[Sentence, list[tuple[int, int]]]]]:
    batch: list[tuple[Sentence, list[tuple[int, int]]]] = []
    size = 0
    for sentence, spans in zip(sentences, pieces, strict=True):
        batch.append((sentence, spans))
        size += 1 + len(spans)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _forgetful(task: TaskClassifier) -> TaskClassifier:
    """Return the classifier with encoders that keep nothing: mutilated sentences have no place on disk."""

    def forgets(encoder: Any) -> Any:
        return with_options(encoder, cache=False) if has_weights(encoder) else encoder

    features = {
        name: type(kept).restored(forgets(kept.encoder_), kept.context) for name, kept in task.features_.items()
    }
    return TaskClassifier.restored(
        task.decoder, features, task.head, task.goal, heads_=task.heads_, calibrations_=task.calibrations_
    )
