"""The sentences of one document, in the copy that has most of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Hamming, LCSseq

from framing.sharing.columns import LOCATORS
from framing.sharing.copies import document_name
from framing.sharing.dehydrate import Dehydrated
from framing.sharing.digests import Digester, bits, plain
from framing.sharing.library import Library, Spot
from framing.sharing.windows import RunningText

# An edited sentence has about its old length, and stands at most so many sentences from where it should.
_LENGTHS = (0.67, 1.5)
_NEAR = 2
# A longer copy is searched between the neighbours of what is missing only, and not at all where these are unknown.
_MOST_SENTENCES = 500
# Copies that have the name of a document, such as index.html: hardly more than a few are meant.
_MOST_NAMED = 10
# More rows than that, times as many sentences, are not brought into one order.
_MOST_PAIRS = 400_000_000


def names_of(row: Dehydrated) -> Iterator[str]:
    """Give the names that the document of a row goes by."""
    values = [row.codes.doc_id, *(str(row.codes.extra.get(name) or "") for name in LOCATORS)]
    yield from {name for value in values if value and (name := document_name(value))}


class Search:
    """Finds the sentences of one document.

    Parameters
    ----------
    rows
        The rows of codes that are of this document.
    library, digester
        Where to look, and how texts are told.

    Attributes
    ----------
    found
        By the number of the row, where its sentence stands.
    edited
        Rows whose sentence is not the one that was coded.
    """

    def __init__(self, rows: Sequence[Dehydrated], library: Library, digester: Digester) -> None:
        self._rows, self._library, self._digester = rows, library, digester
        self.found: dict[int, Spot] = {}
        self.edited: set[int] = set()
        self._order = sorted(range(len(rows)), key=lambda i: (rows[i].codes.position, rows[i].codes.start or 0))
        places = {(row.codes.position, row.codes.start) for row in rows}
        self._home = self._home_of_most()
        # Sentences of the home that stand in the order of the rows: where one is missing, these are its neighbours.
        self._aligned = self._align() if self._home is not None and len(places) > 1 else {}
        self._neighbours = self._neighbours_of_all()

    def run(self, similar: float) -> None:
        """Look for all rows, by what is surest first."""
        for i, row in enumerate(self._rows):
            places = self._library.places(row.key)
            home = [place for place in places if place[0] == self._home]
            if i in self._aligned:
                home = [place for place in home if place[1] == self._aligned[i]]
            if places:
                self.found[i] = self._library.spot(*self._best(row, home or places))
        homes = [] if self._home is None else [self._home]
        for number in dict.fromkeys([*homes, *self._homes_by_name()[:_MOST_NAMED]]):
            self._find_stretches(number)
        if self._home is not None:
            self._find_edited(self._home, similar)

    def _best(self, row: Dehydrated, places: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """Return the place at which the sentence before is the right one, or else the first."""
        if not row.previous or len(places) == 1:
            return places[0]
        before = {(number, index + 1) for number, index in self._library.places(row.previous)}
        return next((place for place in places if place in before), places[0])

    def _home_of_most(self) -> int | None:
        """Return the copy that has most of the rows; among equals one that has their name, or else the first."""
        counts: Counter[int] = Counter()
        for row in self._rows:
            counts.update({number for number, _ in self._library.places(row.key)})
        named = set(self._homes_by_name())
        return max(counts, key=lambda number: (counts[number], number in named, -number), default=None)

    def _homes_by_name(self) -> list[int]:
        names = dict.fromkeys(name for row in self._rows for name in names_of(row))
        return [number for name in names for number in self._library.named.get(name, ())]

    def _align(self) -> dict[int, int]:
        """Return which sentence of the home each row is, as many as can be in one order."""
        own = [self._rows[i].key for i in self._order]
        texts = set(own)
        at = {
            index: digest for digest in texts for number, index in self._library.places(digest) if number == self._home
        }
        indices = sorted(at)
        if len(own) * len(indices) > _MOST_PAIRS:
            return {}
        aligned = {}
        for block in LCSseq.opcodes(own, [at[index] for index in indices]):
            if block.tag == "equal":
                for one, other in zip(
                    range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True
                ):
                    aligned[self._order[one]] = indices[other]
        return aligned

    def _missing(self) -> list[int]:
        return [i for i in range(len(self._rows)) if i not in self.found]

    def _find_stretches(self, number: int) -> None:
        """Find what a copy joins or parts otherwise."""
        copy = self._library.copies[number]
        is_short = len(copy.sentences) <= _MOST_SENTENCES
        if not is_short and number != self._home:
            return
        regions: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for i in self._missing():
            region = (0, len(copy.sentences) - 1) if is_short else self._between(i, len(copy.sentences))
            if region is not None and region[0] <= region[1]:
                regions[region].append(i)
        for region, rows in regions.items():
            wanted: defaultdict[int, set[str]] = defaultdict(set)
            for i in rows:
                wanted[self._rows[i].characters].add(self._rows[i].text)
            spots: dict[str, Spot] = {}
            for digest, stretch in RunningText(copy, *copy.part(*region)).find(wanted, self._digester):
                spots.setdefault(digest, Spot(number, copy.sentence_at(stretch.start), *stretch))
            self.found |= {i: spots[self._rows[i].text] for i in rows if self._rows[i].text in spots}

    def _between(self, i: int, n_sentences: int) -> tuple[int, int] | None:
        """Return the sentences between the neighbours of a row, as far as it can be from one of them."""
        before, after = self._neighbours[i]
        position = self._rows[i].codes.position
        first, last = 0, n_sentences - 1
        if before is not None:
            first = self._aligned[before] + 1
            last = min(last, self._aligned[before] + max(1, position - self._position(before)) + _NEAR)
        if after is not None:
            last = min(last, self._aligned[after] - 1)
            first = max(first, self._aligned[after] - max(1, self._position(after) - position) - _NEAR)
        return None if before is None and after is None else (first, last)

    def _position(self, i: int) -> int:
        return self._rows[i].codes.position

    def _neighbours_of_all(self) -> list[tuple[int | None, int | None]]:
        """Return, for each row, the nearest rows before and after it that were found in order."""
        before: list[int | None] = [None] * len(self._rows)
        after = before.copy()
        for order, nearest in ((self._order, before), (self._order[::-1], after)):
            last: int | None = None
            for i in order:
                nearest[i] = last
                last = i if i in self._aligned else last
        return list(zip(before, after, strict=True))

    def _find_edited(self, home: int, similar: float) -> None:
        sentences = self._library.copies[home].sentences
        taken = {spot.index for spot in self.found.values() if spot.copy == home}
        following = {row.previous: i for i, row in enumerate(self._rows) if row.previous and i in self.found}
        places: dict[tuple[str, int], Spot] = {}
        for i in self._missing():
            row = self._rows[i]
            if not row.sketch:
                continue
            key = row.text, row.codes.position
            if key not in places:  # else another row of the same sentence, with another target
                near = self._near(i, home, following) - taken
                candidates = {
                    index: bits(sketch)
                    for index in sorted(near)
                    if 0 <= index < len(sentences)
                    and (sketch := self._sketch_of(sentences[index].text, row.characters))
                }
                best = process.extractOne(
                    bits(row.sketch), candidates, scorer=Hamming.normalized_similarity, score_cutoff=(1 + similar) / 2
                )
                if best is None:
                    continue
                places[key] = self._library.spot(home, best[2])
                taken.add(best[2])
            self.found[i] = places[key]
            self.edited.add(i)

    def _near(self, i: int, home: int, following: Mapping[str, int]) -> set[int]:
        """Return the sentences of the home beside the neighbours of a row, of which one may be the row's."""
        row = self._rows[i]
        near = {index + 1 for number, index in self._library.places(row.previous) if number == home}
        after = self.found.get(following.get(row.key, -1))
        if after is not None and after.copy == home:
            near.add(after.index - 1)
        if between := self._between(i, len(self._library.copies[home].sentences)):
            near.update(range(between[0], between[1] + 1))
        return near

    def _sketch_of(self, text: str, characters: int) -> str:
        """Return the sketch of a candidate; nothing where its length is another."""
        shorter, longer = _LENGTHS
        return self._digester.sketch(text) if shorter <= len(plain(text)) / characters <= longer else ""
