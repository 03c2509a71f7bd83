"""Codes find their sentences again in the reader's own copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from framing.errors import ConfigError
from framing.records import Sentence, with_own_names
from framing.sharing.copies import read_copies
from framing.sharing.dehydrate import Codes, Dehydrated
from framing.sharing.digests import Digester
from framing.sharing.library import Library, Spot
from framing.sharing.search import Search, names_of
from framing.sharing.windows import RunningText

EDITED = "edited"  # the column that marks a sentence whose copy is not what was coded
SIMILAR = 0.7
LEAST_SIMILAR = 0.5
# How far back, in characters, a sentence before may begin, and how far from the beginning of a copy a headline may end.
_MOST_BEFORE = 2_000
_BEGINNING = 400


@dataclass
class Hydration:
    """What came back.

    Parameters
    ----------
    sentences
        The rows that did, with their text, in the order of the codes.
    missing
        Those that did not.
    edited
        How many came back edited; they are marked in a column ``edited``.
    no_headline, no_previous
        How many came back without the headline, or the sentence before, that they had.
    """

    sentences: list[Sentence]
    missing: list[Dehydrated]
    edited: int = 0
    no_headline: int = 0
    no_previous: int = 0

    @property
    def share(self) -> float:
        """The share of the rows that came back."""
        return len(self.sentences) / (len(self.sentences) + len(self.missing))


def hydrate(
    codes: Codes,
    texts: Iterable[str | Path],
    salt: str = "",
    *,
    similar: float = SIMILAR,
    columns: Mapping[str, Any] | None = None,
) -> Hydration:
    """Find the sentences of codes in one's own copies of the texts.

    A sentence is found by its digest, wherever it stands, and preferably in the document in which most others of its
    document are; then, where a copy ends its sentences elsewhere, as a stretch of that document's running text, by
    digest again; then, where it was edited, beside its neighbours in that document, if its sketch says that it has as
    many words in common as asked for.

    Parameters
    ----------
    codes
        As ``read_codes`` gives them.
    texts
        Articles, tables, and folders of these.
    salt
        The one the codes were made with.
    similar
        The least share of words that an edited sentence has in common with the one that was coded, 0.5 to 1, as the
        sketches estimate it.
    columns
        As for ``read_copies``.

    Raises
    ------
    InputError
        A copy cannot be read, or the salt does not fit.
    ConfigError
        ``similar`` is out of range.

    Examples
    --------
    >>> import tempfile
    >>> from framing.sharing.dehydrate import dehydrate
    >>> codes, _ = dehydrate([Sentence("It rains.", frames=()), Sentence("It pays.", frames=("gain",))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "mine.txt").write_text("It pays. So they say.")
    ...     found = hydrate(codes, [folder])
    >>> [(s.text, s.frames) for s in found.sentences], [row.place for row in found.missing]
    ([('It pays.', ('gain',))], ['row 1'])
    """
    if not LEAST_SIMILAR <= similar <= 1:
        raise ConfigError(f"similar={similar}: expected a share from {LEAST_SIMILAR} to 1")
    digester = codes.digester(salt)
    wanted = {digest for row in codes.rows for digest in (row.key, row.headline, row.previous) if digest}
    library = Library(digester, wanted, {name for row in codes.rows for name in names_of(row)})
    library.add(read_copies(texts, library.is_wanted, columns))
    documents: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(codes.rows):
        documents[row.codes.source, row.codes.doc_id or row.codes.group].append(number)
    found: dict[int, Spot] = {}
    edited: set[int] = set()
    for numbers in documents.values():
        search = Search([codes.rows[number] for number in numbers], library, digester)
        search.run(similar)
        found |= {numbers[i]: spot for i, spot in search.found.items()}
        edited |= {numbers[i] for i in search.edited}
    return _Filling(codes, library, digester, found, edited).result()


@dataclass
class _Filling:
    """Puts texts and contexts into the rows that were found."""

    codes: Codes
    library: Library
    digester: Digester
    found: Mapping[int, Spot]
    edited: set[int]

    def __post_init__(self) -> None:
        # A sentence before that was coded itself may have come back edited.
        self._texts = {self.codes.rows[i].key: spot.text for i, spot in self.found.items()}
        self._headings: dict[tuple[int, str], str | None] = {}

    def result(self) -> Hydration:
        """Return what came back."""
        rows = self.codes.rows
        hydration = Hydration([], [row for i, row in enumerate(rows) if i not in self.found], len(self.edited))
        for i in sorted(self.found):
            row, spot = rows[i], self.found[i]
            headline = self._headline(row, spot) if row.headline else ""
            previous = self._previous(row, spot) if row.previous else ""
            hydration.no_headline += headline is None
            hydration.no_previous += previous is None
            extra: Mapping[str, Any] = row.codes.extra
            if i in self.edited:
                extra = with_own_names(extra, (EDITED,)) | {EDITED: True}
            copy = self.library.copies[spot.copy]
            in_file = copy.is_file and copy.content[spot.start : spot.end] == spot.text
            start, end = (spot.start, spot.end) if in_file else (row.codes.start, row.codes.end)
            filled = replace(row.codes, text=spot.text, headline=headline or "", previous=previous or "")
            hydration.sentences.append(replace(filled, start=start, end=end, extra=extra))
        return hydration

    def _headline(self, row: Dehydrated, spot: Spot) -> str | None:
        copy = self.library.copies[spot.copy]
        found = self._same(row.headline, [copy.sentences[spot.index].headline])
        key = spot.copy, row.headline
        if found is None and key not in self._headings:
            beginning = RunningText(copy, 0, _BEGINNING)
            self._headings[key] = beginning.of_words(row.headline, self.digester)
        return self._headings[key] if found is None else found

    def _previous(self, row: Dehydrated, spot: Spot) -> str | None:
        copy = self.library.copies[spot.copy]
        near = [sentence.text for sentence in copy.sentences[max(0, spot.index - 1) : spot.index]]
        found = self._same(row.previous, [copy.sentences[spot.index].previous, *near])
        if found is None:
            before = RunningText(copy, max(0, spot.start - _MOST_BEFORE), spot.start)
            found = before.at_end(row.previous, self.digester)
        return found

    def _same(self, digest: str, near: Iterable[str]) -> str | None:
        """Return a text by the first half of its digest: as it stands nearby, or else wherever it stands."""
        for text in near:
            if text and self.digester.short(text) == digest:
                return text
        return self._texts.get(digest) or self.library.text(digest)
