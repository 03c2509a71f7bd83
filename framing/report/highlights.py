"""Sentences with the words marked that carried their frames."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from framing.records import Prediction


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence, and the frames that it carried: none, or several, the strongest first."""

    text: str
    frames: tuple[str, ...]


def pieces(prediction: Prediction) -> list[Piece]:
    """Return the sentence in pieces that together are its text; whole where nothing is marked.

    Examples
    --------
    >>> from framing.records import Highlight, Sentence
    >>> marked = {"gain": (Highlight(0, 4, 1.2), Highlight(10, 15, 0.4)), "risk": (Highlight(0, 4, 1.3),)}
    >>> [(p.text, p.frames) for p in pieces(Prediction(Sentence("Vast, new gains."), highlights=marked))]
    [('Vast', ('risk', 'gain')), (', new ', ()), ('gains', ('gain',)), ('.', ())]
    """
    text = prediction.sentence.text
    marks = [(h, frame) for frame, found in (prediction.highlights or {}).items() for h in found]
    ends = sorted({0, len(text), *(end for h, _ in marks for end in (h.start, h.end))})
    found = []
    for start, end in pairwise(ends):
        here = sorted((-h.weight, frame) for h, frame in marks if h.start <= start and end <= h.end)
        found.append(Piece(text[start:end], tuple(frame for _, frame in here)))
    return found


def carried(prediction: Prediction) -> list[tuple[str, str]]:
    """Return of each frame the words that carried it, in reading order, as one text.

    Examples
    --------
    >>> from framing.records import Highlight, Sentence
    >>> marked = (Highlight(0, 5, 1.0), Highlight(6, 10, 2.0), Highlight(14, 18, 0.5))
    >>> carried(Prediction(Sentence("Great gain at last"), highlights={"gain": marked}))
    [('gain', 'Great gain … last')]
    """
    text, told = prediction.sentence.text, []
    for frame, found in (prediction.highlights or {}).items():
        words, end = "", None
        for h in found:
            gap = "" if end is None else " " if not text[end : h.start].strip() else " … "
            words, end = f"{words}{gap}{text[h.start : h.end]}", h.end
        if words:
            told.append((frame, words))
    return told
