"""What a source does not say: what others convey often and it hardly ever, and how easily chance would do that.

Where a source has several documents, documents are counted: sentences of one document resemble each other, so that many
silent sentences are less of a proof than they seem. The chance is the hypergeometric one: of all units, those that
convey it are spread at random, and this source gets so few of them or fewer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
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
    chance
        Probability of so few or fewer, were it said everywhere alike.
    """

    name: str
    what: str
    said: int
    units: int
    others_said: int
    others_units: int
    chance: float

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
    documents: dict[str, set[Hashable]] = {}
    for name, document, _ in rows:
        documents.setdefault(name, set()).add(document)
    sizes = sorted(len(documents.get(name, ())) for name in names)
    by_document = bool(sizes) and sizes[len(sizes) // 2] >= MIN_DOCUMENTS
    units: dict[Hashable, tuple[str, set[str]]] = {}
    for number, (name, document, what) in enumerate(rows):
        units.setdefault((name, document) if by_document else number, (name, set()))[1].update(what)
    sizes_of: dict[str, int] = {}
    counts: dict[str, dict[str, int]] = {}
    for name, whole in units.values():
        sizes_of[name] = sizes_of.get(name, 0) + 1
        for what in whole:
            of = counts.setdefault(what, {})
            of[name] = of.get(name, 0) + 1
    found, looked_at = [], 0
    for name in names:
        for what, of in sorted(counts.items()):
            n, total, k, hits = sizes_of.get(name, 0), len(units), of.get(name, 0), sum(of.values())
            if not n or n == total:
                continue
            looked_at += 1
            one = Silence(name, what, k, n, hits - k, total - n, chance_of_so_few(k, n, hits, total))
            if one.chance < LEVEL and k * _FEW < one.expected:
                found.append(one)
    found.sort(key=lambda one: (one.chance, one.name, one.what))
    return Silences(tuple(found), looked_at, "documents" if by_document else "sentences")


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
