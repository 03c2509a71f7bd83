"""Sentences as the page shows them: in an article piece by piece, in the list as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framing.model.decisions.decoders import NEUTRAL
from framing.records import Prediction, Sentence
from framing.report.grouping import AUTHOR, attributed_to, holder_of
from framing.report.highlights import Piece, pieces
from framing.report.page.axes import Axis
from framing.report.page.choice import CUT
from framing.report.page.looks import FrameLook
from framing.report.plain import cut

_STRONG = 0.5  # of a frame's largest weight: stretches from there on are marked
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


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
    pieces: Sequence[Piece]
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
    holder = attributed_to(first)
    return SentenceView(
        index,
        number,
        pieces(first, first.frames, _STRONG, CUT),
        own,
        first.proba,
        holder or None,
        first.cue if holder else None,
        first.holder_proba if holder else None,
        tuple((p.sentence.target or "", p.stance or "?") for p in group if p.stance_proba and p.stance != NEUTRAL),
        tuple((cut(one.text, CUT), ", ".join(one.frames or ()).replace("_", " ") or "no frame") for one, _ in similar),
    )


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
                cut(first.sentence.text, CUT),
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
        "author": AUTHOR,
        "neutral": NEUTRAL,
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
