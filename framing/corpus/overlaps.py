"""What stands on both sides of a split: one text, one document, a copy of a document, words in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from framing.corpus.audit import SHINGLE, words_of
from framing.records import Sentence

TEXT, DOCUMENT, COPY, WORDS = KINDS = ("text", "document", "copy", "words")
# Of a copy, at least so many sentences are in the other document too, and this share of the shorter one's.
_LEAST, _SHARE = 2, 0.5
_MOST_PLACES = 20  # of words in a row: what stands in more rows is a formula


@dataclass(frozen=True)
class Overlap:
    """One thing that is on both sides.

    Parameters
    ----------
    kind
        ``text``: the same words; ``document``: one ``doc_id`` or ``group``; ``copy``: another document with at least
        two of its sentences and half of the shorter one's, such as a wire story in two papers; ``words``: ten words in
        a row.
    rows
        The rows, from 0, in order; of a copy those that are alike.
    what
        The text, the document, the two documents, or the words.
    """

    kind: str
    rows: tuple[int, ...]
    what: str


def overlaps(sentences: Sequence[Sentence], sides: Sequence[Hashable], *, words: bool = True) -> list[Overlap]:
    """Find what is on more than one side: what a model learned there it need not understand here.

    Parameters
    ----------
    sentences
        All rows.
    sides
        Where each row is, shape (n_sentences,): a file, a part of a split, or a group of a cross-validation.

    words
        Whether words in a row are looked for, and copies by them: not in a moment where rows are many.

    Returns
    -------
    list of Overlap
        By kind, then by row. Rows of a copy are not told again as words in a row.

    Examples
    --------
    >>> rows = [Sentence("It rains."), Sentence("it  RAINS!"), Sentence("It snows.", doc_id="a")]
    >>> overlaps(rows, ["train", "test", "test"])
    [Overlap(kind='text', rows=(0, 1), what='It rains.')]
    """
    said = [words_of(sentence.text) for sentence in sentences]
    texts = _across((" ".join(row) for row in said), sides)
    named = _across((sentence.doc_id for sentence in sentences), sides)
    grouped = _across((sentence.group for sentence in sentences), sides)
    alike = _sharing(said, sides) if words else {}
    pairs = set(alike) | {pair for rows in texts.values() for pair in _pairs(rows, sides)}
    copies = _copies(sentences, pairs)
    copied = {row for overlap in copies for row in overlap.rows}
    return [
        *(Overlap(TEXT, rows, sentences[rows[0]].text) for text, rows in texts.items() if text),
        *(Overlap(DOCUMENT, rows, name) for name, rows in (named | grouped).items() if name),
        *copies,
        *(Overlap(WORDS, pair, shared) for pair, shared in sorted(alike.items()) if not copied.issuperset(pair)),
    ]


def _across(names: Iterable[str], sides: Sequence[Hashable]) -> dict[str, tuple[int, ...]]:
    """Return the rows of each name that is on more than one side."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        rows[name].append(row)
    return {name: tuple(found) for name, found in rows.items() if len({sides[row] for row in found}) > 1}


def _pairs(rows: Sequence[int], sides: Sequence[Hashable]) -> Iterable[tuple[int, int]]:
    return (pair for pair in combinations(rows[:_MOST_PLACES], 2) if sides[pair[0]] != sides[pair[1]])


def _sharing(words: Sequence[Sequence[str]], sides: Sequence[Hashable]) -> dict[tuple[int, int], str]:
    """Return the pairs of rows on two sides that share ten words in a row, but are not the same, and the words."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    seen: set[tuple[Hashable, tuple[str, ...]]] = set()
    for row, said in enumerate(words):
        if (key := (sides[row], tuple(said))) in seen:  # a further target of a sentence is a row of its own
            continue
        seen.add(key)
        for start in range(len(said) - SHINGLE + 1):
            at = places[tuple(said[start : start + SHINGLE])]
            if not at or at[-1] != row:
                at.append(row)
    shared: dict[tuple[int, int], str] = {}
    for shingle, rows in places.items():
        for one, other in _pairs(rows, sides) if len(rows) > 1 else ():
            if words[one] != words[other]:
                shared.setdefault((one, other), " ".join(shingle))
    return shared


def _copies(sentences: Sequence[Sentence], pairs: Iterable[tuple[int, int]]) -> list[Overlap]:
    """Return the pairs of documents that are one story in two places."""
    sizes: dict[str, int] = defaultdict(int)
    for sentence in sentences:
        sizes[sentence.doc_id] += 1
    rows: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pair in pairs:
        one, other = sorted(sentences[row].doc_id for row in pair)
        if one and one != other:
            rows[one, other].update(pair)
    found = []
    for (one, other), alike in rows.items():
        least = min(sum(sentences[row].doc_id == document for row in alike) for document in (one, other))
        if least >= max(_LEAST, _SHARE * min(sizes[one], sizes[other])):
            found.append(Overlap(COPY, tuple(sorted(alike)), f"{one!r} and {other!r}"))
    return found
