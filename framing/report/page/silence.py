"""What a source does not say: what others convey often and it hardly ever, and how easily chance would do that.

Where a source has several documents, documents are counted: sentences of one document resemble each other, so that many
silent sentences are less of a proof than they seem. The chance is the hypergeometric one: of all units, those that
convey it are spread at random, and this source gets so few of them or fewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, lgamma

# Documents that a source must have, in the median, for documents to be counted instead of sentences.
MIN_DOCUMENTS = 5
LEVEL = 0.05  # chance below which a silence is told
_FEW = 3  # a silence is less than one in three of what would be expected


@dataclass(frozen=True)
class Silence:
    """Something that others say and a source does not, or hardly.

    Parameters
    ----------
    name, what
        Who is silent, and about what.
    said, units
        In how many of its documents, or sentences, it is said.
    others_said, others_units
        The same of all others together.
    """

    name: str
    what: str
    said: int
    units: int
    others_said: int
    others_units: int

    @cached_property
    def chance(self) -> float:
        """Probability of so few or fewer, were it said everywhere alike."""
        hits, total = self.said + self.others_said, self.units + self.others_units
        return chance_of_so_few(self.said, self.units, hits, total)

    @property
    def expected(self) -> float:
        """How often it would be said at the others' rate."""
        return self.units * self.others_said / self.others_units


@dataclass(frozen=True)
class Silences:
    """All silences of a corpus.

    Parameters
    ----------
    found
        Those below ``LEVEL``, the least likely first.
    looked_at
        Pairs of a source and a matter that were looked at.
    unit
        What was counted, ``"documents"`` or ``"sentences"``.
    """

    found: tuple[Silence, ...]
    looked_at: int
    unit: str


def silences(said: Iterable[tuple[str, Hashable, Iterable[str]]], names: Sequence[str]) -> Silences:
    """Find what each source does not say.

    Parameters
    ----------
    said
        Of each sentence: its source, its document, and what it conveys.
    names
        The sources that are looked at; others count as others.

    Examples
    --------
    >>> said = [("Post", n, ["gain"] if n < 9 else []) for n in range(10)] + [("Times", 90 + n, []) for n in range(10)]
    >>> [one] = silences(said, ["Post", "Times"]).found
    >>> one.name, one.what, one.said, one.others_said, round(one.chance, 5)
    ('Times', 'gain', 0, 9, 6e-05)
    """
    rows = [(name, document, frozenset(what)) for name, document, what in said]
    by_document = _has_documents(rows, names)
    units: dict[Hashable, tuple[str, set[str]]] = {}
    for number, (name, document, conveyed) in enumerate(rows):
        units.setdefault((name, document) if by_document else number, (name, set()))[1].update(conveyed)
    sizes = Counter(name for name, _ in units.values())
    counts: dict[str, Counter[str]] = {}
    for name, whole in units.values():
        for what in whole:
            counts.setdefault(what, Counter())[name] += 1
    looked_at = [
        Silence(name, what, of[name], sizes[name], of.total() - of[name], len(units) - sizes[name])
        for name in names
        for what, of in sorted(counts.items())
        if 0 < sizes[name] < len(units)
    ]
    found = [one for one in looked_at if one.said * _FEW < one.expected and one.chance < LEVEL]
    found.sort(key=lambda one: (one.chance, one.name, one.what))
    return Silences(tuple(found), len(looked_at), "documents" if by_document else "sentences")


def _has_documents(rows: Iterable[tuple[str, Hashable, frozenset[str]]], names: Sequence[str]) -> bool:
    """Say whether the sources have documents enough, in the median, to count these."""
    documents: dict[str, set[Hashable]] = {name: set() for name in names}
    for name, document, _ in rows:
        documents.setdefault(name, set()).add(document)
    sizes = sorted(len(documents[name]) for name in names)
    return bool(sizes) and sizes[len(sizes) // 2] >= MIN_DOCUMENTS


def chance_of_so_few(said: int, units: int, hits: int, total: int) -> float:
    """Return the hypergeometric probability that a random draw of units has so few hits, or fewer.

    Examples
    --------
    >>> round(chance_of_so_few(0, 2, 2, 4), 6)  # of four units two are hits: both others are drawn once in six times
    0.166667
    """
    least = max(0, units - (total - hits))
    ways = [
        _log_choose(hits, k) + _log_choose(total - hits, units - k) - _log_choose(total, units)
        for k in range(least, min(said, units, hits) + 1)
    ]
    return min(1.0, sum(exp(way) for way in ways))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
