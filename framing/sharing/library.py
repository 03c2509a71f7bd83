"""Where the texts that are looked for stand in the reader's copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from framing.sharing.copies import Copy, document_name
from framing.sharing.digests import Digester


@dataclass(frozen=True)
class Spot:
    """Where a sentence stands.

    Parameters
    ----------
    copy
        Number of the copy in the library.
    index
        Number of the sentence of the copy that it is, or begins in.
    text
        Its text.
    start, end
        Its offsets in the content of the copy.
    """

    copy: int
    index: int
    text: str
    start: int
    end: int


class Library:
    """The copies in which something was found, and where.

    Parameters
    ----------
    digester
        Makes the digests.
    wanted
        Texts that are looked for, by the first half of their digests, as everything is here.
    names
        Names of documents that are looked for, as ``document_name`` gives them.
    """

    def __init__(self, digester: Digester, wanted: Iterable[str], names: Iterable[str]) -> None:
        self.copies: list[Copy] = []
        self.named: defaultdict[str, list[int]] = defaultdict(list)
        self._digester = digester
        self._wanted = frozenset(wanted)
        self._names = frozenset(names)
        self._sentences: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._context: dict[str, str] = {}

    def is_wanted(self, text: str) -> bool:
        """Say whether a text is looked for."""
        return self._digester.short(text) in self._wanted

    def add(self, copies: Iterable[Copy]) -> None:
        """Look through copies; one without a find, and with no name that is looked for, is let go."""
        for copy in copies:
            number, found = len(self.copies), False
            for index, digest in self._digests(copy):
                self._sentences[digest].append((number, index))
                found = True
            found |= self._add_context(copy)
            name = document_name(copy.name)
            if found or (name and name in self._names):
                self.copies.append(copy)
                self.named[name].append(number)

    def _digests(self, copy: Copy) -> Iterator[tuple[int, str]]:
        for index, sentence in enumerate(copy.sentences):
            if (digest := self._digester.short(sentence.text)) in self._wanted:
                yield index, digest

    def _add_context(self, copy: Copy) -> bool:
        """Keep headlines and sentences before that are looked for."""
        found = False
        for text in dict.fromkeys(t for s in copy.sentences for t in (s.headline, s.previous) if t):
            if (digest := self._digester.short(text)) in self._wanted:
                self._context.setdefault(digest, text)
                found = True
        return found

    def places(self, digest: str) -> list[tuple[int, int]]:
        """Return where a text stands as a sentence: pairs of a copy's number and a sentence's."""
        return self._sentences.get(digest, [])

    def text(self, digest: str) -> str | None:
        """Return a text, wherever it stands."""
        if places := self.places(digest):
            number, index = places[0]
            return self.copies[number].sentences[index].text
        return self._context.get(digest)

    def spot(self, number: int, index: int) -> Spot:
        """Return a sentence of a copy."""
        copy = self.copies[number]
        return Spot(number, index, copy.sentences[index].text, *copy.spans[index])
