"""The quoted and the narrated part of a sentence, each a sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from framing.holders.finder import passages
from framing.holders.held import Held, outlet
from framing.holders.quotes import quoted
from framing.records import Sentence, with_own_names

PART = "part"  # the column that says what a part is
_MARKS = "“”„«»\"‘’'"
_WORD = re.compile(r"[^\W_][\w’'.-]*")
# Words that a part has at least. What stands in the midst of a sentence is mostly a phrase of it ("a “gift to Moscow”
# that"), and words about who said it are no part.
_LEAST = 3
_LEAST_INSIDE = 6
_LEAST_BESIDE_CUE = 6
# Words after the cue that make indirect speech of what stands before a quoted phrase.
_INDIRECT = 4


@dataclass(frozen=True)
class _Stretch:
    """Characters of a sentence that are all quoted, or all not."""

    start: int
    end: int
    is_quoted: bool


def parted(sentences: Sequence[Sentence], held: Sequence[Held]) -> tuple[list[Sentence], list[Held]]:
    """Part sentences into what they quote and what they narrate.

    A part is a sentence of its own, with ``document[start:end] == text`` as before and the position of the whole; its
    column ``part`` is ``"quoted"`` or ``"narrated"``. A quotation of less than three words, or of less than six in the
    midst of a sentence, stays where it is, and so do words that only say who speaks ("the envoy said on Monday").

    Parameters
    ----------
    sentences
        Those of a document in its order: a quotation may go on over several.
    held
        Whose each of them is.

    Returns
    -------
    tuple of list
        The parts, in order, and whose each is: the speaker's what is quoted, or told in indirect speech, the outlet's
        or the author's what is narrated. What a coder said of a whole sentence is not said of its parts. Sentences
        that are not parted stay as they are but for their column ``part``.

    Examples
    --------
    >>> whole = Sentence("Prices rose for a third month, and “nobody here can pay,” Lund said.", start=5, end=73)
    >>> parts, held = parted([whole], [Held("Lund", 0.9, (59, 63), "said")])
    >>> [(part.text, part.start, one.holder) for part, one in zip(parts, held)]
    [('Prices rose for a third month, and', 5, 'author'), ('“nobody here can pay,” Lund said.', 40, 'Lund')]
    """
    parts: list[Sentence] = []
    whose: list[Held] = []
    masks = _masks(sentences)
    for sentence, one, mask in zip(sentences, held, masks, strict=True):
        stretches = _stretches_of(sentence.text, mask)
        kept = _kept(sentence.text, stretches, one)
        if len(kept) == 1:
            is_quoted = sum(mask) * 2 > len(mask)
            parts.append(replace(sentence, extra=_columns_of(sentence, is_quoted)))
            whose.append(one)
            continue
        before = sentence.previous
        for stretch in kept:
            part = _part_of(sentence, stretch, before)
            before = part.text
            parts.append(part)
            whose.append(_whose(sentence, stretch, one, kept))
    return parts, whose


def _masks(sentences: Sequence[Sentence]) -> list[tuple[bool, ...]]:
    """Return for each character of each sentence whether it is quoted; a quotation goes on where sentences follow."""
    masks: list[tuple[bool, ...]] = [()] * len(sentences)
    for passage in passages(sentences):
        for number, one in zip(passage.numbers, quoted(passage.texts, passage.starts), strict=True):
            if number is not None:
                masks[number] = one.mask
    return masks


def _stretches_of(text: str, mask: Sequence[bool]) -> list[_Stretch]:
    """Cut a text where quotations begin and end; their marks are theirs."""
    stretches: list[_Stretch] = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and mask[end] == mask[at]:
            end += 1
        start, is_quoted = at, mask[at]
        at = end
        if is_quoted:
            if start and text[start - 1] in _MARKS and stretches:
                before = stretches.pop()
                start -= 1
                if before.start < start:
                    stretches.append(replace(before, end=start))
            if end < len(text) and text[end] in _MARKS:
                end = at = end + 1
        if stretches and stretches[-1].is_quoted == is_quoted:
            stretches[-1] = replace(stretches[-1], end=end)
        elif end > start:
            stretches.append(_Stretch(start, end, is_quoted))
    return stretches


def _kept(text: str, stretches: Sequence[_Stretch], held: Held) -> list[_Stretch]:
    """Return the stretches that are parts; one that is too small belongs to the one beside it."""
    is_part = [_is_enough(text, stretch, held) for stretch in stretches]
    if not any(is_part):
        return [_Stretch(0, len(text), False)]
    kept: list[_Stretch] = []
    start = 0
    for stretch, enough in zip(stretches, is_part, strict=True):
        if not enough:
            if kept:
                kept[-1] = replace(kept[-1], end=stretch.end)
            continue
        if kept and kept[-1].is_quoted == stretch.is_quoted:
            kept[-1] = replace(kept[-1], end=stretch.end)
        else:
            kept.append(replace(stretch, start=kept[-1].end if kept else start))
    return kept


def _is_enough(text: str, stretch: _Stretch, held: Held) -> bool:
    words = [match.span() for match in _WORD.finditer(text, stretch.start, stretch.end)]
    if stretch.is_quoted:
        after = _WORD.search(text, stretch.end)
        inside = stretch.start > 0 and after is not None
        return len(words) >= (_LEAST_INSIDE if inside and not _is_set_off(text, stretch) else _LEAST)
    before = text[: stretch.start].rstrip()
    if text[stretch.start : stretch.end].rstrip()[-1:] in tuple(".!?") and stretch.end < len(text):
        return len(words) >= _LEAST  # a sentence of its own before the quotation
    first, last = held.span or (0, 0)
    words = [(start, end) for start, end in words if not (first <= start and end <= last)]
    cue = _cue_in(text, stretch, held)
    after_speech = before.rstrip(_MARKS)[-1:] in tuple(",?!")
    if cue is None:
        inside = bool(before) and stretch.end < len(text)
        return len(words) >= (_LEAST_INSIDE if inside or after_speech else _LEAST)
    if after_speech:
        return False  # "“We won,” said a clerk who advises them": all of it is about who spoke
    words = [(start, end) for start, end in words if not (cue[0] <= start and end <= cue[1])]
    return len(words) >= _LEAST_BESIDE_CUE


def _is_set_off(text: str, stretch: _Stretch) -> bool:
    """Whether what is quoted is set off by a mark, as direct speech is ("he said: “We won,” and left")."""
    before = text[: stretch.start].rstrip()
    return before[-1:] in ",:" or text[stretch.start : stretch.end].rstrip(_MARKS + " ")[-1:] in tuple(",.!?…")


def _cue_in(text: str, stretch: _Stretch, held: Held) -> tuple[int, int] | None:
    """Return where in a stretch the attributing words stand; ``None`` where they do not."""
    if not held.cue:
        return None
    found = re.compile(rf"(?<!\w){re.escape(held.cue)}(?!\w)").search(text, stretch.start, stretch.end)
    return None if found is None else found.span()


def _whose(sentence: Sentence, stretch: _Stretch, held: Held, kept: Sequence[_Stretch]) -> Held:
    """Return whose a part is."""
    first, last = held.span or (0, 0)
    within = held.span is not None and stretch.start <= first and last <= stretch.end
    offset = _trimmed(sentence.text, stretch)[0]
    span = (first - offset, last - offset) if within else None
    if stretch.is_quoted or _is_indirect(sentence.text, stretch, held, kept):
        return replace(held, span=span)
    return Held(outlet(sentence))


def _is_indirect(text: str, stretch: _Stretch, held: Held, kept: Sequence[_Stretch]) -> bool:
    """Whether a narrated part tells what somebody says in words that are partly quoted after it."""
    cue = _cue_in(text, stretch, held)
    followed = kept[-1] != stretch
    part = text[slice(*_trimmed(text, stretch))]
    if cue is None or not followed or part[-1:] in ",:":
        return False
    return len(_WORD.findall(text, cue[1], stretch.end)) >= _INDIRECT


def _trimmed(text: str, stretch: _Stretch) -> tuple[int, int]:
    start, end = stretch.start, stretch.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _part_of(sentence: Sentence, stretch: _Stretch, previous: str) -> Sentence:
    start, end = _trimmed(sentence.text, stretch)
    placed = sentence.start is not None
    return replace(
        sentence,
        text=sentence.text[start:end],
        previous=previous,
        start=sentence.start + start if placed else None,  # type: ignore[operator]
        end=sentence.start + end if placed else None,  # type: ignore[operator]
        frames=None,
        coded=None,
        stance=None,
        holder=None,
        extra=_columns_of(sentence, stretch.is_quoted),
    )


def _columns_of(sentence: Sentence, is_quoted: bool) -> dict[str, object]:
    """Return a sentence's own columns and what kind of part it is."""
    return {PART: "quoted" if is_quoted else "narrated", **with_own_names(sentence.extra, {PART})}
