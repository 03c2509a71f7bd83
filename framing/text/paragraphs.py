"""Lines that belong together: wrapped text is one paragraph, a list of headlines or posts is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from framing.text.languages import Language
from framing.text.stops import CLOSING, FULL_STOPS

# List bullets, Markdown headings and emphasis at the edges belong to the page, not to the sentence.
EDGES = " \t\u00a0\ufeff\u200b#*_>|•·–—-"
FINAL_STOP = re.compile(rf"[.!?…{FULL_STOPS}][{re.escape(CLOSING)}]*\s*$")
_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_INNER_STOP = re.compile(rf"[^\W\d_]{{3,}}[.!?…{FULL_STOPS}][{re.escape(CLOSING)}]*\s+\S")
# A list item or a heading stands alone.
_ITEM = re.compile(r"\s*([*+•·-]|#+)\s")
_WORD = re.compile(r"[^\W\d_]+")

# Chosen so that text that was filled, as an editor fills it, is hardly ever taken for a list; experiments/sentences.md
# says how many lists are then told.
_ROOM = 0.25
_TORN = 0.3

Span = tuple[int, int]


def paragraphs(text: str, language: Language) -> Iterator[Span]:
    """Yield the spans of lines that belong together, in order."""
    for block in _blocks(text):
        wrapped = [_is_wrapped(text, before, line) for before, line in pairwise(block)]
        if any(wrapped) and _is_list(text, block, wrapped, language):
            wrapped = [False] * len(wrapped)
        start = block[0][0]
        for (_, end), (following, _), joined in zip(block, block[1:], wrapped, strict=False):
            if not joined:
                yield start, end
                start = following
        yield start, block[-1][1]


def _blocks(text: str) -> Iterator[list[Span]]:
    """Yield lines with no blank line between them."""
    block: list[Span] = []
    for line in _LINE.finditer(text):
        blank = not line.group().strip()
        if block and (blank or len(text[block[-1][1] : line.start()].splitlines()) > 1):
            yield block
            block = []
        if not blank:
            block.append(line.span())
    if block:
        yield block


def _is_wrapped(text: str, before: Span, line: Span) -> bool:
    """Whether a line is the rest of the one before: that has no final stop, and this begins in lower case."""
    content = text[slice(*line)]
    return (
        content.lstrip(EDGES)[:1].islower()
        and not _ITEM.match(content)
        and FINAL_STOP.search(text[slice(*before)]) is None
    )


def _is_list(text: str, block: list[Span], wrapped: list[bool], language: Language) -> bool:
    """Whether lines in lower case are headlines or posts, one a line, and not wrapped text.

    They are where the block begins in lower case, no sentence ends inside a line, and, of the places where a line
    would be joined to the next: at many the first word of the next line would have had room (text that was filled has
    none), and few come after a comma or a common word ("of", "the"), as a place inside a sentence often does.
    """
    lines = [text[slice(*span)].strip() for span in block]
    if not lines[0].lstrip(EDGES)[:1].islower() or any(_INNER_STOP.search(line) for line in lines):
        return False
    width = max(map(len, lines))
    room = torn = 0
    for before, line, joined in zip(lines, lines[1:], wrapped, strict=False):
        if joined:
            room += len(before) + 1 + len(line.split(maxsplit=1)[0]) <= width
            torn += _is_torn(before, language)
    places = sum(wrapped)
    return room >= _ROOM * places and torn <= _TORN * places


def _is_torn(before: str, language: Language) -> bool:
    words = _WORD.findall(before[-30:])
    return before[-1:] in ",;-" or (bool(words) and words[-1].lower() in language.words)
