"""Sentences as the page shows them: in an article piece by piece, in the list as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from framing.records import Prediction, Sentence
from framing.report.grouping import AUTHOR, holder_of
from framing.report.page.axes import Axis
from framing.report.page.choice import cut
from framing.report.page.looks import FrameLook

_STRONG = 0.5  # of a frame's largest weight: stretches from there on are marked
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class TextPiece:
    """A stretch of a sentence: whether it names the holder, and which frames its words carried."""

    text: str
    holder: bool
    carried: tuple[FrameLook, ...]


@dataclass(frozen=True)
class SentenceView:
    """A sentence of an article.

    Parameters
    ----------
    index
        Its number among all sentences.
    number
        Its number in its document, from 1.
    pieces
        Its text.
    looks
        The frames that it conveys.
    proba
        The probability of each frame, by label.
    holder, cue, holder_proba
        Whose it is, by which words, how surely; ``holder`` is ``None`` where it is the author's.
    stances
        Target and stance, where it is on a side or left open.
    similar
        Similar coded sentences: text and codes.
    """

    index: int
    number: int
    pieces: tuple[TextPiece, ...]
    looks: tuple[FrameLook, ...]
    proba: Mapping[str, float]
    holder: str | None
    cue: str | None
    holder_proba: float | None
    stances: tuple[tuple[str, str], ...]
    similar: tuple[tuple[str, str], ...]


def sentence_view(
    index: int,
    number: int,
    group: Sequence[Prediction],
    looks: Sequence[FrameLook],
    similar: Sequence[tuple[Sentence, float]] = (),
) -> SentenceView:
    """Return a sentence as an article shows it; ``group`` has a prediction a target."""
    first = group[0]
    own = tuple(look for look in looks if look.name in first.frames)
    holder = holder_of(first)
    attributed = holder not in (AUTHOR, first.sentence.source.strip())
    return SentenceView(
        index,
        number,
        sentence_pieces(first, own),
        own,
        first.proba,
        holder if attributed else None,
        first.cue if attributed else None,
        first.holder_proba if attributed else None,
        tuple((p.sentence.target or "", p.stance or "?") for p in group if p.stance_proba and p.stance != "neutral"),
        tuple((cut(one.text), ", ".join(one.frames or ()).replace("_", " ") or "no frame") for one, _ in similar),
    )


def sentence_pieces(prediction: Prediction, looks: Sequence[FrameLook]) -> tuple[TextPiece, ...]:
    """Cut a sentence where its holder's name, or words that carried a frame, begin and end.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = Prediction(Sentence("It pays, Lund said."), holder_span=(9, 13))
    >>> [(piece.text, piece.holder) for piece in sentence_pieces(said, ())]
    [('It pays, ', False), ('Lund', True), (' said.', False)]
    """
    text = cut(prediction.sentence.text)
    spans: list[tuple[int, int, FrameLook | None]] = []
    if prediction.holder_span:
        spans.append((*prediction.holder_span, None))
    for look in looks:
        marks = (prediction.highlights or {}).get(look.name, ())
        strongest = max((mark.weight for mark in marks), default=0.0)
        spans += [(m.start, m.end, look) for m in marks if m.weight > 0 and m.weight >= _STRONG * strongest]
    places = sorted({0, len(text), *(min(max(p, 0), len(text)) for start, end, _ in spans for p in (start, end))})
    pieces = []
    for start, end in pairwise(places):
        over = [look for first, last, look in spans if first <= start and end <= last]
        carried = tuple(dict.fromkeys(look for look in over if look is not None))
        pieces.append(TextPiece(text[start:end], None in over, carried))
    return tuple(pieces)


def list_data(
    chosen: Sequence[int],
    groups: Sequence[Sequence[Prediction]],
    numbers: Sequence[int],
    looks: Sequence[FrameLook],
    targets: Sequence[str],
    axes: Sequence[Axis],
    in_article: set[int],
) -> dict[str, Any]:
    """Return what the list of sentences is made of in the browser."""
    classes = list(dict.fromkeys(c for group in groups for p in group for c in p.stance_proba or ()))
    documents: dict[str, int] = {}
    items = []
    for i in chosen:
        first = groups[i][0]
        holder = holder_of(first)
        stances = {p.sentence.target: p.stance for p in groups[i] if p.stance is not None}
        items.append(
            [
                i if i in in_article else -1,
                cut(first.sentence.text),
                documents.setdefault(cut(first.sentence.doc_id, 120), len(documents)),
                numbers[i],
                cut(holder, 80),
                cut(first.cue or "", 40),
                [n for n, look in enumerate(looks) if look.name in first.frames],
                [round(100 * first.proba.get(look.name, 0)) for look in looks],
                [classes.index(stances[t]) if t in stances else -1 for t in targets],
                [axis.of_sentence[i] for axis in axes],
                link_of(first),
            ]
        )
    return {
        "frames": [{"title": look.title, "tag": look.tag} for look in looks],
        "targets": list(targets),
        "classes": classes,
        "documents": list(documents),
        "axes": [{"by": axis.by, "names": [cut(name, 80) for name in axis.names]} for axis in axes],
        "total": len(groups),
        "items": items,
    }


def link_of(prediction: Prediction) -> str:
    """Return where the text can be read, if its row says so: a column ``url``, or the document's name."""
    sentence = prediction.sentence
    for place in (sentence.extra.get("url"), sentence.doc_id):
        if isinstance(place, str) and place.startswith(("https://", "http://")) and len(place) <= 500:
            return place
    return ""


def script_json(data: Any) -> str:
    r"""Return JSON that cannot end the script it stands in.

    Examples
    --------
    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)
