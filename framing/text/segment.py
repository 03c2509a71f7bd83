"""Split a document into sentences that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from framing.records import Sentence

# A sentence longer than this is cut at a space: no encoder reads that far.
MAX_CHARACTERS = 10_000

_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_FINAL_STOP = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*\s*$")
# A list item or a heading stands alone.
_ITEM = re.compile(r"\s*([*+•·-]|#+)\s")
# A rank before a name or another rank ("a Lt. Col. of the coast guard") ends no sentence.
_RANK = re.compile(r"\b(Adm|Brig|Capt|Cmdr|Col|Cpl|Gen|Lt|Maj|Sgt)\.\s*$")
# List bullets, Markdown headings and emphasis at the edges belong to the page, not to the sentence.
_EDGES = " \t\u00a0\ufeff\u200b#*_>|•·–—-"


def segment(text: str, doc_id: str = "") -> list[Sentence]:
    r"""Split a document into sentences.

    A line break ends a sentence unless the line has no final stop and the next line begins in lower case
    (wrapped text; list items and headings are never joined). A line without a letter gives no sentence; every
    letter of the document is in exactly one.

    Parameters
    ----------
    text
        The document, plain text or Markdown.
    doc_id
        Name of the document, stored in each sentence.

    Returns
    -------
    list of Sentence
        In order, with ``text[s.start:s.end] == s.text``. The first line, where it has no final stop, is the
        ``headline`` of the sentences after it; ``previous`` is the text of the sentence before.

    Examples
    --------
    >>> [s.text for s in segment("Talks resume\n\nThe U.S. envoy left. \"A ruse,\" Kyiv said.")]
    ['Talks resume', 'The U.S. envoy left.', '"A ruse," Kyiv said.']
    """
    sentences: list[Sentence] = []
    headline = previous = ""
    for start, end in _spans(text):
        sentence = text[start:end]
        sentences.append(
            Sentence(
                text=sentence,
                headline=headline,
                previous=previous,
                doc_id=doc_id,
                position=len(sentences),
                start=start,
                end=end,
            )
        )
        previous = sentence
        if len(sentences) == 1 and not _FINAL_STOP.search(sentence):
            headline, previous = sentence, ""
    return sentences


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for block_start, block_end in _blocks(text):
        # The splitter sees a wrapped block as one line; the offsets stay the same.
        block = re.sub(r"\s", " ", text[block_start:block_end])
        for start, end in _joined(block, _splitter().span_tokenize(block)):
            span = _trim(text, block_start + start, block_start + end)
            yield from _pieces(text, *span)


def _joined(block: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join a span to the one before where the stop between them was an abbreviation's."""
    before: tuple[int, int] | None = None
    for start, end in spans:
        if before is None:
            before = start, end
        elif block[start:end].lstrip()[:1].islower() or _RANK.search(block, max(before[0], before[1] - 8), before[1]):
            before = before[0], end
        else:
            yield before
            before = start, end
    if before is not None:
        yield before


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans of lines that belong together."""
    start = end = None
    stopped = False
    for line in _LINE.finditer(text):
        content = line.group()
        wrapped = (
            start is not None
            and not stopped
            and content.lstrip(_EDGES)[:1].islower()
            and not _ITEM.match(content)
            and len(text[end : line.start()].splitlines()) <= 1
        )
        if start is not None and not wrapped:
            yield start, end  # type: ignore[misc]
        start, end = (start if wrapped else line.start()), line.end()
        stopped = _FINAL_STOP.search(content) is not None
    if start is not None:
        yield start, end  # type: ignore[misc]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start] in _EDGES or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _EDGES or text[end - 1].isspace()):
        end -= 1
    return start, end


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the span, cut where it is too long; nothing where it has no letter."""
    while end - start > MAX_CHARACTERS:
        cut = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
        cut = cut if cut > start else start + MAX_CHARACTERS
        yield from _pieces(text, *_trim(text, start, cut))
        start, end = _trim(text, cut, end)
    if any(character.isalpha() for character in text[start:end]):
        yield start, end


@lru_cache(maxsize=1)
def _splitter() -> Any:
    import nupunkt

    return nupunkt.load_default_model()
