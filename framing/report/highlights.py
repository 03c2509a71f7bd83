"""Sentences with the words marked that carried their frames, and those that name their holder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from framing.records import Prediction
from framing.report.plain import cut


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: the frames that it carried, the strongest first, and whether it names the holder."""

    text: str
    frames: tuple[str, ...] = ()
    holder: bool = False


def pieces(
    prediction: Prediction, frames: Collection[str] | None = None, least: float = 0.0, longest: int | None = None
) -> list[Piece]:
    """Return the sentence in pieces that together are its text; whole where nothing is marked.

    Parameters
    ----------
    prediction
        The sentence and what is marked in it.
    frames
        The frames whose words are marked. Default: all.
    least
        Words are marked whose weight is at least this share of their frame's largest.
    longest
        Characters of the text, cut where it is longer.

    Examples
    --------
    >>> from framing.records import Highlight, Sentence
    >>> marked = {"gain": (Highlight(0, 4, 1.2), Highlight(10, 15, 0.4)), "risk": (Highlight(0, 4, 1.3),)}
    >>> [(p.text, p.frames) for p in pieces(Prediction(Sentence("Vast, new gains."), highlights=marked))]
    [('Vast', ('risk', 'gain')), (', new ', ()), ('gains', ('gain',)), ('.', ())]
    >>> [(p.text, p.holder) for p in pieces(Prediction(Sentence("It pays, Lund said."), holder_span=(9, 13)))]
    [('It pays, ', False), ('Lund', True), (' said.', False)]
    """
    text = prediction.sentence.text if longest is None else cut(prediction.sentence.text, longest)
    marks = [
        (h, frame)
        for frame, found in (prediction.highlights or {}).items()
        if frames is None or frame in frames
        for h in found
        if h.weight > 0 and h.weight >= least * max(one.weight for one in found)
    ]
    first, last = prediction.holder_span or (0, 0)
    ends = {first, last, *(end for h, _ in marks for end in (h.start, h.end))}
    cuts = sorted({0, len(text), *(min(max(end, 0), len(text)) for end in ends)})
    parts = []
    for start, end in pairwise(cuts):
        here = sorted((-h.weight, frame) for h, frame in marks if h.start <= start and end <= h.end)
        carried = tuple(dict.fromkeys(frame for _, frame in here))
        parts.append(Piece(text[start:end], carried, first <= start and end <= last))
    return parts


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
