"""Sentences that end elsewhere in a copy: stretches of its running text, told by their digest."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from framing.sharing.copies import TORN, Copy
from framing.sharing.digests import Digester, plain

# A stretch begins at a word, or at what stands before one: a quotation mark, a bracket.
_BEGINNING = re.compile(r"(?<![^\W_])\S")
# A word that was parted at the end of a line is one.
_TOKEN = re.compile(rf"(?:{TORN.pattern}|\S)+")


class Stretch(NamedTuple):
    """Where a text stands in a copy.

    Parameters
    ----------
    text
        The text, its words whole.
    start, end
        Its offsets in the content of the copy.
    """

    text: str
    start: int
    end: int


class RunningText:
    """Part of a copy's content in its plain form, with the way back to how it is written.

    Parameters
    ----------
    copy
        The document.
    start, end
        The part, as offsets in its content.

    Examples
    --------
    >>> copy = Copy.joined("a", ["He left;", "“nobody” saw it."])
    >>> text = RunningText(copy, 0, len(copy.content))
    >>> text.plain
    'He left; "nobody" saw it.'
    >>> text.stretch(9, 17)
    Stretch(text='“nobody”', start=9, end=17)
    """

    def __init__(self, copy: Copy, start: int, end: int) -> None:
        self._content = copy.content
        self._written: list[tuple[int, int]] = []
        self._starts: list[int] = []
        forms, length = [], 0
        for token in _TOKEN.finditer(copy.content, start, end):
            if form := plain(_whole(token.group())):
                self._written.append(token.span())
                self._starts.append(length)
                forms.append(form)
                length += len(form) + 1
        self.plain = " ".join(forms)

    def find(self, wanted: Mapping[int, set[str]], digester: Digester) -> Iterator[tuple[str, Stretch]]:
        """Give the texts that are looked for, by their number of characters, and where each stands."""
        text, lengths = self.plain, sorted(wanted)
        for match in _BEGINNING.finditer(text):
            for length in lengths:
                end = match.start() + length
                if end > len(text):
                    break
                if text[end - 1] == " " or (text[end - 1].isalnum() and text[end : end + 1].isalnum()):
                    continue
                if (digest := digester.of_plain(text[match.start() : end])) in wanted[length]:
                    yield digest, self.stretch(match.start(), end)

    def at_end(self, digest: str, digester: Digester) -> str | None:
        """Return the text at the very end of the part, told by the first half of its digest."""
        for match in _BEGINNING.finditer(self.plain):
            if digester.of_plain(self.plain[match.start() :]).startswith(digest):
                return self.stretch(match.start(), len(self.plain)).text
        return None

    def of_words(self, digest: str, digester: Digester) -> str | None:
        """Return the text of whole words anywhere in the part, told by the first half of its digest."""
        ends = [start - 1 for start in self._starts[1:]] + [len(self.plain)]
        for start in self._starts:
            for end in ends[bisect_right(ends, start) :]:
                if digester.of_plain(self.plain[start:end]).startswith(digest):
                    return self.stretch(start, end).text
        return None

    def stretch(self, start: int, end: int) -> Stretch:
        """Return what has these offsets in the plain text."""
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._starts, end) - 1
        begin = self._written[first][0] + self._characters(first, start - self._starts[first])
        stop = self._written[last][0] + self._characters(last, end - self._starts[last])
        return Stretch(_whole(self._content[begin:stop]), begin, stop)

    def _characters(self, number: int, length: int) -> int:
        """Return how many characters of a word, as it is written, have a plain form of this length."""
        token = self._content[slice(*self._written[number])]
        if not length:
            return 0
        return next((i for i in range(1, len(token)) if len(plain(_whole(token[:i]))) >= length), len(token))


def _whole(text: str) -> str:
    return TORN.sub(r"\1", text)
