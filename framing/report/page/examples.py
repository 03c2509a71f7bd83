"""Sentences to read first: the most typical of a frame, and the most contested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framing.records import Prediction

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
    others = [i for i in proba if frame not in predictions[i].frames]
    threshold = _line_between([proba[i] for i in found], [proba[i] for i in others])
    given = thresholds.get(frame)
    if given is not None and all((proba[i] >= given) == (frame in predictions[i].frames) for i in proba):
        threshold = given
    typical = sorted(found, key=lambda i: (-proba[i], i))
    contested: list[int] = []
    if threshold is not None:
        contested = sorted(proba, key=lambda i: (frame not in predictions[i].abstained, abs(proba[i] - threshold), i))
    return FrameExamples(frame, threshold, *(_distinct(order, predictions, n) for order in (typical, contested)))


def _line_between(found: Sequence[float], others: Sequence[float]) -> float | None:
    """Return what lies between those found and the others; ``None`` where there is none of either."""
    return round((min(found) + max(others)) / 2, 6) if found and others else None


def _distinct(order: Sequence[int], predictions: Sequence[Prediction], n: int) -> tuple[int, ...]:
    chosen: dict[str, int] = {}
    for i in order:
        if len(chosen) == n:
            break
        chosen.setdefault(" ".join(predictions[i].sentence.text.split()), i)
    return tuple(chosen.values())
