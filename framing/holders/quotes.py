"""Which characters of a document's sentences stand in quotation marks, over sentences and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OPENING, _CLOSING, _STRAIGHT = "“„«", "”»", '"'
# Single marks count within one sentence only: elsewhere they are apostrophes.
_SINGLE = re.compile(r"(?<!\w)[‘'](?=\w)([^‘“\"]{12,}?[,.!?…])[’'](?!\w)")
_DOUBLED_OPEN = re.compile(r"(?<!\w)''(?=\w)")
# A quotation of more sentences than this was not closed by mistake.
_LONGEST = 12


@dataclass(frozen=True)
class Quoted:
    """What of one sentence is quoted.

    Parameters
    ----------
    mask
        For each character whether it stands in quotation marks.
    opens
        Whether the sentence begins inside a quotation of the sentence before.
    closes
        Whether it ends inside one that the next sentence goes on with.
    """

    mask: tuple[bool, ...]
    opens: bool
    closes: bool

    def share(self, start: int = 0, end: int | None = None) -> float:
        """Return the quoted share of a stretch; 0 where that is empty."""
        part = self.mask[start:end]
        return sum(part) / len(part) if part else 0.0


def quoted(texts: Sequence[str], starts: Sequence[bool]) -> list[Quoted]:
    """Return what of each sentence is quoted.

    Parameters
    ----------
    texts
        The sentences of a document, in order.
    starts
        For each whether a paragraph starts there. A quotation that was not closed goes on there only where the
        paragraph opens it once more.

    Examples
    --------
    >>> [part.opens for part in quoted(["“We won.", "They lost,” he said.", "It rained."], [True, False, False])]
    [False, True, False]
    """
    found = []
    inside, since = False, 0
    for text, new in zip(texts, starts, strict=True):
        if inside and ((new and text[:1] not in (*_OPENING, _STRAIGHT, "'", "`")) or since > _LONGEST):
            inside = False
        opens = inside
        mask, inside = _masked(text, inside, new)
        since = since + 1 if inside and opens else 0
        found.append(Quoted(tuple(mask), opens, inside))
    return found


def _masked(text: str, inside: bool, new: bool) -> tuple[list[bool], bool]:
    mask = []
    # Two single marks, of old typewriters and wires, are one double mark.
    text = _DOUBLED_OPEN.sub(' "', text).replace("''", '" ').replace("``", ' "')
    for at, character in enumerate(text):
        if character in _OPENING:
            inside = True
        elif character in _CLOSING:
            inside = False
        elif character == _STRAIGHT:
            # One that a paragraph begins with opens, even where the one before was not closed.
            inside = True if (at == 0 and new) or (at == 0 and not inside) else _opens_here(text, at, inside)
        mask.append(inside and character not in _OPENING + _STRAIGHT)
    for match in _SINGLE.finditer(text):
        mask[match.start(1) : match.end(1)] = [True] * (match.end(1) - match.start(1))
    return mask, inside


def _opens_here(text: str, at: int, inside: bool) -> bool:
    """Whether a straight mark opens: it closes what is open, unless it plainly stands before a word."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if inside:
        return before.isspace() and after.isalnum()
    return not (after == "" and not before.isspace())
