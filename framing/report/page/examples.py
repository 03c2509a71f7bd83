"""Sentences to read first: the most typical of a frame, and the most contested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framing.records import Prediction
from framing.report.page.limits import decided_by

N_EXAMPLES = 5
_NEAR = 0.15  # of the threshold: farther away nothing is contested


@dataclass(frozen=True)
class FrameExamples:
    """Sentences of one frame, as numbers.

    Parameters
    ----------
    frame
        Its label.
    threshold
        The probability from which it is decided; ``None`` where nothing says so.
    typical
        Those decided to convey it, the most probable first.
    contested
        Those nearest the threshold, or left open, on either side.
    """

    frame: str
    threshold: float | None
    typical: tuple[int, ...]
    contested: tuple[int, ...]


def frame_examples(
    predictions: Sequence[Prediction], frame: str, thresholds: Mapping[str, float], n: int = N_EXAMPLES
) -> FrameExamples:
    """Choose the examples of a frame; a text that repeats is there once.

    Parameters
    ----------
    predictions
        One a sentence.
    frame
        The label.
    thresholds
        The model's own, as far as they are known. Those of the predictions come first: a rule may have moved them.
    n
        How many of each kind.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = [(0.9, True), (0.5, True), (0.3, False), (0.0, False)]
    >>> found = frame_examples([
    ...     Prediction(Sentence(str(p)), {"gain": p}, ("gain",) if yes else ()) for p, yes in said
    ... ], "gain", {}, n=2)
    >>> found.threshold, found.typical, found.contested
    (0.4, (0, 1), (1, 2))
    """
    proba = {i: p.proba[frame] for i, p in enumerate(predictions) if frame in p.proba}
    found = [i for i in proba if frame in predictions[i].frames]
    left_open = {i for i in proba if frame in predictions[i].abstained}
    threshold = thresholds.get(frame)
    if threshold is None or not decided_by(threshold, predictions, frame):
        others = [proba[i] for i in proba.keys() - {*found, *left_open}]
        threshold = _line_between([proba[i] for i in found], others)
    typical = sorted(found, key=lambda i: (-proba[i], i))
    gaps = {} if threshold is None else {i: abs(p - threshold) for i, p in proba.items()}
    near = [i for i, gap in gaps.items() if gap <= _NEAR]
    contested = sorted({*left_open, *near}, key=lambda i: (i not in left_open, gaps.get(i, 0.0), i))
    return FrameExamples(frame, threshold, *(_distinct(order, predictions, n) for order in (typical, contested)))


def _line_between(found: Sequence[float], others: Sequence[float]) -> float | None:
    """Return what lies between those found and the others; ``None`` where nothing does, or there is none of either."""
    return round((min(found) + max(others)) / 2, 6) if found and others and max(others) <= min(found) else None


def _distinct(order: Sequence[int], predictions: Sequence[Prediction], n: int) -> tuple[int, ...]:
    chosen: dict[str, int] = {}
    for i in order:
        if len(chosen) == n:
            break
        chosen.setdefault(" ".join(predictions[i].sentence.text.split()), i)
    return tuple(chosen.values())
