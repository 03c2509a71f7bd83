"""Split a document into sentences that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from framing.records import Sentence
from framing.text.furniture import furniture, without
from framing.text.languages import Language, language_of
from framing.text.paragraphs import EDGES, FINAL_STOP, paragraphs
from framing.text.stops import glued_stops, may_be_glued

# A sentence longer than this is cut at a space: no encoder reads that far.
MAX_CHARACTERS = 10_000
_SPACE = re.compile(r"[^\S ]")
# The splitter takes long over text without a space (the square of its length): it sees the end of such a chunk only.
_CHUNK = re.compile(r"(?<!\S)\S{500,}(?=\S{20})")


def segment(text: str, doc_id: str = "", language: str | None = None, *, all_lines: bool = True) -> list[Sentence]:
    r"""Split a document into sentences.

    A line break ends a sentence unless the line has no final stop and the next line begins in lower case
    (wrapped text; list items and headings are never joined). Lines in lower case that are plainly a list of headlines
    or posts, one a line, are sentences of their own. A sentence may end with no space after its stop, in scripts that
    write so (Chinese, Arabic, Hindi) and where a page's sentences are glued together ("on Friday.Traders"). A line
    without a letter gives no sentence; every letter of the document is in exactly one.

    Parameters
    ----------
    text
        The document, plain text or Markdown.
    doc_id
        Name of the document, stored in each sentence.
    language
        Whose abbreviations are known: ``"ar"``, ``"de"``, ``"en"``, ``"es"``, ``"fr"``, ``"it"`` or ``"pt"``. ``None``
        guesses it from the document's common words; a document in none of them is read as English is.
    all_lines
        Whether bylines, datelines, advertisements and links are sentences too (see ``framing.text.furniture``).

    Returns
    -------
    list of Sentence
        In order, with ``text[s.start:s.end] == s.text``: offsets count characters (code points) of ``text`` as it
        came, each line break and byte order mark included. They hold for a file where it is read unchanged,
        ``open(path, encoding="utf-8", newline="").read()``; without ``newline=""`` Python shortens Windows' line
        breaks. The first line, where it has no final stop, is the ``headline`` of the sentences after it;
        ``previous`` is the text of the sentence before.

    Raises
    ------
    InputError
        The language is not one of these.

    Examples
    --------
    >>> [s.text for s in segment("Talks resume\n\nThe U.S. envoy left. \"A ruse,\" Kyiv said.")]
    ['Talks resume', 'The U.S. envoy left.', '"A ruse," Kyiv said.']
    """
    sentences: list[Sentence] = []
    headline = previous = ""
    spans = _spans(text, language_of(text, language))
    for start, end in spans if all_lines else _without_furniture(text, spans):
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
        if len(sentences) == 1 and not FINAL_STOP.search(sentence):
            headline, previous = sentence, ""
    return sentences


def _without_furniture(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for span in without(spans, furniture(text)):
        start, end = _trim(text, *span)  # what was cut off may have been the first line of a wrapped one
        if start < end:
            yield start, end


def _spans(text: str, language: Language) -> Iterator[tuple[int, int]]:
    for first, last in paragraphs(text, language):
        # The splitter sees a paragraph as one line; the offsets stay the same.
        paragraph = _SPACE.sub(" ", text[first:last])
        seen = _CHUNK.sub(lambda chunk: "x" * len(chunk.group()), language.for_splitter(paragraph))
        spans = _joined(seen, language.splitter.span_tokenize(seen), language)
        for start, end in _parted(paragraph, spans, language) if may_be_glued(paragraph) else spans:
            yield from _pieces(text, *_trim(text, first + start, first + end))


def _joined(paragraph: str, spans: Iterable[tuple[int, int]], language: Language) -> Iterator[tuple[int, int]]:
    """Join a span to the one before where the stop between them ended no sentence."""
    before: tuple[int, int] | None = None
    for start, end in spans:
        if before is None:
            before = start, end
        elif _is_one(paragraph, before, start, language):
            before = before[0], end
        else:
            yield before
            before = start, end
    if before is not None:
        yield before


def _is_one(paragraph: str, before: tuple[int, int], start: int, language: Language) -> bool:
    """Whether the span that begins at ``start`` belongs to the one before."""
    if start == before[1] and paragraph.startswith('"', start):  # it may close or open: see glued_stops
        return True
    return language.goes_on(paragraph[max(before[0], before[1] - 20) : before[1]], paragraph[start : start + 20])


def _parted(paragraph: str, spans: Iterable[tuple[int, int]], language: Language) -> Iterator[tuple[int, int]]:
    """Part a span where a sentence ends with no space after its stop."""
    for start, end in spans:
        for cut in (*glued_stops(paragraph, start, end, language), end):
            yield start, cut
            start = cut


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start] in EDGES or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in EDGES or text[end - 1].isspace()):
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
